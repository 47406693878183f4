"""The annex of sources, as every form of a paper has it: its heads, what a row says of where a figure comes from.

Does not belong here: the sources themselves (assets.report.asked), drawing the annex (docx, pdf).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assets.report.content import Report, Source

ANNEX = "Nguồn số liệu"
#: heads with their shares of the page
HEADS = (("Số", 0.5), ("Số liệu", 2.2), ("Giá trị", 0.9), ("Nguồn", 4.2))


def where_of(source: Source) -> str:
    """Return the query and row of a source, the reports that it rests on, and the command that shows the cells."""
    return "; ".join(filter(None, [source.query, source.key, source.column, source.basis, source.command]))


def note_of(report: Report) -> str:
    """Return the queries of a paper with their parameters."""
    asked = {s.query: s.parameters for s in report.sources if s.query in report.queries}
    told = "; ".join(f"{name} ({given})" if given else name for name, given in asked.items())
    return f"Truy vấn và tham số: {told}."
