"""The demo: the sample corpus through the real jobs, and what came of it, in figures that a newcomer understands.

Does not belong here: anything that the pipeline does.
"""

from __future__ import annotations

import sys
import time
from datetime import date
from typing import TYPE_CHECKING, Any

import typer

from orchestration.cli.output import ProgressBar, UsageProblem, echo_table

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from warehouse.home import Home

#: the findings that teach most: a cell that Excel changed, figures that do not fit together, a form out of its years
_INSTRUCTIVE = ("V-COUNT-FRACTION", "T-MEMBERS-OVER", "S-PERIOD-FORM")
#: the figures of the founding document: its programme, and where they stand in the review
_PROGRAMME = {"first_day": date(2013, 8, 30), "last_day": date(2016, 8, 30), "programme": "32-CTr/TU"}
_POSITIONS = range(2, 14)


#: what is shown of the years, by the query that asks it
_ACROSS_YEARS = {
    "shown_key_figures": "Figures across years: the units, without the superior bodies",
    "shown_over_a_break": "Two years over a break (one dialogue a year is asked since 2021, four before): what may be compared",
    "shown_on_units": "Study sessions of all years on the units of 2025: mergers and splits undone, within bounds",
    "shown_changes": "Why a year that was closed differs from what was handed in: attendances of 2021",
}


def run(seed: int) -> None:
    """Let the corpus of ``seed`` arrive as the years brought it, a year closed between, and print the outcome."""
    from assets.intake.inbox import INBOX_SETTING, LocalInbox, open_inbox
    from assets.sample.arrivals import ARRIVALS
    from warehouse.home import current_home

    home = current_home()
    home.create()
    inbox = open_inbox(home)
    if not isinstance(inbox, LocalInbox):
        raise UsageProblem(f"{INBOX_SETTING} names an object store; run the demo without it")
    begin = time.monotonic()
    batches = [_arrive(home, inbox.root, seed, arrival) for arrival in ARRIVALS]
    seconds = time.monotonic() - begin
    files = sum(b["files"] for b in batches)
    if all(map(_is_old, batches)):
        typer.echo(f"Nothing is new: all {files} files were received before ({seconds:.0f} s).")
    else:
        typer.echo(f"{files} sample files made, taken in {len(batches)} deliveries and published in {seconds:.0f} s.")
        _show(home, batches)
    _places(home)


def _arrive(home: Home, folder: Path, seed: int, arrival: int) -> dict[str, Any]:
    """Take one delivery, and close the year that is closed after it; returns the batch's row of figures."""
    from assets.progress import reporting_to
    from assets.sample import write_sample
    from assets.sample.arrivals import CLOSED_AFTER
    from orchestration.run import run_closing, run_ingest

    with ProgressBar() as bar:
        write_sample(folder, seed, lambda done, total: bar("sample", done, total), arrival)
        with reporting_to(bar):
            batch = run_ingest(home)
    closed = CLOSED_AFTER.get(arrival)
    if closed and not _is_old(batch):
        run_closing(home, closed)
    return {"delivery": arrival, **batch, "judged_again": batch["replayed"], "closed_then": closed}


def _is_old(batch: dict[str, Any]) -> bool:
    return bool(batch["duplicates"] == batch["files"] and not batch["completed"])


def _show(home: Home, batches: Sequence[dict[str, Any]]) -> None:
    from warehouse import query
    from warehouse.catalog import open_published

    counts = ("delivery", "files", "duplicates", "judged_again", "accepted", "rejected", "years", "closed_then")
    echo_table([{k: b[k] for k in counts} for b in batches], title="\nReceived")
    with open_published(home) as con:
        typer.echo("\nThree of the findings that went back to units")
        for f in query.rows(con, "findings_one_each", codes=list(_INSTRUCTIVE)):
            typer.echo(f"  {f['code']}  {f['file_name']}, {f['sheet']}!{f['cell']}\n    {f['message']}")
            typer.echo(f"    ghi: {f['found']}\n    cách sửa: {f['remedy']}")
        filled = [r for r in query.rows(con, "row_counts") if r["year"] is None and r["rows"]]
        echo_table([{n: r[n] for n in ("table_name", "rows")} for r in filled], title="\nRows per table")
        for name, title in _ACROSS_YEARS.items():
            echo_table(query.rows(con, name), title=f"\n{title}")
        review = [r for r in query.rows(con, "programme_review", **_PROGRAMME) if r["position"] in _POSITIONS]
        title = "\nReview of programme 32-CTr/TU, 30/8/2013 - 30/8/2016 (the founding document's figures)"
        echo_table([{n: r[n] for n in ("label", "level", "value", "unit_of_measure")} for r in review], title=title)


def _places(home: Home) -> None:
    typer.echo("\nWhere things are")
    for what, where in (
        ("warehouse", home.database),
        ("receipts", home.receipts),
        ("Data Docs", home.data_docs / "index.html"),
        ("Dagster UI", f"run `{sys.argv[0]} dev`, then http://127.0.0.1:3000"),
    ):
        typer.echo(f"  {what:<11} {where}")
