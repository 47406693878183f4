"""One way in for every file: told by its content, never by its name.

Does not belong here: the formats themselves.
"""

from __future__ import annotations

import re
from pathlib import Path

from assets.intake.delimited import read_csv
from assets.intake.encodings import utf_16_of
from assets.intake.flat import LOOKED_AT, kind_of
from assets.intake.grid import RawFile, Refused
from assets.intake.guard import MAX_FILE, inflate
from assets.intake.json_file import read_json
from assets.intake.ods import read_ods
from assets.intake.xlsx import read_xlsx

#: the container of old Office files, and of new ones that have a password
_OLE = b"\xd0\xcf\x11\xe0"
_LOCKED = "EncryptedPackage".encode("utf-16-le")
#: an object as a program prints it that writes no JSON
_SINGLE_QUOTED = re.compile(rb"[\[{]\s*'(?:cover|tables)'\s*:")
#: first bytes of what is sent by mistake
_OTHERS = (
    (_OLE, "F-OLD-XLS", "tệp Office kiểu cũ"),
    (b"%PDF", "F-NOT-OFFICE", "tệp PDF"),
    (b"{\\rtf", "F-NOT-OFFICE", "tệp RTF"),
    (b"\x89PNG", "F-NOT-OFFICE", "ảnh"),
    (b"\xff\xd8\xff", "F-NOT-OFFICE", "ảnh"),
    (b"Rar!", "F-NOT-OFFICE", "tệp nén RAR"),
    (b"7z\xbc\xaf", "F-NOT-OFFICE", "tệp nén 7z"),
    (b"\x1f\x8b", "F-NOT-OFFICE", "tệp nén gzip"),
)


def read_file(path: Path, original_name: str) -> RawFile:
    """Read a file by its content. ``original_name`` only helps to tell a cut-off workbook from text. Raises Refused."""
    with path.open("rb") as f:
        head = f.read(4096)
    if not head:
        raise Refused("F-EMPTY", "0 byte")
    if head.startswith(b"PK"):
        inflated = inflate(path)
        return read_ods(path, inflated.parts) if inflated.is_ods else read_xlsx(path, inflated)
    encoding = utf_16_of(head)
    body = (head.decode(encoding, "ignore").encode() if encoding else head).removeprefix(b"\xef\xbb\xbf").lstrip()
    _refuse_others(path, head, body)
    if body.startswith((b"{", b"[")) and not original_name.lower().endswith(".csv") and b'"' in body:
        return read_json(path)
    if b"\x00" in head and not encoding:
        raise Refused("F-NOT-OFFICE", "tệp nhị phân không rõ loại")
    if original_name.lower().endswith((".xlsx", ".xlsm", ".xls")):
        raise Refused("F-NOT-OFFICE", "tên là tệp Excel nhưng nội dung là chữ")
    return read_csv(path)


def _refuse_others(path: Path, head: bytes, body: bytes) -> None:
    """Raise Refused, by name, for what is sent by mistake; ``body`` is the head as a text, without what stands before it."""
    if body.startswith(b"<"):
        raise _of_xml(path)
    for magic, code, what in _OTHERS:
        if head.startswith(magic):
            raise _of_ole(path) if magic == _OLE else Refused(code, what)
    if _SINGLE_QUOTED.match(body):
        raise Refused("F-JSON-QUOTES", "dấu nháy đơn '")


def _of_xml(path: Path) -> Refused:
    with path.open("rb") as content:
        kind = kind_of(content.read(LOOKED_AT))
    return Refused("F-XML-SHEET", kind) if kind else Refused("F-NOT-OFFICE", "tệp HTML hoặc XML")


def _of_ole(path: Path) -> Refused:
    if path.stat().st_size <= MAX_FILE and _LOCKED in path.read_bytes():
        return Refused("F-ENCRYPTED", "tệp Excel đặt mật khẩu để mở")
    return Refused("F-OLD-XLS", "tệp Office kiểu cũ (.xls, .doc)")
