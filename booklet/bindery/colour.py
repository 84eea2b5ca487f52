"""Colours on their way to paper: stand-ins, hues, and what an ICC profile makes of the rest.

Style sheets and drawings use four stand-in accents, near-black and white. On a screen the accents become the edition's
hue as sRGB (`hue_of`). For a press every colour becomes an amount of ink (`press_inks`): accents the hue's own CMYK,
black and greys K alone, white nothing, all else through the profile of the printing condition, and never more ink than
the printer allows. For an office copier everything becomes grey that stays readable when toner runs low
(`copier_inks`).
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

from PIL import Image, ImageChops, ImageCms, ImageMath

from booklet.contrast import Rgb, contrast, luma

STAND_INS = {"deep": "#0b5a7e", "tint": "#e2eff7", "mid": "#8fb8cf", "soft": "#c4dbe8"}
"""The accent colours of the style sheets and drawings, by name."""

MIXES = {"mid": 0.45, "soft": 0.2}
"""The accents between the two that an edition gives: how much of deep, the rest tint."""
BLACK = 26
"""sRGB values up to this are black: the ink of text is #1a1a1a."""
COPIER_GREYS = {"deep": 0.0, "mid": 0.55, "soft": 0.8, "tint": 0.94}
"""Words and lines black; shapes behind them so light that nothing is lost when they fade."""

Cmyk = tuple[float, float, float, float]
"""Cyan, magenta, yellow, black in percent."""


Amounts = tuple[float, ...]
"""Amounts of each ink from 0 to 1: cyan, magenta, yellow, black, or grey alone."""
PRESS_STAND_INS: dict[str, Amounts] = {
    "deep": (0.9113, 0.5311, 0.2713, 0.1711),
    "tint": (0.1113, 0.0411, 0.0213, 0.0111),
    "mid": (0.4413, 0.1811, 0.0913, 0.0311),
    "soft": (0.2313, 0.0911, 0.0513, 0.0111),
}
"""What stands for the accents once a part is inked, until a file gives it its edition's. Nothing else has such
amounts."""


@dataclass(frozen=True)
class Inks:
    """How colours are written for one way to print: the colour space, the amounts (0 to 1) for an sRGB colour of three
    bytes, and an image in that space.
    """

    space: str
    amounts: Callable[[tuple[int, int, int]], Amounts]
    image: Callable[[Any], Any]

    @property
    def operators(self) -> tuple[str, str]:
        """The operators that set it for fills and for strokes."""
        return ("k", "K") if self.space == "/DeviceCMYK" else ("g", "G")


def hue_of(deep: str, tint: str) -> dict[str, str]:
    """The four accents of an edition: two as given, two mixed between them."""
    return {"deep": deep, "tint": tint} | {name: _mix(deep, tint, share) for name, share in MIXES.items()}


def _mix(one: str, other: str, share: float) -> str:
    """`share` of one colour and the rest of the other."""
    channels = zip(channels_of(one), channels_of(other), strict=True)
    return "#" + "".join(f"{round(a * share + b * (1 - share)):02x}" for a, b in channels)


def channels_of(colour: str) -> tuple[int, int, int]:
    """Red, green and blue of #rrggbb, each from 0 to 255."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return red, green, blue


def screen_colours(hue: Mapping[str, str]) -> dict[bytes, bytes]:
    """The operands that take the place of each stand-in's in content as the engine writes it: three numbers from 0 to 1
    with six decimals at most.
    """
    table = {_operands(STAND_INS[name]): _operands(colour) for name, colour in hue.items()}
    return {stand_in: colour for stand_in, colour in table.items() if stand_in != colour}


def _operands(colour: str) -> bytes:
    return b" ".join((f"{value / 255:.6f}".rstrip("0").rstrip(".") or "0").encode() for value in channels_of(colour))


def press_accents(profile: bytes, limit_percent: float, deep: Cmyk | str, tint: Cmyk | str) -> dict[str, Amounts]:
    """The accents of an edition on a press. A hue is given as ink in percent, or as #rrggbb to be converted."""
    condition = _condition(profile)

    def ink(hue: Cmyk | str) -> Amounts:
        if isinstance(hue, str):
            return _limited(condition.inks(channels_of(hue)), limit_percent / 100)
        return tuple(amount / 100 for amount in hue)

    accents = {"deep": ink(deep), "tint": ink(tint)}
    for name, share in MIXES.items():
        pairs = zip(accents["deep"], accents["tint"], strict=True)
        accents[name] = tuple(round(a * share + b * (1 - share), 4) for a, b in pairs)
    return accents


def press_inks(profile: bytes, limit_percent: float, accents: Mapping[str, Amounts] = PRESS_STAND_INS) -> Inks:
    """The inks of a press, with these accents, or with stand-ins for them (see `press_colours`)."""
    condition = _condition(profile)
    limit = limit_percent / 100
    named = {channels_of(STAND_INS[name]): amounts for name, amounts in accents.items()}

    @lru_cache(maxsize=4096)
    def amounts(colour: tuple[int, int, int]) -> Amounts:
        if colour in named:
            return named[colour]
        if max(colour) <= BLACK:
            return (0.0, 0.0, 0.0, 1.0)
        if len(set(colour)) == 1:
            return (0.0, 0.0, 0.0, condition.black_for(colour[0]))
        return _limited(condition.inks(colour), limit)

    return Inks("/DeviceCMYK", amounts, lambda image: condition.image(image, limit))


def press_colours(accents: Mapping[str, Amounts]) -> dict[bytes, bytes]:
    """The operands that take the place of each stand-in's in content that `press_inks` has rewritten."""
    return {_inked(PRESS_STAND_INS[name]): _inked(amounts) for name, amounts in accents.items()}


def _inked(amounts: Amounts) -> bytes:
    return b" ".join(str(decimal(amount)).encode() for amount in amounts)


def decimal(value: float) -> Decimal:
    """A number as content streams have it, with at most four decimals."""
    return Decimal(f"{value:.4f}").normalize() + 0


def copier_inks() -> Inks:
    """Grey for an office copier: what carries words is black, what lies behind them is light."""
    named = {channels_of(STAND_INS[name]): (grey,) for name, grey in COPIER_GREYS.items()}

    def amounts(colour: tuple[int, int, int]) -> tuple[float, ...]:
        if colour in named:
            return named[colour]
        return (0.0 if max(colour) <= BLACK else round(luma(colour) / 255, 4),)

    return Inks("/DeviceGray", amounts, lambda image: image.convert("L"))


def can_convert(profile: bytes) -> bool:
    """True when an ICC profile holds what colours are converted with, and not only the head of one."""
    try:
        _condition(profile)
    except (ImageCms.PyCMSError, OSError, ValueError):
        return False
    return True


def contrast_on_paper(one: Cmyk, other: Cmyk, profile: bytes) -> float:
    """The contrast of two inks as seen on this paper, its white taken for white (WCAG 2.2, 1.4.3)."""
    condition = _condition(profile)
    return contrast(condition.shown(one), condition.shown(other))


def _limited(amounts: tuple[float, ...], limit: float) -> tuple[float, ...]:
    """No more ink than the limit: the three colours give way evenly, black stays."""
    *colours, black = amounts
    excess = sum(amounts) - limit
    if excess <= 0:
        return amounts
    share = max(0.0, 1 - excess / sum(colours))
    return (*(int(amount * share * 1000) / 1000 for amount in colours), black)


class _Condition:
    """A printing condition as its ICC profile describes it. Relative colorimetric, black point compensated."""

    def __init__(self, profile: bytes) -> None:
        press = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        screen = ImageCms.createProfile("sRGB")
        self._lab = ImageCms.createProfile("LAB")
        intent, flags = ImageCms.Intent.RELATIVE_COLORIMETRIC, ImageCms.Flags.BLACKPOINTCOMPENSATION
        self._to_press = ImageCms.buildTransform(screen, press, "RGB", "CMYK", intent, flags)
        self._to_screen = ImageCms.buildTransform(press, screen, "CMYK", "RGB", intent)
        self._blacks = self._lightness_of_blacks(press, intent)
        self._screen_lab = ImageCms.buildTransform(screen, self._lab, "RGB", "LAB", intent)

    def _lightness_of_blacks(self, press: Any, intent: Any) -> list[int]:
        ramp = Image.new("CMYK", (101, 1))
        for percent in range(101):
            ramp.putpixel((percent, 0), (0, 0, 0, round(percent * 2.55)))
        transform = ImageCms.buildTransform(press, self._lab, "CMYK", "LAB", intent)
        shown = ImageCms.applyTransform(ramp, transform)
        assert shown
        return [shown.getpixel((percent, 0))[0] for percent in range(101)]  # type: ignore[index]

    def inks(self, colour: tuple[int, int, int]) -> tuple[float, ...]:
        """The ink that looks like an sRGB colour, each amount from 0 to 1."""
        shown = ImageCms.applyTransform(Image.new("RGB", (1, 1), colour), self._to_press)
        assert shown
        return tuple(round(value / 255, 3) for value in shown.getpixel((0, 0)))  # type: ignore[union-attr]

    def black_for(self, grey: int) -> float:
        """The amount of black alone that looks as light as an sRGB grey."""
        shown = ImageCms.applyTransform(Image.new("RGB", (1, 1), (grey, grey, grey)), self._screen_lab)
        assert shown
        wanted: int = shown.getpixel((0, 0))[0]  # type: ignore[index]
        return min(range(101), key=lambda percent: (abs(self._blacks[percent] - wanted), percent)) / 100

    def shown(self, ink: Cmyk) -> Rgb:
        """How an ink in percent looks on this paper, as sRGB from 0 to 1."""
        patch = Image.new("CMYK", (1, 1), tuple(round(amount * 2.55) for amount in ink))
        shown = ImageCms.applyTransform(patch, self._to_screen)
        assert shown
        red, green, blue = (value / 255 for value in shown.getpixel((0, 0)))  # type: ignore[union-attr]
        return red, green, blue

    def image(self, image: Any, limit: float) -> Any:
        """An image in grey where it is grey, and else in the press's inks within the limit."""
        picture = image.convert("RGB")
        red, green, blue = picture.split()
        if not any(ImageChops.difference(red, other).getbbox() for other in (green, blue)):
            return red
        return _limited_image(ImageCms.applyTransform(picture, self._to_press), limit)


def _limited_image(image: Any, limit: float) -> Any:
    """The same rule as `_limited`, for every pixel."""
    *colours, black = image.split()
    if sum(high for _, high in image.getextrema()) <= 255 * limit:
        return image

    def held(args: dict[str, Any]) -> Any:
        total = args["float"](args["c"]) + args["m"] + args["y"]
        room = args["max"](args["float"](args["k"]) * -1 + 255 * limit, 0)
        share = args["min"](room / args["max"](total, 1), 1)
        return args["convert"](args["x"] * share, "L")

    names = dict(zip("cmy", colours, strict=True)) | {"k": black}
    held_back = [ImageMath.lambda_eval(held, **names, x=colour) for colour in colours]
    return Image.merge("CMYK", [*held_back, black])


@lru_cache(maxsize=8)
def _condition(profile: bytes) -> _Condition:
    return _Condition(profile)
