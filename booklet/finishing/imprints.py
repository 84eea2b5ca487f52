"""Copies with a clinic's own panels: the edition is judged once, with its slots empty, and each copy is that with its
panels.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from booklet.bindery import (
    CoverPage,
    Face,
    Frame,
    Inks,
    Panel,
    PaperPiece,
    Piece,
    Sheet,
    SheetFile,
    bind,
    bound,
    copier_inks,
    cover_file,
    frame,
    panel_forms,
    panel_fragments,
    press_colours,
    press_inks,
    screen_colours,
    sheet_file,
    tagged_fragment,
    with_panels,
)
from booklet.finishing.clinic import finish_clinic
from booklet.finishing.parts import fonts, placing, tagged_part
from booklet.finishing.press import press_job, press_profile, press_promise, press_setup
from booklet.finishing.records import FinishedFile, PrintJob, Tools, TypesetBooklet
from booklet.finishing.slots import OpenSlot, slots_of
from booklet.finishing.tagged import document_info
from booklet.formats import PageSetup
from booklet.pdf import PT_PER_MM
from booklet.preflight import PROFILES, Promise, source_text
from booklet.typesetting import Layout

PANEL_SHEET = "imprints.css"


@dataclass(frozen=True)
class ImprintFrame:
    """An edition in one format that waits for the panels of clinics: the booklet, its slots in the order of pages, and
    faces with the glyphs that most panels need. Of what is tagged, the bound file as well: nothing else of it is made
    for a clinic.
    """

    booklet: TypesetBooklet
    slots: tuple[OpenSlot, ...]
    usual: tuple[Face, ...] = ()
    bound: Frame | None = None


def panel_pages(pages: PageSetup) -> PageSetup:
    """The pages on which panels are set by themselves, to be laid over these."""
    shipped = tuple(sheet for sheet in pages.stylesheets if sheet != "bleed.css")
    return replace(pages, stylesheets=(*shipped, PANEL_SHEET), bleed_mm=0.0)


def imprint_frame(booklet: TypesetBooklet, specimen: bytes, tools: Tools) -> ImprintFrame:
    """The frame of a booklet whose covers have slots. `specimen` is a PDF of panels with the letters of most clinics:
    fonts have these beside their own.
    """
    if booklet.form.finish != "tagged":
        waiting = ImprintFrame(booklet, slots_of(booklet))
        return replace(waiting, usual=_faces(panels_of(specimen, waiting, tools)))
    usual = _faces(panels_of(specimen, _tagged_frame(booklet, (), tools), tools))
    return _tagged_frame(booklet, usual, tools)


def _faces(panels: Sequence[Panel]) -> tuple[Face, ...]:
    return tuple(face for panel in panels for face in panel.fragment.faces)


def _tagged_frame(booklet: TypesetBooklet, usual: tuple[Face, ...], tools: Tools) -> ImprintFrame:
    store, form, slots = tools.store, booklet.form, slots_of(booklet)
    ppi = PROFILES[form.profile].images_target_ppi
    fragments = [tagged_part(store, segment, form.pdf_ua, ppi) for segment in booklet.segments]
    pieces = [Piece.of(*row, form.pages.trim_mm[1]) for row in zip(booklet.segments, fragments, strict=True)]
    file = bound(pieces, document_info(booklet), fonts(store), placing(store), usual)
    return ImprintFrame(booklet, slots, usual, frame(file, [slot.page for slot in slots]))


def panels_of(content: bytes, waiting: ImprintFrame, tools: Tools) -> tuple[Panel, ...]:
    """The panels of a PDF whose pages are those of the slots, again and again."""
    form = waiting.booklet.form
    if waiting.bound:
        first_marks = [len(page.owners) for page in waiting.bound.pages]
        ppi = PROFILES[form.profile].images_target_ppi
        panels, programs = panel_fragments(content, form.pdf_ua, ppi, first_marks)
    else:
        panels, programs = panel_forms(content, _inks(waiting.booklet))
    _keep(programs, tools)
    return panels


def _inks(booklet: TypesetBooklet) -> Inks:
    """Those of an office copier, or of the press."""
    if booklet.form.finish == "clinic":
        return copier_inks()
    work = _print_job(booklet)
    return press_inks(work.condition.profile, work.printer.ink_limit_percent)


def _print_job(booklet: TypesetBooklet) -> PrintJob:
    assert booklet.print_job, "no panels are asked for where nobody prints"
    return booklet.print_job


def _keep(programs: Mapping[str, bytes], tools: Tools) -> None:
    for digest, program in programs.items():
        if not tools.store.has(digest):
            tools.store.put(digest, program)


def imprint_files(
    waiting: ImprintFrame, booklet: TypesetBooklet, panels: Sequence[Panel], tools: Tools
) -> tuple[FinishedFile, ...]:
    """The copy of a clinic, which is the booklet of the frame under its own name: a tagged file, or a kit."""
    if waiting.bound is None:
        over = {slot.page: panel for slot, panel in zip(waiting.slots, panels, strict=True)}
        return finish_clinic(booklet, tools, over, waiting.usual)[0]
    content = with_panels(waiting.bound, panels, document_info(booklet), fonts(tools.store))
    return (FinishedFile(f"{booklet.file}.pdf", content, booklet.pages, booklet.form.pages.trim_mm),)


@dataclass(frozen=True)
class PanelSet:
    """Panels set as one document: the tagged PDF, its layout and its HTML, and what the links of the panels say of
    themselves.
    """

    content: bytes
    layout: Layout
    html: str
    phones: Mapping[str, str]


def panel_sheet(made: PanelSet, waiting: ImprintFrame, pages: PageSetup, tools: Tools) -> FinishedFile:
    """The panels of some clinics as a file by itself, each on its own page, to be judged as the format is."""
    if waiting.bound:
        return _tagged_sheet(made, waiting.booklet, pages, tools)
    pieces = [PaperPiece(panel.fragment, ("",)) for panel in panels_of(made.content, waiting, tools)]
    return (_grey_sheet if waiting.booklet.form.finish == "clinic" else _inked_sheet)(waiting.booklet, pieces, tools)


def _tagged_sheet(made: PanelSet, booklet: TypesetBooklet, pages: PageSetup, tools: Tools) -> FinishedFile:
    form, layout = booklet.form, made.layout
    profile = PROFILES[form.profile]
    fragment, programs = tagged_fragment(made.content, form.pdf_ua, profile.images_target_ppi)
    _keep(programs, tools)
    folios = tuple(str(number) for number in range(1, layout.pages + 1))
    piece = Piece(fragment, layout, folios, False, 1, pages.trim_mm[1] * PT_PER_MM)
    info = replace(document_info(booklet), anchors={}, phones=made.phones)
    promise = Promise(
        file=booklet.file,
        folios=folios,
        trim_mm=pages.trim_mm,
        title=info.title,
        language=info.words.language,
        headings=0,
        phones=frozenset(made.phones),
        families=pages.overlay.families,
        pdf_ua=form.pdf_ua,
        stitched=False,
        source_text=source_text([made.html]),
    )
    file = bind([piece], info, fonts(tools.store))
    return FinishedFile(
        booklet.file, file, layout.pages, pages.trim_mm, promise, profile, accents=screen_colours(info.hue)
    )


def _grey_sheet(booklet: TypesetBooklet, pieces: Sequence[PaperPiece], tools: Tools) -> FinishedFile:
    """Panels on sheets of the size of a page, as they come to lie on those that are folded."""
    trim_mm = booklet.form.pages.trim_mm
    width_pt, height_pt = (side * PT_PER_MM for side in trim_mm)
    sheets = [Sheet(width_pt, height_pt, b"/P Do", {"/P": index}) for index in range(len(pieces))]
    facts = SheetFile(booklet.full_title, booklet.issued.isoformat(), "Simplex")
    promise = Promise(
        file=booklet.file,
        folios=("",) * len(pieces),
        trim_mm=trim_mm,
        title=booklet.full_title,
        language=booklet.words.language,
        headings=0,
        phones=frozenset(),
        families=booklet.form.pages.overlay.families,
        stitched=False,
    )
    content = sheet_file(pieces, sheets, facts, fonts(tools.store), placing=placing(tools.store))
    return FinishedFile(booklet.file, content, len(pieces), trim_mm, promise, PROFILES[booklet.form.profile])


def _inked_sheet(booklet: TypesetBooklet, pieces: Sequence[PaperPiece], tools: Tools) -> FinishedFile:
    """Panels on pages of a press file, without marks."""
    work = _print_job(booklet)
    setup = replace(press_setup(booklet, work, tools), marks=False)
    left, bottom, *_ = setup.trim("left").box
    pages = [CoverPage(((index, (left, bottom)),), "left", "") for index in range(len(pieces))]
    job = press_job(booklet, work, setup, booklet.file)
    return FinishedFile(
        name=booklet.file,
        content=cover_file(pieces, pages, job, work.accents, fonts(tools.store), placing(tools.store)),
        pages=len(pages),
        trim_mm=setup.trim_mm,
        promise=replace(press_promise(booklet, booklet.file, len(pages)), stitched=False),
        profile=press_profile(booklet, work),
        accents=press_colours(work.accents),
    )
