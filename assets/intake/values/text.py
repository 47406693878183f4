"""Text: folding for comparison, codes, yes and no, citations, and what must not be stored.

Does not belong here: numbers and dates.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache

from assets.intake.values.dates import parse_date
from assets.intake.values.encodings import looks_legacy, repair_text
from assets.intake.values.reading import NONE_STATED, NOT_REPORTED, Reading, issue

_SPACES = re.compile(r"[\s\u00a0\u2000-\u200a\u202f\u3000]+")
#: zero-width signs, signs that turn the direction of text, and control characters, which terminals and workbooks obey
_INVISIBLE = re.compile(
    r"[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00ad\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ufffe\uffff]"
)
_QUOTES = str.maketrans({"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‘": "'", "’": "'", "–": "-", "—": "-"})
_LOOKALIKES = str.maketrans({"<": "‹", ">": "›"})
#: a tone mark on the second vowel of open oa, oe, uy is the same word as on the first (hoà = hòa); never after q
_TONES = {"\u0300", "\u0301", "\u0303", "\u0309", "\u0323"}
_SYLLABLE = re.compile(r"[^\W\d_]+")
_OPEN_PAIRS = ("oa", "oe", "uy")
_NONE_WORDS = frozenset({"không", "không có", "không phát sinh", "-", "--", "k", "ko", "không có phát sinh", "chưa có"})
_YES = frozenset(
    {"có", "x", "đã", "rồi", "đúng", "yes", "true", "1", "✓", "v", "đã có", "đã thành lập", "đã phân công"}
)
_NO = frozenset({"không", "chưa", "no", "false", "0", "chưa có", "không có", "chưa thành lập", "chưa phân công"})
_PHONE = re.compile(r"(?<!\d)(?:\+?84|0)(?:[ .-]?\d){9,10}(?!\d)")  # 0 and 9 digits; fixed lines have 10
_ID = re.compile(r"(?<!\d)(?:\d{12}|\d{9})(?!\d)")
_MAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}\.[\w.]+")  # bounded: a long text costs no quadratic search
_CITATION = re.compile(
    r"(?P<number>\d{1,4}\s*(?:/\s*\d{4})?\s*[-/]\s*[A-ZĐ][A-Za-zĐđ]*\d*(?:\s*[-/]\s*[A-ZĐ][A-Za-zĐđ]*\d*)*)"
)
#: a date, or the beginning of one: half a date is asked about
_DATE_IN_TEXT = re.compile(
    r"(?:ngày\s*)?\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}|ngày\s*\d{1,2}\s*tháng\s*\d{1,2}\s*năm\s*\d{4}|ngày\s*\d",
    re.IGNORECASE,
)
#: what a spreadsheet would work out; "+ nội dung" and "-Tổ dân phố" only list things
_FORMULA = re.compile(r"^(?:[=@]|[+-]\s*[A-Za-z.]+\()")
#: what a browser would obey; "dưới < 5 %" is not that
_TAG = re.compile(r"<[A-Za-z/!?]|&#\w")
#: what a finding shows of a cell, and what is looked at for it
SHOWN, LOOKED_AT = 80, 1000


def clean(text: str) -> str:
    """NFC, no invisible characters, single spaces, straight quotes: for storing a text."""
    text = _INVISIBLE.sub("", unicodedata.normalize("NFC", text)).translate(_QUOTES)
    return _SPACES.sub(" ", text).strip()


@lru_cache(maxsize=65536)
def fold_key(text: str) -> str:
    """The key under which two spellings of one text meet: case, spaces, quotes and tone placement folded."""
    return _SYLLABLE.sub(lambda m: _fold_syllable(m[0]), clean(text).casefold())


def _fold_syllable(syllable: str) -> str:
    parts = unicodedata.normalize("NFD", syllable)
    bare = "".join(c for c in parts if c not in _TONES)
    plain = unicodedata.normalize("NFC", bare)
    if len(plain) < 2 or plain[-2:] not in _OPEN_PAIRS or plain.startswith("qu"):
        return syllable
    tone = "".join(c for c in parts if c in _TONES)
    return unicodedata.normalize("NFC", plain[:-1] + tone + plain[-1]) if len(tone) == 1 else syllable


def is_none_word(text: str) -> bool:
    """Tell whether a cell says that there is none: không, -, không phát sinh."""
    return clean(text).casefold() in _NONE_WORDS


def contains_personal(text: str) -> bool:
    """Tell whether a text holds what looks like a phone, an identity number or an e-mail address."""
    return bool(_PHONE.search(text) or _ID.search(text) or _MAIL.search(text))


def mask_personal(text: str) -> str:
    """Replace what looks like a phone, an identity number or an e-mail address by ***."""
    return _ID.sub("***", _PHONE.sub("***", _MAIL.sub("***", text)))


def disarmed(text: str) -> str:
    """The text with signs that look like those which open a formula or a tag, but open none."""
    return ("\u2019" if _FORMULA.search(text) else "") + text.translate(_LOOKALIKES)


def shown_text(text: str) -> str:
    """A text of the file as a finding may show it: short, one line, without personal numbers, and nobody's command."""
    text = disarmed(mask_personal(clean(text[:LOOKED_AT])))
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"


def read_text(cell: str | None, max_len: int = 200) -> Reading:
    """Read a text. Too long a text is kept for the rule on length to name; personal data is an issue."""
    if cell is None:
        return NOT_REPORTED
    if cell.startswith("e:"):
        return issue("V-EXCEL-ERROR")
    text = repair_text(cell[2:])
    if text is None or looks_legacy(text):
        return issue("V-LEGACY-ENCODING")
    text = clean(text)[:LOOKED_AT]
    if contains_personal(text):
        return issue("V-PERSONAL")
    if _FORMULA.search(text) or _TAG.search(text):
        return issue("V-MARKUP")
    return Reading(text[: max_len + 1], "value") if text else NOT_REPORTED


def read_yes_no(cell: str | None) -> Reading:
    """Read có or không, x, 1 or 0, true or false."""
    if cell is None:
        return NOT_REPORTED
    word = clean(cell[2:]).casefold()
    if word in _YES:
        return Reading(True, "value")
    if word in _NO or is_none_word(word):
        return Reading(False, "value")
    return issue("V-YES-NO")


def read_code(cell: str | None, labels: Mapping[str, str]) -> Reading:
    """Read a label, a synonym or a code; ``labels`` maps folded texts to codes. Unknown text is an issue."""
    if cell is None:
        return NOT_REPORTED
    if cell.startswith("e:"):
        return issue("V-EXCEL-ERROR")
    text = repair_text(cell[2:]) or ""
    code = labels.get(fold_key(text))
    if code is not None:
        return Reading(code, "value")
    return NONE_STATED if is_none_word(text) else issue("V-CODE")


def read_citation(cell: str | None) -> Reading:
    """Read a document's number and date as printed: value is (number, date or None)."""
    if cell is None:
        return NOT_REPORTED
    text = clean(repair_text(cell[2:]) or "")
    if is_none_word(text):
        return NONE_STATED
    found = _CITATION.search(text)
    if not found:
        return issue("V-CITATION")
    number = re.sub(r"\s+", "", found["number"])
    dated = _DATE_IN_TEXT.search(text, found.end())
    if not dated:
        return Reading((number, None), "value")
    day = parse_date(dated[0])
    return Reading((number, day), "value") if day else issue("V-DATE")
