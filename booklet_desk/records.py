"""What an order says, as frozen records. Names and addresses stand in no `repr`, so that no message can show them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from booklet.findings import BookletError

RESIDENT = "The Resident"
"""What is printed where a caller gives no name (APP 2: a pseudonym will do)."""


class DeskError(BookletError):
    """Something that stops a command of the desk. The message holds no name, no address and no content of an order."""

    exit_status = 1


@dataclass(frozen=True)
class Address:
    """An address in Australia Post's form, line by line: `lines` stand between the name and the last line."""

    name: str = field(repr=False)
    lines: tuple[str, ...] = field(repr=False)
    locality: str = field(repr=False)
    state: str = field(repr=False)
    postcode: str = field(repr=False)

    @property
    def printed(self) -> tuple[str, ...]:
        """As it stands on an envelope: the last line in capitals, no punctuation, postcode last."""
        return (self.name or RESIDENT, *self.lines, f"{self.locality} {self.state} {self.postcode}")


@dataclass(frozen=True)
class Item:
    """So many copies of what a code stands for."""

    code: str = field(repr=False)
    copies: int = field(repr=False)


@dataclass(frozen=True)
class DeliveryPoint:
    """The delivery point that a mail house found, and until when it holds (ISO 8601): after that no barcode is made."""

    dpid: str = field(repr=False)
    paf_version: str
    paf_expires: str


@dataclass(frozen=True)
class Content:
    """All that is sealed: to whom, what, and whether it goes by free post. Why is never asked. `row` is the hash of the
    row of a spreadsheet that it came from, if any. A clinic's order may be a large one.
    """

    address: Address
    items: tuple[Item, ...]
    free_post: bool = False
    delivery_point: DeliveryPoint | None = None
    row: str = field(default="", repr=False)
    is_clinic: bool = False


@dataclass(frozen=True)
class Rhythm:
    """How often a standing order is taken again, and until when."""

    every_weeks: int
    until: date


@dataclass(frozen=True)
class Batch:
    """Orders that go out together; `is_written` says that its files were, `posted` when it went."""

    number: int
    day: date
    is_written: bool
    posted: date | None


@dataclass(frozen=True)
class Order:
    """One order as the desk has it. `content` is None once it is purged, or while its key cannot be found."""

    number: int
    day: date
    state: str
    batch: int | None
    closed: date | None
    content: Content | None
    is_key_lost: bool = False


@dataclass(frozen=True)
class Printing:
    """A title in a size of print, as a card tells of it: how its code is said, what a pack with one copy weighs, and
    the codes and issues of old copies. What was not built is None.
    """

    title: str
    name: str
    size: str
    code: str
    spelling: str
    issue: str
    pages: int | None
    grams: int | None
    post: str
    earlier: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class PagePair:
    """The page on which a chapter begins, in standard and in large print."""

    heading: str
    standard: str
    large_print: str

    @property
    def is_moved(self) -> bool:
        """True where large print has it on another page."""
        return self.standard != self.large_print


@dataclass(frozen=True)
class Card:
    """All that can be ordered in an edition. `issued` and `lines` (whom to ring there and when) are those of the
    sources, `time_zone` is the state's clock; `pages` lead from standard to large print; `changed` says what an earlier
    issue (`since`) has otherwise. All are empty where nobody knows.
    """

    edition: str
    printings: tuple[Printing, ...]
    issued: str = ""
    time_zone: str = ""
    lines: tuple[str, ...] = ()
    pages: tuple[PagePair, ...] = ()
    since: str = ""
    changed: tuple[str, ...] = ()

    @property
    def issues(self) -> tuple[str, ...]:
        """What is in print now."""
        return tuple(sorted({printing.issue for printing in self.printings}))


def as_data(content: Content) -> dict[str, Any]:
    """The content as plain values, for sealing."""
    address, point = content.address, content.delivery_point
    return {
        "name": address.name,
        "lines": list(address.lines),
        "locality": address.locality,
        "state": address.state,
        "postcode": address.postcode,
        "items": [[item.code, item.copies] for item in content.items],
        "free_post": content.free_post,
        "delivery_point": [point.dpid, point.paf_version, point.paf_expires] if point else None,
        "row": content.row,
        "is_clinic": content.is_clinic,
    }


def from_data(data: dict[str, Any]) -> Content:
    """What `as_data` gave."""
    address = Address(data["name"], tuple(data["lines"]), data["locality"], data["state"], data["postcode"])
    items = tuple(Item(code, copies) for code, copies in data["items"])
    point = DeliveryPoint(*data["delivery_point"]) if data["delivery_point"] else None
    return Content(address, items, data["free_post"], point, data["row"], data.get("is_clinic", False))
