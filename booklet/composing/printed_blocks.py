"""The blocks of a composed part, read off its HTML, and the part with an anchor on each, so that its place is known."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from hashlib import sha256
from html.parser import HTMLParser
from typing import Literal

from booklet.composing.markdown import PAGE_TOKENS
from booklet.composing.parts import Part

Kind = Literal["heading", "paragraph", "item", "row", "word", "meaning", "caption", "picture", "foot"]
"""What a block is. `foot` is a running title at the foot of the pages."""

INLINE = frozenset(("a", "abbr", "b", "em", "i", "span", "strong", "sub", "sup", "wbr", "br", "img"))
VOID = frozenset(("br", "wbr", "img", "meta", "hr"))
SILENT = frozenset(("head", "style", "script", "title"))
CELLS = frozenset(("td", "th"))
SEPARATOR = " | "
"""Between the cells of a row."""
PAGE_NUMBER = "#"
_KINDS: dict[str, Kind] = {
    "li": "item", "tr": "row", "dt": "word", "dd": "meaning", "figcaption": "caption", "caption": "caption",
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), "heading"),
}  # fmt: skip
_SPACE = re.compile(r"\s+")
Digests = Callable[[str], str]
"""Gives a short hash of a picture's bytes, by its name under `chapters/`."""


@dataclass(frozen=True)
class Block:
    """A stretch of words that is printed as one: a heading, a paragraph, an item, a row of a table.

    `id` is the anchor that it has in the booklet, or empty; `key` an anchor for this comparison alone. Numbers of pages
    that it refers to are `#`. `entry` counts the entries of a directory within a part, from 1 (0: it is in none).
    `digest` stands for the bytes of a picture. `folio` is the number of the page on which it begins, `ordinal` which of
    its kind it is there, from 1, and `page` the index of that page in what pictures are made from. `volume` counts from
    1 and is 0 where there is but one.
    """

    part: str
    title: str
    id: str
    key: str
    kind: Kind
    words: str
    entry: int = 0
    digest: str = ""
    place: str = ""
    folio: str = ""
    ordinal: int = 0
    page: int = 0
    volume: int = 0


def blocks_of(part: Part, digests: Digests) -> tuple[Block, ...]:
    """The blocks of a part in reading order; pictures behind them that stand on the ground of the page."""
    shown = {asset: digests(asset) for asset in part.assets}
    own = tuple(replace(block, digest=shown.get(block.digest, block.digest)) for block in _read(part)[0])
    named = {block.digest for block in own}
    behind = tuple(
        Block(part.id, part.title, f"{part.id}/{name}", own[0].key if own else "", "picture", "", digest=digest)
        for name, digest in shown.items()
        if digest not in named
    )
    return (*own, *behind)


def with_anchors(part: Part) -> Part:
    """The part with an id on every element that begins a block, which changes nothing of its pages."""
    return replace(part, html=_read(part)[1])


@lru_cache(maxsize=512)
def _read(part: Part) -> tuple[tuple[Block, ...], str]:
    reader = _Reader(part)
    reader.feed(part.html)
    reader.close()
    reader.end_block()
    html, end = [], 0
    for offset, key in sorted(reader.added.items()):
        html += [part.html[end:offset], f' id="{key}"']
        end = offset
    return tuple(reader.blocks), "".join((*html, part.html[end:]))


@dataclass
class _Open:
    """An element that is open: its tag, and what tells the block in it apart."""

    tag: str
    id: str
    kinds: tuple[str, ...]
    place: str
    offset: int


class _Reader(HTMLParser):
    """Gathers the words of each block. A class only because the standard library's parser is one."""

    def __init__(self, part: Part) -> None:
        super().__init__(convert_charrefs=True)
        self.part = part
        self.blocks: list[Block] = []
        self.added: dict[int, str] = {}
        self._starts = [0]
        for row in part.html.split("\n"):
            self._starts.append(self._starts[-1] + len(row) + 1)
        self._stack: list[_Open] = []
        self._words = ""
        self._owner: _Open | None = None
        self._silent = 0
        self._entry = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A tag opens."""
        given = {name: value or "" for name, value in attrs}
        if tag in SILENT:
            self._silent += 1
        if tag in CELLS and self._words.strip():
            self._words += SEPARATOR
        elif tag not in INLINE and tag not in CELLS:
            self.end_block()
        if tag == "br":
            self._words += " "
        if tag == "img" and given.get("alt"):
            self._picture(given)
        if tag in VOID:
            return
        kinds = tuple(given.get("class", "").split())
        place = given.get("data-line", "") or (self._stack[-1].place if self._stack else "")
        line, column = self.getpos()
        offset = self._starts[line - 1] + column + 1 + len(tag)
        self._stack.append(_Open(tag, given.get("id", ""), kinds, place, offset))
        if tag == "div" and "service" in kinds:
            self._entry += 1
        if running := given.get("data-running"):
            self._add(self._stack[-1], "foot", running)

    def handle_endtag(self, tag: str) -> None:
        """A tag closes."""
        if tag in SILENT:
            self._silent -= 1
        if tag not in INLINE and tag not in CELLS:
            self.end_block()
        while self._stack and tag not in VOID:
            if self._stack.pop().tag == tag:
                return

    def handle_data(self, data: str) -> None:
        """Words."""
        if self._silent or not self._stack:
            return
        owner = next(row for row in reversed(self._stack) if row.tag not in INLINE | CELLS or row is self._stack[0])
        if owner is not self._owner:
            self.end_block()
            self._owner = owner
        self._words += data

    def end_block(self) -> None:
        """Write down the words gathered so far as a block of their own."""
        words = _SPACE.sub(" ", PAGE_TOKENS.sub(PAGE_NUMBER, self._words)).strip(" |")
        if words and self._owner:
            self._add(self._owner, _KINDS.get(self._owner.tag, "paragraph"), words)
        self._words, self._owner = "", None

    def _picture(self, given: dict[str, str]) -> None:
        source = given.get("src", "")
        digest = short_hash(source.encode()) if source.startswith("data:") else source
        around = self._stack[-1]
        self._add(around, "picture", _SPACE.sub(" ", given["alt"]), digest)

    def _add(self, owner: _Open, kind: Kind, words: str, digest: str = "") -> None:
        inside = any("service" in row.kinds for row in self._stack)
        key = owner.id or self.added.setdefault(owner.offset, f"block-{self.part.id}-{len(self.added) + 1}")
        self.blocks.append(
            Block(
                part=self.part.id,
                title=self.part.title,
                id=owner.id if kind not in ("picture", "foot") else "",
                key=key,
                kind=kind,
                words=words,
                entry=self._entry if inside else 0,
                digest=digest,
                place=owner.place,
            )
        )


def short_hash(content: bytes) -> str:
    """Enough of a hash to tell two pictures apart."""
    return sha256(content).hexdigest()[:16]


def numbered(blocks: Iterable[Block]) -> tuple[Block, ...]:
    """Blocks whose folios are known, each told which of its kind it is on its page: of entries of a directory which
    entry, of others which heading, paragraph and so on.
    """
    counts: dict[tuple[str, str, str], list[int]] = {}
    rows: list[Block] = []
    for block in blocks:
        kind, number = ("entry", block.entry) if block.entry else (block.kind, len(rows) + 1)
        seen = counts.setdefault((block.part, block.folio, kind), [])
        if number not in seen:
            seen.append(number)
        rows.append(replace(block, ordinal=seen.index(number) + 1))
    return tuple(rows)
