"""The guard: an xlsx is scanned as bytes before any parser sees it, and refused when it could harm one.

Parsers of untrusted workbooks abort or eat gigabytes on files of two kilobytes; every cap here is counted on the
inflated bytes, never read from a header. Does not belong here: parsing cells.
"""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

from assets.intake.grid import Refused

MAX_FILE = 20 << 20
MAX_INFLATED = 64 << 20
MAX_PARTS = 200
MAX_ROW = 100_000
MAX_COLUMN = 512
MAX_CELLS = 5_000_000

_REF = re.compile(rb"""\br\s*=\s*["']([A-Z]{0,7})(\d{1,10})["']""")
_SUSPECT = re.compile(rb' r="(?:(?:[A-Z]{3,}|[B-Z][A-Z])\d|[A-Z]*\d{5,}")')
_ODD = (b"\nr=", b"\tr=", b"\rr=", b" r='", b" r =", b" r= ", b" r=\n", b" r=\t", b" r\n", b" r\t")
_CELL = rb'<(?:\w+:)?c\s(?=[^<>]*?\br="([A-Z]{1,3})(\d{1,7})")([^<>]*)>'
_FORMULA = re.compile(
    _CELL + rb"<(?:\w+:)?f\b(?:[^<>]*/>|[^<>]*>[^<]*</(?:\w+:)?f>)\s*(?:<(?:\w+:)?v(?:\s[^<>]*)?>([^<]*))?"
)
_HAS_FORMULA = (b"<f>", b"<f ", b"<f/", b":f>", b":f ", b":f/")
_ERROR = re.compile(_CELL + rb"(?:<(?:\w+:)?f\b(?:[^<>]*/>|[^<>]*>[^<]*</(?:\w+:)?f>))?\s*<(?:\w+:)?v>(#[^<]*)<")
_DATE_1904 = re.compile(rb'\bdate1904\s*=\s*["\'](?:1|true)["\']')
#: as bytes and in UTF-16, which XML allows too
_DECLARED = tuple(w.encode(e) for w in ("<!DOCTYPE", "<!ENTITY") for e in ("utf-8", "utf-16-le", "utf-16-be"))
_HIDDEN_ROW = re.compile(rb'<row r="(\d{1,7})"[^>]*?\bhidden="(?:1|true)"')
_SHEET = re.compile(rb"<(?:\w+:)?sheet\b[^>]*>")
_ATTRIBUTE = re.compile(rb'([\w:]+)\s*=\s*"([^"]*)"')
_RELATION = re.compile(rb"<(?:\w+:)?Relationship\b[^>]*>")


@dataclass(slots=True)
class WorkbookFacts:
    """What the scan learnt: by sheet number (order in the workbook), formula cells, error cells and hidden rows.

    ``uncomputed`` are formulas that no program has worked out: there is no cached value to read.
    """

    formulas: dict[int, frozenset[tuple[int, int]]] = field(default_factory=dict)
    uncomputed: dict[int, frozenset[tuple[int, int]]] = field(default_factory=dict)
    errors: dict[int, dict[tuple[int, int], str]] = field(default_factory=dict)
    hidden_rows: dict[int, frozenset[int]] = field(default_factory=dict)
    has_external_links: bool = False
    is_1904: bool = False


def scan(path: Path) -> WorkbookFacts:
    """Scan a workbook. Raises Refused with an F- code when it must not be parsed."""
    if path.stat().st_size > MAX_FILE:
        raise Refused("F-TOO-LARGE", f"{path.stat().st_size} bytes; at most {MAX_FILE}")
    try:
        archive = zipfile.ZipFile(path)
    except zipfile.BadZipFile as e:
        raise Refused("F-TRUNCATED", str(e)) from e
    with archive:
        parts = _inflate(archive)
    return _facts(parts)


def _inflate(archive: zipfile.ZipFile) -> dict[str, bytes]:
    infos = archive.infolist()
    if len(infos) > MAX_PARTS:
        raise Refused("F-BOMB", f"{len(infos)} parts; at most {MAX_PARTS}")
    if len({i.filename.lower() for i in infos}) != len(infos):
        raise Refused("F-BOMB", "one part stands twice")
    if sum(i.file_size for i in infos) > MAX_INFLATED:
        raise Refused("F-BOMB", f"inflates to over {MAX_INFLATED} bytes")
    parts: dict[str, bytes] = {}
    left = MAX_INFLATED
    for info in infos:
        parts[info.filename] = content = _part(archive, info, left)
        left -= len(content)
    if not any(n.lower().startswith("xl/") for n in parts):
        raise Refused("F-NOT-OFFICE", "a zip file, but not an Excel workbook")
    return parts


def _part(archive: zipfile.ZipFile, info: zipfile.ZipInfo, left: int) -> bytes:
    if info.flag_bits & 1:
        raise Refused("F-ENCRYPTED", info.filename)
    if any(w in info.filename.lower() for w in ("vbaproject", "xl/macrosheets/")):
        raise Refused("F-MACRO", info.filename)
    try:
        with archive.open(info) as f:
            content = f.read(min(left, info.file_size) + 1)
            rest = f.read(1)
    except Exception as e:  # zlib, CRC, struct and index errors alike: the part is damaged
        raise Refused("F-TRUNCATED", f"{info.filename}: {e}") from e
    if len(content) > left or rest:
        raise Refused("F-BOMB", f"{info.filename} is larger than it says")
    if info.filename.lower().endswith((".xml", ".rels", ".vml")) and any(d in content for d in _DECLARED):
        raise Refused("F-DTD", info.filename)
    return content


def _facts(parts: dict[str, bytes]) -> WorkbookFacts:
    facts = WorkbookFacts(has_external_links=any(n.lower().startswith("xl/externallinks/") for n in parts))
    if b"macroEnabled" in parts.get("[Content_Types].xml", b""):
        raise Refused("F-MACRO", "macro-enabled content type")
    for name, content in parts.items():
        if name.lower().startswith("xl/worksheets/") and name.endswith(".xml"):
            _check_range(name, content)
    facts.is_1904 = bool(_DATE_1904.search(parts.get("xl/workbook.xml", b"")))
    for number, name in enumerate(_sheet_parts(parts)):
        _note_cells(facts, number, parts.get(name, b""))
    return facts


def _note_cells(facts: WorkbookFacts, number: int, content: bytes) -> None:
    """Note what a parser does not tell of a sheet; a plain sheet costs a few searches."""
    if any(f in content for f in _HAS_FORMULA):
        found = [
            ((int(row), _column(letters)), attributes, v) for letters, row, attributes, v in _FORMULA.findall(content)
        ]
        facts.formulas[number] = frozenset(at for at, _, _ in found)
        # an empty text is a result: ="" is how forms keep unused rows blank
        facts.uncomputed[number] = frozenset(
            at for at, attributes, v in found if not v and b't="str"' not in attributes
        )
    if b't="e"' in content:
        errors = [(letters, row, text) for letters, row, a, text in _ERROR.findall(content) if b't="e"' in a]
        facts.errors[number] = {
            (int(row), _column(letters)): text.decode("ascii", "replace") for letters, row, text in errors
        }
    if b'hidden="' in content:
        facts.hidden_rows[number] = frozenset(int(row) for row in _HIDDEN_ROW.findall(content))


def _check_range(name: str, content: bytes) -> None:
    """Refuse a used range that a parser would allocate whole; only odd-looking sheets pay for the full scan."""
    if not (_SUSPECT.search(content) or any(odd in content for odd in _ODD)):
        return
    refs = _REF.findall(content)
    last_row = max((int(row) for _, row in refs), default=0)
    last_column = max((_column(letters) for letters in {letters for letters, _ in refs}), default=0)
    if last_row > MAX_ROW or last_column >= MAX_COLUMN or last_row * (last_column + 1) > MAX_CELLS:
        raise Refused("F-RANGE", f"{name}: {last_row} rows, {last_column + 1} columns")


def _sheet_parts(parts: dict[str, bytes]) -> list[str]:
    """Return the part name of each sheet, in the order of the workbook."""
    targets = {}
    for tag in _RELATION.findall(parts.get("xl/_rels/workbook.xml.rels", b"")):
        attributes = dict(_ATTRIBUTE.findall(tag))
        target = attributes.get(b"Target", b"").decode(errors="replace")
        targets[attributes.get(b"Id", b"")] = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    sheets = [dict(_ATTRIBUTE.findall(tag)) for tag in _SHEET.findall(parts.get("xl/workbook.xml", b""))]
    ids = [next((v for k, v in s.items() if k.endswith(b":id")), b"") for s in sheets]
    return [targets.get(i, "") for i in ids]


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1
