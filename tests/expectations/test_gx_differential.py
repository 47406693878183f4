"""GX's own run against the compiled pass, over all kinds of expectations and random data, failing rows listed by hand."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import duckdb
import great_expectations.expectations as gxe
import pytest
from great_expectations import ExpectationSuite
from great_expectations.expectations.row_conditions import Column

from expectations.gx import own
from expectations.gx.compile import CompileError, compile_suites
from expectations.gx.own import ExpectColumnValuesToExistInTable, ExpectRowsToSatisfy
from expectations.gx.run import GxRunError, batches, context_for, differences, run_suites
from expectations.rule import rules

TABLE = "staging.sample"


def _code(code: str) -> dict[str, object]:
    return {"meta": {"code": code}}


def expectations() -> list[object]:
    """Every kind that danvan uses, and some that a rule may use tomorrow."""
    new = Column("form") == "new"
    pair = {"column_A": "a", "column_B": "b"}
    return [
        gxe.ExpectColumnValuesToNotBeNull(column="a", **_code("not_null")),
        gxe.ExpectColumnValuesToNotBeNull(column="a", row_condition=new, **_code("not_null_new")),
        gxe.ExpectColumnValuesToBeBetween(column="a", min_value=0, max_value=10, **_code("between")),
        gxe.ExpectColumnValueLengthsToBeBetween(column="t", max_value=3, **_code("length")),
        gxe.ExpectColumnValuesToBeInSet(column="t", value_set=["x", "yy"], **_code("in_set")),
        gxe.ExpectColumnValuesToBeUnique(column="t", **_code("unique")),
        gxe.ExpectCompoundColumnsToBeUnique(
            column_list=["submission_id", "t"], ignore_row_if="any_value_is_missing", **_code("compound")
        ),
        gxe.ExpectColumnPairValuesAToBeGreaterThanB(**pair, ignore_row_if="either_value_is_missing", **_code("pair")),
        gxe.ExpectColumnPairValuesToBeEqual(
            **pair, ignore_row_if="both_values_are_missing", row_condition=new, **_code("pair_equal")
        ),
        gxe.ExpectMulticolumnSumToEqual(
            column_list=["a", "b"], sum_total=7, ignore_row_if="any_value_is_missing", **_code("sum")
        ),
        own.ExpectValuesNotNull(column="a", **_code("own_not_null")),
        own.ExpectValuesNotNull(column="a", row_condition=new, **_code("own_not_null_new")),
        own.ExpectValuesBetween(column="a", min_value=0, max_value=10, **_code("own_between")),
        own.ExpectLengthsBetween(column="t", max_value=3, **_code("own_length")),
        own.ExpectRowsUnique(
            column_list=["submission_id", "t"], ignore_row_if="any_value_is_missing", **_code("own_unique")
        ),
        ExpectColumnValuesToExistInTable(column="t", ref_table="core.known", ref_column="t", **_code("fk")),
        ExpectColumnValuesToExistInTable(
            column="t",
            ref_table="core.known",
            ref_column="t",
            row_condition=Column("form").is_in(["new"]),
            **_code("fk_new"),
        ),
        ExpectRowsToSatisfy(
            column="a", columns=["a", "b"], sql="a <= b", ignore_row_if="any_value_is_missing", **_code("row_any")
        ),
        ExpectRowsToSatisfy(
            column="a",
            columns=["a", "b"],
            sql="a IS NOT NULL",
            ignore_row_if="all_values_are_missing",
            **_code("row_all"),
        ),
        ExpectRowsToSatisfy(
            column="a", columns=["a", "b"], sql="b IS NOT NULL", ignore_row_if="never", **_code("row_never")
        ),
        own.ExpectNoRows(
            unexpected_rows_query="SELECT submission_id, row_no FROM {batch} WHERE a > 8", **_code("query")
        ),
    ]


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as con:
        con.execute("CREATE SCHEMA staging")
        con.execute("CREATE SCHEMA core")
        con.execute("CREATE TABLE core.known (t VARCHAR)")
        con.execute("INSERT INTO core.known VALUES ('x'), (NULL)")
        con.execute(
            f"CREATE TABLE {TABLE} (submission_id VARCHAR, row_no BIGINT, form VARCHAR, a BIGINT, b BIGINT, t VARCHAR)"
        )
        yield con


def _fill(con: duckdb.DuckDBPyConnection, rows: list[tuple[object, ...]]) -> None:
    con.execute(f"DELETE FROM {TABLE}")
    if rows:
        con.executemany(f"INSERT INTO {TABLE} VALUES (?, ?, ?, ?, ?, ?)", rows)


def _random_rows(seed: int, count: int) -> list[tuple[object, ...]]:
    rng = random.Random(seed)
    numbers = [None, -1, 0, 1, 3, 7, 9, 11]
    texts = [None, "x", "yy", "yyyy", "z'z"]
    return [
        (
            f"s{rng.randint(0, 4)}",
            n,
            rng.choice(["new", "old", None]),
            rng.choice(numbers),
            rng.choice(numbers),
            rng.choice(texts),
        )
        for n in range(count)
    ]


@pytest.mark.parametrize(("seed", "count"), [(1, 0), (2, 1), (3, 40), (4, 400)])
def test_gx_and_the_compiled_pass_count_alike(
    con: duckdb.DuckDBPyConnection, tmp_path: Path, seed: int, count: int
) -> None:
    _fill(con, _random_rows(seed, count))
    suites = {TABLE: ExpectationSuite(name="sample", expectations=expectations())}
    failing = con.execute(compile_suites(batches(context_for(tmp_path), con, suites))).fetchall()
    compiled: dict[tuple[str, str], int] = {}
    for table, _, _, code in failing:
        compiled[table, code] = compiled.get((table, code), 0) + 1
    outcomes = run_suites(con, suites, tmp_path, "run")
    assert differences(outcomes, compiled) == []
    assert outcomes[0].evaluated == len(expectations())
    if count >= 40:
        assert {c for _, c in compiled} == {e.meta["code"] for e in expectations()}, "every kind fails somewhere"  # type: ignore[attr-defined]


def test_the_compiled_pass_lists_exactly_the_failing_rows(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    _fill(con, [("s1", 1, "new", 5, 4, "x"), ("s1", 2, "new", None, 4, "x"), ("s2", 1, "old", 20, 30, "zzzz")])
    suites = {TABLE: ExpectationSuite(name="sample", expectations=expectations())}
    rows = con.execute(compile_suites(batches(context_for(tmp_path), con, suites))).fetchall()
    by_code: dict[str, set[tuple[str, int]]] = {}
    for _, submission, row, code in rows:
        by_code.setdefault(code, set()).add((submission, row))
    assert by_code["not_null_new"] == {("s1", 2)}
    assert by_code["between"] == {("s2", 1)}
    assert by_code["compound"] == {("s1", 1), ("s1", 2)}
    assert by_code["row_any"] == {("s1", 1)}
    assert by_code["row_all"] == {("s1", 2)}
    assert by_code["fk"] == by_code["length"] == by_code["in_set"] == {("s2", 1)}
    assert "row_never" not in by_code


def test_a_suite_of_more_rules_than_a_mask_has_bits(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    _fill(con, [("s1", 1, "new", 20, 4, "x")])
    many = [own.ExpectValuesBetween(column="a", min_value=0, max_value=10, **_code(f"c{n}")) for n in range(130)]
    suites = {TABLE: ExpectationSuite(name="many", expectations=many)}
    rows = con.execute(compile_suites(batches(context_for(tmp_path), con, suites))).fetchall()
    assert {code for *_, code in rows} == {f"c{n}" for n in range(130)}


def test_an_exception_inside_gx_is_raised_and_not_read_as_success(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    broken = ExpectRowsToSatisfy(
        column="a", columns=["a", "b"], sql="no_such_column > 1", ignore_row_if="never", **_code("broken")
    )
    suites = {TABLE: ExpectationSuite(name="sample", expectations=[broken])}
    with pytest.raises(GxRunError, match="no_such_column"):
        run_suites(con, suites, tmp_path, "run")


def test_an_expectation_without_failing_rows_cannot_be_a_rule(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    mean = gxe.ExpectColumnMeanToBeBetween(column="a", min_value=0, **_code("mean"))
    with pytest.raises(CompileError, match="mean"):
        compile_suites(batches(context_for(tmp_path), con, {TABLE: ExpectationSuite(name="s", expectations=[mean])}))


def test_gx_runs_inside_the_callers_transaction_and_leaves_it_open(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    con.execute("BEGIN")
    _fill(con, [("s1", 1, "new", 5, 4, "x")])
    run_suites(con, {TABLE: ExpectationSuite(name="sample", expectations=expectations()[:3])}, tmp_path, "run")
    con.execute("ROLLBACK")
    assert con.execute(f"SELECT count(*) FROM {TABLE}").fetchall() == [(0,)]


def test_the_differential_covers_every_expectation_that_a_rule_becomes() -> None:
    from expectations.suites import suites_for

    def kinds(found: list[object]) -> set[tuple[type, str, bool]]:
        """Type, missing-value strategy and whether a row condition limits it."""
        return {
            (type(e), getattr(e, "ignore_row_if", ""), getattr(e, "row_condition", None) is not None) for e in found
        }

    used = [e for suite in suites_for({r.table for r in rules()}).values() for e in suite.expectations]
    assert len(used) == len(rules())
    assert kinds(used) <= kinds(expectations())


def test_every_rule_says_what_it_is() -> None:
    for rule in rules():
        assert rule.title and rule.title_en and rule.expected and rule.remedy, rule.code
        assert rule.severity in ("error", "warning", "info"), rule.code
        assert rule.missing in ("skip_any", "skip_all", "never_skip"), rule.code
