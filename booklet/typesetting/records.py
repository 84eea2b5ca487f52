"""The records of typesetting: formats, the facts of a layout, and the segment that leaves the room."""

from __future__ import annotations

from dataclasses import dataclass, replace

from booklet.composing import Part

CACHE = ".booklet-cache"
"""The folder of a project that holds what was made before."""


@dataclass(frozen=True)
class Format:
    """One way to print: its style sheets, in order, its trim size in millimetres, which order code it goes by, and how
    far its covers and tabs reach beyond the trim, in millimetres.
    """

    name: str
    sheets: tuple[str, ...]
    trim_mm: tuple[float, float]
    order_code: str = "standard"
    bleed_mm: float = 0.0
    for_paper: bool = False
    pdf_ua: int = 1

    @property
    def is_large_print(self) -> bool:
        """True for the edition that has its own pages for people with low vision."""
        return self.order_code == "large_print"

    def as_pdf_ua(self, part: int) -> Format:
        """The same pages, claiming this part of PDF/UA (ISO 14289). What is for paper claims none."""
        return self if part == 1 or self.for_paper else replace(self, name=f"{self.name}-ua{part}", pdf_ua=part)


FORMATS = {
    "screen": Format("screen", ("base.css", "screen.css"), (148, 210)),
    "large-print": Format("large-print", ("base.css", "large-print.css"), (210, 297), "large_print"),
    "press": Format("press", ("base.css", "screen.css", "press.css"), (148, 210), bleed_mm=5.0, for_paper=True),
    "clinic": Format("clinic", ("base.css", "screen.css", "clinic.css"), (148, 210), for_paper=True),
}

KIT = Format("clinic-kit", ("base.css", "screen.css", "clinic-kit.css"), (297, 210))
TICKET = Format("ticket", ("base.css", "screen.css", "ticket.css"), (210, 297))
"""Single pages that go beside the booklets."""


@dataclass(frozen=True)
class Misfit:
    """Something that does not fit: what kind of thing, words to know it by, and its place, `file:line`, if known."""

    kind: str
    words: str
    place: str


@dataclass(frozen=True)
class Layout:
    """What was found while a part was laid out.

    `anchors` gives the page index and the distance from the page's top, in points, of each id; `bookmarks` the level,
    title, page index, distance from the top and id (or nothing) of each heading; `complaints` what the engine logged;
    `misfits` what does not fit its page.
    """

    pages: int
    anchors: dict[str, tuple[int, float]]
    bookmarks: tuple[tuple[int, str, int, float, str], ...]
    complaints: tuple[str, ...]
    misfits: tuple[Misfit, ...] = ()


@dataclass(frozen=True)
class Written:
    """A part as the engine writes it: its pages as a tagged PDF, and what the engine complained of.

    `sources` says for each page, and on it for each marked content by its number, from which file and line it comes
    (`chapters/04-liver.md:42`), or nothing when only the part's own file is known.
    """

    pdf: bytes
    complaints: tuple[str, ...]
    sources: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Segment:
    """A part as typeset: its pages as written, what is on them, and the number of its first page."""

    part: Part
    pdf: bytes
    layout: Layout
    first_folio: int
    roman: bool
    complaints: tuple[str, ...] = ()
    sources: tuple[tuple[str, ...], ...] = ()

    def folio(self, page_index: int) -> str:
        """The number printed on one of its pages."""
        return folio(self.first_folio + page_index, self.roman)


def folio(number: int, roman: bool) -> str:
    """A page number as it is printed: `12`, or `iv` in the front matter."""
    if not roman:
        return str(number)
    ones = ("", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix")
    tens = ("", "x", "xx", "xxx", "xl", "l", "lx", "lxx", "lxxx", "xc")
    return tens[number // 10] + ones[number % 10]
