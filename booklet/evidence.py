"""The evidence of a booklet: of each chapter who wrote it and who signed it off, on which sources it rests, how hard it
is to read, who tested it with readers, and what has changed since; laid out after the ten steps of the PIF TICK, with
the booklet's ratings by PEMAT and others. All of it comes from the project; what is not there is said to be missing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from booklet.bindery import DocumentInfo, hue_of
from booklet.composing import Grades, evidence_page, faces_of, grades_of, sheet_beside
from booklet.differences import Change, marked
from booklet.findings import BookletError, has_errors
from booklet.finishing import Tools, finish_sheet
from booklet.formats import EVIDENCE, PrintOptions
from booklet.manuscript import (
    Call,
    Chapter,
    Manuscript,
    ReadersTest,
    Section,
    Signature,
    Source,
    latest_sure,
    read,
    shipped,
)
from booklet.preflight import examine
from booklet.signing import ReadChapter, as_printed, changes_since, chapter_named, title_of
from booklet.store import CACHE, Store
from booklet.today import Today
from booklet.typesetting import Typesetter

MOST_CHANGES = 40
"""Of one chapter since it was signed off."""


class EvidenceError(BookletError):
    """There is no such chapter or edition, or no evidence can be made of the project."""

    exit_status = 2


@dataclass(frozen=True)
class SourcesOfSection:
    """A section, where it stands, and what it rests on. `states_nothing` where it says that it needs no source."""

    heading: str
    place: str
    sources: tuple[tuple[Source, Call | None], ...]
    """Each with the last look that confirmed it."""
    states_nothing: bool


@dataclass(frozen=True)
class SignOff:
    """A signature, whether it holds, and where it does not what changed since; None where git does not know."""

    signature: Signature
    holds: bool
    changes: tuple[str, ...] | None


@dataclass(frozen=True)
class ChapterEvidence:
    """All that is known of a chapter."""

    chapter: Chapter
    booklet: str
    words: str
    grades: Grades | None
    signatures: tuple[SignOff, ...]
    sections: tuple[SourcesOfSection, ...]
    tests: tuple[ReadersTest, ...]


@dataclass(frozen=True)
class Step:
    """A step of the PIF TICK, and what the project has of it."""

    name: str
    found: str


@dataclass(frozen=True)
class Evidence:
    """The evidence of some chapters of a project on a day, as one edition (its name; empty: any) prints them. `stem` is
    how its files are called.
    """

    project: Path
    manuscript: Manuscript
    day: date
    edition: str
    chapters: tuple[ChapterEvidence, ...]
    stem: str

    @property
    def title(self) -> str:
        """What it is called."""
        return f"{self.manuscript.book.title}: evidence"


def evidence(project: Path, day: date, edition: str = "", chapter: str = "") -> Evidence:
    """The evidence on a day; of one edition or one chapter alone, by its code or id. Raises BookletError."""
    manuscript, findings = read(project, Today(day))
    if manuscript is None:
        raise EvidenceError("\n".join(map(str, findings)))
    if not manuscript.words.is_english:
        raise EvidenceError("The evidence is written in English, and the booklet is in another language.")
    names = {each.code: each.name for each in manuscript.editions}
    code = edition.upper()
    if code and code not in names:
        raise EvidenceError(f"No edition '{edition}'. There are: {', '.join(names)}.")
    chosen = [chapter_named(manuscript, chapter)] if chapter else manuscript.every_chapter
    told = cache(lambda title: as_printed(project, manuscript, title, day, (code,) if code else ()))
    rows = tuple(_of_chapter(manuscript, project, each, told(title_of(manuscript, each))) for each in chosen)
    parts = (manuscript.book.slug, code, manuscript.book.issue, "evidence", chapter)
    return Evidence(project, manuscript, day, names.get(code, ""), rows, "-".join(filter(None, parts)))


def _of_chapter(
    manuscript: Manuscript, project: Path, chapter: Chapter, printed: dict[str, ReadChapter]
) -> ChapterEvidence:
    id = chapter.head.id
    told = printed[id]
    insert = next((each for each in manuscript.inserts if chapter in each.chapters), None)
    return ChapterEvidence(
        chapter=chapter,
        booklet=insert.head.title if insert else manuscript.book.title,
        words=told.words,
        grades=grades_of(chapter, manuscript),
        signatures=tuple(_sign_off(project, told, row) for row in told.signatures),
        sections=tuple(_sections(manuscript, chapter)),
        tests=tuple(test for test in manuscript.tests if not test.chapters or id in test.chapters),
    )


def _sign_off(project: Path, told: ReadChapter, signature: Signature) -> SignOff:
    if told.is_held_by(signature):
        return SignOff(signature, True, ())
    changes = changes_since(project, told, signature)
    return SignOff(signature, False, _in_words(changes) if changes is not None else None)


def _in_words(changes: tuple[Change, ...]) -> tuple[str, ...]:
    rows = [f"{change.block.place or change.block.title}: {marked(change)}" for change in changes]
    more = len(rows) - MOST_CHANGES
    return (*rows[:MOST_CHANGES], *([f"And {more} more: booklet diff."] if more > 0 else []))


def _sections(manuscript: Manuscript, chapter: Chapter) -> Iterable[SourcesOfSection]:
    """The sources of a chapter, section by section; first those that all of it rests on."""

    def row(heading: str, section: Section | Chapter, facts: tuple[str, ...] | None) -> SourcesOfSection:
        known = [manuscript.sources[id] for id in facts or () if id in manuscript.sources]
        sources = tuple((source, latest_sure(source.checks)) for source in known)
        return SourcesOfSection(heading, str(section.origin), sources, facts == ())

    if chapter.head.sources is not None:
        yield row("The whole chapter", chapter, chapter.head.sources)
    for section in chapter.sections:
        if section.facts is not None or chapter.head.sources is None:
            yield row(section.heading or "Before the first heading", section, section.facts)


def as_html(told: Evidence) -> str:
    """The evidence as one page that needs nothing else."""
    return evidence_page(told.manuscript.words, _names(told, as_page=True))


def _names(told: Evidence, as_page: bool) -> dict[str, object]:
    """What the templates print."""
    manuscript = told.manuscript
    return {
        "title": told.title,
        "book": manuscript.book,
        "day": told.day,
        "edition": told.edition,
        "rows": told.chapters,
        "as_page": as_page,
        "steps": _steps(manuscript, told.chapters),
        "ratings": manuscript.ratings,
        "undecided": manuscript.undecided,
        "highest_grade": manuscript.book.reading.highest_grade,
    }


def _steps(manuscript: Manuscript, rows: tuple[ChapterEvidence, ...]) -> tuple[Step, ...]:
    """The ten steps (STANDARDS HI6), each with what the project itself can show."""
    book, missing = manuscript.book, "The project holds nothing on it."
    signed = sum(any(each.holds for each in row.signatures) for row in rows)
    sections = [section for row in rows for section in row.sections]
    without = sum(not section.sources and not section.states_nothing for section in sections)
    sources = {source.id: source for section in sections for source, _ in section.sources}
    confirmed = {source.id for section in sections for source, sure in section.sources if sure}
    dated = sum(bool(source.reviewed) for source in sources.values())
    tests = {test for row in rows for test in row.tests}
    grades = [max(row.grades.flesch_kincaid, row.grades.smog) for row in rows if row.grades]
    items = [item for rating in manuscript.ratings for item in rating.items if item.met != "does not apply"]
    met = sum(item.met == "yes" for item in items)
    formats = ", ".join(form.words for form in manuscript.style.formats.values())
    line = book.order_line
    review = manuscript.words.day(book.next_review)
    return (
        Step("Systems", "booklet check looks into every source before a file is made. "
             f"{signed} of {len(rows)} chapters are signed off as they are now. Next review due {review}."),
        Step("Training", missing),
        Step("Need", missing),
        Step("Evidence", f"{len(sources)} sources, {dated} of them with the date of their page. {without} sections do "
             "not say what they rest on. "
             f"{len(confirmed)} of the sources were confirmed, with a name and a day. "
             f"{len(manuscript.undecided)} questions are open for somebody who may decide."),
        Step("Users", f"Tests with readers: {len(tests) or 'none yet'}."),
        Step("Inequalities", f"Formats: {formats}. The hardest chapter asks for {max(grades):.1f} years of school, and "
             f"{book.reading.highest_grade:g} are allowed." if grades else f"Formats: {formats}."),
        Step("Content and design", f"{met} of {len(items)} items are met: see the ratings." if items else missing),
        Step("Feedback", missing),
        Step("Dissemination", line.unconfirmed or missing if line and line.confirm_before_print
             else f"Orders are taken by {line.name}." if line else missing),
        Step("Impact", missing),
    )  # fmt: skip


def as_pdf(told: Evidence) -> bytes:
    """The evidence on sheets, tagged and looked into as a booklet's own pages are. Raises EvidenceError for a fault."""
    manuscript, project, name = told.manuscript, told.project, f"{told.stem}.pdf"
    words, book, store = manuscript.words, manuscript.book, Store(project / CACHE)
    hue = manuscript.hue_of(manuscript.editions[0])
    faces = faces_of(project, manuscript.style.faces)
    part = sheet_beside("evidence", told.title, words, faces, _names(told, as_page=False))
    info = DocumentInfo(
        title=told.title, subject=book.description, author=book.publisher, words=words, issued=told.day, anchors={},
        hue=hue_of(hue.deep, hue.tint), edition=told.edition, issue=book.issue,
    )  # fmt: skip
    setter = cache(lambda setup: Typesetter(project, shipped("."), setup, store))
    file, faults = finish_sheet(part, EVIDENCE, info, name, Tools(store, setter, PrintOptions()))
    if file and file.profile:
        faults += examine(file.content, file.name, file.profile, file.promise).findings
    if file is None or has_errors(faults):
        raise EvidenceError(f"{name} cannot be made: {next(row for row in faults if has_errors([row]))}")
    return file.content
