"""Hashes of files that are made once and that nothing else covers: noted when they are made, and carried on as they were.

A hash is never worked out again for a file that stays: damage would be taken for what was made. Belongs here: the map of names
and hashes in a manifest. Does not: which files a manifest lists (warehouse.release, expectations.gx.docs), what is told of
damage (assets.verify).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from warehouse.files import sha256_of, write_file

if TYPE_CHECKING:
    from pathlib import Path

#: where a manifest, an object of JSON, has its map from names, relative to the manifest's folder, to hashes
HASHES = "sha256"


def sealed(root: Path, files: Iterable[Path], known: Mapping[str, str]) -> dict[str, str]:
    """Return the SHA-256 of those of ``files`` below ``root`` that are there, by name; what is ``known`` is taken as it is."""
    names = {file.relative_to(root).as_posix(): file for file in files if file.is_file()}
    return {name: known.get(name) or sha256_of(names[name]) for name in sorted(names)}


def loaded(manifest: Path) -> dict[str, Any]:
    """Return what a manifest says; nothing where there is none, or none that can be read."""
    import orjson

    try:
        found = orjson.loads(manifest.read_bytes())
    except (FileNotFoundError, orjson.JSONDecodeError):
        return {}
    return found if isinstance(found, dict) and isinstance(found.get(HASHES), dict) else {}


def recorded(manifest: Path) -> dict[str, str]:
    """Return the hashes that a manifest holds."""
    found: dict[str, str] = loaded(manifest).get(HASHES, {})
    return found


def as_bytes(manifest: Mapping[str, Any]) -> bytes:
    """Return a manifest as it is written, always alike."""
    import orjson

    return orjson.dumps(manifest, option=orjson.OPT_INDENT_2)


def write_changed(target: Path, content: bytes) -> None:
    """Write a file unless it is there with this content."""
    if not target.exists() or target.read_bytes() != content:
        write_file(target, content)


def changed(manifest: Path) -> Iterator[str]:
    """Yield the names of the files that are missing or not what the manifest says, itself if it is not as it was written."""
    found = loaded(manifest)
    if not found or manifest.read_bytes() != as_bytes(found):
        yield manifest.name
    for name, sha256 in found.get(HASHES, {}).items():
        file = manifest.parent / name
        if not file.is_file() or sha256_of(file) != sha256:
            yield name
