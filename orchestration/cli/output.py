"""How results are shown: tables for people, JSON for programs.

Does not belong here: what is shown.
"""

from __future__ import annotations

import os
import time
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
ProcessesOption = Annotated[
    int | None, typer.Option(help="Reading processes; without it the setting processes.", min=1, max=64)
]
#: rows of a long result that are shown to people
LISTED = 50
_NO_EDGE = 100_000
_FOLDED = 1.5  #: up to so many screens wide a table folds its long texts; beyond, nobody can read it


class UsageProblem(Exception):  # noqa: N818 - not an error of the program but of its use
    """What the caller asked for cannot be done as asked; the message says what can."""


def json_bytes(value: Any) -> bytes:
    """Return ``value`` as JSON, dates as ISO text."""
    import orjson

    return orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS, default=str)


def echo_json(value: Any) -> None:
    """Print ``value`` as JSON."""
    typer.echo(json_bytes(value).decode())


def echo_table(
    rows: Sequence[dict[str, Any]], title: str | None = None, total: int | None = None, more: str = ""
) -> None:
    """Print rows as a table, or as one block each where a terminal is too narrow. ``more``: how to see all ``total``."""
    from rich.console import Console

    console = Console(soft_wrap=True)
    if not rows:
        console.print(f"{title or 'result'}: no rows")
        return
    table = _table(rows)
    if title:
        console.print(title, style="bold", highlight=False)
    needed = console.measure(table, options=console.options.update(max_width=_NO_EDGE)).maximum
    if not console.is_terminal and "COLUMNS" not in os.environ:
        console.width = max(console.width, needed)  # a file or a pipe has no edge
    if needed <= _FOLDED * console.width:
        console.print(table)
    else:
        for row in rows:
            console.print(_block(row))
            console.print()
    if total is not None and total > len(rows):
        console.print(f"listed {len(rows)} of {total}; {more}", highlight=False)


def _table(rows: Sequence[dict[str, Any]]) -> Table:
    from rich.table import Table

    table = Table(header_style="bold", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in rows[0]:
        figures = all(isinstance(row[name], int | float | None) for row in rows)
        table.add_column(name, justify="right" if figures else "left", no_wrap=figures, overflow="fold")
    for row in rows:
        table.add_row(*[_cell(v) for v in row.values()])
    return table


def _block(row: dict[str, Any]) -> Table:
    from rich.table import Table

    block = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    block.add_column(style="bold", no_wrap=True)
    block.add_column(overflow="fold")
    for name, value in row.items():
        block.add_row(name, _cell(value))
    return block


def _cell(value: Any) -> Text:
    """Text of a submission is shown as it stands: no markup is interpreted."""
    from rich.text import Text

    if value is None:
        return Text("NULL", style="dim")
    if isinstance(value, float):
        return Text(f"{value:,.3f}".rstrip("0").rstrip("."))
    return Text(str(value))


class ProgressBar:
    """A bar on the terminal that follows the pipeline's reports; silent where there is no terminal.

    What is left is told of the step at work and from its own pace: how long later ones take, nobody knows yet.
    """

    def __init__(self, console: Console | None = None, seconds: Callable[[], float] = time.monotonic) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[since]}"),
                   TimeRemainingColumn(), TextColumn("left in this step"))  # fmt: skip
        console = console or Console(stderr=True)
        quiet = not console.is_terminal
        self._progress = Progress(*columns, console=console, transient=True, disable=quiet, get_time=seconds)
        self._seconds, self._began = seconds, seconds()
        self._step, self._task = "start", self._progress.add_task("start", total=None, since="")

    def __call__(self, step: str, done: int, total: int) -> None:
        """Show ``step``; total 0 means that the step has no count."""
        if step != self._step:
            self._progress.reset(self._task, total=None)
            self._step = step
        since = str(timedelta(seconds=int(self._seconds() - self._began)))
        self._progress.update(self._task, description=step.ljust(18), completed=done, total=total or None, since=since)

    def __enter__(self) -> ProgressBar:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()
