"""The kinds of cell: a module here with ``KIND`` is one, under its own name.

Belongs here: one small module per kind. Does not: what several of them share (figures, days, words: one folder up).
"""
