"""Which key seals what: its row in the database, its file in the keys folder.

The orders of a day share a key, and so do the drafts of a day; each standing order has its own. The file of a key is
destroyed after the transaction that has done with it, and by the next command where that one was stopped.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from pathlib import Path

from django.conf import settings

from booklet_desk import models, vault
from booklet_desk.models import Purpose


class Keys(dict[str, vault.Key]):
    """Keys by name, each read once. Raises KeyLostError."""

    def __missing__(self, id: str) -> vault.Key:
        self[id] = vault.load(Path(settings.DESK_KEYS), id)
        return self[id]


def key_of_the_day(day: date, purpose: Purpose = Purpose.ORDERS) -> vault.Key:
    """The key for what is sealed on this day; a new one where there is none, or where it is lost."""
    rows = models.SealingKey.objects.select_for_update().filter(day=day, purpose=purpose, is_destroyed=False)
    for row in rows.order_by("pk"):
        with suppress(vault.KeyLostError):
            return vault.load(Path(settings.DESK_KEYS), row.id)
    return new_key(day, purpose)


def new_key(day: date, purpose: Purpose = Purpose.ORDERS) -> vault.Key:
    """A key that seals nothing yet."""
    key = vault.create(Path(settings.DESK_KEYS))
    models.SealingKey.objects.create(id=key.id, day=day, purpose=purpose)
    return key


def live_keys() -> Iterator[vault.Key]:
    """The keys that rows of spreadsheets may have fingerprints of."""
    rows = models.SealingKey.objects.filter(is_destroyed=False, order__fingerprint__isnull=False).distinct()
    for id in rows.values_list("id", flat=True):
        with suppress(vault.KeyLostError):
            yield vault.load(Path(settings.DESK_KEYS), id)


def destroy_keys() -> int:
    """Destroy the files of keys that the database has done with: what a stopped purge left is finished here."""
    folder = Path(settings.DESK_KEYS)
    done = models.SealingKey.objects.filter(is_destroyed=True).values_list("id", flat=True)
    return sum(vault.destroy(folder, id) for id in done)
