"""The call list: which entries of the directory to ring next, what to ask, and writing down what came of it.

A rule that every number is rung twice a year is not kept by itself: of 1,802 wrong listings in one study, 40 percent
were still wrong 540 days later. So the worst come first: what people ring in a crisis, what prints, what nobody has
confirmed, what was confirmed longest ago.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from functools import cache, partial
from hashlib import sha256
from pathlib import Path
from typing import get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from booklet import spreadsheets
from booklet.bindery import DocumentInfo, hue_of
from booklet.bounds import MAX_DATA_BYTES
from booklet.composing import (
    Composition,
    Wanted,
    compose,
    entries_in,
    faces_of,
    hours_in_words,
    sheet_beside,
    titles_of,
)
from booklet.due import Dated, dated_entry, facts_and_chapters
from booklet.files import read as read_file
from booklet.files import stamps, write_whole
from booklet.findings import UNPRINTABLE, BookletError, Place, counted, has_errors
from booklet.finishing import Tools, finish_sheet
from booklet.formats import CALL_LIST, PrintOptions
from booklet.manuscript import (
    Call,
    CallResult,
    Hours,
    Manuscript,
    NoEntryError,
    Service,
    Source,
    Value,
    changed_entry,
    is_found_wrong,
    read,
    shipped,
)
from booklet.phones import PhoneError, parse_phone
from booklet.preflight import examine
from booklet.store import CACHE, Store
from booklet.today import Today
from booklet.typesetting import Typesetter, folios
from booklet.words import english


class CallError(BookletError):
    """There is nothing to ring, no entry of this id, or its file cannot be changed."""

    exit_status = 2


class ChangedMeanwhileError(CallError):
    """Somebody changed the entry, or its file, since it was looked at. Nothing was written."""


@dataclass(frozen=True)
class PrintedPlace:
    """Where an entry is printed: title, editions, and the folio there (empty where the page has none)."""

    title: str
    editions: tuple[str, ...]
    folio: str

    def __str__(self) -> str:
        page = f", page{'s' * (', ' in self.folio)} {self.folio}" if self.folio else ""
        return f"{self.title} ({', '.join(self.editions)}){page}"


Printed = Mapping[str, tuple[PrintedPlace, ...]]
"""Where entries are printed, by their ids."""


def places_in_short(places: tuple[PrintedPlace, ...]) -> str:
    """The pages with a number on which an entry stands, and how many titles beside these have it on a cover."""
    numbered = [place for place in places if place.folio]
    others = {place.title for place in places} - {place.title for place in numbered}
    covers = [f"the covers of {counted(len(others), 'title')}"] if others else []
    return "; ".join([*map(str, numbered), *covers]) or "nothing"


@dataclass(frozen=True)
class DueCall:
    """An entry to ring: what to ask, and why it is due. `by` is how to reach it, `clock` how its time differs."""

    id: str
    name: str
    by: str
    clock: str
    hours: str
    says: tuple[str, ...]
    reason: str
    urgent: bool
    printed: tuple[PrintedPlace, ...]
    place: Place

    @property
    def printed_in_short(self) -> str:
        """Where it stands, in few words."""
        return places_in_short(self.printed)


Calls = tuple[DueCall, ...]
Stamps = Mapping[str, tuple[int, ...]]
"""What changes of each source as soon as it is saved."""


def call_list(project: Path, today: date, zone: str = "", everything: bool = False) -> tuple[Calls, Manuscript]:
    """The entries to ring, and the manuscript that has them. `zone` is the caller's time zone (IANA); empty is this
    machine's. Raises BookletError for a project that cannot be read, and for a zone that is none.
    """
    manuscript = _manuscript(project, today)
    try:
        own = ZoneInfo(zone) if zone else datetime.now().astimezone().tzinfo
    except (ZoneInfoNotFoundError, ValueError) as reason:
        raise CallError(f"'{zone}' is no time zone such as Europe/Dublin.") from reason
    assert own
    store = Store(project / CACHE)
    printed = printed_places(manuscript, project, today, store)
    return due_calls(manuscript, today, printed, own, everything), manuscript


def look_list(project: Path, today: date, everything: bool = False) -> tuple[Dated, ...]:
    """The facts and chapters to look at again, those first that were found wrong, then the oldest. Raises
    BookletError.
    """
    rows = facts_and_chapters(_manuscript(project, today))
    due = (row for row in rows if everything or row.is_stale(Today(today)))
    return tuple(sorted(due, key=lambda row: (not row.is_wrong, row.confirmed or date.min, row.kind, row.id)))


def looks_as_text(rows: Iterable[Dated]) -> str:
    """Facts and chapters for a person who looks at their pages."""

    def day(when: date | None) -> str:
        return english().day(when) if when else "never"

    blocks = []
    for number, row in enumerate(rows, 1):
        then = (
            f"booklet calls record {row.id} --by YOU --result confirmed"
            if row.kind == "fact"
            else f"booklet signoff {row.id}"
        )
        blocks += [
            f"{number}. {row.name}",
            f"   Last look: {day(row.looked)}   Last confirmed: {day(row.confirmed)}   Where: {row.where}",
            f"   Then: {then}   ({row.place})",
            "",
        ]
    return "\n".join(blocks)


def _manuscript(project: Path, today: date) -> Manuscript:
    manuscript, findings = read(project, Today(today))
    if manuscript is None:
        raise CallError("\n".join(map(str, findings)))
    return manuscript


@dataclass(frozen=True)
class StateFacts:
    """What an operator is asked of an edition beside its booklets: the day of the issue, the state's clock (IANA), and
    whom to ring there and when: the order line, then health advice at any hour.
    """

    issued: date
    time_zone: str
    lines: tuple[str, ...]


def state_facts(project: Path, today: date) -> dict[str, StateFacts]:
    """The facts of each edition, by its code; none where the project cannot be read."""
    manuscript, _ = read(project, Today(today))
    if manuscript is None:
        return {}
    order = manuscript.book.order_line
    own = [f"{order.name}: {order.hours or 'hours are not written down'}"] if order else []
    services = {service.id: service for service in manuscript.services}
    return {
        edition.code: StateFacts(
            issued=manuscript.book.issue_date,
            time_zone=edition.time_zone,
            lines=(*own, *(_line(services[id], manuscript, today) for id in edition.health_lines if id in services)),
        )
        for edition in manuscript.editions
    }


def _line(service: Service, manuscript: Manuscript, day: date) -> str:
    number = next((words for _, words in _ways(service)), "")
    hours = _hours(service, manuscript, day) or "hours are not known"
    return f"{service.name}{f', {number}' if number else ''}: {hours}"


def due_calls(manuscript: Manuscript, day: date, printed: Printed, zone: tzinfo, everything: bool = False) -> Calls:
    """The entries to ring on a day, the worst first; with `everything` also those that were confirmed of late. `zone`
    is the caller's.
    """
    urgent = {row.service for row in manuscript.book.urgent} | {
        id for edition in manuscript.editions for id in edition.health_lines
    }
    rows = [
        (_rank(service, service.id in urgent, service.id in printed), service)
        for service in manuscript.services
        if service.verified and (everything or dated_entry(service, manuscript).is_stale(Today(day)))
    ]
    return tuple(
        DueCall(
            id=service.id,
            name=service.name,
            by=_by(service, manuscript),
            clock=_clock(manuscript, service, day, zone),
            hours=_hours(service, manuscript, day) or "not known",
            says=_says(service, _hours(service, manuscript, day)),
            reason=_reason(service),
            urgent=service.id in urgent,
            printed=printed.get(service.id, ()),
            place=service.origin,
        )
        for _, service in sorted(rows, key=lambda row: row[0])
    )


def _by(service: Service, manuscript: Manuscript) -> str:
    """How to reach it. Nobody rings an emergency number to ask whether it is right."""
    if any(number.digits in manuscript.plan_of(service).emergency for number in service.numbers):
        return f"Do not ring {service.numbers[0].plain}: look at {service.source}"
    return next((words for _, words in (*_ways(service), *_sites(service))), service.source)


def _rank(service: Service, urgent: bool, printed: bool) -> tuple[object, ...]:
    sure = service.assured
    wrong = is_found_wrong(service.calls)
    return (not urgent, not printed, not wrong, sure is not None, sure.day if sure else date.min, service.id)


def _reason(service: Service) -> str:
    last, sure = max(service.calls, key=lambda call: call.day, default=None), service.assured
    words = f"Confirmed {english().day(sure.day)} by {sure.by}." if sure else "Nobody has confirmed it by phone."
    if last and last is not sure:
        words += f" Last call {english().day(last.day)} by {last.by}: {last.result.replace('-', ' ')}."
    if service.confirm_before_print:
        words += " Marked: confirm before print."
    return f"{words} {service.note}" if service.note else words


def _says(service: Service, hours: str) -> tuple[str, ...]:
    facts = [*_ways(service), ("Place", service.place), ("Hours", hours), ("Cost", service.cost), *_sites(service)]
    return (service.description, *(f"{name}: {value}" for name, value in facts if value))


def _ways(service: Service) -> Iterator[tuple[str, str]]:
    """The ways to reach a service but for its site, each with what it is."""
    kinds = (
        ("Number", service.phone), ("Text", service.sms), ("Textphone", service.textphone), ("Relay", service.relay),
    )  # fmt: skip
    for name, numbers in kinds:
        yield from ((name, _labelled(way.number.plain, way.label)) for way in numbers)
    yield from (("Email", _labelled(way.address, way.label)) for way in service.email)
    yield from (("Chat", _labelled(way.address, way.label)) for way in service.chat)


def _sites(service: Service) -> Iterator[tuple[str, str]]:
    yield from (("Website", _labelled(way.address, way.label)) for way in service.url)


def _labelled(value: str, label: str | None) -> str:
    return f"{value} ({label})" if label else value


def _hours(service: Service, manuscript: Manuscript, day: date) -> str:
    """Its hours by its own clock."""
    zone = service.hours.zone if isinstance(service.hours, Hours) else ""
    return hours_in_words(service.hours, zone or manuscript.editions[0].time_zone, day.year, english())


def _clock(manuscript: Manuscript, service: Service, day: date, zone: tzinfo) -> str:
    """How the time of the service's state differs from the caller's; nothing for one that serves several states."""
    own = [edition.time_zone for edition in manuscript.editions if edition.code in service.states]
    if len(own) != 1:
        return ""
    noon = datetime(day.year, day.month, day.day, 12)
    there, here = (noon.replace(tzinfo=each).utcoffset() or timedelta() for each in (ZoneInfo(own[0]), zone))
    minutes = round((there - here).total_seconds() / 60)
    if not minutes:
        return "the same time as yours"
    hours, rest = divmod(abs(minutes), 60)
    amount = " ".join(part for part in (f"{hours} h" if hours else "", f"{rest} min" if rest else "") if part)
    return f"{amount} {'ahead of' if minutes > 0 else 'behind'} you"


def script(manuscript: Manuscript) -> tuple[str, str, str]:
    """What to say, in three sentences."""
    book = manuscript.book
    return (
        f"Hello, my name is ..., and I'm ringing for {book.publisher}.",
        f"We print your number in {book.title}, a free booklet, and want to be sure that it's right.",
        "May I read you what we say, and will you tell me what to change?",
    )


def as_text(rows: Iterable[DueCall], lines: tuple[str, ...]) -> str:
    """The list for a person at a phone."""
    blocks = ["What to say:", *(f"  {line}" for line in lines), ""]
    for number, row in enumerate(rows, 1):
        where = "; ".join(map(str, row.printed)) or "not printed"
        clock = f" ({row.clock})" if row.clock else ""
        blocks += [
            f"{number}. {row.name}{'  ** people ring it in a crisis **' if row.urgent else ''}",
            f"   Ring: {row.by}   Hours: {row.hours}{clock}",
            *(f"   {'We say: ' if first else '        '}{words}" for words, first in _first(row.says)),
            f"   Why: {row.reason}",
            f"   Printed: {where}",
            f"   Then: booklet calls record {row.id} --by YOU --result confirmed   ({row.place})",
            "",
        ]
    return "\n".join(blocks)


def _first(words: Iterable[str]) -> Iterator[tuple[str, bool]]:
    for index, each in enumerate(words):
        yield each, not index


def as_csv(rows: Iterable[DueCall]) -> str:
    """The list for a spreadsheet. Nothing in it can be taken for a formula."""
    header = ("id", "name", "ring", "hours", "their time", "we say", "why", "in a crisis", "printed", "file")
    cells = (
        (row.id, row.name, row.by, row.hours, row.clock, " | ".join(row.says), row.reason,
         "yes" if row.urgent else "", "; ".join(map(str, row.printed)), row.place)
        for row in rows
    )  # fmt: skip
    return spreadsheets.as_csv((header, *cells))


def as_pdf(rows: Calls, manuscript: Manuscript, project: Path, day: date) -> bytes:
    """The list as a tagged PDF on A4, to write on: set, bound and examined as a booklet's own pages are. Raises
    CallError for a booklet in another language than English, and for a file with a fault.
    """
    if not manuscript.words.is_english:
        raise CallError("The list is written in English, and the booklet is in another language.")
    book, words, store = manuscript.book, manuscript.words, Store(project / CACHE)
    hue = manuscript.hue_of(manuscript.editions[0])
    info = DocumentInfo(
        title=f"Numbers to ring: {book.title}",
        subject=f"The entries to confirm on {words.day(day)}, the worst first.",
        author=book.publisher,
        words=words,
        issued=day,
        anchors={},
        hue=hue_of(hue.deep, hue.tint),
        edition=manuscript.editions[0].name,
        issue=book.issue,
    )
    names: dict[str, object] = {
        "told": f"{counted(len(rows), 'entry') if len(rows) == 1 else f'{len(rows)} entries'}, {words.day(day)}.",
        "script": script(manuscript),
        "then": "booklet calls record ID --by YOU --result confirmed.",
        "rows": rows,
        "results": [result.replace("-", " ") for result in get_args(CallResult)],
    }
    part = sheet_beside("call-list", info.title, words, faces_of(project, manuscript.style.faces), names)
    setter = cache(lambda setup: Typesetter(project, shipped("."), setup, store))
    file, findings = finish_sheet(part, CALL_LIST, info, "calls.pdf", Tools(store, setter, PrintOptions()))
    if file and file.profile:
        findings += examine(file.content, file.name, file.profile, file.promise).findings
    if file is None or has_errors(findings):
        raise CallError(f"The list cannot be made as a PDF: {findings[0]}")
    return file.content


def printed_places(
    manuscript: Manuscript, project: Path, today: date, store: Store
) -> dict[str, tuple[PrintedPlace, ...]]:
    """Where each entry is printed in the standard pages of every title, by its id: laid out, or read from the store."""
    pages_of = manuscript.style.formats["screen"].pages.turned(manuscript.words.from_the_right)
    setter = Typesetter(project, shipped("."), pages_of, store)
    faces = faces_of(project, manuscript.style.faces)
    compose_one = partial(compose, manuscript, project=project, today=Today(today), faces=faces)
    found: dict[str, dict[tuple[str, str], list[str]]] = {}
    every = [edition.code for edition in manuscript.editions]
    for title in titles_of(manuscript):
        for edition in manuscript.editions:
            compositions, findings = compose_one(edition, wanted=Wanted(title))
            if has_errors(findings):
                continue
            pages = folios(compositions, setter)
            for service in manuscript.services:
                if service.serves(edition.code) and (there := _places(compositions, service, pages)) is not None:
                    words = compositions[0].publication.title
                    found.setdefault(service.id, {}).setdefault((words, there), []).append(edition.code)
    return {
        id: tuple(PrintedPlace(title, _short(codes, every), folio) for (title, folio), codes in rows.items())
        for id, rows in found.items()
    }


def _short(codes: list[str], every: list[str]) -> tuple[str, ...]:
    return ("all editions",) if codes == every and len(every) > 1 else tuple(codes)


def _places(compositions: tuple[Composition, ...], service: Service, pages: Mapping[str, str]) -> str | None:
    """The folios on which an entry stands, in order; empty for a page without one, None where it does not stand."""
    anchor = f"service-{service.id}"
    parts = [part for composition in compositions for part in composition.parts if any(entries_in(part, [service]))]
    there = {pages.get(anchor if f'id="{anchor}"' in part.html else part.id, "") for part in parts}
    ordered = sorted(filter(None, there), key=lambda folio: (not folio.isdigit(), int(folio) if folio.isdigit() else 0))
    return ", ".join(ordered) if parts else None


def call_of(day: date, by: str, result: str, note: str | None = None) -> Call:
    """A call as somebody tells it. Raises CallError for one in the future, by nobody, or in words that a file cannot
    hold.
    """
    if day > date.today():
        raise CallError(f"A call on {day} has not been made yet.")
    if not by.strip():
        raise CallError("A call needs the name of whoever rang.")
    if UNPRINTABLE.search(f"{by}{note or ''}"):
        raise CallError("A name and a note stand on one line, without signs that nobody sees.")
    try:
        return Call.model_validate({"day": day.isoformat(), "by": by.strip(), "result": result, "note": note or None})
    except ValueError as reason:
        raise CallError("A name and a note are short, and hold no templates.") from reason


def state_of(service: Service) -> str:
    """A hash of all that an entry says, by which it is known later whether somebody changed it."""
    return sha256(service.model_dump_json().encode()).hexdigest()


def record_call(project: Path, id: str, call: Call, phone: str | None = None, seen: str | None = None) -> Path:
    """Write down what came of a call, in the entry's own file, which stays as it is but for that; gives the file.
    Whoever says that an entry is right makes it print; whoever says that it is wrong takes it out. `seen` is the
    `state_of` the entry that was read out. Raises CallError.
    """
    root = project / "chapters"
    before = stamps(root, project)
    manuscript, _ = read(project, Today(call.day))
    service = next((each for each in manuscript.services if each.id == id), None) if manuscript else None
    if manuscript and service is None and id in manuscript.sources and phone is None:
        return _record_look(project, manuscript.sources[id], call, before)
    if manuscript is None or service is None:
        known = [*(each.id for each in manuscript.services), *manuscript.sources] if manuscript else []
        near = sorted(each for each in known if id in each)[:5]
        hint = f" Did you mean: {', '.join(near)}?" if near else ""
        raise CallError(f"No service has the id '{id}', and no fact (it may have been renamed).{hint}")
    path = project / service.origin.file
    text = read_file(path, MAX_DATA_BYTES).decode("utf-8")
    if seen is not None and state_of(service) != seen:
        raise ChangedMeanwhileError(f"Somebody changed '{id}' meanwhile. Nothing was written: read what it says now.")
    values: dict[str, Value] = {}
    if call.is_sure:
        values["confirm_before_print"] = False
    elif call.result != "no-answer":
        values["confirm_before_print"] = True
        if service.print_unconfirmed:
            values["print_unconfirmed"] = False
    if phone is not None:
        if len(service.phone) > 1 or any(way.label for way in service.phone):
            raise CallError(f"{service.origin}: the entry has several numbers, or one with a label: change it there.")
        try:
            values["phone"] = parse_phone(phone, manuscript.plan_of(service)).plain
        except PhoneError as reason:
            raise CallError(f"'{phone}' is no number: {reason}.") from reason
    return _written(project, service, text, id, values, {"calls": _row(call)}, before)


def _record_look(project: Path, fact: Source, call: Call, before: Stamps) -> Path:
    """Write down what came of a look at the page of a fact."""
    text = read_file(project / fact.origin.file, MAX_DATA_BYTES).decode("utf-8")
    return _written(project, fact, text, fact.id, {}, {"checks": _row(call)}, before)


def _row(call: Call) -> dict[str, Value]:
    return {"day": call.day.isoformat(), "by": call.by, "result": call.result, "note": call.note}


def _written(
    project: Path,
    entry: Service | Source,
    text: str,
    id: str,
    values: Mapping[str, Value],
    rows: Mapping[str, Mapping[str, Value]],
    before: Stamps,
) -> Path:
    """Put what is new into the file of an entry, unless it was saved since `before`."""
    path, root = project / entry.origin.file, project / "chapters"
    try:
        changed = changed_entry(text, id, values, rows)
    except NoEntryError as reason:
        raise CallError(f"{entry.origin}: the entry cannot be changed here: {reason}.") from reason
    name = path.relative_to(root).as_posix()
    if stamps(root, project).get(name) != before.get(name):
        raise ChangedMeanwhileError(f"{entry.origin.file} was saved meanwhile. Nothing was written: try again.")
    write_whole([(path, changed.encode("utf-8"))])
    return path
