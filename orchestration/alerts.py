"""Alerts: a file in the outbox for every failed run, and a message to a webhook where one is configured.

Does not belong here: noticing failures (sensors).
"""

from __future__ import annotations

import json
import urllib.request
from http.client import HTTPException
from typing import TYPE_CHECKING

from warehouse import clock
from warehouse.check import DeclarationError
from warehouse.files import safe_path, write_file
from warehouse.settings import settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from orchestration.internals import SerializableErrorInfo
    from warehouse.home import Home
    from warehouse.settings import Alert

_LONGEST = 500
#: errors whose text names places, never content
_SPEAKABLE = frozenset(
    {
        "OSError",
        "PermissionError",
        "FileNotFoundError",
        "NotADirectoryError",
        "WriterBusyError",
        "HomeError",
        "BuildMissingError",
        "BuildOlderError",
        "BuildDamagedError",
        "PublishedDamagedError",
        "DatabasesDifferError",
        "InboxError",
        "DeclarationError",
        "YearOpenError",
        "YearBuiltOnError",
        "SuitesDisagreeError",
    }
)


def raise_alert(home: Home, run_id: str, job: str, message: str) -> str:
    """Write the alert of a run, once, and post it. Returns what became of it; a deaf webhook is no failure."""
    alert = {
        "run_id": run_id,
        "job": job,
        "at": clock.instant().isoformat(timespec="seconds"),
        "message": message[:_LONGEST],
        "what_to_do": "Nothing was lost: what was committed is or will be published, every other file is in the inbox. "
        "Look at the run in the Dagster UI. Taking files is tried again by itself; start another job again there.",
    }
    folder = home.outbox / "alerts"
    folder.mkdir(parents=True, exist_ok=True)
    target = safe_path(folder, run_id, ".json")
    if target.exists():
        return "known already"
    write_file(target, json.dumps(alert, ensure_ascii=False, indent=2).encode())
    try:
        told = settings(home).alert
    except DeclarationError as e:  # an alert is not lost for it
        return f"written to the outbox; not posted, for the settings are wrong: {e}"
    return _post(told, alert) if told.webhook else "written to the outbox"


def why(errors: Sequence[SerializableErrorInfo]) -> str:
    """Say what failed, in the words of the innermost error if they are ours or the system's; others' may quote a cell."""
    told = []
    for error in map(_innermost, errors):
        speaks = error.cls_name in _SPEAKABLE
        told.append(error.message.strip() if speaks else f"{error.cls_name}; its text is in the run's log only")
    return "; ".join(told)


def _innermost(error: SerializableErrorInfo) -> SerializableErrorInfo:
    while error.cause:
        error = error.cause
    return error


def _post(told: Alert, alert: dict[str, str]) -> str:
    body = json.dumps(alert, ensure_ascii=False).encode()
    try:
        request = urllib.request.Request(told.webhook, body, {"Content-Type": "application/json"})  # noqa: S310 - http only, as declared
        with urllib.request.urlopen(request, timeout=told.timeout_seconds) as answer:  # noqa: S310
            return f"written to the outbox and posted ({answer.status})"
    except (
        OSError,
        HTTPException,
        ValueError,
    ) as e:  # an unusable address or answer; its text may hold the address's token
        reason = e if isinstance(e, OSError) else type(e).__name__
        return f"written to the outbox; the webhook did not take it: {reason}"
