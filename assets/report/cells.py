"""The cells behind the figures of a paper, as a reader of its page finds them: the first of each figure, and how many there are.

Belongs here: how many are shown. Does not: finding them (warehouse.behind), drawing them (html).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from warehouse.behind import Behind, cells_behind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import duckdb

    from assets.report.content import Figure, Report
    from warehouse.behind import FigureOf
    from warehouse.past import Past

#: so many cells of one figure are shown at most, and so many in a paper: then fewer of each
_MOST = (10, 5, 2, 1, 0)
_MOST_IN_ALL = 5000


@dataclass(frozen=True, slots=True)
class Shown:
    """One figure of a mart behind a figure of the paper: its cells, how many more there are, the command that lists them all."""

    of: FigureOf
    behind: Behind

    @property
    def more(self) -> int:
        """How many cells are not shown."""
        return self.behind.total - len(self.behind.cells)


def with_cells(con: duckdb.DuckDBPyConnection, report: Report, past: Past | None = None) -> Report:
    """Return the paper with the cells behind its figures. ``past``: that of the release that it speaks of; None: the newest."""
    wanted = [of for figure in report.figures() for of in figure.of]
    found = cells_behind(con, wanted, _MOST[0], past) if wanted else {}
    most = next(n for n in _MOST if sum(min(n, b.total) for b in found.values()) <= _MOST_IN_ALL)
    return replace(report, cells={of: replace(b, cells=b.cells[:most]) for of, b in found.items()})


def shown_of(figure: Figure, cells: Mapping[FigureOf, Behind]) -> list[Shown]:
    """Return what stands behind a figure of a paper with cells."""
    return [Shown(of, cells[of]) for of in figure.of if of in cells]


def places_of(figures: Iterable[Figure]) -> dict[str, int]:
    """Return a number for each key among ``figures``: the place in a page where its cells are shown. Equal keys are one figure."""
    keys = dict.fromkeys(f.key for f in figures if f.of)
    return {key: number for number, key in enumerate(keys, start=1)}
