"""Signing off: what was read is kept, any later change of it withdraws the signature, and nothing else does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from booklet import signing
from booklet.build import build, check
from booklet.cli import main
from booklet.findings import Finding
from booklet.manuscript import SIGNATURES, with_signature
from tests.composed import composed, words
from tests.conftest import TODAY
from tests.printed import printed
from tests.signed import BY, DAY, edit, git, signed_off
from tests.tiny import BOOK, FILES, ONE, STATES, TWO, Overlay, changed, errors, order

IN_STATE = f"""{FILES[TWO]}
::: in-your-state kind=support-group
Groups.
:::

![A pale and plain ground.](images/plain.svg)
"""


@pytest.fixture
def signed(booklet: Callable[..., Path]) -> Path:
    """A project of which the second chapter, with what each state has and a picture, is signed off."""
    project = booklet({TWO: IN_STATE})
    result = signed_off(project, "two", *BY)
    assert result.exit_code == 0, result.stderr
    return project


def withdrawn(project: Path, day: date = TODAY) -> list[Finding]:
    found = check(order(project, today=day))
    assert errors(found) == []
    return [finding for finding in found if finding.code == "SRC-070"]


CHANGES = {
    "a word": (TWO, "A paragraph", "One paragraph"),
    "a text alternative": (TWO, "A pale and plain ground", "A plain ground"),
    "a picture": ("chapters/images/plain.svg", "#e2eff7", "#e2eff8"),
    "a number of a service of one state": (STATES, "(03) 5550 1234", "(03) 5550 1235"),
    "a meaning in the glossary": ("chapters/glossary.yaml", "A picture", "An image"),
    "the summary": (TWO, "The second.", "The other."),
}
NO_CHANGES = {
    "lines broken otherwise": (TWO, "A paragraph in", "A paragraph\nin"),
    "line ends": (TWO, "\n", "\r\n"),
    "words of another chapter": (ONE, "One point", "Some point"),
    "a comment": (STATES, "- id: vic-group", "# a comment\n- id: vic-group"),
    "a call that confirms": (
        STATES,
        "  verified: true\n",
        f"  calls:\n  - day: {DAY}\n    by: Jo\n    result: confirmed\n  verified: true\n",
    ),
    "a source": ("chapters/sources.yaml", "A fact.", "A fact, in other words."),
}


def test_it_says_what_was_read_and_holds(signed: Path) -> None:
    (row,) = yaml.safe_load((signed / SIGNATURES).read_text("utf-8"))
    assert (row["chapter"], row["by"], row["role"]) == ("two", "Dr A. Name", "oncologist")
    assert row["day"] == date(2026, 11, 20)
    assert row["pictures"] == 1 and row["words"] > 10
    assert [each["editions"] for each in row["read"]] == [["VIC"], ["WA"]], "each as its own state reads"
    assert withdrawn(signed) == []


@pytest.mark.parametrize("name", CHANGES)
def test_any_change_of_what_is_printed_withdraws_it(signed: Path, name: str) -> None:
    edit(signed, *CHANGES[name])
    found = withdrawn(signed)
    assert found, name
    assert {finding.severity for finding in found} == {"warning"}
    assert "Dr A. Name (oncologist) signed it off on 2026-11-20" in found[0].found
    edit(signed, *(CHANGES[name][index] for index in (0, 2, 1)))
    assert withdrawn(signed) == [], "as it was read, it is signed again"


@pytest.mark.parametrize("name", NO_CHANGES)
def test_what_changes_nothing_that_is_printed_there_does_not(signed: Path, name: str) -> None:
    edit(signed, *NO_CHANGES[name])
    assert withdrawn(signed) == []
    assert withdrawn(signed, date(2027, 6, 1)) == [], "nor does another day"


def test_the_head_of_a_handout_is_no_part_of_its_first_chapter(booklet: Callable[..., Path]) -> None:
    """Its issue, its logo and what nobody has reviewed stand above the chapter, which stays as it was read."""
    project = booklet(changed(BOOK, 'slug = "', 'binding = "stapled"\nslug = "'))
    assert signed_off(project, "one", *BY).exit_code == 0
    edit(project, BOOK, "2026.1", "2026.2")
    logo = '[logo]\nimage = "images/plain.svg"\nalt = "The mark of the testers"\n'
    (project / "chapters/style.toml").write_text(logo, "utf-8")
    assert withdrawn(project) == []
    edit(project, ONE, "One point", "Some point")
    assert [finding.code for finding in withdrawn(project)] == ["SRC-070"]


def test_a_chapter_moved_to_another_file_stays_signed_and_one_with_another_id_is_named(signed: Path) -> None:
    (signed / TWO).rename(signed / "chapters/03-two.md")
    assert withdrawn(signed) == []
    edit(signed, "chapters/03-two.md", "id: two", "id: twos")
    edit(signed, ONE, "#two", "#twos")
    (found,) = withdrawn(signed)
    assert str(found.place) == f"{SIGNATURES}:4" and "Is it 'twos' now?" in found.found


def test_where_git_knows_what_was_read_the_words_that_changed_are_said_at_their_line(signed: Path) -> None:
    git(signed, "init", "-q")
    git(signed, "add", "-A")
    git(signed, "commit", "-qm", "signed")
    edit(signed, TWO, "A paragraph", "One paragraph")
    result = CliRunner().invoke(main, ["check", "--project", str(signed), "--date", DAY])
    (line,) = [line for line in result.stdout.split("\n") if "SRC-070" in line]
    assert line.startswith(f"{TWO}:9: warning SRC-070") and "[-A-] {+One+} paragraph" in line


def test_the_imprint_names_who_signed_what_and_says_that_the_rest_is_not_reviewed(signed: Path) -> None:
    first = words(composed(signed, "VIC"), "imprint")
    assert "Reviewed by Dr A. Name, oncologist, 20 November 2026: Chapter two." in first
    assert "Some chapters are sample text, not yet reviewed by a clinician." in first
    assert signed_off(signed, "one", *BY).exit_code == 0
    whole = composed(signed, "VIC")
    assert whole.unsigned == () and "not yet reviewed" not in words(whole)
    assert "Reviewed by Dr A. Name, oncologist, 20 November 2026." in words(whole, "one")
    edit(signed, ONE, "One point", "Some point")
    assert "not yet reviewed" in words(composed(signed, "WA"), "cover")


def test_nobody_has_reviewed_what_nobody_signed(booklet: Callable[..., Path]) -> None:
    composition = composed(booklet(), "VIC")
    assert composition.unsigned == ("one", "two")
    assert "Sample text, not yet reviewed by a clinician." in words(composition, "imprint")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("tow", *BY), "Did you mean: two?"),
        (("Chapter two", *BY), "Did you mean: two, one?"),
        (("two", "--by", "  ", "--role", "nurse"), "has a name"),
        (("two", "--by", "...", "--role", "nurse"), "has a name"),
        (("two", "--by", "A", "--role", " "), "has a role"),
        (("two", "--by", "A", "--role", "x\x1b[2J"), "on one line"),
        (("two", "--by", "A\u202eB", "--role", "nurse"), "on one line"),
        (("two", "--by", "{{ evil }}", "--role", "nurse"), "no templates"),
        (("two", "--by", "A"), "Missing option '--role'"),
        (("two", *BY, "--date", (date.today() + timedelta(days=2)).isoformat()), "yet."),
    ],
)
def test_what_cannot_be_is_refused_in_words_and_nothing_is_written(
    booklet: Callable[..., Path], arguments: tuple[str, ...], said: str
) -> None:
    project = booklet()
    result = CliRunner().invoke(main, ["signoff", "--project", str(project), "--date", DAY, *arguments])
    assert result.exit_code == 2 and said in result.stderr and "\x1b" not in result.stderr
    assert not (project / SIGNATURES).exists()


def test_a_chapter_of_a_project_with_faults_is_not_signed_off(booklet: Callable[..., Path]) -> None:
    result = signed_off(booklet(changed(TWO, "#one-a-heading", "#nowhere")), "two", *BY)
    assert result.exit_code == 2 and "LNK-001" in result.stderr


@pytest.mark.parametrize(
    ("old", "new"),
    [("by: Dr A. Name", "by: Dr B. Name"), ("words: ", "words: 1"), ("hash: ", "hash: 0"), ("hashes: ", "hashes: 0")],
)
def test_a_signature_written_by_hand_is_refused_at_its_line(signed: Path, old: str, new: str) -> None:
    edit(signed, SIGNATURES, old, new)
    (found,) = errors(check(order(signed)))
    assert found.place.file == SIGNATURES and found.place.line > 3 and found.code == "SRC-012"


def test_a_file_that_two_people_edited_at_once_is_told_and_left_alone(signed: Path) -> None:
    edit(signed, SIGNATURES, "- chapter", "<<<<<<< HEAD\n- chapter")
    before = (signed / SIGNATURES).read_bytes()
    assert [found.code for found in errors(check(order(signed)))] == ["SRC-004"]
    assert signed_off(signed, "one", *BY).exit_code == 2
    assert (signed / SIGNATURES).read_bytes() == before


def test_what_stands_in_the_file_stays_as_it_is(signed: Path) -> None:
    path = signed / SIGNATURES
    before = b"\xef\xbb\xbf# ours\r\n\r\n" + path.read_bytes().replace(b"\n", b"\r\n").rstrip() + b"  # last"
    path.write_bytes(before)
    assert signed_off(signed, "one", *BY).exit_code == 0
    after = path.read_bytes()
    assert after.startswith(before) and after.count(b"\n") == after.count(b"\r\n")
    assert withdrawn(signed) == [] and composed(signed, "VIC").unsigned == ()


@contextmanager
def saved_meanwhile(monkeypatch: pytest.MonkeyPatch, project: Path) -> Iterator[None]:
    real = with_signature

    def saving(*rest: object) -> str:
        edit(project, TWO, "A paragraph", "One paragraph")
        return real(*rest)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr(signing, "with_signature", saving)
        yield


def test_a_chapter_saved_while_it_is_signed_off_is_not(
    booklet: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    project = booklet()
    with saved_meanwhile(monkeypatch, project):
        assert "saved meanwhile" in signed_off(project, "two", *BY).stderr
    assert not (project / SIGNATURES).exists()
    assert signed_off(project, "two", *BY).exit_code == 0


def press(project: Path, **wishes: object) -> tuple[list[Finding], list[str]]:
    receipt = build(order(project, formats=("press",), titles=("main",), editions=("VIC",), **wishes))
    return errors(receipt.findings), [entry.file for entry in receipt.files]


def test_a_press_job_is_a_sample_and_says_so_or_all_of_it_is_signed_off(booklet: Callable[..., Path]) -> None:
    overlay: Overlay = printed()
    project = booklet(overlay)
    found, files = press(project)
    assert files and not found
    ticket = next((project / "dist").rglob("*-ticket.json")).read_text("utf-8")
    assert '"is_sample": true' in ticket and '"one",\n    "two"' in ticket
    confirmed = '\n[checks.stale]\npress = "say"\n'
    edit(project, BOOK, "sample = true\n", "")
    (project / BOOK).write_text((project / BOOK).read_text("utf-8") + confirmed, "utf-8")
    found, files = press(project)
    assert [(finding.code, finding.place.file) for finding in found] == [("SRC-071", ONE), ("SRC-071", TWO)]
    assert files == [] and errors(check(order(project))) == found
    for chapter in ("one", "two"):
        assert signed_off(project, chapter, *BY).exit_code == 0
    found, files = press(project)
    assert files and not found
    ticket = next((project / "dist").rglob("*-ticket.json")).read_text("utf-8")
    assert '"is_sample": false' in ticket and '"chapters_not_signed_off": []' in ticket
