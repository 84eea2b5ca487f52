"""A line of small words on a finished page, set in a font that the file holds already, as slug lines need."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from pikepdf import Array, Dictionary, Name, Object, Pdf

_NAME = "/BookletLettering"
_PAIRS = re.compile(rb"<([0-9a-f]{4})> <([0-9a-f]{4})>$", re.MULTILINE)


@dataclass(frozen=True)
class Lettering:
    """A regular font of a file: the glyph of each character as four hex digits, and its width in thousandths of an
    em.
    """

    font: Object
    glyphs: dict[str, str]
    widths: dict[str, float]

    @classmethod
    def of(cls, pdf: Pdf) -> Lettering | None:
        """The first font of the pages that has a digit and letters and is not bold, or None."""
        for page in pdf.pages:
            resources = page.obj.get("/Resources", Dictionary())
            for resource in [resources, *_forms(resources)]:
                for font in resource.get("/Font", Dictionary()).values():
                    if font.get("/Subtype") != Name.Type0 or "/ToUnicode" not in font or "Bold" in str(font.BaseFont):
                        continue
                    glyphs: dict[str, str] = {}
                    for glyph, text in _PAIRS.findall(font.ToUnicode.read_bytes()):
                        glyphs.setdefault(chr(int(text, 16)), glyph.decode())
                    if {"0", "a", "z", " "} <= set(glyphs):
                        by_glyph = _widths(font.DescendantFonts[0].get("/W", Array()))
                        widths = {letter: by_glyph.get(int(glyph, 16), 1000.0) for letter, glyph in glyphs.items()}
                        return cls(font, glyphs, widths)
        return None

    def length(self, words: str, size: float) -> float:
        """How long the words are, in points."""
        return sum(self.widths.get(letter, 0.0) for letter in words) * size / 1000

    def drawn(
        self, words: str, at: tuple[float, float], size: float, upwards: bool = False, black: bytes = b"0 g"
    ) -> bytes:
        """Operators that set the words from a point on, to the right or upwards. Letters it lacks are left out."""
        turn = b"0 1 -1 0" if upwards else b"1 0 0 1"
        glyphs = "".join(self.glyphs.get(letter, "") for letter in words).encode()
        place = b"%s %.3f %.3f" % (turn, *at)
        return b"q %s BT %s %.2f Tf %s Tm <%s> Tj ET Q\n" % (black, _NAME.encode(), size, place, glyphs)

    def put(self, pdf: Pdf, page: Any, drawn: bytes) -> None:
        """Add such operators to a page whose own content leaves the graphics state as it found it."""
        fonts = page.Resources.get("/Font", Dictionary())
        page.Resources.Font = Dictionary({**dict(fonts.items()), _NAME: self.font})
        page.Contents = pdf.make_stream(page.Contents.read_bytes() + b"\n" + drawn)


def _forms(resources: Any) -> list[Any]:
    things = resources.get("/XObject", Dictionary()).values()
    return [thing.Resources for thing in things if isinstance(thing.get("/Resources"), Dictionary)]


def _widths(rows: Any) -> dict[int, float]:
    """Glyph widths from a font's W array (ISO 32000-1, 9.7.4.3)."""
    widths: dict[int, float] = {}
    items = list(rows)
    while len(items) >= 2:
        first = int(items.pop(0))
        if isinstance(items[0], Array):
            widths |= {first + index: float(width) for index, width in enumerate(items.pop(0))}
        else:
            last, width = int(items.pop(0)), float(items.pop(0))
            widths |= dict.fromkeys(range(first, last + 1), width)
    return widths
