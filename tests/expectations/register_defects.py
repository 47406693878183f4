"""The defects of registers: one planted for each rule, several in a file where they do not meet.

Does not belong here: those of reports (defects).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from assets.sample.report import Report, register_report
from tests.expectations.defect import Defect, derived
from tests.signing import Key, register_with_keys
from tests.support import Rows, copied
from warehouse.declaration import Table, register_tables


@dataclass(frozen=True, slots=True)
class _Spoilt:
    """One thing wrong with a register: a row of ``table`` that is changed, or with ``add`` a changed copy of it at the end."""

    code: str
    table: str
    column: str
    change: dict[str, object]
    row: int = 0
    add: bool = False
    at: int | None = None  # the row of the finding, where it is another
    twins: int = 1
    also: tuple[str, ...] = ()

    def spoil(self, rows: Rows) -> None:
        if self.add:
            rows[self.table].append({**rows[self.table][self.row], **self.change})
        else:
            rows[self.table][self.row].update(self.change)


def _in_one(*spoilt: _Spoilt) -> list[Defect]:
    """What is wrong with one register: each register is a step of its own to judge, so what does not meet stands together."""
    report = _keyed_register()
    rows = copied(report.rows)
    for one in spoilt:
        one.spoil(rows)
    made = replace(report, rows=rows)
    along = frozenset(code for one in spoilt for code in (one.code, *one.also))
    return [
        Defect(one.code, one.table, one.column, lambda _: made, row=one.row if one.at is None else one.at,
               also=along - {one.code}, twins=one.twins, file=spoilt[0].code)
        for one in spoilt
    ]  # fmt: skip


def register_defects() -> list[Defect]:
    """Registers with something wrong; they are rejected, so the register in force stays."""
    rows = _keyed_register().rows
    unit, last = rows["unit"], len(rows["unit"])
    began = next(n for n, r in enumerate(unit) if r["unit_id"] == 103)
    split = next(n for n, r in enumerate(rows["succession"]) if r["succession_kind_code"] == "split")
    back: dict[str, object] = {"from_unit_id": 146, "to_unit_id": 118, "succession_date": date(2025, 3, 1)}
    alone = [
        _Spoilt("R-UNIT-OVERLAP", "unit", "valid_from", {"valid_from": date(2001, 1, 1)}, 0, add=True, at=last),
        _Spoilt("R-ALIAS-CLASH", "unit_alias", "alias_name", {"unit_id": 101}, 0, add=True, twins=2),
        _Spoilt("R-SUCCESSION-UNIT", "succession", "from_unit_id", {"from_unit_id": 999}, 0, also=("R-SAME-UNIT",)),
        _Spoilt("R-SUCCESSOR-UNIT", "succession", "to_unit_id", {"to_unit_id": 999}, 2),
        _Spoilt("R-SHARE-SUM", "succession", "share", {"share": 0.7}, 0),
        _Spoilt("R-DISSOLUTION", "succession", "to_unit_id", {"to_unit_id": None}, 0),
        _Spoilt("R-SHARE-RANGE", "succession", "share", {"share": 0}, 2, also=("R-SHARE-SUM",)),
        _Spoilt("R-SUCCESSOR-SHARE", "succession", "successor_share", {"successor_share": 0.7}, split),
        _Spoilt("R-SAME-UNIT", "succession", "to_unit_id", {"to_unit_id": 113}, 0),
        _Spoilt("R-SAME-UNIT-DAY", "succession", "succession_date", {"succession_date": date(2016, 8, 1)}, 0),
        _Spoilt("R-PREDECESSOR-DAY", "succession", "succession_date", {"succession_date": date(2018, 2, 1)}, 2),
        _Spoilt("R-SUCCESSOR-DAY", "succession", "succession_date", {"to_unit_id": 147}, 2),
        _Spoilt("R-SUCCESSION-CYCLE", "succession", "to_unit_id", back, 2, add=True, twins=2, also=("R-PREDECESSOR-DAY", "R-SUCCESSOR-DAY")),
    ]  # fmt: skip
    twice = [
        _Spoilt("R-UNIT-TWICE", "unit", "valid_from", {}, add=True, twins=2),
        _Spoilt("ALS-ROW-TWICE", "unit_alias", "unit_id", {}, add=True, twins=2),
        _Spoilt("SUC-ROW-TWICE", "succession", "from_unit_id", {}, add=True, twins=2, also=("R-SHARE-SUM",)),
        _Spoilt("CIT-ROW-TWICE", "document_citation", "document_id", {}, add=True, twins=2),
        _Spoilt("KEY-ROW-TWICE", "unit_key", "unit_id", {}, add=True, twins=2),
        _Spoilt("R-DOCUMENT-TWICE", "document", "document_id", {}, 9, add=True, twins=2),
    ]
    elsewhere = [
        _Spoilt("R-PARENT-UNKNOWN", "unit", "parent_unit_id", {"parent_unit_id": 999}, 5),
        _Spoilt("R-ALIAS-UNIT", "unit_alias", "unit_id", {"unit_id": 999}),
        _Spoilt("R-KEY-UNIT", "unit_key", "unit_id", {"unit_id": 999}),
        _Spoilt("R-CITATION-DOCUMENT", "document_citation", "document_id", {"document_id": 99}),
    ]
    of_one_row = [
        _Spoilt("R-UNIT-ORDER", "unit", "valid_to", {"valid_to": date(1999, 1, 1)}),
        _Spoilt("R-KEY-ORDER", "unit_key", "valid_to", {"valid_to": date(2024, 12, 31)}),
        _Spoilt("R-UNIT-CODE", "unit", "unit_code", {"unit_code": "../../PWN"}, 6),
        _Spoilt("UNT-LEVEL-CODE-EXPIRED", "unit", "level_code", {"level_code": "dang_uy_moi"}, 5),
        _Spoilt("UNT-PARTY-KIND-CODE-EXPIRED", "unit", "party_kind_code", {"party_kind_code": "dang_bo_cap_tren"}, 7),
    ]
    return [
        *(defect for one in alone for defect in _in_one(one)),
        *_in_one(*twice),
        *_in_one(*elsewhere),
        *_in_one(*of_one_row),
        *_in_one(*_too_long()),
        *(defect for table in register_tables().values() for defect in _in_one(*_missing(table))),
        Defect("R-UNIT-BEGUN", "unit", "valid_from", _accepted("unit", {"valid_from": date(2001, 1, 1)}, began, 4), row=began),
        Defect("R-UNIT-ENDED", "unit", "valid_to", _accepted("unit", {"valid_to": date(2025, 12, 31)}, last - 1, 5), row=last - 1),
        Defect("S-REGISTER-SENDER", "cover", "unit_code", _sent_by("DV004")),
        Defect("S-REGISTER-BODY", "cover", "unit_code", _sent_by("DUMOI")),
    ]  # fmt: skip


def _missing(table: Table) -> list[_Spoilt]:
    """A row for each column that must not be empty."""
    required = [c.name for c in table.columns if c.required]
    return [
        _Spoilt(derived(table.name, name, "MISSING"), table.name, name, {name: None}, row, also=_ALONG.get(name, ()))
        for row, name in enumerate(required, start=4)
    ]


def _too_long() -> list[_Spoilt]:
    return [
        _Spoilt(derived(table.name, c.name, "LONG"), table.name, c.name,
                {c.name: _LONG.get(c.name, "A" * (c.max_length + 1))}, 6)
        for table in register_tables().values()
        for c in table.columns
        if c.max_length
    ]  # fmt: skip


def _accepted(table: str, change: dict[str, object], row: int, day: int) -> Callable[[int], Report]:
    """A register with one thing to be asked about, in force until the next: of a day of its own, without keys, which that would leave out."""
    report = register_report()
    rows = copied(report.rows)
    rows[table][row].update(change)
    return lambda _: replace(report, rows=rows, cover={**report.cover, "report_date": date(2025, 3, day)})


#: a text that is too long and yet what its column asks for
_LONG = {"document_number": "1/" + "A" * 60}
#: what a missing cell of the register entails: the citation of a document that now is not there, and so on
_ALONG = {
    "document_id": ("R-CITATION-DOCUMENT",),
    "succession_kind_code": ("R-DISSOLUTION",),
    "succession_date": ("R-SHARE-SUM",),
    **dict.fromkeys(("unit_id", "valid_from"), ("R-UNIT-ENDED", "R-SAME-UNIT-DAY")),
    "from_unit_id": ("R-UNIT-ENDED",),
}


def _keyed_register() -> Report:
    return register_with_keys(*((101 + n, Key(n + 1), date(2025, 1, 1), None) for n in range(8)), revision=1)


def _sent_by(unit_code: str) -> Callable[[int], Report]:
    report = register_report()
    return lambda _: replace(report, cover={**report.cover, "unit_code": unit_code})
