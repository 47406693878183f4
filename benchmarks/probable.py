"""Which cell is probably wrong: single slips planted into the reports of the demo corpus, and how often the right cell is named.

Usage: python -m benchmarks.probable [--plants 2000] [--seed 1]. Takes some minutes. Each round judges every clean report again with
one figure changed, against the published corpus without that report; a slip that no rule joining cells sees is not counted.
Prints, by rule and by kind of slip, how often the cell is named first, and among the two that are named when one cannot tell.
Does not belong here: how cells are weighed (expectations.probable).
"""

from __future__ import annotations

import argparse
import random
import re
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from assets.ingest import release, take_inbox
from assets.intake.archive import archived_files
from assets.intake.stage import stage
from assets.sample import write_sample
from expectations import judge
from expectations.probable import is_joining
from expectations.rule import rules
from warehouse import ledger, staging
from warehouse.declaration import report_tables
from warehouse.home import Home

if TYPE_CHECKING:
    import duckdb

    from warehouse.judgement import Frames

TOTALS = "staging.stated_total"
_NAMED = re.compile(r"(?:ô| -) (\S+): ghi ")
_CLEAN = """
SELECT submission_id FROM intake.submission s WHERE form_code = 'BCDV' AND is_current AND NOT core.is_roll_up(period_kind)
AND submission_id NOT IN (SELECT submission_id FROM intake.finding WHERE severity <> 'info') ORDER BY ALL"""


@dataclass(frozen=True, slots=True)
class Plant:
    """One figure of one report changed: where, of which kind the slip is, what stood there and what stands there now."""

    submission_id: str
    table: str
    row_no: int
    column: str
    slip: str
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one rule's finding said of a planted slip: the cells that it named, and the one that was changed."""

    plant: Plant
    code: str
    named: tuple[str, ...]
    place: str

    @property
    def is_first(self) -> bool:
        """True when the changed cell alone is named."""
        return self.named == (self.place,)

    @property
    def is_among(self) -> bool:
        """True when it is named, alone or as one of two."""
        return self.place in self.named


def main() -> None:
    """Plant slips until enough were seen by a rule, and print the rates."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--plants", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--home", type=Path, help="a home that has taken the demo corpus; made when left out")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="danvan-probable-") as folder:
        home = Home(arguments.home) if arguments.home else _demo(Path(folder))
        outcomes: list[Outcome] = []
        planted, seconds = 0, 0.0
        for number in range(1, 100):
            began = time.process_time()
            more, found = plant_and_judge(home, f"{arguments.seed}-{number}")
            seconds += time.process_time() - began
            planted, outcomes = planted + more, outcomes + found
            if len({o.plant for o in outcomes}) >= arguments.plants:
                break
    show(planted, outcomes, seconds)


def plant_and_judge(home: Home, seed: str, limit: int | None = None) -> tuple[int, list[Outcome]]:
    """Change one figure of each clean report (of ``limit`` of them), judge all; return how many and what the findings say."""
    with staging.open_staging(home, judge.reads()) as con:
        judge.write_catalogue(con)
        ids = [i for (i,) in con.execute(_CLEAN).fetchall()]
        if limit:
            ids = sorted(random.Random(seed).sample(ids, limit))
        frames = stage(archived_files(home.archive, ledger.known_files(con, ids)))
        plants = [p for i in ids if (p := _plant(frames, i, random.Random(f"{seed}-{i}")))]
        staging.fill(con, _planted(frames, plants))
        judge.judge_staging(con, home.cache)
        return len(plants), list(_outcomes(con, plants))


def show(planted: int, outcomes: list[Outcome], seconds: float) -> None:
    """Print the rates."""
    seen = len({o.plant for o in outcomes})
    print(
        f"{planted} slips planted, {seen} seen by rules that join cells, {len(outcomes)} findings; {seconds:.0f} s of processor"
    )
    for title, key in (("all", lambda _: ""), ("by rule", lambda o: o.code), ("by slip", lambda o: o.plant.slip)):
        print(f"\n{title:<22}findings  first  among two  one named wrong")
        groups: dict[str, list[Outcome]] = {}
        for o in outcomes:
            groups.setdefault(key(o), []).append(o)
        for name, of in sorted(groups.items()):
            wrong = sum(len(o.named) == 1 and not o.is_first for o in of)
            print(f"  {name:<20}{len(of):>8}{_share(sum(o.is_first for o in of), of)}{_share(sum(o.is_among for o in of), of):>11}"
                  f"{_share(wrong, of):>17}")  # fmt: skip


def _share(count: int, of: list[Outcome]) -> str:
    return f"{100 * count / len(of):6.1f} %"


def _demo(folder: Path) -> Home:
    home = Home(folder)
    home.create()
    write_sample(home.inbox, 2013)
    take_inbox(home)
    release(home)
    return home


def _plant(frames: Frames, submission_id: str, rng: random.Random) -> Plant | None:
    """Choose a cell that a rule joins with others, or that a total closes, and a slip that changes it."""
    cells = [c for t in report_tables() for c in _cells(frames, t, submission_id)] + _totals(frames, submission_id)
    rng.shuffle(cells)
    for table, row_no, column, figure, near in cells:
        kinds = list(slips(figure, near, rng).items())
        if kinds:
            kind, after = rng.choice(kinds)
            return Plant(submission_id, table, row_no, column, kind, figure, after)
    return None


def slips(figure: float, near: list[float], rng: random.Random) -> dict[str, float]:
    """Return what becomes of a whole figure by each kind of slip that changes it."""
    digits, at = str(int(figure)), rng.randrange(len(str(int(figure))))
    other = min(at + 1, len(digits) - 1)
    found = {
        "digit doubled": digits[: at + 1] + digits[at:],
        "digit dropped": digits[:at] + digits[at + 1 :],
        "digits transposed": digits[:at] + digits[other] + digits[at] + digits[other + 1 :] if other > at else "",
        "factor 10": digits + "0" if rng.random() < 0.5 or not digits.endswith("0") else digits[:-1],
        "factor 100": digits + "00",
        "neighbour's": str(int(rng.choice(near))) if near else "",
    }
    return {kind: float(text) for kind, text in found.items() if text and float(text) != figure}


def _cells(frames: Frames, table: str, submission_id: str) -> Iterator[tuple[str, int, str, float, list[float]]]:
    """Yield the whole figures of a table that a rule joins with others of their row, with their neighbours."""
    declared = report_tables()[table]
    joined = [r.columns for r in rules() if r.table == f"staging.{table}" and is_joining(r)]
    columns = [c.name for c in declared.columns if c.type == "count"]
    order = frames["staging.column_map"].filter(submission_id=submission_id, table_name=table).sort("column_index")
    places = {c: i for i, c in zip(order["column_index"], order["column_name"], strict=True)}
    rows = frames[f"staging.{table}"].filter(submission_id=submission_id).sort("row_no").to_dicts()
    for n, row in enumerate(rows):
        filled = {c.name for c in declared.columns if row[c.name] is not None and _is_exact(row, c.state_name)}
        for c in columns:
            if c in filled and any(c in of and filled.issuperset(of) for of in joined):
                beside = [row[o] for o in columns if o in filled and abs(places.get(o, -9) - places.get(c, -99)) == 1]
                above = [r[c] for r in rows[max(0, n - 1) : n + 2] if r is not row and r[c] is not None]
                yield table, row["row_no"], c, float(row[c]), [float(v) for v in beside + above]


def _is_exact(row: Mapping[str, Any], state: str | None) -> bool:
    return state is None or row[state] in ("value", "zero")


def _totals(frames: Frames, submission_id: str) -> list[tuple[str, int, str, float, list[float]]]:
    """The totals that hold, of more rows than one."""
    rows = frames[TOTALS].filter(submission_id=submission_id).to_dicts()
    return [
        (TOTALS, r["row_no"], r["column_name"], r["stated_value"], [])
        for r in rows
        if r["stated_value"] == r["computed_value"] and r["from_row"] != r["to_row"]
    ]


def _planted(frames: Frames, plants: list[Plant]) -> Frames:
    """Return the frames with every slip in its place; a total is what it was, and no longer the sum of its rows."""
    out = dict(frames)
    for p in plants:
        name = TOTALS if p.table == TOTALS else f"staging.{p.table}"
        column = "stated_value" if p.table == TOTALS else p.column
        here = (pl.col("submission_id") == p.submission_id) & (pl.col("row_no") == p.row_no)
        out[name] = out[name].with_columns(_put(here, column, p.after, out[name].schema[column]))
        if p.table != TOTALS:
            row = out[name].filter(here)["source_row"][0]
            closed = (pl.col("submission_id") == p.submission_id) & (pl.col("table_name") == p.table) & (
                pl.col("column_name") == p.column) & (pl.col("from_row") <= row) & (pl.col("to_row") >= row)  # fmt: skip
            for of in ("computed_value", "least_value"):
                more = pl.col(of) + (p.after - p.before)
                out[TOTALS] = out[TOTALS].with_columns(pl.when(closed).then(more).otherwise(pl.col(of)).alias(of))
    return out


def _put(here: pl.Expr, column: str, value: float, of: pl.DataType) -> pl.Expr:
    return pl.when(here).then(pl.lit(value).cast(of)).otherwise(pl.col(column)).alias(column)


def _outcomes(con: duckdb.DuckDBPyConnection, plants: list[Plant]) -> Iterator[Outcome]:
    """What the findings of rules that join cells say, of each report that has such."""
    joining = [r.code for r in rules() if is_joining(r) or r.table == TOTALS]
    found = con.execute(
        "SELECT submission_id, code, probable FROM staging.finding WHERE code IN (SELECT unnest(?)) ORDER BY ALL",
        [joining],
    ).fetchall()
    by_id = {p.submission_id: p for p in plants}
    places = {p.submission_id: _place(con, p) for p in plants}
    for submission_id, code, probable in found:
        named = tuple(_NAMED.findall(probable or ""))
        yield Outcome(by_id[submission_id], code, named, places[submission_id])


def _place(con: duckdb.DuckDBPyConnection, plant: Plant) -> str:
    if plant.table == TOTALS:
        sql = "SELECT cell FROM staging.stated_total WHERE submission_id = ? AND row_no = ?"
        return str(con.execute(sql, [plant.submission_id, plant.row_no]).fetchall()[0][0])
    sql = (
        "SELECT replace(m.cell, '*', t.source_row::VARCHAR) "
        f"FROM staging.{plant.table} t JOIN staging.column_map m USING (submission_id) "
        "WHERE t.submission_id = ? AND t.row_no = ? AND m.table_name = ? AND m.column_name = ?"
    )
    return str(con.execute(sql, [plant.submission_id, plant.row_no, plant.table, plant.column]).fetchall()[0][0])


if __name__ == "__main__":
    main()
