"""The cache of what rules compile to: nothing outdated is used."""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Callable
from pathlib import Path

from expectations.gx.compiled import compiled_sql
from tests.support import REPO


def test_a_compiled_suite_is_kept_until_rules_compiler_or_content_change(tmp_path: Path) -> None:
    def ask(fingerprint: str, text: str) -> str:
        return compiled_sql(fingerprint, tmp_path, lambda: text).splitlines()[0]

    assert [ask("a", "one"), ask("a", "two"), ask("b", "three")] == ["one", "one", "three"]
    (tmp_path / "suites").joinpath(next((tmp_path / "suites").iterdir())).write_text("damaged")
    assert {ask("a", "anew"), ask("b", "anew")} in ({"anew", "three"}, {"anew", "one"})
    assert ask("c", "four") == "four"
    for end, expected in (("", "four"), ("# mended", "five")):
        of_copy = _of_a_copy(tmp_path / f"sources{len(end)}", end)
        assert of_copy("c", tmp_path, lambda: "five").splitlines()[0] == expected


def _of_a_copy(folder: Path, end: str) -> Callable[[str, Path, Callable[[], str]], str]:
    """The same function of a copy of the sources whose compiler ends otherwise."""
    shutil.copytree(REPO / "expectations", folder, ignore=shutil.ignore_patterns("__pycache__"))
    with (folder / "gx" / "compile.py").open("a", encoding="utf-8") as f:
        f.write(end)
    spec = importlib.util.spec_from_file_location("copied", folder / "gx" / "compiled.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found: Callable[[str, Path, Callable[[], str]], str] = module.compiled_sql
    return found
