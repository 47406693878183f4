"""How far a register or a replay may go by itself: what one comes to, held against declared shares.

Read from a staging database that has judged a batch. Does not belong here: the judging (assets.judge_files), what becomes of a
register that is held (assets.confirm).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from warehouse.catalog import PUBLISHED, is_attached
from warehouse.check import Declared, build
from warehouse.forms import register_form
from warehouse.registers import CONFIRMED
from warehouse.source import Source, per_root

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import duckdb

GUARD = "warehouse/guard.yaml"
#: so many reasons of a replay that is held are told, the most frequent first
_TOLD = 5


class ReplayHeldError(Exception):
    """A replay would reject more accepted reports than it may by itself; nothing was written."""

    @classmethod
    def of(cls, found: Effect, reasons: Sequence[tuple[str, int]]) -> ReplayHeldError:
        """Say how many, by which findings, and how to go on."""
        told = ", ".join(f"{code} {n:,}" for code, n in reasons[:_TOLD]) + (", ..." if len(reasons) > _TOLD else "")
        return cls(
            f"REPLAY-HELD: it would reject {found.reports_lost:,} of {found.reports:,} accepted reports ({told}); nothing was "
            "written. danvan check tells of one file what is found; if that is right: danvan replay ... --confirm, or in a run's "
            "config confirm_replay: true"
        )


@dataclass(frozen=True, slots=True)
class Limit(Declared):
    """More than ``percent`` of what there was, and no fewer than ``least``, is too much."""

    percent: float
    least: int

    def is_passed(self, lost: int, of: int) -> bool:
        """Tell whether ``lost`` of ``of`` are too many."""
        return lost >= self.least and lost * 100 > self.percent * of


@dataclass(frozen=True, slots=True)
class Guard(Declared):
    """The limits of both things that a register can do to what stands."""

    reports_lost: Limit
    units_ended: Limit

    def is_passed(self, effect: Effect) -> bool:
        """Tell whether a register goes further than it may by itself."""
        return self.reports_lost.is_passed(effect.reports_lost, effect.reports) or self.units_ended.is_passed(
            effect.units_ended, effect.units
        )


@dataclass(frozen=True, slots=True)
class Effect:
    """What a batch comes to: accepted reports that it rejects, units with a report in use that its register ends."""

    reports_lost: int = 0
    reports: int = 0
    units_ended: int = 0
    units: int = 0


@per_root
def guard(root: Path) -> Guard:
    """Return the declared limits. Raises DeclarationError."""
    source = Source(root, GUARD)
    found = build(Guard, source.yaml(), source)
    for name in ("reports_lost", "units_ended") if found else ():
        limit: Limit = getattr(found, name)
        source.refuse_unless(0 <= limit.percent <= 100, (name, "percent"), limit.percent, "a share from 0 to 100")
        source.refuse_unless(limit.least >= 0, (name, "least"), limit.least, "a whole number from 0")
    return source.settled(found)


def new_in_force(con: duckdb.DuckDBPyConnection) -> str | None:
    """Return the register that this batch puts in force, if it was not accepted before and nobody confirmed it."""
    found = con.execute(_NEW_IN_FORCE, [register_form(), CONFIRMED]).fetchall()
    return found[0][0] if found else None


def effect(con: duckdb.DuckDBPyConnection) -> Effect:
    """Return what the judged batch comes to, beside what is published."""
    if not is_attached(con):
        return Effect()
    (found,) = con.execute(_EFFECT.format(published=PUBLISHED), [register_form()]).fetchall()
    return Effect(*found)


def require_within(con: duckdb.DuckDBPyConnection) -> None:
    """Raise ReplayHeldError when the judged batch rejects more of the accepted reports than the limit lets it."""
    found = effect(con)
    if guard().reports_lost.is_passed(found.reports_lost, found.reports):
        raise ReplayHeldError.of(found, con.execute(_REASONS, [register_form()]).fetchall())


_NEW_IN_FORCE = """
SELECT s.submission_id FROM judged.submission s JOIN staging.version v USING (submission_id)
WHERE v.is_current AND s.form_code = ?
    AND s.submission_id NOT IN (SELECT submission_id FROM judged.before WHERE verdict = 'accepted')
    AND s.submission_id NOT IN (SELECT submission_id FROM judged.finding WHERE code = ?)
"""
_LOST = """
WITH report AS (FROM judged.before WHERE form_code <> ? AND verdict = 'accepted'),
lost AS (FROM report SEMI JOIN (FROM judged.submission WHERE verdict = 'rejected') USING (submission_id))
"""
_EFFECT = f"""{_LOST},
unit AS (
    SELECT DISTINCT unit_id FROM {{published}}.core.dim_unit
    WHERE valid_to IS NULL AND unit_id IN (SELECT unit_id FROM report WHERE is_current)
),
ended AS (FROM unit WHERE unit_id NOT IN (SELECT unit_id FROM core.dim_unit WHERE valid_to IS NULL))
SELECT (SELECT count(*) FROM lost), (SELECT count(*) FROM report), (SELECT count(*) FROM ended), (SELECT count(*) FROM unit)
"""
_REASONS = f"""{_LOST}
SELECT code, count(DISTINCT submission_id) FROM judged.finding SEMI JOIN lost USING (submission_id)
WHERE severity = 'error' GROUP BY code ORDER BY 2 DESC, 1
"""
