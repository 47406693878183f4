"""The questions of a committee over thirteen years of a nation, each beside SQL by hand on tables flattened for it, in one run.

Usage: python -m benchmarks.queries [--copies 1150] [--home HOME]. HOME holds the sample (``danvan demo``); its units, reports and
successions are copied so many times over into a file of its own (45 units each: 1,150 copies are some 52,000 units of a year), the
marts are built, and every query of ``examples/queries`` that has a counterpart in ``queries_flat.sql`` must give what that gives;
else nothing was measured and the program says where they differ. Prints milliseconds, best of --repeat, and their ratio.
Does not belong here: whether the answers are right (tests.assets.test_queries), ingesting (benchmarks.ingest).
"""

from __future__ import annotations

import argparse
import math
import re
import shutil
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import duckdb

from warehouse.bootstrap import bootstrap
from warehouse.home import Home, current_home
from warehouse.marts import build_marts
from warehouse.relation import Relation, relations

REPO = Path(__file__).resolve().parents[1]
FLAT = Path(__file__).with_name("queries_flat.sql")
#: what a copy of a unit's rows is told apart by: so much is added to each of its numbers
STEP = 1000
#: milliseconds, and times the counterpart: the goals of the median, of the 95th percentile and of every query
MEDIAN, P95, MOST = 50, 300, 3
#: asked of what a copy has not: changes of releases, cells of files; or there is nothing to set beside it
WITHOUT = {"25", "26", "27", "30"}


def main() -> None:
    """Make the nation, compare every answer, time both sides and print a line for each question."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--copies", type=int, default=1150)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--home", type=Path)
    arguments = parser.parse_args()
    home = Home(arguments.home) if arguments.home else current_home()
    with tempfile.TemporaryDirectory(prefix="danvan-queries-") as folder:
        file = Path(folder) / "nation.duckdb"
        began = time.perf_counter()
        make_nation(home, file, arguments.copies)
        with duckdb.connect(str(file), config={"threads": 2}) as con:
            made = time.perf_counter()
            con.execute("BEGIN")
            build_marts(con, None)
            con.execute("COMMIT")
            built = time.perf_counter()
            tables, counterparts = _flat()
            con.execute(tables)
            con.execute("CHECKPOINT")
            ((units,),) = con.execute("SELECT count(*) FROM mart.unit_year WHERE year = 2024").fetchall()
            size = file.stat().st_size / 1e6
            print(
                f"{units} units of 2024, {size:.0f} MB; copied in {made - began:.1f} s, marts in {built - made:.1f} s"
            )
            _report(
                [
                    _timed(con, number, sql, counterparts[number], arguments.repeat)
                    for number, sql in _questions().items()
                ]
            )


def make_nation(home: Home, file: Path, copies: int) -> None:
    """Write a warehouse at ``file`` in which the sample's units and what they reported stand ``copies`` times."""
    shutil.copy(home.database, file)
    file.chmod(0o600)
    with duckdb.connect(str(file)) as con:
        bootstrap(con)  # a home of an older version has other tables
        con.execute(
            "CREATE TEMP TABLE bodies AS SELECT DISTINCT unit_id FROM core.dim_unit WHERE level_code <> 'co_so'"
        )
        for table in relations().values():
            if _is_of_units(table):
                con.execute(_copied(table.qualified, table.names(), copies))


def _is_of_units(table: Relation) -> bool:
    named = bool({"unit_id", "from_unit_id"}.intersection(table.names()))
    return table.qualified == "intake.submission" or (table.schema == "core" and named)


def _copied(table: str, names: list[str], copies: int) -> str:
    """The statement that adds the copies of the rows of units; superior bodies are there once."""
    unit = next(n for n in ("unit_id", "from_unit_id") if n in names)
    shown = ", ".join(f"{_of_copy(n)} AS {n}" for n in names)
    return f"""
INSERT INTO {table} BY NAME SELECT {shown} FROM {table} t, range(1, {copies}) copy(k)
WHERE t.{unit} NOT IN (FROM bodies)"""


def _of_copy(name: str) -> str:
    if name in ("unit_id", "from_unit_id", "to_unit_id"):
        return f"t.{name} + k * {STEP}"
    if name == "unit_code":
        return f"t.{name} || '-' || k"
    if name == "model_code_before":
        return f"replace(t.{name}, '/', '-' || k || '/')"
    return f"t.{name} || '-' || k" if name == "submission_id" else f"t.{name}"


def _questions() -> dict[str, str]:
    files = sorted((REPO / "examples" / "queries").glob("*.sql"))
    return {f.name[:2]: f.read_text(encoding="utf-8") for f in files if f.name[:2] not in WITHOUT}


def _flat() -> tuple[str, dict[str, str]]:
    """The statements that make the flat tables, and the counterpart of each question by its number."""
    parts = re.split(r"^-- (tables|\d\d)$", FLAT.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    found = dict(zip(parts[::2], parts[1::2], strict=True))
    return found.pop("tables"), found


def _timed(con: duckdb.DuckDBPyConnection, number: str, sql: str, flat: str, repeat: int) -> tuple[str, float, float]:
    """Return the number and the milliseconds of both sides. Exits where they differ."""
    ours, theirs = con.execute(sql).fetchall(), con.execute(flat).fetchall()
    wide = min(len(ours[0]), len(theirs[0])) if ours and theirs else 0
    if len(ours) != len(theirs) or not all(_same(a[:wide], b[:wide]) for a, b in zip(ours, theirs, strict=True)):
        differing = next(
            ((a, b) for a, b in zip(ours, theirs, strict=False) if not _same(a[:wide], b[:wide])),
            (len(ours), len(theirs)),
        )
        raise SystemExit(f"not measured: question {number} is answered otherwise by the flat tables: {differing}")
    return number, _best(con, sql, repeat), _best(con, flat, repeat)


def _same(a: tuple[Any, ...], b: tuple[Any, ...]) -> bool:
    def one(x: Any, y: Any) -> bool:
        return math.isclose(x, y, rel_tol=1e-9) if isinstance(x, int | float) and isinstance(y, int | float) else x == y

    return all(map(one, a, b))


def _best(con: duckdb.DuckDBPyConnection, sql: str, repeat: int) -> float:
    times = []
    for _ in range(repeat):
        began = time.perf_counter()
        con.execute(sql).fetchall()
        times.append(1000 * (time.perf_counter() - began))
    return min(times)


def _report(found: list[tuple[str, float, float]]) -> None:
    print("question      ms   by hand, flat   ratio")
    for number, ours, theirs in found:
        print(f"{number:<8} {ours:>8.1f} {theirs:>15.1f} {ours / theirs:>7.2f}")
    times = sorted(ours for _, ours, _ in found)
    p95 = times[math.ceil(0.95 * len(times)) - 1]
    worst = max(found, key=lambda f: f[1] / f[2])
    print(f"median {statistics.median(times):.1f} ms (goal {MEDIAN}), p95 {p95:.1f} ms (goal {P95}), "
          f"worst ratio {worst[1] / worst[2]:.2f} in {worst[0]} (goal {MOST})")  # fmt: skip


if __name__ == "__main__":
    main()
