"""Judging without a lock: what a check says is what an ingest would say, and a judgement holds only while its base stands."""

from __future__ import annotations

import io
import pickle
import random
import re
import zipfile
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest

from assets.batch import commit
from assets.check import check
from assets.ingest import new_batch_id, take_inbox
from assets.ingest import take as take_files
from assets.intake.archive import loose_file
from assets.judge_files import judge_files
from tests.support import clean_rows, copy_home, put, query, report_of, second_opinion, take
from warehouse.catalog import open_build, writer_lock
from warehouse.home import Home
from warehouse.judgement import StaleJudgementError
from warehouse.senders import Senders

COLUMNS = ("severity", "code", "sheet", "cell", "found", "expected", "message", "remedy")
Said = dict[str, tuple[str, list[tuple[str | None, ...]]]]


def _checked(home: Home, paths: list[Path]) -> Said:
    """Verdict and findings by submission, as a check says them."""
    return {
        c.submission_id: (c.verdict, sorted((tuple(f[n] for n in COLUMNS) for f in c.findings), key=str))
        for c in check(home, paths)
    }


def _ingested(home: Home) -> Said:
    """Verdict and findings by submission, as the ledger has them."""
    out: Said = {i: (v, []) for i, v in query(home, "SELECT submission_id, verdict FROM intake.submission")}
    for submission, *finding in query(home, f"SELECT submission_id, {', '.join(COLUMNS)} FROM intake.finding"):
        out[submission][1].append(tuple(finding))
    return {i: (v, sorted(found, key=str)) for i, (v, found) in out.items()}


def test_a_check_of_the_whole_corpus_says_what_the_ledger_says(demo: Home, corpus: Path) -> None:
    assert _checked(demo, [p for p in sorted(corpus.rglob("*")) if p.is_file()]) == _ingested(demo)


def test_a_check_of_one_file_says_what_the_ledger_says(demo: Home, corpus: Path) -> None:
    known = _ingested(demo)
    files = [p for p in sorted(corpus.rglob("*")) if p.is_file()]
    for path in random.Random(7).sample(files, 4) + sorted((corpus / "loi").glob("*"))[:3]:
        said = _checked(demo, [path])
        assert said == {i: known[i] for i in said}, path.name


def _mutated(content: bytes, rng: random.Random) -> bytes:
    """The file with one thing changed: a figure, a text, a few bytes; workbooks are packed again."""
    if not content.startswith(b"PK"):
        return _scratched(content, rng)
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        parts = {n: book.read(n) for n in book.namelist()}
    name = rng.choice([n for n in parts if n.startswith("xl/worksheets/sheet") or n == "xl/sharedStrings.xml"])
    parts[name] = _scratched(parts[name], rng)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as book:
        for part, body in parts.items():
            book.writestr(part, body)
    return out.getvalue()


def _scratched(body: bytes, rng: random.Random) -> bytes:
    figures = [m.span() for m in re.finditer(rb"(?<=[>;,:\t ])\d{1,4}(?=[<;,\t\r\n ])", body)]
    if figures and rng.random() < 0.8:
        start, end = rng.choice(figures)
        new = rng.choice([b"", b"-1", b"0", b"7", b"99999", b"1.5", b"2065", "không".encode(), b"=1+1", b"31/02/2018"])
        return body[:start] + new + body[end:]
    at = rng.randrange(len(body) + 1)
    return body[:at] + rng.randbytes(rng.randint(0, 3)) + body[at + rng.randint(0, 3) :]


@pytest.mark.slow
def test_a_check_of_hundreds_of_mutated_files_says_what_an_ingest_says(
    demo: Home, corpus: Path, tmp_path: Path
) -> None:
    rng = random.Random(20260115)
    files = [p for p in sorted(corpus.rglob("*")) if p.is_file() and p.parent.name != "loi"]
    home = copy_home(demo, tmp_path)
    folder = home.inbox / "mutated"
    folder.mkdir()
    for n in range(400):
        source = rng.choice(files)
        (folder / f"{n:04d}{source.suffix}").write_bytes(_mutated(source.read_bytes(), rng))
    said = _checked(home, sorted(folder.iterdir()))
    assert len(said) > 360
    assert {verdict for verdict, _ in said.values()} == {"accepted", "rejected"}
    take_inbox(home)
    known = _ingested(home)
    assert {i for i in said if said[i] != known[i]} == set()


def test_a_check_writes_nothing(home: Home) -> None:
    (path,) = put(home.root.parent / "own", report_of(104, "2024-Y", clean_rows(2024)))

    def state() -> dict[str, int]:
        return {str(p): p.stat().st_mtime_ns for p in home.root.rglob("*") if p.is_file()}

    check(home, [path])  # the first one may compile a suite into the cache
    before = state()
    assert [c.verdict for c in check(home, [path])] == ["accepted"]
    assert state() == before


def test_a_check_waits_for_no_writer(home: Home) -> None:
    (path,) = put(home.root.parent / "own", report_of(104, "2024-Y", clean_rows(2024)))
    with writer_lock(home), open_build(home):
        assert [c.verdict for c in check(home, [path])] == ["accepted"]


def test_a_judgement_made_elsewhere_is_committed_as_it_was_made(home: Home) -> None:
    (path,) = put(home.root.parent / "own", report_of(104, "2024-Y", clean_rows(2024)))
    judgement = judge_files(home, [loose_file(path, Senders())], batch_id="b")
    with writer_lock(home), open_build(home) as con:
        result = commit(con, pickle.loads(pickle.dumps(judgement)))
        assert (result.accepted, result.years) == ([judgement.frames["intake.submission"]["submission_id"][0]], [2024])
        assert con.execute("SELECT count(*) FROM core.fact_training").fetchall() == [(1,)]


def test_a_judgement_whose_base_has_moved_on_is_refused(home: Home) -> None:
    (path,) = put(home.root.parent / "own", report_of(104, "2024-Y", clean_rows(2024)))
    judgement = judge_files(home, [loose_file(path, Senders())], batch_id="b")
    put(home.inbox, report_of(105, "2024-Y", clean_rows(2024)))
    take(home)
    with writer_lock(home), open_build(home) as con:
        with pytest.raises(StaleJudgementError):
            commit(con, judgement)
        assert con.execute("SELECT count(*) FROM core.fact_training").fetchall() == [(1,)]


def _take_one(root: Path, path: Path) -> int:
    with second_opinion(wanted=False):  # this process is another than that of the tests
        return len(take_files(Home(root), [loose_file(path, Senders())], new_batch_id()).accepted)


def test_two_batches_at_once_both_land(home: Home) -> None:
    """Two processes judge against one base; the one that comes second to the lock judges again."""
    paths = put(home.root.parent / "own", *[report_of(u, "2024-Y", clean_rows(2024)) for u in (104, 105)])
    with ProcessPoolExecutor(2, get_context("spawn")) as pool:
        assert list(pool.map(_take_one, [home.root] * 2, paths)) == [1, 1]
    assert query(home, "SELECT count(*), count(DISTINCT submission_id) FROM core.fact_training") == [(2, 2)]
    assert query(home, "SELECT count(DISTINCT batch_no) FROM intake.judgement WHERE batch_no > 1") == [(2,)]
