"""What we take of other libraries' private parts, by name, and what of each is used: an update that moves one fails here."""

from __future__ import annotations

import ast
import importlib
import importlib.metadata
import inspect
import re

import pytest
from packaging.requirements import Requirement

from tests.support import REPO

PLACE = "orchestration/internals.py"
_OURS = {"orchestration", "assets", "expectations", "warehouse", "__future__"}
#: packages of Dagster that promise nothing to others
_INSIDE = {"dagster_shared", "dagster_webserver", "dagster_graphql"}
_WORD = re.compile(r"dagster\._\w+|dagster_(?:shared|webserver|graphql)")

_LAUNCHER = "dagster._core.launcher.base"
_TICKS = "dagster._core.scheduler.instigation"
_CHECKED = "dagster._core.storage.asset_check_execution_record"
#: (module, name): the attributes, or with () the parameters, that are used of it
USED = {
    ("dagster._cli.api", "execute_run_command"): ("main", "callback"),
    ("dagster._cli.dev", "dev_command"): ("main", "callback"),
    ("dagster._core.definitions.freshness", "FreshnessState"): ("WARN", "FAIL"),
    ("dagster._core.execution.backfill", "BulkActionStatus"): ("REQUESTED", "CANCELING", "FAILING"),
    ("dagster._core.execution.backfill", "BulkActionsFilter"): ("__new__(statuses)",),
    ("dagster._core.execution.context.system", "PlanOrchestrationContext"): ("instance", "run_id"),
    ("dagster._core.execution.plan.plan", "ExecutionPlan"): (),
    ("dagster._core.execution.retries", "RetryMode"): ("ENABLED",),
    ("dagster._core.executor.in_process", "InProcessExecutor"): ("__init__(retries)", "execute(plan_context, execution_plan)"),
    (_LAUNCHER, "CheckRunHealthResult"): ("__new__(status, msg)",),
    (_LAUNCHER, "LaunchRunContext"): ("dagster_run",),
    (_LAUNCHER, "RunLauncher"): (
        "launch_run(context)", "terminate(run_id)", "check_run_worker_health(run)", "supports_check_run_worker_health", "_instance",
    ),
    (_LAUNCHER, "WorkerStatus"): ("RUNNING", "FAILED"),
    (_TICKS, "InstigatorState"): (
        "instigator_data", "instigator_name", "instigator_origin_id", "selector_id", "is_running",
    ),
    (_TICKS, "InstigatorTick"): ("timestamp", "status", "error"),
    (_TICKS, "InstigatorType"): ("SENSOR", "SCHEDULE"),
    (_TICKS, "ScheduleInstigatorData"): ("cron_schedule", "start_timestamp"),
    (_TICKS, "SensorInstigatorData"): ("min_interval", "last_tick_timestamp"),
    (_TICKS, "TickStatus"): ("SKIPPED", "SUCCESS", "FAILURE"),
    (_CHECKED, "AssetCheckExecutionRecord"): ("key", "create_timestamp", "event", "status"),
    (_CHECKED, "AssetCheckExecutionRecordStatus"): ("FAILED", "PLANNED"),
    ("dagster._core.storage.event_log", "SqlEventLogStorage"): ("index_connection()",),
    ("dagster._core.storage.event_log", "SqliteEventLogStorage"): ("path_for_shard(run_id)",),
    ("dagster._core.storage.event_log.schema", "AssetCheckExecutionsTable"): ("c", "delete()"),
    ("dagster._core.storage.tags", "BACKFILL_ID_TAG"): (),
    ("dagster._grpc.types", "ExecuteRunArgs"): (
        "__new__(job_origin, run_id, instance_ref, set_exit_code_on_failure)", "run_id", "instance_ref",
    ),
    ("dagster._serdes", "ConfigurableClass"): ("inst_data", "config_type", "from_config_value(inst_data, config_value)"),
    ("dagster._serdes", "deserialize_value"): ("(val, as_type)",),
    ("dagster._serdes", "serialize_value"): ("(val)",),
    ("dagster._serdes.config_class", "ConfigurableClassData"): (),
    ("dagster._utils.schedules", "reverse_cron_string_iterator"): ("(end_timestamp, cron_string, execution_timezone)",),
    ("dagster_shared.error", "SerializableErrorInfo"): ("cause", "cls_name", "message"),
    ("dagster_shared.ipc", "open_ipc_subprocess"): ("(parts)",),
    ("dagster_webserver.cli", "main"): ("()",),
    ("dagster_webserver.webserver", "DagsterWebserver"): ("build_middleware()",),
}  # fmt: skip


def private_names(source: str) -> set[tuple[str, str]]:
    """Return (module, name) of every import of a library's private part, also those for the type checker only."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {(a.name, "") for a in node.names if _is_private(a.name)}
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {(node.module, a.name) for a in node.names if _is_private(f"{node.module}.{a.name}")}
    return found


def _is_private(name: str) -> bool:
    first, *rest = name.split(".")
    return first in _INSIDE or (first not in _OURS and any(part.startswith("_") for part in rest))


def words(source: str) -> set[str]:
    """Return the private modules that stand in texts of the code: a name to run or to import by; docstrings may speak of them."""
    told = (n.value for n in ast.walk(ast.parse(source)) if isinstance(n, ast.Constant) and isinstance(n.value, str))
    return {m[0] for text in told if " " not in text for m in _WORD.finditer(text)}


def test_they_stand_in_one_module() -> None:
    sources = {
        str(path.relative_to(REPO)): path.read_text(encoding="utf-8")
        for room in ("orchestration", "assets", "expectations", "warehouse")
        for path in (REPO / room).rglob("*.py")
    }
    assert {place for place, source in sources.items() if private_names(source)} == {PLACE}
    assert {place for place, source in sources.items() if words(source)} == {PLACE, "warehouse/processes.py"}
    assert private_names(sources[PLACE]) == set(USED)


@pytest.mark.parametrize(("module", "name"), sorted(USED))
def test_what_is_used_of_it_is_there(module: str, name: str) -> None:
    found = importlib.import_module(module)
    assert hasattr(found, name), f"{PLACE} takes {name} of {module}"
    for used in USED[module, name]:
        attribute, _, rest = used.partition("(")
        owner = getattr(found, name)
        if not rest:
            assert hasattr(owner, attribute) or attribute in getattr(owner, "__annotations__", {}), used
            continue
        parameters = inspect.signature(getattr(owner, attribute) if attribute else owner).parameters
        takes_any = any(p.kind is p.VAR_KEYWORD for p in parameters.values())
        missing = {p for p in rest.rstrip(")").split(", ") if p} - parameters.keys()
        assert takes_any or not missing, used


@pytest.mark.parametrize("name", ["DAEMON", "WEB_SERVER", "RUN_COMMAND"])
def test_a_module_that_is_run_by_its_name_is_there(name: str) -> None:
    from orchestration import internals

    assert importlib.util.find_spec(getattr(internals, name)), name


def test_dagster_dev_starts_its_processes_by_the_name_that_is_replaced() -> None:
    source = inspect.getsource(importlib.import_module("dagster._cli.dev"))
    assert source.count("open_ipc_subprocess(") == 2, "the web server and the daemon"


def test_what_is_installed_is_what_was_tried() -> None:
    """Private parts move without a word: each package of Dagster and GX is pinned, and only that version is run."""
    lines = (REPO / "requirements" / "runtime.in").read_text(encoding="utf-8").splitlines()
    needed = {r.name: r for r in map(Requirement, (line for line in lines if line and not line.startswith("#")))}
    for package in ("dagster", "dagster-webserver", "great-expectations", "duckdb"):
        assert [s.operator for s in needed[package].specifier] == ["=="], package
    for package, requirement in needed.items():
        assert requirement.specifier.contains(importlib.metadata.version(package)), str(requirement)


def test_a_planted_import_would_be_seen() -> None:
    assert private_names("def f():\n    from dagster._core import x, y") == {
        ("dagster._core", "x"),
        ("dagster._core", "y"),
    }
    assert private_names("import dagster_webserver.app") == {("dagster_webserver.app", "")}
    assert private_names("from dagster import asset\nfrom warehouse._x import y") == set()
    assert words('run("dagster._daemon")') == {"dagster._daemon"}
    assert words('"""Speaks of dagster._daemon at length."""') == set()
