"""How results are shown: tables for people, JSON for programs.

Does not belong here: what is shown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from collections.abc import Sequence


class UsageProblem(Exception):  # noqa: N818 - not an error of the program but of its use
    """What the caller asked for cannot be done as asked; the message says what can."""


def echo_json(value: Any) -> None:
    """Print ``value`` as JSON, dates as ISO text."""
    import orjson

    typer.echo(orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS, default=str).decode())


def echo_table(rows: Sequence[dict[str, Any]], title: str | None = None, total: int | None = None) -> None:
    """Print rows as a table; says so when it lists fewer than there are."""
    from rich.console import Console
    from rich.table import Table

    console = Console()
    if not rows:
        console.print(f"{title or 'result'}: no rows")
        return
    table = Table(
        title=title, title_justify="left", header_style="bold", box=None, pad_edge=False, padding=(0, 2, 0, 0)
    )
    for name, value in rows[0].items():
        table.add_column(name, justify="right" if isinstance(value, int | float) else "left", overflow="fold")
    for row in rows:
        # text of a submission is shown as it stands: no markup is interpreted
        table.add_row(*[_cell(v) for v in row.values()])
    console.print(table)
    if total is not None and total > len(rows):
        console.print(f"listed {len(rows)} of {total}; --json lists all")


def _cell(value: Any) -> Any:
    from rich.text import Text

    if value is None:
        return Text("NULL", style="dim")
    if isinstance(value, float):
        return Text(f"{value:,.3f}".rstrip("0").rstrip("."))
    return Text(str(value))


class ProgressBar:
    """A bar on the terminal that follows the pipeline's reports; silent where there is no terminal."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        console = Console(stderr=True)
        self._progress = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
        self._task = self._progress.add_task("start", total=None)

    def __call__(self, step: str, done: int, total: int) -> None:
        """Show ``step``; total 0 means that the step has no count."""
        self._progress.update(self._task, description=step.ljust(18), completed=done, total=total or None)

    def __enter__(self) -> ProgressBar:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()
