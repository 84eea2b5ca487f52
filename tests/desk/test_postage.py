"""What packs weigh and cost is worked out by hand here, and by the desk from pages and papers."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

import pytest
from click.testing import CliRunner

from booklet.dispatch import Entry
from booklet.spreadsheets import read_sheet
from booklet_desk import envelopes, ledger
from booklet_desk.catalogue import read_pages
from booklet_desk.envelopes import Envelope, Window
from booklet_desk.mail import mail
from booklet_desk.mailroom import names
from booklet_desk.postage import PARCEL, cheaper_without, posting, read_rates, statement
from booklet_desk.records import Content, DeskError, Item
from tests.desk.conftest import Desk, code_of
from tests.desk.orders import address

DAY = date(2026, 11, 27)
C5, C4 = Envelope("C5", (229, 162), (148.5,), None), Envelope("C4", (229, 324), (), None)
LARGE_PRINT = {"72": (72, True), "80": (80, True), "140": (140, True)}
PAGES = {"main": (64, False), "bone": (16, False), "thin": (16, False), "thick": (600, False), **LARGE_PRINT}


@pytest.mark.parametrize(
    ("code", "envelope", "grams"),
    [("main", C5, 121.2), ("72", C4, 244.2), ("80", C4, 269.2), ("140", C4, 456.3)],
)
def test_weights_are_those_of_the_standards_with_a_sheet_of_80_grams(
    desk: Desk, code: str, envelope: Envelope, grams: float
) -> None:
    """STANDARDS, AP14: 60 pages inside and a cover in C5; large print in C4; and a carrier sheet of 4.99 g."""
    found = posting((Item(code, 1),), envelope, read_rates(desk.home), PAGES.get, DAY)
    assert found.grams == pytest.approx(grams, abs=0.1)


@pytest.mark.parametrize(
    ("items", "envelope", "name", "step", "price"),
    [
        ([("main", 1)], C5, "large letter", 125, "3.40"),  # an A5 booklet needs C5, which is a large letter (AP2)
        ([("main", 1), ("bone", 1)], C5, "large letter", 250, "5.10"),
        ([("main", 4)], C5, "large letter", 500, "8.50"),
        ([("140", 1)], C4, "large letter", 500, "8.50"),
        ([("main", 5)], C5, PARCEL, None, None),  # heavier than 500 g
        ([("thick", 1)], C5, PARCEL, None, None),  # thicker than 20 mm
        ([("nothing", 1)], C5, "unknown", None, None),
    ],
)
def test_classes_and_prices(
    desk: Desk, items: list[tuple[str, int]], envelope: Envelope, name: str, step: int | None, price: str | None
) -> None:
    pack = tuple(Item(code, copies) for code, copies in items)
    found = posting(pack, envelope, read_rates(desk.home), PAGES.get, DAY)
    assert (found.name, found.step_grams, found.price) == (name, step, Decimal(price) if price else None)
    free = posting(pack, envelope, read_rates(desk.home), PAGES.get, DAY, is_free=True)
    assert free.price == (Decimal(0) if name == "large letter" else None)


def test_a_leaflet_in_a_long_envelope_is_a_small_letter(desk: Desk) -> None:
    text = (envelopes._SHIPPED.parent / "postage.toml").read_text().replace("C4 = 14.7", "C4 = 14.7\nDLX = 5")
    (desk.home / "postage.toml").write_text(text)
    dlx = Envelope("DLX", (235, 120), (99, 198), None)
    found = posting((Item("thin", 1),), dlx, read_rates(desk.home), PAGES.get, DAY)
    assert (found.name, found.price) == ("small letter", Decimal("1.70"))


def test_a_price_holds_from_its_day(desk: Desk) -> None:
    text = (envelopes._SHIPPED.parent / "postage.toml").read_text()
    later = '\n[[prices]]\nvalid_from = 2027-01-01\nsource = "test"\n"large letter" = [[125, 4.00]]\n'
    (desk.home / "postage.toml").write_text(text.replace("[presort]", f"{later}\n[presort]"))
    rates = read_rates(desk.home)
    days = (date(2025, 7, 16), date(2025, 7, 17), date(2026, 12, 31), date(2027, 1, 1))
    found = [posting((Item("main", 1),), C5, rates, PAGES.get, day).price for day in days]
    assert found == [None, Decimal("3.4"), Decimal("3.4"), Decimal("4")]


def test_what_can_be_left_out_for_a_lower_step_is_named_and_never_what_was_asked_for(desk: Desk) -> None:
    rates = read_rates(desk.home)
    main, bone = Item("main", 1), Item("bone", 1)
    assert cheaper_without((main, bone), C5, rates, PAGES.get, DAY) == (bone, Decimal("1.70"))
    assert cheaper_without((main,), C5, rates, PAGES.get, DAY) is None
    assert cheaper_without((bone, Item("thin", 1)), C5, rates, PAGES.get, DAY) is None, "both are one step"
    assert cheaper_without((main, Item("thick", 1)), C5, rates, PAGES.get, DAY) == (Item("thick", 1), Decimal(0))


def test_the_statement_counts_pieces_by_class_step_and_free_post(desk: Desk) -> None:
    rates = read_rates(desk.home)
    rows = [(posting((Item("main", copies),), C5, rates, PAGES.get, DAY, free), free) for copies, free in
            ((1, False), (1, False), (2, False), (1, True), (5, False))]  # fmt: skip
    assert statement(rows)[1:] == [
        ("large letter", "125", "no", "2", "3.40", "6.80"),
        ("large letter", "125", "yes", "1", "0.00", "0.00"),
        ("large letter", "250", "no", "1", "5.10", "5.10"),
        ("parcel", "", "no", "1", "unknown", "unknown"),
    ]


def test_a_file_of_rates_that_is_spoilt_says_so(desk: Desk) -> None:
    for text in ("", "paper_gsm = 3", "classes = [", "[paper_gsm]\ninside = 'a'"):
        (desk.home / "postage.toml").write_text(text)
        with pytest.raises(DeskError, match=r"postage\.toml cannot be read"):
            read_rates(desk.home)


def built(desk: Desk) -> None:
    """A manifest whose files have pages: volumes of large print, and a chapter to hand out under the booklet's code."""
    path = desk.dist / "manifest.json"
    manifest = json.loads(path.read_text())
    for title, format, size, pages, part in (
        ("main", "screen", "standard", 64, 1), ("main", "large-print", "large-print", 40, 1),
        ("main", "large-print", "large-print", 32, 2), ("main", "press", "standard", 64, 1),
        ("bone", "screen", "standard", 16, 1), ("chapter:one", "screen", "standard", 8, 1),
    ):  # fmt: skip
        code = code_of(title if title in ("main", "bone") else "main", "VIC", size)
        name = f"VIC/{title[:4]}-{format}-{part}.pdf"
        trim_mm = (210, 297) if format == "large-print" else (148, 210)
        entry = Entry(name, title, "x", "VIC", format, 1, "2026.1", code, pages, 1, "0", trim_mm, "0")
        manifest["files"].append(entry.__dict__)
    path.write_text(json.dumps(manifest))


def test_pages_are_those_of_all_volumes_and_of_nothing_else(desk: Desk) -> None:
    built(desk)
    assert read_pages(desk.dist) == {
        code_of("main", "VIC"): (64, False), code_of("main", "VIC", "large-print"): (72, True),
        code_of("bone", "VIC"): (16, False),
    }  # fmt: skip


def test_a_batch_has_the_numbers_of_a_mailing_statement_and_packs_by_class_and_postcode(desk: Desk) -> None:
    built(desk)
    for name in ("c5", "c4"):
        envelope = envelopes.find_envelope(desk.home, name)
        envelopes.keep(desk.home, envelopes.measured(envelope, Window(22, 46, 95, 38)))
    main, bone, large = (Item(code_of(*thing), 1) for thing in (
        ("main", "VIC"), ("bone", "VIC"), ("main", "VIC", "large-print")))  # fmt: skip
    to_3999, to_3000 = address(postcode="3999"), address()
    ledger.add([Content(to_3999, (main,)), Content(to_3000, (main, bone)), Content(to_3000, (large,), True),
                Content(to_3000, (Item(code_of("main", "NSW"), 1),))], date.today())  # fmt: skip
    out = desk.folder / "out"
    done = CliRunner().invoke(mail, ["batch", str(out), "--dist", str(desk.dist)])
    assert done.exit_code == 0 and "PreSort" not in done.stderr
    packs = [row for _, row in read_sheet((out / names(1)[3]).read_bytes()).rows]
    assert packs == [
        ("large letter", "3000", "10002 M", "155", "6.5", "250", "5.10", "Your bones", "1.70"),
        ("large letter", "3000", "10003 N", "244", "5.1", "250", "0.00", "", ""),
        ("large letter", "3999", "10001 K", "121", "5.0", "125", "3.40", "", ""),
        ("unknown", "3000", "10004 Q", "unknown", "unknown", "", "unknown", "", ""),
    ]
    pieces = [row for _, row in read_sheet((out / names(1)[4]).read_bytes()).rows]
    assert [row[:4] for row in pieces] == [
        ("large letter", "125", "no", "1"), ("large letter", "250", "no", "1"), ("large letter", "250", "yes", "1"),
        ("unknown", "", "no", "1"),
    ]  # fmt: skip


def test_three_hundred_large_letters_are_worth_asking_about(desk: Desk) -> None:
    built(desk)
    envelope = envelopes.find_envelope(desk.home, "c5")
    envelopes.keep(desk.home, envelopes.measured(envelope, Window(22, 46, 95, 38)))
    ledger.add([Content(address(), (Item(code_of("main", "VIC"), 1),)) for _ in range(300)], date.today())
    done = CliRunner().invoke(mail, ["batch", str(desk.folder / "out"), "--dist", str(desk.dist)])
    assert done.exit_code == 0 and "PreSort Unbarcoded" in done.stderr
