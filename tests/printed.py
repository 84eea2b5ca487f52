"""The tiny booklet with everything that printing needs, as an overlay."""

from __future__ import annotations

import io

from PIL import Image

from tests.conftest import PROJECT
from tests.tiny import BOOK, FILES, TWO, Overlay, changed

COATED = (PROJECT / "chapters/printers/au-sheetfed-coated.toml").read_text("utf-8")
FIVE = (PROJECT / "chapters/printers/au-5mm.toml").read_text("utf-8")
KIT = (PROJECT / "chapters/pages/clinic-kit.md").read_text("utf-8")
PRINTER = "chapters/printers/here.toml"
PICTURES = """
::: figure images/photo.png alt="A photo"
A photo.
:::

::: figure images/gradient.svg alt="A drawing"
A drawing.
:::
"""
GRADIENT = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 60 20"><defs><linearGradient id="g">'
    '<stop offset="0" stop-color="#aa2211"/><stop offset="0.5" stop-color="#0b5a7e"/>'
    '<stop offset="1" stop-color="#ffffff" stop-opacity="0.5"/></linearGradient></defs>'
    '<rect width="60" height="20" fill="url(#g)"/><circle cx="10" cy="10" r="4" fill="#777777"/></svg>'
)


def photo(width: int, height: int) -> bytes:
    """A picture in many colours, dark ones among them."""
    down = Image.linear_gradient("L")
    picture = Image.merge("RGB", (down.rotate(90), down, Image.new("L", down.size, 40))).resize((width, height))
    target = io.BytesIO()
    picture.save(target, "PNG")
    return target.getvalue()


def printed(printer: str = COATED, width: int = 1600) -> Overlay:
    """The tiny booklet with a printer, a picture, a drawing with a gradient, and a kit."""
    two = FILES[TWO] + PICTURES
    return {
        **changed(BOOK, "back_cover_image", 'printer = "here"\nsample = true\nback_cover_image'),
        PRINTER: printer,
        TWO: two,
        "chapters/images/photo.png": photo(width, width // 2),
        "chapters/images/gradient.svg": GRADIENT,
        "chapters/images/plain.svg": (
            '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 148 210">'
            '<rect x="-9" y="-9" width="166" height="228" fill="#c4dbe8"/></svg>'
        ),
        "chapters/pages/clinic-kit.md": KIT,
    }
