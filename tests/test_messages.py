"""Messages are in the words of who writes a booklet: the true cause, first and alone, at its own line."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from booklet.build import check
from booklet.manuscript import read, records, shipped_country
from booklet.manuscript.reading import Data, validate
from booklet.manuscript.records import Manuscript, Record
from booklet.today import Today
from tests.conftest import TODAY
from tests.tiny import BOOK, FILES, LAST, ONE, STATES, TWO, VIC, Overlay, added, changed, errors, order, service

WRITTEN: tuple[Any, ...] = (
    "", "x" * 3000, "{{ a }}", "soon", "#12", "http://", "ftp://x", "2026-13-45", "a b", 7, -1, 10**30, 3.5,
    float("nan"), True, None, [], [1], ["a"], [[]], {}, {"a": 1}, date(2026, 1, 1), datetime(2026, 1, 1),
)  # fmt: skip
"""What people put behind a key, wrong for most of them."""
LIBRARY = re.compile(
    r"Input|should|valid|instance|[Tt]uple|dictionar|[Dd]atetime|pydantic|Value error|NoneType|None\b|True\b"
)
"""Words of libraries, which nobody who writes a booklet knows."""
READERS = records.Readers(shipped_country("au").plan, (shipped_country("nz").plan,), frozenset(("VIC",)))
RECORDS = [
    each
    for each in vars(records).values()
    if isinstance(each, type) and issubclass(each, Record) and each not in (Record, Manuscript)
]


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.__name__)
def test_whatever_stands_behind_a_key_the_message_is_in_plain_words(record: type[Record]) -> None:
    for name, field in record.model_fields.items():
        written = field.alias or name
        for value in WRITTEN if not written.startswith("\0") else ():  # that no file can hold
            _, found = validate(record, Data("x.toml", {written: value}), readers=READERS)
            for finding in found:
                words = f"{finding.found} {finding.expected}".replace(str(value), "")
                assert not LIBRARY.search(words), words


def test_a_number_is_no_date() -> None:
    _, found = validate(records.Consent, Data("x.yaml", {"id": "a", "given": 86400, "expires": "2026-02-30"}))
    assert [finding.found for finding in found] == [
        "given is 86400: not a date written as 2026-07-15.",
        "expires is '2026-02-30': the calendar has no such day.",
    ]


TEMPLATES = {
    "{{ services['nope'].phone }}": "There is no service 'nope' in this edition.",
    "{{ edition.nope }}": "'edition' has no 'nope'.",
    "{% for s in services %}{{ s.nope }}{% endfor %}": "A service has no 'nope'.",
    "{{ edition.code.x }}": "A text has no 'x'.",
    "{{ edition }}": "'edition' is no text that can be printed.",
    "{{ services.local }}": "'services.local' is no text that can be printed.",
    "{% for a in edition %}x{% endfor %}": "This is no list that a loop can go through, or it is compared",
    "{{ services.local(nope=1) }}": "'services.local' takes kind=... and audience=... alone.",
    "{% if edition.code < 3 %}a{% endif %}": "compared with something of another kind.",
    "{{ edition.code": "The tag is not complete, or holds something that it may not.",
    "{% if edition.code %}": "'if' is not closed: '{% endif %}' is missing.",
    "{% endif %}": "'endif' closes nothing that is open.",
    "{% foo %}": "There is no tag 'foo'.",
    "{% if edition.code = 'VIC' %}x{% endif %}": "The tag is not complete, or holds something that it may not.",
    "{# open": "'{#' is not closed.",
}


@pytest.mark.parametrize("template", TEMPLATES)
def test_what_is_wrong_with_a_template_is_said_in_plain_words(booklet: Callable[..., Path], template: str) -> None:
    (finding,) = errors(check(order(booklet(added(template)), editions=("VIC",))))
    assert TEMPLATES[template] in finding.found
    assert finding.place.file == TWO and finding.place.line >= LAST
    assert not re.search("Jinja|object|attribute|argument|token|statement|iterable|View", str(finding))


CAUSES: dict[str, tuple[Overlay, str, int]] = {
    "wrong number": (changed(STATES, "phone: 1300 60 60 24", "phone: 1300 60 60"), "LNK-010", 1),
    "unknown kind": (changed("chapters/support/all.yaml", "kind: emergency", "kind: emergencies"), "SRC-012", 1),
    "missing key": (changed("chapters/support/all.yaml", "  description: What Triple Zero does.\n", ""), "SRC-010", 1),
    "no kinds": (
        {BOOK: FILES[BOOK].partition("[directory.kinds]")[0]},
        "SRC-012",
        FILES["chapters/support/all.yaml"].count("- id:") + FILES[STATES].count("- id:"),
    ),
}


@pytest.mark.parametrize("name", CAUSES)
def test_the_true_cause_stands_alone(booklet: Callable[..., Path], name: str) -> None:
    overlay, code, count = CAUSES[name]
    found = errors(check(order(booklet(overlay))))
    assert [finding.code for finding in found] == [code] * count


def places() -> Iterator[tuple[str, Overlay, str, str]]:
    """A fault of an entry that is not the first of its file, and words of the line at which it is to be told."""
    more = service("second", "Second line", phone="13 11 20")
    yield "service", {STATES: FILES[STATES] + more.replace("kind: helpline", "kind: nope")}, STATES, "- id: second"
    yield "urgent", changed(BOOK, 'service = "triple-zero"', 'service = "nope"'), BOOK, "[[urgent]]"
    yield "interpreter", changed(BOOK, 'interpreter = "interpreter"', 'interpreter = "nope"'), BOOK, "[order_line]"
    yield "finder", changed(BOOK, 'finder = "any-line"', 'finder = "nope"'), BOOK, "[directory]"
    yield "health line", changed(VIC, '["nurse-line"]', '["nope"]'), VIC, "health_lines"
    yield "printer", changed(BOOK, 'slug = "tiny"', 'slug = "tiny"\nprinter = "nope"'), BOOK, "printer"
    yield "review", changed(BOOK, "next_review = 2028-07-15", "next_review = 2026-08-01"), BOOK, "next_review"
    yield (
        "order line to confirm",
        changed(BOOK, "confirm_before_print = false", "confirm_before_print = true"),
        BOOK,
        "[order_line]",
    )
    yield "order code", changed(VIC, "HKV 4TU", "MAN 4TV"), VIC, "[order_codes]"
    yield (
        "a word twice",
        {"chapters/glossary.yaml": FILES["chapters/glossary.yaml"] * 2},
        "chapters/glossary.yaml",
        "- word",
    )


@pytest.mark.parametrize(
    ("name", "overlay", "file", "words"), tuple(places()), ids=lambda each: each if isinstance(each, str) else ""
)
def test_a_fault_is_told_at_its_own_line(
    booklet: Callable[..., Path], name: str, overlay: Overlay, file: str, words: str
) -> None:
    project = booklet(overlay)
    rows = (project / file).read_text("utf-8").split("\n")
    own = [
        row
        for row in check(order(project))
        if row.place.file == file and not re.search("Maybe line|Unsure line", row.found)
    ]
    assert own and {finding.place.line for finding in own} == {
        max(number for number, row in enumerate(rows, 1) if row.startswith(words))
    }


REFUSED: dict[str, Overlay] = {
    "a link in a heading": added("## See [one](#one)\n\nText."),
    "a title that no foot and no cover holds": changed(BOOK, "Tiny", "Tiny " * 60),
    "no planned pages": {f"chapters/pages/planned/{number}.md": None for number in range(1, 5)},
    "a soft hyphen": added("A sof\u00adt hyphen."),
    "a note in a title": added('::: good-to-know "Title[^n]"\nText.\n:::\n\n[^n]: A note.'),
    "a colour that is not written out": changed(VIC, "#144473", "#147"),
    "no edition": {VIC: None, "chapters/editions/wa.toml": None},
    "a notice that ends before it starts": {
        VIC: FILES[VIC] + '\n[[notices]]\ntitle = "A"\ntext = "B"\nfrom = 2026-12-27\nuntil = 2026-11-27\n'
    },
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_a_build_refuses_check_has_refused_before(booklet: Callable[..., Path], name: str) -> None:
    found = errors(check(order(booklet(REFUSED[name]), editions=() if name == "no edition" else ("VIC",))))
    assert found
    assert not any(LIBRARY.search(finding.found) for finding in found)


def test_reading_never_raises_whatever_a_value_is(booklet: Callable[..., Path]) -> None:
    project = booklet(changed(ONE, "minutes: 2", "minutes: [[[]]]"))
    _, found = read(project, Today(TODAY))
    assert [(finding.code, finding.place.line) for finding in errors(found)] == [("SRC-012", 5)]
