"""Copies with a clinic's own name, by the thousand: `booklet build --imprints clinics.csv`.

    read -> compose with slots -> typeset -> finish, judge -> panels of many clinics -> judge, lay in, deliver

All rows are read and checked before the first panel is set. The edition is finished and examined once, with its slots
empty. Then the panels of 25 clinics at a time are set as one document, examined by themselves, and laid into that
file; a row that does not fit is left out, and is a finding at its line. Each clinic's folder is delivered by
itself, whole or not at all, with a manifest of its own, so that what was made stays when the rest cannot be, and what
did not change is not made again. A press job is one for all clinics of an edition, and has a folder of its own.
"""

from __future__ import annotations

import gc
import os
import time
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from booklet import dispatch
from booklet.composing import MAIN, PanelWords, faces_of, imprint_faults, panel_words
from booklet.files import UnfitFileError, stamps, write
from booklet.findings import BookletError, Finding, Place, Severity, counted, error, has_errors, in_order
from booklet.finishing import (
    Cover,
    FinishedFile,
    TypesetBooklet,
    faults_of_slots,
    finish_covers,
    imprint_files,
    no_printer,
)
from booklet.imprint_panels import Waiting, batched, edition_of, panels_that_fit, tools, waiting_for
from booklet.jobs import (
    Job,
    JobContext,
    TypesetVolumes,
    entry_of,
    examined,
    file_name,
    finished_files,
    prepare,
    process_ended,
    typeset_booklet,
    typeset_title,
    worker,
)
from booklet.manuscript import Imprint, Manuscript, read, read_imprints
from booklet.processes import Step, run
from booklet.records import Order, Receipt, Tell
from booklet.store import Store, key_of, versions
from booklet.today import Today
from booklet.typesetting import Assets
from booklet.walk import WAITING, Sources, composed, inputs_of, refuse_changed, store_alone, unwritten

ROWS_AT_ONCE = 25
USUAL_FORMATS = ("screen", "large-print")
PRESS = "imprints-press"
"""The folder of the press job that all clinics of an edition share. It stands beside that of the clinics, where no id
can be its name.
"""


Made = tuple[dispatch.Entry, bytes]
"""A file, and what the manifest of its folder says of it."""


class NotForImprintsError(BookletError):
    """Somebody asked for imprints of what has none."""

    exit_status = 2


@dataclass(frozen=True)
class Copy:
    """What one clinic is to have: what its panels print, how many copies a printer is to make (None: not said), and for
    each of its own jobs a hash of everything that it is made from.
    """

    words: PanelWords
    copies: int | None
    inputs: tuple[str, ...]


@dataclass(frozen=True)
class EditionCopies:
    """The clinics of an edition in the order of their rows; the jobs of which each has files of its own; and the press
    job that all share, with a hash of everything that it is made from.
    """

    copies: tuple[Copy, ...]
    own: tuple[Job, ...]
    press: Job | None
    press_inputs: str


@dataclass(frozen=True)
class BatchResult:
    """What came of some clinics: the files that were delivered, as the manifest of `dist/` would name them, and what is
    to be said.
    """

    entries: tuple[dispatch.Entry, ...]
    findings: tuple[Finding, ...]


def build_imprints(order: Order, tell: Tell) -> Receipt:
    """The copies of all clinics that `order.imprints` names, into `dist/EDITION/imprints/ID/`, and what a printer needs
    for them, into `dist/EDITION/imprints-press/`. A fault of the sources stops everything; one of a row stops that row.
    Raises BookletError.
    """
    assert order.imprints
    start = time.monotonic()
    today = Today(order.today)
    seen = stamps(order.project / "chapters", order.project)
    order = _ordered(order)
    manuscript, faults = read(order.project, today)
    if manuscript is None or not manuscript.editions:
        return Receipt((), 0, in_order(faults), time.monotonic() - start)
    rows, findings = _checked(order, manuscript, today)
    order = replace(order, editions=tuple(dict.fromkeys(row.edition for row in rows)))
    sources = composed(order, today)
    if sources.manuscript is None or sources.are_faulty or not rows:
        return Receipt((), 0, in_order([*sources.findings, *findings]), time.monotonic() - start)
    with ExitStack() as stack:
        try:
            dispatch.refuse_foreign(order.dist, order.project)
            kept = store_alone(stack, order, Store(order.store) if order.use_cache else None, tell)
            aside = stack.enter_context(dispatch.aside(order.dist, lambda: tell(WAITING, 0, 0)))
        except OSError as reason:
            findings = [*sources.findings, *findings, unwritten(order, reason)]
            return Receipt((), 0, in_order(findings), time.monotonic() - start)
        editions = dict(_editions(order, sources, rows))
        del rows  # thousands of records, of which nothing more is asked
        delivered = {folder: there for row in editions.items() for folder, there in _delivered(order, *row).items()}
        context = JobContext(sources.manuscript, order, kept.folder, aside, sources.waivers)
        steps = [step for row in editions.items() for step in _steps(order, sources, *row, delivered)]
        count, made = sum(len(step.arguments[2]) for step in steps if step.function in _DELIVERING), 0

        def done(step: Step, _: int) -> None:
            nonlocal made
            if step.function in _DELIVERING:
                made += len(step.arguments[2])
                tell("imprints", made, count)

        processes = order.jobs or os.cpu_count() or 1
        results = run(steps, min(processes, len(steps) // 2), prepare, (context,), done)
        refuse_changed(order, seen)
        kept.trim()
    batches = [result for result in results.values() if isinstance(result, BatchResult)]
    volumes = [result for result in results.values() if isinstance(result, TypesetVolumes)]
    new = [entry for batch in batches for entry in batch.entries]
    old = [entry for entries in delivered.values() for entry in entries]
    findings += [*sources.findings, *sources.told, *(finding for batch in batches for finding in batch.findings)]
    findings += [finding for each in volumes for finding in each.findings]
    return Receipt(
        files=tuple(sorted((*old, *new), key=lambda entry: entry.file)),
        built=len(new),
        findings=in_order(dict.fromkeys(findings)),
        seconds=time.monotonic() - start,
        typeset=sum(each.typeset for each in volumes),
        reused=sum(each.reused for each in volumes),
    )


def _ordered(order: Order) -> Order:
    """The same with what is usual where nothing is said. Raises NotForImprintsError."""
    if set(order.titles) - {MAIN}:
        raise NotForImprintsError("Imprints are made of the main booklet alone.")
    if "press" in order.formats and order.printing.cover_separate is False:
        raise NotForImprintsError("Clinics share the body of a press job, so their covers are files of their own.")
    return replace(order, titles=(MAIN,), formats=order.formats or USUAL_FORMATS)


def _checked(order: Order, manuscript: Manuscript, today: Today) -> tuple[list[Imprint], list[Finding]]:
    """The rows that can be printed, of the editions that are wanted, and what is wrong with all others."""
    assert order.imprints
    rows, findings = read_imprints(order.imprints, order.project, manuscript)
    faces = faces_of(order.project, manuscript.style.faces)
    findings += imprint_faults(rows, manuscript, order.project, today, faces)
    faulty = {finding.place for finding in findings if finding.severity is Severity.ERROR}
    wanted = {code.upper() for code in order.editions}
    return [row for row in rows if row.origin not in faulty and (not wanted or row.edition in wanted)], findings


def _editions(order: Order, sources: Sources, rows: Iterable[Imprint]) -> Iterator[tuple[str, EditionCopies]]:
    """The copies of each edition that has any, without the jobs that their format refuses to make."""
    manuscript = sources.manuscript
    assert manuscript
    digest = Assets(order.project / "chapters").digest
    for edition in manuscript.editions:
        jobs = [job for job in sources.jobs if job.edition == edition.code and job not in sources.refused]
        keys = {job: inputs_of(manuscript, order, job, sources.compositions, sources.waivers, digest) for job in jobs}
        own = tuple(job for job in jobs if job.form.finish != "press")
        press = next((job for job in jobs if job.form.finish == "press"), None)
        copies, panels = [], []
        for row in (row for row in rows if row.edition == edition.code):
            words = panel_words(row, manuscript, edition)
            panel = key_of("panel", replace(words, place=Place("")), digest(words.logo) if words.logo else "")
            copies.append(Copy(words, row.copies, tuple(key_of("imprint", keys[job], panel) for job in own)))
            panels.append((panel, row.copies))
        if copies:
            key = key_of("imprints of a press", keys[press], panels) if press else ""
            yield edition.code, EditionCopies(tuple(copies), own, press, key)


def _folder(dist: Path, edition: str, id: str) -> Path:
    return dist / edition / "imprints" / id


def _delivered(order: Order, edition: str, wanted: EditionCopies) -> dict[Path, tuple[dispatch.Entry, ...]]:
    """The folders, of clinics and of the press job, in which all files lie whole, made from these very inputs."""
    names = [job.form.name for job in wanted.own]
    asked = {
        _folder(order.dist, edition, copy.words.id): set(zip(names, copy.inputs, strict=True))
        for copy in (wanted.copies if names else ())
    }
    if wanted.press:
        asked[order.dist / edition / PRESS] = {(wanted.press.form.name, wanted.press_inputs)}
    found = {}
    for folder, inputs in asked.items() if order.use_cache else ():
        entries = [entry for entry in dispatch.read_manifest(folder) if (entry.format, entry.inputs) in inputs]
        counts = Counter(entry.format for entry in entries)
        if counts.keys() == {name for name, _ in inputs} and all(
            entry.volumes == counts[entry.format] for entry in entries
        ):
            found[folder] = tuple(_named_in(order.dist, folder, entry) for entry in entries)
    return found


def _named_in(dist: Path, folder: Path, entry: dispatch.Entry) -> dispatch.Entry:
    """An entry of a folder as the manifest of `dist` would have it."""
    return replace(entry, file=f"{folder.relative_to(dist).as_posix()}/{entry.file}")


def _steps(
    order: Order, sources: Sources, edition: str, wanted: EditionCopies, delivered: Container[Path]
) -> Iterator[Step]:
    """An edition is typeset and judged, then its clinics that have not their files, some at a time; and the press job
    that all of them share.
    """
    left = [copy for copy in wanted.copies if _folder(order.dist, edition, copy.words.id) not in delivered]
    own = wanted.own if left else ()
    press = wanted.press if order.dist / edition / PRESS not in delivered else None
    for job in (*own, *([press] if press else [])):
        standard, large = sources.composed_for(job)
        arguments = (job.title, edition, job.form, standard, large)
        nothing = TypesetVolumes((), (_ended(job, sources),), 0, 0)
        yield Step(("typeset", job), typeset_title, arguments, cost=100.0, if_ended=nothing)
    names = tuple(("typeset", job) for job in own)
    if own:
        ended = (_ended(own[0], sources),)
        yield Step(("judge", edition), judge_edition, (own,), names, cost=100.0, if_ended=ended)
        for number, copies in enumerate(batched(left, ROWS_AT_ONCE)):
            before, ended = (("judge", edition), *names), (process_ended(own[0], copies[0].words.place),)
            yield Step(
                (edition, number), imprint_batch, (edition, own, copies), before, if_ended=BatchResult((), ended)
            )
    if press:
        made_of = (edition, press, wanted.copies, wanted.press_inputs)
        nobody = BatchResult((), (process_ended(press, wanted.copies[0].words.place),))
        yield Step((edition, PRESS), imprint_press, made_of, (("typeset", press),), cost=100.0, if_ended=nobody)


def _ended(job: Job, sources: Sources) -> Finding:
    return process_ended(job, Place(sources.composed_for(job)[0][0].parts[0].file))


def judge_edition(jobs: tuple[Job, ...], *volumes: TypesetVolumes) -> tuple[Finding, ...]:
    """What is wrong with an edition whose slots are empty; nothing where panels can be laid into it."""
    found = [finding for each in volumes for finding in each.findings]
    if has_errors(found):
        return tuple(found)
    for job, typeset in zip(jobs, volumes, strict=True):
        for composition, segments in typeset.volumes:
            files, faults = finished_files(job, composition, segments)[1]
            found += faults
            found += [finding for file in files for finding in _found_in(file)]
    return tuple(found)


def _found_in(file: FinishedFile) -> list[Finding]:
    report = examined(file)
    return list(report.findings) if report else []


@dataclass(frozen=True)
class _Edition:
    """An edition whose clinics this process is at: all that its frames are made from, and the frames."""

    made_from: tuple[object, ...]
    frames: list[tuple[Job, list[Waiting]]]


_AT: list[_Edition] = []
"""The edition that this process is at, whose frames many batches share."""


def _frames(jobs: tuple[Job, ...], volumes: Sequence[TypesetVolumes]) -> list[tuple[Job, list[Waiting]]]:
    made_from = (worker().context, jobs, tuple(volumes))
    if not _AT or _AT[0].made_from != made_from:
        frames = [(job, list(waiting_for(job, row))) for job, row in zip(jobs, volumes, strict=True)]
        _AT[:] = [_Edition(made_from, frames)]
    return _AT[0].frames


def imprint_batch(
    edition: str, jobs: tuple[Job, ...], copies: tuple[Copy, ...], faults: tuple[Finding, ...], *volumes: TypesetVolumes
) -> BatchResult:
    """The files of some clinics, delivered; none where the edition itself has a fault."""
    gc.collect()  # the engine's documents refer to themselves, and those of earlier clinics would add up
    if has_errors(faults):
        return BatchResult((), faults)
    findings: list[Finding] = list(faults)
    made: dict[str, list[Made]] = {copy.words.id: [] for copy in copies}
    for number, (job, frames) in enumerate(_frames(jobs, volumes)):
        for waiting in frames:
            left = [copy for copy in copies if copy.words.id in made]
            panels, faults_here = panels_that_fit(job, waiting, [copy.words for copy in left])
            findings += faults_here
            for copy in left:
                if copy.words.id not in panels:
                    del made[copy.words.id]
                    continue
                booklet = _of_clinic(job, waiting, copy.words)
                files = imprint_files(waiting.frame, booklet, panels[copy.words.id], tools())
                count = len(frames) * len(files)
                made[copy.words.id] += [
                    _made(job, waiting, booklet, file, count, copy.inputs[number]) for file in files
                ]
    dist = worker().context.order.dist
    rows = [
        (copy.words, _folder(dist, edition, copy.words.id), made[copy.words.id])
        for copy in copies
        if copy.words.id in made
    ]
    entries, unwritten = _deliver(rows)
    return BatchResult(tuple(entries), (*findings, *unwritten))


def _of_clinic(job: Job, waiting: Waiting, words: PanelWords) -> TypesetBooklet:
    """The booklet under the name of a clinic, with what the links of its panels say of themselves."""
    booklet, manuscript = waiting.frame.booklet, worker().context.manuscript
    phones = {**booklet.phones, **words.phones(manuscript.words)}
    name = file_name(job, waiting.composition, manuscript.book.issue, words.id)
    file = f"{_folder(Path(), job.edition, words.id).as_posix()}/{name}"
    return replace(booklet, file=file, imprint=words.id, phones=phones)


def _made(job: Job, waiting: Waiting, booklet: TypesetBooklet, file: FinishedFile, count: int, inputs: str) -> Made:
    """A file, and what the manifest of its own folder says of it."""
    entry = entry_of(job, booklet, waiting.composition, file, count, inputs)
    return replace(entry, file=file.name.rpartition("/")[2]), file.content


def imprint_press(
    edition: str, job: Job, copies: tuple[Copy, ...], inputs: str, volumes: TypesetVolumes
) -> BatchResult:
    """The press job of all clinics of an edition, delivered; nothing where one of its files has a fault."""
    findings = list(volumes.findings)
    ((composition, segments),) = volumes.volumes or ((None, ()),)
    if has_errors(findings) or composition is None:
        return BatchResult((), tuple(findings))
    context = worker().context
    booklet = typeset_booklet(context.manuscript, edition_of(edition), job, composition, segments)
    findings += faults_of_slots(booklet) if booklet.print_job else [no_printer()]
    if has_errors(findings):
        return BatchResult((), tuple(findings))
    (waiting,) = waiting_for(job, volumes)
    covers: list[Cover] = []
    for some in batched(copies, ROWS_AT_ONCE):
        panels, found = panels_that_fit(job, waiting, [copy.words for copy in some])
        findings += found
        fitting = [copy for copy in some if copy.words.id in panels]
        covers += [Cover(copy.words.id, copy.words.name, copy.copies, panels[copy.words.id]) for copy in fitting]
        gc.collect()
    if not covers:
        return BatchResult((), tuple(findings))
    file = f"{edition}/{PRESS}/{file_name(job, composition, context.manuscript.book.issue, 'imprints')}"
    phones = {uri: said for copy in copies for uri, said in copy.words.phones(context.manuscript.words).items()}
    booklet = replace(booklet, file=file, phones={**booklet.phones, **phones})
    faces = faces_of(context.order.project, context.manuscript.style.faces)
    files, faults = finish_covers(booklet, covers, faces, tools())
    faults += [finding for each in files for finding in _found_in(each)]
    if has_errors(faults):
        return BatchResult((), (*findings, *faults))
    made = [_made(job, waiting, booklet, each, len(files), inputs) for each in files]
    entries, unwritten = _deliver([(copies[0].words, context.order.dist / edition / PRESS, made)])
    return BatchResult(tuple(entries), (*findings, *faults, *unwritten))


def _deliver(rows: Sequence[tuple[PanelWords, Path, Sequence[Made]]]) -> tuple[list[dispatch.Entry], list[Finding]]:
    """Put the files of each clinic in place, in its folder, one after the other. Where the disk takes no more, what is
    there stays, and the others are named. A clinic whose folder holds a file that no build has made goes without, and
    no other.
    """
    context = worker().context
    entries: list[dispatch.Entry] = []
    refused: list[Finding] = []
    aside = context.aside / f"imprints-{os.getpid()}"
    for number, (words, folder, files) in enumerate(rows):
        try:
            aside.mkdir(exist_ok=True)
            deliveries = []
            for index, (entry, content) in enumerate(files):
                path = aside / str(index)
                write(path, content)
                deliveries.append(dispatch.Delivery(entry, path))
            dispatch.deliver(folder, aside, deliveries, (), (), versions())
        except UnfitFileError as reason:
            found = f"{Path(reason.filename).name} cannot be written in the folder {folder.name} ({reason.strerror})."
            refused.append(error("SYS-002", words.place, found, "A folder that holds what builds put there."))
            continue
        except OSError as reason:
            if reason.errno is None:
                raise
            for path in aside.glob("*"):
                path.unlink(missing_ok=True)
            left = [each.name for _, each, _ in rows[number:]]
            found = f"{counted(len(left), 'clinic')} cannot have copies ({reason.strerror}): {', '.join(left)}."
            expected = "Room on the disk. The next build goes on from there."
            return entries, [*refused, error("SYS-002", words.place, found, expected)]
        entries += [_named_in(context.order.dist, folder, entry) for entry, _ in files]
    return entries, refused


_DELIVERING = (imprint_batch, imprint_press)
"""The steps that make copies, of clinics that are their third argument."""
