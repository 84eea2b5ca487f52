"""Contrast of text against what lies under it, measured in a picture of the page without its text (WCAG 2.2, 1.4.3).

Where the flat colours under a text are known by name (`Item.ground`), they tell without a picture which texts are well
readable beyond doubt. The others are measured.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from PIL import Image

from booklet.contrast import Rgb, contrast
from booklet.pdf import (
    PAPER,
    Box,
    Colour,
    Content,
    Geometry,
    Ground,
    Item,
    Paint,
    Proof,
    common,
    grey_of,
    inside,
    pixels,
    srgb,
)
from booklet.preflight.records import Profile

FRINGE = 0.15
"""The share of pixels under a text that may be the edge of something else."""
BEYOND_DOUBT = 0.2
"""A contrast so much higher than is asked for is high enough however the page is drawn."""
LARGE_PT, LARGE_BOLD_PT = 18.0, 14.0
Under = tuple[tuple[int, Rgb], ...]
"""The colours under a text, each with the number of its pixels."""


def readable(item: Item, geometry: Geometry) -> bool:
    """True for text that is there to be read: on the page, with letters, in a colour of its own."""
    if item.kind is not Paint.TEXT or item.layer != "page" or item.text is None or item.colour is None:
        return False
    named = bool(item.text.words.strip()) and item.colour.space.family != "Pattern" and item.alpha != 0
    return named and common(item.box, geometry.finished) is not None


def least_contrast(item: Item, profile: Profile) -> float:
    """What less than is an error."""
    return profile.least_contrast_large if _is_large(item) else profile.least_contrast


def good_contrast(item: Item, profile: Profile) -> float:
    """What less than is worth a warning."""
    return profile.good_contrast_large if _is_large(item) else profile.good_contrast


def _is_large(item: Item) -> bool:
    assert item.text
    return item.text.size_pt >= LARGE_PT or (item.text.size_pt >= LARGE_BOLD_PT and item.text.font.bold)


@dataclass
class Legibility:
    """What is known of pairs of colours under one profile and printing condition."""

    profile: Profile
    proof: Proof
    _ratios: dict[tuple[int, float, int], tuple[float, float]] = field(default_factory=dict)
    _sure: dict[tuple[int, float, int, bool], bool] = field(default_factory=dict)

    def doubtful(self, texts: list[Item], content: Content) -> list[Item]:
        """The texts of a page that may be hard to read: all of them where nothing is known of what lies under them."""
        if not content.replayed:
            return texts
        things = _seen(content.items)
        ends = [0, *(end for _, end in content.replayed)]
        starts = [*(start for start, _ in content.replayed), len(content.items)]
        added = [item for end, start in zip(ends, starts, strict=True) for item in _seen(content.items[end:start])]
        return [text for text in texts if not self._is_sure(text, things, added)]

    def _is_sure(self, text: Item, things: list[Item], added: list[Item]) -> bool:
        if not text.ground or any(_touches(text.box, item.box) for item in added):
            ground = _ground_of(text, things)
            return bool(ground) and self._is_good(text, ground)
        # Colours and grounds live as long as the items that share them, so each is known by where it is kept.
        key = (id(text.colour), text.alpha, id(text.ground), _is_large(text))
        if key not in self._sure:
            self._sure[key] = self._is_good(text, text.ground)
        return self._sure[key]

    def _is_good(self, text: Item, ground: Ground) -> bool:
        """True when a text is readable beyond doubt. What has no name counts as no contrast at all, and half the usual
        fringe is left out, since pixels fall otherwise where a page is moved.
        """
        rows = [(self._ratio(text, colour) if colour else (0.0, 0.0), count) for count, colour in ground]
        in_colour = _all_but_fringe(((ratio[0], count) for ratio, count in rows), FRINGE / 2)
        in_grey = _all_but_fringe(((ratio[1], count) for ratio, count in rows), FRINGE / 2)
        good, least = good_contrast(text, self.profile), least_contrast(text, self.profile)
        return in_colour >= good + BEYOND_DOUBT and in_grey >= least + BEYOND_DOUBT

    def _ratio(self, text: Item, colour: Colour) -> tuple[float, float]:
        assert text.colour
        key = (id(text.colour), text.alpha, id(colour))
        if key not in self._ratios:
            ink, paper = srgb(text.colour, self.proof), srgb(colour, self.proof)
            self._ratios[key] = _against(ink, text.alpha, paper, False), _against(ink, text.alpha, paper, True)
        return self._ratios[key]

    def measured(
        self, texts: list[Item], geometry: Geometry, background: Image.Image
    ) -> Iterator[tuple[Item, float, float]]:
        """Each text with its contrast as seen, and as a copy in grey keeps it."""
        known: dict[tuple[Colour, float, Under], tuple[float, float]] = {}
        for item in texts:
            assert item.colour
            under = _under(background, pixels(core(item.box), geometry, background))
            key = (item.colour, item.alpha, under)
            if key not in known:
                ink = srgb(item.colour, self.proof)
                rows = [(_against(ink, item.alpha, paper, False), count) for count, paper in under]
                grey = [(_against(ink, item.alpha, paper, True), count) for count, paper in under]
                known[key] = _all_but_fringe(rows, FRINGE), _all_but_fringe(grey, FRINGE)
            yield item, *known[key]


def _seen(items: list[Item]) -> list[Item]:
    """What is painted and is no text."""
    return [item for item in items if item.kind not in (Paint.TEXT, Paint.UNSEEN) and item.alpha > 0]


def core(box: Box) -> Box:
    """The middle of a text's box: what is above and below its letters does not count."""
    height = box[3] - box[1]
    return box[0], box[1] + 0.2 * height, box[2], box[3] - 0.2 * height


def _touches(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _ground_of(text: Item, things: list[Item]) -> Ground:
    """All that may lie under a text, as if each were all there is; nothing where one of them has no flat colour."""
    area = core(text.box)
    colours: list[Colour | None] = [PAPER]
    for item in things:
        if _touches(area, item.box):
            flat = item.colour if item.kind in (Paint.FILL, Paint.STROKE) and item.alpha == 1 else None
            covers = item.kind is Paint.FILL and item.plain_rectangle and inside(area, item.box)
            colours = [flat] if covers else [*colours, flat]
    known = [colour for colour in colours if colour is not None and colour.space.family != "Pattern"]
    return tuple((1, colour) for colour in known) if len(known) == len(colours) else ()


def _under(background: Image.Image, area: tuple[int, int, int, int]) -> Under:
    piece = background.crop(area)
    colours = piece.getcolors(64)
    if colours is None:
        colours = piece.quantize(32).convert("RGB").getcolors(64) or []
    return tuple(sorted((n, (c[0] / 255, c[1] / 255, c[2] / 255)) for n, c in colours if isinstance(c, tuple)))


def _all_but_fringe(ratios: Iterable[tuple[float, int]], fringe: float) -> float:
    """The contrast that all but a fringe of the background gives at least."""
    rows = sorted(ratios)
    total = sum(count for _, count in rows)
    left_out = 0
    for ratio, count in rows:
        left_out += count
        if left_out > fringe * total:
            return ratio
    return 21.0


def _against(ink: Rgb, alpha: float, paper: Rgb, grey: bool) -> float:
    red, green, blue = (alpha * a + (1 - alpha) * b for a, b in zip(ink, paper, strict=True))
    seen = (red, green, blue)
    return contrast(grey_of(seen), grey_of(paper)) if grey else contrast(seen, paper)
