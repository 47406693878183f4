"""Backups: made while others write, only what is new, killed anywhere; put back whole, by release, or refused by name."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
from dataclasses import dataclass
from pathlib import Path

import pytest

from assets.backup.make import OtherHomeError, make_backup
from assets.backup.put_back import HomeNotEmptyError, put_back
from assets.backup.store import BackupBusyError, BackupDamagedError, NoBackupError, PlaceError, Store
from assets.ingest import take_inbox
from assets.progress import reporting_to
from assets.report.write import write_yearly_report
from assets.verify import verify
from tests.conftest import Make
from tests.support import clean_rows, copy_home, make_home, put, report_of, second_opinion, take_and_answer
from warehouse.catalog import open_published
from warehouse.content import YearHash, content_hashes
from warehouse.damage import BuildDamagedError, BuildMissingError
from warehouse.files import sha256_of
from warehouse.home import Home

WARM = multiprocessing.get_context("forkserver")
WARM.set_forkserver_preload(["great_expectations", "duckdb", "duckdb_sqlalchemy", "openpyxl", "pyarrow"])


@dataclass(frozen=True)
class _Place:
    """A home of release 3, its backups of releases 2 and 3, what its tables hashed to at both, and where to restore to."""

    home: Home
    folder: Path
    new: Home
    at_two: list[YearHash]

    @property
    def store(self) -> Store:
        return Store(self.folder)

    @property
    def releases(self) -> list[int]:
        return [b.release_no for b in self.store.listed()]


@pytest.fixture
def place(once: Make, registered: Home, tmp_path: Path) -> _Place:
    def fill(folder: Path) -> None:
        home = copy_home(registered, folder)
        home.senders.write_text("signatures: off\n", encoding="utf-8")
        home.settings.write_text("[checks]\nregister_days = 200\n", encoding="utf-8")
        _report(home, 104)
        write_yearly_report(home, 2024, ["html"])
        make_backup(home, folder / "backup")
        shutil.copyfile(home.database, folder / "two.duckdb")
        _report(home, 105)
        write_yearly_report(home, 2024, ["html"])
        make_backup(home, folder / "backup")

    folder = once("backed-up", fill)
    shutil.copytree(folder / "backup", tmp_path / "backup")
    two = make_home(tmp_path / "two")
    shutil.copyfile(folder / "two.duckdb", two.database)
    return _Place(copy_home(Home(folder / "home"), tmp_path), tmp_path / "backup", Home(tmp_path / "new"), _hashes(two))


def _report(home: Home, unit: int) -> None:
    put(home.inbox, report_of(unit, "2024-Y", clean_rows(2024)))
    assert len(take_and_answer(home).accepted) == 1


def _hashes(home: Home) -> list[YearHash]:
    with open_published(home) as con:
        return content_hashes(con)


def _papers(home: Home) -> dict[str, str]:
    return {p.name: sha256_of(p) for p in home.reports.iterdir()}


def _flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.chmod(0o640)
    path.write_bytes(content)


def test_the_newest_backup_is_put_back_whole_and_a_second_time_changes_nothing(place: _Place) -> None:
    result = put_back(place.new, place.folder)
    assert (result.backup.release_no, result.is_published, result.left_out) == (3, True, ())
    assert _hashes(place.new) == _hashes(place.home)
    assert _papers(place.new) == _papers(place.home) != {}
    assert place.new.senders.read_bytes() == place.home.senders.read_bytes()
    assert place.new.settings.read_bytes() == place.home.settings.read_bytes()
    for original in place.home.archive.rglob("*"):
        copy = place.new.root / original.relative_to(place.home.root)
        assert original.is_dir() or (copy.stat().st_mtime_ns, copy.stat().st_mode) == (
            original.stat().st_mtime_ns,
            original.stat().st_mode,
        )
    assert verify(place.new).differences == []
    before = sha256_of(place.new.build)
    put_back(place.new, place.folder)
    assert (sha256_of(place.new.build), verify(place.new).differences) == (before, [])
    made = make_backup(place.new, place.folder)
    assert (made.is_new, made.copied_files) == (False, 0), "the restored home goes on with the same backups"


def test_an_older_release_is_put_back_as_it_was_and_goes_on(place: _Place) -> None:
    with pytest.raises(
        NoBackupError, match=r"BACKUP-MISSING: .* no backup of release 9; choose one of: 2 \(.*\), 3 \("
    ):
        put_back(place.new, place.folder, 9)
    assert not place.new.root.exists()
    put_back(place.new, place.folder, 2)
    assert _hashes(place.new) == place.at_two != _hashes(place.home)
    assert verify(place.new).differences == []
    assert len(_papers(place.new)) == 1
    assert set(_papers(place.new).values()).isdisjoint(_papers(place.home).values())
    _report(place.new, 106)
    with pytest.raises(OtherHomeError, match=r"BACKUP-OTHER-HOME: .* release 3 .* restored to an older release"):
        make_backup(place.new, place.folder)
    with pytest.raises(HomeNotEmptyError, match=r"HOME-NOT-EMPTY: .*build/danvan.duckdb.*mv .*new\.before"):
        put_back(place.new, place.folder)


def test_a_backup_copies_what_is_new_and_nothing_twice(place: _Place) -> None:
    before = {p: p.stat().st_ino for p in place.folder.rglob("*") if p.is_file()}
    made = make_backup(place.home, place.folder)
    assert (made.is_new, made.copied_files, place.releases) == (False, 0, [2, 3])
    _report(place.home, 106)
    made = make_backup(place.home, place.folder)
    assert (made.is_new, made.copied_files, place.releases) == (True, 2, [2, 3, 4]), "an original and the build file"
    assert {p: p.stat().st_ino for p in before} == before


def _watched_until(root: str, folder: str, number: int) -> None:
    """Make a backup in a process of its own and die of a kill -9 when it tells of its progress for the ``number``-th time."""
    told = []

    def die(step: str, _done: int, _total: int) -> None:
        told.append(step)
        if len(told) == number:
            os.kill(os.getpid(), signal.SIGKILL)

    with reporting_to(die):
        make_backup(Home(Path(root)), Path(folder))


@pytest.mark.faults
def test_a_killed_backup_leaves_the_one_before_and_is_made_again(place: _Place, tmp_path: Path) -> None:
    _report(place.home, 106)
    told: list[str] = []
    shutil.copytree(place.folder, tmp_path / "other")
    with reporting_to(lambda step, _done, _total: told.append(step)):
        make_backup(place.home, tmp_path / "other")
    for number in (1, len(told) // 2, len(told)):  # the archive begun, all of it copied, the lock held
        killed = WARM.Process(target=_watched_until, args=(str(place.home.root), str(place.folder), number))
        killed.start()
        killed.join()
        assert killed.exitcode == -signal.SIGKILL
        assert place.releases == [2, 3]
    put_back(place.new, place.folder)
    assert (place.new.manifest.exists(), verify(place.new).differences) == (True, [])
    assert make_backup(place.home, place.folder).backup.release_no == 4
    assert place.store.damaged(place.store.read(place.store.chosen())) == {}
    assert not place.store.temporary.exists()


def _take(root: str) -> None:
    with second_opinion(wanted=False):
        take_and_answer(Home(Path(root)))


@pytest.mark.faults
def test_backups_made_while_another_process_writes_are_each_of_one_release(place: _Place) -> None:
    put(place.home.inbox, report_of(106, "2024-Y", clean_rows(2024)))
    before = _hashes(place.home)
    writer = WARM.Process(target=_take, args=(str(place.home.root),))
    writer.start()
    while writer.is_alive():
        make_backup(place.home, place.folder)
        writer.join(0.5)
    make_backup(place.home, place.folder)
    assert place.releases[:2] == [2, 3]
    assert place.releases[-1] == 4
    for release, expected in ((3, before), (4, _hashes(place.home))):
        new = Home(place.new.root.with_name(f"new-{release}"))
        put_back(new, place.folder, release)
        assert (_hashes(new), verify(new).differences) == (expected, [])


@pytest.mark.parametrize("what", ["original", "build", "paper"])
def test_a_flipped_bit_is_named_and_nothing_is_restored(place: _Place, what: str) -> None:
    newest = place.store.read(place.store.chosen())
    begin = {"original": "archive/", "build": "build/", "paper": "published/reports/"}[what]
    name = [n for n in newest.files if n.startswith(begin)][-1]
    damaged = place.store.place(newest.files[name].sha256)
    _flip(damaged)
    with pytest.raises(
        BackupDamagedError, match=f"BACKUP-DAMAGED: {damaged} is changed .{name}.; nothing was restored"
    ):
        put_back(place.new, place.folder)
    assert not place.new.root.exists()
    if what == "build":
        with pytest.raises(BackupDamagedError, match=r"--release$"):
            put_back(place.new, place.folder, without_damaged=True)
        put_back(place.new, place.folder, 2)
        assert _hashes(place.new) == place.at_two
    elif what == "original":
        assert put_back(place.new, place.folder, without_damaged=True).left_out == (name,)
        assert _hashes(place.new) == _hashes(place.home)
        assert {d.code for d in verify(place.new).differences} == {"HOME-ARCHIVE-DAMAGED"}


def test_a_manifest_that_changed_or_names_other_places_is_refused(place: _Place) -> None:
    listed = place.store.chosen()
    backup = place.store.read(listed)
    _flip(listed.path)
    with pytest.raises(BackupDamagedError, match=f"BACKUP-DAMAGED: {listed.path} is changed; .*--release"):
        put_back(place.new, place.folder)
    assert make_backup(place.home, place.folder).is_new, "the next one is whole"
    for name in ("../outside", "archive/00/../../../outside", "/etc/outside", "dagster/history.db"):
        for written in place.store.listed():
            written.path.unlink()
        some = next(iter(backup.files.values()))
        place.store.write(type(backup)(3, backup.batch_id, backup.made_at, {**backup.files, name: some}))
        with pytest.raises(BackupDamagedError, match="not one of ours"):
            put_back(place.new, place.folder)
    assert not place.new.root.exists()


def test_a_restore_that_was_stopped_takes_nothing_and_goes_on(place: _Place, tmp_path: Path) -> None:
    def stop(step: str, done: int, total: int) -> None:
        if step == "restore" and done == total:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), reporting_to(stop):
        put_back(place.new, place.folder)
    assert not place.new.build.exists()
    at_work = copy_home(place.new, tmp_path / "at-work")
    put(at_work.inbox, report_of(106, "2024-Y", clean_rows(2024)))
    with pytest.raises(BuildMissingError, match="danvan restore DIR"):
        take_inbox(at_work)
    with pytest.raises(HomeNotEmptyError, match="archive/"):  # what came meanwhile, and the ledger would not know
        put_back(at_work, place.folder)
    put_back(place.new, place.folder)
    put(place.new.inbox, report_of(106, "2024-Y", clean_rows(2024)))
    assert _hashes(place.new) == _hashes(place.home)
    assert len(take_and_answer(place.new).accepted) == 1


def test_a_backup_of_another_version_is_brought_up_to_date_by_the_next_batch(
    place: _Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assets.backup.put_back.is_of_today", lambda _: False)
    assert not put_back(place.new, place.folder).is_published
    assert not place.new.database.exists()
    take_and_answer(place.new)
    assert _hashes(place.new) == _hashes(place.home)
    assert verify(place.new).differences == []


def test_what_a_home_holds_is_never_overwritten(place: _Place) -> None:
    place.new.create()
    settings = place.new.dagster / "dagster.yaml"
    settings.write_text("telemetry: {enabled: false}\n", encoding="utf-8")
    place.new.senders.write_text("signatures: all\n", encoding="utf-8")
    (place.new.reports).mkdir()
    (place.new.reports / "bao-cao-1999.html").write_text("x", encoding="utf-8")
    with pytest.raises(HomeNotEmptyError) as refused:
        put_back(place.new, place.folder)
    named = "dagster/dagster.yaml, published/reports/bao-cao-1999.html, senders.yaml"
    assert f"holds what is not of this backup ({named}); nothing was restored" in str(refused.value)
    assert not place.new.build.exists()
    assert list(place.new.archive.iterdir()) == []


def test_a_folder_that_is_no_place_for_it_is_refused(place: _Place, registered: Home, tmp_path: Path) -> None:
    other = make_home(tmp_path / "other")
    for folder in (place.home.root, place.home.root / "backup", other.root / "backup"):
        with pytest.raises(PlaceError, match=r"BACKUP-PLACE: .*lies in the home"):
            make_backup(place.home, folder)
    with pytest.raises(PlaceError, match="holds other things"):
        make_backup(place.home, tmp_path)
    with pytest.raises(FileNotFoundError):
        make_backup(place.home, tmp_path / "not-mounted" / "danvan")
    with pytest.raises(FileNotFoundError, match="danvan ingest"):
        make_backup(other, tmp_path / "of-nothing")
    with pytest.raises(NoBackupError, match="there is no backup in"):
        put_back(place.new, tmp_path)
    with pytest.raises(OtherHomeError, match="another home"):
        make_backup(copy_home(registered, tmp_path / "third"), place.folder)
    with place.store.held(), pytest.raises(BackupBusyError, match="BACKUP-BUSY"):
        make_backup(place.home, place.folder)
    assert place.releases == [2, 3]


def test_what_is_damaged_in_the_home_does_not_spoil_its_backups(place: _Place, tmp_path: Path) -> None:
    newest = place.store.read(place.store.chosen())
    name = next(n for n in newest.files if n.startswith("archive/"))
    _flip(place.home.root / name)
    made = make_backup(place.home, place.folder)
    assert (made.is_new, made.backup.left_out, made.backup.files[name].sha256) == (False, (), newest.files[name].sha256)
    first = make_backup(place.home, tmp_path / "first")
    assert first.backup.left_out == (name,), "no backup before has it"
    assert make_backup(place.home, tmp_path / "first").backup.left_out == (name,)
    assert put_back(place.new, tmp_path / "first").left_out == (name,)
    _flip(place.home.build)
    with pytest.raises(BuildDamagedError):
        make_backup(place.home, place.folder)
    assert place.releases == [2, 3]
