"""The texts of a declared block, and the numerals in a text that somebody typed instead of asking for a figure.

Belongs here: finding them. Does not: refusing them (assets.report.declaration), reading braces (assets.report.reference).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assets.report.reference import words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from assets.report.declaration import BlockOf
    from warehouse.check import At


def texts(block: BlockOf) -> Iterator[tuple[str, At]]:
    """Yield the texts of a block that braces may stand in, with their places in it."""
    for i, sentence in enumerate(block.paragraph):
        yield sentence.say, ("paragraph", i, "say")
        yield sentence.zero, ("paragraph", i, "zero")
        if sentence.unless_none_of:
            yield f"{{{sentence.unless_none_of}|count}}", ("paragraph", i, "unless_none_of")
    yield block.gap, ("gap",)
    for name in ("table", "chart", "items"):
        part = getattr(block, name)
        for key in ("caption", "note", "empty", "say"):
            if text := getattr(part, key, ""):
                yield text, (name, key)


def typed_numerals(text: str, constants: Iterable[str]) -> list[str]:
    """Return the numerals outside braces that are no part of a constant."""
    bare = words(text)
    for constant in constants:
        bare = bare.replace(constant, " ")
    return re.findall(r"\d[\d.,/]*", bare)
