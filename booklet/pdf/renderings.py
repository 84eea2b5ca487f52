"""Copies of files in which everything is painted otherwise: as the grey of one ink, of the sum of all, or as printed.

pdfium draws in RGB alone. So inks are drawn from copies of the file, in which every colour, image and shading is
replaced by what a `Rendering` makes of it: the grey of one ink (a plate), the grey of the sum of all (white for none,
black for 400 percent), or the colour as printed. A colour that is neither CMYK nor grey, nor an ink by its name, is
counted as the inks of its plain complement: it is a finding of its own. What cannot be read is left white, and said.

An image of one component keeps its pixels and gets a palette, however it is packed. Others are unpacked.
"""

from __future__ import annotations

import io
import math
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import pikepdf
from pikepdf import Array, ContentStreamInstruction, Dictionary, Name, Operator, Pdf, Stream, String
from PIL import Image, ImageChops, ImageCms

from booklet.pdf.colour import CMYK, GRAY, RGB, Colour, Proof, Space, Spaces, srgb
from booklet.pdf.functions import Budget, function_of
from booklet.pdf.meshes import BITS, recoloured
from booklet.pdf.objects import ObjectId
from booklet.pdf.pictures import INVISIBLE
from booklet.pdf.writing import saved

MAX_IMAGE_PIXELS = 60_000_000
MAX_MIXED_PIXELS = 65_536
"""Of an image in several named inks, no more pixels than these are looked at, evenly spread."""
_RENDERED = "/BookletRendered"
"""Marks a shading of the copy, which need not be an object of its own."""
MAX_MIXED_COLOURS = 8_192
"""When it has had so many different ones, colours that are nearly alike count as one."""
SHADING_STEPS = 256
SHADING_GRID = 64
_UNREADABLE = (pikepdf.PikepdfError, NotImplementedError, ValueError, TypeError, OSError, KeyError, AttributeError)


@dataclass(frozen=True)
class Rendering:
    """What becomes of a colour and of an image: `colour` gives one or three channels from 0 to 1, `image` a grey or RGB
    picture. `over` is True for black alone that overprints. A plate (`ink` 0 to 3) leaves such paint out.
    """

    colour: Callable[[Colour, bool], tuple[float, ...]]
    image: Callable[[Image.Image], Image.Image]
    operators: tuple[str, str] = ("g", "G")
    ink: int | None = None

    @property
    def channels(self) -> int:
        """How many channels come out."""
        return 1 if self.operators[0] == "g" else 3

    @property
    def space(self) -> Name:
        """The colour space of what comes out."""
        return Name.DeviceGray if self.operators[0] == "g" else Name.DeviceRGB


def plate(ink: int) -> Rendering:
    """One ink (0 cyan to 3 black) as grey: black where there is all of it."""
    return Rendering(lambda colour, _: (1 - share(colour, ink),), lambda image: plate_of(image, ink), ink=ink)


def printed(proof: Proof) -> Rendering:
    """Colours as they look on paper."""

    def picture(image: Image.Image) -> Image.Image:
        return proof.picture(Image.merge("CMYK", [ImageChops.invert(plate_of(image, ink)) for ink in range(4)]))

    return Rendering(lambda colour, _: proof.rgb(*inks_of(colour)), picture, ("rg", "RG"))


class Rendered(NamedTuple):
    """A page painted otherwise, as a file of its own, and the images so far that could not be read."""

    content: bytes
    unread: frozenset[ObjectId]


class RenderedPages:
    """The pages of a file painted otherwise, each when it is asked for, since most files need few or none. Several
    renderings of one file may share what is known of its colour spaces.
    """

    def __init__(self, content: bytes, rendering: Rendering, spaces: Spaces) -> None:
        self._pdf = Pdf.open(io.BytesIO(content))
        self._rewriter = _Rewriter(self._pdf, rendering, spaces)

    def page(self, index: int) -> Rendered:
        """One page (from 0), to be asked for once."""
        page = self._pdf.pages[index]
        self._rewriter.rewrite_page(page)
        alone = Pdf.new()
        alone.pages.append(page)
        alone.remove_unreferenced_resources()  # pages of a part share theirs: each copy would hold all photographs
        if isinstance(layers := self._pdf.Root.get("/OCProperties"), Dictionary):
            made = layers if layers.is_indirect else self._pdf.make_indirect(layers)
            alone.Root.OCProperties = alone.copy_foreign(made)
        return Rendered(_written(alone), frozenset(self._rewriter.unread))


def rendered(content: bytes, rendering: Rendering) -> bytes:
    """A copy of a file in which everything is painted as a rendering has it."""
    with Pdf.open(io.BytesIO(content)) as pdf:
        rewriter = _Rewriter(pdf, rendering, Spaces())
        for page in pdf.pages:
            rewriter.rewrite_page(page)
        return _written(pdf)


def _written(pdf: Pdf) -> bytes:
    return saved(pdf, objects=pikepdf.ObjectStreamMode.disable, compress=False)


def _mean_of_plates(image: Image.Image) -> Image.Image:
    first, second, third, fourth = (plate_of(image, ink) for ink in range(4))
    return ImageChops.add(ImageChops.add(first, second, 2), ImageChops.add(third, fourth, 2), 2)


def ink_sum(below: float = 3.0) -> Rendering:
    """All inks together as grey, where paint has at most so much (1 is one ink in full) of the inks below black."""

    def mean(colour: Colour, over: bool) -> tuple[float, ...]:
        inks = inks_of(colour)
        return (1 - (inks[3] + below if over else sum(inks)) / 4,)

    return Rendering(mean, _mean_of_plates)


@lru_cache(maxsize=65_536)
def inks_of(colour: Colour) -> tuple[float, float, float, float]:
    """The inks that a colour asks for, each from 0 to 1."""
    if (exact := colour.inks) is not None:
        cyan, magenta, yellow, black = (min(max(ink, 0.0), 1.0) for ink in exact)
        return cyan, magenta, yellow, black
    space = colour.space
    if (space.names_inks or space.family == "Indexed") and space.tint and space.base:
        return inks_of(Colour(space.base, space.tint(colour.values)))
    if space.family == "ICCBased" and space.components in (1, 4):
        return inks_of(Colour(GRAY if space.components == 1 else CMYK, colour.values))
    red, green, blue = srgb(colour)
    black = 1 - max(red, green, blue)
    return 1 - red - black, 1 - green - black, 1 - blue - black, black


def share(colour: Colour, ink: int) -> float:
    """How much of one ink a colour asks for, from 0 to 1."""
    return inks_of(colour)[ink]


def black_alone(inks: tuple[float, ...]) -> bool:
    """True for inks that are black, or none."""
    return max(inks[:3]) == 0


def overprints(colour: Colour, over: bool, mode: int) -> bool:
    """True for paint that leaves the inks that it does not name as they are: CMYK in mode 1, and inks by their names
    (ISO 32000-1, 11.7.4.3).
    """
    return over and ((colour.space.family == "DeviceCMYK" and mode == 1) or colour.space.names_inks)


class _Rewriter:
    """Rewrites pages, forms, patterns, glyphs, images and shadings as a rendering has them."""

    def __init__(self, pdf: Pdf, rendering: Rendering, spaces: Spaces) -> None:
        self.pdf = pdf
        self.rendering = rendering
        self.spaces = spaces
        self.done: set[ObjectId] = set()
        self.images: dict[ObjectId, Any] = {}
        self.unread: set[ObjectId] = set()

    def rewrite_page(self, page: pikepdf.Page) -> None:
        """Put other colours in place of every one of a page."""
        try:
            resources = page.resources
        except (KeyError, AttributeError, pikepdf.PikepdfError):
            resources = Dictionary()
        self._resources(resources)
        page.obj.Contents = self.pdf.make_stream(self._content(page.obj, resources))
        # Groups are for other inks, and the rest leads to other pages.
        for key in ("/Group", "/Annots", "/AA", "/B", "/StructParents", "/Metadata", "/PieceInfo", "/Thumb"):
            if key in page.obj:
                del page.obj[key]

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
        for name, thing in list(_table(resources, "/XObject").items()):
            if isinstance(thing, Stream) and thing.get("/Subtype") == Name.Image:
                resources.XObject[name] = self._image(thing, resources)
            elif isinstance(thing, Stream) and thing.get("/Subtype") == Name.Form:
                self._stream(thing, resources)
        for pattern in _table(resources, "/Pattern").values():
            if isinstance(pattern, Stream):
                self._stream(pattern, resources)
            elif isinstance(pattern, Dictionary) and isinstance(pattern.get("/Shading"), Dictionary | Stream):
                self._shading(pattern.Shading, resources)
        for shading in _table(resources, "/Shading").values():
            if isinstance(shading, Dictionary | Stream):
                self._shading(shading, resources)
        for state in _table(resources, "/ExtGState").values():
            for key in ("/TR", "/TR2"):  # tones are those of the numbers; what changes them is a finding (INK-119)
                if isinstance(state, Dictionary) and key in state:
                    del state[key]
        for font in _table(resources, "/Font").values():
            if isinstance(font, Dictionary) and font.get("/Subtype") == Name.Type3:
                self._glyphs(font, resources)

    def _glyphs(self, font: Any, inherited: Any) -> None:
        """Glyphs that are drawn by operators, and may have colours of their own (ISO 32000-1, 9.6.5)."""
        resources = font.get("/Resources", inherited)
        for glyph in _table(font, "/CharProcs").values():
            if isinstance(glyph, Stream):
                self._stream(glyph, resources)

    def _shading(self, shading: Any, resources: Any) -> None:
        """What has a function gets another; meshes without one get other colours. What cannot be read is left white."""
        if _RENDERED in shading:
            return
        shading[_RENDERED] = True
        space = self.spaces.of(shading.get("/ColorSpace"), resources)
        kind = int(shading.get("/ShadingType", 0))
        channels = self.rendering.channels
        mesh = recoloured(shading, space.components, self._changed(space)) if "/Function" not in shading else None
        samples = shading_samples(shading, space, self.spaces.budget)
        if mesh is not None:
            shading.write(mesh)
            shading.BitsPerComponent = BITS
            shading.Decode = Array([*list(shading.Decode)[:4], *([0, 1] * channels)])
        else:
            self._set_function(shading, kind, samples)
        shading.ColorSpace = self.rendering.space
        if "/Background" in shading:
            del shading["/Background"]

    def _set_function(self, shading: Any, kind: int, samples: list[Colour]) -> None:
        channels = self.rendering.channels
        shown = [self.rendering.colour(colour, False) for colour in samples]
        table = bytes(round(255 * value) for row in shown for value in row)
        if not table:
            shading.ShadingType, shading.Coords, table, kind = 2, Array([0, 0, 0, 0]), b"\xff\xff" * channels, 2
        sizes = [SHADING_GRID, SHADING_GRID] if kind == 1 else [len(table) // channels]
        domain = shading.get("/Domain", Array([0, 1] * len(sizes)))
        if kind > 3:
            domain = Array(list(shading.Decode)[4:6])
        keys = Dictionary(
            FunctionType=0, Domain=domain, Range=Array([0, 1] * channels), Size=Array(sizes), BitsPerSample=8
        )
        shading.Function = self.pdf.make_stream(table, keys)

    def _changed(self, space: Space) -> Callable[[tuple[float, ...]], tuple[float, ...]]:
        return lambda values: self.rendering.colour(Colour(space, values), False)

    def _image(self, source: Any, resources: Any) -> Any:
        if source.get("/ImageMask", False) or source.objgen in self.done:
            return source
        if source.objgen not in self.images:
            copy = self._repainted(source, resources)
            self.done.add(copy.objgen)
            self.images[source.objgen] = copy
        return self.images[source.objgen]

    def _repainted(self, source: Any, resources: Any) -> Any:
        space = self.spaces.of(source.get("/ColorSpace"), resources)
        try:
            copy = self._with_palette(source, space) if _takes_palette(source, space) else self._channel(source, space)
        except _UNREADABLE:
            self.unread.add(source.objgen)
            copy = self._stream_of(Image.new("L" if self.rendering.channels == 1 else "RGB", (1, 1), "white"))
        for key in ("/SMask", "/Mask"):
            if isinstance(source.get(key), Stream):
                copy[key] = source[key]
        return copy

    def _with_palette(self, source: Any, space: Space) -> Any:
        """The pixels as they are packed, each value with the colour that the rendering gives it."""
        most = (1 << _bits(source)) - 1
        spread = [0, most] if space.family == "Indexed" else [0, 1]
        low, high = (float(value) for value in list(source.get("/Decode", spread))[:2])
        colours = [Colour(space, (low + value * (high - low) / most,)) for value in range(most + 1)]
        shown = (self.rendering.colour(colour, False) for colour in colours)
        table = bytes(round(255 * channel) for row in shown for channel in row)
        copy = self.pdf.make_stream(b"")
        copy.write(source.read_raw_bytes(), filter=source.get("/Filter"), decode_parms=source.get("/DecodeParms"))
        for key, value in source.items():
            if key not in ("/Length", "/Filter", "/DecodeParms", "/ColorSpace", "/Decode", "/SMask"):
                copy[key] = value
        copy.ColorSpace = Array([Name.Indexed, self.rendering.space, most, String(table)])
        return copy

    def _channel(self, source: Any, space: Space) -> Any:
        """The picture unpacked. Raises what its unpacking raises, and ValueError for one that is too large."""
        width, height = int(source.get("/Width", 0)), int(source.get("/Height", 0))
        if not 0 < width * height <= MAX_IMAGE_PIXELS:
            raise ValueError("the image is too large")
        if space.names_inks:
            return self._stream_of(self._of_named_inks(source, space, (width, height)))
        mask = source.get("/SMask")
        if mask is not None:
            del source["/SMask"]  # or its shape would be taken for a colour
        try:
            picture = _as_painted(source)
        finally:
            if mask is not None:
                source.SMask = mask
        if space.components == 4 and picture.mode != "CMYK":
            raise ValueError("the image is not unpacked as what it is")
        copy = self._stream_of(self.rendering.image(picture))
        if mask is None and picture.mode in ("LA", "RGBA"):  # a colour that stands for nothing (8.9.6.4)
            copy.SMask = self._grey_stream(picture.getchannel("A"))
        return copy

    def _of_named_inks(self, source: Any, space: Space, size: tuple[int, int]) -> Image.Image:
        """A picture in DeviceN, pixel by pixel as its tint transform has it; of a large one every so many."""
        raw, count, (width, height) = source.read_bytes(), space.components, size
        if _bits(source) != 8 or "/Decode" in source or len(raw) < width * height * count:
            raise ValueError("the image is packed in an uncommon way")
        step = max(1, math.ceil(math.sqrt(width * height / MAX_MIXED_PIXELS)))
        known: dict[bytes, bytes] = {}
        found = bytearray()
        for y in range(0, height, step):
            for x in range(0, width, step):
                place = (y * width + x) * count
                pixel = raw[place : place + count]
                if len(known) > MAX_MIXED_COLOURS:
                    pixel = bytes(value & 0xF0 | 0x08 for value in pixel)
                if pixel not in known:
                    channels = self.rendering.colour(Colour(space, tuple(value / 255 for value in pixel)), False)
                    known[pixel] = bytes(round(255 * channel) for channel in channels)
                found += known[pixel]
        across, down = len(range(0, width, step)), len(range(0, height, step))
        return Image.frombytes("L" if self.rendering.channels == 1 else "RGB", (across, down), bytes(found))

    def _inline_image(self, instruction: Any, resources: Any) -> Any:
        """An image drawn inline becomes one of the resources; a stencil stays as it is."""
        inline = instruction.iimage
        if inline.image_mask:
            return instruction
        keys = dict(inline.obj.items())
        source = self.pdf.make_stream(b"")
        source.write(inline.read_raw_bytes(), filter=keys.get("/Filter"), decode_parms=keys.get("/DecodeParms"))
        for key, value in keys.items():
            if key not in ("/Filter", "/DecodeParms", "/Length", "/L"):
                source[key] = value
        if isinstance(space := keys.get("/ColorSpace"), Name) and str(space) in _table(resources, "/ColorSpace"):
            source.ColorSpace = resources.ColorSpace[str(space)]
        source.Type, source.Subtype = Name.XObject, Name.Image
        things = dict(_table(resources, "/XObject").items())
        name = Name(f"/Inline{len(things)}")
        image = self._repainted(source, resources)
        self.done.add(image.objgen)
        if source.objgen in self.unread:
            self.unread.add((0, 0))
        resources.XObject = Dictionary(things | {str(name): image})
        return ContentStreamInstruction([name], Operator("Do"))

    def _stream_of(self, channel: Image.Image) -> Any:
        copy = self.pdf.make_stream(channel.tobytes())
        copy.Type, copy.Subtype = Name.XObject, Name.Image
        copy.Width, copy.Height = channel.size
        copy.ColorSpace, copy.BitsPerComponent = self.rendering.space, 8
        return copy

    def _grey_stream(self, channel: Image.Image) -> Any:
        copy = self._stream_of(channel)
        copy.ColorSpace = Name.DeviceGray
        return copy

    def _content(self, holder: Any, resources: Any) -> bytes:
        return pikepdf.unparse_content_stream(list(self._rewritten(holder, resources)))

    def _rewritten(self, holder: Any, resources: Any) -> Iterator[Any]:
        """The operators, with other colours, and for a plate without paint that overprints and has none of its ink."""
        # Pages and cells of patterns begin with black (8.4.1, 8.7.3.1); forms and glyphs go on with what holds.
        state = _Ink(inherits=holder.get("/Type") != Name.Page and holder.get("/PatternType") != 1)
        stack: list[_Ink] = []
        ink = self.rendering.ink
        if not state.inherits:
            yield from (self._set(state, which) for which in ("fill", "stroke"))
        states = _table(resources, "/ExtGState")
        for instruction in pikepdf.parse_content_stream(holder):
            operator = str(instruction.operator)
            if operator == "INLINE IMAGE":
                yield self._inline_image(instruction, resources)
            elif operator in _SET:
                # A colour that makes no sense is a finding elsewhere (SYS-105); here it changes nothing.
                with suppress(ValueError, TypeError, IndexError):
                    yield from self._coloured(state, operator, list(instruction.operands), resources)
            elif ink is not None and operator == "Do" and state.hides(ink, "fill"):
                if not _is_stencil(resources, instruction.operands[0]):
                    yield instruction
            elif operator in _PAINT and ink is not None and (state.hides(ink, "fill") or state.hides(ink, "stroke")):
                yield from _without(state, ink, operator, instruction)
            else:
                if operator == "q":
                    stack.append(state.copy())
                elif operator == "Q" and stack:
                    state = stack.pop()
                elif operator == "Tr":
                    state.render = int(instruction.operands[0])
                yield instruction
                if operator == "gs" and state.take(states.get(instruction.operands[0])) and ink is None:
                    yield from (self._set(state, which) for which in ("fill", "stroke") if state.is_plain(which))

    def _coloured(self, state: _Ink, operator: str, operands: list[Any], resources: Any) -> Iterator[Any]:
        which, family = _SET[operator]
        colour: Colour
        if family == "space":
            space = self.spaces.of(operands[0], resources)
            colour = Colour(space, space.initial)
            if space.family == "Pattern":
                state.set(which, Colour(space, ()))
                name = self._pattern_space(resources) if space.base else Name.Pattern
                yield ContentStreamInstruction([name], Operator("cs" if which == "fill" else "CS"))
                return
        elif family == "value":
            space = state.colour(which).space
            if operands and isinstance(operands[-1], Name):
                under = tuple(float(value) for value in operands[:-1])
                channels = self.rendering.colour(Colour(space.base, under), False) if space.base and under else ()
                shown = [round(value, 4) for value in channels]
                yield ContentStreamInstruction([*shown, operands[-1]], Operator(operator))
                return
            colour = Colour(space, tuple(float(v) for v in operands))
        else:
            colour = Colour(_SPACES[family], tuple(float(v) for v in operands))
        state.set(which, colour)
        yield self._set(state, which)

    def _pattern_space(self, resources: Any) -> Name:
        """The space of patterns that are painted in the colours of the rendering."""
        name = "/PatternRendered"
        known = dict(_table(resources, "/ColorSpace").items())
        if name not in known:
            resources.ColorSpace = Dictionary(known | {name: Array([Name.Pattern, self.rendering.space])})
        return Name(name)

    def _set(self, state: _Ink, which: str) -> ContentStreamInstruction:
        """The operator that sets a colour; an overprinting one may be set anew."""
        channels = self.rendering.colour(state.colour(which), state.black_over(which))
        operator = self.rendering.operators[which == "stroke"]
        return ContentStreamInstruction([round(value, 4) for value in channels], Operator(operator))


def _table(resources: Any, kind: str) -> Any:
    """One kind of resources; an empty one where there is none."""
    table = resources.get(kind)
    return table if isinstance(table, Dictionary) else Dictionary()


def _is_stencil(resources: Any, name: Any) -> bool:
    thing = _table(resources, "/XObject").get(name)
    return isinstance(thing, Stream) and bool(thing.get("/ImageMask", False))


def _bits(source: Any) -> int:
    return int(source.get("/BitsPerComponent", 1 if _last_filter(source) in _BILEVEL else 8))


def _last_filter(source: Any) -> Any:
    filters = source.get("/Filter")
    return filters[-1] if isinstance(filters, Array) and len(filters) else filters


_BILEVEL = (Name.JBIG2Decode, Name.CCITTFaxDecode)


def _takes_palette(source: Any, space: Space) -> bool:
    """True for images of one component of at most eight bits: all but those that bring their own colours."""
    return space.components == 1 and _bits(source) in (1, 2, 4, 8) and _last_filter(source) != Name.JPXDecode


def _as_painted(source: Any) -> Image.Image:
    """The picture of an image. Pillow turns every JPEG in CMYK over, as Photoshop writes them; PDF takes the numbers as
    they are, turned over only where Decode says so (ISO 32000-1, 8.9.5.2).
    """
    picture: Image.Image = pikepdf.PdfImage(source).as_pil_image()
    if _last_filter(source) == Name.DCTDecode and picture.mode in ("CMYK", "RGB"):
        turned = "/Decode" in source and float(source.Decode[0]) > float(source.Decode[1])
        return picture if turned is (picture.mode == "CMYK") else ImageChops.invert(picture)
    if picture.mode == "LAB":
        shown = ImageCms.profileToProfile(
            picture, ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB"), outputMode="RGB"
        )
        assert shown
        return shown
    if picture.mode == "I;16":
        return picture.convert("I").point([round(value / 257) for value in range(65536)], "L")
    return picture


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

    def __init__(self, inherits: bool) -> None:
        self.inherits = inherits
        self.fill_is_set = self.stroke_is_set = not inherits
        self.fill = self.stroke = Colour(GRAY, (0.0,))
        self.fill_over = self.stroke_over = False
        self.mode = 0
        self.render = 0

    def copy(self) -> _Ink:
        """The same again."""
        other = _Ink.__new__(_Ink)
        other.__dict__.update(self.__dict__)
        return other

    def colour(self, which: str) -> Colour:
        """The colour of fills or strokes."""
        return self.fill if which == "fill" else self.stroke

    def set(self, which: str, colour: Colour) -> None:
        """Take another colour for fills or strokes."""
        if which == "fill":
            self.fill, self.fill_is_set = colour, True
        else:
            self.stroke, self.stroke_is_set = colour, True

    def is_plain(self, which: str) -> bool:
        """True for a colour that was set here, and is not that of a pattern."""
        was_set = self.fill_is_set if which == "fill" else self.stroke_is_set
        return was_set and self.colour(which).space.family != "Pattern"

    def black_over(self, which: str) -> bool:
        """True when such paint is black alone that overprints."""
        over = self.fill_over if which == "fill" else self.stroke_over
        colour = self.colour(which)
        return overprints(colour, over, self.mode) and black_alone(inks_of(colour))

    def take(self, entry: Any) -> bool:
        """Take what an ExtGState says of overprint; True when it says something."""
        if not isinstance(entry, Dictionary):
            return False
        if "/OP" in entry:
            self.fill_over = self.stroke_over = bool(entry.OP)
        if "/op" in entry:
            self.fill_over = bool(entry.op)
        if "/OPM" in entry:
            self.mode = int(entry.OPM)
        return "/OP" in entry or "/op" in entry or "/OPM" in entry

    def hides(self, ink: int, which: str) -> bool:
        """True when such paint leaves this ink as it is (ISO 32000-1, 11.7.4.3)."""
        over = self.fill_over if which == "fill" else self.stroke_over
        colour = self.colour(which)
        return overprints(colour, over, self.mode) and share(colour, ink) == 0


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


def shading_samples(shading: Any, space: Space, budget: Budget) -> list[Colour]:
    """The colours of a shading with a function: along its axis, or over its square; none without a sound function."""
    source = shading.get("/Function")
    functions = [function_of(each, budget) for each in (list(source) if isinstance(source, Array) else [source])]
    if not functions or any(function is None for function in functions):
        return []
    kind = int(shading.get("/ShadingType", 0))
    spans = [float(v) for v in shading.get("/Domain", [0, 1, 0, 1])]
    if kind > 3:
        spans = [float(v) for v in shading.get("/Decode", [])][4:6]
    if len(spans) < (4 if kind == 1 else 2):
        return []
    return [
        Colour(space, tuple(value for function in functions if function for value in function(at)))
        for at in _places(spans, kind == 1)
    ]


def _places(spans: list[float], is_square: bool) -> Iterator[tuple[float, ...]]:
    steps = SHADING_GRID if is_square else SHADING_STEPS
    along = [spans[0] + (spans[1] - spans[0]) * step / (steps - 1) for step in range(steps)]
    if not is_square:
        yield from ((x,) for x in along)
        return
    for step in range(steps):
        y = spans[2] + (spans[3] - spans[2]) * step / (steps - 1)
        yield from ((x, y) for x in along)


def is_measurable(shading: Any, resources: Any, spaces: Spaces) -> bool:
    """True for a shading whose colours can be told."""
    space = spaces.of(shading.get("/ColorSpace"), resources)
    if "/Function" in shading:
        return bool(shading_samples(shading, space, spaces.budget))
    return recoloured(shading, space.components, lambda values: values[:1]) is not None


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
