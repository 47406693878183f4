"""What a run tells Dagster, on an instance in memory: arrival by form, period and year; years touched; suites with examples; checks."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import pytest

from assets.ingest import take_inbox
from orchestration.definitions import defs
from tests.support import changed_register, clean_rows, copy_home, overlook, put, query, report_of
from warehouse import clock
from warehouse.catalog import WriterBusyError
from warehouse.home import Home

TRAINING = dg.AssetKey(["core", "fact_training"])


@pytest.fixture
def place(
    registered: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Home, dg.DagsterInstance]]:
    home = copy_home(registered, tmp_path)
    monkeypatch.setenv("DANVAN_HOME", str(home.root))
    with dg.DagsterInstance.ephemeral() as instance:
        yield home, instance


def _ingest(
    instance: dg.DagsterInstance, *, must_succeed: bool = True, batch_id: str = ""
) -> dg.ExecuteInProcessResult:
    config = {"ops": {"ingest_batch": {"config": {"settle_seconds": 0.0, "batch_id": batch_id}}}}
    job = defs.resolve_job_def("ingest")
    result = job.execute_in_process(run_config=config, instance=instance, raise_on_error=False)
    assert result.success is must_succeed
    return result


def _evaluations(result: dg.ExecuteInProcessResult) -> dict[str, dg.AssetCheckEvaluation]:
    return {e.check_name: e for e in result.get_asset_check_evaluations()}


def _values(metadata: Any) -> dict[str, Any]:
    return {name: value.value for name, value in metadata.items()}


def test_one_arrival_event_per_batch_counts_by_form_period_and_year(place: tuple[Home, dg.DagsterInstance]) -> None:
    home, instance = place
    put(home.inbox, report_of(104, "2024-Y", clean_rows(2024)), report_of(105, "2024-Y", clean_rows(2024)))
    put(home.inbox, report_of(104, "2015-Y", clean_rows(2015)))
    (home.inbox / "letter.docx").write_bytes(b"PK no workbook")
    result = _ingest(instance)
    events = [e for e in result.all_events if e.is_asset_observation]
    assert len(events) == 1
    found = _values(events[0].asset_observation_data.asset_observation.metadata)
    assert found["files"] == 4
    assert found["forms"] == {"(unknown)": 1, "BCDV-2013": 1, "BCDV-2023": 2}
    assert found["periods"] == {"(unknown)": 1, "2015-Y": 1, "2024-Y": 2}
    assert found["by_year"] == {"(unknown)": 1, "2015": 1, "2024": 2}
    assert [e for e in _ingest(instance).all_events if e.is_asset_observation] == [], "nothing arrived, nothing is told"


def test_exactly_the_years_that_a_batch_touched_are_materialised(place: tuple[Home, dg.DagsterInstance]) -> None:
    home, instance = place
    put(home.inbox, report_of(104, "2024-Y", clean_rows(2024)), report_of(104, "2019-Y", clean_rows(2019)))
    result = _ingest(instance)

    def years(*path: str) -> list[str | None]:
        return [m.partition for m in _materializations(result) if m.asset_key == dg.AssetKey(path)]

    assert years("core", "fact_training") == ["2019", "2024"]
    assert years("mart", "training_by_year") == ["2019", "2024"]
    between = ["2019", "2020", "2021", "2022", "2023", "2024"]
    assert years("mart", "completeness") == between, "reports of the years between are missed from now on"
    rows = {m.partition: _values(m.metadata) for m in _materializations(result) if m.asset_key == TRAINING}
    assert [rows[y]["dagster/partition_row_count"] for y in ("2019", "2024")] == [1, 1]
    assert "dagster/column_lineage" in rows["2024"]


def _put_faulty(home: Home) -> None:
    """A report with more members attended than there are."""
    rows = clean_rows(2024)
    rows["training"][0]["member_attended_count"] = 31
    put(home.inbox, report_of(104, "2024-Y", rows))


def _materializations(result: dg.ExecuteInProcessResult) -> list[dg.AssetMaterialization]:
    return [e.step_materialization_data.materialization for e in result.get_asset_materialization_events()]


def test_the_register_is_reported_when_one_came(place: tuple[Home, dg.DagsterInstance]) -> None:
    home, instance = place
    register = dg.AssetKey(["core", "dim_unit"])
    put(home.inbox, report_of(104, "2024-Y", clean_rows(2024)))
    assert register not in {m.asset_key for m in _materializations(_ingest(instance))}
    put(home.inbox, changed_register(lambda _: None))
    assert register in {m.asset_key for m in _materializations(_ingest(instance))}


def test_a_failing_suite_warns_with_counts_places_and_a_link_but_no_value(
    place: tuple[Home, dg.DagsterInstance],
) -> None:
    home, instance = place
    _put_faulty(home)
    checks = _evaluations(_ingest(instance))
    check = checks["gx_staging_training"]
    assert (check.passed, check.severity) == (False, dg.AssetCheckSeverity.WARN)
    found = _values(check.metadata)
    ((submission, sheet, cell),) = query(
        home, "SELECT submission_id, sheet, cell FROM intake.finding WHERE code = 'T-MEMBERS-OVER'"
    )
    assert found["by_code"]["T-MEMBERS-OVER"] == 1
    example = {"code": "T-MEMBERS-OVER", "submission": submission, "sheet": sheet, "cell": cell}
    assert example in [r.data for r in check.metadata["examples"].records]  # type: ignore[attr-defined]
    assert found["data_docs"] == "/danvan/data_docs/index.html", (
        "no result is stored: Great Expectations itself did not run"
    )
    assert checks["gx_staging_model"].passed
    assert checks["gx_agrees"].passed


@pytest.mark.usefixtures("two_opinions")
def test_when_gx_and_the_compiled_pass_differ_the_blocking_check_fails_and_nothing_is_published(
    place: tuple[Home, dg.DagsterInstance], monkeypatch: pytest.MonkeyPatch
) -> None:
    home, instance = place
    overlook(monkeypatch, "T-MEMBERS-OVER")
    _put_faulty(home)
    before = query(home, "FROM meta.release")
    result = _ingest(instance, must_succeed=False)
    check = _evaluations(result)["gx_agrees"]
    assert not check.passed
    assert "T-MEMBERS-OVER" in str(check.metadata["differences"].value)
    assert query(home, "FROM meta.release") == before
    assert [m.asset_key for m in _materializations(result)] == []


def test_the_published_file_is_compared_with_core(place: tuple[Home, dg.DagsterInstance]) -> None:
    from assets.graph.release import equals_core

    home, instance = place
    put(home.inbox, report_of(104, "2024-Y", clean_rows(2024)))
    assert _evaluations(_ingest(instance))["equals_core"].passed
    with duckdb.connect(str(home.database)) as con:
        con.execute("UPDATE core.fact_training SET attendee_count = attendee_count + 1")
        con.execute("DELETE FROM mart.model_by_year")
    result = equals_core()
    assert isinstance(result, dg.AssetCheckResult)
    assert not result.passed
    assert result.metadata["different"].value == ["core.fact_training 2024", "mart.model_by_year 2024"]


def test_years_with_too_few_reports_or_too_few_in_time_warn(
    place: tuple[Home, dg.DagsterInstance], monkeypatch: pytest.MonkeyPatch
) -> None:
    home, instance = place
    monkeypatch.setattr(clock, "today", lambda: date(2025, 7, 10))
    put(home.inbox, report_of(104, "2024-Y", clean_rows(2024)))
    checks = _evaluations(_ingest(instance))
    for name in ("completeness", "timeliness"):
        assert (checks[name].passed, checks[name].severity) == (False, dg.AssetCheckSeverity.WARN)
        assert checks[name].metadata["years_below"].value == "2024"
        (record,) = checks[name].metadata["by_year"].records  # type: ignore[attr-defined]
        assert (record.data["expected"], record.data["reports"], record.data["percent"]) == (45, 1, 2.2)


def test_what_is_not_due_yet_is_not_missing(
    place: tuple[Home, dg.DagsterInstance], monkeypatch: pytest.MonkeyPatch
) -> None:
    home, instance = place
    monkeypatch.setattr(clock, "today", lambda: date(2025, 7, 10))
    put(home.inbox, report_of(104, "2024-Y", clean_rows(2024)), report_of(104, "2025-H1", clean_rows(2025)))
    assert _evaluations(_ingest(instance))["completeness"].metadata["years_below"].value == "2024"


def test_a_suite_says_what_stands_in_the_warehouse_and_not_what_the_last_batch_brought(
    place: tuple[Home, dg.DagsterInstance],
) -> None:
    """Neither a batch of nothing nor one clean file turns a standing finding green; the mended report does."""
    home, instance = place
    _put_faulty(home)
    stands = {
        "evaluated_in_this_batch": True,
        "failing_rows": 1,
        "open_findings": 1,
        "open_by_code": {"T-MEMBERS-OVER": 1},
    }

    def suites() -> dict[str, dg.AssetCheckEvaluation]:
        found = _evaluations(_ingest(instance))
        assert found["gx_agrees"].metadata["data_docs"]
        return found

    assert _told(suites()["gx_staging_training"], stands) == (False, stands)
    for evaluated in (False, True):  # first nothing comes, then a report of another unit
        found = suites()
        told = stands | {"evaluated_in_this_batch": evaluated, "failing_rows": 0}
        assert _told(found["gx_staging_training"], stands) == (False, told)
        assert not found["open_findings"].passed
        assert not found["gx_staging_unit"].metadata["evaluated_in_this_batch"].value
        put(home.inbox, report_of(106, "2023-Y", clean_rows(2023)))
    ((unit, period),) = query(
        home,
        "SELECT unit_id, period_id FROM intake.submission JOIN intake.finding USING (submission_id) WHERE code = 'T-MEMBERS-OVER'",
    )
    put(home.inbox, report_of(unit, period, clean_rows(int(period[:4])), {"revision": 2}))
    found = suites()
    assert (found["gx_staging_training"].passed, found["open_findings"].passed) == (True, True)


def _told(check: dg.AssetCheckEvaluation, names: dict[str, Any]) -> tuple[bool, dict[str, Any]]:
    return check.passed, {name: check.metadata[name].value for name in names}


def test_rejected_files_and_an_old_register_are_seen_though_no_suite_looks_at_them(
    place: tuple[Home, dg.DagsterInstance], monkeypatch: pytest.MonkeyPatch
) -> None:
    home, instance = place
    (home.inbox / "letter.xlsx").write_bytes(b"no workbook")
    found = _evaluations(_ingest(instance))
    assert all(check.passed for name, check in found.items() if name.startswith("gx_"))
    told = {"files": 2, "rejected": 1, "percent": 50.0}
    assert _told(found["rejected"], told) == (False, told)
    assert [code[:2] for code in _values(found["rejected"].metadata)["by_code"]] == ["F-"]
    assert _told(found["open_findings"], {"error": 1, "warning": 0}) == (False, {"error": 1, "warning": 0})
    assert found["register_age"].passed
    later = clock.today() + timedelta(days=401)
    monkeypatch.setattr(clock, "today", lambda: later)
    assert _told(_evaluations(_ingest(instance))["register_age"], {"days": 401}) == (False, {"days": 401})


def test_a_batch_whose_run_was_killed_before_it_told_anything_is_told_by_the_next(
    place: tuple[Home, dg.DagsterInstance],
) -> None:
    """Its files are still in the inbox; arrival, years and the ledger's names come out as if it had not been killed."""
    home, instance = place
    put(home.inbox, report_of(104, "2019-Y", clean_rows(2019)))
    killed = take_inbox(home, batch_id="killed")  # committed and published, and then nothing
    put(home.inbox, report_of(105, "2024-Y", clean_rows(2024)))
    result = _ingest(instance, batch_id="killed")
    told = [
        _values(e.asset_observation_data.asset_observation.metadata)
        for e in result.all_events
        if e.is_asset_observation
    ]
    assert [(t["batch_id"], t["by_year"]) for t in told] == [("killed", {"2019": 1}), ("killed-2", {"2024": 1})]
    assert {"2019", "2024"} <= {m.partition for m in _materializations(result) if m.asset_key == TRAINING}
    assert killed.batch_id == "killed"
    assert query(home, "SELECT count(*) - count(DISTINCT event_id) FROM intake.event") == [(0,)]
    assert [e for e in _ingest(instance).all_events if e.is_asset_observation] == [], "once"


def test_what_can_pass_is_tried_again_later_each_time_and_what_cannot_is_not(
    place: tuple[Home, dg.DagsterInstance], monkeypatch: pytest.MonkeyPatch
) -> None:
    import errno

    _, instance = place
    monkeypatch.setenv("DANVAN_RUNS_FIRST_WAIT_SECONDS", "0.01")
    waits: list[float] = []

    def fails(error: Exception) -> None:
        def raises(*_: Any, **__: Any) -> None:
            raise error

        monkeypatch.setattr("assets.graph.release.complete", raises)

    for error, attempts in (
        (OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), 4),
        (duckdb.IOException("Could not write file: No space left on device"), 4),
        (WriterBusyError("busy"), 4),
        (PermissionError(errno.EACCES, os.strerror(errno.EACCES)), 1),
        (ValueError("a defect"), 1),
    ):
        fails(error)
        result = _ingest(instance, must_succeed=False)
        again = [e for e in result.all_events if e.event_type_value == "STEP_UP_FOR_RETRY"]
        assert len(again) + 1 == attempts, error
        waits = [e.step_retry_data.seconds_to_wait or 0 for e in again] or waits
    assert waits == [0.01, 0.02, 0.04]
