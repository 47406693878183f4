"""Putting a backup back into an empty home, and publishing what it holds.

Every file is hashed before anything is written. The build file comes last, so that a home whose restore was stopped takes nothing
and publishes nothing; the same command then goes on. Does not belong here: a damaged home (assets.restore).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assets.backup.store import BUILD, Backup, BackupDamagedError, BackupError, Store, operators_files
from assets.progress import report
from assets.receipt import write_receipts
from assets.restore import restore
from warehouse.bootstrap import is_of_today
from warehouse.catalog import open_build, writer_lock
from warehouse.damage import Source
from warehouse.files import copy_hashed, sha256_of, written

if TYPE_CHECKING:
    from pathlib import Path

    from assets.backup.store import Kept
    from warehouse.home import Home

_NAMED = 5


class HomeNotEmptyError(BackupError):
    """The home holds what a restore would overwrite."""

    code = "HOME-NOT-EMPTY"


@dataclass(frozen=True, slots=True)
class PutBack:
    """The outcome. ``is_published`` is False when another version made the build file: a batch brings it up to date first.

    ``left_out``: files that are damaged, by their place in the home.
    """

    backup: Backup
    is_published: bool
    left_out: tuple[str, ...] = ()


def put_back(
    home: Home, folder: Path, release_no: int | None = None, *, without_damaged: bool = False, processes: int = 2
) -> PutBack:
    """Restore the newest backup in ``folder``, or the newest of a release, into an empty home; publish it, write its receipts.

    ``without_damaged`` leaves damaged files out, but for the build file. Raises NoBackupError, BackupDamagedError,
    HomeNotEmptyError, WriterBusyError.
    """
    store = Store(folder.expanduser().resolve())
    backup = store.read(store.chosen(release_no))
    damaged = store.damaged(backup)
    if damaged and (not without_damaged or BUILD in damaged):
        raise BackupDamagedError(_said(store, backup, damaged))
    files = {name: kept for name, kept in backup.files.items() if name not in damaged}
    home.create()
    with writer_lock(home):
        if others := _others(home, files):
            raise HomeNotEmptyError(_refusal(home, others))
        for n, name in enumerate(sorted(files, key=lambda name: (name == BUILD, name)), start=1):
            report("restore", n, len(files))
            _put(store, files[name], home.root / name, is_original=name.startswith("archive/"))
        with open_build(home) as con:
            is_published = is_of_today(con)
    if is_published:
        restore(home, Source.build, processes)
        write_receipts(home, processes)
    return PutBack(backup, is_published, (*backup.left_out, *sorted(damaged)))


def _put(store: Store, kept: Kept, target: Path, *, is_original: bool) -> None:
    if target.exists():  # the same bytes: a restore that was stopped
        return
    target.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
    with written(target) as temporary:
        if copy_hashed(store.place(kept.sha256), temporary) != kept.sha256:
            raise BackupDamagedError(
                f"{store.place(kept.sha256)} changed meanwhile; the restore is not complete: run it again"
            )
        os.utime(temporary, ns=(kept.mtime_ns, kept.mtime_ns))
        temporary.chmod(0o440 if is_original else 0o640)


def _others(home: Home, files: dict[str, Kept]) -> list[str]:
    """The files of a home that are not those of the backup, nor made of it by a restore that was stopped."""
    # published by a restore that was stopped, or is done
    is_ours = home.database.exists() and sha256_of(home.database) == files[BUILD].sha256
    made = (home.receipts, home.data_docs, home.published) if not is_ours else ()
    found = [p for place in (home.archive, home.build.parent, home.reports, *made) for p in _files(place)]
    settings = [p for p in operators_files(home) if p.exists()]
    others = set()
    for path in (*found, *settings):
        kept = files.get(name := path.relative_to(home.root).as_posix())
        if path != home.lock and (kept is None or path.stat().st_size != kept.size or sha256_of(path) != kept.sha256):
            others.add(name)
    return sorted(others)


def _files(place: Path) -> Iterator[Path]:
    """Files below a place, but for those that never got their name."""
    return (p for p in place.rglob("[!.]*") if p.is_file())


def _refusal(home: Home, others: list[str]) -> str:
    return (
        f"{home.root} holds what is not of this backup ({_few(others)}); nothing was restored. Put the home aside "
        f"(mv {home.root} {home.root}.before), restore, and move what units sent meanwhile from its inbox/ into the new one"
    )


def _said(store: Store, backup: Backup, damaged: dict[str, str]) -> str:
    others = sorted({b.release_no for b in store.listed()} - {backup.release_no})
    older = f"restore another release ({_few(list(map(str, others)))}): --release" if others else ""
    rest = "" if BUILD in damaged else "leave them out: --without-damaged"
    ways = ", or ".join(filter(None, ("put a whole copy in its place", older, rest)))
    found = _few([f"{what} ({name})" for name, what in sorted(damaged.items())])
    return f"{found}; nothing was restored. Do one of these: {ways}"


def _few(found: list[str]) -> str:
    more = f" and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
    return f"{', '.join(found[:_NAMED])}{more}"
