"""Commands for a home that may lose something, or has: backup, verify, restore.

Does not belong here: finding or mending damage (assets), upkeep (orchestration.cli.upkeep).
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from orchestration.cli.output import JsonOption, ProgressBar, UsageProblem, echo_json
from warehouse.damage import Source
from warehouse.room import size_text

if TYPE_CHECKING:
    from assets.backup.store import Backup
    from warehouse.home import Home


def register(app: typer.Typer) -> None:
    """Add this module's commands to ``app``."""
    app.command()(backup)
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


def backup(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder for this home's backups, on another disk.")],
    json: JsonOption = False,
) -> None:
    """Back up what cannot be made again: archive, ledger and core, published reports, the settings.

    Others may write meanwhile. Only what is new is copied; earlier backups stay, and `danvan restore DIR --release N` goes back
    to one. Exit code 4 when originals had to be left out since they are damaged.

    Example: danvan backup /mnt/backup/danvan
    """
    from assets.backup.make import make_backup
    from assets.progress import reporting_to
    from warehouse.home import current_home

    home = current_home()
    home.require()
    with ProgressBar() as bar, reporting_to(bar):
        made = make_backup(home, folder)
    if json:
        copied = {"is_new": made.is_new, "copied_files": made.copied_files, "copied_bytes": made.copied_bytes}
        echo_json({**_told(made.backup), **copied, "left_out": made.backup.left_out})
    else:
        done = "backed up" if made.is_new else "nothing is new since the backup of"
        typer.echo(f"{done} {_shown(made.backup)}; copied {made.copied_files} files, {size_text(made.copied_bytes)}")
        _echo_left_out(made.backup.left_out)
    if made.backup.left_out:
        raise typer.Exit(4)


def restore(
    folder: Annotated[Path | None, typer.Argument(metavar="[DIR]", help="The folder of the backups.")] = None,
    source: Annotated[
        Source | None, typer.Option("--from", help="Without a backup: what is left, build, published or archive.")
    ] = None,
    release: Annotated[int | None, typer.Option(help="The backup of this release, not the newest.", min=1)] = None,
    without_damaged: Annotated[
        bool, typer.Option("--without-damaged", help="Leave out the files of the backup that are damaged.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Restore a backup into an empty home, or make the warehouse again from what is left of this one; and publish it.

    DIR: every file of the backup is hashed first; nothing of the home is overwritten. --from build: what is published;
    published: the build file, with the whole ledger; archive: both, every file judged anew - arrival times, waivers and closings
    are lost; a build file that is replaced is put aside. Exit code 4 when the backup is damaged, or damaged files were left out.

    Example: danvan restore /mnt/backup/danvan --release 7
    """
    from assets.progress import reporting_to
    from warehouse.home import current_home

    if (folder is None) == (source is None):
        raise UsageProblem(
            "name one thing to restore from: a folder of backups (danvan restore DIR), or, without a backup, what is left of "
            "this home (danvan restore --from build, published or archive)"
        )
    if source and (release is not None or without_damaged):
        raise UsageProblem("--release and --without-damaged are said of a backup: danvan restore DIR --release 7")
    with ProgressBar() as bar, reporting_to(bar):
        if folder:
            told, lines, left_out = _from_backup(current_home(), folder, release, without_damaged=without_damaged)
        else:
            told, lines, left_out = _from_rest(current_home(), source or Source.build)
    if json:
        echo_json({**told, "left_out": left_out})
    else:
        for line in lines:
            typer.echo(line)
        _echo_left_out(left_out)
    if left_out:
        raise typer.Exit(4)


#: for programs, for people, and what was left out
_Outcome = tuple[dict[str, object], list[str], tuple[str, ...]]


def _from_backup(home: Home, folder: Path, release: int | None, *, without_damaged: bool) -> _Outcome:
    from assets.backup.put_back import put_back
    from assets.backup.store import BackupDamagedError
    from warehouse.settings import settings

    processes = settings(home).processes
    try:
        result = put_back(home, folder, release, without_damaged=without_damaged, processes=processes)
    except BackupDamagedError as e:
        typer.echo(f"danvan: {e}", err=True)
        raise typer.Exit(4) from e
    lines = [f"restored {_shown(result.backup)}"]
    lines.append(
        f"release {result.backup.release_no} is published, receipts are written"
        if result.is_published
        else "another version of danvan made it: danvan upgrade brings it up to date and publishes it"
    )
    return {**_told(result.backup), "is_published": result.is_published}, lines, result.left_out


def _from_rest(home: Home, source: Source) -> _Outcome:
    from assets.restore import restore as run
    from warehouse.settings import settings

    home.require()
    result = run(home, source, settings(home).processes)
    lines = [f"release {result.release_no} is published, from {source.value}"]
    if result.aside:
        lines.append(f"  the build file of before: {result.aside}")
    aside = str(result.aside) if result.aside else None
    return {"release": result.release_no, "aside": aside}, lines, result.left_out


def _told(backup: Backup) -> dict[str, object]:
    return {"release": backup.release_no, "made_at": backup.made_at, "files": len(backup.files), "bytes": backup.size}


def _shown(backup: Backup) -> str:
    made = f"{backup.made_at:%Y-%m-%d %H:%M:%S} UTC"
    return f"release {backup.release_no} ({made}): {len(backup.files)} files, {size_text(backup.size)}"


def _echo_left_out(names: tuple[str, ...]) -> None:
    for name in names:
        typer.echo(f"  left out, since it is damaged: {name}")
