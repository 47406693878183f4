"""A paper made by hand, with every kind of block and texts that try to be markup, formulas and what XML cannot hold.

Does not belong here: assertions, the warehouse.
"""

from __future__ import annotations

from assets.report.content import (
    Figure,
    Gap,
    Head,
    Heading,
    Items,
    Letterhead,
    Paragraph,
    Report,
    Source,
    Span,
    Table,
    Text,
)

MARKUP = "<script>alert(1)</script>&=HYPERLINK(1)\x07"
SOURCE = Source(1, f"Cuộc {MARKUP}", "2.065", "programme_review", "programme = 32-CTr/TU", "indicator=a", "value")
FIGURE = Figure(2065, "2.065", 1, "review(indicator=a).value")


def report(rows: int = 3, title: str = "Báo cáo thử") -> Report:
    """Return a paper with a table of ``rows`` rows, the last without a figure."""
    heads = (Head("Đơn vị", "left", 2.0), Head("2016", "right", 1.0))
    body: list[tuple[Span, Span]] = [
        (Text(f"{MARKUP} {n}", is_constant=True), Figure(n, str(n), 2, f"topics({n}).n")) for n in range(1, rows)
    ]
    body.append((Text("=1+1", is_constant=True), Text("…")))
    table = Table(1, "Số cuộc", "Số cuộc", heads, tuple(body), 2, "Ghi chú")
    letterhead = Letterhead(
        superior=Gap("CƠ QUAN CẤP TRÊN"),
        issuer=Text("ĐẢNG ỦY KHỐI"),
        separator="*",
        number="-BC/",
        motto=("ĐẢNG CỘNG SẢN VIỆT NAM",),
        place=(Gap("địa danh"), Text(", ngày "), Gap("ngày")),
        signs=("T/M BAN THƯỜNG VỤ",),
        recipients=("Lưu Văn phòng.",),
    )
    blocks = (
        Heading(1, "Kết quả"),
        Heading(2, "Thứ nhất, về tổ chức", numbered=False),
        Paragraph(
            (Text("Có "), FIGURE, Text(" đại biểu, "), Gap("chưa có số liệu"), Text(f" {MARKUP}", is_constant=True))
        ),
        Items(((Text("Lực lượng phân tán."),), (Text("Còn hình thức."),))),
        table,
    )
    of_table = Source(2, "Số cuộc", "", "report_topics", "", "", "*")
    queries = {"programme_review": "SELECT 1", "report_topics": "SELECT '<b>'"}
    return Report("thu", (title,), "Số liệu tạm tính", letterhead, blocks, (SOURCE, of_table), queries)
