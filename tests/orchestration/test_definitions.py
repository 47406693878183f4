"""What Dagster loads: assets with owners, schemas and checks, in the workspace that the checkout ships."""

from __future__ import annotations

import dagster as dg
import yaml

from assets.graph.keys import asset_key
from expectations.rule import rule_codes_by_table
from orchestration.definitions import defs
from tests.support import REPO
from warehouse.relation import relations


def test_every_published_table_is_an_asset_with_owner_kinds_and_column_schema() -> None:
    graph = defs.resolve_asset_graph()
    for relation in relations().values():
        if relation.schema not in ("core", "mart"):
            continue
        node = graph.get(asset_key(relation))
        assert node.owners == ["team:data-engineering"]
        assert "duckdb" in node.kinds
        schema = node.metadata["dagster/column_schema"]
        assert [c.name for c in schema.columns] == relation.names()
        assert schema.columns[0].description.startswith(relation.columns[0].label)


def test_each_suite_is_an_asset_check() -> None:
    names = {k.name for k in defs.resolve_asset_graph().asset_check_keys}
    assert names == {f"gx_{table.replace('.', '_')}" for table in rule_codes_by_table()}


def test_the_workspace_file_points_at_the_definitions() -> None:
    workspace = yaml.safe_load((REPO / "workspace.yaml").read_text(encoding="utf-8"))
    assert workspace["load_from"][0]["python_module"]["module_name"] == "orchestration.definitions"
    assert isinstance(defs, dg.Definitions)


def test_one_writer_at_a_time_is_queued_by_a_pool() -> None:
    op = (
        defs.resolve_job_def("ingest").get_node_named("ingest_batch")
        if hasattr(dg.JobDefinition, "get_node_named")
        else None
    )
    pools = {n.definition.pool for n in defs.resolve_job_def("ingest").nodes if n.name == "ingest_batch"}  # type: ignore[attr-defined]
    assert pools == {"warehouse"}
    assert op is None or op.name == "ingest_batch"


def test_a_code_server_can_load_everything() -> None:
    """As it does when it starts: names of jobs and assets must not clash."""
    defs.get_repository_def().load_all_definitions()
