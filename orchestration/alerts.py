"""Alerts: a file in the outbox for every failed run, and a message to a webhook where one is configured.

Does not belong here: noticing failures (sensors).
"""

from __future__ import annotations

import json
import os
import urllib.request
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from warehouse.writer import write_file

if TYPE_CHECKING:
    from warehouse.home import Home

WEBHOOK = "DANVAN_ALERT_WEBHOOK"
TIMEOUT_SECONDS = 5.0
_LONGEST = 500


def raise_alert(home: Home, run_id: str, job: str, message: str) -> str:
    """Write the alert of a run, once, and post it. Returns what became of it; a deaf webhook is no failure."""
    alert = {
        "run_id": run_id,
        "job": job,
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "message": message[:_LONGEST],
        "what_to_do": "Nothing was lost: the files are in the inbox, the published warehouse is as before. "
        "Look at the run in the Dagster UI; the next sweep tries again.",
    }
    folder = home.outbox / "alerts"
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"{run_id}.json"
    if target.exists():
        return "known already"
    write_file(target, json.dumps(alert, ensure_ascii=False, indent=2).encode())
    url = os.environ.get(WEBHOOK)
    return _post(url, alert) if url else "written to the outbox"


def _post(url: str, alert: dict[str, str]) -> str:
    if not url.startswith(("https://", "http://")):
        return f"written to the outbox; {WEBHOOK} is no http address"
    body = json.dumps(alert, ensure_ascii=False).encode()
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"})  # noqa: S310 - http only, above
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310
            return f"written to the outbox and posted ({answer.status})"
    except OSError as e:
        return f"written to the outbox; the webhook did not take it: {e}"
