"""Real booklets finished in a test: the files of a title, and what preflight knows of the parts that they hold."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from booklet.finishing import FinishedFile, Tools, TypesetBooklet, finish, sources
from booklet.jobs import JobContext, Worker, composed_for, prepare, typeset_booklet, typeset_title
from booklet.manuscript import read
from booklet.preflight import Drawings, Sources
from booklet.records import Order
from booklet.store import CACHE, Store
from booklet.today import Today
from booklet.walk import compose_all, jobs_of

PROJECT = Path(__file__).resolve().parent.parent
TODAY = date(2026, 11, 22)


def seed(store: Path) -> None:
    """Begin with what `make booklets` kept, where that was run: an entry is known by a hash of all that it is made
    from, this code among it, and is the same wherever it is made.
    """
    kept = PROJECT / CACHE
    if kept.is_dir() and not store.exists():
        shutil.copytree(kept, store, ignore=shutil.ignore_patterns("*.*"))


@dataclass(frozen=True)
class Finished:
    """The files of a job, what is known of their parts, and the colours of their edition by its stand-ins'."""

    booklet: TypesetBooklet
    files: tuple[FinishedFile, ...]
    parts: tuple[Drawings, ...]
    accents: Mapping[bytes, bytes]
    sources: Sources
    tools: Tools


def finished(folder: Path, edition: str, title: str, form: str) -> Finished:
    """The files of a title of the real chapters; `folder` keeps what several of them share."""
    seed(folder / "store")
    order = Order(PROJECT, folder / "dist", TODAY, (edition,), (form,), (title,))
    today = Today(TODAY)
    manuscript, _ = read(PROJECT, today)
    assert manuscript
    (job,) = jobs_of(manuscript, order)
    compositions, _ = compose_all(manuscript, order, today, [job])
    prepare(JobContext(manuscript, order, folder / "store", folder, ()))
    volumes = typeset_title(title, edition, job.form, *composed_for(job, manuscript, compositions))
    composition, segments = volumes.volumes[0]
    record = next(each for each in manuscript.editions if each.code == edition)
    booklet = typeset_booklet(manuscript, record, job, composition, segments)
    store = Store(folder / "store")
    work = Worker(JobContext(manuscript, order, folder / "store", folder, ()))
    tools = Tools(store, work.typesetter, order.printing)
    files, findings = finish(booklet, tools)
    assert findings == []
    first = files[0]
    return Finished(booklet, files, first.parts(), first.accents, sources(store, first.origins), tools)
