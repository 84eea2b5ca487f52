"""Standing orders of clinics, and what lies on the shelf."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from click.testing import CliRunner, Result

from booklet_desk import keyring, ledger, models, shelf, standing
from booklet_desk.catalogue import read_catalogue
from booklet_desk.cli import orders
from booklet_desk.records import Content, DeskError, Rhythm
from tests.desk.conftest import OLD_VIC, Desk, code_of
from tests.desk.orders import DAY, MARKERS, content

CLINIC = replace(content(copies=40), is_clinic=True)
WEEK = timedelta(weeks=1)
TODAY = date.today()
VIC = code_of("main", "VIC")


def same(content: Content) -> Content:
    return content


def take(day: date) -> list[int]:
    return standing.take_due(day, is_sure=True)


def begun(weeks: int, last: date) -> int:
    return standing.begin(CLINIC, Rhythm(weeks, last), DAY)


def test_a_standing_order_is_taken_when_its_day_has_come_and_ends_by_itself(desk: Desk) -> None:
    begun(4, DAY + 8 * WEEK)
    assert take(DAY + 4 * WEEK - timedelta(days=1)) == []
    assert take(DAY + 4 * WEEK) == [10_001] and take(DAY + 4 * WEEK) == []
    assert ledger.find(10_001).content == CLINIC
    assert [row.next for row in standing.listed()] == [DAY + 8 * WEEK]
    assert take(DAY + 8 * WEEK) == [10_002]
    assert standing.listed() == [] and not models.Standing.objects.exists()


def test_weeks_in_which_nobody_asked_come_to_one_order(desk: Desk) -> None:
    begun(2, DAY + 40 * WEEK)
    assert take(DAY + 9 * WEEK) == [10_001]
    assert [row.next for row in standing.listed()] == [DAY + 10 * WEEK]
    assert take(DAY + 50 * WEEK) == [10_002] and standing.listed() == []


def test_one_whose_end_lies_before_its_next_day_is_not_taken(desk: Desk) -> None:
    begun(4, DAY + 3 * WEEK)
    assert take(DAY + 4 * WEEK) == [] and standing.listed() == []


def test_the_key_of_a_standing_order_goes_when_it_ends(desk: Desk) -> None:
    ledger.add([content()], DAY)
    before = set(desk.keys.glob("*.key"))
    id = begun(4, DAY + 40 * WEEK)
    written = desk.bytes_written().lower()
    assert not [marker for marker in MARKERS if marker.lower().encode() in written]
    assert len(set(desk.keys.glob("*.key")) - before) == 1
    standing.end(id)
    assert set(desk.keys.glob("*.key")) == before and ledger.find(10_001).content
    with pytest.raises(DeskError, match="no such standing order"):
        standing.end(id)


def test_a_purge_leaves_standing_orders_alone(desk: Desk) -> None:
    begun(4, DAY + 40 * WEEK)
    ledger.add([content()], DAY)
    ledger.cancel(10_001, DAY)
    assert ledger.purge(DAY + timedelta(days=60), is_sure=True) == ledger.Purged(1, 1)
    assert take(DAY + 9 * WEEK) == [10_002]


def test_a_clock_that_is_far_ahead_takes_and_ends_nothing(desk: Desk) -> None:
    ledger.add([content()], DAY)
    today = date.today()
    standing.begin(CLINIC, Rhythm(2, today + 4 * WEEK), today)
    for days in (-1, 91, 4000):
        assert standing.take_due(today + timedelta(days=days)) == []
    assert len(standing.listed()) == 1
    assert standing.take_due(today + 2 * WEEK) == [10_002]


def test_one_whose_key_is_lost_waits_and_stops_no_other(desk: Desk) -> None:
    begun(1, DAY + 40 * WEEK)
    for path in desk.keys.glob("*.key"):
        path.unlink()
    begun(1, DAY + 40 * WEEK)
    assert take(DAY + WEEK) == [10_001]
    assert [row.content for row in standing.listed()] == [None, CLINIC]
    standing.end(standing.listed()[0].id)
    assert keyring.destroy_keys() == 0 and len(standing.listed()) == 1


def test_what_is_posted_leaves_the_shelf(desk: Desk) -> None:
    catalogue = read_catalogue(desk.dist)
    shelf.count(VIC, "2026.1", 10, 3, catalogue)
    ledger.add([content(copies=4)], DAY)
    waiting = ledger.statistics().to_send
    (pile,) = shelf.piles(catalogue, waiting)
    assert (pile.copies, pile.waiting, pile.warning) == (10, 4, "")
    batch = ledger.make_batch(DAY, same)
    assert batch
    ledger.mark_posted(batch.number, DAY)
    assert [row.copies for row in shelf.piles(catalogue, {})] == [6]


@pytest.mark.parametrize(
    ("copies", "waiting", "warning"),
    [
        (10, 6, ""),
        (10, 7, "Low: print"),
        (10, 10, "Low: print"),
        (10, 12, "Orders wait for 2 more than are here"),
        (-1, 0, "More went out than was counted: count again"),
    ],
)
def test_what_runs_low_is_told(desk: Desk, copies: int, waiting: int, warning: str) -> None:
    catalogue = read_catalogue(desk.dist)
    shelf.count(VIC, "2026.1", copies, 3, catalogue)
    assert [pile.warning for pile in shelf.piles(catalogue, {VIC: waiting})] == [warning]


def test_an_old_issue_is_not_to_be_sent(desk: Desk) -> None:
    """By its own code, or by one that the new issue kept."""
    catalogue = read_catalogue(desk.dist)
    earlier = replace(catalogue.entries[0], issue="2025.1", is_current=False)
    catalogue = replace(catalogue, entries=(*catalogue.entries, earlier))
    shelf.count(OLD_VIC, "2025.1", 5, 0, catalogue)
    shelf.count(earlier.code, "2025.1", 5, 0, catalogue)
    shelf.count(earlier.code, "2026.1", 5, 0, catalogue)
    assert [(pile.code, pile.issue, pile.warning) for pile in shelf.piles(catalogue, {})] == [
        (earlier.code, "2026.1", ""),
        (OLD_VIC, "2025.1", "Old issue: do not send"),
        (earlier.code, "2025.1", "Old issue: do not send"),
    ]
    shelf.took({earlier.code: 2})
    assert [pile.copies for pile in shelf.piles(catalogue, {})] == [3, 5, 5], "posted is the latest issue"
    with pytest.raises(DeskError, match=r"was not printed in issue 2031\.1"):
        shelf.count(VIC, "2031.1", 1, 0, catalogue)


def run(desk: Desk, *arguments: str) -> Result:
    options = [] if arguments[1] in ("add", "end") else ["--dist", str(desk.dist)]
    done = CliRunner().invoke(orders, [*arguments, *options])
    assert done.exception is None or isinstance(done.exception, SystemExit)
    return done


def test_a_clinics_order_becomes_a_standing_one_and_ends_in_the_terminal(desk: Desk) -> None:
    ledger.add([CLINIC], TODAY)
    until = (TODAY + 26 * WEEK).isoformat()
    done = run(desk, "standing", "add", "10001", "K", "--every", "4", "--until", until)
    assert done.stdout == f"Standing order 1: every 4 weeks until {until}.\n"
    listed = run(desk, "standing", "list").stdout
    assert (
        listed
        == f"1  next {TODAY + 4 * WEEK}  every 4 weeks until {until}  40 × {VIC}  Steady Ground, VIC, issue 2026.1\n"
    )
    shown = run(desk, "standing", "show", "1").stdout
    assert [marker for marker in MARKERS if marker not in shown] == []
    assert take(TODAY + 4 * WEEK) == [10_002]
    assert run(desk, "standing", "end", "1").exit_code == 0
    assert run(desk, "standing", "list").stdout == "" and standing.listed() == []
    assert "no such standing order" in run(desk, "standing", "end", "1").stderr
    assert "no such standing order" in run(desk, "standing", "show", "1").stderr


@pytest.mark.parametrize(
    ("number", "every", "days", "words"),
    [
        ("10002 M", "4", 100, "no clinic's order"),
        ("10003 N", "4", 100, "No order has the number"),
        ("10001 A", "4", 100, "letter of 10001 is not A"),
        ("10001 K", "4", 0, "a day after today is wanted"),
        ("10001 K", "4", 10_000, "at most 2 years ahead"),
        ("10001 K", "0", 100, "--every"),
        ("10001 K", "53", 100, "--every"),
    ],
)
def test_a_standing_order_that_cannot_be_is_told(desk: Desk, number: str, every: str, days: int, words: str) -> None:
    ledger.add([CLINIC, content()], TODAY)
    until = (TODAY + timedelta(days=days)).isoformat()
    done = run(desk, "standing", "add", number, "--every", every, "--until", until)
    assert done.exit_code != 0 and words in done.stderr and standing.listed() == []


def test_one_whose_key_is_lost_is_told_in_the_terminal(desk: Desk) -> None:
    begun(4, DAY + 40 * WEEK)
    for path in desk.keys.glob("*.key"):
        path.unlink()
    assert run(desk, "standing", "list").stdout.endswith("key lost\n")
    assert "their key is not in the keys folder" in run(desk, "standing", "show", "1").stderr


def test_the_shelf_is_counted_and_listed_in_the_terminal(desk: Desk) -> None:
    ledger.add([content(copies=4)], TODAY)
    assert run(desk, "stock", "count", "5", *VIC.split(), "--low", "2").stdout == f"5 × {VIC}, issue 2026.1\n"
    assert run(desk, "stock", "count", "3", OLD_VIC, "--issue", "2025.1").exit_code == 0
    first, second = run(desk, "stock", "list").stdout.splitlines()
    assert first.startswith(f"{VIC}  2026.1  5 on the shelf, 4 to be sent") and first.endswith(". Low: print")
    assert second.startswith(f"{OLD_VIC}  2025.1  3 on the shelf  ") and second.endswith(". Old issue: do not send")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("-1", "K43 333"), "-1"),
        (("2", "nothing"), "No such code"),
        (("2", VIC, "--issue", "2031.1"), "was not printed in issue 2031.1"),
        (("1000001", VIC), "1000001"),
    ],
)
def test_a_count_that_cannot_be_is_told(desk: Desk, arguments: tuple[str, ...], words: str) -> None:
    done = run(desk, "stock", "count", *arguments)
    assert done.exit_code != 0 and words in done.stderr and not models.Shelf.objects.exists()
