"""The inbox: which files are complete, how one is fetched and, once it is committed, taken away; and how one is put in.

A local folder, or a prefix of an object store (``DANVAN_INBOX=s3://bucket/prefix``). Does not belong here: reading files.
"""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from assets.intake.inbox.arrival import (
    INBOX_SETTING,
    UNFINISHED,
    Arrival,
    Digest,
    Inbox,
    InboxError,
    beside,
    is_finished,
    shown_name,
)
from assets.intake.inbox.local import LocalInbox
from assets.intake.inbox.objects import ObjectInbox
from assets.intake.inbox.signed import SUFFIX
from warehouse.settings import ENVIRONMENT, held

if TYPE_CHECKING:
    from warehouse.home import Home

__all__ = [
    "INBOX_SETTING",
    "Arrival",
    "Digest",
    "Inbox",
    "InboxError",
    "LocalInbox",
    "NothingToTakeError",
    "ObjectInbox",
    "open_inbox",
    "put_path",
    "reach_warning",
    "shown_name",
]


class NothingToTakeError(ValueError):
    """A path that should be taken has no complete file; the message says which names are left alone."""


def put_path(inbox: Inbox, path: Path) -> None:
    """Let the complete files of a file or folder arrive. What lies in the inbox already stays where it is.

    Raises FileNotFoundError, NothingToTakeError.
    """
    if isinstance(inbox, LocalInbox) and path.resolve().is_relative_to(inbox.root.resolve()):
        return
    if not path.exists():
        raise FileNotFoundError(f"there is no file or folder {path}")
    if isinstance(inbox, LocalInbox) and inbox.root.resolve().is_relative_to(path.resolve()):
        raise NothingToTakeError(f"{path} holds the inbox {inbox.root} itself; name the folder of the reports")
    if path.is_dir():
        files = {a.name: path / a.name for a in LocalInbox(path).complete()}
    else:
        both = [path.with_name(path.name + SUFFIX), path] if is_finished(path.name) else []
        files = {p.name: p for p in both if p.is_file() and not p.is_symlink()}
        files = files if path.name in files else {}
    if not files:
        left = f"links, hidden files, Office's lock files and names that end in {', '.join(UNFINISHED)} are left alone"
        raise NothingToTakeError(f"nothing to take at {path}: {left}")
    for name, file in _named_alike(inbox, files).items():
        with file.open("rb") as content:
            inbox.put(name, content)


def _named_alike(inbox: Inbox, files: dict[str, Path]) -> dict[str, Path]:
    """Return the files, signatures first, under names that keep each by its signature: where one name is taken, both get others."""
    signed = [name for name in files if name + SUFFIX in files]
    taken = {a.name for a in inbox.complete()} if signed else set()
    names = {
        n: str(PurePosixPath(n).with_name(beside(PurePosixPath(n).name))) for n in signed if {n, n + SUFFIX} & taken
    }
    names |= {n + SUFFIX: new + SUFFIX for n, new in names.items()}
    return {names.get(n, n): files[n] for n in sorted(files, key=lambda n: not n.endswith(SUFFIX))}


def reach_warning(inbox: Inbox) -> str | None:
    """Say which files cannot be taken and what to do, or None when there are none."""
    names = inbox.out_of_reach()
    shown = ", ".join(map(shown_name, names[:5])) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
    return f"out of reach in the inbox: {shown}; let danvan read them and write in their folder" if names else None


def open_inbox(home: Home) -> Inbox:
    """Return the inbox that the setting names, or the home's own. Raises InboxError for a setting of another kind.

    A folder that danvan.toml names is found from the home, one of the environment from where the process stands.

    An object store is reached as its usual environment variables say: AWS_ENDPOINT_URL, AWS_ACCESS_KEY_ID and so on.
    """
    told = held(home)
    setting = told.settings.inbox
    if "://" not in setting:
        base = Path() if told.origins.get("inbox") == ENVIRONMENT else home.root
        return LocalInbox(base / setting if setting else home.inbox)
    from obstore.exceptions import BaseError
    from obstore.store import from_url

    try:
        return ObjectInbox(from_url(setting))
    except (BaseError, ValueError) as e:
        reason = str(e).splitlines()[0]
        raise InboxError(f"{INBOX_SETTING}={setting}: {reason}; expected a folder or s3://bucket/prefix") from e
