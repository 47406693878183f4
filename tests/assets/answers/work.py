"""Answers about what units do: training, models, inspections; see tests.assets.answers."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from statistics import median

from tests.assets.answers.corpus import (
    YEARS,
    Answer,
    Corpus,
    Row,
    days_in,
    family_of,
    grouped,
    model_of,
    number,
    of_column,
    percent,
    total,
    units_in,
)

DONE_OR_RUNNING = {"trien_khai", "duy_tri", "cong_nhan", "nhan_rong", "ket_thuc"}
RUNNING = DONE_OR_RUNNING - {"ket_thuc"}
RECOGNISED = {"cong_nhan", "nhan_rong"}
#: first and last day of each rule-book of ratings
SCHEMES = (
    ("132-QD/TW", date(2018, 3, 8), date(2023, 10, 3)),
    ("124-QD/TW", date(2023, 10, 4), date(2025, 8, 31)),
    ("366-QD/TW", date(2025, 9, 1), date(9999, 12, 31)),
)


def reach_by_unit_type(c: Corpus) -> Answer:
    """01: by year and type of unit."""
    groups = grouped(c.rows("training"), lambda x: (x[0].year, x[0].unit.unit_type_code))
    return [
        (*key, units_in(rows), total(of_column(rows, "session_count")), total(of_column(rows, "attendee_count")))
        for key, rows in sorted(groups.items())
    ]


def units_with_training(c: Corpus) -> Answer:
    """02: of the units of the year."""
    with_any = grouped(
        ((s, r) for s, r in c.rows("training") if (number(r["session_count"]) or 0) > 0), lambda x: x[0].year
    )
    answer = []
    for year in YEARS:
        due = set(days_in(year))
        held = due & {s.unit.unit_id for s, _ in with_any.get(year, ())}
        answer.append((year, len(due), len(due & c.reported()[year]), len(held), percent(len(held), len(due))))
    return answer


def sessions_by_year(c: Corpus) -> Answer:
    """03: by level, a column for each kind."""
    answer = []
    for year in YEARS:
        for level in ("bloc", "unit"):
            rows = [x for x in c.rows("training", level) if x[0].year == year]
            kinds = [
                total(r["session_count"] for _, r in rows if r["training_kind_code"] == kind)
                for kind in ("quan_triet", "tap_huan", "boi_duong_qpan")
            ]
            answer.append((year, level, *kinds, units_in(rows) or None))
    return answer


def training_by_kind(c: Corpus) -> Answer:
    """04: by year and kind."""
    groups = grouped(c.rows("training"), lambda x: (x[0].year, x[1]["training_kind_code"]))
    return [
        (*key, units_in(rows), total(of_column(rows, "session_count")), total(of_column(rows, "attendee_count")))
        for key, rows in sorted(groups.items())
    ]


def rollout(c: Corpus) -> Answer:
    """05: the first year of each unit, against those of each year."""
    first: dict[int, int] = {}
    for sent, row in c.rows("training"):
        if row["training_kind_code"] == "quan_triet" and row["document_number"] == "32-CTr/TU":
            first[sent.unit.unit_id] = min(first.get(sent.unit.unit_id, 9999), sent.year)
    answer = []
    for year in YEARS:
        due = set(days_in(year))
        now, so_far = sum(first.get(u) == year for u in due), sum(first.get(u, 9999) <= year for u in due)
        answer.append((year, len(due), now, so_far, percent(so_far, len(due))))
    return answer


def member_attendance(c: Corpus) -> Answer:
    """06: over the rows that state both numbers."""
    answer: Answer = []
    for year in YEARS:
        rows = [x for x in c.rows("training") if x[0].year == year]
        both = [
            x
            for x in rows
            if number(x[1].get("member_attended_count")) is not None and number(x[1].get("member_total_count"))
        ]
        part, whole = total(of_column(both, "member_attended_count")), total(of_column(both, "member_total_count"))
        rate = 100 * part / whole if part is not None and whole else None
        answer.append((year, rate, units_in(both) if rows else None, units_in(rows) or None))
    return answer


def models_by_status(c: Corpus) -> Answer:
    """07: by year and status."""
    groups = grouped(c.last_rows("model"), lambda x: (x[0].year, x[1]["status_code"]))
    return [(*key, len(rows)) for key, rows in sorted(groups.items())]


def units_with_models(c: Corpus) -> Answer:
    """08: distinct units."""
    answer: Answer = []
    for year in YEARS:
        rows = [x for x in c.last_rows("model") if x[0].year == year]
        counted = [x for x in rows if x[1]["status_code"] in DONE_OR_RUNNING]
        running = sum(r["status_code"] in RUNNING for _, r in rows)
        figures = (units_in(counted), len(counted), running) if rows else (None, None, None)
        answer.append((year, len(c.reported()[year]), *figures))
    return answer


def recognised_then_replicated(c: Corpus) -> Answer:
    """09: a model is followed from the unit and code that it had before."""
    years: dict[int, list[int | None]] = defaultdict(list)
    for rows in grouped(c.last_rows("model"), lambda x: model_of(*x)).values():
        days = [r["recognised_date"].year for _, r in rows if r.get("recognised_date")]
        stood = [s.year for s, r in rows if r["status_code"] in RECOGNISED]
        copied = [s.year for s, r in rows if r["status_code"] == "nhan_rong"]
        if days or stood:
            recognised = min(days or stood)
            years[recognised].append(min(copied) - recognised if copied else None)
    return [
        (year, len(waits), len(known), len(waits) - len(known), median(known) if known else None)
        for year, waits in sorted(years.items())
        for known in [[w for w in waits if w is not None]]
    ]


def copied_models(c: Corpus) -> Answer:
    """10: superior bodies too."""
    rows = [x for x in c.last_rows("model", None) if x[1].get("replicated_from_code")]
    owner = {r["model_code"]: s.unit.unit_code for s, r in c.last_rows("model", None)}
    groups = grouped(rows, lambda x: (x[0].unit.unit_code, x[1]["model_code"], x[1]["replicated_from_code"]))
    return [(*key, min(s.year for s, _ in found), owner.get(key[2])) for key, found in sorted(groups.items())]


def status_flow(c: Corpus) -> Answer:
    """11: from 2023 to 2024, superior bodies too."""
    stood: dict[tuple[str, str], dict[int, str]] = defaultdict(dict)
    for s, r in sorted(c.last_rows("model", None), key=lambda x: x[0].report.period.period_end):
        if s.year in (2023, 2024):
            stood[model_of(s, r)][s.year] = r["status_code"]
    flows = grouped(((v.get(2023), v.get(2024)) for v in stood.values()), lambda x: x)
    counted = [(before, after, len(found)) for (before, after), found in flows.items()]
    return sorted(counted, key=lambda x: (x[0] is not None, x[0] or "", x[1] is None, x[1] or ""))


def inspections(c: Corpus) -> Answer:
    """12: by level."""
    answer: Answer = []
    for year in YEARS:
        for level in ("bloc", "unit"):
            rows = [x for x in c.rows("inspection", level) if x[0].year == year]
            answer.append((year, level, *(total(of_column(rows, n)) for n in ("planned_count", "done_count"))))
    return answer


def inspecting_units(c: Corpus) -> Answer:
    """13: blank while nobody gave a number."""
    answer: Answer = []
    for year in YEARS:
        rows = [x for x in c.rows("inspection") if x[0].year == year and number(x[1].get("done_count")) is not None]
        did = units_in(x for x in rows if x[1]["done_count"] > 0) if rows else None
        reported = len(c.reported()[year])
        answer.append((year, reported, did, percent(did, reported)))
    return answer


def good_ratings(c: Corpus) -> Answer:
    """14: the rule-book as stated, else that of the day."""
    found: dict[tuple[int, str], list[tuple[Row, bool]]] = defaultdict(list)
    for sent, row in c.rows("inspection"):
        if row.get("rating_code"):
            day = row["inspected_date"]
            stated = row.get("rating_scheme_code")
            found[sent.year, stated or next(code for code, a, b in SCHEMES if a <= day <= b)].append((row, not stated))
    answer: Answer = []
    for (year, scheme), rows in sorted(found.items()):
        rated = total(r["done_count"] for r, _ in rows)
        good = total(r["done_count"] for r, _ in rows if r["rating_code"] in ("xuat_sac", "tot")) or 0
        answer.append((scheme, year, rated, good, percent(good, rated), sum(derived for _, derived in rows)))
    return answer


def recurring_findings(c: Corpus) -> Answer:
    """15: by family, among those that reported both years after."""
    family = family_of()
    found = {
        (family[s.unit.unit_id], r["finding_category_code"], s.year)
        for s, r in c.rows("inspection_finding")
        if (number(r["found_count"]) or 0) > 0 and r["found_date"] >= s.report.period.period_start
    }
    reported = {(family[u], year) for year, units in c.reported().items() for u in units}
    answer: Answer = []
    for year in sorted({y for *_, y in found}):
        cases = [(f, k) for f, k, y in found if y == year]
        followed = [(f, k) for f, k in cases if {(f, year + 1), (f, year + 2)} <= reported]
        again = [(f, k) for f, k in followed if {(f, k, year + 1), (f, k, year + 2)} & found]
        answer.append((year, len(cases), len(followed), len(again), percent(len(again), len(followed))))
    return answer


def overdue(c: Corpus) -> Answer:
    """16: due by the end of the period and not mended."""
    groups = grouped(c.rows("inspection_finding"), lambda x: (x[0].year, x[1]["finding_category_code"]))
    answer: Answer = []
    for key, rows in sorted(groups.items()):
        late = [(s, r) for s, r in rows if r["remedy_due_date"] <= s.report.period.period_end]
        found, mended = total(of_column(late, "found_count")), total(of_column(late, "remedied_count"))
        left = None if found is None else found - (mended or 0)
        figures = (total(of_column(rows, "found_count")), total(of_column(rows, "remedied_count")))
        answer.append((*key, *figures, left, units_in(rows)))
    return answer
