"""The barcode of a delivery point: made by zint, read back by the published table, and seen whole in the window."""

from __future__ import annotations

import io
import sys
from dataclasses import replace
from datetime import date

import pytest
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from booklet_desk.barcode import FULL, TRACKER, Bar, BarcodeError, placed, read_bars, states_of
from booklet_desk.carriers import Carrier, carrier, carrier_sheets
from booklet_desk.catalogue import Catalogue
from booklet_desk.envelope_check import check_carriers
from booklet_desk.envelopes import Envelope, Window
from booklet_desk.mailroom import MailRoom
from booklet_desk.postage import read_rates
from booklet_desk.records import Content, DeliveryPoint
from tests.desk.conftest import Desk
from tests.desk.orders import content

C5 = Envelope("C5", (229, 162), (148.5,), Window(22, 46, 95, 38))
DPID = "96184209"
POINT = DeliveryPoint(DPID, "2026.4", "2027-02-28")
DAY = date(2026, 11, 27)


def sheet(states: tuple[int, ...]) -> Carrier:
    made = carrier(10_001, content(), C5, "Thanks\n\n{pack}\n\n{order}", lambda item: item.code, False, states)
    assert isinstance(made, Carrier)
    return made


@pytest.mark.parametrize("dpid", [DPID, "39549554", "00000000", "12345678", "99999999"])
def test_a_delivery_point_is_read_back_from_its_bars(dpid: str) -> None:
    """STANDARDS, AP10: 37 bars of 0.4 to 0.6 mm, 22 to 25 an inch, 4.2 to 5.6 mm high, trackers of 1.0 to 1.6 mm."""
    states = states_of(dpid)
    bars = placed(states, 27, 51)
    assert len(bars) == 37 and read_bars(bars) == dpid
    assert 22 <= 36 / ((bars[-1].left_mm - bars[0].left_mm) / 25.4) <= 25
    assert {4.2 <= bar.height_mm <= 5.6 for bar, state in zip(bars, states, strict=True) if state == FULL} == {True}
    assert {1.0 <= bar.height_mm <= 1.6 for bar, state in zip(bars, states, strict=True) if state == TRACKER} == {True}
    assert {2.6 <= bar.height_mm <= 3.7 for bar, state in zip(bars, states, strict=True) if state in (1, 2)} == {True}


def test_the_symbols_behind_the_digits_are_those_of_the_published_example() -> None:
    """Any other DPID has others; a bar less, one that is too wide and a digit that is none are no barcode."""
    states = states_of(DPID)
    bars = placed(states, 27, 51)
    assert states[23:35] != states_of("96184208")[23:35]
    assert read_bars(bars[:-1]) is None
    assert read_bars((replace(bars[0], width_mm=0.9), *bars[1:])) is None
    assert read_bars(placed((states[0], states[1], 3, 3, *states[4:]), 27, 51)) is None
    assert read_bars(placed(states[::-1], 27, 51)) is None


def test_a_barcode_stands_whole_in_the_window_above_the_address_and_the_check_reads_it() -> None:
    made = sheet(states_of(DPID))
    expected = {"10001 K": tuple(line.as_read for line in made.address)}
    assert check_carriers(carrier_sheets("Batch 1", [made], C5), C5, expected) == []
    assert sheet(()).address == made.address, "it costs no size"


@pytest.mark.parametrize(
    "bars", [placed(states_of(DPID), 20, 51), placed(states_of(DPID), 27, 200), (Bar(30, 52, 5, 5),)]
)
def test_bars_at_another_place_or_something_else_stop_the_sheet(bars: tuple[Bar, ...]) -> None:
    target = io.BytesIO()
    canvas = Canvas(target, (210 * mm, 297 * mm))
    for bar in bars:
        lower = (297 - bar.top_mm - bar.height_mm) * mm
        canvas.rect(bar.left_mm * mm, lower, bar.width_mm * mm, bar.height_mm * mm, 0, 1)
    canvas.drawString(30 * mm, (297 - 65) * mm, "CARLTON VIC 3053")
    canvas.save()
    assert any("neither text nor a barcode" in fault.what for fault in check_carriers(target.getvalue(), C5))


def test_only_a_delivery_point_that_holds_has_a_barcode_and_only_where_one_is_asked_for(desk: Desk) -> None:
    room = MailRoom({}, "", Catalogue(()), {}, read_rates(desk.home), has_barcodes=True)
    known: Content = replace(content(), delivery_point=POINT)
    assert room.states(known, DAY) == states_of(DPID)
    assert room.states(known, date(2027, 3, 1)) == () == room.states(content(), DAY)
    assert replace(room, has_barcodes=False).states(known, DAY) == ()


def test_without_the_extra_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "zint", None)
    with pytest.raises(BarcodeError, match=r"zint-bindings: pip install '\.\[barcode\]'"):
        states_of(DPID)


@pytest.mark.parametrize("dpid", ["", "1234567", "123456789", "1234567x", "１２３４５６７８"])
def test_what_is_no_delivery_point_is_refused(dpid: str) -> None:
    with pytest.raises(BarcodeError, match="eight digits"):
        states_of(dpid)
