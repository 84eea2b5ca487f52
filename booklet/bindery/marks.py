"""Printer's marks, drawn outside the bleed: crop and fold marks, register crosses, a colour bar and the slug line.

WeasyPrint draws its marks inside the bleed, where a cutter that is half a millimetre off leaves them on the page. Here
nothing lies nearer to the trim than the bleed and a millimetre. Measures are points from the lower left corner.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from booklet.pdf import PT_PER_MM

ZONE_MM = 11.0
"""Room for marks beyond the bleed, on every side."""
LINE_PT = 0.25
REGISTRATION = b"1 1 1 1 K"
"""All four plates, so that they can be laid over each other; hairlines outside the trim, no solid area."""
PATCHES = ("1 0 0 0", "0 1 0 0", "0 0 1 0", "0 0 0 1", "1 1 0 0", "0 1 1 0", "1 0 1 0", "0 0 0 .5", ".5 .4 .4 0")
PATCH_MM = 4.0


@dataclass(frozen=True)
class Trim:
    """The trimmed page on its sheet: left, bottom, right, top, the bleed around it, and the edge that is folded."""

    box: tuple[float, float, float, float]
    bleed: float
    fold: str

    @property
    def corners(self) -> Iterator[tuple[float, float, int, int]]:
        """Each corner, and in which directions it points."""
        left, bottom, right, top = self.box
        yield from ((left, bottom, -1, -1), (right, bottom, 1, -1), (left, top, -1, 1), (right, top, 1, 1))


def marks(trim: Trim) -> bytes:
    """Operators for all marks of a page but its slug line."""
    drawn = [b"q %.2f w %s [] 0 d\n" % (LINE_PT, REGISTRATION), *_crop_marks(trim), *_crosses(trim), b"Q\n"]
    return b"".join([*drawn, *_colour_bar(trim)])


def _crop_marks(trim: Trim) -> Iterator[bytes]:
    """Two lines at each corner. Where the page is folded and not cut, the line is dashed."""
    near, far = trim.bleed + 1 * PT_PER_MM, trim.bleed + 7 * PT_PER_MM
    for x, y, to_side, to_end in trim.corners:
        folded = (trim.fold == "left") == (to_side < 0)
        yield b"[] 0 d %s\n" % _line(x + to_side * near, y, x + to_side * far, y)
        dash = b"[2 1.5] 0 d" if folded else b"[] 0 d"
        yield b"%s %s\n" % (dash, _line(x, y + to_end * near, x, y + to_end * far))
    yield b"[] 0 d\n"


def _crosses(trim: Trim) -> Iterator[bytes]:
    """A register cross in the middle of each side."""
    left, bottom, right, top = trim.box
    middle_x, middle_y = (left + right) / 2, (bottom + top) / 2
    off = trim.bleed + 5 * PT_PER_MM
    for x, y in ((middle_x, bottom - off), (middle_x, top + off), (left - off, middle_y), (right + off, middle_y)):
        arm, radius = 3 * PT_PER_MM, 1.8 * PT_PER_MM
        yield _line(x - arm, y, x + arm, y) + _line(x, y - arm, x, y + arm) + _circle(x, y, radius)


def _colour_bar(trim: Trim) -> Iterator[bytes]:
    """Patches of each ink, of two over each other, and of grey in one ink and in three, along the top."""
    left, _, _, top = trim.box
    side = PATCH_MM * PT_PER_MM
    y = top + trim.bleed + 3 * PT_PER_MM
    for index, amounts in enumerate(PATCHES):
        yield b"q %s k %.3f %.3f %.3f %.3f re f Q\n" % (
            amounts.encode(), left + 4 * PT_PER_MM + index * side, y, side, side,
        )  # fmt: skip


def slug_place(trim: Trim) -> tuple[float, float]:
    """Where the slug line starts: below the page, right of the corner's marks."""
    return trim.box[0] + 4 * PT_PER_MM, trim.box[1] - trim.bleed - 10.3 * PT_PER_MM


def _line(x1: float, y1: float, x2: float, y2: float) -> bytes:
    return b"%.3f %.3f m %.3f %.3f l S\n" % (x1, y1, x2, y2)


def _circle(x: float, y: float, radius: float) -> bytes:
    k = radius * 0.5523
    quarters = (
        (x + radius, y + k, x + k, y + radius, x, y + radius),
        (x - k, y + radius, x - radius, y + k, x - radius, y),
        (x - radius, y - k, x - k, y - radius, x, y - radius),
        (x + k, y - radius, x + radius, y - k, x + radius, y),
    )
    curves = b"".join(b"%.3f %.3f %.3f %.3f %.3f %.3f c\n" % quarter for quarter in quarters)
    return b"%.3f %.3f m\n%sS\n" % (x + radius, y, curves)
