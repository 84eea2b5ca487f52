"""The marked content of a page: what was drawn, rewritten so that each run belongs to one structure element.

WeasyPrint marks each line and each piece of a line by itself, writes a kerning of nought between most glyphs, gives
places to a millionth of a pixel, and sets font and colour anew for every piece. Here the pieces of one element that
follow one another become one, decoration says what kind of artifact it is (ISO 32000-1, 14.8.2.2), places are given to
a hundredth of a pixel (3 micrometres), and what changes nothing is left out. What is read is painted in the order in
which it is read (`paint_order`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pydyf

from booklet.pdf import Box
from booklet.typesetting.paint_order import OPAQUE, States, after, in_order, passages, sets, shared

LAYOUT = "<</Type/Layout>>"
PAGINATION = "<</Type/Pagination>>"
FOOTER = "<</Type/Pagination/Subtype/Footer>>"
HEADER = "<</Type/Pagination/Subtype/Header>>"
PT_PER_PX = 0.75
PLACING = frozenset({b"Tm", b"re", b"m", b"l", b"c"})
_LONG = re.compile(rb"\d+\.\d{3,}")


@dataclass(eq=False)
class Piece:
    """Marked content of a structure element on a page, by page index and number, and the place in the sources that it
    comes from. `after` is the piece before it in the same element, when nothing of another element stands between;
    `area` is where it stands, in CSS pixels of the page, and whether it covers all of that, as pictures do.
    When nothing is drawn in it, or when it is joined to the one before, `number` is None.
    """

    page: int
    number: int | None
    source: str
    after: Piece | None
    area: tuple[Box, bool]


def mark(
    content: list[Any],
    pieces: dict[int, Piece],
    artifacts: dict[int, str],
    reading: Sequence[int],
    size_px: tuple[float, float],
) -> None:
    """Rewrite the operators of one page in place, its pieces painted in the order in which they are read. They get
    their final numbers, counted from 0 in that order; what is marked and no piece becomes an artifact.
    """
    parts = passages(content)
    for number in pieces.keys() - {part.number for part in parts}:
        pieces[number].number = None
    around = shared(parts)
    writer = _Writer(around)
    for part in in_order(parts, {number: piece.area for number, piece in pieces.items()}, reading):
        needs = part.needs()
        writer.surround(part.around[len(around) :], needs)
        _write(writer, part.content, needs, pieces, artifacts, size_px)
    content[:] = writer.finished()


def _write(
    writer: _Writer,
    content: list[Any],
    needs: States,
    pieces: dict[int, Piece],
    artifacts: dict[int, str],
    size_px: tuple[float, float],
) -> None:
    """Write what is drawn under one mark, and what is marked inside it."""
    if isinstance(content[0], bytes):
        writer.prepare(needs)
    position = 0
    while position < len(content):
        item = content[position]
        if not isinstance(item, str):
            writer.draw(item)
            position += 1
            continue
        properties = content[position + 1]
        inside = position + (3 if isinstance(properties, pydyf.Dictionary) else 2)
        number = properties["MCID"] if isinstance(properties, pydyf.Dictionary) else None
        piece = pieces.get(number) if number is not None else None
        if piece:
            writer.open_piece(piece)
        else:
            kind = LAYOUT if number is None else artifacts.get(number, LAYOUT)
            writer.open_artifact(_background(content[inside], size_px) or kind)
        if not position:
            writer.prepare(needs)
        position = inside


def _background(first: Any, size_px: tuple[float, float]) -> str:
    """What an artifact is that begins by painting the whole page, with its box in points, or nothing."""
    if not isinstance(first, bytes) or not first.endswith(b" re"):
        return ""
    x, y, width, height = (float(number) for number in first.split()[:4])
    if x > 0 or y > 0 or x + width < size_px[0] - 1 or y + height < size_px[1] - 1:
        return ""
    width_pt, height_pt = (round(side * PT_PER_PX, 2) for side in size_px)
    return f"<</Type/Background/BBox[0 0 {width_pt:g} {height_pt:g}]>>"


def _to_hundredths(number: re.Match[bytes]) -> bytes:
    return b"%.2f" % float(number[0])


class _Writer:
    """Writes the operators of a page. A class only because the walk has a state: what is open and what was closed."""

    def __init__(self, around: tuple[bytes, ...]) -> None:
        self.out: list[Any] = list(around)
        self._open: list[Piece | str] = []
        self._closed: Piece | str = ""
        self._states: list[States] = [dict(OPAQUE)]
        self._around: tuple[bytes, ...] | None = None
        self._count = 0

    def surround(self, around: tuple[bytes, ...], needs: States) -> None:
        """Put matrices and clips around what comes, and take away what it needs unset."""
        states = self._states[-1]
        if around == self._around and not any(states.get(key) for key, needed in needs.items() if not needed):
            return
        if self._around is not None:
            self.draw(b"Q")
        self._around = around
        for item in (b"q", *around):
            self.draw(item)

    def prepare(self, needs: States) -> None:
        """Set what comes needs set."""
        for key, needed in needs.items():
            if self._states[-1].get(key, ()) != needed:
                for item in needed:
                    self.draw(item)

    def finished(self) -> list[Any]:
        """All that was written."""
        return self.out if self._around is None else [*self.out, b"Q"]

    def open_piece(self, piece: Piece) -> None:
        before = piece.after
        while before is not None and before.number is None and before is not self._closed:
            before = before.after
        if before is not None and before is self._closed and self._continues():
            piece.number = None
            self._open.append(before)
            return
        piece.number = self._count
        self._count += 1
        self._begin(piece, f"/Span<</MCID {piece.number}>>BDC")

    def open_artifact(self, kind: str) -> None:
        if kind in (LAYOUT, PAGINATION) and kind == self._closed and self._continues():
            self._open.append(kind)
            return
        self._begin(kind, f"/Artifact{kind}BDC")

    def draw(self, item: bytes) -> None:
        operator = item.rpartition(b" ")[2]
        if item == b"EMC":
            self._closed = self._open.pop()
        elif item == b"q":
            self._states.append(dict(self._states[-1]))
        elif item == b"Q":
            self._states.pop()
        elif item == b"BT" and self.out[-1] == b"ET":
            self.out.pop()
            return
        elif key := sets(operator, item):
            state = after(self._states[-1], key, operator, item)
            if self._states[-1].get(key) == state:
                return
            self._states[-1][key] = state
        elif operator == b"gs":
            self._states[-1] |= dict.fromkeys(OPAQUE, ())
        elif operator in PLACING:
            item = _LONG.sub(_to_hundredths, item)
        elif item.endswith(b"TJ"):
            item = item.replace(b">0<", b"").replace(b">0]", b">]")
        self.out.append(item)

    def _begin(self, what: Piece | str, operator: str) -> None:
        self._open.append(what)
        self.out.append(operator.encode())

    def _continues(self) -> bool:
        """True, and the end of the marked content is taken back, when it was the last thing written."""
        if not self.out or self.out[-1] != b"EMC":
            return False
        self.out.pop()
        return True
