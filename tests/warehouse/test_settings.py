"""Settings of a home: what holds, where it comes from, what is refused; and that what acts on them sees the same values."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import pytest

from assets.intake.grid import RawFile
from assets.intake.inbox import LocalInbox, open_inbox
from assets.intake.workers import Failure, read_many
from tests.orchestration.command import danvan
from tests.support import REPO, make_home
from warehouse.check import DeclarationError
from warehouse.home import Home
from warehouse.settings import Settings, held, settings
from warehouse.settings.declared import declared
from warehouse.settings.texts import reference, template


@pytest.fixture
def bare(tmp_path: Path) -> Home:
    return make_home(tmp_path / "home")


def _write(home: Home, text: str) -> None:
    home.settings.write_text(text, encoding="utf-8")


def test_without_a_file_and_with_the_one_that_init_writes_the_defaults_hold(bare: Home, tmp_path: Path) -> None:
    assert settings(bare) == Settings()
    assert set(held(bare).origins.values()) == {"default"}
    home = tmp_path / "made"
    assert danvan(home, "init").returncode == 0
    written = (home / "danvan.toml").read_text(encoding="utf-8")
    assert written == template()
    assert (home / "danvan.toml").stat().st_mode & 0o777 == 0o640
    assert settings(Home(home)) == Settings()
    (home / "danvan.toml").write_text("processes = 3\n")
    assert danvan(home, "init").returncode == 0
    assert settings(Home(tmp_path / "made")).processes == 2, "read once per process and home"
    assert (home / "danvan.toml").read_text() == "processes = 3\n", "an operator's own file is kept"


def test_every_line_of_the_written_file_may_be_taken_in_as_it_stands(bare: Home) -> None:
    """So each default is TOML, of its kind and within its own bounds."""
    _write(bare, "\n".join(line.removeprefix("#") if line[:2] != "# " else line for line in template().splitlines()))
    assert settings(bare) == Settings()
    assert all(origin.startswith("danvan.toml:") for origin in held(bare).origins.values())


def test_the_file_goes_before_the_default_and_the_environment_before_both(
    bare: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    _write(bare, 'processes = 3\nui.hosts = ["a.vn"]\n[checks]\n\nregister_days = 30\nrejected_percent = 5\n')
    monkeypatch.setenv("DANVAN_PROCESSES", "4")
    monkeypatch.setenv("DANVAN_RUNS_BACK_OFF_SECONDS", "1, 2")
    monkeypatch.setenv("DANVAN_DOCS_URL", "")
    found = held(bare)
    assert (found.settings.processes, found.origins["processes"]) == (4, "environment")
    assert (found.settings.checks.register_days, found.origins["checks.register_days"]) == (30, "danvan.toml:5")
    assert (found.settings.ui.hosts, found.origins["ui.hosts"]) == (("a.vn",), "danvan.toml:2")
    assert found.settings.checks.rejected_percent == 5.0
    assert found.settings.runs.back_off_seconds == (1, 2)
    assert (found.settings.docs.url, found.origins["docs.url"]) == ("", "default"), "a blank variable says nothing"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("processes = 2\nproceses = 3", "danvan.toml:2: proceses: found 'proceses'; allowed: inbox, warehouse, data, processes, [arrival], "),
        ("[readers]\nmemory = 3", "danvan.toml:2: readers.memory: found 'memory'; allowed: memory_mb, seconds_per_file, "),
        ("[reader]\nmemory_mb = 3", "danvan.toml:1: reader: found 'reader'; allowed: inbox, warehouse, data, processes, [arrival]"),
        ("[readers.more]\nx = 3", "danvan.toml:1: readers.more: found 'more'; allowed: memory_mb"),
        ("readers = 3", "danvan.toml:1: readers: found 'readers'; allowed: inbox"),
        ("processes = '2'", "danvan.toml:1: processes: found '2'; allowed: a whole number from 1 to 64"),
        ("processes = 2.5", "danvan.toml:1: processes: found 2.5; allowed: a whole number"),
        ("processes = true", "danvan.toml:1: processes: found True; allowed: a whole number"),
        ("\n\nprocesses = 0", "danvan.toml:3: processes: found 0; allowed: a whole number from 1 to 64"),
        ("processes = 65", "danvan.toml:1: processes: found 65; allowed: a whole number from 1 to 64"),
        ("checks = {register_days = -1}", "danvan.toml:1: checks.register_days: found -1; allowed"),
        ("[checks]\nrejected_percent = nan", "danvan.toml:2: checks.rejected_percent: found nan; allowed: a number from 0 to 100"),
        ("[runs]\nback_off_seconds = []", "danvan.toml:2: runs.back_off_seconds: found []; allowed: a list of whole numbers"),
        ("[runs]\nback_off_seconds = [1, 'x']", "found [1, 'x']; allowed: a list of whole numbers from 1 to 86400, at least one"),
        ("ui.hosts = 'a.vn'", "danvan.toml:1: ui.hosts: found 'a.vn'; allowed: a list of texts"),
        ("papers.forms = ['html', 'rtf']", "danvan.toml:1: papers.forms: found ['html', 'rtf']; allowed: a list of docx, html, pdf, xlsx"),
        ("docs.url = 'docs.vn'", "danvan.toml:1: docs.url: found 'docs.vn'; allowed: a text that begins with http://"),
        ("processes = 2\nprocesses = 3", "danvan.toml:2: found Cannot overwrite a value; allowed: TOML"),
        ("processes = ", "danvan.toml:1: found Invalid value; allowed: TOML"),
        ("[alert]\nwebhook = 'token-s3cr3t'", "danvan.toml:2: alert.webhook: found a value that is not shown; allowed"),
    ],
)  # fmt: skip
def test_what_is_not_as_it_must_be_is_refused_with_its_place(bare: Home, text: str, said: str) -> None:
    _write(bare, text)
    with pytest.raises(DeclarationError) as caught:
        settings(bare)
    assert said in str(caught.value)
    assert "s3cr3t" not in str(caught.value)


def test_all_that_is_wrong_is_told_at_once_bytes_and_variables_too(bare: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    _write(bare, "processes = 0\nfoo = 1\n")
    monkeypatch.setenv("DANVAN_READERS_MEMORY_MB", "much")
    with pytest.raises(DeclarationError) as caught:
        settings(bare)
    assert [str(p).partition("; ")[0] for p in caught.value.problems] == [
        "danvan.toml:1: processes: found 0",
        "danvan.toml:2: foo: found 'foo'",
        "environment: DANVAN_READERS_MEMORY_MB: found 'much'",
    ]
    other = make_home(bare.root / "other")
    other.settings.write_bytes(b"processes = 2\n# \xff\n")
    with pytest.raises(DeclarationError, match=r"danvan.toml:2: found bytes that are no UTF-8"):
        settings(other)


def test_the_command_shows_what_holds_and_no_secret(bare: Home) -> None:
    _write(bare, '[alert]\nwebhook = "https://chat.vn/hook?token=s3cr3t"\n')
    for more in ((), ("--json",)):
        done = danvan(bare.root, "config", *more, DANVAN_PROCESSES="5", DANVAN_PROCESES="5")
        assert done.returncode == 0, done.stderr
        assert "s3cr3t" not in done.stdout + done.stderr
        assert "danvan.toml:2" in done.stdout
        assert "DANVAN_PROCESES is set and names no setting" in done.stderr
    assert "2 of" in danvan(bare.root, "config", "--check", DANVAN_PROCESSES="5").stdout
    wrong = danvan(bare.root, "config", "--check", DANVAN_PROCESSES="0")
    assert (wrong.returncode, wrong.stdout) == (1, "")
    assert wrong.stderr == "danvan: environment: DANVAN_PROCESSES: found 0; allowed: a whole number from 1 to 64\n"


def test_a_command_does_nothing_with_a_file_that_is_wrong(bare: Home) -> None:
    _write(bare, "[reader]\n")
    (bare.inbox / "a.csv").write_text("a;b\n")
    done = danvan(bare.root, "ingest")
    assert done.returncode == 1
    assert done.stderr.startswith("danvan: danvan.toml:1: reader: found 'reader'; allowed: inbox")
    assert (bare.inbox / "a.csv").exists()


def test_the_reference_is_the_declaration() -> None:
    page = (REPO / "docs" / "configuration.md").read_text(encoding="utf-8")
    assert page == reference(), "danvan config --reference > docs/configuration.md"
    assert all(f"`{s.variable}`" in page for s in declared().values())


def test_every_setting_is_used() -> None:
    sources = "\n".join(
        p.read_text(encoding="utf-8")
        for room in ("assets", "orchestration", "warehouse")
        for p in (REPO / room).rglob("*.py")
        if p.parent.name != "settings"
    )
    assert [key for key in declared() if f".{key.rpartition('.')[2]}" not in sources] == []


def seen(_: RawFile) -> dict[str, object]:
    """What a child holds for its own settings."""
    return {**asdict(settings().readers), "processes": settings().processes}


def test_a_child_holds_what_its_parent_has_read_and_reads_no_file(
    bare: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DANVAN_HOME", str(bare.root))
    _write(bare, "processes = 5\nreaders.memory_mb = 1024\nreaders.max_sheets = 7\n")
    own = settings()
    assert (own.processes, own.readers.memory_mb, own.readers.max_sheets) == (5, 1024, 7)
    _write(bare, "half a li")
    file = tmp_path / "a.csv"
    file.write_text("a;b\n")
    ((_, found),) = read_many([("a", str(file), file.name)], seen, processes=1)
    assert not isinstance(found, Failure), found
    assert found == {**asdict(own.readers), "processes": Settings().processes}, (
        "what is not the reader's it is not told"
    )


def test_an_inbox_of_the_file_is_found_from_the_home_one_of_the_environment_from_here(
    bare: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    _write(bare, 'inbox = "scans"\n')
    inbox = open_inbox(bare)
    assert isinstance(inbox, LocalInbox)
    assert inbox.root == bare.root / "scans"
    monkeypatch.setenv("DANVAN_INBOX", "scans")
    inbox = open_inbox(bare)
    assert isinstance(inbox, LocalInbox)
    assert inbox.root == Path("scans")


def test_settings_are_read_without_pydantic() -> None:
    look = "import sys; from warehouse.settings import settings; settings(); print('pydantic' in sys.modules)"
    environment = {**os.environ, "PYTHONPATH": str(REPO)}
    done = subprocess.run(
        [sys.executable, "-c", look], cwd=REPO, env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout == "False\n"
