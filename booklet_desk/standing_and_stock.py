"""`booklet orders standing` and `booklet orders stock`: what the screen's pages of these names do, in a terminal."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from booklet_desk import ledger, numbers, shelf
from booklet_desk import standing as standing_orders
from booklet_desk.call import MOST_DAYS, MOST_WEEKS, may_end
from booklet_desk.catalogue import read_catalogue
from booklet_desk.commands import at_the_desk, dist_option, number_argument, read_day
from booklet_desk.records import DeskError, Rhythm
from booklet_desk.standing import Standing


@click.group()
def standing() -> None:
    """Clinics' orders that are taken again every so many weeks, by themselves.

    \b
      booklet orders add --clinic                                a clinic's order
      booklet orders standing add 10010 A --every 4 --until 2027-06-30
      booklet orders standing list
      booklet orders standing end 3
    """


@standing.command()
@number_argument
@click.option(
    "--every", type=click.IntRange(1, MOST_WEEKS), required=True, metavar="WEEKS", help="Weeks from one to the next."
)
@click.option("--until", "last", callback=read_day, required=True, metavar="YYYY-MM-DD", help="The last day of it.")
@at_the_desk
def add(said: tuple[str, ...], every: int, last: date) -> None:
    """Take a clinic's order again every so many weeks, from the day it was taken."""
    order = ledger.find(numbers.parse(" ".join(said)))
    if order.content is None:
        raise DeskError("Name, address and content of this order are gone or cannot be read. Take a new one.")
    if not order.content.is_clinic:
        raise DeskError("This is no clinic's order: booklet orders add --clinic takes one.")
    if not may_end(last, date.today()):
        raise DeskError(f"--until: a day after today is wanted, and at most {MOST_DAYS // 366} years ahead.")
    id = standing_orders.begin(order.content, Rhythm(every, last), order.day)
    click.echo(f"Standing order {id}: every {every} weeks until {last}.")


@standing.command("list")
@dist_option
@at_the_desk
def list_(dist: Path) -> None:
    """List standing orders, the next one first: number, next day, weeks, last day, pack. No names: show N has them."""
    catalogue = read_catalogue(dist)
    for row in standing_orders.listed():
        pack = "; ".join(map(catalogue.words, row.content.items)) if row.content else "key lost"
        click.echo(f"{_line(row)}  {pack}")


@standing.command()
@click.argument("id", type=int, metavar="N")
@dist_option
@at_the_desk
def show(id: int, dist: Path) -> None:
    """Show one standing order, with name and address."""
    row = next((row for row in standing_orders.listed() if row.id == id), None)
    if row is None:
        raise DeskError("There is no such standing order.")
    if row.content is None:
        raise DeskError("Name, address and content cannot be read: their key is not in the keys folder.")
    catalogue = read_catalogue(dist)
    pack = map(catalogue.words, row.content.items)
    click.echo("\n  ".join((_line(row), *row.content.address.printed, *pack)))


@standing.command()
@click.argument("id", type=int, metavar="N")
@at_the_desk
def end(id: int) -> None:
    """End a standing order: nobody can read it any more. What was taken of it stays."""
    standing_orders.end(id)
    click.echo(f"Standing order {id} is ended.")


@click.group()
def stock() -> None:
    """What lies on the shelf, by code and issue: counted by hand, and less by what is posted.

    \b
      booklet orders stock count 120 N9Y J4J --low 20
      booklet orders stock list
    """


@stock.command()
@click.argument("copies", type=click.IntRange(0, shelf.MOST_COPIES))
@click.argument("said", nargs=-1, required=True, metavar="CODE")
@click.option("--low", type=click.IntRange(0, shelf.MOST_COPIES), default=0, metavar="N", help="At N and fewer, print.")
@click.option("--issue", metavar="YYYY.N", help="Of an earlier issue. Default: the one that is printed now.")
@dist_option
@at_the_desk
def count(copies: int, said: tuple[str, ...], low: int, issue: str | None, dist: Path) -> None:
    """Write down how many copies of a code were counted."""
    catalogue = read_catalogue(dist)
    entry = shelf.find(" ".join(said), catalogue)
    shelf.count(entry.code, issue or entry.issue, copies, low, catalogue)
    click.echo(f"{copies} × {entry.code}, issue {issue or entry.issue}")


@stock.command("list")
@dist_option
@at_the_desk
def list_stock(dist: Path) -> None:
    """List what was counted, what orders wait for, and what to beware of: low stock, old issues."""
    for pile in shelf.piles(read_catalogue(dist), ledger.statistics().to_send):
        waiting = f", {pile.waiting} to be sent" if pile.waiting else ""
        warning = f". {pile.warning}" if pile.warning else ""
        click.echo(f"{pile.code}  {pile.issue}  {pile.copies} on the shelf{waiting}  {pile.words}{warning}")


def _line(row: Standing) -> str:
    weeks = row.rhythm.every_weeks
    return f"{row.id}  next {row.next}  every {weeks} week{'' if weeks == 1 else 's'} until {row.rhythm.until}"
