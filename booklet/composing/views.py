"""What templates and page makers see of one edition: read-only views, nothing that leads further."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, cached_property
from html import escape
from itertools import groupby
from operator import attrgetter
from typing import ClassVar
from urllib.parse import urlsplit

import segno

from booklet.composing.markdown import PAGE_TOKEN
from booklet.composing.opening import hours_apart, hours_in_words
from booklet.composing.sandbox import Absent
from booklet.composing.ways import Kind, Way, number_way, numbers_of, ways_of
from booklet.design import PageDesign
from booklet.due import stale_ids
from booklet.findings import BookletError, Place
from booklet.manuscript import (
    PANELS,
    Binding,
    Chapter,
    Edition,
    Hours,
    Manuscript,
    OrderCodes,
    Service,
    Signature,
    StandingPage,
    Term,
    Topic,
    UrgentSign,
)
from booklet.order_codes import CodeEntry, spelling
from booklet.phones import PhonePlan
from booklet.today import Today
from booklet.words import Words

MAIN = "main"
HANDOUT = "chapter:"
ORDER_PAGE = "order-line"
DIRECTORY_PAGE = "directory"
SMALL_BOOKLETS = "S"
"""Stands for the inserts in the list of sources; chapters/pages/sources.md explains it."""
MAIN_BACK = ("sources", "fridge-card", "directory", "order-line", "index")
"""The pages behind the chapters: what differs by state comes after all that does not, the index at the very end."""


class UnknownTitleError(BookletError):
    """Somebody asked for a title that the project does not have."""

    exit_status = 2


@dataclass(frozen=True)
class Publication:
    """One title of the pack: the main booklet, an insert, or a single chapter to hand out.

    `slug` begins its file names; `codes` are what it is ordered by (a handout: the main booklet's), if it is.
    """

    id: str
    title: str
    subtitle: str
    slug: str
    description: str
    cover_image: str
    codes: OrderCodes | None
    chapters: tuple[Chapter, ...]
    origin: Place
    binding: Binding = "stitched"

    @property
    def is_main(self) -> bool:
        """True for the main booklet, which alone has a directory, an index and numbered chapters."""
        return self.id == MAIN

    @property
    def is_handout(self) -> bool:
        """True for a single chapter, which has no cover."""
        return self.id.startswith(HANDOUT)

    @property
    def stitched(self) -> bool:
        """True for what is stitched through the fold, and so has a multiple of four pages."""
        return self.binding == "stitched" and not self.is_handout

    @property
    def panels(self) -> int:
        """The pages of a leaflet that is folded from one sheet; 0 where there may be any number."""
        return PANELS.get(self.binding, 0)


def titles_of(manuscript: Manuscript) -> tuple[str, ...]:
    """The titles of the pack: the main booklet, then its inserts."""
    return (MAIN, *(insert.id for insert in manuscript.inserts))


def code_entries(manuscript: Manuscript) -> tuple[CodeEntry, ...]:
    """Everything that can be ordered and ever could, by its code: what is printed now, then what earlier issues had."""
    issue = manuscript.book.issue
    printed = [
        (title, edition.code, issue, publication(manuscript, edition, title).codes)
        for title in titles_of(manuscript)
        for edition in manuscript.editions
    ]
    earlier = [(row.title, row.edition, row.issue, row) for row in manuscript.earlier_codes]
    names = {MAIN: manuscript.book.title} | {insert.id: insert.head.title for insert in manuscript.inserts}
    return tuple(
        CodeEntry(code, spelling(code), title, names.get(title, title), edition, size, issue, is_current)
        for rows, is_current in ((printed, True), (earlier, False))
        for title, edition, issue, codes in rows
        for size, code in (codes.by_size.items() if codes else ())
    )


def publication(manuscript: Manuscript, edition: Edition, title: str = MAIN) -> Publication:
    """What a title is called and holds: `main`, the id of an insert, or `chapter:` and the id of any chapter.

    Raises UnknownTitleError.
    """
    book = manuscript.book
    if title == MAIN:
        names = (book.title, book.subtitle, book.slug, book.description, edition.cover_image or "")
        return Publication(MAIN, *names, edition.order_codes, manuscript.chapters, edition.origin, book.binding)
    for insert in manuscript.inserts:
        if insert.id == title:
            head = insert.head
            names = (head.title, head.subtitle, f"{book.slug}-{head.slug}", head.description, head.cover_image or "")
            codes = head.order_codes.get(edition.code, edition.order_codes)
            return Publication(title, *names, codes, insert.chapters, head.origin)
    for chapter in manuscript.every_chapter:
        if title == f"{HANDOUT}{chapter.head.id}":
            slug = f"{book.slug}-chapter-{chapter.head.id}"
            subtitle = manuscript.words("handout.subtitle", title=book.title)
            names = (chapter.head.title, subtitle, slug, chapter.head.summary, "")
            binding: Binding = "stitched" if book.binding == "stitched" else "stapled"
            return Publication(title, *names, edition.order_codes, (chapter,), chapter.origin, binding)
    known = ", ".join(
        (*titles_of(manuscript), *(f"{HANDOUT}{chapter.head.id}" for chapter in manuscript.every_chapter))
    )
    raise UnknownTitleError(f"No title '{title}'. There are: {known}.")


@dataclass(frozen=True)
class ServiceView:
    """One service as a chapter may show it: its parts, which a template may name."""

    PARTS: ClassVar = frozenset({
        "id", "name", "kind", "audience", "where", "phone", "sms", "textphone", "relay", "email", "chat", "hours",
        "cost", "website", "description", "ask", "checked", "confirm", "local",
    })  # fmt: skip

    id: str
    name: str = ""
    kind: str = ""
    audience: str = ""
    where: str = ""
    hours: str = ""
    cost: str = ""
    websites: tuple[tuple[str, str], ...] = ()
    """Address as a person types it, and label."""
    description: str = ""
    alert: str = ""
    ask: str = ""
    checked: str = ""
    written: str = ""
    ways: tuple[Way, ...] = ()
    confirm: bool = False
    local: bool = False
    origin: str = ""

    @property
    def phone(self) -> str:
        """The first number to ring; so are those that follow the first of their kind, and all empty without one."""
        return self._first("phone")

    @property
    def sms(self) -> str:
        """The number for text messages."""
        return self._first("sms")

    @property
    def textphone(self) -> str:
        """The number that a textphone answers."""
        return self._first("textphone")

    @property
    def relay(self) -> str:
        """The number of the relay service that puts a call through."""
        return self._first("relay")

    @property
    def email(self) -> str:
        """The email address."""
        return self._first("email")

    @property
    def chat(self) -> str:
        """Where one types to somebody, without the scheme."""
        return website(self._first("chat"))

    @property
    def website(self) -> str:
        """The first site, without the scheme."""
        return self.websites[0][0] if self.websites else ""

    @property
    def number(self) -> Way | None:
        """The number that stands beside the name: to ring, or else to write to."""
        return next((way for kind in ("phone", "sms", "textphone") for way in self.ways if way.kind == kind), None)

    def _first(self, kind: Kind) -> str:
        return next((way.text for way in self.ways if way.kind == kind), "")


class Services:
    """The services of one edition: by id, in order, or the state's own by kind and audience."""

    PARTS: ClassVar = frozenset({"local"})

    def __init__(self, views: Iterable[ServiceView], faulty: frozenset[str] = frozenset()) -> None:
        self._views = {view.id: view for view in views}
        self._faulty = faulty

    def __getitem__(self, key: str) -> ServiceView:
        if key in self._faulty:  # a fault has been found in it, which is all there is to say
            return ServiceView(key)
        if key not in self._views:
            raise KeyError(f"No service '{key}' in this edition")
        return self._views[key]

    def __iter__(self) -> Iterator[ServiceView]:
        return iter(self._views.values())

    def local(self, kind: str = "", audience: str = "") -> tuple[ServiceView, ...]:
        """The state's own services of this kind and for this audience (empty: any)."""
        return tuple(
            view for view in self if view.local and kind in ("", view.kind) and audience in ("", view.audience)
        )


@dataclass(frozen=True)
class UrgentView:
    """A number for now, what it is called there, and when to ring it."""

    service: ServiceView
    name: str
    about: str


@dataclass(frozen=True)
class Heading:
    """A heading of the directory and the id it is made from."""

    id: str
    title: str


@dataclass(frozen=True)
class SiteView:
    """A publisher that the text rests on: how many of its pages or papers, and where, by chapter number or insert."""

    name: str
    pages: int
    places: tuple[str, ...]


@dataclass(frozen=True)
class EditionView:
    """The edition, and the issue it belongs to."""

    PARTS: ClassVar = frozenset({
        "code", "name", "in_words", "emergency", "order_code", "order_code_spelling", "standard_code",
        "large_print_code", "title", "subtitle",
        "main_title", "issue", "issue_date", "next_review", "publisher",
    })  # fmt: skip

    code: str
    name: str
    in_words: str
    emergency: str
    order_code: str
    order_code_spelling: str
    standard_code: str
    large_print_code: str
    title: str
    subtitle: str
    main_title: str
    issue: str
    issue_date: date
    next_review: date
    publisher: str


@dataclass(frozen=True)
class OrderLineView:
    """The order line, its number formatted."""

    PARTS: ClassVar = frozenset(("name", "phone", "website", "hours", "cost", "say"))

    name: str
    phone: str
    website: str
    hours: str
    cost: str
    say: str
    url: str


class EditionContext:
    """Everything one edition is composed from."""

    def __init__(
        self,
        manuscript: Manuscript,
        edition: Edition,
        publication: Publication,
        today: Today,
        volumes: tuple[tuple[str, ...], ...] = (),
        volume: int = 0,
        large_print: bool = False,
        without_stale: bool = False,
    ) -> None:
        self.manuscript = manuscript
        self.publication = (
            replace(publication, binding="stapled") if large_print and publication.panels else publication
        )
        self.volumes = volumes
        self.volume = volume
        self.record = edition
        self.today = today
        self.records = services_of(manuscript, edition)
        self.left_out = stale_ids(self.records, manuscript, today) if without_stale else frozenset()
        """The ids of entries that are not listed, because nobody has confirmed them in time."""
        local = frozenset(r.id for r in self.records if "ALL" not in r.states) | frozenset(edition.health_lines)
        local -= self.left_out
        self.words = manuscript.words
        self.plans = manuscript.plans(edition)
        views = [
            _view(record, record.id in local, self.plans[0], edition.time_zone, today, self.words)
            for record in self.records
        ]
        self.services = Services(views, manuscript.faulty)
        self.large_print = large_print
        self.edition = _edition(manuscript, edition, publication, large_print)
        line = manuscript.book.order_line
        order_phone = number_way("phone", line.phone, self.plans[0]) if line and line.phone else None
        ways = [way for view in self.services for way in view.ways] + ([order_phone] if order_phone else [])
        self.numbers = numbers_of(ways, self.plans, self.words)
        """Every phone number that this edition may show."""
        self.order_line = _order_line(manuscript, order_phone.text if order_phone else "")
        self.notices = tuple(n for n in edition.notices if today.is_within(n.from_, n.until))

        self.book = manuscript.book
        self.terms = {term.slug: term for term in sorted(manuscript.glossary, key=lambda term: term.word.lower())}
        self.anchors: list[str] = []
        """All anchors before the index, in the order of the book."""
        self.uses: dict[str, list[str]] = {}
        """The places where each word of the glossary is used, as anchors: one a chapter, in their order."""
        self.signed: dict[str, tuple[Signature, ...]] = {}
        """The signatures that hold, by the id of their chapter."""

    @property
    def design(self) -> PageDesign:
        """The pages of this size of print."""
        return self.manuscript.style.formats["large-print" if self.large_print else "screen"].pages.design

    @property
    def names(self) -> dict[str, object]:
        """What a chapter's template may use."""
        return {
            "edition": self.edition,
            "order_line": self.order_line or Absent("[order_line] of booklet.toml", OrderLineView.PARTS),
            "services": self.services,
            "today": self.today,
        }

    @cached_property
    def pages(self) -> dict[str, StandingPage]:
        """The standing pages by name. That of the order line goes with the order line, the directory with what prints
        in it.
        """
        empty = {ORDER_PAGE} if not self.order_line else set()
        empty |= {DIRECTORY_PAGE} if not (self.urgent or self.directory) else set()
        return {name: page for name, page in self.manuscript.pages.items() if name not in empty}

    @cached_property
    def here(self) -> frozenset[str]:
        """The ids of the chapters and pages that this volume of this title holds."""
        if self.volumes:
            return frozenset(self.volumes[self.volume])
        own = {chapter.head.id for chapter in self.publication.chapters}
        return frozenset(own | self._page_ids if self.publication.is_main else own)

    def elsewhere(self, anchor: str) -> str | None:
        """How a reference to an anchor ends that another volume or the main booklet has, as HTML; None for one that is
        here, or nowhere at all.
        """
        if anchor.startswith("word-"):
            return None if self.explains_words else ""
        owner = self._owner(anchor)
        if owner is None or owner in self.here:
            return None
        for number, ids in enumerate(self.volumes, 1):
            if owner in ids:
                page = PAGE_TOKEN.format(anchor)
                reference = self.words("page.reference_in_volume", page=page, volume=number)
                return f'<span class="page-ref"> {escape(reference)}</span>'
        return f" {escape(self.words('page.in_booklet', title=self.book.title))}"

    @cached_property
    def explains_words(self) -> bool:
        """True when this volume of this title prints a glossary."""
        texts = [chapter.body for chapter in self.publication.chapters if chapter.head.id in self.here]
        if self.publication.is_handout and "handout" in self.pages:
            texts.append(self.pages["handout"].body)
        return any("::: glossary" in text for text in texts)

    @property
    def contents(self) -> tuple[tuple[str, str, str], ...]:
        """The rows of a list of contents: number or nothing, id and title of each chapter, and of the pages behind."""
        pages = self.pages if self.publication.is_main else {}
        numbered = self.publication.is_main
        chapters = [(str(c.number) if numbered else "", c.head.id, c.head.title) for c in self.publication.chapters]
        back = [("", pages[name].head.id, pages[name].head.title) for name in MAIN_BACK if name in pages]
        return (*chapters, *back)

    @property
    def contents_by_part(self) -> tuple[tuple[str, tuple[tuple[str, str, str], ...]], ...]:
        """The rows of `contents` under the title of each part; without a title where the book has no parts, and for the
        pages behind the chapters.
        """
        titles = {part.id: part.title for part in self.book.parts}
        of_chapter = {chapter.head.id: titles.get(chapter.head.part or "", "") for chapter in self.publication.chapters}
        rows = groupby(self.contents, lambda row: of_chapter.get(row[1], ""))
        return tuple((title, tuple(same)) for title, same in rows)

    def signs(self, ring: str, topic: str = "") -> tuple[UrgentSign, ...]:
        """The urgent signs for which one rings this, in the order of their file; of a small booklet, those that name
        it.
        """
        signs = (sign for sign in self.manuscript.urgent_signs if sign.ring == ring)
        return tuple(sign for sign in signs if not topic or topic in sign.topics)

    @cached_property
    def _page_ids(self) -> set[str]:
        return {page.head.id for page in self.pages.values()}

    def _owner(self, anchor: str) -> str | None:
        """The chapter or page of the main booklet or of this title that an anchor belongs to."""
        chapters = (*self.manuscript.chapters, *self.publication.chapters)
        ids = {chapter.head.id for chapter in chapters} | self._page_ids
        owners = [
            id
            for id in ids
            if anchor == id or anchor.startswith(f"{id}-") or (anchor.startswith("use-") and anchor.endswith(f"-{id}"))
        ]
        return max(owners, key=len, default=None)

    @property
    def glossary(self) -> tuple[Term, ...]:
        """The words to explain: all of them in the main booklet, elsewhere those that its chapters use."""
        terms = self.terms.values()
        return tuple(term for term in terms if self.publication.is_main or term.slug in self.uses)

    @property
    def topics(self) -> tuple[Topic, ...]:
        """The index, by alphabet; the places of each topic in the order of the book."""
        rows = sorted(self.manuscript.topics, key=lambda topic: topic.topic.lower())
        return tuple(row.model_copy(update={"at": sorted(row.at, key=self._place_in_book)}) for row in rows)

    def _place_in_book(self, anchor: str) -> int:
        return self.anchors.index(anchor) if anchor in self.anchors else len(self.anchors)

    @property
    def inserts(self) -> tuple[Publication, ...]:
        """The other booklets of the pack."""
        titles = (title for title in titles_of(self.manuscript) if title not in (MAIN, self.publication.id))
        return tuple(publication(self.manuscript, self.record, title) for title in titles)

    @property
    def sources(self) -> tuple[SiteView, ...]:
        """Who published what the main booklet and its inserts rest on, by alphabet, and where they use it."""
        sites: dict[str, tuple[set[str], list[str]]] = {}
        rows = [(chapter, str(chapter.number)) for chapter in self.manuscript.chapters]
        rows += [(chapter, SMALL_BOOKLETS) for insert in self.manuscript.inserts for chapter in insert.chapters]
        for chapter, place in rows:
            for id in chapter.facts:
                if source := self.manuscript.sources.get(id):
                    name = self.book.publishers.get(source.site, source.site)
                    pages, places = sites.setdefault(name, (set(), []))
                    pages.add(source.source)
                    places += [place] if place not in places else []
        ordered = sorted(sites.items(), key=lambda row: row[0].lower())
        return tuple(SiteView(site, len(pages), tuple(places)) for site, (pages, places) in ordered)

    @property
    def health_lines(self) -> tuple[ServiceView, ...]:
        """The state's lines for health advice."""
        return self._present(self.record.health_lines)

    @property
    def emergency(self) -> str:
        """Whom to ring first when a life is in danger: as the book says it, or the edition where it has another
        number.
        """
        call_first = self.book.call_first
        if call_first and call_first.number in self.plans[0].emergency:
            return call_first.emergency
        return self.edition.emergency

    def is_emergency(self, ring: str) -> bool:
        """True for an emergency number, among those whom one rings."""
        return ring in self.emergency_numbers

    @property
    def emergency_numbers(self) -> tuple[str, ...]:
        """Those of all countries of the project, which are keys for whom to ring."""
        return tuple(number for plan in self.plans for number in plan.emergency)

    @property
    def urgent(self) -> tuple[UrgentView, ...]:
        """The first numbers: the book's own list, with the state's health lines after its first entry."""
        rows = [
            UrgentView(view, row.name or view.name, row.about)
            for row in self.book.urgent
            for view in self._present([row.service])
        ]
        listed = {row.service.id for row in rows}
        others = (line for line in self.health_lines if line.id not in listed)
        lines = (UrgentView(line, line.name, f"{line.description} {line.hours}") for line in others)
        return (*rows[:1], *lines, *rows[1:])

    @property
    def cost(self) -> str:
        """What the cover says of the price: free, or what the order line costs; nothing where that is not said."""
        words = (self.book.order_line and self.book.order_line.cost) or ""
        is_free = re.search(r"\bfree\b", words, re.IGNORECASE) and not re.search(r"[$\u20ac\u00a3\d]", words)
        return self.words("cover.free") if is_free else sentence(words).rstrip(".")

    @property
    def call_helpers(self) -> tuple[ServiceView, ...]:
        """Interpreter and relay service, for people who need help to make a call."""
        line = self.book.order_line
        return self._present(line.helpers if line and line.phone else ())

    @cached_property
    def unconfirmed(self) -> str:
        """What a sample says of numbers that nobody has confirmed in time; nothing of others."""
        is_stale = self.book.sample and stale_ids(self.records, self.manuscript, self.today)
        return self.words("review.unconfirmed") if is_stale else ""

    @property
    def unreviewed(self) -> str:
        """What is said of a text of which nobody, or not everybody, has signed a chapter off; nothing of others."""
        if not self.unsigned:
            return self.words("review.sample_copy") if self.book.sample else ""
        key = "review.sample_by" if len(self.unsigned) == len(self.publication.chapters) else "review.sample_in_part"
        return self.words(key, reviewer=self.book.reviewer)

    @property
    def unsigned(self) -> tuple[Chapter, ...]:
        """The chapters that still have to be signed off."""
        chapters = self.publication.chapters if self.book.reviewer else ()
        return tuple(chapter for chapter in chapters if chapter.head.id not in self.signed)

    @property
    def signed_rows(self) -> tuple[tuple[Signature, tuple[str, ...]], ...]:
        """Who signed what, and when: each signatory, role and day once, with the titles of the chapters."""
        rows: dict[tuple[str, str, date], tuple[Signature, list[str]]] = {}
        for chapter in self.publication.chapters:
            for row in self.signed.get(chapter.head.id, ()):
                rows.setdefault((row.by, row.role, row.day), (row, []))[1].append(chapter.head.title)
        return tuple((row, tuple(titles)) for row, titles in rows.values())

    def finder(self, service: ServiceView) -> tuple[ServiceView, ...]:
        """Whom to ask about an entry that has neither number nor address: whom it names, or the directory's finder."""
        return self._present(filter(None, [service.ask or self.book.directory.finder]))

    def _present(self, ids: Iterable[str]) -> tuple[ServiceView, ...]:
        """The services that are there. One that is not was already reported with the file that names it."""
        views = {view.id: view for view in self.services}
        return tuple(views[id] for id in ids if id in views)

    @property
    def directory(self) -> list[tuple[Heading, list[tuple[Heading, list[ServiceView]]]]]:
        """The services in the directory's order, by audience and then by kind, without the first numbers."""
        headings = self.book.directory
        first = {row.service.id for row in self.urgent}
        others = [service for service in self.services if service.id not in first | self.left_out]
        return [
            (
                Heading(audience, headings.audiences[audience]),
                [
                    (Heading(kind, headings.kinds[kind]), list(same_kind))
                    for kind, same_kind in groupby(list(same_audience), attrgetter("kind"))
                ],
            )
            for audience, same_audience in groupby(others, attrgetter("audience"))
        ]

    @property
    def directory_title(self) -> str:
        """What the directory's page is called; empty where there is none."""
        return self.pages["directory"].head.title if "directory" in self.pages else ""

    @property
    def hours_apart(self) -> str:
        """How the reader's clock differs from the one that some entries name, or nothing."""
        clock = self.book.clock
        if clock is None or not any(clock.words in view.hours for view in self.services):
            return ""
        apart = hours_apart(self.record.time_zone, self.today.year, clock.time_zone)
        if apart == (0,):
            return ""
        first, *rest = (_ahead(hours, self.words) for hours in apart)
        if not rest:
            return self.words("clock.now", clock=clock.words, apart=first)
        return self.words("clock.in_summer", clock=clock.words, apart=first, later=rest[-1])

    @property
    def qr_image(self) -> str:
        """The order line's address as a QR code with its quiet zone of four modules, as a data URI; empty where it has
        none.
        """
        url = self.order_line.url if self.order_line else ""
        return _qr_image(url) if url else ""

    def source_name(self, source: str) -> str:
        """Where a reported voice was seen, its titles in the quotation marks of the text."""
        record = self.manuscript.sources.get(source)
        return re.sub(r"'([^']*)'", r"“\1”", record.source) if record else source


@cache
def _qr_image(url: str) -> str:
    code = segno.make(url, error="m", micro=False)
    return code.svg_data_uri(border=4, dark="#1a1a1a", light="#ffffff", scale=4)


def services_of(manuscript: Manuscript, edition: Edition) -> tuple[Service, ...]:
    """The services that print in this edition, in the directory's order.

    Only entries that somebody saw and that need not be confirmed first print, or those that say `print_unconfirmed`. A
    line that any edition names as a health line prints only where it is named, so that an edition may have a line in
    place of the one of all others. What has numbers, and none that can be dialled here, stays out.
    """
    region = manuscript.plans(edition)[0].region
    health_lines = {line for each in manuscript.editions for line in each.health_lines}
    chosen = [
        service
        for service in manuscript.services
        if service.prints
        and service.serves(edition.code)
        and (not service.numbers or any(number.seen_from(region) for number in service.numbers))
        and (service.id not in health_lines or service.id in edition.health_lines)
    ]
    audiences, kinds = list(manuscript.book.directory.audiences), list(manuscript.book.directory.kinds)

    def rank(service: Service) -> tuple[int, int, bool, str, str]:
        national = "ALL" in service.states
        return (
            audiences.index(service.audience),
            kinds.index(service.kind),
            national,
            service.place or "",
            service.name.lower(),
        )

    known = [service for service in chosen if service.audience in audiences and service.kind in kinds]
    return tuple(sorted(known, key=rank))


def checked_entries(manuscript: Manuscript, edition: Edition) -> tuple[date | None, ...]:
    """For each entry that prints in an edition the day on which somebody last confirmed it; None where nobody has."""
    return tuple(service.assured.day if service.assured else None for service in services_of(manuscript, edition))


def _ahead(hours: float, words: Words) -> str:
    if hours == 0:
        return words("clock.same")
    whole, half = divmod(hours, 1)
    if not whole:
        return words("clock.half")
    return words("clock.ahead_and_half" if half else "clock.ahead", count=int(whole))


def sentence(words: str) -> str:
    """Words as a sentence of their own; nothing stays nothing."""
    return f"{words[:1].upper()}{words[1:]}{'' if words.endswith(('.', '!', '?')) else '.'}" if words else ""


def website(url: str) -> str:
    """The address as a person reads and types it: no scheme, no closing slash."""
    parts = urlsplit(url)
    return (parts.netloc + parts.path).rstrip("/")


def _view(record: Service, local: bool, plan: PhonePlan, zone: str, today: Today, words: Words) -> ServiceView:
    told = record.hours if isinstance(record.hours, Hours) else None
    year = today.year if told and told.zone else 0
    return ServiceView(
        id=record.id,
        name=record.name,
        kind=record.kind,
        audience=record.audience,
        where=record.place or "",
        hours=hours_in_words(record.hours, zone, year, words),
        cost=record.cost or "",
        websites=tuple((website(way.address), way.label or "") for way in record.url),
        description=record.description,
        alert=record.alert or "",
        ask=record.ask or "",
        checked=words.day(record.assured.day) if record.assured else "",
        written=_month_in_words(record.page_date or "", words),
        ways=ways_of(record, plan),
        confirm=record.confirm_before_print,
        local=local,
        origin=str(record.origin),
    )


def _month_in_words(page_date: str, words: Words) -> str:
    """The month and year of a page's date such as `2023-11`, `reviewed 2023-11` or `2024-09-10`; else empty."""
    found = re.fullmatch(r"(?:about |reviewed )?(\d{4})-(0[1-9]|1[0-2])(?:-\d\d)?", page_date)
    return words.month(date(int(found[1]), int(found[2]), 1)) if found else ""


def _order_line(manuscript: Manuscript, number: str) -> OrderLineView | None:
    line = manuscript.book.order_line
    if line is None:
        return None
    address = line.address_in_words or website(line.url or "")
    return OrderLineView(line.name, number, address, line.hours or "", line.cost or "", line.say or "", line.url or "")


def _edition(manuscript: Manuscript, edition: Edition, publication: Publication, large_print: bool) -> EditionView:
    book = manuscript.book
    codes = publication.codes.by_size if publication.codes else {}
    code = codes.get("large-print" if large_print else "standard", "")
    return EditionView(
        code=edition.code,
        name=edition.name,
        in_words=edition.in_words,
        emergency=edition.emergency,
        order_code=code,
        order_code_spelling=spelling(code),
        standard_code=codes.get("standard", ""),
        large_print_code=codes.get("large-print", ""),
        title=publication.title,
        subtitle=publication.subtitle,
        main_title=book.title,
        issue=book.issue,
        issue_date=book.issue_date,
        next_review=book.next_review,
        publisher=book.publisher,
    )
