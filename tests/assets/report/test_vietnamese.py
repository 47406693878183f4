"""How figures and days are written, and what stands in the braces of a sentence."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from assets.report import vietnamese
from assets.report.reference import FORMS, PAIRED, Placeholder, Reference, pieces


@pytest.mark.parametrize(
    ("form", "value", "text"),
    [
        ("count", 2065, "2.065"),
        ("count", 1115.0, "1.115"),
        ("count", 0, "0"),
        ("count", -1276, "-1.276"),
        ("count", 12.5, "12,5"),
        ("count", 1234567, "1.234.567"),
        ("count", 6.900000000000006, "6,9"),
        ("count", 66.66666666666667, "66,67"),
        ("padded", 1.0, "01"),
        ("padded", 0, "00"),
        ("padded", 77, "77"),
        ("word", 3.0, "ba"),
        ("word", 12, "12"),
        ("opening_word", 3, "Ba"),
        ("stated_percent", 99.0, "99%"),
        ("stated_percent", 98.75, "98,75%"),
        ("percent", 99.37611408, "99,4 %"),
        ("percent", 99.0, "99,0 %"),
        ("percent", 0.05, "0,1 %"),
        ("decimal", 1234.25, "1.234,3"),
    ],
)
def test_a_figure_is_written_as_office_papers_write_it(form: str, value: Any, text: str) -> None:
    assert vietnamese.FIGURES[form](value) == text


@pytest.mark.parametrize(
    ("day", "text"),
    [(date(2013, 8, 30), "30/8/2013"), (date(2016, 2, 5), "05/02/2016"), (date(2012, 4, 4), "04/4/2012")],
)
def test_a_day_is_written_day_first(day: date, text: str) -> None:
    assert vietnamese.day(day) == text


def test_braces_are_read_into_references() -> None:
    found = list(pieces("Có {review(a, -)|count} cuộc ({rate(b, c).x|stated ~ rate(d, e)}), từ {first_day}."))
    assert found == [
        "Có ",
        Placeholder("", "count", (Reference("review", ("a", "-"), "value"),)),
        " cuộc (",
        Placeholder("", "stated", (Reference("rate", ("b", "c"), "x"), Reference("rate", ("d", "e"), "value"))),
        "), từ ",
        Placeholder("first_day"),
        ".",
    ]


@pytest.mark.parametrize(
    ("text", "allowed"),
    [
        ("{Wrong Name}", "{parameter}"),
        ("{a|loud}", "a form among count"),
        ("{a|count ~ b}", f"with {', '.join(PAIRED)}"),
        ("{a|change}", "two figures"),
        ("{a(b|count}", "question(key, ...).column"),
    ],
)
def test_braces_that_cannot_be_read_say_what_is_allowed(text: str, allowed: str) -> None:
    with pytest.raises(ValueError) as raised:
        list(pieces(text))
    assert allowed in str(raised.value)
    assert len(FORMS) == len(set(FORMS))
