"""The words of each marked content, as they are heard: spaces are put where the page shows them and the text has none.

Most writers leave out the space at the end of a line, and some part words by a gap alone. So where two pieces of text
follow each other in one block, on another line or with a gap between them, they are two words. Not so at a hyphen or a
slash, nor between signs of Chinese or Japanese; and not in the middle of a web address, where the file writes its
spaces itself, as at least half of its line ends then show.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import NamedTuple

from booklet.pdf.directions import as_read, has_letters_from_the_right
from booklet.pdf.items import WORD_GAP_EM, Content, Item
from booklet.pdf.tree import Address, Tree

NEW_LINE_EM = 0.6
"""Text that starts this much above or below where the last one ended stands on another line; raised figures do not."""
_JOINS = ("-", "\u2010", "\u2011", "\u00ad", "/", "\u2014")
_ADDRESS = re.compile(r"(?:://|www\.|@)\S*\Z|[\w-]{2,}\.[\w-]{2,}[\w./-]*\Z")
"""Ends as a web address does that may go on in the next line."""
_WORD = re.compile(r"[^\W\d_]{3}[.,;:!?\u2019\u201d)]*\Z")
_CALL = re.compile(r"[\d*\u2020\u2021[(]")
RAISED_EM, SMALLER = 0.15, 0.9
"""A note is called by a figure that stands this much higher than the word before it, and is smaller."""
_GOES_ON = re.compile(r"[a-z0-9]|[./?&=#@%_~:-]\w")
_BEGINS_INSIDE = re.compile(r"[./?&=#@_~]\w")
_WITHOUT_SPACES = re.compile(r"[\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef]")
_LIGATURES = str.maketrans({"\ufb00": "ff", "\ufb01": "fi", "\ufb02": "fl", "\ufb03": "ffi", "\ufb04": "ffl"})


class _Place(NamedTuple):
    """Where something stands on its line: its start and its end, how large it is, and whether its width is known."""

    x: float
    y: float
    end: tuple[float, float]
    size_pt: float
    measured: bool


@dataclass(slots=True)
class _Piece:
    """A stretch of text: its words, the place where it starts, the place where it ends, and its ActualText's number."""

    address: Address
    words: str
    start: _Place
    end: _Place
    actual: int | None


def words_of(contents: Iterable[Content], tree: Tree) -> dict[Address, str]:
    """The text of each marked content that stands in the structure, with the space that parts it from what comes
    before it in its block.
    """
    drawn = _pieces(contents)
    on_a_page = {address[1:]: address for address in drawn}
    blocks: dict[int, list[_Piece]] = {}
    for address, owner in tree.addresses():
        if address[0] < 0 and address[1] is not None:  # the form alone says where
            pieces = drawn.pop(on_a_page.get(address[1:], address), [])
            drawn[address] = [replace(piece, address=address) for piece in pieces]
        if address in drawn:
            blocks.setdefault(tree.block(owner), []).extend(_as_read(drawn.pop(address)))
    gaps = [(before, after, _parted(before, after)) for block in blocks.values() for before, after in pairwise(block)]
    line_ends = [_spaced(before, after) for before, after, how in gaps if how == "line"]
    spaces_written = sum(line_ends) * 2 >= len(line_ends) > 0
    for block in blocks.values():
        _drop_hyphens(block)
    for before, after, how in gaps:
        joined = _spaced(before, after) or (how == "line" and _is_one_word(before.words, after.words, spaces_written))
        if how and not joined:
            after.words = " " + after.words
    words: dict[Address, str] = {}
    for block in blocks.values():
        for piece in block:
            words[piece.address] = words.get(piece.address, "") + piece.words.translate(_LIGATURES)
    return words


def _pieces(contents: Iterable[Content]) -> dict[Address, list[_Piece]]:
    """What is drawn in each marked content, in order; what an ActualText stands for is one piece, said once."""
    drawn: dict[Address, list[_Piece]] = {}
    for content in contents:
        replaced: dict[int, _Piece] = {}
        for item in content.items:
            mark = item.mark
            if mark.mcid is None or item.layer != "page" or not (item.text or mark.actual):
                continue
            place = _place(item)
            if mark.actual and mark.actual[0] in replaced:
                replaced[mark.actual[0]].end = place
                continue
            address = (content.page_index, mark.form, mark.mcid)
            number, words = mark.actual or (None, item.text.words if item.text else "")
            piece = _Piece(address, words, place, place, number)
            drawn.setdefault(address, []).append(piece)
            if number is not None:
                replaced[number] = piece
    return drawn


def _as_read(pieces: list[_Piece]) -> list[_Piece]:
    """The pieces of a line that is drawn letter by letter and has such from the right, as one. What an ActualText says
    of several letters is in their order already.
    """
    lines: list[list[_Piece]] = []
    for piece in pieces:
        if lines and _parted(lines[-1][-1], piece) != "line" and piece.start.x > lines[-1][-1].start.x:
            lines[-1].append(piece)
        else:
            lines.append([piece])
    read: list[_Piece] = []
    for line in lines:
        if any(_is_drawn_by_letters(piece) and has_letters_from_the_right(piece.words) for piece in line):
            words = _as_drawn(line[0])
            for before, after in pairwise(line):
                gap = _parted(before, after) == "gap" and not _spaced(before, after)
                words += f" {_as_drawn(after)}" if gap else _as_drawn(after)
            line = [replace(line[0], words=as_read(words), end=line[-1].end)]
        read += line
    return read


def _is_drawn_by_letters(piece: _Piece) -> bool:
    return piece.actual is None or len(piece.words) == 1


def _as_drawn(piece: _Piece) -> str:
    is_turned = not _is_drawn_by_letters(piece) and has_letters_from_the_right(piece.words)
    return piece.words[::-1] if is_turned else piece.words


def _place(item: Item) -> _Place:
    if item.text:
        text = item.text
        return _Place(text.x, text.y, text.end, text.size_pt, text.font.measured)
    left, bottom, right, top = item.box
    return _Place(left, bottom, (right, bottom), top - bottom, True)


def _drop_hyphens(block: list[_Piece]) -> None:
    """A soft hyphen after a hyphen stands for that hyphen too."""
    for before, after in pairwise(block):
        if after.actual is not None and after.words == "\u00ad" and before.words.endswith("-"):
            before.words = before.words[:-1]


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
    if aside > NEW_LINE_EM * em:
        return "line"
    if forward < -em:
        back = math.dist((before.start.x, before.start.y), following.end)
        said = (
            before.actual is not None and after.actual is not None
        )  # a line from the right may hold none of its letters
        turns = back < em and (said or has_letters_from_the_right(before.words + after.words))
        return "line" if not turns else "gap" if back > WORD_GAP_EM * em else ""
    overlaps = forward < -WORD_GAP_EM * em and min(len(before.words), len(after.words)) > 1
    if last.measured and (overlaps or forward > WORD_GAP_EM * em):
        return "gap"
    raised = step[1] * unit[0] - step[0] * unit[1]
    is_call = raised > RAISED_EM * em and following.size_pt < SMALLER * last.size_pt
    return "gap" if is_call and _WORD.search(before.words) and _CALL.match(after.words) else ""


def _is_one_word(before: str, after: str, spaces_written: bool) -> bool:
    """True where the end of a line and the beginning of the next are one word."""
    if before.endswith(_JOINS):
        return True
    if _WITHOUT_SPACES.match(before[-1]) and _WITHOUT_SPACES.match(after[0]):
        return True
    if not spaces_written:
        return False
    inside = before[-1].isalnum() and _BEGINS_INSIDE.match(after)
    return bool(inside or (_ADDRESS.search(before) and _GOES_ON.match(after)))


def _spaced(before: _Piece, after: _Piece) -> bool:
    return before.words[-1:].isspace() or after.words[:1].isspace() or not before.words or not after.words
