"""Files that come whole or not at all: one way for all of them, and what a failing maker leaves behind."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support import REPO
from warehouse.files import safe_path, write_file, written, written_folder


@pytest.mark.parametrize("durable", [True, False])
def test_a_file_is_replaced_whole_and_bears_the_time_that_it_is_given(tmp_path: Path, durable: bool) -> None:
    target = tmp_path / "a.json"
    write_file(target, b"old", durable=durable)
    write_file(target, b"new", mtime=1_700_000_000.25, durable=durable)
    assert target.read_bytes() == b"new"
    assert target.stat().st_mtime == pytest.approx(1_700_000_000.25)
    assert list(tmp_path.iterdir()) == [target]


def test_a_maker_that_fails_leaves_the_old_file_and_nothing_beside_it(tmp_path: Path) -> None:
    target = tmp_path / "a.xlsx"
    write_file(target, b"old")

    def fail() -> None:
        with written(target) as making:
            making.write_bytes(b"half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


def test_a_folder_is_of_one_making(tmp_path: Path) -> None:
    folder = tmp_path / "2025-01-25"
    for names in (("a", "b"), ("c",)):
        with written_folder(folder) as making:
            for name in names:
                (making / name).touch()
    assert [p.name for p in folder.iterdir()] == ["c"]

    def fail() -> None:
        with written_folder(folder) as making:
            (making / "d").touch()
            raise OSError

    with pytest.raises(OSError):
        fail()
    assert [p.name for p in folder.iterdir()] == ["c"]
    with written_folder(folder) as making:
        assert list(making.iterdir()) == [], "what the failed one left is not taken up"


def test_no_other_module_names_a_file_for_the_time_of_its_making() -> None:
    """The archive and the inbox hold the units' own files, and have rules of their own."""
    own = {"warehouse/files.py", "assets/intake/arriving.py", "assets/intake/inbox/local.py"}
    found = {
        str(p.relative_to(REPO))
        for room in ("warehouse", "expectations", "assets", "orchestration")
        for p in (REPO / room).rglob("*.py")
        if re.search(r"\.new\b|\.replace\(\w*target|os\.rename|\.rename\(", p.read_text(encoding="utf-8"))
    }
    assert found - own == set()


@pytest.mark.parametrize(
    "name", ["../../PWN", "a/b", "/etc/passwd", "..", ".", "", "a\0b", "x" * 300, "~$a", "DV001.", ".hid", "\ud800"]
)
def test_a_name_from_data_never_leaves_its_folder(tmp_path: Path, name: str) -> None:
    path = safe_path(tmp_path, name, ".txt")
    path.write_text("here")
    assert path.resolve().parent == tmp_path.resolve()
    assert not path.name.startswith(".")


def test_names_that_look_alike_have_places_of_their_own(tmp_path: Path) -> None:
    names = ["a/b", "a_b", "a\\b", "a:b", "..", ".", "", "A" * 100, "A" * 101]
    assert len({safe_path(tmp_path, n) for n in names}) == len(names)
    assert safe_path(tmp_path, "DV001", ".json").name == "DV001.json", "a plain name stays"
