"""Words on sheets of the mail room: the face, what it has, and how words fit a width.

Everything is set in Noto Sans, which has Latin, Vietnamese, Greek and Cyrillic, and zeros without a stroke. Signs that
are no letters (emoji) are dropped, and said to be; a letter that the face lacks stops the sheet, because half a name is
no name.
"""

from __future__ import annotations

import io
import unicodedata
from dataclasses import dataclass, field
from functools import cache

from fontTools.ttLib import TTFont
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont as Face

from booklet.manuscript import shipped
from booklet_desk.records import DeskError

FACES = {"Noto": "noto-sans-400-normal.woff2", "NotoBold": "noto-sans-700-normal.woff2"}
PLAIN, BOLD = FACES
LEADING = 1.2
_JOINERS = "\u200c\u200d\ufe0e\ufe0f"


class UndrawnError(DeskError):
    """A line with a letter that the face does not have."""


@dataclass(frozen=True)
class Line:
    """Words that the face has, plain or bold."""

    words: str = field(repr=False)
    face: str

    def width_pt(self, size_pt: float) -> float:
        """How long it is."""
        return float(pdfmetrics.stringWidth(self.words, self.face, size_pt))


def line(words: str) -> tuple[Line, int]:
    """Words as they can be drawn, and how many signs were dropped. Raises UndrawnError."""
    known = _characters()
    kept = "".join(sign for sign in words if sign in known or not _is_dropped(sign))
    undrawn = [sign for sign in kept if sign not in known]
    if undrawn:
        script = unicodedata.name(undrawn[0], "unknown").split()[0].title()
        raise UndrawnError(f"no shipped face has its letters ({script})")
    return Line(" ".join(kept.split()), PLAIN), len(words) - len(kept)


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
    for word in whole.words.split():
        longer = Line(f"{parts[-1].words} {word}", whole.face) if parts else None
        if longer and longer.width_pt(size_pt) <= width_pt:
            parts[-1] = longer
        else:
            parts.append(Line(word, whole.face))
    return parts


def _is_dropped(sign: str) -> bool:
    return unicodedata.category(sign) in ("So", "Sk", "Cf", "Cn", "Mn", "Me") or sign in _JOINERS


@cache
def _characters() -> frozenset[str]:
    """Makes the faces known to the writer, once, and gives the characters that both of them have."""
    characters = []
    for name, file in FACES.items():
        font = TTFont(shipped("fonts") / file, recalcTimestamp=False)
        font.flavor = None
        program = io.BytesIO()
        font.save(program)
        program.seek(0)
        pdfmetrics.registerFont(Face(name, program))
        characters.append(set(map(chr, font.getBestCmap())))
    return frozenset(set.intersection(*characters))
