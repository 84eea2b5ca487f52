"""Embedded font programs: which glyphs they have, how wide these are, and what their own encoding says (ISO 32000-1,
9.9; OpenType; Adobe technical notes 5176 and the Type 1 Font Format). A program that cannot be read says nothing.
"""

from __future__ import annotations

import io
import logging
import re
from functools import lru_cache
from typing import Any

from fontTools import agl
from fontTools.cffLib import CFFFontSet
from fontTools.encodings.StandardEncoding import StandardEncoding
from fontTools.misc.eexec import decrypt
from fontTools.ttLib import TTFont
from pikepdf import Name, Stream

from booklet.pdf.objects import FontFault, Problem

logging.getLogger("fontTools").setLevel(logging.CRITICAL)
MAX_TYPE1_BYTES = 1_000_000
_EEXEC_KEY, _CHARSTRING_KEY = 55665, 4330
MAX_STEPS = 2_000
"""Numbers and operators of a Type 2 outline that are looked at for its width, which stands at its beginning."""
_CHARSTRING = re.compile(rb"/([^\s/\[\]{}()<>%]+)\s+(\d{1,5})\s+(?:RD|-\|)\s")
_OLD_GLYPHS = re.compile(rb"/lenIV\s+(\d)\s+def")


@lru_cache(maxsize=32)
def _truetype(content: bytes) -> TTFont:
    """A font program, which the files of several editions and formats may share."""
    return TTFont(io.BytesIO(content), lazy=True)


class Program:
    """The font program of a font descriptor, as far as fontTools can read it."""

    def __init__(self, descriptor: Any) -> None:
        self.problem: Problem | None = None
        self.truetype: Any = None
        self.charset: dict[str, int] | None = None
        self.is_cid = False
        self.encoding: list[str] = []
        self.cmaps: dict[tuple[int, int], dict[int, str]] = {}
        self._cff: Any = None
        self._names: list[str] = []
        self._type1: dict[str, float] = {}
        try:
            self._open(descriptor)
        except Exception as reason:  # fontTools raises whatever a damaged table makes it raise
            words = f"The font program cannot be read ({type(reason).__name__})."
            self.problem = Problem(FontFault.DAMAGED, words)
            self.truetype = self.charset = None

    def _open(self, descriptor: Any) -> None:
        if isinstance(stream := descriptor.get("/FontFile"), Stream):
            self._open_type1(stream.read_bytes()[:MAX_TYPE1_BYTES])
        elif isinstance(stream := descriptor.get("/FontFile2"), Stream):
            self._open_truetype(stream.read_bytes())
        elif isinstance(stream := descriptor.get("/FontFile3"), Stream):
            content = stream.read_bytes()
            if stream.get("/Subtype") == Name.OpenType or content[:4] in (b"OTTO", b"\0\1\0\0"):
                self._open_truetype(content)
            else:
                fonts = CFFFontSet()
                fonts.decompile(io.BytesIO(content), None)
                self._take_cff(fonts[0])

    def _open_type1(self, content: bytes) -> None:
        """The encoding stands in the part that is not encrypted, the glyphs in the other (Type 1 Font Format, 2.2)."""
        head, mark, rest = content.partition(b"eexec")
        rows = re.findall(rb"dup\s+(\d{1,3})\s*/([^\s/]+)\s+put", head)
        if rows:
            names = {int(code): name.decode("latin-1") for code, name in rows}
            self.encoding = [names.get(code, ".notdef") for code in range(256)]
        elif re.search(rb"/Encoding\s+StandardEncoding\s+def", head):
            self.encoding = list(StandardEncoding)
        if not mark:
            return
        rest = rest.lstrip(b" \t\r\n")
        if re.fullmatch(rb"[0-9A-Fa-f\s]{8}", rest[:8]):
            digits = re.sub(rb"[^0-9A-Fa-f]", b"", rest)
            rest = bytes.fromhex(digits[: len(digits) // 2 * 2].decode())
        private = decrypt(rest, _EEXEC_KEY)[0]
        unit = _font_unit(head)
        skip = int(found[1]) if (found := _OLD_GLYPHS.search(private)) else 4
        begin = max(private.find(b"/CharStrings"), 0)
        for match in _CHARSTRING.finditer(private, begin):
            code = private[match.end() : match.end() + int(match[2])]
            width = _type1_width(decrypt(code, _CHARSTRING_KEY)[0][skip:])
            self._type1[match[1].decode("latin-1")] = width * unit if width is not None else -1.0
        if self._type1:
            self.charset = {name: index for index, name in enumerate(self._type1)}

    def _open_truetype(self, content: bytes) -> None:
        font = _truetype(content)
        self.cmaps = {(t.platformID, t.platEncID): t.cmap for t in font["cmap"].tables} if "cmap" in font else {}
        if "CFF " in font:
            self._take_cff(font["CFF "].cff[0])
            return
        self.shapes = font["loca"].locations
        self.count = font["maxp"].numGlyphs
        self.gid_of_name = font.getReverseGlyphMap() if self.cmaps else {}
        self.metrics = font["hmtx"].metrics
        self.order = font.getGlyphOrder()
        self.units = font["head"].unitsPerEm or 1000
        self.truetype = font

    def _take_cff(self, top: Any) -> None:
        self._cff = top
        self._names = list(top.charset)
        self.charset = {name: index for index, name in enumerate(self._names)}
        self.is_cid = hasattr(top, "ROS")
        encoding = getattr(top, "Encoding", None)
        self.encoding = list(encoding) if isinstance(encoding, list) else list(StandardEncoding)

    def width_of_cid(self, cid: int, gid_of: dict[int, int] | None) -> float | None:
        """The width of a CID's glyph in thousandths, as the program has it; None where that is not known."""
        if self.truetype is not None:
            return self._width_of_gid(cid if gid_of is None else gid_of.get(cid, 0))
        if self.charset is None:
            return None
        name = f"cid{cid:05d}" if self.is_cid else (self._names[cid] if cid < len(self._names) else "")
        return self._width_of_name(name)

    def width_of_code(self, code: int, name: str, symbolic: bool) -> float | None:
        """The width of a one-byte code's glyph in thousandths; None where that is not known."""
        if self.truetype is not None:
            return self._width_of_gid(self._gid_of_code(code, name, symbolic)) if self.cmaps else None
        return self._width_of_name(name or (self.encoding[code] if code < len(self.encoding) else ""))

    def _width_of_gid(self, gid: int) -> float | None:
        metric = self.metrics.get(self.order[gid]) if gid < len(self.order) else None
        return metric[0] * 1000 / self.units if metric else None

    def _width_of_name(self, name: str) -> float | None:
        if name in self._type1:
            return self._type1[name] if self._type1[name] >= 0 else None
        if self._cff is None or self.charset is None or name not in self.charset:
            return None
        try:
            glyph = self._cff.CharStrings[name]
            width = _type2_width(glyph)
            matrix = getattr(self._cff, "FontMatrix", None) or [0.001]
            return width * float(matrix[0]) * 1000 if width is not None else None
        except Exception:  # a damaged outline is not asked how wide it is
            return None

    def _fault_of_gid(self, gid: int) -> str:
        if not 0 < gid < self.count:
            return "notdef"
        return "blank" if self.shapes[gid] == self.shapes[gid + 1] else ""

    def fault_of_cid(self, cid: int, gid_of: dict[int, int] | None) -> str:
        """What is wrong with the glyph of a CID."""
        if self.truetype is not None:
            return self._fault_of_gid(cid if gid_of is None else gid_of.get(cid, 0))
        if self.charset is not None:
            known = f"cid{cid:05d}" in self.charset if self.is_cid else cid < len(self.charset)
            return "" if known and cid else "notdef"
        return ""

    def fault_of_name(self, code: int, name: str, symbolic: bool) -> str:
        """What is wrong with the glyph of a one-byte code."""
        if self.truetype is not None:
            if not self.cmaps:
                return ""
            return self._fault_of_gid(self._gid_of_code(code, name, symbolic))
        if self.charset is not None:
            wanted = name or (self.encoding[code] if code < len(self.encoding) else ".notdef")
            return "" if wanted in self.charset and wanted != ".notdef" else "notdef"
        return ""

    def _gid_of_code(self, code: int, name: str, symbolic: bool) -> int:
        """As ISO 32000-1, 9.6.6.4, looks a glyph up: by Unicode, then as a symbol, then by Mac code, then by name."""
        characters = agl.toUnicode(name) if name else ""
        unicode = self.cmaps.get((3, 1), {}).get(ord(characters)) if len(characters) == 1 else None
        symbols = self.cmaps.get((3, 0), {})
        symbol = symbols.get(0xF000 + code) or symbols.get(code)
        mac = self.cmaps.get((1, 0), {}).get(code)
        found = (symbol or mac or unicode) if symbolic else (unicode or mac or symbol)
        return int(self.gid_of_name.get(found or name, 0))

    def unlisted(self, names: set[str]) -> bool:
        """True where a list of glyph names (CharSet) is not that of the program."""
        return self.charset is not None and not self.is_cid and names - {".notdef"} != set(self.charset) - {".notdef"}

    def unlisted_cids(self, listed: set[int], gid_of: dict[int, int] | None) -> bool:
        """True where a list of CIDs (CIDSet) names one without a glyph, or leaves out one that has a shape."""
        if self.truetype is not None:
            cids = range(self.count) if gid_of is None else [cid for cid, gid in gid_of.items() if gid]
            there = {cid for cid in cids if (cid if gid_of is None else gid_of[cid]) < self.count}
            shaped = {cid for cid in there if not self._fault_of_gid(cid if gid_of is None else gid_of[cid])}
            return not listed <= there | {0} or not shaped <= listed
        if self.charset is not None and self.is_cid:
            there = {int(name[3:]) for name in self.charset if re.fullmatch(r"cid\d+", name)}
            return listed | {0} != there | {0}
        return False


def _font_unit(head: bytes) -> float:
    """Thousandths of the size in one unit of a Type 1 program, from its FontMatrix."""
    found = re.search(rb"/FontMatrix\s*\[\s*([\d.eE+-]+)", head)
    try:
        return float(found[1]) * 1000 if found else 1.0
    except ValueError:
        return 1.0


def _type1_width(code: bytes) -> float | None:
    """The width that a charstring sets with hsbw or sbw, where its numbers are plain (Type 1 Font Format, 6)."""
    numbers: list[int] = []
    place = 0
    while place < len(code) and len(numbers) < 8:
        first = code[place]
        if 32 <= first <= 246:
            numbers.append(first - 139)
        elif 247 <= first <= 254 and place + 1 < len(code):
            high = (first - 247) * 256 + code[place + 1] + 108
            numbers.append(high if first < 251 else -((first - 251) * 256 + code[place + 1] + 108))
            place += 1
        elif first == 255:
            numbers.append(int.from_bytes(code[place + 1 : place + 5], "big", signed=True))
            place += 4
        elif first == 13 and len(numbers) >= 2:
            return float(numbers[1])
        elif first == 12 and code[place + 1 : place + 2] == b"\7" and len(numbers) >= 4:
            return float(numbers[2])
        else:
            return None
        place += 1
    return None


def _type2_width(glyph: Any) -> float | None:
    """The width of a Type 2 outline: what stands before the operands of its first drawing or hinting operator, or the
    default; None where that is not reached (Adobe technical note 5177, 3.1).
    """
    local, shared = getattr(glyph.private, "Subrs", None), glyph.globalSubrs
    stack: list[float] = []
    waiting = [(bytes(glyph.bytecode), 0)]
    for _ in range(MAX_STEPS):
        if not waiting:
            return None
        code, place = waiting.pop()
        if place >= len(code):
            continue
        operator, number, after = _type2_token(code, place)
        if number is not None:
            stack.append(number)
            waiting.append((code, after))
        elif operator in (_CALL_LOCAL, _CALL_SHARED):
            routines: Any = local if operator == _CALL_LOCAL else shared
            index = int(stack.pop()) + _bias(len(routines))
            waiting += [(code, after), (bytes(routines[index].bytecode), 0)]
        elif operator in _TAKES:
            takes = _TAKES[operator]
            extra = len(stack) % 2 if takes is None else len(stack) - takes
            extra = len(stack) % 4 if operator == _END else extra  # an accented letter takes four
            first = stack[0] + glyph.private.nominalWidthX if extra > 0 and stack else glyph.private.defaultWidthX
            return float(first)
        elif operator != _RETURN:
            return None
    return None


_CALL_LOCAL, _CALL_SHARED, _RETURN, _END = 10, 29, 11, 14
_TAKES: dict[int, int | None] = {
    1: None, 3: None, 18: None, 23: None, 19: None, 20: None, 21: 2, 4: 1, 22: 1, 14: 0,
}  # fmt: skip
"""How many operands the first operators take: stem hints and masks pairs, moves two or one, endchar none."""


def _bias(count: int) -> int:
    return 107 if count < 1240 else 1131 if count < 33900 else 32768


def _type2_token(code: bytes, place: int) -> tuple[int, float | None, int]:
    """The operator or number at a place of an outline, and the place behind it."""
    first = code[place]
    if first == 28:
        return first, float(int.from_bytes(code[place + 1 : place + 3], "big", signed=True)), place + 3
    if first == 255:
        return first, int.from_bytes(code[place + 1 : place + 5], "big", signed=True) / 65536, place + 5
    if first < 32:
        return first, None, place + 1
    if first <= 246:
        return first, float(first - 139), place + 1
    second = code[place + 1]
    if first <= 250:
        return first, float((first - 247) * 256 + second + 108), place + 2
    return first, float(-(first - 251) * 256 - second - 108), place + 2
