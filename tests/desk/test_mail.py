"""Carrier sheets show an address and nothing else, however they slide; what does not is stopped, and named."""

from __future__ import annotations

import ctypes
import io
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pypdfium2
import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from booklet_desk import envelopes, ledger, mailroom
from booklet_desk.carriers import ADDRESS_SIZES_PT
from booklet_desk.cli import orders
from booklet_desk.envelope_check import check_carriers, tells
from booklet_desk.envelopes import Envelope, EnvelopeError, Window
from booklet_desk.labels import SHEETS, LabelError, Printer, labels
from booklet_desk.lettering import BOLD, PLAIN, UndrawnError, fitted, line
from booklet_desk.lists import measuring_grid
from booklet_desk.mail import mail
from booklet_desk.records import Address, Content, DeskError, Item
from tests.desk.conftest import Desk, code_of
from tests.desk.orders import MARKERS, address, content

TODAY = date.today()
WINDOW = Window(22, 46, 95, 38)
C5 = Envelope("C5", (229, 162), (148.5,), WINDOW)
MEASURES = ["--left", "22", "--top", "46", "--width", "95", "--height", "38"]
Run = Callable[..., Result]


@pytest.fixture
def run(desk: Desk) -> Run:
    """A command of the mail room, its envelopes measured."""

    def do(*arguments: str, measure: bool = True) -> Result:
        for name in ("c5", "c4") if measure else ():
            CliRunner().invoke(mail, ["measure", name, *MEASURES])
        options = ("--dist", str(desk.dist)) if arguments[0] == "batch" else ()
        done = CliRunner().invoke(mail, [*arguments, *options])
        assert done.exception is None or isinstance(done.exception, SystemExit)
        return done

    return do


def to(*lines: str, name: str = "Ada Example", locality: str = "KEW") -> Content:
    return Content(Address(name, lines or ("1 St",), locality, "VIC", "3101"), (Item(code_of("main", "VIC"), 1),))


def texts(file: Path | bytes) -> list[str]:
    with pypdfium2.PdfDocument(file) as document:
        pages = []
        for index in range(len(document)):
            page = document[index]
            text = page.get_textpage()
            pages.append(text.get_text_range().replace("\r", ""))
            text.close()
            page.close()
        return pages


def sizes_pt(file: Path) -> set[float]:
    """The sizes of type on the first page."""
    size = ctypes.c_float()
    found = set()
    with pypdfium2.PdfDocument(file) as document:
        page = document[0]
        for item in page.get_objects():
            assert pypdfium2.raw.FPDFTextObj_GetFontSize(item.raw, ctypes.byref(size))
            found.add(round(size.value, 1))
        page.close()
    return found


def shown(file: Path, page: int, window: Window, slide_mm: tuple[float, float] = (0, 0)) -> str:
    """What Pdfium finds behind the window while the sheet lies so far to the right and down."""
    with pypdfium2.PdfDocument(file) as document:
        sheet = document[page]
        text = sheet.get_textpage()
        left, top = window.left_mm - slide_mm[0], window.top_mm - slide_mm[1]
        bottom = 297 - top - window.height_mm
        words = text.get_text_bounded(left * mm, bottom * mm, (left + window.width_mm) * mm, (297 - top) * mm)
        text.close()
        sheet.close()
    return str(words).replace("\r", "").strip()


def test_the_window_shows_each_address_and_nothing_else_however_the_sheet_slides(desk: Desk, run: Run) -> None:
    names = ("Ada Example", "Nguyễn Thị Ánh", "Γιώργος Παπαδόπουλος", "Анна Примерова")
    given = [to("Ward 4", "Sample Hospital", "12 Long Sample Road"), *(to(name=name) for name in names)]
    ledger.add(given, TODAY)
    assert run("batch", str(desk.folder / "out")).exit_code == 0
    path = desk.folder / "out/batch-00001-carriers.pdf"
    for page, each in enumerate(given):
        for slide in ((0, 0), (-5, -5), (5, 5), (-5, 5), (5, -5)):
            assert shown(path, page, WINDOW, slide) == "\n".join(each.address.printed)


def test_a_pack_in_large_print_has_its_own_envelope_and_a_letter_in_large_print(desk: Desk, run: Run) -> None:
    large = Content(address(), (Item(code_of("main", "VIC", "large-print"), 1),))
    ledger.add([content(), large], TODAY)
    done = run("batch", str(desk.folder / "out"))
    assert [Path(name).name for name in done.stdout.split()] == list(mailroom.names(1))
    assert "Steady Ground, large print" in texts(desk.folder / "out/batch-00001-carriers-large-print.pdf")[0]
    sizes = [sizes_pt(desk.folder / "out" / name) for name in mailroom.names(1)[:2]]
    assert sizes == [{12.0}, {12.0, 18.0}]


def test_lists_say_what_to_take_and_what_goes_where_without_a_name(desk: Desk, run: Run) -> None:
    items = (Item(code_of("main", "NSW"), 1), Item(code_of("bone", "NSW"), 1))
    pack = Content(address(postcode="2000", state="NSW"), items)
    ledger.add([content(copies=2), content(), pack], TODAY)
    run("batch", str(desk.folder / "out"))
    picking, packing = texts(desk.folder / "out/batch-00001-lists.pdf")
    assert f"3 × {code_of('main', 'VIC')} Steady Ground" in picking.splitlines()
    assert packing.index("10003 N") < packing.index("10001 K") and "2 × Steady Ground" in packing
    assert not any(marker in picking + packing for marker in MARKERS)


def test_the_same_batch_is_printed_again_byte_for_byte(desk: Desk, run: Run) -> None:
    ledger.add([content(), to(name="Ánh")], TODAY)
    run("batch", str(desk.folder / "out"))
    first = {path.name: path.read_bytes() for path in (desk.folder / "out").iterdir()}
    assert run("batch", str(desk.folder / "again"), "--again", "1").exit_code == 0
    assert {path.name: path.read_bytes() for path in (desk.folder / "again").iterdir()} == first
    assert not any(marker.encode() in each for each in first.values() for marker in MARKERS)


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (to(name="สมชาย"), "no shipped face has its letters (Thai)"),
        (to(name="김민준"), "no shipped face has its letters (Hangul)"),
        (to(name="ښاغلی"), "no shipped face has its letters (Arabic)"),
        (to("W" * 60, "W" * 60), "no room in the window"),
    ],
)
def test_one_bad_order_stops_the_batch_and_is_named(desk: Desk, run: Run, bad: Content, words: str) -> None:
    ledger.add([content(), bad], TODAY)
    done = run("batch", str(desk.folder / "out"))
    assert done.exit_code == 1 and "order 10002 M: " in done.stderr and words in done.stderr
    assert not (desk.folder / "out").exists() and [order.state for order in ledger.listed()] == ["open", "open"]
    ledger.cancel(10_002, TODAY)
    assert run("batch", str(desk.folder / "out")).exit_code == 0


def test_a_line_that_begins_with_a_j_stays_in_the_window(desk: Desk, run: Run) -> None:
    """The letter reaches left of where it begins: a Jo, and everybody in Junee, stopped the batch."""
    ledger.add([to("J Street 1", name="Jo", locality="JUNEE")], TODAY)
    done = run("batch", str(desk.folder / "out"))
    assert done.exit_code == 0, done.stderr


def test_emoji_are_dropped_and_said_to_be(desk: Desk, run: Run) -> None:
    ledger.add([to(name="Rosa 🌸👩‍🌾 Example"), to(name="🌸")], TODAY)
    done = run("batch", str(desk.folder / "out"))
    assert "order 10001 K: signs that no face has were dropped" in done.stderr and "🌸" not in done.stderr
    first, second = texts(desk.folder / "out/batch-00001-carriers.pdf")
    assert first.startswith("Rosa Example") and second.startswith("The Resident")


def test_an_address_that_tells_of_an_illness_itself_is_noted(desk: Desk, run: Run) -> None:
    ledger.add([to("Sample Cancer Centre", "1 St")], TODAY)
    done = run("batch", str(desk.folder / "out"))
    assert done.exit_code == 0 and "order 10001 K: its own address says 'cancer'" in done.stderr


def test_a_letter_of_a_charitys_own_is_checked_like_the_rest(desk: Desk, run: Run) -> None:
    from django.test import override_settings

    ledger.add([content()], TODAY)
    own = desk.folder / "letter.txt"
    own.write_text("Hello\n{pack}\n{order}\n" + "A line too many\n" * 60)
    with override_settings(DESK_LETTER=own):
        done = run("batch", str(desk.folder / "out"))
    assert done.exit_code == 1 and "its letter has no room on the sheet" in done.stderr


def test_an_envelope_is_measured_once_before_anything_is_printed(desk: Desk, run: Run) -> None:
    ledger.add([content()], TODAY)
    refused = run("batch", str(desk.folder / "out"), measure=False)
    assert refused.exit_code == 2 and "booklet mail measure c5" in refused.stderr
    assert ledger.find(10_001).state == "open"
    assert run("measure", "mine", *MEASURES, "--size", "240", "160", "--fold", "148.5", measure=False).exit_code == 0
    assert run("batch", str(desk.folder / "out"), "--envelope", "mine", measure=False).exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["measure", "c5", "--left", "22", "--top", "120", "--width", "95", "--height", "38"], "that is in front"),
        (["measure", "c5", "--left", "-1", "--top", "20", "--width", "95", "--height", "38"], "that is in front"),
        (["measure", "c5", "--left", "22", "--top", "46", "--width", "20", "--height", "38"], "at least 60"),
        (["measure", "b4", *MEASURES], "There are: c4, c5, dlx"),
        (["measure", "../c5", *MEASURES], "No envelope is called that"),
        (["measure", "../c5", *MEASURES, "--size", "1", "1"], "letters, digits and hyphens"),
        (["batch", "out", "--envelope", "../../etc/passwd"], "No envelope is called that"),
        (["batch", "out", "--again", "7"], "no batch 7"),
        (["labels", "7", "labels.pdf"], "no batch 7"),
    ],
)
def test_what_is_asked_wrongly_is_told(run: Run, arguments: list[str], words: str) -> None:
    done = run(*arguments)
    assert done.exit_code in (1, 2) and words in done.stderr


def test_a_file_of_an_envelope_that_is_spoilt_says_so(desk: Desk) -> None:
    (desk.home / "envelopes").mkdir()
    for text in ("name = ", 'name = "x"', 'name = "x"\nsize_mm = [1, 2]\nfolds_mm = []\n[window]\nleft = 3'):
        (desk.home / "envelopes/c5.toml").write_text(text)
        with pytest.raises(EnvelopeError, match=r"c5\.toml cannot be read"):
            envelopes.find_envelope(desk.home, "c5")


def sheet(draw: Callable[[Canvas], None], size: tuple[float, float] = (210, 297), title: str = "") -> bytes:
    """A page drawn by hand, with a clean address and number, and something more."""
    line("")
    target = io.BytesIO()
    canvas = Canvas(target, (size[0] * mm, size[1] * mm))
    canvas.setTitle(title)
    canvas.setFont(PLAIN, 12)
    for index, words in enumerate(("Ada Example", "1 St", "KEW VIC 3101")):
        canvas.drawString(28 * mm, (297 - 60) * mm - index * 14, words)
    canvas.drawString(28 * mm, 60 * mm, "10001 K")
    draw(canvas)
    canvas.save()
    return target.getvalue()


ADDRESS = {"10001 K": ("Ada Example", "1 St", "KEW VIC 3101")}


def test_a_clean_sheet_of_anybodys_passes_the_check() -> None:
    assert check_carriers(sheet(lambda canvas: None), C5, ADDRESS) == []
    assert check_carriers(sheet(lambda canvas: canvas.drawString(30 * mm, 90 * mm, "About cancer")), C5) == []


FAULTS: dict[str, tuple[bytes, str]] = {
    "beside the address": (sheet(lambda c: c.drawString(110 * mm, 235 * mm, "Steady")), "does not belong there"),
    "near the window": (sheet(lambda c: c.drawString(28 * mm, (297 - 44) * mm, "Close")), "does not belong there"),
    "across the edge": (sheet(lambda c: c.drawString(90 * mm, 235 * mm, "A very long line indeed")), "cut off"),
    "illness in front": (sheet(lambda c: c.drawString(28 * mm, 280 * mm, "Living with cancer")), "in front tells"),
    "a picture": (sheet(lambda c: c.rect(30 * mm, 30 * mm, 10, 10)), "neither text nor a barcode"),
    "title": (sheet(lambda c: None, title="Breast cancer batch"), "file says of itself"),
    "A5": (sheet(lambda c: None, (148, 210)), "no upright A4"),
    "turned": (sheet(lambda c: c.setPageRotation(90)), "no upright A4"),
}


@pytest.mark.parametrize(("content", "words"), FAULTS.values(), ids=FAULTS)
def test_what_would_be_seen_is_found(content: bytes, words: str) -> None:
    assert [fault for fault in check_carriers(content, C5, ADDRESS) if words in fault.what]


def test_another_address_an_empty_window_and_a_missing_sheet_are_found() -> None:
    clean = sheet(lambda canvas: None)
    other = {"10001 K": ("Bo Example", "1 St", "KEW VIC 3101")}
    assert "not show the address of the order" in str(check_carriers(clean, C5, other)[0])
    assert "not one for each order" in str(check_carriers(clean, C5, ADDRESS | {"10002 M": ("x",)})[0])
    elsewhere = Envelope("C5", (229, 162), (148.5,), Window(22, 5, 95, 30))
    assert check_carriers(clean, elsewhere)[0].what == "the window shows no address"
    with pytest.raises(DeskError, match="cannot be read as a PDF"):
        check_carriers(b"no PDF", C5)


def test_the_check_reads_anybodys_file(desk: Desk, run: Run) -> None:
    path = desk.folder / "sheets.pdf"
    path.write_bytes(sheet(lambda canvas: None))
    assert run("check", str(path)).exit_code == 0
    path.write_bytes(FAULTS["illness in front"][0])
    done = run("check", str(path))
    assert done.exit_code == 1 and done.stdout == "page 1, order 10001 K: what lies in front tells of an illness\n"


@pytest.mark.parametrize(
    ("text", "word"),
    [("Peter's Oncology", "oncology"), ("CANCER", "cancer"), ("Cancún Street", None), ("", None)],
)
def test_words_that_tell(text: str, word: str | None) -> None:
    assert tells(text) == word


@given(st.lists(st.text(st.sampled_from("ABCW iln-'"), min_size=1, max_size=60), min_size=1, max_size=5))
def test_lines_that_fit_are_whole_and_within_their_room(words: list[str]) -> None:
    lines = tuple(line(each)[0] for each in words)
    fit = fitted(lines, 85 * mm, 28 * mm, ADDRESS_SIZES_PT)
    if fit:
        broken, size = fit
        assert " ".join(" ".join(each.words for each in broken).split()) == " ".join(" ".join(words).split())
        assert all(each.width_pt(size) <= 85 * mm for each in broken) and len(broken) * size * 1.2 <= 28 * mm


def test_the_longest_real_addresses_fit_a_window_and_a_label() -> None:
    long = to("Department of Allied Health Services, Level 11", "The Royal Sample Memorial Hospital, North Wing",
              "120 Upper Heidelberg Road Service Lane", name="Professor Alexandrina Maximiliana Featherstonehaugh",
              locality="MOUNT SOMETHING-ON-THE-WATER")  # fmt: skip
    lines = tuple(line(each)[0] for each in long.address.printed)
    assert fitted(lines, 85 * mm, 28 * mm, ADDRESS_SIZES_PT)
    assert labels([("10001 K", long)], SHEETS["L7160"], 1, Printer())


def test_zeros_have_no_stroke_and_letters_that_are_lacking_are_named() -> None:
    assert {PLAIN, BOLD} == {"Noto", "NotoBold"}
    with pytest.raises(UndrawnError, match="Thai"):
        line("สมชาย")


NAMES = (
    "Nguyễn Thị Ánh Tuyết", "Παπαδόπουλος Ιωάννης", "Щукина Ольга", "محمد عبد الله السلام", "李小龍 陳美麗",
    "فاطمه احمدی", "Dr محمد Example 12", "やまだ ハナコ",
)  # fmt: skip


def test_names_in_many_scripts_print_and_are_read_back_as_they_were_given(desk: Desk, run: Run) -> None:
    """In the window, on the sheet that is read back before the batch, and on labels; nothing is a box."""
    ledger.add([to(name=name) for name in NAMES], TODAY)
    done = run("batch", str(desk.folder / "out"))
    assert done.exit_code == 0 and "dropped" not in done.stderr, done.stderr
    sheets = texts(desk.folder / "out/batch-00001-carriers.pdf")
    assert [sheet.splitlines()[0].strip() for sheet in sheets] == list(NAMES)
    rows = [(str(number), to(name=name)) for number, name in enumerate(NAMES)]
    (page,) = texts(labels(rows, SHEETS["L7160"], 1, Printer()))
    assert all(name in page for name in NAMES)


def test_a_label_that_cannot_be_printed_names_its_order_and_what_is_dropped_is_said(desk: Desk, run: Run) -> None:
    with pytest.raises(LabelError, match=r"Order 10007 U: no shipped face has its letters \(Thai\)"):
        labels([("10007 U", to(name="สมชาย"))], SHEETS["L7160"], 1, Printer())
    ledger.add([to(name="Rosa 🌸"), to(name="Jo")], TODAY)
    assert run("batch", str(desk.folder / "out")).exit_code == 0
    done = run("labels", "1", str(desk.folder / "labels.pdf"))
    assert done.exit_code == 0 and done.stderr == "order 10001 K: signs that no face has were dropped.\n"


def test_arabic_letters_have_the_forms_in_which_they_join_and_run_to_the_left() -> None:
    """Unicode, Arabic Presentation Forms-B: meem initial, hah medial, meem medial, dal final, drawn from the left."""
    assert line("محمد")[0].runs == (("noto-sans-arabic", "\ufeaa\ufee4\ufea4\ufee3"),)
    assert line("سلام")[0].runs == (("noto-sans-arabic", "\ufee1\ufefc\ufeb3"),), "lam and alef are one"
    parted = line("می\u200cروم")[0]
    assert parted.as_read == "میروم" and parted.runs[0][1][-2:] == "\ufbfd\ufee3", "yeh is final before the sign"
    mixed = line("Dr محمد Ng")[0].runs
    assert [face for face, _ in mixed] == ["Noto", "noto-sans-arabic", "Noto"], "Latin words stay where they are"
    assert line("مُحَمَّد")[1] == 4, "vowel signs are dropped, and counted"


def test_a_chinese_name_without_spaces_is_broken_between_characters() -> None:
    whole = line("陳" * 40)[0]
    fit = fitted((whole,), 85 * mm, 28 * mm, ADDRESS_SIZES_PT)
    assert fit and len(fit[0]) > 1 and "".join(each.words for each in fit[0]) == whole.words


def places(file: bytes) -> list[tuple[int, float, float]]:
    """Page, and left and top in millimetres, of each line of text."""
    found = []
    with pypdfium2.PdfDocument(file) as document:
        for index in range(len(document)):
            page = document[index]
            text = page.get_textpage()
            for place in range(text.count_rects()):
                left, _, _, top = text.get_rect(place)
                found.append((index, left / mm, 297 - top / mm))
            text.close()
            page.close()
    return found


def test_labels_start_anywhere_and_run_over_sheets() -> None:
    rows = [("10001 K", to())] * 20
    file = labels(rows, SHEETS["L7160"], 5, Printer())
    first = places(file)[0]
    column, row = int((first[1] - 7.25) // 66), int((first[2] - 15.15) // 38.1)
    assert (first[0], column, row) == (0, 1, 1), "the fifth label is the second of the second row"
    assert [page for page, _, _ in places(file)].count(1) == 3 * 3, "17 on the first sheet, three on the next"
    for start in (0, 22):
        with pytest.raises(LabelError, match="1 to 21"):
            labels(rows, SHEETS["L7160"], start, Printer())


def test_labels_are_moved_and_scaled_for_a_printer() -> None:
    rows = [("10001 K", to())]
    plain, moved, smaller = (
        places(labels(rows, SHEETS["L7160"], 21, printer))[0]
        for printer in (Printer(), Printer((2, 3)), Printer((0, 0), 0.95))
    )
    assert moved[1:] == pytest.approx((plain[1] + 2, plain[2] + 3), abs=0.05)
    assert smaller[1:] == pytest.approx((plain[1] * 0.95, plain[2] * 0.95), abs=0.3)


def test_every_label_lies_on_the_sheet() -> None:
    for sheet_of_labels in SHEETS.values():
        for position in range(sheet_of_labels.count):
            left, top = sheet_of_labels.corner_mm(position)
            assert left >= 0 and left + sheet_of_labels.size_mm[0] <= 210
            assert top >= 0 and top + sheet_of_labels.size_mm[1] <= 297


def test_one_label_again(desk: Desk, run: Run) -> None:
    ledger.add([content(), to()], TODAY)
    run("batch", str(desk.folder / "out"))
    path = desk.folder / "one.pdf"
    assert run("labels", "1", str(path), "--order", "10002 M", "--start", "3").exit_code == 0
    assert texts(path) == ["Ada Example\n1 St\nKEW VIC 3101"] and path.stat().st_mode & 0o077 == 0
    assert "no such order" in run("labels", "1", str(path), "--order", "10009 Y").stderr
    assert run("labels", "1", str(path), "--order", "10002 M", "--boxes", "3").exit_code == 0
    assert "".join(texts(path)).count("Ada Example") == 3


def test_the_grid_is_read_in_millimetres(desk: Desk, run: Run) -> None:
    assert run("test-sheet", str(desk.folder / "grid.pdf")).exit_code == 0
    (text,) = texts(measuring_grid())
    assert {"10", "200", "290"} <= set(text.split())


def test_a_batch_of_the_mail_room_is_undone_posted_and_purged_like_any_other(desk: Desk, run: Run) -> None:
    ledger.add([content()], TODAY)
    run("batch", str(desk.folder / "out"))
    undone = CliRunner().invoke(orders, ["export", str(desk.folder / "out"), "--undo", "1", "--dist", str(desk.dist)])
    assert undone.exit_code == 0 and list((desk.folder / "out").iterdir()) == []
    assert ledger.find(10_001).state == "open"
