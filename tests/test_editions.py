"""The walk from end to end, on the real chapters: eight editions, read back and judged from outside."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pikepdf
import pytest

from booklet.build import Order, Receipt, build
from booklet.composing.views import services_of
from booklet.jobs import kept_sources
from booklet.manuscript import Service, read, shipped_country
from booklet.phones import parse_phone, phone_candidates
from booklet.today import Today
from tests import reading
from tests.conftest import CODES, PROJECT, TODAY, needs
from tests.judges import complaints, judged

PLAN = shipped_country("au").plan
NUMBER = r"(?:^|[ \u00a0])(\d+)$"


def tree_of(real: tuple[Order, Receipt], code: str) -> tuple[pikepdf.Pdf, reading.Tree]:
    order, receipt = real
    entry = next(entry for entry in receipt.files if entry.edition == code)
    pdf = pikepdf.Pdf.open(order.dist / entry.file)
    return pdf, reading.structure(pdf)


def test_eight_editions_come_out_without_an_error(real: tuple[Order, Receipt]) -> None:
    _, receipt = real
    assert [str(f) for f in receipt.findings if f.code != "SRC-040"] == []
    assert [entry.edition for entry in receipt.files] == CODES
    assert all(entry.pages % 4 == 0 for entry in receipt.files)


@pytest.mark.parametrize("code", CODES)
def test_an_edition_has_all_chapters_its_directory_and_its_order_code(real: tuple[Order, Receipt], code: str) -> None:
    manuscript, _ = read(PROJECT, Today(TODAY))
    assert manuscript
    edition = next(edition for edition in manuscript.editions if edition.code == code)
    pdf, tree = tree_of(real, code)
    words = reading.text(tree).replace("\u00a0", " ")
    titles = [title for depth, title, _ in reading.outline(pdf) if depth == 0]
    for chapter in manuscript.chapters:
        assert any(title.endswith(chapter.head.title) for title in titles)
    assert edition.codes["standard"] in words
    for service in services_of(manuscript, edition):
        assert re.sub(r"\s+", " ", service.name).replace("'", "\u2019") in words
    others = {e.codes["standard"] for e in manuscript.editions if e.code != code}
    assert not [other for other in others if other in words]


def numbers_of(service: Service) -> set[str]:
    """The digits of the numbers to ring and to text."""
    return {number.digits for number in service.numbers}


@pytest.mark.parametrize("code", CODES)
def test_no_number_of_another_state_is_in_the_finished_file(real: tuple[Order, Receipt], code: str) -> None:
    manuscript, _ = read(PROJECT, Today(TODAY))
    assert manuscript
    edition = next(edition for edition in manuscript.editions if edition.code == code)
    allowed = {number for service in services_of(manuscript, edition) for number in numbers_of(service)}
    line = manuscript.book.order_line
    assert line and line.phone
    allowed.add(line.phone.digits)
    pdf, tree = tree_of(real, code)
    words = reading.text(tree)
    shown = {parse_phone(words[a:b], PLAN).digits for a, b in phone_candidates(words, (PLAN,))}
    assert shown and shown <= allowed
    foreign = {number for service in manuscript.services for number in numbers_of(service)} - allowed
    digits = re.sub(r"(?<=\d)[ \u00a0](?=\d)", "", words)
    assert not [number for number in foreign if re.search(rf"(?<!\d){number}(?!\d)", digits)]
    dialled = {target for _, target, _ in reading.links(pdf) if target.startswith(("tel:", "sms:"))}
    assert {target.partition(":")[2] for target in dialled} <= {parse_phone(n, PLAN).uri[4:] for n in allowed}
    written = {way.number.uri.replace("tel:", "sms:") for service in manuscript.services for way in service.sms}
    assert {target for target in dialled if target.startswith("sms:")} == written


@pytest.mark.parametrize("code", CODES)
def test_numbers_do_not_break_over_a_line(real: tuple[Order, Receipt], code: str) -> None:
    """Each link that dials has one annotation, so one line."""
    pdf, tree = tree_of(real, code)
    annotations = sum(target.startswith(("tel:", "sms:")) for _, target, _ in reading.links(pdf))
    texts = [reading.text(kid) for kid in walk(tree) if kid[0] == "Link"]
    numbers = [text for text in texts if re.fullmatch(r"000|[\d\u00a0()]{6,}", text)]
    assert annotations == len(numbers)
    assert all(parse_phone(number, PLAN).text == number for number in numbers)


@pytest.mark.slow
def test_every_printed_page_number_is_that_of_the_page_it_leads_to(
    real: tuple[Order, Receipt], large: tuple[Order, Receipt], inserts: tuple[Order, Receipt]
) -> None:
    """Contents, references in the text, glossary and index, in every file."""
    seen = 0
    for order, receipt in (real, large, inserts):
        for entry in receipt.files:
            with pikepdf.open(order.dist / entry.file) as pdf:
                rows = [(text, label) for text, label in reading.references(pdf) if re.search(NUMBER, text)]
            wrong = [(text, label) for text, label in rows if re.findall(NUMBER, text) != [label]]
            assert not wrong, entry.file
            seen += len(rows)
    assert seen > 3000


@pytest.mark.slow
def test_the_glossary_names_the_page_on_which_each_chapter_first_uses_a_word(real: tuple[Order, Receipt]) -> None:
    """Read off the page itself: the page that an anchor of the glossary names has a link to the word."""
    order, receipt = real
    with pikepdf.open(order.dist / receipt.files[0].file) as pdf:
        names = {str(name): dest for name, dest in pikepdf.NameTree(pdf.Root.Names.Dests).items()}
        words_on: dict[str, set[str]] = {}
        for page in pdf.pages:
            for annotation in page.get("/Annots", []):
                target = str(annotation.get("/Dest", ""))
                if target.startswith("word-"):
                    words_on.setdefault(str(page.label), set()).add(target.removeprefix("word-"))
        labels = {page.obj.objgen: str(page.label) for page in pdf.pages}
        uses = [name for name in names if name.startswith("use-")]
        assert len(uses) > 40
        for name in uses:
            label = labels[names[name][0].objgen]
            assert any(name.startswith(f"use-{word}-") for word in words_on[label]), name


def test_the_index_names_each_page_once_and_in_order(real: tuple[Order, Receipt]) -> None:
    _, tree = tree_of(real, "VIC")
    index = next(kid for kid in walk(tree) if kid[0] == "Index")
    items = [reading.text(kid) for kid in walk(index) if kid[0] == "LI"]
    rows = [[int(number) for number in re.findall(r"\b\d+\b(?= ?,|$)", item)] for item in items]
    assert len(rows) > 40
    assert [row for row in rows if row != sorted(set(row)) or not row] == []


@pytest.mark.slow
def test_preflight_has_nothing_to_say_of_any_file(
    real: tuple[Order, Receipt], large: tuple[Order, Receipt], inserts: tuple[Order, Receipt]
) -> None:
    """Sizes, leading, lines, contrast on screen and in grey, structure: no error and no warning, in any format."""
    findings = [finding for _, receipt in (real, large, inserts) for finding in receipt.findings]
    assert [str(finding) for finding in findings if finding.code != "SRC-040"] == []


def test_contents_list_the_folio_on_which_each_chapter_starts(real: tuple[Order, Receipt]) -> None:
    pdf, tree = tree_of(real, "VIC")
    labels = [str(page.label) for page in pdf.pages]
    starts = {title: labels[index] for depth, title, index in reading.outline(pdf) if depth == 0}
    contents = [reading.text(kid) for kid in walk(tree) if kid[0] == "TOCI"]
    assert len(contents) >= 18
    for row in contents:
        title, _, folio = row.rpartition(" ")
        assert starts[title] == folio


def walk(tree: reading.Tree) -> list[reading.Tree]:
    found = [tree]
    for kid in tree[1]:
        if isinstance(kid, tuple):
            found += walk(kid)
    return found


def test_a_chapter_starts_on_the_same_folio_in_every_state(real: tuple[Order, Receipt]) -> None:
    starts = []
    for code in CODES:
        pdf, _ = tree_of(real, code)
        rows = [(title, str(pdf.pages[index].label)) for depth, title, index in reading.outline(pdf) if depth == 0]
        starts.append([row for row in rows if re.match(r"\d+ |Support directory", row[0])])
    assert all(rows == starts[0] for rows in starts)


def test_a_second_run_makes_nothing_and_says_the_same(
    real: tuple[Order, Receipt], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Told from hashes: the walk itself is never entered."""
    order, first = real
    monkeypatch.setitem(sys.modules, "booklet.walk", None)
    again = build(order)
    assert (again.built, again.typeset, again.reused) == (0, 0, 0)
    assert (again.files, again.findings) == (first.files, first.findings)


def test_qpdf_accepts_every_file(real: tuple[Order, Receipt]) -> None:
    needs("qpdf")
    order, receipt = real
    for entry in receipt.files:
        done = subprocess.run(["qpdf", "--check", str(order.dist / entry.file)], capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr


def test_poppler_reads_the_same_words(real: tuple[Order, Receipt]) -> None:
    needs("pdftotext")
    order, receipt = real
    entry = next(entry for entry in receipt.files if entry.edition == "TAS")
    command = ["pdftotext", str(order.dist / entry.file), "-"]
    words = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    manuscript, _ = read(PROJECT, Today(TODAY))
    assert manuscript
    code = next(edition for edition in manuscript.editions if edition.code == "TAS").codes["standard"]
    for needed in ("Steady Ground", "Tasmania", code, "Sample text, not yet reviewed by a clinician"):
        assert needed in words


@pytest.mark.slow
@pytest.mark.parametrize("profile", ["ua1", "2a"])
def test_verapdf_accepts_every_screen_file_as_pdf_ua_1_and_pdf_a_2a(
    verapdf: str, real: tuple[Order, Receipt], profile: str
) -> None:
    order, receipt = real
    files = [order.dist / entry.file for entry in receipt.files]
    assert judged(verapdf, files, profile) == {file.name: True for file in files}


@pytest.mark.slow
@pytest.mark.parametrize("profile", ["ua1", "2a"])
def test_verapdf_accepts_every_insert(verapdf: str, inserts: tuple[Order, Receipt], profile: str) -> None:
    order, receipt = inserts
    files = [order.dist / entry.file for entry in receipt.files]
    assert judged(verapdf, files, profile) == {file.name: True for file in files}


@pytest.mark.slow
@pytest.mark.parametrize("profile", ["ua2", "wt1a"])
def test_verapdf_accepts_every_pdf_ua_2_variant(verapdf: str, real: tuple[Order, Receipt], profile: str) -> None:
    order, _ = real
    receipt = build(replace(order, pdf_ua=2))
    assert [str(f) for f in receipt.findings if f.severity == "error"] == []
    files = [order.dist / entry.file for entry in receipt.files]
    assert len(files) == 8 and all(file.name.endswith("-screen-ua2.pdf") for file in files)
    assert judged(verapdf, files, profile) == {file.name: True for file in files}


@pytest.mark.slow
def test_verapdf_refuses_a_file_that_is_not_marked_as_tagged(
    verapdf: str, real: tuple[Order, Receipt], tmp_path: Path
) -> None:
    order, receipt = real
    with pikepdf.Pdf.open(order.dist / receipt.files[0].file) as pdf:
        del pdf.Root.MarkInfo
        pdf.save(tmp_path / "spoilt.pdf")
    assert judged(verapdf, [tmp_path / "spoilt.pdf"], "ua1") == {"spoilt.pdf": False}


@pytest.mark.slow
def test_what_verapdf_finds_is_told_at_its_chapter_line(
    verapdf: str, real: tuple[Order, Receipt], tmp_path: Path
) -> None:
    """A figure that loses its words while the file is spoilt is found again in the chapter that holds it."""
    order, receipt = real
    file = order.dist / receipt.files[0].file
    lines = kept_sources(order.project, file.read_bytes()).by_mark
    assert lines
    with pikepdf.Pdf.open(file) as pdf:
        chapters = [path.read_text("utf-8") for path in (order.project / "chapters").glob("*.md")]
        written = "\n".join(row for text in chapters for row in text.splitlines() if row.startswith("::: figure"))
        figure = next(
            thing
            for thing in pdf.objects
            if isinstance(thing, pikepdf.Dictionary)
            and thing.get("/S") == "/Figure"
            and f'alt="{thing.get("/Alt")}"' in written
        )
        del figure["/Alt"]
        pdf.save(tmp_path / "spoilt.pdf")
    (complaint,) = complaints(verapdf, tmp_path / "spoilt.pdf", "ua1", lines)
    place, _, message = complaint.partition(": ")
    file_name, _, line = place.rpartition(":")
    assert "::: figure" in (order.project / file_name).read_text("utf-8").splitlines()[int(line) - 1]
    assert "Alt" in message or "alternat" in message.lower()
