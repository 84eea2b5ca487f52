"""What a mail house sends back is taken whole, once, and only of orders that it was given."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from click.testing import CliRunner, Result

from booklet_desk import ledger
from booklet_desk.cli import orders
from booklet_desk.records import DeliveryPoint
from tests.desk.conftest import Desk, code_of
from tests.desk.orders import content

TODAY = date.today()
TakeBack = Callable[..., Result]


@pytest.fixture
def take_back(desk: Desk) -> TakeBack:
    """Takes what came back, of three orders of which two were handed over: 10001 K, 10002 M and 10003 N."""
    ledger.add([content(copies=2), content()], TODAY)
    ledger.make_batch(TODAY, lambda order: order)
    ledger.add([content()], TODAY)

    def run(*rows: str, header: str = "Order,Status,Date", check: bool = False) -> Result:
        path = desk.folder / "back.csv"
        path.write_text("\n".join((header, *rows)) + "\n")
        options = ["--check"] if check else []
        done = CliRunner().invoke(orders, ["import", str(path), "--from-mail-house", *options])
        assert done.exception is None or isinstance(done.exception, SystemExit)
        return done

    return run


def test_orders_are_posted_one_by_one_and_the_batch_with_the_last(take_back: TakeBack) -> None:
    day = TODAY - timedelta(days=1)
    done = take_back(f"10001 K,Posted,{day.isoformat()}")
    assert (done.exit_code, done.stdout) == (0, "1 order posted, 0 returned, 0 with another address.\n")
    assert (ledger.find(10_001).state, ledger.find(10_001).closed, ledger.batch(1).posted) == ("posted", day, None)
    take_back(f"10001K,posted,{day:%d/%m/%Y}", f"10002M,lodged,{TODAY:%d/%m/%Y}")
    assert ledger.find(10_001).closed == day and ledger.batch(1).posted == TODAY
    assert ledger.statistics().posted == {code_of("main", "VIC"): 3}, "the same file twice counts nothing twice"


def test_a_parcel_that_came_back_keeps_its_address_for_another_thirty_days(take_back: TakeBack) -> None:
    take_back(f"10001 K,posted,{TODAY - timedelta(days=29)}")
    assert "1 returned" in take_back(f"10001 K,Return to sender,{TODAY}").stdout
    assert ledger.find(10_001).state == "returned"
    assert ledger.due(TODAY + timedelta(days=29)) == 0 and ledger.due(TODAY + timedelta(days=30)) == 1


def test_a_washed_address_takes_the_place_of_the_old_one_and_keeps_the_name(take_back: TakeBack) -> None:
    header = "Order,Status,Address,Suburb,State,Postcode,DPID,PAF version,PAF expires"
    take_back("10001 K,,14 Zanthorpe St,Snarkfield,VIC,3001,39549554,2026.3,31/12/2026", header=header)
    order = ledger.find(10_001).content
    assert order and order.address.printed == ("Ada Quibblewick", "14 Zanthorpe St", "SNARKFIELD VIC 3001")
    assert order.delivery_point == DeliveryPoint("39549554", "2026.3", "2026-12-31")
    assert [item.copies for item in order.items] == [2] and ledger.find(10_001).state == "batched"


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("10001 A,posted,", "row 2: The letter of 10001 is not A"),
        ("10001 K,eaten,", "row 2: status: posted, returned or nothing"),
        ("10001 K,posted,3000-01-01", "row 2: day: it has not come yet"),
        ("10001 K,posted,31/31/2026", "row 2: day: a day such as 27/11/2026"),
        ("10003 N,posted,", "Never handed over: 10003 N"),
        ("10009 Y,posted,", "Never handed over: 10009 Y"),
    ],
)
def test_a_row_that_cannot_be_says_why_and_nothing_is_taken(take_back: TakeBack, row: str, words: str) -> None:
    done = take_back(row, "10002 M,posted,")
    assert done.exit_code == 1 and words in done.stderr
    assert ledger.find(10_002).state == "batched"


@pytest.mark.parametrize("dpid", ["1234567,2026.3,31/12/2026", "39549554,,31/12/2026", "39549554,2026.3,"])
def test_a_delivery_point_without_its_days_is_refused(take_back: TakeBack, dpid: str) -> None:
    done = take_back(f"10001 K,{dpid}", header="Order,DPID,PAF version,PAF expires")
    assert done.exit_code == 1 and "dpid: eight digits, with paf_version and paf_expires" in done.stderr


def test_check_takes_nothing(take_back: TakeBack) -> None:
    assert "1 row can be taken." in take_back("10001 K,posted,", check=True).stderr
    assert ledger.find(10_001).state == "batched"


def test_what_comes_back_of_purged_orders_finds_no_name(take_back: TakeBack) -> None:
    take_back("10001 K,posted,", "10002 M,posted,")
    ledger.purge(TODAY + timedelta(days=30), is_sure=True)
    assert "1 returned" in take_back("10001 K,returned,").stdout
    assert ledger.find(10_001).content is None
