"""Editions seen side by side: nothing of one state in another's, no idle condition, no entry that nobody reads."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from booklet.composing import compared
from booklet.findings import Finding, Severity
from booklet.manuscript import Manuscript, read
from booklet.records import Order
from booklet.today import Today
from booklet.walk import faults_of_sources
from tests import tiny
from tests.conftest import PROJECT, TODAY

Booklet = Callable[..., Path]


def found(project: Path, code: str) -> list[Finding]:
    return [finding for finding in faults_of_sources(tiny.order(project)) if finding.code == code]


@pytest.mark.parametrize(
    "text",
    ["Ring the Vic group.", "**Vic** group", "The [Vic group](https://example.org/x).", "Order code HKV 4TU."],
    ids=["a name", "a name in parts", "a link", "an order code"],
)
def test_nothing_of_one_state_stands_in_the_edition_of_another(booklet: Booklet, text: str) -> None:
    (finding,) = found(booklet(tiny.added(text)), "SRC-063")
    assert (finding.place.file, finding.place.line) == (tiny.TWO, tiny.LAST)
    assert finding.severity is Severity.ERROR and "WA" in finding.found


@pytest.mark.parametrize(
    "text",
    [
        '{% if edition.code == "VIC" %}\nRing the Vic group.\n{% endif %}',
        "In Victoria, laws differ.",
        "The Vic groups and a MacVic group.",
        "Ring {{ services['triple-zero'].name }}.",
    ],
    ids=["under its condition", "the name of a state", "a part of other words", "a service of all"],
)
def test_what_belongs_in_an_edition_is_no_leak(booklet: Booklet, text: str) -> None:
    assert found(booklet(tiny.added(text)), "SRC-063") == []


def test_where_a_voice_was_told_is_no_offer_of_help(booklet: Booklet) -> None:
    source = tiny.changed("chapters/sources.yaml", "source: https://example.org/fact", "source: Vic group, 2026")
    voice = "::: voice source=fact\nShe told it.\n:::"
    assert found(booklet({**source, **tiny.added(voice)}), "SRC-063") == []
    assert found(booklet({**source, **tiny.added(f"{voice}\n\nRing the Vic group.")}), "SRC-063")


def test_a_name_inside_a_name_of_this_edition_is_its_own(booklet: Booklet) -> None:
    """WA prints 'The Vic group line', so the shorter name says nothing of Victoria there."""
    more = tiny.service("own", "The Vic group line", states="WA", phone="(08) 5550 4444")
    project = booklet({tiny.STATES: tiny.FILES[tiny.STATES] + more, **tiny.added("Ring the Vic group.")})
    assert found(project, "SRC-063") == []


def test_an_entry_that_names_a_state_it_does_not_serve_is_a_warning(booklet: Booklet) -> None:
    overlay = tiny.changed(tiny.STATES, "What WA group does.", "Help in Tasmania.")
    (finding,) = found(booklet(overlay), "SRC-063")
    assert finding.severity is Severity.WARNING and "'Tasmania'" in finding.found
    assert finding.place.file == tiny.STATES


@pytest.mark.parametrize(
    ("condition", "met"),
    [
        ('{% if edition.code == "VIC" %}', True),
        ('{% if edition.code == "Vic" %}', False),
        ('{% if edition.code == "VIC" %}\nYes.\n{% elif edition.code == "ACT" %}', False),
        ('{% if services.local(kind="support-group") %}', True),
        ('{% if services.local(kind="no-such-kind") %}', False),
    ],
)
def test_a_condition_that_no_edition_meets_is_found_at_its_line(booklet: Booklet, condition: str, met: bool) -> None:
    rows = found(booklet(tiny.added(f"{condition}\nWords.\n{{% endif %}}")), "SRC-061")
    line = tiny.LAST + condition.count("\n")
    assert [(row.place.file, row.place.line) for row in rows] == ([] if met else [(tiny.TWO, line)])


def test_an_expression_with_a_condition_is_one_too(booklet: Booklet) -> None:
    text = "{{ 'A' if edition.code == 'WA' else 'B' }} {{ 'A' if edition.code == 'XX' else 'B' }}"
    assert len(found(booklet(tiny.added(text)), "SRC-061")) == 1


def test_services_that_no_edition_prints_are_found(booklet: Booklet) -> None:
    """One that nobody saw, and one for a state without an edition; not one that is to be confirmed."""
    more = tiny.service("far", "Far line", states="TAS", phone="(03) 5550 4444")
    rows = found(booklet({tiny.STATES: tiny.FILES[tiny.STATES] + more}), "SRC-062")
    assert {row.found.split("(")[1].split(")")[0] for row in rows} == {"unsure", "far"}
    assert {row.severity for row in rows} == {Severity.WARNING}


def test_an_edition_with_a_fault_makes_nothing_else_idle(booklet: Booklet) -> None:
    text = '{% if edition.code == "VIC" %}\nWords.\n{% endif %}'
    project = booklet(tiny.added(text) | tiny.changed(tiny.VIC, "Australia/Melbourne", "Mars/Olympus"))
    assert found(project, "SRC-061") == found(project, "SRC-062") == []


@pytest.fixture(scope="module")
def manuscript() -> Manuscript:
    read_in, _ = read(PROJECT, Today(TODAY))
    assert read_in
    return read_in


def test_no_real_edition_holds_what_is_another_state_s() -> None:
    order = Order(PROJECT, PROJECT / "dist", TODAY)
    assert [finding for finding in faults_of_sources(order) if finding.code == "SRC-063"] == []


def test_the_real_editions_have_none_of_it(manuscript: Manuscript) -> None:
    assert compared(manuscript, Today(date(2026, 11, 22))) == []
