"""Signatures as ssh-keygen makes them: read, verified, and whatever is wrong with one said - byte by byte, without a warehouse."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from assets.intake.inbox import Arrival, LocalInbox, put_path
from assets.intake.inbox.signed import alone_warning, paired, ready
from assets.intake.signature import key_that_signed
from tests.signing import Key, ssh_keygen

#: made by OpenSSH's ssh-keygen of a file that holds `danvan`
MADE = b"""-----BEGIN SSH SIGNATURE-----
U1NIU0lHAAAAAQAAADMAAAALc3NoLWVkMjU1MTkAAAAg9NkWBgHl2nYXKyTMX82Ad1Fhh0
Sp3LBzDkm92EJRx24AAAAGZGFudmFuAAAAAAAAAAZzaGE1MTIAAABTAAAAC3NzaC1lZDI1
NTE5AAAAQNLux+32ltHjX8s+CUi5yIPBc4FNjL7alIEopYEnTCqzoT9MV0oqhsTrPzTGJB
/2GY01UQ5iA/VUvw+uuOGnRw4=
-----END SSH SIGNATURE-----
"""
ITS_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPTZFgYB5dp2FyskzF/NgHdRYYdEqdywcw5JvdhCUcdu"
NONE = "không phải chữ ký của ssh-keygen -Y sign"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "bao-cao.xlsx"
    path.write_bytes(b"danvan")
    return path


def test_what_ssh_keygen_made_is_verified_and_names_its_key(file: Path) -> None:
    assert key_that_signed(MADE, file) == (ITS_KEY, None)
    assert key_that_signed(MADE.replace(b"\n", b"\r\n"), file) == (ITS_KEY, None), "copied through Windows"
    file.write_bytes(b"danvan.")
    assert key_that_signed(MADE, file) == (None, "chữ ký không khớp với nội dung tệp")


@pytest.mark.parametrize("algorithm", ["sha256", "sha512"])
def test_both_hashes_of_the_format_are_taken(file: Path, algorithm: str) -> None:
    assert key_that_signed(Key(1).sign(file, algorithm=algorithm).read_bytes(), file) == (Key(1).public, None)


@pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="no ssh-keygen on this machine; MADE is its work")
def test_ssh_keygen_and_danvan_agree_both_ways(file: Path, tmp_path: Path) -> None:
    key = tmp_path / "key"
    ssh_keygen("-q", "-t", "ed25519", "-N", "", "-C", "máy văn phòng", "-f", str(key))
    ssh_keygen("-q", "-Y", "sign", "-n", "danvan", "-f", str(key), str(file))
    signed, fault = key_that_signed(file.with_name(f"{file.name}.sig").read_bytes(), file)
    assert (signed, fault) == (" ".join(key.with_suffix(".pub").read_text(encoding="utf-8").split()[:2]), None)
    ssh_keygen("-q", "-t", "rsa", "-N", "", "-f", str(tmp_path / "rsa"))
    file.with_name(f"{file.name}.sig").unlink()
    ssh_keygen("-q", "-Y", "sign", "-n", "danvan", "-f", str(tmp_path / "rsa"), str(file))
    assert (
        key_that_signed(file.with_name(f"{file.name}.sig").read_bytes(), file)[1] == "khóa không phải loại ssh-ed25519"
    )


def test_a_signature_for_another_purpose_is_none_of_ours(file: Path) -> None:
    assert key_that_signed(Key(1).sign(file, b"git").read_bytes(), file) == (None, "ký với -n git, cần -n danvan")


@pytest.mark.parametrize(
    "text", [b"", b"\0" * 100, b"-----BEGIN SSH SIGNATURE-----\n-----END SSH SIGNATURE-----", b"-----BEGIN PGP SIGNATURE-----",
             MADE[:-30], MADE[30:], MADE + MADE, MADE.replace(b"U1NIU0lHAAAAAQ", b"U1NIU0lHAAAAAg")]
)  # fmt: skip
def test_what_is_no_signature_is_said_to_be_none(file: Path, text: bytes) -> None:
    assert key_that_signed(text, file) == (None, NONE)


def test_no_changed_byte_of_a_signature_passes(file: Path) -> None:
    lines = MADE.splitlines()
    head, tail = len(lines[0]) + 1, len(MADE) - len(lines[-1]) - 2
    for place in range(head, tail):
        if MADE[place : place + 1] not in b"\n=":
            other = b"A" if MADE[place : place + 1] != b"A" else b"B"
            assert key_that_signed(MADE[:place] + other + MADE[place + 1 :], file)[0] != ITS_KEY, place


def _arrivals(*names: str) -> list[Arrival]:
    return [Arrival(name, 300, name) for name in names]


def test_a_signature_goes_with_the_file_whose_name_it_bears_and_waits_alone() -> None:
    files, alone = paired(_arrivals("DV004/a.xlsx", "a.xlsx", "a.xlsx.sig", "b.csv", "c.xlsx.sig"))
    assert [(f.name, f.signature.name if f.signature else None) for f in files] == [
        ("DV004/a.xlsx", None), ("a.xlsx", "a.xlsx.sig"), ("b.csv", None)]  # fmt: skip
    assert alone_warning(alone) == "signatures that wait in the inbox for their files: c.xlsx.sig"
    (huge,), none = paired([Arrival("d.sig", 20 << 10, "d")])
    assert (huge.name, none) == ("d.sig", []), "no signature is so large: it is a file like any other, and refused"


def test_where_signatures_are_asked_for_a_file_is_given_time_for_its_own(tmp_path: Path) -> None:
    inbox = LocalInbox(tmp_path)
    (tmp_path / "a.xlsx").write_bytes(b"a")
    assert [a.name for a in ready(inbox, 0.0, signatures="require").arrivals] == ["a.xlsx"], "somebody asks for it now"
    watched = ready(inbox, 1e-9, signatures="require")
    assert ([a.name for a in watched.arrivals], [a.name for a in watched.waiting]) == ([], ["a.xlsx"])
    (tmp_path / "a.xlsx.sig").write_bytes(b"s")
    assert [a.name for a in ready(inbox, 1e-9, signatures="require").arrivals] == ["a.xlsx"]


def test_a_file_that_is_put_in_takes_its_signature_along_under_whatever_name(tmp_path: Path) -> None:
    (tmp_path / "inbox").mkdir()
    inbox = LocalInbox(tmp_path / "inbox")
    for content in (b"one", b"two"):
        (tmp_path / "a.xlsx").write_bytes(content)
        (tmp_path / "a.xlsx.sig").write_bytes(content)
        put_path(inbox, tmp_path / "a.xlsx")
    files, alone = paired(inbox.complete())
    assert alone == []
    for f in files:
        assert f.signature is not None
        assert (inbox.root / f.name).read_bytes() == (inbox.root / f.signature.name).read_bytes()
