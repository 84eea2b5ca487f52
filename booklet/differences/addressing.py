"""Where a block stands, in words that somebody with the booklet in hand can follow: page 57, third entry."""

from __future__ import annotations

import re

from booklet.composing import Block
from booklet.differences.records import Change

_ORDINALS = (
    "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh",
    "twelfth",
)  # fmt: skip
_NOUNS = {
    "heading": "heading", "paragraph": "paragraph", "item": "item of a list", "row": "row of a table",
    "word": "word explained", "meaning": "explanation", "caption": "caption", "picture": "picture",
}  # fmt: skip
_FOLIO = re.compile(r"\d+|[ivxlc]+")


def page_of(folio: str) -> str:
    """A page by its number, or by its name where it has none."""
    return f"page {folio}" if _FOLIO.fullmatch(folio) else folio or "a page without a number"


def address(block: Block) -> str:
    """Page and place: `page 57, third entry`, `front cover, first picture`, `volume 2, page 12, second paragraph`."""
    page = f"volume {block.volume}, {page_of(block.folio)}" if block.volume else page_of(block.folio)
    if block.kind == "foot":
        return f"{page}, foot of the pages"
    noun = "entry" if block.entry else _NOUNS[block.kind]
    return f"{page}, {ordinal(block.ordinal)} {noun}"


def change_address(change: Change) -> str:
    """Where something changed: its place in the old copy and, where that is another, in the new one."""
    old, new = (address(block) if block else "" for block in (change.old, change.new))
    if not old:
        behind = f"; in the old copy after {address(change.beside)}" if change.beside else ""
        return f"{new}{behind}"
    return old if new in ("", old) else f"{old}; now {new}"


def ordinal(number: int) -> str:
    """`third`, or `13th` beyond twelve."""
    if 1 <= number <= len(_ORDINALS):
        return _ORDINALS[number - 1]
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"
