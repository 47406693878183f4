"""Waiving: the bloc office accepts what a rule asks about, for a unit and a period, until a day; the finding returns after it.

Does not belong here: how a waiver shows in findings (warehouse.ledger), judging again (assets.ingest).
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from warehouse import clock, ledger, query
from warehouse.catalog import open_build, open_published, transaction, writer_lock
from warehouse.cells.words import shown_text

if TYPE_CHECKING:
    from warehouse.home import Home


def waive(home: Home, code: str, unit_code: str, period_id: str, reason: str, role: str, until: date) -> list[str]:
    """Write the waiver, in place of one that there is; return the submissions to judge again for it to take effect.

    ``role``: of who decided, never a name. Raises LookupError for a code, a unit or a report of the period that the warehouse does
    not know, ValueError for an error (it is mended, not waived), a day that is past, and a waiver without a reason or a role.
    """
    said = [shown_text(text.strip()) for text in (reason, role)]
    if not all(said):
        raise ValueError("a waiver has a reason and the role of who decided: --reason '...' --role '...'")
    if until < clock.today():
        raise ValueError(f"--until {until}: the day is past; a waiver holds through its last day")
    with open_published(home) as con:
        _require_asked(query.rows(con, "waivable_code", code=code), code)
        known = query.rows(con, "reports_of_unit_period", unit=unit_code, period=period_id)
    if not known:
        raise LookupError(
            f"no report of {unit_code} on {period_id}: there is nothing to waive; see: "
            "danvan sql 'SELECT unit_code, period_id, verdict FROM intake.submission'"
        )
    with writer_lock(home), open_build(home) as con, transaction(con):
        ledger.write_waiver(con, (code, known[0]["unit_id"], period_id, *said, until))
    return [row["submission_id"] for row in known]


def _require_asked(rules: list[dict[str, object]], code: str) -> None:
    if not rules:
        raise LookupError(f"no finding code {code!r}; see: danvan sql 'SELECT code, rule_title FROM meta.rule'")
    if rules[0]["severity"] == "error":
        raise ValueError(f"{code} is an error: it is mended in the report, not waived; waived is what asks or warns")
