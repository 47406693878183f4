"""JSON submissions: ``{"cover": {label: value}, "tables": {table: [{column: value}, ...]}}``.

Does not belong here: what a column means.
"""

from __future__ import annotations

import json
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

from assets.intake.encodings import utf_16_of
from assets.intake.grid import FileFinding, RawFile, RawSheet, Refused
from assets.intake.guard import refuse_large, refuse_many
from assets.intake.sheet_scan import MAX_CELLS, MAX_COLUMN, MAX_ROW
from assets.intake.xlsx import tag
from warehouse.cells.reading import Cell
from warehouse.cells.words import mask_personal


def read_json(path: Path) -> RawFile:
    """Read a JSON submission. Raises Refused."""
    refuse_large(path.stat().st_size)
    try:
        content = path.read_bytes()
        raw = json.loads(
            content.decode(utf_16_of(content) or "utf-8").removeprefix("\ufeff"),
            parse_float=Decimal,
            parse_constant=_no_constant,
            object_pairs_hook=_no_duplicates,
        )
    except (ValueError, RecursionError) as e:
        raise Refused("F-JSON", _why(e)) from e
    if not isinstance(raw, dict) or set(raw) - {"cover", "tables"} or not isinstance(raw.get("tables"), dict):
        raise Refused("F-JSON", 'cần một đối tượng chỉ có "cover" và "tables"')
    findings: list[FileFinding] = []
    sheets = [_cover(raw["cover"], findings)] if isinstance(raw.get("cover"), dict) else []
    keys = _keys(raw["tables"])
    sheets += [_table(name, items, keys[name], findings) for name, items in raw["tables"].items()]
    return RawFile("json", sheets, findings)


def _cover(cover: dict[str, Any], findings: list[FileFinding]) -> RawSheet:
    for label, value in cover.items():
        if isinstance(value, list | dict):
            findings.append(
                FileFinding("F-JSON-NESTED", "cover", mask_personal(f"/cover/{label}"), "…", "Một giá trị đơn")
            )
    rows = [["s:" + label, _value(value)] for label, value in cover.items()]
    return RawSheet("cover", True, rows, 1, 0, address="pointer")


def _keys(tables: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    """Return the keys of each table, in the order of their first use; all are counted before any cell is made."""
    refuse_many(len(tables), "bảng")
    out, cells = {}, 0
    for name, items in tables.items():
        if not isinstance(items, list) or not all(isinstance(i, dict) for i in items):
            raise Refused("F-JSON", f"/tables/{mask_personal(name)}: cần danh sách các đối tượng")
        out[name] = tuple(dict.fromkeys(k for item in items for k in item))
        cells += len(items) * len(out[name])
        if len(items) > MAX_ROW or len(out[name]) > MAX_COLUMN or cells > MAX_CELLS:
            raise Refused("F-RANGE", f"/tables/{mask_personal(name)}: {len(items)} dòng, {len(out[name])} khóa")
    return out


def _table(name: str, items: list[dict[str, Any]], keys: tuple[str, ...], findings: list[FileFinding]) -> RawSheet:
    rows: list[list[Cell]] = [["s:" + k for k in keys]]
    for n, item in enumerate(items):
        for key, value in item.items():
            if isinstance(value, list | dict):
                findings.append(FileFinding("F-JSON-NESTED", name, f"/tables/{name}/{n}/{key}", "…", "Một giá trị đơn"))
        rows.append([_value(item.get(k)) for k in keys])
    return RawSheet(name, True, rows, -1, 0, address="pointer", keys=keys)


def _value(value: Any) -> Cell:
    if isinstance(value, Decimal):
        return "n:" + _number(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return f"n:{value}"
    return None if isinstance(value, list | dict) else tag(value)


def _number(value: Decimal) -> str:
    """Print without an exponent, but 1e999999999 would be a gigabyte of zeros; what is next to nothing is not nothing."""
    if not value:
        return "0"
    if value.adjusted() < -30:
        return "1e-30"
    return f"{value.normalize():f}" if value.adjusted() < 30 else f"{value:e}"


def _why(error: ValueError | RecursionError) -> str:
    """Return in the sender's words why a text is no JSON."""
    if isinstance(error, json.JSONDecodeError):
        return f"không đọc được từ dòng {error.lineno}, cột {error.colno}"
    if isinstance(error, UnicodeError):
        return "có ký tự không phải UTF-8"
    return "lồng quá nhiều lớp" if isinstance(error, RecursionError) else str(error)


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} không phải là số")


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Build an object; a key that stands twice, hides control characters, or half a character is no report's."""
    out = dict(pairs)
    if len(out) != len(pairs):
        twice = next(k for k, n in Counter(k for k, _ in pairs).items() if n > 1)
        raise ValueError(f"khóa {mask_personal(twice)!r} có hai lần trong một đối tượng")
    for key, value in pairs:
        if not key.isprintable():
            raise ValueError(f"khóa {mask_personal(key)!r} có ký tự không nhìn thấy")
        if isinstance(value, str):
            value.encode()  # a lone surrogate is no character: UnicodeEncodeError is a ValueError
    return out
