"""Every published cell traces to file hash, sheet, A1 cell, form-map row and the raw text that stood there."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import openpyxl
import pytest

from assets.intake.archive import archive_path
from assets.trace import trace_rows
from tests.support import clean_rows, put, query, report_of, take
from warehouse.catalog import open_published
from warehouse.home import Home
from warehouse.lineage import LineageError, source_cells

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


def test_a_marts_figure_leads_to_all_its_cells(demo: Home) -> None:
    with open_published(demo) as con:
        cells = trace_rows(
            demo, source_cells(con, "mart.training_by_unit", {"year": "2013", "unit_id": "105"}, "attendee_count")
        )
    assert [c["value"] for c in cells] == [66]
    assert cells[0]["raw_text"] == "66"


@pytest.mark.parametrize(("table", "column", "message"), [
    ("core.nothing", "a", "no table"), ("core.fact_training", "a", "has no column"),
    ("mart.training_by_unit", "member_rate", "not one cell's figure"),
])  # fmt: skip
def test_what_cannot_be_traced_is_said(demo: Home, table: str, column: str, message: str) -> None:
    with open_published(demo) as con, pytest.raises(LineageError, match=message):
        source_cells(con, table, {"year": "2013"}, column)
