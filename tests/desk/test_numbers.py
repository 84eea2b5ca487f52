"""Order numbers survive being said on the phone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booklet_desk import numbers

NUMBERS = st.integers(numbers.FIRST, 10**9)


@given(NUMBERS)
def test_a_number_is_read_as_it_is_written_and_said(number: int) -> None:
    assert numbers.parse(numbers.write(number)) == number
    assert numbers.parse(numbers.write(number).lower().replace(" ", "")) == number
    assert numbers.parse(f"order number {numbers.spelling(number)}") == number


@given(NUMBERS, st.integers(0, 9), st.integers(0, 9))
def test_one_wrong_digit_is_noticed(number: int, place: int, digit: int) -> None:
    *digits, letter = list(numbers.write(number).replace(" ", ""))
    if place < len(digits) and digits[place] != str(digit):
        digits[place] = str(digit)
        with pytest.raises(numbers.NumberError):
            numbers.parse("".join(digits) + letter)


@given(NUMBERS, st.integers(0, 8))
def test_two_swapped_neighbours_are_noticed(number: int, place: int) -> None:
    *digits, letter = list(numbers.write(number).replace(" ", ""))
    if place + 1 < len(digits) and digits[place] != digits[place + 1]:
        digits[place], digits[place + 1] = digits[place + 1], digits[place]
        with pytest.raises(numbers.NumberError):
            numbers.parse("".join(digits) + letter)


@given(NUMBERS, st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
def test_a_wrong_letter_is_noticed(number: int, letter: str) -> None:
    if not numbers.write(number).endswith(letter):
        with pytest.raises(numbers.NumberError):
            numbers.parse(f"{number} {letter}")


@pytest.mark.parametrize("said", ["", "10001", "K", "1 K", "10001 KK", "9" * 40 + "K", "HKV 4TU"])
def test_what_is_no_number_is_refused_with_what_one_looks_like(said: str) -> None:
    with pytest.raises(numbers.NumberError, match="10001 K"):
        numbers.parse(said)
