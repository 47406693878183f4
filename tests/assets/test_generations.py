"""What was known when: verdicts, findings, facts and the register as an earlier batch left them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from assets.confirm import waiting
from assets.ingest import replay, take_confirmed
from assets.sample.report import Report, register_report
from tests.conftest import Fresh, Make
from tests.support import (
    changed_register,
    clean_rows,
    copy_home,
    end_unit,
    put,
    put_register,
    query,
    report_of,
    take,
)
from warehouse.home import Home

VERDICTS = "SELECT batch_no, verdict, error_count FROM intake.judgement WHERE submission_id = ? ORDER BY batch_no"


def _known(home: Home, table: str, columns: str, batch_no: int) -> list[tuple[Any, ...]]:
    """The rows of a table as batch ``batch_no`` left them."""
    name = table.partition(".")[2]
    return query(
        home,
        f"SELECT {columns} FROM {table} WHERE known_from <= ? UNION ALL "
        f"SELECT {columns} FROM history.{name} WHERE known_from <= ? AND known_to > ? ORDER BY ALL",
        [batch_no, batch_no, batch_no],
    )


def _without_unit(unit_id: int) -> Report:
    """A second register in which a unit of the first lived for a day only."""
    return changed_register(lambda rows: end_unit(rows, unit_id, date(2000, 1, 1)))


def _report(home: Home) -> str:
    ((found,),) = query(home, "SELECT submission_id FROM intake.submission WHERE form_code = 'BCDV'")
    return str(found)


@pytest.fixture
def late_register(once: Make, fresh: Fresh, tmp_path: Path) -> Home:
    """A report that came before its unit was known, then the register: batches 1 and 2."""

    def fill(folder: Path) -> None:
        home = fresh(folder)
        put(home.inbox, report_of(104, "2024-Y", clean_rows(2024)))
        take(home)
        put_register(home.inbox)
        take(home)

    return copy_home(Home(once("late-register", fill)), tmp_path)


def test_what_a_unit_was_told_is_known_after_its_report_was_judged_again(late_register: Home) -> None:
    report = _report(late_register)
    assert query(late_register, VERDICTS, [report]) == [(1, "rejected", 1), (2, "accepted", 0)]
    assert _known(late_register, "intake.finding", "code", 1) == [("S-UNIT-UNKNOWN",)]
    assert "S-UNIT-UNKNOWN" not in {c for (c,) in _known(late_register, "intake.finding", "code", 2)}
    assert query(late_register, "SELECT count(*) FROM intake.finding WHERE code = 'S-UNIT-UNKNOWN'") == [(0,)]


def test_a_judgement_says_by_which_rules_and_form_maps_it_was_made(late_register: Home) -> None:
    versions = query(late_register, "SELECT DISTINCT rules_version, forms_version FROM intake.judgement")
    assert len(versions) == 1
    assert all(len(v) == 16 for v in versions[0])


def test_a_replay_that_changes_nothing_adds_a_judgement_and_nothing_else(late_register: Home) -> None:
    counts = (
        "SELECT (SELECT count(*) FROM core.fact_training), (SELECT count(*) FROM intake.finding), "
        "(SELECT count(*) FROM intake.column_map), (SELECT max(known_from) FROM core.fact_training), "
        "(SELECT count(*) FROM history.fact_training)"
    )
    before = query(late_register, counts)
    replay(late_register, [_report(late_register)])
    assert query(late_register, counts) == before
    assert query(late_register, VERDICTS, [_report(late_register)])[-1] == (3, "accepted", 0)


def test_facts_of_a_report_that_is_rejected_when_judged_again_are_kept(late_register: Home) -> None:
    """The register that follows knows the unit only since 2025: the report of 2024 speaks for nobody."""
    register = register_report()
    units = [
        {**r, "valid_from": r["valid_to"]} if r["unit_id"] == 104 and r["valid_to"] else r
        for r in register.rows["unit"]
    ]
    later = replace(
        register, rows={**register.rows, "unit": units}, cover={**register.cover, "revision": 2}, suffix="_2"
    )
    put(late_register.inbox, later)
    take(late_register)
    assert query(late_register, VERDICTS, [_report(late_register)])[-1][:2] == (3, "rejected")
    assert query(late_register, "SELECT count(*) FROM core.fact_training") == [(0,)]
    assert _known(late_register, "core.fact_training", "row_no, session_count", 2) == [(1, 2)]
    assert query(late_register, "SELECT known_from, known_to FROM history.fact_training") == [(2, 3)]


def test_the_register_that_was_replaced_is_kept(late_register: Home) -> None:
    before = _known(late_register, "core.dim_unit", "unit_id, valid_from, valid_to", 2)
    put(late_register.inbox, _without_unit(140))
    take(late_register)
    alive = "SELECT count(*) FROM core.dim_unit WHERE unit_id = 140 AND valid_to IS DISTINCT FROM valid_from"
    assert query(late_register, alive) == [(0,)]
    assert _known(late_register, "core.dim_unit", "unit_id, valid_from, valid_to", 2) == before


def test_a_finding_across_periods_ends_with_the_unit_that_it_speaks_of(home: Home) -> None:
    jump = clean_rows(2024)
    jump["organisation"][0]["party_member_count"] = 80
    put(home.inbox, report_of(104, "2023-Y", clean_rows(2023)), report_of(104, "2024-Y", jump))
    take(home)
    standing = "SELECT count(*) FROM intake.finding WHERE code = 'X-HEADCOUNT-JUMP'"
    assert query(home, standing) == [(1,)]
    put(home.inbox, _without_unit(104))
    take(home)
    take_confirmed(home, list(waiting(home)))
    assert query(home, "SELECT DISTINCT verdict FROM intake.submission WHERE form_code = 'BCDV'") == [("rejected",)]
    assert query(home, standing) == [(0,)]
    assert _known(home, "intake.finding", "code", 2) == [("X-HEADCOUNT-JUMP",)]


def test_nothing_of_the_ledger_is_ever_taken_out(late_register: Home) -> None:
    before = (
        query(late_register, "FROM intake.event ORDER BY event_id"),
        query(late_register, "FROM intake.judgement ORDER BY ALL"),
    )
    replay(late_register, [_report(late_register)])
    assert set(before[0]) < set(query(late_register, "FROM intake.event"))
    assert set(before[1]) < set(query(late_register, "FROM intake.judgement"))
