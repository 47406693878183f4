"""What holds for every kind of cell and any text: no exception, no value beside an issue, and the way there and back."""

from __future__ import annotations

import unicodedata
from base64 import b64encode
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assets.intake.xlsx import tag
from tests.warehouse.test_cells import some_column
from warehouse.cells import cell_kinds, kind_of
from warehouse.cells.words import NONE_WORDS, clean
from warehouse.codes import code_lists
from warehouse.declaration import Column, form_tables
from warehouse.periods import periods_of

KINDS = sorted(cell_kinds())
COUNTS = st.integers(0, 10**12)
DAYS = st.dates(date(1950, 1, 1), date(2099, 12, 31))
WORDS = st.lists(
    st.sampled_from(
        [
            "Dân",
            "vận",
            "khéo",
            "hoà",
            "giải",
            "ở",
            "Tổ",
            "số",
            "3",
            "(Đảng",
            "ủy)",
            "50",
            "«xã»",
            "về",
            "-",
            "và",
            "&",
            "của",
        ]
    ),
    min_size=1,
)
FIELDS = [c.code for c in code_lists()["field"]]
PERIODS = [p.period_id for year in (2013, 2024) for p in periods_of(year)] + ["20130830-20160830-R"]
KEY_HEAD = b"\0\0\0\x0bssh-ed25519\0\0\0\x20"  # the name of the algorithm and the length of the key, as SSH writes them
#: values of each kind, as a row of the warehouse holds them
VALUES: dict[str, st.SearchStrategy[tuple[Any, ...]]] = {
    "count": st.tuples(COUNTS),
    "decimal": st.tuples(st.floats(0, 10**12).map(lambda x: float(f"{x:.15g}"))),  # the digits that a spreadsheet keeps
    "percent": st.integers(0, 4).flatmap(
        lambda d: st.tuples(st.floats(0, 10**6).map(lambda x: round(x, d)), st.just(d))
    ),
    "ratio": st.tuples(COUNTS, COUNTS),
    "date": st.tuples(DAYS),
    "yes_no": st.tuples(st.booleans()),
    "code": st.tuples(st.sampled_from(FIELDS)),
    "citation": st.tuples(
        st.from_regex(r"[1-9]\d{0,2}(/20\d\d)?-(CTr|NQ|CT|QĐ)/(TU|TW|ĐUK)", fullmatch=True), st.none() | DAYS
    ),
    "text": st.tuples(WORDS.map(" ".join).map(clean)),
    "period": st.tuples(st.sampled_from(PERIODS)),
    "public_key": st.binary(min_size=32, max_size=32).map(
        lambda key: (f"ssh-ed25519 {b64encode(KEY_HEAD + key).decode()}",)
    ),
}
#: pieces of what stands in cells; any order of them is some unit's cell
PIECES = st.lists(
    st.sampled_from([
        *"0123456789.,/-%~>", " ", "\u00a0", "000", "2.065", "99,4%", "30/8/2013", "gần ", "khoảng ", "đạt ", "người", "triệu",
        "vạn", "mươi", "ba", "ngày ", "tháng ", "năm ", "quý ", "32-CTr/TU", "Có", "x", "=SUM(", "<b>", "0912345678", "«", "®",
        "e+400", "nan", "٣", "²", "\u200b", *sorted(NONE_WORDS),
    ]),
    max_size=6,
).map("".join)  # fmt: skip
CELLS = st.none() | st.tuples(st.sampled_from(["s:", "n:", "d:", "t:", "b:", "e:"]), PIECES | st.text(max_size=80)).map(
    "".join
)


@pytest.mark.parametrize("name", KINDS)
@given(cell=CELLS)
@settings(max_examples=300, deadline=None, derandomize=True)
def test_any_cell_is_a_value_or_an_issue_and_never_both(name: str, cell: str | None) -> None:
    of = kind_of(name)
    read = of.read(cell, some_column(of))
    if read.issue or read.state in ("none_stated", "not_reported"):
        assert read.value is None
        assert not (read.issue and read.state != "not_reported")
    else:
        assert read.value is not None
        assert isinstance(read.value, tuple) == (len(of.parts) > 1)


@pytest.mark.parametrize("name", KINDS)
@given(data=st.data())
@settings(max_examples=100, deadline=None, derandomize=True)
def test_what_is_printed_is_read_back(name: str, data: st.DataObject) -> None:
    of = kind_of(name)
    values = data.draw(VALUES[name])
    column = _column(name)
    read = of.read(tag(of.printed(values, column)), column)
    assert (read.value if isinstance(read.value, tuple) else (read.value,)) == values
    assert read.issue is None


@pytest.mark.parametrize("name", KINDS)
@given(data=st.data())
@settings(max_examples=150, deadline=None, derandomize=True)
def test_spaces_and_decomposed_letters_change_no_reading(name: str, data: st.DataObject) -> None:
    of, column = kind_of(name), _column(name)
    printed = VALUES[name].map(lambda values: str(of.printed(values, column)))
    text = data.draw(printed | PIECES | st.sampled_from(sorted(NONE_WORDS)))
    spaces = st.text(" \u00a0\u202f\t", max_size=3)
    before, between, after = data.draw(spaces), data.draw(spaces), data.draw(spaces)
    spaced = before + text.replace(" ", between + " " + between) + after
    expected = of.read("s:" + text, column)
    for other in (spaced, unicodedata.normalize("NFD", text), unicodedata.normalize("NFD", spaced)):
        assert of.read("s:" + other, column) == expected


def _column(name: str) -> Column:
    return form_tables()["model"].column("field_code") if name == "code" else some_column(kind_of(name))
