"""What several tests share: the tiny booklet, and one build of all real editions with all that was made for it."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from functools import cache, partial
from pathlib import Path

import pytest

from booklet.build import Order, Receipt, build
from booklet.composing import titles_of
from booklet.jobs import JobContext, composed_for, prepare, typeset_title
from booklet.manuscript import read
from booklet.store import Store
from booklet.today import Today
from booklet.typesetting import Segment
from booklet.walk import compose_all, jobs_of
from tests import tiny
from tests.finished import Finished, finished, seed

PROJECT = Path(__file__).resolve().parent.parent
TODAY = date(2026, 11, 22)
CODES = ["ACT", "NSW", "NT", "QLD", "SA", "TAS", "VIC", "WA"]
"""Every state and territory."""
VERAPDF = PROJECT / "tests/verapdf"
"""The outside judge: see pom.xml there."""
HANG_SECONDS = 300
"""No test is decided by a clock. This only ends what hangs."""
REAL_BOOKLETS = frozenset({"real", "large", "inserts", "bound", "pdf_of", "verapdf", "finish"})
"""Fixtures that build the real chapters, or need a judge that takes long to start."""
Books = list[tuple[Path, tuple[Segment, ...]]]
"""Finished files, each with the segments that it was bound from."""


def hear_interrupts() -> None:
    """For a process that is to be stopped as by Ctrl+C: a shell that runs the tests in the background lets its children
    ignore that.
    """
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever asks for real booklets is slow, and whatever asks veraPDF takes longest."""
    for item in items:
        if REAL_BOOKLETS.intersection(getattr(item, "fixturenames", ())):
            item.add_marker("slow")
        if "verapdf" in getattr(item, "fixturenames", ()):
            item.add_marker("judged")


@pytest.fixture
def booklet(tmp_path: Path) -> Callable[..., Path]:
    """Writes the tiny booklet, with an overlay, and returns its folder."""

    def make(overlay: dict[str, str | bytes | None] | None = None) -> Path:
        return tiny.write(tmp_path / "project", overlay)

    return make


@contextmanager
def _alone(project: Path) -> Iterator[None]:
    """While one process of the tests builds, the others wait, and then find what it made."""
    with project.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _built(order: Order) -> tuple[Order, Receipt]:
    with _alone(order.project):
        if not order.project.exists():
            shutil.copytree(PROJECT / "chapters", order.project / "chapters")
            seed(order.store)
        return order, build(order)


@pytest.fixture(scope="session")
def real(tmp_path_factory: pytest.TempPathFactory) -> tuple[Order, Receipt]:
    """All editions of the main booklet, built once from a copy of the real chapters for all processes of a run."""
    own = tmp_path_factory.getbasetemp()
    project = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "real"
    return _built(Order(project, project / "dist", TODAY, formats=("screen",), titles=("main",)))


@pytest.fixture(scope="session")
def large(real: tuple[Order, Receipt]) -> tuple[Order, Receipt]:
    """The same editions in large print, beside them."""
    return _built(replace(real[0], formats=("large-print",)))


@pytest.fixture(scope="session")
def inserts(real: tuple[Order, Receipt], large: tuple[Order, Receipt]) -> tuple[Order, Receipt]:
    """All editions of all inserts, in both formats."""
    manuscript, _ = read(PROJECT, Today(TODAY))
    assert manuscript
    return _built(replace(real[0], formats=("screen", "large-print"), titles=titles_of(manuscript)[1:]))


@pytest.fixture(scope="session")
def bound(
    real: tuple[Order, Receipt], large: tuple[Order, Receipt], inserts: tuple[Order, Receipt]
) -> list[tuple[Path, tuple[Segment, ...]]]:
    """Every real booklet that was built, and the segments that it was bound from, out of the same store."""
    books: Books = []
    for order, receipt in (real, large, inserts):
        today = Today(order.today)
        manuscript, _ = read(order.project, today)
        assert manuscript
        jobs = jobs_of(manuscript, order)
        compositions, _ = compose_all(manuscript, order, today, jobs)
        prepare(JobContext(manuscript, order, order.store, order.dist, ()))
        for job in jobs:
            volumes = typeset_title(job.title, job.edition, job.form, *composed_for(job, manuscript, compositions))
            assert volumes.typeset == 0, "what was built is compared"
            files = [order.dist / entry.file for entry in receipt.files if entry.key == job.key]
            books += zip(files, (segments for _, segments in volumes.volumes), strict=True)
    return books


@pytest.fixture(scope="session")
def pdf_of(real: tuple[Order, Receipt]) -> Callable[[Segment], bytes]:
    """The PDF of a segment of any real booklet, as the engine wrote it."""
    store = Store(real[0].store)

    def pdf(segment: Segment) -> bytes:
        content = store.get(segment.key)
        assert content, "the store holds what was built"
        return content

    return pdf


@pytest.fixture(scope="session")
def finish(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, str, str], Finished]:
    """Finishes a title of an edition in a format, each once."""
    folder = tmp_path_factory.mktemp("finished")
    return cache(partial(finished, folder))


def needs(tool: str) -> None:
    """Skip where an outside judge is missing; fail where CI says that none may be."""
    if shutil.which(tool) is None:
        if os.environ.get("CI") == "true":
            pytest.fail(f"{tool} is missing, and CI=true allows no skipping")
        pytest.skip(f"{tool} is not installed")


@pytest.fixture(scope="session")
def verapdf() -> str:
    """The class path of veraPDF, fetched by Maven when it is not there yet."""
    needs("java")
    jars = VERAPDF / "target/jars"
    if not jars.is_dir():
        needs("mvn")
        fetch = ["mvn", "--quiet", "--batch-mode", "--file", str(VERAPDF / "pom.xml"), "package"]
        done = subprocess.run(fetch, capture_output=True, text=True)
        if done.returncode:
            shutil.rmtree(VERAPDF / "target", ignore_errors=True)
            if os.environ.get("CI") == "true":
                pytest.fail(f"veraPDF could not be fetched: {done.stdout[-400:]}")
            pytest.skip("veraPDF could not be fetched")
    return f"{jars}/*"
