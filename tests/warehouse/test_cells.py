"""Kinds of cell: one registry, and what every kind has in common."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import pytest

from assets.intake.xlsx import tag
from warehouse.cells import NONE_STATED, NOT_REPORTED, Kind, Reading, UnknownKindError, cell_kinds, kind_of
from warehouse.cells.words import NONE_WORDS, NOT_YET_WORDS, clean, is_none_word
from warehouse.codes import code_lists
from warehouse.declaration import Column, form_tables
from warehouse.forms import form_versions
from warehouse.periods import parse_period_id

#: what a none-word says where it does not say "none stated"
SAYS = {"yes_no": Reading(False, "value"), "text": None}


def some_column(of: Kind) -> Column:
    """A declared column that a cell of this kind may fill."""
    fitting = [c for t in form_tables().values() for c in t.columns if c.type in of.parts[0].types]
    return max(fitting, key=lambda c: c.max_length or 0)


@pytest.mark.parametrize("word", sorted(NONE_WORDS))
@pytest.mark.parametrize("name", sorted(cell_kinds()))
def test_a_none_word_says_the_same_in_every_kind(name: str, word: str) -> None:
    of = kind_of(name)
    for text in (word, word.upper(), f"  {word}\u00a0"):
        said = SAYS.get(name, NONE_STATED)
        assert of.read("s:" + text, some_column(of)) == (said or Reading(clean(text), "value"))


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
@pytest.mark.parametrize("name", sorted(cell_kinds()))
def test_what_is_no_number_is_an_error_in_every_kind(name: str, value: float) -> None:
    """As a text it was a title "nan"."""
    assert kind_of(name).read(tag(value), some_column(kind_of(name))).issue == "V-EXCEL-ERROR"


@pytest.mark.parametrize("text", ["\0\0#", "\u200b#REF!", "#N/A\u2060", "\ufeffErr:502", "\0undefined"])
def test_signs_that_nobody_sees_hide_no_error(text: str) -> None:
    """They are taken away when a text is stored: its title was "#REF!"."""
    assert kind_of("text").read("s:" + text, some_column(kind_of("text"))).issue == "V-EXCEL-ERROR"


def test_a_day_that_is_not_there_yet_is_no_mistake() -> None:
    """Ngày công nhận: chưa có. It was V-DATE, and the report was rejected."""
    assert kind_of("date").read("s:chưa có") == Reading(None, "none_stated")


@pytest.mark.parametrize("word", sorted(NOT_YET_WORDS))
@pytest.mark.parametrize("name", sorted(cell_kinds()))
def test_what_is_not_there_yet_is_an_unknown_figure_and_nothing_of_any_other_kind(name: str, word: str) -> None:
    """The guide says: chưa có số liệu thì để trống. As "none stated" the unit would have said that there is nothing."""
    of = kind_of(name)
    said = of.read(f"s: {word.upper()}", some_column(of))
    if of.is_figure:
        assert said == Reading(None, "not_reported", "V-NOT-YET")
    else:
        assert said == (SAYS.get(name, NONE_STATED) or Reading(clean(word.upper()), "value"))


@pytest.mark.parametrize(
    ("text", "value"),
    [("35 đồng chí", 35), ("50 ĐV", 50), ("120 hội viên", 120), ("12 hộ", 12), ("30 công nhân", 30), ("3 hội nghị", 3),
     ("2 cuộc.", 2), ("2.065 lượt người;", 2065), ("gần 40 đ/c.", 40), ("hai lớp", 2), ("1,5 nghìn người", 1500), ("12.", 12)],
)  # fmt: skip
def test_what_is_counted_may_stand_behind_its_number(text: str, value: int) -> None:
    found = kind_of("count").read(f"s:{text}")
    assert (found.value, found.issue) == (value, None)


@pytest.mark.parametrize(
    "text",
    ["12 (có 2 trùng)", "3+2", "120; 60", "5 chục", "12 phần trăm", "3 tá", "người", "2 cuộc 3 lớp", "1.12 người"],
)
def test_what_changes_the_number_is_no_word_for_what_is_counted(text: str) -> None:
    assert kind_of("count").read(f"s:{text}").issue


@pytest.mark.parametrize("name", sorted(cell_kinds()))
def test_blank_cells_and_excel_errors_are_the_same_in_every_kind(name: str) -> None:
    of = kind_of(name)
    assert of.read(None, some_column(of)) == of.read("s:\u200b ", some_column(of)) == NOT_REPORTED
    assert of.read("e:#REF!", some_column(of)) == Reading(None, "not_reported", "V-EXCEL-ERROR")


def test_a_kind_that_nobody_knows_is_an_error_and_no_text() -> None:
    with pytest.raises(UnknownKindError, match=r"no kind of cell 'coutn'; there are citation, code, count"):
        kind_of("coutn")


def test_every_header_of_every_form_fits_its_kind() -> None:
    tables = form_tables()
    for form in form_versions().values():
        assert all(field.reader in cell_kinds() for field in form.cover)
        for table in form.tables():
            for header in form.headers(table):
                if header.ignored:
                    continue
                parts = kind_of(header.reader).parts
                assert len(header.columns) == len(parts), header.ref
                for name, part in zip(header.columns, parts, strict=True):
                    assert tables[table].column(name).type in part.types, header.ref


def test_each_part_of_a_cell_can_stand_alone() -> None:
    for of in cell_kinds().values():
        for part in of.parts:
            assert len(kind_of(part.kind).parts) == 1


def test_no_code_is_called_by_a_none_word() -> None:
    texts = {t for codes in code_lists().values() for c in codes for t in (c.label, c.code, *c.synonyms)}
    assert not [t for t in texts if is_none_word(t)]


def test_what_a_finding_on_a_code_expects_are_the_labels() -> None:
    of, column = kind_of("code"), form_tables()["model"].column("model_kind_code")
    assert of.expected("V-CODE", column) == "; ".join(c.label for c in code_lists()["model_kind"])
    assert of.expected("V-EXCEL-ERROR", column) is None


@pytest.mark.parametrize(
    ("name", "values", "shown"),
    [
        ("count", [2065], 2065),
        ("count", ["khoảng 200"], "khoảng 200"),
        ("ratio", [1115, 1122], "1.115/1.122"),
        ("ratio", [1115, None], 1115),
        ("percent", [99.38, 1], "99,4%"),
        ("percent", ["đạt", None], "đạt"),
        ("date", [date(2013, 8, 30)], date(2013, 8, 30)),
        ("yes_no", [False], "Không"),
        ("citation", ["32-CTr/TU", date(2013, 8, 30)], "32-CTr/TU, ngày 30/8/2013"),
        ("citation", ["32-CTr/TU", None], "32-CTr/TU"),
        ("period", ["2024-H1"], "6 tháng đầu năm 2024"),
    ],
)
def test_what_a_cell_shows(name: str, values: list[object], shown: object) -> None:
    of = kind_of(name)
    assert of.printed(values, some_column(of)) == shown


def test_a_width_is_that_of_the_labels_to_choose_from() -> None:
    column = form_tables()["model"].column("field_code")
    before, after = (kind_of("code").width(column, parse_period_id(p)) for p in ("2014-Y", "2024-Y"))
    assert before == after == len("Xây dựng hệ thống chính trị") + 1


@pytest.mark.parametrize("source", ["", "KIND = 1\n", "from warehouse.cells.kinds.count import KIND\n"])
def test_a_module_without_its_kind_is_refused(source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import warehouse.cells.kinds as package

    (tmp_path / "toy.py").write_text(source, encoding="utf-8")
    monkeypatch.setattr(package, "__path__", [*package.__path__, str(tmp_path)])
    monkeypatch.delitem(sys.modules, "warehouse.cells.kinds.toy", raising=False)
    cell_kinds.cache_clear()
    try:
        with pytest.raises(TypeError, match=r"kinds/toy\.py: expected KIND, a Kind whose name is 'toy'"):
            cell_kinds()
    finally:
        monkeypatch.undo()
        sys.modules.pop("warehouse.cells.kinds.toy", None)
        cell_kinds.cache_clear()


def test_numbers_that_are_none_stop_no_batch() -> None:
    assert [kind_of(n).read("n:nan").issue for n in ("count", "decimal", "percent", "ratio")] == [
        "V-COUNT", "V-NUMBER", "V-NUMBER", "V-RATIO",
    ]  # fmt: skip
    assert tag(float("nan")) == "e:nan"


@pytest.mark.parametrize("text", ["khoâng coù", "khoâng phaùt sinh"])
def test_a_none_word_in_an_old_font_is_one(text: str) -> None:
    assert kind_of("count").read("s:" + text) == kind_of("date").read("s:" + text) == NONE_STATED


@pytest.mark.parametrize("kind", ["count", "percent", "decimal"])
def test_a_nought_below_nought_is_nought(kind: str) -> None:
    assert str(kind_of(kind).read("n:-0").value).lstrip("(")[0] == "0"
