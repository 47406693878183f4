"""Data Docs: a page per suite and batch, viewable without a network, and nothing of a submission in them."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from expectations.gx.docs import build_docs
from tests.support import clean_rows, copy_home, put, report_of, second_opinion, take
from warehouse.home import Home

EXTERNAL = re.compile(r"""(?:src|href)\s*=\s*["'](?:https?:)?//|url\(\s*['"]?(?:https?:)?//|@import""", re.IGNORECASE)


@pytest.fixture(scope="module")
def docs(registered: Home, tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = copy_home(registered, tmp_path_factory.mktemp("docs"))
    rows = clean_rows(2024)
    rows["organisation"][0]["person_role_code"] = None
    rows["model"][0]["model_title"] = "Tổ tự quản ĐẶC BIỆT <script>alert(1)</script>"
    report = report_of(104, "2024-Y", rows)
    put(home.inbox, replace(report, cover={**report.cover, "unit_name": "Đơn vị KHÔNG AI BIẾT"}))
    with second_opinion(wanted=True):
        take(home)
    build_docs(home.data_docs)
    return home.data_docs


def test_pages_need_no_network(docs: Path) -> None:
    pages = list(docs.rglob("*.html"))
    assert len(pages) > 5
    loaded = {p.name: EXTERNAL.findall(p.read_text(encoding="utf-8")) for p in (*pages, *docs.rglob("*.css"))}
    assert {k: v for k, v in loaded.items() if v} == {}


def test_every_page_of_the_index_is_there_and_names_its_rules(docs: Path) -> None:
    index = (docs / "index.html").read_text(encoding="utf-8")
    links = re.findall(r'href="(site/validations[^"]+)"', index)
    assert len(links) > 5
    assert all((docs / link).exists() for link in links)
    (page,) = [docs / x for x in links if "staging_organisation" in (docs / x).name]
    assert re.search(r'O-PERSON-NO-ROLE</td>.*?<td class="n">1</td>', page.read_text(encoding="utf-8"), re.DOTALL)
    dead = [
        h for h in re.findall(r'href="([^"#]+)"', page.read_text(encoding="utf-8")) if not (page.parent / h).exists()
    ]
    assert dead == []


def test_nothing_of_a_submission_reaches_a_page_or_a_stored_result(docs: Path) -> None:
    written = "".join(p.read_text(encoding="utf-8") for p in docs.rglob("*") if p.suffix in (".html", ".json"))
    assert "ĐẶC BIỆT" not in written
    assert "KHÔNG AI BIẾT" not in written
    assert "alert(1)" not in written


def test_building_again_changes_nothing(docs: Path) -> None:
    before = {p: p.read_bytes() for p in docs.rglob("*.html")}
    build_docs(docs)
    assert {p: p.read_bytes() for p in docs.rglob("*.html")} == before


def test_a_crash_between_rendering_and_stripping_leaves_no_page_that_needs_the_network(
    docs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = set(docs.rglob("*.html"))
    for page in (docs / "site").rglob("*.html"):
        page.unlink()
    with monkeypatch.context() as broken:
        broken.setattr("expectations.gx.docs._offline", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            build_docs(docs)
    assert list((docs / "site").rglob("*.html")) == []
    build_docs(docs)
    assert set(docs.rglob("*.html")) == before
    test_pages_need_no_network(docs)
