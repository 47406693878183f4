"""Study sessions, skills classes and defence-security education.

Until 2016 only what the founding document counts: the roll-out of 32-CTr/TU, and the bloc's own session and class.
Does not belong here: other tables.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from random import Random

from assets.sample.chance import chance, day_in, pick
from assets.sample.life.people import FIGURES_SINCE, member_count
from assets.sample.register import Stretch, read_data
from warehouse.periods import Period

ROLLED_OUT = ("32-CTr/TU", date(2013, 8, 30))
#: the documents that units roll out in a year, as printed; the second spelling is the wrong one that some units copy
_DOCUMENTS: dict[int, tuple[tuple[str, date | None], ...]] = {
    2017: (("05-CT/TW", date(2016, 5, 15)), ("05-CT/TW", date(2016, 2, 15)), ("60/NĐ-CP", None)),
    2019: (("149/2018/NĐ-CP", date(2018, 11, 7)),),
    2021: (("145/2020/NĐ-CP", date(2020, 12, 14)),),
    2023: (("10/2022/QH15", date(2022, 11, 10)),),
}
_BLOC_EVENTS = {
    2013: ("quan_triet", *ROLLED_OUT, 175, None, date(2013, 9, 20)),
    2014: ("tap_huan", None, None, 77, "ban_dan_van_tinh_uy", date(2014, 5, 14)),
}


@dataclass(frozen=True, slots=True)
class Session:
    """Sessions or classes of one kind held on (or around) one day."""

    day: date
    row: dict[str, object]


def training_rows(seed: int, unit: Stretch, period: Period) -> list[dict[str, object]]:
    """Return one row for each event in the period."""
    events = _events(seed, unit, period.year)
    return [dict(e.row) for e in events if period.period_start <= e.day <= period.period_end]


def _events(seed: int, unit: Stretch, year: int) -> list[Session]:
    if year >= FIGURES_SINCE:
        return _usual(seed, unit, year)
    return _rollout(seed, unit, year) if unit.level_code == "co_so" else _of_bloc(year)


def _of_bloc(year: int) -> list[Session]:
    if year not in _BLOC_EVENTS:
        return []
    kind, number, issued, attendees, partner, day = _BLOC_EVENTS[year]
    row = {"training_kind_code": kind, "document_number": number, "document_date": issued, "session_count": 1}
    return [Session(day, {**row, "attendee_count": attendees, "co_organiser_code": partner})]


def _rollout(seed: int, unit: Stretch, year: int) -> list[Session]:
    """The unit's roll-out of 32-CTr/TU, in its one year, as the data file divides the founding figures."""
    for r in read_data("rollout.csv"):
        if r["unit_code"] == unit.unit_code and int(r["year"]) == year:
            months = range(9, 12) if year == ROLLED_OUT[1].year else range(2, 6)
            part, whole = int(r["member_attended_count"]), int(r["member_total_count"])
            row = {
                **_session("quan_triet", ROLLED_OUT, int(r["session_count"]), int(r["attendee_count"])),
                **_members(part, whole, int(r["digits"])),
            }
            return [Session(day_in(chance(seed, unit.unit_code, "rollout"), year, months), row)]
    return []


def _usual(seed: int, unit: Stretch, year: int) -> list[Session]:
    rng = chance(seed, unit.unit_code, year, "training")
    members = member_count(seed, unit.unit_code, year)
    found = []
    if documents := _DOCUMENTS.get(year):
        cited = documents[min(int(rng.random() * 8), len(documents) - 1) if rng.random() < 0.3 else 0]
        found.append(_study(rng, year, cited, members))
    elif rng.random() < 0.06:
        found.append(_study(rng, year, (None, None), members))
    if rng.random() < 0.35:
        found.append(_class(rng, year, "tap_huan", members))
    if rng.random() < 0.3:
        found.append(_class(rng, year, "boi_duong_qpan", members))
    return sorted(found, key=lambda e: e.day)


def _study(rng: Random, year: int, cited: tuple[str | None, date | None], members: int) -> Session:
    part = members - rng.choice((0, 0, 0, 1, 2))
    sessions = 1 + members // 45
    row = {
        **_session("quan_triet", cited, sessions, part + rng.randint(0, members)),
        **_members(part, members, rng.randint(0, 2)),
        "audience_code": pick(rng, [("nguoi_lao_dong", 3.0), ("dang_vien", 1.0)]),
    }
    return Session(day_in(rng, year, range(1, 12)), row)


def _class(rng: Random, year: int, kind: str, members: int) -> Session:
    day = day_in(rng, year, range(3, 12))
    province = "ban_dan_van_tinh_uy" if day < date(2025, 2, 1) else "ban_tuyen_giao_dan_van_tinh_uy"
    partners = [("ban_chi_huy_quan_su", 1.0)] if kind == "boi_duong_qpan" else [
        (province, 2.0), ("trung_tam_chinh_tri", 1.0), ("khong_phoi_hop", 2.0)]  # fmt: skip
    partner = pick(rng, partners)
    if day.year == 2025 and partner == province:
        partner = "ban_tuyen_giao_dan_van_tinh_uy"  # the only name valid on the last day of any period of 2025
    row = {
        **_session(kind, (None, None), 1, rng.randint(5, 10 + members)),
        "co_organiser_code": partner,
        "day_count": rng.randint(1, 3),
        "audience_code": "can_bo_dan_van" if kind == "tap_huan" else "nguoi_lao_dong",
    }
    return Session(day, row)


def _session(kind: str, cited: tuple[str | None, date | None], sessions: int, attendees: int) -> dict[str, object]:
    return {
        "training_kind_code": kind,
        "document_number": cited[0],
        "document_date": cited[1],
        "session_count": sessions,
        "attendee_count": attendees,
    }


def _members(part: int, whole: int, digits: int) -> dict[str, object]:
    return {
        "member_attended_count": part,
        "member_total_count": whole,
        "member_rate_stated": round(100.0 * part / whole, digits),
        "member_rate_digits": digits,
    }
