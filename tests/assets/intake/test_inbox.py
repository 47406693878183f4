"""The inbox, local and on a real S3-compatible server: complete files only, each taken once, newer files never removed."""

from __future__ import annotations

import hashlib
import io
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from assets.ingest import clear_inbox, release, replay, take_inbox
from assets.intake.inbox import (
    Arrival,
    InboxError,
    LocalInbox,
    NothingToTakeError,
    ObjectInbox,
    open_inbox,
    put_path,
    reach_warning,
)
from assets.intake.workers import Failure
from assets.rebuild import rebuild
from tests.support import clean_rows, findings, put, put_register, query, report_of, take
from warehouse.home import Home
from warehouse.senders import Senders, set_senders

#: what a ledger knows of the files that these tests write
ALL = {hashlib.sha256(content).hexdigest() for content in (b"x", b"first", b"second")}


def _write(folder: Path, name: str, content: bytes = b"x") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def test_only_complete_regular_files_are_listed(tmp_path: Path) -> None:
    for name in ("b.xlsx", "sub/a.csv", ".hidden.xlsx", "~$b.xlsx", "c.xlsx.part", ".git/d.csv"):
        _write(tmp_path, name)
    (tmp_path / "link.xlsx").symlink_to("/etc/hostname")
    assert sorted(a.name for a in LocalInbox(tmp_path).complete()) == ["b.xlsx", "sub/a.csv"]
    assert LocalInbox(tmp_path).complete(settle_seconds=60) == []


def test_a_file_that_was_replaced_after_it_was_taken_stays(tmp_path: Path) -> None:
    path = _write(tmp_path, "a.xlsx", b"first")
    inbox = LocalInbox(tmp_path)
    (arrival,) = inbox.complete()
    path.write_bytes(b"second")
    inbox.take_away(arrival, ALL)
    assert path.read_bytes() == b"second"


def test_a_file_that_is_replaced_in_the_very_moment_of_removal_gets_its_name_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = _write(tmp_path, "a.xlsx", b"first")
    inbox = LocalInbox(tmp_path)
    (arrival,) = inbox.complete()
    original: Callable[[Path, Path], Path] = Path.rename

    def replaced_just_before(self: Path, target: Path) -> Path:
        if self == path:
            path.write_bytes(b"second")
        return original(self, target)

    monkeypatch.setattr(Path, "rename", replaced_just_before)
    inbox.take_away(arrival, ALL)
    assert [p.name for p in tmp_path.iterdir()] == ["a.xlsx"]
    assert path.read_bytes() == b"second"


def test_a_file_that_changes_while_it_is_copied_is_not_complete(tmp_path: Path) -> None:
    path = _write(tmp_path, "a.xlsx", b"first")
    (arrival,) = LocalInbox(tmp_path).complete()
    path.write_bytes(b"first and more")
    assert not LocalInbox(tmp_path).fetch(arrival, io.BytesIO())


def test_taking_away_what_is_gone_is_nothing(tmp_path: Path) -> None:
    path = _write(tmp_path, "a.xlsx")
    inbox = LocalInbox(tmp_path)
    (arrival,) = inbox.complete()
    inbox.take_away(arrival, ALL)
    inbox.take_away(arrival, ALL)
    assert not path.exists()
    assert not inbox.fetch(arrival, io.BytesIO())


def test_a_file_out_of_reach_stops_neither_the_others_nor_goes_unnoticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a.xlsx", "closed/b.xlsx", "c.xlsx"):
        _write(tmp_path, name)
    allowed = os.access

    def access(path: str | Path, mode: int) -> bool:  # tests may run as root, who is refused nothing
        refused = (os.R_OK, "a.xlsx") if mode == os.R_OK else (mode, "closed")
        return (mode, Path(path).name) != refused and allowed(path, mode)

    monkeypatch.setattr(os, "access", access)
    inbox = LocalInbox(tmp_path)
    assert [a.name for a in inbox.complete()] == ["c.xlsx"]
    assert inbox.out_of_reach() == ["a.xlsx", "closed/b.xlsx"]
    assert "a.xlsx, closed/b.xlsx; let danvan read them" in str(reach_warning(inbox))
    (tmp_path / "c.xlsx").unlink()
    monkeypatch.undo()
    assert reach_warning(inbox) is None


def test_a_name_at_the_limit_of_the_file_system_can_be_taken_away(tmp_path: Path) -> None:
    path = _write(tmp_path, "á" * 122 + ".xlsx")
    inbox = LocalInbox(tmp_path)
    put_path(inbox, _write(tmp_path.parent / f"{tmp_path.name} other", path.name, b"second"))
    for arrival in inbox.complete():
        inbox.take_away(arrival, ALL)
    assert list(tmp_path.iterdir()) == []


def test_files_of_one_name_that_are_put_in_stand_beside_each_other(tmp_path: Path) -> None:
    inbox = LocalInbox(_write(tmp_path / "inbox", ".kept").parent)
    for unit in ("one", "two"):
        put_path(inbox, _write(tmp_path / unit, "bao-cao.xlsx", unit.encode()))
        put_path(inbox, tmp_path / unit)
    put_path(inbox, inbox.root / "bao-cao.xlsx")  # lies there already
    contents = sorted((inbox.root / a.name).read_bytes() for a in inbox.complete())
    assert contents == [b"one", b"one", b"two", b"two"]
    assert len(list(inbox.root.iterdir())) == 4 + len([".kept"]), "no part is left behind"


@pytest.mark.parametrize("name", [".hidden.xlsx", "~$b.xlsx", "c.xlsx.part"])
def test_what_is_not_complete_is_not_put_in_and_the_reason_is_named(tmp_path: Path, name: str) -> None:
    inbox = LocalInbox(tmp_path / "inbox")
    path = _write(tmp_path / "files", name)
    link = tmp_path / "link.xlsx"
    link.symlink_to("/etc/hostname")
    for place in (path, path.parent, link):
        with pytest.raises(NothingToTakeError, match="left alone"):
            put_path(inbox, place)
    with pytest.raises(FileNotFoundError, match="no file or folder"):
        put_path(inbox, tmp_path / "nowhere")
    with pytest.raises(NothingToTakeError, match="holds the inbox"):
        put_path(inbox, tmp_path)
    with pytest.raises(FileNotFoundError, match="no inbox"):
        put_path(inbox, _write(tmp_path / "other", "a.xlsx"))


def test_a_setting_of_another_kind_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DANVAN_INBOX", "ftp://host/inbox")
    with pytest.raises(InboxError, match="s3://bucket/prefix"):
        open_inbox(Home(tmp_path))


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    """A local S3-compatible server with the bucket ``reports``."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(150):
            try:
                urllib.request.urlopen(urllib.request.Request(f"{address}/reports", method="PUT"))
                break
            except urllib.error.URLError:
                time.sleep(0.2)
        yield address
    finally:
        server.kill()
        server.wait()


@pytest.fixture
def bucket(s3: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ObjectInbox:
    monkeypatch.setenv("DANVAN_INBOX", f"s3://reports/{tmp_path.name}")
    settings = {"AWS_ENDPOINT_URL": s3, "AWS_ALLOW_HTTP": "true", "AWS_REGION": "us-east-1"}
    for name, value in {**settings, "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}.items():
        monkeypatch.setenv(name, value)
    inbox = open_inbox(Home(tmp_path))
    assert isinstance(inbox, ObjectInbox)
    return inbox


def _upload(inbox: ObjectInbox, folder: Path) -> None:
    import obstore

    for path in (p for p in folder.rglob("*") if p.is_file()):
        obstore.put(inbox.store, f"đợt 1/{path.name}", path.read_bytes())


def test_a_prefix_of_an_object_store_is_an_inbox_like_any_other(
    bucket: ObjectInbox, empty: Home, tmp_path: Path
) -> None:
    home = empty
    put_register(tmp_path / "stock")
    put(tmp_path / "stock", report_of(104, "2024-Y", clean_rows(2024)))
    _upload(bucket, tmp_path / "stock")
    result = take(home)
    assert (result.files, result.rejected) == (2, [])
    assert bucket.complete() == [], "taken away once committed"
    assert query(home, "SELECT count(*) FROM core.fact_training") == [(1,)]
    assert take(home).files == 0
    _upload(bucket, tmp_path / "stock")
    assert take(home).duplicates == 2


def test_a_folder_of_an_object_store_speaks_for_its_unit_too(bucket: ObjectInbox, home: Home, tmp_path: Path) -> None:
    import obstore

    set_senders(home, Senders("unit"))
    (path,) = put(tmp_path / "stock", report_of(104, "2024-Y", clean_rows(2024)))
    obstore.put(bucket.store, f"DV005/{path.name}", path.read_bytes())
    assert len(take(home).rejected) == 1
    assert ("S-FOLDER-OTHER", "Thông tin chung", "B13") in findings(home, path.name)
    obstore.put(bucket.store, f"DV004/{path.name}", path.read_bytes())
    assert len(take(home).accepted) == 1, "the same bytes, now from the unit's own prefix"
    assert bucket.complete() == []


def test_files_put_into_a_bucket_never_replace_each_other(bucket: ObjectInbox, tmp_path: Path) -> None:
    for content in (b"one", b"second"):
        put_path(bucket, _write(tmp_path, "đợt 1/a.csv", content).parent.parent)
    assert sorted(a.size for a in bucket.complete()) == [3, 6]
    assert {Path(a.name).parent.as_posix() for a in bucket.complete()} == {"đợt 1"}


def test_an_object_that_was_replaced_is_neither_fetched_nor_deleted(bucket: ObjectInbox) -> None:
    import obstore

    obstore.put(bucket.store, "a.csv", b"first")
    (arrival,) = bucket.complete()
    obstore.put(bucket.store, "a.csv", b"second!")
    assert not bucket.fetch(arrival, io.BytesIO())
    bucket.take_away(arrival, ALL)
    assert [a.size for a in bucket.complete()] == [7]
    gone = Arrival("b.csv", 1, "0")
    assert not bucket.fetch(gone, io.BytesIO())
    bucket.take_away(gone, ALL)


def test_a_bucket_that_is_not_there_names_what_to_check(
    bucket: ObjectInbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DANVAN_INBOX", "s3://nowhere/inbox")
    inbox = open_inbox(Home(tmp_path))
    with pytest.raises(InboxError, match="check the bucket"):
        inbox.complete()
    with pytest.raises(InboxError, match="check the bucket"):
        inbox.put("a.csv", io.BytesIO(b"x"))


def test_a_corrected_file_of_equal_name_size_times_and_inode_is_judged(home: Home) -> None:
    (path,) = put(home.inbox, replace(report_of(104, "2024-Y", clean_rows(2024)), look="csv"))
    status, content = path.stat(), path.read_bytes()
    assert len(take_inbox(home).accepted) == 1
    digit = max(i for i, b in enumerate(content) if b in b"12345678")
    path.write_bytes(content[:digit] + bytes([content[digit] + 1]) + content[digit + 1 :])
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert (path.stat().st_size, path.stat().st_ino) == (status.st_size, status.st_ino)
    release(home)
    assert clear_inbox(home) == 0, "these bytes were never taken"
    assert path.exists()
    assert take(home).files == 1
    assert query(home, "SELECT count(*) FROM intake.submission WHERE file_name = ?", [path.name]) == [(2,)]
    assert not path.exists()


@pytest.mark.parametrize("code", ["F-CRASH", "F-BOMB"])
def test_a_verdict_that_tells_of_the_machine_is_given_anew_when_the_file_comes_again(
    home: Home, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    (path,) = put(home.inbox, report_of(104, "2024-Y", clean_rows(2024)))
    content = path.read_bytes()
    with monkeypatch.context() as failing:
        failing.setattr(
            "assets.intake.stage.read_many", lambda jobs, *_, **__: [(j[0], Failure(code, "x")) for j in jobs]
        )
        assert len(take(home).rejected) == 1
    path.write_bytes(content)
    again = take(home)
    assert (len(again.accepted), again.duplicates, again.files) == (1, 0, 1)
    path.write_bytes(content)
    assert take(home).duplicates == 1


def test_a_file_too_large_is_refused_before_it_is_copied(home: Home) -> None:
    (home.inbox / "lon.csv").touch()
    os.truncate(home.inbox / "lon.csv", 200 << 20)
    before = sum(p.stat().st_size for p in home.archive.rglob("*") if p.is_file())
    (submission,) = take(home).rejected
    assert findings(home, "lon.csv") == {("F-TOO-LARGE", None, None)}
    assert query(home, "SELECT byte_size, length(sha256) FROM intake.submission WHERE file_name = 'lon.csv'") == [
        (200 << 20, 64)
    ]
    assert sum(p.stat().st_size for p in home.archive.rglob("*") if p.is_file()) == before
    assert not (home.inbox / "lon.csv").exists()
    assert replay(home, [submission]).rejected == [submission]
    assert rebuild(home).different == []


def test_what_is_no_file_is_named_and_never_waited_for(tmp_path: Path) -> None:
    _write(tmp_path, "a.csv")
    os.mkfifo(tmp_path / "b.csv")
    (tmp_path / "c.csv").symlink_to("/etc/hostname")
    (tmp_path / "d").symlink_to("/etc")
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind(str(tmp_path / "e.csv"))
    inbox = LocalInbox(tmp_path)
    assert [a.name for a in inbox.complete()] == ["a.csv"]
    assert inbox.out_of_reach() == ["b.csv (a pipe)", "c.csv (a link)", "d (a link)", "e.csv (a socket)"]


@pytest.mark.parametrize("kind", ["pipe", "link", "gone"])
def test_a_file_exchanged_since_the_listing_is_neither_opened_nor_waited_for(tmp_path: Path, kind: str) -> None:
    path = _write(tmp_path, "a.csv")
    inbox = LocalInbox(tmp_path)
    (arrival,) = inbox.complete()
    path.unlink()
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "link":
        path.symlink_to("/etc/hostname")
    assert not inbox.fetch(arrival, io.BytesIO())


def test_what_killed_runs_left_in_archive_and_parquet_is_taken_away(home: Home) -> None:
    left = [home.archive / ".0123456789abcdef.new", home.published / "parquet" / ".release-000009.new" / "core"]
    left[0].write_bytes(b"half a copy")
    left[1].mkdir(parents=True)
    put(home.inbox, report_of(104, "2024-Y", clean_rows(2024)))
    take(home)
    assert not left[0].exists()
    assert not left[1].parent.exists()


def test_a_personal_number_in_a_name_is_not_kept(home: Home) -> None:
    (path,) = put(home.inbox, report_of(104, "2024-Y", clean_rows(2024)))
    path.rename(path.with_name("Nguyen Van A 0912345678 001099012345.xlsx"))
    take(home)
    assert query(home, "SELECT file_name FROM intake.submission WHERE form_code = 'BCDV'") == [
        ("Nguyen Van A *** ***.xlsx",)
    ]
    assert query(home, "SELECT count(*) FROM intake.event WHERE file_name LIKE '%09123%'") == [(0,)]
