"""What can be measured of how finished pages look: their number, the grid of their lines, and how full they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from pdfminer.high_level import extract_pages
from pdfminer.layout import LTChar, LTPage, LTTextLine

from booklet.build import Order, Receipt
from tests import reading

BODY_PT = 12.5
HALF_LINE_PT = 9
TOLERANCE_PT = 0.6
LAST_FOLIO_PT = 13.85 / 25.4 * 72
"""The foot of the text block of screen.css, from the edge of the page."""


def screen(real: tuple[Order, Receipt], code: str) -> Path:
    order, receipt = real
    return order.dist / next(entry.file for entry in receipt.files if entry.edition == code)


def lines(thing: object) -> Iterator[LTTextLine]:
    if isinstance(thing, LTTextLine):
        yield thing
    elif hasattr(thing, "__iter__"):
        for child in thing:
            yield from lines(child)


def baselines(page: LTPage) -> set[float]:
    """How far the baselines of body lines stand from the top of the page, in pt."""
    starts = [next(char for char in line if isinstance(char, LTChar)) for line in lines(page)]
    return {round(page.height - char.matrix[5], 1) for char in starts if abs(char.size - BODY_PT) < 0.1}


def chapter_pages(path: Path) -> dict[str, range]:
    """The page indices of each numbered chapter, by its title."""
    with pikepdf.Pdf.open(path) as pdf:
        starts = [(title, index) for depth, title, index in reading.outline(pdf) if depth == 0]
    return {title: range(start, after) for (title, start), (_, after) in pairwise(starts) if title[0].isdigit()}


def test_the_core_has_at_most_64_pages_in_every_edition(real: tuple[Order, Receipt]) -> None:
    assert {entry.edition: entry.pages for entry in real[1].files if not 48 <= entry.pages <= 64} == {}


def test_the_chapters_of_the_core_print_at_least_8000_words(real: tuple[Order, Receipt]) -> None:
    """Part openers, glossary and the lists of signs among them; not the directory, the index and the covers."""
    path = screen(real, "VIC")
    pages = {page for chapter in chapter_pages(path).values() for page in chapter}
    with pypdfium2.PdfDocument(path) as document:
        printed = [document[page].get_textpage().get_text_range() for page in range(min(pages) - 1, max(pages) + 1)]
    assert len(" ".join(printed).split()) >= 8000


def test_body_lines_of_facing_pages_stand_level(real: tuple[Order, Receipt]) -> None:
    """All lines at body size of all chapters."""
    path = screen(real, "VIC")
    pages = {page for chapter in chapter_pages(path).values() for page in chapter}
    found = [line for page in extract_pages(path) if page.pageid - 1 in pages for line in baselines(page)]
    assert len(found) > 650
    ((origin, _),) = Counter(round(line % HALF_LINE_PT, 1) for line in found).most_common(1)
    off = [(line - origin + HALF_LINE_PT / 2) % HALF_LINE_PT - HALF_LINE_PT / 2 for line in found]
    level = [gap for gap in off if abs(gap) <= TOLERANCE_PT]
    assert len(level) / len(found) > 0.95


@pytest.mark.slow
@pytest.mark.parametrize("fixture", ["real", "large"])
def test_no_chapter_ends_on_a_nearly_empty_page(request: pytest.FixtureRequest, fixture: str) -> None:
    path = screen(request.getfixturevalue(fixture), "VIC")
    ends = {pages[-1]: title for title, pages in chapter_pages(path).items()}
    assert len(ends) == 15
    for page in extract_pages(path):
        if page.pageid - 1 in ends:
            text = [line for line in lines(page) if line.y0 > LAST_FOLIO_PT]
            lowest = min(line.y0 for line in text if len(line.get_text().strip()) > 2)
            assert lowest < page.height / 2, f"{ends[page.pageid - 1]} ends high on its last page"
