"""The order in which a page is painted, made the order in which it is read.

WeasyPrint paints as CSS asks (CSS 2.2, appendix E): headings that are moved by a hair, floats and the signs of lists
come after the text that they stand in. Readers that follow the content stream (Preview and its VoiceOver, text that
is reflowed or copied) then hear headings and bullets at the end of the page. Here a page is taken apart into its
marked contents, each with the graphics state that it needs, and these are put into the order of the structure tree.

Artifacts keep their order among themselves, and none is painted later than it was before the content that follows it.
Where that would bring something over or under what it did not cover before, the page stays as it was drawn.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

import pydyf

from booklet.pdf import EVERYWHERE, IDENTITY, NOWHERE, Box, Matrix, common, moved, size, times

OVERLAP_PX = 0.5
"""Boxes that share less in one direction only touch."""
_GRAPHICS = ("fill", "/a", "line", "/A", "w", "d", "J", "j", "M")
_SETS = {
    b"Tf": "font", b"rg": "fill", b"g": "fill", b"k": "fill", b"sc": "fill", b"scn": "fill", b"cs": "fill",
    b"RG": "line", b"G": "line", b"K": "line", b"SC": "line", b"SCN": "line", b"CS": "line",
    b"w": "w", b"d": "d", b"J": "J", b"j": "j", b"M": "M",
    b"Ts": "Ts", b"Tr": "Tr", b"Tc": "Tc", b"Tw": "Tw", b"Tz": "Tz",
}  # fmt: skip
"""What of the graphics state an operator sets (ISO 32000-1, 8.4.4 and 9.3)."""
_SPACES = (b"cs", b"CS")
_NEEDS = {
    **dict.fromkeys((b"TJ", b"Tj"), ("font", "fill", "/a", "Ts", "Tr", "Tc", "Tw", "Tz")),
    **dict.fromkeys((b"f", b"F", b"f*"), ("fill", "/a")),
    **dict.fromkeys((b"S", b"s"), ("line", "/A", "w", "d", "J", "j", "M")),
    **dict.fromkeys((b"B", b"B*", b"b", b"b*", b"Do", b"sh", b"EI"), _GRAPHICS),
}
"""What of it an operator that paints asks for. Letters are filled."""
_PATH = frozenset((b"m", b"l", b"c", b"v", b"y", b"h", b"re", b"W", b"W*"))
_CLIPS = (b"W", b"W*")
_PLACES = frozenset((b"m", b"l", b"c", b"v", b"y", b"re", b"cm"))

State = tuple[bytes, ...]
"""The operators that set one thing: for a colour in a space of its own, two."""
States = dict[str, State]
OPAQUE: States = {"/a": (b"/a1.0 gs",), "/A": (b"/A1.0 gs",)}
"""The opacity of areas and of lines that a page begins with, as WeasyPrint names its states."""


def sets(operator: bytes, item: bytes) -> str:
    """What of the graphics state an operator sets, as a key of `States`; empty for any other."""
    if operator == b"gs":
        return item[:2].decode() if item.startswith((b"/a", b"/A")) else ""
    return _SETS.get(operator, "")


def after(states: States, key: str, operator: bytes, item: bytes) -> State:
    """What stands for one thing once an operator has set it."""
    before = states.get(key, ())
    return (before[0], item) if operator in (b"scn", b"SCN") and before and _name(before[0]) in _SPACES else (item,)


def _name(item: bytes) -> bytes:
    return item.rpartition(b" ")[2]


@dataclass(eq=False)
class Passage:
    """What is drawn under one mark, or one thing drawn without: the operators, mark and all; the matrices, clips and
    named states around it, and what of the rest of the graphics state holds. `number` is the engine's MCID.
    """

    content: list[Any]
    around: tuple[bytes, ...]
    states: States
    number: int | None = None

    def needs(self) -> States:
        """What its operators ask of the graphics state that they do not set themselves; empty where nothing was set."""
        needed: dict[str, State] = {}
        known: list[frozenset[str]] = [frozenset()]
        for item in self.content:
            if not isinstance(item, bytes):
                continue
            operator = _name(item)
            if item == b"q":
                known.append(known[-1])
            elif item == b"Q":
                known.pop()
            elif key := sets(operator, item):
                known[-1] |= {key}
            elif operator == b"gs":
                needed |= {key: self.states[key] for key in OPAQUE if key not in known[-1]}
            else:
                missing = [key for key in _NEEDS.get(operator, ()) if key not in known[-1]]
                needed |= {key: self.states.get(key, ()) for key in missing}
        return needed


def passages(content: Sequence[Any]) -> list[Passage]:
    """A page taken apart, in the order in which it is drawn. Marked content in which nothing is drawn is left out."""
    taker = _Taker()
    for item in content:
        taker.take(item)
    return [passage for passage in taker.passages if _draws(passage)]


def _draws(passage: Passage) -> bool:
    return any(isinstance(item, bytes) and _name(item) in _NEEDS for item in passage.content)


class _Taker:
    """Follows the graphics state. A class only because the walk has a state."""

    def __init__(self) -> None:
        self.passages: list[Passage] = []
        self._levels: list[tuple[tuple[bytes, ...], States]] = [((), dict(OPAQUE))]
        self._path: list[bytes] = []
        self._marks = 0

    def take(self, item: Any) -> None:
        """The next item of a stream, as pydyf keeps it: a mark is its tag, its properties and its operator."""
        if isinstance(item, str):
            if not self._marks:
                self._begin([])
            self._marks += 1
        elif isinstance(item, pydyf.Dictionary) and self._marks == 1:
            self.passages[-1].number = item["MCID"]
        if self._marks:
            self.passages[-1].content.append(item)
        elif _name(item) in _NEEDS:
            self._begin([*self._path, item])
        if item == b"EMC":
            self._marks -= 1
        elif isinstance(item, bytes):
            self._follow(item, _name(item))

    def _begin(self, content: list[Any]) -> None:
        around, states = self._levels[-1]
        self.passages.append(Passage(content, around, dict(states)))

    def _follow(self, item: bytes, operator: bytes) -> None:
        around, states = self._levels[-1]
        if item == b"q":
            self._levels.append((around, dict(states)))
        elif item == b"Q":
            self._levels.pop()
        elif key := sets(operator, item):
            states[key] = after(states, key, operator, item)
        elif operator == b"cm":
            self._levels[-1] = ((*around, item), states)
        elif operator == b"gs":
            opacities = (operator for key in OPAQUE for operator in states[key])
            self._levels[-1] = ((*around, *opacities, item), states | dict.fromkeys(OPAQUE, ()))
        elif operator in _PATH:
            self._path.append(item)
        elif operator == b"n" or operator in _NEEDS:
            if operator == b"n" and self._path and self._path[-1] in _CLIPS:
                self._levels[-1] = ((*around, *self._path, item), states)
            self._path = []


def shared(parts: Sequence[Passage]) -> tuple[bytes, ...]:
    """The matrices that stand around all of a page."""
    columns = zip(*(part.around for part in parts), strict=False)
    return tuple(column[0] for column in takewhile(_is_one_matrix, columns))


def _is_one_matrix(column: tuple[bytes, ...]) -> bool:
    return len(set(column)) == 1 and _name(column[0]) == b"cm"


def in_order(parts: list[Passage], boxes: Mapping[int, tuple[Box, bool]], reading: Sequence[int]) -> list[Passage]:
    """The passages with their content in reading order, which is given by number. `boxes` has for each number where it
    stands, in CSS pixels of the page, and whether it covers all of that, as a picture does and text does not.
    """
    drawn = {part.number: (index, part) for index, part in enumerate(parts) if part.number in boxes}
    rest = [(index, part) for index, part in enumerate(parts) if part.number not in boxes]
    ordered: list[Passage] = []
    for number in reading:
        if number not in drawn:
            continue
        index, part = drawn[number]
        while rest and rest[0][0] < index:
            ordered.append(rest.pop(0)[1])
        ordered.append(part)
    ordered += [part for _, part in rest]
    return parts if _covers_anew(parts, ordered, boxes) else ordered


def _covers_anew(drawn: list[Passage], ordered: list[Passage], boxes: Mapping[int, tuple[Box, bool]]) -> bool:
    """True where two things that overlap have changed places and one of them is more than letters."""
    places = {id(part): place for place, part in enumerate(drawn)}
    page = len(shared(drawn))
    seen: list[tuple[int, Box, bool]] = []
    for part in ordered:
        place = places[id(part)]
        known = None if part.number is None else boxes.get(part.number)
        box, covers = known or (_area(part, page), True)
        for other, area, other_covers in seen:
            if other > place and (covers or other_covers) and _overlap(box, area):
                return True
        seen.append((place, box, covers))
    return False


def _overlap(one: Box, other: Box) -> bool:
    shared_box = common(one, other)
    return shared_box is not None and min(size(shared_box)) > OVERLAP_PX


def _area(part: Passage, page: int) -> Box:
    """What a passage may cover, in CSS pixels of the page: its paths, or what its clips leave of pictures and text."""
    levels: list[tuple[Box, Matrix]] = [(EVERYWHERE, IDENTITY)]
    corners: list[tuple[float, float]] = []
    areas: list[Box] = []
    for item in (*part.around[page:], *part.content):
        if not isinstance(item, bytes):
            continue
        operator, (clip, matrix) = _name(item), levels[-1]
        numbers = [float(number) for number in item.split()[:-1]] if operator in _PLACES else []
        if item == b"q":
            levels.append(levels[-1])
        elif item == b"Q":
            levels.pop()
        elif operator == b"cm":
            a, b, c, d, e, f = numbers
            levels[-1] = (clip, times((a, b, c, d, e, f), matrix))
        elif operator == b"re":
            x, y, width, height = numbers
            corners += [(x, y), (x + width, y + height), (x, y + height), (x + width, y)]
        elif operator in _PLACES:
            corners += zip(numbers[::2], numbers[1::2], strict=True)
        elif operator in _CLIPS:
            levels[-1] = (common(clip, _around(corners, matrix)) or NOWHERE, matrix)
        elif operator == b"n":
            corners = []
        elif operator in _NEEDS:
            areas += filter(None, [common(clip, _around(corners, matrix) if corners else EVERYWHERE)])
            corners = []
    return _around([corner for area in areas for corner in (area[:2], area[2:])], IDENTITY)


def _around(corners: list[tuple[float, float]], matrix: Matrix) -> Box:
    places = [moved((x, y, x, y), matrix)[:2] for x, y in corners]
    if not places:
        return NOWHERE
    xs, ys = zip(*places, strict=True)
    return min(xs), min(ys), max(xs), max(ys)
