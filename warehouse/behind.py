"""The cells behind many figures at once: of each the first that count, and how many there are.

Does not belong here: one figure with all its cells and what was not counted (warehouse.lineage), the SQL of provenance
(warehouse.provenance).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from warehouse.exact import place_view
from warehouse.lineage import SourceCell
from warehouse.provenance import branches, key_text, origins_of
from warehouse.relation import relations

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import duckdb

    from warehouse.past import Past


@dataclass(frozen=True, slots=True)
class FigureOf:
    """A figure: ``column`` of the rows of ``mart`` whose columns have these values (None: blank). Of several rows it is made up."""

    mart: str
    key: tuple[tuple[str, Any], ...]
    column: str

    @property
    def command(self) -> str:
        """The command that lists every cell."""
        key = ",".join(f"{name}={'' if value is None else value}" for name, value in self.key)
        return f"danvan trace {self.mart} --key {key} --column {self.column} --cells"


@dataclass(frozen=True, slots=True)
class Behind:
    """The first of the ``total`` cells that a figure counts, and how many it leaves out: ``uncounted``."""

    cells: tuple[SourceCell, ...] = ()
    total: int = 0
    left_out: int = 0


Row = dict[str, Any]


def cells_behind(
    con: duckdb.DuckDBPyConnection, figures: Sequence[FigureOf], most: int, past: Past | None = None
) -> dict[FigureOf, Behind]:
    """Return up to ``most`` cells of each of ``figures``, which name their year; none for a figure that no cell of a report states.

    ``past``: what was known then; None: what is known now.
    """
    asked = list(dict.fromkeys(figures))
    years = sorted({int(value) for figure in asked for name, value in figure.key if name == "year"})
    marts = _Marts(con, years, past)
    leaves: dict[str, list[tuple[int, str, str]]] = defaultdict(list)
    for number, figure in enumerate(asked):
        for mart, row_key, column in marts.leaves(figure):
            leaves[mart].append((number, row_key, column))
    found: dict[int, Behind] = {}
    for mart, of_mart in leaves.items():
        for number, row in _cells(con, mart, of_mart, years, most, past):
            found[number] = _with(found.get(number, Behind()), row, most)
    return {figure: found.get(number, Behind()) for number, figure in enumerate(asked)}


def _with(behind: Behind, part: Behind, most: int) -> Behind:
    """A figure that is made of others rests on the cells of them all."""
    cells = (*behind.cells, *part.cells)[:most]
    return Behind(cells, behind.total + part.total, behind.left_out + part.left_out)


class _Marts:
    """The rows of marts in some years, each mart asked for once."""

    def __init__(self, con: duckdb.DuckDBPyConnection, years: Sequence[int], past: Past | None) -> None:
        self._con, self._years, self._past = con, years, past
        self._rows: dict[str, list[Row]] = {}
        self._places: dict[tuple[str, tuple[str, ...]], dict[tuple[Any, ...], list[Row]]] = {}

    def leaves(self, figure: FigureOf) -> Iterator[tuple[str, str, str]]:
        """Yield mart, key of the row and column of each figure that is taken from rows of a fact."""
        names, values = tuple(n for n, _ in figure.key), tuple(v for _, v in figure.key)
        yield from dict.fromkeys(self._of(figure.mart, self._matching(figure.mart, names, values), figure.column))

    def _of(self, mart: str, rows: Sequence[Row], column: str) -> Iterator[tuple[str, str, str]]:
        relation = relations()[mart]
        declared = relation.column(column).figure
        if declared is None:
            return
        if not declared.of:
            yield from ((mart, row["row_key"], column) for row in rows)
            return
        for origin in origins_of(relation, relation.column(column)):
            table, _, name = origin.rpartition(".")
            if table == mart:
                yield from self._of(mart, rows, name)
                continue
            shared = tuple(k for k in relation.key if k in relations()[table].names())
            for values in dict.fromkeys(tuple(row[k] for k in shared) for row in rows):
                stated = [o for o in self._matching(table, shared, values) if o[name] is not None]
                yield from self._of(table, stated, name)

    def _matching(self, mart: str, names: tuple[str, ...], values: tuple[Any, ...]) -> Sequence[Row]:
        if (mart, names) not in self._places:
            places = self._places.setdefault((mart, names), defaultdict(list))
            for row in self._all(mart):
                places[tuple(row[n] for n in names)].append(row)
        return self._places[mart, names].get(values, [])

    def _all(self, mart: str) -> list[Row]:
        if mart not in self._rows:
            sql = f"SELECT {key_text(relations()[mart])} AS row_key, * FROM {mart} WHERE list_contains($years, year)"
            self._rows[mart] = _asked(self._con, sql, self._past, {"years": self._years})
        return self._rows[mart]


def _cells(
    con: duckdb.DuckDBPyConnection,
    mart: str,
    leaves: Sequence[tuple[int, str, str]],
    years: Sequence[int],
    most: int,
    past: Past | None,
) -> Iterator[tuple[int, Behind]]:
    """Yield the first cells of each figure of one mart that ``leaves`` names: number of the figure, key of the row, column."""
    lineage = "\nUNION ALL\n".join(branches(relations()[mart]))
    sql = _BEHIND.format(lineage=lineage, places=place_view()["core.row_place"], order=_ORDER)
    numbers, rows, columns = map(list, zip(*leaves, strict=True))
    given = {"numbers": numbers, "rows": rows, "columns": columns, "years": list(years), "most": most}
    found: dict[int, list[Row]] = defaultdict(list)
    for row in _asked(con, sql, past, given):
        found[row.pop("number")].append(row)
    for number, of_figure in found.items():
        total, left_out = of_figure[0]["total"], of_figure[0]["left_out"]
        cells = [_cell(row) for row in of_figure if row["uncounted"] is None]
        yield number, Behind(tuple(cells), total, left_out)


def _cell(row: Mapping[str, Any]) -> SourceCell:
    return SourceCell(**{name: value for name, value in row.items() if name not in ("total", "left_out")})


def _asked(con: duckdb.DuckDBPyConnection, sql: str, past: Past | None, given: Mapping[str, Any]) -> list[Row]:
    # the name and hash of a file do not change: they are those of today
    result = con.execute(sql if past is None else past.sql(sql, besides=("intake.submission",)), dict(given))
    names = [column[0] for column in result.description or ()]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


#: the counted first, by report and row
_ORDER = (
    "l.uncounted IS NOT NULL, l.row_key, s.period_id, s.unit_code, s.file_name, p.source_row, l.part, l.source_column"
)
_BEHIND = """\
WITH wanted AS (
    SELECT unnest($numbers::INTEGER[]) AS number, unnest($rows::VARCHAR[]) AS row_key, unnest($columns::VARCHAR[]) AS column_name
),
lineage AS (
{lineage}
),
places AS (
{places}
)
SELECT w.number, count(*) FILTER (l.uncounted IS NULL) OVER (PARTITION BY w.number) AS total,
       count(l.uncounted) OVER (PARTITION BY w.number) AS left_out,
       l.submission_id, s.sha256, s.file_name, s.unit_code, s.period_id, p.sheet, p.source_row, m.column_index,
       replace(m.cell, '*', p.source_row::VARCHAR) AS cell, m.header, m.form_ref, l.source_column AS column_name,
       l.value, l.part, l.weight, l.uncounted
FROM lineage l JOIN wanted w USING (row_key, column_name)
JOIN intake.submission s USING (submission_id)
JOIN places p USING (source_table, submission_id, row_no)
LEFT JOIN intake.column_map m
    ON m.submission_id = l.submission_id AND m.table_name = p.table_name AND m.column_name = l.source_column
WHERE list_contains($years::BIGINT[], l.year)
QUALIFY row_number() OVER (PARTITION BY w.number ORDER BY {order}) <= $most
ORDER BY w.number, {order}
"""
