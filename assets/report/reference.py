"""What stands in braces in a declared sentence: a parameter, or a figure of a question with the way in which it is written.

    {first_day}                                          a parameter of the paper
    {review(session_count, units)|count}                 the question's figure in the row of that key
    {key_figures(@year, unit).units|count}               another column; @year is the value of a parameter
    {row.unit_count|count}                               a column of the row that an item stands for
    {review(a, units)|stated ~ review(b, units)}         a rate as stated, the computed one beside it where digits differ
    {key_figures(@year, unit).x|change ~ ...}            how much more or less the first is than the second

Belongs here: reading them. Does not: finding the figures (assets.report.resolve).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from assets.report.vietnamese import FIGURES, TEXTS

#: forms that take two figures
PAIRED = ("stated", "change")
FORMS = (*FIGURES, *TEXTS, *PAIRED)
#: the question that stands for the row of an item
ROW = "row"
_BRACES = re.compile(r"\{([^{}]*)\}")
_REFERENCE = re.compile(r"(?P<question>[a-z_]+)(?:\((?P<keys>[^()]*)\))?(?:\.(?P<column>[a-z][a-z0-9_]*))?")
_DEFAULT = "value"


@dataclass(frozen=True, slots=True)
class Reference:
    """One column of one row of a question."""

    question: str
    keys: tuple[str, ...]
    column: str


@dataclass(frozen=True, slots=True)
class Placeholder:
    """What one pair of braces asks for: a parameter (``form`` is empty), one figure, or two."""

    name: str = ""
    form: str = ""
    of: tuple[Reference, ...] = ()


def pieces(text: str) -> Iterator[str | Placeholder]:
    """Yield words and placeholders in their order. Raises ValueError, saying what is allowed."""
    at = 0
    for found in _BRACES.finditer(text):
        if found.start() > at:
            yield text[at : found.start()]
        yield _placeholder(found[1])
        at = found.end()
    if at < len(text):
        yield text[at:]


def words(text: str) -> str:
    """Return what stands outside braces."""
    return _BRACES.sub(" ", text)


def _placeholder(inner: str) -> Placeholder:
    if "|" not in inner:
        if not re.fullmatch(r"[a-z_]+", inner):
            raise ValueError("{parameter} or {question(key, ...).column|form}")
        return Placeholder(name=inner)
    left, _, right = inner.partition("|")
    form, tilde, other = right.partition("~")
    if form.strip() not in FORMS:
        raise ValueError(f"a form among {', '.join(FORMS)}")
    if bool(tilde) != (form.strip() in PAIRED):
        raise ValueError(f"two figures joined by ~ with {', '.join(PAIRED)}, and with no other form")
    return Placeholder(form=form.strip(), of=tuple(_reference(t) for t in ((left, other) if tilde else (left,))))


def _reference(text: str) -> Reference:
    found = _REFERENCE.fullmatch(text.strip())
    if not found:
        raise ValueError("question(key, ...).column")
    keys = tuple(k.strip() for k in (found["keys"] or "").split(",")) if found["keys"] else ()
    return Reference(found["question"], keys, found["column"] or _DEFAULT)
