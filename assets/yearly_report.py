"""The yearly report: one workbook per year for the committee - key figures beside the year before, the marts, what to mind.

Each revision of a closed year has its own file. Does not belong here: the figures themselves (warehouse.marts), closing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from assets.office_style import BASE, COUNT, DAY, HEAD_GREY, Styles
from warehouse import query
from warehouse.catalog import open_published
from warehouse.codes import labels
from warehouse.files import written
from warehouse.relation import Relation, relations
from warehouse.release import list_reports
from warehouse.types import COLUMN_TYPES

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb
    import xlsxwriter

    from warehouse.declaration import Column
    from warehouse.home import Home

#: a fixed date in the file's properties: equal figures give equal bytes
_CREATED = datetime(2013, 8, 30)
_SHEETS = {
    "mart.training_by_year": "Tập huấn",
    "mart.model_by_year": "Mô hình",
    "mart.inspection_by_year": "Kiểm tra",
    "mart.inspection_finding_by_year": "Hạn chế",
    "mart.dialogue_compliance": "Đối thoại",
    "mart.completeness": "Nộp báo cáo",
    "mart.series_break": "Lưu ý so sánh",
}
#: height of a line, points; width of a wide column, characters
_LINE = 17
_WIDE, _NARROW = 36, 15
_LONG = ("unit_id", "unit_name", "parent_unit_id", "table_name", "column_name", "break_note_vi")


@dataclass(frozen=True, slots=True)
class Standing:
    """How settled the figures of a year are: revision 0 is an open year."""

    year: int
    revision: int
    release_no: int
    at: datetime | None

    @property
    def file_name(self) -> str:
        """One file per revision; an open year has one provisional file."""
        return f"bao-cao-{self.year}-{f'lan-{self.revision}' if self.revision else 'tam-tinh'}.xlsx"

    @property
    def label(self) -> str:
        """What the cover says."""
        if self.at is None:
            return f"Số liệu tạm tính, năm chưa khoá sổ (bản phát hành {self.release_no})"
        what = "Khoá sổ" if self.revision == 1 else f"Sửa đổi lần {self.revision} sau khoá sổ"
        return f"{what} ngày {self.at:%d/%m/%Y} (bản phát hành {self.release_no})"


def write_yearly_report(home: Home, year: int) -> tuple[Path, Standing]:
    """Write the report of ``year`` from the published database; returns the file and how settled its figures are.

    Written again from equal figures it is the same file. Raises FileNotFoundError when nothing is published.
    """
    import xlsxwriter

    home.reports.mkdir(parents=True, exist_ok=True)
    with open_published(home) as con:
        standing = standing_of(con, year)
        target = home.reports / standing.file_name
        with written(target) as making:
            options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
            book = xlsxwriter.Workbook(str(making), options)
            book.set_properties({"title": f"Báo cáo công tác dân vận năm {year}", "created": _CREATED})
            styles = Styles(book, _STYLES)
            _draw_figures(book, styles, con, standing)
            for table, name in _SHEETS.items():
                _draw_table(book, styles, con, (relations()[table], name, year))
            book.close()
    list_reports(home, [target])
    return target, standing


def written_report(home: Home, year: int) -> tuple[Path, Standing]:
    """Return the file that the report of ``year`` stands in, and how settled its figures are. Writes nothing."""
    with open_published(home) as con:
        standing = standing_of(con, year)
    return home.reports / standing.file_name, standing


def standing_of(con: duckdb.DuckDBPyConnection, year: int) -> Standing:
    """Return the newest revision of ``year``, or revision 0 of the newest release."""
    (standing,) = query.rows(con, "year_standing", year=year)
    return Standing(year, **standing)


def _draw_figures(
    book: xlsxwriter.Workbook, styles: Styles, con: duckdb.DuckDBPyConnection, standing: Standing
) -> None:
    year = standing.year
    sheet = book.add_worksheet("Tổng hợp")
    sheet.set_column(0, 0, 58)
    sheet.set_column(1, 3, 16)
    sheet.set_default_row(_LINE + 3)
    sheet.merge_range("A1:D1", "BÁO CÁO TỔNG HỢP CÔNG TÁC DÂN VẬN", styles["title"])
    sheet.merge_range("A2:D2", f"Năm {year}", styles["title"])
    sheet.merge_range("A3:D3", standing.label, styles["note"])
    sheet.write_row("A5", ["Chỉ tiêu", f"Năm {year - 1}", f"Năm {year}", "Chênh lệch"], styles["head"])
    last = _draw_levels(
        sheet, styles, {(r["year"], r["reporter_level"]): r for r in query.rows(con, "key_figures")}, year
    )
    notes = (
        "Ô trống: chưa đơn vị nào báo cáo số liệu chính xác; không phải là số 0. Số của cấp trên không cộng với số của cơ sở.",
        "Số lượt người không cộng qua các kỳ, các cấp. Xem trang “Lưu ý so sánh” trước khi so sánh với năm khác.",
    )
    for i, note in enumerate(notes, start=last + 1):
        sheet.merge_range(i, 0, i, 3, note, styles["note"])
    _page(sheet, landscape=False)


def _draw_levels(sheet: Any, styles: Styles, figures: dict[tuple[int, str], dict[str, Any]], year: int) -> int:
    """Draw the figures of each level that has any, with its name above them; returns the line below."""
    line = 5
    columns = [c for c in relations()["mart.key_figures"].columns if c.name not in ("year", "reporter_level")]
    for level, name in labels("reporter_level").items():
        before, now = (figures.get((y, level), {}) for y in (year - 1, year))
        shown = [c for c in columns if before.get(c.name) is not None or now.get(c.name) is not None]
        if shown:
            sheet.merge_range(line, 0, line, 3, name, styles["level"])
            line += 1
        for column in shown:
            values = before.get(column.name), now.get(column.name)
            difference = values[1] - values[0] if None not in values else None  # type: ignore[operator]
            sheet.write(line, 0, f"{column.label} ({column.unit})", styles["text"])
            for i, value in enumerate((*values, difference), start=1):
                sheet.write(line, i, value, styles[COLUMN_TYPES[column.type].style])
            line += 1
    return line


def _draw_table(
    book: xlsxwriter.Workbook,
    styles: Styles,
    con: duckdb.DuckDBPyConnection,
    what: tuple[Relation, str, int],
) -> None:
    relation, name, year = what
    left_out = {"year", "break_note"} | (
        {"unit_id"} if "unit_name" in relation.names() else set()
    )  # notes are in Vietnamese
    columns = [c for c in relation.columns if c.name not in left_out]
    # a break of the series matters to every later year as well
    rows = query.of_year(con, relation, year, since=relation.name == "series_break")
    sheet = book.add_worksheet(name)
    sheet.set_default_row(_LINE)
    sheet.set_row(2, 3 * _LINE)
    sheet.write(0, 0, f"{relation.label} - năm {year}", styles["heading"])
    for i, column in enumerate(columns):
        unit = f" ({column.unit})" if column.unit else ""
        sheet.write(2, i, f"{column.label}{unit}", styles["head"])
        words = _words(con, relation, column)
        is_wide = column.name in _LONG or max(map(len, words.values()), default=0) > _NARROW
        sheet.set_column(i, i, _WIDE if is_wide else _NARROW)
        style = styles["text" if words else COLUMN_TYPES[column.type].style]
        for j, row in enumerate(rows, start=3):
            value = row[column.name]
            sheet.write(j, i, words.get(value, value), style)
    for j, row in enumerate(rows, start=3):  # a long text takes more lines of its column
        longest = max((len(v) for v in row.values() if isinstance(v, str)), default=0)
        if longest > _WIDE:
            sheet.set_row(j, _LINE * -(-longest // _WIDE))
    if not rows:
        sheet.write(3, 0, "Không có số liệu của năm này.", styles["note"])
    sheet.freeze_panes(3, 1)
    sheet.repeat_rows(2)
    _page(sheet, landscape=True)


_CELL = {**BASE, "border": 1}
_STYLES: dict[str, dict[str, Any]] = {
    "title": {**BASE, "bold": True, "font_size": 14, "align": "center"},
    "heading": {**BASE, "bold": True, "font_size": 13},
    "note": {**BASE, "italic": True, "text_wrap": True},
    "level": {**_CELL, "bold": True},
    "head": {**_CELL, "bold": True, "text_wrap": True, "align": "center", "bg_color": f"#{HEAD_GREY}"},
    "text": {**_CELL, "text_wrap": True},
    "count": {**_CELL, "num_format": COUNT},
    "decimal": {**_CELL, "num_format": f"{COUNT}.0"},
    "date": {**_CELL, "num_format": DAY},
}


def _words(con: duckdb.DuckDBPyConnection, relation: Relation, column: Column) -> dict[Any, str]:
    """Return what a reader sees instead of the column's values: labels of codes, names of units, yes and no."""
    if column.codes:
        return labels(column.codes)
    if column.name in ("unit_id", "parent_unit_id"):
        return {row["unit_id"]: row["unit_name"] for row in query.rows(con, "unit_names")}
    if column.type == "flag":
        return {True: "Có", False: "Không"}
    if relation.name == "series_break" and column.name in ("table_name", "column_name"):
        facts = [r for r in relations().values() if r.schema == "core"]
        known = {r.name: r.label for r in facts} | {c.name: c.label for r in facts for c in r.columns}
        return {"*": "(tất cả)", **known}
    return {}


def _page(sheet: Any, *, landscape: bool) -> None:
    sheet.set_paper(9)
    if landscape:
        sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.set_footer("&C&P/&N")
