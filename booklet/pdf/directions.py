"""Arabic, Hebrew and their like, which are drawn from left to right and read from right to left.

A page shows glyphs where they stand, so a line of Arabic is drawn beginning with its last letter. What is read is found
by turning the bidirectional algorithm around (Unicode Standard Annex 9), as far as its runs of letters and numbers go.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby
from unicodedata import bidirectional

from pikepdf import Dictionary, Name, Pdf

_FROM_THE_RIGHT = re.compile(r"[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_MIRRORED = str.maketrans("()[]{}<>«»", ")(][}{><»«")


def has_letters_from_the_right(text: str) -> bool:
    """True where a text has letters that are read from right to left."""
    return bool(_FROM_THE_RIGHT.search(text))


def is_read_from_the_right(pdf: Pdf) -> bool:
    """True for a file that says that its pages are read from right to left (ISO 32000-1, 12.2)."""
    preferences = pdf.Root.get("/ViewerPreferences")
    return isinstance(preferences, Dictionary) and preferences.get("/Direction") == Name.R2L


def as_read(drawn: str) -> str:
    """A text in the order in which it is read, from the order in which it is drawn, left to right."""
    ways = [_way(character) for character in drawn]
    base = "R" if ways.count("R") > sum(map(str.isalpha, drawn)) / 2 else "L"
    runs = [
        (way, "".join(character for _, character in run))
        for way, run in groupby(zip(_settled(ways, base), drawn, strict=True), key=lambda pair: pair[0])
    ]
    turned = [run[::-1].translate(_MIRRORED) if way == "R" else run for way, run in runs]
    return "".join(turned[::-1] if base == "R" else turned)


def _way(character: str) -> str:
    kind = bidirectional(character)
    return {"R": "R", "AL": "R", "L": "L", "EN": "L", "AN": "L"}.get(kind, "")


def _settled(ways: list[str], base: str) -> Iterator[str]:
    """Signs between letters go their way where those agree, or else that of the line."""
    following = base
    after: list[str] = []
    for way in reversed(ways):
        following = way or following
        after.append(following)
    before = base
    for way, later in zip(ways, reversed(after), strict=True):
        before = way or before
        yield way or (before if before == later else base)
