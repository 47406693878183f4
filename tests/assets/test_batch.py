"""What must hold of every batch: any order, any split, any number of processes; nothing lost; twice is once."""

from __future__ import annotations

import random
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from assets.judge_files import SuitesDisagreeError
from assets.rebuild import rebuild as rebuild_home
from assets.sample.report import Report, register_report
from tests.conftest import Fresh, Make
from tests.support import (
    clean_rows,
    copy_home,
    overlook,
    put,
    put_register,
    query,
    report_of,
    second_opinion,
    take,
)
from warehouse.catalog import open_published
from warehouse.content import YearHash, content_hashes, differing
from warehouse.home import Home


def _corpus(folder: Path) -> list[Path]:
    """Some forty files with all that makes order matter: corrections, cumulative periods, history, rejects, a register."""
    flat = {"recognised_date": None, "status_code": "trien_khai"}
    reports = [report_of(u, f"{y}-Y", clean_rows(y)) for u in (104, 105, 106, 107, 118) for y in (2014, 2016)]
    half = clean_rows(2024)
    half["model"][0].update(flat)
    half["inspection_finding"][0]["remedied_date"] = date(2024, 6, 1)
    reports += [report_of(u, "2024-H1", half) for u in (104, 105)]
    reports += [report_of(u, "2024-Y", clean_rows(2024)) for u in (104, 105, 106, 107)]
    corrected = clean_rows(2024)
    corrected["organisation"][0]["party_member_count"] = 44
    reports += [report_of(104, "2024-Y", corrected, {"revision": 2}), report_of(104, "2024-Y", half, {"revision": 3})]
    wrong = clean_rows(2024)
    wrong["training"][0]["attendee_count"] = 2.065
    reports += [report_of(105, "2024-Y", wrong, {"revision": 2})]
    jump = clean_rows(2025)
    jump["organisation"][0]["party_member_count"] = 80
    reports += [report_of(106, "2025-Y", jump), report_of(107, "2025-Y", clean_rows(2025))]
    files = [put_register(folder / "register"), *put(folder / "reports", *reports)]
    copy = folder / "copy.xlsx"
    shutil.copy(files[3], copy)
    return [*files, copy]


def _hashes(home: Home) -> list[YearHash]:
    with open_published(home) as con:
        return content_hashes(con)


@pytest.fixture(scope="module")
def files(once: Make) -> list[Path]:
    folder = once("order", _corpus)
    return sorted(p for p in folder.rglob("*") if p.is_file())


@pytest.fixture(scope="module")
def at_once(files: list[Path], once: Make, fresh: Fresh) -> Home:
    def fill(folder: Path) -> None:
        home = fresh(folder)
        _drop(files, home)
        with second_opinion(wanted=True):
            take(home)

    return Home(once("at-once", fill))


def _drop(files: list[Path], home: Home) -> None:
    for n, file in enumerate(files):
        shutil.copy(file, home.inbox / f"{n:03d}{file.suffix}")


@pytest.mark.parametrize(("seed", "parts", "processes"), [(1, 2, 1), (2, 5, 2)])
def test_any_order_any_split_any_processes_give_the_same_content(
    files: list[Path], at_once: Home, empty: Home, seed: int, parts: int, processes: int
) -> None:
    home, shuffled = empty, list(files)
    random.Random(seed).shuffle(shuffled)
    for part in range(parts):
        _drop(shuffled[part::parts], home)
        take(home, processes=processes)
    assert differing(_hashes(at_once), _hashes(home)) == []
    kinds = "SELECT s.sha256, f.code, f.cell, f.life FROM intake.finding f JOIN intake.submission s USING (submission_id) ORDER BY ALL"
    assert query(home, kinds) == query(at_once, kinds)
    verdicts = "SELECT sha256, verdict, is_current, unit_id, warning_count FROM intake.submission ORDER BY ALL"
    assert query(home, verdicts) == query(at_once, verdicts)


def test_the_same_bytes_again_change_nothing_but_the_ledger(files: list[Path], at_once: Home, tmp_path: Path) -> None:
    home = copy_home(at_once, tmp_path)
    before, events = _hashes(home), query(home, "SELECT count(*) FROM intake.event")[0][0]
    _drop(files, home)
    result = take(home)
    assert (result.files, result.duplicates, result.judged, result.release_no) == (len(files), len(files), [], None)
    assert _hashes(home) == before
    assert query(home, "SELECT count(*) FROM intake.event")[0][0] == events + 2 * len(files)


def test_rows_read_are_rows_published_or_accounted_for(demo: Home) -> None:
    sql = "SELECT count(*) FROM intake.row_count WHERE read_count <> data_count + total_count + blank_count + heading_count"
    assert query(demo, sql) == [(0,)]
    from warehouse.declaration import report_tables

    for table in report_tables().values():
        lost = query(
            demo,
            f"SELECT count(*) FROM (SELECT submission_id, sum(data_count) AS n FROM intake.row_count WHERE table_name = ? "
            "GROUP BY 1) r JOIN intake.submission s USING (submission_id) LEFT JOIN (SELECT submission_id, count(*) AS n "
            f"FROM core.{table.core} GROUP BY 1) f USING (submission_id) "
            "WHERE s.verdict = 'accepted' AND r.n <> coalesce(f.n, 0)",
            [table.name],
        )
        assert lost == [(0,)], table.name


def test_every_received_file_has_an_end_in_the_ledger(demo: Home) -> None:
    sql = """
        SELECT count(*) FILTER (event = 'received'), count(*) FILTER (event = 'duplicate'),
               count(*) FILTER (event = 'accepted'), count(*) FILTER (event = 'rejected') FROM intake.event"""
    received, duplicate, accepted, rejected = query(demo, sql)[0]
    assert received == duplicate + accepted + rejected
    assert (duplicate, rejected) == (2, 14)


def test_figures_by_year_in_the_marts_are_those_of_the_facts(demo: Home) -> None:
    facts = query(
        demo,
        "SELECT f.year, sum(session_count) FROM core.fact_training f JOIN mart.year_source USING (submission_id) "
        "WHERE session_count_state IN ('value', 'zero') GROUP BY 1 ORDER BY 1",
    )
    marts = query(demo, "SELECT year, sum(session_count) FROM mart.training_by_year GROUP BY 1 ORDER BY 1")
    assert [r for r in marts if r[1] is not None] == facts


#: a unit for each of the tests that read the same batches
HALVES, WHOLE, STATES, CORRECTED, SENT_BACK, MENDED = range(104, 110)


@pytest.fixture(scope="module")
def versions(registered: Home, once: Make) -> Home:
    """Periods that contain each other, cells of every state, versions of a report; one of them in a second batch; read only."""

    def fill(folder: Path) -> None:
        home = copy_home(registered, folder)
        put(
            home.inbox,
            *_cumulative(),
            _states(),
            *_corrected(),
            report_of(SENT_BACK, "2024-Y", clean_rows(2024)),
            *_mended(),
        )
        take(home)
        wrong = clean_rows(2024)
        wrong["training"][0]["attendee_count"] = "nhiều"
        put(home.inbox, report_of(SENT_BACK, "2024-Y", wrong, {"revision": 2}))
        take(home)

    return Home(once("versions", fill) / "home")


def _cumulative() -> list[Report]:
    half = clean_rows(2024)
    half["inspection_finding"][0]["remedied_date"] = date(2024, 6, 1)
    half["model"][0].update({"recognised_date": None, "status_code": "trien_khai"})
    quarter = clean_rows(2024)
    quarter["model"], quarter["inspection"], quarter["inspection_finding"] = [], [], []
    return [
        report_of(HALVES, "2024-H1", half), report_of(HALVES, "2024-Q3", quarter), report_of(WHOLE, "2024-H1", half),
        report_of(WHOLE, "2024-Y", clean_rows(2024)),
    ]  # fmt: skip


def test_cumulative_periods_are_never_added(versions: Home) -> None:
    units = f"unit_id IN ({HALVES}, {WHOLE})"
    sessions = f"SELECT unit_id, session_count FROM mart.training_by_unit WHERE year = 2024 AND {units} ORDER BY 1"
    assert query(versions, sessions) == [(HALVES, 4), (WHOLE, 2)]  # H1 and the quarter after it; the year alone
    full = f"SELECT DISTINCT unit_id, is_full_year FROM mart.year_source WHERE year = 2024 AND {units} ORDER BY 1"
    assert query(versions, full) == [(HALVES, False), (WHOLE, True)]


def _states() -> Report:
    rows = clean_rows(2024)
    rows["dialogue"] = [
        {"dialogue_kind_code": "dinh_ky", "dialogue_count": 0, "participant_count": "Không"},
        {"dialogue_kind_code": "yeu_cau", "dialogue_count": "khoảng 3", "participant_count": None},
    ]
    return report_of(STATES, "2024-Y", rows)


def test_null_is_never_zero_and_states_survive(versions: Home) -> None:
    cells = (
        "SELECT dialogue_count, dialogue_count_state, participant_count, participant_count_state FROM core.fact_dialogue "
        "WHERE unit_id = ? ORDER BY 1"
    )
    assert query(versions, cells, [STATES]) == [(0, "zero", None, "none_stated"), (3, "khoang", None, "not_reported")]
    done = "SELECT done_count, all_kinds_count FROM mart.dialogue_compliance WHERE unit_id = ?"
    assert query(versions, done, [STATES]) == [(0, 0)]


def _corrected() -> list[Report]:
    second = clean_rows(2024)
    second["training"] = []
    first = report_of(CORRECTED, "2024-Y", clean_rows(2024))
    return [first, report_of(CORRECTED, "2024-Y", second, {"revision": 2})]


def test_a_correction_supersedes_whole_and_nothing_is_deleted(versions: Home) -> None:
    facts = "SELECT is_current, valid_to IS NULL FROM core.fact_training WHERE unit_id = ?"
    assert query(versions, facts, [CORRECTED]) == [(False, False)]
    assert query(versions, "SELECT count(*) FROM mart.training_by_unit WHERE unit_id = ?", [CORRECTED]) == [(0,)]
    assert query(versions, "SELECT count(*) FROM core.fact_organisation WHERE unit_id = ?", [CORRECTED]) == [(2,)]


def test_a_rejected_correction_leaves_the_version_before_current(versions: Home) -> None:
    sql = "SELECT revision, verdict, is_current FROM intake.submission WHERE unit_id = ? ORDER BY 1"
    assert query(versions, sql, [SENT_BACK]) == [(1, "accepted", True), (2, "rejected", False)]


def _mended() -> list[Report]:
    first, second = clean_rows(2024), clean_rows(2024)
    first["organisation"][0].update({"person_role_code": None, "party_member_count": 95})
    second["organisation"][0]["person_role_code"] = None
    return [report_of(MENDED, "2024-Y", first), report_of(MENDED, "2024-Y", second, {"revision": 2})]


def test_findings_have_a_life_over_resubmissions(versions: Home) -> None:
    sql = (
        "SELECT s.revision, f.code, f.life FROM intake.finding f JOIN intake.submission s USING (submission_id) "
        "WHERE s.unit_id = ? ORDER BY ALL"
    )
    assert query(versions, sql, [MENDED]) == [
        (1, "O-MEMBERS-OVER", "fixed"),
        (1, "O-PERSON-NO-ROLE", "new"),
        (2, "O-PERSON-NO-ROLE", "open"),
    ]


def test_a_report_before_its_unit_is_known_is_judged_again_when_the_register_comes(empty: Home) -> None:
    home = empty
    put(home.inbox, report_of(104, "2024-Y", clean_rows(2024)))
    assert len(take(home).rejected) == 1
    put_register(home.inbox)
    result = take(home)
    assert (len(result.accepted), len(result.replayed)) == (2, 1)
    assert query(home, "SELECT event FROM intake.event WHERE event IN ('rejected', 'replayed')") == [
        ("rejected",),
        ("replayed",),
    ]
    assert query(home, "SELECT count(*) FROM core.fact_training") == [(1,)]


def _register(revision: int, unit_of_second_code: int) -> Report:
    """The sample register and two codes of one unit, the second since July 2024; or from its second day on of another unit."""
    report = register_report()
    unit = {**report.rows["unit"][-1], "unit_name": "Đơn vị thử", "parent_unit_id": 1}
    first = {**unit, "unit_id": 1000, "unit_code": "TA", "valid_from": date(2000, 1, 1), "valid_to": date(2024, 6, 30)}
    second = {
        **unit,
        "unit_id": unit_of_second_code,
        "unit_code": "TB",
        "valid_from": date(2024, 7, 1),
        "valid_to": None,
    }
    began = {**second, "unit_id": 1000, "valid_from": date(2024, 7, 1), "valid_to": date(2024, 7, 1)}
    units = (
        [first, second] if unit_of_second_code == 1000 else [first, began, {**second, "valid_from": date(2024, 7, 2)}]
    )
    rows = {**report.rows, "unit": [*report.rows["unit"], *units]}
    return replace(report, rows=rows, cover={**report.cover, "revision": revision}, suffix=f"_{revision}")


def test_a_report_that_a_new_register_gives_to_another_unit_lets_the_version_before_stand_again(empty: Home) -> None:
    home = empty
    report = report_of(104, "2024-Y", clean_rows(2024))
    covers = ({"unit_code": "TA"}, {"unit_code": "TB", "revision": 2})
    put(home.inbox, _register(1, 1000))
    put(home.inbox, *[replace(report, cover={**report.cover, "unit_name": "Đơn vị thử", **c}) for c in covers])
    take(home)
    current = "SELECT unit_code, unit_id, is_current FROM intake.submission WHERE form_code = 'BCDV' ORDER BY 1"
    assert query(home, current) == [("TA", 1000, False), ("TB", 1000, True)]
    put(home.inbox, _register(2, 1001))
    take(home)
    assert query(home, current) == [("TA", 1000, True), ("TB", 1001, True)]
    assert rebuild_home(home).different == []


def test_a_unit_cannot_replace_the_register(home: Home) -> None:
    rogue = register_report()
    rows = {t: [dict(r) for r in found] for t, found in rogue.rows.items()}
    rows["unit"] = rows["unit"][:4]
    put(home.inbox, replace(rogue, rows=rows, cover={**rogue.cover, "unit_code": "DV001", "revision": 9}))
    take(home)
    assert query(home, "SELECT count(DISTINCT unit_id) > 40 FROM core.dim_unit") == [(True,)]


@pytest.mark.usefixtures("two_opinions")
def test_a_batch_on_which_gx_and_the_compiled_pass_differ_is_not_committed(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    overlook(monkeypatch, "O-PERSON-NO-ROLE")
    rows = clean_rows(2024)
    rows["organisation"][0]["person_role_code"] = None
    (path,) = put(home.inbox, report_of(104, "2024-Y", rows))
    before = query(home, "SELECT count(*) FROM intake.event")
    with pytest.raises(SuitesDisagreeError, match="O-PERSON-NO-ROLE"):
        take(home)
    assert path.exists(), "nothing is taken from the inbox"
    assert query(home, "SELECT count(*) FROM intake.event") == before


def test_the_archive_rebuilds_an_equal_warehouse(at_once: Home) -> None:
    result = rebuild_home(at_once)
    assert result.different == []
    assert result.files > 20


def test_rebuild_sees_a_warehouse_that_was_tampered_with(at_once: Home, tmp_path: Path) -> None:
    import duckdb

    home = copy_home(at_once, tmp_path)
    with duckdb.connect(str(home.database)) as con:
        con.execute("UPDATE core.fact_training SET attendee_count = 41 WHERE year = 2014 AND unit_id = 104")
    assert rebuild_home(home).different == ["core.fact_training 2014"]


def test_an_empty_inbox_is_no_batch(home: Home) -> None:
    result = take(home)
    assert (result.files, result.release_no) == (0, None)
