"""The register: its template holds the one in force, what one leaves out is named, and any order of arrival gives the same."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import pytest
from openpyxl import load_workbook

from assets.rebuild import rebuild
from assets.sample.report import Report, register_report
from expectations.findings import LISTED
from expectations.rule import rules
from orchestration.cli.output import UsageProblem
from orchestration.cli.template import template
from tests.conftest import Fresh, Make
from tests.signing import Key, register_with_keys
from tests.support import (
    Rows,
    changed_register,
    clean_rows,
    copy_home,
    cover_cell,
    end_unit,
    make_home,
    put,
    query,
    report_of,
    take,
    template_cell,
)
from warehouse.declaration import register_tables
from warehouse.forms import form_versions
from warehouse.home import Home

FORM = form_versions()["DMDV", "1"]
FOUND = (
    "SELECT f.code, f.sheet, f.cell, f.found FROM intake.finding f JOIN intake.submission s USING (submission_id) "
    "WHERE s.file_name = ? ORDER BY f.code, f.row_no"
)


@pytest.fixture
def commanded(home: Home, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A home with the sample register, which commands work on."""
    monkeypatch.setenv("DANVAN_HOME", str(home.root))
    return home


def _template(unit: str, period: str, out: Path) -> Path:
    template(form="DMDV", version="1", unit=unit, period=period, out=out)
    return out


def _dated(path: Path, day: date) -> None:
    """Write the report date, as the secretary does before she sends it."""
    book = load_workbook(path)
    sheet, cell = cover_cell(FORM, "report_date")
    book[sheet][cell] = datetime(day.year, day.month, day.day)
    book.save(path)


def _register(home: Home) -> dict[str, list[tuple[object, ...]]]:
    """The rows of the register in force by table, without where they stood."""
    shown = {t.core: ", ".join(c.name for c in t.columns) for t in register_tables().values()}
    return {core: query(home, f"SELECT {columns} FROM core.{core} ORDER BY ALL") for core, columns in shown.items()}


@pytest.mark.parametrize(("unit", "period", "revision"), [("KHOI", "2025-M02", 2), ("DUUB", "2026-M02", 1)])
def test_the_template_of_the_register_holds_the_one_in_force_and_comes_back_equal(
    commanded: Home, unit: str, period: str, revision: int
) -> None:
    before = _register(commanded)
    _dated(_template(unit, period, commanded.inbox / "danh-muc.xlsx"), date(2026, 3, 3))
    take(commanded)
    sent = "SELECT revision, verdict, is_current FROM intake.submission WHERE file_name = 'danh-muc.xlsx'"
    assert query(commanded, sent) == [(revision, "accepted", True)], "it is newer than the one in force"
    assert _register(commanded) == before


def test_the_template_of_the_register_is_never_one_that_would_not_be_used(commanded: Home, tmp_path: Path) -> None:
    with pytest.raises(UsageProblem, match=r"DV004 is no superior body.*KHOI"):
        _template("DV004", "2026-M02", tmp_path / "a.xlsx")
    with pytest.raises(UsageProblem, match="would not be used: the one in force is for 2025-M02"):
        _template("KHOI", "2024-Y", tmp_path / "b.xlsx")
    assert list(tmp_path.glob("*.xlsx")) == []


def test_the_first_register_s_template_is_blank(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DANVAN_HOME", str(make_home(tmp_path / "new").root))
    sheet = load_workbook(_template("KHOI", "2024-Y", tmp_path / "a.xlsx"))[FORM.sheet("unit")]
    assert [c.value for c in sheet[6]] == [None] * len(FORM.headers("unit"))


def _gone(table: str, **row: object) -> Callable[[Rows], None]:
    """Take out the first row of the table that has these values."""

    def change(rows: Rows) -> None:
        rows[table].remove(next(r for r in rows[table] if row.items() <= r.items()))

    return change


def _found(home: Home, *registers: Report) -> list[list[tuple[object, ...]]]:
    """What an ingest says of registers that come in one batch, of each: (code, sheet, cell, found)."""
    paths = put(home.inbox, *registers)
    take(home)
    return [query(home, FOUND, [path.name]) for path in paths]


def _free(table: str, lost: int = 1, more: int = 0) -> tuple[str, str]:
    """The sheet of a table and its first cell below the rows that are left, or one of those that follow."""
    return template_cell(
        FORM, table, FORM.headers(table)[0].columns[0], len(register_report().rows[table]) - lost + more
    )


FIRST = {t: rows[0] for t, rows in register_report().rows.items() if rows}


LOST: list[tuple[str, str, dict[str, object], object]] = [
    ("R-UNIT-LOST", "unit", {"unit_id": 140}, "Mã đơn vị: DV040"),
    ("R-UNIT-LOST", "unit", {"unit_id": 104, "valid_to": None}, "Từ ngày: 01/02/2025"),
    ("R-UNIT-LOST", "unit", {"unit_id": 104, "valid_to": date(2025, 1, 31)}, "Đến ngày: 31/01/2025"),
    (
        "R-ALIAS-LOST",
        "unit_alias",
        {"alias_name": FIRST["unit_alias"]["alias_name"]},
        FIRST["unit_alias"]["alias_name"],
    ),
    ("R-SUCCESSION-LOST", "succession", {"from_unit_id": FIRST["succession"]["from_unit_id"]}, "Ngày hiệu lực: "),
    ("R-CITATION-LOST", "document_citation", {}, FIRST["document_citation"]["cited_number"]),
]


def _without_a_document(rows: Rows) -> None:
    cited = {r["document_id"] for r in rows["document_citation"]}
    rows["document"].remove(next(r for r in rows["document"] if r["document_id"] not in cited))


@pytest.fixture(scope="module")
def left_out(registered: Home, once: Make) -> Home:
    """Registers that leave one row out, each its own: all in one batch, the last without a document; read only."""

    def fill(folder: Path) -> None:
        home = copy_home(registered, folder)
        changes = [*(_gone(table, **row) for _, table, row, _ in LOST), _without_a_document]
        for n, change in enumerate(changes):
            (path,) = put(home.inbox, changed_register(change, 2 + n))
            path.rename(home.inbox / f"{n}.xlsx")
        take(home)

    return Home(once("left-out", fill) / "home")


@pytest.mark.parametrize("number", range(len(LOST)), ids=[code for code, *_ in LOST])
def test_a_row_that_is_left_out_is_named_where_it_could_stand(left_out: Home, number: int) -> None:
    code, table, _, told = LOST[number]
    # a stretch that is gone contradicts the successions too
    lost = [f for f in query(left_out, FOUND, [f"{number}.xlsx"]) if str(f[0]).endswith("-LOST")]
    ((found_code, sheet, cell, found),) = lost
    assert (found_code, (sheet, cell)) == (code, _free(table))
    assert str(told) in str(found)


def test_a_document_that_is_left_out_is_named(left_out: Home) -> None:
    ((code, sheet, cell, _),) = query(left_out, FOUND, [f"{len(LOST)}.xlsx"])
    assert (code, (sheet, cell)) == ("R-DOCUMENT-LOST", _free("document"))


def test_where_rows_are_left_out_the_register_before_stays_in_force(left_out: Home, registered: Home) -> None:
    verdicts = query(left_out, "SELECT verdict, is_current, count(*) FROM intake.submission GROUP BY ALL ORDER BY ALL")
    assert verdicts == [("accepted", True, 1), ("rejected", False, len(LOST) + 1)]
    assert _register(left_out) == _register(registered)


def test_a_key_that_is_left_out_is_named(home: Home) -> None:
    days = (date(2025, 1, 1), None)
    both = register_with_keys((104, Key(1), *days), (105, Key(2), *days), revision=2)
    of_both, ((code, sheet, cell, found),) = _found(home, both, register_with_keys((104, Key(1), *days), revision=3))
    assert of_both == []
    assert (code, (sheet, cell)) == ("R-KEY-LOST", template_cell(FORM, "unit_key", "unit_id", 1))
    assert Key(2).public in str(found)


def test_every_table_of_the_register_says_what_may_not_be_left_out() -> None:
    told = {
        name for r in rules() if r.table == "staging.lost_row" for name in register_tables() if f"'{name}'" in r.sql
    }
    assert told == set(register_tables())


def test_a_register_of_two_rows_is_refused_and_names_all_that_it_leaves_out(home: Home) -> None:
    """A secretary adds one unit to an empty template."""
    put(home.inbox, report_of(104, "2024-Y", clean_rows(2024)))
    take(home)
    before = _register(home)

    def change(rows: Rows) -> None:
        new = {**rows["unit"][-1], "unit_id": 200, "unit_code": "DV200", "unit_name": "Đơn vị mới"}
        rows |= {t: [] for t in rows}
        rows["unit"] = [r for r in register_report().rows["unit"] if r["unit_code"] == "KHOI"] + [new]

    (found,) = _found(home, changed_register(change))
    lost_codes = {r.code for r in rules() if r.table == "staging.lost_row"} - {"R-KEY-LOST"}  # no unit has a key here
    assert {c for c, *_ in found} == lost_codes | {"R-PARENT-UNKNOWN", "R-UNIT-BEGUN"}
    lost = [f for f in found if f[0] == "R-UNIT-LOST"]
    assert len(lost) == LISTED < len(register_report().rows["unit"]), (
        "so many of a kind are listed, and how many there are"
    )
    assert len({cell for _, _, cell, _ in lost}) == len(lost), "each has a row of its own"
    assert _register(home) == before
    assert query(home, "SELECT verdict FROM intake.submission WHERE form_code = 'BCDV'") == [("accepted",)]


def _ended(unit_id: int) -> Callable[[Rows], None]:
    return lambda rows: end_unit(rows, unit_id, date(2025, 6, 30))


def _merged(rows: Rows) -> None:
    end_unit(rows, 104, date(2025, 6, 30), into=106)


def _ended_before_its_last_stretch(rows: Rows) -> None:
    end_unit(rows, 105, date(2017, 6, 30))


def _grown(rows: Rows) -> None:
    new = {**rows["unit"][-1], "unit_id": 200, "unit_code": "DV200", "unit_name": "Đơn vị mới"}
    rows["unit"].append(new)
    rows["succession"].append(
        {"from_unit_id": 200, "to_unit_id": 200, "succession_date": new["valid_from"],
         "succession_kind_code": "establishment", "share": 1}
    )  # fmt: skip


def _grown_and_ended(rows: Rows) -> None:
    _grown(rows)
    _ended(105)(rows)


def _corrected(rows: Rows) -> None:
    """Names and a day were wrong."""
    rows["unit"][5]["unit_name"] = "Tên đúng"
    changed = rows["succession"][0]
    before, after, *_ = [r for r in rows["unit"] if r["unit_id"] == changed["from_unit_id"]]
    before["valid_to"], after["valid_from"] = date(2014, 5, 4), date(2014, 5, 5)
    changed["succession_date"] = date(2014, 5, 5)
    rows["document"][0]["document_title"] = "Trích yếu đúng"


FREE = (_ended(104), _ended_before_its_last_stretch, _merged, _grown, _corrected)


@pytest.fixture
def two_reports(once: Make, registered: Home, tmp_path: Path) -> Home:
    """The register and two reports, of units that what follows speaks of."""

    def fill(folder: Path) -> None:
        home = copy_home(registered, folder)
        put(home.inbox, report_of(104, "2024-Y", clean_rows(2024)), report_of(105, "2016-Y", clean_rows(2016)))
        take(home)

    return copy_home(Home(once("two-reports", fill) / "home"), tmp_path)


@pytest.mark.parametrize("change", FREE, ids=["ended", "ended early", "merged", "grown", "corrected"])
def test_what_may_happen_to_units_needs_no_question(two_reports: Home, change: Callable[[Rows], None]) -> None:
    home = two_reports
    assert _found(home, changed_register(change)) == [[]]
    assert query(home, "SELECT DISTINCT verdict FROM intake.submission") == [("accepted",)]


def test_registers_in_any_order_give_the_same(fresh: Fresh, tmp_path: Path) -> None:
    """The third leaves out what the second added; the fourth, which leaves out nothing, follows the second."""
    registers = [
        register_report(),
        changed_register(_grown, 2),
        changed_register(_ended(104), 3),
        changed_register(_grown_and_ended, 4),
    ]
    came = {}
    for order in ((0, 1, 2, 3), (2, 0, 3, 1)):
        home = fresh(tmp_path / "".join(map(str, order)))
        for n in order:
            put(home.inbox, registers[n])
            take(home)
        verdicts = query(home, "SELECT revision, verdict, is_current FROM intake.submission ORDER BY 1")
        came[order] = (verdicts, _register(home))
        assert rebuild(home).different == []
    assert came[0, 1, 2, 3][0] == [
        (1, "accepted", False),
        (2, "accepted", False),
        (3, "rejected", False),
        (4, "accepted", True),
    ]
    assert len({repr(c) for c in came.values()}) == 1


def test_a_superior_body_may_send_and_others_are_told_why_not(home: Home) -> None:
    """One that took the bloc's units over, though it forgot itself; the bloc's register knows no other."""
    forgot, *others = _found(
        home,
        changed_register(_gone("unit", unit_code="DUUB"), 2, unit_code="DUUB"),
        changed_register(_grown, 3, unit_code="DV004"),
        changed_register(_grown, 4, unit_code="DUMOI"),
        changed_register(_grown, 5, unit_code="DUUB"),
    )
    assert {c for c, *_ in forgot} == {"R-UNIT-LOST", "R-PARENT-UNKNOWN"}
    assert [[c for c, *_ in found] for found in others] == [["S-REGISTER-SENDER"], ["S-REGISTER-BODY"], []]


@pytest.mark.parametrize("together", [True, False])
def test_of_two_registers_of_one_number_and_day_the_later_one_may_leave_nothing_out(
    empty: Home, together: bool
) -> None:
    """In one batch, one after the other, and when all is rebuilt."""
    home = empty
    for name, report in (("a", register_report()), ("b", changed_register(_gone("unit", unit_id=140 - together), 1))):
        (path,) = put(home.inbox, report)
        path.rename(home.inbox / f"{name}.xlsx")
        if not together:
            take(home)
    if together:
        take(home)
    verdicts = query(home, "SELECT file_name, verdict, is_current FROM intake.submission ORDER BY 1")
    assert verdicts == [("a.xlsx", "accepted", True), ("b.xlsx", "rejected", False)]
    assert rebuild(home).different == []
