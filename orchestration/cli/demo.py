"""The demo: the sample corpus through the real job, and what came of it, in figures that a newcomer understands.

Does not belong here: anything that the pipeline does.
"""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Any

import typer

from orchestration.cli.output import ProgressBar, UsageProblem, echo_table

if TYPE_CHECKING:
    from warehouse.home import Home

#: the findings that teach most: a cell that Excel changed, figures that do not fit together, a form out of its years
_INSTRUCTIVE = ("V-COUNT-FRACTION", "T-MEMBERS-OVER", "S-PERIOD-FORM")
_YEARS = "FROM mart.key_figures ORDER BY year"
_ROWS = (
    "SELECT schema_name || '.' || table_name AS table_name, sum(row_count)::BIGINT AS rows FROM meta.table_hash "
    "GROUP BY 1 HAVING rows > 0 ORDER BY 1"
)
_REVIEW = (
    "SELECT label, level, value, unit_of_measure FROM mart.programme_review(DATE '2013-08-30', DATE '2016-08-30', "
    "programme := '32-CTr/TU') WHERE position BETWEEN 2 AND 13 ORDER BY position"
)


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
            batch = run_ingest(home, None, processes=2)
    seconds = time.monotonic() - begin
    if batch["duplicates"] == batch["files"]:
        typer.echo(f"Nothing is new: all {batch['files']} files were received before ({seconds:.0f} s).")
    else:
        typer.echo(f"{sample.file_count} sample files made, taken and published in {seconds:.0f} s.")
        _show(home, batch)
    _places(home)


def _show(home: Home, batch: dict[str, Any]) -> None:
    from warehouse.writer import open_published

    counts = {k: batch[k] for k in ("files", "accepted", "rejected", "duplicates", "years")}
    echo_table([counts], title="\nReceived")
    with open_published(home) as con:
        findings = con.sql(
            "SELECT f.code, s.file_name, f.sheet, f.cell, f.found, f.message, f.remedy FROM intake.finding f "
            "JOIN intake.submission s USING (submission_id) WHERE f.code IN (SELECT unnest(?)) "
            "QUALIFY row_number() OVER (PARTITION BY f.code ORDER BY s.file_name) = 1 ORDER BY list_position(?, f.code)",
            params=[list(_INSTRUCTIVE), list(_INSTRUCTIVE)],
        )
        typer.echo("\nThree of the findings that went back to units")
        for code, file, sheet, cell, found, message, remedy in findings.fetchall():
            typer.echo(f"  {code}  {file}, {sheet}!{cell}\n    {message}\n    ghi: {found}\n    cách sửa: {remedy}")
        echo_table(con.sql(_ROWS).pl().to_dicts(), title="\nRows per table")
        echo_table(con.sql(_YEARS).pl().to_dicts(), title="\nFigures across years")
        title = "\nReview of programme 32-CTr/TU, 30/8/2013 - 30/8/2016 (the founding document's figures)"
        echo_table(con.sql(_REVIEW).pl().to_dicts(), title=title)


def _places(home: Home) -> None:
    typer.echo("\nWhere things are")
    for what, where in (
        ("warehouse", home.database),
        ("receipts", home.receipts),
        ("Data Docs", home.data_docs / "index.html"),
        ("Dagster UI", f"run `{sys.argv[0]} dev`, then http://127.0.0.1:3000"),
    ):
        typer.echo(f"  {what:<11} {where}")
