"""`booklet desk`: where it is served, to whom, and what it refuses."""

from __future__ import annotations

import http.client
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import click
import pytest
import waitress
from click.testing import CliRunner, Result
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client, override_settings

from booklet_desk import drafts, ledger, models, serving
from booklet_desk.records import DeskError
from booklet_desk.serving import Place, settle
from tests.conftest import PROJECT, hear_interrupts
from tests.desk.conftest import Desk

CALLS = """
from datetime import date
from booklet_desk.database import open_desk, set_up
set_up()
from django.contrib.auth.models import User
from booklet_desk import drafts
from tests.desk.orders import content
with open_desk():
    sam = User.objects.get().pk
    while True:
        id = drafts.begin(sam, {"name": "Ada"})
        drafts.keep(sam, id, {"name": "Ada Example"})
        print(id, drafts.place(sam, id, content(), date.today()), flush=True)
"""
"""One call after the other, each told once it is an order."""
SECRET = "a long enough secret"
HTTPS = "https://desk.example.org"


def run(*arguments: str, typed: str = "") -> Result:
    done = CliRunner().invoke(serving.desk, [*arguments], input=typed)
    assert done.exception is None or isinstance(done.exception, SystemExit)
    return done


def started(desk: Desk, port: str, *options: str) -> subprocess.Popen[str]:
    """`booklet desk` in a process of its own."""
    command = [sys.executable, "-u", "-m", "booklet", "desk", "--port", port, "--dist", str(desk.dist), *options]
    environment = {**os.environ, **desk.environment, "PYTHONPATH": str(PROJECT)}
    pipe = subprocess.PIPE
    return subprocess.Popen(
        command, env=environment, stdout=pipe, stderr=pipe, text=True, cwd=desk.folder, preexec_fn=hear_interrupts
    )


@contextmanager
def served(desk: Desk) -> Iterator[str]:
    """The address of a desk that runs until it is stopped as by Ctrl+C."""
    with started(desk, "0") as process:
        assert process.stdout
        yield process.stdout.readline().split(" (")[0].removeprefix("The desk is open: ").strip()
        process.send_signal(signal.SIGINT)


def test_an_operator_gets_a_name_and_a_password_that_will_do(desk: Desk) -> None:
    done = run("operator", "sam", typed=f"short\nshort\n{SECRET}\n{SECRET}\n")
    assert done.exit_code == 0 and "too short" in done.stderr and "sam can sign in." in done.stdout
    assert User.objects.get().check_password(SECRET) and SECRET not in done.output
    assert run("operator", "sam", typed="another long secret\n" * 2).exit_code == 0
    assert User.objects.get().check_password("another long secret")
    assert run("operator", "sam", "--remove").exit_code == 0 and not User.objects.exists()
    assert "Nobody at this desk has that name" in run("operator", "sam", "--remove").stderr


@pytest.mark.usefixtures("desk")
@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.7", "::"])
def test_nothing_is_served_to_others_without_https(host: str) -> None:
    done = run("--host", host)
    assert done.exit_code == 1 and "for all to read" in done.stderr


@pytest.mark.usefixtures("desk")
@pytest.mark.parametrize(
    "options", [("--host", "desk.example.org"), ("--origin", "http://desk.example.org"), ("--origin", HTTPS + "/a?b")]
)
def test_what_is_no_address_is_told(options: tuple[str, ...]) -> None:
    done = run(*options)
    assert done.exit_code == 2 and "is wanted for --" in done.stderr


def test_a_desk_for_others_is_reached_by_https_alone(desk: Desk) -> None:
    with override_settings():
        settle(Place("10.0.0.5", 8455, HTTPS, "10.0.0.1"), desk.dist)
        client = Client(headers={"host": "desk.example.org"})
        redirect = client.get("/sign-in")
        assert (redirect.status_code, redirect["Location"]) == (301, f"{HTTPS}/sign-in")
        page = client.get("/sign-in", secure=True)
        assert page.status_code == 200 and "max-age=31536000" in page["Strict-Transport-Security"]
        assert page.cookies["booklet-desk-form"]["secure"] and settings.SESSION_COOKIE_SECURE
        assert client.get("/sign-in", secure=True, headers={"host": "localhost"}).status_code == 400
    assert not settings.SECURE_SSL_REDIRECT


def test_a_desk_at_home_needs_no_https(desk: Desk) -> None:
    for host in ("127.0.0.1", "::1"):
        with override_settings():
            settle(Place(host, 8455, "", "127.0.0.1"), desk.dist)
    with pytest.raises(click.BadParameter), override_settings():
        settle(Place("here", 8455, "", "127.0.0.1"), desk.dist)
    with pytest.raises(DeskError), override_settings():
        settle(Place("10.0.0.5", 8455, "", "127.0.0.1"), desk.dist)
    assert Place("::1", 8455, "", "").address == "http://[::1]:8455"


def test_a_desk_without_anything_to_order_says_so_at_once(desk: Desk) -> None:
    (desk.dist / "manifest.json").unlink()
    done = run("--dist", str(desk.dist))
    assert done.exit_code == 1 and "Run booklet build first" in done.stderr


def test_the_first_time_a_name_is_asked_for(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    told: dict[str, object] = {}

    def listening(_: object, **options: object) -> SimpleNamespace:
        told.update(options)
        return SimpleNamespace(effective_port=8455, run=lambda: None)

    monkeypatch.setattr(waitress, "create_server", listening)
    with override_settings():
        done = run("--dist", str(desk.dist), typed=f"sam\n{SECRET}\n{SECRET}\n")
    assert done.exit_code == 0 and "The desk is open: http://127.0.0.1:8455" in done.stdout
    assert User.objects.get().username == "sam"
    assert (told["host"], told["max_request_body_size"]) == ("127.0.0.1", 100_000) and "trusted_proxy" not in told


def test_a_desk_serves_what_is_small_and_says_nothing_of_itself(desk: Desk) -> None:
    User.objects.create_user("sam", password=SECRET)
    with served(desk) as address:
        with urlopen(f"{address}/sign-in") as page:
            assert page.status == 200 and "Server" not in page.headers and b"Sign in" in page.read()
        with pytest.raises(HTTPError) as refused:
            urlopen(Request(f"{address}/sign-in", data=b"x" * 200_000))
        refused.value.close()
        assert refused.value.code == 413


def test_who_speaks_https_before_the_desk_is_believed_and_nobody_else(desk: Desk) -> None:
    User.objects.create_user("sam", password=SECRET)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    sent = {"Host": "desk.example.org", "X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.7"}
    with started(desk, str(port), "--origin", HTTPS) as process:
        assert process.stdout and HTTPS in process.stdout.readline()
        with urlopen(Request(f"http://127.0.0.1:{port}/sign-in", headers=sent)) as page:
            assert page.status == 200 and "Strict-Transport-Security" in page.headers
        process.send_signal(signal.SIGINT)
    with started(desk, str(port), "--origin", HTTPS, "--proxy", "203.0.113.1") as process:
        assert process.stdout and HTTPS in process.stdout.readline()
        ask = http.client.HTTPConnection("127.0.0.1", port)
        ask.request("GET", "/sign-in", headers=sent)
        assert ask.getresponse().status == 301, "its word for HTTPS is not taken"
        ask.close()
        process.send_signal(signal.SIGINT)


def test_a_port_that_is_taken_is_told(desk: Desk) -> None:
    User.objects.create_user("sam", password=SECRET)
    with served(desk) as address, started(desk, address.rpartition(":")[2]) as second:
        assert second.stderr and "cannot listen there" in second.stderr.read()
    assert second.returncode == 1


@pytest.mark.slow
def test_kills_leave_each_call_a_draft_or_an_order_and_no_confirmed_one_is_lost(desk: Desk) -> None:
    """BOOKLET_KILLS=200 takes as many as one likes."""
    sam = User.objects.create_user("sam", password=SECRET).pk
    chance = random.Random(14)
    environment = {**os.environ, **desk.environment, "PYTHONPATH": str(PROJECT)}
    confirmed: dict[int, int] = {}
    for _ in range(int(os.environ.get("BOOKLET_KILLS", "6"))):
        command = [sys.executable, "-c", CALLS]
        with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True, cwd=desk.folder) as process:
            assert process.stdout
            first = process.stdout.readline()
            time.sleep(chance.uniform(0, 0.3))
            process.kill()
            told = [first, *process.stdout.read().splitlines()]
        confirmed |= {int(row.split()[0]): int(row.split()[1]) for row in told if len(row.split()) == 2}
    orders = {order.number: order.content for order in ledger.listed()}
    assert len(set(confirmed.values())) == len(confirmed) >= 6 and set(confirmed.values()) <= orders.keys()
    rows = dict(models.Draft.objects.values_list("pk", "order"))
    assert {id: rows[id] for id in confirmed} == confirmed
    assert {number for number in rows.values() if number} == orders.keys(), "an order for each, and each of a call"
    assert all(drafts.find(sam, id).fields for id, number in rows.items() if number is None)
    assert all(orders.values())
