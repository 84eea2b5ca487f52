"""Calls that are being taken: what was typed is kept, sealed, until it is an order or is forgotten.

A window that closes, a machine that stops or a second window loses nothing. A draft is its operator's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from django.db import transaction

from booklet_desk import keyring, ledger, models, standing, vault
from booklet_desk.models import Purpose
from booklet_desk.records import Content, DeskError, Rhythm

KEEP_DAYS = 1
"""A draft is kept on the day it was begun and so many more; its key is destroyed with the last draft of its day."""


@dataclass(frozen=True)
class Draft:
    """A call as it was last kept. `order` is the number that it came to, if any; then nothing else is left of it."""

    id: int
    begun: datetime
    revision: int
    fields: Mapping[str, str] = field(repr=False)
    order: int | None = None


def begin(operator: int, fields: Mapping[str, str]) -> int:
    """Keep a new draft."""
    with transaction.atomic():
        row = models.Draft.objects.create(begun=datetime.now(UTC), operator_id=operator)
        _seal(row, fields)
    return row.pk


def find(operator: int, id: int) -> Draft:
    """A draft of this operator. Raises DeskError where it is forgotten, somebody else's, or its key is lost."""
    return _draft(_row(operator, id))


def keep(operator: int, id: int, fields: Mapping[str, str], revision: int | None = None) -> None:
    """Keep what was typed since. With a revision, only where the call was not sent in the meantime; without one it
    counts as sent. A call that came to an order stays as it is. Raises DeskError.
    """
    with transaction.atomic():
        row = _row(operator, id, is_locked=True)
        if row.order or revision not in (None, row.revision):
            return
        row.revision += revision is None
        _seal(row, fields)


def place(operator: int, id: int, content: Content, day: date, rhythm: Rhythm | None = None) -> int:
    """Make an order of a draft, and with a rhythm a standing one; once: however often it is asked, the number is the
    same. Raises DeskError.
    """
    with ledger.exclusive():
        row = _row(operator, id, is_locked=True)
        if row.order is None:
            (row.order,) = ledger.add([content], day)
            row.key = row.sealed = None
            row.save()
            if rhythm:
                standing.begin(content, rhythm, day)
    return row.order


def forget(operator: int, id: int) -> None:
    """Drop a call that came to nothing. Raises DeskError."""
    with transaction.atomic():
        _row(operator, id, is_locked=True).delete()


def begun(operator: int) -> list[Draft]:
    """The calls of an operator that came to nothing yet and can be read, the latest first."""
    rows = models.Draft.objects.filter(operator_id=operator, order__isnull=True).order_by("-begun")
    found = []
    for row in rows:
        try:
            found.append(_draft(row))
        except vault.KeyLostError:
            continue
    return found


def purge(today: date) -> int:
    """Forget drafts whose time is over, and destroy the keys of days that have none left."""
    end = datetime.combine(today - timedelta(days=KEEP_DAYS), datetime.min.time()).astimezone()
    with transaction.atomic():
        gone, _ = models.Draft.objects.filter(begun__lt=end).delete()
        keys = models.SealingKey.objects.filter(purpose=Purpose.DRAFTS, day__lt=today, is_destroyed=False)
        # Who seals a call with such a key holds its row until the call is there, and is waited for.
        held = [key.id for key in keys.select_for_update()]
        keys.filter(pk__in=held, draft__isnull=True).update(is_destroyed=True)
    keyring.destroy_keys()
    return gone


def _row(operator: int, id: int, is_locked: bool = False) -> models.Draft:
    rows = models.Draft.objects.filter(pk=id, operator_id=operator)
    row = (rows.select_for_update() if is_locked else rows).first()
    if row is None:
        raise DeskError("This call is not kept: it was forgotten, or somebody else began it.")
    return row


def _seal(row: models.Draft, fields: Mapping[str, str]) -> None:
    key = keyring.key_of_the_day(date.today(), Purpose.DRAFTS)
    row.key_id, row.sealed = key.id, vault.seal_data(key, _place(row), dict(fields))
    row.save()


def _draft(row: models.Draft) -> Draft:
    fields: Mapping[str, str] = {}
    if row.key_id and row.sealed:
        fields = vault.unseal_data(keyring.Keys()[row.key_id], _place(row), bytes(row.sealed))
    return Draft(row.pk, row.begun, row.revision, fields, row.order)


def _place(row: models.Draft) -> str:
    return f"draft {row.pk}"
