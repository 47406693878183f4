"""Prometheus' text format (version 0.0.4), as the textfile collector of its node exporter reads it.

Does not belong here: which figures there are (assets.health.metrics).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

_NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*\Z")
_LABEL = re.compile(r"(?!__)[a-zA-Z_][a-zA-Z0-9_]*\Z")


@dataclass(frozen=True, slots=True)
class Sample:
    """One figure with its labels."""

    value: float
    labels: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Family:
    """One metric: its whole name, its kind, what it is, and its figures."""

    name: str
    kind: Literal["counter", "gauge"]
    help: str
    samples: Sequence[Sample]


def text_of(families: Iterable[Family]) -> str:
    """Return the text of metrics; one without figures is left out.

    Raises ValueError for a name that the format does not allow, a counter that does not end in ``_total``, or a figure told twice.
    """
    names: set[str] = set()
    lines: list[str] = []
    for family in families:
        if not _NAME.match(family.name) or family.name in names:
            raise ValueError(f"{family.name!r} is no name of a metric, or told twice")
        if (family.kind == "counter") != family.name.endswith("_total"):
            raise ValueError(f"{family.name}: counters, and no others, end in _total")
        names.add(family.name)
        told = [f"{family.name}{_labels(s.labels)}" for s in family.samples]
        if len(set(told)) != len(told):
            raise ValueError(f"{family.name}: a figure is told twice")
        if told:
            lines += [f"# HELP {family.name} {_escaped(family.help)}", f"# TYPE {family.name} {family.kind}"]
            lines += [f"{name} {_number(s.value)}" for name, s in zip(told, family.samples, strict=True)]
    return "".join(f"{line}\n" for line in lines)


def _labels(labels: Mapping[str, str]) -> str:
    if wrong := [name for name in labels if not _LABEL.match(name)]:
        raise ValueError(f"{wrong[0]!r} is no name of a label")
    told = ",".join(f'{name}="{_escaped(value, quoted=True)}"' for name, value in sorted(labels.items()))
    return f"{{{told}}}" if told else ""


def _escaped(text: str, *, quoted: bool = False) -> str:
    """A backslash and a new line would end what is told; in quotes a quote would too."""
    told = text.encode("utf-8", "replace").decode().replace("\\", r"\\").replace("\n", r"\n")
    return told.replace('"', r"\"") if quoted else told


def _number(value: float) -> str:
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else "+Inf" if value > 0 else "-Inf"
    return str(int(value)) if float(value).is_integer() else repr(float(value))
