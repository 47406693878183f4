"""Encodings of text files: UTF-8, UTF-16, windows-1258, and UTF-8 that was read as cp1252.

Decoded when certain, else refused. Does not belong here: delimiters and cells, or the fonts before Unicode inside a text
(warehouse.cells.legacy).
"""

from __future__ import annotations

import re
import unicodedata

from assets.intake.causes import old_encoding
from assets.intake.grid import FileFinding, Refused
from warehouse.cells.legacy import has_vietnamese, undo_mojibake

#: bytes from which the encoding of a text is told
_LOOKED_AT = 400


def decode(content: bytes) -> tuple[str, list[FileFinding]]:
    """Decode a text file to NFC. Raises Refused when no encoding is certain, or it is one before Unicode."""
    text = _unicode(content)
    if text is None and (name := old_encoding(content)):
        raise Refused("F-OLD-ENCODING", name)
    if text is None:
        text = _windows_1258(content)
    if text is None:
        raise Refused("F-CSV-ENCODING", "không phải UTF-8, UTF-16 hay windows-1258")
    undone = undo_mojibake(text)
    if undone is not None:
        return undone, [FileFinding("F-MOJIBAKE", None, None, "UTF-8 đọc nhầm là cp1252", "UTF-8")]
    return unicodedata.normalize("NFC", text), []


def utf_16_of(content: bytes) -> str | None:
    """Return the 16-bit encoding of a text, by its mark or by where its zero bytes stand; None when it has none."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    even, odd = (content[start:_LOOKED_AT:2].count(0) for start in (0, 1))
    few, many = sorted((even, odd))
    if few or many * 6 < len(content[:_LOOKED_AT]):  # a third of its letters at least are of the alphabet without marks
        return None
    return "utf-16-le" if odd else "utf-16-be"


def _unicode(content: bytes) -> str | None:
    text = _try(content, utf_16_of(content) or "utf-8")
    return None if text is None else text.replace("\ufeff", "")  # at the start, or where files were put together


def _windows_1258(content: bytes) -> str | None:
    text = _try(content, "cp1258")
    if text is None:
        return None
    text = unicodedata.normalize("NFC", text)
    # cp1258 decodes almost any bytes: believe it only when Vietnamese letters come out and no control characters
    return text if has_vietnamese(text) and not re.search(r"[\x80-\x9f\0]", text) else None


def _try(content: bytes, encoding: str) -> str | None:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        return None
