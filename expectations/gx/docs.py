"""Data Docs: a page per table and run, and their index, drawn from the stored results. No script, no network.

Results hold counts and rules and never a value of a submission, and so do the pages. Does not belong here: running suites
(expectations.gx.run); Great Expectations itself, whose own pages load scripts and fonts from the internet, is not asked.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from warehouse.codes import labels
from warehouse.files import write_file
from warehouse.sealed import HASHES, as_bytes, recorded, sealed, write_changed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from jinja2 import Environment

KEEP_RUNS = 200
RESULTS = "results"
SITE = "site"
_STYLE = "danvan.css"
_PAGES = Path(__file__).parent / "pages"
#: what an expectation is given that tells a reader nothing about the rule
_PLUMBING = frozenset({"batch_id", "columns", "ignore_row_if"})


@dataclass(frozen=True, slots=True)
class Run:
    """One stored result: one table in one run. ``page`` and ``result`` are files below the folder of the docs."""

    run_name: str
    run_time: str
    table: str
    evaluated: int
    failing: int
    failing_rows: int
    page: Path
    result: Path


@dataclass(frozen=True, slots=True)
class RuleResult:
    """One rule in one run. ``says``: what the expectation was given, by name; ``rows``: those it looked at, where counted."""

    code: str
    title: str
    title_en: str
    severity: str
    severity_label: str
    expectation: str
    says: tuple[tuple[str, str], ...]
    rows: int | None
    failing: int


def build_docs(docs_dir: Path, keep: int = KEEP_RUNS) -> Path:
    """Draw the stored results that have no page yet, write the index, prune old runs; return the index page.

    The manifest comes last: what each file was when it was made. A result that cannot be read keeps its page and has no line.
    """
    runs = stored_runs(docs_dir)
    names = sorted({r.run_name for r in runs}, reverse=True)
    _prune([r for r in runs if r.run_name in names[keep:]])
    runs = [r for r in runs if r.run_name in names[:keep]]
    site = docs_dir / SITE
    site.mkdir(parents=True, exist_ok=True)
    write_file(site / _STYLE, (_PAGES / _STYLE).read_bytes())
    for run in runs:
        if not run.page.exists():
            run.page.parent.mkdir(parents=True, exist_ok=True)
            write_file(run.page, _page(run, site).encode())
    index = docs_dir / "index.html"
    shown = [{"run": r, "link": r.page.relative_to(docs_dir).as_posix()} for r in runs]
    write_file(index, _templates().get_template("index.html").render(runs=shown, style=f"{SITE}/{_STYLE}").encode())
    _seal(docs_dir, index)
    return index


def newest_page(docs_dir: Path, table: str) -> Path | None:
    """Return the page of the newest stored result of a table's suite, below ``docs_dir``, drawn or not; None without any."""
    folder = docs_dir / RESULTS / Path(*table.split("."))
    runs = sorted(folder.iterdir(), reverse=True) if folder.exists() else []  # they are named by batch, these by time
    found = next((path for run in runs for path in sorted(run.rglob("*.json"), reverse=True)), None)
    if found is None:
        return None
    return Path(SITE, "validations", found.relative_to(docs_dir / RESULTS).with_suffix(".html"))


def docs_manifest(docs_dir: Path) -> Path:
    """Return the place of the manifest: each result and page with its hash."""
    return docs_dir / "manifest.json"


def _seal(docs_dir: Path, index: Path) -> None:
    manifest, style = docs_manifest(docs_dir), docs_dir / SITE / _STYLE
    made_once = [*(docs_dir / RESULTS).rglob("*"), *(docs_dir / SITE / "validations").rglob("*.html")]
    known = recorded(manifest)
    for rewritten in (index, style):
        known.pop(rewritten.relative_to(docs_dir).as_posix(), None)
    write_changed(manifest, as_bytes({HASHES: sealed(docs_dir, [index, style, *made_once], known)}))


def stored_runs(docs_dir: Path) -> list[Run]:
    """Return every stored result that can be read, newest run first."""
    found = (docs_dir / RESULTS).rglob("*.json") if (docs_dir / RESULTS).exists() else ()
    runs = (run for path in found if (run := _read(path, docs_dir)))
    return sorted(runs, key=lambda r: (r.run_time, r.table), reverse=True)


def _read(path: Path, docs_dir: Path) -> Run | None:
    """Return a stored result; None when its file is damaged, which danvan verify tells."""
    try:
        return _run(_raw(path), path, docs_dir)
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _run(raw: dict[str, Any], path: Path, docs_dir: Path) -> Run:
    inside = path.relative_to(docs_dir / RESULTS).with_suffix(".html")
    run_id = raw["meta"]["run_id"]
    return Run(
        run_name=run_id["run_name"],
        run_time=str(run_id["run_time"])[:19].replace("T", " "),
        table=raw["suite_name"],
        evaluated=raw["statistics"]["evaluated_expectations"],
        failing=raw["statistics"]["unsuccessful_expectations"],
        failing_rows=sum(map(_failing, raw["results"])),
        page=docs_dir / SITE / "validations" / inside,
        result=path,
    )


def _raw(path: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return loaded


def _failing(result: dict[str, Any]) -> int:
    return int(result["result"].get("unexpected_count", result["result"].get("observed_value", 0)))


def _page(run: Run, site: Path) -> str:
    raw = _raw(run.result)
    up = "../" * len(run.page.relative_to(site).parent.parts)
    found = sorted(map(_rule, raw["results"]), key=lambda r: not r.failing)  # those that found something come first
    return (
        _templates()
        .get_template("run.html")
        .render(
            run=run,
            rules=found,
            version=raw["meta"]["great_expectations_version"],
            home=f"{up}../index.html",
            style=f"{up}{_STYLE}",
        )
    )


def _rule(result: dict[str, Any]) -> RuleResult:
    config = result["expectation_config"]
    meta = config["meta"]
    return RuleResult(
        code=meta["code"],
        title=meta["title"],
        title_en=str(config.get("notes") or "").removeprefix(f"{meta['code']}: {meta['title']} - "),
        severity=meta["severity"],
        severity_label=labels("severity")[meta["severity"]],
        expectation=config["type"],
        says=tuple(_says(config["kwargs"], meta)),
        rows=result["result"].get("element_count"),
        failing=_failing(result),
    )


def _says(kwargs: dict[str, Any], meta: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in kwargs.items():
        if name == "row_condition" and value:
            yield name, f"{value['column']['name']} {value['operator']} {_shown(value['parameter'])}"
        elif name not in _PLUMBING:
            yield name, _shown(value)
    yield "missing", labels("missing_strategy")[meta["missing"]]


def _shown(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


@cache
def _templates() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(_PAGES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _prune(runs: Sequence[Run]) -> None:
    for run in runs:
        for path in (run.page, run.result):
            path.unlink(missing_ok=True)
