"""One clock: the ledger's moment is UTC, the day is the units', and everybody who asks what is owed hears the same."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime
from pathlib import Path

import dagster as dg
import pytest

from assets.graph.checks import standing
from assets.reminders import write_reminders
from orchestration.cli import analyst
from tests.support import REPO, clean_rows, copy_home, put, query, report_of, take
from warehouse import clock
from warehouse.catalog import open_published
from warehouse.closing import YearOpenError, require_ended
from warehouse.due import completeness_by_year
from warehouse.home import Home

#: how Python and SQL are asked for the present moment or day
_ASKED = re.compile(
    r"datetime\.now|date\.today|utcnow|ZoneInfo\(|Asia/Ho_Chi_Minh"
    r"|\b(?:current_date|current_timestamp|localtimestamp|get_current_\w+)\b|(?<![\w.])(?:now|today)\(\)",
    re.IGNORECASE,
)


def _set(monkeypatch: pytest.MonkeyPatch, at: datetime) -> None:
    monkeypatch.setattr(clock, "instant", lambda: at)


@pytest.mark.parametrize(
    ("at", "day"),
    [(datetime(2025, 1, 20, 16, 59, 59, tzinfo=UTC), date(2025, 1, 20)), (datetime(2025, 1, 20, 17, tzinfo=UTC), date(2025, 1, 21)),
     (datetime(2025, 1, 21, tzinfo=UTC), date(2025, 1, 21))],
)  # fmt: skip
def test_the_day_is_that_of_the_units(monkeypatch: pytest.MonkeyPatch, at: datetime, day: date) -> None:
    _set(monkeypatch, at)
    assert clock.today() == day
    assert clock.now() == at.replace(tzinfo=None)


def test_a_year_ends_where_the_units_are(monkeypatch: pytest.MonkeyPatch) -> None:
    _set(monkeypatch, datetime(2024, 12, 31, 17, tzinfo=UTC))
    require_ended(2024, clock.today())
    with pytest.raises(YearOpenError, match="2025 has not ended"):
        require_ended(2025, clock.today())


def asked(text: str) -> list[str]:
    """What of a source asks for the moment or day by itself; ``today`` of this clock is called by its module."""
    return [m[0] for m in _ASKED.finditer(text)]


def test_nobody_else_asks_for_the_time() -> None:
    sources = [p for room in ("warehouse", "expectations", "assets", "orchestration") for p in (REPO / room).rglob("*")]
    found = {
        str(p.relative_to(REPO)): asked(_code(p))
        for p in sources
        if p.suffix in (".py", ".sql", ".yaml") and p.name != "clock.py"
    }
    assert {k: v for k, v in found.items() if v} == {}


def _code(path: Path) -> str:
    text = path.read_text(encoding="utf-8")
    return re.sub(r'"""(?s:.*?)"""', "", text) if path.suffix == ".py" else text


@pytest.mark.parametrize(
    "planted", ["WHERE due_date < current_date", "SELECT now()", "datetime.now(UTC)", 'ZoneInfo("UTC")', "today() - 1"]
)
def test_a_planted_question_for_the_time_would_be_seen(planted: str) -> None:
    assert asked(planted)
    assert not asked("clock.now() and clock.today()")


def _completeness() -> dg.AssetCheckResult:
    first, *_ = standing()
    return first


@pytest.mark.parametrize(
    ("at", "state", "missing"),
    [
        # 20 January, the due day, until its midnight in Vietnam; the day after, while UTC still has the 20th
        (datetime(2025, 1, 20, 16, 30, tzinfo=UTC), "due", 0),
        (datetime(2025, 1, 20, 17, 30, tzinfo=UTC), "late", 44),
        (datetime(2025, 1, 20, 23, 59, tzinfo=UTC), "late", 44),
        (datetime(2025, 1, 30, 18, 0, tzinfo=UTC), "overdue", 44),
    ],
)
def test_status_check_and_reminders_give_one_answer_in_the_night_of_vietnam(
    home: Home,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    at: datetime,
    state: str,
    missing: int,
) -> None:
    monkeypatch.setenv("DANVAN_HOME", str(home.root))
    put(home.inbox, report_of(104, "2024-Y", clean_rows(2024)))
    take(home)
    _set(monkeypatch, at)
    analyst.status(json=True)
    (year,) = json.loads(capsys.readouterr().out)["completeness"]
    assert (year["year"], year["expected"], year["on_time"]) == (2024, 45, 1)
    assert (year["missing"], year["not_due"]) == (missing, 44 - missing)

    owed = write_reminders(home, clock.today())
    assert {r.state for r in owed} == {state}
    assert len(owed) == year["missing"] + year["not_due"]

    (record,) = _completeness().metadata["by_year"].records  # type: ignore[attr-defined]
    assert record.data["expected"] - record.data["reports"] == year["missing"]


def test_on_the_day_after_the_last_grace_it_is_what_the_mart_says(demo: Home) -> None:
    """The mart stands when all due days are over; on a day after them its states and those of the day are the same."""
    from_mart = query(
        demo,
        "SELECT year, count(*), count(*) FILTER (timeliness = 'on_time'), count(*) FILTER (timeliness = 'late'), "
        "count(*) FILTER (timeliness = 'rejected'), count(*) FILTER (timeliness = 'missing') "
        "FROM mart.completeness_by_form WHERE is_expected GROUP BY year ORDER BY year",
    )
    with open_published(demo) as con:
        of_the_day = completeness_by_year(con, date(2026, 1, 31))
    assert len(of_the_day) == 13
    assert {y["not_due"] for y in of_the_day} == {0}
    assert [tuple(v for n, v in y.items() if n != "not_due") for y in of_the_day] == from_mart


def test_a_year_that_nobody_reported_on_is_missing_to_all_three_once_it_is_asked_for(
    home: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DANVAN_HOME", str(home.root))
    put(home.inbox, report_of(104, "2023-Y", clean_rows(2023)))
    take(home)
    _set(monkeypatch, datetime(2025, 1, 12, tzinfo=UTC))
    analyst.status(json=True)
    assert [y["year"] for y in json.loads(capsys.readouterr().out)["completeness"]] == [2023]
    _set(monkeypatch, datetime(2025, 1, 25, tzinfo=UTC))
    analyst.status(json=True)
    *_, year = json.loads(capsys.readouterr().out)["completeness"]
    assert (year["year"], year["missing"]) == (2024, 45)
    assert len([r for r in write_reminders(home, clock.today()) if r.period_id == "2024-Y"]) == 45
    assert _completeness().metadata["years_below"].value == "2023, 2024"


def test_the_mart_does_not_follow_the_clock_and_completeness_on_a_day_does(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _set(monkeypatch, datetime(2025, 1, 12, tzinfo=UTC))
    later = copy_home(home, tmp_path / "later")
    for at, taker in ((datetime(2025, 1, 12, tzinfo=UTC), home), (datetime(2026, 7, 1, tzinfo=UTC), later)):
        _set(monkeypatch, at)
        put(taker.inbox, report_of(104, "2024-Y", clean_rows(2024)))
        take(taker)
    mart = "FROM mart.completeness ORDER BY ALL"
    assert query(home, mart) == query(later, mart) != []
    states = "SELECT timeliness, count(*) FROM {} WHERE is_expected GROUP BY 1 ORDER BY 1"
    assert query(home, states.format("mart.completeness")) == [("missing", 44), ("on_time", 1)]
    for day, state in (("2025-01-12", "not_due"), ("2025-01-20", "not_due"), ("2025-01-21", "missing")):
        of_day = query(home, states.format(f"mart.completeness_on(DATE '{day}')"))
        assert of_day == [(state, 44), ("on_time", 1)]


def test_before_the_first_report_ever_all_three_ask_for_the_same(
    home: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DANVAN_HOME", str(home.root))
    _set(monkeypatch, datetime(2025, 1, 25, tzinfo=UTC))
    analyst.status(json=True)
    (year,) = json.loads(capsys.readouterr().out)["completeness"]
    assert (year["year"], year["missing"], year["not_due"]) == (2024, 45, 0)
    assert len(write_reminders(home, clock.today())) == 45
    assert _completeness().metadata["years_below"].value == "2024"
