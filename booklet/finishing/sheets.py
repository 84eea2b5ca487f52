"""Sheets that go beside booklets: one part by itself, as a tagged file."""

from __future__ import annotations

from booklet.bindery import DocumentInfo, Piece, bind
from booklet.composing import Part
from booklet.findings import Finding
from booklet.finishing.parts import fonts, placing, tagged_part
from booklet.finishing.records import FinishedFile, Tools
from booklet.formats import PageSetup
from booklet.preflight import PROFILES, Promise
from booklet.typesetting import typeset_part


def finish_sheet(
    part: Part, setup: PageSetup, info: DocumentInfo, name: str, tools: Tools, pages: int | None = None
) -> tuple[FinishedFile | None, list[Finding]]:
    """A part without references to others as a file for screen and printer, on so many pages (None: as many as it
    takes); or what is wrong with it.
    """
    segment, findings = typeset_part(part, tools.typesetter(setup), pages)
    if segment is None:
        return None, findings
    piece = Piece.of(segment, tagged_part(tools.store, segment, 1), setup.trim_mm[1])
    content = bind([piece], info, fonts(tools.store), placing(tools.store))
    promise = Promise(
        file=name,
        folios=piece.folios,
        trim_mm=setup.trim_mm,
        title=info.title,
        language=info.words.language,
        headings=len(segment.layout.bookmarks),
        phones=frozenset(),
        stitched=False,
    )
    file = FinishedFile(name, content, segment.layout.pages, setup.trim_mm, promise, PROFILES["screen"])
    return file, findings
