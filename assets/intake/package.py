"""The package of a workbook: its parts by name, the one that is the workbook, and what it relates to.

Names and relations follow the packaging standard (ECMA-376 part 2): case does not matter, a target is relative to the part
that names it, and which part is the workbook is what the package itself says. Does not belong here: limits (guard), sheets
(sheet_scan).
"""

from __future__ import annotations

import posixpath
import xml.parsers.expat
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import unquote

from assets.intake.grid import Refused

_CONTENT_TYPES = "[content_types].xml"
#: where a workbook is when its package names none
USUAL_WORKBOOK = "xl/workbook.xml"
#: (last word of the type, part)
Relation = tuple[str, str]


class Element(NamedTuple):
    """One XML element: its name and attributes without their namespaces."""

    name: str
    attributes: Mapping[str, str]


class Package:
    """Parts by ``part_name``; ``workbook`` is the name of the one that is the workbook, ``related`` its relations by id."""

    def __init__(self, parts: Mapping[str, bytes]) -> None:
        self.parts = parts
        main = [t for kind, t in self._relations("").values() if kind == "officeDocument" and t in parts]
        self.workbook = main[0] if main else USUAL_WORKBOOK
        self.related = self._relations(self.workbook)
        found = elements(parts.get(self.workbook, b""), ("sheet", "workbookPr"))
        #: the attributes of each sheet in the workbook, in its order
        self.sheet_elements = [e.attributes for e in found if e.name == "sheet"]
        #: whether days count from 1904
        self.is_1904 = any(e.attributes.get("date1904") in ("1", "true") for e in found if e.name == "workbookPr")

    def content_type(self) -> str:
        """Return the content type of the workbook; empty when none is stated."""
        found = elements(self.parts.get(_CONTENT_TYPES, b""), ("Override", "Default"))
        ending = self.workbook.rpartition(".")[2]
        own, usual = "", ""
        for e in (e.attributes for e in found):
            if "PartName" in e and part_name(e["PartName"]) == self.workbook:
                own = e.get("ContentType", "")
            elif e.get("Extension", "").lower() == ending:
                usual = e.get("ContentType", "")
        return own or usual

    def sheets(self) -> list[str]:
        """Return the part of each sheet, in the order of the workbook; empty for one that is not there."""
        ids = [given.get("id", "") for given in self.sheet_elements]
        return [self.related[i][1] if i in self.related else "" for i in ids]

    def part(self, kind: str) -> bytes:
        """Return the content of the workbook's part of a kind, such as ``styles``; empty without one."""
        names = [target for found, target in self.related.values() if found == kind]
        return self.parts.get(names[0], b"") if names else b""

    def _relations(self, source: str) -> dict[str, Relation]:
        """Return the relations of a part, by id."""
        folder, _, last = source.rpartition("/")
        content = self.parts.get(f"{folder}/_rels/{last}.rels".lstrip("/"), b"")
        out = {}
        for e in elements(content, ("Relationship",)):
            target = e.attributes.get("Target", "")
            if e.attributes.get("TargetMode", "") != "External":
                kind = e.attributes.get("Type", "").rpartition("/")[2]
                out[e.attributes.get("Id", "")] = (kind, part_name(posixpath.join("/", folder, target)))
        return out


def part_name(text: str) -> str:
    """Return the name under which a part is known: unquoted, with strokes that lean one way, in small letters, from the root."""
    name = (unquote(text) if "%" in text else text).replace("\\", "/").lower().lstrip("/")
    return posixpath.normpath(f"/{name}").lstrip("/") if "./" in name or "//" in name else name


def elements(content: bytes, names: tuple[str, ...]) -> list[Element]:
    """Return the elements of ``names`` in order. Raises Refused for what is no XML, or declares a document type."""
    found: list[Element] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        if (local := name.rpartition(" ")[2]) in names:
            found.append(Element(local, {k.rpartition(" ")[2]: v for k, v in attributes.items()}))

    if content:
        parse(content, start)
    return found


def parse(content: bytes, start: object, end: object = None, text: object = None, *, spaces: bool = True) -> None:
    """Run the handlers over XML; names have their namespace before a blank, or with ``spaces`` off are as they are written.

    Raises Refused for what is no XML, or declares a document type.
    """
    parser = xml.parsers.expat.ParserCreate(namespace_separator=" " if spaces else None)
    parser.buffer_text = True
    parser.StartElementHandler = start  # type: ignore[assignment]
    parser.EndElementHandler = end  # type: ignore[assignment]
    parser.CharacterDataHandler = text  # type: ignore[assignment]
    parser.StartDoctypeDeclHandler = _refuse_type
    try:
        parser.Parse(content, True)
    except (LookupError, ValueError) as e:  # the encoding that it names is none, or none that is read
        raise Refused("F-TRUNCATED", "một phần của tệp viết bằng bảng mã lạ") from e
    except xml.parsers.expat.ExpatError as e:
        raise Refused("F-TRUNCATED", f"một phần của tệp hỏng ở dòng {e.lineno}") from e


def _refuse_type(*_: object) -> None:
    raise Refused("F-DTD", "khai báo kiểu tài liệu (DOCTYPE)")
