"""What lies on the shelf, by code and issue: counted by hand, and less by what is posted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F

from booklet.order_codes import CodeEntry, recognise
from booklet_desk import models
from booklet_desk.catalogue import Catalogue
from booklet_desk.records import DeskError, Item

MOST_COPIES = 1_000_000


@dataclass(frozen=True)
class Pile:
    """Copies of a code in an issue. `waiting` are those that orders wait for; `warning` is empty where all is well."""

    code: str
    issue: str
    words: str
    copies: int
    low: int
    waiting: int
    warning: str


def find(said: str, catalogue: Catalogue) -> CodeEntry:
    """What a code stands for that was typed as it stands on a cover. Raises DeskError."""
    code = recognise(said, (entry.code for entry in catalogue.entries)).code
    entry = catalogue.entry(code) if code else None
    if entry is None:
        raise DeskError("No such code: type it as it stands on the cover.")
    return entry


def count(code: str, issue: str, copies: int, low: int, catalogue: Catalogue) -> None:
    """Write down what was counted. Raises DeskError for what never was in print."""
    if not any((entry.code, entry.issue) == (code, issue) for entry in catalogue.entries):
        raise DeskError(f"{code} was not printed in issue {issue}.")
    models.Shelf.objects.update_or_create(code=code, issue=issue, defaults={"copies": copies, "low": low})


def took(copies: Mapping[str, int]) -> None:
    """Take from the shelf what is posted: of each code that was counted, from its latest issue."""
    with transaction.atomic():
        for code, number in copies.items():
            rows = sorted(models.Shelf.objects.filter(code=code), key=lambda row: _issue(row.issue))
            if rows:
                models.Shelf.objects.filter(pk=rows[-1].pk).update(copies=F("copies") - number)


def piles(catalogue: Catalogue, waiting: Mapping[str, int]) -> list[Pile]:
    """What was counted, in the order of the catalogue, with what orders wait for and what to beware of."""
    rows = models.Shelf.objects.order_by("code", "issue")
    places = {(entry.code, entry.issue): n for n, entry in enumerate(catalogue.entries)}
    found = [_pile(row, catalogue, waiting.get(row.code, 0)) for row in rows]
    return sorted(found, key=lambda pile: places.get((pile.code, pile.issue), len(places)))


def short(items: Iterable[Item], catalogue: Catalogue) -> list[str]:
    """Words for what is ordered and was counted, where too little of it lies there."""
    there = {pile.code: pile for pile in piles(catalogue, {item.code: item.copies for item in items}) if pile.waiting}
    return [f"{pile.words}: {pile.copies} on the shelf. {pile.warning}." for pile in there.values() if pile.warning]


def _pile(row: models.Shelf, catalogue: Catalogue, waiting: int) -> Pile:
    entry = next((each for each in catalogue.entries if (each.code, each.issue) == (row.code, row.issue)), None)
    is_old = entry is None or not entry.is_current
    left = row.copies - (0 if is_old else waiting)
    warning = ""
    if is_old:
        warning = "Old issue: do not send" if row.copies else ""
    elif row.copies < 0:
        warning = "More went out than was counted: count again"
    elif left < 0:
        warning = f"Orders wait for {-left} more than are here"
    elif left <= row.low:
        warning = "Low: print"
    return Pile(row.code, row.issue, str(entry or row.code), row.copies, row.low, 0 if is_old else waiting, warning)


def _issue(issue: str) -> tuple[tuple[int, str], ...]:
    """By what 2026.10 comes after 2026.9."""
    return tuple((int(part), "") if part.isdigit() else (-1, part) for part in issue.split("."))
