"""The kit of a clinic: sheets to fold, with a sheet that says how before them, and the same pages one a side. Single
sheets are not folded: each page is its own side.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import accumulate

from booklet.bindery import Face, Panel, PaperPiece, Sheet, SheetFile, WholeSheets, lettering, sheet_file
from booklet.composing import planned_kit
from booklet.findings import Finding
from booklet.finishing.parts import fonts, grey_part, known_part, origins, placed_in_order, placing
from booklet.finishing.records import Finished, FinishedFile, Tools, TypesetBooklet
from booklet.formats import CLINIC_KIT, Duplex, can_be_folded
from booklet.imposition import (
    CALIPER_MM,
    NAME_PT,
    SHEETS_MAX,
    SHEETS_MM,
    Binding,
    Covers,
    Layout,
    Placement,
    Side,
    UprightPage,
    arranged,
    grid_of,
    on_a_sheet,
    on_side,
    operators,
    part_lines,
    part_pages,
    printing_orders,
    side_name,
)
from booklet.manuscript import PANELS
from booklet.pdf import PT_PER_MM
from booklet.preflight import PROFILES, Drawings, Promise
from booklet.typesetting import Segment, typeset_part
from booklet.words import Words

Drawn = tuple[Sheet, Sequence[Placement]]
"""A side of a sheet, and the pages on it."""
NO_PANELS: Mapping[int, Panel] = {}
COVER = (1, "front")
"""Sheet and side that a folded part shows outside: it has no name in its fold. The other side says it."""
COVERS = 2, 1
"""The pages of the front (the cover and what lies behind it) and of the end that each of several parts has."""
UNPRINTABLE_MM = 5.0
"""Office printers reach no nearer to the edge of the sheet (STANDARDS OF1)."""
SHEET_MM = SHEETS_MM["A4"]
"""As it lies on its long side."""


@dataclass(frozen=True)
class _Over:
    """What is laid over pages of a booklet: forms by the page (from 0), each as a piece behind those of the booklet."""

    panels: Mapping[int, Panel]
    usual: Sequence[Face]
    first: int

    @property
    def pieces(self) -> list[PaperPiece]:
        return [PaperPiece(panel.fragment, ("",)) for panel in self.panels.values()]

    @property
    def forms(self) -> dict[int, tuple[int]]:
        """The form over each page, by its index over all pieces."""
        return {page: (number,) for number, page in enumerate(self.panels, self.first)}


def finish_clinic(
    booklet: TypesetBooklet, tools: Tools, panels: Mapping[int, Panel] = NO_PANELS, usual: Sequence[Face] = ()
) -> Finished:
    """Sheets to fold (or their fronts and backs), and the plain pages; these alone where nothing is folded. `panels`
    are laid over pages (from 0), and `usual` are faces with the glyphs that most of them need.
    """
    pieces = [
        PaperPiece(grey_part(tools.store, segment, as_forms=True), ("",) * segment.layout.pages)
        for segment in booklet.segments
    ]
    width_pt, height_pt = (side * PT_PER_MM for side in booklet.form.pages.trim_mm)
    pages = [UprightPage((1.0, 0.0, 0.0, 1.0, 0.0, 0.0), (width_pt, height_pt))] * booklet.pages
    layout = _layout(booklet)
    over = _Over(panels, usual, booklet.pages)
    if layout is None:
        return (_plain(booklet, pieces, over, pages, tools, ".pdf"),), []
    words = booklet.words
    binding: Binding = "right" if words.from_the_right else "left"
    grid = grid_of(layout, SHEET_MM, 2, (width_pt, height_pt))
    covers = Covers(*COVERS, _starts(booklet.segments))
    plan = arranged(layout, booklet.pages, grid, SHEETS_MAX, binding=binding, covers=covers)
    sides = plan.sides
    orders = printing_orders(plan, tools.options.duplex)
    kit, findings = _kit(booklet, sides, tools.options.duplex, tools)
    is_leaflet = booklet.binding in PANELS
    named = () if is_leaflet else [side for side in sides if (side.sheet, side.side) != COVER]
    names = [_name(side, sides, words) if side in named else "" for side in sides]
    rows = [on_side(side, pages, grid, CALIPER_MM, UNPRINTABLE_MM) for side in sides]
    folded: list[Drawn] = [(_folded(row, name, over), row) for row, name in zip(rows, names, strict=True)]
    title = words("sheets.folded", title=booklet.full_title)
    endings = ((".pdf", (0, 1)),) if len(orders.files) == 1 else (("-fronts.pdf", (0,)), ("-backs.pdf", (1,)))
    files = []
    for (ending, kit_sides), order in zip(endings, orders.files, strict=True):
        drawn = [folded[index] for index in order]
        facts = SheetFile(title, booklet.issued.isoformat(), orders.viewer, "".join(names), _keywords(booklet))
        before, behind = _around(kit, kit_sides, tools, ending)
        content = sheet_file(
            [*pieces, *over.pieces],
            [sheet for sheet, _ in drawn],
            facts,
            fonts(tools.store),
            before,
            behind,
            placing(tools.store),
            usual,
        )
        count = len(drawn) + (len(kit_sides) if kit else 0)
        placements = [row for _, row in drawn]
        known, first = partial(_known, pieces, kit, tools), len(kit_sides) if before else 0
        files.append(_file(booklet, ending, content, count, SHEET_MM, title, known, placements, first))
    return (*files, _plain(booklet, pieces, over, pages, tools, "-plain.pdf")), findings


def _keywords(booklet: TypesetBooklet) -> str:
    return booklet.words("file.imprint", id=booklet.imprint) if booklet.imprint else ""


def _starts(segments: Sequence[Segment]) -> tuple[int, ...]:
    """The right-hand pages, from 1, on which a chapter or another piece of the booklet begins."""
    firsts = accumulate((segment.layout.pages for segment in segments), initial=1)
    return tuple(first for first in firsts if first % 2)


def _layout(booklet: TypesetBooklet) -> Layout | None:
    """How its sheets are folded; None for what is not folded."""
    if booklet.binding == "letter-fold":
        return "letter-fold"
    is_folded = booklet.binding != "stapled" and can_be_folded(booklet.form.pages.trim_mm)
    return "booklet" if is_folded else None


def _around(
    kit: Segment | None, sides: tuple[int, ...], tools: Tools, ending: str
) -> tuple[list[WholeSheets], list[WholeSheets]]:
    """The kit's own sides before the sheets; those of the backs come last, as the pile is turned."""
    if kit is None:
        return [], []
    row = [(grey_part(tools.store, kit, as_forms=False), sides)]
    return ([], row) if ending == "-backs.pdf" else (row, [])


def _plain(
    booklet: TypesetBooklet,
    pieces: Sequence[PaperPiece],
    over: _Over,
    pages: Sequence[UprightPage],
    tools: Tools,
    ending: str,
) -> FinishedFile:
    """Every page on a sheet of its own that stands as it does, as large as it goes, for people who cannot fold."""
    width_mm, height_mm = booklet.form.pages.trim_mm
    sheet_mm = SHEET_MM if width_mm > height_mm else SHEET_MM[::-1]
    size_pt = (sheet_mm[0] * PT_PER_MM, sheet_mm[1] * PT_PER_MM)
    rows = [[on_a_sheet(number, page, sheet_mm, UNPRINTABLE_MM)] for number, page in enumerate(pages, 1)]
    drawn = [_sheet(row, b"", size_pt, over) for row in rows]
    title = booklet.words("sheets.plain", title=booklet.full_title)
    edge = "DuplexFlipShortEdge" if width_mm > height_mm else "DuplexFlipLongEdge"
    facts = SheetFile(title, booklet.issued.isoformat(), edge, keywords=_keywords(booklet))
    every = [*pieces, *over.pieces]
    content = sheet_file(every, drawn, facts, fonts(tools.store), placing=placing(tools.store), more_faces=over.usual)
    known = partial(_known, pieces, None, tools)
    return _file(booklet, ending, content, booklet.pages, sheet_mm, title, known, rows)


def _known(pieces: Sequence[PaperPiece], kit: Segment | None, tools: Tools) -> tuple[Drawings, ...]:
    fragments = [piece.fragment for piece in pieces]
    fragments += [grey_part(tools.store, kit, as_forms=False)] if kit else []
    return tuple(known_part(tools.store, fragment, ()) for fragment in fragments)


def _file(
    booklet: TypesetBooklet,
    ending: str,
    content: bytes,
    pages: int,
    sheet_mm: tuple[float, float],
    title: str,
    parts: Callable[[], tuple[Drawings, ...]],
    rows: Sequence[Sequence[Placement]],
    first: int = 0,
) -> FinishedFile:
    """A file of sheets, of which those with the booklet's pages begin at index `first`."""
    name = f"{booklet.file}{ending}"
    promise = Promise(
        file=name,
        folios=("",) * pages,
        trim_mm=sheet_mm,
        title=title,
        language=booklet.words.language,
        headings=0,
        phones=frozenset(booklet.phones),
        families=booklet.form.pages.overlay.families,
        stitched=False,
    )
    numbers = list(placed_in_order(booklet.segments))
    placed = {
        numbers[placement.page - 1]: (index, placement.matrix)
        for index, row in enumerate(rows, first)
        for placement in row
    }
    return FinishedFile(
        name=name,
        content=content,
        pages=pages,
        trim_mm=sheet_mm,
        promise=promise,
        profile=PROFILES[booklet.form.profile],
        parts=parts,
        origins=origins(booklet.segments, placed, tagged=False),
    )


def _folded(placements: Sequence[Placement], name: str, over: _Over) -> Sheet:
    """One side of a sheet, its name running up in the fold; the cover has none."""
    width_pt, height_pt = (side * PT_PER_MM for side in SHEET_MM)
    middle, margin = width_pt / 2, UNPRINTABLE_MM * PT_PER_MM
    letters = lettering()
    ground = (middle + 3, margin + 4, NAME_PT * 1.3, letters.length_pt(name, NAME_PT) + 4)
    words = letters.operators(name, (middle + 3 + NAME_PT, margin + 6), NAME_PT, upwards=True)
    named = b"q 1 g %.5f %.5f %.5f %.5f re f Q\n%s" % (*ground, words) if name else b""
    return _sheet(placements, named, (width_pt, height_pt), over)


def _sheet(placements: Sequence[Placement], more: bytes, size_pt: tuple[float, float], over: _Over) -> Sheet:
    """Pages in their places, and what is laid over each."""
    pages: dict[str, int] = {}
    drawn = b""
    for placement in placements:
        index = placement.page - 1
        for number in (index, *over.forms.get(index, ())):
            pages[f"/P{number + 1}"] = number
            drawn += operators(placement, b"/P%d" % (number + 1))
    return Sheet(size_pt[0], size_pt[1], drawn + more, pages)


def _kit(
    booklet: TypesetBooklet, sides: tuple[Side, ...], duplex: Duplex, tools: Tools
) -> tuple[Segment | None, list[Finding]]:
    """The sheet that tells how to print, with the plan of this booklet's sheets."""
    if booklet.kit is None:
        return None, []
    part = planned_kit(booklet.kit, tuple(_plan(booklet.title, sides, duplex, booklet.words)), booklet.words)
    return typeset_part(part, tools.typesetter(CLINIC_KIT.turned(booklet.words.from_the_right)), pages=2)


def _name(side: Side, sides: tuple[Side, ...], words: Words) -> str:
    """What a side of a sheet is called; its numbers alone where the words cannot be drawn."""
    name = side_name(side, sides, words)
    return name if lettering().draws(name) else f"{side.part}/{side.sheet}{'a' if side.side == 'front' else 'b'}"


def _plan(title: str, sides: tuple[Side, ...], duplex: Duplex, words: Words) -> Iterator[str]:
    """What is printed, in a few lines: how many sheets, in which parts, and where each stands in the file."""
    parts = part_pages(sides)
    total = sum(count for count, _, _ in parts)
    yield words("sheets.plan_in_parts" if len(parts) > 1 else "sheets.plan", title=title, count=total, parts=len(parts))
    first, sides_each, where = (3, 2, "this_file") if duplex == "short-edge" else (2, 1, "fronts")
    yield from part_lines(sides, first, sides_each, words(f"sheets.{where}"), words)
