"""A burst of filled workbooks from many units, with the register that knows them; made once and kept for later runs.

Does not belong here: measuring (benchmarks.ingest).
"""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import date
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from assets.sample.files import write_report
from assets.sample.register import Stretch
from assets.sample.report import register_report, unit_report

SEED = 2024
QUARTERS = ("Q1", "Q2", "Q3", "Q4")
#: sample units whose lives the burst's units borrow, since figures follow from the unit's code
LIVES = tuple(f"DV{n:03d}" for n in (4, 5, 6, 8, 9, 10, 13, 14, 15, 16, 17, 20, 21, 22))


def make_burst(folder: Path, count: int) -> list[Path]:
    """Write the register and ``count`` workbooks (four quarters of count / 4 units) unless they are there already."""
    folder.mkdir(parents=True, exist_ok=True)
    units = [_unit(n) for n in range((count + 3) // 4)]
    register = folder / "register.xlsx"
    if not register.exists():
        _write_register(folder, units, register)
    jobs = [(u, q) for u in units for q in QUARTERS][:count]
    missing = [j for j in jobs if not _path(folder, *j).exists()]
    if missing:
        with ProcessPoolExecutor(2, get_context("spawn")) as pool:
            for _ in pool.map(partial(_write, folder), missing, chunksize=32):
                pass
    return [register, *(_path(folder, *j) for j in jobs)]


def _unit(n: int) -> Stretch:
    return Stretch(10_000 + n, f"B{n:05d}", f"Đơn vị {n}", "dang_bo_co_so", "ctcp", "co_so", 1, date(2000, 1, 1), None)


def _path(folder: Path, unit: Stretch, quarter: str) -> Path:
    return folder / f"BCDV_{unit.unit_code}_2022-{quarter}.xlsx"


def _write(folder: Path, job: tuple[Stretch, str]) -> None:
    unit, quarter = job
    life = replace(unit, unit_code=LIVES[unit.unit_id % len(LIVES)])
    report = unit_report(SEED, life, f"2022-{quarter}")
    cover = {**report.cover, "unit_code": unit.unit_code, "unit_name": unit.unit_name}
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
