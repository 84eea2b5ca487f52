"""Differences: what a comparison finds is what was changed, where it is printed, and no more."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable, Sequence
from html.parser import HTMLParser
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from click.testing import CliRunner

from booklet.build import build
from booklet.cli import main
from booklet.differences import (
    Block,
    Change,
    Comparison,
    as_data,
    as_html,
    as_text,
    changed_numbers,
    compare_sources,
    difference,
    sources,
)
from booklet.differences.alignment import changes
from booklet.store import CACHE, Store
from booklet.words import english
from tests import tiny
from tests.conftest import PROJECT, TODAY
from tests.edits import EDITS, Printed, edited, expected
from tests.finished import Finished, seed

Booklet = Callable[..., Path]


def printed(comparison: Comparison) -> list[Printed]:
    """What a comparison found, as the edits say what they change."""
    return sorted(
        (change.block.part, change.what, words_of(change, "removed"), words_of(change, "added"))
        for row in comparison.titles
        for change in row.changes
    )


def words_of(change: Change, side: str) -> str:
    return " ".join(words for kind, words in change.runs if kind == side)


@pytest.fixture(scope="module")
def thirty(tmp_path_factory: pytest.TempPathFactory) -> Comparison:
    """The real chapters against a copy with all edits: composed and laid out; no file is made."""
    folder = tmp_path_factory.mktemp("edited")
    seed(folder / CACHE)
    store = Store(folder / CACHE)
    states = sources(PROJECT, "old", TODAY, store), sources(edited(folder), "new", TODAY, store)
    return compare_sources(*states, ("main",), ("VIC",))


@pytest.mark.slow
def test_thirty_edits_are_found_and_nothing_else(thirty: Comparison) -> None:
    assert len(EDITS) == 30
    assert printed(thirty) == expected()
    assert thirty.notes == ()


@pytest.mark.slow
def test_each_is_said_to_be_where_the_finished_file_has_it(
    thirty: Comparison, finish: Callable[[str, str, str], Finished]
) -> None:
    """The old words stand on the page whose folio is named: asked of pdfium, which knows nothing of blocks."""
    document = pypdfium2.PdfDocument(finish("VIC", "main", "screen").files[0].content)
    pages = {
        document.get_page_label(i): letters(page.get_textpage().get_text_range()) for i, page in enumerate(document)
    }
    found = [change for row in thirty.titles for change in row.changes if change.old]
    assert len(found) > 25
    for change in found:
        assert change.old
        start = letters(change.old.words.replace("|", " ").replace("#", " "))[:30]
        assert start in pages[change.old.folio], (change.old.folio, change.old.words)


def letters(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower().replace("\ufb01", "fi").replace("\ufb02", "fl"))


def against(booklet: Booklet, folder: Path, overlay: tiny.Overlay, pictures: bool = False) -> Comparison:
    """The tiny booklet against one with an overlay."""
    new = tiny.write(folder / "new", overlay)
    return difference(str(booklet()), str(new), new, TODAY, pictures=pictures)


def test_nothing_changed_is_nothing_found(booklet: Booklet, tmp_path: Path) -> None:
    found = against(booklet, tmp_path, {})
    assert found.count == 0 and "Nothing that is printed changed" in as_text(found)


def test_editions_that_share_a_change_share_its_row(booklet: Booklet, tmp_path: Path) -> None:
    overlay = tiny.changed(tiny.ONE, "One point", "One good point") | tiny.changed(
        tiny.STATES, "5550 1234", "5550 4321"
    )
    found = against(booklet, tmp_path, overlay)
    assert [(row.editions, len(row.changes)) for row in found.titles] == [(("VIC", "WA"), 1), (("VIC",), 1)]
    (change,) = found.titles[1].changes
    assert (
        changed_numbers(change) == (("(03) 5550 1234",), ("(03) 5550 4321",)) and change.block.id == "service-vic-group"
    )


def test_pages_that_move_are_no_change_of_what_refers_to_them(booklet: Booklet, tmp_path: Path) -> None:
    """A chapter pushed to a later page leaves contents and references as they are."""
    more = "\n\n".join(
        f"Paragraph {number} of the text that is new here, long enough to fill a line." for number in range(60)
    )
    found = against(booklet, tmp_path, tiny.changed(tiny.ONE, "Ring {{", f"{more}\n\nRing {{{{"))
    assert {change.what for row in found.titles for change in row.changes} == {"added"}
    assert {change.block.part for row in found.titles for change in row.changes} == {"one"}


def test_a_title_that_one_state_lacks_is_said(booklet: Booklet, tmp_path: Path) -> None:
    found = against(booklet, tmp_path, tiny.INSERT)
    assert "The title 'bone' is only in" in " ".join(found.notes)


def test_faults_of_a_state_are_said(booklet: Booklet, tmp_path: Path) -> None:
    found = against(booklet, tmp_path, tiny.changed(tiny.STATES, "name: A group", "nome: A group"))
    assert "has faults" in found.notes[0] and found.count


def test_a_reference_to_what_is_nowhere_does_not_end_it(booklet: Booklet, tmp_path: Path) -> None:
    found = against(booklet, tmp_path, tiny.changed(tiny.ONE, "## A heading", "## One heading"))
    assert [(change.block.part, change.what) for row in found.titles for change in row.changes] == [("one", "changed")]


def test_pictures_drawn_otherwise_are_found(booklet: Booklet, tmp_path: Path) -> None:
    found = against(booklet, tmp_path, tiny.changed("chapters/images/plain.svg", "#e2eff7", "#ffffff"))
    rows = [change for row in found.titles for change in row.changes]
    assert rows and {change.block.kind for change in rows} == {"picture"}


def block(words: str, id: str = "", kind: str = "paragraph") -> Block:
    return Block("part", "Part", id, id or words, kind, words)  # type: ignore[arg-type]


def told(rows: Sequence[Change]) -> list[tuple[str, str, str]]:
    return [(row.what, row.old.words if row.old else "", row.new.words if row.new else "") for row in rows]


A, B, C = (block(words) for words in ("One fish swims.", "Two birds fly high.", "Three old dogs bark."))
HEAD, OTHER = block("A title", "a", "heading"), block("Another", "b", "heading")


@pytest.mark.parametrize(
    ("old", "new", "rows"),
    [
        ([A, B], [A, B], []),
        ([A, B], [A], [("removed", B.words, "")]),
        ([A], [A, B], [("added", "", B.words)]),
        ([A, B], [A, block("Two birds fly low.")], [("changed", B.words, "Two birds fly low.")]),
        ([A], [C], [("changed", A.words, C.words)]),
        ([HEAD, A, OTHER, B], [HEAD, OTHER, B, A], [("moved", A.words, A.words)]),
        ([HEAD, A], [block("New title", "n", "heading"), A], [("changed", "A title", "New title")]),
        ([HEAD, A], [block("A better title", "a", "heading"), A], [("changed", "A title", "A better title")]),
        ([HEAD, A, OTHER, A], [HEAD, OTHER, A], [("removed", A.words, "")]),
    ],
    ids=["same", "gone", "new", "changed", "replaced", "moved", "new id", "same id", "one of two alike"],
)
def test_blocks_are_aligned_by_id_and_then_by_words(
    old: list[Block], new: list[Block], rows: list[tuple[str, str, str]]
) -> None:
    assert told(changes(old, new)) == rows


def test_words_between_the_runs_are_those_of_both_sides() -> None:
    (change,) = changes([block("a b c d")], [block("a x c d e")])
    assert change.runs == (("same", "a"), ("removed", "b"), ("added", "x"), ("same", "c d"), ("added", "e"))


def test_ordinals() -> None:
    told = [english().ordinal(number) for number in (1, 12, 13, 21, 22, 23, 60, 111)]
    assert told == ["first", "twelfth", "13th", "21st", "22nd", "23rd", "60th", "111"]


class _Page(HTMLParser):
    """Notes the tags of a page and every address in it."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.without_alt = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.append(tag)
        self.addresses += [str(given[name]) for name in ("src", "href") if name in given]
        self.without_alt += tag == "img" and not given.get("alt")


def test_the_page_needs_nothing_else_and_marks_what_changed(booklet: Booklet, tmp_path: Path) -> None:
    overlay = tiny.changed(tiny.ONE, "One point", "One \\<script> point")
    page = _Page()
    html = as_html(against(booklet, tmp_path, overlay, pictures=True))
    page.feed(html)
    assert "script" not in page.tags and "link" not in page.tags and page.without_alt == 0
    assert all(address.startswith(("data:image/png;base64,", "#")) for address in page.addresses)
    assert page.tags.count("img") == 2 and "&lt;script&gt;" in html
    boxes = re.findall(r"left:([\d.]+)%;top:([\d.]+)%;width:([\d.]+)%;height:([\d.]+)%", html)
    assert len(boxes) == 2 and all(0 < float(side) < 100 for box in boxes for side in box)


def run(*arguments: object) -> tuple[int, str]:
    done = CliRunner().invoke(main, ["diff", *map(str, arguments)])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.output


def test_the_command_tells_it_as_data(booklet: Booklet, tmp_path: Path) -> None:
    linked = tiny.changed(tiny.TWO, "#one-a-heading", "#one-one-heading")
    new = tiny.write(tmp_path / "new", tiny.changed(tiny.ONE, "A heading", "One heading") | linked)
    status, output = run(booklet(), new, "--project", new, "--date", TODAY, "--format", "json")
    data = json.loads(output)
    assert status == 0 and data["changes"] == 1
    (change,) = data["titles"][0]["changes"]
    assert change["old"]["words"] == "A heading" and change["new"]["source"] == f"{tiny.ONE}:13"
    assert change["place"] == "page 1, second heading"


def test_two_editions_of_one_project(booklet: Booklet) -> None:
    status, output = run("vic", "WA", "--project", booklet(), "--date", TODAY)
    assert status == 0 and "[-Victoria-] {+Western Australia+}" in output


@pytest.fixture
def repository(booklet: Booklet) -> Path:
    """The tiny booklet, committed, in a folder of its repository; then a word is changed."""
    project = booklet()
    top = project.parent
    for arguments in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "One"]):
        names = ["-c", "user.name=T", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"]
        subprocess.run(["git", *names, *arguments], cwd=top, check=True)
    path = project / tiny.TWO
    path.write_text(path.read_text().replace("A paragraph", "A short paragraph"))
    return project


def test_a_git_revision_is_compared_and_nothing_of_the_folder_touched(repository: Path) -> None:
    def stamps() -> dict[Path, tuple[int, int]]:
        files = [path for path in repository.parent.rglob("*") if path.is_file() and CACHE not in path.parts]
        return {path: (path.stat().st_mtime_ns, path.stat().st_size) for path in files}

    before = stamps()
    status, output = run("HEAD", "--project", repository, "--date", TODAY)
    assert status == 0 and "A {+short+} paragraph" in output
    assert stamps() == before


@pytest.mark.parametrize("name", ["no-such", "--upload-pack=x", "HEAD~9", "", "a\0b", "-"], ids=ascii)
def test_a_revision_that_is_none_is_a_message(repository: Path, name: str) -> None:
    status, output = run("--project", repository, "--", name, repository)
    assert status == 2 and output.count("\n") == 1 and ("is no file" in output or "Git" in output)


def test_a_revision_without_chapters_is_a_message(repository: Path) -> None:
    status, output = run("HEAD", repository, "--project", repository / "chapters")
    assert status == 2 and "has no folder chapters/" in output


@pytest.fixture(scope="module")
def builds(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The tiny booklet built twice, the second time with two words more."""
    folders = []
    for name, overlay in (("one", {}), ("two", tiny.changed(tiny.ONE, "One point", "One good and true point"))):
        project = tiny.write(tmp_path_factory.mktemp(name), overlay)
        receipt = build(tiny.order(project, editions=("VIC",), formats=("screen",)))
        assert receipt.files, receipt.findings
        folders.append(project)
    return folders[0], folders[1]


@pytest.mark.slow
def test_builds_and_files_are_compared_as_their_sources_are(builds: tuple[Path, Path]) -> None:
    one, two = builds
    wanted = [("one", "changed", "", "good and true")]
    assert printed(difference(str(one), str(two), one, TODAY, editions=("VIC",))) == wanted
    assert printed(difference(str(one / "dist"), str(two / "dist"), one, TODAY)) == wanted
    files = [next((project / "dist/VIC").glob("*.pdf")) for project in builds]
    found = difference(str(files[0]), str(files[1]), one, TODAY, pictures=True)
    assert printed(found) == wanted and found.titles[0].changes[0].old
    assert found.titles[0].changes[0].old.folio == "1" and found.pages[0].new and found.pages[0].new.marks
    assert as_data(found)["titles"][0]["editions"] == [""]


@pytest.mark.slow
def test_a_build_says_what_its_sources_say(builds: tuple[Path, Path]) -> None:
    """The blocks of a finished file are those of the composed parts, though nothing but the pages tells of them."""
    for project in builds:
        found = difference(str(project / "dist"), str(project), project, TODAY, titles=("main",))
        assert printed(found) == []


@pytest.mark.slow
def test_files_that_cannot_be_compared_are_messages(builds: tuple[Path, Path], tmp_path: Path) -> None:
    file = next((builds[0] / "dist/VIC").glob("*.pdf"))
    content = file.read_bytes()
    spoilt = {name: tmp_path / f"{name}.pdf" for name in ("damaged", "encrypted", "foreign", "untagged", "empty")}
    spoilt["damaged"].write_bytes(content[: len(content) // 2])
    spoilt["empty"].write_bytes(b"")
    with pikepdf.open(file) as pdf:
        pdf.save(spoilt["encrypted"], encryption=pikepdf.Encryption(owner="o", user="u"))
    with pikepdf.open(file) as pdf:
        del pdf.Root.StructTreeRoot
        pdf.save(spoilt["untagged"])
    with pikepdf.open(file) as pdf:
        del pdf.trailer.Info.Creator
        pdf.save(spoilt["foreign"])
    words = {
        "damaged": "cannot be read as a PDF", "empty": "cannot be read as a PDF", "encrypted": "is encrypted",
        "foreign": "was not made by booklet", "untagged": "is not tagged",
    }  # fmt: skip
    for name, path in spoilt.items():
        status, output = run(file, path, "--project", builds[0])
        assert (status, words[name] in output, output.count("\n")) == (2, True, 1), (name, output)
    status, output = run(file, builds[0], "--project", builds[0])
    assert status == 2 and "name two PDFs" in output
