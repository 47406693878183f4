"""Ctrl-C and SIGTERM: a command ends within a second, its children with it, and says so in one line.

Told to stop, the command is interrupted where it is: open transactions are rolled back and unfinished files taken away. What
cannot be interrupted - a library at work in C, a step that waits for a child - is ended as a power cut would end it, which
every step survives. Does not belong here: services that replace this process (`danvan dev`, `danvan daemon`).
"""

from __future__ import annotations

import os
import signal
import threading

STOPPED = 130  # as shells say it
#: seconds in which the command may end by itself
_GRACE = 0.6
_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_told = threading.Event()
_ending = threading.Lock()
_stderr = 2


def listen() -> None:
    """Stop this process when it is told to, also one that a script started in the background: that would ignore Ctrl-C."""
    global _stderr  # noqa: PLW0603
    _stderr = os.dup(2)  # a step of a job has its stderr in a file of its own
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    signal.set_wakeup_fd(writer, warn_on_full_buffer=False)  # written at once, whatever the main thread is doing
    for number in _SIGNALS:
        signal.signal(number, _interrupt)
    threading.Thread(target=_watch, args=(reader,), name="stop", daemon=True).start()


def is_told() -> bool:
    """Tell whether a signal to stop has come: whatever is raised since then comes of it."""
    return _told.is_set()


def end() -> None:
    """End this process and its children now, with one line that says so."""
    with _ending:
        _kill_children()
        line = "danvan: stopped; what was not committed is as before, and the next run takes it up\n"
        restored = "\r\x1b[K\x1b[?25h" if os.isatty(_stderr) else ""  # a bar may be drawn, and the cursor hidden
        os.write(_stderr, (restored + line).encode())
        os._exit(STOPPED)


def _interrupt(_number: int, _frame: object) -> None:
    """Interrupt once: what the command does to end itself is left to go on."""
    _told.set()
    for number in _SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


def _watch(reader: int) -> None:
    """Wait for a signal; take the children away, so that nobody waits for them; then give the command its grace."""
    while not set(os.read(reader, 64)) & set(_SIGNALS):
        pass
    _told.set()
    _kill_children()
    threading.Event().wait(_GRACE)
    end()


def _kill_children() -> None:
    import psutil

    for child in psutil.Process().children(recursive=True):
        try:
            child.kill()
        except psutil.NoSuchProcess:
            continue
