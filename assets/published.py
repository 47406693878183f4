"""The Dagster assets of one batch: one op takes the inbox through the warehouse and reports every table it wrote.

Belongs here: asset specs, their metadata and checks. Does not: what the batch does (assets.batch, assets.ingest).
"""

import errno
from collections.abc import Iterator
from typing import Any

import dagster as dg

from assets.batch import BatchResult
from assets.ingest import ingest, replay
from expectations.rule import rule_codes_by_table
from warehouse.content import hashed_relations
from warehouse.home import Home, current_home
from warehouse.relation import DUCKDB_TYPES, Relation, column_comment, relations
from warehouse.writer import WriterBusyError, open_published

OWNER = "team:data-engineering"
INBOX = dg.AssetKey("inbox")
SUBMISSION = dg.AssetKey(["intake", "submission"])
PUBLISHED = dg.AssetKey(["published", "danvan"])


class IngestConfig(dg.Config):
    """What one run takes: the inbox of DANVAN_HOME, or ``folder``; or, for a replay, known submissions from the archive.

    Files that changed within ``settle_seconds`` may still be on their way and are left for the next run.
    """

    folder: str = ""
    batch_id: str = ""
    processes: int = 2
    settle_seconds: float = 2.0
    replay: list[str] = []  # noqa: RUF012 - dagster reads the default from the class


inbox = dg.AssetSpec(
    INBOX,
    description="Hộp thư đến - office files that units sent; external to the warehouse.",
    group_name="intake",
    kinds={"file"},
    owners=[OWNER],
)


def asset_key(relation: Relation) -> dg.AssetKey:
    """Return the asset key of a table: its schema and name."""
    return dg.AssetKey([relation.schema, relation.name])


def table_schema(relation: Relation) -> dg.TableSchema:
    """Return Dagster's column schema with Vietnamese labels, derived from the declaration."""
    return dg.TableSchema(
        columns=[
            dg.TableColumn(
                name=c.name,
                type=DUCKDB_TYPES[c.type],
                description=column_comment(c),
                constraints=dg.TableColumnConstraints(nullable=not c.required),
            )
            for c in relation.columns
        ]
    )


def table_spec(relation: Relation, deps: list[dg.AssetKey]) -> dg.AssetSpec:
    """Return the asset spec of a table of the warehouse."""
    return dg.AssetSpec(
        asset_key(relation),
        deps=deps,
        description=f"{relation.label} - {relation.description}",
        group_name=relation.schema,
        kinds={"duckdb", "table"},
        owners=[OWNER],
        metadata={"dagster/column_schema": table_schema(relation), "grain": relation.grain},
    )


def asset_specs() -> list[dg.AssetSpec]:
    """Return the specs of everything that one batch writes: intake, core, marts and the published file."""
    submission = table_spec(relations()["intake.submission"], [INBOX])
    core = [table_spec(r, [SUBMISSION]) for r in hashed_relations() if r.schema == "core"]
    marts = [table_spec(r, [s.key for s in core]) for r in hashed_relations() if r.schema == "mart"]
    published = dg.AssetSpec(
        PUBLISHED,
        deps=[s.key for s in marts],
        description="Tệp DuckDB phát hành - what analysts open, read-only, any time; replaced by rename.",
        group_name="published",
        kinds={"duckdb", "parquet"},
        owners=[OWNER],
    )
    return [submission, *core, *marts, published]


def check_specs() -> list[dg.AssetCheckSpec]:
    """Return one check per GX suite: the staged rows of the batch against the suite of their table."""
    return [
        dg.AssetCheckSpec(
            name=f"gx_{table.replace('.', '_')}",
            asset=SUBMISSION,
            description=f"Great Expectations suite of {table}: {len(codes)} expectations. Failing rows are quarantined.",
        )
        for table, codes in rule_codes_by_table().items()
    ]


@dg.multi_asset(
    name="ingest_batch",
    specs=asset_specs(),
    check_specs=check_specs(),
    pool="warehouse",
    description="One sweep: archive, read, validate, load, aggregate and publish in one transaction.",
)
def ingest_batch(context: dg.AssetExecutionContext, config: IngestConfig) -> Iterator[Any]:
    """Take one batch and report every table, suite and file that it wrote."""
    home = current_home()
    result = _run(home, config)
    context.log.info(
        f"batch {result.batch_id}: {result.files} files, {len(result.accepted)} accepted, "
        f"{len(result.rejected)} rejected, {result.duplicates} duplicates"
    )
    context.add_output_metadata(batch_metadata(result), output_name=SUBMISSION.to_python_identifier())
    yield from _materializations(home, result)
    yield from _checks(result)


def _run(home: Home, config: IngestConfig) -> BatchResult:
    """Take or replay; what can pass (a busy writer, a full or failing disk) is tried again ten seconds later, three times."""
    from pathlib import Path

    try:
        if config.replay:
            return replay(home, config.replay, processes=config.processes)
        return ingest(
            home,
            Path(config.folder) if config.folder else None,
            batch_id=config.batch_id or None,
            processes=config.processes,
            settle_seconds=config.settle_seconds,
        )
    except (WriterBusyError, OSError) as e:
        if isinstance(e, OSError) and e.errno not in _MAY_PASS:
            raise
        raise dg.RetryRequested(max_retries=3, seconds_to_wait=10) from e


#: errors of the disk that an operator or time can mend; a missing folder or permission is not among them
_MAY_PASS = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EAGAIN, errno.EBUSY})


def batch_metadata(result: BatchResult) -> dict[str, Any]:
    """Return what the UI shows of a batch."""
    return {
        "batch_id": result.batch_id,
        "files": result.files,
        "accepted": len(result.accepted),
        "rejected": len(result.rejected),
        "duplicates": result.duplicates,
        "replayed": len(result.replayed),
        "years": _span(result.years),
    }


def _span(years: list[int]) -> str:
    """Print years as 2013-2025 where they follow one another."""
    if len(years) > 1 and years == list(range(years[0], years[-1] + 1)):
        return f"{years[0]}-{years[-1]}"
    return ", ".join(map(str, years))


def _materializations(home: Home, result: BatchResult) -> Iterator[dg.MaterializeResult[None]]:
    with open_published(home) as con:
        counts: dict[str, int] = dict(
            con.execute(
                "SELECT schema_name || '.' || table_name, sum(row_count)::BIGINT FROM meta.table_hash GROUP BY 1"
            ).fetchall()
        )
    yield dg.MaterializeResult(SUBMISSION, metadata=batch_metadata(result))
    for relation in hashed_relations():
        yield dg.MaterializeResult(
            asset_key(relation), metadata={"dagster/row_count": counts.get(relation.qualified, 0)}
        )
    yield dg.MaterializeResult(
        PUBLISHED,
        metadata={
            "database": dg.MetadataValue.path(home.database),
            "data_docs": dg.MetadataValue.path(home.data_docs / "index.html"),
            "release": result.release_no or 0,
        },
    )


def _checks(result: BatchResult) -> Iterator[dg.AssetCheckResult]:
    """Findings are what quarantine is for, so a failing suite warns; a batch that must not be published raised before."""
    for table, codes in rule_codes_by_table().items():
        failing = {c: n for c, n in result.suites.get(table, {}).items() if n}
        yield dg.AssetCheckResult(
            asset_key=SUBMISSION,
            check_name=f"gx_{table.replace('.', '_')}",
            passed=not failing,
            severity=dg.AssetCheckSeverity.WARN,
            metadata={"expectations": len(codes), "failing_rows": sum(failing.values()), "by_code": failing},
        )
