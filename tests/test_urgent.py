"""The signs that cannot wait: one list, printed word for word the same wherever it stands, and found within seconds."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path
from xml.etree.ElementTree import parse

import pypdfium2
import pytest

from booklet.build import Order, Receipt, check
from booklet.composing import HANDOUT, Composition, Wanted, compose, shipped_faces, titles_of
from booklet.manuscript import Chapter, Edition, Manuscript, StandingPage, UrgentSign, read
from booklet.today import Today
from booklet.transcript import load, transcript
from booklet.walk import styles_folder
from tests.conftest import PROJECT, TODAY
from tests.tiny import FILES, order

BODY = PROJECT / "chapters/images/urgent-body.svg"
CRISIS = ("triple-zero", "lifeline", "suicide-call-back-service", "13yarn")
MOST_ITEMS = 12
"""Spoken items that a listener may have to pass from the heading of the directory to a crisis number."""
LISTS = re.compile(r'<(aside|div)[^>]* class="(box call-now urgent|urgent-short) ring-([\w-]+)".*?</\1>', re.DOTALL)
ITEM = re.compile(r"<li[^>]*>(.*?)</li>", re.DOTALL)
RING = '\n[call_first.signs]\n000 = "Now"\n'
SAID = {"000": r"\b000\b", "team-now": r"\bnow\b|\bat once\b|\bstraight away\b", "team-today": r"\btoday\b"}
"""How text says whom to ring; the columns of the tables of medicines say it for their cells."""
SAME_SIGN = {
    "breath": "new shortness of breath|chest pain|coughing up blood",
    "sepsis": "suddenly confused|confused all of a sudden",
    "stroke": "drooping face",
    "bleeding": "(?:vomiting|diarrhoea|bleeding) (?:that )?you can.t stop|can.t stop vomiting",
    "pain": "7 or more",
    "fever": "fever|38°C",
    "infection": "mouth sores?|sore mouth|chills",
    "loose-bowels": "watery bowel motions",
    "jaundice": "yellow skin|dark urine",
    "back": "(?:new|growing|worse) (?:or worse )?back pain|pain in your back",
    "legs": "(?:numb|tingl)[a-z]* (?:or tingling )?(?:that is |that's )?new|new (?:numb|tingl)[a-z]*",
    "low-calcium": "cramps, twitches",
    "immunotherapy": "any new symptom|anything new",
    "high-calcium": "thirst, sickness",
    "belly": "belly that swells",
    "new-bone-pain": "new pain in (?:your |the )?(?:hip|bone)",
    "jaw": "jaw pain",
    "pain-control": "loose bowels",
}
"""In which words, besides its own, a chapter may speak of a sign of urgent.yaml."""
SIGN = """\
- id: chest
  sign: Chest pain
  words: It may be the heart.
  ring: "000"
  when: null
  for: [one]
  facts: [fact]
"""


def plain(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", "", html)).replace("\u00a0", " ").replace("\u2019", "'").split())


def printed(sign: UrgentSign, explained: bool) -> str:
    words = f" {sign.words}" if explained and sign.words else ""
    return plain(f"{sign.sign}{f' {sign.when}' if sign.when else ''}.{words}")


def html_of(composition: Composition) -> str:
    return " ".join(part.html for part in composition.parts)


@pytest.fixture(scope="module")
def manuscript() -> Manuscript:
    found, _ = read(PROJECT, Today(TODAY))
    assert found
    return found


def everywhere(manuscript: Manuscript, edition: Edition) -> Iterator[tuple[str, str]]:
    """Each title, each in both sizes of print, and two chapters as handouts, with what it prints."""
    faces = shipped_faces(styles_folder())
    titles = [*titles_of(manuscript), f"{HANDOUT}first-days", f"{HANDOUT}when-to-call"]
    for wanted in [Wanted(title, large) for title in titles for large in (False, True)]:
        for composition in compose(manuscript, edition, PROJECT, Today(TODAY), faces, wanted)[0]:
            yield f"{wanted.title} {wanted.large_print}", html_of(composition)


def test_a_sign_is_worded_the_same_wherever_it_is_printed(manuscript: Manuscript) -> None:
    by_ring = {ring: [sign for sign in manuscript.urgent_signs if sign.ring == ring] for ring in manuscript.book.rings}
    vic = next(edition for edition in manuscript.editions if edition.code == "VIC")
    seen: dict[str, int] = {}
    for title, html in everywhere(manuscript, vic):
        for found in LISTS.finditer(html):
            kind, ring = found[2], found[3].replace("emergency", "000")
            items = [plain(item) for item in ITEM.findall(found[0])]
            due = [printed(sign, explained=kind != "urgent-short") for sign in by_ring[ring]]
            assert [item for item in items if item not in due] == [], title
            assert items == [item for item in due if item in items], f"{title}: another order"
            assert ring != "000" or items == due, f"{title}: the list for 000 is not whole"
            seen[f"{kind} {ring}"] = seen.get(f"{kind} {ring}", 0) + 1
    assert seen["box call-now urgent 000"] >= 2 and seen["urgent-short 000"] >= len(manuscript.inserts)
    main = next(html for title, html in everywhere(manuscript, vic) if title == "main False")
    assert len([found for found in LISTS.finditer(main) if found[3] == "emergency"]) == 3  # inside cover, chapter, card


def test_every_small_booklet_prints_the_whole_list_for_000(manuscript: Manuscript) -> None:
    bodies = {insert.id: " ".join(chapter.body for chapter in insert.chapters) for insert in manuscript.inserts}
    assert {id for id, body in bodies.items() if not re.search("::: urgent-(signs|short) ring=000", body)} == set()
    assert [id for id, body in bodies.items() if "::: call-now" in body] == []


def test_the_body_has_a_mark_for_each_sign_with_its_number(manuscript: Manuscript) -> None:
    marks = {
        group.attrib["id"].removeprefix("sign-"): "".join(group.itertext()).strip()
        for group in parse(BODY).iter()
        if group.attrib.get("id", "").startswith("sign-")
    }
    signs = [sign.id for sign in manuscript.urgent_signs if sign.ring == "000"]
    assert marks == {id: str(number) for number, id in enumerate(signs, 1)}


def sentences_with_columns(body: str) -> Iterator[tuple[str, str]]:
    """What a chapter says, sentence by sentence; a cell of a table with the name of its column."""
    columns: list[str] = []
    for line in re.sub(r"^\[facts: .*\]$", "", body, flags=re.MULTILINE).splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split(" | ")] if line.startswith("|") else []
        columns = (columns or cells) if cells else []
        if cells:
            yield from ((cell, column) for cell, column in zip(cells, columns, strict=True) if cell != column)
        else:
            numbers = re.sub(r"\{\{ services\['triple-zero'\]\.phone \}\}", "000", line).replace("**", "")
            yield from ((sentence, "") for sentence in re.split(r"(?<=[.?!])\s+", numbers))


def other_urgencies(body: str, rings: dict[str, str]) -> list[str]:
    """Sentences and cells that tell the reader of a sign to ring somebody else than its list does, and not them."""
    found = []
    for words, column in sentences_with_columns(body):
        said = {ring for ring, how in SAID.items() if re.search(how, column or words, re.IGNORECASE)}
        said |= {"000"} if column and "triple-zero" in words else set()
        signs = [id for id, how in SAME_SIGN.items() if re.search(how, words.replace("’", "'"), re.IGNORECASE)]
        found += [f"{id}: {words}" for id in signs if said and rings[id] not in said]
    return found


def test_a_sign_is_as_urgent_wherever_a_chapter_speaks_of_it(manuscript: Manuscript) -> None:
    rings = {sign.id: sign.ring for sign in manuscript.urgent_signs}
    texts: list[Chapter | StandingPage] = [*manuscript.every_chapter, *manuscript.pages.values()]
    assert {text.origin.file: found for text in texts if (found := other_urgencies(text.body, rings))} == {}
    spoken = " ".join(text.body for text in texts)
    assert [id for id, how in SAME_SIGN.items() if not re.search(how, spoken, re.IGNORECASE)] == []


def test_another_urgency_for_the_same_sign_is_found(manuscript: Manuscript) -> None:
    rings = {sign.id: sign.ring for sign in manuscript.urgent_signs}
    table = "| Medicine | Ring now | Ring today |\n| --- | --- | --- |\n| One | A cough | A sore mouth |\n"
    assert other_urgencies("For mouth sores, ring today.", rings) == ["infection: For mouth sores, ring today."]
    assert other_urgencies(table, rings) == ["infection: A sore mouth"]
    assert other_urgencies("For mouth sores, ring your team now.", rings) == []
    assert other_urgencies(table.replace("A sore mouth", "A rash"), rings) == []


@pytest.mark.parametrize(
    ("overlay", "code", "place"),
    [
        ({"chapters/urgent.yaml": SIGN.replace('"000"', "nobody")}, "SRC-014", "chapters/urgent.yaml:1"),
        ({"chapters/urgent.yaml": SIGN.replace("[fact]", "[hearsay]")}, "SRC-014", "chapters/urgent.yaml:1"),
        ({"chapters/urgent.yaml": SIGN * 2}, "SRC-013", "chapters/urgent.yaml:8"),
        ({"chapters/urgent.yaml": SIGN.replace("facts: [fact]", "facts: []")}, "SRC-012", "chapters/urgent.yaml:7"),
        ({"chapters/urgent.yaml": SIGN}, "", ""),
    ],
    ids=["nobody to ring", "no such fact", "twice", "without a fact", "clean"],
)
def test_a_fault_in_a_sign_is_found(
    booklet: Callable[..., Path], overlay: dict[str, str], code: str, place: str
) -> None:
    toml = FILES["chapters/booklet.toml"].replace("\n[clock]", f"{RING}\n[clock]")
    found = [f for f in check(order(booklet({"chapters/booklet.toml": toml, **overlay}))) if f.severity == "error"]
    assert {(f.code, str(f.place)) for f in found} == ({(code, place)} if code else set())


def test_when_to_call_stands_before_page_12_and_parts_open_on_the_right(
    real: tuple[Order, Receipt], manuscript: Manuscript
) -> None:
    built, receipt = real
    for entry in receipt.files:
        spoken = "\n".join(transcript(load(built.dist / entry.file).top))
        folios = dict(re.findall(r"^link, (?:\d+ )?(.+) (\d+) \(\1, page \2\)$", spoken, re.MULTILINE))
        assert int(folios["When to call"]) < 12
        for part in manuscript.book.parts:
            first = next(chapter for chapter in manuscript.chapters if chapter.head.part == part.id)
            assert int(folios[first.head.title]) % 2 == 0, f"{entry.edition}: the opener of {part.id} is on the left"


def test_a_crisis_number_is_at_most_12_spoken_items_from_the_heading(
    real: tuple[Order, Receipt], manuscript: Manuscript
) -> None:
    built, receipt = real
    numbers = {s.id: s.numbers[0].text for s in manuscript.services if s.numbers}
    for entry in receipt.files:
        spoken = [line.replace("\u00a0", " ") for line in transcript(load(built.dist / entry.file).top)]
        start = max(index for index, line in enumerate(spoken) if line == "heading level 1, Support directory")
        near = " ".join(spoken[start : start + MOST_ITEMS + 1])
        assert [id for id in CRISIS if numbers[id].replace("\u00a0", " ") not in near] == [], entry.edition


@pytest.mark.slow
def test_no_back_cover_says_the_word(manuscript: Manuscript) -> None:
    """It can lie upwards on a kitchen table."""
    faces = shipped_faces(styles_folder())
    for edition in manuscript.editions:
        for title in titles_of(manuscript):
            (composition,), _ = compose(manuscript, edition, PROJECT, Today(TODAY), faces, Wanted(title))
            assert composition.back_cover
            assert "cancer" not in plain(composition.back_cover.html).lower(), f"{edition.code} {title}"


def test_the_teams_number_is_written_in_one_place_of_each_booklet(manuscript: Manuscript) -> None:
    """On the card of the main booklet, and above the signs in each small one."""
    texts: list[Chapter | StandingPage] = [*manuscript.every_chapter, *manuscript.pages.values(), *manuscript.planned]
    asked = re.compile(r'^::: write-in .*"[^"]*\bteam\b[^"]*"', re.MULTILINE | re.IGNORECASE)
    above = re.compile(r'^::: write-in lines=1 "My team.*\n:::\n\n::: urgent-short ring=000', re.MULTILINE)
    files = {text.origin.file for text in texts if asked.search(text.body)}
    calls = [text for insert in manuscript.inserts for text in insert.chapters if above.search(text.body)]
    assert len(calls) == len(manuscript.inserts)
    assert files == {"chapters/pages/fridge-card.md", *(call.origin.file for call in calls)}


@pytest.mark.slow
def test_each_list_of_a_small_booklet_stands_whole_on_its_page(
    inserts: tuple[Order, Receipt], manuscript: Manuscript
) -> None:
    """So that one leaf, or one spread, can be cut out or left open."""
    built, receipt = inserts
    for entry in receipt.files:
        with pypdfium2.PdfDocument(built.dist / entry.file) as document:
            pages = [" ".join(page.get_textpage().get_text_range().split()) for page in document]
        for ring in ("000", "team-now"):
            signs = [sign.sign for sign in manuscript.urgent_signs if sign.ring == ring]
            whole = [page for page in pages if all(sign in page for sign in signs)]
            assert len(whole) == 1, f"{entry.file}: the list to ring {ring}"


def test_order_codes_spell_nothing_and_have_no_letter_that_is_misheard(manuscript: Manuscript) -> None:
    rules = manuscript.book.order_codes
    assert set("BCDEGPTV3") <= set(rules.misheard) and {"HPV", "HIV"} <= set(rules.avoid)
    codes = [code for edition in manuscript.editions for code in edition.codes.values()]
    assert [code for code in codes if set(code) & set(rules.misheard)] == []
    assert [code for code in codes for word in rules.avoid if word in code.replace(" ", "")] == []
