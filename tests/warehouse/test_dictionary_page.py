"""The dictionary as a page: all that is published stands in it, it asks no network, and it is drawn when declarations change."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.support import HANGS, clean_rows, put, query, report_of, take
from warehouse.catalog import open_published
from warehouse.codes import code_list_names
from warehouse.dictionary_page import publish_page
from warehouse.home import Home


class _Page(HTMLParser):
    """The ids of a page, what its links and styles lead to, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.ids += [v for k, v in attrs if k == "id" and v]
        self.links += [v for k, v in attrs if k in ("href", "src") and v]

    def handle_data(self, data: str) -> None:
        self.words.append(data.strip())


def test_every_published_object_column_and_code_list_is_on_the_page(registered: Home) -> None:
    page = _Page(registered.dictionary_page.read_text(encoding="utf-8"))
    objects = query(registered, "SELECT schema_name || '.' || object_name FROM meta.dictionary_object")
    assert {o for (o,) in objects} | {f"codes.{n}" for n in code_list_names()} < set(page.ids)
    columns = {c for (c,) in query(registered, "SELECT DISTINCT column_name FROM meta.dictionary")}
    assert columns <= set(page.words)
    assert {"Lượt người", "Never add persons over years or levels as if they were distinct"} <= {
        w.split(". ")[-1] for w in page.words
    }


def test_it_leads_nowhere_but_to_itself(registered: Home) -> None:
    text = registered.dictionary_page.read_text(encoding="utf-8")
    page = _Page(text)
    assert len(page.links) > 100
    assert {link.removeprefix("#") for link in page.links} <= set(page.ids)
    assert "default-src 'none'" in text
    assert not re.search(r"https?:|@import|url\(", text)


def test_it_is_drawn_once_and_again_only_for_other_declarations_or_when_it_is_gone(home: Home) -> None:
    page = home.dictionary_page
    drawn = page.stat().st_mtime_ns
    put(home.inbox, report_of(104, "2024-Y", clean_rows(2024)))
    take(home)
    assert page.stat().st_mtime_ns == drawn
    content = page.read_bytes()
    with open_published(home) as con:
        for change in (
            lambda: page.write_bytes(
                content.replace(b'name="declarations" content="', b'name="declarations" content="0')
            ),
            page.unlink,
        ):
            change()
            publish_page(con, home)
            assert page.read_bytes() == content


def test_a_search_without_accents_finds_the_rows_of_all_words(registered: Home, tmp_path: Path) -> None:
    browser = shutil.which("chromium")
    if browser is None and not os.environ.get("CI"):
        pytest.skip("needs chromium")
    asking = tmp_path / "asking.html"
    text = registered.dictionary_page.read_text(encoding="utf-8")
    asking.write_text(
        text.replace("</script>", 'asked.value = "LUOT nguoi du"; asked.dispatchEvent(new Event("input"));</script>'),
        encoding="utf-8",
    )
    options = ("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync",
               "--disable-component-update", "--disable-quic", f"--user-data-dir={tmp_path / 'profile'}", "--dump-dom")  # fmt: skip
    dom = subprocess.run(
        [str(browser), *options, asking.as_uri()], capture_output=True, text=True, timeout=HANGS, check=True
    ).stdout
    shown = re.findall(r'<details class="entry"[^>]*id="([^"]+)"(?![^>]*hidden)[^>]*>', dom)
    assert "core.fact_dialogue" in shown
    assert "core.dim_unit" not in shown
    rows = re.findall(r"<tr><td><code>(\w+)</code>", dom[dom.index('id="core.fact_dialogue"') :].split("</details>")[0])
    assert rows == ["participant_count", "participant_count_state"]
