"""The fonts of a bound booklet: each face once, with the glyphs that the booklet uses and no others.

Every segment embeds whole fonts, with maps (ToUnicode, ISO 32000-1, 9.10.3) of the glyphs that it uses. Here the
faces of all segments become one, cut down to what all of them use together. Glyph ids stay, so no page changes. The
same fonts and glyphs give the same bytes.
"""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from hashlib import sha256
from typing import Any

from fontTools import subset
from fontTools.ttLib import TTFont
from pikepdf import Dictionary

LEFT_OUT = ["BASE", "DSIG", "GDEF", "GPOS", "GSUB", "OS/2", "STAT", "cmap", "gasp", "meta", "name", "post"]
"""Tables that a PDF reader has no use for: it is given glyph ids and widths (ISO 32000-1, 9.9)."""
_PAIR = re.compile(rb"<([0-9a-f]{4})> <([0-9a-f]+)>")
_BOX = re.compile(rb"/FontBBox \[[^\]]*\]")
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


@dataclass(frozen=True)
class Face:
    """A composite font as one part uses it: its name, the hash of its program, its dictionaries serialised without what
    differs by use, and the text and width of each glyph in use (a width as it is written).
    """

    name: str
    program: str
    font: bytes
    descendant: bytes
    descriptor: bytes
    text: dict[int, str]
    widths: dict[int, str]


@dataclass(frozen=True)
class FontFile:
    """A face as a file holds it: five objects from a number on: three dictionaries and two compressed streams."""

    dictionaries: tuple[bytes, bytes, bytes]
    program: bytes
    program_bytes: int
    unicode_map: bytes


Fonts = Callable[[Face, int], FontFile]
"""Gives the objects of a face, whose numbers begin here."""


def face_of(font: Any) -> Face:
    """The face of a Type 0 font with one TrueType descendant, as the engine writes it (9.7)."""
    descendant = font.DescendantFonts[0]
    descriptor = descendant.FontDescriptor
    return Face(
        name=str(font.BaseFont),
        program=sha256(program_of(font)).hexdigest(),
        font=_direct(font, "/DescendantFonts", "/ToUnicode"),
        descendant=_direct(descendant, "/FontDescriptor", "/W"),
        descriptor=_direct(descriptor, "/FontFile2"),
        text=_read_unicode_map(font.ToUnicode.read_bytes()),
        widths={glyph: str(width) for glyph, width in _widths(descendant.W).items()},
    )


def program_of(font: Any) -> bytes:
    """The font program of a Type 0 font, whole."""
    program: bytes = font.DescendantFonts[0].FontDescriptor.FontFile2.read_bytes()
    return program


def with_whole_box(face: Face, program: bytes) -> Face:
    """A face with the box around all glyphs of its font (9.8.1): the engine gives that of the glyphs that it drew."""
    font = TTFont(io.BytesIO(program), recalcTimestamp=False, lazy=True)
    head, unit = font["head"], 1000 / font["head"].unitsPerEm
    box = b" ".join(b"%d" % round(side * unit) for side in (head.xMin, head.yMin, head.xMax, head.yMax))
    return replace(face, descriptor=_BOX.sub(b"/FontBBox [ %s ]" % box, face.descriptor))


def _direct(dictionary: Any, *without: str) -> bytes:
    """A dictionary serialised with all that it holds, but for some keys."""
    kept = {
        key: Dictionary(dict(value.items())) if isinstance(value, Dictionary) else value
        for key, value in dictionary.items()
        if key not in without
    }
    written: bytes = Dictionary(kept).unparse(resolved=True)
    return written


def merged(faces: Iterable[Face]) -> dict[str, Face]:
    """Each face once, by name, with the glyphs that all its users use together."""
    found: dict[str, Face] = {}
    for face in faces:
        one = found.get(face.name)
        if one is not None:
            face = replace(face, text={**face.text, **one.text}, widths={**face.widths, **one.widths})
        found[face.name] = face
    return dict(sorted(found.items()))


def font_file(face: Face, number: int, program: bytes, whole: bool = False) -> FontFile:
    """The objects of a face, whose numbers begin here, its program cut down to the glyphs in use, or `whole` and as it
    is, for a file that is read once.
    """
    used = frozenset(face.text)
    cut = program if whole else cut_down(program, used)
    plain = {glyph: character for glyph, character in _characters(program).items() if glyph in used}
    widths = " ".join(f"{glyph} [{face.widths[glyph]}]" for glyph in sorted(used))
    return FontFile(
        (
            b"%s/DescendantFonts[%d 0 R]/ToUnicode %d 0 R>>" % (face.font.removesuffix(b">>"), number + 1, number + 4),
            b"%s/FontDescriptor %d 0 R/W[%s]>>" % (face.descendant.removesuffix(b">>"), number + 2, widths.encode()),
            b"%s/FontFile2 %d 0 R>>" % (face.descriptor.removesuffix(b">>"), number + 3),
        ),
        zlib.compress(cut, 0 if whole else 9),
        len(cut),
        zlib.compress(unicode_map(face.text | plain), 9),
    )


def _widths(array: Any) -> dict[int, Any]:
    """The width of each glyph from `first [width width ...]` (ISO 32000-1, 9.7.4.3), as the engine writes it."""
    return {
        int(array[place]) + offset: width
        for place in range(0, len(array), 2)
        for offset, width in enumerate(array[place + 1])
    }


@lru_cache(maxsize=16)
def _characters(program: bytes) -> dict[int, str]:
    """The character that a TrueType font gives each glyph: where it gives several, the first (a hyphen, not a soft
    one).
    """
    font = TTFont(io.BytesIO(program), recalcTimestamp=False, lazy=True)
    letters = sorted(font.getBestCmap().items(), reverse=True)
    return {font.getGlyphID(name): chr(code) for code, name in letters}


@lru_cache(maxsize=32)
def cut_down(program: bytes, glyphs: frozenset[int]) -> bytes:
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
