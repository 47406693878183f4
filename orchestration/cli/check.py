"""The command that judges files without taking them: for a clerk before sending, an engineer before a form year.

Does not belong here: judging (assets.check).
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from orchestration.cli.output import ProcessesOption, UsageProblem, echo_json, echo_table


def register(app: typer.Typer) -> None:
    """Add this module's command to ``app``."""
    app.command()(check)


def check(
    files: Annotated[list[Path], typer.Argument(help="Files to judge; they stay where they are.")],
    processes: ProcessesOption = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
) -> None:
    """Say what an ingest would say of FILES - verdict, findings, cells - and write nothing. Exit code 3 when some are rejected.

    Example: danvan check bao-cao-2024.xlsx
    """
    from assets.check import check as run
    from assets.intake.inbox import shown_name
    from warehouse.home import current_home
    from warehouse.settings import settings

    if missing := [str(p) for p in files if not p.is_file()]:
        raise UsageProblem(f"there is no file {', '.join(missing)}")
    checked = run(current_home(), files, processes or settings().processes)
    if json:
        echo_json(
            [
                {
                    "file": str(c.path),
                    "submission_id": c.submission_id,
                    "verdict": c.verdict,
                    "count": c.count,
                    "findings": c.findings,
                }
                for c in checked
            ]
        )
    else:
        for c in checked:
            narrow = ("severity", "code", "sheet", "cell", "found", "message", "remedy")
            typer.echo(f"{shown_name(c.path.name)}: {c.verdict}, {c.count} findings")
            if c.findings:
                echo_table([{n: f[n] for n in narrow} for f in c.findings])
            for f in (f for f in c.findings if f["probable"]):
                typer.echo(f"  {f['code']} {f['cell']}: {f['probable']}")
            for f in (f for f in c.findings if f["more_count"]):
                typer.echo(f"  {f['code']}: and {f['more_count']:,} more rows that are not listed")
    if any(c.verdict == "rejected" for c in checked):
        raise typer.Exit(3)
