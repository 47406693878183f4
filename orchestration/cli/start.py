"""The `danvan` script: it listens for Ctrl-C before anything heavy is imported, runs the command line, and ends as told.

Does not belong here: the commands (main).
"""

from __future__ import annotations


def main() -> None:
    """Run the command line."""
    from orchestration.cli import stop
    from warehouse.home import keep_private

    stop.listen()
    keep_private()
    try:
        from orchestration.cli.main import main as run

        run()
    finally:
        if stop.is_told():
            stop.end()
