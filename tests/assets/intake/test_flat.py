"""Spreadsheets that are one XML text are told apart from other texts, and their senders how to save them."""

from __future__ import annotations

from pathlib import Path

import pytest

from assets.intake.grid import Refused
from assets.intake.read import read_file
from tests.support import findings, query, take_and_answer
from warehouse.home import Home

OFFICE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0"
#: as LibreOffice writes it: its mimetype stands behind two thousand characters of namespaces
NAMES = " ".join(f'xmlns:n{i}="urn:oasis:names:tc:opendocument:xmlns:other{i}:1.0"' for i in range(80))
FODS = (
    f'<?xml version="1.0" encoding="UTF-8"?>\n\n<office:document xmlns:office="{OFFICE}" {NAMES} office:version="1.3" '
    'office:mimetype="application/vnd.oasis.opendocument.spreadsheet"><office:body/></office:document>'
)
EXCEL_2003 = (
    '<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?>\n'
    '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet/></Workbook>'
)
FLAT_OPC = '<?xml version="1.0"?><pkg:package xmlns:pkg="http://schemas.microsoft.com/office/2006/xmlPackage"/>'
SHEETS = {
    "a.fods": FODS.encode(),
    "utf-16.fods": FODS.replace("UTF-8", "UTF-16").encode("utf-16"),
    "marked.fods": b"\xef\xbb\xbf" + FODS.encode(),
    "other-prefix.fods": FODS.replace("xmlns:office=", "xmlns:o=").replace("office:document", "o:document").replace(" office:", " o:").encode(),
    "single-quotes.xml": EXCEL_2003.replace('"', "'").encode(),
    "cut.xml": EXCEL_2003.encode()[:-5],
    "report.xls": EXCEL_2003.encode(),
    "prefix.xml": EXCEL_2003.replace("<Workbook xmlns=", "<ss:Workbook xmlns:ss=").encode(),
    "package.xml": FLAT_OPC.encode(),
    "spaces.xml": b"\n  " + EXCEL_2003.split("\n", 1)[1].encode(),
}  # fmt: skip
OTHERS = {
    "a.fodt": FODS.replace("spreadsheet", "text").encode(),
    "a.html": b"<!DOCTYPE html><html><table><tr><td>1</td></tr></table></html>",
    "a.xls": b"<html xmlns:x='urn:schemas-microsoft-com:office:excel'><table/></html>",
    "typed.fods": FODS.replace("<office:document", '<!DOCTYPE d [<!ENTITY a "b">]><office:document').encode(),
    "named.xml": b"<letter>urn:schemas-microsoft-com:office:spreadsheet Workbook</letter>",
    "broken.xml": b"<a <b",
    "encoding.xml": b"<?xml version='1.0' encoding='x-no-such'?><a/>",
}


@pytest.mark.parametrize(
    ("name", "code"), [*((n, "F-XML-SHEET") for n in SHEETS), *((n, "F-NOT-OFFICE") for n in OTHERS)]
)
def test_an_xml_text_is_told_by_its_root(tmp_path: Path, name: str, code: str) -> None:
    path = tmp_path / name
    path.write_bytes({**SHEETS, **OTHERS}[name])
    with pytest.raises(Refused) as refused:
        read_file(path, name)
    assert refused.value.code == code


def test_the_sender_of_a_fods_is_told_how_to_save_it(home: Home) -> None:
    (home.inbox / "bao-cao.fods").write_bytes(SHEETS["a.fods"])
    take_and_answer(home)
    assert findings(home, "bao-cao.fods") == {("F-XML-SHEET", None, None)}
    ((found, remedy),) = query(home, "SELECT found, remedy FROM intake.finding")
    assert ".fods" in found
    assert ".xlsx" in remedy
    assert ".ods" in remedy
