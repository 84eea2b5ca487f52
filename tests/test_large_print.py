"""Large print measured on the finished pages, by another reader than the one that made them."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import pikepdf
import pytest
from pdfminer.high_level import extract_pages
from pdfminer.layout import LAParams, LTChar, LTTextBox, LTTextLine

from booklet.build import Order, Receipt
from tests import reading
from tests.conftest import CODES
from tests.judges import judged

FLOOR_PT = 16
BODY_PT = 18
MOST_CHARACTERS = 50


def file(large: tuple[Order, Receipt], code: str) -> Path:
    order, receipt = large
    return order.dist / next(entry.file for entry in receipt.files if entry.edition == code)


def blocks(path: Path) -> Iterator[list[LTTextLine]]:
    """The lines of each block of text."""
    for page in extract_pages(path, laparams=LAParams()):
        for thing in page:
            if isinstance(thing, LTTextBox):
                yield [line for line in thing if isinstance(line, LTTextLine)]


@pytest.mark.slow
def test_type_is_large_and_lines_are_short(large: tuple[Order, Receipt]) -> None:
    """The measure is the median of full lines (STANDARDS CP5): all but the last of each block."""
    sizes: Counter[float] = Counter()
    full = []
    for block in blocks(file(large, "VIC")):
        for number, line in enumerate(block, 1):
            characters = [char for char in line if isinstance(char, LTChar) and char.get_text().strip()]
            sizes.update(round(char.size, 1) for char in characters)
            if characters and round(characters[0].size) == BODY_PT and number < len(block):
                full.append(len(line.get_text().strip()))
    assert min(sizes) >= FLOOR_PT, sizes
    assert sizes.most_common(1)[0][0] == BODY_PT
    assert len(full) > 500 and median(full) <= MOST_CHARACTERS


def test_every_edition_is_a4_with_its_own_page_numbers(
    real: tuple[Order, Receipt], large: tuple[Order, Receipt]
) -> None:
    assert [entry.edition for entry in large[1].files] == CODES
    for standard, entry in zip(real[1].files, large[1].files, strict=True):
        assert entry.trim_mm == (210, 297)
        assert entry.order_code != standard.order_code
        with pikepdf.Pdf.open(large[0].dist / entry.file) as pdf:
            assert {tuple(round(float(side)) for side in page.mediabox) for page in pdf.pages} == {(0, 0, 595, 842)}
            labels = [str(page.label) for page in pdf.pages]
            starts = {title: labels[index] for depth, title, index in reading.outline(pdf) if depth == 0}
            rows = [reading.text(kid) for kid in walk(reading.structure(pdf)) if kid[0] == "TOCI"]
        assert all(starts[title] == folio for title, _, folio in (row.rpartition(" ") for row in rows))


def walk(tree: reading.Tree) -> list[reading.Tree]:
    return [tree, *(found for kid in tree[1] if isinstance(kid, tuple) for found in walk(kid))]


def test_the_same_is_heard_as_of_the_standard_edition(
    real: tuple[Order, Receipt], large: tuple[Order, Receipt]
) -> None:
    """Only page numbers and the pages that fill up may differ."""
    heard = []
    for order, receipt in (real, large):
        entry = next(entry for entry in receipt.files if entry.edition == "VIC")
        with pikepdf.Pdf.open(io.BytesIO((order.dist / entry.file).read_bytes())) as pdf:
            sections = [kid for kid in reading.structure(pdf)[1] if isinstance(kid, tuple)]
        heard.append([list(reading.roles(kid)) for kid in sections if "H2" in reading.roles(kid)])
    assert heard[0] == heard[1]


@pytest.mark.slow
@pytest.mark.parametrize("profile", ["ua1", "2a"])
def test_verapdf_accepts_every_large_print_file(
    verapdf: str,
    large: tuple[Order, Receipt],
    profile: str,
) -> None:
    files = [large[0].dist / entry.file for entry in large[1].files]
    assert judged(verapdf, files, profile) == {file.name: True for file in files}
