"""What the commands of the desk share: its database is opened, and what stops them is told without a name."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from contextlib import contextmanager
from datetime import date
from functools import wraps
from pathlib import Path
from typing import Any

import click

from booklet.files import ASIDE, write_whole
from booklet.findings import BookletError
from booklet_desk import database, keyring, ledger, numbers, standing
from booklet_desk.models import State
from booklet_desk.records import DeskError

dist_option = click.option(
    "--dist",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("dist"),
    help="The folder whose manifest.json says what can be ordered. Default: dist.",
)
number_argument = click.argument("said", nargs=-1, required=True, metavar="NUMBER")


def read_day(_: click.Context, __: click.Parameter, value: str | None) -> date | None:
    """The day of an option, written as ISO 8601 has it."""
    try:
        return date.fromisoformat(value) if value else None
    except ValueError:
        raise click.BadParameter("a date such as 2026-07-15 is wanted") from None


def at_the_desk(command: Callable[..., Any]) -> Callable[..., Any]:
    """Opens the database for a command, says what an earlier one left undone, and turns what stops it into words."""

    @wraps(command)
    def run(*arguments: Any, **options: Any) -> None:
        with _raising(), database.open_desk():
            keyring.destroy_keys()
            standing.take_due(date.today())
            for batch in ledger.unwritten():
                click.echo(
                    f"The files of batch {batch} were not written: a command was stopped. Write them with "
                    f"booklet orders export FOLDER --again {batch}, or booklet mail batch FOLDER --again {batch}.",
                    err=True,
                )
            command(*arguments, **options)

    return run


def in_plain_words(command: Callable[..., Any]) -> Callable[..., Any]:
    """For a command that needs no order: what stops it is told in words."""

    @wraps(command)
    def run(*arguments: Any, **options: Any) -> None:
        with _raising(), database.telling():
            command(*arguments, **options)

    return run


def refuse_project(place: Path) -> None:
    """Raises DeskError for a place inside a booklet's own folder."""
    if database.is_in_a_project(place):
        raise DeskError("Names may not lie in a booklet's own folder: they could be published. Give another.")


def deliver(folder: Path, files: Mapping[str, bytes]) -> None:
    """Files that hold names, all of them whole and for their owner alone; their file names are told. Raises OSError."""
    refuse_project(folder)
    folder.mkdir(parents=True, exist_ok=True)
    remove(folder, (), leftovers=tuple(files))
    write_whole([(folder / name, content) for name, content in files.items()], mode=0o600)
    for name in files:
        click.echo(folder / name)


def remove(folder: Path, names: tuple[str, ...], leftovers: tuple[str, ...] = ()) -> None:
    """Remove files, and what a command that was killed left of them. Raises OSError."""
    for name in (*names, *leftovers):
        for path in folder.glob(f"{name}{ASIDE}*"):
            path.unlink(missing_ok=True)
    for name in names:
        (folder / name).unlink(missing_ok=True)


def name_left_out() -> None:
    """Raises DeskError where open orders could not be put in a batch."""
    lost = [numbers.write(order.number) for order in ledger.listed(State.OPEN) if order.is_key_lost]
    if lost:
        raise DeskError(f"Left out, because their key is lost: {', '.join(lost)}")


def rows_in_words(count: int) -> str:
    """A number of rows."""
    return f"{count} row{'' if count == 1 else 's'}"


def orders_in_words(count: int) -> str:
    """A number of orders."""
    return f"{count} order{'' if count == 1 else 's'}"


@contextmanager
def _raising() -> Any:
    """Messages for a person. A mistake of our own is told by its place alone: its message could hold a name."""
    try:
        yield
    except BookletError as reason:
        click.echo(str(reason), err=True)
        sys.exit(reason.exit_status)
    except KeyboardInterrupt:
        click.echo("Stopped. What was not confirmed was not kept.", err=True)
        sys.exit(1)
    except (click.ClickException, click.Abort, click.exceptions.Exit, SystemExit):
        raise
    except Exception as reason:
        click.echo(database.place_of(reason), err=True)
        sys.exit(70)
