"""What a refusal says was found: in the sender's language, and never the words of a parser."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from assets.check import check
from tests.support import REPO
from warehouse.home import Home

#: what makes something found, or a cause of it, and where the texts for the sender stand in it
SAYS = {"Refused": 1, "FileFinding": 3, "Failure": 1, "ValueError": 0, "_ChildDied": 0}
#: words of English sentences, none of which is a Vietnamese word without accents, a name of a format or of a part
ENGLISH = re.compile(
    r"\b(?:the|an|of|and|or|not|is|are|was|at most|at least|over|must|than|that|bytes|lines?|cells?|rows?|columns?|sheets?|parts?|files?"
    r"|file|expected|neither|nor|single|value|values|objects?|list|links?|damaged|error|invalid|missing|truncated|too|larger?|says|read"
    r"|line|delimiter|expecting|failed|cannot|with|without|document|declaration|workbook)\b",
    re.IGNORECASE,
)


def _sayings() -> Iterator[tuple[str, int, ast.expr]]:
    for path in sorted((REPO / "assets/intake").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in SAYS:
                if node.func.id == "ValueError" and path.name != "json_file.py":  # only there it is shown
                    continue
                for argument in node.args[SAYS[node.func.id] :]:
                    yield f"{path.name} {node.func.id}", node.lineno, argument


def _literals(expression: ast.expr) -> str:
    texts = (n.value for n in ast.walk(expression) if isinstance(n, ast.Constant) and isinstance(n.value, str))
    return " ".join(texts)


def test_no_refusal_is_in_english() -> None:
    said = list(_sayings())
    assert len(said) > 50
    assert [(where, line, text) for where, line, e in said if ENGLISH.search(text := _literals(e))] == []


def test_no_refusal_repeats_what_a_parser_said() -> None:
    """An exception may give a place, never its text."""
    for where, line, expression in _sayings():
        for node in ast.walk(expression):
            is_text = isinstance(node, ast.FormattedValue) and isinstance(node.value, ast.Name) and node.value.id == "e"
            is_str = isinstance(node, ast.Call) and ast.unparse(node) in ("str(e)", "repr(e)")
            assert not (is_text or is_str), f"{where}:{line}"


BROKEN = {
    "a.json": b'{"cover": {"a": 1,}, "tables": {}}',
    "deep.json": b'{"tables": ' + b"[" * 200_000,
    "bytes.json": b'{"cover": {"a": "\xff\xfe"}, "tables": {}}',
    "twice.json": b'{"cover": {"a": 1, "a": 2}, "tables": {}}',
    "nan.json": b'{"cover": {"a": NaN}, "tables": {}}',
    "list.json": b'[{"a": 1}]',
    "items.json": b'{"cover": {}, "tables": {"training": {"a": 1}}}',
    "a.xlsx": b"PK\x03\x04" + b"x" * 300,
    "b.csv": b'a;"b\nc;d\n',
    "c.csv": bytes(range(1, 255)) * 3,
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_was_found_in_a_broken_file(registered: Home, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(BROKEN[name])
    (checked,) = check(registered, [tmp_path / name])
    assert checked.verdict == "rejected"
    assert checked.findings
    for finding in checked.findings:
        for field in ("found", "title", "expected", "remedy"):
            assert not ENGLISH.search(str(finding.get(field) or "").replace("Save As", "").replace("json", "")), finding
