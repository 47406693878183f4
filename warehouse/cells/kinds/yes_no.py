"""Yes or no: có, không, x, 1 or 0, true or false.

Does not belong here: what follows from the answer (rules).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from warehouse.cells.kind import Guide, Kind, Part, Rule
from warehouse.cells.reading import Reading, issue
from warehouse.cells.words import clean

if TYPE_CHECKING:
    from warehouse.declaration import Column

_PRINTED = ("Có", "Không")
_YES = frozenset(
    {"có", "x", "đã", "rồi", "đúng", "yes", "true", "1", "✓", "v", "đã có", "đã thành lập", "đã phân công"}
)
#: beside the none-words
_NO = frozenset({"chưa", "no", "false", "0", "chưa thành lập", "chưa phân công"})


class YesNoKind(Kind):
    """An answer; its value is a bool. Where nothing is, the answer is no."""

    name = "yes_no"
    parts = (Part(("flag",), "text"),)
    guide = Guide(7, "Có hoặc không", "Hãy chọn Có hoặc Không.", "Có")
    if_none = Reading(False, "value")
    usual_width = 11.0
    entry_format = "entry_centre"

    def _value(self, cell: str, _column: Column | None, /) -> Reading:
        word = clean(cell[2:]).casefold()
        if word in _YES:
            return Reading(True, "value")
        return Reading(False, "value") if word in _NO else issue("V-YES-NO")

    def printed(self, values: Sequence[Any], _column: Column | None, /) -> object:
        """Có or Không."""
        return _PRINTED[0 if values[0] else 1] if isinstance(values[0], bool) else values[0]

    def validation(self, _column: Column | None, _choices: str, /) -> Rule:
        """One of the two; x and the like are asked about."""
        return {"validate": "list", "source": list(_PRINTED), "error_type": "warning"}


KIND = YesNoKind()
