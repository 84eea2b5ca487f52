"""Pages in their places on a sheet: matrices and clips, in points from its lower left corner."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from booklet.imposition.arrangement import Grid, Place, Side, creep_mm
from booklet.pdf import PT_PER_MM, Matrix, times

HAIR = 1.005
"""By so much a page of a leaflet is made larger at most, to fill its panel."""
NAME_PT = 12.0
"""Nothing that a person has to read is smaller (Clear Print), names of sheets among it."""


@dataclass(frozen=True)
class UprightPage:
    """A page to be placed: the matrix that turns it upright with its lower left corner at 0,0, and its size."""

    upright: tuple[float, ...]
    size_pt: tuple[float, float]

    def scale(self, cell_mm: tuple[float, float]) -> float:
        """What makes it fit its place; 1 where it fits as it is."""
        width, height = (side * PT_PER_MM for side in cell_mm)
        return min(1.0, width / self.size_pt[0], height / self.size_pt[1])


@dataclass(frozen=True)
class Placement:
    """A page (from 1) on a sheet: the matrix that puts it there, and the box (left, bottom, width, height in points) to
    which it is cut.
    """

    page: int
    matrix: Matrix
    clip: tuple[float, float, float, float]


def on_side(
    side: Side,
    pages: Sequence[UprightPage],
    grid: Grid,
    caliper_mm: float,
    margin_mm: float = 0.0,
    turned: bool = False,
) -> tuple[Placement, ...]:
    """The pages of one side of a sheet in their places, nothing printed within the margin of its edge: against the
    fold, each centred in the place of the widest, or each in the middle of its own. `turned` is upside down as a whole.
    """
    size_pt = (grid.sheet_mm[0] * PT_PER_MM, grid.sheet_mm[1] * PT_PER_MM)
    widest = max(page.size_pt[0] * page.scale(grid.cell_mm) for page in pages) if grid.folded else None
    columns = [edge * PT_PER_MM for edge in grid.across_mm(side)]
    is_leaflet = any(place.is_tucked for place in side.places)
    rows = []
    for place in side.places:
        if place.page is None:
            continue
        page = pages[place.page - 1]
        scale = page.scale(grid.cell_mm)
        if is_leaflet:
            scale = _to_the_folds(page, scale, place, columns)
        creep = creep_mm(place.depth + 1, caliper_mm) * PT_PER_MM
        left, bottom = _corner(place, page, scale, grid, columns, widest, creep)
        matrix = _moved(page, scale, left, bottom)
        if place.upside_down:
            cell = size_pt[1] / grid.rows
            matrix = times(matrix, (-1.0, 0.0, 0.0, -1.0, size_pt[0], 2 * (size_pt[1] - (place.row + 0.5) * cell)))
        rows.append(Placement(place.page, matrix, _clip(place, grid, columns, size_pt, margin_mm * PT_PER_MM)))
    return tuple(_turned(placement, size_pt) for placement in rows) if turned else tuple(rows)


def _to_the_folds(page: UprightPage, scale: float, place: Place, columns: Sequence[float]) -> float:
    """The scale that makes a page as wide as its panel, where it is narrower by a hair: no white line shows in a fold
    between two panels with a ground.
    """
    reach = (columns[place.column + 1] - columns[place.column]) / page.size_pt[0]
    return reach if scale < reach <= scale * HAIR else scale


def _corner(
    place: Place,
    page: UprightPage,
    scale: float,
    grid: Grid,
    columns: Sequence[float],
    widest: float | None,
    creep: float,
) -> tuple[float, float]:
    """Where the lower left corner of a page stands; of one that is upside down, before its row is turned."""
    width, height = (side * PT_PER_MM for side in grid.sheet_mm)
    column = grid.columns - 1 - place.column if place.upside_down else place.column
    up = height / grid.rows
    if widest is None:
        left = (columns[column] + columns[column + 1] - page.size_pt[0] * scale) / 2
    else:
        start, sign = (width / 2, -1) if column else (width / 2 - widest, 1)
        left = start + (widest - page.size_pt[0] * scale) / 2 + sign * creep
    return left, height - (place.row + 1) * up + (up - page.size_pt[1] * scale) / 2


def _clip(
    place: Place, grid: Grid, columns: Sequence[float], size_pt: tuple[float, float], margin: float
) -> tuple[float, float, float, float]:
    """The place of a page, without the margin at the edges of the sheet."""
    (width, height), up = size_pt, size_pt[1] / grid.rows
    below = grid.rows - 1 - place.row
    left = margin if place.column == 0 else columns[place.column]
    right = width - margin if place.column == grid.columns - 1 else columns[place.column + 1]
    bottom = margin if below == 0 else below * up
    top = height - margin if place.row == 0 else (below + 1) * up
    return left, bottom, right - left, top - bottom


def _turned(placement: Placement, size_pt: tuple[float, float]) -> Placement:
    """The same with the sheet upside down."""
    left, bottom, width, height = placement.clip
    clip = (size_pt[0] - left - width, size_pt[1] - bottom - height, width, height)
    return Placement(placement.page, times(placement.matrix, (-1.0, 0.0, 0.0, -1.0, *size_pt)), clip)


def on_a_sheet(number: int, page: UprightPage, sheet_mm: tuple[float, float], margin_mm: float) -> Placement:
    """A page (from 1) alone on a sheet, in the middle, as large as it goes."""
    width, height = (side * PT_PER_MM for side in sheet_mm)
    margin = margin_mm * PT_PER_MM
    scale = min(width / page.size_pt[0], height / page.size_pt[1])
    left, bottom = (width - page.size_pt[0] * scale) / 2, (height - page.size_pt[1] * scale) / 2
    return Placement(
        number, _moved(page, scale, left, bottom), (margin, margin, width - 2 * margin, height - 2 * margin)
    )


def _moved(page: UprightPage, scale: float, left: float, bottom: float) -> Matrix:
    a, b, c, d, e, f = (value * scale for value in page.upright)
    return a, b, c, d, e + left, f + bottom


def operators(placement: Placement, name: bytes) -> bytes:
    """What draws a page that has this name among the forms of the sheet."""
    return b"q %s re W n %s cm %s Do Q\n" % (numbers(*placement.clip), numbers(*placement.matrix), name)


def numbers(*values: float) -> bytes:
    """Numbers as content streams have them, with at most five decimals."""
    return b" ".join(f"{value:.5f}".rstrip("0").rstrip(".").encode() for value in values)
