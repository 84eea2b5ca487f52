"""Panels of clinics, some at a time: set as one document, examined by themselves, and cut into panels.

A row whose panels do not fit, or of which preflight complains, is left out, and is a finding at its line; the others
are set again without it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from booklet.bindery import Panel
from booklet.composing import Composition, PanelArea, PanelWords, faces_of, panels, specimen
from booklet.findings import Finding, Place, Severity, error
from booklet.finishing import (
    ImprintFrame,
    PanelSet,
    Tools,
    imprint_frame,
    panel_pages,
    panel_sheet,
    panels_of,
    slots_of,
)
from booklet.formats import PageSetup
from booklet.jobs import Job, TypesetVolumes, typeset_booklet, worker
from booklet.manuscript import Edition
from booklet.pdf import PT_PER_MM
from booklet.preflight import Report, examine
from booklet.typesetting import Slot

Row = TypeVar("Row")


@dataclass(frozen=True)
class Waiting:
    """A volume of a job that waits for panels: its composition, its frame, the areas of its panels, and the pages on
    which these are set.
    """

    composition: Composition
    frame: ImprintFrame
    areas: Mapping[str, PanelArea]
    pages: PageSetup


def edition_of(code: str) -> Edition:
    """The edition of this code."""
    return next(each for each in worker().context.manuscript.editions if each.code == code)


def tools() -> Tools:
    """What finishing works with in this process."""
    work = worker()
    return Tools(work.store, work.typesetter, work.context.order.printing)


def waiting_for(job: Job, typeset: TypesetVolumes) -> Iterator[Waiting]:
    """The volumes of a job, ready for panels."""
    manuscript = worker().context.manuscript
    pages = panel_pages(job.form.pages).turned(manuscript.words.from_the_right)
    for composition, segments in typeset.volumes:
        booklet = typeset_booklet(manuscript, edition_of(job.edition), job, composition, segments)
        areas = {slot.name: _area(slot.slot, pages.trim_mm) for slot in slots_of(booklet)}
        usual = _set([specimen()], dict.fromkeys(areas, PanelArea("10mm", "10mm")), job, pages)
        yield Waiting(composition, imprint_frame(booklet, usual.content, tools()), areas, pages)


def _area(slot: Slot, trim_mm: tuple[float, float]) -> PanelArea:
    """The margins that leave the inside of a slot on a page of its own."""
    left, top, width, height = (side / PT_PER_MM for side in (slot.left_pt, slot.top_pt, slot.width_pt, slot.height_pt))
    margins = (top, trim_mm[0] - left - width, trim_mm[1] - top - height, left)
    return PanelArea(" ".join(f"{side:.3f}mm" for side in margins), f"{height:.3f}mm")


def _set(rows: Sequence[PanelWords], areas: Mapping[str, PanelArea], job: Job, pages: PageSetup) -> PanelSet:
    """The panels of some clinics as a tagged PDF, with what the engine complained of in its layout."""
    work = worker()
    words = work.context.manuscript.words
    faces = faces_of(work.context.order.project, work.context.manuscript.style.faces)
    part = panels(rows, areas, words, faces, job.form.is_large_print)
    content, layout, facts = work.typesetter(pages).set_once(part.html, part.assets)
    phones = {uri: said for row in rows for uri, said in row.phones(words).items()}
    return PanelSet(content, replace(layout, complaints=(*layout.complaints, *facts.complaints)), part.html, phones)


def batched(rows: Sequence[Row], count: int) -> Iterator[tuple[Row, ...]]:
    """So many rows at a time."""
    return (tuple(rows[start : start + count]) for start in range(0, len(rows), count))


def panels_that_fit(
    job: Job, waiting: Waiting, rows: Sequence[PanelWords]
) -> tuple[dict[str, tuple[Panel, ...]], list[Finding]]:
    """The panels of each clinic that nothing is wrong with, by its id, and what is wrong with the others."""
    findings: list[Finding] = []
    while rows:
        made, found = _judged(job, waiting, rows)
        findings += found
        faulty = {finding.place for finding in found if finding.severity is Severity.ERROR}
        if not faulty:
            each = batched(panels_of(made.content, waiting.frame, tools()), len(waiting.areas))
            return {row.id: own for row, own in zip(rows, each, strict=True)}, findings
        rows = [row for row in rows if row.place not in faulty]
    return {}, findings


def _judged(job: Job, waiting: Waiting, rows: Sequence[PanelWords]) -> tuple[PanelSet, list[Finding]]:
    """The panels of some clinics, and all that is wrong with them. Of what the engine complains nobody knows which row
    it is of: then each is set by itself.
    """
    made = _set(rows, waiting.areas, job, waiting.pages)
    if made.layout.complaints and len(rows) > 1:
        return made, [finding for row in rows for finding in _judged(job, waiting, [row])[1]]
    found = [*_misfits(rows, waiting, made, job)]
    for words in made.layout.complaints:
        found.append(error("SYS-001", rows[0].place, f"The engine says: {words}.", "A panel set without complaint."))
    if found:
        return made, found
    sheet = panel_sheet(made, waiting.frame, waiting.pages, tools())
    assert sheet.profile
    waivers = worker().context.waivers
    report = examine(sheet.content, sheet.name, sheet.profile, sheet.promise, None, waivers, accents=sheet.accents)
    return made, [*_told(report, rows, len(waiting.areas))]


def _misfits(rows: Sequence[PanelWords], waiting: Waiting, made: PanelSet, job: Job) -> Iterator[Finding]:
    """Rows whose panels do not fit, each by its line: a panel that goes on to a second page, or a word that is too long
    for its line.
    """
    size, layout = job.form.pages.design.name, made.layout
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
