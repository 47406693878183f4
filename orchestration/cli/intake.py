"""Commands of the way in: init, sample, ingest, form check.

Does not belong here: the workbooks that units fill (template), reading what was published (analyst), services (operate).
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from orchestration.cli.output import JsonOption, ProcessesOption, ProgressBar, UsageProblem, echo_json, echo_table

if TYPE_CHECKING:
    from warehouse.home import Home


def register(app: typer.Typer) -> None:
    """Add this module's commands to ``app``."""
    app.command()(init)
    app.command()(sample)
    app.command()(ingest)
    form = typer.Typer(help="Form versions.", no_args_is_help=True)
    form.command("check")(form_check)
    app.add_typer(form, name="form")


def init(json: JsonOption = False) -> None:
    """Make the home folder (DANVAN_HOME, default ./data) with its inbox, archive, Dagster instance and a danvan.toml to edit.

    Example: DANVAN_HOME=/srv/danvan danvan init
    """
    from orchestration.instance import prepare_dagster_home
    from warehouse.files import write_file
    from warehouse.home import current_home
    from warehouse.settings.texts import template

    home = current_home()
    home.create()
    if not home.settings.exists():
        write_file(home.settings, template().encode())
    prepare_dagster_home(home)
    places = {
        "home": str(home.root),
        "inbox": str(home.inbox),
        "published": str(home.published),
        "settings": str(home.settings),
    }
    echo_json(places) if json else echo_table([places])


def sample(
    out: Annotated[Path, typer.Option(help="Folder to write the files to; made when missing.")],
    seed: Annotated[int, typer.Option(help="Same seed, same bytes.")] = 2013,
    json: JsonOption = False,
) -> None:
    """Write a realistic corpus of office files: one bloc, 2013-2025, with late, corrected and faulty reports.

    Example: danvan sample --out data/inbox --seed 2013
    """
    from assets.sample import write_sample

    with ProgressBar() as bar:
        summary = write_sample(out, seed, progress=lambda done, total: bar("sample", done, total))
    facts = {"folder": str(out), "files": summary.file_count, "planted_mistakes": len(summary.planted)}
    echo_json({**facts, "planted": summary.planted}) if json else echo_table([facts])


def ingest(
    paths: Annotated[list[Path] | None, typer.Argument(help="Files or folders; none: the inbox.")] = None,
    processes: ProcessesOption = None,
    confirm: Annotated[
        list[str] | None, typer.Option(help="Take no files, but put this register in force, which was held.")
    ] = None,
    profile: Annotated[bool, typer.Option("--profile", help="Say how many seconds each step took.")] = False,
    json: JsonOption = False,
) -> None:
    """Take files into the warehouse and publish it. Exit code 3 when some submissions were rejected.

    Example: danvan ingest            (the inbox)
    Example: danvan ingest reports/   (a folder; its files are copied to the inbox first)
    Example: danvan ingest --confirm 2566003c1db21bff
    """
    from assets.confirm import held_text, waiting
    from assets.intake.inbox import open_inbox, put_path, reach_warning
    from assets.intake.inbox.signed import alone_warning, ready
    from assets.progress import reporting_to, timed
    from orchestration.run import run_ingest
    from warehouse.home import current_home
    from warehouse.settings import settings

    home = current_home()
    if confirm and paths:
        raise UsageProblem("--confirm takes no files: first confirm, then take them")
    home.create()
    inbox = open_inbox(home)
    for path in paths or []:
        put_path(inbox, path)
    with ProgressBar() as bar, reporting_to(bar), timed() as seconds:
        batch = run_ingest(home, processes or settings(home).processes, confirm=confirm or ())
    held = [held_text(i, comes_to) for i, comes_to in waiting(home).items() if comes_to]
    for warning in filter(None, (reach_warning(inbox), alone_warning(ready(inbox).alone), *held)):
        typer.echo(f"danvan: {warning}", err=True)
    completed = _completed(home, batch)
    if json:
        echo_json(batch | ({"seconds": seconds} if profile else {}))
    else:
        _show_batch(batch, completed)
    if profile and not json:
        _show_profile(seconds, batch["files"])
    if batch["rejected"] or any(row["rejected_count"] for row in completed):
        raise typer.Exit(3)


def _completed(home: Home, batch: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the ledger's rows of the batches that earlier runs committed and this one completed."""
    from warehouse import query
    from warehouse.catalog import open_published

    if not batch["completed"]:
        return []
    with open_published(home) as con:
        return query.rows(con, "batches_named", ids=batch["completed"])


def _show_profile(seconds: dict[str, float], files: int) -> None:
    """Show the steps, the longest first; what each of ``files`` had of it."""
    total = sum(seconds.values())
    steps = sorted(seconds.items(), key=lambda s: -s[1])
    rows = [
        {
            "step": step,
            "seconds": spent,
            "percent": 100 * spent / total,
            "ms_per_file": 1000 * spent / files if files else None,
        }
        for step, spent in (*steps, ("all", total))
    ]
    echo_table(rows, title="where the time went")


def _show_batch(batch: dict[str, Any], completed: list[dict[str, Any]]) -> None:
    if batch["files"]:
        echo_table([{n: v for n, v in batch.items() if n not in ("completed", "is_new")}], title="batch")
    elif completed or batch["is_new"] or batch["receipts"]:
        typer.echo(f"no new files; completed: release {batch['release']}, {batch['receipts']} receipts")
    else:
        typer.echo("nothing new: the inbox is empty or holds only what was taken before")
    if completed:
        echo_table(completed, title="batches that earlier runs committed and this one completed")


def form_check(
    file: Annotated[Path, typer.Argument(help="A workbook, csv or json file.")], json: JsonOption = False
) -> None:
    """List what of FILE is not mapped by any form version: sheets and headers, with their cells.

    Example: danvan form check bao-cao-2027.xlsx
    """
    from assets.intake.extract import extract
    from assets.intake.inbox import shown_name
    from assets.intake.workers import read_one

    if not file.is_file():
        raise UsageProblem(f"there is no file {file}")
    issues = [
        {"code": i.code, "sheet": i.sheet, "cell": i.cell, "found": i.found, "expected": i.detail}
        for i in read_one(file, file.name, extract).issues
    ]
    if json:
        echo_json(issues)
    elif issues:
        echo_table(issues, title=f"{shown_name(file.name)}: {len(issues)} findings")
    else:
        typer.echo(f"{shown_name(file.name)}: every header is mapped or ignored by name")
