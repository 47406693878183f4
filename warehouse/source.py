"""A declaration file as it is read: plain values of YAML or CSV, the line of each, and what was found to be wrong with it.

Belongs here: reading, lines, duplicate keys, the folder that the declarations stand in. Does not: what the files mean.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Generic, TypeVar, cast

import yaml

from warehouse.check import At, DeclarationError, Problem

#: the folder of the rooms: declarations are data files in ``warehouse`` and ``expectations``
ROOT = Path(__file__).parents[1]
T = TypeVar("T")


class PerRoot(Generic[T]):
    """A loader that reads each root once in a process: danvan's own declarations when no root is named."""

    def __init__(self, load: Callable[[Path], T]) -> None:
        self._load = cache(load)
        self.__doc__, self.__name__ = load.__doc__, load.__name__

    def __call__(self, root: Path = ROOT) -> T:
        """Load, or return what was loaded. Raises DeclarationError."""
        return self._load(root)

    def cache_clear(self) -> None:
        """Forget what was loaded."""
        self._load.cache_clear()


def per_root(load: Callable[[Path], T]) -> PerRoot[T]:
    """Make ``load(root)`` a loader of danvan's own declarations, or of those under another root."""
    return PerRoot(load)


class Source:
    """One file. Its checks note problems; ``settled`` hands out what was loaded, or raises them all at once."""

    def __init__(self, root: Path, name: str) -> None:
        self.path, self.name = root / name, name
        self.problems: list[Problem] = []

    def yaml(self) -> Any:
        """Return the content as plain values. Raises DeclarationError on what is no YAML or says a key twice."""
        try:
            return yaml.load(self.path.read_bytes(), Loader=_Loader)  # noqa: S506 - a safe loader
        except yaml.MarkedYAMLError as e:
            line = e.problem_mark.line + 1 if e.problem_mark else 1
            found, _, allowed = (e.problem or "").partition("; ")
            raise DeclarationError([Problem(self.name, line, "", found, allowed or "YAML")]) from e

    def rows(self, columns: Sequence[str], further: bool = False) -> list[tuple[int, dict[str, str]]]:
        """Return (line, texts by column) of a CSV file with ``columns`` and, if ``further``, more after them."""
        with self.path.open(encoding="utf-8", newline="") as f:
            reader = csv.reader(f, strict=True)
            head = next(reader, [])
            if head[: len(columns)] != list(columns) or (len(head) > len(columns) and not further):
                self.problem((1,), ",".join(head), ",".join(columns))
            if len(set(head)) != len(head):
                self.problem((1,), ",".join(head), "each column once")
            self.check()
            found = [(reader.line_num, row) for row in reader]
        for line, row in found:
            if len(row) != len(head):
                self.problem((line,), f"{len(row)} cells", f"{len(head)}, as in line 1")
        return [(line, dict(zip(head, row, strict=True))) for line, row in found if len(row) == len(head)]

    def problem(self, at: At, found: object, allowed: str) -> None:
        """Note that ``found`` stands at ``at``: keys and indices of YAML, or (line, column) of CSV."""
        line = self._line(at) if self.path.suffix == ".yaml" else int(at[0]) if at else 1
        key = next((p for p in reversed(at) if isinstance(p, str)), "")
        self.problems.append(Problem(self.name, line, key, _shown(found), allowed))

    def refuse_unless(self, good: bool, at: At, found: object, allowed: str) -> bool:
        """Note a problem unless ``good``; returns ``good``."""
        if not good:
            self.problem(at, found, allowed)
        return good

    def check(self) -> None:
        """Raise what was noted, if anything: DeclarationError."""
        if self.problems:
            raise DeclarationError(sorted(set(self.problems), key=lambda p: p.line))

    def settled(self, loaded: T | None) -> T:
        """Return what was loaded from a file in which nothing is wrong. Raises DeclarationError."""
        self.check()
        return cast("T", loaded)

    def _line(self, at: At) -> int:
        """The line of a key or item of the file, or of what it is missing from."""
        node = yaml.compose(self.path.read_bytes(), Loader=_Loader)
        line = node.start_mark.line if node else 0
        for step in at:
            if isinstance(node, yaml.MappingNode):
                key, node = next(((k, v) for k, v in node.value if k.value == str(step)), (None, None))
            elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
                key = node = node.value[step]
            else:
                key = None
            if key is None:
                break
            line = key.start_mark.line
        return line + 1


def filled(row: dict[str, str]) -> dict[str, Any]:
    """Return the cells of a line that are not blank: a blank one is not stated."""
    return {name: text for name, text in row.items() if text != ""}


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc] # the C parser is eight times faster
    """The safe loader; a key that is said twice is an error, not the last of the two."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> Any:
        keys = [k.value for k, _ in node.value]
        if len(set(keys)) != len(keys):
            at = next(k for i, (k, _) in enumerate(node.value) if k.value in keys[:i])
            problem = f"the key {at.value!r} a second time; each key once"
            raise yaml.constructor.ConstructorError(None, None, problem, at.start_mark)
        return super().construct_mapping(node, deep)


def _shown(found: object) -> str:
    if found is None or found == "":
        return "nothing"
    if isinstance(found, bool):
        return str(found).lower()
    text = repr(found) if isinstance(found, str) else str(found)
    return text if len(text) <= 120 else f"{text[:117]}..."
