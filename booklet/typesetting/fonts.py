"""Which glyph is which character, as PDF writes it: the ToUnicode map of a font (ISO 32000-1, 9.10.3)."""

from __future__ import annotations

import re

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


def unicode_map(characters: dict[int, str]) -> bytes:
    """The map of these glyph ids to the characters that they stand for, in blocks of a hundred."""
    pairs = [
        f"<{glyph:04x}> <{characters[glyph].encode('utf-16-be').hex()}>".encode() for glyph in sorted(characters)
    ]
    blocks = [pairs[start : start + _BATCH] for start in range(0, len(pairs), _BATCH)]
    rows = [row for block in blocks for row in (b"%d beginbfchar" % len(block), *block, b"endbfchar")]
    return b"\n".join([_HEAD, *rows, _TAIL])


def read_unicode_map(content: bytes) -> dict[int, str]:
    """The characters of each glyph id in a map that the engine or `unicode_map` has written."""
    return {int(glyph, 16): bytes.fromhex(text.decode()).decode("utf-16-be") for glyph, text in _PAIR.findall(content)}
