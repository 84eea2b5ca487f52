"""The whole walk: chapters in, checked booklets out.

    read -> jobs -> compose -> check -> typeset -> finish -> examine -> deliver

Reading, composing and checking are done at once, for all jobs: a fault of the sources stops everything before the first
page is set. Then each job is typeset, finished and examined, in as many processes as there are processors (`workers`);
a fault found in a finished file keeps back that job alone. Files are delivered together at the end.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from hashlib import sha256
from itertools import product
from pathlib import Path

from booklet import bindery, dispatch
from booklet.bounds import MAX_PDF_BYTES
from booklet.composing import (
    HANDOUT,
    MAIN,
    Composition,
    Wanted,
    code_entries,
    compared,
    compose,
    face_faults,
    faces_of,
    proofread,
    publication,
    titles_of,
)
from booklet.files import alone, stamps, temporary_folder
from booklet.files import read as read_file
from booklet.findings import BookletError, Finding, Place, error, has_errors, in_order, warning
from booklet.formats import DUPLEX, PageSetup, PrintOptions, is_for_copiers
from booklet.jobs import (
    Compositions,
    Job,
    JobContext,
    JobResult,
    TypesetVolumes,
    composed_for,
    finish_job,
    prepare,
    process_ended,
    typeset_booklet,
    typeset_title,
)
from booklet.manuscript import Edition, Manuscript, Waiver, read, read_waivers, shipped
from booklet.preflight import unused
from booklet.processes import Pool, Step, collect_seldom, run
from booklet.records import KeptBack, Order, Receipt, SourcesChangedError, Tell
from booklet.release import refused_jobs
from booklet.shelf import keep_cover, shelf_files
from booklet.store import Store, key_of, versions
from booklet.today import Today
from booklet.typesetting import Assets

Stamps = dict[str, tuple[int, ...]]
"""What changes of each source as soon as it is saved."""
Composer = Callable[[Edition, Wanted], tuple[tuple[Composition, ...], list[Finding]]]
WAITING = "waiting for another build of the same folder"
WORTH_A_PROCESS = 6
"""As many steps keep a process of their own busy for longer than it takes to start one."""


class UnknownEditionError(BookletError):
    """Somebody asked for an edition that has no file."""

    exit_status = 2


@dataclass(frozen=True)
class Sources:
    """What an order asks for, read and composed: nothing is read of a project without a valid `booklet.toml`."""

    manuscript: Manuscript | None
    jobs: tuple[Job, ...]
    compositions: Compositions
    waivers: tuple[Waiver, ...]
    findings: tuple[Finding, ...]
    refused: tuple[Job, ...] = ()
    """The jobs that their format refuses to make."""
    told: tuple[Finding, ...] = ()
    """What formats say of what nobody has confirmed in time, and why they refuse."""

    def composed_for(self, job: Job) -> tuple[tuple[Composition, ...], tuple[Composition, ...]]:
        """What a job is typeset from: in standard print, and in large print where it is that."""
        assert self.manuscript
        return composed_for(job, self.manuscript, self.compositions)

    @property
    def are_faulty(self) -> bool:
        """True when no page may be set."""
        return self.manuscript is None or has_errors(self.findings)


def composed(order: Order, today: Today) -> Sources:
    """The sources of an order, read, composed and checked. Raises BookletError."""
    manuscript, findings = read(order.project, today)
    if manuscript is None:
        return Sources(None, (), {}, (), in_order(findings))
    findings += [*_before_composing(manuscript, order, today, findings)]
    jobs = jobs_of(manuscript, order, findings)
    compositions, faults = compose_all(manuscript, order, today, jobs)
    refused, told = refused_jobs(manuscript, jobs, compositions, today)
    waivers, waiver_faults = read_waivers(order.project)
    findings += [*faults, *waiver_faults]
    return Sources(manuscript, tuple(jobs), compositions, waivers, in_order(findings), refused, tuple(told))


def walk(
    order: Order, store: Store | None, tell: Tell, seen: Stamps, pool: Pool | None = None
) -> tuple[Receipt, tuple[date, date]]:
    """What is ordered, built; and the days on which it would come out the same. `seen` is how the sources were before
    anything was read of them; `pool` does the steps where processes of this machine are not to. Raises BookletError,
    and SourcesChangedError before anything is delivered.
    """
    start = time.monotonic()
    collect_seldom()
    today = Today(order.today)
    sources = composed(order, today)
    findings = list(sources.findings)
    manuscript, jobs, compositions, waivers = sources.manuscript, sources.jobs, sources.compositions, sources.waivers
    if manuscript is None or sources.are_faulty:
        return Receipt((), 0, sources.findings, time.monotonic() - start), today.holds
    with ExitStack() as stack:
        try:
            dispatch.refuse_foreign(order.dist, order.project)
            kept = store_alone(stack, order, store, tell)
            aside = stack.enter_context(dispatch.aside(order.dist, lambda: tell(WAITING, 0, 0)))
            digest = Assets(order.project / "chapters").digest
            keys = {job: inputs_of(manuscript, order, job, compositions, waivers, digest) for job in jobs}
            earlier = {job: rows for job, rows in _delivered(order, keys).items() if job not in sources.refused}
            stale = [job for job in jobs if job not in earlier and job not in sources.refused]
            context = JobContext(manuscript, order, kept.folder, aside, waivers)
            results, volumes = _made(context, stale, keys, compositions, tell, pool or run)
            results |= {job: JobResult((), (), ()) for job in sources.refused}
            refuse_changed(order, seen)
            findings += _deliver(order, aside, results, manuscript, kept)
        except OSError as reason:
            refuse_changed(order, seen)
            findings.append(unwritten(order, reason))
            return Receipt((), 0, in_order(findings), time.monotonic() - start), today.holds
        kept.trim()
    findings += [*sources.told, *(finding for result in results.values() for finding in result.findings)]
    if len(stale) == len(jobs) and order.is_whole:
        findings += unused(waivers, [report for result in results.values() for report in result.reports])
    return _receipt(order, jobs, earlier, results, volumes, findings, time.monotonic() - start), today.holds


def store_alone(stack: ExitStack, order: Order, store: Store | None, tell: Tell) -> Store:
    """The project's store, or a passing one, for this build alone."""
    if store is None:
        return Store(stack.enter_context(temporary_folder()) / "store")
    if store.folder.is_dir():
        stack.enter_context(alone(store.folder, lambda: tell(WAITING, 0, 0)))
    return store


def unwritten(order: Order, reason: OSError) -> Finding:
    """What is said where the files cannot be written. Raises the reason where that is nothing of the disk's, such as a
    library that cannot be loaded.
    """
    if reason.errno is None:
        raise reason
    name = Path(reason.filename).name if reason.filename else order.dist.name
    found = f"The files cannot be written ({name}: {reason.strerror})."
    return error("SYS-002", Place(order.dist.name), found, "A folder that can be written, with room.")


def refuse_changed(order: Order, seen: Stamps) -> None:
    """Raises SourcesChangedError where a source is no longer as it was."""
    now = stamps(order.project / "chapters", order.project)
    if now != seen:
        names = sorted(name for name in {*now, *seen} if now.get(name) != seen.get(name))
        raise SourcesChangedError(f"chapters/{names[0]} was saved while the build ran.")


def faults_of_sources(order: Order) -> tuple[Finding, ...]:
    """Every fault of the sources, without making a PDF."""
    today = Today(order.today)
    manuscript, findings = read(order.project, today)
    if manuscript:
        findings += [*_before_composing(manuscript, order, today, findings)]
        composed = _composer(manuscript, order, today)
        jobs = jobs_of(manuscript, order, findings)
        findings += refused_jobs(manuscript, jobs, _composed_of(manuscript, jobs, composed)[0], today)[1]
        for edition in _chosen(manuscript, order.editions, findings):
            for wanted in _every_kind(manuscript, order.titles or titles_of(manuscript)):
                findings += composed(edition, wanted)[1]
    findings += read_waivers(order.project)[1]
    return in_order(dict.fromkeys(findings))


def outdated(order: Order) -> tuple[tuple[str, str, str], ...]:
    """Of what is ordered, the titles, editions and formats (`dispatch.Entry.key`) whose files in `dist` are not what
    the sources come to on that day, however they were to be printed. Raises BookletError for sources with a fault.
    """
    sources = composed(order, Today(order.today))
    manuscript = sources.manuscript
    if manuscript is None or sources.are_faulty:
        raise BookletError("The chapters have faults, so nobody can tell what is older than they. Run booklet check.")
    digest = Assets(order.project / "chapters").digest
    choices = product((None, True, False), (None, True, False), DUPLEX)
    orders = [replace(order, printing=PrintOptions(*choice)) for choice in choices]
    there: dict[tuple[str, str, str], set[str]] = {}
    for entry in dispatch.read_entries(order.dist):
        there.setdefault(entry.key, set()).add("" if entry.is_older else entry.inputs)

    def is_outdated(job: Job) -> bool:
        known = {inputs_of(manuscript, each, job, sources.compositions, sources.waivers, digest) for each in orders}
        return not there.get(job.key, set()) <= known

    refused = tuple(job.key for job in sources.refused)
    return (*refused, *(job.key for job in sources.jobs if is_outdated(job)))


def styles_folder() -> Path:
    """The style sheets and fonts: inside the installed package, or beside it in a checkout."""
    return shipped(".")


def jobs_of(manuscript: Manuscript, order: Order, findings: Iterable[Finding] = ()) -> list[Job]:
    """Everything ordered, in the order in which it is named."""
    formats = manuscript.style.formats
    trim_mm = formats["clinic"].pages.trim_mm
    left_out = {"press": not manuscript.book.printer, "clinic": not is_for_copiers(trim_mm, manuscript.book.binding)}
    usual: Sequence[str] = manuscript.book.formats or tuple(formats)
    names = order.formats or [name for name in usual if not left_out.get(name)]
    forms = [formats[name].as_pdf_ua(order.pdf_ua) for name in names]
    editions = _chosen(manuscript, order.editions, findings)
    titles = order.titles or titles_of(manuscript)
    for title in titles if editions else ():
        publication(manuscript, editions[0], title)
    with_slots = order.imprints is not None
    return [Job(title, edition.code, form, with_slots) for form in forms for title in titles for edition in editions]


def compose_all(
    manuscript: Manuscript, order: Order, today: Today, jobs: Iterable[Job]
) -> tuple[Compositions, list[Finding]]:
    """What each job is typeset from, and every fault found on the way. What large print says of the standard edition's
    pages is read off that, so it is composed as well.
    """
    return _composed_of(manuscript, jobs, _composer(manuscript, order, today))


def _composed_of(manuscript: Manuscript, jobs: Iterable[Job], composed: Composer) -> tuple[Compositions, list[Finding]]:
    editions = {edition.code: edition for edition in manuscript.editions}
    compositions: Compositions = {}
    findings: list[Finding] = []
    checks = manuscript.book.checks
    for code, wanted in dict.fromkeys(
        (job.edition, job.wanted(checks, size)) for job in jobs for size in {False, job.form.is_large_print}
    ):
        compositions[code, wanted], faults = composed(editions[code], wanted)
        findings += faults
    return compositions, findings


def _composer(manuscript: Manuscript, order: Order, today: Today) -> Composer:
    """Composes each thing once."""
    faces = faces_of(order.project, manuscript.style.faces)
    return cache(lambda edition, wanted: compose(manuscript, edition, order.project, today, faces, wanted))


def _chosen(manuscript: Manuscript, codes: Iterable[str], findings: Iterable[Finding]) -> tuple[Edition, ...]:
    """The editions asked for. One whose own file has a fault is left out: the fault says why."""
    editions = {edition.code: edition for edition in manuscript.editions}
    wanted = [code.upper() for code in codes] or list(editions)
    faulty = {Path(finding.place.file).stem.upper() for finding in findings if "/editions/" in finding.place.file}
    unknown = [code for code in wanted if code not in editions and code not in faulty]
    if unknown and editions:
        raise UnknownEditionError(f"No edition '{unknown[0]}'. There are: {', '.join(editions)}.")
    return tuple(editions[code] for code in dict.fromkeys(wanted) if code in editions)


def _every_kind(manuscript: Manuscript, titles: Iterable[str]) -> Iterator[Wanted]:
    """All that can be composed of these titles: in both sizes of print, and a chapter to hand out."""
    for title in titles:
        yield from (Wanted(title), Wanted(title, large_print=True))
        if title == MAIN and manuscript.chapters:
            yield Wanted(f"{HANDOUT}{manuscript.chapters[0].head.id}")


def _before_composing(
    manuscript: Manuscript, order: Order, today: Today, findings: Iterable[Finding]
) -> Iterator[Finding]:
    """What `check` and `build` find alike in what was read, before anything is composed."""
    yield from proofread(manuscript)
    yield from _across_editions(manuscript, today, findings)
    yield from _hues(manuscript)
    yield from _trims(manuscript, order)
    yield from face_faults(order.project, manuscript.style.faces)


def _across_editions(manuscript: Manuscript, today: Today, findings: Iterable[Finding]) -> list[Finding]:
    """What shows when all editions are seen side by side; nothing while one of them has a fault and is missing."""
    faulty = any("/editions/" in finding.place.file for finding in findings if has_errors([finding]))
    return [] if faulty else compared(manuscript, today)


def _hues(manuscript: Manuscript) -> list[Finding]:
    """What is wrong with the hues in print, where it is known who prints."""
    printer = manuscript.book.printer
    return list(bindery.hue_faults(manuscript, printer)) if printer in manuscript.printers else []


def _trims(manuscript: Manuscript, order: Order) -> list[Finding]:
    """What no office copier can make of the project's pages: an error where it is asked for."""
    pages, place = manuscript.style.formats["clinic"].pages, manuscript.style.page.origin
    binding = manuscript.book.binding
    if is_for_copiers(pages.trim_mm, binding):
        return []
    wanted = {"half-fold": "half of A4", "letter-fold": "a third of A4 (DL)"}.get(binding, "A4 or half of it")
    found = f"A page of {pages.design.name} is not {wanted}: there are no clinic sheets of it."
    kind = error if "clinic" in order.formats else warning
    return [kind("BOX-003", place, found, "Such a trim for office copiers; other formats need none.")]


def inputs_of(
    manuscript: Manuscript,
    order: Order,
    job: Job,
    compositions: Compositions,
    waivers: tuple[Waiver, ...],
    digest: Callable[[str], str],
) -> str:
    """A hash of everything that the files of a job are made from."""
    edition = next(each for each in manuscript.editions if each.code == job.edition)
    standard, large = composed_for(job, manuscript, compositions)
    texts = [text_hash(size, digest) for size in (standard, large) if size]
    facts = typeset_booklet(manuscript, edition, job, standard[0], ())
    paper = manuscript.book.large_print if job.form.is_large_print else None
    printing = order.printing if job.form.finish != "tagged" else None
    if job.form.finish != "press":
        facts = replace(facts, print_job=None)
    return key_of("job", job, texts, replace(facts, anchors={}, phones={}, kit=None), paper, printing, waivers)


def text_hash(compositions: tuple[Composition, ...], image_digest: Callable[[str], str]) -> str:
    """A hash of everything that pages are set from: texts, what their links are called, numbers, images."""
    digest = sha256()
    for composition in compositions:
        parts = [*composition.parts, *([composition.kit] if composition.kit else [])]
        for part in parts:
            digest.update(f"{part.id} {part.kind} {part.title}\0{part.html}\0".encode())
            for asset in part.assets:
                digest.update(image_digest(asset).encode())
        digest.update(repr((sorted(composition.titles.items()), sorted(composition.phones.items()))).encode())
    return digest.hexdigest()


def _delivered(order: Order, keys: Mapping[Job, str]) -> dict[Job, tuple[dispatch.Entry, ...]]:
    """What lies in `dist` whole and made from these very inputs, by job."""
    found: dict[tuple[str, str, str], tuple[dispatch.Entry, ...]] = {}
    for entry in dispatch.read_manifest(order.dist) if order.use_cache and not order.examine_whole else ():
        found[entry.key] = (*found.get(entry.key, ()), entry)
    return {
        job: entries
        for job, key in keys.items()
        if (entries := tuple(entry for entry in found.get(job.key, ()) if entry.inputs == key and not entry.is_older))
        and len(entries) == entries[0].volumes
    }


def _made(
    context: JobContext,
    jobs: Sequence[Job],
    keys: Mapping[Job, str],
    compositions: Compositions,
    tell: Tell,
    pool: Pool,
) -> tuple[dict[Job, JobResult], list[TypesetVolumes]]:
    """The result of each job, and what was typeset for them."""
    steps = list(steps_of(jobs, keys, context.manuscript, compositions))
    count = len(jobs)
    finished: list[Job] = []

    def done(step: Step, _: int) -> None:
        if isinstance(step.name, Job):
            finished.append(step.name)
            tell(str(step.name), len(finished), count)

    processes = context.order.jobs or os.cpu_count() or 1
    results = pool(steps, min(processes, len(steps) // WORTH_A_PROCESS), prepare, (context,), done)
    volumes = [result for result in results.values() if isinstance(result, TypesetVolumes)]
    return {job: results[job] for job in jobs}, volumes


def steps_of(
    jobs: Iterable[Job], keys: Mapping[Job, str], manuscript: Manuscript, compositions: Compositions
) -> Iterator[Step]:
    """Typesetting each title once for each page setup, then finishing each job. The first edition of a title goes ahead
    of the others, because they share most of what it needs.
    """
    named: dict[tuple[str, str, PageSetup, Wanted], None] = {}
    first: dict[object, object] = {}
    for number, job in enumerate(jobs):
        name = (job.title, job.edition, job.form.pages, job.wanted(manuscript.book.checks))
        standard, large = composed_for(job, manuscript, compositions)
        ended = (process_ended(job, Place(standard[0].parts[0].file)),)
        if name not in named:
            beside = [row for row in named if row[:2] == name[:2]]
            named[name] = None
            ahead = first.setdefault((job.title, job.form.pages), name)
            after = [ahead] if ahead != name else []
            after += beside if job.form.is_large_print else []
            cost = sum(len(part.html) for part in standard[0].parts) * (1 if ahead == name else 0.3)
            arguments = (job.title, job.edition, job.form, standard, large)
            yield Step(name, typeset_title, arguments, (), tuple(after), cost, TypesetVolumes((), ended, 0, 0))
        ahead = first.setdefault((job.title, job.form.name), job)
        after = [ahead] if ahead != job else []
        kept_back = JobResult((), ended, ())
        yield Step(job, finish_job, (job, number, keys[job]), (name,), tuple(after), 1000.0, kept_back)


def _deliver(
    order: Order, folder: Path, results: Mapping[Job, JobResult], manuscript: Manuscript, store: Store
) -> list[Finding]:
    """Put what is finished in place, and the shelf beside it; nothing, when all or nothing is wanted and something is
    kept back. Gives what is to be said of the shelf.
    """
    codes = code_entries(manuscript)
    kept_back = [job.key for job, result in results.items() if not result.deliveries]
    rows = [delivery for result in results.values() for delivery in result.deliveries]
    if order.all_or_nothing and kept_back:
        rows, kept_back = [], [job.key for job in results]
    known = dispatch.all_codes(order.dist, codes) == dispatch.read_codes(order.dist)
    if not rows and not kept_back and known and dispatch.has_shelf(order.dist):
        return []
    asides = {row.entry.sha256: row.aside for row in rows}
    findings: list[Finding] = []

    def cover(entry: dispatch.Entry) -> bytes | None:
        path = asides.get(entry.sha256, order.dist / entry.file)
        return keep_cover(store, lambda: read_file(path, MAX_PDF_BYTES), entry.sha256)

    def beside(entries: tuple[dispatch.Entry, ...]) -> dict[str, bytes]:
        shelf = shelf_files(manuscript, entries, cover)
        for name in dispatch.strangers(order.dist, shelf):
            found = f"{order.dist.name}/{name} was made or changed by somebody else, so there is no page of all files."
            findings.append(
                warning("SYS-004", Place(f"{order.dist.name}/{name}"), found, "Another name or place for it.")
            )
        return {} if findings else shelf

    dispatch.deliver(order.dist, folder, rows, kept_back, codes, versions(), beside)
    return findings


def _receipt(
    order: Order,
    jobs: Iterable[Job],
    earlier: Mapping[Job, tuple[dispatch.Entry, ...]],
    results: Mapping[Job, JobResult],
    volumes: Iterable[TypesetVolumes],
    findings: Iterable[Finding],
    seconds: float,
) -> Receipt:
    kept_back = tuple(KeptBack(*job.key) for job in jobs if job in results and not results[job].deliveries)
    nothing = order.all_or_nothing and kept_back
    new = {job: tuple(row.entry for row in result.deliveries) for job, result in results.items()}
    return Receipt(
        files=() if nothing else tuple(entry for job in jobs for entry in {**earlier, **new}[job]),
        built=0 if nothing else sum(map(len, new.values())),
        findings=in_order(dict.fromkeys(findings)),
        seconds=seconds,
        typeset=sum(row.typeset for row in volumes),
        reused=sum(row.reused for row in volumes),
        kept_back=tuple(KeptBack(*job.key) for job in results) if nothing else kept_back,
    )
