"""What is asked of whoever sends a file: the declared policy, and what a home's operator has set in its place.

It is asked when a file arrives and remembered with it; a later setting does not judge what came before. Does not belong here:
who may speak for whom (warehouse.speaking).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from warehouse.check import Declared, build
from warehouse.files import write_file
from warehouse.source import Source, per_root

if TYPE_CHECKING:
    from warehouse.home import Home

SENDERS = "warehouse/senders.yaml"
Folders = Literal["shared", "unit", "unit_only"]
Signatures = Literal["off", "warn", "require"]


@dataclass(frozen=True, slots=True)
class Senders(Declared):
    """``inbox_folders``: what a folder of the inbox says of its files; ``signatures``: what one that is no good does."""

    inbox_folders: Folders = "shared"
    signatures: Signatures = "off"

    @property
    def asks(self) -> bool:
        """Tell whether anything is asked at all."""
        return self != Senders()


@per_root
def declared_senders(root: Path) -> Senders:
    """Return the policy of a home that sets none. Raises DeclarationError."""
    return _read(Source(root, SENDERS))


def senders_of(home: Home) -> Senders:
    """Return the policy of a home. Raises DeclarationError for a setting that is not as it must be: nothing is taken then."""
    if not home.senders.exists():
        return declared_senders()
    return _read(Source(home.root, home.senders.name))


def set_senders(home: Home, senders: Senders) -> None:
    """Make ``senders`` the policy of a home, for what arrives from now on. Raises DeclarationError, and then sets nothing."""
    import yaml

    write_file(home.senders, yaml.safe_dump(asdict(senders)).encode())


def _read(source: Source) -> Senders:
    raw = source.yaml()
    if isinstance(raw, dict) and raw.get("signatures") is False:  # what YAML makes of a plain off
        raw["signatures"] = "off"
    return source.settled(build(Senders, raw, source))
