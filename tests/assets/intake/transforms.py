"""What reading children do in the tests of the workers; a child imports this module by its name."""

from __future__ import annotations

import os

from assets.intake.grid import RawFile

_read: list[int] = []


def greedy(raw: RawFile) -> int:
    """Fail as a child does whose memory an earlier file has taken."""
    _read.append(os.getpid())
    if len(_read) > 1:
        raise MemoryError
    return len(raw.sheets)


def endless(raw: RawFile) -> int:
    """Never end on a file of two columns."""
    while len(raw.sheets[0].rows[0]) == 2:
        pass
    return 1


def starved(raw: RawFile) -> int:
    """End as a parser of another language does that gets no memory; a file of two columns lets it end for a reason of its own."""
    no_memory = len(raw.sheets[0].rows[0]) == 3
    os.write(2, b"memory allocation of 5000 bytes failed\nstack backtrace:\n" if no_memory else b"panicked at cell 7\n")
    os.abort()
