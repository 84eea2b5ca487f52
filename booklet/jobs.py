"""The work of one job, step by step: typeset it, finish it, examine what came of it."""

from __future__ import annotations

import gc
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from hashlib import sha256
from multiprocessing import parent_process
from pathlib import Path

from booklet import bindery, dispatch, finishing
from booklet.bounds import JOB, TooMuchError, within_bounds
from booklet.composing import Composition, Wanted, compose, faces_of
from booklet.files import write
from booklet.findings import Finding, Place, error, has_errors
from booklet.finishing import FinishedFile, PrintJob, TypesetBooklet, finish
from booklet.formats import Format, PageSetup
from booklet.manuscript import Checks, Edition, Manuscript, Waiver, shipped
from booklet.preflight import Report, Sources, examine
from booklet.records import Order
from booklet.shelf import COVER_FORMAT, keep_cover
from booklet.store import CACHE, Store, key_of
from booklet.today import Today
from booklet.typesetting import Segment, Typesetter, facts_key, folios, page_counts, share_out, typeset

PAGES_AROUND = 12
"""Room in a volume for cover, imprint, contents, page finder, planned pages and back cover."""


@dataclass(frozen=True)
class Job:
    """One title of one edition in one format: a file, or several; `with_slots` with room for the panels of imprints."""

    title: str
    edition: str
    form: Format
    with_slots: bool = False

    @property
    def key(self) -> tuple[str, str, str]:
        """As the manifest has it."""
        return (self.title, self.edition, self.form.name)

    def __str__(self) -> str:
        return f"{self.edition} {self.title} {self.form.name}"

    def wanted(self, checks: Checks, large_print: bool = False) -> Wanted:
        """What to compose for it, in one size of print."""
        without_stale = checks.policy(self.form.profile) == "leave-out"
        return Wanted(self.title, large_print, without_stale=without_stale, with_slots=self.with_slots)


Compositions = dict[tuple[str, Wanted], tuple[Composition, ...]]
"""What is composed, by edition and what was wanted of it."""


def composed_for(
    job: Job, manuscript: Manuscript, compositions: Compositions
) -> tuple[tuple[Composition, ...], tuple[Composition, ...]]:
    """What a job is typeset from: in standard print, and in large print where it is that."""
    checks = manuscript.book.checks
    large = compositions[job.edition, job.wanted(checks, large_print=True)] if job.form.is_large_print else ()
    return compositions[job.edition, job.wanted(checks)], large


@dataclass(frozen=True)
class JobContext:
    """What every step of every job may read: the manuscript, what is ordered, the folders of the store and of what is
    finished, and what somebody answers for.
    """

    manuscript: Manuscript
    order: Order
    store: Path
    aside: Path
    waivers: tuple[Waiver, ...]


@dataclass(frozen=True)
class TypesetVolumes:
    """A title typeset: the composition and the segments of each volume, or what is wrong with it; and how many parts
    were written for it, and how many the store had.
    """

    volumes: tuple[tuple[Composition, tuple[Segment, ...]], ...]
    findings: tuple[Finding, ...]
    typeset: int
    reused: int


@dataclass(frozen=True)
class JobResult:
    """What came of a job: its files, aside, or nothing where it is kept back; and what is to be said of it."""

    deliveries: tuple[dispatch.Delivery, ...]
    findings: tuple[Finding, ...]
    reports: tuple[Report, ...]


class Worker:
    """A process at work: what it may read, and typesetters that stay warm."""

    def __init__(self, context: JobContext, store: Store | None = None) -> None:
        self.context = context
        self.store = store or Store(context.store)
        self._typesetters: dict[PageSetup, Typesetter] = {}

    def take(self, context: JobContext) -> None:
        """Go on to other work in the same folders, whose files may have changed."""
        self.context = context
        for setter in self._typesetters.values():
            setter.forget()

    def typesetter(self, pages: PageSetup) -> Typesetter:
        """The typesetter of a page setup."""
        if pages not in self._typesetters:
            self._typesetters[pages] = Typesetter(self.context.order.project, shipped("."), pages, self.store)
        return self._typesetters[pages]

    def typesetter_of(self, form: Format) -> Typesetter:
        """The typesetter of a format's pages, in the direction of the booklet's language."""
        return self.typesetter(form.pages.turned(self.context.manuscript.words.from_the_right))


_WORKER: list[Worker] = []


def worker() -> Worker:
    """This process at work: `prepare` has made it ready."""
    return _WORKER[0]


def rest() -> None:
    """Give up the typesetters that stay warm, and the temporary files of their fonts."""
    _WORKER.clear()
    gc.collect()


def prepare(context: JobContext, store: Store | None = None) -> None:
    """Make this process ready for the steps below, with a store that is open already or that of the context.
    Typesetters of the same folders stay warm. A process that only works for another has its temporary files where that
    one takes them away.
    """
    if parent_process() is not None:
        tempfile.tempdir = str(context.aside)
    for work in _WORKER:
        if (work.context.order.project, work.context.store) == (context.order.project, context.store):
            work.take(context)
            return
    _WORKER[:] = [Worker(context, store)]


def entries_of(result: TypesetVolumes | JobResult) -> Iterator[str]:
    """The keys under which the store has what a result only names."""
    for _, segments in result.volumes if isinstance(result, TypesetVolumes) else ():
        for segment in segments:
            yield from (segment.key, facts_key(segment.key))


def typeset_title(
    title: str,
    edition: str,
    form: Format,
    standard: tuple[Composition, ...],
    large: tuple[Composition, ...] = (),
) -> TypesetVolumes:
    """A title of an edition on the pages of a format, shared out over volumes when its paper would weigh too much."""
    (work,) = _WORKER
    setter = work.typesetter_of(form)
    before = setter.typeset, setter.reused
    if not form.is_large_print:
        compositions = standard
        segments, findings = typeset(compositions, setter)
    else:
        pages = folios(standard, work.typesetter_of(work.context.manuscript.style.formats["screen"]))
        known = {f"standard/{anchor}": folio for anchor, folio in pages.items()}
        compositions = _in_volumes(work, title, edition, form, large, known)
        segments, findings = typeset(compositions, setter, known)
    volumes = tuple(zip(compositions, segments, strict=False)) if not has_errors(findings) else ()
    return TypesetVolumes(volumes, tuple(findings), setter.typeset - before[0], setter.reused - before[1])


def _in_volumes(
    work: Worker, title: str, edition: str, form: Format, large: tuple[Composition, ...], known: dict[str, str]
) -> tuple[Composition, ...]:
    """The main booklet in as many volumes as its weight asks for."""
    counts = page_counts(large[0], work.typesetter_of(form), known)
    most = most_pages(work.context.manuscript, form)
    shares = share_out({part.id: counts.get(part.id, 0) for part in large[0].body}, most)
    if len(shares) < 2 or not large[0].publication.is_main:
        return large
    context = work.context
    record = next(each for each in context.manuscript.editions if each.code == edition)
    job = Job(title, edition, form, context.order.imprints is not None)
    wanted = replace(job.wanted(context.manuscript.book.checks, large_print=True), volumes=shares)
    today, faces = Today(context.order.today), faces_of(context.order.project, context.manuscript.style.faces)
    return compose(context.manuscript, record, context.order.project, today, faces, wanted)[0]


def most_pages(manuscript: Manuscript, form: Format) -> int:
    """How many pages of the body one volume may have, with room for the pages before and behind."""
    paper = manuscript.book.large_print
    width_mm, height_mm = form.pages.trim_mm
    leaf_grams = width_mm * height_mm / 1e6 * paper.paper_gsm
    return max(1, int(paper.most_grams / leaf_grams) * 2 - PAGES_AROUND)


def process_ended(job: Job, place: Place) -> Finding:
    """What is said of a job over which a process ended, which no job should bring about."""
    found = f"The process that made {job} ended before it was done: a library failed, or memory ran out."
    return error("SYS-005", place, found, "Simpler drawings and pictures, and room for 2 GB a process (--jobs 1).")


def finish_job(job: Job, number: int, inputs: str, volumes: TypesetVolumes) -> JobResult:
    """The files of a job, examined, each written aside under the job's number; none where one of them has a fault."""
    try:
        with within_bounds(JOB):
            return _finished(job, number, inputs, volumes)
    except TooMuchError as reason:
        place = Place(volumes.volumes[0][0].parts[0].file if volumes.volumes else "chapters")
        finding = error("SYS-003", place, f"Finishing {job} takes {reason}.", "Less text, or simpler drawings.")
        return JobResult((), (finding,), ())


def _finished(job: Job, number: int, inputs: str, volumes: TypesetVolumes) -> JobResult:
    (work,) = _WORKER
    findings = list(volumes.findings)
    reports: list[Report] = []
    deliveries: list[dispatch.Delivery] = []
    for composition, segments in volumes.volumes:
        booklet, (files, faults) = finished_files(job, composition, segments)
        findings += faults
        for file in files:
            report = examined(file)
            reports += [report] if report else []
            waived = _waived(report) if report else ()
            aside = work.context.aside / f"{number}-{len(deliveries)}"
            write(aside, file.content)
            several = composition.volumes if len(files) == 1 else len(files)
            if job.form.name == COVER_FORMAT:
                keep_cover(work.store, partial(bytes, file.content), sha256(file.content).hexdigest())
            entry = replace(entry_of(job, booklet, composition, file, several, inputs), waived=waived)
            deliveries.append(dispatch.Delivery(entry, aside))
    findings += [finding for report in reports for finding in report.findings]
    if has_errors(findings):
        for delivery in deliveries:
            delivery.aside.unlink(missing_ok=True)
        deliveries = []
    return JobResult(tuple(deliveries), tuple(findings), tuple(reports))


def finished_files(
    job: Job, composition: Composition, segments: tuple[Segment, ...]
) -> tuple[TypesetBooklet, finishing.Finished]:
    """One volume of a job, and its files, not examined yet."""
    (work,) = _WORKER
    manuscript = work.context.manuscript
    edition = next(each for each in manuscript.editions if each.code == job.edition)
    booklet = typeset_booklet(manuscript, edition, job, composition, segments)
    return booklet, finish(booklet, finishing.Tools(work.store, work.typesetter, work.context.order.printing))


def _waived(report: Report) -> tuple[str, ...]:
    """What somebody answers for in a file, with the reason, for everybody to see."""
    rows = [(complaint.code, complaint.waived.reason) for complaint in report.waived if complaint.waived]
    return tuple(dict.fromkeys(f"{code} ({reason})" for code, reason in rows))


def examined(file: FinishedFile) -> Report | None:
    """What preflight says of a file; nothing of one that is no PDF."""
    (work,) = _WORKER
    if file.profile is None:
        return None
    keep_origins(work.store, file.content, file.origins)
    parts = () if work.context.order.examine_whole else file.parts()

    def judged(sources: Sources) -> Report:
        assert file.profile
        return examine(
            file.content, file.name, file.profile, file.promise, sources, work.context.waivers, parts, file.accents
        )

    report = judged(Sources())
    if report.complaints or report.waived:  # then it matters which line each piece comes from
        return judged(finishing.sources(work.store, file.origins))
    return report


def keep_origins(store: Store, content: bytes, origins: tuple[finishing.Origin, ...]) -> None:
    """Keep where the parts of a finished file stand, to find the lines of its pieces again."""
    store.save(_origins_key(content), origins)


def _origins_key(content: bytes) -> str:
    return key_of("origins", sha256(content).hexdigest())


def kept_sources(project: Path, content: bytes) -> Sources:
    """Which line each piece of a finished file comes from; nothing for a file that was not built here."""
    if not (project / CACHE).is_dir():
        return Sources()
    store = Store(project / CACHE)
    return finishing.sources(store, store.load(_origins_key(content), tuple[finishing.Origin, ...]) or ())


def typeset_booklet(
    manuscript: Manuscript, edition: Edition, job: Job, composition: Composition, segments: tuple[Segment, ...]
) -> TypesetBooklet:
    """One volume of a job, with what its files say of themselves."""
    book, publication, hue = manuscript.book, composition.publication, manuscript.hue_of(edition)
    words, names = manuscript.words, {"title": publication.title, "subtitle": publication.subtitle}
    key = "file.title_of_volume" if composition.volume else "file.title"
    return TypesetBooklet(
        form=job.form,
        file=f"{edition.code}/{file_name(job, composition, book.issue)}",
        title=publication.title,
        full_title=words(key, **names, edition=edition.name, number=composition.volume),
        description=publication.description,
        publisher=book.publisher,
        words=words,
        edition=edition.name,
        issue=book.issue,
        issued=book.issue_date,
        hue=bindery.hue_of(hue.deep, hue.tint),
        anchors=composition.titles,
        phones=composition.phones,
        binding=publication.binding,
        stitched=publication.stitched,
        segments=segments,
        kit=composition.kit,
        print_job=print_job(manuscript, edition, composition.unsigned),
    )


def file_name(job: Job, composition: Composition, issue: str, whose: str = "") -> str:
    """What the files of one volume of a job are called, without their endings; `whose` copies they are is said behind
    the issue.
    """
    ending = f"-volume-{composition.volume}" if composition.volume else ""
    whose = f"-{whose}" if whose else ""
    return f"{composition.publication.slug}-{job.edition}-{issue}{whose}-{job.form.name}{ending}"


def print_job(manuscript: Manuscript, edition: Edition, unsigned: tuple[str, ...]) -> PrintJob | None:
    """Who prints this edition, where somebody is named."""
    book, name = manuscript.book, manuscript.book.printer
    if name is None:
        return None
    printer = manuscript.printers[name]
    condition = printer.condition
    profile = manuscript.icc_profiles[name]
    return PrintJob(
        name=name,
        printer=printer,
        condition=bindery.Condition(condition.identifier, condition.words, condition.registry, profile),
        accents=bindery.edition_accents(manuscript, edition, name),
        quantity=book.print_run.quantities.get(edition.code),
        contact=book.print_run.contact,
        is_sample=book.sample,
        unsigned=unsigned,
    )


def entry_of(
    job: Job, booklet: TypesetBooklet, composition: Composition, file: FinishedFile, volumes: int, inputs: str
) -> dispatch.Entry:
    """What the manifest says of a file."""
    return dispatch.Entry(
        file=file.name,
        publication=job.title,
        title=booklet.title,
        edition=job.edition,
        format=job.form.name,
        volumes=volumes,
        issue=booklet.issue,
        order_code=getattr(composition.publication.codes, job.form.order_code, None) or "",
        pages=file.pages,
        bytes=len(file.content),
        sha256=sha256(file.content).hexdigest(),
        trim_mm=(float(file.trim_mm[0]), float(file.trim_mm[1])),
        inputs=inputs,
        unsigned=composition.unsigned,
    )
