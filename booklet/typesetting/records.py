"""The records of typesetting: the facts of a layout, a part as written, and the segment that leaves the room."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from booklet.composing import Part


class EngineError(Exception):
    """The typesetting engine failed on a part, in a way of its own; carries the kind of error."""


class MisfitKind(StrEnum):
    """What it is that does not fit its page."""

    WORD = "word"
    TABLE = "table"
    PICTURE = "picture"
    BOX = "box"


@dataclass(frozen=True)
class Misfit:
    """Something that does not fit: what kind of thing, words to know it by, and its place, `file:line`, if known."""

    kind: MisfitKind
    words: str
    place: str


@dataclass(frozen=True)
class Slot:
    """Room on a page (from 0) for a panel that is set by itself: the inside of its box, in points from the page's upper
    left corner at the trim.
    """

    page: int
    left_pt: float
    top_pt: float
    width_pt: float
    height_pt: float


@dataclass(frozen=True)
class Layout:
    """What was found while a part was laid out.

    `anchors` gives the page index and the distance from the page's top, in points, of each id; `bookmarks` the level,
    title, page index, distance from the top and id (or nothing) of each heading; `complaints` what the engine logged;
    `misfits` what does not fit its page; `level` which share of the body's lines stands on the grid; `slots` the room
    for panels, by the names that their elements have as `data-slot`.
    """

    pages: int
    anchors: dict[str, tuple[int, float]]
    bookmarks: tuple[tuple[int, str, int, float, str], ...]
    complaints: tuple[str, ...]
    misfits: tuple[Misfit, ...] = ()
    level: float = 1.0
    slots: dict[str, Slot] = field(default_factory=dict)


@dataclass(frozen=True)
class WrittenFacts:
    """What is known of a part as the engine has written it: what the engine complained of, and where it comes from.

    `sources` says for each page, and on it for each marked content by its number, from which file and line it comes
    (`chapters/04-liver.md:42`), or nothing when only the part's own file is known.
    """

    complaints: tuple[str, ...]
    sources: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Segment:
    """A part as typeset: the key under which the store has its pages as a tagged PDF, what is on them, the number of
    the first, and what is known of what the engine wrote.
    """

    part: Part
    key: str
    layout: Layout
    first_folio: int
    roman: bool
    written: WrittenFacts

    @property
    def complaints(self) -> tuple[str, ...]:
        """What the engine said while the part was laid out and written."""
        return self.layout.complaints + self.written.complaints

    def folio(self, page_index: int) -> str:
        """The number printed on one of its pages."""
        return folio(self.first_folio + page_index, self.roman)


def folio(number: int, roman: bool) -> str:
    """A page number as it is printed: `12`, or `iv` in the front matter."""
    if not roman:
        return str(number)
    ones = ("", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix")
    tens = ("", "x", "xx", "xxx", "xl", "l", "lx", "lxx", "lxxx", "xc")
    return tens[number // 10] + ones[number % 10]
