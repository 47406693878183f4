"""What is taken of Dagster's private parts: every import of them stands here, and tests name each with what of it is used.

An update of Dagster that moves one fails in ``tests/orchestration/test_internals.py``, by its name. What only some processes need
is imported when it is asked for. Does not belong here: what is done with them, and Dagster's public API (``import dagster``).
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from dagster._core.definitions.freshness import FreshnessState
from dagster._core.execution.backfill import BulkActionsFilter, BulkActionStatus
from dagster._core.execution.retries import RetryMode
from dagster._core.executor.in_process import InProcessExecutor
from dagster._core.launcher.base import CheckRunHealthResult, LaunchRunContext, RunLauncher, WorkerStatus
from dagster._core.scheduler.instigation import InstigatorType, ScheduleInstigatorData, SensorInstigatorData, TickStatus
from dagster._core.storage.asset_check_execution_record import AssetCheckExecutionRecordStatus
from dagster._core.storage.event_log import SqlEventLogStorage, SqliteEventLogStorage
from dagster._core.storage.event_log.schema import AssetCheckExecutionsTable
from dagster._core.storage.tags import BACKFILL_ID_TAG
from dagster._grpc.types import ExecuteRunArgs
from dagster._serdes import ConfigurableClass, deserialize_value, serialize_value
from dagster._utils.schedules import reverse_cron_string_iterator

from warehouse.processes import DAEMON

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import click
    from dagster._core.execution.context.system import PlanOrchestrationContext
    from dagster._core.execution.plan.plan import ExecutionPlan
    from dagster._core.scheduler.instigation import InstigatorState, InstigatorTick
    from dagster._core.storage.asset_check_execution_record import AssetCheckExecutionRecord
    from dagster._serdes.config_class import ConfigurableClassData
    from dagster_shared.error import SerializableErrorInfo
    from dagster_webserver.webserver import DagsterWebserver

__all__ = [
    "BACKFILL_ID_TAG",
    "DAEMON",
    "RUN_COMMAND",
    "WEB_SERVER",
    "AssetCheckExecutionRecord",
    "AssetCheckExecutionRecordStatus",
    "AssetCheckExecutionsTable",
    "BulkActionStatus",
    "BulkActionsFilter",
    "CheckRunHealthResult",
    "ConfigurableClass",
    "ConfigurableClassData",
    "DagsterWebserver",
    "ExecuteRunArgs",
    "ExecutionPlan",
    "FreshnessState",
    "InProcessExecutor",
    "InstigatorState",
    "InstigatorTick",
    "InstigatorType",
    "LaunchRunContext",
    "PlanOrchestrationContext",
    "RetryMode",
    "RunLauncher",
    "ScheduleInstigatorData",
    "SensorInstigatorData",
    "SerializableErrorInfo",
    "SqlEventLogStorage",
    "SqliteEventLogStorage",
    "TickStatus",
    "WorkerStatus",
    "deserialize_value",
    "reverse_cron_string_iterator",
    "run_command",
    "serialize_value",
    "start_dev",
    "start_process",
    "web_server",
]

#: modules that are run or imported by their names
WEB_SERVER, RUN_COMMAND = "dagster_webserver", "dagster._cli.api"


def run_command() -> click.Command:
    """Return the command ``dagster api execute_run``."""
    from dagster._cli.api import execute_run_command

    return execute_run_command


def start_dev(start: Callable[..., Any]) -> None:
    """Run ``dagster dev``, with ``start`` in place of ``start_process``."""
    from dagster._cli.dev import dev_command

    sys.modules["dagster._cli.dev"].open_ipc_subprocess = start  # type: ignore[attr-defined]
    dev_command()


def start_process(command: Sequence[str], **options: Any) -> Any:
    """Start a process as ``dagster dev`` starts its own."""
    from dagster_shared.ipc import open_ipc_subprocess

    return open_ipc_subprocess(command, **options)


def web_server() -> tuple[Callable[[], None], type[DagsterWebserver[Any, Any]]]:
    """Return what runs ``dagster-webserver`` with the process's arguments, and the class whose middleware it asks for."""
    from dagster_webserver.cli import main
    from dagster_webserver.webserver import DagsterWebserver

    return main, DagsterWebserver
