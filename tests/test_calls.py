"""The call list: who is to be rung first, and what came of it, written into the entry's own file."""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Callable, Collection
from datetime import date, timedelta, timezone
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner
from pikepdf import Pdf

from booklet.calls import PrintedPlace, as_csv, as_pdf, as_text, call_of, due_calls, look_list, script
from booklet.cli import main
from booklet.due import dated_entry
from booklet.manuscript import Manuscript, NoEntryError, Service, changed_entry, read
from booklet.today import Today
from tests.aotearoa import AOTEAROA
from tests.conftest import PROJECT, TODAY
from tests.judges import judged

SUPPORT = sorted((PROJECT / "chapters/support").glob("*.yaml"))
HERE = timezone(timedelta(hours=10))
CALL = {"day": "2026-11-20", "by": "Jo O'Neill", "result": "confirmed", "note": "Asked for: hours"}


@pytest.fixture(scope="module")
def manuscript() -> Manuscript:
    found, _ = read(PROJECT, Today(TODAY))
    assert found
    return found


@pytest.fixture(scope="module")
def real_calls(manuscript: Manuscript, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The first entries of the real list as a PDF."""
    rows = due_calls(manuscript, TODAY, {}, HERE)[:6]
    return as_pdf(rows, manuscript, PROJECT, TODAY)


def with_calls(service: Service, *calls: tuple[str, str]) -> Service:
    rows = tuple(call_of(date.fromisoformat(day), "Jo", result) for day, result in calls)
    return service.model_copy(update={"calls": rows, "confirm_before_print": False})


@pytest.mark.parametrize(
    ("calls", "due"),
    [
        ([], True),
        ([("2026-11-01", "confirmed")], False),
        ([("2026-11-01", "changed")], False),
        ([("2026-05-01", "confirmed")], True),
        ([("2026-11-01", "confirmed"), ("2026-11-20", "no-answer")], False),
        ([("2026-11-01", "confirmed"), ("2026-11-20", "disconnected")], True),
        ([("2026-11-01", "moved"), ("2026-11-20", "confirmed")], False),
        ([("2026-11-20", "no-answer")], True),
    ],
)
def test_an_entry_is_due_until_somebody_says_that_it_is_right(
    manuscript: Manuscript, calls: list[tuple[str, str]], due: bool
) -> None:
    assert dated_entry(with_calls(manuscript.services[0], *calls), manuscript).is_stale(Today(TODAY)) is due


def test_nobody_rings_an_emergency_number_to_confirm_it(manuscript: Manuscript) -> None:
    """Triple zero is looked up on its page; a crisis line is rung."""
    rows = {row.id: row.by for row in due_calls(manuscript, TODAY, {}, HERE, True)}
    assert rows["triple-zero"].startswith("Do not ring 000: look at healthdirect")
    assert rows["lifeline"] == "13 11 14"


def test_the_worst_come_first(manuscript: Manuscript) -> None:
    """A crisis line before others, what prints before what does not, a number found wrong before one never rung."""
    lifeline = next(each for each in manuscript.services if each.id == "lifeline")
    a, b, c, d = [each for each in manuscript.services if each.id.startswith("cancer-council")][:4]
    services = (
        with_calls(a, ("2026-01-01", "confirmed")),
        with_calls(b),
        with_calls(c, ("2026-11-01", "disconnected")),
        with_calls(d, ("2025-01-01", "confirmed")),
        with_calls(lifeline, ("2026-05-01", "confirmed")),
    )
    printed = {each.id: (PrintedPlace("Book", ("VIC",), "3"),) for each in services if each.id != d.id}
    rows = due_calls(manuscript.model_copy(update={"services": services}), TODAY, printed, HERE)
    assert [row.id for row in rows] == ["lifeline", c.id, b.id, a.id, d.id]
    assert [row.urgent for row in rows] == [True, False, False, False, False]


def test_the_list_says_what_to_ask_and_where_it_is_printed(manuscript: Manuscript) -> None:
    printed = {"lifeline": (PrintedPlace("Book", ("TAS", "VIC"), "3, 50"),)}
    rows = [row for row in due_calls(manuscript, TODAY, printed, HERE) if row.id == "lifeline"]
    text = as_text(rows, script(manuscript))
    assert "13 11 14" in text and "Book (TAS, VIC), pages 3, 50" in text and "crisis" in text
    assert "booklet calls record lifeline" in text and "national.yaml:" in text
    (head, row) = csv.reader(io.StringIO(as_csv(rows)))
    assert len(head) == len(row) and row[0] == "lifeline"


def test_a_cell_is_no_formula(manuscript: Manuscript) -> None:
    evil = manuscript.services[0].model_copy(
        update={"name": "=cmd|' /C calc'!A0", "hours": "@now", "phone": (), "source": "+1"}
    )
    (row,) = due_calls(manuscript.model_copy(update={"services": (evil,)}), TODAY, {}, HERE)
    cells = next(iter(list(csv.reader(io.StringIO(as_csv([row]))))[1:]))
    assert not [cell for cell in cells if cell[:1] in "=+-@" and cell]


def test_hours_name_the_difference_to_the_callers_clock(manuscript: Manuscript) -> None:
    rows = {row.id: row.clock for row in due_calls(manuscript, date(2026, 7, 1), {}, HERE)}
    own = {
        code: next(each.id for each in manuscript.services if each.states == (code,)) for code in ("VIC", "WA", "NT")
    }
    assert rows[own["VIC"]] == "the same time as yours"
    assert rows[own["WA"]] == "2 h behind you" and rows[own["NT"]] == "30 min behind you"
    assert rows["lifeline"] == ""


@pytest.mark.parametrize("path", SUPPORT, ids=lambda path: path.name)
@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["lf", "crlf"])
def test_nothing_else_of_a_file_changes(path: Path, newline: str) -> None:
    """Over all real files and entries: only lines that are added, and the lines of the keys that are set, differ."""
    text = path.read_text("utf-8").replace("\n", f"   # kept{newline}", 1).replace("\n", newline).replace("\r\r", "\r")
    for entry in yaml.load(text, Loader=yaml.CSafeLoader):
        values: dict[str, str | bool | None] = {"confirm_before_print": False, "phone": "(03) 9000 0000"}
        changed = changed_entry(text, entry["id"], values, {"calls": CALL})
        twice = changed_entry(changed, entry["id"], {}, {"calls": CALL | {"day": "2026-11-21"}})
        (found,) = (each for each in yaml.load(twice, Loader=yaml.CBaseLoader) if each["id"] == entry["id"])
        assert found["calls"] == [CALL, CALL | {"day": "2026-11-21"}]
        assert (found["phone"], found["confirm_before_print"]) == ("(03) 9000 0000", "false")
        before, after = text.splitlines(keepends=True), twice.splitlines(keepends=True)
        replaced = lines_of(text, entry["id"], values)
        kept = [line for number, line in enumerate(before) if number not in replaced]
        rest = iter(after)
        assert all(line in rest for line in kept), "in their order"
        assert len(after) == len(kept) + len(values) + 9 and all(line.endswith(newline) for line in after)


def lines_of(text: str, id: str, keys: Collection[str]) -> set[int]:
    """The lines, from 0, on which an entry has these keys and what they hold."""
    lines: set[int] = set()
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    for entry in root.value if root else ():
        rows = {key.value: (key, value) for key, value in entry.value}
        if rows["id"][1].value == id:
            for key, value in (rows[name] for name in keys):
                is_block = not getattr(value, "flow_style", True)  # which ends where the next key begins
                lines.update(range(key.start_mark.line, value.end_mark.line + (not is_block)))
    return lines


@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["lf", "crlf"])
def test_numbers_on_lines_of_their_own_make_room_for_one(newline: str) -> None:
    before = "- id: one\n  phone:  # two\n  - '1'\n  - number: '2'\n    label: B  # last\n  # kept\n  name: A\n"
    after = "- id: one\n  phone: '3'  # two  # last\n  # kept\n  name: A\n"
    assert changed_entry(before.replace("\n", newline), "one", {"phone": "3"}, {}) == after.replace("\n", newline)


@pytest.mark.parametrize(
    "text",
    [
        "- id: one\n  name: A\n- {id: two, name: B}\n",
        "- id: two\n  name: B\n  calls: [{day: 2026-11-01}]\n",
        "two: 1\n",
        "- id: three\n",
        "- id: two: 3\n",
    ],
    ids=["in braces", "a list in brackets", "no list", "another id", "no YAML"],
)
def test_what_cannot_be_changed_is_left_alone(text: str) -> None:
    with pytest.raises(NoEntryError):
        changed_entry(text, "two", {}, {"calls": CALL})


def test_comments_blocks_and_a_file_without_an_end_of_line_are_kept() -> None:
    text = "# all\n- id: two # b\n  name: >-\n    long\n    words\n\n# behind\n- id: three\n  phone: 13 11 14"
    changed = changed_entry(text, "two", {"name": "Short"}, {"calls": {"day": "2026-11-01"}})
    assert changed == (
        "# all\n- id: two # b\n  name: Short\n  calls:\n  - day: 2026-11-01\n\n# behind\n- id: three\n  phone: 13 11 14"
    )
    assert changed_entry(text, "three", {"phone": "131"}, {}).endswith("phone: '131'")
    assert changed_entry(text, "three", {}, {"calls": {"by": "Jo"}}).endswith("13 11 14\n  calls:\n  - by: Jo")


def test_the_mark_that_some_editors_put_first_is_kept() -> None:
    text = "- id: two\n  name: B\n"
    assert changed_entry(f"\ufeff{text}", "two", {"name": "Cee"}, {"calls": {"by": "Jo"}}) == (
        "\ufeff- id: two\n  name: Cee\n  calls:\n  - by: Jo\n"
    )


def recorded(project: Path, *arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(main, ["calls", "record", "--project", str(project), *arguments])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.output


def service(project: Path, id: str) -> Service:
    found, _ = read(project, Today(TODAY))
    assert found
    return next(each for each in found.services if each.id == id)


def test_what_came_of_a_call_is_written_down(booklet: Callable[..., Path]) -> None:
    project = booklet()
    id = service(project, next(iter(yaml.safe_load((project / "chapters/support/all.yaml").read_text())))["id"]).id
    assert recorded(project, id, "--by", "Jo", "--result", "disconnected", "--date", "2026-11-20")[0] == 0
    assert service(project, id).confirm_before_print
    assert not service(project, id).prints
    number = ["--phone", "1800 500 258"]
    assert recorded(project, id, "--by", "Jo", "--result", "changed", "--date", "2026-11-21", *number)[0] == 0
    entry = service(project, id)
    assert entry.prints and [way.number.plain for way in entry.phone] == ["1800 500 258"]
    assert entry.assured and (entry.assured.day, entry.assured.by) == (date(2026, 11, 21), "Jo")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nobody", "--by", "Jo", "--result", "confirmed"], "No service has the id 'nobody'"),
        (["{id}", "--by", " ", "--result", "confirmed"], "needs the name"),
        (["{id}", "--by", "J\x1bo", "--result", "confirmed"], "nobody sees"),
        (["{id}", "--by", "Jo", "--result", "confirmed", "--note", "{{{{ x }}}}"], "no templates"),
        (["{id}", "--by", "Jo", "--result", "confirmed", "--date", "2999-01-01"], "has not been made yet"),
        (["{id}", "--by", "Jo", "--result", "changed", "--phone", "12"], "is no number"),
        (["{id}", "--by", "Jo", "--result", "gone"], "gone"),
    ],
)
def test_a_call_that_cannot_be_is_refused(booklet: Callable[..., Path], arguments: list[str], words: str) -> None:
    project = booklet()
    path = project / "chapters/support/all.yaml"
    before = path.read_bytes()
    id = yaml.safe_load(before)[0]["id"]
    status, output = recorded(project, *(word.format(id=id) for word in arguments))
    assert status == 2 and words in output
    assert path.read_bytes() == before


def test_the_list_names_every_way_as_what_it_is_and_hours_by_their_own_clock(booklet: Callable[..., Path]) -> None:
    found, _ = read(booklet(AOTEAROA), Today(TODAY))
    assert found
    rows = {row.id: row for row in due_calls(found, TODAY, {}, HERE, everything=True)}
    assert rows["south"].by == "03 234 5678 ext. 5 (bookings)"
    assert {"Number: 0800 123 456", "Relay: 0800 471 2712", "Email: help@example.org"} < set(rows["south"].says)
    assert rows["text-only"].by == "021 123 4567 (evenings)" and "Text: 4357" in rows["any-line"].says
    assert rows["any-line"].hours.startswith("Monday to Friday, 9 am to 5 pm; Saturday")


def test_a_number_is_read_by_the_plan_of_its_entry_and_put_in_the_place_of_one_alone(
    booklet: Callable[..., Path],
) -> None:
    project = booklet(AOTEAROA)
    call = ["--by", "Jo", "--result", "changed", "--date", "2026-11-21", "--phone"]
    assert recorded(project, "healthline", *call, "0800123456")[0] == 0
    assert [way.number.plain for way in service(project, "healthline").phone] == ["0800 123 456"]
    status, output = recorded(project, "healthline", *call, "1800 160 401")
    assert status == 2 and "not a complete New Zealand phone number" in output
    before = (project / "chapters/support/all.yaml").read_bytes()
    status, output = recorded(project, "south", *call, "0800 123 456")
    assert status == 2 and "several numbers" in output
    assert (project / "chapters/support/all.yaml").read_bytes() == before


def test_a_call_by_hand_is_checked_as_any_key(booklet: Callable[..., Path]) -> None:
    project = booklet()
    path = project / "chapters/support/all.yaml"
    path.write_text(
        changed_entry(path.read_text(), yaml.safe_load(path.read_text())[0]["id"], {}, {"calls": {"day": "soon"}})
    )
    _, findings = read(project, Today(TODAY))
    assert "SRC-012" in {finding.code for finding in findings}


def test_the_list_as_a_pdf_is_heard_in_order_and_has_boxes_to_tick(tmp_path: Path, real_calls: bytes) -> None:
    """Preflight has passed it, or there would be none: what is left is that it says what the text says."""
    (tmp_path / "calls.pdf").write_bytes(real_calls)
    said = CliRunner().invoke(main, ["read", str(tmp_path / "calls.pdf")]).output.replace("\u00a0", " ")
    assert said.index("What to say") < said.index("1. 13YARN") < said.index("13 92 76")
    assert "Result: confirmed changed no answer disconnected moved" in said
    with Pdf.open(io.BytesIO(real_calls)) as pdf:
        assert str(pdf.Root.Lang) == "en-AU"
        drawn = b"".join(page.Contents.read_bytes() for page in pdf.pages)
    assert drawn.count(b" re") > 5, "boxes"


@pytest.mark.slow
def test_the_list_is_pdf_ua(tmp_path: Path, real_calls: bytes, verapdf: str) -> None:
    (tmp_path / "calls.pdf").write_bytes(real_calls)
    assert judged(verapdf, [tmp_path / "calls.pdf"], "ua1") == {"calls.pdf": True}


def test_a_look_at_a_fact_is_written_down_in_its_own_file(tmp_path: Path) -> None:
    """The list of facts then has it no more. Comments and all other facts stay."""
    shutil.copytree(PROJECT / "chapters", tmp_path / "chapters")
    path = tmp_path / "chapters/sources.yaml"
    before = path.read_text("utf-8")
    due = {row.id for row in look_list(tmp_path, TODAY)}
    assert {"mbc-names", "first-days"} <= due
    run = CliRunner().invoke(
        main,
        [
            *[
                "calls",
                "record",
                "mbc-names",
                "--by",
                "Jo",
                "--result",
                "confirmed",
                "--date",
                "2026-11-02",
                "--project",
            ],
            str(tmp_path),
        ],
    )
    assert run.exit_code == 0, run.output
    added = "  checks:\n  - day: 2026-11-02\n    by: Jo\n    result: confirmed\n"
    assert path.read_text("utf-8").replace(added, "") == before
    assert {row.id for row in look_list(tmp_path, TODAY)} == due - {"mbc-names"}
    listed = CliRunner().invoke(main, ["calls", "--facts", "--project", str(tmp_path)])
    assert "mbc-stage" in listed.output
    assert "mbc-names" not in listed.output
    none = CliRunner().invoke(
        main, ["calls", "record", "mbc-nam", "--by", "Jo", "--result", "confirmed", "--project", str(tmp_path)]
    )
    assert none.exit_code == 2
    assert "mbc-names" in none.output
