"""One preview at work: what is chosen, what is shown, and when it is made anew.

Saves come faster than pages. So there is one wish at a time, that the newest sources be shown, and whatever was begun
for older ones counts for nothing once newer ones are made. Pages are shown as soon as their file is finished; what
preflight says of it follows.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Literal

from booklet.findings import BookletError, Finding, Place, error
from booklet_editor import making
from booklet_editor.pictures import Album, PageShown
from booklet_editor.records import Choice, Made, Note, Options, Request
from booklet_editor.watching import changes

Doing = Literal["making", "examining", "resting"]
LOOK_AT_CLOCK_S = 30.0
BEAT_S = 15.0


@dataclass(frozen=True)
class State:
    """What the browser shows: which booklet, its pages, its findings, and what goes on.

    `version` counts the files that were shown, `told` every state. `is_kept` says that a fault lets no page be set, so
    that these are the pages as they were before; `is_behind` that sources were saved and nobody has asked for them yet.
    """

    choice: Choice
    options: Options = field(default_factory=Options)
    pages: tuple[PageShown, ...] = ()
    files: tuple[tuple[str, bool], ...] = ()
    notes: tuple[Note, ...] = ()
    new: frozenset[Finding] = frozenset()
    doing: Doing = "making"
    is_kept: bool = False
    is_behind: bool = False
    automatic: bool = True
    version: int = 0
    told: int = 0


class Session:
    """Makes what is chosen, again and again, and tells everybody who listens."""

    def __init__(self, project: Path, choice: Choice, aside: Path, day: date | None) -> None:
        """`day` is the day to build for; None is each day's own."""
        self.project = project
        self.album = Album()
        self.state = State(choice)
        self._asked = choice
        self._aside = aside
        self._day = day
        self._last: Choice | None = None
        self._is_over = False
        self._wanted = asyncio.Event()
        self._listeners: set[asyncio.Event] = set()
        self._pools: dict[bool, ProcessPoolExecutor] = {}

    @property
    def today(self) -> date:
        """The day that is built for."""
        return self._day or date.today()

    async def run(self) -> None:
        """Work until this is cancelled."""
        self._wanted.set()
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._watch())
                tasks.create_task(self._see_midnight())
                tasks.create_task(self._make_all())
        finally:
            for beside in tuple(self._pools):
                self._end_process(beside)

    def choose(self, choice: Choice) -> None:
        """Show another booklet."""
        self._asked = choice
        self._tell(choice=choice)
        self.refresh()

    def refresh(self) -> None:
        """Make what is chosen from the sources as they are."""
        self._wanted.set()

    def set_automatic(self, automatic: bool) -> None:
        """Whether each save is shown, or only what somebody asks for."""
        self._tell(automatic=automatic)
        if automatic and self.state.is_behind:
            self.refresh()

    async def states(self) -> AsyncGenerator[State, None]:
        """Each new state, or the newest of those that came while the last was told; from time to time the same again,
        so that a listener who went is noticed.
        """
        changed = asyncio.Event()
        changed.set()
        self._listeners.add(changed)
        try:
            while not self._is_over:
                with suppress(TimeoutError):
                    await asyncio.wait_for(changed.wait(), BEAT_S)
                changed.clear()
                yield self.state
        finally:
            self._listeners.discard(changed)

    def end(self) -> None:
        """Tell nobody anything any more."""
        self._is_over = True
        for listener in self._listeners:
            listener.set()

    @property
    def listeners(self) -> int:
        """How many listen."""
        return len(self._listeners)

    async def ask(self, function: Callable[..., Any], *arguments: Any, beside: bool = False) -> Any:
        """What a function of `making` or `forms` gives, in the process that makes pages; `beside` it in another, for
        what takes long and asks nothing of the pages that are shown. Raises what it raises, and BookletError where that
        process was stopped.
        """
        if beside not in self._pools:
            ready = (os.getpid(), self._aside)
            self._pools[beside] = ProcessPoolExecutor(1, get_context("spawn"), making.begin, ready)
        pool = self._pools[beside]
        try:
            return await asyncio.wrap_future(pool.submit(function, *arguments))
        except BrokenProcessPool as reason:
            if self._pools.get(beside) is pool:
                self._end_process(beside)
            raise BookletError("The process that makes pages was stopped, most likely for want of memory.") from reason

    def _end_process(self, beside: bool) -> None:
        pool = self._pools.pop(beside)
        for process in list((pool._processes or {}).values()):
            process.kill()
        pool.shutdown(wait=False, cancel_futures=True)

    async def _watch(self) -> None:
        async for _ in changes(self.project):
            if self.state.automatic:
                self.refresh()
            else:
                self._tell(is_behind=True)

    async def _see_midnight(self) -> None:
        """Notices begin and consents end with a day."""
        day = self.today
        while True:
            await asyncio.sleep(LOOK_AT_CLOCK_S)
            if self.today != day:
                day = self.today
                self.refresh()

    async def _make_all(self) -> None:
        while True:
            await self._wanted.wait()
            self._wanted.clear()
            self._tell(doing="making", is_behind=False)
            asked = self._asked
            try:
                made = await self.ask(making.make, Request(self.project, self.today, asked))
                await self._show(made, asked)
            except BookletError as reason:
                stopped = error("SYS-003", Place("chapters"), str(reason), "Less text, or simpler drawings.")
                self._tell(notes=(Note(stopped),), doing="resting", is_kept=True)

    async def _show(self, made: Made, asked: Choice) -> None:
        """The pages that were made for what was asked, and then what is wrong with them. Newer wishes go before."""
        if made.is_stale:  # whoever saved is heard of as well
            self._tell(doing="resting", is_behind=not self.state.automatic)
            return
        notes = tuple(Note(finding) for finding in made.findings)
        facts: dict[str, Any] = {"options": made.options} if made.options.editions else {}
        if asked != self._asked:
            return  # somebody chose another meanwhile
        if not made.files:
            self._tell(choice=made.choice, notes=notes, doing="resting", is_kept=True, new=self._new(notes), **facts)
            return
        is_other, self._last = made.choice != self._last, made.choice
        pages = await asyncio.to_thread(self.album.take, made.files, is_other)
        if asked != self._asked:
            return
        self._asked = made.choice
        if self.state.is_kept:
            facts["notes"] = notes  # what kept the pages is mended, whatever preflight will say
        self._tell(
            choice=made.choice,
            pages=pages,
            files=tuple((file.name, file.tagged) for file in made.files),
            doing="examining",
            is_kept=False,
            version=self.state.version + 1,
            **facts,
        )
        if self._wanted.is_set():
            return
        notes += await self.ask(making.examine)
        self._tell(notes=notes, doing="resting", new=frozenset() if is_other else self._new(notes))

    def _new(self, notes: tuple[Note, ...]) -> frozenset[Finding]:
        """What was not found the time before; nothing of the first time."""
        if not self.state.version:
            return frozenset()
        before = {(row.finding.code, row.finding.place.file, row.finding.found) for row in self.state.notes}
        return frozenset(
            row.finding for row in notes if (row.finding.code, row.finding.place.file, row.finding.found) not in before
        )

    def _tell(self, **facts: Any) -> None:
        self.state = replace(self.state, **facts, told=self.state.told + 1)
        for listener in self._listeners:
            listener.set()
