"""Phone numbers: read, written as people dial them, and found in texts in any spelling, by the plan of a country.

`phonenumbers` knows almost all numbers of the world. What it does not know, and what shows that somebody typed a
number, is said by a `PhonePlan`, which comes from a data file (`booklet/countries/`).
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from itertools import accumulate, product
from typing import Any

import phonenumbers

NO_BREAK = "\u00a0"
EXTENSION = f"{NO_BREAK}ext.{NO_BREAK}"
"""Stands between a number and its extension in print."""
MOST_DIGITS = 17
"""Of any number, with what is dialled before it from here to another country (ITU-T E.164)."""
SHAPE = r"(?:\d|X|\[\d-\d\])(?:\d|X|\[\d-\d\]| )*"
"""How a plan writes the shape of numbers: digits, X for any digit, [2-5] for one of several, spaces between groups."""
MOST_SHAPES = 100
"""Shapes, short numbers and names of a country: more make a slow search of every text."""
CALL_WORDS = "ring|call|dial|phone|telephone|text"
"""Words before which a short number is one to ring, and not a count."""
EMERGENCY_ANYWHERE = ("000", "111", "112", "911", "999")
"""Emergency numbers of one country or another (ITU-T E.161.1 names 112 and 911), which people bring with them."""
SHORT_CODE = re.compile(r"[1-9]\d{2,5}")
"""Short codes for text messages, which each carrier gives out: no plan lists them."""


class PhoneError(ValueError):
    """The text is not a complete phone number of the plan."""


@dataclass(frozen=True)
class PhonePlan:
    """How the numbers of a country look. Numbers are digits; shapes are as `SHAPE` says.

    `region` is the country's code in `phonenumbers`, `code` its calling code, `trunk` what stands before an area code.
    `emergency` numbers are right in every text; `textphone` ones answer textphones alone; `short` ones are further
    numbers that the library does not take for whole, as are `exceptions`, written as they are printed. `local` are
    shapes without an area code, `lettered` the beginnings of numbers told in letters (1300 ANGELS), `other_numbers` the
    names of numbers that are not rung.
    """

    region: str
    country: str
    adjective: str
    example: str
    emergency: tuple[str, ...]
    shapes: tuple[str, ...]
    textphone: tuple[str, ...] = ()
    short: tuple[str, ...] = ()
    exceptions: tuple[str, ...] = ()
    local: tuple[str, ...] = ()
    lettered: tuple[str, ...] = ()
    other_numbers: tuple[str, ...] = ()

    def __hash__(self) -> int:
        """Of its country alone: a plan is looked up with every text."""
        return hash((self.region, self.country))

    @property
    def code(self) -> str:
        """The country's calling code, such as 61; empty where the library knows no such country."""
        return str(phonenumbers.country_code_for_region(self.region) or "")

    @property
    def trunk(self) -> str:
        """What stands before an area code at home, such as 0; empty where nothing does."""
        return phonenumbers.ndd_prefix_for_region(self.region, True) or ""

    @property
    def outward(self) -> str:
        """What is dialled before another country's code, such as 0011."""
        found = phonenumbers.PhoneMetadata.metadata_for_region(self.region)
        return (found and found.preferred_international_prefix) or "00"

    @property
    def short_numbers(self) -> tuple[str, ...]:
        """Short numbers that are no counts when somebody is told to ring them."""
        return tuple(dict.fromkeys((*self.emergency, *self.textphone, *self.short, *EMERGENCY_ANYWHERE)))


@dataclass(frozen=True)
class KnownNumbers:
    """What `phonenumbers` knows of the numbers of a country, for somebody who writes its plan: a number as people write
    it, emergency numbers, and shapes (at most `MOST_SHAPES`).
    """

    example: str
    emergency: tuple[str, ...]
    shapes: tuple[str, ...]


def known_numbers(region: str) -> KnownNumbers | None:
    """What is known of the country of a code (ISO 3166, `IE`); None of one that has no numbers."""
    example, code = phonenumbers.example_number(region), phonenumbers.country_code_for_region(region)
    if example is None:
        return None
    main = phonenumbers.region_code_for_country_code(code)  # which says how all write that share its code
    metadata = phonenumbers.PhoneMetadata.metadata_for_region(main)
    formats = metadata.number_format if metadata else ()
    short = (f"{number:0{size}}" for size in (2, 3) for number in range(10**size))
    emergency = [number for number in short if phonenumbers.is_emergency_number(number, region)]
    common = "911" if code == 1 else "112"
    written = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.NATIONAL)
    return KnownNumbers(
        example=" ".join(_GROUP.findall(written)),
        emergency=tuple(sorted(emergency, key=lambda number: (number != common, number))) or (common,),
        shapes=_known_shapes(formats),
    )


def _known_shapes(formats: Iterable[Any]) -> tuple[str, ...]:
    """The shapes of numbers by how the library writes them, told by their first digits where these are few enough.
    Short ones that nothing tells count only where a country has no others.
    """
    rows = list(formats)
    for digits_told, least_untold in ((MOST_DIGITS, _LEAST_UNTOLD), (1, _LEAST_UNTOLD), (MOST_DIGITS, _LEAST_WHOLE)):
        shapes = dict.fromkeys(shape for form in rows for shape in _shapes_of(form, digits_told, least_untold))
        if 0 < len(shapes) <= MOST_SHAPES:
            break
    return tuple(shapes)[:MOST_SHAPES] or ("X" * _LEAST_UNTOLD,)


def _shapes_of(form: Any, digits_told: int, least_untold: int) -> Iterator[str]:
    if _FORMAT_GROUP.sub("", form.pattern):
        return
    sizes = [(int(least or 1), int(most or least or 1)) for least, most in _FORMAT_GROUP.findall(form.pattern)]
    trunk = _digits((form.national_prefix_formatting_rule or "").replace(r"\1", ""))
    first_digits = form.leading_digits_pattern[0] if form.leading_digits_pattern else ""
    for lengths in product(*(range(least, most + 1) for least, most in sizes)):
        for start in _first_digits(first_digits, digits_told):
            if sum(lengths) < (_LEAST_WHOLE if trunk or len(start) > 2 else least_untold):
                continue
            signs = [*start, *"X" * sum(lengths)]
            ends = list(accumulate(lengths))
            groups = ["".join(signs[end - length : end]) for end, length in zip(ends, lengths, strict=True)]
            yield trunk + " ".join(groups)


def _first_digits(pattern: str, most: int) -> Iterator[tuple[str, ...]]:
    """The digits with which numbers begin, as shapes write them, from a regular expression: `2[24-9]|47` gives 2 2,
    2 [4-9] and 4 7. What is more than such a row is left out.
    """
    for row in _top_level(pattern):
        told = re.match(r"(?:\d|\[[\d-]+\])*", row)
        signs = re.findall(r"\d|\[[\d-]+\]", told[0] if told else "")[:most]
        yield from product(*(_ranges(sign) for sign in signs))


def _top_level(pattern: str) -> Iterator[str]:
    """The alternatives of a regular expression that stand in no brackets."""
    depth, row = 0, ""
    for sign in pattern:
        depth += (sign == "(") - (sign == ")")
        if sign == "|" and depth == 0:
            yield row
            row = ""
        else:
            row += sign
    yield row


def _ranges(sign: str) -> tuple[str, ...]:
    """A digit, or the digits and ranges of a class: `[24-9]` gives 2 and [4-9]."""
    if not sign.startswith("["):
        return (sign,)
    return tuple(f"[{each}]" if "-" in each else each for each in re.findall(r"\d-\d|\d", sign))


Plans = tuple[PhonePlan, ...]
"""The plans of a text: that of its readers, then those of other countries that a project has."""


@dataclass(frozen=True)
class Phone:
    """A phone number as people at home dial it: `text` as it is printed, with no-break spaces, and `uri` (RFC 3966).

    `region` is its country; `abroad` is how it is printed elsewhere, and empty for a number that works at home alone.
    """

    text: str
    uri: str
    region: str
    abroad: str = ""

    @property
    def digits(self) -> str:
        """The digits of the printed form without an extension, the same for every way of writing the number."""
        return _digits(self.text.partition(EXTENSION)[0])

    @property
    def plain(self) -> str:
        """The printed form with plain spaces."""
        return self.text.replace(NO_BREAK, " ")

    def seen_from(self, region: str) -> Phone | None:
        """The number as people in a country print and dial it; None where they cannot."""
        if region == self.region:
            return self
        number, _, extension = self.abroad.partition(EXTENSION)
        uri = f"tel:+{_digits(number)}{f';ext={extension}' if extension else ''}"
        return replace(self, text=self.abroad, uri=uri) if self.abroad else None


@lru_cache(maxsize=4096)
def parse_phone(text: str, plan: PhonePlan) -> Phone:
    """Read one number, however it is spaced, with its extension if it has one: of the plan's country, or of another one
    with a plus and that country's code.

    Raises PhoneError when it is neither, or not complete.
    """
    digits = re.sub(r"[\s\u00a0()\-]", "", text)
    if digits in (*plan.emergency, *plan.textphone, *plan.short):
        return Phone(digits, f"tel:{digits}", plan.region)
    if (printed := _exceptions(plan).get(digits)) is not None:
        return Phone(printed, f"tel:{digits}", plan.region)
    bare, _, extension = _EXTENSION.sub("|", digits.lower()).partition("|")
    if not re.fullmatch(r"\+?\d+", bare):
        raise PhoneError(f"'{text}' is not a phone number alone")
    try:
        number = phonenumbers.parse(bare, plan.region)
    except phonenumbers.NumberParseException as reason:
        raise PhoneError(f"'{text}' is not a phone number") from reason
    phone = _as_printed(number, plan, extension)
    as_typed = bare.startswith("+") or bare in (phone.digits, plan.trunk + phone.digits)
    if not as_typed or _is_cut(phone, plan) or not phonenumbers.is_valid_number(number):
        raise PhoneError(f"'{text}' is not a complete {plan.adjective} phone number")
    return phone


def _is_cut(phone: Phone, plan: PhonePlan) -> bool:
    """True for a number of another length than those that begin like it, which the library may let pass."""
    patterns = _patterns((plan,))
    is_home = phone.region == plan.region
    return bool(is_home and patterns.cut.fullmatch(phone.digits) and not patterns.complete.fullmatch(phone.digits))


def _as_printed(number: phonenumbers.PhoneNumber, plan: PhonePlan, extension: str) -> Phone:
    form = phonenumbers.PhoneNumberFormat
    written = phonenumbers.format_number(number, form.NATIONAL)
    abroad = phonenumbers.format_number(number, form.INTERNATIONAL)
    dialled = phonenumbers.format_number(number, form.E164)
    if not phonenumbers.can_be_internationally_dialled(number):
        dialled = _digits(written)
    more, parameter = (f"{EXTENSION}{extension}", f";ext={extension}") if extension else ("", "")
    at_home = str(number.country_code) == plan.code
    return Phone(
        text=written.replace(" ", NO_BREAK) + more,
        uri=f"tel:{dialled}{parameter}",
        region=plan.region if at_home else phonenumbers.region_code_for_number(number) or "",
        abroad=abroad.replace(" ", NO_BREAK) + more,
    )


def parse_message_number(text: str, plan: PhonePlan) -> Phone:
    """Read the number of text messages, which may be a short code. Raises PhoneError."""
    digits = re.sub(r"\s", "", text)
    if digits in (*plan.emergency, *plan.textphone):
        raise PhoneError(f"'{text}' is not a number for text messages")
    if SHORT_CODE.fullmatch(digits):
        return Phone(digits, f"tel:{digits}", plan.region)
    return parse_phone(text, plan)


def in_national_form(text: str, plans: Plans) -> str:
    """The text with each number that begins with the code of one of the plans written as at home."""
    if "+" not in text:
        return text
    for plan, with_code in zip(plans, _patterns(plans).with_code, strict=True):
        text = with_code.sub(partial(_at_home, plan), text)
    return text


def _at_home(plan: PhonePlan, found: re.Match[str]) -> str:
    try:
        return parse_phone(found[0], plan).text
    except PhoneError:
        return found[0]


def phone_candidates(text: str, plans: Plans) -> list[tuple[int, int]]:
    """Start and end of each stretch of text that looks like a number of the plans, complete or not."""
    return [match.span("number") for match in _patterns(plans).candidate.finditer(text)]


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


def _as_digits(text: str) -> str:
    """The text with letters that look like digits as these, where they stand among digits: 18OO l11 222."""
    if not _LIKE_DIGITS.search(text):
        return text
    return _AMONG_DIGITS.sub(
        lambda run: run[0].translate(_DIGIT_OF) if len(_digits(run[0])) >= _LEAST_DIGITS else run[0], text
    )


def typed_numbers(text: str, plans: Plans) -> tuple[TypedNumber, ...]:
    """What reads like a phone number in a text of `plain_characters`: of the plans' countries in any spelling, complete
    or not, or with another country's code. Dates, times, ranges, web addresses and what is named as another number are
    none. Letters that look like digits count as these.
    """
    patterns, written = _patterns(plans), text
    text = _as_digits(text)
    if not patterns.some_digits.search(text):
        return ()
    text = patterns.no_numbers.sub(lambda found: "\ufffc" * len(found[0]), text)
    found = [number for run in _RUN.finditer(text) for number in _numbers_of_run(run[0], run.start(), patterns)]
    odd = [match.span() for match in patterns.odd.finditer(text)]
    found += [
        _typed(text[start:stop], start)
        for start, stop in [*phone_candidates(text, plans), *odd]
        if not _overlaps(found, start, stop)
    ]
    found.sort(key=lambda each: each.start)
    for rung in patterns.rung.finditer(text):
        if (found or not rung["behind"]) and not _overlaps(found, *rung.span("short")):
            found.append(_typed(rung["short"], rung.start("short")))
            found.sort(key=lambda each: each.start)
    found += [_by_letters(match[0], match.start(), patterns) for match in patterns.letters.finditer(text)]
    return tuple(_as_written(number, written) for number in sorted(found, key=lambda each: each.start))


def _as_written(number: TypedNumber, text: str) -> TypedNumber:
    """The number with the signs that somebody typed: with letters in the place of digits it is not plain."""
    written = text[number.start : number.start + len(number.written)]
    return number if written == number.written else replace(number, written=written, is_plain=False)


def _overlaps(numbers: list[TypedNumber], start: int, stop: int) -> bool:
    """True when a stretch of text shares a character with one of these numbers, which stand in order."""
    behind = bisect_left(numbers, stop, key=lambda each: each.start)
    return behind > 0 and numbers[behind - 1].start + len(numbers[behind - 1].written) > start


_OTHER_DIGIT = re.compile(r"(?![0-9])\d")
_UNSEEN = re.compile(
    "[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufe00-\ufe0f\ufeff]"
    r"|(?<=\d)[\u0300-\u036f\u20d0-\u20f0]+"
)
"""And marks over, under and round digits, which change no number."""
_DIGIT_OF = str.maketrans("Oo\u041e\u043e\u039f\u03bfIl\u0406\u0399\u04c0\u04cf\u0417\u0437", "00000011111133")
"""Latin, Cyrillic and Greek letters that look like digits, and which."""
_LETTERS_LIKE = "".join(map(chr, _DIGIT_OF))
_LIKE_DIGITS = re.compile(rf"\d[\s\-./()]{{0,3}}[{_LETTERS_LIKE}]|[{_LETTERS_LIKE}]\d")
_AMONG_DIGITS = re.compile(
    r"(?<!\w)[{L}]*\d[\d{L}]*(?:[\s\-./()]{1,3}(?:[{L}]*\d[\d{L}]*|[{L}]{3,4}|[{L}]{1,2}(?=[\s\-./()]{1,3}[{L}]*\d)))*(?!\w)".replace(
        "{L}", _LETTERS_LIKE
    )
)
"""Groups of digits and letters that look like them, the first of which has a digit."""
_LEAST_DIGITS = 4
"""So many digits among look-alike letters show that a number was meant."""
_DASH = re.compile("[\u2010-\u2015\u2043\u2212\u2e3a\u2e3b\ufe58\ufe63\uff0d\u30fb]")
_SPACE = re.compile(r"[^\S\n ]")
_RUN = re.compile(r"(?<![\w$\u20ac\u00a3])(?:\+ ?)?(?:\( ?\+?)?\d(?:[\s\-./()\u00b7\u2022_]{0,4}\d)*(?![\w%])")
_EXTENSION = re.compile(r"(?<=\d)(?:ext(?:ension)?\.?|x)(?=\d{1,7}$)")
_KEYS = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "22233344455566677778889999")
"""The letters on the keys of a telephone (ITU-T E.161)."""
_GROUP = re.compile(r"\d+")
_FORMAT_GROUP = re.compile(r"\(\\d(?:\{(\d+)(?:,(\d+))?\})?\)")
"""A group of digits as `phonenumbers` writes it."""
_LEAST_WHOLE, _LEAST_UNTOLD = 5, 8
"""Digits of a whole number that is told from a count by its first digits, and of one that is not."""
_RANGE = re.compile(r"(\d{4}) ?- ?(\d{4})")
_NO_NUMBERS = (
    r"(?:https?://|www\.|mailto:)\S+|[\w.+-]{1,64}@\S+|\b[\w.-]{1,80}\.(?:{SITES}|org|com|net|info|gov|edu)\b\S*"
    r"|\b(?:{OTHERS}IS[BS]N|DOI|PMID|FOGRA|ISO)[ :]*\d[\d -]*"
    r"|(?<![\d./-])\d{1,2}([./-])(?:0?[1-9]|1[012])\1(?:19|20)\d\d(?![./-]?\d)"
    r"|(?<![\d./-])(?:0?[1-9]|1[012])[./-](?:19|20)\d\d(?![./-]?\d)"
    r"|(?<![\d./-])(?:19|20)\d\d([./-])(?:0?[1-9]|1[012])\2\d{1,2}(?![./-]?\d)"
    r"|(?<![\d.])[0-2]?\d\.[0-5]\d ?- ?[0-2]?\d\.[0-5]\d(?![.\d])"
)
"""Web addresses, what is named as another kind of number, dates, and times of day from one to another."""


@dataclass(frozen=True)
class _Patterns:
    """What numbers of some plans look like, as regular expressions.

    `candidate` is what is made a link; `complete` and `cut` are digits alone: whole ones, and ones with a digit too few
    or too many, which count for all digits that stand together alone; `odd` has signs between its digits that nobody
    writes elsewhere. `lengths` gives the digits of a number by the letters' beginning.
    """

    candidate: re.Pattern[str]
    some_digits: re.Pattern[str]
    no_numbers: re.Pattern[str]
    complete: re.Pattern[str]
    cut: re.Pattern[str]
    local: re.Pattern[str]
    odd: re.Pattern[str]
    rung: re.Pattern[str]
    letters: re.Pattern[str]
    lengths: Mapping[str, int]
    exceptions: frozenset[str]
    with_code: tuple[re.Pattern[str], ...]


@lru_cache(maxsize=32)
def _patterns(plans: Plans) -> _Patterns:
    short = _any_of(number for plan in plans for number in plan.short_numbers)
    lettered = sorted(((start, _rest(start, plan)) for plan in plans for start in plan.lettered), reverse=True)
    letters = _any_of(rf"\b{start}[ -]?[A-Z]{{4,{rest + 4}}}\b" for start, rest in lettered)
    others = "".join(f"{re.escape(name)}|" for plan in plans for name in plan.other_numbers)
    sites = _any_of(plan.region.lower() for plan in plans)
    return _Patterns(
        candidate=re.compile(_candidate(plans)),
        some_digits=re.compile(rf"\d(?:[\W_]{{0,4}}\d){{5}}|\b(?:{short})\b|{letters}"),
        no_numbers=re.compile(_NO_NUMBERS.replace("{OTHERS}", others).replace("{SITES}", sites)),
        complete=re.compile(_any_of(each for plan in plans for each in _complete(plan))),
        cut=re.compile(_any_of(each for plan in plans for each in _cut(plan))),
        local=re.compile(_any_of(_digits_of(shape, "[ .-]?") for plan in plans for shape in plan.local)),
        odd=re.compile(
            rf"(?<![\w$.,])(?:{_any_of(start for start, _ in lettered if len(start) > 3)})"
            r"(?:[,:;*~|=+&]\d{2,3}){2,3}(?!\w)"
        ),
        rung=re.compile(
            rf"(?:\b(?:{CALL_WORDS}) (?:on |us on )?|(?P<behind>(?<=\d)(?:,| or| and) (?:on )?))"
            rf"(?P<short>{short})(?!\w|[ .,]\d)(?(behind)(?! ?[\w%$]))",
            re.IGNORECASE,
        ),
        letters=re.compile(letters),
        lengths={start: len(start) + rest for start, rest in lettered},
        exceptions=frozenset(digits for plan in plans for digits in _exceptions(plan)),
        with_code=tuple(re.compile(rf"\+{plan.code}[\d\s()]{{4,18}}\d") for plan in plans),
    )


def _candidate(plans: Plans) -> str:
    """Short numbers, numbers with the country's code, with brackets round the area code, and by their beginning. A
    short number that could be a count stands behind a word that says to ring it, or alone in brackets.
    """
    short = sorted({number for plan in plans for number in (*plan.emergency, *plan.short)})
    sure = _any_of(number for number in short if number.startswith("0"))
    counts = _any_of(number for number in short if not number.startswith("0"))
    told = _any_of(rf"(?<={word} )" for word in CALL_WORDS.split("|") if word != "text")
    starts = {_digits_of(shape.split(" ")[0]) for plan in plans for shape in plan.shapes}
    starts |= {rf"{plan.trunk}[1-9](?:\d\d)?" for plan in plans if plan.trunk}
    forms = (
        rf"(?<!\d[ \u00a0])(?:{sure})(?![\d,.]\d|\w)",
        rf"(?i:{told})(?:{counts})(?![\d,.]\d|\w)|(?<=\()(?:{counts})(?=\))|^(?:{counts})$",
        *(rf"\+{plan.code}[\d \u00a0]{{6,14}}\d" for plan in plans),
        *(rf"\({plan.trunk}\d{{1,4}}\)[\d \u00a0]{{5,12}}\d" for plan in plans if plan.trunk),
        rf"(?:{_any_of(sorted(starts, key=len, reverse=True))})[ \u00a0]?\d(?:[\d \u00a0]{{3,10}})\d",
    )
    extension = r"(?:[ \u00a0]?(?:ext\.?|extension)[ \u00a0]?\d{1,7})?"
    return rf"(?<![\w.,$/-])(?P<number>(?:{_any_of(forms)}){extension})(?![\w])"


def _complete(plan: PhonePlan) -> Iterator[str]:
    """Whole numbers: as at home, and with the country's code, or with what is dialled before any such code."""
    for shape in plan.shapes:
        digits = _digits_of(shape)
        yield digits
        yield plan.code + (digits.removeprefix(plan.trunk) if plan.trunk else digits)
    yield rf"{plan.outward}\d{{8,13}}|\+\d{{8,15}}|\+{plan.code}\d{{5,12}}"


def _cut(plan: PhonePlan) -> Iterator[str]:
    """A digit or two too few or too many, as long as enough of them are there to tell a number from a count: nearly all
    where no two first digits, and no trunk prefix, do.
    """
    lengths: dict[str, set[int]] = {}
    for shape in plan.shapes:
        start, _, rest = shape.partition(" ")
        lengths.setdefault(start, set()).add(_size(rest))
    for start, known in lengths.items():
        size = _size(start)
        least = max(1, 5 - size) if size > 2 else max(known) + 1
        is_told = re.match(r"\d\d", start) or (plan.trunk and start.startswith(plan.trunk))
        if size > 2 and not is_told:
            least = max(1, max(known) - 1)
        if size < 3 and plan.trunk and start.startswith(plan.trunk):
            least = max(known) - 4
        for length in range(least, max(known) + 3):
            if length not in known:
                yield rf"{_digits_of(start)}\d{{{length}}}"


def _rest(start: str, plan: PhonePlan) -> int:
    """How many digits follow the beginning of a number that is told in letters."""
    sizes = [_size(shape) for shape in plan.shapes if shape.startswith(start)]
    return min(sizes, default=len(start)) - len(start)


def _size(shape: str) -> int:
    """How many digits a shape has."""
    return len(re.sub(r"\[\d-\d\]", "X", shape).replace(" ", ""))


def _digits_of(shape: str, between: str = "") -> str:
    """The regular expression of a shape, with an expression for the spaces between groups."""
    return shape.replace("X", r"\d").replace(" ", between)


def _any_of(expressions: Iterable[str]) -> str:
    """One of these; nothing at all where there are none."""
    return "|".join(dict.fromkeys(expressions)) or "(?!)"


@lru_cache(maxsize=32)
def _exceptions(plan: PhonePlan) -> dict[str, str]:
    """Whole numbers that the library does not know, by their digits, as they are printed."""
    return {_digits(number): number.replace(" ", NO_BREAK) for number in plan.exceptions}


def _numbers_of_run(run: str, start: int, patterns: _Patterns) -> Iterator[TypedNumber]:
    """The numbers in digits that nothing but separators parts, from the longest that starts first."""
    if (both := _RANGE.fullmatch(run)) and int(both[1]) < int(both[2]) and int(both[1]) % 50 == int(both[2]) % 50 == 0:
        return
    groups = [(match.start(), match.end()) for match in _GROUP.finditer(run)]
    whole = _typed(run, start)
    if patterns.local.fullmatch(run) or (patterns.cut.fullmatch(whole.digits) and groups[0][1] - groups[0][0] > 1):
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
            if len(digits) > 5 and patterns.complete.fullmatch(digits):
                longest = last
        if longest >= 0:
            begin = run.rfind("(", 0, groups[first][0]) if ")" in run[groups[first][0] : groups[longest][1]] else -1
            begin = begin if begin >= 0 else run.rfind("+", 0, groups[first][0]) if plus else groups[first][0]
            yield _typed(run[begin : groups[longest][1]], start + begin)
            first = longest
        first += 1


def _by_letters(written: str, start: int, patterns: _Patterns) -> TypedNumber:
    """A number told in letters, such as 13 HEALTH. Letters beyond the last digit are not dialled."""
    digits = _digits(written.translate(_KEYS))
    whole = next((each for each in patterns.exceptions if digits.startswith(each)), "")
    most = len(whole) or next(most for begin, most in patterns.lengths.items() if digits.startswith(begin))
    return TypedNumber(written, digits[:most], start, True)


def _typed(written: str, start: int) -> TypedNumber:
    return TypedNumber(written, _digits(written), start, re.fullmatch(r"[+\d ()]+", written) is not None)


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)
