"""What lives on from the last report stands in the next template: open rows under their codes, across forms, years and mergers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from assets.sample.report import Report
from assets.template import UnitLine, write_template
from orchestration.cli.template import template
from tests.conftest import Make
from tests.support import (
    Rows,
    clean_rows,
    copy_home,
    cover_cell,
    findings,
    form,
    put,
    query,
    report_of,
    take,
    template_cell,
)
from warehouse.carried import carried
from warehouse.catalog import open_published
from warehouse.forms import version_for
from warehouse.home import Home
from warehouse.periods import parse_period_id

Carried = dict[str, list[dict[str, Any]]]


def _sent(home: Home, *reports: tuple[int, str, Rows]) -> None:
    put(home.inbox, *(report_of(*r) for r in reports))
    assert not take(home).rejected


def _carried(home: Home, unit: str, period_id: str) -> Carried:
    period = parse_period_id(period_id)
    version = version_for("BCDV", period.period_end)
    assert version is not None
    with open_published(home) as con:
        return carried(con, version, period).get(unit, {})


def _rows(year: int) -> Rows:
    """A report with an open and an ended model, a finished and an unfinished inspection, and something left to be mended."""
    rows = clean_rows(year)
    model, inspection, finding = rows["model"][0], rows["inspection"][0], rows["inspection_finding"][0]
    other = {"start_date": date(year, 3, 1), "recognised_date": None, "score": None}
    rows["model"] = [
        model,
        {**model, **other, "model_code": "M02", "model_title": "Nhà vệ sinh sạch", "status_code": "dang_ky"},
        {**model, **other, "model_code": "M03", "model_title": "Tổ tự quản", "status_code": "ket_thuc"},
    ]
    half = {"planned_count": 2, "is_on_plan": None}
    rows["inspection"] = [
        inspection,
        {**inspection, **half, "inspection_code": "GS02"},
        {**inspection, "inspection_code": "GS03"},
    ]
    mended = {"finding_category_code": "tham_muu", "found_count": 1}
    rows["inspection_finding"] = [finding, {**finding, **mended}, {**finding, **mended, "inspection_code": "GS03"}]
    return rows


#: what was found and mended, and what is left of it: of a unit each
MENDING: list[tuple[object, object, list[int | None]]] = [
    (3, 1, [2]), (3, None, [3]), (3, 0, [3]), (3, "không", [3]), (3, "khoảng 2", [None]), ("khoảng 3", 1, [None]), (3, 3, []),
]  # fmt: skip
FIRST_MENDING = 105
GOES_ON, VERSIONS, ENDED_CODE = range(FIRST_MENDING + len(MENDING), FIRST_MENDING + len(MENDING) + 3)


@pytest.fixture(scope="module")
def open_rows(registered: Home, once: Make) -> Home:
    """A report of DV004 with rows that are open and others; read only."""

    def fill(folder: Path) -> None:
        _sent(copy_home(registered, folder), (104, "2023-Y", _rows(2023)))

    return Home(once("open-rows", fill) / "home")


@pytest.fixture(scope="module")
def left(registered: Home, once: Make) -> Home:
    """Reports of a unit for each thing that may be left, in one batch, one of them sent back; read only."""

    def fill(folder: Path) -> None:
        home = copy_home(registered, folder)
        put(
            home.inbox,
            *(_mending(FIRST_MENDING + n, found, mended) for n, (found, mended, _) in enumerate(MENDING)),
            _goes_on(),
            *_versions(),
            _ended_code(),
            *(report_of(unit, f"{year}-Y", clean_rows(year)) for unit, year in ((118, 2017), (123, 2017), (131, 2019))),
        )
        assert len(take(home).rejected) == 1

    return Home(once("left", fill) / "home")


def test_open_rows_live_on_and_what_has_ended_does_not(open_rows: Home) -> None:
    found = _carried(open_rows, "DV004", "2024-Y")
    assert [(r["model_code"], r["status_code"]) for r in found["model"]] == [("M01", "cong_nhan"), ("M02", "dang_ky")]
    assert [r["inspection_code"] for r in found["inspection"]] == ["KT01", "GS02"]
    (finding,) = found["inspection_finding"]
    assert (finding["inspection_code"], finding["found_count"], finding["found_date"]) == ("KT01", 1, date(2023, 5, 10))
    assert not {"score", "partner_unit_count"} & found["model"][0].keys()
    assert not {"planned_count", "done_count", "inspected_date"} & found["inspection"][0].keys()
    assert _carried(open_rows, "DV005", "2024-Y") == {}


def _mending(unit: int, found: object, mended: object) -> Report:
    rows = clean_rows(2023)
    date_of = {"remedied_date": date(2023, 6, 1) if mended == 3 else None}
    rows["inspection_finding"][0] |= {"found_count": found, "remedied_count": mended, **date_of}
    return report_of(unit, "2023-Y", rows)


@pytest.mark.parametrize("n", range(len(MENDING)), ids=[f"{found}-{mended}" for found, mended, _ in MENDING])
def test_what_is_left_to_be_mended_is_counted_only_from_exact_figures(left: Home, n: int) -> None:
    rows = _carried(left, f"DV{FIRST_MENDING + n - 100:03d}", "2024-Y").get("inspection_finding", [])
    assert [r["found_count"] for r in rows] == MENDING[n][2]


def _goes_on() -> Report:
    rows = clean_rows(2024)
    rows["model"][0] |= {"status_code": "trien_khai", "recognised_date": None, "score": None}
    rows["inspection_finding"][0] |= {"found_date": date(2024, 5, 10), "remedy_due_date": date(2024, 6, 20)}
    return report_of(GOES_ON, "2024-H1", rows)


def test_a_period_that_goes_on_counting_has_the_whole_number(left: Home) -> None:
    """Nine months contain the half year; a quarter counts anew, and so does the next year."""
    unit = f"DV{GOES_ON - 100:03d}"
    counts = {p: _carried(left, unit, p)["inspection_finding"][0]["found_count"] for p in ("2024-9M", "2024-Q3", "2025-Y")}  # fmt: skip
    assert counts == {"2024-9M": 2, "2024-Q3": 1, "2025-Y": 1}
    assert _carried(left, unit, "2024-H1") == {}, "the period itself is not before it"


def _versions() -> list[Report]:
    rows, wrong = clean_rows(2023), clean_rows(2023)
    rows["model"][0]["model_title"] = "Bản hai"
    wrong["training"][0]["attendee_count"] = -1
    sent = (clean_rows(2023), rows, wrong)
    return [report_of(VERSIONS, "2023-Y", of, {"revision": n}) for n, of in enumerate(sent, start=1)]


def test_the_version_that_counts_is_carried(left: Home) -> None:
    verdicts = "SELECT verdict, is_current FROM intake.submission WHERE unit_id = ? ORDER BY revision"
    assert query(left, verdicts, [VERSIONS]) == [("accepted", False), ("accepted", True), ("rejected", False)]
    assert [r["model_title"] for r in _carried(left, f"DV{VERSIONS - 100:03d}", "2024-Y")["model"]] == ["Bản hai"]


def test_the_only_successor_carries_on_what_its_predecessors_left_until_it_has_reported(
    left: Home, tmp_path: Path
) -> None:
    """DV018 and DV023 became DV046 on 1 January 2018; both have a model M01. DV031 was split in 2020: nobody knows which way."""
    home = copy_home(left, tmp_path)
    merged = _carried(home, "DV046", "2018-Y")
    assert [r["model_code"] for r in merged["model"]] == ["M01", "DV023-M01"]
    assert [r["inspection_code"] for r in merged["inspection_finding"]] == ["KT01", "DV023-KT01"]
    assert [r["inspection_code"] for r in merged["inspection"]] == ["KT01", "DV023-KT01"]
    assert _carried(home, "DV018", "2018-Y") == {}, "it has ended"
    assert _carried(home, "DV047", "2020-Y") == _carried(home, "DV048", "2020-Y") == {}
    own = clean_rows(2018)
    own["model"][0]["model_code"] = "M09"
    _sent(home, (146, "2018-Y", own))
    assert [r["model_code"] for r in _carried(home, "DV046", "2019-Y")["model"]] == ["M09"]


def _ended_code() -> Report:
    rows = clean_rows(2024)
    rows["model"][0] |= {"level_code": "khoi", "status_code": "trien_khai", "recognised_date": None, "score": None}
    rows["model"].append(
        {**clean_rows(2024)["model"][0], "model_code": "M02", "model_title": "Hai", "level_code": "khoi"}
    )
    return report_of(ENDED_CODE, "2024-Y", rows)


def test_a_code_of_a_list_that_has_ended_is_left_blank(left: Home) -> None:
    open_, recognised = _carried(left, f"DV{ENDED_CODE - 100:03d}", "2026-Y")["model"]
    assert (open_["level_code"], recognised["level_code"]) == (None, "khoi"), "the day of recognition decides"


@pytest.fixture
def commanded(open_rows: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """The home with open rows, which commands work on."""
    home = copy_home(open_rows, tmp_path)
    monkeypatch.setenv("DANVAN_HOME", str(home.root))
    return home


Fill = Callable[[openpyxl.Workbook], None]


def _filled(home: Home, period_id: str, fill: Fill) -> Path:
    """The template of DV004 with its report date, and what ``fill`` writes into it, in the inbox."""
    period = parse_period_id(period_id)
    version = version_for("BCDV", period.period_end)
    assert version is not None
    out = home.inbox / f"{period_id}.xlsx"
    template(period=period_id, out=out, form="BCDV", version=version.form_version, unit="DV004")
    book = openpyxl.load_workbook(out)
    sheet, cell = cover_cell(version, "report_date")
    book[sheet][cell] = date(period.year, 12, 31)
    for table, cells in (("training", clean_rows(period.year)["training"]), ("organisation", clean_rows(period.year)["organisation"])):  # fmt: skip
        for name, value in cells[0].items():
            if isinstance(value, int) and not isinstance(value, bool):
                sheet, cell = template_cell(version, table, name)
                book[sheet][cell] = value
    sheet, cell = template_cell(version, "training", "training_kind_code")
    book[sheet][cell] = "Tập huấn"
    sheet, cell = template_cell(version, "organisation", "is_person_assigned")
    book[sheet][cell] = "Không"
    fill(book)
    book.save(out)
    return out


def _put(table: str, column: str, value: object, row: int = 0) -> Fill:
    def fill(book: openpyxl.Workbook) -> None:
        sheet, cell = template_cell(form("2023"), table, column, row)
        book[sheet][cell] = value

    return fill


def test_a_template_filled_and_sent_joins_the_path_of_its_models(commanded: Home) -> None:
    def fill(book: openpyxl.Workbook) -> None:
        _put("model", "status_code", "Đang triển khai", 1)(book)
        _put("inspection_finding", "remedied_count", 1)(book)

    path = _filled(commanded, "2024-Y", fill)
    assert not take(commanded).rejected
    steps = query(
        commanded,
        "SELECT model_code, list(status_code ORDER BY year) FROM mart.model_by_unit GROUP BY model_code ORDER BY model_code",
    )
    assert steps == [("M01", ["cong_nhan", "cong_nhan"]), ("M02", ["dang_ky", "trien_khai"]), ("M03", ["ket_thuc"])]
    assert {code for code, *_ in findings(commanded, path.name)} == {"K-FOUND-EARLY"}
    found = "SELECT year, sum(found_count)::INT, sum(remedied_count)::INT FROM mart.inspection_finding_by_year GROUP BY year ORDER BY year"
    assert query(commanded, found) == [(2023, 4, 3), (2024, None, 1)], "found once, mended in the year that mended it"


def test_rows_that_nobody_touched_are_no_mistake(commanded: Home) -> None:
    path = _filled(commanded, "2024-Y", lambda _: None)
    assert not take(commanded).rejected
    assert {code for code, *_ in findings(commanded, path.name)} == {"K-FOUND-EARLY"}
    assert query(commanded, "SELECT DISTINCT severity FROM intake.finding WHERE code = 'K-FOUND-EARLY'") == [("info",)]
    again = _filled(commanded, "2025-Y", lambda _: None)
    assert not take(commanded).rejected
    assert {code for code, *_ in findings(commanded, again.name)} == {"K-FOUND-EARLY"}


def test_a_prefilled_text_is_never_a_formula(tmp_path: Path) -> None:
    row = {"model_code": "=1+1", "model_title": '=HYPERLINK("http://x")'}
    write_template(
        form("2023"), UnitLine("DV004", "X"), parse_period_id("2024-Y"), tmp_path / "x.xlsx", {"model": [row]}
    )
    sheet = openpyxl.load_workbook(tmp_path / "x.xlsx")[form("2023").sheet("model")]
    for name, text in row.items():
        _, cell = template_cell(form("2023"), "model", name)
        assert (sheet[cell].value, sheet[cell].data_type) == (text, "s")


def test_the_guide_says_what_a_code_is_and_that_it_stays(tmp_path: Path) -> None:
    write_template(form("2023"), UnitLine("DV004", "X"), parse_period_id("2024-Y"), tmp_path / "x.xlsx")
    guide = " ".join(
        str(c.value) for row in openpyxl.load_workbook(tmp_path / "x.xlsx")["Hướng dẫn"] for c in row if c.value
    )
    assert "giữ nguyên qua các kỳ" in guide
    assert "Dòng ghi sẵn là việc còn mở ở kỳ trước" in guide
