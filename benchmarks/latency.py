"""Latency: from a file's rename into the inbox to its figures in the published file, with the real daemon.

Usage: python -m benchmarks.latency [--files 20] [--stock 200]. Takes half a minute per file, most of it
waiting for the daemon to be idle. Prints median and p95, and where the time goes: waiting for the sensor, queue, start of
the run, work until the figures are visible; and what the run does after that.
Does not belong here: throughput (benchmarks.ingest).
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.burst import check_burst, make_burst
from orchestration.instance import prepare_dagster_home
from orchestration.run import run_ingest
from warehouse.catalog import open_published
from warehouse.home import Home

REPO = Path(__file__).parents[1]
PATIENCE = 120.0


def main() -> None:
    """Fill a warehouse with the stock, start the daemon, drop files one by one and print where the time goes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=20)
    parser.add_argument("--stock", type=int, default=200)
    parser.add_argument("--burst", type=Path, default=Path(tempfile.gettempdir()) / "danvan-burst")
    arguments = parser.parse_args()
    files = make_burst(arguments.burst, arguments.stock + arguments.files + 1)
    with tempfile.TemporaryDirectory(prefix="danvan-latency-") as folder:
        home = Home(Path(folder))
        home.create()
        for file in files[: arguments.stock + 1]:
            shutil.copy(file, home.inbox)
        run_ingest(home)
        prepare_dagster_home(home)
        with daemon_of(home):
            samples = []
            for file in files[arguments.stock + 1 :]:
                samples.append(_measure(home, file))
                print(
                    f"{len(samples)} of {arguments.files + 1}: {samples[-1]['total']:.1f} s",
                    file=sys.stderr,
                    flush=True,
                )
        check_burst(home, files)
    _print(samples[1:], first=samples[0])


@contextmanager
def daemon_of(home: Home) -> Iterator[None]:
    """Run a daemon on the home's instance meanwhile."""
    command = [sys.executable, "-m", "dagster._daemon", "run", "-w", "workspace.yaml"]
    with (home.root / "daemon.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=REPO, stdout=log, stderr=log, start_new_session=True)
    time.sleep(20)  # until its daemons tick
    try:
        yield
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=60)


def _measure(home: Home, file: Path) -> dict[str, float]:
    """Drop one file, wait for its figures, then until the daemon is idle; return seconds by stage."""
    _until_idle()
    time.sleep(random.uniform(0, 10))
    part = home.inbox / f"{file.name}.part"
    shutil.copy(file, part)
    part.rename(home.inbox / file.name)
    renamed = time.time()
    visible = _visible(home, file.name)
    record = _newest_run(finished=True)
    created, launched, started, ended = record
    return {
        "total": visible - renamed,
        "sensor": created - renamed,
        "queue": launched - created,
        "start": started - launched,
        "work": visible - started,
        "after": ended - visible,
    }


def _visible(home: Home, name: str) -> float:
    give_up = time.time() + PATIENCE
    while time.time() < give_up:
        with open_published(home) as con:
            if con.execute("FROM intake.submission WHERE file_name = ?", [name]).fetchone():
                return time.time()
        time.sleep(0.05)
    raise TimeoutError(f"{name} is not published after {PATIENCE:.0f} s; see the daemon's log")


def _runs(limit: int) -> list[tuple[str, tuple[float, float, float, float]]]:
    import dagster as dg

    with dg.DagsterInstance.get() as instance:
        out = []
        for record in instance.get_run_records(dg.RunsFilter(job_name="ingest"), limit=limit):
            stats = instance.get_run_stats(record.dagster_run.run_id)
            times = (
                record.create_timestamp.timestamp(),
                stats.launch_time or 0,
                stats.start_time or 0,
                stats.end_time or 0,
            )
            out.append((record.dagster_run.status.value, times))
        return out


def _newest_run(*, finished: bool) -> tuple[float, float, float, float]:
    while True:
        ((status, times),) = _runs(1)
        if not finished or status in ("SUCCESS", "FAILURE"):
            return times
        time.sleep(0.2)


def _until_idle() -> None:
    import dagster as dg

    busy = dg.RunsFilter(
        statuses=[dg.DagsterRunStatus.QUEUED, dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED]
    )
    with dg.DagsterInstance.get() as instance:
        quiet = 0
        while quiet < 15:  # the sensor that follows ticks every ten seconds
            quiet = 0 if instance.get_runs(busy, limit=1) else quiet + 1
            time.sleep(1)


def _print(samples: list[dict[str, float]], first: dict[str, float]) -> None:
    totals = sorted(s["total"] for s in samples)
    p95 = totals[min(len(totals) - 1, round(0.95 * len(totals)))]
    print(f"{len(totals)} files, one by one, daemon idle; the very first (cold) took {first['total']:.1f} s")
    print(f"rename -> figures published: median {statistics.median(totals):.1f} s (goal 15), p95 {p95:.1f} s (goal 25)")
    for stage, what in (
        ("sensor", "waiting for the sensor"),
        ("queue", "in the queue"),
        ("start", "start of the run"),
        ("work", "work until visible"),
        ("after", "afterwards: release, checks, receipts, pages"),
    ):
        values = [s[stage] for s in samples]
        share = statistics.median(values) / statistics.median(totals)
        print(f"  {what:<46} median {statistics.median(values):5.1f} s   {share:4.0%} of the median")
    print(json.dumps({"totals": [round(t, 2) for t in totals]}))


if __name__ == "__main__":
    main()
