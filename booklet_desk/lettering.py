"""Words on sheets of the mail room: their faces, how they are drawn, and how they fit a width.

Everything is set in Noto Sans, which has Latin, Vietnamese, Greek and Cyrillic, and zeros without a stroke; Arabic in
Noto Sans Arabic, Chinese (and Japanese kana) in Noto Sans SC, of whose many files only those are loaded that a name
needs. Signs that are no letters (emoji) are dropped, and said to be; a letter that no face has stops the sheet, because
half a name is no name.

Arabic letters are put in the forms that Unicode has for them (Arabic Presentation Forms), so that whoever reads the
file back hears letters; lines are ordered as the Unicode Bidirectional Algorithm (UAX #9) says, by python-bidi.
"""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from itertools import groupby
from pathlib import Path

from bidi import get_display
from fontTools.ttLib import TTFont
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont as Face
from reportlab.pdfgen.canvas import Canvas

from booklet.manuscript import shipped
from booklet_desk.records import DeskError

FACES = {"Noto": "noto-sans-400-normal.woff2", "NotoBold": "noto-sans-700-normal.woff2"}
PLAIN, BOLD = FACES
LEADING = 1.2
_OWN = Path(__file__).with_name("fonts")
_ARABIC = "noto-sans-arabic-400-normal.woff2"
_JOINERS = re.compile("[\u200c\u200d]")
_CHINESE = "\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff"
_CHARACTER_OR_WORD = re.compile(f"[{_CHINESE}]|[^{_CHINESE}]+")
_LAM_AND_ALEF = re.compile("\u0644[\u0622\u0623\u0625\u0627]|.")
_FORMS = (*range(0xFB50, 0xFDFC), *range(0xFE70, 0xFEFD))
"""Where Unicode has the forms of Arabic letters."""
Forms = Mapping[tuple[str, str], str]
"""The character of a letter (or of lam and alef) in a form: isolated, initial, medial or final."""


class UndrawnError(DeskError):
    """A line with a letter that no face has."""


@dataclass(frozen=True)
class Line:
    """Words that the faces have, in the order in which they are read, plain or bold."""

    words: str = field(repr=False)
    face: str

    @property
    def as_read(self) -> str:
        """The words as whoever reads the file finds them, without signs that join letters or part them."""
        return _JOINERS.sub("", self.words)

    @property
    def runs(self) -> tuple[tuple[str, str], ...]:
        """What is drawn from left to right: a face, and the characters set in it."""
        return ((self.face, self.words),) if _characters().issuperset(self.words) else _runs(self.words, self.face)

    def width_pt(self, size_pt: float) -> float:
        """How long it is."""
        return sum(float(pdfmetrics.stringWidth(words, face, size_pt)) for face, words in self.runs)


def line(words: str) -> tuple[Line, int]:
    """Words as they can be drawn, and how many signs were dropped. Raises UndrawnError."""
    if _characters().issuperset(words):
        return Line(" ".join(words.split()), PLAIN), 0
    joined = _JOINERS if any(sign in _arabic() for sign in words) else None
    kept = "".join(sign for sign in words if (joined and joined.match(sign)) or _face_of(sign) or not _is_dropped(sign))
    undrawn = [sign for sign in kept if not (joined and joined.match(sign)) and not _face_of(sign)]
    if undrawn:
        script = unicodedata.name(undrawn[0], "unknown").split()[0].title()
        raise UndrawnError(f"no shipped face has its letters ({script})")
    return Line(" ".join(kept.split()), PLAIN), len(words) - len(kept)


def draw(canvas: Canvas, drawn: Line, size_pt: float, left_pt: float, baseline_pt: float) -> None:
    """Put a line on a page, from its left edge."""
    for face, words in drawn.runs:
        canvas.setFont(face, size_pt)
        canvas.drawString(left_pt, baseline_pt, words)
        left_pt += float(pdfmetrics.stringWidth(words, face, size_pt))


def fitted(
    lines: tuple[Line, ...], width_pt: float, height_pt: float, sizes_pt: tuple[float, ...]
) -> tuple[tuple[Line, ...], float] | None:
    """The lines in the largest of the sizes in which they have room, broken between words where they must be; None
    where they have room in none.
    """
    for size in sizes_pt:
        broken = tuple(part for each in lines for part in _broken(each, width_pt, size))
        if len(broken) * size * LEADING <= height_pt and all(part.width_pt(size) <= width_pt for part in broken):
            return broken, size
    return None


def _broken(whole: Line, width_pt: float, size_pt: float) -> list[Line]:
    parts: list[Line] = []
    for space, word in _pieces(whole.words):
        longer = Line(f"{parts[-1].words}{space}{word}", whole.face) if parts else None
        if longer and longer.width_pt(size_pt) <= width_pt:
            parts[-1] = longer
        else:
            parts.append(Line(word, whole.face))
    return parts


def _pieces(words: str) -> Iterator[tuple[str, str]]:
    """What a line may be broken between, and the space before each: words, and in Chinese every character."""
    for word in words.split():
        pieces = _CHARACTER_OR_WORD.findall(word)
        yield from (("" if index else " ", piece) for index, piece in enumerate(pieces))


@lru_cache(maxsize=4096)
def _runs(words: str, face: str) -> tuple[tuple[str, str], ...]:
    shaped = _shaped(words)
    shown = get_display(shaped) if any(unicodedata.bidirectional(sign) in ("R", "AL") for sign in shaped) else shaped
    named = [(face if sign in _characters() else _face_of(sign), sign) for sign in shown]
    return tuple((name, "".join(sign for _, sign in row)) for name, row in groupby(named, key=lambda each: each[0]))


def _shaped(words: str) -> str:
    """Arabic letters in the forms in which they join their neighbours; signs that join or part them are taken out."""
    forms = _forms()
    letters = _LAM_AND_ALEF.findall(words)
    before, behind = ["", *letters], [*letters[1:], ""]
    shaped = []
    for last, letter, next_ in zip(before, letters, behind, strict=False):
        is_joined = (last, "initial") in forms and (letter, "final") in forms
        joins = (letter, "initial") in forms and (next_, "final") in forms
        form = {(False, False): "isolated", (False, True): "initial", (True, True): "medial", (True, False): "final"}
        shaped.append(forms.get((letter, form[is_joined, joins]), letter))
    return _JOINERS.sub("", "".join(shaped))


def _face_of(sign: str) -> str:
    """The face that has a character, ready to be drawn with; empty where none has it."""
    if sign in _characters():
        return PLAIN
    if sign in _arabic():
        return _loaded(_ARABIC)
    file = _chinese().get(sign) if re.match(f"[{_CHINESE}]", sign) else None
    return _loaded(file) if file else ""


def _is_dropped(sign: str) -> bool:
    return unicodedata.category(sign) in ("So", "Sk", "Cf", "Cn", "Mn", "Me")


@cache
def _forms() -> Forms:
    found: dict[tuple[str, str], str] = {}
    for sign in map(chr, _FORMS):
        kind, *letters = unicodedata.decomposition(sign).split() or [""]
        if kind in ("<isolated>", "<initial>", "<medial>", "<final>"):
            found.setdefault(("".join(chr(int(each, 16)) for each in letters), kind[1:-1]), sign)
    return found


@cache
def _arabic() -> frozenset[str]:
    """What is drawn in Arabic: letters that have forms of their own, digits and signs, and the forms themselves."""
    letters = {letter for letter, form in _forms() if form == "isolated"}
    there = set(map(chr, _font(_OWN / _ARABIC).getBestCmap())) - _characters()
    return frozenset(
        sign
        for sign in there
        if unicodedata.category(sign) not in ("Mn", "Me", "Cf")
        and (unicodedata.category(sign) != "Lo" or sign in letters or ord(sign) in _FORMS)
    )


@cache
def _chinese() -> Mapping[str, str]:
    """The file that has each character."""
    files = sorted(_OWN.glob("noto-sans-sc-*.woff2"))
    return {chr(code): file.name for file in files for code in _font(file).getBestCmap()}


@cache
def _loaded(file: str) -> str:
    """Makes a face of this room known to the writer, once, and gives its name."""
    name = file.removesuffix("-400-normal.woff2")
    _register(name, _OWN / file)
    return name


@cache
def _characters() -> frozenset[str]:
    """Makes the faces known to the writer, once, and gives the characters that both of them have."""
    both = [_register(name, shipped("fonts") / file) for name, file in FACES.items()]
    return frozenset(set.intersection(*both)) - {"\u200c", "\u200d"}


def _register(name: str, path: Path) -> set[str]:
    font = _font(path)
    font.flavor = None
    program = io.BytesIO()
    font.save(program)
    program.seek(0)
    pdfmetrics.registerFont(Face(name, program))
    return set(map(chr, font.getBestCmap()))


def _font(path: Path) -> TTFont:
    return TTFont(path, recalcTimestamp=False)
