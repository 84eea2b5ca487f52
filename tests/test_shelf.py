"""The shelf: a page of all files that needs nothing else, delivered by the laws that hold for the files."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

from booklet.build import Order, build
from booklet.dispatch import Entry
from booklet.findings import Severity
from booklet.manuscript import read
from booklet.records import Receipt
from booklet.shelf import shelf_files
from booklet.today import Today
from booklet.words import PLACEHOLDER, english
from tests import tiny
from tests.browsers import FLAGS, NAMES, browser_path
from tests.conftest import PROJECT, TODAY, needs

Booklet = Callable[..., Path]


class _Page(HTMLParser):
    """Notes the tags of a page and every address in it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.addresses += [str(value) for name, value in attrs if name in ("href", "src")]


def built(project: Path, **wishes: Any) -> tuple[Order, Receipt]:
    order = tiny.order(project, formats=("screen",), use_cache=True, **wishes)
    return order, build(order)


@pytest.fixture
def order(booklet: Booklet) -> Order:
    return built(booklet(tiny.INSERT))[0]


def listed(order: Order) -> set[str]:
    return {row["file"] for row in json.loads((order.dist / "manifest.json").read_text())["shelf"]}


def test_the_page_leads_to_every_file_and_needs_nothing_else(order: Order) -> None:
    page = _Page((order.dist / "index.html").read_text("utf-8"))
    files = [address for address in page.addresses if not address.startswith(("#", "tel:"))]
    assert "script" not in page.tags and page.tags.count("img") == 4
    assert all((order.dist / file).is_file() and not file.startswith(("/", ".")) for file in files)
    pdfs = {path.relative_to(order.dist).as_posix() for path in order.dist.rglob("*.pdf")}
    assert pdfs <= set(files) and len(pdfs) == 4
    assert listed(order) == {"index.html", *(f"covers/{Path(file).stem}.png" for file in pdfs)}


def test_an_edition_that_is_built_later_joins_the_others(booklet: Booklet) -> None:
    project = booklet()
    order, _ = built(project, editions=("VIC",))
    assert "Western Australia" not in (order.dist / "index.html").read_text("utf-8")
    order, _ = built(project, editions=("WA",))
    html = (order.dist / "index.html").read_text("utf-8")
    assert 'id="VIC"' in html and 'id="WA"' in html and len(listed(order)) == 3


def test_what_is_not_there_any_more_leaves_the_page(booklet: Booklet) -> None:
    project = booklet()
    order, _ = built(project)
    next((order.dist / "WA").glob("*.pdf")).unlink()
    built(project, editions=("VIC",), examine_whole=True)
    assert listed(order) == {"index.html", "covers/tiny-VIC-2026.1-screen.png"}
    assert [path.name for path in (order.dist / "covers").iterdir()] == ["tiny-VIC-2026.1-screen.png"]


def test_nothing_is_written_twice_and_what_is_deleted_comes_back(order: Order) -> None:
    stamps = {path: path.stat().st_mtime_ns for path in order.dist.rglob("*") if path.is_file()}
    assert build(order).built == 0
    assert stamps == {path: path.stat().st_mtime_ns for path in order.dist.rglob("*") if path.is_file()}
    cover = next((order.dist / "covers").iterdir())
    cover.unlink()
    assert build(order).built == 0 and cover.is_file()


@pytest.mark.parametrize("changed", [False, True], ids=["another's", "ours, changed"])
def test_a_page_of_somebody_else_stays(booklet: Booklet, changed: bool) -> None:
    project = booklet()
    order = tiny.order(project, formats=("screen",), use_cache=True)
    if changed:
        build(order)
    (order.dist).mkdir(exist_ok=True)
    (order.dist / "index.html").write_text("<p>Ours.</p>")
    receipt = build(replace(order, examine_whole=True))
    (finding,) = [row for row in receipt.findings if row.code == "SYS-004"]
    assert finding.severity is Severity.WARNING and "index.html" in finding.found
    assert (order.dist / "index.html").read_text() == "<p>Ours.</p>" and len(receipt.files) == 2


@pytest.fixture
def browser() -> Iterator[Any]:
    """Debian's Chromium, driven as a reader without JavaScript would."""
    path = browser_path()
    if path is None:
        needs(NAMES[0])
    with sync_playwright() as running:
        chromium = running.chromium.launch(executable_path=path, args=list(FLAGS))
        yield chromium
        chromium.close()


def test_a_reader_chooses_by_keyboard_and_without_scripts(order: Order, browser: Any) -> None:
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto((order.dist / "index.html").as_uri())
    assert page.get_by_role("heading", name="Western Australia").is_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    assert page.get_by_label("Victoria", exact=True).is_checked()
    assert not page.get_by_role("heading", name="Western Australia").is_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    shown = [row for row in page.get_by_role("heading", level=3).all() if row.is_visible()]
    assert [row.inner_text() for row in shown] == ["Bones"]


def test_axe_finds_nothing(order: Order, browser: Any) -> None:
    axe = Axe()
    page = browser.new_context(bypass_csp=True).new_page()
    page.goto((order.dist / "index.html").as_uri())
    results = axe.run(page)
    assert results.violations_count == 0, results.generate_report()


def entry(edition: str, form: str, ending: str, **facts: Any) -> Entry:
    stem = f"{edition}/a-{edition}-2026.1-{form}"
    file = f"{stem}{ending}"
    return Entry(file, "main", "A", edition, form, 1, "2026.1", "", 12, 50_000, "", (148.0, 210.0), "", **facts)


@pytest.mark.parametrize("language", ["vi", "ar"])
def test_the_page_speaks_the_language_of_the_booklet_and_no_other(language: str) -> None:
    manuscript, _ = read(PROJECT / "samples" / language, Today(TODAY))
    assert manuscript
    code = manuscript.editions[0].code
    endings = {
        "screen": (".pdf", "-volume-2.pdf"),
        "large-print": (".pdf",),
        "press": ("-cover.pdf", "-ticket.pdf", "-ticket.json"),
    }
    endings["clinic"] = (".pdf", "-fronts.pdf", "-backs.pdf", "-plain.pdf")
    entries = [entry(code, form, end, is_older=True) for form, ends in endings.items() for end in ends]
    html = shelf_files(manuscript, entries, lambda _: None)["index.html"].decode()
    shown = re.sub(r'<style>.*?</style>|<[^>]*?(?:(?:alt|aria-label)="([^"]*)"[^>]*)?>', r" \1 ", html, flags=re.S)
    assert f'<html lang="{language}' in html and ('dir="rtl"' in html.partition("<head>")[0]) is (language == "ar")
    named = [(words, key) for key, forms in english().phrases if key.startswith("shelf.") for _, words in forms]
    pieces = [piece.strip(" .,:;()") for words, _ in named for piece in PLACEHOLDER.split(words)[::2]]
    assert [piece for piece in pieces if len(piece) > 3 and re.search(rf"\b{re.escape(piece)}\b", shown)] == []
    for key in (
        "region",
        "screen",
        "large_print",
        "press",
        "clinic",
        "fronts",
        "plain",
        "ticket_data",
        "older",
        "fold",
    ):
        assert manuscript.words(f"shelf.{key}") in shown.replace("\u00a0", " "), key
