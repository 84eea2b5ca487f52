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
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Pdf, String

from booklet.bindery import Lettering
from booklet.findings import BookletError
from booklet.pdf import (
    PT_PER_MM,
    Box,
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

Duplex = Literal["short-edge", "manual"]


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

    Nothing is printed within `margin_mm` of a sheet's edge. `lettered` names part, sheet and side in the fold.
    """

    sheet_mm: tuple[float, float] = SHEETS_MM["A4"]
    caliper_mm: float = CALIPER_MM
    duplex: Duplex = "short-edge"
    sheets_max: int | None = None
    margin_mm: float = 0.0
    lettered: bool = False


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


def impose(content: bytes, setup: Setup, kit: bytes | None = None) -> Imposed:
    """The pages of a PDF on sheets; the pages of `kit`, a PDF of whole sheets, go before them as they are.

    With `manual` the fronts come in order and the backs from last to first: copiers lay printed sheets face down, so
    the stack that is put back has the last sheet on top. Raises ImpositionError.
    """
    with _opened(content) as pdf:
        notes: list[str] = []
        pages = list(_placed_pages(pdf, notes))
        sides = sheets(len(pages), setup.sheets_max)
        if blanks := sum((side.left, side.right).count(None) for side in sides):
            notes.append(f"{blanks} empty page{'s stand' if blanks > 1 else ' stands'} before the last one.")
        letters = Lettering.made(pdf, [_name(side, sides) for side in sides]) if setup.lettered else None
        cell = _cell(pages, setup.sheet_mm)
        if len({page.size for page in pages}) > 1:
            notes.append("Pages differ in size: each is centred in the place of the largest.")
        if any(page.scale(setup.sheet_mm) < 0.999 for page in pages):
            notes.append("Pages too large for half a sheet are made smaller.")
        printed = [_side_page(pdf, side, sides, pages, cell, setup, letters) for side in sides]
        _strip(pdf, "folding", "/DuplexFlipShortEdge" if setup.duplex == "short-edge" else "/Simplex")
        front = _kit_pages(pdf, kit)
        if setup.duplex == "short-edge":
            return Imposed((_saved(pdf, [*front, *printed]),), sides, tuple(notes))
        fronts = _saved(pdf, [*front[::2], *printed[::2]])
        backs = _saved(pdf, [*front[1::2], *printed[1::2]][::-1])
        return Imposed((fronts, backs), sides, tuple(notes))


def one_up(content: bytes, sheet_mm: tuple[float, float], margin_mm: float) -> bytes:
    """Every page on an upright sheet of its own, as large as it goes, for people who cannot fold. Raises
    ImpositionError.
    """
    with _opened(content) as pdf:
        width, height = sorted(side * PT_PER_MM for side in sheet_mm)
        margin = margin_mm * PT_PER_MM
        printed = []
        for page in _placed_pages(pdf, []):
            scale = min(width / page.size[0], height / page.size[1])
            left, bottom = (width - page.size[0] * scale) / 2, (height - page.size[1] * scale) / 2
            clip = (margin, margin, width - 2 * margin, height - 2 * margin)
            drawn = _drawn(page, scale, left, bottom, clip, b"/P")
            printed.append(_sheet(pdf, width, height, drawn, Dictionary(P=page.form)))
        _strip(pdf, "A4, one page a side", "/DuplexFlipLongEdge")
        return _saved(pdf, printed)


@dataclass(frozen=True)
class _Placed:
    """A page as a form, the matrix that turns it upright with its lower left corner at 0,0, and its size in points."""

    form: Object
    upright: tuple[float, ...]
    size: tuple[float, float]

    def scale(self, sheet_mm: tuple[float, float]) -> float:
        """What makes it fit half a sheet; 1 where it fits as it is."""
        half_width, height = sheet_mm[0] / 2 * PT_PER_MM, sheet_mm[1] * PT_PER_MM
        return min(1.0, half_width / self.size[0], height / self.size[1])


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


def _placed_pages(pdf: Pdf, notes: list[str]) -> Iterator[_Placed]:
    left_over = CONTENT_MAX
    dropped = 0
    for number, page in enumerate(pdf.pages, 1):
        try:
            annotations = page.obj.get("/Annots", Array())
            dropped += len(annotations) if isinstance(annotations, Array) else 0
            stream = _content(page.obj, left_over)
            left_over -= len(stream)
            yield _placed(pdf, page.obj, stream)
        except (pikepdf.PdfError, zlib.error, ValueError, TypeError, RuntimeError) as reason:
            raise ImpositionError(f"Page {number} cannot be read: {_in_words(reason)}.") from reason
    if dropped:
        notes.append(f"{dropped} link{'s' if dropped > 1 else ''}, notes or form fields are left out: paper has none.")


def _placed(pdf: Pdf, page: Any, stream: bytes) -> _Placed:
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
    return _Placed(form, tuple(value * unit for value in upright), (across * unit, up * unit))


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


def _cell(pages: list[_Placed], sheet_mm: tuple[float, float]) -> float:
    """The width of the place of one page, in points, measured from the fold: that of the widest page."""
    return max(page.size[0] * page.scale(sheet_mm) for page in pages)


def _side_page(
    pdf: Pdf,
    side: Side,
    sides: tuple[Side, ...],
    pages: list[_Placed],
    cell: float,
    setup: Setup,
    letters: Lettering | None,
) -> Object:
    width, height = (value * PT_PER_MM for value in setup.sheet_mm)
    middle, margin = width / 2, setup.margin_mm * PT_PER_MM
    shift = creep_mm(side.sheet, setup.caliper_mm) * PT_PER_MM
    drawn = b""
    forms = Dictionary()
    for number, name, start, sign in ((side.left, "/L", middle - cell, 1), (side.right, "/R", middle, -1)):
        if number is None:
            continue
        page = pages[number - 1]
        scale = page.scale(setup.sheet_mm)
        left = start + (cell - page.size[0] * scale) / 2 + sign * shift
        half = margin if name == "/L" else middle
        clip = (half, margin, middle - margin, height - 2 * margin)
        drawn += _drawn(page, scale, left, (height - page.size[1] * scale) / 2, clip, name.encode())
        forms[name] = page.form
    sheet = _sheet(pdf, width, height, drawn, forms)
    if letters:
        words, size_pt = _name(side, sides), NAME_PT
        ground = (middle + 3, margin + 4, size_pt * 1.3, letters.length(words, size_pt) + 4)
        letter = letters.drawn(words, (middle + 3 + size_pt, margin + 6), size_pt, upwards=True)
        letters.put(pdf, sheet, b"q 1 g %s re f Q\n%s" % (_numbers(*ground), letter))
    return sheet


def _name(side: Side, sides: tuple[Side, ...]) -> str:
    part = f"Part {side.part}, sheet" if any(row.part > 1 for row in sides) else "Sheet"
    return f"{part} {side.sheet}, {side.side}"


def _drawn(
    page: _Placed, scale: float, left: float, bottom: float, clip: tuple[float, float, float, float], name: bytes
) -> bytes:
    a, b, c, d, e, f = (value * scale for value in page.upright)
    matrix = (a, b, c, d, e + left, f + bottom)
    return b"q %s re W n %s cm %s Do Q\n" % (_numbers(*clip), _numbers(*matrix), name)


def _numbers(*values: float) -> bytes:
    return b" ".join(f"{value:.5f}".rstrip("0").rstrip(".").encode() for value in values)


def _sheet(pdf: Pdf, width: float, height: float, drawn: bytes, forms: Any) -> Object:
    return pdf.make_indirect(
        Dictionary(
            Type=Name.Page,
            MediaBox=Array([0, 0, round(width, 4), round(height, 4)]),
            Resources=Dictionary(XObject=forms),
            Contents=pdf.make_stream(drawn),
        )
    )


def _kit_pages(pdf: Pdf, kit: bytes | None) -> list[Object]:
    if kit is None:
        return []
    with Pdf.open(io.BytesIO(kit)) as source:
        pages = [pdf.copy_foreign(page.obj) for page in source.pages]
    for page in pages:
        for key in ("/Annots", "/StructParents", "/Tabs"):
            if key in page:
                del page[key]
    return pages


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
