"""Order codes survive being spelled out, heard wrongly and replaced by others."""

from __future__ import annotations

import json
import string
from collections.abc import Callable
from dataclasses import asdict, replace
from itertools import combinations
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from booklet import dispatch
from booklet.build import Order, build, check
from booklet.cli import main
from booklet.composing import code_entries, publication
from booklet.manuscript import read
from booklet.order_codes import (
    ALPHABET,
    SPELLING_WORDS,
    CodeEntry,
    answer,
    answer_issue,
    check_character,
    decode,
    is_order_code,
    recognise,
    spelling,
    spells,
)
from booklet.today import Today
from booklet.walk import composed
from tests import tiny
from tests.conftest import PROJECT, TODAY
from tests.tiny import changed

BODIES = st.text(ALPHABET, min_size=5, max_size=5)
OLD = CodeEntry("HKV 9TH", spelling("HKV 9TH"), "main", "Tiny", "VIC", "standard", "2025.1", False)
NOW = CodeEntry("HKV 4TU", spelling("HKV 4TU"), "main", "Tiny", "VIC", "standard", "2026.1", True)


def coded(body: str) -> str:
    bare = body + check_character(body)
    return f"{bare[:3]} {bare[3:]}"


@pytest.fixture(scope="module")
def shipped() -> tuple[CodeEntry, ...]:
    """Every code of the project, now and earlier."""
    manuscript, _ = read(PROJECT, Today(TODAY))
    assert manuscript
    return code_entries(manuscript)


@given(BODIES, st.integers(0, 5), st.sampled_from(ALPHABET))
def test_one_misheard_character_is_noticed(body: str, position: int, heard: str) -> None:
    code = coded(body).replace(" ", "")
    assert is_order_code(f"{code[:3]} {code[3:]}")
    wrong = code[:position] + heard + code[position + 1 :]
    assert is_order_code(f"{wrong[:3]} {wrong[3:]}") == (wrong == code)


@given(BODIES, st.integers(0, 4))
def test_two_swapped_neighbours_are_noticed(body: str, position: int) -> None:
    code = coded(body).replace(" ", "")
    swapped = code[:position] + code[position + 1] + code[position] + code[position + 2 :]
    assert is_order_code(f"{swapped[:3]} {swapped[3:]}") == (swapped == code)


@given(BODIES)
def test_order_codes_hold_nothing_that_sounds_alike(body: str) -> None:
    assert not set(coded(body)) & set("0O1IL2Z5S8B")


@given(BODIES)
def test_a_code_that_is_spelt_is_heard_as_it_is(body: str) -> None:
    code = coded(body)
    assert decode(spelling(code)) == decode(code) == decode(code.lower().replace(" ", "-")) == code.replace(" ", "")
    assert recognise(f"my code is {spelling(code)}", [code]).code == code


@pytest.mark.parametrize(
    "said",
    [
        "N9Y J4J", "n9yj4j", "N 9 Y J 4 J", "November, nine, Yankee; Juliett, four, Juliett",
        "the order code is november niner yankee juliet fower juliet", "N for Nancy, 9, Y as in yellow, J 4 J",
        "Nancy nine yellow Jumper four Jumper", "en nine why jay for jay",
    ],
)  # fmt: skip
def test_what_is_said_in_many_ways_is_one_code(said: str) -> None:
    assert decode(said) == "N9YJ4J"


@pytest.mark.parametrize(("said", "heard"), [("double seven x-ray", "77X"), ("xray X ray x-ray", "XXX"), ("", "")])
def test_repeats_and_words_of_two_parts(said: str, heard: str) -> None:
    assert decode(said) == heard


def test_every_single_fault_is_put_right_or_refused_and_never_taken_for_another(
    shipped: tuple[CodeEntry, ...],
) -> None:
    """Over all codes of the project, all places, all signs and all swaps: an answer is the right one, or none."""
    codes = [entry.code for entry in shipped]
    bare = [code.replace(" ", "") for code in codes]
    answered = 0
    for code in bare[::7]:
        faults = {code[:i] + sign + code[i + 1 :] for i in range(6) for sign in string.ascii_uppercase + string.digits}
        for i, j in combinations(range(6), 2):
            signs = list(code)
            signs[i], signs[j] = signs[j], signs[i]
            faults.add("".join(signs))
        for heard in faults - {code}:
            assert heard not in bare
            found = recognise(heard, codes)
            assert f"{code[:3]} {code[3:]}" in found.candidates
            assert found.code is None or found.correction
            answered += found.code is not None
    assert answered > len(bare[::7]) * 200, "almost every fault is put right"


def test_what_was_put_right_is_said() -> None:
    assert recognise("HKV 4TN", ["HKV 4TU"]).correction == "character 6 is Uniform, not November"
    assert recognise("HVK 4TU", ["HKV 4TU"]).correction == "characters 2 and 3 changed places"
    for refused in ("HKV 9TN", "HKV", "HKV 4TU 4", ""):
        assert recognise(refused, ["HKV 4TU"]).candidates == ()
    assert recognise("HKV 4TU", ["HKV 4TA", "HKV 4TX"]).code is None, "two could be meant"


@pytest.mark.parametrize(
    ("code", "word"),
    [
        ("CAN CER", "CANCER"), ("HPV 4T6", "HPV"), ("D34 DXX", "DEAD"), ("K4F FUK", "FUK"), ("N6E ATK", "EATK"),
        ("666 7XX", "666"), ("HEA TAK", "HEATAK"), ("N9Y J4J", None), ("HKV 4TU", None),
    ],
)  # fmt: skip
def test_a_code_is_never_a_word_an_illness_or_an_insult(code: str, word: str | None) -> None:
    assert spells(code) == word


def test_no_code_that_is_printed_spells_anything(shipped: tuple[CodeEntry, ...]) -> None:
    assert [entry.code for entry in shipped if entry.is_current and spells(entry.code)] == []


def test_a_word_in_a_code_is_a_warning_even_where_the_book_lists_none(booklet: Callable[..., Path]) -> None:
    project = booklet(changed(tiny.VIC, "HQV 4TV", coded("FATK4")))
    (found,) = [finding for finding in check(Order(project, project / "dist", TODAY)) if finding.code == "SRC-055"]
    assert (found.place.file, found.severity) == (tiny.VIC, "warning") and "spells FAT" in found.found
    clean = booklet()
    assert [f for f in check(Order(clean, clean / "dist", TODAY)) if f.code == "SRC-055"] == []


EARLIER = "- {{issue: '2025.1', title: main, edition: {}, standard: {}, large_print: {}}}\n"


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        (EARLIER.format("VIC", "HKV 9TH", "HQV 4TV"), None),  # a code that stayed the same
        (EARLIER.format("WA", "HKV 4TU", "HKV 9TH"), "SRC-013"),  # one that Victoria has now
        (EARLIER.format("VIC", "HKV 9TH", coded("KKXXX")) + EARLIER.format("WA", "HKV 9TH", "HQW 6PU"), "SRC-013"),
        (EARLIER.format("VIC", "HKV 9TH", "HKV 9TX"), "SRC-012"),
    ],
    ids=["same thing, same code", "given to another", "given twice", "no code"],
)
def test_a_code_of_an_earlier_issue_is_given_to_nothing_else(
    booklet: Callable[..., Path], rows: str, code: str | None
) -> None:
    project = booklet({"chapters/earlier-codes.yaml": rows})
    errors = [f for f in check(Order(project, project / "dist", TODAY)) if f.severity == "error"]
    assert [(f.code, f.place.file) for f in errors] == ([(code, "chapters/earlier-codes.yaml")] if code else [])


@pytest.mark.parametrize(
    ("said", "issue", "is_current", "words"),
    [
        ("HKV 4TU", None, True, "Current."),
        ("Hotel Kilo Victor four Tango November", None, True, "character 6 is Uniform, not November"),
        ("HKV 9TH", None, False, "Not current. The code is now HKV 4TU"),
        ("HKV 4TU", "2026.1", True, "Current."),
        ("HKV 4TU", "2024.1", False, "No issue 2024.1 has this code"),
        ("HKV", None, False, "six characters"),
        ("NNN NNN", None, False, "none is near it"),
    ],
)
def test_is_my_copy_current(said: str, issue: str | None, is_current: bool, words: str) -> None:
    found, lines = answer(said, (OLD, NOW), issue)
    assert found == is_current and words in "\n".join(lines)


def test_a_code_of_two_issues_needs_the_issue_and_a_title_that_is_gone_is_told() -> None:
    both = (replace(NOW, issue="2025.1", is_current=False), NOW)
    assert answer("HKV 4TU", both)[1][-1].startswith("Ask which issue")
    assert answer("HKV 4TU", both, "2025.1") == (False, answer("HKV 4TU", both, "2025.1")[1])
    assert answer("HKV 4TU", both, "2026.1")[0]
    assert "no longer printed" in answer("HKV 9TH", (OLD,))[1][-1]


@pytest.mark.slow
def test_the_manifest_knows_every_code_for_good(booklet: Callable[..., Path]) -> None:
    """Codes of the sources, of earlier issues, and of what was built before, even when no file is made anew."""
    project = booklet()
    order = Order(project, project / "dist", TODAY, ("VIC",), ("screen",))
    build(order)
    assert {entry.code for entry in dispatch.read_codes(order.dist)} == {"HKV 4TU", "HQV 4TV", "HKW 6PT", "HQW 6PU"}
    booklet({"chapters/earlier-codes.yaml": EARLIER.format("VIC", "HKV 9TH", coded("KKXXX"))})
    assert build(order).built == 0
    assert OLD in dispatch.read_codes(order.dist)
    booklet(
        changed(tiny.BOOK, 'issue = "2026.1"', 'issue = "2026.2"')
        | {"chapters/earlier-codes.yaml": None, tiny.VIC: tiny.FILES[tiny.VIC].replace("HKV 4TU", coded("HKVKK"))}
    )
    (project / "chapters/earlier-codes.yaml").unlink()
    build(order)
    codes = dispatch.read_codes(order.dist)
    assert OLD in codes and replace(NOW, is_current=False) in codes
    assert {entry.issue for entry in codes if entry.is_current} == {"2026.2"}
    assert answer("HKV 4TU", codes)[1][-1].startswith(f"Not current. The code is now {coded('HKVKK')}")


@pytest.mark.parametrize(
    "row", [{"code": 7}, {"code": "HKV 4TN"}, {"is_current": "yes"}, {"extra": 1}, {"title": None}, None]
)
def test_codes_of_a_manifest_that_others_wrote_are_not_trusted(tmp_path: Path, row: dict[str, object] | None) -> None:
    rows = [asdict(OLD), asdict(NOW) | row if row else row]
    (tmp_path / "manifest.json").write_text(json.dumps({"files": [], "order_codes": rows}))
    assert dispatch.read_codes(tmp_path) == (OLD,), "and the other is not forgotten"
    for content in ("", "[]", '{"order_codes": 7}', '{"order_codes": null}'):
        (tmp_path / "manifest.json").write_text(content)
        assert dispatch.read_codes(tmp_path) == ()


def test_current_answers_by_its_exit_status(tmp_path: Path) -> None:
    asked = [
        (["HKV", "4TU"], 0, "HKV 4TU: Hotel, Kilo, Victor; four, Tango, Uniform.\nTiny, VIC, issue 2026.1\nCurrent.\n"),
        (["HKV", "9TM"], 1, "Not current"),
    ]
    (tmp_path / "manifest.json").write_text(json.dumps({"files": [], "order_codes": [asdict(OLD), asdict(NOW)]}))
    for said, status, words in asked:
        done = CliRunner().invoke(main, ["current", *said, "--dist", str(tmp_path)])
        assert (done.exit_code, words in done.stdout) == (status, True)
    empty = CliRunner().invoke(main, ["current", "HKV", "--dist", str(tmp_path / "none")])
    assert empty.exit_code == 2 and "booklet build" in empty.stderr


@pytest.mark.parametrize(
    ("issue", "is_current", "words"),
    [
        ("2026.1", True, "Issue 2026.1: current."),
        ("2025.1", False, "Issue 2026.1 is."),
        ("1999.1", False, "There are: 2025.1"),
    ],
)
def test_a_copy_is_known_by_its_issue_where_no_code_can_be_read(issue: str, is_current: bool, words: str) -> None:
    found, lines = answer_issue(issue, (OLD, NOW))
    assert found == is_current and words in lines[0]
    twice = (replace(OLD, issue="2026.1"), NOW)
    assert answer_issue("2026.1", twice) == (
        False, ["Issue 2026.1 was printed with other codes before. Ask for the order code."]
    )  # fmt: skip


def test_current_asks_for_a_code_or_an_issue(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text(json.dumps({"files": [], "order_codes": [asdict(OLD), asdict(NOW)]}))
    by_issue = CliRunner().invoke(main, ["current", "--issue", "2026.1", "--dist", str(tmp_path)])
    assert (by_issue.exit_code, by_issue.stdout) == (0, "Issue 2026.1: current.\n")
    assert CliRunner().invoke(main, ["current", "--dist", str(tmp_path)]).exit_code == 2


def test_spelling_words_begin_with_their_letter() -> None:
    assert set(ALPHABET) < set(SPELLING_WORDS)
    assert all(word[0] == letter for letter, word in SPELLING_WORDS.items() if letter.isalpha())
    assert len(set(SPELLING_WORDS.values())) == 36


@pytest.mark.slow
@pytest.mark.parametrize(("title", "imprint"), [("main", "imprint"), ("bone", "insert-imprint")])
def test_a_code_stands_in_the_imprint_and_where_one_orders(title: str, imprint: str) -> None:
    """Each size of print has its own, on each of its pages that names one."""
    order = Order(PROJECT, PROJECT / "dist", TODAY, ("VIC",), ("screen", "large-print"), (title,))
    sources = composed(order, Today(TODAY))
    assert sources.manuscript
    edition = next(edition for edition in sources.manuscript.editions if edition.code == "VIC")
    codes = publication(sources.manuscript, edition, title).codes
    assert codes
    for job in sources.jobs:
        standard, large = sources.composed_for(job)
        code = codes.large_print if job.form.is_large_print else codes.standard
        parts = [part for each in large or standard for part in each.parts]
        named = {part.id for part in parts if code and code in part.html.replace("\u00a0", " ")}
        assert imprint in named and len(named) > 1, named
