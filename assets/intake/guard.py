"""The guard: a workbook is scanned as bytes before any parser sees it, and refused when it could harm one.

Parsers of untrusted workbooks abort or eat gigabytes on files of two kilobytes; every cap here is counted on the
inflated bytes, never read from a header. Does not belong here: parsing cells, what a sheet tells (sheet_scan).
"""

from __future__ import annotations

import zipfile
from dataclasses import dataclass, field
from pathlib import Path

from assets.intake.grid import Refused
from assets.intake.package import Package, part_name
from assets.intake.rewrite import for_the_parser
from assets.intake.sheet_scan import SheetFacts, scan_sheet
from assets.intake.styles import styles_of
from warehouse.settings import settings

MAX_FILE = 20 << 20
#: parts that are read; pictures are only counted in bytes, and with the rest up to a number that costs no time to list
MAX_PARTS = 200
MAX_ENTRIES = 5_000

#: as bytes and in UTF-16, which XML allows too
_DECLARED = tuple(w.encode(e) for w in ("<!DOCTYPE", "<!ENTITY") for e in ("utf-8", "utf-16-le", "utf-16-be"))
_XML = (b"<", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


@dataclass(slots=True)
class WorkbookFacts:
    """What the scan learnt: of each sheet, by its place in the workbook, and of the whole.

    ``content`` is what the parser should read instead of the file, where it would not read that; None: the file itself.
    """

    sheets: list[SheetFacts] = field(default_factory=list)
    has_external_links: bool = False
    is_1904: bool = False
    content: bytes | None = None


@dataclass(frozen=True, slots=True)
class Inflated:
    """An office file as bytes: its parts by ``part_name``, and the names as they are written."""

    parts: dict[str, bytes]
    names: dict[str, str]

    @property
    def is_ods(self) -> bool:
        """Whether it says of itself that it is an OpenDocument spreadsheet."""
        return b"opendocument.spreadsheet" in self.parts.get("mimetype", b"")


def scan(path: Path, inflated: Inflated | None = None) -> WorkbookFacts:
    """Scan a workbook. Raises Refused with an F- code when it must not be parsed."""
    found = inflated or inflate(path)
    return _facts(Package(found.parts), found.names)


def refuse_large(size: int) -> None:
    """Raise Refused when a file of ``size`` bytes is no report."""
    if size > MAX_FILE:
        raise Refused("F-TOO-LARGE", size_text(size))


def refuse_many(sheets: int, word: str) -> None:
    """Raise Refused when a file has more sheets, or tables, than a report; ``word`` is what they are called."""
    if sheets > settings().readers.max_sheets:
        raise Refused("F-SHEETS", f"{sheets} {word}")


def size_text(size: int) -> str:
    """Return the size of a file in the words of a finding."""
    return f"{size / (1 << 20):.1f} MB".replace(".", ",")


def inflate(path: Path) -> Inflated:
    """Return the parts of an office file. Raises Refused: it is damaged, locked, has macros, or is larger than a report."""
    refuse_large(path.stat().st_size)
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError) as e:
        raise Refused("F-TRUNCATED", "không mở được tệp nén") from e
    with archive:
        return Inflated(_inflate(archive), {part_name(i.filename): i.filename for i in archive.infolist()})


def _inflate(archive: zipfile.ZipFile) -> dict[str, bytes]:
    infos = [i for i in archive.infolist() if not i.filename.endswith("/")]  # a name may be empty
    names = [part_name(i.filename) for i in infos]
    pictures = sum("media/" in name or name.startswith(("pictures/", "thumbnails/")) for name in names)
    if len(infos) > MAX_ENTRIES or len(infos) - pictures > MAX_PARTS:
        raise Refused("F-BOMB", f"{len(infos)} phần; không quá {MAX_PARTS}, không kể ảnh")
    if len(set(names)) != len(infos):
        raise Refused("F-BOMB", "một phần của tệp có hai lần")
    left = settings().readers.max_inflated_mb << 20
    if sum(i.file_size for i in infos) > left:
        raise Refused("F-BOMB", f"giải nén ra hơn {size_text(left)}")
    parts: dict[str, bytes] = {}
    for name, info in zip(names, infos, strict=True):
        parts[name] = content = _part(archive, info, name, left)
        left -= len(content)
    return parts


def _part(archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str, left: int) -> bytes:
    if info.flag_bits & 1:
        raise Refused("F-ENCRYPTED", f"phần {info.filename}")
    if "vbaproject" in name or "xl/macrosheets/" in name:
        raise Refused("F-MACRO", f"phần {info.filename}")
    try:
        with archive.open(info) as f:
            content = f.read(min(left, info.file_size) + 1)
            rest = f.read(1)
    except Exception as e:  # zlib, CRC, struct and index errors alike: the part is damaged
        raise Refused("F-TRUNCATED", f"phần {info.filename} hỏng") from e
    if len(content) > left or rest:
        raise Refused("F-BOMB", f"phần {info.filename} lớn hơn đã ghi")
    if content[:64].lstrip().startswith(_XML) and b"!" in content and any(d in content for d in _DECLARED):
        raise Refused("F-DTD", f"phần {info.filename}")
    return content


def _facts(package: Package, names: dict[str, str]) -> WorkbookFacts:
    if package.workbook not in package.parts and not any(n.startswith("xl/") for n in package.parts):
        raise Refused("F-NOT-OFFICE", "tệp nén, không phải bảng tính")
    kind = package.content_type()
    if "binary" in kind.lower():
        raise Refused("F-XLSB", "tệp .xlsb")
    if "macroenabled" in kind.lower():
        raise Refused("F-MACRO", "kiểu tệp có macro (.xlsm)")
    sheets = package.sheets()
    refuse_many(len(sheets), "trang")
    facts = WorkbookFacts(has_external_links=any(n.startswith("xl/externallinks/") for n in package.parts))
    facts.is_1904 = package.is_1904
    styles = styles_of(package.part("styles"), package.part("sharedStrings"))
    for name in {n for n in package.parts if n.startswith("xl/worksheets/") and n.endswith(".xml")} - set(sheets):
        scan_sheet(package.parts[name], styles)
    facts.sheets = [scan_sheet(package.parts[n], styles) if n in package.parts else SheetFacts() for n in sheets]
    told = {name: found for name, found in zip(sheets, facts.sheets, strict=True) if name in package.parts}
    facts.content = for_the_parser(package, names, told)
    return facts
