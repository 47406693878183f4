"""The result of an analyst's query as rows for the screen, or as the bytes of a csv, json or parquet file.

DuckDB itself writes dates, decimals and lists out: what it can hold need not fit another library's types.
Does not belong here: where the bytes go, or what is asked.
"""

from __future__ import annotations

from itertools import chain, count
from typing import TYPE_CHECKING, Any

from orchestration.cli.output import UsageProblem, json_bytes

if TYPE_CHECKING:
    import polars as pl
    from duckdb import DuckDBPyRelation


def first_rows(result: DuckDBPyRelation, limit: int) -> tuple[list[dict[str, Any]], int]:
    """Return up to ``limit`` rows, and how many there are."""
    rows = result.limit(limit).fetchall()
    ((total,),) = result.aggregate("count(*)").fetchall()
    return _named(result, rows), total


#: what a spreadsheet that opens a csv would work out, in whatever width its signs are written
_COMPUTES = r"^\s*(?:[=@＝＠]|[+\-＋－].*[(|!（｜！])"


def content(result: DuckDBPyRelation, kind: str, *, raw: bool = False) -> bytes:
    """Return the whole result as csv, json or parquet. Raises UsageProblem for a column that the kind cannot hold.

    In csv a text that a spreadsheet would work out stands behind an apostrophe, unless it is wanted ``raw``.
    """
    if kind == "csv":
        text = ", ".join(f"#{n}::VARCHAR" for n in range(1, len(result.columns) + 1))
        frame = result.project(text).pl()
        frame = frame if raw else _disarmed(frame)
        frame.columns = _names(result)
        return frame.write_csv().encode()
    from polars.exceptions import PolarsError

    try:
        return _parquet(result) if kind == "parquet" else json_bytes(_named(result, result.fetchall())) + b"\n"
    except (PolarsError, TypeError) as e:
        raise UsageProblem(f"{kind} cannot hold a column of this query ({e}); cast it: column::VARCHAR") from e


def _disarmed(frame: pl.DataFrame) -> pl.DataFrame:
    import polars as pl

    return frame.with_columns(pl.all().cast(pl.String).str.replace(_COMPUTES, "'${0}"))


def _parquet(result: DuckDBPyRelation) -> bytes:
    import io

    buffer = io.BytesIO()
    result.pl().write_parquet(buffer)
    return buffer.getvalue()


def _named(result: DuckDBPyRelation, rows: list[Any]) -> list[dict[str, Any]]:
    names = _names(result)
    return [dict(zip(names, row, strict=True)) for row in rows]


def _names(result: DuckDBPyRelation) -> list[str]:
    """The columns' names; a name that the query gives twice gets a number, so that neither column is lost."""
    names: list[str] = []
    for name in result.columns:
        numbered = (f"{name}_{n}" for n in count(1))
        names.append(next(n for n in chain([name], numbered) if n not in names))
    return names
