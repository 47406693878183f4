"""The demo: the sample corpus through the real job, and what came of it, in figures that a newcomer understands.

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
    from warehouse.home import Home

#: the findings that teach most: a cell that Excel changed, figures that do not fit together, a form out of its years
_INSTRUCTIVE = ("V-COUNT-FRACTION", "T-MEMBERS-OVER", "S-PERIOD-FORM")
#: the figures of the founding document: its programme, and where they stand in the review
_PROGRAMME = {"first_day": date(2013, 8, 30), "last_day": date(2016, 8, 30), "programme": "32-CTr/TU"}
_POSITIONS = range(2, 14)


def run(seed: int) -> None:
    """Write the corpus of ``seed`` to the inbox, ingest it and print the outcome."""
    from assets.intake.inbox import INBOX_SETTING, LocalInbox, open_inbox
    from assets.progress import reporting_to
    from assets.sample import write_sample
    from orchestration.run import run_ingest
    from warehouse.home import current_home

    home = current_home()
    home.create()
    inbox = open_inbox(home.inbox)
    if not isinstance(inbox, LocalInbox):
        raise UsageProblem(f"{INBOX_SETTING} names an object store; run the demo without it")
    begin = time.monotonic()
    with ProgressBar() as bar:
        sample = write_sample(inbox.root, seed, progress=lambda done, total: bar("sample", done, total))
        with reporting_to(bar):
            batch = run_ingest(home)
    seconds = time.monotonic() - begin
    if batch["duplicates"] == batch["files"] and not batch["completed"]:
        typer.echo(f"Nothing is new: all {batch['files']} files were received before ({seconds:.0f} s).")
    else:
        typer.echo(f"{sample.file_count} sample files made, taken and published in {seconds:.0f} s.")
        _show(home, batch)
    _places(home)


def _show(home: Home, batch: dict[str, Any]) -> None:
    from warehouse import query
    from warehouse.catalog import open_published

    counts = {k: batch[k] for k in ("files", "accepted", "rejected", "duplicates", "years")}
    echo_table([counts], title="\nReceived")
    with open_published(home) as con:
        typer.echo("\nThree of the findings that went back to units")
        for f in query.rows(con, "findings_one_each", codes=list(_INSTRUCTIVE)):
            typer.echo(f"  {f['code']}  {f['file_name']}, {f['sheet']}!{f['cell']}\n    {f['message']}")
            typer.echo(f"    ghi: {f['found']}\n    cách sửa: {f['remedy']}")
        filled = [r for r in query.rows(con, "row_counts") if r["year"] is None and r["rows"]]
        echo_table([{n: r[n] for n in ("table_name", "rows")} for r in filled], title="\nRows per table")
        echo_table(
            query.rows(con, "key_figures_shown"), title="\nFigures across years: the units, without the superior bodies"
        )
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
