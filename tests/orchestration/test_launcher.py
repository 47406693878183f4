"""Which runs are reaped: those whose process is known and gone - never one that was started by other means and works."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.launcher.base import WorkerStatus

from orchestration.definitions import defs
from orchestration.launcher import PROCESS, WarmRunLauncher, this_process
from tests.orchestration.real import environment, prepare
from tests.support import REPO, make_home, put_register


def _health(tags: dict[str, str]) -> WorkerStatus:
    with dg.DagsterInstance.ephemeral() as instance:
        run = instance.create_run_for_job(defs.resolve_job_def("ingest"), tags=tags, status=dg.DagsterRunStatus.STARTED)
        return WarmRunLauncher().check_run_worker_health(run).status


@pytest.mark.parametrize(
    ("tag", "status"),
    [
        (None, WorkerStatus.RUNNING),
        ("other-host:1:1.00", WorkerStatus.RUNNING),
        (this_process(), WorkerStatus.RUNNING),
        (f"{this_process()}0", WorkerStatus.FAILED),
        (this_process().replace(f":{os.getpid()}:", ":999999999:"), WorkerStatus.FAILED),
    ],
    ids=["unknown", "another host", "alive", "another start", "gone"],  # not the values: they differ by worker
)
def test_a_run_is_reaped_when_its_known_process_is_gone(tag: str | None, status: WorkerStatus) -> None:
    assert _health({PROCESS: tag} if tag else {}) is status


@pytest.mark.slow
def test_a_run_of_dg_launch_names_its_process(tmp_path: Path) -> None:
    """No launcher starts it, so its executor says where it runs: at work it is left alone, killed it is reaped."""
    home = make_home(tmp_path / "home")
    prepare(home)
    put_register(home.inbox)
    launched = subprocess.run(
        [str(Path(sys.executable).with_name("dg")), "launch", "--job", "ingest"],
        cwd=REPO, env=environment(home), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert launched.returncode == 0, launched.stderr[-2000:]
    with dg.DagsterInstance.from_config(str(home.dagster)) as instance:
        (run,) = instance.get_runs()
        assert run.tags[PROCESS].rpartition(":")[0].rpartition(":")[0] == this_process().split(":")[0]
        assert WarmRunLauncher.__name__ == type(instance.run_launcher).__name__
        assert instance.run_launcher.check_run_worker_health(run).status is WorkerStatus.FAILED, "it has ended"
