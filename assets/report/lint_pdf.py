"""Every numeral that typst sets in a PDF is a figure of the paper's content, as it is written there, or a declared constant.

No library of the lock reads the text of a PDF, so what is walked is what is compiled: the data that goes into typst. The annex is
passed over. Does not belong here: the other forms (lint, lint_xlsx).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assets.report.content import shown
from assets.report.lint import different, typed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from assets.report.content import Report


def unresolved_pdf(compiled: Mapping[str, Any], report: Report) -> list[str]:
    """Return what is no figure and no constant in what ``assets.report.pdf.compiled`` gave: each numeral with its text."""
    known = {(f.source, f.shown) for f in report.figures()}
    tables = iter(report.tables())
    wrong: list[str] = []
    words = [compiled["standing"], *compiled["title"]]
    for block in [compiled["letterhead"], *compiled["blocks"]]:
        figures = [s for s in _spans(block) if s["kind"] == "figure"]
        wrong += [f"{s['text']!r} at source {s['source']}" for s in figures if (s["source"], s["text"]) not in known]
        if block.get("kind") == "table":
            wrong += different(block["rows"], [[shown(s) for s in row] for row in next(tables).rows])
        told = {"caption": block["caption"], "note": block["note"]} if block.get("kind") == "table" else block
        words.append("".join(_words(told)))
    return [*wrong, *typed(words, report)]


def _spans(value: Any) -> Iterator[dict[str, Any]]:
    """Every span within a block, in order."""
    if isinstance(value, dict) and {"kind", "text"} <= value.keys():
        yield value
    elif isinstance(value, dict | list | tuple):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _spans(part)


def _words(value: Any, name: str = "") -> Iterator[str]:
    """Every text within a block that is no figure and is read: not its kind, the picture, or what is said of the picture again."""
    if isinstance(value, str):
        yield "" if name in ("kind", "picture", "alternative", "separator", "number") else value
    elif isinstance(value, dict):
        if value.get("kind") != "figure":
            for key, part in value.items():
                yield from _words(part, key)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _words(part, name)
