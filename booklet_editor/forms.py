"""The forms of the page: a call, and a waiver. What they write stands in the project, as if written by hand.

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
from booklet.calls import ChangedMeanwhileError, DueCall, call_of, due_calls, record_call, script, state_of
from booklet.files import is_there, write_whole
from booklet.files import read as read_file
from booklet.findings import BookletError
from booklet.manuscript import WAIVERS, Waiver, read, with_waiver
from booklet.today import Today


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
