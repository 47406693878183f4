"""The cheap ones of the hostile files of `benchmarks.hostile`: each gets its right answer, and harms no honest file beside it."""

from __future__ import annotations

from pathlib import Path

from assets.check import Checked, check
from benchmarks.hostile import honest_files
from benchmarks.hostile_files import HOSTILE
from warehouse.home import Home
from warehouse.ties import CODE as TIED


def test_each_hostile_file_gets_its_answer_and_harms_no_other(registered: Home, tmp_path: Path) -> None:
    plain, honest = honest_files(tmp_path)
    contents = {kind: path.read_bytes() for kind, path in plain.items()}
    chosen = [h for h in HOSTILE if h.cheap]
    (tmp_path / "hostile").mkdir()
    paths = [tmp_path / "hostile" / h.name for h in chosen]
    for file, path in zip(chosen, paths, strict=True):
        file.make(contents, path)
    *found, other = check(registered, [*paths, honest])
    assert (other.verdict, len(found)) == ("accepted", len(chosen))
    told = {c.path.name: _told(c) for c in found}
    for path in (path for path in paths if TIED in told[path.name]):  # all are of one report: one of them stands
        told[path.name] = _told(*check(registered, [path]))
    wrong = {h.name: (h.right, told[h.name]) for h in chosen if h.right not in told[h.name]}
    assert wrong == {}
    assert not Path("/tmp/danvan-pwn").exists()


def _told(checked: Checked) -> set[str]:
    return {checked.verdict, *(f["code"] for f in checked.findings)}
