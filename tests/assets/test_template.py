"""The workbook that units fill: labels, drop-downs of the codes valid then, checks, protection, no macros; and its way back."""

from __future__ import annotations

import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.utils import column_index_from_string, get_column_letter

from assets.intake.extract import extract
from assets.intake.read import read_file
from assets.template import UnitLine, write_template
from assets.template.meaning import meaning
from tests.support import cover_cell, findings, form, put_register, take, template_cell
from warehouse.cells import kind_of
from warehouse.codes import code_lists
from warehouse.declaration import report_tables
from warehouse.forms import form_versions
from warehouse.home import Home
from warehouse.periods import parse_period_id

UNIT = UnitLine("DV004", "Công ty Điện lực tỉnh", "dang_bo_co_so", "Đảng ủy Khối Doanh nghiệp")


def _blank(tmp_path: Path, version: str, period: str) -> Path:
    out = tmp_path / f"{version}-{period}.xlsx"
    write_template(form(version), UNIT, parse_period_id(period), out)
    return out


@pytest.mark.parametrize(("version", "period"), [("2013", "2015-Y"), ("2013", "2022-H1"), ("2023", "2024-Q3")])
def test_the_blank_form_is_understood_and_lacks_only_its_report_date(tmp_path: Path, version: str, period: str) -> None:
    path = _blank(tmp_path, version, period)
    found = extract(read_file(path, path.name))
    assert [(i.code, i.column) for i in found.issues] == [("C-FIELD-MISSING", "report_date")]
    assert found.cover["period_id"] == period
    assert found.cover["unit_code"] == "DV004"
    assert [t.table for t in found.tables] == form(version).tables()
    assert all(not t.source_rows for t in found.tables)


def test_every_header_of_every_version_is_printed_and_mapped_or_ignored(tmp_path: Path) -> None:
    for (code, version), one in form_versions().items():
        period = "2015-Y" if version == "2013" else "2024-Y"
        out = tmp_path / f"{code}{version}.xlsx"
        write_template(one, UNIT, parse_period_id(period), out)
        for table in extract(read_file(out, out.name)).tables:
            mapped = {c for m in table.columns for c in m.columns}
            printed = one.headers(table.table)
            assert mapped == {c for h in printed for c in h.columns}
            assert all(h.ignored or h.columns for h in printed)


def _choices(path: Path, sheet: str, cell: str) -> list[str]:
    book = openpyxl.load_workbook(path)
    (rule,) = [v for v in book[sheet].data_validations.dataValidation if v.type == "list" and cell in v.sqref]
    name, _, area = rule.formula1.partition("!")
    return [c.value for row in book[name.strip("'")][area.replace("$", "")] for c in row]


def test_drop_downs_hold_the_labels_valid_in_the_period(tmp_path: Path) -> None:
    before = _choices(_blank(tmp_path, "2013", "2022-Y"), *template_cell(form("2013"), "model", "field_code"))
    since = _choices(_blank(tmp_path, "2023", "2023-Y"), *template_cell(form("2023"), "model", "field_code"))
    assert "Xây dựng nông thôn mới" not in before
    assert since == [c.label for c in code_lists()["field"]]


def test_a_code_that_ended_within_the_period_can_still_be_chosen_and_is_explained(tmp_path: Path) -> None:
    """A class held in January 2025 with the commission that ended on 31 January belongs to the year's report."""
    ended = "Ban Dân vận Tỉnh ủy"
    cell = template_cell(form("2023"), "training", "co_organiser_code")
    year, quarter = _blank(tmp_path, "2023", "2025-Y"), _blank(tmp_path, "2023", "2025-Q3")
    assert ended in _choices(year, *cell)
    assert ended not in _choices(quarter, *cell)
    level = template_cell(form("2023"), "model", "level_code")
    assert "Huyện" in _choices(quarter, *level)  # a model recognised before July: the row's own date decides
    guide = [str(c) for row in openpyxl.load_workbook(year)["Hướng dẫn"].iter_rows(values_only=True) for c in row if c]
    assert any(f"{ended} (đến 31/01/2025)" in text for text in guide)
    assert any("Huyện (đến 30/06/2025)" in text for text in guide)


def _column(sheet: Any, number: int) -> Any:
    return next(d for d in sheet.column_dimensions.values() if d.min <= number <= d.max)


def _rule(sheet: Any, cell: str) -> Any:
    (rule,) = [v for v in sheet.data_validations.dataValidation if cell in v.sqref]
    return rule


@pytest.mark.parametrize(
    ("code", "version", "period"), [("BCDV", "2013", "2015-Y"), ("BCDV", "2023", "2024-Y"), ("DMDV", "1", "2024-M02")]
)
def test_every_entry_cell_is_yellow_open_and_says_what_is_written_there(
    tmp_path: Path, code: str, version: str, period: str
) -> None:
    """In the rows that a blank form prints and in all below them, as far as one can write."""
    one, out = form_versions()[code, version], tmp_path / "t.xlsx"
    write_template(one, UNIT, parse_period_id(period), out)
    book = openpyxl.load_workbook(out)
    for table in one.tables():
        sheet = book[one.sheet(table)]
        tall = any(h.group_header for h in one.headers(table))
        first = 7 if tall else 6
        for i, header in enumerate(one.headers(table)):
            letter = get_column_letter(i + 1)
            looks = [sheet[f"{letter}{first}"]]
            rule = _rule(sheet, looks[0].coordinate)
            if table != "organisation":
                looks.append(_column(sheet, i + 1))
                assert f"{letter}1048576" in rule.sqref
            for look in looks:
                assert look.fill.fgColor.rgb == "FFFFF9DC" and not look.protection.locked, (table, header.header)
                assert look.border.left.style == look.border.bottom.style == "thin"
            assert rule.showInputMessage and rule.promptTitle and rule.prompt
            assert len(rule.prompt) < 255, "none is cut off"
            if not header.ignored:
                assert meaning(header) and meaning(header) in rule.prompt, (table, header.header)
        above = sheet.cell(3, 1)
        assert above.protection.locked and above.fill.fgColor.rgb != "FFFFF9DC"


@pytest.mark.parametrize(
    ("version", "period", "offered"),
    [
        ("2023", "2024-Q3", 19),
        ("2023", "20230101-20251231-R", 1),
    ],
)
def test_the_period_is_chosen_from_those_of_its_year(tmp_path: Path, version: str, period: str, offered: int) -> None:
    """As many as have a deadline; other words for one are asked about, not stopped."""
    book = openpyxl.load_workbook(_blank(tmp_path, version, period))
    _, cell = cover_cell(form(version), "period_id")
    rule = _rule(book["Thông tin chung"], cell)
    assert (rule.type, rule.errorStyle) == ("list", "warning")
    name, _, area = rule.formula1.partition("!")
    texts = [row[0].value for row in book[name.strip("'")][area.replace("$", "")]]
    assert len(texts) == offered and book["Thông tin chung"][cell].value in texts
    assert all(kind_of("period").read(f"s:{text}").issue is None for text in texts)


def test_what_a_column_holds_stands_in_the_guide_too(tmp_path: Path) -> None:
    guide = openpyxl.load_workbook(_blank(tmp_path, "2023", "2024-Q3"))["Hướng dẫn"]
    lines = [row[:3] for row in guide.iter_rows(values_only=True)]
    assert ("Quy mô: Số cuộc (lớp)", "Số cuộc (lớp) đã tổ chức xong. Một lớp học nhiều ngày, nhiều buổi vẫn là một cuộc.",
            "Cuộc; phát sinh trong kỳ (6 tháng, 9 tháng và năm: lũy kế từ 01/01)") in lines  # fmt: skip
    assert any(a == "5. Đối thoại - dân chủ cơ sở" and "mỗi hình thức một dòng" in str(b) for a, b, _ in lines)
    assert any("gõ 2065, không gõ dấu chấm" in str(b).lower() and c == "2065" for _, b, c in lines)


def test_a_column_that_is_not_kept_says_so_and_its_header_is_known(tmp_path: Path) -> None:
    """A unit's remark is nobody's figure: the heading, the prompt and the guide say that it is not kept."""
    path = _blank(tmp_path, "2023", "2024-Y")
    sheet = openpyxl.load_workbook(path)[form("2023").sheet("training")]
    assert sheet["K4"].value == "Ghi chú (không lưu)"
    assert "không lưu vào kho số liệu" in _rule(sheet, "K7").prompt
    assert not [i for i in extract(read_file(path, path.name)).issues if i.code.startswith("H-")]


def test_days_are_texts_with_the_day_first(tmp_path: Path) -> None:
    """Under foreign settings 5/6/2024 would become the sixth of May: a cell of texts leaves it as it is typed."""
    out = tmp_path / "t.xlsx"
    rows = {"model": [{"model_code": "M1", "start_date": date(2024, 6, 5)}]}
    write_template(form("2023"), UNIT, parse_period_id("2024-Y"), out, rows)
    book = openpyxl.load_workbook(out)
    _, cutoff = cover_cell(form("2023"), "cutoff_date")
    sheet, start = template_cell(form("2023"), "model", "start_date")
    for cell, text in ((book["Thông tin chung"][cutoff], "31/12/2024"), (book[sheet][start], "05/06/2024")):
        assert (cell.value, cell.number_format) == (text, "@")
    _, below = template_cell(form("2023"), "model", "start_date", 1)
    column = _column(book[sheet], column_index_from_string(below[0]))
    assert book[sheet][below].number_format == column.number_format == "@"


def test_headers_are_protected_and_entry_cells_are_not(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(_blank(tmp_path, "2023", "2024-Y"))
    for table in form("2023").tables():
        sheet = book[form("2023").sheet(table)]
        first = next(h for h in form("2023").headers(table) if not h.ignored)
        _, cell = template_cell(form("2023"), table, first.columns[0])
        assert sheet.protection.sheet
        assert not sheet[cell].protection.locked
        assert sheet.cell(sheet[cell].row - 2, sheet[cell].column).protection.locked
    assert book["Danh mục"].sheet_state == "hidden"
    assert "Hướng dẫn" in book.sheetnames


def test_a_report_can_be_numbered_dated_and_signed_on_its_cover(tmp_path: Path) -> None:
    cover = openpyxl.load_workbook(_blank(tmp_path, "2023", "2024-Y"))["Thông tin chung"]
    written = {str(c.value): c for row in cover.iter_rows() for c in row if c.value}
    for text in ("Số ……-BC/ĐU", "…………, ngày ….. tháng ….. năm ………", "T/M ĐẢNG ỦY"):
        assert not written[text].protection.locked, text
    seal = written["(Ký, ghi rõ chức danh, đóng dấu)"]
    assert not any(seal.offset(below).protection.locked for below in (1, 2)), "the signature and the name"
    assert written["ĐẢNG CỘNG SẢN VIỆT NAM"].protection.locked
    assert written["Ngày báo cáo"].protection.locked


def test_the_cut_off_of_the_template_and_a_report_signed_in_december_agree(empty: Home, tmp_path: Path) -> None:
    """The year's report is signed before the year ends; nobody changes the cut-off that the template has filled."""
    home = empty
    book = openpyxl.load_workbook(_blank(tmp_path, "2023", "2024-Y"))
    cover = book["Thông tin chung"]
    cover["A4"], cover["B4"] = "Số 12-BC/ĐU", "Huế, ngày 10 tháng 12 năm 2024"
    _, signed = cover_cell(form("2023"), "report_date")
    cover[signed] = "10/12/2024"
    cover["B25"] = "Nguyễn Văn A"
    sheet, cell = template_cell(form("2023"), "organisation", "is_person_assigned")
    book[sheet][cell] = "Có"
    book.save(home.inbox / "thang-12.xlsx")
    put_register(home.inbox)
    assert not take(home).rejected
    assert not {c for c, *_ in findings(home, "thang-12.xlsx") if c.startswith(("S-", "C-", "H-"))}


def test_no_macros_and_the_same_bytes_every_time(tmp_path: Path) -> None:
    path = _blank(tmp_path, "2023", "2024-Y")
    content = path.read_bytes()
    with zipfile.ZipFile(path) as parts:
        assert not [n for n in parts.namelist() if "vba" in n.lower()]
    path.unlink()
    assert _blank(tmp_path, "2023", "2024-Y").read_bytes() == content


@pytest.mark.parametrize(("version", "period"), [("2013", "2015-Y"), ("2023", "2024-Y")])
def test_a_unit_chooses_from_the_lists_of_its_form_and_sees_none_of_our_own(
    tmp_path: Path, version: str, period: str
) -> None:
    book = openpyxl.load_workbook(_blank(tmp_path, version, period))
    offered = {cell.value for cell in book["Danh mục"][1] if cell.value}
    asked = {c.codes for t in report_tables().values() for c in t.columns if c.codes}
    assert offered and offered <= asked
    shown = {str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row if cell.value}
    ours = {c.code_list for name in ("verdict", "finding_life", "event") for c in code_lists()[name]}
    assert not shown & ours
