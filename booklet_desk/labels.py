"""Address labels on sheets, from any position on, moved and scaled as a printer needs it."""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass

from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from booklet_desk.carriers import ADDRESS_SIZES_PT as SIZES_PT
from booklet_desk.carriers import printed_address
from booklet_desk.envelopes import SHEET_MM
from booklet_desk.lettering import LEADING, Line, UndrawnError, draw, fitted
from booklet_desk.records import Content, DeskError

_LEAST_PT = 7.0
_INSIDE_MM = 3.0
"""Between a label's edge and its words."""


class LabelError(DeskError):
    """Labels that cannot be printed as asked."""

    exit_status = 2


@dataclass(frozen=True)
class LabelSheet:
    """A4 sheet of labels, in millimetres: how many across and down, their size, where the first begins, and from one to
    the next.
    """

    across: int
    down: int
    size_mm: tuple[float, float]
    first_mm: tuple[float, float]
    step_mm: tuple[float, float]

    @property
    def count(self) -> int:
        """Labels on a sheet."""
        return self.across * self.down

    def corner_mm(self, position: int) -> tuple[float, float]:
        """The upper left corner of a label, counted from 0, row by row."""
        row, column = divmod(position, self.across)
        return self.first_mm[0] + column * self.step_mm[0], self.first_mm[1] + row * self.step_mm[1]


SHEETS = {"L7160": LabelSheet(3, 7, (63.5, 38.1), (7.25, 15.15), (66.0, 38.1))}
"""Avery L7160: 21 labels of 63.5 × 38.1 mm, with margins of 15.15 and 7.25 mm, as several projects that print on it
have them."""


@dataclass(frozen=True)
class Printer:
    """What one printer needs: so far to the right and down, and so much larger."""

    shift_mm: tuple[float, float] = (0.0, 0.0)
    scale: float = 1.0


def labels(contents: Iterable[tuple[str, Content]], sheet: LabelSheet, start: int, printer: Printer) -> bytes:
    """Labels as a PDF. `start` is the first free position, from 1. Each content has the number of its order, for what
    is said if it has no room, or letters that no face has. Raises LabelError.
    """
    if not 1 <= start <= sheet.count:
        raise LabelError(f"A sheet has labels 1 to {sheet.count}.")
    target = io.BytesIO()
    canvas = Canvas(target, (SHEET_MM[0] * mm, SHEET_MM[1] * mm), invariant=True)
    canvas.setTitle("Labels")
    canvas.setAuthor("")
    room = tuple((side - 2 * _INSIDE_MM) * mm for side in sheet.size_mm)
    _prepare(canvas, printer)
    for index, (number, content) in enumerate(contents, start - 1):
        position = index % sheet.count
        if position == 0 and index >= sheet.count:
            canvas.showPage()
            _prepare(canvas, printer)
        try:
            address, _ = printed_address(content)
        except UndrawnError as reason:
            raise LabelError(f"Order {number}: {reason}.") from None
        fit = fitted(address, room[0], room[1], (*SIZES_PT, _LEAST_PT))
        if fit is None:
            raise LabelError(f"The address of order {number} has no room on a label.")
        _draw(canvas, *fit, sheet.corner_mm(position), sheet.size_mm[1])
    canvas.save()
    return target.getvalue()


def _prepare(canvas: Canvas, printer: Printer) -> None:
    """A page whose upper left corner stays where it is while it is scaled, and is then moved."""
    across, down = printer.shift_mm
    canvas.translate(across * mm, (SHEET_MM[1] * (1 - printer.scale) - down) * mm)
    canvas.scale(printer.scale, printer.scale)


def _draw(
    canvas: Canvas, lines: tuple[Line, ...], size_pt: float, corner_mm: tuple[float, float], height_mm: float
) -> None:
    step = size_pt * LEADING
    top = (SHEET_MM[1] - corner_mm[1]) * mm - (height_mm * mm - step * len(lines)) / 2
    for index, each in enumerate(lines):
        draw(canvas, each, size_pt, (corner_mm[0] + _INSIDE_MM) * mm, top - size_pt - index * step)
