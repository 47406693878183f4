"""The command line as a user meets it: exit codes, messages, JSON, and no traceback."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from assets.ingest import take_inbox
from tests.orchestration.command import danvan
from tests.support import REPO, clean_rows, copy_home, put, put_register, report_of
from warehouse.home import Home


@pytest.mark.parametrize(
    "arguments",
    [
        ("bogus",),
        ("sql", "SELECT nope"),
        ("sql", ""),
        ("sql", "CREATE TABLE x (a INT)"),
        ("sql", "CREATE TEMP TABLE x AS SELECT 1"),
        ("sql", "SELECT INTERVAL 1 DAY", "--format", "parquet"),
        ("sql", "SELECT 1", "--out", "x.txt"),
        ("findings", "--format", "csv"),
        ("diff", "--from", "1"),
        (
            "waive",
            "NOPE",
            "--unit",
            "DV004",
            "--period",
            "2024-Y",
            "--reason",
            "r",
            "--role",
            "r",
            "--until",
            "2099-01-01",
        ),
        ("waive", "NOPE", "--unit", "DV004", "--period", "2024-Y", "--reason", "r", "--role", "r", "--until", "soon"),
        ("diff", "--from", "soon"),
        ("trace", "nope", "--key", "year=2014", "--column", "attendee_count"),
        ("sql", "COPY core.dim_unit TO '/tmp/x.csv'"),
        ("sql", "SELECT * FROM read_csv('/etc/passwd')"),
        ("review", "--from", "2016-01-01", "--to", "2013-01-01"),
        ("trace", "core.fact_training", "--key", "year", "--column", "attendee_count"),
        ("trace", "core.fact_training", "--key", "year=1900", "--column", "attendee_count"),
        ("receipt", "0000"),
        ("receipt",),
        ("receipt", "--unit", "DV004"),
        ("receipt", "--unit", "DV777", "--period", "2024-Y"),
        ("ingest", "/no/such/place"),
        ("template", "--form", "BCDV", "--version", "1999", "--unit", "DV004", "--period", "2024-Y", "--out", "x.xlsx"),
        ("template", "--form", "BCDV", "--version", "2023", "--unit", "DV777", "--period", "2024-Y", "--out", "x.xlsx"),
        ("template", "--form", "BCDV", "--version", "2023", "--unit", "DV004", "--period", "2024", "--out", "x.xlsx"),
    ],
)
def test_what_cannot_be_done_is_said_with_exit_code_1_and_no_traceback(demo: Home, arguments: tuple[str, ...]) -> None:
    done = danvan(demo.root, *arguments)
    assert done.returncode == 1
    assert done.stderr.startswith("danvan: ")
    assert "Traceback" not in done.stderr
    assert "DANVAN_DEBUG" not in done.stderr  # the message is enough
    assert done.stdout == ""


def test_nothing_given_shows_the_help_and_nothing_else() -> None:
    done = danvan(None)
    assert (done.returncode, done.stderr, "Usage: danvan" in done.stdout) == (1, "", True)


def test_a_port_that_somebody_has_is_named_before_anything_starts(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = danvan(tmp_path / "home", "dev", "--port", str(port))
    assert (done.returncode, f"port {port}" in done.stderr) == (1, True)
    assert not (tmp_path / "home").exists()


def test_a_template_is_never_one_that_would_be_rejected_nor_written_over_a_report(demo: Home, tmp_path: Path) -> None:
    def template(version: str, unit: str, period: str, out: str = "x.xlsx") -> subprocess.CompletedProcess[str]:
        options = ("--form", "BCDV", "--version", version, "--unit", unit, "--period", period)
        return danvan(demo.root, "template", *options, "--out", str(tmp_path / out), "--json")

    assert "take --version 2023" in template("2013", "DV004", "2024-Y").stderr
    assert "was not alive in 2024-Y" in template("2023", "DV018", "2024-Y").stderr  # merged at the end of 2017
    assert "no folder" in template("2023", "DV004", "2024-Y", "missing/x.xlsx").stderr
    assert list(tmp_path.iterdir()) == []
    assert json.loads(template("2013", "DV018", "2017-Y").stdout) == {"file": str(tmp_path / "x.xlsx")}
    written = (tmp_path / "x.xlsx").read_bytes()
    again = template("2023", "DV004", "2024-Y")
    assert (again.returncode, "exists already" in again.stderr) == (1, True)
    assert (tmp_path / "x.xlsx").read_bytes() == written


@pytest.mark.parametrize("arguments", [("status",), ("findings",), ("sql", "SELECT 1"), ("rebuild",)])
def test_before_anything_is_published_the_next_step_is_named(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    done = danvan(tmp_path / "empty", *arguments)
    assert (done.returncode, "danvan ingest" in done.stderr) == (1, True)


def test_a_home_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = danvan(tmp_path / "file" / "home", "init")
    assert done.returncode == 1
    assert "DANVAN_HOME" in done.stderr


@pytest.mark.slow
def test_help_answers_without_the_heavy_libraries() -> None:
    heavy = [
        "dagster",
        "great_expectations",
        "duckdb",
        "polars",
        "pyarrow",
        "sqlalchemy",
        "pandas",
        "openpyxl",
        "xlsxwriter",
        "hypothesis",
    ]
    code = f"import sys\nimport orchestration.cli.main\nprint([m for m in {heavy!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=REPO, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
    shown = danvan(None, "--help")
    for command in (
        "init",
        "sample",
        "template",
        "ingest",
        "status",
        "findings",
        "receipt",
        "sql",
        "trace",
        "diff",
        "waive",
        "review",
        "rebuild",
        "dev",
    ):
        assert command in shown.stdout
        assert re.search(r"Example:.*danvan", danvan(None, command, "--help").stdout)


@pytest.mark.slow
def test_ingest_through_the_real_job_and_exit_code_3_when_some_are_rejected(empty: Home, tmp_path: Path) -> None:
    home, files = empty.root, tmp_path / "files"
    put_register(files)
    put(files, report_of(104, "2024-Y", clean_rows(2024)))
    good = danvan(home, "ingest", str(files), "--json")
    assert good.returncode == 0, good.stderr
    batch = json.loads(good.stdout)
    assert (batch["files"], batch["accepted"], batch["rejected"]) == (2, 2, 0)
    wrong = clean_rows(2024)
    wrong["training"][0]["attendee_count"] = 2.065
    (path,) = put(tmp_path / "more", report_of(105, "2024-Y", wrong))
    bad = danvan(home, "ingest", str(path), "--json")
    assert bad.returncode == 3
    again = danvan(home, "ingest", str(path), "--json")
    assert (again.returncode, json.loads(again.stdout)["duplicates"]) == (0, 1)
    assert danvan(home, "ingest").stdout.startswith("nothing new")

    found = json.loads(danvan(home, "findings", "--json").stdout)
    assert [(f["code"], f["cell"]) for f in found] == [("V-COUNT-FRACTION", "G7")]
    noisy = danvan(
        home, "ingest", str(REPO / "tests/cases/no-style-xfs.xlsx"), "--json", "--profile"
    )  # its receipt's library prints
    told = json.loads(noisy.stdout)
    assert told["files"] == 1 and {"read", "validate", "publish", "receipts"} <= told["seconds"].keys()
    steps = [line.split() for line in danvan(home, "ingest", "--profile").stdout.splitlines()]
    assert steps[2] == ["step", "seconds", "percent", "ms_per_file"] and steps[-1][:1] == ["all"]
    receipt = json.loads(danvan(home, "receipt", found[0]["submission_id"], "--json").stdout)
    assert Path(receipt["workbook"]).exists()
    named = json.loads(danvan(home, "receipt", "--unit", "DV004", "--period", "2024-Y", "--json").stdout)
    assert Path(named["outbox"]).relative_to(home / "outbox/receipts").parts[0] == "DV004"
    _the_run_is_on_the_instance(home, batch["run_id"])


@pytest.mark.slow
def test_what_an_earlier_run_committed_is_no_nothing_when_it_is_published(registered: Home, tmp_path: Path) -> None:
    """The run before was killed after its commit; its files are in the inbox, or somebody took them out of it."""
    wrong = clean_rows(2024)
    wrong["training"][0]["attendee_count"] = 2.065
    for case in ("files left", "inbox empty"):
        home = copy_home(registered, tmp_path / case)
        (path,) = put(home.inbox, report_of(105, "2024-Y", wrong))
        published, manifest = home.database.read_bytes(), home.manifest.read_bytes()
        committed = take_inbox(home)
        home.database.write_bytes(published)
        if case == "inbox empty":
            path.unlink()
        done = danvan(home.root, "ingest")
        assert done.returncode == 3, done.stderr
        assert "nothing new" not in done.stdout and committed.batch_id in done.stdout
        assert home.manifest.read_bytes() != manifest
        assert danvan(home.root, "ingest").stdout.startswith("nothing new")
        (receipt,) = [p for p in home.receipts.glob("*.json") if p.stem == committed.rejected[0]]
        receipt.unlink()
        assert danvan(home.root, "ingest").stdout.startswith("no new files; completed: release 2, 1 receipts")


def test_what_libraries_print_while_a_job_runs_goes_to_stderr() -> None:
    program = (
        "import os, subprocess, sys\n"
        "from orchestration.run import prints_on_stderr\n"
        "with prints_on_stderr():\n"
        "    print('python'); os.write(1, b'library\\n'); subprocess.run(['echo', 'child'])\n"
        "print('result')\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=REPO)
    assert (done.stdout, sorted(done.stderr.split())) == ("result\n", ["child", "library", "python"])


@pytest.mark.slow
def test_two_files_of_one_name_are_both_taken(empty: Home, tmp_path: Path) -> None:
    """From two folders, while a third of that name waits in an inbox elsewhere: three reports, none replaced."""
    home, inbox = empty.root, tmp_path / "arrivals"
    for folder, period in (("a", "2024-H1"), ("b", "2024-Q1"), ("arrivals", "2024-Q2")):
        (path,) = put(tmp_path / folder, report_of(104, period, clean_rows(2024)))
        path.rename(tmp_path / folder / "bao-cao.xlsx")
    files = [str(tmp_path / folder / "bao-cao.xlsx") for folder in ("a", "b")]
    done = danvan(home, "ingest", *files, "--json", DANVAN_INBOX=str(inbox))
    assert done.returncode == 3, done.stderr  # nobody sent the register
    assert json.loads(done.stdout)["files"] == 3
    assert not [p for p in (*inbox.rglob("*"), *(home / "inbox").rglob("*")) if p.is_file()]
    assert "holds the inbox" in danvan(home, "ingest", str(tmp_path), DANVAN_INBOX=str(inbox)).stderr


def _the_run_is_on_the_instance(home: Path, run_id: str) -> None:
    import dagster as dg

    with dg.DagsterInstance.from_config(str(home / "dagster")) as instance:
        run = instance.get_run_by_id(run_id)
        assert run is not None
        assert (run.job_name, run.status) == ("ingest", dg.DagsterRunStatus.SUCCESS)
        event = instance.get_latest_materialization_event(dg.AssetKey(["core", "fact_training"]))
        assert event is not None and event.asset_materialization is not None
        assert event.asset_materialization.metadata["dagster/row_count"].value == 1
        key = dg.AssetCheckKey(dg.AssetKey(["staging", "training"]), "gx_staging_training")
        assert instance.event_log_storage.get_asset_check_execution_history(key, limit=5)


@pytest.mark.slow
def test_replay_by_year_and_by_batch(filled: Home, tmp_path: Path) -> None:
    home = copy_home(filled, tmp_path).root
    again = json.loads(danvan(home, "replay", "--year", "2024", "--json").stdout)
    assert (again["replayed"], again["accepted"], again["years"]) == (1, 1, "2024")
    both = json.loads(danvan(home, "replay", "--batch", again["batch_id"], "--year", "2023", "--json").stdout)
    assert both["replayed"] == 2
    for nothing in (["--year", "1999"], ["--submission", "ffff"], []):
        done = danvan(home, "replay", *nothing)
        assert (done.returncode, done.stderr.startswith("danvan: nothing to replay")) == (1, True)


def test_what_is_asked_of_senders_and_a_version_that_is_taken_back(registered: Home, tmp_path: Path) -> None:
    home = copy_home(registered, tmp_path).root
    put(home / "inbox", report_of(104, "2024-Y", clean_rows(2024), {"revision": 99}))
    assert danvan(home, "ingest").returncode == 0
    (sent,) = json.loads(
        danvan(
            home, "sql", "SELECT submission_id AS id FROM intake.submission WHERE revision = 99", "--format", "json"
        ).stdout
    )
    for wrong in (["0000", "--reason", "x"], [sent["id"], "--reason", " "]):
        done = danvan(home, "withdraw", *wrong)
        assert (done.returncode, done.stderr.startswith("danvan: ")) == (1, True)
    taken_back = json.loads(danvan(home, "withdraw", sent["id"], "--reason", "Ghi nhầm", "--json").stdout)
    assert (taken_back["replayed"], taken_back["rejected"], taken_back["years"]) == (1, 1, "2024")
    assert json.loads((home / "receipts" / f"{sent['id']}.json").read_bytes())["findings"][0]["found"] == "Ghi nhầm"
    assert danvan(home, "verify").returncode == 0
    assert json.loads(danvan(home, "senders", "--json").stdout) == {"inbox_folders": "shared", "signatures": "off"}
    done = danvan(home, "senders", "--inbox-folders", "mine")
    assert (done.returncode, "expected shared, unit, unit_only" in done.stderr) == (1, True)
    set_now = json.loads(danvan(home, "senders", "--inbox-folders", "unit_only", "--json").stdout)
    assert set_now == {"inbox_folders": "unit_only", "signatures": "off"}
    put(home / "inbox", report_of(105, "2024-Y", clean_rows(2024)))
    (home / "inbox" / "x.xlsx.sig").write_bytes(b"alone")
    done = danvan(home, "ingest")
    assert done.returncode == 3, "a folder named 2024 is no unit's"
    assert done.stderr == "danvan: signatures that wait in the inbox for their files: x.xlsx.sig\n"
    assert (home / "inbox" / "x.xlsx.sig").exists()


def test_review_status_and_trace_as_json(demo: Home) -> None:
    review = json.loads(danvan(demo.root, "review", "--from", "2013-08-30", "--to", "2016-08-30", "--json").stdout)
    assert review["programme"] == "32-CTr/TU"
    figures = {(f["indicator"], f["level"]): f["value"] for f in review["figures"]}
    assert figures["session_attendees", "units"] == 2065
    assert figures["limitations", "bloc"] == 9, "as the founding document has them"
    (assigned,) = [f for f in review["figures"] if f["indicator"] == "units_person_assigned"]
    assert (assigned["value"], assigned["unit_count"]) == (45, 45), "the bloc is no unit"
    assert (assigned["used_from"], assigned["used_to"]) == ("2015-01-01", "2016-06-30")
    status = json.loads(danvan(demo.root, "status", "--json").stdout)
    assert status["batches"][0]["file_count"] == 1012
    trace = danvan(
        demo.root,
        "trace",
        "core.fact_training",
        "--key",
        "year=2013,unit_id=105",
        "--column",
        "attendee_count",
        "--json",
    )
    assert json.loads(trace.stdout)[0]["raw_text"] == "66"


def test_form_check_lists_what_is_unmapped(demo: Home, tmp_path: Path) -> None:
    from tests.support import changed_header, form

    (path,) = put(
        tmp_path, report_of(104, "2024-Y", clean_rows(2024), form=changed_header(form("2023"), "day_count", "Ngày"))
    )
    found = json.loads(danvan(demo.root, "form", "check", str(path), "--json").stdout)
    assert {f["code"] for f in found} == {"H-HEADER-MISSING", "H-HEADER-UNKNOWN"}
    (good,) = put(tmp_path / "good", report_of(104, "2024-Y", clean_rows(2024)))
    assert "every header is mapped" in danvan(demo.root, "form", "check", str(good)).stdout


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        (
            "a.pdf",
            b"%PDF-1.7 x",
            "F-NOT-OFFICE: Không phải tệp báo cáo - Not a workbook or csv or json report (tệp PDF)",
        ),
        ("a.xlsx", b"", "F-EMPTY: Tệp rỗng - Empty file (0 byte). Mở lại tệp gốc và gửi lại."),
    ],
)
def test_form_check_says_in_the_catalogue_s_words_why_a_file_is_not_read(
    tmp_path: Path, name: str, content: bytes, said: str
) -> None:
    (tmp_path / name).write_bytes(content)
    done = danvan(tmp_path, "form", "check", str(tmp_path / name))
    assert done.returncode == 1
    assert done.stderr.startswith(f"danvan: {said}")
    assert "('" not in done.stderr


EXAMPLES = sorted((REPO / "examples" / "queries").glob("*.sql"))


@pytest.mark.parametrize("path", EXAMPLES, ids=[path.stem for path in EXAMPLES])
def test_every_example_query_runs_and_only_those_of_changes_may_be_empty(demo: Home, path: Path) -> None:
    done = danvan(demo.root, "sql", "--format", "json", "--", path.read_text(encoding="utf-8"))
    assert json.loads(done.stdout) or path.name[:2] in ("26", "27")
