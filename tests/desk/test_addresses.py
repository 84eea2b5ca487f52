"""Addresses in Australia Post's form, and every reason why something is none."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booklet_desk.addresses import AddressError, read_address, settle_state
from booklet_desk.postcodes import read_state, states_of
from booklet_desk.records import Address

GOOD = {"name": "Ada Example", "line_1": "12 Sample St", "locality": "Melbourne", "postcode": "3000"}
LAST_LINE = re.compile(r"[A-Z' -]+ (NSW|VIC|QLD|SA|WA|TAS|ACT|NT) \d{4}")
"""STANDARDS, AP7."""


def reasons(**changes: str) -> tuple[str, ...]:
    with pytest.raises(AddressError) as caught:
        read_address(GOOD | changes)
    return caught.value.reasons


def test_an_address_is_brought_into_form() -> None:
    found = read_address(GOOD | {"name": "  Ada   Example ", "locality": "st. kilda", "state": "Victoria"})
    assert found.printed == ("Ada Example", "12 Sample St", "ST KILDA VIC 3000")


@pytest.mark.parametrize(
    ("changes", "printed"),
    [
        ({"name": ""}, ("The Resident", "12 Sample St", "MELBOURNE VIC 3000")),
        ({"postcode": "800", "locality": "Darwin"}, ("Ada Example", "12 Sample St", "DARWIN NT 0800")),
        ({"postcode": "800.0", "locality": "Darwin"}, ("Ada Example", "12 Sample St", "DARWIN NT 0800")),
        ({"postcode": "0872", "state": "SA", "locality": "Mimili"}, ("Ada Example", "12 Sample St", "MIMILI SA 0872")),
        ({"locality": "O’Connor", "postcode": "2602"}, ("Ada Example", "12 Sample St", "O'CONNOR ACT 2602")),
        ({"line_1": "Ward 4\r\nGPO Box 7"}, ("Ada Example", "Ward 4", "GPO Box 7", "MELBOURNE VIC 3000")),
        ({"name": "Nguyễn Thị Ánh", "country": "Australia"}, ("Nguyễn Thị Ánh", "12 Sample St", "MELBOURNE VIC 3000")),
        ({"name": "李小龍"}, ("李小龍", "12 Sample St", "MELBOURNE VIC 3000")),
        (
            {"postcode": "2899", "locality": "Kingston"},
            ("Ada Example", "12 Sample St", "KINGSTON NSW 2899"),
        ),
    ],
)
def test_real_ways_of_writing_an_address_are_read(changes: dict[str, str], printed: tuple[str, ...]) -> None:
    assert read_address(GOOD | changes).printed == printed


def test_an_address_of_five_lines_fits_and_one_of_six_does_not() -> None:
    lines = {"line_1": "Oncology", "line_2": "Sample Hospital", "line_3": "12 Sample St"}
    assert len(read_address(GOOD | lines).printed) == 5
    (reason,) = reasons(**lines | {"line_3": "Level 2\n12 Sample St"})
    assert reason == "address: more than 3 lines between name and suburb"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"postcode": "9999999"}, "postcode: four digits are wanted"),
        ({"postcode": "1"}, "postcode: four digits are wanted"),
        ({"postcode": "٣٠٠٠"}, "postcode: four digits are wanted"),
        ({"postcode": ""}, "postcode: empty"),
        ({"postcode": "0100"}, "postcode: there is no 0100"),
        ({"state": "NSW"}, "state: 3000 lies in VIC, not NSW"),
        ({"postcode": "0872", "state": "VIC"}, "state: 0872 lies in NT, SA or WA, not VIC"),
        ({"postcode": "0872"}, "state: 0872 is shared by NT, SA and WA: ask which one the address is in"),
        ({"postcode": "4383"}, "state: 4383 is shared by NSW and QLD: ask which one the address is in"),
        ({"state": "Bavaria"}, "state: no state or territory"),
        ({"country": "New Zealand"}, "country: orders go to addresses in Australia"),
        ({"name": "A" * 200}, "name: 200 characters; 60 have room"),
        ({"line_1": "A" * 61}, "address line 1: 61 characters; 60 have room"),
        ({"name": "Ada\u202eelpmaxE"}, "name: holds a sign that cannot be printed"),
        ({"name": "Ada\x07"}, "name: holds a sign that cannot be printed"),
        ({"line_1": " \n "}, "address: there is no street, PO box or other line"),
        ({"locality": ""}, "suburb: empty"),
        ({"locality": "<script>"}, "suburb: letters, spaces, hyphens and apostrophes are wanted"),
        ({"locality": "=1+1"}, "suburb: letters, spaces, hyphens and apostrophes are wanted"),
    ],
)  # fmt: skip
def test_what_is_no_address_says_why(changes: dict[str, str], reason: str) -> None:
    assert reasons(**changes) == (reason,)


def test_every_reason_is_told_at_once_and_none_repeats_a_name_or_street() -> None:
    found = reasons(
        name="Quibblewick" * 9, line_1="Zanthorpe" * 9, locality="Snarkfield!", postcode="x", country="Mars"
    )
    assert len(found) == 5
    assert not re.search("quibblewick|zanthorpe|snarkfield", " ".join(found), re.IGNORECASE)


def test_an_address_shows_nothing_of_itself_in_messages_of_a_program() -> None:
    assert repr(read_address(GOOD)) == "Address()"
    assert repr(Address("a", ("b",), "c", "d", "e")) == "Address()"


@given(st.fixed_dictionaries({}, optional={key: st.text(max_size=80) for key in (*GOOD, "line_2", "state", "country")}))
def test_any_text_is_an_address_in_form_or_has_reasons(fields: dict[str, str]) -> None:
    try:
        printed = read_address(GOOD | fields).printed
    except AddressError as reason:
        assert reason.reasons
    else:
        assert LAST_LINE.fullmatch(printed[-1]) and 3 <= len(printed) <= 5
        assert all(line == line.strip() and len(line) <= 70 for line in printed)


def test_every_postcode_lies_in_the_state_of_its_range() -> None:
    """STANDARDS, AP8, written down anew."""
    for number in range(10_000):
        postcode = f"{number:04}"
        leading = {3: "VIC", 8: "VIC", 4: "QLD", 9: "QLD", 5: "SA", 6: "WA", 7: "TAS", 1: "NSW", 2: "NSW"}
        expected = leading.get(number // 1000)
        if 200 <= number <= 299 or 2600 <= number <= 2618 or 2900 <= number <= 2920:
            expected = "ACT"
        if 800 <= number <= 999:
            expected = "NT"
        found = states_of(postcode)
        assert (expected in found) if expected else found == ()
        assert settle_state(postcode, expected or "")[0] == (expected or "")


@pytest.mark.parametrize(
    ("text", "state"),
    [("vic", "VIC"), ("Vic.", "VIC"), ("New South Wales", "NSW"), ("N.S.W.", "NSW"), ("", None), ("Otago", None)],
)
def test_states_are_read_as_people_write_them(text: str, state: str | None) -> None:
    assert read_state(text) == state
