"""A desk of its own for each test: a database, keys, and a manifest that says what can be ordered."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import pytest
from django.db import connection, connections
from django.test import override_settings

from booklet.order_codes import ALPHABET, CodeEntry, check_character, spelling
from booklet_desk.database import open_desk, set_up
from booklet_desk.settings import database
from tests.conftest import needs
from tests.desk import postgres

set_up()
ENGINES = ("sqlite", "postgresql")
on_sqlite = pytest.mark.parametrize("engine", ENGINES[:1], indirect=True)
"""For a test of what SQLite alone does."""
on_postgresql = pytest.mark.parametrize("engine", ENGINES[1:], indirect=True)
EDITIONS = ("ACT", "NSW", "NT", "QLD", "SA", "TAS", "VIC", "WA")
TITLES = {"main": "Steady Ground", "bone": "Your bones"}
SIZES = ("standard", "large-print")


def code(number: int) -> str:
    """A code of its own for each number, two characters and more from all others."""
    body = "K4" + "".join(ALPHABET[number // 25**place % 25] for place in range(3))
    bare = body + check_character(body)
    return f"{bare[:3]} {bare[3:]}"


def entries() -> list[CodeEntry]:
    """Two titles in all editions and sizes, and one code of an earlier issue."""
    things = [(id, edition, size) for id in TITLES for edition in EDITIONS for size in SIZES]
    rows = [
        CodeEntry(code(n), spelling(code(n)), id, TITLES[id], edition, size, "2026.1", True)
        for n, (id, edition, size) in enumerate(things)
    ]
    return [*rows, CodeEntry(OLD_VIC, spelling(OLD_VIC), "main", TITLES["main"], "VIC", "standard", "2025.1", False)]


OLD_VIC = code(999)


@dataclass(frozen=True)
class Desk:
    """Where a desk keeps what it keeps, and what it can order. `url` and `cluster` are those of PostgreSQL."""

    folder: Path
    home: Path
    keys: Path
    dist: Path
    url: str = ""
    cluster: postgres.Cluster | None = None

    @property
    def environment(self) -> dict[str, str]:
        """For a process of its own."""
        return {
            "BOOKLET_DESK_HOME": str(self.home),
            "BOOKLET_DESK_KEYS": str(self.keys),
            "BOOKLET_DESK_DATABASE": self.url,
        }

    def bytes_written(self) -> bytes:
        """Every byte and every name under the desk's folders, and all that PostgreSQL has on the disk."""
        folders = [self.home, self.keys]
        if self.cluster:
            self.cluster.run("CHECKPOINT")
            folders.append(self.cluster.folder)
        paths = [path for folder in folders for path in sorted(folder.rglob("*"))]
        return b"".join(str(path).encode() + (path.read_bytes() if path.is_file() else b"") for path in paths)


def code_of(id: str, edition: str, size: str = "standard") -> str:
    """The code of a thing, now."""
    return next(row.code for row in entries() if row.is_current and row.thing == (id, edition, size))


def speak_to(url: str, home: Path) -> None:
    """Let every thread of this process speak to another database from now on."""
    connections.close_all()
    connections.settings = connections.configure_settings({"default": database(url, home)})
    connections["default"] = connections.create_connection("default")


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with its tables and nothing in them, made once."""
    place = tmp_path_factory.mktemp("empty")
    _make_tables("", place)
    return place / "desk.sqlite3"


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[postgres.Cluster]:
    """A PostgreSQL, with a database `empty` that has its tables and nothing in them."""
    if postgres.programs() is None:
        needs("initdb")
    with postgres.running() as cluster:
        cluster.run(f"CREATE DATABASE empty OWNER {postgres.OWNER}")
        _make_tables(cluster.url("empty"), tmp_path_factory.mktemp("empty"))
        yield cluster


def _make_tables(url: str, home: Path) -> None:
    speak_to(url, home)
    with override_settings(DESK_HOME=home, DESK_KEYS=home.with_name("keys")), open_desk():
        connection.close()


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    """What keeps the orders: each test of a desk is run with both."""
    return str(request.param)


@pytest.fixture
def desk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, engine: str, request: pytest.FixtureRequest
) -> Iterator[Desk]:
    """An open desk, and a working directory outside of the project. Its folders are there from the start."""
    monkeypatch.chdir(tmp_path)
    place = Desk(tmp_path, tmp_path / "home", tmp_path / "keys", tmp_path / "dist")
    place.dist.mkdir()
    place.home.mkdir(mode=0o700)
    manifest = {"versions": "", "files": [], "order_codes": [asdict(row) for row in entries()]}
    (place.dist / "manifest.json").write_text(json.dumps(manifest))
    if engine == "sqlite":
        shutil.copy(request.getfixturevalue("empty"), place.home)
    else:
        cluster = request.getfixturevalue("cluster")
        cluster.run("DROP DATABASE IF EXISTS desk WITH (FORCE)", "CREATE DATABASE desk OWNER desk TEMPLATE empty")
        place = replace(place, url=cluster.url("desk"), cluster=cluster)
    speak_to(place.url, place.home)
    with override_settings(DESK_HOME=place.home, DESK_KEYS=place.keys, DESK_DIST=place.dist), open_desk():
        yield place
    connection.close()
