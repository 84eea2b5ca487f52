"""Fonts as a page uses them: width, text and presence of each glyph (ISO 32000-1, 9.6 to 9.10).

The text of a character code comes from ToUnicode, or from the names of the encoding; whether it has a shape, from the
embedded program. A program that cannot be read says nothing about its glyphs.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from fontTools import agl
from fontTools.encodings.MacRoman import MacRoman
from fontTools.encodings.StandardEncoding import StandardEncoding
from pikepdf import Array, Dictionary, Name, Stream, String

from booklet.pdf.cmaps import MAX_CODES, REGISTERED, cids_of, collection_of, to_unicode
from booklet.pdf.directions import has_letters_from_the_right
from booklet.pdf.objects import FontFault, Problem, as_number
from booklet.pdf.programs import Program

MAX_CIDSET_BYTES = 8_192
GUESSED_WIDTH = 500
"""The mean width of a letter, in thousandths of the size."""
UNREADABLE = "\ufffd"
"""Stands for a character that has no Unicode."""
PROGRAMS = ("/FontFile", "/FontFile2", "/FontFile3")
WIN_ANSI = {
    **{code: agl.UV2AGL.get(ord(bytes([code]).decode("cp1252", "replace")), "") for code in range(32, 256)},
    0xA0: "space", 0xAD: "hyphen", 0xB2: "twosuperior", 0xB3: "threesuperior", 0xB9: "onesuperior",
}  # fmt: skip
"""ISO 32000-1, annex D.2."""
_STANDARD_SYMBOLS = frozenset({"Symbol", "ZapfDingbats"})
_SUBSET = re.compile(r"[A-Z]{6}\+")
_NO_CHARACTER = frozenset("\0\ufeff\ufffe")
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
            text += glyph.text[::-1] if len(glyph.text) > 1 and has_letters_from_the_right(glyph.text) else glyph.text
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
    name = full_name.split("+", 1)[-1] if _SUBSET.match(full_name) else full_name
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
        self.unicode = to_unicode(source.get("/ToUnicode"))
        self.widths = _cid_widths(inner) if font.wide else _simple_widths(source)
        self.default_width = (
            as_number(inner.get("/DW"), 1000) if font.wide else as_number(descriptor.get("/MissingWidth"), 0)
        )
        self.program = program = Program(descriptor)
        own = program.encoding
        self.names = {} if font.wide else _encoding_names(source.get("/Encoding"), font.subtype, self.symbolic, own)
        self.gid_of = _gid_map(inner.get("/CIDToGIDMap"))
        self.cids = cids_of(source.get("/Encoding")) if font.wide else None
        full_name = str(source.get("/BaseFont", ""))[1:]
        problems = (
            _unicode_problem(self.unicode),
            program.problem,
            _subset_problem(descriptor, full_name, program, self.gid_of),
            _encoding_problem(source, self.symbolic, program),
        )
        self.problems = tuple(filter(None, problems))
        # Text of these is known by other means, which are not at hand here (ISO 32000-1, 9.10.2; ISO 14289-1, 7.21.7).
        symbols = font.subtype == "Type1" and font.name in _STANDARD_SYMBOLS
        self.is_registered = collection_of(inner) in REGISTERED if font.wide else symbols

    def glyph(self, code: int) -> Glyph:
        """Everything known about one code."""
        name = self.names.get(code, "")
        text = self.unicode.get(code)
        mapped = text is not None
        if text is None and not self.font.wide:
            text = agl.toUnicode(name, isZapfDingbats="Dingbats" in self.font.name) if name else ""
            mapped = bool(text) or name == "space"
        text = text or ""
        cid = code if self.cids is None else self.cids.get(code)
        fault = self._fault(code, cid, name)
        if fault == "blank" and _BLANK.fullmatch(text):
            fault = ""
        width = self.widths.get(code if cid is None or not self.font.wide else cid, self.default_width)
        fault = fault or self._width_fault(code, cid, name, width)
        return Glyph(width, text if mapped else UNREADABLE, mapped or self.is_registered, fault)

    def _width_fault(self, code: int, cid: int | None, name: str, width: float) -> str:
        """Widths may differ by one thousandth (ISO 14289-1, 7.21.5); rounding adds a half."""
        if self.font.wide:
            own = self.program.width_of_cid(cid, self.gid_of) if cid is not None else None
        else:
            own = self.program.width_of_code(code, name, self.symbolic) if code in self.widths else None
        return "width" if own is not None and abs(own - width) > 1.5 else ""

    def _fault(self, code: int, cid: int | None, name: str) -> str:
        if self.font.wide:
            return self.program.fault_of_cid(cid, self.gid_of) if cid is not None else ""
        return self.program.fault_of_name(code, name, self.symbolic)


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
    position, count = 0, 0
    while position + 1 < len(entries) and count < MAX_CODES:
        first, second = int(as_number(entries[position], 0)), entries[position + 1]
        if isinstance(second, Array):
            widths.update((first + i, as_number(width, 0)) for i, width in enumerate(second))
            position += 2
        elif position + 2 < len(entries):
            last = min(int(as_number(second, 0)), first + 65535)
            count += max(last - first, 0) + 1
            widths.update(dict.fromkeys(range(first, last + 1), as_number(entries[position + 2], 0)))
            position += 3
        else:
            break
    return widths


def _unicode_problem(table: dict[int, str]) -> Problem | None:
    if any(not _NO_CHARACTER.isdisjoint(text) for text in table.values()):
        return Problem(FontFault.UNICODE, "ToUnicode maps a code to U+0000, U+FEFF or U+FFFE.")
    return None


def _subset_problem(descriptor: Any, full_name: str, program: Program, gid_of: dict[int, int] | None) -> Problem | None:
    """The lists of glyphs of a subset are those of its program (ISO 14289-1, 7.21.4.2)."""
    if not _SUBSET.match(full_name):
        return None
    names, cids = descriptor.get("/CharSet"), descriptor.get("/CIDSet")
    if isinstance(names, String) and program.unlisted({name for name in str(names).split("/") if name}):
        return Problem(FontFault.SUBSET, "The list of its glyphs (CharSet) is not that of the font program.")
    if isinstance(cids, Stream):
        raw = cids.read_bytes()[:MAX_CIDSET_BYTES]
        listed = {8 * place + bit for place, byte in enumerate(raw) for bit in range(8) if byte & 128 >> bit}
        if program.unlisted_cids(listed, gid_of):
            return Problem(FontFault.SUBSET, "The list of its glyphs (CIDSet) is not that of the font program.")
    return None


def _encoding_problem(source: Any, symbolic: bool, program: Program) -> Problem | None:
    """What a simple TrueType font must say so that every reader finds the same glyphs (ISO 14289-1, 7.21.6)."""
    if source.get("/Subtype") != Name.TrueType:
        return None
    encoding = source.get("/Encoding")
    tables = set(program.cmaps)
    found = ""
    if symbolic:
        if encoding is not None:
            found = "It is symbolic and has an Encoding."
        elif program.truetype is not None and len(tables) != 1 and (3, 0) not in tables:
            found = "It is symbolic, and its program has several character maps, none of them for symbols."
    else:
        base = encoding.get("/BaseEncoding") if isinstance(encoding, Dictionary) else encoding
        changes = encoding.get("/Differences") if isinstance(encoding, Dictionary) else None
        names = [str(each)[1:] for each in changes if isinstance(each, Name)] if isinstance(changes, Array) else []
        if base not in (Name.WinAnsiEncoding, Name.MacRomanEncoding):
            found = "It is not symbolic, and its Encoding is neither WinAnsi nor MacRoman."
        elif any(name != ".notdef" and not agl.toUnicode(name) for name in names):
            found = "Its Encoding names a glyph that no list of glyph names has."
        elif names and program.truetype is not None and (3, 1) not in tables:
            found = "Its Encoding names glyphs, and its program has no character map of Unicode."
        elif program.truetype is not None and not tables - {(3, 0)}:
            found = "It is not symbolic, and its program has no character map but for symbols."
    return Problem(FontFault.ENCODING, found) if found else None


def _encoding_names(encoding: Any, subtype: str, symbolic: bool, own: list[str]) -> dict[int, str]:
    """Glyph names by code for a simple font. A symbolic TrueType font has none: its codes are its own. Type 1 fonts
    have an encoding of their `own`.
    """
    base, differences = encoding, None
    if isinstance(encoding, Dictionary):
        base, differences = encoding.get("/BaseEncoding"), encoding.get("/Differences")
    if base == Name.WinAnsiEncoding:
        names = dict(WIN_ANSI)
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
