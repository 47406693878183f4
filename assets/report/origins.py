"""Of which figures of marts a paper's figures are: ``origins.yaml``, one entry a query, checked when it is loaded.

Belongs here: from a query's row to figures of marts. Does not: their cells (warehouse.behind), what a paper says of them (cells).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from warehouse import query
from warehouse.behind import FigureOf
from warehouse.check import Declared, build
from warehouse.relation import relations
from warehouse.source import Source, per_root

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

ORIGINS = "assets/report/origins.yaml"


@dataclass(frozen=True, slots=True)
class Origin(Declared):
    """Where figures of a query's rows come from: see the head of the file. ``because``: why from no mart, in Vietnamese."""

    mart: str = ""
    key: dict[str, str] | None = None
    column: str = ""
    columns: tuple[str, ...] = ()
    because: str = ""


@dataclass(frozen=True, slots=True)
class _Entry(Declared):
    entries: tuple[Origin, ...]


@per_root
def origins(root: Path) -> dict[str, tuple[Origin, ...]]:
    """Return the entries by query. Raises DeclarationError: file, line, what was found, what is allowed."""
    source = Source(root, ORIGINS)
    out: dict[str, tuple[Origin, ...]] = {}
    for name, raw in source.yaml().items():
        source.refuse_unless((query.QUERIES_DIR / f"{name}.sql").exists(), (name,), name, "a file of warehouse/queries")
        read = build(_Entry, {"entries": raw}, source, (name,))
        for i, entry in enumerate(read.entries if read else ()):
            _check(source, entry, (name, i), root)
        out[name] = read.entries if read else ()
    source.check()
    return out


def figures_of(name: str, row: Mapping[str, Any], column: str, parameters: Mapping[str, Any]) -> tuple[FigureOf, ...]:
    """Return the figures of marts that ``column`` of a row of the query ``name`` is, or is worked out of, if any."""
    found = []
    for origin in origins().get(name, ()):
        if not origin.mart or column not in (origin.columns or (column,)):
            continue
        given = {k: _value(text, row, parameters) for k, text in (origin.key or {}).items()}
        asked = str(_value(origin.column, row, parameters)) if origin.column else column
        if _UNKNOWN not in given.values() and asked in relations()[origin.mart].names():
            found.append(FigureOf(origin.mart, tuple(given.items()), asked))
    return tuple(found)


def reason_of(name: str) -> str:
    """Return why figures of a query come from no mart; '' where they do, or nobody said."""
    return next((o.because for o in origins().get(name, ()) if o.because), "")


#: what stands for a value that the row or the paper does not have
_UNKNOWN = object()


def _value(text: str, row: Mapping[str, Any], parameters: Mapping[str, Any]) -> Any:
    if text.startswith("."):
        return row.get(text[1:], _UNKNOWN)
    return parameters.get(text[1:], _UNKNOWN) if text.startswith("$") else text


def _check(source: Source, origin: Origin, at: tuple[str, int], root: Path) -> None:
    if origin.because:
        return
    known = relations(root).get(origin.mart)
    if not source.refuse_unless(known is not None, (*at, "mart"), origin.mart, "a mart, or because") or known is None:
        return
    for name in origin.key or {}:
        source.refuse_unless(name in known.names(), (*at, "key", name), name, ", ".join(known.names()))
    source.refuse_unless("year" in (origin.key or {}), (*at, "key"), ", ".join(origin.key or {}), "year among them")
