"""Making a backup: the archive while others write, what belongs to one release under the writer's lock, the manifest last.

Left out is what is made of the rest (tables, Parquet, receipts, Data Docs, caches), what is nobody's yet (inbox) or was a message
(outbox), and Dagster's history of runs. Does not belong here: the folder that it goes to (store).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar

from assets.backup.store import BUILD, Backup, BackupDamagedError, BackupError, Kept, Store, operators_files, store_for
from assets.intake.archive import is_sha256
from assets.intake.notes import is_whole
from assets.progress import report
from warehouse import clock, ledger, query
from warehouse.catalog import is_copied, open_build, open_published, writer_lock
from warehouse.damage import PublishedDamagedError
from warehouse.judgement import base_of
from warehouse.lake_home import require_file
from warehouse.whole import require_whole

if TYPE_CHECKING:
    from pathlib import Path

    from warehouse.home import Home


class OtherHomeError(BackupError):
    """The folder has backups of another home, or of a later state of this one than it has."""

    code: ClassVar[str] = "BACKUP-OTHER-HOME"


@dataclass(frozen=True, slots=True)
class Made:
    """The outcome. ``is_new`` is False when the newest backup holds the same files; ``copied_files`` and ``copied_bytes`` are
    what came to the folder this time.
    """

    backup: Backup
    is_new: bool
    copied_files: int
    copied_bytes: int


def make_backup(home: Home, folder: Path) -> Made:
    """Back the home up into ``folder``, beside what was backed up before.

    Raises BackupError, WriterBusyError; BuildDamagedError and the like when the build file is not what was published;
    FileNotFoundError when nothing was committed yet.
    """
    require_file(home, "danvan backup", "dump its catalogue (pg_dump), then copy the folder of its data, then archive/")
    if not home.build.exists() and not home.database.exists():
        raise FileNotFoundError(f"nothing is in {home.root} yet that could be backed up; run: danvan ingest")
    store = store_for(home, folder)
    with store.held():
        before = _newest(store)
        _require_own(home, store, before)
        copying = _Copying(home, store, before)
        copying.all()  # the bulk of it, while others write
        with writer_lock(home):
            release_no, batch_id = _state(home)
            files = copying.all()  # what came meanwhile, and what was replaced
            build = store.copy(home.build)
        copying.count(store.settled(build), build)
        files[BUILD] = build
        if before and (_hashes(before.files), set(before.left_out)) == (_hashes(files), copying.left_out):
            return Made(before, False, copying.copied_files, copying.copied_bytes)
        made_at = max(clock.now(), before.made_at + timedelta(microseconds=1)) if before else clock.now()
        backup = Backup(release_no, batch_id, made_at, files, tuple(sorted(copying.left_out)))
        store.write(backup)
    return Made(backup, True, copying.copied_files, copying.copied_bytes)


@dataclass(slots=True)
class _Copying:
    """The files of a home on their way into a store: each is read once, unless it changes meanwhile."""

    home: Home
    store: Store
    before: Backup | None
    copied_files: int = 0
    copied_bytes: int = 0
    left_out: set[str] = field(default_factory=set)
    _known: dict[str, Kept] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.before:  # what lies in the archive is never rewritten
            self._known = {name: kept for name, kept in self.before.files.items() if name.startswith("archive/")}

    def all(self) -> dict[str, Kept]:
        """Bring everything but the build file into the store; return it by name."""
        self.left_out.clear()
        sources = list(_sources(self.home))
        files = {}
        for n, path in enumerate(sources, start=1):
            name = _name(self.home, path)
            with suppress(FileNotFoundError):  # a paper that was superseded meanwhile
                if kept := self._kept(name, path):
                    files[name] = kept
            report("backup", n, len(sources))
        self._known |= files
        return files

    def count(self, is_new: bool, kept: Kept) -> None:
        """Count a file that came to the store."""
        if is_new:
            self.copied_files += 1
            self.copied_bytes += kept.size

    def _kept(self, name: str, path: Path) -> Kept | None:
        found = path.stat()
        known = self._known.get(name)
        if known and (known.size, known.mtime_ns) == (found.st_size, found.st_mtime_ns):
            if self.store.has(known.sha256, known.size):
                return known
        elif is_sha256(path.name) and self.store.has(path.name, found.st_size):  # of a backup that was killed
            return Kept(path.name, found.st_size, found.st_mtime_ns)
        kept = self.store.copy(path)
        if name.startswith("archive/") and not _is_whole(path, kept):
            return self._as_before(name)
        self.count(self.store.settled(kept), kept)
        return kept

    def _as_before(self, name: str) -> Kept | None:
        """What stands for a file that is damaged in the home: its copy in the backup before."""
        self.store.temporary.unlink()
        kept = self.before.files.get(name) if self.before else None
        if kept is None or not self.store.has(kept.sha256, kept.size):
            self.left_out.add(name)
            return None
        return kept


def _sources(home: Home) -> Iterator[Path]:
    """Everything that a home cannot make again, but for the build file."""
    yield from sorted(home.archive.glob("[0-9a-f][0-9a-f]/[!.]*"))
    yield from sorted(home.reports.glob("[!.]*"))
    yield from (p for p in operators_files(home) if p.is_file())


def _is_whole(path: Path, kept: Kept) -> bool:
    """Tell whether an original or a note has the hash that its name says."""
    return path.name == kept.sha256 if is_sha256(path.name) else is_whole(path, path.read_bytes())


def _state(home: Home) -> tuple[int, str]:
    """The release and the last batch of the build file, which is made ready to be copied. The caller holds the writer's lock."""
    require_whole(home)
    with open_published(home) if is_copied(home) else open_build(home) as con:
        release_no = base_of(con).release_no
        if not release_no:
            raise FileNotFoundError(f"no batch is committed in {home.root} yet; run: danvan ingest")
        return release_no, str(query.rows(con, "batches")[0]["batch_id"])


def _newest(store: Store) -> Backup | None:
    """The newest backup whose manifest can be read."""
    for listed in reversed(store.listed()):
        with suppress(BackupDamagedError):
            return store.read(listed)
    return None


def _require_own(home: Home, store: Store, before: Backup | None) -> None:
    """Raise OtherHomeError unless the home went on from where it stood at the backup before: releases are told by number."""
    if before is None:
        return
    with suppress(FileNotFoundError, PublishedDamagedError), open_published(home) as con:
        if before.batch_id in ledger.batch_ids(con):
            return
    with writer_lock(home), open_build(home) as con:  # a batch may be committed and not published
        if before.batch_id in ledger.batch_ids(con):
            return
    raise OtherHomeError(
        f"the newest backup in {store.root}, of release {before.release_no} ({before.made_at:%Y-%m-%d %H:%M} UTC), holds what "
        f"{home.root} does not have: it is of another home, or this one was restored to an older release; give this one a folder "
        "of its own"
    )


def _hashes(files: Mapping[str, Kept]) -> dict[str, str]:
    return {name: kept.sha256 for name, kept in files.items()}


def _name(home: Home, path: Path) -> str:
    return path.relative_to(home.root).as_posix()
