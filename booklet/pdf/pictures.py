"""Pictures of pages: as seen, without their text, and as the four inks.

pdfium draws in RGB alone. So each ink is drawn from a copy of the file in which every colour is replaced by the grey
of its share of that ink, and pictures by that channel; K-only black that overprints leaves the other inks as they are,
as a press does (ISO 32000-1, 8.6.7). A colour that is neither CMYK nor grey is counted as the inks of its plain
complement: it is a finding of its own. Shadings by a program (function type 4) are left white in the copies, and said.
"""

from __future__ import annotations

import io
import math
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pikepdf
import pypdfium2
import pypdfium2.raw as pdfium
from pikepdf import Array, ContentStreamInstruction, Dictionary, Name, Operator, Pdf, Stream
from PIL import Image, ImageChops, ImageFilter

from booklet.pdf.colour import CMYK, GRAY, PATTERN, RGB, Colour, Space, function_of, space_of, srgb
from booklet.pdf.geometry import PT_PER_MM, Box, Geometry

MAX_PIXELS = 4_000_000
MAX_IMAGE_PIXELS = 60_000_000
INVISIBLE = 3
WINDOW_MM2 = 15.0
"""Total ink is the mean over a window of this size, not one pixel (GWG 2015)."""
MM_PER_INCH = 25.4


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


def inks(content: bytes) -> tuple[Camera, Camera, Camera, Camera]:
    """A camera for each ink: cyan, magenta, yellow, black. What is black in its pictures has all of that ink."""
    first, second, third, fourth = (Camera(separation(content, ink)) for ink in range(4))
    return first, second, third, fourth


def coverage(plates: list[Image.Image], geometry: Geometry) -> Image.Image:
    """The sum of four plates as a picture in which 255 is 400 percent, each pixel the mean of a square window."""
    inks_quartered = [
        ImageChops.invert(plate.convert("L")).point([round(v / 4) for v in range(256)]) for plate in plates
    ]
    total = inks_quartered[0]
    for ink in inks_quartered[1:]:
        total = ImageChops.add(total, ink)
    side_px = math.sqrt(WINDOW_MM2) * PT_PER_MM * total.width / (geometry.media[2] - geometry.media[0])
    return total.filter(ImageFilter.BoxBlur(max(0.0, (side_px - 1) / 2)))


def separation(content: bytes, ink: int) -> bytes:
    """A copy of a file that shows one ink (0 cyan to 3 black) as grey."""
    with Pdf.open(io.BytesIO(content)) as pdf:
        plate = _Plate(pdf, ink)
        for page in pdf.pages:
            plate.rewrite_page(page)
        if "/OCProperties" not in pdf.Root:
            for key in ("/OutputIntents", "/StructTreeRoot", "/Outlines", "/Names"):
                if key in pdf.Root:
                    del pdf.Root[key]
        target = io.BytesIO()
        pdf.save(target, compress_streams=False, object_stream_mode=pikepdf.ObjectStreamMode.disable)
        return target.getvalue()


def share(colour: Colour, ink: int) -> float:
    """How much of one ink a colour asks for, from 0 to 1."""
    exact = colour.inks
    if exact is not None:
        return min(max(exact[ink], 0.0), 1.0)
    space = colour.space
    if space.family in ("Separation", "DeviceN") and space.tint and space.base:
        return share(Colour(space.base, space.tint(colour.values)), ink)
    if space.family == "ICCBased" and space.components in (1, 4):
        return share(Colour(GRAY if space.components == 1 else CMYK, colour.values), ink)
    red, green, blue = srgb(colour)
    black = 1 - max(red, green, blue)
    return black if ink == 3 else (1 - (red, green, blue)[ink]) - black


def _grey(colour: Colour, ink: int) -> float:
    return round(1 - share(colour, ink), 4)


class _Plate:
    """Rewrites pages, forms, patterns, images and shadings into the grey of one ink."""

    def __init__(self, pdf: Pdf, ink: int) -> None:
        self.pdf = pdf
        self.ink = ink
        self.done: set[tuple[int, int]] = set()
        self.images: dict[tuple[int, int], Any] = {}

    def rewrite_page(self, page: pikepdf.Page) -> None:
        """Put the grey of the ink in place of every colour of a page."""
        try:
            resources = page.resources
        except (KeyError, AttributeError, pikepdf.PikepdfError):
            resources = Dictionary()
        self._resources(resources)
        page.obj.Contents = self.pdf.make_stream(self._content(page.obj, resources))
        if "/Group" in page.obj:
            del page.obj["/Group"]

    def _stream(self, stream: Any, inherited: Any) -> None:
        if stream.objgen in self.done:
            return
        self.done.add(stream.objgen)
        resources = stream.get("/Resources", inherited)
        self._resources(resources)
        stream.write(self._content(stream, resources))
        if isinstance(group := stream.get("/Group"), Dictionary) and "/CS" in group:
            del group["/CS"]

    def _resources(self, resources: Any) -> None:
        if resources.objgen in self.done and resources.objgen != (0, 0):
            return
        self.done.add(resources.objgen)
        for name, thing in list(resources.get("/XObject", Dictionary()).items()):
            if isinstance(thing, Stream) and thing.get("/Subtype") == Name.Image:
                resources.XObject[name] = self._image(thing, resources)
            elif isinstance(thing, Stream) and thing.get("/Subtype") == Name.Form:
                self._stream(thing, resources)
        for pattern in resources.get("/Pattern", Dictionary()).values():
            if isinstance(pattern, Stream):
                self._stream(pattern, resources)
            elif isinstance(pattern, Dictionary) and isinstance(pattern.get("/Shading"), Dictionary | Stream):
                self._shading(pattern.Shading, resources)
        for shading in resources.get("/Shading", Dictionary()).values():
            self._shading(shading, resources)

    def _shading(self, shading: Any, resources: Any) -> None:
        """Axial and radial shadings become 256 samples of the ink; others are left white."""
        if shading.objgen in self.done and shading.objgen != (0, 0):
            return
        self.done.add(shading.objgen)
        space = space_of(shading.get("/ColorSpace"), resources)
        samples = shading_samples(shading, space)
        greys = bytes(round(255 * (1 - share(colour, self.ink))) for colour in samples) or b"\xff\xff"
        domain = shading.get("/Domain", Array([0, 1]))
        shading.Function = self.pdf.make_stream(
            greys,
            Dictionary(FunctionType=0, Domain=domain, Range=Array([0, 1]), Size=Array([len(greys)]), BitsPerSample=8),
        )
        shading.ColorSpace = Name.DeviceGray
        if int(shading.get("/ShadingType", 0)) not in (2, 3):
            shading.ShadingType, shading.Coords = 2, Array([0, 0, 0, 0])
        if "/Background" in shading:
            del shading["/Background"]

    def _image(self, source: Any, resources: Any) -> Any:
        if source.get("/ImageMask", False):
            return source
        if source.objgen not in self.images:
            self.images[source.objgen] = self._channel(source, resources)
        return self.images[source.objgen]

    def _channel(self, source: Any, resources: Any) -> Any:
        width, height = int(source.get("/Width", 0)), int(source.get("/Height", 0))
        if not 0 < width * height <= MAX_IMAGE_PIXELS:
            return source
        mask = source.get("/SMask")
        if mask is not None:
            del source["/SMask"]  # or its shape would be taken for a colour
        try:
            channel = plate_of(pikepdf.PdfImage(source).as_pil_image(), self.ink)
        except (
            pikepdf.PikepdfError,
            NotImplementedError,
            ValueError,
            TypeError,
            OSError,
        ):
            return source
        finally:
            if mask is not None:
                source.SMask = mask
        copy = self.pdf.make_stream(channel.tobytes())
        copy.Type, copy.Subtype = Name.XObject, Name.Image
        copy.Width, copy.Height = channel.size
        copy.ColorSpace, copy.BitsPerComponent = Name.DeviceGray, 8
        for key in ("/SMask", "/Mask"):
            if isinstance(source.get(key), Stream):
                copy[key] = source[key]
        return copy

    def _content(self, holder: Any, resources: Any) -> bytes:
        return pikepdf.unparse_content_stream(list(self._rewritten(holder, resources)))

    def _rewritten(self, holder: Any, resources: Any) -> Iterator[Any]:
        """The operators, with colours in grey, and without paint that overprints and has none of this ink."""
        state = _Ink()
        stack: list[_Ink] = []
        states = resources.get("/ExtGState", Dictionary())
        for instruction in pikepdf.parse_content_stream(holder):
            operator = str(instruction.operator)
            if operator == "INLINE IMAGE":
                yield instruction
            elif operator in _SET:
                # A colour that makes no sense is a finding elsewhere (SYS-105); here it changes nothing.
                with suppress(ValueError, TypeError, IndexError):
                    yield from self._coloured(state, operator, list(instruction.operands), resources)
            elif operator in _PAINT and (state.hides(self.ink, "fill") or state.hides(self.ink, "stroke")):
                yield from _without(state, self.ink, operator, instruction)
            else:
                if operator == "q":
                    stack.append(state.copy())
                elif operator == "Q" and stack:
                    state = stack.pop()
                elif operator == "gs":
                    state.take(states.get(instruction.operands[0]))
                elif operator == "Tr":
                    state.render = int(instruction.operands[0])
                yield instruction

    def _coloured(self, state: _Ink, operator: str, operands: list[Any], resources: Any) -> Iterator[Any]:
        which, family = _SET[operator]
        colour: Colour
        if family == "space":
            space = space_of(operands[0], resources)
            # Initial colours are black, whatever the space (ISO 32000-1, 8.6.3).
            values = (0.0, 0.0, 0.0, 1.0) if space.family == "DeviceCMYK" else (0.0,) * space.components
            values = (1.0,) * space.components if space.family in ("Separation", "DeviceN") else values
            colour = Colour(space, values)
            if space.family == "Pattern":
                state.set(which, Colour(PATTERN, ()))
                yield ContentStreamInstruction([Name.Pattern], Operator("cs" if which == "fill" else "CS"))
                return
        elif family == "value":
            if operands and isinstance(operands[-1], Name):
                yield ContentStreamInstruction([operands[-1]], Operator(operator))
                return
            colour = Colour(state.colour(which).space, tuple(float(v) for v in operands))
        else:
            colour = Colour(_SPACES[family], tuple(float(v) for v in operands))
        state.set(which, colour)
        yield ContentStreamInstruction([_grey(colour, self.ink)], Operator("g" if which == "fill" else "G"))


_SPACES: dict[str, Space] = {"gray": GRAY, "rgb": RGB, "cmyk": CMYK}
_SET = {
    "g": ("fill", "gray"), "rg": ("fill", "rgb"), "k": ("fill", "cmyk"), "cs": ("fill", "space"),
    "sc": ("fill", "value"), "scn": ("fill", "value"), "G": ("stroke", "gray"), "RG": ("stroke", "rgb"),
    "K": ("stroke", "cmyk"), "CS": ("stroke", "space"), "SC": ("stroke", "value"), "SCN": ("stroke", "value"),
}  # fmt: skip
_PAINT = frozenset(("f", "F", "f*", "S", "s", "B", "B*", "b", "b*", "Tj", "TJ", "'", '"'))
_LEFT = {
    ("f", "fill"): "n", ("F", "fill"): "n", ("f*", "fill"): "n", ("S", "stroke"): "n", ("s", "stroke"): "n",
    ("B", "fill"): "S", ("B*", "fill"): "S", ("b", "fill"): "s", ("b*", "fill"): "s", ("B", "stroke"): "f",
    ("B*", "stroke"): "f*", ("b", "stroke"): "f", ("b*", "stroke"): "f*",
}  # fmt: skip
"""What is left of a painting operator when its fill or stroke is taken away."""


class _Ink:
    """The part of the graphics state that decides which inks are laid down."""

    def __init__(self) -> None:
        self.fill = self.stroke = Colour(GRAY, (0.0,))
        self.fill_over = self.stroke_over = False
        self.mode = 0
        self.render = 0

    def copy(self) -> _Ink:
        """The same again."""
        other = _Ink()
        other.__dict__.update(self.__dict__)
        return other

    def colour(self, which: str) -> Colour:
        """The colour of fills or strokes."""
        return self.fill if which == "fill" else self.stroke

    def set(self, which: str, colour: Colour) -> None:
        """Take another colour for fills or strokes."""
        setattr(self, which, colour)

    def take(self, entry: Any) -> None:
        """Take what an ExtGState says of overprint."""
        if not isinstance(entry, Dictionary):
            return
        if "/OP" in entry:
            self.fill_over = self.stroke_over = bool(entry.OP)
        if "/op" in entry:
            self.fill_over = bool(entry.op)
        if "/OPM" in entry:
            self.mode = int(entry.OPM)

    def hides(self, ink: int, which: str) -> bool:
        """True when such paint leaves this ink as it is: overprint mode 1 and none of the ink (11.7.4.3)."""
        over = self.fill_over if which == "fill" else self.stroke_over
        colour = self.colour(which)
        return over and self.mode == 1 and colour.space.family == "DeviceCMYK" and share(colour, ink) == 0


def _without(state: _Ink, ink: int, operator: str, instruction: Any) -> Iterator[Any]:
    """A painting operator without the paint that leaves this ink alone."""
    if operator in ("Tj", "TJ", "'", '"'):
        which = "stroke" if state.render in (1, 5) else "fill"
        if state.hides(ink, which):
            yield ContentStreamInstruction([INVISIBLE], Operator("Tr"))
            yield instruction
            yield ContentStreamInstruction([state.render], Operator("Tr"))
        else:
            yield instruction
        return
    for which in ("fill", "stroke"):
        if state.hides(ink, which):
            operator = _LEFT.get((operator, which), operator)
    yield ContentStreamInstruction([], Operator(operator))


def shading_samples(shading: Any, space: Space) -> list[Colour]:
    """The colours of an axial or radial shading at 256 places; none where its function is a program."""
    source = shading.get("/Function")
    sources = list(source) if isinstance(source, Array) else [source]
    functions = [function_of(each) for each in sources]
    if not functions or any(function is None for function in functions):
        return []
    low, high = (float(v) for v in list(shading.get("/Domain", [0, 1]))[:2])
    colours = []
    for step in range(256):
        at = (low + (high - low) * step / 255,)
        values = tuple(value for function in functions if function for value in function(at))
        colours.append(Colour(space, values))
    return colours


def plate_of(image: Image.Image, ink: int) -> Image.Image:
    """One ink of a picture as grey: black where there is all of it."""
    if image.mode == "CMYK":
        return ImageChops.invert(image.getchannel(ink))
    if image.mode in ("1", "L", "I;16", "LA"):
        grey = image.convert("L")
        return grey if ink == 3 else Image.new("L", image.size, 255)
    red, green, blue = image.convert("RGB").split()
    lightest = ImageChops.lighter(ImageChops.lighter(red, green), blue)
    if ink == 3:
        return lightest
    return ImageChops.invert(ImageChops.subtract(lightest, (red, green, blue)[ink]))
