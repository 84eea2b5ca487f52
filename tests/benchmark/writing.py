"""Writing one edition tagged, against the engine's own way, all else the same."""

from __future__ import annotations

import gc
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import weasyprint
import weasyprint.pdf

from booklet import bindery
from booklet.build import styles_folder
from booklet.composing import Part, compose, shipped_faces
from booklet.manuscript import read
from booklet.typesetting import FORMATS, Typesetter, engine, typeset
from tests.benchmark.books import whole
from tests.benchmark.figures import median
from tests.benchmark.steps import DAY, FIRST, PROJECT


@contextmanager
def engine_alone() -> Iterator[None]:
    """The engine without our structure writer, and with its own way to cut fonts down."""
    seams = weasyprint.pdf.add_tags, weasyprint.pdf.fonts.Font.subset
    weasyprint.pdf.add_tags = weasyprint.pdf.tags.add_tags
    weasyprint.pdf.fonts.Font.subset = engine.SUBSET
    try:
        yield
    finally:
        weasyprint.pdf.add_tags, weasyprint.pdf.fonts.Font.subset = seams


def writing(runs: int) -> tuple[float, float]:
    """How much of the engine's own bytes and CPU time our writing of one edition takes.

    Bytes are those of the finished booklet. Time is that of `write_pdf` on the same pages, the median of several.
    """
    day = date.fromisoformat(DAY)
    manuscript, _ = read(PROJECT, day)
    assert manuscript
    edition = next(edition for edition in manuscript.editions if edition.code == FIRST)
    (composition,), _ = compose(manuscript, edition, PROJECT, day, shipped_faces(styles_folder()))
    (segments,), _ = typeset((composition,), Typesetter(PROJECT, styles_folder(), FORMATS["screen"], None))
    hue = bindery.hue_of(edition.hue.deep, edition.hue.tint)
    title = bindery.Title("Booklet", "", "", "en-AU", day, composition.titles, hue)
    ours_bytes = len(bindery.bind(segments, title))
    parts = [segment.part for segment in segments]
    rows = []
    for _ in range(runs):
        with engine_alone():
            theirs, theirs_bytes = _timed(_laid_out(parts))
        ours, _ = _timed(_laid_out(parts))
        rows.append(ours / theirs)
    return ours_bytes / theirs_bytes, median(rows)


def _laid_out(parts: Iterable[Part]) -> Any:
    """One document of all parts, on its pages."""
    sheets = [str(styles_folder() / sheet) for sheet in FORMATS["screen"].sheets]
    base = f"{(PROJECT / 'chapters').as_uri()}/"
    return weasyprint.HTML(string=whole(parts), base_url=base).render(stylesheets=sheets)


def _timed(document: Any) -> tuple[float, int]:
    gc.collect()
    start = time.process_time()
    content = document.write_pdf(pdf_variant="pdf/ua-1")
    return time.process_time() - start, len(content)
