"""A paper's declaration is loaded whole or refused with file, line, what was found and what is allowed."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from assets.report.declaration import CHARTS, PAPERS, papers
from assets.report.letterhead import LETTERHEADS, layouts
from tests.support import REPO
from warehouse.check import DeclarationError


def _with(root: Path, change: tuple[str, str]) -> Path:
    """Copy the review's declaration to another root, with one text changed."""
    (root / PAPERS).mkdir(parents=True)
    text = (REPO / PAPERS / "programme_review.yaml").read_text(encoding="utf-8")
    assert text.count(change[0]) >= 1
    (root / PAPERS / "programme_review.yaml").write_text(text.replace(*change, 1), encoding="utf-8")
    (root / "warehouse").symlink_to(REPO / "warehouse")
    (root / CHARTS).symlink_to(REPO / CHARTS)
    return root


def test_every_paper_loads_and_every_question_is_used() -> None:
    for name, paper in papers().items():
        text = yaml.safe_dump(
            yaml.safe_load((REPO / PAPERS / f"{name}.yaml").read_text("utf-8"))["sections"], allow_unicode=True
        )
        assert [q.name for q in paper.questions if f"{q.name}(" not in text and f"question: {q.name}" not in text] == []


@pytest.mark.parametrize(
    ("change", "found", "allowed"),
    [
        (("name: programme_review", "name: review"), "'review'", "programme_review, as the file is called"),
        (("query: report_topics", "query: nothing"), "'nothing'", "programme_review"),
        (("parameters: [programme, first_day, last_day]", "parameters: [programme]"), "first_day", "programme"),
        (("{review(session_count, bloc)|padded}", "{revue(session_count, bloc)|padded}"), "'revue'", "document, review"),
        (("{review(session_count, bloc)|padded}", "{review(session_count)|padded}"), "'session_count'", "indicator, level"),
        (("{review(session_count, bloc)|padded}", "{review(session_count, bloc)|loud}"), "loud", "a form among"),
        (("được {review(session_count, bloc)|padded} cuộc", "được 56 cuộc"), "'56'", "no number typed by hand"),
        (("sheet: Hạn chế các năm sau", "sheet: 'Hạn chế: các năm'"), "Hạn chế: các năm", "1 to 31 signs"),
        (("codes: issue_topic, width", "codes: topics, width"), "'topics'", "issue_topic"),
        (("level: 2", "level: 3"), "3", "1 or 2"),
        (("spec: units_by_topic", "spec: nothing"), "'nothing'", "a file assets/report/charts/<spec>.json"),
        (("question: topics\n          where: {issue_kind_code: han_che}\n          fields", "question: review\n          fields"), "'review'", "the data beside it"),
        (("missing", "mising"), "", ""),
        (("across: {column: year, value: unit_count, form: count}", "across: {column: year, value: x, form: loud}"), "'loud'", "count"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_line(tmp_path: Path, change: tuple[str, str], found: str, allowed: str) -> None:
    if change[0] == "missing":
        change = ('zero: "Không mở lớp', 'sero: "Không mở lớp')
        found, allowed = "'sero'", "say, missing, zero"
    root = _with(tmp_path, change)
    lines = (root / PAPERS / "programme_review.yaml").read_text(encoding="utf-8").splitlines()
    with pytest.raises(DeclarationError) as raised:
        papers(root)
    problem = next(p for p in raised.value.problems if found in p.found and allowed in p.allowed)
    assert problem.file == f"{PAPERS}/programme_review.yaml"
    changed = next(n for n, line in enumerate(lines, start=1) if line not in _original())
    assert abs(problem.line - changed) <= 8 or "parameters" in change[0], (problem, changed)


def _original() -> set[str]:
    return set((REPO / PAPERS / "programme_review.yaml").read_text(encoding="utf-8").splitlines())


def test_a_letterhead_of_an_unknown_type_of_unit_is_refused(tmp_path: Path) -> None:
    assert [layout.name for layout in layouts()] == ["party", "state"]
    (tmp_path / "assets/report").mkdir(parents=True)
    text = (REPO / LETTERHEADS).read_text(encoding="utf-8").replace("[co_quan_dang]", "[co_quan]")
    (tmp_path / LETTERHEADS).write_text(text, encoding="utf-8")
    (tmp_path / "warehouse").symlink_to(REPO / "warehouse")
    with pytest.raises(
        DeclarationError, match=r"letterheads.yaml:\d+: unit_types: found 'co_quan'; allowed: co_quan_dang"
    ):
        layouts(tmp_path)
