"""The tagged file of a booklet, for screens and for people who listen."""

from __future__ import annotations

from collections.abc import Sequence

from booklet.bindery import DocumentInfo, Fragment, Piece, bind, screen_colours
from booklet.finishing.parts import (
    SCREEN_ACCENTS,
    fonts,
    known_part,
    origins,
    placed_in_order,
    placing,
    tagged_part,
)
from booklet.finishing.records import Finished, FinishedFile, Tools, TypesetBooklet
from booklet.preflight import PROFILES, Promise, source_text
from booklet.store import Store


def finish_tagged(booklet: TypesetBooklet, tools: Tools) -> Finished:
    """One file."""
    form, store = booklet.form, tools.store
    profile = PROFILES[form.profile]
    fragments = [tagged_part(store, segment, form.pdf_ua, profile.images_target_ppi) for segment in booklet.segments]
    height_mm = form.pages.trim_mm[1]
    pieces = [Piece.of(*row, height_mm) for row in zip(booklet.segments, fragments, strict=True)]
    content = bind(pieces, document_info(booklet), fonts(store), placing(store))
    return (tagged_file(booklet, content, fragments, store),), []


def tagged_file(booklet: TypesetBooklet, content: bytes, fragments: Sequence[Fragment], store: Store) -> FinishedFile:
    """The file of a booklet bound from these fragments, and what it must turn out to be."""
    form = booklet.form
    promise = Promise(
        file=f"{booklet.file}.pdf",
        folios=booklet.folios,
        trim_mm=form.pages.trim_mm,
        title=booklet.full_title,
        language=booklet.words.language,
        headings=sum(len(segment.layout.bookmarks) for segment in booklet.segments),
        phones=frozenset(booklet.phones),
        families=booklet.form.pages.overlay.families,
        pdf_ua=form.pdf_ua,
        stitched=booklet.stitched,
        source_text=source_text(segment.part.html for segment in booklet.segments),
    )
    return FinishedFile(
        name=promise.file,
        content=content,
        pages=booklet.pages,
        trim_mm=form.pages.trim_mm,
        promise=promise,
        profile=PROFILES[form.profile],
        parts=lambda: tuple(known_part(store, fragment, SCREEN_ACCENTS) for fragment in fragments),
        accents=screen_colours(booklet.hue),
        origins=origins(booklet.segments, placed_in_order(booklet.segments)),
    )


def document_info(booklet: TypesetBooklet) -> DocumentInfo:
    """What the file says of itself."""
    return DocumentInfo(
        title=booklet.full_title,
        subject=booklet.description,
        author=booklet.publisher,
        words=booklet.words,
        issued=booklet.issued,
        anchors=booklet.anchors,
        hue=booklet.hue,
        pdf_ua=booklet.form.pdf_ua,
        edition=booklet.edition,
        issue=booklet.issue,
        imprint=booklet.imprint,
        phones=booklet.phones,
    )
