"""What is due to be confirmed again: entries, facts and chapters, each with two dates, the last look and the last
confirmation. Only what somebody wrote down counts: editing a file is not a check.

The intervals and what each format does with what is older are the project's (`[checks]` of booklet.toml). An entry
that was seen on a page and that nobody has confirmed was never confirmed. HL7 FHIR calls the same need, last
performed, next scheduled and failure action (VerificationResult).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from booklet.findings import Finding, Place, counted, error, warning
from booklet.manuscript import DAYS_A_MONTH, Call, Chapter, Manuscript, Service, Source, is_found_wrong, latest_sure
from booklet.today import Today

Kind = Literal["entry", "fact", "chapter"]
NAMED = 5
"""As many of those that are due are named in a finding."""
_PLURALS = {"entry": "entries", "fact": "facts", "chapter": "chapters"}


@dataclass(frozen=True)
class Dated:
    """Something that is confirmed from time to time: when somebody last looked, when somebody last confirmed it, and
    the last day on which that holds (None: never yet).
    """

    kind: Kind
    id: str
    name: str
    looked: date | None
    confirmed: date | None
    holds_until: date | None
    is_wrong: bool
    place: Place
    where: str = ""
    """Where to look."""

    def is_stale(self, today: Today) -> bool:
        """True for what nobody has confirmed, what was confirmed too long ago, and what was found wrong since."""
        return self.is_wrong or self.holds_until is None or today.is_after(self.holds_until)


def dated_entry(service: Service, manuscript: Manuscript) -> Dated:
    """The dates of an entry of the directory. One that waits to be confirmed counts as never confirmed."""
    row = _dated("entry", service.id, service.name, service.calls, manuscript.book.checks.entry_months, service.origin)
    return replace(row, confirmed=None, holds_until=None) if service.confirm_before_print else row


def dated_fact(source: Source, manuscript: Manuscript) -> Dated:
    """The dates of a fact."""
    months = manuscript.book.checks.fact_months
    row = _dated("fact", source.id, source.fact, source.checks, months, source.origin)
    return replace(row, where=source.source)


def dated_chapter(chapter: Chapter, manuscript: Manuscript) -> Dated:
    """The dates of a chapter: the day of its last signature is both."""
    head = chapter.head
    day = max((row.day for row in manuscript.signatures_of(head.id)), default=None)
    until = _until(day, manuscript.book.checks.chapter_months)
    return Dated("chapter", head.id, head.title, day, day, until, False, chapter.origin, chapter.origin.file)


def _dated(kind: Kind, id: str, name: str, calls: Sequence[Call], months: int, place: Place) -> Dated:
    sure = latest_sure(calls)
    looked = max((call.day for call in calls), default=None)
    confirmed = sure.day if sure else None
    return Dated(kind, id, name, looked, confirmed, _until(confirmed, months), is_found_wrong(calls), place)


def _until(day: date | None, months: int) -> date | None:
    """The last day on which a confirmation holds."""
    return day + timedelta(days=round(months * DAYS_A_MONTH)) if day else None


def facts_and_chapters(manuscript: Manuscript) -> tuple[Dated, ...]:
    """The dates of every fact that a text rests on, and of every chapter that somebody is to review."""
    used = {fact for chapter in manuscript.every_chapter for fact in chapter.facts}
    facts = [dated_fact(source, manuscript) for source in manuscript.sources.values() if source.id in used]
    to_sign = manuscript.every_chapter if manuscript.book.reviewer else ()
    chapters = [dated_chapter(chapter, manuscript) for chapter in to_sign]
    return (*facts, *chapters)


def stale_ids(services: Iterable[Service], manuscript: Manuscript, today: Today) -> frozenset[str]:
    """The ids of entries that nobody has confirmed in time."""
    return frozenset(row.id for row in services if dated_entry(row, manuscript).is_stale(today))


def stale_faults(
    manuscript: Manuscript, format: str, services: Iterable[Service], chapters: Iterable[Chapter], today: Today
) -> Iterator[Finding]:
    """What a format has to say of what it prints and nobody has confirmed in time: a finding a kind. Errors keep its
    files from being made; those of a sample are made all the same.

    A chapter that nobody has signed off says so in print itself, and is no finding here.
    """
    book = manuscript.book
    policy = book.checks.policy(format)
    if policy == "say":
        return
    facts = dict.fromkeys(fact for chapter in chapters for fact in chapter.facts if fact in manuscript.sources)
    checks = book.checks
    signed = [dated_chapter(row, manuscript) for row in chapters]
    rows: tuple[tuple[int, Kind, list[Dated]], ...] = (
        (checks.entry_months, "entry", [dated_entry(row, manuscript) for row in services]),
        (checks.fact_months, "fact", [dated_fact(manuscript.sources[id], manuscript) for id in facts]),
        (checks.chapter_months, "chapter", [row for row in signed if row.confirmed]),
    )
    refuses = policy == "refuse" and not book.sample
    tell: Callable[[str, Place, str, str], Finding] = error if refuses else warning
    for months, kind, every in rows:
        stale = [row for row in every if row.is_stale(today)]
        if not stale:
            continue
        names = ", ".join(row.id for row in stale[:NAMED])
        more = f" and {len(stale) - NAMED} more" if len(stale) > NAMED else ""
        have = "has" if len(every) == 1 else "have"
        nouns = kind if len(every) == 1 else _PLURALS[kind]
        left = ", and its directory leaves them out" if policy == "leave-out" and kind == "entry" else ""
        since = f"no confirmation of the last {counted(months, 'month')}"
        found = f"Format {format}: {len(stale)} of {len(every)} {nouns} {have} {since} ({names}{more}){left}."
        expected = "A call or a look for each, written down: booklet calls."
        if refuses:
            expected += " Or, for a job that nobody hands out: sample = true in booklet.toml."
        yield tell("SRC-044", stale[0].place, found, expected)
