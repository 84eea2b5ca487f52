"""What can be wrong with a database while a desk is at work, on each of the two."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager

import psycopg
from django.db import connection

from tests.desk.conftest import Desk

Lasting = Callable[[Desk], AbstractContextManager[None]]
_FULL = """\
CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
RAISE SQLSTATE '53100' USING MESSAGE = 'could not extend file: No space left on device'; END $$;
CREATE TRIGGER full_disk BEFORE INSERT ON booklet_desk_order EXECUTE FUNCTION full_disk();
CREATE TRIGGER full_disk BEFORE INSERT ON booklet_desk_draft EXECUTE FUNCTION full_disk()"""
_AGAIN = "DROP FUNCTION full_disk CASCADE"


@contextmanager
def locked(desk: Desk) -> Iterator[None]:
    """Somebody else's command holds the database, and nobody waits for it long."""
    if desk.cluster:
        with (
            psycopg.connect(desk.url) as own,
            _options(options="-c lock_timeout=100ms"),
        ):
            own.execute("LOCK TABLE booklet_desk_counter IN EXCLUSIVE MODE")
            yield
        return
    with closing(sqlite3.connect(desk.home / "desk.sqlite3", isolation_level=None)) as own, _options(timeout=0.1):
        own.execute("BEGIN IMMEDIATE")
        yield


@contextmanager
def read_only(desk: Desk) -> Iterator[None]:
    """The database takes nothing. SQLite itself is told to refuse: a file's mode would not stop root."""
    if desk.cluster:
        with _options(options="-c default_transaction_read_only=on"):
            yield
        return
    with _pragma("query_only = ON"):
        yield


@contextmanager
def full(desk: Desk) -> Iterator[None]:
    """The database finds no room on its disk."""
    if desk.cluster:
        desk.cluster.run(_FULL, name="desk")
        yield
        desk.cluster.run(_AGAIN, name="desk")
        return
    with _pragma("max_page_count = 1"):
        yield


def damaged(desk: Desk) -> None:
    """The bytes of the orders are something else."""
    if desk.cluster:
        _overwrite_orders(desk)
        return
    connection.close()
    (desk.home / "desk.sqlite3").write_bytes(b"not a database at all, " * 400)


def newer(desk: Desk) -> None:
    """A later version of booklet has changed the tables."""
    row = "INSERT INTO django_migrations (app, name, applied) VALUES ('booklet_desk', '9999_later', '2030-01-01')"
    with connection.cursor() as cursor:
        cursor.execute(row)
    connection.close()


def _overwrite_orders(desk: Desk) -> None:
    """While the server is down, because it keeps pages in memory."""
    assert desk.cluster
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_relation_filepath('booklet_desk_order')")
        (path,) = cursor.fetchone()
    connection.close()
    desk.cluster.run("CHECKPOINT")
    desk.cluster.crash()
    file = desk.cluster.data / path
    with file.open("r+b") as heap:
        heap.write(b"not a page at all " * (file.stat().st_size // 18))
    desk.cluster.start()


def cut_off(desk: Desk) -> None:
    """The file of SQLite ends in the middle."""
    connection.close()
    path = desk.home / "desk.sqlite3"
    with closing(sqlite3.connect(path)) as own:
        own.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    os.truncate(path, path.stat().st_size // 2)


@contextmanager
def _pragma(pragma: str) -> Iterator[None]:
    start = connection.settings_dict["OPTIONS"]["init_command"]
    with _options(init_command=f"{start} PRAGMA {pragma};"):
        yield


@contextmanager
def _options(**changes: object) -> Iterator[None]:
    """Connections that are opened meanwhile have other options."""
    connection.close()
    before = connection.settings_dict["OPTIONS"]
    connection.settings_dict["OPTIONS"] = {**before, **changes}
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["OPTIONS"] = before
