"""Australian facts that no chapter can change: states, and how phone numbers are read, written and dialled.

`phonenumbers` knows almost all numbers. Two it does not: it rejects the eight digits of 13 43 25 84 (13 HEALTH) and its
matcher passes over 000. Both have a rule here.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterator
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
    r"(?<!\d[ \u00a0])000(?![\d,.]\d|\w)"
    r"|\+61[\d \u00a0]{6,14}\d"
    r"|\(0\d\)[\d \u00a0]{5,12}\d"
    r"|(?:1[38]00|13|0[1-9](?:\d\d)?)[ \u00a0]?\d(?:[\d \u00a0]{3,10})\d"
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


@dataclass(frozen=True)
class TypedNumber:
    """What reads like a phone number, however it is spelt: as written, its digits, and where in the text it begins.

    `is_plain` is true for digits, spaces and brackets alone.
    """

    written: str
    digits: str
    start: int
    is_plain: bool


def plain_characters(text: str) -> str:
    """The text with one kind of space, dash and digit, and without characters that nobody sees (UAX #44, Cf)."""
    if text.isascii():
        return text
    text = _OTHER_DIGIT.sub(lambda digit: str(unicodedata.decimal(digit[0])), unicodedata.normalize("NFKC", text))
    return _DASH.sub("-", _SPACE.sub(" ", _UNSEEN.sub("", text)))


def typed_numbers(text: str) -> tuple[TypedNumber, ...]:
    """What reads like a phone number in a text of `plain_characters`: Australian in any spelling, complete or not, or
    with another country's code. Dates, times, ranges, web addresses and what is named as another number are none.
    """
    if not _SOME_DIGITS.search(text):
        return ()
    text = _NO_NUMBERS.sub(lambda found: "\ufffc" * len(found[0]), text)
    found = [number for run in _RUN.finditer(text) for number in _numbers_of_run(run[0], run.start())]
    odd = [match.span() for match in _ODD.finditer(text)]
    found += [
        _typed(text[start:stop], start)
        for start, stop in [*phone_candidates(text), *odd]
        if not _overlaps(found, start, stop)
    ]
    found += [_typed(match[1], match.start(1)) for match in _RUNG.finditer(text) if found or match[0][0].isalpha()]
    found += [_by_letters(match[0], match.start()) for match in _LETTERS.finditer(text)]
    return tuple(sorted(found, key=lambda each: each.start))


def _overlaps(numbers: list[TypedNumber], start: int, stop: int) -> bool:
    """True when a stretch of text shares a character with one of these numbers, which stand in order."""
    behind = bisect_left(numbers, stop, key=lambda each: each.start)
    return behind > 0 and numbers[behind - 1].start + len(numbers[behind - 1].written) > start


_OTHER_DIGIT = re.compile(r"(?![0-9])\d")
_UNSEEN = re.compile("[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufe00-\ufe0f\ufeff]")
_DASH = re.compile("[\u2010-\u2015\u2043\u2212\u2e3a\u2e3b\ufe58\ufe63\uff0d\u30fb]")
_SPACE = re.compile(r"[^\S\n ]")
_SOME_DIGITS = re.compile(r"\d(?:[\W_]{0,4}\d){5}|\b(?:106|112|911|999)\b|\b1[38](?:00)?[ -]?[A-Z]{4}")
_NO_NUMBERS = re.compile(
    r"(?:https?://|www\.|mailto:)\S+|[\w.+-]{1,64}@\S+|\b[\w.-]{1,80}\.(?:au|org|com|net|info|gov|edu)\b\S*"
    r"|\b(?:A[BRC]+N|BSB|IS[BS]N|DOI|PMID|ARTG|FOGRA|ISO)[ :]*\d[\d -]*"
    r"|(?<![\d./-])\d{1,2}([./-])(?:0?[1-9]|1[012])\1(?:19|20)\d\d(?![./-]?\d)"
    r"|(?<![\d./-])(?:0?[1-9]|1[012])[./-](?:19|20)\d\d(?![./-]?\d)"
    r"|(?<![\d./-])(?:19|20)\d\d([./-])(?:0?[1-9]|1[012])\2\d{1,2}(?![./-]?\d)"
    r"|(?<![\d.])[0-2]?\d\.[0-5]\d ?- ?[0-2]?\d\.[0-5]\d(?![.\d])"
)
"""Web addresses, what is named as another kind of number, dates, and times of day from one to another."""
_RUN = re.compile(r"(?<![\w$\u20ac\u00a3])(?:\+ ?)?(?:\( ?\+?)?\d(?:[\s\-./()\u00b7\u2022_]{0,4}\d)*(?![\w%])")
_ODD = re.compile(r"(?<![\w$.,])1[38]00(?:[,:;*~|=+&]\d{2,3}){2,3}(?!\w)")
"""With signs between its digits that nobody writes elsewhere."""
_RUNG = re.compile(
    r"\b(?:ring|call|dial|phone|telephone|text) (?:on |us on )?(106|112|911|999)(?!\w|[ .,]\d)", re.IGNORECASE
)
_LETTERS = re.compile(r"\b1[38]00[ -]?[A-Z]{4,10}\b|\b13[ -]?[A-Z]{4,8}\b")
_KEYS = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "22233344455566677778889999")
"""The letters on the keys of a telephone (ITU-T E.161)."""
MOST_DIGITS = 17
"""Of any number, with what is dialled before it from here to another country (ITU-T E.164)."""
_GROUP = re.compile(r"\d+")
_COMPLETE = re.compile(
    r"1[38]00\d{6}|13\d{4}|0[2-578]\d{8}|61[2-578]\d{8}|611[38]00\d{6}|0011\d{8,13}|\+\d{8,15}|\+61\d{5,12}"
)
_CUT = re.compile(r"1[38]00(?:\d{1,5}|\d{7,8})|13\d{5,6}|0[2-578](?:\d{4,7}|\d{9,10})")
"""A digit too few or too many, which counts for all digits that stand together alone."""
_LOCAL = re.compile(r"[3-9]\d{3}[ .-]?\d{4}")
_RANGE = re.compile(r"(\d{4}) ?- ?(\d{4})")


def _numbers_of_run(run: str, start: int) -> Iterator[TypedNumber]:
    """The numbers in digits that nothing but separators parts, from the longest that starts first."""
    if (both := _RANGE.fullmatch(run)) and int(both[1]) < int(both[2]) and int(both[1]) % 50 == int(both[2]) % 50 == 0:
        return
    groups = [(match.start(), match.end()) for match in _GROUP.finditer(run)]
    whole = _typed(run, start)
    if _LOCAL.fullmatch(run) or (_CUT.fullmatch(whole.digits) and groups[0][1] - groups[0][0] > 1):
        yield whole
        return
    first = 0
    while first < len(groups):
        plus = "+" if "+" in run[groups[first - 1][1] if first else 0 : groups[first][0]] else ""
        digits, longest = plus, -1
        for last in range(first, min(len(groups), first + MOST_DIGITS)):
            digits += run[groups[last][0] : groups[last][1]]
            if len(digits) > MOST_DIGITS:
                break
            if len(digits) > 5 and _COMPLETE.fullmatch(digits):
                longest = last
        if longest >= 0:
            begin = run.rfind("(", 0, groups[first][0]) if ")" in run[groups[first][0] : groups[longest][1]] else -1
            begin = begin if begin >= 0 else run.rfind("+", 0, groups[first][0]) if plus else groups[first][0]
            yield _typed(run[begin : groups[longest][1]], start + begin)
            first = longest
        first += 1


def _by_letters(written: str, start: int) -> TypedNumber:
    """A number told in letters, such as 13 HEALTH. Letters beyond the last digit are not dialled."""
    digits = re.sub(r"\D", "", written.translate(_KEYS))
    most = 10 if digits.startswith(("1300", "1800")) else 8 if digits[:8] in EIGHT_DIGIT_13 else 6
    return TypedNumber(written, digits[:most], start, True)


def _typed(written: str, start: int) -> TypedNumber:
    return TypedNumber(written, re.sub(r"\D", "", written), start, re.fullmatch(r"[+\d ()]+", written) is not None)


def _grouped(digits: str, size: int) -> str:
    return NO_BREAK.join(digits[i : i + size] for i in range(0, len(digits), size))
