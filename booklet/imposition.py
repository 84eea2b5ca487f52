"""Imposition: pages of any PDF onto sheets that are folded once and stapled through the fold.

The arrangement comes first, as plain numbers (`sheets`); pages are placed afterwards (`impose`). A sheet holds four
pages, and all sheets of a part lie inside each other, the first one outermost. Eight pages, seen from above:

    sheet 1  front: 8 | 1   back: 2 | 7        sheet 2  front: 6 | 3   back: 4 | 5

The inner sheets are pushed out at the open edge by the paper that is folded around them. `creep_mm` says how far;
a positive shift moves a page towards the spine, so that outer margins look alike once the booklet is folded.

Imposed sheets are read by the fold and not by the file's order, so they cannot be PDF/UA, and no other claim of the
file holds for them: structure, links, outline, output intents and metadata are taken away, and the title says so.
"""

from __future__ import annotations

import io
import math
import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Pdf, String

from booklet.findings import BookletError
from booklet.formats import Duplex
from booklet.pdf import (
    PT_PER_MM,
    Box,
    Matrix,
    OverLimitError,
    as_number,
    box_of,
    common,
    inherited,
    saved,
    size,
    streams_of,
    unpacked,
)

SHEETS_MM = {"A3": (420.0, 297.0), "A4": (297.0, 210.0), "A5": (210.0, 148.0)}
"""Sheets lying on their long side: width, height."""
CALIPER_MM = 0.11
"""Office paper of 80 g/m²."""
SHEETS_MAX = 15
"""As many sheets of 80 g/m² as an office stapler and a fold by hand can take."""
NAME_PT = 12.0
"""Nothing that a person has to read is smaller (Clear Print), names of sheets among it."""
PAGES_MAX = 2000
CONTENT_MAX = 256 * 2**20
SIDE_PT = (3.0, 14400.0 * 100)
"""Page sides that can be: from a millimetre to a hundred times what ISO 32000-1, annex C, lets a reader show."""
_NOT_FOR_SHEETS = (
    "/StructTreeRoot", "/MarkInfo", "/Outlines", "/Names", "/Dests", "/AcroForm", "/PageLabels", "/OpenAction", "/AA",
    "/Metadata", "/OutputIntents", "/PageMode", "/Threads", "/SpiderInfo", "/Collection", "/AF", "/Perms", "/Legal",
    "/Extensions", "/URI", "/Requirements", "/PieceInfo",
)  # fmt: skip


class ImpositionError(BookletError):
    """The file cannot be put on sheets."""

    exit_status = 1


@dataclass(frozen=True)
class Side:
    """One side of a sheet, seen from above: page numbers from 1, None where it stays empty.

    Parts are counted from 1 in reading order, sheets from 1 within their part, the outermost first.
    """

    part: int
    sheet: int
    side: Literal["front", "back"]
    left: int | None
    right: int | None


@dataclass(frozen=True)
class Setup:
    """How to impose: sheet width and height, paper thickness, who turns the sheets, how many lie in one part at most.

    Nothing is printed within `margin_mm` of a sheet's edge.
    """

    sheet_mm: tuple[float, float] = SHEETS_MM["A4"]
    caliper_mm: float = CALIPER_MM
    duplex: Duplex = "short-edge"
    sheets_max: int | None = None
    margin_mm: float = 0.0


@dataclass(frozen=True)
class Imposed:
    """The files (one, or fronts and backs), the sides in order, and what a person should know of them."""

    files: tuple[bytes, ...]
    sides: tuple[Side, ...]
    notes: tuple[str, ...]


def sheets(pages: int, sheets_max: int | None = None) -> tuple[Side, ...]:
    """The sides of all sheets in printing order: front and back of the first sheet, of the second, and so on.

    Where the count is no multiple of four, empty pages stand before the last one, so that a back cover stays last.
    More than `sheets_max` sheets become several parts of about the same thickness, read one after the other.
    """
    slots = [*range(1, pages), *[None] * (-pages % 4), pages] if pages > 1 else [1, None, None, None]
    total = len(slots) // 4
    count = math.ceil(total / sheets_max) if sheets_max else 1
    sizes = [total // count + (part < total % count) for part in range(count)]
    rows: list[Side] = []
    for part, sheets_in_part in enumerate(sizes, 1):
        section, slots = slots[: 4 * sheets_in_part], slots[4 * sheets_in_part :]
        for s in range(sheets_in_part):
            rows.append(Side(part, s + 1, "front", section[-1 - 2 * s], section[2 * s]))
            rows.append(Side(part, s + 1, "back", section[2 * s + 1], section[-2 - 2 * s]))
    return tuple(rows)


def creep_mm(sheet: int, caliper_mm: float) -> float:
    """How far the pages of a sheet move towards the spine: nothing on the outermost, one thickness more on each."""
    return (sheet - 1) * caliper_mm


def part_pages(sides: tuple[Side, ...]) -> tuple[tuple[int, int, int], ...]:
    """For each part: its sheets, its first and its last page."""
    rows = []
    for part in dict.fromkeys(side.part for side in sides):
        own = [side for side in sides if side.part == part]
        numbers = [number for side in own for number in (side.left, side.right) if number]
        rows.append((len(own) // 2, min(numbers), max(numbers)))
    return tuple(rows)


@dataclass(frozen=True)
class UprightPage:
    """A page to be placed: the matrix that turns it upright with its lower left corner at 0,0, and its size."""

    upright: tuple[float, ...]
    size_pt: tuple[float, float]

    def scale(self, sheet_mm: tuple[float, float]) -> float:
        """What makes it fit half a sheet; 1 where it fits as it is."""
        half_width, height = sheet_mm[0] / 2 * PT_PER_MM, sheet_mm[1] * PT_PER_MM
        return min(1.0, half_width / self.size_pt[0], height / self.size_pt[1])


@dataclass(frozen=True)
class Placement:
    """A page (from 1) on a sheet: the matrix that puts it there, and the box (left, bottom, width, height in points) to
    which it is cut.
    """

    page: int
    matrix: Matrix
    clip: tuple[float, float, float, float]


def on_side(side: Side, pages: Sequence[UprightPage], setup: Setup) -> tuple[Placement, ...]:
    """The pages of one side of a sheet in their places: beside the fold, each centred in the place of the widest."""
    width, height = (value * PT_PER_MM for value in setup.sheet_mm)
    middle, margin = width / 2, setup.margin_mm * PT_PER_MM
    shift = creep_mm(side.sheet, setup.caliper_mm) * PT_PER_MM
    cell = max(page.size_pt[0] * page.scale(setup.sheet_mm) for page in pages)
    rows = []
    for number, half, start, sign in ((side.left, margin, middle - cell, 1), (side.right, middle, middle, -1)):
        if number is None:
            continue
        page = pages[number - 1]
        scale = page.scale(setup.sheet_mm)
        left = start + (cell - page.size_pt[0] * scale) / 2 + sign * shift
        bottom = (height - page.size_pt[1] * scale) / 2
        clip = (half, margin, middle - margin, height - 2 * margin)
        rows.append(Placement(number, _moved(page, scale, left, bottom), clip))
    return tuple(rows)


def on_a_sheet(number: int, page: UprightPage, sheet_mm: tuple[float, float], margin_mm: float) -> Placement:
    """A page (from 1) alone on a sheet, in the middle, as large as it goes."""
    width, height = (side * PT_PER_MM for side in sheet_mm)
    margin = margin_mm * PT_PER_MM
    scale = min(width / page.size_pt[0], height / page.size_pt[1])
    left, bottom = (width - page.size_pt[0] * scale) / 2, (height - page.size_pt[1] * scale) / 2
    return Placement(
        number, _moved(page, scale, left, bottom), (margin, margin, width - 2 * margin, height - 2 * margin)
    )


def _moved(page: UprightPage, scale: float, left: float, bottom: float) -> Matrix:
    a, b, c, d, e, f = (value * scale for value in page.upright)
    return a, b, c, d, e + left, f + bottom


def operators(placement: Placement, name: bytes) -> bytes:
    """What draws a page that has this name among the forms of the sheet."""
    return b"q %s re W n %s cm %s Do Q\n" % (_numbers(*placement.clip), _numbers(*placement.matrix), name)


def side_name(side: Side, sides: tuple[Side, ...]) -> str:
    """What a side of a sheet is called: its part where there are several, its sheet, and which side it is."""
    part = f"Part {side.part}, sheet" if any(row.part > 1 for row in sides) else "Sheet"
    return f"{part} {side.sheet}, {side.side}"


def impose(content: bytes, setup: Setup) -> Imposed:
    """The pages of a PDF on sheets.

    With `manual` the fronts come in order and the backs from last to first: copiers lay printed sheets face down, so
    the stack that is put back has the last sheet on top. Raises ImpositionError.
    """
    with _opened(content) as pdf:
        notes: list[str] = []
        forms, pages = zip(*_forms(pdf, notes), strict=True)
        sides = sheets(len(pages), setup.sheets_max)
        if blanks := sum((side.left, side.right).count(None) for side in sides):
            notes.append(f"{blanks} empty page{'s stand' if blanks > 1 else ' stands'} before the last one.")
        if len({page.size_pt for page in pages}) > 1:
            notes.append("Pages differ in size: each is centred in the place of the largest.")
        if any(page.scale(setup.sheet_mm) < 0.999 for page in pages):
            notes.append("Pages too large for half a sheet are made smaller.")
        printed = [_sheet(pdf, setup.sheet_mm, on_side(side, pages, setup), forms) for side in sides]
        _strip(pdf, "folding", "/DuplexFlipShortEdge" if setup.duplex == "short-edge" else "/Simplex")
        if setup.duplex == "short-edge":
            return Imposed((_saved(pdf, printed),), sides, tuple(notes))
        return Imposed((_saved(pdf, printed[::2]), _saved(pdf, printed[1::2][::-1])), sides, tuple(notes))


def _opened(content: bytes) -> Pdf:
    try:
        pdf = Pdf.open(io.BytesIO(content), attempt_recovery=False, suppress_warnings=True)
        count = len(pdf.pages)
    except pikepdf.PasswordError as reason:
        raise ImpositionError("The file is encrypted. Save it without a password first.") from reason
    except (pikepdf.PdfError, RuntimeError, ValueError) as reason:
        raise ImpositionError(f"This is no PDF, or it is damaged: {_in_words(reason)}. Export it again.") from reason
    if pdf.is_encrypted:
        raise ImpositionError("The file is encrypted. Save it without protection first.")
    if any("MediaBox is undefined" in warning for warning in pdf.get_warnings()):
        raise ImpositionError("A page has no MediaBox, so its size is not known. Export the file again.")
    if not 1 <= count <= PAGES_MAX:
        raise ImpositionError(f"The file has {count} pages. From 1 to {PAGES_MAX} can be imposed.")
    return pdf


def _in_words(reason: Exception) -> str:
    told = re.sub(
        r"^.*?>: |input source: ", "", str(reason).removesuffix(".")
    )  # the library names its own stream first
    return told[:200] or type(reason).__name__


def _forms(pdf: Pdf, notes: list[str]) -> Iterator[tuple[Object, UprightPage]]:
    """Each page as a form, and how it stands upright."""
    left_over = CONTENT_MAX
    dropped = 0
    for number, page in enumerate(pdf.pages, 1):
        try:
            annotations = page.obj.get("/Annots", Array())
            dropped += len(annotations) if isinstance(annotations, Array) else 0
            stream = _content(page.obj, left_over)
            left_over -= len(stream)
            yield _form(pdf, page.obj, stream)
        except (pikepdf.PdfError, zlib.error, ValueError, TypeError, RuntimeError) as reason:
            raise ImpositionError(f"Page {number} cannot be read: {_in_words(reason)}.") from reason
    if dropped:
        notes.append(f"{dropped} link{'s' if dropped > 1 else ''}, notes or form fields are left out: paper has none.")


def _form(pdf: Pdf, page: Any, stream: bytes) -> tuple[Object, UprightPage]:
    left, bottom, right, top = _visible_box(page)
    resources = inherited(page, "/Resources")
    form = pdf.make_stream(stream)
    form.Type, form.Subtype = Name.XObject, Name.Form
    form.BBox = Array([left, bottom, right, top])
    form.Resources = resources if isinstance(resources, Dictionary) else Dictionary()
    if isinstance(page.get("/Group"), Dictionary):
        form.Group = page.Group
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
    return form, UprightPage(tuple(value * unit for value in upright), (across * unit, up * unit))


def _visible_box(page: Any) -> Box:
    """The trimmed page where the file says it, or else the cropped one, inside the MediaBox (ISO 32000-1, 14.11.2)."""
    media = _box(inherited(page, "/MediaBox"))
    if media is None:
        raise ValueError("it has no MediaBox with a width and a height")
    for key in ("/TrimBox", "/CropBox"):
        box = _box(page.get(key) if key == "/TrimBox" else inherited(page, key))
        if box:
            inner = common(box, media)
            if inner and min(size(inner)) >= SIDE_PT[0]:
                return inner
    return media


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


def _numbers(*values: float) -> bytes:
    return b" ".join(f"{value:.5f}".rstrip("0").rstrip(".").encode() for value in values)


def _sheet(pdf: Pdf, sheet_mm: tuple[float, float], placements: Sequence[Placement], forms: Sequence[Object]) -> Object:
    names = {f"/P{placement.page}": forms[placement.page - 1] for placement in placements}
    drawn = b"".join(operators(placement, b"/P%d" % placement.page) for placement in placements)
    width, height = (round(side * PT_PER_MM, 4) for side in sheet_mm)
    return pdf.make_indirect(
        Dictionary(
            Type=Name.Page,
            MediaBox=Array([0, 0, width, height]),
            Resources=Dictionary(XObject=Dictionary(names)),
            Contents=pdf.make_stream(drawn),
        )
    )


def _strip(pdf: Pdf, purpose: str, duplex: str) -> None:
    """Take away what holds for pages in order and not for sheets, every claim among it."""
    root = pdf.Root
    for key in _NOT_FOR_SHEETS:
        if key in root:
            del root[key]
    root.ViewerPreferences = Dictionary(PrintScaling=Name("/None"), DisplayDocTitle=True, Duplex=Name(duplex))
    old = pdf.trailer.get("/Info", Dictionary())
    words = {key: old[key] for key in ("/CreationDate", "/ModDate") if isinstance(old, Dictionary) and key in old}
    title = str(old.get("/Title", "")) if isinstance(old, Dictionary) else ""
    info = Dictionary(
        Title=String(f"{title or 'Booklet'} (imposed for {purpose})"), Producer=String("booklet, pikepdf")
    )
    for key, value in words.items():
        info[key] = String(str(value))
    pdf.trailer.Info = pdf.make_indirect(info)


def _replace_pages(pdf: Pdf, printed: list[Object]) -> None:
    del pdf.pages[:]
    for sheet in printed:
        pdf.pages.append(pikepdf.Page(sheet))


def _saved(pdf: Pdf, printed: list[Object]) -> bytes:
    _replace_pages(pdf, printed)
    try:
        return saved(pdf, decode=pikepdf.StreamDecodeLevel.none)
    except (pikepdf.PdfError, RuntimeError) as reason:
        raise ImpositionError(f"The sheets cannot be written: {_in_words(reason)}.") from reason
