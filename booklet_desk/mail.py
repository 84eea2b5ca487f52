"""`booklet mail`: carrier sheets, labels and lists for who packs and posts."""

from __future__ import annotations

from datetime import date
from functools import partial
from pathlib import Path

import click
from django.conf import settings

from booklet.files import write_whole
from booklet_desk import envelopes, ledger, mailroom, numbers
from booklet_desk.carriers import printed_address
from booklet_desk.catalogue import read_catalogue, read_pages
from booklet_desk.commands import at_the_desk, deliver, dist_option, name_left_out, orders_in_words, refuse_project
from booklet_desk.envelope_check import check_file
from booklet_desk.labels import SHEETS, Printer, labels
from booklet_desk.lists import measuring_grid
from booklet_desk.postage import read_rates
from booklet_desk.records import DeskError

_MOST_BYTES = 200_000_000
_file = click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
_folder = click.argument("folder", type=click.Path(file_okay=False, path_type=Path))


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def mail() -> None:
    """Carrier sheets for window envelopes, labels, and lists for who packs.

    \b
      booklet mail test-sheet grid.pdf       print it, put it into your envelope, read the window's edges
      booklet mail measure c5 --left 22 --top 46 --width 95 --height 38
      booklet mail batch ~/to-pack           all open orders, as a batch
      booklet mail labels 3 ~/labels.pdf --start 5
      booklet orders posted 3                batch 3 is in the post

    docs/mail-room.md leads through it.
    """


@mail.command("test-sheet")
@_file
@at_the_desk
def test_sheet(file: Path) -> None:
    """Write the grid with which a window is measured, once for each kind of envelope."""
    write_whole([(file, measuring_grid())])
    click.echo(file)


@mail.command()
@click.argument("name")
@click.option("--left", type=float, required=True, metavar="MM", help="From the sheet's left edge to the window.")
@click.option("--top", type=float, required=True, metavar="MM", help="From the sheet's upper edge to the window.")
@click.option("--width", type=float, required=True, metavar="MM", help="Of the window.")
@click.option("--height", type=float, required=True, metavar="MM", help="Of the window.")
@click.option("--size", type=(float, float), metavar="MM MM", help="Width and height of an envelope of your own.")
@click.option(
    "--fold", "folds", type=float, multiple=True, metavar="MM", help="Its sheet's folds, from the upper edge."
)
@at_the_desk
def measure(
    name: str,
    left: float,
    top: float,
    width: float,
    height: float,
    size: tuple[float, float] | None,
    folds: tuple[float, ...],
) -> None:
    """Keep where an envelope's window is, as the grid shows it: c5, c4, dlx, or one of your own with its size."""
    if size:
        envelope = envelopes.Envelope(name, size, tuple(sorted(folds)), None)
    else:
        envelope = envelopes.find_envelope(settings.DESK_HOME, name)
    window = envelopes.Window(left, top, width, height)
    click.echo(envelopes.keep(settings.DESK_HOME, envelopes.measured(envelope, window)))


@mail.command()
@_folder
@click.option("--envelope", default="c5", metavar="NAME", help="For standard packs. Default: c5.")
@click.option("--large-envelope", default="c4", metavar="NAME", help="For packs in large print. Default: c4.")
@click.option("--again", type=int, metavar="N", help="Write the files of batch N once more, the same byte for byte.")
@click.option(
    "--barcodes",
    is_flag=True,
    help="A barcode above each address whose delivery point a mail house found, and that holds.",
)
@dist_option
@at_the_desk
def batch(folder: Path, envelope: str, large_envelope: str, again: int | None, barcodes: bool, dist: Path) -> None:
    """Put all open orders in a batch, and write its carrier sheets, lists and numbers for posting into FOLDER.

    The sheets are read back first: if one would show anything but its address, nothing is batched, and the order is
    named. A batch that is not posted is undone with booklet orders export FOLDER --undo N.
    """
    refuse_project(folder)
    catalogue = read_catalogue(dist)
    chosen = {
        False: envelopes.find_envelope(settings.DESK_HOME, envelope),
        True: envelopes.find_envelope(settings.DESK_HOME, large_envelope),
    }
    letter = Path(settings.DESK_LETTER).read_text("utf-8")
    room = mailroom.MailRoom(chosen, letter, catalogue, read_pages(dist), read_rates(settings.DESK_HOME), barcodes)
    prepare = partial(mailroom.mail_files, room=room)
    new, made = ledger.files_of(again, date.today(), catalogue, prepare)
    deliver(folder, made.files)
    ledger.written(new.number)
    for note in made.notes:
        click.echo(note, err=True)
    count = orders_in_words(ledger.count_of(new.number))
    click.echo(
        f"Batch {new.number}: {count}. The sheets hold names and addresses: remove the files when they are printed. "
        f"When it is in the post: booklet orders posted {new.number}",
        err=True,
    )
    name_left_out()


@mail.command("labels")
@click.argument("number", type=int, metavar="BATCH")
@_file
@click.option("--sheet", type=click.Choice(sorted(SHEETS), case_sensitive=False), default="L7160")
@click.option("--start", type=int, default=1, metavar="N", help="The first free label of the sheet. Default: 1.")
@click.option("--shift", type=(float, float), default=(0.0, 0.0), metavar="MM MM", help="To the right and down.")
@click.option("--scale", type=click.FloatRange(0.9, 1.1), default=1.0, help="For a printer that shrinks. Default: 1.")
@click.option("--order", "said", metavar="NUMBER", help="The label of this order alone.")
@click.option("--boxes", type=click.IntRange(1, 99), default=1, help="So many labels of each order, one a box.")
@at_the_desk
def labels_(
    number: int,
    file: Path,
    sheet: str,
    start: int,
    shift: tuple[float, float],
    scale: float,
    said: str | None,
    boxes: int,
) -> None:
    """Write the address labels of a batch, by postcode; or one label again."""
    refuse_project(file)
    ledger.batch(number)
    only = numbers.parse(said) if said else None
    orders = [order for order in ledger.listed(batch=number) if only in (None, order.number)]
    rows = [(numbers.write(order.number), order.content) for order in orders if order.content]
    if not rows:
        raise DeskError(f"Batch {number} has no such order that can be read.")
    rows.sort(key=lambda row: (row[1].address.postcode, row[0]))
    rows = [row for row in rows for _ in range(boxes)]
    content = labels(rows, SHEETS[sheet.upper()], start, Printer(shift, scale))
    write_whole([(file, content)], mode=0o600)
    for written in dict.fromkeys(written for written, to in rows if printed_address(to)[1]):
        click.echo(f"order {written}: signs that no face has were dropped.", err=True)
    click.echo(file)


@mail.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--envelope", default="c5", metavar="NAME", help="Default: c5.")
@at_the_desk
def check(file: Path, envelope: str) -> None:
    """Read carrier sheets back, anybody's: does the window show an address, whole, and nothing else?"""
    with file.open("rb") as source:
        content = source.read(_MOST_BYTES)
    faults = check_file(content, envelopes.find_envelope(settings.DESK_HOME, envelope))
    for fault in faults:
        click.echo(str(fault))
    if faults:
        raise DeskError(f"{len(faults)} fault{'' if len(faults) == 1 else 's'}.")
    click.echo("Nothing would be seen but addresses.", err=True)
