"""What the archive's notes say of files, as frames of a batch: how they came, with their signatures; what an operator decided.

Does not belong here: notes (notes), reading files (stage), what it comes to by the register (warehouse.speaking).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from assets.intake.signature import key_that_signed
from warehouse import clock
from warehouse.cells.days import vn_date
from warehouse.cells.figures import vn_count
from warehouse.registers import CONFIRMED
from warehouse.relation import polars_schema, relations

if TYPE_CHECKING:
    import polars as pl

    from assets.intake.archive import ArrivedFile
    from assets.intake.notes import Came, Held, Notes


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


def decisions(files: Sequence[ArrivedFile]) -> pl.DataFrame:
    """Return rows of ``staging.cell_issue``: what was withdrawn, or is held until an operator confirms it, is rejected."""
    import polars as pl

    rows = [
        {
            "submission_id": file.submission_id,
            "code": code,
            "table_name": "cover",
            "row_no": 0,
            "column_name": "revision",
            "found": found,
        }
        for file in files
        for code, found in _decided(file.notes)
    ]
    return pl.DataFrame(rows, schema=polars_schema(relations()["staging.cell_issue"]))


def _decided(notes: Notes) -> Iterator[tuple[str, str]]:
    if notes.withdrawn:
        yield "S-WITHDRAWN", notes.withdrawn.reason
    if notes.confirmed:
        yield CONFIRMED, vn_date(clock.day_of(notes.confirmed.at))
    elif notes.held:
        yield "S-REGISTER-HELD", _going_too_far(notes.held)


def _going_too_far(held: Held) -> str:
    return (
        f"{vn_count(held.reports_lost)} trong {vn_count(held.reports)} báo cáo đã tiếp nhận sẽ bị trả lại; "
        f"{vn_count(held.units_ended)} trong {vn_count(held.units)} đơn vị đang có báo cáo sẽ kết thúc"
    )


def _signed(file: ArrivedFile, came: Came) -> dict[str, str | None]:
    """Return the key whose signature of the file came with it, or what is wrong; nothing where none came or none is asked for."""
    if came.signature is None or came.signatures == "off":
        return {}
    key, fault = key_that_signed(file.notes.signatures.get(came.signature, b""), file.path)
    return {"public_key": key, "signature_fault": fault}
