"""Numbers as Vietnamese offices write them: dot for thousands, comma for decimals, words, ratios and percents.

``2.065`` as text is 2065; a real Excel number 2.065 in a count column is asked about; ``1.12`` is ambiguous.
Does not belong here: dates.
"""

from __future__ import annotations

import re

from assets.intake.values.reading import NONE_STATED, NOT_REPORTED, Reading, State, figure, issue
from assets.intake.values.text import clean, is_none_word

MAX_COUNT = 10**12
#: no figure is written longer; Python refuses to read integers of thousands of digits, and one cell must not stop a batch
LONGEST = 64
_GROUPED = re.compile(r"^[1-9]\d{0,2}(?:[. ]\d{3})+$")
#: 0.065 is no 65: nobody groups thousands after a zero
_ZERO_GROUPED = re.compile(r"^0\d{0,2}(?:[. ]\d{3})+$")
#: a phone number in a column of figures is no figure
_PHONE = re.compile(r"^0\d{8,}$")
_PLAIN = re.compile(r"^\d+$")
_DECIMAL_COMMA = re.compile(r"^(\d+|\d{1,3}(?:\.\d{3})+),(\d+)$")
_DECIMAL_DOT = re.compile(r"^\d+\.\d+$")
_SCALED = re.compile(r"^([\d.,]+)\s*(nghìn|ngàn|vạn|triệu|tỷ|tỉ)$")
_SCALES = {"nghìn": 10**3, "ngàn": 10**3, "vạn": 10**4, "triệu": 10**6, "tỷ": 10**9, "tỉ": 10**9}
_QUALIFIERS: dict[str, State] = {
    "gần": "gan", "hơn": "hon", "trên": "tren", "khoảng": "khoang", "~": "khoang", ">": "tren",
}  # fmt: skip
_UNITS = re.compile(
    r"\s*(?:người|cuộc|lớp|đảng viên|đại biểu|lượt người|lượt|đơn vị|mô hình|kiến nghị|vụ việc|vụ|ngày|cán bộ|buổi|đ/c)$"
)
_ONES = {
    "không": 0, "một": 1, "mốt": 1, "hai": 2, "ba": 3, "bốn": 4, "tư": 4, "năm": 5, "lăm": 5, "sáu": 6, "bảy": 7,
    "bẩy": 7, "tám": 8, "chín": 9,
}  # fmt: skip


def read_count(cell: str | None) -> Reading:
    """Read a count: a whole number from 0. Fractions, ambiguous dots and negatives are issues."""
    if (early := _early(cell)) is not None:
        return early
    assert cell is not None  # noqa: S101 - _early has answered for None
    if cell.startswith("n:"):
        return _number_count(cell[2:])
    if not cell.startswith("s:"):
        return issue("V-COUNT")
    text, qualifier = _strip(cell[2:])
    return _count(_text_count(text), qualifier)


def read_decimal(cell: str | None) -> Reading:
    """Read a decimal such as a score: comma is the decimal sign; ``12.5`` as text is ambiguous."""
    if (early := _early(cell)) is not None:
        return early
    assert cell is not None  # noqa: S101 - _early has answered for None
    if cell.startswith("n:"):
        return _figure(float(cell[2:]))
    text, qualifier = _strip(cell[2:])
    value_or_issue = _text_decimal(text)
    return issue(value_or_issue) if isinstance(value_or_issue, str) else _figure(value_or_issue, qualifier)


def read_percent(cell: str | None) -> Reading:
    """Read a rate; value is (percent points, decimals printed). A bare 0,99 is asked about: 0,99 % or 99 %?"""
    if (early := _early(cell)) is not None:
        if early.state == "zero":
            return Reading((0.0, 0), "zero")
        return early
    assert cell is not None  # noqa: S101 - _early has answered for None
    if cell.startswith("n:"):
        return _number_percent(cell[2:])
    text, qualifier = _strip(cell[2:])
    bare = re.sub(r"^đạt\s*", "", text)
    has_sign = bare.endswith("%")
    bare = bare.removesuffix("%").strip()
    value = _text_decimal(bare.replace(".", ",") if has_sign and _DECIMAL_DOT.match(bare) else bare)
    if isinstance(value, str):
        return issue(value)
    if not has_sign and 0 < value <= 1:
        return issue("V-AMBIGUOUS")
    if value > MAX_COUNT:
        return issue("V-RANGE")
    digits = len(bare.split(",")[1]) if "," in bare else (len(bare.split(".")[1]) if has_sign and "." in bare else 0)
    return Reading((value, digits), qualifier or ("zero" if value == 0 else "value"))


def read_ratio(cell: str | None) -> Reading:
    """Read a ratio such as 1.115/1.122; value is (numerator, denominator). A date here was a ratio: asked about."""
    if cell is not None and cell.startswith("d:"):
        return issue("V-RATIO-DATE")
    if (early := _early(cell)) is not None and early.state != "zero":  # a bare 0 is no ratio
        return early
    assert cell is not None  # noqa: S101 - _early has answered for None
    text, qualifier = _strip(cell[2:])
    parts = [p.strip() for p in text.split("/")]
    if len(parts) != 2:
        return issue("V-RATIO")
    numbers = [_count(_text_count(p), None) for p in parts]
    for number in numbers:
        if number.issue:
            return number
    counts = tuple(n.value for n in numbers)
    return Reading(counts, qualifier or ("zero" if counts[0] == 0 else "value"))


def _early(cell: str | None) -> Reading | None:
    """Answer for what is no number at all: blank, none stated, an Excel error, or a text longer than any figure."""
    if cell is None:
        return NOT_REPORTED
    if cell.startswith("e:"):
        return issue("V-EXCEL-ERROR")
    if cell.startswith(("d:", "t:", "b:")):
        return issue("V-COUNT")
    if len(cell) > LONGEST:
        return issue("V-RANGE" if cell.startswith("n:") or cell[2:].isdigit() else "V-COUNT")
    if cell.startswith("s:") and is_none_word(cell[2:]):
        return NONE_STATED
    return figure(0) if cell in ("n:0", "s:0") else None


def _number_count(text: str) -> Reading:
    value = float(text)
    if value < 0:
        return issue("V-NEGATIVE")
    if value > MAX_COUNT:
        return issue("V-RANGE")
    return figure(int(value)) if value.is_integer() else issue("V-COUNT-FRACTION")


def _number_percent(text: str) -> Reading:
    value = float(text)
    if value < 0:
        return issue("V-NEGATIVE")
    if value == 1:
        return issue("V-AMBIGUOUS")
    if value > MAX_COUNT:
        return issue("V-RANGE")
    decimals = len(text.split(".")[1]) if "." in text and "e" not in text else 0
    if value < 1:  # a cell with a percent format holds the fraction
        return Reading((round(value * 100, 6), min(6, max(0, decimals - 2))), "value")
    return Reading((value, decimals), "value")


def _figure(value: float, qualifier: State | None = None) -> Reading:
    if value < 0:
        return issue("V-NEGATIVE")
    return figure(value, qualifier) if value <= MAX_COUNT else issue("V-RANGE")


def _count(value: int | str, qualifier: State | None) -> Reading:
    if isinstance(value, str):
        return issue(value)
    return figure(value, qualifier) if value <= MAX_COUNT else issue("V-RANGE")


def _strip(text: str) -> tuple[str, State | None]:
    """Take off the qualifier before and the unit word after a figure."""
    text = clean(text).casefold()
    for word, state in _QUALIFIERS.items():
        if text.startswith(word):
            return _UNITS.sub("", text[len(word) :].strip()), state
    return _UNITS.sub("", text), None


def _text_count(text: str) -> int | str:
    if _PHONE.match(text):
        return "V-PERSONAL"
    if _PLAIN.match(text):
        return int(text)
    if _GROUPED.match(text):
        return int(re.sub(r"[. ]", "", text))
    if text.startswith("-") and text[1:].replace(".", "").isdigit():
        return "V-NEGATIVE"
    if m := _SCALED.match(text):
        number = _text_decimal(m[1])
        return number if isinstance(number, str) else _whole(number * _SCALES[m[2]])
    if _DECIMAL_COMMA.match(text):
        return "V-COUNT-FRACTION"
    if _DECIMAL_DOT.match(text) or _ZERO_GROUPED.match(text):
        return "V-AMBIGUOUS"
    words = _in_words(text)
    return "V-COUNT" if words is None else words


def _whole(value: float) -> int | str:
    """1,5 triệu is whole; 1,23456 vạn is not, and is not rounded."""
    return round(value) if abs(value - round(value)) < 1e-6 * max(1.0, value * 1e-6) else "V-COUNT-FRACTION"


def _text_decimal(text: str) -> float | str:
    if _PLAIN.match(text):
        return float(text)
    if _DECIMAL_COMMA.match(text):
        return float(text.replace(".", "").replace(",", "."))
    if _GROUPED.match(text):
        return float(re.sub(r"[. ]", "", text))
    if _DECIMAL_DOT.match(text) or _ZERO_GROUPED.match(text):
        return "V-AMBIGUOUS"
    return "V-NEGATIVE" if re.match(r"^-[\d.,]+$", text) else "V-NUMBER"


def _in_words(text: str) -> int | None:
    """Read ba, mười hai, hai mươi lăm: numbers up to 99 in words."""
    words = text.split()
    if len(words) == 1 and words[0] in _ONES:
        return _ONES[words[0]]
    if words[:1] == ["mười"] and len(words) <= 2:
        ones = _ONES.get(words[1]) if len(words) == 2 else 0
        return None if ones is None else 10 + ones
    if len(words) in (2, 3) and words[1] == "mươi" and words[0] in _ONES:
        ones = _ONES.get(words[2]) if len(words) == 3 else 0
        return None if ones is None else 10 * _ONES[words[0]] + ones
    return None
