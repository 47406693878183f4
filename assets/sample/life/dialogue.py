"""Dialogues under the norm in force, petitions raised there, and issues by topic.

Until 2016 the form and the topic only: the founding document gives no number.
Does not belong here: which reports are sent (plan).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from random import Random

from assets.sample.chance import chance, day_in, pick
from assets.sample.life.people import FIGURES_SINCE, employee_count
from assets.sample.register import Stretch
from warehouse.norms import DialogueNorm, dialogue_norms
from warehouse.periods import Period

_TOPICS = [
    ("viec_lam", 3.0), ("tien_luong", 4.0), ("doi_song", 3.0), ("quyen_loi", 2.0), ("dan_chu_co_so", 1.0),
]  # fmt: skip
_LIMITATIONS = ["phan_tan", "trien_khai_nghi_quyet", "bao_cao_vien", "tuyen_truyen", "hinh_thuc", "it_mo_hinh"]
_NONE = "Không"


@dataclass(frozen=True, slots=True)
class Dialogue:
    """One dialogue: its kind, day, participants and the petitions raised, settled, passed up, pending."""

    kind: str
    day: date
    people: int
    petitions: tuple[int, int, int, int]


def dialogue_rows(seed: int, unit: Stretch, period: Period) -> list[dict[str, object]]:
    """Return one row per kind of dialogue held in the period; none held at all is stated as 0 or "Không"."""
    if unit.level_code != "co_so":
        return []
    if period.year < FIGURES_SINCE:
        return [{"dialogue_kind_code": "dinh_ky"}] if period.kind == "Y" else []
    held = [d for d in _dialogues(seed, unit, period.year) if period.period_start <= d.day <= period.period_end]
    rows = [_row([d for d in held if d.kind == kind], kind) for kind in dict.fromkeys(d.kind for d in held)]
    if not any(r["dialogue_kind_code"] == "dinh_ky" for r in rows):
        word: object = _NONE if chance(seed, unit.unit_code, "none").random() < 0.4 else 0
        rows.insert(0, {"dialogue_kind_code": "dinh_ky", "dialogue_count": word})
    return rows


def issue_rows(seed: int, unit: Stretch, period: Period) -> list[dict[str, object]]:
    """Return grievances and petitions by topic with counts, and one limitation as a code."""
    rng = chance(seed, unit.unit_code, period.year, "issue")
    limitation: dict[str, object] = {
        "issue_kind_code": "han_che",
        "issue_topic_code": rng.choice(_LIMITATIONS),
        "issue_status_code": "dang_thuc_hien",
    }
    rows = [limitation] if period.kind == "Y" and rng.random() < 0.4 else []
    if period.year < FIGURES_SINCE or unit.level_code != "co_so":
        return rows
    for kind in ("buc_xuc", "kien_nghi"):
        topic, day = pick(rng, _TOPICS), day_in(rng, period.year, range(1, 13))
        count, present = rng.randint(1, 5), rng.random() < 0.5
        settled = rng.randint(0, count)
        if present and period.period_start <= day <= period.period_end:
            status = "hoan_thanh" if settled == count else "dang_thuc_hien"
            rows.append(
                {"issue_kind_code": kind, "issue_topic_code": topic, "issue_count": count,
                 "settled_count": settled, "issue_status_code": status}
            )  # fmt: skip
    return rows


def _norm_on(day: date) -> DialogueNorm:
    return next(n for n in dialogue_norms() if n.valid_from <= day and (n.valid_to is None or day <= n.valid_to))


def _dialogues(seed: int, unit: Stretch, year: int) -> list[Dialogue]:
    rng = chance(seed, unit.unit_code, year, "dialogue")
    required = _norm_on(date(year, 12, 31)).required_per_year
    zeal = chance(seed, unit.unit_code, "zeal").random()  # some units fall short of the norm year after year
    count = required if zeal < 0.7 else max(0, required - rng.randint(1, 3))
    most = max(6, employee_count(seed, unit.unit_code, year) // 2)
    months = (2, 5, 8, 11) if required == 4 else (rng.choice((3, 4, 9, 10)),)
    found = [_dialogue(rng, "dinh_ky", date(year, m, rng.randint(1, 28)), most) for m in months[:count]]
    if rng.random() < 0.7:
        kind = "hoi_nghi_cbccvc" if unit.unit_type_code in ("co_quan_dang", "co_quan_nha_nuoc") else "hoi_nghi_nld"
        found.append(_dialogue(rng, kind, day_in(rng, year, (1, 2, 3)), most))
    if required == 1 and rng.random() < 0.25:
        found.append(_dialogue(rng, "yeu_cau", day_in(rng, year, range(1, 13)), most))
    return found


def _dialogue(rng: Random, kind: str, day: date, most: int) -> Dialogue:
    raised = rng.choice((0, 1, 2, 3, 5, 8))
    passed = rng.randint(0, raised // 3)
    pending = rng.randint(0, (raised - passed) // 3)
    return Dialogue(kind, day, rng.randint(5, most), (raised, raised - passed - pending, passed, pending))


def _row(held: list[Dialogue], kind: str) -> dict[str, object]:
    raised, settled, passed, pending = (sum(d.petitions[i] for d in held) for i in range(4))
    return {
        "dialogue_kind_code": kind,
        "holding_unit_count": 1,
        "dialogue_count": len(held),
        "participant_count": sum(d.people for d in held),
        "petition_raised_count": raised,
        "petition_settled_count": settled,
        "petition_passed_count": passed,
        "petition_pending_count": pending,
    }
