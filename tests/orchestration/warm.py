"""Imports what the commands need, in the process that tests fork them from (command.py), and only there. It starts no thread."""

from importlib import import_module

from warehouse.relation import relations

for _name in (
    "great_expectations",
    "openpyxl",
    "orjson",
    "polars",
    "pyarrow.parquet",
    "rich.progress",
    "rich.table",
    "xlsxwriter",
    "assets.ingest",
    "assets.receipt",
    "assets.sample",
    "assets.trace",
    "assets.verify",
    "assets.report.write",
    "expectations.gx.run",
    "orchestration.cli.main",
    "orchestration.definitions",
    "orchestration.run",
    "tests.orchestration.command",
):
    import_module(_name)
relations()
