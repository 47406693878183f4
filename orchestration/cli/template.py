"""``danvan template``: the workbook that a unit fills, or those of all units that have to report on a period.

Does not belong here: what a workbook looks like and who is due (assets.template), reading a filled one (intake).
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from orchestration.cli.output import JsonOption, ProgressBar, UsageProblem, echo_json

if TYPE_CHECKING:
    from warehouse.forms import FormVersion
    from warehouse.periods import Period


def register(app: typer.Typer) -> None:
    """Add this module's command to ``app``."""
    app.command()(template)


def template(
    period: Annotated[str, typer.Option(help="2024-Y, 2024-H1, 2024-9M, 2024-Q3, 2024-M07.")],
    out: Annotated[
        Path, typer.Option(help="Workbook to write, with --all the folder. An existing file is never overwritten.")
    ],
    every: Annotated[
        bool, typer.Option("--all", help="One for each unit that has to report on the period and has not.")
    ] = False,
    form: Annotated[str | None, typer.Option(help="Form code.")] = None,
    version: Annotated[str | None, typer.Option(help="Form version.")] = None,
    unit: Annotated[str | None, typer.Option(help="Unit code, for example DV001.")] = None,
    json: JsonOption = False,
) -> None:
    """Write the workbook that a unit fills: labels, drop-downs of the codes valid then, checks, instructions.

    It begins with what lives on from the unit's last report: models, inspections, what is left to be mended.
    That of the register holds the register in force: change it and add to it, and leave no row out.

    Example: danvan template --form BCDV --version 2023 --unit DV001 --period 2024-Y --out bao-cao.xlsx
    Example: danvan template --all --period 2025-Y --out mau-2025/
    Example: danvan template --form DMDV --version 1 --unit DUUB --period 2026-M02 --out danh-muc.xlsx
    """
    from warehouse.periods import parse_period_id

    span = parse_period_id(period)
    if every:
        if form or version or unit:
            raise UsageProblem(
                "--all takes units, forms and versions from the calendar: leave --form, --version, --unit out"
            )
        _write_all(span, out, as_json=json)
        return
    if not (form and version and unit):
        raise UsageProblem("name --form, --version and --unit; or --all for every unit that has to report")
    _write_one(_in_force(form, version, span), unit, span, out)
    echo_json({"file": str(out)}) if json else typer.echo(f"wrote {out}")


def _write_all(period: Period, folder: Path, *, as_json: bool) -> None:
    from dataclasses import asdict

    from assets.progress import reporting_to
    from assets.template import write_templates
    from warehouse.catalog import open_published
    from warehouse.home import current_home

    if folder.exists() and not folder.is_dir():
        raise UsageProblem(f"{folder} is a file; --all writes into a folder")
    with open_published(current_home()) as con, ProgressBar() as bar, reporting_to(bar):
        try:
            done = write_templates(con, period, folder)
        except LookupError as e:
            raise UsageProblem(f"{e}: warehouse/deadlines.yaml says who has to") from e
    if as_json:
        echo_json({"folder": str(folder), **asdict(done)})
        return
    typer.echo(f"{folder}: templates of {period.period_id} written: {done.written}")
    if done.kept:
        typer.echo(f"there already, left as they are: {done.kept}; remove one to have it written anew")
    if done.reported:
        typer.echo(f"units that need none, since their report was accepted: {done.reported}")


def _write_one(form: FormVersion, unit: str, period: Period, out: Path) -> None:
    """Write the workbook of one unit: with what lives on from its last report, of the register with its rows."""
    from assets.template import UnitLine, write_template
    from warehouse.files import written

    if out.exists():
        raise UsageProblem(f"{out} exists already and may hold a report; choose another name or remove it first")
    if not out.parent.is_dir():
        raise UsageProblem(f"there is no folder {out.parent} to write {out.name} to")
    letterhead = UnitLine(unit, *_letterhead(unit, period))
    rows, cover = (
        _register_in_force(unit, period) if form.policy == "register" else (_carried(form, unit, period), None)
    )
    with written(out) as making:
        write_template(form, letterhead, period, making, rows, cover)


def _in_force(code: str, version: str, period: Period) -> FormVersion:
    """Return the form version. Raises UsageProblem for an unknown one, and one that reports of ``period`` are not sent on."""
    from warehouse.forms import form_versions, version_for

    known = form_versions()
    if (code, version) not in known:
        raise UsageProblem(f"no form {code} version {version}; there are: {', '.join(' '.join(k) for k in known)}")
    form, right = known[code, version], version_for(code, period.period_end)
    if right is not form:
        remedy = f"take --version {right.form_version}" if right else "no version is in force then"
        raise UsageProblem(f"form {code} version {version} is not for {period.period_id} ({period.label}): {remedy}")
    return form


def _carried(form: FormVersion, unit: str, period: Period) -> dict[str, list[dict[str, Any]]]:
    """Return the rows that the unit's next report begins with; none before anything is published."""
    from warehouse.carried import carried
    from warehouse.catalog import open_published
    from warehouse.home import current_home

    try:
        with open_published(current_home()) as con:
            return carried(con, form, period).get(unit, {})
    except FileNotFoundError:
        return {}


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
