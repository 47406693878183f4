"""The command diff: what changed in the figures between two releases or two days, and why. Read-only.

Does not belong here: comparing (warehouse.changes), one figure's cells (orchestration.cli.trace).
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from orchestration.cli.output import LISTED, JsonOption, echo_json, echo_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    import duckdb

Row = dict[str, Any]


class By(StrEnum):
    """What ``danvan diff`` has a line for."""

    cell = "cell"
    figure = "figure"
    unit = "unit"
    cause = "cause"


#: what the lines of each kind are told apart by
_LINES = {By.figure: ("mart_name", "column_name", "year"), By.unit: ("unit_code", "year"), By.cause: ("cause", "year")}


def register(app: typer.Typer) -> None:
    """Add this module's command to ``app``."""
    app.command()(diff)


def diff(
    since: Annotated[str, typer.Option("--from", help="Release, day or moment (UTC) to compare from: 3, 2026-01-31.")],
    until: Annotated[str, typer.Option("--to", help="The same to compare with; the newest release if not given.")] = "",
    mart: Annotated[str, typer.Option(help="Only this mart, e.g. mart.key_figures.")] = "",
    year: Annotated[int | None, typer.Option(help="Only figures of this year.")] = None,
    unit: Annotated[str, typer.Option(help="Only figures of the unit with this code.")] = "",
    by: Annotated[By, typer.Option(help="A line for each cell, figure, unit or cause.")] = By.cell,
    json: JsonOption = False,
) -> None:
    """Show every figure that differs between two releases, before and after, with the cause and the reports that brought it.

    What was known then is asked by the definitions of today. Where several causes met, each has its line and its share.

    Example: danvan diff --from 3
    Example: danvan diff --from 2026-01-31 --to 2026-03-31 --by cause
    """
    from warehouse.catalog import open_published
    from warehouse.changes import changed, states
    from warehouse.home import current_home

    with open_published(current_home()) as con:
        before, after = states(con, since, until)
        notes = _redefined(con, (before.batch_no, after.batch_no))
        rows = changed(con, before, after, mart=mart, year=year, unit=unit)
    shown = rows if by is By.cell else _counted(rows, _LINES[by])
    if json:
        echo_json({"changes": shown, "notes": notes})
        return
    for note in notes:
        typer.echo(f"note: {note}", err=True)
    title = f"figures that changed from {since} to {until or 'the newest release'}"
    echo_table(
        shown[:LISTED], title=title, total=len(shown), more="--json lists all; --by figure, unit or cause counts"
    )


def _counted(rows: Sequence[Row], names: Sequence[str]) -> list[Row]:
    """How many cells changed and by which reports. Differences are not added: rows of a mart may not add either."""
    found: dict[tuple[Any, ...], list[Row]] = {}
    for row in rows:
        found.setdefault(tuple(row[n] for n in names), []).append(row)
    ordered = sorted(found.items(), key=lambda item: tuple(map(str, item[0])))
    return [dict(zip(names, key, strict=True)) | _summed_up(of_key) for key, of_key in ordered]


def _summed_up(rows: Sequence[Row]) -> Row:
    cells = {(r["mart_name"], r["row_key"], r["column_name"]): r for r in rows}
    reports = {s for r in rows if r["submissions"] for s in r["submissions"].split(", ")}
    return {
        "cells": len(cells),
        "new": sum(r["figure_before"] is None for r in cells.values()),
        "gone": sum(r["figure_after"] is None for r in cells.values()),
        "reports": len(reports),
        "causes": ", ".join(sorted({r["cause"] for r in rows})),
    }


def _redefined(con: duckdb.DuckDBPyConnection, batches: Sequence[int]) -> list[str]:
    """Say of which state the definitions were others than today's."""
    from warehouse import query

    return [
        f"release {r['release_no']} was made by other declarations; what was known then is shown by those of today"
        for r in query.rows(con, "releases_redefined", batches=list(batches))
    ]
