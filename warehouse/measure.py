"""What may be added: a figure's measure binds the marts that show it. A mart that breaks this does not load.

``flow`` adds over disjoint periods. ``persons`` adds only within one year and one level: the key has ``year`` and ``unit_id``
or ``reporter_level``. ``level`` and ``plan`` belong to one year. ``level`` and ``rate`` are never summed or averaged.
Belongs here: these rules, and that each mart has its SQL. Does not: building marts (warehouse.marts).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from warehouse.declaration import Column
from warehouse.source import Source

if TYPE_CHECKING:
    from warehouse.relation import Relation

MARTS = "warehouse/marts"
OF_ONE_YEAR = ("persons", "level", "plan")
OF_ONE_LEVEL = ("unit_id", "reporter_level")
NEVER_ADDED = ("level", "rate")
_COMMENT = re.compile(r"--[^\n]*")
_ADDING = re.compile(r"\b(?:sum|avg|mean|fsum|sumkahan|kahan_sum|favg)\s*\(", re.IGNORECASE)
_TABLE = re.compile(r"\b(?:core|mart|staging)\.(\w+)", re.IGNORECASE)


def check_marts(source: Source, known: Mapping[str, Relation], root: Path) -> None:
    """Note in ``source`` (mart.yaml) what is wrong with the marts' sources, keys and SQL; ``known`` are all relations.

    Raises DeclarationError for those, and for a file of SQL that no mart declares or that adds what is never added.
    """
    marts = {r.name: r for r in known.values() if r.schema == "mart"}
    files = {p.stem: Source(root, f"{MARTS}/{p.name}") for p in sorted((root / MARTS).glob("*.sql"))}
    for name, mart in marts.items():
        _check_columns(source, mart, known)
        source.refuse_unless(name in files, (name,), name, f"a mart with its SELECT in {MARTS}/{name}.sql")
    source.check()
    for name, file in files.items():
        if file.refuse_unless(name in marts, (1,), name, f"a mart that {source.name} declares"):
            _check_sums(file, known)
        file.check()


def _check_columns(source: Source, mart: Relation, known: Mapping[str, Relation]) -> None:
    for i, column in enumerate(mart.columns):
        at = (mart.name, "columns", i)
        if column.source is not None:
            _check_source(source, at, column, known)
        if column.measure in OF_ONE_YEAR:
            good = "year" in mart.key
            source.refuse_unless(
                good, (*at, "measure"), column.measure, f"a measure that adds over years; {mart.key} has no year"
            )
        if column.measure == "persons":
            good = any(name in mart.key for name in OF_ONE_LEVEL)
            allowed = f"a measure that adds over levels; the key has neither {' nor '.join(OF_ONE_LEVEL)}"
            source.refuse_unless(good, (*at, "measure"), column.measure, allowed)


def _check_source(source: Source, at: tuple[str | int, ...], column: Column, known: Mapping[str, Relation]) -> None:
    table, _, name = str(column.source).rpartition(".")
    core = {q: r for q, r in known.items() if r.schema == "core" and "source_row" in r.names()}
    if not source.refuse_unless(
        table in core, (*at, "source"), column.source, f"a column of {', '.join(sorted(core))}"
    ):
        return
    if not source.refuse_unless(name in core[table].names(), (*at, "source"), name, ", ".join(core[table].names())):
        return
    measure = core[table].column(name).measure
    source.refuse_unless(column.measure == measure, (*at, "measure"), column.measure, f"{measure}, as {column.source}")


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
