"""The papers that a committee puts before its leaders: the report of a year, the review of a programme over a window.

Does not belong here: what a paper says and how it is drawn (assets.report).
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from orchestration.cli.output import JsonOption, UsageProblem, echo_json

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from assets.report.write import Written


class PaperForm(StrEnum):
    """The forms of a paper."""

    docx = "docx"
    html = "html"
    pdf = "pdf"
    xlsx = "xlsx"


FormOption = Annotated[
    list[PaperForm] | None,
    typer.Option(
        "--format",
        help="docx, html, pdf or xlsx; give it again for more. Default: papers.forms, else all, pdf where typst is.",
    ),
]
OutOption = Annotated[
    Path | None, typer.Option(help="Folder to write to instead of the published one; the manifest does not list it.")
]


def register(app: typer.Typer) -> None:
    """Add this module's commands to ``app``."""
    for command in (report, review):
        app.command()(command)


def report(
    years: Annotated[list[int], typer.Argument(help="Years to report on.")],
    fmt: FormOption = None,
    out: OutOption = None,
    revision: Annotated[
        int | None,
        typer.Option(min=1, help="Make this revision of a closed year again, of what was known at its release."),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Write the yearly report of each year as papers from the published warehouse.

    With --revision a file that stands in the published folder is left as it is, and compared with what is made of it now.

    Example: danvan report 2024 2025 --format docx
    Example: danvan report 2021 --revision 1
    """
    from assets.report.standing import NoRevisionError
    from assets.report.write import write_revision, write_yearly_report
    from warehouse.home import current_home

    home, forms = current_home(), fmt or ()
    try:
        written = [
            (y, write_revision(home, y, revision, forms, out) if revision else write_yearly_report(home, y, forms, out))
            for y in years
        ]
    except NoRevisionError as e:
        raise UsageProblem(str(e)) from e
    show_reports(written, json)


def show_reports(written: Sequence[tuple[int, Written]], json: bool) -> None:
    """Print how settled each year's report is, and its files."""
    if json:
        echo_json([_as_json(year, w) for year, w in written])
        return
    for year, w in written:
        typer.echo(f"{year}: {w.standing.label}")
        for file in w.files:
            typer.echo(f"  {file}{_stood(file, w)}")


def _stood(file: Path, written: Written) -> str:
    """What is said of a file that was not written, since it stood there."""
    if file not in written.kept:
        return ""
    return (
        ": stands, and differs from what is made now; --out shows that"
        if file in written.differing
        else ": stands, equal"
    )


def _as_json(year: int, written: Written) -> dict[str, Any]:
    files = list(map(str, written.files))
    stood = {"kept": list(map(str, written.kept)), "differing": list(map(str, written.differing))}
    about = {"year": year, "revision": written.standing.revision, "standing": written.standing.label, "files": files}
    return about | stood


def review(
    start: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="First day of the programme.")],
    end: Annotated[datetime, typer.Option("--to", formats=["%Y-%m-%d"], help="Last day of the window.")],
    programme: Annotated[
        str, typer.Option(help="Document of the programme; default: the one issued on the first day.")
    ] = "",
    fmt: FormOption = None,
    out: OutOption = None,
    json: JsonOption = False,
) -> None:
    """Write the review of a programme over a window as papers. What nobody stated is a marked gap, never 0.

    --json prints its figures for programs, and writes papers only when --format or --out asks for them.

    Example: danvan review --from 2013-08-30 --to 2016-08-30 --format docx
    """
    from assets.report.write import write_review
    from warehouse.home import current_home

    if end <= start:
        raise UsageProblem("--to must be after --from")
    first_day, last_day = start.date(), end.date()
    number = programme or _programme_of(first_day)
    files: tuple[Path, ...] = ()
    if fmt or out or not json:
        written = write_review(current_home(), first_day, last_day, number, fmt or (), out)
        files = written.files
    if json:
        echo_json(_figures(first_day, last_day, number) | {"files": list(map(str, files))})
        return
    typer.echo(f"{number or 'all documents'}: {written.standing.label}")
    for path in files:
        typer.echo(f"  {path}")


def _figures(first_day: date, last_day: date, programme: str | None) -> dict[str, Any]:
    found = _query("programme_review", first_day=first_day, last_day=last_day, programme=programme)
    rows = [{name: value for name, value in row.items() if name != "position"} for row in found]
    return {"from": str(first_day), "to": str(last_day), "programme": programme, "figures": rows}


def _programme_of(day: date) -> str | None:
    rows = _query("document_of_day", day=day)
    return str(rows[0]["document_number"]) if len(rows) == 1 else None


def _query(name: str, **parameters: Any) -> list[dict[str, Any]]:
    from warehouse import query
    from warehouse.catalog import open_published
    from warehouse.home import current_home

    with open_published(current_home()) as con:
        return query.rows(con, name, **parameters)
