"""Printing: a typeset booklet becomes what a printer or a clinic gets.

A press job is the press file, the cover as a file of its own where its paper differs, and a job ticket as a page and as
JSON. A clinic's kit is sheets to fold (or their fronts and backs) and the same pages one a sheet side. Nothing is
decided here about how colours, sheets or tickets are made: this is where they are put together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

from booklet import bindery, imposition, ticket
from booklet.composing import Composition, planned_kit
from booklet.composing import ticket as ticket_part
from booklet.findings import Finding, Place, error, warning
from booklet.manuscript import Edition, Manuscript, PrinterProfile
from booklet.typesetting import KIT, TICKET, Format, Segment, Typesetter, typeset_part

UNPRINTABLE_MM = 5.0
"""Office printers reach no nearer to the edge of the sheet (STANDARDS OF1)."""
WANTED_PPI = 300
COVER = (0, 1, -2, -1)
"""The pages of a cover of its own: front, inside front, inside back, back."""
MAKING = Callable[[Format], Typesetter]


@dataclass(frozen=True)
class Options:
    """What somebody asked for at the command line; None leaves it to the printer's profile."""

    cover_separate: bool | None = None
    marks: bool | None = None
    duplex: imposition.Duplex = "short-edge"


@dataclass(frozen=True)
class Made:
    """A finished file: the ending of its name, its pages, the size of a page, the preflight profile that it must pass,
    and its printer where it has one.
    """

    ending: str
    content: bytes
    pages: int
    trim_mm: tuple[float, float]
    profile: str
    title: str
    leaves: bool = False
    printer: PrinterProfile | None = None


@dataclass(frozen=True)
class Work:
    """One title of one edition, typeset: what it is made from, and what the bound file says of itself."""

    manuscript: Manuscript
    edition: Edition
    composition: Composition
    segments: tuple[Segment, ...]
    title: bindery.Title
    form: Format
    project: Path
    file: str
    """The name of its files, without ending."""

    @property
    def pages(self) -> int:
        """How many pages were set."""
        return sum(segment.layout.pages for segment in self.segments)

    def bound(self) -> bytes:
        """The booklet with its stand-in colours, to be inked."""
        return bindery.bind(self.segments, replace(self.title, hue=dict(bindery.STAND_INS)))


def for_press(work: Work, options: Options, setter: MAKING) -> tuple[tuple[Made, ...], list[Finding]]:
    """The press file or files, and the job ticket."""
    book, name = work.manuscript.book, work.manuscript.book.printer
    if name is None:
        found = "No printer is named, so nobody knows how a press file is to be made."
        return (), [
            error("SRC-010", book.origin, found, 'printer = "..." with the name of a file of chapters/printers/.')
        ]
    printer = work.manuscript.printers[name]
    separate = bool(printer.cover_paper) if options.cover_separate is None else options.cover_separate
    separate = separate and work.pages > len(COVER)
    marks = printer.marks if options.marks is None else options.marks
    condition, day = printer.condition, f"{book.issue_date.day} {book.issue_date:%B %Y}"
    job = bindery.PressJob(
        title=work.title.title,
        author=work.title.author,
        day=work.title.issued.isoformat(),
        trim_mm=work.form.trim_mm,
        bleed_mm=printer.bleed_mm,
        condition=bindery.Condition(
            condition.identifier, condition.words, condition.registry, work.manuscript.icc_profiles[name]
        ),
        marks=marks,
        slug=f"{work.composition.publication.title}   {work.edition.name}   issue {book.issue}   {day}",
    )
    inks = bindery.edition_inks(work.manuscript, work.edition, name)
    bound, files, findings = work.bound(), [], []
    loose = work.composition.publication.is_handout
    cover = tuple(index % work.pages for index in COVER)
    shares = {"": tuple(index for index in range(work.pages) if not separate or index not in cover)}
    for ending, indexes in (shares | ({"-cover": cover} if separate else {})).items():
        pressed = bindery.press(bound, job, inks, indexes)
        findings += list(_too_coarse(work, pressed.images, indexes))
        made = Made(
            f"{ending}.pdf", pressed.content, len(indexes), work.form.trim_mm, "press", job.title, loose, printer
        )
        files.append(made)
    sheet = ticket.written(
        title=work.composition.publication.title,
        edition=work.edition.name,
        issue=book.issue,
        date=day,
        trim_mm=work.form.trim_mm,
        pages=work.pages,
        marks=marks,
        separate=separate,
        loose=loose,
        printer=printer,
        profile=name,
        quantity=book.print_run.quantities.get(work.edition.code),
        contact=book.print_run.contact,
        files=tuple(
            ticket.File(f"{work.file}{made.ending}", made.pages, len(made.content), sha256(made.content).hexdigest())
            for made in files
        ),
    )
    page, faults = _ticket_page(work, sheet, setter(TICKET))
    json = Made("-ticket.json", sheet.as_json(), 0, TICKET.trim_mm, "", job.title)
    return (*files, *page, json), [*findings, *faults]


def for_clinic(work: Work, options: Options, setter: MAKING) -> tuple[tuple[Made, ...], list[Finding]]:
    """Sheets to fold, with a sheet that says how before them, and the same pages one a side."""
    grey = bindery.in_grey(work.bound(), bindery.copier_inks(), work.title.title)
    setup = imposition.Setup(
        duplex=options.duplex, sheets_max=imposition.SHEETS_MAX, margin_mm=UNPRINTABLE_MM, lettered=True
    )
    kit, findings = _kit(work, setter(KIT), setup)
    imposed = imposition.impose(grey, setup, kit)
    count = (len(imposed.sides) + (2 if kit else 0)) // len(imposed.files)
    endings = (".pdf",) if len(imposed.files) == 1 else ("-fronts.pdf", "-backs.pdf")
    title = f"{work.title.title} (imposed for folding)"
    made = [
        Made(ending, file, count, setup.sheet_mm, "clinic", title, leaves=True)
        for ending, file in zip(endings, imposed.files, strict=True)
    ]
    plain = imposition.one_up(grey, setup.sheet_mm, UNPRINTABLE_MM)
    upright = (setup.sheet_mm[1], setup.sheet_mm[0])
    upright_title = f"{work.title.title} (imposed for A4, one page a side)"
    return (*made, Made("-plain.pdf", plain, work.pages, upright, "clinic", upright_title, leaves=True)), findings


def _kit(work: Work, setter: Typesetter, setup: imposition.Setup) -> tuple[bytes | None, list[Finding]]:
    if work.composition.kit is None:
        return None, []
    sides = imposition.sheets(work.pages, setup.sheets_max)
    part = planned_kit(work.composition.kit, tuple(_plan(work.title.title, sides, setup.duplex)))
    segment, findings = typeset_part(part, setter, pages=2)
    if segment is None:
        return None, findings
    title = replace(work.title, title=part.title, hue=dict(bindery.STAND_INS))
    return bindery.in_grey(bindery.bind((segment,), title), bindery.copier_inks(), part.title), findings


def _plan(title: str, sides: tuple[imposition.Side, ...], duplex: imposition.Duplex) -> Iterator[str]:
    """What is printed, in a few lines: how many sheets, in which parts, and where each stands in the file."""
    parts = imposition.part_pages(sides)
    total = sum(sheets for sheets, _, _ in parts)
    several = f" in {len(parts)} parts, to be stapled one after the other" if len(parts) > 1 else ""
    yield f"{title}: {total} sheet{'s' if total > 1 else ''} of A4{several}."
    first, sides_each, where = (3, 2, "this file") if duplex == "short-edge" else (2, 1, "the fronts")
    for number, (sheets, _, _) in enumerate(parts if len(parts) > 1 else (), 1):
        last = first + sheets * sides_each - 1
        yield f"Part {number}: {sheets} sheets, pages {first} to {last} of {where}."
        first = last + 1


def _ticket_page(work: Work, sheet: ticket.Ticket, setter: Typesetter) -> tuple[tuple[Made, ...], list[Finding]]:
    title = f"Job ticket: {sheet.title} ({sheet.edition})"
    part = ticket_part(title, work.title.language, sheet.rows(), sheet.file_rows(), "chapters/booklet.toml")
    segment, findings = typeset_part(part, setter, pages=1)
    if segment is None:
        return (), findings
    content = bindery.bind((segment,), replace(work.title, title=title, anchors={}))
    return (Made("-ticket.pdf", content, 1, TICKET.trim_mm, "screen", title, leaves=True),), findings


def _too_coarse(work: Work, images: Iterable[bindery.PlacedImage], indexes: tuple[int, ...]) -> Iterator[Finding]:
    """Images with too few pixels for their place, named, with the size at which they could be printed."""
    parts = [segment.part for segment in work.segments for _ in range(segment.layout.pages)]
    for image in images:
        if image.ppi >= WANTED_PPI:
            continue
        part = parts[indexes[image.page]]
        name = next(
            (asset for asset in part.assets if bindery.pixels(work.project / "chapters" / asset) == image.pixels), ""
        )
        width, height = (side * 25.4 / WANTED_PPI for side in image.pixels)
        found = (
            f"{name or 'An image'} has {image.pixels[0]} by {image.pixels[1]} pixels, {image.ppi:.0f} to the inch here."
            f" At {WANTED_PPI} it can be {width:.0f} by {height:.0f} mm."
        )
        yield warning("INK-002", Place(part.file), found, "A larger image, or a smaller place.")
