"""Checking files before they are sent: the verdict and findings that an ingest would give, with nothing written.

Does not belong here: judging (assets.judge_files) or printing (orchestration.cli).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import polars as pl

    from warehouse.home import Home
    from warehouse.judgement import Judgement

_SHOWN = ("severity", "code", "sheet", "cell", "found", "expected", "message", "remedy", "probable", "more_count")
_GRAVEST_FIRST = {"error": 0, "warning": 1, "info": 2}


@dataclass(frozen=True, slots=True)
class Checked:
    """One file: its verdict (accepted or rejected) and its findings, the gravest first.

    Of one code in one table the first hundred are listed; ``more_count`` of the last of them is the number of the others.
    """

    path: Path
    submission_id: str
    verdict: str
    findings: tuple[dict[str, Any], ...]

    @property
    def count(self) -> int:
        """How many findings there are, listed or not."""
        return sum(1 + (f["more_count"] or 0) for f in self.findings)


def check(home: Home, paths: Sequence[Path], processes: int = 2) -> list[Checked]:
    """Judge files against what is published, together, as if they had arrived in one batch; in the order of ``paths``.

    A file that the ledger knows is judged anew. Raises FileNotFoundError, HomeError.
    """
    from assets.intake.archive import loose_file
    from assets.judge_files import check_files
    from warehouse.senders import senders_of

    home.require()
    asked = senders_of(home)
    arrived = {path: loose_file(path, asked) for path in paths}
    distinct = {f.submission_id: f for f in arrived.values()}
    judgement = check_files(home, list(distinct.values()), processes)
    verdicts, found = judgement.verdicts(), _by_submission(judgement)
    return [
        Checked(path, f.submission_id, verdicts[f.submission_id], tuple(found.get(f.submission_id, ())))
        for path, f in arrived.items()
    ]


def _by_submission(judgement: Judgement) -> dict[str, list[dict[str, Any]]]:
    out: dict[str, list[dict[str, Any]]] = {}
    for name in ("intake.finding", "intake.history_finding"):
        frame: pl.DataFrame = judgement.frames[name]
        for row in frame.select("submission_id", "row_no", *_SHOWN).to_dicts():
            out.setdefault(row.pop("submission_id"), []).append(row)
    for rows in out.values():
        rows.sort(
            key=lambda r: (_GRAVEST_FIRST[r["severity"]], r["sheet"] or "", r.pop("row_no") or 0, r["cell"] or "")
        )
    return out
