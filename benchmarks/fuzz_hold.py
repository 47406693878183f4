"""What must hold of any file and any cell: refused by a code of the catalogue or read, nothing lost, the way there and back.

Belongs here: promises, each an AssertionError when it is broken, and another count of a workbook's cells than ours. Does not:
making inputs (fuzz_mutate).
"""

from __future__ import annotations

import json
import re
import struct
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from assets.intake.encodings import utf_16_of
from assets.intake.extract import Extract, extract
from assets.intake.grid import RawFile, RawSheet, Refused
from assets.intake.guard import inflate
from assets.intake.package import Package
from assets.intake.read import read_file
from assets.intake.sheet_scan import column_number
from assets.intake.styles import decoded
from assets.intake.xlsx import tag
from expectations.catalogue import catalogue
from warehouse.cells import Kind, cell_kinds, kind_of
from warehouse.cells.words import fold_key
from warehouse.declaration import Column, form_tables
from warehouse.forms import OTHER_SHEETS

_FIRST_DAY = datetime(1899, 12, 31)
#: a row and a column that an address names
_ADDRESS = re.compile(r"([A-Z]+)(\d+)")


def file_holds(path: Path) -> bool:
    """Read a file as a reading child does; returns whether it was read, raises AssertionError for a broken promise."""
    try:
        raw = read_file(path, path.name)
        found = extract(raw)
    except Refused as e:
        _is_told(e.code, e.detail)
        return False
    if raw.kind == "xlsx":
        _every_cell_is_there(path, raw)
    elif raw.kind == "json":
        _every_value_is_there(path, raw)
    for issue in found.issues:
        _is_told(issue.code, issue.sheet, issue.cell, issue.found, issue.detail)
    _every_sheet_is_told(raw, found)
    _every_row_is_counted(raw, found)
    for table in found.tables:
        for mapped, cells in zip(table.columns, table.cells, strict=True):
            column = form_tables()[table.table].column(mapped.columns[0])
            for cell in set(cells):
                _read_back(kind_of(mapped.reader), cell, column)
    return True


def cell_holds(content: bytes) -> None:
    """Read one cell: its kind by the first byte, what it is by the second, its value by the others."""
    kinds = list(cell_kinds().values())
    of = kinds[content[0] % len(kinds)] if content else kinds[0]
    fitting = [c for t in form_tables().values() for c in t.columns if c.type in of.parts[0].types]
    _read_back(of, _cell(content[1:2], content[2:]), fitting[-1])


def _cell(what: bytes, value: bytes) -> str | None:
    """Return a cell as some reader of files makes it: mostly a text, else a number of a workbook or of json, or a day."""
    text = value.decode("utf-8", "ignore")
    if what == b"n":
        return tag(struct.unpack("<d", value[:8].ljust(8, b"\0"))[0])
    if what == b"j":
        found = re.sub(r"[^\d.]", "", text)[:80]
        return "n:" + found if re.fullmatch(r"\d+(\.\d+)?", found) else None
    if what == b"d":
        return tag(_FIRST_DAY + timedelta(seconds=int.from_bytes(value[:4], "little") * 2))
    return tag(text)


def _is_told(code: str, *texts: str | None) -> None:
    assert code in catalogue(), f"no finding {code}"
    for text in texts:
        (text or "").encode()  # half a character cannot be stored


def _read_back(of: Kind, cell: str | None, column: Column) -> None:
    read = of.read(cell, column)
    assert not (read.issue and read.value is not None), f"{of.name}: a value beside an issue: {cell!r}"
    if read.issue:
        assert read.issue in catalogue(), f"no finding {read.issue}"
    is_cut = isinstance(read.value, str) and len(read.value) > (column.max_length or 200)
    if read.value is None or is_cut:  # too long a text is kept for the rule that names it
        return
    values = read.value if isinstance(read.value, tuple) and len(of.parts) > 1 else (read.value,)
    printed = of.printed(values, column)
    again = of.read(tag(printed), column)
    assert again.value == read.value, f"{of.name}: {cell!r} is {read.value!r}, printed {printed!r}, read {again}"


def _every_sheet_is_told(raw: RawFile, found: Extract) -> None:
    """A sheet with something in it is the cover, a table, one of the template's own, or has a finding."""
    if found.form is None:
        assert any(i.code.startswith("C-") or i.code.startswith("F-") for i in found.issues), "no form and no finding"
        return
    told = {t.sheet for t in found.tables} | {i.sheet for i in found.issues} | {c.sheet for c in found.cover_lines}
    own = {s.name for s in raw.sheets if fold_key(s.name) in OTHER_SHEETS or s.name.startswith("Kết quả tiếp nhận")}
    for sheet in raw.sheets:
        assert not sheet.rows or sheet.name in told | own, f"nothing is said of the sheet {sheet.name!r}"


def _every_row_is_counted(raw: RawFile, found: Extract) -> None:
    names = Counter(s.name for s in raw.sheets)
    by_name = {s.name: s for s in raw.sheets}
    for table in found.tables:
        read, *kinds = table.counts
        assert read == sum(kinds), f"{table.table}: {table.counts}"
        assert len(table.source_rows) == kinds[0] and all(len(c) == kinds[0] for c in table.cells)
        if names[table.sheet] == 1:
            assert read <= len(by_name[table.sheet].rows)


def _every_cell_is_there(path: Path, raw: RawFile) -> None:
    """The cells of each sheet, as another parser finds them, are those that were read; copies of merged ones aside."""
    package = Package({name: _bound(part) for name, part in inflate(path).parts.items()})
    shared = [_text_of(si) for si in _elements(package.part("sharedStrings"), "si")]
    for name, sheet in zip(package.sheets(), raw.sheets, strict=True):
        if name in package.parts and "worksheet" in name:
            wanted = set(_filled(package.parts[name], shared)) - sheet.merged
            given = _places(sheet) - sheet.merged
            assert wanted == given, (
                f"{sheet.name}: lost {sorted(wanted - given)[:3]}, made {sorted(given - wanted)[:3]}"
            )


def _bound(part: bytes) -> bytes:
    """Return a part with all its prefixes declared: one that is not changes no cell, but this parser gives the part up."""
    prefixes = set(re.findall(rb"[\s</]([A-Za-z][\w.-]*):[A-Za-z]", part)) - {b"xmlns", b"xml"}
    missing = b"".join(b' xmlns:%b="x"' % p for p in sorted(prefixes) if b"xmlns:" + p not in part)
    return re.sub(rb"(<[A-Za-z:]+)(?=[\s>])", lambda m: m[1] + missing, part, count=1) if missing else part


def _places(sheet: RawSheet) -> set[tuple[int, int]]:
    return {
        (r, c)
        for r, row in enumerate(sheet.rows, start=sheet.first_row)
        for c, cell in enumerate(row, start=sheet.first_col)
        if cell is not None
    }


def _filled(part: bytes, shared: list[str]) -> Iterator[tuple[int, int]]:
    row = 0
    for element in _elements(part, "row"):
        row, column = int(r) if (r := element.get("r", str(row + 1))).isdecimal() else 0, -1
        for cell in element:
            if _local(cell) != "c":
                continue
            column += 1
            if at := _ADDRESS.fullmatch(cell.get("r", "").upper()):
                row, column = int(at[2]), column_number(at[1])
            if _shown(cell, shared):
                yield row, column


def _shown(cell: ET.Element, shared: list[str]) -> str:
    held = [_text_of(e) for e in cell if _local(e) in ("v", "is")]
    text = "".join(held)
    if cell.get("t") == "s" and text.strip():
        text = shared[int(text)]
    return decoded(text).strip() if cell.get("t") != "e" else text


def _text_of(element: ET.Element) -> str:
    if _local(element) == "rPh":
        return ""
    return (element.text or "") + "".join(_text_of(e) + (e.tail or "") for e in element)


def _elements(part: bytes, local: str) -> list[ET.Element]:
    return [e for e in ET.fromstring(part).iter() if _local(e) == local] if part else []


def _local(element: ET.Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _every_value_is_there(path: Path, raw: RawFile) -> None:
    """As many values stand in the rows as in the file's tables; a nested one is none, and has a finding."""
    content = path.read_bytes()
    told = json.loads(content.decode(utf_16_of(content) or "utf-8").removeprefix("\ufeff"))
    values = [v for items in told["tables"].values() for item in items for v in item.values()]
    nested = sum(isinstance(v, list | dict) for v in (*values, *told.get("cover", {}).values()))
    placed = sum(len(_places(s)) - len(s.keys) for s in raw.sheets if s.keys)
    assert placed == sum(_is_held(v) for v in values), f"{placed} values placed of {len(values)}"
    assert nested == sum(f.code == "F-JSON-NESTED" for f in raw.findings)


def _is_held(value: object) -> bool:
    return bool(value.strip()) if isinstance(value, str) else value is not None and not isinstance(value, list | dict)
