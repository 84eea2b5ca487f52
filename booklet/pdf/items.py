"""What a page draws, as records: items in the order in which they are painted, and the faults of the content.

Boxes are (left, bottom, right, top) in points of default user space, unturned.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple

from booklet.pdf.colour import Colour, Space
from booklet.pdf.fonts import Font
from booklet.pdf.geometry import Box
from booklet.pdf.objects import ContentFault, ObjectId, Problem

WORD_GAP_EM = 0.15
"""A gap in a line that is wider parts two words: kerning is less, a thin space or the narrowest of a justified line
more.
"""


class Paint(StrEnum):
    """What an item is. `UNSEEN` is text that is there to be searched or to cut a picture out, not painted (rendering
    modes 3 and 7).
    """

    TEXT = "text"
    FILL = "fill"
    STROKE = "stroke"
    IMAGE = "image"
    SHADING = "shading"
    UNSEEN = "unseen"


@dataclass(frozen=True, slots=True)
class Mark:
    """Where an item stands in the structure: its MCID and the form that numbers it, or that it is an artifact.

    `actual` is what is said in place of all that is drawn under the same mark (ISO 32000-1, 14.9), with a number that
    tells two such marks of a page apart; `lang` is the language that the mark gives its text.
    """

    mcid: int | None = None
    form: ObjectId | None = None
    artifact: bool = False
    actual: tuple[int, str] | None = None
    lang: str | None = None


UNMARKED = Mark()
Ground = tuple[tuple[int, Colour | None], ...]


class Text(NamedTuple):
    """Text shown by one operator: its size on the page in points, its font, its faults, and where its baseline starts
    and ends, in points. `pieces` are its strings as they are written, each with True when a gap parts it from the last.
    """

    words: str
    size_pt: float
    font: Font
    x: float
    y: float
    end: tuple[float, float]
    slanted: bool
    upright: bool
    faults: tuple[str, ...] = ()
    unmapped: bool = False
    pieces: tuple[tuple[bool, bytes], ...] = ()


@dataclass(frozen=True, slots=True)
class Picture:
    """An image: what it is known by, its pixels, its space (None for a stencil) and its size on the page in points."""

    object_id: ObjectId
    name: str
    width_px: int
    height_px: int
    bits: int
    space: Space | None
    placed_pt: tuple[float, float]

    @property
    def ppi(self) -> float:
        """Pixels an inch, in the direction that has fewer."""
        across, up = self.placed_pt
        if across <= 0 or up <= 0:
            return 0.0
        return min(self.width_px / across, self.height_px / up) * 72


class Item(NamedTuple):
    """One thing painted. `box` is what the clip leaves of it, `shape` all of it; `layer` is page, pattern, mask or
    annotation.

    `ground` gives the flat colours under a text and how many pixels each has, None for what has no name; it is empty
    where nobody has looked.
    """

    kind: Paint
    page_index: int
    box: Box
    shape: Box
    mark: Mark
    colour: Colour | None = None
    alpha: float = 1.0
    overprint: bool = False
    overprint_mode: int = 0
    line_pt: float | None = None
    text: Text | None = None
    picture: Picture | None = None
    layer: str = "page"
    plain_rectangle: bool = False
    ground: Ground = ()


@dataclass(eq=False)
class Content:
    """Everything that one page draws. `notes` are faults of the content itself, `replaced` counts its ActualTexts.

    `unclosed` counts the graphics states that are saved and never restored; `replayed` gives the stretches of `items`
    that were known before (`FontTable.replay`), as first index and the one after the last.
    """

    page_index: int
    items: list[Item] = field(default_factory=list)
    marks: set[tuple[ObjectId | None, int]] = field(default_factory=set)
    groups: list[tuple[Space, str]] = field(default_factory=list)
    states: list[Any] = field(default_factory=list)
    forms: dict[ObjectId, int] = field(default_factory=dict)
    notes: list[Problem] = field(default_factory=list)
    operators: int = 0
    replaced: int = 0
    unclosed: int = 0
    replayed: list[tuple[int, int]] = field(default_factory=list)
    _noted: set[Problem] = field(default_factory=set)

    def note(self, kind: ContentFault, words: str) -> None:
        """Write a fault down, once."""
        problem = Problem(kind, words)
        if problem not in self._noted:
            self._noted.add(problem)
            self.notes.append(problem)

    def has(self, *kinds: ContentFault) -> bool:
        """True when a fault of one of these kinds is noted."""
        return any(problem.kind in kinds for problem in self.notes)
