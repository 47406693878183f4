"""Declarations are checked when they are loaded: an object is built from a file's plain values, or the file is refused.

Belongs here: the one error, and building a declared class with pydantic, strictly: no value is coerced, no key is passed over.
Does not: reading files and finding lines (warehouse.source), what declarations of one kind must fulfil (the module that loads
them).
"""

from __future__ import annotations

from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, cast, get_args, get_origin, get_type_hints

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pydantic import TypeAdapter

    from warehouse.source import Source

At = tuple[str | int, ...]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: in which line (from 1; 0: it has none) of which file (relative), at which key, what was found, what
    is allowed.
    """

    file: str
    line: int
    key: str
    found: str
    allowed: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.key + ': ' if self.key else ''}found {self.found}; allowed: {self.allowed}"


class DeclarationError(ValueError):
    """A declaration file is not as it must be. ``problems`` are all of that file; the message has a line for each."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, problems)))


class Declared:
    """Base of the dataclasses whose objects stand in declaration files."""

    __slots__ = ()
    __pydantic_config__: ClassVar[dict[str, Any]] = {"strict": True, "extra": "forbid"}


def build(cls: type[T], raw: object, source: Source, at: At = (), **given: Any) -> T | None:
    """Build ``cls`` from the values that stand at ``at`` of the file; ``given`` are fields that do not stand there.

    What is wrong is noted in ``source``; then the result is None.
    """
    import orjson
    from pydantic import ValidationError

    names = [f.name for f in fields(cls) if f.name not in given]  # type: ignore[arg-type]
    if not isinstance(raw, dict):
        source.problem(at, raw, f"the keys {', '.join(names)}")
        return None
    for key in (k for k in raw if k not in names):
        source.problem((*at, key), key, ", ".join(names))
    values = {k: v for k, v in raw.items() if k in names} | given
    for key in (k for k, v in values.items() if isinstance(v, str) and v.isdigit() and date in _types(cls, k)):
        source.problem((*at, key), values[key], "a valid date in the format YYYY-MM-DD")  # pydantic would count seconds
    try:
        # from JSON: lists become tuples and ISO texts days, and nothing else is coerced
        built: T = _adapter(cast("Any", cls)).validate_json(orjson.dumps(values, option=orjson.OPT_NON_STR_KEYS))
    except ValidationError as e:
        for error in e.errors(include_url=False):
            loc = error["loc"]
            found = None if error["type"] == "missing" else loc[-1] if _is_extra(error["type"]) else error["input"]
            source.problem((*at, *loc), found, _allowed(cls, error))
        return None
    return built if _texts_are_filled(built, source, at) else None


@cache
def _adapter(cls: Any) -> TypeAdapter[Any]:
    from pydantic import TypeAdapter

    return TypeAdapter(cls)


def _types(cls: type, name: str) -> tuple[Any, ...]:
    hint = get_type_hints(cls)[name]
    return (hint, *get_args(hint))


def _is_extra(kind: str) -> bool:
    return kind == "unexpected_keyword_argument"


def _allowed(cls: type, error: Any) -> str:
    if error["type"] == "literal_error":
        return str(error["ctx"]["expected"]).replace("' or '", "', '").replace("'", "")
    if error["type"] == "missing":
        return "it must be stated"
    if _is_extra(error["type"]):
        return ", ".join(f.name for f in fields(_class_at(cls, error["loc"][:-1])))
    if error["type"] == "dataclass_type":
        return f"the keys {', '.join(f.name for f in fields(_class_at(cls, error['loc'])))}"
    return str(error["msg"]).removeprefix("Input should be ").removeprefix("Value error, ")


def _class_at(cls: Any, loc: At) -> Any:
    """The declared class of the object that stands at ``loc`` within an object of ``cls``."""
    for step in loc:
        if isinstance(step, str):
            cls = next((a for a in _types(cls, step) if is_dataclass(a)), cls)
    return cls


def _texts_are_filled(built: Any, source: Source, at: At) -> bool:
    """A text that must be stated is not blank. Looks into the objects of a tuple, too."""
    cls: Any = type(built)
    stated, tuples = _looked_at(cls)
    empty = [name for name in stated if getattr(built, name) == ""]
    for name in empty:
        source.problem((*at, name), None, "it must be stated")
    inner = [
        _texts_are_filled(item, source, (*at, name, i))
        for name in tuples
        for i, item in enumerate(getattr(built, name))
        if is_dataclass(item)
    ]
    return not empty and all(inner)


@cache
def _looked_at(cls: Any) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The fields that must be stated, and those that hold tuples."""
    hints = get_type_hints(cls)
    stated = tuple(f.name for f in fields(cls) if f.default is f.default_factory)
    return stated, tuple(name for name, hint in hints.items() if get_origin(hint) is tuple)
