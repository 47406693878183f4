"""The command senders: who may speak for whom, and what is asked of senders.

Does not belong here: judging by it (warehouse.speaking).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from orchestration.cli.output import JsonOption, UsageProblem, echo_json, echo_table

if TYPE_CHECKING:
    from warehouse.senders import Senders


def register(app: typer.Typer) -> None:
    """Add this module's commands to ``app``."""
    app.command()(senders)


def senders(
    inbox_folders: Annotated[
        str, typer.Option(help="shared, unit or unit_only: what a folder of the inbox says.")
    ] = "",
    signatures: Annotated[
        str, typer.Option(help="off, warn or require: what a signature that is missing or no good does.")
    ] = "",
    json: JsonOption = False,
) -> None:
    """Show what is asked of senders in this home, or set it for what arrives from now on.

    Example: danvan senders --inbox-folders unit --signatures warn
    """
    from dataclasses import asdict

    from warehouse.home import current_home
    from warehouse.senders import senders_of, set_senders

    home = current_home()
    home.require()
    wanted = {"inbox_folders": inbox_folders, "signatures": signatures}
    if stated := {name: value for name, value in wanted.items() if value}:
        set_senders(home, _changed(senders_of(home), stated))
    asked = asdict(senders_of(home))
    echo_json(asked) if json else echo_table([asked])


def _changed(before: Senders, stated: dict[str, Any]) -> Senders:
    """Return the policy with what is stated. Raises UsageProblem for a value that is none."""
    from dataclasses import replace
    from typing import get_args, get_type_hints

    from warehouse.senders import Senders

    for name, value in stated.items():
        allowed = get_args(get_type_hints(Senders)[name])
        if value not in allowed:
            raise UsageProblem(f"--{name.replace('_', '-')} {value}: expected {', '.join(allowed)}")
    return replace(before, **stated)
