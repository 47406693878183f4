"""A real Postgres on loopback, and homes whose warehouse is a lake in one of its databases.

Does not belong here: assertions.
"""

from __future__ import annotations

import json
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from warehouse.engines.lake import place
from warehouse.home import Home
from warehouse.lake_home import adopt_lake
from warehouse.settings import settings

#: Debian's place, or wherever the path leads
BIN = max(Path("/usr/lib/postgresql").glob("*/bin"), default=Path(shutil.which("initdb") or "/missing/initdb").parent)
USER = "danvan"
#: what is missing for these tests; `make test-lake` asks for them all the same, and fails
MISSING = not os.environ.get("DANVAN_LAKE") and (
    not (BIN / "initdb").exists() or find_spec("duckdb_extension_ducklake") is None
)


@dataclass(frozen=True, slots=True)
class Postgres:
    """A server that listens on loopback; anybody on this machine may connect."""

    port: int

    def url(self, database: str, port: int | None = None) -> str:
        """What the setting ``warehouse`` says of a database."""
        return f"ducklake:postgres:dbname={database} host=127.0.0.1 port={port or self.port} user={USER}"

    def run(self, statement: str, database: str = "postgres") -> None:
        """Run a statement as the server's owner."""
        command = [
            "psql",
            "-qX",
            "-v",
            "ON_ERROR_STOP=1",
            "-h",
            "127.0.0.1",
            "-p",
            str(self.port),
            "-U",
            USER,
            database,
        ]
        subprocess.run([BIN / command[0], *command[1:], "-c", statement], check=True, capture_output=True, text=True)

    def home(self, folder: Path, database: str) -> Home:
        """Make a home whose warehouse is to be a lake in a new database."""
        self.run(f"CREATE DATABASE {database}")
        home = Home(folder)
        home.root.mkdir(parents=True)
        home.settings.write_text(f'warehouse = "{self.url(database)}"\n', encoding="utf-8")
        home.create()
        adopt_lake(home)
        return home

    def copy(self, home: Home, folder: Path, database: str) -> Home:
        """Copy a home with its lake; nobody may be connected to that."""
        of = place(home)["catalog"].partition("dbname=")[2].split()[0]
        self.run(f"CREATE DATABASE {database} TEMPLATE {of}")
        shutil.copytree(home.root, folder)
        copied = Home(folder)
        data = folder / "lake"
        self.run(f"UPDATE ducklake_metadata SET value = '{data}/' WHERE key = 'data_path'", database)
        copied.settings.write_text(f'warehouse = "{self.url(database)}"\n', encoding="utf-8")
        copied.lake.write_text(json.dumps({"catalog": self.url(database).removeprefix("ducklake:"), "data": str(data)}))
        assert settings(copied).warehouse == self.url(database)
        return copied


@contextmanager
def postgres() -> Iterator[Postgres]:
    """Start a server of its own; its folder is not pytest's, which nobody but its owner may enter. Root lets another user run it."""
    owner = pwd.getpwnam("postgres" if os.getuid() == 0 else pwd.getpwuid(os.getuid()).pw_name)
    as_owner = {"user": owner.pw_uid, "group": owner.pw_gid} if os.getuid() == 0 else {}
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="danvan-postgres-") as name:
        os.chown(name, owner.pw_uid, owner.pw_gid)
        data = f"{name}/data"
        initialise = [str(BIN / "initdb"), "-D", data, "-A", "trust", "-U", USER, "--no-sync"]
        subprocess.run(initialise, check=True, capture_output=True, cwd=name, **as_owner)  # type: ignore[call-overload]
        serve = [str(BIN / "postgres"), "-D", data, "-h", "127.0.0.1", "-p", str(port), "-k", name, "-c", "fsync=off"]
        with open(f"{name}/log", "wb") as log:  # noqa: PTH123 - beside the server's own files
            server = subprocess.Popen(serve, stdout=log, stderr=log, cwd=name, **as_owner)  # type: ignore[call-overload]
        try:
            ready = [str(BIN / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(port), "-t", "60"]
            while subprocess.run(ready, check=False).returncode:
                assert server.poll() is None, Path(name, "log").read_text()
            yield Postgres(port)
        finally:
            server.kill()
            server.wait()
