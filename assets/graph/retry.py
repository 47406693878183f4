"""Trying again what can pass: a busy writer, a full or failing disk, a lake that is away. What cannot pass fails at once.

Does not belong here: runs that failed for good (orchestration.sensors asks again, orchestration.alerts tells).
"""

from __future__ import annotations

import errno
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

import dagster as dg

from warehouse.catalog import WriterBusyError
from warehouse.damage import LakeAwayError
from warehouse.settings import settings

if TYPE_CHECKING:
    from collections.abc import Iterator

#: the tag of a run that somebody started and waits for: they read the reason at once
AT_ONCE = "danvan/at_once"
#: errors of the disk that an operator or time can mend; a missing folder or permission is not among them
_MAY_PASS = (errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EAGAIN, errno.EBUSY)


@contextmanager
def trying_again(context: dg.AssetExecutionContext | dg.OpExecutionContext) -> Iterator[None]:
    """Ask Dagster to run the step again, after waits that double (settings ``runs``), when the body fails on what can pass."""
    try:
        yield
    except Exception as e:
        if AT_ONCE in context.run.tags or not can_pass(e):
            raise
        runs = settings().runs
        wait = runs.first_wait_seconds * 2**context.retry_number
        raise dg.RetryRequested(max_retries=runs.retries, seconds_to_wait=wait) from e


def can_pass(error: Exception) -> bool:
    """Tell whether the same work may succeed a little later."""
    if isinstance(error, WriterBusyError | LakeAwayError):
        return True
    if isinstance(error, OSError):
        return error.errno in _MAY_PASS
    import duckdb  # what the operating system said stands only in the text of DuckDB's errors

    return isinstance(error, duckdb.Error) and any(os.strerror(code) in str(error) for code in _MAY_PASS)
