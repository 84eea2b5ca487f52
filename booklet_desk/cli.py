"""`booklet orders`: parse, ask, call, print, exit. Names and addresses are typed at a prompt, never on a command line,
which others can read and which a shell keeps; they are printed where somebody asks for one order, and nowhere else.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import click
from django.conf import settings

from booklet.findings import one_line
from booklet.order_codes import spelling
from booklet.spreadsheets import MOST_BYTES, Sheet, read_sheet
from booklet_desk import affected as affected_room
from booklet_desk import columns as columns_room
from booklet_desk import drafts, exporting, importing, ledger, mailroom, numbers, returns
from booklet_desk.addresses import AddressError, read_address, read_postcode, settle_state
from booklet_desk.call import over_limit
from booklet_desk.catalogue import Catalogue, read_catalogue
from booklet_desk.commands import (
    at_the_desk,
    deliver,
    dist_option,
    name_left_out,
    number_argument,
    orders_in_words,
    read_day,
    refuse_project,
    remove,
    rows_in_words,
)
from booklet_desk.models import State
from booklet_desk.records import Address, Content, DeskError, Item, Order
from booklet_desk.standing_and_stock import standing, stock


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def orders() -> None:
    """Orders taken by phone: take them, hand them over, forget them.

    \b
      booklet orders add                     asks one question after the other, postcode first
      booklet orders import calls.xlsx       what a call centre sends
      booklet orders export ~/for-mail-house all open orders, as a batch
      booklet orders posted 3                batch 3 is in the post
      booklet orders purge                   destroy names and addresses 30 days after posting

    Orders lie outside the project, in BOOKLET_DESK_HOME, and their keys in BOOKLET_DESK_KEYS: docs/order-line.md.
    """


orders.add_command(standing)
orders.add_command(stock)


@orders.command()
@click.option("--clinic", "is_clinic", is_flag=True, help="For a clinic, hospital or service: more copies.")
@dist_option
@at_the_desk
def add(is_clinic: bool, dist: Path) -> None:
    """Take an order: asks the caller's questions in their order, and reads the address back."""
    catalogue = read_catalogue(dist)
    most = settings.DESK_MOST_CLINIC if is_clinic else settings.DESK_MOST_COPIES
    state, postcode = _ask_place()
    edition = state
    if not any(entry.is_current and entry.edition == state for entry in catalogue.entries):
        editions = sorted({entry.edition for entry in catalogue.entries if entry.is_current})
        edition = click.prompt(f"There is no edition for {state}. Which one", type=click.Choice(editions))
    click.echo(f"Edition: {edition}")
    items = _ask_items(catalogue, edition, most)
    click.echo(Path(settings.DESK_NOTICE).read_text("utf-8").strip(), err=True)
    if not click.confirm("Notice read, and all right?", default=True):
        raise DeskError("Nothing was kept.")
    address = _ask_address(state, postcode)
    new = Content(address, items, is_clinic=is_clinic)
    _refuse_more(new, catalogue)
    if not click.confirm("Is it safe to post there, in a plain envelope?", default=True):
        raise DeskError("Nothing was kept. Ask for another address.")
    free_post = click.confirm("Free post? (Never ask why.)", default=False)
    with ledger.exclusive():
        # Another desk may have taken an order of this caller in the meantime.
        _refuse_more(new, catalogue)
        (number,) = ledger.add([replace(new, free_post=free_post)], date.today())
    click.echo(f"Order {numbers.write(number)}: {numbers.spelling(number)}.")


@orders.command("list")
@click.option("--state", type=click.Choice(State.values), help="Orders in this state alone.")
@click.option("--batch", type=int, metavar="N", help="The orders of this batch alone.")
@at_the_desk
def list_(state: str | None, batch: int | None) -> None:
    """List orders: number, day, state, batch. No names: show NUMBER has them."""
    for order in ledger.listed(state, batch):
        click.echo(_line(order))


@orders.command()
@number_argument
@dist_option
@at_the_desk
def show(said: tuple[str, ...], dist: Path) -> None:
    """Show one order, with name and address."""
    order = ledger.find(numbers.parse(" ".join(said)))
    click.echo(_line(order))
    if order.content:
        for line in order.content.address.printed:
            click.echo(f"  {line}")
        for item in order.content.items:
            click.echo(f"  {read_catalogue(dist).words(item)}")
        click.echo(f"  {'free post' if order.content.free_post else 'paid post'}")
    elif order.is_key_lost:
        raise DeskError(
            "Name, address and content cannot be read: their key is not in the keys folder. Put the folder back from "
            "where you keep its copy; docs/order-line.md says what to do if there is none."
        )
    else:
        click.echo("  Purged: name, address and content are destroyed.")
    for at, event in ledger.history(order.number):
        click.echo(f"  {at.astimezone():%Y-%m-%d %H:%M} {event}")


@orders.command()
@number_argument
@at_the_desk
def cancel(said: tuple[str, ...]) -> None:
    """Cancel an order that is not in a batch yet."""
    number = numbers.parse(" ".join(said))
    ledger.cancel(number, date.today())
    click.echo(f"Order {numbers.write(number)} is cancelled.")


@orders.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--column",
    "said",
    multiple=True,
    metavar="FIELD=COLUMN",
    help=f"What a column means, said once for all files with this header. Fields: {', '.join(columns_room.FIELDS)}.",
)
@click.option("--check", "is_check", is_flag=True, help="Say what would be taken, and take nothing.")
@click.option(
    "--from-mail-house",
    is_flag=True,
    help="The file says what became of orders: posted, returned, address washed. Fields: " + ", ".join(returns.FIELDS),
)
@dist_option
@at_the_desk
def import_(file: Path, said: tuple[str, ...], is_check: bool, from_mail_house: bool, dist: Path) -> None:
    """Take the orders of a CSV or XLSX file, all of them or, if one row is wrong, none.

    A row that was taken before is not taken again: mend the file, and import it anew.
    """
    with file.open("rb") as source:
        content = source.read(MOST_BYTES + 1)
    sheet = read_sheet(content)
    pairs = dict(_pair(text) for text in said)
    if from_mail_house:
        _take_back(sheet, pairs, is_check)
    else:
        _take(content, sheet, pairs, is_check, read_catalogue(dist))


def _take_back(sheet: Sheet, said: dict[str, str], is_check: bool) -> None:
    header = columns_room.header_hash(sheet.header, returns.FIELDS)
    wanted = {**(ledger.column_map(header) or {}), **said}
    columns = columns_room.by_name(sheet.header, wanted, returns.FIELDS, returns.NEEDED)
    found, bad = returns.read_returns(sheet, columns, date.today())
    _tell(columns, bad, sheet)
    if is_check:
        click.echo(f"{rows_in_words(len(found))} can be taken.", err=True)
        return
    taken = ledger.take_back(found)
    ledger.remember_columns(header, columns)
    click.echo(
        f"{orders_in_words(taken.posted)} posted, {taken.returned} returned, {taken.washed} with another address."
    )


def _tell(columns: dict[str, str], bad: list[importing.BadRow], sheet: Sheet) -> None:
    """What the columns are taken for, and every row that is wrong. Raises DeskError where there is one."""
    click.echo(", ".join(f"{field}: {column}" for field, column in columns.items()), err=True)
    for row in bad:
        click.echo(str(row), err=True)
    if bad:
        raise DeskError(f"{rows_in_words(len(bad))} cannot be taken, so none of {rows_in_words(len(sheet.rows))} was.")


def _take(content: bytes, sheet: Sheet, said: dict[str, str], is_check: bool, catalogue: Catalogue) -> None:
    header = columns_room.header_hash(sheet.header)
    columns = columns_room.by_name(sheet.header, {**(ledger.column_map(header) or {}), **said})
    found, bad = importing.read_rows(sheet, columns, catalogue, settings.DESK_MOST_COPIES)
    _tell(columns, bad, sheet)
    day = ledger.took_file(content)
    known = ledger.known_rows(content.row for _, content in found) if day is None else {c.row for _, c in found}
    fresh = [content for _, content in found if content.row not in known]
    taken = len(fresh)
    if not is_check:
        given = ledger.take_file(content, fresh, date.today())
        ledger.remember_columns(header, columns)
        taken = len(given)
        for number in given[:1] + given[1:][-1:]:
            click.echo(numbers.write(number))
    again = f"; {rows_in_words(len(found) - taken)} taken before" if len(found) > taken else ""
    click.echo(f"{rows_in_words(taken)} {'can be taken' if is_check else 'taken'}{again}.", err=True)


@orders.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--again", type=int, metavar="N", help="Write the files of batch N once more, the same byte for byte.")
@click.option("--undo", type=int, metavar="N", help="Open the orders of batch N again, which was not posted.")
@dist_option
@at_the_desk
def export(folder: Path, again: int | None, undo: int | None, dist: Path) -> None:
    """Put all open orders in a batch, and write it into FOLDER as a mail house wants it.

    \b
      booklet orders export ~/for-mail-house
      booklet orders export ~/for-mail-house --again 3
      booklet orders export ~/for-mail-house --undo 3     and remove what was written
    """
    if undo is not None:
        opened = ledger.undo_batch(undo)
        remove(folder, (*exporting.names(undo), *mailroom.names(undo)))
        click.echo(f"Batch {undo} is undone; {orders_in_words(opened)} open again.", err=True)
        return
    refuse_project(folder)
    catalogue = read_catalogue(dist)
    batch, files = ledger.files_of(again, date.today(), catalogue, exporting.mail_house_files)
    if not files:
        raise DeskError(f"The orders of batch {batch.number} are purged, or their key is lost.")
    deliver(folder, files)
    ledger.written(batch.number)
    count = orders_in_words(ledger.count_of(batch.number))
    click.echo(
        f"Batch {batch.number}: {count}. The files hold names and addresses: hand them over safely, and "
        f"remove them. When it is in the post: booklet orders posted {batch.number}",
        err=True,
    )
    name_left_out()


@orders.command()
@click.argument("batch", type=int)
@click.option("--date", "day", callback=read_day, metavar="YYYY-MM-DD", help="The day it was posted. Default: today.")
@at_the_desk
def posted(batch: int, day: date | None) -> None:
    """Note that a batch is in the post: from then on its names and addresses are kept for 30 days."""
    if day and day > date.today():
        raise DeskError("That day has not come yet.")
    count = ledger.mark_posted(batch, day or date.today())
    click.echo(f"Batch {batch}: {orders_in_words(count)} posted.")


@orders.command()
@click.option(
    "--date", "day", callback=read_day, metavar="YYYY-MM-DD", help="Take this day for today. Default: the clock's."
)
@at_the_desk
def purge(day: date | None) -> None:
    """Destroy names, addresses and contents 30 days after posting or cancelling, in every copy of the database.

    Run it every day. Counts stay.
    """
    done = ledger.purge(day or date.today(), is_sure=day is not None)
    drafts.purge(day or date.today())
    click.echo(f"{orders_in_words(done.orders)} purged, {done.keys} key{'' if done.keys == 1 else 's'} destroyed.")


@orders.command()
@dist_option
@at_the_desk
def stats(dist: Path) -> None:
    """Counts without names: orders by state and by day, copies to send and copies posted by code."""
    counts = ledger.statistics()
    catalogue = read_catalogue(dist)
    click.echo(", ".join(f"{state}: {count}" for state, count in counts.by_state.items()) or "No orders.")
    for day, count in counts.by_day.items():
        click.echo(f"{day}  {orders_in_words(count)}")
    for title, copies in (("To send", counts.to_send), ("Posted", counts.posted)):
        if copies:
            click.echo(f"{title}:")
        for code, number in copies.items():
            click.echo(f"  {catalogue.words(Item(code, number))}")
    due = ledger.due(date.today())
    if due:
        click.echo(f"{orders_in_words(due)} due to be purged: booklet orders purge")
    if counts.unreadable:
        raise DeskError(f"{orders_in_words(counts.unreadable)} not counted by code, because their key is lost.")


@orders.command("affected")
@click.option("--service", default="", metavar="ID", help="Copies that hold this entry of the directory.")
@click.option(
    "--issue", default="", metavar="YYYY.N", help="Copies of this issue. Default: the one that is printed now."
)
@click.option(
    "--since",
    metavar="STATE",
    help="What was printed: a git revision, a folder with chapters/, or a build. Default: the git tag vYYYY.N of the "
    "issue, else the folder of --dist.",
)
@click.option("--edition", "editions", multiple=True, metavar="CODE", help="This edition alone; may be repeated.")
@click.option("--from", "first", callback=read_day, metavar="YYYY-MM-DD", help="Copies posted on this day or later.")
@click.option("--until", "last", callback=read_day, metavar="YYYY-MM-DD", help="Copies posted on this day or before.")
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", help="Default: text.")
@click.option(
    "--project",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=Path(),
    help="The folder with chapters/. Default: this one.",
)
@dist_option
@at_the_desk
def affected(
    service: str,
    issue: str,
    since: str | None,
    editions: tuple[str, ...],
    first: date | None,
    last: date | None,
    style: str,
    project: Path,
    dist: Path,
) -> None:
    """Say how many posted copies hold an entry that has changed since, under which codes, and which clinics have some.

    \b
      booklet orders affected --service thursday-girls
      booklet orders affected --issue 2026.1         every entry that changed
      booklet orders affected --service thursday-girls --since ../dist-2026.1 --until 2026-11-30

    No people are named. A clinic is, as long as its order is not purged.
    """
    from booklet.recall import printed_state, recall  # it takes seconds to load

    if not service and not issue:
        raise click.UsageError("A service is wanted (--service ID), or an issue (--issue YYYY.N).")
    catalogue = read_catalogue(dist)
    printed, root = issue or catalogue.issue, project.resolve()
    state = since or printed_state(printed, root, dist)
    found = recall(state, root, date.today(), service, issue if since else printed, editions)
    for note in found.notes:
        click.echo(one_line(note), err=True)
    told = affected_room.read_affected(found, catalogue, first or date.min, last or date.max)
    lines = [affected_room.as_data(told)] if style == "json" else [one_line(row) for row in affected_room.as_text(told)]
    for line in lines:
        click.echo(line)
    if not found.copies and since is None and state == str(dist):
        words = "Was it built anew since it was printed? Then say what was printed: --since"
        click.echo(words, err=True)


@orders.command()
@click.argument("target", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE")
@at_the_desk
def backup(target: Path) -> None:
    """Copy the database as it is now. Names in it can be read with the keys folder alone, which is kept elsewhere."""
    refuse_project(target)
    ledger.backup(target)
    click.echo(target)


def _refuse_more(new: Content, catalogue: Catalogue) -> None:
    """Raises DeskError for more copies than this name and address may have. A clinic may order as much again."""
    if new.is_clinic:
        return
    if words := over_limit(new.items, ledger.copies_to(new.address), catalogue, settings.DESK_MOST_COPIES):
        raise DeskError(f"{words} Nothing was kept.")


def _ask_place() -> tuple[str, str]:
    """State and postcode, asked until they are settled."""
    while True:
        postcode = read_postcode(click.prompt("Postcode"))
        state, fault = settle_state(postcode, "")
        if fault.startswith("state:"):
            click.echo(fault.removeprefix("state: "))
            state, fault = settle_state(postcode, click.prompt("State"))
        if not fault:
            return state, postcode
        click.echo(fault)


def _ask_items(catalogue: Catalogue, edition: str, most: int) -> tuple[Item, ...]:
    for id, title in catalogue.titles.items():
        click.echo(f"  {id}: {title}")
    while True:
        said = {
            "title": click.prompt("What to send (several: main, bone)", default="main"),
            "size": click.prompt("Size", type=click.Choice(["standard", "large-print"]), default="standard"),
            "copies": click.prompt("Copies of each", default="1"),
        }
        try:
            items = importing.read_items(said, edition, catalogue, most)
        except importing.ItemError as reason:
            click.echo(reason)
            continue
        for item in items:
            entry = catalogue.entry(item.code)
            click.echo(f"{catalogue.words(item)}  ({spelling(item.code) if entry else ''})")
        return items


def _ask_address(state: str, postcode: str) -> Address:
    """The address, read back until the caller says that it is right."""
    while True:
        fields = {"state": state, "postcode": postcode}
        fields["name"] = click.prompt("Name as it should appear (or none)", default="", show_default=False)
        fields["line_1"] = click.prompt("Address: street or PO box, or a line above it")
        for field in ("line_2", "line_3"):
            fields[field] = click.prompt("Next line (or none)", default="", show_default=False)
            if not fields[field]:
                break
        fields["locality"] = click.prompt("Suburb")
        try:
            address = read_address(fields)
        except AddressError as reason:
            click.echo("\n".join(reason.reasons))
            continue
        click.echo("\n".join(f"  {line}" for line in address.printed))
        if click.confirm("Read it back, postcode last. Right?", default=True):
            return address


def _line(order: Order) -> str:
    batch = f"  batch {order.batch}" if order.batch else ""
    closed = f"  {order.closed}" if order.closed else ""
    unread = "  key lost" if order.is_key_lost else ""
    return f"{numbers.write(order.number)}  {order.day}  {order.state}{batch}{closed}{unread}"


def _pair(text: str) -> tuple[str, str]:
    field, equals, column = text.partition("=")
    if not equals:
        raise click.BadParameter("FIELD=COLUMN is wanted, such as postcode=PCode")
    return field.strip(), " ".join(column.split())
