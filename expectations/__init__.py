"""Expectations: rules per table and across tables and years, the finding catalogue, GX on DuckDB, verdicts.

Does not belong here: Dagster, reading office files, writing facts.
"""
