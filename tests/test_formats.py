"""A format or a profile can never be passed by silently."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from dataclasses import replace

import pytest

from booklet import finishing
from booklet.formats import FORMATS, Format
from booklet.preflight import CHECKS, PROFILES, Output

NEW = replace(FORMATS["screen"], name="pocket")


@pytest.fixture
def rows(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Format]]:
    """The table of formats, to be changed for one test."""
    with monkeypatch.context() as changes:
        table = dict(FORMATS)
        changes.setattr("booklet.formats.FORMATS", table)
        yield table
    importlib.reload(finishing)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (replace(NEW, finish="woven"), "no way to finish is called woven"),
        (replace(NEW, profile="pocket"), "no profile of preflight is called pocket"),
    ],
    ids=["finish", "profile"],
)
def test_a_row_that_names_what_is_not_there_is_refused_at_import(
    rows: dict[str, Format], row: Format, words: str
) -> None:
    rows[row.name] = row
    with pytest.raises(ValueError, match=words):
        importlib.reload(finishing)


def test_a_row_that_names_what_is_there_is_taken(rows: dict[str, Format]) -> None:
    rows[NEW.name] = NEW
    assert importlib.reload(finishing).FINISHES


@pytest.mark.parametrize("name", PROFILES)
def test_no_check_goes_by_the_name_of_a_profile(name: str) -> None:
    """So a new one is asked what others of its output are asked."""
    profile, new = PROFILES[name], replace(PROFILES[name], name="new")
    assert [check.code for check in CHECKS if check.asked_of(new)] == [
        check.code for check in CHECKS if check.asked_of(profile)
    ]


@pytest.mark.parametrize("name", PROFILES)
def test_every_profile_has_a_number_for_type_edges_and_pictures(name: str) -> None:
    """A number of 0 is not asked."""
    profile = PROFILES[name]
    assert profile.body_pt and profile.smallest_pt and profile.leading and profile.least_contrast
    assert profile.margin_mm or profile.safe_mm or profile.unprintable_mm
    assert profile.images_warn_ppi and profile.images_fail_ppi and profile.images_target_ppi
    assert profile.ink_limit_percent or profile.output is not Output.PRESS


def test_every_profile_is_that_of_a_format() -> None:
    assert {row.profile for row in FORMATS.values()} == set(PROFILES)
