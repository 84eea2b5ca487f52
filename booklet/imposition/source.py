"""A stranger's PDF as pages to be placed: opened with what it may not be, each page a form that stands upright."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Pdf

from booklet.findings import BookletError
from booklet.imposition.placing import UprightPage
from booklet.pdf import (
    Box,
    FontTable,
    OverLimitError,
    Paint,
    Stamps,
    as_number,
    box_of,
    common,
    inherited,
    is_opaque,
    printed_annotations,
    read_page,
    size,
    streams_of,
    unpacked,
)

BYTES_MAX = 500_000_000
PAGES_MAX = 2000
CONTENT_MAX = 256 * 2**20
SIDE_PT = (3.0, 14400.0 * 100)
"""Page sides that can be: from a millimetre to a hundred times what ISO 32000-1, annex C, lets a reader show."""
_STREAM = re.compile(r"^(input source|stream <[^>]*>)[:,]? ?")
_REMEDY = "Open it in a PDF reader, print it to a new PDF, and impose that"


class ImpositionError(BookletError):
    """The file cannot be put on sheets."""

    exit_status = 1


@dataclass(frozen=True)
class SourcePage:
    """A page of a file: the form that draws it, with all that is printed of its annotations, how it stands upright, and
    what became of its annotations.
    """

    form: Object
    placed: UprightPage
    stamps: Stamps


def opened(content: bytes) -> Pdf:
    """A file that opens without a password, with pages that can be counted. Raises ImpositionError.

    Its list of objects must be whole. The length of a stream may be wrong: readers look for its end, and so does qpdf,
    whose warnings then say so (`mended`).
    """
    try:
        with Pdf.open(io.BytesIO(content), attempt_recovery=False, suppress_warnings=True):
            pass
        pdf = Pdf.open(io.BytesIO(content), suppress_warnings=True)
        count, said = len(pdf.pages), pdf.Root.Pages.get("/Count")
    except pikepdf.PasswordError as reason:
        raise ImpositionError("The file is encrypted. Save it without a password first.") from reason
    except (pikepdf.PdfError, RuntimeError, ValueError, AttributeError, KeyError, TypeError) as reason:
        raise ImpositionError(f"This is no PDF, or it is damaged: {in_words(reason)}. Export it again.") from reason
    if any("MediaBox is undefined" in warning for warning in pdf.get_warnings()):
        raise ImpositionError("A page has no MediaBox, so its size is not known. Export the file again.")
    if said != count:
        told = f"says {said}" if isinstance(said, int) else "does not say how many"
        raise ImpositionError(f"The file is damaged: its list of pages holds {count} and {told}. {_REMEDY}.")
    if not 1 <= count <= PAGES_MAX:
        raise ImpositionError(f"The file has {count} pages. From 1 to {PAGES_MAX} can be imposed.")
    return pdf


def in_words(reason: Exception) -> str:
    """What went wrong, without the library's name for the stream in which it did."""
    told = _STREAM.sub("", str(reason)).removesuffix(".")
    return told[:200] or type(reason).__name__


def mended(pdf: Pdf) -> str | None:
    """What a person should know of a file that was mended on the way; None where all was in order.

    Raises ImpositionError for a file that unpacks to more than may be.
    """
    told = [_STREAM.sub("", str(warning)) for warning in pdf.get_warnings()]
    if any("limit exceeded" in words for words in told):
        raise ImpositionError(f"The file unpacks to more than {CONTENT_MAX // 2**20} MB, which no honest leaflet does.")
    if not told:
        return None
    return (
        f"The file is damaged, and was mended as PDF readers do ({told[0][:200]}). "
        "Compare the sheets with the file before you hand them out."
    )


def may_be_printed(pdf: Pdf) -> bool:
    """False where the owner of the file has not allowed it."""
    return not pdf.is_encrypted or bool(pdf.allow.print_lowres or pdf.allow.print_highres)


def source_pages(pdf: Pdf) -> Iterator[SourcePage]:
    """Each page as a form. Raises ImpositionError, which names the page."""
    left_over = CONTENT_MAX
    for number, page in enumerate(pdf.pages, 1):
        try:
            stream = _content(page.obj, left_over)
            left_over -= len(stream)
            yield _source_page(pdf, page.obj, stream)
        except (
            pikepdf.PikepdfError, ValueError, TypeError, RuntimeError, KeyError, AttributeError,
            ArithmeticError,
        ) as reason:  # fmt: skip
            raise ImpositionError(f"Page {number} cannot be read: {in_words(reason)}.") from reason


def _source_page(pdf: Pdf, page: Any, stream: bytes) -> SourcePage:
    box = _visible_box(page)
    resources = inherited(page, "/Resources")
    resources = resources if isinstance(resources, Dictionary) else Dictionary()
    form = _form(pdf, box, resources, stream)
    if isinstance(group := page.get("/Group"), Dictionary) and not is_opaque(resources):
        # Of a page it is always isolated (ISO 32000-1, 11.4.7). Where nothing shows through it is needless, and a grey
        # page that is a group in RGB inside another page is printed with three inks more (Ghostscript 10.0).
        form.Group = group
        form.Group.I = True
    stamps, drawn, pictures = printed_annotations(pdf, page, resources)
    if drawn:
        names = Dictionary({"/BookletPage": form, **pictures})
        form = _form(pdf, box, Dictionary(XObject=names), b"q /BookletPage Do Q\n" + drawn)
    return SourcePage(form, _upright(page, box), stamps)


def _form(pdf: Pdf, box: Box, resources: Object, stream: bytes) -> Object:
    form = pdf.make_stream(stream)
    form.Type, form.Subtype = Name.XObject, Name.Form
    form.BBox = Array(list(box))
    form.Resources = resources
    return form


def _upright(page: Any, box: Box) -> UprightPage:
    left, bottom, right, top = box
    unit = as_number(page.get("/UserUnit"), 1.0)
    unit = unit if unit > 0 else 1.0
    width, height = right - left, top - bottom
    turned = int(as_number(inherited(page, "/Rotate"), 0)) % 360
    upright = {
        90: (0.0, -1.0, 1.0, 0.0, -bottom, right),
        180: (-1.0, 0.0, 0.0, -1.0, right, top),
        270: (0.0, 1.0, -1.0, 0.0, top, -left),
    }.get(turned, (1.0, 0.0, 0.0, 1.0, -left, -bottom))
    across, up = (height, width) if turned in (90, 270) else (width, height)
    return UprightPage(tuple(value * unit for value in upright), (across * unit, up * unit))


def _visible_box(page: Any) -> Box:
    """The trimmed page where the file says it, inside the cropped one, inside the MediaBox (ISO 32000-1, 14.11.2)."""
    seen = _box(inherited(page, "/MediaBox"))
    if seen is None:
        raise ValueError("it has no MediaBox with a width and a height")
    for box in (_box(inherited(page, "/CropBox")), _box(page.get("/TrimBox"))):
        inner = common(box, seen) if box else None
        if inner and min(size(inner)) >= SIDE_PT[0]:
            seen = inner
    return seen


def _box(value: Any) -> Box | None:
    """A box whose sides can be those of a page; None for what is no box."""
    box = box_of(value)
    return box if box and all(SIDE_PT[0] <= side <= SIDE_PT[1] for side in size(box)) else None


def _content(page: Any, left_over: int) -> bytes:
    """The page's content, unpacked, never more than so many bytes of it. Raises ValueError where there is more."""
    pieces = []
    for stream in streams_of(page):
        try:
            pieces.append(unpacked(stream, left_over))
        except OverLimitError as reason:
            raise ValueError(f"the file unpacks to more than {CONTENT_MAX // 2**20} MB") from reason
        left_over -= len(pieces[-1])
    return b"\n".join(pieces)


def smallest_type_pt(pdf: Pdf, pages: list[SourcePage]) -> list[float | None]:
    """The size of the smallest letters that are seen on each page, in points as it stands; None without letters."""
    fonts = FontTable()
    found: list[float | None] = []
    for index, page in enumerate(pages):
        holder = Dictionary(
            Type=Name.Page, MediaBox=page.form.BBox, Resources=Dictionary(XObject=Dictionary(P=page.form)),
            Contents=pdf.make_stream(b"/P Do"),
        )  # fmt: skip
        with warnings.catch_warnings(action="ignore"):  # what is wrong with the content is not asked here
            content = read_page(pikepdf.Page(pdf.make_indirect(holder)), index, fonts)
        sizes = [
            item.text.size_pt
            for item in content.items
            if item.text and item.kind is Paint.TEXT and item.text.words.strip() and max(size(item.box)) > 0
        ]
        unit = max(abs(page.placed.upright[0]), abs(page.placed.upright[1]))
        found.append(min(sizes) * unit if sizes else None)
    return found
