"""Recall: which printed copies hold an entry of the directory that has changed since.

What changed in print is told as for corrections (`errata`). A change belongs to an entry when it stands in it, in the
directory or in a chapter, and when it takes away a number or a name that the entry has lost.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from booklet.differences import Block, Change, Copy, DifferenceError, Sources, State, changed_numbers, state
from booklet.dispatch import read_entries
from booklet.errata import ChangedCopy, Erratum, changed_copies, erratum
from booklet.manuscript import Service
from booklet.revisions import is_revision
from booklet.words import english

SIZES = {False: "standard", True: "large-print"}
"""The sizes of print, as order codes have them."""
_Ids = dict[tuple[str, str], str]
_ANCHOR = "service-"
_NOT_DIGITS = re.compile(r"\D")


class RecallError(DifferenceError):
    """Nobody can tell what was printed, or no entry is called that."""


@dataclass(frozen=True)
class ChangedEntry:
    """An entry of an old copy that has changed since, and the corrections of what is printed there."""

    id: str
    errata: tuple[Erratum, ...]


@dataclass(frozen=True)
class HeldCopy:
    """The copies with an order code in an issue, and the entries in them that have changed since. `title` is an id,
    `size` that of `order_codes.CodeEntry`.
    """

    code: str
    title: str
    name: str
    edition: str
    size: str
    issue: str
    entries: tuple[ChangedEntry, ...]


@dataclass(frozen=True)
class Recall:
    """What was compared with the project as it is now (`since`), in which issue that was, the copies that hold a
    changed entry, and what is to be said.
    """

    since: str
    issue: str
    copies: tuple[HeldCopy, ...]
    notes: tuple[str, ...]

    @property
    def corrections(self) -> str:
        """The command that makes corrections for these copies."""
        editions = "".join(f" --edition {code}" for code in dict.fromkeys(row.edition for row in self.copies))
        titles = "".join(f" --title {title}" for title in dict.fromkeys(row.title for row in self.copies))
        return f"booklet errata {self.since}{editions}{titles}"


def printed_state(issue: str, project: Path, dist: Path) -> str:
    """What was printed of an issue: the git tag that is called so, else the build. Raises RecallError."""
    if is_revision(project, f"v{issue}"):
        return f"v{issue}"
    if any(entry.issue == issue for entry in read_entries(dist)):
        return str(dist)
    raise RecallError(
        f"There is neither a git tag v{issue} nor a build of issue {issue} in {dist.name}. Say what was printed: "
        "--since with a revision, a folder with chapters/, or a build."
    )


def recall(
    since: str, project: Path, day: date, service: str = "", issue: str = "", editions: Iterable[str] = ()
) -> Recall:
    """The copies of a state (as `differences.state` names it) that hold an entry, this one or any, which would be
    printed otherwise now, in these editions (none named: all). `issue` is what the state must be. Raises BookletError.
    """
    with ExitStack() as stack:
        old, new = state(since, project, day, stack), state(str(project), project, day, stack)
        if isinstance(old, Path) or not isinstance(new, Sources):
            raise RecallError("Copies are told since a revision, a folder with chapters/, or a build.")
        own = _issue_of(old)
        if issue and issue != own:
            raise RecallError(f"{since} is issue {own}, not {issue}. Name another with --since.")
        manuscripts = [each.manuscript for each in (old, new) if isinstance(each, Sources)]
        names = {row.name: row.id for manuscript in manuscripts for row in manuscript.services}
        wanted = {code.upper() for code in editions}
        chosen = tuple(code for code in _editions(service, old, new) if not wanted or code in wanted)
        found = {large: tuple(changed_copies(old, new, (), chosen, large)) if chosen else () for large in SIZES}
        lost = _lost(old, new, (row for rows in found.values() for row in rows), names)
        held = tuple(
            HeldCopy(row.code, row.old.title, row.old.name, row.old.edition, SIZES[large], row.issue, entries)
            for large, rows in found.items()
            for row in rows
            if (entries := tuple(each for each in _entries(row, names, lost) if service in ("", each.id)))
        )
        if service and not held and service not in names.values():
            raise _unknown(service, names.values())
        return Recall(since, own, held, (*(old.notes if isinstance(old, Sources) else ()), *new.notes))


def _issue_of(old: State) -> str:
    if isinstance(old, Sources):
        return old.manuscript.book.issue
    assert not isinstance(old, Path)
    issues = sorted({entry.issue for entry in old[1]})
    if len(issues) > 1:
        raise RecallError(f"The build holds several issues: {', '.join(issues)}. Name another with --since.")
    return issues[0]


def _editions(service: str, old: State, new: Sources) -> tuple[str, ...]:
    """The editions that may print an entry: all for any entry, and where files alone tell. Raises RecallError where no
    entry is called so.
    """
    if not isinstance(old, Sources):
        return new.editions
    shared = tuple(code for code in new.editions if code in old.editions)
    if not service:
        return shared
    every = [row for each in (old, new) for row in each.manuscript.services]
    records = [row for row in every if row.id == service]
    if not records:
        raise _unknown(service, [row.id for row in every])
    return tuple(code for code in shared if any(row.serves(code) for row in records))


def _unknown(service: str, known: Iterable[str]) -> RecallError:
    near = [id for id in sorted(set(known)) if service in id][:5]
    return RecallError(f"No service has the id '{service}'." + (f" Did you mean: {', '.join(near)}?" if near else ""))


@dataclass(frozen=True)
class _Lost:
    """What an entry was known by, and is no longer: numbers (their digits) and its name."""

    numbers: frozenset[str]
    names: frozenset[str]

    def is_in(self, change: Change) -> bool:
        """True where a change takes it away."""
        old, new = (block.words if block else "" for block in (change.old, change.new))
        gone = {_digits(number) for number in changed_numbers(change)[0]}
        return bool(gone & self.numbers) or any(name in old and name not in new for name in self.names)


def _lost(old: State, new: Sources, copies: Iterable[ChangedCopy], names: Mapping[str, str]) -> Mapping[str, _Lost]:
    """What entries have lost, by their ids: of sources all of it, of a build the numbers."""
    if isinstance(old, Sources):
        now = {row.id: row for row in new.manuscript.services}
        return {row.id: _lost_by(row, now.get(row.id)) for row in old.manuscript.services}
    numbers: dict[str, set[str]] = {}
    for copy in copies:
        ids = _ids(copy.old, names)
        for change in copy.changes:
            if change.old and (id := ids.get((change.old.part, change.old.key))):
                numbers.setdefault(id, set()).update(map(_digits, changed_numbers(change)[0]))
    return {id: _Lost(frozenset(gone), frozenset()) for id, gone in numbers.items()}


def _lost_by(old: Service, new: Service | None) -> _Lost:
    before, after = ({_digits(each.plain) for each in row.numbers} if row else set() for row in (old, new))
    name = frozenset({old.name} - {new.name if new else ""})
    return _Lost(frozenset(before - after), name)


def _entries(row: ChangedCopy, names: Mapping[str, str], lost: Mapping[str, _Lost]) -> Iterator[ChangedEntry]:
    """The entries that the old copy holds and that changed, in the order in which they do."""
    before, after = _ids(row.old, names), _ids(row.new, names)
    found: dict[str, list[Erratum]] = {}
    for change in row.changes:
        if correction := erratum(change, english()):
            for id in _meant(change, before, after, lost):
                found.setdefault(id, []).append(correction)
    yield from (ChangedEntry(id, tuple(rows)) for id, rows in found.items())


def _meant(change: Change, before: _Ids, after: _Ids, lost: Mapping[str, _Lost]) -> Iterable[str]:
    """The entries to which a change belongs. What is new in print belongs to none: no old copy holds it."""
    old = before.get((change.old.part, change.old.key), "") if change.old else ""
    new = after.get((change.new.part, change.new.key), "") if change.new else ""
    if change.old is None:
        return [new] if new in before.values() else []
    if old or new:
        return [old or new]
    return [id for id, gone in lost.items() if gone.is_in(change)]


def _ids(copy: Copy, names: Mapping[str, str]) -> _Ids:
    """The id of the entry that each block of a copy stands in: told by its anchor or, in a chapter, by the name that it
    begins with.
    """
    found: _Ids = {}
    for part, rows in copy.blocks.items():
        entry, id = 0, ""
        for block in rows:
            anchor = block.id.removeprefix(_ANCHOR) if block.id.startswith(_ANCHOR) else ""
            if anchor or block.entry != entry:
                entry, id = block.entry, anchor or names.get(_begins(block, names), "")
            if entry and id:
                found[part, block.key] = id
    return found


def _begins(block: Block, names: Iterable[str]) -> str:
    """The longest of the names that a block begins with."""
    return max((name for name in names if f"{block.words} ".startswith(f"{name} ")), key=len, default="")


def _digits(number: str) -> str:
    return _NOT_DIGITS.sub("", number)
