"""Dagster definitions, jobs and the command line: who starts what, when, and what they see.

Does not belong here: data logic (assets, expectations, warehouse).
"""
