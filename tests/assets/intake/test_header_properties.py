"""The header finder on any layout of a form's sheet: every header is found or named, and nothing maps twice."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assets.intake.grid import RawSheet
from assets.intake.issues import Issue
from assets.intake.match import TableMap, match_tables
from assets.intake.moved import moved_headers
from assets.intake.rows import sort_rows
from warehouse.cells.reading import Cell
from warehouse.forms import FormColumn, FormVersion, form_versions


def twins() -> FormVersion:
    """A form whose headers stand twice, under two groups: only the group tells them apart."""
    form = form_versions()["BCDV", "2023"]
    texts = {1: ("", "TT"), 2: ("", "Hình thức"), 3: ("Kế hoạch", "Số cuộc"), 4: ("Kế hoạch", "Số người"),
             5: ("Kết quả", "Số cuộc"), 6: ("Kết quả", "Số người")}  # fmt: skip
    kept = [c for c in form.headers("training") if c.position in texts]
    columns = [replace(c, group_header=texts[c.position or 0][0], header=texts[c.position or 0][1]) for c in kept]
    return replace(form, form_version="twins", columns=tuple(columns))


TABLES = [(f, t) for f in (*form_versions().values(), twins()) for t in f.tables()]
IDS = [f"{f.form_code}-{f.form_version}-{t}" for f, t in TABLES]
STRANGE = "Cột của đơn vị"


@dataclass(frozen=True)
class Layout:
    """How a unit laid its sheet out. ``groups``: over each column, over the first of its group, or left out."""

    order: list[int]
    above: int
    title: bool
    groups: str
    merged_down: bool
    renamed: frozenset[int]
    left_out: frozenset[int]


@st.composite
def layouts(draw: st.DrawFn, width: int, *, whole: bool) -> Layout:
    """Draw a layout; a ``whole`` one has every header as the form prints it, with its group."""
    some = st.just(frozenset[int]()) if whole else st.frozensets(st.integers(0, width - 1), max_size=3)
    groups = st.just("each") if whole else st.sampled_from(["each", "first", "none"])
    return Layout(
        draw(st.permutations(range(width))), draw(st.integers(0, 25)), draw(st.booleans()), draw(groups),
        draw(st.booleans()), draw(some), draw(some),
    )  # fmt: skip


def drawn(headers: list[FormColumn], layout: Layout) -> RawSheet:
    """Draw the sheet: blank rows, perhaps a title, the groups, the headers, and one row of ones."""
    columns = [(i, headers[i]) for i in layout.order if i not in layout.left_out]
    upper: list[Cell] = []
    lower: list[Cell] = []
    for at, (i, h) in enumerate(columns):
        text = "s:" + (f"{STRANGE} {i}" if i in layout.renamed else h.header)
        opens = at == 0 or columns[at - 1][1].group_header != h.group_header
        shown = layout.groups == "each" or (layout.groups == "first" and opens)
        group = f"s:{h.group_header}" if h.group_header and shown else None
        upper.append(text if not h.group_header and layout.merged_down else group)
        lower.append(text)
    rows: list[list[Cell]] = [[] for _ in range(layout.above)]
    rows += [["s:BIỂU SỐ LIỆU"], []] if layout.title else []
    rows += [upper] if layout.groups != "none" else []
    return RawSheet("x", True, [*rows, lower, ["n:7" for _ in lower]], 1, 0)


def found_in(form: FormVersion, table: str, sheet: RawSheet) -> tuple[TableMap | None, list[Issue]]:
    named = RawSheet(form.sheet(table), True, sheet.rows, 1, 0)
    issues: list[Issue] = []
    maps = match_tables(form, [named], issues)
    others = [form.sheet(t) for t in form.tables() if t != table]
    return next((m for m in maps if m.table == table), None), [i for i in issues if i.sheet not in others]


@pytest.mark.parametrize(("form", "table"), TABLES, ids=IDS)
@given(data=st.data())
@settings(max_examples=25, deadline=None, derandomize=True)
def test_every_header_is_found_wherever_it_stands(form: FormVersion, table: str, data: st.DataObject) -> None:
    headers = form.headers(table)
    layout = data.draw(layouts(len(headers), whole=True))
    sheet = drawn(headers, layout)
    found, issues = found_in(form, table, sheet)
    assert found is not None
    assert {c.position: i for c, i in found.columns} == {headers[i].position: at for at, i in enumerate(layout.order)}
    assert issues == []
    assert sort_rows(found).data == [len(sheet.rows) - 1]
    moved = moved_headers(found, sort_rows(found).data)
    assert {i.code for i in moved} <= {"H-HEADER-MOVED", "H-HEADER-EXCHANGED"}
    assert bool(moved) == (layout.order != sorted(layout.order))


@pytest.mark.parametrize(("form", "table"), TABLES, ids=IDS)
@given(data=st.data())
@settings(max_examples=40, deadline=None, derandomize=True)
def test_a_header_is_found_or_named_and_nothing_maps_twice(form: FormVersion, table: str, data: st.DataObject) -> None:
    headers = form.headers(table)
    layout = data.draw(layouts(len(headers), whole=False))
    sheet = drawn(headers, layout)
    found, issues = found_in(form, table, sheet)
    named = Counter(i.column for i in issues if i.code == "H-HEADER-MISSING")
    mapped = found.columns if found else ()
    assert len({i for _, i in mapped}) == len({c for c, _ in mapped}) == len(mapped)
    places = dict(mapped)
    for h in headers:
        if form.may_lack(h):
            assert not named[(h.columns or ("",))[0]]
        elif found:
            assert (h in places) != bool(named[h.columns[0]]), f"{h.header} is neither found nor named, or both"
    shown = [i for i in layout.order if i not in layout.left_out]
    unknown = {i.cell for i in issues if i.code in ("H-HEADER-UNKNOWN", "H-HEADER-DUPLICATE")}
    for at, i in enumerate(shown):
        if i in layout.renamed and found:
            assert at not in places.values(), f"{STRANGE} was taken for a header"
        if found and places and at not in places.values():  # without any header of the form there is no header row
            assert sheet.cell(1 + found.header_row, at) in unknown, f"column {at} is neither mapped nor named"
    if found is None:
        assert issues
