"""Commands for a home that may have lost something: verify, restore.

Does not belong here: finding or mending damage (assets), upkeep (orchestration.cli.upkeep).
"""

from __future__ import annotations

from typing import Annotated

import typer

from orchestration.cli.output import JsonOption, ProgressBar, echo_json
from warehouse.damage import Source


def register(app: typer.Typer) -> None:
    """Add this module's commands to ``app``."""
    app.command()(verify)
    app.command()(restore)


def verify(json: JsonOption = False) -> None:
    """Hash archive, ledger, tables, published files, receipts and Data Docs again and hold them against each other. Writes nothing.

    Exit code 4 when something differs; docs/operating.md says what to do about each code. Example: danvan verify --json
    """
    from dataclasses import asdict

    from assets.progress import reporting_to
    from assets.verify import verify as run
    from warehouse.home import current_home

    home = current_home()
    home.require()
    with ProgressBar() as bar, reporting_to(bar):
        result = run(home)
    if json:
        echo_json({"checked": result.checked, "differences": [asdict(d) for d in result.differences]})
    else:
        looked = ", ".join(f"{count} {what}" for what, count in result.checked.items())
        typer.echo(f"verified {looked}; {len(result.differences)} differences")
        for d in result.differences:
            typer.echo(f"  {d.code}: {d.place}: {d.found}")
    if result.differences:
        raise typer.Exit(4)


def restore(
    source: Annotated[Source, typer.Option("--from", help="What is left: build, published or archive.")],
    json: JsonOption = False,
) -> None:
    """Make the warehouse again from what is left of a home, and publish it. A build file that is replaced is put aside.

    build: what is published; published: the build file, with the whole ledger; archive: both, every file judged anew -
    arrival times, waivers and closings are lost. Exit code 4 when damaged originals had to be left out.

    Example: danvan restore --from published
    """
    from assets.progress import reporting_to
    from assets.restore import restore as run
    from warehouse.home import current_home
    from warehouse.settings import settings

    home = current_home()
    home.require()
    with ProgressBar() as bar, reporting_to(bar):
        result = run(home, source, settings(home).processes)
    aside = str(result.aside) if result.aside else None
    if json:
        echo_json({"release": result.release_no, "aside": aside, "left_out": result.left_out})
    else:
        typer.echo(f"release {result.release_no} is published, from {source.value}")
        if aside:
            typer.echo(f"  the build file of before: {aside}")
        for name in result.left_out:
            typer.echo(f"  left out, since the archive's copy is damaged: {name}")
    if result.left_out:
        raise typer.Exit(4)
