"""Nothing is compulsory that not every booklet has; what refers to a thing left out goes with it, or is named."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from booklet.build import check
from booklet.composing.sandbox import Absent, fill
from booklet.words import english
from tests.tiny import FILES, LAST, ONE, TWO, Overlay, added, changed, composed, errors, order

BOOK, VIC, WA = "chapters/booklet.toml", "chapters/editions/vic.toml", "chapters/editions/wa.toml"
GLOSSARY = "::: glossary\n:::\n"
EMPTY = re.compile(r"<(ul|ol|table|tbody|p|div|dl|li|strong|h[1-6])\b[^>]*>\s*</\1>")
"""An element that holds nothing, as what is left out may leave behind; lines to write on are meant to be empty."""


def without(name: str, *files: str) -> Overlay:
    """Some files without a table and those that lie inside it."""
    overlay: Overlay = {}
    for file in files or (BOOK,):
        text = FILES[file]
        for row in re.findall(rf"^\[+{re.escape(name)}\b[^\]]*\]+\n(?:(?!\[).*\n?)*", text, re.MULTILINE):
            text = text.replace(row, "")
        assert text != FILES[file]
        overlay[file] = text
    return overlay


def head(*keys: str) -> Overlay:
    """The chapters without some keys of their heads."""
    pattern = rf"^(?:{'|'.join(keys)}):.*\n"
    return {file: re.sub(pattern, "", FILES[file], flags=re.MULTILINE) for file in (ONE, TWO)}


NO_WORDS: Overlay = {
    "chapters/glossary.yaml": None,
    ONE: FILES[ONE].replace("[word](word:scan)", "word"),
    TWO: FILES[TWO].replace(GLOSSARY, ""),
}
NO_LINES: Overlay = {file: re.sub(r"health_lines = .*\n", "", FILES[file]) for file in (VIC, WA)}
LEFT_OUT: dict[str, tuple[Overlay, str]] = {
    "order line": (without("order_line"), r"order|1800 160 401|Tiny, please|qr|Free\."),
    "number of the order line": (
        changed(BOOK, 'phone = "1800 160 401"\n', ""),
        r"1800 160 401|or ring|big-number|Help to make the call",
    ),
    "address of the order line": (
        changed(BOOK, 'url = "https://example.org"\naddress_in_words = "example.org"\n', ""),
        r'on the web|class="qr"',
    ),
    "its cost": (changed(BOOK, 'cost = "Free."\n', ""), r"Free\b"),
    "what can be ordered": (without("order_line.items"), "What you can order"),
    "help with the call": (
        changed(BOOK, 'interpreter = "interpreter"\nrelay = "interpreter"\n', ""),
        "Help to make the call",
    ),
    "order codes": (without("order_codes", VIC, WA), r"[Oo]rder code|large print:|HKV|HQV"),
    "order code of large print": (changed(VIC, 'large_print = "HQV 4TV"\n', ""), r"large print:|HQV"),
    "first numbers": (without("urgent"), "In danger"),
    "first numbers and health lines": ({**without("urgent"), **NO_LINES}, "Numbers for now"),
    "whom to call first": (without("call_first"), "Ring your team"),
    "clock": (without("clock"), "ahead of yours"),
    "directory": (
        {"chapters/pages/directory.md": None, TWO: FILES[TWO].replace("- [Directory](#directory)", "- Nothing")},
        r"#directory|booklet:directory|Directory",
    ),
    "finder": (changed(BOOK, 'finder = "any-line"\n', ""), "To reach it, ask"),
    "glossary": (NO_WORDS, r"glossary|word-scan|Scan"),
    "sources": ({"chapters/sources.yaml": None, ONE: FILES[ONE].replace("sources: [fact]\n", "")}, "A fact"),
    "back cover": ({"chapters/pages/back-cover.md": None}, "back-cover"),
    "its drawing": (changed(BOOK, 'back_cover_image = "images/plain.svg"\n', ""), "no such words"),
    "cover drawing": (
        {file: FILES[file].replace('cover_image = "images/plain.svg"\n', "") for file in (VIC, WA)},
        r"url\(\)|url\(None",
    ),
    "imprint": (
        {
            "chapters/pages/imprint.md": None,
            "chapters/pages/back-cover.md": FILES["chapters/pages/back-cover.md"] + "\n::: review-status\n:::\n",
        },
        'id="imprint"',
    ),
    "order page": ({"chapters/pages/order-line.md": None}, 'id="order-line"'),
    "reviewer": (changed(BOOK, 'reviewer = "a clinician"\n', ""), "[Rr]eviewed|Sample|clinician"),
    "minutes": (head("minutes"), "to read"),
}


@pytest.mark.parametrize("name", LEFT_OUT)
def test_what_a_booklet_need_not_have_leaves_nothing_behind(booklet: Callable[..., Path], name: str) -> None:
    overlay, trace = LEFT_OUT[name]
    composition, found = composed(booklet(overlay))
    assert [str(finding) for finding in errors(found)] == []
    html = "".join(part.html for part in composition.parts)
    assert not re.search(trace, html), re.search(trace, html)
    assert not EMPTY.search(html.replace('<div class="rule"></div>', ""))


def test_the_traces_are_those_of_the_whole_booklet(booklet: Callable[..., Path]) -> None:
    """Else the test above would find nothing, whatever a booklet prints. Some things print only with others."""
    html = "".join(part.html for part in composed(booklet())[0].parts)
    silent = [name for name, (_, trace) in LEFT_OUT.items() if not re.search(trace, html)]
    assert silent == ["whom to call first", "clock", "sources", "its drawing", "cover drawing"]


REFERENCES: dict[str, tuple[Overlay, str, str]] = {
    "a link to the order line": (
        {**without("order_line"), **added("See [Order line](#order-line).")},
        "LNK-001",
        "This leads to the order line, and booklet.toml has no [order_line].",
    ),
    "its number in a text": (
        {**without("order_line"), **added("Ring {{ order_line.phone }}.")},
        "SRC-021",
        "There is no [order_line] of booklet.toml, and this prints it.",
    ),
    "a box that says whom to ring": (
        {**without("call_first"), **added("::: call-now\n- Fever.\n:::")},
        "SRC-014",
        "'call-now' says whom to ring, and no file does.",
    ),
    "a link to the directory": (
        {"chapters/pages/directory.md": None, **added("More.")},
        "LNK-001",
        "Nothing in the chapters has the anchor '#directory'.",
    ),
    "a link to a word": (
        {**NO_WORDS, ONE: FILES[ONE]},
        "LNK-002",
        "No word 'scan' is printed by the block 'glossary'.",
    ),
    "a fact": ({"chapters/sources.yaml": None}, "SRC-014", "No source 'fact'."),
    "nobody to reach": (
        changed(BOOK, 'phone = "1800 160 401"\nurl = "https://example.org"\n', ""),
        "SRC-012",
        "An order line has a phone number, a web address (url), or both.",
    ),
    "a kind without headings": (without("directory.kinds"), "SRC-012", "kind is 'emergency'."),
}


@pytest.mark.parametrize("name", REFERENCES)
def test_what_an_editor_wrote_about_a_thing_left_out_is_named(booklet: Callable[..., Path], name: str) -> None:
    overlay, code, words = REFERENCES[name]
    found = errors(check(order(booklet(overlay))))
    assert found and {finding.code for finding in found} == {code}
    assert words in [finding.found for finding in found]


def test_what_is_left_out_is_nothing_in_a_condition() -> None:
    names = {"order_line": Absent("x", frozenset({"phone"}))}
    lines, found = fill("{% if order_line.phone %}\nRing.\n{% else %}\nWrite.\n{% endif %}\n", "x.md", names, english())
    assert not found and lines and lines.text.split() == ["Write."]
    lines, found = fill("Ring {{ order_line.what }}.", "x.md", names, english())
    assert [finding.code for finding in found] == ["SRC-020"]


@pytest.mark.parametrize(
    ("cost", "cover", "order_page"),
    [
        ("free", "Free.", "Free."),
        ("$5 a copy", "$5 a copy.", "$5 a copy."),
        ("Free from us.", "Free.", "Free from us."),
    ],
)
def test_the_cover_says_what_the_order_line_costs(
    booklet: Callable[..., Path], cost: str, cover: str, order_page: str
) -> None:
    composition, _ = composed(booklet(changed(BOOK, 'cost = "Free."', f'cost = "{cost}"')))
    html = {part.id: part.html for part in composition.parts}
    assert f"Issue 2026.1. {cover}<br>" in html["cover"]
    assert f"<p>{order_page}</p>" in html["order-line"] and f"</strong> {order_page} Order code" in html["back-cover"]


def test_a_health_line_among_the_first_numbers_stands_there_once(booklet: Callable[..., Path]) -> None:
    overlay = {
        **changed(BOOK, "[[urgent]]", '[[urgent]]\nservice = "health-line"\nabout = "Advice"\n\n[[urgent]]'),
        **NO_LINES,
    }
    overlay |= {VIC: FILES[VIC].replace("nurse-line", "health-line"), WA: FILES[WA]}
    composition, _ = composed(booklet(overlay))
    directory = next(part.html for part in composition.parts if part.id == "directory")
    assert directory.count("Health line") == 1


def test_a_line_of_its_own_says_where_a_text_refers_to_what_is_left_out(booklet: Callable[..., Path]) -> None:
    overlay = {**without("order_line"), **added("Ring {{ order_line.phone }}.")}
    assert [str(finding.place) for finding in errors(check(order(booklet(overlay))))] == [f"{TWO}:{LAST}"]
