"""The forms of the page: a call, a waiver, and a signature under a chapter. What they write stands in the project, as
if written by hand.

They run in the process that makes pages, so that nothing is read half-way. None overwrites what somebody changed since
the form was opened.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path

from booklet.bounds import MAX_DATA_BYTES
from booklet.calls import (
    ChangedMeanwhileError,
    DueCall,
    call_of,
    due_calls,
    places_in_short,
    printed_places,
    record_call,
    script,
    state_of,
)
from booklet.composing import HANDOUT, MAIN
from booklet.files import is_there, write_whole
from booklet.files import read as read_file
from booklet.findings import BookletError, Place
from booklet.manuscript import WAIVERS, Waiver, read, with_waiver
from booklet.signing import ReadChapter, as_printed, sign
from booklet.store import CACHE, Store
from booklet.today import Today
from booklet.words import english


@dataclass(frozen=True)
class Answer:
    """What came of a form: its words for the person, whether it was written, and whether somebody changed it first."""

    words: str
    is_written: bool = False
    is_changed: bool = False


@dataclass(frozen=True)
class ToRing:
    """An entry to ring, and `seen`, by which it is known later whether somebody changed it meanwhile."""

    call: DueCall
    seen: str


@dataclass(frozen=True)
class CallList:
    """The entries to ring, the worst first, and what to say."""

    rows: tuple[ToRing, ...]
    script: tuple[str, ...]
    today: date


def call_list(project: Path, today: date, everything: bool) -> CallList:
    """The entries to ring on a day; with `everything` also those that were confirmed of late."""
    manuscript, _ = read(project, Today(today))
    if manuscript is None:
        return CallList((), (), today)
    own = datetime.now().astimezone().tzinfo
    assert own
    states = {service.id: state_of(service) for service in manuscript.services}
    due = due_calls(manuscript, today, {}, own, everything)
    rows = tuple(ToRing(call, states[call.id]) for call in due)
    return CallList(rows, script(manuscript), today)


def where_printed(project: Path, today: date) -> dict[str, str] | None:
    """Where each entry is printed (title, editions, pages), by its id; None where the project cannot be read. All
    titles of all editions are laid out, which takes long for what the store does not hold yet.
    """
    manuscript, _ = read(project, Today(today))
    if manuscript is None:
        return None
    places = printed_places(manuscript, project, today, Store(project / CACHE))
    return {id: places_in_short(rows) for id, rows in places.items()}


def write_call(project: Path, id: str, day: str, by: str, result: str, note: str, phone: str, seen: str) -> Answer:
    """Write down what came of a call."""

    def written() -> Answer:
        try:
            made = date.fromisoformat(day)
        except ValueError:
            return Answer(f"'{day}' is no day.")
        path = record_call(project, id, call_of(made, by, result, note.strip() or None), phone.strip() or None, seen)
        return Answer(f"Written to {path.relative_to(project).as_posix()}: {id}, {result.replace('-', ' ')}.", True)

    return _answered(written)


@dataclass(frozen=True)
class ToSign:
    """A chapter to sign off: its id and title, how much there is to read, by how many editions otherwise, who signed it
    and whether that holds, where it begins, and `seen`, by which it is known later whether somebody changed it.
    """

    id: str
    title: str
    read: str
    signatures: tuple[str, ...]
    holds: bool
    place: Place
    seen: str


@dataclass(frozen=True)
class Chapters:
    """The chapters of a title to sign off, those first that nobody has; `reviewer` says by whom (empty: anybody)."""

    rows: tuple[ToSign, ...]
    reviewer: str
    today: date


def chapter_list(project: Path, today: date, title: str) -> Chapters:
    """The chapters of a title, or of a handout the one that it is made of."""
    manuscript, _ = read(project, Today(today))
    if manuscript is None:
        return Chapters((), "", today)
    own, _, handed_out = title.rpartition(HANDOUT) if HANDOUT in title else (title, "", "")
    told = as_printed(project, manuscript, own or MAIN, today)
    rows = [_to_sign(row) for id, row in told.items() if handed_out in ("", id)]
    return Chapters(tuple(sorted(rows, key=lambda row: row.holds)), manuscript.book.reviewer or "", today)


def _to_sign(told: ReadChapter) -> ToSign:
    held = {row.hash: told.is_held_by(row) for row in told.signatures}
    places = (section.place for row in told.readings.values() for section in row.sections)
    ways = len({row.hashes for row in told.readings.values()})
    editions = "the same in all editions" if ways == 1 else f"in {ways} versions, as the state has it"
    return ToSign(
        id=told.chapter.head.id,
        title=told.chapter.head.title,
        read=f"{told.words}, {editions}",
        signatures=tuple(
            f"{row.by}, {row.role}, {english().day(row.day)}: {'holds' if held[row.hash] else 'withdrawn by a change'}"
            for row in told.signatures
        ),
        holds=any(held.values()),
        place=next((place for place in places if place.line), told.chapter.origin),
        seen=told.state,
    )


def write_signature(project: Path, id: str, day: str, by: str, role: str, seen: str) -> Answer:
    """Write down that somebody signs a chapter off as it was shown."""

    def written() -> Answer:
        try:
            read_on = date.fromisoformat(day)
        except ValueError:
            return Answer(f"'{day}' is no day.")
        path, signature, _ = sign(project, id, by, role, read_on, seen)
        name = path.relative_to(project).as_posix()
        return Answer(f"Written to {name}: {id}, signed off by {signature.by}.", True)

    return _answered(written)


def waivers_state(project: Path) -> str:
    """A hash of the waivers as they are."""
    return sha256(_waivers(project)).hexdigest()


def write_waiver(project: Path, code: str, where: str, reason: str, seen: str) -> Answer:
    """Answer for a finding in one file, or in one line of it."""

    def written() -> Answer:
        if set(where) & set("*?["):
            return Answer("Here one file or one line is answered for.")
        before = _waivers(project)
        changed = ChangedMeanwhileError(f"Somebody changed {WAIVERS} meanwhile. Nothing was written: send it again.")
        if sha256(before).hexdigest() != seen:
            raise changed
        try:
            waiver = Waiver.model_validate({"code": code, "where": where, "reason": reason.strip()})
            content = with_waiver(before.decode("utf-8"), waiver).encode()
        except ValueError as why:
            return Answer(f"That cannot be written: {_first_line(why)}.")
        if _waivers(project) != before:
            raise changed
        write_whole([(project / WAIVERS, content)])
        return Answer(f"Written to {WAIVERS}: {code} in {where}.", True)

    return _answered(written)


def _first_line(reason: ValueError) -> str:
    errors = getattr(reason, "errors", None)
    return str(errors()[0]["msg"]).removeprefix("Value error, ") if errors else str(reason)


def _waivers(project: Path) -> bytes:
    path = project / WAIVERS
    return read_file(path, MAX_DATA_BYTES) if is_there(path) else b""


def _answered(work: Callable[[], Answer]) -> Answer:
    try:
        return work()
    except ChangedMeanwhileError as reason:
        return Answer(str(reason), is_changed=True)
    except BookletError as reason:
        return Answer(str(reason))
    except (OSError, UnicodeDecodeError) as reason:
        return Answer(f"The file cannot be written ({getattr(reason, 'strerror', None) or 'no UTF-8'}).")
