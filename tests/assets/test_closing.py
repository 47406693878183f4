"""Closing a year: its figures become revision 1; what changes them later is a new revision and is told, never silent."""

from __future__ import annotations

import json
import re
from pathlib import Path

import openpyxl
import pytest

from assets.ingest import close_year, rebuild_marts, release
from assets.yearly_report import write_yearly_report, written_report
from tests.conftest import Make
from tests.support import clean_rows, copy_home, cover_cell, findings, form, put, query, report_of, take
from warehouse import clock
from warehouse.closing import YearOpenError
from warehouse.home import Home

REVISIONS = "SELECT year, revision_no, release_no, changed_tables IS NOT NULL FROM meta.year_revision ORDER BY ALL"


@pytest.fixture(scope="module")
def closed_once(registered: Home, once: Make) -> Home:
    """2024 with one report, closed; to be copied."""

    def fill(folder: Path) -> None:
        home = copy_home(registered, folder)
        put(home.inbox, report_of(104, "2024-Y", clean_rows(2024)))
        take(home)
        close_year(home, 2024)
        release(home)

    return Home(once("closed", fill) / "home")


@pytest.fixture
def closed(closed_once: Home, tmp_path: Path) -> Home:
    return copy_home(closed_once, tmp_path)


def test_closing_makes_revision_1_and_a_release(closed: Home) -> None:
    ((number,),) = query(closed, "SELECT max(release_no) FROM meta.release")
    assert query(closed, REVISIONS) == [(2024, 1, number, False)]
    manifest = json.loads(closed.manifest.read_text())
    assert manifest["release_no"] == number
    assert [(y["year"], y["revision_no"]) for y in manifest["closed_years"]] == [(2024, 1)]


def test_closing_again_changes_nothing(closed: Home) -> None:
    before = query(closed, "FROM meta.release"), query(closed, "FROM meta.year_revision")
    assert close_year(closed, 2024).release_no is None
    assert (query(closed, "FROM meta.release"), query(closed, "FROM meta.year_revision")) == before


def test_a_year_that_has_not_ended_cannot_be_closed(home: Home) -> None:
    with pytest.raises(YearOpenError, match="has not ended"):
        close_year(home, clock.today().year)
    assert query(home, REVISIONS) == []


def test_a_late_submission_is_accepted_into_a_new_revision_and_its_unit_is_told(closed: Home) -> None:
    put(closed.inbox, report_of(105, "2024-Y", clean_rows(2024)))
    result = take(closed)
    assert len(result.accepted) == 1
    (name,) = {row[0] for row in query(closed, "SELECT file_name FROM intake.submission WHERE unit_code = 'DV005'")}
    assert findings(closed, name) == {("S-YEAR-CLOSED", *cover_cell(form("2023"), "period_id"))}
    assert query(closed, REVISIONS)[-1] == (2024, 2, result.release_no, True)
    ((tables,),) = query(closed, "SELECT changed_tables FROM meta.year_revision WHERE revision_no = 2")
    assert "core.fact_training" in tables and "mart.training_by_year" in tables


def test_what_came_before_the_closing_is_not_called_late_when_it_is_judged_again(closed: Home) -> None:
    from assets.ingest import replay_years

    replay_years(closed, [2024])
    assert query(closed, "SELECT count(*) FROM intake.finding WHERE code = 'S-YEAR-CLOSED'") == [(0,)]
    assert len(query(closed, REVISIONS)) == 1, "judged alike: no figure changed, so no revision"


def test_other_years_leave_a_closed_year_alone(closed: Home) -> None:
    put(closed.inbox, report_of(105, "2025-Y", clean_rows(2025)))
    take(closed)
    rebuild_marts(closed, [2024, 2025])
    assert len(query(closed, REVISIONS)) == 1


def _texts(path: Path, sheet: str) -> set[str]:
    book = openpyxl.load_workbook(path)
    return {str(cell.value) for row in book[sheet].iter_rows() for cell in row if cell.value is not None}


def test_the_yearly_report_says_how_settled_it_is_and_keeps_each_revision(closed: Home) -> None:
    provisional, standing = write_yearly_report(closed, 2023)
    assert (standing.revision, provisional.name) == (0, "bao-cao-2023-tam-tinh.xlsx")
    assert any("tạm tính" in t for t in _texts(provisional, "Tổng hợp"))
    first, _ = write_yearly_report(closed, 2024)
    assert any(t.startswith("Khoá sổ ngày") for t in _texts(first, "Tổng hợp"))
    put(closed.inbox, report_of(105, "2024-Y", clean_rows(2024)))
    take(closed)
    kept = first.read_bytes()
    second, _ = write_yearly_report(closed, 2024)
    assert (first.name, second.name) == ("bao-cao-2024-lan-1.xlsx", "bao-cao-2024-lan-2.xlsx")
    assert first.read_bytes() == kept
    assert any(t.startswith("Sửa đổi lần 2") for t in _texts(second, "Tổng hợp"))


def test_the_yearly_report_shows_the_published_figures_with_labels_and_blanks(closed: Home) -> None:
    path, _ = write_yearly_report(closed, 2024)
    book = openpyxl.load_workbook(path)
    rows = [(row[0].value, row[2].value) for row in book["Tổng hợp"].iter_rows(min_row=6) if row[0].value]
    assert rows[0] == ("Cơ sở", None), "the units' figures stand above those of the superior bodies"
    figures = dict(reversed(rows))
    ((due, received, models),) = query(
        closed,
        "SELECT due, received, models_done_or_running FROM mart.key_figures WHERE year = 2024 AND reporter_level = 'unit'",
    )
    assert figures["Số báo cáo năm phải có (báo cáo)"] == due
    assert figures["Số báo cáo năm được nhận (báo cáo)"] == received == 1
    assert figures["Số mô hình, điển hình đã và đang thực hiện (mô hình)"] == models
    assert "Chưa gửi" in _texts(path, "Nộp báo cáo")
    assert "missing" not in _texts(path, "Nộp báo cáo")


def test_the_same_figures_give_the_same_file(closed: Home) -> None:
    path, standing = write_yearly_report(closed, 2024)
    before, at = path.read_bytes(), path.stat().st_mtime_ns
    assert written_report(closed, 2024) == (path, standing)
    assert path.stat().st_mtime_ns == at, "asking where it stands writes nothing"
    write_yearly_report(closed, 2024)
    assert path.read_bytes() == before


def test_no_text_of_a_submission_becomes_a_formula_in_the_report(closed: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("warehouse.cells.words._FORMULA", re.compile("(?!)"))  # as if one had got this far
    rows = clean_rows(2024)
    rows["model"][0]["model_title"] = "=HYPERLINK(1)"
    put(closed.inbox, report_of(106, "2024-Y", rows))
    assert take(closed).rejected == []
    path, _ = write_yearly_report(closed, 2024)
    book = openpyxl.load_workbook(path)
    assert [c for s in book for row in s.iter_rows() for c in row if c.data_type == "f"] == []
