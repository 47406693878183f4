"""Commands of the way in: init, sample, template, ingest, form check.

Does not belong here: reading what was published (analyst) or running services (operate).
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from orchestration.cli.output import JsonOption, ProgressBar, UsageProblem, echo_json, echo_table

if TYPE_CHECKING:
    from warehouse.forms import FormVersion
    from warehouse.home import Home
    from warehouse.periods import Period


def register(app: typer.Typer) -> None:
    """Add this module's commands to ``app``."""
    app.command()(init)
    app.command()(sample)
    app.command()(template)
    app.command()(ingest)
    form = typer.Typer(help="Form versions.", no_args_is_help=True)
    form.command("check")(form_check)
    app.add_typer(form, name="form")


def init(json: JsonOption = False) -> None:
    """Make the home folder (DANVAN_HOME, default ./data) with its inbox, archive and Dagster instance.

    Example: DANVAN_HOME=/srv/danvan danvan init
    """
    from orchestration.instance import prepare_dagster_home
    from warehouse.home import current_home

    home = current_home()
    home.create()
    prepare_dagster_home(home)
    places = {"home": str(home.root), "inbox": str(home.inbox), "published": str(home.published)}
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


def template(
    form: Annotated[str, typer.Option(help="Form code.")],
    version: Annotated[str, typer.Option(help="Form version.")],
    unit: Annotated[str, typer.Option(help="Unit code, for example DV001.")],
    period: Annotated[str, typer.Option(help="2024-Y, 2024-H1, 2024-9M, 2024-Q3, 2024-M07.")],
    out: Annotated[Path, typer.Option(help="Workbook to write; an existing file is never overwritten.")],
    json: JsonOption = False,
) -> None:
    """Write the workbook that a unit fills: labels, drop-downs of the codes valid then, checks, instructions.

    That of the register holds the register in force: change it and add to it, and leave no row out.

    Example: danvan template --form BCDV --version 2023 --unit DV001 --period 2024-Y --out bao-cao.xlsx
    Example: danvan template --form DMDV --version 1 --unit DUUB --period 2026-M02 --out danh-muc.xlsx
    """
    from assets.template import UnitLine, write_template
    from warehouse.files import written
    from warehouse.forms import form_versions
    from warehouse.periods import parse_period_id

    known = form_versions()
    if (form, version) not in known:
        raise UsageProblem(f"no form {form} version {version}; there are: {', '.join(' '.join(k) for k in known)}")
    span = parse_period_id(period)
    _require_in_force(known[form, version], span)
    if out.exists():
        raise UsageProblem(f"{out} exists already and may hold a report; choose another name or remove it first")
    if not out.parent.is_dir():
        raise UsageProblem(f"there is no folder {out.parent} to write {out.name} to")
    letterhead = UnitLine(unit, *_letterhead(unit, span))
    rows, cover = _register_in_force(unit, span) if known[form, version].policy == "register" else (None, None)
    with written(out) as making:
        write_template(known[form, version], letterhead, span, making, rows, cover)
    echo_json({"file": str(out)}) if json else typer.echo(f"wrote {out}")


def ingest(
    paths: Annotated[list[Path] | None, typer.Argument(help="Files or folders; none: the inbox.")] = None,
    processes: Annotated[int, typer.Option(help="Reading processes.")] = 2,
    confirm: Annotated[
        list[str] | None, typer.Option(help="Take no files, but put this register in force, which was held.")
    ] = None,
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
    from assets.progress import reporting_to
    from orchestration.run import run_ingest
    from warehouse.home import current_home

    home = current_home()
    if confirm and paths:
        raise UsageProblem("--confirm takes no files: first confirm, then take them")
    home.create()
    inbox = open_inbox(home.inbox)
    for path in paths or []:
        put_path(inbox, path)
    with ProgressBar() as bar, reporting_to(bar):
        batch = run_ingest(home, processes, confirm=confirm or ())
    held = [held_text(i, comes_to) for i, comes_to in waiting(home).items() if comes_to]
    for warning in filter(None, (reach_warning(inbox), alone_warning(ready(inbox).alone), *held)):
        typer.echo(f"danvan: {warning}", err=True)
    completed = _completed(home, batch)
    if json:
        echo_json(batch)
    else:
        _show_batch(batch, completed)
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


def _require_in_force(form: FormVersion, period: Period) -> None:
    """Raise UsageProblem when reports of ``period`` are not sent on this version: what is filled would be rejected."""
    from warehouse.forms import version_for

    right = version_for(form.form_code, period.period_end)
    if right is not form:
        remedy = f"take --version {right.form_version}" if right else "no version is in force then"
        raise UsageProblem(
            f"form {form.form_code} version {form.form_version} is not for {period.period_id} ({period.label}): {remedy}"
        )


def _register_in_force(
    code: str, period: Period
) -> tuple[dict[str, list[dict[str, Any]]] | None, dict[str, int] | None]:
    """Return the rows of the register in force and the number of the next one; None and None when there is none.

    Raises UsageProblem for a unit that may not send it, and for a period before that of the register in force.
    """
    from warehouse import query
    from warehouse.catalog import open_published
    from warehouse.home import current_home
    from warehouse.registers import in_force

    try:
        with open_published(current_home()) as con:
            register, superiors = in_force(con), [r["unit_code"] for r in query.rows(con, "superior_bodies")]
    except FileNotFoundError:
        return None, None
    if register is None:
        return None, None
    if code not in superiors:
        raise UsageProblem(f"{code} is no superior body, and only one may send the register: {', '.join(superiors)}")
    if period.period_end < register.period_end:
        raise UsageProblem(
            f"a register for {period.period_id} would not be used: the one in force is for {register.period_id}; take that "
            "period or a later one"
        )
    same = period.period_end == register.period_end
    return register.rows, {"revision": register.revision + 1} if same else {}


def _letterhead(code: str, period: Period) -> tuple[str, str, str]:
    """Return name, kind of party organisation and superior from the published register, as of the period's end.

    Without a published register the clerk fills the name in. Raises UsageProblem for a unit that was not alive then.
    """
    from warehouse import query
    from warehouse.catalog import open_published
    from warehouse.home import current_home

    try:
        with open_published(current_home()) as con:
            rows = query.rows(con, "unit_letterhead", day=period.period_end, unit_code=code)
    except FileNotFoundError:
        return "", "dang_bo_co_so", ""
    if not rows:
        raise UsageProblem(
            f"the register has no unit {code!r}; see: danvan sql 'SELECT unit_code, unit_name FROM core.dim_unit'"
        )
    alive = [r for r in rows if r["valid_from"] <= period.period_end and r["valid_until"] >= period.period_start]
    if not alive:
        raise UsageProblem(
            f"unit {code} ({rows[-1]['unit_name']}) was not alive in {period.period_id}: the register has it from "
            f"{rows[0]['valid_from']} to {rows[-1]['valid_until']}; its successor reports"
        )
    unit = alive[-1]
    return str(unit["unit_name"]), str(unit["party_kind_code"]), str(unit["superior"])
