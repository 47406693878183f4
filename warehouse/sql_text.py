"""SQL as text: which tables, views and macros stand in it, other names in their place, and the order that follows.

Belongs here: looking at text. Does not: which SQL there is (warehouse.views, marts), reading files (warehouse.sql_files).
"""

from __future__ import annotations

import re
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

#: a qualified name, with the parenthesis of a call; what stands in a comment or a text is none
_TOKEN = re.compile(
    r"(?P<comment>--[^\n]*)|'(?:[^']|'')*'|\b(?P<name>[a-z]+\.[a-z_0-9]+)\b(?P<call>\((?:\s*(?P<empty>\)))?)?"
)


class SqlOrderError(ValueError):
    """Views, macros or marts use one another in a circle; the message names the circle."""


def names_used(sql: str) -> list[str]:
    """Return the qualified names that stand in ``sql``, in the order of their first use."""
    return list(dict.fromkeys(_names(sql)))


def renamed(sql: str, names: Mapping[str, str]) -> str:
    """Return ``sql`` with other names in place of those qualified ones."""
    return _replaced(sql, lambda found: names.get(found["name"], found["name"]) + (found["call"] or ""))


def given(sql: str, names: Mapping[str, str], argument: str) -> str:
    """Return ``sql`` with a macro in place of each of ``names``, which is given ``argument`` before what it is given there."""

    def call(found: re.Match[str]) -> str:
        if found["name"] not in names:
            return found[0]
        rest = ", " if found["call"] and not found["empty"] else ")"
        return f"{names[found['name']]}({argument}{rest}"

    return _replaced(sql, call)


def bare(sql: str) -> str:
    """Return ``sql`` without its comments."""
    lines = _TOKEN.sub(lambda found: "" if found["comment"] else found[0], sql).splitlines()
    return "\n".join(line.rstrip() for line in lines if line.strip())


def in_order(texts: Mapping[str, str]) -> list[str]:
    """Return the names of ``texts`` so that each comes after those that stand in its SQL. Raises SqlOrderError."""
    uses = {name: [n for n in names_used(sql) if n in texts and n != name] for name, sql in texts.items()}
    try:
        return list(TopologicalSorter(uses).static_order())
    except CycleError as e:
        raise SqlOrderError(f"these use one another in a circle: {' -> '.join(reversed(e.args[1]))}") from e


def reached(names: Iterable[str], texts: Mapping[str, str]) -> set[str]:
    """Return the names in the SQL of ``names``, and in that of what they use, and so on down to the tables."""
    found: set[str] = set()
    todo = list(names)
    while todo:
        new = set(names_used(texts.get(todo.pop(), ""))) - found
        found |= new
        todo += new
    return found


def _names(sql: str) -> Iterator[str]:
    return (found["name"] for found in _TOKEN.finditer(sql) if found["name"])


def _replaced(sql: str, name: Callable[[re.Match[str]], str]) -> str:
    return _TOKEN.sub(lambda found: name(found) if found["name"] else found[0], sql)
