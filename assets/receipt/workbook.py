"""The unit's own workbook back: offending cells coloured, each with a note; no formula, link or property of the sender's.

Belongs here: marking and cleaning a copy of the submission. Does not: the list of findings (listing).
"""

from __future__ import annotations

import re
import signal
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from itertools import chain, product
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assets.intake.archive import archive_path
from assets.receipt.record import Finding, Record, records
from warehouse.files import written

if TYPE_CHECKING:
    import duckdb

_MARGINS = ("oddHeader", "oddFooter", "evenHeader", "evenFooter", "firstHeader", "firstFooter")
#: below this many, starting processes costs more than it saves
FEW = 12
#: XML of a workbook above which no copy is made: it would take this process half a minute; the list goes back alone
_HEAVY = 16 << 20
_MEMORY = 2 << 30
_CELL = re.compile(r"^[A-Z]{1,3}[1-9]\d{0,6}$")
#: what a validation may refer to: our own hidden lists, a literal list, a number
_HARMLESS = re.compile(r"""^(?:'Danh mục'!\$[A-Z]{1,2}\$\d+:\$[A-Z]{1,2}\$\d+|"[^"=]*"|-?\d+(?:\.\d+)?)$""")


def write_workbook(con: duckdb.DuckDBPyConnection, submission_id: str, archive: Path, folder: Path) -> Path:
    """Write ``<submission_id>.xlsx`` and return it. Raises LookupError for an unknown submission."""
    found = records(con, [submission_id])
    if not found:
        raise LookupError(submission_id)
    return _write(found[0], archive=archive, folder=folder)


def write_workbooks(
    con: duckdb.DuckDBPyConnection, ids: Sequence[str], archive: Path, folder: Path, processes: int = 2
) -> None:
    """Write the receipts' workbooks of the submissions; many are shared out to ``processes``."""
    found = records(con, ids)
    write = partial(_write, archive=archive, folder=folder)
    folder.mkdir(parents=True, exist_ok=True)
    if len(found) <= FEW or processes < 2:
        for record in found:
            write(record)
        return
    from multiprocessing import get_context

    with ProcessPoolExecutor(processes, get_context("spawn"), _limit_memory) as pool:
        with _deaf_to_ctrl_c():
            made = pool.map(write, found, chunksize=4)
        for _ in made:
            pass


@contextmanager
def _deaf_to_ctrl_c() -> Iterator[None]:
    """Let processes that start in here not hear the terminal's Ctrl-C, which is their parent's to hear."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _limit_memory() -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))


def _write(record: Record, archive: Path, folder: Path) -> Path:
    from openpyxl import Workbook

    from assets.receipt.listing import add_listing

    book = _opened(archive_path(archive, record.sha256)) if record.file_kind == "xlsx" else None
    if book is None:
        book = Workbook()
        book.remove(book.active)
    else:
        _mark(book, record.findings)
    add_listing(book, record)
    target = folder / f"{record.submission_id}.xlsx"
    with written(target, durable=False) as temporary:
        book.save(temporary)
    return target


def _opened(path: Path) -> Any:
    """Open a copy with values only, and take off whatever else the sender may have put in. None when it will not open."""
    from openpyxl import load_workbook
    from openpyxl.packaging.core import DocumentProperties

    try:
        if _weight(path) > _HEAVY:
            return None
        with path.open("rb") as content:
            book = load_workbook(content, data_only=True, keep_links=False, keep_vba=False)
    except Exception:  # the reader of receipts is stricter than ours; the list of findings goes back alone
        return None
    book.properties = DocumentProperties(creator="danvan")
    for name in list(book.defined_names):
        del book.defined_names[name]
    for sheet in book.worksheets:
        _clean(sheet)
    return book


def _weight(path: Path) -> int:
    """How many bytes of XML the workbook inflates to; the guard has proved that its parts are as large as they say."""
    from zipfile import ZipFile

    with ZipFile(path) as archive:
        return sum(i.file_size for i in archive.infolist() if i.filename.endswith(".xml"))


def _clean(sheet: Any) -> None:
    from openpyxl.formatting.formatting import ConditionalFormattingList

    sheet.conditional_formatting = ConditionalFormattingList()
    for name in list(sheet.defined_names):
        del sheet.defined_names[name]
    for kind, part in product(_MARGINS, ("left", "center", "right")):
        getattr(getattr(sheet, kind), part).text = None
    kept = [v for v in sheet.data_validations.dataValidation if _harmless(v)]
    sheet.data_validations.dataValidation = kept
    for cell in chain.from_iterable(sheet.iter_rows()):
        if type(cell).__name__ == "MergedCell":
            continue
        cell.hyperlink = cell.comment = None
        if cell.data_type == "f":  # a formula without a cached value
            cell.value = None


def _harmless(validation: Any) -> bool:
    return all(f is None or _HARMLESS.match(f) for f in (validation.formula1, validation.formula2))


def _mark(book: Any, findings: Sequence[Finding]) -> None:
    """Colour each offending cell by its gravest finding and note what was found, what is expected and how to mend it."""
    from openpyxl.comments import Comment
    from openpyxl.styles import PatternFill

    from assets.receipt.listing import FILLS

    sheets = {unicodedata.normalize("NFC", s.title): s for s in book.worksheets}  # as findings name them
    by_cell: dict[tuple[str, str], list[Finding]] = defaultdict(list)
    for finding in findings:  # errors come first
        if finding.sheet in sheets and finding.cell and _CELL.match(finding.cell):
            by_cell[finding.sheet, _shown_cell(sheets[finding.sheet], finding.cell)].append(finding)
    for (sheet, address), found in by_cell.items():
        cell = sheets[sheet][address]
        cell.fill = PatternFill("solid", fgColor=FILLS[found[0].severity])
        cell.comment = Comment("\n\n".join(map(_note, found)), "danvan", height=90 * len(found) + 40, width=380)


def _shown_cell(sheet: Any, address: str) -> str:
    """Return the cell that is seen at an address: of merged cells the first."""
    if type(sheet[address]).__name__ != "MergedCell":
        return address
    merged = next(r for r in sheet.merged_cells.ranges if address in r)
    return str(sheet.cell(merged.min_row, merged.min_col).coordinate)


def _note(finding: Finding) -> str:
    lines = [f"{finding.message} ({finding.code})"]
    for label, text in (("Đã ghi", finding.found), ("Cần có", finding.expected), ("Cách sửa", finding.remedy)):
        if text:
            lines.append(f"{label}: {text}")
    return "\n".join(lines)
