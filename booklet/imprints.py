"""Copies with a clinic's own name, by the thousand: `booklet build --imprints clinics.csv`.

    read -> compose with slots -> typeset -> bind a frame, judge it -> panels of many clinics -> judge, lay in, deliver

All rows are read and checked before the first panel is set. The edition is bound and examined once, with its slots
empty. Then the panels of some fifty clinics at a time are set as one document, examined by themselves, and laid into
that file; a row that does not fit is left out, and is a finding at its line. Each clinic's folder is delivered by
itself, whole or not at all, with a manifest of its own, so that what was made stays when the rest cannot be, and what
did not change is not made again.
"""

from __future__ import annotations

import gc
import os
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

from booklet import dispatch
from booklet.bindery import Face
from booklet.composing import (
    MAIN,
    Composition,
    PanelArea,
    PanelWords,
    faces_of,
    imprint_faults,
    panel_words,
    panels,
    specimen,
)
from booklet.files import UnfitFileError, stamps, write
from booklet.findings import BookletError, Finding, Place, Severity, counted, error, has_errors, in_order
from booklet.finishing import (
    ImprintFrame,
    Tools,
    imprint_file,
    imprint_frame,
    panel_pages,
    panel_sheet,
    panels_of,
    slots_of,
)
from booklet.formats import PageSetup
from booklet.jobs import (
    Job,
    JobContext,
    TypesetVolumes,
    examined,
    prepare,
    process_ended,
    typeset_booklet,
    typeset_title,
    worker,
)
from booklet.manuscript import Edition, Imprint, Manuscript, read, read_imprints
from booklet.pdf import PT_PER_MM
from booklet.preflight import Report, examine
from booklet.processes import Step, run
from booklet.records import Order, Receipt, Tell
from booklet.store import Store, key_of, versions
from booklet.today import Today
from booklet.typesetting import Assets, Layout, Slot
from booklet.walk import WAITING, Sources, composed, inputs_of, refuse_changed, store_alone, unwritten

ROWS_AT_ONCE = 50
FORMATS = ("screen", "large-print")
Row = TypeVar("Row")


class NotForImprintsError(BookletError):
    """Somebody asked for imprints of what has none."""

    exit_status = 2


@dataclass(frozen=True)
class Copy:
    """What one clinic is to have: what its panels print, and a hash of everything that its files are made from."""

    words: PanelWords
    inputs: str


@dataclass(frozen=True)
class BatchResult:
    """What came of some clinics: the files that were delivered, as the manifest of `dist/` would name them, and what is
    to be said.
    """

    entries: tuple[dispatch.Entry, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class _Waiting:
    """A volume of a job that waits for panels: its composition, its frame, and the areas of its panels."""

    composition: Composition
    frame: ImprintFrame
    areas: dict[str, PanelArea]
    pages: PageSetup


def build_imprints(order: Order, tell: Tell) -> Receipt:
    """The copies of all clinics that `order.imprints` names, into `dist/EDITION/imprints/ID/`. A fault of the sources
    stops everything; one of a row stops that row. Raises BookletError.
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
        copies = dict(_copies(order, sources, rows))
        earlier = {edition: _delivered(order, edition, own) for edition, own in copies.items()}
        stale = {
            edition: [copy for copy in own if copy.words.id not in earlier[edition]] for edition, own in copies.items()
        }
        context = JobContext(sources.manuscript, order, kept.folder, aside, sources.waivers)
        steps = list(_steps(sources, {edition: own for edition, own in stale.items() if own}))
        count, made = sum(map(len, stale.values())), 0

        def done(step: Step, _: int) -> None:
            nonlocal made
            if step.function is imprint_batch:
                made += len(step.arguments[2])
                tell("imprints", made, count)

        processes = order.jobs or os.cpu_count() or 1
        results = run(steps, min(processes, len(steps) // 2), prepare, (context,), done)
        refuse_changed(order, seen)
        kept.trim()
    batches = [result for result in results.values() if isinstance(result, BatchResult)]
    volumes = [result for result in results.values() if isinstance(result, TypesetVolumes)]
    new = [entry for batch in batches for entry in batch.entries]
    old = [entry for own in earlier.values() for entries in own.values() for entry in entries]
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
    unfit = [name for name in order.formats if name not in FORMATS]
    if unfit:
        raise NotForImprintsError(f"There are no imprints in the format {unfit[0]}: only {' and '.join(FORMATS)}.")
    if order.pdf_ua != 1 or set(order.titles) - {MAIN}:
        raise NotForImprintsError("Imprints are made of the main booklet, and claim PDF/UA-1.")
    return replace(order, titles=(MAIN,), formats=order.formats or FORMATS)


def _checked(order: Order, manuscript: Manuscript, today: Today) -> tuple[list[Imprint], list[Finding]]:
    """The rows that can be printed, of the editions that are wanted, and what is wrong with all others."""
    assert order.imprints
    rows, findings = read_imprints(order.imprints, order.project, manuscript)
    faces = faces_of(order.project, manuscript.style.faces)
    findings += imprint_faults(rows, manuscript, order.project, today, faces)
    faulty = {finding.place for finding in findings if finding.severity is Severity.ERROR}
    wanted = {code.upper() for code in order.editions}
    return [row for row in rows if row.origin not in faulty and (not wanted or row.edition in wanted)], findings


def _copies(order: Order, sources: Sources, rows: Iterable[Imprint]) -> Iterator[tuple[str, list[Copy]]]:
    """The copies of each edition that has any."""
    manuscript = sources.manuscript
    assert manuscript
    digest = Assets(order.project / "chapters").digest
    for edition in manuscript.editions:
        jobs = [job for job in sources.jobs if job.edition == edition.code]
        keys = [inputs_of(manuscript, order, job, sources.compositions, sources.waivers, digest) for job in jobs]
        own = [panel_words(row, manuscript, edition) for row in rows if row.edition == edition.code]
        copies = []
        for words in own:
            logo = digest(words.logo) if words.logo else ""
            copies.append(Copy(words, key_of("imprint", keys, replace(words, place=Place("")), logo)))
        if copies:
            yield edition.code, copies


def _folder(dist: Path, edition: str, id: str) -> Path:
    return dist / edition / "imprints" / id


def _delivered(order: Order, edition: str, copies: Iterable[Copy]) -> dict[str, tuple[dispatch.Entry, ...]]:
    """The files of the clinics that lie there whole, made from these very inputs."""
    found = {}
    for copy in copies if order.use_cache else ():
        folder = _folder(order.dist, edition, copy.words.id)
        entries = tuple(entry for entry in dispatch.read_manifest(folder) if entry.inputs == copy.inputs)
        complete = {entry.format for entry in entries} == set(order.formats)
        if complete and all(entry.volumes == sum(each.format == entry.format for each in entries) for entry in entries):
            found[copy.words.id] = tuple(_named_in_dist(entry, edition, copy.words.id) for entry in entries)
    return found


def _named_in_dist(entry: dispatch.Entry, edition: str, id: str) -> dispatch.Entry:
    return replace(entry, file=f"{edition}/imprints/{id}/{entry.file}")


def _steps(sources: Sources, copies: dict[str, list[Copy]]) -> Iterator[Step]:
    """Each edition is typeset and judged, and then the clinics of it, some at a time."""
    for edition, own in copies.items():
        jobs = tuple(job for job in sources.jobs if job.edition == edition)
        for job in jobs:
            standard, large = sources.composed_for(job)
            name = ("typeset", job)
            arguments = (job.title, edition, job.form, standard, large)
            nothing = TypesetVolumes((), (_ended(job, sources),), 0, 0)
            yield Step(name, typeset_title, arguments, cost=100.0, if_ended=nothing)
        names = tuple(("typeset", job) for job in jobs)
        ended = (_ended(jobs[0], sources),)
        yield Step(("judge", edition), judge_frames, (edition, jobs), names, cost=100.0, if_ended=ended)
        for number, rows in enumerate(_batched(own, ROWS_AT_ONCE)):
            before, ended = (("judge", edition), *names), (process_ended(jobs[0], rows[0].words.place),)
            yield Step((edition, number), imprint_batch, (edition, jobs, rows), before, if_ended=BatchResult((), ended))


def _ended(job: Job, sources: Sources) -> Finding:
    return process_ended(job, Place(sources.composed_for(job)[0][0].parts[0].file))


def _batched(rows: Sequence[Row], count: int) -> Iterator[tuple[Row, ...]]:
    """So many rows at a time."""
    return (tuple(rows[start : start + count]) for start in range(0, len(rows), count))


def judge_frames(edition: str, jobs: tuple[Job, ...], *volumes: TypesetVolumes) -> tuple[Finding, ...]:
    """What is wrong with an edition whose slots are empty; nothing where panels can be laid into it."""
    found = [finding for each in volumes for finding in each.findings]
    if has_errors(found):
        return tuple(found)
    work = worker()
    for job, typeset in zip(jobs, volumes, strict=True):
        for composition, segments in typeset.volumes:
            booklet = typeset_booklet(work.context.manuscript, _edition(edition), job, composition, segments)
            _, empty = imprint_frame(booklet, (), _tools())
            report = examined(empty)
            found += report.findings if report else []
    return tuple(found)


def _edition(code: str) -> Edition:
    return next(each for each in worker().context.manuscript.editions if each.code == code)


def _tools() -> Tools:
    work = worker()
    return Tools(work.store, work.typesetter, work.context.order.printing)


@dataclass(frozen=True)
class _Edition:
    """An edition whose clinics this process is at: all that its frames are made from, and the frames."""

    made_from: tuple[object, ...]
    frames: list[tuple[Job, list[_Waiting]]]


_AT: list[_Edition] = []
"""The edition that this process is at, whose frames many batches share."""


def _frames(edition: str, jobs: tuple[Job, ...], volumes: Sequence[TypesetVolumes]) -> list[tuple[Job, list[_Waiting]]]:
    made_from = (worker().context, edition, jobs, tuple(volumes))
    if not _AT or _AT[0].made_from != made_from:
        frames = [(job, list(_waiting(edition, job, row))) for job, row in zip(jobs, volumes, strict=True)]
        _AT[:] = [_Edition(made_from, frames)]
    return _AT[0].frames


def _waiting(edition: str, job: Job, typeset: TypesetVolumes) -> Iterator[_Waiting]:
    work = worker()
    manuscript = work.context.manuscript
    pages = panel_pages(job.form.pages).turned(manuscript.words.from_the_right)
    for composition, segments in typeset.volumes:
        booklet = typeset_booklet(manuscript, _edition(edition), job, composition, segments)
        areas = {slot.name: _area(slot.slot, pages.trim_mm) for slot in slots_of(booklet)}
        waiting, _ = imprint_frame(booklet, (), _tools())
        waiting, _ = imprint_frame(booklet, _usual_faces(areas, job, pages, waiting), _tools())
        yield _Waiting(composition, waiting, areas, pages)


def _area(slot: Slot, trim_mm: tuple[float, float]) -> PanelArea:
    """The margins that leave the inside of a slot on a page of its own."""
    left, top, width, height = (side / PT_PER_MM for side in (slot.left_pt, slot.top_pt, slot.width_pt, slot.height_pt))
    margins = (top, trim_mm[0] - left - width, trim_mm[1] - top - height, left)
    return PanelArea(" ".join(f"{side:.3f}mm" for side in margins), f"{height:.3f}mm")


def _usual_faces(areas: dict[str, PanelArea], job: Job, pages: PageSetup, waiting: ImprintFrame) -> tuple[Face, ...]:
    """The faces of panels with the glyphs that most clinics need."""
    content, _, _ = _set([specimen()], dict.fromkeys(areas, PanelArea("10mm", "10mm")), job, pages)
    own = panels_of(content, waiting, job.form.profile, _tools())
    return tuple(face for panel in own for face in panel.fragment.faces)


def _set(
    rows: Sequence[PanelWords], areas: dict[str, PanelArea], job: Job, pages: PageSetup
) -> tuple[bytes, Layout, str]:
    """The panels of some clinics as a tagged PDF, with what the engine complained of in its layout; and their HTML."""
    work = worker()
    manuscript = work.context.manuscript
    faces = faces_of(work.context.order.project, manuscript.style.faces)
    part = panels(rows, areas, manuscript.words, faces, job.form.is_large_print)
    content, layout, facts = work.typesetter(pages).set_once(part.html, part.assets)
    return content, replace(layout, complaints=(*layout.complaints, *facts.complaints)), part.html


def imprint_batch(
    edition: str, jobs: tuple[Job, ...], copies: tuple[Copy, ...], faults: tuple[Finding, ...], *volumes: TypesetVolumes
) -> BatchResult:
    """The files of some clinics, delivered; none where the edition itself has a fault."""
    gc.collect()  # the engine's documents refer to themselves, and those of earlier clinics would add up
    if has_errors(faults):
        return BatchResult((), faults)
    findings: list[Finding] = list(faults)
    made: dict[str, list[tuple[dispatch.Entry, bytes]]] = {copy.words.id: [] for copy in copies}
    for job, frames in _frames(edition, jobs, volumes):
        for waiting in frames:
            left = [copy for copy in copies if copy.words.id in made]
            files, faults_here = _volume(job, waiting, left)
            findings += faults_here
            for copy in left:
                content = files.get(copy.words.id)
                if content is None:
                    made.pop(copy.words.id, None)
                    continue
                made[copy.words.id].append((_entry(edition, job, waiting, copy, content, len(frames)), content))
    entries, unwritten = _deliver(edition, [(copy, made[copy.words.id]) for copy in copies if copy.words.id in made])
    return BatchResult(tuple(entries), (*findings, *unwritten))


def _volume(job: Job, waiting: _Waiting, copies: Sequence[Copy]) -> tuple[dict[str, bytes], list[Finding]]:
    """The file of each clinic whose panels fit, by its id, and what is wrong with the others. These are left out, and
    the rest is set again.
    """
    findings: list[Finding] = []
    rows = [copy.words for copy in copies]
    while rows:
        content, found = _judged(job, waiting, rows)
        findings += found
        faulty = {finding.place for finding in found if finding.severity is Severity.ERROR}
        if not faulty:
            break
        rows = [row for row in rows if row.place not in faulty]
    if not rows:
        return {}, findings
    words = worker().context.manuscript.words
    each = _batched(panels_of(content, waiting.frame, job.form.profile, _tools()), len(waiting.areas))
    return {
        row.id: imprint_file(waiting.frame, row.id, own, row.phones(words), _tools())
        for row, own in zip(rows, each, strict=True)
    }, findings


def _judged(job: Job, waiting: _Waiting, rows: Sequence[PanelWords]) -> tuple[bytes, list[Finding]]:
    """The panels of some clinics as a tagged PDF, and all that is wrong with them. Of what the engine complains nobody
    knows which row it is of: then each is set by itself.
    """
    content, layout, html = _set(rows, waiting.areas, job, waiting.pages)
    if layout.complaints and len(rows) > 1:
        return content, [finding for row in rows for finding in _judged(job, waiting, [row])[1]]
    found = [*_misfits(rows, waiting, layout, job)]
    for words in layout.complaints:
        found.append(error("SYS-001", rows[0].place, f"The engine says: {words}.", "A panel set without complaint."))
    if found:
        return content, found
    context, profile = worker().context, job.form.profile
    phones = {uri: said for row in rows for uri, said in row.phones(context.manuscript.words).items()}
    sheet = panel_sheet(content, layout, html, waiting.frame, phones, waiting.pages, profile, _tools())
    assert sheet.profile
    report = examine(sheet.content, sheet.name, sheet.profile, sheet.promise, None, context.waivers)
    return content, [*_told(report, rows, len(waiting.areas))]


def _misfits(rows: Sequence[PanelWords], waiting: _Waiting, layout: Layout, job: Job) -> Iterator[Finding]:
    """Rows whose panels do not fit, each by its line: a panel that goes on to a second page, or a word that is too long
    for its line.
    """
    size = job.form.pages.design.name
    names = [(name, row) for row in rows for name in waiting.areas]
    starts = [layout.anchors[f"{name}-{row.id}"][0] for name, row in names]
    for (name, row), start, end in zip(names, starts, (*starts[1:], layout.pages), strict=True):
        if end - start != 1:
            found = f"What '{row.name[:60]}' says is too long for its panel '{name}' ({size})."
            yield error("BOX-002", row.place, found, "Fewer and shorter words.")
    for misfit in layout.misfits:
        found = f"'{misfit.words}' is too long for its panel ({size})."
        yield error("BOX-002", Place.parse(misfit.place) or Place(""), found, "Shorter words.")


def _told(report: Report, rows: Sequence[PanelWords], each: int) -> Iterator[Finding]:
    """What preflight says of the panels, by the rows that they are of."""
    for complaint in report.complaints:
        own = {spot.page_index // each for spot in complaint.spots} or set(range(len(rows)))
        for index in sorted(own):
            yield Finding(complaint.code, complaint.severity, rows[index].place, complaint.found, f"{complaint.hint}.")


def _entry(edition: str, job: Job, waiting: _Waiting, copy: Copy, content: bytes, volumes: int) -> dispatch.Entry:
    composition, frame = waiting.composition, waiting.frame
    stem = frame.file.rpartition("/")[2].replace(f"-{job.form.name}", f"-{copy.words.id}-{job.form.name}", 1)
    return dispatch.Entry(
        file=f"{stem}.pdf",
        publication=job.title,
        title=frame.title,
        edition=edition,
        format=job.form.name,
        volumes=volumes,
        issue=worker().context.manuscript.book.issue,
        order_code=getattr(composition.publication.codes, job.form.order_code, None) or "",
        pages=frame.pages,
        bytes=len(content),
        sha256=sha256(content).hexdigest(),
        trim_mm=(float(job.form.pages.trim_mm[0]), float(job.form.pages.trim_mm[1])),
        inputs=copy.inputs,
        unsigned=composition.unsigned,
    )


def _deliver(
    edition: str, made: Sequence[tuple[Copy, list[tuple[dispatch.Entry, bytes]]]]
) -> tuple[list[dispatch.Entry], list[Finding]]:
    """Put the files of each clinic in place, one after the other. Where the disk takes no more, what is there stays,
    and the others are named. A clinic whose folder holds a file that no build has made goes without, and no other.
    """
    context = worker().context
    entries: list[dispatch.Entry] = []
    refused: list[Finding] = []
    aside = context.aside / f"imprints-{os.getpid()}"
    for number, (copy, files) in enumerate(made):
        try:
            aside.mkdir(exist_ok=True)
            deliveries = []
            for index, (entry, content) in enumerate(files):
                path = aside / str(index)
                write(path, content)
                deliveries.append(dispatch.Delivery(entry, path))
            folder = _folder(context.order.dist, edition, copy.words.id)
            dispatch.deliver(folder, aside, deliveries, (), (), versions())
        except UnfitFileError as reason:
            found = f"{Path(reason.filename).name} cannot be written in the clinic's folder ({reason.strerror})."
            refused.append(error("SYS-002", copy.words.place, found, "A folder that holds what builds put there."))
            continue
        except OSError as reason:
            if reason.errno is None:
                raise
            for path in aside.glob("*"):
                path.unlink(missing_ok=True)
            left = [each.words for each, _ in made[number:]]
            names = ", ".join(each.id for each in left)
            found = f"{counted(len(left), 'clinic')} cannot have copies ({reason.strerror}): {names}."
            expected = "Room on the disk. The next build goes on from there."
            return entries, [*refused, error("SYS-002", left[0].place, found, expected)]
        entries += [_named_in_dist(entry, edition, copy.words.id) for entry, _ in files]
    return entries, refused
