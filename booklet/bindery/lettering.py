"""Small words on a finished page, as slug lines and folds need: in the booklet's own face."""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import cache

from fontTools.ttLib import TTFont

from booklet.bindery.fonts import Face
from booklet.manuscript import shipped

FILE = "atkinson-hyperlegible-next-latin-400-normal.woff2"
RESOURCE = "/BookletLettering"
"""What pages call it among their fonts."""
NAME = "/BKLTNG+Atkinson-Hyperlegible-Next"
"""What the face is called in files."""


@dataclass(frozen=True)
class Lettering:
    """The face as TrueType: its program, the glyph of each character that it has and its width in thousandths of an em,
    and what a font descriptor says of it.
    """

    program: bytes
    glyphs: dict[str, int]
    widths: dict[str, float]
    descriptor: bytes

    def face(self, words: str) -> Face:
        """The face as a file needs it for these words. Characters that it lacks are left out."""
        letters = sorted(letter for letter in set(words) if letter in self.glyphs)
        return Face(
            name=NAME,
            program=FILE,
            font=b"<</Type/Font/Subtype/Type0/BaseFont%s/Encoding/Identity-H>>" % NAME.encode(),
            descendant=b"<</Type/Font/Subtype/CIDFontType2/BaseFont%s/CIDToGIDMap/Identity"
            b"/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>>>" % NAME.encode(),
            descriptor=self.descriptor,
            text={self.glyphs[letter]: letter for letter in letters},
            widths={self.glyphs[letter]: f"{self.widths[letter]:.3f}" for letter in letters},
        )

    def draws(self, words: str) -> bool:
        """True where it has every letter of the words."""
        return all(letter in self.glyphs for letter in words)

    def length_pt(self, words: str, size_pt: float) -> float:
        """How long the words are."""
        return sum(self.widths.get(letter, 0.0) for letter in words) * size_pt / 1000

    def operators(
        self, words: str, at_pt: tuple[float, float], size_pt: float, upwards: bool = False, black: bytes = b"0 g"
    ) -> bytes:
        """Operators that set the words from a point on, to the right or upwards."""
        turn = b"0 1 -1 0" if upwards else b"1 0 0 1"
        glyphs = "".join(f"{self.glyphs[letter]:04x}" for letter in words if letter in self.glyphs).encode()
        place = b"%s %.3f %.3f" % (turn, *at_pt)
        return b"q %s BT %s %.2f Tf %s Tm <%s> Tj ET Q\n" % (black, RESOURCE.encode(), size_pt, place, glyphs)


@cache
def lettering() -> Lettering:
    """The face that is shipped, read once."""
    font = TTFont(shipped("fonts") / FILE, recalcTimestamp=False)
    font.flavor = None
    target = io.BytesIO()
    font.save(target)
    scale = 1000 / font["head"].unitsPerEm
    names = font.getBestCmap()
    head, table = font["head"], font["OS/2"]
    box = " ".join(str(round(value * scale)) for value in (head.xMin, head.yMin, head.xMax, head.yMax))
    heights = (font["hhea"].ascent, font["hhea"].descent, table.sCapHeight)
    facts = (NAME.encode(), box.encode(), *(round(value * scale) for value in heights))
    return Lettering(
        program=target.getvalue(),
        glyphs={chr(code): font.getGlyphID(name) for code, name in names.items()},
        widths={chr(code): font["hmtx"][name][0] * scale for code, name in names.items()},
        descriptor=b"<</Type/FontDescriptor/FontName%s/Flags 4/ItalicAngle 0/StemV 80"
        b"/FontBBox[%s]/Ascent %d/Descent %d/CapHeight %d>>" % facts,
    )
