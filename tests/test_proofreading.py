"""What a proofreader marks: the formulas by hand, the counter against a table, each warning and its near miss."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from booklet.build import check
from booklet.composing.grade import Sentence, flesch_kincaid, hardest, masked, sentences, smog, syllables
from booklet.composing.passive import is_passive
from booklet.composing.proofreading import measured, proofread
from booklet.findings import Finding
from booklet.manuscript import Manuscript, read
from booklet.today import Today
from tests.conftest import PROJECT, TODAY
from tests.tiny import BOOK, CHAPTER, FILES, INSERT, LAST, ONE, TWO, added, changed, errors, order

SYLLABLES = {
    1: "the we you are one done team help blood months through breast walked based used changed clothes breathe hour "
    "whole don't can't they're we've eyes straight pleased",
    2: "cancer treatment doctor support table little handle symptom fever person's something sometimes someone people "
    "lonely safely careful movement wanted needed treated worried breathless nurses changes centre quiet trial being "
    "going employed client fatigue disease every didn't nurse's rhythm fluid rely create beyond eating headaches",
    3: "family medicine hospital appointment management services biopsy diseases nausea period animal created earlier "
    "completely replacement everyone everything anyone usual influence area ideas suicide employer exercise overseas",
    4: "diagnosis emergency usually experience anxiety situation material january manageable temperature society "
    "interpreter palliative information radiation organism diarrhoea",
    5: "university immediately antibiotic stereotactic communication chemotherapy physiologist",
    6: "responsibility physiotherapist hypercalcaemia immunotherapy",
}


@pytest.mark.parametrize(("count", "word"), [(n, word) for n, words in SYLLABLES.items() for word in words.split()])
def test_syllables_are_those_that_one_says(count: int, word: str) -> None:
    assert syllables(word) == count
    assert syllables(word.capitalize()) == count


def test_acronyms_numbers_and_joined_words() -> None:
    assert [syllables(word) for word in ("MRI", "GP", "24", "side-effect", "follow-up", "we\u2019re")] == [
        3,
        2,
        1,
        3,
        3,
        1,
    ]


def counted(text: str, names: list[str] | None = None) -> list[Sentence]:
    return list(sentences([(text, 1)], names or []))


def test_sentences_end_where_they_end() -> None:
    text = 'Ring Dr Lee at 2.30 pm. "Can I come?" Yes.\nDo not wait'
    assert [(s.text, s.line, s.words) for s in counted(text)] == [
        ("Ring Dr Lee at 2.30 pm.", 1, 6), ('"Can I come?"', 1, 3), ("Yes.", 1, 1), ("Do not wait", 2, 3),
    ]  # fmt: skip


def test_both_formulas_agree_with_sums_by_hand() -> None:
    """13 words, 2 sentences, 20 syllables, 3 words of three or more (family, medicine, hospital)."""
    text = counted("Your family can ask for the medicine. Go to the hospital every day.")
    assert [(s.words, s.syllables, s.long_words) for s in text] == [(7, 11, 2), (6, 9, 1)]
    assert math.isclose(flesch_kincaid(text), 0.39 * 13 / 2 + 11.8 * 20 / 13 - 15.59)
    assert math.isclose(smog(text), 1.0430 * math.sqrt(3 * 30 / 2) + 3.1291)


def test_a_masked_name_counts_its_words_and_not_its_syllables() -> None:
    plain, hidden = counted("Take tamoxifens today."), counted("Take tamoxifens today.", ["Tamoxifen"])
    assert (plain[0].words, plain[0].long_words) == (3, 1)
    assert (hidden[0].words, hidden[0].syllables, hidden[0].long_words) == (3, 4, 0)
    assert hidden[0].text == "Take tamoxifens today."
    assert masked("Tamoxifenol", ["tamoxifen"]) == "Tamoxifenol"


def test_the_hardest_sentences_come_in_the_order_of_the_text() -> None:
    text = counted(
        "A consideration of individual circumstances and preferences is always necessary beforehand. "
        "You can ask for a cup of tea now. "
        "Discuss alternative opportunities for communication with your multidisciplinary professionals."
    )
    assert [s.text.split()[0] for s in hardest(text, 2)] == ["A", "Discuss"]


def warned(findings: tuple[Finding, ...] | list[Finding]) -> list[tuple[str, str]]:
    return [(f.code, str(f.place)) for f in findings if f.code not in ("SRC-040", "SRC-062")]


HARD = (
    "Multidisciplinary consideration of individual circumstances necessitates comprehensive communication between "
    "professionals and representatives of participating organisations."
)


def test_a_hard_chapter_is_a_warning_with_both_grades_and_its_sentences(booklet: Callable[..., Path]) -> None:
    found = check(order(booklet(added(HARD))))
    assert warned(found) == [("SRC-050", f"{TWO}:1")]
    (finding,) = [f for f in found if f.code == "SRC-050"]
    assert "(Flesch-Kincaid)" in finding.found and "(SMOG)" in finding.found
    assert f"{TWO}:{LAST} 'Multidisciplinary" in finding.found


@pytest.mark.parametrize(
    ("easy", "expected"), [("Sit down. ", ["Hard"]), ("", [])], ids=["three sentences", "one is no reason"]
)
def test_a_hard_section_of_an_easy_chapter_is_named(
    booklet: Callable[..., Path], easy: str, expected: list[str]
) -> None:
    rest = "You can ask for a cup of tea now. " * 40
    text = f"## Easy\n\n{rest}\n\n## Hard\n\n{easy}{HARD} {easy}"
    found = [row for row in check(order(booklet(added(text)))) if row.code == "SRC-050"]
    assert [str(row.place) for row in found] == [f"{TWO}:{LAST + 4}" for _ in expected]
    assert all("'Hard' asks for" in row.found and f"line {LAST + 6}: 'Multidisc" in row.found for row in found)


AVOID = '\n[reading]\navoid = ["battl*", "fight", "e.g."]\n'


def test_words_to_avoid_are_found_but_for_those_of_a_voice(booklet: Callable[..., Path]) -> None:
    voice = "::: voice source=fact\nShe said that it was a fight.\n:::"
    words = f"One line\nof her battles.\n\n{voice}\n\nFoods, e.g. soup. Fighters."
    overlay = {BOOK: FILES[BOOK] + AVOID, **added(words), **changed(ONE, "The first.", "The battle.")}
    assert warned(check(order(booklet(overlay)))) == [
        ("SRC-051", f"{ONE}:2"), ("SRC-051", f"{TWO}:{LAST + 1}"), ("SRC-051", f"{TWO}:{LAST + 7}"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ('::: figure images/plain.svg alt="A pale square."\nThe square.\n:::', 1),
        ('::: figure images/plain.svg alt="A pale square, higher than wide"\nA pale square, higher than wide.\n:::', 1),
        (f'::: figure images/plain.svg alt="{"pale " * 61}"\nThe square.\n:::', 1),
        ("![A square](images/plain.svg)", 1),
        ('::: figure images/plain.svg alt="A pale square, higher than wide"\nOne square.\n:::', 0),
        ("![A pale square, higher than wide](images/plain.svg)", 0),
    ],
)
def test_a_text_alternative_teaches_and_is_not_the_caption(booklet: Callable[..., Path], text: str, count: int) -> None:
    assert warned(check(order(booklet(added(text))))) == [("ACC-005", f"{TWO}:{LAST}")] * count


def test_a_word_that_no_chapter_uses_is_found(booklet: Callable[..., Path]) -> None:
    glossary = (
        FILES["chapters/glossary.yaml"]
        + "- word: Paragraph\n  meaning: Some lines.\n- word: Idle word\n  meaning: None.\n"
    )
    found = warned(check(order(booklet({"chapters/glossary.yaml": glossary}))))
    assert [row for row in found if row[0] == "SRC-052"] == [("SRC-052", "chapters/glossary.yaml:5")]


@pytest.fixture(scope="module")
def manuscript() -> Manuscript:
    found, _ = read(PROJECT, Today(TODAY))
    assert found
    return found


def test_every_shipped_chapter_is_for_year_eight_or_below_by_both_formulas(manuscript: Manuscript) -> None:
    assert manuscript.book.reading.highest_grade <= 8
    grades = {
        c.head.id: (flesch_kincaid(text), smog(text))
        for c in manuscript.every_chapter
        if (text := measured(c, manuscript))
    }
    assert len(grades) == len(manuscript.every_chapter)
    assert {chapter: pair for chapter, pair in grades.items() if max(pair) > 8} == {}


def test_the_shipped_text_needs_no_proofreading(manuscript: Manuscript) -> None:
    assert [str(finding) for finding in proofread(manuscript)] == []


def test_names_that_are_masked_are_names(manuscript: Manuscript) -> None:
    """Long plain words may not be hidden among the names: each has a capital or is a medicine that the text names."""
    medicines = {
        *(
            "acid",
            "anthracycline",
            "cyclophosphamide",
            "docetaxel",
            "emtansine",
            "everolimus",
            "govitecan",
            "paclitaxel",
        ),
        *("paroxetine", "taxane", "the", "vinorelbine", "warfarin"),
    }
    endings = (
        "mab",
        "clib",
        "ib",
        "parib",
        "sertib",
        "strant",
        "zole",
        "stane",
        "relin",
        "tabine",
        "ifen",
        "can",
        "drone",
        "dronic",
    )
    plain = [
        word
        for name in manuscript.book.reading.names
        for word in name.split()
        if word[0].islower() and word not in medicines and not word.endswith(endings)
    ]
    assert plain == []


def test_every_chapter_says_in_short_what_it_holds_and_has_a_rhythm(manuscript: Manuscript) -> None:
    assert [c.head.id for c in manuscript.chapters if len(c.head.summary.split()) < 8] == []
    rhythms = [chapter.head.rhythm for chapter in manuscript.chapters]
    assert set(rhythms) == {"drawing", "sentence", "band"}
    assert [three for three in zip(rhythms, rhythms[1:], rhythms[2:], strict=False) if len(set(three)) == 1] == []


def test_every_section_of_the_pack_names_the_facts_it_rests_on(manuscript: Manuscript) -> None:
    """That each id exists is a finding (SRC-014); one that says it states nothing medical names none."""
    assert [chapter.head.id for chapter in manuscript.every_chapter if chapter.head.sources is not None] == []
    silent = [str(s.origin) for c in manuscript.every_chapter for s in c.sections if s.facts is None]
    assert silent == []


MOST_MEDICAL_WORDS = 4
"""A section of questions or numbers may name what it asks about; one that explains it says more."""


def test_sections_that_state_nothing_medical_are_few(manuscript: Manuscript) -> None:
    """A section that names medicines, symptoms or treatment rests on something."""
    medical = re.compile(r"\b(cancer|treatment|medicine|symptom|pain|tablet|dose)s?\b", re.IGNORECASE)
    for chapter in manuscript.chapters:
        lines = chapter.body.split("\n")
        starts = [section.origin.line for section in chapter.sections]
        for section, end in zip(chapter.sections, [*starts[1:], len(lines) + 1], strict=True):
            text = " ".join(row for row in lines[section.origin.line - 1 : end - 1] if not row.startswith((":::", "-")))
            if section.facts == ():
                assert len(medical.findall(text)) <= MOST_MEDICAL_WORDS, f"{section.origin}: {text[:80]}"


def test_a_short_sentence_with_a_very_long_word_is_the_hardest() -> None:
    short = "A pneumonoultramicroscopicsilicosis is rare."
    text = counted(f"You can ask for a cup of tea now, or for some water. {short} Sit down.")
    assert [sentence.text for sentence in hardest(text, 1)] == [short]


def test_a_chapter_without_words_and_a_reading_time_far_off_are_named(booklet: Callable[..., Path]) -> None:
    empty = "chapters/03-none.md"
    overlay = {**changed(ONE, "minutes: 2", "minutes: 20"), empty: CHAPTER.format(title="None", id="none", text="")}
    assert [row for row in warned(check(order(booklet(overlay)))) if row[0] == "SRC-056"] == [
        ("SRC-056", f"{ONE}:2"),
        ("SRC-056", f"{empty}:2"),
    ]
    long = check(order(booklet(added("word " * 900))))
    assert ("SRC-056", f"{TWO}:2") in warned(long) and errors(long) == []


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        (BOOK, "This booklet.", "Your battle."),
        (BOOK, "A booklet for tests", "Your battle"),
        (BOOK, 'everyone = "Last"', 'everyone = "In battle"'),
        ("chapters/support/states.yaml", "What Vic group does.", "Help in battle."),
        ("chapters/support/all.yaml", "2 pm NSW time", "2 pm NSW time, in battle"),
        ("chapters/editions/vic.toml", "In an emergency,", "In battle,"),
        ("chapters/glossary.yaml", "A picture", "A battle"),
        ("chapters/pages/directory.md", "title: Directory", "title: Battle"),
        (TWO, "summary: The second.", "summary: A battle."),
        (TWO, "A paragraph", "A battle"),
    ],
)
def test_a_word_to_avoid_is_found_wherever_words_stand(
    booklet: Callable[..., Path], file: str, old: str, new: str
) -> None:
    overlay = changed(file, old, new)
    overlay[BOOK] = str(overlay.get(BOOK, FILES[BOOK])) + AVOID
    rows = [row for row in warned(check(order(booklet(overlay)))) if row[0] == "SRC-051"]
    assert len(rows) == 1 and rows[0][1].startswith(f"{file}:")


def test_a_sentence_set_large_that_a_small_booklet_would_lose_is_named(booklet: Callable[..., Path]) -> None:
    file = "chapters/inserts/bone/02-b.md"
    text = str(INSERT[file]).replace("sources: [fact]", "sources: [fact]\nrhythm: sentence\npull: Lost words.")
    (found,) = errors(check(order(booklet(INSERT | {file: text}))))
    assert (found.code, str(found.place)) == ("SRC-035", f"{file}:8")


def test_an_urgent_sign_that_no_text_prints_is_named(booklet: Callable[..., Path]) -> None:
    sign = "- id: a\n  sign: A sign\n  words: null\n  ring: gp\n  when: null\n  for: [one]\n  facts: [fact]\n"
    overlay = {
        "chapters/urgent.yaml": sign,
        BOOK: FILES[BOOK].replace("[clock]", '[call_first.signs]\ngp = "Soon"\n\n[clock]'),
    }
    assert ("SRC-035", "chapters/urgent.yaml:1") in warned(check(order(booklet(overlay))))
    assert warned(check(order(booklet(overlay | added("::: urgent-signs ring=gp\n:::"))))) == []


LONG = "When the day comes on which you are to see the doctor again, write down what you want to ask before you go in."
"""24 words."""


@pytest.mark.parametrize(
    ("sentences_long", "sentences_short", "expected"),
    [(3, 6, ["SRC-058"]), (3, 9, []), (2, 0, [])],
    ids=["one in three", "one in four", "two are no reason"],
)
def test_a_section_of_long_sentences_is_named_once_with_each(
    booklet: Callable[..., Path], sentences_long: int, sentences_short: int, expected: list[str]
) -> None:
    text = " ".join([LONG] * sentences_long + ["Ring us."] * sentences_short)
    found = [row for row in check(order(booklet(added(f"## Before you go\n\n{text}")))) if row.code == "SRC-058"]
    assert [row.code for row in found] == expected
    if found:
        assert found[0].found.count("24 words") == 3 and "'Before you go'" in found[0].found


def test_what_a_voice_says_is_not_held_against_a_section(manuscript: Manuscript) -> None:
    voice = next(chapter for chapter in manuscript.every_chapter if chapter.origin.file.endswith("07-side-effects.md"))
    assert any(sentence.words > 20 for sentence in measured(voice, manuscript))
    assert not [row for row in proofread(manuscript) if row.code == "SRC-058" and row.place.file == voice.origin.file]


@pytest.mark.parametrize(
    ("date", "is_named"),
    [
        ("11/12/2026", True), ("22nd November", True), ("November 22, 2026", True), ("3rd of May", True),
        ("22 November 2026", False), ("May 2026", False), ("24/7", False), ("the 2nd scan", False),
    ],
)  # fmt: skip
def test_dates_that_may_be_misread_are_named_at_their_line(
    booklet: Callable[..., Path], date: str, is_named: bool
) -> None:
    project = booklet(added(f"It was on {date}."))
    found = [row for row in check(order(project)) if row.code == "SRC-059"]
    assert [row.found for row in found] == ([f"The date '{date}' may be misread."] if is_named else [])
    assert all(row.place.line == LAST for row in found)


@pytest.mark.parametrize(
    ("sentence", "passive"),
    [
        ("Blood is taken from your arm.", True), ("The dose can often be changed.", True), ("It’s tested again.", True),
        ("You may be quickly seen.", True), ("You're given tablets.", True), ("What's said stays here.", True),
        ("A nurse takes blood.", False), ("You may be tired, or frightened.", False), ("The arm is red.", False),
        ("Doctors are used to it.", False), ("He's told me.", False), ("The nurse's planned leave ends.", False),
        ("It is an indeed rare thing.", False), ("You need to eat.", False), ("She was away.", False),
        ("Surgery is used.", True),
    ],
)  # fmt: skip
def test_a_passive_is_a_form_of_to_be_and_a_participle(sentence: str, passive: bool) -> None:
    assert is_passive(sentence) is passive


@pytest.mark.parametrize(
    ("passive", "active", "most", "expected"),
    [(3, 6, "", ["SRC-064"]), (3, 12, "", []), (2, 0, "", []), (3, 6, "most_passive_percent = 50", []),
     (3, 12, "most_passive_percent = 10", ["SRC-064"])],
    ids=["one in three", "one in five", "two are no reason", "a project may allow more", "or less"],
)  # fmt: skip
def test_a_section_of_passive_sentences_is_named_once_with_each(
    booklet: Callable[..., Path], passive: int, active: int, most: str, expected: list[str]
) -> None:
    text = " ".join(["Blood is taken."] * passive + ["A nurse takes blood."] * active)
    voice = "\n\n::: voice source=fact\nI was told. I was told. I was told.\n:::"
    overlay = added(f"## Blood\n\n{text}{voice}") | {BOOK: f"{FILES[BOOK]}\n[reading]\n{most}\n"}
    found = [row for row in check(order(booklet(overlay))) if row.code == "SRC-064"]
    assert [row.code for row in found] == expected
    if found:
        assert str(found[0].place) == f"{TWO}:{LAST}" and found[0].found.count("'Blood is taken.'") == 3


@pytest.mark.parametrize(
    ("first", "place"),
    [
        ("You may have a scan.", f"{ONE}:9"),
        ("You may have\nscans, or two.", f"{ONE}:10"),
        ("You may have a [scan](word:scan).", None),
        ("You may have a [scan](#two).", None),
        ("You may have a picture, and scanning goes on.", None),
        ("::: voice source=fact\nI had a scan.\n:::", None),
    ],
    ids=["before its link", "in a later line", "linked", "told elsewhere", "another word", "in a voice"],
)
def test_a_glossary_word_is_explained_where_readers_meet_it_first(
    booklet: Callable[..., Path], first: str, place: str | None
) -> None:
    overlay = changed(ONE, "::: key-points", f"{first}\n\n::: key-points")
    found = [row for row in check(order(booklet(overlay))) if row.code == "SRC-065"]
    assert [str(row.place) for row in found] == ([place] if place else [])
    assert all("[Scan](word:scan)" in row.expected for row in found)


def test_a_glossary_word_that_nothing_explains_is_named_unless_no_glossary_is_printed(
    booklet: Callable[..., Path],
) -> None:
    unlinked = {ONE: FILES[ONE].replace("[word](word:scan)", "scan")}
    assert warned(check(order(booklet(unlinked)))) == [("SRC-065", f"{ONE}:10")]
    without = unlinked | {TWO: FILES[TWO].replace("::: glossary\n:::\n", "")}
    assert "SRC-065" not in {row.code for row in check(order(booklet(without)))}
