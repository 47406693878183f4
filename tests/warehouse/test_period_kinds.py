"""Kinds of period added as the recipe says: rules across periods, the review and completeness know what they are.

Does not belong here: how periods are read and printed (test_periods).
"""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import subprocess
import sys
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

from expectations.rule import rules
from tests.support import REPO, clean_rows
from warehouse.home import Home
from warehouse.periods import PERIOD_KINDS
from warehouse.sql_files import sql_files
from warehouse.views import sql_objects

ROOMS = ("warehouse", "expectations", "assets", "orchestration")
#: ten months, from 1 January; and a second kind of roll-up over stated days
KINDS = """    PeriodKind("10M", {"10M": (1, 10)}, "10 tháng năm {year}", r"(?:10 tháng)(?: năm)? (?P<year>\\d{4})"),
    PeriodKind("S", {}, "Sơ kết {period.period_start:%d/%m/%Y} - {period.period_end:%d/%m/%Y}",
               r"sơ kết (?:từ )?(?P<first>[\\d/.]+)\\s*(?:-|đến)\\s*(?P<last>[\\d/.]+)"),
"""
LABELS = (
    "10M,10 tháng,Ten months,1900-01-01,,,Cumulative\nS,Sơ kết,Interim review,1900-01-01,,,From and to are stated\n"
)
DEADLINE = "  10M: {due_days: 10, grace_days: 5, expected: true}\n"
PROGRAM = """
import json, sys
from datetime import date, timedelta
from pathlib import Path
from assets.template import UnitLine, write_template
from tests.support import take
from warehouse.catalog import open_published
from warehouse.forms import version_for
from warehouse.home import Home
from warehouse.periods import parse_period_id

home = Home(Path(sys.argv[1]))
for name, rows in json.loads(sys.argv[2]).items():
    period = parse_period_id(name)
    cover = {"report_date": period.period_end + timedelta(days=5)}
    form = version_for("BCDV", period.period_end)
    write_template(form, UnitLine("DV004", "Công ty Điện lực tỉnh"), period, home.inbox / f"{name}.xlsx", rows, cover)
result = take(home)
with open_published(home) as con:
    asked = {k: con.execute(sql).fetchall() for k, sql in json.loads(sys.argv[3]).items()}
print(json.dumps({"verdicts": [len(result.accepted), len(result.rejected)], **asked}, default=str))
"""
ASKED = {
    "across": "SELECT s.period_id, f.code FROM intake.finding f JOIN intake.submission s USING (submission_id) "
    "WHERE f.code LIKE 'X-%' ORDER BY ALL",
    "used": "SELECT period_id, is_full_year FROM mart.year_source ORDER BY 1",
    "periods": "SELECT period_id, is_cumulative FROM core.dim_period WHERE year < 2025 ORDER BY 1",
    "completeness": "SELECT period_id, is_expected, due_date, timeliness FROM mart.completeness "
    "WHERE unit_id = 104 AND year < 2025 ORDER BY 1",
    "review": "SELECT indicator, value FROM mart.programme_review(DATE '2023-01-01', DATE '2024-12-31') "
    "WHERE indicator IN ('limitations', 'inspections_done')",
}


def _rows(year: int, sessions: int, **model: object) -> dict[str, list[dict[str, object]]]:
    rows = clean_rows(year)
    rows["training"][0]["session_count"] = sessions
    rows["model"][0].update(model)
    return rows


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    for room in ROOMS:
        shutil.copytree(REPO / room, tmp_path / "src" / room, ignore=shutil.ignore_patterns("__pycache__"))
    warehouse = tmp_path / "src/warehouse"
    periods = (warehouse / "periods.py").read_text(encoding="utf-8")
    at = '    PeriodKind("Y"'
    assert at in periods
    (warehouse / "periods.py").write_text(periods.replace(at, KINDS + at, 1), encoding="utf-8")
    with (warehouse / "codes/period_kind.csv").open("a", encoding="utf-8") as f:
        f.write(LABELS)
    deadlines = (warehouse / "deadlines.yaml").read_text(encoding="utf-8")
    (warehouse / "deadlines.yaml").write_text(deadlines.replace("  Y: {", DEADLINE + "  Y: {", 1), encoding="utf-8")
    return tmp_path / "src"


@pytest.mark.slow
def test_rules_review_and_completeness_know_an_added_kind(home: Home, sources: Path) -> None:
    interim = _rows(2024, 3, field_code="VHXH", status_code="dang_ky")
    interim["issue"] = [{"issue_kind_code": "han_che", "issue_topic_code": "viec_lam", "issue_count": 1}]
    sent = {
        "2024-10M": _rows(2024, 5), "20230101-20241130-S": interim, "2024-Y": _rows(2024, 4), "2023-10M": _rows(2023, 2),
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(home.root), json.dumps(sent, default=str), json.dumps(ASKED)],
        env={**os.environ, "PYTHONPATH": f"{sources}:{REPO}"}, cwd=sources, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    out = json.loads(done.stdout)
    assert out["verdicts"] == [4, 0]
    # the year is below its ten months; the roll-up, whose model is of another field and status, is no period between them
    assert out["across"] == [["2024-Y", "X-YEAR-BELOW-TRAINING"]]
    assert out["used"] == [["2023-10M", False], ["2024-Y", True]]
    assert out["periods"] == [
        ["2023-10M", True], ["2023-Y", True], ["20230101-20241130-S", False], ["2024-10M", True], ["2024-Y", True],
    ]  # fmt: skip
    assert out["completeness"] == [
        ["2023-10M", True, "2023-11-10", "on_time"], ["2023-Y", True, "2024-01-20", "missing"],
        ["20230101-20241130-S", False, None, "on_time"],
        ["2024-10M", True, "2024-11-10", "on_time"], ["2024-Y", True, "2025-01-20", "on_time"],
    ]  # fmt: skip
    # what the roll-up tells is read from it; what it sums up is not added to the years
    assert sorted(out["review"]) == [["inspections_done", 2], ["limitations", 1]]


def _texts() -> Iterator[tuple[str, str]]:
    """All SQL, generated SQL apart that says once what each kind is, and every text of a rule."""
    once = {"core.is_cumulative", "core.is_whole_year", "core.is_roll_up", "core.period_label"}
    yield from ((name, o.sql) for name, o in sql_objects().items() if name not in once)
    yield from ((name, sql) for found in sql_files().values() for name, sql in found.items())
    yield from ((p.name, p.read_text(encoding="utf-8")) for p in (REPO / "warehouse/queries").glob("*.sql"))
    yield from ((r.code, f"{r.sql} {r.query} {r.expected} {r.remedy}") for r in rules() if not _is_deadline(r.sql))
    for room in ROOMS:
        for path in (p for p in (REPO / room).rglob("*.py") if p != REPO / "warehouse/periods.py"):
            tokens = tokenize.generate_tokens(io.StringIO(path.read_text(encoding="utf-8")).readline)
            yield str(path), " ".join(t.string for t in tokens if t.type == tokenize.STRING and len(t.string) > 9)


def _is_deadline(sql: str) -> bool:
    """What is generated from the deadline file names the kinds that this file names."""
    return "ELSE 100000" in sql


def named(text: str) -> list[str]:
    """The codes of kinds, or of their periods, that stand as literals in a text."""
    codes = {code for kind in PERIOD_KINDS for code in (kind.kind, *kind.months)}
    return [t for t in re.findall(r"'(?:[^']*-)?(\w+)'", text) if t in codes]


def test_no_kind_is_named_outside_its_declaration() -> None:
    assert {name: found for name, text in _texts() if (found := named(text))} == {}


@pytest.mark.parametrize(
    "planted", ["period_kind <> 'R'", "IN ('H1', '9M')", "year || '-Y'", "period_id LIKE '2024-Q1'"]
)
def test_a_kind_that_is_named_would_be_seen(planted: str) -> None:
    assert named(planted)
    assert not named("core.is_roll_up(period_kind) AND code[1] IN ('C', 'H') AND state = 'value'")
