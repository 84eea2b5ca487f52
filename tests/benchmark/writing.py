"""Writing one edition tagged, against the engine's own way, all else the same."""

from __future__ import annotations

import gc
import io
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import weasyprint
import weasyprint.pdf
from pikepdf import Name, Pdf, Stream

from booklet.build import Order, build
from booklet.typesetting import engine
from tests.benchmark.books import Selection, compositions, parts_of, stylesheets, whole
from tests.benchmark.figures import median
from tests.benchmark.steps import DAY, FIRST, PROJECT, TITLE


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

    Bytes are those of the finished booklet, which has up to four pages more to be filled up with, without its drawings,
    which are the same on both sides. Time is that of
    `write_pdf` on the same pages, the median of several.
    """
    day, selection = date.fromisoformat(DAY), Selection((FIRST,), (TITLE,), ("screen",))
    ((_, _, composition),) = compositions(PROJECT, day, selection)
    html = whole(parts_of(composition), "screen")
    with tempfile.TemporaryDirectory() as dist:
        order = Order(PROJECT, Path(dist), day, (FIRST,), ("screen",), (TITLE,), use_cache=False)
        ours_bytes = sum(_room((order.dist / entry.file).read_bytes()) for entry in build(order).files)
    rows = []
    for _ in range(runs):
        with engine_alone():
            theirs_s, theirs_bytes = _timed(_laid_out(html))
        ours_s, _ = _timed(_laid_out(html))
        rows.append(ours_s / theirs_s)
    return ours_bytes / theirs_bytes, median(rows)


def _laid_out(html: str) -> Any:
    """One document on its pages."""
    base = f"{(PROJECT / 'chapters').as_uri()}/"
    return weasyprint.HTML(string=html, base_url=base).render(stylesheets=list(stylesheets("screen")))


def _timed(document: Any) -> tuple[float, int]:
    gc.collect()
    start = time.process_time()
    content = document.write_pdf(pdf_variant="pdf/ua-1")
    return time.process_time() - start, _room(content)


def _room(content: bytes) -> int:
    """The bytes of a file without its drawings."""
    with Pdf.open(io.BytesIO(content)) as pdf:
        streams = (thing for thing in pdf.objects if isinstance(thing, Stream))
        drawings = sum(len(stream.read_raw_bytes()) for stream in streams if stream.get(Name.Subtype) == Name.Form)
    return len(content) - drawings
