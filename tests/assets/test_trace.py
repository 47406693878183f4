"""Every published figure leads to its cells, and each cell to file hash, sheet, address, form map and raw text."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import openpyxl
import pytest

from assets.intake.archive import archive_path
from assets.trace import trace_rows
from tests.support import clean_rows, put, query, report_of, take
from warehouse.catalog import open_published
from warehouse.figure import Figure
from warehouse.home import Home
from warehouse.lineage import LineageError, SourceCell, Traced, figure, source_cells
from warehouse.provenance import key_text
from warehouse.relation import Relation, relations

FIGURES = [
    ("core.fact_training", "attendee_count"),
    ("core.fact_training", "member_total_count"),
    ("core.fact_dialogue", "petition_raised_count"),
    ("core.fact_model_status", "start_date"),
    ("core.fact_organisation", "party_member_count"),
    ("core.dim_unit", "unit_name"),
]


@pytest.mark.parametrize(("table", "column"), FIGURES)
@pytest.mark.parametrize("kind", ["xlsx", "csv", "json"])
def test_a_cell_leads_back_to_the_bytes_it_came_from(demo: Home, table: str, column: str, kind: str) -> None:
    if (table, kind) in (("core.dim_unit", "csv"), ("core.dim_unit", "json")):
        kind = "xlsx"  # the register came as a workbook
    rows = query(
        demo,
        f"SELECT f.submission_id, f.row_no FROM {table} f JOIN intake.submission s USING (submission_id) "
        f"WHERE s.file_kind = ? AND f.{column} IS NOT NULL ORDER BY s.sha256, f.row_no LIMIT 3",
        [kind],
    )
    assert rows
    for submission, row in rows:
        with open_published(demo) as con:
            (cell,) = trace_rows(
                demo, source_cells(con, table, {"submission_id": submission, "row_no": str(row)}, column)
            )
        path = archive_path(demo.archive, cell["sha256"])
        assert hashlib.sha256(path.read_bytes()).hexdigest() == cell["sha256"]
        assert cell["raw_text"]
        assert ":columns.csv:" in cell["form_map"]
        if kind == "xlsx":
            with path.open("rb") as f:
                value = openpyxl.load_workbook(f, data_only=True)[cell["sheet"]][cell["cell"]].value
            assert str(value).startswith(cell["raw_text"][:10])


def test_raw_text_that_commands_a_terminal_is_shown_as_a_picture(home: Home) -> None:
    rows = clean_rows(2024)
    rows["model"][0]["model_title"] = "Tiết kiệm\x1b[2J điện"
    put(home.inbox, replace(report_of(104, "2024-Y", rows), look="json"))
    (submission,) = take(home).accepted
    with open_published(home) as con:
        where = source_cells(con, "core.fact_model_status", {"submission_id": submission}, "model_title")
        (cell,) = trace_rows(home, where)
    assert (cell["raw_text"], cell["value"]) == ("Tiết kiệm␛[2J điện", "Tiết kiệm[2J điện")


def _sums(home: Home, mart: Relation, column: str, way: Figure) -> list[tuple[str, float | None, float | None]]:
    """Of each row of a mart the figure, and what the counted cells of its lineage give."""
    worked_out = "sum(value * weight)"
    if way.rate:
        parts = [f"sum(value * weight) FILTER (part = '{p}')" for p in ("numerator", "denominator")]
        worked_out = f"100.0 * {parts[0]} / nullif({parts[1]}, 0)"
    none = "0" if way.count or way.distinct or way.blank else "NULL"  # of no cells a number is 0, a sum is not known
    return query(
        home,
        f"WITH cells AS (SELECT row_key, {worked_out} AS found FROM meta.lineage "
        "WHERE mart_name = ? AND column_name = ? AND uncounted IS NULL GROUP BY row_key) "
        f"SELECT row_key, figure::DOUBLE, coalesce(found, CASE WHEN figure IS NOT NULL THEN {none} END) "
        f"FROM (SELECT {key_text(mart)} AS row_key, {column} AS figure FROM {mart.qualified}) LEFT JOIN cells USING (row_key)",
        [mart.qualified, column],
    )


def _figures() -> list[tuple[Relation, str, Figure]]:
    """Every figure of every mart that is a number taken from rows."""
    marts = [r for r in relations().values() if r.schema == "mart"]
    numbers = [(m, c) for m in marts for c in m.columns if c.figure and not c.figure.of]
    return [
        (m, c.name, c.figure) for m, c in numbers if c.figure and (c.measure or not (c.figure.last or c.figure.only))
    ]


def test_the_cells_of_every_figure_of_every_mart_add_up_to_it(demo: Home) -> None:
    looked_at = 0
    for mart, column, way in _figures():
        rows = _sums(demo, mart, column, way)
        wrong = [r for r in rows if (r[1] is None) != (r[2] is None) or (r[1] is not None and abs(r[1] - r[2]) > 1e-9)]  # type: ignore[operator]
        assert not wrong, f"{mart.qualified}.{column}: {wrong[:3]} of {len(wrong)}"
        looked_at += any(figure for _, figure, _ in rows)
    assert looked_at > 70, "figures that are nowhere but 0 prove nothing"


def test_what_is_not_counted_is_told_with_its_reason(home: Home) -> None:
    half, whole = clean_rows(2017), clean_rows(2017)
    row = clean_rows(2017)["inspection"][0]
    whole["inspection"] = [row, {**row, "inspection_code": "KT2", "done_count": "khoảng 5"}]
    cover = {"revision": 1}
    put(home.inbox, report_of(104, "2017-H1", half), report_of(104, "2017-Y", half, cover))
    put(home.inbox, replace(report_of(104, "2017-Y", whole, {"revision": 2}), suffix="_second"))
    too_many = [{**clean_rows(2017)["training"][0], "member_attended_count": 21}]  # of 20
    put(home.inbox, report_of(105, "2017-Y", {**half, "training": too_many}))
    assert len(take(home).rejected) == 1
    with open_published(home) as con:
        found = figure(con, "mart.key_figures", {"year": "2017", "reporter_level": "unit"}, "inspections_done")
    assert [value for _, value in found.rows] == [1]
    reasons = sorted((str(c.period_id), str(c.uncounted)) for c in found.cells)
    assert reasons == [("2017-H1", "contained"), ("2017-Y", "None"), ("2017-Y", "not_exact"), ("2017-Y", "superseded")]
    assert [r["unit_code"] for r in found.rejected] == ["DV005"]


def test_a_figure_is_asked_for_by_any_column_of_its_mart(demo: Home) -> None:
    with open_published(demo) as con:
        by_code = figure(con, "mart.training_by_unit", {"year": "2013", "unit_code": "DV005"}, "attendee_count")
        printed = figure(
            con, "mart.training_by_unit", {"document_number": "60/2013/NĐ-CP", "unit_id": "140"}, "session_count"
        )
    (cell,) = trace_rows(demo, by_code.cells)
    assert (cell["raw_text"], cell["cell"], cell["uncounted"]) == ("66", "E7", None)
    assert next((c.value, c.uncounted) for c in printed.cells) == (1, None), (
        "the document is meant, however it is printed"
    )


def _all_cells(found: Traced) -> list[SourceCell]:
    """The cells behind a figure, and behind what it is made of."""
    return [*found.cells, *(c for part in found.made_of for c in _all_cells(part))]


def test_a_figure_that_is_made_of_others_leads_to_their_cells(demo: Home) -> None:
    key = {"year": "2021", "reporter_level": "unit"}
    ((percent, low, done, required, none),) = query(
        demo,
        "SELECT dialogue_percent, dialogue_percent_low, dialogues_done, dialogues_required, dialogue_units_none "
        "FROM mart.key_figures WHERE year = 2021 AND reporter_level = 'unit'",
    )
    with open_published(demo) as con:
        found = figure(con, "mart.key_figures", key, "dialogue_percent")
    parts = {f.column: f for f in found.made_of}
    assert [parts[n].rows[0][1] for n in ("dialogues_done", "dialogues_required")] == [done, required]
    counted = [c for c in _all_cells(parts["dialogues_done"]) if not c.uncounted]
    assert len({c.unit_code for c in counted}) == required, "one dialogue a year is required of each"
    assert (percent, low, none) == (80.0, 68.1, 7), "with 0 held by those that wrote none it is the lower one"


@pytest.mark.parametrize(("table", "column", "message"), [
    ("core.nothing", "a", "no table"), ("core.fact_training", "a", "has no column"), ("core.dim_code", "code", "not come from a form"),
])  # fmt: skip
def test_a_cell_that_cannot_be_traced_is_said(demo: Home, table: str, column: str, message: str) -> None:
    with open_published(demo) as con, pytest.raises(LineageError, match=message):
        source_cells(con, table, {}, column)


@pytest.mark.parametrize(("table", "key", "column", "message"), [
    ("mart.nothing", {}, "a", "no table"), ("mart.training_by_unit", {}, "a", "has no column"),
    ("mart.training_by_unit", {"unit": "105"}, "session_count", "has no column"),
    ("mart.training_by_unit", {}, "first_year", "is no figure"),
])  # fmt: skip
def test_a_figure_that_cannot_be_traced_is_said(
    demo: Home, table: str, key: dict[str, str], column: str, message: str
) -> None:
    with open_published(demo) as con, pytest.raises(LineageError, match=message):
        figure(con, table, key, column)
