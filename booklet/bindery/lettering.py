"""Small words on a finished page, as slug lines need: in the booklet's own face, cut down to what the words use."""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from typing import Any

from fontTools.ttLib import TTFont
from pikepdf import Array, Dictionary, Name, Object, Pdf, String

from booklet.bindery.fonts import cut_down, unicode_map
from booklet.manuscript import shipped

FACE = "atkinson-hyperlegible-next-latin-400-normal.woff2"
_NAME = "/BookletLettering"


@dataclass(frozen=True)
class Lettering:
    """A font in a file: the glyph of each character that it has, and its width in thousandths of an em."""

    font: Object
    glyphs: dict[str, int]
    widths: dict[str, float]

    @classmethod
    def made(cls, pdf: Pdf, words: Iterable[str]) -> Lettering:
        """A font for these words, embedded in a file (ISO 32000-1, 9.7.4). Characters that the face lacks are left
        out.
        """
        program, ids, advances, facts = _face()
        glyphs = {letter: ids[letter] for letter in sorted(set("".join(words))) if letter in ids}
        widths = {letter: round(advances[letter], 3) for letter in glyphs}
        cut, _ = cut_down(program, frozenset(glyphs.values()))
        file = pdf.make_stream(cut)
        file.Length1 = len(cut)
        tag = "".join(chr(65 + byte % 26) for byte in sha256(cut).digest()[:6])
        name = Name(f"/{tag}+Atkinson-Hyperlegible-Next")
        descriptor = Dictionary(
            Type=Name.FontDescriptor, FontName=name, Flags=4, ItalicAngle=0, StemV=80, FontFile2=file, **facts
        )
        descendant = Dictionary(
            Type=Name.Font,
            Subtype=Name.CIDFontType2,
            BaseFont=name,
            CIDSystemInfo=Dictionary(Registry=String("Adobe"), Ordering=String("Identity"), Supplement=0),
            CIDToGIDMap=Name.Identity,
            FontDescriptor=pdf.make_indirect(descriptor),
            W=Array([item for letter in glyphs for item in (glyphs[letter], Array([widths[letter]]))]),
        )
        font = Dictionary(
            Type=Name.Font,
            Subtype=Name.Type0,
            BaseFont=name,
            Encoding=Name("/Identity-H"),
            DescendantFonts=Array([pdf.make_indirect(descendant)]),
            ToUnicode=pdf.make_stream(unicode_map({glyph: letter for letter, glyph in glyphs.items()})),
        )
        return cls(pdf.make_indirect(font), glyphs, widths)

    def length(self, words: str, size: float) -> float:
        """How long the words are, in points."""
        return sum(self.widths.get(letter, 0.0) for letter in words) * size / 1000

    def drawn(
        self, words: str, at: tuple[float, float], size: float, upwards: bool = False, black: bytes = b"0 g"
    ) -> bytes:
        """Operators that set the words from a point on, to the right or upwards."""
        turn = b"0 1 -1 0" if upwards else b"1 0 0 1"
        glyphs = "".join(f"{self.glyphs[letter]:04x}" for letter in words if letter in self.glyphs).encode()
        place = b"%s %.3f %.3f" % (turn, *at)
        return b"q %s BT %s %.2f Tf %s Tm <%s> Tj ET Q\n" % (black, _NAME.encode(), size, place, glyphs)

    def put(self, pdf: Pdf, page: Any, drawn: bytes) -> None:
        """Add such operators to a page whose own content leaves the graphics state as it found it."""
        fonts = page.Resources.get("/Font", Dictionary())
        page.Resources.Font = Dictionary({**dict(fonts.items()), _NAME: self.font})
        page.Contents = pdf.make_stream(page.Contents.read_bytes() + b"\n" + drawn)


@cache
def _face() -> tuple[bytes, dict[str, int], dict[str, float], dict[str, Any]]:
    """The face as TrueType: its program, glyph ids and widths by character, and what a font descriptor says of it."""
    font = TTFont(shipped("fonts") / FACE, recalcTimestamp=False)
    font.flavor = None
    target = io.BytesIO()
    font.save(target)
    scale = 1000 / font["head"].unitsPerEm
    names = font.getBestCmap()
    ids = {chr(code): font.getGlyphID(name) for code, name in names.items()}
    widths = {chr(code): font["hmtx"][name][0] * scale for code, name in names.items()}
    head, table = font["head"], font["OS/2"]
    box = [round(value * scale) for value in (head.xMin, head.yMin, head.xMax, head.yMax)]
    heights = (font["hhea"].ascent, font["hhea"].descent, table.sCapHeight)
    ascent, descent, capitals = (round(value * scale) for value in heights)
    facts = {"FontBBox": Array(box), "Ascent": ascent, "Descent": descent, "CapHeight": capitals}
    return target.getvalue(), ids, widths, facts
