"""Copies with a clinic's own panels: the edition is bound and judged once, and each copy is that with its panels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from booklet.bindery import (
    DocumentInfo,
    Face,
    Frame,
    Panel,
    Piece,
    bind,
    bound,
    closed,
    frame,
    panel_fragments,
    screen_colours,
    tagged_fragment,
    with_panels,
)
from booklet.finishing.parts import fonts, placing, tagged_part
from booklet.finishing.records import FinishedFile, Tools, TypesetBooklet
from booklet.finishing.tagged import document_info, tagged_file
from booklet.formats import PageSetup
from booklet.pdf import PT_PER_MM
from booklet.preflight import PROFILES, Promise, source_text
from booklet.typesetting import Layout, Slot

PANEL_SHEET = "imprints.css"


@dataclass(frozen=True)
class OpenSlot:
    """Room for a panel: its name, the page of the file (from 0), and where it is on that page."""

    name: str
    page: int
    slot: Slot


@dataclass(frozen=True)
class ImprintFrame:
    """An edition in one format that waits for the panels of clinics: its name under `dist/`, its frame, its slots in
    the order of pages, what it says of itself, how many pages it has, and its title.
    """

    file: str
    frame: Frame
    slots: tuple[OpenSlot, ...]
    info: DocumentInfo
    pages: int
    title: str


def panel_pages(pages: PageSetup) -> PageSetup:
    """The pages on which panels are set by themselves, to be laid over these."""
    shipped = tuple(sheet for sheet in pages.stylesheets if sheet != "bleed.css")
    return replace(pages, stylesheets=(*shipped, PANEL_SHEET), bleed_mm=0.0)


def slots_of(booklet: TypesetBooklet) -> tuple[OpenSlot, ...]:
    """The slots of a typeset booklet, in the order of its pages."""
    first, found = 0, []
    for segment in booklet.segments:
        found += [OpenSlot(name, first + slot.page, slot) for name, slot in segment.layout.slots.items()]
        first += segment.layout.pages
    return tuple(sorted(found, key=lambda slot: slot.page))


def imprint_frame(booklet: TypesetBooklet, usual: Sequence[Face], tools: Tools) -> tuple[ImprintFrame, FinishedFile]:
    """The frame of a booklet whose covers have slots, and the same with the slots left empty, to be judged. Its fonts
    have the glyphs of these faces beside its own.
    """
    store, form = tools.store, booklet.form
    fragments = [
        tagged_part(store, segment, 1, PROFILES[form.profile].images_target_ppi) for segment in booklet.segments
    ]
    height_mm = form.pages.trim_mm[1]
    pieces = [Piece.of(*row, height_mm) for row in zip(booklet.segments, fragments, strict=True)]
    info = document_info(booklet)
    file = bound(pieces, info, fonts(store), placing(store), usual)
    slots = slots_of(booklet)
    opened = frame(file, [slot.page for slot in slots])
    empty = tagged_file(booklet, closed(file.packed), fragments, store)
    return ImprintFrame(booklet.file, opened, slots, info, booklet.pages, booklet.title), empty


def panels_of(content: bytes, waiting: ImprintFrame, profile: str, tools: Tools) -> tuple[Panel, ...]:
    """The panels of a PDF whose pages are those of the slots, again and again."""
    first_marks = [len(page.owners) for page in waiting.frame.pages]
    panels, programs = panel_fragments(content, PROFILES[profile].images_target_ppi, first_marks)
    _keep(programs, tools)
    return panels


def _keep(programs: Mapping[str, bytes], tools: Tools) -> None:
    for digest, program in programs.items():
        if not tools.store.has(digest):
            tools.store.put(digest, program)


def imprint_file(
    waiting: ImprintFrame, imprint: str, panels: Sequence[Panel], phones: Mapping[str, str], tools: Tools
) -> bytes:
    """The copy of a clinic, by its id; `phones` is what the links of its panels say of themselves."""
    info = replace(waiting.info, imprint=imprint, phones={**waiting.info.phones, **phones})
    return with_panels(waiting.frame, panels, info, fonts(tools.store))


def panel_sheet(
    content: bytes,
    layout: Layout,
    html: str,
    waiting: ImprintFrame,
    phones: Mapping[str, str],
    pages: PageSetup,
    profile: str,
    tools: Tools,
) -> FinishedFile:
    """The panels of some clinics as a file by itself, each on its own page, to be judged. `phones` is what their links
    say of themselves.
    """
    fragment, programs = tagged_fragment(content, 1, PROFILES[profile].images_target_ppi)
    _keep(programs, tools)
    folios = tuple(str(number) for number in range(1, layout.pages + 1))
    piece = Piece(fragment, layout, folios, False, 1, pages.trim_mm[1] * PT_PER_MM)
    info = replace(waiting.info, anchors={}, phones=phones)
    promise = Promise(
        file=waiting.file,
        folios=folios,
        trim_mm=pages.trim_mm,
        title=info.title,
        language=info.words.language,
        headings=0,
        phones=frozenset(phones),
        families=pages.overlay.families,
        stitched=False,
        source_text=source_text([html]),
    )
    file = bind([piece], info, fonts(tools.store))
    return FinishedFile(
        waiting.file, file, layout.pages, pages.trim_mm, promise, PROFILES[profile], accents=screen_colours(info.hue)
    )
