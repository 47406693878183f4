"""Spreadsheets that are one XML text: told by their root element, so that their senders learn how to save them otherwise.

Does not belong here: reading them - what office programs write by themselves is a zip file.
"""

from __future__ import annotations

import xml.parsers.expat
from collections.abc import Mapping
from contextlib import suppress

#: bytes in which a root element ends: its names of namespaces take some thousands
LOOKED_AT = 1 << 16
_OPEN_DOCUMENT = "urn:oasis:names:tc:opendocument:xmlns:office:1.0"
_KINDS = {
    "urn:schemas-microsoft-com:office:spreadsheet Workbook": "bảng tính XML 2003 (.xml)",
    "http://schemas.microsoft.com/office/2006/xmlPackage package": "tệp Office dạng một tệp XML",
}


def kind_of(content: bytes) -> str | None:
    """Return what spreadsheet the beginning of an XML text is, in the sender's words; None when it is none, or no XML."""
    found: list[str | None] = []

    def start(name: str, attributes: Mapping[str, str]) -> None:
        if not found:
            found.append(_kind(name, attributes))

    parser = xml.parsers.expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = start
    parser.StartDoctypeDeclHandler = _end
    with suppress(xml.parsers.expat.ExpatError, LookupError, ValueError):  # no XML, or in an encoding that nobody reads
        parser.Parse(content.lstrip(), False)
    return found[0] if found else None


def _end(*_: object) -> None:
    raise ValueError("no office program declares a document type: nothing is looked for behind it")


def _kind(name: str, attributes: Mapping[str, str]) -> str | None:
    if name == f"{_OPEN_DOCUMENT} document":
        is_sheet = "opendocument.spreadsheet" in attributes.get(f"{_OPEN_DOCUMENT} mimetype", "")
        return "bảng tính OpenDocument dạng một tệp XML (.fods)" if is_sheet else None
    return _KINDS.get(name)
