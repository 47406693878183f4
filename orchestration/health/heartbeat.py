"""The sign that the daemon lives, for a dead man's switch: a file that is touched, an address that is asked.

Both stop when the daemon stops, since its own sensor gives them. Does not belong here: what else is wrong (doctor).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assets.health.line import Level, Line
from orchestration.alerts import ask
from warehouse.settings import settings

if TYPE_CHECKING:
    from pathlib import Path

    from warehouse.home import Home

_WHAT, _CODE, _SETTING = "heartbeat", "HEARTBEAT-UNHEARD", "heartbeat.url"


def heartbeat_path(home: Home) -> Path:
    """Return the file whose time says when the daemon lived last."""
    return home.metrics / "heartbeat"


def beat(home: Home) -> Line:
    """Touch the file and ask the address, where one is set. Returns what came of it. Raises OSError for the file."""
    home.metrics.mkdir(parents=True, exist_ok=True)
    heartbeat_path(home).touch()
    told = settings(home)
    if not told.heartbeat.url:
        return Line(_WHAT, "given")
    status, reason = ask(told.heartbeat.url, told.alert.timeout_seconds)
    if status is None:
        remedy = "mend the network, or the setting"
        return Line(_WHAT, f"{_SETTING} does not answer: {reason}", Level.warning, _CODE, remedy)
    return Line(_WHAT, f"given and heard ({status})")
