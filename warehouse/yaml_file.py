"""Reading a declaration file; one place, so that all are read by the fast parser.

Does not belong here: what the files mean.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # eight times faster, where PyYAML has its C library


def read_yaml(path: Path) -> Any:
    """Return the content of a YAML file as plain values. Raises yaml.YAMLError."""
    with path.open(encoding="utf-8") as f:
        return yaml.load(f, Loader=_LOADER)  # noqa: S506 - a safe loader, both of them
