"""What a form version must fulfil, in itself and after the version before it; each breach is noted at its line.

Belongs here: checks of form.yaml and columns.csv. Does not: reading them (warehouse.forms).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from itertools import groupby, pairwise
from pathlib import Path

from warehouse.cells import cell_kinds
from warehouse.declaration import Table, form_tables
from warehouse.forms import IGNORE, IGNORED, OTHER_SHEETS, FormColumn, FormVersion, ReadForm
from warehouse.source import Source

#: what every cover sheet says, and the reader of each
COVER = {
    "form_code": "text",
    "form_version": "text",
    "unit_code": "text",
    "unit_name": "text",
    "period_id": "period",
    "cutoff_date": "date",
    "report_date": "date",
    "revision": "count",
}
_SHEET = 31  # characters that Excel takes in a sheet's name
_HEADERS = 3  # a sheet's least: see assets.intake.rows, the row (1) (2) (3)


def check_form(read: ReadForm, root: Path) -> None:
    """Note what is wrong with one version by itself."""
    tables = form_tables(root)
    if read.form:
        _check_head(read.head, read.form)
    for line, column in read.columns:
        table = tables.get(column.table)
        if not table:
            read.lines.problem((line, "table"), column.table, ", ".join(tables))
            continue
        if read.form:
            wanted = [t.name for t in tables.values() if t.register == (read.form.policy == "register")]
            read.lines.refuse_unless(table.name in wanted, (line, "table"), table.name, ", ".join(wanted))
        _check_line(read.lines, line, column, table)
    _check_sheets(read)
    tables_of = [c.table for _, c in read.columns]
    blank = [f"{c.table}.{n}" for _, c in read.columns if c.position and not c.required for n in c.columns]
    known = list(dict.fromkeys([*tables_of, *blank]))
    for i, name in enumerate(read.form.optional if read.form else ()):
        read.head.refuse_unless(name in known, ("optional", i), name, ", ".join(known))


def check_versions(found: Sequence[ReadForm]) -> None:
    """Note what is wrong between the versions of each form, which stand in the order of their first days."""
    for _, versions in groupby(found, key=lambda r: r.version.form_code):
        chain = list(versions)
        for line, column in chain[0].columns:
            _check_first(chain[0].lines, line, column)
        for before, after in pairwise(chain):
            policy = before.version.policy
            after.head.refuse_unless(
                after.version.policy == policy, ("policy",), after.version.policy, f"{policy}, as before"
            )
            _check_stretch(before.version, after)
            _check_concordance(before.version, after)
    registers = [r for r in found if r.version.policy == "register"]
    for other in (r for r in registers if r.version.form_code != registers[0].version.form_code):
        allowed = f"replace: the register is {registers[0].version.form_code}, and there is one"
        other.head.problem(("policy",), "register", allowed)


def _check_head(source: Source, form: FormVersion) -> None:
    folder = source.path.parent
    code, version = folder.parent.name.upper(), folder.name
    source.refuse_unless(form.form_code == code, ("form_code",), form.form_code, f"{code}, as the folder is called")
    good = form.form_version == version
    source.refuse_unless(good, ("form_version",), form.form_version, f"{version}, as the folder is called")
    late = form.valid_to is not None and form.valid_to < form.valid_from
    source.refuse_unless(not late, ("valid_to",), form.valid_to, f"a day from {form.valid_from}, or null")
    for i, field in enumerate(form.cover):
        here = ("cover", i)
        if source.refuse_unless(field.field in COVER, (*here, "field"), field.field, ", ".join(COVER)):
            wanted = COVER[field.field]
            source.refuse_unless(field.reader == wanted, (*here, "reader"), field.reader, wanted)
        earlier = form.cover[:i]
        source.refuse_unless(
            field.field not in [f.field for f in earlier], (*here, "field"), field.field, "each field once"
        )
        source.refuse_unless(
            field.label not in [f.label for f in earlier], (*here, "label"), field.label, "each label once"
        )
    missing = [f for f in COVER if f not in {c.field for c in form.cover}]
    source.refuse_unless(not missing, ("cover",), None, f"a field {', '.join(missing)}, too")


def _readers() -> dict[str, tuple[tuple[str, ...], ...]]:
    """The kinds of cell that fill columns, with the types that each of their columns may have; and what fills none."""
    return {k.name: tuple(p.types for p in k.parts) for k in cell_kinds().values() if k.parts} | {IGNORE: ()}


def _check_line(source: Source, line: int, column: FormColumn, table: Table) -> None:
    types = {c.name: c.type for c in table.columns}
    for name in column.columns:
        source.refuse_unless(name in types, (line, "column"), name, ", ".join(types))
    if column.concordance == "discontinued":
        for key in ("header", "reader"):
            source.refuse_unless(
                not getattr(column, key), (line, key), getattr(column, key), "nothing: it is discontinued"
            )
        return
    source.refuse_unless(bool(column.header), (line, "header"), None, "the text of the header, unless discontinued")
    readers = _readers()
    if not source.refuse_unless(column.reader in readers, (line, "reader"), column.reader, ", ".join(readers)):
        return
    wanted = readers[column.reader]
    fits = len(column.columns) == len(wanted) and all(
        types.get(name, "") in (*allowed, "") for name, allowed in zip(column.columns, wanted, strict=True)
    )
    found = " and ".join(f"{name} ({types.get(name)})" for name in column.columns) or IGNORED
    allowed = " and ".join(f"a column of type {' or '.join(t)}" for t in wanted) or IGNORED
    source.refuse_unless(fits, (line, "column"), found, f"{allowed}, with reader {column.reader}")
    required = any(c.required for c in table.columns if c.name in column.columns)
    good = column.required == required
    source.refuse_unless(
        good, (line, "required"), column.required, f"{'yes' if required else 'blank'}, as in {table.name}.yaml"
    )


def _check_sheets(read: ReadForm) -> None:
    lines = {
        t: [(n, c) for n, c in read.columns if c.table == t] for t in dict.fromkeys(c.table for _, c in read.columns)
    }
    taken = {*OTHER_SHEETS, *([read.form.cover_sheet.casefold()] if read.form else [])}
    for table, found in lines.items():
        first, column = found[0]
        sheet = column.sheet
        good = len(sheet) <= _SHEET and not set(sheet) & set("[]:*?/\\") and sheet.casefold() not in taken
        allowed = f"a name that no other sheet has, up to {_SHEET} characters, none of []:*?/\\"
        read.lines.refuse_unless(good, (first, "sheet"), sheet, allowed)
        taken.add(sheet.casefold())
        for line, c in found:
            read.lines.refuse_unless(c.sheet == sheet, (line, "sheet"), c.sheet, f"{sheet}, as in line {first}")
        printed = sum(c.position is not None for _, c in found)
        allowed = f"at least {_HEADERS} headers: the row of numbers under fewer cannot be told from figures"
        read.lines.refuse_unless(printed >= _HEADERS, (found[-1][0], "table"), f"{table} with {printed}", allowed)
        _check_twice(read.lines, found)


def _check_twice(source: Source, found: Sequence[tuple[int, FormColumn]]) -> None:
    headers: set[tuple[str, str]] = set()
    filled: set[str] = set()
    for line, c in found:
        key = (c.group_header, c.header)
        source.refuse_unless(key not in headers, (line, "header"), c.header, "each header of a sheet once")
        headers |= {key} if c.header else set()
        for name in c.columns:
            source.refuse_unless(name not in filled, (line, "column"), name, "each column once")
            filled.add(name)


def _check_first(source: Source, line: int, column: FormColumn) -> None:
    wanted = "same" if column.ignored else "new"
    allowed = f"{wanted}: the first version of the form"
    source.refuse_unless(column.concordance == wanted, (line, "concordance"), column.concordance, allowed)
    source.refuse_unless(not column.was, (line, "was"), "|".join(column.was), "nothing: the first version of the form")


def _check_stretch(before: FormVersion, after: ReadForm) -> None:
    begins = before.valid_to + timedelta(days=1) if before.valid_to else None
    allowed = (
        f"{begins}, the day after {before.name} ends" if begins else f"nothing, until {before.name} has a valid_to"
    )
    found = after.version.valid_from
    after.head.refuse_unless(found == begins, ("valid_from",), found, allowed)


def _check_concordance(before: FormVersion, after: ReadForm) -> None:
    related: dict[str, set[str]] = {}
    for line, c in after.columns:
        _check_relation(after.lines, line, c, before)
        related.setdefault(c.table, set()).update(c.columns, c.was)
    for table in before.tables():
        lost = sorted(before.fills(table) - related.get(table, set()))
        allowed = f"a line for {', '.join(lost)} of {table}, which {before.name} has: kept, or discontinued"
        after.lines.refuse_unless(not lost, (1,), None, allowed)


def _check_relation(source: Source, line: int, c: FormColumn, before: FormVersion) -> None:
    known = before.fills(c.table)
    for name in c.was:
        source.refuse_unless(
            name in known, (line, "was"), name, f"{', '.join(sorted(known))}, the columns of {before.name}"
        )
    was, header = (
        "|".join(c.was),
        next((x.header for x in before.columns if x.table == c.table and x.columns == c.columns), None),
    )
    if c.ignored or c.concordance == "new":
        source.refuse_unless(
            not was, (line, "was"), was, f"nothing with {'reader ignore' if c.ignored else 'concordance new'}"
        )
        fresh = c.concordance in ("same", "new") if c.ignored else not known & set(c.columns)
        allowed = "same or new with reader ignore" if c.ignored else f"not new: {before.name} has the column"
        source.refuse_unless(fresh, (line, "concordance"), c.concordance, allowed)
    elif c.concordance in ("split", "merged"):
        least = 1 if c.concordance == "split" else 2
        source.refuse_unless(len(c.was) >= least, (line, "was"), was, f"at least {least} columns of {before.name}")
    else:
        source.refuse_unless(c.was == c.columns, (line, "was"), was, "|".join(c.columns))
    if not c.ignored and c.concordance in ("same", "renamed") and header is not None:
        wanted = "same" if c.header == header else "renamed"
        source.refuse_unless(
            c.concordance == wanted, (line, "concordance"), c.concordance, f"{wanted} or redefined: it was {header!r}"
        )
