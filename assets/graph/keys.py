"""What the assets share: keys, the partitions by year, schemas and lineage from the declarations, policies.

Does not belong here: any asset.
"""

from __future__ import annotations

import warnings
from datetime import timedelta
from typing import TYPE_CHECKING

import dagster as dg

from warehouse.clock import ZONE
from warehouse.declaration import form_tables, report_tables
from warehouse.forms import report_forms
from warehouse.provenance import origins_of
from warehouse.relation import Relation, column_comment, relations
from warehouse.types import COLUMN_TYPES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dagster import AssetKey

OWNER = "team:data-engineering"
#: the queue in front of the writer's lock
POOL = "warehouse"

INBOX = dg.AssetKey("inbox")
SUBMISSION = dg.AssetKey(["intake", "submission"])
FINDING = dg.AssetKey(["intake", "finding"])
PUBLISHED = dg.AssetKey(["published", "danvan"])
RECEIPTS = dg.AssetKey("receipts")
DICTIONARY = dg.AssetKey(["published", "dictionary"])
YEAR_REVISION = dg.AssetKey(["meta", "year_revision"])
YEARLY_REPORT = dg.AssetKey(["published", "yearly_report"])
PROGRAMME_REVIEW = dg.AssetKey(["published", "programme_review"])
COMPLETENESS = dg.AssetKey(["mart", "completeness"])
REGISTER = dg.AssetKey(["core", "dim_unit"])

FIRST_YEAR = min(versions[0].valid_from.year for versions in report_forms().values())
#: the year that is open included; late figures of any past year have their partition
YEARS = dg.TimeWindowPartitionsDefinition(
    start=str(FIRST_YEAR), fmt="%Y", cron_schedule="0 0 1 1 *", end_offset=1, timezone=ZONE
)
#: some report is due every quarter: a hundred days without any are a disconnected inbox rather than idle units
FRESH = dg.FreshnessPolicy.time_window(fail_window=timedelta(days=200), warn_window=timedelta(days=100))

warnings.filterwarnings(
    "ignore", ".*`backfill_policy`.*", dg.BetaWarning
)  # a change of its interface would fail our tests
#: a range of years is one run, and one transaction
ONE_RUN = dg.BackfillPolicy.single_run()


def asset_key(relation: Relation) -> AssetKey:
    """Return the asset key of a table: its schema and name."""
    return dg.AssetKey([relation.schema, relation.name])


def yearly_core() -> list[Relation]:
    """Return the facts: partitioned by the year of the report."""
    return [relations()[f"core.{t.core}"] for t in report_tables().values()]


def dimensions() -> list[Relation]:
    """Return the tables of core that are no facts: the register, periods, code lists."""
    facts = {r.qualified for r in yearly_core()}
    return _of_schema("core", without=facts)


def marts() -> list[Relation]:
    """Return the marts: all are by year."""
    return _of_schema("mart")


def _of_schema(schema: str, without: Iterable[str] = ()) -> list[Relation]:
    found = (r for r in relations().values() if r.schema == schema and r.qualified not in set(without))
    return sorted(found, key=lambda r: r.qualified)


def table_schema(relation: Relation) -> dg.TableSchema:
    """Return Dagster's column schema with Vietnamese labels, derived from the declaration."""
    return dg.TableSchema(
        columns=[
            dg.TableColumn(
                name=c.name,
                type=COLUMN_TYPES[c.type].duckdb,
                description=column_comment(c),
                constraints=dg.TableColumnConstraints(nullable=not c.required),
            )
            for c in relation.columns
        ]
    )


def table_spec(relation: Relation, deps: Sequence[AssetKey], *, by_year: bool = False) -> dg.AssetSpec:
    """Return the asset spec of a table of the warehouse, or of rows that a batch holds in memory while it judges them."""
    is_kept = relation.schema != "staging"
    where = "" if is_kept else " (in memory while a batch judges it; it stands in no file)"
    return dg.AssetSpec(
        asset_key(relation),
        deps=deps,
        description=f"{relation.label} - {relation.description}{where}",
        group_name=relation.schema,
        kinds={"duckdb", "table"} if is_kept else {"duckdb"},
        owners=[OWNER],
        partitions_def=YEARS if by_year else None,
        freshness_policy=FRESH if is_kept else None,
        metadata={"dagster/column_schema": table_schema(relation), "grain": relation.grain},
    )


def column_lineage(relation: Relation) -> dg.TableColumnLineage | None:
    """Return which columns each column comes from, where the declarations say so; None where they do not.

    A fact's columns are those of its staged table; a mart's figure names what it is made of. From staging on to the cell of the
    file leads ``danvan trace``.
    """
    origins = {c.name: found for c in relation.columns if (found := origins_of(relation, c))}
    staged = next((t.name for t in form_tables().values() if t.core == relation.name), None)
    if relation.schema == "core" and staged:
        known = set(relations()[f"staging.{staged}"].names())
        origins = {n: [f"staging.{staged}.{n}"] for n in relation.names() if n in known}
    if not origins:
        return None
    return dg.TableColumnLineage({name: [_column(o) for o in found] for name, found in origins.items()})


def _column(origin: str) -> dg.TableColumnDep:
    schema, table, column = origin.split(".")
    return dg.TableColumnDep(asset_key=dg.AssetKey([schema, table]), column_name=column)
