"""Data Docs: a page per suite and batch, viewable without a network, and nothing of a submission in them."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from expectations.gx.docs import RESULTS, build_docs, newest_page, stored_runs
from expectations.rule import rules
from tests.support import REPO, clean_rows, copy_home, put, report_of, second_opinion, take
from warehouse.files import write_file
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


def test_a_suite_s_newest_page_is_that_of_its_last_run(tmp_path: Path, docs: Path) -> None:
    runs = {run.table: run for run in stored_runs(docs)}
    assert len(runs) > 5
    for table, run in runs.items():
        page = newest_page(docs, table)
        assert page is not None and docs / page == run.page and run.page.exists(), table
    assert newest_page(docs, "staging.of_no_run") is None
    later = tmp_path / RESULTS / "staging" / "training"
    shutil.copytree(docs / RESULTS / "staging" / "training", later)
    (before,) = later.iterdir()
    shutil.copytree(before, later / "99990101T000000.000000Z-0000-reports")
    page = newest_page(tmp_path, "staging.training")
    assert page is not None and "99990101T000000" in str(page)


def test_nothing_of_a_submission_reaches_a_page_or_a_stored_result(docs: Path) -> None:
    written = "".join(p.read_text(encoding="utf-8") for p in docs.rglob("*") if p.suffix in (".html", ".json"))
    assert "ĐẶC BIỆT" not in written
    assert "KHÔNG AI BIẾT" not in written
    assert "alert(1)" not in written


def test_building_again_changes_nothing(docs: Path) -> None:
    before = {p: p.read_bytes() for p in docs.rglob("*.html")}
    build_docs(docs)
    assert {p: p.read_bytes() for p in docs.rglob("*.html")} == before


def test_a_crash_while_drawing_leaves_whole_pages_and_the_next_run_draws_the_rest(
    docs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = {p: p.read_bytes() for p in docs.rglob("*.html")}
    for page in (docs / "site").rglob("*.html"):
        page.unlink()
    written: list[Path] = []

    def fails_at_the_third(target: Path, content: bytes) -> None:
        if len(written) == 3:
            raise OSError("No space left on device")
        written.append(target)
        write_file(target, content)

    with monkeypatch.context() as broken:
        broken.setattr("expectations.gx.docs.write_file", fails_at_the_third)
        with pytest.raises(OSError, match="No space"):
            build_docs(docs)
    drawn = list((docs / "site").rglob("*.html"))
    assert len(drawn) == 2, "two pages beside the style sheet"
    assert all(p.read_bytes() == before[p] for p in drawn)
    build_docs(docs)
    assert {p: p.read_bytes() for p in docs.rglob("*.html")} == before


def test_a_page_says_of_each_rule_what_it_is_and_what_came_of_it(docs: Path) -> None:
    text, tags = _parsed(_page_of(docs, "staging_organisation"))
    assert "O-PERSON-NO-ROLE" in text
    for told in ("Lỗi", "error", "expect_rows_to_satisfy", "party_member_count <= employee_count", "Bỏ qua khi thiếu"):
        assert told in text, told
    expected = {r.code for r in rules() if r.table == "staging.organisation"}
    assert expected <= {cell.strip() for cell in text.split("\n")}, "every rule of the table"
    first = next(code for code in re.findall(r'<tr class="\w+" id="([^"]+)"', _page_of(docs, "staging_organisation")))
    assert first == "O-PERSON-NO-ROLE", "what found something comes first"
    assert not tags & {"script", "iframe", "img", "object", "form"}


def test_every_page_is_well_formed(docs: Path) -> None:
    for page in docs.rglob("*.html"):
        _parsed(page.read_text(encoding="utf-8"))
    with pytest.raises(AssertionError, match="closes"):
        _parsed("<p><b>text</p></b>")


def test_markup_in_a_rule_is_shown_as_text(tmp_path: Path, docs: Path) -> None:
    (stored,) = (docs / "results").rglob("staging_organisation.json")
    changed = json.loads(stored.read_text(encoding="utf-8"))
    changed["results"][0]["expectation_config"]["meta"]["title"] = "<script>alert(1)</script>"
    target = tmp_path / stored.relative_to(docs)
    target.parent.mkdir(parents=True)
    target.write_text(json.dumps(changed), encoding="utf-8")
    build_docs(tmp_path)
    text, tags = _parsed(_page_of(tmp_path, "staging_organisation"))
    assert "<script>alert(1)</script>" in text
    assert "script" not in tags


def test_pages_are_drawn_without_great_expectations(docs: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from expectations.gx.docs import build_docs; "
        f"build_docs(Path({str(docs)!r})); sys.exit('great_expectations' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=REPO, check=False).returncode == 0


def _page_of(docs: Path, name: str) -> str:
    (page,) = (docs / "site").rglob(f"{name}.html")
    return page.read_text(encoding="utf-8")


class _Reader(HTMLParser):
    """Collects the texts and tags of a page; a tag that closes another than the last one opened is an error."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        if tag not in ("meta", "link", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        last = self.open.pop() if self.open else None
        assert last == tag, f"</{tag}> closes <{last}>"

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def _parsed(page: str) -> tuple[str, set[str]]:
    reader = _Reader()
    reader.feed(page)
    reader.close()
    assert reader.open == []
    return "\n".join(reader.texts), reader.tags
