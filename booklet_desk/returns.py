"""What a mail house sends back: what was posted, what was returned, and addresses that were washed.

A washed address has its delivery point (DPID), with the version of the Postal Address File that it comes from and the
day until which it holds.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from booklet.spreadsheets import Sheet
from booklet_desk import numbers
from booklet_desk.addresses import AddressError, clean, read_address
from booklet_desk.importing import BadRow
from booklet_desk.records import Address, DeliveryPoint

FIELDS: dict[str, str] = {
    "order": "order|order number|order no|our reference|reference",
    "status": "status|result|outcome|delivery status",
    "day": "date|day|date posted|date lodged|posted on|lodged",
    "dpid": "dpid|delivery point|delivery point identifier",
    "paf_version": "paf version|paf",
    "paf_expires": "paf expires|paf expiry|dpid expires|valid until",
    "line_1": "line 1|address|address 1|address line 1|street",
    "line_2": "line 2|address 2|address line 2",
    "line_3": "line 3|address 3|address line 3",
    "locality": "locality|suburb|town",
    "state": "state",
    "postcode": "postcode|post code",
}
NEEDED = ("order",)
_STATUS = {
    **dict.fromkeys(("posted", "lodged", "mailed", "sent"), "posted"),
    **dict.fromkeys(("returned", "rts", "return to sender", "undelivered", "unclaimed"), "returned"),
    **dict.fromkeys(("", "washed", "matched", "unmatched", "open"), ""),
}


@dataclass(frozen=True)
class Return:
    """What came back of one order: `status` is `posted`, `returned` or nothing new."""

    number: int
    status: str
    day: date
    address: Address | None = field(repr=False)
    delivery_point: DeliveryPoint | None = field(repr=False)


def read_returns(sheet: Sheet, columns: Mapping[str, str], today: date) -> tuple[list[Return], list[BadRow]]:
    """What came back, and the rows that cannot be understood."""
    places = {field: sheet.header.index(column) for field, column in columns.items()}
    found: list[Return] = []
    bad: list[BadRow] = []
    for row, cells in sheet.rows:
        fields = {name: clean(cells[place]) if place < len(cells) else "" for name, place in places.items()}
        try:
            found.append(_return(fields, today))
        except AddressError as reason:
            bad.append(BadRow(row, reason.reasons))
        except (ValueError, numbers.NumberError) as reason:
            bad.append(BadRow(row, (str(reason),)))
    return found, bad


def _return(fields: Mapping[str, str], today: date) -> Return:
    number = numbers.parse(fields["order"])
    status = _STATUS.get(fields.get("status", "").casefold())
    if status is None:
        raise ValueError("status: posted, returned or nothing is wanted")
    day = _day("day", fields.get("day", "")) or today
    if day > today:
        raise ValueError("day: it has not come yet")
    address = read_address(fields) if any(fields.get(name) for name in ("line_1", "locality", "postcode")) else None
    return Return(number, status, day, address, _point(fields))


def _point(fields: Mapping[str, str]) -> DeliveryPoint | None:
    dpid = fields.get("dpid", "")
    if not dpid:
        return None
    expires = _day("paf_expires", fields.get("paf_expires", ""))
    if not re.fullmatch(r"[0-9]{8}", dpid) or expires is None or not fields.get("paf_version"):
        raise ValueError("dpid: eight digits, with paf_version and paf_expires, are wanted")
    return DeliveryPoint(dpid, fields["paf_version"][:20], expires.isoformat())


def _day(name: str, text: str) -> date | None:
    """A day as 2026-11-27 or, as Australians write it, 27/11/2026."""
    match = re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})", text)
    written = f"{match[3]}-{int(match[2]):02}-{int(match[1]):02}" if match else text[:10]
    try:
        return date.fromisoformat(written) if text else None
    except ValueError:
        raise ValueError(f"{name}: a day such as 27/11/2026 is wanted") from None
