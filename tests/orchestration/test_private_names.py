"""What we take of other libraries' private parts: each name is there. An upgrade that moves one fails here, by its name."""

from __future__ import annotations

import ast
import importlib

import pytest

from tests.support import REPO

_OURS = {"orchestration", "assets", "expectations", "warehouse", "__future__"}


def private_names(source: str) -> list[tuple[str, str]]:
    """Return (module, name) of every private import from a library, also those for the type checker only."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.partition(".")[0] not in _OURS:
            for alias in node.names:
                if any(part.startswith("_") for part in (*node.module.split("."), alias.name)):
                    found.append((node.module, alias.name))
    return found


TAKEN = sorted(
    {
        (str(path.relative_to(REPO)), *name)
        for room in ("orchestration", "assets", "expectations", "warehouse")
        for path in (REPO / room).rglob("*.py")
        for name in private_names(path.read_text(encoding="utf-8"))
    }
)


def test_they_stand_in_few_modules() -> None:
    assert {path for path, *_ in TAKEN} <= {"orchestration/launcher.py", "orchestration/dev.py"}
    assert len(TAKEN) >= 12


@pytest.mark.parametrize(("path", "module", "name"), TAKEN)
def test_a_private_name_is_there(path: str, module: str, name: str) -> None:
    assert hasattr(importlib.import_module(module), name), f"{path} takes {name} of {module}"


def test_a_planted_import_would_be_seen() -> None:
    assert private_names("def f():\n    from dagster._core import x, y") == [
        ("dagster._core", "x"),
        ("dagster._core", "y"),
    ]
    assert private_names("from dagster import asset\nfrom warehouse._x import y") == []
