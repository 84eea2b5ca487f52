"""Orders to test with. The people and streets are nobody's; the markers are found wherever they leak."""

from __future__ import annotations

from datetime import date

from booklet_desk.records import Address, Content, Item
from tests.desk.conftest import code_of

DAY = date(2026, 11, 27)
MARKERS = ("Quibblewick", "Zanthorpe", "SNARKFIELD")
"""Of a name, a street and a suburb."""


def address(name: str = "Ada Quibblewick", postcode: str = "3000", state: str = "VIC") -> Address:
    """An address that holds all markers."""
    return Address(name, ("12 Zanthorpe Street",), "SNARKFIELD", state, postcode)


def content(copies: int = 1, row: str = "", **more: str) -> Content:
    """An order of the main booklet."""
    to = address(**more)
    return Content(to, (Item(code_of("main", to.state), copies),), row=row)
