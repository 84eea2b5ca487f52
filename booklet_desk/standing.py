"""Standing orders: a clinic's order that is taken again every so many weeks until a day.

Each is sealed with a key of its own, which is destroyed when it ends.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta

from booklet_desk import keyring, ledger, models, vault
from booklet_desk.models import Purpose
from booklet_desk.records import Content, DeskError, Rhythm, as_data, from_data


@dataclass(frozen=True)
class Standing:
    """A standing order. `content` is None while its key cannot be found."""

    id: int
    rhythm: Rhythm
    next: date
    content: Content | None


def begin(content: Content, rhythm: Rhythm, first: date) -> int:
    """Keep an order that was taken on a day, to be taken again after each stretch of weeks."""
    with ledger.exclusive():
        key = keyring.new_key(first, Purpose.STANDING)
        row = models.Standing(
            every_weeks=rhythm.every_weeks, next=first + timedelta(weeks=rhythm.every_weeks), until=rhythm.until
        )
        row.key_id, row.sealed = key.id, b""
        row.save()
        row.sealed = vault.seal_data(key, _place(row), as_data(content))
        row.save(update_fields=["sealed"])
    return row.pk


def listed() -> list[Standing]:
    """Every standing order, the next one first."""
    return list(_opened())


def end(id: int) -> None:
    """End a standing order: it is gone, and nobody can read it. Raises DeskError."""
    with ledger.exclusive():
        row = models.Standing.objects.filter(pk=id).first()
        if row is None:
            raise DeskError("There is no such standing order.")
        _end(row)
    keyring.destroy_keys()


def take_due(today: date, is_sure: bool = False) -> list[int]:
    """Take the orders whose day has come, one of each however long nobody asked; gives their numbers. What is not to
    come again ends. One whose key is lost waits, and all do while the clock is not to be believed, unless the day
    `is_sure`.
    """
    numbers: list[int] = []
    if not models.Standing.objects.filter(next__lte=today).exists() or not (is_sure or ledger.is_believed(today)):
        return numbers
    with ledger.exclusive():
        rows = {row.pk: row for row in models.Standing.objects.filter(next__lte=today)}
        for standing in _opened():
            row = rows.get(standing.id)
            if row is None or standing.content is None:
                continue
            if row.next <= row.until:
                numbers += ledger.add([standing.content], today)
            while row.next <= today:
                row.next += timedelta(weeks=row.every_weeks)
            if row.next > row.until:
                _end(row)
            else:
                row.save(update_fields=["next"])
    keyring.destroy_keys()
    return numbers


def _opened() -> Iterator[Standing]:
    keys = keyring.Keys()
    for row in models.Standing.objects.order_by("next", "pk"):
        content = None
        with suppress(vault.KeyLostError):
            content = from_data(vault.unseal_data(keys[row.key_id], _place(row), bytes(row.sealed)))
        yield Standing(row.pk, Rhythm(row.every_weeks, row.until), row.next, content)


def _end(row: models.Standing) -> None:
    key = row.key
    row.delete()
    key.is_destroyed = True
    key.save(update_fields=["is_destroyed"])


def _place(row: models.Standing) -> str:
    return f"standing {row.pk}"
