"""A burst of filled workbooks from many units, with the register that knows them; made once and kept for later runs.

What is kept lies under a hash of all that it is made of, the register under its count of units. One workbook of every 50th unit
names it wrongly, which warns: what was measured is checked against both. Does not belong here: measuring (benchmarks.ingest).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import date
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from assets.sample.files import write_report
from assets.sample.register import Stretch
from assets.sample.report import register_report, unit_report
from warehouse.catalog import open_published
from warehouse.home import Home

REPO = Path(__file__).parents[1]
#: what the bytes of the workbooks follow from
MADE_OF = (
    "benchmarks/burst.py", "assets/sample", "assets/template", "assets/office_style.py", "warehouse/cells", "warehouse/codes",
    "warehouse/forms", "warehouse/norms", "warehouse/tables", "warehouse/periods.py", "warehouse/deadlines.yaml",
)  # fmt: skip
SEED, FIRST_UNIT = 2024, 10_000
#: the first quarter of every 50th unit
PLANTED, EVERY = "S-UNIT-NAME", 50
QUARTERS = ("Q1", "Q2", "Q3", "Q4")
#: sample units whose lives the burst's units borrow, since figures follow from the unit's code
LIVES = tuple(f"DV{n:03d}" for n in (4, 5, 6, 8, 9, 10, 13, 14, 15, 16, 17, 20, 21, 22))


def make_burst(folder: Path, count: int) -> list[Path]:
    """Write the register and ``count`` workbooks (four quarters of count / 4 units) unless they are there already."""
    folder = folder / corpus_key()
    folder.mkdir(parents=True, exist_ok=True)
    units = [_unit(n) for n in range((count + 3) // 4)]
    register = folder / f"register-{len(units)}.xlsx"
    if not register.exists():
        _write_register(folder, units, register)
    jobs = [(u, q) for u in units for q in QUARTERS][:count]
    missing = [j for j in jobs if not _path(folder, *j).exists()]
    if missing:
        with ProcessPoolExecutor(2, get_context("spawn")) as pool:
            for _ in pool.map(partial(_write, folder), missing, chunksize=32):
                pass
    return [register, *(_path(folder, *j) for j in jobs)]


def corpus_key() -> str:
    """Return a hash of the sources and declarations that the corpus is made of."""
    found = hashlib.sha256()
    for place in (REPO / name for name in MADE_OF):
        files = [place] if place.is_file() else sorted(p for p in place.rglob("*") if "__pycache__" not in p.parts)
        for path in (p for p in files if p.is_file()):
            found.update(str(path.relative_to(REPO)).encode() + b"\0" + path.read_bytes())
    return found.hexdigest()[:12]


def check_burst(home: Home, files: Sequence[Path]) -> None:
    """Exit with a message unless every workbook of ``files`` was accepted and each planted defect found, and no other."""
    names = {f.name for f in files if not f.name.startswith("register")}
    with open_published(home) as con:
        taken = con.execute("SELECT file_name FROM intake.submission WHERE verdict = 'accepted'").fetchall()
        told = con.execute(
            "SELECT s.file_name FROM intake.finding f JOIN intake.submission s USING (submission_id) WHERE f.code = ?",
            [PLANTED],
        ).fetchall()
    missing = names - {name for (name,) in taken}
    planted = {_path(Path(), _unit(n), QUARTERS[0]).name for n in range(0, len(names), EVERY)}
    different = {name for (name,) in told} & names ^ planted & names
    if missing or different:
        raise SystemExit(
            f"not measured: {len(missing)} of {len(names)} files not accepted {sorted(missing)[:3]}, "
            f"{len(different)} files where {PLANTED} is not as planted {sorted(different)[:3]}"
        )


def _unit(n: int) -> Stretch:
    return Stretch(
        FIRST_UNIT + n, f"B{n:05d}", f"Đơn vị {n}", "dang_bo_co_so", "ctcp", "co_so", 1, date(2000, 1, 1), None
    )


def _path(folder: Path, unit: Stretch, quarter: str) -> Path:
    return folder / f"BCDV_{unit.unit_code}_2022-{quarter}.xlsx"


def _is_planted(unit: Stretch, quarter: str) -> bool:
    return (unit.unit_id - FIRST_UNIT) % EVERY == 0 and quarter == QUARTERS[0]


def _write(folder: Path, job: tuple[Stretch, str]) -> None:
    unit, quarter = job
    life = replace(unit, unit_code=LIVES[unit.unit_id % len(LIVES)])
    report = unit_report(SEED, life, f"2022-{quarter}")
    name = f"{unit.unit_name} khác" if _is_planted(unit, quarter) else unit.unit_name
    cover = {**report.cover, "unit_code": unit.unit_code, "unit_name": name}
    written = write_report(folder / unit.unit_code, replace(report, cover=cover), SEED)
    written.rename(_path(folder, unit, quarter))
    written.parent.rmdir()
    (folder / unit.unit_code).rmdir()


def _write_register(folder: Path, units: list[Stretch], target: Path) -> None:
    report = register_report()
    more: list[dict[str, object]] = [{f: getattr(u, f) for f in Stretch.__slots__} for u in units]
    written = write_report(
        folder / "x", replace(report, rows={**report.rows, "unit": report.rows["unit"] + more}), SEED
    )
    written.rename(target)
    written.parent.rmdir()
    (folder / "x").rmdir()
