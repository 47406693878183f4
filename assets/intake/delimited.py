"""Delimited text: its encoding, its delimiter and its sections.

A line whose first cell is ``[Sheet name]`` and whose others are blank opens a sheet; what stands above the first one is a sheet
without a name. Rows keep their line numbers.
Does not belong here: what a sheet means.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from assets.intake.cover import is_label
from assets.intake.encodings import decode
from assets.intake.grid import FileFinding, RawFile, RawSheet, Refused
from assets.intake.guard import refuse_large
from assets.intake.sheet_scan import MAX_CELLS, MAX_ROW
from assets.intake.xlsx import trim
from warehouse.cells.reading import Cell
from warehouse.cells.words import clean

_SECTION = re.compile(r"^\[(.+)\]$")
#: a first line that tells Excel the delimiter and nobody anything else
_EXCEL = re.compile(r"\Asep=.", re.IGNORECASE)
DELIMITERS = ";\t,|"
#: in which the cover is looked for
_COVER_LINES = 80


def read_csv(path: Path) -> RawFile:
    """Read a delimited text file. Raises Refused."""
    refuse_large(path.stat().st_size)
    text, findings = decode(path.read_bytes())
    text = _EXCEL.sub("", text)
    rows = _rows(text, delimiter_of(text), findings)
    return RawFile("csv", _sections(rows), findings)


def delimiter_of(text: str) -> str:
    """Return the delimiter that labels of the cover stand before; without any, the one that stands most often outside quotes."""
    lines = list(islice(io.StringIO(text), _COVER_LINES))
    bare = re.sub(r'"[^"]*"', "", text)

    def known(delimiter: str) -> int:
        return sum(is_label(line.partition(delimiter)[0].strip().strip('"')) for line in lines if delimiter in line)

    return max(DELIMITERS, key=lambda d: (known(d), bare.count(d)))


def _rows(text: str, delimiter: str, findings: list[FileFinding]) -> list[list[Cell]]:
    """Return the rows as tagged cells, counted while they are read; rows that may hide others go to ``findings``."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[list[Cell]] = []
    cells = widest = 0
    begin = 1
    try:
        for row in reader:
            cells, widest = cells + len(row), max(len(row), 0 if _is_marker(row) else widest)
            if len(rows) >= MAX_ROW or cells > MAX_CELLS:
                raise Refused("F-RANGE", f"hơn {MAX_ROW} dòng hoặc {MAX_CELLS} ô")
            if reader.line_num > begin:  # some cell has several lines
                findings += _ask_of_lines(row, begin, delimiter, widest)
            begin = reader.line_num + 1
            rows.append(["s:" + v if v.strip() else None for v in row])
    except csv.Error as e:
        raise Refused("F-CSV", f"dấu ngoặc kép ở dòng {begin} không có dấu đóng đúng chỗ") from e
    return rows


def _ask_of_lines(row: list[str], line: int, delimiter: str, width: int) -> Iterator[FileFinding]:
    """Ask about quoted cells of several lines; refuse one that holds what looks like further rows of ``width`` cells.

    Then a stray quote opened it and another one closed it. What tells: in a row a delimiter stands tight before the next
    cell; in a note of several lines a blank or the line's end follows it. Rows that were cut short have few delimiters, so
    a single tight one is asked about. Raises Refused.
    """
    tight = re.compile(re.escape(delimiter) + r"(?![ \r\n]|\Z)")
    for text in row:
        first, *further = re.split(r"\r\n|\r|\n", text)
        if further:
            found = f"dấu ngoặc kép mở ở dòng {line} ôm cả các dòng sau"
            above, below = len(tight.findall(first)), sum(len(tight.findall(t)) for t in further)
            is_wide = below and above + below >= max(2, (width - 1) // 2)
            if is_wide or any(_SECTION.match(t.strip(f"{delimiter} ")) for t in further):
                raise Refused("F-CSV", found)
            if above or below or text.count(delimiter) >= width - 1 > 0:
                yield FileFinding("F-CSV-LINES", None, None, found, "Mỗi dòng một bản ghi")
        line += len(further)


def _sections(rows: list[list[Cell]]) -> list[RawSheet]:
    starts = [(i, clean(m[1])) for i, row in enumerate(rows) if (m := _marker(row))]
    ends = [i for i, _ in starts] + [len(rows)]
    above = trim(rows[: ends[0]])
    return [RawSheet("", True, above, 1, 0, address="line")] * bool(above or not starts) + [
        RawSheet(name, True, trim(rows[start + 1 : end]), start + 2, 0, address="line")
        for (start, name), end in zip(starts, ends[1:], strict=True)
    ]


def _is_marker(row: list[str]) -> bool:
    return bool(row) and not any(row[1:]) and _SECTION.match(row[0].strip()) is not None


def _marker(row: list[Cell]) -> re.Match[str] | None:
    if not row or row[0] is None or any(row[1:]):
        return None
    return _SECTION.match(row[0][2:].strip())
