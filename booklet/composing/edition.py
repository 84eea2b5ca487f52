"""One edition, from the manuscript to its parts: see `compose`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from booklet.composing.across import foreign_faults, foreign_words
from booklet.composing.blocks import BlockCall
from booklet.composing.faces import MOST_LINES, OTHER_CLASS, Faces
from booklet.composing.markdown import (
    PAGE_TOKEN,
    Page,
    RenderContext,
    image_faults,
    linked_text,
    render,
    unbroken,
)
from booklet.composing.printed import character_faults, drawing_faults, number_faults, text_faults
from booklet.composing.sandbox import day_in_words, fill, without_templates
from booklet.composing.views import MAIN, MAIN_BACK, EditionContext, Publication, publication
from booklet.composing.wholeness import SCHEME
from booklet.files import is_there
from booklet.findings import Finding, Place, error, in_order
from booklet.manuscript import (
    STANDING_PAGES,
    BookPart,
    Chapter,
    Edition,
    FrontMatter,
    Manuscript,
    PageMatter,
    StandingPage,
)
from booklet.today import Today

SLOT = "\ue020"
ANCHOR = re.compile(r'\sid="([^"]+)"')
FOOT_EM, FOOT_LARGE_PRINT_EM = 24.5, 21.4
"""Room for a running title in the foot, in its own size: 118 mm at 12 pt less a folio of three digits and a gap; 139 mm
at 18 pt (styles/screen.css, styles/large-print.css)."""


HEADING_EM = 13.0
"""Room for a word of a title: 334 pt at 24 pt, 462 pt at 33 pt, in bold."""


@dataclass(frozen=True)
class CoverColumn:
    """The words of a cover: room for them and their sizes, in points (styles/screen.css, styles/large-print.css)."""

    width: float
    height: float
    title: float
    subtitle: float
    name: float


COVER_PT = CoverColumn(width=334, height=400, title=44, subtitle=15.5, name=13)
COVER_LARGE_PRINT_PT = CoverColumn(width=447, height=570, title=60, subtitle=23, name=19.5)
BOLD = 0.94
"""How far regular letters reach for each point of bold ones."""
PRINT_PLAN = "\ue021"
"""Where the kit of a clinic says how many sheets there are, which is known once the booklet is set."""
PAGE_TOKENS = re.compile(PAGE_TOKEN.format("([^\ue011]*)"))
_SPACE_BEFORE_INLINE = re.compile(rf'(?<=[^\s>]) (?=<(?:a|strong)\b|<span class="{OTHER_CLASS}")')
"""A text that ends in a space before a link, bold words or another face is broken after its first word when it fits the
line without that space and not with it (WeasyPrint 70, `split_first_line`). A space in a box of its own is not."""
REQUIRED_BLOCKS = {
    "imprint": ("review-status", "notices"),
    "directory": ("urgent-numbers", "directory"),
    "order-line": ("order-details",),
    "back-cover": ("urgent-numbers", "order-summary"),
    "clinic-kit": ("print-plan", "other-side"),
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
class Wanted:
    """Which booklet to compose: a title (`main`, an insert's id, `chapter:ID`), whether in large print, and the ids of
    the body's parts in each volume, when it comes in volumes.
    """

    title: str = MAIN
    large_print: bool = False
    volumes: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class Composition:
    """One edition of one title, or a volume of it: its parts in reading order, pages to fill it up with, the title of
    each anchor, what it may dial, and the sheet that tells a clinic how to print it. The first of the planned pages is
    for the front matter.

    `volume` counts from 1 and is 0 where there is but one. A handout has neither front nor back cover, and no pages to
    fill it up.
    """

    publication: Publication
    volume: int
    volumes: int
    front: tuple[Part, ...]
    body: tuple[Part, ...]
    planned: tuple[Part, ...]
    back_cover: Part | None
    titles: dict[str, str]
    phones: frozenset[str]
    kit: Part | None = None

    @property
    def parts(self) -> tuple[Part, ...]:
        """Everything that may print."""
        return (*self.front, *self.body, *self.planned, *((self.back_cover,) if self.back_cover else ()))


def compose(
    manuscript: Manuscript, edition: Edition, project: Path, today: Today, faces: Faces, wanted: Wanted = Wanted()
) -> tuple[tuple[Composition, ...], list[Finding]]:
    """One edition of a title, a composition a volume, and every fault found on the way; none of them when a standing
    page is missing. Raises UnknownTitleError.
    """
    title = publication(manuscript, edition, wanted.title)
    if not set(STANDING_PAGES) <= manuscript.pages.keys() or not title.chapters:
        return (), []
    compositions, findings = [], []
    for volume in range(len(wanted.volumes) or 1):
        composer = _Composer(
            EditionContext(manuscript, edition, title, today, wanted.volumes, volume, wanted.large_print),
            project,
            faces,
        )
        compositions.append(composer.composition(wanted))
        findings += composer.findings
    return tuple(compositions), list(in_order(dict.fromkeys(findings)))


def planned_kit(kit: Part, plan: tuple[str, ...]) -> Part:
    """The sheet for a clinic with the plan of its sheets in it, a paragraph for each line."""
    return replace(
        kit, html=kit.html.replace(PRINT_PLAN, Markup("").join(map(Markup("<p>{}</p>").format, map(unbroken, plan))))
    )


def ticket(
    title: str, language: str, rows: Iterable[tuple[str, str]], files: Iterable[tuple[str, str, str]], file: str
) -> Part:
    """A printer's job ticket: facts by name, and each file with what it is and its checksum."""
    names = {"title": title, "language": language, "rows": rows, "files": files, "kind": "ticket"}
    return Part("ticket", title, "ticket", _template("ticket.html.j2").render(names), (), file)


def correction_sheet(kind: str, title: str, language: str, faces: Faces, names: Mapping[str, object]) -> Part:
    """A sheet of corrections to printed copies: a `slip`, `stickers` or a `notice`, with what its template prints."""
    html = _template(f"{kind}.html.j2").render({"title": title, "language": language, "kind": kind, **names})
    return Part(kind, title, kind, faces.set(html), (), "chapters/booklet.toml")


def shelf_page(names: Mapping[str, object]) -> str:
    """The page from which files are taken, as its template has it."""
    return _template("shelf.html.j2").render(names)


class _Composer:
    """Composes one edition; holds what its parts add up to while they are made."""

    def __init__(self, context: EditionContext, project: Path, faces: Faces) -> None:
        self.context = context
        self.project = project
        self.faces = faces
        self.book = context.manuscript.book
        self.findings: list[Finding] = []
        self.titles: dict[str, str] = {
            "contents": "Contents",
            "cover": context.publication.title,
            **{f"word-{slug}": f"{term.word}, explained" for slug, term in context.terms.items()},
            **{f"directory-{id}": title for id, title in self.book.directory.audiences.items()},
        }
        self.links: list[tuple[str, Place]] = []

    def composition(self, wanted: Wanted) -> Composition:
        """The title, or the volume of it that the context is made for."""
        pages, title = self.context.manuscript.pages, self.context.publication
        front: tuple[Part, ...] = ()
        planned: tuple[Part, ...] = ()
        back_cover: Part | None = None
        if title.is_main:
            body = self.chapters()
            for name in MAIN_BACK:
                self.context.anchors = [anchor for part in body for anchor in ANCHOR.findall(part.html)]
                body = (*body, *((self.page(pages[name], name),) if name in pages else ()))
            inside = tuple(self.page(pages[name], name) for name in ("inside-cover",) if name in pages)
            front = (self.cover(wanted), *inside, self.page(pages["imprint"], "imprint"), self.contents())
            back_cover = self.page(pages["back-cover"], "back-cover", self.book.back_cover_image)
        elif title.is_handout:
            body = (*self.texts(), *(self.page(pages[name], name) for name in ("handout",) if name in pages))
        else:
            body = self.texts()
            front = (self.cover(wanted), self.page(pages["insert-imprint"], "insert-imprint"))
            back_cover = self.page(pages["insert-back-cover"], "back-cover", self.book.back_cover_image)
        if wanted.large_print and title.is_main and "page-finder" in pages:
            front = (*front, self.page(pages["page-finder"], "page-finder"))
        if not title.is_handout:
            first, others = self.context.manuscript.planned[:1], self.context.manuscript.planned[1:]
            suited = sorted(others, key=lambda page: title.id not in page.head.suits)
            planned = tuple(self.page(page, "planned") for page in (*first, *suited))
        kit = self.page(pages["clinic-kit"], "clinic-kit") if "clinic-kit" in pages and not wanted.large_print else None
        self.check_whole(body)
        ends = tuple(part for part in (back_cover, kit) if part)
        self.check_printed((*front, *body, *planned, *ends))
        return Composition(
            publication=title,
            volume=self.context.volume + 1 if self.context.volumes else 0,
            volumes=len(self.context.volumes) or 1,
            front=front,
            body=tuple(part for part in body if not self.context.volumes or part.id in self.context.here),
            planned=planned,
            back_cover=back_cover,
            titles=self.titles,
            phones=frozenset(phone.uri for phone in self.context.numbers.values()),
            kit=kit,
        )

    def text(self, body: str, prefix: str, file: str) -> Page:
        """One chapter or page, its template filled and its Markdown rendered, its faults noted."""
        lines, faults = fill(body, file, self.context.names)
        self.findings += faults
        if lines is None:
            lines = without_templates(body)  # the other faults of the text are still found
        here = RenderContext(
            self.project, prefix, file, lambda call: _print_block(call, self.context), self.context.elsewhere
        )
        page = render(lines, here)
        for word, use in page.uses:
            self.context.uses.setdefault(word, []).append(use)
            self.titles[use] = self.titles[prefix]
        self.findings += page.findings
        self.links += page.links
        self.titles |= {anchor: words for _, words, anchor in page.headings} | page.notes
        self._check_calls(page.blocks)
        return page

    def chapters(self) -> tuple[Part, ...]:
        """The chapters of the main booklet. What prints the glossary is made last, since it names the other pages."""
        chapters = self.context.publication.chapters
        made = sorted(chapters, key=lambda chapter: "::: glossary" in chapter.body)
        parts = {chapter.head.id: self.chapter(chapter, len(chapters)) for chapter in made}
        openers = {chapters[0].head.id: part for part, chapters in self.parts_with_chapters()}
        rows: list[Part] = []
        for chapter in chapters:
            if part := openers.get(chapter.head.id):
                rows.append(self.part_opener(part))
            rows.append(parts[chapter.head.id])
        return tuple(rows)

    def parts_with_chapters(self) -> list[tuple[BookPart, list[Chapter]]]:
        """The parts of the book, each with its chapters; one without any is left out."""
        chapters = self.context.publication.chapters
        rows = [(part, [each for each in chapters if each.head.part == part.id]) for part in self.book.parts]
        return [(part, own) for part, own in rows if own]

    def part_opener(self, part: BookPart) -> Part:
        """The page that opens a part: its title, one sentence, its chapters."""
        anchor = f"part-{part.id}"
        self.titles[anchor] = part.title
        self.findings += image_faults(self.project, part.image, part.origin)
        self._check_part_title(part)
        ids = {chapter.head.id for chapter in self.context.publication.chapters if chapter.head.part == part.id}
        rows = [row for row in self.context.contents if row[1] in ids]
        html = self._html("part", title=part.title, part=part, anchor=anchor, rows=rows, context=self.context)
        return Part(anchor, part.title, "part", html, (part.image,), self.book.origin.file)

    def chapter(self, chapter: Chapter, count: int) -> Part:
        """A chapter with its opener."""
        head, file = chapter.head, chapter.origin.file
        self.titles[head.id] = head.title
        page = self.text(chapter.body, head.id, file)
        drawing = self._drawing(chapter)
        names = {"title": head.title, "head": head, "number": chapter.number, "count": count + 1, "drawing": drawing}
        names["running"] = self._running(head, f"{chapter.number} ")
        html = self._html("chapter", **names, body=Markup(page.html))
        return Part(head.id, head.title, "chapter", html, (*page.assets, *filter(None, [drawing])), file)

    def texts(self) -> tuple[Part, ...]:
        """The chapters of a small booklet, each on pages of its own, as in the main booklet but without a number."""
        title = self.context.publication
        self.titles |= {chapter.head.id: chapter.head.title for chapter in title.chapters}
        return tuple(self.small_chapter(chapter) for chapter in title.chapters)

    def small_chapter(self, chapter: Chapter) -> Part:
        """One of them."""
        head, file, title = chapter.head, chapter.origin.file, self.context.publication
        page = self.text(chapter.body, head.id, file)
        drawing = self._drawing(chapter) if head.rhythm == "drawing" else ""
        names = {"head": head, "drawing": drawing, "publication": title, "edition": self.context.edition}
        names["running"] = self._running(head)
        html = self._html("flow", title=head.title, text=Markup(page.html), **names)
        return Part(head.id, head.title, "flow", html, (*page.assets, *filter(None, [drawing])), file)

    def _running(self, head: FrontMatter | PageMatter, number: str = "") -> str:
        """What the foot says in place of a title that is too long for one line of it; nothing for others."""
        if self.faces.lines(head.title, HEADING_EM) >= MOST_LINES:
            found = f"A word of the title '{head.title[:60]}' is too long for its line."
            self.findings.append(error("BOX-002", head.origin, found, "A shorter word."))
        width_em = FOOT_LARGE_PRINT_EM if self.context.large_print else FOOT_EM
        short = self.faces.running_title(f"{number}{head.short_title or head.title}", width_em)
        return "" if short == number + head.title else short.replace("'", "\u2019")

    def _drawing(self, chapter: Chapter) -> str:
        drawing = f"images/opener-{chapter.head.id}.svg"
        if not is_there(self.project / "chapters" / drawing):
            return ""
        self.findings += image_faults(self.project, drawing, chapter.origin)
        return drawing

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
        last = len(self.context.publication.chapters) + 1 if kind == "directory" else 0
        names = {"title": head.title, "id": head.id, "image": image, "last_tab": last, "running": self._running(head)}
        html = self._html("page", kind=kind, **names, body=Markup(rendered.html))
        return Part(head.id, head.title, kind, html, (*rendered.assets, *filter(None, [image])), page.origin.file)

    def cover(self, wanted: Wanted) -> Part:
        """The front cover."""
        title, context = self.context.publication, self.context
        self._check_cover()
        names = {"image": title.cover_image, "book": self.book, "edition": context.edition, "context": context}
        html = self._html("cover", title=title.title, large_print=wanted.large_print, **names)
        return Part("cover", title.title, "cover", html, (title.cover_image,), context.record.origin.file)

    def _check_cover(self) -> None:
        """The words of the cover stand on one page."""
        title, column = self.context.publication, self._column
        rows = (
            (title.title, column.title, 1.1),
            (title.subtitle, column.subtitle, 1.3),
            (self.context.edition.name, column.name, 1.4),
        )
        taken = sum(self.faces.lines(text, BOLD * column.width / size) * size * line for text, size, line in rows)
        if taken > column.height:
            place = self.book.origin if title.is_main else title.origin
            self._too_long(f"'{title.title[:60]}', its subtitle and the edition's name do not fit the cover", place)

    def _check_part_title(self, part: BookPart) -> None:
        """The title of a part leaves half its page to the sentence and the chapters."""
        column = self._column
        lines = self.faces.lines(part.title, BOLD * column.width / column.title)
        if lines * column.title * 1.1 > column.height / 2:
            self._too_long(f"'{part.title[:60]}' does not fit the page that opens a part", part.origin)

    @property
    def _column(self) -> CoverColumn:
        return COVER_LARGE_PRINT_PT if self.context.large_print else COVER_PT

    def _too_long(self, found: str, place: Place) -> None:
        size = "large print" if self.context.large_print else "A5"
        self.findings.append(error("BOX-002", place, f"{found} ({size}).", "Fewer and shorter words."))

    def contents(self) -> Part:
        """The contents list: chapters with their numbers, then the pages behind them, by volume if there are more."""
        html = self._html("contents", title="Contents", context=self.context)
        return Part("contents", "Contents", "contents", html, (), self.book.origin.file)

    def _html(self, template: str, **names: Any) -> str:
        html: str = _template(f"{template}.html.j2").render({"kind": template, "language": self.book.language} | names)
        return _SPACE_BEFORE_INLINE.sub("<span> </span>", self.faces.set(html))

    def check_whole(self, body: Iterable[Part]) -> None:
        """What shows only when all parts are made: links and words, the images and numbers of data files."""
        anchors = {anchor for part in body for anchor in ANCHOR.findall(part.html)}
        for anchor, place in self.links:
            if anchor in anchors or not self.context.manuscript.complete or self.context.elsewhere(anchor) is not None:
                continue
            if anchor.startswith("word-"):
                found = f"No word '{anchor.removeprefix('word-')}' is printed by the block 'glossary'."
                self.findings.append(error("LNK-002", place, found, "A word of chapters/glossary.yaml."))
            else:
                found = f"Nothing in the chapters has the anchor '#{anchor}'."
                self.findings.append(error("LNK-001", place, found, "A chapter's id, or chapter-id-heading-words."))
        if cover := self.context.publication.cover_image:
            self.findings += image_faults(self.project, cover, self.context.publication.origin)
        self.findings += image_faults(self.project, self.book.back_cover_image, self.book.origin)
        links = [(anchor, topic.origin) for topic in self.context.topics for anchor in topic.at if "index" in anchors]
        self.findings += [
            error(
                "LNK-001", place, f"Nothing has the anchor '#{anchor}'.", "A chapter's id, or chapter-id-heading-words."
            )
            for anchor, place in links
            if anchor not in anchors and self.context.manuscript.complete
        ]

    def check_printed(self, parts: Iterable[Part]) -> None:
        """Numbers and characters of every text that may print, drawings among them, and of what files say of
        themselves.
        """
        numbers, code = self.context.numbers, self.context.edition.code
        foreign = foreign_words(self.context.manuscript, self.context.record)
        for part in parts:
            self.findings += foreign_faults(part.html, part.file, foreign, code)
            self.findings += number_faults(part.html, part.file, numbers, code, self.project)
            self.findings += character_faults(part.html, part.file, self.faces, self.project)
            for asset in part.assets:
                self.findings += drawing_faults(f"chapters/{asset}", self.project, self.faces, numbers, code)
        for text, place in self._words_beside():
            self.findings += text_faults(text, place, self.faces, numbers, code, self.project)

    def _words_beside(self) -> Iterator[tuple[str, Place]]:
        """What is printed beside pages or said of files: running titles, descriptions, who publishes."""
        title, manuscript = self.context.publication, self.context.manuscript
        yield from ((title.description, title.origin), (title.subtitle, title.origin))
        yield self.book.publisher, self.book.origin
        texts: list[Chapter | StandingPage] = [*title.chapters, *manuscript.pages.values(), *manuscript.planned]
        for text in texts:
            if text.head.short_title:
                yield text.head.short_title, text.origin

    def _check_calls(self, calls: Iterable[BlockCall]) -> None:
        for call in calls:
            known: tuple[tuple[str, str, Iterable[str]], ...] = (
                ("source", "SRC-034", self.context.manuscript.sources),
                ("kind", "SRC-014", self.book.directory.kinds),
                ("audience", "SRC-014", self.book.directory.audiences),
                ("word", "LNK-002", self.context.terms),
                ("ring", "SRC-014", self.book.call_first.signs),
                ("for", "SRC-014", {topic for sign in self.context.manuscript.urgent_signs for topic in sign.topics}),
            )
            for key, code, names in known:
                value = call.options.get(key, "")
                if value and value not in names:
                    found = f"'{call.name}' names the {key} '{value}', which no file defines."
                    self.findings.append(error(code, call.place, found, f"A {key} that exists."))
            if name := call.options.get("consent"):
                self._check_consent(name, call.place)

    def _check_consent(self, name: str, place: Place) -> None:
        consent = self.context.manuscript.consents.get(name)
        if consent is None:
            self.findings.append(error("SRC-034", place, f"No consent '{name}'.", "An id of chapters/consents.yaml."))
        elif not self.context.today.is_within(consent.given, consent.expires):
            found = f"The consent '{name}' holds from {consent.given} to {consent.expires}."
            self.findings.append(error("SRC-041", place, found, "A consent that holds today, or another voice."))


class _Options(dict[str, str]):
    """Options of a block for its macro: one that was not given is empty."""

    def __missing__(self, key: str) -> str:
        return ""


def _print_block(call: BlockCall, context: EditionContext) -> tuple[str, str]:
    """The HTML before and after a block's own text."""
    macro: Callable[..., Markup] = getattr(_template("blocks.html.j2").module, call.name.replace("-", "_"))
    before, _, after = str(macro(_Options(call.options), context)).partition(SLOT)
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
        "print_plan_token": PRINT_PLAN,
        "scheme": SCHEME,
        "linked": linked_text,
        "page_token": PAGE_TOKEN.format,
    }
    environment.filters |= {
        "breakable": _breakable,
        "unbroken": unbroken,
        "day": lambda day: unbroken(day_in_words(day)),
        "first_upper": lambda text: text[:1].upper() + text[1:],
    }
    return environment


def _breakable(address: str) -> Markup:
    """A web address that may break after a slash, and nowhere else: a name cut before a dot reads as two words."""
    return Markup("<wbr>").join(re.findall(r"[^/]+/?|/", address))
