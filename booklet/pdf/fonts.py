"""Fonts as a page uses them: width, text and presence of each glyph (ISO 32000-1, 9.6 to 9.10).

The text of a character code comes from ToUnicode, or from the names of the encoding; whether it has a shape, from the
embedded program. A program that cannot be read says nothing about its glyphs.
"""

from __future__ import annotations

import io
import logging
import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from fontTools import agl
from fontTools.cffLib import CFFFontSet
from fontTools.encodings.MacRoman import MacRoman
from fontTools.encodings.StandardEncoding import StandardEncoding
from fontTools.ttLib import TTFont
from pikepdf import Array, Dictionary, Name, Stream

from booklet.pdf.objects import FontFault, Problem, as_number

logging.getLogger("fontTools").setLevel(logging.CRITICAL)
MAX_CMAP_BYTES = 2_000_000
MAX_TYPE1_HEAD = 100_000
GUESSED_WIDTH = 500
"""The mean width of a letter, in thousandths of the size."""
UNREADABLE = "\ufffd"
"""Stands for a character that has no Unicode."""
PROGRAMS = ("/FontFile", "/FontFile2", "/FontFile3")
_BLANK = re.compile(r"[\s\u00ad\u200b-\u200f\u2028-\u202f\u2060\ufeff]*")
MAX_RUNS = 50_000
"""Pieces of text that a font remembers: kerned text is a few thousand pairs and syllables."""
_SYMBOLIC, _ITALIC, _FORCE_BOLD = 4, 64, 1 << 18


@dataclass(frozen=True, slots=True)
class Glyph:
    """What one character code draws: its width in thousandths of the size, its text, and what is wrong with it.

    `fault` is empty, `notdef` (the font's sign for a missing character), `blank` (a letter without a shape) or `width`.
    """

    width: float
    text: str
    mapped: bool
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    """What one string shows: its text, the sum of widths in thousandths of the size, its characters and those that
    word spacing widens, the same three up to the last character that is seen, and what is wrong with its glyphs.
    """

    text: str
    width: float
    count: int
    spaces: int
    shown_width: float
    shown: int
    shown_spaces: int
    faults: tuple[str, ...]
    unmapped: bool


@dataclass(eq=False)
class Font:
    """A font dictionary, read once. `problems` are faults of the dictionary itself; what is not `measured` tells no
    widths, as the standard 14 fonts need not, and counts as `GUESSED_WIDTH`.
    """

    name: str
    subtype: str
    embedded: bool
    has_unicode: bool
    wide: bool
    measured: bool
    bold: bool
    italic: bool
    ascent: float
    descent: float
    dictionary: Any
    problems: tuple[Problem, ...] = ()
    glyphs: dict[int, Glyph] = field(default_factory=dict)
    runs: dict[bytes, Run] = field(default_factory=dict)
    source: _Source | None = None

    def glyph(self, code: int) -> Glyph:
        """The glyph of a character code."""
        known = self.glyphs.get(code)
        if known is None:
            known = self.glyphs[code] = self.source.glyph(code) if self.source else Glyph(500, "", False)
        return known

    def run(self, raw: bytes) -> Run:
        """What a string shows. Most are pieces between two kerns, which come again and again."""
        known = self.runs.get(raw)
        if known is None:
            known = self._run(raw)
            if len(self.runs) < MAX_RUNS:
                self.runs[raw] = known
        return known

    def _run(self, raw: bytes) -> Run:
        codes = [raw[i] << 8 | raw[i + 1] for i in range(0, len(raw) - 1, 2)] if self.wide else raw
        text, width, spaces = "", 0.0, 0
        shown = (0.0, 0, 0)
        faults: tuple[str, ...] = ()
        unmapped = False
        known, find = self.glyphs, self.glyph
        for count, code in enumerate(codes, 1):
            glyph = known.get(code) or find(code)
            width += glyph.width
            spaces += code == 32 and not self.wide
            text += glyph.text
            if not glyph.text.isspace() and glyph.text:
                shown = (width, count, spaces)
            if glyph.fault and glyph.fault not in faults:
                faults += (glyph.fault,)
            unmapped = unmapped or not glyph.mapped
        return Run(text, width, len(codes), spaces, *shown, faults, unmapped)


def read_font(source: Any) -> Font:
    """A font from its dictionary. Never raises for a bad one: what cannot be read counts as missing."""
    subtype = str(source.get("/Subtype", "/?"))[1:]
    inner = source
    if subtype == "Type0":
        kids = source.get("/DescendantFonts")
        inner = kids[0] if isinstance(kids, Array) and len(kids) and isinstance(kids[0], Dictionary) else Dictionary()
    descriptor = inner.get("/FontDescriptor")
    descriptor = descriptor if isinstance(descriptor, Dictionary) else Dictionary()
    full_name = str(source.get("/BaseFont", descriptor.get("/FontName", "/?")))[1:]
    name = full_name.split("+", 1)[-1] if re.match(r"[A-Z]{6}\+", full_name) else full_name
    flags = as_number(descriptor.get("/Flags"), 0)
    lean = as_number(descriptor.get("/ItalicAngle"), 0)
    ascent, descent = as_number(descriptor.get("/Ascent"), 0), as_number(descriptor.get("/Descent"), 0)
    font = Font(
        name=name,
        subtype=subtype,
        embedded=subtype == "Type3" or any(key in descriptor for key in PROGRAMS),
        has_unicode=isinstance(source.get("/ToUnicode"), Stream),
        wide=subtype == "Type0",
        measured=subtype == "Type0" or isinstance(source.get("/Widths"), Array),
        bold=bool(int(flags) & _FORCE_BOLD) or bool(re.search(r"bold|black|heavy", name, re.IGNORECASE)),
        italic=bool(int(flags) & _ITALIC or lean) or bool(re.search(r"italic|oblique", name, re.IGNORECASE)),
        ascent=ascent if 300 <= ascent <= 1500 else 750,
        descent=descent if -800 <= descent < 0 else -250,
        dictionary=source,
    )
    font.source = _Source(source, inner, descriptor, font)
    font.problems = font.source.problems
    return font


class _Source:
    """Looks codes up in the dictionary and the font program."""

    def __init__(self, source: Any, inner: Any, descriptor: Any, font: Font) -> None:
        self.font = font
        self.symbolic = bool(int(as_number(descriptor.get("/Flags"), 0)) & _SYMBOLIC)
        self.unicode = _to_unicode(source.get("/ToUnicode"))
        self.widths = _cid_widths(inner) if font.wide else _simple_widths(source)
        self.default_width = (
            as_number(inner.get("/DW"), 1000) if font.wide else as_number(descriptor.get("/MissingWidth"), 0)
        )
        self.program = _Program(descriptor)
        own = self.program.encoding
        self.names = {} if font.wide else _encoding_names(source.get("/Encoding"), font.subtype, self.symbolic, own)
        self.problems = tuple(filter(None, (_unicode_problem(self.unicode), self.program.problem)))
        self.gid_of = _gid_map(inner.get("/CIDToGIDMap"))

    def glyph(self, code: int) -> Glyph:
        """Everything known about one code."""
        name = self.names.get(code, "")
        text = self.unicode.get(code)
        mapped = text is not None
        if text is None and not self.font.wide:
            text = agl.toUnicode(name) if name else ""
            mapped = bool(text) or name == "space"
        text = text or ""
        fault = self._fault(code, name)
        if fault == "blank" and _BLANK.fullmatch(text):
            fault = ""
        width = self.widths.get(code, self.default_width)
        return Glyph(width, text if mapped else UNREADABLE, mapped, fault or self._width_fault(code, width))

    def _width_fault(self, code: int, width: float) -> str:
        """Widths may differ by one thousandth (ISO 14289-1, 7.21.5). Asked of composite TrueType fonts."""
        if not self.font.wide or self.program.truetype is None:
            return ""
        own = self.program.width_of_cid(code, self.gid_of)
        return "width" if own is not None and abs(own - width) > 1.5 else ""

    def _fault(self, code: int, name: str) -> str:
        if self.font.wide:
            return self.program.fault_of_cid(code, self.gid_of)
        return self.program.fault_of_name(code, name, self.symbolic)


@lru_cache(maxsize=32)
def _truetype(content: bytes) -> TTFont:
    """A font program, which the files of several editions and formats may share."""
    return TTFont(io.BytesIO(content), lazy=True)


class _Program:
    """The embedded font program, as far as fontTools can read it."""

    def __init__(self, descriptor: Any) -> None:
        self.problem: Problem | None = None
        self.truetype: Any = None
        self.charset: dict[str, int] | None = None
        self.is_cid = False
        self.encoding: list[str] = []
        try:
            self._open(descriptor)
        except Exception as reason:  # fontTools raises whatever a damaged table makes it raise
            words = f"The font program cannot be read ({type(reason).__name__})."
            self.problem = Problem(FontFault.DAMAGED, words)
            self.truetype = self.charset = None

    def _open(self, descriptor: Any) -> None:
        if isinstance(stream := descriptor.get("/FontFile"), Stream):
            self._read_type1_encoding(stream.read_bytes()[:MAX_TYPE1_HEAD])
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

    def _read_type1_encoding(self, head: bytes) -> None:
        """The encoding stands in the part that is not encrypted (Adobe Type 1 Font Format, 2.2)."""
        rows = re.findall(rb"dup\s+(\d{1,3})\s*/([^\s/]+)\s+put", head.partition(b"eexec")[0])
        if rows:
            names = {int(code): name.decode("latin-1") for code, name in rows}
            self.encoding = [names.get(code, ".notdef") for code in range(256)]

    def _open_truetype(self, content: bytes) -> None:
        font = _truetype(content)
        if "CFF " in font:
            self._take_cff(font["CFF "].cff[0])
            return
        self.shapes = font["loca"].locations
        self.count = font["maxp"].numGlyphs
        self.cmaps = {(t.platformID, t.platEncID): t.cmap for t in font["cmap"].tables} if "cmap" in font else {}
        self.gid_of_name = font.getReverseGlyphMap() if self.cmaps else {}
        self.metrics = font["hmtx"].metrics
        self.order = font.getGlyphOrder()
        self.units = font["head"].unitsPerEm or 1000
        self.truetype = font

    def width_of_cid(self, cid: int, gid_of: dict[int, int] | None) -> float | None:
        """The width of a glyph in thousandths, as the program has it."""
        gid = cid if gid_of is None else gid_of.get(cid, 0)
        metric = self.metrics.get(self.order[gid]) if gid < len(self.order) else None
        return metric[0] * 1000 / self.units if metric else None

    def _take_cff(self, top: Any) -> None:
        self.charset = {name: index for index, name in enumerate(top.charset)}
        self.is_cid = hasattr(top, "ROS")
        encoding = getattr(top, "Encoding", None)
        self.encoding = list(encoding) if isinstance(encoding, list) else list(StandardEncoding)

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


def _gid_map(value: Any) -> dict[int, int] | None:
    if not isinstance(value, Stream):
        return None
    raw = value.read_bytes()[:131072]
    return {i // 2: raw[i] << 8 | raw[i + 1] for i in range(0, len(raw) - 1, 2)}


def _simple_widths(source: Any) -> dict[int, float]:
    first = int(as_number(source.get("/FirstChar"), 0))
    widths = source.get("/Widths")
    # Widths of Type 3 are in glyph space, whose matrix is nearly always a thousandth.
    return {first + i: as_number(width, 0) for i, width in enumerate(widths)} if isinstance(widths, Array) else {}


def _cid_widths(inner: Any) -> dict[int, float]:
    """The W array: `first [w w w]` or `first last w` (ISO 32000-1, 9.7.4.3)."""
    widths: dict[int, float] = {}
    entries = list(inner.get("/W", Array()))
    position = 0
    while position + 1 < len(entries):
        first, second = int(as_number(entries[position], 0)), entries[position + 1]
        if isinstance(second, Array):
            widths.update((first + i, as_number(width, 0)) for i, width in enumerate(second))
            position += 2
        elif position + 2 < len(entries):
            last = min(int(as_number(second, 0)), first + 65535)
            widths.update(dict.fromkeys(range(first, last + 1), as_number(entries[position + 2], 0)))
            position += 3
        else:
            break
    return widths


_HEX = re.compile(rb"<([0-9A-Fa-f\s]*)>|(\[)|(\])")


def _unicode_problem(table: dict[int, str]) -> Problem | None:
    if any(text and text[0] in "\0\ufeff\ufffe" for text in table.values()):
        return Problem(FontFault.UNICODE, "ToUnicode maps a code to U+0000, U+FEFF or U+FFFE.")
    return None


def _to_unicode(stream: Any) -> dict[int, str]:
    """Character codes to text from a ToUnicode CMap (ISO 32000-1, 9.10.3)."""
    if not isinstance(stream, Stream):
        return {}
    content = stream.read_bytes()[:MAX_CMAP_BYTES]
    table: dict[int, str] = {}
    for block in re.findall(rb"beginbfchar(.*?)endbfchar", content, re.DOTALL):
        pieces = [bytes.fromhex(_even(piece)) for piece in re.findall(rb"<([0-9A-Fa-f\s]*)>", block)]
        table.update(
            (int.from_bytes(code, "big"), _utf16(text)) for code, text in zip(*[iter(pieces)] * 2, strict=False)
        )
    for block in re.findall(rb"beginbfrange(.*?)endbfrange", content, re.DOTALL):
        _add_ranges(block, table)
    return table


def _add_ranges(block: bytes, table: dict[int, str]) -> None:
    pieces: list[Any] = []
    inside: list[bytes] | None = None
    for match in _HEX.finditer(block):
        if match[2]:
            inside = []
        elif match[3]:
            pieces.append(inside)
            inside = None
        else:
            (pieces if inside is None else inside).append(bytes.fromhex(_even(match[1])))
    for low, high, target in zip(*[iter(pieces)] * 3, strict=False):
        if not isinstance(low, bytes) or not isinstance(high, bytes):
            return
        first, last = int.from_bytes(low, "big"), int.from_bytes(high, "big")
        for offset in range(min(last - first, 65535) + 1):
            if isinstance(target, list):
                text = _utf16(target[offset]) if offset < len(target) else ""
            else:
                text = _utf16((int.from_bytes(target, "big") + offset).to_bytes(max(len(target), 2) + 1, "big")[1:])
            table[first + offset] = text


def _even(digits: bytes) -> str:
    clean = re.sub(rb"\s", b"", digits).decode()
    return clean if len(clean) % 2 == 0 else clean + "0"


def _utf16(raw: bytes) -> str:
    return (b"\0" + raw if len(raw) == 1 else raw).decode("utf-16-be", "replace")


def _encoding_names(encoding: Any, subtype: str, symbolic: bool, own: list[str]) -> dict[int, str]:
    """Glyph names by code for a simple font. A symbolic TrueType font has none: its codes are its own. Type 1 fonts
    have an encoding of their `own`.
    """
    base, differences = encoding, None
    if isinstance(encoding, Dictionary):
        base, differences = encoding.get("/BaseEncoding"), encoding.get("/Differences")
    if base == Name.WinAnsiEncoding:
        names = {code: agl.UV2AGL.get(ord(bytes([code]).decode("cp1252", "replace")), "") for code in range(32, 256)}
    elif base == Name.MacRomanEncoding:
        names = dict(enumerate(MacRoman))
    elif own:
        names = {code: "" if name == ".notdef" else name for code, name in enumerate(own)}
    elif symbolic or subtype == "Type3":
        names = {}
    else:
        names = dict(enumerate(StandardEncoding))
    if isinstance(differences, Array):
        code = 0
        for entry in differences:
            if isinstance(entry, Name):
                names[code] = str(entry)[1:]
                code += 1
            else:
                code = int(as_number(entry, 0))
    return names
