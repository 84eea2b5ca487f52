"""Which state a postcode lies in. Most lie in one; along borders, the caller has to be asked."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from booklet.manuscript import shipped_country

STATES = {code: region.name for code, region in shipped_country("au").regions.items()}
"""The names of the states and territories, by their codes."""
_FILE = Path(__file__).with_name("postcodes.toml")


def states_of(postcode: str) -> tuple[str, ...]:
    """The states that a postcode of four digits can lie in: several along a border, none if it does not exist."""
    shared, ranges = _data()
    if postcode in shared:
        return shared[postcode]
    return tuple(state for state, first, last in ranges if first <= postcode <= last)


def read_state(text: str) -> str | None:
    """The code of a state written as 'VIC', 'Vic.' or 'Victoria'; None for anything else."""
    letters = "".join(letter for letter in text.upper() if letter.isalpha())
    names = {name.upper().replace(" ", ""): code for code, name in STATES.items()}
    return letters if letters in STATES else names.get(letters)


@cache
def _data() -> tuple[dict[str, tuple[str, ...]], tuple[tuple[str, str, str], ...]]:
    data = tomllib.loads(_FILE.read_text("utf-8"))
    shared = {code: tuple(states) for code, states in data["shared"].items()}
    return shared, tuple((row["state"], row["from"], row["to"]) for row in data["ranges"])
