"""Only this machine's own pages speak to the UI: a foreign page can neither start a run by a GET or a form nor read answers."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any
from urllib.parse import quote

import pytest

from orchestration.dev import UnguardedError, guarded
from orchestration.ui import allowed_hosts, refusal
from tests.orchestration.real import DANVAN, environment, kill_all, prepare, wait_until
from tests.support import REPO, make_home

MUTATION = "mutation{launchRun(executionParams:{}){__typename}}"
JSON = {"content-type": "application/json"}
HOSTS = {"127.0.0.1", "localhost"}


def _scope(method: str = "GET", path: str = "/", query: str = "", kind: str = "http", **headers: str) -> dict[str, Any]:
    sent = {"host": "127.0.0.1:3000", **{n.replace("_", "-"): v for n, v in headers.items()}}
    raw = [(n.encode(), v.encode()) for n, v in sent.items()]
    return {"type": kind, "method": method, "path": path, "query_string": query.encode(), "headers": raw}


@pytest.mark.parametrize(
    "scope",
    [
        _scope(),
        _scope(path="/graphql"),
        _scope("POST", "/graphql", content_type="application/json"),
        _scope("POST", "/graphql", content_type="application/json; charset=utf-8", origin="http://127.0.0.1:3000"),
        _scope(host="localhost:3000", origin="http://localhost:3000"),
        _scope(kind="websocket", path="/graphql", origin="http://127.0.0.1:3000"),
    ],
)
def test_the_uis_own_requests_pass(scope: dict[str, Any]) -> None:
    assert refusal(scope, HOSTS) is None


@pytest.mark.parametrize(
    "scope",
    [
        _scope(path="/graphql", query=f"query={quote(MUTATION)}"),
        _scope(path="/graphql/", query="query=%7Bversion%7D"),
        _scope("HEAD", "/graphql", query=f"query={quote(MUTATION)}"),
        _scope("POST", "/graphql", query=f"query={quote(MUTATION)}", content_type="application/json"),
        _scope("POST", "/graphql", content_type="text/plain"),
        _scope("POST", "/graphql", content_type="application/x-www-form-urlencoded"),
        _scope("POST", "/graphql"),
        _scope("POST", "/graphql", content_type="application/json", origin="http://evil.example"),
        _scope("POST", "/graphql", content_type="application/json", origin="null"),
        _scope("POST", "/report_asset_check/x", origin="http://127.0.0.1:3001"),
        _scope(host="evil.example"),
        _scope(host="evil.example:3000", path="/server_info"),
        _scope(host="127.0.0.1.evil.example"),
        _scope(host="evil.example@127.0.0.1:3000", origin="http://evil.example"),
        _scope(host=""),
        _scope(host="[::1"),
        _scope(kind="websocket", path="/graphql", origin="http://evil.example"),
    ],
)
def test_what_a_foreign_page_can_send_is_refused(scope: dict[str, Any]) -> None:
    assert refusal(scope, HOSTS)


def test_a_proxy_is_let_in_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DANVAN_UI_HOSTS", "danvan.example.vn, other")
    scope = _scope(host="danvan.example.vn", origin="https://danvan.example.vn")
    assert refusal(scope, allowed_hosts()) is None
    assert refusal(_scope(), allowed_hosts()) is None


def test_a_web_server_that_is_started_in_an_unknown_way_is_not_started() -> None:
    with pytest.raises(UnguardedError):
        guarded(["python", "-m", "dagster_other_webserver"])


@pytest.fixture(scope="module")
def ui(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., tuple[int, bytes]]]:
    """A real ``danvan dev``; yields what sends one request as a browser or curl would, and returns status and body."""
    home = make_home(tmp_path_factory.mktemp("ui"))
    prepare(home)
    (home.data_docs / "site").mkdir(parents=True)
    (home.data_docs / "index.html").write_text("<p>Data Docs", encoding="utf-8")
    (home.data_docs / "site" / "out.html").symlink_to(home.dagster / "dagster.yaml")
    (home.receipts / "a.json").write_text("{}", encoding="utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with (home.root / "daemon.log").open("ab") as log:
        process = subprocess.Popen(
            [DANVAN, "dev", "--port", str(port)],
            cwd=REPO,
            env=environment(home),
            stdout=log,
            stderr=log,
            start_new_session=True,
        )

    def ask(path: str, body: bytes | None = None, **headers: str) -> tuple[int, bytes]:
        sent = {n.replace("_", "-"): v for n, v in headers.items()}
        request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", body, sent)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as e:
            return e.code, e.read()

    def answers() -> bool:
        with suppress(urllib.error.URLError, ConnectionError, TimeoutError):
            return ask("/server_info")[0] == 200
        return False

    try:
        wait_until(answers, home, "the UI answers")
        yield ask
    finally:
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        kill_all(home)


@pytest.mark.daemon
def test_the_real_ui_works_and_refuses_what_is_foreign(ui: Callable[..., tuple[int, bytes]]) -> None:
    status, page = ui("/", Accept="text/html")
    assert (status, b"<html" in page.lower()) == (200, True)
    question = json.dumps({"query": "{version}"}).encode()
    status, answer = ui("/graphql", question, Content_Type="application/json")
    assert (status, "version" in json.loads(answer)["data"]) == (200, True)
    for path, body, headers in (
        (f"/graphql?query={quote(MUTATION)}", None, {}),
        (f"/graphql?query={quote(MUTATION)}", b"", {"Content_Type": "text/plain"}),
        ("/graphql", question, {"Content_Type": "application/json", "Host": "evil.example"}),
        ("/graphql", question, {"Content_Type": "application/json", "Origin": "http://evil.example"}),
        ("/server_info", None, {"Host": "evil.example"}),
    ):
        status, answer = ui(path, body, **headers)
        assert (status, answer[:7]) == (403, b"danvan:"), (path, headers)
    # Data Docs and receipts are shown by the same server, and nothing else of the home
    assert ui("/danvan/data_docs/index.html") == (200, b"<p>Data Docs")
    assert ui("/danvan/receipts/a.json") == (200, b"{}")
    assert ui("/danvan/receipts/a.json", Host="evil.example")[0] == 403
    for path in (
        "data_docs/../dagster/dagster.yaml",
        "data_docs/%2e%2e/dagster/dagster.yaml",
        "data_docs/site/out.html",
        "archive/",
        "data_docs/",
    ):
        assert ui(f"/danvan/{path}")[0] == 404, path
