"""The words of each marked content, as they are heard: spaces are put where the page shows them and the text has none.

Most writers leave out the space at the end of a line, and some part words by a gap alone. So where two pieces of text
follow each other in one block, on another line or with a gap between them, they are two words. Not so at a hyphen or a
slash; and not at the line ends of a file that writes its spaces itself, as at least half of them then show: there, a
line that ends without one goes on in the middle of a word, such as a long address.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from booklet.pdf.items import WORD_GAP_EM, Content, Text
from booklet.pdf.tree import Address, Tree

NEW_LINE_EM = 0.6
"""Text that starts this much above or below where the last one ended stands on another line; raised figures do not."""
_JOINS = ("-", "\u2010", "\u2011", "\u00ad", "/", "\u2014")
_LIGATURES = str.maketrans({"\ufb00": "ff", "\ufb01": "fi", "\ufb02": "fl", "\ufb03": "ffi", "\ufb04": "ffl"})


@dataclass(slots=True)
class _Piece:
    """A stretch of text: its words, the place where it starts, the place where it ends, and its ActualText's number."""

    address: Address
    words: str
    start: Text
    end: Text
    actual: int | None


def words_of(contents: Iterable[Content], tree: Tree) -> dict[Address, str]:
    """The text of each marked content that stands in the structure, with the space that parts it from what comes
    before it in its block.
    """
    drawn = _pieces(contents)
    blocks: dict[int, list[_Piece]] = {}
    for address, owner in tree.addresses():
        if address in drawn:
            blocks.setdefault(tree.block(owner), []).extend(drawn.pop(address))
    gaps = [(before, after, _parted(before, after)) for block in blocks.values() for before, after in pairwise(block)]
    line_ends = [_spaced(before, after) for before, after, how in gaps if how == "line"]
    spaces_written = sum(line_ends) * 2 >= len(line_ends) > 0
    for before, after, how in gaps:
        joined = _spaced(before, after) or (how == "line" and before.words.endswith(_JOINS))
        if how and not joined and not (how == "line" and spaces_written):
            after.words = " " + after.words
    words: dict[Address, str] = {}
    for block in blocks.values():
        for piece in block:
            words[piece.address] = words.get(piece.address, "") + piece.words.translate(_LIGATURES)
    return words


def _pieces(contents: Iterable[Content]) -> dict[Address, list[_Piece]]:
    """What is drawn in each marked content, in order; what an ActualText stands for is one piece."""
    drawn: dict[Address, list[_Piece]] = {}
    for content in contents:
        for address, text, actual in _marked(content):
            pieces = drawn.setdefault(address, [])
            if actual and pieces and pieces[-1].actual == actual[0]:
                pieces[-1].end = text
            else:
                words, number = (actual[1], actual[0]) if actual else (text.words, None)
                pieces.append(_Piece(address, words, text, text, number))
    return drawn


def _marked(content: Content) -> Iterator[tuple[Address, Text, tuple[int, str] | None]]:
    for item in content.items:
        if item.text and item.mark.mcid is not None and item.layer == "page":
            yield (content.page_index, item.mark.form, item.mark.mcid), item.text, item.mark.actual


def _parted(before: _Piece, after: _Piece) -> str:
    """How two pieces stand to each other: on another `line`, with a `gap` between them, or together (empty)."""
    if before.address[0] != after.address[0]:
        return "line"
    last, following = before.end, after.start
    em = max(last.size_pt, following.size_pt, 0.01)
    along = (last.end[0] - last.x, last.end[1] - last.y)
    length = math.hypot(*along)
    unit = (along[0] / length, along[1] / length) if length else (1.0, 0.0)
    step = (following.x - last.end[0], following.y - last.end[1])
    forward = step[0] * unit[0] + step[1] * unit[1]
    aside = abs(step[1] * unit[0] - step[0] * unit[1])
    if aside > NEW_LINE_EM * em or forward < -em:
        return "line"
    return "gap" if last.font.measured and forward > WORD_GAP_EM * em else ""


def _spaced(before: _Piece, after: _Piece) -> bool:
    return before.words[-1:].isspace() or after.words[:1].isspace() or not before.words or not after.words
