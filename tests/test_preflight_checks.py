"""For every check a file that is wrong in this one way, and a clean twin, or a near miss that passes."""

from __future__ import annotations

import dataclasses
import io
from collections.abc import Callable
from typing import Any

import pytest
from pikepdf import Array, Dictionary, Name, Pdf, String

from booklet.findings import Severity
from booklet.preflight import CHECKS, PROFILES, Check, examine
from tests import pdfs
from tests.pdfs import A5, BLACK, INK, draw, element, icc_header, image_of, replace, shown

Spoil = Callable[[Pdf], None]


def codes(content: bytes, profile: str) -> set[str]:
    return {complaint.code for complaint in examine(content, "file.pdf", PROFILES[profile]).complaints}


def setting(path: str, value: Any) -> Spoil:
    """Set (or, with None, take away) an entry below the catalog, the first page or element: `Root/MarkInfo/Marked`."""

    def spoil(pdf: Pdf) -> None:
        *way, key = path.split("/")
        thing: Any = {"Root": pdf.Root, "page": pdf.pages[1].obj, "info": pdf.docinfo, "last": pdf.pages[3].obj}.get(
            way[0]
        )
        thing = element(pdf, way[0]) if thing is None else thing
        for step in way[1:]:
            thing = thing[int(step)] if step.isdigit() else thing[f"/{step}"]
        made = value(pdf) if callable(value) else value
        if made is None:
            del thing[f"/{key}"]
        else:
            thing[f"/{key}"] = made

    return spoil


def drawing(operators: str, tagged: bool = False) -> Spoil:
    return lambda pdf: draw(pdf, operators, tagged=tagged)


def replacing(old: str, new: str, page: int = 1) -> Spoil:
    return lambda pdf: replace(pdf, old, new, page)


def text(words: str, size: float = 12.5, x: float = 220, y: float = 160, ink: str = INK) -> str:
    return f"{ink} BT /F {size} Tf 1 0 0 1 {x} {y} Tm {shown(words)} Tj ET"


def press_text(words: str, size: float = 12.5, x: float = 250, y: float = 200, ink: str = BLACK) -> str:
    return text(words, size, x, y, ink)


def lines(*rows: str, gap: float = 18, size: float = 12.5) -> Spoil:
    """A paragraph of several lines under one new P."""

    def spoil(pdf: Pdf) -> None:
        page = pdf.pages[2].obj
        number = len(pdf.Root.StructTreeRoot.ParentTree.Nums[5])
        owner = pdf.make_indirect(Dictionary(S=Name.P, P=pdf.Root.StructTreeRoot.K, K=number, Pg=page))
        pdf.Root.StructTreeRoot.K.K.append(owner)
        pdf.Root.StructTreeRoot.ParentTree.Nums[5].append(owner)
        shows = " ".join(text(row, size, 60, 400 - gap * place) for place, row in enumerate(rows))
        draw(pdf, f"/P <</MCID {number}>> BDC {shows} EMC", page=2, tagged=True)

    return spoil


def with_font(change: Callable[[Any, Pdf], None]) -> Spoil:
    return lambda pdf: change(pdf.pages[0].Resources.Font.F, pdf)


def with_space(definition: Callable[[Pdf], Any], operators: str) -> Spoil:
    def spoil(pdf: Pdf) -> None:
        pdf.pages[1].Resources.ColorSpace = Dictionary(S=definition(pdf))
        draw(pdf, operators)

    return spoil


def with_image(operators: str = "80 0 0 80 120 120 cm /New Do", **made: Any) -> Spoil:
    def spoil(pdf: Pdf) -> None:
        pdf.pages[1].Resources.XObject.New = image_of(pdf, **made)
        draw(pdf, operators)

    return spoil


def both(*spoils: Spoil) -> Spoil:
    def spoil(pdf: Pdf) -> None:
        for each in spoils:
            each(pdf)

    return spoil


def annotation(subtype: str, **entries: Any) -> Spoil:
    """One more annotation, in the structure under an Annot, unless entries say otherwise."""

    def spoil(pdf: Pdf) -> None:
        page, root = pdf.pages[1].obj, pdf.Root.StructTreeRoot
        role = entries.pop("role", "Annot")
        key = len(root.ParentTree.Nums) // 2
        note = pdf.make_indirect(
            Dictionary(
                Type=Name.Annot, Subtype=Name(f"/{subtype}"), Rect=Array([60, 40, 80, 60]), StructParent=key,
                Contents=String("Words"),
            )
        )  # fmt: skip
        for name, value in entries.items():
            if value is None:
                del note[f"/{name}"]
            else:
                note[f"/{name}"] = value
        reference = Dictionary(Type=Name.OBJR, Obj=note, Pg=page)
        owner = pdf.make_indirect(Dictionary(S=Name(f"/{role}"), P=root.K, K=reference))
        root.K.K.append(owner)
        root.ParentTree.Nums.append(key)
        root.ParentTree.Nums.append(owner)
        page.Annots.append(note)

    return spoil


def change_role(old: str, new: str) -> Spoil:
    return lambda pdf: element(pdf, old).__setattr__("S", Name(f"/{new}"))


def second_heading(pdf: Pdf) -> None:
    element(pdf, "H2").S = Name.H


def widen_cell(pdf: Pdf) -> None:
    element(pdf, "TD").A = Dictionary(O=Name.Table, ColSpan=2)


def not_in_tree(pdf: Pdf) -> None:
    del element(pdf, "LBody")["/K"]


def other_owner(pdf: Pdf) -> None:
    pdf.Root.StructTreeRoot.ParentTree.Nums[1][0] = element(pdf, "H2")


def cycle(pdf: Pdf) -> None:
    element(pdf, "Note").K.append(pdf.Root.StructTreeRoot.K)


def form_field(**entries: Any) -> Spoil:
    def spoil(pdf: Pdf) -> None:
        annotation("Widget", role="Form", FT=Name.Tx, T=String("name"), **entries)(pdf)
        pdf.Root.AcroForm = Dictionary(Fields=Array([pdf.pages[1].Annots[-1]]))

    return spoil


def lose_letter(pdf: Pdf) -> None:
    """A letter whose outline a subsetter has taken out."""
    from fontTools.ttLib import TTFont

    program = pdf.pages[0].Resources.Font.F.DescendantFonts[0].FontDescriptor.FontFile2
    font = TTFont(io.BytesIO(program.read_bytes()))
    glyph = font["glyf"][font.getBestCmap()[ord("W")]]
    glyph.numberOfContours = 0
    for name in ("coordinates", "endPtsOfContours", "flags", "program"):
        glyph.__dict__.pop(name, None)
    target = io.BytesIO()
    font.save(target)
    program.write(target.getvalue())


def type3(pdf: Pdf) -> None:
    pdf.pages[1].Resources.Font.T = pdf.make_indirect(
        Dictionary(
            Type=Name.Font, Subtype=Name.Type3, FontBBox=Array([0, 0, 1000, 1000]), FirstChar=65, LastChar=65,
            FontMatrix=Array([0.001, 0, 0, 0.001, 0, 0]), Widths=Array([1000]), Resources=Dictionary(),
            Encoding=Dictionary(Differences=Array([65, Name.A])),
            CharProcs=Dictionary(A=pdf.make_stream(b"1000 0 0 0 900 900 d1 0 0 900 900 re f")),
        )
    )  # fmt: skip
    draw(pdf, f"{INK} BT /T 14 Tf 1 0 0 1 220 160 Tm (A) Tj ET")


def no_origin(pdf: Pdf) -> None:
    for page in pdf.pages:
        for name in ("/MediaBox", "/TrimBox", "/BleedBox"):
            page.obj[name] = Array([float(side) - 10 for side in page.obj[name]])
        page.Contents.write(b"1 0 0 1 -10 -10 cm\n" + page.Contents.read_bytes())


def all_bleed(pdf: Pdf) -> None:
    for page in pdf.pages:
        page.obj.BleedBox = page.obj.TrimBox


def spot(pdf: Pdf) -> Array:
    tint = Dictionary(FunctionType=2, Domain=Array([0, 1]), C0=Array([0, 0, 0, 0]), C1=Array([0, 1, 1, 0]), N=1)
    return Array([Name.Separation, Name("/PANTONE"), Name.DeviceCMYK, tint])


def spot_twin(pdf: Pdf) -> None:
    draw(pdf, "0 0.5 0.5 0 k 100 100 50 50 re f")


def icc_space(pdf: Pdf) -> Array:
    return Array([Name.ICCBased, pdf.make_stream(icc_header(), Dictionary(N=4))])


def rgb_form(pdf: Pdf) -> None:
    """Colour hidden in a form in a form."""
    inner = pdf.make_stream(
        b"1 0 0 rg 0 0 50 50 re f", Dictionary(Type=Name.XObject, Subtype=Name.Form, BBox=Array([0, 0, 50, 50]))
    )
    outer = Dictionary(
        Type=Name.XObject, Subtype=Name.Form, BBox=Array([0, 0, 50, 50]),
        Resources=Dictionary(XObject=Dictionary(In=inner)),
    )  # fmt: skip
    pdf.pages[1].Resources.XObject.Out = pdf.make_stream(b"/In Do", outer)
    draw(pdf, "1 0 0 1 100 100 cm /Out Do")


def rgb_pattern(pdf: Pdf) -> None:
    cell = Dictionary(
        PatternType=1, PaintType=1, TilingType=1, BBox=Array([0, 0, 9, 9]), XStep=9, YStep=9, Resources=Dictionary()
    )
    pdf.pages[1].Resources.Pattern = Dictionary(P=pdf.make_stream(b"0 1 0 rg 0 0 5 5 re f", cell))
    draw(pdf, "/Pattern cs /P scn 100 100 50 50 re f")


def rgb_shading(pdf: Pdf) -> None:
    run = Dictionary(FunctionType=2, Domain=Array([0, 1]), C0=Array([0, 0, 0]), C1=Array([1, 0, 0]), N=1)
    pdf.pages[1].Resources.Shading = Dictionary(
        S=Dictionary(ShadingType=2, ColorSpace=Name.DeviceRGB, Coords=Array([0, 0, 50, 0]), Function=run)
    )
    draw(pdf, "100 100 50 50 re W n /S sh")


def rgb_mask(pdf: Pdf) -> None:
    """A soft mask that is painted in RGB, in a group that is not."""
    form = pdf.make_stream(
        b"1 1 1 rg 0 0 500 700 re f",
        Dictionary(
            Type=Name.XObject, Subtype=Name.Form, BBox=Array([0, 0, 500, 700]),
            Group=Dictionary(S=Name.Transparency, CS=Name.DeviceGray),
        ),
    )  # fmt: skip
    pdf.pages[1].Resources.ExtGState.Mask = Dictionary(SMask=Dictionary(S=Name.Luminosity, G=form))
    draw(pdf, "/Mask gs 0 0 0 0.5 k 100 100 50 50 re f")


def rgb_group(pdf: Pdf) -> None:
    pdf.pages[1].obj.Group = Dictionary(S=Name.Transparency, CS=Name.DeviceRGB)


def program_shading(pdf: Pdf) -> None:
    run = pdf.make_stream(
        b"{ dup dup 0 exch }", Dictionary(FunctionType=4, Domain=Array([0, 1]), Range=Array([0, 1] * 4))
    )
    pdf.pages[1].Resources.Shading = Dictionary(
        S=Dictionary(ShadingType=2, ColorSpace=Name.DeviceCMYK, Coords=Array([0, 0, 50, 0]), Function=run)
    )
    draw(pdf, "100 100 50 50 re W n /S sh")


def two_intents(pdf: Pdf) -> None:
    pdf.Root.OutputIntents.append(pdf.Root.OutputIntents[0])


def screen_profile(pdf: Pdf) -> None:
    pdf.Root.OutputIntents[0].DestOutputProfile.write(icc_header(b"mntr", b"RGB "))


def layers(pdf: Pdf) -> None:
    group = pdf.make_indirect(Dictionary(Type=Name.OCG, Name=String("Layer")))
    pdf.Root.OCProperties = Dictionary(OCGs=Array([group]), D=Dictionary(Order=Array([group])))


def attach(pdf: Pdf, named: bool = True) -> None:
    held = Dictionary(Type=Name.Filespec, EF=Dictionary(F=pdf.make_stream(b"words")))
    if named:
        held.F = held.UF = String("words.txt")
    pdf.Root.AF = Array([pdf.make_indirect(held)])


def attach_in_names(pdf: Pdf) -> None:
    pdf.attachments["words.txt"] = b"words"


def twice_drawn_form(pdf: Pdf) -> None:
    """A form with tagged content of its own, drawn twice."""
    root, page = pdf.Root.StructTreeRoot, pdf.pages[1].obj
    key = len(root.ParentTree.Nums) // 2
    form = pdf.make_stream(
        b"/P <</MCID 0>> BDC 0.1 g 0 0 9 9 re f EMC",
        Dictionary(Type=Name.XObject, Subtype=Name.Form, BBox=Array([0, 0, 9, 9]), StructParents=key),
    )
    page.Resources.XObject.Twice = form
    content = Dictionary(Type=Name.MCR, Stm=form, MCID=0, Pg=page)
    owner = pdf.make_indirect(Dictionary(S=Name.P, P=root.K, K=content, Pg=page))
    root.K.K.append(owner)
    root.ParentTree.Nums.append(key)
    root.ParentTree.Nums.append(Array([owner]))
    draw(pdf, "1 0 0 1 60 100 cm /Twice Do 1 0 0 1 20 0 cm /Twice Do", tagged=True)


def slant(pdf: Pdf) -> None:
    draw(pdf, f"{INK} BT /F 18 Tf 1 0 0.3 1 220 160 Tm {shown('Leaning')} Tj ET")


def larger(pdf: Pdf, size: int = 18) -> None:
    for page in pdf.pages:
        content = page.Contents.read_bytes().replace(b"12.5 Tf", b"%d Tf" % size).replace(b"16 Tf", b"18 Tf")
        page.Contents.write(content.replace(b" 60.0 ", b" 90 "))


def hyphen_for_tilde(pdf: Pdf) -> None:
    """The hyphen that engines put at line ends is not in the face: let another glyph mean it."""
    table = pdf.pages[0].Resources.Font.F.ToUnicode
    gid = shown("~").strip("<>").encode()
    table.write(table.read_bytes().replace(b"<%b> <007e>" % gid, b"<%b> <2010>" % gid))


def widen(pdf: Pdf) -> None:
    for page in pdf.pages:
        page.obj.MediaBox = Array([0, 0, 700, A5[1]])


def script() -> Dictionary:
    return Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))


def script_in_a_field(pdf: Pdf) -> None:
    form_field(TU=String("Name"))(pdf)
    pdf.Root.AcroForm.Fields.append(Dictionary(T=String("sum"), AA=Dictionary(C=script())))


def script_in_the_outline(pdf: Pdf) -> None:
    entry = pdf.make_indirect(Dictionary(Title=String("Words"), A=script()))
    pdf.Root.Outlines = Dictionary(First=entry, Last=entry, Count=1)


def script_after_150_actions(pdf: Pdf) -> None:
    action = pdf.make_indirect(script())
    for _ in range(150):
        action = pdf.make_indirect(Dictionary(S=Name.URI, URI=String("https://example.org"), Next=action))
    pdf.Root.OpenAction = action


def opening_at_a_page_with_a_group(pdf: Pdf) -> None:
    pdf.pages[0].obj.Group = Dictionary(S=Name.Transparency, CS=Name.DeviceRGB)
    pdf.Root.OpenAction = Array([pdf.pages[0].obj, Name.XYZ, None, None, 0])


def appearance(font: Callable[[Pdf], Any] | None, flags: int = 4) -> Spoil:
    """A note that looks like a word, in a font of its own."""

    def spoil(pdf: Pdf) -> None:
        fonts = Dictionary(Own=font(pdf)) if font else Dictionary()
        look = pdf.make_stream(
            b"0.1 g BT /Own 14 Tf 2 4 Td (Aa) Tj ET",
            Dictionary(
                Type=Name.XObject, Subtype=Name.Form, BBox=Array([0, 0, 20, 20]), Resources=Dictionary(Font=fonts)
            ),
        )
        annotation("Stamp", AP=Dictionary(N=look), F=flags)(pdf)

    return spoil


def stamp(ink: str, flags: int = 4, shown: str = "", is_form: bool = True) -> Spoil:
    """A note 10 by 10 mm large that looks like a square of an ink, or does when it is `On`."""

    def spoil(pdf: Pdf) -> None:
        look = pdf.make_stream(f"{ink} 0 0 10 10 re f".encode(), Dictionary(BBox=Array([0, 0, 10, 10])))
        if is_form:
            look.Type, look.Subtype = Name.XObject, Name.Form
        looks = Dictionary(On=look) if shown else look
        note = Dictionary(
            Type=Name.Annot, Subtype=Name.Stamp, Rect=Array([100, 100, 128, 128]), F=flags,
            AP=Dictionary(N=looks), AS=Name(f"/{shown or 'On'}"),
        )  # fmt: skip
        pdf.pages[1].obj.Annots = Array([note])

    return spoil


def standard_font(_: Pdf) -> Dictionary:
    return Dictionary(
        Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica, Encoding=Name.WinAnsiEncoding, FirstChar=32,
        LastChar=126, Widths=Array([500] * 95),
    )  # fmt: skip


def simple_text(change: Callable[[Any], None] | None = None, wrong_width: int = 0) -> Spoil:
    def spoil(pdf: Pdf) -> None:
        pdf.pages[1].Resources.Font.Simple = font = pdfs.simple_font_of(pdf, wrong_width)
        if change:
            change(font)
        draw(pdf, f"{INK} BT /Simple 14 Tf 1 0 0 1 220 160 Tm (Aa) Tj ET")

    return spoil


def symbolic(font: Any) -> None:
    font.FontDescriptor.Flags = 4


def with_cmap(own: int, outer: int, mode: int = 0, more: bytes = b"") -> Spoil:
    """The font in a character collection, with an embedded CMap of the same: supplements of both, and the direction."""

    def change(font: Any, pdf: Pdf) -> None:
        def system(supplement: int) -> Dictionary:
            return Dictionary(Registry=String("Adobe"), Ordering=String("Words"), Supplement=supplement)

        font.DescendantFonts[0].CIDSystemInfo = system(own)
        codes = b"1 begincodespacerange <0000> <ffff> endcodespacerange 1 begincidrange <0000> <ffff> 0 endcidrange"
        rows = b"begincmap /CMapName /Words def /WMode 0 def " + more + codes + b" endcmap"
        keys = Dictionary(Type=Name.CMap, CMapName=Name.Words, CIDSystemInfo=system(outer), WMode=mode)
        if more:
            keys.UseCMap = Name("/Adobe-Korea1-2")
        font.Encoding = pdf.make_stream(rows, keys)

    return with_font(change)


def wrong_cid_set(pdf: Pdf) -> None:
    """A list that leaves out all glyphs but the first eight."""
    descriptor = pdf.pages[0].Resources.Font.F.DescendantFonts[0].FontDescriptor
    descriptor.CIDSet = pdf.make_stream(b"\xff")


def named_ink(name: str, operators: str) -> Spoil:
    """A colour space of one ink that stands for black."""
    tint = Dictionary(FunctionType=2, Domain=Array([0, 1]), C0=Array([0, 0, 0, 0]), C1=Array([0, 0, 0, 1]), N=1)
    return with_space(lambda _: Array([Name.Separation, Name(f"/{name}"), Name.DeviceCMYK, tint]), operators)


def grey_group(pdf: Pdf) -> None:
    """A grey form mixed by itself."""
    group = Dictionary(S=Name.Transparency, CS=Name.DeviceGray, I=True)
    pdf.pages[1].Resources.XObject.Mixed = pdf.make_stream(
        b"0.5 g 0 0 50 50 re f",
        Dictionary(Type=Name.XObject, Subtype=Name.Form, BBox=Array([0, 0, 50, 50]), Group=group),
    )
    draw(pdf, "1 0 0 1 100 100 cm /Mixed Do")


def grey_page(pdf: Pdf) -> None:
    pdf.pages[1].obj.Group = Dictionary(S=Name.Transparency, CS=Name.DeviceGray)


def said_in_metadata(pdf: Pdf) -> None:
    """Dates and trapping in the metadata alone."""
    said = (
        '<xmp:CreateDate xmlns:xmp="http://ns.adobe.com/xap/1.0/">2026-01-01</xmp:CreateDate>'
        '<xmp:ModifyDate xmlns:xmp="http://ns.adobe.com/xap/1.0/">2026-01-01</xmp:ModifyDate>'
        '<pdf:Trapped xmlns:pdf="http://ns.adobe.com/pdf/1.3/">False</pdf:Trapped></rdf:Description>'
    )
    pdf.Root.Metadata.write(pdfs.XMP.replace("</rdf:Description>", said).encode())
    for key in ("Title", "CreationDate", "ModDate", "Trapped"):
        del pdf.docinfo[f"/{key}"]


def claim(old: str, new: str) -> Spoil:
    return lambda pdf: pdf.Root.Metadata.write(pdf.Root.Metadata.read_bytes().replace(old.encode(), new.encode()))


def second(*spoils: Spoil) -> Spoil:
    """A file that claims PDF/UA-2 and is right but for these."""
    return both(pdfs.second_edition, *spoils)


def add_kid(parent: str, role: str, first: bool = False) -> Spoil:
    """An empty element more."""

    def spoil(pdf: Pdf) -> None:
        owner = element(pdf, parent)
        new = pdf.make_indirect(Dictionary(S=Name(f"/{role}"), P=owner, K=Array()))
        owner.K = Array([new, *owner.K] if first else [*owner.K, new])

    return spoil


def without_headers(pdf: Pdf) -> None:
    for cell in element(pdf, "TR").K:
        cell.S = Name.TD


def nothing_between(pdf: Pdf) -> None:
    """A grouping element that means nothing, between a table and its rows."""
    table = element(pdf, "Table")
    between = pdf.make_indirect(Dictionary(S=Name.NonStruct, P=table, K=table.K))
    for row in table.K:
        row.P = between
    table.K = Array([between])


def by_class(pdf: Pdf) -> None:
    """The scope of header cells, said by a class."""
    pdf.Root.StructTreeRoot.ClassMap = Dictionary(head=Dictionary(O=Name.Table, Scope=Name.Column))
    for cell in element(pdf, "TR").K:
        del cell["/A"]
        cell.C = Name.head


def by_namespace(target: str) -> Spoil:
    """A role of a namespace that maps it to a role of PDF 2.0."""

    def spoil(pdf: Pdf) -> None:
        standard = pdf.make_indirect(Dictionary(NS=String("http://iso.org/pdf2/ssn")))
        own = pdf.make_indirect(Dictionary(NS=String("https://example.org/roles")))
        own.RoleMapNS = Dictionary(Words=Array([Name(f"/{target}"), standard if target == "P" else own]))
        element(pdf, "P").NS = own
        element(pdf, "P").S = Name.Words

    return spoil


def in_mathml(pdf: Pdf) -> None:
    space = pdf.make_indirect(Dictionary(Type=Name.Namespace, NS=String("http://www.w3.org/1998/Math/MathML")))
    pdf.Root.StructTreeRoot.Namespaces.append(space)
    element(pdf, "math").NS = space


def second_link(pdf: Pdf) -> None:
    """Another link in the element of the first, to another place."""
    holder, page = element(pdf, "Link"), pdf.pages[1].obj
    other = pdf.make_indirect(Dictionary(dict(page.Annots[0].items())))
    other.A = Dictionary(S=Name.GoTo, D=Array([page, Name.Fit]), SD=Array([element(pdf, "H2"), Name.Fit]))
    page.Annots.append(other)
    holder.K.append(Dictionary(Type=Name.OBJR, Obj=other, Pg=page))


def media(**clip: Any) -> Spoil:
    data = Dictionary(S=Name.MCD, D=Dictionary(Type=Name.Filespec, F=String("words.mp4")), **clip)
    action = Dictionary(S=Name.Rendition, OP=0, R=Dictionary(S=Name.MR, C=data))
    return annotation("Screen", A=action)


def nameless_widget(pdf: Pdf) -> None:
    """TU in a widget that is not the field."""
    form_field(TU=String("Your name"))(pdf)
    widget = pdf.pages[1].Annots[-1]
    del widget["/T"]
    widget.Parent = pdf.make_indirect(Dictionary(T=String("name"), FT=Name.Tx, Kids=Array([widget])))


def described_form(pdf: Pdf) -> None:
    """A field whose Form has words for it."""
    form_field()(pdf)
    element(pdf, "Form").Alt = String("Your name")


def beside_the_page(pdf: Pdf) -> None:
    annotation("Square", role="Annot", Contents=None, Rect=Array([1000, 1000, 1010, 1010]))(pdf)
    del pdf.pages[1].Annots[-1]["/StructParent"]


def lost_function(pdf: Pdf) -> None:
    pdf.pages[1].Resources.Shading = Dictionary(
        S=Dictionary(ShadingType=2, ColorSpace=Name.DeviceCMYK, Coords=Array([0, 0, 50, 0]), Function=Dictionary())
    )
    draw(pdf, "100 100 50 50 re W n /S sh")


def strange_image(pdf: Pdf) -> None:
    """Pixels packed in a way that nobody here unpacks."""
    pdf.pages[1].Resources.XObject.New = image = image_of(pdf, 400, "/DeviceCMYK")
    image.write(b"words", filter=Name.JPXDecode)
    draw(pdf, "80 0 0 80 120 120 cm /New Do")


def languages_by_part(pdf: Pdf) -> None:
    del pdf.Root["/Lang"]
    for role in ("Document", "Link"):
        element(pdf, role).Lang = String("en-AU")
    for page in pdf.pages:
        tagged = page.Contents.read_bytes()
        page.Contents.write(tagged.replace(b"/Artifact BMC", b"/Artifact <</Lang (en-AU)>> BDC"))
    pdf.Root.Metadata.write(pdfs.XMP.replace("x-default", "en-AU").encode())


MARK_OUTSIDE = "/S CS 1 SCN 0.25 w 0 22 m 10 22 l S"
SPOILT_MARGIN: Spoil = replacing("1 0 0 1 60.0 ", "1 0 0 1 5 ", page=2)
RED_IMAGE = with_image(space="/DeviceRGB")
LONG = "Words that run on and on until nobody can find the next line at its end any more ok"
RIGHT_OF_PAGE = A5[0] - 20


def upside_down(pdf: Pdf) -> None:
    for page in pdf.pages:
        page.obj.Rotate = 180


def lose_unicode(pdf: Pdf) -> None:
    draw(pdf, f"/P BMC /Span <<>> BDC {INK} EMC EMC")
    with_font(lambda font, pdf: font.__delitem__("/ToUnicode"))(pdf)


SPOILT: list[tuple[str, str, Spoil]] = [
    ("SYS-105", "screen", drawing("/Nothing gs")),
    ("SYS-105", "screen",
     lambda pdf: pdf.pages[1].Contents.write(pdf.pages[1].Contents.read_bytes() + b" /Artifact BMC")),
    ("SYS-105", "screen", drawing("1 (words) 3 rg")),
    ("SYS-106", "screen", setting("Root/OpenAction", Dictionary(S=Name.JavaScript, JS=String("app.alert(1)")))),
    ("SYS-106", "screen", script_in_a_field),
    ("SYS-106", "screen", script_in_the_outline),
    ("SYS-106", "screen", script_after_150_actions),
    ("SYS-105", "screen", appearance(None)),
    ("SYS-107", "screen", setting("Root/OpenAction", Dictionary(S=Name.Launch, F=String("words.exe")))),
    ("SYS-111", "press", setting("Root/OpenAction", Dictionary(S=Name.URI, URI=String("https://example.org")))),
    ("SYS-108", "screen", attach_in_names),
    ("LNK-101", "screen", lambda pdf: setting("page/Annots/0/Dest", String("nowhere"))(pdf)),
    ("LNK-102", "screen", both(
        setting("page/Annots/0/A", Dictionary(S=Name.URI, URI=String("file:///words"))),
        setting("page/Annots/0/Dest", None),
    )),
    ("BOX-101", "screen", setting("page/CropBox", Array([0, 0, 10]))),
    ("BOX-101", "screen", setting("page/TrimBox", Array([0, 0, 0, 100]))),
    ("BOX-101", "screen", setting("page/Rotate", 45)),
    ("BOX-107", "screen", setting("page/UserUnit", 10**9)),
    ("BOX-102", "press", setting("page/BleedBox", Array([0, 0, 600, 660]))),
    ("BOX-103", "screen", setting("page/MediaBox", Array([0, 0, 440, 596]))),
    ("BOX-104", "press", setting("page/TrimBox", None)),
    ("BOX-105", "press", all_bleed),
    ("BOX-106", "press", lambda pdf: pdf.pages.__delitem__(-1)),
    ("BOX-108", "press", upside_down),
    ("BOX-113", "press", no_origin),
    ("BOX-109", "press", drawing(press_text("Words", x=32))),
    ("BOX-109", "press", with_image("60 0 0 60 32 120 cm /New Do")),
    ("BOX-116", "press", drawing(press_text("Words", x=28.5 + 10))),
    ("BOX-110", "press", drawing("0 0 0 0.3 k 28.5 28.5 100 100 re f")),
    ("BOX-111", "clinic", drawing("0.5 g 5 100 50 50 re f")),
    ("BOX-112", "clinic", setting("Root/ViewerPreferences/PrintScaling", None)),
    ("BOX-114", "press", lambda pdf: pdf.pages[0].obj.__setattr__("Annots", Array([
        Dictionary(Type=Name.Annot, Subtype=Name.Square, Rect=Array([100, 100, 200, 200]))]))),
    ("BOX-115", "screen", drawing(text("Words", x=RIGHT_OF_PAGE))),
    ("FNT-101", "screen", with_font(lambda font, _: font.DescendantFonts[0].FontDescriptor.__delitem__("/FontFile2"))),
    ("FNT-102", "screen", type3),
    ("FNT-103", "screen", drawing(f"{INK} BT /F 12.5 Tf 1 0 0 1 220 160 Tm <0000> Tj ET")),
    ("FNT-104", "screen", lose_letter),
    ("FNT-105", "screen", lose_unicode),
    ("FNT-106", "screen", with_font(lambda font, pdf: font.__setattr__("ToUnicode", pdf.make_stream(
        font.ToUnicode.read_bytes() + b"\n1 beginbfchar\n<0001> <feff>\nendbfchar")))),
    ("FNT-107", "screen", with_font(lambda font, _: font.DescendantFonts[0].FontDescriptor.FontFile2.write(b"words"))),
    ("FNT-108", "screen", with_font(lambda font, _: font.DescendantFonts[0].__delitem__("/CIDToGIDMap"))),
    ("FNT-109", "screen", with_font(lambda font, _: font.DescendantFonts[0].__setattr__("W", Array()) or
        font.DescendantFonts[0].__setattr__("DW", 555))),
    ("FNT-101", "screen", appearance(standard_font)),
    ("FNT-108", "screen", with_cmap(own=2, outer=1)),
    ("FNT-108", "screen", with_cmap(own=1, outer=1, mode=1)),
    ("FNT-108", "screen", with_cmap(own=1, outer=1, more=b"/Adobe-Korea1-2 usecmap ")),
    ("FNT-108", "screen", with_font(lambda font, _: font.__setattr__("Encoding", Name("/UniGB-UCS2-H")))),
    ("FNT-109", "screen", simple_text(wrong_width=30)),
    ("FNT-110", "screen", simple_text(symbolic)),
    ("FNT-110", "screen", simple_text(lambda font: font.__delitem__("/Encoding"))),
    ("FNT-110", "screen", simple_text(lambda font: font.__setattr__("Encoding", Dictionary(
        BaseEncoding=Name.WinAnsiEncoding, Differences=Array([66, Name.nobodysname]))))),
    ("FNT-111", "screen", wrong_cid_set),
    ("INK-101", "press", drawing("0 0 1 rg 100 100 50 50 re f")),
    ("INK-101", "press", RED_IMAGE),
    ("INK-101", "press", rgb_form),
    ("INK-101", "press", rgb_pattern),
    ("INK-101", "press", rgb_shading),
    ("INK-101", "press", rgb_mask),
    ("INK-102", "clinic", drawing("0 0 0 0.5 k 100 100 50 50 re f")),
    ("INK-103", "press", with_space(
        lambda _: Array([Name.Lab, Dictionary(WhitePoint=Array([0.96, 1, 0.82]))]),
        "/S cs 50 0 0 sc 100 100 50 50 re f")),
    ("INK-104", "press", with_space(spot, "/S cs 1 scn 100 100 50 50 re f")),
    ("INK-104", "press", named_ink("All", "/S cs 0.5 scn 100 100 20 20 re f")),
    ("INK-104", "press", named_ink("Silver", "/S cs 0.5 scn 100 100 20 20 re f")),
    ("INK-106", "clinic", grey_group),
    ("INK-106", "press", grey_group),
    ("INK-121", "press", strange_image),
    ("INK-105", "press", with_space(icc_space, "/S cs 0 0 0 0.5 scn 100 100 50 50 re f")),
    ("INK-106", "press", rgb_group),
    ("INK-107", "press", drawing(press_text("Words", ink="/Over gs 0.6 0.5 0.5 0.9 k"))),
    ("INK-108", "press", drawing(press_text("Words", ink="/Knock gs 0 0 0 1 k"))),
    ("INK-109", "press", drawing("/Over gs 0 0 0 0 k 100 100 50 50 re f")),
    ("INK-110", "press", drawing("0.9 0.8 0.8 0.9 k 100 100 50 50 re f")),
    ("INK-111", "press", with_image("150 0 0 150 260 150 cm /New Do", side=300)),
    ("INK-112", "press", with_image("120 0 0 120 120 120 cm /New Do", side=330)),
    ("INK-113", "press", drawing("0.1 w 0 0 0 1 K 100 100 m 200 100 l S")),
    ("INK-113", "clinic", drawing("0 g 100 100 100 0.1 re f")),
    ("INK-115", "press", two_intents),
    ("INK-115", "press", lambda pdf: pdf.Root.OutputIntents[0].__delitem__("/OutputConditionIdentifier")),
    ("INK-116", "press", screen_profile),
    ("INK-117", "press", setting("info/Trapped", None)),
    ("INK-118", "press", lambda pdf: pdf.Root.Metadata.write(pdfs.XMP.replace("PDF/X-4", "PDF/X-3").encode())),
    ("INK-119", "press", both(
        lambda pdf: pdf.pages[1].Resources.ExtGState.Over.__setattr__("TR", Dictionary(
            FunctionType=2, Domain=Array([0, 1]), N=2)))),
    ("INK-121", "press", lost_function),
    ("ACC-101", "screen", setting("Root/MarkInfo", None)),
    ("ACC-102", "screen", setting("Root/MarkInfo/Suspects", True)),
    ("ACC-103", "screen", setting("Root/Lang", None)),
    ("ACC-103", "screen", setting("H2/Lang", String("no language"))),
    ("ACC-103", "screen", languages_by_part),
    ("ACC-103", "screen", replacing("/H2 <</MCID 2>> BDC", "/H2 <</MCID 2 /Lang (no language)>> BDC")),
    ("ACC-104", "screen", setting("Root/ViewerPreferences/DisplayDocTitle", False)),
    ("ACC-105", "screen", setting("Root/Metadata", None)),
    ("ACC-105", "screen", claim("pdfuaid:part>1<", "pdfuaid:part>3<")),
    ("ACC-105", "screen", claim("pdfuaid", "pdfua")),
    ("ACC-105", "screen", second(claim("<pdfuaid:rev>2024</pdfuaid:rev>", ""))),
    ("ACC-106", "screen", change_role("H2", "Words")),
    ("ACC-106", "screen", second(by_namespace("Words"))),
    ("ACC-106", "screen", second(by_namespace("Other"))),
    ("ACC-106", "screen", setting("Root/StructTreeRoot/RoleMap", Dictionary(A=Name.B, B=Name.A))),
    ("ACC-106", "screen", setting("Root/StructTreeRoot/RoleMap", Dictionary(P=Name.Div))),
    ("ACC-107", "screen", drawing("0.1 g 100 100 50 50 re f", tagged=True)),
    ("ACC-108", "screen", replacing("/P <</MCID 1>> BDC", "/P <</MCID 1>> BDC /Artifact BMC EMC")),
    ("ACC-109", "screen", not_in_tree),
    ("ACC-109", "screen", other_owner),
    ("ACC-109", "screen", setting("LBody/K", 999)),
    ("ACC-110", "screen", cycle),
    ("ACC-111", "screen", change_role("H2", "H3")),
    ("ACC-112", "screen", second_heading),
    ("ACC-113", "screen", setting("Figure/Alt", None)),
    ("ACC-114", "screen", lambda pdf: element(pdf, "TR").__setattr__("S", Name.Div)),
    ("ACC-114", "screen", both(add_kid("Table", "THead"), add_kid("Table", "THead"), add_kid("Table", "TBody"))),
    ("ACC-114", "screen", add_kid("Table", "TFoot")),
    ("ACC-114", "screen", both(add_kid("Table", "Caption"), add_kid("Table", "TBody"))),
    ("ACC-114", "screen", add_kid("Table", "P")),
    ("ACC-115", "screen", widen_cell),
    ("ACC-115", "screen", lambda pdf: element(pdf, "TD").__setattr__("A", Dictionary(O=Name.Table, RowSpan=2))),
    ("ACC-116", "screen", lambda pdf: element(pdf, "TH").__setattr__("A", Dictionary(O=Name.Table, Scope=Name.Row))),
    ("ACC-116", "screen", both(
        lambda pdf: element(pdf, "TH").__setattr__("A", Dictionary(O=Name.Table, Scope=Name.Row)),
        lambda pdf: element(pdf, "TD").__setattr__("A", Dictionary(O=Name.Table, Headers=Array([String("none")]))))),
    ("ACC-116", "screen", without_headers),
    ("ACC-116", "screen", lambda pdf: element(pdf, "TH").__delitem__("/A")),
    ("ACC-117", "screen", change_role("LI", "P")),
    ("ACC-117", "screen", add_kid("L", "P")),
    ("ACC-117", "screen", add_kid("L", "Caption")),
    ("ACC-118", "screen", change_role("TOCI", "Sect")),
    ("ACC-118", "screen", add_kid("TOC", "Caption")),
    ("ACC-119", "screen", change_role("Link", "Reference")),
    ("ACC-119", "screen", second(second_link)),
    ("ACC-120", "screen", second(lambda pdf: pdf.pages[1].Annots[0].__delitem__("/Contents"))),
    ("ACC-125", "screen", both(attach, lambda pdf: pdf.Root.AF[0].__setattr__("F", String("")))),
    ("ACC-130", "screen", nameless_widget),
    ("ACC-130", "screen", second(form_field(TU=String("Your name"), Contents=None))),
    ("ACC-134", "screen", second(lambda pdf: pdf.Root.StructTreeRoot.K.__delitem__("/NS"))),
    ("ACC-134", "screen", second(change_role("Span", "Note"))),
    ("ACC-134", "screen", second(lambda pdf: element(pdf, "TOCI").__delitem__("/Ref"))),
    ("ACC-134", "screen", second(lambda pdf: element(pdf, "L").__delitem__("/A"))),
    ("ACC-134", "screen", second(both(
        change_role("Span", "math"), in_mathml))),
    ("ACC-135", "screen", second(setting("Figure/Alt", String("A sign \ue012")))),
    ("ACC-136", "screen", second(lambda pdf: pdf.pages[1].Annots[0].A.__delitem__("/SD"))),
    ("ACC-119", "screen", lambda pdf: pdf.pages[1].Annots[0].__setattr__("StructParent", 77)),
    ("ACC-120", "screen", lambda pdf: pdf.pages[1].Annots[0].__delitem__("/Contents")),
    ("ACC-121", "screen", setting("page/Tabs", Name.R)),
    ("ACC-122", "screen", lambda pdf: element(pdf, "Note").__delitem__("/ID")),
    ("ACC-124", "screen", layers),
    ("ACC-125", "screen", lambda pdf: attach(pdf, named=False)),
    ("ACC-126", "screen", lambda pdf: pdf.Root.__setattr__("AcroForm", Dictionary(
        Fields=Array(), XFA=pdf.make_stream(b"<config><dynamicRender>required</dynamicRender></config>")))),
    ("ACC-128", "screen", annotation("PrinterMark")),
    ("ACC-129", "screen", twice_drawn_form),
    ("ACC-130", "screen", form_field()),
    ("ACC-131", "screen", lambda pdf: replace(pdf, shown("Smaller heading"), shown("  "))),
    ("ACC-132", "screen", change_role("H2", "RB")),
    ("ACC-201", "large-print", lambda pdf: larger(pdf, 17)),
    ("ACC-202", "screen", drawing(text("Words", 9))),
    ("ACC-203", "screen", lines("Some words in a line", "more words upon it", gap=14)),
    ("ACC-204", "screen", both(widen, lines(*[LONG] * 7))),
    ("ACC-205", "screen", both(hyphen_for_tilde, lines("This is the way that words~", "worth and others break"))),
    ("ACC-205", "screen", lines("This is the way of treat-", "ment which is a treatment")),
    ("ACC-206", "large-print", both(larger, slant)),
    ("ACC-207", "screen", lines("NOBODY READS THIS GLADLY", "and so it is")),
    ("ACC-208", "screen", lines("You can always ring us on 1800", "160 401 by day and night")),
    ("ACC-208", "screen", lines("The next visit will be on 15", "July at the clinic")),
    ("ACC-209", "screen", lambda pdf: replace(pdf, "1 0 0 1 60.0 ", "1 0 0 1 5 ", page=2)),
    ("ACC-210", "screen", drawing(text("Words", ink="0.7 g"))),
    ("ACC-210", "screen", drawing(f"0.3 g 210 150 150 40 re f {text('Words')}")),
    ("ACC-211", "screen", drawing(f"0 1 0 rg 210 150 150 40 re f {text('Words', ink='0.4 0.2 0.2 rg')}")),
    ("ACC-213", "screen", drawing(text("Words", ink="0.4 g"))),
    ("ACC-213", "press", drawing(press_text("Words", ink="/Over gs 0 0 0 0.62 k"))),
    ("ACC-212", "screen", with_image(f"80 0 0 80 215 130 cm /New Do Q q {text('Words')}", value=250)),
    ("ACC-214", "screen", lines("This is the way of well-", "known things and people")),
]  # fmt: skip

NEAR: list[tuple[str, Spoil]] = [
    ("press", with_image("150 0 0 150 260 150 cm /New Do", side=640)),
    ("press", drawing("0 0 0 0.3 k 20 20 100 100 re f")),
    ("press", drawing("0.25 w 0 0 0 1 K 100 100 m 200 100 l S")),
    ("press", drawing("0.7 0.7 0.7 0.8 k 100 100 50 50 re f")),
    ("press", drawing("0.9 0.8 0.8 0.9 k 100 100 3 3 re f")),
    ("press", drawing(press_text("Words", 24, ink="/Knock gs 0.9 0.5 0 0.2 k"))),
    ("press", drawing("/Knock gs 0 0 0 0 k 100 100 50 50 re f")),
    ("press", spot_twin),
    ("press", drawing("0 0 0 1 K 0.25 w 0 22 m 10 22 l S")),
    ("clinic", drawing("0.5 g 15 100 50 50 re f")),
    ("screen", lines("Some words in a line", "more words upon it", gap=15.7)),
    ("screen", lines("www.example.org/some-", "thing/and-more")),
    ("screen", lines("There were 15", "people in the year")),
    ("screen", drawing(text("Words", ink="0.34 g"))),
    ("screen", drawing(text("Words", 20, ink="0.45 g"))),
    ("screen", drawing(f"0.1 g 210 150 150 40 re f {text('Words', ink='1 g')}")),
    ("screen", annotation("Text")),
    ("screen", form_field(TU=String("Your name"))),
    ("screen", lambda pdf: attach(pdf)),
    ("screen", setting("H2/Lang", String("zh-Hans"))),
    ("screen", setting("page/Annots/0/Dest", lambda pdf: Array([pdf.pages[2].obj, Name.Fit]))),
    ("screen", opening_at_a_page_with_a_group),
    ("screen", setting("page/Annots/0/A", Dictionary(S=Name.GoToR, F=String("other.pdf"), D=String("chapter")))),
    ("screen", appearance(pdfs.simple_font_of)),
    ("screen", simple_text()),
    ("screen", with_cmap(own=1, outer=2)),
    ("screen", by_class),
    ("screen", nothing_between),
    ("screen", second(by_namespace("P"))),
    ("screen", both(setting("Figure/Alt", None), setting("Figure/ActualText", String("")))),
    ("screen", both(add_kid("Table", "Caption", first=True), add_kid("L", "Caption", first=True))),
    ("screen", described_form),
    ("screen", beside_the_page),
    ("screen", pdfs.second_edition),
    ("screen", second(change_role("Link", "Reference"))),
    ("screen", second(both(change_role("Span", "Formula"), add_kid("Formula", "math"),
                           in_mathml))),
    ("press", said_in_metadata),
    ("press", named_ink("All", MARK_OUTSIDE)),
    ("press", named_ink("Black", "/S cs 1 scn 100 100 50 50 re f")),
    ("press", program_shading),
    ("clinic", both(grey_group, grey_page)),
    ("large-print", larger),
]  # fmt: skip


FULL = "0.9 0.8 0.8 0.9 k"


@pytest.mark.parametrize(
    ("spoil", "is_told"),
    [
        (stamp(FULL), True),
        (stamp(FULL, is_form=False), True),
        (stamp(FULL, shown="On"), True),
        (stamp("0 0 0 1 k"), False),
        (stamp(FULL, flags=0), False),
        (stamp(FULL, flags=6), False),
        (stamp(FULL, shown="Off"), False),
    ],
    ids=["a stamp", "a form that does not say so", "a mark that is set", "black", "not printed", "hidden", "not set"],
)
def test_ink_of_annotations_counts_where_they_are_printed(spoil: Spoil, is_told: bool) -> None:
    assert ("INK-110" in codes(pdfs.spoilt("press", spoil), "press")) == is_told


@pytest.mark.parametrize("profile", ["screen", "press", "clinic"])
def test_a_clean_file_has_no_finding(profile: str) -> None:
    assert examine(pdfs.saved(pdfs.clean(profile)), "clean.pdf", PROFILES[profile]).findings == []


@pytest.mark.parametrize(("code", "profile", "spoil"), SPOILT, ids=[f"{row[0]}-{n}" for n, row in enumerate(SPOILT)])
def test_a_wrong_file_is_caught_by_exactly_its_check(code: str, profile: str, spoil: Spoil) -> None:
    assert codes(pdfs.spoilt(profile if profile != "large-print" else "screen", spoil), profile) == {code}


@pytest.mark.parametrize(("profile", "spoil"), NEAR, ids=[f"{row[0]}-{n}" for n, row in enumerate(NEAR)])
def test_a_near_miss_passes(profile: str, spoil: Spoil) -> None:
    assert codes(pdfs.spoilt(profile if profile != "large-print" else "screen", spoil), profile) == set()


@pytest.mark.parametrize(
    ("code", "spoil"),
    [
        ("ACC-103", languages_by_part), ("ACC-131", lambda pdf: replace(pdf, shown("Smaller heading"), shown("  "))),
        ("ACC-116", without_headers),
        ("ACC-116", lambda pdf: element(pdf, "TH").__setattr__("A", Dictionary(O=Name.Table, Scope=Name.Row))),
        ("ACC-120", second(lambda pdf: pdf.pages[1].Annots[0].__delitem__("/Contents"))),
    ],
)  # fmt: skip
def test_what_is_stricter_than_the_standard_is_a_warning_and_says_so(code: str, spoil: Spoil) -> None:
    (complaint,) = examine(pdfs.spoilt("screen", spoil), "file.pdf", PROFILES["screen"]).complaints
    assert (complaint.code, complaint.severity) == (code, Severity.WARNING)
    assert complaint.clause.startswith("stricter than")


@pytest.mark.parametrize("row", SPOILT, ids=[f"{row[0]}-{n}" for n, row in enumerate(SPOILT)])
def test_a_profile_by_another_name_is_asked_the_same(row: tuple[str, str, Spoil]) -> None:
    """A format of 5 pt with narrow margins once passed, because lists of profiles did not name its own."""
    code, name, spoil = row
    content = pdfs.spoilt(name if name != "large-print" else "screen", spoil)
    pocket = dataclasses.replace(PROFILES[name], name="pocket")
    assert {complaint.code for complaint in examine(content, "file.pdf", pocket).complaints} == {code}


def test_small_text_at_a_narrow_margin_is_caught_in_any_format() -> None:
    pocket = dataclasses.replace(PROFILES["screen"], name="pocket")
    content = pdfs.spoilt("screen", both(drawing(text("Words", 5)), SPOILT_MARGIN))
    assert {complaint.code for complaint in examine(content, "file.pdf", pocket).complaints} == {"ACC-202", "ACC-209"}


@pytest.mark.parametrize("clip", [{"CT": String("video/mp4")}, {"Alt": Array([String(""), String("A film")])}])
def test_a_media_clip_says_what_it_is_and_shows(clip: dict[str, Any]) -> None:
    assert codes(pdfs.spoilt("screen", media(**clip)), "screen") == {"ACC-133", "SYS-107"}
    whole = {"CT": String("video/mp4"), "Alt": Array([String(""), String("A film")])}
    assert codes(pdfs.spoilt("screen", media(**whole)), "screen") == {"SYS-107"}


def test_a_heading_without_level_has_no_place_in_the_second_edition() -> None:
    content = pdfs.spoilt("screen", second(change_role("H2", "H")))
    assert codes(content, "screen") == {"ACC-112", "ACC-134"}


def test_a_check_that_no_profile_asks_is_refused() -> None:
    with pytest.raises(ValueError, match="SYS-101 is asked of no profile"):
        Check("SYS-101", Severity.ERROR, "clause", "hint", lambda _: False, lambda _: iter(()))


def test_every_profile_asks_checks_of_every_kind() -> None:
    for name in PROFILES:
        families = {check.code[:3] for check in CHECKS if name in check.profiles}
        assert families == {"SYS", "BOX", "FNT", "INK", "ACC", "LNK"}


def test_every_check_has_a_wrong_file() -> None:
    promised = {"BOX-001", "ACC-004", "FNT-001", "LNK-011", "LNK-103", "ACC-301", "ACC-302", "ACC-303", "ACC-304"}
    elsewhere = {"SYS-104", "SYS-110", "SYS-112", "ACC-127"}  # tests/test_preflight_bounds.py
    assert {check.code for check in CHECKS} == {row[0] for row in SPOILT} | promised | elsewhere | {"ACC-133"}
