"""What Dagster loads: assets with owners, schemas and checks, in the workspace that the checkout ships."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import dagster as dg
import pytest
import yaml

from assets.graph.keys import YEARS, asset_key, column_lineage
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
    checks = {(k.asset_key.to_user_string(), k.name) for k in defs.resolve_asset_graph().asset_check_keys}
    for table in rule_codes_by_table():
        asset = table.replace(".", "/") if table.startswith("staging.") else "intake/finding"
        assert (asset, f"gx_{table.replace('.', '_')}") in checks
    others = {(a, n) for a, n in checks if not n.startswith("gx_")}
    assert others == {
        ("published/danvan", "equals_core"),
        ("mart/completeness", "completeness"),
        ("mart/completeness", "timeliness"),
        ("intake/finding", "open_findings"),
        ("intake/finding", "rejected"),
        ("core/dim_unit", "register_age"),
    }


def test_publication_stops_where_core_and_published_or_gx_and_we_differ() -> None:
    graph = defs.resolve_asset_graph()
    blocking = {k.name for k in graph.asset_check_keys if graph.get_check_spec(k).blocking}
    assert blocking == {"gx_agrees", "equals_core"}


def test_facts_and_marts_are_partitioned_by_year_from_the_first_form_to_the_open_year() -> None:
    from warehouse import clock

    keys = YEARS.get_partition_keys()
    assert keys[0] == "2013"
    assert keys[-1] == str(clock.today().year)
    graph = defs.resolve_asset_graph()
    by_year = {k.to_user_string() for k in graph.get_all_asset_keys() if graph.get(k).partitions_def == YEARS}
    assert {
        "core/fact_training",
        "mart/model_by_year",
        "meta/year_revision",
        "published/yearly_report",
        "published/programme_review",
    } <= by_year
    assert not {"intake/submission", "core/dim_unit", "published/danvan"} & by_year


def test_columns_lead_back_to_the_staged_table() -> None:
    lineage = column_lineage(relations()["mart.training_by_unit"])
    assert lineage is not None
    (dep,) = lineage.deps_by_column["attendee_count"]
    assert (dep.asset_key.to_user_string(), dep.column_name) == ("core/fact_training", "attendee_count")
    lineage = column_lineage(relations()["core.fact_training"])
    assert lineage is not None
    (dep,) = lineage.deps_by_column["attendee_count"]
    assert (dep.asset_key.to_user_string(), dep.column_name) == ("staging/training", "attendee_count")
    assert "valid_from" not in lineage.deps_by_column, "the version's validity stands in no form"


def test_what_is_published_has_an_owner_a_description_and_a_freshness_policy() -> None:
    graph = defs.resolve_asset_graph()
    for key in graph.get_all_asset_keys():
        node = graph.get(key)
        assert node.owners and node.description, key
        if node.group_name in ("core", "mart", "published", "closing"):
            assert node.freshness_policy is not None, key


def test_the_workspace_file_points_at_the_definitions() -> None:
    workspace = yaml.safe_load((REPO / "workspace.yaml").read_text(encoding="utf-8"))
    assert workspace["load_from"][0]["python_module"]["module_name"] == "orchestration.definitions"
    assert isinstance(defs, dg.Definitions)


def test_whatever_writes_waits_in_one_queue() -> None:
    graph = defs.resolve_asset_graph()
    pools = {k.to_user_string(): graph.get(k).pools for k in graph.get_all_asset_keys()}
    for writer in ("intake/submission", "core/fact_training", "mart/model_by_year", "published/danvan"):
        assert pools[writer] == {"warehouse"}
    for job in ("close_year", "reopen_year"):
        assert {node.pool for node in defs.resolve_job_def(job).all_node_defs if isinstance(node, dg.OpDefinition)} == {
            "warehouse"
        }


def test_a_code_server_can_load_everything() -> None:
    """As it does when it starts: names of jobs and assets must not clash."""
    defs.get_repository_def().load_all_definitions()


@pytest.mark.parametrize("room", ["core", "mart"])
def test_a_backfill_of_a_room_takes_no_check_of_others_with_it(room: str) -> None:
    """The UI makes a job of the assets that are marked, with the checks of these and no other."""
    marked = [k for k in defs.resolve_asset_graph().materializable_asset_keys if k.path[0] == room]
    job = dg.define_asset_job("marked", selection=dg.AssetSelection.assets(*marked))
    made = dg.Definitions(assets=defs.assets, asset_checks=defs.asset_checks, jobs=[job]).resolve_job_def("marked")
    assert made.asset_layer.executable_asset_keys == set(marked)


@pytest.mark.slow
def test_dg_finds_the_same_definitions_in_the_fixed_folders() -> None:
    dg_command = str(Path(sys.executable).with_name("dg"))
    checked = subprocess.run([dg_command, "check", "defs"], cwd=REPO, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
    listed = subprocess.run(
        [dg_command, "list", "defs", "--json"], cwd=REPO, capture_output=True, text=True, check=True
    )
    found = json.loads(listed.stdout)
    assert {a["asset_key"] for a in found["assets"]} == {
        k.to_user_string() for k in defs.resolve_asset_graph().get_all_asset_keys()
    }
    workspace = yaml.safe_load((REPO / "workspace.yaml").read_text(encoding="utf-8"))
    project = tomllib.loads((REPO / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["dg"]["project"]
    location = workspace["load_from"][0]["python_module"]["location_name"]
    assert project["code_location_name"] == location, "one name, or schedules and sensors lose their state"
