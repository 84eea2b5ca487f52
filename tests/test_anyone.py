"""The tool is anyone's: what is one charity's, one illness's or one country's is data."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.conftest import PROJECT

OURS = re.compile(
    r"steady[ -]ground|\bcancer\b(?!\")|\b(?:breast|metasta\w+|oncolog\w+|chemo\w*|tumours?|austral\w+|new zealand"
    r"|aotearoa|medicare|lifeline|healthdirect|triple zero|victoria|new south wales|queensland|tasmania|melbourne"
    r"|sydney|perth)\b",
    re.IGNORECASE,
)
"""Words of our own booklet and of our own country."""
CODE = sorted(
    path
    for kind in ("*.py", "*.css", "*.j2")
    for name in ("booklet", "styles")
    for path in (PROJECT / name).rglob(kind)
)


def ours(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if OURS.search(line)]


@pytest.mark.parametrize("path", CODE, ids=lambda path: path.relative_to(PROJECT).as_posix())
def test_no_code_and_no_style_speaks_of_our_own_booklet(path: Path) -> None:
    assert ours(path.read_text("utf-8")) == []


def test_what_is_ours_is_found() -> None:
    assert ours("STATES = 'Victoria'\nfor our cancer patients\nA word.") == [
        "STATES = 'Victoria'",
        "for our cancer patients",
    ]
