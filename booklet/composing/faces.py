"""Which of the shipped fonts has which character, and words that are set in another face as a whole.

The text face lacks most letters of Vietnamese, Greek and Cyrillic. A word with one such letter is set in the other face
from its first letter to its last: half a word in each looks like a mistake, and slows people down who read letter by
letter. What no shipped font has is a fault of the text.
"""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from html import unescape
from pathlib import Path

TEXT_FACE = "atkinson-hyperlegible-next"
OTHER_FACE = "noto-sans"
OTHER_FAMILY = "Noto Sans"
"""What a drawing names when its words are set in the other face."""
OTHER_CLASS = "other-face"
WEIGHTS = ("400", "700")

_MARKUP = re.compile(r"(<(?:style|title)\b.*?</(?:style|title)>|<[^>]*>)", re.DOTALL)
_WORD = re.compile("[^\\s<>&\ue000-\uf8ff]+")
_LEAD, _TRAIL = "([{\"'\u2018\u201c", ".,;:!?)]}\"'\u2019\u201d\u2026"
_UNDRAWN = ("Cc", "Cf", "Co", "Zl", "Zp", "Zs")
"""Characters without a shape of their own: line ends, soft hyphens, composing's own marks, spaces."""
_DRAWN_TEXT = re.compile(r"<text\b[^>]*>.*?</text>", re.DOTALL)


@dataclass(frozen=True)
class Faces:
    """The characters that the text face and the other face can draw, in regular and in bold."""

    text: frozenset[str] = field(repr=False)
    other: frozenset[str] = field(repr=False)

    def missing(self, html: str) -> list[str]:
        """The characters in the text of an HTML document that no shipped font has, each once."""
        words = unescape(_MARKUP.sub("", html))
        foreign = {character for character in set(words) - self.text if self._beyond(character, self.other)}
        return sorted(foreign, key=words.index)

    def set(self, html: str) -> str:
        """The HTML with each word that the text face cannot draw marked for the other face.

        Letters written as a base and an accent apart become one, as the fonts have them.
        """
        html = unicodedata.normalize("NFC", html)
        if not any(self._beyond(character, self.text) for character in set(html) - self.text):
            return html
        pieces = _MARKUP.split(html)
        return "".join(piece if index % 2 else _WORD.sub(self._word, piece) for index, piece in enumerate(pieces))

    def missing_in_drawing(self, svg: str) -> Iterator[tuple[str, int]]:
        """The characters that an SVG drawing shows and cannot have, and the line of each, from 1."""
        known = self.text | self.other if OTHER_FAMILY in svg else self.text
        for found in _DRAWN_TEXT.finditer(svg):
            for number, row in enumerate(found[0].split("\n"), svg[: found.start()].count("\n") + 1):
                words = unicodedata.normalize("NFC", unescape(re.sub(r"<[^>]*>?", "", row)))
                yield from ((character, number) for character in dict.fromkeys(words) if self._beyond(character, known))

    def _word(self, found: re.Match[str]) -> str:
        written = found[0]
        word = written.lstrip(_LEAD).rstrip(_TRAIL)
        if not any(self._beyond(character, self.text) for character in word):
            return written
        start = written.index(word)
        return f'{written[:start]}<span class="{OTHER_CLASS}">{word}</span>{written[start + len(word) :]}'

    @staticmethod
    def _beyond(character: str, known: frozenset[str]) -> bool:
        return character not in known and unicodedata.category(character) not in _UNDRAWN


def decompressed(face: bytes) -> bytes:
    """The OpenType font within a WOFF2 file (W3C, WOFF 2.0). It takes a second for a large one."""
    from fontTools.ttLib import woff2

    target = io.BytesIO()
    woff2.decompress(io.BytesIO(face), target)
    return target.getvalue()


@cache
def shipped_faces(styles: Path) -> Faces:
    """What the fonts under `styles/fonts` can draw, read once."""
    return Faces(*(_drawn(styles / "fonts", face) for face in (TEXT_FACE, OTHER_FACE)))


def _drawn(fonts: Path, face: str) -> frozenset[str]:
    """The characters that a face has in every weight, over all its files."""
    from fontTools.ttLib import TTFont

    weights = []
    for weight in WEIGHTS:
        codes: set[int] = set()
        for path in sorted(fonts.glob(f"{face}-*{weight}-normal.woff2")):
            with TTFont(path) as font:
                codes.update(font.getBestCmap())
        weights.append(frozenset(map(chr, codes)))
    return frozenset.intersection(*weights)


def name_of(character: str) -> str:
    """`U+2713 CHECK MARK`, as people can look it up."""
    return f"U+{ord(character):04X} {unicodedata.name(character, 'without a name')}"
