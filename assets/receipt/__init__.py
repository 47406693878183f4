"""Receipts: what goes back to the clerk of a unit - JSON for programs, and the unit's own workbook with marked cells.

Belongs here: presenting findings. Does not: finding them (expectations) or sending receipts (the operator's choice).
"""

from assets.receipt.apart import Made
from assets.receipt.batch import Receipts, write_receipt, write_receipts

__all__ = ["Made", "Receipts", "write_receipt", "write_receipts"]
