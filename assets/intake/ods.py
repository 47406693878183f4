"""OpenDocument spreadsheets: cells of the content, figures as a second parser gives them too, then tagged cells.

Does not belong here: the zip file and its limits (guard), what a sheet means.
"""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from assets.intake.grid import FileFinding, RawFile, RawSheet, Refused
from assets.intake.guard import refuse_many
from assets.intake.ods_scan import OdsSheet, places, scan_content
from assets.intake.ods_styles import marks_of
from assets.intake.package import elements
from assets.intake.sheet_scan import Place
from assets.intake.xlsx import fill_merges, percent_text, tag, trim
from warehouse.cells.reading import Cell
from warehouse.cells.words import mask_personal

CONTENT = "content.xml"


def read_ods(path: Path, parts: Mapping[str, bytes]) -> RawFile:
    """Read a spreadsheet from its inflated ``parts``. Raises Refused."""
    _refuse_locked(parts)
    marks = marks_of(parts.get("styles.xml", b""), parts[CONTENT])
    sheets, day_shift = scan_content(parts[CONTENT], marks)
    refuse_many(len(sheets), "trang")
    _agree(path, sheets)
    shown = [s for s in sheets if not s.is_cache]
    findings = []
    if len(shown) < len(sheets):
        findings.append(FileFinding("F-EXTERNAL-LINK", None, None, "liên kết tới tệp khác", "Số liệu ghi trực tiếp"))
    return RawFile("ods", [_sheet(s, s.style not in marks.hidden, day_shift) for s in shown], findings)


def _refuse_locked(parts: Mapping[str, bytes]) -> None:
    manifest = parts.get("meta-inf/manifest.xml", b"")
    if b"encryption" in manifest and elements(manifest, ("encryption-data", "encrypted-key")):
        raise Refused("F-ENCRYPTED", "tệp .ods đặt mật khẩu để mở")
    if any(name.startswith(("basic/", "scripts/")) for name in parts):
        raise Refused("F-MACRO", "tệp .ods có macro")
    if CONTENT not in parts:
        raise Refused("F-TRUNCATED", "thiếu phần content.xml")


def _sheet(found: OdsSheet, visible: bool, day_shift: int) -> RawSheet:
    filled = list(places(found))
    height, width = max((r for r, _ in filled), default=0), max((c for _, c in filled), default=-1) + 1
    rows: list[list[Cell]] = [[None] * width for _ in range(height)]
    for at, value in found.values.items():
        rows[at[0] - 1][at[1]] = _tagged(found, at, value)
    for (row, column), text in found.errors.items():
        rows[row - 1][column] = "e:" + text
    merged = frozenset(fill_merges(rows, found.merges, 0, 0))
    return RawSheet(
        name=mask_personal(unicodedata.normalize("NFC", found.name)),
        visible=visible,
        rows=trim(rows),
        first_row=1,
        first_col=0,
        formulas=frozenset(found.formulas),
        hidden_rows=frozenset(found.hidden_rows),
        hidden_columns=frozenset(found.hidden_columns),
        uncomputed=frozenset(found.uncomputed),
        merged=merged,
        marked=frozenset(found.marked),
        struck=frozenset(found.struck),
        day_shift=day_shift,
    )


def _tagged(found: OdsSheet, at: Place, value: object) -> Cell:
    if at in found.times:
        return f"t:{value}"
    if at in found.percents:
        return "s:" + percent_text(repr(value), 100)
    return tag(value)


def _agree(path: Path, sheets: list[OdsSheet]) -> None:
    """Raise Refused when a second parser gives another figure or day, or one where we found none."""
    import python_calamine as calamine

    try:
        with path.open("rb") as content:
            book = calamine.CalamineWorkbook.from_filelike(content)
        others = [book.get_sheet_by_index(i) for i in range(len(book.sheet_names))]
        given = [_figures(other, sheet.zoned) for sheet, other in zip(sheets, others, strict=False)]
    except calamine.CalamineError as e:
        raise Refused("F-TRUNCATED", "không đọc được nội dung tệp") from e
    for sheet, other in zip(sheets, given, strict=False):
        own_figures = {
            at: sheet.zoned.get(at, v) for at, v in sheet.values.items() if _is_figure(v) and at not in sheet.times
        }
        others_here = {at: v for at, v in other.items() if at not in sheet.errors and at not in sheet.times}
        if own_figures != others_here:
            raise Refused("F-TRUNCATED", f"{mask_personal(sheet.name)}: không đọc chắc chắn được mọi ô")
    if len(sheets) != len(others):
        raise Refused("F-TRUNCATED", "không đọc chắc chắn được mọi trang")


def _figures(sheet: Any, zoned: Collection[Place]) -> dict[Place, object]:
    start_row, start_col = sheet.start or (0, 0)
    return {
        (r, c): value
        for r, row in enumerate(sheet.to_python(skip_empty_area=True), start=start_row + 1)
        for c, value in enumerate(row, start=start_col)
        if _is_figure(value) or (r, c) in zoned
    }


def _is_figure(value: object) -> bool:
    return isinstance(value, float | int | dt.date) and not isinstance(value, bool)
