"""The text that is measured: every booklet as one whole HTML document, and as one Typst document, in a folder.

This is the one module of the benchmark that knows how the project composes. Nothing here is timed.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from fontTools.ttLib import TTFont
from tinyhtml5 import parse

from booklet.composing import PAGE_TOKENS, Composition, Part, Wanted, compose, shipped_faces, titles_of
from booklet.formats import FORMATS
from booklet.manuscript import Manuscript, read, shipped
from booklet.today import Today
from tests.benchmark import typst_markup
from tests.benchmark.worklist import Book, write_list

TYPST_STYLES = Path(__file__).with_name("booklet.typ")
REFERENCES = ".page-token::after { content: target-counter(attr(data-ref), page) } .part { break-before: page }"
FRONT = ("imprint", "insert-imprint", "contents", "page-finder")
"""The kinds of part that are numbered in roman numerals."""
ELSEWHERE = "00"
"""What stands for a page of another book, which nobody knows who has only this one."""


@dataclass(frozen=True)
class Setup:
    """How a format is set without this project: style sheets in order, what WeasyPrint is asked to claim, and whether
    the text is that of large print.
    """

    stylesheets: tuple[str, ...]
    variant: str | None
    large_print: bool = False


VARIANTS = {"tagged": "pdf/ua-1", "press": "pdf/x-4", "clinic": None}
"""What the loop lets the engine claim, by the way in which a format is finished."""
SETUPS = {name: Setup(row.pages.stylesheets, VARIANTS[row.finish], row.is_large_print) for name, row in FORMATS.items()}


@dataclass(frozen=True)
class Selection:
    """What is measured: codes of editions, titles and formats, all named."""

    editions: tuple[str, ...]
    titles: tuple[str, ...]
    formats: tuple[str, ...]


@dataclass(frozen=True)
class Text:
    """How much text was prepared: booklets, and the words of all of them together."""

    books: int
    words: int


def everything(project: Path, today: date) -> Selection:
    """All there is in a project."""
    manuscript = _manuscript(project, today)
    return Selection(tuple(each.code for each in manuscript.editions), titles_of(manuscript), tuple(FORMATS))


def compositions(project: Path, today: date, selection: Selection) -> Iterator[tuple[str, str, Composition]]:
    """Every booklet of the selection, undivided: its name, its format and what it holds."""
    manuscript = _manuscript(project, today)
    faces = shipped_faces(shipped("."))
    editions = [each for each in manuscript.editions if each.code in selection.editions]
    for title in selection.titles:
        for edition in editions:
            composed: dict[bool, Composition] = {}
            for form in selection.formats:
                large = SETUPS[form].large_print
                if large not in composed:
                    wanted = Wanted(title, large_print=large)
                    ((composed[large],), _) = compose(manuscript, edition, project, Today(today), faces, wanted)
                yield f"{edition.code}-{title}-{form}", form, composed[large]


def prepare(project: Path, today: date, selection: Selection, folder: Path) -> Text:
    """Write every booklet of the selection for WeasyPrint (`*.html`) and for Typst (`*.typ`), with fonts, images and a
    list of them all.
    """
    shutil.copytree(project / "chapters/images", folder / "images")
    shutil.copy(TYPST_STYLES, folder)
    _write_fonts(folder / "fonts")
    books, words = [], 0
    for name, form, composition in compositions(project, today, selection):
        parts = parts_of(composition)
        (folder / f"{name}.html").write_text(whole(parts, form), "utf-8")
        (folder / f"{name}.typ").write_text(typst_markup.document(map(_part, parts), form), "utf-8")
        variant = SETUPS[form].variant
        books.append(Book(name, form, stylesheets(form), variant, variant == "pdf/ua-1"))
        words += sum(len(words_of(part.html)) for part in parts)
    write_list(folder, books)
    return Text(len(books), words)


def stylesheets(form: str) -> tuple[str, ...]:
    """The paths of a format's style sheets."""
    return tuple(str(shipped(".") / sheet) for sheet in SETUPS[form].stylesheets)


def parts_of(composition: Composition) -> tuple[Part, ...]:
    """What every copy holds: the pages that only fill a booklet up are left out."""
    back = (composition.back_cover,) if composition.back_cover else ()
    return (*composition.front, *composition.body, *back)


def whole(parts: Iterable[Part], form: str) -> str:
    """The parts as one HTML document on the pages of a format, its page references made by the engine, each part on
    pages of its own name with its own drawing or thumb tab.
    """
    bodies, styles = [], [FORMATS[form].pages.design.style_sheet(), REFERENCES]
    for part in parts:
        kind, body, own = _pieces(part)
        page = f"part-{part.id}"
        outside = "margin: 0; @bottom-left { content: none } @bottom-right { content: none }"
        if own:
            inner = own[own.index("{") + 1 : own.rindex("}")]
            styles.append(f"@page {page} {{ {inner}; {outside if kind in ('cover', 'back-cover') else ''} }}")
        name = page if own else "front" if kind in FRONT else "auto"
        bodies.append(f'<div class="part {kind}" style="page: {name}">{body}</div>')
    html = PAGE_TOKENS.sub(_reference, "".join(bodies)).replace('href="booklet:', 'href="#')
    html = re.sub(' data-line="[^"]*"', "", html)
    head = f"<title>Booklet</title><style>{' '.join(styles)}</style>"
    return f'<html lang="en-AU"><head>{head}</head><body>{html}</body></html>'


def _reference(token: re.Match[str]) -> str:
    if token[1].startswith("standard/"):
        return ELSEWHERE
    return f'<span class="folio page-token" data-ref="#{token[1]}"></span>'


def _pieces(part: Part) -> tuple[str, str, str]:
    """A part's kind, what is in its body, and its own style: `@page { ... }` or `:root { ... }`, or nothing."""
    body = re.search(r"<body class=\"([^\"]*)\">(.*)</body>", part.html, re.DOTALL)
    style = re.search(r"<style>(.*?)</style>", part.html, re.DOTALL)
    assert body, part.id
    return body[1], body[2], style[1] if style else ""


def _part(part: Part) -> typst_markup.Source:
    kind, body, own = _pieces(part)
    body = PAGE_TOKENS.sub(
        lambda token: (
            ELSEWHERE if token[1].startswith("standard/") else f'<span class="page-token" id-ref="{token[1]}"></span>'
        ),
        body,
    )
    return typst_markup.Source(part.title, kind, body, own, kind in FRONT)


def words_of(html: str) -> list[str]:
    """The words and numbers of a document, without its page references; an address is one word."""
    text = PAGE_TOKENS.sub("", html).replace("<wbr>", "")
    body = parse(text, namespace_html_elements=False).find("body")
    return re.findall(r"\w+(?:[-’.@/]\w+)*", " ".join(body.itertext()))


def _write_fonts(folder: Path) -> None:
    """The shipped fonts as plain TrueType, which is all that Typst reads; the second file of a family renamed, as the
    style sheets name it.
    """
    folder.mkdir()
    for path in sorted((shipped(".") / "fonts").glob("*.woff2")):
        with TTFont(path) as font:
            font.flavor = None
            if "-latin-ext-" in path.name:
                for record in font["name"].names:
                    if record.nameID in (1, 16):
                        record.string = f"{record.toUnicode()} Ext"
            font.save(folder / f"{path.stem}.ttf")


def _manuscript(project: Path, today: date) -> Manuscript:
    manuscript, findings = read(project, Today(today))
    if manuscript is None:
        raise ValueError("\n".join(map(str, findings)))
    return manuscript
