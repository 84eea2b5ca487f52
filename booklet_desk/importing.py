"""From the rows of a file to orders: all rows are read before one is taken, and each that is wrong says why."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from booklet.spreadsheets import Sheet
from booklet_desk.addresses import AddressError, clean, read_address
from booklet_desk.catalogue import SIZES, Catalogue
from booklet_desk.records import Address, Content, Item

_YES = frozenset(("yes", "y", "true", "1", "x", "ja", "free"))
_NO = frozenset(("", "no", "n", "false", "0"))


class ItemError(ValueError):
    """The reason why something cannot be ordered."""


@dataclass(frozen=True)
class BadRow:
    """A row that is no order: its number in the file, and why. What the row says is not repeated."""

    number: int
    reasons: tuple[str, ...]

    def __str__(self) -> str:
        return f"row {self.number}: {'; '.join(self.reasons)}"


def read_rows(
    sheet: Sheet, columns: Mapping[str, str], catalogue: Catalogue, most_copies: int
) -> tuple[list[tuple[int, Content]], list[BadRow]]:
    """The orders of a file by the number of their row, and the rows that are none."""
    places = {field: sheet.header.index(column) for field, column in columns.items()}
    seen: Counter[tuple[str, ...]] = Counter()
    orders: list[tuple[int, Content]] = []
    bad: list[BadRow] = []
    for number, cells in sheet.rows:
        fields = {field: cells[place] if place < len(cells) else "" for field, place in places.items()}
        seen[cells] += 1
        row = sha256("\x1f".join((*map(clean, cells), str(seen[cells]))).encode()).hexdigest()
        try:
            orders.append((number, _content(fields, catalogue, most_copies, row)))
        except AddressError as reason:
            bad.append(BadRow(number, reason.reasons))
        except ItemError as reason:
            bad.append(BadRow(number, (str(reason),)))
    return orders, bad


def read_items(said: Mapping[str, str], state: str, catalogue: Catalogue, most_copies: int) -> tuple[Item, ...]:
    """What is ordered by the fields `code`, or `title`, `size` and `edition` (that of the address where there is none),
    and `copies`. Several codes or titles are parted by `+`, `,` or `;`. Raises ItemError.
    """
    copies = read_copies(said.get("copies", ""), most_copies)
    codes = said.get("code", "").strip()
    if codes:
        found = [(part, catalogue.recognise(part)) for part in _parts(codes)]
        wrong = [index for index, (_, code) in enumerate(found, 1) if code is None]
        if wrong:
            raise ItemError(f"code: number {wrong[0]} is none that is printed now")
    else:
        size = SIZES.get(clean(said.get("size", "")).casefold())
        if size is None:
            raise ItemError(f"size: one of {', '.join(sorted(set(SIZES.values())))} is wanted")
        edition = clean(said.get("edition", "")).upper() or state
        titles = _parts(said.get("title", "")) or ["main"]
        found = [(title, catalogue.find(clean(title), edition, size)) for title in titles]
        wrong = [index for index, (_, code) in enumerate(found, 1) if code is None]
        if wrong:
            raise ItemError(
                f"title: number {wrong[0]} cannot be ordered for {edition if len(edition) < 4 else 'that edition'}; "
                f"there are {', '.join(catalogue.titles)}"
            )
    chosen = dict.fromkeys(code for _, code in found if code)
    return tuple(Item(code, copies) for code in chosen)


def read_copies(text: str, most: int) -> int:
    """A number of copies; one where nothing is said. Raises ItemError."""
    digits = re.sub(r"\.0+$", "", text.strip())
    if not digits:
        return 1
    if not re.fullmatch(r"[0-9]{1,6}", digits) or int(digits) < 1:
        raise ItemError("copies: a whole number from 1 is wanted")
    if int(digits) > most:
        raise ItemError(f"copies: {int(digits)}; at most {most} of a title go out in one order")
    return int(digits)


def _content(fields: Mapping[str, str], catalogue: Catalogue, most_copies: int, row: str) -> Content:
    address = _address(fields)
    free_post = clean(fields.get("free_post", "")).casefold()
    if free_post not in _YES | _NO:
        raise ItemError("free_post: yes or no is wanted")
    return Content(address, read_items(fields, address.state, catalogue, most_copies), free_post in _YES, None, row)


def _address(fields: Mapping[str, str]) -> Address:
    """The address, its name put together from what the file has; an organisation is a line of its own."""
    name = fields.get("name", "") or f"{fields.get('first_name', '')} {fields.get('last_name', '')}"
    organisation = fields.get("organisation", "")
    first = f"{organisation}\n{fields['line_1']}" if clean(name) and clean(organisation) else fields["line_1"]
    return read_address({**fields, "name": name if clean(name) else organisation, "line_1": first})


def _parts(text: str) -> list[str]:
    return [part for part in re.split(r"[+,;\n]", text) if part.strip()]
