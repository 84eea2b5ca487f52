"""The screen in a browser: ten orders of different kinds by keyboard alone, with axe looking at each page."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User
from playwright.sync_api import Browser, Page, sync_playwright

from booklet_desk import ledger, standing
from tests.browsers import FLAGS, NAMES, browser_path
from tests.conftest import HANG_SECONDS, PROJECT, hear_interrupts, needs
from tests.desk.conftest import OLD_VIC, Desk, code_of

pytestmark = pytest.mark.slow

SECRET = "a long enough secret"
UNTIL = (date.today() + timedelta(weeks=30)).isoformat()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The system's Chromium. Where CI says that nothing may be skipped, it must be there."""
    path = browser_path()
    if path is None:
        needs(NAMES[0])
    with sync_playwright() as playwright, pytest.MonkeyPatch.context() as patch:
        # Playwright runs a loop of its own, which Django takes for a program that could share connections.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture
def address(desk: Desk) -> Iterator[str]:
    """A desk that serves, with an operator called sam."""
    User.objects.create_user("sam", password=SECRET)
    command = [sys.executable, "-u", "-m", "booklet", "desk", "--port", "0", "--dist", str(desk.dist)]
    environment = {**os.environ, **desk.environment, "PYTHONPATH": str(PROJECT)}
    with subprocess.Popen(
        command,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=desk.folder,
        preexec_fn=hear_interrupts,
    ) as process:
        assert process.stdout
        yield process.stdout.readline().split(" (")[0].removeprefix("The desk is open: ").strip()
        process.send_signal(signal.SIGINT)
        said = process.stdout.read()
    written = desk.bytes_written() + said.encode()
    assert not [words for words in (b"Ada Example", b"Long Street", b"Long Hospital") if words in written]


NAMED = frozenset(("Tab", "Shift+Tab", "Space", "ArrowDown", "ArrowRight", "Control+A"))
_IS_WAITING = "document.querySelector('[autofocus]') !== null && document.activeElement === document.body"
"""True until the browser has put the keyboard where the page wants it: a test types faster than people do."""
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


@dataclass(frozen=True)
class Operator:
    """Somebody at the keyboard, who never touches the mouse."""

    page: Page
    has_script: bool
    seen: set[str]

    def press(self, *keys: str) -> None:
        """Keys by name, and anything else as it is typed, from where the page puts the keyboard."""
        while self.page.evaluate(_IS_WAITING):
            self.page.wait_for_timeout(20)
        for key in keys:
            (self.page.keyboard.press if key in NAMED else self.page.keyboard.type)(key)

    def go(self, *keys: str) -> str:
        """Press keys, look at the page, and go on with Enter; gives the words of the page that follows."""
        self.press(*keys)
        self.look()
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")
        return self.page.inner_text("main")

    def take_on(self, *steps: tuple[str, ...]) -> str:
        """Some steps of a call: the keys of each. Gives the words of the page that follows."""
        return [self.go(*step) for step in steps][-1]

    def take(self, *steps: tuple[str, ...]) -> str:
        """The steps of a call to its end, and on to a new one. Gives the words of the page with the number."""
        words = self.take_on(*steps)
        self.go()
        return words

    def look(self) -> None:
        """Nothing is wrong with the page that axe knows of. One that has the same parts is not looked at again."""
        parts = self.page.evaluate(
            "[...document.querySelectorAll('h1,h2,label,.problem')].map(e => e.innerText).join()"
        )
        if self.has_script and parts not in self.seen:
            self.seen.add(parts)
            found = Axe().run(self.page, options=RULES).response["violations"]
            assert [f"{rule['id']}: {node['html'][:160]}" for rule in found for node in rule["nodes"]] == []


@pytest.fixture(params=[True, False], ids=["with script", "without script"])
def operator(request: pytest.FixtureRequest, browser: Browser, address: str) -> Iterator[Operator]:
    """Sam, signed in, in a window in which nothing goes wrong unheard."""
    with browser.new_context(viewport={"width": 1280, "height": 800}, java_script_enabled=request.param) as context:
        page = context.new_page()
        page.set_default_timeout(HANG_SECONDS * 1000)
        wrong: list[str] = []
        page.on("pageerror", lambda reason: wrong.append(str(reason)))
        page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
        page.on("request", lambda sent: None if sent.url.startswith(address) else wrong.append(sent.url))
        page.goto(address)
        sam = Operator(page, request.param, set())
        sam.go("sam", "Tab", SECRET)
        yield sam
        assert [words for words in wrong if "404" not in words] == []


AGREED = ("Space",)
SAFE = ("Space",)
ADA = ("Ada Example", "Tab", "1 Long Street", "Tab", "Tab", "Tab", "Kew")
LARGE = ("Tab", "Tab", "ArrowRight")
"""From the copies of the first title to the size."""


def test_ten_orders_of_different_kinds_are_taken_by_keyboard_alone(operator: Operator, desk: Desk) -> None:
    one = operator.take(("3000",), ("1",), AGREED, ADA, SAFE)
    assert "10001 K" in one and "one, zero, zero, zero, one, Kilo" in one and "KEW VIC 3000" in one

    large = operator.take(("2000",), ("Tab", "3", "Tab", "ArrowRight"), AGREED, ADA, SAFE)
    assert f"3 × {code_of('bone', 'NSW', 'large-print')}" in large

    border = operator.take(("0872",), ("ArrowDown",), ("1",), AGREED, ADA, SAFE)
    assert f"1 × {code_of('main', 'SA')}" in border and "KEW SA 0872" in border

    spoken = ", ".join("Yankee" if sign == "Y" else sign for sign in OLD_VIC.replace(" ", ""))
    by_code = operator.take(("3000",), ("Shift+Tab", spoken), AGREED, ADA, SAFE)
    assert f"1 × {code_of('main', 'VIC')}" in by_code

    edition = operator.take(("2640",), ("1", *LARGE, "Tab", "VIC", "Tab"), AGREED, ADA, SAFE)
    assert f"1 × {code_of('main', 'VIC', 'large-print')}" in edition and "KEW NSW 2640" in edition

    nobody = operator.take(("7000",), ("1",), AGREED, ("Tab", "PO Box 7", "Tab", "Tab", "Tab", "Hobart"), SAFE)
    assert "The Resident\nPO Box 7\nHOBART TAS 7000" in nobody

    lines = ("Bo Example", "Tab", "Unit 2", "Tab", "Long House", "Tab", "1 Long Street", "Tab", "Kew")
    free = operator.take(("6000",), ("1",), AGREED, lines, ("Space", "Tab", "Space"))
    assert "Unit 2\nLong House\n1 Long Street\nKEW WA 6000" in free

    assert "Four digits are wanted." in operator.go("30000")
    assert "at most 10 of a title" in operator.take_on(("Control+A", "3000"), ("99",))
    assert "mark that the caller agrees" in operator.take_on(("Control+A", "2"), ())
    assert "There is no street" in operator.take_on(AGREED, ("Cy Example",))
    assert "mark that it is right" in operator.take_on(("1 Long Street", "Tab", "Tab", "Tab", "Kew"), ())
    assert f"2 × {code_of('main', 'VIC')}" in operator.take(SAFE)

    assert "Let the caller say name and address." in operator.take_on(("Tab", "Tab", "Tab", "10001 K"))
    again = operator.take((), SAFE)
    assert "10009 Y" in again and "KEW VIC 3000" in again

    weeks = ("40", "Tab", "Tab", "Tab", "Tab", "4", "Tab", UNTIL)
    ward = ("Long Hospital", "Tab", "Ward 7", "Tab", "1 Long Street", "Tab", "Tab", "Kew")
    clinic = operator.take(("3000", "Tab", "Space"), weeks, AGREED, ward, SAFE)
    assert "10010 A" in clinic and "Long Hospital\nWard 7\n1 Long Street\nKEW VIC 3000" in clinic

    orders = ledger.listed()
    assert [order.number for order in orders] == list(range(10_001, 10_011))
    assert all(order.state == "open" for order in orders)
    assert [order.number for order in orders if order.content and order.content.free_post] == [10_007]
    assert orders[0].content == orders[8].content
    assert [row.rhythm.every_weeks for row in standing.listed()] == [4]


def test_a_window_that_closes_in_mid_call_loses_nothing_that_was_left_behind(operator: Operator) -> None:
    """With the script what was typed last, without it what was sent."""
    operator.take_on(("3000",), ("2",), AGREED)
    operator.press("Ada Example", "Tab", "1 Long")
    call = operator.page.url
    operator.page.goto("about:blank")
    operator.page.goto(call.rsplit("/", 2)[0])
    link = operator.page.get_by_role("link", name="The call of ")
    link.focus()
    operator.go()
    field = operator.page.get_by_label
    assert field("Steady Ground").input_value() == "2"
    assert operator.page.get_by_label("Read, and the caller agrees").is_checked()
    typed = (field("Name as it should appear").input_value(), field("Street, PO box").input_value())
    assert typed == (("Ada Example", "1 Long") if operator.has_script else ("", ""))


def test_every_other_page_is_found_and_used_by_keyboard(operator: Operator) -> None:
    start = operator.page.url
    operator.take(("3000",), ("1",), AGREED, ADA, SAFE)
    for place, keys, words in (
        ("find", ("ada",), "10001 K"),
        ("codes", (code_of("main", "VIC"),), "Current."),
        ("codes", (OLD_VIC,), "Not current."),
        ("shelf", (code_of("main", "VIC"), "Tab", "Tab", "1", "Tab", "5"), "Low: print"),
        ("shelf", (OLD_VIC, "Tab", "Tab", "9"), "Old issue: do not send"),
        ("shelf", ("nonsense",), "No such code"),
        ("find", ("10001 K",), "Send the same again"),
    ):
        operator.page.goto(start + place)
        assert words in operator.go(*keys)
        operator.look()
    past_the_files = ("Tab", "Tab")
    assert "Cancelled" in operator.go(*past_the_files, "Tab", "Space")
    operator.look()
    for place in ("today", "clinics", "order/4711"):
        operator.page.goto(start + place)
        operator.look()
    operator.page.goto(start)
    operator.page.get_by_role("button", name="Sign out").focus()
    operator.go()
    assert "Name and password do not belong together." in operator.go("sam", "Tab", "wrong")


@pytest.mark.parametrize("width", [640, 320], ids=["at 200 %", "at 400 %"])
def test_nothing_runs_out_of_a_narrow_window(operator: Operator, width: int) -> None:
    """WCAG 2.2, 1.4.10: a window of 1,280 pixels, enlarged."""
    start = operator.page.url
    operator.take_on(("0872", "Tab", "Space"), ("ArrowDown",), ("1",), AGREED, ADA)
    operator.page.set_viewport_size({"width": width, "height": 512})
    for address in (operator.page.url, start, *(f"{start}{name}" for name in ("find", "codes", "today", "clinics"))):
        operator.page.goto(address)
        over = operator.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert over <= 0, address
        operator.look()
