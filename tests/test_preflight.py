"""Each check catches the file that is wrong in its own way, and lets its clean twin pass."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, Pdf, String

from booklet.build import Order, Receipt
from booklet.findings import Finding, Severity
from booklet.preflight import PROFILES, PT_PER_MM, Promise, examine
from tests import reading


@pytest.fixture(scope="module")
def delivered(real: tuple[Order, Receipt]) -> tuple[bytes, Promise]:
    """A finished file and what it was to be."""
    order, receipt = real
    entry = receipt.files[0]
    content = (order.dist / entry.file).read_bytes()
    with Pdf.open(io.BytesIO(content)) as pdf:
        headings = len(reading.outline(pdf))
        phones = {str(a.A.URI) for page in pdf.pages for a in page.get("/Annots", []) if "/A" in a and "/URI" in a.A}
        folios = tuple(str(page.label) for page in pdf.pages)
        title = str(pdf.docinfo.Title)
    return content, Promise(entry.file, folios, (148, 210), title, "en-AU", headings, frozenset(phones))


def preflight(content: bytes, promise: Promise) -> list[Finding]:
    return examine(content, promise.file, PROFILES["screen"], promise).findings


def spoilt(content: bytes, spoil: Callable[[Pdf], None]) -> bytes:
    with Pdf.open(io.BytesIO(content)) as pdf:
        spoil(pdf)
        target = io.BytesIO()
        pdf.save(target)
    return target.getvalue()


def link(pdf: Pdf, kind: str) -> pikepdf.Object:
    return next(a for page in pdf.pages for a in page.get("/Annots", []) if kind in a)


def drop_page(pdf: Pdf) -> None:
    del pdf.pages[-1]


def shrink_page(pdf: Pdf) -> None:
    pdf.pages[3].TrimBox = Array([0, 0, 100, 100])


def shift_labels(pdf: Pdf) -> None:
    pdf.Root.PageLabels.Nums[3].St = 2


def untag(pdf: Pdf) -> None:
    del pdf.Root.MarkInfo


def forget_owner(pdf: Pdf) -> None:
    pdf.pages[5].StructParents = 99999


def lose_link_owner(pdf: Pdf) -> None:
    link(pdf, "/Dest").StructParent = 99999


def silence_link(pdf: Pdf) -> None:
    link(pdf, "/Dest").Contents = String("")


def kill_link(pdf: Pdf) -> None:
    link(pdf, "/Dest").Dest = String("nowhere")


def lead_elsewhere(pdf: Pdf) -> None:
    """The first row of the contents leads to another chapter than the one whose page it prints."""
    link(pdf, "/Dest").Dest = String("directory")


def dial_elsewhere(pdf: Pdf) -> None:
    link(pdf, "/A").A.URI = String("tel:1800160401")


def lose_outline(pdf: Pdf) -> None:
    with pdf.open_outline() as outline:
        del outline.root[-1]


def lose_font(pdf: Pdf) -> None:
    descriptor = next(
        thing for thing in pdf.objects if isinstance(thing, Dictionary) and thing.get("/Type") == Name.FontDescriptor
    )
    del descriptor["/FontFile2"]


def change_font(pdf: Pdf) -> None:
    for thing in pdf.objects:
        if isinstance(thing, Dictionary) and thing.get("/Subtype") == Name.Type0:
            thing.BaseFont = Name("/ABCDEF+DejaVu-Sans")
            return


SPOILERS: dict[Callable[[Pdf], None], str] = {
    shift_labels: "BOX-001", untag: "ACC-101", forget_owner: "ACC-109", lose_link_owner: "ACC-119",
    silence_link: "ACC-120", kill_link: "LNK-101", dial_elsewhere: "LNK-011", lead_elsewhere: "LNK-103",
    lose_outline: "ACC-004", lose_font: "FNT-101", change_font: "FNT-001",
}  # fmt: skip
SPOILT_PAGES: dict[Callable[[Pdf], None], str] = {drop_page: "BOX-001", shrink_page: "BOX-001"}
"""A page that is gone or too small is missed in other ways as well."""


def test_a_delivered_file_is_as_promised(delivered: tuple[bytes, Promise]) -> None:
    assert [finding for finding in preflight(*delivered) if finding.severity is Severity.ERROR] == []


@pytest.mark.parametrize("spoil", SPOILERS, ids=lambda spoil: spoil.__name__)
def test_each_wrong_file_is_caught_by_its_check(delivered: tuple[bytes, Promise], spoil: Callable[[Pdf], None]) -> None:
    content, promise = delivered
    found = preflight(spoilt(content, spoil), promise)
    assert {finding.code for finding in found if finding.severity is Severity.ERROR} == {SPOILERS[spoil]}
    assert all(finding.place.file == promise.file for finding in found)


@pytest.mark.parametrize("spoil", SPOILT_PAGES, ids=lambda spoil: spoil.__name__)
def test_a_page_too_few_or_too_small_is_caught(delivered: tuple[bytes, Promise], spoil: Callable[[Pdf], None]) -> None:
    content, promise = delivered
    assert SPOILT_PAGES[spoil] in {finding.code for finding in preflight(spoilt(content, spoil), promise)}


BROKEN: tuple[tuple[dict[str, object], str, str], ...] = (
    ({"language": "fr-FR"}, "ACC-004", "The language of the file is not the one promised."),
    ({"title": "Other"}, "ACC-004", "The title of the file is not the one promised."),
    ({"pdf_ua": 2}, "ACC-004", "The PDF/UA part of the file is not the one promised."),
    ({"headings": 1}, "ACC-004", "entries for 1 headings."),
    ({"trim_mm": (210, 297)}, "BOX-001", "The page measures 148.0 by 210.0 mm, not 210 by 297."),
    ({"phones": frozenset()}, "LNK-011", "which is no number of this edition."),
)


@pytest.mark.parametrize(("change", "code", "words"), BROKEN, ids=[next(iter(row[0])) for row in BROKEN])
def test_a_broken_promise_is_met_by_its_own_finding(
    delivered: tuple[bytes, Promise], change: dict[str, object], code: str, words: str
) -> None:
    content, promise = delivered
    found = preflight(content, replace(promise, **change))  # type: ignore[arg-type]
    errors = [finding for finding in found if finding.severity is Severity.ERROR]
    assert {finding.code for finding in errors} == {code}
    assert all(words in finding.found for finding in errors)


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7\n", b"words", b"%PDF-1.7\ntrailer<</Root 1 0 R>>"])
def test_what_is_no_pdf_is_a_finding(delivered: tuple[bytes, Promise], content: bytes) -> None:
    assert [finding.code for finding in preflight(content, delivered[1])] == ["SYS-101"]


def test_a_plain_engine_file_is_caught(delivered: tuple[bytes, Promise]) -> None:
    """WeasyPrint's own file of one page, which no bindery has seen."""
    import weasyprint

    html = weasyprint.HTML(string="<title>T</title><style>@page { size: A5 }</style><p>Words")
    codes = {finding.code for finding in preflight(html.write_pdf(), delivered[1])}
    assert {"BOX-001", "ACC-004", "ACC-101"} <= codes


def test_millimetres_are_points() -> None:
    assert round(210 * PT_PER_MM, 2) == 595.28
