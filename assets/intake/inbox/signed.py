"""Signatures in the inbox: each `X.xlsx.sig` goes with its `X.xlsx`; one alone waits for it, and is named.

Does not belong here: what a signature says (assets.intake.signature).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from assets.intake.inbox.arrival import Arrival, Inbox, shown_name

SUFFIX = ".sig"
#: bytes; a larger file is no signature, whatever it is called
LARGEST = 16 << 10
#: seconds that a file waits for its signature where these are asked for: who sends both does so within that time
WAIT = 60.0


@dataclass(frozen=True, slots=True)
class Ready:
    """What may be taken now, each file with its signature; and what waits: signatures alone, files that may yet get theirs."""

    arrivals: Sequence[Arrival]
    alone: Sequence[Arrival] = ()
    waiting: Sequence[Arrival] = ()


def ready(inbox: Inbox, settle_seconds: float = 0.0, *, signatures: str = "off") -> Ready:
    """Return the complete files of an inbox. Where ``signatures`` are asked for, and somebody watches (``settle_seconds``), a file
    without one is given time. Raises FileNotFoundError without an inbox.
    """
    taken, alone = paired(inbox.complete(settle_seconds))
    if signatures == "off" or not settle_seconds:
        return Ready(taken, alone)
    settled = {a.mark for a in inbox.complete(max(WAIT, settle_seconds))}
    waiting = [a for a in taken if a.signature is None and a.mark not in settled]
    return Ready([a for a in taken if a not in waiting], alone, waiting)


def paired(arrivals: Sequence[Arrival]) -> tuple[list[Arrival], list[Arrival]]:
    """Return the files, each with the signature that bears its name, and the signatures that have no file."""
    signatures = {a.name.removesuffix(SUFFIX): a for a in arrivals if a.name.endswith(SUFFIX) and a.size <= LARGEST}
    marks = {a.mark for a in signatures.values()}
    files = [replace(a, signature=signatures.pop(a.name, None)) for a in arrivals if a.mark not in marks]
    return files, list(signatures.values())


def alone_warning(alone: Sequence[Arrival]) -> str | None:
    """Say which signatures wait for their files, or None when there are none."""
    names = ", ".join(shown_name(a.name) for a in alone[:5]) + (f" and {len(alone) - 5} more" if len(alone) > 5 else "")
    return f"signatures that wait in the inbox for their files: {names}" if alone else None
