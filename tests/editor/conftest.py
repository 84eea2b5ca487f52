"""Previews at work in processes of their own, and a browser that looks at them."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from booklet.build import build
from booklet.store import CACHE
from tests import tiny
from tests.browsers import FLAGS, NAMES, browser_path
from tests.conftest import HANG_SECONDS, hear_interrupts, needs
from tests.tiny import Overlay

Result = TypeVar("Result")
DAY = "2026-11-22"
HANG_MS = HANG_SECONDS * 1000
AT_REST = re.compile("[0-9] (error|warning)")
"""What the page says once all is shown and looked into."""


@dataclass(frozen=True)
class Preview:
    """A preview at work: its process, its project, and the address that it printed."""

    process: subprocess.Popen[str]
    project: Path
    address: str

    @property
    def port(self) -> int:
        return int(self.address.split(":")[2].split("/")[0])

    @property
    def token(self) -> str:
        return self.address.split("/")[3]


def start(project: Path, *options: str) -> Preview:
    """A preview of a project, once it listens."""
    command = [sys.executable, "-m", "booklet", "preview", "--project", str(project), "--no-open", "--date", DAY]
    pipe = subprocess.PIPE
    process = subprocess.Popen([*command, *options], stdout=pipe, stderr=pipe, text=True, preexec_fn=hear_interrupts)
    assert process.stdout
    address = process.stdout.readline().strip()
    assert address.startswith("http://127.0.0.1:"), process.communicate(timeout=HANG_SECONDS)
    return Preview(process, project, address)


def stop(preview: Preview) -> str:
    """End it as Ctrl+C does, and give what it said."""
    preview.process.send_signal(signal.SIGINT)
    return preview.process.communicate(timeout=HANG_SECONDS)[1]


def awaited(work: Coroutine[Any, Any, Result]) -> Result:
    """What comes of some work that waits. It has a thread of its own, because a browser that is driven in this one has
    its loop there.
    """
    with ThreadPoolExecutor(1) as threads:
        return threads.submit(asyncio.run, work).result()


@pytest.fixture(scope="session")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store that knows the tiny booklet, so that nothing is typeset twice."""
    project = tiny.write(tmp_path_factory.mktemp("kept"))
    build(tiny.order(project, use_cache=True, formats=("screen",), titles=("main",)))
    return project / CACHE


@pytest.fixture
def previewing(tmp_path: Path, kept: Path) -> Iterator[Callable[..., Preview]]:
    """Starts previews of tiny booklets; an overlay and options may be given."""
    with ExitStack() as stack:

        def started(overlay: Overlay | None = None, *options: str) -> Preview:
            project = tmp_path / "project"
            if not project.exists():
                tiny.write(project, overlay)
                shutil.copytree(kept, project / CACHE)
            preview = start(project, *options)
            stack.callback(_end, preview)
            return preview

        yield started


def _end(preview: Preview) -> None:
    if preview.process.poll() is None:
        stop(preview)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The system's Chromium. Where CI says that nothing may be skipped, it must be there."""
    path = browser_path()
    if path is None:
        needs(NAMES[0])
    expect.set_options(timeout=HANG_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A window of its own, in which nothing goes wrong unheard."""
    with browser.new_context(viewport={"width": 1280, "height": 800}, reduced_motion="reduce") as context:
        page = context.new_page()
        page.set_default_timeout(HANG_MS)
        wrong: list[str] = []
        page.on("pageerror", lambda reason: wrong.append(str(reason)))
        page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
        yield page
        expected = ("ERR_CONNECTION", "404", "409")  # a preview that was stopped, no such place, a refused form
        assert [words for words in wrong if not any(each in words for each in expected)] == []


def opened(page: Page, preview: Preview) -> Page:
    """The page of a preview, once its first pages are on the screen and examined."""
    page.goto(preview.address)
    page.wait_for_selector("body[data-painted]")
    expect(page.locator("#doing")).to_contain_text(AT_REST)
    return page


def write(path: Path, text: str) -> None:
    """A file as most editors save it: written aside, and put in its place."""
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    aside.write_text(text, "utf-8")
    aside.replace(path)
