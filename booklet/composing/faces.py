"""Which of the shipped fonts has which character, and words that are set in another face as a whole.

The text face lacks most letters of Vietnamese, Greek and Cyrillic, and all of Arabic. A word with one such letter is
set in the face of its script from its first letter to its last: half a word in each looks like a mistake, and slows
people down who read letter by letter. What no shipped font has is a fault of the text.

The engine puts boxes of a line one behind the other, in the direction of the line. So words that run against the page
are one box, with a direction of its own. In a language that the text face cannot write, the face of its script is that
of the page, and its words are not marked.
"""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from html import escape, unescape
from itertools import combinations
from pathlib import Path
from typing import Any
from unicodedata import category, normalize

from booklet.bounds import MAX_FONT_BYTES, TooMuchError, within_bounds
from booklet.files import is_file, read
from booklet.findings import Finding, error, warning
from booklet.manuscript import Face, OwnFaces, face_path, shipped
from booklet.pdf import has_letters_from_the_right

TEXT_FACE = "atkinson-hyperlegible-next-latin*"
OTHER_FACE = "noto-sans"
OTHER_FAMILY = "Noto Sans"
"""What a drawing names when its words are set in the other face."""
OTHER_CLASS = "other-face"
ARABIC_FACE = "noto-sans-arabic"
ARABIC_CLASS = "arabic-face"
ELLIPSIS = "\u2026"
MOST_LINES = 1000
WEIGHTS = ("400", "700")
EVERYWHERE = (
    "".join(map(chr, range(0x21, 0x7F)))
    + "\u00a0\u2013\u2014\u2018\u2019\u201c\u201d\u2022\u2026\u00b7\u00d7\u00bd\u00e9\u00b0"
)
"""What every booklet prints, or is sure to one day."""
FORBIDDEN_BITS = (
    (0x000E, 0x0002, "embedding at all"),
    (0x0100, 0x0100, "cutting the font down to the letters in use"),
    (0x0200, 0x0200, "embedding its outlines"),
)
"""Bits of fsType (OpenType 1.9, OS/2), what they are where something is forbidden, and what that is."""
LEAST_WEIGHT, BOLD_FROM = 400, 600
ALIKE = 20
"""Units of a font by which the points of two shapes may differ that nobody can tell apart."""
MANY_LETTERS = 5
"""So many letters that the text face lacks, among the words of the house, are those of a language and no name's."""

_MARKUP = re.compile("(<(?:style|title)\\b.*?</(?:style|title)>|<[^>]*>|\ue010[^\ue011]*\ue011)", re.DOTALL)
_WORD = re.compile("[^\\s<>&\ue000-\uf8ff]+")
_LEAD, _TRAIL = "([{\"'\u2018\u201c", ".,;:!?)]}\"'\u2019\u201d\u2026"
_SPACES = re.compile(r"(\s+)")
_UNDRAWN = ("Cc", "Cf", "Co", "Zl", "Zp", "Zs")
"""Characters without a shape of their own: line ends, soft hyphens, composing's own marks, spaces."""
_DRAWN_TEXT = re.compile(r"<((?:[\w.-]+:)?text)\b[^>]*(?<!/)>")
_CDATA = re.compile(r"<!\[CDATA\[(.*?)\]\]>", re.DOTALL)


@dataclass(frozen=True)
class Faces:
    """The characters that the face of the text, the other face and the one of Arabic can draw, in regular and in bold.
    `page` says which face that of the text is: '', `other` or `arabic` (styles/base.css).
    """

    text: frozenset[str] = field(repr=False)
    other: frozenset[str] = field(repr=False)
    arabic: frozenset[str] = field(repr=False)
    widths: Mapping[str, Mapping[str, float]] = field(repr=False, compare=False, default_factory=dict)
    """How far each character reaches in regular, in em, by the face as `page` has it."""
    page: str = ""

    def of_language(self, words: Iterable[str]) -> Faces:
        """The faces of pages in a language, by its words: as they are, or those of its script for the text."""
        foreign = {letter for letter in set("".join(words)) - self.text if letter.isalpha()}
        if len(foreign) < MANY_LETTERS:
            return self
        page, letters = (
            ("arabic", self.arabic) if len(foreign & self.arabic) > len(foreign) / 2 else ("other", self.other)
        )
        return replace(self, text=self.text | letters, page=page)

    def missing(self, html: str) -> list[str]:
        """The characters in the text of an HTML document that no shipped font has, each once."""
        words = unescape(_MARKUP.sub("", html))
        foreign = {
            character for character in set(words) - self.text if self._beyond(character, self.other | self.arabic)
        }
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
        faces = [self.widths.get(page, {}) for page in (self.page, "", "other", "arabic")]
        return sum(next((face[character] for face in faces if character in face), 1.0) for character in text)

    def set(self, html: str, from_the_right: bool = False) -> str:
        """The HTML with each word that the face of the page cannot draw marked for another face, in a page that is read
        from the left or from the right.

        Letters written as a base and an accent apart become one, as the fonts have them.
        """
        html = normalize("NFC", html)
        if not any(self._beyond(character, self.text) for character in set(html) - self.text):
            return html
        pieces = _MARKUP.split(html)
        return "".join(piece if index % 2 else self._set(piece, from_the_right) for index, piece in enumerate(pieces))

    def missing_in_words(self, words: str, svg: str) -> list[str]:
        """The characters in some words of an SVG drawing that it cannot have, each once."""
        known = self.text | self.other if OTHER_FAMILY in svg else self.text
        return [character for character in dict.fromkeys(words) if self._beyond(character, known)]

    def _set(self, text: str, from_the_right: bool) -> str:
        """A stretch of text: words that run against the page marked together, others one by one."""
        pieces = _SPACES.split(text)
        rows: list[str] = []
        start = 0
        while start < len(pieces):
            end = start
            while end < len(pieces) and runs_against(pieces[end], from_the_right):
                end += 2
            if end > start:
                rows.append(self._marked("".join(pieces[start : end - 1]), "ltr" if from_the_right else "rtl"))
                start = end - 1
            else:
                rows.append(_WORD.sub(lambda word: self._marked(word[0]), pieces[start]))
                start += 1
        return "".join(rows)

    def _marked(self, written: str, direction: str = "") -> str:
        """Words in the face that they need, without the signs around them; as they are where they need none."""
        words = written.lstrip(_LEAD).rstrip(_TRAIL)
        start = written.index(words)
        if words.count("(") > words.count(")") and written[start + len(words) :].startswith(")"):
            words += ")"  # which opens among the words
        needs = next((character for character in words if self._beyond(character, self.text)), "")
        if not needs:
            return written
        face = ARABIC_CLASS if needs in self.arabic - self.other else OTHER_CLASS
        way = f' dir="{direction}"' if direction else ""
        return f'{written[:start]}<span class="{face}"{way}>{words}</span>{written[start + len(words) :]}'

    @staticmethod
    def _beyond(character: str, known: frozenset[str]) -> bool:
        return character not in known and category(character) not in _UNDRAWN


def runs_against(word: str, from_the_right: bool) -> bool:
    """True for a word with letters of the other direction than the page's."""
    if not from_the_right:
        return has_letters_from_the_right(word)
    return any(map(str.isalpha, word)) and not has_letters_from_the_right(word)


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


@lru_cache(maxsize=8)
def characters_of(program: bytes) -> dict[int, str]:
    """The character of each glyph of a font program, those that stand for a letter in one of its forms among them."""
    from fontTools.ttLib import TTFont

    font = TTFont(io.BytesIO(program), lazy=True)
    characters = {name: chr(code) for code, name in sorted(font.getBestCmap().items(), reverse=True)}
    lookups = font["GSUB"].table.LookupList.Lookup if "GSUB" in font else []
    forms = [pair for lookup in lookups for table in lookup.SubTable for pair in getattr(table, "mapping", {}).items()]
    for _ in range(2):  # a form of a form, as of lam before alef
        characters |= {form: characters[name] for name, form in forms if name in characters and form not in characters}
    return {font.getGlyphID(name): character for name, character in characters.items()}


@cache
def shipped_faces(styles: Path) -> Faces:
    """What the fonts under `styles/fonts` can draw, read once."""
    text, other, arabic = (_drawn(styles / "fonts", face) for face in (TEXT_FACE, OTHER_FACE, ARABIC_FACE))
    names = {"": TEXT_FACE, "other": OTHER_FACE, "arabic": ARABIC_FACE}
    return Faces(text, other, arabic, {page: _advances(styles / "fonts", face) for page, face in names.items()})


def faces_of(project: Path, own: OwnFaces) -> Faces:
    """The faces that a project's pages are set in: ours, or what its style names in their place.

    A word that one of its own faces lacks a letter of is set in the other face, be it in a heading or not.
    """
    ours = shipped_faces(shipped("."))
    if not own.every:
        return ours
    texts = [ours.text] if own.text is None else []
    advances = dict(ours.widths[""]) if own.text is None else {}
    for face in own.every:
        for name in face.files.values():
            drawn, reach = _read_font(face_path(project, name) or Path(name))
            texts += [drawn] if drawn else []
            advances |= {sign: max(width, advances.get(sign, 0.0)) for sign, width in reach.items()}
    if not texts:
        return ours
    return replace(ours, text=frozenset.intersection(*texts), widths={**ours.widths, "": advances})


@lru_cache(maxsize=16)
def _read_font(path: Path) -> tuple[frozenset[str], dict[str, float]]:
    """The characters of a font file, and how far each reaches, in em; nothing of one that cannot be read, which is told
    elsewhere.
    """
    from fontTools.ttLib import TTFont

    try:
        with TTFont(io.BytesIO(read(path, MAX_FONT_BYTES))) as font:
            em, widths = font["head"].unitsPerEm, font["hmtx"]
            reach = {chr(code): widths[glyph][0] / em for code, glyph in font.getBestCmap().items()}
    except Exception:  # whatever libraries raise of a stranger's bytes
        return frozenset(), {}
    return frozenset(reach), reach


def face_faults(project: Path, own: OwnFaces) -> Iterator[Finding]:
    """What is wrong with the font files of a project: whether they may be embedded (OpenType, OS/2, fsType), whether
    they can be cut down as ours are, whether they have what every booklet prints, and whether letters differ.
    """
    for face in own.every:
        for weight, name in face.files.items():
            path = face_path(project, name)
            if path is None or not is_file(path):
                continue  # told where the style is read
            try:
                with within_bounds():
                    yield from _font_faults(path, name, int(weight), face)
            except TooMuchError as reason:
                yield error("FNT-003", face.origin, f"The font '{name}' takes {reason} to read.", "Another font.")


def _font_faults(path: Path, name: str, weight: int, face: Face) -> Iterator[Finding]:
    from fontTools.ttLib import TTFont

    try:
        with TTFont(io.BytesIO(read(path, MAX_FONT_BYTES)), lazy=True) as font:
            bits, given = font["OS/2"].fsType, font["OS/2"].usWeightClass
            is_italic = bool(font["OS/2"].fsSelection & 1)
            tables = set(font.keys())
            characters = frozenset(map(chr, font.getBestCmap() or ()))
            alike = _look_alikes(font) if "glyf" in tables else ()
    except Exception as reason:  # whatever libraries raise of a stranger's bytes
        found = f"'{name}' is no font, or damaged ({type(reason).__name__})."
        yield error("FNT-003", face.origin, found, "A TrueType font: WOFF2 or TTF.")
        return
    for mask, value, words in FORBIDDEN_BITS:
        if bits & mask == value:
            found = f"The licence bits of '{name}' forbid {words} (fsType {bits:#06x})."
            yield error(
                "FNT-003", face.origin, found, "A font whose licence allows it in documents, such as one of OFL."
            )
    if "glyf" not in tables or "fvar" in tables:
        kind = "variable" if "fvar" in tables else "one with PostScript outlines"
        yield error(
            "FNT-003", face.origin, f"The font '{name}' is {kind}.", "TrueType outlines, a file for each weight."
        )
    if is_italic or (given < LEAST_WEIGHT if weight < BOLD_FROM else given < BOLD_FROM):
        what = "slanted" if is_italic else f"of weight {given}"
        expected = f"Upright, {LEAST_WEIGHT} or more; {BOLD_FROM} or more in bold."
        yield error("FNT-003", face.origin, f"The font '{name}' is {what}.", expected)
    missing = sorted(set(EVERYWHERE) - characters)
    if missing and "glyf" in tables:
        named = ", ".join(map(name_of, missing[:5]))
        found = f"'{name}' lacks {len(missing)} characters of every booklet: {named}."
        yield error("FNT-004", face.origin, found, "Letters, digits and signs of English print.")
    for pair in alike:
        found = f"In '{name}' the characters {' and '.join(pair)} look the same."
        yield warning("FNT-004", face.origin, found, "A face in which I, l and 1 differ (STANDARDS CP8).")


def _look_alikes(font: Any) -> tuple[tuple[str, str], ...]:
    """Pairs of characters that are one shape."""
    glyphs, names = font["glyf"], font.getBestCmap() or {}

    shapes = {sign: glyphs[names[ord(sign)]].getCoordinates(glyphs) for sign in "Il1|" if ord(sign) in names}
    return tuple(pair for pair in combinations(shapes, 2) if _same(*(shapes[sign] for sign in pair)))


def _same(one: Any, other: Any) -> bool:
    """True for outlines that differ by no more than their place."""
    (points, ends, _), (others, other_ends, _) = one, other
    if list(ends) != list(other_ends) or len(points) != len(others):
        return False
    across, up = points[0][0] - others[0][0], points[0][1] - others[0][1]
    return all(
        abs(a[0] - b[0] - across) <= ALIKE and abs(a[1] - b[1] - up) <= ALIKE
        for a, b in zip(points, others, strict=True)
    )


def _drawn(fonts: Path, face: str) -> frozenset[str]:
    """The characters that a face has in every weight, over all its files."""
    from fontTools.ttLib import TTFont

    weights = []
    for weight in WEIGHTS:
        codes: set[int] = set()
        for path in sorted(fonts.glob(f"{face}-{weight}-normal.woff2")):
            with TTFont(path) as font:
                codes.update(font.getBestCmap())
        weights.append(frozenset(map(chr, codes)))
    return frozenset.intersection(*weights)


def _advances(fonts: Path, face: str) -> dict[str, float]:
    from fontTools.ttLib import TTFont

    found: dict[str, float] = {}
    for path in sorted(fonts.glob(f"{face}-{WEIGHTS[0]}-normal.woff2")):
        with TTFont(path) as font:
            em, widths = font["head"].unitsPerEm, font["hmtx"]
            found |= {chr(code): widths[glyph][0] / em for code, glyph in font.getBestCmap().items()}
    return found


def name_of(character: str) -> str:
    """`U+2713 CHECK MARK`, as people can look it up."""
    return f"U+{ord(character):04X} {unicodedata.name(character, 'without a name')}"
