"""What the forms write, and what they do not overwrite."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from booklet import calls
from booklet.findings import Place
from booklet.manuscript import SIGNATURES, WAIVERS, changed_entry, read_waivers
from booklet_editor.forms import (
    Answer,
    ToSign,
    call_list,
    chapter_list,
    waivers_state,
    write_call,
    write_signature,
    write_waiver,
)
from tests import tiny
from tests.tiny import ONE, STATES

DAY = date(2026, 11, 22)
PRESS = "VIC/tiny-VIC-2026.1-press.pdf"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return tiny.write(tmp_path / "project")


def told(project: Path, **facts: str) -> Answer:
    seen = next(row.seen for row in call_list(project, DAY, True).rows if row.call.id == "to-confirm")
    given = {
        "id": "to-confirm", "day": "2026-11-20", "by": "Jo Smith", "result": "confirmed", "note": "", "phone": "",
        "seen": seen,
    } | facts  # fmt: skip
    return write_call(project, **given)


def test_a_call_is_written_into_its_entry_and_nothing_else_changes(project: Path) -> None:
    before = (project / STATES).read_text("utf-8")
    answer = told(project, note="Asked for the desk", phone="08 5550 7778")
    assert answer == Answer(f"Written to {STATES}: to-confirm, confirmed.", is_written=True)
    after = (project / STATES).read_text("utf-8")
    assert "- day: 2026-11-20\n    by: Jo Smith\n    result: confirmed\n    note: Asked for the desk\n" in after
    assert "(08) 5550 7778" in after
    rest = iter(after.split("\n"))
    kept = [line for line in before.split("\n") if "5550 7777" not in line and line != "  confirm_before_print: true"]
    assert all(line in rest for line in kept), "in their order"


def test_an_entry_that_somebody_changed_meanwhile_is_left_alone(project: Path) -> None:
    seen = next(row.seen for row in call_list(project, DAY, True).rows if row.call.id == "to-confirm")
    path = project / STATES
    path.write_text(path.read_text("utf-8").replace("Maybe line", "Perhaps line"), "utf-8")
    before = path.read_bytes()
    answer = told(project, seen=seen)
    assert answer.is_changed and not answer.is_written and "meanwhile" in answer.words
    assert path.read_bytes() == before
    assert told(project).is_written, "once it was read again"


def test_an_edit_of_another_entry_of_the_same_file_is_no_hindrance_and_stays(project: Path) -> None:
    seen = next(row.seen for row in call_list(project, DAY, True).rows if row.call.id == "to-confirm")
    path = project / STATES
    path.write_text("# Added above\n" + path.read_text("utf-8").replace("Avoca", "Ararat"), "utf-8")
    assert told(project, seen=seen).is_written
    text = path.read_text("utf-8")
    assert text.startswith("# Added above\n") and "Ararat" in text and "by: Jo Smith" in text


def test_a_file_that_is_saved_while_the_call_is_written_is_left_alone(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, real = project / STATES, changed_entry

    def changed_and_saved(text: str, *rest: object) -> str:
        path.write_text(text.replace("Avoca", "Ararat"), "utf-8")
        return real(text, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(calls, "changed_entry", changed_and_saved)
    answer = told(project)
    assert answer.is_changed and "saved meanwhile" in answer.words
    assert "Ararat" in path.read_text("utf-8") and "Jo Smith" not in path.read_text("utf-8")


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"id": "to-confrim", "seen": "x"}, "may have been renamed"),
        ({"day": (date.today() + timedelta(days=2)).isoformat()}, "has not been made yet"),
        ({"day": "yesterday"}, "is no day"),
        ({"by": "  "}, "needs the name"),
        ({"by": "Jo\nSmith"}, "on one line"),
        ({"note": "{{ evil }}"}, "hold no templates"),
        ({"result": "perhaps"}, "hold no templates"),
        ({"phone": "12"}, "is no number"),
    ],
)
def test_a_call_that_cannot_be_is_refused_in_words(project: Path, facts: dict[str, str], words: str) -> None:
    before = (project / STATES).read_bytes()
    answer = told(project, **facts)
    assert not answer.is_written and words in answer.words
    assert (project / STATES).read_bytes() == before


def test_a_link_in_the_place_of_the_file_is_not_written_through(project: Path) -> None:
    path = project / STATES
    path.rename(project / "elsewhere.yaml")
    path.symlink_to(project / "elsewhere.yaml")
    answer = told(project)
    assert not answer.is_written and "cannot be written" in answer.words


def test_a_waiver_is_written_and_read_again(project: Path) -> None:
    for reason in ('The "photograph" of 1962 \\ is all there is.', "Another."):
        assert write_waiver(project, "INK-112", PRESS, reason, waivers_state(project)).is_written
    waivers, findings = read_waivers(project)
    assert findings == []
    assert [(row.code, row.where, row.reason) for row in waivers] == [
        ("INK-112", PRESS, 'The "photograph" of 1962 \\ is all there is.'),
        ("INK-112", PRESS, "Another."),
    ]


def test_what_stands_in_the_file_of_waivers_stays(project: Path) -> None:
    text = '# ours\r\n[[waiver]]\r\ncode = "INK-112"\r\nwhere = "*"\r\nreason = "x" # y'
    (project / WAIVERS).write_bytes(text.encode())
    assert write_waiver(project, "INK-113", PRESS, "Fine.", waivers_state(project)).is_written
    after = (project / WAIVERS).read_bytes().decode()
    assert after.startswith(text) and after.count("\n") == after.count("\r\n")
    assert len(read_waivers(project)[0]) == 2


@pytest.mark.parametrize(
    ("code", "where", "reason", "words"),
    [
        ("SRC-021", "chapters/01-one.md", "Fine.", "cannot be waived"),
        ("BOX-115", PRESS, "Fine.", "cannot be waived"),
        ("XXX-000", PRESS, "Fine.", "no finding has this code"),
        ("INK-112", PRESS, "  ", "empty"),
        ("INK-112", "*", "Fine.", "one file or one line"),
        ("INK-112", PRESS, "Fine\x1b[2J.", "one line"),
    ],
)
def test_a_waiver_of_what_nobody_can_answer_for_is_refused(
    project: Path, code: str, where: str, reason: str, words: str
) -> None:
    answer = write_waiver(project, code, where, reason, waivers_state(project))
    assert not answer.is_written and words in answer.words
    assert not (project / WAIVERS).exists()


def test_waivers_that_somebody_changed_meanwhile_are_left_alone(project: Path) -> None:
    seen = waivers_state(project)
    (project / WAIVERS).write_text('[[waiver]]\ncode = "INK-113"\nwhere = "x"\nreason = "y"\n', "utf-8")
    before = (project / WAIVERS).read_bytes()
    answer = write_waiver(project, "INK-112", PRESS, "Fine.", seen)
    assert answer.is_changed and not answer.is_written and (project / WAIVERS).read_bytes() == before


def to_sign(project: Path, title: str = "main") -> dict[str, ToSign]:
    return {row.id: row for row in chapter_list(project, DAY, title).rows}


def test_a_chapter_is_signed_off_as_it_was_shown_and_goes_behind_those_to_read(project: Path) -> None:
    shown = to_sign(project)
    assert list(shown) == ["one", "two"] and not any(row.holds for row in shown.values())
    assert shown["one"].place == Place("chapters/01-one.md", 9)
    answer = write_signature(project, "one", "2026-11-20", " Dr A. Name ", "oncologist", shown["one"].seen)
    assert answer == Answer(f"Written to {SIGNATURES}: one, signed off by Dr A. Name.", is_written=True)
    shown = to_sign(project)
    assert list(shown) == ["two", "one"] and shown["one"].holds
    assert shown["one"].signatures == ("Dr A. Name, oncologist, 20 November 2026: holds",)
    assert list(to_sign(project, "chapter:two")) == ["two"], "of a handout the one chapter"
    assert chapter_list(project, DAY, "main").reviewer == "a clinician"


def test_a_chapter_that_somebody_changed_since_it_was_shown_is_not_signed_off(project: Path) -> None:
    seen = to_sign(project)["one"].seen
    path = project / ONE
    path.write_text(path.read_text("utf-8").replace("One point", "Some point"), "utf-8")
    answer = write_signature(project, "one", "2026-11-20", "Dr A. Name", "oncologist", seen)
    assert answer.is_changed and not answer.is_written and not (project / SIGNATURES).exists()
    seen = to_sign(project)["one"].seen
    path.write_text(path.read_text("utf-8").replace("\n\n", "\n\n\n"), "utf-8")
    assert write_signature(project, "one", "2026-11-20", "Dr A. Name", "oncologist", seen).is_written, "same words"


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"by": "  "}, "has a name"),
        ({"role": ""}, "has a role"),
        ({"day": "soon"}, "is no day"),
        ({"day": (date.today() + timedelta(days=2)).isoformat()}, "yet."),
        ({"id": "won"}, "Did you mean"),
        ({"by": "A\x1b[2J"}, "one line"),
    ],
)
def test_a_signature_that_cannot_be_is_refused_in_words(project: Path, facts: dict[str, str], words: str) -> None:
    given = {"id": "one", "day": "2026-11-20", "by": "A", "role": "nurse", "seen": to_sign(project)["one"].seen}
    answer = write_signature(project, **(given | facts))
    assert not answer.is_written and words in answer.words and not (project / SIGNATURES).exists()
