"""The warehouse: declarations of tables, forms and code lists; DDL, marts, the writer, publishing, lineage.

Does not belong here: reading office files (assets.intake), judging rows (expectations), Dagster (orchestration).
"""
