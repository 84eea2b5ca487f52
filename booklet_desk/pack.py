"""`booklet pack`: the booklets of one order, from what is built, in a folder that is called by its number."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from functools import partial
from pathlib import Path

import click

from booklet.bounds import JOB, TooMuchError, apart
from booklet.build import Order, outdated
from booklet_desk import ledger, numbers
from booklet_desk.catalogue import read_catalogue
from booklet_desk.commands import at_the_desk, dist_option, number_argument
from booklet_desk.packing import FORMATS, Key, PackError, make_pack, write_pack


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@number_argument
@click.option("--format", "format_", type=click.Choice(FORMATS), default=FORMATS[0], help="Default: clinic.")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), default=Path("packs"), help="Default: packs.")
@click.option(
    "--project",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=Path(),
    help="The folder with chapters/, with which the files are compared. Default: this one.",
)
@dist_option
@at_the_desk
def pack(said: tuple[str, ...], format_: str, out: Path, project: Path, dist: Path) -> None:
    """Put the booklets of one order into a folder, to print here or to send: sheets for an office copier, or files.

    \b
      booklet pack 10001 K                   packs/10001-K: A4 sheets, and what to print
      booklet pack 10001 K --format screen   files to read

    They are files of dist/, copied whole. What is not built, or older than the chapters, is refused with the command
    that builds it. No name and no address is in it.
    """
    order = ledger.find(numbers.parse(" ".join(said)))
    made = make_pack(order, format_, read_catalogue(dist), dist, partial(older, project, dist))
    click.echo(write_pack(out, made))


def older(project: Path, dist: Path, keys: Collection[Key]) -> tuple[Key, ...]:
    """Which of some files in `dist` are not what the project's sources come to today: asked of a process of its own.
    Raises PackError where there are no sources, BookletError where they have faults.
    """
    if not (project / "chapters").is_dir():
        raise PackError(f"There is no folder chapters/ in {project.resolve()}: say with --project where it is.")
    titles, editions, formats = (tuple(dict.fromkeys(key[place] for key in keys)) for place in range(3))
    wanted = Order(project.resolve(), dist.resolve(), date.today(), editions, formats, titles)
    try:
        found: tuple[Key, ...] = apart(JOB, outdated, wanted)
    except TooMuchError as reason:
        raise PackError(f"To compare the files with the chapters takes {reason}.") from reason
    return tuple(key for key in found if key in keys)
