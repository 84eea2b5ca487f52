"""Colour spaces, colours and contrast (ISO 32000-1, 8.6; WCAG 2.2, 1.4.3).

A colour is kept as it was written, in its own space, because a press cares about that; what it looks like on a screen
is worked out beside it. Device CMYK is shown through the printing condition of the file where there is one.
"""

from __future__ import annotations

import io
import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pikepdf import Array, Dictionary, Name, Stream
from PIL import Image, ImageCms

from booklet.contrast import Rgb, luma
from booklet.pdf.functions import Budget, Function, function_of

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
    tint: Function | None = None

    @property
    def names_inks(self) -> bool:
        """True for spaces that name inks: Separation and DeviceN."""
        return self.family in ("Separation", "DeviceN")

    @property
    def is_process(self) -> bool:
        """True for inks of the four-colour job, called by name: no spot colours (ISO 32000-1, 8.6.6.4)."""
        return self.names_inks and set(self.inks) <= {*PROCESS, "None"}

    @property
    def is_registration(self) -> bool:
        """True for the colour of printers' marks: every ink at once."""
        return self.family == "Separation" and self.inks == ("All",)

    @property
    def initial(self) -> tuple[float, ...]:
        """The numbers that hold when a space is chosen (ISO 32000-1, 8.6.3): black, or all of each ink."""
        if self.family == "DeviceCMYK":
            return 0.0, 0.0, 0.0, 1.0
        return (1.0 if self.names_inks else 0.0,) * self.components

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
            case "Separation" if self.is_registration:
                return "the registration colour All"
            case "Separation" | "DeviceN":
                kind = "process" if self.is_process else "spot"
                return f"the {kind} colour {', '.join(self.inks)}"
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
        if self.space.is_registration and self.values:
            return (self.values[0],) * 4
        if self.space.is_process and len(self.values) == len(self.space.inks):
            shares = dict(zip(self.space.inks, self.values, strict=True))
            return (
                shares.get("Cyan", 0.0),
                shares.get("Magenta", 0.0),
                shares.get("Yellow", 0.0),
                shares.get("Black", 0.0),
            )
        return None

    @property
    def is_white(self) -> bool:
        """True for bare paper."""
        return min(srgb(self)) > 0.995


PROCESS = ("Cyan", "Magenta", "Yellow", "Black")
BLACK = Colour(GRAY, (0.0,))


class Spaces:
    """The colour spaces of one file, each read once, and how much their programs may do."""

    def __init__(self) -> None:
        self.budget = Budget()
        self._known: dict[bytes, Space] = {}

    def of(self, value: Any, resources: Any) -> Space:
        """The colour space that a name or array stands for."""
        entry = value
        if isinstance(value, Name):
            entry = None if str(value)[1:] in _DEVICE else _entry(value, resources)
        if not isinstance(entry, Array):
            return self._read(value, resources, 0)
        key = entry.unparse(resolved=False)
        if key not in self._known:
            self._known[key] = self._read(entry, resources, 0)
        return self._known[key]

    def _read(self, value: Any, resources: Any, depth: int) -> Space:
        if depth > MAX_NESTING or value is None:
            return UNKNOWN
        if isinstance(value, Name):
            return self._named(value, resources, depth)
        if not isinstance(value, Array) or not len(value):
            return UNKNOWN
        family = str(value[0])[1:]
        if len(value) == 1:
            return self._named(value[0], resources, depth)
        match family:
            case "ICCBased":
                count = value[1].get("/N") if isinstance(value[1], Stream) else None
                return Space("ICCBased", int(count) if count in (1, 3, 4) else 0)
            case "CalGray":
                return Space("CalGray", 1)
            case "CalRGB" | "Lab":
                return Space(family, 3)
            case "Pattern":
                return Space("Pattern", 0, base=self._read(value[1], resources, depth + 1))
            case "Separation" | "DeviceN" if len(value) > 3:
                names = [value[1]] if family == "Separation" else list(value[1])
                base = self._read(value[2], resources, depth + 1)
                inks = tuple(str(name)[1:] for name in names)
                return Space(family, len(names), inks, base, function_of(value[3], self.budget))
            case "Indexed" | "I" if len(value) > 3:
                base = self._read(value[1], resources, depth + 1)
                return Space("Indexed", 1, (), base, _palette(value[3], base))
        return UNKNOWN

    def _named(self, value: Any, resources: Any, depth: int) -> Space:
        name = str(value)[1:]
        if name in _DEVICE:
            return _DEVICE[name]
        if name == "Pattern":
            return PATTERN
        entry = _entry(value, resources)
        return self._read(entry, resources, depth + 1) if entry is not None else UNKNOWN


def _entry(name: Any, resources: Any) -> Any:
    """What resources call by this name."""
    table = resources.get("/ColorSpace") if isinstance(resources, Dictionary) else None
    return table.get(str(name)) if isinstance(table, Dictionary) else None


def _palette(table: Any, base: Space) -> Function | None:
    raw = table.read_bytes() if isinstance(table, Stream) else bytes(table)
    components = base.components
    if not components:
        return None

    def look_up(values: tuple[float, ...]) -> tuple[float, ...]:
        start = max(int(values[0]), 0) * components
        shares = [byte / 255 for byte in raw[start : start + components]]
        if len(shares) < components:
            return (0.0,) * components
        if base.family == "Lab":  # its numbers run over other ranges (8.6.5.4)
            return 100 * shares[0], 255 * shares[1] - 128, 255 * shares[2] - 128
        return tuple(shares)

    return look_up


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
