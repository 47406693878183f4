"""Figures on the units of one year: nothing is lost, and the truth lies within the bounds whatever merged or split."""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta

import duckdb
import pytest

from tests.support import query
from warehouse.home import Home
from warehouse.on_units import dividing
from warehouse.relation import Relation, relations

FIRST, LAST = date(2013, 1, 1), date(2022, 12, 31)
DAYS = (LAST - FIRST).days + 1
TABLES = ("core.dim_unit", "core.unit_succession", "core.fact_training", "mart.year_source")
MARTS = [r for r in relations().values() if r.schema == "mart" and "unit_id" in r.key and dividing(r)]


@dataclass
class History:
    """Parts of units (``atoms``), each with a figure a day, and which unit each belonged to: a truth that no register tells."""

    rng: random.Random
    daily: dict[int, list[int]] = field(default_factory=dict)  # atom -> its figure up to and with each day
    of_unit: dict[int, list[tuple[date, frozenset[int]]]] = field(
        default_factory=dict
    )  # what it consists of since a day
    ended: dict[int, date] = field(default_factory=dict)
    successions: list[tuple[int, int | None, date, str, float, float | None]] = field(default_factory=list)

    def begin(self, atoms: frozenset[int], day: date) -> int:
        unit = len(self.of_unit) + 1
        self.of_unit[unit] = [(day, atoms)]
        return unit

    def end(self, unit: int, day: date) -> None:
        self.ended[unit] = day - timedelta(days=1)

    def new_atoms(self) -> frozenset[int]:
        found = range(len(self.daily), len(self.daily) + self.rng.randint(2, 5))
        for atom in found:
            total, sums = 0, []
            for _ in range(DAYS):
                total += self.rng.randrange(3)
                sums.append(total)
            self.daily[atom] = sums
        return frozenset(found)

    def figure(self, atom: int, first: date, last: date) -> int:
        a, b = (max(first, FIRST) - FIRST).days, (min(last, LAST) - FIRST).days
        return self.daily[atom][b] - (self.daily[atom][a - 1] if a else 0) if b >= a else 0

    def alive(self, day: date) -> dict[int, frozenset[int]]:
        return {
            unit: [atoms for since, atoms in states if since <= day][-1]
            for unit, states in self.of_unit.items()
            if states[0][0] <= day <= self.ended.get(unit, LAST)
        }

    def stretches(self, unit: int) -> list[tuple[date, date, frozenset[int]]]:
        """The days on which the unit consisted of the same atoms."""
        states = self.of_unit[unit]
        ends = [since - timedelta(days=1) for since, _ in states[1:]] + [self.ended.get(unit, LAST)]
        return [(since, end, atoms) for (since, atoms), end in zip(states, ends, strict=True)]


def _happen(h: History, day: date) -> None:
    """One thing that happens to units on a day, with the rows that a register has of it."""
    alive = h.alive(day - timedelta(days=1))
    units = h.rng.sample(sorted(alive), k=len(alive))
    a = next((u for u in units if len(alive[u]) > 1), units[0])
    b = next((u for u in units if u != a), a)
    kind = h.rng.choice(["merge", "absorb", "split", "keep", "found", "dissolve"])
    part = frozenset(h.rng.sample(sorted(alive[a]), k=max(1, len(alive[a]) // 2)))
    share = round(h.rng.uniform(0.05, 0.95), 2)
    of_a, of_b = (share, 1 - share) if h.rng.random() < 0.5 else (None, None)
    if kind in ("split", "keep") and len(alive[a]) < 2:
        kind = "found"
    if len(alive) < 4 and kind != "split":
        kind = "found"
    if kind == "merge":
        new = h.begin(alive[a] | alive[b], day)
        h.end(a, day)
        h.end(b, day)
        h.successions += [(a, new, day, "merger", 1, of_a), (b, new, day, "merger", 1, of_b)]
    elif kind == "absorb":
        h.of_unit[a].append((day, alive[a] | alive[b]))
        h.end(b, day)
        h.successions.append((b, a, day, "merger", 1, of_b))
    elif kind == "split":
        h.end(a, day)
        first, second = h.begin(part, day), h.begin(alive[a] - part, day)
        h.successions += [(a, first, day, "split", share, None), (a, second, day, "split", 1 - share, None)]
    elif kind == "keep":
        new = h.begin(part, day)
        h.of_unit[a].append((day, alive[a] - part))
        h.successions += [(a, new, day, "split", share, None), (a, a, day, "split", 1 - share, None)]
    elif kind == "found":
        new = h.begin(h.new_atoms(), day)
        h.successions.append((new, new, day, "establishment", 1, None))
    else:
        h.end(a, day)
        h.successions.append((a, None, day, "dissolution", 1, None))


def _history(seed: int) -> History:
    h = History(random.Random(seed))
    for _ in range(6):
        h.begin(h.new_atoms(), FIRST)
    for day in sorted(h.rng.sample(range(400, DAYS - 40), k=14)):
        _happen(h, FIRST + timedelta(days=day))
    return h


@dataclass(frozen=True)
class Told:
    """What a unit's report of a year says: its period by the calendar, and the figure of the days on which there was the unit."""

    unit: int
    year: int
    period_end: date
    figure: int


def _reports(h: History) -> list[Told]:
    found = []
    for year in range(FIRST.year, LAST.year + 1):
        first, last = date(year, 1, 1), date(year, 12, 31)
        for unit in h.of_unit:
            stretches = [(max(s, first), min(e, last), atoms) for s, e, atoms in h.stretches(unit)]
            within = [(s, e, atoms) for s, e, atoms in stretches if s <= e]
            if within:
                end = date(year, 6, 30) if within[-1][1] <= date(year, 6, 30) else last
                found.append(Told(unit, year, end, sum(h.figure(a, s, e) for s, e, atoms in within for a in atoms)))
    return found


@pytest.fixture(scope="module")
def loose(bare: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """A warehouse whose tables take rows that no report brought: with what a history says, and no other column."""
    for table in TABLES:
        bare.execute(f"CREATE OR REPLACE TABLE {table} AS FROM {table} LIMIT 0")
    return bare


def _fill(con: duckdb.DuckDBPyConnection, h: History, reports: list[Told]) -> None:
    for table in TABLES:
        con.execute(f"DELETE FROM {table}")
    for unit, states in h.of_unit.items():
        con.execute(
            "INSERT INTO core.dim_unit (unit_id, unit_code, unit_name, level_code, valid_from, valid_to) "
            "VALUES (?, ?, ?, 'co_so', ?, ?)",
            [unit, f"U{unit}", f"U{unit}", states[0][0], h.ended.get(unit)],
        )
    con.executemany(
        "INSERT INTO core.unit_succession (from_unit_id, to_unit_id, succession_date, succession_kind_code, share, successor_share) "
        "VALUES (?, ?, ?, ?, ?, ?)",
        h.successions,
    )
    for n, r in enumerate(reports):
        con.execute(
            "INSERT INTO core.fact_training (submission_id, row_no, unit_id, year, period_kind, period_end, form_code, is_current, "
            "training_kind_code, session_count, session_count_state) VALUES (?, 1, ?, ?, 'Y', ?, 'BCDV', true, 'quan_triet', ?, 'value')",
            [f"s{n}", r.unit, r.year, r.period_end, r.figure],
        )
        con.execute(
            "INSERT INTO mart.year_source (year, unit_id, submission_id, period_start, period_end) VALUES (?, ?, ?, ?, ?)",
            [r.year, r.unit, f"s{n}", date(r.year, 1, 1), r.period_end],
        )


@pytest.mark.parametrize("seed", range(8))
def test_on_random_histories_the_truth_lies_within_the_bounds_and_nothing_is_lost(
    loose: duckdb.DuckDBPyConnection, seed: int
) -> None:
    h = _history(seed)
    reports = _reports(h)
    reported: dict[int, int] = defaultdict(int)
    for r in reports:
        reported[r.year] += r.figure
    _fill(loose, h, reports)
    estimated = sum(_hold(loose, h, of_year, reported) for of_year in range(FIRST.year, LAST.year + 1))
    assert estimated > 0, "a history in which everything is exact proves nothing"


def _hold(con: duckdb.DuckDBPyConnection, h: History, of_year: int, reported: dict[int, int]) -> int:
    """Hold the figures on the units of a year against the truth; return how many of them are estimated."""
    found = con.execute(
        "SELECT year, unit_on_y, is_estimated, session_count, session_count_low, session_count_high "
        f"FROM mart.training_by_unit_on_units_of({of_year})"
    ).fetchall()
    points: dict[int, float] = defaultdict(float)
    for year, _, _, point, low, high in found:
        points[year] += point or 0
        assert low <= high
        assert point is None or low - 1e-9 <= point <= high + 1e-9
    assert points == pytest.approx(reported, rel=1e-9)
    bounds = {(year, unit): (low, high) for year, unit, _, _, low, high in found}
    for unit, atoms in h.alive(date(of_year, 12, 31)).items():
        for year in reported:
            low, high = bounds.get((year, unit), (0, 0))
            assert low <= _truth(h, atoms, year) <= high, (of_year, unit, year)
    return sum(is_estimated for _, _, is_estimated, *_ in found)


def _truth(h: History, atoms: frozenset[int], year: int) -> int:
    """What these parts did in a year, in whichever units they were."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    return sum(
        h.figure(a, max(s, first), min(e, last))
        for unit in h.of_unit
        for s, e, of_then in h.stretches(unit)
        for a in atoms & of_then
    )


@pytest.mark.parametrize("mart", MARTS, ids=lambda r: r.name)
def test_on_the_units_of_any_year_the_points_add_up_to_what_was_reported(demo: Home, mart: Relation) -> None:
    others = [k for k in mart.key if k != "unit_id"]
    names = [c.name for c in dividing(mart)]
    sums = ", ".join(f"coalesce(sum({n}), 0)::DOUBLE" for n in names)
    total = f"SELECT {', '.join(others)}, {sums} FROM {{}} GROUP BY ALL ORDER BY ALL"
    reported = query(demo, total.format(mart.qualified))
    assert reported
    for of_year in range(2013, 2026):
        placed = query(demo, total.format(f"{mart.qualified}_on_units_of({of_year})"))
        assert [r[: len(others)] for r in placed] == [r[: len(others)] for r in reported], of_year
        for ours, theirs in zip(placed, reported, strict=True):
            assert ours[len(others) :] == pytest.approx(theirs[len(others) :], rel=1e-9), (of_year, ours)


def test_what_does_not_divide_is_named_and_not_given(demo: Home) -> None:
    for mart in MARTS:
        ((comment,),) = query(
            demo, f"SELECT comment FROM duckdb_functions() WHERE function_name = '{mart.name}_on_units_of'"
        )
        given = {row[0] for row in query(demo, f"DESCRIBE FROM {mart.qualified}_on_units_of(2024)")}
        for column in (c for c in mart.columns if c.measure == "rate"):
            assert column.name in comment and column.name not in given, column.name


def test_the_map_of_a_year_places_every_unit_once(demo: Home) -> None:
    for of_year in (2012, 2017, 2020, 2025):
        shares = query(demo, f"SELECT unit_id, figures_from, sum(share) FROM core.unit_map({of_year}) GROUP BY ALL")
        assert {unit for unit, *_ in shares} == {
            u for (u,) in query(demo, "SELECT DISTINCT unit_id FROM core.dim_unit")
        }
        assert all(total == pytest.approx(1, abs=1e-9) for *_, total in shares)
    of_split = "SELECT unit_on_y, share, allocation FROM core.unit_map(2024) WHERE unit_id = 131 ORDER BY unit_on_y"
    assert query(demo, of_split) == [(147, 0.6, "estimated"), (148, 0.4, "estimated")]
    of_merged = "SELECT unit_on_y, share, reason FROM core.unit_map(2013) WHERE unit_id = 146 ORDER BY unit_on_y"
    assert query(demo, of_merged) == [
        (118, 0, "merged_backward"), (123, 0, "merged_backward"), (None, 1, "merged_backward"),
    ]  # fmt: skip
    of_shares = "SELECT unit_on_y, share, allocation FROM core.unit_map(2020) WHERE unit_id = 150 ORDER BY unit_on_y"
    assert query(demo, of_shares) == [(132, 0.55, "estimated"), (133, 0.45, "estimated")], "the register states them"
