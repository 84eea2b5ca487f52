"""Colour spaces, colours and contrast (ISO 32000-1, 8.6; WCAG 2.2, 1.4.3).

A colour is kept as it was written, in its own space, because a press cares about that; what it looks like on a screen
is worked out beside it. Device CMYK is shown through the printing condition of the file where there is one.
"""

from __future__ import annotations

import io
import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pikepdf import Array, Dictionary, Name, Stream
from PIL import Image, ImageCms

from booklet.contrast import Rgb, luma

MAX_NESTING = 8
"""Spaces that stand on spaces: two are usual, more than eight a trap."""


@dataclass(frozen=True)
class Space:
    """A colour space: its family, how many numbers a colour has, the inks it names, and what it stands on.

    `tint` turns its numbers into those of `base` (Separation, DeviceN, Indexed); None where that is not known.
    """

    family: str
    components: int
    inks: tuple[str, ...] = ()
    base: Space | None = None
    tint: Callable[[tuple[float, ...]], tuple[float, ...]] | None = None

    @property
    def plain(self) -> str:
        """Its name for people."""
        match self.family:
            case "DeviceRGB":
                return "RGB"
            case "DeviceCMYK":
                return "CMYK"
            case "DeviceGray":
                return "grey"
            case "ICCBased":
                return f"an ICC profile of {self.components} channels"
            case "Separation" | "DeviceN":
                return f"the spot colour {', '.join(self.inks)}"
            case "Indexed" if self.base:
                return f"a palette in {self.base.plain}"
        return self.family


GRAY = Space("DeviceGray", 1)
RGB = Space("DeviceRGB", 3)
CMYK = Space("DeviceCMYK", 4)
PATTERN = Space("Pattern", 0)
UNKNOWN = Space("Unknown", 0)
_DEVICE = {"DeviceGray": GRAY, "G": GRAY, "DeviceRGB": RGB, "RGB": RGB, "DeviceCMYK": CMYK, "CMYK": CMYK}


@dataclass(frozen=True)
class Colour:
    """Numbers in a space."""

    space: Space
    values: tuple[float, ...]

    def __str__(self) -> str:
        return f"{self.space.plain} ({', '.join(f'{value:.3g}' for value in self.values)})"

    @property
    def inks(self) -> tuple[float, float, float, float] | None:
        """Cyan, magenta, yellow and black from 0 to 1, for a colour that says so itself; None for others."""
        if self.space.family == "DeviceCMYK" and len(self.values) == 4:
            return self.values[0], self.values[1], self.values[2], self.values[3]
        if self.space.family == "DeviceGray" and self.values:
            return 0.0, 0.0, 0.0, 1 - self.values[0]
        return None

    @property
    def is_white(self) -> bool:
        """True for bare paper."""
        return min(srgb(self)) > 0.995


BLACK = Colour(GRAY, (0.0,))


def space_of(value: Any, resources: Any, depth: int = 0) -> Space:
    """The colour space that a name or array stands for."""
    if depth > MAX_NESTING or value is None:
        return UNKNOWN
    if isinstance(value, Name):
        return _named(str(value)[1:], resources, depth)
    if not isinstance(value, Array) or not len(value):
        return UNKNOWN
    family = str(value[0])[1:]
    if len(value) == 1:
        return _named(family, resources, depth)
    match family:
        case "ICCBased":
            count = value[1].get("/N") if isinstance(value[1], Stream) else None
            return Space("ICCBased", int(count) if count in (1, 3, 4) else 0)
        case "CalGray":
            return Space("CalGray", 1)
        case "CalRGB" | "Lab":
            return Space(family, 3)
        case "Pattern":
            return Space("Pattern", 0, base=space_of(value[1], resources, depth + 1))
        case "Separation" | "DeviceN" if len(value) > 3:
            names = [value[1]] if family == "Separation" else list(value[1])
            base = space_of(value[2], resources, depth + 1)
            return Space(family, len(names), tuple(str(name)[1:] for name in names), base, function_of(value[3]))
        case "Indexed" | "I" if len(value) > 3:
            base = space_of(value[1], resources, depth + 1)
            return Space("Indexed", 1, (), base, _palette(value[3], base.components))
    return UNKNOWN


def _named(name: str, resources: Any, depth: int) -> Space:
    if name in _DEVICE:
        return _DEVICE[name]
    if name == "Pattern":
        return PATTERN
    spaces = resources.get("/ColorSpace") if isinstance(resources, Dictionary) else None
    entry = spaces.get(f"/{name}") if isinstance(spaces, Dictionary) else None
    return space_of(entry, resources, depth + 1) if entry is not None else UNKNOWN


def _palette(table: Any, components: int) -> Callable[[tuple[float, ...]], tuple[float, ...]] | None:
    raw = table.read_bytes() if isinstance(table, Stream) else bytes(table)
    if not components:
        return None

    def look_up(values: tuple[float, ...]) -> tuple[float, ...]:
        start = int(values[0]) * components
        return tuple(byte / 255 for byte in raw[start : start + components]) or (0.0,) * components

    return look_up


def function_of(source: Any, depth: int = 0) -> Callable[[tuple[float, ...]], tuple[float, ...]] | None:
    """A function of types 0 (of one input), 2 and 3 (ISO 32000-1, 7.10); None for others, which are programs."""
    if depth > MAX_NESTING or not isinstance(source, Dictionary | Stream):
        return None
    match int(source.get("/FunctionType", -1)):
        case 0:
            return _sampled(source)
        case 2:
            low = [float(v) for v in source.get("/C0", [0])]
            high = [float(v) for v in source.get("/C1", [1])]
            power = float(source.get("/N", 1))
            return lambda xs: tuple(a + max(0.0, xs[0]) ** power * (b - a) for a, b in zip(low, high, strict=False))
        case 3:
            return _stitched(source, depth)
    return None


def _sampled(source: Any) -> Callable[[tuple[float, ...]], tuple[float, ...]] | None:
    sizes = [int(v) for v in source.get("/Size", [])]
    spans = [float(v) for v in source.get("/Range", [])]
    if len(sizes) != 1 or sizes[0] < 2 or int(source.get("/BitsPerSample", 0)) != 8 or not spans:
        return None
    decode = [float(v) for v in source.get("/Decode", spans)]
    outputs = len(spans) // 2
    raw = source.read_bytes()
    first, last = (float(v) for v in list(source.get("/Domain", [0, 1]))[:2])

    def look_up(values: tuple[float, ...]) -> tuple[float, ...]:
        share = (min(max(values[0], first), last) - first) / ((last - first) or 1)
        at = round(share * (sizes[0] - 1)) * outputs
        row = raw[at : at + outputs]
        return tuple(decode[2 * i] + v / 255 * (decode[2 * i + 1] - decode[2 * i]) for i, v in enumerate(row))

    return look_up


def _stitched(source: Any, depth: int) -> Callable[[tuple[float, ...]], tuple[float, ...]] | None:
    parts = [function_of(part, depth + 1) for part in source.get("/Functions", [])]
    bounds = [float(v) for v in source.get("/Bounds", [])]
    encode = [float(v) for v in source.get("/Encode", [])]
    first, last = (float(v) for v in list(source.get("/Domain", [0, 1]))[:2])
    if not parts or any(part is None for part in parts) or len(encode) < 2 * len(parts):
        return None
    edges = [first, *bounds, last]

    def pick(values: tuple[float, ...]) -> tuple[float, ...]:
        x = min(max(values[0], first), last)
        index = min(sum(x >= bound for bound in bounds), len(parts) - 1)
        span = (edges[index + 1] - edges[index]) or 1
        start, end = encode[2 * index], encode[2 * index + 1]
        part = parts[index]
        assert part
        return part((start + (x - edges[index]) / span * (end - start),))

    return pick


class Proof:
    """How CMYK looks when printed: through the output intent's profile, relative colorimetric, or by plain
    arithmetic.
    """

    def __init__(self, icc: bytes | None = None) -> None:
        self._transform: Any = None
        if icc:
            try:
                profile = ImageCms.ImageCmsProfile(io.BytesIO(icc))
                self._transform = ImageCms.buildTransform(
                    profile,
                    ImageCms.createProfile("sRGB"),
                    "CMYK",
                    "RGB",
                    ImageCms.Intent.RELATIVE_COLORIMETRIC,
                )
            except (ImageCms.PyCMSError, OSError, ValueError):
                self._transform = None

    @lru_cache(maxsize=4096)  # noqa: B019 (a proof lives as long as the file that it belongs to)
    def rgb(self, cyan: float, magenta: float, yellow: float, black: float) -> Rgb:
        """The colour on paper white, each channel from 0 to 1."""
        if self._transform is None:
            red, green, blue = ((1 - ink) * (1 - black) for ink in (cyan, magenta, yellow))
            return red, green, blue
        pixel = tuple(round(255 * min(1.0, max(0.0, ink))) for ink in (cyan, magenta, yellow, black))
        red, green, blue = (channel / 255 for channel in self.picture(Image.new("CMYK", (1, 1), pixel)).tobytes())
        return red, green, blue

    def picture(self, separations: Image.Image) -> Image.Image:
        """A CMYK picture as it looks."""
        if self._transform is None:
            return separations.convert("RGB")
        shown = ImageCms.applyTransform(separations, self._transform)
        assert shown
        return shown


PLAIN = Proof()


def srgb(colour: Colour, proof: Proof = PLAIN) -> Rgb:
    """What a colour looks like, each channel from 0 to 1. Black where nothing is known."""
    values = tuple(min(max(value, 0.0), 1.0) for value in colour.values)
    space = colour.space
    match space.family:
        case "Separation" | "DeviceN" | "Indexed" if space.tint and space.base:
            raw = colour.values if space.family == "Indexed" else values
            return srgb(Colour(space.base, space.tint(raw)), proof)
        case "Separation":
            return (1 - values[0],) * 3 if values else (0.0, 0.0, 0.0)
        case "Lab" if len(colour.values) == 3:
            return _from_lab(*colour.values)
    match len(values):
        case 1:
            return values[0], values[0], values[0]
        case 3:
            return values[0], values[1], values[2]
        case 4:
            return proof.rgb(*values)
    return 0.0, 0.0, 0.0


def _from_lab(lightness: float, a: float, b: float) -> Rgb:
    """CIE L*a*b* (D50) by way of XYZ to sRGB (Bradford-adapted matrix)."""
    fy = (lightness + 16) / 116
    cubes = ((f**3 if f**3 > 0.008856 else (f - 16 / 116) / 7.787) for f in (fy + a / 500, fy, fy - b / 200))
    x, y, z = (cube * white for cube, white in zip(cubes, (0.9642, 1.0, 0.8249), strict=True))
    linear = (
        3.1339 * x - 1.6169 * y - 0.4906 * z,
        -0.9788 * x + 1.9161 * y + 0.0335 * z,
        0.0719 * x - 0.2290 * y + 1.4052 * z,
    )
    red, green, blue = (_companded(min(max(value, 0.0), 1.0)) for value in linear)
    return red, green, blue


def _companded(value: float) -> float:
    return 12.92 * value if value <= 0.0031308 else 1.055 * math.pow(value, 1 / 2.4) - 0.055


def grey_of(rgb: Rgb) -> Rgb:
    """What an office copier makes of a colour."""
    grey = luma(rgb)
    return grey, grey, grey
