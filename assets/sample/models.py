"""The "Dân vận khéo" models of the sample bloc and the path each takes over the years.

Belongs here: the 31 models of the founding document and those begun after 2016. Does not: other tables (life).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from functools import cache

from assets.sample.chance import chance, day_in, pick
from assets.sample.register import first_day, predecessors_of, read_data
from warehouse.codes import status_path

LAST_YEAR = 2025
FIRST_NEW_YEAR = 2017
MOST_MODELS = 3
#: the first year whose form asks for the code that a model had before
FIRST_CARRIED_YEAR = 2023
_LIKELY = {
    "dang_ky": [("trien_khai", 8.0), ("khong_dat", 1.0), ("ket_thuc", 0.5)],
    "trien_khai": [("duy_tri", 5.0), ("cong_nhan", 3.0), ("trien_khai", 1.5), ("khong_dat", 0.5)],
    "duy_tri": [("duy_tri", 4.0), ("cong_nhan", 4.0), ("ket_thuc", 2.0)],
    "cong_nhan": [("nhan_rong", 3.0), ("duy_tri", 3.0), ("cong_nhan", 2.0), ("ket_thuc", 2.0)],
    "nhan_rong": [("duy_tri", 4.0), ("nhan_rong", 2.0), ("ket_thuc", 4.0)],
}
ENDED = ("ket_thuc", "khong_dat")
_RECOGNISED = ("cong_nhan", "nhan_rong")


@dataclass(frozen=True, slots=True)
class Model:
    """One model: what never changes, and its status at the end of each year that reports it."""

    model_code: str
    model_title: str
    field_code: str
    model_kind_code: str
    model_subject_code: str
    level_code: str
    start_date: date
    statuses: dict[int, str]
    replicated_from_code: str | None = None
    model_code_before: str | None = None

    def recognised_by(self, year: int) -> date | None:
        """Return the day of its first recognition if that was in or before ``year``."""
        first = next((y for y, s in sorted(self.statuses.items()) if s in _RECOGNISED), None)
        if first is None or first > year:
            return None
        return date(first, 9 + len(self.model_title) % 4, 1 + len(self.model_title) % 27)


@cache
def models_of(seed: int, unit_code: str) -> tuple[Model, ...]:
    """Return the models of a unit, oldest first."""
    own = [_founding(seed, r) for r in read_data("founding_models.csv") if r["unit_code"] == unit_code]
    own += _carried(seed, unit_code)
    for year in range(max(FIRST_NEW_YEAR, first_day(unit_code).year + 1), LAST_YEAR + 1):
        running = sum(year in m.statuses for m in own)
        if running < MOST_MODELS and chance(seed, unit_code, year, "new model").random() < 0.22:
            own.append(_begun(seed, unit_code, year, len(own) + 1))
    return tuple(own)


def _founding(seed: int, row: dict[str, str]) -> Model:
    stated = {y: row[f"status_{y}"] for y in (2014, 2015, 2016) if row[f"status_{y}"]}
    return Model(
        row["model_code"],
        row["model_title"],
        row["field_code"],
        row["model_kind_code"],
        row["model_subject_code"],
        row["level_code"],
        date.fromisoformat(row["start_date"]),
        _walk(seed, row["model_code"], stated),
    )


def _carried(seed: int, unit_code: str) -> list[Model]:
    """The models that units had when they were merged into this one, under codes of its own."""
    found = [
        (unit.unit_code, model)
        for unit, day in predecessors_of(unit_code)
        if day.year >= FIRST_CARRIED_YEAR
        for model in models_of(seed, unit.unit_code)
        if model.statuses.get(day.year - 1, "ket_thuc") not in ENDED
    ]
    return [
        replace(m, model_code=f"{unit_code}-{n:02d}", model_code_before=f"{before}/{m.model_code}")
        for n, (before, m) in enumerate(found, start=1)
    ]


def _begun(seed: int, unit_code: str, year: int, number: int) -> Model:
    code = f"{unit_code}-{number:02d}"
    rng = chance(seed, code, "model")
    titles = [t for t in read_data("model_titles.csv") if year >= 2023 or t["field_code"] != "NTM"]
    title = rng.choice(titles)
    elsewhere = "DV004-01" if year >= 2023 and rng.random() < 0.2 and unit_code != "DV004" else None
    kind = pick(rng, [("mo_hinh", 4.0), ("dien_hinh", 1.0)])
    return Model(
        code,
        title["model_title"],
        title["field_code"],
        kind,
        "ca_nhan" if kind == "dien_hinh" and rng.random() < 0.5 else "tap_the",
        pick(rng, [("co_so", 5.0), ("khoi", 3.0), ("tinh", 1.0)]),
        day_in(rng, year, range(1, 10)),
        _walk(seed, code, {year: "dang_ky"}),
        elsewhere,
    )


def _walk(seed: int, code: str, stated: dict[int, str]) -> dict[int, str]:
    """Carry a model on from its last stated year, one allowed step a year, until it ends."""
    statuses = dict(stated)
    last = max(stated)
    status = stated[last]
    for year in range(last + 1, LAST_YEAR + 1):
        if status not in _LIKELY:
            break
        step = pick(chance(seed, code, year, "step"), _LIKELY[status])
        status = step if step == status or (status, step) in status_path() else status
        statuses[year] = status
    return statuses
