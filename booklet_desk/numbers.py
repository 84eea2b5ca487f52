"""Order numbers: digits, then a check letter. '10042 K' is read back over the phone.

The letter is the number's rest by 13, a prime to which powers of ten one apart differ: one wrong digit and two swapped
neighbours are always noticed. The thirteen letters do not rhyme with E.
"""

from __future__ import annotations

import re

from booklet.order_codes import SPELLING_WORDS, decode
from booklet_desk.records import DeskError

FIRST = 10_001
LETTERS = "AFHJKMNQRUWXY"
_LEAST_DIGITS = 5
_NUMBER = re.compile(r"(\d{5,12})([A-Z])")


class NumberError(DeskError):
    """What was given is no order number."""

    exit_status = 2


def write(number: int) -> str:
    """The number with its check letter."""
    return f"{number} {LETTERS[number % len(LETTERS)]}"


def spelling(number: int) -> str:
    """How it is read back: 'one, zero, zero, four, two, Kilo'."""
    return ", ".join(SPELLING_WORDS[sign] for sign in write(number).replace(" ", ""))


def is_meant(said: str) -> bool:
    """True where somebody means a number, right or wrong, and not a name."""
    return any(sign.isdigit() for sign in said) or sum(sign.isdigit() for sign in decode(said)) >= _LEAST_DIGITS


def parse(said: str) -> int:
    """The number of what was typed or said. Raises NumberError, which says what is wrong."""
    match = _NUMBER.fullmatch(decode(said))
    if match is None:
        raise NumberError("An order number is digits and one letter, such as 10001 K.".replace("10001 K", write(FIRST)))
    number, letter = int(match.group(1)), match.group(2)
    if LETTERS[number % len(LETTERS)] != letter:
        raise NumberError(f"The letter of {number} is not {letter}: a digit or the letter is wrong. Ask for it again.")
    return number
