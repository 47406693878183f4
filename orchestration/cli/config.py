"""The command config: what holds in this home, where each setting comes from, and whether it is as it must be.

Does not belong here: the settings (warehouse.settings).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from orchestration.cli.output import JsonOption, echo_json, echo_table

if TYPE_CHECKING:
    from warehouse.settings import Held


def register(app: typer.Typer) -> None:
    """Add this module's command to ``app``."""
    app.command()(config)


def config(
    check: Annotated[
        bool, typer.Option("--check", help="Only say whether danvan.toml and the environment are right.")
    ] = False,
    reference: Annotated[
        bool, typer.Option("--reference", help="Print the reference of all settings, as Markdown.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Show the settings that hold in this home, and where each comes from: default, danvan.toml:LINE or environment.

    Exit code 1 when something is wrong with them: which line, what was found, what is allowed. Example: danvan config --check
    """
    from warehouse.home import current_home
    from warehouse.settings import held, unknown_variables
    from warehouse.settings.texts import reference as reference_text

    if reference:
        typer.echo(reference_text(), nl=False)
        return
    home = current_home()
    found = held(home)
    changed = sum(origin != "default" for origin in found.origins.values())
    if json:
        echo_json({"home": str(home.root), "settings": _rows(found), "unknown_variables": unknown_variables()})
    elif check:
        typer.echo(f"nothing is wrong: {changed} of {len(found.origins)} settings are other than their default says")
    else:
        echo_table([{**row, "value": _shown(row["value"])} for row in _rows(found)], title=f"settings of {home.root}")
    for name in unknown_variables():
        typer.echo(f"danvan: {name} is set and names no setting; danvan config lists them", err=True)


def _rows(found: Held) -> list[dict[str, Any]]:
    from warehouse.settings.declared import declared

    rows = []
    for key, s in declared().items():
        value = found.value(key)
        if s.is_secret and value:
            value = "(set, not shown)"
        rows.append(
            {"setting": key, "value": value, "unit": s.unit, "from": found.origins[key], "variable": s.variable}
        )
    return rows


def _shown(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
