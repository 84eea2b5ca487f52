"""The press job of a booklet: the press file, the cover as a file of its own where its paper differs, and a job ticket
as a page and as JSON.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from hashlib import sha256

from booklet.bindery import STAND_INS, PaperPiece, PressJob, PressSetup, lettering, press_colours, press_file
from booklet.composing import ticket as ticket_part
from booklet.findings import Finding, Place, error
from booklet.finishing import ticket
from booklet.finishing.parts import (
    PRESS_ACCENTS,
    fonts,
    known_marks,
    known_part,
    origins,
    placed_in_order,
    placing,
    press_part,
)
from booklet.finishing.records import Finished, FinishedFile, PrintJob, Tools, TypesetBooklet
from booklet.finishing.sheets import finish_sheet
from booklet.finishing.tagged import document_info
from booklet.formats import TICKET
from booklet.preflight import PROFILES, Profile, Promise

COVER = (0, 1, -2, -1)
"""The pages of a cover of its own: front, inside front, inside back, back."""


def finish_press(booklet: TypesetBooklet, tools: Tools) -> Finished:
    """The press file or files, and the job ticket."""
    work = booklet.print_job
    if work is None:
        return (), [no_printer()]
    printer, options = work.printer, tools.options
    separate = bool(printer.cover_paper) if options.cover_separate is None else options.cover_separate
    separate = separate and booklet.pages > len(COVER)
    setup = press_setup(booklet, work, tools)
    cover = tuple(index % booklet.pages for index in COVER) if separate else ()
    shares = {"": tuple(index for index in range(booklet.pages) if index not in cover), "-cover": cover}
    files = [
        pressed_pages(booklet, work, setup, f"{booklet.file}{ending}.pdf", indexes, tools)
        for ending, indexes in shares.items()
        if indexes
    ]
    told, findings = ticket_files(booklet, work, setup, separate, files, tools)
    return (*files, *told), findings


def no_printer() -> Finding:
    """What is said where nobody is named who prints."""
    found = "No printer is named, so nobody knows how a press file is to be made."
    expected = 'printer = "..." with the name of a file of chapters/printers/.'
    return error("SRC-010", Place("chapters/booklet.toml"), found, expected)


def press_setup(booklet: TypesetBooklet, work: PrintJob, tools: Tools) -> PressSetup:
    """How the printer's pages are made."""
    printer, wish = work.printer, tools.options.marks
    return PressSetup(booklet.form.pages.trim_mm, printer.bleed_mm, printer.marks if wish is None else wish)


def ticket_files(
    booklet: TypesetBooklet,
    work: PrintJob,
    setup: PressSetup,
    separate: bool,
    files: Iterable[FinishedFile],
    tools: Tools,
    covers: int = 1,
) -> tuple[tuple[FinishedFile, ...], list[Finding]]:
    """The ticket that goes with some files, as a page and as JSON; `covers` is how many different covers there are."""
    sheet = ticket.job_ticket(booklet, work, setup, separate, [_ticket_row(file) for file in files], covers)
    pages, findings = _ticket_page(booklet, sheet, tools)
    json = FinishedFile(f"{booklet.file}-ticket.json", sheet.as_json(), 0, TICKET.trim_mm)
    return (*pages, json), findings


def _ticket_row(file: FinishedFile) -> ticket.TicketFile:
    return ticket.TicketFile(file.name, file.pages, len(file.content), sha256(file.content).hexdigest())


def pressed_pages(
    booklet: TypesetBooklet, work: PrintJob, setup: PressSetup, name: str, indexes: tuple[int, ...], tools: Tools
) -> FinishedFile:
    """A press file of some pages (from 0) of the booklet."""
    store = tools.store
    job = press_job(booklet, work, setup, name)
    pieces = list(press_pieces(booklet, work, setup, frozenset(indexes), tools))
    content = press_file(pieces, job, work.accents, fonts(store), placing(store))
    edge = setup.trim("left").box
    placed = {
        row: (indexes.index(index), (1.0, 0.0, 0.0, 1.0, edge[0], edge[1]))
        for row, (index, _) in placed_in_order(booklet.segments).items()
        if index in indexes
    }
    return FinishedFile(
        name=name,
        content=content,
        pages=len(indexes),
        trim_mm=setup.trim_mm,
        promise=press_promise(booklet, name, len(indexes)),
        profile=press_profile(booklet, work),
        parts=lambda: (
            *(known_part(store, piece.fragment, PRESS_ACCENTS) for piece in pieces),
            known_marks(store, setup),
        ),
        accents=press_colours(work.accents),
        origins=origins(booklet.segments, placed, tagged=False),
    )


def press_job(booklet: TypesetBooklet, work: PrintJob, setup: PressSetup, name: str) -> PressJob:
    """What a press file of the booklet says of itself."""
    return PressJob(
        title=booklet.full_title,
        author=booklet.publisher,
        day=booklet.issued.isoformat(),
        setup=setup,
        condition=work.condition,
        slug=_slug(booklet, work, name),
        words=booklet.words.for_printer(),
    )


def press_promise(booklet: TypesetBooklet, name: str, pages: int) -> Promise:
    """What a press file of so many pages must turn out to be."""
    return Promise(
        file=name,
        folios=("",) * pages,
        trim_mm=booklet.form.pages.trim_mm,
        title=booklet.full_title,
        language=booklet.words.language,
        headings=0,
        phones=frozenset(booklet.phones),
        families=booklet.form.pages.overlay.families,
        stitched=booklet.stitched,
    )


def _slug(booklet: TypesetBooklet, work: PrintJob, name: str) -> str:
    """What stands beside the pages: what they are of, or the name of the file where that cannot be drawn."""
    words = booklet.words.for_printer()
    day = words.day(booklet.issued)
    slug = words("printer.slug", title=booklet.title, edition=booklet.edition, issue=booklet.issue, day=day)
    slug = slug if lettering().draws(slug) else name
    sample = words("printer.sample_slug", slug=slug)
    return sample if work.is_sample and lettering().draws(sample) else slug


def press_pieces(
    booklet: TypesetBooklet,
    work: PrintJob,
    setup: PressSetup,
    chosen: frozenset[int],
    tools: Tools,
    as_forms: bool = False,
) -> Iterable[PaperPiece]:
    """The chosen pages (from 0) of the booklet in the inks of a press, in their order."""
    first = 0
    for segment in booklet.segments:
        own = tuple(index for index in range(segment.layout.pages) if first + index in chosen)
        first += segment.layout.pages
        if own:
            fragment = press_part(
                tools.store,
                segment,
                setup,
                work.condition.profile,
                work.printer.ink_limit_percent,
                own,
                booklet.words.from_the_right,
                as_forms,
            )
            yield PaperPiece(fragment, tuple(segment.folio(index) for index in own))


def press_profile(booklet: TypesetBooklet, work: PrintJob) -> Profile:
    """The profile of the format, with the numbers of its printer."""
    printer = work.printer
    return replace(
        PROFILES[booklet.form.profile],
        bleed_mm=printer.bleed_mm,
        safe_mm=printer.safe_mm,
        ink_limit_percent=printer.ink_limit_percent,
    )


def _ticket_page(booklet: TypesetBooklet, sheet: ticket.Ticket, tools: Tools) -> Finished:
    """The ticket on one page; that of many covers, which names more files, on as many as it takes."""
    words = booklet.words.for_printer()
    title = words("printer.ticket", title=sheet.title, edition=sheet.edition)
    part = ticket_part(title, words, sheet.rows(words), sheet.file_rows(words), "chapters/booklet.toml")
    info = replace(
        document_info(booklet), title=title, words=words, anchors={}, hue=dict(STAND_INS) | dict(booklet.hue)
    )
    pages = TICKET.turned(words.from_the_right)
    name = f"{booklet.file}-ticket.pdf"
    file, findings = finish_sheet(part, pages, info, name, tools, 1 if sheet.covers == 1 else None)
    return ((file,) if file else ()), findings
