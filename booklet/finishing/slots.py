"""The room that a typeset booklet leaves for the panels of clinics' own copies."""

from __future__ import annotations

from dataclasses import dataclass

from booklet.finishing.records import TypesetBooklet
from booklet.typesetting import Slot


@dataclass(frozen=True)
class OpenSlot:
    """Room for a panel: its name, the page of the file (from 0), and where it is on that page."""

    name: str
    page: int
    slot: Slot


def slots_of(booklet: TypesetBooklet) -> tuple[OpenSlot, ...]:
    """The slots of a typeset booklet, in the order of its pages."""
    first, found = 0, []
    for segment in booklet.segments:
        found += [OpenSlot(name, first + slot.page, slot) for name, slot in segment.layout.slots.items()]
        first += segment.layout.pages
    return tuple(sorted(found, key=lambda slot: slot.page))
