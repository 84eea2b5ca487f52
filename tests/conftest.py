"""What several tests share: the tiny booklet, the real chapters, and one build of all real editions."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from booklet.build import CACHE, Order, Receipt, _composed, _forms, _jobs, _set, build, styles_folder
from booklet.composing import Wanted, titles_of
from booklet.manuscript import Edition, Manuscript, read
from booklet.typesetting import Segment, Typesetter
from tests import tiny

PROJECT = Path(__file__).resolve().parent.parent
TODAY = date(2026, 11, 22)


@pytest.fixture
def booklet(tmp_path: Path) -> Callable[..., Path]:
    """Writes the tiny booklet, with an overlay, and returns its folder."""

    def make(overlay: dict[str, str | bytes | None] | None = None) -> Path:
        return tiny.write(tmp_path / "project", overlay)

    return make


@pytest.fixture(scope="session")
def real(tmp_path_factory: pytest.TempPathFactory) -> tuple[Order, Receipt]:
    """All editions of the main booklet, built once from a copy of the real chapters."""
    project = tmp_path_factory.mktemp("real")
    shutil.copytree(PROJECT / "chapters", project / "chapters")
    order = Order(project, project / "dist", TODAY, formats=("screen",), titles=("main",))
    return order, build(order)


@pytest.fixture(scope="session")
def large(real: tuple[Order, Receipt]) -> tuple[Order, Receipt]:
    """The same editions in large print, beside them."""
    order = replace(real[0], formats=("large-print",))
    return order, build(order)


@pytest.fixture(scope="session")
def inserts(real: tuple[Order, Receipt], large: tuple[Order, Receipt]) -> tuple[Order, Receipt]:
    """All editions of all inserts, in both formats."""
    manuscript, _ = read(PROJECT, TODAY)
    assert manuscript
    order = replace(real[0], formats=("screen", "large-print"), titles=titles_of(manuscript)[1:])
    return order, build(order)


def _composed_for(manuscript: Manuscript, order: Order, edition: Edition, wanted: Wanted) -> Any:
    return _composed(manuscript, edition, order, wanted)


@pytest.fixture(scope="session")
def bound(
    real: tuple[Order, Receipt], large: tuple[Order, Receipt], inserts: tuple[Order, Receipt]
) -> list[tuple[Path, tuple[Segment, ...]]]:
    """Every real booklet that was built, and the segments that it was bound from."""
    books = []
    for order, receipt in (real, large, inserts):
        manuscript, _ = read(order.project, order.today)
        assert manuscript
        jobs = _jobs(manuscript, order, ())
        cache = order.project / CACHE
        setters = {form: Typesetter(order.project, styles_folder(), form, cache) for form in _forms(jobs)}
        composed = partial(_composed_for, manuscript, order)
        for job in jobs:
            _, volumes, _ = _set(manuscript, job, composed, setters)
            files = [order.dist / entry.file for entry in receipt.files if entry.key == job.key]
            books += zip(files, volumes, strict=True)
        assert [setter.typeset for setter in setters.values()] == [0] * len(setters), "what was built is compared"
    return books


def needs(tool: str) -> None:
    """Skip where an outside judge is missing; fail where CI says that none may be."""
    if shutil.which(tool) is None:
        if os.environ.get("CI") == "true":
            pytest.fail(f"{tool} is missing, and CI=true allows no skipping")
        pytest.skip(f"{tool} is not installed")
