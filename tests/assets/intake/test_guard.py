"""The guard's caps: what is refused at each, and what just passes."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from assets.intake import guard, sheet_scan
from assets.intake.grid import Refused

SHEET = "xl/worksheets/sheet1.xml"


def _book(path: Path, parts: Mapping[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        for name, content in parts.items():
            book.writestr(name, content)
    return path


def _cell(address: str) -> dict[str, bytes]:
    return {SHEET: f'<sheetData><row><c r="{address}"><v>1</v></c></row></sheetData>'.encode()}


def _refused(path: Path) -> str:
    with pytest.raises(Refused) as caught:
        guard.scan(path)
    return caught.value.code


def test_as_many_parts_as_a_workbook_may_have_and_one_more(tmp_path: Path) -> None:
    parts = {f"xl/{n}.xml": b"<a/>" for n in range(guard.MAX_PARTS)}
    guard.scan(_book(tmp_path / "most.xlsx", parts))
    assert _refused(_book(tmp_path / "more.xlsx", {**parts, "xl/more.xml": b"<a/>"})) == "F-BOMB"


def test_a_part_that_stands_twice_under_one_name(tmp_path: Path) -> None:
    assert _refused(_book(tmp_path / "twice.xlsx", {"xl/a.xml": b"<a/>", "XL/A.xml": b"<b/>"})) == "F-BOMB"


@pytest.mark.parametrize("values", ["<v>40</v><v/>", "<v><v/>40</v>", "<v/><v>40</v>", "<v>40</v><v>99</v>"])
def test_two_values_in_a_sheet_that_is_plain_otherwise(tmp_path: Path, values: str) -> None:
    sheet = f'<worksheet><sheetData><row r="1"><c r="A1">{values}</c></row></sheetData></worksheet>'
    assert _refused(_book(tmp_path / "two.xlsx", {SHEET: sheet.encode()})) == "F-CELL-TWICE"


@pytest.mark.parametrize("encoding", ["n", "utf-7", "shift_jis"])
def test_xml_in_an_encoding_that_is_none_or_is_not_read(tmp_path: Path, encoding: str) -> None:
    rows = '<worksheet><sheetData><row hidden="1"/></sheetData></worksheet>'
    sheet = f'<?xml version="1.0" encoding="{encoding}"?>{rows}'
    assert _refused(_book(tmp_path / "encoding.xlsx", {SHEET: sheet.encode()})) == "F-TRUNCATED"


def test_an_encrypted_part(tmp_path: Path) -> None:
    path = _book(tmp_path / "locked.xlsx", {"xl/a.xml": b"<a/>"})
    content = bytearray(path.read_bytes())
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(signature) + offset] |= 1
    path.write_bytes(content)
    assert _refused(path) == "F-ENCRYPTED"


def test_a_part_that_is_larger_than_it_says(tmp_path: Path) -> None:
    path = _book(tmp_path / "liar.xlsx", {"xl/a.xml": b"a" * 10_000})
    content = path.read_bytes().replace(struct.pack("<L", 10_000), struct.pack("<L", 10))
    path.write_bytes(content)
    assert _refused(path) in ("F-BOMB", "F-TRUNCATED")


@pytest.mark.parametrize("address", [f"A{sheet_scan.MAX_ROW}", "SR1"])
def test_the_last_row_and_the_last_column_pass(tmp_path: Path, address: str) -> None:
    guard.scan(_book(tmp_path / "a.xlsx", _cell(address)))


@pytest.mark.parametrize("address", [f"A{sheet_scan.MAX_ROW + 1}", "SS1", "SR9999"])
def test_beyond_them_or_with_too_many_cells_a_sheet_is_refused(tmp_path: Path, address: str) -> None:
    assert _refused(_book(tmp_path / "a.xlsx", _cell(address))) == "F-RANGE"


@pytest.mark.parametrize("value", ["abc", "0x1", "1.0", "-1", "1e0", "٣"])
def test_a_shared_text_that_is_named_by_no_number_is_refused(value: str, tmp_path: Path) -> None:
    """The parser would take the first text of all for it."""
    sheet = f'<sheetData><row r="1"><c r="A1" t="s"><v>{value}</v></c></row></sheetData>'.encode()
    assert _refused(_book(tmp_path / "a.xlsx", {SHEET: sheet})) == "F-TRUNCATED"


_WHOLE = (
    '<worksheet><sheetViews><sheetView tabSelected="1"/></sheetViews><sheetData><row r="1"><c r="A1"><v>1</v></c></row>'
    '</sheetData><mergeCells count="1"><mergeCell ref="B2:C2"/></mergeCells></worksheet>'
)


def test_a_sheet_that_is_whole_is_read_by_searches_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheet_scan, "_Scan", None)
    guard.scan(_book(tmp_path / "whole.xlsx", {SHEET: _WHOLE.encode()}))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("</mergeCells></worksheet>", ""),
        ("</worksheet>", ""),
        ("</worksheet>", "</work"),
        ("</mergeCells>", "</mergeCell>"),
        ('ref="B2:C2"', 'ref="B2:C2'),
        ("</sheetViews>", ""),
        ("</worksheet>", "</worksheet><row/>"),
        ("</row>", "</c></row>"),
        ("</row>", ""),
        ("</v>", ""),
        ('r="A1"', 'r="A1" s="1'),
        ("</sheetData>", "<row></sheetData>"),
    ],
)
def test_a_sheet_that_is_broken_anywhere_is_refused(tmp_path: Path, old: str, new: str) -> None:
    """Also where its figures are all there: a part that ends early was cut, and nobody knows what else was lost."""
    assert _refused(_book(tmp_path / "a.xlsx", {SHEET: _WHOLE.replace(old, new).encode()})) == "F-TRUNCATED"


def test_a_part_without_a_name_is_a_part(tmp_path: Path) -> None:
    path = _book(tmp_path / "a.xlsx", {SHEET: _WHOLE.encode()})
    nameless = zipfile.ZipInfo("x")
    nameless.filename = ""
    with zipfile.ZipFile(path, "a") as book, book.open(nameless, "w") as part:
        part.write(b"x")
    guard.scan(path)


def test_a_sheet_that_the_package_calls_something_else(tmp_path: Path) -> None:
    """It has an error that the parser does not know, so that a copy would be made of it."""
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    book = f'<workbook xmlns:r="{office}"><sheets><sheet name="a" sheetId="1" r:id="rId1"/></sheets></workbook>'
    related = (
        f'<Relationships><Relationship Id="rId1" Type="{office}/theme" Target="worksheets/sheet1.xml"/></Relationships>'
    )
    sheet = '<worksheet><sheetData><row r="1"><c r="A1" t="e"><v>#SPILL!</v></c></row></sheetData></worksheet>'
    parts = {"xl/workbook.xml": book, "xl/_rels/workbook.xml.rels": related, SHEET: sheet}
    guard.scan(_book(tmp_path / "a.xlsx", {name: part.encode() for name, part in parts.items()}))


def test_a_shared_text_that_does_not_end_is_damage(tmp_path: Path) -> None:
    """The texts of all cells behind it would be those of their neighbours."""
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    related = f'<Relationships><Relationship Id="rId1" Type="{office}/sharedStrings" Target="sharedStrings.xml"/></Relationships>'
    parts = {"xl/workbook.xml": b"<workbook/>", "xl/_rels/workbook.xml.rels": related.encode()}
    texts = b"<sst><si><t>a</t></si><si><t>b</t></si></sst>"
    guard.scan(_book(tmp_path / "a.xlsx", {**parts, "xl/sharedStrings.xml": texts}))
    broken = {**parts, "xl/sharedStrings.xml": texts.replace(b"</si>", b"", 1)}
    assert _refused(_book(tmp_path / "b.xlsx", broken)) == "F-TRUNCATED"


def test_an_element_inside_a_value_is_damage(tmp_path: Path) -> None:
    """Its number would be another one for every parser."""
    sheet = _WHOLE.replace("<v>1</v>", "<v><r><rPr><strike/></rPr><t>3</t></r>70</v>").encode()
    assert _refused(_book(tmp_path / "a.xlsx", {SHEET: sheet})) == "F-TRUNCATED"
