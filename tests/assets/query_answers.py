"""What the questions of examples/queries have to be answered, worked out from the reports that the sample corpus was written from.

Plain Python over the rows that were generated before any file was written: no mart, view or macro is asked. Only which files were
accepted is taken from the ledger, as an auditor would: judging is not what is tested here. Does not belong here: the tests.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from statistics import median
from typing import Any, TypeVar

from assets.sample.files import SUFFIXES
from assets.sample.plan import planned_reports
from assets.sample.planted import planted_mistakes
from assets.sample.register import Stretch, read_data, stretches
from assets.sample.report import Report

T = TypeVar("T")
K = TypeVar("K", bound=Hashable)
Row = dict[str, Any]
Answer = list[tuple[Any, ...]]

YEARS = range(2013, 2026)
#: days after the end of a year through which a report is in time, those of grace included
LAST_DAY = 30
DONE_OR_RUNNING = {"trien_khai", "duy_tri", "cong_nhan", "nhan_rong", "ket_thuc"}
RUNNING = DONE_OR_RUNNING - {"ket_thuc"}
RECOGNISED = {"cong_nhan", "nhan_rong"}
#: first and last day of each rule-book of ratings
SCHEMES = (
    ("132-QD/TW", date(2018, 3, 8), date(2023, 10, 3)),
    ("124-QD/TW", date(2023, 10, 4), date(2025, 8, 31)),
    ("366-QD/TW", date(2025, 9, 1), date(9999, 12, 31)),
)


@dataclass(frozen=True)
class Sent:
    """One accepted file: who sent it, for which days, and its rows as far as its form asks for them."""

    file_name: str
    report: Report
    unit: Stretch
    rows: dict[str, list[Row]]

    @property
    def year(self) -> int:
        """The year that it reports on."""
        return self.report.period.period_end.year

    @property
    def level(self) -> str:
        """Whether a grassroots unit or a superior body sent it."""
        return "unit" if self.unit.level_code == "co_so" else "bloc"

    @property
    def is_cumulative(self) -> bool:
        """It covers the year from its first day."""
        return self.report.period.period_start == date(self.year, 1, 1)

    @property
    def version(self) -> tuple[int, date]:
        """What orders the versions of one report."""
        revision, day = self.report.cover.get("revision", 1), self.report.cover["report_date"]
        assert isinstance(revision, int) and isinstance(day, date)
        return revision, day


class Corpus:
    """The accepted reports of the sample, and those of them that the figures of a year rest on."""

    def __init__(self, seed: int, accepted: set[str]) -> None:
        reports = [(_file_name(r), r) for r in planned_reports(seed)]
        reports += [(f"{p.name}.xlsx", p.report) for p in planted_mistakes(seed) if p.report]
        self.accepted = [
            _sent(name, r)
            for name, r in reports
            if name in accepted and r.form.form_code == "BCDV" and r.period.kind != "R"
        ]

    @cached_property
    def current(self) -> list[Sent]:
        """The last version of each report."""
        last: dict[tuple[str, str], Sent] = {}
        for sent in sorted(self.accepted, key=lambda s: s.version):
            last[sent.report.key] = sent
        return list(last.values())

    @cached_property
    def used(self) -> list[Sent]:
        """Of each unit and year the longest cumulative report, and those that begin after it ends."""
        found = []
        for reports in grouped(self.current, lambda s: (s.unit.unit_id, s.year)).values():
            ends = [s.report.period.period_end for s in reports if s.is_cumulative]
            whole = max(ends, default=date.min)
            found += [
                s for s in reports
                if (s.report.period.period_end == whole if s.is_cumulative else s.report.period.period_start > whole)
            ]  # fmt: skip
        return found

    def rows(self, table: str, level: str | None = "unit") -> Iterator[tuple[Sent, Row]]:
        """Yield the rows of a table that count, with their report; of one level, or of all (None)."""
        for sent in self.used:
            if level in (None, sent.level):
                yield from ((sent, row) for row in sent.rows.get(table, ()))

    def last_rows(self, table: str, level: str | None = "unit") -> Iterator[tuple[Sent, Row]]:
        """Yield those of the last report of each unit's year."""
        ends: dict[tuple[int, int], date] = {}
        for s in self.used:
            key = s.unit.unit_id, s.year
            ends[key] = max(ends.get(key, date.min), s.report.period.period_end)
        for sent, row in self.rows(table, level):
            if sent.report.period.period_end == ends[sent.unit.unit_id, sent.year]:
                yield sent, row

    def reported(self, level: str = "unit") -> dict[int, set[int]]:
        """Return by year the units with a report."""
        found: dict[int, set[int]] = defaultdict(set)
        for s in self.used:
            if s.level == level:
                found[s.year].add(s.unit.unit_id)
        return found


def _file_name(report: Report) -> str:
    unit, period = report.key
    return f"{report.form.form_code}_{unit}_{period}{report.suffix}{SUFFIXES[report.look]}"


def _sent(name: str, report: Report) -> Sent:
    code, day = report.unit.unit_code, report.period.period_end
    unit = next(s for s in stretches() if s.unit_code == code and s.covers(day))
    asked = {(c.table, n) for t in report.form.tables() for c in report.form.headers(t) for n in c.columns}
    rows = {t: [{k: v for k, v in r.items() if (t, k) in asked} for r in found] for t, found in report.rows.items()}
    return Sent(name, report, unit, rows)


def number(value: object) -> float | None:
    """Return a figure that is exact, and None for a blank, "Không" and "khoảng 30"."""
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def total(values: Iterable[object]) -> float | None:
    """Add the exact figures; None when there is none."""
    exact = [n for v in values if (n := number(v)) is not None]
    return sum(exact) if exact else None


def grouped(items: Iterable[T], key: Callable[[T], K]) -> dict[K, list[T]]:
    """Gather items by key, keys in the order in which they come."""
    found: dict[K, list[T]] = {}
    for item in items:
        found.setdefault(key(item), []).append(item)
    return found


def percent(part: float | None, whole: float | None, digits: int = 1) -> float | None:
    """Return part of whole in percent, or None."""
    return round(100 * part / whole, digits) if part is not None and whole else None


def alive(day: date, level: str = "unit") -> list[Stretch]:
    """Return the units of a level on a day."""
    return [s for s in stretches() if s.covers(day) and (s.level_code == "co_so") == (level == "unit")]


def at_end(year: int) -> set[int]:
    """Return the grassroots units that exist on the last day of a year."""
    return {s.unit_id for s in alive(date(year, 12, 31))}


def family_of() -> dict[int, int]:
    """Return by unit the smallest unit that mergers and splits join it with."""
    family = {s.unit_id: s.unit_id for s in stretches()}
    joined = [(int(r["from_unit_id"]), int(r["to_unit_id"])) for r in read_data("succession.csv") if r["to_unit_id"]]
    for _ in joined:  # as often as a chain of them may be long
        for a, b in joined:
            family[a] = family[b] = min(family[a], family[b])
    return family


def of_column(rows: Iterable[tuple[Sent, Row]], column: str) -> list[object]:
    """Return the cells of one column."""
    return [row.get(column) for _, row in rows]


def units_in(rows: Iterable[tuple[Sent, Row]]) -> int:
    """Count the distinct units of rows."""
    return len({sent.unit.unit_id for sent, _ in rows})


# the answers, by number of the question -------------------------------------------------------------------------------------------


def reach_by_unit_type(c: Corpus) -> Answer:
    """01: by year and type of unit."""
    groups = grouped(c.rows("training"), lambda x: (x[0].year, x[0].unit.unit_type_code))
    return [
        (*key, units_in(rows), total(of_column(rows, "session_count")), total(of_column(rows, "attendee_count")))
        for key, rows in sorted(groups.items())
    ]


def units_with_training(c: Corpus) -> Answer:
    """02: of the units alive at the end of the year."""
    with_any = grouped(
        ((s, r) for s, r in c.rows("training") if (number(r["session_count"]) or 0) > 0), lambda x: x[0].year
    )
    answer = []
    for year in YEARS:
        due = at_end(year)
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
    """05: the first year of each unit, against those alive at the end of each year."""
    first: dict[int, int] = {}
    for sent, row in c.rows("training"):
        if row["training_kind_code"] == "quan_triet" and row["document_number"] == "32-CTr/TU":
            first[sent.unit.unit_id] = min(first.get(sent.unit.unit_id, 9999), sent.year)
    answer = []
    for year in YEARS:
        due = at_end(year)
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
    """09: no model of the sample says which code it had before, so each is one of its unit and code."""
    years: dict[int, list[int | None]] = defaultdict(list)
    for rows in grouped(c.last_rows("model"), lambda x: (x[0].unit.unit_id, x[1]["model_code"])).values():
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
    stood: dict[tuple[int, str], dict[int, str]] = defaultdict(dict)
    for s, r in c.last_rows("model", None):
        if s.year in (2023, 2024):
            stood[s.unit.unit_id, r["model_code"]][s.year] = r["status_code"]
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


def _periodic(c: Corpus, year: int) -> dict[int, list[object]]:
    found: dict[int, list[object]] = defaultdict(list)
    for sent, row in c.rows("dialogue"):
        if sent.year == year and row["dialogue_kind_code"] == "dinh_ky":
            found[sent.unit.unit_id].append(row.get("dialogue_count"))
    return found


def _compliance(c: Corpus, year: int) -> tuple[Any, ...]:
    required = 4 if year <= 2020 else 1  # of January 2021 a twelfth of four is owed too: less than one
    cells = _periodic(c, year)
    held = {u: sum(v for v in values if isinstance(v, int)) for u, values in cells.items() if all(map(_is_int, values))}
    none = [u for u, values in cells.items() if "Không" in values]
    done, owed = sum(min(n, required) for n in held.values()), required * len(held)
    rest = len(at_end(year)) - len(held) - len(none)
    rates = (percent(done, owed), percent(done, owed + required * len(none)))
    return (year, *((done, owed) if held else (None, None)), *rates, len(held), len(none), rest)


def _is_int(value: object) -> bool:
    return number(value) is not None


def dialogue_compliance(c: Corpus) -> Answer:
    """17: four a year until 2020, one since."""
    return [_compliance(c, year) for year in YEARS]


def dialogues_held(c: Corpus) -> Answer:
    """18: in two segments, with the rate of 17."""
    answer: Answer = []
    for year in YEARS:
        cells = [v for values in _periodic(c, year).values() for v in values]
        segment = 1 if year <= 2020 else 2
        answer.append((year, segment, total(cells), sum(map(_is_int, cells)), _compliance(c, year)[3]))
    return answer


def history(c: Corpus) -> Answer:
    """19: DV018 and DV023 until 2017, DV046 since."""
    answer: Answer = []
    for year in YEARS:
        for unit_id in (118, 123) if year <= 2017 else (146,):
            unit = next(s for s in stretches() if s.unit_id == unit_id and s.covers(date(year, 12, 31)))
            mine = {t: [r for s, r in c.last_rows(t) if (s.unit.unit_id, s.year) == (unit_id, year)]
                    for t in ("training", "model", "inspection", "organisation")}  # fmt: skip
            studied = total(r["session_count"] for r in mine["training"] if r["training_kind_code"] == "quan_triet")
            running = sum(r["status_code"] in RUNNING for r in mine["model"]) if mine["model"] else None
            done, members = (
                total(r.get("done_count") for r in mine["inspection"]),
                mine["organisation"][0].get("party_member_count"),
            )
            days = date(year, 1, 1), date(year, 12, 31)
            answer.append((year, unit.unit_code, unit.unit_name, *days, studied, running, done, members))
    return answer


def on_units_of_2024(c: Corpus) -> Answer:
    """20: each row where the register says that its unit is at the end of 2024, by shares where it was split."""
    answer: Answer = []
    for year, rows in sorted(
        grouped((x for x in c.rows("training") if x[0].level == "unit"), lambda x: x[0].year).items()
    ):
        placed = [(row, place, share) for sent, row in rows for place, share in places_in_2024(sent.unit.unit_id)]
        there = [p for p in placed if p[1] is not None]
        sums = [
            total(n * share for row, _, share in some if (n := number(row.get(column))) is not None)
            for some, column in ((there, "session_count"), ([p for p in placed if p[1] is None], "session_count"), (there, "attendee_count"))
        ]  # fmt: skip
        answer.append((year, *sums, len({u for _, u, _ in there}), len({u for _, u, share in there if share < 1})))
    return answer


def places_in_2024(unit_id: int) -> list[tuple[int | None, float]]:
    """Return the units alive at the end of 2024 that a unit of before became, each with its share; none of what was dissolved."""
    if unit_id in at_end(2024):
        return [(unit_id, 1.0)]
    became = [r for r in read_data("succession.csv") if r["from_unit_id"] == str(unit_id) != r["to_unit_id"]]
    return [
        (place, share * float(r["share"]))
        for r in became
        for place, share in (places_in_2024(int(r["to_unit_id"])) if r["to_unit_id"] else [(None, 1.0)])
    ]


def like_for_like(c: Corpus) -> Answer:
    """21: the units with a report of the whole year in each of 2017-2025."""
    whole = {(s.unit.unit_id, s.year) for s in c.used if s.level == "unit" and s.report.period.kind == "Y"}
    panel = {u for u, _ in whole if all((u, y) in whole for y in range(2017, 2026))}
    answer: Answer = []
    for year in range(2017, 2026):
        mine = [r for s, r in c.rows("inspection") if s.year == year and s.unit.unit_id in panel]
        running = [
            r["status_code"] in RUNNING for s, r in c.last_rows("model") if s.year == year and s.unit.unit_id in panel
        ]
        figures = total(r["planned_count"] for r in mine), total(r["done_count"] for r in mine)
        answer.append((year, len(panel), *figures, sum(running)))
    return answer


def by_superior(c: Corpus) -> Answer:
    """22: the superior on the first and on the last day of 2024 and of 2025."""
    codes = {1: "KHOI", 2: "DUUB", 3: "DUCQ"}
    answer: Answer = []
    for year in (2024, 2025):
        first, last = (
            {s.unit_id: codes[s.parent_unit_id or 0] for s in alive(d)} for d in (date(year, 1, 1), date(year, 12, 31))
        )
        for key, units in sorted(grouped(last, lambda u: (first[u], last[u])).items()):  # noqa: B023
            done = total(r["done_count"] for s, r in c.rows("inspection") if s.year == year and s.unit.unit_id in units)
            running = sum(
                r["status_code"] in RUNNING
                for s, r in c.last_rows("model")
                if s.year == year and s.unit.unit_id in units
            )
            answer.append((year, *key, len(units), len(c.reported()[year] & set(units)), done, running))
    return answer


def over_a_break(c: Corpus) -> Answer:
    """23: the form of 2023 counts attendances otherwise."""
    why = "Counts attendances; the 2013 form counted persons per session (form BCDV-2023)"
    return [
        (year, total(r["attendee_count"] for s, r in c.rows("training") if s.year == year), False, why)
        for year in (2022, 2024)
    ]


def cadres(c: Corpus) -> Answer:
    """24: one figure, or two that are both known."""
    answer: Answer = []
    for year in YEARS:
        rows = [r for s, r in c.last_rows("organisation") if s.year == year]
        known = [n for r in rows if (n := _cadres(r)) is not None]
        answer.append((year, sum(known) if known else None, len(known), len(rows)))
    return answer


def _cadres(row: Row) -> float | None:
    parts = number(row.get("cadre_full_time_count")), number(row.get("cadre_part_time_count"))
    if (one := number(row.get("cadre_count"))) is not None:
        return one
    return None if None in parts else sum(p for p in parts if p is not None)


def as_known_then(c: Corpus) -> Answer:
    """25: the demo has one release, so what was known then is what is known now."""
    answer: Answer = []
    for (year, level, studied, *_), (*_, done) in zip(sessions_by_year(c), inspections(c), strict=True):
        received = sum(s.level == level and s.year == year and s.report.period.kind == "Y" for s in c.current)
        known = received if level == "unit" else None  # no report is due of a superior body
        answer.append((year, level, known, known, studied, studied, done, done))
    return answer


def mean_per_unit(c: Corpus) -> Answer:
    """28: over the units that reported the whole year and gave a number."""
    answer: Answer = []
    for year in YEARS:
        of_unit = grouped((x for x in c.rows("inspection") if x[0].year == year), lambda x: x[0].unit.unit_id)
        whole = {s.unit.unit_id for s in c.used if s.year == year and s.report.period.kind == "Y"}
        sums = {u: total(of_column(rows, "done_count")) for u, rows in of_unit.items()}
        known = [n for u, n in sums.items() if u in whole and n is not None]
        mean = round(sum(known) / len(known), 2) if known else None
        answer.append((year, len(at_end(year)), len(known), total(sums.values()), mean))
    return answer


def half_years(c: Corpus) -> Answer:
    """29: of the units whose half-year and year both stand."""
    sent = {(s.unit.unit_id, s.year, s.report.period.kind): s for s in c.current}
    answer: Answer = []
    for year in YEARS:
        pairs = [
            (h, sent[u, y, "Y"])
            for (u, y, kind), h in sent.items()
            if y == year and kind == "H1" and (u, y, "Y") in sent
        ]
        sums = [tuple(total(r.get("done_count") for r in s.rows["inspection"]) for s in pair) for pair in pairs]
        both = [(h, y) for h, y in sums if h is not None and y is not None]
        half, whole = total(h for h, _ in both), total(y for _, y in both)
        answer.append((year, len(pairs), len(both), half, whole, percent(half, whole)))
    return answer


def petitions(c: Corpus) -> Answer:
    """31: over the cells that state both."""
    answer: Answer = []
    for year in YEARS:
        rows = [x for x in c.rows("dialogue") if x[0].year == year]
        raised = [x for x in rows if _is_int(x[1].get("petition_raised_count"))]
        both = [x for x in raised if _is_int(x[1].get("petition_settled_count"))]
        settled = total(of_column(both, "petition_settled_count"))
        rate = percent(settled, total(of_column(both, "petition_raised_count")))
        answer.append((year, total(of_column(raised, "petition_raised_count")), settled, rate, units_in(both)))
    return answer


def late_three_times(c: Corpus) -> Answer:
    """32: yearly reports by the date of their first version."""
    late: dict[str, list[tuple[int, int, str]]] = defaultdict(list)
    for key, versions in grouped(
        (s for s in c.accepted if s.level == "unit" and s.report.period.kind == "Y"), lambda s: s.report.key
    ).items():
        first = versions[0]
        days = (min(s.version[1] for s in versions) - first.report.period.period_end).days - LAST_DAY
        if days > 0:
            late[key[0]].append((first.year, days, first.unit.unit_name))
    often = [(code, sorted(found)) for code, found in late.items() if len(found) >= 3]
    return [
        (code, found[-1][2], len(found), max(d for _, d, _ in found), ", ".join(f"{y}-Y" for y, *_ in found))
        for code, found in sorted(often, key=lambda x: (-len(x[1]), x[0]))
    ]


def limitations(c: Corpus) -> Answer:
    """33: distinct units by year and topic."""
    rows = [x for x in c.rows("issue") if x[1]["issue_kind_code"] == "han_che"]
    return [
        (*key, units_in(found))
        for key, found in sorted(grouped(rows, lambda x: (x[0].year, x[1]["issue_topic_code"])).items())
    ]


def party_members(c: Corpus) -> Answer:
    """34: of the units that exist at the end of the year."""
    answer: Answer = []
    for year in YEARS:
        units = at_end(year)
        known = [
            r.get("party_member_count")
            for s, r in c.last_rows("organisation")
            if s.year == year and s.unit.unit_id in units
        ]
        answer.append((year, total(known), sum(map(_is_int, known)), len(units)))
    return answer


#: by number of the question; 26 and 27 need two releases and 30 its files: they have tests of their own
ANSWERS: dict[str, Callable[[Corpus], Answer]] = {
    "01": reach_by_unit_type, "02": units_with_training, "03": sessions_by_year, "04": training_by_kind, "05": rollout,
    "06": member_attendance, "07": models_by_status, "08": units_with_models, "09": recognised_then_replicated,
    "10": copied_models, "11": status_flow, "12": inspections, "13": inspecting_units, "14": good_ratings,
    "15": recurring_findings, "16": overdue, "17": dialogue_compliance, "18": dialogues_held, "19": history,
    "20": on_units_of_2024, "21": like_for_like, "22": by_superior, "23": over_a_break, "24": cadres, "25": as_known_then,
    "28": mean_per_unit, "29": half_years, "31": petitions, "32": late_three_times, "33": limitations, "34": party_members,
}  # fmt: skip
