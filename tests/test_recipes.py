"""The recipes of CONTRIBUTING.md, followed to the letter on a copy of the sources and an existing warehouse."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.expectations.test_planted_defects import AGAIN
from tests.support import REPO, clean_rows, put, report_of, take
from warehouse.home import Home

pytestmark = pytest.mark.slow

ROOMS = ("warehouse", "expectations", "assets", "orchestration")
RULE = """
- code: T-ONLINE-OVER
  severity: error
  kind: row
  columns: [online_count, attendee_count]
  sql: online_count <= attendee_count
  title: Người dự trực tuyến nhiều hơn số người dự
  title_en: Online attendees exceed attendees
  expected: Không quá số người dự
  remedy: Kiểm tra lại hai số.
"""
MART = """
online_by_year:
  label: Dự trực tuyến theo năm
  description: Attendances online by year.
  grain: one row per year and unit
  key: [year, unit_id]
  rows: training
  by_year: true
  columns:
    - {name: year, type: integer, required: true, label: Năm, description: Year}
    - {name: unit_id, type: integer, required: true, label: Đơn vị, description: Unit}
    - {name: online_count, type: count, unit: lượt người, measure: persons, label: Dự trực tuyến, description: Attendances online, figure: {sum: online_count}}
"""
TABLE = """
name: visit
order: 130
core: fact_visit
prefix: VIS
label: Thăm hỏi
description: Visits to families.
grain: one row per kind of audience
key: [submission_id, audience_code]
columns:
  - {name: audience_code, type: code, codes: audience, required: true, label: Đối tượng, description: Who was visited}
  - {name: visit_count, type: count, unit: lượt, measure: flow, label: Số lượt, description: Visits}
"""
SHEET = """visit,8. Thăm hỏi,,TT,-,ignore,,new,,Row number: not data
visit,8. Thăm hỏi,,Đối tượng,audience_code,code,yes,new,,
visit,8. Thăm hỏi,,Số lượt,visit_count,count,,new,,
"""
PROGRAM = """
import json, sys
from dataclasses import replace
from datetime import date
from pathlib import Path
from assets.template import UnitLine, write_template
from warehouse.forms import version_for
from tests.support import take
from warehouse.home import Home
from warehouse.periods import parse_period_id
from warehouse.catalog import open_published

home, rows = Home(Path(sys.argv[1])), json.loads(sys.argv[2])
period = parse_period_id("2026-Y")
form = version_for("BCDV", period.period_end)
for n, online in enumerate((30, 41)):
    rows["training"][0]["online_count"] = online
    unit = UnitLine(f"DV{104 + n - 100:03d}", ["Công ty Điện lực tỉnh", "Công ty CP Cấp nước Sông Hương"][n])
    write_template(form, unit, period, home.inbox / f"{n}.xlsx", rows, {"report_date": date(2027, 1, 5)})
result = take(home)
with open_published(home) as con:
    print(json.dumps({
        "form": form.form_version,
        "verdicts": [len(result.accepted), len(result.rejected)],
        "findings": con.execute("SELECT code, cell FROM intake.finding WHERE severity = 'error'").fetchall(),
        "field": con.execute("SELECT field_code FROM core.fact_model_status WHERE year = 2026").fetchall(),
        "table": con.execute("SELECT audience_code, visit_count, visit_count_state FROM core.fact_visit").fetchall(),
        "mart": con.execute("SELECT * FROM mart.online_by_year WHERE online_count IS NOT NULL").fetchall(),
        "old": con.execute("SELECT online_count, online_count_state FROM core.fact_training WHERE year = 2024").fetchall(),
        "comment": con.execute("SELECT comment FROM duckdb_columns() WHERE schema_name = 'core' AND table_name = 'fact_training' AND column_name = 'online_count'").fetchall(),
    }))
"""

KIND = '''"""A length in half days: 3 buổi.

Does not belong here: dates.
"""

from warehouse.cells.figures import FigureKind, count_of
from warehouse.cells.kind import Guide, Part
from warehouse.cells.reading import issue


class HalfDays(FigureKind):
    """Half days; its value is an int."""

    name = "half_days"
    parts = (Part(("duration",), "count"),)
    guide = Guide(9, "Số buổi", "Ghi số buổi, ví dụ 3 buổi.", "3 buổi")

    def _number(self, text):
        return issue("V-COUNT")

    def _text(self, text):
        return count_of(text.removesuffix("buổi").strip()) if text.endswith("buổi") else issue("V-COUNT")

    def printed(self, values, column):
        return f"{values[0]} buổi" if isinstance(values[0], int) else values[0]


KIND = HalfDays()
'''
TYPE = '    "duration": replace(_WHOLE, stated=True),\n'
PERIOD = """    PeriodKind("T", {f"T{t}": (4 * t - 3, 4 * t) for t in range(1, 4)}, "Kỳ 4 tháng {number}/{year}",
               r"kỳ 4 tháng (?P<number>[1-3])/(?P<year>\\d{4})"),
"""
LENGTH = (
    "  - {name: length, type: duration, unit: buổi, measure: flow, label: Số buổi, description: Half days of a class}\n"
)
ADDED_PROGRAM = """
import json, sys
from datetime import date
from pathlib import Path
import openpyxl
from assets.intake.archive import ArrivedFile
from assets.intake.stage import stage
from assets.template import UnitLine, write_template
from warehouse.forms import version_for
from warehouse.periods import parse_period_id
from warehouse.relation import ddl, relations

out = Path(sys.argv[1])
period = parse_period_id("2024-T2")
form = version_for("BCDV", period.period_end)
rows = {"training": [{"training_kind_code": "tap_huan", "session_count": 2, "length": n} for n in (3, "3 ngày", "chưa có")]}
write_template(form, UnitLine("DV104", "Đơn vị"), period, out, rows, {"report_date": date(2024, 9, 5)})
guide = [c.value for row in openpyxl.load_workbook(out)["Hướng dẫn"] for c in row if c.value]
frames = stage([ArrivedFile("a" * 16, "b" * 64, out.name, out, 1, "")])
training, cover = frames["staging.training"], frames["staging.submission"]
print(json.dumps({
    "period": cover.select("period_id", "period_kind", "year").row(0),
    "length": training.select("length", "length_state").rows(),
    "issues": frames["staging.cell_issue"].select("code", "row_no", "column_name").rows(),
    "ddl": '"length" BIGINT' in ddl(relations()["core.fact_training"])[0],
    "guide": "Ghi số buổi, ví dụ 3 buổi." in guide,
}))
"""


LEVEL_PROGRAM = """
import json, sys
from dataclasses import replace
from pathlib import Path
from assets.sample.files import write_report
from assets.sample.report import register_report
from tests.support import take
from warehouse.home import Home
from warehouse.catalog import open_published

home, report = Home(Path(sys.argv[1])), register_report()
units = [{**r, "level_code": "xa"} if r["unit_id"] == 105 else r for r in report.rows["unit"]]
write_report(home.inbox, replace(report, rows={**report.rows, "unit": units}, cover={**report.cover, "revision": 9}), seed=1)
take(home)
with open_published(home) as con:
    print(json.dumps([con.execute(sql).fetchall() for sql in (
        "SELECT DISTINCT reporter_level_code FROM core.unit_on_day WHERE level_code = 'xa' AND is_reporting",
        "SELECT DISTINCT reporter_level FROM mart.training_by_unit WHERE unit_id = 105",
        "SELECT timeliness FROM mart.completeness WHERE unit_id = 105 AND is_expected",
        "SELECT year, unit_id, model_code, field_label FROM core.a_economic_model ORDER BY ALL",
        "SELECT comment FROM duckdb_columns() WHERE table_name = 'a_economic_model' ORDER BY column_index",
    )]))
"""


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    for room in ROOMS:
        shutil.copytree(REPO / room, tmp_path / "src" / room, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path / "src"


def _append(path: Path, text: str) -> None:
    with path.open("a", encoding="utf-8") as f:
        f.write(text)


def _new_code(sources: Path) -> None:
    _append(sources / "warehouse/codes/field.csv", "CDS,Chuyển đổi số,Digital transformation,2026-01-01,,,\n")


def _new_column(sources: Path) -> None:
    column = "  - {name: online_count, type: count, unit: lượt người, measure: persons, label: Dự trực tuyến, description: Attendances online}\n"
    _append(sources / "warehouse/tables/form/training.yaml", column)


def _new_form_year(sources: Path) -> None:
    old, new = (sources / "warehouse/forms/bcdv" / v for v in ("2023", "2026"))
    shutil.copytree(old, new)
    text = (old / "form.yaml").read_text(encoding="utf-8")
    (old / "form.yaml").write_text(text.replace("valid_to: null", "valid_to: 2025-12-31"), encoding="utf-8")
    text = text.replace("2023-01-01", "2026-01-01").replace('"2023"', '"2026"').replace("mẫu 2023", "mẫu 2026")
    (new / "form.yaml").write_text(text, encoding="utf-8")
    with (new / "columns.csv").open(encoding="utf-8", newline="") as f:
        rows = [r for r in csv.DictReader(f) if r["concordance"] != "discontinued"]
    for r in rows:
        r["concordance"], r["was"], r["note"] = ("same", "" if r["column"] == "-" else r["column"], "")
    added = {**rows[6], "header": "Dự trực tuyến", "column": "online_count", "concordance": "new", "was": ""}
    with (new / "columns.csv").open("w", encoding="utf-8", newline="") as f:
        writer = csv.DictWriter(f, list(rows[0]))
        writer.writeheader()
        writer.writerows([*rows[:7], added, *rows[7:]])


def _new_table(sources: Path) -> None:
    (sources / "warehouse/tables/form/visit.yaml").write_text(TABLE, encoding="utf-8")
    _append(sources / "warehouse/forms/bcdv/2026/columns.csv", SHEET)


def _new_rule(sources: Path) -> None:
    _append(sources / "expectations/rules/training.yaml", RULE)


def _new_mart(sources: Path) -> None:
    _append(sources / "warehouse/tables/system/mart.yaml", MART)


def test_a_code_a_column_a_form_year_a_table_a_rule_and_a_mart_are_added_in_one_place_each(
    home: Home, sources: Path
) -> None:
    put(home.inbox, report_of(104, "2024-Y", clean_rows(2024)))
    take(home)  # the warehouse is there already, and in use
    for recipe in (_new_code, _new_column, _new_form_year, _new_table, _new_rule, _new_mart):
        recipe(sources)
    rows = clean_rows(2026)
    rows["model"][0]["field_code"] = "CDS"
    rows["visit"] = [{"audience_code": "dang_vien", "visit_count": 7}]
    for table in rows.values():
        for row in table:
            row.update({k: v.isoformat() for k, v in row.items() if hasattr(v, "isoformat")})
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(home.root), json.dumps(rows)],
        env={**os.environ, "PYTHONPATH": f"{sources}:{REPO}"}, cwd=sources, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    out = json.loads(done.stdout)
    assert out == {
        "form": "2026", "verdicts": [1, 1], "findings": [["T-ONLINE-OVER", "H7"]], "field": [["CDS"]],
        "table": [["dang_vien", 7, "value"]], "mart": [[2026, 104, 30]],
        "old": [[None, "not_reported"]], "comment": [["Dự trực tuyến - Attendances online [lượt người]"]],
    }  # fmt: skip


def test_a_new_form_year_keeps_every_rule(sources: Path) -> None:
    """The defect of every rule of reports is planted again, now on the version of 2026, and found at its cell."""
    shutil.copytree(REPO / "tests", sources / "tests", ignore=shutil.ignore_patterns("__pycache__"))
    _new_column(sources)
    _new_form_year(sources)
    # it is no worker of this run: as one it would take the homes that a run of before has filled
    outer = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/expectations/test_planted_defects.py",
         "-k", "finds_its_defect or errors_reject or older_version"],
        env={**outer, "PYTHONPATH": f"{sources}:{REPO}", AGAIN: "1"}, cwd=sources, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:]


def _new_property(sources: Path) -> None:
    path = sources / "warehouse/codes/field.csv"
    head, *lines = path.read_text(encoding="utf-8").splitlines()
    marked = [f"{line},{'yes' if line.startswith('KT,') else ''}" for line in lines]
    path.write_text("\n".join([f"{head},is_economic", *marked, ""]), encoding="utf-8")


def _new_view(sources: Path) -> None:
    (sources / "warehouse/views/core.a_economic_model.sql").write_text(
        "-- Mô hình kinh tế - Models in an economic field, of the reports that count.\n"
        "--   field_label: Tên lĩnh vực - Name of the field\n"
        "SELECT f.year, f.unit_id, f.model_code, c.code_label AS field_label FROM core.fact_model_status_exact f\n"
        "JOIN core.code_field c ON c.code = f.field_code WHERE c.is_economic AND f.is_counted\n",
        encoding="utf-8",
    )


def _new_level(sources: Path) -> None:
    _append(sources / "warehouse/codes/admin_level.csv", "xa,Xã,Commune,1900-01-01,,,,unit,yes\n")


def test_a_property_a_view_and_a_level_are_added_in_one_place_each(home: Home, sources: Path) -> None:
    put(home.inbox, *(report_of(unit, "2024-Y", clean_rows(2024)) for unit in (104, 105)))
    take(home)
    for recipe in (_new_property, _new_view, _new_level):
        recipe(sources)
    done = subprocess.run(
        [sys.executable, "-c", LEVEL_PROGRAM, str(home.root)],
        env={**os.environ, "PYTHONPATH": f"{sources}:{REPO}"}, cwd=sources, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    assert json.loads(done.stdout) == [
        [["unit"]], [["unit"]], [["on_time"]], [[2024, 104, "M01", "Kinh tế"], [2024, 105, "M01", "Kinh tế"]],
        [["Năm - Year that the period ends in"], ["Đơn vị báo cáo - Permanent key of the reporting unit"],
         ["Mã mô hình - Code of the model, unique in its unit and kept over the years"], ["Tên lĩnh vực - Name of the field"]],
    ]  # fmt: skip


def _insert(path: Path, before: str, text: str) -> None:
    whole = path.read_text(encoding="utf-8")
    assert before in whole
    path.write_text(whole.replace(before, text + before, 1), encoding="utf-8")


def _new_kind_of_cell(sources: Path) -> None:
    (sources / "warehouse/cells/kinds/half_days.py").write_text(KIND, encoding="utf-8")
    _append(sources / "warehouse/tables/form/training.yaml", LENGTH)
    columns = sources / "warehouse/forms/bcdv/2023/columns.csv"
    text = columns.read_text(encoding="utf-8")
    columns.write_text(text.replace("Số ngày,day_count,count", "Số buổi,length,half_days"), encoding="utf-8")


def _new_logical_type(sources: Path) -> None:
    path = sources / "warehouse/types.py"
    _insert(path, '"count", "integer"', '"duration", ')
    _insert(path, '    "count": replace(', TYPE)


def _new_kind_of_period(sources: Path) -> None:
    _insert(sources / "warehouse/periods.py", '    PeriodKind("H1"', PERIOD)
    _append(sources / "warehouse/codes/period_kind.csv", "T,4 tháng,Four months,1900-01-01,,,Not cumulative\n")


def test_a_kind_of_cell_a_logical_type_and_a_kind_of_period_are_added_in_one_place_each(
    sources: Path, tmp_path: Path
) -> None:
    for recipe in (_new_logical_type, _new_kind_of_cell, _new_kind_of_period):
        recipe(sources)
    done = subprocess.run(
        [sys.executable, "-c", ADDED_PROGRAM, str(tmp_path / "x.xlsx")],
        env={**os.environ, "PYTHONPATH": f"{sources}:{REPO}"}, cwd=sources, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    assert json.loads(done.stdout) == {
        "period": ["2024-T2", "T", 2024], "length": [[3, "value"], [None, "not_reported"], [None, "not_reported"]],
        "issues": [["V-COUNT", 2, "length"], ["V-NOT-YET", 3, "length"]], "ddl": True, "guide": True,
    }  # fmt: skip


def test_a_column_that_was_retyped_is_refused_with_the_remedy(home: Home, sources: Path) -> None:
    path = sources / "warehouse/tables/form/training.yaml"
    path.write_text(
        path.read_text(encoding="utf-8").replace("name: day_count, type: count", "name: day_count, type: decimal"),
        encoding="utf-8",
    )
    lines = sources / "warehouse/forms/bcdv/2023/columns.csv"
    lines.write_text(
        lines.read_text(encoding="utf-8").replace(",day_count,count,", ",day_count,decimal,"), encoding="utf-8"
    )
    code = "import sys\nfrom pathlib import Path\nfrom tests.support import take\nfrom warehouse.home import Home\ntake(Home(Path(sys.argv[1])))"
    done = subprocess.run(
        [sys.executable, "-c", code, str(home.root)],
        env={**os.environ, "PYTHONPATH": f"{sources}:{REPO}"}, cwd=sources, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "core.fact_training has ['day_count'] otherwise than declared" in done.stderr
