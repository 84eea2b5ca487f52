"""What is known of a part once it has been looked into: what its pages draw, and which line each piece comes from."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pikepdf
from pikepdf import Pdf
from pypdfium2 import PdfiumError

from booklet.findings import Place
from booklet.pdf import IDENTITY, Drawings, Ground, Item, Matrix, NumberedPages, draw_pages, geometry_of, moved
from booklet.preflight.legibility import core, readable
from booklet.preflight.records import BoxPlaces, Sources

GROUND_DPI = 60


def examine_part(content: bytes, accents: Iterable[bytes] = ()) -> Drawings:
    """What the pages of a part draw, whatever file they come to stand in: plain values, to be kept.

    `accents` are the operands of the colours that stand in for those of an edition, as the content streams spell them
    (`b"0.043137 0.352941 0.494118"`). Raises ValueError for what is no PDF: a part is made here, not by strangers.
    """
    try:
        with Pdf.open(io.BytesIO(content)) as pdf:
            geometries = [geometry_of(page.obj)[0] for page in pdf.pages]
            numbered = NumberedPages(content, GROUND_DPI)

            def grounds(index: int, items: Sequence[Item]) -> dict[int, Ground]:
                geometry = geometries[index]
                texts = [place for place, item in enumerate(items) if readable(item, geometry)]
                return dict(
                    zip(texts, numbered.under(index, geometry, [core(items[n].box) for n in texts]), strict=True)
                )

            return draw_pages(pdf, accents, grounds)
    except (pikepdf.PdfError, PdfiumError) as reason:
        raise ValueError(f"The part cannot be read as a PDF ({type(reason).__name__}).") from reason


def places_of(part: Drawings, lines: Sequence[Sequence[Place]]) -> tuple[BoxPlaces, ...]:
    """For each page of a tagged part, the boxes of its marked content with the lines that they come from: `lines` gives
    these by page and MCID.
    """
    return tuple(
        tuple((box, own[mcid]) for mcid, box in boxes.items() if 0 <= mcid < len(own))
        for boxes, own in zip((page.boxes if page else {} for page in part.pages), lines, strict=True)
    )


@dataclass(frozen=True)
class PlacedPage:
    """A page of a part as it stands in a file: on which page (from 0), its boxes with their lines, and the matrix that
    puts it there.
    """

    page_index: int
    places: BoxPlaces
    matrix: Matrix = IDENTITY


def sources_by_box(pages: Iterable[PlacedPage]) -> Sources:
    """From which lines the pages of a file without marked content come."""
    by_box: dict[int, BoxPlaces] = {}
    for page in pages:
        placed = tuple((moved(box, page.matrix), place) for box, place in page.places)
        by_box[page.page_index] = (*by_box.get(page.page_index, ()), *placed)
    return Sources(by_box=by_box)
