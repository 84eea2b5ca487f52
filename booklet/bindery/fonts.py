"""The fonts of a bound booklet: each face once, with the glyphs that the booklet uses and no others.

Every segment embeds whole fonts and says in its Unicode maps which glyphs it uses. Here the faces of all segments
become one, cut down to what all of them use together. Glyph ids stay, so no page changes. The same fonts and glyphs
give the same bytes.
"""

from __future__ import annotations

import io
from functools import lru_cache
from hashlib import sha256
from typing import Any

from fontTools import subset
from fontTools.ttLib import TTFont
from pikepdf import Array, Name, Object, Pdf

from booklet.typesetting import read_unicode_map, unicode_map

LEFT_OUT = ["BASE", "DSIG", "GDEF", "GPOS", "GSUB", "OS/2", "STAT", "cmap", "gasp", "meta", "name", "post"]
"""Tables that a PDF reader has no use for: it is given glyph ids and widths (ISO 32000-1, 9.9)."""


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
        characters = {**read_unicode_map(font.ToUnicode.read_bytes()), **characters}
        widths |= _widths(font.DescendantFonts[0].W)
    first = fonts[0]
    descendant = first.DescendantFonts[0]
    first.ToUnicode = book.make_stream(unicode_map(characters))
    descendant.W = Array([item for glyph in sorted(characters) for item in (glyph, Array([widths[glyph]]))])
    descriptor = descendant.FontDescriptor
    program = _cut_down(descriptor.FontFile2.read_bytes(), frozenset(characters))
    descriptor.FontFile2 = book.make_stream(program)
    descriptor.FontFile2.Length1 = len(program)


def _widths(array: Any) -> dict[int, Object]:
    """The width of each glyph from `first [width width ...]` (ISO 32000-1, 9.7.4.3), the only form the engine writes."""
    return {
        int(array[place]) + offset: width
        for place in range(0, len(array), 2)
        for offset, width in enumerate(array[place + 1])
    }


@lru_cache(maxsize=32)
def _cut_down(program: bytes, glyphs: frozenset[int]) -> bytes:
    """A TrueType font with these glyphs alone, under the ids that they had."""
    options = subset.Options()
    options.retain_gids = True
    options.hinting = False  # and with it the tables cvt, fpgm and prep
    options.notdef_outline = True
    options.layout_features = []
    options.drop_tables += LEFT_OUT
    font = TTFont(io.BytesIO(program), recalcTimestamp=False, lazy=True)
    cutter = subset.Subsetter(options)
    cutter.populate(gids=sorted(glyphs))
    cutter.subset(font)
    target = io.BytesIO()
    font.save(target)
    return target.getvalue()
