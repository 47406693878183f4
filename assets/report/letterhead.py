"""Whose paper it is: the layout of its office kind, and the names above it as the register has them on that day.

A name is never guessed: where the register has no body on that day, or more than one, a marked gap stands for it.
Does not belong here: fonts and margins (assets.report.docx), titles (the papers' declarations).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from assets.report.content import Gap, Letterhead, Span, Text
from warehouse import query
from warehouse.check import Declared, build
from warehouse.codes import code_lists
from warehouse.source import Source, per_root

if TYPE_CHECKING:
    from datetime import date

    import duckdb

    from warehouse.past import Past

LETTERHEADS = "assets/report/letterheads.yaml"


@dataclass(frozen=True, slots=True)
class Layout(Declared):
    """The lines that an office of these ``unit_types`` has above and below a paper."""

    name: str
    unit_types: tuple[str, ...]
    motto: tuple[str, ...]
    signs: tuple[str, ...]
    recipients: tuple[str, ...]
    separator: str = ""


@dataclass(frozen=True, slots=True)
class _File(Declared):
    letterheads: tuple[Layout, ...]


@per_root
def layouts(root: Path) -> tuple[Layout, ...]:
    """Return the layouts in the order of the file. Raises DeclarationError."""
    source = Source(root, LETTERHEADS)
    read = build(_File, source.yaml(), source)
    known = [c.code for c in code_lists(root)["unit_type"]]
    for i, layout in enumerate(read.letterheads if read else ()):
        for j, name in enumerate(layout.unit_types):
            at = ("letterheads", i, "unit_types", j)
            source.refuse_unless(name in known, at, name, ", ".join(known))
    return source.settled(read).letterheads


def letterhead(con: duckdb.DuckDBPyConnection, number: str, day: date, past: Past | None = None) -> Letterhead:
    """Return the letterhead of the one superior body that there is on ``day``; ``number``: how its papers are numbered.

    ``past``: that of the release whose register is asked; None: the newest.
    """
    bodies = query.rows_as_of(con, "report_bodies", past, day=day)
    body = bodies[0] if len(bodies) == 1 else {}
    kinds = layouts()
    layout = next((k for k in kinds if body.get("unit_type_code") in k.unit_types), kinds[0])
    place = (Gap("địa danh"), Text(", ngày "), Gap("ngày"), Text(" tháng "), Gap("tháng"), Text(" năm "), Gap("năm"))
    return Letterhead(
        superior=_name(body.get("superior_name"), "CƠ QUAN CẤP TRÊN"),
        issuer=_name(body.get("unit_name"), "CƠ QUAN BAN HÀNH"),
        separator=layout.separator,
        number=number,
        motto=layout.motto,
        place=place,
        signs=layout.signs,
        recipients=layout.recipients,
    )


def _name(name: str | None, prompt: str) -> Span:
    return Text(name.upper(), is_constant=True) if name else Gap(prompt)
