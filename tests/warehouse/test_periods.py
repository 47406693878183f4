"""Kinds of period: one registry, from which codes, spans, labels and words follow."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest

from warehouse.codes import code_lists
from warehouse.deadlines import deadlines
from warehouse.periods import parse_period_id, period_kinds, period_of, periods_of


def test_the_code_list_has_a_label_for_each_kind_and_no_other() -> None:
    assert [c.code for c in code_lists()["period_kind"]] == list(period_kinds())


def test_deadlines_are_of_known_kinds() -> None:
    assert {d.period_kind for d in deadlines()} <= set(period_kinds())


@pytest.mark.parametrize("kind", [k for k in period_kinds() if k != "R"])
def test_every_period_of_a_year_is_read_back_from_its_code_and_from_its_label(kind: str) -> None:
    periods = periods_of(2024, kind)
    assert all(
        p.kind == kind and p.year == 2024 and p.cumulative == period_kinds()[kind].is_cumulative for p in periods
    )
    assert periods[0].period_start == date(2024, 1, 1)
    assert all(a.period_end + timedelta(days=1) == b.period_start for a, b in pairwise(periods))
    for p in periods:
        assert parse_period_id(p.period_id) == period_of(p.period_id.lower()) == period_of(p.label) == p


def test_only_what_counts_from_january_is_cumulative() -> None:
    assert {k for k, of in period_kinds().items() if of.is_cumulative} == {"H1", "9M", "Y"}
    assert {p.period_start for k in ("H1", "9M", "Y") for p in periods_of(2024, k)} == {date(2024, 1, 1)}


def test_a_review_states_its_days() -> None:
    review = parse_period_id("20130830-20160830-R")
    assert (review.year, review.period_start, review.period_end) == (2016, date(2013, 8, 30), date(2016, 8, 30))
    assert period_of(review.label) == review
    assert periods_of(2016, "R") == []
    assert [p.code for p in periods_of(2016)][:5] == ["Y", "9M", "H1", "Q1", "Q2"]
    assert len(periods_of(2016)) == 19


@pytest.mark.parametrize(
    ("text", "period_id"),
    [("Quí II/2026", "2026-Q2"), ("Q2/2026", "2026-Q2"), ("II/2026", "2026-Q2"), ("Quý III.2026", "2026-Q3"),
     ("Quý 02 năm 2026", "2026-Q2"), ("QUÝ IV, NĂM 2026", "2026-Q4"), ("06 tháng đầu năm 2026", "2026-H1"), ("6T/2026", "2026-H1"),
     ("09 tháng 2026", "2026-9M"), ("T7/2026", "2026-M07"), ("Tháng 07 năm 2026", "2026-M07"), ("th. 12-2026", "2026-M12")],
)  # fmt: skip
def test_a_period_as_offices_write_it(text: str, period_id: str) -> None:
    assert period_of(text) == parse_period_id(period_id)


@pytest.mark.parametrize(
    "text", ["6/2026", "2026", "6 tháng cuối năm 2026", "16 tháng đầu năm 2026", "quý 10/2026", "v/2026"]
)
def test_what_names_no_one_period_is_none(text: str) -> None:
    assert period_of(text) is None


@pytest.mark.parametrize(
    "text", ["2024", "2024-R", "2024-Q5", "2024-M00", "2024-M13", "2024-H2", "20240101-20231231-R", "20241301-20251231-R",
             "20240101-20250101-Y", "٢٠٢٤-Y", "tháng 13/2024", "tháng 0/2024", "quý v/2024"],
)  # fmt: skip
def test_what_is_no_period(text: str) -> None:
    with pytest.raises(ValueError, match=r"period|month"):
        parse_period_id(text)
    assert period_of(text) is None
