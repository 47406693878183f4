"""The figures of a home that a monitor draws, written as one file for Prometheus' textfile collector.

They are asked of what is published and of the file system; nothing waits for a writer. Does not belong here: the text format
(assets.health.prometheus), judging whether a figure is well (assets.health.home).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC
from importlib.metadata import version
from typing import TYPE_CHECKING

import orjson

from assets.health.home import waiting
from assets.health.prometheus import Family, Sample, text_of
from assets.progress import timed
from assets.receipt.batch import receipts_due
from warehouse import query
from warehouse.catalog import open_published
from warehouse.files import write_file
from warehouse.processes import lock_holder, running_daemon
from warehouse.room import disks

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb

    from warehouse.home import Home

_VERDICTS = ("accepted", "rejected", "duplicate")


def metrics_path(home: Home) -> Path:
    """Return where the figures stand."""
    return home.metrics / "danvan.prom"


def write_metrics(home: Home) -> Path:
    """Write the figures in one step, without those that cannot be read now; return the file. Raises OSError."""
    content = text_of(_families(home)).encode()
    home.metrics.mkdir(parents=True, exist_ok=True)
    write_file(metrics_path(home), content, durable=False)
    return metrics_path(home)


@contextmanager
def steps_noted(home: Home, *, begins: bool = False) -> Iterator[None]:
    """Note how long each step of the body took, for the figures of the last batch; a batch ``begins``, others go on with it."""
    with timed() as seconds:
        yield
    kept = {} if begins else _noted_steps(home)
    total = {
        step: kept.get(step, 0.0) + seconds.get(step, 0.0) for step in (*kept, *(s for s in seconds if s not in kept))
    }
    with suppress(OSError):  # nothing rests on it: no run fails for it
        home.metrics.mkdir(parents=True, exist_ok=True)
        write_file(_steps_path(home), orjson.dumps(total), durable=False)


def _steps_path(home: Home) -> Path:
    return home.metrics / "last_batch.json"


def _noted_steps(home: Home) -> dict[str, float]:
    try:
        found = orjson.loads(_steps_path(home).read_bytes())
    except (OSError, orjson.JSONDecodeError):
        return {}
    return {s: float(n) for s, n in found.items() if isinstance(n, int | float)} if isinstance(found, dict) else {}


def _families(home: Home) -> Iterator[Family]:
    yield _gauge("danvan_info", "Versions of what runs; always 1.", [(1, _versions())])
    for look in (_of_processes, _of_inbox, _of_disks, _of_steps):
        yield from _readable(look, home)
    if home.database.exists():
        yield from _readable(_of_published, home)


def _readable(look: Callable[[Home], Iterable[Family]], home: Home) -> list[Family]:
    """The figures that can be read: a damaged file takes its own with it, `danvan doctor` says why."""
    try:
        return list(look(home))
    except Exception:  # whatever it is, the other figures are told
        return []


def _versions() -> dict[str, str]:
    return {"version": version("danvan"), "duckdb": version("duckdb"), "dagster": version("dagster")}


def _of_processes(home: Home) -> Iterator[Family]:
    yield _gauge("danvan_daemon_up", "Whether the daemon of this home runs.", [(running_daemon(home) is not None, {})])
    yield _gauge("danvan_writer_lock_held", "Whether somebody writes now.", [(lock_holder(home) is not None, {})])


def _of_inbox(home: Home) -> Iterator[Family]:
    count, seconds = waiting(home)
    yield _gauge("danvan_inbox_files", "Complete files that wait.", [(count, {})])
    yield _gauge(
        "danvan_inbox_oldest_file_age_seconds", "How long the oldest has waited; 0 without one.", [(seconds, {})]
    )


def _of_disks(home: Home) -> Iterator[Family]:
    found = [(d, {"folder": str(d.folder)}) for d in disks(home)]
    yield _gauge("danvan_disk_free_bytes", "Room on each disk that danvan writes to.", [(d.free, n) for d, n in found])
    yield _gauge("danvan_disk_size_bytes", "Size of each such disk.", [(d.total, n) for d, n in found])


def _of_steps(home: Home) -> Iterator[Family]:
    told = [(seconds, {"step": step}) for step, seconds in _noted_steps(home).items()]
    yield _gauge("danvan_batch_step_seconds", "How long each step of the last batch took.", told)


def _of_published(home: Home) -> Iterator[Family]:
    with open_published(home) as con:
        yield from _of_batches(con)
        yield from _of_release(con)
        standing: Counter[str] = Counter(dict.fromkeys(("error", "warning", "info"), 0))
        for row in query.rows(con, "open_findings"):
            standing[row["severity"]] += row["findings"]
        told = [(count, {"severity": severity}) for severity, count in standing.items()]
        yield _gauge("danvan_open_findings", "Findings that stand on reports, neither mended nor waived.", told)
        yield _gauge(
            "danvan_receipts_due", "Receipts that are still to be written.", [(len(receipts_due(con, home)), {})]
        )


def _of_batches(con: duckdb.DuckDBPyConnection) -> Iterator[Family]:
    (row,) = query.rows(con, "files_by_verdict")
    told = [(row[verdict], {"verdict": verdict}) for verdict in _VERDICTS]
    yield _counter("danvan_files_total", "Files taken, by what became of them.", told)
    yield _counter("danvan_judged_again_total", "Submissions judged again.", [(row["replayed"], {})])
    yield _counter("danvan_batches_total", "Batches committed.", [(row["batches"], {})])
    if row["finished_at"] is not None:
        yield _gauge("danvan_batch_timestamp_seconds", "When the last batch was committed.", [(row["finished_at"], {})])


def _of_release(con: duckdb.DuckDBPyConnection) -> Iterator[Family]:
    for row in query.rows(con, "release"):
        at = row["published_at"].replace(tzinfo=UTC).timestamp()
        yield _gauge("danvan_release_number", "The newest release.", [(row["release_no"], {})])
        yield _gauge("danvan_release_timestamp_seconds", "When it was published.", [(at, {})])


_Told = Iterable[tuple[float, dict[str, str]]]


def _gauge(name: str, what: str, told: _Told) -> Family:
    return Family(name, "gauge", what, [Sample(value, labels) for value, labels in told])


def _counter(name: str, what: str, told: _Told) -> Family:
    return Family(name, "counter", what, [Sample(value, labels) for value, labels in told])
