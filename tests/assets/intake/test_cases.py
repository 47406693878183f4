"""Inputs that failed once, as files: each with the verdict and the findings, at their cells, that are right."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from assets.check import check
from tests.support import REPO
from warehouse.home import Home

CASES = REPO / "tests/cases"
EXPECTED: dict[str, dict[str, Any]] = yaml.safe_load((CASES / "expected.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_the_case_comes_out_right(registered: Home, name: str) -> None:
    (checked,) = check(registered, [CASES / name])
    expected = EXPECTED[name]
    found: dict[str, list[str | None]] = {}
    for finding in checked.findings:
        found.setdefault(finding["code"], []).append(finding["cell"])
    wanted = {c: at if isinstance(at, list) else [at] for c, at in expected.get("findings", {}).items()}
    assert (checked.verdict, {c: sorted(at, key=str) for c, at in found.items()}) == (
        expected["verdict"],
        {c: sorted(at, key=str) for c, at in wanted.items()},
    )


def test_every_case_has_its_file_and_every_file_its_case() -> None:
    assert {p.name for p in CASES.iterdir()} == {"expected.yaml", *EXPECTED}
