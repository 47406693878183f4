"""What the archive's notes say of files, as frames of a batch: how they came, with their signatures; what was withdrawn.

Does not belong here: notes (notes), reading files (stage), what it comes to by the register (warehouse.speaking).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from assets.intake.signature import key_that_signed
from warehouse.relation import polars_schema, relations

if TYPE_CHECKING:
    import polars as pl

    from assets.intake.archive import ArrivedFile
    from assets.intake.notes import Came


def arrivals(files: Sequence[ArrivedFile]) -> pl.DataFrame:
    """Return ``staging.arrival`` of ``files``: a row for each way that one came. Whose folder and key it is, is not known here."""
    import polars as pl

    rows = [
        {
            "submission_id": file.submission_id,
            "arrived_at": came.at,
            "inbox_folders": came.inbox_folders,
            "sender_code": came.sender_code,
            "signatures": came.signatures,
            "signature_sha256": came.signature,
            **_signed(file, came),
        }
        for file in files
        for came in file.notes.came
    ]
    return pl.DataFrame(rows, schema=polars_schema(relations()["staging.arrival"]))


def withdrawals(files: Sequence[ArrivedFile]) -> pl.DataFrame:
    """Return rows of ``staging.cell_issue``: what an operator took back is rejected, whatever else is said of it."""
    import polars as pl

    rows = [
        {
            "submission_id": file.submission_id,
            "code": "S-WITHDRAWN",
            "table_name": "cover",
            "row_no": 0,
            "column_name": "revision",
            "found": file.notes.withdrawn.reason,
        }
        for file in files
        if file.notes.withdrawn
    ]
    return pl.DataFrame(rows, schema=polars_schema(relations()["staging.cell_issue"]))


def _signed(file: ArrivedFile, came: Came) -> dict[str, str | None]:
    """Return the key whose signature of the file came with it, or what is wrong; nothing where none came or none is asked for."""
    if came.signature is None or came.signatures == "off":
        return {}
    key, fault = key_that_signed(file.notes.signatures.get(came.signature, b""), file.path)
    return {"public_key": key, "signature_fault": fault}
