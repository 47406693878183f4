"""Detached signatures as `ssh-keygen -Y sign -n danvan` makes them (SSHSIG): of which key one is, and whether it is of these bytes.

Does not belong here: whose key that is (warehouse.speaking), pairing files (inbox.signed).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import TYPE_CHECKING

from warehouse.cells.kinds.public_key import ALGORITHM, key_bytes, key_text

if TYPE_CHECKING:
    from pathlib import Path

NAMESPACE = "danvan"
_MAGIC = b"SSHSIG"
_BEGIN, _END = b"-----BEGIN SSH SIGNATURE-----", b"-----END SSH SIGNATURE-----"
_NO_SIGNATURE = "không phải chữ ký của ssh-keygen -Y sign"


class _FaultError(Exception):
    """Why it is no good signature, in the clerk's words."""


def key_that_signed(signature: bytes, path: Path) -> tuple[str | None, str | None]:
    """Return the public key whose signature of the file this is, and None; or None and what is wrong with it."""
    try:
        return _checked(signature, path), None
    except _FaultError as e:
        return None, str(e)


def _checked(signature: bytes, path: Path) -> str:
    key, namespace, reserved, algorithm, signed = _fields(_unarmored(signature))
    if (text := key_text(key)) is None:
        raise _FaultError(f"khóa không phải loại {ALGORITHM}")
    if namespace != NAMESPACE.encode():
        raise _FaultError(f"ký với -n {namespace[:40].decode('utf-8', 'replace')}, cần -n {NAMESPACE}")
    if algorithm not in (b"sha256", b"sha512"):
        raise _FaultError(_NO_SIGNATURE)
    with path.open("rb") as content:
        digest = hashlib.file_digest(content, algorithm.decode()).digest()
    name, value = _strings(signed, 2)
    if name != ALGORITHM.encode() or not _is_of(text, value, _MAGIC + _told(namespace, reserved, algorithm, digest)):
        raise _FaultError("chữ ký không khớp với nội dung tệp")
    return text


def _is_of(key: str, value: bytes, message: bytes) -> bool:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(key_bytes(key)).verify(value, message)
    except InvalidSignature:
        return False
    return True


def _unarmored(signature: bytes) -> bytes:
    text = signature.strip()
    if not (text.startswith(_BEGIN) and text.endswith(_END)):
        raise _FaultError(_NO_SIGNATURE)
    try:
        return base64.b64decode(b"".join(text[len(_BEGIN) : -len(_END)].split()), validate=True)
    except binascii.Error as e:
        raise _FaultError(_NO_SIGNATURE) from e


def _fields(blob: bytes) -> list[bytes]:
    """Return key, namespace, reserved, hash algorithm and signature."""
    head = _MAGIC + (1).to_bytes(4, "big")
    if not blob.startswith(head):
        raise _FaultError(_NO_SIGNATURE)
    return _strings(blob[len(head) :], 5)


def _strings(blob: bytes, count: int) -> list[bytes]:
    """Return so many strings, each after its length, that make up the whole of ``blob``."""
    out = []
    for _ in range(count):
        length = int.from_bytes(blob[:4], "big")
        if len(blob) < 4 + length:
            raise _FaultError(_NO_SIGNATURE)
        out.append(blob[4 : 4 + length])
        blob = blob[4 + length :]
    if blob:
        raise _FaultError(_NO_SIGNATURE)
    return out


def _told(*parts: bytes) -> bytes:
    return b"".join(len(p).to_bytes(4, "big") + p for p in parts)
