"""The words of the house: in English as they were, in another language whole, and nothing that is no word of theirs."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from booklet.build import check
from booklet.composing import compose, shipped_faces
from booklet.findings import Place
from booklet.manuscript import read
from booklet.starters import StarterError, add_words
from booklet.today import Today
from booklet.walk import styles_folder
from booklet.words import PLACEHOLDER, english, words_of
from tests.conftest import PROJECT, TODAY
from tests.tiny import BOOK, Overlay, changed, errors, order

WORDS = "chapters/words.toml"
CODE = re.compile(r'(?:\bsay|\bwords|\.words)\(\s*f?"([a-z_]+\.[a-z_]+)"')
SAMPLES = sorted(path.name for path in (PROJECT / "samples").iterdir())


def place(_: tuple[str, ...]) -> Place:
    return Place(WORDS, 1)


def test_days_and_months_are_those_of_the_australian_style_manual() -> None:
    day = date(2024, 1, 1)
    while day.year < 2026:
        assert english().day(day) == f"{day.day} {day:%B %Y}"
        assert english().month(day) == f"{day:%B %Y}"
        day += timedelta(days=1)


def test_every_word_that_is_asked_for_is_there_and_every_one_there_is_asked_for() -> None:
    sources = "".join(
        path.read_text("utf-8") for kind in ("*.py", "*.j2") for path in (PROJECT / "booklet").rglob(kind)
    )
    known = {key for key, _ in (*english().phrases, *english().lists)}
    assert {key for key in CODE.findall(sources) if not key.endswith("_")} <= known
    names = set(re.findall(r'"(?:\w+\.)?(\w+)"', sources)) | set(re.findall(r"'(\w+\.\w+)'", sources))
    quoted = {key for key in known if key in sources or key.partition(".")[2] in names}
    parts = {key for key in known if key.startswith("sheets.") and key.endswith(("front", "back"))}
    assert known - quoted - parts == set()


@pytest.mark.parametrize(
    ("count", "words"),
    [(1, "About 1\u00a0minute to read."), (2, "About 2\u00a0minutes to read."), (11, "About 11\u00a0minutes to read.")],
)
def test_a_number_chooses_the_form_of_its_words(count: int, words: str) -> None:
    assert english()("chapter.minutes", count=count) == words


def test_arabic_has_six_forms_and_a_form_may_do_without_its_number() -> None:
    forms = {case: f"{case} {{count}}" for case in ("zero", "one", "few", "many", "other")} | {"two": "both"}
    own = {"chapter": {"minutes": forms}}
    words, _ = words_of("ar", own, place)
    said = [words("chapter.minutes", count=count) for count in (0, 1, 2, 3, 11, 100)]
    assert said == ["zero 0", "one 1", "both", "few 3", "many 11", "other 100"]


def test_what_is_put_in_is_never_a_placeholder_itself() -> None:
    assert english()("handout.subtitle", title="{edition} {0}") == "From {edition} {0}"


OWN: list[tuple[str, str, int, str]] = [
    ("SRC-011", "[boxes]\nkey_points = 'x'", 1, "Unknown key 'boxes'."),
    ("SRC-011", "# a comment\n[box]\nkeypoints = 'x'", 3, "Unknown key 'box.keypoints'."),
    ("SRC-012", "chapter = 'x'", 1, "chapter is no table."),
    ("SRC-012", "[[box]]\nkey_points = 'x'", 1, "box is no table."),
    ("SRC-012", "[chapter]\nminutes = { one = { a = 1 }, other = '{count}' }", 2, "chapter.minutes is empty"),
    ("SRC-012", "[page]\nreference = 'p. {pag}'", 2, "page.reference has an unknown placeholder {pag}."),
    ("SRC-012", "[page]\nreference = 'see there'", 2, "page.reference has no placeholder {page}."),
    ("SRC-012", "[page]\nreference = '{page} {'", 2, "page.reference is empty, or holds a bracket"),
    ("SRC-012", "[page]\nreference = '{page.__class__}'", 2, "page.reference is empty, or holds a bracket"),
    ("SRC-012", "[page]\nreference = '{page:>9999999}'", 2, "page.reference is empty, or holds a bracket"),
    ("SRC-012", "[box]\nkey_points = ' '", 2, "box.key_points is empty"),
    ("SRC-012", "[box]\nkey_points = 3", 2, "box.key_points is not words in quotes."),
    ("SRC-012", "[box]\nkey_points = { one = 'a', other = 'b' }", 2, "box.key_points is not words in quotes."),
    ("SRC-012", "[chapter]\nminutes = { few = '{count}', other = '{count}' }", 2, "chapter.minutes has forms for few"),
    ("SRC-012", "[chapter]\nminutes = []", 2, "chapter.minutes is not words, or a form"),
    ("SRC-012", "[unbroken]\nunits = 'cm'", 2, "unbroken.units is no list of words."),
    ("SRC-012", f"[unbroken]\nunits = {['cm'] * 201}", 2, "unbroken.units is no list of words."),
    ("SRC-012", "[unbroken]\nunits = ['']", 2, "unbroken.units is no list of words."),
]  # fmt: skip


@pytest.mark.parametrize(("code", "text", "line", "found"), OWN)
def test_what_is_wrong_with_words_is_told_at_their_line(
    booklet: Callable[..., Path], code: str, text: str, line: int, found: str
) -> None:
    (finding,) = errors(check(order(booklet({WORDS: text}))))
    assert (finding.code, str(finding.place)) == (code, f"{WORDS}:{line}")
    assert finding.found.startswith(found)


def test_a_project_says_other_english_words(booklet: Callable[..., Path]) -> None:
    text = "[box]\nkey_points = \"What counts\"\n[chapter]\nminutes = 'Read it in {count} min.'"
    html = pages(booklet({WORDS: text}))
    assert ">What counts</p>" in html and "Key points" not in html
    assert "Read it in 1 min." in html and "to read." not in html


VIETNAMESE = changed(BOOK, 'title = "Tiny"', 'language = "vi-VN"\ntitle = "Tiny"')


def test_a_language_without_words_is_an_error_that_says_how_they_are_written(booklet: Callable[..., Path]) -> None:
    (finding,) = errors(check(order(booklet(VIETNAMESE))))
    assert (finding.code, str(finding.place)) == ("SRC-010", f"{BOOK}:1")
    number = sum(not key.startswith("printer.") for key, _ in (*english().phrases, *english().lists))
    assert f"none of the {number} words" in finding.found and "booklet add words" in finding.expected


@pytest.mark.parametrize(("language", "cases"), [("ar", 6), ("vi-VN", 2), ("fr", 3), ("en-AU", 2)])
def test_the_words_to_translate_are_all_of_them_with_the_forms_of_the_language(
    booklet: Callable[..., Path], language: str, cases: int
) -> None:
    """Each stands behind a sign that makes it no word yet: what nobody translated is never printed in English."""
    project = booklet(changed(BOOK, 'title = "Tiny"', f'language = "{language}"\ntitle = "Tiny"'))
    (path,) = add_words(project, TODAY)
    to_translate = path.read_text("utf-8")
    assert not any(tomllib.loads(to_translate).values())
    assert ("SRC-010" in lacks(project)) is not language.startswith("en")
    said = re.sub(r"^# (\w+ = )", r"\1", to_translate, flags=re.MULTILINE)
    assert len(tomllib.loads(said)["chapter"]["minutes"]) == cases
    path.write_text(said, "utf-8")
    assert "SRC-010" not in lacks(project) and "SRC-012" not in lacks(project)
    with pytest.raises(StarterError, match="there already"):
        add_words(project, TODAY)


def lacks(project: Path) -> set[str]:
    """What is wrong with a project, by codes: an English text in another language has faults of its own."""
    return {finding.code for finding in errors(check(order(project)))}


def test_there_are_no_words_for_a_language_that_nobody_knows(booklet: Callable[..., Path]) -> None:
    project = booklet(changed(BOOK, 'title = "Tiny"', 'language = "qq"\ntitle = "Tiny"'))
    with pytest.raises(StarterError, match="no dates and plurals of 'qq'"):
        add_words(project, TODAY)
    assert not (project / WORDS).exists()


def test_a_language_that_lacks_one_word_is_told_which(booklet: Callable[..., Path]) -> None:
    own = (PROJECT / "samples/vi" / WORDS).read_text("utf-8")
    (finding,) = errors(check(order(booklet(VIETNAMESE | {WORDS: own.replace('heading = "Chú thích"', "")}))))
    assert finding.code == "SRC-010" and finding.found == "The language 'vi-VN' has no words for note.heading."
    assert errors(check(order(booklet(VIETNAMESE | {WORDS: own})))) == []


@pytest.mark.parametrize(("tag", "code"), [("qq", "SRC-012"), ("Viet", "SRC-012"), ("pjt", "SRC-012")])
def test_a_language_that_nobody_knows_is_named(booklet: Callable[..., Path], tag: str, code: str) -> None:
    overlay: Overlay = changed(BOOK, 'title = "Tiny"', f'language = "{tag}"\ntitle = "Tiny"')
    assert {finding.code for finding in errors(check(order(booklet(overlay))))} == {code}


def pages(project: Path) -> str:
    """All that prints of the first edition of the main booklet."""
    today = Today(TODAY)
    manuscript, _ = read(project, today)
    assert manuscript
    (composition,), _ = compose(manuscript, manuscript.editions[0], project, today, shipped_faces(styles_folder()))
    return "".join(part.html for part in composition.parts)


@pytest.mark.parametrize("language", SAMPLES)
def test_no_english_word_of_the_house_is_left_in_a_sample(language: str) -> None:
    html = pages(PROJECT / "samples" / language)
    shown = re.sub(
        r"\s+", " ", re.sub(r'<style>.*?</style>|<[^>]*?(?:alt="([^"]*)"[^>]*)?>', r" \1 ", html, flags=re.S)
    )
    said = {re.sub(PLACEHOLDER, "", form) for _, forms in english().phrases for _, form in forms}
    left = [
        words
        for words in said
        if len(words.strip(" .,:;()")) > 3 and re.search(rf"\b{re.escape(words.strip(' .'))}\b", shown)
    ]
    assert left == []


def test_the_words_of_the_cancer_booklet_are_its_own() -> None:
    manuscript, _ = read(PROJECT, Today(TODAY))
    assert manuscript and "CA 15-3" in manuscript.words.list_of("unbroken.whole")
    assert "CA 15-3" not in english().list_of("unbroken.whole")
