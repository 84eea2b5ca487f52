"""Which of the shipped fonts has which character, and words that are set in another face as a whole.

The text face lacks most letters of Vietnamese, Greek and Cyrillic. A word with one such letter is set in the other face
from its first letter to its last: half a word in each looks like a mistake, and slows people down who read letter by
letter. What no shipped font has is a fault of the text.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from html import escape, unescape
from pathlib import Path
from unicodedata import category, name, normalize

TEXT_FACE = "atkinson-hyperlegible-next"
OTHER_FACE = "noto-sans"
OTHER_FAMILY = "Noto Sans"
"""What a drawing names when its words are set in the other face."""
OTHER_CLASS = "other-face"
ELLIPSIS = "\u2026"
MOST_LINES = 1000
WEIGHTS = ("400", "700")

_MARKUP = re.compile(r"(<(?:style|title)\b.*?</(?:style|title)>|<[^>]*>)", re.DOTALL)
_WORD = re.compile("[^\\s<>&\ue000-\uf8ff]+")
_LEAD, _TRAIL = "([{\"'\u2018\u201c", ".,;:!?)]}\"'\u2019\u201d\u2026"
_UNDRAWN = ("Cc", "Cf", "Co", "Zl", "Zp", "Zs")
"""Characters without a shape of their own: line ends, soft hyphens, composing's own marks, spaces."""
_DRAWN_TEXT = re.compile(r"<((?:[\w.-]+:)?text)\b[^>]*(?<!/)>")
_CDATA = re.compile(r"<!\[CDATA\[(.*?)\]\]>", re.DOTALL)


@dataclass(frozen=True)
class Faces:
    """The characters that the text face and the other face can draw, in regular and in bold."""

    text: frozenset[str] = field(repr=False)
    other: frozenset[str] = field(repr=False)
    advances: Mapping[str, float] = field(repr=False, compare=False, default_factory=dict)
    """How far each character of the text face reaches in regular, in em."""

    def missing(self, html: str) -> list[str]:
        """The characters in the text of an HTML document that no shipped font has, each once."""
        words = unescape(_MARKUP.sub("", html))
        foreign = {character for character in set(words) - self.text if self._beyond(character, self.other)}
        return sorted(foreign, key=words.index)

    def running_title(self, title: str, width_em: float) -> str:
        """A title in one line of a foot, cut after a word, with an ellipsis, where it is longer."""
        if self.width_em(title) <= width_em:
            return title
        words = title.split(" ")
        shorter = (" ".join(words[:count]).rstrip(",:;.-\u2013") + ELLIPSIS for count in range(len(words) - 1, 0, -1))
        cut = next((words for words in shorter if self.width_em(words) <= width_em), words[0])
        while self.width_em(cut) > width_em:
            cut = f"{cut.rstrip(ELLIPSIS)[:-1]}{ELLIPSIS}"
        return cut

    def lines(self, text: str, width_em: float) -> int:
        """How many lines a text takes in a column; more than any page has where a word is wider than that."""
        count, reach, space = 1, 0.0, self.width_em(" ")
        for word in text.split():
            width = self.width_em(word)
            if width > width_em:
                return MOST_LINES
            reach = reach + space + width if reach else width
            if reach > width_em:
                count, reach = count + 1, width
        return count

    def width_em(self, text: str) -> float:
        """How far a text reaches in regular letters on one line."""
        return sum(self.advances.get(character, 1.0) for character in text)

    def set(self, html: str) -> str:
        """The HTML with each word that the text face cannot draw marked for the other face.

        Letters written as a base and an accent apart become one, as the fonts have them.
        """
        html = normalize("NFC", html)
        if not any(self._beyond(character, self.text) for character in set(html) - self.text):
            return html
        pieces = _MARKUP.split(html)
        return "".join(piece if index % 2 else _WORD.sub(self._word, piece) for index, piece in enumerate(pieces))

    def missing_in_words(self, words: str, svg: str) -> list[str]:
        """The characters in some words of an SVG drawing that it cannot have, each once."""
        known = self.text | self.other if OTHER_FAMILY in svg else self.text
        return [character for character in dict.fromkeys(words) if self._beyond(character, known)]

    def _word(self, found: re.Match[str]) -> str:
        written = found[0]
        word = written.lstrip(_LEAD).rstrip(_TRAIL)
        if not any(self._beyond(character, self.text) for character in word):
            return written
        start = written.index(word)
        return f'{written[:start]}<span class="{OTHER_CLASS}">{word}</span>{written[start + len(word) :]}'

    @staticmethod
    def _beyond(character: str, known: frozenset[str]) -> bool:
        return character not in known and category(character) not in _UNDRAWN


def drawn_texts(svg: str) -> Iterator[tuple[str, int]]:
    """The words of each text that an SVG drawing shows, its line ends kept, and the line on which it starts, from 1."""
    if "<![CDATA[" in svg:
        svg = _CDATA.sub(lambda data: escape(data[1]), svg)
    line, counted, end = 1, 0, 0
    for opening in _DRAWN_TEXT.finditer(svg):
        if opening.start() < end or end < 0:
            continue
        end = svg.find(f"</{opening[1]}", opening.end())
        words = re.sub(r"<[^>]*>", lambda tag: "\n" * tag[0].count("\n"), svg[opening.start() : max(end, 0)])
        line, counted = line + svg.count("\n", counted, opening.start()), opening.start()
        yield normalize("NFC", unescape(words)), line


def decompressed(face: bytes) -> bytes:
    """The OpenType font within a WOFF2 file (W3C, WOFF 2.0). It takes a second for a large one."""
    from fontTools.ttLib import woff2

    target = io.BytesIO()
    woff2.decompress(io.BytesIO(face), target)
    return target.getvalue()


@cache
def shipped_faces(styles: Path) -> Faces:
    """What the fonts under `styles/fonts` can draw, read once."""
    text, other = (_drawn(styles / "fonts", face) for face in (TEXT_FACE, OTHER_FACE))
    return Faces(text, other, _advances(styles / "fonts"))


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


def _advances(fonts: Path) -> dict[str, float]:
    from fontTools.ttLib import TTFont

    found: dict[str, float] = {}
    for path in sorted(fonts.glob(f"{TEXT_FACE}-*{WEIGHTS[0]}-normal.woff2")):
        with TTFont(path) as font:
            em, widths = font["head"].unitsPerEm, font["hmtx"]
            found |= {chr(code): widths[glyph][0] / em for code, glyph in font.getBestCmap().items()}
    return found


def name_of(character: str) -> str:
    """`U+2713 CHECK MARK`, as people can look it up."""
    return f"U+{ord(character):04X} {name(character, 'without a name')}"
