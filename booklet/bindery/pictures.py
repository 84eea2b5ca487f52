"""How fine the pictures of a segment stand on its pages, and photographs brought down to what a screen shows."""

from __future__ import annotations

import math
from typing import Any

import pikepdf
from pikepdf import Name, Pdf
from PIL import Image

from booklet.pdf import FontTable, ObjectId, encoded, read_page

MUCH_FINER = 1.5
"""A picture finer than this many times what is shown is brought down to it."""
SCREEN_QUALITY = 85


def finest(pdf: Pdf) -> dict[ObjectId, float]:
    """Each image with the pixels an inch where it is placed largest. Free where there is none."""
    rows: dict[ObjectId, float] = {}
    if not any(isinstance(thing, pikepdf.Stream) and thing.get("/Subtype") == Name.Image for thing in pdf.objects):
        return rows
    fonts = FontTable()
    for index, page in enumerate(pdf.pages):
        for picture in (item.picture for item in read_page(page, index, fonts).items if item.picture):
            if picture.ppi > 0:
                rows[picture.object_id] = min(rows.get(picture.object_id, math.inf), picture.ppi)
    return rows


def scaled_down(picture: Any, ppi: float, target_ppi: float) -> Any:
    """A picture placed at so many pixels an inch, with as many as are shown where it has many more."""
    if ppi <= MUCH_FINER * target_ppi:
        return picture
    size = tuple(max(1, round(side * target_ppi / ppi)) for side in picture.size)
    return picture.resize(size, Image.Resampling.LANCZOS)


def for_screens(pdf: Pdf, target_ppi: float) -> None:
    """Bring photographs down to what is shown. What is kept without loss, as drawings are, stays as it is. No picture
    asks to be smoothed, which PDF/A forbids (ISO 19005-2, 6.2.8).
    """
    for thing in pdf.objects:
        if isinstance(thing, pikepdf.Stream) and thing.get("/Subtype") == Name.Image and "/Interpolate" in thing:
            del thing["/Interpolate"]
    for (number, generation), ppi in finest(pdf).items():
        image: Any = pdf.get_object(number, generation)
        if ppi <= MUCH_FINER * target_ppi or image.get("/Filter") != Name.DCTDecode or "/Decode" in image:
            continue
        made = scaled_down(pikepdf.PdfImage(image).as_pil_image(), ppi, target_ppi)
        if made.mode in ("L", "RGB"):
            image.write(encoded(made, as_jpeg=True, quality=SCREEN_QUALITY), filter=Name.DCTDecode)
            image.Width, image.Height = made.size
            image.ColorSpace = Name.DeviceGray if made.mode == "L" else Name.DeviceRGB
