"""What is signed off: the words, numbers and pictures of a chapter as an edition prints them, section by section.

Not the file: how a text is written, the numbers of pages and of the chapter, the head of a handout above its first
chapter, whether somebody has confirmed a service of late and who signed are no part of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from hashlib import sha256

from booklet.composing.parts import Part
from booklet.composing.printed_blocks import Block, Digests, blocks_of
from booklet.findings import Place
from booklet.manuscript import Signature

HASH_SIGNS = 12
_NUMBER = re.compile(r"\d[\d,. ]*")
_NOT_READ = re.compile(
    r'<(span|strong) class="(?:chapter-number|checked)">[^<]*</\1>|<p class="reviewed">.*?</p>'
    r'|<div class="masthead.*?(?=<section>)',
    re.DOTALL,
)


@dataclass(frozen=True)
class SectionReading:
    """A heading and what stands under it, up to the next: where that is written, and a hash of it."""

    heading: str
    place: Place
    hash: str


@dataclass(frozen=True)
class Reading:
    """A chapter as one edition prints it."""

    blocks: tuple[Block, ...]
    sections: tuple[SectionReading, ...]
    words: int
    numbers: int
    pictures: int

    @property
    def hashes(self) -> str:
        """Those of its sections, as a signature has them."""
        return " ".join(section.hash for section in self.sections)


def reading_of(part: Part, digests: Digests) -> Reading:
    """What somebody reads of a composed chapter. `digests` hashes the bytes of a picture."""
    html = _NOT_READ.sub("", part.html)
    assets = tuple(name for name in part.assets if name in html or name not in part.html)
    blocks = blocks_of(replace(part, html=html, assets=assets), digests)
    told = tuple(block for block in blocks if block.kind != "foot")
    words = [word for block in told if block.kind != "picture" for word in block.words.split()]
    return Reading(
        blocks=told,
        sections=tuple(_section(rows, part) for rows in _by_heading(told)),
        words=len(words),
        numbers=len(_NUMBER.findall(" ".join(words))),
        pictures=sum(block.kind == "picture" for block in told),
    )


def _by_heading(blocks: Iterable[Block]) -> list[list[Block]]:
    rows: list[list[Block]] = []
    for block in blocks:
        if block.kind == "heading" or not rows:
            rows.append([])
        rows[-1].append(block)
    return rows


def _section(blocks: Sequence[Block], part: Part) -> SectionReading:
    told = sha256(repr([(block.kind, block.words, block.digest) for block in blocks]).encode()).hexdigest()
    places = (Place.parse(block.place) for block in blocks if block.place)
    return SectionReading(blocks[0].words, next(filter(None, places), Place(part.file)), told[:HASH_SIGNS])


def withdrawn_sections(reading: Reading, signature: Signature) -> tuple[SectionReading, ...] | None:
    """What a signature does not hold for any more: the sections that are not as they were read, and none where one was
    only taken out; None while it holds.
    """
    read = [row.hashes for row in signature.read]
    if reading.hashes in read:
        return None
    now = [section.hash for section in reading.sections]
    matchers = [SequenceMatcher(None, row.split(), now, autojunk=False) for row in read]
    nearest = max(matchers, key=lambda matcher: matcher.ratio())
    same = {index for block in nearest.get_matching_blocks() for index in range(block.b, block.b + block.size)}
    return tuple(section for index, section in enumerate(reading.sections) if index not in same)
