"""Orders are there whole or not at all, get one number each, and are forgotten for good."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from booklet_desk import keyring, ledger, models, vault
from booklet_desk.models import State
from booklet_desk.records import Content, DeskError
from tests.conftest import HANG_SECONDS, PROJECT
from tests.desk.conftest import OLD_VIC, Desk, code_of, on_postgresql, on_sqlite, speak_to
from tests.desk.orders import DAY, MARKERS, content

LATER = DAY + timedelta(days=ledger.KEEP_DAYS)


def same(order: Content) -> Content:
    return order


def posted(*orders: Content, day: date = DAY) -> list[int]:
    """Orders taken, handed over and posted on one day."""
    given = ledger.add(orders, day)
    batch = ledger.make_batch(day, same)
    assert batch
    ledger.mark_posted(batch.number, day)
    return given


def keys(desk: Desk) -> set[str]:
    return {path.name for path in desk.keys.glob("*.key") if not path.name.startswith("0" * 32)}


def test_an_order_is_taken_and_found_again(desk: Desk) -> None:
    (number,) = ledger.add([content(copies=2)], DAY)
    found = ledger.find(number)
    assert (found.number, found.state, found.content) == (10_001, State.OPEN, content(copies=2))
    assert [event for _, event in ledger.history(number)] == ["added"]
    with pytest.raises(DeskError, match="No order has the number 10002 M"):
        ledger.find(10_002)


def test_nothing_of_an_order_lies_open_in_any_file(desk: Desk) -> None:
    given = ledger.add([content(postcode="7000", state="TAS") for _ in range(50)], DAY)
    sealed = bytes(models.Order.objects.get(number=given[-1]).sealed or b"")
    written = desk.bytes_written()
    assert sealed in written, "what was written last is among what was searched"
    assert desk.cluster or (desk.home / "desk.sqlite3-wal").exists(), "and the write-ahead log"
    assert [marker for marker in (*MARKERS, code_of("main", "TAS")) if marker.encode() in written] == []


def test_orders_come_whole_or_not_at_all(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger.add([content()], DAY)
    real, calls = vault.seal, []

    def fails(*arguments: object) -> bytes:
        calls.append(arguments)
        if len(calls) == 3:
            raise OSError("cut off")
        return real(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(vault, "seal", fails)
    with pytest.raises(OSError, match="cut off"):
        ledger.add([content() for _ in range(5)], DAY)
    monkeypatch.undo()
    assert [order.number for order in ledger.listed()] == [10_001]
    assert ledger.add([content()], DAY) == [10_002], "a number that nobody was told is given to somebody else"


def test_a_number_is_never_given_twice_even_after_a_purge(desk: Desk) -> None:
    assert posted(content(), content()) == [10_001, 10_002]
    ledger.purge(LATER, is_sure=True)
    assert ledger.add([content()], LATER) == [10_003]


def test_only_an_open_order_is_cancelled(desk: Desk) -> None:
    first, second = ledger.add([content(), content()], DAY)
    ledger.cancel(first, DAY)
    assert ledger.find(first).state == State.CANCELLED
    with pytest.raises(DeskError, match="cancelled: only an open order"):
        ledger.cancel(first, DAY)
    assert ledger.make_batch(DAY, same)
    with pytest.raises(DeskError, match="batched: only an open order"):
        ledger.cancel(second, DAY)
    with pytest.raises(DeskError, match="No order has the number"):
        ledger.cancel(99_999, DAY)


def test_a_batch_takes_all_open_orders_once_and_can_be_undone_until_it_is_posted(desk: Desk) -> None:
    given = ledger.add([content(), content()], DAY)
    batch = ledger.make_batch(DAY, same)
    assert batch and ledger.make_batch(DAY, same) is None, "nothing is printed twice"
    assert [order.number for order in ledger.listed(batch=batch.number)] == given
    assert ledger.undo_batch(batch.number) == 2
    again = ledger.make_batch(DAY, same)
    assert again and again.number > batch.number, "the number of a batch is never used again"
    assert ledger.mark_posted(again.number, DAY) == 2
    with pytest.raises(DeskError, match="was posted"):
        ledger.mark_posted(again.number, DAY)
    with pytest.raises(DeskError, match="was posted"):
        ledger.undo_batch(again.number)
    with pytest.raises(DeskError, match="no batch 99"):
        ledger.mark_posted(99, DAY)


def test_a_batch_whose_files_were_not_written_is_known(desk: Desk) -> None:
    ledger.add([content()], DAY)
    batch = ledger.make_batch(DAY, same)
    assert batch and ledger.unwritten() == [batch.number]
    ledger.written(batch.number)
    assert ledger.unwritten() == []


def test_posting_counts_copies_by_code_and_the_counts_stay(desk: Desk) -> None:
    posted(content(copies=2), content(), content(postcode="6000", state="WA"))
    posted(content(copies=3))
    expected = {code_of("main", "VIC"): 6, code_of("main", "WA"): 1}
    assert ledger.statistics().posted == expected
    ledger.purge(LATER, is_sure=True)
    statistics = ledger.statistics()
    assert statistics.posted == expected and statistics.by_state == {"posted": 4} and statistics.to_send == {}


def test_thirty_days_after_posting_all_is_unreadable_in_every_copy(desk: Desk) -> None:
    given = posted(content(), content())
    restore = backed_up(desk)
    assert ledger.purge(LATER - timedelta(days=1), is_sure=True) == ledger.Purged(0, 0)
    assert ledger.find(given[0]).content == content()
    before = keys(desk)
    assert ledger.purge(LATER, is_sure=True) == ledger.Purged(2, 1)
    assert len(before) == 1 and keys(desk) == set()
    order = ledger.find(given[0])
    assert order.content is None and not order.is_key_lost
    restore()
    restored = ledger.find(given[0])
    assert restored.content is None and restored.is_key_lost, "the backup has the order, and nobody can read it"


def backed_up(desk: Desk) -> Callable[[], None]:
    """Back up as docs/order-line.md says; gives what puts the copy in the place of the database."""
    if not desk.cluster:
        copy = desk.folder / "copy/desk.sqlite3"
        copy.parent.mkdir()
        ledger.backup(copy)
        return lambda: speak_to("", copy.parent)
    cluster, file = desk.cluster, str(desk.folder / "copy")
    cluster.use("pg_dump", "--format=custom", f"--file={file}", desk.url)

    def restore() -> None:
        connection.close()
        cluster.run("DROP DATABASE desk WITH (FORCE)", "CREATE DATABASE desk OWNER desk")
        cluster.use("pg_restore", "--no-owner", f"--dbname={desk.url}", file)

    return restore


def test_what_stays_moves_to_a_fresh_key_when_the_old_one_goes(desk: Desk) -> None:
    posted(content())
    (staying,) = ledger.add([content(copies=3, row="a row")], DAY)
    old = keys(desk)
    assert ledger.purge(LATER, is_sure=True) == ledger.Purged(1, 1)
    assert ledger.find(staying).content == content(copies=3, row="a row")
    assert not keys(desk) & old and len(keys(desk)) == 1
    assert ledger.known_rows(["a row", "another"]) == {"a row"}


def test_cancelled_orders_are_forgotten_too(desk: Desk) -> None:
    (number,) = ledger.add([content()], DAY)
    ledger.cancel(number, DAY)
    assert ledger.due(LATER) == 1 and ledger.purge(LATER, is_sure=True).orders == 1


def test_a_purge_that_was_stopped_is_finished_by_the_next_command(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the transaction and the key's file."""
    posted(content())
    monkeypatch.setattr(keyring, "destroy_keys", lambda: 0)
    ledger.purge(LATER, is_sure=True)
    monkeypatch.undo()
    assert len(keys(desk)) == 1
    assert keyring.destroy_keys() == 1 and keys(desk) == set()


@pytest.mark.parametrize(("days", "is_believed"), [(-1, False), (0, True), (31, True), (90, True), (91, False)])
def test_a_clock_that_was_set_back_or_far_ahead_purges_nothing(desk: Desk, days: int, is_believed: bool) -> None:
    posted(content(), day=DAY - timedelta(days=200))
    today = datetime.now().date() + timedelta(days=days)
    if is_believed:
        assert ledger.purge(today).orders == 1
    else:
        with pytest.raises(DeskError, match=f"--date {today}"):
            ledger.purge(today)
        assert ledger.due(today) == 1
        assert ledger.purge(today, is_sure=True).orders == 1


def test_a_key_that_is_lost_is_told_and_breaks_nothing_else(desk: Desk) -> None:
    (lost,) = ledger.add([content(row="a")], DAY)
    for path in desk.keys.glob("*.key"):
        path.unlink()
    (readable,) = ledger.add([content(row="b")], DAY)
    assert ledger.find(lost).is_key_lost and ledger.find(readable).content
    assert ledger.statistics().unreadable == 1
    batch = ledger.make_batch(DAY, same)
    assert batch and [order.number for order in ledger.listed(batch=batch.number)] == [readable]
    ledger.cancel(lost, DAY)
    assert ledger.purge(LATER, is_sure=True).orders == 1


def test_the_log_can_only_be_added_to(desk: Desk) -> None:
    ledger.add([content()], DAY)
    for change in (models.LogEntry.objects.all().delete, lambda: models.LogEntry.objects.update(event="nothing")):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            change()
    assert models.LogEntry.objects.count() == 1


def test_the_log_holds_numbers_and_no_words_of_an_order(desk: Desk) -> None:
    fields = {field.name: type(field).__name__ for field in models.LogEntry._meta.get_fields()}
    assert fields == {
        "id": "BigAutoField", "at": "DateTimeField", "event": "CharField", "order": "BigIntegerField",
        "count": "IntegerField",
    }  # fmt: skip
    posted(content())
    assert set(models.LogEntry.objects.values_list("event", flat=True)) == {"added", "batched", "posted"}


def test_codes_of_an_earlier_issue_go_out_as_what_is_printed_now(desk: Desk) -> None:
    from booklet_desk.catalogue import read_catalogue

    catalogue = read_catalogue(desk.dist)
    assert catalogue.recognise(OLD_VIC) == code_of("main", "VIC")
    old = content().__class__(content().address, (content().items[0].__class__(OLD_VIC, 1),))
    (number,) = ledger.add([old], DAY)
    ledger.make_batch(DAY, catalogue.renewed)
    order = ledger.find(number)
    assert order.content and order.content.items[0].code == code_of("main", "VIC")


@on_sqlite
def test_the_database_is_its_owners_and_in_the_safe_mode(desk: Desk) -> None:
    ledger.add([content()], DAY)
    for path in desk.home.iterdir():
        assert path.stat().st_mode & 0o077 == 0, path.name
    with connection.cursor() as cursor:
        answers = {}
        for pragma in ("journal_mode", "synchronous", "secure_delete"):
            cursor.execute(f"PRAGMA {pragma}")
            answers[pragma] = cursor.fetchone()[0]
    assert answers == {"journal_mode": "wal", "synchronous": 2, "secure_delete": 1}


@on_postgresql
def test_transactions_see_what_was_confirmed_and_confirm_what_is_on_the_disk(desk: Desk) -> None:
    with ledger.exclusive(), connection.cursor() as cursor:
        answers = {}
        for name in ("transaction_isolation", "synchronous_commit", "lock_timeout"):
            cursor.execute(f"SHOW {name}")
            answers[name] = cursor.fetchone()[0]
    assert answers == {"transaction_isolation": "read committed", "synchronous_commit": "on", "lock_timeout": "20s"}


@on_postgresql
def test_a_backup_of_postgresql_is_its_own_and_the_command_is_told(desk: Desk, tmp_path: Path) -> None:
    with pytest.raises(DeskError, match='pg_dump --format=custom --file=FILE "\\$BOOKLET_DESK_DATABASE"'):
        ledger.backup(tmp_path / "copy")
    assert not (tmp_path / "copy").exists()


@on_sqlite
def test_a_backup_is_whole_private_and_overwrites_nothing(desk: Desk, tmp_path: Path) -> None:
    ledger.add([content()], DAY)
    copy = tmp_path / "copy.sqlite3"
    ledger.backup(copy)
    assert copy.stat().st_mode & 0o077 == 0
    assert not any(marker.encode() in copy.read_bytes() for marker in MARKERS)
    with pytest.raises(DeskError, match="is there already"):
        ledger.backup(copy)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["copy.sqlite3", "dist", "home", "keys"]


ADDING = """\
import sys
from booklet_desk.database import open_desk, set_up
set_up()
from booklet_desk import ledger
from tests.desk.orders import DAY, content
with open_desk():
    for _ in range(10):
        print(*ledger.add([content()], DAY), flush=True)
"""


def test_two_desks_at_once_never_give_one_number_twice(desk: Desk) -> None:
    """From the very first order, when no table is there yet."""
    environment = {**os.environ, **desk.environment, "BOOKLET_DESK_HOME": str(desk.folder / "new")}
    if desk.cluster:
        desk.cluster.run("DROP DATABASE IF EXISTS new", "CREATE DATABASE new OWNER desk")
        environment["BOOKLET_DESK_DATABASE"] = desk.cluster.url("new")
    command = [sys.executable, "-c", ADDING]
    running = [
        subprocess.Popen(command, env=environment, cwd=PROJECT, stdout=subprocess.PIPE, text=True) for _ in range(3)
    ]
    given = [line for process in running for line in process.communicate(timeout=HANG_SECONDS)[0].split()]
    assert [process.returncode for process in running] == [0, 0, 0]
    assert sorted(map(int, given)) == list(range(10_001, 10_031))


def test_the_tables_are_as_the_models_have_them(desk: Desk) -> None:
    call_command("makemigrations", check_changes=True, dry_run=True, verbosity=0)


def test_times_of_the_log_are_those_of_the_world(desk: Desk) -> None:
    ledger.add([content()], DAY)
    ((at, _),) = ledger.history(10_001)
    assert timezone.is_aware(at) and abs(datetime.now(UTC) - at) < timedelta(hours=1)
