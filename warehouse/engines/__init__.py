"""What holds the warehouse: a DuckDB file (``file``) or a DuckLake (``lake``), each with the same functions behind the seam.

Does not belong here: which of them a home has, and what both share (warehouse.catalog).
"""
