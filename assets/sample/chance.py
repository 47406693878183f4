"""Chance that repeats: one seeded generator per subject, so that a figure never depends on what was drawn before it.

Does not belong here: what is drawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random


def chance(seed: int, *subject: object) -> Random:
    """Return the generator of ``subject`` under ``seed``: the same on every machine and in every process."""
    return Random("/".join(map(str, (seed, *subject))))  # noqa: S311 - sample figures, not secrets


def pick(rng: Random, weighted: Sequence[tuple[str, float]]) -> str:
    """Draw one of the (value, weight) pairs."""
    return rng.choices([v for v, _ in weighted], [w for _, w in weighted])[0]


def day_in(rng: Random, year: int, months: Sequence[int], last_day: int = 28) -> date:
    """Draw a day of ``year`` in one of ``months``, at most ``last_day`` of the month."""
    return date(year, rng.choice(list(months)), rng.randint(1, last_day))


def later(rng: Random, day: date, least: int, most: int) -> date:
    """Draw a day from ``least`` to ``most`` days after ``day``."""
    return day + timedelta(days=rng.randint(least, most))
