"""The tables of the desk. What an order says is sealed; all else is numbers, days and states."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models


class Counter(models.Model):
    """The last number that was given. Its row is locked while a number is taken, so that none is given twice."""

    name = models.CharField(max_length=20, primary_key=True)
    last = models.BigIntegerField()


class Purpose(models.TextChoices):
    """What a key seals."""

    ORDERS = "orders"
    DRAFTS = "drafts"
    STANDING = "standing"


class SealingKey(models.Model):
    """A key by the name of its file. The orders of a day share one, and keep it until the first of them is purged."""

    id = models.CharField(max_length=32, primary_key=True)
    day = models.DateField()
    purpose = models.CharField(max_length=10, choices=Purpose, default=Purpose.ORDERS)
    is_destroyed = models.BooleanField(default=False)


class Batch(models.Model):
    """Orders that go out together. `issue` is what was printed when it was made; empty where nobody noted it."""

    day = models.DateField()
    issue = models.CharField(max_length=20, default="")
    is_written = models.BooleanField(default=False)
    posted = models.DateField(null=True)


class State(models.TextChoices):
    """Where an order is."""

    OPEN = "open"
    BATCHED = "batched"
    POSTED = "posted"
    RETURNED = "returned"
    CANCELLED = "cancelled"


class Order(models.Model):
    """One order. `closed` is the day it was posted, returned or cancelled; once purged, key and content are gone."""

    number = models.BigIntegerField(primary_key=True)
    day = models.DateField()
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    batch = models.ForeignKey(Batch, models.PROTECT, null=True)
    closed = models.DateField(null=True)
    key = models.ForeignKey(SealingKey, models.PROTECT, null=True)
    sealed = models.BinaryField(null=True)
    fingerprint = models.BinaryField(max_length=32, null=True, db_index=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["key", "fingerprint"], name="one_order_a_row"),
        ]
        indexes: ClassVar = [models.Index(fields=["state", "number"], name="orders_by_state")]


class Draft(models.Model):
    """A call that is being taken. `revision` counts the times it was sent; `order` is the number that it came to."""

    begun = models.DateTimeField()
    operator = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE)
    revision = models.IntegerField(default=0)
    key = models.ForeignKey(SealingKey, models.PROTECT, null=True)
    sealed = models.BinaryField(null=True)
    order = models.BigIntegerField(null=True)


class PostedCount(models.Model):
    """How many copies of a code, in an issue, were posted on a day. It stays when the orders are purged."""

    day = models.DateField()
    code = models.CharField(max_length=7)
    issue = models.CharField(max_length=20, default="")
    copies = models.BigIntegerField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["day", "code", "issue"], name="one_count_a_day")]


class Shelf(models.Model):
    """How many copies of a code, in an issue, lie on the shelf; at `low` and fewer it is time to print."""

    code = models.CharField(max_length=7)
    issue = models.CharField(max_length=20)
    copies = models.BigIntegerField()
    low = models.BigIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["code", "issue"], name="one_place_on_the_shelf")]


class Standing(models.Model):
    """An order that is taken again every so many weeks, until a day. It is gone when it ends, and its key with it."""

    every_weeks = models.IntegerField()
    next = models.DateField()
    until = models.DateField()
    key = models.ForeignKey(SealingKey, models.PROTECT)
    sealed = models.BinaryField()


class Import(models.Model):
    """A file that was taken, by a hash that says nothing without the desk's own key."""

    day = models.DateField()
    digest = models.BinaryField(max_length=32, unique=True)
    orders = models.IntegerField()


class ColumnMap(models.Model):
    """What the columns of files with such a header mean."""

    header = models.CharField(max_length=64, primary_key=True)
    columns = models.JSONField()


class LogEntry(models.Model):
    """What was done, to how many orders. It is only ever added to: the database refuses anything else."""

    at = models.DateTimeField()
    event = models.CharField(max_length=20)
    order = models.BigIntegerField(null=True)
    count = models.IntegerField(default=0)
