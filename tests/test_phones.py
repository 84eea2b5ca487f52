"""Phone numbers as people of a country write and dial them, and found in any spelling."""

from __future__ import annotations

import pickle
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from phonenumbers import (
    SUPPORTED_REGIONS,
    PhoneNumberFormat,
    PhoneNumberType,
    example_number_for_type,
    format_number,
)

from booklet.manuscript import shipped_country
from booklet.phones import (
    SHAPE,
    PhoneError,
    PhonePlan,
    in_national_form,
    known_numbers,
    parse_message_number,
    parse_phone,
    phone_candidates,
    plain_characters,
    typed_numbers,
)

AU, NZ = (shipped_country(name).plan for name in ("au", "nz"))
PLANS = {"au": AU, "nz": NZ}
WRITTEN = [
    ("au", "000", "000", "tel:000"),
    ("au", "13 43 25 84", "13 43 25 84", "tel:13432584"),
    ("au", "131 450", "13 14 50", "tel:131450"),
    ("au", "13 11 20", "13 11 20", "tel:131120"),
    ("au", "1300 60 60 24", "1300 606 024", "tel:1300606024"),
    ("au", "1800 55 1800", "1800 551 800", "tel:1800551800"),
    ("au", "(03) 5444 1184", "(03) 5444 1184", "tel:+61354441184"),
    ("au", "03 5444 1184", "(03) 5444 1184", "tel:+61354441184"),
    ("au", "+61 3 5444 1184", "(03) 5444 1184", "tel:+61354441184"),
    ("au", "0491 570 006", "0491 570 006", "tel:+61491570006"),
    ("nz", "111", "111", "tel:111"),
    ("nz", "1737", "1737", "tel:1737"),
    ("nz", "0800 611116", "0800 611 116", "tel:+64800611116"),
    ("nz", "0800 4 711 711", "0800 471 1711", "tel:+648004711711"),
    ("nz", "(03) 234 5678", "03 234 5678", "tel:+6432345678"),
]


@pytest.mark.parametrize(("country", "given_text", "printed", "uri"), WRITTEN)
def test_numbers_are_printed_and_dialled_as_people_of_the_country_do(
    country: str, given_text: str, printed: str, uri: str
) -> None:
    phone = parse_phone(given_text, PLANS[country])
    assert (phone.plain, phone.uri) == (printed, uri)
    assert " " not in phone.text


@pytest.mark.parametrize(
    ("country", "text"),
    [
        *(("au", text) for text in ("1800 500 25", "13 43 25 85", "0800 611 116", "911", "5444 1184", "", "ring me")),
        *(("nz", text) for text in ("1800 500 258", "000", "0800 611 11", "234 5678", "13 11 20", "106")),
    ],
)
def test_what_is_no_complete_number_of_the_country_is_refused(country: str, text: str) -> None:
    with pytest.raises(PhoneError):
        parse_phone(text, PLANS[country])


@given(st.sampled_from(WRITTEN), st.data())
def test_spaces_do_not_change_a_number(row: tuple[str, str, str, str], data: st.DataObject) -> None:
    digits = row[2].replace(" ", "")
    cuts = data.draw(st.sets(st.integers(1, max(1, len(digits) - 1))))
    spaced = "".join(f" {digit}" if index in cuts else digit for index, digit in enumerate(digits))
    assert parse_phone(spaced, PLANS[row[0]]).uri == row[3]


@pytest.mark.parametrize("written", ["ext 5", "ext. 5", "extension 5", "x5", "ext5"])
def test_an_extension_is_printed_and_dialled_and_no_part_of_the_number(written: str) -> None:
    phone = parse_phone(f"(02) 9000 0000 {written}", AU)
    assert (phone.plain, phone.uri) == ("(02) 9000 0000 ext. 5", "tel:+61290000000;ext=5")
    assert phone.digits == "0290000000"


def test_a_number_is_seen_from_another_country_with_its_code_unless_it_works_at_home_alone() -> None:
    helpline = parse_phone("1800 55 1800", AU)
    assert helpline.seen_from("AU") == helpline
    seen = helpline.seen_from("NZ")
    assert seen and (seen.plain, seen.uri) == ("+61 1800 551 800", "tel:+611800551800")
    assert parse_phone("000", AU).seen_from("NZ") is None and parse_phone("1737", NZ).seen_from("AU") is None
    abroad = parse_phone("+64 800 611 116", AU)
    assert abroad.region == "NZ" and abroad.seen_from("NZ") == parse_phone("0800 611 116", NZ)
    extended = parse_phone("(02) 9000 0000 ext 5", AU).seen_from("NZ")
    assert extended and extended.uri == "tel:+61290000000;ext=5"


def test_a_short_code_takes_text_messages_and_an_emergency_number_does_not() -> None:
    assert parse_message_number("4357", NZ).uri == "tel:4357"
    assert parse_message_number("0491 570 006", AU).plain == "0491 570 006"
    with pytest.raises(PhoneError):
        parse_phone("4357", NZ)
    for text, plan in (("1800 500 25", AU), ("0", NZ)):
        with pytest.raises(PhoneError):
            parse_message_number(text, plan)


def test_numbers_are_found_in_a_sentence_and_amounts_are_not() -> None:
    text = "Ring 000, 13 43 25 84 or (03) 5444 1184. On 13 October 2016 some 20,000 paid $1300 for 100 km; 1800 500 25."
    found = [text[start:stop] for start, stop in phone_candidates(text, (AU,))]
    assert found == ["000", "13 43 25 84", "(03) 5444 1184", "1800 500 25"]


def test_an_emergency_number_that_could_be_a_count_is_found_where_it_is_rung() -> None:
    text = "Call 111 first. Some 111 people in 111 rooms: ring 111, or (111) or 03 234 5678 ext. 5. No 1111. Ring 1737."
    assert [text[start:stop] for start, stop in phone_candidates(text, (NZ,))] == [
        "111", "111", "111", "03 234 5678 ext. 5", "1737",
    ]  # fmt: skip
    assert [text[start:stop] for text in ["111", "000"] for start, stop in phone_candidates(text, (NZ, AU))] == [
        "111", "000",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "0800-611-116", "0800611116", "0508 HEARING", "03.234.5678", "(03)234-5678", "234 5678", "021/123/4567",
        "+61 3 9000 1111", "00 61 3 9000 1111", "ring 105", "call 000", "+64 3 234 5678", "0800 611 11",
        "\uff10\uff18\uff10\uff10 611 116", "0800|611|116",
    ],
)  # fmt: skip
def test_a_number_of_another_plan_is_found_in_any_spelling(text: str) -> None:
    assert len(typed_numbers(plain_characters(f"Words {text}, words."), (NZ,))) == 1


@pytest.mark.parametrize(
    "text",
    ["13 October 2016", "0800-1700", "111 people", "105 km", "NHI 123 4567", "2026\u20132028", "1737", "03/11/2026",
     "3000-4000 steps", "https://example.org/0800611116", "15 000 000"],
)  # fmt: skip
def test_what_is_no_number_of_another_plan(text: str) -> None:
    assert typed_numbers(plain_characters(f"Words {text}, words."), (NZ,)) == ()


LOOKALIKES = [
    ("18OO 111 222", "1800111222"),
    ("18\u041e\u039f 111 222", "1800111222"),
    ("1800 l11 222", "1800111222"),
    ("1800 III 222", "1800111222"),
    ("I3 11 2O", "131120"),
    ("1\u0417 11 14", "131114"),
    ("(O3) 9OOO 1111", "0390001111"),
    ("18OOlll222", "1800111222"),
    ("+6l 3 9000 1111", "61390001111"),
]


@pytest.mark.parametrize(("text", "digits"), LOOKALIKES)
def test_letters_that_look_like_digits_hide_no_number(text: str, digits: str) -> None:
    (number,) = typed_numbers(plain_characters(f"Words {text}, words."), (AU,))
    assert (number.written, number.digits, number.is_plain) == (text, digits, False)


@pytest.mark.parametrize(
    "text",
    ["\uff11\uff18\uff10\uff10 111 222", "\u0661\u0668\u0660\u0660 111 222", "\u2460\u2467\u24ea\u24ea 111 222",
     "1\u03018\u03320\u03320 111 222"],
)  # fmt: skip
def test_digits_of_any_kind_are_digits(text: str) -> None:
    (number,) = typed_numbers(plain_characters(f"Words {text}, words."), (AU,))
    assert (number.digits, number.is_plain) == ("1800111222", True)


@pytest.mark.parametrize(
    "text",
    [
        "1.5 l to 2 l, 2000 l - 3000 l",
        "1800 O'Brien",
        "stage III 2026",
        "Room 1O1, Level I0, 3000",
        "In 2024 I had 1800",
    ],
)
def test_letters_beside_digits_are_letters(text: str) -> None:
    assert typed_numbers(plain_characters(f"Words {text}, words."), (AU,)) == ()
    (number,) = typed_numbers(plain_characters("Ring 13 11 20 I think."), (AU,))
    assert (number.written, number.is_plain) == ("13 11 20", True)


def test_short_numbers_in_a_list_with_others_are_found() -> None:
    found = typed_numbers("Ring 131114, (03)9000-2222 or 106. Or 8 or 112 days.", (AU,))
    assert [number.digits for number in found] == ["131114", "0390002222", "106"]


def test_the_plans_of_two_countries_look_for_the_numbers_of_both() -> None:
    text = "0800 611 116, 1800 555 660, 13 YARN, 0508 HEARING"
    assert [number.written for number in typed_numbers(text, (NZ, AU))] == [
        "0800 611 116", "1800 555 660", "13 YARN", "0508 HEARING",
    ]  # fmt: skip


def test_a_number_with_its_countrys_code_is_written_as_at_home() -> None:
    text = "Ring +61 (0)3 5444 1184, +64 800 611 116 or +44 20 7946 0958."
    assert in_national_form(text, (AU, NZ)).replace("\u00a0", " ") == (
        "Ring (03) 5444 1184, 0800 611 116 or +44 20 7946 0958."
    )


def test_a_plan_is_the_same_in_another_process() -> None:
    other = pickle.loads(pickle.dumps(NZ))
    assert other == NZ and hash(other) == hash(NZ)
    assert parse_phone("0800 611 116", other) == parse_phone("0800 611 116", NZ)


# What is known of countries that do not ship

MINE = "Issue 2026.1 of 27 November 2026: 1,000 copies of 64 pages, from 2026 to 2028, for 24 (of 100) people."


def plan_of(region: str) -> PhonePlan:
    known = known_numbers(region)
    assert known
    return PhonePlan(region, region, region, known.example, known.emergency, known.shapes)


@pytest.mark.parametrize("region", ["IE", "GB", "CA", "US", "FR", "DE", "IN", "ZA", "DK", "JP", "BR", "KE", "PL"])
def test_numbers_of_any_country_are_found_where_somebody_typed_them(region: str) -> None:
    """Of each kind that people ring; years, issues and counts are none."""
    plan = plan_of(region)
    kinds = (PhoneNumberType.FIXED_LINE, PhoneNumberType.MOBILE, PhoneNumberType.TOLL_FREE)
    for example in filter(None, (example_number_for_type(region, kind) for kind in kinds)):
        written = format_number(example, PhoneNumberFormat.NATIONAL)
        (found,) = typed_numbers(f"Ring {written}.", (plan,))
        assert found.digits == "".join(filter(str.isdigit, written)) == parse_phone(written, plan).digits
    assert typed_numbers(MINE, (plan,)) == ()


def test_something_is_known_of_nearly_every_country() -> None:
    known = {region: known_numbers(region) for region in SUPPORTED_REGIONS}
    assert all(row and row.shapes and row.emergency for row in known.values())
    assert all(re.fullmatch(SHAPE, shape) for row in known.values() if row for shape in row.shapes)
    assert known_numbers("ZZ") is None and known_numbers("") is None
