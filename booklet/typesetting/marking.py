"""The marked content of a page: what was drawn, rewritten so that each run belongs to one structure element.

WeasyPrint marks each line and each piece of a line by itself, writes a kerning of nought between most glyphs, gives
places to a millionth of a pixel, and sets font and colour anew for every piece. Here the pieces of one element that
follow one another become one, decoration says what kind of artifact it is (ISO 32000-1, 14.8.2.2), places are given to
a hundredth of a pixel (3 micrometres), and what changes nothing is left out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import pydyf

LAYOUT = "<</Type/Layout>>"
PAGINATION = "<</Type/Pagination>>"
FOOTER = "<</Type/Pagination/Subtype/Footer>>"
HEADER = "<</Type/Pagination/Subtype/Header>>"
PT_PER_PX = 0.75
PLACING = frozenset({b"Tm", b"re", b"m", b"l", b"c"})
STATES = {b"Tf": "font", b"rg": "fill", b"scn": "fill", b"cs": "fill", b"RG": "line", b"SCN": "line", b"CS": "line"}
"""What of the graphics state an operator sets, for those that WeasyPrint writes."""
OPAQUE = {"/a": b"/a1.0 gs", "/A": b"/A1.0 gs"}
"""The opacity of areas and of lines that a page begins with, as WeasyPrint names its states."""
_LONG = re.compile(rb"\d+\.\d{3,}")


@dataclass(eq=False)
class Piece:
    """Marked content of a structure element on a page, by page index and number, and the place in the sources that it
    comes from. `after` is the piece before it in the same element, when nothing of another element stands between.
    When nothing is drawn in it, or when it is joined to the one before, `number` is None.
    """

    page: int
    number: int | None
    source: str
    after: Piece | None


def mark(content: list[Any], pieces: dict[int, Piece], artifacts: dict[int, str], size_px: tuple[float, float]) -> None:
    """Rewrite the operators of one page in place. The pieces get their final numbers, counted from 0 in the order in
    which they are drawn; what is marked and no piece becomes an artifact.
    """
    writer = _Writer()
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
        if content[inside] == b"EMC":
            if piece:
                piece.number = None
            position = inside + 1
            continue
        if piece:
            writer.open_piece(piece)
        else:
            kind = LAYOUT if number is None else artifacts.get(number, LAYOUT)
            writer.open_artifact(_background(content[inside], size_px) or kind)
        position = inside
    content[:] = writer.out


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

    def __init__(self) -> None:
        self.out: list[Any] = []
        self._open: list[Piece | str] = []
        self._closed: Piece | str = ""
        self._states: list[dict[str, bytes]] = [dict(OPAQUE)]
        self._count = 0

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
        if kind == self._closed and self._continues():
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
        elif operator == b"gs" and not item.startswith((b"/a", b"/A")):
            self._states[-1] |= dict.fromkeys(OPAQUE, b"")
        elif operator in STATES or operator == b"gs":
            state = STATES.get(operator) or item[:2].decode()
            if self._states[-1].get(state) == item:
                return
            self._states[-1][state] = item
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
