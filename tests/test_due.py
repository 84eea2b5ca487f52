"""What nobody has confirmed in time: its dates, and what each format does with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from booklet.build import Order, build, check
from booklet.due import dated_chapter, dated_entry, dated_fact
from booklet.manuscript import Manuscript, Signature, read
from booklet.records import Receipt
from booklet.today import Today
from booklet.walk import composed
from tests.conftest import TODAY
from tests.printed import printed
from tests.tiny import BOOK, FILES, STATES, Overlay, changed

CALLED = "  calls:\n    - day: 2026-11-02\n      by: Jo\n      result: confirmed\n"
CHECKED = "  checks:\n    - day: 2026-11-02\n      by: Jo\n      result: confirmed\n"
SUPPORT = [name for name in FILES if "/support/" in name]


def confirmed(book: str) -> Overlay:
    """The tiny booklet for press, in which somebody has confirmed every entry and fact, and nobody has to sign."""
    overlay = printed()
    for name in SUPPORT:
        text = FILES[name].replace("confirm_before_print: true", "confirm_before_print: false")
        overlay[name] = text.replace("- id:", f"{CALLED}- id:").removeprefix(CALLED) + CALLED
    overlay["chapters/sources.yaml"] = FILES["chapters/sources.yaml"] + CHECKED
    book_text = overlay[BOOK]
    assert isinstance(book_text, str)
    overlay[BOOK] = book_text.replace("sample = true\n", "").replace('reviewer = "a clinician"\n', "") + book
    return overlay


def manuscript_of(project: Path, day: date = TODAY) -> Manuscript:
    manuscript, findings = read(project, Today(day))
    assert manuscript, findings
    return manuscript


def told(receipt: Receipt) -> list[tuple[str, str]]:
    return [(str(row.severity), row.found) for row in receipt.findings if row.code == "SRC-044"]


def made(project: Path, *formats: str, day: date = TODAY) -> Receipt:
    return build(Order(project, project / "dist", day, editions=("VIC",), titles=("main",), formats=formats, jobs=1))


def test_a_look_and_a_confirmation_are_two_dates(booklet: Callable[..., Path]) -> None:
    later = CALLED + "    - day: 2026-11-20\n      by: Jo\n      result: no-answer\n"
    overlay = confirmed("")
    first = overlay[STATES]
    assert isinstance(first, str)
    project = booklet({**overlay, STATES: first.replace(CALLED, later, 1)})
    manuscript = manuscript_of(project)
    rows = [dated_entry(service, manuscript) for service in manuscript.services]
    moved = [row for row in rows if row.looked != row.confirmed]
    assert [(row.looked, row.confirmed) for row in moved] == [(date(2026, 11, 20), date(2026, 11, 2))]
    assert not any(row.is_stale(Today(date(2027, 5, 3))) for row in rows)
    assert all(row.is_stale(Today(date(2027, 5, 5))) for row in rows)
    (fact,) = (dated_fact(source, manuscript) for source in manuscript.sources.values())
    assert not fact.is_stale(Today(date(2028, 11, 1)))
    assert fact.is_stale(Today(date(2028, 11, 5)))


def test_the_intervals_are_the_projects(booklet: Callable[..., Path]) -> None:
    project = booklet(confirmed("\n[checks]\nentry_months = 1\nfact_months = 2\nchapter_months = 3\n"))
    manuscript = manuscript_of(project)
    chapter = manuscript.chapters[0]
    signature = Signature.model_construct(chapter=chapter.head.id, by="A", role="nurse", day=date(2026, 11, 2))
    manuscript = manuscript.model_copy(update={"signatures": (signature,)})
    fact = next(iter(manuscript.sources.values()))
    ends = [
        dated_entry(manuscript.services[0], manuscript).holds_until,
        dated_fact(fact, manuscript).holds_until,
        dated_chapter(chapter, manuscript).holds_until,
    ]
    assert ends == [date(2026, 12, 2), date(2027, 1, 2), date(2027, 2, 1)]


@pytest.mark.slow
def test_press_refuses_what_nobody_confirmed_and_other_formats_are_made(booklet: Callable[..., Path]) -> None:
    """Without a word of the project. A sample is made, and says so; so is a booklet whose entries are confirmed."""
    project = booklet({**printed(), BOOK: str(printed()[BOOK]).replace("sample = true\n", "")})
    receipt = made(project, "screen", "press")
    assert {entry.format for entry in receipt.files} == {"screen"}
    assert [str(row) for row in receipt.kept_back] == ["VIC main press"]
    assert [severity for severity, _ in told(receipt)] == ["error", "error"]
    order = Order(project, project / "dist", TODAY, editions=("VIC",), titles=("main",), formats=("press",))
    assert {row for row in check(order) if row.code == "SRC-044"} == {
        row for row in receipt.findings if row.code == "SRC-044"
    }
    assert not [row for row in check(replace(order, formats=("screen",))) if row.code == "SRC-044"]

    sample = made(booklet(printed()), "press")
    assert {entry.format for entry in sample.files} == {"press"}
    assert [severity for severity, _ in told(sample)] == ["warning", "warning"]
    (ticket,) = (project / "dist/VIC").parent.parent.glob("dist/VIC/*-press-ticket.json")
    assert '"is_sample": true' in ticket.read_text("utf-8")


@pytest.mark.slow
def test_a_confirmation_opens_the_press_until_the_day_that_it_ends(booklet: Callable[..., Path]) -> None:
    """The same project, the same store: a day makes the difference, and what lay there is said to be older."""
    project = booklet(confirmed(""))
    receipt = made(project, "press")
    assert not receipt.failed, receipt.findings
    assert told(receipt) == []
    assert made(project, "press", day=date(2027, 5, 3)).built == 0
    late = made(project, "press", day=date(2027, 5, 5))
    assert [severity for severity, _ in told(late)] == ["error"]
    assert late.files == ()


def test_a_format_may_leave_out_of_its_directory_what_is_stale(booklet: Callable[..., Path]) -> None:
    """The first numbers stay, because a reader in a crisis is not helped by a hole."""
    overlay = confirmed('\n[checks.stale]\nscreen = "leave-out"\nclinic = "warn"\n')
    states = str(overlay[STATES])
    project = booklet({**overlay, STATES: states.removesuffix(CALLED)})
    manuscript = manuscript_of(project)
    (gone,) = (row for row in manuscript.services if dated_entry(row, manuscript).is_stale(Today(TODAY)))
    order = Order(project, project / "dist", TODAY, titles=("main",), formats=("screen", "clinic"))
    sources = composed(replace(order, editions=tuple(gone.states)), Today(TODAY))
    texts = {
        job.form.name: "".join(part.html for part in sources.composed_for(job)[0][0].parts) for job in sources.jobs
    }
    assert f'id="service-{gone.id}"' in texts["clinic"]
    assert f'id="service-{gone.id}"' not in texts["screen"]
    others = [row.id for row in manuscript.services if f'id="service-{row.id}"' in texts["clinic"] and row != gone]
    assert others
    assert all(f'id="service-{id}"' in texts["screen"] for id in others)
    found = {row.found for row in sources.told}
    assert len(found) == 2
    assert any("its directory leaves them out" in words for words in found)


@pytest.mark.parametrize("wrong", ['press = "ignore"', 'ticket = "warn"', "press = 6", "entry_months = 0"])
def test_a_policy_that_is_none_is_refused(booklet: Callable[..., Path], wrong: str) -> None:
    table = "[checks]" if "months" in wrong else "[checks.stale]"
    project = booklet(changed(BOOK, "[clock]", f"{table}\n{wrong}\n\n[clock]"))
    found = [str(row) for row in check(Order(project, project / "dist", TODAY)) if row.code in ("SRC-012", "SRC-011")]
    assert found
    assert BOOK in found[0]
