"""The inks of pages: how much there can be, how much there is, and how a page in ink looks.

The sum of inks is linear for opaque and for transparent paint, so one drawing has it. Paint that overprints leaves the
other inks as they are (ISO 32000-1, 8.6.7): black that does is counted in the sum on top of the most that the page has
of these, which is never too little. Only where that is too much, or where colours are mixed in other ways, are the four
plates drawn.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cached_property, partial

from pikepdf import Dictionary, Name
from PIL import Image, ImageChops, ImageFilter

from booklet.pdf.colour import Proof, Spaces
from booklet.pdf.geometry import PT_PER_MM, Box, Geometry, common
from booklet.pdf.items import Content, Item, Paint
from booklet.pdf.objects import ObjectId
from booklet.pdf.pictures import Camera, pixels
from booklet.pdf.renderings import (
    RenderedPages,
    Rendering,
    black_alone,
    ink_sum,
    inks_of,
    overprints,
    plate,
    plate_of,
    printed,
    rendered,
)

WINDOW_MM2 = 15.0
"""Total ink is the mean over a window of this size, not one pixel (GWG 2015)."""
PageCamera = Callable[..., Image.Image]
"""Draws one page: its geometry, dots per inch, and whether `with_text`, as `Camera.picture` has them."""
FULL_BLACK = 0.85
"""Black ink from this on hides what lies under it."""


def most_ink_percent(content: Content, area: Box, allowed_percent: float = 0.0) -> float:
    """The most ink that there can be in an area, from its colours alone; infinite where only a drawing can tell. Where
    that is more than is allowed, black that overprints is counted on top of what touches it, not of all.
    """
    items = [item for item in content.items if _inks_paper(item) and common(item.box, area)]
    if _mixes(content) or any(map(_only_drawn, items)):
        return math.inf
    painted = [item for item in items if item.colour and item.colour.space.family != "Pattern"]
    rows = {(inks_of(item.colour), _overprints(item)) for item in painted if item.colour}
    if any(over and not black_alone(inks) for inks, over in rows):
        return 100 * sum(max(inks[i] for inks, _ in rows) for i in range(4))
    below = max((sum(inks[:3]) for inks, _ in rows), default=0.0)
    most = 100 * max((inks[3] + below if over else sum(inks) for inks, over in rows), default=0.0)
    return most if most <= allowed_percent else _most_where_painted(painted)


def _most_where_painted(painted: list[Item]) -> float:
    colours = [(item.box, inks_of(item.colour), _overprints(item)) for item in painted if item.colour]
    flat = [(box, sum(inks[:3])) for box, inks, over in colours if not over]
    most = max((sum(inks) for _, inks, over in colours if not over), default=0.0)
    for box, black in {(box, inks[3]) for box, inks, over in colours if over}:
        most = max(most, black + max((inks for other, inks in flat if common(box, other)), default=0.0))
    return 100 * most


class Inks:
    """The inks of one file, drawn for the pages that need it."""

    def __init__(self, content: bytes, proof: Proof) -> None:
        self._content = content
        self._proof = proof
        self.spaces = Spaces()
        """What is known of the colour spaces of the file."""
        self._pages: dict[str, RenderedPages] = {}
        self._copies: dict[tuple[str, int], tuple[PageCamera, frozenset[ObjectId]]] = {}

    def total(self, content: Content, geometry: Geometry, dpi: float, allowed_percent: float) -> Image.Image | None:
        """The sum of inks as `coverage` gives it, of a page that has more than is allowed; None of others. Marks
        outside the bleed are not asked.
        """
        if most_ink_percent(content, geometry.printed, allowed_percent) <= allowed_percent:
            return None
        if not _mixes(content) and not any(map(_colour_overprints, content.items)):
            drawn = self._sum(content)[0](geometry, dpi).convert("L")
            if peak_percent(_within(_windowed(ImageChops.invert(drawn), geometry), geometry)) <= allowed_percent:
                return None
        if _mixes(content) and _mixes_in_rgb(content):
            seen = self._unchanged.picture(content.page_index, geometry, dpi)
            plates = [plate_of(seen, ink) for ink in range(4)]
        else:
            plates = [picture(geometry, dpi) for picture in self._plates(content)]
        total = _within(coverage(plates, geometry), geometry)
        return total if peak_percent(total) > allowed_percent else None

    @cached_property
    def _unchanged(self) -> Camera:
        return Camera(self._content)

    def unread(self, content: Content) -> frozenset[ObjectId]:
        """The images that could not be read, and are left white; (0, 0) for one that is drawn inline."""
        return self._sum(content)[1]

    def background(self, content: Content, geometry: Geometry, dpi: float) -> Image.Image:
        """The page without its text, as it looks on paper."""
        index, others = content.page_index, [item for item in content.items if item.text is None]
        if not _mixes(content) and not any(map(_shows_through, others)):
            return self._copy("printed", printed(self._proof), index)[0](geometry, dpi, with_text=False)
        drawn = [picture(geometry, dpi, with_text=False).convert("L") for picture in self._plates(content)]
        return self._proof.picture(Image.merge("CMYK", list(map(ImageChops.invert, drawn))))

    def _sum(self, content: Content) -> tuple[PageCamera, frozenset[ObjectId]]:
        below = _most_below_black(content)
        return self._copy(f"sum {below}", ink_sum(below), content.page_index)

    def _plates(self, content: Content) -> list[PageCamera]:
        return [self._copy(f"plate {ink}", plate(ink), content.page_index)[0] for ink in range(4)]

    def _copy(self, name: str, rendering: Rendering, index: int) -> tuple[PageCamera, frozenset[ObjectId]]:
        """What draws a page painted otherwise, and the images that could not be read."""
        if (name, index) not in self._copies:
            if name not in self._pages:
                self._pages[name] = RenderedPages(self._content, rendering, self.spaces)
            copy = self._pages[name].page(index)
            self._copies[name, index] = partial(Camera(copy.content).picture, 0), copy.unread
        return self._copies[name, index]


def peak_percent(total: Image.Image) -> float:
    """The most ink of a picture in which 255 is 400 percent."""
    most: int = total.getextrema()[1]  # type: ignore[assignment]
    return most * 400 / 255


def _within(total: Image.Image, geometry: Geometry) -> Image.Image:
    """The picture with nothing outside the bleed."""
    area = pixels(geometry.printed, geometry, total)
    inside = Image.new("L", total.size)
    inside.paste(total.crop(area), area[:2])
    return inside


def _mixes(content: Content) -> bool:
    """True where paint is mixed with what lies under it otherwise than by covering it, or through a soft mask."""
    return any(
        state.get("/BM") not in (None, Name.Normal, Name.Compatible) or isinstance(state.get("/SMask"), Dictionary)
        for state in content.states
    )


def _mixes_in_rgb(content: Content) -> bool:
    """True where a page is mixed as it is seen, and only then turned into inks (ISO 32000-1, 11.4.7)."""
    spaces = [space for space, where in content.groups if where == "page"]
    return any(space.components == 3 for space in spaces)


def _most_below_black(content: Content) -> float:
    """The most that any paint of a page has of cyan, magenta and yellow together, from 0 to 3."""
    if any(_only_drawn(item) for item in content.items):
        return 3.0
    return max((sum(inks_of(item.colour)[:3]) for item in content.items if item.colour), default=0.0)


def _inks_paper(item: Item) -> bool:
    return item.kind is not Paint.UNSEEN and item.layer != "mask"


def _only_drawn(item: Item) -> bool:
    """True for what has more colours than one."""
    return item.kind is Paint.SHADING or (item.picture is not None and item.picture.space is not None)


def _overprints(item: Item) -> bool:
    return item.colour is not None and overprints(item.colour, item.overprint, item.overprint_mode)


def _colour_overprints(item: Item) -> bool:
    return item.colour is not None and _overprints(item) and not black_alone(inks_of(item.colour))


def _shows_through(item: Item) -> bool:
    """True where what lies under paint changes how it looks; under full black that is next to nothing."""
    covers = not _overprints(item) or (item.colour is not None and inks_of(item.colour)[3] >= FULL_BLACK)
    return item.alpha < 1 or not covers


def coverage(plates: list[Image.Image], geometry: Geometry) -> Image.Image:
    """The sum of four plates as a picture in which 255 is 400 percent, each pixel the mean of a square window."""
    inks_quartered = [
        ImageChops.invert(plate.convert("L")).point([round(v / 4) for v in range(256)]) for plate in plates
    ]
    total = inks_quartered[0]
    for ink in inks_quartered[1:]:
        total = ImageChops.add(total, ink)
    return _windowed(total, geometry)


def _windowed(total: Image.Image, geometry: Geometry) -> Image.Image:
    side_px = math.sqrt(WINDOW_MM2) * PT_PER_MM * total.width / (geometry.media[2] - geometry.media[0])
    return total.filter(ImageFilter.BoxBlur(max(0.0, (side_px - 1) / 2)))


def plates(content: bytes) -> tuple[Camera, Camera, Camera, Camera]:
    """A camera for each ink: cyan, magenta, yellow, black. What is black in its pictures has all of that ink."""
    first, second, third, fourth = (Camera(rendered(content, plate(ink))) for ink in range(4))
    return first, second, third, fourth
