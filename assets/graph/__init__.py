"""The asset graph that Dagster shows: inbox, submissions, staged tables, findings, core, yearly marts, release, what goes out.

Belongs here: specs, partitions, metadata, checks. Does not: the work itself (the modules of ``assets`` beside it).
"""
