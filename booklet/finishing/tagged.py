"""The tagged file of a booklet, for screens and for people who listen."""

from __future__ import annotations

from booklet.bindery import DocumentInfo, Piece, bind
from booklet.finishing.parts import placing, programs, tagged_part
from booklet.finishing.records import Finished, FinishedFile, Means, TypesetBooklet
from booklet.preflight import PROFILES, Promise, told


def finish_tagged(booklet: TypesetBooklet, means: Means) -> Finished:
    """One file."""
    form = booklet.form
    pieces = [
        Piece.of(segment, tagged_part(means.store, segment, form.pdf_ua), form.pages.trim_mm[1])
        for segment in booklet.segments
    ]
    content = bind(pieces, document_info(booklet), programs(means.store), placing(means.store))
    promise = Promise(
        file=f"{booklet.file}.pdf",
        folios=booklet.folios,
        trim_mm=form.pages.trim_mm,
        title=booklet.full_title,
        language=booklet.language,
        headings=sum(len(segment.layout.bookmarks) for segment in booklet.segments),
        phones=booklet.phones,
        pdf_ua=form.pdf_ua,
        stitched=booklet.stitched,
        told=told(segment.part.html for segment in booklet.segments),
    )
    profile = PROFILES[form.profile]
    trim_mm, places = form.pages.trim_mm, places_of(booklet)
    return (FinishedFile(promise.file, content, booklet.pages, trim_mm, promise, profile, places),), []


def places_of(booklet: TypesetBooklet) -> tuple[tuple[str, ...], ...]:
    """For each page and each marked content on it, where it was written: `chapters/04-liver.md:42`, or the part's own
    file where the line is not known.
    """
    pages: list[tuple[str, ...]] = []
    for segment in booklet.segments:
        pages += [tuple(place or segment.part.file for place in page) for page in segment.written.sources]
    return tuple(pages)


def document_info(booklet: TypesetBooklet) -> DocumentInfo:
    """What the file says of itself."""
    return DocumentInfo(
        title=booklet.full_title,
        subject=booklet.description,
        author=booklet.publisher,
        language=booklet.language,
        issued=booklet.issued,
        anchors=booklet.anchors,
        hue=booklet.hue,
        pdf_ua=booklet.form.pdf_ua,
        edition=booklet.edition,
        issue=booklet.issue,
    )
