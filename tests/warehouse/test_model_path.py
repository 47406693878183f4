"""A model keeps its path through mergers and new codes: ``model_code_before`` joins what no code alone could."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from assets.sample.report import Report, register_report
from tests.support import Rows, clean_rows, findings, form, put, query, report_of, take
from warehouse.carried import carried
from warehouse.catalog import open_published
from warehouse.home import Home
from warehouse.periods import parse_period_id

PATH = "SELECT unit_id, model_code, first_unit_id, first_code FROM core.model_path ORDER BY ALL"


def _merged() -> Report:
    """The register of the day on which DV005 and DV006 were merged into DV004."""
    report = register_report()
    rows: dict[str, list[dict[str, Any]]] = {t: [dict(r) for r in found] for t, found in report.rows.items()}
    for row in rows["unit"]:
        if row["unit_id"] in (105, 106) and row["valid_to"] is None:
            row["valid_to"] = date(2024, 12, 31)
    rows["unit"] = [r for r in rows["unit"] if r["unit_id"] not in (105, 106) or r["valid_from"] <= date(2024, 12, 31)]
    last = {
        unit: max((r for r in rows["unit"] if r["unit_id"] == unit), key=lambda r: r["valid_from"])
        for unit in (105, 106)
    }
    for row in last.values():
        row["valid_to"] = date(2024, 12, 31)
    kept = [r for r in rows["succession"] if r["from_unit_id"] not in (105, 106)]
    kind = {"succession_date": date(2025, 1, 1), "succession_kind_code": "merger", "share": 1.0, "source_note": None}
    rows["succession"] = [*kept, *({"from_unit_id": u, "to_unit_id": 104, **kind} for u in (105, 106))]
    return replace(report, rows=rows, cover={**report.cover, "revision": 99})


def _model(year: int, code: str, before: str | None = None) -> Rows:
    rows = clean_rows(year)
    dates = {"start_date": date(2024, 2, 1), "recognised_date": date(2024, 9, 2)}
    rows["model"][0] |= {**dates, "model_code": code, "model_code_before": before}
    return rows


def test_the_template_of_the_successor_names_the_code_before_and_the_paths_are_joined(empty: Home) -> None:
    put(empty.inbox, _merged(), *(report_of(u, "2024-Y", _model(2024, "M01")) for u in (104, 105, 106)))
    assert not take(empty).rejected
    with open_published(empty) as con:
        rows = carried(con, form("2023"), parse_period_id("2025-Y"))["DV004"]["model"]
    told = [(r["model_code"], r.get("model_code_before")) for r in rows]
    assert told == [("M01", None), ("DV005-M01", "DV005/M01"), ("DV006-M01", "DV006/M01")]
    sent = clean_rows(2025)
    same = {"start_date": date(2024, 2, 1), "recognised_date": date(2024, 9, 2)}
    sent["model"] = [
        {**sent["model"][0], **same, "model_title": f"Mô hình {c}", "model_code": c, "model_code_before": b}
        for c, b in told
    ]
    (path,) = put(empty.inbox, report_of(104, "2025-Y", sent))
    assert not take(empty).rejected
    assert not {c for c, *_ in findings(empty, path.name) if c == "X-CODE-BEFORE-UNKNOWN"}
    assert query(empty, PATH) == [
        (104, "DV005-M01", 105, "M01"), (104, "DV006-M01", 106, "M01"), (104, "M01", 104, "M01"),
        (105, "M01", 105, "M01"), (106, "M01", 106, "M01"),
    ]  # fmt: skip
    review = "SELECT value FROM mart.programme_review(DATE '2024-01-01', DATE '2025-12-31') WHERE indicator = 'dvk_models_active'"
    assert query(empty, review) == [(3,)], "three models, whatever they were called"


@pytest.mark.parametrize("late", [False, True])
def test_what_two_may_mean_or_nobody_knows_is_asked_and_not_joined(empty: Home, late: bool) -> None:
    """Also when the predecessors' reports come after the successor's."""
    before = [report_of(u, "2024-Y", _model(2024, "M01")) for u in (105, 106)]
    after = report_of(104, "2025-Y", _model(2025, "M07", "M01"))
    put(empty.inbox, _merged(), *(before if not late else [after]))
    take(empty)
    files = put(empty.inbox, *([after] if not late else before))
    assert not take(empty).rejected
    name = (
        files[0].name if not late else query(empty, "SELECT file_name FROM intake.submission WHERE unit_id = 104")[0][0]
    )
    assert "X-CODE-BEFORE-UNKNOWN" in {c for c, *_ in findings(empty, str(name))}
    assert (104, "M07", 104, "M07") in query(empty, PATH)


def test_a_code_that_becomes_known_later_is_no_longer_asked_about(empty: Home) -> None:
    put(empty.inbox, _merged(), after := report_of(104, "2025-Y", _model(2025, "M07", "DV005/M01")))
    take(empty)
    name = query(empty, "SELECT file_name FROM intake.submission WHERE unit_id = 104")[0][0]
    assert "X-CODE-BEFORE-UNKNOWN" in {c for c, *_ in findings(empty, str(name))}, after
    put(empty.inbox, report_of(105, "2024-Y", _model(2024, "M01")))
    take(empty)
    assert "X-CODE-BEFORE-UNKNOWN" not in {c for c, *_ in findings(empty, str(name))}
    assert (104, "M07", 105, "M01") in query(empty, PATH)


def test_a_report_from_before_the_column_was_asked_for_is_as_good(home: Home) -> None:
    newer = form("2023")
    older = replace(newer, columns=tuple(c for c in newer.columns if c.columns != ("model_code_before",)))
    (path,) = put(home.inbox, report_of(104, "2024-Y", clean_rows(2024), form=older))
    assert not take(home).rejected
    assert findings(home, path.name) == set()
    assert query(home, "SELECT model_code, model_code_before FROM core.fact_model_status") == [("M01", None)]
