"""Phone numbers as Australians write and dial them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booklet.australia import PhoneError, parse_phone, phone_candidates

WRITTEN = [
    ("000", "000", "tel:000"),
    ("13 43 25 84", "13 43 25 84", "tel:13432584"),
    ("131 450", "13 14 50", "tel:131450"),
    ("13 11 20", "13 11 20", "tel:131120"),
    ("1300 60 60 24", "1300 606 024", "tel:1300606024"),
    ("1800 55 1800", "1800 551 800", "tel:1800551800"),
    ("(03) 5444 1184", "(03) 5444 1184", "tel:+61354441184"),
    ("03 5444 1184", "(03) 5444 1184", "tel:+61354441184"),
    ("+61 3 5444 1184", "(03) 5444 1184", "tel:+61354441184"),
    ("0491 570 006", "0491 570 006", "tel:+61491570006"),
]


@pytest.mark.parametrize(("given_text", "printed", "uri"), WRITTEN)
def test_numbers_are_printed_the_australian_way_and_dialled(given_text: str, printed: str, uri: str) -> None:
    phone = parse_phone(given_text)
    assert (phone.text.replace("\u00a0", " "), phone.uri) == (printed, uri)
    assert " " not in phone.text


@pytest.mark.parametrize("text", ["1800 500 25", "13 43 25 85", "+44 20 7946 0958", "911", "5444 1184", "", "ring me"])
def test_what_is_no_complete_australian_number_is_refused(text: str) -> None:
    with pytest.raises(PhoneError):
        parse_phone(text)


@given(st.sampled_from(WRITTEN), st.data())
def test_spaces_do_not_change_a_number(row: tuple[str, str, str], data: st.DataObject) -> None:
    digits = row[1].replace(" ", "")
    cuts = data.draw(st.sets(st.integers(1, max(1, len(digits) - 1))))
    spaced = "".join(f" {digit}" if index in cuts else digit for index, digit in enumerate(digits))
    assert parse_phone(spaced).uri == row[2]


def test_numbers_are_found_in_a_sentence_and_amounts_are_not() -> None:
    text = "Ring 000, 13 43 25 84 or (03) 5444 1184. On 13 October 2016 some 20,000 paid $1300 for 100 km; 1800 500 25."
    found = [text[start:stop] for start, stop in phone_candidates(text)]
    assert found == ["000", "13 43 25 84", "(03) 5444 1184", "1800 500 25"]
