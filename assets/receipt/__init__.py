"""Receipts: JSON for programs; for the clerk of a unit its own workbook with marked cells, or a page when no cell is to be marked.

Belongs here: presenting findings. Does not: finding them (expectations) or sending receipts (the operator's choice).
"""

from assets.receipt.apart import Made
from assets.receipt.batch import Receipts, write_receipt, write_receipts
from assets.receipt.record import readable

__all__ = ["Made", "Receipts", "readable", "write_receipt", "write_receipts"]
