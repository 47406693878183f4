"""What `danvan sql` and its tables print: formats, values of every kind, no formula, no markup, no squeezed column."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

import pytest
from rich.console import Console

from orchestration.cli.output import ProgressBar
from tests.orchestration.command import danvan
from warehouse.home import Home
from warehouse.relation import literal


def test_csv_holds_no_formula_unless_it_is_wanted_raw(demo: Home) -> None:
    texts = ["=1+1", "+cmd|' /C calc'!A0", "-1+WEBSERVICE(1)", "＝1", "- Tổ dân phố", "-5", "a"]
    query = f"SELECT * FROM (VALUES {', '.join(f'({literal(t)})' for t in texts)}) t(x)"
    lines = danvan(demo.root, "sql", query, "--format", "csv").stdout.splitlines()[1:]
    assert lines == ["'=1+1", "'+cmd|' /C calc'!A0", "'-1+WEBSERVICE(1)", "'＝1", "- Tổ dân phố", "-5", "a"]
    assert danvan(demo.root, "sql", query, "--format", "csv", "--raw").stdout.splitlines()[1:] == texts


def test_sql_in_four_formats(demo: Home, tmp_path: Path) -> None:
    query = "SELECT year, sum(model_count)::BIGINT AS n FROM mart.model_by_year WHERE year = 2015 GROUP BY year"
    assert danvan(demo.root, "sql", query, "--format", "csv").stdout == "year,n\n2015,31\n"
    assert json.loads(danvan(demo.root, "sql", query, "--format", "json").stdout) == [{"year": 2015, "n": 31}]
    assert "31" in danvan(demo.root, "sql", query).stdout
    out = tmp_path / "x.parquet"
    danvan(demo.root, "sql", query, "--out", str(out))
    import polars as pl

    assert pl.read_parquet(out).rows() == [(2015, 31)]


ODD = "SELECT sum(year) AS n, DATE 'infinity' AS day, INTERVAL 1 DAY AS span, [1, 2] AS list, NULL AS x, '' AS x FROM mart.year_source"


def test_sql_shows_whatever_duckdb_can_hold_and_loses_no_column(demo: Home) -> None:
    (row,) = json.loads(danvan(demo.root, "sql", ODD, "--format", "json").stdout)
    assert list(row) == ["n", "day", "span", "list", "x", "x_1"]
    assert isinstance(row["n"], int)
    assert (row["day"], row["list"], row["x"], row["x_1"]) == ("9999-12-31", [1, 2], None, "")
    head, line = danvan(demo.root, "sql", ODD, "--format", "csv").stdout.splitlines()
    assert head == "n,day,span,list,x,x_1"
    assert line == f'{row["n"]},infinity,1 day,"[1, 2]",,""'  # NULL is empty, an empty text is ""
    assert danvan(demo.root, "sql", ODD).returncode == 0


def test_a_list_says_how_to_see_all_of_it(demo: Home) -> None:
    shown = danvan(demo.root, "sql", "FROM core.dim_unit ORDER BY unit_id", "--limit", "2").stdout
    assert shown.rstrip().endswith("--limit N shows more, --format csv all")
    assert "listed 2 of" in shown


def test_a_table_is_never_squeezed(demo: Home) -> None:
    query = "SELECT unit_name, unit_code, submission_id, valid_from, valid_to, parent_unit_id FROM core.dim_unit WHERE unit_id = 1"
    piped = danvan(demo.root, "sql", query).stdout.splitlines()
    assert len(piped) == 2  # without a screen there is no edge
    narrow = danvan(demo.root, "sql", query, COLUMNS="50").stdout.splitlines()
    assert [line.split()[0] for line in narrow if line.strip()] == [
        "unit_name", "unit_code", "submission_id", "valid_from", "valid_to", "parent_unit_id",
    ]  # fmt: skip


def test_figures_stand_under_each_other_also_below_a_null(capsys: pytest.CaptureFixture[str]) -> None:
    from orchestration.cli.output import echo_table

    echo_table([{"models": None}, {"models": 7}])
    assert [line.rstrip() for line in capsys.readouterr().out.splitlines()] == ["models", "  NULL", "     7"]


def test_text_of_a_submission_is_shown_as_text(demo: Home) -> None:
    assert "[bold]x[/bold]" in danvan(demo.root, "sql", "SELECT '[bold]x[/bold]' AS t").stdout


def _bar(reports: list[tuple[float, str, int, int]]) -> str:
    """What a bar shows in the end of reports, each at its second."""
    out, now = io.StringIO(), [0.0]
    with ProgressBar(Console(file=out, force_terminal=True, width=160), seconds=lambda: now[0]) as bar:
        for at, step, done, total in reports:
            now[0] = at
            bar(step, done, total)
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", out.getvalue()).strip().splitlines()[-1]


def test_the_bar_tells_what_is_left_of_a_step_from_its_own_pace() -> None:
    reading = [(100.0 + 10 * n, "read", 10 * n, 100) for n in range(5)]
    assert _bar([(0.0, "archive", 100, 100), *reading]).endswith("40/100 0:02:20 0:01:00 left in this step")
    assert _bar([*reading, (150.0, "receipts", 0, 100)]).endswith("0/100 0:02:30 -:--:-- left in this step")
    assert _bar([*reading, (150.0, "publish", 0, 0)]).endswith("-:--:-- left in this step")
