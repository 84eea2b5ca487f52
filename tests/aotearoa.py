"""A tiny booklet of New Zealand as an overlay: the South Island, its emergency number, every way to reach somebody.

Numbers are public ones (111; Healthline, health.govt.nz; 1737; Lifeline and its text line 4357, lifeline.org.nz; New
Zealand Relay and the textphone line for emergencies, nzrelay.co.nz), or examples that `phonenumbers` gives.
"""

from __future__ import annotations

from tests.tiny import BOOK, FILES, ONE, STATES, VIC, Overlay, edition, service

WA, NATIONAL, NZS = "chapters/editions/wa.toml", "chapters/support/all.yaml", "chapters/editions/nzs.toml"
HOURS = "\n    mon-fri: 9:00-17:00\n    sat: 10:00-14:00\n    holidays: closed\n    zone: Pacific/Auckland"
SERVICES = (
    service("emergency", "Emergency", "emergency", phone="111", textphone="0800 16 16 16", hours="always")
    + service("healthline", "Healthline", "government-health-line", phone="0800 611 116", hours="24 hours")
    + service("relay", "New Zealand Relay", "interpreter", phone="0800 4 712 712", textphone="0800 4 711 711")
    + service("any-line", "Lifeline", audience="any-cancer", phone="0800 543 354", sms="4357", hours=HOURS)
    + service("talk", "Need to talk?", phone="1737", sms="1737")
    + service(
        "south",
        "South group",
        "support-group",
        "NZS",
        "breast",
        phone="[{number: 03 234 5678 ext 5, label: bookings}, 0800 123 456]",
        email="help@example.org",
        chat="https://example.org/chat",
        relay="0800 4 712 712",
        url="[https://example.org/south, {address: https://example.org/mi, label: in te reo}]",
    )
    + service(
        "text-only", "Text group", "support-group", "NZS", "breast", sms="{number: 021 123 4567, label: evenings}"
    )
    + service("tty-only", "Textphone group", "support-group", "NZS", "breast", textphone="0800 4 711 711")
)


def _book() -> str:
    book = FILES[BOOK].replace('slug = "tiny"', 'slug = "tiny"\nlanguage = "en-NZ"')
    start, end = book.index("[clock]"), book.index("[order_line]")
    book = book[:start] + book[end:]
    for old, new in (
        ("triple-zero", "emergency"),
        ('000 = "Call triple zero (000) first."', '111 = "Call 111 first."'),
        ("1800 160 401", "0800 4 711 711"),
        ('"interpreter"\nrelay = "interpreter"', '"relay"\nrelay = "relay"'),
    ):
        assert old in book
        book = book.replace(old, new)
    return book


AOTEAROA: Overlay = {
    BOOK: _book(),
    VIC: None,
    WA: None,
    STATES: None,
    NATIONAL: SERVICES,
    NZS: "\n".join(
        row
        for row in edition("NZS", "x", "healthline", ("HKV 4TU", "HQV 4TV"), "x").split("\n")
        if not row.startswith(("name", "in_words", "emergency", "time_zone"))
    ),
    ONE: FILES[ONE].replace("triple-zero", "emergency")
    + "\n::: call-now first=111\n- A fall.\n:::\n\nText {{ services['text-only'].sms }} or {{ services['talk'].sms }}, "
    "or ring {{ services['south'].phone }}.\n",
}
"""Name, words, clock and emergency sentence of the edition come from the country."""
