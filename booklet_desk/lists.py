"""Lists for who packs: what to take from the shelf, and what goes into which pack. No names; and the measuring grid."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from booklet_desk import numbers
from booklet_desk.envelopes import SHEET_MM
from booklet_desk.lettering import BOLD, Line, draw, line
from booklet_desk.records import Content, Item

_MARGIN_MM = 18.0
_SIZE_PT = 12.0
_STEP_PT = 17.0
_COLUMNS_MM = (0.0, 28.0, 52.0)
Row = tuple[str, str, str]


def packing_lists(title: str, orders: Iterable[tuple[int, Content]], words: Callable[[Item], str]) -> bytes:
    """The picking list by code, then the packing list by postcode, as a PDF."""
    rows = sorted(orders, key=lambda row: (row[1].address.postcode, row[0]))
    copies: Counter[str] = Counter()
    for _, content in rows:
        for item in content.items:
            copies[item.code] += item.copies
    picking = [(f"{count} ×", code, words(Item(code, count))) for code, count in sorted(copies.items())]
    packing = [row for number, content in rows for row in _pack(number, content, words)]
    target = io.BytesIO()
    canvas = Canvas(target, (SHEET_MM[0] * mm, SHEET_MM[1] * mm), invariant=True, pageCompression=1)
    canvas.setTitle(title)
    canvas.setAuthor("")
    _list(canvas, f"{title}: take from the shelf", ("Copies", "Code", "What"), picking)
    _list(canvas, f"{title}: {len(rows)} packs, by postcode", ("Order", "Postcode", "What goes in"), packing)
    canvas.save()
    return target.getvalue()


def _pack(number: int, content: Content, words: Callable[[Item], str]) -> Iterator[Row]:
    """The rows of a pack; number and postcode stand in the first."""
    for index, item in enumerate(content.items):
        head = ("", "") if index else (numbers.write(number), content.address.postcode)
        yield (*head, f"{item.copies} × {words(item)}")


def measuring_grid() -> bytes:
    """A sheet to put into an envelope: through its window one reads how far its edges are from the sheet's."""
    target = io.BytesIO()
    canvas = Canvas(target, (SHEET_MM[0] * mm, SHEET_MM[1] * mm), invariant=True, pageCompression=1)
    canvas.setTitle("Measuring grid")
    canvas.setAuthor("")
    for direction, length, other in ((0, int(SHEET_MM[0]), SHEET_MM[1]), (1, int(SHEET_MM[1]), SHEET_MM[0])):
        for at in range(0, length + 1, 2):
            canvas.setLineWidth(0.6 if at % 10 == 0 else 0.2)
            canvas.setStrokeGray(0.3 if at % 10 == 0 else 0.7)
            place = at * mm if direction == 0 else (SHEET_MM[1] - at) * mm
            ends = (place, 0, place, other * mm) if direction == 0 else (0, place, other * mm, place)
            canvas.line(*ends)
    for left in range(10, int(SHEET_MM[0]), 10):
        for top in range(10, int(SHEET_MM[1]), 10):
            _write(canvas, line(str(left))[0], 6, left + 0.6, top - 0.8)
            _write(canvas, line(str(top))[0], 6, left + 0.6, top + 2.4)
    canvas.save()
    return target.getvalue()


def _list(canvas: Canvas, title: str, head: Row, rows: list[Row]) -> None:
    on_a_page = int((SHEET_MM[1] - 2 * _MARGIN_MM) * mm / _STEP_PT) - 3
    pages = [rows[start : start + on_a_page] for start in range(0, len(rows), on_a_page)] or [[]]
    for number, page in enumerate(pages, 1):
        count = f", page {number} of {len(pages)}" if len(pages) > 1 else ""
        for index, (cells, size, is_bold) in enumerate(_page(title + count, head, page)):
            for cell, column in zip(cells, _COLUMNS_MM, strict=False):
                each = line(cell)[0]
                top_mm = _MARGIN_MM + index * _STEP_PT / mm
                _write(canvas, Line(each.words, BOLD) if is_bold else each, size, _MARGIN_MM + column, top_mm)
        canvas.showPage()


def _page(title: str, head: Row, rows: list[Row]) -> Iterator[tuple[tuple[str, ...], float, bool]]:
    yield (title,), 15.0, True
    yield (), _SIZE_PT, False
    yield head, _SIZE_PT, True
    yield from ((row, _SIZE_PT, False) for row in rows)


def _write(canvas: Canvas, words: Line, size_pt: float, left_mm: float, baseline_mm: float) -> None:
    draw(canvas, words, size_pt, left_mm * mm, (SHEET_MM[1] - baseline_mm) * mm)
