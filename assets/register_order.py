"""The frames of a batch taken apart: registers before reports, and registers one place after another.

Does not belong here: judging them (assets.judge_files), which registers the ledger knows (warehouse.registers).
"""

from __future__ import annotations

from collections.abc import Sequence

from warehouse.forms import register_form
from warehouse.judgement import Frames
from warehouse.registers import Place


def split_register(frames: Frames) -> tuple[Frames, Frames]:
    """Split a batch's frames into those of register submissions and those of all others."""
    import polars as pl

    submissions = frames["staging.submission"]
    registers = submissions.filter(pl.col("form_code") == register_form())["submission_id"].to_list()
    others = submissions.filter(~pl.col("submission_id").is_in(registers))["submission_id"].to_list()
    return of(frames, registers), of(frames, others)


def places(registers: Frames) -> dict[str, Place]:
    """Return the place of each register among registers, by submission; of those whose covers say it."""
    covers = (
        registers["staging.submission"].select("submission_id", "period_end", "revision", "report_date").drop_nulls()
    )
    return {submission_id: (end, revision, day) for submission_id, end, revision, day in covers.iter_rows()}


def in_order(registers: Frames) -> list[Frames]:
    """Split registers by their place, the first of them first; those without one, which are rejected, go before all.

    Of one place those of which nothing was asked go together, then each other in the order of arrival: it may bring the key of
    the next.
    """
    by_place: dict[Place | None, list[str]] = {}
    found = places(registers)
    for submission_id in registers["staging.submission"]["submission_id"]:
        by_place.setdefault(found.get(submission_id), []).append(submission_id)
    ordered = sorted(by_place.items(), key=lambda item: (item[0] is not None, item[0]))
    noted = _noted(registers)
    steps = [
        step for _, ids in ordered for step in ([i for i in ids if i not in noted], *([i] for i in noted if i in ids))
    ]
    return [of(registers, ids) for ids in steps if ids]


def _noted(registers: Frames) -> list[str]:
    import polars as pl

    first = registers["staging.arrival"].group_by("submission_id").agg(pl.col("arrived_at").min())
    return first.sort("arrived_at", "submission_id")["submission_id"].to_list()


def of(frames: Frames, submissions: Sequence[str]) -> Frames:
    """Return the rows of these submissions."""
    import polars as pl

    return {name: frame.filter(pl.col("submission_id").is_in(submissions)) for name, frame in frames.items()}


def concat(a: Frames, b: Frames) -> Frames:
    """Return the rows of both."""
    import polars as pl

    return {name: pl.concat([frame, b[name]]) for name, frame in a.items()}
