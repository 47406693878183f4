"""Which columns are sensitive is declared once, and follows a figure into every mart and into the published dictionary."""

from __future__ import annotations

import pytest

from tests.support import query
from warehouse.codes import code_lists
from warehouse.declaration import report_tables
from warehouse.home import Home
from warehouse.relation import relations
from warehouse.sensitive import sensitivity

TOLD = "SELECT column_name, sensitivity FROM meta.dictionary WHERE schema_name || '.' || table_name = ? AND sensitivity IS NOT NULL"


def test_what_is_counted_in_persons_is_sensitive_whatever_it_measures() -> None:
    units = {c.unit for t in report_tables().values() for c in t.columns if c.measure == "persons"}
    assert units == {"người", "đảng viên", "lượt người"}
    of_persons = [c for t in report_tables().values() for c in t.columns if c.unit in units]
    assert len(of_persons) > 8
    assert [c.name for c in of_persons if not c.is_sensitive] == []


def test_the_dictionary_says_so_of_facts_and_of_all_that_is_made_of_them(demo: Home) -> None:
    assert dict(query(demo, TOLD, ["core.fact_training"])) == dict.fromkeys(
        ("attendee_count", "member_attended_count", "member_total_count"), "persons"
    )
    of_heads = dict(query(demo, TOLD, ["core.fact_inspection"]))
    assert of_heads["done_count"] == of_heads["inspection_object_code"] == "person_rows"
    assert dict(query(demo, TOLD, ["mart.key_figures"])) == {
        "member_percent": "persons",
        **dict.fromkeys(("models_done_or_running", "models_running", "model_units"), "person_rows"),
        **dict.fromkeys(("inspections_planned", "inspections_done", "inspection_units"), "person_rows"),
    }
    assert dict(query(demo, TOLD, ["mart.model_by_year"]))["model_count"] == "person_rows"
    assert dict(query(demo, TOLD, ["mart.completeness"])) == {}
    assert dict(query(demo, TOLD, ["history.fact_training"])).keys() >= {"attendee_count"}


@pytest.mark.parametrize("code", [c.code for c in code_lists()["sensitivity"]])
def test_each_reason_is_given_somewhere(code: str) -> None:
    assert code in {sensitivity(r, c) for r in relations().values() if r.schema == "mart" for c in r.columns}
