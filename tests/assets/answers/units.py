"""Answers about dialogues, units through time, coverage and single topics; see tests.assets.answers."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Any

from assets.sample.register import read_data, stretches
from tests.assets.answers.corpus import (
    YEARS,
    Answer,
    Corpus,
    Row,
    alive,
    at_end,
    days_in,
    due_report,
    grouped,
    lived,
    number,
    of_column,
    percent,
    total,
    units_in,
)
from tests.assets.answers.work import RUNNING, inspections, sessions_by_year

#: days after the end of a year through which a report is in time, those of grace included
LAST_DAY = 30


def _periodic(c: Corpus, year: int) -> dict[int, list[object]]:
    found: dict[int, list[object]] = defaultdict(list)
    for sent, row in c.rows("dialogue"):
        if sent.year == year and row["dialogue_kind_code"] == "dinh_ky":
            found[sent.unit.unit_id].append(row.get("dialogue_count"))
    return found


def _required(year: int, unit_id: int) -> int:
    """Four a year through January 2021 and one since, by the share of the year in which the unit exists; at least one."""
    first, last = days_in(year)[unit_id]
    of_old = max(0, (min(last, date(2021, 1, 31)) - first).days + 1)
    days = (date(year, 12, 31) - date(year, 1, 1)).days + 1
    return max(1, (4 * of_old + (lived(year, unit_id) - of_old)) // days)


def _compliance(c: Corpus, year: int) -> tuple[Any, ...]:
    cells = _periodic(c, year)
    held = {u: sum(v for v in values if isinstance(v, int)) for u, values in cells.items() if all(map(_is_int, values))}
    none = [u for u, values in cells.items() if "Không" in values]
    done, owed = sum(min(n, _required(year, u)) for u, n in held.items()), sum(_required(year, u) for u in held)
    rest = len(days_in(year)) - len(held) - len(none)
    rates = (percent(done, owed), percent(done, owed + sum(_required(year, u) for u in none)))
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
        received = sum(
            s.level == level == "unit"
            and s.year == year
            and s.report.period.period_id == due_report(year, s.unit.unit_id)
            for s in c.current
        )
        known = received if level == "unit" else None  # no report is due of a superior body
        answer.append((year, level, known, known, studied, studied, done, done))
    return answer


def mean_per_unit(c: Corpus) -> Answer:
    """28: over the units that reported all their days and gave a number, each by its share of the year."""
    answer: Answer = []
    for year in YEARS:
        of_unit = grouped((x for x in c.rows("inspection") if x[0].year == year), lambda x: x[0].unit.unit_id)
        whole = {
            s.unit.unit_id
            for s in c.used
            if s.level == "unit" and s.year == year and s.report.period.period_id == due_report(year, s.unit.unit_id)
        }
        sums = {u: total(of_column(rows, "done_count")) for u, rows in of_unit.items()}
        known = {u: n for u, n in sums.items() if u in whole and n is not None}
        years = sum(lived(year, u) for u in known) / ((date(year, 12, 31) - date(year, 1, 1)).days + 1)
        mean = round(sum(known.values()) / years, 2) if known else None
        answer.append((year, len(days_in(year)), len(known), total(sums.values()), mean))
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
