"""OpenDocument spreadsheets: one that LibreOffice wrote, changed at single cells, and small ones that are written here."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path
from xml.sax.saxutils import escape

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assets.intake.extract import Extract, extract
from assets.intake.grid import RawSheet, Refused
from assets.intake.read import read_file
from tests.support import REPO, findings, query, take_and_answer
from warehouse.home import Home

CASE = REPO / "tests/cases/82h-ods.ods"
MIME = "application/vnd.oasis.opendocument.spreadsheet"
MANIFEST = 'xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"'
SPACES = " ".join(
    f'xmlns:{p}="urn:oasis:names:tc:opendocument:xmlns:{p}:1.0"' for p in ("office", "table", "text", "style", "drawing")
) + ' xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0" xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"'  # fmt: skip
STYLES = (
    '<style:style style:name="struck" style:family="table-cell"><style:text-properties style:text-line-through-style="solid"/>'
    '</style:style><style:style style:name="child" style:family="table-cell" style:parent-style-name="struck"/>'
    '<style:style style:name="T1" style:family="text"><style:text-properties style:text-position="super 58%"/></style:style>'
    '<style:style style:name="T2" style:family="text"><style:text-properties style:text-line-through-style="solid"/></style:style>'
    '<style:style style:name="flat" style:family="table-row"><style:table-row-properties style:row-height="0in"/></style:style>'
    '<style:style style:name="off" style:family="table"><style:table-properties table:display="false"/></style:style>'
)


def _zip(path: Path, parts: Mapping[str, bytes | str]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        for name, content in parts.items():
            book.writestr(name, content)
    return path


def _content(tables: str) -> str:
    return (
        f"<office:document-content {SPACES}><office:automatic-styles>{STYLES}</office:automatic-styles><office:body>"
        f"<office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>"
    )


def _small(path: Path, tables: str, extra: Mapping[str, str] | None = None) -> Path:
    manifest = f'<manifest:manifest {MANIFEST}><manifest:file-entry manifest:full-path="/" manifest:media-type="{MIME}"/></manifest:manifest>'
    return _zip(
        path, {"mimetype": MIME, "META-INF/manifest.xml": manifest, "content.xml": _content(tables), **(extra or {})}
    )


def _sheet(path: Path, rows: str, attributes: str = "") -> RawSheet:
    (sheet,) = read_file(_small(path, f'<table:table table:name="S"{attributes}>{rows}</table:table>'), "a.ods").sheets
    return sheet


def _row(*cells: str, attributes: str = "") -> str:
    return f"<table:table-row{attributes}>{''.join(cells)}</table:table-row>"


def _cell(inside: str = "", attributes: str = 'office:value-type="string"') -> str:
    return f"<table:table-cell {attributes}>{inside}</table:table-cell>"


def _p(text: str) -> str:
    return f"<text:p>{text}</text:p>"


def _number(value: object, more: str = "") -> str:
    return _cell(_p(str(value)), f'office:value-type="float" office:value="{value}"{more}')


def _changed(path: Path, cell: str, attributes: str) -> Extract:
    """The case with its G7 (40 attendees of the first row of training) written otherwise."""
    with zipfile.ZipFile(CASE) as book:
        parts = {n: book.read(n) for n in book.namelist()}
    content = parts["content.xml"].decode()
    start = content.index("<text:p>40</text:p>", content.index('table:name="1. Quán'))
    first, last = content.rindex("<table:table-cell", 0, start), content.index("</table:table-cell>", start)
    content = f"{content[:first]}<table:table-cell {attributes}>{cell}{content[last:]}"
    content = content.replace("</office:automatic-styles>", f"{STYLES}</office:automatic-styles>", 1)
    return extract(read_file(_zip(path, {**parts, "content.xml": content}), "a.ods"))


NUMBER = 'office:value-type="float" office:value="40"'
CHANGES = [
    (_p("#REF!"), 'table:formula="of:=[.A1]" office:value-type="string" calcext:value-type="error"', "e:#REF!", "H-FORMULA"),
    (_p("Err:502"), 'table:formula="of:=x" office:value-type="float" office:value="0"', "e:Err:502", "H-FORMULA"),
    ("", 'table:formula="of:=1+1"', None, "H-FORMULA-EMPTY"),
    (_p("40"), f'table:formula="of:=39+1" {NUMBER}', "n:40", "H-FORMULA"),
    (_p('40<text:span text:style-name="T1">1</text:span>'), 'office:value-type="string"', "s:401", "V-MARKED"),
    (_p('<text:span text:style-name="T2">30</text:span>40'), 'office:value-type="string"', "s:3040", "V-MARKED"),
    (_p("40"), f'table:style-name="child" {NUMBER}', "n:40", "V-MARKED"),
    (_p("4000%"), 'office:value-type="percentage" office:value="40"', "s:4000%", None),
    (_p("12<text:line-break/>345"), 'office:value-type="string"', "s:12\n345", None),
    (_p("12") + _p("345"), 'office:value-type="string"', "s:12\n345", None),
    ("<office:annotation><text:p>xem 99</text:p></office:annotation>" + _p("40"), NUMBER, "n:40", None),
    (_p("<![CDATA[4]]>0"), 'office:value-type="string"', "s:40", None),
    (_p("31/01/24"), 'office:value-type="date" office:date-value="2024-01-31T17:00:00"', "d:2024-01-31T17:00:00", None),
    *((_p("1/2/24"), f'office:value-type="date" office:date-value="{stated}"', f"d:{day}", None)
      for stated, day in (("2024-01-31T17:00:00Z", "2024-02-01"), ("2024-02-01T00:00:00+07:00", "2024-02-01"),
                          ("2024-01-31T12:00:00.000-05:00", "2024-02-01"), ("2024-02-01Z", "2024-02-01"),
                          ("2024-02-01+07:00", "2024-02-01"), ("2024-01-31T16:59:30Z", "2024-01-31T23:59:30"))),
]  # fmt: skip


@pytest.mark.parametrize(("cell", "attributes", "read", "code"), CHANGES)
def test_a_cell_of_a_real_file(tmp_path: Path, cell: str, attributes: str, read: str | None, code: str | None) -> None:
    found = _changed(tmp_path / "a.ods", cell, attributes)
    training = next(t for t in found.tables if t.table == "training")
    (at,) = [i for i, c in enumerate(training.columns) if c.columns == ("attendee_count",)]
    assert training.cells[at] == [read]
    assert [(i.code, i.cell) for i in found.issues] == ([(code, "G7")] if code else [])


def test_a_figure_that_the_parsers_read_otherwise_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        _changed(tmp_path / "a.ods", _p("40"), 'office:value-type="float" office:value="4&#48;"')
    assert refused.value.code == "F-TRUNCATED"


@pytest.mark.parametrize(
    "stated", ["2024-02-01T24:99:00Z", "2024-02-30Z", "9999-12-31T23:00:00Z", "2024-02-01 07:00", "1/2/2024"]
)
def test_a_date_that_is_none_is_refused(tmp_path: Path, stated: str) -> None:
    with pytest.raises(Refused) as refused:
        _changed(tmp_path / "a.ods", _p("x"), f'office:value-type="date" office:date-value="{stated}"')
    assert refused.value.code == "F-TRUNCATED"


def test_hidden_rows_columns_and_sheets(tmp_path: Path) -> None:
    rows = "".join(
        _row(_number(n), attributes=a)
        for n, a in enumerate(
            ("", ' table:visibility="collapse"', ' table:visibility="filter"', ' table:style-name="flat"')
        )
    )
    columns = '<table:table-column/><table:table-column table:number-columns-repeated="2" table:visibility="collapse"/>'
    group = f'<table:table-row-group table:display="false">{_row(_number(9))}</table:table-row-group>{_row(_number(8))}'
    sheet = _sheet(tmp_path / "a.ods", columns + rows + group, ' table:style-name="off"')
    assert (set(sheet.hidden_rows), set(sheet.hidden_columns), sheet.visible) == ({2, 3, 4, 5}, {1, 2}, False)


def test_styles_that_come_from_the_column(tmp_path: Path) -> None:
    columns = '<table:table-column/><table:table-column table:default-cell-style-name="child"/>'
    sheet = _sheet(tmp_path / "a.ods", columns + _row(_number(1), _number(2), _number(3)))
    assert set(sheet.struck) == {(1, 1)}


def test_merged_cells_are_filled(tmp_path: Path) -> None:
    span = ' table:number-columns-spanned="2" table:number-rows-spanned="2"'
    covered = "<table:covered-table-cell/>"
    hidden = '<table:covered-table-cell office:value-type="float" office:value="7"><text:p>7</text:p></table:covered-table-cell>'
    rows = _row(_number(4, span), covered, _number(1)) + _row(hidden, covered, _number(2))
    sheet = _sheet(tmp_path / "a.ods", rows)
    assert sheet.rows == [["n:4", "n:4", "n:1"], ["n:4", "n:4", "n:2"]]
    assert set(sheet.merged) == {(1, 1), (2, 0), (2, 1)}


VALUES = st.one_of(
    st.none(), st.integers(0, 10**6), st.floats(0, 1e6, allow_nan=False).map(lambda x: round(x, 3)),
    st.text(st.characters(categories=["L", "Nd"]), min_size=1, max_size=8).map(lambda t: f"x{t}"),
)  # fmt: skip


def _written(grid: list[list[object]], *, is_short: bool) -> str:
    """Write a grid, with like neighbours counted where ``is_short``, as programs do."""

    def cell(value: object, count: int) -> str:
        more = f' table:number-columns-repeated="{count}"' if count > 1 else ""
        if value is None:
            return f"<table:table-cell{more}/>"
        return (
            _number(value, more)
            if not isinstance(value, str)
            else _cell(_p(escape(value)), f'office:value-type="string"{more}')
        )

    def runs(items: list[object]) -> list[tuple[object, int]]:
        out: list[tuple[object, int]] = []
        for item in items:
            out = [*out[:-1], (item, out[-1][1] + 1)] if is_short and out and out[-1][0] == item else [*out, (item, 1)]
        return out

    rows = runs([tuple(r) for r in grid])
    return "".join(
        _row(*(cell(v, n) for v, n in runs(list(row))), attributes=f' table:number-rows-repeated="{n}"')  # type: ignore[call-overload]
        for row, n in rows
    )


@given(
    grid=st.integers(1, 5).flatmap(lambda w: st.lists(st.lists(VALUES, min_size=w, max_size=w), min_size=1, max_size=6))
)
@settings(max_examples=80, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_repeated_cells_and_rows_are_as_if_each_were_written(tmp_path: Path, grid: list[list[object]]) -> None:
    tail = _row("<table:table-cell/>", attributes=' table:number-rows-repeated="1048570"')
    long = _sheet(tmp_path / "long.ods", _written(grid, is_short=False))
    short = _sheet(tmp_path / "short.ods", _written(grid, is_short=True) + tail)
    assert short.rows == long.rows
    flat = {(r, c): v for r, row in enumerate(grid) for c, v in enumerate(row) if v is not None}
    read = {(r, c): v[2:] for r, row in enumerate(long.rows) for c, v in enumerate(row) if v is not None}
    assert {at: v if isinstance(v, str) else float(str(v)) for at, v in flat.items()} == {
        at: read[at] if isinstance(flat[at], str) else float(read[at]) for at in read
    }


HARMFUL = {
    "rows repeated": (_row(_number(1), attributes=' table:number-rows-repeated="1000000"'), "F-RANGE"),
    "columns repeated": (_row(_number(1, ' table:number-columns-repeated="16384"')), "F-RANGE"),
    "both": (_row(_number(1, ' table:number-columns-repeated="500"'), attributes=' table:number-rows-repeated="9000"'), "F-RANGE"),
    "a far cell": (_row("<table:table-cell/>", attributes=' table:number-rows-repeated="999999"') + _row(_number(1)), "F-RANGE"),
    "a table in a table": (_row(_cell(_p("x"))) + '<table:table table:name="T"/>', "F-TRUNCATED"),
    "no number": (_row(_cell(_p("x"), 'office:value-type="float" office:value="bốn"')), "F-TRUNCATED"),
    "no day": (_row(_cell(_p("x"), 'office:value-type="date" office:date-value="32/13/2024"')), "F-TRUNCATED"),
}  # fmt: skip


@pytest.mark.parametrize("name", HARMFUL)
def test_what_would_harm_is_refused(tmp_path: Path, name: str) -> None:
    rows, code = HARMFUL[name]
    with pytest.raises(Refused) as refused:
        _sheet(tmp_path / "a.ods", rows)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("parts", "code"),
    [({"META-INF/manifest.xml": "<m><file-entry><encryption-data/></file-entry></m>"}, "F-ENCRYPTED"),
     ({"Basic/Standard/Module1.xml": "<m/>"}, "F-MACRO"), ({"styles.xml": '<!DOCTYPE s [<!ENTITY a "b">]><s/>'}, "F-DTD"),
     ({"content.xml": "<a><b></a>"}, "F-TRUNCATED")],
)  # fmt: skip
def test_what_is_refused_of_a_whole_file(tmp_path: Path, parts: dict[str, str], code: str) -> None:
    with pytest.raises(Refused) as refused:
        read_file(_small(tmp_path / "a.ods", '<table:table table:name="S"/>', parts), "a.ods")
    assert refused.value.code == code


def test_the_cache_of_another_file_is_no_sheet_and_is_told(tmp_path: Path) -> None:
    cache = f"<table:table table:name=\"'file:///x.ods'#S\"><table:table-source/>{_row(_number(9))}</table:table>"
    raw = read_file(
        _small(tmp_path / "a.ods", f'<table:table table:name="S">{_row(_number(1))}</table:table>{cache}'), "a.ods"
    )
    assert ([s.name for s in raw.sheets], [f.code for f in raw.findings]) == (["S"], ["F-EXTERNAL-LINK"])


def test_days_that_count_from_another_day(tmp_path: Path) -> None:
    base = '<table:calculation-settings><table:null-date table:date-value="1904-01-01"/></table:calculation-settings>'
    raw = read_file(
        _small(tmp_path / "a.ods", f'{base}<table:table table:name="S">{_row(_number(1))}</table:table>'), "a.ods"
    )
    assert raw.sheets[0].day_shift == 1462


def test_an_ods_report_is_taken_and_its_receipt_lists_the_cells(home: Home, tmp_path: Path) -> None:
    (home.inbox / "good.ods").write_bytes(CASE.read_bytes())
    _changed(tmp_path / "a.ods", _p("2,5"), 'office:value-type="float" office:value="2.5"')
    (home.inbox / "bad.ods").write_bytes((tmp_path / "a.ods").read_bytes())
    take_and_answer(home)
    kinds = query(
        home, "SELECT file_name, file_kind, verdict FROM intake.submission WHERE file_kind = 'ods' ORDER BY 1"
    )
    assert kinds == [("bad.ods", "ods", "rejected"), ("good.ods", "ods", "accepted")]
    assert query(
        home,
        "SELECT attendee_count FROM core.fact_training JOIN intake.submission s USING (submission_id) WHERE s.file_kind = 'ods'",
    ) == [(40,)]
    assert ("V-COUNT-FRACTION", "1. Quán triệt - tập huấn", "G7") in findings(home, "bad.ods")
    ((submission,),) = query(home, "SELECT submission_id FROM intake.submission WHERE file_name = 'bad.ods'")
    listing = openpyxl.load_workbook(io.BytesIO((home.receipts / f"{submission}.xlsx").read_bytes()))
    said = [str(c.value) for row in listing.worksheets[0] for c in row if c.value is not None]
    assert {"V-COUNT-FRACTION", "G7"} <= set(said)
    assert not any(re.search(r"\b(?:the|not|sheet)\b", text) for text in said)
