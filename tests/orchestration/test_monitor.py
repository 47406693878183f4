"""The figures and the sign of life for a monitor, and a webhook that is deaf."""

from __future__ import annotations

import http.server
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import dagster as dg
import pytest

from assets.health.line import Level
from assets.health.metrics import metrics_path
from orchestration.health.heartbeat import beat, heartbeat_path
from tests.orchestration.command import danvan
from tests.orchestration.watched import Watched, figures
from tests.support import clean_rows, put, report_of, take
from warehouse.check import DeclarationError

CHECK = dg.AssetCheckKey(dg.AssetKey(["mart", "completeness"]), "completeness")
URL = "DANVAN_HEARTBEAT_URL"


def test_a_deaf_webhook_stops_nothing(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DANVAN_ALERT_WEBHOOK", "http://127.0.0.1:9/token")
    watched.evaluate(CHECK, False, dg.AssetCheckSeverity.WARN)
    assert len(watched.tick()) == 1


@contextmanager
def _listener(status: int) -> Iterator[tuple[str, list[str]]]:
    heard: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            heard.append(self.path)
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/secret", heard
        server.shutdown()


def test_the_sign_of_life_is_given_at_each_tick_and_a_deaf_switch_is_told_once(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = heartbeat_path(watched.home)
    os.utime(path, (0, 0))
    with _listener(200) as (url, heard):
        monkeypatch.setenv(URL, url)
        assert watched.tick() == [] and heard == ["/secret"]
    assert time.time() - path.stat().st_mtime < 60
    monkeypatch.setenv("DANVAN_ALERT_TIMEOUT_SECONDS", "0.5")
    assert watched.tick() == ["HEARTBEAT-UNHEARD heartbeat"], "nobody listens there now"
    assert watched.tick() == []
    for wrong in ("file:///etc/passwd", "ftp://x/secret"):
        monkeypatch.setenv(URL, wrong)
        with pytest.raises(DeclarationError, match="a text that begins with http://") as refused:
            beat(watched.home)
        assert "secret" not in str(refused.value)
    with _listener(500) as (url, _):
        monkeypatch.setenv(URL, url)
        assert "secret" not in (line := beat(watched.home)).found and line.level is Level.warning
    monkeypatch.delenv(URL)
    assert watched.tick() == ["HEARTBEAT-UNHEARD heartbeat-cleared"]


def test_the_figures_of_a_home_follow_its_batches(watched: Watched) -> None:
    home = watched.home
    told = figures(home)
    assert told['danvan_files_total{verdict="accepted"}'] == 4
    assert told["danvan_release_number"] == 1 and told["danvan_receipts_due"] == 0
    assert told['danvan_batch_step_seconds{step="marts"}'] > 0, "noted by the run that filled the home"
    assert told["danvan_daemon_up"] == 0 and told["danvan_inbox_files"] == 0
    wrong = clean_rows(2024)
    wrong["training"][0]["attendee_count"] = "nhiều"
    put(home.inbox, report_of(105, "2024-Y", wrong), report_of(104, "2024-Y", clean_rows(2024)))
    assert figures(home)["danvan_inbox_files"] == 2
    take(home)
    told = figures(home)
    assert [told[f'danvan_files_total{{verdict="{v}"}}'] for v in ("accepted", "rejected", "duplicate")] == [4, 1, 1]
    assert told['danvan_open_findings{severity="error"}'] >= 1 and told["danvan_receipts_due"] >= 1
    said = danvan(home.root, "metrics")
    assert (said.returncode, said.stdout) == (0, f"{metrics_path(home)}\n")
    assert metrics_path(home).stat().st_mode & 0o777 == 0o640
