"""Data Docs without a network: GX renders, and here every page loses what it would fetch from a CDN.

GX's pages pull bootstrap, jquery and fonts from the internet and fill their index by script; offline they are blank. So
pages get our own small stylesheet, lose scripts and remote links, and the index is written here, without script.
Does not belong here: running suites.
"""

from __future__ import annotations

import html
import json
import re
import shutil
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from expectations.gx.run import RENDERED, RESULTS, context_for
from warehouse.writer import write_file

if TYPE_CHECKING:
    from collections.abc import Sequence

KEEP_RUNS = 200
SITE = "site"
_SCRIPT = re.compile(r"<script\b.*?</script>", re.DOTALL | re.IGNORECASE)
_REMOTE_LINK = re.compile(r"<link\b[^>]*>", re.IGNORECASE)
_IMAGE = re.compile(r"<img\b[^>]*>", re.IGNORECASE)
_FOOTER = re.compile(r"<footer>.*?</footer>", re.DOTALL | re.IGNORECASE)
_REMOTE_ANCHOR = re.compile(r'<a\b[^>]*href="https?://[^"]*"[^>]*>(.*?)</a>', re.DOTALL | re.IGNORECASE)
#: links to pages of suites, which are not built: the page lists its own rules
_SUITE_ANCHOR = re.compile(
    r'<a\b[^>]*href="[^"]*(?:/expectations/|index\.html)[^"]*"[^>]*>(.*?)</a>', re.DOTALL | re.IGNORECASE
)
_REMOTE_URL = re.compile(r"(?:https?:)?//[^\s\"'<>)]+")


@dataclass(frozen=True, slots=True)
class Run:
    """One stored result: one table in one run."""

    run_name: str
    run_time: str
    table: str
    evaluated: int
    failing: int
    failing_rows: int
    page: Path
    result: Path


def build_docs(docs_dir: Path, keep: int = KEEP_RUNS) -> Path:
    """Render the stored results that have no page yet, write the index, prune old runs; return the index page."""
    site = docs_dir / SITE
    runs = stored_runs(docs_dir)
    names = sorted({r.run_name for r in runs}, reverse=True)
    _prune([r for r in runs if r.run_name in names[keep:]])
    runs = [r for r in runs if r.run_name in names[:keep]]
    missing = [r for r in runs if not r.page.exists()]
    style = files("expectations.gx").joinpath("docs.css").read_text(encoding="utf-8")
    site.mkdir(parents=True, exist_ok=True)
    write_file(site / "danvan.css", style.encode())
    if missing:
        _render(docs_dir, missing)
    index = docs_dir / "index.html"
    write_file(index, _index(runs, docs_dir).encode())
    return index


def stored_runs(docs_dir: Path) -> list[Run]:
    """Return every stored result, newest run first."""
    found = (docs_dir / RESULTS).rglob("*.json") if (docs_dir / RESULTS).exists() else ()
    return sorted((_read(path, docs_dir) for path in found), key=lambda r: (r.run_time, r.table), reverse=True)


def _read(path: Path, docs_dir: Path) -> Run:
    raw: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
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


def _render(docs_dir: Path, runs: Sequence[Run]) -> None:
    """Let GX render aside; only a page that needs no network enters the site, so a crash leaves none that does."""
    context = context_for(docs_dir)
    wanted = {r.result.relative_to(docs_dir / RESULTS).with_suffix("").parts for r in runs}
    store = context.validation_results_store
    context.build_data_docs(resource_identifiers=[k for k in store.list_keys() if k.to_tuple() in wanted])
    site = docs_dir / SITE
    for run in runs:
        rendered = docs_dir / RENDERED / run.page.relative_to(site)
        run.page.parent.mkdir(parents=True, exist_ok=True)
        write_file(run.page, _offline(rendered.read_text(encoding="utf-8"), run, site).encode())
    shutil.rmtree(docs_dir / RENDERED)


def _offline(page: str, run: Run, site: Path) -> str:
    """Strip what a page would fetch and what is not about the data; put the rules, by code, before GX's own tables."""
    for pattern in (_SCRIPT, _REMOTE_LINK, _IMAGE, _FOOTER):
        page = pattern.sub("", page)
    page = _SUITE_ANCHOR.sub(r"\1", _REMOTE_ANCHOR.sub(r"\1", page))
    page = _REMOTE_URL.sub("", page)
    up = "../" * len(run.page.relative_to(site).parent.parts)
    top = f'<body><p class="home"><a href="{up}../index.html">Data Docs</a></p>{_rules(run)}'
    page = page.replace("</head>", f'<link rel="stylesheet" href="{up}danvan.css"></head>', 1)
    return page.replace("<body>", top, 1)


def _rules(run: Run) -> str:
    """List every rule of the suite with its code, what it says and how many rows failed it."""
    results = json.loads(run.result.read_text(encoding="utf-8"))["results"]
    rows = "".join(_rule(r["expectation_config"]["meta"], _failing(r), r["success"]) for r in results)
    return (
        f"<h1>{html.escape(run.table)} - {html.escape(run.run_name)}</h1><table><thead><tr><th>Mã - Code</th>"
        '<th>Quy tắc - Rule</th><th>Mức độ - Severity</th><th class="n">Số dòng - Failing rows</th></tr></thead>'
        f"<tbody>{rows}</tbody></table>"
    )


def _rule(meta: dict[str, Any], failing: int, success: bool) -> str:
    cells = "".join(f"<td>{html.escape(str(meta[k]))}</td>" for k in ("code", "title", "severity"))
    return f'<tr class="{"good" if success else "bad"}">{cells}<td class="n">{failing}</td></tr>'


def _failing(result: dict[str, Any]) -> int:
    return int(result["result"].get("unexpected_count", result["result"].get("observed_value", 0)))


def _index(runs: Sequence[Run], docs_dir: Path) -> str:
    rows = "\n".join(_row(r, docs_dir) for r in runs)
    return f"""<!doctype html>
<html lang="vi"><head><meta charset="utf-8"><title>Data Docs - danvan</title>
<link rel="stylesheet" href="{SITE}/danvan.css"></head><body>
<h1>Kết quả kiểm tra số liệu - Validation results</h1>
<p>Mỗi dòng là một bảng của một đợt. Each row is one table of one batch: rules evaluated, rules that found something,
and failing rows. Values of submissions are never shown here; findings and receipts name the cells.</p>
<table><thead><tr><th>Đợt - Run</th><th>Lúc (UTC)</th><th>Bảng - Table</th><th class="n">Quy tắc - Rules</th>
<th class="n">Có phát hiện - Failing</th><th class="n">Số dòng - Rows</th></tr></thead><tbody>
{rows}
</tbody></table></body></html>
"""


def _row(run: Run, docs_dir: Path) -> str:
    link = html.escape(run.page.relative_to(docs_dir).as_posix())
    state = "bad" if run.failing else "good"
    return (
        f'<tr class="{state}"><td>{html.escape(run.run_name)}</td><td>{html.escape(run.run_time)}</td>'
        f'<td><a href="{link}">{html.escape(run.table)}</a></td><td class="n">{run.evaluated}</td>'
        f'<td class="n">{run.failing}</td><td class="n">{run.failing_rows}</td></tr>'
    )


def _prune(runs: Sequence[Run]) -> None:
    for run in runs:
        for path in (run.page, run.result):
            path.unlink(missing_ok=True)
