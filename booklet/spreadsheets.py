"""Tables as people save them, as rows of text: CSV in whatever encoding and with whatever separator, and XLSX; and
rows written as CSV.

Every cell is text: a date, a postcode and a formula's result come as they are shown, and nothing in a cell is run. An
XLSX file of a few hundred bytes can ask its reader for half a terabyte, so it is read in a process of its own.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime

from booklet.bounds import SPREADSHEET, TooMuchError, apart
from booklet.findings import BookletError

MOST_BYTES = 20_000_000
MOST_UNPACKED_BYTES = 300_000_000
MOST_ROWS = 100_000
_SEPARATORS = ",;\t|"


class SpreadsheetError(BookletError):
    """A file that cannot be read as rows. The message repeats nothing of what it says."""

    exit_status = 1


@dataclass(frozen=True)
class Sheet:
    """A header and the rows below it, each with its number as a spreadsheet shows it. Empty rows are left out."""

    header: tuple[str, ...] = field(repr=False)
    rows: tuple[tuple[int, tuple[str, ...]], ...] = field(repr=False)


def as_csv(rows: Iterable[Iterable[object]]) -> str:
    """Rows as CSV (RFC 4180). Nothing in it can be taken for a formula (OWASP, CSV Injection)."""
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\r\n")
    for row in rows:
        cells = map(str, row)
        writer.writerow([f"'{cell}" if cell[:1] in tuple("=+-@\t\r") else cell for cell in cells])
    return target.getvalue()


def read_sheet(content: bytes) -> Sheet:
    """The rows of a CSV or XLSX file, whatever it is called. Raises SpreadsheetError."""
    if len(content) > MOST_BYTES:
        raise SpreadsheetError(f"The file is larger than {MOST_BYTES // 1_000_000} MB. Share it out over several.")
    if content.startswith(b"PK\x03\x04"):
        numbered = _xlsx_rows(content)
    elif content.startswith(b"\xd0\xcf\x11\xe0"):
        raise SpreadsheetError("The file is encrypted, or in the old format XLS. Save it as XLSX or CSV.")
    else:
        numbered = _csv_rows(_text(content))
    rows: list[tuple[int, tuple[str, ...]]] = []
    for number, cells in numbered:
        if any(cell.strip() for cell in cells):
            rows.append((number, cells))
        if len(rows) > MOST_ROWS + 1:
            raise SpreadsheetError(f"The file has more than {MOST_ROWS:,} rows. Share it out over several.")
    if len(rows) < 2:
        raise SpreadsheetError("The file has no row below its header." if rows else "The file is empty.")
    header = tuple(" ".join(cell.split()) for cell in rows[0][1])
    return Sheet(header, tuple(rows[1:]))


def _text(content: bytes) -> str:
    """Windows-1252 is what Excel writes where it does not write Unicode."""
    for marks, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if content.startswith(marks):
            try:
                return content.decode(encoding)
            except UnicodeDecodeError:
                raise SpreadsheetError("The file says that it is Unicode and is not. Save it again as CSV.") from None
    if b"\0" in content:
        raise SpreadsheetError("The file is no text. Save it as CSV or XLSX.")
    try:
        return content.decode()
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _csv_rows(text: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Rows by the line that each starts on: a cell in quotes may hold line ends."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text), strict=True)
    line = 1
    try:
        for cells in reader:
            yield line, tuple(cells)
            line = reader.line_num + 1
    except csv.Error:
        raise SpreadsheetError(f"Line {line} is no CSV: a quotation mark is missing, or one too many.") from None


def _separator(text: str) -> str:
    """What parts the cells of the first line that holds anything, outside quotation marks."""
    line = next((line for line in text.splitlines() if line.strip()), "")
    bare = "".join(part for index, part in enumerate(line.split('"')) if index % 2 == 0)
    return max(_SEPARATORS, key=bare.count)


def _xlsx_rows(content: bytes) -> Iterator[tuple[int, tuple[str, ...]]]:
    """The first sheet that holds anything."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(part.file_size for part in archive.infolist()) > MOST_UNPACKED_BYTES:
                raise SpreadsheetError("The file unpacks to more than 300 MB. Save it as CSV.")
        yield from apart(SPREADSHEET, read_xlsx, content)
    except TooMuchError:
        found = "It is damaged, or asks for more memory than any honest file."
        raise SpreadsheetError(f"The file cannot be read as XLSX. {found} Save it again, or as CSV.") from None
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError):
        raise SpreadsheetError("The file cannot be read as XLSX. Save it again, or as CSV.") from None


def read_xlsx(content: bytes) -> list[tuple[int, tuple[str, ...]]]:
    """The rows of the first sheet that holds anything, with their numbers. Raises ValueError for what is no workbook,
    and SpreadsheetError where the library is not installed.
    """
    try:
        import python_calamine
    except ImportError:
        raise SpreadsheetError(
            "XLSX files need one more package: pip install booklet[desk]. Or save it as CSV."
        ) from None
    try:
        workbook = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        tables = (workbook.get_sheet_by_name(name) for name in workbook.sheet_names)
        table = next((table for table in tables if table.height > 1), None)
        first = table.start[0] if table and table.start else 0
        rows = table.to_python(skip_empty_area=True) if table else []
    except python_calamine.CalamineError as reason:
        raise ValueError("no workbook") from reason
    return [(number, tuple(_shown(cell) for cell in cells)) for number, cells in enumerate(rows, first + 1)]


def _shown(cell: object) -> str:
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return cell.isoformat() if isinstance(cell, date | datetime) else str(cell)
