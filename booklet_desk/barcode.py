"""The 4-state barcode of Australia Post for a delivery point, which a mail house has found (STANDARDS, AP10, AP11).

Format 11: start, two digits of the format, eight of the delivery point, a filler, four Reed-Solomon symbols, stop: 37
bars. `zint` makes it, `read_bars` reads it back by the published table, and knows nothing of zint.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from booklet_desk.records import DeskError

FULL, ASCENDER, DESCENDER, TRACKER = range(4)
"""The states of a bar, by the numbers that Australia Post gives them."""
COUNT = 37
PITCH_MM, WIDTH_MM = 25.4 / 23.5, 0.5
"""From bar to bar (22 to 25 an inch), and a bar's width (0.4 to 0.6 mm)."""
HEIGHT_MM, TRACKER_MM = 5.0, 1.3
"""Of a full bar (4.2 to 5.6 mm), and of a tracker (1.0 to 1.6 mm), which stands in the middle."""
_FORMAT = "11"
_DIGITS = ("00", "01", "02", "10", "11", "12", "20", "21", "22", "30")
"""The two bars of each digit (table N)."""
_START = (ASCENDER, TRACKER)


class BarcodeError(DeskError):
    """A barcode that cannot be made."""

    exit_status = 3


@dataclass(frozen=True)
class Bar:
    """A bar on a sheet, in millimetres from its left and upper edge."""

    left_mm: float
    top_mm: float
    width_mm: float
    height_mm: float


def states_of(dpid: str) -> tuple[int, ...]:
    """The states of the bars of a delivery point of eight digits. Raises BarcodeError."""
    try:
        from zint import Symbol, Symbology
    except ModuleNotFoundError:
        raise BarcodeError("Barcodes need the package zint-bindings: pip install '.[barcode]' in its folder") from None
    if len(dpid) != 8 or not dpid.isascii() or not dpid.isdigit():
        raise BarcodeError("A delivery point has eight digits.")
    symbol = Symbol()
    symbol.symbology = Symbology.AUSPOST
    symbol.encode(dpid)
    symbol.buffer_vector()
    assert symbol.vector
    drawn = [Bar(row.x, row.y, row.width, row.height) for row in symbol.vector.rectangles]
    return states(drawn)


def placed(states: Iterable[int], left_mm: float, top_mm: float) -> tuple[Bar, ...]:
    """The bars where they stand on a sheet."""
    reach_mm = (HEIGHT_MM - TRACKER_MM) / 2
    rows = []
    for index, state in enumerate(states):
        up, down = state in (FULL, ASCENDER), state in (FULL, DESCENDER)
        top = top_mm + (0 if up else reach_mm)
        height = TRACKER_MM + reach_mm * (up + down)
        rows.append(Bar(left_mm + index * PITCH_MM, top, WIDTH_MM, height))
    return tuple(rows)


def states(bars: Iterable[Bar]) -> tuple[int, ...]:
    """The states of bars from left to right, told from how far each reaches up and down."""
    rows = sorted(bars, key=lambda bar: bar.left_mm)
    top = min(bar.top_mm for bar in rows)
    bottom = max(bar.top_mm + bar.height_mm for bar in rows)
    slack = (bottom - top) * 0.1
    names = {(True, True): FULL, (True, False): ASCENDER, (False, True): DESCENDER, (False, False): TRACKER}
    return tuple(names[bar.top_mm - top < slack, bottom - bar.top_mm - bar.height_mm < slack] for bar in rows)


def read_bars(bars: Iterable[Bar]) -> str | None:
    """The delivery point that bars on a sheet say; None where they are no such barcode, or outside its measures."""
    rows = tuple(bars)
    if len(rows) != COUNT or not all(0.4 <= bar.width_mm <= 0.6 and 1.0 <= bar.height_mm <= 5.6 for bar in rows):
        return None
    found = states(rows)
    pairs = ["".join(map(str, found[place : place + 2])) for place in range(2, 22, 2)]
    if found[:2] != _START or found[-2:] != _START or any(pair not in _DIGITS for pair in pairs):
        return None
    digits = "".join(str(_DIGITS.index(pair)) for pair in pairs)
    return digits[2:] if digits[:2] == _FORMAT else None
