"""The settings: each is one line, with its default, unit, bounds and what it does. Everything else is made of these lines.

The place of a line is the setting's name: ``Readers.memory_mb`` in ``Settings.readers`` is ``readers.memory_mb``, in the file
``memory_mb`` under ``[readers]``, in the environment ``DANVAN_READERS_MEMORY_MB``. Does not belong here: reading (held), texts made
of the lines (texts).
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields, is_dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, get_type_hints

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting as it is declared. ``least`` and ``most`` bound a number, or each number of a list; both are allowed."""

    key: str
    kind: Any  #: int, float, str, or a tuple of int or str
    default: Any
    text: str
    unit: str = ""
    least: float | None = None
    most: float | None = None
    starts: tuple[str, ...] = ()  #: how a text that is not blank begins
    among: tuple[str, ...] = ()  #: the texts that are allowed, where not all are
    is_secret: bool = False  #: whether it may hold a token: it is not shown anywhere

    @property
    def variable(self) -> str:
        """The environment variable that goes before the file: the one rule for all of them."""
        return f"DANVAN_{self.key.replace('.', '_').upper()}"


def setting(default: Any, text: str, unit: str = "", **bounds: Any) -> Any:
    """Declare a setting (see Setting) as a field of its section."""
    return field(default=default, metadata={"text": text, "unit": unit, **bounds})


@dataclass(frozen=True, slots=True)
class Arrival:
    """What is told of files that arrive in the inbox."""

    settle_seconds: float = setting(
        2.0,
        "A file that changed within this time may still be on its way: the sensor leaves it.",
        "s",
        least=0,
        most=3600,
    )


@dataclass(frozen=True, slots=True)
class Readers:
    """What one file may cost the process that reads it. A lower limit than before rejects, in a replay, files that were taken."""

    memory_mb: int = setting(2048, "Memory of a reading process (F-BOMB).", "MB", least=512, most=65536)
    seconds_per_file: float = setting(60.0, "Time that a file may take (F-CRASH).", "s", least=1, most=3600)
    cpu_seconds_per_file: int = setting(20, "Processor time that a file may take (F-CRASH).", "s", least=1, most=3600)
    max_inflated_mb: int = setting(
        64, "Size of an office file when its parts are inflated (F-BOMB).", "MB", least=1, most=4096
    )
    max_sheets: int = setting(
        100, "Sheets of a workbook, tables of a JSON file (F-SHEETS).", "sheets", least=1, most=10000
    )


@dataclass(frozen=True, slots=True)
class Receipts:
    """What one receipt may cost the process that makes its workbook; beyond, the receipt lists the findings instead."""

    memory_mb: int = setting(2048, "Memory of a process that marks workbooks.", "MB", least=256, most=65536)
    seconds: float = setting(90.0, "Time that a receipt may take.", "s", least=1, most=3600)


@dataclass(frozen=True, slots=True)
class Runs:
    """When what failed is tried again."""

    back_off_seconds: tuple[int, ...] = setting(
        (30, 120, 600, 3600),
        "Wait before a sensor asks again for a run: after the first failure, the second ...; the last is for all later ones.",
        "s", least=1, most=86400,
    )  # fmt: skip
    retries: int = setting(
        3, "How often a step is tried again while a disk is full or a writer busy.", "times", least=0, most=20
    )
    first_wait_seconds: float = setting(
        10.0, "Wait before the first of these; each next one is twice as long.", "s", least=0.01, most=3600
    )


@dataclass(frozen=True, slots=True)
class Checks:
    """From where on the asset checks warn. They stop nothing."""

    completeness_percent: float = setting(
        90.0, "A year with a lower share of accepted reports warns.", "%", least=0, most=100
    )
    timeliness_percent: float = setting(
        90.0, "A year with a lower share of reports accepted and in time warns.", "%", least=0, most=100
    )
    rejected_percent: float = setting(
        10.0, "A higher share of rejected files in the last batches warns.", "%", least=0, most=100
    )
    rejected_batches: int = setting(10, "Of how many last batches.", "batches", least=1, most=1000)
    register_days: int = setting(400, "A register in force that is older warns.", "days", least=1, most=36500)


@dataclass(frozen=True, slots=True)
class Papers:
    """The papers of a year or a programme."""

    forms: tuple[str, ...] = setting(
        (),
        "Forms that are written when a command names none, and after a batch. Empty: all, pdf where typst is installed.",
        among=("docx", "html", "pdf", "xlsx"),
    )


@dataclass(frozen=True, slots=True)
class Ui:
    """The Dagster UI."""

    hosts: tuple[str, ...] = setting(
        (), "Names under which the UI may be asked for besides 127.0.0.1 and localhost: that of a proxy, say.", ""
    )


@dataclass(frozen=True, slots=True)
class Docs:
    """Data Docs and receipts, as checks link to them."""

    url: str = setting(
        "",
        "Where a proxy serves the home's data_docs/ and receipts/: checks link there. "
        "Blank: the UI's own server shows both, on loopback, below /danvan/.",
        starts=("http://", "https://"),
    )


@dataclass(frozen=True, slots=True)
class Alert:
    """Alerts of what fails, and of what is well again."""

    webhook: str = setting(
        "", "Where alerts are posted, besides the outbox.", starts=("http://", "https://"), is_secret=True
    )
    timeout_seconds: float = setting(
        5.0, "How long the webhook, or the address of the heartbeat, may take to answer.", "s", least=0.1, most=60
    )


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """A dead man's switch."""

    url: str = setting(
        "",
        "An address that the daemon asks once a minute while it lives, besides touching metrics/heartbeat.",
        starts=("http://", "https://"),
        is_secret=True,
    )


@dataclass(frozen=True, slots=True)
class Doctor:
    """From where on ``danvan doctor``, and the alerts, speak of what takes long."""

    waiting_minutes: int = setting(
        15, "A complete file that waits longer in the inbox is a warning.", "min", least=1, most=10080
    )
    waiting_critical_minutes: int = setting(120, "Longer than this it is critical.", "min", least=1, most=10080)
    writing_minutes: int = setting(30, "A writer that holds its lock longer is a warning.", "min", least=1, most=1440)


@dataclass(frozen=True, slots=True)
class Tidy:
    """What of the past is kept."""

    keep_days: int = setting(
        30,
        "Runs and ticks of Dagster, messages and left-overs go when they are older: each Sunday.",
        "days",
        least=1,
        most=36500,
    )


@dataclass(frozen=True, slots=True)
class Settings:
    """All of them; without a file and variables as they are declared."""

    inbox: str = setting(
        "",
        "Another inbox: a folder, or s3://bucket/prefix, with AWS_ENDPOINT_URL, AWS_ACCESS_KEY_ID and so on as usual. Objects are "
        "deleted once they are committed: keep versioning on. Blank: inbox/ in the home.",
    )
    warehouse: str = setting(
        "",
        "Where a new home's warehouse is to be: ducklake:postgres:... with libpq's words (dbname=danvan host=db user=danvan; the "
        "password in ~/.pgpass). Asked before the first batch, then kept in lake.json. Blank: a DuckDB file in the home.",
        starts=("ducklake:postgres:",),
        is_secret=True,
    )
    data: str = setting(
        "",
        "The folder for the Parquet files of such a lake, seen by every machine under this name. Blank: lake/ in the home.",
        starts=("/",),
    )
    processes: int = setting(2, "Processes that read files at the same time.", "processes", least=1, most=64)
    arrival: Arrival = field(default_factory=Arrival)
    readers: Readers = field(default_factory=Readers)
    receipts: Receipts = field(default_factory=Receipts)
    runs: Runs = field(default_factory=Runs)
    checks: Checks = field(default_factory=Checks)
    papers: Papers = field(default_factory=Papers)
    ui: Ui = field(default_factory=Ui)
    docs: Docs = field(default_factory=Docs)
    alert: Alert = field(default_factory=Alert)
    heartbeat: Heartbeat = field(default_factory=Heartbeat)
    doctor: Doctor = field(default_factory=Doctor)
    tidy: Tidy = field(default_factory=Tidy)


def sections() -> dict[str, type]:
    """Return the class of each section by its name, in the order of the file; the settings above all sections under ''."""
    found = {name: hint for name, hint in get_type_hints(Settings).items() if is_dataclass(hint)}
    return {"": Settings, **found}  # type: ignore[dict-item]


@cache
def declared() -> dict[str, Setting]:
    """Return every setting by its key, in the order of the file."""
    return {s.key: s for name, cls in sections().items() for s in _of(name, cls)}


def _of(section: str, cls: Any) -> Iterator[Setting]:
    hints = get_type_hints(cls)
    for f in fields(cls):
        if f.metadata:
            key = f"{section}.{f.name}" if section else f.name
            yield Setting(key, hints[f.name], f.default, **f.metadata)
