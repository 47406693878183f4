"""Writing a paper: its content resolved once, each form drawn from it, the files listed in the release's manifest.

Belongs here: which paper, which files, what becomes of a provisional one and of one whose closing was undone. Does not: content
(resolve), forms (modules beside it).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from assets.report.cells import with_cells
from assets.report.charts import png_of, svg_of
from assets.report.declaration import papers
from assets.report.resolve import resolve
from assets.report.standing import PROVISIONAL, Standing, standing_of_window, standing_of_year
from warehouse import query
from warehouse.catalog import open_published
from warehouse.files import safe_path, write_file
from warehouse.past import Past
from warehouse.release import list_reports
from warehouse.settings import settings

if TYPE_CHECKING:
    import duckdb

    from assets.report.content import Report
    from warehouse.home import Home


@dataclass(frozen=True, slots=True)
class Written:
    """The files of one paper, one for each form that was asked for, and how settled its figures are.

    ``kept``: those that stood there already and were left as they are; of these ``differing`` say something else than was made now.
    """

    files: tuple[Path, ...]
    standing: Standing
    kept: tuple[Path, ...] = ()
    differing: tuple[Path, ...] = ()


def _docx(report: Report) -> bytes:
    from assets.report.docx import as_docx

    return as_docx(report, png_of(report))


def _html(report: Report) -> bytes:
    from assets.report.html import as_html

    return as_html(report, svg_of(report))


def _xlsx(report: Report) -> bytes:
    from assets.report.xlsx import as_xlsx

    return as_xlsx(report, png_of(report))


def _pdf(report: Report) -> bytes:
    from assets.report.pdf import as_pdf

    return as_pdf(report, svg_of(report))


#: the forms of a paper, by the suffix of their files
FORMS: Mapping[str, Callable[[Report], bytes]] = MappingProxyType(
    {"docx": _docx, "html": _html, "pdf": _pdf, "xlsx": _xlsx}
)


def usual_forms(home: Home) -> tuple[str, ...]:
    """Return the forms that are written when none is named: those set, else all, but for pdf where its extra is not installed."""
    return settings(home).papers.forms or tuple(form for form in FORMS if form != "pdf" or find_spec("typst"))


def write_review(
    home: Home,
    first_day: date,
    last_day: date,
    programme: str | None,
    forms: Sequence[str] = (),
    out: Path | None = None,
) -> Written:
    """Write the review of a programme over a window in each of ``forms``, or in the usual ones; return the files.

    ``out``: a folder to write to; without it they stand in the published folder and in its manifest. Written again from equal
    figures they are the same files. Raises FileNotFoundError when nothing is published, PaperError for a wrong declaration.
    """
    forms = forms or usual_forms(home)
    with open_published(home) as con:
        standing = standing_of_window(con, first_day, last_day)
        given = {"programme": programme, "first_day": first_day, "last_day": last_day}
        report = resolve(con, papers()["programme_review"], given, standing.label, last_day)
        report = _traced(con, report, forms)
    stem = f"tong-ket-{first_day:%Y%m%d}-{last_day:%Y%m%d}-{_plain(programme or 'moi-van-ban')}"
    return Written(_write(home, report, stem, standing, forms, out), standing)


def write_reviews(home: Home, years: Iterable[int]) -> list[Written]:
    """Write the reviews in which a change of one of ``years`` shows: of every window of which a superior body sent a review.

    A review shows the years of its window, and those after it too. Raised as for ``write_review``.
    """
    with open_published(home) as con:
        windows = query.rows(con, "review_windows", year=max(years, default=0))
    return [write_review(home, w["first_day"], w["last_day"], w["programme"]) for w in windows]


def write_yearly_report(home: Home, year: int, forms: Sequence[str] = (), out: Path | None = None) -> Written:
    """Write the report of ``year`` in each of ``forms``, or in the usual ones; each revision of a closed year has its own files.

    ``out`` and what is raised as for ``write_review``.
    """
    forms = forms or usual_forms(home)
    with open_published(home) as con:
        standing = standing_of_year(con, year)
        report = _yearly(con, year, standing, None, forms)
    written = Written(_write(home, report, f"bao-cao-{year}", standing, forms, out), standing)
    if out is None and standing.is_provisional:
        _set_aside(home, year)
    return written


def write_revision(home: Home, year: int, revision: int, forms: Sequence[str] = (), out: Path | None = None) -> Written:
    """Make the report of one ``revision`` of a closed ``year`` again, of what was known at its release.

    Without ``out`` only files that are missing are written: one that stands is what was handed out, and is never replaced.
    Raises NoRevisionError, and what ``write_yearly_report`` raises.
    """
    forms, stem = forms or usual_forms(home), f"bao-cao-{year}"
    with open_published(home) as con:
        standing = standing_of_year(con, year, revision)
        report = _yearly(con, year, standing, Past(con, str(standing.release_no)), forms)
    if out is not None:
        return Written(_write(home, report, stem, standing, forms, out), standing)
    files = {form: safe_path(home.reports, f"{stem}-{standing.suffix}", f".{form}") for form in forms}
    kept = {form: path for form, path in files.items() if path.exists()}
    differing = tuple(path for form, path in kept.items() if path.read_bytes() != FORMS[form](report))
    if missing := [form for form in forms if form not in kept]:
        _write(home, report, stem, standing, missing, None)
    return Written(tuple(files.values()), standing, tuple(kept.values()), differing)


def _yearly(
    con: duckdb.DuckDBPyConnection, year: int, standing: Standing, past: Past | None, forms: Sequence[str]
) -> Report:
    """The content of the report of a year; ``past``: of what was known then."""
    given = {"year": year, "year_before": year - 1}
    report = resolve(con, papers()["yearly_report"], given, standing.label, date(year, 12, 31), past)
    return _traced(con, report, forms, past)


def _traced(con: duckdb.DuckDBPyConnection, report: Report, forms: Sequence[str], past: Past | None = None) -> Report:
    """The paper with the cells behind its figures, where a form shows them."""
    return with_cells(con, report, past) if "html" in forms else report


def written_report(home: Home, year: int) -> Written:
    """Return the files that the report of ``year`` stands in, and how settled its figures are. Writes nothing."""
    with open_published(home) as con:
        standing = standing_of_year(con, year)
    files = [home.reports / f"bao-cao-{year}-{standing.suffix}.{form}" for form in FORMS]
    return Written(tuple(path for path in files if path.exists()), standing)


def years_without_paper(home: Home, years: Iterable[int]) -> list[int]:
    """Return those of ``years`` that have papers, but none that says how settled they are now: a run ended before it wrote it."""
    with open_published(home) as con:
        standing = {year: standing_of_year(con, year) for year in years if any(home.reports.glob(f"bao-cao-{year}-*"))}
    return [y for y, s in standing.items() if not any(home.reports.glob(f"bao-cao-{y}-{s.suffix}.*"))]


def _set_aside(home: Home, year: int) -> None:
    """Give the papers of a closing that was undone a name that says so; an open year has no other papers of a revision."""
    stem = f"bao-cao-{year}-lan-1"
    found = {form: path for form in FORMS if (path := safe_path(home.reports, stem, f".{form}")).exists()}
    if not found:
        return
    with open_published(home) as con:
        (reopened,) = query.rows(con, "year_reopened", year=year)
    aside = {form: safe_path(home.reports, f"{stem}-da-huy-{reopened['release_no']}", f".{form}") for form in found}
    for form, path in aside.items():
        write_file(path, found[form].read_bytes())
    list_reports(home, tuple(aside.values()), tuple(found.values()))


def _write(
    home: Home, report: Report, stem: str, standing: Standing, forms: Sequence[str], out: Path | None
) -> tuple[Path, ...]:
    folder = out or home.reports
    folder.mkdir(parents=True, exist_ok=True)
    files = {form: safe_path(folder, f"{stem}-{standing.suffix}", f".{form}") for form in forms}
    for form, file in files.items():
        write_file(file, FORMS[form](report))
    if out is None:
        provisional = {form: safe_path(folder, f"{stem}-{PROVISIONAL}", f".{form}") for form in FORMS}
        # nobody would write a provisional paper in another form again
        current = {*forms, *usual_forms(home)} if standing.is_provisional else set()
        superseded = [path for form, path in provisional.items() if form not in current and path.exists()]
        list_reports(home, tuple(files.values()), superseded)
    return tuple(files.values())


def _plain(name: str) -> str:
    """The number of a document as a part of a file's name."""
    return re.sub(r"[^\w.]+", "-", name)
