"""The entry point: one typer application, and the promise that no user meets a traceback.

Exit codes: 0 all well; 1 usage or environment error; 3 finished, but some submissions were rejected; 4 something of the home is
damaged; 130 stopped. `danvan doctor` has those of a monitor.
Belongs here: the application and the mapping of errors. Does not: what the commands do (the modules beside it).
"""

from __future__ import annotations

import sys

import typer

from orchestration.cli import (
    analyst,
    care,
    check,
    config,
    decide,
    diff,
    doctor,
    intake,
    operate,
    papers,
    senders,
    stop,
    template,
    trace,
    upkeep,
)

EXIT_ERROR = 1
_ROOMS = ("warehouse", "expectations", "assets", "orchestration")

app = typer.Typer(
    name="danvan",
    help="Kho dữ liệu công tác dân vận - a warehouse for periodic reports from many units.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for module in (
    intake,
    template,
    check,
    analyst,
    trace,
    diff,
    papers,
    operate,
    senders,
    decide,
    care,
    upkeep,
    doctor,
    config,
):
    module.register(app)


def main() -> None:
    """Run the command line; usage errors exit with 1 like every other error of the caller's."""
    try:
        code = app(standalone_mode=False)
    except Exception as e:
        if stop.is_told():  # it comes of that
            raise
        code = _explain(e)
    sys.exit(code if isinstance(code, int) else 0)


def _explain(error: Exception) -> int:
    """Say what is wrong in one message; a traceback only when DANVAN_DEBUG asks for it."""
    import os

    if os.environ.get("DANVAN_DEBUG"):
        raise error
    if isinstance(error, typer.Abort):
        typer.echo("stopped", err=True)
        return EXIT_ERROR
    if hasattr(error, "format_message"):  # the command line itself is wrong
        if message := error.format_message():  # none: the help was asked for by giving nothing, and is printed
            typer.echo(f"danvan: {message}\nsee: danvan --help", err=True)
        return EXIT_ERROR
    typer.echo(f"danvan: {_message(error)}", err=True)
    return EXIT_ERROR


def _message(error: Exception) -> str:
    from assets.intake.inbox import shown_name
    from warehouse.home import current_home
    from warehouse.room import full_disk

    if full := full_disk(error, current_home()):
        return full
    if isinstance(error, OSError) and error.strerror:
        place = f" ({shown_name(str(error.filename))})" if error.filename else ""
        return f"{error.strerror}{place}; check that the place exists, is writable and has room"
    text = str(error).strip() or type(error).__name__
    kind = type(error)
    if kind.__module__.partition(".")[0] in _ROOMS or kind in (ValueError, LookupError, FileNotFoundError):
        return text  # raised by us, to be read
    return f"{type(error).__name__}: {text}\nset DANVAN_DEBUG=1 to see where it happened"
