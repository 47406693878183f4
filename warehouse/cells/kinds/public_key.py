"""An Ed25519 public key as OpenSSH writes it: ssh-ed25519 AAAAC3... and a comment, which is not kept.

Does not belong here: whose key it is, or whether it is valid (warehouse.speaking).
"""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING

from warehouse.cells.kind import Kind, Part
from warehouse.cells.reading import Reading, issue

if TYPE_CHECKING:
    from warehouse.declaration import Column

ALGORITHM = "ssh-ed25519"
#: the key's own bytes come after the name of its algorithm and their length
_HEAD = len(ALGORITHM).to_bytes(4, "big") + ALGORITHM.encode() + (32).to_bytes(4, "big")


def key_text(blob: bytes) -> str | None:
    """Return the text of a key in SSH's wire format; None when it is no Ed25519 key."""
    is_key = blob.startswith(_HEAD) and len(blob) == len(_HEAD) + 32
    return f"{ALGORITHM} {base64.b64encode(blob).decode()}" if is_key else None


def key_bytes(text: str) -> bytes:
    """Return the 32 bytes of a key from its text (see ``key_text``)."""
    return base64.b64decode(text.partition(" ")[2])[len(_HEAD) :]


class PublicKeyKind(Kind):
    """A public key; its comment often names a person, and is left out."""

    name = "public_key"
    parts = (Part(("text",), "public_key"),)
    usual_width = 32.0
    entry_format = "entry_text"

    def _value(self, cell: str, _column: Column | None, /) -> Reading:
        algorithm, encoded, *_ = [*cell[2:].split(maxsplit=2), "", ""]
        try:
            text = key_text(base64.b64decode(encoded, validate=True))
        except (binascii.Error, ValueError):
            text = None
        return Reading(text, "value") if text and algorithm == ALGORITHM else issue("V-KEY")


KIND = PublicKeyKind()
