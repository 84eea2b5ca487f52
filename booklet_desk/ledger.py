"""The orders: each change is one transaction, and is there whole or not at all.

An order is open, then batched, posted and perhaps returned; an open one can be cancelled. Thirty days after it was
posted, returned or cancelled it is purged: its key and content are gone, its number, day and state stay.
"""

from __future__ import annotations

import os
import sqlite3
import unicodedata
from collections import Counter as Tally
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import TypeVar

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Count, F, Max, QuerySet

from booklet.files import ASIDE
from booklet_desk import keyring, models, numbers, shelf, vault
from booklet_desk.catalogue import Catalogue
from booklet_desk.models import State
from booklet_desk.records import Address, Batch, Content, DeskError, Order
from booklet_desk.returns import Return

Files = TypeVar("Files")
KEEP_DAYS = 30
"""So long after posting, return or cancelling an order keeps its content."""
UNSURE_DAYS = 90
"""A clock that is so far ahead of the last entry of the log is not believed: what is purged cannot come back."""
CLOSED = (State.POSTED, State.RETURNED, State.CANCELLED)


@dataclass(frozen=True)
class Purged:
    """What a purge came to."""

    orders: int
    keys: int


@dataclass(frozen=True)
class Taken:
    """What came back: how many orders were posted, how many returned, how many addresses changed."""

    posted: int
    returned: int
    washed: int


class ReturnError(DeskError):
    """Orders of which something came back, and which were never handed over."""

    def __init__(self, strangers: tuple[int, ...]) -> None:
        listed = ", ".join(map(numbers.write, strangers[:20]))
        super().__init__(f"Never handed over: {listed}{' and more' if len(strangers) > 20 else ''}. Nothing was taken.")


@dataclass(frozen=True)
class PostedCopies:
    """Copies of a code that were posted on a day. `issue` is empty where nobody noted it."""

    code: str
    issue: str
    day: date
    copies: int


@dataclass(frozen=True)
class Statistics:
    """Counts without names: orders by state, orders by day of the last days, copies to be sent by code, posted copies
    by code, and orders whose key cannot be found.
    """

    by_state: dict[str, int]
    by_day: dict[date, int]
    to_send: dict[str, int]
    posted: dict[str, int]
    unreadable: int


@contextmanager
def exclusive() -> Iterator[models.Counter]:
    """A transaction in which no other desk changes orders: what is read here is still so when it ends. It begins with
    the row of the last number, which is locked before anything else is read (SQLite locks the whole database).
    """
    with transaction.atomic():
        models.Counter.objects.get_or_create(name="order", defaults={"last": numbers.FIRST - 1})
        yield models.Counter.objects.select_for_update().get(name="order")


def add(contents: Iterable[Content], day: date) -> list[int]:
    """Take orders, all or none, and give them numbers. A row of a spreadsheet that was taken before gives none."""
    rows = list(contents)
    with exclusive() as counter:
        key = keyring.key_of_the_day(day)
        fresh = _without_known_rows(rows)
        first = counter.last + 1
        counter.last += len(fresh)
        counter.save(update_fields=["last"])
        orders = [_sealed(number, day, content, key) for number, content in enumerate(fresh, first)]
        models.Order.objects.bulk_create(orders, batch_size=500)
        for order in orders if len(orders) == 1 else ():
            _log("added", order.number, 1)
        if len(orders) != 1:
            _log("imported", count=len(orders))
    return [order.number for order in orders]


def known_rows(rows: Iterable[str]) -> set[str]:
    """Of the hashes of rows, those that an order came from which is not purged yet."""
    wanted = set(rows)
    found: set[str] = set()
    for key in keyring.live_keys() if wanted else ():
        prints = {vault.fingerprint(key, row): row for row in wanted}
        orders = models.Order.objects.filter(key_id=key.id)
        there = {bytes(each) for each in orders.values_list("fingerprint", flat=True) if each}
        found |= {row for mark, row in prints.items() if mark in there}
    return found


def find(number: int) -> Order:
    """An order by its number. Raises DeskError."""
    row = models.Order.objects.filter(number=number).first()
    if row is None:
        raise DeskError(f"No order has the number {numbers.write(number)}.")
    return next(_opened([row]))


def search(name: str, most: int = 20) -> list[Order]:
    """The latest orders to a name that holds all these words, of those that are not purged. No name lies anywhere to be
    looked up: the sealed orders are opened one after the other, in memory.
    """
    words = _plain(name).split()
    rows = models.Order.objects.filter(sealed__isnull=False).order_by("-number").iterator()
    named = (order for order in _opened(rows) if order.content and words)
    _log("searched")
    return list(islice((each for each in named if _holds(each, words)), most))


def copies_to(address: Address) -> Tally[str]:
    """How many copies of each code went or go to this name at this address, of orders that are not purged."""
    rows = models.Order.objects.filter(sealed__isnull=False).exclude(state=State.CANCELLED).iterator()
    wanted = _plain(" ".join(address.printed))
    contents = (order.content for order in _opened(rows) if order.content)
    same = (content for content in contents if _plain(" ".join(content.address.printed)) == wanted)
    return sum((Tally({item.code: item.copies for item in content.items}) for content in same), Tally())


def listed(state: str | None = None, batch: int | None = None) -> list[Order]:
    """Orders by number, those of a state or a batch alone where one is given."""
    rows = models.Order.objects.order_by("number")
    rows = rows.filter(state=state) if state else rows
    return list(_opened(rows.filter(batch_id=batch) if batch is not None else rows))


def cancel(number: int, day: date) -> None:
    """Cancel an order that has not gone out. Raises DeskError."""
    with exclusive():
        row = models.Order.objects.filter(number=number).first()
        if row is None:
            raise DeskError(f"No order has the number {numbers.write(number)}.")
        if row.state != State.OPEN:
            raise DeskError(f"Order {numbers.write(number)} is {row.state}: only an open order can be cancelled.")
        row.state, row.closed = State.CANCELLED, day
        row.save(update_fields=["state", "closed"])
        _log("cancelled", number, 1)


def make_batch(day: date, today: Callable[[Content], Content], issue: str = "") -> Batch | None:
    """All open orders that can be read, as a batch; None when there is none. `today` puts the codes in their place that
    are printed now, in this issue.
    """
    with exclusive():
        rows = list(models.Order.objects.filter(state=State.OPEN).order_by("number"))
        readable = [(row, order.content) for row, order in zip(rows, _opened(rows), strict=True) if order.content]
        if not readable:
            return None
        new = models.Batch.objects.create(day=day, issue=issue)
        _reseal([(row, renewed) for row, content in readable if (renewed := today(content)) != content])
        for chunk in _chunks([row.number for row, _ in readable]):
            models.Order.objects.filter(number__in=chunk).update(state=State.BATCHED, batch=new)
        _log("batched", count=len(readable))
    return _batch(new)


def files_of(
    again: int | None,
    day: date,
    catalogue: Catalogue,
    prepare: Callable[[Batch, list[Order]], Files],
) -> tuple[Batch, Files]:
    """A batch (a new one of all open orders, or one once more), and the files that `prepare` makes of it and its
    orders. Where that raises, no new batch is there. Raises DeskError.
    """
    with exclusive():
        chosen = make_batch(day, catalogue.renewed, catalogue.issue) if again is None else batch(again)
        if chosen is None:
            raise DeskError("There is no open order that can be read.")
        return chosen, prepare(chosen, listed(batch=chosen.number))


def count_of(number: int) -> int:
    """How many orders a batch has."""
    return models.Order.objects.filter(batch_id=number).count()


def batch(number: int) -> Batch:
    """A batch by its number. Raises DeskError."""
    row = models.Batch.objects.filter(pk=number).first()
    if row is None:
        raise DeskError(f"There is no batch {number}.")
    return _batch(row)


def unwritten() -> list[int]:
    """Batches that were made, and whose files were not: a command was stopped between the two."""
    return list(models.Batch.objects.filter(is_written=False).order_by("pk").values_list("pk", flat=True))


def written(number: int) -> None:
    """Note that the files of a batch are where they belong."""
    models.Batch.objects.filter(pk=number).update(is_written=True)


def undo_batch(number: int) -> int:
    """Open the orders of a batch again that was not posted, and say how many. Raises DeskError."""
    with exclusive():
        if batch(number).posted:
            raise DeskError(f"Batch {number} was posted.")
        opened = models.Order.objects.filter(batch_id=number).update(state=State.OPEN, batch=None)
        models.Batch.objects.filter(pk=number).delete()
        _log("batch undone", count=opened)
    return opened


def mark_posted(number: int, day: date) -> int:
    """Note that a batch went out, and count its copies. Gives the number of its orders. Raises DeskError."""
    with exclusive():
        row = models.Batch.objects.filter(pk=number).first()
        if row is None:
            raise DeskError(f"There is no batch {number}.")
        if row.posted:
            raise DeskError(f"Batch {number} was posted on {row.posted}.")
        waiting = list(models.Order.objects.filter(batch_id=number, state=State.BATCHED))
        _post([(order, day) for order in waiting])
        models.Batch.objects.filter(pk=number).update(posted=day)
    return len(waiting)


def take_back(returns: Iterable[Return]) -> Taken:
    """Note what a mail house says of orders that it was given, all of it or nothing. What is so already stays so.

    Raises ReturnError, which names the orders that it cannot have been given.
    """
    said = {each.number: each for each in returns}
    with exclusive():
        rows = _of_numbers(sorted(said))
        strangers = [number for number in said if number not in rows or rows[number].batch_id is None]
        if strangers:
            raise ReturnError(tuple(strangers))
        posted = [(row, said[n].day) for n, row in rows.items() if row.state == State.BATCHED and said[n].status]
        _post(posted)
        _end_batches({row.batch_id or 0: day for row, day in sorted(posted, key=lambda each: each[1])})
        returned = [row for row in rows.values() if said[row.number].status == "returned" != row.state]
        for row in returned:
            row.state, row.closed = State.RETURNED, said[row.number].day
        models.Order.objects.bulk_update(returned, ["state", "closed"], batch_size=200)
        opened = zip(rows.values(), _opened(rows.values()), strict=True)
        contents = [(row, order.content, said[row.number]) for row, order in opened if order.content]
        washed = [(row, new) for row, old, back in contents if (new := _washed(old, back)) != old]
        _reseal(washed)
        for event, count in (("returned", len(returned)), ("washed", len(washed))):
            if count:
                _log(event, count=count)
    return Taken(len(posted), len(returned), len(washed))


def purge(today: date, is_sure: bool = False) -> Purged:
    """Make unreadable what nobody needs any more, and destroy its keys. `is_sure` is for a day that was given, not read
    from the clock. Raises DeskError where the clock cannot be right.
    """
    if not is_sure:
        _believe(today)
    with exclusive():
        gone = _due(today)
        ids = sorted(set(gone.values_list("key_id", flat=True)))
        purged = gone.update(key=None, sealed=None, fingerprint=None)
        _move(models.Order.objects.filter(key_id__in=ids).order_by("number"), today)
        models.SealingKey.objects.filter(pk__in=ids, order__isnull=True).update(is_destroyed=True)
        if purged:
            _log("purged", count=purged)
    destroyed = keyring.destroy_keys()
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return Purged(purged, destroyed)


def is_believed(today: date) -> bool:
    """False for a clock that stands before the last entry of the log, or far behind it."""
    last = _last_day()
    return last is None or timedelta(0) <= today - last <= timedelta(days=UNSURE_DAYS)


def due(today: date) -> int:
    """How many orders a purge would make unreadable."""
    return _due(today).count()


def statistics() -> Statistics:
    """Counts without names."""
    states = models.Order.objects.values_list("state").annotate(Count("number")).order_by("state")
    days = models.Order.objects.values_list("day").annotate(Count("number")).order_by("-day")[:14]
    to_send: Tally[str] = Tally()
    unreadable = 0
    for order in _opened(models.Order.objects.filter(state__in=(State.OPEN, State.BATCHED))):
        unreadable += order.is_key_lost
        for item in order.content.items if order.content else ():
            to_send[item.code] += item.copies
    posted: Tally[str] = Tally()
    for code, copies in models.PostedCount.objects.values_list("code", "copies"):
        posted[code] += copies
    return Statistics(dict(states), dict(days), dict(sorted(to_send.items())), dict(sorted(posted.items())), unreadable)


def posted_copies(codes: Collection[str]) -> list[PostedCopies]:
    """What was posted of these codes, by day. The counts stay when orders are purged."""
    rows = models.PostedCount.objects.filter(code__in=codes).order_by("day", "code", "issue")
    return [PostedCopies(row.code, row.issue, row.day, row.copies) for row in rows]


def posted_to_clinics(codes: Collection[str]) -> list[tuple[Order, str]]:
    """The orders of clinics that were posted with one of these codes and are not purged yet, and the issue that was
    printed when they were batched.
    """
    rows = models.Order.objects.filter(state=State.POSTED, sealed__isnull=False).select_related("batch")
    found = list(rows.order_by("number"))
    _log("searched")
    opened = zip(found, _opened(found), strict=True)
    return [
        (order, row.batch.issue if row.batch else "")
        for row, order in opened
        if order.content and order.content.is_clinic and any(item.code in codes for item in order.content.items)
    ]


def backup(target: Path) -> None:
    """A copy of the database as it is at one moment, whatever else is being written. It holds no keys.

    Raises DeskError where there is such a file already, or where PostgreSQL makes its copies itself, OSError.
    """
    if connection.vendor != "sqlite":
        raise DeskError(
            "PostgreSQL makes the copy itself, without the keys: pg_dump --format=custom --file=FILE "
            '"$BOOKLET_DESK_DATABASE". docs/order-line.md says how to put it back.'
        )
    if target.exists():
        raise DeskError(f"{target.name} is there already.")
    aside = target.with_name(f"{target.name}{ASIDE}{os.getpid()}")
    try:
        os.close(os.open(aside, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        connection.ensure_connection()
        with closing(sqlite3.connect(aside)) as copy:
            connection.connection.backup(copy)
            if copy.execute("PRAGMA integrity_check").fetchone() != ("ok",):
                raise DeskError("The copy is damaged, and so may be the database.")
        aside.replace(target)
    finally:
        aside.unlink(missing_ok=True)
    _log("backed up")


def took_file(content: bytes) -> date | None:
    """The day on which this very file was taken, if it was."""
    row = models.Import.objects.filter(digest=_digest(content)).first()
    return row.day if row else None


def take_file(file: bytes, contents: list[Content], day: date) -> list[int]:
    """Take the orders of a file and note the file itself, both or neither. Gives the numbers."""
    with exclusive():
        given = add(contents, day) if contents else []
        models.Import.objects.get_or_create(digest=_digest(file), defaults={"day": day, "orders": len(given)})
    return given


def column_map(header: str) -> dict[str, str] | None:
    """What the columns under such a header (a hash) mean, if anybody ever said."""
    row = models.ColumnMap.objects.filter(pk=header).first()
    return dict(row.columns) if row else None


def remember_columns(header: str, columns: Mapping[str, str]) -> None:
    """Note what the columns under a header mean."""
    models.ColumnMap.objects.update_or_create(header=header, defaults={"columns": dict(columns)})


def history(number: int) -> list[tuple[datetime, str]]:
    """What the log says of one order."""
    rows = models.LogEntry.objects.filter(order=number).order_by("pk")
    return [(row.at, row.event) for row in rows]


def _holds(order: Order, words: list[str]) -> bool:
    there = _plain(order.content.address.name) if order.content else ""
    return all(word in there for word in words)


def _plain(text: str) -> str:
    """Without what is written in more than one way: case, accents, marks, spaces."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(sign for sign in letters if sign.isalnum() or sign.isspace()).split())


def _post(orders: list[tuple[models.Order, date]]) -> None:
    """Note that orders are in the post, and count their copies by day, code and issue."""
    copies: Tally[tuple[date, str, str]] = Tally()
    issues = dict(models.Batch.objects.filter(pk__in={row.batch_id for row, _ in orders}).values_list("pk", "issue"))
    for (row, day), order in zip(orders, _opened(row for row, _ in orders), strict=True):
        row.state, row.closed = State.POSTED, day
        for item in order.content.items if order.content else ():
            copies[day, item.code, issues[row.batch_id or 0]] += item.copies
    shelf.took(sum((Tally({code: count}) for (_, code, _), count in copies.items()), Tally()))
    for (day, code, issue), count in sorted(copies.items()):
        there = {"day": day, "code": code, "issue": issue}
        models.PostedCount.objects.get_or_create(**there, defaults={"copies": 0})
        models.PostedCount.objects.filter(**there).update(copies=F("copies") + count)
    for day in {day for _, day in orders}:
        for chunk in _chunks([row.number for row, posted in orders if posted == day]):
            models.Order.objects.filter(number__in=chunk).update(state=State.POSTED, closed=day)
    if orders:
        _log("posted", count=len(orders))


def _end_batches(last_days: Mapping[int, date]) -> None:
    """Note of batches that none of their orders waits any more."""
    for number, day in last_days.items():
        if not models.Order.objects.filter(batch_id=number, state=State.BATCHED).exists():
            models.Batch.objects.filter(pk=number).update(posted=day)


def _washed(content: Content, said: Return) -> Content:
    """The content with the address and the delivery point that came back; the name stays as the caller gave it."""
    address = replace(said.address, name=content.address.name) if said.address else content.address
    return replace(content, address=address, delivery_point=said.delivery_point or content.delivery_point)


def _of_numbers(every: list[int]) -> dict[int, models.Order]:
    chunks = (models.Order.objects.filter(number__in=chunk) for chunk in _chunks(every))
    return {row.number: row for chunk in chunks for row in chunk.order_by("number")}


def _opened(rows: Iterable[models.Order]) -> Iterator[Order]:
    keys = keyring.Keys()
    for row in rows:
        content, is_lost = None, False
        if row.key_id and row.sealed:
            try:
                content = vault.unseal(keys[row.key_id], row.number, bytes(row.sealed))
            except vault.KeyLostError:
                is_lost = True
        yield Order(row.number, row.day, row.state, row.batch_id, row.closed, content, is_lost)


def _without_known_rows(contents: list[Content]) -> list[Content]:
    known = known_rows(content.row for content in contents if content.row)
    return [content for content in contents if content.row not in known]


def _sealed(number: int, day: date, content: Content, key: vault.Key) -> models.Order:
    row = models.Order(number=number, day=day)
    _seal(row, content, key)
    return row


def _seal(row: models.Order, content: Content, key: vault.Key) -> None:
    row.key_id = key.id
    row.sealed = vault.seal(key, row.number, content)
    row.fingerprint = vault.fingerprint(key, content.row) if content.row else None


def _reseal(rows: list[tuple[models.Order, Content]], key: vault.Key | None = None) -> None:
    """Seal contents anew, with the key that they have or with another."""
    keys = keyring.Keys()
    for row, content in rows:
        _seal(row, content, key or keys[str(row.key_id)])
    models.Order.objects.bulk_update([row for row, _ in rows], ["key", "sealed", "fingerprint"], batch_size=200)


def _move(orders: QuerySet[models.Order], today: date) -> None:
    """Seal what stays with a fresh key, so that the old one can go. What cannot be read keeps the key that is lost."""
    rows = list(orders)
    moving = [(row, order.content) for row, order in zip(rows, _opened(rows), strict=True) if order.content]
    if moving:
        _reseal(moving, keyring.new_key(today))


def _due(today: date) -> QuerySet[models.Order]:
    last = today - timedelta(days=KEEP_DAYS)
    return models.Order.objects.filter(state__in=CLOSED, closed__lte=last, key__isnull=False)


def _believe(today: date) -> None:
    """Raises DeskError for a clock that is not to be believed."""
    if not is_believed(today):
        raise DeskError(
            f"The clock says {today}, the last entry of the log is of {_last_day()}. What is purged cannot come back: "
            f"if the day is right, say so with --date {today}."
        )


def _last_day() -> date | None:
    last = models.LogEntry.objects.aggregate(last=Max("at"))["last"]
    return last.astimezone().date() if last else None


def _batch(row: models.Batch) -> Batch:
    return Batch(row.pk, row.day, row.is_written, row.posted)


def _digest(content: bytes) -> bytes:
    return vault.fingerprint(vault.standing(Path(settings.DESK_KEYS)), sha256(content).hexdigest())


def _log(event: str, order: int | None = None, count: int = 0) -> None:
    models.LogEntry.objects.create(at=datetime.now(UTC), event=event, order=order, count=count)


def _chunks(every: list[int], size: int = 500) -> Iterator[list[int]]:
    """As many as one statement may name."""
    return (every[start : start + size] for start in range(0, len(every), size))
