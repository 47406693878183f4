"""Reports as csv and json files, in the encodings and delimiters that offices use.

Belongs here: report -> bytes. Does not: workbooks (assets.template, foreign).
"""

from __future__ import annotations

import csv
import io
import unicodedata
from datetime import date
from random import Random

from assets.sample.report import Report
from assets.template.cells import printed
from assets.template.cover import cover_values
from warehouse.cells.days import vn_date
from warehouse.cells.figures import vn_count

#: (encoding, delimiter) as they were met
DIALECTS = (("utf-8-sig", ";"), ("utf-8", ","), ("utf-16", "\t"), ("cp1258", ";"), ("utf-8", "\t"))
_TONES = ("\u0300", "\u0301", "\u0303", "\u0309", "\u0323")


def csv_bytes(report: Report, rng: Random) -> bytes:
    """Return the report as delimited text: a ``[Sheet]`` line opens each sheet."""
    encoding, delimiter = rng.choice(DIALECTS)
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\r\n")
    writer.writerow([f"[{report.form.cover_sheet}]"])
    values = cover_values(report.form, report.unit, report.period) | report.cover
    for field in report.form.cover:
        writer.writerow([field.label, _text(values.get(field.field))])
    for table in report.form.tables():
        columns = report.form.headers(table)
        writer.writerow([f"[{report.form.sheet(table)}]"])
        writer.writerow([c.group_header for c in columns])
        writer.writerow([c.header for c in columns])
        for n, row in enumerate(report.rows.get(table, ()), start=1):
            writer.writerow([n if c.header == "TT" else _text(printed(c, row)) for c in columns])
    return _encode(out.getvalue(), encoding)


def json_bytes(report: Report) -> bytes:
    """Return the report as json: cover by label, rows by column name."""
    import orjson

    values = cover_values(report.form, report.unit, report.period) | report.cover
    cover = {f.label: _plain(values.get(f.field)) for f in report.form.cover}
    columns = {t: {n for c in report.form.headers(t) for n in c.columns} for t in report.form.tables()}
    tables = {
        t: [{k: _plain(v) for k, v in row.items() if v is not None and k in names} for row in report.rows.get(t, ())]
        for t, names in columns.items()
    }
    return orjson.dumps({"cover": cover, "tables": tables}, option=orjson.OPT_INDENT_2)


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, date):
        return vn_date(value)
    return (
        vn_count(value)
        if isinstance(value, int)
        else str(value).replace(".", ",")
        if isinstance(value, float)
        else str(value)
    )


def _encode(text: str, encoding: str) -> bytes:
    """windows-1258 has the letters but not the toned ones: the tone follows as a sign of its own."""
    if encoding != "cp1258":
        return text.encode(encoding)
    return "".join(_half_composed(c) for c in text).encode("cp1258")


def _half_composed(char: str) -> str:
    parts = unicodedata.normalize("NFD", char)
    tone = "".join(c for c in parts if c in _TONES)
    if not tone:
        return char
    return unicodedata.normalize("NFC", "".join(c for c in parts if c not in _TONES)) + tone
