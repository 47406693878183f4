"""Keys and signatures for tests: made here as `ssh-keygen -Y sign` makes them, or by ssh-keygen itself.

Does not belong here: what danvan says of them.
"""

from __future__ import annotations

import base64
import hashlib
import subprocess
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from assets.sample.report import Report, register_report


def _strings(*parts: bytes) -> bytes:
    return b"".join(len(p).to_bytes(4, "big") + p for p in parts)


@dataclass(frozen=True)
class Key:
    """An Ed25519 key, the same for the same seed."""

    seed: int

    @property
    def wire(self) -> bytes:
        """The public key as SSH writes it."""
        own = Ed25519PrivateKey.from_private_bytes(self.seed.to_bytes(32, "big")).public_key().public_bytes_raw()
        return _strings(b"ssh-ed25519", own)

    @property
    def public(self) -> str:
        """The line of its .pub file."""
        return f"ssh-ed25519 {base64.b64encode(self.wire).decode()}"

    def sign(self, path: Path, namespace: bytes = b"danvan", algorithm: str = "sha512") -> Path:
        """Write the signature of a file beside it."""
        told = [namespace, b"", algorithm.encode()]
        message = b"SSHSIG" + _strings(*told, hashlib.new(algorithm, path.read_bytes()).digest())
        value = Ed25519PrivateKey.from_private_bytes(self.seed.to_bytes(32, "big")).sign(message)
        blob = b"SSHSIG" + (1).to_bytes(4, "big") + _strings(self.wire, *told, _strings(b"ssh-ed25519", value))
        text = base64.encodebytes(blob).decode()
        signature = path.with_name(f"{path.name}.sig")
        signature.write_text(f"-----BEGIN SSH SIGNATURE-----\n{text}-----END SSH SIGNATURE-----\n", encoding="ascii")
        return signature


def register_with_keys(*keys: tuple[int, Key, date, date | None], revision: int = 2) -> Report:
    """Return the sample register with keys: unit, key, first and last day."""
    report = register_report()
    rows: list[dict[str, object]] = [
        {"unit_id": u, "public_key": k.public, "valid_from": begin, "valid_to": end} for u, k, begin, end in keys
    ]
    return replace(report, rows={**report.rows, "unit_key": rows}, cover={**report.cover, "revision": revision})


def ssh_keygen(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run ssh-keygen."""
    return subprocess.run(["ssh-keygen", *arguments], capture_output=True, text=True, check=True)
