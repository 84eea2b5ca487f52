"""Signing off: whoever read a chapter says that it is right as it was read, and any later change withdraws that.

What is read is what the editions print (`composing.readings`): written anew, moved to another file, or on another day
it is the same; with another word, number, picture or text alternative it is not.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date
from difflib import get_close_matches
from hashlib import sha256
from pathlib import Path
from typing import Any

from booklet.bounds import MAX_DATA_BYTES
from booklet.calls import ChangedMeanwhileError
from booklet.composing import MAIN, Reading, faces_of, readings, signed_off
from booklet.differences import Change, changes, marked
from booklet.files import is_there, stamps, write_whole
from booklet.files import read as read_file
from booklet.findings import UNPRINTABLE, BookletError, Finding, Place, Severity, counted, has_errors, in_order
from booklet.manuscript import (
    SIGNATURES,
    Chapter,
    Manuscript,
    NoEntryError,
    Signature,
    SignedReading,
    read,
    with_signature,
)
from booklet.revisions import revision, revision_that_added
from booklet.today import Today

MOST_SIGNS = 200
"""Of a name, and of a role."""
_UNSEALED = "0" * 64
WITHDRAWN = "SRC-070"


class SigningError(BookletError):
    """There is no such chapter, nobody who signs, or the file cannot be written to."""

    exit_status = 2


@dataclass(frozen=True)
class ReadChapter:
    """A chapter as the editions print it, by their codes, on a day."""

    chapter: Chapter
    readings: dict[str, Reading]
    signatures: tuple[Signature, ...]
    """The last of each person."""

    @property
    def state(self) -> str:
        """A hash of all that is read, by which it is known later whether somebody changed it."""
        return sha256(repr(sorted((code, row.hashes) for code, row in self.readings.items())).encode()).hexdigest()

    @property
    def words(self) -> str:
        """How much there is to read, where it is most."""
        return ", ".join(counted(self.most(name), name.removesuffix("s")) for name in ("words", "numbers", "pictures"))

    def most(self, name: str) -> int:
        """The largest number of `words`, `numbers` or `pictures` in an edition."""
        return max((int(getattr(row, name)) for row in self.readings.values()), default=0)

    def is_held_by(self, signature: Signature) -> bool:
        """True when every edition prints what was signed."""
        signed = {row.hashes for row in signature.read}
        return all(row.hashes in signed for row in self.readings.values())


def read_chapter(project: Path, chapter: str, today: date) -> ReadChapter:
    """A chapter, by its id, as all editions print it. Raises SigningError for one that is not there, or that has faults
    for which no page would be made.
    """
    manuscript, findings = read(project, Today(today))
    if manuscript is None:
        raise SigningError("\n".join(map(str, findings)))
    row = chapter_named(manuscript, chapter)
    told, faults = _as_printed(project, manuscript, title_of(manuscript, row), today)
    if has_errors([*findings, *faults]) or chapter not in told:
        raise SigningError("\n".join((_REFUSED, *map(str, _errors([*findings, *faults])))))
    return told[chapter]


_REFUSED = "The project has faults, and what has faults is not signed off. First mend:"


def chapter_named(manuscript: Manuscript, id: str) -> Chapter:
    """A chapter by its id. Raises SigningError, with ids that look like it."""
    for chapter in manuscript.every_chapter:
        if chapter.head.id == id:
            return chapter
    raise SigningError(f"No chapter has the id '{id}' (it may have been renamed).{_near(manuscript, id)}")


def title_of(manuscript: Manuscript, chapter: Chapter) -> str:
    """The title that a chapter belongs to."""
    return next((insert.id for insert in manuscript.inserts if chapter in insert.chapters), MAIN)


def as_printed(
    project: Path, manuscript: Manuscript, title: str, today: date, editions: Collection[str] = ()
) -> dict[str, ReadChapter]:
    """The chapters of a title, by their ids, as some editions (none named: all) print them, whatever is wrong."""
    return _as_printed(project, manuscript, title, today, editions)[0]


def _as_printed(
    project: Path, manuscript: Manuscript, title: str, today: date, editions: Collection[str] = ()
) -> tuple[dict[str, ReadChapter], list[Finding]]:
    faces = faces_of(project, manuscript.style.faces)
    found: dict[str, dict[str, Reading]] = {}
    findings: list[Finding] = []
    for edition in manuscript.editions:
        if not editions or edition.code in editions:
            told, faults = readings(manuscript, edition, project, Today(today), faces, title)
            findings += faults
            for id, reading in told.items():
                found.setdefault(id, {})[edition.code] = reading
    chapters = {chapter.head.id: chapter for chapter in manuscript.every_chapter}
    rows = {id: ReadChapter(chapters[id], told, manuscript.signatures_of(id)) for id, told in found.items()}
    return rows, findings


def _errors(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    return in_order(dict.fromkeys(row for row in findings if row.severity is Severity.ERROR))


def _near(manuscript: Manuscript, chapter: str) -> str:
    names = {each.head.id: each.head.id for each in manuscript.every_chapter}
    names |= {each.head.title.lower(): each.head.id for each in manuscript.every_chapter}
    near = dict.fromkeys(names[name] for name in get_close_matches(chapter.lower(), names, 3, 0.5))
    return f" Did you mean: {', '.join(near)}?" if near else ""


def changes_since(project: Path, told: ReadChapter, signature: Signature) -> tuple[Change, ...] | None:
    """What is printed otherwise, in any edition, than when somebody signed the chapter off; None where git does not
    know what was read. The signature and what was read are to be in one revision.
    """
    revision_name = revision_that_added(project, SIGNATURES, signature.hash)
    if not revision_name:
        return None
    with revision(project, revision_name) as (folder, _):
        before = _readings_then(folder, signature)
    signed = {row.hashes for row in signature.read}
    found: dict[tuple[str, ...], Change] = {}
    for code, now in told.readings.items():
        old = before.get(code)
        if old is None or old.hashes not in signed:
            return None
        for change in changes(old.blocks, now.blocks):
            found.setdefault((change.what, *(row.words if row else "" for row in (change.old, change.new))), change)
    return tuple(found.values())


def _readings_then(folder: Path, signature: Signature) -> dict[str, Reading]:
    """What the editions printed of a chapter in an earlier state of the project."""
    manuscript, _ = read(folder, Today(signature.day))
    for chapter in manuscript.every_chapter if manuscript else ():
        if manuscript and chapter.head.id == signature.chapter:
            title = title_of(manuscript, chapter)
            return as_printed(folder, manuscript, title, signature.day)[signature.chapter].readings
    return {}


def with_changes(project: Path, findings: Iterable[Finding], today: date) -> tuple[Finding, ...]:
    """Findings, in which each signature that was withdrawn says which words went and came, where git knows them."""
    rows = tuple(findings)
    manuscript = read(project, Today(today))[0] if any(row.code == WITHDRAWN for row in rows) else None
    if manuscript is None:
        return rows
    for chapter in manuscript.every_chapter:
        for signature in manuscript.signatures_of(chapter.head.id):
            start = signed_off(chapter, signature)
            own = [row for row in rows if row.found.startswith(start)]
            told = as_printed(project, manuscript, title_of(manuscript, chapter), today) if own else {}
            if own and (found := changes_since(project, told[chapter.head.id], signature)):
                place = Place.parse(found[0].block.place) or own[0].place
                more = f" (and {counted(len(found) - 1, 'change')} more)" if len(found) > 1 else ""
                exact = replace(own[0], place=place, found=f"{start}: {marked(found[0])}{more}.")
                rows = (*(row for row in rows if row not in own), exact)
    return in_order(rows)


def sign(
    project: Path, chapter: str, by: str, role: str, day: date, seen: str | None = None
) -> tuple[Path, Signature, ReadChapter]:
    """Write down that somebody signs a chapter off as it is printed on a day; gives the file, the signature and what
    was read. `seen` is the `state` of the chapter that was shown. Raises SigningError, and ChangedMeanwhileError.
    """
    if day > date.today():
        raise SigningError(f"Nobody has read it on {day} yet.")
    by, role = (_on_one_line(words, what) for words, what in ((by, "name"), (role, "role")))
    root, path = project / "chapters", project / SIGNATURES
    before = stamps(root, project)
    told = read_chapter(project, chapter, day)
    if seen is not None and told.state != seen:
        raise ChangedMeanwhileError(f"Somebody changed '{chapter}' meanwhile. Nothing was written: read it again.")
    text = read_file(path, MAX_DATA_BYTES).decode("utf-8") if is_there(path) else ""
    signature = _signature(told, by, role, day)
    try:
        changed = with_signature(text, signature)
    except NoEntryError as reason:
        raise SigningError(f"{SIGNATURES}: nothing was written: {reason}.") from reason
    if stamps(root, project) != before:
        raise ChangedMeanwhileError("Something was saved meanwhile. Nothing was written: read it again.")
    write_whole([(path, changed.encode("utf-8"))])
    return path, signature, told


def _on_one_line(words: str, what: str) -> str:
    """A name or a role. Raises SigningError for none, for a long one, and for what does not stand on one line."""
    words = words.strip()
    if not any(sign.isalpha() for sign in words):
        raise SigningError(f"Whoever signs has a {what}: --by 'Dr A. Name' --role doctor.")
    if UNPRINTABLE.search(words) or len(words) > MOST_SIGNS:
        raise SigningError(f"A {what} stands on one line, without signs that nobody sees.")
    return words


def _signature(told: ReadChapter, by: str, role: str, day: date) -> Signature:
    editions: dict[str, list[str]] = {}
    for code, row in sorted(told.readings.items()):
        editions.setdefault(row.hashes, []).append(code)
    read = tuple(SignedReading(editions=tuple(codes), hashes=hashes) for hashes, codes in editions.items())
    facts: dict[str, Any] = {
        "chapter": told.chapter.head.id, "by": by, "role": role, "day": day, "read": read, "hash": _UNSEALED,
        **{name: told.most(name) for name in ("words", "numbers", "pictures")},
    }  # fmt: skip
    sealed = Signature.model_construct(**facts).sealed
    try:
        return Signature.model_validate({**facts, "day": day.isoformat(), "hash": sealed})
    except ValueError as reason:
        raise SigningError("A name and a role hold no templates.") from reason
