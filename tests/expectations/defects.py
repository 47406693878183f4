"""One planted defect per rule: what to change in a clean report, and the cell where the finding must stand.

Defects stand on the newest version of the form; on an older one only where that version cannot have them.

Does not belong here: the defects of registers (register_defects), the test that plants and looks (test_planted_defects).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from assets.sample.report import Report
from tests.expectations.defect import Defect, derived
from tests.expectations.register_defects import register_defects
from tests.support import Rows, clean_rows, newest, report_of

#: a year that is reported on the newest form version, and the first of such in which a code has expired
YEAR = max(2024, newest().valid_from.year)
NEW, NEXT = f"{YEAR}-Y", f"{YEAR + 1}-Y"
LATE = max(2026, YEAR)
#: units that ended in the first half of YEAR: one was dissolved, one went into another
ENDED = ("ENDED", "MERGED")


def defects() -> list[Defect]:
    """Return every planted defect."""
    return [*_rows(), *_required(), *_long(), *_covers(), *_history(), *register_defects()]


def _with(
    period: str, table: str, row: dict[str, object], extra: dict[str, object] | None = None
) -> Callable[[int], Report]:
    """A clean report whose first row of ``table`` is changed; ``extra`` is a second row of that table."""

    def make(unit_id: int) -> Report:
        rows = clean_rows(int(period[:4]))
        rows[table] = [{**rows[table][0], **row}] + ([] if extra is None else [{**rows[table][0], **extra}])
        return report_of(unit_id, period, rows)

    return make


def _at(code: str, period: str, table: str, column: str, row: dict[str, object], *also: str) -> Defect:
    return Defect(code, table, column, _with(period, table, row), also=frozenset(also))


def _twice(
    code: str,
    period: str,
    table: str,
    column: str,
    other: dict[str, object] | None = None,
    both: dict[str, object] | None = None,
) -> Defect:
    """A row that stands twice; ``other`` is what the second says otherwise, ``both`` what both say."""
    both = both or {}
    return Defect(code, table, column, _with(period, table, both, {**both, **(other or {})}), twins=2)


def _rows() -> list[Defect]:
    old, new, late = "2015-Y", NEW, f"{LATE}-Y"
    third = {
        "rating_scheme_code": "366-QD/TW",
        "inspected_date": date(LATE, 10, 1),
        "rating_score": 95,
        "rating_code": "tot",
    }
    return [
        _at("T-MEMBERS-OVER", new, "training", "member_attended_count", {"member_attended_count": 21}),
        _at("T-ATTENDED-OVER", new, "training", "member_attended_count", {"attendee_count": 17}),
        _at("T-RATE", old, "training", "member_rate_stated", {"member_rate_stated": 95.0}),
        _at("T-RATE-RANGE", old, "training", "member_rate_stated", {"member_rate_stated": 150.0}, "T-RATE"),
        _at("T-NO-SESSION", new, "training", "session_count", {"session_count": 0}),
        _at("T-DOC-MISSING", new, "training", "document_number", {"training_kind_code": "quan_triet"}),
        _at("T-DOC-UNKNOWN", new, "training", "document_number", {"document_number": "77-CTr/TU"}),
        _at("T-DOC-CITED-WRONG", new, "training", "document_number",
            {"document_number": "05-CT/TW", "document_date": date(2016, 2, 15)}),
        _at("T-DOC-FUTURE", new, "training", "document_number",
            {"document_number": "10/2022/QH15", "document_date": date(YEAR + 1, 11, 10)}, "T-DOC-CITED-WRONG"),
        _at("T-CLASS-DAYS", new, "training", "day_count", {"day_count": None}),
        _at("TRN-CO-ORGANISER-CODE-EXPIRED", late, "training", "co_organiser_code",
            {"co_organiser_code": "ban_dan_van_tinh_uy"}),
        _twice("TRN-ROW-TWICE", new, "training", "training_kind_code"),
        _twice("TRN-ROW-ALIKE", new, "training", "document_number", {"attendee_count": 41},
               {"document_number": "149/2018/NĐ-CP", "document_date": date(2018, 11, 7)}),
        _at("K-FOUND-EARLY", new, "inspection_finding", "found_date", {"found_date": date(YEAR - 1, 12, 3)},
            "K-FOUND-BEFORE-INSPECTED"),
        _twice("INF-ROW-TWICE", new, "inspection_finding", "inspection_code"),
        _twice("INF-ROW-ALIKE", new, "inspection_finding", "inspection_code", {"found_count": 3}),
        _twice("MDL-ROW-ALIKE", new, "model", "model_title", {"model_code": "M99"}),
        _twice("M-CODE-TWICE", new, "model", "model_code"),
        _at("M-RECOGNISED-EARLY", new, "model", "recognised_date", {"recognised_date": date(YEAR, 1, 2)}),
        _at("M-START-FUTURE", new, "model", "start_date", {"start_date": date(YEAR + 1, 1, 2), "recognised_date": date(YEAR + 1, 2, 1)}),
        _at("M-RECOGNISED-NO-DATE", new, "model", "recognised_date", {"recognised_date": None}),
        _at("M-SCORE-RANGE", new, "model", "score", {"score": 101}),
        _at("M-SCORE-LOW", new, "model", "score", {"score": 60}),
        _at("M-REPLICA-SELF", new, "model", "replicated_from_code", {"replicated_from_code": "M01"}),
        _at("MDL-FIELD-CODE-EXPIRED", old, "model", "field_code", {"field_code": "NTM"}),
        _at("MDL-LEVEL-CODE-EXPIRED", late, "model", "level_code", {"level_code": "khoi"}),
        _twice("I-CODE-TWICE", new, "inspection", "inspection_code"),
        _at("I-ON-PLAN-CLAIM", new, "inspection", "is_on_plan", {"planned_count": 3}),
        _at("I-DATE-FUTURE", new, "inspection", "inspected_date", {"inspected_date": date(YEAR + 1, 1, 3)},
            "K-FOUND-BEFORE-INSPECTED"),
        _at("I-DATE-EARLY", new, "inspection", "inspected_date", {"inspected_date": date(YEAR - 1, 12, 3)}),
        _at("I-RATING-SCHEME", new, "inspection", "rating_scheme_code", {"rating_scheme_code": None}),
        _at("I-SCORE-RANGE", late, "inspection", "rating_score", {**third, "rating_score": 101, "rating_code": "xuat_sac"},
            "K-FOUND-BEFORE-INSPECTED"),
        _at("I-SCORE-RATING", late, "inspection", "rating_code", third, "K-FOUND-BEFORE-INSPECTED"),
        _at("I-RATED-NOT-DONE", new, "inspection", "rating_code", {"done_count": 0, "planned_count": 0}),
        _at("INS-INSPECTION-ACTOR-CODE-EXPIRED", late, "inspection", "inspection_actor_code",
            {"inspection_actor_code": "ban_dan_van_tinh_uy"}),
        _at("INS-RATING-SCHEME-CODE-EXPIRED", new, "inspection", "rating_scheme_code", {"rating_scheme_code": "132-QD/TW"}),
        _at("K-INSPECTION-UNKNOWN", new, "inspection_finding", "inspection_code", {"inspection_code": "KT09"}),
        _at("K-REMEDIED-OVER", new, "inspection_finding", "remedied_count", {"remedied_count": 3}),
        _at("K-REMEDIED-EARLY", new, "inspection_finding", "remedied_date", {"remedied_date": date(YEAR, 5, 1)}),
        _at("K-DUE-EARLY", new, "inspection_finding", "remedy_due_date", {"remedy_due_date": date(YEAR, 5, 1)}),
        _at("K-FOUND-FUTURE", new, "inspection_finding", "found_date",
            {"found_date": date(YEAR + 1, 2, 1), "remedy_due_date": date(YEAR + 1, 3, 1), "remedied_date": date(YEAR + 1, 3, 1)}),
        _at("K-FOUND-BEFORE-INSPECTED", new, "inspection_finding", "found_date", {"found_date": date(YEAR, 5, 9)}),
        _at("K-REMEDIED-NO-COUNT", new, "inspection_finding", "remedied_count", {"remedied_count": None}),
        _twice("D-KIND-TWICE", new, "dialogue", "dialogue_kind_code"),
        _at("D-PETITIONS", new, "dialogue", "petition_raised_count", {"petition_raised_count": 6}),
        _at("D-SETTLED-OVER", new, "dialogue", "petition_settled_count",
            {"petition_settled_count": 9, "petition_passed_count": None}),
        _at("D-NO-DIALOGUE", new, "dialogue", "dialogue_count", {"dialogue_count": 0}, "D-UNITS-OVER", "D-BELOW-NORM"),
        _at("D-UNITS-OVER", new, "dialogue", "holding_unit_count", {"holding_unit_count": 5}),
        _at("D-BELOW-NORM", new, "dialogue", "dialogue_count",
            {"dialogue_count": 0, "participant_count": 0, "holding_unit_count": 0}),
        _at("D-NONE-STATED", new, "dialogue", "dialogue_count",
            {"dialogue_count": "Không", "participant_count": None, "holding_unit_count": None}),
        _twice("O-TWICE", new, "organisation", "party_member_count"),
        _at("O-MEMBERS-OVER", new, "organisation", "party_member_count", {"party_member_count": 91}),
        _at("O-RULES-NO-COMMITTEE", new, "organisation", "has_committee_rules", {"has_committee": False}),
        _at("O-PERSON-NO-ROLE", new, "organisation", "person_role_code", {"person_role_code": None}),
        _at("O-CADRES-OVER", new, "organisation", "cadre_count", {"cadre_count": 91}),
        _twice("Q-TOPIC-TWICE", new, "issue", "issue_topic_code"),
        _at("Q-SETTLED-OVER", new, "issue", "settled_count", {"settled_count": 4}),
        _at("Q-DONE-OPEN", new, "issue", "issue_status_code", {"issue_status_code": "hoan_thanh"}),
    ]  # fmt: skip


_REQUIRED = {
    "training": ("training_kind_code", "session_count"),
    "model": ("model_code", "field_code", "model_kind_code", "model_subject_code", "status_code", "level_code"),
    "inspection": ("inspection_code", "inspection_kind_code"),
    "inspection_finding": ("inspection_code", "finding_category_code", "found_count"),
    "dialogue": ("dialogue_kind_code",),
    "organisation": ("is_person_assigned",),
    "issue": ("issue_kind_code", "issue_topic_code"),
}


def _required() -> list[Defect]:
    along = {("inspection", "inspection_code"): ("K-INSPECTION-UNKNOWN",)}
    return [
        _at(derived(t, c, "MISSING"), NEW, t, c, {c: None}, *along.get((t, c), ()))
        for t, columns in _REQUIRED.items()
        for c in columns
    ]


def _long() -> list[Defect]:
    along = {("inspection", "inspection_code"): ("K-INSPECTION-UNKNOWN",),
             ("inspection_finding", "inspection_code"): ("K-INSPECTION-UNKNOWN",)}  # fmt: skip
    found = [("model", "model_code", 20), ("model", "model_title", 200), ("model", "replicated_from_code", 20),
             ("model", "model_code_before", 41),
             ("inspection", "inspection_code", 20), ("inspection_finding", "inspection_code", 20)]  # fmt: skip
    number: dict[str, object] = {"document_number": "1/" + "A" * 60}
    return [
        _at("TRN-DOCUMENT-NUMBER-LONG", NEW, "training", "document_number", number, "T-DOC-UNKNOWN"),
        *(_at(derived(t, c, "LONG"), NEW, t, c, {c: "A" * (most + 1)}, *along.get((t, c), ())) for t, c, most in found),
    ]


def _covered(period: str, cover: dict[str, object]) -> Callable[[int], Report]:
    def make(unit_id: int) -> Report:
        return report_of(unit_id, period, clean_rows(YEAR), cover)

    return make


def _covers() -> list[Defect]:
    def no_rows(unit_id: int) -> Report:
        return report_of(unit_id, NEW, {})

    def late_unit(unit_id: int) -> Report:  # a unit that was dissolved on 31/12/2021
        report = report_of(unit_id, NEW, clean_rows(YEAR))
        return replace(
            report, cover={**report.cover, "unit_code": "DV039", "unit_name": "Công ty CP Khoáng sản Trường Thịnh"}
        )

    def too_early(unit_id: int) -> Report:
        year = newest().valid_from.year - 1
        return report_of(unit_id, f"{year}-Y", clean_rows(year, new=True), form=newest())

    def ended(unit_code: str) -> Callable[[int], Report]:
        return _covered(NEW, {"unit_code": unit_code, "unit_name": unit_code})

    new = NEW
    return [
        Defect("S-PERIOD-AFTER-END", "cover", "period_id", ended(ENDED[0])),
        Defect("S-OVERLAP-SUCCESSOR", "cover", "period_id", ended(ENDED[1])),
        Defect("S-UNIT-UNKNOWN", "cover", "unit_code", _covered(new, {"unit_code": "DV777"})),
        Defect("S-UNIT-NOT-ALIVE", "cover", "unit_code", late_unit),
        Defect("S-UNIT-NAME", "cover", "unit_name", _covered(new, {"unit_name": "Một đơn vị khác"})),
        Defect("S-PERIOD-FORM", "cover", "period_id", too_early),
        Defect("S-CUTOFF", "cover", "cutoff_date", _covered(new, {"cutoff_date": date(YEAR - 1, 12, 31)})),
        Defect("S-REPORT-DATE", "cover", "report_date", _covered(new, {"report_date": date(YEAR, 11, 1)})),
        Defect("S-REVISION", "cover", "revision", _covered(new, {"revision": 0})),
        Defect("S-LATE", "cover", "report_date", _covered(new, {"report_date": date(YEAR + 1, 3, 1)})),
        Defect("S-NO-ROWS", "cover", "form_code", no_rows),
    ]  # fmt: skip


def _earlier(period: str, changes: dict[str, dict[str, object]] | None = None) -> Callable[[int], list[Report]]:
    def make(unit_id: int) -> list[Report]:
        rows: Rows = clean_rows(int(period[:4]))
        for table, change in (changes or {}).items():
            rows[table][0].update(change)
        return [report_of(unit_id, period, rows)]

    return make


def _history() -> list[Defect]:
    half_year = f"{YEAR}-H1"
    rolled = {
        "training_kind_code": "quan_triet",
        "document_number": "149/2018/NĐ-CP",
        "document_date": date(2018, 11, 7),
    }
    jump: dict[str, object] = {"party_member_count": 60}
    half: dict[str, object] = {"recognised_date": None, "status_code": "trien_khai"}
    path: dict[str, object] = {"start_date": date(YEAR, 2, 1), "status_code": "dang_ky", "recognised_date": None}
    replicated: dict[str, object] = {"status_code": "nhan_rong", "recognised_date": date(YEAR + 1, 9, 1)}
    kept: dict[str, object] = {"start_date": date(YEAR, 2, 1), "recognised_date": date(YEAR, 9, 2)}
    flat: dict[str, dict[str, object]] = {"inspection_finding": {"remedied_date": date(YEAR, 6, 1)}, "model": half}
    return [
        Defect("X-STATUS-PATH", "model", "status_code", _with(NEXT, "model", {**path, **replicated}),
               before=_earlier(NEW, {"model": {**path}})),
        Defect("X-FIELD-CHANGED", "model", "field_code", _with(NEXT, "model", {**kept, "field_code": "VHXH"}),
               before=_earlier(NEW)),
        Defect("X-ROLLOUT-AGAIN", "training", "document_number", _with(NEXT, "training", rolled),
               before=_earlier(NEW, {"training": rolled})),
        Defect("X-YEAR-BELOW-TRAINING", "training", "session_count", _with(NEW, "training", {"session_count": 1}),
               before=_earlier(half_year, flat)),
        Defect("X-YEAR-BELOW-DIALOGUE", "dialogue", "dialogue_count", _with(NEW, "dialogue", {"dialogue_count": 3}),
               before=_earlier(half_year, flat)),
        Defect("X-YEAR-BELOW-INSPECTION", "inspection", "done_count", _with(NEW, "inspection", {"done_count": 1}),
               before=_earlier(half_year, {**flat, "inspection": {"done_count": 2, "planned_count": 2}})),
        Defect("X-HEADCOUNT-JUMP", "organisation", "party_member_count", _with(NEXT, "organisation", jump),
               before=_earlier(NEW)),
        Defect("X-TITLE-CHANGED", "model", "model_title", _with(NEXT, "model", {**kept, "model_title": "Vườn rau sạch"}),
               before=_earlier(NEW)),
        Defect("X-CODE-BEFORE-UNKNOWN", "model", "model_code_before", _with(NEXT, "model", {**kept, "model_code_before": "M09"}),
               before=_earlier(NEW)),
        Defect("X-INSPECTION-CHANGED", "inspection", "inspection_code", _with(NEW, "inspection", {"inspected_date": date(YEAR, 5, 9)}),
               before=_earlier(half_year, flat)),
        Defect("X-ATTENDEES-OVER", "training", "attendee_count", _with(NEW, "training", {"attendee_count": 901})),
        Defect("X-PARTICIPANTS-OVER", "dialogue", "participant_count", _with(NEW, "dialogue", {"participant_count": 1801})),
        Defect("X-UNUSUAL", "issue", "issue_count", _with(f"{YEAR + 3}-Y", "issue", {"issue_count": 40}),
               before=lambda unit_id: [r for n in range(3) for r in _earlier(f"{YEAR + n}-Y")(unit_id)]),
        Defect("S-REVISION-TAKEN", "cover", "revision", _with(NEW, "organisation", {"party_member_count": 31}),
               before=_earlier(NEW)),
        Defect("X-REVISION-TWICE", "cover", "revision", _covered(NEW, {"report_date": date(YEAR + 1, 1, 6)}),
               before=_earlier(NEW)),
        Defect("X-REVISION-JUMP", "cover", "revision", _covered(NEW, {"revision": 3}), before=_earlier(NEW)),
    ]  # fmt: skip
