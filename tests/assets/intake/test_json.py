"""JSON submissions with hostile content: exactly that file is refused, or that cell asked about; the batch goes on."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from assets.check import check
from assets.intake.grid import Refused
from assets.intake.json_file import read_json
from tests.support import clean_rows, findings, put, report_of, take
from warehouse.home import Home

CELL = "/tables/training/0/attendee_count"


def _content(tmp_path: Path) -> Any:
    (path,) = put(tmp_path / "good", replace(report_of(104, "2024-Y", clean_rows(2024)), look="json"))
    return json.loads(path.read_text(encoding="utf-8"))


def _figure(text: str) -> Callable[[Any], str]:
    def spoil(content: Any) -> str:
        content["tables"]["training"][0]["attendee_count"] = "@"
        return json.dumps(content).replace('"@"', text)

    return spoil


def _renamed(content: Any) -> str:
    content["Tables"] = content.pop("tables")
    return json.dumps(content)


def _cover_list(content: Any) -> str:
    content["cover"]["Ngày báo cáo"] = [content["cover"]["Ngày báo cáo"]]
    return json.dumps(content)


def _beside(content: Any) -> str:
    content["training"] = content["tables"].pop("training")
    return json.dumps(content)


def _key(key: str) -> Callable[[Any], str]:
    def spoil(content: Any) -> str:
        content["tables"]["training"][0][key] = 1
        return json.dumps(content)

    return spoil


SPOILT: dict[str, tuple[Callable[[Any], str], str, str | None]] = {
    "half a character": (_figure(r'"a\ud800"'), "F-JSON", None),
    "half a character in a key": (_key("a\ud800"), "F-JSON", None),
    "a key that commands a terminal": (_key("a\x1b[2J"), "F-JSON", None),
    "tables under another name": (_renamed, "F-JSON", None),
    "a table beside the tables": (_beside, "F-JSON", None),
    "an integer of 4000 digits": (_figure("9" * 4000), "V-RANGE", CELL),
    "a text of 5000 digits": (_figure(f'"{"9" * 5000}"'), "V-RANGE", CELL),
    "a list on the cover": (_cover_list, "F-JSON-NESTED", "/cover/Ngày báo cáo"),
    "an exponent that would be a gigabyte": (_figure("1e999999999"), "V-RANGE", CELL),
    "a small exponent that would be a gigabyte": (_figure("1e-999999999"), "V-COUNT-FRACTION", CELL),
}


def test_hostile_json_stops_neither_the_batch_nor_the_other_files(home: Home, tmp_path: Path) -> None:
    for n, (spoil, _, _) in enumerate(SPOILT.values()):
        (home.inbox / f"{n}.json").write_text(spoil(_content(tmp_path)), encoding="utf-8")
    put(home.inbox, report_of(105, "2024-Y", clean_rows(2024)))
    result = take(home)
    assert (len(result.accepted), len(result.rejected)) == (1, len(SPOILT))
    for n, (what, (_, code, cell)) in enumerate(SPOILT.items()):
        found = {(c, at) for c, _, at in findings(home, f"{n}.json") if not c.startswith("S-")}
        assert found == {(code, cell)}, what


def _without(key: str) -> Callable[[Any], None]:
    def spoil(content: Any) -> None:
        for row in content["tables"]["training"]:
            del row[key]

    return spoil


def _without_table(content: Any) -> None:
    del content["tables"]["training"]


def _without_rows(content: Any) -> None:
    content["tables"]["training"] = []


def _in_no_first_object(content: Any) -> None:
    content["tables"]["training"] += [{**content["tables"]["training"][0], "colour": "đỏ"}]


@pytest.mark.parametrize(
    ("spoil", "code", "cell"),
    [
        (_without("session_count"), "TRN-SESSION-COUNT-MISSING", "/tables/training/0/session_count"),
        (_without("training_kind_code"), "TRN-TRAINING-KIND-CODE-MISSING", "/tables/training/0/training_kind_code"),
        (_without_table, "H-SHEET-MISSING", "/tables/training"),
        (_in_no_first_object, "H-HEADER-UNKNOWN", "/tables/training/1/colour"),
    ],
)
def test_what_is_left_out_or_too_much_is_named_at_its_pointer(
    registered: Home, tmp_path: Path, spoil: Callable[[Any], None], code: str, cell: str
) -> None:
    content = _content(tmp_path)
    spoil(content)
    path = tmp_path / "a.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    (checked,) = check(registered, [path])
    assert checked.verdict == "rejected"
    assert (code, cell) in [(f["code"], f["cell"]) for f in checked.findings]
    assert None not in [f["cell"] for f in checked.findings]


def test_a_table_that_has_nothing_is_an_empty_list_and_an_optional_key_may_be_left_out(
    registered: Home, tmp_path: Path
) -> None:
    for spoil in (_without_rows, _without("audience_code")):
        content = _content(tmp_path)
        spoil(content)
        path = tmp_path / "a.json"
        path.write_text(json.dumps(content), encoding="utf-8")
        (checked,) = check(registered, [path])
        assert (checked.verdict, checked.findings) == ("accepted", ())


@pytest.mark.parametrize(
    ("tables", "code"),
    [
        ({str(n): [] for n in range(200)}, "F-SHEETS"),
        ({"training": [{f"k{n}": 1} for n in range(9000)]}, "F-RANGE"),
        ({str(t): [{f"k{n}": 1} for n in range(400)] for t in range(90)}, "F-RANGE"),
        ({"training": [{}] * 200_000}, "F-RANGE"),
    ],
)
def test_tables_and_cells_are_counted_before_they_are_made(tmp_path: Path, tables: dict[str, Any], code: str) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps({"cover": {}, "tables": tables}), encoding="utf-8")
    with pytest.raises(Refused) as refused:
        read_json(path)
    assert refused.value.code == code


@pytest.mark.parametrize("text", ['{"cover": {}}', '["cover"]', '{"cover": {"a": NaN}, "tables": {}}'])
def test_what_is_no_report_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(Refused):
        read_json(path)
