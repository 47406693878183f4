"""What may be added: a figure's measure binds the marts that show it. A mart that breaks this does not load.

``flow`` adds over disjoint periods. ``persons`` adds only within one year and one level: the key has ``year`` and ``unit_id``
or ``reporter_level``. ``level`` and ``plan`` belong to one year. ``level`` and ``rate`` are never summed or averaged.
Belongs here: these rules, that each figure is declared in one way over columns that there are, and that each mart has its
figures or its SQL. Does not: building marts (warehouse.marts).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from warehouse.declaration import Column, report_tables
from warehouse.figure import WAYS, Figure
from warehouse.source import Source

if TYPE_CHECKING:
    from warehouse.check import At
    from warehouse.relation import Relation

MARTS = "warehouse/marts"
OF_ONE_YEAR = ("persons", "level", "plan")
OF_ONE_LEVEL = ("unit_id", "reporter_level")
NEVER_ADDED = ("level", "rate")
_COMMENT = re.compile(r"--[^\n]*")
_ADDING = re.compile(r"\b(?:sum|avg|mean|fsum|sumkahan|kahan_sum|favg)\s*\(", re.IGNORECASE)
_TABLE = re.compile(r"\b(?:core|mart|staging)\.(\w+)", re.IGNORECASE)


def check_marts(source: Source, known: Mapping[str, Relation], root: Path) -> None:
    """Note in ``source`` (mart.yaml) what is wrong with the marts' figures, keys and SQL; ``known`` are all relations.

    Raises DeclarationError for those, and for a file of SQL that no mart declares or that adds what is never added.
    """
    marts = {r.name: r for r in known.values() if r.schema == "mart"}
    files = {p.stem: Source(root, f"{MARTS}/{p.name}") for p in sorted((root / MARTS).glob("*.sql"))}
    facts = {name: known[f"core.{table.core}"] for name, table in report_tables(root).items()}
    shown = {f"{r.qualified}.{name}" for r in marts.values() for name in r.names()}
    for name, mart in marts.items():
        good = mart.rows is None or mart.rows in facts
        source.refuse_unless(good, (name, "rows"), mart.rows, ", ".join(facts))
        for i in range(len(mart.columns)):
            _check_column(source, mart, i, facts, shown)
        good = name in files or (mart.rows is not None and all(c.figure or c.name in mart.key for c in mart.columns))
        source.refuse_unless(
            good, (name,), name, f"a mart with its SELECT in {MARTS}/{name}.sql, or figures of rows only"
        )
    source.check()
    for name, file in files.items():
        if file.refuse_unless(name in marts, (1,), name, f"a mart that {source.name} declares"):
            _check_sums(file, known)
        file.check()


def _check_column(source: Source, mart: Relation, i: int, facts: Mapping[str, Relation], shown: set[str]) -> None:
    column = mart.columns[i]
    at = (mart.name, "columns", i)
    if column.figure is not None:
        _check_figure(source, at, (mart, column), facts, shown.union(mart.names()))
    if column.measure in OF_ONE_YEAR:
        good = "year" in mart.key
        source.refuse_unless(
            good, (*at, "measure"), column.measure, f"a measure that adds over years; {mart.key} has no year"
        )
    if column.measure == "persons":
        good = any(name in mart.key for name in OF_ONE_LEVEL)
        allowed = f"a measure that adds over levels; the key has neither {' nor '.join(OF_ONE_LEVEL)}"
        source.refuse_unless(good, (*at, "measure"), column.measure, allowed)


def _check_figure(
    source: Source, at: At, what: tuple[Relation, Column], facts: Mapping[str, Relation], shown: set[str]
) -> None:
    mart, column = what
    figure: Figure = column.figure  # type: ignore[assignment]
    here = (*at, "figure")
    if not source.refuse_unless(len(figure.ways) == 1, here, ", ".join(figure.ways), f"one of {', '.join(WAYS)}"):
        return
    for name in figure.of:
        source.refuse_unless(name in shown, (*here, "of"), name, f"{', '.join(mart.names())}, or mart.<name>.<column>")
    rows = figure.rows or mart.rows
    if figure.of or not source.refuse_unless(rows in facts, (*here, "rows"), rows, ", ".join(facts)):
        return
    fact = facts[str(rows)]
    measured = {c.name: c.measure for c in fact.columns}
    # what the rows say of the unit beside the fact's own columns is no cell of the report
    for name in (n for n in figure.columns if n != figure.last):
        source.refuse_unless(name in measured, here, name, ", ".join(fact.names()))
    for name in (n for n in figure.added if measured.get(n) in NEVER_ADDED):
        source.problem(here, name, f"no sum over a {measured[name]}; flows add, and persons within a year and level")
    taken = figure.sum if not figure.minus else None
    stated = taken or figure.only or figure.last
    if stated in measured:
        good = column.measure == measured[stated]
        source.refuse_unless(
            good, (*at, "measure"), column.measure, f"{measured[stated]}, as {fact.qualified}.{stated}"
        )


def _check_sums(file: Source, known: Mapping[str, Relation]) -> None:
    """Note the sums and averages over a column that is a level or a rate, in the tables that the SQL reads."""
    sql = _COMMENT.sub(lambda m: " " * len(m[0]), file.path.read_text(encoding="utf-8"))
    read = {name.lower().removesuffix("_exact") for name in _TABLE.findall(sql)}
    measures = {
        c.name: str(c.measure)
        for r in known.values()
        if r.name in read or r.name.removeprefix("fact_") in read
        for c in r.columns
        if c.measure in NEVER_ADDED
    }
    for start, adding, argument in _added(sql):
        for name in (n for n in re.findall(r"\w+", argument) if n in measures):
            line = sql.count("\n", 0, start) + 1
            allowed = f"no sum over a {measures[name]}; flows add, and persons within a year and level"
            file.problem((line, name), f"{adding}{argument})", allowed)


def _added(sql: str) -> Iterator[tuple[int, str, str]]:
    """Yield where each sum or average begins, how, and its argument."""
    for m in _ADDING.finditer(sql):
        depth, end = 1, m.end()
        while depth and end < len(sql):
            depth += {"(": 1, ")": -1}.get(sql[end], 0)
            end += 1
        yield m.start(), m[0], sql[m.end() : end - 1]
