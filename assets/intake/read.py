"""One way in for every file: told by its content, never by its name.

Does not belong here: the formats themselves.
"""

from __future__ import annotations

from pathlib import Path

from assets.intake.delimited import read_csv
from assets.intake.encodings import utf_16_of
from assets.intake.grid import RawFile, Refused
from assets.intake.json_file import read_json
from assets.intake.xlsx import read_xlsx

#: first bytes of what is sent by mistake
_OTHERS = (
    (b"\xd0\xcf\x11\xe0", "F-OLD-XLS", "an old .xls, .doc or password-protected Office file"),
    (b"%PDF", "F-NOT-OFFICE", "a PDF"),
    (b"{\\rtf", "F-NOT-OFFICE", "an RTF document"),
    (b"\x89PNG", "F-NOT-OFFICE", "an image"),
    (b"\xff\xd8\xff", "F-NOT-OFFICE", "an image"),
    (b"Rar!", "F-NOT-OFFICE", "a RAR archive"),
    (b"7z\xbc\xaf", "F-NOT-OFFICE", "a 7z archive"),
    (b"\x1f\x8b", "F-NOT-OFFICE", "a gzip archive"),
    (b"<", "F-NOT-OFFICE", "an HTML or XML file"),
)


def read_file(path: Path, original_name: str) -> RawFile:
    """Read a file by its content. ``original_name`` only helps to tell a cut-off workbook from text. Raises Refused."""
    with path.open("rb") as f:
        head = f.read(4096)
    if not head:
        raise Refused("F-EMPTY", "0 bytes")
    if head.startswith(b"PK"):
        return read_xlsx(path)
    encoding = utf_16_of(head)
    body = (head.decode(encoding, "ignore").encode() if encoding else head).removeprefix(b"\xef\xbb\xbf").lstrip()
    for magic, code, what in _OTHERS:
        if head.startswith(magic) or (magic == b"<" and body.startswith(magic)):
            raise Refused(code, what)
    if body.startswith((b"{", b"[")) and not original_name.lower().endswith(".csv") and b'"' in body:
        return read_json(path)
    if b"\x00" in head and not encoding:
        raise Refused("F-NOT-OFFICE", "a binary file of unknown kind")
    if original_name.lower().endswith((".xlsx", ".xlsm", ".xls")):
        raise Refused("F-NOT-OFFICE", "named as a workbook, but it is text")
    return read_csv(path)
