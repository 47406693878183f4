"""A changed register has those reports judged anew that it says something else about, and no others; what comes out is the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from assets.ingest import replay
from assets.sample.report import Report
from tests.support import Rows, changed_register, clean_rows, end_unit, put, query, report_of, take
from warehouse.home import Home

RENAMED = "Công ty CP Chế biến Gỗ Hòa Bình"
#: reports by the name that the tests know them by
REPORTS = {
    "long before its end": (110, "2021-Y"), "up to its end": (110, "2023-H1"), "over its end": (110, "2023-Y"),
    "of its successor": (109, "2023-Y"), "long before another's end": (114, "2021-Y"), "of that one's successor": (115, "2023-Y"),
    "under the old name": (111, "2020-Y"), "under a name to come": (111, "2022-Y"),
    "of nobody yet": (112, "2022-Y"),
    "of a unit that stays as it is": (113, "2022-Y"),
}  # fmt: skip
#: the code that a successor's model had in the unit before, which nobody can know until the register says so
BEFORE = {109: "DV010/M01", 115: "DV014/M01"}
ANEW = {"up to its end", "over its end", "under a name to come", "of nobody yet"}
JUDGED = (
    "SELECT s.file_name, s.verdict, s.unit_id, f.code, f.cell, f.expected FROM intake.submission s "
    "LEFT JOIN intake.finding f USING (submission_id) WHERE s.form_code = 'BCDV' ORDER BY ALL"
)


def _report(unit: int, period: str) -> Report:
    rows = clean_rows(int(period[:4]))
    if unit == 110:
        rows["model"][0] |= {"recognised_date": None, "status_code": "trien_khai"}
    if unit in BEFORE:
        rows["model"][0]["model_code_before"] = BEFORE[unit]
    report = report_of(unit, period, rows)
    if (unit, period) == REPORTS["under a name to come"]:
        return replace(report, unit=replace(report.unit, unit_name=RENAMED))
    if (unit, period) == REPORTS["of nobody yet"]:
        return replace(report, unit=replace(report.unit, unit_code="DV 099", unit_name="Đơn vị mới"))
    return report


def _change(rows: Rows) -> None:
    """DV010 goes into DV009 in mid-2023, DV011 has another name since 2022, DV099 is founded in 2022."""
    end_unit(rows, 110, date(2023, 6, 30), 109)
    since, until = date(2022, 1, 1), date(2021, 12, 31)
    old, *later = (r for r in rows["unit"] if r["unit_id"] == 111 and (r["valid_to"] is None or r["valid_to"] >= since))  # type: ignore[operator]
    new = {**old, "unit_name": RENAMED, "valid_from": since}
    founded = {**new, "unit_id": 999, "unit_code": "DV099", "unit_name": "Đơn vị mới", "valid_to": None}
    old["valid_to"] = until
    for row in later:
        row["unit_name"] = RENAMED
    rows["unit"] += [new, founded]
    names = {"to_unit_id": 111, "succession_kind_code": "rename"}
    begun = {"from_unit_id": 999, "to_unit_id": 999, "succession_kind_code": "establishment"}
    for row in ({"from_unit_id": 111, **names}, begun):
        rows["succession"].append({**rows["succession"][0], **row, "succession_date": since, "share": 1})


def _change_more(rows: Rows) -> None:
    """Besides, DV014 went into DV015 in 2022, when nothing of it is known any more."""
    _change(rows)
    end_unit(rows, 114, date(2022, 6, 30), 115)


@pytest.fixture
def changed(home: Home) -> tuple[Home, set[str], list[tuple[object, ...]]]:
    """A home in which the reports came before the changed register, those judged anew for it, and the findings then."""
    named = {put(home.inbox, _report(*of))[0]: name for name, of in REPORTS.items()}
    names = {path.name: name for path, name in named.items()}
    assert len(names) == len(REPORTS)
    take(home)
    before = query(home, JUDGED)
    put(home.inbox, changed_register(_change))
    result = take(home)
    assert "DMDV" in {f for (f,) in query(home, "SELECT form_code FROM intake.submission WHERE verdict = 'accepted'")}
    anew = query(
        home, "SELECT file_name FROM intake.submission WHERE submission_id IN (SELECT unnest(?))", [result.replayed]
    )
    return home, {names[Path(n).name] for (n,) in anew}, before


def test_only_what_it_says_something_else_about_is_judged_anew(
    changed: tuple[Home, set[str], list[tuple[object, ...]]],
) -> None:
    home, anew, before = changed
    assert anew == ANEW
    told = {code for *_, code, _, _ in before if code}
    assert {"S-UNIT-NAME", "S-UNIT-UNKNOWN", "X-CODE-BEFORE-UNKNOWN"} <= told
    now = query(home, JUDGED)
    assert {(unit, code) for _, _, unit, code, *_ in now if code} == {
        (110, "S-OVERLAP-SUCCESSOR"),
        (115, "X-CODE-BEFORE-UNKNOWN"),
    }, "the successor's code is known now, though its report was not judged anew"
    put(home.inbox, changed_register(_change_more, revision=3))
    assert take(home).replayed == []
    now = query(home, JUDGED)
    assert {(unit, code) for _, _, unit, code, *_ in now if code} == {(110, "S-OVERLAP-SUCCESSOR")}
    replay(home, [i for (i,) in query(home, "SELECT submission_id FROM intake.submission WHERE form_code = 'BCDV'")])
    assert query(home, JUDGED) == now, "judging all of them comes to the same"
