"""``dagster dev``, with the guarded web server (orchestration.ui) in place of the bare one.

Does not belong here: the layer itself, or what `danvan dev` checks before (orchestration.cli.operate).
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from dagster._cli.dev import dev_command
from dagster_shared.ipc import open_ipc_subprocess

if TYPE_CHECKING:
    from collections.abc import Sequence

_BARE, _GUARDED, _DAEMON = "dagster_webserver", "orchestration.ui", "dagster._daemon"


class UnguardedError(Exception):
    """Dagster starts its web server otherwise than is known here: better none than one without a guard."""


def guarded(parts: Sequence[str], **options: Any) -> Any:
    """Start a process of ``dagster dev``: for the web server the guarded one. Raises UnguardedError for an unknown one."""
    command = [_GUARDED if part == _BARE else part for part in parts]
    if not {_GUARDED, _DAEMON} & set(command):
        raise UnguardedError(f"unknown process of dagster dev: {' '.join(parts[:4])}")
    return open_ipc_subprocess(command, **options)


if __name__ == "__main__":
    sys.modules["dagster._cli.dev"].open_ipc_subprocess = guarded  # type: ignore[attr-defined]
    dev_command()
