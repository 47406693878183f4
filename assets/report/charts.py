"""Charts of a paper: a Vega-Lite specification as a data file, drawn over the content's rows without a browser or the network.

Belongs here: putting rows into a specification and drawing it. Does not: which chart stands where (declarations of papers), what a
chart looks like (assets/report/charts/*.json), the words beside it (the declaration's sentence).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from assets.report.content import Chart, Report

CHARTS = Path(__file__).parent / "charts"
#: fonts with every Vietnamese letter; without one named, letters with marks fall back to another font than the digits
_FONT = "DejaVu Sans, Noto Sans, Liberation Sans"
_LOCALE = {"decimal": ",", "thousands": ".", "grouping": [3], "currency": ["", " đ"]}
_SCALE = 2  #: pixels of a PNG for one of the specification
_VERSION = "5.21"  #: of Vega-Lite: a chart does not change with the library's newest


def svg_of(report: Report) -> dict[int, str]:
    """Return each chart of the paper as SVG, by its number."""
    return {chart.number: _svg(chart) for chart in _charts(report)}


def png_of(report: Report) -> dict[int, bytes]:
    """Return each chart of the paper as PNG, by its number."""
    import vl_convert

    return {
        chart.number: vl_convert.vegalite_to_png(
            specification(chart), vl_version=_VERSION, scale=_SCALE, format_locale=_LOCALE, allowed_base_urls=[]
        )
        for chart in _charts(report)
    }


def specification(chart: Chart) -> dict[str, Any]:
    """Return the chart's specification with its rows in it. A text of a row is data: it is never read as an expression."""
    spec: dict[str, Any] = json.loads((CHARTS / f"{chart.spec}.json").read_text(encoding="utf-8"))
    spec["data"] = {"values": list(map(dict, chart.rows))}
    spec["background"] = "#ffffff"
    spec["config"] = {**spec.get("config", {}), "font": _FONT}
    return spec


def _svg(chart: Chart) -> str:
    import vl_convert

    drawn = vl_convert.vegalite_to_svg(
        specification(chart), vl_version=_VERSION, format_locale=_LOCALE, allowed_base_urls=[]
    )
    return str(drawn)


def _charts(report: Report) -> list[Chart]:
    from assets.report.content import Chart

    return [block for block in report.blocks if isinstance(block, Chart)]
