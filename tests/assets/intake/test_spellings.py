"""Legal spellings of one sheet: whatever the XML looks like, the same cells, errors, formulas and hidden rows - or a refusal."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assets.intake.grid import RawSheet, Refused
from assets.intake.xlsx import read_xlsx

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
SHEET = (
    f'<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="{MAIN}"><sheetData>'
    '<row r="3"><c r="A3" t="inlineStr"><is><t>mot</t></is></c><c r="B3"><v>40</v></c><c r="C3" t="e"><v>#REF!</v></c></row>'
    '<row r="4" hidden="1"><c r="A4"><v>1.5</v></c><c r="B4"><f>SUM(B3:B3)</f><v></v></c><c r="C4"><f>1+1</f><v>2</v></c></row>'
    '<row r="5"><c r="A5" t="b"><v>1</v></c><c r="B5" t="e"><v>#SPILL!</v></c><c r="C5" t="str"><v>hai</v></c></row>'
    "</sheetData></worksheet>"
)
#: each a legal way to write the same
RESPELLINGS: dict[str, Callable[[str], str]] = {
    "single quotes": lambda x: re.sub(r'"([^"<>]*)"', r"'\1'", x),
    "a prefix": lambda x: re.sub(r"<(/?)(\w)", r"<\1x:\2", x).replace("xmlns=", "xmlns:x="),
    "addresses left out": lambda x: re.sub(r' r="[A-C]\d"', "", x),
    "the type first": lambda x: re.sub(r'<((?:x:)?c) (r="\w+") (t="\w+")', r"<\1 \3 \2", x),
    "spaces": lambda x: re.sub(r'(\w)="', r'\1 = "', x),
    "lines": lambda x: re.sub(r"<((?:x:)?(?:c|row|f)) ", r"<\1\n\t", x),
    "comments": lambda x: re.sub(r"(<(?:x:)?(?:c|row)[ >])", r"<!-- <c r='A1' t='e'> -->\1", x),
    "true for 1": lambda x: x.replace('hidden="1"', 'hidden="true"'),
    "flat rows": lambda x: x.replace('hidden="1"', 'ht="0" customHeight="1"'),
    "numbers as characters": lambda x: x.replace('t="e"', 't="&#101;"'),
    "CDATA": lambda x: re.sub(r"<((?:x:)?[ftv])>([^<]*)</", r"<\1><![CDATA[\2]]></", x),
    "characters by number": lambda x: re.sub(r"(<(?:x:)?[tv]>)(\w)", lambda m: f"{m[1]}&#{ord(m[2])};", x),
    "in UTF-16": lambda x: x.replace("UTF-8", "UTF-16"),
    "small letters": lambda x: re.sub(r' r="([A-C])(\d)"', lambda m: f' r="{m[1].lower()}{m[2]}"', x),
}


def _book(
    path: Path, sheet: str, part: str = "xl/worksheets/sheet1.xml", stored: str | None = None, shared: str = ""
) -> Path:
    types = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    with zipfile.ZipFile(path, "w") as book:
        book.writestr(
            "[Content_Types].xml",
            '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{types}.sheet.main+xml"/>'
            f'<Override PartName="/{part}" ContentType="{types}.worksheet+xml"/></Types>',
        )
        book.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{PACKAGE}"><Relationship Id="r1" Type="{OFFICE}/officeDocument" '
            'Target="xl/workbook.xml"/></Relationships>',
        )
        book.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>',
        )
        target = part.removeprefix("xl/")
        book.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{PACKAGE}"><Relationship Id="rId1" Type="{OFFICE}/worksheet" Target="{target}"/>'
            f'<Relationship Id="rId2" Type="{OFFICE}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
        )
        book.writestr("xl/sharedStrings.xml", f'<sst xmlns="{MAIN}">{shared}</sst>')
        book.writestr(
            stored or part, sheet.encode("utf-16" if 'encoding="UTF-16"' in sheet[:60].replace("'", '"') else "utf-8")
        )
    return path


def _read(path: Path) -> RawSheet:
    (sheet,) = read_xlsx(path).sheets
    return sheet


def test_the_usual_spelling(tmp_path: Path) -> None:
    sheet = _read(_book(tmp_path / "a.xlsx", SHEET))
    assert sheet.rows == [["s:mot", "n:40", "e:#REF!"], ["n:1.5", None, "n:2"], ["b:true", "e:#SPILL!", "s:hai"]]
    assert (set(sheet.formulas), set(sheet.uncomputed), set(sheet.hidden_rows)) == ({(4, 1), (4, 2)}, {(4, 1)}, {4})


@given(chosen=st.lists(st.sampled_from(sorted(RESPELLINGS)), min_size=1, max_size=4, unique=True))
@settings(
    max_examples=150, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_every_legal_spelling_is_read_alike_or_refused(tmp_path: Path, chosen: list[str]) -> None:
    text = SHEET
    for name in chosen:
        text = RESPELLINGS[name](text)
    usual = _read(_book(tmp_path / "usual.xlsx", SHEET))
    try:
        other = _read(_book(tmp_path / "other.xlsx", text))
    except Refused as e:
        assert e.code == "F-TRUNCATED"
        return
    assert other == usual


@pytest.mark.parametrize("name", sorted(RESPELLINGS))
def test_one_respelling_alone_is_read(tmp_path: Path, name: str) -> None:
    text = RESPELLINGS[name](SHEET)
    assert text != SHEET
    assert _read(_book(tmp_path / "other.xlsx", text)) == _read(_book(tmp_path / "usual.xlsx", SHEET))


@pytest.mark.parametrize(
    ("part", "stored"),
    [
        ("xl/worksheets/Sheet1.XML", "xl/worksheets/sheet1.xml"),
        ("xl/sheets/s.xml", None),
        ("xl/worksheets/s.dat", None),
    ],
)
def test_a_sheet_is_found_by_its_relation(tmp_path: Path, part: str, stored: str | None) -> None:
    assert _read(_book(tmp_path / "other.xlsx", SHEET, part, stored)) == _read(_book(tmp_path / "usual.xlsx", SHEET))


@pytest.mark.parametrize(
    "part", ["xl/worksheets/sheet1.xml", "xl/sheets/s.xml", "xl/worksheets/s.dat", "xl/worksheets/S1.XML"]
)
@pytest.mark.parametrize("cell", ['<c r="XFD1048576"><v>1</v></c>', "<c t='n' r='xfd1048576'><v>1</v></c>"])
@pytest.mark.parametrize("prefix", [False, True])
def test_a_cell_that_is_far_is_refused_in_whatever_part(tmp_path: Path, part: str, cell: str, prefix: bool) -> None:
    text = SHEET.replace("</sheetData>", f"<row>{cell}</row></sheetData>")
    text = RESPELLINGS["lines"](RESPELLINGS["a prefix"](text)) if prefix else text
    with pytest.raises(Refused) as refused:
        _read(_book(tmp_path / "a.xlsx", text, part))
    assert refused.value.code == "F-RANGE"


@pytest.mark.parametrize(
    "text",
    [SHEET.replace('<c r="B3"><v>40</v></c>', '<c r="B3"><v>40</v></c><c r="B3"><v>99</v></c>'),
     SHEET.replace('<row r="5">', '<row r="3"><c r="A3"><v>77</v></c></row><row r="5">')],
)  # fmt: skip
def test_one_address_twice_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(Refused) as refused:
        _read(_book(tmp_path / "a.xlsx", text))
    assert refused.value.code == "F-CELL-TWICE"


def test_a_document_type_in_a_part_of_any_name_is_refused(tmp_path: Path) -> None:
    text = SHEET.replace("<worksheet", '<!DOCTYPE worksheet [<!ENTITY a "b">]><worksheet', 1)
    with pytest.raises(Refused) as refused:
        _read(_book(tmp_path / "a.xlsx", text, "xl/worksheets/s.dat"))
    assert refused.value.code == "F-DTD"


@pytest.mark.parametrize("value", ["<v>4&#48;</v>", "<v>4<?x?>0</v>", "<v>4<!-- x -->0</v>", "<v><![CDATA[40]]></v>"])
def test_a_figure_that_the_parser_cuts_is_never_another_figure(tmp_path: Path, value: str) -> None:
    try:
        sheet = _read(_book(tmp_path / "a.xlsx", SHEET.replace("<v>40</v>", value)))
    except Refused:
        return
    assert sheet.rows[0][1] == "n:40"


def test_two_values_in_one_cell_are_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        _read(_book(tmp_path / "a.xlsx", SHEET.replace("<v>40</v>", "<v>40</v><v>99</v>")))
    assert refused.value.code == "F-CELL-TWICE"


def test_an_error_that_the_parser_gives_no_place_for_is_not_lost(tmp_path: Path) -> None:
    """Alone in the first column, in a spelling that the parser takes for nothing."""
    text = SHEET.replace("</sheetData>", '<row r="6"><c r="A6" t="e"><v><![CDATA[#REF!]]></v></c></row></sheetData>')
    try:
        sheet = _read(_book(tmp_path / "a.xlsx", text))
    except Refused as e:
        assert e.code == "F-TRUNCATED"
        return
    assert sheet.rows[3][0] == "e:#REF!"


#: the text of a cell as it may be spelled, and what it says
TEXTS = {
    "m&#7897;t": "một", "<![CDATA[m]]>ột": "một", "m<!-- x -->ột": "một", "m<?x y?>ột": "một", "m_x1ED9_t": "một",
    "a&#x26;b": "a&b", "a&amp;b": "a&b", "<![CDATA[a<b]]>": "a<b", "a_x005F_x000D_b": "a_x000D_b", "hai\n ba": "hai\n ba",
}  # fmt: skip


@pytest.mark.parametrize("spelled", TEXTS)
def test_a_text_is_read_whole_however_it_is_spelled(tmp_path: Path, spelled: str) -> None:
    aside = '<rPh sb="0" eb="1"><t>mốt</t></rPh>'
    runs = f"<r><t>x</t></r><r><t>{spelled}</t></r>{aside}"
    cells = {
        "A3": f'<c r="A3" t="inlineStr"><is><t>{spelled}</t></is></c>',
        "B3": f'<c r="B3" t="str"><f>A1</f><v>{spelled}</v></c>',
        "C3": f'<c r="C3" t="inlineStr"><is>{runs}</is></c>',
        "D3": '<c r="D3" t="s"><v>0</v></c>',
        "E3": '<c r="E3" t="s"><v>1</v></c>',
    }
    text = re.sub(r"<sheetData>.*</sheetData>", "", SHEET).replace(
        "</worksheet>", f'<sheetData><row r="3">{"".join(cells.values())}</row></sheetData></worksheet>'
    )
    shared = f"<si><t>{spelled}</t></si><si>{runs}</si>"
    said = TEXTS[spelled]
    (row,) = _read(_book(tmp_path / "a.xlsx", text, shared=shared)).rows
    assert row == [f"s:{said}", f"s:{said}", f"s:x{said}", f"s:{said}", f"s:x{said}"]


def _moved(path: Path, renames: dict[str, str], targets: dict[str, str]) -> Path:
    """Write the usual workbook with other names of its parts and other spellings of what leads to them."""
    with zipfile.ZipFile(_book(path.with_name("usual.xlsx"), SHEET)) as usual, zipfile.ZipFile(path, "w") as book:
        for name in usual.namelist():
            text = usual.read(name).decode()
            for old, new in targets.items():
                text = text.replace(old, new)
            book.writestr(renames.get(name, name), text)
    return path


MAIN_PART, RELS, PART = "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/worksheets/sheet1.xml"
TARGET = 'Target="worksheets/sheet1.xml"'
MOVES: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    "./": ({}, {TARGET: 'Target="./worksheets/sheet1.xml"'}),
    "../": ({}, {TARGET: 'Target="../xl/worksheets/./sheet1.xml"'}),
    "absolute": ({}, {TARGET: 'Target="/xl/worksheets/sheet1.xml"'}),
    "two strokes": ({}, {TARGET: 'Target="/xl//worksheets/sheet1.xml"'}),
    "a blank": ({PART: "xl/worksheets/sheet 1.xml"}, {TARGET: 'Target="worksheets/sheet%201.xml"'}),
    "a blank in both": ({PART: "xl/worksheets/sheet%201.xml"}, {TARGET: 'Target="worksheets/sheet%201.xml"'}),
    "letters": ({PART: "xl/worksheets/trang-mộ.xml"}, {TARGET: 'Target="worksheets/trang-m%E1%BB%99.xml"'}),
    "a stroke that leans": ({}, {TARGET: 'Target="worksheets\\sheet1.xml"'}),
    "another folder": ({PART: "data/s.xml"}, {TARGET: 'Target="../data/s.xml"'}),
    "the root": ({PART: "s.xml"}, {TARGET: 'Target="/s.xml"'}),
    "another book": (
        {MAIN_PART: "book/main.xml", RELS: "book/_rels/main.xml.rels", PART: "book/worksheets/sheet1.xml",
         "xl/sharedStrings.xml": "book/sharedStrings.xml"},
        {"xl/workbook.xml": "book/main.xml", "/xl/": "/book/"},
    ),
    "the book in the root": (
        {MAIN_PART: "workbook.xml", RELS: "_rels/workbook.xml.rels", "xl/sharedStrings.xml": "sharedStrings.xml"},
        {'Target="xl/workbook.xml"': 'Target="/workbook.xml"', "/xl/workbook.xml": "/workbook.xml", TARGET: 'Target="xl/worksheets/sheet1.xml"'},
    ),
    "another prefix": ({}, {"xmlns:r=": "xmlns:rel=", "r:id=": "rel:id="}),
    "a comment": ({}, {"<sheets>": "<sheets><!-- <sheet name='T'/> -->"}),
}  # fmt: skip


@pytest.mark.parametrize("name", MOVES)
def test_parts_are_found_wherever_they_are(tmp_path: Path, name: str) -> None:
    assert _read(_moved(tmp_path / "a.xlsx", *MOVES[name])) == _read(_book(tmp_path / "b.xlsx", SHEET))
