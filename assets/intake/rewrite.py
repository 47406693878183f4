"""A workbook written anew where the parser would give it up or cut it: other names, other spellings, errors that it does not know.

The copy has what a parser of values needs and nothing else, under the usual names. Does not belong here: what is read of it.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from xml.sax.saxutils import escape, quoteattr

from assets.intake.package import USUAL_WORKBOOK, Package, Relation, parse
from assets.intake.sheet_scan import SheetFacts

#: error values that the parser knows; others make it give up the whole file
KNOWN_ERRORS = frozenset({"#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#GETTING_DATA"})
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
#: parts that the parser looks for by their names
_BY_NAME = {"sharedStrings": "xl/sharedStrings.xml", "styles": "xl/styles.xml"}
_SHEETS = ("worksheet", "chartsheet", "dialogsheet")
_ODD_TARGET = re.compile(rb"""Target\s*=\s*["'][^"']*(?:%|\./|\\|&#|//)""")
_ENCODING = re.compile(rb"""<\?xml[^>]*encoding\s*=\s*["']([^"']*)""")


def for_the_parser(package: Package, names: Mapping[str, str], told: Mapping[str, SheetFacts]) -> bytes | None:
    """Return the copy, or None where the file itself is read as well; ``told`` is what was found in each sheet's part.

    ``names`` are the names of parts as they are written. Raises Refused for a part that is no XML.
    """
    content = {name: package.parts[name] for name, _ in _read(package) if name in package.parts}
    odd = {name for name, found in content.items() if _is_odd(found, _cut(told.get(name)))}
    unknown = {
        name: sorted(set(found.errors.values()) - KNOWN_ERRORS) for name, found in told.items() if name in content
    }
    if not odd and not any(unknown.values()) and _is_usual(package, names):
        return None
    for name in odd:
        content[name] = respelled(content[name])
    for name, errors in unknown.items():
        content[name] = _known(content[name], errors)
    return _copy(package, content)


def _cut(sheet: SheetFacts | None) -> tuple[bytes, ...]:
    """Return what the parser may cut in a part: in a sheet that was proven plain there is none of it."""
    if sheet is None:
        return (b"<!",)
    return () if sheet.filled is None else (b"<!", b"&#")


def _is_odd(content: bytes, cut: tuple[bytes, ...]) -> bool:
    """Tell whether a part has something of ``cut`` - comments, CDATA, references - or is written in another encoding."""
    if any(spelling in content for spelling in cut):
        return True
    head = content[:200].removeprefix(b"\xef\xbb\xbf").lstrip()
    encoding = _ENCODING.match(head)
    is_other = encoding is not None and encoding[1].lower() not in (b"utf-8", b"utf8", b"us-ascii")
    return is_other or not head.startswith(b"<") or head[1:2] == b"\x00"


def respelled(content: bytes) -> bytes:
    """Return the same XML as every parser reads it. Raises Refused for what is no XML."""
    out = ['<?xml version="1.0" encoding="UTF-8"?>']

    def start(name: str, attributes: dict[str, str]) -> None:
        out.append(f"<{name}{''.join(f' {k}={quoteattr(v)}' for k, v in attributes.items())}>")

    parse(content, start, lambda name: out.append(f"</{name}>"), lambda text: out.append(_escaped(text)), spaces=False)
    return "".join(out).encode()


def _escaped(text: str) -> str:
    return escape(text, {"\r": "&#13;"})


def _read(package: Package) -> Iterator[tuple[str, str]]:
    """Yield (part, kind) of what the parser reads besides the workbook."""
    for kind, part in package.related.values():
        if kind in _BY_NAME or kind in _SHEETS:
            yield part, kind


def _is_usual(package: Package, names: Mapping[str, str]) -> bool:
    """Tell whether the parser finds every part by itself."""
    book = package.parts.get(USUAL_WORKBOOK, b"")
    relations = package.parts.get("xl/_rels/workbook.xml.rels", b"")
    return (
        package.workbook == USUAL_WORKBOOK
        and not any("\\" in name for name in names.values())
        and not any(_is_odd(part, (b"<!", b"&#")) for part in (book, relations))
        and not _ODD_TARGET.search(relations)
        and book.count(b"r:id=") >= len(package.sheet_elements)
        and all(part.startswith("xl/") and part == _BY_NAME.get(kind, part).lower() for part, kind in _read(package))
    )


def _known(content: bytes, errors: Sequence[str]) -> bytes:
    """Return the sheet with error values that every parser knows in the place of ``errors``."""
    written = b"|".join(re.escape(escape(text).encode()) for text in errors)
    return re.sub(rb"(?<=v>)\s*(?:" + written + rb")\s*(?=</)", b"#VALUE!", content) if errors else content


def _copy(package: Package, content: Mapping[str, bytes]) -> bytes:
    """Write the parts under the usual names, with relations and a workbook that say no more than is read."""
    names = {
        part: _BY_NAME.get(kind, f"xl/{kind}s/sheet{n}.xml") for n, (part, kind) in enumerate(_read(package), start=1)
    }
    related = {
        i: (kind, names[part]) for i, (kind, part) in package.related.items() if part in content and part in names
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as book:
        book.writestr("[Content_Types].xml", package.parts.get("[content_types].xml", b""))
        book.writestr("_rels/.rels", _relations({"rId1": ("officeDocument", USUAL_WORKBOOK)}))
        book.writestr(USUAL_WORKBOOK, _workbook(package))
        book.writestr("xl/_rels/workbook.xml.rels", _relations(related))
        for part, found in content.items():
            book.writestr(names[part], found)
    return out.getvalue()


def _relations(related: Mapping[str, Relation]) -> str:
    lines = (
        f'<Relationship Id={quoteattr(i)} Type="{_OFFICE}/{kind}" Target={quoteattr("/" + part)}/>'
        for i, (kind, part) in related.items()
    )
    return f'<Relationships xmlns="{_PACKAGE}">{"".join(lines)}</Relationships>'


def _workbook(package: Package) -> str:
    sheets = (
        f'<sheet name={quoteattr(e.get("name", ""))} sheetId="{n}" state={quoteattr(e.get("state", "visible"))}'
        f" r:id={quoteattr(e.get('id', ''))}/>"
        for n, e in enumerate(package.sheet_elements, start=1)
    )
    days = f'<workbookPr date1904="{int(package.is_1904)}"/>'
    return f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}">{days}<sheets>{"".join(sheets)}</sheets></workbook>'
