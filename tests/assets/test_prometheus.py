"""The text of metrics keeps the rules of Prometheus' format: read here by a reader of its own, escapes included."""

from __future__ import annotations

import re

import pytest

from assets.health.prometheus import Family, Sample, text_of
from assets.progress import report, reporting_to, timed

_SAMPLE = re.compile(
    r'(?P<name>[a-zA-Z_:][\w:]*)(?:\{(?P<labels>(?:\w+="(?:[^"\\\n]|\\["\\n])*",?)*)\})? (?P<value>\S+)'
)
_LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", lambda m: "\n" if m[1] == "n" else m[1], text)


def _read(text: str) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """Read as the format says: HELP and TYPE before the samples of their name, one sample a line."""
    assert text.endswith("\n")
    found, typed = {}, ""
    for line in text.removesuffix("\n").split("\n"):
        if line.startswith("# TYPE "):
            typed = line.split(" ")[2]
        elif not line.startswith("# HELP "):
            told = _SAMPLE.fullmatch(line)
            assert told and told["name"] == typed, line
            labels = tuple((n, _unescaped(v)) for n, v in _LABEL.findall(told["labels"] or ""))
            found[told["name"], labels] = float(told["value"])
    return found


def test_what_is_written_is_read_back_whatever_a_label_holds() -> None:
    odd = 'C:\\báo "cáo"\nx\\n'
    told = [Sample(1.5, {"folder": odd}), Sample(float("inf"), {"folder": "b", "a": ""}), Sample(1 << 53, {})]
    text = text_of([Family("danvan_disk_free_bytes", "gauge", "Room,\nwith \\ in it.", told)])
    assert text.split("\n")[:2] == [
        r"# HELP danvan_disk_free_bytes Room,\nwith \\ in it.",
        "# TYPE danvan_disk_free_bytes gauge",
    ]
    name = "danvan_disk_free_bytes"
    assert _read(text) == {
        (name, (("folder", odd),)): 1.5,
        (name, (("a", ""), ("folder", "b"))): float("inf"),
        (name, ()): float(1 << 53),
    }


def test_bytes_of_a_file_name_that_are_no_text_leave_a_text() -> None:
    text = text_of([Family("a", "gauge", "x", [Sample(0, {"folder": "\udcff"})])])
    assert text.encode() and 'folder="?"' in text


@pytest.mark.parametrize(
    "family",
    [
        Family("danvan-files", "gauge", "x", []),
        Family("danvan_files", "counter", "x", []),
        Family("danvan_files_total", "gauge", "x", []),
        Family("danvan_files", "gauge", "x", [Sample(1, {"__name__": "y"})]),
        Family("danvan_files", "gauge", "x", [Sample(1, {"a": "b"}), Sample(2, {"a": "b"})]),
    ],
)
def test_what_the_format_does_not_allow_is_refused(family: Family) -> None:
    with pytest.raises(ValueError, match=r"danvan|name"):
        text_of([family])


def test_a_metric_stands_once_and_one_without_figures_not_at_all() -> None:
    assert text_of([Family("a", "gauge", "x", [])]) == ""
    one = Family("a", "gauge", "x", [Sample(1, {})])
    with pytest.raises(ValueError, match="twice"):
        text_of([one, one])


def test_steps_are_timed_and_whoever_listened_still_hears(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([0.0, 0.0, 2.0, 5.0, 9.0])
    monkeypatch.setattr("assets.progress.time.monotonic", lambda: next(clock))
    heard: list[str] = []
    with reporting_to(lambda step, _done, _total: heard.append(step)), timed() as seconds:
        for step in ("read", "read", "marts", "read"):
            report(step)
    assert seconds == {"read": 2.0 + 4.0, "marts": 3.0}
    assert heard == ["read", "read", "marts", "read"]
