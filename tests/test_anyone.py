"""The tool is anyone's: what is one charity's, one illness's or one country's is data."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.conftest import PROJECT

OURS = re.compile(
    r"steady[ -]ground|\bcancer\b(?!\")|\b(?:breast|metasta\w+|oncolog\w+|chemo\w*|tumours?|austral\w+|new zealand"
    r"|aotearoa|medicare|lifeline|healthdirect|triple zero|victoria|new south wales|queensland|tasmania|melbourne"
    r"|sydney|perth|(?<!\.)territor\w+|en-au|hope & hurdles)\b|\b(?-i:VIC|NSW|QLD|NT|A5)\b",
    re.IGNORECASE,
)
"""Words of our own booklet, of our own country, and of the pages that we chose."""
SIZES_OF_PAPER = (
    "booklet/design.py",
    "booklet/imposition/arrangement.py",
    "booklet/cli.py",
    "booklet/manuscript/records.py",
)
"""Who names A5 among sizes of paper (ISO 216)."""
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
    text = path.read_text("utf-8")
    if path.relative_to(PROJECT).as_posix() in SIZES_OF_PAPER:
        text = text.replace("A5", "")
    assert ours(text) == []


def test_what_is_ours_is_found() -> None:
    found = ["STATES = 'Victoria'", "for our cancer patients", 'language = "en-AU"', "--edition VIC", "trim = A5"]
    assert ours("\n".join([*found, "A word.", "vicinity", "an A4 sheet"])) == found
