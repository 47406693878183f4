"""What the operating system or a store says of a file of the inbox names it as it is shown: no number, no command to a terminal."""

from __future__ import annotations

import errno
import io
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest
from dagster_shared.error import SerializableErrorInfo

from assets.intake.inbox import Arrival, InboxError, LocalInbox, ObjectInbox
from assets.intake.inbox.signed import alone_warning
from orchestration.alerts import why
from orchestration.cli.main import _message

FOLDER = "Nguyen Van A 0912345678"
RAW = f"{FOLDER}/so \x1b[2J 001099012345.csv"
SHOWN = "Nguyen Van A ***/so \ufffd[2J ***.csv"


@pytest.fixture
def stuck(tmp_path: Path) -> tuple[LocalInbox, Arrival]:
    """An inbox in which the folder of a listed file has become a file: the system refuses whatever is asked of that one."""
    path = tmp_path / RAW
    path.parent.mkdir()
    path.write_bytes(b"a;b\n")
    inbox = LocalInbox(tmp_path)
    (arrival,) = inbox.complete()
    path.unlink()
    path.parent.rmdir()
    path.parent.write_bytes(b"x")
    return inbox, arrival


def _failure(stuck: tuple[LocalInbox, Arrival], what: str) -> OSError:
    inbox, arrival = stuck
    asked: dict[str, Callable[[], object]] = {
        "fetch": lambda: inbox.fetch(arrival, io.BytesIO()),
        "take away": lambda: inbox.take_away(arrival, set()),
        "put": lambda: inbox.put(f"{RAW}/again.csv", io.BytesIO(b"x")),
    }
    with pytest.raises(OSError, match="directory") as raised:
        asked[what]()
    return raised.value


@pytest.mark.parametrize("what", ["fetch", "take away", "put"])
def test_an_error_about_a_file_names_it_as_it_is_shown(stuck: tuple[LocalInbox, Arrival], what: str) -> None:
    error = _failure(stuck, what)
    assert isinstance(error, NotADirectoryError)
    assert error.errno == errno.ENOTDIR
    assert str(error.filename).startswith(str(stuck[0].root / SHOWN.partition("/")[0]))
    logged = SerializableErrorInfo.from_traceback(traceback.TracebackException.from_exception(error))
    for text in (logged.to_string(), why([logged]), _message(error)):
        assert "09123" not in text
        assert "0010990" not in text
        assert "\x1b" not in text
        assert "Nguyen Van A ***" in text


def test_a_name_that_the_caller_gives_is_shown_alike(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError) as raised:
        (tmp_path / "a\x1b]0;0912345678\x07.csv").open()
    assert "a\ufffd]0;***\ufffd.csv" in _message(raised.value)


def test_an_error_without_a_file_is_as_it_was(tmp_path: Path) -> None:
    class Full(io.BytesIO):
        def write(self, _: object) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    (tmp_path / "a.csv").write_bytes(b"x")
    inbox = LocalInbox(tmp_path)
    with pytest.raises(OSError, match="No space left") as raised:
        inbox.fetch(inbox.complete()[0], Full())
    assert (raised.value.errno, raised.value.filename) == (errno.ENOSPC, None)


def test_a_signature_that_waits_is_named_as_it_is_shown() -> None:
    assert str(alone_warning([Arrival(f"{RAW}.sig", 1, "m")])).endswith(f"{SHOWN}.sig")


def test_what_a_store_says_of_an_object_names_it_as_it_is_shown() -> None:
    from obstore.store import S3Store

    nobody = S3Store(
        "reports", endpoint="http://127.0.0.1:9", region="us-east-1", access_key_id="a", secret_access_key="b",
        client_options={"allow_http": True}, retry_config={"max_retries": 0},
    )  # fmt: skip
    inbox, arrival, other = ObjectInbox(nobody), Arrival(RAW.replace("\x1b", ""), 1, "m"), Arrival(RAW, 1, "m")
    asked: list[Callable[[], object]] = [
        lambda: inbox.fetch(arrival, io.BytesIO()),
        lambda: inbox.take_away(arrival, ()),
        lambda: inbox.fetch(other, io.BytesIO()),
    ]
    for ask in asked:
        with pytest.raises(InboxError) as raised:
            ask()
        assert "09123" not in str(raised.value)
        assert "001099" not in str(raised.value)
        assert raised.value.__suppress_context__
