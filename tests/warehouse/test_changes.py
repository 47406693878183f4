"""What changed between two releases and why: every difference of the published files is told, and its causes add up to it."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.orchestration.command import danvan
from tests.support import copy_home, query
from warehouse.catalog import open_published
from warehouse.changes import changed, compared_marts, figures, states
from warehouse.home import Home
from warehouse.provenance import key_text
from warehouse.relation import quote

Cells = dict[tuple[str, str, str], str]


def _cells(path: Path) -> Cells:
    """Every figure that is compared, as text, by mart, key and column: read from a published file."""
    found: Cells = {}
    with duckdb.connect(str(path), read_only=True) as con:
        for mart in compared_marts():
            names = [c.name for c in figures(mart)]
            shown = ", ".join(f"{quote(n)}::VARCHAR" for n in names)
            for key, *said in con.execute(f"SELECT {key_text(mart)}, {shown} FROM {mart.qualified}").fetchall():
                found |= {(mart.qualified, key, n): v for n, v in zip(names, said, strict=True) if v is not None}
    return found


def _changed(home: Home, since: object, until: object = "", mart: str = "") -> list[dict[str, Any]]:
    with open_published(home) as con:
        return changed(con, *states(con, str(since), str(until)), mart=mart)


@pytest.mark.parametrize(
    ("since", "until", "causes"),
    [
        (2, 3, {"corrected", "arrived", "several"}),  # of one unit another version, of another the first
        (4, 7, {"unit", "several"}),  # corrected, and then a register takes the unit's reports out
        (1, 2, {"unit"}),  # rejected before its unit was known
    ],
)
def test_every_difference_between_two_releases_is_told_with_causes_that_add_up_to_it(
    stopped: tuple[Home, list[Path]], since: int, until: int, causes: set[str]
) -> None:
    home, files = stopped
    before, after = _cells(files[since - 1]), _cells(files[until - 1])
    differing = {
        c: (before.get(c), after.get(c)) for c in before.keys() | after.keys() if before.get(c) != after.get(c)
    }
    rows = _changed(home, since, until)
    told, shares = {}, defaultdict(list)
    for r in rows:
        cell = (r["mart_name"], r["row_key"], r["column_name"])
        told[cell] = (r["figure_before"], r["figure_after"])
        shares[cell].append(r["difference"])
    assert told == differing and told
    for cell, parts in shares.items():
        if None not in parts:
            first, second = (float(v or 0) for v in told[cell])
            assert sum(parts) == pytest.approx(second - first), cell
            assert len(parts) == 1 or 0 not in parts, "what brought nothing is no cause"
    assert {r["cause"] for r in rows} <= causes
    assert {r["cause"] for r in rows} - {"several"} == causes - {"several"}


def test_judging_again_alike_changes_nothing(stopped: tuple[Home, list[Path]]) -> None:
    home, _ = stopped
    assert _changed(home, 7) == []


def test_a_share_names_the_reports_that_brought_it(stopped: tuple[Home, list[Path]]) -> None:
    home, _ = stopped
    rows = [
        r
        for r in _changed(home, 2, 3, "training_by_unit")
        if (r["column_name"], r["cause"]) == ("session_count", "corrected")
    ]
    of_unit = "SELECT submission_id FROM intake.submission WHERE unit_code = 'DV004' AND revision = 2"
    assert [(r["unit_code"], r["submissions"]) for r in rows] == [("DV004", query(home, of_unit)[0][0])]


@pytest.mark.parametrize(
    ("since", "until", "says"),
    [
        ("0", "", "nothing had been released by 0"),
        ("soon", "", "neither a release nor a day nor a moment"),
        ("8", "", "nothing was released after 8 and up to now"),
        ("5", "3", "nothing was released after 5 and up to 3"),
    ],
)
def test_states_that_there_are_not_are_refused_by_name(
    stopped: tuple[Home, list[Path]], since: str, until: str, says: str
) -> None:
    home, _ = stopped
    with pytest.raises(LookupError, match=says):
        _changed(home, since, until)


def test_a_mart_and_a_unit_that_there_are_not_are_refused_by_name(stopped: tuple[Home, list[Path]]) -> None:
    home, _ = stopped
    with open_published(home) as con:
        two = states(con, "2", "3")
        with pytest.raises(LookupError, match=r"no mart 'traning' is compared; these are: mart\.training_by_unit"):
            changed(con, *two, mart="traning")
        with pytest.raises(LookupError, match="no unit has or had the code 'DV999'"):
            changed(con, *two, unit="DV999")
        assert changed(con, *two, year=1999) == []


def test_the_command_shows_cells_and_counts_them(stopped: tuple[Home, list[Path]]) -> None:
    home, _ = stopped
    of_unit = ("diff", "--from", "2", "--to", "3", "--mart", "training_by_unit", "--unit", "DV004", "--year", "2024")
    shown = danvan(home.root, *of_unit, "--json")
    assert shown.returncode == 0
    (cell,) = json.loads(shown.stdout)["changes"]
    assert (cell["column_name"], cell["figure_before"], cell["figure_after"], cell["cause"]) == (
        "session_count", "2", "3", "corrected",
    )  # fmt: skip
    by_cause = json.loads(danvan(home.root, *of_unit, "--by", "cause", "--json").stdout)["changes"]
    assert by_cause == [
        {"cause": "corrected", "year": 2024, "cells": 1, "new": 0, "gone": 0, "reports": 1, "causes": "corrected"}
    ]


def test_what_was_made_by_other_definitions_says_so(stopped: tuple[Home, list[Path]], tmp_path: Path) -> None:
    home, _ = stopped
    other = copy_home(home, tmp_path / "other")
    with duckdb.connect(str(other.database)) as con:
        con.execute("UPDATE meta.release SET declarations = 'earlier' WHERE release_no = 2")
    shown = danvan(other.root, "diff", "--from", "2", "--to", "3", "--by", "unit")
    assert "note: release 2 was made by other declarations" in shown.stderr
    assert "release 3 was made" not in shown.stderr
