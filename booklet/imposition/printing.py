"""The sheets of a stranger's PDF as files, and what a person has to know of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Pdf, String

from booklet.findings import counted
from booklet.imposition.arrangement import (
    FOLDED,
    MOST_PAGES,
    SHEETS_MAX,
    SHEETS_MM,
    Arrangement,
    Binding,
    Blanks,
    Layout,
    arranged,
    grid_of,
    part_lines,
    part_pages,
)
from booklet.imposition.placing import NAME_PT, Placement, UprightPage, on_side, operators
from booklet.imposition.source import (
    ImpositionError,
    SourcePage,
    in_words,
    may_be_printed,
    mended,
    opened,
    smallest_type_pt,
    source_pages,
)
from booklet.pdf import PT_PER_MM, Stamps, is_read_from_the_right, saved
from booklet.words import english

Flip = Literal["short-edge", "long-edge", "manual", "manual-long-edge"]
"""Who turns the sheets, and about which edge of the paper: the printer, or a person who prints fronts, then backs."""
Pile = Literal["face-down", "face-up"]
"""How printed sheets come out: the last one lies on top, or is fed last when they are put back."""
CALIPER_MM = 0.11
"""Office paper of 80 g/m²."""
_NOT_FOR_SHEETS = (
    "/StructTreeRoot", "/MarkInfo", "/Outlines", "/Names", "/Dests", "/AcroForm", "/PageLabels", "/OpenAction", "/AA",
    "/Metadata", "/OutputIntents", "/PageMode", "/Threads", "/SpiderInfo", "/Collection", "/AF", "/Perms", "/Legal",
    "/Extensions", "/URI", "/Requirements", "/PieceInfo",
)  # fmt: skip


@dataclass(frozen=True)
class Setup:
    """How to impose: sheet width and height as it lies on its long side, paper thickness, who turns the sheets, how
    many lie in one part at most. Nothing is printed within `margin_mm` of a sheet's edge.

    `binding` None is as the file says, `duplex` None the edge by which a sheet is turned as a page of a book is;
    `per_side` counts only where pages are not folded.
    """

    sheet_mm: tuple[float, float] = SHEETS_MM["A4"]
    caliper_mm: float = CALIPER_MM
    duplex: Flip | None = None
    sheets_max: int | None = SHEETS_MAX
    margin_mm: float = 0.0
    layout: Layout = "booklet"
    per_side: int = 2
    binding: Binding | None = None
    blanks: Blanks = "before-last"
    pile: Pile = "face-down"


@dataclass(frozen=True)
class Imposed:
    """The files (one, or fronts and backs), the arrangement of the sheets, what a person should know of them, and what
    to do with them.
    """

    files: tuple[bytes, ...]
    arrangement: Arrangement
    notes: tuple[str, ...]
    steps: tuple[str, ...]


def impose(content: bytes, setup: Setup) -> Imposed:
    """The pages of a PDF on sheets. Raises ImpositionError."""
    with opened(content) as pdf:
        sources = list(source_pages(pdf))
        pages = [source.placed for source in sources]
        binding = setup.binding or ("right" if is_read_from_the_right(pdf) else "left")
        largest = (max(page.size_pt[0] for page in pages), max(page.size_pt[1] for page in pages))
        most = MOST_PAGES.get(setup.layout, len(pages))
        if len(pages) > most:
            raise ImpositionError(
                f"A {setup.layout} has {most} pages, and the file has {len(pages)}. Choose another layout."
            )
        grid = grid_of(setup.layout, setup.sheet_mm, setup.per_side, largest)
        plan = arranged(setup.layout, len(pages), grid, setup.sheets_max, setup.blanks, binding)
        notes = [
            *_about_pages(plan, pages, setup, binding),
            *_about_type(pdf, sources, plan),
            *_about_file(pdf, sources),
        ]
        orders = printing_orders(plan, setup.duplex, setup.pile)
        printed = {
            index: _sheet(pdf, plan, sources, on_side(
                side, pages, grid, setup.caliper_mm, setup.margin_mm, orders.backs_turned and side.side == "back"
            ))
            for index, side in enumerate(plan.sides)
        }  # fmt: skip
        _strip(pdf, setup.layout, orders.viewer)
        files = tuple(_saved(pdf, [printed[index] for index in order]) for order in orders.files)
        if repaired := mended(pdf):
            notes.insert(0, repaired)
        return Imposed(files, plan, tuple(notes), tuple(_steps(plan, setup, orders, binding)))


@dataclass(frozen=True)
class PrintingOrders:
    """Which sides (indices) each file holds, in order; whether backs stand upside down; the value of `/Duplex` (ISO
    32000-1, 12.2); and what to tell the printer.
    """

    files: tuple[tuple[int, ...], ...]
    backs_turned: bool
    viewer: str
    words: str


def printing_orders(plan: Arrangement, duplex: Flip | None, pile: Pile = "face-down") -> PrintingOrders:
    """How the sides of an arrangement are printed.

    A sheet on its long side is turned as a page of a book when it is flipped on its short edge, an upright one on its
    long edge; a printer that flips on the other one needs the backs upside down. With `manual` the fronts come in order
    and the backs from last to first: copiers lay printed sheets face down, so the stack that is put back has the last
    sheet on top. Where they come out face up and are turned over, the first one is on top.
    """
    natural: Flip = "long-edge" if plan.grid.is_upright else "short-edge"
    chosen = duplex or natural
    turned = ("long-edge" in chosen) is not (natural == "long-edge")
    fronts = tuple(index for index, side in enumerate(plan.sides) if side.side == "front")
    backs = tuple(index for index, side in enumerate(plan.sides) if side.side == "back")
    if not any(plan.sides[index].pages for index in backs):
        return PrintingOrders((fronts,), False, "Simplex", "Print on one side")
    if chosen in ("short-edge", "long-edge"):
        viewer = "DuplexFlipShortEdge" if chosen == "short-edge" else "DuplexFlipLongEdge"
        words = f"Print on both sides, flip on the {chosen.replace('-', ' ')}"
        return PrintingOrders((tuple(range(len(plan.sides))),), turned, viewer, words)
    back = "as it lies" if pile == "face-down" else "so that the first sheet is printed first"
    words = f"Print the fronts. Put the pile back {back}, and print the backs"
    return PrintingOrders((fronts, backs if pile == "face-up" else backs[::-1]), turned, "Simplex", words)


_FOLD_TWICE = "Fold the upper half of {sheet} behind the lower one, then the {start} half behind the {end} one."
_FOLD_LIKE_A_LETTER = (
    "Lay {sheet} with the front page down, so that page 2 is at the {start}. Fold the {end} panel inwards, then the "
    "{start} one over it."
)
_FINISH: dict[Layout, tuple[str, str]] = {
    "booklet": (
        "Fold the sheet in the middle.",
        "Fold the sheets together in the middle, and staple through the fold.",
    ),
    "two-booklets": (
        "Cut the sheet across the middle into two, and fold each in the middle.",
        "Cut the pile across the middle into two. Fold each in the middle, and staple through the fold.",
    ),
    "quarter": (
        f"{_FOLD_TWICE} Cut the upper edge open.",
        f"{_FOLD_TWICE} Put the sheets into each other, staple through the fold, and cut the upper edge open.",
    ),
    "card": (_FOLD_TWICE, _FOLD_TWICE),
    "letter-fold": (_FOLD_LIKE_A_LETTER, _FOLD_LIKE_A_LETTER),
    "n-up": ("", ""),
    "copies": ("Cut the copies apart.", "Cut the copies apart."),
    "stack": (
        "Cut the sheet, and lay its pieces on each other: upper {start} on top, then on to the {end} and down.",
        "Cut the pile, and lay its piles on each other: upper {start} on top, then on to the {end} and down.",
    ),
}
"""What is done with one sheet, and with several."""


def _steps(plan: Arrangement, setup: Setup, orders: PrintingOrders, binding: Binding) -> Iterator[str]:
    """What to do with the sheets, in order."""
    size = next((name for name, sheet in SHEETS_MM.items() if sheet == setup.sheet_mm), "paper")
    parts = len(part_pages(plan.sides))
    several = f" in {parts} parts: fold and staple one before the next" if parts > 1 else ""
    yield f"{counted(plan.sheets, 'sheet')} of {size}{several}."
    if parts > 1:
        sides, where = (1, "the fronts") if len(orders.files) > 1 else (2, "the file")
        yield from part_lines(plan.sides, 1, sides, where, english())
    start, end = ("left", "right") if binding == "left" else ("right", "left")
    finish = _FINISH[setup.layout][plan.sheets > 1]
    sheet = "each sheet" if plan.sheets > 1 else "the sheet"
    yield f"{orders.words}, actual size. {finish.format(start=start, end=end, sheet=sheet)}".strip()


def _about_pages(plan: Arrangement, pages: Sequence[UprightPage], setup: Setup, binding: Binding) -> Iterator[str]:
    """What was done with the pages that nobody asked for."""
    if setup.binding is None and binding == "right":
        yield "The file is read from right to left: it is bound at the right. The option --binding left changes that."
    if plan.empty and (setup.layout in FOLDED or setup.layout in MOST_PAGES):
        stand = f"{counted(plan.empty, 'empty page')} {'stands' if plan.empty == 1 else 'stand'}"
        if setup.blanks == "end" or len(pages) == 1:
            yield f"{stand} at the end."
        else:
            them = "it" if plan.empty == 1 else "them"
            yield f"{stand} before the last one. The option --blanks end puts {them} at the end."
    if len({(round(page.size_pt[0], 1), round(page.size_pt[1], 1)) for page in pages}) > 1:
        place = "the place of the largest" if plan.grid.folded else "its own place"
        yield f"Pages differ in size: each is centred in {place}."
    percents = sorted({round(100 * page.scale(plan.grid.cell_mm)) for page in pages})
    if percents[0] < 100:
        to = f"{percents[0]} %" if len(percents) == 1 else f"between {percents[0]} and {percents[-1]} %"
        yield f"Pages too large for their place are made smaller: to {to}."


def _about_type(pdf: Pdf, sources: list[SourcePage], plan: Arrangement) -> Iterator[str]:
    """How small the type becomes where pages are made smaller."""
    scales = [source.placed.scale(plan.grid.cell_mm) for source in sources]
    if min(scales) > 0.995:
        return
    found = [(size * scale, size) for size, scale in zip(smallest_type_pt(pdf, sources), scales, strict=True) if size]
    if not found:
        yield "How small the type becomes cannot be measured, because no page holds letters: look at the sheets."
        return
    printed, size = min(found)
    ask = f" Clear Print asks for {NAME_PT:g}." if printed < NAME_PT - 0.05 else ""
    yield f"The smallest type is {printed:.1f} points on the sheets ({size:.1f} in the file).{ask}"


def _about_file(pdf: Pdf, sources: list[SourcePage]) -> Iterator[str]:
    """What paper has not, and what the file does not show."""
    stamps = sum((source.stamps for source in sources), Stamps())
    kinds = ("form field, stamp or note", "form fields, stamps or notes")
    if stamps.drawn:
        yield f"{_are(stamps.drawn, *kinds)} printed as in the file."
    if stamps.links:
        yield f"{_are(stamps.links, 'link', 'links')} left out: paper has none."
    if stamps.hidden:
        yield f"{_are(stamps.hidden, *kinds)} left out: hidden, or not meant for print."
    if stamps.bare:
        yield (
            f"{_are(stamps.bare, *kinds)} missing: the file says what, and not how it looks. "
            "Print the file to a new PDF in a PDF reader, and impose that."
        )
    form = pdf.Root.get("/AcroForm", Dictionary())
    if not isinstance(form, Dictionary):
        form = Dictionary()
    if "/XFA" in form:
        yield "The file holds an XFA form, which few PDF readers show. Compare the sheets with it on your screen."
    if bool(form.get("/NeedAppearances", False)):
        yield (
            "The file asks PDF readers to draw its form fields anew (NeedAppearances), so what is filled in may look "
            "otherwise there. Compare, or print the file to a new PDF in a PDF reader, and impose that."
        )
    if not may_be_printed(pdf):
        yield "The owner of the file has not allowed that it be printed: ask them."


def _are(number: int, one: str, several: str) -> str:
    return f"1 {one} is" if number == 1 else f"{number} {several} are"


def _sheet(pdf: Pdf, plan: Arrangement, sources: Sequence[SourcePage], placements: Sequence[Placement]) -> Object:
    """A side as a page."""
    names = {f"/P{placement.page}": sources[placement.page - 1].form for placement in placements}
    drawn = b"".join(operators(placement, b"/P%d" % placement.page) for placement in placements)
    width, height = (round(side * PT_PER_MM, 4) for side in plan.grid.sheet_mm)
    return pdf.make_indirect(
        Dictionary(
            Type=Name.Page,
            MediaBox=Array([0, 0, width, height]),
            Resources=Dictionary(XObject=Dictionary(names)),
            Contents=pdf.make_stream(drawn),
        )
    )


def _strip(pdf: Pdf, layout: Layout, duplex: str) -> None:
    """Take away what holds for pages in order and not for sheets, every claim among it."""
    root = pdf.Root
    for key in _NOT_FOR_SHEETS:
        if key in root:
            del root[key]
    root.ViewerPreferences = Dictionary(PrintScaling=Name("/None"), DisplayDocTitle=True, Duplex=Name(f"/{duplex}"))
    old = pdf.trailer.get("/Info", Dictionary())
    words = {key: old[key] for key in ("/CreationDate", "/ModDate") if isinstance(old, Dictionary) and key in old}
    title = str(old.get("/Title", "")) if isinstance(old, Dictionary) else ""
    purpose = "folding" if layout in FOLDED or layout in MOST_PAGES else "printing"
    info = Dictionary(
        Title=String(f"{title or 'Booklet'} (imposed for {purpose})"), Producer=String("booklet, pikepdf")
    )
    for key, value in words.items():
        info[key] = String(str(value))
    pdf.trailer.Info = pdf.make_indirect(info)


def _saved(pdf: Pdf, printed: Sequence[Any]) -> bytes:
    try:
        del pdf.pages[:]
        for sheet in printed:
            pdf.pages.append(pikepdf.Page(sheet))
        return saved(pdf, decode=pikepdf.StreamDecodeLevel.none)
    except (pikepdf.PikepdfError, RuntimeError) as reason:
        raise ImpositionError(f"The sheets cannot be written: {in_words(reason)}.") from reason
