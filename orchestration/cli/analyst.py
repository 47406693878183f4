"""Commands over what was published: status, findings, receipt, sql. All read-only.

Does not belong here: anything that writes to the warehouse.
"""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from orchestration.cli.output import LISTED, JsonOption, UsageProblem, echo_json, echo_table
from orchestration.cli.result import content, first_rows

if TYPE_CHECKING:
    import duckdb


class Listing(StrEnum):
    """How ``danvan findings`` prints."""

    table = "table"
    json = "json"


class Format(StrEnum):
    """How ``danvan sql`` prints."""

    table = "table"
    csv = "csv"
    json = "json"
    parquet = "parquet"


def register(app: typer.Typer) -> None:
    """Add this module's commands to ``app``."""
    for command in (status, findings, receipt):
        app.command()(command)
    app.command(context_settings={"ignore_unknown_options": True})(sql)  # a statement may begin with a comment: --


def status(json: JsonOption = False) -> None:
    """Show releases, batches, submissions by verdict, and completeness by year.

    Example: danvan status --json
    """
    from warehouse import clock, query
    from warehouse.due import completeness_by_year

    with _published() as con:
        parts = {"release": "release", "batches": "batches", "submissions": "submissions_by_form"}
        shown = {title: query.rows(con, name) for title, name in parts.items()}
        shown["completeness"] = completeness_by_year(con, clock.today())
    if json:
        echo_json(shown)
        return
    for name, rows in shown.items():
        echo_table(rows, title=f"\n{name}")


def findings(
    submission: Annotated[str, typer.Option(help="Only this submission.")] = "",
    code: Annotated[str, typer.Option(help="Only this code.")] = "",
    fmt: Annotated[Listing, typer.Option("--format", help="table or json.")] = Listing.table,
    json: JsonOption = False,
) -> None:
    """List findings: which file, sheet and cell, what was found, what is expected, how to mend it.

    Example: danvan findings --submission 3fa9c2d17e8b4a60 --format json
    """
    rows = _query("findings", submission=submission, code=code)
    if json or fmt is Listing.json:
        echo_json(rows)
        return
    narrow = ("severity", "code", "file_name", "sheet", "cell", "found", "message")
    echo_table(
        [{k: r[k] for k in narrow} for r in rows[:LISTED]], title="findings", total=len(rows), more="--json lists all"
    )
    for r in (r for r in rows if r["more_count"]):
        typer.echo(f"{r['file_name']}, {r['code']}: and {r['more_count']:,} more rows that are not listed")


def receipt(
    submission: Annotated[str | None, typer.Argument(help="Submission, as in danvan findings or status.")] = None,
    unit: Annotated[
        str | None, typer.Option(help="Unit code: the newest version of its report, with --period.")
    ] = None,
    period: Annotated[str | None, typer.Option(help="2024-Y, 2024-H1, 2024-9M, 2024-Q3, 2024-M07.")] = None,
    json: JsonOption = False,
) -> None:
    """Write the receipt of a submission anew, with its copy in the outbox. Prints where they are.

    The unit's workbook with marked cells also where nothing is to be mended; and JSON.

    Example: danvan receipt --unit DV004 --period 2024-Y
    Example: danvan receipt 3fa9c2d17e8b4a60
    """
    from assets.receipt import readable, write_receipt
    from warehouse.catalog import open_published
    from warehouse.home import current_home

    home = current_home()
    with open_published(home) as con:
        submission = _submission_meant(con, submission, unit, period)
        made = write_receipt(con, home, submission)
    read = str(readable(home.receipts, submission, made.kind)) if made.kind else None
    places = {"workbook": read, "json": str(home.receipts / f"{submission}.json"), "outbox": made.outbox}
    if made.is_failure:
        typer.echo(
            f"danvan: the unit's own workbook could not be marked ({made.why}); the list of findings is", err=True
        )
    echo_json(places) if json else echo_table([places])


def _submission_meant(
    con: duckdb.DuckDBPyConnection, submission: str | None, unit: str | None, period: str | None
) -> str:
    """Return the submission that is named, or the newest version of a unit's report. Raises UsageProblem."""
    from warehouse import query

    if bool(submission) == bool(unit and period):
        raise UsageProblem("name a submission, or a unit and a period: --unit DV004 --period 2024-Y")
    if submission:
        found, said = query.rows(con, "submission_known", submission=submission), f"submission {submission!r}"
    else:
        found, said = (
            query.rows(con, "submissions_of_report", unit=unit, period=period),
            f"report of {unit} for {period}",
        )
    if not found:
        raise UsageProblem(
            f"no {said}; see: danvan sql 'SELECT submission_id, unit_code, period_id, file_name FROM intake.submission'"
        )
    return str(found[0]["submission_id"])


def sql(
    statement: Annotated[
        str, typer.Argument(help="One SQL query over the published file; schemas core, mart, intake, meta.")
    ],
    fmt: Annotated[
        Format | None,
        typer.Option(
            "--format", help="table, csv, json or parquet; default: what the name of --out ends in, or table."
        ),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Write to this file instead of the screen.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="Rows shown by --format table.")] = LISTED,
    raw: Annotated[
        bool, typer.Option("--raw", help="csv without the apostrophe before texts that a spreadsheet would work out.")
    ] = False,
) -> None:
    """Query the published warehouse, read-only; it may be used while a run is writing.

    Example: danvan sql "SELECT year, sum(model_count) FROM mart.model_by_year GROUP BY year ORDER BY year" --format csv
    """
    import duckdb

    from warehouse.catalog import is_query

    fmt = fmt or _format_of(out)
    if fmt is Format.table and out:
        raise UsageProblem("a file takes csv, json or parquet; give --format, or --out a name that ends in one of them")
    with _published() as con:
        try:
            if not is_query(con, statement):
                raise UsageProblem("that is no query: it returns no rows, and the published file is read-only")
            result = con.sql(statement)
            if fmt is Format.table:
                shown, total = first_rows(result, limit)
                echo_table(shown, total=total, more="--limit N shows more, --format csv all")
            else:
                _write(out, content(result, fmt.value, raw=raw))
        except duckdb.Error as e:
            raise UsageProblem(f"the query failed: {e}") from e


def _format_of(out: Path | None) -> Format:
    suffix = out.suffix.removeprefix(".").lower() if out else ""
    return Format(suffix) if suffix in [f.value for f in Format] else Format.table


def _published() -> Any:
    from warehouse.catalog import open_published
    from warehouse.home import current_home

    return open_published(current_home())


def _query(name: str, **parameters: Any) -> list[dict[str, Any]]:
    from warehouse import query

    with _published() as con:
        return query.rows(con, name, **parameters)


def _write(out: Path | None, content: bytes) -> None:
    if out is None:
        sys.stdout.buffer.write(content)
        sys.stdout.flush()
        return
    out.write_bytes(content)
    typer.echo(f"wrote {out}", err=True)
