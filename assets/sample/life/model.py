"""The rows of the models in a period: yearly reports move a model on, shorter ones repeat where it stood.

Does not belong here: the paths themselves (assets.sample.models).
"""

from __future__ import annotations

from datetime import date

from assets.sample.chance import chance
from assets.sample.life.people import FIGURES_SINCE
from assets.sample.models import ENDED, Model, models_of
from assets.sample.register import Stretch
from warehouse.periods import Period

_SCORED = ("cong_nhan", "nhan_rong")


def model_rows(seed: int, unit: Stretch, period: Period) -> list[dict[str, object]]:
    """Return one row per model of the unit that is running, or ended this year."""
    year = period.year if period.kind == "Y" else period.year - 1
    rows = []
    for model in models_of(seed, unit.unit_code):
        status = model.statuses.get(year)
        if status is None or (period.kind != "Y" and status in ENDED):
            continue
        rows.append(_row(seed, model, status, year, period))
    return rows


def level_on(level: str, day: date) -> str:
    """Return the level that stands for ``level`` on ``day``: blocs ended in February 2025, districts in June."""
    if level == "khoi" and day > date(2025, 2, 28):
        return "dang_uy_moi"
    return "co_so" if level == "huyen" and day > date(2025, 6, 30) else level


def _row(seed: int, model: Model, status: str, year: int, period: Period) -> dict[str, object]:
    row: dict[str, object] = {
        "model_code": model.model_code,
        "model_title": model.model_title,
        "field_code": model.field_code,
        "model_kind_code": model.model_kind_code,
        "model_subject_code": model.model_subject_code,
        "status_code": status,
        "level_code": level_on(model.level_code, model.recognised_by(year) or period.period_end),
        "start_date": model.start_date,
        "recognised_date": model.recognised_by(year),
        "replicated_from_code": model.replicated_from_code,
        "model_code_before": model.model_code_before,
    }
    rng = chance(seed, model.model_code, "partners")
    partners, score = rng.randint(0, 4), rng.randint(75, 98)
    if period.year >= FIGURES_SINCE:
        row["partner_unit_count"] = partners
    if status in _SCORED:
        row["score"] = score
    return row
