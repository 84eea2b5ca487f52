"""The structure is compared with the source, findings name its lines, and waivers are held to their word."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from pikepdf import Name, Pdf, String

from booklet.cli import main
from booklet.findings import Place
from booklet.finishing import Origin, PlacedIn
from booklet.jobs import keep_origins
from booklet.manuscript import Waiver, read_waivers
from booklet.pdf import IDENTITY
from booklet.preflight import PROFILES, Promise, Report, Sources, examine, source_text, unused
from booklet.store import CACHE, Store
from booklet.typesetting import WrittenFacts, facts_key
from tests import pdfs
from tests.pdfs import element, shown
from tests.pdfs import replace as reword

PAGES = [
    "<h1>Cover</h1><p>Words to open with</p>",
    """<head><title>Not heard</title><style>p {}</style></head><h1>Heading</h1><p>The first line <b>of a text</b>.</p>
    <h2>Smaller heading</h2><ul><li>An item of a list</li></ul>
    <table><tr><th>Name</th><th>Number</th></tr><tr><td>One</td><td>Two</td></tr></table>
    <p><a href="#x">Where it leads</a></p><ol><li>Heading</li></ol><p>A note</p>
    <img src="x.png" alt="A grey square"><img src="rule.png" alt="">""",
    "<p>Words upon the third page</p>",
    "<p>Words upon the back cover</p>",
]
PROMISE = Promise(
    "file.pdf", ("1", "2", "3", "4"), (148, 210), "Words", "en-AU", 0, frozenset(), source_text=source_text(PAGES)
)


def found(content: bytes, pages: list[str] = PAGES) -> Report:
    return examine(content, "file.pdf", PROFILES["screen"], replace(PROMISE, source_text=source_text(pages)))


def swap(pdf: Pdf) -> None:
    kids = pdf.Root.StructTreeRoot.K.K
    kids[3], kids[5] = kids[5], kids[3]


SPOILT: dict[str, tuple[Callable[[Pdf], None], str]] = {
    "order": (swap, "ACC-301"),
    "words": (lambda pdf: reword(pdf, shown("Words upon the third page"), shown("Other words"), page=2), "ACC-301"),
    "heading": (lambda pdf: element(pdf, "H2").__setattr__("S", Name.P), "ACC-302"),
    "level": (lambda pdf: element(pdf, "H2").__setattr__("S", Name.H1), "ACC-302"),
    "alternative": (lambda pdf: element(pdf, "Figure").__setattr__("Alt", String("x1.png")), "ACC-303"),
    "link": (lambda pdf: element(pdf, "Link").__setattr__("ActualText", String("Where it leads you")), ""),
}  # fmt: skip


def test_a_file_that_says_what_its_source_says_is_clean() -> None:
    assert [f for f in found(pdfs.saved(pdfs.clean())).findings if "Shipped fonts" not in f.expected] == []


@pytest.mark.parametrize("name", SPOILT)
def test_what_differs_from_the_source_is_caught(name: str) -> None:
    spoil, code = SPOILT[name]
    codes = {complaint.code for complaint in found(pdfs.spoilt("screen", spoil)).complaints}
    assert codes == ({code} if code else set())


def test_a_link_that_reads_otherwise_is_caught() -> None:
    pages = [page.replace("Where it leads</a>", "Where</a> it leads") for page in PAGES]
    assert found(pdfs.saved(pdfs.clean()), pages).complaints == ()
    pages = [page.replace('<p><a href="#x">Where', '<p>Where <a href="#x">Or') for page in PAGES]
    codes = {complaint.code for complaint in found(pdfs.saved(pdfs.clean()), pages).complaints}
    assert codes == {"ACC-304", "ACC-301"}


def test_page_numbers_that_the_source_does_not_know_are_passed_over() -> None:
    source = source_text(["<p>See page \ue010family\ue011 for more, and page \ue010work\ue011.</p>"])
    assert source.texts == (("See page ", " for more, and page ", "."),)


def test_a_finding_names_the_line_of_the_source(tmp_path: Path) -> None:
    content = pdfs.spoilt("screen", lambda pdf: element(pdf, "Figure").__delitem__("/Alt"))
    pdfs.path_of(tmp_path, content)
    number = figure_number()
    lines = ((), (*("" for _ in range(number)), "chapters/04-liver.md:42"))
    store = Store(tmp_path / CACHE)
    store.save(facts_key("segment"), WrittenFacts((), lines))
    in_order = tuple(PlacedIn(page, page, IDENTITY) for page in range(2))
    keep_origins(store, content, (Origin("segment", "chapters/04-liver.md", in_order, True),))
    options = ["--profile", "screen", "--project", str(tmp_path)]
    told_of = CliRunner().invoke(main, ["preflight", str(tmp_path / "file.pdf"), *options])
    assert told_of.output.startswith("chapters/04-liver.md:42: error ACC-113: file.pdf: Page 2 at 21, ")


def figure_number() -> int:
    pdf = pdfs.clean()
    return int(element(pdf, "Figure").K[0])


NEVER_WAIVED = [
    "LNK-010", "LNK-011", "BOX-115", "ACC-301", "ACC-302", "ACC-303", "ACC-304", "ACC-101", "ACC-107", "ACC-109",
    "ACC-110", "ACC-116", "FNT-103", "FNT-105", "SYS-104", "SYS-105", "LNK-101",
]  # fmt: skip
"""Text lost or cut, structure, links and numbers of another state, and what could not be checked."""
WAIVERS = """\
[[waiver]]
code = "{code}"
where = "{where}"
reason = "Agreed with the printer."
"""


def waivers(folder: Path, text: str) -> tuple[Waiver, ...]:
    (folder / "chapters").mkdir()
    (folder / "chapters/waivers.toml").write_text(text)
    read, faults = read_waivers(folder)
    assert faults == []
    return read


@pytest.mark.parametrize(
    ("where", "holds"),
    [("*.pdf", True), ("file.pdf", True), ("chapters/04-liver.md", True), ("chapters/04-liver.md:42", True),
     ("chapters/05-lung.md", False), ("other.pdf", False)],
)  # fmt: skip
def test_a_waiver_holds_for_its_place_alone(tmp_path: Path, where: str, holds: bool) -> None:
    given = waivers(tmp_path, WAIVERS.format(code="ACC-124", where=where))
    content = pdfs.spoilt("screen", lambda pdf: element(pdf, "Figure").__delitem__("/Alt"))
    sources = {(1, figure_number()): Place("chapters/04-liver.md", 42)}
    report = examine(content, "file.pdf", PROFILES["screen"], None, Sources(sources), given)
    assert [complaint.code for complaint in report.complaints] == ["ACC-113"]
    (finding,) = unused(given, [report])
    assert (finding.code, str(finding.place)) == ("SYS-109", "chapters/waivers.toml:1")
    fitting = [waiver.model_copy(update={"code": "ACC-113"}) for waiver in given]
    report = examine(content, "file.pdf", PROFILES["screen"], None, Sources(sources), fitting)
    assert (report.complaints == ()) == holds
    assert bool(unused(fitting, [report])) != holds
    assert [complaint.waived for complaint in report.waived] == (fitting if holds else [])


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        (WAIVERS.format(code="ACC-999", where="*"), "SRC-012", 2),
        *((WAIVERS.format(code=code, where="*"), "SRC-012", 2) for code in NEVER_WAIVED),
        (WAIVERS.format(code="ACC-113", where=" "), "SRC-012", 3),
        (WAIVERS.format(code="ACC-113", where="*").replace("reason", "because"), "SRC-011", 4),
        ('[[waiver]]\ncode = "ACC-113"\nwhere = "*"', "SRC-010", 1),
        ("[waiver", "SRC-004", 1),
        ("words = 1", "SRC-011", 1),
    ],
)
def test_a_faulty_waiver_is_found_at_its_line(tmp_path: Path, text: str, code: str, line: int) -> None:
    (tmp_path / "chapters").mkdir()
    (tmp_path / "chapters/waivers.toml").write_text(text)
    read, faults = read_waivers(tmp_path)
    assert (code, Place("chapters/waivers.toml", line)) in [(fault.code, fault.place) for fault in faults]
    assert read == ()
