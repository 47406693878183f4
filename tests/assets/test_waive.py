"""A waiver: what a rule asks about is accepted for a unit and a period, until a day; errors are mended, not waived."""

from __future__ import annotations

from datetime import date, timedelta
from unittest.mock import patch

import pytest

from assets.ingest import replay
from assets.waive import waive
from tests.support import clean_rows, put, query, report_of, take
from warehouse import clock
from warehouse.home import Home

CODE, UNIT, PERIOD = "O-PERSON-NO-ROLE", "DV004", "2024-Y"
LIFE = f"SELECT life FROM intake.finding WHERE code = '{CODE}'"
LATER = date(2099, 12, 31)


@pytest.fixture
def asked(home: Home) -> Home:
    """A home with a report of which a rule asks something."""
    rows = {"organisation": [{**clean_rows(2024)["organisation"][0], "person_role_code": None}]}
    put(home.inbox, report_of(104, PERIOD, rows))
    take(home)
    assert query(home, LIFE) == [("new",)]
    return home


def _waive(home: Home, until: date = LATER, reason: str = "chờ kiện toàn nhân sự") -> None:
    replay(home, waive(home, CODE, UNIT, PERIOD, reason, "Trưởng ban", until))


def test_a_waiver_shows_in_the_findings_is_published_and_changes_no_figure(asked: Home) -> None:
    before = query(asked, "SELECT content_hash FROM meta.table_hash WHERE schema_name = 'mart' ORDER BY ALL")
    _waive(asked)
    assert query(asked, LIFE) == [("waived",)]
    assert query(asked, "FROM intake.waiver") == [(CODE, 104, PERIOD, "chờ kiện toàn nhân sự", "Trưởng ban", LATER)]
    assert query(asked, "SELECT content_hash FROM meta.table_hash WHERE schema_name = 'mart' ORDER BY ALL") == before


def test_given_again_the_newer_waiver_stands_alone(asked: Home) -> None:
    _waive(asked)
    _waive(asked, clock.today(), "chỉ đến hôm nay")
    assert query(asked, "SELECT reason, expires_on FROM intake.waiver") == [("chỉ đến hôm nay", clock.today())]
    assert query(asked, LIFE) == [("waived",)]


def test_after_its_last_day_the_finding_is_back_when_it_is_judged_again(asked: Home) -> None:
    _waive(asked, today := clock.today())
    ((known,),) = query(asked, f"SELECT submission_id FROM intake.submission WHERE unit_code = '{UNIT}'")
    with patch.object(clock, "today", lambda: today + timedelta(days=1)):
        replay(asked, [known])
    assert query(asked, LIFE) == [("new",)]


REFUSED: tuple[tuple[dict[str, object], str], ...] = (
    ({"code": "O-NOPE"}, "no finding code 'O-NOPE'"),
    ({"code": "S-UNIT-UNKNOWN"}, "S-UNIT-UNKNOWN is an error: it is mended"),
    ({"unit_code": "DV005"}, "no report of DV005 on 2024-Y"),
    ({"period_id": "2023-Y"}, "no report of DV004 on 2023-Y"),
    ({"reason": "  "}, "a waiver has a reason"),
    ({"role": ""}, "a waiver has a reason"),
    ({"until": date(2000, 1, 1)}, "the day is past"),
)


def test_what_cannot_be_waived_is_refused_by_name_and_nothing_is_written(asked: Home) -> None:
    wanted = {
        "code": CODE,
        "unit_code": UNIT,
        "period_id": PERIOD,
        "reason": "lý do",
        "role": "Trưởng ban",
        "until": LATER,
    }
    for changed, says in REFUSED:
        with pytest.raises((LookupError, ValueError), match=says):
            waive(asked, **{**wanted, **changed})  # type: ignore[arg-type]
    assert query(asked, "SELECT count(*) FROM intake.waiver") == [(0,)]
