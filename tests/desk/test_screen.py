"""The screen without a browser: what each page does with what is sent to it, and what must never be seen of that."""

from __future__ import annotations

import logging
import re
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta
from html import unescape
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client, override_settings
from django.urls import reverse

from booklet_desk import call as calls
from booklet_desk import drafts, ledger, models, packing, standing
from booklet_desk.catalogue import read_catalogue
from booklet_desk.records import Address
from booklet_desk.screen import pages, shown
from booklet_desk.screen.urls import urlpatterns
from tests.desk import faults
from tests.desk.conftest import OLD_VIC, Desk, code_of
from tests.desk.orders import MARKERS, content

TODAY = date.today()
LIMITS = calls.Limits(10, 200)
HERE = {"host": "localhost"}
PLACE = {"postcode": "3000"}
PACK = {"copies-main": "2", "copies-bone": "1", "size": "standard", "edition": ""}
NOTICE = {"notice": "yes"}
ADDRESS = {"name": "Ada Quibblewick", "line_1": "12 Zanthorpe Street", "line_2": "", "line_3": "",
           "locality": "Snarkfield"}  # fmt: skip


@pytest.fixture
def operator(desk: Desk) -> User:
    return User.objects.create(username="sam")


@pytest.fixture
def client(operator: User) -> Client:
    """A browser in which somebody has signed in; a mistake of the program is a page, as it is for people."""
    client = Client(raise_request_exception=False, headers=HERE)
    client.force_login(operator, backend="django.contrib.auth.backends.ModelBackend")
    return client


def text(page: object) -> str:
    return unescape(page.content.decode())  # type: ignore[attr-defined]


def hidden(page: object, name: str) -> str:
    found = re.search(rf'type="hidden" name="{name}" value="([^"]*)"', text(page))
    return found.group(1) if found else ""


def send(client: Client, place: str, step: str, **fields: str) -> str:
    """Answer a step as the page does; gives the address of the page that follows."""
    done = client.post(place, {"step": step, **fields})
    assert done.status_code == 302, text(done)
    return str(done["Location"])


def taken_through(client: Client, **changes: str) -> str:
    """A call up to the address that is read back; gives the address of its page."""
    place = send(client, "/", "place", postcode=changes.get("postcode", "3000"))
    sent: dict[str, str] = dict(PLACE)
    for step, fields in (("place", {}), ("pack", PACK), ("notice", NOTICE), ("address", ADDRESS)):
        sent |= {**fields, **changes}
        assert send(client, place, step, **sent) == place
    return place


def confirm(client: Client, place: str, **changes: str) -> str:
    """Mark that the address is right, and take the order."""
    page = client.get(place)
    sent = {**PLACE, **PACK, **NOTICE, **ADDRESS, "safe": "yes", "read_back": hidden(page, "read_back"), **changes}
    return send(client, place, "check", **sent)


def problems(page: object) -> list[str]:
    """What the page asks to mend, in its summary."""
    summary = re.search(r'<div class="problem" role="alert">(.*?)</div>', text(page), re.S)
    return re.findall(r"<li>(?:<a[^>]*>)?(.*?)(?:</a>)?</li>", summary.group(1)) if summary else []


def focus(page: object) -> list[str]:
    """Where the keyboard is: the names of fields, or the words of links and buttons."""
    whole = page.content.decode()  # type: ignore[attr-defined]
    found = re.findall(r"<[^>]* autofocus[^>]*>([^<]*)", whole)
    return re.findall(r'<(?:input|select)[^>]*name="([^"]*)"[^>]* autofocus', whole) or found


def test_a_call_becomes_an_order_step_by_step(client: Client) -> None:
    assert focus(client.get("/")) == ["postcode"]
    place = send(client, "/", "place", **PLACE)
    assert focus(client.get(place)) == ["copies-main"] and problems(client.get(place)) == []
    sent = dict(PLACE)
    for step, fields, expected in (
        ("pack", PACK, "notice"), ("notice", NOTICE, "name"), ("address", ADDRESS, "safe"),
    ):  # fmt: skip
        sent |= fields
        send(client, place, step, **sent)
        page = client.get(place)
        assert focus(page) == [expected] and problems(page) == []
    assert '<div class="envelope"><div>Ada Quibblewick</div><div>12 Zanthorpe Street</div>' in text(page)
    assert "<div>SNARKFIELD VIC 3000</div>" in text(page)
    after = confirm(client, place)
    assert after == "/order/10001/taken"
    page = client.get(after)
    assert "10001 K" in text(page) and "one, zero, zero, zero, one, Kilo" in text(page)
    assert focus(page) == ["Next call"]
    order = ledger.find(10_001)
    assert order.content and order.content.address.printed[-1] == "SNARKFIELD VIC 3000"
    assert [(item.code, item.copies) for item in order.content.items] == [
        (code_of("main", "VIC"), 2), (code_of("bone", "VIC"), 1),
    ]  # fmt: skip


def test_a_border_postcode_is_asked_about(client: Client) -> None:
    place = send(client, "/", "place", postcode="872")
    page = client.get(place)
    assert "872 lies in NT, SA, WA" in text(page) and focus(page) == ["state"]
    assert problems(page) == [] and "What to send" not in text(page)
    send(client, place, "place", postcode="872", state="?")
    assert problems(client.get(place)) == ["0872 is shared by NT, SA and WA: ask which one the address is in."]
    send(client, place, "place", postcode="872", state="SA")
    assert "SA, by the postcode" in text(client.get(place))
    send(client, place, "pack", postcode="872", state="VIC", **PACK)
    assert "What to send" not in text(client.get(place)), "no state that the postcode does not lie in"


def test_another_edition_can_be_chosen(client: Client) -> None:
    place = taken_through(client, edition="NSW", size="large-print")
    confirm(client, place, edition="NSW", size="large-print")
    order = ledger.find(10_001)
    assert order.content and order.content.items[0].code == code_of("main", "NSW", "large-print")
    assert order.content.address.state == "VIC"


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (code_of("bone", "WA", "large-print"), code_of("bone", "WA", "large-print")),
        (OLD_VIC, code_of("main", "VIC")),
    ],
    ids=["of now", "of an old copy"],
)
def test_a_spoken_code_fills_in_what_it_stands_for(client: Client, said: str, expected: str) -> None:
    place = send(client, "/", "place", **PLACE)
    send(client, place, "pack", **PLACE, code=said, size="standard")
    page = client.get(place)
    assert f"{expected} is " in text(page) and focus(page) == ["notice"]
    place = taken_through(client, **{"copies-main": "", "copies-bone": ""}, code=said)
    fields = drafts.find(User.objects.get().pk, int(place.rsplit("/", 1)[1])).fields
    read = calls.read_call(fields, read_catalogue(Path("dist")), LIMITS, TODAY)
    assert [item.code for item in read.items] == [expected] and fields["code"] == ""


def test_a_code_that_is_none_is_asked_for_again(client: Client) -> None:
    place = send(client, "/", "place", **PLACE)
    send(client, place, "pack", **PLACE, **PACK, code="XXX XXX")
    assert problems(client.get(place)) == ["No such code is printed now. Ask for it again, word by word."]
    assert focus(client.get(place)) == ["code"]


BAD: list[tuple[str, dict[str, str], str]] = [
    ("postcode", {"postcode": "9999999"}, "Four digits are wanted."),
    ("postcode", {"postcode": "SW1A 1AA"}, "Four digits are wanted."),
    ("postcode", {"postcode": "0100"}, "There is no 0100."),
    ("postcode", {"postcode": ""}, "Empty."),
    ("copies-main", {"copies-main": "-1"}, "A whole number from 1 is wanted."),
    ("copies-main", {"copies-main": "two"}, "A whole number from 1 is wanted."),
    ("copies-bone", {"copies-bone": "99"}, "99; at most 10 of a title go out in one order."),
    ("copies-main", {"copies-main": "", "copies-bone": "0"}, "Nothing is chosen. Type 1 beside what should go out."),
    ("copies-main", {"size": "enormous"}, "There is none for VIC in this size."),
    ("notice", {"notice": ""}, "Read the notice, and mark that the caller agrees. If not, forget the call."),
    ("name", {"name": "A" * 200}, "200 characters; 60 have room."),
    ("name", {"name": "Ada\x07"}, "Holds a sign that cannot be printed."),
    ("line_1", {"line_1": ""}, "There is no street, PO box or other line."),
    ("line_1", {"line_1": "a\nb\nc\nd\ne"}, "More than 3 lines between name and suburb."),
    ("locality", {"locality": "<script>"}, "Letters, spaces, hyphens and apostrophes are wanted."),
    ("locality", {"locality": ""}, "Empty."),
]


@pytest.mark.parametrize(("field", "changes", "words"), BAD)
def test_what_is_wrong_is_told_beside_its_field_where_the_keyboard_waits(
    client: Client, field: str, changes: dict[str, str], words: str
) -> None:
    place = taken_through(client, **changes)
    page = client.get(place)
    assert set(problems(page)) == {words} and focus(page) == [field]
    assert "Please mend:" in text(page) and "Take the order" not in text(page)
    if field != "notice":
        assert f'aria-describedby="{field}-' in text(page) or f"{field}-problem" in text(page)
    assert ledger.listed() == []


@pytest.mark.parametrize("text_of_stranger", ["=cmd|' /C calc'!A0", "<script>alert(1)</script>", "{{ 7*7 }}{% now %}"])
def test_what_strangers_write_is_shown_as_written_and_never_runs(client: Client, text_of_stranger: str) -> None:
    for field in (*PLACE, *PACK, *ADDRESS, "state", "code"):
        page = client.get(taken_through(client, **{field: text_of_stranger}))
        assert page.status_code == 200 and "alert(1)</script>" not in page.content.decode()
        assert "49" not in problems(page)
    place = taken_through(client, name=text_of_stranger)
    after = confirm(client, place, name=text_of_stranger)
    assert text_of_stranger in text(client.get(after))
    order = ledger.find(10_001)
    assert order.content and order.content.address.name == text_of_stranger


def test_an_order_is_taken_only_for_the_address_that_was_read_back(client: Client) -> None:
    place = taken_through(client)
    assert confirm(client, place, locality="Elsewhere") == place
    page = client.get(place)
    assert problems(page) == ["Read the address back as it stands here, and mark that it is right."]
    assert "ELSEWHERE VIC 3000" in text(page) and 'name="safe" value="yes" checked' not in text(page)
    assert confirm(client, place, safe="", locality="Elsewhere") == place
    assert ledger.listed() == []
    assert confirm(client, place, locality="Elsewhere") == "/order/10001/taken"


def test_what_is_spoilt_in_an_earlier_step_is_told_and_loses_nothing_behind_it(client: Client) -> None:
    place = taken_through(client)
    assert confirm(client, place, locality="") == place
    assert problems(client.get(place)) == ["Empty."] and focus(client.get(place)) == ["locality"]
    send(client, place, "address", **PACK, **NOTICE, **ADDRESS, postcode="x")
    assert focus(client.get(place)) == ["postcode"]
    send(client, place, "place", **PLACE)
    assert focus(client.get(place)) == ["safe"]


def test_a_draft_survives_a_closed_window(client: Client, operator: User) -> None:
    place = send(client, "/", "place", **PLACE)
    revision = hidden(client.get(place), "revision")
    left = {**PLACE, "copies-main": "7", "step": "pack", "revision": revision}
    assert client.post(f"{place}/keep", left).status_code == 204
    client.logout()
    again = Client(headers=HERE)
    again.force_login(operator, backend="django.contrib.auth.backends.ModelBackend")
    assert f'<a href="{place}">The call of ' in text(again.get("/"))
    page = again.get(place)
    assert 'name="copies-main" value="7"' in text(page) and problems(page) == []


def test_what_a_window_keeps_too_late_is_not_taken(client: Client) -> None:
    place = send(client, "/", "place", **PLACE)
    old = hidden(client.get(place), "revision")
    send(client, place, "pack", **PLACE, **PACK)
    for revision in (old, "", "x", "9" * 30):
        client.post(f"{place}/keep", {**PLACE, "copies-main": "9", "step": "pack", "revision": revision})
    assert 'name="copies-main" value="2"' in text(client.get(place))


def test_an_order_that_is_sent_twice_is_one_order(client: Client) -> None:
    place = taken_through(client)
    page = client.get(place)
    sent = {**PLACE, **PACK, **NOTICE, **ADDRESS, "safe": "yes", "read_back": hidden(page, "read_back")}
    assert send(client, place, "check", **sent) == send(client, place, "check", **sent) == "/order/10001/taken"
    assert client.get(place)["Location"] == "/order/10001/taken"
    assert len(ledger.listed()) == 1
    row = models.Draft.objects.get()
    assert row.sealed is None and row.key is None


def test_desks_at_once_give_no_number_twice_and_lose_no_order(desk: Desk, operator: User) -> None:
    ids = [drafts.begin(operator.pk, {}) for _ in range(24)]

    def place(id: int) -> int:
        try:
            return drafts.place(operator.pk, id, content(), TODAY)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as desks:
        given = list(desks.map(place, ids))
    assert sorted(given) == list(range(10_001, 10_025))
    assert [order.number for order in ledger.listed()] == sorted(given)


def test_two_desks_at_once_do_not_pass_the_limit_together(
    client: Client, operator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each looks at what this caller had, and waits for the other to have looked before it takes its own order."""
    places = [taken_through(client), taken_through(client)]
    answers = {**PLACE, **PACK, **NOTICE, **ADDRESS, "safe": "yes", "step": "check"}
    sent = [{**answers, "read_back": hidden(client.get(place), "read_back")} for place in places]
    both, look = threading.Barrier(2), ledger.copies_to

    def looked(address: Address) -> Counter[str]:
        found = look(address)
        with suppress(threading.BrokenBarrierError):
            both.wait(2)
        return found

    def post(place: str, fields: dict[str, str]) -> str:
        browser = Client(headers=HERE)
        browser.force_login(operator, backend="django.contrib.auth.backends.ModelBackend")
        try:
            return str(browser.post(place, fields)["Location"])
        finally:
            connection.close()

    monkeypatch.setattr(ledger, "copies_to", looked)
    with override_settings(DESK_MOST_COPIES=3), ThreadPoolExecutor(2) as desks:
        found = sorted(desks.map(post, places, sent))
    assert [place.endswith("/taken") for place in found] == [False, True]
    assert [order.number for order in ledger.listed()] == [10_001], "two of three copies, not four"


def test_a_call_can_be_forgotten(client: Client) -> None:
    place = taken_through(client)
    assert client.post(f"{place}/forget")["Location"] == "/"
    assert models.Draft.objects.count() == 0 and client.get(place).status_code == 404
    assert ledger.listed() == []


def test_a_draft_is_its_operators_own(client: Client) -> None:
    place = taken_through(client)
    other = Client(raise_request_exception=False, headers=HERE)
    other.force_login(User.objects.create(username="kim"), backend="django.contrib.auth.backends.ModelBackend")
    assert other.get(place).status_code == 404 and place not in text(other.get("/"))
    assert other.post(f"{place}/forget").status_code == 503 and client.get(place).status_code == 200


def test_drafts_and_their_keys_are_gone_after_a_day(client: Client, desk: Desk) -> None:
    taken_through(client)
    assert len(list(desk.keys.glob("*.key"))) == 1
    assert drafts.purge(TODAY + timedelta(days=1)) == 0 and models.Draft.objects.count() == 1
    assert drafts.purge(TODAY + timedelta(days=2)) == 1
    assert list(desk.keys.glob("*.key")) == [] and models.Draft.objects.count() == 0


def test_the_key_of_drafts_seals_no_order(client: Client, desk: Desk) -> None:
    """It goes long before the orders of its day."""
    confirm(client, taken_through(client))
    drafts.purge(TODAY + timedelta(days=2))
    assert ledger.find(10_001).content


def test_a_known_callers_order_takes_four_pages(client: Client) -> None:
    """Number, the same again, the mark, done: 20 seconds leave five for each."""
    confirm(client, taken_through(client))
    found = client.post("/find", {"said": "one zero zero zero one kilo"})
    assert found["Location"] == "/order/10001"
    page = client.get("/order/10001")
    assert focus(page) == ["Send the same again"]
    place = str(client.post("/order/10001/repeat")["Location"])
    page = client.get(place)
    assert focus(page) == ["safe"] and "Let the caller say the address" in text(page) and problems(page) == []
    assert confirm(client, place) == "/order/10002/taken"
    first, second = (ledger.find(number).content for number in (10_001, 10_002))
    assert first == second


def test_a_caller_has_no_more_copies_than_the_limit_over_all_orders(client: Client) -> None:
    with override_settings(DESK_MOST_COPIES=3):
        confirm(client, taken_through(client))
        place = taken_through(client, name="ADA  Quibblewick")
        page = client.get(place)
        assert problems(page) == [
            "Steady Ground: this name and address had 2 of 3 copies in the last weeks, so 1 can still go out."
        ]
        assert confirm(client, place, name="ADA  Quibblewick") == place
        less = {**PLACE, **PACK, **NOTICE, **ADDRESS, "copies-main": "1"}
        send(client, place, "check", **less)
        assert confirm(client, place, **less) == "/order/10002/taken"
        assert problems(client.get(taken_through(client, name="Somebody else"))) == []
        ledger.cancel(10_001, TODAY)
        assert problems(client.get(taken_through(client))) == []


def test_an_order_is_found_by_its_number_or_a_name_that_lies_nowhere(client: Client, desk: Desk) -> None:
    numbers = ledger.add([content(name="Zoë O'Brien-Ng"), content(), content(name="Zoe Obrien")], TODAY)
    assert numbers == [10_001, 10_002, 10_003]
    for said, expected in (("zoe", ["10003 N", "10001 K"]), ("obrien zoe", ["10003 N", "10001 K"]), ("nobody", [])):
        page = client.post("/find", {"said": said})
        assert page.status_code == 200
        assert re.findall(r">(\d+ \w)</a>", text(page)) == expected
    assert client.post("/find", {"said": "10002 M"})["Location"] == "/order/10002"
    assert "letter of 10002 is not X" in text(client.post("/find", {"said": "10002 X"}))
    assert "No order has the number" in text(client.post("/find", {"said": "10004 Q"}))
    assert "Type an order number or a name." in text(client.post("/find", {"said": " "}))
    assert "name" not in str(client.post("/find", {"said": "10002 M"})["Location"])


def test_an_order_is_cancelled_when_it_was_meant(client: Client) -> None:
    ledger.add([content()], TODAY)
    client.post("/order/10001/cancel")
    assert ledger.find(10_001).state == "open"
    assert client.post("/order/10001/cancel", {"sure": "yes"})["Location"] == "/order/10001"
    assert ledger.find(10_001).state == "cancelled"
    assert client.post("/order/10001/cancel", {"sure": "yes"}).status_code == 409
    page = client.get("/order/10001")
    assert "Cancelled" in text(page) and "Cancel this order" not in text(page)


def test_the_pack_of_an_order_comes_as_one_file_or_says_why_not(
    client: Client, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger.add([content()], TODAY)
    assert "Sheets to print here" in text(client.get("/order/10001"))
    refused = client.post("/order/10001/pack", {"format": "clinic"})
    assert refused.status_code == 409 and "booklet build --title main --edition VIC --format clinic" in text(refused)
    monkeypatch.setattr(packing, "make_pack", lambda order, format, *_: packing.Pack("10001-K", {"a.pdf": b"%PDF"}))
    sent = client.post("/order/10001/pack", {"format": "screen"})
    assert sent["Content-Disposition"] == 'attachment; filename="10001-K.zip"' and sent.content[:2] == b"PK"
    assert client.get("/order/10001/pack").status_code == 405


def test_an_order_that_is_purged_shows_nothing_and_cannot_be_repeated(client: Client) -> None:
    ledger.add([content()], TODAY)
    ledger.cancel(10_001, TODAY)
    ledger.purge(TODAY + timedelta(days=30), is_sure=True)
    page = client.get("/order/10001")
    assert "destroyed" in text(page) and not [marker for marker in MARKERS if marker in text(page)]
    assert client.post("/order/10001/repeat").status_code == 409
    for number in ("4711", "9" * 30, "-1", "x"):
        assert client.get(f"/order/{number}").status_code == client.get(f"/call/{number}").status_code == 404


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (code_of("main", "VIC"), "Current."),
        (OLD_VIC, "Not current."),
        ("nonsense", "A code has six characters"),
        ("2026.1", "Issue 2026.1: current."),
        ("2025.1", "Issue 2025.1: not current."),
        ("2031.1", "No issue is called"),
    ],
)
def test_whether_a_copy_is_current_is_told(client: Client, said: str, words: str) -> None:
    assert words in text(client.post("/codes", {"said": said}))
    assert client.get("/codes").status_code == 200


def test_the_counts_of_today_have_no_names(client: Client) -> None:
    ledger.add([content(copies=3), content()], TODAY)
    page = text(client.get("/today"))
    assert "2 orders taken today" in page and f"4 × {code_of('main', 'VIC')}" in page
    assert not [marker for marker in MARKERS if marker.casefold() in page.casefold()]


def test_nobody_gets_in_without_a_name() -> None:
    client = Client(headers=HERE)
    addresses = {pattern.name: str(pattern.pattern) for pattern in urlpatterns}
    for name in set(addresses) - {"asset", "sign-in", "sign-out"}:
        arguments = (
            {"id": 1} if "<int:id>" in addresses[name] else {"number": 1} if ":number" in addresses[name] else {}
        )
        done = client.get(reverse(name, kwargs=arguments))
        assert done.status_code == 302 and done["Location"].startswith("/sign-in?next="), name


@pytest.fixture
def signing_in(desk: Desk, operator: User) -> Iterator[Client]:
    operator.set_password("a long enough secret")
    operator.save()
    yield Client(raise_request_exception=False, headers=HERE)


def test_a_name_and_its_password_open_the_desk_until_the_session_ends(signing_in: Client) -> None:
    assert User.objects.get().password.startswith("argon2$")
    done = signing_in.post("/sign-in", {"username": "sam", "password": "a long enough secret", "next": "/today"})
    assert done["Location"] == "/today" and signing_in.get("/today").status_code == 200
    cookie = done.cookies["booklet-desk-session"]
    assert cookie["httponly"] and cookie["samesite"] == "Strict" and not cookie["max-age"]
    assert signing_in.session.get_expiry_age() == 45 * 60
    assert signing_in.post("/sign-out")["Location"] == "/sign-in"
    assert signing_in.get("/today").status_code == 302


def test_too_many_wrong_passwords_lock_a_name_out(signing_in: Client) -> None:
    wrong = {"username": "sam", "password": "wrong"}
    seen = [signing_in.post("/sign-in", wrong).status_code for _ in range(5)]
    assert seen == [200, 200, 200, 200, 429]
    right = signing_in.post("/sign-in", {**wrong, "password": "a long enough secret"})
    assert right.status_code == 429 and "Wait 15 minutes" in text(right)


def test_pages_are_kept_by_nobody_and_hold_nothing_from_elsewhere(client: Client) -> None:
    confirm(client, taken_through(client))
    for address in (
        "/",
        taken_through(client),
        "/order/10001",
        "/find",
        "/codes",
        "/today",
        "/shelf",
        "/clinics",
        "/no/where",
    ):
        page = client.get(address)
        assert page["Cache-Control"] == "no-store" and page["X-Frame-Options"] == "DENY"
        assert page["X-Content-Type-Options"] == "nosniff" and page["Referrer-Policy"] == "same-origin"
        policy = page["Content-Security-Policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy and "frame-ancestors 'none'" in policy
        assert not re.findall(r"https?://|style=|<script>| on\w+=\"", text(page))
    style = client.get("/style.css")
    assert style.status_code == 200 and "://" not in text(style) and client.get("/settings.py").status_code == 404


def test_another_site_can_send_nothing(operator: User) -> None:
    client = Client(enforce_csrf_checks=True, headers=HERE)
    client.force_login(operator, backend="django.contrib.auth.backends.ModelBackend")
    ledger.add([content()], TODAY)
    assert client.post("/order/10001/cancel", {"sure": "yes"}).status_code == 403
    assert ledger.find(10_001).state == "open"
    assert client.get("/", headers={"host": "evil.example"}).status_code == 400


@pytest.mark.parametrize("address", ["/order/10001/cancel", "/order/10001/repeat", "/call/1/forget", "/call/1/keep"])
def test_what_changes_something_is_never_done_by_a_link(client: Client, address: str) -> None:
    assert client.get(address).status_code == 405


def test_a_locked_database_is_told_and_what_was_typed_stays(client: Client, desk: Desk) -> None:
    place = taken_through(client)
    page = client.get(place)
    sent = {**PLACE, **PACK, **NOTICE, **ADDRESS, "safe": "yes", "read_back": hidden(page, "read_back")}
    with faults.locked(desk):
        done = client.post(place, {"step": "check", **sent})
    assert done.status_code == 503 and "in use by another command" in text(done)
    assert confirm(client, place) == "/order/10001/taken"


@pytest.mark.parametrize(("fault", "words"), [(faults.read_only, "read-only"), (faults.full, "full")])
def test_a_database_that_cannot_be_written_is_told(
    client: Client, desk: Desk, fault: faults.Lasting, words: str
) -> None:
    with fault(desk):
        done = [client.post("/", {**PLACE, "code": "x" * 1000}) for _ in range(40)][-1]
    assert done.status_code == 503 and words in text(done)


def test_a_key_that_is_lost_is_told_and_calls_go_on(client: Client, desk: Desk) -> None:
    confirm(client, taken_through(client))
    begun = taken_through(client)
    for path in desk.keys.glob("*.key"):
        path.unlink()
    page = client.get("/order/10001")
    assert "their key is not in the keys folder" in text(page)
    assert client.get(begun).status_code == 404 and client.get("/").status_code == 200
    assert confirm(client, taken_through(client)) == "/order/10002/taken"
    assert "cannot be read, because the key is lost" in text(client.get("/today"))


def test_without_a_manifest_the_screen_says_what_to_do(client: Client, desk: Desk) -> None:
    (desk.dist / "manifest.json").unlink()
    page = client.get("/")
    assert page.status_code == 503 and "Run booklet build first" in text(page)


def test_a_mistake_of_our_own_shows_its_place_and_no_name(
    client: Client, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    place = taken_through(client)

    def mistaken(*_: object) -> None:
        raise ValueError(" ".join(ADDRESS.values()))

    monkeypatch.setattr(drafts, "keep", mistaken)
    done = client.post(place, {"step": "address", **PLACE, **PACK, **NOTICE, **ADDRESS})
    assert done.status_code == 500
    told = capsys.readouterr()
    assert "ValueError" in told.err and "pages.py" in told.err
    assert not [marker for marker in MARKERS if marker in told.err + told.out + text(done)]


def test_no_name_or_order_is_in_any_byte_that_the_screen_writes(
    client: Client, desk: Desk, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every page once, with markers in what is typed; then every byte, address, log and session."""
    caplog.set_level(logging.DEBUG)
    seen: list[str] = []
    for page in ("/", "/find", "/codes"):
        client.post(page, {"said": "Quibblewick Zanthorpe", "postcode": "Zanthorpe"})
    place = taken_through(client)
    seen += [place, confirm(client, place)]
    client.post(
        f"{taken_through(client, name='Quibblewick' * 20)}/keep", {**ADDRESS, "step": "address", "revision": "1"}
    )
    seen.append(str(client.post("/order/10001/repeat")["Location"]))
    for page in ("/", "/order/10001", "/order/10001/taken", "/today"):
        client.get(page)
    written = desk.bytes_written().lower()
    logs = " ".join(record.getMessage() for record in caplog.records) + "".join(capsys.readouterr())
    sessions = repr(dict(client.session)) + repr(client.cookies)
    for marker in MARKERS:
        assert marker.lower().encode() not in written
        assert marker.lower() not in (logs + sessions + " ".join(seen)).lower()
    assert code_of("main", "VIC").lower().encode() not in written, "what was ordered is sealed too"
    assert models.Draft.objects.count() > 2 and b"sam" in written


def test_a_call_reads_the_same_whatever_was_built(desk: Desk) -> None:
    """A desk that has no edition of a state asks which one."""
    catalogue = read_catalogue(desk.dist)
    few = replace(catalogue, entries=tuple(row for row in catalogue.entries if row.edition == "NSW"))
    read = calls.read_call({**PLACE, **PACK, **NOTICE, **ADDRESS}, few, LIMITS, TODAY)
    assert (read.step, read.edition, read.items) == ("pack", "", ())
    assert read.problems["edition"] == "Choose the edition: there is none of that state's own."
    read = calls.read_call({**PLACE, **PACK, **NOTICE, **ADDRESS, "edition": "NSW"}, few, LIMITS, TODAY)
    assert (read.step, read.edition) == ("check", "NSW") and read.content


def test_every_page_has_its_fields_named(client: Client) -> None:
    """A label for each field and an id once; the browser test has axe look at the rest."""
    for address in ("/", taken_through(client), "/find", "/codes", "/today", "/shelf", "/clinics"):
        page = text(client.get(address))
        ids = re.findall(r' id="([^"]+)"', page)
        assert len(ids) == len(set(ids))
        fields = re.findall(r'<(?:input|select)(?![^>]*type="hidden")[^>]* id="([^"]+)"', page)
        assert [id for id in fields if f'<label for="{id}">' not in page] == []
        assert page.count(" autofocus") <= 1
    assert set(pages._ASSETS) >= {"style.css", "draft.js"}


def test_a_clinic_orders_more_and_again(client: Client) -> None:
    weeks = (TODAY + timedelta(weeks=26)).isoformat()
    clinic = {"clinic": "yes", "copies-main": "120", "every_weeks": "4", "until": weeks, "name": "Ward 7",
              "line_1": "Oncology Department", "line_2": "12 Zanthorpe Street"}  # fmt: skip
    place = taken_through(client, **clinic)
    page = client.get(place)
    assert problems(page) == [] and f"Again every 4 weeks, until {weeks}." in text(page)
    assert "which department or person" in text(page)
    after = confirm(client, place, **clinic)
    assert after == confirm(client, place, **clinic) == "/order/10001/taken"
    (row,) = standing.listed()
    assert row.content == ledger.find(10_001).content and row.content and row.content.is_clinic
    assert row.next == TODAY + timedelta(weeks=4)
    again = str(client.post("/order/10001/repeat")["Location"])
    assert confirm(client, again, **{**clinic, "every_weeks": "", "until": ""}) == "/order/10002/taken"
    page = client.get("/clinics")
    assert f"Next on {row.next}" in text(page) and "Oncology Department" in text(page)
    client.post("/clinics", {"id": str(row.id)})
    assert len(standing.listed()) == 1
    client.post("/clinics", {"id": str(row.id), "sure": "yes"})
    assert standing.listed() == []
    assert client.post("/clinics", {"id": str(row.id), "sure": "yes"}).status_code == 404
    assert len(ledger.listed()) == 2


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"every_weeks": "0", "until": "2099-01-01"}, "every_weeks"),
        ({"every_weeks": "4"}, "until"),
        ({"until": "2099-01-01"}, "every_weeks"),
        ({"every_weeks": "4", "until": "soon"}, "until"),
        ({"every_weeks": "4", "until": "2020-01-01"}, "until"),
        ({"every_weeks": "4", "until": "2099-01-01"}, "until"),
        ({"every_weeks": "4", "until": "2099-01-01", "copies-main": "999"}, "copies-main"),
    ],
)
def test_a_rhythm_that_is_none_is_told(client: Client, changes: dict[str, str], field: str) -> None:
    page = client.get(taken_through(client, clinic="yes", **changes))
    assert focus(page) == [field] and problems(page)


def test_a_caller_is_not_asked_for_a_rhythm(client: Client) -> None:
    page = client.get(taken_through(client, every_weeks="4", until="soon"))
    assert focus(page) == ["safe"] and "Standing order" not in text(page).split("</header>")[1]


def test_a_clinics_boxes_are_told_where_the_weight_is_known(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """150 copies of 64 pages (STANDARDS, AP14: 115 grams each), at most 12 kg in a box."""
    changes = {"clinic": "yes", "copies-main": "150", "copies-bone": ""}
    assert " by weight." not in text(client.get(taken_through(client, **changes)))
    monkeypatch.setattr(shown, "read_pages", lambda _: {code_of("main", "VIC"): (64, False)})
    place = taken_through(client, **changes)
    assert "2 boxes, by weight." in text(client.get(place))
    confirm(client, place, **changes)
    assert "Paid post, 2 boxes by weight" in text(client.get("/order/10001"))


def test_the_shelf_is_counted_and_tells_who_takes_an_order(client: Client) -> None:
    code = code_of("main", "VIC")
    spoken = ", ".join("November" if sign == "N" else sign for sign in code.replace(" ", ""))
    assert client.post("/shelf", {"code": spoken, "copies": "2", "low": "1"}).status_code == 302
    page = text(client.get("/shelf"))
    assert f'<th scope="row">{code}</th>' in page and "Steady Ground, VIC, issue 2026.1" in page
    assert "2 on the shelf. Low: print." in text(client.get(taken_through(client)))
    for wrong, words in (
        ({"code": "XXX XXX"}, "No such code"), ({"code": code, "copies": "-1"}, "whole number from 1"),
        ({"code": code, "copies": "2", "issue": "<script>"}, "was not printed in issue <script>"),
    ):  # fmt: skip
        page = text(client.post("/shelf", wrong))
        assert words in page and "Please mend" in page
    assert client.post("/shelf", {"code": OLD_VIC, "copies": "7"}).status_code == 302
    assert "Old issue: do not send" in text(client.get("/shelf"))
