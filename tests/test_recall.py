"""Recall: the printed copies that hold an entry which has changed since, and no others."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from booklet.build import build
from booklet.findings import BookletError
from booklet.recall import RecallError, printed_state, recall
from booklet.store import CACHE
from tests import tiny
from tests.conftest import PROJECT, TODAY
from tests.edits import edited
from tests.finished import seed

Booklet = Callable[..., Path]
Held = dict[str, list[str]]
TWO_NUMBERS = {tiny.TWO: tiny.FILES[tiny.TWO] + "\nRing {{ services['nurse-line'].phone }}.\n"}
"""A chapter prints a number of Victoria."""


def held(old: Path, new: Path, service: str = "") -> Held:
    """The entries that changed, by order code."""
    found = recall(str(old), new, TODAY, service)
    return {copy.code: [entry.id for entry in copy.entries] for copy in found.copies}


def project(folder: Path, name: str, **more: Mapping[str, str | bytes | None]) -> Path:
    return tiny.write(folder / name, {key: text for overlay in more.values() for key, text in overlay.items()})


def test_copies_of_the_state_that_prints_an_entry_hold_it_and_no_others(tmp_path: Path) -> None:
    old = project(tmp_path, "old")
    new = project(tmp_path, "new", number=tiny.changed(tiny.STATES, "5550 1234", "5550 4321"))
    assert held(old, new) == held(old, new, "vic-group") == {"HKV 4TU": ["vic-group"], "HQV 4TV": ["vic-group"]}
    assert held(old, new, "wa-group") == {} == held(old, old)
    (entry,) = recall(str(old), new, TODAY, "vic-group").copies[0].entries
    assert [(row.where, row.old, row.new) for row in entry.errata] == [
        ("Page 3, first entry", "Vic group (03) 5550 1234", "Vic group (03) 5550 4321")
    ]


def test_a_number_in_a_chapter_belongs_to_its_entry(tmp_path: Path) -> None:
    """It stands in no entry there: it is known by what the entry has lost."""
    old = project(tmp_path, "old", text=TWO_NUMBERS)
    other = tiny.changed(tiny.STATES, "1300 60 60 24", "1300 60 60 25")
    found = recall(str(old), project(tmp_path, "new", text=TWO_NUMBERS, number=other), TODAY, "nurse-line")
    places = {copy.code: [row.where for row in copy.entries[0].errata] for copy in found.copies}
    assert set(places) == {"HKV 4TU", "HQV 4TV"}
    assert all(any("Page 2" in where for where in rows) and len(rows) > 1 for rows in places.values())
    words = {tiny.TWO: TWO_NUMBERS[tiny.TWO].replace("Ring ", "Please ring ")}
    assert held(old, project(tmp_path, "words", text=words)) == {}, "words around a number are no entry"


def test_an_entry_that_went_is_held_by_old_copies_and_one_that_came_by_none(tmp_path: Path) -> None:
    old = project(tmp_path, "old")
    went = tiny.changed(
        tiny.STATES, tiny.service("wa-group", "WA group", "support-group", "WA", "breast", phone="(08) 5550 1234"), ""
    )
    came = {tiny.STATES: tiny.FILES[tiny.STATES] + tiny.service("new", "New group", "support-group", "WA", "breast")}
    assert held(old, project(tmp_path, "went", went=went)) == {"HKW 6PT": ["wa-group"], "HQW 6PU": ["wa-group"]}
    assert held(old, project(tmp_path, "came", came=came)) == {}


@pytest.mark.slow
def test_a_build_tells_the_same_as_the_sources_that_it_was_made_from(tmp_path: Path) -> None:
    """Also of an entry in a chapter, which has no anchor there."""
    shown = {tiny.TWO: tiny.FILES[tiny.TWO] + "\n::: in-your-state kind=support-group\nNear you.\n:::\n"}
    old = project(tmp_path, "old", text=shown)
    assert build(tiny.order(old, formats=("screen", "large-print"))).files
    new = project(tmp_path, "new", text=shown, number=tiny.changed(tiny.STATES, "5550 1234", "5550 4321"))
    assert held(old / "dist", new) == held(old, new)
    whole = recall(str(old / "dist"), new, TODAY, "vic-group")
    assert [len(entry.errata) for copy in whole.copies for entry in copy.entries] == [2, 2], "chapter and directory"
    assert whole.corrections == f"booklet errata {old / 'dist'} --edition VIC --title main"


@pytest.mark.slow
def test_a_number_of_the_real_chapters_is_found_in_both_booklets_that_print_it(tmp_path: Path) -> None:
    """In the directory, in a list of a chapter, and in an insert, which has no directory; other edits are none."""
    new = edited(tmp_path)
    seed(new / CACHE)
    found = recall(str(PROJECT), new, TODAY, "vic-vptas", editions=("VIC",))
    held = {(copy.title, copy.size): len(copy.entries[0].errata) for copy in found.copies}
    sizes = ("standard", "large-print")
    assert held == {(title, size): count for title, count in (("main", 2), ("work", 1)) for size in sizes}


@pytest.mark.parametrize(
    ("service", "words"),
    [("vic", "No service has the id 'vic'. Did you mean: vic-a, vic-b, vic-group?"), ("zzz", "the id 'zzz'.")],
)
def test_an_entry_that_is_none_is_told(tmp_path: Path, service: str, words: str) -> None:
    old = project(tmp_path, "old")
    with pytest.raises(RecallError) as reason:
        recall(str(old), old, TODAY, service)
    assert words in str(reason.value)


def test_another_issue_than_the_one_asked_for_is_refused(tmp_path: Path) -> None:
    old = project(tmp_path, "old")
    with pytest.raises(RecallError, match=r"is issue 2026\.1, not 2025\.2"):
        recall(str(old), old, TODAY, issue="2025.2")
    with pytest.raises(BookletError):
        recall("no-such-state", old, TODAY)


def test_what_was_printed_is_the_tag_of_the_issue_else_the_build(tmp_path: Path) -> None:
    old = project(tmp_path, "old")
    with pytest.raises(RecallError, match=r"neither a git tag v2026\.1 nor a build of issue 2026\.1"):
        printed_state("2026.1", old, old / "dist")
    names = ("-c", "user.name=A", "-c", "user.email=a@example.org")
    for words in (("init", "-q"), ("add", "chapters"), ("commit", "-q", "-m", "One"), ("tag", "v2026.1")):
        subprocess.run(["git", *names, *words], cwd=old, check=True)
    assert printed_state("2026.1", old, old / "dist") == "v2026.1"
    assert recall("v2026.1", old, TODAY, issue="2026.1").copies == ()
