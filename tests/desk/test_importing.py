"""Files as call centres save them: each row is an order or says why not, and no row is taken twice."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from booklet import spreadsheets
from booklet.spreadsheets import Sheet, SpreadsheetError, read_sheet
from booklet_desk import columns, ledger
from booklet_desk.cli import orders
from tests.desk.conftest import OLD_VIC, Desk, code_of
from tests.workbooks import xlsx

HEADER = "Name,Address,Suburb,State,Post Code,Qty"
ROWS = ("Ada Quibblewick,12 Zanthorpe St,Snarkfield,VIC,3000,1", "Bo Quibblewick,3 Zanthorpe St,Snarkfield,WA,6000,2")
Import = Callable[..., Result]


@pytest.fixture
def take(desk: Desk) -> Import:
    """Imports a file with such a content."""

    def run(content: str | bytes, *options: str, name: str = "calls.csv") -> Result:
        path = desk.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        done = CliRunner().invoke(orders, ["import", str(path), "--dist", str(desk.dist), *options])
        assert done.exception is None or isinstance(done.exception, SystemExit)
        return done

    return run


def file(*rows: str, header: str = HEADER) -> str:
    return "\r\n".join((header, *rows)) + "\r\n"


SHEET = Sheet(("Name", "Suburb"), ((2, ("Zoë Example", "Kew")), (3, ("Bo; Example", "Box Hill"))))
QUOTED = 'Name,Suburb\r\nZoë Example,Kew\r\n"Bo; Example",Box Hill\r\n'


@pytest.mark.parametrize(
    "content",
    [
        QUOTED.encode(),
        QUOTED.encode("utf-8-sig"),
        QUOTED.encode("utf-16"),
        QUOTED.encode("cp1252"),
        QUOTED.replace("\r\n", "\n").encode(),
        QUOTED.replace("\r\n", "\r").encode(),
        QUOTED.replace(",", "\t").encode(),
        QUOTED.replace(",", ";").encode("cp1252"),
        xlsx(("Name", "Suburb"), ("Zoë Example", "Kew"), ("Bo; Example", "Box Hill")),
    ],
    ids=["UTF-8", "BOM", "UTF-16", "Windows-1252", "LF", "CR", "tabs", "semicolons", "XLSX"],
)
def test_the_same_rows_come_out_of_every_kind_of_file(content: bytes) -> None:
    assert read_sheet(content) == SHEET


def test_a_cell_in_quotes_may_hold_lines_and_rows_keep_their_numbers() -> None:
    sheet = read_sheet(b'Name,Address\n"Ada","Ward 4\n12 Sample St"\n,,\nBo,"3 ""The"" St"\n')
    assert sheet.rows == ((2, ("Ada", "Ward 4\n12 Sample St")), (5, ("Bo", '3 "The" St')))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"Name,Suburb\n", "no row below its header"),
        (b'Name\n"Ada\nBo\n', "Line 2 is no CSV"),
        (b"\x00\x01\x02", "no text"),
        (b"\xff\xfeA", "is not"),
        (b"PK\x03\x04 and no more", "cannot be read as XLSX"),
        (xlsx()[:-30], "cannot be read as XLSX"),
        (xlsx().replace(b"\x14\x00\x00\x00", b"\xff\x00\x00\x00"), "cannot be read as XLSX"),
        (b"\xd0\xcf\x11\xe0" + bytes(600), "encrypted, or in the old format"),
        (b"a" * (spreadsheets.MOST_BYTES + 1), "larger than"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(content: bytes, words: str) -> None:
    with pytest.raises(SpreadsheetError, match=words):
        read_sheet(content)


def test_a_small_file_that_asks_for_half_a_terabyte_is_refused() -> None:
    """A cell at the far corner: a reader makes room for all cells before it, and is ended by the system."""
    far = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(xlsx(("A", "B"), ("c", 800)))) as archive, zipfile.ZipFile(far, "w") as target:
        for name in archive.namelist():
            target.writestr(name, archive.read(name).replace(b'r="B2"', b'r="XFD1048576"'))
    with pytest.raises(SpreadsheetError, match="more memory than any honest file"):
        read_sheet(far.getvalue())


@given(st.binary(max_size=60) | st.text('",;\n\r\t ab=\x00\ufeff', max_size=60).map(str.encode))
def test_any_bytes_are_rows_or_no_spreadsheet(content: bytes) -> None:
    try:
        sheet = read_sheet(content)
    except SpreadsheetError:
        return
    assert sheet.rows and all(number > 1 for number, _ in sheet.rows)


def test_a_file_that_unpacks_to_more_than_memory_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spreadsheets, "MOST_UNPACKED_BYTES", 1000)
    with pytest.raises(SpreadsheetError, match="unpacks"):
        read_sheet(xlsx(("Name", "Suburb"), *[("A" * 50, "B" * 50)] * 50))


def test_a_file_becomes_orders(desk: Desk, take: Import) -> None:
    done = take(file(*ROWS))
    assert (done.exit_code, done.stdout) == (0, "10001 K\n10002 M\n")
    assert "2 rows taken." in done.stderr
    second = ledger.find(10_002).content
    assert second and second.address.printed == ("Bo Quibblewick", "3 Zanthorpe St", "SNARKFIELD WA 6000")
    assert [(item.code, item.copies) for item in second.items] == [(code_of("main", "WA"), 2)]


def test_numbers_of_a_spreadsheet_are_read_as_people_meant_them(take: Import) -> None:
    """Excel keeps 0800 as the number 800."""
    done = take(xlsx(tuple(HEADER.split(",")), ("Ada", "12 Sample St", "Darwin", "NT", 800, 2.0)), name="calls.xlsx")
    assert done.exit_code == 0
    (order,) = ledger.listed()
    assert order.content and order.content.address.printed[-1] == "DARWIN NT 0800"
    assert order.content.items[0].copies == 2


BAD = {
    "unknown postcode": ("A,1 St,Kew,VIC,0100,1", "postcode: there is no 0100"),
    "state of another": ("A,1 St,Kew,NSW,3000,1", "state: 3000 lies in VIC, not NSW"),
    "border": ("A,1 St,Mimili,,0872,1", "state: 0872 is shared by NT, SA and WA"),
    "no street": ("A,,Kew,VIC,3000,1", "address: there is no street"),
    "long name": ("A" * 200 + ",1 St,Kew,VIC,3000,1", "name: 200 characters"),
    "negative": ("A,1 St,Kew,VIC,3000,-1", "copies: a whole number"),
    "half": ("A,1 St,Kew,VIC,3000,1.5", "copies: a whole number"),
    "none": ("A,1 St,Kew,VIC,3000,0", "copies: a whole number"),
    "many": ("A,1 St,Kew,VIC,3000,11", "copies: 11; at most 10"),
    "very many": ("A,1 St,Kew,VIC,3000," + "9" * 30, "copies: a whole number"),
    "formula": ("A,1 St,=1+1,VIC,3000,1", "suburb: letters"),
    "short": ("A,1 St", "suburb: empty"),
}


@pytest.mark.parametrize(("row", "reason"), BAD.values(), ids=BAD)
def test_a_bad_row_names_its_number_and_reason_and_nothing_is_taken(take: Import, row: str, reason: str) -> None:
    done = take(file(ROWS[0], row, ROWS[1]))
    assert done.exit_code == 1 and done.stdout == ""
    assert f"row 3: {reason}" in done.stderr and "so none of 3 rows was" in done.stderr
    assert ledger.listed() == []


def test_every_bad_row_is_told_at_once_and_none_is_repeated(take: Import) -> None:
    done = take(file(*(row for row, _ in BAD.values())))
    assert len(re.findall(r"^row \d+:", done.stderr, re.MULTILINE)) == len(BAD)
    assert "Mimili" not in done.stderr and "Zanthorpe" not in done.stderr


def test_the_same_file_twice_makes_no_double_orders(desk: Desk, take: Import) -> None:
    take(file(*ROWS))
    again = take(file(*ROWS))
    assert again.exit_code == 0 and "0 rows taken; 2 rows taken before." in again.stderr
    assert len(ledger.listed()) == 2


def test_rows_in_another_file_are_known_again_and_new_ones_are_taken(take: Import) -> None:
    """A call centre sends the week's list every day, saved by another program."""
    take(file(*ROWS))
    more = file(*ROWS, "Cy,5 St,Kew,VIC,3101,1").replace("\r\n", "\n")
    assert "1 row taken; 2 rows taken before." in take(more, name="week.csv").stderr
    assert len(ledger.listed()) == 3


def test_a_row_that_stands_twice_in_one_file_is_two_orders(take: Import) -> None:
    assert "2 rows taken." in take(file(ROWS[0], ROWS[0])).stderr
    assert "0 rows taken; 2 rows taken before." in take(file(ROWS[0], ROWS[0]) + "\r\n").stderr


def test_the_same_file_is_known_even_when_its_orders_are_purged(take: Import) -> None:
    take(file(*ROWS))
    (batch,) = [ledger.make_batch(ledger.listed()[0].day, lambda content: content)]
    assert batch
    ledger.mark_posted(batch.number, batch.day)
    ledger.purge(batch.day.replace(year=batch.day.year + 1), is_sure=True)
    assert "0 rows taken; 2 rows taken before." in take(file(*ROWS)).stderr


def test_check_says_what_would_be_taken_and_takes_nothing(take: Import) -> None:
    assert "2 rows can be taken." in take(file(*ROWS), "--check").stderr
    assert ledger.listed() == []
    assert "2 rows taken." in take(file(*ROWS)).stderr


def test_columns_are_said_once_and_remembered(take: Import) -> None:
    header = "Wer,Wohin,Ort,Land,PLZ,Qty"  # one name that is known shows that it is a header
    refused = take(file(ROWS[0], header=header))
    assert refused.exit_code == 2 and "No column is known for locality, postcode, line_1" in refused.stderr
    assert "--column locality=COLUMN --column postcode=COLUMN --column line_1=COLUMN" in refused.stderr
    said = ("name=Wer", "line_1=Wohin", "locality=Ort", "state=Land", "postcode=PLZ")
    assert take(file(ROWS[0], header=header), *(word for pair in said for word in ("--column", pair))).exit_code == 0
    assert take(file(ROWS[1], header=header.upper())).exit_code == 0
    assert len(ledger.listed()) == 2


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("street=Address", "no field 'street'"),
        ("name=Who", "The first row has no 'Who'"),
        ("name", "FIELD=COLUMN"),
    ],
)
def test_a_column_that_is_said_wrongly_is_refused(take: Import, said: str, words: str) -> None:
    done = take(file(*ROWS), "--column", said)
    assert done.exit_code == 2 and words in done.stderr


TWO_NAMES = file("A,B,1 St,Kew,VIC,3000", header="Name,Name,Address,Suburb,State,Postcode")


def test_two_columns_of_one_name_are_refused(take: Import) -> None:
    assert "several columns Name" in take(TWO_NAMES).stderr


def test_a_file_without_a_header_is_told_and_its_first_person_is_not_shown(take: Import) -> None:
    done = take("\n".join(ROWS))
    assert done.exit_code == 2 and "Is it a header?" in done.stderr
    assert "Quibblewick" not in done.stderr and "Zanthorpe" not in done.stderr


def test_every_name_of_a_column_means_one_field() -> None:
    names = [name for names in columns.FIELDS.values() for name in names.split("|")]
    assert len(names) == len(set(names))
    assert columns.header_hash(("Post  Code", "NAME")) == columns.header_hash(("post-code", "name"))


ITEMS = {
    "code": ("{main}", "", "", ["main VIC standard"]),
    "two codes": ("{main} + {bone}", "", "", ["main VIC standard", "bone VIC standard"]),
    "old code": (OLD_VIC, "", "", ["main VIC standard"]),
    "by name": ("", "Steady Ground; your BONES", "", ["main VIC standard", "bone VIC standard"]),
    "large": ("", "bone", "Large Print", ["bone VIC large-print"]),
    "nothing said": ("", "", "", ["main VIC standard"]),
}


@pytest.mark.parametrize(("code", "title", "size", "expected"), ITEMS.values(), ids=ITEMS)
def test_what_is_ordered_is_read_by_code_or_by_title(
    take: Import, code: str, title: str, size: str, expected: list[str]
) -> None:
    code = code.format(main=code_of("main", "VIC"), bone=code_of("bone", "VIC"))
    row = f"A,1 St,Kew,3101,{code},{title},{size}"
    assert take(file(row, header="Name,Address,Suburb,Postcode,Order code,Booklet,Size")).exit_code == 0
    (order,) = ledger.listed()
    things = [thing.split() for thing in expected]
    assert order.content and [item.code for item in order.content.items] == [code_of(*thing) for thing in things]


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ("NNN NNN,,", "code: number 1 is none that is printed now"),
        (",nothing like it,", "title: number 1 cannot be ordered for VIC; there are main, bone"),
        (",bone,enormous", "size: one of large-print, standard is wanted"),
    ],
)
def test_what_cannot_be_ordered_is_told(take: Import, cells: str, reason: str) -> None:
    done = take(file(f"A,1 St,Kew,3101,{cells}", header="Name,Address,Suburb,Postcode,Order code,Booklet,Size"))
    assert done.exit_code == 1 and f"row 2: {reason}" in done.stderr


def test_an_organisation_and_a_name_in_two_columns_make_an_address(take: Import) -> None:
    take(file("Ada,Example,Sample Clinic,1 St,Kew,3101", header="First name,Surname,Clinic,Address,Suburb,Postcode"))
    (order,) = ledger.listed()
    assert order.content and order.content.address.printed == ("Ada Example", "Sample Clinic", "1 St", "KEW VIC 3101")


@pytest.mark.parametrize(
    "evil", ["=cmd|'/c calc'!A1", "<script>alert(1)</script>", "{{ 7 * 7 }}", "@SUM(1)", "+1", "-1"]
)
def test_what_would_be_run_elsewhere_is_text_here_and_in_what_leaves(desk: Desk, take: Import, evil: str) -> None:
    assert take(file(f'"{evil}","{evil}",Kew,VIC,3101,1')).exit_code == 0
    done = CliRunner().invoke(orders, ["export", str(desk.folder / "out"), "--dist", str(desk.dist)])
    assert done.exit_code == 0
    sheet = read_sheet((desk.folder / "out/batch-00001.csv").read_bytes())
    cells = [cell for _, row in sheet.rows for cell in row]
    assert [cell for cell in cells if cell[:1] in tuple("=+-@\t\r")] == []
    assert sum(evil in cell for cell in cells) == 2


def test_two_imports_at_once_take_each_row_once(desk: Desk, take: Import, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second has read its file and looked for known rows before the first was done."""
    take(file(*ROWS), "--check")
    taken = ledger.add
    twice: list[object] = []

    def add_twice(contents: object, day: object) -> object:
        if not twice:
            twice.append(taken(list(contents), day))  # type: ignore[call-overload,arg-type]
        return taken(contents, day)  # type: ignore[arg-type]

    monkeypatch.setattr(ledger, "add", add_twice)
    assert take(file(*ROWS)).exit_code == 0
    assert twice == [[10_001, 10_002]] and len(ledger.listed()) == 2


def test_import_is_linear_in_the_number_of_rows(desk: Desk, take: Import, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted in what is sealed and asked of the database, not in seconds."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    counts = []
    for size in (200, 400):
        rows = [f"P{size}x{number},1 St,Kew,VIC,3101,1" for number in range(size)]
        with CaptureQueriesContext(connection) as queries:
            assert take(file(*rows)).exit_code == 0
        counts.append(len(queries))
    assert counts[1] <= counts[0] + 3


def test_an_import_without_anything_to_order_says_what_to_do(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "calls.csv"
    path.write_text(file(*ROWS))
    done = CliRunner().invoke(orders, ["import", str(path), "--dist", str(tmp_path / "nothing")])
    assert done.exit_code == 1 and "booklet build" in done.stderr
