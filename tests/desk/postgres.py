"""A PostgreSQL of the tests' own: on a socket in a folder of its own, reached by nobody else, gone at the end."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg

from tests.conftest import HANG_SECONDS

OWNER = "desk"
"""Who owns the databases, as a desk's own user does: not the administrator."""
ADMINISTRATOR = "postgres"
_FAST = {
    "listen_addresses": "",
    "fsync": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "max_connections": "40",
}
"""Without a network, and without waiting for a disk: what a crash of the machine would lose, no test loses."""


def programs() -> Path | None:
    """The folder of PostgreSQL's programs; Debian puts those of a server where no shell looks."""
    found = shutil.which("initdb")
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return Path(found).resolve().parent if found else debian[-1].parent if debian else None


@dataclass
class Cluster:
    """A server and its folder, which holds its data, its socket and its log."""

    folder: Path
    server: subprocess.Popen[bytes]

    @property
    def data(self) -> Path:
        """All that the server writes, but its log."""
        return self.folder / "data"

    @property
    def log(self) -> Path:
        """What the server says."""
        return self.folder / "log"

    def url(self, name: str, user: str = OWNER) -> str:
        """The address of a database."""
        return f"postgresql://{user}@/{name}?host={quote(str(self.folder), safe='')}"

    def run(self, *statements: str, name: str = "postgres") -> None:
        """Statements of the administrator, each in a transaction of its own."""
        with psycopg.connect(self.url(name, ADMINISTRATOR), autocommit=True) as own:
            for statement in statements:
                own.execute(statement.encode())

    def use(self, program: str, *arguments: str) -> None:
        """Run a program of PostgreSQL's, such as pg_dump."""
        place = programs()
        assert place, "who asks has looked"
        subprocess.run([str(place / program), *arguments], check=True)

    def crash(self) -> None:
        """Stop as a machine without power does, in the middle of whatever is written."""
        self.server.send_signal(signal.SIGQUIT)
        self.server.wait(HANG_SECONDS)

    def start(self) -> None:
        """Start again, and bring back what was confirmed."""
        self.server = _serve(self.folder)
        _wait(self)


@contextmanager
def running() -> Iterator[Cluster]:
    """A new cluster for as long as the context lasts."""
    # A socket's path has to be short.
    folder = Path(tempfile.mkdtemp(prefix="desk-postgres-", dir="/tmp"))
    if os.geteuid() == 0:
        shutil.chown(folder, ADMINISTRATOR, ADMINISTRATOR)
    try:
        make = ("--pgdata", "data", "--username", ADMINISTRATOR, "--auth=trust", "--no-sync", "--locale=C")
        assert _started(folder, "initdb", *make, "--encoding=UTF8").wait(HANG_SECONDS) == 0
        cluster = Cluster(folder, _serve(folder))
        try:
            _wait(cluster)
            cluster.run(f"CREATE ROLE {OWNER} LOGIN")
            yield cluster
        finally:
            cluster.crash()
    finally:
        shutil.rmtree(folder)


def _serve(folder: Path) -> subprocess.Popen[bytes]:
    options = [part for name, value in _FAST.items() for part in ("-c", f"{name}={value}")]
    return _started(folder, "postgres", "-D", "data", "-k", str(folder), *options)


def _started(folder: Path, program: str, *arguments: str) -> subprocess.Popen[bytes]:
    """A program at work in the cluster's folder, with its log; as another user for root, who may run no server."""
    place = programs()
    assert place, "who asks has looked"
    who: dict[str, Any] = {}
    if os.geteuid() == 0:
        who = {"user": ADMINISTRATOR, "group": ADMINISTRATOR, "extra_groups": []}
    with (folder / "log").open("ab") as log:
        return subprocess.Popen([str(place / program), *arguments], cwd=folder, stdout=log, stderr=log, **who)


def _wait(cluster: Cluster) -> None:
    """Until the server answers."""
    for _ in range(HANG_SECONDS * 20):
        try:
            cluster.run("SELECT 1")
            return
        except psycopg.OperationalError:
            if cluster.server.poll() is not None:
                break
            time.sleep(0.05)
    raise AssertionError(cluster.log.read_text())
