"""Form versions as data: sheet, header text and column in the order of the sheet; and the concordance between versions.

Belongs here: the objects, and loading the CSV and YAML files of ``warehouse/forms``. Does not: what such a file must fulfil
(warehouse.form_check), finding headers in a workbook (assets.intake) or drawing the template (assets.template).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Literal, cast

from warehouse.check import Declared, build
from warehouse.source import ROOT, Source, filled, per_root

FORMS = "warehouse/forms"
Concordance = Literal["new", "same", "renamed", "redefined", "split", "merged", "discontinued"]
Policy = Literal["replace", "register"]
IGNORED, IGNORE = "-", "ignore"  # the column and the reader of a header that is not loaded
#: what the template prints behind a header whose cells are not loaded, for the unit to know; no part of the header
NOT_KEPT = "(không lưu)"
GUIDE_SHEET = "Hướng dẫn"
LIST_SHEET = "Danh mục"
#: sheets of the template that carry no data, as folded names
OTHER_SHEETS = frozenset({GUIDE_SHEET.casefold(), LIST_SHEET.casefold()})
#: columns of columns.csv
LINE = ("table", "sheet", "group_header", "header", "column", "reader", "required", "concordance", "was", "note")


@dataclass(frozen=True, slots=True)
class CoverField(Declared):
    """One line of the cover sheet: the label printed, the field it fills, and in ``hint`` what is written there."""

    label: str
    field: str
    reader: str
    required: bool
    hint: str = ""

    @property
    def expected(self) -> str:
        """What a finding says of it."""
        return f"{self.label}: {self.hint}" if self.hint else self.label


@dataclass(frozen=True, slots=True)
class FormColumn(Declared):
    """One header of one sheet of one form version. ``columns`` is empty when the header is ignored by name.

    A ratio, a percent or a citation fills two columns from one cell. ``concordance`` relates it to the version before.
    ``position`` counts the printed headers of the sheet from 1; a discontinued column has no header and no position.
    """

    table: str
    sheet: str
    position: int | None
    columns: tuple[str, ...]
    required: bool
    concordance: Concordance
    was: tuple[str, ...]
    ref: str
    group_header: str = ""
    header: str = ""
    reader: str = ""
    note: str = ""

    @property
    def ignored(self) -> bool:
        """True when the header is known and deliberately not loaded."""
        return self.reader == IGNORE


@dataclass(frozen=True, slots=True)
class FormVersion(Declared):
    """One version of one form: cover fields and the headers of each sheet. ``optional`` are tables whose sheet may be left out.

    And, as ``table.column``, columns whose header may: those that a version got when reports on it had been sent already.
    """

    form_code: str
    form_version: str
    title: str
    description: str
    valid_from: date
    policy: Policy
    cover_sheet: str
    cover: tuple[CoverField, ...]
    columns: tuple[FormColumn, ...]
    valid_to: date | None = None
    optional: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Code and version, as in BCDV-2013."""
        return f"{self.form_code}-{self.form_version}"

    @property
    def folder(self) -> str:
        """Where it is declared."""
        return f"{FORMS}/{self.form_code.lower()}/{self.form_version}"

    def may_lack(self, column: FormColumn) -> bool:
        """Tell whether a sheet may be without the header of ``column``: its cells are blank then."""
        return column.ignored or any(f"{column.table}.{name}" in self.optional for name in column.columns)

    def fills(self, table: str) -> frozenset[str]:
        """Return the columns of ``table`` that its headers fill."""
        return frozenset(n for c in self.columns if c.table == table and c.position for n in c.columns)

    def tables(self) -> list[str]:
        """Return the staging tables that this version fills, in sheet order."""
        return list(dict.fromkeys(c.table for c in self.columns))

    def sheet(self, table: str) -> str:
        """Return the sheet name of ``table``. Raises KeyError."""
        for c in self.columns:
            if c.table == table:
                return c.sheet
        raise KeyError(table)

    def headers(self, table: str) -> list[FormColumn]:
        """Return the printed headers of ``table`` in position order; discontinued columns have none."""
        printed = [c for c in self.columns if c.table == table and c.position is not None]
        return sorted(printed, key=lambda c: c.position or 0)


@per_root
def form_versions(root: Path) -> dict[tuple[str, str], FormVersion]:
    """Return every form version by (form_code, form_version), oldest first. Raises DeclarationError."""
    from warehouse.form_check import check_form, check_versions

    read = [_read(root, path.parent) for path in sorted((root / FORMS).glob("*/*/form.yaml"))]
    for one in read:
        check_form(one, root)
    found = sorted((r for r in read if r.form), key=lambda r: (r.version.form_code, r.version.valid_from))
    check_versions(found)
    for one in read:
        one.head.check()
        one.lines.check()
    return {(r.version.form_code, r.version.form_version): r.version for r in found}


def report_forms(root: Path = ROOT) -> dict[str, tuple[FormVersion, ...]]:
    """Return the versions of each form that units report on (policy ``replace``), by form code, oldest first."""
    known = form_versions(root).values()
    return {code: tuple(f for f in known if f.form_code == code) for code in form_codes("replace", root)}


def register_form(root: Path = ROOT) -> str:
    """Return the code of the one form that carries the register."""
    (code,) = form_codes("register", root)
    return code


def version_for(form_code: str, day: date) -> FormVersion | None:
    """Return the version of ``form_code`` in force for periods that end on ``day``, or None."""
    for (code, _), form in form_versions().items():
        if code == form_code and form.valid_from <= day and (form.valid_to or date.max) >= day:
            return form
    return None


def form_codes(policy: Policy, root: Path = ROOT) -> tuple[str, ...]:
    """Return the codes of the forms of that policy, sorted."""
    return tuple(dict.fromkeys(f.form_code for f in form_versions(root).values() if f.policy == policy))


@dataclass(frozen=True, slots=True)
class ReadForm:
    """A form version as read from its two files: None when form.yaml is faulty; each column with its line."""

    head: Source
    lines: Source
    form: FormVersion | None
    columns: tuple[tuple[int, FormColumn], ...]

    @property
    def version(self) -> FormVersion:
        """The version, of one that has been read."""
        return cast("FormVersion", self.form)


def _read(root: Path, folder: Path) -> ReadForm:
    name = f"{FORMS}/{folder.parent.name}/{folder.name}"
    head, lines = Source(root, f"{name}/form.yaml"), Source(root, f"{name}/columns.csv")
    ref = f"{folder.parent.name.upper()}-{folder.name}:columns.csv"
    columns = _columns(lines, ref)
    form = build(FormVersion, head.yaml(), head, columns=())
    return ReadForm(head, lines, form and replace(form, columns=tuple(c for _, c in columns)), columns)


def _columns(source: Source, ref: str) -> tuple[tuple[int, FormColumn], ...]:
    printed: Counter[str] = Counter()
    out = []
    for line, row in source.rows(LINE):
        position = None
        if row["concordance"] != "discontinued":
            printed[row["table"]] += 1
            position = printed[row["table"]]
        names, required, was = row.pop("column"), row.pop("required"), row.pop("was")
        source.refuse_unless(bool(names), (line, "column"), names, f"columns joined by |, or {IGNORED}")
        source.refuse_unless(required in ("yes", ""), (line, "required"), required, "yes or blank")
        column = build(
            FormColumn,
            filled(row),
            source,
            (line,),
            position=position,
            columns=[] if names == IGNORED else names.split("|"),
            required=required == "yes",
            was=was.split("|") if was else [],
            ref=f"{ref}:{line}",
        )
        if column:
            out.append((line, column))
    return tuple(out)
