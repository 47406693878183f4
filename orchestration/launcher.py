"""The run launcher: a run is forked from a process that holds the heavy libraries already, and is known by its process.

Dagster's default launcher starts a Python from nothing for each run (3 to 4 s of imports) and cannot tell a killed run from
one at work. Configured in dagster.yaml. Only libraries are held warm, never danvan's own modules: a reloaded code location
runs its new code. Does not belong here: when runs start (sensors) or what they do.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import socket
from functools import cache
from typing import TYPE_CHECKING, Any

import psutil
from dagster import DagsterInstance, InitExecutorContext, executor

from orchestration.internals import (
    RUN_COMMAND,
    CheckRunHealthResult,
    ConfigurableClass,
    ExecuteRunArgs,
    InProcessExecutor,
    LaunchRunContext,
    RetryMode,
    RunLauncher,
    WorkerStatus,
    deserialize_value,
    run_command,
    serialize_value,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from multiprocessing.context import ForkServerContext

    from dagster import DagsterEvent, DagsterRun

    from orchestration.internals import ConfigurableClassData, ExecutionPlan, PlanOrchestrationContext

#: the tag of a run that names its process: host, pid and when it started, since pids are used again
PROCESS = "danvan/process"
#: imported once, before the first run; danvan's own modules are not among them
_HELD_WARM = [
    RUN_COMMAND,
    "duckdb",
    "duckdb_sqlalchemy",
    "great_expectations",
    "openpyxl",
    "orjson",
    "pyarrow",
    "python_calamine",
    "yaml",
]


def this_process() -> str:
    """Return what the tag PROCESS says of the calling process."""
    return f"{socket.gethostname()}:{os.getpid()}:{psutil.Process().create_time():.2f}"


class KnownProcessExecutor(InProcessExecutor):
    """Dagster's in-process executor, for runs that no launcher started (``dg launch``): they say where they run, too."""

    def execute(self, plan_context: PlanOrchestrationContext, execution_plan: ExecutionPlan) -> Iterator[DagsterEvent]:
        """Name the process, then run the steps."""
        plan_context.instance.add_run_tags(plan_context.run_id, {PROCESS: this_process()})
        yield from super().execute(plan_context, execution_plan)


@executor(name="in_process")
def known_process_executor(_: InitExecutorContext) -> KnownProcessExecutor:
    """Run the steps one after the other in the run's own process."""
    return KnownProcessExecutor(retries=RetryMode.ENABLED)


class WarmRunLauncher(RunLauncher[Any], ConfigurableClass):
    """Forks runs from a warm process; says of a run whether its process lives, so that run monitoring reaps dead ones."""

    def __init__(self, inst_data: ConfigurableClassData | None = None) -> None:
        self._inst_data = inst_data
        super().__init__()  # type: ignore[no-untyped-call]

    @property
    def inst_data(self) -> ConfigurableClassData | None:
        """As dagster.yaml gave it."""
        return self._inst_data

    @classmethod
    def config_type(cls) -> dict[str, Any]:
        """Return the configuration it takes: none."""
        return {}

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData, config_value: Mapping[str, Any]) -> WarmRunLauncher:
        """Make it from dagster.yaml."""
        return cls(inst_data=inst_data, **config_value)

    def launch_run(self, context: LaunchRunContext) -> None:
        """Fork the run's process."""
        run = context.dagster_run
        if run.job_code_origin is None:
            raise ValueError(f"run {run.run_id} does not say which code it runs")
        arguments = ExecuteRunArgs(
            job_origin=run.job_code_origin,
            run_id=run.run_id,
            instance_ref=self._instance.get_ref(),
            set_exit_code_on_failure=False,
        )
        _warm().Process(target=_execute, args=(serialize_value(arguments),), name=f"run {run.run_id[:8]}").start()

    def terminate(self, run_id: str) -> bool:
        """Interrupt the run; its transaction is rolled back. False when it has ended already."""
        run = self._instance.get_run_by_id(run_id)
        if run is None or run.is_finished:
            return False
        self._instance.report_run_canceling(run)
        process = _process_of(run)
        if process is None:
            self._instance.report_run_canceled(run, message="the run's process is gone")
        else:
            process.send_signal(signal.SIGINT)
        return True

    @property
    def supports_check_run_worker_health(self) -> bool:
        """True: run monitoring may ask."""
        return True

    def check_run_worker_health(self, run: DagsterRun) -> CheckRunHealthResult:
        """Say whether the process of a started run lives. A run of another host, or of none that is known, is left alone."""
        tag = run.tags.get(PROCESS, "")
        if not tag.startswith(f"{socket.gethostname()}:"):
            return CheckRunHealthResult(WorkerStatus.RUNNING, "on another host" if tag else "started by other means")
        if _process_of(run) is None:
            return CheckRunHealthResult(
                WorkerStatus.FAILED, "the run's process was killed; nothing it began was committed"
            )
        return CheckRunHealthResult(WorkerStatus.RUNNING)


def _process_of(run: DagsterRun) -> psutil.Process | None:
    host, _, rest = run.tags.get(PROCESS, "").partition(":")
    pid, _, started = rest.partition(":")
    if host != socket.gethostname() or not pid.isdigit():
        return None
    try:
        process = psutil.Process(int(pid))
        alive = f"{process.create_time():.2f}" == started and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return None
    return process if alive else None


@cache
def _warm() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_HELD_WARM)
    return context


def _execute(arguments: str) -> None:
    """Run in the forked process what ``dagster api execute_run`` runs, after telling which process it is."""
    from warehouse.home import keep_private

    keep_private()
    known = deserialize_value(arguments, ExecuteRunArgs)
    if known.instance_ref is None:
        raise ValueError("a run without an instance")
    with DagsterInstance.from_ref(known.instance_ref) as instance:
        instance.add_run_tags(known.run_id, {PROCESS: this_process()})
    run_command().main(args=[arguments], standalone_mode=False)
