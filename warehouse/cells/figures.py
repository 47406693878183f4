"""Numbers as Vietnamese offices write them: dot for thousands, comma for decimals, words; and what all figures share.

``2.065`` as text is 2065; a real Excel number 2.065 in a count column is asked about; ``1.12`` is ambiguous.
Belongs here: a number as text, and the way back. Does not: the kinds that are figures, dates.
"""

from __future__ import annotations

import re
from abc import abstractmethod
from math import isnan
from typing import TYPE_CHECKING, ClassVar

from warehouse.cells.kind import Kind
from warehouse.cells.reading import Reading, State, figure, issue
from warehouse.cells.words import clean

if TYPE_CHECKING:
    from warehouse.declaration import Column

MAX_COUNT = 10**12
#: no figure is written longer; Python refuses to read integers of thousands of digits, and one cell must not stop a batch
LONGEST = 62
_GROUPED = re.compile(r"^[1-9]\d{0,2}(?:[. ]\d{3})+$")
#: 0.065 is no 65: nobody groups thousands after a zero
_ZERO_GROUPED = re.compile(r"^0\d{0,2}(?:[. ]\d{3})+$")
#: a phone number in a column of figures is no figure
_PHONE = re.compile(r"^0\d{8,}$")
#: with more than 15 digits in all there are more than a spreadsheet keeps
_LONG = re.compile(r"^-?\d+\.\d+(?:e[+-]?\d+)?$")
#: in a column of decimals 8.125 is eight thousand or eight and an eighth
ONE_GROUP = re.compile(r"^\d{1,3}\.\d{3}$")
_PLAIN = re.compile(r"^\d+$")
_DECIMAL_COMMA = re.compile(r"^(\d+|\d{1,3}(?:\.\d{3})+),(\d+)$")
DECIMAL_DOT = re.compile(r"^\d+\.\d+$")
_SCALED = re.compile(r"^([\d.,]+)\s*(nghìn|ngàn|vạn|triệu|tỷ|tỉ)$")
SCALES = {"nghìn": 10**3, "ngàn": 10**3, "vạn": 10**4, "triệu": 10**6, "tỷ": 10**9, "tỉ": 10**9}
QUALIFIERS: dict[str, State] = {
    "gần": "gan", "hơn": "hon", "trên": "tren", "khoảng": "khoang", "~": "khoang", ">": "tren",
}  # fmt: skip
#: what is counted, behind its number; the longer first, since one may begin another
COUNTED = (
    "người", "lượt người", "lượt", "đại biểu", "đảng viên", "đ/c", "đồng chí", "đc", "hội viên", "đoàn viên", "thành viên",
    "công nhân", "lao động", "người lao động", "cnlđ", "cán bộ", "cán bộ, công chức", "công chức", "viên chức", "nhân viên",
    "học viên", "học sinh", "sinh viên", "chiến sĩ", "chiến sỹ", "quần chúng", "nhân dân", "người dân", "bà con", "nhân khẩu",
    "hộ", "hộ gia đình", "hộ dân", "gia đình", "em", "cháu", "ông", "bà", "anh", "chị", "cá nhân", "tập thể", "cuộc", "lớp",
    "buổi", "hội nghị", "cuộc họp", "kỳ họp", "đợt", "lần", "khóa", "khoá", "chuyên đề", "hội thi", "tọa đàm", "toạ đàm",
    "đơn vị", "đv", "cơ quan", "doanh nghiệp", "tổ chức", "chi bộ", "đảng bộ", "chi đoàn", "công đoàn", "tổ", "nhóm", "đội",
    "câu lạc bộ", "clb", "ban", "phòng", "mô hình", "điển hình", "công trình", "phần việc", "việc", "kiến nghị", "ý kiến",
    "vụ việc", "vụ", "đơn", "đơn thư", "nội dung", "vấn đề", "văn bản", "kế hoạch", "báo cáo", "tin", "bài", "tin, bài",
    "tin bài", "ngày", "tháng", "thôn", "bản", "khu phố", "xã", "phường",
)  # fmt: skip
_UNITS = re.compile(rf"\s*(?:{'|'.join(sorted(map(re.escape, COUNTED), key=len, reverse=True))})$")
_ONES = {
    "không": 0, "một": 1, "mốt": 1, "hai": 2, "ba": 3, "bốn": 4, "tư": 4, "năm": 5, "lăm": 5, "sáu": 6, "bảy": 7,
    "bẩy": 7, "tám": 8, "chín": 9,
}  # fmt: skip


#: the end of a sentence behind a figure
_STOP = re.compile(r"\s*[.;,]$")


class FigureKind(Kind):
    """A kind that is a number: what all of them refuse, and the texts that no figure has."""

    is_figure = True
    if_not_yet = issue("V-NOT-YET")
    #: what a date in such a cell is
    if_date: ClassVar[str] = "V-COUNT"

    def _value(self, cell: str, _column: Column | None, /) -> Reading:
        if len(cell[2:].strip().splitlines()) > 1:  # two figures, or one and its half
            return issue("V-AMBIGUOUS")
        text = clean(cell[2:])
        if not cell.startswith(("n:", "s:")):
            return issue(self.if_date if cell.startswith("d:") else "V-COUNT")
        if len(text) > LONGEST:
            return issue("V-RANGE" if cell.startswith("n:") or text.isdigit() else "V-COUNT")
        return self._number(_without_noise(text)) if cell.startswith("n:") else self._text(text)

    @abstractmethod
    def _number(self, text: str) -> Reading:
        """Read a number of the file."""

    @abstractmethod
    def _text(self, text: str) -> Reading:
        """Read a number that was written as a text."""


def _without_noise(text: str) -> str:
    """A number with the 15 digits that a spreadsheet has: 40.000000000000007 is 40."""
    return f"{float(text):.15g}" if len(text) > 15 and _LONG.match(text) else text


def vn_count(value: object) -> str:
    """Print a whole number with dots between thousands (2065 -> 2.065); other values as text."""
    return f"{value:,}".replace(",", ".") if isinstance(value, int) else str(value)


def vn_decimal(value: float, digits: int) -> str:
    """Print a number with a decimal comma and ``digits`` decimals (99.38, 1 -> 99,4)."""
    return f"{value:.{digits}f}".replace(".", ",")


def finite(text: str) -> float | str:
    """Read a number of the file, or return the issue: what is no number, or none that can be counted with."""
    try:
        value = float(text)
    except ValueError:
        return "V-NUMBER"
    return "V-NUMBER" if isnan(value) else value + 0.0  # -0 is 0


def count_of_number(text: str) -> Reading:
    """Read a count from a number of the file."""
    value = finite(text)
    if isinstance(value, str):
        return issue("V-COUNT")
    if value < 0:
        return issue("V-NEGATIVE")
    if value > MAX_COUNT:
        return issue("V-RANGE")
    return figure(int(value)) if value.is_integer() else issue("V-COUNT-FRACTION")


def count_of(text: str, qualifier: State | None = None) -> Reading:
    """Read a count from a text without its qualifier."""
    value = _text_count(text)
    if isinstance(value, str):
        return issue(value)
    return figure(value, qualifier) if value <= MAX_COUNT else issue("V-RANGE")


def strip(text: str) -> tuple[str, State | None]:
    """Take off the qualifier before, and what is counted and a full stop after a figure; ``text`` is clean."""
    text = _STOP.sub("", text.casefold())
    for word, state in QUALIFIERS.items():
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
        number = text_decimal(m[1])
        return number if isinstance(number, str) else _whole(number * SCALES[m[2]])
    if _DECIMAL_COMMA.match(text):
        return "V-COUNT-FRACTION"
    if DECIMAL_DOT.match(text) or _ZERO_GROUPED.match(text):
        return "V-AMBIGUOUS"
    words = _in_words(text)
    return "V-COUNT" if words is None else words


def _whole(value: float) -> int | str:
    """1,5 triệu is whole; 1,23456 vạn is not, and is not rounded."""
    return round(value) if abs(value - round(value)) < 1e-6 * max(1.0, value * 1e-6) else "V-COUNT-FRACTION"


def text_decimal(text: str) -> float | str:
    """Read a decimal from a text, or return the issue."""
    if _PLAIN.match(text):
        return float(text)
    if _DECIMAL_COMMA.match(text):
        return float(text.replace(".", "").replace(",", "."))
    if _GROUPED.match(text):
        return float(re.sub(r"[. ]", "", text))
    if DECIMAL_DOT.match(text) or _ZERO_GROUPED.match(text):
        return "V-AMBIGUOUS"
    return "V-NEGATIVE" if re.match(r"^-[\d.,]+$", text) else "V-NUMBER"


def words_to_99() -> tuple[str, ...]:
    """Return every way in which ``_in_words`` reads a number."""
    tens = [f"{ten} mươi" for ten in _ONES]
    ones = ["", *(f" {one}" for one in _ONES)]
    return tuple(ten + one for ten in ("mười", *tens) for one in ones) + tuple(_ONES)


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
