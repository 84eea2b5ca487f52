"""Which page stands where on the sheets: plain numbers, from which pages are placed afterwards.

A sheet that is folded once holds four pages, and all sheets of a part lie inside each other, the first one outermost.
Eight pages, seen from above:

    sheet 1  front: 8 | 1   back: 2 | 7        sheet 2  front: 6 | 3   back: 4 | 5

Folded twice, one sheet holds both: its lower half is sheet 1 of these, its upper half, upside down, sheet 2.

    front: 5 | 4 upside down   back: 3 | 6 upside down
           8 | 1                     2 | 7

A leaflet that is folded like a letter is one sheet with six panels. The third one inside is folded inwards and lies on
the second; the first closes over both. That third panel is narrower, so that it does not push against the fold.

    front: 5 | 6 | 1   back: 2 | 3 | 4        5 and 4 are the two faces of the panel that is folded inwards

Every sheet is turned over sideways, as a page of a book is: what lies at the left of a front has the right of the back
behind it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

from booklet.words import Words

Layout = Literal["booklet", "two-booklets", "quarter", "card", "letter-fold", "n-up", "copies", "stack"]
Binding = Literal["left", "right"]
Blanks = Literal["before-last", "end"]
SHEETS_MM = {"A3": (420.0, 297.0), "A4": (297.0, 210.0), "A5": (210.0, 148.0)}
"""Sheets lying on their long side: width, height."""
SHEETS_MAX = 15
"""As many sheets of 80 g/m² as an office stapler and a fold by hand can take."""
FOLDED: frozenset[Layout] = frozenset(("booklet", "two-booklets", "quarter", "card"))
"""Layouts whose pages stand against a fold."""
MOST_PAGES: dict[Layout, int] = {"card": 4, "letter-fold": 6}
"""The pages of what is folded from one sheet."""
TUCK_MM = 1.0
"""How much narrower the panel is that is folded inwards: a millimetre, as folding machines and hands need it."""
Slots = Sequence[int | None]
Pair = tuple[int | None, int | None]


@dataclass(frozen=True)
class Place:
    """Where a page (from 1; None: empty) stands on a side: column from the left and row from the top, from 0.

    `depth` counts the folded papers that lie around it; `is_tucked` marks the panel that is folded inwards.
    """

    page: int | None
    column: int
    row: int = 0
    upside_down: bool = False
    depth: int = 0
    is_tucked: bool = False


@dataclass(frozen=True)
class Side:
    """One side of a sheet, seen from above. Parts are counted from 1 in reading order, sheets from 1 within their part,
    the outermost first.
    """

    part: int
    sheet: int
    side: Literal["front", "back"]
    places: tuple[Place, ...]

    @property
    def pages(self) -> tuple[int, ...]:
        """The pages on it, from 1, each once, from top left."""
        return tuple(dict.fromkeys(place.page for place in self.places if place.page))


@dataclass(frozen=True)
class Grid:
    """How a side is shared out: the sheet as it lies (width, height), its columns and rows, and whether the pages stand
    against a fold in the middle, or each in the middle of its place.
    """

    sheet_mm: tuple[float, float]
    columns: int
    rows: int
    folded: bool

    @property
    def is_upright(self) -> bool:
        """True for a sheet that stands on its short side."""
        return self.sheet_mm[1] > self.sheet_mm[0]

    @property
    def cell_mm(self) -> tuple[float, float]:
        """Width and height of the place of a page."""
        return self.sheet_mm[0] / self.columns, self.sheet_mm[1] / self.rows

    def across_mm(self, side: Side) -> tuple[float, ...]:
        """Where the columns of a side begin, from its left edge, and where the last one ends."""
        tucked = {place.column for place in side.places if place.is_tucked}
        width = (self.sheet_mm[0] + TUCK_MM * len(tucked)) / self.columns
        return tuple(
            column * width - TUCK_MM * sum(inner < column for inner in tucked) for column in range(self.columns + 1)
        )


@dataclass(frozen=True)
class Covers:
    """What makes each of several parts a booklet by itself: so many pages of the front and of the end of the whole.
    `starts` are the pages, from 1, with which a part may begin.
    """

    front: int
    end: int
    starts: tuple[int, ...]


@dataclass(frozen=True)
class Arrangement:
    """The sides of all sheets in printing order: front and back of the first sheet, of the second, and so on; how each
    is shared out; and how many pages stay empty to fill the last sheet.
    """

    grid: Grid
    sides: tuple[Side, ...]
    empty: int

    @property
    def sheets(self) -> int:
        """How many sheets of paper it takes."""
        return len({(side.part, side.sheet) for side in self.sides})


def grid_of(layout: Layout, sheet_mm: tuple[float, float], per_side: int, page: tuple[float, float]) -> Grid:
    """How a side of a sheet (lying on its long side) is shared out. Where pages are not folded, it is the way in which
    a page of this width and height, in any unit, becomes largest.
    """
    upright = (sheet_mm[1], sheet_mm[0])
    if layout == "booklet":
        return Grid(sheet_mm, 2, 1, folded=True)
    if layout == "letter-fold":
        return Grid(sheet_mm, 3, 1, folded=False)
    if layout in FOLDED:
        return Grid(upright, 2, 2, folded=True)
    ways = [
        Grid(sheet, columns, per_side // columns, folded=False)
        for sheet in (sheet_mm, upright)
        for columns in range(1, per_side + 1)
        if per_side % columns == 0
    ]
    return max(ways, key=lambda grid: round(min(grid.cell_mm[0] / page[0], grid.cell_mm[1] / page[1]), 6))


def arranged(
    layout: Layout,
    pages: int,
    grid: Grid,
    sheets_max: int | None = None,
    blanks: Blanks = "before-last",
    binding: Binding = "left",
    covers: Covers | None = None,
) -> Arrangement:
    """So many pages in a layout. More than `sheets_max` sheets become several parts of about the same thickness, folded
    once with `covers` around each.
    """
    cells = grid.columns * grid.rows
    match layout:
        case "booklet" | "two-booklets":
            sides = sheets(pages, sheets_max, blanks, grid.rows, covers)
            empty = sum(place.page is None for side in sides for place in side.places) // grid.rows
        case "quarter":
            sides, empty = folded_twice(pages, sheets_max and max(1, sheets_max // 2), blanks), -pages % 8
        case "card":
            sides, empty = (card(pages, blanks),), -pages % 4
        case "letter-fold":
            sides, empty = letter_fold(pages, blanks), -pages % MOST_PAGES["letter-fold"]
        case "n-up":
            sides, empty = in_order(pages, grid), -pages % cells
        case "copies":
            sides, empty = repeated(pages, grid), 0
        case "stack":
            sides, empty = stacked(pages, grid), 0
    if binding == "right":
        sides = tuple(_mirrored(side, grid.columns) for side in sides)
    return Arrangement(grid, sides, empty)


def sheets(
    pages: int,
    sheets_max: int | None = None,
    blanks: Blanks = "before-last",
    copies: int = 1,
    covers: Covers | None = None,
) -> tuple[Side, ...]:
    """Sheets that are folded once, with so many copies of the booklet above each other.

    Where the count is no multiple of four, empty pages stand before the last one, so that a back cover stays last, or
    at the end.
    """
    rows: list[Side] = []
    covered = _covered(pages, sheets_max, covers) if covers and sheets_max and pages > 4 * sheets_max else []
    for part, section in enumerate(covered or _parts(_slots(pages, 4, blanks), 4, sheets_max), 1):
        for depth, (front, back) in enumerate(_folios(section)):
            for side, pair in (("front", front), ("back", back)):
                places = [place for row in range(copies) for place in _row(pair, row, depth)]
                rows.append(Side(part, depth + 1, side, tuple(places)))  # type: ignore[arg-type]
    return tuple(rows)


def folded_twice(pages: int, sheets_max: int | None = None, blanks: Blanks = "before-last") -> tuple[Side, ...]:
    """Sheets with eight pages, each folded downwards and then across, and put into each other."""
    rows: list[Side] = []
    for part, section in enumerate(_parts(_slots(pages, 8, blanks), 8, sheets_max), 1):
        folios = _folios(section)
        for sheet, (outer, inner) in enumerate(zip(folios[::2], folios[1::2], strict=True)):
            depth = 2 * sheet
            front = (*_row(inner[1], 0, depth + 1, upside_down=True), *_row(outer[0], 1, depth))
            back = (*_row(inner[0], 0, depth + 1, upside_down=True), *_row(outer[1], 1, depth))
            rows += [Side(part, sheet + 1, "front", front), Side(part, sheet + 1, "back", back)]
    return tuple(rows)


def card(pages: int, blanks: Blanks = "before-last") -> Side:
    """A sheet printed on one side alone and folded twice: up to four pages, nothing to cut, nothing to staple."""
    first, second, third, last = _slots(pages, 4, blanks)
    return Side(1, 1, "front", (*_row((second, third), 0, 0, upside_down=True), *_row((last, first), 1, 0)))


def letter_fold(pages: int, blanks: Blanks = "before-last") -> tuple[Side, Side]:
    """Front and back of a sheet that is folded twice like a letter: up to six pages, nothing to cut or staple."""
    cover, second, third, fourth, tucked, last = _slots(pages, MOST_PAGES["letter-fold"], blanks)
    front = (Place(tucked, 0, is_tucked=True), Place(last, 1), Place(cover, 2))
    back = (Place(second, 0), Place(third, 1), Place(fourth, 2, is_tucked=True))
    return Side(1, 1, "front", front), Side(1, 1, "back", back)


def in_order(pages: int, grid: Grid) -> tuple[Side, ...]:
    """Pages beside and under each other as one reads, side after side."""
    cells = grid.columns * grid.rows
    rows = []
    for index in range(2 * math.ceil(pages / cells / 2)):
        numbers = [index * cells + cell + 1 for cell in range(cells)]
        places = tuple(
            Place(number if number <= pages else None, cell % grid.columns, cell // grid.columns)
            for cell, number in enumerate(numbers)
        )
        rows.append(Side(1, index // 2 + 1, "back" if index % 2 else "front", places))
    return tuple(rows)


def repeated(pages: int, grid: Grid) -> tuple[Side, ...]:
    """Every page as often as a side has places, to be cut apart: page 2 behind page 1, page 4 behind page 3."""
    rows = []
    for number in range(1, pages + pages % 2 + 1):
        page = number if number <= pages else None
        places = tuple(Place(page, column, row) for row in range(grid.rows) for column in range(grid.columns))
        rows.append(Side(1, (number + 1) // 2, "front" if number % 2 else "back", places))
    return tuple(rows)


def stacked(pages: int, grid: Grid) -> tuple[Side, ...]:
    """Leaves that read in order once the pile is cut, and its piles are laid on each other from top left."""
    cells, leaves = grid.columns * grid.rows, math.ceil(pages / 2)
    height = math.ceil(leaves / cells)
    rows: list[Side] = []
    for sheet in range(height):
        front, back = [], []
        for cell in range(cells):
            row, column = divmod(cell, grid.columns)
            recto = 2 * (cell * height + sheet) + 1
            front.append(Place(recto if recto <= pages else None, column, row))
            back.append(Place(recto + 1 if recto + 1 <= pages else None, grid.columns - 1 - column, row))
        rows += [Side(1, sheet + 1, "front", tuple(front)), Side(1, sheet + 1, "back", tuple(back))]
    return tuple(rows)


def creep_mm(sheet: int, caliper_mm: float) -> float:
    """How far the pages of a sheet move towards the spine: nothing on the outermost, one thickness more on each."""
    return (sheet - 1) * caliper_mm


def part_pages(sides: Sequence[Side]) -> tuple[tuple[int, int, int], ...]:
    """For each part: its sheets, its first and its last page."""
    rows = []
    for part in dict.fromkeys(side.part for side in sides):
        own = [side for side in sides if side.part == part]
        numbers = [number for side in own for number in side.pages]
        rows.append((len({side.sheet for side in own}), min(numbers), max(numbers)))
    return tuple(rows)


def part_lines(sides: Sequence[Side], first: int, sides_each: int, file: str, words: Words) -> Iterator[str]:
    """Where each part stands in a file of sheets, the first of them on this page of it; nothing for one part alone."""
    parts = part_pages(sides)
    for number, (count, _, _) in enumerate(parts if len(parts) > 1 else (), 1):
        last = first + count * sides_each - 1
        yield words("sheets.part", part=number, count=count, first=first, last=last, file=file)
        first = last + 1


def side_name(side: Side, sides: Sequence[Side], words: Words) -> str:
    """What a side of a sheet is called: its part where there are several, its sheet, and which side it is."""
    part = "part_" if any(row.part > 1 for row in sides) else ""
    return words(f"sheets.{part}{side.side}", part=side.part, sheet=side.sheet)


def _slots(pages: int, multiple: int, blanks: Blanks) -> Slots:
    """Page numbers filled up with empty pages to a multiple."""
    numbers, empty = list(range(1, pages + 1)), [None] * (-pages % multiple)
    if blanks == "end" or pages < 2:
        return [*numbers, *empty]
    return [*numbers[:-1], *empty, numbers[-1]]


def _parts(slots: Slots, pages_a_sheet: int, sheets_max: int | None) -> Iterator[Slots]:
    """Slots shared out over parts of about the same thickness, in reading order. None but has a page."""
    total = len(slots) // pages_a_sheet
    count = math.ceil(total / sheets_max) if sheets_max else 1
    for part in range(count):
        size = pages_a_sheet * (total // count + (part < total % count))
        yield slots[:size]
        slots = slots[size:]


def _covered(pages: int, sheets_max: int, covers: Covers) -> list[Slots]:
    """Parts that each have the covers; none where the covers alone would fill them."""
    own, most = range(covers.front + 1, pages - covers.end + 1), 4 * sheets_max - covers.front - covers.end
    edges = _edges(own, most, covers.starts) or _edges(own, most, own[2::2])
    front, end = range(1, covers.front + 1), range(own.stop, pages + 1)
    return [
        [*front, *range(first, after), *[None] * ((first - after - len(front) - len(end)) % 4), *end]
        for first, after in pairwise(edges)
    ]


def _edges(own: range, most: int, starts: Sequence[int]) -> list[int]:
    """Where parts of about the same length begin, and where the last one ends; none if one would be too long."""
    fewest = math.ceil(len(own) / most)
    for count in (fewest, fewest + 1):
        ideal = [own.start + len(own) * part // count for part in range(1, count)]
        breaks = [min((abs(start - page), start) for start in starts)[1] for page in ideal if starts]
        edges = [own.start, *breaks, own.stop]
        if all(0 < after - first <= most for first, after in pairwise(edges)):
            return edges
    return []


def _folios(section: Slots) -> list[tuple[Pair, Pair]]:
    """Front and back (left, right) of each sheet folded once, the outermost first."""
    return [
        ((section[-1 - 2 * s], section[2 * s]), (section[2 * s + 1], section[-2 - 2 * s]))
        for s in range(len(section) // 4)
    ]


def _row(pair: Pair, row: int, depth: int, upside_down: bool = False) -> tuple[Place, Place]:
    """Two pages that face each other across the fold (left, right when they are the right way up)."""
    left, right = reversed(pair) if upside_down else pair
    return Place(left, 0, row, upside_down, depth), Place(right, 1, row, upside_down, depth)


def _mirrored(side: Side, columns: int) -> Side:
    """The same for a language that is read from right to left."""
    return replace(side, places=tuple(replace(place, column=columns - 1 - place.column) for place in side.places))
