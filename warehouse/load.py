"""From staging to core: unit resolution, the facts of accepted submissions, versions and supersession, dimensions.

All set-based SQL derived from the declarations. Every step deletes what it is about to write, so that judging a
submission again leaves the same rows. Does not belong here: verdicts (expectations), marts, the ledger.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from warehouse.bootstrap import reset_staging
from warehouse.declaration import register_tables, report_tables
from warehouse.relation import Relation, relations

if TYPE_CHECKING:
    from collections.abc import Mapping

    import duckdb
    import polars as pl

REGISTER_FORM = "DMDV"
_BY_SUBMISSION = ("intake.column_map", "intake.row_count", "intake.stated_total", "intake.finding")


def stage_frames(con: duckdb.DuckDBPyConnection, frames: Mapping[str, pl.DataFrame]) -> None:
    """Fill fresh staging tables (and the batch's rows of the intake tables) from frames keyed by qualified name."""
    reset_staging(con)
    _insert(con, "staging.submission", frames["staging.submission"])
    _resolve_units(con)
    for relation in _BY_SUBMISSION:
        con.execute(f"DELETE FROM {relation} WHERE submission_id IN (SELECT submission_id FROM staging.submission)")
    for name, frame in frames.items():
        if name != "staging.submission":
            _insert(con, name, frame)
    kept = ", ".join(relations()["intake.stated_total"].names())
    con.execute(f"INSERT INTO intake.stated_total BY NAME SELECT {kept} FROM staging.stated_total")
    con.execute(_KNOWN_BEFORE)
    con.execute(_TOUCHED_UNITS)


def load_facts(con: duckdb.DuckDBPyConnection) -> None:
    """Replace the facts of the staged submissions by those of the accepted ones."""
    for table in report_tables().values():
        target = relations()[f"core.{table.core}"]
        con.execute(
            f"DELETE FROM {target.qualified} WHERE submission_id IN (SELECT submission_id FROM staging.submission)"
        )
        con.execute(
            f"INSERT INTO {target.qualified} BY NAME SELECT t.*, NULL::DATE AS valid_from, NULL::DATE AS valid_to, "
            f"false AS is_current FROM staging.{table.name} t JOIN staging.verdict v USING (submission_id) "
            "WHERE v.verdict = 'accepted'"
        )


def set_versions(con: duckdb.DuckDBPyConnection) -> list[str]:
    """Order the versions of every report that the batch touches; mark the newest accepted one as current.

    Newest is by stated revision, then report date, then content hash: never by arrival, so that any order of arrival
    gives the same facts. Returns the submissions that this batch superseded.
    """
    con.execute(_VERSIONS)
    superseded = con.execute(
        "SELECT s.submission_id FROM intake.submission s JOIN staging.version v USING (submission_id) "
        "WHERE s.is_current AND NOT v.is_current ORDER BY 1"
    ).fetchall()
    con.execute(
        "UPDATE intake.submission SET is_current = coalesce((SELECT v.is_current FROM staging.version v "
        "WHERE v.submission_id = submission.submission_id), false) "
        "WHERE submission_id IN (SELECT submission_id FROM staging.version) "
        "OR submission_id IN (SELECT submission_id FROM staging.submission)"
    )
    for table in report_tables().values():
        con.execute(
            f"UPDATE core.{table.core} SET valid_from = v.valid_from, valid_to = v.valid_to, is_current = v.is_current "
            f"FROM staging.version v WHERE {table.core}.submission_id = v.submission_id"
        )
    return [row[0] for row in superseded]


def load_register(con: duckdb.DuckDBPyConnection) -> bool:
    """Make the newest accepted register the content of the dimensions, if it came in this batch. Returns True then."""
    current = con.execute(
        "SELECT s.submission_id FROM intake.submission s JOIN staging.submission USING (submission_id) "
        "WHERE s.is_current AND s.form_code = ?",
        [REGISTER_FORM],
    ).fetchall()
    if not current:
        return False
    for table in register_tables().values():
        target = relations()[f"core.{table.core}"]
        con.execute(f"DELETE FROM {target.qualified}")
        con.execute(
            f"INSERT INTO {target.qualified} BY NAME SELECT * FROM staging.{table.name} WHERE submission_id = ?",
            list(current[0]),
        )
    return True


def load_periods(con: duckdb.DuckDBPyConnection) -> None:
    """Make dim_period the periods that the known submissions speak of."""
    from warehouse.bootstrap import replace_rows
    from warehouse.periods import parse_period_id

    known = con.execute(
        "SELECT DISTINCT period_id FROM intake.submission WHERE period_start IS NOT NULL UNION "
        "SELECT DISTINCT year || '-Y' FROM intake.submission WHERE period_start IS NOT NULL ORDER BY 1"
    ).fetchall()
    periods = [parse_period_id(row[0]) for row in known]
    rows = [(p.period_id, p.kind, p.year, p.period_start, p.period_end, p.cumulative, p.label) for p in periods]
    replace_rows(con, relations()["core.dim_period"], list(rows))


def touched_years(con: duckdb.DuckDBPyConnection) -> list[int]:
    """Return the years that the staged submissions speak of, or spoke of before, in order."""
    rows = con.execute(
        "SELECT year FROM staging.submission WHERE year IS NOT NULL UNION "
        "SELECT year FROM staging.known_before WHERE year IS NOT NULL ORDER BY 1"
    ).fetchall()
    return [row[0] for row in rows]


def submissions_to_replay(con: duckdb.DuckDBPyConnection, before: set[tuple[object, ...]]) -> list[str]:
    """Return the known reports that the register now says something else about than in ``before``.

    Those of units whose rows differ, and those that cite a document whose rows differ (see ``register_rows``).
    """
    changed = register_rows(con) ^ before
    if not changed:
        return []
    units, cited = (sorted({str(row[1]) for row in changed if row[0] == kind}) for kind in ("unit", "document"))
    found = con.execute(_TO_REPLAY, [REGISTER_FORM, units, cited, cited]).fetchall()
    return [row[0] for row in found]


def register_rows(con: duckdb.DuckDBPyConnection) -> set[tuple[object, ...]]:
    """Return what the register says of each unit and document; compared to find which reports to judge anew.

    Each row begins with what it speaks of: ``unit`` and a unit code, or ``document`` and a number as reports cite it.
    """
    rows = con.execute(
        "SELECT 'unit', unit_code, unit_id, unit_name, level_code, parent_unit_id, valid_from, valid_to, NULL "
        "FROM core.dim_unit "
        "UNION ALL SELECT 'unit', u.unit_code, a.unit_id, a.alias_name, NULL, NULL, a.valid_from, a.valid_to, 'alias' "
        "FROM core.dim_unit_alias a JOIN (SELECT DISTINCT unit_code, unit_id FROM core.dim_unit) u USING (unit_id) "
        "UNION ALL SELECT 'document', c.cited_number, c.document_id, d.document_number, NULL, NULL, d.document_date, NULL, NULL "
        "FROM core.citation_document c JOIN core.dim_document d USING (document_id)"
    ).fetchall()
    return set(rows)


def _resolve_units(con: duckdb.DuckDBPyConnection) -> None:
    # the stretch that overlaps the period most; a unit whose stretches all miss it is found too, and a rule says so
    con.execute(
        "UPDATE staging.submission SET unit_id = found.unit_id FROM ("
        "SELECT s.submission_id, u.unit_id FROM staging.submission s JOIN core.unit_on_day u USING (unit_code) "
        "QUALIFY row_number() OVER (PARTITION BY s.submission_id ORDER BY "
        "least(u.valid_until, s.period_end) - greatest(u.valid_from, s.period_start) DESC NULLS LAST, "
        "u.valid_from DESC, u.unit_id) = 1) found WHERE submission.submission_id = found.submission_id"
    )


def _insert(con: duckdb.DuckDBPyConnection, name: str, frame: pl.DataFrame) -> None:
    relation: Relation = relations()[name]
    missing = set(relation.names()) ^ set(frame.columns)
    if missing:
        raise ValueError(f"{name}: the frame and the declaration differ in {sorted(missing)}")
    con.register("batch_frame", frame.to_arrow())
    if relation.schema == "staging" and relation.name in report_tables():
        con.execute(
            f"INSERT INTO {name} BY NAME SELECT f.* REPLACE (s.unit_id AS unit_id) FROM batch_frame f "
            "JOIN staging.submission s USING (submission_id)"
        )
    else:
        con.execute(f"INSERT INTO {name} BY NAME SELECT * FROM batch_frame")
    con.unregister("batch_frame")


# a rejected report has no facts, so its citations are known from its findings
_TO_REPLAY = """
SELECT submission_id FROM intake.submission
WHERE form_code <> ? AND submission_id NOT IN (SELECT submission_id FROM staging.submission) AND (
    unit_code IN (SELECT unnest(?))
    OR submission_id IN (SELECT t.submission_id FROM core.fact_training t WHERE t.document_number IN (SELECT unnest(?)))
    OR submission_id IN (SELECT f.submission_id FROM intake.finding f WHERE f.table_name = 'training'
                         AND f.column_name = 'document_number' AND f.found IN (SELECT unnest(?))))
ORDER BY 1
"""

#: what the ledger holds of the staged submissions: judged again, one may speak for another unit, period or year
_KNOWN_BEFORE = (
    "CREATE OR REPLACE TABLE staging.known_before AS "
    "SELECT submission_id, received_at, form_code, unit_id, period_id, year FROM intake.submission "
    "WHERE submission_id IN (SELECT submission_id FROM staging.submission)"
)
_TOUCHED_UNITS = (
    "CREATE OR REPLACE TABLE staging.touched_unit AS "
    "SELECT unit_id FROM staging.submission WHERE unit_id IS NOT NULL UNION "
    "SELECT unit_id FROM staging.known_before WHERE unit_id IS NOT NULL"
)

# a register has no period of its own: the newest of all is the truth; reports are versioned per unit and period
_VERSIONS = f"""
CREATE OR REPLACE TABLE staging.version AS
WITH slot AS (
    SELECT submission_id, form_code, report_date, revision,
           CASE WHEN form_code = '{REGISTER_FORM}' THEN 0 ELSE unit_id END AS slot_unit,
           CASE WHEN form_code = '{REGISTER_FORM}' THEN '' ELSE period_id END AS slot_period,
           CASE WHEN form_code = '{REGISTER_FORM}' THEN period_end END AS slot_end,
           submission_id IN (SELECT submission_id FROM staging.submission) AS is_staged
    FROM intake.submission WHERE verdict = 'accepted'
),
touched AS (
    SELECT DISTINCT form_code, CASE WHEN form_code = '{REGISTER_FORM}' THEN 0 ELSE unit_id END AS slot_unit,
           CASE WHEN form_code = '{REGISTER_FORM}' THEN '' ELSE period_id END AS slot_period
    FROM (SELECT form_code, unit_id, period_id FROM staging.submission
          UNION ALL SELECT form_code, unit_id, period_id FROM staging.known_before)
)
SELECT submission_id, report_date AS valid_from, lead(report_date) OVER versions AS valid_to,
       lead(submission_id) OVER versions IS NULL AS is_current
FROM slot SEMI JOIN touched USING (form_code, slot_unit, slot_period)
WINDOW versions AS (
    PARTITION BY form_code, slot_unit, slot_period ORDER BY slot_end, revision, report_date, submission_id
)
"""
