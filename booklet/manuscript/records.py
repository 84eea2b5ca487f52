"""The frozen records that leave the manuscript room. Field names are the keys that people write in the files."""

from __future__ import annotations

import re
import zoneinfo
from datetime import date
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, AnyHttpUrl, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from booklet.australia import STATES, Phone, PhoneError, parse_phone
from booklet.contrast import contrast, rgb_of
from booklet.design import A4_LARGE_PRINT, A5, Margins, PageDesign, designed, trim_of
from booklet.findings import Place
from booklet.formats import Format, Overlay, formats
from booklet.order_codes import is_order_code

ID = r"^[a-z0-9]+(-[a-z0-9]+)*$"
ISSUE = r"^\d{4}\.\d+$"
LANGUAGE = r"^[a-z]{2}-[A-Z]{2}$"
HUE = r"^#[0-9a-f]{6}$"
FAMILY = r"^[A-Za-z][A-Za-z0-9 -]{1,60}$"
INK, WARM, CREAM = "#1a1a1a", "#f3bd74", "#fdf1de"
"""The black of text, and the two colours beside an edition's hue, as the style sheets have them."""
TEXT_CONTRAST = 7.0
LARGE_TEXT_CONTRAST = 4.5
"""WCAG 2.2, 1.4.6: for text, and for text of 18 points, or 14 and bold."""
LEAST_BULK, MOST_BULK = 0.6, 2.4
"""Volume of paper in cm³/g, from hard-pressed coated to thick and airy."""


def _phone(text: str) -> str:
    try:
        parse_phone(text)
    except PhoneError as reason:
        raise ValueError(str(reason)) from reason
    return text


def _zone(name: str) -> str:
    if name not in zoneinfo.available_timezones():
        raise ValueError("not the name of a time zone, such as Australia/Melbourne")
    return name


def _order_code(code: str) -> str:
    if not is_order_code(code):
        raise ValueError("not an order code: two groups of three spoken-safe characters, the last one a check")
    return code


def _url(text: str) -> str:
    AnyHttpUrl(text)
    return text


def _state(code: str) -> str:
    if code not in STATES:
        raise ValueError(f"not a state or territory ({', '.join(STATES)})")
    return code


def _state_or_all(code: str) -> str:
    return code if code == "ALL" else _state(code)


def _plain_date(value: object) -> object:
    if isinstance(value, str) and not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        raise ValueError("not a date written as 2026-07-15")
    return value


def _no_template(text: str) -> str:
    if "{{" in text or "{%" in text:
        raise ValueError("templates are filled in the text of a chapter alone, not in its head")
    return text


Line = Annotated[str, Field(min_length=1, max_length=2000), AfterValidator(_no_template)]
Identifier = Annotated[str, Field(pattern=ID, max_length=80)]
PhoneText = Annotated[str, AfterValidator(_phone)]
Url = Annotated[str, AfterValidator(_url)]
Day = Annotated[date, BeforeValidator(_plain_date)]


class Record(BaseModel):
    """A read-only record that knows where it was written."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    origin: Annotated[Place, Field(alias="\0origin", exclude=True)] = Place("")
    """Where the record was written. The alias is one that no file can hold, so that nobody writes it by hand."""


class OrderItem(Record):
    """Something that can be ordered: what it is called and what it is."""

    name: Line
    about: Line


class OrderLine(Record):
    """The people who take orders by phone, and what a caller says and gets."""

    name: Line
    phone: PhoneText
    url: Url
    address_in_words: Line
    hours: Line | None = None
    cost: Line
    items: Annotated[tuple[OrderItem, ...], Field(min_length=1)]
    say: Line
    interpreter: Identifier
    relay: Identifier
    confirm_before_print: bool
    unconfirmed: Line
    """What the order line says in print as long as nobody has confirmed it."""


class Urgent(Record):
    """A service among the first numbers, and when to ring it; `name` where its own name is too long or too loud."""

    service: Identifier
    about: Line
    name: Line | None = None


class Headings(Record):
    """The directory's sections, in order: what each audience and each kind of service is called in print."""

    audiences: Annotated[dict[Identifier, Line], Field(min_length=1)]
    kinds: Annotated[dict[Identifier, Line], Field(min_length=1)]
    finder: Identifier
    """The service to ask about an entry that has neither number nor address."""


class CallFirst(Record):
    """What a box of urgent signs says: whom to ring first in an emergency, whom otherwise, and who advises.

    `signs` gives the title of each list of `chapters/urgent.yaml`, by whom to ring, in the order of print.
    """

    emergency: Annotated[Line, Field(alias="000")]
    team: Line
    advice: Line
    signs: dict[Identifier, Line] = {}

    @property
    def words(self) -> tuple[str, ...]:
        """All it says."""
        return (self.emergency, self.team, self.advice, *self.signs.values())


class Clock(Record):
    """A clock that some services name with their hours: its words in print, and its time zone."""

    words: Line
    time_zone: Annotated[str, AfterValidator(_zone)]


Percent = Annotated[float, Field(ge=0, le=100)]


class Paper(Record):
    """A paper: what the printer calls it, its weight, and the thickness of one leaf."""

    name: Line
    gsm: Annotated[float, Field(ge=40, le=500)]
    caliper_mm: Annotated[float, Field(gt=0, le=1)]

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
    words: Line
    registry: Url
    icc: Annotated[str, Field(min_length=5, max_length=200)]


class PrinterProfile(Record):
    """How one printer wants files (`chapters/printers/*.toml`): bleed, the zone along the trim without words, ink,
    marks, papers. A cover paper makes the cover a file of its own.
    """

    name: Line
    bleed_mm: Annotated[float, Field(ge=0, le=5)]
    safe_mm: Annotated[float, Field(ge=3, le=20)]
    ink_limit_percent: Annotated[float, Field(ge=200, le=400)]
    marks: bool
    condition: PrintingCondition
    paper: Paper
    cover_paper: Paper | None = None


class PrintRun(Record):
    """What the job ticket says beside the files: whom the printer asks, and how many copies of each edition."""

    contact: Line | None = None
    quantities: dict[Annotated[str, AfterValidator(_state)], Annotated[int, Field(ge=1, le=1_000_000)]] = {}


class CodeRules(Record):
    """What order codes may not spell, and the signs that are misheard on the phone."""

    avoid: tuple[Line, ...] = ()
    misheard: str = ""


class LargePrint(Record):
    """When large print is shared out over volumes: the weight of its paper, and how heavy a volume may be."""

    paper_gsm: Annotated[int, Field(ge=40, le=400)] = 100
    most_grams: Annotated[int, Field(ge=50, le=5000)] = 900


class Reading(Record):
    """How hard a chapter may be to read, in years of school, names that are not held against it, words to avoid."""

    highest_grade: Annotated[float, Field(ge=1, le=16)] = 8
    names: tuple[Line, ...] = ()
    avoid: tuple[Line, ...] = ()


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
    outer: Millimetres
    bottom: Millimetres
    inner: Millimetres


class PageStyle(Record):
    """The pages of one size of print. What is not said follows from the trim."""

    trim: Trim = A5.trim_mm
    """`A4`, `A5`, `A6`, `DL`, with `landscape` behind it or not, or width and height in millimetres: `210x210`."""
    body_pt: Points | None = None
    line_pt: Points | None = None
    columns: Annotated[int, Field(ge=1, le=2)] = 1
    margins_mm: PageMargins | None = None

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

    trim: Trim = A4_LARGE_PRINT.trim_mm

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
    tint: Annotated[str, Field(pattern=HUE)]
    deep_cmyk: tuple[Percent, Percent, Percent, Percent] | None = None
    tint_cmyk: tuple[Percent, Percent, Percent, Percent] | None = None

    @model_validator(mode="after")
    def _can_be_read(self) -> Hue:
        _refuse_pale(self.deep, self.tint)
        return self


class Face(Record):
    """A face: what it is called, its font files in regular and in bold, and the licence by which it may be embedded.

    A file lies under `chapters/`; one that is shipped is named without a folder.
    """

    family: Annotated[str, Field(pattern=FAMILY)]
    regular: Line
    bold: Line
    licence: Line

    @property
    def files(self) -> dict[str, str]:
        """The file of each weight, by the number that CSS has for it."""
        return {"400": self.regular, "700": self.bold}


class OwnFaces(Record):
    """The faces of a project: one for all text, and one for headings where these have their own."""

    text: Face | None = None
    heads: Face | None = None

    @property
    def every(self) -> tuple[Face, ...]:
        """Those that it names."""
        return tuple(face for face in (self.text, self.heads) if face)


class Palette(Record):
    """The colours of a project: `deep` and `tint` where an edition has no hue of its own, `warm` and `cream` beside
    them in all editions.
    """

    deep: Annotated[str, Field(pattern=HUE)] | None = None
    tint: Annotated[str, Field(pattern=HUE)] | None = None
    warm: Annotated[str, Field(pattern=HUE)] = WARM
    cream: Annotated[str, Field(pattern=HUE)] = CREAM

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
    """The mark of whoever publishes, at the foot of the cover."""

    image: Line
    alt: Line
    width_mm: Annotated[float, Field(ge=10, le=120)] = 40


class CoverStyle(Record):
    """Where the words of a cover stand on a panel: `none` lays them on the drawing. A photograph has one."""

    panel: Literal["none", "top", "bottom"] | None = None


class Style(Record):
    """How the booklets of a project look (`chapters/style.toml`), its theme's keys where it says nothing itself."""

    theme: Identifier | None = None
    page: PageStyle = PageStyle()
    large_print: LargePageStyle = LargePageStyle()
    faces: OwnFaces = OwnFaces()
    palette: Palette = Palette()
    logo: Logo | None = None
    cover: CoverStyle = CoverStyle()
    overlay: Annotated[Overlay, Field(alias="\0overlay", exclude=True)] = Overlay()
    """Its faces, its colours and its style sheets as CSS: made when it is read."""

    @property
    def formats(self) -> dict[str, Format]:
        """Each format with the project's own pages."""
        return formats(self.page.design(large=False), self.large_print.design(large=True), self.overlay)


class BookPart(Record):
    """A part of the main booklet, such as Treatment: its opener says one sentence and lists its chapters."""

    id: Identifier
    title: Line
    sentence: Line
    image: Line


class Book(Record):
    """What is the same in every edition of one issue (`chapters/booklet.toml`)."""

    title: Line
    subtitle: Line
    slug: Identifier
    issue: Annotated[str, Field(pattern=ISSUE)]
    issue_date: Day
    next_review: Day
    publisher: Line
    description: Line
    language: Annotated[str, Field(pattern=LANGUAGE)] = "en-AU"
    back_cover_image: Line
    clock: Clock
    call_first: CallFirst
    urgent: Annotated[tuple[Urgent, ...], Field(min_length=1)]
    order_line: OrderLine
    directory: Headings
    parts: tuple[BookPart, ...] = ()
    printer: Identifier | None = None
    print_run: PrintRun = PrintRun()
    large_print: LargePrint = LargePrint()
    publishers: dict[Line, Line] = {}
    """Who publishes at a web address, for the page of sources."""
    reading: Reading = Reading()
    order_codes: CodeRules = CodeRules()

    @model_validator(mode="after")
    def _review_follows_issue(self) -> Book:
        if self.next_review <= self.issue_date:
            raise ValueError(f"next_review {self.next_review} is not after issue_date {self.issue_date}")
        return self


class FrontMatter(Record):
    """The head of a chapter."""

    title: Line
    id: Identifier
    summary: Line
    minutes: Annotated[int, Field(ge=1, le=60)] | None
    """None for a chapter to look things up in."""
    reviewed: Day | None
    reviewers: tuple[Line, ...]
    status: Literal["draft", "reviewed"]
    sources: tuple[Identifier, ...] | None = None
    """The facts that the whole chapter rests on. None when each of its sections names its own."""
    short_title: Line | None = None
    """What the foot of a page says where the title is too long for it."""
    part: Identifier | None = None
    rhythm: Literal["drawing", "sentence", "band"] | None = None
    """How the chapter opens: with a drawing of half a page, a sentence set large, or straight under a band."""
    pull: Line | None = None
    """The sentence set large, of rhythm `sentence`."""

    @model_validator(mode="after")
    def _has_a_sentence_to_set(self) -> FrontMatter:
        if (self.rhythm == "sentence") != bool(self.pull):
            raise ValueError("rhythm 'sentence' and the key 'pull' go together")
        return self

    @model_validator(mode="after")
    def _reviewed_by_somebody(self) -> FrontMatter:
        if self.status == "reviewed" and not (self.reviewed and self.reviewers):
            raise ValueError("status is 'reviewed', but reviewed and reviewers do not say when and by whom")
        return self


class PageMatter(Record):
    """The head of a standing or planned page; `suits` names the titles for which a planned page is taken first."""

    title: Line
    id: Identifier
    short_title: Line | None = None
    suits: tuple[Identifier, ...] = ()


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
    text: Line
    from_: Annotated[Day, Field(alias="from")]
    until: Day

    @model_validator(mode="after")
    def _starts_before_it_ends(self) -> Notice:
        if self.until < self.from_:
            raise ValueError(f"the notice ends ({self.until}) before it starts ({self.from_})")
        return self


class OrderCodes(Record):
    """One order code for each format that can be ordered."""

    standard: Annotated[str, AfterValidator(_order_code)]
    large_print: Annotated[str, AfterValidator(_order_code)]

    @property
    def by_size(self) -> dict[str, str]:
        """The code of each size of print."""
        return {"standard": self.standard, "large-print": self.large_print}

    @property
    def every(self) -> tuple[str, ...]:
        """All of them."""
        return tuple(self.by_size.values())


class EarlierCodes(OrderCodes):
    """What a title of an edition was ordered by in an earlier issue (`chapters/earlier-codes.yaml`)."""

    issue: Annotated[str, Field(pattern=ISSUE)]
    title: Identifier
    edition: Annotated[str, AfterValidator(_state)]


class InsertMatter(Record):
    """The head of an insert (`insert.toml`). Every edition has order codes of its own for it."""

    title: Line
    subtitle: Line
    slug: Identifier
    description: Line
    cover_image: Line
    order_codes: dict[Annotated[str, AfterValidator(_state)], OrderCodes]


class Insert(Record):
    """An optional small booklet that belongs to the pack (`chapters/inserts/<id>/`): its head and its chapters."""

    id: Identifier
    head: InsertMatter
    chapters: tuple[Chapter, ...]


class Edition(Record):
    """One state or territory (`chapters/editions/*.toml`)."""

    code: Annotated[str, AfterValidator(_state)]
    name: Line
    in_words: Line
    emergency: Line
    health_lines: Annotated[tuple[Identifier, ...], Field(min_length=1)]
    time_zone: Annotated[str, AfterValidator(_zone)]
    cover_image: Line
    hue: Hue | None = None
    """Its accent; that of the project's palette where it has none."""
    order_codes: OrderCodes
    notices: tuple[Notice, ...] = ()


CallResult = Literal["confirmed", "changed", "no-answer", "disconnected", "moved"]
"""What came of an attempt to confirm an entry. The first two make sure of it, the last two say that it is wrong."""


class Call(Record):
    """An attempt to confirm an entry with the people it names: the day, who rang, and what came of it.

    The latest that made sure of it is what Open Referral calls `assured_date` and `assurer` (HSDS 3, service).
    """

    day: Day
    by: Line
    result: CallResult
    note: Line | None = None

    @property
    def is_sure(self) -> bool:
        """True when somebody said that the entry is right, or what is right."""
        return self.result in ("confirmed", "changed")


class Service(Record):
    """One entry of the directory (`chapters/support/*.yaml`). Empty means not seen, never guessed."""

    id: Identifier
    name: Line
    kind: Identifier
    states: Annotated[tuple[Annotated[str, AfterValidator(_state_or_all)], ...], Field(min_length=1)]
    audience: Identifier
    format: Literal["in-person", "phone", "online", "mixed"]
    place: Line | None
    phone: PhoneText | None
    hours: Line | None
    cost: Line | None
    url: Url | None
    description: Line
    ask: Identifier | None = None
    """The service to ask about this one when it has neither number nor address; the directory's finder if empty."""
    source: Line
    source_seen: Line
    page_date: Line | None
    text: PhoneText | None = None
    """The number for text messages."""
    verified: bool
    confirm_before_print: bool
    print_unconfirmed: bool = False
    """Print it though it is still to be confirmed, with "Check first"."""
    note: Line | None = None
    calls: tuple[Call, ...] = ()
    """Attempts to confirm it, the earliest first (`booklet calls record`)."""

    @property
    def assured(self) -> Call | None:
        """The latest call in which somebody said that the entry is right."""
        return max((call for call in self.calls if call.is_sure), key=lambda call: call.day, default=None)

    @property
    def prints(self) -> bool:
        """False for what nobody saw on a page, and for what is to be confirmed first."""
        return self.verified and (self.print_unconfirmed or not self.confirm_before_print)

    def serves(self, state: str) -> bool:
        """True when the entry belongs in the edition of this state."""
        return "ALL" in self.states or state in self.states

    @property
    def number(self) -> Phone | None:
        """The phone number, formatted and ready to dial."""
        return parse_phone(self.phone) if self.phone else None


class UrgentSign(Record):
    """A sign that cannot wait (`chapters/urgent.yaml`): in short, explained, whom to ring for it and when it holds.

    `ring` is a key of `[call_first.signs]`; `for` names the small booklets that print it.
    """

    id: Identifier
    sign: Line
    words: Line | None
    ring: Identifier
    when: Line | None
    topics: Annotated[tuple[Identifier, ...], Field(alias="for")]
    facts: Annotated[tuple[Identifier, ...], Field(min_length=1)]


class Term(Record):
    """A word of the glossary, and the facts that its meaning rests on."""

    word: Line
    meaning: Line
    also: tuple[Line, ...] = ()
    facts: tuple[Identifier, ...] = ()

    @property
    def slug(self) -> str:
        """What a chapter writes after `word:` to link here."""
        return slug(self.word)


class Topic(Record):
    """An entry of the index: a topic, and the anchors of the places that speak of it."""

    topic: Line
    at: Annotated[tuple[Identifier, ...], Field(min_length=1)]


class Source(Record):
    """A fact the chapters rest on: our note of it, where it was seen, and when that page was reviewed."""

    id: Identifier
    fact: Line
    source: Line
    reviewed: Line | None
    chapter: Line
    note: Line | None = None

    @property
    def site(self) -> str:
        """Who published it, as short as can be: the web site of an address, or the words before the first comma."""
        return urlsplit(self.source).netloc.removeprefix("www.") or self.source.partition(",")[0]


class Consent(Record):
    """A person's agreement to have her words printed. No name is kept here."""

    id: Identifier
    given: Day
    expires: Day

    @model_validator(mode="after")
    def _starts_before_it_ends(self) -> Consent:
        if self.expires < self.given:
            raise ValueError(f"the consent ends ({self.expires}) before it starts ({self.given})")
        return self


class Manuscript(Record):
    """Everything people wrote, read and validated once."""

    book: Book
    style: Style
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

    @property
    def every_chapter(self) -> tuple[Chapter, ...]:
        """The chapters of the main booklet, then those of its inserts."""
        return (*self.chapters, *(chapter for insert in self.inserts for chapter in insert.chapters))


def slug(words: str) -> str:
    """Lower case, hyphens for spaces, other punctuation dropped: `Side effect` gives `side-effect`."""
    return re.sub(r"[\s-]+", "-", re.sub(r"[^\w\s-]", "", words.lower())).strip("-")
