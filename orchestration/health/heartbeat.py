"""The sign that the daemon lives, for a dead man's switch: a file that is touched, an address that is asked.

Both stop when the daemon stops, since its own sensor gives them. Does not belong here: what else is wrong (doctor).
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from assets.health.line import Level, Line
from orchestration.alerts import ask

if TYPE_CHECKING:
    from pathlib import Path

    from warehouse.home import Home

URL = "DANVAN_HEARTBEAT_URL"
_WHAT, _CODE = "heartbeat", "HEARTBEAT-UNHEARD"


def heartbeat_path(home: Home) -> Path:
    """Return the file whose time says when the daemon lived last."""
    return home.metrics / "heartbeat"


def beat(home: Home) -> Line:
    """Touch the file and ask the address, where one is set. Returns what came of it. Raises OSError for the file."""
    home.metrics.mkdir(parents=True, exist_ok=True)
    heartbeat_path(home).touch()
    url = os.environ.get(URL, "")
    if not url:
        return Line(_WHAT, "given")
    if not url.startswith(("https://", "http://")):
        return Line(
            _WHAT, f"{URL} is no http address", Level.warning, _CODE, f"mend {URL}, then start the daemon again"
        )
    status, reason = ask(url)
    if status is None:
        return Line(_WHAT, f"{URL} does not answer: {reason}", Level.warning, _CODE, f"mend the network, or {URL}")
    return Line(_WHAT, f"given and heard ({status})")
