"""Where a block stands, in words that somebody with the booklet in hand can follow: page 57, third entry."""

from __future__ import annotations

import re

from booklet.composing import Block
from booklet.differences.records import Change
from booklet.words import Words, english

FRONT_COVER, BACK_COVER = "front cover", "back cover"
"""Stand for folios on pages without a number."""
_FOLIO = re.compile(r"\d+|[ivxlc]+")


def page_of(folio: str, words: Words) -> str:
    """A page by its number, or by its name where it has none."""
    if folio in (FRONT_COVER, BACK_COVER):
        return words("address.front_cover" if folio == FRONT_COVER else "address.back_cover")
    return words("address.page", page=folio) if _FOLIO.fullmatch(folio) else folio or words("address.unnumbered")


def address(block: Block, words: Words) -> str:
    """Page and place: `page 57, third entry`, `front cover, first picture`, `volume 2, page 12, second paragraph`."""
    page = page_of(block.folio, words)
    if block.volume:
        page = words("address.in_volume", number=block.volume, page=page)
    if block.kind == "foot":
        return words("address.foot", page=page)
    kind = "entry" if block.entry else block.kind
    return words(f"address.{kind}", page=page, ordinal=words.ordinal(block.ordinal))


def change_address(change: Change) -> str:
    """Where something changed: its place in the old copy and, where that is another, in the new one. In English, as all
    that a comparison says.
    """
    old, new = (address(block, english()) if block else "" for block in (change.old, change.new))
    if not old:
        behind = f"; in the old copy after {address(change.beside, english())}" if change.beside else ""
        return f"{new}{behind}"
    return old if new in ("", old) else f"{old}; now {new}"
