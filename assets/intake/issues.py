"""What intake notices about a file, typed, before any rule looks at it.

Does not belong here: messages (the catalogue in expectations).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Issue:
    """One finding of intake. ``detail`` is what is expected there; ``found`` what stood there."""

    code: str
    table: str | None = None
    row_no: int | None = None
    column: str | None = None
    sheet: str | None = None
    cell: str | None = None
    found: str | None = None
    detail: str | None = None
