"""What tests share: homes, one-file reports, batches. Real parts only: workbooks, DuckDB files, GX, children.

Does not belong here: assertions.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from assets.batch import BatchResult
from assets.check import Checked, check
from assets.ingest import complete, take_inbox
from assets.receipt import write_receipts
from assets.sample.files import write_report
from assets.sample.register import letterhead, unit_on
from assets.sample.report import Report, register_report
from assets.template import write_template
from expectations import judge
from expectations.gx.compiled import compiled_sql
from tests.asking import query
from warehouse.forms import FormColumn, FormVersion, form_versions, version_for
from warehouse.home import Home
from warehouse.periods import parse_period_id

Rows = dict[str, list[dict[str, object]]]
REPO = Path(__file__).resolve().parents[1]
#: seconds: a limit that tells a hang from a slow machine
HANGS = 600.0
#: GX's own run, as it was before anything took its place
_GX_CHECK = judge.gx_check


def make_home(root: Path) -> Home:
    """Make an empty home."""
    home = Home(root)
    home.create()
    return home


def copy_home(home: Home, folder: Path) -> Home:
    """Copy a prepared home into ``folder``: cheaper than taking its files anew."""
    shutil.copytree(home.root, folder / "home")
    return Home(folder / "home")


def report_of(
    unit_id: int, period_id: str, rows: Rows, cover: Mapping[str, object] | None = None, form: FormVersion | None = None
) -> Report:
    """Build a report of a unit of the sample register; dated in time, first revision."""
    period = parse_period_id(period_id)
    unit = unit_on(unit_id, period.period_end)
    assert unit is not None, f"unit {unit_id} is not alive on {period.period_end}"
    form = form or version_for("BCDV", period.period_end)
    assert form is not None
    dated: dict[str, object] = {"report_date": period.period_end + timedelta(days=5)}
    return Report(letterhead(unit, period.period_end), period, form, rows, {**dated, **(cover or {})})


def clean_rows(year: int, new: bool | None = None) -> Rows:
    """Rows of a report that no rule finds fault with, on the form of ``year``, or on one since 2023 when ``new``."""
    new = year >= 2023 if new is None else new
    training: dict[str, object] = {
        "training_kind_code": "tap_huan", "session_count": 2, "attendee_count": 40, "member_attended_count": 18,
        "member_total_count": 20, "co_organiser_code": "trung_tam_chinh_tri",
    }  # fmt: skip
    training |= (
        {"audience_code": "dang_vien", "day_count": 2} if new else {"member_rate_stated": 90.0, "member_rate_digits": 0}
    )
    model: dict[str, object] = {
        "model_code": "M01", "model_title": "Tiết kiệm điện", "field_code": "KT", "model_kind_code": "mo_hinh",
        "model_subject_code": "tap_the", "status_code": "cong_nhan", "level_code": "tinh",
        "start_date": date(year, 2, 1), "recognised_date": date(year, 9, 2), "partner_unit_count": 1,
    }  # fmt: skip
    inspection: dict[str, object] = {
        "inspection_code": "KT01", "inspection_kind_code": "kiem_tra", "inspection_mode_code": "dinh_ky",
        "inspection_actor_code": "cap_uy", "inspection_object_code": "to_chuc", "planned_count": 1, "done_count": 1,
        "is_on_plan": True, "inspected_date": date(year, 5, 10),
    }  # fmt: skip
    if new:
        model["score"] = 80
        scheme = "132-QD/TW" if year <= 2023 else "124-QD/TW" if year <= 2025 else "366-QD/TW"
        inspection |= {"rating_scheme_code": scheme, "rating_code": "tot"}
    finding: dict[str, object] = {
        "inspection_code": "KT01", "finding_category_code": "hinh_thuc", "found_count": 2, "found_date": date(year, 5, 10),
        "remedy_due_date": date(year, 7, 1), "remedied_count": 1, "remedied_date": date(year, 6, 1),
    }  # fmt: skip
    dialogue: dict[str, object] = {
        "dialogue_kind_code": "dinh_ky", "holding_unit_count": 1, "dialogue_count": 4, "participant_count": 60,
        "petition_raised_count": 5, "petition_settled_count": 3, "petition_passed_count": 1, "petition_pending_count": 1,
    }  # fmt: skip
    organisation: dict[str, object] = {
        "party_member_count": 30, "employee_count": 90, "is_person_assigned": True, "person_role_code": "pho_bi_thu",
        "has_committee": True, "has_committee_rules": True, "has_inspection_plan": True,
    }  # fmt: skip
    organisation |= {"cadre_count": 3} if new else {"cadre_full_time_count": 1, "cadre_part_time_count": 2}
    issue: dict[str, object] = {"issue_kind_code": "kien_nghi", "issue_topic_code": "viec_lam", "issue_count": 3,
                                "settled_count": 1, "issue_status_code": "dang_thuc_hien"}  # fmt: skip
    return {"training": [training], "model": [model], "inspection": [inspection], "inspection_finding": [finding],
            "dialogue": [dialogue], "organisation": [organisation], "issue": [issue]}  # fmt: skip


def copied(rows: Mapping[str, Sequence[Mapping[str, object]]]) -> Rows:
    """Copy rows that a test changes."""
    return {table: [dict(r) for r in found] for table, found in rows.items()}


def changed_register(change: Callable[[Rows], None], revision: int = 2, **cover: object) -> Report:
    """The sample register with its rows changed, sent again."""
    register = register_report()
    rows = copied(register.rows)
    change(rows)
    return replace(register, rows=rows, cover={**register.cover, "revision": revision, **cover}, suffix=f"_{revision}")


def end_unit(rows: Rows, unit_id: int, last_day: date, into: int | None = None) -> None:
    """End a unit in the rows of a register, as a secretary does: its last day, and what became of it in the place of what came later."""
    rows["unit"] = [r for r in rows["unit"] if r["unit_id"] != unit_id or r["valid_from"] <= last_day]  # type: ignore[operator]
    [r for r in rows["unit"] if r["unit_id"] == unit_id][-1]["valid_to"] = last_day
    rows["succession"] = [
        *(r for r in rows["succession"] if r["from_unit_id"] != unit_id or r["succession_date"] <= last_day),  # type: ignore[operator]
        {"from_unit_id": unit_id, "to_unit_id": into, "succession_date": last_day + timedelta(days=1),
         "succession_kind_code": "merger" if into else "dissolution", "share": 1},
    ]  # fmt: skip


def put(folder: Path, *reports: Report) -> list[Path]:
    """Write reports as files; the suffix keeps names apart."""
    return [write_report(folder, replace(r, suffix=r.suffix or f"_{n}"), seed=1) for n, r in enumerate(reports)]


def put_register(folder: Path) -> Path:
    """Write the sample register."""
    return write_report(folder, register_report(), seed=1)


def put_copies(home: Home, files: Path | Sequence[Path]) -> None:
    """Put copies of ``files`` (of a folder: all of its files) into the inbox: hard links, under names of their own."""
    found = sorted(p for p in files.rglob("*") if p.is_file()) if isinstance(files, Path) else files
    for path in found:
        place = home.inbox / (path.relative_to(files) if isinstance(files, Path) else path.name)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.hardlink_to(path)


def told(home: Home, file: Report | Path, folder: Path) -> Checked:
    """What an ingest would say of one file, with nothing written; a report is written into ``folder`` first."""
    (checked,) = check(home, [file if isinstance(file, Path) else write_report(folder, file, seed=1)], processes=1)
    return checked


def take(home: Home, *, processes: int = 2, batch_id: str | None = None) -> BatchResult:
    """Take the inbox as the job does: the batch, the release, and the inbox empty of what was taken."""
    result = take_inbox(home, processes=processes, batch_id=batch_id)
    complete(home)
    return result


def take_and_answer(home: Home, *, processes: int = 2) -> BatchResult:
    """Take the inbox and write the receipts: the whole of what the job does."""
    result = take(home, processes=processes)
    write_receipts(home, processes)
    return result


@contextmanager
def second_opinion(wanted: bool) -> Iterator[None]:
    """Let Great Expectations itself run the suites of each batch beside the compiled pass, or not: it takes half of it.

    Left out in all tests but those whose subject it is, and those that try every rule (``tests.conftest``).
    """
    with patch("expectations.judge.gx_check", _GX_CHECK if wanted else lambda *_: []):
        yield


def overlook(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    """Make the compiled pass blind to one rule, as a mistake of the compiler would."""

    def blind(*args: Any) -> str:
        return f"SELECT * FROM (\n{compiled_sql(*args)}\n) WHERE code <> '{code}'"

    monkeypatch.setattr("expectations.judge.compiled_sql", blind)


def findings(home: Home, file_name: str) -> set[tuple[str, str | None, str | None]]:
    """Return (code, sheet, cell) of every finding of a file."""
    sql = (
        "SELECT f.code, f.sheet, f.cell FROM intake.finding f JOIN intake.submission s USING (submission_id) "
        "WHERE s.file_name = ?"
    )
    return set(query(home, sql, [file_name]))


def template_cell(form: FormVersion, table: str, column: str, row: int = 0) -> tuple[str, str]:
    """Return (sheet, A1) where the template puts ``column`` of the table's row ``row``."""
    headers = form.headers(table)
    tall = any(h.group_header for h in headers)
    index = next(i for i, h in enumerate(headers) if column in h.columns)
    return form.sheet(table), f"{chr(ord('A') + index)}{(7 if tall else 6) + row}"


def cover_cell(form: FormVersion, field: str) -> tuple[str, str]:
    """Return (sheet, A1) of a cover field in the template."""
    return form.cover_sheet, f"B{11 + [f.field for f in form.cover].index(field)}"


def form(version: str) -> FormVersion:
    """Return a version of the unit's report."""
    return form_versions()["BCDV", version]


def newest() -> FormVersion:
    """Return the newest version of the unit's report."""
    return [f for f in form_versions().values() if f.form_code == "BCDV"][-1]


def changed_header(form: FormVersion, column: str, header: str) -> FormVersion:
    """Return the form with one header text changed, as a unit might retype it."""

    def one(c: FormColumn) -> FormColumn:
        return replace(c, header=header) if column in c.columns else c

    return replace(form, columns=tuple(map(one, form.columns)))


__all__ = [
    "HANGS", "REPO", "Rows", "changed_header", "clean_rows", "copy_home", "cover_cell", "findings", "form", "make_home",
    "overlook", "put", "put_copies", "put_register", "query", "report_of", "second_opinion", "take", "take_and_answer", "template_cell",
    "write_template",
]  # fmt: skip


def one_submission(home: Home) -> str:
    """Return the first submission that is a report, or could not be read."""
    sql = "SELECT submission_id FROM intake.submission WHERE form_code = 'BCDV' OR form_code IS NULL"
    return str(query(home, sql)[0][0])
