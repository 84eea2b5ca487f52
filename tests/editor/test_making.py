"""The pages of a preview are those of the booklet's own walk, and each is known by what it is made from."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from booklet import calls as calls_room
from booklet.build import build
from booklet.findings import Severity
from booklet.store import Store
from booklet.walk import composed
from booklet_editor import making
from booklet_editor.pictures import Album
from booklet_editor.records import Choice, Made, Request
from tests import tiny
from tests.tiny import LAST, TWO, added, order

pytestmark = pytest.mark.slow

VIC = Choice("VIC", "main", "screen")
DAY = date(2026, 11, 22)


@pytest.fixture
def make(tmp_path: Path, kept: Path) -> Iterator[Callable[..., Made]]:
    """Makes the tiny booklet in this process, after an overlay is written over it."""
    project = tiny.write(tmp_path / "project")
    making._DESK[:] = [making._Desk(tmp_path, store=Store(kept))]

    def made(overlay: tiny.Overlay | None = None, choice: Choice = VIC) -> Made:
        for name, content in (overlay or {}).items():
            (project / name).write_text(str(content), "utf-8")
        return making.make(Request(project, DAY, choice))

    yield made
    making._DESK.clear()


def test_the_file_is_the_one_that_a_build_delivers(make: Callable[..., Made], tmp_path: Path) -> None:
    (file,) = make().files
    receipt = build(order(tmp_path / "project", editions=("VIC",), titles=("main",), formats=("screen",)))
    (entry,) = receipt.files
    assert file.name == entry.file
    assert file.content == (tmp_path / "project/dist" / entry.file).read_bytes()
    assert len(file.pages) == entry.pages and len({page.name for page in file.pages}) == entry.pages


def test_one_word_changes_the_pages_of_its_part_alone(make: Callable[..., Made]) -> None:
    album = Album()
    before = make()
    assert not any(row.changes for row in album.take(before.files))
    after = make({TWO: tiny.FILES[TWO].replace("A paragraph", "A passage")})
    changed = [row for row in album.take(after.files) if row.changes]
    assert [row.page.words for row in changed] == ["Chapter two, page 2"]
    again = album.take(make({TWO: tiny.FILES[TWO].replace("A paragraph", "A passage") + "\n"}).files)
    assert not any(row.changes for row in again)
    (row,) = changed
    assert row.picture in {each.picture for each in again}
    content = album.picture(row.picture, 72)
    assert content and content.startswith(b"\x89PNG")
    blurred = album.picture(row.picture, 72, is_blurred=True)
    assert blurred and len(blurred) != len(content), "a picture of its own"
    assert album.picture(row.picture, 73) is None and album.picture("none", 72) is None


def test_a_fault_of_the_sources_is_told_and_no_file_made(make: Callable[..., Made]) -> None:
    make()
    broken = make(added("Hello {{ nobody.there }}."))
    assert broken.files == ()
    (finding,) = [each for each in broken.findings if each.severity is Severity.ERROR]
    assert str(finding.place) == f"{TWO}:{LAST}"
    assert making.lines(6) or making.lines(5), "the pages before the fault still know their lines"
    assert make({TWO: tiny.FILES[TWO]}).files


def test_what_was_saved_while_it_was_read_counts_for_nothing(
    make: Callable[..., Made], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = composed

    def composed_and_saved(*arguments: object) -> object:
        result = real(*arguments)  # type: ignore[arg-type]
        (tmp_path / "project" / TWO).write_text(tiny.FILES[TWO] + "\nMore.\n", "utf-8")
        return result

    monkeypatch.setattr(making, "composed", composed_and_saved)
    made = make()
    assert made.is_stale and made.files == ()
    monkeypatch.undo()
    assert not make().is_stale


@pytest.mark.parametrize("form", ["screen", "large-print", "clinic"])
def test_a_place_on_a_page_leads_to_its_line_and_back(make: Callable[..., Made], form: str) -> None:
    made = make(choice=replace(VIC, form=form))
    rows = tiny.FILES[TWO].split("\n")
    line = next(number for number, row in enumerate(rows, 1) if row.startswith("A paragraph"))
    spot = making.find(TWO, line)
    assert spot and spot.box_mm
    there = [row for row in making.lines(spot.page) if (row.file, row.line) == (TWO, line)]
    assert [row.box_mm for row in there] == [spot.box_mm]
    assert there[0].words.startswith("A paragraph in {{ edition.name }}")
    width, height = [page for file in made.files for page in file.pages][spot.page].size_mm
    left, top, across, down = spot.box_mm
    assert left > 0 and left + across < width and top > 0 and top + down < height
    assert making.find("chapters/none.md", 3) is None


def test_preflight_follows_with_places_on_the_pages(make: Callable[..., Made]) -> None:
    make(added("SEVERAL WORDS IN CAPITALS STAND HERE."))
    (note,) = [note for note in making.examine() if note.finding.code == "ACC-207"]
    assert note.where == note.finding.place.file == TWO, "somebody may answer for it"
    (spot,) = note.spots
    assert spot.box_mm and (TWO, LAST) in {(row.file, row.line) for row in making.lines(spot.page)}


def test_what_is_heard_is_a_page_with_the_same_structure(make: Callable[..., Made]) -> None:
    make(added("## A < B & C\n\n- One\n- Two"))
    page = making.heard(0)
    assert "A &lt; B &amp; C</h" in page and "<ul" in page and 'id="page-' in page
    assert page.count("<main>") == 1 and "<script" not in page
    make(choice=replace(VIC, form="clinic"))
    assert "not tagged" in making.heard(0)
    assert "no such file" in making.heard(9)


def test_an_edition_that_is_none_is_told(make: Callable[..., Made]) -> None:
    made = make(choice=replace(VIC, edition="XX"))
    assert made.files == () and "No edition 'XX'" in made.findings[0].found
    first = make(choice=Choice("", "", ""))
    assert first.choice == VIC and [row.value for row in first.options.editions] == ["VIC", "WA"]


def test_a_pipe_among_the_chapters_is_survived(make: Callable[..., Made], tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "project/chapters/03-pipe.md")
    assert [each.code for each in make().findings if each.severity is Severity.ERROR] == ["SRC-002"]


def test_the_day_of_a_call_is_printed(make: Callable[..., Made], tmp_path: Path) -> None:
    choice = replace(VIC, edition="WA")
    make(choice=choice)
    assert "Maybe line" not in making.heard(0)
    call = calls_room.call_of(date(2026, 11, 20), "Jo", "confirmed")
    calls_room.record_call(tmp_path / "project", "to-confirm", call)
    make(choice=choice)
    assert "Maybe line" in making.heard(0) and "20 November 2026" in making.heard(0)
