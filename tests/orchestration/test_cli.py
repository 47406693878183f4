"""The command line as a user meets it: exit codes, messages, JSON, and no traceback."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import REPO, clean_rows, put, put_register, report_of
from warehouse.home import Home

DANVAN = Path(sys.executable).with_name("danvan")


def danvan(home: Path | None, *arguments: str, cwd: Path = REPO) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("DANVAN", "DAGSTER"))}
    if home is not None:
        environment["DANVAN_HOME"] = str(home)
    return subprocess.run(
        [str(DANVAN), *arguments], env=environment, cwd=cwd, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(
    "arguments",
    [
        ("bogus",),
        ("sql", "SELECT nope"),
        ("sql", "CREATE TABLE x (a INT)"),
        ("sql", "COPY core.dim_unit TO '/tmp/x.csv'"),
        ("sql", "SELECT * FROM read_csv('/etc/passwd')"),
        ("review", "--from", "2016-01-01", "--to", "2013-01-01"),
        ("trace", "core.fact_training", "--key", "year", "--column", "attendee_count"),
        ("trace", "core.fact_training", "--key", "year=1900", "--column", "attendee_count"),
        ("receipt", "0000"),
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
    assert done.stdout == ""


@pytest.mark.parametrize("arguments", [("status",), ("findings",), ("sql", "SELECT 1"), ("rebuild",)])
def test_before_anything_is_published_the_next_step_is_named(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    done = danvan(tmp_path / "empty", *arguments)
    assert (done.returncode, "danvan ingest" in done.stderr) == (1, True)


def test_a_home_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = danvan(tmp_path / "file" / "home", "init")
    assert done.returncode == 1
    assert "DANVAN_HOME" in done.stderr


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
        "review",
        "rebuild",
        "dev",
    ):
        assert command in shown.stdout
        assert re.search(r"Example:.*danvan", danvan(None, command, "--help").stdout)


def test_ingest_through_the_real_job_and_exit_code_3_when_some_are_rejected(tmp_path: Path) -> None:
    home, files = tmp_path / "home", tmp_path / "files"
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
    receipt = json.loads(danvan(home, "receipt", found[0]["submission_id"], "--json").stdout)
    assert Path(receipt["workbook"]).exists()
    _the_run_is_on_the_instance(home, batch["run_id"])


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


def test_sql_in_four_formats(demo: Home, tmp_path: Path) -> None:
    query = "SELECT year, sum(model_count)::BIGINT AS n FROM mart.model_by_year WHERE year = 2015 GROUP BY year"
    assert danvan(demo.root, "sql", query, "--format", "csv").stdout == "year,n\n2015,31\n"
    assert json.loads(danvan(demo.root, "sql", query, "--format", "json").stdout) == [{"year": 2015, "n": 31}]
    assert "31" in danvan(demo.root, "sql", query).stdout
    out = tmp_path / "x.parquet"
    danvan(demo.root, "sql", query, "--format", "parquet", "--out", str(out))
    import polars as pl

    assert pl.read_parquet(out).rows() == [(2015, 31)]


def test_review_status_and_trace_as_json(demo: Home) -> None:
    review = json.loads(danvan(demo.root, "review", "--from", "2013-08-30", "--to", "2016-08-30", "--json").stdout)
    assert review["programme"] == "32-CTr/TU"
    figures = {(f["indicator"], f["level"]): f["value"] for f in review["figures"]}
    assert figures["session_attendees", "units"] == 2065
    status = json.loads(danvan(demo.root, "status", "--json").stdout)
    assert status["batches"][0]["file_count"] == 1010
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


def test_text_of_a_submission_is_shown_as_text(demo: Home) -> None:
    assert "[bold]x[/bold]" in danvan(demo.root, "sql", "SELECT '[bold]x[/bold]' AS t").stdout


def test_form_check_lists_what_is_unmapped(demo: Home, tmp_path: Path) -> None:
    from tests.support import changed_header, form

    (path,) = put(
        tmp_path, report_of(104, "2024-Y", clean_rows(2024), form=changed_header(form("2023"), "day_count", "Ngày"))
    )
    found = json.loads(danvan(demo.root, "form", "check", str(path), "--json").stdout)
    assert {f["code"] for f in found} == {"H-HEADER-MISSING", "H-HEADER-UNKNOWN"}
    (good,) = put(tmp_path / "good", report_of(104, "2024-Y", clean_rows(2024)))
    assert "every header is mapped" in danvan(demo.root, "form", "check", str(good)).stdout
