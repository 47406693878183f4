"""Encodings of text files: UTF-8, UTF-16, windows-1258, and UTF-8 that was read as cp1252.

Decoded when certain, else refused. Does not belong here: delimiters and cells, or the fonts before Unicode inside a text
(warehouse.cells.legacy).
"""

from __future__ import annotations

import re
import unicodedata

from assets.intake.grid import FileFinding, Refused
from warehouse.cells.legacy import has_vietnamese, undo_mojibake


def decode(content: bytes) -> tuple[str, list[FileFinding]]:
    """Decode a text file to NFC. Raises Refused F-CSV-ENCODING when no encoding is certain."""
    text = _unicode(content)
    if text is None:
        text = _windows_1258(content)
    if text is None:
        raise Refused("F-CSV-ENCODING", "neither UTF-8, UTF-16 nor windows-1258")
    undone = undo_mojibake(text)
    if undone is not None:
        return undone, [FileFinding("F-MOJIBAKE", None, None, "UTF-8 đọc nhầm là cp1252", "UTF-8")]
    return unicodedata.normalize("NFC", text), []


def _unicode(content: bytes) -> str | None:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _try(content, "utf-16")
    if content[1:2] == b"\0" and content[3:4] == b"\0":
        return _try(content, "utf-16-le")
    return _try(content, "utf-8-sig")


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
