"""A period on a cover sheet: its code, or Vietnamese words.

Does not belong here: what a period is called and spans (warehouse.periods).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from warehouse.cells.kind import Kind, Part, Rule
from warehouse.cells.reading import Reading, issue
from warehouse.periods import parse_period_id, period_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from warehouse.declaration import Column


class PeriodKind(Kind):
    """A period; its value is the period's code."""

    name = "period"
    parts = (Part(("code", "text"), "text"),)

    def _value(self, cell: str, _column: Column | None, /) -> Reading:
        period = period_of(cell[2:])
        return Reading(period.period_id, "value") if period else issue("C-PERIOD-INVALID")

    def validation(self, _column: Column | None, choices: str, /) -> Rule:
        """One of the drop-down; other words for a period are asked about."""
        return {"validate": "list", "source": "=" + choices, "error_type": "warning"}

    def printed(self, values: Sequence[Any], _column: Column | None, /) -> object:
        """The label, as the template prints it."""
        return parse_period_id(values[0]).label


KIND = PeriodKind()
