"""Verify: archive, ledger, tables, published files, receipts and Data Docs of a home, hashed again and held against each other.

Each file is covered by the hash of another, so that a single changed bit is found wherever it is. Nothing is written.
Does not belong here: mending (assets.restore), what is nobody's yet or not ours (inbox, senders.yaml, Dagster's instance),
messages (outbox), and the cache, each of whose files says its own hash to who reads it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import duckdb
import orjson

from assets.intake.archive import archive_path, archived_hashes, damage_of
from assets.intake.guard import MAX_FILE
from assets.intake.notes import NO_NOTES, is_whole, note_paths, read_notes
from assets.progress import report
from assets.receipt.apart import Made
from assets.receipt.outbox import outbox_path
from assets.receipt.record import json_of, readable, records
from expectations.gx.docs import docs_manifest
from warehouse import ledger, query
from warehouse.bootstrap import is_of_today
from warehouse.catalog import is_copied, open_build, open_memory, open_published, writer_lock
from warehouse.content import content_hashes, differing, frame_hashes, hashed_relations
from warehouse.damage import DamageError
from warehouse.files import safe_path, sha256_of
from warehouse.judgement import base_of
from warehouse.release import manifest_of, parquet_folder
from warehouse.sealed import HASHES, changed, recorded

if TYPE_CHECKING:
    from pathlib import Path

    from assets.receipt.record import Record
    from warehouse.home import Home

_AT_ONCE = 512


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not as it should be: a stable code, where, and what was found."""

    code: str
    place: str
    found: str


#: what a note tells
_NOTED = {
    "came": "how it came",
    "withdrawn": "its withdrawal",
    "held": "its being held",
    "confirmed": "its confirmation",
}


_OTHER_VERSION = "published by another version, whose tables had other columns; danvan ingest brings it up to date"


@dataclass(slots=True)
class Verified:
    """The outcome: how many of each kind were looked at, and all differences."""

    checked: dict[str, int] = field(default_factory=dict)
    differences: list[Difference] = field(default_factory=list)

    def add(self, what: str, count: int, found: Iterator[Difference]) -> None:
        """Note that ``count`` of a kind were looked at, and what was found."""
        report(f"verify {what}", 0, count)
        self.differences += found
        self.checked[what] = count


def verify(home: Home) -> Verified:
    """Look at everything that a home keeps. Raises FileNotFoundError when nothing is published."""
    out = Verified()
    out.add("folders", len(home.places), _open_folders(home))
    out.add("databases", 2, _databases(home))
    try:
        with open_published(home) as con:
            _of_published(con, home, out)
    except DamageError as e:
        out.differences.append(Difference(e.code, str(home.database), str(e)))
    except duckdb.Error:
        with open_published(home) as con:
            if is_of_today(con):
                raise
        out.differences.append(Difference("HOME-OTHER-VERSION", str(home.database), _OTHER_VERSION))
    return out


def _of_published(con: duckdb.DuckDBPyConnection, home: Home, out: Verified) -> None:
    known = query.rows(con, "archived_files")
    hashes = archived_hashes(home.archive)
    both = sorted({r["sha256"] for r in known} | set(hashes))
    out.add("originals", len(both), _originals(home, known, hashes))
    out.add("notes", len(note_paths(home.archive, both)), _notes(con, home, both))
    out.add("ledger", len(known), _ledger(con))
    expected: list[Any] = [tuple(row.values()) for row in query.rows(con, "table_hashes")]
    different = differing(expected, content_hashes(con))
    out.add(
        "tables", len(expected), (Difference("HOME-TABLE-CHANGED", t, "not the rows of its release") for t in different)
    )
    number = base_of(con).release_no
    out.add("parquet", len(hashed_relations()), _parquet(home, number, expected))
    listed = recorded(home.manifest)
    out.add("published files", len(listed), _manifest(con, home, number, listed))
    out.add("receipts", len(known), _receipts(con, home))
    pages = docs_manifest(home.data_docs)
    out.add("Data Docs", len(recorded(pages)), _data_docs(pages))


def _open_folders(home: Home) -> Iterator[Difference]:
    for folder in home.open_to_others():
        yield Difference("HOME-OPEN", str(folder), f"users outside its group may look into it; chmod -R o= {folder}")


def _databases(home: Home) -> Iterator[Difference]:
    """The published file is a copy of the build file, byte for byte."""
    with writer_lock(home):
        if not home.build.exists():
            yield Difference("HOME-BUILD-MISSING", str(home.build), "missing")
            return
        if not home.database.exists():
            yield Difference("HOME-PUBLISHED-BEHIND", str(home.database), "missing; danvan ingest publishes it")
            return
        if _is_same(home):
            return
        try:
            with open_build(home) as con:
                content_hashes(con)
                ours = ledger.batch_ids(con)
            with open_published(home) as con:
                theirs = ledger.batch_ids(con)
        except DamageError as e:
            yield Difference(e.code, str(home.build.parent), str(e))
            return
    if ours > theirs:
        yield Difference("HOME-PUBLISHED-BEHIND", str(home.database), "a batch is not published; danvan ingest does it")
    elif theirs > ours:
        yield Difference("HOME-BUILD-OLDER", str(home.build), f"lacks {len(theirs - ours)} batches that are published")
    elif not home.lake.exists():
        yield Difference("HOME-DATABASES-DIFFER", str(home.build), f"not the bytes of {home.database}")


def _is_same(home: Home) -> bool:
    """Tell whether readers have what was committed last: the same bytes and no log beside them; of a lake the same snapshot."""
    if home.lake.exists():
        return is_copied(home)
    wal = home.build.with_name(f"{home.build.name}.wal")
    return sha256_of(home.build) == sha256_of(home.database) and not wal.exists()


def _originals(home: Home, known: list[dict[str, Any]], hashes: list[str]) -> Iterator[Difference]:
    """Each file of the ledger lies in the archive under its hash; what else lies there is what its name says too."""
    names = {row["sha256"]: row for row in known}
    for n, sha256 in enumerate(sorted({*names, *hashes}), start=1):
        row = names.get(sha256, {"file_name": sha256, "byte_size": 0})
        path = archive_path(home.archive, sha256)
        damage = damage_of(path, sha256)
        if damage and not (damage == "missing" and row["byte_size"] > MAX_FILE):  # one too large was never kept
            yield Difference("HOME-ARCHIVE-DAMAGED", str(path), f"{row['file_name']} is {damage}")
        elif not damage and row["byte_size"] not in (0, path.stat().st_size):
            yield Difference("HOME-LEDGER-CHANGED", row["file_name"], f"its size is not {row['byte_size']}")
        report("verify originals", n, len(names))


def _notes(con: duckdb.DuckDBPyConnection, home: Home, hashes: list[str]) -> Iterator[Difference]:
    """Each note beside an original is what its name says, and all are there that the ledger knows of."""
    for path in note_paths(home.archive, hashes):
        if not is_whole(path, path.read_bytes()):
            yield Difference("HOME-ARCHIVE-DAMAGED", str(path), "changed")
    found = read_notes(home.archive, hashes, lenient=True)
    for row in query.rows(con, "noted"):
        notes, kind = found.get(row["sha256"], NO_NOTES), row["kind"]
        is_there = (
            row["arrived_at"] in {c.at for c in notes.came} if kind == "came" else getattr(notes, kind) is not None
        )
        if not is_there:
            path = archive_path(home.archive, row["sha256"])
            yield Difference(
                "HOME-ARCHIVE-DAMAGED", str(path), f"{row['file_name']}: the note of {_NOTED[kind]} is missing"
            )


def _ledger(con: duckdb.DuckDBPyConnection) -> Iterator[Difference]:
    for row in query.rows(con, "ledger_differences"):
        yield Difference("HOME-LEDGER-CHANGED", f"{row['submission_id']} ({row['file_name']})", row["what"])


def _parquet(home: Home, number: int, expected: list[Any]) -> Iterator[Difference]:
    """The rows of each table's Parquet files are those of the table."""
    import pyarrow.parquet as pq

    with open_memory(home) as con:
        for relation in hashed_relations():
            place = parquet_folder(home, number) / relation.qualified.replace(".", "/")
            wanted = [h for h in expected if (h[0], h[1]) == (relation.schema, relation.name)]
            try:
                has_rows = any(place.rglob("*.parquet"))  # a table without rows has no file of any year
                found = frame_hashes(con, relation, pq.read_table(place)) if has_rows else []
            except Exception as e:  # whatever a damaged file does to its reader
                yield Difference("HOME-PARQUET-DAMAGED", str(place), f"cannot be read ({type(e).__name__})")
                continue
            for table in differing(wanted, [h for h in found if h[3]]):
                yield Difference("HOME-PARQUET-DAMAGED", str(place), f"{table}: not the rows of the table")


def _manifest(con: duckdb.DuckDBPyConnection, home: Home, number: int, then: dict[str, str]) -> Iterator[Difference]:
    """The manifest says what stands in the published folder, with the hash of each file: those of the release, and ``then``."""
    if not home.manifest.exists():
        yield Difference("HOME-MANIFEST-DIFFERS", str(home.manifest), "missing; danvan ingest writes it")
        return
    now = manifest_of(con, home, number, [home.published / name for name in then], {})
    if home.manifest.read_bytes() == now:
        return
    files = orjson.loads(now)[HASHES]
    differ = sorted(n for n in then.keys() | files.keys() if then.get(n) != files.get(n)) if then else []
    for name in differ:
        yield Difference("HOME-PUBLISHED-CHANGED", name, "not the file that the manifest lists")
    if not differ:
        yield Difference("HOME-MANIFEST-DIFFERS", str(home.manifest), "does not say what is published")


def _data_docs(manifest: Path) -> Iterator[Difference]:
    """Results and pages are as they were drawn; those that no page was drawn of yet are not listed."""
    if (manifest.parent / "index.html").exists():
        for name in changed(manifest):
            yield Difference("HOME-DOCS-CHANGED", str(manifest.parent / name), "missing, or not as it was drawn")


def _receipts(con: duckdb.DuckDBPyConnection, home: Home) -> Iterator[Difference]:
    """Each receipt is what would be written now, and its workbook the one that it names."""
    ids = [j["submission_id"] for j in query.rows(con, "judgements")]
    for start in range(0, len(ids), _AT_ONCE):
        for record in records(con, ids[start : start + _AT_ONCE]):
            path = safe_path(home.receipts, record.submission_id, ".json")
            if what := _receipt_damage(path, record, home):
                yield Difference("HOME-RECEIPT-DIFFERS", str(path), what)
        report("verify receipts", min(start + _AT_ONCE, len(ids)), len(ids))


def _receipt_damage(path: Path, record: Record, home: Home) -> str | None:
    try:
        written = path.read_bytes()
        told = orjson.loads(written)
        workbook = told["workbook"]
        made = Made(workbook["kind"], workbook["why"])
        if written != json_of(_as_then(record, told["findings"]), made, home.receipts):
            return "not what the ledger says; danvan receipt"
        return _copy_damage(home, record, workbook["kind"])
    except FileNotFoundError as e:
        return f"{e.filename} is missing; danvan receipt writes it"
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return "cannot be read; danvan receipt writes it again"


def _as_then(record: Record, told: list[dict[str, Any]]) -> Record:
    """The record as it was when the receipt was written: what a later version mended stood then, as a new or an older finding."""
    if len(told) != len(record.findings):
        return record
    stood = ("new", "open")
    found = [
        replace(f, life=t["life"]) if f.life == "fixed" and t["life"] in stood else f
        for f, t in zip(record.findings, told, strict=True)
    ]
    return replace(record, findings=tuple(found))


def _copy_damage(home: Home, record: Record, kind: str | None) -> str | None:
    """The outbox's copy, while it is there, is the receipt itself."""
    receipt = readable(home.receipts, record.submission_id, kind) if kind else None
    copy = outbox_path(home, record, receipt.suffix) if receipt else None
    if not receipt or not copy or not copy.exists() or copy.samefile(receipt) or sha256_of(copy) == sha256_of(receipt):
        return None
    return f"its copy {copy} is another file; danvan receipt"
