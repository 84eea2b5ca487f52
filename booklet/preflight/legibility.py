"""Contrast of text against what lies under it, measured in a picture of the page without its text (WCAG 2.2, 1.4.3)."""

from __future__ import annotations

from collections.abc import Iterator

from PIL import Image

from booklet.contrast import Rgb, contrast
from booklet.pdf import Box, Colour, Geometry, Item, Proof, common, grey_of, pixels, srgb

FRINGE = 0.15
"""The share of pixels under a text that may be the edge of something else."""
Under = tuple[tuple[int, Rgb], ...]
"""The colours under a text, each with the number of its pixels."""


def readable(item: Item, geometry: Geometry) -> bool:
    """True for text that is there to be read: on the page, with letters, in a colour of its own."""
    if item.kind != "text" or item.layer != "page" or item.text is None or item.colour is None or item.alpha == 0:
        return False
    named = bool(item.text.words.strip()) and item.colour.space.family != "Pattern"
    return named and common(item.box, geometry.finished) is not None


def contrasts(
    texts: list[Item], geometry: Geometry, background: Image.Image, proof: Proof
) -> Iterator[tuple[Item, float, float]]:
    """Each text with its contrast as seen, and as a copy in grey keeps it."""
    known: dict[tuple[Colour, float, Under], tuple[float, float]] = {}
    for item in texts:
        assert item.colour
        under = _under(background, pixels(_core(item.box), geometry, background))
        key = (item.colour, item.alpha, under)
        if key not in known:
            ink = srgb(item.colour, proof)
            known[key] = _ratio(ink, item.alpha, under, grey=False), _ratio(ink, item.alpha, under, grey=True)
        yield item, *known[key]


def _core(box: Box) -> Box:
    """The middle of a text's box: what is above and below its letters does not count."""
    height = box[3] - box[1]
    return box[0], box[1] + 0.2 * height, box[2], box[3] - 0.2 * height


def _under(background: Image.Image, area: tuple[int, int, int, int]) -> Under:
    piece = background.crop(area)
    colours = piece.getcolors(64)
    if colours is None:
        colours = piece.quantize(32).convert("RGB").getcolors(64) or []
    return tuple(sorted((n, (c[0] / 255, c[1] / 255, c[2] / 255)) for n, c in colours if isinstance(c, tuple)))


def _ratio(ink: Rgb, alpha: float, under: Under, grey: bool) -> float:
    """The contrast that all but a fringe of the background gives at least."""
    total = sum(count for count, _ in under)
    ratios = sorted((_against(ink, alpha, paper, grey), count) for count, paper in under)
    left_out = 0
    for ratio, count in ratios:
        left_out += count
        if left_out > FRINGE * total:
            return ratio
    return 21.0


def _against(ink: Rgb, alpha: float, paper: Rgb, grey: bool) -> float:
    red, green, blue = (alpha * a + (1 - alpha) * b for a, b in zip(ink, paper, strict=True))
    seen = (red, green, blue)
    return contrast(grey_of(seen), grey_of(paper)) if grey else contrast(seen, paper)
