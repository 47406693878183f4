"""A paper as PDF: set by typst from data, its texts inert, alike when made again; without typst the message says what to do."""

from __future__ import annotations

import json
import re
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from assets.report import pdf
from assets.report.charts import svg_of
from assets.report.content import Chart, Report, Text
from assets.report.lint_pdf import unresolved_pdf
from assets.report.write import FORMS, usual_forms, write_review
from tests.assets.report.sample import MARKUP, report
from tests.assets.report.test_review import WINDOW
from tests.support import make_home
from warehouse.home import Home
from warehouse.settings.declared import declared

pytest.importorskip("typst", reason="the optional extra pdf is not installed")
TYPST = '#panic("read as markup") $x$ *b* @label <label> \\ ` #include "x.typ"'


def _with_chart() -> Report:
    rows = ({"issue_topic_code": "Còn hình thức", "year": 2016, "unit_count": 4},)
    return replace(
        report(), blocks=(*report().blocks, Chart(1, "Hình thử", "units_by_topic", rows, (Text("Bốn đơn vị."),)))
    )


def test_a_pdf_is_made_of_every_kind_of_block_and_alike_again() -> None:
    paper = _with_chart()
    made = pdf.as_pdf(paper, svg_of(paper))
    assert made.startswith(b"%PDF-") and made.rstrip().endswith(b"%%EOF")
    assert pdf.as_pdf(paper, svg_of(paper)) == made
    assert len(re.findall(rb"/Type\s*/Page\b", made)) >= 2, "the annex begins a page"
    assert len(re.findall(rb"/Subtype\s*/Link\b", made)) == 1, "the figure leads to its source"


def test_a_text_that_looks_like_typst_is_not_obeyed() -> None:
    paper = replace(report(title=TYPST), standing=TYPST)
    assert pdf.as_pdf(paper, {}).startswith(b"%PDF-")


def test_what_goes_in_is_the_content_with_gaps_and_figures_told_apart() -> None:
    told = json.loads(json.dumps(pdf.compiled(report(), {})))
    paragraph = next(b for b in told["blocks"] if b["kind"] == "paragraph")
    assert [s["kind"] for s in paragraph["spans"]] == ["text", "figure", "text", "gap", "text"]
    assert paragraph["spans"][1] == {"kind": "figure", "text": "2.065", "source": 1}
    assert paragraph["spans"][-1]["text"] == f" {MARKUP}"
    table = next(b for b in told["blocks"] if b["kind"] == "table")
    assert table["rows"][-1] == ["=1+1", "…"]


def test_a_numeral_that_is_no_figure_is_found_in_what_is_compiled() -> None:
    paper = _with_chart()
    told = json.loads(json.dumps(pdf.compiled(paper, {1: '<svg width="100" height="50">2016</svg>'})))
    assert unresolved_pdf(told, paper) == []
    paragraph, items, table = (
        next(b for b in told["blocks"] if b["kind"] == k) for k in ("paragraph", "items", "table")
    )
    paragraph["spans"][1]["text"] = "2.066"
    paragraph["spans"].append({"kind": "text", "text": " cùng 12 người"})
    items["items"][0].append({"kind": "text", "text": "34 điểm"})
    table["rows"][0][1] = "7"
    told["blocks"][-1]["spans"][0]["text"] = "Bốn và 5 đơn vị."
    told["letterhead"]["signs"][0] = "T/M 56"
    found = unresolved_pdf(told, paper)
    assert [f.split(" ")[0] for f in found] == ["'2.066'", "'7'", "'56'", "'12'", "'34'", "'5'"]


def test_what_is_written_when_no_form_is_named_is_a_setting(tmp_path: Path) -> None:
    home = make_home(tmp_path / "home")
    assert usual_forms(home) == tuple(FORMS) == declared()["papers.forms"].among
    other = make_home(tmp_path / "other")
    other.settings.write_text('papers.forms = ["html"]\n', encoding="utf-8")
    assert usual_forms(other) == ("html",)


def test_without_typst_the_others_are_written_and_pdf_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = make_home(tmp_path / "home")
    assert "pdf" in usual_forms(home)
    monkeypatch.setattr("assets.report.write.find_spec", lambda name: None)
    assert usual_forms(home) == ("docx", "html", "xlsx")
    monkeypatch.setitem(sys.modules, "typst", None)
    with pytest.raises(pdf.NoTypstError, match=r"pip install 'danvan\[pdf\]'"):
        pdf.as_pdf(report(), {})


def test_the_review_is_written_as_pdf(registered: Home, tmp_path: Path) -> None:
    (path,) = write_review(registered, *WINDOW, "32-CTr/TU", ("pdf",), tmp_path / "out").files
    assert path.suffix == ".pdf" and path.read_bytes().startswith(b"%PDF-")
