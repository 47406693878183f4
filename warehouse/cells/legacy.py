"""Texts in encodings before Unicode that Vietnamese offices have used: TCVN3 (ABC), VNI, and UTF-8 read as cp1252.

Converted when certain, else given up. Sources of the tables: TCVN 5712:1993 (ABC font layout) and the VNI layout.
Belongs here: a text that is decoded already. Does not: the bytes of a file (assets.intake.encodings).
"""

from __future__ import annotations

import re
import unicodedata

_TCVN3_FROM = "µ¸¶·¹¨»¾¼½Æ©ÇÊÈÉËÌÐÎÏÑªÒÕÓÔÖ×ÝØÜÞßãáâä«åèæçé¬êíëìîïóñòô­õøö÷ùúýûüþ®"
_TCVN3_TO = "àáảãạăằắẳẵặâầấẩẫậèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵđ"
_TCVN3 = str.maketrans(_TCVN3_FROM, _TCVN3_TO)
#: signs that stand in ABC-coded Vietnamese and hardly in Unicode Vietnamese
_TCVN3_SIGNS = frozenset("µ¸¶·¹¨»¾¼½Æ©ÇËÐÎÏÑªÖ×ØÜÞßäå«æç¬ëîïñ­ö÷øûüþ®")
#: surely ABC: what is no letter, or a capital, inside a word; ® begins words only, elsewhere it is a trade mark
_TCVN3_SURE = re.compile(
    r"(?<=[A-Za-z])[µ¸¶·¹¨¾¼½©ª¬\u00ad]|[µ¸¶·¹¨¾¼½©ª¬\u00ad](?=[A-Za-z])|(?<![A-Za-z])®(?=[A-Za-z\u00b5-\u00ff])"
    r"|(?<=[a-z])[ÆÇÊÈÉËÐÌÎÏÑÒÕÓÔÖÝØÜÞ]"
)
_VNI_MARKS = {
    "ø": "\u0300", "ù": "\u0301", "û": "\u0309", "õ": "\u0303", "ï": "\u0323",
    "â": "\u0302", "à": "\u0302\u0300", "á": "\u0302\u0301", "å": "\u0302\u0309", "ã": "\u0302\u0303",
    "ä": "\u0302\u0323", "ê": "\u0306", "è": "\u0306\u0300", "é": "\u0306\u0301", "ú": "\u0306\u0309",
    "ü": "\u0306\u0303", "ë": "\u0306\u0323",
}  # fmt: skip
_VNI_HORNED = {"ö": "ư", "Ö": "Ư", "ô": "ơ", "Ô": "Ơ"}
_VNI_SINGLE = {"ñ": "đ", "Ñ": "Đ", "í": "í", "ì": "ì", "æ": "ỉ", "ó": "ĩ", "ò": "ị", **_VNI_HORNED}
_VNI_SIGN = re.compile(f"(?P<base>[aAeEoOuUyYöÖôÔ])(?P<mark>[{''.join(_VNI_MARKS)}])|[{''.join(_VNI_SINGLE)}]")
#: vowels that no Unicode Vietnamese word has side by side
_VNI_ONLY = re.compile(f"[aAeE][{''.join(_VNI_MARKS)}]|[öÖôÔ][øùûõï]|[oO][âåä]")
_NEVER_VNI = re.compile("[ăđơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]", re.IGNORECASE)
_VIETNAMESE = re.compile("[ăâđêôơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]", re.IGNORECASE)
_MOJIBAKE = re.compile("(?:á»|áº|Ã|Ä|Æ°|Æ¡)")


def undo_mojibake(text: str) -> str | None:
    """Undo UTF-8 that was read as cp1252, or return None when the text is not that for certain."""
    if not _MOJIBAKE.search(text):
        return None
    try:
        raw = b"".join(bytes([ord(c)]) if 0x80 <= ord(c) <= 0x9F else c.encode("cp1252") for c in text)
        undone = raw.decode("utf-8")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return None
    return unicodedata.normalize("NFC", undone) if _VIETNAMESE.search(undone) else None


def from_tcvn3(text: str) -> str:
    """Convert ABC-coded text; capitals are a matter of the font there, so letters come out in lower case."""
    return text.translate(_TCVN3)


def from_vni(text: str) -> str:
    """Convert VNI-coded text: a base letter and a mark of its own, or one of the few letters that stand alone."""
    return _VNI_SIGN.sub(_vni_letter, text)


def _vni_letter(m: re.Match[str]) -> str:
    if m["mark"] is None:
        return _VNI_SINGLE[m[0]]
    return unicodedata.normalize("NFC", _VNI_HORNED.get(m["base"], m["base"]) + _VNI_MARKS[m["mark"]])


def looks_legacy(text: str) -> bool:
    """Tell whether a text shows signs of an encoding before Unicode and no letter that only Unicode Vietnamese has."""
    return _tcvn3_score(text) >= 1 and not _VIETNAMESE.search(text)


def repair_text(text: str) -> str | None:
    """Return the text in Unicode, converting what is certain; None when it is legacy-coded but not certainly which."""
    if text.isascii():
        return text
    if _NEVER_VNI.search(text):
        return text
    if _VNI_ONLY.search(text):
        return from_vni(text) if len(_VNI_SIGN.findall(text)) >= 2 else None
    sure = len(_TCVN3_SURE.findall(text))
    if _VIETNAMESE.search(text) and not sure:  # â, ê and ô stand in both: in ABC they are õ, ờ and ụ
        return text
    if (undone := undo_mojibake(text)) is not None:
        return undone
    if max(sure, sum(c in _TCVN3_SIGNS and c not in _VNI_MARKS for c in text)) >= 2:
        return from_tcvn3(text)
    return None if sure or _tcvn3_score(text) else text


def has_vietnamese(text: str) -> bool:
    """Tell whether a text has a letter that only Vietnamese writes."""
    return bool(_VIETNAMESE.search(text))


def _tcvn3_score(text: str) -> int:
    return sum(c in _TCVN3_SIGNS for c in text)
