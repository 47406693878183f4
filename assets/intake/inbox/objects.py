"""An inbox that is a prefix of an object store.

Does not belong here: folders (local).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, BinaryIO
from urllib.parse import unquote

from assets.intake.inbox.arrival import (
    INBOX_SETTING,
    Arrival,
    InboxError,
    Sink,
    beside,
    is_finished,
    mark_of,
    shown_name,
)

if TYPE_CHECKING:
    from obstore import ObjectMeta
    from obstore.store import ObjectStore


@dataclass(frozen=True, slots=True)
class ObjectInbox:
    """A prefix of an object store, where an object appears whole or not at all."""

    store: ObjectStore
    look_again_seconds: float = 60.0  # listings are billed: once a tick

    def complete(self, settle_seconds: float = 0.0) -> list[Arrival]:  # noqa: ARG002 - an object is complete when it is there
        """List every object of the prefix that has a finished name."""
        import obstore

        with _named_errors():
            objects = [meta for page in obstore.list(self.store) for meta in page]
        return [
            Arrival(m["path"], m["size"], _object_mark(m), at=m["last_modified"].timestamp())
            for m in sorted(objects, key=lambda m: (m["last_modified"], m["path"]))
            if is_finished(PurePosixPath(m["path"]).name)
        ]

    def out_of_reach(self) -> list[str]:
        """Nothing: a store that may be listed but not read is a setting to mend, and raises."""
        return []

    def fetch(self, arrival: Arrival, out: Sink) -> bool:
        """Copy the object, if it still is the one that was listed."""
        import obstore

        with _named_errors():
            try:
                result = obstore.get(self.store, arrival.name)
            except FileNotFoundError:
                return False
            if _object_mark(result.meta) != arrival.mark:
                return False
            for chunk in result.stream():
                out.write(chunk)
            return True

    def take_away(self, arrival: Arrival, taken: Collection[str]) -> bool:  # noqa: ARG002 - the mark holds the ETag
        """Delete the object, if it still is the one that was listed. Object stores cannot do both in one step."""
        import obstore

        with _named_errors():
            try:
                meta = obstore.head(self.store, arrival.name)
            except FileNotFoundError:
                return False
            if is_same := _object_mark(meta) == arrival.mark:
                obstore.delete(self.store, arrival.name)
            return is_same

    def put(self, name: str, content: BinaryIO) -> None:
        """Upload; the store itself refuses a name that is taken."""
        import obstore
        from obstore.exceptions import AlreadyExistsError

        body = content.read()
        with _named_errors():
            try:
                obstore.put(self.store, name, body, mode="create")
            except AlreadyExistsError:
                folder, _, last = name.rpartition("/")
                obstore.put(self.store, f"{folder}/{beside(last)}".lstrip("/"), body, mode="create")


@contextmanager
def _named_errors() -> Iterator[None]:
    """Let what a store says be an InboxError, with names as they are shown and nothing else of what it said."""
    from obstore.exceptions import BaseError

    try:
        yield
    except (BaseError, FileNotFoundError, ValueError) as e:  # a missing bucket; a name that the library does not take
        reason = shown_name(unquote(str(e).splitlines()[0]))
        raise InboxError(f"{INBOX_SETTING}: {reason}; check the bucket, its address and the credentials") from None


def _object_mark(meta: ObjectMeta) -> str:
    return mark_of(meta["path"], meta["size"], meta["e_tag"], meta["last_modified"])
