"""Commands of operation: rebuild, replay, close, reopen, dev, daemon, demo.

Does not belong here: intake, queries, writing papers (papers).
"""

from __future__ import annotations

import os
import sys
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from orchestration.cli.output import JsonOption, ProgressBar, UsageProblem, echo_json, echo_table
from orchestration.cli.papers import show_reports

if TYPE_CHECKING:
    from pathlib import Path

    from warehouse.home import Home


class LogLevel(StrEnum):
    """From what on Dagster's processes log."""

    debug = "debug"
    info = "info"
    warning = "warning"
    error = "error"


_LogLevel = Annotated[LogLevel, typer.Option("--log-level", help="What Dagster's processes log: this and worse.")]


def register(app: typer.Typer) -> None:
    """Add this module's commands to ``app``."""
    for command in (rebuild, replay, dev, daemon, demo):
        app.command()(command)
    app.command("close")(close_year)
    app.command("reopen")(reopen_year)


def rebuild(json: JsonOption = False) -> None:
    """Rebuild the warehouse from the archive into a fresh file and compare content hashes with the published one.

    Exit code 1 when a table differs. Example: danvan rebuild --json
    """
    from assets.progress import reporting_to
    from assets.rebuild import rebuild as run
    from warehouse.home import current_home
    from warehouse.settings import settings

    home = current_home()
    with ProgressBar() as bar, reporting_to(bar):
        result = run(home, settings(home).processes)
    if json:
        echo_json({"files": result.files, "tables": result.tables, "different": result.different})
    else:
        typer.echo(f"rebuilt {result.files} files into {result.tables} tables; {len(result.different)} differ")
        for name in result.different:
            typer.echo(f"  differs: {name}")
    if result.different:
        raise typer.Exit(1)


def replay(
    submission: Annotated[
        list[str] | None, typer.Option(help="Submission to judge again; may be given several times.")
    ] = None,
    batch: Annotated[str, typer.Option(help="Every submission that this batch judged last.")] = "",
    year: Annotated[
        list[int] | None, typer.Option(help="Every submission of this year; several years run as one batch.")
    ] = None,
    confirm: Annotated[
        bool, typer.Option("--confirm", help="Also when it rejects more of the accepted reports than it may by itself.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Judge submissions again from the archive, after a rule or a form map changed. Exit code 3 when some are rejected.

    Example: danvan replay --year 2023 --year 2024
    """
    from assets.ingest import Chosen
    from assets.progress import reporting_to
    from orchestration.run import run_ingest
    from warehouse.home import current_home
    from warehouse.settings import settings

    home = current_home()
    chosen = Chosen(submission or [], batch, year or [])
    chosen.ids(home)  # what is not there is said before a run starts
    with ProgressBar() as bar, reporting_to(bar):
        row = run_ingest(home, settings(home).processes, chosen, confirm_replay=confirm)
    echo_json(row) if json else echo_table([row], title="replay")
    if row["rejected"]:
        raise typer.Exit(3)


def close_year(
    year: Annotated[int, typer.Argument(help="The year to close; it must have ended.")], json: JsonOption = False
) -> None:
    """Close a year by hand, as the schedule does after the last day of grace: settle its figures, release them, write its report.

    Submissions that come later are accepted into a new revision of the year. Example: danvan close 2025
    """
    from orchestration.run import run_closing
    from warehouse.home import current_home

    home = current_home()
    home.require()
    show_reports([(year, run_closing(home, year))], json)


def reopen_year(
    year: Annotated[int, typer.Argument(help="The closed year.")],
    reason: Annotated[str, typer.Option(help="Why; it is published in meta.year_reopening.")],
    json: JsonOption = False,
) -> None:
    """Undo the closing of a year while nothing rests on it: no revision, no unit told. The papers of the closing keep another name.

    Example: danvan reopen 2025 --reason "Khoá nhầm năm"
    """
    from orchestration.run import run_reopening
    from warehouse.home import current_home

    home = current_home()
    home.require()
    show_reports([(year, run_reopening(home, year, reason))], json)


def dev(
    port: Annotated[int, typer.Option(help="Port of the Dagster UI.", min=1, max=65535)] = 3000,
    log_level: _LogLevel = LogLevel.warning,
) -> None:
    """Start the Dagster UI and daemon on loopback, on this home's instance. Stop with Ctrl-C.

    Example: danvan dev --port 3000
    """
    _require_free(port)
    home, workspace = _prepared()
    typer.echo(f"Dagster UI: http://127.0.0.1:{port}  (home {home.root})")
    _become("orchestration.dev", "-w", str(workspace), "-h", "127.0.0.1", "-p", str(port), *_logging(log_level))


def daemon(log_level: _LogLevel = LogLevel.warning) -> None:
    """Start the Dagster daemon alone, as a service does; the UI is `danvan dev`, or `python -m orchestration.ui` beside it.

    Example: danvan daemon
    """
    home, workspace = _prepared()
    typer.echo(f"Dagster daemon (home {home.root})")
    from orchestration.internals import DAEMON

    _become(DAEMON, "run", "-w", str(workspace), *_logging(log_level))


def _logging(level: LogLevel) -> list[str]:
    """Lines with colours for a terminal; for a journal or a file JSON, one object a line, since colours make it binary."""
    return ["--log-level", level.value, "--log-format", "colored" if sys.stderr.isatty() else "json"]


def _prepared() -> tuple[Home, Path]:
    """Make the home and its instance ready and hold its daemon's lock until this process ends. Raises UsageProblem,
    SecondDaemonError.
    """
    from pathlib import Path

    from orchestration.instance import hold_daemon_lock, prepare_dagster_home
    from orchestration.upgrade import upgrade_instance
    from warehouse.check import DeclarationError
    from warehouse.home import current_home

    workspace = Path(__file__).parents[2] / "workspace.yaml"
    if not workspace.exists():
        raise UsageProblem(f"no workspace file at {workspace}; run danvan from its checkout")
    home = current_home()
    home.create()
    prepare_dagster_home(home)
    hold_daemon_lock(home)
    try:
        for step in upgrade_instance(home):
            typer.echo(f"upgraded {step}")
    except DeclarationError as e:  # no reason not to start: Dagster itself refuses what it cannot read
        typer.echo(f"danvan: {e}", err=True)
    os.chdir(workspace.parent)
    return home, workspace


def _require_free(port: int) -> None:
    """Raise UsageProblem when somebody listens on the port: Dagster would go on without its UI."""
    import socket

    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as e:
            raise UsageProblem(
                f"port {port} cannot be used ({e.strerror}); take another: danvan dev --port 3001"
            ) from e


def _become(*arguments: str) -> None:
    import signal

    # a script's background job ignores Ctrl-C, and Dagster then does not end when it is told to either (SIGTERM)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    os.execv(sys.executable, [sys.executable, "-m", *arguments])  # noqa: S606 - our own interpreter, fixed arguments


def demo(
    seed: Annotated[int, typer.Option(help="Seed of the sample corpus.")] = 2013,
) -> None:
    """Make the sample corpus, take it through the real Dagster job and show what happened.

    Example: danvan demo
    """
    from orchestration.cli.demo import run

    run(seed)
