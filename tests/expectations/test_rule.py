"""Where rules apply, and the cache of what they compile to: nothing silently unlimited or outdated is used."""

from __future__ import annotations

from pathlib import Path

import pytest

from expectations.gx import compiled


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
