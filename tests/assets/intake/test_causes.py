"""A file whose cover is there and cannot be read: the finding says why, with a remedy, and never that a page is missing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from assets.check import check
from tests.support import clean_rows, put, report_of
from warehouse.cells import legacy
from warehouse.home import Home

TCVN3 = str.maketrans(legacy._TCVN3_TO, legacy._TCVN3_FROM)
#: VNI of the letters of the cover's labels
VNI = str.maketrans({"ã": "aõ", "đ": "ñ", "ơ": "ô", "ị": "ò", "ẫ": "aã", "á": "aù", "ê": "eâ", "ả": "aû", "ỳ": "yø", "ố": "oá",
                     "ệ": "eä", "í": "í", "ế": "eá", "à": "aø", "ầ": "aà", "ử": "öû", "ô": "oâ"})  # fmt: skip


def _csv(folder: Path) -> str:
    (path,) = put(folder, replace(report_of(104, "2024-Y", clean_rows(2024)), look="csv"))
    for encoding in ("utf-8-sig", "utf-16", "cp1258"):
        try:
            return path.read_bytes().decode(encoding)
        except UnicodeError:
            continue
    raise AssertionError


def _lost(text: str, encoding: str) -> bytes:
    return text.replace("đ", "d").replace("Đ", "D").encode(encoding, "replace")


def _told(home: Home, path: Path) -> list[tuple[str, str | None]]:
    (checked,) = check(home, [path])
    assert checked.verdict == "rejected"
    return [(f["code"], f["cell"]) for f in checked.findings]


SPOILT: dict[str, tuple[Callable[[str], bytes], str]] = {
    "ansi": (lambda t: _lost(t, "cp1252"), "F-LOST-LETTERS"),
    "ascii": (lambda t: _lost(t, "ascii"), "F-LOST-LETTERS"),
    "fffd": (lambda t: t.encode("cp1252", "replace").decode("utf-8", "replace").encode(), "F-LOST-LETTERS"),
    "tcvn3": (lambda t: t.translate(TCVN3).encode("cp1252", "replace"), "F-OLD-ENCODING"),
    "tcvn3 as utf-8": (lambda t: t.translate(TCVN3).encode(), "F-OLD-ENCODING"),
    "vni": (lambda t: t.translate(VNI).encode("cp1252", "replace"), "F-OLD-ENCODING"),
    "colons": (lambda t: t.replace(";", ":").replace("\t", ":").encode(), "F-CSV-DELIMITER"),
    "carets": (lambda t: t.replace(";", "^").replace("\t", "^").encode(), "F-CSV-DELIMITER"),
}


@pytest.mark.parametrize("what", SPOILT)
def test_the_cause_is_named(registered: Home, tmp_path: Path, what: str) -> None:
    spoil, code = SPOILT[what]
    path = tmp_path / "a.csv"
    path.write_bytes(spoil(_csv(tmp_path / "good")))
    assert [c for c, _ in _told(registered, path)] == [code]


def test_a_json_in_single_quotes(registered: Home, tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text("{'cover': {'Mã đơn vị': 'DV004'}, 'tables': {}}", encoding="utf-8")
    assert _told(registered, path) == [("F-JSON-QUOTES", None)]


@pytest.mark.parametrize("text", ["a;b\n1;2\n", "Danh sách cán bộ\nHọ tên;Chức vụ\n", "Hỏi?;Đáp\nCó gì mới?;Không\n"])
def test_what_is_no_report_has_no_cover(registered: Home, tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(text, encoding="utf-8")
    assert _told(registered, path) == [("C-MISSING", None)]
