"""Booklets in Vietnamese and in Arabic: what is set, drawn, said and bound; what cannot be set is refused."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from pdfminer.high_level import extract_pages
from pdfminer.layout import LTChar
from weasyprint.formatting_structure.boxes import TextBox

from booklet.build import build, check
from booklet.formats import FORMATS
from booklet.manuscript import read
from booklet.records import Order, Receipt
from booklet.today import Today
from booklet.transcript import load, transcript
from booklet.typesetting.engine import Engine
from booklet.walk import styles_folder
from booklet.words import english
from tests.conftest import PROJECT, TODAY
from tests.judges import judged
from tests.tiny import LAST, TWO, added, errors, order, write

SAMPLES = ("vi", "ar")
VOWELS = "هُوَ مُعَلِّمٌ جَيِّدٌ، أهلاً وسهلاً."
ARABIC = re.compile(r"[\u0600-\u06ff]")
Built = dict[str, tuple[Order, Receipt]]


def sample(language: str, folder: Path) -> Order:
    shutil.copytree(PROJECT / "samples" / language / "chapters", folder / "chapters")
    return Order(folder, folder / "dist", TODAY, titles=("main",))


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    orders = {language: sample(language, tmp_path_factory.mktemp("samples") / language) for language in SAMPLES}
    with (orders["ar"].project / "chapters/01-interpreter.md").open("a", encoding="utf-8") as chapter:
        chapter.write(f"\n{VOWELS}\n")
    return {language: (each, build(each)) for language, each in orders.items()}


def file_of(built: Built, language: str, ending: str) -> Path:
    order, receipt = built[language]
    return next(order.dist / entry.file for entry in receipt.files if entry.file.endswith(f"-{ending}.pdf"))


def letters(pdf: Path, index: int) -> Iterator[LTChar]:
    """The letters of a page as they are drawn."""
    waiting = list(next(iter(extract_pages(pdf, page_numbers=[index]))))
    while waiting:
        thing = waiting.pop(0)
        if isinstance(thing, LTChar):
            yield thing
        elif hasattr(thing, "__iter__"):
            waiting[:0] = list(thing)


@pytest.mark.slow
@pytest.mark.parametrize("language", SAMPLES)
def test_a_sample_is_made_in_every_format_and_says_its_language(built: Built, language: str) -> None:
    _, receipt = built[language]
    assert errors(receipt.findings) == []
    assert {entry.format for entry in receipt.files} == {"screen", "large-print", "clinic"}
    with pikepdf.Pdf.open(file_of(built, language, "screen")) as pdf:
        assert str(pdf.Root.Lang) == language
        assert pdf.Root.ViewerPreferences.get("/Direction") == (pikepdf.Name.R2L if language == "ar" else None)
        said = [str(note.Contents) for page in pdf.pages for note in page.get("/Annots", ())]
        assert said and not [words for words in said if re.search(r"\b(?:page|Phone|Website)\b", words)]


@pytest.mark.slow
@pytest.mark.parametrize("profile", ["ua1", "2a"])
def test_verapdf_accepts_the_samples(verapdf: str, built: Built, profile: str) -> None:
    files = [file_of(built, language, ending) for language in SAMPLES for ending in ("screen", "large-print")]
    assert judged(verapdf, files, profile) == {file.name: True for file in files}


@pytest.mark.slow
def test_arabic_is_heard_in_the_order_in_which_it_is_read(built: Built) -> None:
    heard = [line.replace("\u00a0", " ") for line in transcript(load(file_of(built, "ar", "screen")).top)]
    for line in (
        "heading level 1, 1 الاتصال بمساعدة مترجم",
        "link, 1 الاتصال بمساعدة مترجم 1 (الاتصال بمساعدة مترجم، صفحة 1)",
        "1. اتصل بالرقم",
        "link, 13 14 50 (هاتف 13 14 50)",
        "2. قل اسم لغتك، مثلا: “Arabic”.",
        "3. قل بمن تريد أن تتصل. يبقى المترجم معك على الخط.",
        "يمكنك أن تطلب من المستشفى (أو من العيادة) أن يحجز لك مترجما قبل الموعد. من فضلك لا تطلب من أولادك أن يترجموا.",
        VOWELS,
        "row 2, بالإنجليزية: language en, I speak Arabic., end of language; بالعربية: أتكلم العربية.",
    ):
        assert line in heard
    joined = "\n".join(heard)
    assert joined.index("عندما تريد أن تتصل") < joined.index("من المفيد أن تعرف") < joined.index("جمل تقولها")


@pytest.mark.slow
def test_arabic_letters_are_glyphs_with_characters_of_their_own(built: Built) -> None:
    """Who looks at glyphs and not at the structure, to copy or to search, reads letters all the same."""
    pages = pypdfium2.PdfDocument(file_of(built, "ar", "screen"))
    text = pages[4].get_textpage().get_text_range()
    for line in ("الاتصال بمساعدة مترجم", "يمكنك أن تتحدث بلغتك.", "عادة لا تدفع شيئا."):
        assert line in text


@pytest.mark.slow
def test_pages_from_the_right_are_mirrored_and_numbers_are_not(built: Built) -> None:
    """Chapter 1 begins on a left-hand page: folio and tab at the left edge, bullets and headings at the right one."""
    pdf = file_of(built, "ar", "screen")
    first, second = list(letters(pdf, 4)), list(letters(pdf, 5))
    width = 148 / 25.4 * 72
    folio = [[letter for letter in page if letter.y0 < 40 and letter.get_text().isdigit()] for page in (first, second)]
    assert min(letter.x0 for letter in folio[0]) < width / 4
    assert max(letter.x1 for letter in folio[1]) > width * 3 / 4
    bullet = next(letter for letter in first if letter.get_text() == "•")
    beside = [letter.x1 for letter in first if abs(letter.y0 - bullet.y0) < 2 and ARABIC.match(letter.get_text())]
    assert beside and max(beside) < bullet.x0
    number = [letter for letter in first if letter.get_text() in "131450" and 200 < letter.y0 < 400]
    row = [letter for letter in number if abs(letter.y0 - number[0].y0) < 1]
    assert "".join(letter.get_text() for letter in sorted(row, key=lambda letter: letter.x0)).startswith("131450")


@pytest.mark.slow
def test_a_clinics_sheets_from_the_right_have_the_front_cover_left(built: Built) -> None:
    for language, on_the_left in (("vi", False), ("ar", True)):
        sheet = list(letters(file_of(built, language, "clinic"), 0))
        title = max(sheet, key=lambda letter: letter.size)
        assert (title.x0 < 297 / 25.4 * 72 / 2) == on_the_left


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Ring خط السمع now.", 0),
        ("Ring خط **السمع** now.", 1),
        ("Ring [خط **السمع** الكبير](lang:ar) now.", 0),
        ("Ring **خط السمع** now.", 0),
        ("Read الكت**اب** now.", 1),
        ("Read [الكت**اب**](lang:ar) now.", 1),
        ("Ring [one](lang:ar) [خط](https://example.org) السمع.", 1),
    ],
)
def test_a_mark_in_words_against_the_page_is_a_fault(tmp_path: Path, text: str, count: int) -> None:
    found = errors(check(order(write(tmp_path / "project", added(text)))))
    assert [(each.code, str(each.place)) for each in found] == [("ACC-008", f"{TWO}:{LAST}")] * count


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("السيدة Anna **Maria** Smith هنا.", 1),
        ("السيدة [Anna **Maria** Smith](lang:en) هنا.", 0),
        ("قل **نعم** الآن.", 0),
    ],
)
def test_a_mark_in_latin_words_of_an_arabic_text_is_a_fault(tmp_path: Path, text: str, count: int) -> None:
    own = sample("ar", tmp_path / "project")
    path = own.project / "chapters/01-interpreter.md"
    path.write_text(f"{path.read_text('utf-8')}\n{text}\n", "utf-8")
    assert [each.code for each in errors(check(own))] == ["ACC-008"] * count


def test_arabic_in_a_drawing_is_refused(tmp_path: Path) -> None:
    own = sample("ar", tmp_path / "project")
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><text font-family="Noto Sans Arabic">خط</text></svg>'
    )
    (own.project / "chapters/images/cover.svg").write_text(svg, "utf-8")
    (found,) = errors(check(own))
    assert (
        found.code == "FNT-002"
        and str(found.place) == "chapters/images/cover.svg:1"
        and "would not join" in found.expected
    )


def test_a_printer_reads_english_or_all_of_the_projects_own_words(tmp_path: Path) -> None:
    own = sample("ar", tmp_path / "project")
    shutil.copytree(PROJECT / "chapters/printers", own.project / "chapters/printers")
    path = own.project / "chapters/booklet.toml"
    path.write_text(
        path.read_text("utf-8").replace(
            'language = "ar"', 'language = "ar"\nprinter = "au-sheetfed-uncoated"\nsample = true'
        )
    )
    assert errors(check(own)) == []
    manuscript, _ = read(own.project, Today(TODAY))
    assert manuscript and not manuscript.words.is_english and manuscript.words.for_printer() == english()
    with (own.project / "chapters/words.toml").open("a", encoding="utf-8") as words:
        words.write('\n[printer]\nhow = "كيف"\n')
    (found,) = errors(check(own))
    assert found.code == "SRC-010" and "printer.slug" in found.found and "box." not in found.found


@pytest.mark.slow
def test_the_engine_puts_the_boxes_of_a_line_behind_each_other() -> None:
    """WeasyPrint 70 orders boxes by the direction of the line alone (UAX #9 does so by their letters). When that is
    mended, ACC-008 can go.
    """
    html = (
        '<!DOCTYPE html><html lang="ar" data-face="arabic" dir="rtl"><head><title>x</title></head><body>'
        "<p>السيدة Anna <strong>Maria</strong> Smith هنا</p></body></html>"
    )
    document, _ = Engine(lambda *_: b"", styles_folder(), FORMATS["screen"].pages.turned(True)).lay_out(html)
    boxes = [box for box in document.pages[0]._page_box.descendants() if isinstance(box, TextBox)]
    left = {word: box.position_x for box in boxes for word in ("Anna", "Maria", "Smith") if word in box.text}
    assert left["Smith"] < left["Maria"] < left["Anna"]
