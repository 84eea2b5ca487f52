"""The frozen records that leave the manuscript room. Field names are the keys that people write in the files."""

from __future__ import annotations

import re
import zoneinfo
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from hashlib import sha256
from typing import Annotated, Any, ClassVar, Literal
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    AnyHttpUrl,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    ValidationError,
    ValidationInfo,
    model_validator,
)
from pydantic_core import PydanticCustomError

from booklet.contrast import contrast, rgb_of
from booklet.design import USUAL, USUAL_LARGE, Margins, PageDesign, designed, trim_of
from booklet.findings import Place
from booklet.formats import Format, Overlay, formats
from booklet.manuscript.hours import Hours, read_hours
from booklet.order_codes import is_order_code
from booklet.phones import MOST_SHAPES, SHAPE, Phone, PhoneError, PhonePlan, parse_message_number, parse_phone
from booklet.words import Words

ID = r"^[a-z0-9]+(-[a-z0-9]+)*$"
ISSUE = r"^\d{4}\.\d+$"
LANGUAGE = r"^[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?$"
REGION = r"^[A-Z][A-Z0-9]{0,11}$"
EVERYWHERE = "ALL"
"""Stands for all regions among those of a service."""
HUE = r"^#[0-9a-f]{6}$"
HASHES = r"^[0-9a-f]{12}( [0-9a-f]{12})*$"
SHA256 = r"^[0-9a-f]{64}$"
FAMILY = r"^[A-Za-z][A-Za-z0-9 -]{1,60}$"
INK, WARM, CREAM = "#1a1a1a", "#f3bd74", "#fdf1de"
"""The black of text, and the two colours beside an edition's hue, as the style sheets have them."""
TEXT_CONTRAST = 7.0
LARGE_TEXT_CONTRAST = 4.5
"""WCAG 2.2, 1.4.6: for text, and for text of 18 points, or 14 and bold."""
LEAST_BULK, MOST_BULK = 0.6, 2.4
"""Volume of paper in cm³/g, from hard-pressed coated to thick and airy."""


@dataclass(frozen=True)
class Readers:
    """For whom an entry is read: the phone plan of its people, the other plans that are known, and the codes of all
    regions. Validators are handed it as their context.
    """

    plan: PhonePlan
    others: tuple[PhonePlan, ...]
    regions: frozenset[str]


def _readers(info: ValidationInfo) -> Readers:
    assert isinstance(info.context, Readers), "what holds numbers or regions is validated for its readers"
    return info.context


def _number(
    read: Callable[[str, PhonePlan], Phone], *, textphone: bool = False
) -> Callable[[Any, ValidationInfo], Phone]:
    """Reads a number for those whom the context names, for one kind of way."""

    def validated(text: Any, info: ValidationInfo) -> Phone:
        readers = _readers(info)
        if not isinstance(text, str):
            raise PydanticCustomError("phone", "it is to be one number, in quotes", {"example": readers.plan.example})
        try:
            phone = read(text, readers.plan)
        except PhoneError as reason:
            raise _no_number(text, str(reason), readers) from reason
        if phone.digits in readers.plan.textphone and not textphone:
            found = f"{phone.text} is answered by textphones (TTY) alone"
            raise PydanticCustomError("phone", found, {"example": f"textphone: {phone.text}"})
        return phone

    return validated


def _no_number(text: str, reason: str, readers: Readers) -> PydanticCustomError:
    """What is wrong with a number, and whose it is where another country has it."""
    example = f"All its digits, with the area code: {readers.plan.example}"
    for plan in readers.others:
        try:
            abroad = parse_phone(text, plan).abroad.replace("\u00a0", " ")
        except PhoneError:
            continue
        example = (
            f"A number of {readers.plan.country}; one of {plan.country} with its code{f', {abroad}' if abroad else ''}"
        )
        reason = f"{reason}, but one of {plan.country}"
        break
    return PydanticCustomError(
        "phone", "{reason}", {"reason": reason.partition("' is ")[2] or reason, "example": example}
    )


@cache
def _zones() -> frozenset[str]:
    """The names that this system knows: it looks through hundreds of files for them."""
    return frozenset(zoneinfo.available_timezones())


def _zone(name: str) -> str:
    if name not in _zones():
        raise ValueError("not the name of a time zone, such as Europe/Dublin")
    return name


def _order_code(code: str) -> str:
    if not is_order_code(code):
        raise ValueError("not an order code: two groups of three spoken-safe characters, the last one a check")
    return code


def _url(text: str) -> str:
    try:
        AnyHttpUrl(text)
    except ValidationError as reason:
        raise ValueError("not a web address, such as https://www.example.org") from reason
    return text


def _email(text: str) -> str:
    if not re.fullmatch(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[\w-]+(?:\.[\w-]+)+", text) or len(text) > 254:
        raise ValueError("not an email address, such as help@example.org")
    return text


def _secure(text: str) -> str:
    if not text.startswith(("https://", "http://")):
        raise ValueError("not an address that begins with https://")
    return _url(text)


def _known_region(code: str, info: ValidationInfo) -> str:
    readers = _readers(info)
    if code != EVERYWHERE and code not in readers.regions:
        raise ValueError(f"no region of this project ({', '.join((EVERYWHERE, *sorted(readers.regions)))})")
    return code


def _rows_of(key: str) -> Callable[[Any], Any]:
    """One value, or several, or several with their labels, as rows of keys and values."""

    def rows(value: Any) -> Any:
        if value is None:
            return ()
        values = value if isinstance(value, list) else [value]
        return tuple({key: each} if isinstance(each, str) else each for each in values)

    return rows


def _hours(value: Any) -> str | Hours | None:
    if value is None or isinstance(value, Hours):
        return value
    if isinstance(value, dict):
        return read_hours(value)
    if not isinstance(value, str) or not value:
        raise ValueError("it is to be text, or days with their times")
    return no_template(value)


def _plain_date(value: object) -> object:
    is_written = isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value)
    if not is_written and (not isinstance(value, date) or isinstance(value, datetime)):
        raise ValueError("not a date written as 2026-07-15")
    return value


def no_template(text: str) -> str:
    """A text as it is, where nothing in it is a template. Raises ValueError."""
    if "{{" in text or "{%" in text:
        raise ValueError("templates are filled in the text of a chapter alone, not in its head")
    return text


Line = Annotated[str, Field(min_length=1, max_length=2000), AfterValidator(no_template)]
Identifier = Annotated[str, Field(pattern=ID, max_length=80)]
RegionCode = Annotated[str, Field(pattern=REGION)]
PhoneNumber = Annotated[Phone, BeforeValidator(_number(parse_phone))]
TextNumber = Annotated[Phone, BeforeValidator(_number(parse_message_number))]
Url = Annotated[str, AfterValidator(_url)]
Zone = Annotated[str, AfterValidator(_zone)]
Day = Annotated[date, BeforeValidator(_plain_date)]


class Record(BaseModel):
    """A read-only record that knows where it was written."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)
    documented: ClassVar[str] = "docs/writing.md"
    """The page that says what its keys want."""

    origin: Annotated[Place, Field(alias="\0origin", exclude=True)] = Place("")
    """Where the record was written. The alias is one that no file can hold, so that nobody writes it by hand."""


class Region(Record):
    """A part of a country that may have an edition: its name, how that stands in a sentence, and its clock."""

    name: Line
    """What the edition is called on its cover."""
    in_words: Line
    """How a sentence says where that is, such as `in the north`."""
    time_zone: Zone
    """Its time zone, such as `Europe/Dublin`."""
    area_codes: tuple[Annotated[str, Field(pattern=r"^0[0-9]{1,5}$")], ...] = ()
    """What the numbers of its landlines begin with, such as `["03"]`."""


def _shape(text: str) -> str:
    if odd := next((found for found in re.findall(r"\[(\d-\d)\]", text) if found[0] >= found[2]), None):
        raise ValueError(f"[{odd}] is no range of digits, such as [2-5]")
    return text


Shape = Annotated[str, Field(pattern=f"^{SHAPE}$", max_length=40), AfterValidator(_shape)]
Digits = Annotated[str, Field(pattern=r"^\d{2,15}$")]
Spaced = Annotated[str, Field(pattern=r"^\d[\d ]{1,20}\d$")]
Capitals = Annotated[str, Field(pattern=r"^[A-Z]{2,12}$")]


class Phones(Record):
    """The phone numbers of a country: the fields of `booklet.phones.PhonePlan`."""

    region: Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
    """The country's two letters (ISO 3166), by which numbers are read, checked and written."""
    example: Line
    """A number as people write it."""
    emergency: Annotated[tuple[Digits, ...], Field(min_length=1, max_length=MOST_SHAPES)]
    """Emergency numbers, the first of which is the key of `[call_first]`."""
    shapes: Annotated[tuple[Shape, ...], Field(min_length=1, max_length=MOST_SHAPES)]
    """What numbers look like: digits, X for any digit, `[3-9]` for one of several."""
    textphone: Annotated[tuple[Digits, ...], Field(max_length=MOST_SHAPES)] = ()
    """Numbers that textphones alone answer."""
    short: Annotated[tuple[Digits, ...], Field(max_length=MOST_SHAPES)] = ()
    """Further short numbers that people ring."""
    exceptions: Annotated[tuple[Spaced, ...], Field(max_length=MOST_SHAPES)] = ()
    """Whole numbers with more or fewer digits than the plan has, as they are printed."""
    local: Annotated[tuple[Shape, ...], Field(max_length=MOST_SHAPES)] = ()
    """What numbers look like without the area code."""
    lettered: Annotated[tuple[Digits, ...], Field(max_length=MOST_SHAPES)] = ()
    """What numbers that are told in letters begin with."""
    other_numbers: Annotated[tuple[Capitals, ...], Field(max_length=MOST_SHAPES)] = ()
    """Names before numbers that nobody rings."""

    @model_validator(mode="after")
    def _is_known(self) -> Phones:
        if not self.plan("", "").code:
            raise ValueError(f"region is '{self.region}', which is no country with a phone plan (ISO 3166, such as IE)")
        return self

    def plan(self, country: str, adjective: str) -> PhonePlan:
        """The plan, for a country of this name."""
        fields = {name: value for name, value in self if name != "origin"}
        return PhonePlan(country=country, adjective=adjective, **fields)


class Country(Record):
    """What no project of a country has to say again (`booklet/countries/*.toml`, `chapters/countries/*.toml`)."""

    name: Line
    """Its name."""
    adjective: Line
    """What its phone numbers are called in messages."""
    emergency: Line
    """The sentence with the emergency number, for editions that have none of their own."""
    phones: Phones
    """How its phone numbers look."""
    regions: dict[RegionCode, Region] = {}
    """Its regions, each by its code."""

    @property
    def plan(self) -> PhonePlan:
        """How its numbers look."""
        return self.phones.plan(self.name, self.adjective)


class OrderItem(Record):
    """Something that can be ordered: what it is called and what it is."""

    name: Line
    """What is ordered, as a caller would say it."""
    about: Line
    """One sentence on it."""


class OrderLine(Record):
    """The people who take orders, and what somebody who orders says and gets. What is left out is not printed."""

    name: Line
    """Who answers, in words that stand in a sentence."""
    phone: PhoneNumber | None = None
    """The number to ring."""
    url: Url | None = None
    """The web page to order from; the square code on the order page opens it."""
    address_in_words: Line | None = None
    """The web address as people say it, without https."""
    hours: Line | None = None
    """When somebody answers."""
    cost: Line | None = None
    """What a copy costs. The cover says it, too."""
    items: tuple[OrderItem, ...] = ()
    """What can be ordered."""
    say: Line | None = None
    """What a caller can say."""
    interpreter: Identifier | None = None
    """The service that helps to call in another language."""
    relay: Identifier | None = None
    """The service that helps people who are deaf or find it hard to hear or speak."""
    confirm_before_print: bool = False
    """True while nobody has confirmed that the order line can be named. Then `unconfirmed` is printed for it."""
    unconfirmed: Line | None = None
    """What the order line says in print as long as nobody has confirmed it."""

    @model_validator(mode="after")
    def _can_be_reached(self) -> OrderLine:
        if not (self.phone or self.url):
            raise ValueError("an order line has a phone number, a web address (url), or both")
        if self.confirm_before_print and not self.unconfirmed:
            raise ValueError("with confirm_before_print, unconfirmed says what is printed until somebody has rung")
        return self

    @property
    def helpers(self) -> tuple[str, ...]:
        """The ids of the services that help to make the call."""
        return tuple(id for id in (self.interpreter, self.relay) if id)


class Urgent(Record):
    """A service among the first numbers, and when to ring it; `name` where its own name is too long or too loud."""

    service: Identifier
    """The service."""
    about: Line
    """When to ring it."""
    name: Line | None = None
    """What it is called here, where its own name is too long or too loud."""


class Headings(Record):
    """The directory's sections, in order: what each audience and each kind of service is called in print."""

    audiences: dict[Identifier, Line] = {}
    """Who services are for, in the order of print: an id and its heading."""
    kinds: dict[Identifier, Line] = {}
    """What kinds of service there are, in the order of print: an id and its heading."""
    finder: Identifier | None = None
    """The service to ask about an entry that has neither number nor address."""


class CallFirst(Record):
    """What a box of urgent signs says: whom to ring first in an emergency, whom otherwise, and who advises.

    The first key is the emergency number itself, such as 112, which `number` tells. `signs` gives the title of each
    list of `chapters/urgent.yaml`, by whom to ring, in the order of print.
    """

    number: Digits
    """The emergency number; it stands as a key itself: `112 = "Ring 112 first."`"""
    emergency: Line
    """What is said of it."""
    team: Line
    """Whom to ring otherwise."""
    advice: Line | None = None
    """What stands before the edition's health lines. Not needed where no edition has any."""
    signs: dict[Identifier, Line] = {}
    """The title of each list of urgent signs, by whom to ring."""

    @model_validator(mode="before")
    @classmethod
    def _names_a_number(cls, value: Any, info: ValidationInfo) -> Any:
        if not isinstance(value, dict) or "number" in value:
            return value
        known = _readers(info).plan.emergency
        number = next((number for number in known if number in value), None)
        if number is None:
            raise ValueError(f"the key '{known[0]}' is missing: what to say when a life is in danger")
        rest = {key: words for key, words in value.items() if key != number}
        return {**rest, "number": number, "emergency": value[number]}

    @property
    def words(self) -> tuple[str, ...]:
        """All it says."""
        return (self.emergency, self.team, *filter(None, [self.advice]), *self.signs.values())


class Clock(Record):
    """A clock that some services name with their hours: its words in print, and its time zone."""

    words: Line
    """How hours name the clock, such as `AEST`."""
    time_zone: Zone
    """Its time zone, such as `Europe/Dublin`."""


Percent = Annotated[float, Field(ge=0, le=100)]


class Paper(Record):
    """A paper: what the printer calls it, its weight, and the thickness of one leaf."""

    name: Line
    """What the printer calls it."""
    gsm: Annotated[float, Field(ge=40, le=500)]
    """Grams a square metre."""
    caliper_mm: Annotated[float, Field(gt=0, le=1)]
    """The thickness of one leaf, in millimetres."""

    @model_validator(mode="after")
    def _can_be(self) -> Paper:
        bulk = self.caliper_mm * 1000 / self.gsm
        if not LEAST_BULK <= bulk <= MOST_BULK:
            thick = f"{self.gsm * LEAST_BULK / 1000:.2f} to {self.gsm * MOST_BULK / 1000:.2f} mm"
            raise ValueError(f"paper of {self.gsm:g} g/m² is {thick} thick, not {self.caliper_mm:g}")
        return self


class PrintingCondition(Record):
    """What the colours are made for: a name in a registry of printing conditions, and the file of its ICC profile."""

    identifier: Line
    """Its name in the registry, such as `FOGRA39`."""
    words: Line
    """What it is, in words."""
    registry: Url
    """Where it is registered."""
    icc: Annotated[str, Field(min_length=5, max_length=200)]
    """The file of its ICC profile, in the project or shipped with booklet."""


class PrinterProfile(Record):
    """How one printer wants files (`chapters/printers/*.toml`): bleed, the zone along the trim without words, ink,
    marks, papers. A cover paper makes the cover a file of its own.
    """

    name: Line
    """Who prints."""
    bleed_mm: Annotated[float, Field(ge=0, le=5)]
    """How far pictures reach beyond the trim."""
    safe_mm: Annotated[float, Field(ge=3, le=20)]
    """How near to the trim words may stand."""
    ink_limit_percent: Annotated[float, Field(ge=200, le=400)]
    """The most ink in one place, of all four together."""
    marks: bool
    """Whether crop marks are wanted."""
    condition: PrintingCondition
    """What the colours are made for."""
    paper: Paper
    """The paper of the pages."""
    cover_paper: Paper | None = None
    """The paper of the cover, which then is a file of its own."""


class PrintRun(Record):
    """What the job ticket says beside the files: whom the printer asks, and how many copies of each edition."""

    contact: Line | None = None
    """Whom the printer asks."""
    quantities: dict[RegionCode, Annotated[int, Field(ge=1, le=1_000_000)]] = {}
    """How many copies of each edition."""


class CodeRules(Record):
    """What order codes may not spell, and the signs that are misheard on the phone."""

    avoid: tuple[Line, ...] = ()
    """What no order code may spell."""
    misheard: str = ""
    """Letters and digits that are misheard on the phone; no code has them."""


class LargePrint(Record):
    """When large print is shared out over volumes: the weight of its paper, and how heavy a volume may be."""

    paper_gsm: Annotated[int, Field(ge=40, le=400)] = 100
    """Grams a square metre of the paper that large print is printed on."""
    most_grams: Annotated[int, Field(ge=50, le=5000)] = 900
    """How heavy one volume may be; a heavier booklet becomes several."""


class Reading(Record):
    """How hard a chapter may be to read, in years of school, names that are not held against it, words to avoid."""

    highest_grade: Annotated[float, Field(ge=1, le=16)] = 8
    """The highest school year that a chapter may need."""
    most_passive_percent: Annotated[float, Field(ge=0, le=100)] = 20
    """How many of 100 sentences of a section may be passive. PEMAT-P asks for the active voice (item 5)."""
    names: tuple[Line, ...] = ()
    """Words that are not held against a sentence, because they are names."""
    avoid: tuple[Line, ...] = ()
    """Words and turns that are not wanted."""


def _trim(written: object) -> object:
    if isinstance(written, tuple):
        return written
    return trim_of(written if isinstance(written, str) else repr(written))


Trim = Annotated[tuple[int | float, int | float], BeforeValidator(_trim)]
Millimetres = Annotated[float, Field(ge=0, le=150)]
Points = Annotated[float, Field(ge=6, le=100)]


class PageMargins(Record):
    """From the trim to the block of text, in millimetres: `inner` is at the spine, `bottom` the least below."""

    top: Millimetres
    """Above the text."""
    outer: Millimetres
    """Beside the text, away from the spine."""
    bottom: Millimetres
    """Below the text."""
    inner: Millimetres
    """Beside the text, at the spine."""


class PageStyle(Record):
    """The pages of one size of print. What is not said follows from the trim."""

    trim: Trim = USUAL.trim_mm
    """`A4`, `A5`, `A6`, `DL`, with `landscape` behind it or not, or width and height in millimetres: `210x210`."""
    body_pt: Points | None = None
    """The size of the text."""
    line_pt: Points | None = None
    """From line to line."""
    columns: Annotated[int, Field(ge=1, le=2)] = 1
    """How many columns the text has."""
    margins_mm: PageMargins | None = None
    """The margins."""

    @model_validator(mode="after")
    def _is_clear_print(self) -> PageStyle:
        if faults := list(self.design(large=False).faults()):
            raise ValueError(f"this gives {'; and '.join(faults)}")
        return self

    def design(self, large: bool) -> PageDesign:
        """The pages as they are set."""
        own = self.margins_mm
        margins = Margins(own.top, own.outer, own.bottom, own.inner) if own else None
        return designed(self.trim, self.body_pt, self.line_pt, margins, self.columns, large)


class LargePageStyle(PageStyle):
    """The pages of large print."""

    trim: Trim = USUAL_LARGE.trim_mm
    """The trimmed page."""

    @model_validator(mode="after")
    def _is_clear_print(self) -> LargePageStyle:
        if faults := list(self.design(large=True).faults()):
            raise ValueError(f"this gives {'; and '.join(faults)}")
        return self


def _refuse_pale(deep: str, tint: str) -> None:
    """Raise ValueError for an accent in which nobody can read."""
    on_paper, on_tint = (contrast(rgb_of(deep), rgb_of(ground)) for ground in ("#ffffff", tint))
    if on_paper < TEXT_CONTRAST or on_tint < LARGE_TEXT_CONTRAST:
        raise ValueError(
            f"deep has a contrast of {on_paper:.1f} on white and {on_tint:.1f} on tint; "
            f"{TEXT_CONTRAST} and {LARGE_TEXT_CONTRAST} are needed"
        )


class Hue(Record):
    """The accent of an edition: `deep` for headings and shapes, `tint` behind black text, as sRGB and as ink in
    percent.

    Without ink of its own a press gets what the printer's ICC profile makes of the sRGB.
    """

    deep: Annotated[str, Field(pattern=HUE)]
    """For headings and shapes, as `#rrggbb`: dark enough to be read on white and on `tint`."""
    tint: Annotated[str, Field(pattern=HUE)]
    """Behind black text, as `#rrggbb`."""
    deep_cmyk: tuple[Percent, Percent, Percent, Percent] | None = None
    """The same in ink, in percent of cyan, magenta, yellow and black."""
    tint_cmyk: tuple[Percent, Percent, Percent, Percent] | None = None
    """The same in ink, in percent of cyan, magenta, yellow and black."""

    @model_validator(mode="after")
    def _can_be_read(self) -> Hue:
        _refuse_pale(self.deep, self.tint)
        return self


class Face(Record):
    """A face: what it is called, its font files in regular and in bold, and the licence by which it may be embedded.

    A file lies under `chapters/`; one that is shipped is named without a folder.
    """

    family: Annotated[str, Field(pattern=FAMILY)]
    """What it is called."""
    regular: Line
    """Its font file, in the project."""
    bold: Line
    """Its bold font file."""
    licence: Line
    """The licence that allows it in documents, by name."""

    @property
    def files(self) -> dict[str, str]:
        """The file of each weight, by the number that CSS has for it."""
        return {"400": self.regular, "700": self.bold}


class OwnFaces(Record):
    """The faces of a project: one for all text, and one for headings where these have their own."""

    text: Face | None = None
    """The face of the text."""
    heads: Face | None = None
    """The face of headings."""

    @property
    def every(self) -> tuple[Face, ...]:
        """Those that it names."""
        return tuple(face for face in (self.text, self.heads) if face)


class Palette(Record):
    """The colours of a project: `deep` and `tint` where an edition has no hue of its own, `warm` and `cream` beside
    them in all editions.
    """

    deep: Annotated[str, Field(pattern=HUE)] | None = None
    """The accent of editions that have none of their own: for headings and shapes."""
    tint: Annotated[str, Field(pattern=HUE)] | None = None
    """The same, behind black text."""
    warm: Annotated[str, Field(pattern=HUE)] = WARM
    """The second hue."""
    cream: Annotated[str, Field(pattern=HUE)] = CREAM
    """Behind quiet boxes."""

    @model_validator(mode="after")
    def _can_be_read(self) -> Palette:
        for name, ground in (("warm", self.warm), ("cream", self.cream)):
            found = contrast(rgb_of(INK), rgb_of(ground))
            if found < TEXT_CONTRAST:
                raise ValueError(f"black text on {name} has a contrast of {found:.1f}; {TEXT_CONTRAST:g} are needed")
        if (self.deep is None) != (self.tint is None):
            raise ValueError("deep and tint go together")
        if self.deep and self.tint:
            _refuse_pale(self.deep, self.tint)
        return self

    @property
    def hue(self) -> Hue | None:
        """The accent of editions that have none of their own."""
        return Hue(deep=self.deep, tint=self.tint) if self.deep and self.tint else None


class Logo(Record):
    """The mark of whoever publishes, at the foot of the cover, or at the head of the first page where there is none."""

    image: Line
    """The drawing or picture, in `images/`."""
    alt: Line
    """What is heard of it."""
    width_mm: Annotated[float, Field(ge=10, le=120)] = 40
    """How wide it is printed."""


class CoverStyle(Record):
    """Where the words of a cover stand on a panel: `none` lays them on the drawing. A photograph has one."""

    panel: Literal["none", "top", "bottom"] | None = None
    """Where the words of the cover stand on a panel. Without it: on a photograph at the bottom, on a drawing
    nowhere.
    """


class Style(Record):
    """How the booklets of a project look (`chapters/style.toml`), its theme's keys where it says nothing itself."""

    documented: ClassVar[str] = "docs/style.md"

    theme: Identifier | None = None
    """A theme that ships with booklet."""
    page: PageStyle = PageStyle()
    """The pages of the booklet."""
    large_print: LargePageStyle = LargePageStyle()
    """The pages in large print."""
    faces: OwnFaces = OwnFaces()
    """Faces of one's own."""
    palette: Palette = Palette()
    """Colours of one's own."""
    logo: Logo | None = None
    """The logo on the cover, or at the head of the first page."""
    cover: CoverStyle = CoverStyle()
    """How the cover is laid out."""
    overlay: Annotated[Overlay, Field(alias="\0overlay", exclude=True)] = Overlay()
    """Its faces, its colours and its style sheets as CSS: made when it is read."""

    @property
    def formats(self) -> dict[str, Format]:
        """Each format with the project's own pages."""
        return formats(self.page.design(large=False), self.large_print.design(large=True), self.overlay)


class BookPart(Record):
    """A part of the main booklet, such as Treatment: its opener says one sentence and lists its chapters."""

    id: Identifier
    """Chapters name it."""
    title: Line
    """Its title."""
    sentence: Line
    """What its opener says."""
    image: Line
    """The drawing over its whole opener, in `images/`."""


FormatName = Literal["screen", "large-print", "press", "clinic"]
Stale = Literal["say", "warn", "leave-out", "refuse"]
"""What a format does with what nobody has confirmed in time: print when it was last checked and say no more, warn
whoever builds, leave an entry out of its directory, or not be made at all."""
DAYS_A_MONTH = 365.25 / 12
Months = Annotated[int, Field(ge=1, le=240)]


class Checks(Record):
    """For how long something is taken for right after somebody confirmed it, and what each format does with it then."""

    entry_months: Months = 6
    """Months after which an entry of the directory is to be confirmed again."""
    fact_months: Months = 24
    """Months after which a fact is to be looked at again."""
    chapter_months: Months = 36
    """Months after which a chapter is to be reviewed again."""
    stale: dict[FormatName, Stale] = {}
    """What a format does with what is older, or was never confirmed: `say` (it prints when it was last checked),
    `warn`, `leave-out` (of its directory) or `refuse`. Without a word `press` refuses and the others say.
    """

    def policy(self, format: str) -> Stale:
        """What a format does, by the name of its profile."""
        said = next((stale for name, stale in self.stale.items() if name == format), None)
        return said or ("refuse" if format == "press" else "say")


Binding = Literal["stitched", "stapled", "half-fold", "letter-fold"]
"""How the pages of the main title hold together: folded and stitched through the fold, as single sheets stapled in the
corner, or as one sheet that is folded once, or twice with its third panel inwards."""
PANELS: dict[Binding, int] = {"half-fold": 4, "letter-fold": 6}
"""The pages of what is folded from one sheet: neither more nor fewer."""


class Book(Record):
    """What is the same in every edition of one issue (`chapters/booklet.toml`)."""

    title: Line
    """The title of the main booklet."""
    subtitle: Line
    """What stands under it."""
    slug: Identifier
    """How its files are named."""
    issue: Annotated[str, Field(pattern=ISSUE)]
    """The issue: a year, a point and a number, such as `2026.1`."""
    issue_date: Day
    """The day on which it comes out. Every date in the files is this one."""
    next_review: Day
    """The day by which the text is to be looked at again."""
    publisher: Line
    """Who publishes it."""
    description: Line
    """One sentence on it, for catalogues and file properties."""
    language: Annotated[str, Field(pattern=LANGUAGE)]
    """The language of the text, with its country if you like. Not needed for the English of the book's country."""
    country: Identifier | None = None
    """A file of `countries/`; if empty that of the language's country, else that of the editions' regions."""
    binding: Binding = "stitched"
    """How its sheets hold together."""
    formats: tuple[FormatName, ...] = ()
    """What a build makes where nobody says. Empty: all that can be made."""
    sample: bool = False
    """True for a sample, which says so in print. Its press files are made although nobody has confirmed everything, or
    signed every chapter off."""
    checks: Checks = Checks()
    """How long a confirmation holds, and what becomes of what is older."""
    back_cover_image: Line | None = None
    """The drawing of the back cover, in `images/`."""
    clock: Clock | None = None
    """The clock that hours of national services go by."""
    call_first: CallFirst | None = None
    """What boxes of urgent signs say."""
    urgent: tuple[Urgent, ...] = ()
    """The numbers that stand first."""
    order_line: OrderLine | None = None
    """Who takes orders by phone."""
    directory: Headings = Headings()
    """The headings of the directory."""
    reviewer: Line | None = None
    """Who is to sign each chapter off, in words that follow "by": a clinician. Without it nobody has to."""
    parts: tuple[BookPart, ...] = ()
    """The parts of the main booklet, in order."""
    printer: Identifier | None = None
    """The printer, by the name of its file in `printers/`. Without one there are no press files."""
    print_run: PrintRun = PrintRun()
    """What the job ticket says beside the files."""
    large_print: LargePrint = LargePrint()
    """When large print is shared out over volumes."""
    publishers: dict[Line, Line] = {}
    """Who publishes at a web address, for the page of sources."""
    reading: Reading = Reading()
    """How hard the text may be to read."""
    order_codes: CodeRules = CodeRules()
    """What order codes may not be."""

    @property
    def rings(self) -> dict[str, str]:
        """The title of each list of urgent signs, by whom to ring."""
        return self.call_first.signs if self.call_first else {}

    @model_validator(mode="after")
    def _review_follows_issue(self) -> Book:
        if self.next_review <= self.issue_date:
            raise ValueError(f"next_review {self.next_review} is not after issue_date {self.issue_date}")
        return self


class FrontMatter(Record):
    """The head of a chapter."""

    title: Line
    """Its title."""
    id: Identifier
    """What links to it say."""
    summary: Line
    """What is in it, in one or two sentences under its title."""
    minutes: Annotated[int, Field(ge=1, le=60)] | None = None
    """None for a chapter to look things up in."""
    authors: tuple[Line, ...] = ()
    """Who wrote it, as they want to be named. Told by `booklet evidence`, not printed."""
    sources: tuple[Identifier, ...] | None = None
    """The facts that the whole chapter rests on. None when each of its sections names its own."""
    short_title: Line | None = None
    """What the foot of a page says where the title is too long for it."""
    part: Identifier | None = None
    """The part of the booklet that it stands in."""
    rhythm: Literal["drawing", "sentence", "band"] | None = None
    """How the chapter opens: with a drawing of half a page, a sentence set large, or straight under a band."""
    pull: Line | None = None
    """The sentence set large, of rhythm `sentence`."""

    @model_validator(mode="after")
    def _has_a_sentence_to_set(self) -> FrontMatter:
        if (self.rhythm == "sentence") != bool(self.pull):
            raise ValueError("rhythm 'sentence' and the key 'pull' go together")
        return self

    @model_validator(mode="before")
    @classmethod
    def _is_signed_elsewhere(cls, head: Any) -> Any:
        """Older heads have keys that tell of a review. A claim is refused; what claims nothing is left alone."""
        if not isinstance(head, dict):
            return head
        if head.get("reviewed") or head.get("reviewers") or head.get("status") not in (None, "draft"):
            raise ValueError(
                "the head of a chapter says no more who reviewed it: take out reviewed, reviewers and status, and let "
                f"whoever reviewed it sign, with booklet signoff {head.get('id')}"
            )
        return {key: value for key, value in head.items() if key not in ("reviewed", "reviewers", "status")}


class SignedReading(Record):
    """What one or several editions print of a chapter, as it was read: a hash of each section."""

    editions: tuple[RegionCode, ...]
    """The codes of the editions."""
    hashes: Annotated[str, Field(pattern=HASHES)]
    """A hash of each of its sections, in order."""


class Signature(Record):
    """Somebody's word that a chapter is right as it was read (`chapters/signatures.yaml`, `booklet signoff`)."""

    chapter: Identifier
    """The id of the chapter."""
    by: Line
    """Who signed it off."""
    role: Line
    """In which role: doctor, pharmacist."""
    day: Day
    """The day on which it was read."""
    words: Annotated[int, Field(ge=0)]
    """How many words it had, in the edition that has most."""
    numbers: Annotated[int, Field(ge=0)]
    """How many numbers stood among them."""
    pictures: Annotated[int, Field(ge=0)]
    """How many pictures it had."""
    read: Annotated[tuple[SignedReading, ...], Field(min_length=1)]
    """What each edition printed."""
    hash: Annotated[str, Field(pattern=SHA256)]
    """A hash of the rest of the entry, so that one that was written or changed by hand is known."""

    @model_validator(mode="after")
    def _is_as_it_was_written(self) -> Signature:
        if self.hash != self.sealed:
            raise ValueError(
                f"the signature of '{self.chapter}' by {self.by} is not as booklet signoff wrote it: take the entry "
                "out, and sign again"
            )
        return self

    @property
    def sealed(self) -> str:
        """The hash that the entry is to have."""
        read = [(row.editions, row.hashes) for row in self.read]
        told = (self.chapter, self.by, self.role, self.day.isoformat(), self.words, self.numbers, self.pictures, read)
        return sha256(repr(told).encode()).hexdigest()


class PageMatter(Record):
    """The head of a standing or planned page; `suits` names the titles for which a planned page is taken first."""

    title: Line
    """Its title."""
    id: Identifier
    """What links to it say."""
    short_title: Line | None = None
    """What the foot of the page says where the title is too long for it."""
    suits: tuple[Identifier, ...] = ()
    """The titles for which a planned page is taken first."""


class Section(Record):
    """A stretch of a chapter under a heading of level 2 (or before the first), and the facts it rests on.

    `facts` is None where the text does not say, and empty where it says that the section states nothing medical.
    """

    heading: str
    facts: tuple[str, ...] | None


class Chapter(Record):
    """One Markdown file: `body` keeps the file's own line numbers (its head and lines of facts became empty lines)."""

    head: FrontMatter
    body: str
    number: int
    sections: tuple[Section, ...] = ()

    @property
    def facts(self) -> tuple[str, ...]:
        """The ids of all facts that the chapter rests on, once each."""
        named = (fact for section in self.sections for fact in section.facts or ())
        return tuple(dict.fromkeys((*(self.head.sources or ()), *named)))


class StandingPage(Record):
    """A page every booklet has (imprint, directory, order line, back cover) or can be filled up with."""

    head: PageMatter
    body: str


class Notice(Record):
    """Something that holds in one state for some days, such as services closed by a flood."""

    title: Line
    """What it is about."""
    text: Line
    """What it says."""
    from_: Annotated[Day, Field(alias="from")]
    """The first day on which it holds."""
    until: Day
    """The last day on which it holds."""

    @model_validator(mode="after")
    def _starts_before_it_ends(self) -> Notice:
        if self.until < self.from_:
            raise ValueError(f"the notice ends ({self.until}) before it starts ({self.from_})")
        return self


class OrderCodes(Record):
    """One order code for each format that can be ordered."""

    standard: Annotated[str, AfterValidator(_order_code)]
    """The code of the booklet in standard print."""
    large_print: Annotated[str, AfterValidator(_order_code)] | None = None
    """The code of the booklet in large print."""

    @property
    def by_size(self) -> dict[str, str]:
        """The code of each size of print."""
        large = {"large-print": self.large_print} if self.large_print else {}
        return {"standard": self.standard, **large}

    @property
    def every(self) -> tuple[str, ...]:
        """All of them."""
        return tuple(self.by_size.values())


class EarlierCodes(OrderCodes):
    """What a title of an edition was ordered by in an earlier issue (`chapters/earlier-codes.yaml`)."""

    issue: Annotated[str, Field(pattern=ISSUE)]
    """The issue that was ordered by them."""
    title: Identifier
    """`main`, or the id of an insert."""
    edition: RegionCode
    """The edition."""


class InsertMatter(Record):
    """The head of an insert (`insert.toml`). Every edition that has order codes has some of its own for it."""

    title: Line
    """Its title."""
    subtitle: Line
    """What stands under it."""
    slug: Identifier
    """How its files are named."""
    description: Line
    """One sentence on it, for catalogues and file properties."""
    cover_image: Line | None = None
    """The drawing of its cover, in `images/`."""
    order_codes: dict[RegionCode, OrderCodes] = {}
    """What it is ordered by, for each edition."""


class Insert(Record):
    """An optional small booklet that belongs to the pack (`chapters/inserts/<id>/`): its head and its chapters."""

    id: Identifier
    head: InsertMatter
    chapters: tuple[Chapter, ...]


class Edition(Record):
    """One region (`chapters/editions/*.toml`): one that its country has, or one of the project's own.

    What its country knows of it need not be written again.
    """

    code: RegionCode
    """The code of its region."""
    country: Identifier
    """Its country. Not needed for a region that a country has, nor in the book's own."""
    name: Line
    """What the edition is called on its cover. Not needed where the country has the region."""
    in_words: Line
    """How a sentence says where that is, such as `in the north`. Not needed where the country has the region."""
    emergency: Line
    """What to do in an emergency there. Not needed where the country has the region."""
    health_lines: tuple[Identifier, ...] = ()
    """The services that give health advice at any hour, the first to ring first."""
    time_zone: Zone
    """Its time zone, such as `Europe/Dublin`. Not needed where the country has the region."""
    cover_image: Line | None = None
    """The drawing of its cover, in `images/`."""
    hue: Hue | None = None
    """Its accent; that of the project's palette where it has none."""
    order_codes: OrderCodes | None = None
    """What it is ordered by."""
    notices: tuple[Notice, ...] = ()
    """What holds there for some days."""

    @property
    def codes(self) -> dict[str, str]:
        """What it is ordered by, for each size of print; empty where it cannot be ordered."""
        return self.order_codes.by_size if self.order_codes else {}


CallResult = Literal["confirmed", "changed", "no-answer", "disconnected", "moved"]
"""What came of an attempt to confirm an entry. The first two make sure of it, the last two say that it is wrong."""


class Call(Record):
    """An attempt to confirm an entry with the people it names, or a fact on its page: the day, who did, and what came
    of it.

    The latest that made sure of it is what Open Referral calls `assured_date` and `assurer` (HSDS 3, service).
    """

    day: Day
    """The day of the call."""
    by: Line
    """Who rang, or looked."""
    result: CallResult
    """What came of it."""
    note: Line | None = None
    """What the next caller should know."""

    @property
    def is_sure(self) -> bool:
        """True when somebody said that the entry is right, or what is right."""
        return self.result in ("confirmed", "changed")


def latest_sure(calls: Iterable[Call]) -> Call | None:
    """The latest call by which something was confirmed."""
    return max((call for call in calls if call.is_sure), key=lambda call: call.day, default=None)


def is_found_wrong(calls: Iterable[Call]) -> bool:
    """True when the latest call that told something told that it is wrong."""
    told = [call for call in calls if call.result != "no-answer"]
    return bool(told) and not max(told, key=lambda call: call.day).is_sure


class NumberWay(Record):
    """A number to ring, by voice or with a textphone, and whom it reaches where there are several."""

    number: PhoneNumber
    """The number."""
    label: Line | None = None
    """What this number is for."""


class MessageWay(NumberWay):
    """A number for text messages."""

    number: TextNumber
    """The number."""


class TextphoneWay(NumberWay):
    """A number that a textphone (TTY) answers."""

    number: Annotated[Phone, BeforeValidator(_number(parse_phone, textphone=True))]
    """The number."""


class EmailWay(Record):
    """An email address."""

    address: Annotated[str, AfterValidator(_email)]
    """The address."""
    label: Line | None = None
    """What it is for."""


class WebWay(Record):
    """A page of the web: a site, or where one types to somebody."""

    address: Annotated[str, AfterValidator(_secure)]
    """The address, with https."""
    label: Line | None = None
    """What it is for."""


Numbers = Annotated[tuple[NumberWay, ...], BeforeValidator(_rows_of("number"))]
Pages = Annotated[tuple[WebWay, ...], BeforeValidator(_rows_of("address"))]


class Service(Record):
    """One entry of the directory (`chapters/support/*.yaml`). Empty means not seen, never guessed.

    Each way to reach it takes one value, or a list of values, each with a `label` if it needs one. `relay` numbers are
    those of a relay service that puts a call through to it.
    """

    id: Identifier
    """What links to it say. It never changes."""
    name: Line
    """Its own name."""
    kind: Identifier
    """One of the directory's kinds."""
    states: Annotated[tuple[Annotated[str, AfterValidator(_known_region)], ...], Field(min_length=1)]
    """The editions that list it, or `ALL`."""
    audience: Identifier
    """One of the directory's audiences."""
    format: Literal["in-person", "phone", "online", "mixed"]
    """How people meet it."""
    place: Line | None
    """Where it is."""
    phone: Numbers
    """The number to ring. Empty means not seen, never guessed."""
    sms: Annotated[tuple[MessageWay, ...], BeforeValidator(_rows_of("number"))] = ()
    """Numbers for text messages."""
    textphone: Annotated[tuple[TextphoneWay, ...], BeforeValidator(_rows_of("number"))] = ()
    """Numbers for textphones (TTY), which take no text messages."""
    relay: Numbers = ()
    """Numbers to ask a relay service for."""
    email: Annotated[tuple[EmailWay, ...], BeforeValidator(_rows_of("address"))] = ()
    """Addresses to write to."""
    chat: Pages = ()
    """Pages with a chat."""
    url: Pages
    """Its web page."""
    hours: Annotated[str | Hours | None, PlainValidator(_hours)]
    """When somebody answers."""
    cost: Line | None
    """What it costs; `free` where it costs nothing."""
    description: Line
    """What it does, in one or two sentences."""
    ask: Identifier | None = None
    """The service to ask about this one when it has neither number nor address; the directory's finder if empty."""
    source: Line
    """The page on which all this was seen."""
    source_seen: Line
    """When it was seen there."""
    page_date: Line | None
    """The date that the page gives itself."""
    verified: bool
    """True when somebody has seen it on a page. What nobody has seen is not printed."""
    confirm_before_print: bool
    """True while somebody has to ring and confirm it before it is printed."""
    print_unconfirmed: bool = False
    """Print it though it is still to be confirmed, with "Check first"."""
    note: Line | None = None
    """For the next editor; never printed."""
    status: Literal["active", "inactive", "defunct", "temporarily closed"] = "active"
    """Whether there is such a service now (HSDS 3). One that is not active does not print."""
    alert: Line | None = None
    """What holds for a short time, printed in bold: `Moves to new rooms in May.`"""
    calls: tuple[Call, ...] = ()
    """Attempts to confirm it, the earliest first (`booklet calls record`)."""

    @property
    def assured(self) -> Call | None:
        """The latest call in which somebody said that the entry is right."""
        return latest_sure(self.calls)

    @property
    def prints(self) -> bool:
        """False for what nobody saw on a page, for what is to be confirmed first, and for what is not there now."""
        is_sure = self.print_unconfirmed or not self.confirm_before_print
        return self.verified and is_sure and self.status == "active"

    def serves(self, state: str) -> bool:
        """True when the entry belongs in the edition of this state."""
        return EVERYWHERE in self.states or state in self.states

    @property
    def numbers(self) -> tuple[Phone, ...]:
        """Every number that it has, those to ring by voice first."""
        return tuple(way.number for way in (*self.phone, *self.sms, *self.textphone, *self.relay))

    def reaches(self, region: str) -> bool:
        """True when one of its own numbers can be dialled in the country of this phone plan."""
        return any(way.number.seen_from(region) for way in (*self.phone, *self.sms, *self.textphone))


class UrgentSign(Record):
    """A sign that cannot wait (`chapters/urgent.yaml`): in short, explained, whom to ring for it and when it holds.

    `ring` is a key of `[call_first.signs]`; `for` names the small booklets that print it.
    """

    id: Identifier
    """Its id."""
    sign: Line
    """The sign in a few words."""
    words: Line | None
    """The sign explained in a sentence."""
    ring: Identifier
    """Whom to ring for it: a key of `[call_first.signs]`."""
    when: Line | None
    """When it holds, where it does not always."""
    topics: Annotated[tuple[Identifier, ...], Field(alias="for")]
    """The small booklets that print it."""
    facts: Annotated[tuple[Identifier, ...], Field(min_length=1)]
    """The sources that say so."""


class Term(Record):
    """A word of the glossary, and the facts that its meaning rests on."""

    word: Line
    """The word."""
    meaning: Line
    """What it means, in plain words."""
    also: tuple[Line, ...] = ()
    """Other words for the same."""
    facts: tuple[Identifier, ...] = ()
    """The sources that its meaning rests on."""

    @property
    def slug(self) -> str:
        """What a chapter writes after `word:` to link here."""
        return slug(self.word)


class Topic(Record):
    """An entry of the index: a topic, and the anchors of the places that speak of it."""

    topic: Line
    """The topic, as a reader would look for it."""
    at: Annotated[tuple[Identifier, ...], Field(min_length=1)]
    """The ids of the headings or words that speak of it."""


class Source(Record):
    """A fact the chapters rest on: our note of it, where it was seen, and when that page was reviewed."""

    id: Identifier
    """What chapters name it by."""
    fact: Line
    """Our note of what it says."""
    source: Line
    """Where it was seen: a web address, or a publication."""
    reviewed: Line | None
    """When its page was last reviewed, as it says itself."""
    chapter: Line
    """What the fact is for."""
    note: Line | None = None
    """For the next editor; never printed."""
    checks: tuple[Call, ...] = ()
    """Looks at its page, the earliest first (`booklet calls record`)."""

    @property
    def site(self) -> str:
        """Who published it, as short as can be: the web site of an address, or the words before the first comma."""
        return urlsplit(self.source).netloc.removeprefix("www.") or self.source.partition(",")[0]


class ReadersTest(Record):
    """A test with readers (`chapters/testing.yaml`): who read what, what they found, and what came of it."""

    day: Day
    """The day on which it was held."""
    readers: Annotated[int, Field(ge=1)]
    """How many people read. No name is kept here."""
    chapters: tuple[Identifier, ...] = ()
    """The ids of the chapters that they read. Empty: all of them."""
    method: Line
    """Who they were, and how it was done."""
    found: Line
    """What they did not understand, or missed."""
    changed: Line | None
    """What was changed after it."""


class OpenQuestion(Record):
    """What the sources leave open, and somebody who may has still to decide (`chapters/undecided.yaml`)."""

    question: Line
    """What it is about."""
    where: Line
    """Where in the text it stands."""
    sources: Line | None
    """What the sources say."""
    text: Line
    """What the text says until somebody decides."""


class RatedItem(Record):
    """An item of a tool that rates texts for readers, and how the booklet does by it."""

    item: Line
    """Its number in the tool."""
    asks: Line
    """What it asks for."""
    where: Line
    """Where the booklet does it: pages."""
    met: Literal["yes", "in part", "no", "does not apply"]
    """Whether it does."""


class Rating(Record):
    """The booklet rated by a tool such as PEMAT (`chapters/understandability.yaml`)."""

    tool: Line
    """Which tool, and which part of it."""
    by: Line
    """Who rated it."""
    items: Annotated[tuple[RatedItem, ...], Field(min_length=1)]
    """Its items."""


class Consent(Record):
    """A person's agreement to have her words printed. No name is kept here."""

    id: Identifier
    """What a voice names it by. No name is kept here."""
    given: Day
    """The day on which it was given."""
    expires: Day
    """The last day on which the words may be printed."""

    @model_validator(mode="after")
    def _starts_before_it_ends(self) -> Consent:
        if self.expires < self.given:
            raise ValueError(f"the consent ends ({self.expires}) before it starts ({self.given})")
        return self


class Manuscript(Record):
    """Everything people wrote, read and validated once, and the words of the house in their language."""

    book: Book
    words: Words
    style: Style
    countries: dict[str, Country]
    """The book's own country first, then those of other editions."""
    chapters: tuple[Chapter, ...]
    inserts: tuple[Insert, ...]
    pages: dict[str, StandingPage]
    planned: tuple[StandingPage, ...]
    topics: tuple[Topic, ...]
    editions: tuple[Edition, ...]
    services: tuple[Service, ...]
    glossary: tuple[Term, ...]
    urgent_signs: tuple[UrgentSign, ...]
    sources: dict[str, Source]
    consents: dict[str, Consent]
    signatures: tuple[Signature, ...]
    """The earliest first."""
    tests: tuple[ReadersTest, ...]
    ratings: tuple[Rating, ...]
    undecided: tuple[OpenQuestion, ...]
    printers: dict[str, PrinterProfile]
    icc_profiles: dict[str, bytes]
    """The ICC profile of each printer, by the printer's name."""
    faulty: frozenset[str]
    """The ids of services whose entries have faults, which are named there and not missed elsewhere."""
    earlier_codes: tuple[EarlierCodes, ...]
    complete: bool
    """False when a chapter or page could not be read, so that links to it are not called dead."""

    def hue_of(self, edition: Edition) -> Hue:
        """The accent of an edition. One of a project without any is a fault that is told elsewhere."""
        return edition.hue or self.style.palette.hue or Hue(deep=INK, tint=CREAM)

    def plans(self, edition: Edition) -> tuple[PhonePlan, ...]:
        """The phone plan of an edition's readers, then those of the project's other countries."""
        own = self.countries[edition.country]
        return (own.plan, *(country.plan for country in self.countries.values() if country is not own))

    def plan_of(self, service: Service) -> PhonePlan:
        """The phone plan by which the numbers of an entry are read: of its regions, or of the book if they have two."""
        own = next(iter(self.countries))
        of_region = {edition.code: edition.country for edition in self.editions}
        names = {of_region.get(state, own) for state in service.states}
        return self.countries[names.pop() if len(names) == 1 else own].plan

    def signatures_of(self, chapter: str) -> tuple[Signature, ...]:
        """The last signature that each person gave a chapter."""
        return tuple({row.by: row for row in self.signatures if row.chapter == chapter}.values())

    @property
    def every_chapter(self) -> tuple[Chapter, ...]:
        """The chapters of the main booklet, then those of its inserts."""
        return (*self.chapters, *(chapter for insert in self.inserts for chapter in insert.chapters))


def slug(words: str) -> str:
    """Lower case, hyphens for spaces, other punctuation dropped: `Side effect` gives `side-effect`."""
    return re.sub(r"[\s-]+", "-", re.sub(r"[^\w\s-]", "", words.lower())).strip("-")
