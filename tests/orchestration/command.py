"""The command line for tests: each command in a process of its own, forked from one that has imported everything.

So it is the real entry point with its environment, streams and exit code, without two seconds of imports each time. What a fresh
interpreter is for (signals, what is imported when) calls the script itself: test_stop, test_operating.
"""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from multiprocessing.reduction import DupFd
from pathlib import Path
from typing import Any

from tests.support import HANGS, REPO

DANVAN = Path(sys.executable).with_name("danvan")
_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(["tests.orchestration.warm"])


def danvan(
    home: Path | None, *arguments: str, cwd: Path = REPO, first: Callable[[], None] | None = None, **setting: str
) -> subprocess.CompletedProcess[str]:
    """Run ``danvan`` with the arguments; with a limit: a check that no longer stops `dev` must fail, not hang.

    ``first`` is what the process does before that: a function of a module.
    """
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("DANVAN", "DAGSTER", "COLUMNS"))}
    if home is not None:
        environment["DANVAN_HOME"] = str(home)
    os.umask(umask := os.umask(0))
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        told = (arguments, environment | setting, str(cwd), umask)
        streams = (DupFd(out.fileno()), DupFd(err.fileno()))
        process = _CONTEXT.Process(target=_run, args=(told, streams, first))
        process.start()
        process.join(HANGS)
        if process.is_alive():
            process.kill()
            raise subprocess.TimeoutExpired(str(DANVAN), HANGS)
        said = []
        for stream in (out, err):
            stream.seek(0)
            said.append(stream.read().decode())
    return subprocess.CompletedProcess(arguments, process.exitcode or 0, *said)


def _run(
    told: tuple[tuple[str, ...], dict[str, str], str, int],
    streams: tuple[Any, Any],
    first: Callable[[], None] | None,
) -> None:
    arguments, environment, cwd, umask = told
    for number, stream in enumerate(streams, start=1):
        os.dup2(stream.detach(), number)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(cwd)
    os.umask(umask)
    if first:
        first()
    sys.argv = [str(DANVAN), *arguments]

    from orchestration.cli.start import main

    main()
