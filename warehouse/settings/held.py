"""What holds in a home: the default of each setting, what ``danvan.toml`` says, and before both the environment.

Read once per process and home, so a change holds for what is started after it. Does not belong here: which settings there are
(declared).
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, get_args

from warehouse.check import DeclarationError, Problem
from warehouse.home import Home, current_home
from warehouse.settings.declared import Setting, Settings, declared, sections

ENVIRONMENT = "environment"
_DEFAULT = "default"
#: not settings, and known: the home itself, showing tracebacks, the example of Dagster's storage in docs/operating.md
_OTHERS = ("DANVAN_HOME", "DANVAN_DEBUG", "DANVAN_DAGSTER_DB")
_TABLE = re.compile(r"\s*\[\s*([^\[\]]+?)\s*\]\s*(#.*)?$")
_KEY = re.compile(r"""\s*([\w.\-"' ]+?)\s*=""")
_AT = re.compile(r"\(at (?:line (\d+), column \d+|end of document)\)")


@dataclass(frozen=True, slots=True)
class Held:
    """The settings of a home, and where each comes from: ``default``, ``danvan.toml:<line>`` or ``environment``, by key."""

    settings: Settings
    origins: dict[str, str]

    def value(self, key: str) -> Any:
        """Return what holds for a setting."""
        found: Any = self.settings
        for name in key.split("."):
            found = getattr(found, name)
        return found


_adopted: list[Held] = []


def settings(home: Home | None = None) -> Settings:
    """Return what holds in ``home``, else in that of the process. Raises DeclarationError with all that is wrong."""
    return held(home).settings


def held(home: Home | None = None) -> Held:
    """Return what holds, and where it comes from. Raises as ``settings``."""
    if _adopted:
        return _adopted[-1]
    told = tuple(os.environ.get(s.variable) for s in declared().values())
    return _read((home or current_home()).settings, told)


def adopt(given: Settings) -> None:
    """Let ``given`` hold in this process from now on, whatever a file says: a child works by what its parent has read."""
    _adopted[:] = [Held(given, {})]


def unknown_variables() -> list[str]:
    """Return the DANVAN_ variables that name no setting: a typing error changes nothing, and nobody is told otherwise."""
    known = {s.variable for s in declared().values()}.union(_OTHERS)
    return sorted(name for name in os.environ if name.startswith("DANVAN_") and name not in known)


@lru_cache(maxsize=64)
def _read(path: Path, told: tuple[str | None, ...]) -> Held:
    problems: list[Problem] = []
    values = {key: s.default for key, s in declared().items()}
    origins = dict.fromkeys(values, _DEFAULT)
    for key, value, line in _stated(path, problems):
        found = _checked(declared()[key], value, Problem(path.name, line, key, "", ""), problems)
        values[key], origins[key] = found, f"{path.name}:{line}"
    for s, text in zip(declared().values(), told, strict=True):
        if text:  # a variable that is set and blank says nothing
            place = Problem(ENVIRONMENT, 0, s.variable, "", "")
            values[s.key], origins[s.key] = _checked(s, _parsed(s, text), place, problems), ENVIRONMENT
    if problems:
        raise DeclarationError(sorted(problems, key=lambda p: (p.file == ENVIRONMENT, p.line)))
    return Held(_made(values), origins)


def _made(values: dict[str, Any]) -> Settings:
    of_section: dict[str, dict[str, Any]] = {}
    for key, value in values.items():
        section, _, name = key.rpartition(".")
        of_section.setdefault(section, {})[name] = value
    top = of_section.pop("")
    return Settings(**top, **{name: sections()[name](**given) for name, given in of_section.items()})


def _stated(path: Path, problems: list[Problem]) -> list[tuple[str, Any, int]]:
    """Return (key, value, line) of what the file states; unknown keys are problems."""
    import tomllib

    try:
        text = path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        return []
    except UnicodeDecodeError as e:
        line = e.object[: e.start].count(b"\n") + 1
        raise DeclarationError([Problem(path.name, line, "", "bytes that are no UTF-8", "TOML in UTF-8")]) from e
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as e:
        at = _AT.search(str(e))
        line = int(at[1]) if at and at[1] else text.count("\n") + 1
        raise DeclarationError([Problem(path.name, line, "", _AT.sub("", str(e)).strip(), "TOML")]) from e
    lines, stated = _lines(text), []
    for key, value in _flat(raw):
        line = lines.get(key) or lines.get(key.rpartition(".")[0]) or 1
        if key in declared():
            stated.append((key, value, line))
        else:
            section = key.rpartition(".")[0]
            problems.append(Problem(path.name, line, key, repr(key.rpartition(".")[2]), _names(section)))
    return stated


def _flat(raw: dict[str, Any], section: str = "") -> list[tuple[str, Any]]:
    """Return the values by key; a table that is no section is one value, which is then refused."""
    found: list[tuple[str, Any]] = []
    for name, value in raw.items():
        key = f"{section}.{name}" if section else name
        if isinstance(value, dict) and not section and name in sections():
            found += _flat(value, name)
        else:
            found.append((key, value))
    return found


def _names(section: str) -> str:
    """Name the keys that are allowed in a section, and above all of them the sections too."""
    if section not in sections():
        return _names("")
    keys = [key.rpartition(".")[2] for key in declared() if key.rpartition(".")[0] == section]
    return ", ".join(keys if section else [*keys, *(f"[{name}]" for name in sections() if name)])


def _lines(text: str) -> dict[str, int]:
    """Return the line (from 1) of each key and section. tomllib tells none; what stands inline has that of what it stands in."""
    found: dict[str, int] = {}
    section = ""
    for number, line in enumerate(text.split("\n"), start=1):
        if table := _TABLE.match(line):
            section = _plain(table[1])
            found.setdefault(section, number)
        elif key := _KEY.match(line):
            found.setdefault(f"{section}.{_plain(key[1])}" if section else _plain(key[1]), number)
    return found


def _plain(key: str) -> str:
    return ".".join(part.strip().strip("\"'") for part in key.split("."))


def _parsed(s: Setting, text: str) -> Any:
    """Return a variable's text as the setting's kind, or as it is where it is no such thing; lists are separated by commas."""
    if inner := get_args(s.kind):
        return [_as(inner[0], part.strip()) for part in text.split(",") if part.strip()]
    return _as(s.kind, text.strip())


def _as(kind: Any, text: str) -> Any:
    try:
        return kind(text)
    except ValueError:
        return text


def _checked(s: Setting, value: Any, place: Problem, problems: list[Problem]) -> Any:
    """Return ``value`` as the declared kind; what it must not be is noted at ``place``."""
    inner = get_args(s.kind)
    items = value if inner and isinstance(value, list) else [value]
    kind = inner[0] if inner else s.kind
    good = isinstance(value, list) == bool(inner) and all(_is_allowed(s, kind, item) for item in items)
    if inner and kind is int and not items:
        good = False
    if not good:
        shown = (
            "a value that is not shown"
            if s.is_secret
            else repr(value)
            if len(repr(value)) <= 120
            else f"{value!r:.117}..."
        )
        problems.append(Problem(place.file, place.line, place.key, shown, allowed(s)))
        return s.default
    made = [float(item) if kind is float else item for item in items]
    return tuple(made) if inner else made[0]


def _is_allowed(s: Setting, kind: Any, value: Any) -> bool:
    if kind is str:
        if s.among:
            return value in s.among
        return isinstance(value, str) and (not value or not s.starts or value.startswith(s.starts))
    if isinstance(value, bool) or not isinstance(value, int if kind is int else int | float):
        return False
    return (s.least is None or value >= s.least) and (s.most is None or value <= s.most)  # not so of nan


def allowed(s: Setting) -> str:
    """Say what a setting may be."""
    inner = get_args(s.kind)
    kind = inner[0] if inner else s.kind
    if s.among:
        return f"{'a list of ' if inner else ''}{', '.join(s.among)}"
    if kind is str:
        one = f"a text that begins with {' or '.join(s.starts)}, or a blank one" if s.starts else "a text"
        return "a list of texts" if inner else one
    number = "whole number" if kind is int else "number"
    bounds = f" from {s.least:g} to {s.most:g}" if s.least is not None and s.most is not None else ""
    return f"a list of {number}s{bounds}, at least one" if inner else f"a {number}{bounds}"
