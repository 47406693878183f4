"""Rows under the headers: what only looks like a total, a heading or a signature is data, and is never left out."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from tests.support import clean_rows, put, query, report_of, take, template_cell
from tests.support import form as version
from warehouse.home import Home

MODELS = "SELECT model_code, model_title FROM core.fact_model_status ORDER BY ALL"


def _with_models(folder: Path, *titles: str) -> Path:
    rows = clean_rows(2024)
    (model,) = rows["model"]
    rows["model"] = [{**model, "model_code": f"M{n:02}", "model_title": t} for n, t in enumerate(titles, start=1)]
    (path,) = put(folder, report_of(104, "2024-Y", rows))
    return path


def _write(path: Path, row: int, texts: dict[str, object]) -> None:
    """Write into the row of the models' sheet that stands ``row`` below the first."""
    book = openpyxl.load_workbook(path)
    for column, text in texts.items():
        sheet, cell = template_cell(version("2023"), "model", column, row)
        book[sheet][cell] = text
    book.save(path)


@pytest.mark.parametrize(
    "title",
    [
        "Ngày vì người nghèo tháng 10 hằng năm",
        "Thủ trưởng gương mẫu",
        "Xác nhận nhanh cho dân",
        "Cộng đồng tự quản",
        "Tổng cộng sức dân",
        "Trong đó có tôi",
    ],
)
def test_a_title_that_opens_like_a_signature_or_a_total_hides_neither_its_row_nor_those_below(
    home: Home, title: str
) -> None:
    path = _with_models(home.inbox, title, "Tiết kiệm điện")
    _write(path, 0, {"model_code": 1})  # a bare number before it, so that the title is the row's first text
    assert take(home).rejected == []
    assert query(home, MODELS) == [("1", title), ("M02", "Tiết kiệm điện")]


def test_what_stands_below_a_signature_is_data_where_it_reports_and_else_is_counted_as_a_heading(home: Home) -> None:
    path = _with_models(home.inbox, "Tiết kiệm điện", "Xanh sạch đẹp")
    book = openpyxl.load_workbook(path)
    sheet, _ = template_cell(version("2023"), "model", "model_code")
    book[sheet].insert_rows(8, 3)
    book.save(path)
    _write(path, 1, {"status_code": "Hà Nội, ngày 5 tháng 1 năm 2025"})
    _write(path, 2, {"model_title": "Người lập biểu", "status_code": "T/M Ban Thường vụ"})
    _write(path, 3, {"model_title": "(Ký tên)"})
    assert take(home).rejected == []
    assert query(home, MODELS) == [("M01", "Tiết kiệm điện"), ("M02", "Xanh sạch đẹp")]
    counts = "SELECT read_count, data_count, heading_count FROM intake.row_count WHERE table_name = 'model'"
    ((read, data, headings),) = query(home, counts)
    assert (data, headings) == (2, 4), "the (1) (2) (3) row and three of the signature"
    assert read >= data + headings
