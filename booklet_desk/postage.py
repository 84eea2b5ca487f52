"""What a pack weighs, which class it is posted in, and the numbers of a mailing statement.

Weights come from pages and papers, prices are data with the day from which they hold (`postage.toml`). What is not
known is said to be unknown, and never guessed.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from math import ceil
from pathlib import Path
from typing import Any

from booklet_desk.envelopes import Envelope
from booklet_desk.records import DeskError, Item

A5_LEAF_M2 = 0.03108
A4_LEAF_M2 = 0.06237
"""STANDARDS, AP13."""
COVER_PAGES = 4
PARCEL = "parcel"
"""Whatever is larger, thicker or heavier than a letter. What it costs depends on where it goes."""
_SHIPPED = Path(__file__).with_name("postage.toml")
Pages = Callable[[str], tuple[int, bool] | None]
"""The pages of what a code stands for, and whether they are A4; None where it was not built."""


@dataclass(frozen=True)
class LetterClass:
    """A class of letters and its limits: sides from the shorter one, then thickness, in mm; weight in g."""

    name: str
    most_mm: tuple[float, float, float]
    most_grams: float


@dataclass(frozen=True)
class Rates:
    """Everything that `postage.toml` says. Prices are by class: the heaviest letter of a step, and dollars with GST."""

    paper_gsm: Mapping[str, float]
    um_per_gsm: float
    envelope_grams: Mapping[str, float]
    classes: tuple[LetterClass, ...]
    prices: tuple[tuple[date, Mapping[str, tuple[tuple[float, Decimal], ...]]], ...]
    presort_pieces: int
    box_grams: float

    def price(self, name: str, grams: float, day: date) -> tuple[float, Decimal] | None:
        """The weight step of a letter on a day, and its price; None where there is none."""
        table = max((row for row in self.prices if row[0] <= day), key=lambda row: row[0], default=None)
        steps = table[1].get(name, ()) if table else ()
        return next((step for step in steps if grams <= step[0]), None)


@dataclass(frozen=True)
class Posting:
    """How a pack is posted: class, weight, thickness, weight step, price. Unknown is None; free post costs nothing."""

    name: str
    grams: float | None
    thickness_mm: float | None
    step_grams: float | None
    price: Decimal | None


def read_rates(home: Path) -> Rates:
    """The rates of this desk, else those that ship. Raises DeskError where they cannot be read."""
    path = home / "postage.toml"
    path = path if path.exists() else _SHIPPED
    try:
        data = tomllib.loads(path.read_text("utf-8"))
        return Rates(
            {key: float(value) for key, value in data["paper_gsm"].items()},
            float(data["thickness"]["um_per_gsm"]),
            {key: float(value) for key, value in data["envelope_grams"].items()},
            tuple(_letter_class(row) for row in data["classes"]),
            tuple((row["valid_from"], _prices(row)) for row in data["prices"]),
            int(data["presort"]["least_pieces"]),
            float(data["box"]["most_grams"]),
        )
    except (ValueError, TypeError, KeyError, AttributeError):
        raise DeskError(f"{path.name} cannot be read. The one in booklet_desk/ shows its form.") from None


def boxes(items: tuple[Item, ...], rates: Rates, pages: Pages) -> int | None:
    """How many boxes many copies fill, by weight; None where the weight is not known."""
    if any(pages(item.code) is None for item in items):
        return None
    grams = sum(item.copies * _booklet(*(pages(item.code) or (0, False)), rates.paper_gsm)[0] for item in items)
    return ceil(grams / rates.box_grams)


def posting(
    items: tuple[Item, ...], envelope: Envelope, rates: Rates, pages: Pages, day: date, is_free: bool = False
) -> Posting:
    """How a pack is posted. Free post has the class and the weight, and costs nothing."""
    grams = rates.envelope_grams.get(envelope.name)
    if grams is None or any(pages(item.code) is None for item in items):
        return Posting("unknown", None, None, None, None)
    gsm_mm = rates.um_per_gsm / 1000
    grams += A4_LEAF_M2 * rates.paper_gsm["carrier"]
    thickness = rates.paper_gsm["carrier"] * gsm_mm * (len(envelope.folds_mm) + 1)
    for item in items:
        count, is_a4 = pages(item.code) or (0, False)
        weight, thick_gsm = _booklet(count, is_a4, rates.paper_gsm)
        grams += item.copies * weight
        thickness += item.copies * thick_gsm * gsm_mm
    sides = sorted(envelope.size_mm)
    for letter in rates.classes:
        fits = sides[0] <= letter.most_mm[0] and sides[1] <= letter.most_mm[1]
        if fits and thickness <= letter.most_mm[2] and grams <= letter.most_grams:
            step = rates.price(letter.name, grams, day)
            price = Decimal(0) if is_free else step[1] if step else None
            return Posting(letter.name, grams, thickness, step[0] if step else None, price)
    return Posting(PARCEL, grams, thickness, None, None)


def cheaper_without(
    items: tuple[Item, ...], envelope: Envelope, rates: Rates, pages: Pages, day: date
) -> tuple[Item, Decimal] | None:
    """The one item (not the first, which is what was asked for) without which a pack is a step lower, and what that
    saves; None where none is.
    """
    whole = posting(items, envelope, rates, pages, day)
    found = []
    for item in items[1:]:
        less = posting(tuple(each for each in items if each != item), envelope, rates, pages, day)
        if less.price is not None and (whole.price is None and whole.name == PARCEL):
            found.append((item, Decimal(0)))
        elif less.price is not None and whole.price is not None and less.price < whole.price:
            found.append((item, whole.price - less.price))
    return max(found, key=lambda row: row[1], default=None)


def statement(postings: Iterable[tuple[Posting, bool]]) -> list[tuple[str, ...]]:
    """The numbers of a mailing statement: pieces by class, weight step and free post, each with price and sum."""
    counts = Counter((row.name, row.step_grams or 0.0, is_free, row.price) for row, is_free in postings)
    lines: list[tuple[str, ...]] = [("class", "up to grams", "free post", "pieces", "price each", "sum")]
    for (name, step, is_free, price), pieces in sorted(counts.items(), key=lambda row: row[0][:3]):
        dollars = ("unknown", "unknown") if price is None else (f"{price:.2f}", f"{price * pieces:.2f}")
        lines.append((name, f"{step:g}" if step else "", "yes" if is_free else "no", str(pieces), *dollars))
    return lines


def _booklet(pages: int, is_a4: bool, gsm: Mapping[str, float]) -> tuple[float, float]:
    """What one copy weighs in grams, and the g/m² of all its leaves, one on the other."""
    if is_a4:
        leaves = pages / 2
        return leaves * A4_LEAF_M2 * gsm["large_print"], leaves * gsm["large_print"]
    inside, cover = max(0, pages - COVER_PAGES) / 2, min(COVER_PAGES, pages) / 2
    return (inside * gsm["inside"] + cover * gsm["cover"]) * A5_LEAF_M2, inside * gsm["inside"] + cover * gsm["cover"]


def _letter_class(row: Mapping[str, Any]) -> LetterClass:
    short, long, thick = map(float, row["most_mm"])
    return LetterClass(str(row["name"]), (short, long, thick), float(row["most_grams"]))


def _prices(row: Mapping[str, Any]) -> dict[str, tuple[tuple[float, Decimal], ...]]:
    return {
        name: tuple((float(grams), Decimal(str(price))) for grams, price in sorted(steps))
        for name, steps in row.items()
        if name not in ("valid_from", "source")
    }
