"""What an existing warehouse goes through once: afterwards it is as if today's code had made it."""

from __future__ import annotations

from dataclasses import replace

import duckdb

from tests.support import clean_rows, put, report_of, take
from warehouse.bootstrap import bootstrap
from warehouse.home import Home

#: the shape of the warehouse when an address was made of a kind, letters and a row
_AS_IT_WAS = """
CREATE TEMP TABLE carried AS FROM intake.column_map;
DROP TABLE intake.column_map;
CREATE TABLE intake.column_map AS
    SELECT c.* EXCLUDE (cell),
           CASE WHEN table_name = 'cover' AND file_kind = 'xlsx' THEN c.cell[2:]::BIGINT END AS source_row,
           CASE file_kind WHEN 'json' THEN 'pointer' ELSE 'a1' END AS address_kind
    FROM carried c JOIN intake.submission USING (submission_id);
UPDATE core.fact_training SET source_row = source_row + 2
    WHERE submission_id IN (SELECT submission_id FROM intake.submission WHERE file_kind = 'json');
DELETE FROM meta.bootstrap;
"""


def test_addresses_made_of_letters_and_rows_become_those_that_the_reader_carries(home: Home) -> None:
    put(home.inbox, report_of(104, "2024-Y", clean_rows(2024)))
    put(home.inbox, replace(report_of(105, "2024-Y", clean_rows(2024)), look="json"))
    assert len(take(home).accepted) == 2
    with duckdb.connect(str(home.build)) as con:
        expected = _content(con)
        assert {"E*", "/tables/training/*/attendee_count"} <= {row[5] for row in expected[0]}
        con.execute(_AS_IT_WAS)
        assert _content(con)[1] != expected[1]
        con.execute("BEGIN")
        assert bootstrap(con)
        con.execute("COMMIT")
        assert _content(con) == expected
        assert not bootstrap(con)


def _content(con: duckdb.DuckDBPyConnection) -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
    return (
        con.execute("FROM intake.column_map ORDER BY ALL").fetchall(),
        con.execute("SELECT submission_id, row_no, source_row FROM core.fact_training ORDER BY ALL").fetchall(),
    )
