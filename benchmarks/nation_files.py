"""The files of a nation's year: few patterns, each drawn once, and for every unit a copy that bears its code.

A workbook is packed anew around its texts, since the sheets of a pattern are alike; so fifty thousand take minutes, not hours.
Does not belong here: measuring (benchmarks.nation).
"""

from __future__ import annotations

import io
import tempfile
import zipfile
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from assets.sample.files import SUFFIXES, write_report
from assets.sample.register import Stretch
from assets.sample.report import Look, Report, register_report, unit_report

SEED = 2026
FIRST_UNIT = 10_000
#: stands for the unit's code in a pattern; in ASCII, so that every encoding has as many bytes for it
CODE = "Q00000"
TEXTS = "xl/sharedStrings.xml"
#: sample units whose lives the patterns borrow; the patterns begin with so many of them
LIVES = tuple(f"DV{n:03d}" for n in (4, 5, 6, 8, 9, 10, 13, 14, 15, 16, 17, 20, 21, 22))
BEGUN_WITH = 6
#: of a hundred units
LOOKS: list[Look] = ["template" if n >= 15 else "json" if n >= 10 else "csv" for n in range(100)]
#: a defect for every 50th unit, in turn: its code, and the verdict
DEFECTS = (
    ("S-UNIT-UNKNOWN", "rejected"),
    ("V-COUNT", "rejected"),
    ("D-SETTLED-OVER", "rejected"),
    ("S-UNIT-NAME", "accepted"),
)
EVERY, AT = 50, 7
PARTS = 20


@dataclass(frozen=True, slots=True)
class Sent:
    """What was sent: the verdict due for each file, and the code of the defect of those that have one."""

    files: dict[str, str]
    planted: dict[str, str]


@dataclass(frozen=True, slots=True)
class _Pattern:
    """A file whose unit is CODE: its bytes, or of a workbook its parts in the order they are packed."""

    content: bytes
    parts: tuple[tuple[str, bytes], ...] = ()

    def of_unit(self, code: str) -> bytes:
        """The file of a unit."""
        if not self.parts:
            return _named(self.content, code)
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as book:
            for name, part in self.parts:
                book.writestr(name, _named(part, code) if name == TEXTS else part)
        return out.getvalue()


def _named(content: bytes, code: str) -> bytes:
    for encoding in ("ascii", "utf-16-le"):
        content = content.replace(CODE.encode(encoding), code.encode(encoding))
    return content


def make_register(folder: Path, units: int) -> Path:
    """Write a register that knows the units but for those whose defect is that it does not."""
    report = register_report()
    known = [n for n in range(units) if _defect(n) != DEFECTS[0]]
    rows = [{f: getattr(s, f) for f in Stretch.__slots__} for s in map(_stretch, known)]
    return write_report(folder, replace(report, rows={**report.rows, "unit": [*report.rows["unit"], *rows]}), SEED)


def make_year(inbox: Path, units: int, year: int, *, only_small: bool = False) -> Sent:
    """Write a report of ``year`` from each unit into the inbox."""
    shares = [range(part, units, PARTS) for part in range(PARTS)]
    with ProcessPoolExecutor(2, get_context("spawn")) as pool:
        made = list(pool.map(partial(_make, inbox, year, only_small), shares))
    return Sent({k: v for s in made for k, v in s.files.items()}, {k: v for s in made for k, v in s.planted.items()})


def _make(inbox: Path, year: int, only_small: bool, units: Sequence[int]) -> Sent:
    patterns: dict[tuple[object, ...], _Pattern] = {}
    sent = Sent({}, {})
    for n in units:
        look, defect, is_large = LOOKS[n % 100], _defect(n), n % 3 == 0 and not only_small
        kind = (look, defect, is_large, LIVES[n % BEGUN_WITH])
        if kind not in patterns:
            patterns[kind] = _pattern(year, *kind)
        name = f"BCDV_{_code(n)}_{year}-Y{SUFFIXES[look]}"
        (inbox / name).write_bytes(patterns[kind].of_unit(_code(n)))
        sent.files[name] = defect[1] if defect else "accepted"
        if defect:
            sent.planted[name] = defect[0]
    return sent


def _code(n: int) -> str:
    return f"Q{n:05d}"


def _stretch(n: int) -> Stretch:
    return Stretch(
        FIRST_UNIT + n, _code(n), f"Cong ty {_code(n)}", "dang_bo_co_so", "ctcp", "co_so", 1, date(2000, 1, 1), None
    )


def _defect(n: int) -> tuple[str, str] | None:
    return DEFECTS[n // EVERY % len(DEFECTS)] if n % EVERY == AT else None


def _pattern(year: int, look: Look, defect: tuple[str, str] | None, is_large: bool, life: str) -> _Pattern:
    report, rows = _lived(life, year, look)
    if is_large:
        for table in ("model", "inspection", "inspection_finding"):
            rows[table] = [more for row in rows[table] for more in _repeated(row)]
    cover = {**report.cover, "unit_code": CODE, "unit_name": f"Cong ty {CODE}"}
    if defect:
        _spoil(defect[0], rows, cover)
    return _drawn(replace(report, rows=rows, cover=cover))


def _lived(life: str, year: int, look: Look) -> tuple[Report, dict[str, list[dict[str, object]]]]:
    """A report, and a row for each table: of a life, or where it did nothing of a kind of the next one that did."""
    lives = (*LIVES[LIVES.index(life) :], *LIVES)
    reports = [unit_report(SEED, replace(_stretch(0), unit_code=of), f"{year}-Y", look) for of in lives]
    rows: dict[str, list[dict[str, object]]] = {}
    for table in reports[0].rows:
        rows[table] = [dict(r) for r in next((r.rows[table] for r in reports if r.rows[table]), ())][:1]
    found = next((r for r in reports if r.rows["inspection_finding"]), None)
    if found:  # it speaks of an inspection of the same report
        told = dict(found.rows["inspection_finding"][0])
        of = next(r for r in found.rows["inspection"] if r["inspection_code"] == told["inspection_code"])
        rows |= {"inspection": [dict(of)], "inspection_finding": [told]}
    return reports[0], rows


def _repeated(row: dict[str, object]) -> list[dict[str, object]]:
    """The same row under other codes and titles."""
    told = [name for name in ("model_code", "model_title", "inspection_code") if row.get(name)]
    return [{**row, **{name: f"{row[name]} {n}" for name in told}} for n in range(20)]


def _spoil(code: str, rows: dict[str, list[dict[str, object]]], cover: dict[str, object]) -> None:
    if code == "V-COUNT":
        rows["dialogue"][0]["participant_count"] = "nhiều người"
    elif code == "D-SETTLED-OVER":
        rows["dialogue"][0] |= {"petition_raised_count": 1, "petition_settled_count": 3}
    elif code == "S-UNIT-NAME":
        cover["unit_name"] = f"Nha may {CODE}"


def _drawn(report: Report) -> _Pattern:
    with tempfile.TemporaryDirectory() as folder:
        content = write_report(Path(folder), report, SEED).read_bytes()
    if report.look != "template":
        return _Pattern(content)
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        return _Pattern(content, tuple((name, book.read(name)) for name in book.namelist()))
