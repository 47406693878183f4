"""Read by every Python process under a shifted clock: libfaketime 0.9.10 makes ``time.sleep`` fail, so that it waits otherwise.

Does not belong here: what shifts the clock (tests.orchestration.real).
"""

from __future__ import annotations

import select
import time
from typing import SupportsIndex


def _sleep(seconds: float | SupportsIndex) -> None:
    select.select([], [], [], float(seconds))  # which raises ValueError for a negative one too


time.sleep = _sleep
