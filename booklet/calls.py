"""The call list: which entries of the directory to ring next, what to ask, and writing down what came of it.

A rule that every number is rung twice a year is not kept by itself: of 1,802 wrong listings in one study, 40 percent
were still wrong 540 days later. So the worst come first: what people ring in a crisis, what prints, what nobody has
confirmed, what was confirmed longest ago.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from functools import partial
from hashlib import sha256
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from booklet.bounds import MAX_DATA_BYTES
from booklet.composing import Composition, Wanted, compose, entries_in, faces_of, hours_in_words, titles_of
from booklet.due import dated_entry
from booklet.files import read as read_file
from booklet.files import stamps, write_whole
from booklet.findings import UNPRINTABLE, BookletError, Place, has_errors
from booklet.manuscript import (
    Call,
    Hours,
    Manuscript,
    NoEntryError,
    Service,
    changed_entry,
    is_found_wrong,
    read,
    shipped,
)
from booklet.phones import PhoneError, parse_phone
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


Calls = tuple[DueCall, ...]


def call_list(project: Path, today: date, zone: str = "", everything: bool = False) -> tuple[Calls, tuple[str, ...]]:
    """The entries to ring, and what to say. `zone` is the caller's time zone (IANA); empty is this machine's. Raises
    BookletError for a project that cannot be read, and for a zone that is none.
    """
    manuscript, findings = read(project, Today(today))
    if manuscript is None:
        raise CallError("\n".join(map(str, findings)))
    try:
        own = ZoneInfo(zone) if zone else datetime.now().astimezone().tzinfo
    except (ZoneInfoNotFoundError, ValueError) as reason:
        raise CallError(f"'{zone}' is no time zone such as Europe/Dublin.") from reason
    assert own
    store = Store(project / CACHE)
    printed = printed_places(manuscript, project, today, store)
    return due_calls(manuscript, today, printed, own, everything), script(manuscript)


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
            by=next((words for _, words in (*_ways(service), *_sites(service))), service.source),
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
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\r\n")
    writer.writerow(("id", "name", "ring", "hours", "their time", "we say", "why", "in a crisis", "printed", "file"))
    for row in rows:
        cells = (row.id, row.name, row.by, row.hours, row.clock, " | ".join(row.says), row.reason,
                 "yes" if row.urgent else "", "; ".join(map(str, row.printed)), str(row.place))  # fmt: skip
        writer.writerow([f"'{cell}" if cell[:1] in "=+-@\t\r" and cell else cell for cell in cells])
    return target.getvalue()


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
    if manuscript is None or service is None:
        near = sorted(each.id for each in manuscript.services if id in each.id)[:5] if manuscript else []
        hint = f" Did you mean: {', '.join(near)}?" if near else ""
        raise CallError(f"No service has the id '{id}' (it may have been renamed).{hint}")
    path = project / service.origin.file
    text = read_file(path, MAX_DATA_BYTES).decode("utf-8")
    if seen is not None and state_of(service) != seen:
        raise ChangedMeanwhileError(f"Somebody changed '{id}' meanwhile. Nothing was written: read what it says now.")
    values: dict[str, str | bool | None] = {}
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
    row = {"day": call.day.isoformat(), "by": call.by, "result": call.result, "note": call.note}
    try:
        changed = changed_entry(text, id, values, {"calls": row})
    except NoEntryError as reason:
        raise CallError(f"{service.origin}: the entry cannot be changed here: {reason}.") from reason
    name = path.relative_to(root).as_posix()
    if stamps(root, project).get(name) != before.get(name):
        raise ChangedMeanwhileError(f"{service.origin.file} was saved meanwhile. Nothing was written: try again.")
    write_whole([(path, changed.encode("utf-8"))])
    return path
