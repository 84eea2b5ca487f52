"""Recall at the desk: posted copies by code that hold an entry which has changed since, and clinics that have some."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from booklet import recall as room
from booklet.errata import Erratum
from booklet.recall import ChangedEntry, HeldCopy, Recall
from booklet_desk import ledger, models, numbers, shelf, standing
from booklet_desk.affected import as_text, read_affected
from booklet_desk.catalogue import read_catalogue
from booklet_desk.cli import orders
from booklet_desk.records import Address, Content, Item, Rhythm
from tests import tiny
from tests.desk.conftest import OLD_VIC, Desk, code_of
from tests.desk.orders import DAY, MARKERS, content

Booklet = Callable[..., Path]
VIC, WA = code_of("main", "VIC"), code_of("main", "WA")
CLINIC = Address("Quibblewick Clinic", ("Ada Zanthorpe", "1 High Street"), "BENDIGO", "VIC", "3550")
"""A clinic, and a person in its first line."""
CORRECTION = Erratum("Page 51, second entry", "Printed", "Jo 1300 781 500", "Read", "Jo 1300 781 501", True)
RECALL = Recall(
    "v2026.1", "2026.1",
    (HeldCopy(VIC, "main", "Steady Ground", "VIC", "standard", "2026.1", (ChangedEntry("jo", (CORRECTION,)),)),), (),
)  # fmt: skip


def to_clinic(copies: int) -> Content:
    return Content(CLINIC, (Item(VIC, copies), Item(WA, 1)), is_clinic=True)


def post(desk: Desk, day: date, *orders: Content, issue: str = "2026.1") -> list[int]:
    given = ledger.add(orders, day)
    batch = ledger.make_batch(day, read_catalogue(desk.dist).renewed, issue)
    assert batch
    ledger.mark_posted(batch.number, day)
    return given


def told(desk: Desk, first: date = date.min, last: date = date.max) -> str:
    return "\n".join(as_text(read_affected(RECALL, read_catalogue(desk.dist), first, last)))


def test_copies_are_counted_by_code_and_clinics_are_named(desk: Desk) -> None:
    catalogue = read_catalogue(desk.dist)
    shelf.count(VIC, "2026.1", 40, 5, catalogue)
    _, clinic = post(desk, DAY, content(copies=2), to_clinic(20))
    post(desk, DAY + timedelta(days=3), content(), content(postcode="6000", state="WA"))
    standing.begin(to_clinic(5), Rhythm(4, DAY + timedelta(weeks=50)), DAY)
    words = told(desk)
    assert f"{VIC}  Steady Ground, VIC, issue 2026.1: 23 copies posted ({DAY} to {DAY + timedelta(days=3)})" in words
    assert "17 on the shelf" in words and WA not in words.replace(f"20 × {WA}", ""), "what others hold is not told"
    assert "jo\n    Page 51, second entry: Printed “Jo 1300 781 500”; Read “Jo 1300 781 501”" in words
    assert f"  Quibblewick Clinic, BENDIGO VIC 3550: 20 × {VIC} (order {numbers.write(clinic)}, posted {DAY})" in words
    assert f"5 × {VIC} (standing order, next {DAY + timedelta(weeks=4)})" in words
    assert words.endswith("booklet errata v2026.1 --edition VIC --title main")
    assert [marker for marker in ("Ada", "Zanthorpe", "SNARKFIELD") if marker in words] == [], "no person, no street"


def test_days_and_issues_that_do_not_count(desk: Desk) -> None:
    """What went out with another issue is told beside, because that was not compared."""
    post(desk, DAY, content(copies=4), to_clinic(9), issue="2025.1")
    post(desk, DAY, content(copies=2))
    post(desk, DAY + timedelta(days=1), content(copies=3), issue="")
    words = told(desk)
    assert "5 copies posted" in words and f"{VIC} issue 2025.1: 13" in words and "Clinic" not in words
    assert "2 copies posted" in told(desk, last=DAY) and "3 copies posted" in told(desk, first=DAY + timedelta(days=1))
    assert "0 copies posted" in told(desk, last=DAY - timedelta(days=1))
    models.PostedCount.objects.create(day=DAY, code=OLD_VIC, issue="2025.1", copies=7)
    assert f"{OLD_VIC} issue 2025.1: 7" in told(desk), "the code that the same booklet had before"


def test_what_is_purged_stays_counted_and_nobody_is_named(desk: Desk) -> None:
    post(desk, DAY, to_clinic(20))
    ledger.purge(DAY + timedelta(days=ledger.KEEP_DAYS), is_sure=True)
    words = told(desk)
    assert "20 copies posted" in words and "Clinic" not in words


def run(desk: Desk, *arguments: object) -> Result:
    done = CliRunner().invoke(orders, ["affected", "--dist", str(desk.dist), *map(str, arguments)])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done


def test_the_command_asks_what_is_meant_and_says_what_it_cannot_know(desk: Desk, booklet: Booklet) -> None:
    project = booklet()
    assert run(desk).exit_code == 2
    nothing = run(desk, "--service", "vic-group", "--project", project)
    assert nothing.exit_code == 2 and "neither a git tag v2026.1 nor a build" in nothing.stderr
    unknown = run(desk, "--service", "vic", "--project", project, "--since", project)
    assert unknown.exit_code == 2 and "Did you mean: vic-a, vic-b, vic-group?" in unknown.stderr


def test_the_command_tells_an_entry_of_a_project_as_data(desk: Desk, booklet: Booklet, tmp_path: Path) -> None:
    project = booklet()
    new = tiny.write(tmp_path / "new", tiny.changed(tiny.STATES, "5550 1234", "5550 4321"))
    code = "HKV 4TU"
    post(desk, DAY, Content(CLINIC, (Item(code, 6),), is_clinic=True), content())
    done = run(desk, "--service", "vic-group", "--project", new, "--since", project, "--format", "json")
    data = json.loads(done.stdout)
    assert (done.exit_code, data["posted"]) == (0, 6)
    assert [(row["code"], row["posted"]) for row in data["codes"]] == [(code, 6), ("HQV 4TV", 0)]
    assert data["codes"][0]["entries"][0]["errata"][0]["new"] == "Vic group (03) 5550 4321"
    assert data["codes"][0]["by_day"] == [{"code": code, "issue": "2026.1", "day": str(DAY), "copies": 6}]
    assert [(row["name"], row["items"]) for row in data["clinics"]] == [(CLINIC.name, [{"code": code, "copies": 6}])]
    assert [marker for marker in (*MARKERS[1:], "Ada") if marker in done.stdout + done.stderr] == []
    same = run(desk, "--issue", "2026.1", "--project", new, "--since", new)
    assert same.exit_code == 0 and "No copy of it holds an entry" in same.stdout


def test_a_build_that_shows_no_change_may_be_a_new_one_and_that_is_said(
    desk: Desk, booklet: Booklet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "printed_state", lambda issue, project, dist: str(dist))
    monkeypatch.setattr(room, "recall", lambda *_, **__: Recall(str(desk.dist), "2026.1", (), ()))
    done = run(desk, "--service", "vic-group", "--project", booklet())
    assert done.exit_code == 0 and "Was it built anew" in done.stderr
