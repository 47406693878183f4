"""What reading children do in the tests of the workers; a child imports this module by its name."""

from __future__ import annotations

import os

from assets.intake import workers
from assets.intake.grid import RawFile

workers.CPU_SECONDS_PER_FILE = 1
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
