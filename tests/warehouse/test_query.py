"""SQL in its room: every statement is a file that says what it returns, is asked by name and runs on the warehouse."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from assets.report.declaration import papers
from tests.support import REPO
from warehouse import query

FILES = sorted(query.QUERIES_DIR.glob("*.sql"))
NAMES = [p.stem for p in FILES]
_STATEMENT = re.compile(r"\s*(?:SELECT|WITH \w+ AS|INSERT INTO|DELETE FROM|UPDATE \w+|FROM \w+\.\w+)\b")


@pytest.fixture(scope="module")
def con(bare: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """An empty warehouse: its schema is that of every published file."""
    return bare


@pytest.mark.parametrize("name", NAMES)
def test_a_query_says_what_it_returns_and_runs(con: duckdb.DuckDBPyConnection, name: str) -> None:
    first, *_ = (query.QUERIES_DIR / f"{name}.sql").read_text(encoding="utf-8").splitlines()
    assert re.fullmatch(r"-- [A-Z].*\.", first)
    statement = query.text(name)
    assert "?" not in re.sub(r"--.*", "", statement), "parameters have names"
    con.execute(f"PREPARE one AS {statement}")
    con.execute("DEALLOCATE one")
    rows = query.rows(con, name, **dict.fromkeys(re.findall(r"\$(\w+)", statement)))
    assert all(isinstance(row, dict) for row in rows)


def test_a_query_that_does_not_fit_the_schema_would_be_seen(con: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(duckdb.Error, match="file_nam"):
        con.execute("PREPARE one AS SELECT file_nam FROM intake.submission WHERE submission_id = $id")


def test_a_query_without_a_file_is_not_there() -> None:
    with pytest.raises(FileNotFoundError):
        query.text("no_such_query")


def test_every_query_is_asked() -> None:
    literals = {
        s for p in _modules("warehouse", "assets", "orchestration") for s in _texts(p.read_text(encoding="utf-8"))
    }
    of_papers = {asked.query for paper in papers().values() for asked in paper.questions}
    assert set(NAMES) <= literals | of_papers
    assert "no_such_query" not in literals


def test_no_statement_in_assets_or_orchestration() -> None:
    found = {
        str(p.relative_to(REPO)): statements(p.read_text(encoding="utf-8")) for p in _modules("assets", "orchestration")
    }
    assert {k: v for k, v in found.items() if v} == {}


@pytest.mark.parametrize(
    "planted",
    [
        'con.execute("SELECT 1 FROM intake.submission")',
        'rows = con.sql(f"FROM {table}")',
        'Q = "WITH a AS (SELECT 1) FROM a"',
        'Q = (\n "DELETE FROM "\n "core.fact_training")',
        'Q = f"SELECT {x} FROM y"',
    ],
)
def test_a_planted_statement_would_be_seen(planted: str) -> None:
    assert statements(planted)


def statements(source: str) -> list[str]:
    """The SQL in a module: texts that begin as a statement does, and whatever literal a connection is given to run."""
    given = [
        node.args[0]
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("execute", "sql")
        and node.args
    ]  # fmt: skip
    run = [ast.unparse(a) for a in given if isinstance(a, ast.Constant | ast.JoinedStr)]
    return run + [t for t in _texts(source) if _STATEMENT.match(t)]


def _texts(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def _modules(*rooms: str) -> list[Path]:
    return sorted(p for room in rooms for p in (REPO / room).rglob("*.py"))


def test_a_query_is_added_as_one_file(
    con: duckdb.DuckDBPyConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """CONTRIBUTING, "Add a query"."""
    (tmp_path / "codes_of_a_list.sql").write_text(
        "-- The codes of a list.\nSELECT code FROM core.dim_code WHERE code_list = $code_list ORDER BY position\n"
    )
    monkeypatch.setattr(query, "QUERIES_DIR", tmp_path)
    assert query.rows(con, "codes_of_a_list", code_list="reporter_level") == [{"code": "unit"}, {"code": "bloc"}]
