"""Pictures of pages: as seen, and without their text."""

from __future__ import annotations

import math
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium
from PIL import Image

from booklet.pdf.geometry import Box, Geometry

MAX_PIXELS = 4_000_000
INVISIBLE = 3


class Camera:
    """Draws the pages of one file, media box and all, unturned."""

    def __init__(self, content: bytes) -> None:
        self._document = pypdfium2.PdfDocument(content)

    def picture(self, index: int, geometry: Geometry, dpi: float, with_text: bool = True) -> Image.Image:
        """The media box of one page in RGB, smaller than asked when it would have more than four million pixels."""
        page = self._document[index]
        page.set_rotation(0)
        page.set_cropbox(*geometry.media)
        if not with_text:
            _hide_text(page)
        bitmap = page.render(scale=scale_of(geometry, dpi), may_draw_forms=False, draw_annots=False)
        image: Image.Image = bitmap.to_pil().convert("RGB")
        page.close()
        return image

    def close(self) -> None:
        """Let the file go."""
        self._document.close()


def scale_of(geometry: Geometry, dpi: float) -> float:
    """Pixels a point, so that a page stays within `MAX_PIXELS`."""
    width, height = geometry.media[2] - geometry.media[0], geometry.media[3] - geometry.media[1]
    return min(dpi / 72, math.sqrt(MAX_PIXELS / max(width * height, 1)))


def pixels(box: Box, geometry: Geometry, image: Image.Image) -> tuple[int, int, int, int]:
    """A box of the page as a box of its picture, at least one pixel large and inside it."""
    scale = image.width / (geometry.media[2] - geometry.media[0])
    left = min(max(round((box[0] - geometry.media[0]) * scale), 0), image.width - 1)
    top = min(max(round((geometry.media[3] - box[3]) * scale), 0), image.height - 1)
    right = min(max(round((box[2] - geometry.media[0]) * scale), left + 1), image.width)
    bottom = min(max(round((geometry.media[3] - box[1]) * scale), top + 1), image.height)
    return left, top, right, bottom


def _hide_text(page: Any) -> None:
    for thing in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_TEXT], max_depth=15):
        pdfium.FPDFTextObj_SetTextRenderMode(thing.raw, INVISIBLE)
