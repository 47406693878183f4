"""One report of the sample: who, when, on which form, with which rows; and the review of the bloc.

Belongs here: gathering the tables of a unit and period, dates of sending. Does not: which are sent (plan) or files.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from assets.sample.chance import chance
from assets.sample.life.dialogue import dialogue_rows, issue_rows
from assets.sample.life.inspection import finding_rows, inspection_rows
from assets.sample.life.model import model_rows
from assets.sample.life.people import organisation_rows
from assets.sample.life.training import ROLLED_OUT, training_rows
from assets.sample.register import Stretch, first_day, letterhead, register_rows, unit_on
from assets.template import UnitLine
from warehouse.deadlines import deadlines
from warehouse.forms import FormVersion, form_versions, version_for
from warehouse.periods import Period, parse_period_id

Look = Literal["template", "foreign", "csv", "json"]
Rows = dict[str, list[dict[str, object]]]
REVIEW = "20130830-20160830-R"
#: the registers that the office sent, by period, and the day
REGISTERS = {"2021-M12": date(2022, 1, 5), "2025-M02": date(2025, 3, 3)}


@dataclass(frozen=True, slots=True)
class Report:
    """One file to write. ``cover`` overrides what the cover sheet would say; dates are dates.

    ``total_slip`` makes the totals rows of a foreign workbook wrong by that much.
    """

    unit: UnitLine
    period: Period
    form: FormVersion
    rows: Rows
    cover: dict[str, object]
    look: Look = "template"
    suffix: str = ""
    total_slip: int = 0

    @property
    def key(self) -> tuple[str, str]:
        """The unit and the period that the report speaks for."""
        return self.unit.unit_code, self.period.period_id


def unit_report(seed: int, unit: Stretch, period_id: str, look: Look = "template") -> Report:
    """Build the report of ``unit`` for ``period_id`` on the form in force. Raises LookupError when there is none."""
    period = parse_period_id(period_id)
    form = version_for("BCDV", period.period_end)
    if form is None:
        raise LookupError(f"no form is in force on {period.period_end}")
    lived = replace(period, period_start=max(period.period_start, first_day(unit.unit_code)))
    rows: Rows = {
        "training": training_rows(seed, unit, lived),
        "model": model_rows(seed, unit, lived),
        "inspection": inspection_rows(seed, unit, lived),
        "inspection_finding": finding_rows(seed, unit, lived),
        "dialogue": dialogue_rows(seed, unit, lived),
        "organisation": organisation_rows(seed, unit, lived),
        "issue": issue_rows(seed, unit, lived),
    }
    return Report(letterhead(unit, period.period_end), period, form, rows, sending(seed, unit.unit_code, period), look)


def sending(seed: int, unit_code: str, period: Period) -> dict[str, object]:
    """Return cut-off and report date: mostly in time, some late, a few closing their books before the period ends."""
    rng = chance(seed, unit_code, period.period_id, "sending")
    rule = next(d for d in deadlines() if d.form_code == "BCDV" and d.period_kind == period.kind)
    limit = rule.due_days + rule.grace_days
    days = rng.randint(limit + 4, limit + 45) if rng.random() < 0.06 else rng.randint(2, limit - 1)
    early = timedelta(days=11 if period.kind == "Y" and rng.random() < 0.1 else 0)
    return {"cutoff_date": period.period_end - early, "report_date": period.period_end + timedelta(days=days)}


def review_report() -> Report:
    """Build the bloc's three-year review: what the founding document states, and blanks where it states nothing."""
    bloc = unit_on(1, date(2016, 8, 30))
    if bloc is None:
        raise LookupError("the bloc is missing from the register")
    period = parse_period_id(REVIEW)
    number, issued = ROLLED_OUT
    study: dict[str, object] = {
        "training_kind_code": "quan_triet", "document_number": number, "document_date": issued,
        "session_count": 56, "attendee_count": "2.065", "member_attended_count": 1115, "member_total_count": 1122,
        "member_rate_stated": 99.0, "member_rate_digits": 0,
    }  # fmt: skip
    programme = {"inspection_kind_code": "kiem_tra", "inspection_mode_code": "dinh_ky", "is_on_plan": True}
    province = {"inspection_kind_code": "kiem_tra", "inspection_actor_code": "ban_dan_van_tinh_uy"}
    organisation: dict[str, object] = {
        "is_person_assigned": True, "person_role_code": "pho_bi_thu", "has_committee": True,
        "has_committee_rules": True, "has_inspection_plan": True,
    }  # fmt: skip
    rows: Rows = {
        "training": [study],
        "inspection": [
            {"inspection_code": "KT01", "inspection_actor_code": "cap_uy", **programme},
            {"inspection_code": "KT02", "inspection_object_code": "to_chuc", **province},
        ],
        "dialogue": [{"dialogue_kind_code": "dinh_ky"}],
        "organisation": [organisation],
        "issue": [{"issue_kind_code": kind, "issue_topic_code": topic} for kind, topic in _STATED],
    }
    form = form_versions()["BCDV", "2013"]
    cover: dict[str, object] = {"report_date": date(2016, 9, 15)}
    return Report(letterhead(bloc, period.period_end), period, form, rows, cover)


def register_report(period_id: str = "2025-M02") -> Report:
    """Build a register that the bloc's office sent, one of ``REGISTERS``; the last when its units move to their new committees."""
    period, sent = parse_period_id(period_id), REGISTERS[period_id]
    bloc = unit_on(1, period.period_end)
    if bloc is None:
        raise LookupError("the bloc is missing from the register")
    form = form_versions()["DMDV", "1"]
    cover: dict[str, object] = {"report_date": sent}
    return Report(letterhead(bloc, period.period_end), period, form, register_rows(sent), cover)


_LIMITATIONS = (
    "phan_tan", "trien_khai_nghi_quyet", "bao_cao_vien", "tuyen_truyen", "hinh_thuc", "tham_muu", "van_dong_cham",
    "it_mo_hinh", "cham_nhan_rong",
)  # fmt: skip
_TASKS = ("doi_moi_lanh_dao", "khac_phuc_han_che", "giai_quyet_nguyen_vong", "boi_duong_can_bo", "hoc_tap_bac")
_STATED = [("han_che", t) for t in _LIMITATIONS] + [("nhiem_vu", t) for t in _TASKS]
