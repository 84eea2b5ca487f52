"""An edition's hue as ink: it must be readable on this printer's paper and within this printer's ink."""

from __future__ import annotations

from collections.abc import Iterator

from booklet.bindery.colour import Amounts, Cmyk, can_convert, contrast_on_paper, press_accents
from booklet.findings import Finding, error
from booklet.manuscript import Edition, Manuscript

WHITE: Cmyk = (0, 0, 0, 0)
BLACK: Cmyk = (0, 0, 0, 100)
TEXT_CONTRAST = 7.0
LARGE_TEXT_CONTRAST = 4.5
SLACK = 0.05
"""Profiles are tables of bytes: two programs differ by so much."""


def edition_accents(manuscript: Manuscript, edition: Edition, printer: str) -> dict[str, Amounts]:
    """The accents of an edition as ink for a printer of the manuscript."""
    limit, hue = manuscript.printers[printer].ink_limit_percent, manuscript.hue_of(edition)
    profile = manuscript.icc_profiles[printer]
    return press_accents(profile, limit, hue.deep_cmyk or hue.deep, hue.tint_cmyk or hue.tint)


def hue_faults(manuscript: Manuscript, printer: str) -> Iterator[Finding]:
    """What is wrong with the hues as this printer prints them (WCAG 2.2, 1.4.6, measured through the ICC profile)."""
    profile = manuscript.icc_profiles[printer]
    limit = manuscript.printers[printer].ink_limit_percent
    if not can_convert(profile):
        place = manuscript.printers[printer].origin
        yield error(
            "SRC-012", place, "The ICC profile holds no tables that colours can be looked up in.", "A whole one."
        )
        return
    for edition in manuscript.editions:
        place = (edition.hue or manuscript.style.palette).origin
        accents = edition_accents(manuscript, edition, printer)
        deep, tint = (_percent(accents[name]) for name in ("deep", "tint"))
        for what, found, needed in (
            ("deep on paper", contrast_on_paper(deep, WHITE, profile), TEXT_CONTRAST),
            ("black on tint", contrast_on_paper(BLACK, tint, profile), TEXT_CONTRAST),
            ("deep on tint", contrast_on_paper(deep, tint, profile), LARGE_TEXT_CONTRAST),
        ):
            if found < needed - SLACK:
                told = f"In print {what} has a contrast of {found:.1f}."
                yield error(
                    "INK-001",
                    place,
                    told,
                    f"{needed:g} or more, by other ink.",
                )
        if sum(deep) > limit:
            told = f"deep_cmyk takes {sum(deep):g} percent of ink."
            yield error(
                "INK-001",
                place,
                told,
                f"{limit:g} percent at most, for {printer}.",
            )


def _percent(amounts: tuple[float, ...]) -> Cmyk:
    cyan, magenta, yellow, black = (amount * 100 for amount in amounts)
    return cyan, magenta, yellow, black
