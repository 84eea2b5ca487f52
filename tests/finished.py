"""Real booklets finished in a test: the files of a title, and what preflight knows of the parts that they hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from booklet.bindery import STAND_INS, Fragment, PressSetup, press_colours, screen_colours
from booklet.findings import Place
from booklet.finishing import FinishedFile, Means, TypesetBooklet, finish
from booklet.finishing.parts import grey_part, known_marks, known_part, press_part, tagged_part
from booklet.manuscript import read
from booklet.preflight import Drawings, Sources
from booklet.records import Order
from booklet.store import Store
from booklet.today import Today
from booklet.walk import compose_all, jobs_of
from booklet.work import Work, WorkContext, prepare, typeset_booklet, typeset_title

PROJECT = Path(__file__).resolve().parent.parent
TODAY = date(2026, 11, 22)


@dataclass(frozen=True)
class Finished:
    """The files of a job, what is known of their parts, and the colours of their edition by its stand-ins'."""

    booklet: TypesetBooklet
    files: tuple[FinishedFile, ...]
    parts: tuple[Drawings, ...]
    accents: Mapping[bytes, bytes]
    sources: Sources
    means: Means


def finished(folder: Path, edition: str, title: str, form: str) -> Finished:
    """The files of a title of the real chapters; `folder` keeps what several of them share."""
    order = Order(PROJECT, folder / "dist", TODAY, (edition,), (form,), (title,))
    today = Today(TODAY)
    manuscript, _ = read(PROJECT, today)
    assert manuscript
    (job,) = jobs_of(manuscript, order)
    compositions, _ = compose_all(manuscript, order, today, [job])
    prepare(WorkContext(manuscript, order, folder / "store", folder, ()))
    large = compositions[title, edition, True] if job.form.is_large_print else ()
    volumes = typeset_title(title, edition, job.form, compositions[title, edition, False], large)
    composition, segments = volumes.volumes[0]
    record = next(each for each in manuscript.editions if each.code == edition)
    booklet = typeset_booklet(manuscript, record, job, composition, segments)
    store = Store(folder / "store")
    work = Work(WorkContext(manuscript, order, folder / "store", folder, ()))
    means = Means(store, work.typesetter, order.printing)
    files, findings = finish(booklet, means)
    assert findings == []
    sources = Sources(
        {
            (page, number): place
            for page, row in enumerate(files[0].places)
            for number, words in enumerate(row)
            if (place := Place.parse(words))
        }
    )
    return Finished(booklet, files, *known_parts(store, booklet), sources, means)


def known_parts(store: Store, booklet: TypesetBooklet) -> tuple[tuple[Drawings, ...], dict[bytes, bytes]]:
    """What is known of the parts of a booklet, each by itself, and the colours that take the accents' place."""
    form, job = booklet.form, booklet.print_job
    stand_ins = screen_colours(dict.fromkeys(STAND_INS, "#000000"))
    colours = screen_colours(booklet.hue)
    fragments: list[Fragment] = []
    for segment in booklet.segments:
        match form.finish:
            case "tagged":
                fragments.append(tagged_part(store, segment, form.pdf_ua))
            case "clinic":
                fragments.append(grey_part(store, segment, as_forms=True))
            case _:
                assert job
                setup = PressSetup(form.pages.trim_mm, job.printer.bleed_mm, job.printer.marks)
                pages = tuple(range(segment.layout.pages))
                limit = job.printer.ink_limit_percent
                fragments.append(press_part(store, segment, setup, job.condition.profile, limit, pages))
                colours = stand_ins = press_colours(job.accents)
    if form.finish == "clinic":
        colours = stand_ins = {}
    accents = tuple(stand_ins)
    parts = [known_part(store, fragment, accents) for fragment in fragments]
    if form.finish == "press" and job and job.printer.marks:
        parts.append(known_marks(store, PressSetup(form.pages.trim_mm, job.printer.bleed_mm, True)))
    return tuple(parts), dict(colours)
