"""The marked content of a page: what was drawn, rewritten so that each run belongs to one structure element.

WeasyPrint marks each line and each piece of a line by itself, writes a kerning of nought between most glyphs, and
sets the font anew for every piece. Here the pieces of one element that follow one another become one, decoration
says what kind of artifact it is (ISO 32000-1, 14.8.2.2), and what changes nothing is left out. Nothing moves.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pydyf

LAYOUT = "<</Type/Layout>>"
PAGINATION = "<</Type/Pagination>>"
FOOTER = "<</Type/Pagination/Subtype/Footer>>"
HEADER = "<</Type/Pagination/Subtype/Header>>"
PT_PER_PX = 0.75


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
    writer = _Writer(size_px)
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


class _Writer:
    """Writes the operators of a page. A class only because the walk has a state: what is open and what was closed."""

    def __init__(self, size_px: tuple[float, float]) -> None:
        self.out: list[Any] = []
        self._size_px = size_px
        self._open: list[Piece | str] = []
        self._closed: Piece | str = ""
        self._font = b""
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
        if item == b"EMC":
            self._closed = self._open.pop()
        elif item in (b"q", b"Q"):
            self._font = b""
        elif item == b"BT" and self.out[-1] == b"ET":
            self.out.pop()
            return
        elif item.endswith(b" Tf"):
            if item == self._font:
                return
            self._font = item
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
