"""Children that read untrusted files: many files each, a memory limit, a time limit, and no file lost when one dies.

A child is a plain subprocess that speaks length-prefixed pickles over its pipes, so it never re-imports the parent's
main module. Only our parent and our child write pickles; a file's content is never unpickled. Does not belong here:
what is done with a file (``transform``).
"""

from __future__ import annotations

import contextlib
import json
import os
import pickle
import queue
import select
import struct
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

from assets.intake.grid import RawFile, Refused
from assets.intake.said import LIMIT, Said
from warehouse.settings import Readers, Settings, adopt, settings

Job = tuple[str, str, str]  # identifier, path, original name
Transform = Callable[[RawFile], Any]
CHUNK = 32
_LENGTH = struct.Struct("<Q")
#: at most one idle child between batches; it ends by itself when this process does, since its pipe closes
_spare: deque[_Child] = deque()


@dataclass(frozen=True, slots=True)
class Failure:
    """A file that could not be read; ``code`` is a code of the finding catalogue."""

    code: str
    detail: str
    #: whether files read before in the same child may be to blame: the file is tried again alone
    may_be_others: bool = False


NO_MEMORY = Failure("F-BOMB", "cần nhiều bộ nhớ hơn một báo cáo được dùng", may_be_others=True)


class _ChildDied(Exception):  # noqa: N818 - an event of the protocol
    """The child ended or fell silent, and what that says of the file in its hands."""

    def __init__(self, detail: str, code: str = "F-CRASH") -> None:
        super().__init__(detail)
        self.failure = Failure(code, detail)


def read_many(
    jobs: Sequence[Job],
    transform: Transform,
    *,
    processes: int = 2,
) -> Iterator[tuple[str, Any]]:
    """Yield (identifier, transform(raw file) or Failure) for every job, in no particular order.

    ``transform`` is a top-level function of an importable module. A file whose child dies, or that fails there, is tried
    once more alone in a fresh child; the other files are read by a new child. What a file may cost are the settings ``readers``.
    """
    readers = settings().readers
    pending = deque(jobs)
    results: queue.Queue[tuple[str, Any] | BaseException | None] = queue.Queue(maxsize=1024)
    count = max(1, min(processes, (len(jobs) + CHUNK - 1) // CHUNK))
    arguments = (pending, results, f"{transform.__module__}:{transform.__qualname__}", readers)
    threads = [threading.Thread(target=_drive, args=arguments, daemon=True) for _ in range(count)]
    for thread in threads:
        thread.start()
    running = count
    while running:
        item = results.get()
        if isinstance(item, BaseException):
            pending.clear()
            raise item
        if item is None:
            running -= 1
        else:
            yield item


def read_one(path: Path, name: str, transform: Transform) -> Any:
    """Return transform(raw file) of one file, read in a child like those of a batch. Raises Refused where a batch has a Failure."""
    ((_, outcome),) = read_many([(name, str(path), name)], transform, processes=1)
    if isinstance(outcome, Failure):
        raise Refused(outcome.code, outcome.detail)
    return outcome


def _drive(
    pending: deque[Job],
    results: queue.Queue[tuple[str, Any] | BaseException | None],
    target: str,
    readers: Readers,
) -> None:
    """Keep one child busy until nothing is pending."""
    child: _Child | None = None
    again: deque[tuple[Job, bool]] = deque()  # (job, has it killed a child already)
    try:
        while chunk := _next_chunk(pending, again):
            if chunk[0][1] and child:  # a suspect is read by a child that has read nothing else
                child.close()
                child = None
            child = child or (_Child(target, readers) if chunk[0][1] else _spare_or_new(target, readers))
            try:
                child.read(chunk, results, readers.seconds_per_file)
            except _ChildDied as death:
                child.close()
                child = None
                _after_death(chunk, again, results, death.failure)
    except BaseException as e:
        results.put(e)
    else:
        if child and not _spare:
            _spare.append(child)  # the next batch of this process need not start one
            child = None
    finally:
        if child:
            child.close()
        results.put(None)


def _spare_or_new(target: str, readers: Readers) -> _Child:
    """Take the idle child of an earlier batch if it is alive and was started alike, else start one."""
    with contextlib.suppress(IndexError):
        child = _spare.pop()
        if child.kind == _kind(target, readers) and child.process.poll() is None:
            return child
        child.close()
    return _Child(target, readers)


def _kind(target: str, readers: Readers) -> tuple[str, Readers, str | None]:
    return target, readers, os.environ.get("PYTHONPATH")


def _next_chunk(pending: deque[Job], again: deque[tuple[Job, bool]]) -> deque[tuple[Job, bool]]:
    if again:
        return deque([again.popleft()]) if again[0][1] else deque(again.popleft() for _ in range(len(again)))
    chunk: deque[tuple[Job, bool]] = deque()
    while len(chunk) < CHUNK:
        try:
            chunk.append((pending.popleft(), False))
        except IndexError:
            break
    return chunk


def _after_death(
    chunk: deque[tuple[Job, bool]],
    again: deque[tuple[Job, bool]],
    results: queue.Queue[tuple[str, Any] | BaseException | None],
    failure: Failure,
) -> None:
    """The first file that has no answer was in the child's hands: alone once more, then given up; the rest go on."""
    if not chunk:
        return
    (job, suspect), *rest = chunk
    again.extend((j, False) for j, _ in rest)
    if suspect:
        results.put((job[0], failure))
    else:
        again.appendleft((job, True))


class _Child:
    """One reading subprocess."""

    def __init__(self, target: str, readers: Readers) -> None:
        root = str(Path(__file__).resolve().parents[2])
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join([root, os.environ.get("PYTHONPATH", "")])}
        self.kind = _kind(target, readers)
        self.buffer = bytearray()
        self.said = Said()
        self.process = subprocess.Popen(  # noqa: S603 - our own module under our own interpreter
            [sys.executable, "-m", "assets.intake.workers", target, json.dumps(asdict(readers))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.said.fileno(),
            env=environment,
            process_group=0,  # the terminal's Ctrl-C is its parent's to hear
        )

    def read(
        self,
        chunk: deque[tuple[Job, bool]],
        results: queue.Queue[tuple[str, Any] | BaseException | None],
        seconds: float,
    ) -> None:
        """Send the chunk and take its answers in order, removing each answered job. Raises _ChildDied."""
        try:
            _send(cast("BinaryIO", self.process.stdin), [job for job, _ in chunk])
        except OSError as e:
            raise _ChildDied("chương trình đọc dừng đột ngột") from e
        while chunk:
            answer = self._receive(seconds)
            is_suspect = isinstance(answer[1], Failure) and answer[1].may_be_others
            if is_suspect and not chunk[0][1]:
                raise _ChildDied(answer[1].detail)
            chunk.popleft()
            results.put(answer)
        self.said.pass_on()

    def _receive(self, seconds: float) -> tuple[str, Any]:
        (size,) = _LENGTH.unpack(self._take(_LENGTH.size, seconds))
        return cast("tuple[str, Any]", pickle.loads(self._take(size, seconds)))  # noqa: S301 - our own child's

    def _take(self, size: int, seconds: float) -> bytes:
        """Return the next ``size`` bytes; an own buffer, since select does not see what a buffered reader holds."""
        pipe = cast("BinaryIO", self.process.stdout).fileno()
        while len(self.buffer) < size:
            if not select.select([pipe], [], [], seconds)[0]:
                raise _ChildDied(f"không đọc xong trong {seconds:.0f} giây")
            part = os.read(pipe, 1 << 18)
            if not part:
                raise self._died()
            self.buffer += part
        taken = bytes(self.buffer[:size])
        del self.buffer[:size]
        return taken

    def _died(self) -> _ChildDied:
        status = self.process.wait()
        if self.said.lacked_memory():
            return _ChildDied(NO_MEMORY.detail, NO_MEMORY.code)
        return _ChildDied(f"chương trình đọc dừng đột ngột ({status})")

    def close(self) -> None:
        """End the child, whatever it is doing."""
        end(self.process)
        self.said.close()


def end(process: subprocess.Popen[bytes]) -> None:
    """End a child and close its pipes, whatever it is doing."""
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe:
            with contextlib.suppress(OSError):
                pipe.close()


def _send(pipe: BinaryIO, value: object) -> None:
    body = pickle.dumps(value, protocol=pickle.HIGHEST_PROTOCOL)
    pipe.write(_LENGTH.pack(len(body)) + body)
    pipe.flush()


def _receive(pipe: BinaryIO) -> object | None:
    head = pipe.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    body = pipe.read(_LENGTH.unpack(head)[0])
    return cast("object", pickle.loads(body))  # noqa: S301 - written by our own child or parent


def _child_main(target: str, readers: Readers) -> None:
    """Answer chunks of jobs until the parent closes the pipe; ``readers`` are its settings, as it has read them."""
    import importlib
    import resource

    from assets.intake.read import read_file

    adopt(Settings(readers=readers))
    module, _, name = target.partition(":")
    transform = getattr(importlib.import_module(module), name)
    limit = readers.memory_mb << 20
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (LIMIT, LIMIT))
    stdin, stdout = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a parser prints must not reach the pipe
    while (jobs := _receive(stdin)) is not None:
        for identifier, path, original_name in cast("list[Job]", jobs):
            _limit_cpu(readers.cpu_seconds_per_file)
            _send(stdout, (identifier, _one(Path(path), original_name, read_file, transform)))


def _limit_cpu(seconds: int) -> None:
    """Let the child end when its next file takes more processor time than a report may, whatever it is doing."""
    import resource

    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime) + 1 + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.getrlimit(resource.RLIMIT_CPU)[1]))


def _one(path: Path, name: str, read: Callable[[Path, str], RawFile], transform: Transform) -> object:
    try:
        return transform(read(path, name))
    except Refused as e:
        return Failure(e.code, e.detail)
    except MemoryError:
        return NO_MEMORY
    except BaseException as e:
        if isinstance(e, KeyboardInterrupt | SystemExit):
            raise
        sys.stderr.write(f"{type(e).__name__}: {e}\n")
        return Failure("F-CRASH", "chương trình đọc gặp lỗi", may_be_others=True)


if __name__ == "__main__":  # under its own name, so that what it pickles can be found by the parent
    from assets.intake.workers import _child_main as _run_child

    _run_child(sys.argv[1], Readers(**json.loads(sys.argv[2])))
