"""A paper as one HTML file: no network, light and dark, readable on a phone and on paper; each figure leads to its source.

Every text is escaped: markup of a submission is shown, never obeyed.
Does not belong here: what the paper says (assets.report.content), its look (pages/report.css).
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from assets.report.content import Figure, Gap, Report, shown

if TYPE_CHECKING:
    from collections.abc import Mapping

_PAGES = Path(__file__).parent / "pages"


def as_html(report: Report, pictures: Mapping[int, str]) -> bytes:
    """Return the paper as an .html file; ``pictures``: SVG of each chart by its number."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    environment = Environment(loader=FileSystemLoader(_PAGES), autoescape=True, undefined=StrictUndefined)
    environment.filters["is_figure"] = lambda span: isinstance(span, Figure)
    environment.filters["is_gap"] = lambda span: isinstance(span, Gap)
    environment.filters["is_a"] = lambda block, name: type(block).__name__ == name
    environment.filters["shown"] = shown
    style = Markup((_PAGES / "report.css").read_text(encoding="utf-8"))  # noqa: S704 - our own file
    drawn = {number: Markup(svg) for number, svg in pictures.items()}  # noqa: S704 - drawn by us, its texts escaped
    page = environment.get_template("report.html").render(report=report, pictures=drawn, style=style)
    return page.encode("utf-8")
