"""The job ticket: what a printer has to know beside the press file, as facts, as JSON and as the rows of a page.

Weights and thickness come from the papers of the printer's profile. What nobody has said yet (how many copies, whom to
ask) is said to be open, and never filled in.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from booklet.bindery import PressSetup
from booklet.finishing.records import PrintJob, TypesetBooklet
from booklet.manuscript import Binding, Paper, PrinterProfile
from booklet.words import PRINTER, Words

COVER_PAGES = 4
THICK_MM = 5.0
MANY_PAGES = {True: 48, False: 64}
"""Pages that are saddle stitched without asking: on paper of 130 g/m² and more, and on lighter paper (STANDARDS
SS1)."""
HEAVY_GSM = 130


@dataclass(frozen=True)
class TicketFile:
    """A file that goes with the ticket."""

    name: str
    pages: int
    bytes: int
    sha256: str


@dataclass(frozen=True)
class Ticket:
    """Everything that the ticket says. Lengths in millimetres, weights in grams; None is not known yet. `covers` is how
    many different covers the one body has.
    """

    title: str
    edition: str
    issue: str
    date: str
    trim_mm: tuple[float, float]
    bleed_mm: float
    marks: bool
    pages: int
    cover_is_separate: bool
    covers: int
    paper: str
    cover_paper: str | None
    colours: str
    printing_condition: str
    ink_limit_percent: float
    binding: str
    quantity: int | None
    weight_of_one_copy_g: float
    thickness_mm: float
    creep_mm: float
    profile: str
    contact: str | None
    is_sample: bool
    chapters_not_signed_off: tuple[str, ...]
    files: tuple[TicketFile, ...]

    def as_json(self) -> bytes:
        """The ticket for a machine."""
        return (json.dumps(asdict(self), indent=2, ensure_ascii=False) + "\n").encode()

    def rows(self, words: Words) -> tuple[tuple[str, str], ...]:
        """The ticket for a person: what, and how."""

        def say(name: str, **values: object) -> str:
            return words(f"{PRINTER}.{name}", **values)

        width, height = self.trim_mm
        title_is = say("title_is", title=self.title, edition=self.edition, issue=self.issue, day=self.date)
        pages = say("pages_are", pages=self.pages)
        if self.cover_is_separate:
            pages = say("pages_and_cover", pages=self.pages, inside=self.pages - COVER_PAGES, cover=COVER_PAGES)
        weight, thickness = f"{self.weight_of_one_copy_g:.0f}", f"{self.thickness_mm:.1f}"
        unsigned = len(self.chapters_not_signed_off)
        sample_is = say("sample_unsigned", count=unsigned) if unsigned else say("sample_is")
        covers = ((say("covers"), say("covers_are", count=self.covers)),) if self.covers > 1 else ()
        sample = ((say("sample"), sample_is),) if self.is_sample else ()
        return (
            (say("title"), title_is),
            *sample,
            (say("quantity"), say("copies", count=self.quantity) if self.quantity else say("not_stated")),
            (say("trim"), say("trim_is", width=f"{width:g}", height=f"{height:g}", lies=say(_lies(self.trim_mm)))),
            (say("bleed"), say("bleed_marked" if self.marks else "bleed_bare", bleed=f"{self.bleed_mm:g}")),
            (say("pages"), pages),
            *covers,
            (say("paper"), self.paper),
            (say("cover"), self.cover_paper or say("cover_same")),
            (say("colours"), say("colours_for", colours=self.colours, condition=self.printing_condition)),
            (say("ink"), say("ink_is", percent=f"{self.ink_limit_percent:g}")),
            (say("binding"), self.binding),
            (say("copy"), say("copy_is", grams=weight, thickness=thickness)),
            (say("creep"), say("creep_is", creep=f"{self.creep_mm:.2f}")),
            (say("profile"), self.profile),
            (say("questions"), self.contact or say("nobody")),
        )

    def file_rows(self, words: Words) -> tuple[tuple[str, str, str], ...]:
        """Each file: its name, what it is, its checksum."""
        return tuple(
            (file.name, words("printer.file", pages=file.pages, bytes=file.bytes), file.sha256) for file in self.files
        )


def weight_g(pages: int, trim_mm: tuple[float, float], paper: Paper, cover: Paper | None = None) -> float:
    """What one copy weighs: each leaf's area times the weight of its paper (STANDARDS AP13)."""
    leaf_m2 = trim_mm[0] * trim_mm[1] / 1e6
    outer = COVER_PAGES if cover else 0
    return leaf_m2 * ((pages - outer) / 2 * paper.gsm + outer / 2 * (cover.gsm if cover else 0))


def thickness_mm(pages: int, paper: Paper, cover: Paper | None = None) -> float:
    """How thick the pressed booklet is (STANDARDS PB1)."""
    outer = COVER_PAGES if cover else 0
    return (pages - outer) / 2 * paper.caliper_mm + outer / 2 * (cover.caliper_mm if cover else 0)


def creep_mm(pages: int, paper: Paper, cover: Paper | None = None) -> float:
    """How far the innermost pages stand out before the trim: the thickness of all sheets (STANDARDS SS2)."""
    sheets = -(-pages // 4)
    return (sheets - 1) * paper.caliper_mm + (cover or paper).caliper_mm


UNSTITCHED: dict[Binding, str] = {
    "stitched": "printer.loose",
    "stapled": "printer.stapled",
    "half-fold": "printer.half_fold",
    "letter-fold": "printer.letter_fold",
}
"""How what is not stitched holds together. A chapter of a stitched booklet that is handed out is loose leaves."""


def _lies(trim_mm: tuple[float, float]) -> str:
    width, height = trim_mm
    return "upright" if height > width else "square" if height == width else "lying"


def binding(pages: int, trim_mm: tuple[float, float], printer: PrinterProfile, words: Words) -> str:
    """How it is bound, with a question where it is thicker than is usual."""
    width, height = trim_mm
    side = "longer" if height > width else "left" if height == width else "shorter"
    stitched = words("printer.stitched", side=words(f"printer.{side}"))
    thick = thickness_mm(pages, printer.paper, printer.cover_paper)
    if thick > THICK_MM or pages > MANY_PAGES[printer.paper.gsm >= HEAVY_GSM]:
        return words("printer.thick", binding=stitched, pages=pages)
    return stitched


def job_ticket(
    booklet: TypesetBooklet,
    work: PrintJob,
    setup: PressSetup,
    separate: bool,
    files: Iterable[TicketFile],
    covers: int = 1,
) -> Ticket:
    """The ticket of a job; `separate` says that the cover is a file of its own, `covers` how many different ones there
    are.
    """
    printer = work.printer
    paper, cover, pages, words = printer.paper, printer.cover_paper, booklet.pages, booklet.words.for_printer()
    return Ticket(
        title=booklet.title,
        edition=booklet.edition,
        issue=booklet.issue,
        date=words.day(booklet.issued),
        trim_mm=setup.trim_mm,
        bleed_mm=printer.bleed_mm,
        marks=setup.marks,
        pages=pages,
        cover_is_separate=separate,
        covers=covers,
        paper=_stock(paper),
        cover_paper=_stock(cover) if cover else None,
        colours=words("printer.colours_are"),
        printing_condition=printer.condition.identifier,
        ink_limit_percent=printer.ink_limit_percent,
        binding=(
            binding(pages, setup.trim_mm, printer, words) if booklet.stitched else words(UNSTITCHED[booklet.binding])
        ),
        quantity=work.quantity,
        weight_of_one_copy_g=round(weight_g(pages, setup.trim_mm, paper, cover), 1),
        thickness_mm=round(thickness_mm(pages, paper, cover), 2),
        creep_mm=round(creep_mm(pages, paper, cover), 2),
        profile=f"{work.name} ({printer.name})",
        contact=work.contact,
        is_sample=work.is_sample,
        chapters_not_signed_off=work.unsigned,
        files=tuple(files),
    )


def _stock(paper: Paper) -> str:
    return f"{paper.name}, {paper.gsm:g} g/m², {paper.caliper_mm:g} mm"
