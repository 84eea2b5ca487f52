"""Australian facts that no chapter can change: states, and how phone numbers are read, written and dialled.

`phonenumbers` knows almost all numbers. Two it does not: it rejects the eight digits of 13 43 25 84 (13 HEALTH) and its
matcher passes over 000. Both have a rule here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

import phonenumbers

STATES: dict[str, str] = {
    "ACT": "Australian Capital Territory",
    "NSW": "New South Wales",
    "NT": "Northern Territory",
    "QLD": "Queensland",
    "SA": "South Australia",
    "TAS": "Tasmania",
    "VIC": "Victoria",
    "WA": "Western Australia",
}

EIGHT_DIGIT_13 = frozenset({"13432584"})
"""Numbers beginning with 13 that are longer than the plan's six digits and are real all the same."""

NO_BREAK = "\u00a0"

_CANDIDATE = re.compile(
    r"(?<![\w.,$/-])(?:"
    r"000(?![\d,.]\d|\w)"
    r"|\+61[\d \u00a0]{6,14}\d"
    r"|\(0\d\)[\d \u00a0]{5,12}\d"
    r"|(?:1[38]00|13|0\d(?:\d\d)?)(?=[\d \u00a0]*\d)[ \u00a0]?\d(?:[\d \u00a0]{3,10})\d"
    r")(?![\w])"
)


class PhoneError(ValueError):
    """The text is not a complete Australian phone number."""


@dataclass(frozen=True)
class Phone:
    """A phone number: `text` as it is printed, with no-break spaces, and `uri` as it is dialled."""

    text: str
    uri: str

    @property
    def digits(self) -> str:
        """The digits of the printed form alone, the same for every way of writing the number."""
        return re.sub(r"\D", "", self.text)


@lru_cache(maxsize=4096)
def parse_phone(text: str) -> Phone:
    """Read one Australian number, however it is spaced.

    Raises PhoneError when it is not Australian or not complete.
    """
    digits = re.sub(r"[\s\u00a0()\-]", "", text)
    if digits == "000":
        return Phone("000", "tel:000")
    if digits in EIGHT_DIGIT_13:
        return Phone(_grouped(digits, 2), f"tel:{digits}")
    if not re.fullmatch(r"\+?\d+", digits):
        raise PhoneError(f"'{text}' is not a phone number alone")
    try:
        number = phonenumbers.parse(digits, "AU")
    except phonenumbers.NumberParseException as reason:
        raise PhoneError(f"'{text}' is not a phone number") from reason
    if number.country_code != 61 or not phonenumbers.is_valid_number(number):
        raise PhoneError(f"'{text}' is not a complete Australian phone number")
    written = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
    local = re.sub(r"\D", "", written)
    dialled = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return Phone(written.replace(" ", NO_BREAK), f"tel:{local if local.startswith('1') else dialled}")


def phone_candidates(text: str) -> list[tuple[int, int]]:
    """Start and end of each stretch of text that looks like an Australian phone number, complete or not."""
    return [match.span() for match in _CANDIDATE.finditer(text)]


def _grouped(digits: str, size: int) -> str:
    return NO_BREAK.join(digits[i : i + size] for i in range(0, len(digits), size))


ORDER_ALPHABET = "34679ACDEFGHJKMNPQRTUVWXY"
"""Letters and digits that are not mistaken for one another on the phone: no 0 O, 1 I L, 2 Z, 5 S, 8 B."""


_WEIGHTS = (2, 3, 4, 6, 7)
"""From right to left. Each, and the difference of each two neighbours, shares no factor with 25, so that one wrong
character and two swapped neighbours are always noticed, as with ISBN-10 (ISO 2108:1992)."""


def order_code_check(body: str) -> str:
    """The check character for the five characters before it: the weighted sum of all six is a multiple of 25."""
    values = (ORDER_ALPHABET.index(letter) for letter in reversed(body))
    total = sum(weight * value for weight, value in zip(_WEIGHTS, values, strict=True))
    return ORDER_ALPHABET[-total % len(ORDER_ALPHABET)]


def is_order_code(code: str) -> bool:
    """True for two groups of three spoken-safe characters, the last one being the check character."""
    bare = code.replace(" ", "")
    return (
        re.fullmatch(r"\S{3} \S{3}", code) is not None
        and set(bare) <= set(ORDER_ALPHABET)
        and order_code_check(bare[:-1]) == bare[-1]
    )
