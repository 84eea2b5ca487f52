"""Opening the database: where it may lie, who may read it, which version it has, and what is said when it fails.

Nothing that a database says is shown as it says it: a message of PostgreSQL can hold the values of a row.
"""

from __future__ import annotations

import os
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import django
from django.apps import apps
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from booklet_desk.records import DeskError

_TRIES = 5
_REASONS = {
    "locked": "The database is in use by another command that does not end. Try again; nothing was changed.",
    "readonly": "The database cannot be written: its file or folder is read-only. Nothing was changed.",
    "full": "The disk is full. Nothing was changed.",
    "unable to open": "The database cannot be opened: its folder cannot be read or written.",
    "not a database": "The database's file is damaged or is something else. Put a backup in its place.",
    "malformed": "The database's file is damaged. Put a backup in its place.",
    "disk i/o": "The disk cannot be read or written. Nothing was changed.",
}


@contextmanager
def open_desk() -> Iterator[None]:
    """The desk's database, there and of this version, for as long as a command runs. Raises DeskError."""
    set_up()
    with telling():
        _prepare(Path(settings.DESK_HOME), Path(settings.DESK_KEYS), Path(connection.settings_dict["NAME"]))
        _bring_up_to_date()
        yield


def set_up() -> None:
    """Tell Django that this is its project, once."""
    if not apps.ready:
        os.environ["DJANGO_SETTINGS_MODULE"] = "booklet_desk.settings"
        django.setup()


@contextmanager
def telling() -> Iterator[None]:
    """Turn what a database or a disk says into words for a person, without a value of any row."""
    try:
        yield
    except DatabaseError as reason:
        said = str(reason).lower()
        known = (words for sign, words in _REASONS.items() if sign in said)
        raise DeskError(next(known, f"The database refused it ({type(reason).__name__}).")) from None
    except OSError as reason:
        raise DeskError(f"A file or folder of the desk cannot be used ({reason.strerror}).") from None


def place_of(reason: BaseException) -> str:
    """Where in the program a mistake was made, and its kind. Its own words are left out: they could hold a name."""
    return "".join(traceback.format_tb(reason.__traceback__)) + type(reason).__name__


def _prepare(home: Path, keys: Path, database: Path) -> None:
    """Make the folders and the file, for their owner alone, where they may lie."""
    for folder, name in ((home, "BOOKLET_DESK_HOME"), (keys, "BOOKLET_DESK_KEYS")):
        if is_in_a_project(folder):
            raise DeskError(f"Orders may not lie in a booklet's own folder. Set {name} to another place.")
    if keys.is_relative_to(home):
        raise DeskError("A backup of the desk's folder would hold the keys. Set BOOKLET_DESK_KEYS to another place.")
    for folder in (home, keys):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not database.exists():
        os.close(os.open(database, os.O_RDWR | os.O_CREAT, 0o600))
    elif database.stat().st_mode & 0o077:
        database.chmod(0o600)


def is_in_a_project(place: Path) -> bool:
    """True for a place inside a booklet's own folder, from where it could be published."""
    return any((folder / "chapters/booklet.toml").exists() for folder in (place.absolute(), *place.absolute().parents))


def _bring_up_to_date() -> None:
    for attempt in range(_TRIES):
        executor = MigrationExecutor(connection)
        known = set(executor.loader.disk_migrations)
        if {key for key in executor.loader.applied_migrations if key[0] == "booklet_desk"} - known:
            raise DeskError("The database was written by a newer version of booklet. Install that version.")
        targets = executor.loader.graph.leaf_nodes()
        if not executor.migration_plan(targets):
            return
        try:
            executor.migrate(targets)
        except DatabaseError:
            # Another command may have been first: its work is looked at, and waited for.
            if attempt == _TRIES - 1:
                raise
            time.sleep(0.2)
