"""Recall: how many posted copies hold an entry that has changed since, under which codes, and which clinics have some.

What is printed where comes from the booklet (`booklet.recall`), what was posted from the ledger. Of people there are
counts alone; a clinic is named, by its own name and its place, as long as its order is not purged.
"""

from __future__ import annotations

import json
from collections import Counter as Tally
from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from booklet_desk import ledger, numbers, shelf, standing
from booklet_desk.catalogue import Catalogue
from booklet_desk.ledger import PostedCopies
from booklet_desk.records import Content, Item, Order

if TYPE_CHECKING:  # what compares pages takes seconds to load
    from booklet.recall import HeldCopy, Recall


@dataclass(frozen=True)
class AffectedCode:
    """The copies with a code, how many of them were posted and on which days, and how many lie on the shelf."""

    copy: HeldCopy
    posted: tuple[PostedCopies, ...]
    on_the_shelf: int

    @property
    def count(self) -> int:
        """How many were posted."""
        return sum(row.copies for row in self.posted)


@dataclass(frozen=True)
class AffectedClinic:
    """A clinic that has some. `order` is the number of its order, empty for a standing one; `day` when it was posted,
    or when it comes again.
    """

    order: str
    day: date
    name: str = field(repr=False)
    place: str = field(repr=False)
    items: tuple[Item, ...] = field(repr=False)


@dataclass(frozen=True)
class Affected:
    """All of a recall. `others` are copies of the same titles in other issues, which were not compared."""

    recall: Recall
    codes: tuple[AffectedCode, ...]
    clinics: tuple[AffectedClinic, ...]
    standing: tuple[AffectedClinic, ...]
    others: tuple[PostedCopies, ...]

    @property
    def count(self) -> int:
        """How many copies were posted, of all codes."""
        return sum(row.count for row in self.codes)


def read_affected(recall: Recall, catalogue: Catalogue, first: date, last: date) -> Affected:
    """What the ledger knows of the copies of a recall that were posted on these days, the first and the last included.
    A copy of which nobody noted the issue counts as one of them.
    """
    own = {copy.code for copy in recall.copies}
    things = {(copy.title, copy.edition, copy.size) for copy in recall.copies}
    every = own | {entry.code for entry in catalogue.entries if entry.thing in things}
    posted = [row for row in ledger.posted_copies(every) if first <= row.day <= last]
    mine: list[PostedCopies] = []
    others: list[PostedCopies] = []
    for row in posted:
        (mine if row.code in own and row.issue in ("", recall.issue) else others).append(row)
    piles = {(pile.code, pile.issue): pile.copies for pile in shelf.piles(catalogue, {})}
    codes = tuple(
        AffectedCode(copy, tuple(row for row in mine if row.code == copy.code), piles.get((copy.code, copy.issue), 0))
        for copy in recall.copies
    )
    sent = [
        _clinic(order, order.content, own)
        for order, issue in ledger.posted_to_clinics(own)
        if order.content and issue in ("", recall.issue) and first <= (order.closed or order.day) <= last
    ]
    again = [
        AffectedClinic("", row.next, row.content.address.name, row.content.address.printed[-1], items)
        for row in standing.listed()
        if row.content and (items := _items(row.content, own))
    ]
    return Affected(recall, codes, tuple(sent), tuple(again), tuple(others))


def _clinic(order: Order, content: Content, codes: Collection[str]) -> AffectedClinic:
    address = content.address
    day = order.closed or order.day
    return AffectedClinic(numbers.write(order.number), day, address.name, address.printed[-1], _items(content, codes))


def _items(content: Content, codes: Collection[str]) -> tuple[Item, ...]:
    return tuple(item for item in content.items if item.code in codes)


def as_text(found: Affected) -> Iterator[str]:
    """Line by line for a person."""
    recall = found.recall
    yield f"Compared: issue {recall.issue} as printed ({recall.since}) with the project as it is now."
    if not found.codes:
        yield "No copy of it holds an entry that would be printed otherwise now."
        return
    for row in found.codes:
        copy = row.copy
        size = ", large print" if copy.size != "standard" else ""
        yield f"{copy.code}  {copy.name}, {copy.edition}{size}, issue {copy.issue}: {_copies(row)}"
        for entry in copy.entries:
            yield f"  {entry.id}"
            for each in entry.errata:
                yield "    " + ": ".join(filter(None, (each.where, _said(each.before, each.old, each.after, each.new))))
    yield f"Posted in all: {_counted(found.count)}."
    yield from _clinics("Clinics that have some:", found.clinics)
    yield from _clinics("Clinics that get some again, and may have some from before:", found.standing)
    if found.others:
        others: Tally[tuple[str, str]] = Tally()
        for other in found.others:
            others[other.code, other.issue] += other.copies
        told = ", ".join(f"{code} issue {issue or 'unknown'}: {count}" for (code, issue), count in others.items())
        yield f"Posted of other issues, which were not compared (name each with --since): {told}."
    yield f"Corrections for them: {recall.corrections}"


def as_data(found: Affected) -> str:
    """The same as JSON."""
    recall = found.recall
    data: dict[str, Any] = {
        "since": recall.since, "issue": recall.issue, "notes": list(recall.notes), "posted": found.count,
        "codes": [
            {**asdict(row.copy), "posted": row.count, "on_the_shelf": row.on_the_shelf, "by_day": _days(row.posted)}
            for row in found.codes
        ],
        "clinics": [_as_row(each) for each in found.clinics],
        "standing": [_as_row(each) for each in found.standing],
        "other_issues": _days(found.others),
        "corrections": recall.corrections if found.codes else "",
    }  # fmt: skip
    return json.dumps(data, ensure_ascii=False, indent=2)


def _as_row(clinic: AffectedClinic) -> dict[str, Any]:
    items = [{"code": item.code, "copies": item.copies} for item in clinic.items]
    return {**asdict(clinic), "day": clinic.day.isoformat(), "items": items}


def _days(rows: Sequence[PostedCopies]) -> list[dict[str, Any]]:
    return [{**asdict(row), "day": row.day.isoformat()} for row in rows]


def _clinics(head: str, clinics: Sequence[AffectedClinic]) -> Iterator[str]:
    if clinics:
        yield head
    for each in clinics:
        items = ", ".join(f"{item.copies} × {item.code}" for item in each.items)
        when = f"order {each.order}, posted {each.day}" if each.order else f"standing order, next {each.day}"
        yield f"  {each.name or 'without a name'}, {each.place}: {items} ({when})"


def _copies(row: AffectedCode) -> str:
    days = [each.day for each in row.posted]
    when = f" ({min(days)} to {max(days)})" if days else ""
    on_the_shelf = f", {row.on_the_shelf} on the shelf" if row.on_the_shelf > 0 else ""
    return f"{_counted(row.count)} posted{when}{on_the_shelf}"


def _counted(copies: int) -> str:
    return f"{copies} cop{'y' if copies == 1 else 'ies'}"


def _said(before: str, old: str, after: str, new: str) -> str:
    return "; ".join(f"{head} “{words}”" for head, words in ((before, old), (after, new)) if words)
