"""What changed in the figures from one state of the marts to another, cell by cell, and why: the causes add up to the difference.

Belongs here: comparing two states, and dividing each difference among its causes. Does not: which report was judged otherwise
and why (the macro ``meta.judged_between``), which states are compared (warehouse.closing, ``danvan diff``).
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from warehouse.mart_sql import mart_texts
from warehouse.past import Past
from warehouse.provenance import branches, key_text, sources_of
from warehouse.relation import Relation, literal, quote, relations
from warehouse.sql_text import given
from warehouse.types import COLUMN_TYPES
from warehouse.views import as_of_names

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import duckdb

    from warehouse.declaration import Column

#: what a comparison leaves: the rows of ``meta.figure_change``, without their release
CHANGED = "temp.figure_changed"
_NUMBERS = ("BIGINT", "DOUBLE")
_SEE_RELEASES = "see: danvan sql 'SELECT release_no, published_at FROM meta.release'"


@dataclass(frozen=True, slots=True)
class State:
    """The marts after the batch ``batch_no``: as they are, or as they were ``known`` (a release, a moment or a day, as SQL)."""

    batch_no: int
    known: str | None = None

    def read(self, sql: str) -> str:
        """Return ``sql``, which reads tables, views and marts as they are, so that it reads those of this state."""
        return given(sql, as_of_names(), self.known) if self.known else sql


def compared_marts() -> list[Relation]:
    """Return the marts by year with figures that are handed in, in the order of their declaration."""
    marts = (relations()[name] for name in mart_texts())
    return [m for m in marts if "year" in m.key and figures(m)]


def figures(mart: Relation) -> list[Column]:
    """Return the columns of a mart that follow from what reports say, not from what the register says of their unit."""
    return [c for c in mart.columns if c.name not in mart.key and c.figure and sources_of(mart, c)]


def states(con: duckdb.DuckDBPyConnection, known_before: str, known_after: str = "") -> tuple[State, State]:
    """Return two states by what users call them: a release, a moment or a day; the second is the newest release if not given.

    Raises LookupError where nothing had been published by then, or the first is not before the second.
    """
    ((newest,),) = con.execute("SELECT max(batch_no) FROM meta.release").fetchall()
    numbers = [_batch(con, known) if known else newest for known in (known_before, known_after)]
    if numbers[0] >= numbers[1]:
        raise LookupError(
            f"nothing was released after {known_before} and up to {known_after or 'now'}; {_SEE_RELEASES}"
        )
    known = None if numbers[1] == newest else literal(known_after)
    return State(numbers[0], literal(known_before)), State(numbers[1], known)


def changed(
    con: duckdb.DuckDBPyConnection,
    before: State,
    after: State,
    *,
    mart: str = "",
    year: int | None = None,
    unit: str = "",
) -> list[dict[str, Any]]:
    """Return the rows that ``meta.figure_change`` would have of what differs between two states, with the unit's code of now.

    Of one ``mart``, one ``year``, one ``unit`` (by a code that it has or had) where they are given. Raises LookupError for a mart
    that is not compared, and a unit that there is not.
    """
    asked = [m for m in compared_marts() if mart in ("", m.name, m.qualified)]
    if not asked:
        raise LookupError(
            f"no mart {mart!r} is compared; these are: {', '.join(m.qualified for m in compared_marts())}"
        )
    units = [u for (u,) in con.execute(_UNITS, [unit]).fetchall()]
    if unit and not units:
        raise LookupError(
            f"no unit has or had the code {unit!r}; see: danvan sql 'SELECT unit_code, unit_name FROM core.dim_unit'"
        )
    where = f"WHERE c.unit_id IN ({', '.join(map(str, units))})" if unit else ""
    found = con.execute(_CHANGED_YEARS, [before.batch_no, after.batch_no]).fetchall()
    with comparing(con, before, after, of_many=True) as comparison:
        for m in asked:
            if years := sorted(y for table, y in found if table == m.qualified and year in (None, y)):
                comparison.add(m, years)
        return con.sql(_FOUND.format(where=where)).pl().to_dicts()


@contextmanager
def comparing(
    con: duckdb.DuckDBPyConnection, before: State, after: State, *, of_many: bool = False
) -> Iterator[Comparison]:
    """Have ``CHANGED``, empty, while the body adds to it what differs between two states.

    ``of_many``: in many marts and years, so that what these stand on is worked out once for all of them.
    """
    con.execute(f"CREATE OR REPLACE TEMP TABLE judged AS FROM meta.judged_between({before.batch_no}, {after.batch_no})")
    con.execute(_CHANGED)
    is_register_new = con.execute(_REGISTER, [before.batch_no, after.batch_no]).fetchall()
    read = [Past(con, s.known).sql if of_many and s.known else s.read for s in (before, after)]
    yield Comparison(con, read[0], read[1], "unit" if is_register_new else "definition")
    con.execute("DROP TABLE temp.judged")
    con.execute(f"DROP TABLE {CHANGED}")


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two states that are being compared. ``otherwise``: the cause of what no report was judged otherwise for.

    ``before`` and ``after`` turn SQL over what is now into SQL over these states.
    """

    con: duckdb.DuckDBPyConnection
    before: Callable[[str], str]
    after: Callable[[str], str]
    otherwise: str

    def add(self, mart: Relation, years: Sequence[int], kept: str = "") -> None:
        """Add to ``CHANGED`` what differs in a mart in ``years``, and why.

        ``kept``: a table of the rows before, where there is one; what it has no column for is not compared.
        """
        shown = figures(mart)
        if kept:
            there = {name for name, *_ in self.con.execute(f"DESCRIBE {kept}").fetchall()}
            shown = [c for c in shown if c.name in there and there.issuperset(mart.key)]
        if not shown:
            return
        listed = ", ".join(str(int(y)) for y in years)
        states = (kept or self.before(mart.qualified), self.after(mart.qualified))
        self.con.execute(f"CREATE TEMP TABLE cell AS {_differing(mart, shown, states, listed)}")
        self.con.execute(_OF_ONE, [self.otherwise])
        if self.con.execute("FROM temp.cell WHERE len(submissions) > 1 LIMIT 1").fetchall():
            self.con.execute(self._divided(mart, listed), [self.otherwise])
        self.con.execute("DROP TABLE temp.cell")

    def _divided(self, mart: Relation, years: str) -> str:
        lineage = "\nUNION ALL\n".join(branches(mart)) or _NO_LINEAGE
        return _DIVIDED.format(before=self.before(lineage), after=self.after(lineage), years=years, changed=CHANGED)


def _differing(mart: Relation, shown: Sequence[Column], states: tuple[str, str], years: str) -> str:
    unit = "unit_id" if "unit_id" in mart.key else "NULL::BIGINT AS unit_id"
    cells = ",\n        ".join(map(_said, shown))
    read = [_STATE.format(key=key_text(mart), unit=unit, cells=cells, state=state, years=years) for state in states]
    return _DIFFERING.format(mart=literal(mart.qualified), before=read[0], after=read[1])


def _said(column: Column) -> str:
    is_number = column.unit is not None and COLUMN_TYPES[column.type].duckdb in _NUMBERS
    return (
        f"{{'column_name': {literal(column.name)}, 'said': {quote(column.name)}::VARCHAR, "
        f"'value': {f'{quote(column.name)}::DOUBLE' if is_number else 'NULL::DOUBLE'}, "
        f"'adds': {str(is_number and column.measure != 'rate').lower()}}}"
    )


def _batch(con: duckdb.DuckDBPyConnection, known: str) -> int:
    import duckdb

    try:
        ((number,),) = con.execute(f"SELECT meta.batch_known({literal(known)})").fetchall()
    except duckdb.Error:
        raise LookupError(f"{known!r} is neither a release nor a day nor a moment (UTC); {_SEE_RELEASES}") from None
    if number is None:
        raise LookupError(f"nothing had been released by {known}; {_SEE_RELEASES}")
    return int(number)


# the unit by its code of now
_FOUND = f"""
SELECT c.* EXCLUDE (unit_id), u.unit_code
FROM {CHANGED} c
LEFT JOIN (SELECT unit_id, arg_max(unit_code, valid_from) AS unit_code FROM core.dim_unit GROUP BY unit_id) u USING (unit_id)
{{where}}
ORDER BY c.mart_name, c.year, c.row_key, c.column_name, c.cause
"""
_UNITS = "SELECT DISTINCT unit_id FROM core.dim_unit WHERE unit_code = ? ORDER BY unit_id"
_CHANGED_YEARS = """
SELECT DISTINCT d.table_name, d.year FROM meta.release_diff d JOIN meta.release r USING (release_no)
WHERE r.batch_no > ? AND r.batch_no <= ? AND d.year IS NOT NULL
"""
_REGISTER = """
FROM intake.judgement j JOIN intake.submission s USING (submission_id)
WHERE j.batch_no > ? AND j.batch_no <= ? AND j.verdict = 'accepted'
  AND s.form_code IN (SELECT form_code FROM core.dim_form WHERE NOT is_report) LIMIT 1
"""
_CHANGED = f"""
CREATE OR REPLACE TEMP TABLE {CHANGED.partition(".")[2]} (
    mart_name VARCHAR, row_key VARCHAR, column_name VARCHAR, cause VARCHAR, year BIGINT, unit_id BIGINT,
    figure_before VARCHAR, figure_after VARCHAR, difference DOUBLE, submissions VARCHAR
)
"""
_STATE = """\
SELECT {key} AS row_key, year, {unit}, unnest([
        {cells}
    ], recursive := true) FROM {state} WHERE year IN ({years})"""
# a blank adds nothing; of a rate that was blank there is no difference
_DIFFERING = """
WITH cell AS (
    SELECT {mart} AS mart_name, coalesce(a.row_key, b.row_key) AS row_key, coalesce(a.column_name, b.column_name) AS column_name,
           coalesce(a.year, b.year) AS year, coalesce(a.unit_id, b.unit_id) AS unit_id,
           b.said AS figure_before, a.said AS figure_after,
           coalesce(a.adds, b.adds) AS adds,
           CASE WHEN coalesce(a.adds, b.adds) THEN coalesce(a.value, 0) - coalesce(b.value, 0)
                ELSE a.value - b.value END AS difference
    FROM ({before}) b FULL JOIN ({after}) a USING (row_key, column_name) WHERE a.said IS DISTINCT FROM b.said
),
own AS (FROM temp.judged WHERE is_judged),
of_unit AS (SELECT year, unit_id, list(DISTINCT cause) AS causes, list(submission_id) AS submissions FROM own GROUP BY ALL),
of_year AS (SELECT year, list(DISTINCT cause) AS causes, list(submission_id) AS submissions FROM own GROUP BY ALL)
SELECT c.*, coalesce(CASE WHEN c.unit_id IS NULL THEN y.causes ELSE u.causes END, []) AS causes,
       coalesce(CASE WHEN c.unit_id IS NULL THEN y.submissions ELSE u.submissions END, []) AS submissions
FROM cell c LEFT JOIN of_unit u USING (year, unit_id) LEFT JOIN of_year y ON y.year = c.year
"""
_OF_ONE = f"""
INSERT INTO {CHANGED} BY NAME
SELECT * EXCLUDE (adds, causes, submissions), coalesce(causes[1], ?) AS cause, submissions[1] AS submissions
FROM temp.cell WHERE len(submissions) <= 1
"""
#: of a mart whose figures are made of other figures
_NO_LINEAGE = """\
SELECT '' AS row_key, '' AS column_name, '' AS submission_id, '' AS part, 0 AS year, 0 AS value, 0 AS weight, '' AS uncounted"""
# what a report brings, by what it brought before; where all that adds up to the difference it is divided, else it is told whole.
# A correction that brings the same again moves nothing, and is no cause
_DIVIDED = """
INSERT INTO {changed} BY NAME
WITH asked AS (FROM temp.cell WHERE len(submissions) > 1),
brought AS (
    SELECT row_key, column_name, submission_id, part, sum(brought) AS brought FROM (
        SELECT row_key, column_name, submission_id, part, value * weight AS brought FROM ({after})
        WHERE uncounted IS NULL AND year IN ({years})
        UNION ALL
        SELECT row_key, column_name, submission_id, part, -value * weight FROM ({before})
        WHERE uncounted IS NULL AND year IN ({years})
    ) SEMI JOIN asked USING (row_key, column_name)
    GROUP BY ALL HAVING abs(sum(brought)) > 1e-9
),
told AS (
    SELECT b.*, coalesce(j.cause, ?) AS cause, j.is_judged FROM brought b LEFT JOIN temp.judged j USING (submission_id)
),
moved AS (SELECT *, sum(brought) OVER (PARTITION BY row_key, column_name, cause, part) AS moved FROM told),
caused AS (
    SELECT row_key, column_name, cause, sum(brought) AS brought,
           coalesce(string_agg(DISTINCT submission_id, ', ' ORDER BY submission_id) FILTER (is_judged),
                    string_agg(DISTINCT submission_id, ', ' ORDER BY submission_id)) AS submissions
    FROM moved GROUP BY ALL HAVING max(abs(moved)) > 1e-9
),
whole AS (
    SELECT row_key, column_name, sum(brought) AS brought, CASE WHEN count(*) = 1 THEN any_value(cause) ELSE 'several' END AS cause,
           string_agg(submissions, ', ' ORDER BY submissions) AS submissions
    FROM caused GROUP BY ALL
)
SELECT a.* EXCLUDE (adds, causes, submissions, difference),
       CASE WHEN c.cause IS NOT NULL THEN c.brought ELSE a.difference END AS difference,
       coalesce(c.cause, w.cause, CASE WHEN len(a.causes) = 1 THEN a.causes[1] ELSE 'several' END) AS cause,
       coalesce(c.submissions, w.submissions, array_to_string(list_sort(a.submissions), ', ')) AS submissions
FROM asked a LEFT JOIN whole w USING (row_key, column_name)
LEFT JOIN caused c ON c.row_key = a.row_key AND c.column_name = a.column_name AND a.adds AND abs(w.brought - a.difference) < 1e-6
"""
