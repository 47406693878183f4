"""The inbox sensor and the failure alert on an instance in memory: one run per sweep, none twice, back-off, and a webhook."""

from __future__ import annotations

import http.server
import json
import os
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
from dagster_shared.error import SerializableErrorInfo

from assets.intake.inbox.signed import WAIT
from orchestration.alerts import raise_alert, why
from orchestration.definitions import defs
from orchestration.sensors import ARRIVALS, BATCH, alert_on_cancel, inbox_sensor
from tests.support import copy_home, make_home, query
from warehouse.home import Home
from warehouse.senders import Senders, set_senders


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Home, dg.DagsterInstance]]:
    home = make_home(tmp_path / "home")
    monkeypatch.setenv("DANVAN_HOME", str(home.root))
    monkeypatch.setattr("orchestration.sensors.WATCH_SECONDS", 0.0)
    with dg.DagsterInstance.ephemeral() as instance:
        yield home, instance


def _drop(home: Home, name: str = "a.xlsx", age: float = 10) -> Path:
    path = home.inbox / name
    path.write_bytes(name.encode())
    os.utime(path, (time.time() - age,) * 2)
    return path


def _tick(
    instance: dg.DagsterInstance, context: dg.SensorEvaluationContext | None = None
) -> dg.SensorResult | dg.SkipReason:
    context = context or dg.build_sensor_context(instance=instance, definitions=defs)
    out = inbox_sensor(context)
    assert isinstance(out, dg.SensorResult | dg.SkipReason)
    return out


def _run(instance: dg.DagsterInstance, key: str, status: dg.DagsterRunStatus) -> None:
    instance.create_run_for_job(defs.resolve_job_def("ingest"), tags={ARRIVALS: key}, status=status)


def test_no_files_no_run_and_an_absent_inbox_names_the_remedy(place: tuple[Home, dg.DagsterInstance]) -> None:
    home, instance = place
    assert isinstance(_tick(instance), dg.SkipReason)
    home.inbox.rmdir()
    skipped = _tick(instance)
    assert isinstance(skipped, dg.SkipReason)
    assert "danvan init" in str(skipped.skip_message)


def _warnings(instance: dg.DagsterInstance, cursor: str, capsys: pytest.CaptureFixture[str]) -> tuple[list[str], str]:
    """Let a sensor that starts from ``cursor`` tick, as after a restart; return what it warned of, and its cursor then."""
    context = dg.build_sensor_context(instance=instance, definitions=defs, cursor=cursor)
    _tick(instance, context)
    return [line for line in capsys.readouterr().err.splitlines() if "WARNING" in line], context.cursor or ""


def test_what_is_no_file_is_told_once_and_again_when_it_is_another(
    place: tuple[Home, dg.DagsterInstance], capsys: pytest.CaptureFixture[str]
) -> None:
    home, instance = place
    (home.inbox / "0912345678.xlsx").symlink_to("/etc/hostname")
    first, cursor = _warnings(instance, "", capsys)
    assert len(first) == 1 and "***.xlsx (a link)" in first[0], "without the number in its name"
    assert _warnings(instance, cursor, capsys) == ([], cursor)
    _drop(home)
    assert _warnings(instance, cursor, capsys) == ([], cursor), "also when there is something to take"
    os.mkfifo(home.inbox / "b.csv")
    second, cursor = _warnings(instance, cursor, capsys)
    assert len(second) == 1 and "b.csv (a pipe)" in second[0]
    for path in ("0912345678.xlsx", "b.csv"):
        (home.inbox / path).unlink()
    assert _warnings(instance, cursor, capsys) == ([], "")


def test_one_run_for_a_sweep_whose_batch_has_its_name_already(place: tuple[Home, dg.DagsterInstance]) -> None:
    home, instance = place
    for n in range(50):
        _drop(home, f"{n}.xlsx")
    _drop(home, "c.csv")
    out = _tick(instance)
    assert isinstance(out, dg.SensorResult)
    assert len(out.run_requests or []) == 1
    (request,) = out.run_requests or []
    assert request.run_config["ops"]["ingest_batch"]["config"]["batch_id"] == request.tags[BATCH]


def test_files_still_on_their_way_are_left(place: tuple[Home, dg.DagsterInstance]) -> None:
    home, instance = place
    _drop(home, "slow.xlsx", age=0)
    _drop(home, "copying.xlsx.part")
    assert isinstance(_tick(instance), dg.SkipReason)


def test_a_signature_alone_starts_no_run_and_a_file_is_given_time_for_its_own(
    place: tuple[Home, dg.DagsterInstance],
) -> None:
    home, instance = place
    _drop(home, "b.xlsx.sig")
    assert isinstance(_tick(instance), dg.SkipReason)
    path = _drop(home, "a.xlsx")
    assert isinstance(_tick(instance), dg.SensorResult), "nothing is asked of senders"
    set_senders(home, Senders(signatures="require"))
    assert isinstance(_tick(instance), dg.SkipReason)
    signature = _drop(home, "a.xlsx.sig")
    assert isinstance(_tick(instance), dg.SensorResult)
    signature.unlink()
    os.utime(path, (time.time() - 2 * WAIT,) * 2)
    assert isinstance(_tick(instance), dg.SensorResult), "it has waited long enough, and will be told what is missing"


def test_a_file_that_arrives_while_the_sensor_watches_is_taken_in_the_same_tick(
    place: tuple[Home, dg.DagsterInstance], monkeypatch: pytest.MonkeyPatch
) -> None:
    home, instance = place
    monkeypatch.setattr("orchestration.sensors.WATCH_SECONDS", 10.0)
    threading.Timer(0.6, _drop, (home,)).start()
    begin = time.monotonic()
    assert isinstance(_tick(instance), dg.SensorResult)
    assert 0.5 < time.monotonic() - begin < 5


def test_a_waiting_run_takes_what_comes_and_a_running_one_does_not(place: tuple[Home, dg.DagsterInstance]) -> None:
    home, instance = place
    _drop(home)
    first = _tick(instance)
    assert isinstance(first, dg.SensorResult) and first.run_requests
    key = first.run_requests[0].tags[ARRIVALS]
    _run(instance, key, dg.DagsterRunStatus.STARTED)
    assert isinstance(_tick(instance), dg.SkipReason), "the run at work has these files"
    _drop(home, "later.xlsx")
    assert isinstance(_tick(instance), dg.SensorResult), "a new file needs another run"
    _run(instance, "other", dg.DagsterRunStatus.NOT_STARTED)
    assert isinstance(_tick(instance), dg.SkipReason), "one waiting run is enough"


def test_after_a_failure_the_same_files_are_tried_again_later_each_time(
    place: tuple[Home, dg.DagsterInstance], monkeypatch: pytest.MonkeyPatch
) -> None:
    home, instance = place
    _drop(home)
    first = _tick(instance)
    assert isinstance(first, dg.SensorResult) and first.run_requests
    key = first.run_requests[0].tags[ARRIVALS]
    _run(instance, key, dg.DagsterRunStatus.FAILURE)
    skipped = _tick(instance)
    assert isinstance(skipped, dg.SkipReason)
    assert "next try" in str(skipped.skip_message)
    now = time.time()
    monkeypatch.setattr("orchestration.asking.time.time", lambda: now + 31)
    assert isinstance(_tick(instance), dg.SensorResult)
    _run(instance, key, dg.DagsterRunStatus.FAILURE)
    assert isinstance(_tick(instance), dg.SkipReason), "the second wait is longer"


def test_what_a_failed_run_left_undone_is_completed_though_the_inbox_is_empty(
    place: tuple[Home, dg.DagsterInstance], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run killed after it had emptied the inbox still owes receipts; it is asked for with the same back-off."""
    _, instance = place
    _run(instance, "some files", dg.DagsterRunStatus.FAILURE)
    first = _tick(instance)
    assert isinstance(first, dg.SensorResult) and first.run_requests
    key = first.run_requests[0].tags[ARRIVALS]
    _run(instance, key, dg.DagsterRunStatus.FAILURE)
    assert "next try" in str(_tick(instance)), "it waits for its own failures"
    now = time.time()
    monkeypatch.setattr("orchestration.asking.time.time", lambda: now + 31)
    again = _tick(instance)
    assert isinstance(again, dg.SensorResult) and again.run_requests
    assert again.run_requests[0].tags[ARRIVALS] == key
    _run(instance, key, dg.DagsterRunStatus.SUCCESS)
    assert isinstance(_tick(instance), dg.SkipReason), "done is done"


def _cancelled(instance: dg.DagsterInstance, key: str, batch_id: str) -> None:
    tags = {ARRIVALS: key, BATCH: batch_id}
    job = defs.resolve_job_def("ingest")
    instance.create_run_for_job(job, tags=tags, status=dg.DagsterRunStatus.CANCELED)


def test_what_somebody_cancelled_waits_until_somebody_says_so(place: tuple[Home, dg.DagsterInstance]) -> None:
    home, instance = place
    _drop(home)
    _cancelled(instance, "key", "never-committed")
    for _ in range(2):
        assert "danvan ingest" in str(_tick(instance)), "the reason says how"
        _drop(home, "another.xlsx")
    _run(instance, "", dg.DagsterRunStatus.SUCCESS)  # started by hand
    assert isinstance(_tick(instance), dg.SensorResult)


def test_what_was_cancelled_after_its_commit_is_completed(
    place: tuple[Home, dg.DagsterInstance], filled: Home, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    _, instance = place
    home = copy_home(filled, tmp_path / "copy")
    monkeypatch.setenv("DANVAN_HOME", str(home.root))
    ((batch_id,),) = query(home, "SELECT batch_id FROM intake.batch")
    _cancelled(instance, "key", str(batch_id))
    assert isinstance(_tick(instance), dg.SensorResult)


def test_a_cancelled_run_is_told_as_a_failed_one_is(place: tuple[Home, dg.DagsterInstance]) -> None:
    home, instance = place
    run = instance.create_run_for_job(defs.resolve_job_def("ingest"), status=dg.DagsterRunStatus.STARTED)
    event = instance.report_run_canceled(run)
    context = dg.build_run_status_sensor_context("alert_on_cancel", event, instance, run)
    alert_on_cancel(context)
    (written,) = (home.outbox / "alerts").iterdir()
    assert json.loads(written.read_text(encoding="utf-8"))["message"] == "The run was cancelled."


class _Hook(http.server.BaseHTTPRequestHandler):
    heard: list[dict[str, str]] = []  # noqa: RUF012
    delay = 0.0

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        time.sleep(self.delay)
        self.heard.append(json.loads(body))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Silent."""


@pytest.fixture
def hook(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[_Hook]]:
    _Hook.heard, _Hook.delay = [], 0.0
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Hook)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("DANVAN_ALERT_WEBHOOK", f"http://127.0.0.1:{server.server_port}/alert")
    yield _Hook
    server.shutdown()


def test_an_alert_stands_in_the_outbox_once_and_is_posted(tmp_path: Path, hook: type[_Hook]) -> None:
    home = make_home(tmp_path / "home")
    assert raise_alert(home, "r1", "ingest", "disk full").endswith("posted (204)")
    assert raise_alert(home, "r1", "ingest", "disk full") == "known already"
    written = json.loads((home.outbox / "alerts" / "r1.json").read_text(encoding="utf-8"))
    assert hook.heard == [written]
    assert written["message"] == "disk full"


def test_a_deaf_webhook_costs_its_time_out_and_loses_no_alert(
    tmp_path: Path, hook: type[_Hook], monkeypatch: pytest.MonkeyPatch
) -> None:
    hook.delay = 3
    monkeypatch.setenv("DANVAN_ALERT_TIMEOUT_SECONDS", "0.2")
    home = make_home(tmp_path / "home")
    assert "did not take it" in raise_alert(home, "r2", "ingest", "x")
    assert (home.outbox / "alerts" / "r2.json").exists()


def test_a_webhook_that_is_no_address_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DANVAN_ALERT_WEBHOOK", "file:///etc/passwd")
    home = make_home(tmp_path / "home")
    said = raise_alert(home, "r3", "ingest", "x")
    assert "DANVAN_ALERT_WEBHOOK: found a value that is not shown; allowed: a text that begins with http://" in said
    assert "passwd" not in said
    assert (home.outbox / "alerts" / "r3.json").exists()


@pytest.mark.parametrize(
    "url", ["http://[bad/?token=secret", "http://127.0.0.1:1/a b?token=secret", "http://x:y/?token=secret"]
)
def test_a_webhook_that_cannot_be_used_loses_no_alert_and_tells_no_token(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("DANVAN_ALERT_WEBHOOK", url)
    said = raise_alert(make_home(tmp_path / "home"), "r4", "ingest", "x")
    assert "did not take it" in said
    assert "secret" not in said


def test_a_webhook_that_answers_nonsense_loses_no_alert(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        monkeypatch.setenv("DANVAN_ALERT_WEBHOOK", f"http://127.0.0.1:{server.getsockname()[1]}/")

        def babble() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(b"no http at all\r\n\r\n")

        threading.Thread(target=babble, daemon=True).start()
        assert "did not take it" in raise_alert(make_home(tmp_path / "home"), "r5", "ingest", "x")


def _error(cls_name: str, message: str, cause: SerializableErrorInfo | None = None) -> SerializableErrorInfo:
    return SerializableErrorInfo(message, [], cls_name, cause)


def test_an_alert_says_why_in_words_that_cannot_quote_a_cell() -> None:
    full = _error("StepError", "outer", _error("OSError", "OSError: [Errno 28] No space left on device\n"))
    assert why([full]) == "OSError: [Errno 28] No space left on device"
    quoting = _error("StepError", "outer", _error("ConversionException", "Could not convert 'Nguyễn Văn A'"))
    assert why([quoting]) == "ConversionException; its text is in the run's log only"
