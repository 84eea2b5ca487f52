"""Manuscript: reads and validates everything people wrote, once, and keeps file and line.

`read` gives one frozen `Manuscript` and every fault of every file together. A record that is faulty is left out, so
that the faults of the others are still found; a manuscript with errors must not be built.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from booklet.contrast import contrast, rgb_of
from booklet.files import is_there
from booklet.findings import Finding, Place, error, warning
from booklet.manuscript.countries import (
    Countries,
    country_of_region,
    country_of_text,
    known_of_edition,
    read_countries,
    readers_of_country,
    readers_of_entries,
    shipped_countries,
    shipped_country,
)
from booklet.manuscript.entries import NoEntryError, Value, changed_entry, new_entry
from booklet.manuscript.hours import DAY_MINUTES, Hours, Span
from booklet.manuscript.hsds import HsdsService, Said, as_hsds, hsds_id, hsds_services, said_of_entry, said_of_hsds
from booklet.manuscript.imprints import COLUMNS as IMPRINT_COLUMNS
from booklet.manuscript.imprints import Imprint, NoImprintsError, read_imprints
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
    DAYS_A_MONTH,
    LARGE_TEXT_CONTRAST,
    PANELS,
    Binding,
    Book,
    BookPart,
    Call,
    CallResult,
    Chapter,
    Checks,
    Consent,
    Country,
    EarlierCodes,
    Edition,
    Face,
    FrontMatter,
    Insert,
    InsertMatter,
    LargePrint,
    Manuscript,
    OpenQuestion,
    OrderCodes,
    OwnFaces,
    PageMatter,
    Paper,
    PrinterProfile,
    Rating,
    Readers,
    ReadersTest,
    Record,
    Section,
    Service,
    Signature,
    SignedReading,
    Source,
    StandingPage,
    Style,
    Term,
    Topic,
    UrgentSign,
    is_found_wrong,
    latest_sure,
    slug,
)
from booklet.manuscript.signatures import SIGNATURES, with_signature
from booklet.manuscript.styling import face_path, read_style
from booklet.manuscript.waivers import WAIVERS, Waiver, read_waivers, with_waiver
from booklet.today import Today
from booklet.words import Words, words_of

__all__ = [
    "DAYS_A_MONTH",
    "DAY_MINUTES",
    "IMPRINT_COLUMNS",
    "PANELS",
    "SIGNATURES",
    "WAIVERS",
    "Binding",
    "Book",
    "BookPart",
    "Call",
    "CallResult",
    "Chapter",
    "Checks",
    "Consent",
    "Country",
    "Edition",
    "Face",
    "FrontMatter",
    "Hours",
    "HsdsService",
    "Imprint",
    "Insert",
    "InsertMatter",
    "LargePrint",
    "Manuscript",
    "NoEntryError",
    "NoImprintsError",
    "OpenQuestion",
    "OrderCodes",
    "OwnFaces",
    "PageMatter",
    "Paper",
    "PrinterProfile",
    "Rating",
    "ReadersTest",
    "Said",
    "Section",
    "Service",
    "Signature",
    "SignedReading",
    "Source",
    "Span",
    "StandingPage",
    "Style",
    "Term",
    "Topic",
    "UrgentSign",
    "Value",
    "Waiver",
    "as_hsds",
    "changed_entry",
    "countries_of",
    "country_of_region",
    "country_of_text",
    "entry_in",
    "face_path",
    "hsds_id",
    "hsds_services",
    "is_found_wrong",
    "latest_sure",
    "new_entry",
    "parse_toml",
    "read",
    "read_imprints",
    "read_waivers",
    "said_of_entry",
    "said_of_hsds",
    "shipped",
    "shipped_countries",
    "shipped_country",
    "slug",
    "with_signature",
    "with_waiver",
]

Thing = TypeVar("Thing")
IMPRINTS = ("imprint", "back-cover")
"""The files of `chapters/pages/` of which every booklet has at least one: it says who made the booklet, and when."""

INSERT_PAGES = ("insert-imprint", "insert-back-cover")
"""The files of `chapters/pages/` that every insert has; needed when there is an insert."""

OTHER_PAGES = (
    "directory", "order-line", "inside-cover", "fridge-card", "index", "sources", "page-finder", "handout", "clinic-kit"
)  # fmt: skip
"""Pages that print when they are there: six of the main booklet, one of large print, the last page of a handout, what
goes before a clinic's sheets."""

PLANNED = 4
"""Planned pages that any booklet may need: one for the front matter, three before the back cover."""

RESERVED_IDS = ("cover", "contents")
"""Pages that every booklet has and nobody writes."""

DRAFT_HEAD = {"title": "Untitled", "summary": "-"}


def read(project: Path, today: Today) -> tuple[Manuscript | None, list[Finding]]:
    """Everything under `project/chapters`, and all faults found. None when there is no valid `booklet.toml`."""
    found: list[Finding] = []

    def take(result: tuple[Thing, list[Finding]]) -> Thing:
        """What was read, its faults put with the others."""
        found.extend(result[1])
        return result[0]

    root = project / "chapters"
    edition_files = sorted((root / "editions").glob("*.toml"))
    countries, own, faults = _countries(project)
    found += faults
    if not own:
        return None, found
    english = {"language": f"en-{countries[own].plan.region}"}
    book = take(_record(Book, project, root / "booklet.toml", readers_of_country(countries, own), english))
    words = take(_words(project, root / "words.toml", book)) if book else None
    style = take(read_style(project))
    editions = [take(_edition(project, path, own, countries)) for path in edition_files]
    service_files = sorted((root / "support").glob("*.yaml"))
    regions = {edition.code: edition.country for edition in editions if edition}
    named = {path.stem.upper(): country_of_region(path.stem.upper(), own, countries) for path in edition_files}
    readers_of = readers_of_entries(countries, own, named | regions)
    services = take(_entries(Service, project, service_files, readers_of=readers_of))
    sources = take(_entries(Source, project, [root / "sources.yaml"], optional=True))
    consents = take(_entries(Consent, project, [root / "consents.yaml"], optional=True))
    signatures = take(_entries(Signature, project, [project / SIGNATURES], optional=True))
    tests = take(_entries(ReadersTest, project, [root / "testing.yaml"], optional=True))
    ratings = take(_entries(Rating, project, [root / "understandability.yaml"], optional=True))
    undecided = take(_entries(OpenQuestion, project, [root / "undecided.yaml"], optional=True))
    glossary = take(_entries(Term, project, [root / "glossary.yaml"], optional=True))
    signs = take(_entries(UrgentSign, project, [root / "urgent.yaml"], optional=True))
    earlier_codes = take(_entries(EarlierCodes, project, [root / "earlier-codes.yaml"], optional=True))
    chapter_files = sorted(root.glob("*.md"))
    chapters = take(_chapters(project, chapter_files))
    topics = take(_entries(Topic, project, [root / "index.yaml"], optional=True))
    insert_folders = sorted(path.parent for path in (root / "inserts").glob("*/insert.toml"))
    inserts = [take(_insert(project, folder)) for folder in insert_folders]
    imprints = [name for name in IMPRINTS if is_there(root / "pages" / f"{name}.md")]
    needed = [*(imprints or IMPRINTS[:1]), *(INSERT_PAGES if insert_folders else ())]
    needed += [name for name in OTHER_PAGES if is_there(root / "pages" / f"{name}.md")]
    pages = {name: page for name in needed if (page := take(_page(project, root / "pages" / f"{name}.md")))}
    planned = [take(_page(project, path)) for path in sorted((root / "pages" / "planned").glob("*.md"))]
    printers, icc_profiles = take(_printers(project, sorted((root / "printers").glob("*.toml"))))
    if book is None or words is None:
        return None, found
    used = dict.fromkeys((own, *regions.values()))
    manuscript = Manuscript(
        book=book,
        words=words,
        style=style,
        countries={name: countries[name] for name in used},
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
        signatures=signatures,
        tests=tests,
        ratings=ratings,
        undecided=undecided,
        printers=printers,
        icc_profiles=icc_profiles,
        faulty=_ids(project, service_files) - {service.id for service in services if _has_headings(service, book)},
        earlier_codes=earlier_codes,
        complete=len(chapters) == len(chapter_files) and len(pages) == len(needed) and all(inserts),
    )
    found += _twice("source", [(source.id, source) for source in sources])
    found += _twice("consent", [(consent.id, consent) for consent in consents])
    return manuscript, found + _across(manuscript, project, today)


def countries_of(project: Path) -> tuple[Mapping[str, Country], str]:
    """Each country that an edition of a project may be of, and which is the project's own; empty if none is."""
    countries, own, _ = _countries(project)
    return countries, own


def _countries(project: Path) -> tuple[dict[str, Country], str, list[Finding]]:
    codes = [path.stem.upper() for path in sorted((project / "chapters/editions").glob("*.toml"))]
    return read_countries(project, _data(project, project / "chapters/booklet.toml")[0], codes)


def _data(project: Path, path: Path) -> tuple[Data | None, list[Finding]]:
    file = path.relative_to(project).as_posix()
    try:
        text = read_text(project, path)
        return (parse_toml(text, file) if path.suffix == ".toml" else parse_yaml(text, file)), []
    except UnreadableError as reason:
        return None, [reason.finding]


def _record(
    model: type[Model],
    project: Path,
    path: Path,
    readers: Readers | None = None,
    known: Mapping[str, Any] = MappingProxyType({}),
) -> tuple[Model | None, list[Finding]]:
    """The record that is all of a file, and of what is known where the file does not say it."""
    data, found = _data(project, path)
    return (None, found) if data is None else validate(model, data, readers=readers, known=known)


def _edition(project: Path, path: Path, country: str, countries: Countries) -> tuple[Edition | None, list[Finding]]:
    """An edition, with what is known of its region: by the book's country, or the first that has it."""
    data, found = _data(project, path)
    if data is None:
        return None, found
    known, faults = known_of_edition(data, country, countries)
    return (None, faults) if faults else validate(Edition, data, known=known)


def _words(project: Path, path: Path, book: Book) -> tuple[Words, list[Finding]]:
    """The words of the house in the book's language. Where the project says none, the line of its language is named."""
    data, found = _data(project, path) if is_there(path) else (None, [])
    of_book, _ = _data(project, path.with_name("booklet.toml"))
    place = data.place if data else lambda _: of_book.place(("language",)) if of_book else book.origin
    words, faults = words_of(book.language, data.value if data else {}, place)
    return words, found or faults


def _entries(
    model: type[Model],
    project: Path,
    paths: Iterable[Path],
    optional: bool = False,
    readers_of: Callable[[Any], Readers | None] = lambda _: None,
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
            record, faults = validate(model, data, (index,), readers_of(data.value[index]))
            own += faults
            if record:
                entries.append(record)
            if len(own) > MAX_FAULTS:
                break
        found += own
    return tuple(entries), found


def entry_in(text: str, file: str, id: str, manuscript: Manuscript) -> tuple[Service | None, list[Finding]]:
    """An entry of the directory in the text of its file, read as `read` reads it, or what is wrong with it."""
    countries = dict(manuscript.countries)
    regions = {edition.code: edition.country for edition in manuscript.editions}
    readers_of = readers_of_entries(countries, next(iter(countries)), regions)
    try:
        data = parse_yaml(text, file)
    except UnreadableError as reason:
        return None, [reason.finding]
    for index, entry in enumerate(data.value if isinstance(data.value, list) else ()):
        if isinstance(entry, dict) and entry.get("id") == id:
            return validate(Service, data, (index,), readers_of(entry))
    return None, [error("SRC-014", data.place(), f"No entry '{id}'.", "An entry of this file.")]


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
        *_regions(manuscript),
        *_sources(manuscript),
        *_parts(manuscript),
        *_rings(manuscript),
        *_headings(manuscript),
        *_health_lines(manuscript, project),
        *_accents(manuscript),
        *_printer(manuscript, project),
        *_confirmations(manuscript),
        *_reviews(manuscript, project, today),
        *_signatures_of_none(manuscript),
        *_tests_of_none(manuscript),
        *_days_to_come(manuscript, project, today),
        *_pulls(manuscript, project),
        *_complete(manuscript, project),
    ]


def _order_codes(manuscript: Manuscript) -> list[Finding]:
    """Each code stands for one thing, and every insert has codes for every edition."""
    codes: list[tuple[str, Record]] = []
    for edition in manuscript.editions:
        codes += [(code, edition) for code in edition.codes.values()]
    missing = []
    for insert in manuscript.inserts:
        codes += [(code, insert.head) for row in insert.head.order_codes.values() for code in row.every]
        for edition in manuscript.editions:
            if edition.codes and edition.code not in insert.head.order_codes:
                found = f"The insert '{insert.id}' has no order codes for {edition.code}."
                missing.append(error("SRC-010", insert.head.origin, found, f"A table [order_codes.{edition.code}]."))
    return [*_twice("order code", codes), *_earlier_codes(manuscript), *missing]


def _regions(manuscript: Manuscript) -> list[Finding]:
    """Regions that inserts and the print run name are those of an edition, or of the book's country."""
    known = {edition.code for edition in manuscript.editions}
    known |= {code for country in manuscript.countries.values() for code in country.regions}
    named: list[tuple[Record, str]] = [(manuscript.book, code) for code in manuscript.book.print_run.quantities]
    named += [(insert.head, code) for insert in manuscript.inserts for code in insert.head.order_codes]
    return [
        error("SRC-014", record.origin, f"No region '{code}'.", f"One of: {', '.join(sorted(known))}.")
        for record, code in named
        if code not in known
    ]


def _earlier_codes(manuscript: Manuscript) -> list[Finding]:
    """A code that stood for one thing once stands for nothing else, ever: copies with it are about."""
    printed = [
        ("main", edition.code, edition.order_codes, edition.origin)
        for edition in manuscript.editions
        if edition.order_codes
    ]
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
    rings = manuscript.book.rings
    expected = f"A key of [call_first.signs] of booklet.toml: {', '.join(rings) or 'there is none'}."
    return [
        error("SRC-014", sign.origin, f"ring is '{sign.ring}'.", expected)
        for sign in manuscript.urgent_signs
        if sign.ring not in rings
    ]


def _headings(manuscript: Manuscript) -> list[Finding]:
    headings = manuscript.book.directory
    return [
        error(
            "SRC-012", service.origin, f"{name} is '{value}'.", _one_of(known, f"[directory.{name}s] of booklet.toml")
        )
        for service in manuscript.services
        for name, value, known in (
            ("kind", service.kind, headings.kinds),
            ("audience", service.audience, headings.audiences),
        )
        if value not in known
    ]


def _has_headings(service: Service, book: Book) -> bool:
    return service.kind in book.directory.kinds and service.audience in book.directory.audiences


def _one_of(known: Iterable[str], table: str) -> str:
    """What a key may name, or the table that is to name it."""
    names = ", ".join(known)
    return f"One of: {names}." if names else f"A table {table} in booklet.toml that has it."


def _health_lines(manuscript: Manuscript, project: Path) -> list[Finding]:
    """Every service that an edition, the order line or another service names must be printable there, with a number; of
    the first numbers, those of the edition's own country.
    """
    ready = {service.id: service for service in manuscript.services if service.prints}
    plans = {service.id: manuscript.plan_of(service) for service in manuscript.services}
    regions = {edition.code: manuscript.plans(edition)[0].region for edition in manuscript.editions}
    book = manuscript.book
    named: list[tuple[Place, str, str]] = [
        (_line_of(project, edition.origin, "health_lines"), line, edition.code)
        for edition in manuscript.editions
        for line in edition.health_lines
    ]
    everywhere = [(book.order_line.origin, id) for id in book.order_line.helpers] if book.order_line else []
    everywhere += [(book.directory.origin, book.directory.finder)] if book.directory.finder else []
    named += [(place, line, edition.code) for edition in manuscript.editions for place, line in everywhere]
    named += [
        (row.origin, row.service, edition.code)
        for edition in manuscript.editions
        for row in book.urgent
        if row.service not in plans or plans[row.service].region == regions[edition.code]
    ]
    named += [
        (service.origin, service.ask, edition.code)
        for service in manuscript.services
        for edition in manuscript.editions
        if service.ask and service.serves(edition.code)
    ]
    return [
        error("SRC-014", place, f"No service '{line}' with a number for {code}.", "An id of chapters/support/.")
        for place, line, code in named
        if line not in manuscript.faulty
        and not (line in ready and ready[line].serves(code) and ready[line].reaches(regions[code]))
    ]


def _accents(manuscript: Manuscript) -> Iterator[Finding]:
    """Each edition has an accent, and headings in it stand on the cream of quiet boxes."""
    cream = manuscript.style.palette.cream
    for edition in manuscript.editions:
        if edition.hue is None and manuscript.style.palette.hue is None:
            expected = "A table [hue], or deep and tint in [palette] of chapters/style.toml."
            yield error("SRC-010", edition.origin, "The edition has no hue.", expected)
            continue
        hue = manuscript.hue_of(edition)
        found = contrast(rgb_of(hue.deep), rgb_of(cream))
        if found < LARGE_TEXT_CONTRAST:
            what = f"deep on the palette's cream has a contrast of {found:.1f} in {edition.code}."
            yield error("INK-001", manuscript.style.palette.origin, what, f"{LARGE_TEXT_CONTRAST} or more.")


def _printer(manuscript: Manuscript, project: Path) -> list[Finding]:
    book = manuscript.book
    if book.printer is None or book.printer in manuscript.printers:
        return []
    if slug(book.printer) == book.printer and is_there(project / f"chapters/printers/{book.printer}.toml"):
        return []  # what is wrong with it is told already
    place = _line_of(project, book.origin, "printer")
    return [error("SRC-014", place, f"No printer '{book.printer}'.", "The name of a file of chapters/printers/.")]


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
    if order_line and order_line.confirm_before_print:
        place = order_line.origin
        found.append(warning("SRC-040", place, f"The order line '{order_line.name}' is to be confirmed.", expected))
    return found


def _days_to_come(manuscript: Manuscript, project: Path, today: Today) -> Iterator[Finding]:
    """Nothing was issued, signed, checked or agreed to on a day that has not come yet."""
    named: list[tuple[Record, str, date | str | None]] = [(manuscript.book, "issue_date", manuscript.book.issue_date)]
    named += [(signature, "day", signature.day) for signature in manuscript.signatures]
    named += [(test, "day", test.day) for test in manuscript.tests]
    looks = [service.calls for service in manuscript.services] + [row.checks for row in manuscript.sources.values()]
    named += [(call, "day", call.day) for calls in looks for call in calls]
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
        yield error("SRC-001", Place("chapters/editions"), "No edition.", "A file such as north.toml.")
    planned = len(list((project / "chapters/pages/planned").glob("*.md")))
    if planned < PLANNED and (manuscript.book.binding == "stitched" or manuscript.inserts):
        found = f"Too few planned pages: {planned or 'none'}."
        yield error("BOX-001", Place("chapters/pages/planned"), found, f"{PLANNED} pages to fill up what is folded.")


def _signatures_of_none(manuscript: Manuscript) -> Iterator[Finding]:
    """Signatures of a chapter that is gone, or has another id now."""
    known = [chapter.head.id for chapter in manuscript.every_chapter]
    for row in manuscript.signatures:
        if row.chapter not in known and manuscript.complete:
            near = "".join(f" Is it '{id}' now?" for id in get_close_matches(row.chapter, known, 1))
            found = f"{row.by} signed the chapter '{row.chapter}', which is not there.{near}"
            expected = "The chapter's earlier id, or a new signature: booklet signoff. Then take this entry out."
            yield warning("SRC-070", row.origin, found, expected)


def _tests_of_none(manuscript: Manuscript) -> Iterator[Finding]:
    """Tests with readers of chapters that are not there."""
    known = {chapter.head.id for chapter in manuscript.every_chapter}
    for test in manuscript.tests:
        for id in test.chapters:
            if id not in known and manuscript.complete:
                yield error("SRC-014", test.origin, f"No chapter '{id}'.", "The id of a chapter.")


def _reviews(manuscript: Manuscript, project: Path, today: Today) -> list[Finding]:
    book = manuscript.book
    if not today.is_after(book.next_review):
        return []
    found = f"The next review was due on {book.next_review}."
    place = _line_of(project, book.origin, "next_review")
    return [error("SRC-041", place, found, "A review, and a new next_review date.")]
