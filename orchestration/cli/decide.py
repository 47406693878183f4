"""Commands by which the office decides about a report: withdraw takes a version back, waive accepts what a rule asks about.

Does not belong here: what these decisions are (assets.withdraw, assets.waive).
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from orchestration.cli.output import JsonOption, ProgressBar, UsageProblem, echo_json, echo_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from warehouse.home import Home


def register(app: typer.Typer) -> None:
    """Add this module's commands to ``app``."""
    app.command()(withdraw)
    app.command()(waive)


def withdraw(
    submission: Annotated[str, typer.Argument(help="The submission to take back: 16 hex digits.")],
    reason: Annotated[str, typer.Option(help="Why; the unit reads it in its receipt.")],
    json: JsonOption = False,
) -> None:
    """Take an accepted version back, for good: the version below it is used again, marts follow, its receipt says so.

    For a version whose number was too high. Example: danvan withdraw 2566003c1db21bff --reason "Ghi nhầm lần gửi 99"
    """
    from assets.withdraw import withdraw as note

    home = _home()
    _judge_again(home, note(home, submission, reason), f"withdrawn: {submission}", json=json)


def waive(
    code: Annotated[str, typer.Argument(help="Finding code, as in danvan findings; not of an error.")],
    unit: Annotated[str, typer.Option(help="Unit code.")],
    period: Annotated[str, typer.Option(help="2024-Y, 2024-H1, 2024-9M, 2024-Q3, 2024-M07.")],
    reason: Annotated[str, typer.Option(help="Why it is accepted; published.")],
    role: Annotated[str, typer.Option(help="Role of who decided, never a name; published.")],
    until: Annotated[str, typer.Option(help="Last day on which it holds: 2026-12-31.")],
    json: JsonOption = False,
) -> None:
    """Accept what a rule asks about, of a unit and a period and until a day: the findings stay and are `waived`.

    Example: danvan waive O-PERSON-NO-ROLE --unit DV004 --period 2024-Y --reason "..." --role "..." --until 2026-12-31
    """
    from assets.waive import waive as write

    try:
        last_day = date.fromisoformat(until)
    except ValueError:
        raise UsageProblem(f"--until {until}: expected a day as 2026-12-31") from None
    home = _home()
    again = write(home, code, unit, period, reason, role, last_day)
    _judge_again(home, again, f"waived: {code} of {unit} on {period} until {until}", json=json)


def _home() -> Home:
    from warehouse.home import current_home

    home = current_home()
    home.require()
    return home


def _judge_again(home: Home, submissions: Sequence[str], title: str, *, json: bool) -> None:
    from assets.ingest import Chosen
    from assets.progress import reporting_to
    from orchestration.run import run_ingest

    with ProgressBar() as bar, reporting_to(bar):
        row = run_ingest(home, replay=Chosen(submissions, "", []), confirm_replay=True)
    echo_json(row) if json else echo_table([row], title=title)
