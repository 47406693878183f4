"""Form versions as data: sheet, header text, position and column; and the concordance between versions.

Belongs here: loading and checking the CSV and YAML files of ``warehouse/forms``. Does not: finding headers in
a workbook (assets.intake) or drawing the template (assets.template).
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Literal

from warehouse.declaration import form_tables
from warehouse.yaml_file import read_yaml

FORMS_DIR = Path(__file__).parent / "forms"
Concordance = Literal["new", "same", "renamed", "redefined", "split", "merged", "discontinued"]
IGNORED = "-"
GUIDE_SHEET = "Hướng dẫn"
LIST_SHEET = "Danh mục"
#: sheets of the template that carry no data, as folded names
OTHER_SHEETS = frozenset({GUIDE_SHEET.casefold(), LIST_SHEET.casefold()})


@dataclass(frozen=True, slots=True)
class CoverField:
    """One line of the cover sheet: the label printed and the field it fills."""

    label: str
    field: str
    reader: str
    required: bool


@dataclass(frozen=True, slots=True)
class FormColumn:
    """One header of one sheet of one form version. ``columns`` is empty when the header is ignored by name.

    A ratio, a percent or a citation fills two columns from one cell. ``concordance`` relates it to the version before.
    """

    table: str
    sheet: str
    position: int | None
    group_header: str
    header: str
    columns: tuple[str, ...]
    reader: str
    required: bool
    concordance: Concordance
    was: tuple[str, ...]
    note: str
    ref: str

    @property
    def ignored(self) -> bool:
        """True when the header is known and deliberately not loaded."""
        return self.reader == "ignore"


@dataclass(frozen=True, slots=True)
class FormVersion:
    """One version of one form: cover fields and the headers of each sheet. ``folder`` is where it is declared."""

    form_code: str
    form_version: str
    title: str
    description: str
    valid_from: date
    valid_to: date | None
    policy: Literal["replace", "register"]
    cover_sheet: str
    cover: tuple[CoverField, ...]
    columns: tuple[FormColumn, ...]
    folder: str

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


@cache
def form_versions() -> dict[tuple[str, str], FormVersion]:
    """Return every form version by (form_code, form_version), oldest first. Raises ValueError on a bad form file."""
    loaded = [_load(p.parent) for p in sorted(FORMS_DIR.glob("*/*/form.yaml"))]
    loaded.sort(key=lambda f: (f.form_code, f.valid_from))
    return {(f.form_code, f.form_version): f for f in loaded}


def report_forms() -> dict[str, tuple[FormVersion, ...]]:
    """Return the versions of each form that units report on (policy ``replace``), by form code, oldest first."""
    out: dict[str, tuple[FormVersion, ...]] = {}
    for form in form_versions().values():
        if form.policy == "replace":
            out[form.form_code] = (*out.get(form.form_code, ()), form)
    return out


def register_form() -> str:
    """Return the code of the form that carries the register. Raises ValueError unless exactly one form does."""
    codes = sorted({f.form_code for f in form_versions().values() if f.policy == "register"})
    if len(codes) != 1:
        raise ValueError(f"exactly one form has policy: register in its form.yaml; found {codes}")
    return codes[0]


def version_for(form_code: str, day: date) -> FormVersion | None:
    """Return the version of ``form_code`` in force for periods that end on ``day``, or None."""
    for (code, _), form in form_versions().items():
        if code == form_code and form.valid_from <= day and (form.valid_to or date.max) >= day:
            return form
    return None


def _load(folder: Path) -> FormVersion:
    raw: dict[str, Any] = read_yaml(folder / "form.yaml")
    ref = f"{raw['form_code']}-{raw['form_version']}"
    with (folder / "columns.csv").open(encoding="utf-8", newline="") as f:
        columns = tuple(_column(r, i, ref) for i, r in enumerate(csv.DictReader(f), start=2))
    cover = tuple(CoverField(**c) for c in raw.pop("cover"))
    form = FormVersion(**raw, cover=cover, columns=columns, folder=folder.relative_to(FORMS_DIR.parent).as_posix())
    _check(form)
    return form


def _column(row: dict[str, str], line: int, ref: str) -> FormColumn:
    return FormColumn(
        table=row["table"],
        sheet=row["sheet"],
        position=int(row["position"]) if row["position"] else None,
        group_header=row["group_header"],
        header=row["header"],
        columns=() if row["column"] == IGNORED else tuple(row["column"].split("|")),
        reader=row["reader"],
        required=row["required"] == "yes",
        concordance=row["concordance"],  # type: ignore[arg-type]
        was=tuple(w for w in row["was"].split("|") if w),
        note=row["note"],
        ref=f"{ref}:columns.csv:{line}",
    )


def _check(form: FormVersion) -> None:
    tables = form_tables()
    for c in form.columns:
        for name in (*c.columns, *c.was):
            tables[c.table].column(name)
        if not c.ignored and not c.columns:
            raise ValueError(f"{c.ref}: a header is mapped to a column or ignored by name")
    for table in form.tables():
        seen = [(c.group_header, c.header) for c in form.headers(table)]
        if len(set(seen)) != len(seen):
            raise ValueError(f"{form.form_code}-{form.form_version}: {table} has one header twice")
