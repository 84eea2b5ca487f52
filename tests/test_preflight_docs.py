"""docs/preflight.md and docs/messages.md say what the table of checks says."""

from __future__ import annotations

import re

import pytest

from booklet.findings import CODES
from booklet.preflight import CHECKS, PROFILES, Check
from tests.conftest import PROJECT

DOC = (PROJECT / "docs/preflight.md").read_text("utf-8")
CONDITION = re.compile(r"^\| (\d\d-\d{3}) \| [^|]+ \| ([^|]+) \|$", re.MULTILINE)
MACHINE_CONDITIONS = 87
"""Of the 136 failure conditions of the Matterhorn Protocol, those that need no person."""


def row(check: Check) -> str:
    profiles = ", ".join(name for name in PROFILES if name in check.profiles)
    return f"| {check.code} | {check.what} | {check.hint} | {check.clause} | {check.severity.value} | {profiles} |"


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: f"{check.code} {check.test.__name__}")
def test_every_check_stands_in_the_table(check: Check) -> None:
    assert row(check) in DOC


def test_the_table_holds_nothing_else() -> None:
    table = DOC.split("## Checks")[1].split("## Waivers")[0]
    assert len(re.findall(r"^\| [A-Z]{3}-\d{3}", table, re.MULTILINE)) == len(CHECKS)


def cited() -> dict[str, set[str]]:
    """The conditions that the rows of the table name, and the codes that name them."""
    found: dict[str, set[str]] = {}
    for check in CHECKS:
        for first, last in re.findall(r"(\d\d-\d{3})(?: to (\d\d-\d{3}))?", check.clause):
            low, high = int(first[3:]), int((last or first)[3:])
            for number in range(low, high + 1):
                found.setdefault(f"{first[:3]}{number:03d}", set()).add(check.code)
    return found


def test_every_machine_condition_of_matterhorn_is_answered() -> None:
    answers = dict(CONDITION.findall(DOC))
    assert len(answers) == MACHINE_CONDITIONS
    assert all(answer == "veraPDF only" or answer in CODES for answer in answers.values())
    by_rows = {name: codes for name, codes in cited().items() if name in answers}
    assert {name: answers[name] in codes for name, codes in by_rows.items()} == dict.fromkeys(by_rows, True)
    assert {"09-001", "14-001"} == set(cited()) - set(answers)


def test_the_profiles_of_the_document_are_those_of_the_program() -> None:
    rows = {
        name.strip(): [cell.strip() for cell in cells.split("|")]
        for name, cells in re.findall(r"^\| ([^|]+) \|(.+)\|$", DOC.split("## Checks")[0], re.MULTILINE)
    }
    for place, profile in enumerate(PROFILES.values()):
        assert rows["any text, at least"][place] == f"{profile.smallest_pt} pt"
        images = f"{profile.images_fail_ppi}; {profile.images_warn_ppi} ppi"
        assert rows["images, error under; warning under"][place] == images
        contrast = (profile.least_contrast, profile.least_contrast_large)
        assert rows["contrast, error under; large text"][place] == "{}; {:g}".format(*contrast)
        ink = f"{profile.ink_limit_percent} %" if profile.ink_limit_percent else ""
        assert rows["ink, mean over 15 mm², at most"][place] == ink
        edge = f"{profile.unprintable_mm} mm" if profile.unprintable_mm else ""
        assert rows["unprintable edge"][place] == edge
