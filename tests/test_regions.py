"""A region is data: an edition of any country or of none, and the ways to reach somebody there."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from html import unescape
from pathlib import Path

import pikepdf
import pytest
from phonenumbers.geodata import GEOCODE_DATA

from booklet.build import Order, Receipt, build, check
from booklet.composing import Wanted, compose, hours_in_words, shipped_faces
from booklet.composing.ways import number_key
from booklet.findings import Finding, Severity
from booklet.manuscript import Hours, Manuscript, read, shipped_country
from booklet.manuscript.hours import read_hours
from booklet.today import Today
from booklet.transcript import load, transcript
from booklet.walk import styles_folder
from booklet.words import english
from tests import reading, tiny
from tests.aotearoa import AOTEAROA, NATIONAL, NZS
from tests.conftest import TODAY
from tests.tiny import BOOK, FILES, LAST, STATES, TWO, VIC, Overlay, added, changed, edition, errors, order, service

Booklet = Callable[..., Path]
OWN = edition("KENT", "Kent", "health-line", ("HKV 6TQ", "HQV 6TR"), "Australia/Perth") + "\n"
SOUTH = {
    "chapters/editions/nzs.toml": edition("NZS", "South Island", "nz-line", ("HKV 6TQ", "HQV 6TR"), "Pacific/Auckland")
}


def manuscript_of(project: Path) -> Manuscript:
    found, findings = read(project, Today(TODAY))
    assert found, findings
    return found


def html_of(project: Path, code: str) -> str:
    manuscript = manuscript_of(project)
    (chosen,) = (each for each in manuscript.editions if each.code == code)
    faces = shipped_faces(styles_folder())
    (composition,), _ = compose(manuscript, chosen, project, Today(TODAY), faces, Wanted())
    return " ".join(part.html for part in composition.parts)


def entry(html: str, name: str) -> str:
    """The words of an entry of the directory, without marks."""
    (found,) = re.findall(rf'<div class="service"[^>]*>(?:(?!</div>).)*?>{name}<.*?</div>', html, re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", "", found)).replace("\u00a0", " ").split())


@pytest.fixture(scope="module")
def south(tmp_path_factory: pytest.TempPathFactory) -> tuple[Order, Receipt]:
    """The South Island's edition, built for a screen and examined."""
    project = tiny.write(tmp_path_factory.mktemp("south"), AOTEAROA)
    wanted = order(project, formats=("screen",), titles=("main",))
    return wanted, build(wanted)


@pytest.mark.slow
def test_an_edition_of_another_country_is_built_and_examined_without_an_error(south: tuple[Order, Receipt]) -> None:
    wanted, receipt = south
    assert [str(finding) for finding in receipt.findings if finding.severity is Severity.ERROR] == []
    (file,) = receipt.files
    assert file.file.startswith("NZS/") and (wanted.dist / file.file).is_file()


@pytest.mark.slow
def test_each_way_is_linked_and_heard_as_what_it_is(south: tuple[Order, Receipt]) -> None:
    wanted, receipt = south
    path = wanted.dist / receipt.files[0].file
    with pikepdf.open(path) as pdf:
        said = {target: says for _, target, says in reading.links(pdf) if ":" in target}
    assert said["tel:111"] == "Phone 111"
    assert said["sms:4357"] == "Text message to 4357" and "tel:4357" not in said
    assert said["sms:+64211234567"] == "Text message to 021 123 4567" and "tel:+64211234567" not in said
    assert said["tel:+6432345678;ext=5"] == "Phone 03 234 5678, extension 5"
    assert said["mailto:help@example.org"] == "Email help@example.org"
    assert said["https://example.org/chat"] == "Chat at example.org/chat"
    assert "tel:1737" in said, "a number that answers calls may be rung wherever it stands"
    assert "tel:+64800161616" not in said, "a textphone is no voice call"
    heard = " ".join(transcript(load(path).top)).replace("\u00a0", " ")
    assert "021 123 4567 (Text message to 021 123 4567)" in heard
    assert "By textphone (TTY), not by text message: 0800 161 616" in heard


def test_every_way_is_printed_in_words_that_say_what_it_is(booklet: Booklet) -> None:
    html = html_of(booklet(AOTEAROA), "NZS")
    assert entry(html, "South group") == (
        "South group 03 234 5678 ext. 5 What South group does. This number: bookings. Or ring 0800 123 456. "
        "Through a relay service: 0800 471 2712. By email: help@example.org. By chat: example.org/chat. "
        "example.org/south, example.org/mi (in te reo)"
    )
    assert entry(html, "Text group") == "Text group Text 021 123 4567 What Text group does. This number: evenings."
    assert entry(html, "Textphone group").startswith("Textphone group TTY 0800 471 1711 What")
    assert 'Call<span> </span><a class="tel emergency" href="tel:111">111</a> first.' in html
    assert "In danger. By textphone (TTY), not by text message: <" in html
    assert 'href="tel:+64211234567"' not in html and "tel:4357" not in html


def test_hours_are_printed_by_the_readers_own_clock(booklet: Booklet) -> None:
    south = entry(html_of(booklet(AOTEAROA), "NZS"), "Lifeline")
    hours = "Monday to Friday, 9 am to 5 pm; Saturday, 10 am to 2 pm; closed on public holidays."
    assert hours in south
    text = FILES[NATIONAL].replace(
        "hours: 2 pm NSW time", "hours:\n    mon-fri: 9:00-17:00\n    zone: Australia/Sydney"
    )
    west = entry(html_of(booklet({**{name: FILES.get(name) for name in AOTEAROA}, NATIONAL: text}), "WA"), "Any line")
    assert "Monday to Friday, 7 am to 3 pm, or 6 am to 2 pm while clocks are an hour forward there." in west


SYDNEY = Hours((((540, 1020),),) * 5 + ((), ()), "Australia/Sydney")


@pytest.mark.parametrize(
    ("hours", "zone", "words"),
    [
        (SYDNEY, "Australia/Melbourne", "Monday to Friday, 9 am to 5 pm"),
        (SYDNEY, "Australia/Brisbane",
         "Monday to Friday, 9 am to 5 pm, or 8 am to 4 pm while clocks are an hour forward there"),
        (read_hours({"mon": "9:00-12:00, 13:00-17:30", "zone": "Australia/Brisbane"}), "Australia/Sydney",
         "Monday, 9 am to noon and 1 pm to 5.30 pm, "
         "or 10 am to 1 pm and 2 pm to 6.30 pm while clocks are an hour forward here"),
        (read_hours({"mon": "1:00-3:00", "zone": "Pacific/Auckland"}), "Australia/Perth",
         "Sunday, 9 pm to 11 pm, or 8 pm to 10 pm while clocks are an hour forward there"),
        (read_hours({"sat, sun": "9:00-12:00"}), "Pacific/Auckland", "Saturday and Sunday, 9 am to noon"),
        (read_hours({"fri-mon": "20:00-2:00"}), "Pacific/Auckland", "Monday and Friday to Sunday, 8 pm to 2 am"),
        (read_hours({"mon-sun": "0:00-24:00", "zone": "Europe/London"}), "Australia/Perth", "24 hours, every day"),
        (read_hours({"mon-sun": "8:00-20:00"}), "Australia/Perth", "every day, 8 am to 8 pm"),
        (read_hours({"mon": "9:00-17:00", "holidays": "open"}), "Australia/Perth",
         "Monday, 9 am to 5 pm; public holidays too"),
        (read_hours({"mon": "9:00-17:00", "zone": "Europe/London"}), "Australia/Sydney",
         "Monday, 9 am to 5 pm, London time"),
        ("when somebody is in", "Australia/Perth", "when somebody is in"),
        (None, "Australia/Perth", ""),
    ],
)  # fmt: skip
def test_hours_in_words(hours: Hours | str | None, zone: str, words: str) -> None:
    assert hours_in_words(hours, zone, 2026, english()).startswith(words)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("mon-fry: 9:00-17:00", "'mon-fry' names no days"),
        ("mon: 9-17", "'mon' is '9-17', not times"),
        ("mon: 9:00-25:00", "do not fit a day"),
        ("mon: closed", "no day is open"),
        ("mon: 9:00-17:00\n    mon-wed: 9:00-17:00", "'mon' is said twice"),
        ("mon: 9:00-17:00\n    zone: Mars/Olympus", "zone is 'Mars/Olympus'"),
        ("mon: 9:00-17:00\n    holidays: perhaps", "holidays is to be open or closed"),
    ],
)
def test_hours_that_are_none_are_named_at_their_line(booklet: Booklet, row: str, said: str) -> None:
    text = FILES[STATES].replace("hours: null", f"hours:\n    {row}", 1)
    (found,) = errors(check(order(booklet({STATES: text}), editions=("VIC",))))
    assert found.code == "SRC-012" and said.lower() in found.found.lower()
    assert found.place.line == 1 + text[: text.index("hours:\n")].count("\n")


def test_a_region_of_the_projects_own_names_its_country(booklet: Booklet) -> None:
    name = "chapters/editions/kent.toml"
    group = service("kent-group", "Kent group", "support-group", "KENT", "breast", phone="(08) 5550 4321")
    project = booklet({name: 'country = "au"\n' + OWN, STATES: FILES[STATES] + group})
    assert errors(check(order(project))) == []
    assert "5550\u00a04321" in html_of(project, "KENT") and "5550\u00a04321" not in html_of(project, "VIC")
    (found,) = errors(check(order(booklet({name: OWN, STATES: FILES[STATES]}))))
    assert (found.code, str(found.place)) == ("SRC-012", f"{name}:1") and "'KENT': no region" in found.found


def test_a_project_brings_a_country_of_its_own(booklet: Booklet) -> None:
    """Ireland, with the examples that `phonenumbers` gives of its numbers."""
    ireland = """\
name = "Ireland"
adjective = "Irish"
emergency = "Ring 112."

[phones]
region = "IE"
example = "01 234 5678"
emergency = ["112", "999"]
shapes = ["1800 XXX XXX", "01 XXX XXXX", "085 XXX XXXX"]
"""
    text = AOTEAROA[BOOK]
    assert isinstance(text, str)
    book = text.replace('language = "en-NZ"', 'country = "ie"').replace('111 = "Call 111', '112 = "Call 112')
    book = book.replace("0800 4 711 711", "1800 123 456")
    services = service("emergency", "Emergency", "emergency", phone="112") + "".join(
        service(id, id, kind, phone="1800 123 456")
        for id, kind in (("healthline", "helpline"), ("relay", "interpreter"), ("any-line", "helpline"))
    )
    own = edition("ALLE", "Ireland", "healthline", ("HKV 4TU", "HQV 4TV"), "Europe/Dublin")
    overlay: Overlay = {
        **AOTEAROA,
        BOOK: book,
        "chapters/countries/ie.toml": ireland,
        NATIONAL: services,
        NZS: None,
        "chapters/editions/alle.toml": 'country = "ie"\n' + own.replace("call triple zero (000)", "ring 112"),
        "chapters/01-one.md": FILES["chapters/01-one.md"].replace("triple-zero", "emergency"),
    }
    assert errors(check(order(booklet(overlay)))) == []
    faulty = {"chapters/countries/ie.toml": ireland.replace('"IE"', '"XX"'), **added("Words.")}
    (found,) = errors(check(order(booklet(overlay | faulty))))
    assert str(found.place) == "chapters/countries/ie.toml:5" and "'XX'" in found.found
    for old, new, said in (
        ("085 XXX", "08[5-3] XXX", "[5-3] is no range of digits"),
        ("085 XXX", "085 NXX", "it is to be digits, X for any digit"),
        ('"01 XXX XXXX"', ", ".join(['"01 XXX XXXX"'] * 101), "it has more entries than it may"),
    ):
        (found,) = errors(check(order(booklet(overlay | {"chapters/countries/ie.toml": ireland.replace(old, new)}))))
        assert said in found.found and str(found.place).startswith("chapters/countries/ie.toml:9")
    (found,) = errors(check(order(booklet(overlay | {BOOK: book.replace('"ie"', '"fr"')}))))
    assert (found.code, found.found) == ("SRC-014", "The country 'fr' is not known.")


def mixed() -> Overlay:
    """Two states of one country and an island of another."""
    line = service("nz-line", "NZ line", "government-health-line", "NZS", phone="0800 611 116", hours="24 hours")
    emergency = service("nz-111", "Emergency", "emergency", "NZS", phone="111")
    book = FILES[BOOK].replace("[[urgent]]", '[[urgent]]\nservice = "nz-111"\nabout = "In danger"\n\n[[urgent]]')
    one = FILES["chapters/01-one.md"].replace("Ring {{ services['triple-zero'].phone }}.", "")
    return {**SOUTH, BOOK: book, STATES: FILES[STATES] + line + emergency, "chapters/01-one.md": one}


def test_an_edition_of_another_country_prints_numbers_with_a_code_and_no_foreign_emergency_number(
    booklet: Booklet,
) -> None:
    project = booklet(mixed())
    findings = check(order(project))
    assert errors(findings) == []
    html = html_of(project, "NZS")
    assert "0800\u00a0611\u00a0116" in html and 'href="tel:+61131120">+61\u00a0131120<' in html
    assert 'href="tel:111">111<' in html and "tel:000" not in html and "Triple Zero" not in html
    assert "0800\u00a0611\u00a0116" not in html_of(project, "VIC")
    told = [finding.found for finding in findings if finding.code == "LNK-012"]
    assert "'Triple Zero' has a number of another country and is left out in NZS." in told


@pytest.mark.parametrize("typed", ["1800 160 402", "0800-611-117", "(03) 5550 1234", "000"])
def test_no_edition_shows_a_number_of_another_region_however_it_is_typed(booklet: Booklet, typed: str) -> None:
    overlay = mixed()
    found = errors(check(order(booklet({**overlay, **added(f"Ring {typed}.")}), editions=("NZS",))))
    assert {str(each.place) for each in found} == {f"{TWO}:{LAST}"}
    assert {each.code for each in found} <= {"LNK-010", "LNK-011"}


def _errors_of(project: Path) -> list[Finding]:
    return errors(check(order(project)))


def test_projects_of_two_countries_do_not_disturb_each_other(tmp_path: Path) -> None:
    """In one process, in either order, and in a process of its own."""
    here, south = tiny.write(tmp_path / "au"), tiny.write(tmp_path / "nz", AOTEAROA)
    assert [_errors_of(project) for project in (here, south, here)] == [[], [], []]
    with ProcessPoolExecutor(1) as pool:
        assert list(pool.map(_errors_of, (south, here))) == [[], []]


ENTRY = "phone: (03) 5550 1234"


@pytest.mark.parametrize(
    ("written", "code", "said"),
    [
        ("phone: 1800 555 6601", "LNK-010", "phone is '1800 555 6601': not a complete Australian phone number."),
        ("phone: '106'", "LNK-010", "phone is '106': 106 is answered by textphones (TTY) alone."),
        ("phone: 0800 222 333", "LNK-010", "but one of New Zealand"),
        ("phone: [03 5550 1234, 55]", "LNK-010", "phone is '55'"),
        ("phone: true", "SRC-012", "keys and values"),
        ("phone: null\n  sms: 1800", "", ""),
        ("phone: null\n  sms: '106'", "LNK-010", "sms is '106'"),
        ("phone: null\n  textphone: '106'", "", ""),
        ("phone: null\n  email: nobody", "SRC-012", "email is 'nobody': not an email address"),
        ("phone: null\n  chat: example.org", "SRC-012", "chat is 'example.org'"),
        ("phone: {number: 03 5550 1234, lable: x}", "SRC-011", "Unknown key 'lable'"),
        ("phone: (03) 5550 1234 ext 5", "", ""),
        ("phone: +64 800 611 116", "", ""),
    ],
)
def test_a_way_that_is_none_is_named_once_at_its_line(booklet: Booklet, written: str, code: str, said: str) -> None:
    text = FILES[STATES].replace(ENTRY, written)
    found = errors(check(order(booklet({STATES: text}))))
    assert [each.code for each in found] == ([code] if code else [])
    if code:
        line = text[: text.index(written)].count("\n") + 1 + written.count("\n")
        assert said in found[0].found and str(found[0].place) == f"{STATES}:{line}"


def test_an_entry_that_speaks_of_text_messages_alone_is_not_one_to_ring(booklet: Booklet) -> None:
    told = "hours: 'text messages only'"
    text = FILES[STATES].replace(f"{ENTRY}\n  hours: null", f"{ENTRY}\n  {told}")
    (found,) = (each for each in check(order(booklet({STATES: text}))) if each.code == "LNK-012")
    assert "'Vic group'" in found.found
    clean = text.replace(ENTRY, "phone: null\n  sms: 0491 570 006")
    assert [each for each in check(order(booklet({STATES: clean}))) if each.code == "LNK-012"] == []


def test_the_countries_that_ship_know_their_regions_and_clocks() -> None:
    assert len(shipped_country("au").regions) == 8
    assert {"NZN", "NZS", "AUK", "CIT"} <= set(shipped_country("nz").regions)
    for name in ("au", "nz"):
        plan = shipped_country(name).plan
        assert plan.code and plan.emergency and all(number in plan.short_numbers for number in plan.emergency)


def test_the_area_codes_of_australia_are_those_of_its_capitals() -> None:
    """By the register of numbers, as `phonenumbers` has it: the numbers of a capital begin with one code."""
    capitals = {
        "Canberra": "ACT", "Sydney": "NSW", "Darwin": "NT", "Brisbane": "QLD", "Adelaide": "SA", "Hobart": "TAS",
        "Melbourne": "VIC", "Perth": "WA",
    }  # fmt: skip
    found: dict[str, set[str]] = {code: set() for code in capitals.values()}
    for prefix, names in GEOCODE_DATA.items():
        if prefix.startswith("61") and names.get("en") in capitals:
            found[capitals[names["en"]]].add(f"0{prefix[2]}")
    regions = shipped_country("au").regions
    assert {code: set(region.area_codes) for code, region in regions.items()} == found


def test_a_number_is_known_with_its_extension_and_without() -> None:
    assert number_key("(02)\u00a09000\u00a00000\u00a0ext.\u00a05") == "0290000000x5"
    assert number_key("(02) 9000 0000") == "0290000000"


def test_a_box_names_whom_to_ring_by_the_countrys_number(booklet: Booklet) -> None:
    box = added("::: call-now first=111\n- A fall.\n:::")
    (found,) = errors(check(order(booklet(box), editions=("VIC",))))
    assert (found.code, str(found.place)) == ("SRC-014", f"{TWO}:{LAST}")
    assert errors(check(order(booklet(added("::: call-now first=000\n- A fall.\n:::")), editions=("VIC",)))) == []
    overlay = {**changed(BOOK, '000 = "Call', '112 = "Call'), TWO: FILES[TWO]}
    (found,) = errors(check(order(booklet(overlay), editions=("VIC",))))
    assert "the key '000' is missing" in found.found.lower()


@pytest.mark.parametrize(
    ("language", "country"), [("en-NZ", "nz"), ("en-AU", "au"), ("vi-VN", "au")], ids=["its own", "another", "unknown"]
)
def test_a_book_is_of_the_country_of_its_language_where_that_is_known(
    booklet: Booklet, language: str, country: str
) -> None:
    overlay = {
        BOOK: f'language = "{language}"\n' + FILES[BOOK].replace("000 =", "111 =" if country == "nz" else "000 =")
    }
    _, findings = read(booklet(overlay), Today(TODAY))
    numbers = [finding.found for finding in findings if finding.code == "LNK-010"]
    assert bool(numbers) is (country == "nz")
    assert all("not a complete New Zealand phone number, but one of Australia" in each for each in numbers)


def test_what_an_edition_says_of_itself_comes_first(booklet: Booklet) -> None:
    named = FILES[VIC].replace('name = "Victoria"', 'name = "The garden state"')
    assert manuscript_of(booklet({VIC: named})).editions[0].name == "The garden state"
    bare = FILES[VIC].replace('name = "Victoria"\n', "").replace('in_words = "in Victoria"\n', "")
    own = manuscript_of(booklet({VIC: bare})).editions[0]
    assert (own.name, own.in_words, own.country) == ("Victoria", "in Victoria", "au")
