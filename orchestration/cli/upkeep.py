"""Commands that keep a home small and of the version that is installed: tidy, upgrade.

Does not belong here: what is past (assets.tidy, orchestration.storage), what a version brings (assets.upgrade).
"""

from __future__ import annotations

from typing import Annotated

import typer

from orchestration.cli.output import JsonOption, ProgressBar, echo_json, echo_table


def register(app: typer.Typer) -> None:
    """Add this module's commands to ``app``."""
    app.command()(tidy)
    app.command()(upgrade)


def tidy(
    keep_days: Annotated[
        int | None,
        typer.Option(help="Days of what is past to keep; without it the setting tidy.keep_days.", show_default=False),
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
    from warehouse.settings import settings

    home = current_home()
    retention = Retention(settings(home).tidy.keep_days if keep_days is None else keep_days)
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


def upgrade(json: JsonOption = False) -> None:
    """Bring the home to the version that is installed: instance settings and schema, warehouse. What is changed is copied before.

    Stop the daemon first. A second run says that nothing is to be done. Example: danvan upgrade --json
    """
    from dataclasses import asdict

    from assets.progress import reporting_to
    from assets.upgrade import storage_versions
    from orchestration.instance import hold_daemon_lock, prepare_dagster_home
    from orchestration.run import prints_on_stderr
    from orchestration.upgrade import upgrade as run
    from warehouse.home import current_home
    from warehouse.settings import settings

    home = current_home()
    home.require()
    home.create()
    prepare_dagster_home(home)
    hold_daemon_lock(home)
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
        typer.echo(f"{file}: {found}")
