"""Headcounts and the organisation table: members, employees, the person in charge as a role.

Does not belong here: names of anybody.
"""

from __future__ import annotations

from functools import cache

from assets.sample.chance import chance, pick
from assets.sample.register import Stretch, read_data
from warehouse.periods import Period

FIGURES_SINCE = 2017
JUMP_UNIT, JUMP_YEAR, JUMP = "DV040", 2022, 1.7
_BORN = {
    "DV046": 33, "DV047": 32, "DV048": 21, "DV049": 9, "DV050": 31, "DV051": 8, "DV052": 4, "DV053": 27, "DV054": 15, "DV055": 12,
}  # fmt: skip
_BODIES = {"KHOI": 14, "DUUB": 22, "DUCQ": 18}


@cache
def _members_at_first() -> dict[str, int]:
    return {r["unit_code"]: int(r["member_total_count"]) for r in read_data("rollout.csv")} | _BORN | _BODIES


@cache
def member_count(seed: int, unit_code: str, year: int) -> int:
    """Return the party members of a unit in ``year``: slow growth, and one planted jump."""
    trend = 1 + 0.015 * (year - 2013) + chance(seed, unit_code, year, "members").uniform(-0.03, 0.03)
    jump = JUMP if unit_code == JUMP_UNIT and year >= JUMP_YEAR else 1.0
    return max(3, round(_members_at_first()[unit_code] * trend * jump))


def employee_count(seed: int, unit_code: str, year: int) -> int:
    """Return the employees of a unit in ``year``."""
    return member_count(seed, unit_code, year) * chance(seed, unit_code, "employees").randint(3, 9)


def organisation_rows(seed: int, unit: Stretch, period: Period) -> list[dict[str, object]]:
    """Return the single row of the table; headcounts are blank before 2017, where the founding document gives none."""
    rng = chance(seed, unit.unit_code, "organisation")
    has_committee = unit.party_kind_code != "chi_bo_co_so" or rng.random() < 0.6
    role = pick(rng, [("pho_bi_thu", 3.0), ("cap_uy_vien", 2.0)])
    row: dict[str, object] = {
        "is_person_assigned": True,
        "person_role_code": role if unit.level_code == "co_so" else "pho_bi_thu",
        "has_committee": has_committee,
        "has_committee_rules": has_committee and rng.random() < 0.9,
        "has_inspection_plan": True,
    }
    if period.year < FIGURES_SINCE:
        return [row]
    full, part = rng.randint(0, 1), rng.randint(1, 3)
    employees = employee_count(seed, unit.unit_code, period.year)
    about = rng.random() < 0.04  # a few units only ever write round figures
    row |= {
        "party_member_count": member_count(seed, unit.unit_code, period.year),
        "employee_count": f"khoảng {round(employees, -1)}" if about else employees,
        "cadre_full_time_count": full,
        "cadre_part_time_count": part,
        "cadre_count": full + part,
    }
    return [row]
