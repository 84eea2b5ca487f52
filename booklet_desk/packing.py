"""The pack of one order, from what is built: the files of its booklets, whole, and a list of what to print.

A file is taken only where it lies in `dist/` as it was delivered, is of the issue that is printed now, and is what its
sources would come to today. Names and addresses are in none of it: the folder has the order's number.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from booklet.dispatch import Entry, read_entries, read_whole
from booklet.files import write_whole
from booklet_desk import numbers
from booklet_desk.catalogue import Catalogue
from booklet_desk.records import Content, DeskError, Item, Order

FORMATS = ("clinic", "screen")
"""As which a pack is made: A4 sheets for an office copier, or files to read. Large print is one file for both."""
LIST = "what-to-print.txt"
PLAIN = "-clinic-plain.pdf"
"""The end of what is made for people who cannot fold: it is left out where there are sheets to fold."""
Key = tuple[str, str, str]
"""Title, edition and format."""
Older = Callable[[Collection[Key]], Collection[Key]]
"""Which of some files are not what their sources would come to now."""


class PackError(DeskError):
    """A pack that cannot be made of what is built, and the command that helps."""


@dataclass(frozen=True)
class PackItem:
    """A booklet of a pack: what it is, how many copies, and its files in their order; none where some are missing."""

    words: str
    key: Key
    copies: int
    files: tuple[Entry, ...]


@dataclass(frozen=True)
class Pack:
    """A pack by the name of its folder: its files with their content, and the list of what to print among them."""

    name: str
    files: Mapping[str, bytes] = field(repr=False)


def make_pack(order: Order, format: str, catalogue: Catalogue, dist: Path, older: Older) -> Pack:
    """The pack of an order. Raises PackError where something of it is not built, or older than its sources."""
    if order.content is None or order.state == "cancelled":
        state = "cancelled" if order.content else "purged, or its key is lost"
        raise PackError(f"Order {numbers.write(order.number)} is {state}: there is nothing to pack.")
    items = tuple(_items(catalogue.renewed(order.content), format, catalogue, read_entries(dist)))
    contents = {entry.file: read_whole(dist, entry) for item in items for entry in item.files}
    missing = [item for item in items if not item.files or any(contents[row.file] is None for row in item.files)]
    if missing:
        raise PackError(_refusal("not built, or changed since", missing))
    late = {item.key for item in items for entry in item.files if entry.is_older}
    late |= set(older([item.key for item in items]))
    if late:
        raise PackError(_refusal("older than the chapters", [item for item in items if item.key in late]))
    name = numbers.write(order.number).replace(" ", "-")
    files = {Path(file).name: content for file, content in contents.items() if content is not None}
    return Pack(name, {**files, LIST: _list(name, items).encode()})


def write_pack(folder: Path, pack: Pack) -> Path:
    """Put a pack into a folder of its own, whole or not at all. Raises PackError where that is there, OSError."""
    target = folder / pack.name
    if target.exists():
        raise PackError(f"{target} is there already. Remove it, or name another folder with --out.")
    target.mkdir(parents=True)
    write_whole([(target / name, content) for name, content in pack.files.items()])
    return target


def as_zip(pack: Pack) -> bytes:
    """The same as one file, for a browser."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in pack.files.items():
            archive.writestr(zipfile.ZipInfo(f"{pack.name}/{name}"), content)
    return target.getvalue()


def _items(content: Content, format: str, catalogue: Catalogue, entries: Iterable[Entry]) -> Iterator[PackItem]:
    """The booklets of an order, each with what the manifest has of it. Raises PackError for a code that is no more."""
    rows = list(entries)
    for item in content.items:
        thing = catalogue.entry(item.code)
        if thing is None or not thing.is_current:
            raise PackError(f"{catalogue.words(Item(item.code, item.copies))}: it is no longer printed.")
        key = (thing.publication, thing.edition, "large-print" if thing.size != "standard" else format)
        files = sorted((row for row in rows if (row.key, row.issue) == (key, thing.issue)), key=lambda row: row.file)
        is_complete = bool(files) and len(files) == files[0].volumes
        chosen = [row for row in files if not row.file.endswith(PLAIN)] if is_complete else []
        yield PackItem(f"{thing}, {item.code}", key, item.copies, tuple(chosen))


def _refusal(why: str, items: list[PackItem]) -> str:
    """What is wrong with these, and the one command that builds them."""
    named = "; ".join(dict.fromkeys(f"{item.words} ({item.key[2]})" for item in items))
    asked = [
        f"--{option} {value}"
        for place, option in enumerate(("title", "edition", "format"))
        for value in dict.fromkeys(item.key[place] for item in items)
    ]
    return f"These are {why}: {named}. Then: booklet build {' '.join(asked)}"


def _list(name: str, items: Iterable[PackItem]) -> str:
    """What to print, for a person."""
    lines = [f"Order {name.replace('-', ' ')}", "", "Print at 100 %, not “fit to page”.", ""]
    for number, item in enumerate(items, 1):
        lines.append(f"{number}. {item.words}: {item.copies} cop{'y' if item.copies == 1 else 'ies'}")
        lines += [f"   {Path(entry.file).name}: {_printing(entry)}" for entry in item.files]
    return "\n".join((*lines, ""))


def _printing(entry: Entry) -> str:
    """How a file is printed, as the shape of its pages asks for it."""
    if entry.format == "screen":
        return f"{entry.pages} pages to read on a screen, or to send; not for printing."
    sheets = (entry.pages + 1) // 2
    if entry.file.endswith("-fronts.pdf"):
        return f"{entry.pages} sheets of A4, one side. Then turn the pile as the first sheet says, and print the backs."
    if entry.file.endswith("-backs.pdf"):
        return "the backs of these sheets."
    if entry.trim_mm[0] > entry.trim_mm[1]:
        return (
            f"{sheets} sheets of A4, both sides, flip on the short edge. The first sheet says how to fold and staple."
        )
    return f"{sheets} sheets of A4, both sides, flip on the long edge. Not folded: staple at the left."
