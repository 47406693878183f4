"""The cells behind a paper's figures: they are those of the trace, they add up, they are bounded and say so, and with them figures change."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from assets.report import cells as shown_cells
from assets.report.cells import with_cells
from assets.report.charts import svg_of
from assets.report.content import Figure, Paragraph, Report, Text
from assets.report.declaration import papers
from assets.report.html import as_html
from assets.report.lint import unresolved_html
from assets.report.origins import ORIGINS, origins
from assets.report.resolve import resolve
from tests.assets.report.sample import FIGURE, MARKUP, report
from tests.support import clean_rows, copy_home, put, report_of, take
from warehouse.behind import Behind, FigureOf, cells_behind
from warehouse.catalog import open_published
from warehouse.check import DeclarationError
from warehouse.home import Home
from warehouse.lineage import SourceCell, Traced, figure
from warehouse.source import ROOT

OF = FigureOf("mart.training_by_year", (("year", 2024), ("reporter_level", "unit")), "session_count")


def _traced(home: Home, year: int) -> Report:
    given = {"year": year, "year_before": year - 1}
    with open_published(home) as con:
        return with_cells(con, resolve(con, papers()["yearly_report"], given, "tạm tính", date(year, 12, 31)))


@pytest.fixture(scope="module")
def year(demo: Home) -> Report:
    return _traced(demo, 2024)


def test_every_question_of_a_paper_says_which_figures_its_own_are_or_why_none() -> None:
    asked = {q.query for paper in papers().values() for q in paper.questions}
    words_only = {"report_notes", "report_document", "report_model_list"}
    assert asked - words_only == set(origins()) & asked


def test_every_figure_of_a_year_leads_to_figures_of_marts_but_for_those_of_queries_that_say_why_not(
    year: Report,
) -> None:
    asked = {q.name: q.query for q in papers()["yearly_report"].questions}
    untraced = {(f.key.split("(")[0], f.key.rsplit(".", 1)[1]) for f in year.figures() if not f.of}
    of_the_row = {"share_percent"}  # worked out of the counts beside it
    from_register = {"dialogue_units_counted", "dialogue_units_none", "dialogue_units_no_figure"}
    assert untraced
    for question, column in untraced:
        assert column in from_register | of_the_row or any(o.because for o in origins()[asked[question]]), (
            question,
            column,
        )
    values = {(f.key, f.value) for f in year.figures()}
    assert len(values) > 600 and len(values) == len({key for key, _ in values}), "a key names one figure"


def test_the_cells_are_those_of_the_trace_and_add_up_to_the_figure(demo: Home, year: Report) -> None:
    in_full = [
        (f, year.cells[f.of[0]])
        for f in year.figures()
        if len(f.of) == 1 and 0 < year.cells[f.of[0]].total == len(year.cells[f.of[0]].cells)
    ]
    sums = [(f, b) for f, b in in_full if {c.part for c in b.cells} == {"sum"}]
    added = {
        f.key: sum((c.value or 0) * (c.weight or 0) for c in b.cells)
        for f, b in sums
        if not re.search(r"required|rate", f.key)
    }
    assert len(added) > 100
    assert added == {f.key: pytest.approx(float(f.value)) for f, _ in sums if f.key in added}
    asked = [f.of[0] for f in year.figures() if "models_done_or_running" in f.key or "dialogues_done" in f.key]
    assert len(asked) > 10
    with open_published(demo) as con:
        for of in asked[:4]:
            found = figure(con, of.mart, {n: str(v) for n, v in of.key}, of.column)
            assert year.cells[of].total == len([c for c in _all(found) if not c.uncounted]) > 0


def _all(found: Traced) -> list[SourceCell]:
    return [*found.cells, *(c for part in found.made_of for c in _all(part))]


def test_each_link_of_the_page_leads_to_its_cells_and_the_page_stays_one_inert_file(year: Report) -> None:
    page = as_html(year, svg_of(year)).decode()
    targets = set(re.findall(r'href="#([^"]+)"', page)) - {"dong"}
    assert targets <= set(re.findall(r'id="([^"]+)"', page))
    linked = {f.key for f in year.figures() if f.of}
    assert len(re.findall(r'<section class="cells" id="o-\d+">', page)) == len(linked)
    assert not re.search(r"<(?:script|link|img|iframe)\b|@import|url\((?!#)", page)
    assert unresolved_html(page.encode(), year) == []
    assert "BCDV_DV001_2024-Y.xlsx</td><td>5. Đối thoại - dân chủ cơ sở</td><td>D7</td><td>cộng</td>" in page


def _with_behind(behind: Behind) -> Report:
    said = Paragraph((Text("Có "), replace(FIGURE, of=(OF,)), Text(" cuộc.")))
    return replace(report(), blocks=(said,), cells={OF: behind})


def test_what_is_not_shown_is_said_with_the_command_that_lists_it_and_names_of_files_are_inert() -> None:
    cell = SourceCell(
        "s",
        "0" * 64,
        MARKUP,
        "DV001",
        "2024-Y",
        MARKUP,
        7,
        3,
        "D7",
        None,
        None,
        "session_count",
        2.0,
        part="sum",
        weight=1.0,
    )
    page = as_html(_with_behind(Behind((cell,), 2065, 12)), {}).decode()
    assert "2.065 ô; không tính 12 ô. Còn 2064 ô chưa hiện." in page
    assert (
        "danvan trace mart.training_by_year --key year=2024,reporter_level=unit --column session_count --cells" in page
    )
    assert "<script>" not in page
    assert "chưa hiện" not in as_html(_with_behind(Behind((cell,), 1)), {}).decode()


def test_a_paper_of_many_cells_shows_fewer_of_each(demo: Home, year: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    assert max(len(b.cells) for b in year.cells.values()) == 10
    monkeypatch.setattr(shown_cells, "_MOST_IN_ALL", 1200)
    fewer = _traced(demo, 2024)
    assert max(len(b.cells) for b in fewer.cells.values()) == 2
    assert {of: b.total for of, b in fewer.cells.items()} == {of: b.total for of, b in year.cells.items()}


def test_a_blank_part_of_a_key_is_asked_for_by_the_command_too(demo: Home) -> None:
    of = FigureOf(OF.mart, (*OF.key, ("training_kind_code", "tap_huan"), ("document_number", None)), "session_count")
    with open_published(demo) as con:
        behind = cells_behind(con, [of], 3)[of]
        key = dict(part.split("=") for part in of.command.split()[4].split(","))
        found = figure(con, of.mart, key, of.column)
    assert key["document_number"] == "" and len(found.rows) == 1
    assert behind.total == len([c for c in found.cells if not c.uncounted]) > 3 == len(behind.cells)


def test_correcting_one_cell_changes_exactly_the_figures_whose_trace_names_it(registered: Home, tmp_path: Path) -> None:
    home = copy_home(registered, tmp_path)
    put(home.inbox, *(report_of(unit, "2024-Y", clean_rows(2024)) for unit in (104, 105)))
    assert take(home).rejected == []
    before = _traced(home, 2024)
    rows = clean_rows(2024)
    rows["training"][0]["session_count"] = 3
    put(home.inbox, report_of(104, "2024-Y", rows, cover={"revision": 2}))
    assert take(home).rejected == []
    after = _traced(home, 2024)
    values = [{f.key: f.value for f in paper.figures()} for paper in (before, after)]
    assert values[0].keys() == values[1].keys()
    changed = {key for key in values[0] if values[0][key] != values[1][key]}
    (corrected,) = {
        (c.unit_code, c.sheet, c.cell)
        for b in after.cells.values()
        for c in b.cells
        if c.column_name == "session_count" and c.unit_code == "DV004"
    } or {("", "", "")}
    named = [{f.key for f in paper.figures() if corrected in _places(paper, f)} for paper in (before, after)]
    assert changed == named[0] == named[1] and len(changed) >= 3, "in the table of the year, of the series, of training"


def _places(paper: Report, of: Figure) -> set[tuple[str | None, str, str | None]]:
    return {(c.unit_code, c.sheet, c.cell) for origin in of.of for c in paper.cells[origin].cells}


def test_a_wrong_origin_says_where_and_what_is_allowed(tmp_path: Path) -> None:
    import shutil

    shutil.copytree(ROOT / "warehouse", tmp_path / "warehouse", ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    place = tmp_path / ORIGINS
    place.parent.mkdir(parents=True)
    place.write_text("report_models:\n  - {mart: mart.modelz, key: {year: $year}}\n", encoding="utf-8")
    with pytest.raises(DeclarationError, match=r"origins\.yaml:2.*mart\.modelz"):
        origins(tmp_path)
