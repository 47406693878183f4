"""``dagster dev``, with the guarded web server (orchestration.ui) in place of the bare one.

Does not belong here: the layer itself, or what `danvan dev` checks before (orchestration.cli.operate).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from orchestration.internals import DAEMON, WEB_SERVER, start_dev, start_process

if TYPE_CHECKING:
    from collections.abc import Sequence

_GUARDED = "orchestration.ui"


class UnguardedError(Exception):
    """Dagster starts its web server otherwise than is known here: better none than one without a guard."""


def guarded(parts: Sequence[str], **options: Any) -> Any:
    """Start a process of ``dagster dev``: for the web server the guarded one. Raises UnguardedError for an unknown one."""
    command = [_GUARDED if part == WEB_SERVER else part for part in parts]
    if not {_GUARDED, DAEMON} & set(command):
        raise UnguardedError(f"unknown process of dagster dev: {' '.join(parts[:4])}")
    return start_process(command, **options)


if __name__ == "__main__":
    start_dev(guarded)
