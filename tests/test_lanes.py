"""How tests are dealt out to workers."""

from __future__ import annotations

import os

import pytest


@pytest.mark.xdist_group("told")
def test_a_group_of_tests_goes_to_one_worker(request: pytest.FixtureRequest) -> None:
    """Releases of pytest and pytest-xdist that do not fit forget the groups in silence: daemons would run side by side."""
    assert "PYTEST_XDIST_WORKER" not in os.environ or request.node.nodeid.endswith("@told")
