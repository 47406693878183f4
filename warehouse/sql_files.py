"""SQL that stands in files - views, macros, marts - checked when it is loaded: what it is called, says of itself and reads.

Belongs here: reading these files. Does not: which columns a mart has and what it may add (warehouse.measure), creating
views and macros (warehouse.views), queries (warehouse.query).
"""

from __future__ import annotations

import re
from pathlib import Path

from warehouse.check import DeclarationError, Problem
from warehouse.exact import VIEWS
from warehouse.generated import generated_macros, generated_views
from warehouse.measure import MARTS
from warehouse.relation import SCHEMAS, relations
from warehouse.source import Source, per_root

MACROS = "warehouse/macros"
_COMMENT = re.compile(r"--.*")
_READ = re.compile(rf"\b(?:{'|'.join((*SCHEMAS, 'staging'))})\.[a-z_0-9]+\b")


@per_root
def sql_files(root: Path) -> dict[str, dict[str, str]]:
    """Return the text of each file by folder and qualified name. Raises DeclarationError."""
    sources = {folder: _named(root, folder) for folder in (VIEWS, MACROS, MARTS)}
    texts = {f: {n: s.path.read_text(encoding="utf-8") for n, s in found.items()} for f, found in sources.items()}
    known = {
        *relations(root),
        *generated_views(root),
        *generated_macros(root),
        *(n for found in texts.values() for n in found),
    }
    problems: list[Problem] = []
    for folder, found in sources.items():
        for name, source in found.items():
            _check_head(source, folder, name, texts[folder][name])
            _check_reads(source, texts[folder][name], known)
            problems += source.problems
    if problems:
        raise DeclarationError(problems)
    return texts


def _named(root: Path, folder: str) -> dict[str, Source]:
    """The files of a folder by qualified name: that of the file, and in the marts' folder with their schema."""
    paths = sorted((root / folder).glob("*.sql"))
    schema = "mart." if folder == MARTS else ""
    return {f"{schema}{p.stem}": Source(root, f"{folder}/{p.name}") for p in paths}


def _check_head(source: Source, folder: str, name: str, sql: str) -> None:
    good = name.count(".") == 1 and name.partition(".")[0] in SCHEMAS
    source.refuse_unless(good, (1,), source.path.name, f"<schema>.<name>.sql, with a schema of {', '.join(SCHEMAS)}")
    lines = sql.splitlines()
    if folder == VIEWS:
        good = bool(lines) and lines[0].startswith("-- ") and " - " in lines[0]
        source.refuse_unless(good, (1,), lines[0] if lines else None, "a first line -- Vietnamese - English.")
        for i, line in enumerate(lines, start=1):
            good = not line.startswith("--   ") or ": " in line
            source.refuse_unless(good, (i,), line, "--   column: Vietnamese - English")
    if folder == MACROS:
        made = f"CREATE OR REPLACE MACRO {name}("
        at = next((i for i, line in enumerate(lines, start=1) if line.startswith("CREATE")), 1)
        source.refuse_unless(made in sql, (at,), lines[at - 1] if lines else None, f"{made}...), as the file is called")


def _check_reads(source: Source, sql: str, known: set[str]) -> None:
    for i, line in enumerate(sql.splitlines(), start=1):
        for name in _READ.findall(_COMMENT.sub("", line)):
            near = sorted(n for n in known if n.partition(".")[0] == name.partition(".")[0])
            source.refuse_unless(name in known, (i,), name, f"a table, view or macro: {', '.join(near)}")
