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
_LONGEST_KEPT = 200
_SYLLABLE = re.compile(r"[^\W\d_]+")
_OPEN_PAIRS = ("oa", "oe", "uy")
#: what units write for "there is none", in any kind of cell
NONE_WORDS = frozenset({"không", "không có", "không phát sinh", "không có phát sinh", "k", "ko", "-", "--"})
#: what units write where nothing is yet: there is no such day, person or committee; of a figure it says that it is not known
NOT_YET_WORDS = frozenset(
    {"chưa có", "chưa có số liệu", "chưa thống kê", "chưa tổng hợp", "chưa có báo cáo", "chưa báo cáo"}
)
_NOTHING = NONE_WORDS | NOT_YET_WORDS
#: VNI writes a letter and its mark, so a word is at most twice as long
_LONGEST_NONE = 2 * max(map(len, _NOTHING))
_DECIMAL = re.compile(r"[+-]?\d+[.,]\d+")
_PERSONAL = re.compile(
    r"(?<!\d)(?:\+?84|0)(?:[ .-]?\d){9,10}(?!\d)"  # a phone: 0 and 9 digits; fixed lines have 10
    r"|(?<!\d)0(?:[ .-]?\d){11}(?!\d)"  # an identity number, which begins with its province; money does not with 0
    r"|(?<!\d)(?!\d*0{5}(?!\d))\d{9,14}(?!\d)"  # an older one, or an account; a round sum of money is none
    # an address, with its sign in words too; bounded: a long text costs no quadratic search
    r"|[\w.+-]{1,64}\s?(?:@|[(\[]\s?(?:at|a còng)\s?[)\]])\s?[\w-]{1,63}\.[\w.]+",
    re.IGNORECASE,
)
#: what a spreadsheet would work out: after + or - only what computes, up to a function or another program's topic (a|b!c);
#: "+ nội dung", "- Tuyên truyền (miệng)" and "-Tổ dân phố" only list things
_FORMULA = re.compile(
    r"^\s*(?:[=@]|[+-](?:[\s\d.,;:()$+*/^&-]|[A-Z]{1,3}\$?\d+|\"[^\"]*\")*[A-Z][A-Z0-9._]*\(|[+-].*\|.*!)",
    re.IGNORECASE,
)
#: what programs leave in the place of a value: Excel's and LibreOffice's errors, a column too narrow, a script's nothing
_ERROR_WORD = re.compile(
    r"#(?:[a-z0-9/_]+[!?]|n/a|getting_data)|err:\d+|#+|\[object \w+\]|undefined|nan|null", re.IGNORECASE
)
#: letters lost on the way: the sign that stands for one, or question marks in the place of letters
_LOST = re.compile(r"\ufffd|\?{3,}")
#: a question mark inside a word (not in an address); a sentence that goes on without a space goes on with a capital
_IN_WORD = re.compile(r"(?<!\S)(?!\S*://)\S*[^\W\d_]\?+([^\W\d_])")
#: what a browser would obey; "dưới < 5 %" is not that
_TAG = re.compile(r"<[A-Za-z/!?]|&#\w")
#: what a finding shows of a cell, and what is looked at for it
SHOWN, LOOKED_AT = 80, 1000


def clean(text: str) -> str:
    """NFC, no invisible characters, single spaces, straight quotes: for storing a text."""
    text = _INVISIBLE.sub("", unicodedata.normalize("NFC", text)).translate(_QUOTES)
    return _SPACES.sub(" ", text).strip()


def fold_key(text: str) -> str:
    """The key under which two spellings of one text meet: case, spaces, quotes and tone placement folded."""
    return _fold_known(text) if len(text) <= _LONGEST_KEPT else _fold(text)


def _fold(text: str) -> str:
    return _SYLLABLE.sub(lambda m: _fold_syllable(m[0]), clean(text).casefold())


#: long texts are not kept: those of one file must not take the memory of the next
_fold_known = lru_cache(maxsize=65536)(_fold)


def _fold_syllable(syllable: str) -> str:
    parts = unicodedata.normalize("NFD", syllable)
    bare = "".join(c for c in parts if c not in _TONES)
    plain = unicodedata.normalize("NFC", bare)
    if len(plain) < 2 or plain[-2:] not in _OPEN_PAIRS or plain.startswith("qu"):
        return syllable
    tone = "".join(c for c in parts if c in _TONES)
    return unicodedata.normalize("NFC", plain[:-1] + tone + plain[-1]) if len(tone) == 1 else syllable


def is_none_word(text: str) -> bool:
    """Tell whether a cell says that there is none, or none yet: không, -, chưa có; in an encoding before Unicode too."""
    return _word(text) in _NOTHING


def is_not_yet_word(text: str) -> bool:
    """Tell whether a cell says that there is none yet: chưa có, chưa thống kê."""
    return _word(text) in NOT_YET_WORDS


def _word(text: str) -> str:
    word = clean(text).casefold()
    if word in _NOTHING or word.isascii() or len(word) > _LONGEST_NONE:
        return word
    return clean(repair_text(text) or "").casefold()


def is_error_word(text: str) -> bool:
    """Tell whether a program wrote the text because it had no value: #REF!, Err:502, #####, [object Object]."""
    text = text.strip()
    if text[:1].isalnum() and text[:1] not in "EeUuNn":
        return False
    return _ERROR_WORD.fullmatch(clean(text)) is not None  # signs that nobody sees may stand around it


def has_lost_letters(text: str) -> bool:
    """Tell whether letters were lost when the text was written in an encoding that lacks them: Ti?t ki?m."""
    return _LOST.search(text) is not None or any(m[1].islower() for m in _IN_WORD.finditer(text))


def is_formula_like(text: str) -> bool:
    """Tell whether a spreadsheet would work the text out, in whatever width its signs are written."""
    return _FORMULA.search(unicodedata.normalize("NFKC", text[:LOOKED_AT])) is not None


def contains_markup(text: str) -> bool:
    """Tell whether a spreadsheet or a browser would obey the text."""
    return is_formula_like(text) or _TAG.search(unicodedata.normalize("NFKC", text)) is not None


def contains_personal(text: str) -> bool:
    """Tell whether a text holds what looks like a phone, an identity or account number or an e-mail address."""
    return mask_personal(text) != text


def mask_personal(text: str) -> str:
    """Replace what looks like a phone, an identity or account number or an e-mail address by ***."""
    plain = unicodedata.normalize("NFKC", text)
    if _DECIMAL.fullmatch(plain):  # a figure, however many decimals it has
        return text
    masked = _PERSONAL.sub("***", plain)
    return text if masked == plain else masked


def disarmed(text: str) -> str:
    """The text with signs that look like those which open a formula or a tag, but open none."""
    return ("\u2019" if is_formula_like(text) else "") + text.translate(_LOOKALIKES)


def shown_text(text: str) -> str:
    """A text of the file as a finding may show it: short, one line, without personal numbers, and nobody's command."""
    text = disarmed(mask_personal(clean(text[:LOOKED_AT])))
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"
