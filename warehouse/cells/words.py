"""Words of a cell: cleaned for storing, folded for comparison, those that say "none", and what must not be stored.

Belongs here: what several kinds of cell ask of a text. Does not: the kinds.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from warehouse.cells.legacy import repair_text

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
#: what units write for "there is none", in any kind of cell
NONE_WORDS = frozenset({"không", "không có", "không phát sinh", "không có phát sinh", "k", "ko", "-", "--", "chưa có"})
#: VNI writes a letter and its mark, so a word is at most twice as long
_LONGEST_NONE = 2 * max(map(len, NONE_WORDS))
_PHONE = re.compile(r"(?<!\d)(?:\+?84|0)(?:[ .-]?\d){9,10}(?!\d)")  # 0 and 9 digits; fixed lines have 10
_ID = re.compile(r"(?<!\d)(?:\d{12}|\d{9})(?!\d)")
_MAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}\.[\w.]+")  # bounded: a long text costs no quadratic search
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
    """Tell whether a cell says that there is none: không, -, không phát sinh; in an encoding before Unicode too."""
    word = clean(text).casefold()
    if word in NONE_WORDS or word.isascii() or len(word) > _LONGEST_NONE:
        return word in NONE_WORDS
    return clean(repair_text(text) or "").casefold() in NONE_WORDS


def contains_markup(text: str) -> bool:
    """Tell whether a spreadsheet or a browser would obey the text."""
    return bool(_FORMULA.search(text) or _TAG.search(text))


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
