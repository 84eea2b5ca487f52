"""The directory handed to others, and what others know taken in as a proposal (HSDS 3).

An import says what is new and what is different. It changes only what the file says, in the entry's own YAML, and
nothing where one row has a fault: names, numbers and all else are read as an editor's would be. A row that is new
waits for somebody to see it on its page, and to ring.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from booklet.bounds import MAX_DATA_BYTES
from booklet.files import is_there, stamps, write_whole
from booklet.files import read as read_file
from booklet.findings import UNPRINTABLE, BookletError, Finding, Place, error, has_errors, in_order
from booklet.manuscript import (
    Call,
    HsdsService,
    Manuscript,
    NoEntryError,
    Service,
    Value,
    as_hsds,
    changed_entry,
    entry_in,
    hsds_id,
    hsds_services,
    new_entry,
    read,
    said_of_entry,
    said_of_hsds,
    slug,
)
from booklet.today import Today

MOST_ID = 80
NATIONAL = "chapters/support/national.yaml"
"""Where entries stand that are for everybody."""
EVERYWHERE = "ALL"
NUMBERS = {"phone", "sms", "textphone", "relay"}
_IDS = re.compile(r"^- id: ([a-z0-9-]+)$", re.MULTILINE)


class ServicesError(BookletError):
    """There is no directory to hand out, or the file of an import cannot be read."""

    exit_status = 2


@dataclass(frozen=True)
class Difference:
    """A key of an entry: what it says, and what it would say."""

    key: str
    old: Value
    new: Value


@dataclass(frozen=True)
class Row:
    """A service of an import: the entry that it is, and what would be different there. `is_new` has no entry yet."""

    id: str
    name: str
    differences: tuple[Difference, ...] = ()
    confirmed: date | None = None
    is_new: bool = False

    @property
    def what(self) -> str:
        """New, changed or unchanged."""
        return "new" if self.is_new else "changed" if self.differences or self.confirmed else "unchanged"


@dataclass(frozen=True)
class Proposal:
    """What an import comes to: its rows, what is wrong with it, and the files as they would be. `seen` is how the
    project was when it was read.
    """

    rows: tuple[Row, ...]
    findings: tuple[Finding, ...]
    files: Mapping[str, str] = field(default_factory=dict)
    seen: Mapping[str, tuple[int, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Wishes:
    """Which services are taken (their ids; empty: all), and under which headings new ones stand that say none."""

    only: tuple[str, ...] = ()
    kind: str = ""
    audience: str = ""


def exported(project: Path, today: date) -> str:
    """Every entry of the directory as JSON of HSDS 3. Raises BookletError."""
    return json.dumps(as_hsds(_manuscript(project, today)), indent=2, ensure_ascii=False) + "\n"


def proposed(project: Path, content: bytes, file: str, today: date, wishes: Wishes = Wishes()) -> Proposal:
    """What a JSON file of HSDS 3 would change. Nothing is written. Raises BookletError."""
    seen = stamps(project / "chapters", project)
    manuscript = _manuscript(project, today)
    place = Place(file)
    services, findings = hsds_services(content, file)
    entries = {hsds_id(manuscript, service.id): service for service in manuscript.services}
    texts = {name: _text(project, name) for name in _support_files(manuscript)}
    before = dict(texts)
    rows: list[Row] = []
    met: set[str] = set()
    named: set[str] = set()
    for service in services:
        told = next((each.value for each in service.own("id") if each.value), "")
        entry = entries.get(str(service.id)) or next((e for e in manuscript.services if e.id == told), None)
        names = {str(service.id), entry.id if entry else told}
        named |= names
        if wishes.only and not names & set(wishes.only):
            continue
        faults = list(_faults_of(service, entry, told, manuscript, met, place))
        if not faults:
            row, faults = _taken(service, entry, manuscript, texts, place, today, wishes)
            rows += [row] if row else []
        findings += faults
        met |= names
    findings += [
        error("SRC-014", place, f"No service '{id}'.", "An id of the file.") for id in wishes.only if id not in named
    ]
    files = {name: text for name, text in texts.items() if text != before.get(name)}
    return Proposal(tuple(rows), in_order(findings), files, seen)


def write(project: Path, proposal: Proposal) -> tuple[Path, ...]:
    """Put a proposal into its files, all of them or none. Raises ServicesError."""
    if has_errors(proposal.findings):
        raise ServicesError("Nothing was written: the import has faults. Take single services with --only.")
    if stamps(project / "chapters", project) != proposal.seen:
        raise ServicesError("The chapters were saved meanwhile. Nothing was written: try again.")
    files = [(project / name, text.encode("utf-8")) for name, text in proposal.files.items()]
    write_whole(files)
    return tuple(path for path, _ in files)


def as_text(proposal: Proposal) -> str:
    """A proposal for a person, a line for each difference."""
    lines = []
    for row in proposal.rows:
        if row.what == "unchanged":
            continue
        lines.append(f"{row.what}  {row.id}  {row.name}")
        lines += [f"    {each.key}: {_shown(each.old)} -> {_shown(each.new)}" for each in row.differences]
        lines += [f"    confirmed on {row.confirmed}"] if row.confirmed else []
    counts = {what: sum(row.what == what for row in proposal.rows) for what in ("new", "changed", "unchanged")}
    return "\n".join([*lines, ", ".join(f"{count} {what}" for what, count in counts.items())]) + "\n"


def _shown(value: Value) -> str:
    return "nothing" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _manuscript(project: Path, today: date) -> Manuscript:
    manuscript, findings = read(project, Today(today))
    if manuscript is None:
        raise ServicesError("\n".join(map(str, findings)))
    return manuscript


def _text(project: Path, name: str) -> str:
    return read_file(project / name, MAX_DATA_BYTES).decode("utf-8") if is_there(project / name) else ""


def _support_files(manuscript: Manuscript) -> tuple[str, ...]:
    """The files of the directory, and those that a new entry may begin."""
    there = (service.origin.file for service in manuscript.services)
    return tuple(dict.fromkeys((*there, NATIONAL, *(_file_of(edition.code) for edition in manuscript.editions))))


def _file_of(region: str) -> str:
    return f"chapters/support/{region.lower()}.yaml"


def _faults_of(
    service: HsdsService, entry: Service | None, told: str, manuscript: Manuscript, met: set[str], place: Place
) -> Iterator[Finding]:
    """Why a service cannot be taken, whatever else it says."""

    def fault(code: str, found: str, expected: str) -> Finding:
        return error(code, place, f"'{service.name[:60]}': {found}.", expected)

    if {str(service.id), entry.id if entry else told} - {""} & met:
        yield fault("SRC-013", f"another service has the id '{told or service.id}'", "An id of its own.")
    if any(UNPRINTABLE.search(" ".join(text.split())) for text in _texts(service.model_dump())):
        yield fault("SRC-003", "it holds signs that nobody sees", "Plain text.")
    home = next(iter(manuscript.countries.values()))
    if entry is None and "states" not in said_of_hsds(service, manuscript, home.plan):
        regions = ", ".join((EVERYWHERE, *(edition.code for edition in manuscript.editions)))
        yield fault("SRC-012", "its service_areas name no region of this project", f"An extent: {regions}.")
    if told and told != slug(told)[:MOST_ID]:
        yield fault("SRC-012", f"'{told[:60]}' is no id", "Small letters, digits and hyphens.")
    if told in manuscript.faulty:
        yield fault("SRC-012", f"the entry '{told}' has a fault of its own", "An entry without one: booklet check.")
    if entry is None and (twin := _twin(service, manuscript)):
        found = f"no entry has its id, and '{twin.id}' has its name: it may have been renamed"
        yield fault("SRC-014", found, f"The id {hsds_id(manuscript, twin.id)}, or a service that is another.")


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from (text for each in value.values() for text in _texts(each))
    elif isinstance(value, list | tuple):
        yield from (text for each in value for text in _texts(each))


def _twin(service: HsdsService, manuscript: Manuscript) -> Service | None:
    """An entry with the same name, but for capitals and signs."""
    name = slug(service.name)
    return next((entry for entry in manuscript.services if slug(entry.name) == name), None)


def _taken(
    service: HsdsService,
    entry: Service | None,
    manuscript: Manuscript,
    texts: dict[str, str],
    place: Place,
    today: date,
    wishes: Wishes,
) -> tuple[Row | None, list[Finding]]:
    """A service put into the texts of the directory's files, or what is wrong with it there."""
    call, faults = _confirmation(service, entry, place, today)
    if faults:
        return None, faults
    if entry:
        row, file, text = _changed(service, entry, manuscript, texts, call)
    else:
        row, file, text = _added(service, manuscript, texts, place, wishes)
    if row.what == "unchanged":
        return row, []
    faults = [] if text else [error("SRC-012", place, f"'{row.id}' cannot be changed here.", "A row on each line.")]
    found, more = entry_in(text, file, row.id, manuscript) if text else (None, [])
    faults += [replace(each, place=place, found=f"'{row.id}': {each.found}") for each in more]
    if found is None or faults:
        return None, faults
    texts[file] = text
    return row, []


def _confirmation(
    service: HsdsService, entry: Service | None, place: Place, today: date
) -> tuple[Call | None, list[Finding]]:
    """What it says of its last check, as a call; nothing where ours is as late, or nobody answers for it."""
    by = service.assurer_email or next((each.value for each in service.own("assurer") if each.value), None)
    if not (service.assured_date and by and entry):
        return None, []
    try:
        row = {"day": service.assured_date[:10], "by": by, "result": "confirmed", "note": f"From {place.file}."}
        call = Call.model_validate(row)
    except ValueError:
        found = f"'{service.name[:60]}': assured_date is '{service.assured_date[:40]}'."
        return None, [error("SRC-012", place, found, "A date such as 2026-07-15.")]
    if call.day > today:
        found = f"'{service.name[:60]}': assured_date is {call.day}, which has not come yet."
        return None, [error("SRC-016", place, found, "A day that has been.")]
    return (None if entry.assured and entry.assured.day >= call.day else call), []


def _changed(
    service: HsdsService, entry: Service, manuscript: Manuscript, texts: Mapping[str, str], call: Call | None
) -> tuple[Row, str, str]:
    """An entry as it would be, its file, and the text of that; no text where it cannot be written there."""
    said, own = said_of_hsds(service, manuscript, manuscript.plan_of(entry)), said_of_entry(entry)
    differences = tuple(Difference(key, own.get(key), value) for key, value in said.items() if value != own.get(key))
    row = Row(entry.id, entry.name, differences, call.day if call else None)
    file = entry.origin.file
    values = {each.key: each.new for each in differences}
    calls: dict[str, Mapping[str, Value]] = {}
    if call:
        result = "changed" if differences else "confirmed"
        calls["calls"] = {"day": call.day.isoformat(), "by": call.by, "result": result, "note": call.note}
        values |= {"confirm_before_print": False} if entry.confirm_before_print else {}
    elif NUMBERS & set(values):
        values["confirm_before_print"] = True  # nobody has rung what it says now
    try:
        return row, file, changed_entry(texts[file], entry.id, values, calls)
    except NoEntryError:
        return row, file, ""


def _added(
    service: HsdsService, manuscript: Manuscript, texts: Mapping[str, str], place: Place, wishes: Wishes
) -> tuple[Row, str, str]:
    """A new entry, which nobody here has seen yet; the file that it goes to, and the text of that."""
    headings = manuscript.book.directory
    plan = next(iter(manuscript.countries.values())).plan
    said = said_of_hsds(service, manuscript, plan)

    def own(key: str, known: Iterable[str], otherwise: str) -> str:
        told = {each.value or "" for each in service.own(key)}
        return next((each for each in known if each in told), otherwise)

    formats = ("in-person", "phone", "online", "mixed")
    taken = {entry.id for entry in manuscript.services} | {id for text in texts.values() for id in _IDS.findall(text)}
    wanted = own("id", [slug(service.name)[:MOST_ID]], "") or slug(service.name)[:MOST_ID].strip("-") or "service"
    id = next(name for name in (wanted, *(f"{wanted}-{number}" for number in range(2, 1000))) if name not in taken)
    states = said["states"]
    values: dict[str, Value] = {
        "id": id,
        "name": said["name"],
        "kind": own("kind", headings.kinds, wishes.kind),
        "states": states,
        "audience": own("audience", headings.audiences, wishes.audience),
        "format": own("format", formats, "mixed"),
        **{key: said.get(key) for key in ("place", "phone", "hours", "cost", "url")},
        **{key: said[key] for key in ("sms", "textphone", "relay", "email", "chat", "alert") if key in said},
        "description": said.get("description", said["name"]),
        "source": service.url or place.file,
        "source_seen": said["name"],
        "page_date": None,
        "verified": False,
        "confirm_before_print": True,
    }
    values |= {"status": service.status} if service.status != "active" else {}
    file = _file_of(states[0]) if len(states) == 1 and states[0] != EVERYWHERE else NATIONAL
    before = texts.get(file, "")
    before += "" if before.endswith("\n") or not before else "\n"
    return Row(id, service.name, is_new=True), file, before + new_entry(values)
