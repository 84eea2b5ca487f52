"""Commands that are ended at any moment: what was confirmed is there, and nothing is handed over twice.

`BOOKLET_KILLS=200 pytest tests/desk/test_kills.py -s` kills so often on each database, and prints the seed; with
`BOOKLET_KILLS_SEED` the same commands are killed after the same shares of their time.
"""

from __future__ import annotations

import io
import os
import random
import re
import secrets
import signal
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from django.db import connection

from booklet.cli import main
from booklet.spreadsheets import read_sheet
from booklet_desk import ledger, models, numbers
from tests.desk.conftest import Desk

TODAY = date.today()
LATER = (TODAY + timedelta(days=ledger.KEEP_DAYS)).isoformat()
COMMANDS = {"add": 1, "import": 5, "batch": 0, "purge": 0}
"""The commands that are killed, and how many orders each makes."""
_CONFIRMED = re.compile(r"(?:^|Order )(\d{5}) [A-Z](?=:|$)")
WINDOW = ("--left", "22", "--top", "46", "--width", "95", "--height", "38")


@dataclass
class Killing:
    """A desk whose commands are killed, what it confirmed until now, and how long each command takes."""

    desk: Desk
    confirmed: set[int] = field(default_factory=set)
    seconds: dict[str, float] = field(default_factory=dict)
    outcome: Counter[str] = field(default_factory=Counter)

    @property
    def out(self) -> Path:
        """Where batches are written."""
        return self.desk.folder / "out"

    def command(self, name: str, turn: int) -> tuple[list[str], str]:
        """The arguments of a command, and what is typed."""
        dist = ["--dist", str(self.desk.dist)]
        if name == "add":
            typed = ("3000", "main", "standard", "1", "y", f"Ada {turn}", "1 St", "", "Kew", "y", "y", "n", "")
            return ["orders", "add", *dist], "\n".join(typed)
        if name == "import":
            calls = self.desk.folder / "calls.csv"
            rows = "".join(f"A{turn} {row},1 St,Kew,3101\n" for row in range(5))
            calls.write_text(f"Name,Address,Suburb,Postcode\n{rows}")
            return ["orders", "import", str(calls), *dist], ""
        if name == "purge":
            return ["orders", "purge", "--date", LATER], ""
        return ["mail" if name == "batch" else "orders", name, str(self.out), *dist], ""

    def run(self, *arguments: str, typed: str = "") -> str:
        """A command that nobody kills; gives its words for people."""
        done = CliRunner().invoke(main, list(arguments), input=typed, prog_name="booklet")
        assert done.exit_code == 0, done.output
        return done.stderr

    def kill(self, name: str, turn: int, share: float | None) -> None:
        """Start a command, and end it after a share of the time that it takes; without one it ends by itself."""
        arguments, typed = self.command(name, turn)
        before = models.Order.objects.count()
        said, was_at_work = killed(arguments, typed, None if share is None else share * self.seconds[name])
        given = [int(found[1]) for line in said if (found := _CONFIRMED.search(line))]
        self.outcome[f"{name} {'killed' if was_at_work else 'done'}{' after it confirmed' if given else ''}"] += 1
        self.confirmed |= set(range(given[0], given[-1] + 1) if given else ())
        # Whoever changes something next waits for what PostgreSQL still does for the process that is gone.
        with ledger.exclusive():
            assert models.Order.objects.count() - before in {0, COMMANDS[name]}, "whole or not at all"

    def mend(self) -> None:
        """What an operator does next: the files that a command says were not written are written again."""
        said = self.run("orders", "list")
        for number in ledger.unwritten():
            assert f"files of batch {number} were not written" in said
            self.run("mail", "batch", str(self.out), "--again", str(number), "--dist", str(self.desk.dist))
        assert ledger.unwritten() == []

    def handed_over(self) -> list[int]:
        """The orders in the packing lists of all batches."""
        lists = [read_sheet(path.read_bytes()) for path in self.out.glob("*-packs.csv")]
        return [numbers.parse(row[2]) for sheet in lists for _, row in sheet.rows]


def killed(arguments: list[str], typed: str, after_s: float | None) -> tuple[list[str], bool]:
    """What a command said in a process of its own until it was ended, and whether it was still at work. Without a time
    it ends by itself.
    """
    connection.close()
    reading, writing = os.pipe()
    process = os.fork()
    if not process:
        os.dup2(writing, 1)
        sys.stdin, sys.stdout, sys.stderr = io.StringIO(typed), os.fdopen(1, "w"), io.StringIO()
        try:
            main(arguments, prog_name="booklet")
        finally:
            sys.stdout.flush()
            os._exit(0)
    os.close(writing)
    if after_s is not None:
        time.sleep(after_s)
        os.kill(process, signal.SIGKILL)
    _, status = os.waitpid(process, 0)
    with os.fdopen(reading) as said:
        return said.read().split("\n")[:-1], os.WIFSIGNALED(status)


@pytest.fixture
def killing(desk: Desk) -> Killing:
    """A desk on which each command was done, the second time to know how long it takes."""
    place = Killing(desk)
    for name in ("c5", "c4"):
        place.run("mail", "measure", name, *WINDOW)
    for turn in (-2, -1):
        for name in COMMANDS:
            start = time.monotonic()
            place.kill(name, turn, None)
            place.seconds[name] = time.monotonic() - start
            place.mend()
    return place


@pytest.mark.slow
def test_kills_at_any_moment_lose_no_confirmed_order_and_hand_none_over_twice(killing: Killing) -> None:
    kills = int(os.environ.get("BOOKLET_KILLS", "24"))
    seed = int(os.environ.get("BOOKLET_KILLS_SEED") or secrets.randbelow(10**6))
    print(f"{killing.desk.url.partition(':')[0] or 'sqlite'}: {kills} kills, BOOKLET_KILLS_SEED={seed}")
    chance = random.Random(seed)
    for turn in range(kills):
        killing.kill([*COMMANDS][turn % len(COMMANDS)], turn, chance.uniform(0, 1.1))
        killing.mend()
        written = models.Batch.objects.filter(posted=None).values_list("pk", flat=True)
        for batch in list(written) if chance.random() < 0.5 else ():
            killing.run("orders", "posted", str(batch))
    print(", ".join(f"{name}: {count}" for name, count in sorted(killing.outcome.items())))
    there = {order.number: order for order in ledger.listed()}
    assert len(killing.confirmed) >= 12, "and at least what nobody killed"
    assert killing.confirmed <= there.keys() and not any(order.is_key_lost for order in there.values())
    assert all(order.content for order in there.values() if order.state in ("open", "batched"))
    rows = [order.content.row for order in there.values() if order.content and order.content.row]
    assert len(rows) == len(set(rows)), "no row of a file became two orders"
    handed_over = killing.handed_over()
    assert len(handed_over) == len(set(handed_over)), "nobody gets the same order twice"
    assert set(handed_over) == {number for number, order in there.items() if order.batch}
    destroyed = models.SealingKey.objects.filter(is_destroyed=True).values_list("id", flat=True)
    assert not [id for id in destroyed if (killing.desk.keys / f"{id}.key").exists()]
    assert {order.number for order in there.values()} == set(range(10_001, 10_001 + len(there)))
