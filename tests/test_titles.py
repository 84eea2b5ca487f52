"""Every title of the pack: inserts, a chapter to hand out, large print in volumes and with its page finder."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pikepdf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from booklet.build import Order, Receipt, build, check
from booklet.composing import shipped_faces
from booklet.composing.views import UnknownTitleError
from booklet.design import USUAL, USUAL_LARGE
from booklet.formats import FORMATS
from booklet.manuscript import read
from booklet.order_codes import is_order_code
from booklet.today import Today
from booklet.transcript import load, transcript
from booklet.typesetting import share_out
from booklet.walk import styles_folder
from tests.conftest import PROJECT, TODAY
from tests.printed import printed
from tests.tiny import BOOK, CHAPTER, FILES, INSERT, ONE, TWO, changed, errors
from tests.tiny import order as tiny_order

pytestmark = pytest.mark.slow


def heard(order: Order, receipt: Receipt, ending: str) -> list[str]:
    (file,) = (entry.file for entry in receipt.files if entry.file.endswith(ending))
    return list(transcript(load(order.dist / file).top))


def made(project: Path, **wishes: object) -> tuple[Order, Receipt]:
    order = replace(Order(project, project / "dist", TODAY, editions=("VIC",)), **wishes)  # type: ignore[arg-type]
    receipt = build(order)
    assert [str(finding) for finding in receipt.findings if finding.severity == "error"] == []
    return order, receipt


def test_an_insert_is_a_booklet_of_its_own(booklet: Callable[..., Path]) -> None:
    order, receipt = made(booklet(INSERT), formats=("screen",))
    assert [entry.publication for entry in receipt.files] == ["main", "bone"]
    insert = receipt.files[1]
    assert insert.file == "VIC/tiny-bone-VIC-2026.1-screen.pdf"
    assert (insert.title, insert.order_code, insert.pages % 4) == ("Bones", "KVW 3TD", 0)
    said = heard(order, receipt, insert.file)
    assert "heading level 1, What" in said and "heading level 1, More" in said
    assert any("See the first (in the booklet Tiny). See" in line for line in said)
    assert "link, more (page\u00a02) (More, page 2)" in said, "each chapter begins a page"
    assert any("KVW 3TD" in line for line in said)


def test_one_title_alone_and_none_that_is_not_there(booklet: Callable[..., Path]) -> None:
    project = booklet(INSERT)
    _, receipt = made(project, formats=("screen",), titles=("bone",))
    assert [entry.publication for entry in receipt.files] == ["bone"]
    with pytest.raises(UnknownTitleError, match=r"main, bone, chapter:one, .*chapter:bone-more"):
        build(Order(project, project / "dist", TODAY, titles=("brain",)))


def test_a_chapter_to_hand_out_explains_its_own_words_and_has_no_cover(booklet: Callable[..., Path]) -> None:
    order, receipt = made(booklet(INSERT), formats=("screen", "large-print"), titles=("chapter:one",))
    assert [entry.pages for entry in receipt.files] == [2, 2]
    assert [entry.trim_mm for entry in receipt.files] == [(148, 210), (210, 297)]
    said = heard(order, receipt, "chapter-one-VIC-2026.1-screen.pdf")
    assert any(line.startswith("From the booklet Tiny, edition for Victoria") for line in said)
    assert any("See the second (in the booklet Tiny)." in line for line in said)
    assert any(line.startswith("link, word (Scan, explained, page 2)") for line in said)


def test_an_insert_without_codes_for_an_edition_is_found(booklet: Callable[..., Path]) -> None:
    toml = str(INSERT["chapters/inserts/bone/insert.toml"])
    project = booklet(INSERT | {"chapters/inserts/bone/insert.toml": toml[: toml.index("[order_codes.WA]")]})
    (found,) = [f for f in check(Order(project, project / "dist", TODAY)) if f.code == "SRC-010"]
    assert "no order codes for WA" in found.found


def test_one_order_code_for_two_things_is_found(booklet: Callable[..., Path]) -> None:
    toml = str(INSERT["chapters/inserts/bone/insert.toml"]).replace("KVX 4T3", "KVW 3TD")
    project = booklet(INSERT | {"chapters/inserts/bone/insert.toml": toml})
    codes = [f.code for f in check(Order(project, project / "dist", TODAY))]
    assert [code for code in codes if code not in ("SRC-040", "SRC-062")] == ["SRC-013"]


def test_large_print_says_where_each_chapter_stands_in_the_standard_edition(booklet: Callable[..., Path]) -> None:
    long = CHAPTER.format(title="Long", id="aaa", text=("One small step at a time.\n" * 100 + "\n") * 5)
    order, receipt = made(booklet(INSERT | {"chapters/00-long.md": long}), titles=("main",))
    starts = []
    for form in ("screen", "large-print"):
        (file,) = (entry.file for entry in receipt.files if entry.format == form)
        with pikepdf.open(order.dist / file) as pdf, pdf.open_outline() as outline:
            names = {
                item.title: page_label(pdf, item.destination[0])
                for item in outline.root
                if isinstance(item.destination, pikepdf.Array)
            }
        starts.append(names["2 Chapter one"])
    assert starts[0] != starts[1]
    table = [line for line in heard(order, receipt, "large-print.pdf") if "Chapter one" in line and "Here" in line]
    assert len(table) == 1 and f"Here: {starts[1]}" in table[0] and f"Standard: {starts[0]}" in table[0]
    assert [line for line in heard(order, receipt, "large-print.pdf") if "Long" in line and "Here" in line] == []


def test_large_print_has_no_page_finder_where_all_pages_are_the_same(booklet: Callable[..., Path]) -> None:
    order, receipt = made(booklet(INSERT), titles=("main",), formats=("large-print",))
    assert receipt.files and "Finding" not in "".join(heard(order, receipt, "large-print.pdf"))


def page_label(pdf: pikepdf.Pdf, page: pikepdf.Object) -> str:
    return next(str(each.label) for each in pdf.pages if each.obj.objgen == page.objgen)


def test_heavy_large_print_comes_in_volumes(booklet: Callable[..., Path]) -> None:
    """At 50 grams (16 A4 pages of 100 gsm, of which 12 are kept for what stands around) each chapter is a volume."""
    text = "\n\n".join(["Words, and more words. " * 12] * 12)
    chapters = {
        f"chapters/{number}-more.md": CHAPTER.format(title=f"Part {number}", id=f"part-{number}", text=text)
        for number in (3, 4)
    }
    toml = changed("chapters/booklet.toml", "[directory]\n", "[large_print]\nmost_grams = 50\n\n[directory]\n")
    project = booklet(INSERT | chapters | toml)
    order, receipt = made(project, titles=("main",), formats=("large-print",))
    files = [entry.file for entry in receipt.files]
    assert len(files) > 1 and all(f"-volume-{number}.pdf" in file for number, file in enumerate(files, 1))
    assert all(entry.pages % 4 == 0 for entry in receipt.files)
    for number, file in enumerate(files, 1):
        said = " ".join(heard(order, receipt, file))
        assert f"Volume {number} of {len(files)}" in said
        assert f"Volume {number}, this one" in said
        assert "heading level 1, What is in this booklet" in said
    first = heard(order, receipt, files[0])
    assert any(
        re.search(r"See the second \(page \d+, volume 2\)", line.replace("\u00a0", " ")) for line in first
    ) or any("Chapter two" in line for line in first)
    again = build(order)
    assert again.built == 0 and [entry.file for entry in again.files] == files
    light = changed("chapters/booklet.toml", "[directory]\n", "[directory]\n")
    (project / "chapters/booklet.toml").write_text(str(light["chapters/booklet.toml"]))
    build(order)
    left = sorted(path.name for path in (order.dist / "VIC").glob("*large-print*"))
    assert left == ["tiny-VIC-2026.1-large-print.pdf"]
    listed = json.loads((order.dist / "manifest.json").read_text())["files"]
    assert [row["file"] for row in listed] == ["VIC/tiny-VIC-2026.1-large-print.pdf"]


@given(st.lists(st.integers(1, 60), min_size=1, max_size=25), st.integers(1, 120))
def test_volumes_keep_the_order_hold_everything_and_are_as_few_as_can_be(sizes: list[int], most: int) -> None:
    counts = {f"part-{number}": size for number, size in enumerate(sizes)}
    volumes = share_out(counts, most)
    assert [id for volume in volumes for id in volume] == list(counts)
    assert all(len(volume) == 1 or sum(counts[id] for id in volume) <= most for volume in volumes)
    assert len(volumes) == len(greedy(sizes, most))


def greedy(sizes: list[int], most: int) -> list[int]:
    """The fewest volumes, counted another way: fill each to the brim."""
    volumes = [0]
    for size in sizes:
        if volumes[-1] and volumes[-1] + size > most:
            volumes.append(0)
        volumes[-1] += size
    return volumes


def test_every_order_code_of_the_project_is_valid_and_stands_for_one_thing() -> None:
    manuscript, _ = read(PROJECT, Today(TODAY))
    assert manuscript
    codes = [code for edition in manuscript.editions for code in edition.codes.values()]
    codes += [code for insert in manuscript.inserts for row in insert.head.order_codes.values() for code in row.every]
    assert all(map(is_order_code, codes))
    assert len(codes) == len(set(codes)) == 16 * (1 + len(manuscript.inserts))


@pytest.mark.parametrize("page", ["page-finder", "handout"])
def test_a_fault_on_a_page_of_large_print_or_of_a_handout_is_found(booklet: Callable[..., Path], page: str) -> None:
    """Neither page stands in the standard edition; both are looked at all the same."""
    name = f"chapters/pages/{page}.md"
    project = booklet(INSERT | {name: str(INSERT[name]) + "\n::: nonsense\nWords.\n:::\n"})
    (found,) = [f for f in check(Order(project, project / "dist", TODAY)) if f.severity == "error"]
    assert (found.code, found.place.file) == ("SRC-031", name)
    title = "main" if page == "page-finder" else "chapter:one"
    receipt = build(Order(project, project / "dist", TODAY, formats=("large-print",), titles=(title,)))
    assert receipt.failed and "SRC-031" in {finding.code for finding in receipt.findings}


LONG = "Living with hearing loss at home and at work and with friends and on the bus and in the shop and at the clinic"


@pytest.mark.parametrize("title", [LONG, LONG.replace(" ", "-")[:60], "W" * 30, "Short"])
def test_a_running_title_keeps_to_one_line(title: str) -> None:
    faces = shipped_faces(styles_folder())
    for width_em in (USUAL.running_em, USUAL_LARGE.running_em):
        shown = faces.running_title(title, width_em)
        assert faces.lines(shown.replace(" ", "\u00a0"), width_em) == 1
        assert shown == title if title == "Short" else shown.endswith("\u2026") and title.startswith(shown[:-1])


def test_a_title_of_any_length_prints_in_every_format_and_lists_keep_their_numbers(
    booklet: Callable[..., Path],
) -> None:
    text = (
        FILES[TWO]
        .replace("Chapter two", LONG)
        .replace("A paragraph", "7. Seven\n8. Eight\n\nAnd\n\n1998. Then\n\nA paragraph")
    )
    order, receipt = made(booklet(printed() | {TWO: text}), titles=("main",), editions=("VIC",))
    assert errors(receipt.findings) == [] and {entry.format for entry in receipt.files} == set(FORMATS)
    said = heard(order, receipt, "screen.pdf")
    assert [line for line in said if re.match(r"\d+\. ", line)] == ["7. Seven", "8. Eight", "1998. Then"]
    for file in ("screen.pdf", "large-print.pdf", "press.pdf", "clinic-plain.pdf"):
        path = next(order.dist / entry.file for entry in receipt.files if entry.file.endswith(file))
        layout = subprocess.check_output(["pdftotext", "-layout", path, "-"], text=True)
        feet = [row.strip() for row in layout.split("\n")]
        assert [row for row in feet if re.search(r"2 Living with hearing loss at home.*\u2026", row)], file
        assert not [row for row in feet if row.startswith("friends and on the bus") and "\u2026" in row]


def test_a_short_title_stands_in_the_foot_and_is_checked_like_any_text(booklet: Callable[..., Path]) -> None:
    def parts(short: str) -> list[str]:
        text = FILES[TWO].replace("title: Chapter two", f"title: {LONG}\nshort_title: {short}")
        return [str(finding) for finding in errors(check(tiny_order(booklet({TWO: text}), editions=("VIC",))))]

    assert parts("Living well") == []
    assert len(parts("Ring 1800 160 402")) == len(parts("A \u2713 sign")) == 1


def test_check_names_a_title_that_no_cover_can_hold(booklet: Callable[..., Path]) -> None:
    for title in (LONG * 2, "Pneumonoultramicroscopicsilicovolcanoconiosis"):
        found = errors(check(tiny_order(booklet(changed("chapters/booklet.toml", "Tiny", title)), editions=("VIC",))))
        assert {(each.code, each.place.file) for each in found} == {("BOX-002", "chapters/booklet.toml")}
    text = FILES[TWO].replace("title: Chapter two", "title: About pneumonoultramicroscopicsilicosis")
    found = errors(check(tiny_order(booklet({TWO: text}), editions=("VIC",))))
    assert {(each.code, str(each.place)) for each in found} == {("BOX-002", f"{TWO}:2")}
    part = f'\n[[parts]]\nid = "now"\ntitle = "{LONG}"\nsentence = "A sentence."\nimage = "images/plain.svg"\n'
    own = {file: FILES[file].replace("minutes:", "part: now\nminutes:") for file in (ONE, TWO)}
    found = errors(check(tiny_order(booklet({BOOK: FILES[BOOK] + part} | own), editions=("VIC",))))
    assert {(each.code, str(each.place)) for each in found} == {("BOX-002", f"{BOOK}:{FILES[BOOK].count(chr(10)) + 2}")}
