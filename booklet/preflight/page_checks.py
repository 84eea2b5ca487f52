"""Checks of page boxes, margins, bleed and safe zone (ISO 32000-1, 14.11.2)."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator
from itertools import accumulate

from pikepdf import Dictionary, Name

from booklet.pdf import PT_PER_MM, Box, BoxFault, Geometry, Item, common, inside, shrunk, size
from booklet.preflight.check import ERROR, WARNING, Check, copier, every, press, printed
from booklet.preflight.dossier import Dossier
from booklet.preflight.records import Defect

TOLERANCE_PT = 0.5
"""Half a point: far below what a cutter can do, far above what rounding does."""
TOUCHES_PT = 1.0
"""What ends this near the trim edge was meant to reach it."""


def _bad_boxes(dossier: Dossier) -> Iterator[Defect]:
    for page in dossier.pages:
        yield from (Defect(p.words, page.index) for p in page.problems if p.kind is not BoxFault.HUGE)


def _huge(dossier: Dossier) -> Iterator[Defect]:
    for page in dossier.pages:
        yield from (Defect(p.words, page.index) for p in page.problems if p.kind is BoxFault.HUGE)


def _nesting(dossier: Dossier) -> Iterator[Defect]:
    for page in dossier.pages:
        g = page.geometry
        for inner_name, inner, outer_name, outer in (
            ("CropBox", g.crop, "MediaBox", g.media),
            ("BleedBox", g.bleed, "MediaBox", g.media),
            ("TrimBox", g.trim, "MediaBox", g.media),
            ("TrimBox", g.trim, "BleedBox", g.bleed),
            ("ArtBox", g.art, "MediaBox", g.media),
        ):
            if inner and outer and not inside(inner, outer, 0.01):
                yield Defect(f"The {inner_name} reaches out of the {outer_name}.", page.index)


def _sizes(dossier: Dossier) -> Iterator[Defect]:
    trimmed = any(page.geometry.trim for page in dossier.pages)
    pages = [page for page in dossier.pages if not page.problems and (page.geometry.trim or not trimmed)]
    sizes = Counter(tuple(round(side, 1) for side in page.geometry.size_mm) for page in pages)
    if not sizes:
        return
    (width, height), _ = sizes.most_common(1)[0]
    slack = TOLERANCE_PT / PT_PER_MM
    for page in pages:
        own = page.geometry.size_mm
        if abs(own[0] - width) > slack or abs(own[1] - height) > slack:
            yield Defect(
                f"A page measures {own[0]:.1f} by {own[1]:.1f} mm, most {width:.1f} by {height:.1f}.", page.index
            )


def _no_trim(dossier: Dossier) -> Iterator[Defect]:
    yield from (Defect("The page has no TrimBox.", s.index) for s in dossier.pages if not s.geometry.trim)


def _small_bleed(dossier: Dossier) -> Iterator[Defect]:
    wanted = dossier.profile.bleed_mm * PT_PER_MM
    for page in dossier.pages:
        g = page.geometry
        if g.trim and not (g.bleed and inside(shrunk(g.trim, -wanted), g.bleed, 0.1)):
            found = f"The BleedBox leaves less than {dossier.profile.bleed_mm:g} mm around the trim."
            yield Defect(found if g.bleed else "The page has no BleedBox.", page.index)


def _not_four(dossier: Dossier) -> Iterator[Defect]:
    count = len(dossier.pdf.pages)
    if count % 4 and not (dossier.promise and not dossier.promise.stitched):
        yield Defect(f"A count of {count} cannot be folded into sheets of four pages.")


def _turned(dossier: Dossier) -> Iterator[Defect]:
    yield from (
        Defect(f"The page is turned by {s.geometry.rotate} degrees.", s.index)
        for s in dossier.pages
        if s.geometry.rotate
    )


def _origin(dossier: Dossier) -> Iterator[Defect]:
    for page in dossier.pages:
        left, bottom = page.geometry.media[:2]
        if abs(left) > 0.01 or abs(bottom) > 0.01:
            yield Defect(f"The MediaBox starts at {left:g}, {bottom:g}.", page.index)


def _is_paper(item: Item) -> bool:
    return item.alpha == 0 or (item.kind in ("fill", "stroke") and item.colour is not None and item.colour.is_white)


def _is_slug(item: Item, geometry: Geometry) -> bool:
    """True for printers' marks and notes that are cut away: all of it outside the trim box."""
    box = common(item.box, shrunk(geometry.finished, 0.01))
    return box is None


def _near_edge(dossier: Dossier, edge_mm: float) -> Iterator[Item]:
    """Text and pictures nearer to the trim edge. A picture that bleeds is meant to be cut."""
    for page in dossier.pages:
        g = page.geometry
        zone = shrunk(g.finished, edge_mm * PT_PER_MM)
        for item in page.content.items:
            if item.layer != "page" or _is_slug(item, g) or inside(item.box, zone, TOLERANCE_PT):
                continue
            is_text = item.kind == "text" and item.text is not None and item.text.words.strip()
            if is_text or (item.kind == "image" and inside(item.box, g.finished, -TOUCHES_PT)):
                yield item


def _cut(dossier: Dossier) -> Iterator[Defect]:
    """Nearer than the bleed is wide: that much may a cut be out."""
    edge = dossier.profile.bleed_mm
    for item in _near_edge(dossier, edge):
        yield dossier.at(f"{_thing(item)} stands less than {edge:g} mm from the trim edge.", item)


def _unsafe(dossier: Dossier) -> Iterator[Defect]:
    edge = dossier.profile.safe_mm
    cut = {id(item) for item in _near_edge(dossier, dossier.profile.bleed_mm)}
    for item in _near_edge(dossier, edge):
        if id(item) not in cut:
            yield dossier.at(f"{_thing(item)} stands less than {edge:g} mm from the trim edge.", item)


def _thing(item: Item) -> str:
    return "An image" if item.kind == "image" else "Text"


def _empty_bleed(dossier: Dossier) -> Iterator[Defect]:
    """What reaches the trim edge must go on to the edge of the bleed, or a careless cut shows paper: unless something
    else fills the bleed beside all of it.
    """
    wanted = dossier.profile.bleed_mm * PT_PER_MM
    for page in dossier.pages:
        trim = page.geometry.trim
        if not trim:
            continue
        inked = [item for item in page.content.items if _fills(item)]
        behind = {side: _Reach(side, inked, trim, wanted) for side in _SIDES}
        for item in inked:
            for side in _short_sides(item.box, trim, wanted) if not _is_slug(item, page.geometry) else ():
                if not behind[side].covers(item.box):
                    yield dossier.at(f"What reaches the {side} edge ends before the bleed does.", item)


def _fills(item: Item) -> bool:
    return item.kind in ("fill", "image", "shading") and item.layer == "page" and not _is_paper(item)


_SIDES = ("left", "bottom", "right", "top")


class _Reach:
    """What fills the bleed at one side of a page, ready to be asked what it covers."""

    def __init__(self, side: str, items: list[Item], trim: Box, wanted_pt: float) -> None:
        self.low, self.high = (1, 3) if side in ("left", "right") else (0, 2)
        filling = [
            item.box
            for item in items
            if side not in _short_sides(item.box, trim, wanted_pt) and _reaches(item.box, side, trim, wanted_pt)
        ]
        filling.sort(key=lambda box: box[self.low])
        self.starts = [box[self.low] for box in filling]
        self.ends = list(accumulate((box[self.high] for box in filling), max))

    def covers(self, box: Box) -> bool:
        """True when one thing that fills the bleed is as long as this, give or take a point."""
        count = bisect_right(self.starts, box[self.low] + 1)
        return count > 0 and self.ends[count - 1] >= box[self.high] - 1


def _short_sides(box: Box, trim: Box, wanted_pt: float) -> list[str]:
    """The sides at which a box touches the trim edge and stops before the bleed's."""
    gaps = (trim[0] - box[0], trim[1] - box[1], box[2] - trim[2], box[3] - trim[3])
    return [name for name, gap in zip(_SIDES, gaps, strict=True) if -TOUCHES_PT < gap < wanted_pt - 0.2]


def _reaches(box: Box, side: str, trim: Box, wanted_pt: float) -> bool:
    gap = {"left": trim[0] - box[0], "bottom": trim[1] - box[1], "right": box[2] - trim[2], "top": box[3] - trim[3]}[
        side
    ]
    return gap >= wanted_pt - 0.2


def _unprintable(dossier: Dossier) -> Iterator[Defect]:
    edge = dossier.profile.unprintable_mm
    for page in dossier.pages:
        paper = page.geometry.crop or page.geometry.media
        zone = shrunk(paper, edge * PT_PER_MM)
        for item in page.content.items:
            seen = common(item.box, paper)
            if item.kind == "unseen" or item.layer != "page" or _is_paper(item) or seen is None or min(size(seen)) <= 0:
                continue
            if not inside(seen, zone, 0.1) and not (item.text and not item.text.words.strip()):
                yield dossier.at(f"Something is printed less than {edge:g} mm from the edge of the sheet.", item)


def _printing(dossier: Dossier) -> Iterator[Defect]:
    preferences = dossier.catalog.get("/ViewerPreferences")
    preferences = preferences if isinstance(preferences, Dictionary) else Dictionary()
    if preferences.get("/PrintScaling") != Name("/None"):
        yield Defect("The file does not say that it is printed at its own size.")
    duplex = preferences.get("/Duplex")
    wide = any(page.geometry.size_mm[0] > page.geometry.size_mm[1] for page in dossier.pages)
    if wide and duplex is not None and duplex == Name.DuplexFlipLongEdge:
        yield Defect("The file asks the printer to flip wide sheets on their long edge.")


def _notes_in_print(dossier: Dossier) -> Iterator[Defect]:
    for note in dossier.annotations:
        geometry = dossier.pages[note.page_index].geometry
        if note.subtype in ("TrapNet", "PrinterMark") or note.hidden:
            continue
        if common(note.box, geometry.printed) is not None:
            yield Defect(f"An annotation ({note.subtype}) lies on the page.", note.page_index, note.box)


def _cut_off(dossier: Dossier) -> Iterator[Defect]:
    for page in dossier.pages:
        g = page.geometry
        for item in page.content.items:
            if item.kind != "text" or item.layer != "page" or not item.text or not item.text.words.strip():
                continue
            seen = common(item.box, g.finished)
            hidden = (
                seen is None or size(seen)[0] < 0.9 * size(item.shape)[0] or size(seen)[1] < 0.6 * size(item.shape)[1]
            )
            if hidden and (not _is_slug(item, g) or not g.trim):
                yield dossier.at(f"Text is cut off: '{item.text.words.strip()[:30]}'.", item)


ROWS = (
    Check("BOX-101", ERROR, "ISO 32000-1, 14.11.2", "Boxes of four numbers, turned by quarters", every, _bad_boxes),
    Check("BOX-107", ERROR, "ISO 32000-1, annex C", "At most 200 inches", every, _huge),
    Check("BOX-102", ERROR, "ISO 15930-7", "Trim inside bleed inside media", every, _nesting),
    Check("BOX-103", ERROR, "GWG 2015", "All pages of one size", every, _sizes),
    Check("BOX-104", ERROR, "ISO 15930-7", "A TrimBox on each page", press, _no_trim),
    Check("BOX-105", ERROR, "printers' guides: bleed", "The bleed that the printer asks for", press, _small_bleed),
    Check("BOX-106", ERROR, "saddle stitch", "A multiple of four; add planned pages", press, _not_four),
    Check("BOX-108", WARNING, "printers' guides: bleed", "Pages that stand upright by themselves", printed, _turned),
    Check("BOX-113", WARNING, "printers' guides: boxes", "Boxes that start at 0, 0", press, _origin),
    Check("BOX-109", ERROR, "printers' guides: bleed", "Text and pictures well inside", press, _cut),
    Check("BOX-116", WARNING, "printers' guides: safe zone", "Text and pictures further inside", press, _unsafe),
    Check("BOX-110", ERROR, "printers' guides: bleed", "Ink up to the edge of the bleed", press, _empty_bleed),
    Check("BOX-111", ERROR, "office printing", "Edges left white, as printers do", copier, _unprintable),
    Check("BOX-112", ERROR, "office printing", "PrintScaling None; DuplexFlipShortEdge", copier, _printing),
    Check("BOX-114", ERROR, "ISO 15930-7", "No annotations on pages for print", press, _notes_in_print),
    Check("BOX-115", ERROR, "clear print", "Text that stands on the page as a whole", every, _cut_off),
)  # fmt: skip
