"""Commands that care for a home: verify, restore, tidy.

Does not belong here: finding or mending damage (assets), what is past (assets.tidy, orchestration.storage).
"""

from __future__ import annotations

from typing import Annotated

import typer

from orchestration.cli.output import JsonOption, ProgressBar, echo_json, echo_table
from warehouse.damage import Source


def register(app: typer.Typer) -> None:
    """Add this module's commands to ``app``."""
    app.command()(verify)
    app.command()(restore)
    app.command()(tidy)


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


def tidy(
    keep_days: Annotated[
        int | None, typer.Option(help="Days of what is past to keep; without it as declared.", show_default=False)
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would go, and leave it.")] = False,
    json: JsonOption = False,
) -> None:
    """Remove what is past: runs of Dagster that ended long ago, old ticks and messages, what killed processes left. As each Sunday.

    Archive, ledger, what is published, receipts and Data Docs stay. What an asset's state in the UI comes from stays, too.

    Example: danvan tidy --keep-days 30 --dry-run
    """
    from dataclasses import asdict

    import dagster as dg

    from assets.tidy import Retention
    from orchestration.instance import prepare_dagster_home
    from orchestration.run import prints_on_stderr
    from orchestration.tidy import tidy as run
    from warehouse.home import current_home

    home, retention = current_home(), Retention() if keep_days is None else Retention(keep_days)
    home.require()
    prepare_dagster_home(home)
    with prints_on_stderr(), dg.DagsterInstance.get() as instance:
        done = run(home, instance, retention, dry_run=dry_run)
    gone = [asdict(g) for g in done.gone]
    if json:
        told = {"keep_days": retention.keep_days, "dry_run": dry_run, "bytes": done.bytes}
        echo_json({**told, "gone": gone, "left": done.left})
        return
    verb = "would go" if dry_run else "went"
    echo_table(gone, title=f"{done.bytes:,} bytes {verb}; the last {retention.keep_days} days stay")
    for text in done.left:
        typer.echo(text)
