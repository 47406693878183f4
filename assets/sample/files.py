"""The sample corpus on disk: one file per report, in the look the plan gives it.

Belongs here: names, folders, order, the summary. Does not: figures or looks.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from assets.sample.arrivals import FAULTY, arrival_of
from assets.sample.chance import chance
from assets.sample.foreign import write_foreign
from assets.sample.plan import planned_reports
from assets.sample.planted import Planted, planted_mistakes
from assets.sample.report import Report
from assets.sample.text_files import csv_bytes, json_bytes
from assets.template import write_template
from warehouse.files import write_file, written

SUFFIXES = {"template": ".xlsx", "foreign": ".xlsx", "csv": ".csv", "json": ".json"}
#: reports that an office sent a second time, byte for byte
SENT_TWICE = (("DV010", "2014-Y"), ("DV027", "2021-Y"))


@dataclass(frozen=True, slots=True)
class SampleSummary:
    """What was written: number of files, and each planted mistake as {file, code, cell}."""

    file_count: int
    planted: list[dict[str, str | None]]


def write_sample(
    out: Path, seed: int, progress: Callable[[int, int], None] | None = None, arrival: int | None = None
) -> SampleSummary:
    """Write the corpus of ``seed`` under ``out``, or what one of its deliveries brings; the same seed gives the same bytes."""
    reports = [r for r in planned_reports(seed) if arrival in (None, arrival_of(r))]
    mistakes = planted_mistakes(seed) if arrival in (None, FAULTY) else []
    total = len(reports) + sum(_is_sent_twice(r) for r in reports) + len(mistakes)
    done = 0
    for report in reports:
        path = write_report(out, report, seed)
        done += 1
        if _is_sent_twice(report):
            write_file(path.with_name(f"{path.stem} - ban sao{path.suffix}"), path.read_bytes(), durable=False)
            done += 1
        if progress:
            progress(done, total)
    planted = [_write_planted(out / "loi", p, seed) for p in mistakes]
    if progress:
        progress(total, total)
    return SampleSummary(total, planted)


def _is_sent_twice(report: Report) -> bool:
    return report.key in SENT_TWICE and not report.suffix


def write_report(out: Path, report: Report, seed: int) -> Path:
    """Write one report into the folder of its year; returns the file."""
    unit, period = report.key
    folder = out / str(report.period.year)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{report.form.form_code}_{unit}_{period}{report.suffix}{SUFFIXES[report.look]}"
    with written(path, durable=False) as making:
        if report.look == "csv":
            making.write_bytes(csv_bytes(report, chance(seed, unit, period, "dialect")))
        elif report.look == "json":
            making.write_bytes(json_bytes(report))
        elif report.look == "foreign":
            write_foreign(report, making)
        else:
            write_template(report.form, report.unit, report.period, making, report.rows, report.cover)
    return path


def _write_planted(out: Path, planted: Planted, seed: int) -> dict[str, str | None]:
    out.mkdir(parents=True, exist_ok=True)
    path = out / f"{planted.name}.xlsx"
    content = b""
    if planted.report:
        with tempfile.TemporaryDirectory() as elsewhere:  # what is not spoilt yet is never among the files
            content = write_report(Path(elsewhere), planted.report, seed).read_bytes()
    write_file(path, planted.spoil(content) if planted.spoil else content, durable=False)
    return {"file": path.name, "code": planted.code, "cell": planted.cell}
