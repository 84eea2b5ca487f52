"""A number typed by hand, or a character without a shape, is found in every spelling and in every place."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from booklet.build import check
from booklet.manuscript import shipped_country
from booklet.phones import plain_characters, typed_numbers
from tests.tiny import BOOK, FILES, LAST, ONE, STATES, TWO, VIC, Overlay, added, changed, errors, order

PLANS = (shipped_country("au").plan,)
NUMBER = "1800 160 402"
"""A number that nobody has in the tiny booklet."""
NATIONAL, WORDS, DRAWING = "chapters/support/all.yaml", "chapters/glossary.yaml", "chapters/images/drawing.svg"
NOTICE = '\n[[notices]]\ntitle = "Flood"\ntext = "Ring {}."\nfrom = 2026-11-01\nuntil = 2026-12-01\n'
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 99 99">\n<text y="9">Ring\n<tspan>{}</tspan></text></svg>'
SPELLINGS = {
    "in one": "1800160402",
    "with dashes": "1800-160-402",
    "with other dashes": "1800\u2013160\u2014402",
    "with dots": "1800.160.402",
    "with strokes": "1800/160/402",
    "with two spaces": "1800 160  402",
    "with thin spaces": "1800\u2009160\u202f402",
    "with spaces of no width": "1800\u200b160\u2060402",
    "with a soft hyphen": "1800 160\u00ad402",
    "in brackets": "(1800) 160 402",
    "with an entity": "1800&nbsp;160&#8203;402",
    "with bold digits": "1800 **160** 402",
    "over two lines": "1800\n160 402",
    "as the words of a link": "[1800 160 402](https://example.org)",
    "half of it as a link": "1800 [160 402](https://example.org)",
    "in wide digits": "\uff11\uff18\uff10\uff10 160 402",
    "with the country's code": "+61 1800 160 402",
    "as code": "`1800 160 402`",
    "in a short form": '[Line](short: "1800 160 402")',
}


@pytest.mark.parametrize("name", SPELLINGS)
def test_a_number_of_nobody_is_found_in_any_spelling(booklet: Callable[..., Path], name: str) -> None:
    found = errors(check(order(booklet(added(f"Words.\n\nRing {SPELLINGS[name]} now.")), editions=("VIC",))))
    numbers = [(each.code, str(each.place)) for each in found if each.code.startswith("LNK")]
    assert {each.code for each in found} <= {"LNK-010", "LNK-011", "FNT-002", "SRC-003"}
    assert numbers in ([("LNK-010", f"{TWO}:{LAST + 2}")], [("LNK-011", f"{TWO}:{LAST + 2}")])


def line_of(file: str, words: str) -> str:
    return f"{file}:{FILES[file][: FILES[file].index(words)].count(chr(10)) + 1}"


PLACES: dict[str, tuple[Overlay, str]] = {
    "heading": (added(f"## Ring {NUMBER}"), f"{TWO}:{LAST}"),
    "list": (added(f"- One\n- Ring {NUMBER}"), f"{TWO}:{LAST + 1}"),
    "cell": (added(f"| A | B |\n| - | - |\n| C | {NUMBER} |"), f"{TWO}:{LAST + 2}"),
    "title of a block": (added(f'::: good-to-know "Ring {NUMBER}"\nText.\n:::'), f"{TWO}:{LAST}"),
    "label of a block": (added(f'::: write-in lines=1 "Ring {NUMBER}"\n:::'), f"{TWO}:{LAST}"),
    "text alternative": (added(f"![A plain ground, {NUMBER}](images/plain.svg)"), f"{TWO}:{LAST}"),
    "caption": (
        added(f'::: figure images/plain.svg alt="A plain and pale ground."\nRing\n{NUMBER}\n:::'),
        f"{TWO}:{LAST + 2}",
    ),
    "note": (added(f"Text.[^a]\n\n[^a]: Ring {NUMBER}."), f"{TWO}:{LAST + 2}"),
    "title": (changed(TWO, "Chapter two", f"Ring {NUMBER}"), f"{TWO}:2"),
    "summary": (changed(TWO, "The second.", f"Ring {NUMBER}."), f"{TWO}:4"),
    "title of a page": (changed("chapters/pages/directory.md", "Directory", NUMBER), "chapters/pages/directory.md:2"),
    "planned page": (changed("chapters/pages/planned/2.md", "Notes 2", NUMBER), "chapters/pages/planned/2.md:2"),
    "name": (changed(STATES, "Vic group", f"Vic {NUMBER}"), line_of(STATES, "name: Vic group")),
    "place": (changed(STATES, "Ballarat", NUMBER), line_of(STATES, "place: Ballarat")),
    "hours": (changed(NATIONAL, "2 pm NSW", f"{NUMBER}, 2 pm NSW"), line_of(NATIONAL, "hours: 2 pm")),
    "description": (
        changed(NATIONAL, "What Any line", f"Or {NUMBER}. What Any line"),
        line_of(NATIONAL, "description: What Any"),
    ),
    "glossary": (changed(WORDS, "A picture", f"{NUMBER}. A picture"), f"{WORDS}:2"),
    "word of the glossary": (changed(WORDS, "word: Scan\n", f"word: Scan\n  also: [scan {NUMBER}]\n"), f"{WORDS}:2"),
    "notice": ({VIC: FILES[VIC] + NOTICE.format(NUMBER)}, f"{VIC}:{FILES[VIC].count(chr(10)) + 4}"),
    "subtitle": (changed(BOOK, "A booklet for tests", f"Ring {NUMBER}"), f"{BOOK}:2"),
    "publisher": (changed(BOOK, "The testers", f"Testers {NUMBER}"), line_of(BOOK, "publisher")),
    "description of a file": (changed(BOOK, "A tiny booklet.", NUMBER), line_of(BOOK, "description")),
    "item to order": (changed(BOOK, "This booklet.", f"Ring {NUMBER}."), line_of(BOOK, "This booklet.")),
    "hours of the order line": (changed(BOOK, 'cost = "Free."', f'cost = "Free."\nhours = "{NUMBER}"'), f"{BOOK}:31"),
    "name of the edition": (changed(VIC, 'name = "Victoria"', f'name = "{NUMBER}"'), f"{VIC}:2"),
    "heading of the directory": (
        changed(BOOK, 'everyone = "Last"', f'everyone = "{NUMBER}"'),
        line_of(BOOK, "everyone ="),
    ),
    "drawing": ({**added("![A drawing of a word](images/drawing.svg)"), DRAWING: SVG.format(NUMBER)}, f"{DRAWING}:3"),
    "drawing, as character data": (
        {
            **added("![A drawing of a word](images/drawing.svg)"),
            DRAWING: SVG.format(f"<![CDATA[{NUMBER}]]>")
            .replace("<text", "<s:text")
            .replace("</text", "</s:text")
            .replace("<svg ", '<svg xmlns:s="http://www.w3.org/2000/svg" '),
        },
        f"{DRAWING}:3",
    ),
    "cover": ({**changed(VIC, "plain.svg", "drawing.svg"), DRAWING: SVG.format(NUMBER)}, f"{DRAWING}:3"),
}


@pytest.mark.parametrize("name", PLACES)
def test_a_number_of_nobody_is_found_in_every_place(booklet: Callable[..., Path], name: str) -> None:
    overlay, place = PLACES[name]
    found = errors(check(order(booklet(overlay), editions=("VIC",))))
    assert {each.code for each in found} == {"LNK-011"}, found
    assert {str(each.place) for each in found} == {place}


def test_a_number_that_the_edition_has_is_right_wherever_it_is_typed_plainly(booklet: Callable[..., Path]) -> None:
    for overlay, place in PLACES.values():
        changes = {
            file: content.replace(NUMBER, "1800 160 401") if isinstance(content, str) else content
            for file, content in overlay.items()
        }
        assert errors(check(order(booklet(changes), editions=("VIC",)))) == [], place
        for file in changes:
            (booklet({}) / file).unlink()


def test_a_number_of_the_edition_that_cannot_be_dialled_as_it_is_typed_is_named(booklet: Callable[..., Path]) -> None:
    (found,) = errors(check(order(booklet(added("Ring 1800-160-401.")), editions=("VIC",))))
    assert (found.code, found.found) == ("LNK-010", "'1800-160-401' is typed in a way that cannot be dialled.")


@pytest.mark.parametrize(
    "text",
    [
        "131114", "13 1115", "13-11-15", "1800-999-888", "03-9000-1111", "03.9000.1111", "9000 0000", "9000-0000",
        "+64 3 123 4567", "(03)9000-2222", "Ring 106", "ring 911", "0011 64 3 123 4567", "61 3 9000 1111",
        "+61 (0)3 9000 1111", "1 800 111 222", "0 3 9 0 0 0 1 1 1 1", "1800 111 22", "03 5550 123", "1300ANGELS",
        "13 YARN", "1800 MYLINE", "\u0661\u0668\u0660\u0660 111 222", "1800_111_222", "1800\u2022111\u2022222",
        "1800,111,222", "1300|606|024",
    ],
)  # fmt: skip
def test_what_reads_like_a_phone_number(text: str) -> None:
    assert len(typed_numbers(plain_characters(f"Words {text}, words."), PLANS)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "13 October 2016", "20,000 people", "$1300 for 100 km", "2026-11-27", "27/11/2026", "03.11.2026", "04/2026",
        "1800\u20132000 kJ", "2026\u20132028", "3000-4000 steps", "24/7", "ABN 53 004 085 616", "BSB 033-002",
        "08.30\u201317.00", "0.25-0.50 mg", "0800-1700", "13 and 14", "ISBN 978 1 800 16040 1", "13 500 km",
        "https://example.org/1800111222", "me1800111222@example.org", "CA 15-3", "15 000 000", "106 people",
        "0 1 2 3 4 5 6 7 8 9 10", "HER2", "COVID-19", "1800",
        "in 1800, 100 000",
    ],
)  # fmt: skip
def test_what_is_no_phone_number(text: str) -> None:
    assert typed_numbers(plain_characters(f"Words {text}, words."), PLANS) == ()


@pytest.mark.parametrize(
    ("overlay", "place", "run"),
    [
        (changed(STATES, "name: Vic group", "name: קו השמע"), line_of(STATES, "name: Vic group"), "קו השמע"),
        (added("Words **中文** 字 more."), f"{TWO}:{LAST}", "中文 字"),
        ({**added("![A drawing of words](images/drawing.svg)"), DRAWING: SVG.format("中文 字")},
         f"{DRAWING}:3", "中文 字"),
        (changed(ONE, "One point", "One \u2264\u2265 point"), f"{ONE}:10", "\u2264\u2265"),
    ],
)  # fmt: skip
def test_a_run_of_characters_without_a_face_is_one_message(
    booklet: Callable[..., Path], overlay: Overlay, place: str, run: str
) -> None:
    (found,) = errors(check(order(booklet(overlay))))
    assert (found.code, str(found.place)) == ("FNT-002", place) and f"('{run}')" in found.found
