"""Charts and sentences over years: no line over a break, shares that add up, what is nought, one or not stated, blocs of any size."""

from __future__ import annotations

import io
import json
import re
import shutil
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pytest

from assets.report.charts import CHARTS, SEGMENT, over_breaks, svg_of
from assets.report.content import Chart, Figure, Paragraph, Report, Table, Text, shown
from assets.report.declaration import CHARTS as CHARTS_DIR
from assets.report.declaration import PAPERS, papers
from assets.report.html import as_html
from assets.report.lint import unresolved_docx, unresolved_html
from assets.report.lint_xlsx import unresolved_xlsx
from assets.report.resolve import resolve
from assets.report.write import FORMS
from tests.assets.report.sample import report
from tests.support import REPO
from warehouse import query
from warehouse.catalog import open_published
from warehouse.check import DeclarationError
from warehouse.codes import labels
from warehouse.home import Home

SPECS = (
    "training_reach",
    "models_by_field",
    "ratings_by_scheme",
    "dialogue_compliance",
    "completeness_calendar",
    "on_units_of_year",
)


def _resolved(con: duckdb.DuckDBPyConnection, year: int) -> Report:
    return resolve(
        con, papers()["yearly_report"], {"year": year, "year_before": year - 1}, "tạm tính", date(year, 12, 31)
    )


def _charts(paper: Report) -> list[Chart]:
    return [b for b in paper.blocks if isinstance(b, Chart)]


def _text(paper: Report) -> str:
    return "\n".join("".join(map(shown, b.spans)) for b in paper.blocks if isinstance(b, Paragraph))


def _table(paper: Report, sheet: str) -> Table:
    return next(t for t in paper.tables() if t.sheet == sheet)


@pytest.fixture(scope="module")
def year_2024(demo: Home) -> Report:
    with open_published(demo) as con:
        return _resolved(con, 2024)


@pytest.fixture
def written(closed_once: Home, tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The published file of a home with one report of 2024, as a copy that may be written."""
    with duckdb.connect(shutil.copy(closed_once.database, tmp_path / "copy.duckdb")) as con:
        yield con


# breaks -------------------------------------------------------------------------------------------------------------------------


def _lines(values: dict[int, tuple[int | None, int]]) -> list[str]:
    """The lines of a chart of attendances, each as the letters of its path: M begins a stretch, L goes on with it."""
    rows = tuple(
        {"measure": "attendee_count", "label": "Quán triệt", "year": y, "value": v, SEGMENT: s, "is_break": False}
        for y, (v, s) in values.items()
    )
    chart = Chart(1, "Hình", "training_reach", rows, (Text("Số lượt."),))
    (svg,) = svg_of(Report("a", (), "", report().letterhead, (chart,), (), {})).values()
    lines = re.findall(r'<g class="mark-line[^>]*>(.*?)</g>', svg)
    return ["".join(re.findall("[ML]", d)) for line in lines for d in re.findall(r' d="([^"]+)"', line) if "L" in d]


def test_a_line_ends_before_a_break_and_at_a_year_without_a_figure() -> None:
    assert _lines({2021: (5, 1), 2022: (6, 1), 2023: (7, 1), 2024: (8, 1)}) == ["MLLL"]
    assert _lines({2021: (5, 1), 2022: (6, 1), 2023: (7, 2), 2024: (8, 2)}) == ["ML", "ML"]
    assert _lines({2020: (5, 1), 2021: (6, 1), 2022: (None, 1), 2023: (7, 1), 2024: (8, 1)}) == ["MLML"]


@pytest.mark.parametrize("path", sorted(CHARTS.glob("*.json")), ids=lambda p: p.stem)
def test_no_specification_joins_rows_over_a_break(path: Path) -> None:
    spec = json.loads(path.read_text(encoding="utf-8"))
    assert over_breaks(spec) == []
    bare = json.loads(re.sub(rf'"field": "{SEGMENT}"', '"field": "year"', json.dumps(spec)))
    assert bool(over_breaks(bare)) == ('"line"' in json.dumps(spec)), "it would be seen"


def test_a_chart_that_would_join_over_a_break_is_refused_with_its_line(tmp_path: Path) -> None:
    (tmp_path / PAPERS).mkdir(parents=True)
    shutil.copy(REPO / PAPERS / "yearly_report.yaml", tmp_path / PAPERS)
    shutil.copytree(REPO / CHARTS_DIR, tmp_path / CHARTS_DIR)
    (tmp_path / "warehouse").symlink_to(REPO / "warehouse")
    spec = tmp_path / CHARTS_DIR / "dialogue_compliance.json"
    spec.write_text(
        spec.read_text(encoding="utf-8").replace(f'"field": "{SEGMENT}"', '"field": "year"'), encoding="utf-8"
    )
    with pytest.raises(
        DeclarationError, match=rf"yearly_report.yaml:\d+: .*area, line.*allowed: lines and areas with {SEGMENT}"
    ):
        papers(tmp_path)


def test_the_segments_are_those_of_the_warehouse(year_2024: Report) -> None:
    (reach,) = [c for c in _charts(year_2024) if c.spec == "training_reach"]
    found = {(r["measure"], r["year"]): r[SEGMENT] for r in reach.rows}
    assert found["attendee_count", 2022] != found["attendee_count", 2023], "counted otherwise since the form of 2023"
    assert found["unit_count", 2022] == found["unit_count", 2023]
    assert {r["year"] for r in reach.rows if r["is_break"]} == {2023}
    assert any(r["value"] is None for r in reach.rows), "a year without a figure keeps its place"
    (dialogue,) = [c for c in _charts(year_2024) if c.spec == "dialogue_compliance"]
    assert {r["year"]: r["norm_change"] for r in dialogue.rows if r["norm_change"]} == {
        2019: "149/2018/NĐ-CP",
        2021: "145/2020/NĐ-CP",
    }
    for row in dialogue.rows:
        bounds = [row[f"dialogue_percent{end}"] for end in ("_low", "", "_high")]
        assert None in bounds or bounds == sorted(bounds)


# what stands in the paper ---------------------------------------------------------------------------------------------------------


def _year(figure: Figure) -> str:
    return str(re.findall(r"year=(\d{4})", figure.key)[0])


def test_each_chart_stands_in_the_page_with_its_words_and_its_figures_in_a_table(year_2024: Report) -> None:
    charts = _charts(year_2024)
    assert tuple(c.spec for c in charts) == SPECS
    page = as_html(year_2024, svg_of(year_2024)).decode()
    assert page.count('<div class="chart" role="img" aria-label="') == len(charts)
    (ratings,) = [c for c in charts if c.spec == "ratings_by_scheme"]
    beside = {(shown(row[0]), shown(row[1]), _year(f)): f.value for row in _table(year_2024, "Tỷ lệ xếp loại").rows
              for f in row if isinstance(f, Figure)}  # fmt: skip
    assert {(r["scheme_label"], r["rating_label"], str(r["year"])): r["share_percent"] for r in ratings.rows} == beside


def test_a_workbook_has_the_charts_with_their_words_on_a_sheet_and_the_figures_on_others(year_2024: Report) -> None:
    content = FORMS["xlsx"](year_2024)
    book = openpyxl.load_workbook(io.BytesIO(content))
    said = [cell.value for (cell,) in book["Hình"].iter_rows() if cell.value]
    words = ["".join(map(shown, c.alternative)) for c in _charts(year_2024)]
    assert said[1::2] == words and said[0].startswith("Hình 1. ")
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        drawing = file.read("xl/drawings/drawing1.xml").decode()
    assert re.findall(r'descr="([^"]*)"', drawing) == words
    rows = [int(row) for row in re.findall(r"<xdr:row>(\d+)</xdr:row>", drawing)]
    assert len(rows) == 2 * len(SPECS) and all(a < b for a, b in pairwise(rows)), "none over another"
    assert {"Tập huấn qua các năm", "Tỷ lệ xếp loại", "Lịch nộp báo cáo"} <= set(book.sheetnames)


def test_a_wrong_figure_in_the_words_of_a_chart_is_found(year_2024: Report) -> None:
    (reach,) = [c for c in _charts(year_2024) if c.spec == "training_reach"]
    (figure,) = [s for s in reach.alternative if isinstance(s, Figure)]
    page = as_html(year_2024, svg_of(year_2024)).decode()
    at = page.index("</figure>", page.index(reach.caption))
    planted = page[:at] + page[at:].replace(f">{figure.shown}</a>", ">44</a>", 1)
    assert unresolved_html(page.encode(), year_2024) == []
    assert unresolved_html(planted.encode(), year_2024) == [f"'44' at {figure.key}"]


def test_a_wrong_figure_in_the_words_beside_a_workbook_s_charts_is_found(year_2024: Report) -> None:
    content = FORMS["xlsx"](year_2024)
    assert unresolved_xlsx(content, year_2024) == []
    book = openpyxl.load_workbook(io.BytesIO(content))
    words = book["Hình"]["A2"]
    (figure,) = [s for s in _charts(year_2024)[0].alternative if isinstance(s, Figure)]
    words.value = words.value.replace(figure.shown, "44", 1)
    planted = io.BytesIO()
    book.save(planted)
    assert [told for told in unresolved_xlsx(planted.getvalue(), year_2024) if told.startswith("'44' in ")]


def test_shares_of_a_rule_book_and_year_add_up_to_a_hundred_as_they_are_written(year_2024: Report) -> None:
    sums: dict[tuple[str, str], float] = defaultdict(float)
    for row in _table(year_2024, "Tỷ lệ xếp loại").rows:
        for figure in row:
            if isinstance(figure, Figure):
                sums[shown(row[0]), _year(figure)] += float(figure.shown.replace(",", "."))
    assert len(sums) > 6 and {round(s, 6) for s in sums.values()} == {100.0}


def test_ratings_are_never_of_two_rule_books(year_2024: Report) -> None:
    (ratings,) = [c for c in _charts(year_2024) if c.spec == "ratings_by_scheme"]
    assert {r["scheme_label"] for r in ratings.rows if r["year"] == 2023} == {"132-QĐ/TW", "124-QĐ/TW"}, (
        "two, each in its panel"
    )
    facet = json.loads((CHARTS / "ratings_by_scheme.json").read_text(encoding="utf-8"))["facet"]
    assert facet["column"]["field"] == "scheme_label"


def test_figures_on_the_units_of_the_year_lose_nothing(demo: Home) -> None:
    with open_published(demo) as con:
        rows = query.rows(con, "report_on_units_total", year=2024)
        shares = query.rows(con, "report_units_of_year", year=2024)
    told = [r for r in rows if r["as_reported"] is not None]
    assert len(told) > 5
    assert all(r["as_reported"] == pytest.approx((r["on_units"] or 0) + (r["without_place"] or 0)) for r in told)
    whole: dict[str, float] = defaultdict(float)
    for row in shares:
        whole[row["from_code"]] += row["share_percent"] or 100
    assert {round(s, 6) for s in whole.values()} == {100.0}


def test_the_signs_of_the_calendar_are_those_of_the_code_list() -> None:
    spec = (CHARTS / "completeness_calendar.json").read_text(encoding="utf-8")
    named = re.findall(r"'(.) ([^']+)'", spec)
    assert [label for _, label in named] == list(labels("timeliness").values())[: len(named)]


# nought, one, not stated ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("figures", "said", "unsaid"),
    [
        ({"findings_found": 0, "findings_remedied": None}, "không phát hiện hạn chế nào", "khắc phục"),
        ({"findings_found": 1, "findings_remedied": 0}, "đã phát hiện 01 hạn chế. Chưa khắc phục hạn chế nào.", "00"),
        ({"findings_found": 3, "findings_remedied": 1}, "Đã khắc phục 01/03 hạn chế.", "Chưa khắc phục"),
        ({"findings_found": None, "findings_remedied": None}, "đã phát hiện [chưa có số liệu] hạn chế.", "khắc phục"),
        ({"classes_qpan": 0}, "Cơ sở không mở lớp bồi dưỡng quốc phòng - an ninh nào.", "00 lớp"),
        ({"classes_qpan": 1}, "Cơ sở đã mở 01 lớp bồi dưỡng quốc phòng - an ninh.", "không mở lớp bồi dưỡng quốc phòng"),
        ({"classes_qpan": None}, "Cơ sở đã mở [chưa có số liệu] lớp bồi dưỡng", "không mở lớp bồi dưỡng quốc phòng"),
    ],
)  # fmt: skip
def test_a_sentence_is_right_for_nought_one_and_what_nobody_stated(
    written: duckdb.DuckDBPyConnection, figures: dict[str, int | None], said: str, unsaid: str
) -> None:
    changed = ", ".join(f"{name} = {'NULL' if value is None else value}" for name, value in figures.items())
    written.execute(f"UPDATE mart.key_figures SET {changed} WHERE year = 2024 AND reporter_level = 'unit'")
    of_units = "\n".join(line for line in _text(_resolved(written, 2024)).splitlines() if line.startswith("Cơ sở"))
    assert said in of_units and unsaid not in of_units


# blocs of any size ------------------------------------------------------------------------------------------------------------------


def _kept(con: duckdb.DuckDBPyConnection, units: tuple[int, ...]) -> None:
    """Leave the reports of these units only in the marts by unit."""
    of_unit = "SELECT table_name FROM duckdb_columns() WHERE schema_name = 'mart' AND column_name = 'unit_id' AND table_name IN (SELECT table_name FROM duckdb_tables() WHERE schema_name = 'mart')"  # fmt: skip
    for (name,) in con.execute(of_unit).fetchall():
        con.execute(f"DELETE FROM mart.{name} WHERE unit_id NOT IN {units}")


def test_a_bloc_of_three_units_has_a_paper_without_the_charts_that_have_nothing_to_show(
    written: duckdb.DuckDBPyConnection,
) -> None:
    _kept(written, (104, 105, 106))
    paper = _resolved(written, 2024)
    specs = [c.spec for c in _charts(paper)]
    assert "completeness_calendar" in specs and "on_units_of_year" not in specs
    assert [shown(row[0]) for row in _table(paper, "Lịch nộp báo cáo").rows] == ["DV004", "DV005", "DV006"]
    empty = _table(paper, "Đơn vị sáp nhập, chia tách")
    assert (empty.rows, empty.note) == ((), "Không có đơn vị nào tiếp nhận số liệu của đơn vị khác.")
    assert unresolved_docx(FORMS["docx"](paper), paper) == unresolved_html(FORMS["html"](paper), paper) == []


def test_many_units_stand_in_columns_of_equal_length(demo: Home) -> None:
    with open_published(demo) as con:
        rows: list[dict[str, Any]] = query.rows(con, "report_calendar", year=2024)
    units = defaultdict(set)
    for row in rows:
        units[row["column_no"]].add(row["unit_code"])
    lengths = [len(found) for found in units.values()]
    assert sum(lengths) == 45 and max(lengths) <= 40 and max(lengths) - min(lengths) <= 1
