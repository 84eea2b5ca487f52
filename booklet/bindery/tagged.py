"""The tagged file, for screens and people who listen: PDF/UA and PDF/A, or PDF/UA-2 and Well-Tagged PDF."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from pikepdf import Array, Dictionary, Name, NumberTree, Object, Pdf

from booklet.bindery.colour import screen_colours
from booklet.bindery.fonts import Face, Fonts, merged
from booklet.bindery.fragments import (
    CATALOG,
    DESTINATIONS,
    DOCUMENT,
    ICC_PROFILE,
    ID_TREE,
    INFO,
    INTENT,
    METADATA,
    NAME_SPACE,
    OUTLINES,
    PAGES,
    PARENT_TREE,
    SHARED,
    TREE_ROOT,
    Fragment,
    LinkArea,
    PackedStream,
    PlacedPart,
    Placing,
    Serialiser,
    font_objects,
    place,
    placed_parts,
    references,
    renumbering,
    share_faces,
)
from booklet.bindery.packing import EMPTY, Packed, closed, packed
from booklet.bindery.pictures import for_screens
from booklet.composing import SCHEME
from booklet.pdf import METADATA_STREAM, PT_PER_MM, Description, document_information, text_string, xmp
from booklet.typesetting import Layout, Segment, srgb_profile
from booklet.words import Words

USUAL_IDS = (Name.TH, Name.Note)
"""What PDF 1.7 finds by an id: heads of cells and notes (ISO 32000-1, 14.7.4.5)."""


@dataclass(frozen=True)
class DocumentInfo:
    """What a file says of itself, in the language of its `words`. `hue` gives the edition's colour for each stand-in,
    as #rrggbb; `edition`, `issue` and `imprint` are said where they are given; `phones` is what links that dial say of
    themselves, by what they open.
    """

    title: str
    subject: str
    author: str
    words: Words
    issued: date
    anchors: Mapping[str, str]
    hue: Mapping[str, str]
    pdf_ua: int = 1
    edition: str = ""
    issue: str = ""
    imprint: str = ""
    phones: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Piece:
    """A part on its way into a file: its fragment, what is on its pages, and the folio of each of them."""

    fragment: Fragment
    layout: Layout
    folios: tuple[str, ...]
    roman: bool
    first_folio: int
    height_pt: float

    @classmethod
    def of(cls, segment: Segment, fragment: Fragment, height_mm: float) -> Piece:
        """A segment's, on pages of this height."""
        folios = tuple(segment.folio(index) for index in range(segment.layout.pages))
        height_pt = height_mm * PT_PER_MM
        return cls(fragment, segment.layout, folios, segment.roman, segment.first_folio, height_pt)


def tagged_fragment(content: bytes, pdf_ua: int, ppi: float) -> tuple[Fragment, dict[str, bytes]]:
    """The fragment of a tagged segment, its pages cropped at the trim and its photographs with so many pixels an inch,
    for a file that claims this part of PDF/UA; and the programs of its fonts by their hash.
    """
    with Pdf.open(io.BytesIO(content)) as pdf:
        for_screens(pdf, ppi)
        writer = Serialiser(pdf)
        pages = [page.obj for page in pdf.pages]
        root = pdf.Root.StructTreeRoot
        document = root.K[0] if isinstance(root.K, Array) else root.K
        writer.share(pdf.Root.Pages, SHARED + PAGES)
        writer.share(document, SHARED + DOCUMENT)
        faces = share_faces(writer, pages)
        owners = {int(key): value for key, value in NumberTree(root.ParentTree).items()}
        elements = identified(pdf, pdf_ua)
        if pdf_ua == 2:
            writer.share(name_space(pdf), SHARED + NAME_SPACE)
        links = tuple(links_of(writer, pages, owners, elements, pdf_ua))
        owned = tuple(tuple(writer.number(owner) for owner in owners[int(page.StructParents)]) for page in pages)
        for page in pages:
            crop(page)
        numbers = tuple(writer.number(page) for page in pages)
        kids = document.get("/K", Array())
        tops = tuple(writer.number(kid) for kid in (kids if isinstance(kids, Array) else [kids]))
        ids = {name: writer.number(element) for name, element in elements.items()}
        writer.write()
        entries = {link.entry for link in links if link.entry}
        fragment = Fragment(
            size=writer.size,
            objects=tuple(row for row in writer.objects if row[0] not in entries),
            streams=tuple(writer.streams),
            pages=numbers,
            faces=tuple(face for face, _ in faces),
            tops=tops,
            owners=owned,
            links=links,
            ids=ids,
            entries={number: words for number, words in writer.objects if number in entries},
            role_map=root.RoleMap.unparse() if "/RoleMap" in root else b"",
        )
        return fragment, {face.program: program for face, program in faces}


def crop(page: Any) -> None:
    """What a screen shows of a page is its trim, and nothing needs to be told of more."""
    if "/TrimBox" in page:
        page.MediaBox = page.TrimBox
    for key in ("/TrimBox", "/BleedBox", "/ArtBox", "/CropBox", "/StructParents"):
        if key in page:
            del page[key]


def identified(pdf: Pdf, pdf_ua: int) -> dict[str, Object]:
    """The structure elements that have an id, which is that of their HTML. In PDF 1.7 those that nothing finds by it
    lose theirs.
    """
    elements: dict[str, Object] = {}
    for thing in pdf.objects:
        if isinstance(thing, Dictionary) and "/ID" in thing and "/S" in thing and "/P" in thing:
            if pdf_ua == 2 or thing.S in USUAL_IDS:
                elements[str(thing.ID)] = thing
            else:
                del thing["/ID"]
    return elements


def name_space(pdf: Pdf) -> Any:
    """Put the structure of a PDF into what PDF 2.0 knows and 1.7 does not: its name space, with boxes beside the text,
    strong words and end notes, and lists of descriptions (ISO 14289-2, 8.2.5). Gives an object that stands for that
    space, which the file has.
    """
    space = pdf.make_indirect(Dictionary())
    for thing in pdf.objects:
        if not isinstance(thing, Dictionary) or "/P" not in thing:
            continue
        if thing.get("/S") == Name.Note:
            thing.S = Name.FENote
            thing.A = Dictionary(O=Name.FENote, NoteType=Name.Endnote)
        if thing.get("/S") in (Name.Aside, Name.Strong, Name.FENote):
            thing.NS = space
        elif thing.get("/S") == Name.L and thing.A.ListNumbering == Name("/None"):
            thing.A.ListNumbering = Name.Description
    return space


def links_of(
    writer: Serialiser, pages: Sequence[Any], owners: Mapping[int, Any], elements: Mapping[str, Any], pdf_ua: int
) -> Iterator[LinkArea]:
    """The links of all pages. In PDF 2.0 an entry of the contents is to refer to the heading that it names, a note and
    what calls it refer to each other (ISO 14289-2, 8.2.5.8 and 8.2.5.14).
    """
    for index, page in enumerate(pages):
        for annotation in page.get("/Annots", ()):
            owner, uri = owners[int(annotation.StructParent)], str(annotation.A.URI)
            left, bottom, right, top = (round(float(value), 2) for value in annotation.Rect)
            entry, reference = 0, owner.P
            target = elements.get(uri.removeprefix(SCHEME)) if uri.startswith(SCHEME) else None
            if pdf_ua == 2 and uri.startswith(SCHEME) and reference.P.get("/S") == Name.TOCI:
                entry = writer.number(reference.P)
            elif pdf_ua == 2 and target is not None and target.get("/S") == Name.FENote:
                reference.Ref = Array([target])
                target.Ref = Array([*target.get("/Ref", Array()), reference])
            number = writer.reserve(annotation)
            yield LinkArea(number, index, (left, bottom, right, top), uri, writer.number(owner), entry)


@dataclass(frozen=True)
class _Target:
    """Where an anchor leads: a page object and a height on it in points, and in PDF 2.0 its structure element (0: none;
    ISO 32000-2, 12.3.2.3).
    """

    page: int
    height_pt: float
    element: int

    @property
    def place(self) -> bytes:
        return b"[%d 0 R/XYZ 0 %s null]" % (self.page, _number(self.height_pt))

    @property
    def in_structure(self) -> bytes:
        return b"[%d 0 R/XYZ 0 %s null]" % (self.element, _number(self.height_pt))

    def named(self) -> bytes:
        """As an entry of the name tree."""
        return b"<</D%s/SD%s>>" % (self.place, self.in_structure) if self.element else self.place

    def action(self) -> bytes:
        """As an action that goes there."""
        return b"<</S/GoTo/D%s/SD%s>>" % (self.place, self.in_structure)


def bind(pieces: Sequence[Piece], info: DocumentInfo, fonts: Fonts, placing: Placing = place) -> bytes:
    """The file of `bound`, whole."""
    return closed(bound(pieces, info, fonts, placing).packed)


@dataclass(frozen=True)
class Bound:
    """A booklet bound but for its cross-reference: its faces in the order of their numbers, where its parts begin, and
    the part of the parent tree that is each part's.
    """

    packed: Packed
    faces: Mapping[str, Face]
    bases: tuple[int, ...]
    leaves: tuple[int, ...]


def bound(
    pieces: Sequence[Piece],
    info: DocumentInfo,
    fonts: Fonts,
    placing: Placing = place,
    more_faces: Iterable[Face] = (),
) -> Bound:
    """One booklet from its parts in reading order, as a tagged PDF.

    With `pdf_ua` 1 a PDF 1.7 that claims PDF/UA-1 and PDF/A-2a; with 2 a PDF 2.0 that claims PDF/UA-2 and its free
    twin, Well-Tagged PDF 1.0 for accessibility. `more_faces` has glyphs that no part uses yet.
    """
    faces = merged((*(face for piece in pieces for face in piece.fragment.faces), *more_faces))
    parts = placed_parts([piece.fragment for piece in pieces], tuple(faces), screen_colours(info.hue), placing)
    rows = list(zip(pieces, parts, strict=True))
    writer = _Tail(max(part.base + piece.fragment.size for piece, part in rows) + 1)
    targets = _targets(rows, info)
    objects = writer.objects
    pages = [part.base + number for piece, part in rows for number in piece.fragment.pages]
    objects[PAGES] = b"<</Type/Pages/Count %d/Kids[%s]>>" % (len(pages), references(pages))
    _links_of_file(rows, info, targets, objects)
    leaves = _structure(rows, info, targets, writer)
    objects[DESTINATIONS] = b"<</Names[%s]>>" % b"".join(
        text_string(anchor) + targets[anchor].named() for anchor in sorted(targets)
    )
    outline = _outline(rows, targets, writer)
    streams = [*font_objects(faces, fonts, objects), *metadata(info, objects), _output_intent(objects)]
    direction = b"/Direction/R2L" if info.words.from_the_right else b""
    objects[CATALOG] = (
        b"<</Type/Catalog/Pages %d 0 R/Lang%s/MarkInfo<</Marked true>>/ViewerPreferences<</DisplayDocTitle true%s>>"
        b"/PageMode/UseOutlines/StructTreeRoot %d 0 R/Names<</Dests %d 0 R>>/PageLabels<</Nums[%s]>>/Metadata %d 0 R"
        b"/OutputIntents[%d 0 R]%s>>"
    ) % (
        PAGES, text_string(info.words.language), direction, TREE_ROOT, DESTINATIONS, _page_labels(pieces), METADATA,
        INTENT, outline,
    )  # fmt: skip
    version = b"2.0" if info.pdf_ua == 2 else b"1.7"
    file = packed(Packed(EMPTY % version, {0: (0, 0, 0)}), parts, dict(sorted(objects.items())), streams)
    return Bound(file, faces, tuple(part.base for part in parts), tuple(leaves))


class _Tail:
    """The objects of a file beside its parts. A class only because numbers are given as they come."""

    def __init__(self, first: int) -> None:
        self.objects: dict[int, bytes] = {}
        self._next = first

    def add(self, words: bytes = b"") -> int:
        """An object with a number of its own."""
        number = self._next
        self._next += 1
        self.objects[number] = words
        return number


_Rows = list[tuple[Piece, PlacedPart]]


def _targets(rows: _Rows, info: DocumentInfo) -> dict[str, _Target]:
    targets: dict[str, _Target] = {}
    for piece, part in rows:
        ids = piece.fragment.ids if info.pdf_ua == 2 else {}
        for anchor, (index, top_pt) in piece.layout.anchors.items():
            page = part.base + piece.fragment.pages[index]
            element = part.base + ids[anchor] if anchor in ids else 0
            targets.setdefault(anchor, _Target(page, piece.height_pt - top_pt, element))
    return targets


def _links_of_file(rows: _Rows, info: DocumentInfo, targets: Mapping[str, _Target], objects: dict[int, bytes]) -> None:
    """Make links inside the booklet work, and let every link say where it leads."""
    folios = {anchor: piece.folios[index] for piece, _ in rows for anchor, (index, _) in piece.layout.anchors.items()}
    for piece, part in rows:
        for link in piece.fragment.links:
            if link.uri.startswith(SCHEME):
                anchor = link.uri.removeprefix(SCHEME)
                target = targets[anchor]
                leads = b"/A" + target.action() if target.element else b"/Dest" + text_string(anchor)
                words = info.words("link.page", title=info.anchors.get(anchor, anchor), page=folios[anchor])
                if link.entry and target.element:
                    entry = _renumbered(piece.fragment.entries[link.entry], part.base)
                    objects[part.base + link.entry] = b"%s/Ref[%d 0 R]>>" % (entry.removesuffix(b">>"), target.element)
            else:
                leads, words = outward(link, info)
            objects[part.base + link.number] = annotation(link, part.base, words, leads)


def outward(link: LinkArea, info: DocumentInfo) -> tuple[bytes, str]:
    """What a link does that leads out of the booklet, and what it says of itself."""
    words = info.phones.get(link.uri) or describe_link(link.uri, info.words)
    return b"/A<</Type/Action/S/URI/URI%s>>" % text_string(link.uri), words


def annotation(link: LinkArea, base: int, words: str, leads: bytes) -> bytes:
    """The annotation of a link in a part whose numbers begin at `base`."""
    number = base + link.number
    box = b" ".join(map(_number, link.rect))
    return b"<</Type/Annot/Subtype/Link/F 4/BS<</W 0>>/Rect[%s]/StructParent %d/Contents%s%s>>" % (
        box, number, text_string(words), leads,
    )  # fmt: skip


def describe_link(uri: str, words: Words) -> str:
    """What a link that leads out of the booklet says of itself."""
    scheme, _, rest = uri.partition(":")
    match scheme:
        case "tel":
            return words("link.phone", number=rest)
        case "sms":
            return words("link.message", number=rest)
        case "mailto":
            return words("link.email", address=rest)
        case _:
            return words("link.website", address=rest.removeprefix("//").rstrip("/"))


def _structure(rows: _Rows, info: DocumentInfo, targets: Mapping[str, _Target], writer: _Tail) -> list[int]:
    """Hang every part's elements under one Document, and give each page and annotation its place in the parent tree,
    where its key is its own object number. Gives the number of each part's share of that.
    """
    objects = writer.objects
    tops = [part.base + top for piece, part in rows for top in piece.fragment.tops]
    objects[DOCUMENT] = document_element(references(tops), info.pdf_ua)
    leaves = [writer.add(_parent_leaf(piece.fragment, part.base)) for piece, part in rows]
    objects[PARENT_TREE] = b"<</Kids[%s]>>" % references(leaves)
    more = b""
    ids = {name: part.base + number for piece, part in rows for name, number in piece.fragment.ids.items()}
    if ids:
        names = [text_string(name) + b" %d 0 R" % ids[name] for name in sorted(ids)]
        first, last = text_string(min(ids)), text_string(max(ids))
        objects[ID_TREE] = b"<</Limits[%s%s]/Names[%s]>>" % (first, last, b" ".join(names))
        more += b"/IDTree<</Kids[%d 0 R]>>" % ID_TREE
    if info.pdf_ua == 2:
        objects[NAME_SPACE] = b"<</Type/Namespace/NS(http://iso.org/pdf2/ssn)>>"
        more += b"/Namespaces[%d 0 R]" % NAME_SPACE
    else:
        more += b"/RoleMap" + rows[0][0].fragment.role_map
    next_key = max(part.base + piece.fragment.size for piece, part in rows) + 1
    objects[TREE_ROOT] = b"<</Type/StructTreeRoot/K %d 0 R/ParentTree %d 0 R/ParentTreeNextKey %d%s>>" % (
        DOCUMENT, PARENT_TREE, next_key, more,
    )  # fmt: skip
    return leaves


def document_element(tops: bytes, pdf_ua: int) -> bytes:
    """The element under which all others hang, by references to the outermost of these."""
    space = b"/NS %d 0 R" % NAME_SPACE if pdf_ua == 2 else b""
    return b"<</Type/StructElem/S/Document/P %d 0 R%s/K[%s]>>" % (TREE_ROOT, space, tops)


def _parent_leaf(fragment: Fragment, base: int) -> bytes:
    """The part of the parent tree that belongs to one fragment."""
    pages = zip(fragment.pages, fragment.owners, strict=True)
    nums = {base + number: b"[%s]" % references(base + owner for owner in owners) for number, owners in pages}
    nums |= {base + link.number: b"%d 0 R" % (base + link.owner) for link in fragment.links}
    return parent_leaf(nums)


def parent_leaf(nums: Mapping[int, bytes]) -> bytes:
    """A part of the parent tree (14.7.4.4), from the elements by the keys of their pages and annotations."""
    words = b" ".join(b"%d %s" % row for row in sorted(nums.items()))
    return b"<</Limits[%d %d]/Nums[%s]>>" % (min(nums), max(nums), words)


@dataclass
class _Entry:
    """An entry of the outline while it is built."""

    label: str
    leads: bytes
    closed: bool
    number: int
    kids: list[_Entry] = field(default_factory=list)

    def visible(self) -> int:
        """How many entries show below it once it is opened."""
        return sum(1 + (0 if kid.closed else kid.visible()) for kid in self.kids)


def _outline(rows: _Rows, targets: Mapping[str, _Target], writer: _Tail) -> bytes:
    """The outline, nested as the headings are; gives its entry in the catalog."""
    tops: list[_Entry] = []
    levels: list[tuple[int, _Entry]] = []
    for piece, part in rows:
        for level, label, index, top_pt, anchor in piece.layout.bookmarks:
            top = _Target(part.base + piece.fragment.pages[index], piece.height_pt - top_pt, 0)
            target = targets.get(anchor)
            leads = b"/A" + target.action() if target and target.element else b"/Dest" + top.place
            entry = _Entry(label, leads, level == 1, writer.add())
            while levels and levels[-1][0] >= level:
                levels.pop()
            (levels[-1][1].kids if levels else tops).append(entry)
            levels.append((level, entry))
    if not tops:
        return b""
    root = _Entry("", b"", False, OUTLINES, tops)
    writer.objects[OUTLINES] = b"<</Type/Outlines%s>>" % _ends(root)
    waiting = [root]
    while waiting:
        parent = waiting.pop()
        waiting += parent.kids
        for index, entry in enumerate(parent.kids):
            beside = b"/Prev %d 0 R" % parent.kids[index - 1].number if index else b""
            if index + 1 < len(parent.kids):
                beside += b"/Next %d 0 R" % parent.kids[index + 1].number
            writer.objects[entry.number] = b"<</Title%s/Parent %d 0 R%s%s%s>>" % (
                text_string(entry.label), parent.number, beside, _ends(entry), entry.leads,
            )  # fmt: skip
    return b"/Outlines %d 0 R" % OUTLINES


def _ends(entry: _Entry) -> bytes:
    if not entry.kids:
        return b""
    count = -entry.visible() if entry.closed else entry.visible()
    return b"/First %d 0 R/Last %d 0 R/Count %d" % (entry.kids[0].number, entry.kids[-1].number, count)


def _page_labels(pieces: Sequence[Piece]) -> bytes:
    """Page labels equal to the folios (12.4.2): a new range wherever the numbering starts afresh."""
    labels = []
    expected: tuple[bool, int] | None = None
    first = 0
    for piece in pieces:
        if expected != (piece.roman, piece.first_folio):
            labels.append(b"%d<</S/%s/St %d>>" % (first, b"r" if piece.roman else b"D", piece.first_folio))
        expected = (piece.roman, piece.first_folio + len(piece.folios))
        first += len(piece.folios)
    return b"".join(labels)


def _output_intent(objects: dict[int, bytes]) -> PackedStream:
    """The colours are sRGB (ISO 19005-2, 6.2.3)."""
    objects[INTENT] = (
        b"<</Type/OutputIntent/S/GTS_PDFA1/OutputConditionIdentifier(sRGB)/Info(sRGB)/DestOutputProfile %d 0 R>>"
    ) % ICC_PROFILE
    return PackedStream(ICC_PROFILE, b"<</N 3>>", srgb_profile(), True)


def _renumbered(words: bytes, base: int) -> bytes:
    return renumbering(base, (), ())(words)


def _number(value: float) -> bytes:
    return f"{value:.2f}".rstrip("0").rstrip(".").encode()


def metadata(info: DocumentInfo, objects: dict[int, bytes]) -> list[PackedStream]:
    """What the file says of itself, put among its objects, and the stream of XMP."""
    facts = Description(
        title=info.title,
        author=info.author,
        day=info.issued.isoformat(),
        subject=info.subject,
        coverage=info.edition,
        language=info.words.language,
        keywords=", ".join(filter(None, _keywords(info))),
        namespaces=(("pdfaid", "http://www.aiim.org/pdfa/ns/id/"), ("pdfuaid", "http://www.aiim.org/pdfua/ns/id/")),
        claims=_CLAIMS[info.pdf_ua],
        more_xmp=_MORE_XMP[info.pdf_ua],
    )
    objects[INFO] = document_information(facts)
    return [PackedStream(METADATA, METADATA_STREAM, xmp(facts), True)]


def _keywords(info: DocumentInfo) -> Iterator[str]:
    yield info.edition
    yield info.issue and info.words("file.issue", issue=info.issue)
    yield info.imprint and info.words("file.imprint", id=info.imprint)


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
