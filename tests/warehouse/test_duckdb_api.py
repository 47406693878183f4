"""What of DuckDB the code may use: the calls and the SQL that mean the same in the locked 1.5 and in 2.0.

In 2.0 a result that was not read to its end keeps the connection busy, and ``execute`` gives no frames; ``~`` searches where it
matched, ``//`` divides otherwise, and ``x -> ...`` is no lambda.
"""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from tests.support import REPO
from warehouse.catalog import open_published
from warehouse.home import Home

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


#: a string of Python or YAML with one of these is taken for SQL
_SQL = re.compile(r"\b(SELECT|FROM|WHERE|CASE|JOIN|CREATE|INSERT|UPDATE|DELETE|FILTER|COPY|COALESCE)\b")
_CONSTANTS = (duckdb.token_type.string_const, duckdb.token_type.comment)


def operators(sql: str) -> set[str]:
    """Return the operators of ``sql`` that the two versions take differently."""
    tokens = duckdb.tokenize(sql)
    ends = [place for place, _ in tokens[1:]] + [len(sql)]
    words = {
        (sql[place:end].split() or [""])[0]
        for (place, kind), end in zip(tokens, ends, strict=True)
        if kind not in _CONSTANTS
    }
    return {w for w in words if "~" in w or w in ("//", "->")}


def _strings(node: ast.AST) -> Iterator[str]:
    """Yield the strings of a module that look like SQL; what an f-string fills in is a name in them."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return  # a docstring
    if isinstance(node, ast.JoinedStr):
        parts = [p.value if isinstance(p, ast.Constant) else " x " for p in node.values]
        yield "".join(str(p) for p in parts)
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    for child in ast.iter_child_nodes(node):
        yield from _strings(child)


def _scalars(found: Any, key: str = "") -> Iterator[str]:
    """Yield the texts of a YAML file that are SQL by their key, or look like it."""
    if isinstance(found, dict):
        for name, value in found.items():
            yield from _scalars(value, str(name))
    elif isinstance(found, list):
        for value in found:
            yield from _scalars(value, key)
    elif isinstance(found, str) and (key == "sql" or _SQL.search(found)):
        yield found


def _queries(path: Path) -> list[str]:
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        return [s for s in _strings(ast.parse(text)) if _SQL.search(s)]
    return list(_scalars(yaml.safe_load(text))) if path.suffix == ".yaml" else [text]


READER = """
import sys, duckdb
print(duckdb.__version__, flush=True)
print(duckdb.connect(sys.argv[1], read_only=True).execute("SELECT count(*) > 0 FROM mart.training_by_unit").fetchall())
"""


def test_readers_of_1_5_open_the_published_file_whichever_version_wrote_it(demo: Home) -> None:
    with open_published(demo) as con:
        ((version,),) = con.execute(
            "SELECT tags['storage_version'] FROM duckdb_databases() WHERE NOT internal"
        ).fetchall()
    assert version == "v1.0.0+"
    python = REPO / ".venv/bin/python"
    done = subprocess.run([python, "-c", READER, demo.database], capture_output=True, text=True, check=False)
    if not done.stdout.startswith("1.5."):
        pytest.skip("the environment in .venv has no DuckDB 1.5")
    assert done.stdout.splitlines()[1:] == ["[(True,)]"], done.stderr


@pytest.mark.parametrize("room", [*ROOMS, "examples"])
def test_only_the_shared_sql_is_used(room: str) -> None:
    queries = [(p, q) for p in (REPO / room).rglob("*") if p.suffix in (".sql", ".py", ".yaml") for q in _queries(p)]
    assert queries
    assert {(str(p.relative_to(REPO)), q) for p, q in queries if operators(q)} == set()


def test_only_the_shared_sql_is_compiled(demo: Home) -> None:
    compiled = list((demo.cache / "suites").glob("*.sql"))
    assert compiled
    assert [p.name for p in compiled if operators(p.read_text(encoding="utf-8"))] == []


@pytest.mark.parametrize("sql", ["a ~ 'x'", "a !~ b", "a // 12", "list_transform(l, x -> x + 1)"])
def test_sql_of_one_version_is_seen_wherever_it_stands(sql: str, tmp_path: Path) -> None:
    texts = {
        "a.sql": f"SELECT {sql}",
        "a.yaml": f"- {{sql: {sql!r}}}",
        "a.py": f'def f(t):\n    return f"SELECT {{t}}, {sql}"',
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text.replace("\\'", "''") if name == "a.yaml" else text)
        (query,) = _queries(tmp_path / name)
        assert operators(query), name
    assert operators("SELECT '~ // ->', a ->> '$.b', lambda x : x -- ~\n") == set()
