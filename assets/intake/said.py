"""What a reading child prints: kept from the terminal where the finding says it, passed on to the log where nothing else does.

Does not belong here: the child and its answers (workers).
"""

from __future__ import annotations

import os
import re
import sys
import tempfile

#: bytes that are passed on of what was printed since the last time
MOST = 4096
#: bytes that a child may write, to this file or any other
LIMIT = 16 << 20
#: how a parser ends that gets no memory, in the words of its language; a stack follows
_NO_MEMORY = re.compile(rb"memory allocation of \d+ bytes failed|capacity overflow|MemoryError|bad_alloc")


class Said:
    """The standard error of one child, as a file without a name that its parent reads."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the child
        self._told = 0

    def fileno(self) -> int:
        """Return the descriptor, for the child."""
        return self._file.fileno()

    def lacked_memory(self) -> bool:
        """Tell whether the child said that it got no memory."""
        return _NO_MEMORY.search(self._new()) is not None

    def pass_on(self) -> None:
        """Write what was printed since the last time to the log; a want of memory is told by the finding."""
        new = self._new()
        self._told = os.fstat(self.fileno()).st_size
        if new and not _NO_MEMORY.search(new):
            sys.stderr.write(new[:MOST].decode("utf-8", "replace"))

    def close(self) -> None:
        """Pass on what is left, and forget it."""
        self.pass_on()
        self._file.close()

    def _new(self) -> bytes:
        return os.pread(self.fileno(), LIMIT, self._told)  # a read would move the child's place too
