"""Boxes and matrices of a page (ISO 32000-1, 8.3 and 14.11.2).

A box is (left, bottom, right, top) in points of default user space, PDF's own way up. Places for people are millimetres
from the top left corner of the trim box, as the page is seen: turned by `Rotate`, enlarged by `UserUnit`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from pikepdf import Array

from booklet.design import MM_PER_INCH as MM_PER_INCH
from booklet.design import PT_PER_MM as PT_PER_MM
from booklet.pdf.objects import BoxFault, Problem, as_number, inherited

MAX_SIDE_PT = 200 * 72.0
"""14,400 units: the largest page that ISO 32000-1, annex C, expects readers to show."""

Box = tuple[float, float, float, float]
Matrix = tuple[float, float, float, float, float, float]
IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
NOWHERE: Box = (0.0, 0.0, 0.0, 0.0)
EVERYWHERE: Box = (-1e9, -1e9, 1e9, 1e9)


def times(first: Matrix, then: Matrix) -> Matrix:
    """The matrix that does the first, and then the other."""
    a, b, c, d, e, f = first
    g, h, i, j, k, m = then
    return (a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + m)


def moved(box: Box, matrix: Matrix) -> Box:
    """The upright box around a box that a matrix has moved."""
    a, b, c, d, e, f = matrix
    left, bottom, right, top = box
    xs = (a * left + c * bottom, a * right + c * bottom, a * left + c * top, a * right + c * top)
    ys = (b * left + d * bottom, b * right + d * bottom, b * left + d * top, b * right + d * top)
    return min(xs) + e, min(ys) + f, max(xs) + e, max(ys) + f


def common(one: Box, other: Box) -> Box | None:
    """Where two boxes overlap; None when they do not. A line without thickness still counts."""
    left, bottom = max(one[0], other[0]), max(one[1], other[1])
    right, top = min(one[2], other[2]), min(one[3], other[3])
    return (left, bottom, right, top) if left <= right and bottom <= top else None


def inside(inner: Box, outer: Box, slack_pt: float = 0.0) -> bool:
    """True when a box lies in another, give or take."""
    return (
        inner[0] >= outer[0] - slack_pt
        and inner[1] >= outer[1] - slack_pt
        and inner[2] <= outer[2] + slack_pt
        and inner[3] <= outer[3] + slack_pt
    )


def shrunk(box: Box, by_pt: float) -> Box:
    """The box with every side moved inwards (outwards when negative)."""
    return box[0] + by_pt, box[1] + by_pt, box[2] - by_pt, box[3] - by_pt


def size(box: Box) -> tuple[float, float]:
    """Width and height."""
    return box[2] - box[0], box[3] - box[1]


def stretch(matrix: Matrix) -> float:
    """How much a matrix enlarges lengths, both directions taken together."""
    return math.sqrt(abs(matrix[0] * matrix[3] - matrix[1] * matrix[2]))


def box_of(value: Any) -> Box | None:
    """A box from an array of four finite numbers, its corners in order; None for anything else."""
    if not isinstance(value, Array) or len(value) != 4:
        return None
    try:
        left, bottom, right, top = (float(number) for number in value)
    except (TypeError, ValueError):
        return None
    if not all(math.isfinite(number) and abs(number) < 1e7 for number in (left, bottom, right, top)):
        return None
    return min(left, right), min(bottom, top), max(left, right), max(bottom, top)


def matrix_of(value: Any) -> Matrix:
    """A matrix from an array of six numbers; the identity for anything else."""
    if not isinstance(value, Array) or len(value) != 6:
        return IDENTITY
    try:
        a, b, c, d, e, f = (float(number) for number in value)
    except (TypeError, ValueError):
        return IDENTITY
    return a, b, c, d, e, f


@dataclass(frozen=True)
class Geometry:
    """The boxes of a page as written (None where missing), its turn in degrees and the size of its unit."""

    media: Box
    crop: Box | None
    bleed: Box | None
    trim: Box | None
    art: Box | None
    rotate: int
    user_unit: float

    @property
    def finished(self) -> Box:
        """What is left after cutting: the trim box, or else crop or media box (ISO 32000-1, 14.11.2.1)."""
        return self.trim or self.art or self.crop or self.media

    @property
    def printed(self) -> Box:
        """What ink must fill: the bleed box, or else what is finished."""
        return self.bleed or self.finished

    @property
    def size_mm(self) -> tuple[float, float]:
        """Width and height of the finished page, as it is seen."""
        width, height = (side * self.user_unit / PT_PER_MM for side in size(self.finished))
        return (height, width) if self.rotate % 180 else (width, height)

    def place_mm(self, box: Box) -> Box:
        """A box as left, top, width and height in mm from the top left corner of the finished page as seen."""
        left, bottom, right, top = self.finished
        x0, y0, x1, y1 = box
        match self.rotate % 360:
            case 90:
                seen = (y0 - bottom, x0 - left, y1 - y0, x1 - x0)
            case 180:
                seen = (right - x1, y0 - bottom, x1 - x0, y1 - y0)
            case 270:
                seen = (top - y1, right - x1, y1 - y0, x1 - x0)
            case _:
                seen = (x0 - left, top - y1, x1 - x0, y1 - y0)
        scale = self.user_unit / PT_PER_MM
        return seen[0] * scale, seen[1] * scale, seen[2] * scale, seen[3] * scale


def geometry_of(page: Any) -> tuple[Geometry, tuple[Problem, ...]]:
    """The boxes of a page, and what makes no sense about them. Letter size stands in for a missing media box."""
    boxes, problems = _boxes_of(page)
    turn, unit = inherited(page, "/Rotate"), as_number(page.get("/UserUnit", 1), 1.0)
    if turn is not None and (not isinstance(turn, int) or turn % 90):
        problems.append(Problem(BoxFault.ROTATE, "The page is turned by something else than quarters."))
        turn = 0
    media = boxes["/MediaBox"] or LETTER
    if not 0 < unit <= 100_000 or max(size(media)) > MAX_SIDE_PT:
        problems.append(Problem(BoxFault.HUGE, "The page is larger than 200 inches, or its unit makes no sense."))
        unit = 1.0
    crop, bleed, trim, art = (boxes[key] for key in _BOXES[1:])
    return Geometry(media, crop, bleed, trim, art, (turn or 0) % 360, unit), tuple(problems)


def _boxes_of(page: Any) -> tuple[dict[str, Box | None], list[Problem]]:
    boxes: dict[str, Box | None] = {}
    problems = []
    for key in _BOXES:
        value = inherited(page, key) if key in ("/MediaBox", "/CropBox") else page.get(key)
        box = box_of(value)
        if value is not None and (box is None or min(size(box)) <= 0):
            problems.append(Problem(BoxFault.BOX, f"The {key[1:]} is not a box with width and height."))
            box = None
        elif value is None and key == "/MediaBox":
            problems.append(Problem(BoxFault.BOX, "The MediaBox is missing."))
        boxes[key] = box
    return boxes, problems


_BOXES = ("/MediaBox", "/CropBox", "/BleedBox", "/TrimBox", "/ArtBox")
LETTER: Box = (0.0, 0.0, 612.0, 792.0)
