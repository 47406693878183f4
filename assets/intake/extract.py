"""One file's content as typed cover fields and columns of raw cells, with everything that did not fit as issues.

Runs in the reading children, so what it returns is small and plain. Does not belong here: reading the cells' values
(assets.intake.stage, once per distinct cell of a batch) or verdicts (expectations).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import NamedTuple

from assets.intake.above import rows_above
from assets.intake.cover import Cover, CoverCell, find_cover
from assets.intake.footing import Total, stated_totals
from assets.intake.grid import RawFile, RawSheet
from assets.intake.issues import Issue
from assets.intake.match import TableMap, header_texts, match_tables
from assets.intake.moved import moved_headers
from assets.intake.of_which import take_parts
from assets.intake.own_sheet import without_receipt
from assets.intake.rows import Rows, sort_rows
from assets.intake.seen import seen_otherwise
from assets.intake.shifted import shifted_table
from warehouse.cells import kind_of
from warehouse.cells.reading import Cell, Value
from warehouse.cells.words import clean, fold_key, mask_personal, shown_text
from warehouse.forms import OTHER_SHEETS, CoverField, FormVersion


class MappedColumn(NamedTuple):
    """One header of the file and what it fills.

    ``column_index`` is the 0-based column in the file, ``cell`` its address with ``*`` in place of the row.
    """

    columns: tuple[str, ...]
    reader: str
    form_ref: str
    column_index: int
    cell: str
    header: str


class CoverLine(NamedTuple):
    """Where a cover field stood, for lineage; ``cell`` is its address."""

    field: str
    sheet: str
    col: int
    cell: str
    label: str


@dataclass(slots=True)
class ExtractedTable:
    """The data rows of one table, column by column; ``cells[i]`` belongs to ``columns[i]``."""

    table: str
    sheet: str
    columns: list[MappedColumn]
    source_rows: list[int]
    cells: list[list[Cell]]
    totals: list[Total]
    counts: tuple[int, int, int, int, int]  # read, data, total, blank, heading


@dataclass(slots=True)
class Extract:
    """What one file says. ``form_code`` and ``form_version`` are None when no known form is named."""

    kind: str
    cover: dict[str, Value] = field(default_factory=dict)
    cover_lines: list[CoverLine] = field(default_factory=list)
    form: tuple[str, str] | None = None
    tables: list[ExtractedTable] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)


def extract(raw: RawFile) -> Extract:
    """Extract the cover and tables of a file."""
    out = Extract(raw.kind)
    for f in raw.findings:
        out.issues.append(Issue(f.code, sheet=f.sheet, cell=f.cell, found=f.found, detail=f.detail))
    raw = replace(raw, sheets=without_receipt(raw.sheets))
    cover = find_cover(raw, out.issues)
    if cover is None:
        return out
    _read_cover(cover, out)
    if cover.form is None:
        return out
    out.form = (cover.form.form_code, cover.form.form_version)
    sheets = _data_sheets(cover.form, cover.sheet, raw.sheets, out.issues)
    found = match_tables(cover.form, sheets, out.issues, in_json=raw.kind == "json")
    out.tables = [_table(t, out.issues) for t in found]
    return out


def shown(cell: Cell) -> str | None:
    """Return the text of a raw cell as a finding may show it: short, and without personal numbers."""
    return shown_text(cell[2:]) if cell else None


def _data_sheets(form: FormVersion, cover: RawSheet, sheets: list[RawSheet], issues: list[Issue]) -> list[RawSheet]:
    """Leave out the cover, the template's own sheets and hidden sheets; what is hidden and filled is a finding."""
    out = []
    for sheet in sheets:
        if sheet is cover or fold_key(sheet.name) in OTHER_SHEETS:
            continue
        if sheet.visible:
            out.append(sheet)
        elif sheet.rows:
            name = mask_personal(sheet.name)
            issues.append(Issue("H-SHEET-HIDDEN", sheet=name, found=name, detail=form.cover_sheet))
    return out


def _read_cover(cover: Cover, out: Extract) -> None:
    fields = {f.field: f for f in cover.form.cover} if cover.form else {}
    asked = {f.field for f in fields.values() if f.required}
    told = {i.cell for i in out.issues}  # by the reader of the file
    for name, at in cover.fields.items():
        out.cover_lines.append(CoverLine(name, at.sheet, at.col, at.address, at.label))
        of = kind_of(at.reader)
        reading = of.read(cover.sheet.day(at.cell) if of.is_date else at.cell)
        value = reading.value
        out.cover[name] = (
            value.upper() if name == "unit_code" and isinstance(value, str) else value
        )  # as registers have it
        if reading.issue and name != "unit_name":
            code = "C-PERIOD-INVALID" if name == "period_id" else "C-FIELD-INVALID"
            out.issues.append(_cover_issue(code, at, cover, fields.get(name)))
        elif reading.value is None and name in asked and at.address not in told:
            out.issues.append(_cover_issue("C-FIELD-MISSING", at, cover, fields.get(name)))
    for f in fields.values():
        if f.field in asked - cover.fields.keys():
            out.issues.append(Issue("C-FIELD-MISSING", "cover", 0, f.field, cover.sheet.name, detail=f.expected))


def _cover_issue(code: str, at: CoverCell, cover: Cover, asked: CoverField | None) -> Issue:
    expected = asked.expected if asked else at.label
    return Issue(code, "cover", 0, at.field, cover.sheet.name, at.address, shown(at.cell), expected)


def _table(found: TableMap, issues: list[Issue]) -> ExtractedTable:
    sheet, rows = found.sheet, sort_rows(found)
    if shifted := shifted_table(found, rows.data):
        issues.append(shifted)
        rows.data, rows.unread = [], len(rows.data)  # one finding for all of them
    issues += take_parts(found, rows)
    loaded = [(column, i) for column, i in found.columns if not column.ignored]
    below = sheet.rows[found.header_row]
    columns = []
    for c, i in loaded:
        index, header = sheet.first_col + i, clean((below[i] or "s:")[2:]) if i < len(below) else ""
        columns.append(MappedColumn(c.columns, c.reader, c.ref, index, sheet.column(index), header))
    issues += moved_headers(found, rows.data) + rows_above(found)
    _report_rows(found, rows, issues)
    return ExtractedTable(
        table=found.table,
        sheet=sheet.name,
        columns=columns,
        source_rows=[sheet.first_row + r for r in rows.data],
        cells=[_column(sheet, rows.data, i, c.reader) for c, i in loaded],
        totals=stated_totals(found, rows, issues),
        counts=(
            rows.read,
            len(rows.data),
            len(rows.totals) + len(rows.of_which),
            rows.blanks,
            rows.headings + len(rows.notes) + rows.unread,
        ),
    )


def _column(sheet: RawSheet, rows: list[int], col: int, reader: str) -> list[Cell]:
    cells = [sheet.at(r, col) for r in rows]
    return [sheet.day(c) for c in cells] if sheet.day_shift and kind_of(reader).is_date else cells


def _report_rows(found: TableMap, rows: Rows, issues: list[Issue]) -> None:
    """Say which cells are formulas, copies or under no header, what is seen otherwise, and which rows are parts of others."""
    sheet = found.sheet
    numbers = {sheet.first_row + r: n for n, r in enumerate(rows.data, start=1)}
    issues += seen_otherwise(found, numbers)
    _report_cells(found, rows, numbers, issues)
    _report_times(found, numbers, issues)
    issues += _outside(found, rows)
    for r in rows.of_which:
        row = sheet.first_row + r
        first = next((c for c in sheet.rows[r] if c), None)
        issues.append(Issue("H-ROW-OF-WHICH", found.table, None, None, sheet.name, f"{row}:{row}", shown(first)))
    for r in rows.notes:
        i, text = next((i, c) for i, c in enumerate(sheet.rows[r]) if c)
        at = sheet.cell(sheet.first_row + r, sheet.first_col + i)
        issues.append(Issue("H-ROW-NOTE", found.table, None, None, sheet.name, at, shown(text)))


def _report_cells(found: TableMap, rows: Rows, numbers: dict[int, int], issues: list[Issue]) -> None:
    """Formulas as read or without a result, and figures that stand once for several merged cells."""
    sheet = found.sheet
    mapped = {sheet.first_col + i: c for c, i in found.columns if not c.ignored}
    not_loaded = {sheet.first_row + r for r in (*(i for i, _ in rows.totals), *rows.of_which)}
    body = range(sheet.first_row + found.header_row + 1, sheet.first_row + len(sheet.rows))

    def say(code: str, r: int, col: int) -> None:
        raw = sheet.at(r - sheet.first_row, col - sheet.first_col)
        column, at = mapped[col].columns[0], sheet.cell(r, col)
        issues.append(Issue(code, found.table, numbers.get(r), column, sheet.name, at, shown(raw)))

    for r, col in sorted(sheet.formulas):
        if col in mapped and (r, col) in sheet.uncomputed and r >= body.start and r not in not_loaded:
            say("H-FORMULA-EMPTY", r, col)
        elif col in mapped and r in numbers:
            say("H-FORMULA", r, col)
    for r, col in sorted(sheet.merged):
        if r in numbers and col in mapped and kind_of(mapped[col].reader).is_figure:
            say("H-MERGED", r, col)


def _report_times(found: TableMap, numbers: dict[int, int], issues: list[Issue]) -> None:
    """Days that are written with a time of day which leaves no doubt of them."""
    sheet = found.sheet
    for column, i in found.columns:
        of = kind_of(column.reader) if not column.ignored else None
        for r in numbers if of and of.is_date else ():
            cell = sheet.day(sheet.at(r - sheet.first_row, i))
            if of and cell and (code := of.noted(cell)):
                at = sheet.cell(r, sheet.first_col + i)
                issues.append(Issue(code, found.table, numbers[r], column.columns[0], sheet.name, at, shown(cell)))


def _outside(found: TableMap, rows: Rows) -> list[Issue]:
    """Name the first filled cell of each column that has no header; in a text file such a row has slipped."""
    sheet = found.sheet
    known = {i for i, (_, text) in enumerate(header_texts(sheet, found.header_row)) if text} | {
        i for _, i in found.columns
    }
    code = "H-ROW-WIDE" if sheet.address == "line" else "H-CELL-OUTSIDE"
    out: dict[int, Issue] = {}
    for r in range(found.header_row + 1, rows.end):
        for i, cell in enumerate(sheet.rows[r]):
            if cell is not None and i not in known and i not in out:
                row, col = sheet.first_row + r, sheet.first_col + i
                out[i] = Issue(code, found.table, None, None, sheet.name, sheet.cell(row, col), shown(cell))
    return list(out.values())
