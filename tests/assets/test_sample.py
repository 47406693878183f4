"""The sample corpus: deterministic, realistic, and faulty only where it says so."""

from __future__ import annotations

import hashlib
from pathlib import Path

from assets.sample.files import write_report
from assets.sample.plan import planned_reports
from assets.sample.planted import planted_mistakes
from tests.conftest import SEED
from tests.support import findings, query
from warehouse.home import Home


def test_the_same_seed_gives_the_same_bytes(corpus: Path, tmp_path: Path) -> None:
    reports = list(planned_reports(SEED))
    for report in reports[:: len(reports) // 25]:
        again = write_report(tmp_path, report, SEED)
        first = corpus / again.relative_to(tmp_path)
        assert hashlib.sha256(again.read_bytes()).hexdigest() == hashlib.sha256(first.read_bytes()).hexdigest(), (
            first.name
        )


def test_another_seed_gives_other_figures_but_the_same_founding_ones() -> None:
    def sessions(seed: int, year: int) -> list[dict[str, object]]:
        return [row for r in planned_reports(seed) if r.key[1] == f"{year}-Y" for row in r.rows["training"]]

    def counts(seed: int) -> list[dict[str, object]]:
        return [{k: v for k, v in row.items() if k.endswith("count")} for row in sessions(seed, 2014)]

    assert sessions(1, 2019) != sessions(2, 2019)
    assert counts(1) == counts(2) != []


def test_each_planted_mistake_gives_its_finding_at_its_cell(demo: Home) -> None:
    for planted in planted_mistakes(SEED):
        found = {(code, cell) for code, _, cell in findings(demo, f"{planted.name}.xlsx")}
        assert planted.code in {c for c, _ in found}, planted.name
        if planted.cell:
            assert (planted.code, planted.cell) in found, planted.name


def test_only_planted_files_are_rejected(demo: Home) -> None:
    rejected = {row[0] for row in query(demo, "SELECT file_name FROM intake.submission WHERE verdict = 'rejected'")}
    assert rejected == {f"{p.name}.xlsx" for p in planted_mistakes(SEED)} - {"tong-lech.xlsx"}


def test_the_bloc_is_as_the_field_describes_it(demo: Home) -> None:
    assert query(
        demo,
        "SELECT count(*) FROM core.unit_on_day WHERE level_code = 'co_so' AND DATE '2015-06-30' BETWEEN valid_from AND valid_until",
    ) == [(45,)]
    kinds = query(demo, "SELECT DISTINCT succession_kind_code FROM core.unit_succession ORDER BY 1")
    assert [k for (k,) in kinds] == [
        "dissolution",
        "equitisation",
        "establishment",
        "merger",
        "rename",
        "split",
        "transfer",
    ]
    assert query(
        demo, "SELECT count(*) FROM core.dim_document WHERE document_number IS NOT NULL AND document_id <= 7"
    ) == [(7,)]
    looks = dict(
        query(demo, "SELECT file_kind, count(*) FROM intake.submission WHERE file_kind IS NOT NULL GROUP BY 1")
    )
    assert looks["xlsx"] > 8 * looks["csv"] > 0
    assert looks["json"] > 10
    kinds_of_period = {k for (k,) in query(demo, "SELECT DISTINCT period_kind FROM core.dim_period")}
    assert kinds_of_period >= {"Y", "H1", "9M", "Q", "R", "M"}


def test_norms_levels_and_parents_change_as_they_did(demo: Home) -> None:
    required = dict(query(demo, "SELECT year, any_value(norm_count) FROM mart.dialogue_compliance GROUP BY 1"))
    assert (required[2014], required[2019], required[2022]) == (4, 4, 1)
    parents = query(
        demo,
        "SELECT DISTINCT parent_unit_id FROM core.unit_on_day WHERE level_code = 'co_so' AND DATE '2025-06-30' BETWEEN valid_from AND valid_until ORDER BY 1",
    )
    assert parents == [(2,), (3,)]
    assert query(demo, "SELECT min(year) FROM core.fact_model_status WHERE field_code = 'NTM'")[0][0] >= 2023
    versions = query(demo, "SELECT form_version, min(year), max(year) FROM core.fact_training GROUP BY 1 ORDER BY 1")
    assert versions == [("2013", 2013, 2022), ("2023", 2023, 2025)]
