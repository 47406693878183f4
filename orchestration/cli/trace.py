"""The command trace: from a published figure to the reports and cells behind it. Read-only.

Does not belong here: what stands behind a figure (warehouse.lineage), reading the files (assets.trace).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from orchestration.cli.output import LISTED, JsonOption, UsageProblem, echo_json, echo_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from warehouse.home import Home
    from warehouse.lineage import SourceCell, Traced

#: so many cells are shown without being asked for; of more the reports
_FEW = 20


def register(app: typer.Typer) -> None:
    """Add this module's command to ``app``."""
    app.command()(trace)


def trace(
    table: Annotated[str, typer.Argument(help="mart.training_by_unit, mart.key_figures, core.fact_training, ...")],
    key: Annotated[
        str, typer.Option(help="Columns that name the row(s), joined by commas, e.g. year=2021,unit_code=DV005")
    ],
    column: Annotated[str, typer.Option(help="Column to trace.")],
    cells: Annotated[
        bool, typer.Option("--cells", help=f"Every cell with the raw text that stood there, also of more than {_FEW}.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Trace a published figure to the reports, files and cells behind it, and to what was not counted and why.

    Example: danvan trace mart.key_figures --key year=2021,reporter_level=unit --column inspections_done
    Example: danvan trace mart.training_by_unit --key year=2017,unit_code=DV040 --column session_count --cells
    Example: danvan trace core.fact_training --key year=2014,unit_id=105 --column attendee_count
    """
    from warehouse.catalog import open_published
    from warehouse.home import current_home
    from warehouse.lineage import figure, is_mart, source_cells

    pairs, home = dict(_pair(part) for part in key.split(",")), current_home()
    if is_mart(table):
        with open_published(home) as con:
            found = figure(con, table, pairs, column)
        if not found.rows:
            raise UsageProblem(f"no row of {table} has {key}")
        echo_json(_as_json(home, found, cells=cells)) if json else _echo_figure(home, found, cells=cells)
        return
    with open_published(home) as con:
        sources = source_cells(con, table, pairs, column)
    if not sources:
        raise UsageProblem(f"no row of {table} has {key}")
    echo_json(_read(home, sources)) if json else _echo_cells(home, sources)


def _pair(text: str) -> tuple[str, str]:
    name, separator, value = text.partition("=")
    if not separator:
        raise UsageProblem(f"--key takes column=value pairs joined by commas, found {text!r}")
    return name.strip(), value.strip()


def _as_json(home: Home, found: Traced, *, cells: bool) -> dict[str, Any]:
    shown = _read(home, found.cells) if cells or len(found.cells) <= _FEW else None
    return {
        "mart": found.mart,
        "column": found.column,
        "rows": [{"row": row, "value": value} for row, value in found.rows],
        "reports": _reports(found.cells),
        "cells": shown,
        "made_of": [_as_json(home, part, cells=cells) for part in found.made_of],
        "rejected": list(found.rejected),
    }


def _echo_figure(home: Home, found: Traced, *, cells: bool) -> None:
    rows = [{"row": row, found.column: value} for row, value in found.rows]
    echo_table(rows[:LISTED], title=f"{found.mart}.{found.column}", total=len(rows), more="--json lists all")
    for part in found.made_of:
        typer.echo("\nwhich is worked out from:\n")
        _echo_figure(home, part, cells=cells)
    counted = [c for c in found.cells if not c.uncounted]
    if found.cells and (cells or len(counted) <= _FEW):
        typer.echo("\ncounted cells:\n")
        _echo_cells(home, counted)
    elif counted:
        reports = _reports(counted)
        more = "--json lists all; --cells shows each cell"
        echo_table(reports[:LISTED], title=f"\nits {len(reports)} reports", total=len(reports), more=more)
        typer.echo(f"{len(counted)} cells in all; --cells shows each")
    _echo_uncounted(found)


def _echo_uncounted(found: Traced) -> None:
    """What did not enter, by reason."""
    from warehouse.codes import code_lists

    words = {c.code: c.label_en for c in code_lists()["uncounted"]}
    rows = [
        {
            "why": words[str(c.uncounted)],
            "unit": c.unit_code,
            "period": c.period_id,
            "file": c.file_name,
            "cell": _at(c),
        }
        for c in found.cells
        if c.uncounted
    ]
    rows += [
        {"why": words["rejected"], "unit": r["unit_code"], "period": r["period_id"], "file": r["file_name"], "cell": ""}
        for r in found.rejected
    ]
    if rows:
        echo_table(rows[:LISTED], title="\nnot counted", total=len(rows), more="--json lists all")


def _reports(cells: Sequence[SourceCell]) -> list[dict[str, Any]]:
    """What each report brings, by part of the figure."""
    found: dict[tuple[str, str | None, str | None], dict[str, Any]] = {}
    for c in (c for c in cells if not c.uncounted):
        row = found.setdefault(
            (c.submission_id, c.part, c.uncounted),
            {"unit": c.unit_code, "period": c.period_id, "part": c.part, "brings": None, "cells": 0}
            | {"file": c.file_name, "submission": c.submission_id},
        )
        row["cells"] += 1
        if c.value is not None:
            row["brings"] = (row["brings"] or 0) + c.value * (c.weight or 0)
    return list(found.values())


def _echo_cells(home: Home, cells: Sequence[SourceCell]) -> None:
    for row in _read(home, cells[:LISTED]):
        for name, value in row.items():
            typer.echo(f"{name:>14}: {value}")
        typer.echo("")
    if len(cells) > LISTED:
        typer.echo(f"listed {LISTED} of {len(cells)} cells; --json --cells lists all")


def _read(home: Home, cells: Sequence[SourceCell]) -> list[dict[str, Any]]:
    from assets.trace import trace_rows

    return trace_rows(home, cells)


def _at(cell: SourceCell) -> str:
    return f"{cell.sheet}!{cell.cell}" if cell.cell else f"{cell.sheet}, row {cell.source_row}"
