"""A database that cannot be used says why, in words for a person, and nothing is lost: on SQLite and PostgreSQL."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import TypeVar

import psycopg
import pytest
from click.testing import CliRunner, Result
from django.db import IntegrityError, OperationalError, connection

from booklet_desk import database, ledger, settings
from booklet_desk.cli import orders
from booklet_desk.records import Batch, DeskError
from tests.conftest import HANG_SECONDS, PROJECT
from tests.desk import faults
from tests.desk.conftest import Desk, on_postgresql, on_sqlite, speak_to
from tests.desk.orders import content

TODAY = date.today()
Given = TypeVar("Given")
ADDING = """\
from booklet_desk.database import set_up
set_up()
from booklet_desk import ledger
from booklet_desk.commands import at_the_desk
from tests.desk.orders import DAY, content
@at_the_desk
def add():
    while True:
        print(*ledger.add([content()], DAY), flush=True)
add()
"""
"""One order after the other, each told when it is taken."""


def run(desk: Desk, *arguments: str) -> Result:
    options = ("--dist", str(desk.dist)) if arguments[0] in ("import", "stats") else ()
    done = CliRunner().invoke(orders, [*arguments, *options])
    assert done.exception is None or isinstance(done.exception, SystemExit)
    return done


@pytest.mark.parametrize(("spoil", "words"), [(faults.damaged, "damaged"), (faults.newer, "newer version")])
def test_a_database_that_cannot_be_used_says_why(desk: Desk, spoil: Callable[[Desk], None], words: str) -> None:
    ledger.add([content() for _ in range(200)], TODAY)
    spoil(desk)
    done = run(desk, "stats")
    assert done.exit_code == 1 and words in done.stderr


@on_sqlite
def test_a_file_that_ends_in_the_middle_says_so(desk: Desk) -> None:
    ledger.add([content() for _ in range(200)], TODAY)
    faults.cut_off(desk)
    done = run(desk, "stats")
    assert done.exit_code == 1 and "damaged" in done.stderr


def test_a_database_that_is_locked_says_so_and_loses_nothing(desk: Desk) -> None:
    ledger.add([content()], TODAY)
    with faults.locked(desk):
        done = run(desk, "cancel", "10001K")
    assert done.exit_code == 1 and "in use by another command" in done.stderr
    assert run(desk, "cancel", "10001K").exit_code == 0


@pytest.mark.parametrize(("fault", "words"), [(faults.read_only, "read-only"), (faults.full, "full")])
def test_a_database_that_takes_nothing_says_so_and_loses_nothing(desk: Desk, fault: faults.Lasting, words: str) -> None:
    ledger.add([content()], TODAY)
    calls = desk.folder / "calls.csv"
    calls.write_text("Name,Address,Suburb,Postcode\n" + "".join(f"A{n},1 St,Kew,3101\n" for n in range(500)))
    with fault(desk):
        done = run(desk, "import", str(calls))
    assert done.exit_code == 1 and words in done.stderr
    assert [order.number for order in ledger.listed()] == [10_001]
    assert run(desk, "import", str(calls)).exit_code == 0


@on_postgresql
def test_a_server_that_stops_in_mid_write_loses_no_confirmed_order(desk: Desk) -> None:
    assert desk.cluster
    environment = {**os.environ, **desk.environment}
    connection.close()
    with subprocess.Popen(
        [sys.executable, "-c", ADDING], env=environment, cwd=PROJECT, stdout=-1, stderr=-1, text=True
    ) as process:
        assert process.stdout and process.stderr
        told = [process.stdout.readline() for _ in range(20)]
        desk.cluster.crash()
        rest, said = process.communicate(timeout=HANG_SECONDS)
    desk.cluster.start()
    assert process.returncode == 1 and "cannot be reached" in said and "Traceback" not in said
    confirmed = {int(line) for line in (*told, *rest.splitlines())}
    there = [order.number for order in ledger.listed() if order.content]
    assert confirmed <= set(there) and len(confirmed) >= 20
    assert ledger.add([content()], TODAY) == [there[-1] + 1]


@on_postgresql
@pytest.mark.parametrize("place", ["?host=/nowhere", "?host={folder}"])
def test_a_server_that_is_not_there_or_lets_nobody_in_is_told_without_its_secret(desk: Desk, place: str) -> None:
    assert desk.cluster
    where = place.format(folder=desk.cluster.folder)
    speak_to(f"postgresql://nobody:Quibblewick@/desk{where}", desk.home)
    done = run(desk, "list")
    assert done.exit_code == 1 and "cannot be reached, or does not let this desk in" in done.stderr
    assert "Quibblewick" not in done.output


@on_postgresql
def test_a_user_who_may_only_read_is_told(desk: Desk) -> None:
    assert desk.cluster
    desk.cluster.run("DROP ROLE IF EXISTS reader", "CREATE ROLE reader LOGIN")
    desk.cluster.run("GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader", name="desk")
    ledger.add([content()], TODAY)
    speak_to(desk.cluster.url("desk", "reader"), desk.home)
    done = run(desk, "cancel", "10001K")
    speak_to(desk.url, desk.home)
    desk.cluster.run("DROP OWNED BY reader", name="desk")
    assert done.exit_code == 1 and "its user must own it" in done.stderr
    assert ledger.find(10_001).state == "open"


@pytest.mark.parametrize(
    "url",
    [
        "sqlite:///desk",
        "desk",
        "postgresql://",
        "postgresql://u:Quibblewick@[h/d",
        "postgresql://h/d?colour=Quibblewick",
    ],
)
def test_an_address_that_is_none_is_refused_and_not_repeated(url: str) -> None:
    environment = {**os.environ, "BOOKLET_DESK_DATABASE": url}
    command = [sys.executable, "-m", "booklet", "orders", "list"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, cwd=PROJECT)
    expected = "BOOKLET_DESK_DATABASE is no address such as postgresql://desk@db.example.org/desk.\n"
    assert (done.returncode, done.stderr) == (1, expected)


def test_what_an_address_says_reaches_the_driver(desk: Desk) -> None:
    found = settings.database("postgresql://kim:s%20t@db.example.org:5433/desk?sslmode=verify-full", desk.home)
    options = found["OPTIONS"]
    assert (found["NAME"], options["user"], options["password"]) == ("desk", "kim", "s t")
    assert (options["host"], options["port"], options["sslmode"]) == ("db.example.org", "5433", "verify-full")


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("attempt to write a readonly database", "read-only"),
        ("database or disk is full", "disk is full"),
        ("disk I/O error", "cannot be read or written"),
        ("Key (name)=(Quibblewick) already exists.", "refused it (OperationalError)"),
    ],
)
def test_what_sqlite_says_is_told_without_its_values(said: str, words: str) -> None:
    with pytest.raises(DeskError) as caught, database.telling():
        raise OperationalError(said)
    assert words in str(caught.value) and "Quibblewick" not in str(caught.value)


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        (psycopg.errors.DeadlockDetected, "in use by another command"),
        (psycopg.errors.DiskFull, "disk is full"),
        (psycopg.errors.IndexCorrupted, "damaged"),
        (psycopg.errors.AdminShutdown, "cannot be reached"),
        (psycopg.errors.UniqueViolation, "refused it (IntegrityError)"),
    ],
)
def test_what_postgresql_says_is_told_by_its_code_without_its_values(reason: type[psycopg.Error], words: str) -> None:
    kind = IntegrityError if issubclass(reason, psycopg.IntegrityError) else OperationalError
    with pytest.raises(DeskError) as caught, database.telling():
        raise kind("(Quibblewick)") from reason("Key (name)=(Quibblewick) already exists.")
    assert words in str(caught.value) and "Quibblewick" not in str(caught.value)


def at_another_desk(work: Callable[[], Given]) -> Given:
    """In a thread, which has a connection of its own."""
    try:
        return work()
    finally:
        connection.close()


def test_two_imports_of_one_file_at_once_take_each_row_once(desk: Desk) -> None:
    """Both have read the file and found none of its rows known before either takes them."""
    rows = [content(row=f"row {number}") for number in range(50)]
    both = threading.Barrier(2)

    def take() -> list[int]:
        both.wait(HANG_SECONDS)
        return ledger.take_file(b"a file", rows, TODAY)

    with ThreadPoolExecutor(2) as desks:
        given = sorted(desks.map(lambda _: at_another_desk(take), range(2)), key=len)
    assert given == [[], list(range(10_001, 10_051))]
    assert [order.content for order in ledger.listed()] == rows


def test_an_order_that_is_taken_while_another_desk_purges_keeps_its_key(desk: Desk) -> None:
    """Its key is that of a day of which something is purged."""
    (past,) = ledger.add([content()], TODAY)
    ledger.cancel(past, TODAY)
    later = TODAY + timedelta(days=ledger.KEEP_DAYS)
    with ThreadPoolExecutor(1) as other:
        with ledger.exclusive():
            (number,) = ledger.add([content()], TODAY)
            purging = other.submit(at_another_desk, lambda: ledger.purge(later, is_sure=True))
            time.sleep(0.3)
        assert purging.result() == ledger.Purged(1, 1)
    assert ledger.find(number).content == content()


def test_two_batches_at_once_take_each_order_once(desk: Desk) -> None:
    ledger.add([content() for _ in range(100)], TODAY)
    both = threading.Barrier(2)

    def make() -> Batch | None:
        both.wait(HANG_SECONDS)
        return ledger.make_batch(TODAY, lambda order: order)

    with ThreadPoolExecutor(2) as desks:
        made = list(desks.map(lambda _: at_another_desk(make), range(2)))
    (batch,) = [each for each in made if each]
    assert ledger.count_of(batch.number) == 100
