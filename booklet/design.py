"""How the pages of one size of print are designed: trim, margins and type, and the CSS variables that come of them.

A project says a few of these in `chapters/style.toml`; what it leaves out follows from the trim. All text stands on
one grid: the block of text is a whole number of lines high, and whatever is left over goes to the foot. Lengths on
paper are in millimetres, type in points.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass

MM_PER_INCH = 25.4
PT_PER_MM = 72 / MM_PER_INCH
TRIMS_MM: dict[str, tuple[float, float]] = {"A4": (210, 297), "A5": (148, 210), "A6": (105, 148), "DL": (99, 210)}
"""Trimmed sizes that have a name: width, height."""
USUAL_TRIM, USUAL_LARGE_TRIM = "A5", "A4"
"""The trim where nobody says another."""
LEAST_SIDE_MM, MOST_SIDE_MM = 90.0, 297.0
"""From a leaflet of a third of A4 to the longer side of A4: nothing for clear print is larger (STANDARDS CP11)."""
SNAP_MM = 0.1
"""A block of text this near to whole lines has them."""
COLUMN_GAP_MM = 8.0
NARROW_MM = 100.0
"""A block of text narrower than this has no room for two columns of an index."""
FOLIO_MM = 24.0
"""Room for a folio beside the running title, in large print."""


@dataclass(frozen=True)
class Margins:
    """From the trim to the block of text, in millimetres; `bottom` is the least, which whole lines make larger."""

    top: float
    outer: float
    bottom: float
    inner: float


@dataclass(frozen=True)
class Scale:
    """How the sizes of one size of print follow from its body, line, measure and cover, and what its pages must keep.

    `h1` to `small` are shares of the body, `small_line` to `rule` of the line, `card` to `dense` of the small text;
    `title` is a share of the cover's column, `drawing_mm` goes with each point of the body. A scene of `scene_aspect`
    is as high as so many steps of a line.
    """

    body_pt: tuple[float, float]
    h1: float
    h2: float
    h3: float
    number: float
    pull: float
    small: float
    back: float
    small_line: float
    imprint_line: float
    rule: float
    card: float
    fridge: float
    dense: float
    title: float
    drawing_mm: float
    scene_aspect: float
    scene_step: float
    tab_mm: float
    cover_mm: tuple[float, float]
    cover_trim_mm: tuple[float, float]
    least: Margins
    measure_em: tuple[float, float]


STANDARD = Scale(
    body_pt=(12, 16), h1=1.92, h2=1.24, h3=1.04, number=1.16, pull=1.44, small=0.96, back=0.96,
    small_line=0.8333, imprint_line=0.8333, rule=1.5, card=1.2083, fridge=1.2917, dense=1.2083, title=0.1315,
    drawing_mm=2.32, scene_aspect=1.9562, scene_step=0.5, tab_mm=6, cover_mm=(17, 15), cover_trim_mm=(148, 210),
    least=Margins(10, 12, 12, 12), measure_em=(15, 33),
)  # fmt: skip
LARGE = Scale(
    body_pt=(18, 28), h1=1.8333, h2=1.2778, h3=1.0833, number=1.2222, pull=1.3333, small=1.0, back=1.1111,
    small_line=1.0, imprint_line=0.9423, rule=1.75, card=1.3333, fridge=1.2222, dense=1.2222, title=0.134,
    drawing_mm=2.3333, scene_aspect=2.031, scene_step=0.25, tab_mm=7.5, cover_mm=(24, 26), cover_trim_mm=(210, 297),
    least=Margins(13, 13, 13, 22), measure_em=(15, 27),
)  # fmt: skip
LEAST_SMALL_PT = 12.0
"""Nothing that a person has to read is smaller (STANDARDS CP1)."""
USUAL_MEASURE_EM = {False: 31.0, True: 25.67}
"""No wider by itself: about 62 characters, and 50 in large print (STANDARDS CP5)."""
LEADING = 1.44
LEAST_LEADING, MOST_LEADING = 1.25, 2.0
LEAST_LINES = 14


@dataclass(frozen=True)
class PageDesign:
    """The pages of one size of print. `large` is the one for people with low vision."""

    trim_mm: tuple[float, float]
    body_pt: float
    line_pt: float
    margins_mm: Margins
    columns: int = 1
    large: bool = False

    @property
    def scale(self) -> Scale:
        """How its sizes follow from its body."""
        return LARGE if self.large else STANDARD

    @property
    def measure_mm(self) -> float:
        """The width of the block of text."""
        return self.trim_mm[0] - self.margins_mm.inner - self.margins_mm.outer

    @property
    def is_narrow(self) -> bool:
        """True where two things do not go beside each other."""
        return self.measure_mm < NARROW_MM

    @property
    def block_mm(self) -> float:
        """The height of the block of text."""
        return round(self.trim_mm[1] - self.margins_mm.top - self.margins_mm.bottom, 2)

    @property
    def column_em(self) -> float:
        """The width of a column of text, in sizes of the body."""
        width_mm = (self.measure_mm - COLUMN_GAP_MM * (self.columns - 1)) / self.columns
        return width_mm * PT_PER_MM / self.body_pt

    @property
    def small_pt(self) -> float:
        """The size of folios, running titles, the directory and the index."""
        return max(LEAST_SMALL_PT, _half(self.body_pt * self.scale.small))

    @property
    def h1_pt(self) -> float:
        """The size of a chapter's title."""
        return _half(self.body_pt * self.scale.h1)

    @property
    def h2_pt(self) -> float:
        """The size of a heading, and of the cover's subtitle."""
        return _half(self.body_pt * self.scale.h2)

    @property
    def h3_pt(self) -> float:
        """The size of a lesser heading, and of the edition's name on the cover."""
        return _half(self.body_pt * self.scale.h3)

    @property
    def cover_padding_mm(self) -> tuple[float, float]:
        """From the trim to the words of a cover: above and below, left and right."""
        (down, across), (width, height) = self.scale.cover_mm, self.scale.cover_trim_mm
        return max(10.0, round(down * self.trim_mm[1] / height)), max(10.0, round(across * self.trim_mm[0] / width))

    @property
    def cover_column_pt(self) -> float:
        """The width of the words of a cover."""
        return (self.trim_mm[0] - 2 * self.cover_padding_mm[1]) * PT_PER_MM

    @property
    def cover_height_pt(self) -> float:
        """The height of the words of a cover."""
        return (self.trim_mm[1] - 2 * self.cover_padding_mm[0]) * PT_PER_MM

    @property
    def title_pt(self) -> float:
        """The size of the title on the cover."""
        return _half(self.cover_column_pt * self.scale.title)

    @property
    def running_em(self) -> float:
        """Room for a running title beside its folio, in the size of the foot."""
        width_mm = self.measure_mm - FOLIO_MM if self.large else self.measure_mm
        return width_mm * PT_PER_MM / self.small_pt - (0.5 if self.large else 3.4)

    @property
    def name(self) -> str:
        """What a message calls it: large print, or the name of its trim."""
        return "large print" if self.large else trim_name(self.trim_mm)

    def variables(self) -> dict[str, str]:
        """The CSS variables from which the style sheets take every length that depends on trim, body or line."""
        scale, small = self.scale, self.small_pt
        measure_pt, (width, height) = self.measure_mm * PT_PER_MM, self.trim_mm
        scene_lines = measure_pt / scale.scene_aspect / self.line_pt
        steps = math.ceil(scene_lines / scale.scene_step - 0.01)
        number = _half(self.body_pt * scale.number)
        down, across = self.cover_padding_mm
        points = {
            "body-size": self.body_pt,
            "line": self.line_pt,
            "h1-size": self.h1_pt,
            "h1-line": self.line_pt * 1.5,
            "h2-size": self.h2_pt,
            "h3-size": self.h3_pt,
            "number-size": number,
            "title-size": self.title_pt,
            "small-size": small,
            "small-line": _half(self.line_pt * scale.small_line),
            "imprint-line": _half(self.line_pt * scale.imprint_line),
            "back-size": max(LEAST_SMALL_PT, _half(self.body_pt * scale.back)),
            "pull-size": _half(self.body_pt * scale.pull),
            "rule-height": self.line_pt * scale.rule,
            "scene-height": self.line_pt * steps * scale.scene_step,
            "card-line": _half(small * scale.card),
            "fridge-line": _half(small * scale.fridge),
            "dense-line": _half(small * scale.dense),
            "figure-width": math.floor(measure_pt * (1 if self.large else 0.957)),
        }
        millimetres = {
            "page-width": width,
            "page-height": height,
            "margin-top": self.margins_mm.top,
            "margin-outer": self.margins_mm.outer,
            "margin-bottom": self.margins_mm.bottom,
            "margin-inner": self.margins_mm.inner,
            "block-height": self.block_mm,
            "measure": self.measure_mm,
            "column-gap": COLUMN_GAP_MM,
            "tab-gap": self.margins_mm.outer - scale.tab_mm,
            "drawing-width": round(min(self.body_pt * scale.drawing_mm, self.measure_mm * 0.26), 1),
            "number-column": round(number * 2.74),
            "cover-down": down,
            "cover-across": across,
        }
        return {
            **{name: f"{round(value, 2):g}pt" for name, value in points.items()},
            **{name: f"{round(value, 2):g}mm" for name, value in millimetres.items()},
            "folio-width": f"{FOLIO_MM:g}mm" if self.large else "auto",
            "running-width": f"{round(self.measure_mm - FOLIO_MM, 2):g}mm" if self.large else "auto",
            "columns": str(self.columns),
            "list-columns": "1" if self.large or self.is_narrow else "2",
        }

    def style_sheet(self) -> str:
        """The variables as CSS."""
        rows = "; ".join(f"--{name}: {value}" for name, value in self.variables().items())
        return f":root {{ {rows} }}\n"

    def faults(self) -> Iterator[str]:
        """What these pages break of clear print, safe edges or the grid, in words; nothing when they keep all."""
        scale, margins, least = self.scale, self.margins_mm, self.scale.least
        lower, upper = scale.body_pt
        if not lower <= self.body_pt <= upper:
            yield f"a body of {self.body_pt:g} pt, where {lower:g} to {upper:g} are read well"
        if not LEAST_LEADING <= self.line_pt / self.body_pt <= MOST_LEADING:
            low, high = self.body_pt * LEAST_LEADING, self.body_pt * MOST_LEADING
            yield f"lines of {self.line_pt:g} pt, where a body of {self.body_pt:g} asks for {low:g} to {high:g}"
        for name in ("top", "outer", "bottom", "inner"):
            own, needed = getattr(margins, name), getattr(least, name)
            if own < needed - 0.01:
                yield f"a margin '{name}' of {own:g} mm, where {needed:g} are safe from the cut, the spine and the tabs"
        if self.large and self.columns > 1:
            yield "columns in large print, which has one"
        wide, (few, many) = _characters(self.column_em), map(_characters, scale.measure_em)
        if not few <= wide <= many:
            yield f"lines of about {wide} characters, where {few} to {many} are read well"
        if self.block_mm * PT_PER_MM < LEAST_LINES * self.line_pt:
            yield f"pages of fewer than {LEAST_LINES} lines"


def designed(
    trim_mm: tuple[float, float],
    body_pt: float | None = None,
    line_pt: float | None = None,
    margins_mm: Margins | None = None,
    columns: int = 1,
    large: bool = False,
) -> PageDesign:
    """Pages of this trim; what is not said follows from it. The foot takes what whole lines leave."""
    width = trim_mm[0]
    body = body_pt or _usual_body_pt(width, columns, large)
    line = line_pt or _half(body * LEADING)
    margins = margins_mm or _usual_margins(width, body, columns, large)
    inside_mm = trim_mm[1] - margins.top - margins.bottom
    lines = math.floor((inside_mm + SNAP_MM) * PT_PER_MM / line)
    spare_mm = inside_mm - lines * line / PT_PER_MM
    if spare_mm > SNAP_MM:
        bottom = math.floor((margins.bottom + spare_mm) * 100 + 1e-6) / 100  # never so far up that a line is lost
        margins = Margins(margins.top, margins.outer, bottom, margins.inner)
    return PageDesign(trim_mm, body, line, margins, columns, large)


def _usual_body_pt(width_mm: float, columns: int, large: bool) -> float:
    if large:
        return 18.0
    if width_mm < 120:
        return 12.0
    return 14.0 if width_mm >= 180 and columns == 1 else 12.5


def _usual_margins(width_mm: float, body_pt: float, columns: int, large: bool) -> Margins:
    """Margins that grow with the page; where lines would get too long for the eye, both sides are wider."""
    if large:
        top, outer, bottom, inner = 15.3, 22.5, 15.69, 22.5
    else:
        by = min(1.4, max(0.9, width_mm / 148))
        top, outer, bottom, inner = (float(round(side * by)) for side in (12, 13, 12, 17))
        outer, bottom = max(outer, 12.0), max(bottom, 12.0)
    widest_mm = body_pt * USUAL_MEASURE_EM[large] / PT_PER_MM
    spare_mm = width_mm - outer - inner - widest_mm
    if columns == 1 and spare_mm > 0:
        outer, inner = round(outer + spare_mm / 2, 1), round(inner + spare_mm / 2, 1)
    return Margins(top, outer, bottom, inner)


def _half(points: float) -> float:
    """To half a point."""
    return round(points * 2) / 2


def _characters(ems: float) -> int:
    """About so many characters stand in a line of this width."""
    return round(ems * 2)


def trim_of(written: str) -> tuple[float, float]:
    """The width and height of a trim written as `DL`, `DL landscape` or `210x210`, in millimetres. Raises
    ValueError, in words for its writer.
    """
    name, _, turned = written.strip().partition(" ")
    if name.upper() in TRIMS_MM and turned in ("", "landscape"):
        width, height = TRIMS_MM[name.upper()]
        return (height, width) if turned else (width, height)
    sides = re.fullmatch(r"(\d{2,3}(?:\.\d{1,2})?) ?[x×] ?(\d{2,3}(?:\.\d{1,2})?)(?: ?mm)?", written.strip())
    if sides is None:
        raise ValueError(f"no trim: {', '.join(TRIMS_MM)}, or width and height in mm, such as 210x210")
    width, height = (float(side) if "." in side else int(side) for side in sides.groups())
    if min(width, height) < LEAST_SIDE_MM or max(width, height) > MOST_SIDE_MM:
        raise ValueError(f"each side of a page has {LEAST_SIDE_MM:g} to {MOST_SIDE_MM:g} mm")
    return width, height


def trim_name(trim_mm: tuple[float, float]) -> str:
    """The name of a trim, such as `DL`; its sides in millimetres where it has none."""
    names = {size: name for name, size in TRIMS_MM.items()}
    width, height = trim_mm
    turned = names.get((height, width))
    return names.get(trim_mm) or (f"{turned} landscape" if turned else f"{width:g} × {height:g} mm")


USUAL = designed(TRIMS_MM[USUAL_TRIM])
USUAL_LARGE = designed(TRIMS_MM[USUAL_LARGE_TRIM], large=True)
"""The pages of a project that says nothing of them."""
