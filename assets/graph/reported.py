"""What a writing op reports to Dagster: metadata, arrival, years as partitions, results of suites with examples.

Does not belong here: ops and specs, or finding out what was wrong (expectations).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import dagster as dg

from assets.batch import BatchResult
from assets.graph.keys import FINDING, INBOX, YEARS, asset_key, column_lineage, dimensions, marts, yearly_core
from expectations.gx.docs import newest_page
from expectations.rule import rule_codes_by_table
from warehouse import query
from warehouse.catalog import open_published
from warehouse.codes import labels
from warehouse.relation import relations
from warehouse.settings import settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from assets.judge_files import SuitesDisagreeError
    from warehouse.home import Home
    from warehouse.relation import Relation

Counts = dict[tuple[str, int | None], int]
_EXAMPLES = 3
#: where the UI's own server shows the home's Data Docs and receipts, when no proxy does (setting ``docs.url``)
DOCS_PLACE = "/danvan"


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
        "completed": list(result.resumed),
    }


def _span(years: Sequence[int]) -> str:
    """Print years as 2013-2025 where they follow one another."""
    if len(years) > 1 and list(years) == list(range(years[0], years[-1] + 1)):
        return f"{years[0]}-{years[-1]}"
    return ", ".join(map(str, years))


def tell_batch(context: dg.AssetExecutionContext, home: Home, result: BatchResult) -> None:
    """Report the years and the arrival of a batch, and first of those whose run was killed before it had reported them."""
    tables = [*yearly_core(), *marts()]
    for batch_id in _untold(context.instance, result.resumed):
        report_years(context, home, _committed(home, batch_id), tables)
        _tell_arrival(context, home, batch_id)
    report_years(context, home, result, tables)
    _tell_arrival(context, home, result.batch_id)  # last: it says that the batch is told


def _untold(instance: dg.DagsterInstance, batches: Sequence[str]) -> list[str]:
    """Return those of ``batches`` whose arrival the instance does not know."""
    if not batches:
        return []
    seen = instance.fetch_observations(INBOX, limit=100).records
    told = {r.asset_observation.metadata["batch_id"].value for r in seen if r.asset_observation}
    return [b for b in batches if b not in told]


def _committed(home: Home, batch_id: str) -> BatchResult:
    """Return what the ledger knows of a batch: its release and the years of what it judged."""
    with open_published(home) as con:
        (made,) = query.rows(con, "batch_release", batch_id=batch_id)
        years = [row["year"] for row in query.rows(con, "batch_years", batch_id=batch_id)]
    return BatchResult(batch_id, release_no=made["release_no"], years=years)


def _tell_arrival(context: dg.AssetExecutionContext, home: Home, batch_id: str) -> None:
    """Report the one event of a batch's arrival, if files came: their number, bytes, and counts by form, period and year."""
    with open_published(home) as con:
        rows = query.rows(con, "batch_arrivals", batch_id=batch_id)
    if not rows:
        return
    told = {"forms": "form", "periods": "period", "by_year": "year", "kinds": "kind"}
    counts = {name: dict(sorted(Counter(row[column] for row in rows).items())) for name, column in told.items()}
    sums = {"batch_id": batch_id, "files": len(rows), "bytes": sum(row["byte_size"] for row in rows)}
    context.log_event(dg.AssetObservation(INBOX, metadata={**sums, **counts}))


def finding_metadata(home: Home, result: BatchResult) -> dict[str, Any]:
    """Return the batch's findings by severity and code, and where units and engineers read them."""
    with open_published(home) as con:
        rows = query.rows(con, "finding_counts", ids=list(result.judged))
    by_severity = {s: sum(row["findings"] for row in rows if row["severity"] == s) for s in labels("severity")}
    return {
        **by_severity,
        "by_code": {row["code"]: row["findings"] for row in rows},
        "receipts": dg.MetadataValue.path(home.receipts),
        "data_docs": _data_docs(home),
    }


def row_counts(home: Home) -> Counts:
    """Return the rows of every hashed table by year, and in all (year None), as the release counted them."""
    with open_published(home) as con:
        return {(row["table_name"], row["year"]): row["rows"] for row in query.rows(con, "row_counts")}


def table_metadata(qualified: str, counts: Counts, result: BatchResult) -> dict[str, Any]:
    """Return the row count of a table, as far as it is known, and where its columns come from."""
    staged = result.staged_rows.get(qualified)
    rows = counts.get((qualified, None), 0 if qualified.startswith("core.") else staged)
    lineage = column_lineage(relations()[qualified])
    found = {"dagster/row_count": rows, "dagster/column_lineage": lineage}
    return {name: value for name, value in found.items() if value is not None}


def report_years(
    context: dg.AssetExecutionContext | dg.OpExecutionContext,
    home: Home,
    result: BatchResult,
    tables: Sequence[Relation],
    besides: Sequence[int] = (),
) -> None:
    """Report a materialisation of each of ``tables`` for exactly the years that the batch touched, or changed in it.

    The years ``besides`` are those whose ``tables`` the run itself materialises.
    """
    if result.release_no is None:
        return
    counts, changed = row_counts(home), _changed_years(home, result.release_no)
    known = {int(key) for key in YEARS.get_partition_keys()}
    for relation in tables:
        touched = known if result.all_years else {*result.years, *changed.get(relation.qualified, ())} & known
        years = sorted(touched - set(besides))
        for year in years:
            context.log_event(year_event(relation, year, counts, is_last=year == years[-1]))


def _changed_years(home: Home, release_no: int) -> dict[str, set[int]]:
    """Return the years of each table whose content the release changed; some marts look across years."""
    found: dict[str, set[int]] = defaultdict(set)
    with open_published(home) as con:
        for row in query.rows(con, "changed_years", release_no=release_no):
            found[row["table_name"]].add(row["year"])
    return found


def year_event(relation: Relation, year: int, counts: Counts, *, is_last: bool) -> dg.AssetMaterialization:
    """Return the event of one year of a table; the last one carries the lineage of its columns."""
    metadata: dict[str, Any] = {"dagster/partition_row_count": counts.get((relation.qualified, year), 0)}
    lineage = column_lineage(relation) if is_last else None
    if is_last:
        metadata["dagster/row_count"] = counts.get((relation.qualified, None), 0)
    if lineage:
        metadata["dagster/column_lineage"] = lineage
    return dg.AssetMaterialization(asset_key(relation), partition=str(year), metadata=metadata)


def tell_what_stands(instance: dg.DagsterInstance, home: Home) -> None:
    """Report the tables and years of the release that the instance knows nothing of: after a restore, or with another instance."""
    counts, partitions = row_counts(home), set(YEARS.get_partition_keys())
    for relation in (*yearly_core(), *marts()):
        unknown = partitions - instance.get_materialized_partitions(asset_key(relation))
        years = sorted(y for name, y in counts if name == relation.qualified and y and str(y) in unknown)
        for year in years:
            instance.report_runless_asset_event(year_event(relation, year, counts, is_last=year == years[-1]))
    for relation in dimensions():
        if instance.get_latest_materialization_event(asset_key(relation)) is None:
            told = table_metadata(relation.qualified, counts, BatchResult(""))
            instance.report_runless_asset_event(dg.AssetMaterialization(asset_key(relation), metadata=told))


def suite_results(
    home: Home, result: BatchResult, name: Callable[[str], str], asset: Callable[[str], dg.AssetKey]
) -> Iterator[dg.AssetCheckResult]:
    """Say of every suite what stands of it in the warehouse, whether or not this batch gave it anything to evaluate.

    Findings are what quarantine is for, so a failing suite warns; a batch that must not be published raised before.
    """
    standing, examples = _standing(home)
    for table, codes in rule_codes_by_table().items():
        open_codes = {c: standing[c] for c in codes if standing[c]}
        failing = {c: n for c, n in result.suites.get(table, {}).items() if n}
        metadata: dict[str, Any] = {
            "batch_id": result.batch_id,
            "expectations": len(codes),
            "open_findings": sum(open_codes.values()),
            "open_by_code": open_codes,
            "evaluated_in_this_batch": table in result.suites,
            "failing_rows": sum(failing.values()),
            "by_code": failing,
            "data_docs": _data_docs(home, table),
        }
        if shown := [e for code in open_codes for e in examples.get(code, ())]:
            metadata["examples"] = dg.MetadataValue.table([dg.TableRecord(e) for e in shown])
        yield dg.AssetCheckResult(
            asset_key=asset(table),
            check_name=name(table),
            passed=not open_codes,
            severity=dg.AssetCheckSeverity.WARN,
            metadata=metadata,
        )
    yield dg.AssetCheckResult(
        asset_key=FINDING, check_name="gx_agrees", passed=True, metadata={"data_docs": _data_docs(home)}
    )


def suites_disagree(error: SuitesDisagreeError) -> dg.AssetCheckResult:
    """Return the result that stops the batch."""
    return dg.AssetCheckResult(
        asset_key=FINDING, check_name="gx_agrees", passed=False, metadata={"differences": str(error)}
    )


def _data_docs(home: Home, table: str | None = None) -> dg.MetadataValue[Any]:
    """Where a click leads: the newest page of a table's suite, else the index; where a proxy serves them, else the UI itself."""
    page = newest_page(home.data_docs, table) if table else None
    base = (settings(home).docs.url or DOCS_PLACE).rstrip("/")
    return dg.MetadataValue.url(f"{base}/data_docs/{quote(page.as_posix()) if page else 'index.html'}")


def _standing(home: Home) -> tuple[Counter[str], dict[str, list[dict[str, str]]]]:
    """Return how many findings of each code stand, and up to three of each: where, never what - a cell may hold personal data."""
    counts: Counter[str] = Counter()
    examples = defaultdict(list)
    with open_published(home) as con:
        for row in query.rows(con, "open_findings"):
            counts[row["code"]] += row["findings"]
        for row in query.rows(con, "finding_examples", most=_EXAMPLES):
            examples[row["code"]].append(row)
    return counts, examples
