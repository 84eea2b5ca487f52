"""Words of other alphabets on finished pages: one face each, heard whole; and characters that no font has."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from itertools import groupby, pairwise
from pathlib import Path

import pikepdf
import pytest
from pdfminer.high_level import extract_pages
from pdfminer.layout import LAParams, LTChar, LTTextLine

from booklet.build import build, check
from booklet.composing import Faces, shipped_faces
from booklet.transcript import load, transcript
from booklet.walk import styles_folder
from booklet.words import english
from tests import reading
from tests.conftest import PROJECT
from tests.tiny import CHAPTER, INSERT, LAST, STATES, TWO, Overlay, added, changed, errors, order

SENTENCE = "Hãy gọi cho y tá: «Tôi cần người thông dịch» (tiếng Việt), rồi nói tên của quý vị."
BOLD = "**Xin chào quý vị.** Ring [người thông dịch](#one)."
PLAIN = "A café, a naïve façade: ½ of 38°C, and the Łódź road."


@pytest.fixture(scope="module")
def faces() -> Faces:
    return shipped_faces(styles_folder())


def test_what_is_drawn_is_read_from_the_fonts(faces: Faces) -> None:
    assert set(SENTENCE) - faces.text and set(SENTENCE) - faces.text <= faces.other
    assert "ế" not in faces.text and "ế" in faces.other
    assert set("Łódźéàü½°×€") <= faces.text
    assert "\u2713" not in faces.text | faces.other


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>tiếng Anh</p>", '<p><span class="other-face">tiếng</span> Anh</p>'),
        ("<p>(Việt),</p>", '<p>(<span class="other-face">Việt</span>),</p>'),
        ("<p>Nguyễn-Lê &amp; x</p>", '<p><span class="other-face">Nguyễn-Lê</span> &amp; x</p>'),
        ('<img alt="Việt"><title>Việt</title>', '<img alt="Việt"><title>Việt</title>'),
        (unicodedata.normalize("NFD", "<p>Việt</p>"), '<p><span class="other-face">Việt</span></p>'),
        ("<p>Łódź, café</p>", "<p>Łódź, café</p>"),
        (
            "<p>Ring خط السمع, now</p>",
            '<p>Ring <span class="arabic-face" dir="rtl">خط السمع</span>, now</p>',
        ),
        (
            "<p>For خط السمع (هنا).</p>",
            '<p>For <span class="arabic-face" dir="rtl">خط السمع (هنا)</span>.</p>',
        ),
        ("<p>\ue010one-tiếng\ue011</p>", "<p>\ue010one-tiếng\ue011</p>"),
    ],
)
def test_a_word_is_marked_whole_and_nothing_else_is(faces: Faces, html: str, expected: str) -> None:
    assert faces.set(html) == expected


def test_a_language_that_the_text_face_cannot_write_has_the_face_of_its_script(faces: Faces) -> None:
    assert faces.of_language(english().said).page == ""
    for language, page in (("vi", "other"), ("ar", "arabic")):
        own = (PROJECT / "samples" / language / "chapters/words.toml").read_text("utf-8")
        there = faces.of_language(re.findall(r'= "(.*)"', own))
        assert there.page == page
        assert there.set("<p>tiếng Việt</p>" if page == "other" else "<p>خط السمع</p>").count("span") == 0


def test_words_that_run_against_a_page_from_the_right_are_one_box(faces: Faces) -> None:
    page = faces.of_language(["خط السمع"])
    assert page.page == "arabic"
    html = page.set("<p>السيدة Nguyễn Van An هنا</p>", from_the_right=True)
    assert html == '<p>السيدة <span class="other-face" dir="ltr">Nguyễn Van An</span> هنا</p>'
    assert page.set("<p>خط TIS National</p>", from_the_right=True) == "<p>خط TIS National</p>"


def words_and_fonts(pdf: Path) -> list[tuple[str, set[str]]]:
    """Each word of a file's pages, and the faces of its letters; the text face comes in two files of one drawing."""
    rows: list[tuple[str, set[str]]] = []

    def walk(thing: object) -> None:
        if isinstance(thing, LTTextLine):
            for is_word, letters in groupby(
                thing, lambda each: isinstance(each, LTChar) and not each.get_text().isspace()
            ):
                found = [each for each in letters if isinstance(each, LTChar) and each.get_text().isalpha()]
                if is_word and found:
                    fonts = {each.fontname.split("+")[-1].removesuffix("-Ext") for each in found}
                    rows.append(("".join(each.get_text() for each in found), fonts))
        elif hasattr(thing, "__iter__"):
            for child in thing:
                walk(child)

    for page in extract_pages(pdf, laparams=LAParams()):
        walk(page)
    return rows


@pytest.mark.slow
@pytest.mark.parametrize("form", ["screen", "large-print"])
def test_each_vietnamese_word_is_in_one_face_and_heard_whole(
    booklet: Callable[..., Path], faces: Faces, form: str
) -> None:
    project = booklet(added(f"{SENTENCE} {PLAIN}\n\n{BOLD}"))
    receipt = build(replace(order(project), formats=(form,), editions=("VIC",)))
    assert errors(receipt.findings) == []
    pdf = project / "dist" / receipt.files[0].file
    rows = words_and_fonts(pdf)
    assert {"Hãy", "gọi", "tiếng", "Việt", "dịch", "café", "Łódź"} <= {word for word, _ in rows}
    for word, fonts in rows:
        assert len(fonts) == 1, (word, fonts)
        if not re.fullmatch(r"[ivx]+|\d+", word):  # folios and chapter numbers stand in figures of the display face
            assert ("Noto" in next(iter(fonts))) == bool(set(word) - faces.text), (word, fonts)
    with pikepdf.Pdf.open(pdf) as opened:
        tree = reading.structure(opened)
        assert SENTENCE in reading.text(tree)
        assert "Span" not in set(reading.roles(tree))
    assert any(SENTENCE in line for line in transcript(load(pdf).top))


@pytest.mark.slow
def test_a_word_in_another_face_moves_no_line(booklet: Callable[..., Path]) -> None:
    """The baselines of a paragraph are those it would have in one face."""
    tops = []
    for word in ("tieng", "tiếng"):
        project = booklet(added(f"{word} " * 60))
        receipt = build(replace(order(project), formats=("screen",), editions=("VIC",)))
        found: list[float] = []
        for page in extract_pages(project / "dist" / receipt.files[0].file, laparams=LAParams()):
            for box in page:
                for line in box if hasattr(box, "__iter__") else ():
                    letters = (
                        [each for each in line if isinstance(each, LTChar)] if isinstance(line, LTTextLine) else []
                    )
                    if letters and line.get_text().startswith(word):
                        found.append(round(letters[0].matrix[5], 2))
        tops.append([round(a - b, 1) for a, b in pairwise(found)])
    assert len(tops[0]) >= 2 and set(tops[0]) == {18.0}
    assert set(tops[1]) == {18.0}


CHECK_MARK = "No shipped font has U+2713 CHECK MARK ('\u2713')."


@pytest.mark.parametrize(
    ("overlay", "place"),
    [
        (added("Fine.\n\nDone \u2713 and done."), f"{TWO}:{LAST + 2}"),
        (changed(STATES, "What Vic group does.", "Help \u2713."), f"{STATES}:"),
        (changed("chapters/glossary.yaml", "A picture", "\u2713 A picture"), "chapters/glossary.yaml:2"),
        (changed("chapters/booklet.toml", "This booklet.", "This \u2713."), "chapters/booklet.toml:39"),
    ],
)  # fmt: skip
def test_a_character_of_no_font_is_named_where_it_stands(
    booklet: Callable[..., Path], overlay: Overlay, place: str
) -> None:
    (finding,) = errors(check(order(booklet(overlay))))
    assert finding.code == "FNT-002" and finding.found == CHECK_MARK
    assert str(finding.place).startswith(place) and finding.place.line


def test_a_character_in_a_comment_or_an_unprinted_entry_is_nobodys_business(booklet: Callable[..., Path]) -> None:
    project = booklet({**added("{# \u2713 #}"), **changed(STATES, "What Unsure line does.", "\u2713")})
    assert errors(check(order(project))) == []


@pytest.mark.parametrize(
    ("text", "family", "count"),
    [
        ("\u2713 Done", "Noto Sans", 1),
        ("Việt", "Atkinson Hyperlegible Next", 1),
        ("Việt", "Noto Sans", 0),
        ("Łódź", "x", 0),
    ],
)
def test_the_words_of_a_drawing_are_looked_at_too(
    booklet: Callable[..., Path], text: str, family: str, count: int
) -> None:
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 99 99">\n<title>\u2713</title>\n'
        f'<text y="9" font-family="{family}">A<tspan>\n{text}</tspan></text></svg>'
    )
    overlay = {**added("![A drawing with one word in it](images/word.svg)"), "chapters/images/word.svg": svg}
    found = errors(check(order(booklet(overlay))))
    assert {(f.code, str(f.place)) for f in found} == ({("FNT-002", "chapters/images/word.svg:4")} if count else set())


def test_a_character_in_a_later_text_of_an_insert_is_named_there(booklet: Callable[..., Path]) -> None:
    later = "chapters/inserts/bone/02-b.md"
    text = CHAPTER.format(title="More", id="bone-more", text="More \u2713.")
    found = errors(check(order(booklet(INSERT | {later: text}))))
    assert {(finding.code, str(finding.place)) for finding in found} == {("FNT-002", f"{later}:{text.count(chr(10))}")}
