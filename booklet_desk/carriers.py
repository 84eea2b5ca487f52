"""Carrier sheets: an A4 sheet before each pack, its address behind the envelope's window, its letter out of sight.

Lengths in millimetres are from the left and the upper edge of the sheet. The same orders give the same bytes.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache

from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from booklet_desk import numbers
from booklet_desk.barcode import HEIGHT_MM, placed
from booklet_desk.envelopes import PLAY_MM, SHEET_MM, Envelope
from booklet_desk.lettering import BOLD, LEADING, Line, UndrawnError, draw, fitted, line
from booklet_desk.records import RESIDENT, Content, Item

ADDRESS_SIZES_PT = (12.0, 11.0, 10.0, 9.0, 8.0)
"""About 12 points is what machines read best (STANDARDS AP9); a long address has a smaller size rather than none."""
LETTER_PT = {False: 12.0, True: 18.0}
"""The letter, and the letter to somebody who ordered large print (18 on 22 points)."""
BARCODE_MM = HEIGHT_MM + 2.0
"""What a barcode takes of the window's height, with the space below it."""
_REACH_MM = 1.0
"""Some letters (J) reach left of where they begin."""
_MARGIN_MM = 20.0
_BELOW_MM = 12.0
"""Between a fold, or the window of a sheet that is not folded, and the letter."""


@dataclass(frozen=True)
class Carrier:
    """What is on a sheet: the order's number, its lines of address, the letter's lines, signs that were dropped, and
    the states of a barcode, where it has one.
    """

    number: int
    address: tuple[Line, ...]
    address_pt: float
    letter: tuple[tuple[Line, float], ...]
    dropped: int
    states: tuple[int, ...] = ()


def carrier(
    number: int,
    content: Content,
    envelope: Envelope,
    letter: str,
    words: Callable[[Item], str],
    is_large: bool,
    states: tuple[int, ...] = (),
) -> Carrier | str:
    """The sheet of an order, or why it has none. `words` says what an item is, on the letter; `states` are those of its
    barcode's bars, above the address.
    """
    try:
        address, dropped = printed_address(content)
    except UndrawnError as reason:
        return str(reason)
    room = envelope.measured.grown(-PLAY_MM)
    height_mm = room.height_mm - (BARCODE_MM if states else 0)
    fit = fitted(address, (room.width_mm - _REACH_MM) * mm, height_mm * mm, ADDRESS_SIZES_PT)
    if fit is None:
        return "its address has no room in the window"
    pack = "\n".join(words(item) for item in content.items)
    text = letter.replace("{pack}", pack).replace("{order}", numbers.write(number))
    size = LETTER_PT[is_large]
    set_letter = _letter(text, size)
    if _start_mm(envelope) + len(set_letter) * size * LEADING / mm > SHEET_MM[1] - _MARGIN_MM / 2:
        return "its letter has no room on the sheet"
    return Carrier(number, *fit, set_letter, dropped, states)


def printed_address(content: Content) -> tuple[tuple[Line, ...], int]:
    """The lines of an address as they can be drawn, and how many signs were dropped. Raises UndrawnError."""
    drawn = [line(text) for text in content.address.printed]
    lines = tuple(each if each.words else line(RESIDENT)[0] for each, _ in drawn)
    return lines, sum(dropped for _, dropped in drawn)


def carrier_sheets(title: str, carriers: Iterable[Carrier], envelope: Envelope) -> bytes:
    """The sheets as a PDF, one a page."""
    target = io.BytesIO()
    canvas = Canvas(target, (SHEET_MM[0] * mm, SHEET_MM[1] * mm), invariant=True, pageCompression=1)
    canvas.setTitle(title)
    canvas.setAuthor("")
    for sheet in carriers:
        _draw_address(canvas, sheet, envelope)
        _draw_letter(canvas, sheet, _start_mm(envelope))
        canvas.showPage()
    canvas.save()
    return target.getvalue()


def _draw_address(canvas: Canvas, sheet: Carrier, envelope: Envelope) -> None:
    """In the middle of the window's height, so that it stays in it however the sheet slides; a barcode above it."""
    room = envelope.measured.grown(-PLAY_MM)
    step_mm = sheet.address_pt * LEADING / mm
    above_mm = BARCODE_MM if sheet.states else 0
    top_mm = room.top_mm + (room.height_mm - step_mm * len(sheet.address) - above_mm) / 2
    left_mm = room.left_mm + _REACH_MM
    for bar in placed(sheet.states, left_mm, top_mm):
        lower = (SHEET_MM[1] - bar.top_mm - bar.height_mm) * mm
        canvas.rect(bar.left_mm * mm, lower, bar.width_mm * mm, bar.height_mm * mm, stroke=0, fill=1)
    _draw(canvas, sheet.address, sheet.address_pt, left_mm * mm, (SHEET_MM[1] - top_mm - above_mm) * mm)


def _draw_letter(canvas: Canvas, sheet: Carrier, start_mm: float) -> None:
    top = (SHEET_MM[1] - start_mm) * mm
    for each, size in sheet.letter:
        _draw(canvas, (each,), size, _MARGIN_MM * mm, top)
        top -= size * LEADING


def _draw(canvas: Canvas, lines: Iterable[Line], size_pt: float, left_pt: float, top_pt: float) -> None:
    for index, each in enumerate(lines):
        draw(canvas, each, size_pt, left_pt, top_pt - size_pt - index * size_pt * LEADING)


def _letter(text: str, size_pt: float) -> tuple[tuple[Line, float], ...]:
    """The letter's lines with their sizes, the first one bold."""
    paragraphs = enumerate(text.strip().split("\n"))
    return tuple((part, size_pt) for index, each in paragraphs for part in _paragraph(each, size_pt, index == 0))


@lru_cache(maxsize=256)
def _paragraph(words: str, size_pt: float, is_bold: bool) -> tuple[Line, ...]:
    """Most paragraphs are the same in every letter, and are set once."""
    width = (SHEET_MM[0] - 2 * _MARGIN_MM) * mm
    whole = Line(line(words)[0].words, BOLD) if is_bold else line(words)[0]
    fit = fitted((whole,), width, 10_000, (size_pt,))
    return (fit[0] if fit else ()) or (Line("", whole.face),)


def _start_mm(envelope: Envelope) -> float:
    """Where the letter begins: below the first fold, or below the window where the sheet is not folded."""
    return (envelope.front_mm if envelope.folds_mm else envelope.measured.bottom_mm + PLAY_MM) + _BELOW_MM
