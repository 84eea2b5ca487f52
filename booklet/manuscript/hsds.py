"""Entries of the directory as other directories exchange them: Open Referral's Human Services Data Specification.

HSDS 3.0 (openreferral/specification, schema/compiled/service.json): a service with its organization, phones,
schedules, service areas and locations. What it has no field for (labels, the textphone behind a relay service, the
kind and audience of an entry) goes into `attributes`, whose `link_type` begins with `booklet:`. Names of people who
rang, and notes for the next editor, are nobody else's and stay out.

Ids are UUIDs made from the booklet's slug and the entry's id, so that they are the same in every issue.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal
from uuid import NAMESPACE_URL, UUID, uuid5

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from booklet.findings import Finding, Place, error
from booklet.manuscript.hours import DAY_MINUTES, DAYS, Hours, Span
from booklet.manuscript.reading import MAX_FAULTS
from booklet.manuscript.records import EVERYWHERE, Manuscript, NumberWay, Service, is_found_wrong
from booklet.phones import EXTENSION, Phone, PhoneError, PhonePlan, parse_message_number, parse_phone

OWN = "booklet:"
"""How the `link_type` of an attribute begins that only this program reads."""
_BYDAY = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_NUMBERS = {"phone": "voice", "sms": "text", "textphone": "textphone", "relay": "voice"}
"""Our keys, and the types of RFC 6350 that HSDS has for them."""
_OLDER = {
    "regular_schedules",
    "regular_schedule",
    "eligibilitys",
    "eligibility",
    "service_taxonomys",
    "holiday_schedules",
}
"""What only services of HSDS 1 and 2 have."""
_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::\d{2})?(?:Z|[+-]\d{2}:?\d{2})?")
Said = dict[str, Any]
"""Keys of an entry with their values, as YAML has them."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class HsdsTerm(_Part):
    """A term of a taxonomy."""

    code: str | None = None
    name: str = ""


class HsdsAttribute(_Part):
    """A property that HSDS has no field for."""

    link_type: str | None = None
    value: str | None = None
    taxonomy_term: HsdsTerm | None = None


class HsdsPhone(_Part):
    """A phone number."""

    number: str
    extension: int | float | None = None
    type: str | None = None
    description: str | None = None
    attributes: tuple[HsdsAttribute, ...] = ()


class HsdsSchedule(_Part):
    """When it is open: a rule of RFC 5545, or words."""

    freq: str | None = None
    byday: str | None = None
    opens_at: str | None = None
    closes_at: str | None = None
    description: str | None = None
    attributes: tuple[HsdsAttribute, ...] = ()


class HsdsArea(_Part):
    """Where it is for."""

    name: str | None = None
    extent: str | None = None


class HsdsLocation(_Part):
    """A place."""

    name: str | None = None


class HsdsAtLocation(_Part):
    """A service at a place."""

    location: HsdsLocation | None = None


class HsdsService(_Part):
    """A service, as far as it is read here."""

    id: UUID
    name: str = Field(min_length=1)
    status: Literal["active", "inactive", "defunct", "temporarily closed"]
    description: str | None = None
    url: str | None = None
    email: str | None = None
    fees_description: str | None = None
    alert: str | None = None
    assured_date: str | None = None
    assurer_email: str | None = None
    phones: tuple[HsdsPhone, ...] = ()
    schedules: tuple[HsdsSchedule, ...] = ()
    service_areas: tuple[HsdsArea, ...] = ()
    service_at_locations: tuple[HsdsAtLocation, ...] = ()
    attributes: tuple[HsdsAttribute, ...] = ()

    def own(self, name: str) -> tuple[HsdsAttribute, ...]:
        """Its attributes of ours with this name."""
        return _own(self.attributes, name)


def _own(attributes: Iterable[HsdsAttribute], name: str) -> tuple[HsdsAttribute, ...]:
    return tuple(row for row in attributes if row.link_type == f"{OWN}{name}")


def hsds_id(manuscript: Manuscript, *names: str) -> str:
    """The id of something of an entry: the same in every issue."""
    return str(uuid5(uuid5(NAMESPACE_URL, f"urn:booklet:{manuscript.book.slug}"), "/".join(names)))


def as_hsds(manuscript: Manuscript) -> dict[str, Any]:
    """Every entry of the directory, as a page of services (HSDS API, `/services`)."""
    rows = [_service(service, manuscript) for service in manuscript.services]
    return {
        "total_items": len(rows),
        "total_pages": 1,
        "page_number": 1,
        "size": len(rows),
        "first_page": True,
        "last_page": True,
        "empty": not rows,
        "contents": rows,
    }


def _service(service: Service, manuscript: Manuscript) -> dict[str, Any]:
    id = hsds_id(manuscript, service.id)
    headings, sure = manuscript.book.directory, service.assured
    sites, mails = [way.address for way in service.url], [way.address for way in service.email]

    def term(kind: str, code: str, name: str) -> dict[str, Any]:
        row = {"id": hsds_id(manuscript, kind, code), "code": code, "name": name, "description": name, "taxonomy": kind}
        return _attribute(manuscript, service, kind, code) | {"taxonomy_term": row}

    attributes = [
        _attribute(manuscript, service, "id", service.id),
        term("kind", service.kind, headings.kinds.get(service.kind, service.kind)),
        term("audience", service.audience, headings.audiences.get(service.audience, service.audience)),
        _attribute(manuscript, service, "format", service.format),
        _attribute(manuscript, service, "source", service.source),
        _attribute(manuscript, service, "source_seen", service.source_seen),
    ]
    for key, ways in (("url", service.url), ("email", service.email), ("chat", service.chat)):
        if len(ways) > 1 or key == "chat" or any(way.label for way in ways):
            attributes += [_attribute(manuscript, service, key, _labelled(way.address, way.label)) for way in ways]
    if service.confirm_before_print or not service.verified:
        waits = "it is to be seen on a page" if not service.verified else "it is to be confirmed by phone"
        attributes.append(_attribute(manuscript, service, "waits", waits))
    if sure:
        attributes.append(_attribute(manuscript, service, "assurer", manuscript.book.publisher))
    row = {
        "id": id,
        "name": service.name,
        "description": service.description,
        "url": next(iter(sites), None),
        "email": next(iter(mails), None),
        "status": _status(service),
        "fees_description": service.cost,
        "eligibility_description": headings.audiences.get(service.audience),
        "assured_date": sure.day.isoformat() if sure else None,
        "alert": service.alert,
        "last_modified": f"{sure.day.isoformat()}T00:00:00.000Z" if sure and sure.result == "changed" else None,
        "organization": {
            "id": hsds_id(manuscript, service.id, "organization"),
            "name": service.name,
            "description": service.description,
        },
        "phones": list(_phones(service, manuscript)),
        "schedules": list(_schedules(service, manuscript)),
        "service_areas": list(_areas(service, manuscript)),
        "service_at_locations": list(_places(service, manuscript)),
        "attributes": attributes,
    }
    return {key: value for key, value in row.items() if value not in (None, [])}


def _status(service: Service) -> str:
    """Its status as it is told to others: what a call found wrong is not active."""
    return "inactive" if service.status == "active" and is_found_wrong(service.calls) else service.status


def _attribute(manuscript: Manuscript, service: Service, name: str, value: str, of: str = "") -> dict[str, Any]:
    """A property of an entry, or of a part of it (`of` is that part's id)."""
    return {
        "id": hsds_id(manuscript, service.id, of, name, value),
        "link_id": of or hsds_id(manuscript, service.id),
        "link_type": f"{OWN}{name}",
        "link_entity": "service",
        "value": value,
    }


def _labelled(address: str, label: str | None) -> str:
    """An address and what it is for. No address has a space in it."""
    return f"{address} {label}" if label else address


def _phones(service: Service, manuscript: Manuscript) -> Iterator[dict[str, Any]]:
    for key, type in _NUMBERS.items():
        ways: tuple[NumberWay, ...] = getattr(service, key)
        for way in ways:
            id = hsds_id(manuscript, service.id, key, way.number.plain)
            number, _, extension = way.number.plain.partition(EXTENSION.replace("\u00a0", " "))
            row: dict[str, Any] = {"id": id, "service_id": hsds_id(manuscript, service.id), "number": number}
            row |= {"extension": int(extension)} if extension else {}
            row |= {"type": type} | ({"description": way.label} if way.label else {})
            if key == "relay":
                row["attributes"] = [{**_attribute(manuscript, service, "relay", "relay", id), "link_entity": "phone"}]
            yield row


def _schedules(service: Service, manuscript: Manuscript) -> Iterator[dict[str, Any]]:
    if isinstance(service.hours, str):
        yield {"id": hsds_id(manuscript, service.id, "hours"), "description": service.hours}
    if not isinstance(service.hours, Hours):
        return
    hours = service.hours
    days: dict[Span, list[str]] = {}
    for name, spans in zip(_BYDAY, hours.week, strict=True):
        for span in spans:
            days.setdefault(span, []).append(name)
    for (start, end), names in days.items():
        id = hsds_id(manuscript, service.id, "hours", f"{start}-{end}")
        beside = {"zone": hours.zone, "holidays": hours.holidays}
        told = [
            {**_attribute(manuscript, service, key, value, id), "link_entity": "schedule"}
            for key, value in beside.items()
            if value
        ]
        rule = {"freq": "WEEKLY", "byday": ",".join(names), "opens_at": _clock(start), "closes_at": _clock(end)}
        yield {"id": id, **rule, **({"attributes": told} if told else {})}


def _clock(minutes: int) -> str:
    minutes = minutes if minutes <= DAY_MINUTES else minutes - DAY_MINUTES
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _areas(service: Service, manuscript: Manuscript) -> Iterator[dict[str, Any]]:
    names = {edition.code: edition.name for edition in manuscript.editions}
    for state in service.states:
        everywhere = next(iter(manuscript.countries.values())).name if state == EVERYWHERE else state
        yield {
            "id": hsds_id(manuscript, service.id, "area", state),
            "name": names.get(state, everywhere),
            "extent": state,
            "extent_type": "text",
        }


def _places(service: Service, manuscript: Manuscript) -> Iterator[dict[str, Any]]:
    if service.place:
        id = hsds_id(manuscript, service.id, "place")
        location = {"id": id, "location_type": "physical", "name": service.place}
        yield {"id": hsds_id(manuscript, service.id, "at-place"), "location": location}


def hsds_services(content: bytes, file: str) -> tuple[tuple[HsdsService, ...], list[Finding]]:
    """The services of a JSON file of HSDS 3 (a page of the API, a list, or one service), and what is wrong with it."""
    place = Place(file)
    expected = "JSON of HSDS 3: a list of services, or a page with `contents`."
    try:
        value = json.loads(content)
    except (ValueError, RecursionError) as reason:
        deep = "It is too deep" if isinstance(reason, RecursionError) else "It is no JSON"
        return (), [error("SRC-004", place, f"{deep}.", expected)]
    if isinstance(value, dict):
        value = value.get("contents", [value] if "status" in value and "name" in value else None)
    if not isinstance(value, list):
        found = "It holds no services: HSDS 1 and 2 have tables in place of them."
        return (), [error("SRC-012", place, found, expected)]
    services: list[HsdsService] = []
    findings: list[Finding] = []
    for number, row in enumerate(value):
        older = sorted(_OLDER & set(row)) if isinstance(row, dict) else []
        if older:
            found = f"Service {number + 1} has '{older[0]}', as HSDS 1 and 2 have."
            findings.append(error("SRC-012", place, found, expected))
            continue
        try:
            services.append(HsdsService.model_validate(row))
        except ValidationError as reason:
            problem = reason.errors()[0]
            where = ".".join(map(str, problem["loc"]))
            found = f"Service {number + 1}: {where or 'it'}: {problem['msg']}."
            findings.append(error("SRC-012", place, found, expected))
        if len(findings) > MAX_FAULTS:
            break
    return tuple(services), findings


def said_of_hsds(row: HsdsService, manuscript: Manuscript, plan: PhonePlan) -> Said:
    """What a service of HSDS says, by our keys. What it does not say has no key: nothing is emptied by silence."""
    said: Said = {"name": row.name, "status": row.status}
    plain = {"description": row.description, "cost": row.fees_description, "alert": row.alert}
    said |= {key: " ".join(value.split()) for key, value in plain.items() if value and value.strip()}
    states = [state for area in row.service_areas if (state := _state(area, manuscript))]
    said |= {"states": list(dict.fromkeys(states))} if states else {}
    places = [at.location.name for at in row.service_at_locations if at.location and at.location.name]
    said |= {"place": ", ".join(places)} if places else {}
    for key, first in (("url", row.url), ("email", row.email), ("chat", None)):
        several = [attribute.value for attribute in row.own(key) if attribute.value]
        ways = [_address(each) for each in several] or ([first] if first else [])
        said |= {key: _one_or_several(ways)} if ways else {}
    for key in _NUMBERS:
        numbers = [_number(phone, plan) for phone in row.phones if _key_of(phone) == key]
        said |= {key: _one_or_several(numbers)} if numbers else {}
    if row.schedules and (hours := _hours(row.schedules)):
        said["hours"] = hours
    return said


def _state(area: HsdsArea, manuscript: Manuscript) -> str:
    """The region that an area is, by its code or name; empty for one that is none of the project's."""
    names = {edition.name: edition.code for edition in manuscript.editions}
    names |= {next(iter(manuscript.countries.values())).name: EVERYWHERE, EVERYWHERE: EVERYWHERE}
    codes = {state for service in manuscript.services for state in service.states} | set(names.values())
    return area.extent if area.extent in codes else names.get(area.name or "", "")


def said_of_entry(service: Service) -> Said:
    """What an entry says of that which HSDS has words for, as `said_of_hsds` tells it."""
    said: Said = {"name": service.name, "status": _status(service), "states": list(service.states)}
    for key in ("description", "cost", "alert", "place"):
        said |= {key: value} if (value := getattr(service, key)) else {}
    for key in _NUMBERS:
        ways: tuple[NumberWay, ...] = getattr(service, key)
        rows = [_row("number", way.number.plain, way.label) for way in ways]
        said |= {key: _one_or_several(rows)} if rows else {}
    for key, sites in (("url", service.url), ("email", service.email), ("chat", service.chat)):
        rows = [_row("address", way.address, way.label) for way in sites]
        said |= {key: _one_or_several(rows)} if rows else {}
    if service.hours:
        said["hours"] = service.hours if isinstance(service.hours, str) else _as_rows(service.hours)
    return said


def _row(key: str, value: str, label: str | None) -> str | dict[str, str]:
    return {key: value, "label": label} if label else value


def _one_or_several(rows: list[Any]) -> Any:
    return rows[0] if len(rows) == 1 and isinstance(rows[0], str) else rows


def _address(told: str) -> str | dict[str, str]:
    address, _, label = told.partition(" ")
    return _row("address", address, label or None)


def _key_of(phone: HsdsPhone) -> str:
    if _own(phone.attributes, "relay"):
        return "relay"
    return {"text": "sms", "sms": "sms", "textphone": "textphone"}.get((phone.type or "").lower(), "phone")


def _number(phone: HsdsPhone, plan: PhonePlan) -> str | dict[str, str]:
    """The number as our files have it; as it stands, where it is none of the plan's."""
    text = f"{phone.number}{EXTENSION}{phone.extension:g}" if phone.extension else phone.number
    read = parse_message_number if _key_of(phone) == "sms" else parse_phone
    try:
        found: Phone = read(text, plan)
        text = found.plain
    except PhoneError:
        pass
    return _row("number", text, phone.description or None)


def _hours(schedules: Iterable[HsdsSchedule]) -> str | dict[str, str] | None:
    """Hours as our files have them; in words where a rule is more than days of a week."""
    week: dict[str, list[str]] = {}
    beside: dict[str, str] = {}
    words: list[str] = []
    for row in schedules:
        times = [_TIME.fullmatch(each or "") for each in (row.opens_at, row.closes_at)]
        names = [name.strip().upper() for name in (row.byday or "").split(",")]
        if row.freq in ("WEEKLY", None) and all(times) and set(names) <= set(_BYDAY):
            start, end = (f"{int(found[1])}:{found[2]}" for found in times if found)
            for name in names:
                week.setdefault(DAYS[_BYDAY.index(name)], []).append(f"{start}-{end}")
            beside |= {
                key: each.value for key in ("zone", "holidays") for each in _own(row.attributes, key) if each.value
            }
        elif row.description:
            words.append(" ".join(row.description.split()))
    if words or not week:
        return "; ".join(words) or None
    return _grouped({day: ", ".join(week[day]) for day in DAYS if day in week}) | beside


def _as_rows(hours: Hours) -> dict[str, str]:
    def told(spans: tuple[Span, ...]) -> str:
        pairs = ((start, end if end <= DAY_MINUTES else end - DAY_MINUTES) for start, end in spans)
        return ", ".join(f"{start // 60}:{start % 60:02}-{end // 60}:{end % 60:02}" for start, end in pairs)

    week = {day: told(spans) for day, spans in zip(DAYS, hours.week, strict=True) if spans}
    beside = {key: value for key, value in (("zone", hours.zone), ("holidays", hours.holidays)) if value}
    return _grouped(week) | beside


def _grouped(week: Mapping[str, str]) -> dict[str, str]:
    """Days with the same times together: `mon-fri: 9:00-17:00`."""
    rows: list[tuple[list[str], str]] = []
    for day, times in week.items():
        if rows and rows[-1][1] == times and DAYS.index(rows[-1][0][-1]) == DAYS.index(day) - 1:
            rows[-1][0].append(day)
        else:
            rows.append(([day], times))
    return {(days[0] if len(days) == 1 else f"{days[0]}-{days[-1]}"): times for days, times in rows}
