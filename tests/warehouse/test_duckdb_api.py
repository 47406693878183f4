"""The calls of DuckDB that the code may use: those that the locked 1.5 and the coming 2.0 share.

In 2.0 a result that was not read to its end keeps the connection busy, and ``execute`` gives no frames.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from tests.support import REPO

ROOMS = ("warehouse", "expectations", "assets", "orchestration")
FRAMES = {"pl", "arrow", "df", "fetch_arrow_table", "to_arrow_table", "to_arrow_reader"}


def faults(source: str) -> Iterator[str]:
    """Yield the calls that only one of the two versions knows."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        name, inner = node.func.attr, node.func.value
        if name in ("fetchone", "fetchmany"):
            yield f"{node.lineno}: {name} leaves a result unfinished; use fetchall"
        if name in FRAMES and isinstance(inner, ast.Call) and getattr(inner.func, "attr", "") == "execute":
            yield f"{node.lineno}: execute().{name}(); use sql(query, params=...).{name}()"


@pytest.mark.parametrize("room", ROOMS)
def test_only_the_shared_calls_are_used(room: str) -> None:
    files = list((REPO / room).rglob("*.py"))
    assert files
    found = {str(f.relative_to(REPO)): list(faults(f.read_text(encoding="utf-8"))) for f in files}
    assert {f: calls for f, calls in found.items() if calls} == {}


def test_a_fault_is_seen() -> None:
    assert len(list(faults("con.execute(q).fetchone()\ncon.execute(q).pl()\ncon.sql(q).pl()\nf.execute()"))) == 2
