"""What may be wrong with a home's own files: each kind with a stable code and the command that mends it.

Does not belong here: finding damage (warehouse.catalog, assets.verify), or mending it (assets.restore).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from pathlib import Path

#: what DuckDB says of a file that is not as it was written; other errors of reading say nothing about the file
_SIGNS = ("Corrupt database file", "not a valid DuckDB database file", "Could not read enough bytes")


class Source(StrEnum):
    """From what a home is made again."""

    build = "build"
    published = "published"
    archive = "archive"


class DamageError(Exception):
    """Files of the home are missing or not as they were written. Nothing was changed; the message says how to mend it."""

    code: ClassVar[str]

    def __init__(self, text: str) -> None:
        super().__init__(f"{self.code}: {text}")


class BuildMissingError(DamageError):
    """There is no build file, but there once was: a new one would publish an empty warehouse over the full one."""

    code = "HOME-BUILD-MISSING"

    @classmethod
    def at(cls, build: Path, known: str) -> BuildMissingError:
        """Name the missing file, and what shows that it was there."""
        return cls(f"there is no {build}, but {known}; nothing was taken. {_RESTORE}")


class BuildOlderError(DamageError):
    """The build file lacks batches that are published: an older copy was put in its place."""

    code = "HOME-BUILD-OLDER"

    @classmethod
    def at(cls, build: Path, batches: int) -> BuildOlderError:
        """Name the file and how many batches it lacks."""
        return cls(f"{build} lacks {batches} batches that are published; nothing was taken. {_RESTORE}, or, to go on "
                   "with the older file: danvan restore --from build")  # fmt: skip


class BuildDamagedError(DamageError):
    """The build file cannot be read."""

    code = "HOME-BUILD-DAMAGED"

    @classmethod
    def at(cls, path: Path) -> BuildDamagedError:
        """Name the file."""
        return cls(f"{path} is damaged; nothing was taken. {_RESTORE}")


class DatabasesDifferError(DamageError):
    """Build and published file should be equal and are not, and nothing tells which is right."""

    code = "HOME-DATABASES-DIFFER"

    @classmethod
    def at(cls, build: Path, published: Path) -> DatabasesDifferError:
        """Name both files."""
        return cls(f"{build} and {published} should be the same bytes and are not, and the manifest is older than both; nothing "
                   "was taken. Choose one: danvan restore --from build, or --from published; or put this home aside, then danvan "
                   "restore DIR with the folder of its backups")  # fmt: skip


class PublishedDamagedError(DamageError):
    """The published file cannot be read."""

    code = "HOME-PUBLISHED-DAMAGED"

    @classmethod
    def at(cls, path: Path) -> PublishedDamagedError:
        """Name the file."""
        return cls(f"{path} is damaged; make it again from build/: danvan restore --from build")


class LakeError(DamageError):
    """The lake that holds the warehouse is another than it should be, or cannot do what was asked."""

    code = "HOME-LAKE"


class LakeAwayError(LakeError):
    """The lake's catalogue does not answer, which may pass."""


class ArchiveDamagedError(DamageError):
    """Originals are missing from the archive, or no longer the bytes that came."""

    code = "HOME-ARCHIVE-DAMAGED"

    @classmethod
    def of(cls, found: list[str]) -> ArchiveDamagedError:
        """Name the originals, each with what is wrong with it."""
        more = f" and {len(found) - 5} more" if len(found) > 5 else ""
        return cls(f"{'; '.join(found[:5])}{more}; nothing was judged. Copy them from files/ of the backup, where they have "
                   "the same names, or let the units send the same files again: that heals them")  # fmt: skip


_RESTORE = (
    "With a backup: put this home aside, then danvan restore DIR; without one: danvan restore --from published (all that is "
    "published, with its ledger) or danvan restore --from archive (the figures alone)"
)


@contextmanager
def naming(path: Path, kind: type[BuildDamagedError | PublishedDamagedError]) -> Iterator[None]:
    """Let an error of the body that comes of a damaged database file be a ``kind`` that names ``path``."""
    import duckdb

    try:
        yield
    except duckdb.Error as e:
        if any(sign in str(e) for sign in _SIGNS):
            raise kind.at(path) from e
        raise
