"""What follows a release: it is completed first, then the papers of exactly the years that it changed; nothing is asked for twice."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import duckdb
import pytest

from assets.backup.make import make_backup
from assets.backup.put_back import put_back
from assets.ingest import close_year, complete, rebuild_marts, release, take_inbox
from assets.report.write import write_yearly_report
from orchestration.definitions import defs
from orchestration.follow import FOLLOWS, Followed, follow
from tests.support import clean_rows, copy_home, make_home, put, report_of
from warehouse.home import Home

START, END = (f"dagster/asset_partition_range_{end}" for end in ("start", "end"))


class _Place:
    """A home, an instance in memory, and the sensor's cursor over its ticks."""

    def __init__(self, home: Home, instance: dg.DagsterInstance) -> None:
        self.home, self.instance, self.cursor = home, instance, ""

    def tick(self) -> list[dg.RunRequest] | str:
        """What is asked for, or why nothing is."""
        context = dg.build_sensor_context(instance=self.instance, definitions=defs, cursor=self.cursor)
        out = follow(context)
        self.cursor = context.cursor or self.cursor
        return list(out.run_requests or []) if isinstance(out, dg.SensorResult) else str(out)

    def asked(self) -> list[tuple[str | None, str, str]]:
        """Job and range of years of each run that is asked for."""
        found = self.tick()
        assert not isinstance(found, str), found
        return [(r.job_name, r.tags.get(START, ""), r.tags.get(END, "")) for r in found]

    def run(self, status: dg.DagsterRunStatus) -> None:
        """Let the runs that are asked for come to this."""
        found = self.tick()
        assert not isinstance(found, str), found
        for r in found:
            assert r.job_name
            self.instance.create_run_for_job(
                defs.resolve_job_def(r.job_name), tags={FOLLOWS: r.tags[FOLLOWS]}, status=status
            )


@pytest.fixture
def place(filled: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[_Place]:
    home = copy_home(filled, tmp_path)
    monkeypatch.setenv("DANVAN_HOME", str(home.root))
    with dg.DagsterInstance.ephemeral() as instance:
        yield _Place(home, instance)


def test_years_from_before_the_first_tick_get_their_papers_and_later_only_those_that_change(place: _Place) -> None:
    assert place.asked() == [("report", "2023", "2025")], "three years, one run"
    place.run(dg.DagsterRunStatus.SUCCESS)
    assert "papers are written" in str(place.tick())
    assert "nothing has changed" in str(place.tick())

    put(place.home.inbox, *(report_of(105, f"{year}-Y", clean_rows(year)) for year in (2019, 2023)))
    take_inbox(place.home)  # and the run is killed, or cancelled, before it has completed the release
    assert place.asked() == [("complete_release", "", "")]
    place.run(dg.DagsterRunStatus.STARTED)
    assert "is at work" in str(place.tick())
    complete(place.home)
    (run,) = place.instance.get_runs(dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED]))
    place.instance.report_run_canceled(run)
    assert {asked[:1] for asked in place.asked()} == {("report",)}
    assert ("report", "2019", "2019") in place.asked(), "a run for each stretch of years"
    assert not [asked for asked in place.asked() if asked[1] <= "2018"]
    place.run(dg.DagsterRunStatus.SUCCESS)
    assert "papers are written" in str(place.tick())

    rebuild_marts(place.home, [2024])
    complete(place.home)
    assert "papers are written" in str(place.tick()), "rebuilt alike: no figure of any year is another"


def test_releases_of_a_warehouse_that_was_made_again_are_others_though_they_have_the_same_numbers(
    place: _Place,
) -> None:
    place.run(dg.DagsterRunStatus.SUCCESS)
    assert "papers are written" in str(place.tick())
    with duckdb.connect(str(place.home.database)) as con:
        con.execute("UPDATE meta.release SET published_at = published_at + INTERVAL 1 DAY")
    assert place.asked() == [("report", "2023", "2025")]


def test_a_year_whose_papers_say_another_standing_gets_those_of_its_own(place: _Place) -> None:
    """As when the run that closed it, or opened it again, ended before it wrote them."""
    place.run(dg.DagsterRunStatus.SUCCESS)
    assert "papers are written" in str(place.tick())
    write_yearly_report(place.home, 2024, ["html"])
    close_year(place.home, 2024)
    release(place.home)
    assert place.asked() == [("report", "2024", "2024")]
    write_yearly_report(place.home, 2024, ["html"])
    assert "papers are written" in str(place.tick())


def test_papers_that_failed_are_asked_for_again_later(place: _Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place.run(dg.DagsterRunStatus.FAILURE)
    assert "next try" in str(place.tick())
    now = time.time()
    monkeypatch.setattr("orchestration.asking.time.time", lambda: now + 31)
    assert place.asked() == [("report", "2023", "2025")]
    place.run(dg.DagsterRunStatus.NOT_STARTED)
    assert "is waiting" in str(place.tick())


def test_nothing_is_asked_for_while_somebody_works_on_it(place: _Place) -> None:
    place.instance.create_run_for_job(defs.resolve_job_def("ingest"), status=dg.DagsterRunStatus.NOT_STARTED)
    assert "(ingest) is at work" in str(place.tick())


def test_a_home_that_counts_its_releases_from_one_again_is_followed_from_the_beginning(place: _Place) -> None:
    """As after a restore, on an instance that knows nothing: it is told what stands, once."""
    place.cursor = '{"mark": "", "release_no": 99}'
    training, register = dg.AssetKey(["mart", "training_by_unit"]), dg.AssetKey(["core", "dim_unit"])
    assert place.instance.get_materialized_partitions(training) == set()
    assert place.asked() == [("report", "2023", "2025")]
    assert place.instance.get_materialized_partitions(training) == {"2023", "2024", "2025"}
    assert place.instance.get_latest_materialization_event(register) is not None
    place.tick()
    assert len(place.instance.fetch_materializations(training, limit=100).records) == 3


def test_an_instance_that_knows_nothing_is_told_what_a_restored_backup_holds(
    place: _Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_backup(place.home, tmp_path / "backup")
    place.home = Home(tmp_path / "new")
    put_back(place.home, tmp_path / "backup")
    monkeypatch.setenv("DANVAN_HOME", str(place.home.root))
    training = dg.AssetKey(["mart", "training_by_unit"])
    assert place.instance.get_materialized_partitions(training) == set()
    assert place.asked() == [("report", "2023", "2025")], "the release is complete: nothing but papers is asked for"
    assert place.instance.get_materialized_partitions(training) == {"2023", "2024", "2025"}


def test_a_home_without_a_release_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DANVAN_HOME", str(make_home(tmp_path / "home").root))
    with dg.DagsterInstance.ephemeral() as instance:
        out = follow(dg.build_sensor_context(instance=instance, definitions=defs))
    assert "nothing is published yet" in str(out)
    assert Followed.of(None) == Followed()
