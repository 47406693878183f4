"""One declaration, many derivations: they agree, and a planted difference is seen."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import duckdb
import polars as pl
import pytest

from expectations.derive import derived_rules
from expectations.rule import rules
from tests.support import copy_home, query
from warehouse.bootstrap import bootstrap
from warehouse.catalog import open_build, open_published, publish_database
from warehouse.codes import code_lists
from warehouse.declaration import Table, form_tables
from warehouse.forms import form_versions
from warehouse.home import Home
from warehouse.relation import arrow_schema, column_comment, polars_schema, relations, table_comment
from warehouse.staging import fill, open_staging
from warehouse.types import COLUMN_TYPES, LogicalType
from warehouse.views import sql_objects


def test_ddl_polars_and_arrow_agree_for_every_relation(bare: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    con = bare
    with open_staging(Home(tmp_path), ()) as staging:
        for relation in relations().values():
            where = staging if relation.schema == "staging" else con
            made = where.execute(
                "SELECT column_name, data_type FROM duckdb_columns() WHERE schema_name = ? AND table_name = ? "
                "ORDER BY column_index",
                [relation.schema, relation.name],
            ).fetchall()
            for frame in (
                pl.DataFrame(schema=polars_schema(relation)).to_arrow(),
                arrow_schema(relation).empty_table(),
            ):
                con.register("empty_rows", frame)  # the engine itself says what a column of a frame is
                seen = con.execute("SELECT column_name, column_type FROM (DESCRIBE empty_rows)").fetchall()
                assert seen == made == [(c.name, COLUMN_TYPES[c.type].duckdb) for c in relation.columns]
                con.unregister("empty_rows")


def test_each_logical_type_is_declared_once_and_shows_a_value_as_units_read_it() -> None:
    assert tuple(COLUMN_TYPES) == get_args(LogicalType)
    values = {
        "count": ("2065", "2065"), "integer": ("-3", "-3"), "decimal": ("92.5", "92,5"), "percent": ("90.0", "90"),
        "date": ("DATE '2013-08-30'", "30/08/2013"), "timestamp": ("TIMESTAMP '2013-08-30 07:00'", "2013-08-30 07:00:00"),
        "code": ("'KT'", "KT"), "text": ("'a.0'", "a.0"), "flag": ("false", "Không"),
    }  # fmt: skip
    with duckdb.connect() as con:
        for name, of in COLUMN_TYPES.items():
            value, shown = values[name]
            sql = f"SELECT {of.shown.format('v')}, {of.hashed.format('v')} FROM (SELECT {value}::{of.duckdb} AS v)"
            assert con.execute(sql).fetchall()[0][0] == shown
            assert con.execute(sql.replace(value, "NULL")).fetchall() == [(None, None)]


def test_no_constraint_but_not_null(demo: Home) -> None:
    kinds = {k for (k,) in query(demo, "SELECT DISTINCT constraint_type FROM duckdb_constraints()")}
    assert kinds <= {"NOT NULL"}


def test_every_published_table_view_and_column_carries_its_comment(demo: Home) -> None:
    tables = dict(query(demo, "SELECT schema_name || '.' || table_name, comment FROM duckdb_tables()"))
    columns = {
        (t, c): x
        for t, c, x in query(
            demo,
            "SELECT schema_name || '.' || table_name, column_name, comment FROM duckdb_columns() WHERE NOT internal AND table_name IN (SELECT table_name FROM duckdb_tables())",
        )
    }
    published = [r for r in relations().values() if r.schema != "staging"]
    assert set(tables) == {r.qualified for r in published}
    for r in published:
        assert tables[r.qualified] == table_comment(r)
        assert {c: columns[r.qualified, c] for c in r.names()} == {c.name: column_comment(c) for c in r.columns}
    views = query(demo, "SELECT view_name, comment FROM duckdb_views() WHERE NOT internal")
    assert views
    assert all(comment for _, comment in views)
    of_views = query(
        demo,
        "SELECT table_name, column_name, comment FROM duckdb_columns() WHERE NOT internal "
        "AND table_name IN (SELECT view_name FROM duckdb_views() WHERE NOT internal)",
    )
    assert len(of_views) > 50
    assert [c for c in of_views if not c[2]] == []


def test_the_published_dictionary_is_the_declaration(demo: Home) -> None:
    told = set(query(demo, "SELECT schema_name, table_name, column_name, column_label FROM meta.dictionary"))
    declared = {
        (r.schema, r.name, c.name, c.label) for r in relations().values() if r.schema != "staging" for c in r.columns
    }
    views = {o.name for o in sql_objects().values() if o.kind == "view"}
    assert declared < told
    assert {f"{schema}.{table}" for schema, table, *_ in told - declared} == views


def test_every_published_table_view_and_macro_is_in_the_dictionary_with_its_hazards(demo: Home) -> None:
    published = (
        "SELECT schema_name, table_name FROM duckdb_tables() UNION SELECT schema_name, view_name FROM duckdb_views() WHERE NOT internal "
        "UNION SELECT schema_name, function_name FROM duckdb_functions() WHERE NOT internal AND database_name = current_database()"
    )
    told = "SELECT schema_name, object_name FROM meta.dictionary_object"
    assert set(query(demo, told)) == set(query(demo, published))
    assert (
        query(
            demo,
            "SELECT object_name FROM meta.dictionary_object WHERE object_kind = 'table' AND (grain IS NULL OR row_key IS NULL)",
        )
        == []
    )
    macros = "SELECT count(*), count(comment) FROM duckdb_functions() WHERE NOT internal AND database_name = current_database()"
    ((count, commented),) = query(demo, macros)
    assert count == commented > 10
    hazards = dict(
        query(
            demo,
            "SELECT object_name, hazards FROM meta.dictionary_object WHERE hazards IS NOT NULL AND schema_name <> 'history'",
        )
    )
    assert hazards["fact_training"] == "cumulative, levels, persons, ratio"
    assert hazards["training_by_year"] == "levels, years, persons, ratio, distinct"
    assert hazards["training_by_unit_as_of"] == hazards["training_by_unit"]
    assert hazards["training_by_unit_on_units_of"] == "levels, estimated"
    assert hazards["training_by_unit_on_families"] == "levels"
    assert {code for said in hazards.values() for code in said.split(", ")} == {c.code for c in code_lists()["hazard"]}


def test_keys_hold_in_the_published_file(demo: Home) -> None:
    with open_published(demo) as con:
        for r in relations().values():
            if r.schema == "staging":
                continue
            key = ", ".join(r.key)
            twice = f"SELECT count(*) FROM (SELECT {key} FROM {r.qualified} GROUP BY {key} HAVING count(*) > 1)"
            assert con.execute(twice).fetchall() == [(0,)], f"{r.qualified}: {r.key}"


def test_every_code_in_a_table_is_in_its_list(demo: Home) -> None:
    with open_published(demo) as con:
        for r in relations().values():
            for c in r.columns:
                if c.codes and r.schema != "staging":
                    sql = f"SELECT DISTINCT {c.name} FROM {r.qualified} WHERE {c.name} IS NOT NULL AND {c.name} NOT IN (SELECT code FROM core.dim_code WHERE code_list = ?)"
                    assert con.execute(sql, [c.codes]).fetchall() == [], f"{r.qualified}.{c.name}"


def test_the_concordance_of_the_sample_forms_has_every_kind() -> None:
    new, old = form_versions()["BCDV", "2023"], form_versions()["BCDV", "2013"]
    kinds = {c.concordance for c in new.columns}
    assert kinds >= {"same", "renamed", "redefined", "split", "merged", "discontinued", "new"}
    assert [h.header for h in new.headers("dialogue")] != [h.header for h in old.headers("dialogue")]


def test_rules_look_at_declared_columns_and_required_cells_have_one() -> None:
    required = {(f"staging.{t.name}", c.name) for t in form_tables().values() for c in t.columns if c.required}
    assert {(r.table, r.column) for r in derived_rules() if r.code.endswith("-MISSING")} == required
    for rule in rules():
        assert set(rule.columns) <= set(relations()[rule.table].names())


def test_every_code_list_is_used() -> None:
    used = {c.codes for r in relations().values() for c in r.columns if c.codes}
    of_no_table = {"due_state", "uncounted", "hazard"}  # of reminders, of the view meta.lineage, several in one text
    assert used | of_no_table == set(code_lists())


def test_a_column_that_drifts_is_seen(tmp_path: Path) -> None:
    """The planted difference: a frame whose columns are not those declared is refused before it is loaded."""
    import polars as pl

    assert isinstance(form_tables()["training"], Table)
    with open_staging(Home(tmp_path), ()) as con, pytest.raises(ValueError, match="differ"):
        fill(con, {"staging.submission": pl.DataFrame({"submission_id": ["x"], "surprise": [1]})})


def test_a_figure_declared_since_is_not_reported_by_the_rows_of_before(demo: Home, tmp_path: Path) -> None:
    """Seen so when a batch is judged against the older file, and written so by the batch itself."""
    home = copy_home(demo, tmp_path)
    states = "SELECT DISTINCT attendee_count_state, attendee_count FROM core.fact_training"
    with open_build(home) as con:
        con.execute("DROP VIEW core.fact_training_exact")
        for column in ("attendee_count", "attendee_count_state"):
            con.execute(f"ALTER TABLE core.fact_training DROP COLUMN {column}")
        con.execute("UPDATE meta.bootstrap SET fingerprint = 'of before'")
    publish_database(home)
    with open_staging(home, ()) as con:
        assert con.execute(states).fetchall() == [("not_reported", None)]
    with open_build(home) as con:
        assert bootstrap(con)
        assert con.execute(states).fetchall() == [("not_reported", None)]


def test_staging_is_no_part_of_the_warehouse_file(demo: Home) -> None:
    schemas = {s for (s,) in query(demo, "SELECT DISTINCT schema_name FROM duckdb_tables()")}
    assert schemas == {"intake", "core", "mart", "meta", "history"}


def test_every_relation_of_staging_is_declared(tmp_path: Path) -> None:
    with open_staging(Home(tmp_path), ()) as con:
        found = con.execute("SELECT table_name FROM duckdb_tables() WHERE schema_name = 'staging'").fetchall()
        found += con.execute("SELECT view_name FROM duckdb_views() WHERE schema_name = 'staging'").fetchall()
    assert {f"staging.{name}" for (name,) in found} == {q for q, r in relations().items() if r.schema == "staging"}
