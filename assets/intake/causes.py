"""Why a file seems to have no cover: its letters were lost or stand in an old encoding, or its lines are not divided.

Belongs here: telling a cause from labels that can still be made out. Does not: finding the cover (cover) or decoding what can
be decoded (encodings).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache

from assets.intake.grid import RawFile
from assets.intake.issues import Issue
from warehouse.cells.legacy import from_tcvn3, from_vni
from warehouse.cells.words import fold_key, shown_text
from warehouse.forms import form_versions

#: rows and lines in which labels are looked for
LOOKED_AT = 80
LOOKED_AT_BYTES = 1 << 16
_LOST = re.compile("[?\ufffd]+")
_DIVIDERS = re.compile(r"[;,|\t\r\n\"]+")
_OLD = (("TCVN3 (ABC)", from_tcvn3), ("VNI", from_vni))


def cause(raw: RawFile) -> Issue:
    """Return what is to be said of a file without a cover: its cause with the first cell that shows it, else C-MISSING."""
    for sheet, address, text in _texts(raw):
        code = _told(text, raw.kind)
        if code:
            return Issue(code, sheet=sheet, cell=address, found=shown_text(text))
    return Issue("C-MISSING", detail="Thông tin chung")


def old_encoding(content: bytes) -> str | None:
    """Return the name of the encoding before Unicode under which bytes hold a label of a cover, or None."""
    lines = content[:LOOKED_AT_BYTES].decode("cp1252", "replace").splitlines()[:LOOKED_AT]
    texts = [t for line in lines for t in _DIVIDERS.split(line)]
    return next((name for name, convert in _OLD if any(_is_old(t, convert(t)) for t in texts)), None)


def _texts(raw: RawFile) -> Iterator[tuple[str, str, str]]:
    for sheet in raw.sheets:
        for r, row in enumerate(sheet.rows[:LOOKED_AT] if sheet.visible else ()):
            for c, cell in enumerate(row):
                if cell and cell.startswith("s:"):
                    yield sheet.name, sheet.cell(sheet.first_row + r, sheet.first_col + c), cell[2:].strip()


def _told(text: str, kind: str) -> str | None:
    if _LOST.search(text) and _lost(text):
        return "F-LOST-LETTERS"
    if any(_is_old(text, convert(text)) for _, convert in _OLD):
        return "F-OLD-ENCODING"
    return "F-CSV-DELIMITER" if kind == "csv" and _undivided(text) else None


def _lost(text: str) -> bool:
    """Tell whether a text is a label some letters of which became question marks, and others lost their marks."""
    parts = [re.escape(_bare(part)) for part in _LOST.split(text.rstrip(":* "))]
    runs = [len(m[0]) for m in _LOST.finditer(text.rstrip(":* "))]
    pattern = parts[0] + "".join(f".{{1,{n}}}{part}" for n, part in zip(runs, parts[1:], strict=False))
    return bool(_letters(text) and any(re.fullmatch(pattern, _bare(label)) for label in _labels()))


def _letters(text: str) -> int:
    return sum(map(str.isalpha, text)) * 2 >= len(text.replace(" ", "")) > 1


def _is_old(text: str, converted: str) -> bool:
    return converted != text and fold_key(converted.strip().rstrip(":*").strip()) in _labels()


def _undivided(text: str) -> bool:
    """Tell whether a line begins with a label, and its value follows behind something that divides nothing here."""
    key = fold_key(text)
    return any(key.startswith(label) and re.match(r"\W+\w", key[len(label) :]) for label in _labels())


def _bare(text: str) -> str:
    plain = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    return "".join(c for c in plain if not unicodedata.combining(c))


@cache
def _labels() -> frozenset[str]:
    return frozenset(fold_key(f.label) for form in form_versions().values() for f in form.cover)
