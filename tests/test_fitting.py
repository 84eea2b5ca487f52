"""What does not fit its page is told with its place; what only just fits, or may be broken, is not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from booklet.build import build
from booklet.findings import Finding, Place
from booklet.formats import FORMATS
from booklet.typesetting import Assets
from booklet.typesetting.engine import Engine
from booklet.walk import styles_folder
from tests.tiny import LAST, TWO, added, errors, order

pytestmark = pytest.mark.slow

WORD = "Donaudampfschifffahrtselektrizitaetenhauptbetriebswerkbauunterbeamtengesellschaft"
ADDRESS = "https://www.apagewithalongaddressthatnobodycantypefrompaperorrememberuntilmorning.example.org"
HIGH = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 40"><rect width="10" height="40"/></svg>'
FIGURE = '::: figure images/high.svg alt="A strip four times higher than wide"\nA strip.\n:::'
WIDE = "Pneumonoultramicroscopicsilicovolcanoconiosis"


def box(lines: int) -> str:
    return "::: good-to-know\nIt starts here.\n\n" + "A line of its own.\n\n" * lines + ":::"


def row(words: int) -> str:
    return "| Head | Other |\n| --- | --- |\n| Cell | " + "some words " * words + "|"


def table(rows: int) -> str:
    return "| Head | Other |\n| --- | --- |\n" + "| Cell | other |\n" * rows


def told(booklet: Callable[..., Path], text: str, form: str = "screen") -> list[Finding]:
    project = booklet({**added(text), "chapters/images/high.svg": HIGH})
    return errors(build(replace(order(project), formats=(form,), editions=("VIC",))).findings)


@pytest.mark.parametrize("form", ["screen", "large-print"])
@pytest.mark.parametrize(
    ("text", "line", "found"),
    [
        (f"A word: {WORD} it is.", LAST, f"'{WORD[:50]}' is too long for its line"),
        (f"See <{ADDRESS}>.", LAST, f"'{ADDRESS[8:58]}' is too long for its line"),
        (f"- A list\n\n  ::: good-to-know\n  {WORD}\n  :::", LAST + 3, f"'{WORD[:50]}' is too long for its line"),
        (
            f"| {WIDE} | {WIDE} |\n| --- | --- |\n| a | b |",
            LAST,
            f"The table '{f'{WIDE} {WIDE}'[:50]}' is wider than the page",
        ),
        (box(40), LAST, "The box 'Good to know It starts here. A line of its own. A ' is taller than a page"),
        (row(400), LAST + 2, "The box 'Cell some words some words some words some words s' is taller than a page"),
        (FIGURE, LAST, "The picture 'A strip four times higher than wide' is larger than the page"),
    ],
    ids=["word", "address", "word in a box", "table", "box", "row", "picture"],
)
def test_what_does_not_fit_is_found(booklet: Callable[..., Path], text: str, line: int, found: str, form: str) -> None:
    findings = told(booklet, text, form)
    assert {(each.code, each.place, each.found) for each in findings} == {
        ("BOX-002", Place(TWO, line), f"{found} ({FORMATS[form].pages.design.name}).")
    }


@pytest.mark.parametrize(
    "text",
    [
        "A paragraph that goes on.\n" * 180,
        f"A word: {WORD[:40]} it is.",
        "Some words first.\n\n" * 12 + box(12),
        table(90),
        table(0),
        row(60),
        "- An item of a list.\n" * 90,
    ],
    ids=["paragraph", "word", "box", "table", "table of heads alone", "row", "list"],
)
def test_what_fits_or_may_be_broken_is_not(booklet: Callable[..., Path], text: str) -> None:
    assert told(booklet, text) == []


def test_the_place_is_that_of_the_nearest_element_that_says_its_line(tmp_path: Path) -> None:
    (tmp_path / "chapters").mkdir()
    engine = Engine(Assets(tmp_path / "chapters"), styles_folder(), FORMATS["screen"].pages)
    html = (
        '<html lang="en-AU"><body><section data-line="chapters/one.md:1"><h1>One</h1>'
        f'<aside data-line="chapters/one.md:7"><p data-line="chapters/one.md:8">Plain.</p><p>{WORD}</p></aside>'
        f"<table><tr><td>{WIDE}</td><td>{WIDE}</td></tr></table></section></body></html>"
    )
    assert [(misfit.kind, misfit.place) for misfit in engine.lay_out(html)[1].misfits] == [
        ("word", "chapters/one.md:7"),
        ("table", "chapters/one.md:1"),
    ]


def test_a_kept_layout_still_tells(booklet: Callable[..., Path]) -> None:
    project = booklet(added(WORD))
    again = replace(order(project), formats=("screen",), editions=("VIC",), use_cache=True)
    first, second = errors(build(again).findings), errors(build(again).findings)
    assert first == second and [each.code for each in first] == ["BOX-002"]
