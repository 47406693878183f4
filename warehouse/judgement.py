"""The value between judging and committing: verdicts, findings with their cells, typed rows - and what it all was judged against.

Plain frames, so that it can be made in any process and carried to the one writer. Does not belong here: making one
(assets.judge_files) or writing one (assets.batch).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb
    import polars as pl

    from warehouse.guard import Effect

Event = tuple[str, str, str | None, str | None]  # submission_id, event, file_name, arrival
Frames = dict[str, "pl.DataFrame"]


class StaleJudgementError(Exception):
    """Another batch was committed since the judgement was made: it has to be made again."""


@dataclass(frozen=True, slots=True)
class Base:
    """The state of a warehouse that a judgement rests on: how many batches and releases it has seen."""

    batches: int = 0
    release_no: int = 0


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a batch comes to, before anything is written.

    ``frames`` are by qualified name: ``intake.submission`` (verdict and all), ``intake.finding`` and
    ``intake.history_finding`` (no life yet), ``intake.column_map``, ``row_count``, ``stated_total``, the rows of each
    table of core, and ``staging.version``, ``staging.touched_unit``. ``known_before`` are those of the submissions that
    had a judgement already; ``years`` all that the batch speaks of or spoke of; ``suites`` failing rows by table and code;
    ``held`` are the registers that it holds, each with what it would come to: to be noted before this is written.
    """

    batch_id: str
    base: Base
    files: int = 0
    duplicates: int = 0
    events: Sequence[Event] = ()
    resumed: Sequence[str] = ()
    replayed: Sequence[str] = ()
    known_before: Sequence[str] = ()
    years: Sequence[int] = ()
    has_register: bool = False
    frames: Frames = field(default_factory=dict)
    suites: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    staged_rows: Mapping[str, int] = field(default_factory=dict)
    held: Mapping[str, Effect] = field(default_factory=dict)

    def verdicts(self) -> dict[str, str]:
        """Return accepted or rejected by submission."""
        if "intake.submission" not in self.frames:
            return {}
        return dict(self.frames["intake.submission"].select("submission_id", "verdict").iter_rows())


def base_of(con: duckdb.DuckDBPyConnection, catalog: str = "") -> Base:
    """Return the state of the warehouse that ``con`` (or its attached ``catalog``) shows; that of an empty file too."""
    import duckdb

    prefix = f"{catalog}." if catalog else ""
    try:
        ((batches, release_no),) = con.execute(
            f"SELECT (SELECT count(*) FROM {prefix}intake.batch), "
            f"(SELECT coalesce(max(release_no), 0) FROM {prefix}meta.release)"
        ).fetchall()
    except (
        duckdb.CatalogException
    ):  # an empty file has no tables; to look for them in the catalogue takes longer than to ask
        return Base()
    return Base(batches, release_no)
