"""Reading children: a file's verdict does not depend on the files beside it, and no file takes all the time there is."""

from __future__ import annotations

from pathlib import Path

import pytest

from assets.intake.grid import Refused
from assets.intake.read import read_file
from assets.intake.workers import Failure, Job, read_many, read_one
from assets.trace import trace_rows
from orchestration.cli.intake import form_check
from tests.assets.intake.transforms import endless, greedy, starved
from tests.support import clean_rows, put, query, report_of
from warehouse.catalog import open_published
from warehouse.home import Home
from warehouse.lineage import source_cells


def _jobs(folder: Path, *contents: str) -> list[Job]:
    jobs = []
    for n, content in enumerate(contents):
        path = folder / f"{n}.csv"
        path.write_text(content, encoding="utf-8")
        jobs.append((str(n), str(path), path.name))
    return jobs


def test_a_file_is_not_refused_for_the_memory_that_others_took(tmp_path: Path) -> None:
    found = dict(read_many(_jobs(tmp_path, *["a;b\n1;2\n"] * 3), greedy, processes=1))
    assert found == {"0": 1, "1": 1, "2": 1}


@pytest.fixture(autouse=True)
def short_of_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DANVAN_READERS_CPU_SECONDS_PER_FILE", "1")


def test_a_file_that_takes_too_much_processor_time_is_given_up(tmp_path: Path) -> None:
    found = dict(read_many(_jobs(tmp_path, "a;b;c\n", "a;b\n", "a;b;c\n"), endless, processes=1))
    assert (found["0"], found["2"]) == (1, 1)
    assert isinstance(found["1"], Failure)
    assert found["1"].code == "F-CRASH"


def test_a_want_of_memory_is_told_by_its_finding_and_other_ends_in_the_log(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = dict(read_many(_jobs(tmp_path, "a;b;c\n"), starved, processes=1))
    assert (found["0"].code, capsys.readouterr().err) == ("F-BOMB", "")
    found = dict(read_many(_jobs(tmp_path, "a;b\n"), starved, processes=1))
    assert (found["0"].code, capsys.readouterr().err) == ("F-CRASH", "panicked at cell 7\n" * 2)


@pytest.mark.parametrize(("inside", "code"), [("Workbook", "F-OLD-XLS"), ("EncryptedPackage", "F-ENCRYPTED")])
def test_old_and_locked_workbooks_have_words_of_their_own(tmp_path: Path, inside: str, code: str) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 5000 + inside.encode("utf-16-le") + b"\0" * 500)
    with pytest.raises(Refused) as caught:
        read_file(path, path.name)
    assert caught.value.code == code


def test_one_file_is_read_like_those_of_a_batch(tmp_path: Path) -> None:
    ((_, path, name),) = _jobs(tmp_path, "a;b\n")
    with pytest.raises(Refused, match="F-CRASH"):
        read_one(Path(path), name, endless)


def test_no_command_reads_a_sender_s_file_in_its_own_process(
    demo: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def read_here(*_: object) -> None:
        raise AssertionError("read in this process, without limits")

    monkeypatch.setattr("assets.intake.read.read_xlsx", read_here)
    (path,) = put(tmp_path, report_of(104, "2024-Y", clean_rows(2024)))
    form_check(path)
    assert "every header is mapped" in capsys.readouterr().out
    ((submission, row),) = query(
        demo,
        "SELECT submission_id, row_no FROM core.fact_training JOIN intake.submission USING (submission_id) "
        "WHERE file_kind = 'xlsx' ORDER BY ALL LIMIT 1",
    )
    with open_published(demo) as con:
        key = {"submission_id": submission, "row_no": str(row)}
        (cell,) = trace_rows(demo, source_cells(con, "core.fact_training", key, "attendee_count"))
    assert cell["raw_text"]
