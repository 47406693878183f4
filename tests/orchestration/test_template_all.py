"""``danvan template --all``: one workbook for each unit that has to report, in its form version; given again it harms nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assets.intake.extract import extract
from assets.intake.read import read_file
from tests.orchestration.command import danvan
from tests.support import clean_rows, put, report_of, take
from warehouse.home import Home


def test_each_unit_that_has_to_report_and_has_not_gets_its_own(home: Home, tmp_path: Path) -> None:
    put(home.inbox, report_of(104, "2024-Y", clean_rows(2024)))
    wrong = clean_rows(2024)
    wrong["training"][0]["attendee_count"] = "nhiều"
    put(home.inbox, report_of(105, "2024-Y", wrong))
    take(home)
    out = tmp_path / "mau" / "2024"
    done = danvan(home.root, "template", "--all", "--period", "2024-Y", "--out", str(out), "--json")
    assert json.loads(done.stdout) == {"folder": str(out), "written": 44, "kept": 0, "reported": 1}
    names = {p.name for p in out.iterdir()}
    assert len(names) == 44
    assert "BCDV_DV004_2024-Y.xlsx" not in names, "its report was accepted"
    assert "BCDV_DV005_2024-Y.xlsx" in names, "its report was rejected"
    assert "BCDV_DV018_2024-Y.xlsx" not in names, "merged in 2018"
    path = out / "BCDV_DV046_2024-Y.xlsx"
    found = extract(read_file(path, path.name))
    assert [(i.code, i.column) for i in found.issues] == [("C-FIELD-MISSING", "report_date")]
    assert {k: found.cover[k] for k in ("unit_code", "period_id", "form_version")} == {
        "unit_code": "DV046", "period_id": "2024-Y", "form_version": "2023",
    }  # fmt: skip
    single = tmp_path / "single.xlsx"
    danvan(home.root, "template", "--form", "BCDV", "--version", "2023", "--unit", "DV046", "--period", "2024-Y", "--out", str(single))  # fmt: skip
    assert path.read_bytes() == single.read_bytes()


def test_given_again_it_writes_what_is_missing_and_leaves_the_rest(home: Home, tmp_path: Path) -> None:
    command = ("template", "--all", "--period", "2015-Y", "--out", str(tmp_path / "mau"))
    first = danvan(home.root, *command)
    assert first.stdout == f"{tmp_path / 'mau'}: templates of 2015-Y written: 45\n"
    filled, gone = (tmp_path / "mau" / f"BCDV_DV{n}_2015-Y.xlsx" for n in ("004", "005"))
    before = gone.read_bytes()
    filled.write_bytes(b"a clerk has begun")
    gone.unlink()
    again = danvan(home.root, *command)
    assert again.returncode == 0
    assert "written: 1\n" in again.stdout
    assert "there already, left as they are: 44" in again.stdout
    assert filled.read_bytes() == b"a clerk has begun"
    assert gone.read_bytes() == before
    assert extract(read_file(gone, gone.name)).cover["form_version"] == "2013"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--all", "--period", "2024"), "not a period code"),
        (("--all", "--period", "2024-Q3"), "no unit has to report for 2024-Q3 (Quý 3/2024)"),
        (("--all", "--period", "1999-Y"), "no unit has to report for 1999-Y"),
        (("--all", "--period", "20130830-20160830-R"), "no unit has to report for"),
        (("--all", "--period", "2024-Y", "--unit", "DV004"), "leave --form, --version, --unit out"),
        (("--period", "2024-Y"), "name --form, --version and --unit; or --all"),
    ],
)
def test_what_cannot_be_done_is_said_and_nothing_is_written(
    home: Home, tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    done = danvan(home.root, "template", *arguments, "--out", str(tmp_path / "mau"))
    assert (done.returncode, said in done.stderr) == (1, True), done.stderr
    assert not (tmp_path / "mau").exists()


def test_without_a_home_or_a_place_to_write_the_next_step_is_named(home: Home, tmp_path: Path) -> None:
    command = ("template", "--all", "--period", "2024-Y", "--out")
    done = danvan(tmp_path / "none", *command, str(tmp_path / "mau"))
    assert (done.returncode, "danvan ingest" in done.stderr) == (1, True)
    file = tmp_path / "file"
    file.write_text("a file")
    assert f"{file} is a file" in danvan(home.root, *command, str(file)).stderr
    done = danvan(home.root, *command, str(file / "mau"))
    assert (done.returncode, "Not a directory" in done.stderr, "Traceback" in done.stderr) == (1, True, False)
