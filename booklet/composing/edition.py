"""One edition, from the manuscript to its parts: see `compose`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from booklet.composing.blocks import BlockCall
from booklet.composing.markdown import PAGE_TOKEN, SCHEME, Desk, Page, image_faults, linked_text, render
from booklet.composing.sandbox import day_in_words, fill, without_templates
from booklet.composing.views import Cast
from booklet.findings import Finding, Place, error, in_order
from booklet.manuscript import Chapter, Edition, Manuscript, StandingPage

SLOT = "\ue020"
PAGE_TOKENS = re.compile(PAGE_TOKEN.format("([^\ue011]*)"))
_SPACE_BEFORE_INLINE = re.compile(r"(?<=[^\s>]) (?=<(?:a|strong)\b)")
"""A text that ends in a space before a link or bold words is broken after its first word when it fits the line without
that space and not with it (WeasyPrint 70, `split_first_line`). A space in a box of its own is not."""
REQUIRED_BLOCKS = {
    "imprint": ("review-status", "notices"),
    "directory": ("urgent-numbers", "directory"),
    "order-line": ("order-details",),
    "back-cover": ("urgent-numbers", "order-summary"),
}


@dataclass(frozen=True)
class Part:
    """One part of a booklet as a complete HTML document, with page tokens where page numbers go.

    `assets` are the images it shows, relative to the chapters folder; `file` is the source that complaints name.
    """

    id: str
    title: str
    kind: str
    html: str
    assets: tuple[str, ...]
    file: str


@dataclass(frozen=True)
class Composition:
    """One edition: its parts in reading order, pages to fill it up with, the title of each anchor, what it may dial."""

    front: tuple[Part, ...]
    body: tuple[Part, ...]
    planned: tuple[Part, ...]
    back_cover: Part
    titles: dict[str, str]
    phones: frozenset[str]


def compose(
    manuscript: Manuscript, edition: Edition, project: Path, today: date
) -> tuple[Composition | None, list[Finding]]:
    """The parts of one edition and every fault found on the way; None when a standing page is missing."""
    if len(manuscript.pages) < len(REQUIRED_BLOCKS) or not manuscript.chapters:
        return None, []
    composer = _Composer(Cast(manuscript, edition, today), project)
    pages = manuscript.pages
    chapters = [composer.chapter(chapter, len(manuscript.chapters)) for chapter in manuscript.chapters]
    back = [composer.page(pages[name], name) for name in ("directory", "order-line")]
    imprint = composer.page(pages["imprint"], "imprint")
    planned = [composer.page(page, "planned") for page in manuscript.planned]
    composition = Composition(
        front=(composer.cover(), imprint, composer.contents(chapters, back)),
        body=(*chapters, *back),
        planned=tuple(planned),
        back_cover=composer.page(pages["back-cover"], "back-cover", manuscript.book.back_cover_image),
        titles=composer.titles,
        phones=frozenset(phone.uri for phone in composer.cast.numbers.values()),
    )
    composer.check_whole((*chapters, *back))
    return composition, list(in_order(composer.findings))


class _Composer:
    """Composes one edition; holds what its parts add up to while they are made."""

    def __init__(self, cast: Cast, project: Path) -> None:
        self.cast = cast
        self.project = project
        self.book = cast.manuscript.book
        self.findings: list[Finding] = []
        self.titles: dict[str, str] = {
            "contents": "Contents",
            "cover": self.book.title,
            **{f"word-{slug}": f"{term.word}, explained" for slug, term in cast.terms.items()},
            **{f"directory-{id}": title for id, title in self.book.directory.audiences.items()},
        }
        self.links: list[tuple[str, Place]] = []

    def text(self, body: str, prefix: str, file: str) -> Page:
        """One chapter or page, its template filled and its Markdown rendered, its faults noted."""
        lines, faults = fill(body, file, self.cast.names)
        self.findings += faults
        if lines is None:
            lines = without_templates(body)  # the other faults of the text are still found
        page = render(lines, Desk(self.project, prefix, file, lambda call: _print_block(call, self.cast)))
        self.findings += page.findings
        self.links += page.links
        self.titles |= {anchor: words for _, words, anchor in page.headings} | page.notes
        self._check_numbers(page.phones)
        self._check_calls(page.blocks)
        return page

    def chapter(self, chapter: Chapter, count: int) -> Part:
        """A chapter with its opener."""
        head, file = chapter.head, chapter.origin.file
        self.titles[head.id] = head.title
        page = self.text(chapter.body, head.id, file)
        drawing = f"images/chapter-{chapter.number:02}.svg"
        has_drawing = (self.project / "chapters" / drawing).is_file()
        html = self._html(
            "chapter",
            title=head.title,
            head=head,
            number=chapter.number,
            count=count,
            drawing=drawing if has_drawing else "",
            body=Markup(page.html),
        )
        return Part(head.id, head.title, "chapter", html, (*page.assets, *([drawing] if has_drawing else [])), file)

    def page(self, page: StandingPage, kind: str, image: str = "") -> Part:
        """A standing or planned page."""
        head = page.head
        self.titles[head.id] = head.title
        rendered = self.text(page.body, head.id, page.origin.file)
        calls = {call.name for call in rendered.blocks}
        for needed in REQUIRED_BLOCKS.get(kind, ()):
            if needed not in calls and rendered.html:
                found = f"The page has no block '{needed}'."
                self.findings.append(error("SRC-033", page.origin, found, f"'::: {needed}' and ':::'."))
        html = self._html("page", kind=kind, title=head.title, id=head.id, image=image, body=Markup(rendered.html))
        return Part(head.id, head.title, kind, html, (*rendered.assets, *filter(None, [image])), page.origin.file)

    def cover(self) -> Part:
        """The front cover."""
        image = self.cast.record.cover_image
        html = self._html("cover", title=self.book.title, image=image, book=self.book, edition=self.cast.edition)
        return Part("cover", self.book.title, "cover", html, (image,), self.cast.record.origin.file)

    def contents(self, chapters: Iterable[Part], back: Iterable[Part]) -> Part:
        """The contents list: chapters with their numbers, then the directory and the order line."""
        rows = [(str(number), part) for number, part in enumerate(chapters, 1)] + [("", part) for part in back]
        html = self._html("contents", title="Contents", rows=rows)
        return Part("contents", "Contents", "contents", html, (), self.book.origin.file)

    def _html(self, template: str, **names: Any) -> str:
        html: str = _template(f"{template}.html.j2").render({"kind": template, "language": self.book.language} | names)
        return _SPACE_BEFORE_INLINE.sub("<span> </span>", html)

    def check_whole(self, body: Iterable[Part]) -> None:
        """What shows only when all parts are made: links and words, the images and numbers of data files."""
        anchors = {anchor for part in body for anchor in re.findall(r'\sid="([^"]+)"', part.html)}
        for anchor, place in self.links:
            if anchor in anchors or not self.cast.manuscript.complete:
                continue
            if anchor.startswith("word-"):
                found = f"No word '{anchor.removeprefix('word-')}' is printed by the block 'glossary'."
                self.findings.append(error("LNK-002", place, found, "A word of chapters/glossary.yaml."))
            else:
                found = f"Nothing in the chapters has the anchor '#{anchor}'."
                self.findings.append(error("LNK-001", place, found, "A chapter's id, or chapter-id-heading-words."))
        self.findings += image_faults(self.project, self.cast.record.cover_image, self.cast.record.origin)
        self.findings += image_faults(self.project, self.book.back_cover_image, self.book.origin)
        for text, place in self._data_texts():
            self._check_numbers((digits, written, place) for digits, written in linked_text(text)[1])

    def _data_texts(self) -> Iterator[tuple[str, Place]]:
        """The words that data files bring to this edition, and where they stand."""
        edition, desk = self.cast.record, self.book.order_line
        for record in self.cast.records:
            yield from ((text, record.origin) for text in (record.description, record.hours or "", record.cost or ""))
        for notice in self.cast.notices:
            yield from ((text, notice.origin) for text in (notice.title, notice.text))
        for chapter in self.cast.manuscript.chapters:
            yield from ((text, chapter.origin) for text in (chapter.head.title, chapter.head.summary))
        yield edition.emergency, edition.origin
        for term in self.cast.glossary:
            yield term.meaning, term.origin
        for text in (*self.book.call_first.words, desk.cost, desk.say, *(row.about for row in self.book.urgent)):
            yield text, self.book.origin

    def _check_numbers(self, phones: Iterable[tuple[str, str, Place]]) -> None:
        for digits, written, place in phones:
            if not digits:
                found = f"'{written}' is not a complete Australian phone number."
                self.findings.append(error("LNK-010", place, found, "All its digits, or {{ services['id'].phone }}."))
            elif digits not in self.cast.numbers:
                found = f"'{written}' belongs to no service of the edition {self.cast.edition.code}."
                expected = "{{ services['id'].phone }}." if place.file.endswith(".md") else "A number it has, or none."
                self.findings.append(error("LNK-011", place, found, expected))

    def _check_calls(self, calls: Iterable[BlockCall]) -> None:
        for call in calls:
            known: tuple[tuple[str, str, Iterable[str]], ...] = (
                ("source", "SRC-034", self.cast.manuscript.sources),
                ("kind", "SRC-014", self.book.directory.kinds),
                ("audience", "SRC-014", self.book.directory.audiences),
                ("word", "LNK-002", self.cast.terms),
            )
            for key, code, names in known:
                value = call.options.get(key, "")
                if value and value not in names:
                    found = f"'{call.name}' names the {key} '{value}', which no file defines."
                    self.findings.append(error(code, call.place, found, f"A {key} that exists."))
            title = linked_text(call.options.get("title", ""))[1]
            self._check_numbers((digits, written, call.place) for digits, written in title)
            if name := call.options.get("consent"):
                self._check_consent(name, call.place)

    def _check_consent(self, name: str, place: Place) -> None:
        consent = self.cast.manuscript.consents.get(name)
        if consent is None:
            self.findings.append(error("SRC-034", place, f"No consent '{name}'.", "An id of chapters/consents.yaml."))
        elif not consent.given <= self.cast.today <= consent.expires:
            found = f"The consent '{name}' holds from {consent.given} to {consent.expires}."
            self.findings.append(error("SRC-041", place, found, "A consent that holds today, or another voice."))


class _Options(dict[str, str]):
    """Options of a block for its macro: one that was not given is empty."""

    def __missing__(self, key: str) -> str:
        return ""


def _print_block(call: BlockCall, cast: Cast) -> tuple[str, str]:
    """The HTML before and after a block's own text."""
    macro: Callable[..., Markup] = getattr(_template("blocks.html.j2").module, call.name.replace("-", "_"))
    before, _, after = str(macro(_Options(call.options), cast)).partition(SLOT)
    return before, after


@cache
def _template(name: str) -> Template:
    return _environment().get_template(name)


@cache
def _environment() -> Environment:
    """The package's own page templates. Chapters never pass through here: they have the sandbox."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {
        "slot": Markup(SLOT),
        "scheme": SCHEME,
        "linked": lambda text: linked_text(text)[0],
        "page_token": PAGE_TOKEN.format,
    }
    environment.filters |= {
        "breakable": _breakable,
        "day": day_in_words,
        "first_upper": lambda text: text[:1].upper() + text[1:],
    }
    return environment


def _breakable(address: str) -> Markup:
    """A web address that may break before a dot and after a slash, but not after `www`."""
    return Markup("<wbr>").join(re.findall(r"(?:www\.)?[^./]+/?|\.[^./]+/?|/", address))
