"""The commands that say whether danvan is alive and well, for people and for a monitor: doctor, metrics.

Exit codes are those of a monitor's plugin (Nagios): 0 ok, 1 warning, 2 critical, 3 unknown. Does not belong here: looking
(orchestration.health), hashing the home (care).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from orchestration.cli.output import JsonOption, echo_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assets.health.line import Line


def register(app: typer.Typer) -> None:
    """Add this module's commands to ``app``."""
    app.command()(doctor)
    app.command()(metrics)


def doctor(
    ignore: Annotated[
        list[str] | None, typer.Option(help="Code that is shown and does not count; may be given several times.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Say whether daemon, sensors, inbox, lock, disks, release and checks are well. Writes nothing and waits for nobody.

    Exit code as a monitor asks for it: 0 ok, 1 warning, 2 critical, 3 unknown. docs/operating.md has the codes.

    Example: danvan doctor --ignore CHECK-WARNS
    """
    from assets.health.line import worst
    from orchestration.health.doctor import examine
    from orchestration.run import prints_on_stderr
    from warehouse.home import current_home

    with prints_on_stderr():
        lines = examine(current_home())
    level = worst([line for line in lines if line.code not in (ignore or [])])
    if json:
        told = [
            {"what": x.what, "found": x.found, "level": x.level.name, "code": x.code, "remedy": x.remedy} for x in lines
        ]
        echo_json({"level": level.name, "exit_code": int(level), "lines": told})
    else:
        _show(level.name, lines)
    raise typer.Exit(int(level))


def metrics() -> None:
    """Write the figures for Prometheus' textfile collector and print where they stand; for cron, where no daemon does it.

    Example: danvan metrics
    """
    from assets.health.metrics import write_metrics
    from warehouse.home import current_home

    home = current_home()
    home.require()
    typer.echo(write_metrics(home))


def _show(level: str, lines: Sequence[Line]) -> None:
    """First the line that a monitor shows, then each thing; plain text, so that it can be searched and logged."""
    counts = {name: sum(x.level.name == name for x in lines) for name in ("critical", "unknown", "warning", "ok")}
    typer.echo(f"DANVAN {level.upper()} - " + ", ".join(f"{count} {name}" for name, count in counts.items() if count))
    for x in lines:
        typer.echo(f"{x.level.name:<9} {x.what}: {x.found}")
        if x.code:
            typer.echo(f"{'':<9} {x.code}: {x.remedy}")
