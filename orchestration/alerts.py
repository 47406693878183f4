"""Alerts: a file in the outbox for every failed run, for what begins to be wrong and for what ceases; and a message to a webhook
where one is configured.

Does not belong here: noticing failures (sensors).
"""

from __future__ import annotations

import json
import re
import urllib.request
from http.client import HTTPException
from typing import TYPE_CHECKING

from warehouse import clock
from warehouse.check import DeclarationError
from warehouse.files import safe_path, write_file
from warehouse.settings import settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assets.health.line import Line
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
    return _told(home, run_id, ".json", alert)


def raise_begun(home: Home, line: Line, since: str) -> str:
    """Tell, once, that something is wrong ``since`` then (ISO 8601). Returns what became of it."""
    alert = {
        "code": line.code,
        "what": line.what,
        "level": line.level.name,
        "since": since,
        "message": line.found[:_LONGEST],
        "what_to_do": line.remedy[:_LONGEST],
    }
    return _told(home, _name(line.key, since), ".json", alert)


def raise_cleared(home: Home, key: str, since: str) -> str:
    """Tell, once, that what was told by this key (see ``Line.key``) is so no longer, and since when it was. Returns as above."""
    code, _, what = key.partition(" ")
    alert = {
        "code": code,
        "what": f"{what}-cleared",
        "level": "ok",
        "since": since,
        "at": clock.instant().isoformat(timespec="seconds"),
        "message": f"{what} is well again; {code} stood since {since}",
        "what_to_do": "nothing",
    }
    return _told(home, _name(key, since), "-cleared.json", alert)


def _name(key: str, since: str) -> str:
    moment = "".join(filter(str.isalnum, since.partition("+")[0]))
    return re.sub(r"[^\w.-]+", "_", f"{moment}Z_{key}")


def _told(home: Home, name: str, suffix: str, alert: dict[str, str]) -> str:
    """Write an alert unless it was written already, and post it."""
    folder = home.outbox / "alerts"
    folder.mkdir(parents=True, exist_ok=True)
    target = safe_path(folder, name, suffix)
    if target.exists():
        return "known already"
    write_file(target, json.dumps(alert, ensure_ascii=False, indent=2).encode())
    try:
        told = settings(home).alert
    except DeclarationError as e:  # an alert is not lost for it
        return f"written to the outbox; not posted, for the settings are wrong: {e}"
    return _post(told, alert) if told.webhook else "written to the outbox"


def why(errors: Sequence[SerializableErrorInfo], log: str = "the run's log") -> str:
    """Say what failed, in the words of the innermost error if they are ours or the system's; others' may quote a cell."""
    told = []
    for error in map(_innermost, errors):
        speaks = error.cls_name in _SPEAKABLE
        told.append(error.message.strip() if speaks else f"{error.cls_name}; its text is in {log} only")
    return "; ".join(told)


def _innermost(error: SerializableErrorInfo) -> SerializableErrorInfo:
    while error.cause:
        error = error.cause
    return error


def _post(told: Alert, alert: dict[str, str]) -> str:
    body = json.dumps(alert, ensure_ascii=False).encode()
    status, reason = ask(told.webhook, told.timeout_seconds, body)
    if status is None:
        return f"written to the outbox; the webhook did not take it: {reason}"
    return f"written to the outbox and posted ({status})"


def ask(url: str, timeout_seconds: float, body: bytes | None = None) -> tuple[int | None, str]:
    """Get an http address, or post it JSON; return the status of its answer, or None and why there is none.

    Neither says the address, which may hold a token. Waits so long at most for each part of an answer.
    """
    try:
        request = urllib.request.Request(url, body, {"Content-Type": "application/json"} if body else {})  # noqa: S310 - http only, as declared
        with urllib.request.urlopen(request, timeout=timeout_seconds) as answer:  # noqa: S310
            return answer.status, ""
    except (
        OSError,
        HTTPException,
        ValueError,
    ) as e:  # an unusable address or answer; its text may hold the address's token
        return None, str(e) if isinstance(e, OSError) else type(e).__name__
