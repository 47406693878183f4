"""Loading rules, and the cache of what they compile to: nothing malformed, silently unlimited or outdated is used."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from expectations import rule
from expectations.gx import compiled
from expectations.rule import Rule, RuleError, rules


def _of_kind(kind: str) -> Rule:
    return next(r for r in rules() if r.kind == kind)


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (lambda: replace(_of_kind("row"), sql=""), "needs sql"),
        (lambda: replace(_of_kind("row"), columns=("nowhere",)), "no column"),
        (lambda: replace(_of_kind("query"), severity="error"), "across periods warns"),
        (lambda: replace(_of_kind("unique"), scope={"years": [2023, 2024]}), "has no scope"),
        (lambda: replace(_of_kind("in_table"), scope={"years": [2023, 2024]}), "limited to forms only"),
    ],
)
def test_a_rule_that_would_not_do_what_it_says_is_refused(bad, message: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(RuleError, match=message):
        rule._check(bad())


def test_a_compiled_suite_is_kept_until_rules_compiler_or_content_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ask(fingerprint: str, text: str) -> str:
        return compiled.compiled_sql(fingerprint, tmp_path, lambda: text).splitlines()[0]

    assert [ask("a", "one"), ask("a", "two"), ask("b", "three")] == ["one", "one", "three"]
    (tmp_path / "suites").joinpath(next((tmp_path / "suites").iterdir())).write_text("damaged")
    assert {ask("a", "anew"), ask("b", "anew")} in ({"anew", "three"}, {"anew", "one"})
    monkeypatch.setattr(compiled, "_compiler", lambda: "mended")
    assert ask("a", "four") == "four"
