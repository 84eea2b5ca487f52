"""`booklet orders` from a call to a purge, what stops it, and what must never be seen of it."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import click
import pikepdf
import pytest
from click.testing import CliRunner, Result
from django.test import override_settings

from booklet.cli import main
from booklet.spreadsheets import read_sheet
from booklet_desk import ledger, models
from booklet_desk.cli import orders
from booklet_desk.mail import mail
from tests.conftest import PROJECT
from tests.desk import faults
from tests.desk.conftest import Desk, code_of
from tests.desk.orders import MARKERS, content

CALL = (
    "3000", "main, bone", "standard", "2", "y",
    "Ada Quibblewick", "12 Zanthorpe Street", "", "Snarkfield", "y", "y", "n",
)  # fmt: skip
"""What an operator types: place, what, size, copies, notice, name, address, suburb, read back, safe, free post."""
TODAY = date.today()
WINDOW = ("--left", "22", "--top", "46", "--width", "95", "--height", "38")


def run(desk: Desk, *arguments: str, typed: tuple[str, ...] = ()) -> Result:
    """A command of the desk; a traceback fails the test."""
    needs_dist = arguments[0] in ("add", "show", "import", "export", "stats")
    options = ("--dist", str(desk.dist)) if needs_dist else ()
    done = CliRunner().invoke(orders, [*arguments, *options], input="\n".join((*typed, "")))
    assert done.exception is None or isinstance(done.exception, SystemExit)
    return done


def seen(done: Result) -> list[str]:
    """The markers that somebody could read."""
    return [marker for marker in MARKERS if marker.casefold() in (done.stdout + done.stderr).casefold()]


def test_a_call_becomes_an_order_that_is_read_back(desk: Desk) -> None:
    done = run(desk, "add", typed=CALL)
    assert done.exit_code == 0
    assert "Order 10001 K: one, zero, zero, zero, one, Kilo." in done.stdout
    assert "  Ada Quibblewick\n  12 Zanthorpe Street\n  SNARKFIELD VIC 3000\n" in done.stdout
    order = ledger.find(10_001)
    assert order.content and order.content.address.printed[-1] == "SNARKFIELD VIC 3000"
    assert [(item.code, item.copies) for item in order.content.items] == [
        (code_of("main", "VIC"), 2), (code_of("bone", "VIC"), 2)
    ]  # fmt: skip


def test_the_postcode_comes_first_and_a_border_is_asked_about(desk: Desk) -> None:
    done = run(desk, "add", typed=("0100", "872", "VIC", "872", "sa", *CALL[1:]))
    assert done.exit_code == 0 and done.stdout.startswith("Postcode: ")
    assert "there is no 0100" in done.stdout and "shared by NT, SA and WA" in done.stdout
    assert "lies in NT, SA or WA, not VIC" in done.stdout and "Edition: SA" in done.stdout
    order = ledger.find(10_001)
    assert order.content and order.content.items[0].code == code_of("main", "SA")


def test_what_is_wrong_is_asked_again(desk: Desk) -> None:
    typed = (
        "3000", "liver", "standard", "1", "main", "standard", "99", "main", "large-print", "1", "y",
        "A" * 200, "1 St", "", "Kew", "", "1 St", "", "Kew", "n",
        "The Example family", "1 St", "", "Kew", "y", "y", "y",
    )  # fmt: skip
    done = run(desk, "add", typed=typed)
    assert done.exit_code == 0
    for words in ("there are main, bone", "at most 10", "name: 200 characters", "The Resident"):
        assert words in done.stdout
    order = ledger.find(10_001)
    assert order.content and order.content.address.name == "The Example family" and order.content.free_post
    assert order.content.items[0].code == code_of("main", "VIC", "large-print")


@pytest.mark.parametrize(
    "typed", [CALL[:6], (*CALL[:4], "n"), (*CALL[:10], "n")], ids=["hung up", "notice refused", "not safe"]
)
def test_a_call_that_ends_early_leaves_nothing(desk: Desk, typed: tuple[str, ...]) -> None:
    assert run(desk, "add", typed=typed).exit_code == 1
    assert ledger.listed() == []


def test_a_caller_has_no_more_copies_than_the_limit_over_all_orders(desk: Desk) -> None:
    with override_settings(DESK_MOST_COPIES=3):
        assert run(desk, "add", typed=CALL).exit_code == 0
        done = run(desk, "add", typed=CALL)
    assert done.exit_code == 1 and "had 2 of 3 copies" in done.stderr and "Quibblewick" not in done.stderr
    assert len(ledger.listed()) == 1


def test_a_clinic_orders_more_and_as_much_again(desk: Desk) -> None:
    typed = (*CALL[:3], "40", *CALL[4:])
    for number in (10_001, 10_002):
        done = CliRunner().invoke(orders, ["add", "--clinic", "--dist", str(desk.dist)], input="\n".join((*typed, "")))
        assert done.exit_code == 0
        order = ledger.find(number).content
        assert order and order.is_clinic and order.items[0].copies == 40


def test_an_order_that_another_desk_took_in_the_meantime_counts(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    ask = click.confirm

    def asked(question: str, **options: Any) -> bool:
        if question.startswith("Free post"):
            ledger.add([content(copies=2)], TODAY)
        return ask(question, **options)

    monkeypatch.setattr(click, "confirm", asked)
    with override_settings(DESK_MOST_COPIES=3):
        done = run(desk, "add", typed=CALL)
    assert done.exit_code == 1 and "had 2 of 3 copies" in done.stderr
    assert len(ledger.listed()) == 1


def test_the_notice_is_read_before_the_address_in_forty_seconds(desk: Desk) -> None:
    done = run(desk, "add", typed=CALL)
    notice = (PROJECT / "booklet_desk/notice.txt").read_text("utf-8").strip()
    assert notice in done.stderr and len(notice.split()) <= 100, "STANDARDS, PR3"
    assert done.output.index(notice) < done.output.index("Name as it should appear")


def test_a_charity_has_its_own_notice(desk: Desk) -> None:
    own = desk.folder / "own.txt"
    own.write_text("Our own words.")
    with override_settings(DESK_NOTICE=own):
        assert "Our own words." in run(desk, "add", typed=CALL).stderr


def test_an_order_goes_from_call_to_purge(desk: Desk) -> None:
    run(desk, "add", typed=CALL)
    out = desk.folder / "out"
    done = run(desk, "export", str(out))
    (path,) = out.iterdir()
    assert done.stdout.split() == [str(path)] and "booklet orders posted 1" in done.stderr
    first = path.read_bytes()
    assert run(desk, "export", str(out)).exit_code == 1, "nothing is handed over twice"
    path.unlink()
    assert run(desk, "export", str(out), "--again", "1").exit_code == 0
    assert path.read_bytes() == first
    assert "1 order posted" in run(desk, "posted", "1").stdout
    assert f"2 × {code_of('main', 'VIC')}  Steady Ground, VIC" in run(desk, "stats").stdout
    due = (TODAY + timedelta(days=30)).isoformat()
    assert "1 order purged, 1 key destroyed." in run(desk, "purge", "--date", due).stdout
    shown = run(desk, "show", "10001", "K")
    assert "Purged" in shown.stdout and not seen(shown)
    assert "purged" in run(desk, "export", str(out), "--again", "1").stderr


def test_a_batch_is_undone_with_its_files(desk: Desk) -> None:
    run(desk, "add", typed=CALL)
    out = desk.folder / "out"
    run(desk, "export", str(out))
    assert "1 order open again" in run(desk, "export", str(out), "--undo", "1").stderr
    assert list(out.iterdir()) == [] and ledger.find(10_001).state == "open"


def test_a_mail_house_gets_what_it_needs_and_no_more(desk: Desk) -> None:
    """STANDARDS, AP17."""
    ledger.add([content(), content(copies=2), content(postcode="0800", state="NT")], TODAY)
    run(desk, "export", str(desk.folder / "out"))
    single = read_sheet((desk.folder / "out/batch-00001.csv").read_bytes())
    several = read_sheet((desk.folder / "out/batch-00001-more-copies.csv").read_bytes())
    assert single.header == several.header == (
        "sequence", "order", "name", "line_1", "line_2", "line_3", "locality", "state", "postcode", "contents",
        "copies", "free_post",
    )  # fmt: skip
    nt, vic = (row for _, row in single.rows)
    assert nt[:9] == ("1", "10003 N", "Ada Quibblewick", "12 Zanthorpe Street", "", "", "SNARKFIELD", "NT", "0800")
    assert vic[0] == "2" and [row[10] for _, row in several.rows] == ["2"]
    for path in (desk.folder / "out").iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_batch_whose_files_cannot_be_written_is_kept_and_told(desk: Desk) -> None:
    ledger.add([content()], TODAY)
    (desk.folder / "file").write_text("no folder")
    failed = run(desk, "export", str(desk.folder / "file/out"))
    assert failed.exit_code == 1 and "cannot be used" in failed.stderr
    told = run(desk, "list")
    assert "files of batch 1 were not written" in told.stderr
    assert run(desk, "export", str(desk.folder / "other"), "--again", "1").exit_code == 0
    assert run(desk, "list").stderr == ""


def test_lists_and_counts_show_no_name(desk: Desk) -> None:
    run(desk, "add", typed=CALL)
    for arguments in (("list",), ("stats",), ("cancel", "10001", "K"), ("list", "--state", "cancelled"), ("purge",)):
        done = run(desk, *arguments)
        assert done.exit_code == 0 and seen(done) == []
    assert seen(run(desk, "show", "10001K")) == list(MARKERS), "who asks for an order sees it"


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (("show", "10001", "A"), 2, "letter of 10001 is not A"),
        (("show", "nothing"), 2, "such as 10001 K"),
        (("show", "10001", "K"), 1, "No order has the number 10001 K"),
        (("cancel", "10001", "K"), 1, "No order has the number 10001 K"),
        (("posted", "7"), 1, "no batch 7"),
        (("posted", "1", "--date", "3000-01-01"), 1, "not come yet"),
        (("posted", "1", "--date", "soon"), 2, "a date such as"),
        (("export", "out", "--again", "7"), 1, "no batch 7"),
        (("export", "out", "--undo", "7"), 1, "no batch 7"),
        (("export", "out"), 1, "no open order"),
    ],
)
def test_what_is_asked_wrongly_is_told(desk: Desk, arguments: tuple[str, ...], status: int, words: str) -> None:
    done = run(desk, *arguments)
    assert (done.exit_code, words in done.stderr) == (status, True)


def test_a_lost_key_is_said_plainly_and_the_rest_goes_on(desk: Desk) -> None:
    ledger.add([content()], TODAY)
    for path in desk.keys.glob("*.key"):
        path.unlink()
    shown = run(desk, "show", "10001K")
    assert shown.exit_code == 1 and "their key is not in the keys folder" in shown.stderr
    ledger.add([content()], TODAY)
    done = run(desk, "export", str(desk.folder / "out"))
    assert done.exit_code == 1 and "Left out, because their key is lost: 10001 K" in done.stderr
    assert (desk.folder / "out/batch-00001.csv").exists()
    assert "key lost" in run(desk, "list").stdout and "their key is lost" in run(desk, "stats").stderr


def test_a_mistake_of_our_own_shows_its_place_and_no_name(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def mistaken(*_: object) -> None:
        raise ValueError(" ".join(CALL))

    monkeypatch.setattr(ledger, "add", mistaken)
    done = CliRunner().invoke(orders, ["add", "--dist", str(desk.dist)], input="\n".join((*CALL, "")))
    assert done.exit_code == 70 and "ValueError" in done.stderr and "ledger.add" in done.stderr
    assert "Quibblewick" not in done.stderr and "Zanthorpe" not in done.stderr


@pytest.mark.parametrize("value", ["many", "0", "-1"])
def test_a_setting_that_is_no_number_is_told(desk: Desk, value: str) -> None:
    environment = {**os.environ, **desk.environment, "BOOKLET_DESK_MOST_COPIES": value}
    command = [sys.executable, "-m", "booklet", "orders", "list"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, cwd=PROJECT)
    assert (done.returncode, done.stderr) == (1, "BOOKLET_DESK_MOST_COPIES is not a number from 1.\n")


def test_what_a_killed_command_left_of_a_file_is_removed(desk: Desk) -> None:
    """It holds names."""
    ledger.add([content()], TODAY)
    (desk.folder / "out").mkdir()
    leftover = desk.folder / "out/batch-00001.csv.aside-4711"
    leftover.write_text("half a file")
    run(desk, "export", str(desk.folder / "out"))
    assert [path.name for path in (desk.folder / "out").iterdir()] == ["batch-00001.csv"]
    leftover.write_text("half a file")
    run(desk, "export", str(desk.folder / "out"), "--undo", "1")
    assert list((desk.folder / "out").iterdir()) == []


@pytest.mark.parametrize("inside", ["home", "keys"])
def test_orders_may_not_lie_in_the_project(desk: Desk, inside: str) -> None:
    (desk.folder / "project/chapters").mkdir(parents=True)
    (desk.folder / "project/chapters/booklet.toml").write_text("")
    with override_settings(**{f"DESK_{inside.upper()}": desk.folder / "project/deep/orders"}):
        done = run(desk, "list")
    assert done.exit_code == 1 and f"BOOKLET_DESK_{inside.upper()}" in done.stderr
    assert not (desk.folder / "project/deep").exists()


def test_files_with_names_may_not_lie_in_the_project(desk: Desk) -> None:
    (desk.folder / "project/chapters").mkdir(parents=True)
    (desk.folder / "project/chapters/booklet.toml").write_text("")
    ledger.add([content()], TODAY)
    place = str(desk.folder / "project/out")
    refused = [run(desk, "export", place), run(desk, "backup", place)]
    refused += [CliRunner().invoke(mail, [*command, "--dist", str(desk.dist)]) for command in (["batch", place],)]
    refused += [CliRunner().invoke(mail, ["labels", "1", place])]
    assert [done.exit_code for done in refused] == [1] * 4
    assert all("booklet's own folder" in done.stderr for done in refused)
    assert ledger.find(10_001).state == "open" and not Path(place).exists()


def test_keys_may_not_lie_with_the_database(desk: Desk) -> None:
    with override_settings(DESK_KEYS=desk.home / "keys"):
        assert "A backup of the desk's folder would hold the keys" in run(desk, "list").stderr


def back_up(desk: Desk, file: Path) -> Result:
    """As docs/order-line.md says; PostgreSQL by a command of its own, here so that its bytes can be searched."""
    done = run(desk, "backup", str(file))
    if desk.cluster:
        assert done.exit_code == 1 and "pg_dump" in done.stderr
        desk.cluster.use("pg_dump", "--format=custom", "--compress=0", f"--file={file}", desk.url)
    return done


def about(file: Path) -> str:
    """All that a PDF says of itself."""
    with pikepdf.open(file) as pdf:
        return " ".join((*map(str, pdf.docinfo.values()), str(pdf.open_metadata()))).casefold()


def test_no_name_or_order_is_in_any_byte_that_the_desk_writes(desk: Desk) -> None:
    """Every command once, and one that a full disk stops; then every byte of the database, its write-ahead log, its
    server's log, the keys and the backups, every name of a file, what the batch's PDFs say of themselves, and every
    word on the screen but those of who asked for one order.
    """
    calls = desk.folder / "calls.csv"
    row = "Name,Address,Suburb,Postcode\nAda Quibblewick,12 Zanthorpe St,Snarkfield,3000\n"
    calls.write_text(f"{row}B,,Snarkfield,3000\n")
    screens = [run(desk, "import", str(calls))]
    calls.write_text(row + row.partition("\n")[2] * 300)
    with faults.full(desk):
        screens.append(run(desk, "import", str(calls)))
    calls.write_text(row)
    screens.append(run(desk, "import", str(calls)))
    run(desk, "add", typed=CALL)
    for name in ("c5", "c4"):
        CliRunner().invoke(mail, ["measure", name, *WINDOW])
    screens += [run(desk, "list"), back_up(desk, desk.home / "one")]
    screens += [CliRunner().invoke(mail, ["batch", str(desk.folder / "out"), "--dist", str(desk.dist)])]
    screens += [run(desk, "posted", "1"), run(desk, "stats"), back_up(desk, desk.home / "two")]
    due = (TODAY + timedelta(days=30)).isoformat()
    screens += [run(desk, *arguments) for arguments in (("purge", "--date", due), ("list",), ("stats",))]
    copied = 1 if desk.cluster else 0
    assert [done.exit_code for done in screens] == [1, 1, 0, 0, copied, 0, 0, 0, copied, 0, 0, 0]
    assert [marker for done in screens for marker in seen(done)] == []
    written = desk.bytes_written().lower()
    assert [marker for marker in MARKERS if marker.lower().encode() in written] == []
    assert b"k4" in written, "the counts by code stay, and are found"
    names = " ".join(path.name for path in desk.folder.rglob("*")).lower()
    told = names + "".join(map(about, (desk.folder / "out").glob("*.pdf")))
    assert "batch 1" in told and [marker for marker in MARKERS if marker.lower() in told] == []
    assert models.Order.objects.filter(sealed__isnull=False).count() == 0


def test_names_are_not_taken_from_a_command_line() -> None:
    options = {option for command in orders.commands.values() for option in command.params}
    names = {name for option in options for name in (option.name, *option.opts)}
    assert not names & {"name", "address", "--name", "--address", "--line", "--suburb"}


def test_without_the_extra_the_command_says_how_to_get_it() -> None:
    code = "import sys; sys.modules['django'] = None; from booklet.cli import main; main(['orders', 'list'])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=PROJECT)
    assert done.returncode == 3
    assert done.stderr == "The order desk needs the package django: pip install '.[desk]' in its folder\n"


def test_the_booklets_commands_load_nothing_of_the_desk() -> None:
    code = (
        "import sys; from booklet.cli import main; main(['--help'], standalone_mode=False); print(sys.modules.keys())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=PROJECT)
    assert "'booklet.cli'" in done.stdout and "django" not in done.stdout and "booklet_desk" not in done.stdout


def test_the_desk_is_reached_through_the_one_command(desk: Desk) -> None:
    environment = {**os.environ, **desk.environment}
    command = [sys.executable, "-m", "booklet", "orders", "list"]
    ledger.add([content()], TODAY)
    done = subprocess.run(command, env=environment, capture_output=True, text=True, cwd=PROJECT)
    assert (done.returncode, done.stdout) == (0, f"10001 K  {TODAY}  open\n")
    assert CliRunner().invoke(main, ["orders", "--help"]).exit_code == 0
