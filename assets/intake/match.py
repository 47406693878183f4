"""Headers: which sheet fills which table, where its headers stand, and which column each one fills.

A header is matched by text and position; it is mapped, ignored by name, or a finding - never a column of NULLs.
Does not belong here: rows and values.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

from assets.intake.grid import RawSheet
from assets.intake.issues import Issue
from warehouse.cells import kind_of
from warehouse.cells.words import fold_key, mask_personal, shown_text
from warehouse.forms import NOT_KEPT, FormColumn, FormVersion

#: a form's column and its index in the rows
Mapped = tuple[FormColumn, int]
#: how far down a sheet a header may stand, below letterhead and titles
SEARCH_ROWS = 40


@dataclass(frozen=True, slots=True)
class TableMap:
    """One table found in one sheet: the last header row (index into rows) and each form column's index in the rows."""

    table: str
    sheet: RawSheet
    header_row: int
    columns: tuple[Mapped, ...]


def match_tables(
    form: FormVersion, sheets: list[RawSheet], issues: list[Issue], *, in_json: bool = False
) -> list[TableMap]:
    """Match every table of the form to a sheet and its headers to columns; all that does not fit goes to ``issues``.

    A table that has nothing is a sheet without rows, ``in_json`` an empty list; one that is left out is a finding.
    """
    left = list(sheets)
    maps = []
    for table in form.tables():
        sheet = _pick(form, table, left, issues)
        if sheet is None and table in form.optional:
            continue
        if sheet is None:
            name, at = (table, f"/tables/{table}") if in_json else (form.sheet(table), None)
            issues.append(Issue("H-SHEET-MISSING", table, sheet=name, cell=at, detail=name))
            continue
        left.remove(sheet)
        found = _map(form, table, sheet, issues)
        if found:
            maps.append(found)
    issues += [_unknown(s) for s in left if s.rows]
    return maps


def _unknown(sheet: RawSheet) -> Issue:
    """Name a sheet that fills no table; lines of a text file above its first section have no name but their first cell."""
    name = mask_personal(sheet.name)
    if name:
        return Issue("H-SHEET-UNKNOWN", sheet=name, found=name)
    row, col, cell = next((r, c, cell) for r, row in enumerate(sheet.rows) for c, cell in enumerate(row) if cell)
    at = sheet.cell(sheet.first_row + row, sheet.first_col + col)
    return Issue("H-SHEET-UNKNOWN", sheet=name, cell=at, found=shown_text(cell[2:]))


def _pick(form: FormVersion, table: str, sheets: list[RawSheet], issues: list[Issue]) -> RawSheet | None:
    """By folded sheet name; json by table name too; else by the headers themselves, among sheets that no other table owns."""
    name = form.sheet(table)
    named = [s for s in sheets if fold_key(s.name) in (fold_key(name), table)]
    if len(named) > 1:
        issues.append(Issue("H-SHEET-DUPLICATE", table, sheet=name, found=", ".join(repr(s.name) for s in named)))
        return named[0]
    if named:
        return named[0]
    owned = {key for other in form.tables() for key in (fold_key(form.sheet(other)), other)}
    scored = [(s, _score(form.headers(table), s)[1]) for s in sheets if s.rows and fold_key(s.name) not in owned]
    best = max(scored, key=lambda pair: pair[1], default=None)
    if best and best[1] >= 0.6 * len(form.headers(table)):
        return best[0]
    return None


def header_texts(sheet: RawSheet, row: int) -> list[tuple[str, str]]:
    """Return (group, header) of each column as folded texts, reading ``row`` as the lower header row."""
    lower = sheet.rows[row]
    upper = sheet.rows[row - 1] if row else []
    out = []
    for c in range(max(len(lower), len(upper))):
        low = _text(lower, c)
        up = _text(upper, c)
        out.append(("", up) if not low or low == up else (up, low))
    return out


def _score(headers: list[FormColumn], sheet: RawSheet) -> tuple[int, int]:
    """Return the row that looks most like the lower header row, and how many headers it has."""
    wanted = {(fold_key(h.group_header), fold_key(h.header)) for h in headers}
    wanted_plain = {h for _, h in wanted}
    best, most = 0, 0.0
    for r in range(min(SEARCH_ROWS, len(sheet.rows))):
        texts = header_texts(sheet, r)
        hits = sum(t in wanted for t in texts) + sum(0.5 for _, t in texts if t in wanted_plain)
        if hits > most or (hits == most > 0 and r == best + 1):  # a header merged over two rows stands in both
            best, most = r, hits
        elif most >= 1.5 * len(headers):  # every header was found, with its group
            break
    return best, min(len(headers), int(most))


def _map(form: FormVersion, table: str, sheet: RawSheet, issues: list[Issue]) -> TableMap | None:
    headers = form.headers(table)
    if not sheet.rows:
        if sheet.address != "pointer":
            issues.append(Issue("H-HEADER-MISSING", table, sheet=sheet.name, detail=headers[0].header))
        return None
    row = 0 if sheet.address == "pointer" else _score(headers, sheet)[0]
    if sheet.address == "pointer":
        headers = _keys_of_json(headers)
    found = _locate(headers, sheet, row, table, issues)
    _report(form, headers, sheet, row, found, issues)
    if sheet.address == "pointer":
        sheet, found = _with_left_out(headers, sheet, found)
    pairs = tuple((h, i) for i, h in sorted(found.items(), key=lambda pair: headers.index(pair[1])))
    return TableMap(table, sheet, row, pairs)


def _keys_of_json(headers: list[FormColumn]) -> list[FormColumn]:
    """In json each column stands under its own name; a pair may also stand in one text under its header."""
    out = []
    for h in headers:
        if len(h.columns) > 1:
            out.append(replace(h, group_header=""))
            parts = zip(h.columns, kind_of(h.reader).parts, strict=True)
            out += [replace(h, header=c, group_header="", columns=(c,), reader=part.kind) for c, part in parts]
        else:
            out.append(replace(h, header=h.columns[0] if h.columns else h.header, group_header=""))
    return out


def _with_left_out(
    headers: list[FormColumn], sheet: RawSheet, found: dict[int, FormColumn]
) -> tuple[RawSheet, dict[int, FormColumn]]:
    """Give each key that no object has its place, so that findings about its cells, which are blank, say where it belongs."""
    filled = {name for h in found.values() for name in h.columns}
    left = [h for h in headers if len(h.columns) == 1 and h.columns[0] not in filled] if len(sheet.rows) > 1 else []
    keys = (*sheet.keys, *(h.columns[0] for h in left))
    return replace(sheet, keys=keys), found | dict(enumerate(left, start=len(sheet.keys)))


def _locate(
    headers: list[FormColumn], sheet: RawSheet, row: int, table: str, issues: list[Issue]
) -> dict[int, FormColumn]:
    """Return the header of each column index. A text that stands twice is a finding."""
    texts = header_texts(sheet, row)
    alone = Counter(fold_key(h.header) for h in headers)
    out: dict[int, FormColumn] = {}
    for h in headers:
        key = (fold_key(h.group_header), fold_key(h.header))
        places = [i for i, t in enumerate(texts) if t == key]
        if not places and (alone[key[1]] == 1 or not h.group_header):
            # a group row may be missing (csv), and a title above a plain header is no group
            places = [i for i, (group, text) in enumerate(texts) if text == key[1] and not (group and h.group_header)]
        if len(places) > 1:
            at = sheet.cell(sheet.first_row + row, sheet.first_col + places[1])
            issues.append(Issue("H-HEADER-DUPLICATE", table, sheet=sheet.name, cell=at, found=h.header))
        if places:
            out.setdefault(places[0], h)
    return out


def _report(
    form: FormVersion,
    headers: list[FormColumn],
    sheet: RawSheet,
    row: int,
    found: dict[int, FormColumn],
    issues: list[Issue],
) -> None:
    """Name every header of the form that is missing and every header of the sheet that is unknown."""
    table = headers[0].table
    located = set(found.values())
    for h in headers:
        if h not in located and not form.may_lack(h) and sheet.address != "pointer":
            wanted = f"{h.group_header} / {h.header}" if h.group_header else h.header
            at = sheet.cell(sheet.first_row + row, sheet.first_col + (h.position or 1) - 1)
            issues.append(Issue("H-HEADER-MISSING", table, None, h.columns[0], sheet.name, at, None, wanted))
    for i, (_, text) in enumerate(header_texts(sheet, row)):
        if text and i not in found:
            at = sheet.cell(sheet.first_row + _first_with(sheet, row, i), sheet.first_col + i)
            cell = sheet.rows[row][i] if i < len(sheet.rows[row]) else None
            found_text = shown_text(cell[2:] if cell else text)
            issues.append(Issue("H-HEADER-UNKNOWN", table, sheet=sheet.name, cell=mask_personal(at), found=found_text))


def _first_with(sheet: RawSheet, row: int, i: int) -> int:
    """Return the row where a header is shown: its own, in json the first object that has something under the key."""
    if sheet.address != "pointer":
        return row
    return next((r for r in range(1, len(sheet.rows)) if i < len(sheet.rows[r]) and sheet.rows[r][i]), 1)


def _text(row: list[str | None], col: int) -> str:
    cell = row[col] if col < len(row) else None
    return fold_key(cell[2:]).removesuffix(f" {NOT_KEPT}") if cell else ""
