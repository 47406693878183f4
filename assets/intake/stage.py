"""Staging: a batch of files read by children and turned into one typed frame per table.

Each distinct cell of a batch is read once, then joined back: no Python per row. Does not belong here: finding tables in a
file (extract), units (warehouse.staging) or rules (expectations).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import polars as pl

from assets.intake.extract import Extract, ExtractedTable, MappedColumn, extract, shown
from assets.intake.guard import size_text
from assets.intake.noted import arrivals, decisions
from assets.intake.workers import Failure, read_many
from warehouse.cells import Reading, kind_of
from warehouse.cells.reading import Cell
from warehouse.cells.words import shown_text
from warehouse.declaration import Column, Table, form_tables
from warehouse.periods import period_of
from warehouse.relation import polars_schema, relations
from warehouse.types import COLUMN_TYPES

if TYPE_CHECKING:
    from assets.intake.archive import ArrivedFile

Frames = dict[str, pl.DataFrame]


@dataclass(slots=True)
class _Raw:
    """Raw cells of one table as filled by one form map: one list per mapped column, and the rows' places."""

    columns: list[MappedColumn]
    places: list[tuple[str, str, int, int]] = field(default_factory=list)  # submission_id, sheet, row_no, source_row
    cells: list[list[Cell]] = field(default_factory=list)


def stage(files: Sequence[ArrivedFile], processes: int = 2, progress: Callable[[int], None] | None = None) -> Frames:
    """Read ``files`` and return one frame per relation of a batch, by qualified name.

    The relations are ``staging.submission``, one per form table, ``staging.cell_issue``, ``staging.stated_total``,
    ``staging.column_map``, ``staging.row_count`` and ``staging.arrival``; their columns are those declared. The rows' order
    does not depend on the order in which children answer.
    """
    extracts: dict[str, Extract | Failure] = {
        f.submission_id: Failure("F-TOO-LARGE", size_text(f.byte_size)) for f in files if not f.is_kept
    }
    jobs = [(f.submission_id, str(f.path), f.file_name) for f in files if f.is_kept]
    for submission_id, outcome in read_many(jobs, extract, processes=processes):
        extracts[submission_id] = outcome
        if progress:
            progress(len(extracts))
    ordered = {f.submission_id: extracts[f.submission_id] for f in sorted(files, key=lambda f: f.submission_id)}
    read = {i: e for i, e in ordered.items() if isinstance(e, Extract)}
    issues = [*_issues(ordered), decisions(files)]
    frames = {
        "staging.submission": _submissions(files, ordered),
        "staging.column_map": _column_map(read),
        "staging.row_count": _row_counts(read),
        "staging.stated_total": _stated_totals(read),
        "staging.arrival": arrivals(files),
    }
    raws = _gather(read)
    for name, table in form_tables().items():
        frames[f"staging.{name}"], found = _table(table, raws.get(name, {}).values(), read)
        issues += found
    frames["staging.cell_issue"] = pl.concat(issues)
    return frames


def _frame(relation: str, rows: Iterable[Sequence[Any]]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=polars_schema(relations()[relation]), orient="row")


def _submissions(files: Sequence[ArrivedFile], extracts: dict[str, Extract | Failure]) -> pl.DataFrame:
    by_id = {f.submission_id: f for f in files}
    names = relations()["staging.submission"].names()
    rows = []
    for submission_id, outcome in extracts.items():
        file = by_id[submission_id]
        known: dict[str, Any] = {"submission_id": submission_id, "row_no": 0, "sha256": file.sha256,
                                 "file_name": file.file_name, "byte_size": file.byte_size}  # fmt: skip
        known["is_readable"] = isinstance(outcome, Extract)
        if isinstance(outcome, Extract):
            known |= {"file_kind": outcome.kind, **outcome.cover, **_period(outcome.cover.get("period_id"))}
        rows.append([known.get(n) for n in names])
    return _frame("staging.submission", rows)


def _period(period_id: object) -> dict[str, Any]:
    period = period_of(str(period_id)) if period_id else None
    if period is None:
        return {"period_id": None}
    return {
        "period_kind": period.kind,
        "year": period.year,
        "period_start": period.period_start,
        "period_end": period.period_end,
    }


def _issues(extracts: dict[str, Extract | Failure]) -> list[pl.DataFrame]:
    rows: list[tuple[Any, ...]] = []
    for submission_id, outcome in extracts.items():
        if isinstance(outcome, Failure):
            rows.append(
                (submission_id, outcome.code, None, None, None, None, None, shown_text(outcome.detail), None, None)
            )
            continue
        rows += [
            (submission_id, i.code, i.table, i.row_no, i.column, i.sheet, i.cell, i.found, i.detail, None)
            for i in outcome.issues
        ]
    return [_frame("staging.cell_issue", rows)] if rows else []


def _column_map(extracts: dict[str, Extract]) -> pl.DataFrame:
    """Most files of a batch are laid out alike: each distinct layout is written once and joined to its submissions."""
    alike: dict[tuple[Any, ...], list[str]] = defaultdict(list)
    for submission_id, e in extracts.items():
        alike["cover", "", tuple(e.cover_lines)].append(submission_id)
        for t in e.tables:
            alike[t.table, t.sheet, tuple(t.columns)].append(submission_id)
    parts = [_frame("staging.column_map", [])]
    for (table, sheet, lines), ids in alike.items():
        layout = _frame("staging.column_map", _layout(table, sheet, lines)).drop("submission_id")
        joined = pl.DataFrame({"submission_id": ids}).join(layout, how="cross")
        parts.append(joined.select(relations()["staging.column_map"].names()))
    return pl.concat(parts)


def _layout(table: str, sheet: str, lines: Sequence[Any]) -> list[tuple[Any, ...]]:
    if table == "cover":
        return [("", table, c.field, c.sheet, c.col, c.cell, c.label, f"cover:{c.field}") for c in lines]
    return [("", table, name, sheet, c.column_index, c.cell, c.header, c.form_ref) for c in lines for name in c.columns]


def _row_counts(extracts: dict[str, Extract]) -> pl.DataFrame:
    return _frame("staging.row_count", [(i, t.table, *t.counts) for i, e in extracts.items() for t in e.tables])


def _stated_totals(extracts: dict[str, Extract]) -> pl.DataFrame:
    rows = []
    for submission_id, e in extracts.items():
        found = [(t, total) for t in e.tables for total in t.totals]
        rows += [
            (submission_id, n, t.table, x.source_row, x.column, t.sheet, x.cell, *x.rows, x.stated, x.computed, x.least)
            for n, (t, x) in enumerate(found, start=1)
        ]
    return _frame("staging.stated_total", rows)


def _gather(extracts: dict[str, Extract]) -> dict[str, dict[tuple[Any, ...], _Raw]]:
    """Lay the raw cells of all files together, by table and by what their mapped columns fill."""
    out: dict[str, dict[tuple[Any, ...], _Raw]] = defaultdict(dict)
    for submission_id, e in extracts.items():
        for t in e.tables:
            if t.source_rows:
                _add(out[t.table], submission_id, t)
    return out


def _add(raws: dict[tuple[Any, ...], _Raw], submission_id: str, t: ExtractedTable) -> None:
    signature = tuple((c.columns, c.reader) for c in t.columns)
    raw = raws.setdefault(signature, _Raw(t.columns, cells=[[] for _ in t.columns]))
    raw.places += [(submission_id, t.sheet, n, r) for n, r in enumerate(t.source_rows, start=1)]
    for into, cells in zip(raw.cells, t.cells, strict=True):
        into.extend(cells)


def _table(table: Table, raws: Iterable[_Raw], extracts: dict[str, Extract]) -> tuple[pl.DataFrame, list[pl.DataFrame]]:
    relation = relations()[f"staging.{table.name}"]
    schema = polars_schema(relation)
    parts, issues = [pl.DataFrame(schema=schema)], []
    for raw in raws:
        frame, found = _read(table, raw)
        states = [c.state_name for c in table.columns if c.state_name]
        missing = [
            pl.lit("not_reported" if n in states else None, dtype=schema[n]).alias(n)
            for n in relation.names()
            if n not in frame.columns
        ]
        parts.append(frame.with_columns(missing).select(relation.names()).cast(schema))  # type: ignore[arg-type]
        issues += found
    rows = pl.concat(parts).drop("form_code", "form_version", "period_id", "period_kind", "year", "period_end")
    return rows.join(_context(extracts), on="submission_id", how="left").select(relation.names()), issues


def _context(extracts: dict[str, Extract]) -> pl.DataFrame:
    """What every row carries of its file's cover."""
    schema = {k: v for k, v in polars_schema(relations()["staging.training"]).items()
              if k in ("submission_id", "form_code", "form_version", "period_id", "period_kind", "year", "period_end")}  # fmt: skip
    rows = []
    for i, e in extracts.items():
        form = e.form or (None, None)
        p = _period(e.cover.get("period_id"))
        kept = e.cover.get("period_id") if "year" in p else None
        rows.append((i, *form, kept, p.get("period_kind"), p.get("year"), p.get("period_end")))
    return pl.DataFrame(rows, schema=schema, orient="row")


def _read(table: Table, raw: _Raw) -> tuple[pl.DataFrame, list[pl.DataFrame]]:
    """Read every column of ``raw``; returns the rows and the issues of their cells."""
    places = pl.DataFrame(raw.places, schema=["submission_id", "sheet", "row_no", "source_row"], orient="row")
    series: list[pl.Series] = []
    issues = []
    for mapped, cells in zip(raw.columns, raw.cells, strict=True):
        columns = [table.column(c) for c in mapped.columns]
        texts = pl.Series("raw", cells, dtype=pl.String)
        lookup = _lookup(texts, mapped.reader, columns)
        read = texts.to_frame().join(lookup, on="raw", how="left", nulls_equal=True, maintain_order="left")
        series += [read[n] for n in lookup.columns if n not in ("raw", "issue", "found", "detail")]
        if lookup["issue"].null_count() < lookup.height:
            issues.append(_cell_issues(places, read, table.name, columns[0].name))
    return places.with_columns(series), issues


def _lookup(texts: pl.Series, reader: str, columns: list[Column]) -> pl.DataFrame:
    """Return one row per distinct cell: its value(s), state(s) and issue."""
    distinct = texts.unique().to_list()
    of = kind_of(reader)
    readings = [of.read(cell, columns[0]) for cell in distinct]
    data: dict[str, Any] = {"raw": pl.Series(distinct, dtype=pl.String)}
    for k, column in enumerate(columns):
        values = [_part(r, k, len(columns)) for r in readings]
        data[column.name] = pl.Series(values, dtype=COLUMN_TYPES[column.type].polars(pl))
        if column.state_name:
            states = [_state(r, v) for r, v in zip(readings, values, strict=True)]
            data[column.state_name] = pl.Series(states, dtype=pl.String)
    data["issue"] = pl.Series([r.issue for r in readings], dtype=pl.String)
    data["found"] = pl.Series(
        [shown(c) if r.issue else None for c, r in zip(distinct, readings, strict=True)], dtype=pl.String
    )
    expected = {i: of.expected(i, columns[0]) for i in {r.issue for r in readings if r.issue}}
    data["detail"] = pl.Series([expected.get(r.issue or "") for r in readings], dtype=pl.String)
    return pl.DataFrame(data)


def _part(reading: Reading, k: int, parts: int) -> Any:
    return reading.value[k] if parts > 1 and isinstance(reading.value, tuple) else reading.value


def _state(reading: Reading, value: object) -> str:
    """The state of one part of a pair: the denominator of a ratio is not zero because its numerator is."""
    if reading.state in ("value", "zero"):
        return "zero" if value == 0 else "value"
    return reading.state


def _cell_issues(places: pl.DataFrame, read: pl.DataFrame, table: str, column: str) -> pl.DataFrame:
    both = pl.concat(
        [places.select("submission_id", "row_no"), read.select("issue", "found", "detail")], how="horizontal"
    )
    return (
        both.filter(pl.col("issue").is_not_null())
        .with_columns(
            pl.col("issue").alias("code"),
            pl.lit(table).alias("table_name"),
            pl.lit(column).alias("column_name"),
            pl.lit(None, dtype=pl.String).alias("sheet"),  # the place is found where all places are: in judging
            pl.lit(None, dtype=pl.String).alias("cell"),
            pl.lit(None, dtype=pl.String).alias("severity"),
        )
        .select(relations()["staging.cell_issue"].names())
        .cast(polars_schema(relations()["staging.cell_issue"]))  # type: ignore[arg-type]
    )
