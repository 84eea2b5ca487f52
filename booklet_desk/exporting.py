"""What a mail house gets: CSV with a header row, sequence first, locality in capitals, the postcode alone in a column,
orders of more than one copy in a file of their own, and nothing that is not needed to post.

A cell that a spreadsheet would take for a formula gets an apostrophe before it (OWASP, "CSV injection").
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable

from booklet_desk import numbers
from booklet_desk.addresses import MOST_LINES
from booklet_desk.records import RESIDENT, Batch, Content, Order

HEADER = (
    "sequence", "order", "name", *(f"line_{number}" for number in range(1, MOST_LINES + 1)),
    "locality", "state", "postcode", "contents", "copies", "free_post",
)  # fmt: skip
_FORMULA = re.compile(r"[=+\-@\t\r|%]")


def mail_house_files(batch: Batch, orders: Iterable[Order]) -> dict[str, bytes]:
    """The files of a batch by name, in the order of postcodes: the same bytes whenever they are made."""
    rows = sorted(
        ((order, order.content) for order in orders if order.content),
        key=lambda row: (row[1].address.postcode, row[0].number),
    )
    files = {}
    for are_several, name in enumerate(names(batch.number)):
        chosen = [row for row in rows if any(item.copies > 1 for item in row[1].items) == are_several]
        if chosen:
            lines = (_line(sequence, order.number, content) for sequence, (order, content) in enumerate(chosen, 1))
            files[name] = as_csv([HEADER, *lines])
    return files


def names(batch: int) -> tuple[str, str]:
    """What the files of a batch are called: orders of single copies, and of several."""
    return (f"batch-{batch:05}.csv", f"batch-{batch:05}-more-copies.csv")


def _line(sequence: int, number: int, content: Content) -> tuple[str, ...]:
    address = content.address
    return (
        str(sequence), numbers.write(number), address.name or RESIDENT,
        *address.lines, *[""] * (MOST_LINES - len(address.lines)),
        address.locality, address.state, address.postcode,
        " + ".join(item.code for item in content.items), " + ".join(str(item.copies) for item in content.items),
        "yes" if content.free_post else "no",
    )  # fmt: skip


def as_csv(rows: Iterable[Iterable[str]]) -> bytes:
    """Rows as CSV in UTF-8 with a mark, which spreadsheets need to read it; no cell is a formula."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows([_safe(cell) for cell in row] for row in rows)
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def _safe(cell: str) -> str:
    return f"'{cell}" if _FORMULA.match(cell) else cell
