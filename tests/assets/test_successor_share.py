"""What share of a unit came of each that was merged into it: stated for all of them or for none, and no more than there is."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tests.support import Rows, changed_register, told
from warehouse.home import Home

#: DV032 and DV033 became DV050; DV018 and DV023 DV046
OF_NEW, OTHERS = (132, 133), (118, 123)


def _share(rows: Rows, shares: dict[int, float | None]) -> None:
    for row in rows["succession"]:
        if row["from_unit_id"] in shares:
            row["successor_share"] = shares[int(str(row["from_unit_id"]))]


def _absorbed(rows: Rows, share: float) -> None:
    """DV040 is taken over by DV041, which was there before."""
    for row in rows["unit"]:
        if row["unit_id"] == 140 and row["valid_to"] is None:
            row["valid_to"] = date(2025, 2, 28)
    rows["succession"].append(
        {"from_unit_id": 140, "to_unit_id": 141, "succession_date": date(2025, 3, 1), "succession_kind_code": "merger", "share": 1,
         "successor_share": share}
    )  # fmt: skip


@pytest.mark.parametrize(
    ("shares", "refused"),
    [
        (dict.fromkeys((*OF_NEW, *OTHERS), None), 0),
        ({118: 0.25, 123: 0.75}, 0),
        ({118: 0.3333, 123: 0.6667}, 0),
        ({132: 0.55, 133: None}, 1),
        ({132: 0.5, 133: 0.4}, 2),
        ({132: 0.6, 133: 0.45}, 2),
        ({132: 1, 133: 0}, 2),
    ],
)
def test_shares_of_a_new_unit_fit_together(
    registered: Home, tmp_path: Path, shares: dict[int, float | None], refused: int
) -> None:
    found = told(registered, changed_register(lambda rows: _share(rows, shares)), tmp_path).findings
    assert [f["code"] for f in found] == ["R-SUCCESSOR-SHARE"] * refused


@pytest.mark.parametrize(("share", "refused"), [(0.2, 0), (1, 1), (1.5, 1)])
def test_a_unit_that_takes_another_over_keeps_the_rest(
    registered: Home, tmp_path: Path, share: float, refused: int
) -> None:
    found = told(registered, changed_register(lambda rows: _absorbed(rows, share)), tmp_path).findings
    assert [f["code"] for f in found] == ["R-SUCCESSOR-SHARE"] * refused
