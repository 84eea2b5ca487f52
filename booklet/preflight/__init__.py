"""Preflight: reads a finished file back and compares it with what was promised.

Each check is a row of `CHECKS` with the clause it rests on. It says what this file shows, not that the file
conforms: for that, an outside validator is asked in the tests.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf

from booklet.findings import Finding, Place, error

PT_PER_MM = 72 / 25.4
SIZE_TOLERANCE_PT = 0.5
"""Half a point: far below what a cutter can do, far above what rounding does."""
FONTS = ("Atkinson-Hyperlegible-Next", "AtkinsonHyperlegibleNext", "Noto-Sans", "NotoSans")
_NO_DICTIONARY = Dictionary()


@dataclass(frozen=True)
class Promise:
    """What a file must turn out to be: its folios in order, trim size, title, language, headings and phone links.

    What is stitched has a multiple of four pages; a handout is loose leaves.
    """

    file: str
    folios: tuple[str, ...]
    trim_mm: tuple[float, float]
    title: str
    language: str
    headings: int
    phones: frozenset[str]
    pdf_ua: int = 1
    stitched: bool = True


@dataclass(frozen=True)
class Check:
    """One row: a finding code, the clause, what is expected, and the test, which yields what it found wrong."""

    code: str
    clause: str
    expected: str
    test: Callable[[Pdf, Promise], Iterator[str]]


def preflight(content: bytes, promise: Promise) -> list[Finding]:
    """Findings about a file; none when it is as promised."""
    place = Place(promise.file)
    try:
        with Pdf.open(io.BytesIO(content)) as pdf:
            return [
                error(check.code, place, found, f"{check.expected} ({check.clause}).")
                for check in CHECKS
                for found in check.test(pdf, promise)
            ]
    except pikepdf.PdfError as reason:
        return [error("ACC-004", place, f"The file cannot be read back: {reason}.", "A PDF.")]


def _page_count(pdf: Pdf, promise: Promise) -> Iterator[str]:
    if len(pdf.pages) != len(promise.folios) or (promise.stitched and len(pdf.pages) % 4):
        yield f"{len(pdf.pages)} pages where {len(promise.folios)} were set."


def _page_size(pdf: Pdf, promise: Promise) -> Iterator[str]:
    wanted = [side * PT_PER_MM for side in promise.trim_mm]
    for number, page in enumerate(pdf.pages, 1):
        left, bottom, right, top = (float(value) for value in page.trimbox)
        if any(abs(a - b) > SIZE_TOLERANCE_PT for a, b in zip((right - left, top - bottom), wanted, strict=True)):
            yield f"Page {number} measures {right - left:.1f} by {top - bottom:.1f} points."


def _labels(pdf: Pdf, promise: Promise) -> Iterator[str]:
    for index, folio in enumerate(promise.folios[: len(pdf.pages)]):
        if str(pdf.pages[index].label) != folio:
            yield f"Page {index + 1} is labelled '{pdf.pages[index].label}' and bears the folio '{folio}'."
            return


def _catalog(pdf: Pdf, promise: Promise) -> Iterator[str]:
    root = pdf.Root
    told = {
        "Lang": str(root.get("/Lang", "")) == promise.language,
        "Marked": bool(root.get("/MarkInfo", _NO_DICTIONARY).get("/Marked", False)),
        "StructTreeRoot": "/StructTreeRoot" in root,
        "DisplayDocTitle": bool(root.get("/ViewerPreferences", _NO_DICTIONARY).get("/DisplayDocTitle", False)),
        "Title": str(pdf.docinfo.get("/Title", "")) == promise.title,
        "pdfuaid:part": b"<pdfuaid:part>%d</pdfuaid:part>" % promise.pdf_ua in root.Metadata.read_bytes()
        if "/Metadata" in root
        else False,
    }
    yield from (f"{name} is missing or wrong." for name, right in told.items() if not right)


def _parent_tree(pdf: Pdf, promise: Promise) -> Iterator[str]:
    """Every marked content has an element that names it, and every annotation an element that holds it."""
    root = pdf.Root.get("/StructTreeRoot", _NO_DICTIONARY)
    owners = dict(pikepdf.NumberTree(root.ParentTree).items()) if "/ParentTree" in root else {}
    for number, page in enumerate(pdf.pages, 1):
        listed = owners.get(int(page.get("/StructParents", -1)))
        if not isinstance(listed, Array) or any(not isinstance(owner, Dictionary) for owner in listed):
            yield f"Page {number} has content without a structure element."
        for annotation in page.get("/Annots", Array()):
            owner = owners.get(int(annotation.get("/StructParent", -1)))
            if not isinstance(owner, Dictionary) or owner.get("/S") != Name.Link:
                yield f"Page {number} has a link outside the structure."
        if "/Annots" in page and page.get("/Tabs") != Name.S:
            yield f"Page {number} does not tab through its links in the order of its structure."


def _links(pdf: Pdf, promise: Promise) -> Iterator[str]:
    names = _destinations(pdf)
    for number, page in enumerate(pdf.pages, 1):
        for annotation in page.get("/Annots", Array()):
            action = annotation.get("/A", _NO_DICTIONARY)
            uri = str(action.get("/URI", ""))
            if not str(annotation.get("/Contents", "")):
                yield f"Page {number} has a link that does not say where it leads."
            if not uri and "/D" not in action and str(annotation.get("/Dest", "")) not in names:
                yield f"Page {number} has a link that leads nowhere."
            if uri and not uri.startswith(("https:", "http:", "mailto:", "tel:")):
                yield f"Page {number} links to '{uri}'."


def _phones(pdf: Pdf, promise: Promise) -> Iterator[str]:
    for number, page in enumerate(pdf.pages, 1):
        for annotation in page.get("/Annots", Array()):
            uri = str(annotation.get("/A", _NO_DICTIONARY).get("/URI", ""))
            if uri.startswith("tel:") and uri not in promise.phones:
                yield f"Page {number} dials {uri}, which is no number of this edition."


def _outline(pdf: Pdf, promise: Promise) -> Iterator[str]:
    def count(items: Iterable[Any]) -> int:
        return sum(1 + count(item.children) for item in items)

    with pdf.open_outline() as outline:
        entries = count(outline.root)
    if entries != promise.headings:
        yield f"The outline has {entries} entries for {promise.headings} headings."


def _fonts(pdf: Pdf, promise: Promise) -> Iterator[str]:
    for thing in pdf.objects:
        if isinstance(thing, Dictionary) and thing.get("/Type") == Name.FontDescriptor:
            name = str(thing.get("/FontName", "")).removeprefix("/").split("+")[-1]
            if not {"/FontFile", "/FontFile2", "/FontFile3"} & set(thing.keys()):
                yield f"The font {name} is not embedded."
            if not name.startswith(FONTS):
                yield f"Text is set in {name}, because no shipped font has its characters."


def _destinations(pdf: Pdf) -> frozenset[str]:
    dests = pdf.Root.get("/Names", _NO_DICTIONARY).get("/Dests")
    return frozenset(str(name) for name in pikepdf.NameTree(dests)) if dests is not None else frozenset()


CHECKS = (
    Check("BOX-001", "saddle stitch", "As many pages as were set, a multiple of four", _page_count),
    Check("BOX-001", "ISO 32000-1, 14.11.2", "Every page at trim size", _page_size),
    Check("BOX-001", "ISO 32000-1, 12.4.2", "Page labels equal to folios", _labels),
    Check("ACC-004", "ISO 14289-1, 7.1", "A tagged, titled file in its language", _catalog),
    Check("ACC-004", "ISO 32000-1, 14.7.4.4", "Everything in the structure", _parent_tree),
    Check("LNK-001", "ISO 14289-1, 7.18.5", "Links that lead somewhere and say where", _links),
    Check("LNK-011", "law 5", "Only this edition's numbers", _phones),
    Check("ACC-004", "ISO 14289-1, 7.4", "One outline entry a heading", _outline),
    Check("FNT-001", "ISO 14289-1, 7.21", "Shipped fonts, embedded", _fonts),
)
