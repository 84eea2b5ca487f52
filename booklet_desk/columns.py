"""What the columns of a file mean: known from their names, or said once and remembered."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from hashlib import sha256

from booklet_desk.records import DeskError

FIELDS: dict[str, str] = {
    "name": "name|full name|recipient|addressee|contact|contact name|customer|customer name|caller|deliver to|to",
    "first_name": "first name|firstname|given name|given names|christian name",
    "last_name": "last name|lastname|surname|family name",
    "organisation": "organisation|organization|company|clinic|hospital|practice|business name|department",
    "line_1": "address|address 1|address1|address line 1|street|street address|postal address|line 1|addr1|addr 1",
    "line_2": "address 2|address2|address line 2|line 2|addr2|addr 2|unit",
    "line_3": "address 3|address3|address line 3|line 3|addr3|addr 3",
    "locality": "suburb|locality|town|city|suburb town|suburb city|town suburb|city suburb|town city",
    "state": "state|state territory|territory|region|state or territory",
    "postcode": "postcode|post code|p code|pcode|zip|zip code|zipcode|postal code",
    "country": "country",
    "code": "code|order code|product code|item code|sku|item",
    "title": "title of booklet|booklet|product|publication|resource|what",
    "size": "size|format|print size|large print",
    "edition": "edition|state edition|booklet edition",
    "copies": "copies|quantity|qty|number of copies|no of copies|number",
    "free_post": "free post|freepost|free postage",
}
"""Each field, and the names that its column has in the files of call centres."""
NEEDED = ("locality", "postcode", "line_1")


class ColumnError(DeskError):
    """Columns that nobody can tell the meaning of."""

    exit_status = 2


def header_hash(header: Iterable[str], fields: Iterable[str] = FIELDS) -> str:
    """By what a header is known again, however it is cased and spaced, in files that mean such fields."""
    return sha256(json.dumps([[_plain(name) for name in header], sorted(fields)]).encode()).hexdigest()


def by_name(
    header: tuple[str, ...],
    said: Mapping[str, str],
    fields: Mapping[str, str] = FIELDS,
    needed: tuple[str, ...] = NEEDED,
) -> dict[str, str]:
    """Field to column: what was said, then what the columns' names tell. Raises ColumnError."""
    meanings = {name: field for field, names in fields.items() for name in names.split("|")}
    for field, column in said.items():
        if field not in fields:
            raise ColumnError(f"There is no field '{field}'. There are: {', '.join(fields)}.")
        if _plain(column) not in map(_plain, header):
            raise ColumnError(f"The first row has no '{column}', which was said to be {field}.")
    found = {field: next(name for name in header if _plain(name) == _plain(column)) for field, column in said.items()}
    taken = set(found.values())
    for column in header:
        meaning = meanings.get(_plain(column))
        if meaning and meaning not in found and column not in taken:
            found[meaning] = column
    doubled = sorted({column for column in found.values() if header.count(column) > 1})
    if doubled:
        raise ColumnError(f"The file has several columns {', '.join(doubled)}. Give each its own name.")
    if not any(_plain(name) in meanings for name in header) and not said:
        # Perhaps there is no header, and these are a person's own words.
        raise ColumnError(
            "The first row names no column that is known. Is it a header? Put names over the columns, such as Name, "
            "Address, Suburb, Postcode, or say what each is, such as --column postcode=PCode."
        )
    missing = [field for field in needed if field not in found]
    if missing:
        raise ColumnError(
            f"No column is known for {', '.join(missing)}. The file has: {', '.join(header)}. "
            f"Say each once, and it is remembered: {' '.join(f'--column {field}=COLUMN' for field in missing)}"
        )
    return found


def _plain(name: str) -> str:
    return " ".join(re.sub(r"[^a-z0-9]+", " ", name.lower()).split())
