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
from typing import Any

import django
from django.apps import apps
from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.db.migrations.executor import MigrationExecutor

from booklet_desk.records import DeskError

_TRIES = 5
_MIGRATING = 142_026
"""The number of PostgreSQL's advisory lock that one command holds while it makes or changes the tables."""
_LOCKED = "The database is in use by another command that does not end. Try again; nothing was changed."
_FULL = "The disk is full. Nothing was changed."
_DAMAGED = "The database's file is damaged. Put a backup in its place."
_REASONS = {
    "locked": _LOCKED,
    "readonly": "The database cannot be written: its file or folder is read-only. Nothing was changed.",
    "full": _FULL,
    "unable to open": "The database cannot be opened: its folder cannot be read or written.",
    "not a database": "The database's file is damaged or is something else. Put a backup in its place.",
    "malformed": _DAMAGED,
    "disk i/o": "The disk cannot be read or written. Nothing was changed.",
}
"""By what SQLite says."""
_STATES = {
    "55P03": _LOCKED,
    "40P01": _LOCKED,
    "25006": "The database cannot be written: it is read-only, such as a standby. Nothing was changed.",
    "53100": _FULL,
    "XX001": _DAMAGED,
    "XX002": _DAMAGED,
    "42501": "The database does not let this desk write: its user must own it. Nothing was changed.",
}
"""By PostgreSQL's codes (appendix A of its manual); its words are in the language of the server."""
_AWAY_STATES = ("08", "28", "3D", "53300", "57P")
_AWAY = (
    "The database cannot be reached, or does not let this desk in. Was an order just taken, then look whether it is "
    "there before you take it again. BOOKLET_DESK_DATABASE says where the database is: docs/order-line.md"
)


@contextmanager
def open_desk() -> Iterator[None]:
    """The desk's database, there and of this version, for as long as a command runs. Raises DeskError."""
    set_up()
    with telling():
        _prepare(Path(settings.DESK_HOME), Path(settings.DESK_KEYS))
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
    except (DatabaseError, InterfaceError) as reason:
        raise DeskError(_in_words(reason)) from None
    except OSError as reason:
        raise DeskError(f"A file or folder of the desk cannot be used ({reason.strerror}).") from None


def place_of(reason: BaseException) -> str:
    """Where in the program a mistake was made, and its kind. Its own words are left out: they could hold a name."""
    return "".join(traceback.format_tb(reason.__traceback__)) + type(reason).__name__


def _in_words(reason: Exception) -> str:
    """What a database complains of, by the words of SQLite or the code of PostgreSQL."""
    refused = f"The database refused it ({type(reason).__name__})."
    cause: Any = reason.__cause__
    if not hasattr(cause, "sqlstate"):
        said = str(reason).lower()
        return next((words for sign, words in _REASONS.items() if sign in said), refused)
    state = str(cause.sqlstate or "")
    if isinstance(reason, (OperationalError, InterfaceError)) and (not state or state.startswith(_AWAY_STATES)):
        return _AWAY
    return _STATES.get(state, refused)


def _prepare(home: Path, keys: Path) -> None:
    """Make the folders, and the file of SQLite, for their owner alone, where they may lie."""
    for folder, name in ((home, "BOOKLET_DESK_HOME"), (keys, "BOOKLET_DESK_KEYS")):
        if is_in_a_project(folder):
            raise DeskError(f"Orders may not lie in a booklet's own folder. Set {name} to another place.")
    if keys.is_relative_to(home):
        raise DeskError("A backup of the desk's folder would hold the keys. Set BOOKLET_DESK_KEYS to another place.")
    for folder in (home, keys):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if connection.vendor == "sqlite":
        file = Path(connection.settings_dict["NAME"])
        if not file.exists():
            os.close(os.open(file, os.O_RDWR | os.O_CREAT, 0o600))
        elif file.stat().st_mode & 0o077:
            file.chmod(0o600)


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
            with _alone():
                executor.loader.build_graph()
                executor.migrate(targets)
        except DatabaseError:
            # Another command may have been first: its work is looked at, and waited for.
            if attempt == _TRIES - 1:
                raise
            time.sleep(0.2)


@contextmanager
def _alone() -> Iterator[None]:
    """While tables are made, other commands wait. SQLite sees to that by itself."""
    if connection.vendor == "sqlite":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [_MIGRATING])
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_MIGRATING])
