"""Two versions of a report held against each other, cell by cell, as their unit wrote them: what differs, before and after.

Rows are joined by what they say, not by where they stand: rows in another order are no change. Compared are the cover and the
rows that are read as data. Does not belong here: findings, or which versions are compared (changes).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from assets.intake.extract import Extract, ExtractedTable
from warehouse.declaration import form_tables

if TYPE_CHECKING:
    import polars as pl

#: pairs of rows that are tried; of more the rows are joined in their order
_PAIRS = 250_000
#: what the number of a version and the day of a report say of themselves
_EXPECTED = ("revision",)
_ROW = "source_row"

#: sheet and address
Place = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Change:
    """One cell, or one row (``is_row``) that came or went. ``cell`` is where it stands now, of a row that went where it stood."""

    sheet: str
    cell: str
    header: str
    before: str | None
    after: str | None
    is_row: bool = False


@dataclass(slots=True)
class Comparison:
    """What differs; ``moved`` leads from the place of each cell in the version before to where the same row has it now."""

    changes: list[Change] = field(default_factory=list)
    moved: dict[Place, Place] = field(default_factory=dict)


def compare(before: Extract, now: Extract) -> Comparison:
    """Compare two versions; tables that only one of them has are left to the findings about sheets."""
    out = Comparison()
    _cover(before, now, out)
    old = {t.table: t for t in before.tables}
    for table in now.tables:
        if table.table in old:
            _table(old[table.table], table, out)
    return out


def _cover(before: Extract, now: Extract, out: Comparison) -> None:
    places = {c.field: c for c in before.cover_lines}
    for line in now.cover_lines:
        if line.field in places:
            then = places[line.field]
            out.moved[then.sheet, then.cell] = (line.sheet, line.cell)
        a, b = (_shown(e.cover.get(line.field)) for e in (before, now))
        if a != b and line.field not in _EXPECTED:
            out.changes.append(Change(line.sheet, line.cell, line.label, a, b))


def _table(before: ExtractedTable, now: ExtractedTable, out: Comparison) -> None:
    old_columns = {c.columns: c for c in before.columns}
    columns = [c for c in now.columns if c.columns in old_columns]
    names = [str(i) for i in range(len(columns))]
    a, b = (_frame(t, [c.columns for c in columns], names) for t in (before, now))
    is_single = form_tables()[now.table].key == ("submission_id",)
    pairs = _joined(a, b, names, is_single=is_single)
    old_rows, new_rows = ({row[_ROW]: row for row in f.iter_rows(named=True)} for f in (a, b))
    for old_row, new_row in pairs:
        for name, column in zip(names, columns, strict=True):
            at = column.cell.replace("*", str(new_row))
            out.moved[before.sheet, old_columns[column.columns].cell.replace("*", str(old_row))] = (now.sheet, at)
            x, y = old_rows[old_row][name], new_rows[new_row][name]
            if x != y:
                out.changes.append(Change(now.sheet, at, column.header, x, y))
    gone, come = old_rows.keys() - {o for o, _ in pairs}, new_rows.keys() - {n for _, n in pairs}
    out.changes += [Change(before.sheet, f"{r}:{r}", "", _line(old_rows[r], names), None, True) for r in sorted(gone)]
    out.changes += [Change(now.sheet, f"{r}:{r}", "", None, _line(new_rows[r], names), True) for r in sorted(come)]


def _frame(table: ExtractedTable, columns: Sequence[tuple[str, ...]], names: Sequence[str]) -> pl.DataFrame:
    """Return the rows as texts, in the order of the common columns, with the row of the file."""
    import polars as pl

    cells = {c.columns: texts for c, texts in zip(table.columns, table.cells, strict=True)}
    texts = [pl.Series(n, cells[c], dtype=pl.String).str.slice(2) for n, c in zip(names, columns, strict=True)]
    return pl.DataFrame([pl.Series(_ROW, table.source_rows, dtype=pl.Int64), *texts])


def _joined(a: pl.DataFrame, b: pl.DataFrame, names: list[str], *, is_single: bool) -> list[tuple[int, int]]:
    """Return (row before, row now) of the rows that are the same: first those that say the same, then those most alike."""
    import polars as pl

    if is_single and a.height == b.height == 1:
        return [(a[_ROW][0], b[_ROW][0])]
    a, b = (f.with_columns(pl.int_range(pl.len()).over(names).alias("n")) for f in (a, b))
    same = a.join(b, on=[*names, "n"], nulls_equal=True)
    pairs = list(zip(same[_ROW].to_list(), same[f"{_ROW}_right"].to_list(), strict=True))
    a, b = (f.filter(~pl.col(_ROW).is_in([p[i] for p in pairs])) for i, f in enumerate((a, b)))
    if a.height * b.height > _PAIRS:
        return pairs + list(zip(a[_ROW].to_list(), b[_ROW].to_list(), strict=False))
    return pairs + _alike(a, b, names)


def _alike(a: pl.DataFrame, b: pl.DataFrame, names: list[str]) -> list[tuple[int, int]]:
    """Join the rows that have at least half of what is written in common, the most alike and nearest first."""
    import polars as pl

    equal = pl.sum_horizontal(pl.col(n) == pl.col(f"{n}_right") for n in names)
    written = pl.max_horizontal(
        pl.sum_horizontal(pl.col(n).is_not_null() for n in names),
        pl.sum_horizontal(pl.col(f"{n}_right").is_not_null() for n in names),
    )
    scored = (
        a.join(b, how="cross")
        .with_columns(equal.alias("equal"), (pl.col(_ROW) - pl.col(f"{_ROW}_right")).abs().alias("apart"))
        .filter(pl.col("equal") * 2 >= written)
        .sort("equal", "apart", _ROW, f"{_ROW}_right", descending=[True, False, False, False])
    )
    return list(_greedy(scored.select(_ROW, f"{_ROW}_right").iter_rows()))


def _greedy(pairs: Iterable[tuple[int, int]]) -> Iterable[tuple[int, int]]:
    taken: tuple[set[int], set[int]] = (set(), set())
    for x, y in pairs:
        if x not in taken[0] and y not in taken[1]:
            taken[0].add(x)
            taken[1].add(y)
            yield x, y


def _line(row: dict[str, str | None], names: Sequence[str]) -> str:
    return " | ".join(row[n] or "" for n in names)


def _shown(value: object) -> str | None:
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    return None if value is None else str(value)
