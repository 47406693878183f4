"""A paper as one HTML file: no network, no script, light and dark, readable on a phone and on paper; a figure leads to its cells.

Every text is escaped: markup of a submission is shown, never obeyed.
Does not belong here: what the paper says (assets.report.content), its look (pages/report.css).
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from assets.report import vietnamese
from assets.report.cells import Shown, places_of, shown_of
from assets.report.content import Figure, Gap, Report, shown
from assets.report.origins import reason_of
from warehouse.relation import relations

if TYPE_CHECKING:
    from collections.abc import Mapping

    from warehouse.lineage import SourceCell

#: how a row of a report enters a figure: the parts of meta.lineage
_PARTS = {
    "sum": "cộng", "less": "trừ", "numerator": "tử số", "denominator": "mẫu số", "count": "đếm dòng",
    "distinct": "đếm một lần", "blank": "ô không có số", "value": "lấy nguyên",
}  # fmt: skip
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
    environment.filters |= {"key": _key, "told": _told, "place": _place, "part": _part, "brought": _brought}
    environment.filters["reason"] = reason_of
    places = places_of(report.figures()) if report.cells else {}
    traced = [(f, shown_of(f, report.cells)) for f in {f.key: f for f in report.figures() if f.key in places}.values()]
    style = Markup((_PAGES / "report.css").read_text(encoding="utf-8"))  # noqa: S704 - our own file
    drawn = {number: Markup(svg) for number, svg in pictures.items()}  # noqa: S704 - drawn by us, its texts escaped
    template, given = environment.get_template("report.html"), {"pictures": drawn, "places": places, "traced": traced}
    return template.render(report=report, style=style, **given).encode("utf-8")


def _key(one: Shown) -> str:
    return ", ".join(f"{name}={'-' if value is None else value}" for name, value in one.of.key)


def _told(one: Shown) -> str:
    """How many cells the figure rests on, or why on none."""
    if one.behind.total:
        return f"{vietnamese.count(one.behind.total)} ô"
    relation = relations().get(one.of.mart)
    if relation and relation.column(one.of.column).figure is None:
        return "đếm từ sổ đăng ký đơn vị, quy định và các báo cáo đã nhận, không từ số trong ô nào"
    return "không ô nào được tính"


def _place(cell: SourceCell) -> str:
    return cell.cell or f"dòng {cell.source_row}"


def _part(cell: SourceCell) -> str:
    return _PARTS.get(cell.part or "", cell.part or "")


def _brought(cell: SourceCell) -> str:
    return "" if cell.value is None else vietnamese.count(round(cell.value * (cell.weight or 0), 2))
