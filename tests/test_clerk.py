"""docs/clerk.md: what it says of the receipts is what they say."""

from __future__ import annotations

from pathlib import Path

from expectations.catalogue import catalogue

PAGE = Path(__file__).parents[1] / "docs" / "clerk.md"


def _rows() -> list[list[str]]:
    lines = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[1:]]


def test_every_sentence_of_the_table_is_that_of_the_catalogue() -> None:
    severities = {"cảnh báo": "warning", "trả lại": "error"}
    told = [row for row in _rows() if row[3]]
    assert len(told) >= 20
    for _, outcome, title, code in told:
        rule = catalogue()[code]
        assert (title, severities[outcome]) == (rule.title, rule.severity), code


def test_its_pictures_are_there() -> None:
    names = [part.split(")")[0] for part in PAGE.read_text(encoding="utf-8").split("](")[1:]]
    assert len(names) >= 5
    assert [n for n in names if not (PAGE.parent / n).is_file()] == []
