"""Delimited text: its encoding, its delimiter and its sections.

A line whose first cell is ``[Sheet name]`` and whose others are blank opens a sheet; rows keep their line numbers.
Does not belong here: what a sheet means.
"""

from __future__ import annotations

import csv
import io
import re
from itertools import islice
from pathlib import Path

from assets.intake.cover import is_label
from assets.intake.encodings import decode
from assets.intake.grid import RawFile, RawSheet, Refused
from assets.intake.guard import MAX_FILE
from assets.intake.sheet_scan import MAX_CELLS, MAX_ROW
from assets.intake.xlsx import trim
from warehouse.cells.reading import Cell
from warehouse.cells.words import clean

_SECTION = re.compile(r"^\[(.+)\]$")
DELIMITERS = ";\t,|"
#: in which the cover is looked for
_COVER_LINES = 80


def read_csv(path: Path) -> RawFile:
    """Read a delimited text file. Raises Refused."""
    if path.stat().st_size > MAX_FILE:
        raise Refused("F-TOO-LARGE", f"{path.stat().st_size} bytes; at most {MAX_FILE}")
    text, findings = decode(path.read_bytes())
    return RawFile("csv", _sections(_rows(text, delimiter_of(text))), findings)


def delimiter_of(text: str) -> str:
    """Return the delimiter that labels of the cover stand before; without any, the one that stands most often outside quotes."""
    lines = list(islice(io.StringIO(text), _COVER_LINES))
    bare = re.sub(r'"[^"]*"', "", text)

    def known(delimiter: str) -> int:
        return sum(is_label(line.partition(delimiter)[0].strip().strip('"')) for line in lines if delimiter in line)

    return max(DELIMITERS, key=lambda d: (known(d), bare.count(d)))


def _rows(text: str, delimiter: str) -> list[list[Cell]]:
    """Return the rows as tagged cells, counted while they are read."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[list[Cell]] = []
    cells = widest = 0
    try:
        begin = 1
        for row in reader:
            cells, widest = cells + len(row), max(len(row), 0 if _is_marker(row) else widest)
            if len(rows) >= MAX_ROW or cells > MAX_CELLS:
                raise Refused("F-RANGE", f"over {MAX_ROW} lines or {MAX_CELLS} cells")
            if reader.line_num > begin:  # some cell has several lines
                _refuse_swallowed(row, begin, delimiter, widest)
            begin = reader.line_num + 1
            rows.append(["s:" + v if v.strip() else None for v in row])
    except csv.Error as e:
        raise Refused("F-CSV", f"dòng {reader.line_num}") from e
    return rows


def _refuse_swallowed(row: list[str], line: int, delimiter: str, width: int) -> None:
    """Raise Refused when a quoted cell holds what looks like further rows: a stray quote opened it, and another closed it.

    Rows have no blank after a delimiter; a note of several lines has one, or the end of its line, or few delimiters.
    """
    tight = re.compile(re.escape(delimiter) + r"(?!\s)")
    for text in row:
        if "\n" in text or "\r" in text:
            if len(tight.findall(text)) >= max(2, (width - 1) // 2) or re.search(r"[\r\n]\s*\[[^\]\r\n]+\]", text):
                raise Refused("F-CSV", f"dấu ngoặc kép mở ở dòng {line} ôm cả các dòng sau")
            line += len(text.splitlines()) - 1


def _sections(rows: list[list[Cell]]) -> list[RawSheet]:
    starts = [(i, clean(m[1])) for i, row in enumerate(rows) if (m := _marker(row))]
    if not starts:
        return [RawSheet("", True, trim(rows), 1, 0, address="line")]
    ends = [i for i, _ in starts[1:]] + [len(rows)]
    return [
        RawSheet(name, True, trim(rows[start + 1 : end]), start + 2, 0, address="line")
        for (start, name), end in zip(starts, ends, strict=True)
    ]


def _is_marker(row: list[str]) -> bool:
    return bool(row) and not any(row[1:]) and _SECTION.match(row[0].strip()) is not None


def _marker(row: list[Cell]) -> re.Match[str] | None:
    if not row or row[0] is None or any(row[1:]):
        return None
    return _SECTION.match(row[0][2:].strip())
