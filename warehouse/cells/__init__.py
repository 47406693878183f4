"""One kind of cell, one module: what a count, a ratio or a date can - be read, printed, entered and explained.

Belongs here: the registry of kinds (``cell_kinds``), what they share, and under ``kinds/`` one module per kind; text in, values
out. Does not: reading office files (assets.intake), where a cell stood, or rules (expectations).
"""

from warehouse.cells.kind import Guide, Kind, Part
from warehouse.cells.reading import NONE_STATED, NOT_REPORTED, Reading
from warehouse.cells.registry import UnknownKindError, cell_kinds, kind_of

__all__ = [
    "NONE_STATED",
    "NOT_REPORTED",
    "Guide",
    "Kind",
    "Part",
    "Reading",
    "UnknownKindError",
    "cell_kinds",
    "kind_of",
]
