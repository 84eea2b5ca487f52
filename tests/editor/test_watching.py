"""What is shown is whole: half-written, renamed, deleted and linked files, and saves that do not end."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from booklet_editor.sources import sources_of
from booklet_editor.watching import PATIENCE_S, changes, is_being_written
from tests.conftest import HANG_SECONDS
from tests.editor.conftest import awaited

CHAPTER = "chapters/01-one.md"
SAVES = 300
"""In a row, thirty a second: 2,000 a minute."""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "chapters/support").mkdir(parents=True)
    (tmp_path / CHAPTER).write_text("one", "utf-8")
    return tmp_path


def seen_while(project: Path, act: Callable[[], Awaitable[None]], last: str) -> list[str]:
    """What the chapter held each time that a change was told, until it held the last."""
    found: list[str] = []

    async def look(enough: asyncio.Event) -> None:
        async for _ in changes(project):
            path = project / CHAPTER
            found.append(path.read_text("utf-8") if path.is_file() else "gone")
            enough.set()

    async def run() -> None:
        enough = asyncio.Event()
        task = asyncio.create_task(look(enough))
        await asyncio.sleep(0.3)  # until it watches; what is saved before is told all the same
        await act()
        while not found or found[-1] != last:
            await asyncio.wait_for(enough.wait(), HANG_SECONDS)
            enough.clear()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    awaited(run())
    return found


def test_a_saved_file_is_told_once(project: Path) -> None:
    async def save() -> None:
        (project / CHAPTER).write_text("two", "utf-8")

    assert seen_while(project, save, "two") == ["two"]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux says who writes a file")
def test_a_file_is_waited_for_that_is_still_written(project: Path) -> None:
    async def save_slowly() -> None:
        with (project / CHAPTER).open("w", encoding="utf-8") as file:
            file.write("half")
            file.flush()
            assert is_being_written(project / CHAPTER)
            await asyncio.sleep(PATIENCE_S / 3)
            file.write(" and whole")
        assert not is_being_written(project / CHAPTER)

    assert seen_while(project, save_slowly, "half and whole") == ["half and whole"]


def test_files_are_renamed_deleted_and_made_again(project: Path) -> None:
    async def come_and_go() -> None:
        path = project / CHAPTER
        for text in ("two", "three"):
            path.with_suffix(".new").write_text(text, "utf-8")
            path.with_suffix(".new").replace(path)
            await asyncio.sleep(0.5)
        path.unlink()
        await asyncio.sleep(0.5)
        path.write_text("four", "utf-8")

    assert seen_while(project, come_and_go, "four") == ["two", "three", "gone", "four"]


def test_a_whole_folder_comes_back(project: Path) -> None:
    """As when an earlier revision is checked out: the watched folder is another one then."""

    async def replace() -> None:
        (project / "chapters").rename(project / "before")
        (project / "chapters").mkdir()
        (project / CHAPTER).write_text("two", "utf-8")
        await asyncio.sleep(1.5)
        (project / CHAPTER).write_text("three", "utf-8")

    assert seen_while(project, replace, "three") in (["two", "three"], ["three"])


def test_a_file_elsewhere_that_a_link_leads_to_is_watched_too(project: Path) -> None:
    target = project / "shared.md"
    target.write_text("one", "utf-8")
    (project / CHAPTER).unlink()
    (project / CHAPTER).symlink_to(target)

    async def save() -> None:
        target.write_text("two", "utf-8")

    assert seen_while(project, save, "two") == ["two"]


def test_of_saves_that_do_not_end_the_last_is_told(project: Path) -> None:
    async def save_all() -> None:
        for number in range(SAVES):
            (project / CHAPTER).write_text(f"{number}" * 1000, "utf-8")
            await asyncio.sleep(0.03)

    found = seen_while(project, save_all, f"{SAVES - 1}" * 1000)
    assert len(found) < SAVES / 20, "not one by one"


def test_what_editors_keep_beside_a_file_is_no_source(project: Path) -> None:
    before = sources_of(project)
    for name in (".01-one.md.swp", "01-one.md~", ".#01-one.md"):
        (project / "chapters" / name).write_text("x", "utf-8")
    assert sources_of(project) == before
    (project / "chapters/02-two.md").write_text("x", "utf-8")
    assert sources_of(project) != before


def test_a_pipe_or_a_file_that_is_gone_is_not_waited_for(project: Path) -> None:
    os.mkfifo(project / "chapters/pipe")
    assert not is_being_written(project / "chapters/pipe")
    assert not is_being_written(project / "chapters/none.md")
