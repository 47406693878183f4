"""The report of a year: how settled it is, this year beside the last, what is not stated, what is not compared, files of each revision."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from assets.report.charts import svg_of
from assets.report.content import Figure, Paragraph, Report, Table, shown
from assets.report.declaration import papers
from assets.report.lint import unresolved_docx, unresolved_html
from assets.report.lint_pdf import unresolved_pdf
from assets.report.lint_xlsx import unresolved_xlsx
from assets.report.pdf import compiled
from assets.report.resolve import resolve
from assets.report.standing import NoRevisionError
from assets.report.write import FORMS, usual_forms, write_revision, write_yearly_report, written_report
from tests.support import clean_rows, copy_home, put, query, report_of, take
from warehouse.catalog import open_published
from warehouse.home import Home
from warehouse.sealed import recorded


@pytest.fixture
def closed(closed_once: Home, tmp_path: Path) -> Home:
    return copy_home(closed_once, tmp_path)


def _resolved(home: Home, year: int) -> Report:
    with open_published(home) as con:
        given = {"year": year, "year_before": year - 1}
        return resolve(con, papers()["yearly_report"], given, "tạm tính", date(year, 12, 31))


def _text(report: Report) -> str:
    return "\n".join("".join(map(shown, b.spans)) for b in report.blocks if isinstance(b, Paragraph))


def _table(report: Report, sheet: str) -> Table:
    return next(t for t in report.tables() if t.sheet == sheet)


def test_it_says_how_settled_it_is_and_each_revision_keeps_its_files(closed: Home) -> None:
    provisional = write_yearly_report(closed, 2023, ("docx", "xlsx"))
    assert [p.name for p in provisional.files] == ["bao-cao-2023-tam-tinh.docx", "bao-cao-2023-tam-tinh.xlsx"]
    assert (provisional.standing.revision, provisional.standing.is_provisional) == (0, True)
    first = write_yearly_report(closed, 2024, ("xlsx",))
    assert first.standing.label.startswith("Khoá sổ ngày")
    put(closed.inbox, report_of(105, "2024-Y", clean_rows(2024)))
    take(closed)
    kept = first.files[0].read_bytes()
    second = write_yearly_report(closed, 2024, ("xlsx",))
    assert (first.files[0].name, second.files[0].name) == ("bao-cao-2024-lan-1.xlsx", "bao-cao-2024-lan-2.xlsx")
    assert first.files[0].read_bytes() == kept
    assert second.standing.label.startswith("Sửa đổi lần 2")
    assert openpyxl.load_workbook(second.files[0])["Tổng hợp"]["A2"].value == second.standing.label


def test_a_revision_is_made_again_byte_for_byte_after_its_figures_were_revised(closed: Home, tmp_path: Path) -> None:
    first = write_yearly_report(closed, 2024)
    handed_out = {p.suffix: p.read_bytes() for p in first.files}
    rows = clean_rows(2024)
    rows["training"][0]["session_count"] = 9
    put(closed.inbox, report_of(105, "2024-Y", rows), report_of(104, "2023-Y", clean_rows(2023)))
    take(closed)
    now = {p.suffix: p.read_bytes() for p in write_yearly_report(closed, 2024).files}
    assert all(now[form] != content for form, content in handed_out.items()), "the second revision says something else"
    again = write_revision(closed, 2024, 1, out=tmp_path / "out")
    assert {p.suffix: p.read_bytes() for p in again.files} == handed_out
    assert again.standing == first.standing


def test_a_paper_that_was_handed_out_is_never_replaced(closed: Home) -> None:
    first = write_yearly_report(closed, 2024, ("html", "xlsx"))
    page, book = first.files
    content = book.read_bytes()
    page.write_bytes(b"changed by somebody")
    book.unlink()
    again = write_revision(closed, 2024, 1, ("html", "xlsx"))
    assert (page.read_bytes(), book.read_bytes()) == (b"changed by somebody", content)
    assert (again.files, again.kept, again.differing) == (first.files, (page,), (page,))
    with pytest.raises(NoRevisionError, match="2024 has no revision 2: it has 1 to 1"):
        write_revision(closed, 2024, 2)
    with pytest.raises(NoRevisionError, match="2023 has no revision 1: the year is not closed"):
        write_revision(closed, 2023, 1)


def test_a_provisional_report_leaves_when_its_year_is_closed(closed: Home) -> None:
    stale = closed.reports / "bao-cao-2024-tam-tinh.pdf"
    closed.reports.mkdir(exist_ok=True)
    stale.write_bytes(b"x")
    written = write_yearly_report(closed, 2024, ("html",))
    assert not stale.exists()
    assert {"reports/bao-cao-2024-lan-1.html"} == {n for n in recorded(closed.manifest) if n.startswith("reports/")}
    assert written_report(closed, 2024) == written
    assert written_report(closed, 2023).files == (), "asking where it stands writes nothing"


def test_the_published_figures_stand_in_it_and_what_nobody_stated_is_no_nought(closed: Home) -> None:
    report = _resolved(closed, 2024)
    ((due, received, models),) = query(
        closed,
        "SELECT due, received, models_done_or_running FROM mart.key_figures WHERE year = 2024 AND reporter_level = 'unit'",
    )
    assert f"Năm 2024 đã nhận {received}/{due} báo cáo năm của cơ sở." in _text(report)
    values = {shown(row[0]): row[2] for row in _table(report, "Tổng hợp cơ sở").rows}
    models_of = values["Số mô hình, điển hình đã và đang thực hiện (mô hình)"]
    assert isinstance(models_of, Figure) and models_of.value == models
    assert all(
        shown(row[1]) in ("…", "0") or isinstance(row[1], Figure) for row in _table(report, "Tổng hợp cơ sở").rows
    )
    late = _table(report, "Nộp báo cáo")
    assert {shown(row[4]) for row in late.rows} == {"Chưa gửi"} and len(late.rows) == due - received


def test_a_year_of_which_nobody_reported_is_gaps(closed: Home) -> None:
    text = _text(_resolved(closed, 2023))
    assert "Cơ sở đã tổ chức [chưa có số liệu] cuộc quán triệt." in text
    assert "không tổ chức" not in text, "a gap is no nought, whatever stands behind it in the sentence"
    assert "So với năm" not in text


def test_this_year_stands_beside_the_last_unless_a_break_lies_between(demo: Home) -> None:
    report = _resolved(demo, 2024)
    sql = "SELECT classes_tap_huan FROM mart.key_figures WHERE reporter_level = 'unit' AND year IN (2023, 2024) ORDER BY year"
    (before,), (now,) = query(demo, sql)
    way = "tăng" if now > before else "giảm"
    assert f"So với năm 2023 {way} {abs(now - before)} ({before:02d} lớp)." in _text(report)
    over = {shown(row[0]): shown(row[1]) for row in _table(_resolved(demo, 2021), "Tổng hợp cơ sở").rows}
    assert over["Số cuộc đối thoại định kỳ được tính (cuộc)"] == "…", "another norm from 1 February 2021 on"
    assert over["Số cuộc quán triệt (cuộc)"] != ""
    notes = [shown(row[2]) for row in _table(_resolved(demo, 2021), "Lưu ý so sánh").rows]
    assert any("145/2020/NĐ-CP" in note for note in notes)


def test_every_numeral_of_a_year_of_the_demo_is_a_figure_or_a_constant(demo: Home) -> None:
    report = _resolved(demo, 2024)
    assert unresolved_docx(FORMS["docx"](report), report) == []
    assert unresolved_html(FORMS["html"](report), report) == []
    assert unresolved_xlsx(FORMS["xlsx"](report), report) == []
    assert unresolved_pdf(compiled(report, svg_of(report)), report) == []
    commands = [s.command for s in report.sources if s.command]
    assert any(
        re.fullmatch(r"danvan trace mart\.key_figures --key year=2023,reporter_level=unit --column \w+", c)
        for c in commands
    )


def test_written_again_from_equal_figures_it_is_the_same_files(closed: Home) -> None:
    before = [p.read_bytes() for p in write_yearly_report(closed, 2024).files]
    assert len(before) == len(usual_forms(closed))
    assert [p.read_bytes() for p in write_yearly_report(closed, 2024).files] == before


def test_no_text_of_a_submission_becomes_a_formula(closed: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("warehouse.cells.words._FORMULA", re.compile("(?!)"))  # as if one had got this far
    rows = clean_rows(2024)
    rows["model"][0]["model_title"] = "=HYPERLINK(1)"
    put(closed.inbox, report_of(106, "2024-Y", rows))
    assert take(closed).rejected == []
    (path,) = write_yearly_report(closed, 2024, ("xlsx",)).files
    book = openpyxl.load_workbook(path)
    assert [c for s in book for row in s.iter_rows() for c in row if c.data_type == "f"] == []


def test_provisional_papers_in_a_form_that_is_no_longer_written_go(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    put(home.inbox, report_of(104, "2024-Y", clean_rows(2024)))
    take(home)
    write_yearly_report(home, 2024, ("docx", "xlsx"))
    monkeypatch.setenv("DANVAN_PAPERS_FORMS", "html, xlsx")
    write_yearly_report(home, 2024, ("html",))
    names = {f"bao-cao-2024-tam-tinh.{form}" for form in ("html", "xlsx")}
    assert {p.name for p in home.reports.iterdir()} == names
    assert {n.removeprefix("reports/") for n in recorded(home.manifest) if n.startswith("reports/")} == names
