"""The formats in which a title is made: one row each. Whatever differs by format is read from its row.

A new format is a row here, a style sheet under `styles/`, and a line in the README.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

Duplex = Literal["short-edge", "manual"]
"""Who turns the sheets: the printer, on their short edge, or a person, who prints fronts and then backs."""


@dataclass(frozen=True)
class PrintOptions:
    """What somebody asked for at the command line; None leaves it to the printer's profile."""

    cover_separate: bool | None = None
    marks: bool | None = None
    duplex: Duplex = "short-edge"


@dataclass(frozen=True)
class PageSetup:
    """Pages as they are typeset: what they are called, style sheets in order, trim size, and how far covers and tabs
    reach beyond the trim.

    Formats that share a page setup share their typesetting.
    """

    name: str
    stylesheets: tuple[str, ...]
    trim_mm: tuple[float, float]
    bleed_mm: float = 0.0


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


A5 = PageSetup("A5", ("base.css", "screen.css", "bleed.css"), (148, 210), bleed_mm=5.0)
"""Set with the largest bleed that a printer asks for; each format cuts it back to what it needs."""
A4_LARGE_PRINT = PageSetup("large print", ("base.css", "large-print.css"), (210, 297))
CLINIC_KIT = PageSetup("clinic kit", ("base.css", "screen.css", "clinic-kit.css"), (297, 210))
CORRECTIONS = PageSetup("corrections", ("base.css", "screen.css", "corrections.css"), (210, 297))
LARGE_SLIP = PageSetup("large correction slip", ("base.css", "large-print.css"), (210, 297))
SLIP = PageSetup("correction slip", ("base.css", "screen.css", "slip.css"), (148, 210))
TICKET = PageSetup("job ticket", ("base.css", "screen.css", "ticket.css"), (210, 297))

FORMATS = {
    row.name: row
    for row in (
        Format("screen", "A5, to read on a screen", A5, "screen", "tagged"),
        Format("large-print", "A4 in large print", A4_LARGE_PRINT, "large-print", "tagged", "large_print"),
        Format("press", "A5 in CMYK with bleed, for an offset printer", A5, "press", "press"),
        Format("clinic", "A4 sheets in grey to fold, for an office copier", A5, "clinic", "clinic"),
    )
}
