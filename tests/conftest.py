"""What several tests share: the tiny booklet, the real chapters, and one build of all real editions."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from booklet.build import CACHE, Order, Receipt, build, styles_folder
from booklet.composing import compose
from booklet.manuscript import read
from booklet.typesetting import FORMATS, Segment, Typesetter, typeset
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
    """All editions, built once from a copy of the real chapters."""
    project = tmp_path_factory.mktemp("real")
    shutil.copytree(PROJECT / "chapters", project / "chapters")
    order = Order(project, project / "dist", TODAY, formats=("screen",))
    return order, build(order)


@pytest.fixture(scope="session")
def large(real: tuple[Order, Receipt]) -> tuple[Order, Receipt]:
    """The same editions in large print, beside them."""
    order = replace(real[0], formats=("large-print",))
    return order, build(order)


@pytest.fixture(scope="session")
def bound(real: tuple[Order, Receipt], large: tuple[Order, Receipt]) -> list[tuple[Path, tuple[Segment, ...]]]:
    """Every real booklet that was built, and the segments that it was bound from."""
    books = []
    for order, receipt in (real, large):
        (name,) = order.formats
        manuscript, _ = read(order.project, order.today)
        assert manuscript
        setter = Typesetter(order.project, styles_folder(), FORMATS[name], order.project / CACHE)
        for edition in manuscript.editions:
            composition, _ = compose(manuscript, edition, order.project, order.today)
            assert composition
            (file,) = (entry.file for entry in receipt.files if entry.edition == edition.code)
            books.append((order.dist / file, typeset(composition, setter)[0]))
        assert setter.typeset == 0, "what is compared is what was built"
    return books


def needs(tool: str) -> None:
    """Skip where an outside judge is missing; fail where CI says that none may be."""
    if shutil.which(tool) is None:
        if os.environ.get("CI") == "true":
            pytest.fail(f"{tool} is missing, and CI=true allows no skipping")
        pytest.skip(f"{tool} is not installed")
