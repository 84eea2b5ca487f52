"""The shelf: a page beside the files of a build, from which a reader, a nurse or an operator takes one.

`dist/index.html` is static, asks for no script and nothing from elsewhere, and links to the files beside it, so that
the folder can be put on a web server as it is. Covers are drawn once, and kept in the store by the hash of their file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from booklet.composing import checked_entries, publication, shelf_page, titles_of
from booklet.dispatch import Entry
from booklet.formats import FORMATS
from booklet.manuscript import Edition, Manuscript
from booklet.order_codes import spelling
from booklet.pdf import page_pictures
from booklet.store import Store, key_of
from booklet.words import Words

INDEX = "index.html"
COVERS = "covers"
COVER_DPI = 60
COVER_FORMAT = "screen"
_ENDINGS = {
    "-clinic.pdf": "sheets", "-clinic-fronts.pdf": "fronts", "-clinic-backs.pdf": "backs", "-clinic-plain.pdf": "plain",
    "-cover.pdf": "cover_file", "-ticket.pdf": "ticket", "-ticket.json": "ticket_data",
}  # fmt: skip
"""What a file is beside its format, by the end of its name; a word of the house."""


@dataclass(frozen=True)
class FileView:
    """A file to take: its address, what it is, the format by its name, and its size in words."""

    href: str
    words: str
    format: str
    facts: str


@dataclass(frozen=True)
class BookletView:
    """A title of an edition: what it is, its cover (an address, or empty), and its files."""

    id: str
    title: str
    subtitle: str
    cover: str
    issue: str
    sample: str
    codes: tuple[tuple[str, str, str], ...]
    """The size of print that a code stands for (`standard`, `large_print`), the code, and how it is spelt."""
    files: tuple[FileView, ...]


@dataclass(frozen=True)
class StateView:
    """An edition: its titles, and how many of its entries somebody has confirmed, the last of them on which day."""

    code: str
    name: str
    entries: int
    confirmed: int
    last: date | None
    booklets: tuple[BookletView, ...]


def keep_cover(store: Store, content: Callable[[], bytes], digest: str) -> bytes | None:
    """The picture of the first page of a file with this hash: from the store, or drawn and kept there; None where it
    cannot be drawn. `content` reads the file.
    """
    key = key_of("cover", digest, COVER_DPI)
    picture = store.get(key)
    if picture is None and (drawn := page_pictures(content(), [0], COVER_DPI)):
        picture = drawn[0][0]
        store.put(key, picture)
    return picture


def shelf_files(
    manuscript: Manuscript, entries: Iterable[Entry], cover: Callable[[Entry], bytes | None]
) -> dict[str, bytes]:
    """The page and its pictures by their names in `dist/`; nothing where no file of this issue is there. `cover`
    gives the picture of a file.
    """
    here = [entry for entry in entries if entry.issue == manuscript.book.issue]
    covers = {
        (entry.publication, entry.edition): (f"{COVERS}/{entry.file.rpartition('/')[2].removesuffix('.pdf')}.png", png)
        for entry in here
        if entry.format == COVER_FORMAT and (png := cover(entry))
    }
    names = {key: name for key, (name, _) in covers.items()}
    states = [view for edition in manuscript.editions if (view := _state(manuscript, edition, here, names)).booklets]
    if not states:
        return {}
    book, words = manuscript.book, manuscript.words
    html = shelf_page(
        words,
        {
            "title": book.title,
            "book": book,
            "states": states,
            "formats": {name: _format(words, name) for name in FORMATS if any(e.format == name for e in here)},
            "topics": {row.id: row.title for state in states for row in state.booklets},
        },
    )
    return {INDEX: html.encode(), **dict(covers.values())}


def _state(
    manuscript: Manuscript, edition: Edition, entries: list[Entry], covers: dict[tuple[str, str], str]
) -> StateView:
    days = checked_entries(manuscript, edition)
    sure = [day for day in days if day]
    rows = tuple(
        view
        for title in titles_of(manuscript)
        if (view := _booklet(manuscript, edition, title, entries, covers.get((title, edition.code), ""))).files
    )
    return StateView(edition.code, edition.name, len(days), len(sure), max(sure, default=None), rows)


def _booklet(manuscript: Manuscript, edition: Edition, title: str, entries: list[Entry], cover: str) -> BookletView:
    own = publication(manuscript, edition, title)
    files = [entry for entry in entries if (entry.publication, entry.edition) == (title, edition.code)]
    codes = own.codes.by_size if own.codes else {}
    return BookletView(
        id=title,
        title=own.title,
        subtitle=own.subtitle,
        cover=cover,
        issue=manuscript.book.issue,
        sample=_sample(manuscript, len(own.chapters), files),
        codes=tuple((size.replace("-", "_"), code, spelling(code)) for size, code in codes.items()),
        files=tuple(_files(files, manuscript.words)),
    )


def _sample(manuscript: Manuscript, chapters: int, files: list[Entry]) -> str:
    """What is said of files with chapters that nobody has signed off; nothing of others."""
    unsigned = max((len(entry.unsigned) for entry in files), default=0)
    key = "review.sample_by" if unsigned == chapters else "review.sample_in_part"
    return manuscript.words(key, reviewer=manuscript.book.reviewer) if unsigned and manuscript.book.reviewer else ""


def _format(words: Words, name: str) -> str:
    return words(f"shelf.{name.replace('-', '_')}")


def _files(entries: list[Entry], words: Words) -> Iterator[FileView]:
    order = list(FORMATS)
    known = [entry for entry in entries if entry.format in order]
    endings = list(_ENDINGS)

    def place(entry: Entry) -> tuple[int, int, str]:
        own = next((index for index, ending in enumerate(endings) if entry.file.endswith(ending)), -1)
        return order.index(entry.format), own, entry.file

    for entry in sorted(known, key=place):
        part = next((words(f"shelf.{part}") for ending, part in _ENDINGS.items() if entry.file.endswith(ending)), "")
        volume = words("shelf.volume", number=entry.volume) if entry.volume else ""
        details = list(filter(None, (volume, part, words("shelf.older") if entry.is_older else "")))
        comma = words("list.comma")
        kind = _format(words, entry.format)
        kind = words("shelf.detail", kind=kind, details=comma.join(details)) if details else kind
        pages = [words("shelf.pages", count=entry.pages)] if entry.pages else []
        facts = comma.join([entry.file.rpartition(".")[2].upper(), *pages, _size(entry.bytes)])
        yield FileView(entry.file, kind, entry.format, facts)


def _size(count: int) -> str:
    return f"{count / 1e6:.1f} MB" if count >= 1e6 else f"{max(1, round(count / 1e3))} kB"
