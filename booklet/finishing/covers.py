"""The press job of clinics' own copies: one body, which all share, a cover for each, and a list of whose each cover is.

Every panel stands on a page of the cover, so the body is that of the edition, byte for byte, and a printer runs it
once. What has no cover around a body (a leaflet, four pages) is printed whole for each clinic.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from booklet.bindery import CoverPage, Panel, PaperPiece, PressSetup, cover_file, lettering, press_colours
from booklet.composing import Faces, sheet_beside
from booklet.findings import Finding, Place, error
from booklet.finishing.parts import PRESS_ACCENTS, fonts, known_marks, known_part, placing
from booklet.finishing.press import (
    COVER,
    no_printer,
    press_job,
    press_pieces,
    press_profile,
    press_promise,
    press_setup,
    pressed_pages,
    ticket_files,
)
from booklet.finishing.records import Finished, FinishedFile, PrintJob, Tools, TypesetBooklet
from booklet.finishing.sheets import finish_sheet
from booklet.finishing.slots import slots_of
from booklet.finishing.tagged import document_info
from booklet.formats import CUT_LIST
from booklet.spreadsheets import as_csv

MOST_PAGES = 1_000
"""Pages in one file of covers: as many as are examined in a few hundred megabytes. Preflight looks at twice as many."""
COLUMNS = ("number", "file", "first page", "last page", "id", "name", "copies")


@dataclass(frozen=True)
class Cover:
    """A clinic's cover: its id and name, how many copies it wants (None: not said), and its panels as forms, in the
    order of the slots.
    """

    id: str
    name: str
    copies: int | None
    panels: tuple[Panel, ...]


@dataclass(frozen=True)
class CutRow:
    """Where a cover stands: its number among all, its file, and the first and last page there."""

    number: int
    file: str
    pages: tuple[int, int]
    cover: Cover


def cover_pages(booklet: TypesetBooklet) -> tuple[int, ...]:
    """The pages (from 0) that differ by clinic: those of the cover, or all where no cover goes around a body."""
    if booklet.stitched and booklet.pages > len(COVER):
        return tuple(index % booklet.pages for index in COVER)
    return tuple(range(booklet.pages))


def faults_of_slots(booklet: TypesetBooklet) -> list[Finding]:
    """Panels that stand on pages of the shared body: none can be printed there."""
    cover, place = cover_pages(booklet), Place("chapters/pages/inside-cover.md")
    found = "The panel '{}' stands on page {} of the body, which all clinics share."
    expected = "Covers whose text leaves the panel its place on the cover: an inside front cover of one page."
    pages = booklet.folios
    return [
        error("BOX-002", place, found.format(slot.name, pages[slot.page]), expected)
        for slot in slots_of(booklet)
        if slot.page not in cover
    ]


def finish_covers(booklet: TypesetBooklet, covers: Sequence[Cover], faces: Faces, tools: Tools) -> Finished:
    """The body, the covers of these clinics in their order, the cut list and the ticket."""
    work = booklet.print_job
    if work is None:
        return (), [no_printer()]
    copies = [cover.copies for cover in covers]
    total = sum(filter(None, copies)) if None not in copies else None
    work = replace(work, quantity=total)
    setup = press_setup(booklet, work, tools)
    wrapper = cover_pages(booklet)
    body = tuple(index for index in range(booklet.pages) if index not in wrapper)
    bodies = [pressed_pages(booklet, work, setup, f"{booklet.file}.pdf", body, tools)] if body else []
    rows = tuple(_rows(booklet, covers, len(wrapper)))
    names = dict.fromkeys(row.file for row in rows)
    wrapped = [
        _covers(booklet, work, setup, [row for row in rows if row.file == name], len(rows), tools) for name in names
    ]
    lists, findings = _cut_list(booklet, rows, bool(body), faces, tools)
    files = [*bodies, *wrapped, *lists]
    sheets = [file for file in files if file.profile]
    told, faults = ticket_files(booklet, work, setup, bool(body), sheets, tools, len(rows))
    return (*files, *told), [*findings, *faults]


def _rows(booklet: TypesetBooklet, covers: Sequence[Cover], each: int) -> Iterator[CutRow]:
    """Where each cover stands: in one file, or in several where that would have too many pages."""
    most = max(1, MOST_PAGES // each)
    several = len(covers) > most
    for index, cover in enumerate(covers):
        part, place = divmod(index, most)
        file = f"{booklet.file}-covers{f'-{part + 1}' if several else ''}.pdf"
        yield CutRow(index + 1, file, (place * each + 1, (place + 1) * each), cover)


def _covers(
    booklet: TypesetBooklet,
    work: PrintJob,
    setup: PressSetup,
    rows: Sequence[CutRow],
    count: int,
    tools: Tools,
) -> FinishedFile:
    """One file of covers."""
    store, name = tools.store, rows[0].file
    wrapper = sorted(cover_pages(booklet))
    job = press_job(booklet, work, setup, name)
    pieces = list(press_pieces(booklet, work, setup, frozenset(wrapper), tools, as_forms=True))
    over = [PaperPiece(panel.fragment, ("",)) for row in rows for panel in row.cover.panels]
    pages = list(_cover_pages(booklet, setup, rows, job.slug, count))
    content = cover_file([*pieces, *over], pages, job, work.accents, fonts(store), placing(store))
    return FinishedFile(
        name=name,
        content=content,
        pages=len(pages),
        trim_mm=setup.trim_mm,
        promise=press_promise(booklet, name, len(pages)),
        profile=press_profile(booklet, work),
        parts=lambda: (
            *(known_part(store, piece.fragment, PRESS_ACCENTS) for piece in pieces),
            known_marks(store, setup),
        ),
        accents=press_colours(work.accents),
    )


def _cover_pages(
    booklet: TypesetBooklet, setup: PressSetup, rows: Sequence[CutRow], slug: str, count: int
) -> Iterator[CoverPage]:
    """The pages of these covers, each with the panel of its clinic on it."""
    words, wrapper, slots = booklet.words.for_printer(), sorted(cover_pages(booklet)), slots_of(booklet)
    folds = _folds(booklet)
    over = [wrapper.index(slot.page) for slot in slots]
    left, bottom, *_ = setup.trim("left").box
    for place, row in enumerate(rows):
        first = len(wrapper) + place * len(slots)
        for index, page in enumerate(wrapper):
            panels = [(first + number, (left, bottom)) for number, where in enumerate(over) if where == index]
            told = {"number": row.number, "count": count, "id": row.cover.id}
            own = words("printer.slug_cover", **told, page=index + 1, pages=len(wrapper))
            short = f"{row.number}/{count} {row.cover.id} ({index + 1}/{len(wrapper)})"
            own = own if lettering().draws(own) else short
            yield CoverPage(((index, (0.0, 0.0)), *panels), folds[page], f"{slug}   {own}")


def _folds(booklet: TypesetBooklet) -> tuple[str, ...]:
    """The edge at which each page is folded."""
    from_the_right = booklet.words.from_the_right
    return tuple(
        "left" if (segment.first_folio + from_the_right + index) % 2 else "right"
        for segment in booklet.segments
        for index in range(segment.layout.pages)
    )


def _cut_list(
    booklet: TypesetBooklet, rows: Sequence[CutRow], has_body: bool, faces: Faces, tools: Tools
) -> tuple[list[FinishedFile], list[Finding]]:
    """Whose each cover is, for a machine and for a person."""
    words = booklet.words.for_printer()
    names = [row.file.rpartition("/")[2] for row in rows]
    cells = [
        (row.number, name, *row.pages, row.cover.id, row.cover.name, row.cover.copies or "")
        for name, row in zip(names, rows, strict=True)
    ]
    table = FinishedFile(f"{booklet.file}-cut-list.csv", as_csv((COLUMNS, *cells)).encode(), 0, CUT_LIST.trim_mm)
    title = words("printer.cut_list", title=booklet.title, edition=booklet.edition)
    pages = len(cover_pages(booklet))
    key = "printer.cut_list_is" if has_body else "printer.whole_list_is"
    body = f"{booklet.file.rpartition('/')[2]}.pdf"
    told = words(key, count=len(rows), pages=pages, **({"body": body} if has_body else {}))
    shares = _by_file(names, rows)
    part = sheet_beside("cut-list", title, words, faces, {"told": told, "shares": shares, "total": _total(rows)})
    info = replace(document_info(booklet), title=title, words=words, anchors={}, phones={})
    file, findings = finish_sheet(
        part, CUT_LIST.turned(words.from_the_right), info, f"{booklet.file}-cut-list.pdf", tools
    )
    return [table, *([file] if file else [])], findings


def _by_file(names: Sequence[str], rows: Sequence[CutRow]) -> Mapping[str, Sequence[CutRow]]:
    return {each: [row for name, row in zip(names, rows, strict=True) if name == each] for each in names}


def _total(rows: Sequence[CutRow]) -> int | None:
    copies = [row.cover.copies for row in rows]
    return sum(filter(None, copies)) if None not in copies else None
