"""How light colours are, and how much they stand out (WCAG 2.2, 1.4.3). Channels are sRGB from 0 to 1."""

from __future__ import annotations

from collections.abc import Iterable

Rgb = tuple[float, float, float]


def rgb_of(written: str) -> Rgb:
    """The channels of a colour written as #rrggbb."""
    return int(written[1:3], 16) / 255, int(written[3:5], 16) / 255, int(written[5:7], 16) / 255


def luminance(rgb: Iterable[float]) -> float:
    """Relative luminance, from 0 to 1."""
    red, green, blue = (v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in rgb)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Rgb, other: Rgb) -> float:
    """Contrast ratio, from 1 to 21."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luma(rgb: Iterable[float]) -> float:
    """How light a colour looks once an office copier has made it grey, from 0 to 1 (ITU-R BT.601)."""
    red, green, blue = rgb
    return 0.299 * red + 0.587 * green + 0.114 * blue
