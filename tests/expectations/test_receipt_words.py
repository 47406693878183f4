"""Every finding of the catalogue as a receipt shows it: in the clerk's language, without our codes or somebody else's figure."""

from __future__ import annotations

import re
from datetime import datetime

import pytest

from assets.receipt.page import page
from assets.receipt.record import Answer, Finding, Record
from expectations.catalogue import Entry, catalogue
from warehouse.codes import code_lists

#: English words that are no Vietnamese ones, and no names on the buttons of an office program
ENGLISH = frozenset([
    "the", "of", "and", "with", "than", "must", "expected", "most", "is", "are", "be", "at", "not",
    "bytes", "byte-size", "parts", "over", "single", "damaged", "twice", "stands", "says", "lines", "neither", "nor", "objects",
    "links", "only", "value", "values", "missing", "unknown", "should", "row", "rows", "column", "columns", "report", "unit",
])  # fmt: skip
#: codes that are words of a clerk, too: kinds of files as their names end
SPOKEN = frozenset({"json", "csv", "xlsx"})
_TAG = re.compile(r"<style>.*?</style>|<[^>]+>")


def _english(text: str) -> set[str]:
    """The English words of a text; what stands in brackets or after a comma of a menu are names of buttons."""
    plain = re.sub(r"\((?:File|Save|Paste|Unmerge|Text)[^)]*\)|\{.*\}", " ", text)
    return {w for w in re.findall(r"[^\W\d_]+", plain.lower()) if w in ENGLISH}


def _rendered(entry: Entry) -> str:
    found = Finding(
        entry.code,
        entry.severity,
        "1. Quán triệt",
        "G7",
        "1,250",
        entry.expected,
        entry.title,
        entry.remedy,
        None,
        None,
        "new",
    )
    now = datetime(2025, 1, 20)
    record = Record("0" * 16, "0" * 64, "bao-cao.xlsx", "xlsx", "DV004", "Đảng bộ A", "2024-Y", 1, "rejected", now, now, None,
                    None, None, None, False, (found,), ())  # fmt: skip
    return _TAG.sub(" ", page(Answer(record)))


@pytest.mark.parametrize("code", sorted(catalogue()))
def test_a_finding_is_told_in_words_that_a_clerk_knows(code: str) -> None:
    entry = catalogue()[code]
    text = _rendered(entry)
    for part in (entry.title, entry.remedy):
        assert part.split("“")[0].split('"')[0].split("<")[0].strip() in text.replace("&quot;", '"').replace(
            "&#x27;", "'"
        )
    ours = {c.code for codes in code_lists().values() for c in codes if "_" in c.code or len(c.code) > 4} - SPOKEN
    said = f"{entry.title} {re.sub(r'{.*}', '', entry.expected)} {entry.remedy}"
    assert set(re.findall(r"[\w-]+", said)) & ours == set()
    assert _english(said) == set()
    assert not re.search(r"\bnếu là \d", said), "a figure that the clerk did not write"


def test_a_fraction_is_answered_without_a_figure_of_ours() -> None:
    entry = catalogue()["V-COUNT-FRACTION"]
    assert re.findall(r"\d", entry.expected + entry.remedy) == []
