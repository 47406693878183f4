"""Workbooks of receipts are made apart: one at a time in a child with a memory limit, so that none harms another.

The parser of these workbooks is not that of the intake, and what it is given is a sender's. Does not belong here: what a
receipt looks like (workbook, listing), which ones are due (batch).
"""

from __future__ import annotations

import contextlib
import json
import os
import pickle
import select
import subprocess
import sys
import time
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from assets.intake.workers import end
from warehouse.settings import settings

if TYPE_CHECKING:
    from assets.receipt.record import Answer

#: idle children between receipts; each ends by itself when this process does, since its pipe closes
_spare: deque[_Child] = deque()
_SPARES = 2


@dataclass(frozen=True, slots=True)
class Made:
    """What the unit reads: ``marked`` (the unit's own), ``list`` (the findings alone), ``page`` (no cell to mark) or None;
    ``why`` it is no marked one.

    ``is_failure``: it was to be marked, and making it failed. ``outbox``: where its copy for the operator to send stands.
    """

    kind: str | None
    why: str | None = None
    is_failure: bool = False
    outbox: str | None = None


def make_apart(answer: Answer, archive: Path, folder: Path) -> Made:
    """Write ``<submission_id>.xlsx`` in a child and say what became of it; where a marked copy fails, the list alone."""
    made, why = _made(answer, archive, folder, is_plain=False)
    if made:
        return made
    made, _ = _made(answer, archive, folder, is_plain=True)
    return Made(made.kind if made else None, why, is_failure=True)


def _made(answer: Answer, archive: Path, folder: Path, *, is_plain: bool) -> tuple[Made | None, str | None]:
    child = _spare_or_new()
    try:
        reply = child.make((answer, archive, folder, is_plain))
    except _ChildDiedError as death:
        child.close()
        return None, str(death)
    except BaseException:
        child.close()
        raise
    if reply["kind"] is None or len(_spare) >= _SPARES:  # after a failure a new process is the safer one
        child.close()
    else:
        _spare.append(child)
    return (Made(reply["kind"], reply["why"]), None) if reply["kind"] else (None, reply["why"])


def _spare_or_new() -> _Child:
    with contextlib.suppress(IndexError):
        child = _spare.pop()
        if child.limits == settings().receipts and child.process.poll() is None:
            return child
        child.close()
    return _Child()


class _ChildDiedError(Exception):
    """The child ended or fell silent."""


class _Child:
    """One subprocess that makes workbooks."""

    def __init__(self) -> None:
        self.limits = settings().receipts
        root = str(Path(__file__).resolve().parents[2])
        path = os.pathsep.join([root, os.environ.get("PYTHONPATH", "")])
        self.process = subprocess.Popen(  # noqa: S603 - our own module under our own interpreter
            [sys.executable, "-c", f"from assets.receipt.apart import serve; serve({self.limits.memory_mb})"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": path},
            process_group=0,  # the terminal's Ctrl-C is its parent's to hear
        )

    def make(self, job: tuple[Answer, Path, Path, bool]) -> dict[str, str | None]:
        """Let it make one workbook; returns kind and why. Raises _ChildDiedError."""
        pipe = cast("BinaryIO", self.process.stdin)
        try:
            pickle.dump(job, pipe, protocol=pickle.HIGHEST_PROTOCOL)
            pipe.flush()
        except OSError as e:
            raise _ChildDiedError(str(e)) from e
        return cast("dict[str, str | None]", json.loads(self._line()))

    def _line(self) -> bytes:
        pipe = cast("BinaryIO", self.process.stdout).fileno()
        give_up = time.monotonic() + self.limits.seconds
        line = b""
        while not line.endswith(b"\n"):
            if not select.select([pipe], [], [], max(0.0, give_up - time.monotonic()))[0]:
                raise _ChildDiedError(f"not made in {self.limits.seconds:.0f} s")
            part = os.read(pipe, 1 << 16)
            if not part:
                raise _ChildDiedError(f"its process ended with status {self.process.wait()}")
            line += part
        return line

    def close(self) -> None:
        """End the child, whatever it is doing."""
        end(self.process)


def serve(memory_mb: int) -> None:
    """Make workbooks, in a child, until the parent closes the pipe."""
    import resource

    from assets.receipt.workbook import write_workbook

    limit = memory_mb << 20
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    jobs, out = sys.stdin.buffer, os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what a library prints must not reach the pipe
    while True:
        try:
            told, archive, folder, is_plain = pickle.load(jobs)  # noqa: S301 - written by our own parent
        except EOFError:
            return
        answer: dict[str, str | None] = {"kind": None, "why": None}
        try:
            answer["kind"], answer["why"] = write_workbook(told, archive, folder, is_plain=is_plain)
        except Exception as e:
            answer["why"] = f"{type(e).__name__}: {e}"[:200]
        out.write(json.dumps(answer) + "\n")
        out.flush()
