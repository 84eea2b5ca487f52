"""The flat colours that lie under the texts of a page, by name, whatever an edition makes of them.

The page is drawn without its text from a copy in which every flat colour is a number: an RGB value that nothing else
has. A pixel of such a value is of that colour; one between two values, at the edge of a shape or under something
transparent, has no name.
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import Any

import pikepdf
from pikepdf import ContentStreamInstruction, Dictionary, Name, Operator, Pdf, Stream
from PIL import Image

from booklet.pdf.colour import BLACK, CMYK, GRAY, RGB, Colour, Space
from booklet.pdf.content import resources_of
from booklet.pdf.geometry import Box, Geometry
from booklet.pdf.items import Ground
from booklet.pdf.pictures import Camera, pixels

Names = dict[tuple[int, int, int], Colour]
_SETS: dict[str, tuple[Space, str]] = {
    "g": (GRAY, "rg"), "rg": (RGB, "rg"), "k": (CMYK, "rg"), "G": (GRAY, "RG"), "RG": (RGB, "RG"), "K": (CMYK, "RG"),
}  # fmt: skip
PAPER = Colour(GRAY, (1.0,))


class NumberedPages:
    """Draws the pages of a file with a number for each flat colour."""

    def __init__(self, content: bytes, dpi: float) -> None:
        with Pdf.open(io.BytesIO(content)) as pdf:
            self._names = _number_colours(pdf)
            target = io.BytesIO()
            pdf.save(target, compress_streams=False)
        self._camera = Camera(target.getvalue())
        self._dpi = dpi

    def under(self, index: int, geometry: Geometry, boxes: Iterable[Box]) -> list[Ground]:
        """The flat colours under each box of a page, with how many pixels each has; None stands for all others."""
        picture = self._camera.picture(index, geometry, self._dpi, with_text=False)
        return [self._ground(picture.crop(pixels(box, geometry, picture))) for box in boxes]

    def _ground(self, piece: Image.Image) -> Ground:
        counts: Counter[Colour | None] = Counter()
        for count, value in piece.getcolors(piece.width * piece.height) or ():
            assert isinstance(value, tuple)
            counts[self._names.get((value[0], value[1], value[2]))] += count
        return tuple(sorted(((count, colour) for colour, count in counts.items()), key=repr))


def _number_colours(pdf: Pdf) -> Names:
    """Put a number in place of every colour that operators set; give back what each stands for."""
    names: Names = {(0, 0, 0): BLACK, (255, 255, 255): PAPER}
    seen: set[tuple[int, int]] = set()
    for page in pdf.pages:
        resources = resources_of(page)
        page.obj.Contents = pdf.make_stream(_numbered(page.obj, names))
        _number_resources(resources, names, seen)
        if "/Group" in page.obj:
            del page.obj["/Group"]
    return names


def _number_resources(resources: Any, names: Names, seen: set[tuple[int, int]]) -> None:
    for category in ("/XObject", "/Pattern"):
        for thing in resources.get(category, Dictionary()).values():
            if isinstance(thing, Stream) and thing.get("/Subtype") != Name.Image and thing.objgen not in seen:
                seen.add(thing.objgen)
                thing.write(_numbered(thing, names))
                _number_resources(thing.get("/Resources", Dictionary()), names, seen)


def _numbered(holder: Any, names: Names) -> bytes:
    return pikepdf.unparse_content_stream(list(_instructions(holder, names)))


def _instructions(holder: Any, names: Names) -> Iterator[Any]:
    for instruction in pikepdf.parse_content_stream(holder):
        operator = str(instruction.operator)
        if operator not in _SETS:
            yield instruction
            continue
        space, sets = _SETS[operator]
        value = _number_of(Colour(space, tuple(float(operand) for operand in instruction.operands)), names)
        yield ContentStreamInstruction([round(channel / 255, 6) for channel in value], Operator(sets))


def _number_of(colour: Colour, names: Names) -> tuple[int, int, int]:
    """A value that stands for a colour: always the same, and for no two."""
    salt = b""
    while True:
        red, green, blue = sha256(repr(colour).encode() + salt).digest()[:3]
        if names.setdefault((red, green, blue), colour) == colour:
            return red, green, blue
        salt += b"+"
