"""Starting a job in this process, on the home's own Dagster instance, so that the UI shows it.

Does not belong here: the jobs' definitions, or how their result is shown.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from typing import TYPE_CHECKING, Any

from orchestration.instance import prepare_dagster_home

if TYPE_CHECKING:
    from dagster import ExecuteInProcessResult

    from assets.ingest import Chosen
    from assets.report.write import Written
    from warehouse.home import Home


class IngestFailedError(Exception):
    """The run failed; the warehouse is as before and nothing was taken from the inbox."""


def run_ingest(
    home: Home,
    processes: int = 2,
    replay: Chosen | None = None,
    *,
    confirm_replay: bool = False,
    confirm: Sequence[str] = (),
) -> dict[str, Any]:
    """Run the ingest job and return the batch's row of figures (see ``assets.graph.reported.batch_metadata``).

    Besides those: ``release``, whether this run completed it (``is_new``), and how many ``receipts`` it wrote.
    ``replay`` names submissions to judge again instead of taking files, which may reject many reports when that is confirmed;
    ``confirm`` registers to put in force that were held.
    Raises the error of the failing step.
    """
    home.create()
    prepare_dagster_home(home)
    from assets.graph.keys import PUBLISHED, RECEIPTS, SUBMISSION

    taken: dict[str, Any] = {
        "processes": processes,
        "settle_seconds": 0.0,  # whoever starts a run by hand means the files that are there
    }
    if replay:  # as it was asked for: a year of a nation has tens of thousands of submissions
        taken |= {"replay": replay.submissions, "replay_batch": replay.batch_id, "replay_years": replay.years}
        taken["confirm_replay"] = confirm_replay
    if confirm:
        taken["confirm"] = list(confirm)
    result = _execute("ingest", {"ops": {"ingest_batch": {"config": taken}}})
    if not result.success:
        raise IngestFailedError(f"run {result.run_id} failed; look at it in the Dagster UI: danvan dev")
    events = (e.step_materialization_data.materialization for e in result.get_asset_materialization_events())
    told = {e.asset_key: {name: value.value for name, value in e.metadata.items()} for e in events}
    if missing := [key for key in (SUBMISSION, PUBLISHED, RECEIPTS) if key not in told]:
        raise IngestFailedError(f"run {result.run_id} reported no {missing[0].to_user_string()}")
    of_release = {name: told[PUBLISHED][name] for name in ("release", "is_new")}
    return {**told[SUBMISSION], **of_release, "receipts": told[RECEIPTS]["written"], "run_id": result.run_id}


def run_closing(home: Home, year: int) -> Written:
    """Run the closing job for ``year`` and return its report. Raises YearOpenError for a year that has not ended."""
    prepare_dagster_home(home)
    from assets.report.write import written_report
    from orchestration.jobs import closing_of
    from warehouse import clock
    from warehouse.closing import require_ended

    require_ended(year, clock.today())
    _execute("close_year", closing_of(year))
    return written_report(home, year)


def run_reopening(home: Home, year: int, reason: str) -> Written:
    """Run the job that undoes a closing and return the year's provisional report. Raises as ``assets.ingest.reopen_year``."""
    prepare_dagster_home(home)
    from assets.report.write import written_report

    _execute("reopen_year", {"ops": {"reopen": {"config": {"year": year, "reason": reason}}}})
    return written_report(home, year)


@contextmanager
def prints_on_stderr() -> Iterator[None]:
    """Send what libraries print meanwhile, in whatever way, to stderr: stdout is for the command's result alone.

    Both are put back whatever happened: on a full disk Dagster leaves them at the file that it could not write.
    """
    sys.stdout.flush()
    kept = {fd: os.dup(fd) for fd in (1, 2)}
    os.dup2(2, 1)
    try:
        with redirect_stdout(sys.stderr):
            yield
    finally:
        for fd, own in kept.items():
            os.dup2(own, fd)
            os.close(own)


def _execute(job: str, config: dict[str, Any]) -> ExecuteInProcessResult:
    import dagster as dg

    from assets.graph.retry import AT_ONCE
    from orchestration.definitions import defs
    from orchestration.launcher import PROCESS, this_process

    quiet = {
        "loggers": {"console": {"config": {"log_level": "CRITICAL"}}}
    }  # the instance keeps the whole log for the UI
    with prints_on_stderr(), dg.DagsterInstance.get() as instance:
        return defs.resolve_job_def(job).execute_in_process(
            run_config=config | quiet,
            instance=instance,
            raise_on_error=True,
            tags={PROCESS: this_process(), AT_ONCE: "true"},
        )
