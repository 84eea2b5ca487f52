"""The formats in which a title is made: one row each. Whatever differs by format is read from its row.

A new format is a row here, a style sheet under `styles/`, and a line in the README.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal, get_args

from booklet.design import MM_PER_INCH, TRIMS_MM, USUAL, USUAL_LARGE, USUAL_TRIM, PageDesign, designed, trim_name

PRESS_PPI = 300
"""As many pixels an inch as a press shows."""
KEPT_PPI = 330
"""As many are kept: a page that a copier enlarges to twice its area has enough of them, too."""
Duplex = Literal["short-edge", "manual"]
"""Who turns the sheets: the printer, on their short edge, or a person, who prints fronts and then backs."""
DUPLEX: tuple[Duplex, ...] = get_args(Duplex)

RIGHT_TO_LEFT = "right-to-left.css"
"""The style sheet of languages that are read from right to left. It comes last."""


@dataclass(frozen=True)
class PrintOptions:
    """What somebody asked for at the command line; None leaves it to the printer's profile."""

    cover_separate: bool | None = None
    marks: bool | None = None
    duplex: Duplex = "short-edge"


@dataclass(frozen=True)
class Overlay:
    """What a project lays over our style sheets: those of its theme by name, CSS of its own, the families of its faces,
    and the files that all this names, each with a hash of its content.
    """

    stylesheets: tuple[str, ...] = ()
    css: tuple[str, ...] = ()
    families: tuple[str, ...] = ()
    files: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class PageSetup:
    """Pages as they are typeset: their design, style sheets in order, how far covers and tabs reach beyond the trim,
    and what the project lays over all that.

    Formats that share a page setup share their typesetting.
    """

    design: PageDesign
    stylesheets: tuple[str, ...]
    bleed_mm: float = 0.0
    overlay: Overlay = Overlay()

    @property
    def trim_mm(self) -> tuple[float, float]:
        """Width and height of a trimmed page."""
        return self.design.trim_mm

    def most_pixels(self, covers_page: bool) -> tuple[int, int]:
        """What is kept of a picture as large as the block of text, or as the page with its bleed."""
        design = self.design
        block_mm = (design.measure_mm, design.block_mm)
        sides_mm = tuple(side + 2 * self.bleed_mm for side in self.trim_mm) if covers_page else block_mm
        width, height = (math.ceil(side * KEPT_PPI / MM_PER_INCH) for side in sides_mm)
        return width, height

    def turned(self, from_the_right: bool) -> PageSetup:
        """These pages, or the same for a language that is read from right to left."""
        return replace(self, stylesheets=(*self.stylesheets, RIGHT_TO_LEFT)) if from_the_right else self


@dataclass(frozen=True)
class Format:
    """One way to make a title: its page setup, the preflight profile that its files must pass, how typeset pages become
    files (`tagged`, `press` or `clinic`; see `booklet.finishing`), which order code it goes by, and what a person is
    told of it.
    """

    name: str
    words: str
    pages: PageSetup
    profile: str
    finish: str
    order_code: str = "standard"
    pdf_ua: int = 1

    @property
    def is_large_print(self) -> bool:
        """True for the edition that has its own pages for people with low vision."""
        return self.order_code == "large_print"

    def as_pdf_ua(self, part: int) -> Format:
        """The same pages, claiming this part of PDF/UA (ISO 14289). What is for paper claims none."""
        if part == 1 or self.finish != "tagged":
            return self
        return replace(self, name=f"{self.name}-ua{part}", pdf_ua=part)


BESIDE = ("base.css", "screen.css", "corrections.css")
"""The style sheets of sheets that go beside booklets."""
CALL_LIST = PageSetup(designed(TRIMS_MM["A4"], 12.5, 18), (*BESIDE, "call-list.css"))
CLINIC_KIT = PageSetup(designed(TRIMS_MM["A4"][::-1], 19, 25), ("base.css", "screen.css", "clinic-kit.css"))
CORRECTIONS = PageSetup(designed(TRIMS_MM["A4"], 12.5, 18), BESIDE)
CUT_LIST = PageSetup(designed(TRIMS_MM["A4"], 12.5, 18), (*BESIDE, "cut-list.css"))
EVIDENCE = PageSetup(designed(TRIMS_MM["A4"], 12.5, 18), ("base.css", "screen.css", "evidence.css"))
LARGE_SLIP = PageSetup(USUAL_LARGE, ("base.css", "large-print.css"))
SLIP = PageSetup(designed(TRIMS_MM[USUAL_TRIM], 12.5, 17), ("base.css", "screen.css", "slip.css"))
TICKET = PageSetup(designed(TRIMS_MM["A4"], 12, 16), ("base.css", "screen.css", "ticket.css"))


@cache
def formats(
    standard: PageDesign = USUAL, large: PageDesign = USUAL_LARGE, overlay: Overlay = Overlay()
) -> dict[str, Format]:
    """The formats of a project that designs its pages so. Screen, press and clinic share one page setup, set with the
    largest bleed that a printer asks for; each cuts it back to what it needs.
    """
    beside = (*(("columns.css",) if standard.columns > 1 else ()), *(("narrow.css",) if standard.is_narrow else ()))
    pages = PageSetup(standard, ("base.css", "screen.css", "bleed.css", *beside), 5.0, overlay)
    large_pages = PageSetup(large, ("base.css", "large-print.css"), 0.0, overlay)
    rows = (
        Format("screen", "to read on a screen", pages, "screen", "tagged"),
        Format("large-print", "in large print", large_pages, "large-print", "tagged", "large_print"),
        Format("press", "in CMYK with bleed, for an offset printer", pages, "press", "press"),
        Format("clinic", "A4 sheets in grey, for an office copier", pages, "clinic", "clinic"),
    )
    return {row.name: row for row in rows}


FORMATS = formats()
"""The formats as a project has them that says nothing of its pages."""


def can_be_folded(trim_mm: tuple[float, float]) -> bool:
    """True for pages of which two fill a sheet of A4 that is folded in the middle."""
    width, height = TRIMS_MM["A4"]
    return trim_mm == (height // 2, width)


def is_for_copiers(trim_mm: tuple[float, float], binding: str = "stitched") -> bool:
    """True for pages that an office copier makes of A4 without a cut: half of it, to be folded, or all of it; of a
    leaflet, as its fold asks for them.
    """
    if binding == "letter-fold":
        return trim_name(trim_mm) == "DL"
    if binding == "half-fold":
        return can_be_folded(trim_mm)
    return can_be_folded(trim_mm) or trim_name(trim_mm) in ("A4", "A4 landscape")
