"""The directory as HSDS 3: what goes out is valid by the published schema, and what comes back changes nothing but what
it says.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from jsonschema import Draft202012Validator, FormatChecker

from booklet.bounds import MAX_EXCHANGE_BYTES
from booklet.build import Order
from booklet.cli import main
from booklet.manuscript import read
from booklet.services import Proposal, ServicesError, Wishes, as_text, exported, proposed, write
from booklet.today import Today
from booklet.walk import composed
from tests.conftest import PROJECT, TODAY
from tests.tiny import FILES, STATES, Overlay

SCHEMA = Draft202012Validator(
    json.loads((PROJECT / "tests/hsds/service.json").read_text("utf-8")), format_checker=FormatChecker()
)
FULL = """\
- id: every-way
  name: Every way
  kind: helpline
  states: [VIC]
  audience: breast
  format: mixed
  place: Room 3, Geelong
  phone:
    - number: (03) 5550 1234 ext. 12
      label: office
    - number: 1800 160 401
  sms: 0491 570 006
  textphone: 133 677
  relay: 1800 555 660
  email:
    - address: help@example.org
      label: for carers
  chat: https://chat.example.org
  url: [https://example.org, https://example.org/two]
  hours:  # as they told us
    mon-fri: 9:00-12:00, 13:00-17:00
    sat: 22:00-2:00
    zone: Australia/Darwin
    holidays: closed
  cost: free
  description: A line with every way to reach it.
  source: https://example.org
  source_seen: every way
  page_date: null
  verified: true
  confirm_before_print: false
  alert: New rooms from May
  calls:
    - day: 2026-10-02
      by: Jo Smith
      result: changed
"""


@pytest.fixture
def real(tmp_path: Path) -> Path:
    shutil.copytree(PROJECT / "chapters", tmp_path / "chapters")
    return tmp_path


@pytest.fixture
def full(booklet: Callable[..., Path]) -> Path:
    """The tiny booklet, with an entry that has every way."""
    overlay: Overlay = {STATES: FILES[STATES] + "\n# the last one\n" + FULL}
    return booklet(overlay)


def page(project: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(exported(project, TODAY))
    return found


def taken(project: Path, value: object, **wishes: Any) -> Proposal:
    content = value if isinstance(value, bytes) else json.dumps(value).encode()
    return proposed(project, content, "theirs.json", TODAY, Wishes(**wishes))


def files_of(project: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (project / "chapters/support").glob("*.yaml")}


def service(value: dict[str, Any], id: str) -> dict[str, Any]:
    rows = (row for row in value["contents"] if any(each["value"] == id for each in row["attributes"]))
    found: dict[str, Any] = next(rows)
    return found


@pytest.mark.parametrize("which", ["real", "full"])
def test_what_goes_out_is_valid_by_the_published_schema(which: str, request: pytest.FixtureRequest) -> None:
    """Each of its services, formats of ids, addresses and dates too. No id stands twice, and no name of who rang."""
    value = page(request.getfixturevalue(which))
    faults = [(error.json_path, error.message) for row in value["contents"] for error in SCHEMA.iter_errors(row)]
    assert faults == []
    manuscript, _ = read(request.getfixturevalue(which), Today(TODAY))
    assert manuscript
    assert len(value["contents"]) == value["total_items"] == len(manuscript.services) > 5
    assert len({row["id"] for row in value["contents"]}) == len(manuscript.services)
    assert "Jo Smith" not in json.dumps(value)
    spoilt = {**value["contents"][0], "status": "gone"}
    assert list(SCHEMA.iter_errors(spoilt))


@pytest.mark.parametrize("which", ["real", "full"])
def test_what_went_out_and_comes_back_changes_nothing(which: str, request: pytest.FixtureRequest) -> None:
    project = request.getfixturevalue(which)
    before = files_of(project)
    proposal = taken(project, page(project))
    assert proposal.findings == ()
    assert {row.what for row in proposal.rows} == {"unchanged"}
    assert write(project, proposal) == ()
    assert files_of(project) == before


def test_an_entry_is_told_whole(full: Path) -> None:
    row = service(page(full), "every-way")
    phones = [(each["number"], each["type"], each.get("extension")) for each in row["phones"]]
    assert phones == [
        ("(03) 5550 1234", "voice", 12),
        ("1800 160 401", "voice", None),
        ("0491 570 006", "text", None),
        ("13 36 77", "textphone", None),
        ("1800 555 660", "voice", None),
    ]
    assert row["phones"][0]["description"] == "office"
    rules = [(each["byday"], each["opens_at"], each["closes_at"]) for each in row["schedules"]]
    assert rules == [
        ("MO,TU,WE,TH,FR", "09:00", "12:00"),
        ("MO,TU,WE,TH,FR", "13:00", "17:00"),
        ("SA", "22:00", "02:00"),
    ]
    assert (row["assured_date"], row["last_modified"]) == ("2026-10-02", "2026-10-02T00:00:00.000Z")
    assert (row["alert"], row["status"], row["fees_description"]) == ("New rooms from May", "active", "free")
    assert [area["name"] for area in row["service_areas"]] == ["Victoria"]


def test_what_is_different_is_told_and_then_written_in_its_place(full: Path) -> None:
    """A dry report first. Comments, order and all other entries stay; what HSDS cannot say stays too."""
    before = files_of(full)
    value = page(full)
    row = service(value, "every-way")
    row["name"], row["status"] = "Every way: new", "temporarily closed"
    row["phones"] = [{"id": row["phones"][0]["id"], "number": "03 5550 9999", "type": "voice"}]
    row["schedules"] = [{"id": row["schedules"][0]["id"], "description": "Ask first"}]
    row["assured_date"], row["assurer_email"] = "2026-11-03", "desk@example.org"
    del row["fees_description"]
    proposal = taken(full, value)
    assert proposal.findings == ()
    assert files_of(full) == before
    text = as_text(proposal)
    assert "name: Every way -> Every way: new" in text
    assert text.splitlines()[-1] == f"0 new, 1 changed, {len(value['contents']) - 1} unchanged"
    write(full, proposal)
    after = files_of(full)
    assert {name for name in after if after[name] != before[name]} == {Path(STATES).name}
    changed = after[Path(STATES).name].decode()
    assert "\n# the last one\n- id: every-way\n" in changed
    manuscript, findings = read(full, Today(TODAY))
    assert manuscript
    assert not [row for row in findings if "every-way" in row.found and row.severity == "error"]
    entry = next(each for each in manuscript.services if each.id == "every-way")
    assert (entry.name, entry.status, entry.hours, entry.cost) == (
        "Every way: new", "temporarily closed", "Ask first", "free"
    )  # fmt: skip
    assert [way.number.plain for way in entry.phone] == ["(03) 5550 9999"]
    assert [(call.day, call.by, call.result) for call in entry.calls][-1] == (
        date(2026, 11, 3), "desk@example.org", "changed"
    )  # fmt: skip
    assert not entry.prints


def test_a_number_that_nobody_has_rung_waits_to_be_confirmed(full: Path) -> None:
    """Whatever was confirmed before. With other words alone an entry stays as sure as it was."""
    value = page(full)
    service(value, "every-way")["phones"][1]["number"] = "1800 555 676"
    write(full, taken(full, value))
    manuscript, _ = read(full, Today(TODAY))
    assert manuscript
    entry = next(each for each in manuscript.services if each.id == "every-way")
    assert (entry.phone[1].number.plain, entry.confirm_before_print, entry.prints) == ("1800 555 676", True, False)
    value = page(full)
    for row in value["contents"]:
        row["description"] = "Other words."
    write(full, taken(full, value))
    again, _ = read(full, Today(TODAY))
    assert again
    sure = [each.confirm_before_print for each in manuscript.services]
    assert [each.confirm_before_print for each in again.services] == sure
    assert {each.description for each in again.services} == {"Other words."}


def test_every_real_entry_can_be_changed_and_keeps_its_comments(real: Path) -> None:
    """A new sentence in each of them: nothing else is different in any file."""
    value = page(real)
    for row in value["contents"]:
        row["description"] = f"{row['description']} It's new: really."
    before = {name: text.decode() for name, text in files_of(real).items()}
    proposal = taken(real, value)
    assert proposal.findings == ()
    assert {row.what for row in proposal.rows} == {"changed"}
    write(real, proposal)
    for name, content in files_of(real).items():
        old, new = yaml.safe_load(before[name]), yaml.safe_load(content)
        assert [{**entry, "description": ""} for entry in new] == [{**entry, "description": ""} for entry in old]
        assert [entry["description"] for entry in new] == [f"{e['description']} It's new: really." for e in old]
        assert [line for line in content.decode().splitlines() if line.startswith("#")] == [
            line for line in before[name].splitlines() if line.startswith("#")
        ]


def test_a_service_that_is_new_waits_for_somebody_to_see_it(full: Path) -> None:
    new = {
        "id": "11111111-2222-4333-8444-555555555555",
        "name": "Quiet room",
        "status": "active",
        "description": "A room to sit in.",
        "url": "https://quiet.example.org",
        "phones": [{"id": "11111111-2222-4333-8444-555555555556", "number": "+61 3 5550 1111"}],
        "service_areas": [{"id": "11111111-2222-4333-8444-555555555557", "name": "Victoria"}],
    }
    nowhere = taken(full, [{**new, "service_areas": []}], kind="helpline", audience="breast")
    assert [row.code for row in nowhere.findings] == ["SRC-012"]
    missing = taken(full, [new])
    assert {row.code for row in missing.findings} >= {"SRC-012"}
    assert missing.files == {}
    proposal = taken(full, [new], kind="helpline", audience="breast")
    assert proposal.findings == ()
    write(full, proposal)
    manuscript, _ = read(full, Today(TODAY))
    assert manuscript
    entry = next(each for each in manuscript.services if each.id == "quiet-room")
    assert (entry.states, entry.verified, entry.confirm_before_print, entry.prints) == (("VIC",), False, True, False)
    assert entry.phone[0].number.plain == "(03) 5550 1111"
    (again,) = taken(full, [new]).findings
    assert again.code == "SRC-014", "it is known by its name"


BAD = {
    "no JSON": (b"{", "SRC-004"),
    "no UTF-8": (b'["\xff"]', "SRC-004"),
    "a number alone": (b"7", "SRC-012"),
    "deep": (b"[" * 200_000, "SRC-004"),
    "tables of version 1": (json.dumps({"services": [], "organizations": []}).encode(), "SRC-012"),
    "a package of version 2": (json.dumps([{"id": "1", "name": "A", "regular_schedules": []}]).encode(), "SRC-012"),
    "rows that are words": (json.dumps(["a", None]).encode(), "SRC-012"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_hsds_3_is_refused_with_its_code(full: Path, name: str) -> None:
    content, code = BAD[name]
    proposal = taken(full, content)
    assert {row.code for row in proposal.findings} == {code}
    assert proposal.files == {}
    with pytest.raises(ServicesError):
        write(full, proposal)


def spoilt(change: Callable[[dict[str, Any]], object]) -> Callable[[dict[str, Any]], None]:
    def spoil(value: dict[str, Any]) -> None:
        change(service(value, "every-way"))

    return spoil


def told(row: dict[str, Any], id: str) -> None:
    row["id"] = "99999999-2222-4333-8444-555555555555"
    next(each for each in row["attributes"] if each["link_type"] == "booklet:id")["value"] = id


FAULTS: dict[str, tuple[Callable[[dict[str, Any]], object], str]] = {
    "an id that is a path": (spoilt(lambda row: told(row, "../../etc/passwd")), "SRC-012"),
    "an entry that was renamed": (spoilt(lambda row: told(row, "every-road")), "SRC-014"),
    "two with one id": (lambda value: value["contents"].append(value["contents"][0]), "SRC-013"),
    "a number of another country": (spoilt(lambda row: row["phones"][1].update(number="01 679 0000")), "LNK-010"),
    "a number too short": (spoilt(lambda row: row["phones"][1].update(number="1800 160")), "LNK-010"),
    "a template": (spoilt(lambda row: row.update(description="{{ edition.name }}")), "SRC-012"),
    "signs that nobody sees": (spoilt(lambda row: row.update(name="Every\u202eway")), "SRC-003"),
    "a day to come": (
        spoilt(lambda row: row.update(assured_date="2031-01-01", assurer_email="a@example.org")), "SRC-016",
    ),
    "a day that is none": (
        spoilt(lambda row: row.update(assured_date="soon", assurer_email="a@example.org")), "SRC-012",
    ),
    "a status that is none": (spoilt(lambda row: row.update(status="gone")), "SRC-012"),
    "a script for an address": (spoilt(lambda row: row.update(url="javascript:alert(1)", attributes=[])), "SRC-012"),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_one_fault_and_nothing_is_written_but_the_others_may_be_taken_alone(full: Path, name: str) -> None:
    spoil, code = FAULTS[name]
    value = page(full)
    other = next(row for row in value["contents"] if row["name"] != "Every way" and row is not value["contents"][0])
    other["description"] = "Something else."
    spoil(value)
    proposal = taken(full, value)
    assert code in {row.code for row in proposal.findings}, proposal.findings
    assert all(row.place.file == "theirs.json" for row in proposal.findings)
    before = files_of(full)
    with pytest.raises(ServicesError):
        write(full, proposal)
    assert files_of(full) == before
    if name != "a status that is none":  # which is found before anybody can say what is taken
        alone = taken(full, value, only=(other["id"],))
        assert alone.findings == ()
        assert [row.what for row in alone.rows] == ["changed"]


def test_a_file_that_was_saved_meanwhile_is_not_overwritten(full: Path) -> None:
    value = page(full)
    service(value, "every-way")["name"] = "Another"
    proposal = taken(full, value)
    path = full / STATES
    path.write_text(path.read_text("utf-8") + "# mine\n", "utf-8")
    with pytest.raises(ServicesError, match="saved meanwhile"):
        write(full, proposal)
    assert path.read_text("utf-8").endswith("# mine\n")


@pytest.mark.parametrize("status", ["active", "temporarily closed"])
def test_an_alert_prints_and_what_is_not_active_does_not(booklet: Callable[..., Path], status: str) -> None:
    project = booklet({STATES: FILES[STATES] + FULL.replace("  alert", f"  status: {status}\n  alert")})
    order = Order(project, project / "dist", TODAY, editions=("VIC",), titles=("main",), formats=("screen",))
    sources = composed(order, Today(TODAY))
    assert not sources.are_faulty, sources.findings
    html = "".join(part.html for part in sources.composed_for(sources.jobs[0])[0][0].parts)
    assert ("<strong>New rooms from May.</strong>" in html) == (status == "active")
    assert ("Every way" in html) == (status == "active")


def test_by_the_command_line(full: Path, tmp_path: Path) -> None:
    """Export to a file, import dry, import for good, a file that is too large, one that is none."""
    file = tmp_path / "out.json"
    run = CliRunner()
    assert run.invoke(main, ["services", "export", "--project", str(full), "--out", str(file)]).exit_code == 0
    value = json.loads(file.read_text("utf-8"))
    service(value, "every-way")["name"] = "Another"
    file.write_text(json.dumps(value), "utf-8")
    dry = run.invoke(main, ["services", "import", str(file), "--project", str(full)])
    assert (dry.exit_code, "1 changed" in dry.output) == (0, True)
    assert "Another" not in (full / STATES).read_text("utf-8")
    assert run.invoke(main, ["services", "import", str(file), "--project", str(full), "--write"]).exit_code == 0
    assert "name: Another" in (full / STATES).read_text("utf-8")
    with file.open("wb") as target:
        target.truncate(MAX_EXCHANGE_BYTES + 1)
    huge = run.invoke(main, ["services", "import", str(file), "--project", str(full)])
    assert huge.exit_code not in (0, 1)
    assert "Traceback" not in huge.output
