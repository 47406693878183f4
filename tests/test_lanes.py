"""How tests are dealt out to workers."""

from __future__ import annotations

import os

import pytest

from warehouse.home import Home


@pytest.mark.xdist_group("told")
def test_a_group_of_tests_goes_to_one_worker(request: pytest.FixtureRequest) -> None:
    """Releases of pytest and pytest-xdist that do not fit forget the groups in silence: daemons would run side by side."""
    assert "PYTEST_XDIST_WORKER" not in os.environ or request.node.nodeid.endswith("@told")


def test_what_needs_a_home_is_no_part_of_the_fast_lane(registered: Home, request: pytest.FixtureRequest) -> None:
    assert registered.database.exists()
    assert request.node.get_closest_marker("batch")


def test_what_needs_none_is(request: pytest.FixtureRequest) -> None:
    assert not request.node.get_closest_marker("batch")
