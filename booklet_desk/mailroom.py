"""A batch for who packs and posts it: carrier sheets, checked as a stranger would see them, and lists."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from booklet_desk import numbers
from booklet_desk.barcode import states_of
from booklet_desk.carriers import Carrier, carrier, carrier_sheets
from booklet_desk.catalogue import Catalogue
from booklet_desk.envelope_check import check_carriers, tells
from booklet_desk.envelopes import Envelope
from booklet_desk.exporting import as_csv
from booklet_desk.lists import packing_lists
from booklet_desk.postage import Posting, Rates, cheaper_without, posting, statement
from booklet_desk.records import Batch, Content, DeskError, Item, Order


class BadBatchError(DeskError):
    """Orders that cannot be posted as they are. Nothing was batched."""

    def __init__(self, reasons: Iterable[str]) -> None:
        super().__init__("\n".join((*reasons, "Nothing was batched. Mend or cancel these orders first.")))


@dataclass(frozen=True)
class MailFiles:
    """The files of a batch by name, and what who packs should know, order by order."""

    files: dict[str, bytes]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class MailRoom:
    """What a batch is made with: the envelope of standard packs and of those in large print, the letter, what can be
    ordered, the pages behind each code, and what posting costs.
    """

    envelopes: Mapping[bool, Envelope]
    letter: str
    catalogue: Catalogue
    pages: Mapping[str, tuple[int, bool]]
    rates: Rates
    has_barcodes: bool = False
    """Whether a barcode stands above an address whose delivery point is known and holds on the day of the batch."""

    def states(self, content: Content, day: date) -> tuple[int, ...]:
        """The states of its bars; none where it has no barcode. Raises BarcodeError."""
        point = content.delivery_point
        is_known = self.has_barcodes and point is not None and point.paf_expires >= day.isoformat()
        return states_of(point.dpid) if is_known and point else ()

    def words(self, item: Item) -> str:
        """What an item is, for who packs."""
        entry = self.catalogue.entry(item.code)
        size = ", large print" if entry and entry.size != "standard" else ""
        return f"{entry.title}{size}" if entry else item.code

    def words_and_copies(self, item: Item) -> str:
        """What an item is, for who opens the pack."""
        return f"{item.copies} × {self.words(item)}" if item.copies > 1 else self.words(item)

    def is_large(self, content: Content) -> bool:
        """True for a pack that holds large print."""
        entries = [self.catalogue.entry(item.code) for item in content.items]
        return any(entry is not None and entry.size != "standard" for entry in entries)

    def posting(self, content: Content, day: date) -> Posting:
        """How a pack is posted."""
        envelope = self.envelopes[self.is_large(content)]
        return posting(content.items, envelope, self.rates, self.pages.get, day, content.free_post)


def names(batch: int) -> tuple[str, ...]:
    """What the files of a batch are called."""
    files = ("carriers.pdf", "carriers-large-print.pdf", "lists.pdf", "packs.csv", "posting.csv")
    return tuple(f"batch-{batch:05}-{file}" for file in files)


def mail_files(batch: Batch, orders: Iterable[Order], room: MailRoom) -> MailFiles:
    """Carrier sheets, lists and the numbers of a mailing statement. Raises BadBatchError, EnvelopeError."""
    rows = [(order.number, order.content) for order in orders if order.content]
    rows.sort(key=lambda row: (row[1].address.postcode, row[0]))
    standard, large, lists, packs, statements = names(batch.number)
    files: dict[str, bytes] = {}
    notes: list[str] = []
    for is_large, name in ((False, standard), (True, large)):
        chosen = [row for row in rows if room.is_large(row[1]) == is_large]
        if chosen:
            files[name], more = _carriers(batch, chosen, room, is_large)
            notes += more
    postings = [(number, content, room.posting(content, batch.day)) for number, content in rows]
    files[lists] = packing_lists(f"Batch {batch.number}", rows, room.words)
    files[packs] = as_csv(_packs(postings, room, batch.day))
    files[statements] = as_csv(statement((row, content.free_post) for _, content, row in postings))
    if sum(row.name == "large letter" for _, _, row in postings) >= room.rates.presort_pieces:
        notes.append("As many large letters can go as PreSort Unbarcoded: ask for its price and its mailing statement.")
    return MailFiles(files, tuple(notes))


def _carriers(batch: Batch, rows: list[tuple[int, Content]], room: MailRoom, is_large: bool) -> tuple[bytes, list[str]]:
    """The sheets of one kind of envelope, read back, and notes. Raises BadBatchError, EnvelopeError."""
    envelope = room.envelopes[is_large]
    drawn = [
        (number, content, carrier(number, content, envelope, room.letter, room.words_and_copies, is_large, states))
        for number, content in rows
        for states in [room.states(content, batch.day)]
    ]
    bad = [f"order {numbers.write(number)}: {sheet}" for number, _, sheet in drawn if isinstance(sheet, str)]
    if bad:
        raise BadBatchError(bad)
    sheets = [(content, sheet) for _, content, sheet in drawn if isinstance(sheet, Carrier)]
    file = carrier_sheets(f"Batch {batch.number}", (sheet for _, sheet in sheets), envelope)
    expected = {numbers.write(sheet.number): tuple(each.as_read for each in sheet.address) for _, sheet in sheets}
    faults = check_carriers(file, envelope, expected)
    if faults:
        raise BadBatchError(str(fault) for fault in faults)
    return file, [note for content, sheet in sheets for note in _notes(sheet.number, content, sheet)]


def _packs(postings: Iterable[tuple[int, Content, Posting]], room: MailRoom, day: date) -> Iterator[tuple[str, ...]]:
    """Each pack by class, then by postcode, without a name; and what would make it cheaper."""
    yield ("class", "postcode", "order", "grams", "mm thick", "up to grams", "price", "cheaper without", "saves")
    for number, content, row in sorted(postings, key=lambda each: (each[2].name, each[1].address.postcode, each[0])):
        envelope = room.envelopes[room.is_large(content)]
        less = cheaper_without(content.items, envelope, room.rates, room.pages.get, day)
        yield (
            row.name, content.address.postcode, numbers.write(number),
            "unknown" if row.grams is None else f"{row.grams:.0f}",
            "unknown" if row.thickness_mm is None else f"{row.thickness_mm:.1f}",
            f"{row.step_grams:g}" if row.step_grams else "",
            "unknown" if row.price is None else f"{row.price:.2f}",
            room.words(less[0]) if less and not content.free_post else "",
            f"{less[1]:.2f}" if less and less[1] and not content.free_post else "",
        )  # fmt: skip


def _notes(number: int, content: Content, sheet: Carrier) -> list[str]:
    written = numbers.write(number)
    notes = [f"order {written}: signs that no face has were dropped: {sheet.dropped}."] if sheet.dropped else []
    word = tells(" ".join(content.address.printed))
    return [*notes, *([f"order {written}: its own address says '{word}', which the window shows."] if word else [])]
