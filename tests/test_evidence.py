"""The evidence: what the project knows of each chapter, and plain words where it knows nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from click.testing import CliRunner
from playwright.sync_api import sync_playwright

from booklet.cli import main
from booklet.evidence import EvidenceError, as_html, as_pdf, evidence
from booklet.transcript import heard
from tests.browsers import FLAGS, NAMES, browser_path
from tests.conftest import PROJECT, TODAY, needs
from tests.judges import judged
from tests.signed import BY, edit, git, signed_off
from tests.tiny import FILES, ONE, TWO, Overlay

Booklet = Callable[..., Path]
RATED = """\
- tool: PEMAT-P
  by: the testers
  items:
  - {item: '1', asks: its purpose, where: cover, met: 'yes'}
  - {item: '2', asks: nothing else, where: all, met: 'no'}
"""
OVERLAY: Overlay = {
    ONE: FILES[ONE].replace("sources: [fact]", "authors: [A. Writer]") + "\n[facts: fact]\n\n## More\n\nSome words.\n",
    "chapters/understandability.yaml": RATED,
    "chapters/undecided.yaml": "- {question: When, where: here, sources: null, text: says nothing}\n",
    "chapters/testing.yaml": (
        "- {day: 2026-11-01, readers: 5, chapters: [one], method: Read aloud., found: A long word., changed: null}\n"
    ),
}


def page_of(project: Path, *arguments: str) -> str:
    html = as_html(evidence(project, TODAY, *arguments)).partition("<body>")[2]
    return " ".join(re.sub(r"<[^>]+>", " ", html).split()).replace("\u00a0", " ")


def test_it_tells_what_is_there_and_what_is_missing(booklet: Booklet) -> None:
    text = page_of(booklet(OVERLAY))
    for words in (
        "Written by A. Writer", "Written by Nobody is named.", "Signed off By nobody yet.", "years of school",
        "1 November 2026, 5 readers: Read aloud. Found: A long word. Nothing was changed yet.",
        "Tested with readers None yet.", "A fact. fact: https://example.org/fact ; its page has no date.",
        "More (chapters/01-one.md:19): names no sources.",
        "1 of 2 items are met", "Rated by the testers.", "When here Nothing says nothing",
        "2. Training The project holds nothing on it.", "0 of 2 chapters are signed off",
    ):  # fmt: skip
        assert words in text, words


def test_it_names_who_signed_and_what_changed_since(booklet: Booklet) -> None:
    project = booklet()
    assert signed_off(project, "two", *BY).exit_code == 0
    assert "Dr A. Name, oncologist, 20 November 2026: holds." in page_of(project)
    edit(project, TWO, "A paragraph", "One paragraph")
    assert "The words are not known: what was read is in no revision of git." in page_of(project)
    edit(project, TWO, "One paragraph", "A paragraph")
    git(project, "init", "-q")
    git(project, "add", "-A")
    git(project, "commit", "-qm", "signed")
    edit(project, TWO, "A paragraph", "One paragraph")
    text = page_of(project, "", "two")
    assert "withdrawn, because the chapter was changed since" in text
    assert f"{TWO}:9: [-A-] {{+One+}} paragraph in Victoria." in text and "Chapter one" not in text


def test_of_an_edition_it_tells_what_that_one_prints(booklet: Booklet) -> None:
    project = booklet()
    assert signed_off(project, "two", *BY).exit_code == 0
    edit(project, TWO, "A paragraph in", "{% if edition.code == 'WA' %}New.{% endif %} A paragraph in")
    assert "holds." in page_of(project, "vic") and "edition for Victoria" in page_of(project, "vic")
    assert "withdrawn" in page_of(project, "WA")


@pytest.mark.parametrize("arguments", [("NOPE", ""), ("", "nope")])
def test_what_is_not_there_is_told(booklet: Booklet, arguments: tuple[str, str]) -> None:
    project, (edition, chapter) = booklet(), arguments
    result = CliRunner().invoke(
        main, ["evidence", "--project", str(project), "--edition", edition, "--chapter", chapter, "--out", "/nowhere"]
    )
    assert result.exit_code == 2 and result.stderr.startswith("No ")


def test_a_booklet_in_another_language_has_none() -> None:
    with pytest.raises(EvidenceError, match="another language"):
        evidence(PROJECT / "samples/vi", TODAY)


@pytest.fixture
def sheets(booklet: Booklet, tmp_path: Path) -> Path:
    path = tmp_path / "evidence.pdf"
    path.write_bytes(as_pdf(evidence(booklet(OVERLAY), TODAY)))
    return path


def test_the_sheets_are_heard_in_order(sheets: Path) -> None:
    lines, notes = heard(sheets, "outline")
    text = "\n".join(lines)
    assert not notes
    assert text.index("Ten steps") < text.index("Chapter one") < text.index("PEMAT-P") < text.index("Still to decide")


def test_verapdf_accepts_the_sheets(sheets: Path, verapdf: str) -> None:
    assert judged(verapdf, [sheets], "ua1") == {"evidence.pdf": True}


def faults_for_axe(html: str) -> int:
    if browser_path() is None:
        needs(NAMES[0])
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path(), args=list(FLAGS))
        page = browser.new_page(bypass_csp=True)
        page.set_content(html)
        count: int = Axe().run(page).violations_count
        browser.close()
    return count


def test_axe_finds_nothing_on_the_page(booklet: Booklet) -> None:
    assert faults_for_axe(as_html(evidence(booklet(OVERLAY), TODAY))) == 0


@pytest.mark.slow
def test_the_evidence_of_the_real_booklet_is_without_fault(tmp_path: Path, verapdf: str) -> None:
    told = evidence(PROJECT, TODAY)
    (tmp_path / "evidence.pdf").write_bytes(as_pdf(told))
    assert judged(verapdf, [tmp_path / "evidence.pdf"], "ua1") == {"evidence.pdf": True}
    assert faults_for_axe(as_html(told)) == 0
