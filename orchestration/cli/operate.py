"""Commands of operation: rebuild, dev, demo.

Does not belong here: intake and queries.
"""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from orchestration.cli.output import ProgressBar, UsageProblem, echo_json

JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


def register(app: typer.Typer) -> None:
    """Add this module's commands to ``app``."""
    for command in (rebuild, dev, demo):
        app.command()(command)


def rebuild(json: JsonOption = False) -> None:
    """Rebuild the warehouse from the archive into a fresh file and compare content hashes with the published one.

    Exit code 1 when a table differs. Example: danvan rebuild --json
    """
    from assets.progress import reporting_to
    from assets.rebuild import rebuild as run
    from warehouse.home import current_home

    with ProgressBar() as bar, reporting_to(bar):
        result = run(current_home())
    if json:
        echo_json({"files": result.files, "tables": result.tables, "different": result.different})
    else:
        typer.echo(f"rebuilt {result.files} files into {result.tables} tables; {len(result.different)} differ")
        for name in result.different:
            typer.echo(f"  differs: {name}")
    if result.different:
        raise typer.Exit(1)


def dev(
    port: Annotated[int, typer.Option(help="Port of the Dagster UI.")] = 3000,
) -> None:
    """Start the Dagster UI and daemon on loopback, on this home's instance. Stop with Ctrl-C.

    Example: danvan dev --port 3000
    """
    from pathlib import Path

    from orchestration.instance import prepare_dagster_home
    from warehouse.home import current_home

    workspace = Path(__file__).parents[2] / "workspace.yaml"
    if not workspace.exists():
        raise UsageProblem(f"no workspace file at {workspace}; run danvan from its checkout")
    home = current_home()
    home.create()
    prepare_dagster_home(home)
    typer.echo(f"Dagster UI: http://127.0.0.1:{port}  (home {home.root})")
    arguments = ["dagster", "dev", "-w", str(workspace), "-h", "127.0.0.1", "-p", str(port)]
    os.chdir(workspace.parent)
    os.execv(sys.executable, [sys.executable, "-m", *arguments])  # noqa: S606 - our own interpreter, fixed arguments


def demo(
    seed: Annotated[int, typer.Option(help="Seed of the sample corpus.")] = 2013,
) -> None:
    """Make the sample corpus, take it through the real Dagster job and show what happened.

    Example: danvan demo
    """
    from orchestration.cli.demo import run

    run(seed)
