"""Intake: guard, archive, read and normalise office files. Plain functions, light to import: children do it.

Does not belong here: verdicts on what was read (expectations) or where it is stored (warehouse).
"""
