"""The papers that a committee puts before its leaders: one declared content, drawn in several forms.

Belongs here: declarations of papers, their content over the published warehouse, its forms. Does not: the figures themselves
(warehouse.marts, warehouse.queries), when a paper is written (orchestration, assets.graph).
"""
