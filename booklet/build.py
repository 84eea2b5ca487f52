"""The whole walk: chapters in, checked booklets out."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache, partial
from hashlib import sha256
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from booklet import bindery, dispatch, printing
from booklet.composing import (
    HANDOUT,
    MAIN,
    Composition,
    Wanted,
    compose,
    proofread,
    publication,
    shipped_faces,
    titles_of,
)
from booklet.findings import BookletError, Finding, Place, error, has_errors, in_order
from booklet.manuscript import Edition, Manuscript, Waiver, read, read_waivers, shipped
from booklet.preflight import PROFILES, Profile, Promise, Report, Sources, examine, source_text, unused
from booklet.typesetting import CACHE, FORMATS, Format, Segment, Typesetter, folios, page_counts, share_out, typeset

PAGES_AROUND = 12
"""Room in a volume for cover, imprint, contents, page finder, planned pages and back cover."""
LIBRARIES = (
    "booklet",
    "weasyprint",
    "pydyf",
    "fonttools",
    "tinyhtml5",
    "jinja2",
    "markdown-it-py",
    "pikepdf",
    "pillow",
    "segno",
)
PRINTING = {"press": printing.for_press, "clinic": printing.for_clinic}
WORTH_A_PROCESS = 3
"""As many booklets keep a process of their own busy for longer than it takes to start one."""
Composing = Callable[[Edition, Wanted], tuple[tuple[Composition, ...], list[Finding]]]
Tell = Callable[[str, int, int], None]
"""Told before each edition: its name, how many are done, how many there are."""


class UnknownEditionError(BookletError):
    """Somebody asked for an edition that has no file."""

    exit_status = 2


@dataclass(frozen=True)
class Order:
    """What to build: no editions or formats named means all of them, no titles the main booklet and every insert."""

    project: Path
    dist: Path
    today: date
    editions: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()
    use_cache: bool = True
    pdf_ua: int = 1
    printing: printing.Options = field(default_factory=printing.Options)

    @property
    def is_whole(self) -> bool:
        """True when everything there is was asked for."""
        return not (self.editions or self.formats or self.titles)


@dataclass(frozen=True)
class Receipt:
    """What came of it: the files as the manifest has them, which of them are new, and every finding."""

    files: tuple[dispatch.Entry, ...]
    built: int
    findings: tuple[Finding, ...]
    seconds: float
    typeset: int = 0
    reused: int = 0

    @property
    def failed(self) -> bool:
        """True when a finding stopped the build."""
        return has_errors(self.findings)


@dataclass(frozen=True)
class _Job:
    """One title of one edition in one format: a file, or one a volume."""

    form: Format
    edition: Edition
    title: str

    @property
    def key(self) -> tuple[str, str, str]:
        return (self.title, self.edition.code, self.form.name)

    def __str__(self) -> str:
        return f"{self.edition.code} {self.title} {self.form.name}"


@dataclass(frozen=True)
class _Made:
    """A finished file, what it was promised to be where that is known, and the profile by which it is judged (None: it
    is no PDF).
    """

    delivery: dispatch.Delivery
    promise: Promise | None
    profile: Profile | None


Examining = Callable[[_Made, Sources, tuple[Waiver, ...]], Callable[[], Report]]
"""Hands a file to preflight; what it gives back waits for the report."""


def check(order: Order) -> tuple[Finding, ...]:
    """Every fault of the sources, without making a PDF."""
    manuscript, findings = read(order.project, order.today)
    if manuscript:
        findings += _hues(manuscript)
        findings += proofread(manuscript)
        for edition in _chosen(manuscript, order.editions, findings):
            for wanted in _every_kind(manuscript, order.titles or titles_of(manuscript)):
                findings += _composed(manuscript, edition, order, wanted)[1]
    return in_order(dict.fromkeys(findings))


def build(order: Order, tell: Tell = lambda *_: None) -> Receipt:
    """Build what is ordered into `dist`. With a finding of severity error, `dist` stays as it was."""
    start = time.monotonic()
    manuscript, findings = read(order.project, order.today)
    if manuscript is None:
        return Receipt((), 0, in_order(findings), time.monotonic() - start)
    findings += proofread(manuscript)
    jobs = _jobs(manuscript, order, findings)
    findings += _hues(manuscript)
    source = _source_hash(order)
    known = _known(order, source)
    stale = [job for job in jobs if job.key not in known]
    setters = {form: Typesetter(order.project, styles_folder(), form, _cache(order)) for form in _forms(stale)}
    composed = cache(lambda edition, wanted: _composed(manuscript, edition, order, wanted))
    for edition, title in dict.fromkeys((job.edition, job.title) for job in stale):
        findings += composed(edition, Wanted(title))[1]
    deliveries: dict[tuple[str, str, str], tuple[dispatch.Delivery, ...]] = {}
    waivers, faults = read_waivers(order.project)
    findings += faults
    pending: list[Callable[[], Report]] = []
    with _examining(len(stale)) as examining:
        for done, job in enumerate(stale if not has_errors(findings) else ()):
            tell(str(job), done, len(stale))
            compositions, volumes, faults = _set(manuscript, job, composed, setters)
            findings += faults
            deliveries[job.key] = ()
            for composition, segments in zip(compositions, volumes if not has_errors(faults) else (), strict=False):
                rows, faults, lines = _made(manuscript, job, composition, segments, source, order, setters)
                findings += faults
                pending += [examining(row, lines, waivers) for row in rows if row.profile]
                deliveries[job.key] += tuple(row.delivery for row in rows)
        reports = [report() for report in pending]
    findings += [finding for report in reports for finding in report.findings]
    if len(stale) == len(jobs) and order.is_whole:
        findings += unused(waivers, reports)
    if not has_errors(findings):
        findings += _deliver(order.dist, tuple(each for rows in deliveries.values() for each in rows))
        for setter in setters.values():
            setter.forget_old()
    new = {key: tuple(delivery.entry for delivery in rows) for key, rows in deliveries.items()}
    files = () if has_errors(findings) else tuple(entry for job in jobs for entry in {**known, **new}[job.key])
    return Receipt(
        files,
        sum(map(len, new.values())) if files else 0,
        in_order(dict.fromkeys(findings)),
        time.monotonic() - start,
        sum(setter.typeset for setter in setters.values()),
        sum(setter.reused for setter in setters.values()),
    )


def styles_folder() -> Path:
    """The style sheets and fonts: inside the installed package, or beside it in a checkout."""
    return shipped(".")


def _chosen(manuscript: Manuscript, codes: Iterable[str], findings: Iterable[Finding]) -> tuple[Edition, ...]:
    """The editions asked for. One whose own file has a fault is left out: the fault says why."""
    editions = {edition.code: edition for edition in manuscript.editions}
    wanted = [code.upper() for code in codes] or list(editions)
    faulty = {Path(finding.place.file).stem.upper() for finding in findings if "/editions/" in finding.place.file}
    unknown = [code for code in wanted if code not in editions and code not in faulty]
    if unknown:
        raise UnknownEditionError(f"No edition '{unknown[0]}'. There are: {', '.join(editions)}.")
    return tuple(editions[code] for code in dict.fromkeys(wanted) if code in editions)


def _jobs(manuscript: Manuscript, order: Order, findings: Iterable[Finding]) -> list[_Job]:
    """Everything ordered, in the order in which it is made."""
    names = order.formats or [name for name in FORMATS if name != "press" or manuscript.book.printer]
    forms = [FORMATS[name].as_pdf_ua(order.pdf_ua) for name in names]
    editions = _chosen(manuscript, order.editions, findings)
    titles = order.titles or titles_of(manuscript)
    for title in titles if editions else ():
        publication(manuscript, editions[0], title)
    return [_Job(form, edition, title) for form in forms for title in titles for edition in editions]


def _every_kind(manuscript: Manuscript, titles: Iterable[str]) -> Iterator[Wanted]:
    """All that can be composed of these titles: in both sizes of print, and a chapter to hand out."""
    for title in titles:
        yield from (Wanted(title), Wanted(title, large_print=True))
        if title == MAIN and manuscript.chapters:
            yield Wanted(f"{HANDOUT}{manuscript.chapters[0].head.id}")


def _composed(
    manuscript: Manuscript, edition: Edition, order: Order, wanted: Wanted
) -> tuple[tuple[Composition, ...], list[Finding]]:
    return compose(manuscript, edition, order.project, order.today, shipped_faces(styles_folder()), wanted)


def _forms(jobs: Iterable[_Job]) -> tuple[Format, ...]:
    """The formats to set: what large print says of the standard edition's pages is read off that."""
    forms = dict.fromkeys(job.form for job in jobs)
    standard = [FORMATS["screen"]] if any(form.is_large_print for form in forms) else []
    return tuple(dict.fromkeys((*standard, *forms)))


def _known(order: Order, source: str) -> dict[tuple[str, str, str], tuple[dispatch.Entry, ...]]:
    """What lies in `dist` whole and made from these very sources, by what it is."""
    found: dict[tuple[str, str, str], tuple[dispatch.Entry, ...]] = {}
    for entry in dispatch.read_manifest(order.dist) if order.use_cache else ():
        if entry.source == source:
            found[entry.key] = (*found.get(entry.key, ()), entry)
    return {key: entries for key, entries in found.items() if len(entries) == entries[0].volumes}


def _set(
    manuscript: Manuscript, job: _Job, compose_once: Composing, setters: dict[Format, Typesetter]
) -> tuple[tuple[Composition, ...], tuple[tuple[Segment, ...], ...], list[Finding]]:
    """A title composed and typeset, shared out over volumes when its paper would weigh too much."""

    findings: list[Finding] = []

    def composed(wanted: Wanted) -> tuple[Composition, ...]:
        compositions, faults = compose_once(job.edition, wanted)
        findings.extend(faults)
        return compositions

    setter = setters[job.form]
    if not job.form.is_large_print:
        compositions = composed(Wanted(job.title))
        volumes, faults = typeset(compositions, setter)
        return compositions, volumes, [*findings, *faults]
    standard = folios(composed(Wanted(job.title)), setters[FORMATS["screen"]])
    known = {f"standard/{anchor}": folio for anchor, folio in standard.items()}
    compositions = composed(Wanted(job.title, large_print=True))
    counts = page_counts(compositions[0], setter, known)
    shares = share_out({part.id: counts.get(part.id, 0) for part in compositions[0].body}, _most_pages(manuscript, job))
    if len(shares) > 1 and compositions[0].publication.is_main:
        compositions = composed(Wanted(job.title, large_print=True, volumes=shares))
    volumes, faults = typeset(compositions, setter, known)
    return compositions, volumes, [*findings, *faults]


def _most_pages(manuscript: Manuscript, job: _Job) -> int:
    """How many pages of the body one volume may have, with room for the pages before and behind."""
    paper = manuscript.book.large_print
    width_mm, height_mm = job.form.trim_mm
    leaf_grams = width_mm * height_mm / 1e6 * paper.paper_gsm
    return max(1, int(paper.most_grams / leaf_grams) * 2 - PAGES_AROUND)


def _title(manuscript: Manuscript, job: _Job, composition: Composition) -> bindery.Title:
    book, work = manuscript.book, composition.publication
    volume = f", volume {composition.volume}" if composition.volume else ""
    return bindery.Title(
        title=f"{work.title}: {work.subtitle} ({job.edition.name}{volume})",
        subject=work.description,
        author=book.publisher,
        language=book.language,
        issued=book.issue_date,
        anchors=composition.titles,
        hue=bindery.hue_of(job.edition.hue.deep, job.edition.hue.tint),
        pdf_ua=job.form.pdf_ua,
        edition=job.edition.name,
        issue=book.issue,
    )


def _file_name(manuscript: Manuscript, job: _Job, composition: Composition) -> str:
    """The name of a file or of several, without ending."""
    volume = f"-volume-{composition.volume}" if composition.volume else ""
    stem = f"{composition.publication.slug}-{job.edition.code}-{manuscript.book.issue}"
    return f"{job.edition.code}/{stem}-{job.form.name}{volume}"


def _made(
    manuscript: Manuscript,
    job: _Job,
    composition: Composition,
    segments: tuple[Segment, ...],
    source: str,
    order: Order,
    setters: dict[Format, Typesetter],
) -> tuple[tuple[_Made, ...], list[Finding], Sources]:
    """The files of one volume, and from which line each piece of them comes. Files for paper have no such lines."""
    if job.form.for_paper:
        return *_printed(manuscript, job, composition, segments, source, order, setters), Sources()
    file, lines = _bound(manuscript, job, composition, segments, source), bindery.sources_of(segments)
    if order.use_cache:
        bindery.keep_sources(order.project, file.delivery.content, lines)
    return (file,), [], Sources(lines)


def _bound(
    manuscript: Manuscript, job: _Job, composition: Composition, segments: tuple[Segment, ...], source: str
) -> _Made:
    title = _title(manuscript, job, composition)
    content = bindery.bind(segments, title)
    pages = tuple(segment.folio(index) for segment in segments for index in range(segment.layout.pages))
    promise = Promise(
        file=f"{_file_name(manuscript, job, composition)}.pdf",
        folios=pages,
        trim_mm=job.form.trim_mm,
        title=title.title,
        language=title.language,
        headings=sum(len(segment.layout.bookmarks) for segment in segments),
        phones=composition.phones,
        pdf_ua=job.form.pdf_ua,
        stitched=not composition.publication.is_handout,
        source_text=source_text(segment.part.html for segment in segments),
    )
    entry = _entry(manuscript, job, composition, promise.file, content, source, len(pages), composition.volumes)
    profile = PROFILES[job.form.name.removesuffix(f"-ua{job.form.pdf_ua}")]
    return _Made(dispatch.Delivery(entry, content), promise, profile)


def _printed(
    manuscript: Manuscript,
    job: _Job,
    composition: Composition,
    segments: tuple[Segment, ...],
    source: str,
    order: Order,
    setters: dict[Format, Typesetter],
) -> tuple[tuple[_Made, ...], list[Finding]]:
    """What a printer or a clinic gets: several files."""

    def setter(form: Format) -> Typesetter:
        return setters.setdefault(form, Typesetter(order.project, styles_folder(), form, _cache(order)))

    title, name = _title(manuscript, job, composition), _file_name(manuscript, job, composition)
    work = printing.Work(manuscript, job.edition, composition, segments, title, job.form, order.project, name)
    made, findings = PRINTING[job.form.name](work, order.printing, setter)
    rows = []
    for file in made:
        named = f"{name}{file.ending}"
        entry = _entry(manuscript, job, composition, named, file.content, source, file.pages, len(made))
        promise = (
            None
            if file.profile not in PRINTING
            else Promise(
                file=named,
                folios=("",) * file.pages,
                trim_mm=file.trim_mm,
                title=file.title,
                language=title.language,
                headings=0,
                phones=composition.phones,
                stitched=not file.leaves,
            )
        )
        delivery = dispatch.Delivery(replace(entry, trim_mm=file.trim_mm), file.content)
        rows.append(_Made(delivery, promise, _profile(file)))
    return tuple(rows), findings


def _profile(file: printing.Made) -> Profile | None:
    """What a file for paper is judged by: the profile of its kind, with the numbers of its printer."""
    if not file.profile:
        return None
    profile, printer = PROFILES[file.profile], file.printer
    if printer is None:
        return profile
    return replace(
        profile, bleed_mm=printer.bleed_mm, safe_mm=printer.safe_mm, ink_limit_percent=printer.ink_limit_percent
    )


def _entry(
    manuscript: Manuscript,
    job: _Job,
    composition: Composition,
    file: str,
    content: bytes,
    source: str,
    pages: int,
    volumes: int,
) -> dispatch.Entry:
    work = composition.publication
    return dispatch.Entry(
        file=file,
        publication=job.title,
        title=work.title,
        edition=job.edition.code,
        format=job.form.name,
        volumes=volumes,
        issue=manuscript.book.issue,
        order_code=getattr(work.codes, job.form.order_code),
        pages=pages,
        bytes=len(content),
        sha256=sha256(content).hexdigest(),
        trim_mm=job.form.trim_mm,
        source=source,
    )


def _hues(manuscript: Manuscript) -> list[Finding]:
    """What is wrong with the hues in print, where it is known who prints."""
    printer = manuscript.book.printer
    return list(bindery.hue_faults(manuscript, printer)) if printer in manuscript.printers else []


@contextmanager
def _examining(jobs: int) -> Iterator[Examining]:
    """Preflight beside the typesetting, by as many processes as there are processors; for little work, at once."""
    workers = min(os.cpu_count() or 1, jobs // WORTH_A_PROCESS)
    if workers < 2:
        yield lambda made, lines, waivers: partial(examine, *_task(made, lines, waivers))
        return
    here = signal.SIGINT, signal.SIG_IGN  # an interrupt is for the one process that talks to people
    pool = ProcessPoolExecutor(workers, get_context("spawn"), signal.signal, here)
    try:
        yield lambda made, lines, waivers: pool.submit(examine, *_task(made, lines, waivers)).result
    finally:
        pool.shutdown(cancel_futures=True)


def _task(made: _Made, lines: Sources, waivers: tuple[Waiver, ...]) -> tuple[Any, ...]:
    return made.delivery.content, made.delivery.entry.file, made.profile, made.promise, lines, waivers


def _deliver(dist: Path, deliveries: tuple[dispatch.Delivery, ...]) -> list[Finding]:
    if not deliveries:
        return []
    try:
        dispatch.deliver(dist, deliveries, _versions())
    except OSError as reason:
        found = f"The files cannot be written ({reason.strerror})."
        return [error("SYS-002", Place(dist.name), found, "A folder that can be written, on a disk with room.")]
    return []


def _cache(order: Order) -> Path | None:
    return order.project / CACHE if order.use_cache else None


def _versions() -> str:
    return ", ".join(f"{name} {version(name)}" for name in LIBRARIES)


def _source_hash(order: Order) -> str:
    """A hash of everything a build depends on: sources, styles, the package itself, versions and the date."""
    digest = sha256(f"{order.today} {order.printing} {_versions()}".encode())
    package = Path(__file__).resolve().parent
    for folder in (order.project / "chapters", styles_folder(), package):
        for path in sorted(folder.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                digest.update(f"{path.relative_to(folder).as_posix()} {path.stat().st_size} ".encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()
