"""What becomes of things over years: a model's path and flow, findings that come again, the roll-out of a document.

Does not belong here: joining codes through mergers (test_model_path), figures of single years (test_marts).
"""

from __future__ import annotations

from tests.support import query
from warehouse.home import Home


def test_each_model_has_one_path_with_the_years_of_its_steps(demo: Home) -> None:
    ((paths, models),) = query(
        demo,
        "SELECT (SELECT count(*) FROM mart.model_path), (SELECT count(DISTINCT (first_unit_id, first_code)) FROM core.model_path)",
    )
    assert paths == models > 100
    wrong = (
        "SELECT * FROM mart.model_path WHERE first_year > last_seen_year OR replicated_year < recognised_year "
        "OR years_to_replication <> replicated_year - recognised_year OR is_censored = (replicated_year IS NOT NULL) "
        "AND recognised_year IS NOT NULL OR is_running AND ended_year IS NOT NULL OR is_vanished AND ended_year IS NOT NULL"
    )
    assert query(demo, wrong) == []
    seen = (
        "SELECT count(*) FILTER (years_to_replication > 0), count(*) FILTER (is_censored), count(*) FILTER (is_vanished), "
        "count(*) FILTER (ended_year IS NOT NULL) FROM mart.model_path"
    )
    assert all(n > 0 for n in query(demo, seen)[0]), "each of them is in the sample"


def test_what_flows_out_of_a_year_is_what_stood_there_and_what_flows_in_is_what_stands(demo: Home) -> None:
    for year in (2015, 2018, 2021, 2023):  # a merger and a split among them
        flow = query(demo, f"FROM mart.model_flow({year})")
        stood = (  # a model that went over to another unit within the year stands where it went
            "SELECT status_code, count(*) FROM (FROM mart.model_by_unit m JOIN core.model_path p USING (unit_id, model_code) WHERE m.year = {} "
            "QUALIFY max(m.unit_id) OVER (PARTITION BY p.first_unit_id, p.first_code) = m.unit_id) GROUP BY 1 ORDER BY 1"
        )
        for column, of_year in ((0, year - 1), (1, year)):
            sums: dict[str, int] = {}
            for row in (r for r in flow if r[column] is not None):
                sums[row[column]] = sums.get(row[column], 0) + row[2]
            assert sorted(sums.items()) == query(demo, stood.format(of_year))


def test_a_finding_comes_again_or_does_not_or_nobody_knows(demo: Home) -> None:
    rows = query(demo, "SELECT family_id, finding_category_code, year, found_again_year, years_reported, is_recurring, is_known "
                       "FROM mart.finding_recurrence()")  # fmt: skip
    found = {(family, category, year) for family, category, year, *_ in rows}
    for family, category, year, again, reported, is_recurring, is_known in rows:
        later = [y for y in (year + 1, year + 2) if (family, category, y) in found]
        assert (again, is_recurring) == (later[0] if later else None, bool(later))
        assert is_known == (reported == 2)
    assert {row[-2:] for row in rows} >= {(True, True), (False, True), (False, False)}
    assert not any(r[-1] for r in rows if r[2] >= 2024), "of the last year nobody can tell yet"


def test_a_document_is_rolled_out_to_the_units_that_are_due(demo: Home) -> None:
    rows = query(demo, "FROM mart.rollout('32-CTr/TU') WHERE year <= 2016")
    assert rows == [(2013, 45, 27, 27), (2014, 45, 18, 45), (2015, 45, 0, 45), (2016, 45, 0, 45)], (
        "the founding roll-out"
    )
    cited = [query(demo, f"FROM mart.rollout('{n}') WHERE year = 2017") for n in ("60/2013/NĐ-CP", "60/NĐ-CP")]
    assert cited[0] == cited[1] != []
