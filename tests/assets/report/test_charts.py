"""A chart is drawn of the content's rows alone: in the fonts of Vietnamese, without the network, its texts inert."""

from __future__ import annotations

import io
import json
import re
import zipfile
from dataclasses import replace
from pathlib import Path

import docx
import pytest

from assets.report.charts import CHARTS, png_of, specification, svg_of
from assets.report.content import Chart, Report, Text
from assets.report.docx import as_docx
from assets.report.html import as_html
from tests.assets.report.sample import report

TOPICS = ("Tuyên truyền chưa thu hút", "<script>alert(1)</script>", "datum.year", "=HYPERLINK(1)")


@pytest.fixture(scope="module")
def drawn() -> Report:
    rows = tuple(
        {"issue_topic_code": t, "year": y, "unit_count": 1234 * n} for n, t in enumerate(TOPICS) for y in (2016, 2017)
    )
    chart = Chart(1, "Hình thử", "units_by_topic", rows, (Text("Mỗi ô là số đơn vị."),))
    return replace(report(), blocks=(*report().blocks, chart))


@pytest.mark.parametrize("path", sorted(CHARTS.glob("*.json")), ids=lambda p: p.stem)
def test_a_specification_describes_itself_and_brings_no_data(path: Path) -> None:
    spec = json.loads(path.read_text(encoding="utf-8"))
    assert spec["description"] and "data" not in spec
    assert "url" not in json.dumps(spec).replace("vega.github.io", "")


def test_an_svg_has_vietnamese_labels_and_figures_and_nothing_that_acts(drawn: Report) -> None:
    page = as_html(drawn, svg_of(drawn)).decode()
    svg = page[page.index("<svg") : page.index("</svg>")]
    assert TOPICS[0] in svg and "3.702" in svg, "thousands with points"
    assert "<script" not in page and "&lt;script&gt;" in svg
    assert "DejaVu Sans" in svg
    assert not re.search(r'(?:href|src)="(?!#)', svg)
    assert 'role="img" aria-label="Mỗi ô là số đơn vị."' in page
    assert "Hình 1. Hình thử" in page


def test_a_png_stands_in_the_word_paper_with_its_text_alternative(drawn: Report) -> None:
    content = as_docx(drawn, png_of(drawn))
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        (picture,) = [n for n in file.namelist() if n.startswith("word/media/")]
        assert file.read(picture).startswith(b"\x89PNG")
    xml = docx.Document(io.BytesIO(content)).element.xml
    assert 'descr="Mỗi ô là số đơn vị."' in xml


def test_the_same_rows_give_the_same_pictures_and_a_paper_without_charts_has_none(drawn: Report) -> None:
    assert svg_of(drawn) == svg_of(drawn)
    assert png_of(report()) == {} == svg_of(report())
    chart = drawn.blocks[-1]
    assert isinstance(chart, Chart)
    assert len(specification(chart)["data"]["values"]) == 8
