"""The register's template holds the register in force."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest
from openpyxl import load_workbook

from orchestration.cli.intake import template
from orchestration.cli.output import UsageProblem
from tests.support import cover_cell, make_home, query, take
from warehouse.declaration import register_tables
from warehouse.forms import form_versions
from warehouse.home import Home

FORM = form_versions()["DMDV", "1"]


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
