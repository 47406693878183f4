"""How the inputs of the fuzz run are changed: parts inside a zip file as XML, text files by lines and cells, all of them as bytes.

Does not belong here: running (fuzz), what must hold (fuzz_hold).
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from random import Random

#: changes bytes, to at most so many
Bytes = Callable[[bytes, int], bytes]
MOST = 100_000
_XML = re.compile(rb"<[^<>]*>|[^<]+|<")
_TEXT = re.compile(rb"\r?\n|[;,\t|\"{}\[\]:]|[^\r\n;,\t|\"{}\[\]:]+")
_VALUE = re.compile(rb'"[^"]*"')
#: parts that say most of a workbook
_TELLING = ("sheet", "content.xml", "workbook", "shared", "styles", "rels")
#: texts and values, and pieces of XML and JSON; a stroke stands between two
WORDS = (  # noqa: SIM905 - a list would be a line for each
    "0|1|-1|-0|7|40|1.5|2.065|1e400|1e-320|nan|inf|99999999999|45322.708|true|#REF!|#SPILL!|Err:502|_x1ED9_|_xD800_"
    "|&#52;|&#x1F600;|&lt;|\ufeff|\u0301|\0|\x1b|\\ud800|A1|G7|$G$7|XFD1048576|s|n|b|e|d|str|inlineStr|9|10"
    "|2024-01-31T17:00:00Z|2024-02-01|0001-01-01|9999-12-31T23:59:59+14:00|PT1H|float|percentage|date|string|boolean"
    "|hidden|collapse|visible|preserve|Tổng cộng|Trong đó|khoảng 30|không|1.122/1.200|30/8/2013|99,4%"
    "|32-CTr/TU, ngày 30/8/2013|[Sheet]|sep=;|null"
).split("|")
PIECES = (  # noqa: SIM905
    '<!-- -->|<![CDATA[4]]>|<?x?>|<f>1+1</f>|<v>7</v>|<v/>|<c r="G7"><v>9</v></c>|<row r="7"/>|<is><t>x</t></is>'
    '|<c t="s"><v>0</v></c>|<rPh><t>a</t></rPh>|<r><rPr><strike/></rPr><t>3</t></r>|<mergeCell ref="A1:C9"/>|<c|</c>'
    "|<text:p>1</text:p>|<text:s/>|<office:annotation><text:p>9</text:p></office:annotation>|<table:covered-table-cell/>"
    '|</sheetData>|\n|;;|""|"|[]|{}|{"a": 1}|,|<table:table-cell office:value-type="float" office:value="7"/>'
).split("|")


def mutated(content: bytes, target: str, chance: Random, change: Bytes) -> bytes:
    """Return a changed input: usually in its structure, sometimes as plain bytes."""
    if target in ("xlsx", "ods") and chance.random() < 0.97:
        return _zip(content, chance, change) or change(content, MOST)
    return _text(content, _TEXT, chance, change)


def _zip(content: bytes, chance: Random, change: Bytes) -> bytes | None:
    """Return the file with one to three changes of its parts; None: it is no zip file."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            parts = [(i.filename, book.read(i)) for i in book.infolist()]
    except Exception:  # whatever is wrong with it: then it is changed as bytes
        return None
    for _ in range(chance.randint(1, 3)):
        if parts:
            _part(parts, chance, change)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as book:
        for name, part in parts:
            book.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), part, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _part(parts: list[tuple[str, bytes]], chance: Random, change: Bytes) -> None:
    telling = [n for n, (name, _) in enumerate(parts) if any(word in name for word in _TELLING)]
    at = chance.choice(telling or range(len(parts))) if chance.random() < 0.9 else chance.randrange(len(parts))
    name, part = parts[at]
    dice = chance.random()
    if dice < 0.02:
        del parts[at]
    elif dice < 0.04:
        parts[at] = (chance.choice([name.upper(), name.replace("/", "\\"), "x/" + name, name + "x"]), part)
    elif dice < 0.06:
        parts[at] = (name, chance.choice(parts)[1])
    else:
        parts[at] = (name, _text(part, _XML, chance, change))


def _text(content: bytes, tokens: re.Pattern[bytes], chance: Random, change: Bytes) -> bytes:
    """Return a text with some of its tokens changed, doubled, left out, exchanged, or cut off behind one."""
    found = tokens.findall(content)
    for _ in range(chance.choice((1, 1, 2, 4))):
        if found:
            _token(found, chance, change)
    return b"".join(found)


def _token(found: list[bytes], chance: Random, change: Bytes) -> None:
    at = chance.randrange(len(found))
    to = min(len(found), at + chance.choice((1, 1, 2, 5, 30)))
    other = chance.randrange(len(found))
    dice = chance.random()
    if dice < 0.35:
        found[at] = _word(found[at], chance)
    elif dice < 0.5:
        found[at] = change(found[at], len(found[at]) + 16)
    elif dice < 0.65:
        found.insert(at, chance.choice(PIECES).encode())
    elif dice < 0.75:
        del found[at:to]
    elif dice < 0.87:
        found[other:other] = found[at:to]
    elif dice < 0.98:
        found[at], found[other] = found[other], found[at]
    else:
        del found[at:]


def _word(token: bytes, chance: Random) -> bytes:
    """Put a word in the place of a text, or of one value inside a tag."""
    word = chance.choice(WORDS).encode()
    values = list(_VALUE.finditer(token))
    if not values:
        return word
    value = chance.choice(values)
    return token[: value.start()] + b'"' + word + b'"' + token[value.end() :]
