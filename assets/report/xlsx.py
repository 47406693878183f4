"""The figures behind a paper as a workbook: those of its sentences, each table on a sheet of its own, the sources.

Every figure has the key of what it is in a hidden column. No text becomes a formula. Equal figures give the same file.
Does not belong here: what the paper says (assets.report.content), the font of workbooks (assets.office_style).
"""

from __future__ import annotations

import io
import math
from datetime import datetime
from typing import TYPE_CHECKING, Any

from assets.office_style import BASE, COUNT, HEAD_GREY, Styles
from assets.report.charts import size_on_paper
from assets.report.content import Chart, Figure, Report, Span, Table, shown

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import xlsxwriter

#: a fixed date in the file's properties: equal figures give equal bytes
_CREATED = datetime(2013, 8, 30)
_SUMMARY, _SOURCES, _CHARTS = "Tổng hợp", "Nguồn số liệu", "Hình"
_DOTS = 96  #: pixels of an inch of a picture that does not say how many it has
_LINE = 17  #: height of a line, points
_SIGNS = 15  #: characters that a column of width 1 holds
_HEAD = 3  #: the row of the heads, from 0
#: heads of the sheets of sentences' figures and of sources, with their widths
_SAID = (("Số liệu", 4.0), ("Giá trị", 1.0), ("Cơ sở", 3.0))
_TOLD = (
    ("Số", 0.5), ("Số liệu", 3.5), ("Giá trị", 1.0), ("Truy vấn", 2.0), ("Tham số", 3.0), ("Dòng", 3.0), ("Lệnh", 5.0),
)  # fmt: skip

_CELL = {**BASE, "border": 1}
_STYLES: dict[str, dict[str, Any]] = {
    "title": {**BASE, "bold": True, "font_size": 14},
    "note": {**BASE, "italic": True, "text_wrap": True},
    "head": {**_CELL, "bold": True, "text_wrap": True, "align": "center", "bg_color": f"#{HEAD_GREY}"},
    "text": {**_CELL, "text_wrap": True},
    "count": {**_CELL, "num_format": COUNT},
    "decimal": {**_CELL, "num_format": f"{COUNT}.0"},
}


def as_xlsx(report: Report, pictures: Mapping[int, bytes] | None = None) -> bytes:
    """Return the tables of the paper as an .xlsx file, its charts on a sheet; ``pictures``: PNG of each by its number."""
    import xlsxwriter

    made = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(made, options)
    book.set_properties({"title": " ".join(report.title), "created": _CREATED})
    styles = Styles(book, _STYLES)
    labels = {s.number: s for s in report.sources}
    said = {f.key: f for f in report.figures() if labels[f.source].key}
    rows = [((labels[f.source].label, f, labels[f.source].basis), f.key) for f in said.values()]
    _sheet(book, styles, _SUMMARY, (" ".join(report.title), report.standing), (_SAID, rows))
    for table in report.tables():
        _table(book, styles, table)
    if pictures:
        _pictures(book, styles, report, pictures)
    told = [
        ((s.number, s.label, s.shown, s.query, s.parameters, s.key, s.command), f"{s.query}({s.key}).{s.column}")
        for s in report.sources
    ]
    _sheet(book, styles, _SOURCES, (_SOURCES, report.standing), (_TOLD, told))
    book.close()
    return made.getvalue()


def _table(book: xlsxwriter.Workbook, styles: Styles, table: Table) -> None:
    heads = [(h.label, h.width * 2) for h in table.heads]
    rows = [(row, "; ".join(s.key for s in row if isinstance(s, Figure))) for row in table.rows]
    _sheet(book, styles, table.sheet, (table.caption, table.note), (heads, rows))


def _pictures(book: xlsxwriter.Workbook, styles: Styles, report: Report, pictures: Mapping[int, bytes]) -> None:
    """One sheet: under each caption what the chart shows in words, then the chart; its figures are on the tables' sheets."""
    sheet, row = book.add_worksheet(_CHARTS), 0
    sheet.set_column(0, 0, 110)
    for chart in report.blocks:
        if isinstance(chart, Chart):
            words, picture = "".join(map(shown, chart.alternative)), pictures[chart.number]
            mm, high = size_on_paper(picture)
            sheet.write_string(row, 0, f"Hình {chart.number}. {chart.caption}", styles["title"])
            sheet.write_string(row + 1, 0, words, styles["note"])
            sheet.set_row(row + 1, _LINE * (1 + len(words) // 100))
            scale = (
                mm / 25.4 * _dots(picture) / int.from_bytes(picture[16:20], "big")
            )  # its first chunk says how wide it is
            options = {"image_data": io.BytesIO(picture), "description": words, "x_scale": scale, "y_scale": scale}
            sheet.insert_image(row + 2, 0, f"{chart.spec}.png", options)
            row += 4 + math.ceil(high / 25.4 * 72 / 15)  # rows of 15 points


def _dots(picture: bytes) -> float:
    """Return how many pixels of an inch a PNG says it has: a workbook's own size of it follows from that."""
    at = picture.find(b"pHYs")
    return int.from_bytes(picture[at + 4 : at + 8], "big") * 0.0254 if at > 0 else _DOTS


def _sheet(
    book: xlsxwriter.Workbook,
    styles: Styles,
    name: str,
    above: tuple[str, str],
    what: tuple[Sequence[tuple[str, float]], Sequence[tuple[Sequence[Any], str]]],
) -> None:
    """One sheet: a title and a note above, the heads, the rows with their keys in a hidden last column."""
    heads, rows = what
    sheet = book.add_worksheet(name)
    sheet.set_default_row(_LINE)
    sheet.write_string(0, 0, above[0], styles["title"])
    sheet.write_string(1, 0, above[1], styles["note"] if not rows else book.add_format(BASE | {"italic": True}))
    sheet.set_row(_HEAD, 3 * _LINE)
    for i, (label, width) in enumerate(heads):
        sheet.write_string(_HEAD, i, label, styles["head"])
        sheet.set_column(i, i, max(8.0, width * _SIGNS))
    sheet.set_column(len(heads), len(heads), None, None, {"hidden": True})
    for j, (row, key) in enumerate(rows, start=_HEAD + 1):
        for i, value in enumerate(row):
            _cell(sheet, styles, (j, i), value)
        sheet.write_string(j, len(heads), key)
        lines = max(
            (-(-len(_words(v)) // int(max(8.0, w * _SIGNS))) for v, (_, w) in zip(row, heads, strict=True)), default=1
        )
        if lines > 1:
            sheet.set_row(j, _LINE * lines)
    sheet.freeze_panes(_HEAD + 1, 1)
    sheet.repeat_rows(_HEAD)
    sheet.set_paper(9)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.set_footer("&C&P/&N")


def _cell(sheet: Any, styles: Styles, at: tuple[int, int], value: Any) -> None:
    number = value.value if isinstance(value, Figure) else value
    if isinstance(number, int | float) and not isinstance(number, bool):
        sheet.write_number(*at, number, styles["count" if float(number).is_integer() else "decimal"])
    else:
        sheet.write_string(*at, _words(value), styles["text"])


def _words(value: Span | str | int) -> str:
    return str(value) if isinstance(value, str | int) else shown(value)
