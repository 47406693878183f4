"""What a unit changed: every cell that differs between two versions is listed, none is invented, another order is no change."""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from assets.intake.extract import Extract, extract
from assets.intake.xlsx import read_xlsx
from assets.receipt.compare import compare
from tests.support import clean_rows, newest, put, query, report_of, take_and_answer, template_cell
from warehouse.home import Home

TRIALS = 40
SHEET, _FIRST = template_cell(newest(), "training", "training_kind_code")
FIRST_ROW = int("".join(c for c in _FIRST if c.isdigit()))
Rows = dict[int, list[Any]]


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report of eight rows that have their codes in common and no figure."""
    numbers = iter(random.Random(7).sample(range(1000, 9000), 100))
    row = clean_rows(2025)["training"][0]
    rows = clean_rows(2025)
    rows["training"] = [
        {k: next(numbers) if isinstance(v, int) and not isinstance(v, bool) else v for k, v in row.items()}
        for _ in range(8)
    ]
    (path,) = put(tmp_path_factory.mktemp("changes"), report_of(104, "2025-Y", rows))
    return path


@dataclass(frozen=True)
class Trials:
    """A report as it was, and a copy of it that each trial edits anew: all rows that one fills are written by the next."""

    before: Extract
    rows: Rows
    edited: openpyxl.Workbook
    path: Path

    @classmethod
    def of(cls, base: Path, path: Path) -> Trials:
        """Read the report."""
        edited = openpyxl.load_workbook(base)
        rows: Rows = {r: [c.value for c in edited[SHEET][r]][1:] for r in range(FIRST_ROW, FIRST_ROW + 8)}
        return cls(_read(base), rows, edited, path)


def one_trial(trials: Trials, seed: int) -> tuple[set[tuple[Any, ...]], set[tuple[Any, ...]]]:
    """Edit, drop, add and shuffle rows at random; returns what was done and what is listed."""
    chance = random.Random(seed)
    before, sheet = trials.rows, trials.edited[SHEET]
    now: list[tuple[int | None, list[Any]]] = [(r, _edited(values, chance)) for r, values in before.items()]
    for _ in range(chance.randrange(3)):
        now.pop(chance.randrange(len(now)))
    for _ in range(chance.randrange(3)):
        values = list(chance.choice(list(before.values())))
        now.append((None, [chance.randrange(10_000, 99_999) if isinstance(v, int) else v for v in values]))
    if chance.random() < 0.7:
        chance.shuffle(now)
    for n, (_, values) in enumerate([*now, *[(None, [None] * len(before[FIRST_ROW]))] * 8]):
        for c, value in enumerate(values, start=2):
            sheet.cell(FIRST_ROW + n, c).value = value
    trials.edited.save(trials.path)
    return _done(before, now, sheet), _listed(trials.before, _read(trials.path))


def _edited(values: list[Any], chance: random.Random) -> list[Any]:
    out = list(values)
    figures = [i for i, v in enumerate(out) if isinstance(v, int)]
    for i in chance.sample(figures, chance.choice([0, 0, 1, 2])):
        out[i] = chance.choice([chance.randrange(10_000, 99_999), None, "khoảng 200", "Không"])
    return out


def _done(before: Rows, now: list[tuple[int | None, list[Any]]], sheet: Any) -> set[tuple[Any, ...]]:
    done: set[tuple[Any, ...]] = {(f"{r}:{r}", "gone") for r in before.keys() - {o for o, _ in now}}
    for n, (old, values) in enumerate(now, start=FIRST_ROW):
        if old is None:
            done.add((f"{n}:{n}", "new"))
            continue
        pairs = zip(before[old], values, strict=True)
        done |= {(sheet.cell(n, c).coordinate, _text(a), _text(b)) for c, (a, b) in enumerate(pairs, start=2) if a != b}
    return done


def _listed(before: Extract, now: Extract) -> set[tuple[Any, ...]]:
    found = compare(before, now).changes
    assert {c.sheet for c in found} <= {SHEET}
    rows: set[tuple[Any, ...]] = {(c.cell, "gone" if c.after is None else "new") for c in found if c.is_row}
    return rows | {(c.cell, c.before, c.after) for c in found if not c.is_row}


def _read(path: Path) -> Extract:
    return extract(read_xlsx(path))


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def test_of_random_edits_all_are_listed_and_none_is_invented(book: Path, tmp_path: Path) -> None:
    trials = Trials.of(book, tmp_path / "edited.xlsx")
    for seed in range(TRIALS):
        done, listed = one_trial(trials, seed)
        assert listed == done, f"seed {seed}"


def test_a_second_version_is_told_what_was_mended_what_stays_and_what_else_changed(home: Home) -> None:
    rows = clean_rows(2024)
    rows["training"].append({**rows["training"][0], "audience_code": "can_bo_dan_van", "attendee_count": -1})
    rows["organisation"][0]["person_role_code"] = None
    put(home.inbox, report_of(104, "2024-Y", rows))
    take_and_answer(home)
    mended = clean_rows(2024)
    mended["training"].insert(0, {**rows["training"][1], "attendee_count": 41})
    mended["organisation"][0]["person_role_code"] = None
    mended["issue"][0]["issue_count"] = 4
    put(home.inbox, report_of(104, "2024-Y", mended))
    take_and_answer(home)
    ((second, verdict),) = query(
        home,
        "SELECT submission_id, verdict FROM intake.submission WHERE unit_code = 'DV004' ORDER BY received_at DESC LIMIT 1",
    )
    assert verdict == "accepted"
    sheet = openpyxl.load_workbook(home.receipts / f"{second}.xlsx").worksheets[0]
    told = [tuple(c.value for c in row[1:7]) for row in sheet.iter_rows(min_row=7)]
    lines = [t for t in told if t[0] in ("Đã sửa", "Còn", "Mới", "Sửa theo biên nhận", "Thay đổi khác")]
    training, issue = (
        template_cell(newest(), t, c) for t, c in (("training", "attendee_count"), ("issue", "issue_count"))
    )
    assert ("Sửa theo biên nhận", *training) in {t[:3] for t in lines}
    assert [t[4:6] for t in lines if t[:3] == ("Sửa theo biên nhận", *training)] == [("-1", "41")]
    assert [(t[1:3], t[4:6]) for t in lines if t[0] == "Thay đổi khác"] == [(issue, ("3", "4"))]
    assert [t[1] for t in lines if t[0] == "Còn"] == [template_cell(newest(), "organisation", "person_role_code")[0]]
    assert {t[1] for t in lines if t[0] == "Đã sửa"} == {SHEET}
