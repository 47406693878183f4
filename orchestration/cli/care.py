"""Commands that look after a home: verify, restore, upgrade.

Does not belong here: finding or mending damage (assets).
"""

from __future__ import annotations

from typing import Annotated

import typer

from orchestration.cli.output import JsonOption, ProgressBar, UsageProblem, echo_json
from warehouse.damage import Source


def register(app: typer.Typer) -> None:
    """Add this module's commands to ``app``."""
    app.command()(verify)
    app.command()(restore)
    app.command()(upgrade)


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


def upgrade(json: JsonOption = False) -> None:
    """Bring the home to the version that is installed: instance settings and schema, warehouse. What is changed is copied before.

    Stop the daemon first. A second run says that nothing is to be done. Example: danvan upgrade --json
    """
    from dataclasses import asdict

    from assets.progress import reporting_to
    from assets.upgrade import storage_versions
    from orchestration.instance import SecondDaemonError, hold_daemon_lock, prepare_dagster_home
    from orchestration.run import prints_on_stderr
    from orchestration.upgrade import upgrade as run
    from warehouse.home import current_home
    from warehouse.settings import settings

    home = current_home()
    home.require()
    home.create()
    prepare_dagster_home(home)
    try:
        hold_daemon_lock(home)
    except SecondDaemonError as e:
        raise UsageProblem(str(e)) from e
    with ProgressBar() as bar, reporting_to(bar), prints_on_stderr():
        steps = list(run(home, settings(home).processes))
    storage = storage_versions(home)
    if json:
        echo_json({"steps": [asdict(step) for step in steps], "storage": storage})
        return
    for step in steps:
        typer.echo(str(step))
    if not steps:
        typer.echo("nothing is to be done")
    for file, found in storage.items():
        typer.echo(f"{file}: DuckDB storage {found}")
