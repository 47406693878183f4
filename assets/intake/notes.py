"""Notes beside the originals of the archive: how each came, signatures, what an operator decided. What a rebuild must know besides
the bytes.

A note's name is that of its original, what it tells, and the beginning of its own SHA-256. Notes are added, never rewritten, and
their order means nothing. Does not belong here: the originals (archive), what notes come to (warehouse.speaking).
"""

from __future__ import annotations

import hashlib
import os
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

from warehouse.damage import ArchiveDamagedError

if TYPE_CHECKING:
    from pathlib import Path

_SIGNATURE = "sig"
_DIGITS = 16


@dataclass(frozen=True, slots=True)
class Came:
    """One way that the bytes of a file came: when first (UTC), through whose folder of the inbox, and what was asked then.

    ``sender_code`` is the folder's name; None from the shared inbox, or where folders mean nothing. ``signature``: the SHA-256
    of the signature that came along.
    """

    at: datetime
    inbox_folders: str
    sender_code: str | None = None
    signatures: str = "off"
    signature: str | None = None

    def is_like(self, other: Came) -> bool:
        """Tell whether both differ in nothing but their time."""
        return replace(self, at=other.at) == other


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """An operator took the file back: when (UTC), and why."""

    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Held:
    """A register that would have gone too far: when (UTC), and how far (see ``warehouse.guard``)."""

    at: datetime
    reports_lost: int
    reports: int
    units_ended: int
    units: int


@dataclass(frozen=True, slots=True)
class Confirmed:
    """An operator confirmed what the file was held or refused for: when (UTC)."""

    at: datetime


Told = Came | Withdrawn | Held | Confirmed
_KINDS: dict[str, type[Told]] = {"came": Came, "withdrawn": Withdrawn, "held": Held, "confirmed": Confirmed}
_NAMES = {cls: name for name, cls in _KINDS.items()}


@dataclass(frozen=True, slots=True)
class Notes:
    """What stands beside one original; ``came`` is in the order of arrival, empty where nothing was asked of senders.

    ``signatures`` are those that came with it, by their SHA-256; of the others the first of its kind counts.
    """

    came: tuple[Came, ...] = ()
    withdrawn: Withdrawn | None = None
    held: Held | None = None
    confirmed: Confirmed | None = None
    signatures: Mapping[str, bytes] = field(default_factory=dict)


#: of an original that has none
NO_NOTES = Notes()


def note(original: Path, told: Told) -> tuple[Path, bytes]:
    """Return place and content of a note that tells this of a file."""
    import orjson

    content = orjson.dumps(asdict(told), option=orjson.OPT_SORT_KEYS)
    return _place(original, _NAMES[type(told)], content), content


def signature_note(original: Path, signature: bytes) -> tuple[Path, bytes]:
    """Return place and content of a signature that came with a file: its own bytes, for any other program to verify."""
    return _place(original, _SIGNATURE, signature), signature


def read_notes(archive: Path, hashes: Iterable[str], *, lenient: bool = False) -> dict[str, Notes]:
    """Return what stands beside the originals of ``hashes``, of those that have notes.

    Raises ArchiveDamagedError for notes that are not as they were written; ``lenient`` passes over them.
    """
    found: dict[str, list[Told | bytes]] = defaultdict(list)
    damaged = []
    for path in note_paths(archive, hashes):
        content = path.read_bytes()
        if is_whole(path, content):
            sha256, _, rest = path.name.partition(".")
            found[sha256].append(_read(rest, content))
        else:
            damaged.append(f"{path} is changed")
    if damaged and not lenient:
        raise ArchiveDamagedError.of(damaged)
    return {sha256: _together(told) for sha256, told in found.items()}


def note_paths(archive: Path, hashes: Iterable[str]) -> list[Path]:
    """Return the places of all notes beside the originals of ``hashes``, in order."""
    wanted = set(hashes)
    return [archive / sha256[:2] / name for sha256, name in sorted(_names(archive, wanted)) if sha256 in wanted]


def is_whole(path: Path, content: bytes) -> bool:
    """Tell whether a note's content is what its name says."""
    return path.name.endswith(f"-{_digits(content)}")


def _names(archive: Path, hashes: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield original and name of the notes in the folders of ``hashes``; as plain texts: there are many files that have none."""
    for folder in {archive / h[:2] for h in hashes}:
        if folder.is_dir():
            with os.scandir(folder) as found:
                yield from ((e.name.partition(".")[0], e.name) for e in found if "." in e.name)


def _place(original: Path, kind: str, content: bytes) -> Path:
    return original.with_name(f"{original.name}.{kind}-{_digits(content)}")


def _digits(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:_DIGITS]


def _read(name: str, content: bytes) -> Told | bytes:
    import orjson

    kind, _, _ = name.partition("-")
    if kind == _SIGNATURE:
        return content
    raw = orjson.loads(content)
    return _KINDS[kind](**{**raw, "at": datetime.fromisoformat(raw["at"])})


def _together(told: Sequence[Told | bytes]) -> Notes:
    in_order = sorted((t for t in told if not isinstance(t, bytes)), key=lambda t: (t.at, repr(t)))
    return Notes(
        came=tuple(t for t in in_order if isinstance(t, Came)),
        withdrawn=next((t for t in in_order if isinstance(t, Withdrawn)), None),
        held=next((t for t in in_order if isinstance(t, Held)), None),
        confirmed=next((t for t in in_order if isinstance(t, Confirmed)), None),
        signatures={hashlib.sha256(t).hexdigest(): t for t in told if isinstance(t, bytes)},
    )
