"""Checks of what is true of the warehouse now, whatever the last batch brought: reports, findings, rejections, the register's age.

Each warns and none blocks: a warehouse with findings is a warehouse at work. Does not belong here: the suites' checks, which the
batch itself evaluates (assets.graph.reported), the check that stops a release (assets.graph.release), who is late (warehouse.due).
"""

# no ``from __future__ import annotations``: dagster reads types at run time
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import dagster as dg

from assets.graph.keys import COMPLETENESS, FINDING, PUBLISHED, REGISTER
from warehouse import clock, query
from warehouse.catalog import open_published
from warehouse.due import completeness_by_year
from warehouse.home import current_home
from warehouse.settings import settings

#: from where on they warn; a malformed setting keeps the code location from loading, as a declaration does
_LIMITS = settings().checks
_STANDING = ("error", "warning")

_SPECS = {
    "completeness": (
        COMPLETENESS,
        f"In every year, {_LIMITS.completeness_percent:g}% of the reports that are due by now were accepted.",
    ),
    "timeliness": (
        COMPLETENESS,
        f"In every year, {_LIMITS.timeliness_percent:g}% of the reports that are due by now were accepted and in time.",
    ),
    "open_findings": (
        FINDING,
        "No error or warning stands on a current submission, or on a newer one that was rejected.",
    ),
    "rejected": (
        FINDING,
        f"Of the files of the last {_LIMITS.rejected_batches} batches at most {_LIMITS.rejected_percent:g}% "
        "were rejected, whatever the code.",
    ),
    "register_age": (REGISTER, f"The register in force came within the last {_LIMITS.register_days} days."),
}
KEYS = [dg.AssetCheckKey(asset, name) for name, (asset, _) in _SPECS.items()]


@dg.multi_asset_check(
    name="standing",
    specs=[
        dg.AssetCheckSpec(name, asset=asset, additional_deps=[PUBLISHED], description=text)
        for name, (asset, text) in _SPECS.items()
    ],
    can_subset=True,  # a backfill of marts takes with it the checks of marts alone
)
def standing_checks(context: dg.AssetCheckExecutionContext) -> Iterator[dg.AssetCheckResult]:
    """Look at the published warehouse; what is not due yet is not missing."""
    selected = {key.name for key in context.selected_asset_check_keys}
    yield from (result for result in standing() if result.check_name in selected)


def standing() -> Iterator[dg.AssetCheckResult]:
    """Yield the result of every check, of what is published now."""
    today = clock.today()
    with open_published(current_home()) as con:
        years = completeness_by_year(con, today)
        findings = query.rows(con, "open_findings")
        lately = query.rows(con, "rejected_lately", most=_LIMITS.rejected_batches)
        registers = query.rows(con, "register_age")
    yield from _reporting(years)
    yield _open(findings)
    yield _rejected(lately)
    yield _register(registers, today)


def _result(name: str, passed: bool, **metadata: Any) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        asset_key=_SPECS[name][0],
        check_name=name,
        passed=passed,
        severity=dg.AssetCheckSeverity.WARN,
        metadata=metadata,
    )


def _reporting(years: list[dict[str, int]]) -> Iterator[dg.AssetCheckResult]:
    """Warn of years in which too few units reported, or too few in time."""
    for name, counted, least in (
        ("completeness", ("on_time", "late"), _LIMITS.completeness_percent),
        ("timeliness", ("on_time",), _LIMITS.timeliness_percent),
    ):
        shares = [_share(row, counted) for row in years if row["expected"] > row["not_due"]]
        below = [s["year"] for s in shares if s["percent"] < least]
        told = [{**share, "percent": round(share["percent"], 1)} for share in shares]
        yield _result(name, not below, years_below=", ".join(below), by_year=_table(told, "no report is expected yet"))


def _share(row: Mapping[str, int], counted: tuple[str, ...]) -> dict[str, Any]:
    """One year: how many of the reports that are due by now count."""
    expected, reports = row["expected"] - row["not_due"], sum(row[name] for name in counted)
    return {"year": str(row["year"]), "expected": expected, "reports": reports, "percent": 100 * reports / expected}


def _open(findings: list[dict[str, Any]]) -> dg.AssetCheckResult:
    by_year: Counter[tuple[str, str]] = Counter()
    for row in findings:
        by_year[str(row["year"] or "?"), row["severity"]] += row["findings"]
    years = sorted({year for year, _ in by_year})
    told: list[dict[str, Any]] = [{"year": year, **{s: by_year[year, s] for s in _STANDING}} for year in years]
    sums = {s: sum(by_year[year, s] for year in years) for s in _STANDING}
    return _result("open_findings", not any(sums.values()), **sums, by_year=_table(told, "none"))


def _rejected(lately: list[dict[str, Any]]) -> dg.AssetCheckResult:
    files, rejected = (lately[0][name] for name in ("files", "rejected"))
    codes = {row["code"]: row["submissions"] for row in lately if row["code"]}
    percent = 100 * rejected / files if files else 0.0
    return _result(
        "rejected",
        percent <= _LIMITS.rejected_percent,
        files=files,
        rejected=rejected,
        percent=round(percent, 1),
        by_code=codes,
    )


def _register(registers: list[dict[str, Any]], today: date) -> dg.AssetCheckResult:
    if not registers:
        return _result("register_age", False, register="none came yet")
    (register,) = registers
    days = (today - clock.day_of(register["received_at"])).days
    told = {name: str(register[name]) for name in ("period_id", "report_date")}
    return _result("register_age", days <= _LIMITS.register_days, days=days, **told)


def _table(records: list[dict[str, Any]], otherwise: str) -> dg.MetadataValue[Any]:
    found = [dg.TableRecord(record) for record in records]
    return dg.MetadataValue.table(found) if found else dg.MetadataValue.text(otherwise)
