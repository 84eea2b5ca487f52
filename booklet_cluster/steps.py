"""A worker's process: it does one step after another, as a process of `booklet build` at home does.

It is apart from the one that answers the scheduler, so that bounds of time and memory hold, and so that it can be
stopped in the middle of a step. Requests come by standard input, answers go by standard output.
"""

from __future__ import annotations

import os
import signal
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from booklet.bounds import MAX_PDF_BYTES, end_with
from booklet.files import read as read_file
from booklet.findings import BookletError
from booklet.jobs import JobContext, JobResult, entries_of, finish_job, prepare, typeset_title
from booklet.manuscript import read, read_waivers
from booklet.processes import collect_seldom
from booklet.records import Order
from booklet.store import Store
from booklet.today import Today
from booklet_cluster.shared import SharedCache
from booklet_cluster.wire import (
    PROJECTS,
    ClusterError,
    Parcel,
    Task,
    decoded,
    encoded,
    mismatch,
    parameters,
    receive,
    record_of,
    send,
)

STEPS: dict[str, Callable[..., Any]] = {function.__name__: function for function in (typeset_title, finish_job)}
"""What a task may ask for."""


class TravellingStore(Store):
    """A store that notes which entries are in use and which were made here, and looks into a shared cache for those
    that it lacks.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.used: set[str] = set()
        self.made: set[str] = set()
        self.cache: SharedCache | None = None

    def entry(self, key: str) -> bytes | None:
        """The entry, from here or from the shared cache."""
        entry = super().entry(key)
        if entry is None and self._fetch({key}):
            entry = super().entry(key)
        if entry is not None:
            self.used.add(key)
        return entry

    def has(self, key: str) -> bool:
        """True when it is here, or was brought here just now."""
        is_here = super().has(key) or key in self._fetch({key})
        if is_here:
            self.used.add(key)
        return is_here

    def put(self, key: str, content: bytes) -> None:
        """Keep a result that a step made."""
        super().put(key, content)
        self.used.add(key)
        self.made.add(key)

    def bring(self, keys: Iterable[str]) -> None:
        """Have these here, which other workers put into the shared cache. Raises ClusterError."""
        lacking = {key for key in keys if not super(TravellingStore, self).has(key)}
        if lacking and self.cache:
            self.cache.keys |= lacking
            if lacking - self._fetch(lacking):
                raise ClusterError(
                    "The cache lacks what another worker has put there, or has it damaged. "
                    "All workers must reach one and the same place; build again."
                )

    def _fetch(self, keys: set[str]) -> set[str]:
        """Which of these the shared cache gave."""
        wanted = keys & self.cache.keys if self.cache else set()
        found = self.cache.fetched(wanted) if self.cache and wanted else {}
        return {key for key, entry in found.items() if self.take(key, entry)}


def serve(parent: int, folder: Path) -> None:
    """Do what is asked for until nobody asks any longer, within a folder of the worker."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interrupt is for the one who talks to people
    end_with(parent)
    answers = os.fdopen(os.dup(1), "wb")
    collect_seldom()
    os.dup2(2, 1)  # whatever a library prints is no answer
    with tempfile.TemporaryDirectory(dir=folder) as own:
        tempfile.tempdir = own
        desk = Desk(folder, Path(own, "made"))
        while (request := receive(sys.stdin.buffer)) is not None:
            send(answers, encoded(answered(request, desk)))


class Desk:
    """What a worker's process keeps from one task to the next: its store, and the last project that it read."""

    def __init__(self, folder: Path, made: Path) -> None:
        self.folder = folder
        self.store = TravellingStore(folder / "store")
        made.mkdir()
        self._made = made
        self._read: tuple[str, Order, JobContext] | None = None

    def context(self, task: Task) -> JobContext:
        """The project of a task as it was sent, read. Raises ClusterError."""
        if self._read is None or self._read[:2] != (task.sources, task.order):
            project = self.folder / PROJECTS / task.sources
            manuscript, _ = read(project, Today(task.order.today))
            if manuscript is None:
                raise ClusterError("The sources cannot be read where they were sent.")
            order = replace(task.order, project=project, dist=self._made)
            waivers, _ = read_waivers(project)
            context = JobContext(manuscript, order, self.store.folder, self._made, waivers)
            self._read = (task.sources, task.order, context)
        return self._read[2]

    def opened(self, url: str) -> TravellingStore:
        """The store, behind it the shared cache at this address, if any. Raises ClusterError."""
        if not url:
            self.store.cache = None
        elif self.store.cache is None or self.store.cache.url != url:
            self.store.cache = SharedCache(url)
        return self.store

    def files(self, result: Any) -> dict[str, bytes]:
        """The finished files of a result, taken away."""
        found = {}
        for delivery in result.deliveries if isinstance(result, JobResult) else ():
            found[delivery.aside.name] = read_file(delivery.aside, MAX_PDF_BYTES)
            delivery.aside.unlink()
        return found


def answered(request: bytes, desk: Desk) -> Parcel:
    """What comes of a request: the facts of where it comes from, a task, the results that it takes, and the keys that
    its parcels have brought, and those that they only name.
    """
    theirs, content, inputs, brought, cached = decoded(
        request, tuple[dict[str, str], bytes, list[bytes], list[str], list[str]]
    )
    try:
        if refusal := mismatch(theirs):
            return Parcel(refusal=refusal)
        task = decoded(content, Task)
        store = desk.opened(task.cache)
        store.bring(cached)
        return _done(task, inputs, {*brought, *cached}, store, desk)
    except BookletError as reason:
        return Parcel(refusal=str(reason))
    except Exception as reason:  # a mistake of our own: whole in the worker's log, in a line for who builds
        traceback.print_exc()
        return Parcel(refusal=f"A fault of the program ({type(reason).__name__}: {reason}); the worker's log has more.")


def _done(task: Task, inputs: list[bytes], known: set[str], store: TravellingStore, desk: Desk) -> Parcel:
    """What a step comes to, and the entries that it used and that those who come behind it do not have."""
    function = STEPS[task.function]
    kinds = parameters(function)
    own = len(kinds) - len(inputs)
    arguments = decoded(task.arguments, record_of(kinds[:own]))
    given = [decoded(content, kind) for content, kind in zip(inputs, kinds[own:], strict=True)]
    prepare(desk.context(task), store)
    store.used.clear()
    result = function(*arguments, *given)
    keys = sorted({*store.used, *entries_of(result)} - known)
    entries = {key: entry for key in keys if (entry := store.entry(key)) is not None}
    files = desk.files(result)
    if store.cache is None:
        return Parcel(encoded(result), files, entries)
    # What was made here is kept even where the cache has its key: it may have it damaged.
    fresh = {key: entry for key, entry in entries.items() if key in store.made or key not in store.cache.keys}
    store.cache.keep(fresh)
    store.made -= fresh.keys()
    return Parcel(encoded(result), files, cached=tuple(entries))
