"""The shape of the house: one-way imports, rooms that say what they are for, small files, a lock with hashes."""

from __future__ import annotations

import ast
import re
import subprocess

import pytest

from tests.support import REPO

ROOMS = ("orchestration", "assets", "expectations", "warehouse")  # imports go left to right
MODULES = sorted(p for room in ROOMS for p in (REPO / room).rglob("*.py"))
TRACKED = [
    REPO / line
    for line in subprocess.run(["git", "ls-files"], cwd=REPO, capture_output=True, text=True, check=True).stdout.split(
        "\n"
    )
    if line
]


def _imported(source: str) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {a.name.split(".")[0] for a in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.split(".")[0])
    return names


@pytest.mark.parametrize("room", ROOMS)
def test_imports_go_one_way(room: str) -> None:
    left = set(ROOMS[: ROOMS.index(room)])
    wrong = {
        str(p.relative_to(REPO)): _imported(p.read_text(encoding="utf-8")) & left
        for p in MODULES
        if p.parts[len(REPO.parts)] == room
    }
    assert {k: v for k, v in wrong.items() if v} == {}


def test_a_planted_import_the_wrong_way_would_be_seen() -> None:
    assert _imported("from orchestration.jobs import x\nimport assets.batch") == {"orchestration", "assets"}


def test_dagster_stays_out_of_the_data_rooms() -> None:
    users = {str(p.relative_to(REPO)) for p in MODULES if "dagster" in _imported(p.read_text(encoding="utf-8"))}
    assert [u for u in users if not u.startswith(("orchestration/", "assets/graph/"))] == []


@pytest.mark.parametrize("path", MODULES, ids=[str(p.relative_to(REPO)) for p in MODULES])
def test_a_module_says_what_it_is_for_and_stays_small(path: object) -> None:
    source = path.read_text(encoding="utf-8")  # type: ignore[attr-defined]
    doc = ast.get_docstring(ast.parse(source))
    assert doc
    assert source.count("\n") <= 320
    if path.name != "__init__.py":  # type: ignore[attr-defined]
        assert re.search(r"(?i)not belong|does not:", doc), "says what does not belong in it"


def test_no_machine_path_registry_or_secret_in_the_repository() -> None:
    forbidden = re.compile(
        r"/root/|/home/\w+/|/work/|://[\w.-]*(?:pypi|mirror|proxy)[\w.-]*/|(?<!no-emit-)index-url|BEGIN (?:RSA )?PRIVATE KEY"
    )
    found = []
    for path in TRACKED:
        if (
            path.suffix in (".xlsx", ".xz", ".png", ".parquet")
            or path.name == "test_repository.py"
            or not path.exists()
        ):
            continue
        text = path.read_bytes().decode("utf-8", "replace")  # cases of intake are in every encoding
        found += [f"{path.relative_to(REPO)}: {m[0]}" for m in forbidden.finditer(text)]
    assert found == []


def test_every_locked_package_has_its_hash() -> None:
    text = (REPO / "requirements" / "lock.txt").read_text(encoding="utf-8")
    packages = re.findall(
        r"^([\w.-]+)(?:\[[\w,]+\])?==\S+ \\\n((?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n?)+)", text, re.MULTILINE
    )
    pinned = re.findall(r"^[\w.-]+(?:\[[\w,]+\])?==", text, re.MULTILINE)
    assert len(packages) == len(pinned) > 60


def test_what_we_need_is_in_the_lock() -> None:
    locked = (REPO / "requirements" / "lock.txt").read_text(encoding="utf-8").lower()
    for name in ("runtime.in", "dev.in"):
        for line in (REPO / "requirements" / name).read_text(encoding="utf-8").splitlines():
            if line and not line.startswith(("#", "-")):
                package = re.split(r"[=<>\[ ;]", line)[0].lower()
                assert re.search(rf"^{re.escape(package)}(\[[\w,]+\])?==", locked, re.MULTILINE), package
