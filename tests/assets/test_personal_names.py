"""Personal numbers in the name of a file, a sheet or a folder are kept nowhere but in the archive's original bytes.

Does not belong here: numbers in cells (tests.assets.intake.test_values).
"""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import dagster as dg
import openpyxl
import pytest

from orchestration.definitions import defs
from tests.support import clean_rows, copy_home, form, put, query, report_of
from warehouse.home import Home
from warehouse.relation import quote

PHONE, SPACED, ACCOUNT, WIDE = "0912345678", "001 099 012 345", "10203040506070", "０９８７６５４３２１"
NUMBERS = [re.sub(r"\D", "", unicodedata.normalize("NFKC", n)) for n in (PHONE, SPACED, ACCOUNT, WIDE)]


def _kept(text: str) -> list[str]:
    """Return the numbers that a text holds, however they are written."""
    bare = re.sub(r"(?<=\d)[ .-](?=\d)", "", unicodedata.normalize("NFKC", text))
    return [n for n in NUMBERS if n in bare]


def _sent(home: Home) -> list[bytes]:
    """A correct and a wrong workbook, a csv that nothing can be read of, with numbers in every name that a sender gives."""
    folder = home.inbox / f"Bà B {WIDE} {ACCOUNT}"
    wrong = clean_rows(2024)
    wrong["training"][0]["attendee_count"] = "nhiều"
    reports = report_of(104, "2024-Y", clean_rows(2024)), report_of(105, "2024-Y", wrong)
    contents = []
    for n, (path, number) in enumerate(zip(put(folder, *reports), (SPACED, ACCOUNT), strict=True)):
        book = openpyxl.load_workbook(path)
        book[form("2023").sheet("training")].title = f"Ông A {PHONE if n else WIDE}"
        book.create_sheet(f"{SPACED} {PHONE}")["A1"] = "x"
        book.save(path)
        named = path.rename(folder / f"Ông A {number} {WIDE}.xlsx")
        contents.append(named.read_bytes())
    (folder / f"{ACCOUNT}.csv").write_bytes(b"x")
    (home.inbox / f"{PHONE}.xlsx").symlink_to("/etc/hostname")
    return contents


def test_numbers_in_names_are_kept_in_the_archive_only(
    registered: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    home = copy_home(registered, tmp_path)
    contents = _sent(home)
    monkeypatch.setenv("DANVAN_HOME", str(home.root))
    config = {"ops": {"ingest_batch": {"config": {"settle_seconds": 0.0}}}}
    with dg.DagsterInstance.ephemeral() as instance:
        result = defs.resolve_job_def("ingest").execute_in_process(run_config=config, instance=instance)
        told = "\n".join(str(e) for e in instance.all_logs(result.run_id))
    assert len(query(home, "SELECT 1 FROM intake.submission WHERE file_name LIKE '%***%'")) == 3
    assert query(home, "SELECT 1 FROM intake.column_map WHERE sheet LIKE '%***%'"), "a sheet is found by its headers"
    assert _kept(told) == [], "Dagster's log and metadata"
    assert _kept("".join(capfd.readouterr())) == []
    for schema, table in query(home, "SELECT schema_name, table_name FROM duckdb_tables() WHERE NOT temporary"):
        for row in query(home, f"FROM {quote(schema)}.{quote(table)}"):
            assert _kept(" | ".join(v for v in row if isinstance(v, str))) == [], (schema, table, row)
    for path in (p for p in home.root.rglob("*") if p.is_file() and not p.is_symlink()):
        if home.archive not in path.parents:
            assert _kept(str(path.relative_to(home.root))) == []
        if path.suffix in (".json", ".html", ".csv"):
            assert _kept(path.read_text(encoding="utf-8")) == [], path
    ((submission, cell),) = query(home, "SELECT submission_id, cell FROM intake.finding WHERE found = 'nhiều'")
    marked = openpyxl.load_workbook(home.receipts / f"{submission}.xlsx")[f"Ông A {PHONE}"][cell]
    assert marked.comment is not None, "the unit's own sheet is found again under the name that it gave"
    archived = {p.read_bytes() for p in home.archive.rglob("*") if p.is_file()}
    assert set(contents) <= archived
