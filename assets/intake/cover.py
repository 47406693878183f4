"""The cover sheet: who speaks, for which period, on which form. Found by its labels, never by the file's name.

Does not belong here: whether the unit exists or the period fits (rules judge that).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from assets.intake.causes import cause
from assets.intake.grid import RawFile, RawSheet
from assets.intake.issues import Issue
from warehouse.cells.reading import Cell
from warehouse.cells.words import fold_key, shown_text
from warehouse.forms import CoverField, FormVersion, form_versions

#: labels that must be there before a sheet is taken for a cover
ENOUGH = 3


@dataclass(frozen=True, slots=True)
class CoverCell:
    """One cover field as found: its tagged cell and where it stood."""

    field: str
    reader: str
    cell: Cell
    sheet: str
    col: int
    address: str
    label: str


@dataclass(frozen=True, slots=True)
class Cover:
    """The cover sheet's fields by name, and the form version that it names."""

    sheet: RawSheet
    fields: dict[str, CoverCell]
    form: FormVersion | None


def find_cover(raw: RawFile, issues: list[Issue]) -> Cover | None:
    """Find the cover; without one, or without a known form version, say why in ``issues``."""
    best: tuple[RawSheet, dict[str, CoverCell]] | None = None
    for sheet in raw.sheets:
        if not sheet.visible:  # what the sender does not see does not speak for the file
            continue
        fields = _fields(sheet)
        if len(fields) >= ENOUGH and (best is None or len(fields) > len(best[1])):
            best = (sheet, fields)
            if len(fields) == len(_field_names()):
                break
    if best is None:
        issues.append(cause(raw))
        return None
    sheet, fields = best
    return Cover(sheet, fields, _form(sheet, fields, issues))


def _form(sheet: RawSheet, fields: dict[str, CoverCell], issues: list[Issue]) -> FormVersion | None:
    code, version = (_plain(fields.get(f)) for f in ("form_code", "form_version"))
    known = form_versions()
    if (code, version) in known:
        return known[code, version]
    codes = sorted({c for c, _ in known})
    field, finding, expected = (
        ("form_version", "C-VERSION-UNKNOWN", ", ".join(v for c, v in known if c == code))
        if code in codes
        else ("form_code", "C-FORM-UNKNOWN", ", ".join(codes))
    )
    at = fields.get(field)
    issues.append(
        Issue(
            finding,
            "cover",
            0,
            field,
            sheet.name,
            at.address if at else None,
            shown_text(_plain(at)) if at else None,
            expected,
        )
    )
    return None


def _plain(at: CoverCell | None) -> str:
    return at.cell[2:].strip().upper() if at and at.cell else ""


def _fields(sheet: RawSheet) -> dict[str, CoverCell]:
    """Return the cover fields of a sheet: a known label, and the first filled cell to its right."""
    labels = _labels()
    found: dict[str, CoverCell] = {}
    for r, row in enumerate(sheet.rows[:80]):
        for c, cell in enumerate(row):
            if cell is None or not cell.startswith("s:"):
                continue
            field = labels.get(_label_key(cell[2:]))
            if field is None or field.field in found:
                continue
            at = next((i for i in range(c + 1, len(row)) if row[i] is not None and row[i] != cell), c + 1)
            value = row[at] if at < len(row) else None
            column = sheet.first_col + at
            address = f"/cover/{cell[2:]}" if sheet.address == "pointer" else sheet.cell(sheet.first_row + r, column)
            found[field.field] = CoverCell(
                field.field, field.reader, value, sheet.name, column, address, cell[2:].strip()
            )
    return found


def is_label(text: str) -> bool:
    """Tell whether a text is the label of a cover field of some form version."""
    return _label_key(text) in _labels()


def _label_key(text: str) -> str:
    return fold_key(text.strip().rstrip(":*").strip())


@cache
def _field_names() -> frozenset[str]:
    return frozenset(f.field for f in _labels().values())


@cache
def _labels() -> dict[str, CoverField]:
    """Every label of every form version, and the field names themselves (json files use those)."""
    out: dict[str, CoverField] = {}
    for form in form_versions().values():
        for field in form.cover:
            out.setdefault(fold_key(field.label), field)
            out.setdefault(fold_key(field.field), field)
    return out
