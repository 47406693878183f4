"""Delimited texts: which delimiter, which encoding, and rows that a stray quote would swallow."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assets.intake.delimited import delimiter_of, read_csv
from assets.intake.encodings import utf_16_of
from assets.intake.grid import RawFile, Refused

HEAD = "[Thông tin chung]\nMẫu báo cáo{d}BCDV\nMã đơn vị{d}DV004\n[2. Dân vận khéo]\nTT{d}Mã{d}Tên{d}Điểm{d}Số đơn vị{d}Ghi chú\n"
NOTES = "Tuyên truyền, vận động, phối hợp; hướng dẫn, kiểm tra | giám sát, đôn đốc"


def _read(folder: Path, content: bytes) -> RawFile:
    path = folder / "a.csv"
    path.write_bytes(content)
    return read_csv(path)


def _rows(folder: Path, text: str) -> list[list[str]]:
    return [[c[2:] if c else "" for c in row] for row in _read(folder, text.encode()).sheets[-1].rows]


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
def test_the_delimiter_is_that_of_the_labels_whatever_the_notes_are_full_of(delimiter: str, tmp_path: Path) -> None:
    rows = "".join(f'{n}{delimiter}M{n}{delimiter}Tên{delimiter}80{delimiter}1{delimiter}"{NOTES}"\n' for n in range(9))
    text = HEAD.format(d=delimiter) + rows
    assert delimiter_of(text) == delimiter
    assert _rows(tmp_path, text)[3] == ["2", "M2", "Tên", "80", "1", NOTES]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_a_text_is_read_in_each_width_with_a_mark_or_without(encoding: str, tmp_path: Path) -> None:
    text = HEAD.format(d=";") + "1;M1;Tiết kiệm điện;80;1;\n"
    read = _read(tmp_path, text.encode(encoding))
    assert read.sheets[-1].rows[1][2] == "s:Tiết kiệm điện"
    assert (utf_16_of(text.encode(encoding)) is None) == encoding.startswith("utf-8")


def test_a_mark_in_the_middle_is_nothing(tmp_path: Path) -> None:
    parts = HEAD.format(d=";").partition("[2.")
    text = f"{parts[0]}\ufeff{parts[1]}{parts[2]}1;M1;Tên;80;1;\n"
    assert [s.name for s in _read(tmp_path, text.encode()).sheets] == ["Thông tin chung", "2. Dân vận khéo"]


@pytest.mark.parametrize("column", [2, 5])
@pytest.mark.parametrize(("first", "last"), [(1, 2), (1, 3), (2, 4), (1, 4)])
def test_a_stray_quote_and_a_later_one_swallow_no_row_in_silence(
    first: int, last: int, column: int, tmp_path: Path
) -> None:
    rows = [[str(n), f"M{n}", f"Tên {n}", "80", "1", f"Đợt {n}"] for n in range(1, 5)]
    rows[first - 1][column] = '"' + rows[first - 1][column]
    rows[last - 1][column] += '"'
    with pytest.raises(Refused) as refused:
        _read(tmp_path, (HEAD.format(d=";") + "\n".join(map(";".join, rows)) + "\n").encode())
    assert refused.value.code == "F-CSV"
    assert f"dòng {5 + first}" in refused.value.detail


def test_a_stray_quote_that_reaches_into_the_next_sheet(tmp_path: Path) -> None:
    text = HEAD.format(d=";") + '1;M1;Tên;80;1;"a\n[3. Kiểm tra]\nb"\n'
    with pytest.raises(Refused):
        _read(tmp_path, text.encode())


NOTE = st.text(st.sampled_from('ab Đợ"\n,;.'), max_size=40).map(
    lambda t: t.replace(";", "; ").replace(",", ", ").strip()
)


@given(notes=st.lists(NOTE, min_size=1, max_size=5), delimiter=st.sampled_from(";,"))
@settings(
    max_examples=150, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_honest_notes_of_several_lines_come_back_whole(notes: list[str], delimiter: str, tmp_path: Path) -> None:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows([n, f"M{n}", "Tên", 80, 1, note] for n, note in enumerate(notes))
    rows = _rows(tmp_path, HEAD.format(d=delimiter) + out.getvalue())[1:]
    assert [row[5] if len(row) > 5 else "" for row in rows] == notes


LISTS = st.lists(st.text("ab Đợ.", min_size=1, max_size=9), min_size=2, max_size=12).map(";\n- ".join)


@given(
    notes=st.lists(LISTS, min_size=1, max_size=5),
    delimiter=st.sampled_from(";,\t|"),
    end=st.sampled_from(["\n", "\r\n"]),
)
@settings(
    max_examples=100, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_lists_with_a_delimiter_at_the_end_of_each_line_are_honest_notes(
    notes: list[str], delimiter: str, end: str, tmp_path: Path
) -> None:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator=end).writerows(
        [n, f"M{n}", "Tên", 80, 1, note] for n, note in enumerate(notes)
    )
    assert [row[5] for row in _rows(tmp_path, HEAD.format(d=delimiter) + out.getvalue())[1:]] == notes


@st.composite
def _with_stray_quotes(draw: st.DrawFn) -> tuple[int, int, str]:
    """Draw some rows, perhaps cut short behind their last filled cell, and up to three quotes anywhere among them."""
    n, width = draw(st.integers(2, 5)), draw(st.sampled_from([6, 17]))
    filled = draw(st.lists(st.integers(3, 6), min_size=n, max_size=n))
    rows = [f"{i};M{i};Tên {i};8{i};{i};Đợt {i}".split(";")[:k] for i, k in enumerate(filled, start=1)]
    is_cut = draw(st.booleans())
    text = "".join(";".join(row if is_cut else row + [""] * (width - len(row))) + "\n" for row in rows)
    for at in sorted(draw(st.lists(st.integers(0, len(text) - 1), min_size=1, max_size=3)), reverse=True):
        text = f'{text[:at]}"{text[at:]}'
    return n, width, text


@given(planted=_with_stray_quotes())
@settings(
    max_examples=1500, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_no_quote_anywhere_loses_a_row_in_silence(planted: tuple[int, int, str], tmp_path: Path) -> None:
    n, width, text = planted
    head = HEAD.format(d=";").rstrip("\n") + "".join(f";Cột {i}" for i in range(6, width)) + "\n"
    try:
        read = _read(tmp_path, (head + text).encode())
    except Refused as e:
        assert e.code == "F-CSV"
        return
    rows = read.sheets[-1].rows[1:]
    is_said = any(f.code == "F-CSV-LINES" for f in read.findings) or any(len(row) > width for row in rows)
    assert is_said or len([row for row in rows if row]) == n, text


def test_an_unclosed_quote_is_named_where_it_opens(tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        _read(tmp_path, (HEAD.format(d=";") + '1;M1;Tên;80;1;\n2;M2;"Tên;80;1;\n' + "3;M3;Tên;80;1;\n" * 9).encode())
    assert "dòng 7" in refused.value.detail


def test_lines_are_counted_while_they_are_read(tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        _read(tmp_path, b"a;b\n" + b"\n" * 2_000_000)
    assert refused.value.code == "F-RANGE"


def test_lines_above_the_first_section_are_a_sheet_without_a_name(tmp_path: Path) -> None:
    """They were left out; match tells of them as of any sheet that fills no table."""
    text = "TT;Mã;Tên\n1;M9;Mô hình\n" + HEAD.format(d=";") + "1;M1;Tên;80;1;\n"
    first = _read(tmp_path, text.encode()).sheets[0]
    assert (first.name, len(first.rows)) == ("", 2)
    assert [s.name for s in _read(tmp_path, HEAD.format(d=";").encode()).sheets] == [
        "Thông tin chung",
        "2. Dân vận khéo",
    ]


@pytest.mark.parametrize("first", ["sep=;", "SEP=;"])
def test_the_line_that_tells_excel_the_delimiter_is_no_line_of_the_report(first: str, tmp_path: Path) -> None:
    text = f"{first}\n" + HEAD.format(d=";") + "1;M1;Tên;80;1;\n"
    found = _read(tmp_path, text.encode()).sheets
    assert [s.name for s in found] == ["Thông tin chung", "2. Dân vận khéo"]
    assert found[-1].rows[1][1] == "s:M1"
