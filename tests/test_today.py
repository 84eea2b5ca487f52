"""The day of a build: what was asked of it says for which days an answer holds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from booklet.composing import compose, shipped_faces
from booklet.manuscript import read
from booklet.today import Today
from booklet.walk import styles_folder
from tests.tiny import FILES, TWO, VIC, Overlay, added, changed

DAYS = st.dates(date(1900, 1, 1), date(2100, 12, 31))
NEAR = st.integers(-40, 40).map(lambda number: timedelta(days=number))
Question = Callable[[Today], object]
QUESTIONS = st.one_of(
    DAYS.map(lambda day: lambda today: today.is_after(day)),
    st.tuples(DAYS, DAYS).map(sorted).map(lambda pair: lambda today: today.is_within(*pair)),
    st.just(lambda today: today.year),
    st.just(lambda today: today.date),
)


@given(DAYS, st.lists(QUESTIONS, max_size=6), NEAR)
def test_on_every_day_for_which_it_holds_the_answers_are_the_same(
    day: date, questions: list[Question], away: timedelta
) -> None:
    today = Today(day)
    answers = [ask(today) for ask in questions]
    first, last = today.holds
    assert first <= day <= last
    for other in (first, last, min(max(day + away, first), last)):
        assert [ask(Today(other)) for ask in questions] == answers


@given(DAYS, DAYS)
def test_it_holds_no_shorter_than_it_must(day: date, other: date) -> None:
    """The day after the last, and the one before the first, have another answer."""
    today = Today(day)
    answer = today.is_after(other)
    first, last = today.holds
    assert last == date.max or Today(last + timedelta(days=1)).is_after(other) is not answer
    assert first == date.min or Today(first - timedelta(days=1)).is_after(other) is not answer


def test_a_day_that_is_asked_nothing_holds_for_ever_and_one_that_is_printed_for_itself() -> None:
    today = Today(date(2026, 11, 22))
    assert today.holds == (date.min, date.max)
    assert today.year == 2026 and today.holds == (date(2026, 1, 1), date(2026, 12, 31))
    assert today.date == date(2026, 11, 22) and today.holds == (date(2026, 11, 22), date(2026, 11, 22))


def holds(project: Path, day: date) -> tuple[date, date]:
    """For which days the composed edition of Victoria holds."""
    today = Today(day)
    manuscript, _ = read(project, today)
    assert manuscript
    edition = next(each for each in manuscript.editions if each.code == "VIC")
    compose(manuscript, edition, project, today, shipped_faces(styles_folder()))
    return today.holds


NOTICE = '\n[[notices]]\ntitle = "Flood"\ntext = "Ring first."\nfrom = 2026-12-01\nuntil = 2026-12-24\n'
CONSENT = "- id: ann\n  given: 2026-01-01\n  expires: 2026-11-30\n"
VOICE: Overlay = {**added("::: voice consent=ann\nHer words.\n:::"), "chapters/consents.yaml": CONSENT}


ISSUED = date(2026, 7, 15)
"""Before it, the tiny booklet would be issued on a day that has not come."""


def test_a_text_that_asks_nothing_holds_for_the_year_of_its_clocks_from_the_day_of_issue(
    booklet: Callable[..., Path],
) -> None:
    assert holds(booklet(), date(2026, 11, 22)) == (ISSUED, date(2026, 12, 31))


def test_a_text_holds_until_a_notice_begins_or_ends_a_consent_ends_or_it_names_the_day(
    booklet: Callable[..., Path],
) -> None:
    project = booklet({VIC: FILES[VIC] + NOTICE})
    assert holds(project, date(2026, 11, 22)) == (ISSUED, date(2026, 11, 30))
    assert holds(project, date(2026, 12, 2)) == (date(2026, 12, 1), date(2026, 12, 24))
    assert holds(project, date(2026, 12, 25)) == (date(2026, 12, 25), date(2026, 12, 31))
    assert holds(booklet(VOICE), date(2026, 11, 22)) == (ISSUED, date(2026, 11, 30))
    day = date(2026, 11, 22)
    assert holds(booklet(added("Printed on {{ today }}.")), day) == (day, day)
    unasked = changed(TWO, "A paragraph", "{% if 'a' == 'b' %}{{ today }}{% endif %}A paragraph")
    assert holds(booklet(unasked), day) == (ISSUED, date(2026, 12, 31))
