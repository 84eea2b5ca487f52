"""The fonts of a bound booklet: each face once, with the glyphs that the booklet uses and no others.

Every segment embeds whole fonts, with maps (ToUnicode, ISO 32000-1, 9.10.3) of the glyphs that it uses. Here the
faces of all segments become one, cut down to what all of them use together. Glyph ids stay, so no page changes. The
same fonts and glyphs give the same bytes.
"""

from __future__ import annotations

import io
import re
from functools import lru_cache
from hashlib import sha256
from typing import Any

from fontTools import subset
from fontTools.ttLib import TTFont
from pikepdf import Array, Name, Object, Pdf

LEFT_OUT = ["BASE", "DSIG", "GDEF", "GPOS", "GSUB", "OS/2", "STAT", "cmap", "gasp", "meta", "name", "post"]
"""Tables that a PDF reader has no use for: it is given glyph ids and widths (ISO 32000-1, 9.9)."""
_PAIR = re.compile(rb"<([0-9a-f]{4})> <([0-9a-f]+)>")
_BATCH = 100
_HEAD = b"""/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CIDSystemInfo
<< /Registry (Adobe)
/Ordering (UCS)
/Supplement 0
>> def
/CMapName /Adobe-Identity-UCS def
/CMapType 2 def
1 begincodespacerange
<0000> <ffff>
endcodespacerange"""
_TAIL = b"""endcmap
CMapName currentdict /CMap defineresource pop
end
end"""


def share_fonts(book: Pdf) -> None:
    """Keep one copy of each face that several segments bring, and of it only the glyphs that are used."""
    faces: dict[tuple[str, bytes], list[Any]] = {}
    tables = {page.Resources.Font.objgen: page.Resources.Font for page in book.pages if "/Font" in page.Resources}
    for table in tables.values():
        for key, font in table.items():
            if font.get("/Encoding") != Name("/Identity-H"):
                continue  # it lacks characters, which is a finding
            program = font.DescendantFonts[0].FontDescriptor.FontFile2
            face = faces.setdefault((str(font.BaseFont), sha256(program.read_raw_bytes()).digest()), [])
            face.append(font)
            table[key] = face[0]
    for fonts in faces.values():
        _join(book, fonts)


def _join(book: Pdf, fonts: list[Any]) -> None:
    """Make the first of these fonts, which have one program, serve for all of them."""
    characters: dict[int, str] = {}
    widths: dict[int, Object] = {}
    for font in fonts:
        characters = {**_read_unicode_map(font.ToUnicode.read_bytes()), **characters}
        widths |= _widths(font.DescendantFonts[0].W)
    first = fonts[0]
    descendant = first.DescendantFonts[0]
    descendant.W = Array([item for glyph in sorted(characters) for item in (glyph, Array([widths[glyph]]))])
    descriptor = descendant.FontDescriptor
    program, plain = cut_down(descriptor.FontFile2.read_bytes(), frozenset(characters))
    first.ToUnicode = book.make_stream(unicode_map(characters | plain))
    descriptor.FontFile2 = book.make_stream(program)
    descriptor.FontFile2.Length1 = len(program)


def _widths(array: Any) -> dict[int, Object]:
    """The width of each glyph from `first [width width ...]` (ISO 32000-1, 9.7.4.3), as the engine writes it."""
    return {
        int(array[place]) + offset: width
        for place in range(0, len(array), 2)
        for offset, width in enumerate(array[place + 1])
    }


@lru_cache(maxsize=32)
def cut_down(program: bytes, glyphs: frozenset[int]) -> tuple[bytes, dict[int, str]]:
    """A TrueType font with these glyphs alone, under the ids that they had, and the characters that it gives them
    itself: where it gives several, the first (a hyphen, not a soft one).
    """
    options = subset.Options()
    options.retain_gids = True
    options.hinting = False  # and with it the tables cvt, fpgm and prep
    options.notdef_outline = True
    options.layout_features = []
    options.drop_tables += LEFT_OUT
    font = TTFont(io.BytesIO(program), recalcTimestamp=False, lazy=True)
    letters = sorted(font.getBestCmap().items(), reverse=True)
    plain = {glyph: chr(code) for code, name in letters if (glyph := font.getGlyphID(name)) in glyphs}
    cutter = subset.Subsetter(options)
    cutter.populate(gids=sorted(glyphs))
    cutter.subset(font)
    target = io.BytesIO()
    font.save(target)
    return target.getvalue(), plain


def unicode_map(characters: dict[int, str]) -> bytes:
    """The map of these glyph ids to the characters that they stand for, in blocks of a hundred."""
    pairs = [f"<{glyph:04x}> <{characters[glyph].encode('utf-16-be').hex()}>".encode() for glyph in sorted(characters)]
    blocks = [pairs[start : start + _BATCH] for start in range(0, len(pairs), _BATCH)]
    rows = [row for block in blocks for row in (b"%d beginbfchar" % len(block), *block, b"endbfchar")]
    return b"\n".join([_HEAD, *rows, _TAIL])


def _read_unicode_map(content: bytes) -> dict[int, str]:
    """The characters of each glyph id in a map that the engine has written."""
    pairs = _PAIR.findall(content.partition(b"endcodespacerange")[2])
    return {int(glyph, 16): bytes.fromhex(text.decode()).decode("utf-16-be") for glyph, text in pairs}
