"""The records of a comparison: blocks as they are printed, what became of them, and whole comparisons."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from booklet.composing import Block
from booklet.findings import BookletError

What = Literal["changed", "added", "removed", "moved"]
Run = tuple[Literal["same", "removed", "added"], str]
"""Words of a block, and whether both states have them."""
Box = tuple[float, float, float, float]
"""Left, top, right and bottom, as shares of the page from its upper left corner."""


class DifferenceError(BookletError):
    """There is nothing to compare, or it is nothing of ours."""

    exit_status = 2


@dataclass(frozen=True)
class Change:
    """What became of a block: as it was, as it is, and the words of both in one row."""

    what: What
    old: Block | None
    new: Block | None
    runs: tuple[Run, ...]
    beside: Block | None = None
    """The block of the other state behind which it stands, where that state lacks it."""

    @property
    def block(self) -> Block:
        """The block as it is, or as it was last."""
        block = self.new or self.old
        assert block
        return block


@dataclass(frozen=True)
class TitleChanges:
    """What changed in one title, and in which editions (codes) it did so on the same pages."""

    title: str
    name: str
    editions: tuple[str, ...]
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class PagePicture:
    """A page as it is printed: what it belongs to, its folio, a PNG, and where something changed."""

    folio: str
    png: bytes
    marks: tuple[Box, ...]


@dataclass(frozen=True)
class PagePair:
    """Pages that belong together, of the old and the new state; None where one has no such page."""

    title: str
    old: PagePicture | None
    new: PagePicture | None


@dataclass(frozen=True)
class Comparison:
    """Two states and what changed from one to the other. `notes` say what could not be compared or is there once."""

    old: str
    new: str
    titles: tuple[TitleChanges, ...]
    notes: tuple[str, ...] = ()
    pages: tuple[PagePair, ...] = ()

    @property
    def count(self) -> int:
        """How many changes there are, each counted once for the editions that share it."""
        return sum(len(row.changes) for row in self.titles)
