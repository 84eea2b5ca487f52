"""The inks of pages: how much there can be, how much there is, and how a page in ink looks.

pdfium draws in RGB alone. So inks are drawn from copies of the file, in which every colour, image and shading is
replaced by what a `Rendering` makes of it: the grey of one ink (a plate), the grey of the sum of all (white for none,
black for 400 percent), or the colour as printed. A colour that is neither CMYK nor grey is counted as the inks of its
plain complement: it is a finding of its own. Shadings by a program (function type 4) are left white, and said.

The sum is linear for opaque and for transparent paint, so one drawing has it. Black that overprints with mode 1 leaves
the other inks as they are (ISO 32000-1, 8.6.7): in the sum it is counted on top of the most that the page has of
these, which is never too little. Only where that is too much, or where colours are mixed in other ways, are the four
plates drawn.
"""

from __future__ import annotations

import io
import math
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import pikepdf
from pikepdf import Array, ContentStreamInstruction, Dictionary, Name, Operator, Pdf, Stream
from PIL import Image, ImageChops, ImageFilter

from booklet.pdf.colour import CMYK, GRAY, PATTERN, RGB, Colour, Proof, Space, function_of, space_of, srgb
from booklet.pdf.geometry import PT_PER_MM, Box, Geometry, common
from booklet.pdf.items import Content, Item, Paint
from booklet.pdf.objects import ObjectId
from booklet.pdf.pictures import INVISIBLE, Camera, pixels
from booklet.pdf.writing import saved

MAX_IMAGE_PIXELS = 60_000_000
WINDOW_MM2 = 15.0
"""Total ink is the mean over a window of this size, not one pixel (GWG 2015)."""
FULL_BLACK = 0.85
"""Black ink from this on hides what lies under it."""


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


def most_ink_percent(content: Content, area: Box, allowed_percent: float = 0.0) -> float:
    """The most ink that there can be in an area, from its colours alone; infinite where only a drawing can tell. Where
    that is more than is allowed, black that overprints is counted on top of what touches it, not of all.
    """
    items = [item for item in content.items if _inks_paper(item) and common(item.box, area)]
    if _mixes(content) or any(map(_only_drawn, items)):
        return math.inf
    painted = [item for item in items if item.colour and item.colour.space.family != "Pattern"]
    rows = {(inks_of(item.colour), _overprints(item)) for item in painted if item.colour}
    if any(over and not _black_alone(inks) for inks, over in rows):
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
        self._cameras: dict[tuple[str, int | None], Camera] = {}

    def total(self, content: Content, geometry: Geometry, dpi: float, allowed_percent: float) -> Image.Image | None:
        """The sum of inks as `coverage` gives it, of a page that has more than is allowed; None of others. Marks
        outside the bleed are not asked.
        """
        if most_ink_percent(content, geometry.printed, allowed_percent) <= allowed_percent:
            return None
        if not _mixes(content) and not any(map(_colour_overprints, content.items)):
            below = _most_below_black(content)
            camera = self._camera(f"sum {below}", ink_sum(below), content.page_index)
            drawn = camera.picture(content.page_index, geometry, dpi).convert("L")
            if peak_percent(_within(_windowed(ImageChops.invert(drawn), geometry), geometry)) <= allowed_percent:
                return None
        plates = [camera.picture(content.page_index, geometry, dpi) for camera in self._plates(content)]
        total = _within(coverage(plates, geometry), geometry)
        return total if peak_percent(total) > allowed_percent else None

    def background(self, content: Content, geometry: Geometry, dpi: float) -> Image.Image:
        """The page without its text, as it looks on paper."""
        index, others = content.page_index, [item for item in content.items if item.text is None]
        if not _mixes(content) and not any(map(_shows_through, others)):
            camera = self._camera("printed", printed(self._proof), index)
            return camera.picture(index, geometry, dpi, with_text=False)
        drawn = [camera.picture(index, geometry, dpi, with_text=False).convert("L") for camera in self._plates(content)]
        return self._proof.picture(Image.merge("CMYK", list(map(ImageChops.invert, drawn))))

    def _plates(self, content: Content) -> list[Camera]:
        return [self._camera(f"plate {ink}", plate(ink), content.page_index) for ink in range(4)]

    def _camera(self, name: str, rendering: Rendering, index: int) -> Camera:
        """A camera for a page. The first page is rewritten alone, since most files need one or none; then all are."""
        if (name, index) in self._cameras:
            return self._cameras[name, index]
        only = None if any(known == name for known, _ in self._cameras) else index
        if (name, only) not in self._cameras:
            self._cameras[name, only] = Camera(rendered(self._content, rendering, only))
        return self._cameras[name, only]


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
    """True for paint that leaves the inks that it has not as they are (ISO 32000-1, 11.7.4.3)."""
    colour = item.colour
    return item.overprint and item.overprint_mode == 1 and colour is not None and colour.space.family == "DeviceCMYK"


def _colour_overprints(item: Item) -> bool:
    return item.colour is not None and _overprints(item) and not _black_alone(inks_of(item.colour))


def _shows_through(item: Item) -> bool:
    """True where what lies under paint changes how it looks; under full black that is next to nothing."""
    covers = not _overprints(item) or (item.colour is not None and inks_of(item.colour)[3] >= FULL_BLACK)
    return item.alpha < 1 or not covers


def _black_alone(inks: tuple[float, ...]) -> bool:
    return max(inks[:3]) == 0


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


def rendered(content: bytes, rendering: Rendering, only: int | None = None) -> bytes:
    """A copy of a file in which everything is painted as a rendering has it, or everything on `only` one page (from
    0).
    """
    with Pdf.open(io.BytesIO(content)) as pdf:
        rewriter = _Rewriter(pdf, rendering)
        for page in pdf.pages if only is None else [pdf.pages[only]]:
            rewriter.rewrite_page(page)
        if "/OCProperties" not in pdf.Root:
            for key in ("/OutputIntents", "/StructTreeRoot", "/Outlines", "/Names"):
                if key in pdf.Root:
                    del pdf.Root[key]
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


@lru_cache(maxsize=4096)
def inks_of(colour: Colour) -> tuple[float, float, float, float]:
    """The inks that a colour asks for, each from 0 to 1."""
    return share(colour, 0), share(colour, 1), share(colour, 2), share(colour, 3)


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


class _Rewriter:
    """Rewrites pages, forms, patterns, images and shadings as a rendering has them."""

    def __init__(self, pdf: Pdf, rendering: Rendering) -> None:
        self.pdf = pdf
        self.rendering = rendering
        self.done: set[ObjectId] = set()
        self.images: dict[ObjectId, Any] = {}

    def rewrite_page(self, page: pikepdf.Page) -> None:
        """Put other colours in place of every one of a page."""
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
        """Axial and radial shadings become 256 samples; others are left white."""
        if shading.objgen in self.done and shading.objgen != (0, 0):
            return
        self.done.add(shading.objgen)
        space = space_of(shading.get("/ColorSpace"), resources)
        samples = shading_samples(shading, space)
        channels = 1 if self.rendering.operators[0] == "g" else 3
        shown = [self.rendering.colour(colour, False) for colour in samples]
        table = bytes(round(255 * value) for row in shown for value in row) or b"\xff\xff" * channels
        domain = shading.get("/Domain", Array([0, 1]))
        shading.Function = self.pdf.make_stream(
            table,
            Dictionary(
                FunctionType=0,
                Domain=domain,
                Range=Array([0, 1] * channels),
                Size=Array([len(table) // channels]),
                BitsPerSample=8,
            ),
        )
        shading.ColorSpace = self.rendering.space
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
            channel = self.rendering.image(_as_painted(source))
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
        copy = self._stream_of(channel)
        for key in ("/SMask", "/Mask"):
            if isinstance(source.get(key), Stream):
                copy[key] = source[key]
        return copy

    def _inline_image(self, instruction: Any, resources: Any) -> Any:
        """An image drawn inline becomes one of the resources; a stencil, or what cannot be read, stays as it is."""
        source = instruction.iimage
        try:
            if source.image_mask or not 0 < source.width * source.height <= MAX_IMAGE_PIXELS:
                return instruction
            image = self._stream_of(self.rendering.image(source.as_pil_image()))
        except (pikepdf.PikepdfError, NotImplementedError, ValueError, TypeError, OSError):
            return instruction
        things = dict(resources.get("/XObject", Dictionary()).items())
        name = Name(f"/Inline{len(things)}")
        resources.XObject = Dictionary(things | {str(name): image})
        return ContentStreamInstruction([name], Operator("Do"))

    def _stream_of(self, channel: Image.Image) -> Any:
        copy = self.pdf.make_stream(channel.tobytes())
        copy.Type, copy.Subtype = Name.XObject, Name.Image
        copy.Width, copy.Height = channel.size
        copy.ColorSpace, copy.BitsPerComponent = self.rendering.space, 8
        return copy

    def _content(self, holder: Any, resources: Any) -> bytes:
        return pikepdf.unparse_content_stream(list(self._rewritten(holder, resources)))

    def _rewritten(self, holder: Any, resources: Any) -> Iterator[Any]:
        """The operators, with other colours, and for a plate without paint that overprints and has none of its ink."""
        state = _Ink()
        stack: list[_Ink] = []
        ink = self.rendering.ink
        if holder.get("/Type") == Name.Page:  # black until something else is said (8.4.1); forms go on with what holds
            yield from (self._set(state, which) for which in ("fill", "stroke"))
        states = resources.get("/ExtGState", Dictionary())
        for instruction in pikepdf.parse_content_stream(holder):
            operator = str(instruction.operator)
            if operator == "INLINE IMAGE":
                yield self._inline_image(instruction, resources)
            elif operator in _SET:
                # A colour that makes no sense is a finding elsewhere (SYS-105); here it changes nothing.
                with suppress(ValueError, TypeError, IndexError):
                    yield from self._coloured(state, operator, list(instruction.operands), resources)
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
                    yield from (self._set(state, which) for which in ("fill", "stroke") if state.plain(which))

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
        yield self._set(state, which)

    def _set(self, state: _Ink, which: str) -> ContentStreamInstruction:
        """The operator that sets a colour; an overprinting one may be set anew."""
        channels = self.rendering.colour(state.colour(which), state.black_over(which))
        operator = self.rendering.operators[which == "stroke"]
        return ContentStreamInstruction([round(value, 4) for value in channels], Operator(operator))


def _as_painted(source: Any) -> Image.Image:
    """The picture of an image. Pillow turns every JPEG in CMYK over, as Photoshop writes them; PDF takes the numbers as
    they are, turned over only where Decode says so (ISO 32000-1, 8.9.5.2).
    """
    picture: Image.Image = pikepdf.PdfImage(source).as_pil_image()
    filters = source.get("/Filter")
    last = filters[-1] if isinstance(filters, Array) and len(filters) else filters
    if picture.mode == "CMYK" and last == Name.DCTDecode:
        turned = "/Decode" in source and float(source.Decode[0]) > float(source.Decode[1])
        return picture if turned else ImageChops.invert(picture)
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

    def plain(self, which: str) -> bool:
        """True for a colour of its own, not of a pattern."""
        return self.colour(which).space.family != "Pattern"

    def black_over(self, which: str) -> bool:
        """True when such paint is black alone that overprints."""
        over = self.fill_over if which == "fill" else self.stroke_over
        colour = self.colour(which)
        known = over and self.mode == 1 and colour.space.family == "DeviceCMYK"
        return known and _black_alone(inks_of(colour))

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
