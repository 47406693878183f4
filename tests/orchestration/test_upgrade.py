"""danvan upgrade on a home that version 0.1.0 made: what is new is added, what is the operator's stays, twice is once."""

from __future__ import annotations

import json
import shutil
import sqlite3
import tarfile
from contextlib import closing
from importlib.metadata import version
from pathlib import Path

import pytest
import yaml

from orchestration.instance import Offered, hold_daemon_lock, shipped_settings
from orchestration.upgrade import upgrade_instance
from tests.conftest import Make
from tests.orchestration.command import danvan
from tests.orchestration.real import prepare
from tests.support import REPO, query
from tests.warehouse.test_migration import FIGURES, OLD
from warehouse.check import DeclarationError
from warehouse.files import sha256_of
from warehouse.home import Home

#: a revision of Dagster's schema; what came after it changes nothing in SQLite
BEFORE = "7e2f3204cf8e"
#: the settings of version 0.1.0 as an operator changed them: a value, a comment, a setting of their own
THEIRS = """\
# ours: three at a time
telemetry: {enabled: false}
concurrency:
  runs:
    max_concurrent_runs: 3   # a large machine
backfills: {use_threads: true}
run_monitoring:
  enabled: true
  start_timeout_seconds: 120
"""


@pytest.fixture(scope="module")
def old(registered: Home, once: Make) -> Home:
    """The old home, upgraded; what it was before lies beside it. Read only."""

    def fill(folder: Path) -> None:
        home = Home(folder / "home")
        home.root.mkdir()
        with tarfile.open(OLD) as archive:
            archive.extractall(home.root, filter="data")
        home.create()
        shutil.copytree(registered.cache, home.cache, dirs_exist_ok=True)
        (home.dagster / "dagster.yaml").write_text(THEIRS)
        shutil.copytree(home.root, folder / "before")
        for name, arguments in (("first", ("--json",)), ("second", ()), ("third", ("--json",))):
            done = danvan(home.root, "upgrade", *arguments)
            assert done.returncode == 0, done.stderr
            (folder / name).write_text(done.stdout)

    return Home(once("upgraded", fill) / "home")


def test_what_is_new_is_added_and_what_is_the_operator_s_stays_to_the_letter(old: Home) -> None:
    text = (old.dagster / "dagster.yaml").read_text()
    assert text.startswith(THEIRS.rstrip("\n"))
    found, ours = yaml.safe_load(text), yaml.safe_load((REPO / "orchestration" / "dagster.yaml").read_text())
    assert found == {**ours, **yaml.safe_load(THEIRS)}
    assert found["concurrency"] == {"runs": {"max_concurrent_runs": 3}}
    assert "   # days; what a tick said is of no use later" in text, "with its comment"
    (aside,) = old.dagster.glob("dagster.yaml.before-*")
    assert aside.read_text() == THEIRS


def test_the_warehouse_is_migrated_with_its_figures_and_its_copy(old: Home) -> None:
    before = Home(old.root.parent / "before")
    for sql in FIGURES:
        of_before = [row for row in query(before, f"{sql} ORDER BY ALL") if row[0] < 2023]
        assert [row for row in query(old, f"{sql} ORDER BY ALL") if row[0] < 2023] == of_before
        assert of_before
    (aside,) = old.build.parent.glob("danvan.duckdb.before-*")
    assert sha256_of(aside) == sha256_of(before.build)
    assert query(old, "SELECT count(*) FROM intake.batch WHERE batch_no IS NULL") == [(0,)]


def test_it_says_what_it_did_and_a_second_run_that_nothing_is_to_be_done(old: Home) -> None:
    first, third = (json.loads((old.root.parent / name).read_text()) for name in ("first", "third"))
    assert [(step["what"], step["done"].partition(",")[0]) for step in first["steps"]] == [
        ("dagster/dagster.yaml", "added nux"),
        ("build/danvan.duckdb", "migrated"),
    ]
    assert all((old.root / step["before"]).is_file() for step in first["steps"])
    assert third["steps"] == []
    assert set(third["storage"]) == {"build/danvan.duckdb", "published/danvan.duckdb"}
    assert (old.root.parent / "second").read_text() == (
        "nothing is to be done\n"
        "build/danvan.duckdb: DuckDB storage v1.0.0+\npublished/danvan.duckdb: DuckDB storage v1.0.0+\n"
    )


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A home of today with its instance, which is that of this process."""
    home = Home(tmp_path / "home")
    home.create()
    prepare(home)
    monkeypatch.setenv("DAGSTER_HOME", str(home.dagster))
    return home


def test_a_setting_that_the_operator_took_out_is_not_put_in_again(place: Home) -> None:
    settings = place.dagster / "dagster.yaml"
    settings.write_text("".join(text for name, text in shipped_settings().items() if name != "retention"))
    before = settings.read_bytes()
    assert list(upgrade_instance(place)) == []
    assert settings.read_bytes() == before
    Offered(tuple(n for n in shipped_settings() if n != "retention"), version("dagster")).write(place)
    (step,) = upgrade_instance(place)
    assert step.done == "added retention", "one that it was never offered"
    assert list(upgrade_instance(place)) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("telemetry: [", "dagster.yaml:"),
        ("- a\n", "dagster.yaml:1: found ['a']; allowed: the instance's settings by name"),
        ("{telemetry: {enabled: false}}\n", "dagster.yaml:1: found 'a form to which nothing can be added'; allowed: these too: nux"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_read_or_added_to_is_left_and_named(place: Home, text: str, said: str) -> None:
    settings = place.dagster / "dagster.yaml"
    settings.write_text(text)
    Offered().write(place)
    with pytest.raises(DeclarationError) as caught:
        list(upgrade_instance(place))
    assert said in str(caught.value)
    assert settings.read_text() == text
    assert list(place.dagster.glob("*.before-*")) == []


def test_a_storage_of_an_older_schema_is_copied_and_migrated(place: Home) -> None:
    import dagster as dg

    with dg.DagsterInstance.get() as instance:
        latest = instance.run_storage.alembic_version()
    assert latest is not None
    runs = place.dagster / "history" / "runs.db"
    with closing(sqlite3.connect(runs)) as con:  # as a Dagster left it that knew no backfills by job
        con.execute("UPDATE alembic_version SET version_num = ?", [BEFORE])
        con.commit()
    Offered.today().write(place)
    assert list(upgrade_instance(place)) == [], "the same Dagster has looked: that is not asked at every start"
    Offered(tuple(shipped_settings()), "1.9.0").write(place)
    (step,) = upgrade_instance(place)
    assert step.what == "Dagster's storage"
    assert "schema of runs" in step.done
    with closing(sqlite3.connect(place.root / step.before / "history" / "runs.db")) as con:
        assert con.execute("SELECT version_num FROM alembic_version").fetchall() == [(BEFORE,)]
    with dg.DagsterInstance.get() as instance:
        assert instance.run_storage.alembic_version() == (latest[1], latest[1])
    assert list(upgrade_instance(place)) == []


def test_a_home_on_which_a_daemon_works_is_left_alone(place: Home) -> None:
    hold_daemon_lock(place)  # until this process ends: the home is this test's own
    done = danvan(place.root, "upgrade")
    assert done.returncode == 1
    assert "stop it first" in done.stderr
