"""Texts made of the declaration: the file that ``danvan init`` writes, and the reference in docs/configuration.md.

Does not belong here: the settings themselves (declared).
"""

from __future__ import annotations

import textwrap
from typing import Any

from warehouse.settings.declared import Setting, declared, sections
from warehouse.settings.held import allowed

_WIDTH = 120
_HEAD = """\
# Settings of this home; docs/configuration.md has them all. A line without # holds instead of the default that it shows.
# What is changed here holds for what is started afterwards: restart the daemon and the UI. To look: danvan config
"""
_REFERENCE = """\
# Settings

Made of the declaration (`warehouse/settings/declared.py`) by `danvan config --reference > docs/configuration.md`; do not edit it.

They stand in `danvan.toml` in the home. `danvan init` writes one in which every line is a comment: without the file, and where
a line is commented out, the default holds. The environment goes before the file: `DANVAN_`, then the setting's name in capitals
with `_` for the point (lists separated by commas); a blank variable says nothing. A file or variable that is not as it must be is
refused before anything is done, with its line, what was found and what is allowed. Each process reads them when it starts: after
a change, restart the daemon and the UI. `danvan config` shows what holds and where it comes from.
"""


def template() -> str:
    """Return a ``danvan.toml`` that changes nothing: every setting as a comment with its default."""
    parts = [_HEAD]
    for section, cls in sections().items():
        if section:
            parts += [f"\n[{section}]", *_comment(str(cls.__doc__))]
        for s in _of(section):
            parts += ["", *_comment(f"{s.text} {_bounds(s)}")]
            parts.append(f"#{s.key.rpartition('.')[2]} = {toml(s.default)}")
    return "\n".join(parts) + "\n"


def reference() -> str:
    """Return the reference as Markdown."""
    parts = [_REFERENCE]
    for section, cls in sections().items():
        head = f"## `[{section}]`\n\n{cls.__doc__}\n" if section else "## Above all sections\n"
        parts.append(f"{head}\n| setting | default | unit | allowed | what it does |\n|---|---|---|---|---|")
        parts += [
            f"| `{s.key}`<br>`{s.variable}` | `{toml(s.default)}` | {s.unit} | {allowed(s)} | {s.text}"
            f"{' It is never shown: it may hold a token.' if s.is_secret else ''} |"
            for s in _of(section)
        ]
        parts.append("")
    return "\n".join(parts)


def toml(value: Any) -> str:
    """Return a value as TOML writes it."""
    if isinstance(value, tuple):
        return f"[{', '.join(map(toml, value))}]"
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    return str(value)


def _of(section: str) -> list[Setting]:
    return [s for key, s in declared().items() if key.rpartition(".")[0] == section]


def _bounds(s: Setting) -> str:
    said = allowed(s)
    return f"({s.unit}; {said})" if s.unit else f"({said})"


def _comment(text: str) -> list[str]:
    return textwrap.wrap(text, _WIDTH, initial_indent="# ", subsequent_indent="# ")
