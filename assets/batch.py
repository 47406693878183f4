"""One batch in one short transaction: what was judged is written, aggregated and released, or nothing at all.

Belongs here: the order of the steps of a commit. Does not: judging (assets.judge_files), SQL (warehouse), publishing and
receipts (assets.ingest).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from assets.progress import report
from expectations import judge
from warehouse import clock, ledger
from warehouse.bootstrap import bootstrap
from warehouse.catalog import transaction
from warehouse.closing import (
    Settled,
    YearOpenError,
    closing_to_undo,
    forget_closing,
    is_closed,
    require_ended,
    write_closing,
    write_reopening,
)
from warehouse.declared_marts import declared_marts
from warehouse.judgement import Judgement, StaleJudgementError, base_of
from warehouse.marts import build_marts, marts
from warehouse.migrate import next_batch_no
from warehouse.release import write_release

if TYPE_CHECKING:
    import duckdb


@dataclass(frozen=True, slots=True)
class BatchResult:
    """What a batch did; ``release_no`` is None when nothing but the ledger changed."""

    batch_id: str
    files: int = 0
    duplicates: int = 0
    accepted: Sequence[str] = ()
    rejected: Sequence[str] = ()
    replayed: Sequence[str] = ()
    resumed: Sequence[str] = ()  # committed batches that a run left unpublished, or whose files it left in the inbox
    years: Sequence[int] = ()
    release_no: int | None = None
    suites: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    staged_rows: Mapping[str, int] = field(default_factory=dict)
    all_years: bool = False  # the register or the declarations changed: every year was rebuilt

    @property
    def judged(self) -> list[str]:
        """Every submission that got a verdict in this batch."""
        return [*self.accepted, *self.rejected]


def require_fresh(con: duckdb.DuckDBPyConnection, judgement: Judgement) -> None:
    """Raise StaleJudgementError when the warehouse has moved on since ``judgement`` was made."""
    if base_of(con) != judgement.base:
        raise StaleJudgementError(f"batch {judgement.batch_id} was judged against {judgement.base}")


def commit(con: duckdb.DuckDBPyConnection, judgement: Judgement) -> BatchResult:
    """Write ``judgement``, rebuild the marts of its years and release them, in one transaction.

    Raises StaleJudgementError when the warehouse has moved on since it was judged; whatever is raised, nothing is written.
    """
    require_fresh(con, judgement)
    verdicts = judgement.verdicts()
    with _written(con, judgement.batch_id) as batch:
        if verdicts:
            report("load")
            ledger.write_judgement(con, judgement, batch.mark)
        all_years = batch.is_new or judgement.has_register
        years, left = (None, frozenset()) if all_years else (judgement.years, declared_marts())
        release_no = batch.release(years, left) if verdicts or batch.is_new else None
        result = BatchResult(
            batch_id=batch.mark.batch_id,
            files=judgement.files,
            duplicates=judgement.duplicates,
            accepted=[i for i, verdict in verdicts.items() if verdict == "accepted"],
            rejected=[i for i, verdict in verdicts.items() if verdict == "rejected"],
            replayed=judgement.replayed,
            resumed=judgement.resumed,
            years=judgement.years,
            release_no=release_no,
            suites=judgement.suites,
            staged_rows=judgement.staged_rows,
            all_years=all_years,
        )
        if result.files or result.replayed or release_no:
            batch.write(result, judgement.events)
    return result


def rebuild_marts(con: duckdb.DuckDBPyConnection, batch_id: str, years: Sequence[int]) -> BatchResult:
    """Rebuild the marts of ``years`` from core as it is."""
    return _aggregated(con, batch_id, years)


def close_year(con: duckdb.DuckDBPyConnection, batch_id: str, year: int) -> BatchResult:
    """Close ``year``, which must have ended: its figures as they are become its revision 1. Raises YearOpenError."""
    if base_of(con).release_no and is_closed(con, year):
        return BatchResult(batch_id)
    require_ended(year, clock.today())
    return _aggregated(con, batch_id, [year], is_closing=True)


def reopen_year(con: duckdb.DuckDBPyConnection, batch_id: str, year: int, reason: str) -> BatchResult:
    """Undo the closing of ``year``, on which nothing was built yet. Raises YearOpenError, YearBuiltOnError."""
    if not base_of(con).release_no:
        raise YearOpenError(f"{year} is not closed: nothing was released yet")
    with _written(con, batch_id) as batch:
        undone = closing_to_undo(con, year)
        forget_closing(con, year)
        release_no = batch.release(None if batch.is_new else [year])
        write_reopening(con, year, undone, release_no, batch.mark.at, reason)
        result = BatchResult(batch.mark.batch_id, years=[year], release_no=release_no, all_years=batch.is_new)
        batch.write(result, ())
    return result


def _aggregated(
    con: duckdb.DuckDBPyConnection, batch_id: str, years: Sequence[int], *, is_closing: bool = False
) -> BatchResult:
    """A batch without files: the marts of ``years`` and a release, which may close them."""
    with _written(con, batch_id) as batch:
        release_no = batch.release(None if batch.is_new else sorted(years))
        for year in years if is_closing else ():
            write_closing(con, year, release_no, batch.mark.at)
        result = BatchResult(batch.mark.batch_id, years=sorted(years), release_no=release_no, all_years=batch.is_new)
        batch.write(result, ())
    return result


@dataclass(frozen=True, slots=True)
class _Batch:
    """The batch that is being written; ``is_new`` when it is the first, or the first under these declarations."""

    con: duckdb.DuckDBPyConnection
    mark: ledger.BatchMark  # what its rows carry
    is_new: bool

    def release(self, years: Sequence[int] | None, left: Collection[str] = ()) -> int:
        """Rebuild the marts of the years (None: all) but those that are ``left`` as they are, and write the release.

        Returns its number.
        """
        report("marts")
        settled = Settled(self.con, years)
        build_marts(self.con, years, [m for m in marts() if m.relation.qualified not in left])
        report("release")
        at = clock.now()
        number = write_release(self.con, self.mark, at, years, left)
        settled.note_revisions(number, at)
        return number

    def write(self, result: BatchResult, events: Sequence[tuple[str, str, str | None, str | None]]) -> None:
        """Write the batch's own rows in the ledger."""
        report("ledger")
        mark = self.mark
        ledger.write_events(self.con, mark.batch_id, mark.at, events)
        accepted, rejected = (len(set(x) - set(result.replayed)) for x in (result.accepted, result.rejected))
        counts = ledger.BatchCounts(result.files, result.duplicates, accepted, rejected, len(result.replayed))
        ledger.write_batch(self.con, mark.batch_no, mark.batch_id, mark.at, counts)


@contextmanager
def _written(con: duckdb.DuckDBPyConnection, batch_id: str) -> Iterator[_Batch]:
    """One transaction around the body, declarations first."""
    with transaction(con):
        is_changed = bootstrap(con)
        started_at = ledger.moment_after_all(con)
        judge.write_catalogue(con)
        number = next_batch_no(con)
        mark = ledger.BatchMark(number, ledger.free_batch_id(con, batch_id), started_at, *judge.versions())
        yield _Batch(con, mark, is_new=is_changed or number == 1)
        report("commit")
