"""Small whole PDFs, right in everything that preflight asks, made by hand so that a test can spoil one thing."""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from fontTools.ttLib import TTFont
from pikepdf import Array, Dictionary, Name, Pdf, Stream, String

from tests.conftest import PROJECT

FONT = PROJECT / "styles/fonts/atkinson-hyperlegible-next-latin-400-normal.woff2"
A5 = (419.53, 595.28)
BLEED = 3 * 72 / 25.4
SLUG = 20.0
INK = "0.1 0.1 0.1 rg"
BLACK = "/Over gs 0 0 0 1 k"
Spec = tuple[str, Any]
STORY: list[list[Spec]] = [
    [("H1", "Cover"), ("P", "Words to open with")],
    [
        ("H1", "Heading"),
        ("P", "The first line of a text."),
        ("H2", "Smaller heading"),
        ("L", [("LI", [("Lbl", "1"), ("LBody", "An item of a list")])]),
        ("Table", [("TR", [("TH", "Name"), ("TH", "Number")]), ("TR", [("TD", "One"), ("TD", "Two")])]),
        ("P", [("Link", "Where it leads")]),
        ("TOC", [("TOCI", [("Reference", "Heading")])]),
        ("P", [("Note", "A note")]),
        ("Figure", "picture"),
    ],
    [("P", "Words upon the third page")],
    [("P", "Words upon the back cover")],
]
XMP = """<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" xmlns:pdfxid="http://www.npes.org/pdfx/ns/id/">
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">Words</rdf:li></rdf:Alt></dc:title><pdfuaid:part>1</pdfuaid:part>
<pdfxid:GTS_PDFXVersion>PDF/X-4</pdfxid:GTS_PDFXVersion></rdf:Description></rdf:RDF></x:xmpmeta>"""


@cache
def face() -> tuple[bytes, dict[str, int], dict[str, int], int]:
    """The font file, glyph and width of each character, and the units of its em."""
    font = TTFont(FONT)
    font.flavor = None
    target = io.BytesIO()
    font.save(target)
    gids = {chr(code): font.getGlyphID(name) for code, name in font.getBestCmap().items() if code < 0x2100}
    widths = {character: font["hmtx"][font.getGlyphName(gid)][0] for character, gid in gids.items()}
    return target.getvalue(), gids, widths, font["head"].unitsPerEm


def shown(text: str) -> str:
    """A string operand in glyph numbers."""
    return "<" + "".join(f"{face()[1][character]:04x}" for character in text) + ">"


def font_of(pdf: Pdf, base_font: str = "/AAAAAA+AtkinsonHyperlegibleNext") -> Any:
    """The font, whole, as a composite font with Unicode and widths."""
    content, gids, widths, units = face()
    program = pdf.make_stream(content)
    descriptor = Dictionary(
        Type=Name.FontDescriptor, FontName=Name(base_font), Flags=4, FontBBox=Array([0, -250, 1000, 950]),
        ItalicAngle=0, Ascent=950, Descent=-250, CapHeight=668, StemV=80, FontFile2=pdf.make_indirect(program),
    )  # fmt: skip
    wide = Array(
        [
            item
            for c, gid in sorted(gids.items(), key=lambda x: x[1])
            for item in (gid, Array([widths[c] * 1000 / units]))
        ]
    )
    inner = Dictionary(
        Type=Name.Font, Subtype=Name.CIDFontType2, BaseFont=Name(base_font), CIDToGIDMap=Name.Identity, W=wide, DW=0,
        CIDSystemInfo=Dictionary(Registry=String("Adobe"), Ordering=String("Identity"), Supplement=0),
        FontDescriptor=pdf.make_indirect(descriptor),
    )  # fmt: skip
    rows = "\n".join(f"<{gid:04x}> <{character.encode('utf-16-be').hex()}>" for character, gid in gids.items())
    return pdf.make_indirect(
        Dictionary(
            Type=Name.Font, Subtype=Name.Type0, BaseFont=Name(base_font), Encoding=Name("/Identity-H"),
            DescendantFonts=Array([pdf.make_indirect(inner)]),
            ToUnicode=pdf.make_stream(f"{len(gids)} beginbfchar\n{rows}\nendbfchar".encode()),
        )
    )  # fmt: skip


def simple_font_of(pdf: Pdf, wrong_width: int = 0) -> Any:
    """The font as a simple TrueType font in WinAnsi, for ASCII."""
    content, _, widths, units = face()
    name = Name("/BBBBBB+AtkinsonHyperlegibleNext")
    descriptor = Dictionary(
        Type=Name.FontDescriptor, FontName=name, Flags=32, FontBBox=Array([0, -250, 1000, 950]), ItalicAngle=0,
        Ascent=950, Descent=-250, CapHeight=668, StemV=80, FontFile2=pdf.make_indirect(pdf.make_stream(content)),
    )  # fmt: skip
    wide = [widths.get(chr(code), 0) * 1000 / units + wrong_width for code in range(32, 127)]
    return pdf.make_indirect(
        Dictionary(
            Type=Name.Font, Subtype=Name.TrueType, BaseFont=name, FirstChar=32, LastChar=126, Widths=Array(wide),
            Encoding=Name.WinAnsiEncoding, FontDescriptor=pdf.make_indirect(descriptor),
        )
    )  # fmt: skip


def image_of(pdf: Pdf, side: int = 400, space: str = "/DeviceGray", value: int = 128) -> Stream:
    """A square picture of one tone."""
    channels = {"/DeviceGray": 1, "/DeviceRGB": 3, "/DeviceCMYK": 4}[space]
    return pdf.make_stream(
        bytes([value]) * side * side * channels,
        Dictionary(
            Type=Name.XObject, Subtype=Name.Image, Width=side, Height=side, BitsPerComponent=8, ColorSpace=Name(space)
        ),
    )  # fmt: skip


class _Writer:
    """Sets a story, one line an element, and hangs its structure."""

    def __init__(self, pdf: Pdf, ink: str, tagged: bool, left: float, top: float) -> None:
        self.pdf, self.ink, self.tagged, self.left, self.top = pdf, ink, tagged, left, top
        self.owners: list[list[Any]] = []

    def page(self, story: list[Spec], parent: Any, page: Any) -> bytes:
        """The content of one page; its elements are put under the parent."""
        self.lines: list[str] = []
        self.y = self.top
        self.current = page
        self.owners.append([])
        for spec in story:
            self.element(spec, parent)
        folio = f"{self.ink} BT /F 12.5 Tf 1 0 0 1 {self.left} {self.top - 480} Tm {shown('12')} Tj ET"
        self.lines.append(f"/Artifact BMC {folio} EMC" if self.tagged else folio)
        return "\n".join(self.lines).encode()

    def element(self, spec: Spec, parent: Any) -> None:
        """One element and what it holds."""
        role, inside = spec
        element = self.pdf.make_indirect(Dictionary(S=Name(f"/{role}"), P=parent, K=Array(), Pg=self.current))
        parent.K.append(element)
        if role == "TH":
            element.A = Dictionary(O=Name.Table, Scope=Name.Column)
        if role in ("Note", "Figure"):
            element.ID = String(f"{role}-1")
        if isinstance(inside, list):
            for kid in inside:
                self.element(kid, element)
            return
        number = len(self.owners[-1])
        self.owners[-1].append(element)
        element.K.append(number)
        if role == "Figure":
            element.Alt = String("A grey square")
            self.y -= 100
            drawn = f"q 80 0 0 80 {self.left} {self.y} cm /Im Do Q"
        else:
            size = {"H1": 20, "H2": 16}.get(role, 12.5)
            drawn = f"{self.ink} BT /F {size} Tf 1 0 0 1 {self.left} {self.y} Tm {shown(inside)} Tj ET"
        self.lines.append(f"/{role} <</MCID {number}>> BDC {drawn} EMC" if self.tagged else drawn)
        self.y -= 26


def clean(profile: str = "screen", story: list[list[Spec]] | None = None) -> Pdf:
    """A file that has nothing wrong under a profile: screen, press or clinic."""
    pdf = Pdf.new()
    tagged = profile == "screen"
    edge = SLUG + BLEED if profile == "press" else 0.0
    ink = {"screen": INK, "press": BLACK, "clinic": "0 g"}[profile]
    writer = _Writer(pdf, ink, tagged, 60 + edge, A5[1] - 70 + edge)
    root = pdf.make_indirect(Dictionary(Type=Name.StructTreeRoot))
    document = pdf.make_indirect(Dictionary(S=Name.Document, P=root, K=Array()))
    font, image = font_of(pdf), image_of(pdf)
    for number, lines in enumerate(story or STORY):
        page = pdf.add_blank_page(page_size=(A5[0] + 2 * edge, A5[1] + 2 * edge)).obj
        page.Resources = Dictionary(
            Font=Dictionary(F=font),
            XObject=Dictionary(Im=image),
            ExtGState=Dictionary(Over=Dictionary(OP=True, op=True, OPM=1), Knock=Dictionary(OP=False, op=False)),
        )
        page.Contents = pdf.make_stream(writer.page(lines, document, page))
        page.StructParents = number
        page.Tabs = Name.S
        if profile == "press":
            page.TrimBox = Array([edge, edge, edge + A5[0], edge + A5[1]])
            page.BleedBox = Array([SLUG, SLUG, SLUG + 2 * BLEED + A5[0], SLUG + 2 * BLEED + A5[1]])
    _describe(pdf)
    if tagged:
        _tag(pdf, root, document, writer.owners)
    if profile == "press":
        _condition(pdf)
    if profile == "clinic":
        pdf.Root.ViewerPreferences = Dictionary(PrintScaling=Name("/None"))
    return pdf


def _describe(pdf: Pdf) -> None:
    day = String("D:20260715000000Z")
    pdf.docinfo = pdf.make_indirect(Dictionary(Title=String("Words"), CreationDate=day, ModDate=day))
    pdf.docinfo.Trapped = Name("/False")
    pdf.Root.Metadata = pdf.make_stream(XMP.encode(), Dictionary(Type=Name.Metadata, Subtype=Name.XML))


def _tag(pdf: Pdf, root: Any, document: Any, owners: list[list[Any]]) -> None:
    page = pdf.pages[1].obj
    holder = next(element for element in owners[1] if Name.Link == element.S)
    link = pdf.make_indirect(
        Dictionary(
            Type=Name.Annot, Subtype=Name.Link, Rect=Array([60, 300, 150, 316]), Contents=String("Page 1"), F=4,
            StructParent=len(owners), Dest=Array([pdf.pages[0].obj, Name.Fit]),
        )
    )  # fmt: skip
    page.Annots = Array([link])
    holder.K.append(Dictionary(Type=Name.OBJR, Obj=link, Pg=page))
    numbers = [item for number, row in enumerate(owners) for item in (number, Array(row))]
    root.ParentTree = pdf.make_indirect(Dictionary(Nums=Array([*numbers, len(owners), holder])))
    root.K = document
    pdf.Root.StructTreeRoot = root
    pdf.Root.MarkInfo = Dictionary(Marked=True)
    pdf.Root.Lang = String("en-AU")
    pdf.Root.ViewerPreferences = Dictionary(DisplayDocTitle=True)


def icc_header(kind: bytes = b"prtr", space: bytes = b"CMYK") -> bytes:
    """The first 128 bytes of an ICC profile: enough to say what it is for."""
    return b"\0" * 12 + kind + space + b"Lab " + b"\0" * 12 + b"acsp" + b"\0" * 88


def second_edition(pdf: Pdf) -> None:
    """Make of the clean file for the screen one that is right in all that PDF/UA-2 asks."""
    claim = "<pdfuaid:part>2</pdfuaid:part><pdfuaid:rev>2024</pdfuaid:rev>"
    pdf.Root.Metadata.write(XMP.replace("<pdfuaid:part>1</pdfuaid:part>", claim).encode())
    space = pdf.make_indirect(Dictionary(Type=Name.Namespace, NS=String("http://iso.org/pdf2/ssn")))
    pdf.Root.StructTreeRoot.Namespaces = Array([space])
    pdf.Root.StructTreeRoot.K.NS = space
    element(pdf, "L").A = Dictionary(O=Name.List, ListNumbering=Name.Decimal)
    element(pdf, "TOCI").Ref = Array([element(pdf, "H1")])
    element(pdf, "Note").S = Name.Span
    link = pdf.pages[1].Annots[0]
    del link["/Dest"]
    link.A = Dictionary(S=Name.GoTo, D=Array([pdf.pages[0].obj, Name.Fit]), SD=Array([element(pdf, "H1"), Name.Fit]))


def _condition(pdf: Pdf) -> None:
    profile = pdf.make_stream(icc_header(), Dictionary(N=4))
    intent = Dictionary(
        Type=Name.OutputIntent, S=Name.GTS_PDFX, OutputConditionIdentifier=String("FOGRA39"),
        RegistryName=String("http://www.color.org"), DestOutputProfile=profile,
    )  # fmt: skip
    pdf.Root.OutputIntents = Array([pdf.make_indirect(intent)])


def saved(pdf: Pdf) -> bytes:
    """The file as bytes, with an id from its content."""
    target = io.BytesIO()
    pdf.save(target, deterministic_id=True)
    return target.getvalue()


def spoilt(profile: str, spoil: Callable[[Pdf], None]) -> bytes:
    """A clean file with one thing changed."""
    pdf = clean(profile)
    spoil(pdf)
    return saved(pdf)


def replace(pdf: Pdf, old: str, new: str, page: int = 1) -> None:
    """Change words of a page's content, once."""
    stream = pdf.pages[page].Contents
    content = stream.read_bytes().decode("latin-1")
    assert old in content, old
    stream.write(content.replace(old, new, 1).encode("latin-1"))


def draw(pdf: Pdf, operators: str, page: int = 1, tagged: bool = False) -> None:
    """Draw something more, as an artifact where the file is tagged."""
    stream = pdf.pages[page].Contents
    operators = f"\nq {operators} Q\n"
    if "/StructTreeRoot" in pdf.Root and not tagged:
        operators = f"\n/Artifact BMC {operators} EMC\n"
    stream.write(stream.read_bytes() + operators.encode("latin-1"))


def element(pdf: Pdf, role: str) -> Any:
    """The first structure element with a role."""
    waiting = [pdf.Root.StructTreeRoot.K]
    while waiting:
        thing = waiting.pop(0)
        if isinstance(thing, Dictionary) and "/S" in thing:
            if Name(f"/{role}") == thing.S:
                return thing
            kids = thing.get("/K", Array())
            waiting += list(kids) if isinstance(kids, Array) else [kids]
    raise AssertionError(role)


def path_of(folder: Path, content: bytes, name: str = "file.pdf") -> Path:
    """The bytes as a file."""
    path = folder / name
    path.write_bytes(content)
    return path
