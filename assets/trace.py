"""The last step of lineage: opening the archived file and showing the raw text of the cell.

Does not belong here: finding which cell it is (warehouse.lineage).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assets.intake.archive import archived_file
from assets.intake.workers import read_one

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assets.intake.grid import RawFile
    from warehouse.home import Home
    from warehouse.lineage import SourceCell


#: what commands a terminal is shown as its picture: the raw text of a cell is the sender's
_VISIBLE = (
    {c: 0x2400 + c for c in range(32) if c not in (9, 10)} | {0x7F: 0x2421} | dict.fromkeys(range(0x80, 0xA0), "\ufffd")
)


def trace_rows(home: Home, cells: Sequence[SourceCell]) -> list[dict[str, Any]]:
    """Return one row per cell: file, hash, sheet, address, raw text, form-map row, value and state.

    Each file is opened once, in a child; ArchiveDamagedError when it is not what came, and no raw text where it has no such cell.
    """
    opened: dict[str, RawFile] = {}
    out = []
    for cell in cells:
        if cell.sha256 not in opened:
            file = archived_file(home.archive, cell.sha256, cell.file_name)
            opened[cell.sha256] = read_one(file.path, file.file_name, as_read)
        out.append(
            {
                "file": cell.file_name,
                "unit": cell.unit_code,
                "period": cell.period_id,
                "sha256": cell.sha256,
                "sheet": cell.sheet,
                "cell": cell.cell,
                "raw_text": _raw_text(opened[cell.sha256], cell),
                "header": cell.header,
                "form_map": cell.form_ref,
                "value": _plain(cell.value),
                "submission_id": cell.submission_id,
            }
            | _entering(cell)
        )
    return out


def _plain(value: Any) -> Any:
    """A whole number without its point."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _entering(cell: SourceCell) -> dict[str, Any]:
    """How the cell enters the figure that was asked for, or what the warehouse holds beside its value."""
    if cell.part is None:
        return {"state": cell.state}
    return {"part": cell.part, "weight": cell.weight, "uncounted": cell.uncounted}


def as_read(file: RawFile) -> RawFile:
    """Return a file as the reading child has it."""
    return file


def _raw_text(file: RawFile, cell: SourceCell) -> str | None:
    if cell.column_index is None:
        return None
    for sheet in file.sheets:
        if sheet.name == cell.sheet:
            row, col = cell.source_row - sheet.first_row, cell.column_index - sheet.first_col
            raw = sheet.rows[row][col] if 0 <= row < len(sheet.rows) and 0 <= col < len(sheet.rows[row]) else None
            return raw[2:].translate(_VISIBLE) if raw else None
    return None
