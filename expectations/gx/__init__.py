"""Great Expectations on DuckDB: data source, own expectations, the compiler, GX's own run, Data Docs without a network.

Importing a module of this package imports great_expectations (seconds); ``compiled`` alone does not. Does not belong here:
the rules themselves (expectations.rules).
"""
