"""The review of the founding programme: every one of its figures in its order and form, gaps where nobody stated one, every numeral traced."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from assets.report.charts import svg_of
from assets.report.content import Chart, Figure, Gap, Heading, Items, Paragraph, Report, Table, shown
from assets.report.declaration import papers
from assets.report.lint import unresolved_docx, unresolved_html
from assets.report.lint_pdf import unresolved_pdf
from assets.report.lint_xlsx import unresolved_xlsx
from assets.report.pdf import compiled
from assets.report.resolve import resolve
from assets.report.write import FORMS, write_review
from tests.support import clean_rows, copy_home, put, query, report_of, take
from warehouse.catalog import open_published
from warehouse.home import Home
from warehouse.sealed import recorded

FIGURES = list(csv.DictReader((Path(__file__).parents[1] / "founding_figures.csv").open(encoding="utf-8")))
WINDOW = (date(2013, 8, 30), date(2016, 8, 30))
GIVEN = {"programme": "32-CTr/TU", "first_day": WINDOW[0], "last_day": WINDOW[1]}
#: how the founding document writes them
WRITTEN = {
    "F01": "01", "F02": "175", "F03": "56", "F04": "2.065", "F05": "1.115", "F06": "1.122", "F07": "99%", "F08": "01", "F09": "77",
    "F10": "31", "F11": "28", "F12": "Ba", "F13": "03", "F14": "ba",
}  # fmt: skip
ORDINALS = ("Thứ nhất", "Thứ hai", "Thứ ba", "Thứ tư", "Thứ năm", "Thứ sáu", "Thứ bảy")


def _resolved(home: Home, given: dict[str, object] | None = None) -> Report:
    with open_published(home) as con:
        return resolve(con, papers()["programme_review"], given or GIVEN, "tạm tính", WINDOW[1])


@pytest.fixture(scope="module")
def review(demo: Home) -> Report:
    return _resolved(demo)


def _text(report: Report) -> str:
    return "\n".join("".join(map(shown, b.spans)) for b in report.blocks if isinstance(b, Paragraph))


@pytest.mark.parametrize("figure", FIGURES, ids=[f["id"] for f in FIGURES])
def test_each_founding_figure_stands_in_the_review_as_it_was_written(review: Report, figure: dict[str, str]) -> None:
    key = f"review(indicator={figure['indicator']}, level={figure['level'] or '-'}).value"
    found = [f for f in review.figures() if f.key == key and f.shown == WRITTEN[figure["id"]]]
    assert [f.value for f in found] == [float(figure["value"])], "once, of equal value"


def test_the_figures_stand_in_the_order_of_the_founding_document(review: Report) -> None:
    order = ["F12", "F01", "F02", "F03", "F04", "F05", "F06", "F07", "F14", "F08", "F09", "F10", "F11", "F13"]
    named = {f["id"]: f["indicator"] for f in FIGURES}
    said = [(f.shown, f.key) for f in review.figures()]
    places = [
        next(i for i, (text, key) in enumerate(said) if text == WRITTEN[n] and f"indicator={named[n]}," in key and
             (named[n] != "session_count" or f"level={'bloc' if n == 'F01' else 'units'}" in key))
        for n in order
    ]  # fmt: skip
    assert places == sorted(places)


def test_the_seven_result_groups_limitations_and_tasks_are_there_by_name_and_in_order(review: Report) -> None:
    headings = [b for b in review.blocks if isinstance(b, Heading)]
    assert tuple(h.text.split(",")[0] for h in headings if not h.numbered) == ORDINALS
    assert [h.text for h in headings if h.numbered][-2:] == ["Hạn chế", "Nhiệm vụ, giải pháp trọng tâm"]
    limitations, tasks = ([shown(s[0]) for s in b.items] for b in review.blocks if isinstance(b, Items))
    assert limitations == [
        "Lực lượng phân tán", "Triển khai nghị quyết hạn chế", "Báo cáo viên chưa được bồi dưỡng", "Tuyên truyền chưa thu hút",
        "Còn hình thức", "Tham mưu chưa kịp thời", "Vận động chưa kịp thời ở một số lĩnh vực", "Ít mô hình hiệu quả", "Chậm nhân rộng",
    ]  # fmt: skip
    assert len(tasks) == 5 and tasks[0] == "Đổi mới phương thức lãnh đạo"


def test_the_computed_rate_stands_beside_the_stated_one_and_the_ratio_is_whole(review: Report) -> None:
    assert "1.115/1.122 đảng viên (đạt 99%; tính từ số liệu: 99,4 %)" in _text(review)


def test_what_nobody_stated_is_a_marked_gap_and_never_nought(review: Report) -> None:
    text = _text(review)
    assert "đã nêu [chưa có số liệu] kiến nghị" in text
    assert "Đã tổ chức [chưa có số liệu] cuộc đối thoại" in text
    assert "Đã thực hiện [chưa có số liệu] cuộc kiểm tra, giám sát trên [chưa có số liệu] cuộc theo kế hoạch" in text
    assert not [f for f in review.figures() if f.value is None]
    assert not re.search(r"\b0+ (?:cuộc|kiến nghị)", text)


def test_later_years_answer_the_limitations_and_tasks(review: Report, demo: Home) -> None:
    limitations, tasks = (b for b in review.blocks if isinstance(b, Table))
    assert [h.label for h in limitations.heads][1:] == [str(y) for y in range(2016, 2026)]
    row = next(r for r in limitations.rows if shown(r[0]) == "Ít mô hình hiệu quả")
    asked = query(
        demo,
        "SELECT unit_count FROM mart.issue_by_year WHERE issue_topic_code = 'it_mo_hinh' AND issue_kind_code = 'han_che' "
        "AND reporter_level = 'unit' AND year = 2018",
    )
    assert [(s.value,) for s in row[3:4] if isinstance(s, Figure)] == asked
    assert len({shown(r[0]) for r in tasks.rows}) == 5, "each of the five task groups"
    assert shown(tasks.rows[0][2]) == "…", "no unit stated one in 2016"


def test_the_chart_has_the_data_of_the_table_beside_it_and_says_in_words_what_it_shows(review: Report) -> None:
    (chart,) = (b for b in review.blocks if isinstance(b, Chart))
    beside = review.blocks[review.blocks.index(chart) + 1]
    assert isinstance(beside, Table)
    drawn = [(row["issue_topic_code"], row["unit_count"]) for row in chart.rows]
    assert drawn == [(shown(row[0]), s.value) for row in beside.rows for s in row[1:] if isinstance(s, Figure)]
    assert "09 nhóm hạn chế" in "".join(map(shown, chart.alternative))


def test_every_numeral_of_the_finished_papers_is_a_figure_or_a_declared_constant(review: Report) -> None:
    assert unresolved_docx(FORMS["docx"](review), review) == []
    assert unresolved_html(FORMS["html"](review), review) == []
    assert unresolved_xlsx(FORMS["xlsx"](review), review) == []
    assert unresolved_pdf(compiled(review, svg_of(review)), review) == []


def test_every_figure_has_a_source_that_gives_its_value_again(review: Report, demo: Home) -> None:
    sources = {s.number: s for s in review.sources}
    in_text = [f for b in review.blocks if isinstance(b, Paragraph) for f in b.spans if isinstance(f, Figure)]
    assert len(in_text) > 20
    for figure in in_text:
        source = sources[figure.source]
        where = dict(part.split("=") for part in source.key.split(", "))
        level = None if where["level"] == "-" else where["level"]
        sql = f"SELECT {source.column} FROM mart.{source.query}(DATE '2013-08-30', DATE '2016-08-30', programme := '32-CTr/TU')"
        assert query(
            demo, f"{sql} WHERE indicator = ? AND level IS NOT DISTINCT FROM ?", [where["indicator"], level]
        ) == [(figure.value,)]
        assert source.query in review.queries


@pytest.fixture
def small(registered: Home, tmp_path: Path) -> Iterator[Home]:
    """A home with the reports of two units on 2014."""
    home = copy_home(registered, tmp_path)
    for unit in (104, 105):
        put(home.inbox, report_of(unit, "2014-Y", clean_rows(2014)))
    take(home)
    yield home


def test_changing_one_cell_changes_exactly_the_figures_that_rest_on_it(small: Home) -> None:
    before = {f.key: f.value for f in _resolved(small).figures()}
    rows = clean_rows(2014)
    rows["model"].append(rows["model"][0] | {"model_code": "M77", "model_title": "Mô hình khác"})
    put(small.inbox, report_of(104, "2014-Y", rows, cover={"revision": 2}))
    assert take(small).rejected == [], query(small, "SELECT code, found FROM intake.finding")
    after = {f.key: f.value for f in _resolved(small).figures()}
    changed = {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
    assert changed == {"review(indicator=dvk_models_active, level=bloc_total).value"}
    assert after[changed.pop()] == before["review(indicator=dvk_models_active, level=bloc_total).value"] + 1


def test_a_review_without_reports_is_gaps_and_no_noughts(registered: Home) -> None:
    report = _resolved(registered)
    assert {f.key.split("(")[1] for f in report.figures()} == {"indicator=period_years, level=-).value"}
    assert sum(isinstance(s, Gap) for s in report.spans()) > 20
    assert unresolved_html(FORMS["html"](report), report) == []


def test_the_papers_are_written_listed_and_made_alike_again(small: Home, tmp_path: Path) -> None:
    first = write_review(small, *WINDOW, "32-CTr/TU")
    names = [p.name for p in first.files]
    assert names == [f"tong-ket-20130830-20160830-32-CTr-TU-tam-tinh.{form}" for form in FORMS]
    listed = recorded(small.manifest)
    assert {f"reports/{name}" for name in names} <= set(listed)
    before = [p.read_bytes() for p in first.files]
    again = write_review(small, *WINDOW, "32-CTr/TU")
    assert [p.read_bytes() for p in again.files] == before
    assert "tạm tính; năm chưa khoá sổ: 2013 - 2016" in first.standing.label
    out = write_review(small, *WINDOW, None, ("xlsx",), tmp_path / "out")
    assert [p.name for p in out.files] == ["tong-ket-20130830-20160830-moi-van-ban-tam-tinh.xlsx"]
    assert recorded(small.manifest) == listed, "what stands elsewhere is not of the release"
    assert openpyxl.load_workbook(out.files[0]).sheetnames[0] == "Tổng hợp"


def test_a_closed_window_names_its_release_and_its_provisional_papers_leave(closed_once: Home, tmp_path: Path) -> None:
    closed = copy_home(closed_once, tmp_path)
    window = (date(2024, 1, 1), date(2024, 12, 31))
    stale = closed.reports / "tong-ket-20240101-20241231-moi-van-ban-tam-tinh.docx"
    closed.reports.mkdir(exist_ok=True)
    stale.write_bytes(b"x")
    written = write_review(closed, *window, None, ("docx",))
    assert re.fullmatch(r"tong-ket-20240101-20241231-moi-van-ban-ban-\d+\.docx", written.files[0].name)
    assert "đã khoá sổ" in written.standing.label
    assert not stale.exists()
    assert stale.name not in " ".join(recorded(closed.manifest))
