"""Vietnamese-aware readers of one tagged cell. Pure functions; applied to the distinct cells of a batch, not to each.

What is ambiguous becomes an issue code, never a guess. Does not belong here: where the cell stood.
"""

from assets.intake.values.dates import read_date
from assets.intake.values.numbers import read_count, read_decimal, read_percent, read_ratio
from assets.intake.values.reading import NOT_REPORTED, Reading
from assets.intake.values.text import read_citation, read_code, read_text, read_yes_no

__all__ = [
    "NOT_REPORTED", "Reading", "read_citation", "read_code", "read_count", "read_date", "read_decimal",
    "read_percent", "read_ratio", "read_text", "read_yes_no",
]  # fmt: skip
