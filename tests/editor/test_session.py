"""What a preview tells: the newest, and nothing that nobody asked for any more. Pages are made by a stand-in."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from time import sleep
from typing import Any

import pytest

from booklet.findings import BookletError, Place, warning
from booklet_editor import making
from booklet_editor.records import Choice, Made, MadeFile, Note, Option, Options, Request
from booklet_editor.session import Session, State
from tests.editor.conftest import awaited

VIC, WA = Choice("VIC", "main", "screen"), Choice("WA", "main", "screen")
OPTIONS = Options((Option("VIC", "Victoria"), Option("WA", "Western Australia")))
FAULT = warning("SRC-040", Place("chapters/a.md", 3), "Found.", "Expected.")
FILES = (MadeFile("a.pdf", b"", (), tagged=True),)

Answer = Callable[[Any, tuple[Any, ...]], Awaitable[Any]]


def told(answer: Answer, act: Callable[[Session], Awaitable[None]], monkeypatch: pytest.MonkeyPatch) -> State:
    """The state of a session behind some acts, in which `answer` stands for the process that makes pages."""

    async def run() -> State:
        session = Session(Path("nowhere"), VIC, Path(), None)
        monkeypatch.setattr(session, "ask", lambda function, *arguments: answer(function, arguments))
        monkeypatch.setattr(session.album, "take", lambda files, is_other: ())
        work = asyncio.create_task(session._make_all())
        session.refresh()
        await act(session)
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)
        return session.state

    return awaited(run())


async def until(session: Session, wanted: Callable[[State], bool]) -> None:
    async for state in session.states():
        if wanted(state):
            return


def at_rest(version: int) -> Callable[[State], bool]:
    return lambda state: state.doing == "resting" and state.version == version


async def made_at_once(function: Any, arguments: tuple[Any, ...]) -> Any:
    if function is making.make:
        (request,) = arguments
        return Made(request.choice, OPTIONS, FILES)
    return ()


def test_pages_are_told_and_then_what_preflight_says(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[str, int]] = []

    async def answer(function: Any, arguments: tuple[Any, ...]) -> Any:
        await asyncio.sleep(0.02)
        return (Note(FAULT),) if function is making.examine else await made_at_once(function, arguments)

    async def act(session: Session) -> None:
        async for state in session.states():
            seen.append((state.doing, len(state.notes)))
            if at_rest(1)(state):
                return

    state = told(answer, act, monkeypatch)
    assert seen[-2:] == [("examining", 0), ("resting", 1)]
    assert state.new == frozenset(), "of the first time nothing is new"


def test_a_fault_that_is_mended_is_told_no_more_as_soon_as_pages_are_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """What preflight says of the file takes longer, and no fault of the sources stands beside new pages meanwhile."""
    made = 0
    seen: list[tuple[str, bool, int]] = []

    async def answer(function: Any, arguments: tuple[Any, ...]) -> Any:
        nonlocal made
        if function is making.examine:
            await asyncio.sleep(0.02)
            return ()
        made += 1
        return replace(
            await made_at_once(function, arguments), **({} if made > 1 else {"files": (), "findings": (FAULT,)})
        )

    async def act(session: Session) -> None:
        async for state in session.states():
            seen.append((state.doing, state.is_kept, len(state.notes)))
            if state.is_kept and state.doing == "resting":
                session.refresh()
            if at_rest(1)(state):
                return

    told(answer, act, monkeypatch)
    assert ("resting", True, 1) in seen and ("examining", False, 0) in seen


def test_what_was_chosen_while_another_was_made_is_shown_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    async def answer(function: Any, arguments: tuple[Any, ...]) -> Any:
        if function is making.make:
            request: Request = arguments[0]
            asked.append(request.choice.edition)
            await asyncio.sleep(0.05)
        return await made_at_once(function, arguments)

    async def act(session: Session) -> None:
        await asyncio.sleep(0.02)
        session.choose(WA)
        await until(session, at_rest(1))

    state = told(answer, act, monkeypatch)
    assert (asked, state.choice, state.version) == (["VIC", "WA"], WA, 1)


def test_saves_while_pages_are_made_lead_to_one_more_making(monkeypatch: pytest.MonkeyPatch) -> None:
    count = 0

    async def answer(function: Any, arguments: tuple[Any, ...]) -> Any:
        nonlocal count
        if function is making.make:
            count += 1
            await asyncio.sleep(0.05)
        return await made_at_once(function, arguments)

    async def act(session: Session) -> None:
        await asyncio.sleep(0.02)
        for _ in range(1000):
            session.refresh()
        await until(session, at_rest(2))

    told(answer, act, monkeypatch)
    assert count == 2


def test_what_is_stale_counts_for_nothing_and_says_so_where_nobody_asks_again(monkeypatch: pytest.MonkeyPatch) -> None:
    async def answer(function: Any, arguments: tuple[Any, ...]) -> Any:
        return replace(await made_at_once(function, arguments), files=(), is_stale=True)

    async def act(session: Session) -> None:
        session.set_automatic(False)
        await until(session, at_rest(0))

    state = told(answer, act, monkeypatch)
    assert (state.is_behind, state.is_kept, state.version) == (True, False, 0)


def test_a_process_that_was_stopped_is_told_and_the_pages_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = 0

    async def answer(function: Any, arguments: tuple[Any, ...]) -> Any:
        nonlocal calls
        calls += function is making.make
        if calls == 2:
            raise BookletError("It was stopped.")
        return await made_at_once(function, arguments)

    async def act(session: Session) -> None:
        await until(session, at_rest(1))
        session.refresh()
        await until(session, lambda state: state.is_kept)

    state = told(answer, act, monkeypatch)
    assert state.version == 1 and state.files == (("a.pdf", True),)
    assert [note.finding.found for note in state.notes] == ["It was stopped."]


def test_a_finding_of_the_last_save_is_new_and_of_another_edition_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = 0

    async def answer(function: Any, arguments: tuple[Any, ...]) -> Any:
        nonlocal calls
        calls += function is making.make
        if function is making.examine and calls > 1:
            return (Note(FAULT),)
        return await made_at_once(function, arguments)

    new: list[frozenset[Any]] = []

    async def act(session: Session) -> None:
        await until(session, at_rest(1))
        session.refresh()
        await until(session, at_rest(2))
        new.append(session.state.new)
        session.choose(WA)
        await until(session, at_rest(3))
        new.append(session.state.new)

    told(answer, act, monkeypatch)
    assert new == [frozenset({FAULT}), frozenset()]


def test_what_is_asked_beside_does_not_wait_for_pages(tmp_path: Path) -> None:
    """The first question ends with the second alone, whose file it waits for."""
    mark = tmp_path / "mark"

    async def run() -> tuple[object, object]:
        session = Session(tmp_path, VIC, tmp_path, None)
        pages = asyncio.create_task(session.ask(wait_for_file, mark))
        beside = await session.ask(mark.write_text, "here", beside=True)
        answers = await pages, beside
        for each in (False, True):
            session._end_process(each)
        return answers

    assert awaited(run()) == ("here", 4)


def wait_for_file(path: Path) -> str:
    while not path.exists() or not path.read_text():
        sleep(0.01)
    return path.read_text()


def test_a_real_process_that_is_killed_is_started_again(tmp_path: Path) -> None:
    async def run() -> str:
        session = Session(tmp_path, VIC, tmp_path, None)
        assert await session.ask(len, "abc") == 3
        for process in list(session._pools[False]._processes.values()):
            process.kill()
        with pytest.raises(BookletError, match="was stopped"):
            await session.ask(len, "abc")
        again: int = await session.ask(len, "abcd")
        session._end_process(beside=False)
        return str(again)

    assert awaited(run()) == "4"
