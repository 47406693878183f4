"""Inspections, their rating, what they found and how it was mended.

Until 2016 a programme "carried out as planned" without a number, as the founding document states it.
Does not belong here: other tables.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from random import Random

from assets.sample.chance import chance, day_in, later, pick
from assets.sample.life.people import FIGURES_SINCE
from assets.sample.register import Stretch
from warehouse.codes import code_lists
from warehouse.periods import Period

_CATEGORIES = [
    ("phan_tan", 1.0), ("trien_khai_nghi_quyet", 2.0), ("bao_cao_vien", 1.0), ("tuyen_truyen", 2.0),
    ("hinh_thuc", 2.0), ("tham_muu", 1.0), ("it_mo_hinh", 1.0), ("cham_nhan_rong", 1.0),
]  # fmt: skip
_RATINGS = [("xuat_sac", 1.0), ("tot", 5.0), ("hoan_thanh", 2.0), ("khong_hoan_thanh", 0.3)]
_SCORES = {"xuat_sac": (90, 98), "tot": (72, 89), "hoan_thanh": (52, 69), "khong_hoan_thanh": (35, 49)}
_SCORED_SCHEME = "366-QD/TW"
_EARLY_MONTHS = (1, 2, 4, 5, 7, 8, 10, 11)  # leaves a month in the quarter to mend what was found


@dataclass(frozen=True, slots=True)
class Visit:
    """One planned inspection: its item of the programme, the day, whether it took place and what it found."""

    code: str
    day: date
    done: bool
    found: tuple[dict[str, object], ...]


def inspection_rows(seed: int, unit: Stretch, period: Period) -> list[dict[str, object]]:
    """Return one row per item of the programme that has a visit in the period."""
    if period.year < FIGURES_SINCE:
        return [_claim(unit)] if period.kind == "Y" else []
    visits = [v for v in _visits(seed, unit, period.year) if period.period_start <= v.day <= period.period_end]
    codes = sorted({v.code for v in visits})
    return [_item(seed, unit, period, code, [v for v in visits if v.code == code]) for code in codes]


def finding_rows(seed: int, unit: Stretch, period: Period) -> list[dict[str, object]]:
    """Return what the visits of the period found, by inspection and category."""
    if period.year < FIGURES_SINCE:
        return []
    visits = [v for v in _visits(seed, unit, period.year) if period.period_start <= v.day <= period.period_end]
    return [{"inspection_code": v.code, **f} for v in visits for f in v.found]


def _claim(unit: Stretch) -> dict[str, object]:
    return {
        "inspection_code": "KT01",
        "inspection_kind_code": "kiem_tra",
        "inspection_mode_code": "dinh_ky",
        "inspection_actor_code": "chi_bo" if unit.party_kind_code == "chi_bo_co_so" else "cap_uy",
        "inspection_object_code": "to_chuc",
        "is_on_plan": True,
    }


def _visits(seed: int, unit: Stretch, year: int) -> list[Visit]:
    rng = chance(seed, unit.unit_code, year, "inspection")
    visits = []
    for number in range(1, 1 + rng.randint(1, 3 if unit.party_kind_code != "chi_bo_co_so" else 2)):
        code = f"{'GS' if number == 2 else 'KT'}{number:02d}"
        for _ in range(rng.randint(1, 3)):
            day = day_in(rng, year, _EARLY_MONTHS, 25)
            done = rng.random() < 0.93
            visits.append(Visit(code, day, done, _findings(rng, day) if done else ()))
    return sorted(visits, key=lambda v: (v.day, v.code))


def _findings(rng: Random, day: date) -> tuple[dict[str, object], ...]:
    if rng.random() < 0.45:
        return ()
    count = rng.randint(1, 3)
    mended = rng.randint(0, count)
    return (
        {
            "finding_category_code": pick(rng, _CATEGORIES),
            "found_count": count,
            "found_date": day,
            "remedy_due_date": later(rng, day, 30, 90),
            "remedied_count": mended,
            "remedied_date": later(rng, day, 7, 25) if mended else None,
        },
    )


def _item(seed: int, unit: Stretch, period: Period, code: str, visits: list[Visit]) -> dict[str, object]:
    rng = chance(seed, unit.unit_code, period.year, code)
    small = unit.party_kind_code == "chi_bo_co_so"
    done = [v.day for v in visits if v.done]
    row: dict[str, object] = {
        "inspection_code": code,
        "inspection_kind_code": "giam_sat" if code.startswith("GS") else "kiem_tra",
        "inspection_mode_code": pick(rng, [("dinh_ky", 3.0), ("chuyen_de", 2.0), ("thuong_xuyen", 1.0)]),
        "inspection_actor_code": "chi_bo" if small else pick(rng, [("cap_uy", 2.0), ("ubkt", 2.0)]),
        "inspection_object_code": pick(rng, [("to_chuc", 2.0), ("dang_vien", 2.0), ("nguoi_dung_dau", 1.0)]),
        "planned_count": len(visits),
        "done_count": len(done),
        "is_on_plan": len(done) == len(visits),
        "inspected_date": max(done, default=None),
    }
    return row | (_rating(rng, max(done), period.period_end) if done else {})


def _rating(rng: Random, day: date, period_end: date) -> dict[str, object]:
    """Rate under the rule-book that was in force on the day and still is at the end of the period; else no rating."""
    rating = pick(rng, _RATINGS)
    low, high = _SCORES[rating]
    score = rng.randint(low, high)
    scheme = next((c.code for c in code_lists()["rating_scheme"] if c.valid_on(day) and c.valid_on(period_end)), None)
    if scheme is None:
        return {}
    rated: dict[str, object] = {"rating_scheme_code": scheme, "rating_code": rating}
    return rated | ({"rating_score": score} if scheme == _SCORED_SCHEME else {})
