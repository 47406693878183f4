"""What arrives, and what an inbox can: shapes and names that every kind of inbox shares.

Does not belong here: where files lie (local, objects).
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import unicodedata
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Protocol

from warehouse.cells.words import mask_personal

INBOX_SETTING = "DANVAN_INBOX"
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
UNFINISHED = (".part", ".partial", ".tmp", ".crdownload")


class InboxError(Exception):
    """The inbox setting cannot be used; the message says what is expected."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """One complete file. ``name`` is its path in the inbox; ``mark`` names this very arrival: taken twice, same mark.

    ``signature``: the arrival that signs it, if one lies beside it (see ``signed``). ``at``: when it came to lie there as it is,
    seconds since 1970.
    """

    name: str
    size: int
    mark: str
    signature: Arrival | None = None
    at: float = field(default=0.0, compare=False)

    @property
    def file_name(self) -> str:
        """The last part of the name as it is shown and stored (see ``shown_name``)."""
        return shown_name(PurePosixPath(self.name).name)

    @property
    def folder(self) -> str | None:
        """The folder of the inbox that it lies in, however deep below, told like ``file_name``; None right in the inbox."""
        first, *below = PurePosixPath(self.name).parts
        return shown_name(first) if below else None


def shown_name(name: str) -> str:
    """Return a name of a file or its path as it is shown and stored: composed (NFC) whatever the sender's system wrote.

    Bytes that are no text and characters that command a terminal become the replacement sign, what looks like a phone or an
    identity number becomes ***.
    """
    text = name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return mask_personal(unicodedata.normalize("NFC", _CONTROL.sub("\ufffd", text)))


@contextmanager
def named_as_shown(root: Path) -> Iterator[None]:
    """Let what the operating system says of a file in ``root`` name it as it is shown: errors go into logs and alerts.

    Nothing of the error that it said first goes with it. One without a name, or of ours, is as it was.
    """
    try:
        yield
    except OSError as e:
        if e.errno is None or e.filename is None:
            raise
        path = Path(os.fsdecode(e.filename))
        inner = path.relative_to(root) if path.is_relative_to(root) else path
        shown = root / shown_name(str(inner)) if inner is not path else shown_name(str(path))
        raise OSError(e.errno, e.strerror, str(shown)) from None


class Sink(Protocol):
    """What bytes can be written to."""

    def write(self, content: bytes, /) -> int:
        """Take the next bytes."""


class Digest:
    """A file that keeps nothing but the SHA-256 of what is written to it (see ``copy_up_to``)."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()

    def write(self, content: bytes) -> int:
        """Take the next bytes."""
        self._hash.update(content)
        return len(content)

    def sha256(self) -> str:
        """Return the hash in hex."""
        return self._hash.hexdigest()


class Inbox(Protocol):
    """Where files arrive. An arrival that was replaced meanwhile is neither fetched nor taken away."""

    @property
    def look_again_seconds(self) -> float:
        """How often it may be listed by somebody who waits."""

    def complete(self, settle_seconds: float = 0.0) -> list[Arrival]:
        """Return the complete files, the first to come first (one time: by name). Raises FileNotFoundError without an inbox."""

    def out_of_reach(self) -> list[str]:
        """Return the names of files and folders that cannot be read, or not taken away: never among the complete ones."""

    def fetch(self, arrival: Arrival, out: Sink) -> bool:
        """Copy the arrival's bytes; False when it is gone or no longer the file that was listed."""

    def take_away(self, arrival: Arrival, taken: Collection[str]) -> bool:
        """Remove exactly this arrival if its bytes are among those ``taken`` (SHA-256); tell whether it is gone."""

    def put(self, name: str, content: BinaryIO) -> None:
        """Let a file arrive, whole, under ``name`` - or beside it, when another file waits there."""


def is_finished(name: str) -> bool:
    """Tell whether a name is that of a file which is whole: not hidden, no office program's lock, no download under way."""
    return not name.startswith((".", "~$")) and not name.lower().endswith(UNFINISHED)


def beside(name: str) -> str:
    """Another name with the same ending, no longer than a file system allows (255 bytes)."""
    kept = os.fsencode(name)[-200:]
    return f"{secrets.token_hex(4)}-{os.fsdecode(kept)}"


def mark_of(*identity: object) -> str:
    """Return the mark of an arrival with this identity."""
    text = "\0".join(map(str, identity))
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:32]
