"""The unit's own workbook back: offending cells coloured, each with a note; no formula, link or property of the sender's.

Belongs here: opening and cleaning a copy of the submission. Does not: its marks (marks), the list of findings (listing).
"""

from __future__ import annotations

import re
from itertools import chain, product
from pathlib import Path
from typing import Any

from assets.intake.archive import archive_path, damage_of
from assets.receipt.marks import mark, unmark
from assets.receipt.record import Answer
from warehouse.files import safe_path, written

_MARGINS = ("oddHeader", "oddFooter", "evenHeader", "evenFooter", "firstHeader", "firstFooter")
#: XML of a workbook above which no copy is made: it would take half a minute; the list goes back alone
_HEAVY = 16 << 20
#: what a validation may refer to: our own hidden lists, a literal list, a number
_HARMLESS = re.compile(r"""^(?:'Danh mục'!\$[A-Z]{1,2}\$\d+:\$[A-Z]{1,2}\$\d+|"[^"=]*"|-?\d+(?:\.\d+)?)$""")


def write_workbook(answer: Answer, archive: Path, folder: Path, *, is_plain: bool = False) -> tuple[str, str | None]:
    """Write ``<submission_id>.xlsx`` into ``folder``; return ``marked``, or ``list`` and why it is the list of findings alone.

    ``is_plain`` asks for the list alone. What a workbook of a sender does to its reader happens here: call it apart.
    """
    from openpyxl import Workbook

    from assets.receipt.listing import add_listing

    record = answer.record
    book, why = (None, None) if is_plain or record.file_kind != "xlsx" else _opened(archive, record.sha256)
    is_marked = book is not None
    if book is None:
        book = Workbook()
        book.remove(book.active)
    marks = mark(book, record.findings) if is_marked else {}
    add_listing(book, answer, marks, is_marked=is_marked)
    with written(safe_path(folder, record.submission_id, ".xlsx"), durable=False) as temporary:
        book.save(temporary)
    return ("marked" if is_marked else "list"), why


def _opened(archive: Path, sha256: str) -> tuple[Any, str | None]:
    """Open a copy with values only, and take off whatever else the sender may have put in. None and why when there is none."""
    from openpyxl import load_workbook
    from openpyxl.packaging.core import DocumentProperties

    path = archive_path(archive, sha256)
    if damage := damage_of(path, sha256):
        return None, f"the original in the archive is {damage}"
    try:
        if _weight(path) > _HEAVY:
            return None, "too large to be copied"
        with path.open("rb") as content:
            book = load_workbook(content, data_only=True, keep_links=False, keep_vba=False)
    except MemoryError:
        raise
    except Exception as e:  # the reader of receipts is stricter than ours; the list of findings goes back alone
        return None, f"it will not open for marking ({type(e).__name__})"
    book.properties = DocumentProperties(creator="danvan")
    for name in list(book.defined_names):
        del book.defined_names[name]
    unmark(book)
    for sheet in book.worksheets:
        _clean(sheet)
    return book, None


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
