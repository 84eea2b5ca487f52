"""Nothing vanishes between a text and its page: what is written is printed once and in order, or a finding names it."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from booklet.build import check
from booklet.composing.blocks import BlockCall
from booklet.composing.markdown import Page, RenderContext, render
from booklet.composing.sandbox import Lines
from booklet.composing.ways import numbers_of
from booklet.composing.wholeness import losses
from booklet.findings import Severity
from booklet.manuscript import shipped_country
from booklet.words import english
from tests.conftest import PROJECT
from tests.tiny import LAST, TWO, added, errors, order


def page_of(text: str) -> Page:
    """One text rendered by itself; a block prints its title and its text alternative."""
    lines = Lines(text, tuple(range(1, text.count("\n") + 2)))

    def print_block(call: BlockCall) -> tuple[str, str]:
        return f'<aside title="{call.options.get("alt", "")}">{call.options.get("title", "")}', "</aside>"

    numbers = numbers_of((), (shipped_country("au").plan,), english())
    context = RenderContext(PROJECT, "x", "x.md", print_block, numbers, english())
    return render(lines, context)


def faults(text: str) -> list[tuple[str, int]]:
    return [(each.code, each.place.line) for each in page_of(text).findings if each.severity is Severity.ERROR]


LEVELS = "\n".join(f"{'  ' * level}- level {level}" for level in range(14))
CLEAN = {
    "six levels": "- a\n  - b\n    - c\n      - d\n        - e\n          - f\n\nAfter.",
    "a list from 7": "7. seven\n8. eight",
    "a list that counts by itself": "1. a\n1. b\n1. c",
    "a year at the start of a line": "It was the year\n2026. Then more.\n\n1. One",
    "entities": "&amp; &copy; 5 &lt; 6 &#8203;x &nosuch; &#233;",
    "addresses": "<https://example.org>x \\\\<https://example.org> <https://example.org/a%20b> "
    "[https://e.org](https://e.org) <a@b.org> [ü](https://bücher.de/ä?b=c&d)",
    "links": "[*a* b](#x) [c](word:d-e) [f](lang:vi) [PBS](short: \"What it is\") [g](mailto:a@b.c)",
    "code, with what is no note in it": "`a[^b] &amp; b` ``x ` y`` \\*not\\* a_b_c 5*4*3 `<https://c.d>`",
    "what is no link": "foo](bar) [x] (y) \\[a](b) [c](d e",
    "notes": "Text[^b] and[^a].\n\n[^a]: First *note*\n    more\n\n    second\n\n[^b]: Second.\nlazy\n\nAfter.",
    "a table": "| A | B |\n| :-- | --: |\n| a \\| b | |\n| | *d* |",
    "quotations": "> a\n>> b\n> c\nlazy",
    "numbers that are printed in another form": "+61 1800 160 401, +61 (0)3 5550 1234, 1300606024 and 100%25",
    "signs": "\u2265 5 \u00b0C \u20ac3 \u00bd \u00b1 2 100% $5 a/b \u201cquoted\u201d - it's 'so'",
    "a box in a box": ":::: good-to-know \"A box\"\nText.\n\n::: ask-your-team\n- Why?\n:::\n::::",
    "rows of fences": "```python\nx = 1\n```\nafter\n\n\tindented\n\n***\n\nend",
}  # fmt: skip
FAULTY: dict[str, tuple[str, list[tuple[str, int]]]] = {
    "fourteen levels": (f"{LEVELS}\n\nAfter.", [("SRC-036", 7)]),
    "many levels in a line": ("- - - - - - - - - - deep", [("SRC-036", 1)]),
    "a quotation deeper than the parser goes": ("> " * 150 + "deep\n\nAfter.", [("SRC-036", 1)]),
    "a list that leaves a number out": ("1. a\n2. b\n4. d", [("SRC-035", 3)]),
    "a list of one number": ("5. a\n5. b", [("SRC-035", 2)]),
    "a cell more": ("| A | B |\n| - | - |\n| c | d | e |", [("ACC-003", 3)]),
    "a cell less": ("| A | B |\n| - | - |\n| c | d |\n| f |", [("ACC-003", 4)]),
    "words under a table": ("| A | B |\n| - | - |\n| c | d |\nwords", [("ACC-003", 4)]),
    "heads and rule that differ": ("| A | B |\n| - |\n| c | d |", [("ACC-003", 2)]),
    "a title of a link": ('Words.\n[a](https://example.org "lost words")', [("SRC-035", 2)]),
    "a title of an image": ('![A plain ground](images/cover-vic.svg "lost")', [("SRC-035", 1)]),
    "a comment": ("Words.\n\n<!-- lost\nand lost -->", [("SRC-030", 3)]),
    "a note that nothing calls": ("Words.\n\n[^a]: lost\n    and lost", [("LNK-006", 3)]),
    "a title that is not printed": ("::: table \"Lost\"\nNo table.\n:::", [("SRC-033", 1)]),
    "words behind a title": ("::: good-to-know \"A title\" lost \"and lost\"\nWords.\n:::", [("SRC-033", 1)]),
    "a block in a caption": (
        ":::: table \"Title\"\n| A |\n| - |\n| b |\n\n::: see-also\nx\n:::\n::::",
        [("SRC-033", 6)],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CLEAN)
def test_what_is_printed_whole_is_not_accused(name: str) -> None:
    assert faults(CLEAN[name]) == []


@pytest.mark.parametrize("name", FAULTY)
def test_what_would_vanish_is_named_at_its_line(name: str) -> None:
    text, expected = FAULTY[name]
    assert faults(text) == expected


def test_a_table_of_its_head_alone_and_a_definition_are_warnings() -> None:
    for text, code in (("| A | B |\n| - | - |\n", "ACC-003"), ("[x]: https://example.org", "LNK-004")):
        assert [(each.code, each.severity) for each in page_of(text).findings] == [(code, Severity.WARNING)]


def test_a_block_that_prints_no_title_says_so(booklet: Callable[..., Path]) -> None:
    (found,) = errors(check(order(booklet(added('::: voice source=fact "Lost"\nWords.\n:::')))))
    assert (found.code, str(found.place)) == ("SRC-033", f"{TWO}:{LAST}")


WORDS = {
    "bold": "**{word}**", "code": "`{word}`", "link": "[{word}](https://example.org/{more})",
    "sign": "{word} \u2265 5%, 'so'",
    "entity": "&#119;{rest}", "inner": "w*{inner}*x", "address": "{word} <https://example.org/{more}>",
    "short": '[{word}](short: "Long {more}")', "line end": "{word}\\\nand {more}", "plain": "{word}",
    "figure": "{word} 5.5 {more}",
}  # fmt: skip
"""Ways to write a word."""


class Text:
    """A Markdown text of all that chapters may hold, and its words in order of print, each of them but once."""

    def __init__(self, draw: Callable[[st.SearchStrategy[Any]], Any]) -> None:
        self.draw, self.numbers, self.words = draw, count(1), list[str]()

    def few(self, most: int) -> range:
        return range(self.draw(st.integers(1, most)))

    def word(self) -> str:
        word = f"w{next(self.numbers)}x"
        self.words.append(word)
        way = self.draw(st.sampled_from(sorted(WORDS)))
        return WORDS[way].format(word=word, rest=word[1:], inner=word[1:-1], more=next(self.numbers))

    def line(self) -> str:
        return " ".join(self.word().replace("\\\n", " ") for _ in self.few(4))

    def paragraph(self) -> str:
        return "\n".join(" ".join(self.word() for _ in self.few(4)) for _ in self.few(3))

    def items(self, depth: int = 0) -> str:
        start = self.draw(st.sampled_from([0, 1, 7, 1998]))
        rows = []
        for number in range(start, start + len(self.few(3))):
            mark = f"{number}. " if start else "- "
            inner = (
                f"{self.line()}\n\n{self.items(depth + 1)}" if depth < 3 and self.draw(st.booleans()) else self.line()
            )
            rows.append(mark + inner.replace("\n", "\n" + " " * len(mark)))
        return "\n".join(rows)

    def table(self) -> str:
        columns = len(self.few(3))
        rows = [[self.word().replace("\\\n", " ") for _ in range(columns)] for _ in range(2 + len(self.few(3)))]
        rows.insert(1, ["---"] * columns)
        return "\n".join(f"| {' | '.join(row)} |" for row in rows)

    def quotation(self) -> str:
        return "\n".join(f"> {row}" for row in self.paragraph().split("\n"))

    def heading(self) -> str:
        return f"## {self.line()}"

    def box(self) -> str:
        return f"::: good-to-know\n{self.paragraph()}\n:::"

    def written(self) -> str:
        makers = [self.paragraph, self.items, self.table, self.quotation, self.heading, self.box]
        return "\n\nThen\n\n".join(self.draw(st.sampled_from(makers))() for _ in self.few(4))

    def with_notes(self) -> str:
        text, notes = self.written(), range(self.draw(st.integers(0, 2)))
        for note in notes:
            text += f"\n\nwith{note}[^n{note}]"
            self.words.append(f"with{note}")
        for note in notes:
            text += f"\n\n[^n{note}]: {self.line()}"
        return text


ORDERLY = settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


@ORDERLY
@given(st.data())
def test_every_word_of_any_text_is_on_its_page_once_and_in_order_and_nobody_is_accused(data: st.DataObject) -> None:
    text = Text(data.draw)
    page = page_of(text.with_notes())
    plain = unescape(re.sub(r"<[^>]*>", "", page.html))
    assert re.findall(r"w\d+x|with\d", plain) == text.words
    assert [each for each in page.findings if each.code != "ACC-002"] == []


@ORDERLY
@given(st.data())
def test_a_word_that_the_page_loses_doubles_or_moves_is_named_in_its_row(data: st.DataObject) -> None:
    text = Text(data.draw)
    source = text.written()
    html = page_of(source).html
    assert losses(source, html) == ()
    word = data.draw(st.sampled_from(text.words))
    written = re.compile(rf"\b(?:{word}|{word[1:]}|w\*{word[1:-1]}\*x)")
    (row,) = (number for number, each in enumerate(source.split("\n")) if written.search(each))
    (there,) = re.finditer(rf"(?:w<strong>{word[1:-1]}</strong>x|\b{word})(?![^<]*>)", html)
    before, after = html[: there.start()], html[there.end() :]
    assert {loss.row for loss in losses(source, before + after)} == {row}
    doubled, *_ = losses(source, f"{before}{there[0]} {there[0]}{after}")
    assert not doubled.is_lost and re.findall(r"\w+x\b", "".join(source.split("\n")[doubled.row + 1 : row])) == []
    assert losses(source, f"{before}{after}<p>And {there[0]}</p>") != ()


def test_the_law_is_not_deceived_by_numbers_of_lists() -> None:
    source, html = "1. 1 tablet\n2. 2 tablets", "<ol><li>1 tablet</li><li>2 tablets</li></ol>"
    assert losses(source, html) == ()
    assert [loss.row for loss in losses(source, html.replace("2 ", ""))] == [1]
