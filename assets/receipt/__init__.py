"""Receipts: what goes back to the clerk of a unit - JSON for programs, and the unit's own workbook with marked cells.

Belongs here: presenting findings. Does not: finding them (expectations) or sending receipts (the operator's choice).
"""

from assets.receipt.batch import write_receipts
from assets.receipt.record import Record, records, write_json
from assets.receipt.workbook import write_workbook, write_workbooks

__all__ = ["Record", "records", "write_json", "write_receipts", "write_workbook", "write_workbooks"]
