"""Files for paper: the press file as PDF/X-4 (ISO 15930-7, on PDF 1.6), and an office copier's sheets in grey.

WeasyPrint's own `pdf/x-4` is a label: no output intent, RGB black, marks inside the bleed, a random id. Here a part is
inked once for a printer, with stand-ins for its accents, and a file

* puts the edition's inks in their place;
* has Media, Bleed and Trim boxes from 0,0 (Illustrator shifts pages whose MediaBox starts elsewhere), what lies beyond
  the bleed cut off, and marks outside it;
* holds nothing that paper has not and PDF/X forbids or leaves to the producer: links, structure, outline, actions;
* says what it is: one `/GTS_PDFX` output intent with the profile embedded, title, dates, Trapped, version, and ids that
  come from the content.

It claims PDF/X-4. Whether a file keeps the claim is for preflight to find. Sheets for a copier claim nothing.
"""

from __future__ import annotations

import io
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf

from booklet.bindery.colour import Amounts, Inks, press_colours
from booklet.bindery.fonts import Face, Fonts, merged
from booklet.bindery.fragments import (
    CATALOG,
    FIRST_PART,
    ICC_PROFILE,
    INFO,
    INTENT,
    MARKS_LEFT,
    MARKS_RIGHT,
    METADATA,
    PAGES,
    SHARED,
    SHARED_FACES,
    Fragment,
    PackedStream,
    PlacedPart,
    Placing,
    Serialiser,
    face_number,
    font_objects,
    place,
    placed_parts,
    references,
    share_faces,
)
from booklet.bindery.inking import ink
from booklet.bindery.lettering import NAME as LETTERING
from booklet.bindery.lettering import RESOURCE, lettering
from booklet.bindery.marks import ZONE_MM, Trim, marks, slug_place
from booklet.bindery.packing import packed_file
from booklet.pdf import METADATA_STREAM, PT_PER_MM, Description, document_information, text_string, xmp
from booklet.words import Words

SLUG_PT = 6.5
_MARKS = {"left": MARKS_LEFT, "right": MARKS_RIGHT}
"""The streams of a file that hold the marks of its pages, by the edge that is folded."""
_SLUG_STATE = b"/Type/ExtGState/op true/OP true/OPM 1"
_GROUP = b"/Group<</Type/Group/S/Transparency/I true/CS/DeviceCMYK>>"
"""What the engine says of every page, in the space of a press: transparency is blended in it (ISO 15930-7)."""
_PAPER_HAS_NONE = ("/Annots", "/StructParents", "/Tabs", "/ArtBox", "/CropBox")


@dataclass(frozen=True)
class PressSetup:
    """How a printer's pages are made: trim size, bleed, and whether marks stand around them."""

    trim_mm: tuple[float, float]
    bleed_mm: float
    marks: bool

    def trim(self, fold: str) -> Trim:
        """The trimmed page on its sheet."""
        bleed = self.bleed_mm * PT_PER_MM
        edge = bleed + (ZONE_MM * PT_PER_MM if self.marks else 0.0)
        width, height = (side * PT_PER_MM for side in self.trim_mm)
        return Trim((edge, edge, edge + width, edge + height), bleed, fold)


@dataclass(frozen=True)
class Condition:
    """The printing condition that the colours are made for: its name in a registry, what it is, whose registry, its
    ICC profile.
    """

    identifier: str
    words: str
    registry: str
    profile: bytes


@dataclass(frozen=True)
class PressJob:
    """What a press file says of itself: title, author, day of issue, printing condition, the slug of its pages, and the
    words in which that goes on.
    """

    title: str
    author: str
    day: str
    setup: PressSetup
    condition: Condition
    slug: str
    words: Words = field(repr=False)


@dataclass(frozen=True)
class PaperPiece:
    """A part on its way onto paper: its fragment, and the folio of each of its pages."""

    fragment: Fragment
    folios: tuple[str, ...]


def press_fragment(
    content: bytes,
    inks: Inks,
    setup: PressSetup,
    first_folio: int,
    pages: Iterable[int] | None = None,
    as_forms: bool = False,
) -> tuple[Fragment, dict[str, bytes]]:
    """The fragment of a segment for a press, of some of its pages (from 0) or of all; and the programs of its fonts.
    Forms have no marks: these stand on the pages that they are laid on.
    """
    with Pdf.open(io.BytesIO(content)) as pdf:
        chosen = tuple(range(len(pdf.pages))) if pages is None else tuple(pages)
        kept = for_paper(pdf, chosen)
        ink(pdf, inks)
        writer, faces = Serialiser(pdf), []
        writer.share(pdf.Root.Pages, SHARED + PAGES)
        faces = share_faces(writer, kept)
        beside = {fold: pdf.make_stream(b"") for fold in ("left", "right")}
        writer.share(beside["left"], SHARED + MARKS_LEFT)
        writer.share(beside["right"], SHARED + MARKS_RIGHT)
        letters = pdf.make_indirect(Dictionary())
        writer.share(letters, SHARED_FACES + len(faces))
        notes = []
        for index, page in zip(chosen, kept, strict=True):
            fold = "left" if (first_folio + index) % 2 else "right"
            _frame(pdf, page, setup.trim(fold))
            if setup.marks and not as_forms:
                note = pdf.make_stream(b"")
                notes.append(writer.reserve(note))
                _letter(page, letters)
                page.Contents = Array([page.Contents, beside[fold], note])
        drawn = [as_form(pdf, page, with_group=False) for page in kept] if as_forms else kept
        return _finished(writer, drawn, faces, bool(notes), tuple(notes))


def grey_fragment(content: bytes, inks: Inks, as_forms: bool) -> tuple[Fragment, dict[str, bytes]]:
    """The fragment of a segment for an office copier, every colour grey; and the programs of its fonts. Its pages, cut
    at the trim, are forms to be placed on sheets, or sheets themselves.
    """
    with Pdf.open(io.BytesIO(content)) as pdf:
        kept = for_paper(pdf, range(len(pdf.pages)))
        ink(pdf, inks)
        writer = Serialiser(pdf)
        writer.share(pdf.Root.Pages, SHARED + PAGES)
        faces = share_faces(writer, kept)
        for page in kept:
            if "/TrimBox" in page:
                page.MediaBox = page.TrimBox
            for key in ("/TrimBox", "/BleedBox"):
                if key in page:
                    del page[key]
        return _finished(writer, [as_form(pdf, page) for page in kept] if as_forms else kept, faces, False, ())


def _finished(
    writer: Serialiser, pages: Sequence[Any], faces: list[tuple[Face, bytes]], lettered: bool, notes: tuple[int, ...]
) -> tuple[Fragment, dict[str, bytes]]:
    numbers = tuple(writer.number(page) for page in pages)
    writer.write()
    own = [face for face, _ in faces] + ([lettering().face("")] if lettered else [])
    fragment = Fragment(writer.size, tuple(writer.objects), tuple(writer.streams), numbers, tuple(own), notes=notes)
    return fragment, {face.program: program for face, program in faces}


def for_paper(pdf: Pdf, chosen: Sequence[int]) -> list[Any]:
    """The chosen pages, without what paper has not; the others are taken away."""
    for index in reversed(range(len(pdf.pages))):
        if index not in chosen:
            del pdf.pages[index]
    pages = [page.obj for page in pdf.pages]
    for page in pages:
        for key in _PAPER_HAS_NONE:
            if key in page:
                del page[key]
    return pages


def as_form(pdf: Pdf, page: Any, with_group: bool = True) -> Any:
    """What a page draws, as a form (ISO 32000-1, 8.10), which is a transparency group as the page was, or none."""
    form = pdf.make_stream(page.Contents.read_bytes())
    form.Type, form.Subtype = Name.XObject, Name.Form
    form.BBox = page.MediaBox
    form.Resources = page.get("/Resources", Dictionary())
    if with_group and isinstance(page.get("/Group"), Dictionary):
        form.Group = page.Group
    return form


def _frame(pdf: Pdf, page: Any, trim: Trim) -> None:
    """Boxes from 0,0; content moved into place and cut at the bleed."""
    left, bottom, right, top = trim.box
    set_at = [float(corner) for corner in page.TrimBox]
    by = (left - set_at[0], bottom - set_at[1])
    inner = (left - trim.bleed, bottom - trim.bleed, right - left + 2 * trim.bleed, top - bottom + 2 * trim.bleed)
    _move_patterns(page.get("/Resources", Dictionary()), by)
    cut = b"q %.4f %.4f %.4f %.4f re W n 1 0 0 1 %.4f %.4f cm\n" % (*inner, *by)
    page.Contents = pdf.make_stream(cut + page.Contents.read_bytes() + b"\nQ\n")
    page.MediaBox = _rounded(0, 0, left + right, bottom + top)
    page.BleedBox = _rounded(inner[0], inner[1], inner[0] + inner[2], inner[1] + inner[3])
    page.TrimBox = _rounded(*trim.box)


def _move_patterns(resources: Any, by: tuple[float, float]) -> None:
    """A pattern lies on the page and not on its content (ISO 32000-1, 8.7.3.1), so it is moved by itself."""
    patterns = resources.get("/Pattern", Dictionary())
    for name, pattern in list(patterns.items()):
        moved = [float(value) for value in pattern.get("/Matrix", [1, 0, 0, 1, 0, 0])]
        own = pattern if isinstance(pattern, pikepdf.Stream) else Dictionary(dict(pattern.items()))
        own.Matrix = Array([*moved[:4], round(moved[4] + by[0], 4), round(moved[5] + by[1], 4)])
        patterns[name] = own


def _rounded(*corners: float) -> Array:
    return Array([round(corner, 4) for corner in corners])


def _letter(page: Any, font: Any) -> None:
    """Let a page set its slug line in black that overprints."""
    resources = page.Resources
    resources.Font = Dictionary({**dict(resources.get("/Font", Dictionary()).items()), RESOURCE: font})
    states = dict(resources.get("/ExtGState", Dictionary()).items())
    over = Dictionary(Type=Name.ExtGState, op=True, OP=True, OPM=1)
    resources.ExtGState = Dictionary(states | {"/OverprintSlug": over})


def press_file(
    pieces: Sequence[PaperPiece],
    job: PressJob,
    accents: Mapping[str, Amounts],
    fonts: Fonts,
    placing: Placing = place,
) -> bytes:
    """A press file of some parts, in the inks of an edition."""
    setup = job.setup
    folios = [folio for piece in pieces for folio in piece.folios]
    slugs = [f"{job.slug}   {_slug_page(job, folio, number, len(folios))}" for number, folio in enumerate(folios, 1)]
    faces = merged(
        [*(face for piece in pieces for face in piece.fragment.faces), *_slug_face(slugs if setup.marks else ())]
    )
    parts = placed_parts([piece.fragment for piece in pieces], tuple(faces), press_colours(accents), placing)
    streams: list[PackedStream] = []
    if setup.marks:
        notes = [part.base + note for piece, part in zip(pieces, parts, strict=True) for note in piece.fragment.notes]
        for number, slug in zip(notes, slugs, strict=True):
            streams.append(PackedStream(number, b"<<>>", _slug(slug, setup), True))
    pages = [part.base + number for piece, part in zip(pieces, parts, strict=True) for number in piece.fragment.pages]
    return _press_packed(job, parts, faces, fonts, pages, {}, streams)


def _press_packed(
    job: PressJob,
    parts: Sequence[PlacedPart],
    faces: Mapping[str, Face],
    fonts: Fonts,
    pages: Sequence[int],
    objects: dict[int, bytes],
    streams: list[PackedStream],
) -> bytes:
    """The file of pages with these numbers, with what every press file has once."""
    objects[PAGES] = b"<</Type/Pages/Count %d/Kids[%s]>>" % (len(pages), references(pages))
    setup = job.setup
    beside = _MARKS.items() if setup.marks else ()
    streams += [PackedStream(number, b"<<>>", marks(setup.trim(fold)), True) for fold, number in beside]
    streams += font_objects(faces, fonts, objects)
    streams += _identity(job, parts, objects)
    objects[CATALOG] = b"<</Type/Catalog/Pages %d 0 R/Metadata %d 0 R/OutputIntents[%d 0 R]>>" % (
        PAGES, METADATA, INTENT,
    )  # fmt: skip
    return packed_file("1.6", parts, dict(sorted(objects.items())), streams)


def _slug(words: str, setup: PressSetup) -> bytes:
    at = slug_place(setup.trim("left"))
    return lettering().operators(words, at, SLUG_PT, black=b"0 0 0 1 k /OverprintSlug gs")


@dataclass(frozen=True)
class CoverPage:
    """A page of covers: the forms that it shows (indexes from 0, over all pieces) with the place of their origin in
    points, the lowest first; the edge that is folded; and its slug.
    """

    forms: tuple[tuple[int, tuple[float, float]], ...]
    fold: str
    slug: str


def cover_file(
    pieces: Sequence[PaperPiece],
    pages: Sequence[CoverPage],
    job: PressJob,
    accents: Mapping[str, Amounts],
    fonts: Fonts,
    placing: Placing = place,
) -> bytes:
    """A press file whose pages show forms, many of them the same ones, in the inks of an edition."""
    setup = job.setup
    slugs = [page.slug for page in pages] if setup.marks else []
    faces = merged([*(face for piece in pieces for face in piece.fragment.faces), *_slug_face(slugs)])
    parts = placed_parts([piece.fragment for piece in pieces], tuple(faces), press_colours(accents), placing)
    forms = [part.base + number for piece, part in zip(pieces, parts, strict=True) for number in piece.fragment.pages]
    first = max(part.base + piece.fragment.size for piece, part in zip(pieces, parts, strict=True)) + 1
    numbers = range(first, first + 2 * len(pages), 2)
    letters = b""
    if setup.marks:
        font = face_number(list(faces).index(LETTERING))
        letters = b"/Font<<%s %d 0 R>>/ExtGState<</OverprintSlug<<%s>>>>" % (RESOURCE.encode(), font, _SLUG_STATE)
    objects: dict[int, bytes] = {}
    streams: list[PackedStream] = []
    for number, page in zip(numbers, pages, strict=True):
        drawn = b"".join(b"q 1 0 0 1 %.4f %.4f cm /P%d Do Q\n" % (*at, index) for index, at in page.forms)
        named = b"".join(b"/P%d %d 0 R" % (index, forms[index]) for index, _ in page.forms)
        beside = b"%d 0 R " % _MARKS[page.fold] if setup.marks else b""
        objects[number] = b"<</Type/Page/Parent %d 0 R%s%s/Resources<</XObject<<%s>>%s>>/Contents[%s%d 0 R]>>" % (
            PAGES, _boxes(setup.trim(page.fold)), _GROUP, named, letters, beside, number + 1,
        )  # fmt: skip
        drawn += _slug(page.slug, setup) if setup.marks else b""
        streams.append(PackedStream(number + 1, b"<<>>", drawn, True))
    return _press_packed(job, parts, faces, fonts, numbers, objects, streams)


def _boxes(trim: Trim) -> bytes:
    """The boxes of a page from 0,0: as large as its marks ask for, its bleed and its trim."""
    left, bottom, right, top = trim.box
    bleed = (left - trim.bleed, bottom - trim.bleed, right + trim.bleed, top + trim.bleed)
    rows = (("Media", (0, 0, left + right, bottom + top)), ("Bleed", bleed), ("Trim", trim.box))
    return b"".join(b"/%sBox[%.4f %.4f %.4f %.4f]" % (name.encode(), *box) for name, box in rows)


def _slug_page(job: PressJob, folio: str, number: int, count: int) -> str:
    """Which page it is: its folio, and its number among all; without words where these cannot be drawn."""
    words = job.words("printer.slug_page", folio=folio, number=number, count=count)
    return words if lettering().draws(words) else f"{folio} ({number}/{count})"


def _slug_face(words: Iterable[str]) -> list[Face]:
    every = "".join(words)
    return [lettering().face(every)] if every else []


def _identity(job: PressJob, parts: Sequence[PlacedPart], objects: dict[int, bytes]) -> list[PackedStream]:
    """What the file says of itself (ISO 15930-7, 6.2, 6.5, 6.13)."""
    condition = job.condition
    words = (condition.identifier, condition.words, condition.words, condition.registry)
    identifier, named, info, registry = map(text_string, words)
    objects[INTENT] = (
        b"<</Type/OutputIntent/S/GTS_PDFX/OutputConditionIdentifier%s/OutputCondition%s/Info%s/RegistryName%s"
        b"/DestOutputProfile %d 0 R>>"
    ) % (identifier, named, info, registry, ICC_PROFILE)
    digest = sha256(repr(job).encode())
    for part in parts:
        digest.update(part.content)
    own = uuid.UUID(bytes=digest.digest()[:16], version=5)
    document = uuid.UUID(bytes=sha256(f"{job.title} {job.day}".encode()).digest()[:16], version=5)
    spaces = (("pdfxid", "http://www.npes.org/pdfx/ns/id/"), ("xmpMM", "http://ns.adobe.com/xap/1.0/mm/"))
    claims = (
        ("xmp:MetadataDate", f"{job.day}T00:00:00Z"),
        ("xmpMM:DocumentID", f"uuid:{document}"),
        ("xmpMM:InstanceID", f"uuid:{own}"),
        ("xmpMM:VersionID", "1"),
        ("xmpMM:RenditionClass", "default"),
        ("pdfxid:GTS_PDFXVersion", "PDF/X-4"),
    )
    facts = Description(job.title, job.author, job.day, trapped=False, namespaces=spaces, claims=claims)
    objects[INFO] = document_information(facts)
    return [
        PackedStream(ICC_PROFILE, b"<</N 4>>", condition.profile, True),
        PackedStream(METADATA, METADATA_STREAM, xmp(facts), True),
    ]


@dataclass(frozen=True)
class Sheet:
    """One side of a sheet: its size in points, operators that draw on it, and the page (index from 0, over all pieces)
    that each name in them stands for.
    """

    width_pt: float
    height_pt: float
    operators: bytes
    pages: Mapping[str, int]


@dataclass(frozen=True)
class SheetFile:
    """What a file of sheets says of itself: title, day of issue (empty: none), how an office printer is to turn its
    sheets (a value of `/Duplex`), the words that are set on its sheets in the booklet's own face, and what
    is said among its keywords.
    """

    title: str
    day: str
    duplex: str
    words: str = ""
    keywords: str = ""


WholeSheets = tuple[Fragment, tuple[int, ...]]
"""A fragment whose pages are sheets, and which of them are wanted (from 0)."""


def _whole_sheets(rows: WholeSheets, part: PlacedPart) -> list[int]:
    fragment, chosen = rows
    return [part.base + fragment.pages[index] for index in chosen]


def sheet_file(
    pieces: Sequence[PaperPiece],
    sheets: Sequence[Sheet],
    facts: SheetFile,
    fonts: Fonts,
    front: Sequence[WholeSheets] = (),
    behind: Sequence[WholeSheets] = (),
    placing: Placing = place,
    more_faces: Iterable[Face] = (),
) -> bytes:
    """Sheets with pages on them as forms, between fragments that are whole sheets. `more_faces` has glyphs that none of
    them uses.

    It claims nothing: sheets are read by the fold and not by the file's order.
    """
    fragments = [*(fragment for fragment, _ in (*front, *behind)), *(piece.fragment for piece in pieces)]
    own = (face for fragment in fragments for face in fragment.faces)
    faces = merged([*own, *_slug_face([facts.words]), *more_faces])
    parts = placed_parts(fragments, tuple(faces), {}, placing)
    whole = len(front) + len(behind)
    forms = [
        part.base + number for piece, part in zip(pieces, parts[whole:], strict=True) for number in piece.fragment.pages
    ]
    first = [row for rows, part in zip(front, parts, strict=False) for row in _whole_sheets(rows, part)]
    last = [row for rows, part in zip(behind, parts[len(front) :], strict=False) for row in _whole_sheets(rows, part)]
    pages: list[int] = []
    objects: dict[int, bytes] = {}
    streams: list[PackedStream] = []
    ends = [part.base + fragment.size for fragment, part in zip(fragments, parts, strict=True)]
    number = max(ends, default=FIRST_PART) + 1
    names = list(faces)
    named = b""
    if facts.words:
        slot = names.index(LETTERING)
        named = b"/Font<<%s %d 0 R>>" % (RESOURCE.encode(), face_number(slot))
    for sheet in sheets:
        drawn = b"".join(b"%s %d 0 R" % (name.encode(), forms[page]) for name, page in sheet.pages.items())
        objects[number] = (
            b"<</Type/Page/Parent %d 0 R/MediaBox[0 0 %.4f %.4f]/Resources<</XObject<<%s>>%s>>/Contents %d 0 R>>"
        ) % (PAGES, sheet.width_pt, sheet.height_pt, drawn, named, number + 1)
        streams.append(PackedStream(number + 1, b"<<>>", sheet.operators, True))
        pages.append(number)
        number += 2
    pages = [*first, *pages, *last]
    objects[PAGES] = b"<</Type/Pages/Count %d/Kids[%s]>>" % (len(pages), references(pages))
    streams += font_objects(faces, fonts, objects)
    objects[CATALOG] = (
        b"<</Type/Catalog/Pages %d 0 R/ViewerPreferences<</PrintScaling/None/DisplayDocTitle true/Duplex/%s>>>>"
    ) % (PAGES, facts.duplex.encode())
    day = text_string(f"D:{facts.day.replace('-', '')}000000Z")
    dates = b"/CreationDate%s/ModDate%s" % (day, day) if facts.day else b""
    keywords = b"/Keywords%s" % text_string(facts.keywords) if facts.keywords else b""
    objects[INFO] = b"<</Title%s/Producer(booklet, pikepdf)%s%s>>" % (text_string(facts.title), keywords, dates)
    return packed_file("1.7", parts, dict(sorted(objects.items())), streams)
