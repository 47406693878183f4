"""GX's own run of the suites, for the record and as the second opinion on the compiled pass.

Results are stored without any value of a submission: pages and stores show counts and row addresses only.
Does not belong here: verdicts (expectations.judge) or pages (expectations.gx.docs).
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import great_expectations as gx
from great_expectations.core.id_dict import IDDict
from great_expectations.core.run_identifier import RunIdentifier
from great_expectations.data_context.types.base import (
    DataContextConfig,
    InMemoryStoreBackendDefaults,
    ProgressBarsConfig,
)
from great_expectations.data_context.types.resource_identifiers import (
    ExpectationSuiteIdentifier,
    ValidationResultIdentifier,
)
from great_expectations.expectations.expectation import Expectation

from expectations.gx import own, source
from expectations.gx.docs import RESULTS
from warehouse import clock

if TYPE_CHECKING:
    import duckdb
    from great_expectations.core import ExpectationSuite, ExpectationSuiteValidationResult
    from great_expectations.data_context import EphemeralDataContext
    from great_expectations.datasource.fluent.interfaces import Batch
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration

__all__ = ["Difference", "GxRunError", "SuiteOutcome", "batches", "context_for", "differences", "own", "run_suites"]

SOURCE = "danvan"
_FORMAT = {"result_format": "BASIC", "partial_unexpected_count": 0}


class GxRunError(Exception):
    """GX raised inside an expectation; it hides that in its result, so it is looked for and raised here."""


@dataclass(frozen=True, slots=True)
class SuiteOutcome:
    """What GX found in one table: failing rows by code; codes without one are there with 0."""

    table: str
    evaluated: int
    unexpected: dict[str, int]


@dataclass(frozen=True, slots=True)
class Difference:
    """GX and the compiled pass counted the failing rows of one rule differently."""

    table: str
    code: str
    by_gx: int
    compiled: int


_contexts: dict[Path, EphemeralDataContext] = {}


def context_for(docs_dir: Path) -> EphemeralDataContext:
    """Return the process's context whose results are stored under ``docs_dir``."""
    key = docs_dir.resolve()
    if key not in _contexts:
        defaults = InMemoryStoreBackendDefaults()
        defaults.stores[defaults.validation_results_store_name] = {
            "class_name": "ValidationResultsStore",
            "store_backend": {"class_name": "TupleFilesystemStoreBackend", "base_directory": str(key / RESULTS)},
        }
        defaults.data_docs_sites = {}  # pages are ours: expectations.gx.docs
        config = DataContextConfig(store_backend_defaults=defaults, analytics_enabled=False)
        context = gx.get_context(mode="ephemeral", project_config=config)
        context.variables.progress_bars = ProgressBarsConfig(globally=False)
        _contexts[key] = context
    return _contexts[key]


def batches(
    context: EphemeralDataContext, con: duckdb.DuckDBPyConnection, suites: Mapping[str, ExpectationSuite]
) -> dict[str, tuple[Batch, ExpectationSuite]]:
    """Return GX batches over the whole tables of ``suites`` on the live connection, with their suites."""
    address = source.live(SOURCE, con)
    if (
        SOURCE in context.data_sources.all()
    ):  # kept from the run before: adding one makes GX write its whole configuration
        data_source = context.data_sources.get(SOURCE)
        data_source.reconnect()
    else:
        data_source = context.data_sources.add_duckdb(name=SOURCE, connection_string=address)
    return {table: (_batch(data_source, table), suite) for table, suite in suites.items()}


def _batch(data_source: Any, table: str) -> Batch:
    known = {a.name for a in data_source.assets}
    if table in known:
        return data_source.get_asset(table).get_batch_definition("batch").get_batch()
    schema, _, bare = table.rpartition(".")
    asset = data_source.add_table_asset(table, table_name=bare, schema_name=schema or None)
    return asset.add_batch_definition_whole_table("batch").get_batch()


@contextmanager
def _worked_out_once() -> Iterator[None]:
    """Let GX work out each expectation's configuration and each metric's id once: it asks for both some ten times."""
    configuration, to_id = Expectation.configuration, IDDict.to_id
    configurations: dict[int, tuple[Expectation, ExpectationConfiguration]] = {}  # with the owner: an id stays its own
    ids: dict[Any, Any] = {}

    def kept_configuration(self: Expectation) -> ExpectationConfiguration:
        if id(self) not in configurations:
            configurations[id(self)] = (self, configuration.fget(self))
        found = configurations[id(self)][1]
        out = copy.copy(found)
        out._kwargs = dict(found.kwargs)
        return out

    def kept_id(self: IDDict, id_keys: Any = None, id_ignore_keys: Any = None) -> Any:
        content = (repr(self), repr(id_keys), repr(id_ignore_keys), type(self))
        if content not in ids:
            ids[content] = to_id(self, id_keys, id_ignore_keys)
        return ids[content]

    Expectation.configuration, IDDict.to_id = property(kept_configuration), kept_id
    try:
        yield
    finally:
        Expectation.configuration, IDDict.to_id = configuration, to_id


def run_suites(
    con: duckdb.DuckDBPyConnection, suites: Mapping[str, ExpectationSuite], docs_dir: Path, run_name: str
) -> list[SuiteOutcome]:
    """Let GX validate every suite on the live connection, inside the caller's transaction; store the results.

    Raises GxRunError naming table and rule; the caller's transaction is then aborted and must be rolled back.
    """
    context = context_for(docs_dir)
    run_id = RunIdentifier(run_name=run_name, run_time=clock.instant())
    outcomes = []
    with _worked_out_once():
        for table, (batch, suite) in batches(context, con, suites).items():
            result = batch.validate(suite, result_format=_FORMAT)
            outcomes.append(_outcome(table, result))
            _store(context, table, result, run_id)
    source.forget(SOURCE)
    return outcomes


def differences(outcomes: list[SuiteOutcome], compiled: Mapping[tuple[str, str], int]) -> list[Difference]:
    """Return where GX's counts and the compiled ones, by (table, code), differ."""
    return [
        Difference(o.table, code, n, compiled.get((o.table, code), 0))
        for o in outcomes
        for code, n in o.unexpected.items()
        if n != compiled.get((o.table, code), 0)
    ]


def _outcome(table: str, result: ExpectationSuiteValidationResult) -> SuiteOutcome:
    unexpected: dict[str, int] = {}
    for r in result.results:
        code = r.expectation_config.meta["code"]
        message = _exception(r.exception_info)
        if message is not None:
            raise GxRunError(f"{table} {code}: {message}")
        found = r.result.get("unexpected_count", r.result.get("observed_value"))
        if found is None and r.result.get("element_count") == 0:  # the rule's scope has no row in this batch
            found = r.result["unexpected_count"] = 0
        if not isinstance(found, int):
            raise GxRunError(f"{table} {code}: GX gave no count: {r.result}")
        unexpected[code] = found
    if not unexpected:
        raise GxRunError(f"{table}: nothing was evaluated")
    return SuiteOutcome(table, len(unexpected), unexpected)


def _exception(info: dict[str, Any] | None) -> str | None:
    """Return the message of a raised exception; GX keeps one or several of them in two shapes."""
    if not info:
        return None
    entries = [info, *[v for v in info.values() if isinstance(v, dict)]]
    return next((str(e.get("exception_message")) for e in entries if e.get("raised_exception")), None)


def _store(context: EphemeralDataContext, table: str, result: Any, run_id: RunIdentifier) -> None:
    for r in result.results:
        kept = ("element_count", "unexpected_count", "unexpected_percent", "observed_value")
        r.result = {k: v for k, v in r.result.items() if k in kept}
    result.meta["run_id"] = run_id
    suite = ExpectationSuiteIdentifier(name=result.suite_name)
    identifier = ValidationResultIdentifier(
        expectation_suite_identifier=suite, run_id=run_id, batch_identifier=re.sub(r"\W", "_", table)
    )
    context.validation_results_store.store_validation_results(
        suite_validation_result=result,
        suite_validation_result_identifier=identifier,
        expectation_suite_identifier=suite,
    )
