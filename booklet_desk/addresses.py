"""An address in Australia Post's form, or every reason why it is none. No reason repeats what was written.

The last line is locality, state and postcode, in capitals and without punctuation; one to three lines stand between it
and the name (Australia Post, "Addressing guidelines").
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from booklet_desk.postcodes import read_state, states_of
from booklet_desk.records import Address

MOST_LINES = 3
MOST_CHARACTERS = 60
"""Of a name or a line: more has no room on a label or in a window."""
_LOCALITY = re.compile(r"[A-Z][A-Z' -]{0,45}")
_AUSTRALIA = frozenset(("", "au", "aus", "aust", "australia"))


class AddressError(ValueError):
    """The reasons why something is no address, each a clause that begins with its field."""

    def __init__(self, reasons: tuple[str, ...]) -> None:
        super().__init__("; ".join(reasons))
        self.reasons = reasons


def read_address(fields: Mapping[str, str]) -> Address:
    """The address of the fields `name`, `line_1` to `line_3` (one may hold several lines), `locality`, `state`,
    `postcode` and `country`. Raises AddressError.
    """
    faults: list[str] = []
    name = clean(fields.get("name", ""))
    lines = _lines(fields)
    locality = _locality(fields.get("locality", ""))
    country = clean(fields.get("country", "")).rstrip(".").lower()
    if country not in _AUSTRALIA:
        faults.append("country: orders go to addresses in Australia")
    faults += [f"{field}: {fault}" for field, text in _named(name, lines) if (fault := _fault(text))]
    if not lines:
        faults.append("address: there is no street, PO box or other line")
    if len(lines) > MOST_LINES:
        faults.append(f"address: more than {MOST_LINES} lines between name and suburb")
    if not _LOCALITY.fullmatch(locality):
        faults.append("suburb: letters, spaces, hyphens and apostrophes are wanted" if locality else "suburb: empty")
    postcode = read_postcode(fields.get("postcode", ""))
    state, fault = settle_state(postcode, fields.get("state", ""))
    if fault:
        faults.append(fault)
    if faults:
        raise AddressError(tuple(faults))
    return Address(name, lines, locality, state, postcode)


def read_postcode(text: str) -> str:
    """Four digits, as text. Spreadsheets drop the zero that codes of the Northern Territory and the ACT begin with."""
    digits = re.sub(r"\s", "", text)
    digits = re.sub(r"\.0$", "", digits)
    return f"0{digits}" if re.fullmatch(r"[289]\d\d", digits) else digits


def settle_state(postcode: str, state: str) -> tuple[str, str]:
    """The state of a postcode, where it is settled by itself or by what was written; else why not."""
    if not re.fullmatch(r"[0-9]{4}", postcode):
        return "", "postcode: four digits are wanted" if postcode else "postcode: empty"
    possible = states_of(postcode)
    written = read_state(state)
    if not possible:
        return "", f"postcode: there is no {postcode}"
    if state.strip() and written is None:
        return "", "state: no state or territory"
    if written and written not in possible:
        return "", f"state: {postcode} lies in {_listed(possible, 'or')}, not {written}"
    if written:
        return written, ""
    if len(possible) > 1:
        return "", f"state: {postcode} is shared by {_listed(possible, 'and')}: ask which one the address is in"
    return possible[0], ""


def clean(text: str) -> str:
    """The text in one form of Unicode (NFC), each stretch of white space a single space."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def _listed(states: tuple[str, ...], last: str) -> str:
    return f" {last} ".join((*(", ".join(states[:-1]),), states[-1])) if len(states) > 1 else states[0]


def _lines(fields: Mapping[str, str]) -> tuple[str, ...]:
    written = "\n".join(fields.get(f"line_{number}", "") for number in range(1, MOST_LINES + 1))
    return tuple(line for each in re.split(r"[\n\r\v\f\x85\u2028\u2029]", written) if (line := clean(each)))


def _locality(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.replace("’", "'")).encode("ascii", "ignore").decode()
    return " ".join(re.sub(r"[.,]", " ", plain).upper().split())


def _named(name: str, lines: tuple[str, ...]) -> list[tuple[str, str]]:
    return [("name", name), *((f"address line {number}", line) for number, line in enumerate(lines, 1))]


def _fault(text: str) -> str:
    if len(text) > MOST_CHARACTERS:
        return f"{len(text)} characters; {MOST_CHARACTERS} have room"
    if any(unicodedata.category(sign) in ("Cc", "Cf", "Co", "Cs") and sign not in "\u200c\u200d" for sign in text):
        return "holds a sign that cannot be printed"
    return ""
