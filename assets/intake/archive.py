"""The archive: every file ever taken, by content hash, never rewritten; and beside it how it came, where that is asked.

Does not belong here: how files get there (arriving), what notes look like (notes), what the ledger says of a file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from assets.intake.guard import MAX_FILE
from assets.intake.inbox import Arrival
from assets.intake.inbox.signed import LARGEST, SUFFIX
from assets.intake.notes import NO_NOTES, Came, Notes, read_notes
from warehouse import clock
from warehouse.damage import ArchiveDamagedError
from warehouse.files import sha256_hex, sha256_of
from warehouse.senders import Senders


@dataclass(frozen=True, slots=True)
class ArrivedFile:
    """A file safe in the archive. ``submission_id`` is the first 16 hex digits of its SHA-256.

    One above the size cap is not kept, since it cannot be a report: ``is_kept`` is False and nothing stands at ``path``.
    ``notes``: what the archive has noted beside it; ``signature_mark``: the arrival of the signature that came with it this time.
    """

    submission_id: str
    sha256: str
    file_name: str
    path: Path
    byte_size: int
    arrival_mark: str
    is_kept: bool = True
    notes: Notes = NO_NOTES
    signature_mark: str | None = None

    @property
    def marks(self) -> list[str]:
        """The arrivals that it came by: its own and that of its signature."""
        return [m for m in (self.arrival_mark, self.signature_mark) if m]


def archived_file(archive: Path, sha256: str, file_name: str) -> ArrivedFile:
    """Return the archived file of a hash, for reading it again. Raises ArchiveDamagedError unless it is what came."""
    return archived_files(archive, [(sha256, file_name, 0)])[0]


def archived_files(archive: Path, known: Sequence[tuple[str, str, int]]) -> list[ArrivedFile]:
    """Return the archived files of (hash, name, size), each hashed again. Raises ArchiveDamagedError with the names of all that are
    missing or changed: a broken copy of ours is no reason to judge its sender anew.
    """
    files, found = [], []
    for sha256, file_name, size in known:
        path = archive_path(archive, sha256)
        if size > MAX_FILE and not path.exists():
            files.append(ArrivedFile(sha256[:16], sha256, file_name, path, size, f"replay-{sha256}", is_kept=False))
        elif what := damage_of(path, sha256):
            found.append(f"{file_name} ({path}) is {what}")
        else:
            files.append(
                ArrivedFile(sha256[:16], sha256, file_name, path, size or path.stat().st_size, f"replay-{sha256}")
            )
    if found:
        raise ArchiveDamagedError.of(found)
    return with_notes(files, archive)


def damage_of(path: Path, sha256: str) -> str | None:
    """Say what is wrong with the file of a hash, or None: it is missing, cannot be read, or is changed."""
    try:
        return None if sha256_of(path) == sha256 else "changed"
    except FileNotFoundError:
        return "missing"
    except OSError as e:
        return f"unreadable ({e.strerror})"


def archived_hashes(archive: Path) -> list[str]:
    """Return the SHA-256 under which each file of the archive stands, in order."""
    return sorted(p.name for p in archive.glob("[0-9a-f][0-9a-f]/*") if is_sha256(p.name))


def loose_file(path: Path, asked: Senders) -> ArrivedFile:
    """Return a file that lies anywhere and stays there, as if it had arrived now: for judging without taking it.

    A signature beside it counts; a folder does not, since it is none of the inbox.
    """
    sha256 = sha256_of(path)
    beside = path.with_name(path.name + SUFFIX)
    signature = beside.read_bytes() if beside.is_file() and beside.stat().st_size <= LARGEST else None
    known = {} if signature is None else {sha256_hex(signature): signature}
    came = Came(clock.now(), "shared", None, asked.signatures, next(iter(known), None))
    notes = NO_NOTES if asked.signatures == "off" else Notes((came,), signatures=known)
    name = Arrival(path.name, 0, "").file_name
    return ArrivedFile(sha256[:16], sha256, name, path, path.stat().st_size, f"loose-{sha256}", notes=notes)


def archive_path(archive: Path, sha256: str) -> Path:
    """Return the place of a hash. Raises ValueError for what is no SHA-256."""
    if not is_sha256(sha256):
        raise ValueError(f"not a SHA-256: {sha256!r}")
    return archive / sha256[:2] / sha256


def is_sha256(text: str) -> bool:
    """Tell whether a file of this name in the archive is an original."""
    return len(text) == 64 and set(text) <= set("0123456789abcdef")


def with_notes(files: Sequence[ArrivedFile], archive: Path, *, lenient: bool = False) -> list[ArrivedFile]:
    """Return the files with the notes that stand beside them. Raises ArchiveDamagedError unless ``lenient``."""
    notes = read_notes(archive, [f.sha256 for f in files if f.is_kept], lenient=lenient)
    return [replace(f, notes=notes.get(f.sha256, NO_NOTES)) for f in files]
