"""A second report form, added as data on a copy of the sources: it is loaded, expected and counted, or it is refused.

Does not belong here: the recipe's other places (tests.test_recipes), a new year of the first form (there too).
"""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.support import REPO, clean_rows, put, query, report_of, take
from warehouse.check import DeclarationError
from warehouse.forms import form_versions, register_form, report_forms
from warehouse.home import Home
from warehouse.marts import check_readers

ROOMS = ("warehouse", "expectations", "assets", "orchestration")
FORM = """\
form_code: BCCD
form_version: "1"
title: Báo cáo chuyên đề
description: Quarterly report on training and models of a special programme
valid_from: 2024-01-01
valid_to: null
policy: replace
cover_sheet: Thông tin chung
cover:
"""
DEADLINE = """
BCCD:
  Q: {due_days: 10, grace_days: 3, expected: true}
"""
PROGRAM = """
import json, sys
from datetime import timedelta
from pathlib import Path
from assets.template import UnitLine, write_template
from warehouse.check import DeclarationError
from warehouse.forms import form_versions
from tests.support import take
from warehouse.home import Home
from warehouse.periods import parse_period_id
from warehouse.catalog import open_published

home = Home(Path(sys.argv[1]))
form = form_versions()["BCCD", "1"]
for n, (code, name, period, rows) in enumerate(json.loads(sys.argv[2])):
    period = parse_period_id(period)
    cover = {"report_date": period.period_end + timedelta(days=5)}
    write_template(form, UnitLine(code, name), period, home.inbox / f"{n}.xlsx", rows, cover)
result = take(home)
with open_published(home) as con:
    asked = {k: con.execute(sql).fetchall() for k, sql in json.loads(sys.argv[3]).items()}
print(json.dumps({"verdicts": [len(result.accepted), len(result.rejected)], **asked}, default=str))
"""
UNIT_4, UNIT_5 = ("DV004", "Công ty Điện lực tỉnh"), ("DV005", "Công ty CP Cấp nước Sông Hương")


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    for room in ROOMS:
        shutil.copytree(REPO / room, tmp_path / "src" / room, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path / "src"


def _add_form(sources: Path, *tables: str) -> None:
    """The recipe "Add a form": its folder and its deadlines."""
    first, new = (sources / "warehouse/forms" / f for f in ("bcdv/2023", "bccd/1"))
    new.mkdir(parents=True)
    cover = (first / "form.yaml").read_text(encoding="utf-8").partition("cover:")[2].partition("\n")[2]
    (new / "form.yaml").write_text(FORM + cover, encoding="utf-8")
    with (first / "columns.csv").open(encoding="utf-8", newline="") as f:
        lines = [r for r in csv.DictReader(f) if r["header"] and r["table"] in tables]
    with (new / "columns.csv").open("w", encoding="utf-8", newline="") as f:
        writer = csv.DictWriter(f, list(lines[0]))
        writer.writeheader()
        # a first version relates to none before it
        writer.writerows(
            {**r, "concordance": "same" if r["column"] == "-" else "new", "was": "", "note": ""} for r in lines
        )
    with (sources / "warehouse/deadlines.yaml").open("a", encoding="utf-8") as f:
        f.write(DEADLINE)


def _run(sources: Path, code: str, *args: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code, *args],
        env={**os.environ, "PYTHONPATH": f"{sources}:{REPO}"}, cwd=sources, capture_output=True, text=True, check=False,
    )  # fmt: skip


def _rows(**tables: list[dict[str, object]]) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(json.dumps(tables, default=str))
    return made


def _taken(
    home: Home, sources: Path, reports: list[tuple[str, str, str, dict[str, Any]]], **asked: str
) -> dict[str, Any]:
    done = _run(sources, PROGRAM, str(home.root), json.dumps(reports), json.dumps(asked))
    assert done.returncode == 0, done.stderr[-2000:]
    out: dict[str, Any] = json.loads(done.stdout)
    return out


@pytest.mark.slow
def test_a_second_report_form_is_expected_and_counted_beside_the_first(home: Home, sources: Path) -> None:
    rows = clean_rows(2024)
    put(home.inbox, report_of(104, "2024-Y", rows), replace(report_of(106, "2024-Y", rows), suffix="_other"))
    take(home)
    _add_form(sources, "training", "model")
    training = {**rows["training"][0], "session_count": 5}
    kept = {"start_date": "2024-01-15", "recognised_date": None, "status_code": "duy_tri"}
    models = [{**rows["model"][0], **kept, "model_code": code} for code in ("M01", "M09")]
    sent = _rows(training=[training], model=models)
    out = _taken(
        home,
        sources,
        [(*UNIT_4, "2024-Q1", sent), (*UNIT_5, "2024-Q1", sent)],
        by_form="SELECT unit_id, form_code, period_id, is_expected, timeliness, due_date FROM mart.completeness_by_form "
        "WHERE unit_id IN (104, 105) ORDER BY ALL",
        completeness="SELECT period_id, is_expected, accepted_count, timeliness FROM mart.completeness WHERE unit_id = 105 ORDER BY 1",
        training="SELECT unit_id, session_count FROM mart.training_by_unit ORDER BY 1",
        model="SELECT unit_id, model_code, status_code FROM mart.model_by_unit ORDER BY ALL",
        dialogue="SELECT unit_id, is_full_year FROM mart.dialogue_compliance ORDER BY 1",
        used="SELECT unit_id, period_id, is_full_year FROM mart.year_source ORDER BY ALL",
        breaks="SELECT DISTINCT break_date FROM mart.series_break WHERE break_date = DATE '2024-01-01'",
        keys="SELECT received FROM mart.key_figures WHERE year = 2024 AND reporter_level = 'unit'",
    )
    assert out["verdicts"] == [2, 0]
    assert out["by_form"] == [
        [104, "BCCD", "2024-Q1", True, "on_time", "2024-04-10"],
        *([104, "BCCD", f"2024-Q{q}", True, "missing", due] for q, due in ((2, "2024-07-10"), (3, "2024-10-10"), (4, "2025-01-10"))),
        [104, "BCDV", "2024-Y", True, "on_time", "2025-01-20"],
        [105, "BCCD", "2024-Q1", True, "on_time", "2024-04-10"],
        *([105, "BCCD", f"2024-Q{q}", True, "missing", due] for q, due in ((2, "2024-07-10"), (3, "2024-10-10"), (4, "2025-01-10"))),
        [105, "BCDV", "2024-Y", True, "missing", "2025-01-20"],
    ]  # fmt: skip
    assert out["completeness"] == [
        ["2024-Q1", True, 1, "on_time"], *([f"2024-Q{q}", True, 0, "missing"] for q in (2, 3, 4)), ["2024-Y", True, 0, "missing"],
    ]  # fmt: skip
    # the year of the first form does not contain the quarter of the second: 2 and 5
    assert out["training"] == [[104, 7], [105, 5], [106, 2]]
    # one model is one model, as the report says that ends last
    assert out["model"] == [
        [104, "M01", "cong_nhan"], [104, "M09", "duy_tri"], [105, "M01", "duy_tri"], [105, "M09", "duy_tri"], [106, "M01", "cong_nhan"],
    ]  # fmt: skip
    # the second form does not ask for dialogues: its quarter neither makes a row nor spoils the year
    assert out["dialogue"] == [[104, True], [106, True]]
    assert out["used"] == [
        [104, "2024-Q1", False], [104, "2024-Y", True], [105, "2024-Q1", False], [106, "2024-Y", True],
    ]  # fmt: skip
    assert (out["breaks"], out["keys"]) == ([], [[4]])


def _figures(sessions: int, inspections: int, dialogues: int) -> dict[str, Any]:
    """Rows of a report that asks for all that is counted from January."""
    rows = clean_rows(2024)
    rows["training"][0]["session_count"] = sessions
    rows["inspection"][0] |= {"planned_count": inspections, "done_count": inspections}
    rows["dialogue"][0]["dialogue_count"] = dialogues
    return _rows(**{name: rows[name] for name in ("training", "inspection", "dialogue")})


@pytest.mark.slow
def test_rules_compare_the_reports_of_one_form_and_refuse_an_unknown_unit_on_any(home: Home, sources: Path) -> None:
    """The same two periods on both forms: below its own half year is found, below that of the other form is not."""
    _add_form(sources, "training", "inspection", "dialogue")
    first = _figures(3, 3, 5)
    put(home.inbox, *(report_of(unit, "2024-Y", {**clean_rows(2024), **first}) for unit in (104, 105)))
    take(home)
    out = _taken(
        home,
        sources,
        [(*UNIT_4, "2024-H1", _figures(9, 9, 9)), (*UNIT_4, "2024-9M", _figures(9, 9, 9)),
         (*UNIT_5, "2024-H1", _figures(9, 9, 9)), (*UNIT_5, "2024-9M", _figures(4, 4, 6)),
         ("KHONGCO", "Không có", "2024-Q1", _rows(training=clean_rows(2024)["training"]))],
        across="SELECT s.unit_id, s.form_code, s.period_id, f.code FROM intake.finding f "
        "JOIN intake.submission s USING (submission_id) WHERE f.code LIKE 'X-%' ORDER BY ALL",
        errors="SELECT s.unit_code, s.verdict, f.code FROM intake.finding f JOIN intake.submission s USING (submission_id) "
        "WHERE f.severity = 'error'",
    )  # fmt: skip
    assert (out["verdicts"], out["errors"]) == ([4, 1], [["KHONGCO", "rejected", "S-UNIT-UNKNOWN"]])
    assert out["across"] == [
        [105, "BCCD", "2024-9M", f"X-YEAR-BELOW-{name}"] for name in ("DIALOGUE", "INSPECTION", "TRAINING")
    ]


@pytest.mark.slow
def test_a_form_whose_tables_no_mart_reads_does_not_load(home: Home, sources: Path) -> None:
    _add_form(sources, "issue")
    review = sources / "warehouse/macros/mart.programme_review.sql"
    text = review.read_text(encoding="utf-8")
    review.write_text(text.replace("core.fact_issue_exact", "core.fact_dialogue_exact"), encoding="utf-8")
    marts = sources / "warehouse/tables/system/mart.yaml"
    without = re.sub(r"\nissue_by_year:\n(?: .*\n)+", "\n", marts.read_text(encoding="utf-8"))
    marts.write_text(without, encoding="utf-8")
    done = _run(sources, PROGRAM, str(home.root), "[]", "{}")
    assert done.returncode == 1
    assert "warehouse/forms/bccd/1/form.yaml:1: form_code: found 'BCCD-1, which fills core.fact_issue'" in done.stderr
    assert "allowed: a form that feeds a mart: its reports would be accepted into nothing. Add a mart" in done.stderr
    assert query(home, "SELECT count(*) FROM intake.submission") == [(1,)]


def test_every_declared_form_is_read_by_a_mart() -> None:
    check_readers()


def test_one_form_carries_the_register_and_a_second_is_refused(sources: Path) -> None:
    first, other = (sources / "warehouse/forms" / f for f in ("dmdv/1", "dmkh/1"))
    shutil.copytree(first, other)
    text = (other / "form.yaml").read_text(encoding="utf-8")
    (other / "form.yaml").write_text(text.replace("form_code: DMDV", "form_code: DMKH"), encoding="utf-8")
    with pytest.raises(DeclarationError, match="policy: found 'register'; allowed: replace: the register is DMDV"):
        form_versions(sources)
    assert register_form() not in report_forms()
