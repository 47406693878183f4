"""Delimited text: its encoding, its delimiter and its sections.

A line whose first cell is ``[Sheet name]`` and whose others are blank opens a sheet; rows keep their line numbers.
Does not belong here: what a sheet means.
"""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

from assets.intake.encodings import decode
from assets.intake.grid import RawFile, RawSheet, Refused
from assets.intake.guard import MAX_FILE
from assets.intake.sheet_scan import MAX_CELLS, MAX_ROW
from assets.intake.xlsx import trim
from warehouse.cells.reading import Cell
from warehouse.cells.words import clean

_SECTION = re.compile(r"^\[(.+)\]$")
DELIMITERS = ";\t,"


def read_csv(path: Path) -> RawFile:
    """Read a delimited text file. Raises Refused."""
    if path.stat().st_size > MAX_FILE:
        raise Refused("F-TOO-LARGE", f"{path.stat().st_size} bytes; at most {MAX_FILE}")
    text, findings = decode(path.read_bytes())
    rows = list(_rows(text))
    if len(rows) > MAX_ROW or sum(map(len, rows)) > MAX_CELLS:
        raise Refused("F-RANGE", f"{len(rows)} lines")
    return RawFile("csv", _sections(rows), findings)


def sniff(text: str) -> str:
    """Return the delimiter that stands most often outside quotes."""
    bare = re.sub(r'"[^"]*"', "", text)
    return max(DELIMITERS, key=bare.count)


def _rows(text: str) -> list[list[Cell]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=sniff(text), strict=True)
    try:
        return [["s:" + v if v.strip() else None for v in row] for row in reader]
    except csv.Error as e:
        raise Refused("F-CSV", f"line {reader.line_num}: {e}") from e


def _sections(rows: list[list[Cell]]) -> list[RawSheet]:
    starts = [(i, clean(m[1])) for i, row in enumerate(rows) if (m := _marker(row))]
    if not starts:
        return [RawSheet("", True, trim(rows), 1, 0, address="line")]
    ends = [i for i, _ in starts[1:]] + [len(rows)]
    return [
        RawSheet(name, True, trim(rows[start + 1 : end]), start + 2, 0, address="line")
        for (start, name), end in zip(starts, ends, strict=True)
    ]


def _marker(row: list[Cell]) -> re.Match[str] | None:
    if not row or row[0] is None or any(row[1:]):
        return None
    return _SECTION.match(row[0][2:].strip())
