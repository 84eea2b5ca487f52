"""A new project is whole and right at once, and so is what is added to it."""

from __future__ import annotations

import re
import shutil
import subprocess
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from booklet.build import Receipt, build, check
from booklet.cli import main
from booklet.findings import Severity
from booklet.manuscript import Manuscript, countries_of, read, shipped_countries
from booklet.order_codes import (
    ALPHABET,
    MISHEARD,
    NoCodeLeftError,
    is_order_code,
    new_code,
    order_codes_in,
    recognise,
    spells,
)
from booklet.starters import (
    STARTERS,
    StarterError,
    Wishes,
    add_chapter,
    add_country,
    add_edition,
    add_insert,
    add_service,
    add_words,
    new_project,
    order_code,
)
from booklet.today import Today
from booklet.transcript import load, transcript
from tests.conftest import PROJECT, TODAY, needs
from tests.judges import judged
from tests.tiny import composed, errors, order

HEARING = Wishes(
    subject="hearing loss",
    title="Hear Again",
    publisher='The "Hearing" Friends of A\\B',
    regions=("QLD", "TAS"),
    order_line="https://example.org/order",
)


def complaints(project: Path) -> list[str]:
    """What `check` says, but for the press files of a sample, whose numbers nobody has rung."""
    return [str(finding) for finding in check(order(project, today=TODAY)) if finding.code != "SRC-044"]


def manuscript_of(project: Path) -> Manuscript:
    manuscript, _ = read(project, Today(TODAY))
    assert manuscript
    return manuscript


def files_of(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("starter", STARTERS)
def test_a_new_project_has_nothing_to_complain_of(tmp_path: Path, starter: str) -> None:
    paths = new_project(tmp_path / "mine", Wishes(starter=starter), TODAY)
    first_country = next(iter(shipped_countries().values()))
    assert complaints(tmp_path / "mine") == []
    assert sorted(paths) == sorted(path for path in (tmp_path / "mine").rglob("*") if path.is_file())
    manuscript = manuscript_of(tmp_path / "mine")
    assert (
        len(manuscript.chapters) == 2
        and [edition.code for edition in manuscript.editions] == [*first_country.regions][:1]
    )
    assert manuscript.book.title == f"Our first {starter}"
    assert all("sample text" in chapter.head.summary for chapter in manuscript.chapters)
    assert {"directory"} <= manuscript.pages.keys() and "order-line" not in manuscript.pages
    assert list(tmp_path.iterdir()) == [tmp_path / "mine"]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Path, Receipt]]:
    """Each starter as it is written for somebody who says nothing, with two editions, built in every format."""
    made = {}
    for starter in STARTERS:
        folder = tmp_path_factory.mktemp("starters") / starter
        new_project(folder, Wishes(starter=starter, regions=("QLD", "VIC")), TODAY)
        made[starter] = folder, build(order(folder, today=TODAY))
    return made


@pytest.mark.slow
@pytest.mark.parametrize("starter", STARTERS)
def test_a_new_project_builds_in_every_format_without_a_complaint(
    built: dict[str, tuple[Path, Receipt]], starter: str
) -> None:
    """But that a sample says what it is: nobody has confirmed what it prints."""
    _, receipt = built[starter]
    assert {finding.code for finding in receipt.findings} == {"SRC-044"} and not receipt.failed
    made = {(entry.edition, entry.format) for entry in receipt.files}
    assert made == {(code, form) for code in ("QLD", "VIC") for form in ("screen", "large-print", "press", "clinic")}
    pages = {
        entry.format: entry.pages for entry in receipt.files if entry.edition == "VIC" and "-plain" not in entry.file
    }
    assert (starter, pages["screen"]) in (("booklet", 12), ("leaflet", 6), ("handout", 4))
    assert pages["clinic"] == {"booklet": 2 + 6, "leaflet": 2 + 2, "handout": 4}[starter]


@pytest.mark.slow
@pytest.mark.parametrize("starter", [starter for starter in STARTERS if starter != "leaflet"])
def test_a_page_about_the_booklet_says_the_code_of_its_own_size(
    built: dict[str, tuple[Path, Receipt]], starter: str
) -> None:
    """A leaflet has no such page. The order page says both codes."""
    folder, receipt = built[starter]
    for entry in receipt.files:
        if entry.format in ("screen", "large-print"):
            reading = load(folder / "dist" / entry.file)
            said = " ".join(" ".join(transcript(reading.top)).replace("\u00a0", " ").split())
            assert entry.order_code and f"issue 2026.1, order code {entry.order_code}, published" in said


@pytest.mark.slow
@pytest.mark.parametrize("profile", ["ua1", "2a"])
def test_verapdf_accepts_what_a_new_project_builds(
    verapdf: str, built: dict[str, tuple[Path, Receipt]], profile: str
) -> None:
    for folder, receipt in built.values():
        files = [folder / "dist" / e.file for e in receipt.files if e.format in ("screen", "large-print")]
        assert files and judged(verapdf, files, profile) == {file.name: True for file in files}


@pytest.mark.slow
def test_a_leaflets_sheet_shows_each_page_on_its_panel(built: dict[str, tuple[Path, Receipt]], tmp_path: Path) -> None:
    """Read off the finished sheet, as a person does who holds it before folding."""
    folder, receipt = built["leaflet"]
    sheet = next(folder / "dist" / e.file for e in receipt.files if e.file.endswith("VIC-2026.1-clinic.pdf"))
    panels = [[panel_words(sheet, page, column, tmp_path) for column in range(3)] for page in (3, 4)]
    (tucked, back, cover), (first, second, third) = panels
    assert cover.startswith("Our first leaflet") and "Victoria" in cover
    assert first.startswith("Start here") and second.startswith("What to do") and third.startswith("Support directory")
    assert tucked.startswith("Notes") and back.startswith("About this leaflet")


def panel_words(sheet: Path, page: int, column: int, folder: Path) -> str:
    """The words on a third of a page, from left to right."""
    needs("pdftotext")
    third = round(297 / 3 / 25.4 * 72)
    window = ["-x", str(column * third), "-y", "0", "-W", str(third), "-H", "600", "-f", str(page), "-l", str(page)]
    subprocess.run(["pdftotext", *window, str(sheet), str(folder / "panel.txt")], check=True)
    return " ".join((folder / "panel.txt").read_text("utf-8").split())


@pytest.mark.parametrize("starter", STARTERS)
def test_a_new_project_is_about_what_was_asked_for(tmp_path: Path, starter: str) -> None:
    wishes = Wishes(**{**HEARING.__dict__, "starter": starter})
    new_project(tmp_path / "deep/down", wishes, TODAY)
    assert complaints(tmp_path / "deep/down") == []
    manuscript = manuscript_of(tmp_path / "deep/down")
    book = manuscript.book
    assert (book.title, book.publisher, book.slug) == ("Hear Again", HEARING.publisher, "hear-again")
    assert book.subtitle == "About hearing loss"
    assert {edition.code: edition.health_lines for edition in manuscript.editions} == {
        "QLD": ("qld-13-health",),
        "TAS": ("healthdirect",),
    }
    assert book.order_line and book.order_line.url == "https://example.org/order" and not book.order_line.phone
    assert "order-line" in manuscript.pages


@pytest.mark.parametrize("starter", STARTERS)
@pytest.mark.parametrize("country", shipped_countries())
def test_a_new_project_may_be_of_any_country_that_is_known(tmp_path: Path, country: str, starter: str) -> None:
    known = shipped_countries()[country]
    regions = tuple(known.regions)[:2]
    new_project(tmp_path / "mine", Wishes(starter=starter, country=country, regions=regions), TODAY)
    assert complaints(tmp_path / "mine") == []
    editions = manuscript_of(tmp_path / "mine").editions
    assert {edition.code for edition in editions} == set(regions)
    assert {edition.emergency for edition in editions} == {known.emergency}


@pytest.mark.parametrize("starter", STARTERS)
def test_every_number_of_a_new_project_is_one_that_our_own_directory_has(tmp_path: Path, starter: str) -> None:
    """None is made up: each entry names the page on which somebody saw it, as ours does."""
    new_project(tmp_path / "mine", Wishes(starter=starter, regions=("QLD", "VIC")), TODAY)
    ours = {service.id: service for service in manuscript_of(PROJECT).services}
    for service in manuscript_of(tmp_path / "mine").services:
        own = ours[service.id]
        assert set(service.numbers) <= set(own.numbers)
        assert (service.source, service.source_seen) == (own.source, own.source_seen)


@pytest.mark.slow
def test_a_leaflet_of_four_pages_is_half_of_a4(tmp_path: Path) -> None:
    new_project(tmp_path / "mine", Wishes(starter="leaflet", panels=4), TODAY)
    assert complaints(tmp_path / "mine") == []
    manuscript = manuscript_of(tmp_path / "mine")
    assert manuscript.book.binding == "half-fold" and "directory" not in manuscript.pages
    receipt = build(order(tmp_path / "mine", today=TODAY, formats=("screen", "clinic")))
    assert {(each.format, each.pages, each.trim_mm) for each in receipt.files if "-plain" not in each.file} == {
        ("screen", 4, (148, 210)),
        ("clinic", 2 + 2, (297, 210)),
    }


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/letter.txt").write_text("Dear", "utf-8")
    with pytest.raises(StarterError, match="no empty folder"):
        new_project(tmp_path / "mine", Wishes(), TODAY)
    with pytest.raises(StarterError, match="no empty folder"):
        new_project(tmp_path / "mine/letter.txt", Wishes(), TODAY)
    assert files_of(tmp_path) == {"mine/letter.txt": b"Dear"}
    (tmp_path / "mine/letter.txt").unlink()
    new_project(tmp_path / "mine", Wishes(), TODAY)
    assert complaints(tmp_path / "mine") == []


@pytest.mark.parametrize(
    ("wishes", "words"),
    [
        ({"title": "long " * 30}, "BOX-002"),
        ({"title": "x" * 300}, "A name of 1 to 200 characters"),
        ({"subject": "two\nlines"}, "A name of 1 to 200 characters"),
        ({"publisher": " "}, "A name of 1 to 200 characters"),
        ({"title": "{{ services }}"}, "SRC-012"),
        ({"order_line": "12"}, "LNK-010"),
        ({"regions": ("XX",)}, "No region 'XX' in the country 'au'. There are: ACT, NSW"),
        ({"regions": ("NHG=Northern Hospitals",)}, "By which clock do people in Northern Hospitals live?"),
        ({"regions": ("NHG= ",), "time_zone": "Pacific/Auckland"}, "A name of 1 to 200 characters"),
        ({"regions": ("NHG=North",), "time_zone": "Mars/Olympus"}, "SRC-012"),
        ({"regions": ("no code=North",), "time_zone": "Pacific/Auckland"}, "SRC-012"),
        ({"country": "zz"}, "No country 'zz'. There are: au"),
        ({"country": "../../au"}, "No country '../../au'."),
        ({"country": "ie", "regions": ("KERRY",)}, "Give one of your own with its name, such as KERRY='Kerry'"),
        ({"country": "ca"}, "By which clock do people in Canada live? --time-zone, such as America/"),
    ],
)
def test_what_cannot_be_printed_is_named_and_nothing_is_written(
    tmp_path: Path, wishes: dict[str, Any], words: str
) -> None:
    with pytest.raises(StarterError, match=re.escape(words)):
        new_project(tmp_path / "mine", Wishes(**wishes), TODAY)
    assert list(tmp_path.iterdir()) == []


def test_without_a_terminal_nobody_is_asked(tmp_path: Path) -> None:
    refused = CliRunner().invoke(main, ["new", str(tmp_path / "mine"), "--title", "Hear Again"])
    assert refused.exit_code == 2 and "--yes" in refused.output and not (tmp_path / "mine").exists()
    done = CliRunner().invoke(main, ["new", str(tmp_path / "mine"), "--title", "Hear Again", "--yes"])
    assert done.exit_code == 0 and manuscript_of(tmp_path / "mine").book.title == "Hear Again"


def test_at_a_terminal_what_is_not_given_is_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("booklet.cli._is_terminal", lambda: True)
    answers = "leaflet\nhearing loss\n\nau\nvic, nsw\nscreen, clinic\n\n"
    command = ["new", str(tmp_path / "mine"), "--title", "Hear Again"]
    done = CliRunner().invoke(main, command, input=answers)
    assert done.exit_code == 0, done.output
    manuscript = manuscript_of(tmp_path / "mine")
    assert (manuscript.book.binding, manuscript.book.formats) == ("letter-fold", ("screen", "clinic"))
    assert [edition.code for edition in manuscript.editions] == ["NSW", "VIC"]


def test_somebody_who_answers_for_another_country_is_asked_for_its_regions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("booklet.cli._is_terminal", lambda: True)
    answers = "handout\nhearing loss\n\n\nNZ\nNZS, CBD=City of Auckland\nPacific/Auckland\nscreen\n\n"
    done = CliRunner().invoke(main, ["new", str(tmp_path / "mine")], input=answers)
    assert done.exit_code == 0, done.output
    assert "Our first handout" in done.output and "[NZN]" in done.output and "CIT; or of your own" in done.output
    editions = {edition.code: edition for edition in manuscript_of(tmp_path / "mine").editions}
    assert {code: each.name for code, each in editions.items()} == {"NZS": "South Island", "CBD": "City of Auckland"}
    assert editions["CBD"].in_words == "in City of Auckland" and editions["CBD"].country == "nz"


@pytest.mark.parametrize(
    ("country", "zone", "emergency"),
    [("ie", "", "112"), ("ca", "America/Toronto", "911"), ("fr", "", "112"), ("jp", "", "110"), ("dk", "", "112")],
)
def test_a_country_that_does_not_ship_begins_with_what_is_known_of_it(
    tmp_path: Path, country: str, zone: str, emergency: str
) -> None:
    """Its numbers stand in a file of the project, to look through; a number that somebody types is found."""
    project = tmp_path / "mine"
    new_project(project, Wishes(country=country.upper(), time_zone=zone), TODAY)
    assert complaints(project) == []
    known = countries_of(project)[0][country]
    assert known.plan.emergency[0] == emergency and emergency in known.emergency
    (edition,) = manuscript_of(project).editions
    assert (edition.country, edition.name) == (country, known.name)
    chapter = project / "chapters/01-start-here.md"
    chapter.write_text(f"{chapter.read_text('utf-8')}\nRing {known.plan.example}.\n", "utf-8")
    (said,) = complaints(project)
    assert "LNK-011" in said


def test_the_language_may_change_and_the_country_stays(tmp_path: Path) -> None:
    """Of a region of the project's own, too, which no country has."""
    project = tmp_path / "mine"
    new_project(project, Wishes(country="gb", regions=("CYM=Cymru",)), TODAY)
    book = project / "chapters/booklet.toml"
    book.write_text(book.read_text("utf-8").replace('language = "en-GB"', 'language = "cy"'), "utf-8")
    add_words(project, TODAY)
    translated = project / "chapters/words.toml"
    translated.write_text(re.sub(r"(?m)^# (?=[a-z_]+ = )", "", translated.read_text("utf-8")), "utf-8")
    assert {said.split()[2] for said in complaints(project)} == {"SRC-057:"}


def test_what_is_known_of_a_country_is_added_to_a_project(tmp_path: Path) -> None:
    project = tmp_path / "mine"
    new_project(project, Wishes(), TODAY)
    (path,) = add_country(project, "IE", TODAY)
    assert path == project / "chapters/countries/ie.toml" and complaints(project) == []
    for again, words in (("ie", "there already"), ("au", "ships"), ("zz", "No country 'zz'")):
        with pytest.raises(StarterError, match=words):
            add_country(project, again, TODAY)


def test_a_directory_is_there_once_a_service_stands_in_it(tmp_path: Path) -> None:
    """In a country of whose services the starters know none. Nothing is made up to fill it."""
    project = tmp_path / "mine"
    new_project(project, Wishes(country="NZ", regions=("nzs", "NZS")), TODAY)
    manuscript = manuscript_of(project)
    assert (manuscript.services, len(manuscript.editions)) == ((), 1) and "directory" in manuscript.pages
    assert directory_of(project) == []
    (path,) = add_service(project, "Tea and Talk", TODAY)
    assert directory_of(project) == [], "what nobody has seen on a page prints nowhere"
    seen = {"phone: null": "phone: 03 555 1234", "verified: false": "verified: true", "print: true": "print: false"}
    text = path.read_text("utf-8")
    for old, new in seen.items():
        text = text.replace(old, new)
    path.write_text(text, "utf-8")
    assert directory_of(project) == ["Support directory"] and complaints(project) == []


def directory_of(project: Path) -> list[str]:
    """The titles of the directories that a project's first edition prints."""
    composition, findings = composed(project)
    assert errors(findings) == []
    return [part.title for part in composition.body if part.kind == "directory"]


def test_a_link_to_a_directory_that_holds_nothing_is_named(tmp_path: Path) -> None:
    new_project(tmp_path / "mine", Wishes(country="nz"), TODAY)
    chapter = tmp_path / "mine/chapters/01-start-here.md"
    chapter.write_text(chapter.read_text("utf-8") + "\n[Support directory](#directory)\n", "utf-8")
    (complaint,) = complaints(tmp_path / "mine")
    assert "LNK-001: This leads to the directory, and no service prints in it for North Island" in complaint


@pytest.mark.parametrize(
    ("code", "country", "name"),
    [("KERRY", "ie", "Kerry"), ("nzs", "nz", "South Island"), ("NHG=Northern Hospitals", "ie", "Northern Hospitals")],
    ids=["the project's own country", "another that ships", "a region of its own"],
)
def test_an_edition_is_added_for_any_region(tmp_path: Path, code: str, country: str, name: str) -> None:
    project = tmp_path / "mine"
    new_project(project, Wishes(), TODAY)
    (project / "chapters/countries").mkdir()
    (project / "chapters/countries/ie.toml").write_text(IRELAND, "utf-8")
    book = project / "chapters/booklet.toml"
    moved = book.read_text("utf-8").replace('"en-AU"', '"en-IE"').replace('country = "au"', 'country = "ie"')
    book.write_text(moved.replace("000 =", "112 ="), "utf-8")
    (path,) = add_edition(project, code, TODAY)
    added = next(each for each in manuscript_of(project).editions if each.origin.file.endswith(path.name))
    assert (added.country, added.name) == (country, name)
    assert added.emergency == ("In an emergency, call 111." if country == "nz" else "Ring 112.")


IRELAND = """name = "Ireland"
adjective = "Irish"
emergency = "Ring 112."
[phones]
region = "IE"
example = "01 234 5678"
emergency = ["112", "999"]
shapes = ["1800 XXX XXX", "01 XXX XXXX"]
[regions.KERRY]
name = "Kerry"
in_words = "in Kerry"
time_zone = "Europe/Dublin"
"""


@pytest.mark.parametrize("starter", STARTERS)
def test_whatever_is_added_the_project_stays_right(tmp_path: Path, starter: str) -> None:
    project = tmp_path / "mine"
    new_project(project, Wishes(starter=starter, regions=("QLD", "TAS")), TODAY)
    before = files_of(project)
    paths = [
        *add_chapter(project, "Eating: what helps", TODAY),
        *add_service(project, "Women's group: tea", TODAY, "tas"),
        *add_service(project, "A line for all", TODAY),
        *add_insert(project, "Children", TODAY),
        *add_edition(project, "vic", TODAY),
        *add_insert(project, "Your work", TODAY),
    ]
    assert [line for line in complaints(project) if " error " in line] == []
    after = files_of(project)
    touched = {str(path.relative_to(project)) for path in paths}
    assert {name for name in after if after[name] != before.get(name)} == touched
    assert touched & before.keys() == {"chapters/support/national.yaml"}
    assert after["chapters/support/national.yaml"].startswith(before["chapters/support/national.yaml"])
    manuscript = manuscript_of(project)
    assert manuscript.chapters[-1].head.title == "Eating: what helps"
    assert not [s for s in manuscript.services if s.name in ("Women's group: tea", "A line for all") and s.prints]
    codes = [code for edition in manuscript.editions for code in edition.codes.values()]
    codes += [code for insert in manuscript.inserts for row in insert.head.order_codes.values() for code in row.every]
    assert len(codes) == len(set(codes)) == 3 * 2 * 3


def test_what_is_added_fits_our_own_booklet_too(tmp_path: Path) -> None:
    project = tmp_path / "ours"
    shutil.copytree(PROJECT / "chapters", project / "chapters")
    add_chapter(project, "Eating well", TODAY)
    add_service(project, "Tea and talk", TODAY, "VIC")
    assert errors(check(order(project, today=TODAY, editions=("VIC",), titles=("main",)))) == []


@pytest.mark.parametrize(
    ("add", "words"),
    [
        (lambda project: add_chapter(project, "Start here", TODAY), "has the id 'start-here' already"),
        (lambda project: add_chapter(project, "...", TODAY), "'...' has neither letters nor digits"),
        (lambda project: add_chapter(project, "a\x1b[2J", TODAY), "A name of 1 to 200 characters"),
        (lambda project: add_service(project, "Lifeline", TODAY), "has the id 'lifeline' already"),
        (lambda project: add_service(project, "Tea", TODAY, "WA"), "There is no edition WA"),
        (lambda project: add_edition(project, "VIC", TODAY), "There is an edition VIC already"),
        (lambda project: add_edition(project, "XX", TODAY), "No region 'XX'"),
        (lambda project: add_insert(project, "Getting help", TODAY), "has the id 'getting-help' already"),
    ],
)
def test_what_cannot_be_added_is_named_and_nothing_is_written(tmp_path: Path, add: Any, words: str) -> None:
    new_project(tmp_path / "mine", Wishes(regions=("VIC",)), TODAY)
    before = files_of(tmp_path)
    with pytest.raises(StarterError, match=re.escape(words)):
        add(tmp_path / "mine")
    assert files_of(tmp_path) == before


def test_a_leaflet_takes_no_more_chapters_than_it_has_pages(tmp_path: Path) -> None:
    project = tmp_path / "mine"
    new_project(project, Wishes(starter="leaflet"), TODAY)
    add_chapter(project, "One more", TODAY)
    assert complaints(project) == []
    with pytest.raises(StarterError, match="Each page of the leaflet is taken"):
        add_chapter(project, "Too many", TODAY)
    text = (project / "chapters/03-one-more.md").read_text("utf-8").replace("one-more", "too-many")
    (project / "chapters/04-too-many.md").write_text(text, "utf-8")
    assert [finding.code for finding in errors(check(order(project, today=TODAY)))] == ["BOX-001"]


def test_nothing_outside_a_project_is_read_or_changed(tmp_path: Path) -> None:
    new_project(tmp_path / "mine", Wishes(regions=("VIC",)), TODAY)
    (tmp_path / "outside.yaml").write_text("- id: secret\n", "utf-8")
    (tmp_path / "mine/chapters/support/vic.yaml").symlink_to(tmp_path / "outside.yaml")
    for add in (
        lambda: add_service(tmp_path / "mine", "Tea", TODAY, "VIC"),
        lambda: order_code(tmp_path / "mine", TODAY),
    ):
        with pytest.raises(StarterError, match="lies outside the project"):
            add()
    assert (tmp_path / "outside.yaml").read_text("utf-8") == "- id: secret\n"


def test_a_folder_without_a_booklet_can_be_added_to_by_nobody(tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["add", "chapter", "Eating", "--project", str(tmp_path)])
    assert done.exit_code == 2 and "no booklet here" in done.output and not list(tmp_path.iterdir())


def test_new_order_codes_spell_nothing_and_are_taken_for_no_other(tmp_path: Path) -> None:
    taken: list[str] = []
    for _ in range(200):
        taken.append(new_code(taken))
    assert all(is_order_code(code) and not spells(code) and not set(code) & set(MISHEARD) for code in taken)
    misheard = [
        (code, recognise(code[:place] + sign + code[place + 1 :], taken).code)
        for code in taken[:20]
        for place in (0, 1, 2, 4, 5, 6)
        for sign in ALPHABET
    ]
    assert all(found in (code, None) for code, found in misheard)
    assert sum(code == found for code, found in misheard) > 0.9 * len(misheard)


def test_a_code_that_stands_anywhere_in_a_project_is_not_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    new_project(tmp_path / "mine", Wishes(), TODAY)
    earlier = tmp_path / "mine/chapters/earlier-codes.yaml"
    earlier.write_text("# HKV 4TU was lost\n[]\n", "utf-8")
    seen: list[str] = []

    def noted(taken: set[str], *_: object) -> str:
        seen.extend(taken)
        return "HKV 4TU"

    monkeypatch.setattr("booklet.starters.new_code", noted)
    order_code(tmp_path / "mine", TODAY)
    assert len(seen) == 3 and "HKV 4TU" in seen and all(map(is_order_code, seen))


def test_no_code_is_made_where_none_is_left() -> None:
    with pytest.raises(NoCodeLeftError):
        new_code([], misheard=ALPHABET)
    with pytest.raises(NoCodeLeftError):
        new_code([], choose=lambda signs: signs[0], avoid=("A",))


def test_the_codes_of_a_text_are_found() -> None:
    assert order_codes_in('standard = "HKV 4TU", HKV 4TV, AHKV 4TU') == ["HKV 4TU"]


def test_the_command_says_a_code_and_how_it_is_spelt(tmp_path: Path) -> None:
    new_project(tmp_path / "mine", Wishes(), TODAY)
    done = CliRunner().invoke(main, ["order-code", "new", "--project", str(tmp_path / "mine")])
    assert done.exit_code == 0 and is_order_code(done.stdout.strip())


def test_the_day_of_a_new_project_is_today_and_its_review_two_years_on(tmp_path: Path) -> None:
    new_project(tmp_path / "mine", Wishes(), date(2028, 2, 29))
    text = (tmp_path / "mine/chapters/booklet.toml").read_text("utf-8")
    assert "issue_date = 2028-02-29" in text and "next_review = 2030-02-28" in text and 'issue = "2028.1"' in text
    assert not [f for f in check(order(tmp_path / "mine", today=date(2028, 2, 29))) if f.severity is Severity.ERROR]
