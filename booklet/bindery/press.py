"""The press file: a bound booklet becomes PDF/X-4 (ISO 15930-7, on PDF 1.6), and the copier's file becomes grey.

WeasyPrint's own `pdf/x-4` is a label: no output intent, RGB black, marks inside the bleed, a random id. Here the
booklet is set on pages that are larger by `SET_BLEED_MM` on every side, and this module

* puts every colour into the printer's inks (`inking`);
* sets Media, Bleed and Trim boxes from 0,0 (Illustrator shifts pages whose MediaBox starts elsewhere), cuts what lies
  beyond the bleed and draws marks outside it;
* takes away what paper has not and PDF/X forbids or leaves to the producer: links, structure, outline, actions;
* says what it is: one `/GTS_PDFX` output intent with the profile embedded, title, dates, Trapped, version, and ids that
  come from the content.

It claims PDF/X-4. Whether a file keeps the claim is for preflight to find.
"""

from __future__ import annotations

import io
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, String

from booklet.bindery.colour import Inks
from booklet.bindery.inking import PlacedImage, ink
from booklet.bindery.lettering import Lettering
from booklet.bindery.marks import PT_PER_MM, ZONE_MM, Trim, marks, slug_place
from booklet.pdf import Description, describe, saved

SET_BLEED_MM = 5.0
"""What press pages are set with: the largest bleed a printer asks for, cut back to what this one wants."""
SLUG_PT = 6.5


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
    """How the printer wants the pages: trim size, bleed, condition, marks or none, and what the slug line says."""

    title: str
    author: str
    day: str
    trim_mm: tuple[float, float]
    bleed_mm: float
    condition: Condition
    marks: bool
    slug: str


@dataclass(frozen=True)
class Pressed:
    """The file, and each image on it as it was placed."""

    content: bytes
    images: tuple[PlacedImage, ...]


def press(book: bytes, job: PressJob, inks: Inks, pages: Iterable[int] | None = None) -> Pressed:
    """A press file of a bound booklet set with `SET_BLEED_MM`, of some of its pages (from 0) or of all."""
    with Pdf.open(io.BytesIO(book)) as pdf:
        chosen = tuple(range(len(pdf.pages))) if pages is None else tuple(pages)
        labels = [pdf.pages[index].label for index in chosen]
        folds = ["left" if index % 2 == 0 else "right" for index in chosen]
        _keep_pages(pdf, chosen)
        _for_paper(pdf)
        images = ink(pdf, inks)
        slugs = [f"{job.slug}   page {label} ({number} of {len(chosen)})" for number, label in enumerate(labels, 1)]
        letters = Lettering.made(pdf, slugs) if job.marks else None
        for page, fold, slug in zip(pdf.pages, folds, slugs, strict=True):
            _frame(pdf, page.obj, job, fold, letters, slug)
        _identify(pdf, job, book)
        pdf.remove_unreferenced_resources()
        return Pressed(saved(pdf, "1.6"), images)


def in_grey(book: bytes, inks: Inks, title: str) -> bytes:
    """A bound booklet as an office copier prints it: every colour grey, without structure and links."""
    with Pdf.open(io.BytesIO(book)) as pdf:
        day = str(pdf.docinfo.CreationDate)
        _for_paper(pdf)
        ink(pdf, inks)
        pdf.docinfo = pdf.make_indirect(Dictionary(Title=String(title), CreationDate=String(day), ModDate=String(day)))
        pdf.remove_unreferenced_resources()
        return saved(pdf, "1.7")


def _keep_pages(pdf: Pdf, chosen: tuple[int, ...]) -> None:
    kept = set(chosen)
    for index in reversed(range(len(pdf.pages))):
        if index not in kept:
            del pdf.pages[index]


def _for_paper(pdf: Pdf) -> None:
    for key in list(pdf.Root.keys()):
        if key not in ("/Type", "/Pages", "/Lang"):
            del pdf.Root[key]
    for page in pdf.pages:
        for key in ("/Annots", "/StructParents", "/Tabs", "/BleedBox", "/ArtBox", "/CropBox"):
            if key in page.obj:
                del page.obj[key]


def _frame(pdf: Pdf, page: Any, job: PressJob, fold: str, letters: Lettering | None, slug: str) -> None:
    """Boxes from 0,0; content moved into place and cut at the bleed; marks around it."""
    bleed = job.bleed_mm * PT_PER_MM
    edge = bleed + (ZONE_MM * PT_PER_MM if job.marks else 0.0)
    width, height = (side * PT_PER_MM for side in job.trim_mm)
    trim = Trim((edge, edge, edge + width, edge + height), bleed, fold)
    set_at = [float(corner) for corner in page.TrimBox]
    by = (edge - set_at[0], edge - set_at[1])
    inner = (edge - bleed, edge - bleed, width + 2 * bleed, height + 2 * bleed)
    _move_patterns(page.get("/Resources", Dictionary()), by)
    content = page.Contents.read_bytes()
    cut = b"q %.4f %.4f %.4f %.4f re W n 1 0 0 1 %.4f %.4f cm\n" % (*inner, *by)
    page.Contents = pdf.make_stream(cut + content + b"\nQ\n" + (marks(trim) if job.marks else b""))
    page.MediaBox = _rounded(0, 0, 2 * edge + width, 2 * edge + height)
    page.BleedBox = _rounded(inner[0], inner[1], inner[0] + inner[2], inner[1] + inner[3])
    page.TrimBox = _rounded(*trim.box)
    if letters:
        states = dict(page.Resources.get("/ExtGState", Dictionary()).items())
        over = Dictionary(Type=Name.ExtGState, op=True, OP=True, OPM=1)
        page.Resources.ExtGState = Dictionary(states | {"/OverprintSlug": over})
        black = b"0 0 0 1 k /OverprintSlug gs"
        letters.put(pdf, page, letters.drawn(slug, slug_place(trim), SLUG_PT, black=black))


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


def _identify(pdf: Pdf, job: PressJob, book: bytes) -> None:
    """What the file says of itself (ISO 15930-7, 6.2, 6.5, 6.13)."""
    condition = job.condition
    profile = pdf.make_stream(condition.profile)
    profile.N = 4
    intent = Dictionary(
        Type=Name.OutputIntent,
        S=Name.GTS_PDFX,
        OutputConditionIdentifier=String(condition.identifier),
        OutputCondition=String(condition.words),
        Info=String(condition.words),
        RegistryName=String(condition.registry),
        DestOutputProfile=pdf.make_indirect(profile),
    )
    pdf.Root.OutputIntents = Array([pdf.make_indirect(intent)])
    own = uuid.UUID(bytes=sha256(book + repr(job).encode()).digest()[:16], version=5)
    document = uuid.UUID(bytes=sha256(f"{job.title} {job.day}".encode()).digest()[:16], version=5)
    claims = (
        ("xmp:MetadataDate", f"{job.day}T00:00:00Z"),
        ("xmpMM:DocumentID", f"uuid:{document}"),
        ("xmpMM:InstanceID", f"uuid:{own}"),
        ("xmpMM:VersionID", "1"),
        ("xmpMM:RenditionClass", "default"),
        ("pdfxid:GTS_PDFXVersion", "PDF/X-4"),
    )
    spaces = (("pdfxid", "http://www.npes.org/pdfx/ns/id/"), ("xmpMM", "http://ns.adobe.com/xap/1.0/mm/"))
    describe(pdf, Description(job.title, job.author, job.day, trapped=False, namespaces=spaces, claims=claims))
