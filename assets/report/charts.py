"""Charts of a paper: a Vega-Lite specification as a data file, drawn over the content's rows without a browser or the network.

Belongs here: putting rows into a specification and drawing it. Does not: which chart stands where (declarations of papers), what a
chart looks like (assets/report/charts/*.json), the words beside it (the declaration's sentence).
"""

from __future__ import annotations

import json
import re
import struct
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from assets.report.content import Chart, Report

CHARTS = Path(__file__).parent / "charts"
#: fonts with every Vietnamese letter; without one named, letters with marks fall back to another font than the digits
_FONT = "DejaVu Sans, Noto Sans, Liberation Sans"
_LOCALE = {"decimal": ",", "thousands": ".", "grouping": [3], "currency": ["", " đ"]}
#: the column that numbers the stretches of a series between which a break lies, as mart.series_segment does
SEGMENT = "segment_no"
_JOINING = ("line", "area", "trail")
_ROOM = (160, 215)  #: millimetres of a page, its caption left over
_MM = 0.25  #: of a pixel of the specification
_SIDES = re.compile(r'<svg[^>]* width="([\d.]+)" height="([\d.]+)"')
_SCALE = 2  #: pixels of a PNG for one of the specification
#: of every chart: about 8 points on paper, where a chart is 160 mm wide
_SIZES = {
    "axis": {"labelFontSize": 11, "titleFontSize": 11, "titleFontWeight": "normal"},
    "legend": {"labelFontSize": 11, "titleFontSize": 11},
    "text": {"fontSize": 11},
}
_VERSION = "5.21"  #: of Vega-Lite: a chart does not change with the library's newest


def svg_of(report: Report) -> dict[int, str]:
    """Return each chart of the paper as SVG, by its number."""
    return {chart.number: _svg(json.dumps(specification(chart), default=str)) for chart in _charts(report)}


def png_of(report: Report) -> dict[int, bytes]:
    """Return each chart of the paper as PNG, by its number."""
    return {number: _png(svg) for number, svg in svg_of(report).items()}


def specification(chart: Chart) -> dict[str, Any]:
    """Return the chart's specification with its rows in it. A text of a row is data: it is never read as an expression."""
    spec: dict[str, Any] = json.loads((CHARTS / f"{chart.spec}.json").read_text(encoding="utf-8"))
    spec["data"] = {"values": list(map(dict, chart.rows))}
    spec["background"] = "#ffffff"
    spec["config"] = {**_SIZES, **spec.get("config", {}), "font": _FONT}
    return spec


def over_breaks(spec: Mapping[str, Any], inherited: Mapping[str, Any] | None = None) -> list[str]:
    """Return the marks of a specification that join rows and would do so over a break: their ``detail`` is not ``SEGMENT``."""
    encoding = {**(inherited or {}), **spec.get("encoding", {})}
    parts = [part for key in ("layer", "hconcat", "vconcat", "concat") for part in spec.get(key, [])]
    parts += [spec["spec"]] if "spec" in spec else []
    mark = spec.get("mark", "")
    kind = mark if isinstance(mark, str) else mark["type"]
    details = encoding.get("detail", [])
    named = [d["field"] for d in ([details] if isinstance(details, dict) else details)]
    mine = [kind] if kind in _JOINING and SEGMENT not in named else []
    return [*mine, *(found for part in parts for found in over_breaks(part, encoding))]


def size_on_paper(picture: bytes | str) -> tuple[float, float]:
    """Return how wide and high a chart stands on paper, in millimetres.

    All have letters of one size, but for one that a page has no room for. ``picture``: its PNG or SVG.
    """
    if isinstance(picture, bytes):
        sides = [side / _SCALE for side in struct.unpack(">II", picture[16:24])]  # the first chunk of a PNG
    else:
        sides = [float(side) for side in _SIDES.findall(picture)[0]]
    shrunk = min(_MM, *(room / side for room, side in zip(_ROOM, sides, strict=True)))
    return sides[0] * shrunk, sides[1] * shrunk


@lru_cache(maxsize=32)  # the forms of one paper show the same charts
def _svg(spec: str) -> str:
    import vl_convert

    return str(vl_convert.vegalite_to_svg(spec, vl_version=_VERSION, format_locale=_LOCALE, allowed_base_urls=[]))


@lru_cache(maxsize=32)
def _png(svg: str) -> bytes:
    import vl_convert

    return bytes(vl_convert.svg_to_png(svg, scale=_SCALE))


def _charts(report: Report) -> list[Chart]:
    from assets.report.content import Chart

    return [block for block in report.blocks if isinstance(block, Chart)]
