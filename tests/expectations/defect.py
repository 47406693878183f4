"""What a planted defect is, and where it must be found.

Does not belong here: the defects (defects, register_defects).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from assets.sample.report import Report
from tests.support import cover_cell, template_cell
from warehouse.declaration import form_tables


@dataclass(frozen=True, slots=True)
class Defect:
    """``make`` builds the faulty file for a unit; the finding must stand at ``table`` row ``row``, ``column``.

    ``also`` are codes that cannot but come along. ``before`` are reports that must be there too. ``file`` is the code that the
    file is named after: that of another defect, where one file has several.
    """

    code: str
    table: str
    column: str
    make: Callable[[int], Report]
    row: int = 0
    also: frozenset[str] = frozenset()
    before: Callable[[int], list[Report]] = lambda _: []
    twins: int = 1
    file: str = ""

    @property
    def in_file(self) -> str:
        """The name of its file, without its ending."""
        return self.file or self.code


def derived(table: str, column: str, what: str) -> str:
    """Return the code of the rule that follows from a declared column: ``what`` is MISSING or LONG."""
    return f"{form_tables()[table].prefix}-{column.upper().replace('_', '-')}-{what}"


def expected_cell(defect: Defect, report: Report, row: int = 0) -> tuple[str, str]:
    """Return (sheet, A1) where the finding must stand."""
    if defect.table == "cover":
        return cover_cell(report.form, defect.column)
    return template_cell(report.form, defect.table, defect.column, defect.row + row)
