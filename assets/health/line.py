"""One thing that was looked at: what, what was found, how bad that is, and how it is mended.

Does not belong here: looking (the modules beside it, orchestration.health).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum

from warehouse.damage import DamageError


class Level(IntEnum):
    """How bad it is; the numbers are the exit codes of a monitor's plugin."""

    ok = 0
    warning = 1
    critical = 2
    unknown = 3


#: the code of what could not be looked at
UNSEEN = "DOCTOR-CANNOT-LOOK"
#: the worst first: what is known to be critical outweighs what could not be looked at
_WORST = (Level.critical, Level.unknown, Level.warning, Level.ok)


@dataclass(frozen=True, slots=True)
class Line:
    """``what`` names it for good, ``found`` is of now, both without content of files. What is not ok has code and remedy."""

    what: str
    found: str
    level: Level = Level.ok
    code: str = ""
    remedy: str = ""

    @property
    def key(self) -> str:
        """What it is told by, once: of one thing several may be wrong."""
        return f"{self.code} {self.what}"


def worst(lines: Sequence[Line]) -> Level:
    """Return the level of all of them together."""
    return next(level for level in _WORST if level is Level.ok or level in {line.level for line in lines})


Look = Callable[[], Iterable[Line]]


def looked(looks: Sequence[tuple[str, Look]]) -> Iterator[Line]:
    """Yield the lines of each; one that cannot look says so, and the others go on."""
    damaged: set[str] = set()
    for what, look in looks:
        try:
            yield from list(look())
        except DamageError as e:
            if e.code in damaged:  # another look at the same file
                continue
            damaged.add(e.code)
            yield Line(what, str(e).removeprefix(f"{e.code}: "), Level.critical, e.code, "as it says")
        except OSError as e:
            yield _unseen(what, e.strerror or type(e).__name__)
        except Exception as e:  # a monitor is told, whatever it was; others' words may quote what was read
            yield _unseen(what, type(e).__name__)


def _unseen(what: str, why: str) -> Line:
    remedy = "ask as the user danvan works as; if it stays, report it"
    return Line(what, f"cannot be looked at: {why}", Level.unknown, UNSEEN, remedy)
