"""What one edition holds, and what no edition ever shows."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from booklet.build import check
from booklet.composing import publication
from booklet.composing.languages import is_language
from booklet.composing.opening import hours_apart
from booklet.composing.sandbox import fill
from booklet.composing.views import EditionContext, EditionView, OrderLineView, ServiceView, services_of
from booklet.manuscript import Manuscript, Service, read
from booklet.today import Today
from booklet.words import english
from tests.composed import composed, words
from tests.conftest import PROJECT, TODAY
from tests.tiny import FILES, LAST, TWO, added, changed, errors, order

VIC = "chapters/editions/vic.toml"


def test_the_directory_goes_from_the_closest_to_the_widest_and_by_place(booklet: Callable[..., Path]) -> None:
    text = words(composed(booklet(), "VIC"), "directory")
    names = ["Vic group", "A group", "B group", "Any line", "Interpreters"]
    places = [text.rindex(f" {name} ") for name in names]
    assert places == sorted(places)
    assert text.index(" First ") < text.index(" Second ") < text.index(" Third ") < text.index(" Last ")


def test_a_state_line_takes_the_place_of_the_national_one_where_it_is_named(booklet: Callable[..., Path]) -> None:
    project = booklet()
    vic, wa = words(composed(project, "VIC")), words(composed(project, "WA"))
    assert "1300 606 024" in vic and "1800 022 222" not in vic
    assert "1800 022 222" in wa and "1300 606 024" not in wa


def test_unverified_entries_never_print_and_those_to_confirm_only_when_they_say_so(
    booklet: Callable[..., Path],
) -> None:
    text = words(composed(booklet(), "WA"))
    assert "Unsure line" not in text and "9999" not in text
    assert "Maybe line" not in text and "7777" not in text
    states = FILES["chapters/support/states.yaml"]
    told = states.replace("confirm_before_print: true", "confirm_before_print: true\n  print_unconfirmed: true")
    assert told != states
    text = words(composed(booklet({"chapters/support/states.yaml": told}), "WA"))
    assert "Maybe line" in text and "Check first." in text


@pytest.mark.parametrize(
    ("dated", "printed"),
    [
        ("page_date: reviewed 2023-11", "Seen on a page of November 2023."),
        ("page_date: 2024-09-10", "Seen on a page of September 2024."),
        ("page_date: 2020 or later", ""),
        (
            "page_date: 2023-11\n  calls: [{day: 2026-11-20, by: A, result: confirmed}]",
            "Last checked 20 November 2026.",
        ),
    ],
)
def test_an_entry_says_how_old_it_is(booklet: Callable[..., Path], dated: str, printed: str) -> None:
    """When somebody last looked, or else the month of the page, where that is known."""
    support = FILES["chapters/support/all.yaml"]
    entry = f"What Any line does. 2 pm NSW time.{f' {printed}' if printed else ''} "
    told = support[: support.rindex("page_date: null")] + support[support.rindex("page_date: null") :].replace(
        "page_date: null", dated
    )
    assert entry in words(composed(booklet({"chapters/support/all.yaml": told}), "VIC"), "directory") + " "


def test_an_address_breaks_after_a_slash_and_nowhere_else(booklet: Callable[..., Path]) -> None:
    support = FILES["chapters/support/all.yaml"].replace("url: null", "url: https://www.example.org.au/a.b/c")
    parts = composed(booklet({"chapters/support/all.yaml": support}), "VIC").parts
    html = next(part.html for part in parts if part.id == "directory")
    assert "www.example.org.au/<wbr>a.b/<wbr>c</a>" in html


def test_a_health_line_says_what_it_is_for(booklet: Callable[..., Path]) -> None:
    assert "What Nurse line does. 24 hours" in words(composed(booklet(), "VIC"), "directory")


def test_what_data_files_bring_to_print_has_curly_apostrophes() -> None:
    """Chapters are typed with straight ones, which print turns; data print as they stand."""
    manuscript, _ = read(PROJECT, Today(TODAY))
    assert manuscript
    texts = [text or "" for s in manuscript.services for text in (s.name, s.description, s.place, str(s.hours), s.cost)]
    texts += [text or "" for sign in manuscript.urgent_signs for text in (sign.sign, sign.words, sign.when)]
    texts += [text for term in manuscript.glossary for text in (term.word, term.meaning)]
    texts += [text for row in manuscript.book.urgent for text in (row.name or "", row.about)]
    assert [text for text in texts if re.search(r"\w'\w", text)] == []


def test_the_first_numbers_stand_once_in_the_directory(booklet: Callable[..., Path]) -> None:
    text = words(composed(booklet(), "VIC"), "directory")
    assert text.count("Nurse line What Nurse line does.") == text.count("1300 606 024") == 1


def test_a_state_without_a_group_is_told_so_and_one_with_a_group_is_not(booklet: Callable[..., Path]) -> None:
    project = booklet()
    assert "No group in Western Australia." in words(composed(project, "WA"), "directory")
    assert "No group" not in words(composed(project, "VIC"), "directory")


def test_notices_print_in_their_state_between_their_dates_only(booklet: Callable[..., Path]) -> None:
    notice = '\n[[notices]]\ntitle = "Flood"\ntext = "Ring first."\nfrom = 2026-12-01\nuntil = 2026-12-24\n'
    project = booklet({VIC: FILES[VIC] + notice})
    for day, printed in ((30, False), (1, True), (24, True), (25, False)):
        today = date(2026, 11 if day == 30 else 12, day)
        assert ("Flood" in words(composed(project, "VIC", today), "imprint")) is printed
        assert "Flood" not in words(composed(project, "WA", today))


def test_the_order_line_says_everything_a_caller_needs(booklet: Callable[..., Path]) -> None:
    text = words(composed(booklet(), "VIC"), "order-line")
    for needed in (
        "1800 160 401",
        "Free.",
        "HKV 4TU",
        "Tango, Uniform",
        "Interpreters",
        "13 14 50",
        "example.org",
        "This booklet.",
    ):
        assert needed in text
    assert "HKW 6PT" not in words(composed(booklet(), "VIC"))


def test_words_of_the_data_are_never_markup(booklet: Callable[..., Path]) -> None:
    overlay = changed("chapters/editions/vic.toml", 'name = "Victoria"', 'name = "Vic <b>*toria*</b>"')
    html = composed(booklet(overlay), "VIC").body[1].html
    assert "Vic &lt;b&gt;*toria*&lt;/b&gt;" in html


def test_template_lines_keep_their_numbers() -> None:
    names = {"services": ["a", "b"], "edition": None, "order_line": None, "today": None}
    lines, faults = fill("one\n{% for s in services %}\nitem {{ s }}\n{% endfor %}\nlast", "x.md", names, english())
    assert lines and not faults
    rows = [(text, lines.source(index)) for index, text in enumerate(lines.text.split("\n")) if text]
    assert rows == [("one", 1), ("item a", 3), ("item b", 3), ("last", 5)]


def test_hours_apart_knows_daylight_saving() -> None:
    assert hours_apart("Australia/Perth", 2026, "Australia/Sydney") == (2.0, 3.0)
    assert hours_apart("Australia/Adelaide", 2026, "Australia/Sydney") == (0.5,)
    assert hours_apart("Australia/Brisbane", 2026, "Australia/Sydney") == (0.0, 1.0)


def real_manuscript() -> Manuscript:
    manuscript, _ = read(PROJECT, Today(TODAY))
    assert manuscript
    return manuscript


REAL = real_manuscript()


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_no_edition_holds_another_states_service_or_number(data: st.DataObject) -> None:
    """A law, over any states and any verification that the services could have."""
    states = st.lists(st.sampled_from(["ALL", *(e.code for e in REAL.editions)]), min_size=1, max_size=3, unique=True)

    def shuffled(service: Service) -> Service:
        return service.model_copy(update={"states": tuple(data.draw(states)), "verified": data.draw(st.booleans())})

    some = data.draw(st.lists(st.sampled_from(range(len(REAL.services))), max_size=12, unique=True))
    services = tuple(shuffled(s) if index in some else s for index, s in enumerate(REAL.services))
    manuscript = REAL.model_copy(update={"services": services})
    for edition in REAL.editions:
        chosen = services_of(manuscript, edition)
        assert all({"ALL", edition.code} & set(service.states) and service.prints for service in chosen)
        own = {number.digits for service in chosen for number in service.numbers} | {"000"}
        line = REAL.book.order_line
        assert line and line.phone
        own.add(line.phone.digits)
        ready = {service.id for service in chosen}
        needed = {row.service for row in REAL.book.urgent} | set(edition.health_lines)
        if needed | set(line.helpers) <= ready:
            assert (
                set(EditionContext(manuscript, edition, publication(manuscript, edition), Today(TODAY)).numbers.by_key)
                == own
            )


def test_queensland_has_13_health_and_victoria_nurse_on_call_too() -> None:
    held = {edition.code: {s.id for s in services_of(REAL, edition)} for edition in REAL.editions}
    assert "qld-13-health" in held["QLD"] and "healthdirect" not in held["QLD"]
    assert {"vic-nurse-on-call", "healthdirect"} <= held["VIC"]
    assert all("healthdirect" in ids for code, ids in held.items() if code != "QLD")


def test_every_service_of_the_real_directory_that_is_sure_prints_where_it_serves() -> None:
    for edition in REAL.editions:
        held = {s.id for s in services_of(REAL, edition)}
        due = {s.id for s in REAL.services if s.prints and s.serves(edition.code)}
        assert due - held <= {"healthdirect"}


def test_a_build_date_only_changes_what_depends_on_it(booklet: Callable[..., Path]) -> None:
    project = booklet()
    one = composed(project, "VIC", date(2026, 11, 22))
    other = composed(project, "VIC", date(2027, 3, 1))
    assert replace(one) == other


@pytest.mark.parametrize(
    ("tag", "known"),
    [("vi", True), ("zh-Hans", True), ("pt-BR", True), ("pjt", True), ("es-419", True), ("xx", False), ("EN", False),
     ("english", False), ("en_AU", False), ("en-au", False), ("", False), ("vi-", False)],
)  # fmt: skip
def test_language_tags(tag: str, known: bool) -> None:
    assert is_language(tag) is known


@pytest.mark.parametrize(
    "asked",
    [
        "services", "services.local()", "services.local", "services['any-line']", "today.holds", "today['holds']",
        "today.date",
        "edition", "edition.name.upper", "edition.PARTS", "edition.issue_date.year",
        "services['any-line'].origin", "none",
    ],
)  # fmt: skip
def test_a_template_prints_words_numbers_and_days_of_the_parts_it_may_name_and_nothing_else(
    booklet: Callable[..., Path], asked: str
) -> None:
    (found,) = errors(check(order(booklet(added(f"Words {{{{ {asked} }}}}.")), editions=("VIC",))))
    assert (found.code, str(found.place)) == ("SRC-020", f"{TWO}:{LAST}") and "0x" not in found.found


def test_what_the_parts_of_a_template_are(booklet: Callable[..., Path]) -> None:
    line = "services['any-line']"
    names = {f"edition.{each}" for each in EditionView.PARTS}
    names |= {f"order_line.{each}" for each in OrderLineView.PARTS}
    names |= {f"{line}.{each}" for each in ServiceView.PARTS - {"confirm", "local"}}
    text = "".join(f"Words {{{{ {name} }}}}.\n\n" for name in sorted(names))
    flags = f"{{% if {line}.confirm or not {line}.local %}}Yes, on {{{{ today }}}}.{{% endif %}}"
    project = booklet(added(text + flags))
    assert errors(check(order(project, editions=("VIC",)))) == []
    documented = (PROJECT / "docs/writing.md").read_text("utf-8").partition("## Templates")[2].partition("```")[0]
    parts = EditionView.PARTS | OrderLineView.PARTS | ServiceView.PARTS
    assert [part for part in parts if f"`{part}`" not in documented] == []
