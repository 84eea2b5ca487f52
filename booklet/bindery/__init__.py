"""Bindery: segments to one booklet.

Joining is concatenation, not layout: pages, structure tree, parent tree, destinations, outline, page labels, fonts.
What pypdf and PyMuPDF lose when they merge is carried over here by hand:

* the structure trees become one `Document` (ISO 32000-1, 14.7), its parent tree renumbered (14.7.4.4), so that each
  page and each annotation finds its elements again;
* `booklet:anchor` links become links to named destinations (12.3.2.3), and every link says where it leads (ISO
  14289-1, 7.18.5);
* the stand-in accent colours of the style sheets become the edition's own hue, so that eight editions share one
  segment;
* dates come from the issue, identifiers from the content: the same segments give the same bytes.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, NumberTree, Object, OutlineItem, Pdf, String

from booklet.australia import NO_BREAK, parse_phone
from booklet.bindery.colour import STAND_INS, Cmyk, copier_inks, hue_of, press_inks
from booklet.bindery.fonts import share_fonts
from booklet.bindery.hues import edition_inks, hue_faults
from booklet.bindery.inking import PlacedImage, pixels
from booklet.bindery.lettering import Lettering
from booklet.bindery.packing import packed
from booklet.bindery.press import SET_BLEED_MM, Condition, PressJob, in_grey, press
from booklet.bindery.sources import keep_sources, source_lines, sources_of
from booklet.composing import SCHEME
from booklet.pdf import Description, describe, saved
from booklet.typesetting import Segment, srgb_profile

__all__ = [
    "SET_BLEED_MM",
    "STAND_INS",
    "Cmyk",
    "Condition",
    "Lettering",
    "PlacedImage",
    "PressJob",
    "Title",
    "bind",
    "copier_inks",
    "describe_link",
    "edition_inks",
    "hue_faults",
    "hue_of",
    "in_grey",
    "keep_sources",
    "pixels",
    "press",
    "press_inks",
    "source_lines",
    "sources_of",
]


@dataclass(frozen=True)
class Title:
    """What the bound file says of itself. `hue` gives the edition's colour for each stand-in, as #rrggbb; `edition` and
    `issue` are said where they are given.
    """

    title: str
    subject: str
    author: str
    language: str
    issued: date
    anchors: dict[str, str]
    hue: dict[str, str]
    pdf_ua: int = 1
    edition: str = ""
    issue: str = ""


def bind(segments: Iterable[Segment], title: Title) -> bytes:
    """One booklet from its segments in reading order, as a tagged PDF.

    With `pdf_ua` 1 a PDF 1.7 that claims PDF/UA-1 and PDF/A-2a; with 2 a PDF 2.0 that claims
    PDF/UA-2 and its free twin, Well-Tagged PDF 1.0 for accessibility.
    """
    segments = tuple(segments)
    book = pikepdf.new()
    trees = []
    colours = _colour_table(title.hue)
    for segment in segments:
        with Pdf.open(io.BytesIO(segment.pdf)) as source:
            first = len(book.pages)
            book.pages.extend(source.pages)
            trees.append((first, book.copy_foreign(source.Root.StructTreeRoot), segment.part.id))
            if colours:
                _recolour(book, first, colours)
    share_fonts(book)
    _join_structure(book, trees)
    elements = _identified(book, title.pdf_ua)
    places = _destinations(book, segments, elements if title.pdf_ua == 2 else {})
    _link(book, segments, title.anchors, places)
    _outline(book, segments, places)
    _page_labels(book, segments)
    _output_intent(book)
    _metadata(book, title)
    if title.pdf_ua == 2:
        _name_space(book)
    version = "2.0" if title.pdf_ua == 2 else "1.7"
    return packed(saved(book, version, pikepdf.ObjectStreamMode.disable))


def _join_structure(book: Pdf, trees: list[tuple[int, Any, str]]) -> None:
    """Hang every segment's elements under one Document, and number the parent tree anew. Segments that follow one
    another and bear the name of one part are one section.
    """
    root = book.make_indirect(Dictionary(Type=Name.StructTreeRoot))
    document = book.make_indirect(Dictionary(Type=Name.StructElem, S=Name.Document, P=root, K=Array()))
    numbers: list[Any] = []
    annotations: list[tuple[Object, Object]] = []
    part = ""
    for first, tree, name in trees:
        content = tree.K[0].get("/K", Array()) if isinstance(tree.K, Array) else tree.K.get("/K", Array())
        for place, child in enumerate(content if isinstance(content, Array) else [content]):
            if place == 0 and name == part and child.S == document.K[-1].S == Name.Sect:
                _append(document.K[-1], child)
                continue
            child.P = document
            document.K.append(child)
        part = name
        owners = {int(key): value for key, value in NumberTree(tree.ParentTree).items()}
        count = sum(1 for key in owners if isinstance(owners[key], Array))
        for index in range(count):
            page = book.pages[first + index]
            numbers += [first + index, book.make_indirect(owners[int(page.StructParents)])]
            page.StructParents = first + index
            annotations += [
                (annotation, owners[int(annotation.StructParent)])
                for annotation in page.get("/Annots", [])
                if "/StructParent" in annotation
            ]
    for number, (annotation, owner) in enumerate(annotations, len(book.pages)):
        annotation.StructParent = number
        numbers += [number, owner]
    root.K = document
    root.RoleMap = trees[0][1].RoleMap
    root.ParentTree = book.make_indirect(Dictionary(Nums=Array(numbers)))
    root.ParentTreeNextKey = len(book.pages) + len(annotations)
    book.Root.StructTreeRoot = root


def _append(section: Any, rest: Any) -> None:
    """Put the content of a section's second half behind that of its first."""
    kids = section.K if isinstance(section.K, Array) else Array([section.K])
    for kid in rest.K if isinstance(rest.K, Array) else [rest.K]:
        kid.P = section
        kids.append(kid)
    section.K = kids


@dataclass(frozen=True)
class _Target:
    """Where an anchor leads: a place on a page, and in PDF 2.0 its structure element too (ISO 32000-2, 12.3.2.3)."""

    place: Array
    element: Array | None

    def named(self) -> Object:
        """As an entry of the name tree."""
        return Dictionary(D=self.place, SD=self.element) if self.element is not None else self.place

    def action(self) -> Dictionary:
        """As an action that goes there."""
        return Dictionary(S=Name.GoTo, D=self.place, SD=self.element)


def _identified(book: Pdf, pdf_ua: int) -> dict[str, Object]:
    """The structure elements that have an id, which is that of their HTML, and the tree that finds them (14.7.4.5).

    PDF 1.7 finds heads of cells and notes by their id, and nothing else: the others lose theirs.
    """
    elements: dict[str, Object] = {}
    for thing in book.objects:
        if isinstance(thing, Dictionary) and "/ID" in thing and "/S" in thing and "/P" in thing:
            if pdf_ua == 2 or thing.S in (Name.TH, Name.Note):
                elements[str(thing.ID)] = thing
            else:
                del thing["/ID"]
    pairs = [item for name in sorted(elements) for item in (String(name), elements[name])]
    if pairs:
        limits = Array([pairs[0], pairs[-2]])
        leaf = book.make_indirect(Dictionary(Limits=limits, Names=Array(pairs)))
        book.Root.StructTreeRoot.IDTree = Dictionary(Kids=Array([leaf]))
    return elements


def _destinations(book: Pdf, segments: tuple[Segment, ...], elements: dict[str, Object]) -> dict[str, _Target]:
    """Where each anchor leads, and a named destination for each."""
    targets: dict[str, _Target] = {}
    for first, segment in _with_first_page(segments):
        for anchor, (index, top) in segment.layout.anchors.items():
            page = book.pages[first + index]
            at = [Name.XYZ, 0, round(float(page.mediabox[3]) - top, 2), None]
            element = Array([elements[anchor], *at]) if anchor in elements else None
            targets.setdefault(anchor, _Target(Array([page.obj, *at]), element))
    pairs = [item for anchor in sorted(targets) for item in (String(anchor), targets[anchor].named())]
    book.Root.Names = Dictionary(Dests=book.make_indirect(Dictionary(Names=Array(pairs))))
    return targets


def _link(book: Pdf, segments: tuple[Segment, ...], titles: dict[str, str], targets: dict[str, _Target]) -> None:
    """Make links inside the booklet work, and let every link say where it leads."""
    folios = {
        anchor: segment.folio(index) for segment in segments for anchor, (index, _) in segment.layout.anchors.items()
    }
    for page in book.pages:
        for annotation in page.get("/Annots", []):
            if annotation.get("/Subtype") != Name.Link or "/A" not in annotation:
                continue
            uri = str(annotation.A.URI)
            annotation.F = 4
            annotation.Rect = Array([round(value, 2) for value in annotation.Rect])
            if uri.startswith(SCHEME):
                anchor = uri.removeprefix(SCHEME)
                target = targets[anchor]
                if target.element is None:
                    del annotation["/A"]
                    annotation.Dest = String(anchor)
                else:
                    annotation.A = target.action()
                    _refer(book, annotation, target.element[0])
                annotation.Contents = String(f"{titles.get(anchor, anchor)}, page {folios[anchor]}")
            else:
                annotation.Contents = String(describe_link(uri))


def _refer(book: Pdf, annotation: Any, element: Object) -> None:
    """An entry of the contents refers to the heading that it names, a note and what calls it to each other (ISO
    14289-2, 8.2.5.8 and 8.2.5.14).
    """
    reference = pikepdf.NumberTree(book.Root.StructTreeRoot.ParentTree)[int(annotation.StructParent)].P
    if reference.P.get("/S") == Name.TOCI:
        reference.P.Ref = Array([element])
    elif element.get("/S") == Name.Note:
        reference.Ref = Array([element])
        element.Ref = Array([*element.get("/Ref", Array()), reference])


def describe_link(uri: str) -> str:
    """What a link that leads out of the booklet says of itself."""
    scheme, _, rest = uri.partition(":")
    match scheme:
        case "tel":
            return f"Phone {parse_phone(rest).text.replace(NO_BREAK, ' ')}"
        case "mailto":
            return f"Email {rest}"
        case _:
            return f"Website {rest.removeprefix('//').rstrip('/')}"


def _outline(book: Pdf, segments: tuple[Segment, ...], targets: dict[str, _Target]) -> None:
    """The outline, nested as the headings are."""
    with book.open_outline() as outline:
        open_items: list[tuple[int, OutlineItem]] = []
        for first, segment in _with_first_page(segments):
            for level, label, index, top, anchor in segment.layout.bookmarks:
                page = book.pages[first + index]
                place = Array([page.obj, Name.XYZ, 0, round(float(page.mediabox[3]) - top, 2), None])
                target = targets.get(anchor)
                in_structure = target is not None and target.element is not None
                item = (
                    OutlineItem(label, action=target.action()) if target and in_structure else OutlineItem(label, place)
                )
                while open_items and open_items[-1][0] >= level:
                    open_items.pop()
                (open_items[-1][1].children if open_items else outline.root).append(item)
                item.is_closed = level == 1
                open_items.append((level, item))


def _name_space(book: Pdf) -> None:
    """What PDF 2.0 knows and 1.7 does not: its name space, with boxes beside the text, strong words and end notes, and
    lists of descriptions (ISO 14289-2, 8.2.5).
    """
    space = book.make_indirect(Dictionary(Type=Name.Namespace, NS=String("http://iso.org/pdf2/ssn")))
    root = book.Root.StructTreeRoot
    root.Namespaces = Array([space])
    for thing in book.objects:
        if not isinstance(thing, Dictionary) or "/P" not in thing:
            continue
        if thing.get("/S") == Name.Note:
            thing.S = Name.FENote
            thing.A = Dictionary(O=Name.FENote, NoteType=Name.Endnote)
        if thing.get("/S") in (Name.Document, Name.Aside, Name.Strong, Name.FENote):
            thing.NS = space
        elif thing.get("/S") == Name.L and thing.A.ListNumbering == Name("/None"):
            thing.A.ListNumbering = Name.Description
    del root["/RoleMap"]


def _page_labels(book: Pdf, segments: tuple[Segment, ...]) -> None:
    """Page labels equal to the folios (ISO 32000-1, 12.4.2): a new range wherever the numbering starts afresh."""
    labels: list[Any] = []
    expected: tuple[bool, int] | None = None
    for first, segment in _with_first_page(segments):
        if expected != (segment.roman, segment.first_folio):
            style = Name.r if segment.roman else Name.D
            labels += [first, Dictionary(S=style, St=segment.first_folio)]
        expected = (segment.roman, segment.first_folio + segment.layout.pages)
    book.Root.PageLabels = Dictionary(Nums=Array(labels))


def _output_intent(book: Pdf) -> None:
    """The colours are sRGB (ISO 19005-2, 6.2.3)."""
    profile = book.make_stream(srgb_profile())
    profile.N = 3
    intent = Dictionary(
        Type=Name.OutputIntent,
        S=Name.GTS_PDFA1,
        OutputConditionIdentifier=String("sRGB"),
        Info=String("sRGB"),
        DestOutputProfile=book.make_indirect(profile),
    )
    book.Root.OutputIntents = Array([book.make_indirect(intent)])


def _with_first_page(segments: tuple[Segment, ...]) -> Iterable[tuple[int, Segment]]:
    first = 0
    for segment in segments:
        yield first, segment
        first += segment.layout.pages


def _colour_table(hue: dict[str, str]) -> dict[bytes, bytes]:
    table = {_operands(STAND_INS[name]): _operands(colour) for name, colour in hue.items()}
    return {stand_in: colour for stand_in, colour in table.items() if stand_in != colour}


def _recolour(book: Pdf, first: int, colours: dict[bytes, bytes]) -> None:
    """Put the edition's hue in place of the stand-ins, in the pages from `first` on and in the forms that they draw."""
    pattern = re.compile(b"|".join(re.escape(colour) for colour in colours))
    seen: set[tuple[int, int]] = set()

    def recolour(stream: Any) -> None:
        if stream.objgen in seen:
            return
        seen.add(stream.objgen)
        content = stream.read_bytes()
        changed = pattern.sub(lambda match: colours[match[0]], content)
        if changed != content:
            stream.write(changed)

    def walk(resources: Any) -> None:
        for kind in ("/XObject", "/Pattern"):
            for thing in resources.get(kind, Dictionary()).values():
                if isinstance(thing, pikepdf.Stream) and thing.objgen not in seen:
                    if thing.get("/Subtype") != Name.Image:
                        recolour(thing)
                    walk(thing.get("/Resources", Dictionary()))

    for page in list(book.pages)[first:]:
        recolour(page.Contents)
        walk(page.get("/Resources", Dictionary()))


def _operands(colour: str) -> bytes:
    """The colour as WeasyPrint writes it before `rg` or `RG`: three numbers from 0 to 1, six decimals at most."""
    return b" ".join(_number(int(colour[i : i + 2], 16) / 255) for i in (1, 3, 5)) + b" "


def _number(value: float) -> bytes:
    return (f"{value:.6f}".rstrip("0").rstrip(".") or "0").encode()


def _metadata(book: Pdf, title: Title) -> None:
    """Catalog entries, document information and XMP that say the same (ISO 14289-1, 7.1; ISO 16684-1)."""
    root = book.Root
    root.Lang = String(title.language)
    root.MarkInfo = Dictionary(Marked=True)
    root.ViewerPreferences = Dictionary(DisplayDocTitle=True)
    root.PageMode = Name.UseOutlines
    describe(
        book,
        Description(
            title=title.title,
            author=title.author,
            day=title.issued.isoformat(),
            subject=title.subject,
            coverage=title.edition,
            language=title.language,
            keywords=", ".join(filter(None, (title.edition, title.issue and f"issue {title.issue}"))),
            namespaces=(("pdfaid", "http://www.aiim.org/pdfa/ns/id/"), ("pdfuaid", "http://www.aiim.org/pdfua/ns/id/")),
            claims=_CLAIMS[title.pdf_ua],
            more_xmp=_MORE_XMP[title.pdf_ua],
        ),
    )


_CLAIMS = {
    1: (("pdfuaid:part", "1"), ("pdfaid:part", "2"), ("pdfaid:conformance", "A")),
    2: (("pdfuaid:part", "2"), ("pdfuaid:rev", "2024")),
}
_MORE_XMP = {
    1: """<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA identification</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:name>part</pdfaProperty:name>
<pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>Part of ISO 14289</pdfaProperty:description>
</rdf:li></rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas>
</rdf:Description>
""",
    2: """<rdf:Description rdf:about="" xmlns:pdfd="http://pdfa.org/declarations/">
<pdfd:declarations><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfd:conformsTo>http://pdfa.org/declarations/wtpdf#accessibility1.0</pdfd:conformsTo>
</rdf:li></rdf:Bag></pdfd:declarations>
</rdf:Description>
""",
}
