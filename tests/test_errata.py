"""Corrections to printed copies: each change at the place where the old copy has it, on sheets that can be used."""

from __future__ import annotations

import io
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from click.testing import CliRunner

from booklet.build import build
from booklet.cli import main
from booklet.composing import shipped_faces
from booklet.differences import Block, Change
from booklet.differences.alignment import changes
from booklet.errata import L7160, Kit, _sticker, errata, erratum
from booklet.manuscript import shipped
from booklet.pdf import PT_PER_MM, PrintedLine
from booklet.store import CACHE
from booklet.words import english
from booklet_desk.labels import SHEETS
from tests import tiny
from tests.conftest import PROJECT, TODAY
from tests.edits import edited, expected
from tests.finished import Finished, seed

Booklet = Callable[..., Path]
Files = dict[str, bytes]


def letters(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower().replace("\ufb01", "fi").replace("\ufb02", "fl"))


def words(content: bytes) -> str:
    document = pypdfium2.PdfDocument(content)
    return letters("".join(page.get_textpage().get_text_range() for page in document))


@pytest.fixture(scope="module")
def thirty(tmp_path_factory: pytest.TempPathFactory) -> tuple[Kit, Files]:
    """The corrections of the standard edition for Victoria, of the real chapters to a copy with all edits."""
    project = edited(tmp_path_factory.mktemp("edited"))
    seed(project / CACHE)
    kits, files, notes = errata(str(PROJECT), project, TODAY, ("main",), ("VIC",), (False,))
    assert len(kits) == 1 and notes == ()
    return kits[0], dict(files)


@pytest.mark.slow
def test_each_of_thirty_edits_is_told_at_the_folio_where_the_old_copy_has_it(
    thirty: tuple[Kit, Files], finish: Callable[[str, str, str], Finished]
) -> None:
    """The printed words stand on the page that is named, as pdfium reads the old file, and nowhere else is named."""
    kit, _ = thirty
    document = pypdfium2.PdfDocument(finish("VIC", "main", "screen").files[0].content)
    pages = {
        document.get_page_label(i): letters(page.get_textpage().get_text_range()) for i, page in enumerate(document)
    }
    assert (kit.code, kit.issue, len(kit.errata)) == ("N9Y J4J", "2026.1", len(expected()))
    for row in kit.errata:
        named = re.match(r"(?:After p|P)age (\w+), ", row.where)
        assert named and named[1] in pages, row.where
        pieces = re.split(r"\.\.\.|…", row.old)
        assert all(letters(piece) in pages[named[1]] for piece in pieces), row


@pytest.mark.slow
def test_slip_and_notice_say_all_of_it(thirty: tuple[Kit, Files]) -> None:
    kit, files = thirty
    for name in ("slip", "notice"):
        told = words(files[f"N9Y-J4J-{name}.pdf"])
        assert "n9yj4j" in told
        for row in kit.errata:
            assert letters(row.where) in told and letters(row.old) in told and letters(row.new) in told


@pytest.mark.slow
def test_strips_stand_on_their_labels_and_are_as_high_as_the_line(thirty: tuple[Kit, Files]) -> None:
    kit, files = thirty
    document = pypdfium2.PdfDocument(files["N9Y-J4J-stickers-L7160.pdf"])
    room_pt = (L7160.size_mm[0] - 6) * PT_PER_MM
    fitting = [row for row in kit.stickers if row.width_pt <= room_pt]
    assert len(fitting) > 10 and len(document) == -(-len(fitting) // 21)
    for number, row in enumerate(fitting):
        left, top = (side * PT_PER_MM for side in L7160.corner_mm(number))
        page = document[number // 21]
        height = page.get_height()
        right, bottom = left + L7160.size_mm[0] * PT_PER_MM, top + L7160.size_mm[1] * PT_PER_MM
        there = page.get_textpage().get_text_bounded(left, height - bottom, right, height - top)
        assert letters(there) == letters(row.where + row.words)
    for row in kit.stickers:
        assert 1.2 <= row.height_pt / row.size_pt <= 1.5, "18 on 12.5 points, 15 on 12, and a heading"


def test_labels_are_measured_as_the_order_desk_measures_them() -> None:
    assert asdict(L7160) == asdict(SHEETS["L7160"])


@pytest.mark.slow
def test_every_sheet_claims_what_a_booklet_claims(thirty: tuple[Kit, Files]) -> None:
    """They are made by the house's own steps, and preflight has let them through."""
    for name, content in thirty[1].items():
        with pikepdf.open(io.BytesIO(content)) as pdf, pdf.open_metadata() as metadata:
            assert metadata["pdfuaid:part"] == "1" and "/StructTreeRoot" in pdf.Root
            sides = [round(float(side) / PT_PER_MM) for side in pdf.pages[0].MediaBox[2:]]
            assert sides == ([148, 210] if "slip" in name else [210, 297])


def run(*arguments: object) -> tuple[int, str, list[Path]]:
    done = CliRunner().invoke(main, ["errata", *map(str, arguments)])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    files = [Path(line) for line in done.output.splitlines() if line.endswith(".pdf")]
    return done.exit_code, done.output, files


@pytest.fixture
def two(booklet: Booklet, tmp_path: Path) -> Iterator[tuple[Path, Path]]:
    """The tiny booklet, and one in which a number of Victoria is another."""
    yield booklet(), tiny.write(tmp_path / "new", tiny.changed(tiny.STATES, "5550 1234", "5550 4321"))


@pytest.mark.slow
def test_each_order_code_has_its_kit(two: tuple[Path, Path], tmp_path: Path) -> None:
    old, new = two
    status, output, files = run(old, "--project", new, "--out", tmp_path / "out", "--date", TODAY)
    kinds = ("slip", "notice", "stickers-plain", "stickers-L7160")
    assert status == 0
    assert {file.name for file in files} == {f"{code}-{kind}.pdf" for code in ("HKV-4TU", "HQV-4TV") for kind in kinds}
    assert "large print" in output and "WA" not in output and all(file.is_file() for file in files)
    told = words(next(file for file in files if file.name == "HKV-4TU-slip.pdf").read_bytes())
    assert letters("Page 3, first entry") in told and letters("(03) 5550 4321") in told


@pytest.mark.slow
def test_a_build_is_an_issue_too(two: tuple[Path, Path], tmp_path: Path) -> None:
    old, new = two
    receipt = build(tiny.order(old, formats=("screen",)))
    assert receipt.files
    since_build = errata(str(old / "dist"), new, TODAY, large_print=(False,))[0]
    since_sources = errata(str(old), new, TODAY, large_print=(False,))[0]
    assert [(kit.code, kit.errata) for kit in since_build] == [(kit.code, kit.errata) for kit in since_sources]
    assert [kit.stickers for kit in since_build] == [kit.stickers for kit in since_sources]
    status, output, _ = run(next((old / "dist/VIC").glob("*.pdf")), "--project", new, "--out", tmp_path / "out")
    assert status == 2 and "since a revision" in output


LONG = "\n\n".join(["Words, and more words. " * 12] * 12 + ["Last."])
THICK: tiny.Overlay = tiny.changed(tiny.BOOK, "[directory]\n", "[large_print]\nmost_grams = 50\n\n[directory]\n") | {
    f"chapters/{number}-more.md": tiny.CHAPTER.format(title=f"Part {number}", id=f"part-{number}", text=LONG)
    for number in (3, 4)
}
"""In large print the first two chapters are a volume, and of all others each part is one."""


@pytest.mark.slow
def test_each_change_is_told_in_its_volume_at_its_folio(booklet: Booklet, tmp_path: Path) -> None:
    """Of sources and of the files alike; the words stand on that page of that file, as pdfium reads it. The second
    chapter grows so that it and all behind it go into later volumes: nothing else is told of what only moved.
    """
    old = booklet(THICK)
    more = {name: str(text).replace("Last.", f"Last of {name}.") for name, text in THICK.items() if "more" in name}
    more[tiny.TWO] = f"{tiny.FILES[tiny.TWO]}\n{LONG}\n"
    number = tiny.changed(tiny.STATES, "5550 1234", "5550 4321")
    new = tiny.write(tmp_path / "new", {**THICK, **more, **number})
    receipt = build(tiny.order(old, formats=("large-print",), editions=("VIC",)))
    told = [errata(since, new, TODAY, ("main",), ("VIC",), (True,))[0][0] for since in (str(old), str(old / "dist"))]
    assert (told[0].errata, told[0].stickers) == (told[1].errata, told[1].stickers)
    places: dict[str, list[str]] = {}
    for row in told[0].errata:
        named = re.match(r"(?:After v|V)olume (\d), page (\w+), ", row.where)
        assert named, row.where
        document = pypdfium2.PdfDocument(old / "dist" / receipt.files[int(named[1]) - 1].file)
        page = next(page for i, page in enumerate(document) if document.get_page_label(i) == named[2])
        there = letters(page.get_textpage().get_text_range())
        assert all(letters(piece) in there for piece in re.split(r"\.\.\.|…", row.old)), row
        places.setdefault(named[1], []).append(row.new.split(" ")[0])
    assert len(receipt.files) == 4 and places == {
        "1": ["Words,"] * 12 + ["Last."], "2": ["Last"], "3": ["Last"], "4": ["Vic"],
    }  # fmt: skip


def test_nothing_changed_is_no_file(booklet: Booklet, tmp_path: Path) -> None:
    project = booklet()
    status, output, files = run(project, "--project", project, "--out", tmp_path / "out", "--date", TODAY)
    assert (status, files) == (0, []) and "Nothing that is printed changed" in output
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("language", "where", "label", "has_stickers"),
    [("vi", "Trang 3, mục danh bạ thứ 1", "Xin đọc", True), ("ar", "صفحة 3، خدمة رقم 1", "الصواب", False)],
)
def test_corrections_speak_the_language_of_the_booklet(
    tmp_path: Path, language: str, where: str, label: str, has_stickers: bool
) -> None:
    old, new = PROJECT / "samples" / language, tmp_path / "new"
    shutil.copytree(old / "chapters", new / "chapters")
    entries = new / "chapters/support/national.yaml"
    entries.write_text(entries.read_text("utf-8").replace("1300 555 727", "1300 555 728"), "utf-8")
    kits, files, _ = errata(str(old), new, TODAY, ("main",), ("VIC",))
    assert [kit.large_print for kit in kits] == [False, True]
    first = kits[0].errata[0]
    assert (first.where, first.after, first.has_number) == (where, label, True)
    kinds = {name.partition("-")[2].partition("-")[2] for name, _ in files}
    assert kinds == {"slip.pdf", "notice.pdf", *(("stickers-plain.pdf", "stickers-L7160.pdf") if has_stickers else ())}
    for name, content in files:
        told = words(content)
        assert not any(word in told for word in ("page", "printed", "correction", "entry", "issue")), name


def block(text: str, ordinal: int = 1) -> Block:
    return Block("part", "Part", "", text, "paragraph", text, folio="7", ordinal=ordinal)


def correction(old: list[Block], new: list[Block]) -> tuple[str, str, str, str, str]:
    (change,) = changes(old, new)
    row = erratum(change, english())
    assert row
    return row.where, row.before, row.old, row.after, row.new


def test_a_correction_quotes_what_is_needed() -> None:
    old, new = "One two three four five six seven eight nine ten.", "One two three four five SIX seven eight nine ten."
    assert correction([block(old)], [block(new)]) == (
        "Page 7, first paragraph", "Printed", "... two three four five six seven eight nine ten.", "Read",
        "... two three four five SIX seven eight nine ten.",
    )  # fmt: skip
    gone, kept = block("Gone.", 2), block("Kept.")
    assert correction([kept, gone], [kept]) == ("Page 7, second paragraph", "Strike out", "Gone.", "", "")
    assert correction([kept], [kept, gone]) == ("After page 7, first paragraph", "", "", "Add", "Gone.")


def test_what_only_moved_or_is_drawn_otherwise_is_no_correction() -> None:
    drawn = replace(block(""), kind="picture", digest="1")
    assert erratum(Change("changed", drawn, replace(drawn, digest="2"), ()), english()) is None
    assert erratum(Change("moved", block("A"), block("A"), (("same", "A"),)), english()) is None


@pytest.mark.parametrize(
    ("old", "new", "shown"),
    [
        ("Ring Jo on 1300 781 500 now", "Ring Jo on 1300 781 501 now", "1300 781 501 now"),
        ("Ring (03) 5550 1234", "Ring (03) 5550 4321", "(03) 5550 4321"),
        ("A long line of words", "A short line of words", "short line of words"),
        ("A line that is longer", "A line", "\u00a0"),
    ],
    ids=["a whole number", "an area code", "words", "nothing left"],
)
def test_a_strip_covers_from_the_first_word_that_changed(old: str, new: str, shown: str) -> None:
    line = PrintedLine(0, (0, 0, 100, 15), old, 12.5, False)
    faces = shipped_faces(shipped("."))
    row = _sticker("Page 7", line, new, 18.0, faces)
    covered = old[len(new) - len(shown) :] if shown in new else old
    assert row.words == shown and row.width_pt >= faces.width_em(covered[-len(shown) :]) * 12.5
