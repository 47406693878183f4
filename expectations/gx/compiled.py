"""The cache of compiled suites: a small batch needs no import of great_expectations on its hot path.

The key is a hash of the rules, the tables' columns, the compiler's own code and the versions of GX and DuckDB.
Does not belong here: compiling.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cache
from importlib.metadata import version
from pathlib import Path

from warehouse.files import write_file

_END = "\n-- end of compiled suites\n"


def compiled_sql(fingerprint: str, folder: Path, build: Callable[[], str]) -> str:
    """Return the statement for ``fingerprint`` from ``folder``, or from ``build`` (then kept).

    A damaged entry is rebuilt. The entry is written by rename, so that it is whole or absent.
    """
    key = hashlib.sha256(f"{fingerprint} {_compiler()}".encode()).hexdigest()[:32]
    entry = folder / "suites" / f"{key}.sql"
    if entry.exists():
        head, _, text = entry.read_text(encoding="utf-8").partition("\n")
        if head == _digest(text) and text.endswith(_END):
            return text
    text = build() + _END
    entry.parent.mkdir(parents=True, exist_ok=True)
    write_file(entry, f"{_digest(text)}\n{text}".encode(), durable=False)
    return text


@cache
def _compiler() -> str:
    """A hash of what makes the statement, GX included: a mended compiler must not find what the old one wrote."""
    found = hashlib.sha256(f"{version('great-expectations')} {version('duckdb')}".encode())
    for path in (*sorted(Path(__file__).parent.glob("*.py")), Path(__file__).parents[1] / "suites.py"):
        found.update(path.read_bytes())
    return found.hexdigest()


def _digest(text: str) -> str:
    return "-- " + hashlib.sha256(text.encode()).hexdigest()
