"""Years that can be compared: breaks bind the marts' own columns, families and panels compare like with like.

Does not belong here: where the breaks come from (test_check, tests of forms), the figures themselves (test_marts).
"""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from tests.support import query
from warehouse.exact import rows_view
from warehouse.families import adding
from warehouse.figure import LAST
from warehouse.home import Home
from warehouse.marts import build_marts, marts
from warehouse.relation import relations

_SERIES = ("series_break", "series_segment")


@pytest.fixture(scope="module")
def declared(bare: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """An empty warehouse: breaks follow from the declarations alone. What a test plants it takes back."""
    _build(bare)
    return bare


@pytest.fixture
def planting(declared: duckdb.DuckDBPyConnection) -> Iterator[duckdb.DuckDBPyConnection]:
    """The same, as it was again after the test."""
    declared.execute("BEGIN TRANSACTION")
    yield declared
    declared.execute("ROLLBACK")


def _build(con: duckdb.DuckDBPyConnection) -> None:
    build_marts(con, None, [m for m in marts() if m.relation.name in _SERIES])


def _comparable(con: duckdb.DuckDBPyConnection, table: str, column: str, *years: int) -> bool | None:
    ((said,),) = con.execute("SELECT mart.is_comparable(?, ?, ?, ?)", [table, column, *years]).fetchall()
    return said  # type: ignore[no-any-return]


@pytest.mark.parametrize(("table", "column", "years", "said"), [
    ("mart.dialogue_compliance", "done_count", (2020, 2022), False),  # four a year were required, then one
    ("dialogue_compliance", "done_count", (2021, 2025), True),
    ("dialogue_compliance", "done_count", (2018, 2020), True),  # another decree, the same number
    ("dialogue_compliance", "compliance_rate", (2018, 2022), True),  # against the norm of each year
    ("key_figures", "dialogue_percent", (2018, 2022), True), ("key_figures", "dialogues_done", (2018, 2022), False),
    ("training_by_year", "attendee_count", (2022, 2024), False), ("training_by_year", "attendee_count", (2023, 2024), True),
    ("training_by_unit", "session_count", (2013, 2025), True), ("training_by_year", "member_rate", (2020, 2024), True),
    ("inspection_by_year", "rating_code", (2022, 2024), False), ("inspection_by_year", "rating_code", (2024, 2026), False),
    ("inspection_by_year", "done_count", (2013, 2025), True), ("model_by_year", "field_code", (2022, 2023), False),
    ("organisation_by_unit", "cadre_count", (2020, 2024), False),
    ("organisation_by_unit", "cadre_total_count", (2020, 2024), True),  # old and new columns add up to the same
    ("mart.nothing", "at_all", (2020, 2024), None), ("training_by_year", "unit", (2020, 2024), None),
])  # fmt: skip
def test_a_figure_is_comparable_within_its_segment_only(
    declared: duckdb.DuckDBPyConnection, table: str, column: str, years: tuple[int, int], said: bool | None
) -> None:
    assert (
        _comparable(declared, table, column, *years) == said == _comparable(declared, table, column, *reversed(years))
    )


def test_what_is_comparable_with_a_note_says_the_note_in_both_languages(declared: duckdb.DuckDBPyConnection) -> None:
    sql = "SELECT binds, note_vi, note_en FROM mart.comparison_notes('dialogue_compliance', ?, 2020, 2022)"
    for column, binds in (("compliance_rate", False), ("done_count", True)):
        ((said, vi, en),) = declared.execute(sql, [column]).fetchall()
        assert (said, "145/2020" in vi, "145/2020" in en) == (binds, True, True)
    blank = "SELECT count(*) FROM mart.series_break WHERE coalesce(trim(break_note_vi), '') = '' OR coalesce(trim(break_note), '') = ''"
    assert declared.execute(blank).fetchall() == [(0,)]


@pytest.mark.parametrize(("table", "column", "kind"), [
    ("fact_training", "session_count", "norm"), ("fact_issue", "issue_count", "scope"), ("fact_inspection_finding", "*", "structure"),
])  # fmt: skip
def test_every_planted_break_is_flagged_and_no_stable_series_is(
    planting: duckdb.DuckDBPyConnection, table: str, column: str, kind: str
) -> None:
    stable = "SELECT mart_name, column_name FROM mart.series_segment GROUP BY ALL HAVING count(*) = 1 ORDER BY ALL"
    before = set(planting.execute(stable).fetchall())
    planted = [f"2019-07-0{n}" for n in (1, 2)]
    for day, binds in zip(planted, (True, False), strict=True):
        planting.execute(
            "INSERT INTO core.known_break VALUES (?, ?, ?, ?, 'x', 'x', ?)", [day, table, column, kind, binds]
        )
    _build(planting)
    touched = "SELECT DISTINCT mart_name, column_name FROM meta.figure_source WHERE source_table = ? AND (source_column = ? OR ? = '*')"
    meant = {
        (mart, name)
        for mart, name in planting.execute(touched, [table, column, column]).fetchall()
        if _is_bound(mart, name, kind)
    }
    assert meant
    assert before - set(planting.execute(stable).fetchall()) == meant & before
    for mart, name in meant:
        assert _comparable(planting, mart, name, 2018, 2019) is False
        assert _comparable(planting, mart, name, 2019, 2020) in (True, False)


def _is_bound(mart: str, name: str, kind: str) -> bool:
    column = relations()[f"mart.{mart}"].column(name)
    return not (column.measure == "rate" and kind == "norm")


def test_figures_by_family_add_up_to_those_by_unit_in_every_year(demo: Home) -> None:
    looked_at = 0
    for mart in (r for r in relations().values() if r.schema == "mart" and r.rows and "unit_id" in r.key):
        for column in (c for c in adding(mart) if c.figure and not c.figure.rate):
            total = f"SELECT year, sum({column.name}) FROM mart.{{}} GROUP BY year ORDER BY year"
            by_unit, by_family = (query(demo, total.format(n)) for n in (mart.name, f"{mart.name}_on_families"))
            assert by_unit == by_family, f"{mart.name}.{column.name}"
            looked_at += any(n for _, n in by_unit)
    assert looked_at > 15
    sql = "SELECT list(unit_id ORDER BY unit_id) FROM core.unit_family GROUP BY family_id HAVING count(*) > 1 ORDER BY ALL"
    assert query(demo, sql) == [
        ([118, 123, 146],), ([131, 147, 148],), ([132, 133, 150],), ([135, 138, 153, 154, 155],), ([137, 151, 152],),
    ], "the sample's mergers, its splits, and one that was merged and split again"  # fmt: skip


def test_a_panel_is_of_those_that_reported_every_year_in_full(demo: Home) -> None:
    ((units,),), ((families,),) = (
        query(demo, f"SELECT count(*) FROM mart.panel(2013, 2025{more})") for more in ("", ", is_family := true")
    )
    assert (units, families) == (36, 41)
    assert query(demo, "FROM mart.panel(2012, 2025)") == [], "of a year without reports nobody is in it"


def test_a_unit_year_says_what_was_due_and_what_stands_behind_the_rates(demo: Home) -> None:
    """Without those that wrote none the rate of 2022 is 82.1, with them 68.1: both stand there, and how many they are."""
    sql = (
        "SELECT dialogue_percent, dialogue_percent_low, dialogue_units_counted, dialogue_units_none, dialogue_units_no_figure "
        "FROM mart.key_figures WHERE year = 2022 AND reporter_level = 'unit'"
    )
    assert query(demo, sql) == [(82.1, 68.1, 39, 8, 0)]
    naive = (
        "SELECT round(100.0 * sum(done_capped_count) / sum(required_count), 1), "
        "round(100.0 * sum(least(done_count, required_count)) / sum(required_count), 1) "
        "FROM mart.dialogue_compliance WHERE year = {}"
    )
    assert query(demo, naive.format(2022)) == [(82.1, 82.1)]
    assert query(demo, naive.format(2015)) == [(None, None)], "nobody stated a number then: no figure, not 100"
    levels = "SELECT reporter_level, units, due, inspections_done FROM mart.key_figures WHERE year = 2017 ORDER BY 1"
    assert query(demo, levels) == [("bloc", 1, None, 5), ("unit", 45, 45, 160)], "the bloc's are not among the units'"


def test_models_that_ended_are_done_but_not_running(demo: Home) -> None:
    sql = "SELECT models_done_or_running, models_running FROM mart.key_figures WHERE year = 2017 AND reporter_level = 'unit'"
    assert query(demo, sql) == [(31, 18)]


def test_of_the_rows_of_a_key_one_comes_last_whatever_order_they_came_in(demo: Home) -> None:
    """Else a figure that is taken from the last row would hang on the order of arrival."""
    of_several = 0
    for mart in (r for r in relations().values() if r.schema == "mart" and r.rows):
        if not any(c.figure and c.figure.last for c in mart.columns):
            continue
        rows = f"FROM {rows_view(str(mart.rows))} WHERE is_counted"
        groups = f"SELECT count(*) AS rows, count(DISTINCT {LAST}) AS places {rows} GROUP BY {', '.join(mart.key)}"
        ((several, alike),) = query(
            demo, f"SELECT count(*) FILTER (rows > 1), count(*) FILTER (places < rows) FROM ({groups})"
        )
        assert alike == 0, mart.qualified
        of_several += several
    assert of_several > 50, "reports have several rows of one key"
