"""Manuscript: reads and validates everything people wrote, once, and keeps file and line.

`read` gives one frozen `Manuscript` and every fault of every file together. A record that is faulty is left out, so
that the faults of the others are still found; a manuscript with errors must not be built.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import TypeVar

from booklet.files import is_there
from booklet.findings import Finding, Place, error, warning
from booklet.manuscript.entries import NoEntryError, changed_entry
from booklet.manuscript.reading import (
    MAX_FAULTS,
    Data,
    Model,
    UnreadableError,
    parse_toml,
    parse_yaml,
    read_icc,
    read_text,
    shipped,
    split_facts,
    split_front_matter,
    validate,
)
from booklet.manuscript.records import (
    Book,
    BookPart,
    Call,
    CallResult,
    Chapter,
    Consent,
    EarlierCodes,
    Edition,
    FrontMatter,
    Insert,
    InsertMatter,
    LargePrint,
    Manuscript,
    OrderCodes,
    PageMatter,
    Paper,
    PrinterProfile,
    Record,
    Section,
    Service,
    Source,
    StandingPage,
    Term,
    Topic,
    UrgentSign,
    slug,
)
from booklet.manuscript.waivers import WAIVERS, Waiver, read_waivers, with_waiver
from booklet.today import Today

__all__ = [
    "WAIVERS",
    "Book",
    "BookPart",
    "Call",
    "CallResult",
    "Chapter",
    "Consent",
    "Edition",
    "FrontMatter",
    "Insert",
    "InsertMatter",
    "LargePrint",
    "Manuscript",
    "NoEntryError",
    "OrderCodes",
    "PageMatter",
    "Paper",
    "PrinterProfile",
    "Service",
    "Source",
    "StandingPage",
    "Term",
    "Topic",
    "UrgentSign",
    "Waiver",
    "changed_entry",
    "read",
    "read_waivers",
    "shipped",
    "slug",
    "with_waiver",
]

Thing = TypeVar("Thing")
STANDING_PAGES = ("imprint", "directory", "order-line", "back-cover")
"""The files of `chapters/pages/` that every booklet has; those of `chapters/pages/planned/` fill it up."""

INSERT_PAGES = ("insert-imprint", "insert-back-cover")
"""The files of `chapters/pages/` that every insert has; needed when there is an insert."""

OTHER_PAGES = ("inside-cover", "fridge-card", "index", "sources", "page-finder", "handout", "clinic-kit")
"""Pages that print when they are there: four of the main booklet, one of large print, the last page of a handout, what
goes before a clinic's sheets."""

PLANNED = 4
"""Planned pages that any booklet may need: one for the front matter, three before the back cover."""

RESERVED_IDS = ("cover", "contents")
"""Pages that every booklet has and nobody writes."""

DRAFT_HEAD = {
    "title": "Untitled",
    "summary": "-",
    "minutes": 1,
    "reviewed": None,
    "reviewers": (),
    "status": "draft",
}


def read(project: Path, today: Today) -> tuple[Manuscript | None, list[Finding]]:
    """Everything under `project/chapters`, and all faults found. None when there is no valid `booklet.toml`."""
    found: list[Finding] = []

    def take(result: tuple[Thing, list[Finding]]) -> Thing:
        """What was read, its faults put with the others."""
        found.extend(result[1])
        return result[0]

    root = project / "chapters"
    book = take(_record(Book, project, root / "booklet.toml"))
    service_files = sorted((root / "support").glob("*.yaml"))
    services = take(_entries(Service, project, service_files))
    sources = take(_entries(Source, project, [root / "sources.yaml"]))
    consents = take(_entries(Consent, project, [root / "consents.yaml"], optional=True))
    glossary = take(_entries(Term, project, [root / "glossary.yaml"]))
    signs = take(_entries(UrgentSign, project, [root / "urgent.yaml"], optional=True))
    earlier_codes = take(_entries(EarlierCodes, project, [root / "earlier-codes.yaml"], optional=True))
    chapter_files = sorted(root.glob("*.md"))
    chapters = take(_chapters(project, chapter_files))
    topics = take(_entries(Topic, project, [root / "index.yaml"], optional=True))
    insert_folders = sorted(path.parent for path in (root / "inserts").glob("*/insert.toml"))
    inserts = [take(_insert(project, folder)) for folder in insert_folders]
    needed = [*STANDING_PAGES, *(INSERT_PAGES if insert_folders else ())]
    needed += [name for name in OTHER_PAGES if is_there(root / "pages" / f"{name}.md")]
    pages = {name: page for name in needed if (page := take(_page(project, root / "pages" / f"{name}.md")))}
    planned = [take(_page(project, path)) for path in sorted((root / "pages" / "planned").glob("*.md"))]
    editions = [take(_record(Edition, project, path)) for path in sorted((root / "editions").glob("*.toml"))]
    printers, icc_profiles = take(_printers(project, sorted((root / "printers").glob("*.toml"))))
    if book is None:
        return None, found
    manuscript = Manuscript(
        book=book,
        chapters=chapters,
        inserts=tuple(insert for insert in inserts if insert),
        topics=topics,
        pages=pages,
        planned=tuple(page for page in planned if page),
        editions=tuple(edition for edition in editions if edition),
        services=services,
        glossary=glossary,
        urgent_signs=signs,
        sources={source.id: source for source in sources},
        consents={consent.id: consent for consent in consents},
        printers=printers,
        icc_profiles=icc_profiles,
        faulty=_ids(project, service_files) - {service.id for service in services},
        earlier_codes=earlier_codes,
        complete=len(chapters) == len(chapter_files) and len(pages) == len(needed) and all(inserts),
    )
    found += _twice("source", [(source.id, source) for source in sources])
    found += _twice("consent", [(consent.id, consent) for consent in consents])
    return manuscript, found + _across(manuscript, project, today)


def _data(project: Path, path: Path) -> tuple[Data | None, list[Finding]]:
    file = path.relative_to(project).as_posix()
    try:
        text = read_text(project, path)
        return (parse_toml(text, file) if path.suffix == ".toml" else parse_yaml(text, file)), []
    except UnreadableError as reason:
        return None, [reason.finding]


def _record(model: type[Model], project: Path, path: Path) -> tuple[Model | None, list[Finding]]:
    """The record that is all of a file."""
    data, found = _data(project, path)
    return (None, found) if data is None else validate(model, data)


def _entries(
    model: type[Model], project: Path, paths: Iterable[Path], optional: bool = False
) -> tuple[tuple[Model, ...], list[Finding]]:
    """The records of some files that are lists."""
    entries: list[Model] = []
    found: list[Finding] = []
    for path in paths:
        if optional and not is_there(path):
            continue
        data, faults = _data(project, path)
        found += faults
        if data is None or data.value is None:
            continue
        if not isinstance(data.value, list):
            found.append(error("SRC-012", data.place(), "No list.", "Entries that each start with a hyphen."))
            continue
        own: list[Finding] = []
        for index in range(len(data.value)):
            record, faults = validate(model, data, (index,))
            own += faults
            if record:
                entries.append(record)
            if len(own) > MAX_FAULTS:
                break
        found += own
    return tuple(entries), found


def _ids(project: Path, paths: Iterable[Path]) -> frozenset[str]:
    """The ids of all entries of some files, whatever else is wrong with them."""
    values = [data.value for path in paths if (data := _data(project, path)[0]) and isinstance(data.value, list)]
    entries = [entry for value in values for entry in value if isinstance(entry, dict)]
    return frozenset(entry["id"] for entry in entries if isinstance(entry.get("id"), str))


def _chapters(project: Path, paths: list[Path]) -> tuple[tuple[Chapter, ...], list[Finding]]:
    """The chapters in the order of their file names. One with a faulty head stands in as a draft, to be read on."""
    chapters: list[Chapter] = []
    found: list[Finding] = []
    if not paths:
        found.append(error("SRC-001", Place("chapters"), "No chapter.", "Markdown files such as 01-first-days.md."))
    for number, path in enumerate(paths, 1):
        try:
            data, body = split_front_matter(read_text(project, path), path.relative_to(project).as_posix())
        except UnreadableError as reason:
            found.append(reason.finding)
            continue
        head, faults = validate(FrontMatter, data)
        found += faults
        if head is None:
            stand_in = {**DRAFT_HEAD, "id": slug(path.stem.lstrip("0123456789-"))}
            head = FrontMatter.model_validate(stand_in).model_copy(update={"origin": data.place()})
        text, rows = split_facts(body)
        sections = tuple(_section(row, data.file) for row in rows)
        chapter = Chapter(head=head, body=text, number=number, sections=sections)
        chapters.append(chapter.model_copy(update={"origin": data.place()}))
    return tuple(chapters), found


def _section(row: tuple[str, int, tuple[str, ...] | None], file: str) -> Section:
    heading, line, facts = row
    return Section(heading=heading, facts=facts).model_copy(update={"origin": Place(file, line)})


def _printers(
    project: Path, paths: Iterable[Path]
) -> tuple[tuple[dict[str, PrinterProfile], dict[str, bytes]], list[Finding]]:
    """The printers by name, and the ICC profile of each."""
    printers: dict[str, PrinterProfile] = {}
    profiles: dict[str, bytes] = {}
    found: list[Finding] = []
    for path in paths:
        data, faults = _data(project, path)
        printer, more = validate(PrinterProfile, data) if data else (None, [])
        found += [*faults, *more]
        if printer is None or data is None:
            continue
        profile, faults = read_icc(project, printer.condition.icc, data.place(("condition", "icc")))
        found += faults
        if profile:
            printers[path.stem], profiles[path.stem] = printer, profile
    return (printers, profiles), found


def _insert(project: Path, folder: Path) -> tuple[Insert | None, list[Finding]]:
    head, found = _record(InsertMatter, project, folder / "insert.toml")
    paths = sorted(folder.glob("*.md"))
    chapters, faults = _chapters(project, paths)
    found = [*found, *faults]
    if head is None or len(chapters) < len(paths):
        return None, found
    insert = Insert(id=slug(folder.name), head=head, chapters=chapters)
    return insert.model_copy(update={"origin": head.origin}), found


def _page(project: Path, path: Path) -> tuple[StandingPage | None, list[Finding]]:
    try:
        data, body = split_front_matter(read_text(project, path), path.relative_to(project).as_posix())
    except UnreadableError as reason:
        return None, [reason.finding]
    head, found = validate(PageMatter, data)
    if head is None:
        return None, found
    return StandingPage(head=head, body=body).model_copy(update={"origin": data.place()}), found


def _across(manuscript: Manuscript, project: Path, today: Today) -> list[Finding]:
    """What only shows when the files are seen together."""
    heads = [chapter.head for chapter in manuscript.every_chapter] + [
        page.head for page in (*manuscript.pages.values(), *manuscript.planned)
    ]
    return [
        *_twice(
            "chapter or page", [*((id, manuscript.book) for id in RESERVED_IDS), *((head.id, head) for head in heads)]
        ),
        *_twice("service", [(service.id, service) for service in manuscript.services]),
        *_twice("urgent sign", [(sign.id, sign) for sign in manuscript.urgent_signs]),
        *_twice("glossary word", [(term.slug, term) for term in manuscript.glossary]),
        *_twice("edition", [(edition.code, edition) for edition in manuscript.editions]),
        *_twice("topic", [(topic.topic.lower(), topic) for topic in manuscript.topics]),
        *_order_codes(manuscript),
        *_sources(manuscript),
        *_parts(manuscript),
        *_rings(manuscript),
        *_headings(manuscript),
        *_health_lines(manuscript),
        *_printer(manuscript, project),
        *_confirmations(manuscript),
        *_reviews(manuscript, today),
        *_days_to_come(manuscript, project, today),
        *_pulls(manuscript, project),
        *_complete(manuscript, project),
    ]


def _order_codes(manuscript: Manuscript) -> list[Finding]:
    """Each code stands for one thing, and every insert has codes for every edition."""
    codes: list[tuple[str, Record]] = []
    for edition in manuscript.editions:
        codes += [(code, edition) for code in edition.order_codes.every]
    missing = []
    for insert in manuscript.inserts:
        codes += [(code, insert.head) for row in insert.head.order_codes.values() for code in row.every]
        for edition in manuscript.editions:
            if edition.code not in insert.head.order_codes:
                found = f"The insert '{insert.id}' has no order codes for {edition.code}."
                missing.append(error("SRC-010", insert.head.origin, found, f"A table [order_codes.{edition.code}]."))
    return [*_twice("order code", codes), *_earlier_codes(manuscript), *missing]


def _earlier_codes(manuscript: Manuscript) -> list[Finding]:
    """A code that stood for one thing once stands for nothing else, ever: copies with it are about."""
    printed = [("main", edition.code, edition.order_codes, edition.origin) for edition in manuscript.editions]
    printed += [
        (insert.id, edition, codes, insert.head.origin)
        for insert in manuscript.inserts
        for edition, codes in insert.head.order_codes.items()
    ]
    things = {
        code: ((title, edition, size), place)
        for title, edition, codes, place in printed
        for size, code in codes.by_size.items()
    }
    found = []
    for row in manuscript.earlier_codes:
        for size, code in row.by_size.items():
            thing = (row.title, row.edition, size)
            other, place = things.setdefault(code, (thing, row.origin))
            if other != thing:
                what = f"The order code '{code}' stands here and, for something else, at {place}."
                found.append(error("SRC-013", row.origin, what, "One code for one thing, in all issues."))
    return found


def _twice(what: str, entries: Iterable[tuple[str, Record]]) -> list[Finding]:
    first: dict[str, Place] = {}
    found = []
    for key, record in entries:
        if key in first:
            what_found = f"The {what} '{key}' stands here and at {first[key]}."
            found.append(error("SRC-013", record.origin, what_found, "One entry for one id."))
        first.setdefault(key, record.origin)
    return found


def _sources(manuscript: Manuscript) -> list[Finding]:
    """Every fact that a text names is there."""
    named: list[tuple[Record, tuple[str, ...]]] = []
    for chapter in manuscript.every_chapter:
        named.append((chapter, chapter.head.sources or ()))
        named += [(section, section.facts or ()) for section in chapter.sections]
    named += [(sign, sign.facts) for sign in manuscript.urgent_signs]
    named += [(term, term.facts) for term in manuscript.glossary]
    return [
        error("SRC-014", record.origin, f"No source '{source}'.", "An id of chapters/sources.yaml.")
        for record, facts in named
        for source in facts
        if source not in manuscript.sources
    ]


def _parts(manuscript: Manuscript) -> list[Finding]:
    """Each chapter's part is one that the book has, and the chapters of a part stand together, in its order."""
    order = [part.id for part in manuscript.book.parts]
    found = []
    last = 0
    for chapter in manuscript.chapters:
        part = chapter.head.part
        if part is None and not order:
            continue
        if part not in order:
            what = f"The part is '{part}'."
            found.append(error("SRC-014", chapter.head.origin, what, f"One of [[parts]] of booklet.toml: {order}."))
        elif order.index(part) < last:
            what = f"A chapter of part '{part}' stands behind one of '{order[last]}'."
            found.append(error("SRC-012", chapter.head.origin, what, "The chapters of a part one behind the other."))
        else:
            last = order.index(part)
    return found


def _rings(manuscript: Manuscript) -> list[Finding]:
    rings = manuscript.book.call_first.signs
    expected = f"A key of [call_first.signs] of booklet.toml: {', '.join(rings) or 'there is none'}."
    return [
        error("SRC-014", sign.origin, f"ring is '{sign.ring}'.", expected)
        for sign in manuscript.urgent_signs
        if sign.ring not in rings
    ]


def _headings(manuscript: Manuscript) -> list[Finding]:
    headings = manuscript.book.directory
    return [
        error("SRC-012", service.origin, f"{name} is '{value}'.", f"One of: {', '.join(known)}.")
        for service in manuscript.services
        for name, value, known in (
            ("kind", service.kind, headings.kinds),
            ("audience", service.audience, headings.audiences),
        )
        if value not in known
    ]


def _health_lines(manuscript: Manuscript) -> list[Finding]:
    """Every service that an edition, the order line or another service names must be printable there, with a number."""
    ready = {service.id: service for service in manuscript.services if service.prints and service.number}
    named: list[tuple[Record, str, str]] = [
        (edition, line, edition.code) for edition in manuscript.editions for line in edition.health_lines
    ]
    order_line = manuscript.book.order_line
    named += [
        (manuscript.book, line, edition.code)
        for edition in manuscript.editions
        for line in (
            order_line.interpreter,
            order_line.relay,
            manuscript.book.directory.finder,
            *(row.service for row in manuscript.book.urgent),
        )
    ]
    named += [
        (service, service.ask, edition.code)
        for service in manuscript.services
        for edition in manuscript.editions
        if service.ask and service.serves(edition.code)
    ]
    return [
        error("SRC-014", record.origin, f"No service '{line}' with a number for {code}.", "An id of chapters/support/.")
        for record, line, code in named
        if line not in manuscript.faulty and (line not in ready or not ready[line].serves(code))
    ]


def _printer(manuscript: Manuscript, project: Path) -> list[Finding]:
    book = manuscript.book
    if book.printer is None or book.printer in manuscript.printers:
        return []
    if slug(book.printer) == book.printer and is_there(project / f"chapters/printers/{book.printer}.toml"):
        return []  # what is wrong with it is told already
    return [error("SRC-014", book.origin, f"No printer '{book.printer}'.", "The name of a file of chapters/printers/.")]


def _confirmations(manuscript: Manuscript) -> list[Finding]:
    expected = "Somebody to ring or look it up, then confirm_before_print: false."
    until = {
        False: "Until then it is left out of print.",
        True: 'Until then it prints with "Check first", as print_unconfirmed says.',
    }
    order_line = manuscript.book.order_line
    found = [
        warning(
            "SRC-040",
            service.origin,
            f"'{service.name}' ({service.id}) is to be confirmed.",
            f"Somebody to ring, then: booklet calls record {service.id}. {until[service.print_unconfirmed]}",
        )
        for service in manuscript.services
        if service.verified and service.confirm_before_print
    ]
    if order_line.confirm_before_print:
        place = manuscript.book.origin
        found.append(warning("SRC-040", place, f"The order line '{order_line.name}' is to be confirmed.", expected))
    return found


def _days_to_come(manuscript: Manuscript, project: Path, today: Today) -> Iterator[Finding]:
    """Nothing was issued, reviewed, checked or agreed to on a day that has not come yet."""
    named: list[tuple[Record, str, date | str | None]] = [(manuscript.book, "issue_date", manuscript.book.issue_date)]
    named += [(chapter, "reviewed", chapter.head.reviewed) for chapter in manuscript.every_chapter]
    named += [(call, "day", call.day) for service in manuscript.services for call in service.calls]
    named += [(service, "page_date", service.page_date) for service in manuscript.services]
    named += [(consent, "given", consent.given) for consent in manuscript.consents.values()]
    named += [(source, "reviewed", source.reviewed) for source in manuscript.sources.values()]
    for record, key, value in named:
        day = _first_day(value)
        if day and not today.is_within(day, date.max):
            place = _line_of(project, record.origin, key)
            expected = "A day that has been. For another day: --date."
            yield error("SRC-016", place, f"{key} is {value}, which has not come yet.", expected)


def _first_day(value: date | str | None) -> date | None:
    """The first day that a date may mean: a day, or words that begin with a year and perhaps a month and a day."""
    if not isinstance(value, str):
        return value
    found = re.match(r"((?:19|20)\d\d)(?:-(\d\d)(?:-(\d\d))?)?(?![\d-])", value)
    try:
        return date(int(found[1]), int(found[2] or 1), int(found[3] or 1)) if found else None
    except ValueError:
        return None


def _line_of(project: Path, place: Place, key: str) -> Place:
    """The line of a key at or behind a place."""
    rows = read_text(project, project / place.file).split("\n")[max(0, place.line - 1) :]
    found = (number for number, row in enumerate(rows, max(1, place.line)) if re.match(rf"[\s-]*{key}\s*[:=]", row))
    return Place(place.file, next(found, place.line))


def _pulls(manuscript: Manuscript, project: Path) -> Iterator[Finding]:
    """A sentence set large opens a chapter of the main booklet alone."""
    for insert in manuscript.inserts:
        for chapter in insert.chapters:
            if chapter.head.pull:
                place = _line_of(project, chapter.origin, "pull")
                found = f"'{chapter.head.pull[:60]}' would not be printed: small booklets have no sentence set large."
                yield error("SRC-035", place, found, "The sentence in the text, and another rhythm.")


def _complete(manuscript: Manuscript, project: Path) -> Iterator[Finding]:
    """A booklet has an edition, and pages to fill it up."""
    if not any((project / "chapters/editions").glob("*.toml")):
        yield error("SRC-001", Place("chapters/editions"), "No edition.", "A file such as vic.toml.")
    planned = len(list((project / "chapters/pages/planned").glob("*.md")))
    if planned < PLANNED:
        found = f"Too few planned pages: {planned or 'none'}."
        yield error("BOX-001", Place("chapters/pages/planned"), found, f"{PLANNED} pages to fill up what is folded.")


def _reviews(manuscript: Manuscript, today: Today) -> list[Finding]:
    book = manuscript.book
    if not today.is_after(book.next_review):
        return []
    found = f"The next review was due on {book.next_review}."
    return [error("SRC-041", book.origin, found, "A review, and a new next_review date.")]
