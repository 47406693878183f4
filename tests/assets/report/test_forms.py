"""Each form of a paper, read back: what stands in it, that it is inert, that it is made alike again."""

from __future__ import annotations

import io
import re
import zipfile
from xml.etree import ElementTree

import docx
import openpyxl
import pytest

from assets.report.docx import as_docx
from assets.report.html import as_html
from assets.report.lint import unresolved_docx, unresolved_html
from assets.report.lint_xlsx import unresolved_xlsx
from assets.report.write import FORMS
from assets.report.xlsx import as_xlsx
from tests.assets.report.sample import MARKUP, report

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def _document(rows: int = 3) -> tuple[bytes, ElementTree.Element]:
    content = as_docx(report(rows), {})
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        return content, ElementTree.fromstring(file.read("word/document.xml"))


def test_a_word_paper_has_real_styles_numbered_headings_captions_and_a_page_of_an_office() -> None:
    content, _ = _document()
    read = docx.Document(io.BytesIO(content))
    by_style = {p.style.name: p.text for p in read.paragraphs if p.style}
    assert by_style["Heading 2"] == "Thứ nhất, về tổ chức"
    assert by_style["Caption"].startswith("Bảng ") and by_style["Caption"].endswith(". Số cuộc")
    assert read.styles["Heading 1"].element.find(f"{_W}pPr/{_W}numPr") is not None, "Word counts the headings"
    (unnumbered,) = [p for p in read.paragraphs if p.style and p.style.name == "Heading 2"]
    number = unnumbered._p.find(f"{_W}pPr/{_W}numPr/{_W}numId")
    assert number is not None and number.get(f"{_W}val") == "0", "an ordinal in words is not counted as well"
    section = read.sections[0]
    margins = (section.left_margin, section.right_margin, section.top_margin, section.bottom_margin)
    sizes = [round(m.mm) for m in (*margins, section.page_width, section.page_height) if m]
    assert sizes == [30, 20, 20, 20, 210, 297]
    assert section.different_first_page_header_footer and "PAGE" in section.header._element.xml
    assert "Số liệu tạm tính" in section.footer.paragraphs[0].text
    assert read.styles["Normal"].font.name == "Times New Roman"
    assert "SEQ Bảng" in read.element.xml


@pytest.mark.parametrize(("rows", "kept"), [(3, 4), (40, 3)])
def test_the_head_of_a_table_is_repeated_no_row_is_broken_and_none_is_left_alone(rows: int, kept: int) -> None:
    _, root = _document(rows)
    tables = [t for t in root.iter(f"{_W}tbl") if t.find(f".//{_W}tblHeader") is not None]
    body = tables[0].findall(f"{_W}tr")
    assert len(body) == rows + 1
    assert [r.find(f".//{_W}tblHeader") is not None for r in body] == [True, *[False] * rows]
    assert all(r.find(f".//{_W}cantSplit") is not None for r in body)
    assert sum(r.find(f".//{_W}keepNext") is not None for r in body) == kept
    assert body[0].find(f".//{_W}keepNext") is not None


def test_each_figure_of_a_word_paper_leads_to_its_source() -> None:
    _, root = _document()
    anchors = {link.get(f"{_W}anchor") for link in root.iter(f"{_W}hyperlink")}
    bookmarks = {mark.get(f"{_W}name") for mark in root.iter(f"{_W}bookmarkStart")}
    assert anchors == {"nguon_1"} <= bookmarks


def test_a_page_needs_no_network_and_no_script_and_leads_to_its_sources() -> None:
    page = as_html(report(), {}).decode()
    assert not re.search(r"<(?:script|link|img|iframe)\b|https?://|@import|url\(", page)
    assert "prefers-color-scheme: dark" in page and "@media print" in page and 'name="viewport"' in page
    assert '<a class="figure" href="#nguon-1" data-key="review(indicator=a).value">2.065</a>' in page
    assert 'id="nguon-1"' in page and 'id="truy-van-programme_review"' in page
    assert "<pre>SELECT &#39;&lt;b&gt;&#39;</pre>" in page
    assert "<mark>[chưa có số liệu]</mark>" in page


def test_markup_and_formulas_are_inert_in_every_form() -> None:
    page = as_html(report(), {}).decode()
    assert "<script>" not in page and "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    content, root = _document()
    assert "<script>alert(1)</script>&=HYPERLINK(1)\ufffd" in "".join(root.itertext())
    assert docx.Document(io.BytesIO(content)).tables
    book = openpyxl.load_workbook(io.BytesIO(as_xlsx(report())))
    assert [c for s in book for row in s.iter_rows() for c in row if c.data_type == "f"] == []
    assert book["Số cuộc"]["A5"].value.startswith(MARKUP[:-1])
    assert book["Số cuộc"]["A7"].value == "=1+1"


def test_a_workbook_has_the_figures_as_numbers_the_tables_and_the_keys_hidden() -> None:
    book = openpyxl.load_workbook(io.BytesIO(as_xlsx(report())))
    assert book.sheetnames == ["Tổng hợp", "Số cuộc", "Nguồn số liệu"]
    summary = book["Tổng hợp"]
    assert (summary["B5"].value, summary["D5"].value) == (2065, "review(indicator=a).value")
    assert summary.column_dimensions["D"].hidden
    assert (book["Số cuộc"]["B5"].value, book["Số cuộc"]["B7"].value) == (1, "…"), "not stated is never 0"
    assert book["Số cuộc"].print_title_rows == "$4:$4"


def test_the_same_content_gives_the_same_bytes() -> None:
    for form in FORMS.values():
        assert form(report()) == form(report())


def test_a_numeral_that_is_no_figure_is_found_in_a_finished_paper() -> None:
    content, page = as_docx(report(), {}), as_html(report(), {})
    assert unresolved_docx(content, report()) == unresolved_html(page, report()) == []
    read = docx.Document(io.BytesIO(content))
    next(p for p in read.paragraphs if "đại biểu" in p.text).add_run(" cùng 12 người")
    changed = io.BytesIO()
    read.save(changed)
    (found,) = unresolved_docx(changed.getvalue(), report())
    assert found.startswith("'12' in ")
    (other,) = unresolved_html(page.replace("đại biểu".encode(), "đại biểu, 1.234 người".encode()), report())
    assert other.startswith("'1.234' in ")
    assert unresolved_html(page.replace(b">2.065<", b">2.066<", 1), report()) == [
        "'2.066' at review(indicator=a).value"
    ]
    end = "</w:t></w:r></w:p></w:tc>"
    cell = content_with(content, f">1{end}", f">7{end}")
    assert unresolved_docx(cell, report()) == ["'7' for '1'"]


def test_a_number_that_is_no_figure_is_found_in_a_finished_workbook() -> None:
    made = as_xlsx(report())
    assert unresolved_xlsx(made, report()) == []

    def changed(sheet: str, cell: str, value: object) -> list[str]:
        book = openpyxl.load_workbook(io.BytesIO(made))
        book[sheet][cell] = value
        out = io.BytesIO()
        book.save(out)
        return unresolved_xlsx(out.getvalue(), report())

    assert changed("Tổng hợp", "B5", 2066) == ["2066 at review(indicator=a).value in Tổng hợp!B5"]
    assert changed("Số cuộc", "B6", 7) == ["7 at topics(2).n in Số cuộc!B6"]
    assert changed("Số cuộc", "C6", None) == ["1 numbers under 0 keys in row 6 of Số cuộc"], "a figure without its key"
    assert changed("Số cuộc", "A9", 5) == ["1 numbers under 0 keys in row 9 of Số cuộc"], "below the table"
    (found,) = changed("Số cuộc", "A2", "Ghi chú của 12 đơn vị")
    assert found.startswith("'12' in ")


def content_with(content: bytes, before: str, after: str) -> bytes:
    """The Word file with one text of its body changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for entry in old.infolist():
            data = old.read(entry)
            if entry.filename == "word/document.xml":
                data = data.replace(before.encode(), after.encode(), 1)
            new.writestr(entry, data)
    return out.getvalue()
