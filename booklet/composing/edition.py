"""One edition, from the manuscript to its parts: see `compose`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup, escape

from booklet.bounds import MAX_PICTURE_BYTES
from booklet.composing.across import foreign_faults, foreign_words
from booklet.composing.blocks import BlockCall
from booklet.composing.faces import ARABIC_CLASS, MOST_LINES, OTHER_CLASS, Faces, shipped_faces
from booklet.composing.markdown import (
    PAGE_TOKEN,
    Page,
    RenderContext,
    breakable,
    image_faults,
    is_picture,
    linked_text,
    render,
    unbroken,
    way_link,
)
from booklet.composing.parts import Part
from booklet.composing.printed import character_faults, drawing_faults, number_faults, text_faults
from booklet.composing.printed_blocks import short_hash
from booklet.composing.readings import Reading, SectionReading, reading_of, withdrawn_sections
from booklet.composing.sandbox import fill, without_templates
from booklet.composing.views import (
    DIRECTORY_PAGE,
    HANDOUT,
    MAIN,
    MAIN_BACK,
    ORDER_PAGE,
    EditionContext,
    Publication,
    publication,
    sentence,
)
from booklet.composing.wholeness import SCHEME
from booklet.design import PT_PER_MM
from booklet.files import is_there
from booklet.files import read as read_file
from booklet.findings import Finding, Place, error, in_order, warning
from booklet.manuscript import (
    BookPart,
    Chapter,
    Edition,
    FrontMatter,
    Manuscript,
    PageMatter,
    Service,
    Signature,
    StandingPage,
    shipped,
)
from booklet.today import Today
from booklet.words import PLACEHOLDER, Words

Signed = Mapping[str, tuple[Signature, ...]]
"""The signatures that hold, by the id of their chapter."""
MOST_NAMED = 3
"""Changed sections that a finding names."""
SLOT = "\ue020"
ANCHOR = re.compile(r'\sid="([^"]+)"')
BOLD = 0.94
"""How far regular letters reach for each point of bold ones."""
BENEATH_EM = 7.9
"""Room on a cover for what stands under the edition's name, in sizes of the body."""
PRINT_PLAN = "\ue021"
"""Where the kit of a clinic says how many sheets there are, which is known once the booklet is set."""
_SPACE_BEFORE_INLINE = re.compile(rf'(?<=[^\s>]) (?=<(?:a|strong)\b|<span class="(?:{OTHER_CLASS}|{ARABIC_CLASS})")')
"""A text that ends in a space before a link, bold words or another face is broken after its first word when it fits the
line without that space and not with it (WeasyPrint 70, `split_first_line`). A space in a box of its own is not."""
REQUIRED_BLOCKS = {
    "imprint": ("review-status", "notices"),
    "directory": ("urgent-numbers", "directory"),
    "order-line": ("order-details",),
    "back-cover": ("urgent-numbers", "order-summary"),
    "clinic-kit": ("print-plan", "other-side"),
}
"""What standing pages must hold, as far as the booklet has it."""
SLOTS_OF_PAGES = {"inside-cover": "inside", "back-cover": "back"}
"""The standing pages with room for a panel of an imprint, beside the front cover, and what that room is called."""
RINGS = ("call-now", "urgent-signs", "urgent-short")
"""The blocks that say whom to ring."""


@dataclass(frozen=True)
class Wanted:
    """Which booklet to compose: a title (`main`, an insert's id, `chapter:ID`), whether in large print, the ids of the
    body's parts in each volume, when it comes in volumes, and whether its lists leave out entries that nobody has
    confirmed in time. `with_slots` leaves room on its covers for the panels of imprints.
    """

    title: str = MAIN
    large_print: bool = False
    volumes: tuple[tuple[str, ...], ...] = ()
    without_stale: bool = False
    with_slots: bool = False


@dataclass(frozen=True)
class Composition:
    """One edition of one title, or a volume of it: its parts in reading order, pages to fill it up with, the title of
    each anchor, what its links to people open and say, and the sheet that tells a clinic how to print it. The first
    of the planned pages is for the front matter.

    Its publication has no chapters: they are parts by now. `volume` counts from 1 and is 0 where there is but one. A
    handout has neither front nor back cover, and no pages to fill it up. `unsigned` has the ids of chapters that nobody
    has signed off as they are, where somebody is to.
    """

    publication: Publication
    volume: int
    volumes: int
    front: tuple[Part, ...]
    body: tuple[Part, ...]
    planned: tuple[Part, ...]
    back_cover: Part | None
    titles: dict[str, str]
    phones: dict[str, str]
    kit: Part | None = None
    unsigned: tuple[str, ...] = ()

    @property
    def parts(self) -> tuple[Part, ...]:
        """Everything that may print."""
        return (*self.front, *self.body, *self.planned, *((self.back_cover,) if self.back_cover else ()))


def compose(
    manuscript: Manuscript, edition: Edition, project: Path, today: Today, faces: Faces, wanted: Wanted = Wanted()
) -> tuple[tuple[Composition, ...], list[Finding]]:
    """One edition of a title, a composition a volume, and every fault found on the way; none of them where there is no
    chapter. Raises UnknownTitleError.
    """
    title = publication(manuscript, edition, wanted.title)
    if not title.chapters:
        return (), []
    compositions, findings = [], []
    signed = _signed_in_standard_print(manuscript, edition, project, today, faces, wanted)
    for volume in range(len(wanted.volumes) or 1):
        context = EditionContext(
            manuscript, edition, title, today, wanted.volumes, volume, wanted.large_print, wanted.without_stale
        )
        composer = _Composer(context, project, faces, signed)
        compositions.append(composer.composition(wanted))
        findings += composer.findings
    return tuple(compositions), list(in_order(dict.fromkeys(findings)))


def entries_in(part: Part, services: Iterable[Service]) -> Iterator[Service]:
    """Those of these entries that a part prints: in its directory, or by their first number anywhere."""
    for service in services:
        links = [f':{number.uri.partition(":")[2]}"' for number in service.numbers[:1]]
        if f'id="service-{service.id}"' in part.html or any(link in part.html for link in links):
            yield service


def readings(
    manuscript: Manuscript, edition: Edition, project: Path, today: Today, faces: Faces, title: str
) -> tuple[dict[str, Reading], tuple[Finding, ...]]:
    """The chapters of a title, by their ids, as an edition prints them, to be signed off; and every fault of it."""
    context = EditionContext(manuscript, edition, publication(manuscript, edition, title), today)
    composer = _Composer(context, project, faces, {})
    chapters = {chapter.head.id for chapter in context.publication.chapters}
    parts = [part for part in composer.composition(Wanted(title)).body if part.id in chapters]
    return {part.id: reading_of(part, composer.digest) for part in parts}, in_order(composer.findings)


def _signed_in_standard_print(
    manuscript: Manuscript, edition: Edition, project: Path, today: Today, faces: Faces, wanted: Wanted
) -> Signed | None:
    """The signatures that hold for what is made otherwise than it was read: in large print, as a handout, or without
    entries that nobody has confirmed in time. None for what is read itself.
    """
    is_handout = wanted.title.startswith(HANDOUT)
    if not manuscript.signatures or not (is_handout or wanted.large_print or wanted.without_stale):
        return None
    title = MAIN if is_handout else wanted.title
    context = EditionContext(manuscript, edition, publication(manuscript, edition, title), today)
    _Composer(context, project, faces).composition(Wanted(title))
    return context.signed


def _changed_since(chapter: Chapter, signature: Signature, sections: tuple[SectionReading, ...]) -> Finding:
    """What withdrew a signature, at the first place of it."""
    names = [f"'{section.heading[:60]}'" for section in sections[:MOST_NAMED]]
    more = f" and {len(sections) - MOST_NAMED} more" if len(sections) > MOST_NAMED else ""
    what = f"what stands under {', '.join(names)}{more} is another" if names else "a section was taken out, or moved"
    id = chapter.head.id
    found = f"{signed_off(chapter, signature)}: {what}."
    expected = f"Somebody to read it again, then: booklet signoff {id}. What changed: booklet evidence --chapter {id}"
    place = sections[0].place if sections else chapter.origin
    return warning("SRC-070", place, found, f"{expected}.")


def signed_off(chapter: Chapter, signature: Signature) -> str:
    """How a finding begins that a signature does not hold any more."""
    return f"'{chapter.head.title}' is not as {signature.by} ({signature.role}) signed it off on {signature.day}"


def planned_kit(kit: Part, plan: tuple[str, ...], words: Words) -> Part:
    """The sheet for a clinic with the plan of its sheets in it, a paragraph for each line."""
    rows = Markup("").join(Markup("<p>{}</p>").format(unbroken(row, words)) for row in plan)
    return replace(kit, html=kit.html.replace(PRINT_PLAN, rows))


def ticket(
    title: str, words: Words, rows: Iterable[tuple[str, str]], files: Iterable[tuple[str, str, str]], file: str
) -> Part:
    """A printer's job ticket: facts by name, and each file with what it is and its checksum."""
    faces = shipped_faces(shipped(".")).of_language(words.said)
    names = {"title": title, "rows": rows, "files": files, "kind": "ticket", "face": faces.page}
    html = faces.set(_template("ticket.html.j2", words).render(names), words.from_the_right)
    return Part("ticket", title, "ticket", html, (), file)


def sheet_beside(kind: str, title: str, words: Words, faces: Faces, names: Mapping[str, object]) -> Part:
    """A sheet that goes beside booklets, with what its template prints: a `slip`, `stickers`, a `notice`, a `call-list`
    or the `evidence`.
    """
    own = faces.of_language(words.said)
    html = _template(f"{kind}.html.j2", words).render({"title": title, "kind": kind, "face": own.page, **names})
    return Part(kind, title, kind, own.set(html, words.from_the_right), (), "chapters/booklet.toml")


def evidence_page(words: Words, names: Mapping[str, object]) -> str:
    """The evidence as one HTML page that needs nothing else."""
    return _template("evidence-page.html.j2", words).render(names)


def shelf_page(words: Words, names: Mapping[str, object]) -> str:
    """The page from which files are taken, as its template has it."""
    return _template("shelf.html.j2", words).render(names)


def page_html(template: str, words: Words, faces: Faces, names: Mapping[str, object]) -> str:
    """A document of the package's own template, its words in faces that have their characters."""
    html = _template(f"{template}.html.j2", words).render(names)
    return _SPACE_BEFORE_INLINE.sub("<span> </span>", faces.set(html, words.from_the_right))


class _Composer:
    """Composes one edition; holds what its parts add up to while they are made."""

    def __init__(self, context: EditionContext, project: Path, faces: Faces, signed: Signed | None = None) -> None:
        """`signed` are the signatures that hold; None where this composer is to find out."""
        self.context = context
        self.context.signed = dict(signed or {})
        self._is_read = signed is None and bool(context.manuscript.signatures)
        self.project = project
        self.faces = faces
        self.book = context.manuscript.book
        self.logo = context.manuscript.style.logo
        self.words = context.words
        self.page_faces = faces.of_language(self.words.said)
        self.linked = partial(linked_text, numbers=context.numbers, words=self.words)
        self.blocks = _template("blocks.html.j2", self.words).make_module({"linked": self.linked})
        terms = context.terms.items()
        self.findings: list[Finding] = []
        self.titles: dict[str, str] = {
            "contents": self.words("contents.name"),
            "cover": context.publication.title,
            **{f"word-{slug}": self.words("glossary.explained", word=term.word) for slug, term in terms},
            **{f"directory-{id}": title for id, title in self.book.directory.audiences.items()},
        }
        self.links: list[tuple[str, Place]] = []
        if self.logo:
            self.findings += image_faults(project, self.logo.image, self.logo.origin)

    def composition(self, wanted: Wanted) -> Composition:
        """The title, or the volume of it that the context is made for."""
        pages, title = self.context.pages, self.context.publication
        slots = SLOTS_OF_PAGES if wanted.with_slots else {}
        front: tuple[Part, ...] = ()
        planned: tuple[Part, ...] = ()
        back_cover: Part | None = None

        def present(name: str, kind: str = "", image: str | None = None) -> tuple[Part, ...]:
            return (self.page(pages[name], kind or name, image or "", slots.get(name, "")),) if name in pages else ()

        if title.is_main:
            body = self.chapters()
            for name in MAIN_BACK:
                self.context.anchors = [anchor for part in body for anchor in ANCHOR.findall(part.html)]
                body = (*body, *present(name))
            back = self.book.back_cover_image if title.stitched or title.panels else None
            imprint, last = present("imprint"), present("back-cover", "back-cover", back)
            if title.stitched:
                front = (self.cover(wanted), *present("inside-cover"), *imprint, self.contents())
            else:
                cover = (self.cover(wanted),) if title.panels else ()
                body = (*cover, *present("inside-cover"), *body, *imprint)
            if title.stitched or title.panels:
                back_cover = next(iter(last), None)
            else:
                body = (*body, *last)
        elif title.is_handout:
            body = (*self.texts(), *present("handout"))
        else:
            body = self.texts()
            front = (self.cover(wanted), *present("insert-imprint"))
            back_cover = next(iter(present("insert-back-cover", "back-cover", self.book.back_cover_image)), None)
        if wanted.large_print and title.is_main and title.stitched:
            front = (*front, *present("page-finder"))
        if title.stitched or title.panels:
            first, others = self.context.manuscript.planned[:1], self.context.manuscript.planned[1:]
            suited = sorted(others, key=lambda page: title.id not in page.head.suits)
            planned = tuple(self.page(page, "planned") for page in (*first, *suited))
        self._check_panels(len(body) + (back_cover is not None))
        kit = next(iter(present("clinic-kit")), None) if not wanted.large_print else None
        self.check_whole(body)
        ends = tuple(part for part in (back_cover, kit) if part)
        self.check_printed((*front, *body, *planned, *ends))
        return Composition(
            publication=replace(title, chapters=()),
            volume=self.context.volume + 1 if self.context.volumes else 0,
            volumes=len(self.context.volumes) or 1,
            front=front,
            body=tuple(part for part in body if not self.context.volumes or part.id in self.context.here),
            planned=planned,
            back_cover=back_cover,
            titles=self.titles,
            phones=dict(self.context.numbers.linked),
            kit=kit,
            unsigned=tuple(chapter.head.id for chapter in self.context.unsigned),
        )

    def text(self, body: str, prefix: str, file: str) -> Page:
        """One chapter or page, its template filled and its Markdown rendered, its faults noted."""
        lines, faults = fill(body, file, self.context.names, self.words)
        self.findings += faults
        if lines is None:
            lines = without_templates(body)  # the other faults of the text are still found
        here = RenderContext(
            self.project,
            prefix,
            file,
            self._print_block,
            self.context.numbers,
            self.words,
            self.context.elsewhere,
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
        names = {"part": part, "anchor": anchor, "rows": rows, "panel": is_picture(self.project, part.image)}
        html = self._html("part", title=part.title, context=self.context, **names)
        return Part(anchor, part.title, "part", html, (part.image,), self.book.origin.file)

    def chapter(self, chapter: Chapter, count: int) -> Part:
        """A chapter with its opener."""
        head, file = chapter.head, chapter.origin.file
        self.titles[head.id] = head.title
        page = self.text(chapter.body, head.id, file)
        drawing = self._drawing(chapter)
        names = {"title": head.title, "head": head, "number": chapter.number, "count": count + 1, "drawing": drawing}
        number = "" if self.context.publication.panels else f"{chapter.number} "
        names["running"] = self._running(head, number)
        title = self.context.publication
        has_masthead = chapter == title.chapters[0] and not title.stitched and not title.panels
        logo = self.logo if has_masthead else None
        names |= {"context": self.context, "has_masthead": has_masthead, "logo": logo}
        html = partial(self._html, "chapter", **names, body=Markup(page.html))
        assets = (*page.assets, *filter(None, [drawing, logo.image if logo else ""]))
        part = Part(head.id, head.title, "chapter", html(), assets, file)
        return replace(part, html=html()) if self._sign(chapter, part) else part

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
        logo = self.logo if title.is_handout else None
        names = {"head": head, "drawing": drawing, "publication": title, "context": self.context, "logo": logo}
        names["running"] = self._running(head)
        html = self._html("flow", title=head.title, text=Markup(page.html), **names)
        assets = (*page.assets, *filter(None, [drawing, logo.image if logo else ""]))
        part = Part(head.id, head.title, "flow", html, assets, file)
        self._sign(chapter, part)
        return part

    def _sign(self, chapter: Chapter, part: Part) -> bool:
        """Note which signatures hold for a chapter as it is composed, and which do not; True where any does."""
        signatures = self.context.manuscript.signatures_of(chapter.head.id) if self._is_read else ()
        if not signatures:
            return False
        reading = reading_of(part, self.digest)
        withdrawn = {row.hash: withdrawn_sections(reading, row) for row in signatures}
        holding = tuple(row for row in signatures if withdrawn[row.hash] is None)
        self.context.signed |= {chapter.head.id: holding} if holding else {}
        for row in signatures:
            changed = withdrawn[row.hash]
            if changed is not None:
                self.findings.append(_changed_since(chapter, row, changed))
        return bool(holding)

    def digest(self, asset: str) -> str:
        """A short hash of a picture; of one that cannot be read, which is told elsewhere, nothing."""
        try:
            return short_hash(read_file(self.project / "chapters" / asset, MAX_PICTURE_BYTES))
        except OSError:
            return ""

    def _running(self, head: FrontMatter | PageMatter, number: str = "") -> str:
        """What the foot says in place of a title that is too long for one line of it; nothing for others."""
        design = self.context.design
        heading_em = BOLD * design.measure_mm * PT_PER_MM / design.h1_pt
        if self.page_faces.lines(head.title, heading_em) >= MOST_LINES:
            found = f"A word of the title '{head.title[:60]}' is too long for its line."
            self.findings.append(error("BOX-002", head.origin, found, "A shorter word."))
        short = self.page_faces.running_title(f"{number}{head.short_title or head.title}", design.running_em)
        return "" if short == number + head.title else short.replace("'", "\u2019")

    def _drawing(self, chapter: Chapter) -> str:
        drawing = f"images/opener-{chapter.head.id}.svg"
        if not is_there(self.project / "chapters" / drawing):
            return ""
        self.findings += image_faults(self.project, drawing, chapter.origin)
        return drawing

    def page(self, page: StandingPage, kind: str, image: str = "", slot: str = "") -> Part:
        """A standing or planned page, with room for a panel at its end where `slot` names one."""
        head = page.head
        self.titles[head.id] = head.title
        rendered = self.text(page.body, head.id, page.origin.file)
        calls = {call.name for call in rendered.blocks}
        for needed in self._required(kind):
            if needed not in calls and rendered.html:
                found = f"The page has no block '{needed}'."
                self.findings.append(error("SRC-033", page.origin, found, f"'::: {needed}' and ':::'."))
        title = self.context.publication
        last = len(title.chapters) + 1 if kind == "directory" and title.stitched else 0
        names = {"title": head.title, "id": head.id, "image": image, "last_tab": last, "running": self._running(head)}
        names |= {"panel": is_picture(self.project, image), "panel_slot": slot}
        names["folds_like_a_letter"] = kind == "clinic-kit" and title.binding == "letter-fold"
        html = self._html("page", kind=kind, **names, body=Markup(rendered.html))
        return Part(head.id, head.title, kind, html, (*rendered.assets, *filter(None, [image])), page.origin.file)

    def _required(self, kind: str) -> Iterator[str]:
        """The blocks that a standing page must hold: what it is there for, where the booklet has that."""
        book, title = self.book, self.context.publication
        has = {
            "review-status": bool(book.reviewer),
            "notices": bool(self.context.record.notices),
            "urgent-numbers": bool(book.urgent),
            "order-summary": book.order_line is not None,
        }
        blocks = REQUIRED_BLOCKS.get(kind, ())
        if kind == "back-cover" and title.is_main and "imprint" not in self.context.pages:
            blocks += REQUIRED_BLOCKS["imprint"]
        return (block for block in blocks if has.get(block, True))

    def cover(self, wanted: Wanted) -> Part:
        """The front cover."""
        title, context = self.context.publication, self.context
        self._check_cover()
        panel, logo = self._panel(title.cover_image), self.logo
        names = {"image": title.cover_image, "book": self.book, "edition": context.edition, "context": context}
        kind = f"cover panel-{panel}" if panel else "cover"
        names |= {"kind": kind, "panel": panel, "logo": logo}
        names["panel_slot"] = "front" if wanted.with_slots else ""
        html = self._html("cover", title=title.title, large_print=wanted.large_print, **names)
        assets = tuple(filter(None, [title.cover_image, logo.image if logo else None]))
        return Part("cover", title.title, "cover", html, assets, context.record.origin.file)

    def _panel(self, image: str) -> str:
        """Where the words of the cover stand on a panel; nothing where they stand on its drawing."""
        style = self.context.manuscript.style
        wanted, is_photograph = style.cover.panel, is_picture(self.project, image)
        if wanted == "none" and is_photograph:
            found = "The cover is a photograph, and its words stand on no panel."
            self.findings.append(error("SRC-012", style.cover.origin, found, 'panel = "top" or panel = "bottom".'))
        return "" if wanted == "none" else wanted or ("bottom" if is_photograph else "")

    def _check_panels(self, parts: int) -> None:
        """A leaflet has no more parts than pages."""
        panels = self.context.publication.panels
        if panels and parts > panels:
            found = f"The leaflet has at least {parts} pages, which one folded sheet does not hold."
            expected = f"{panels} in all: fewer chapters, or fewer files in chapters/pages/."
            self.findings.append(error("BOX-001", self.book.origin, found, expected))

    def _check_cover(self) -> None:
        """The words of the cover stand on one page."""
        title, design = self.context.publication, self.context.design
        rows = (
            (title.title, design.title_pt, 1.1),
            (title.subtitle, design.h2_pt, 1.3),
            (self.context.edition.name, design.h3_pt, 1.4),
        )
        taken = sum(self._cover_lines(text, size) * size * line for text, size, line in rows)
        if taken > design.cover_height_pt - BENEATH_EM * design.body_pt:
            place = self.book.origin if title.is_main else title.origin
            self._too_long(f"'{title.title[:60]}', its subtitle and the edition's name do not fit the cover", place)

    def _check_part_title(self, part: BookPart) -> None:
        """The title of a part leaves half its page to the sentence and the chapters."""
        design = self.context.design
        lines = self._cover_lines(part.title, design.title_pt)
        if lines * design.title_pt * 1.1 > (design.cover_height_pt - BENEATH_EM * design.body_pt) / 2:
            self._too_long(f"'{part.title[:60]}' does not fit the page that opens a part", part.origin)

    def _cover_lines(self, text: str, size_pt: float) -> int:
        """How many lines bold words of this size take on a cover."""
        return self.page_faces.lines(text, BOLD * self.context.design.cover_column_pt / size_pt)

    def _too_long(self, found: str, place: Place) -> None:
        found = f"{found} ({self.context.design.name})."
        self.findings.append(error("BOX-002", place, found, "Fewer and shorter words."))

    def contents(self) -> Part:
        """The contents list: chapters with their numbers, then the pages behind them, by volume if there are more."""
        name = self.words("contents.name")
        html = self._html("contents", title=name, context=self.context)
        return Part("contents", name, "contents", html, (), self.book.origin.file)

    def _html(self, template: str, **names: Any) -> str:
        given = {"kind": template, "face": self.page_faces.page, "linked": self.linked}
        return page_html(template, self.words, self.page_faces, given | names)

    def check_whole(self, body: Iterable[Part]) -> None:
        """What shows only when all parts are made: links and words, the images and numbers of data files."""
        anchors = {anchor for part in body for anchor in ANCHOR.findall(part.html)}
        for anchor, place in self.links:
            known = anchor in anchors or self.context.elsewhere(anchor) is not None
            if anchor.startswith("word-") and anchor.removeprefix("word-") not in self.context.terms:
                known = False
            if known or not self.context.manuscript.complete:
                continue
            if anchor == ORDER_PAGE and anchor in self.context.manuscript.pages:
                found = "This leads to the order line, and booklet.toml has no [order_line]."
                self.findings.append(error("LNK-001", place, found, "No link, or an order line."))
            elif anchor == DIRECTORY_PAGE and anchor in self.context.manuscript.pages:
                if self.context.manuscript.faulty:
                    continue  # the entries that would print in it are named themselves
                found = f"This leads to the directory, and no service prints in it for {self.context.record.name}."
                self.findings.append(error("LNK-001", place, found, "No link, or a service."))
            elif anchor.startswith("word-"):
                found = f"No word '{anchor.removeprefix('word-')}' is printed by the block 'glossary'."
                self.findings.append(error("LNK-002", place, found, "A word of chapters/glossary.yaml."))
            else:
                found = f"Nothing in the chapters has the anchor '#{anchor}'."
                self.findings.append(error("LNK-001", place, found, "A chapter's id, or chapter-id-heading-words."))
        if cover := self.context.publication.cover_image:
            self.findings += image_faults(self.project, cover, self.context.publication.origin)
        if back := self.book.back_cover_image:
            self.findings += image_faults(self.project, back, self.book.origin)
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
        texts: list[Chapter | StandingPage] = [*title.chapters, *self.context.pages.values(), *manuscript.planned]
        for text in texts:
            if text.head.short_title:
                yield text.head.short_title, text.origin

    def _check_calls(self, calls: Iterable[BlockCall]) -> None:
        for call in calls:
            if call.name in RINGS and self.book.call_first is None:
                found = f"'{call.name}' says whom to ring, and no file does."
                self.findings.append(error("SRC-014", call.place, found, "A table [call_first] in booklet.toml."))
                continue
            known: tuple[tuple[str, str, Iterable[str]], ...] = (
                ("source", "SRC-034", self.context.manuscript.sources),
                ("kind", "SRC-014", self.book.directory.kinds),
                ("audience", "SRC-014", self.book.directory.audiences),
                ("word", "LNK-002", self.context.terms),
                ("ring", "SRC-014", self.book.rings),
                ("first", "SRC-014", (*self.context.emergency_numbers, "team")),
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

    def _print_block(self, call: BlockCall) -> tuple[str, str]:
        """The HTML before and after a block's own text."""
        options = _Options(call.options)
        if is_picture(self.project, options["src"]):
            options["photograph"] = "photograph"
        macro: Callable[..., Markup] = getattr(self.blocks, call.name.replace("-", "_"))
        before, _, after = str(macro(options, self.context)).partition(SLOT)
        return before, after


class _Options(dict[str, str]):
    """Options of a block for its macro: one that was not given is empty."""

    def __missing__(self, key: str) -> str:
        return ""


@cache
def _template(name: str, words: Words) -> Template:
    return _environment(words).get_template(name)


@cache
def _environment(words: Words) -> Environment:
    """The package's own page templates, in a language. Chapters never pass through here: they have the sandbox."""

    def say(key: str, **values: object) -> Markup:
        """Words of the house with these values in their places, which may be HTML."""
        phrase = str(escape(words.phrase(key, values.get("count")).replace("'", "\u2019")))
        return Markup(PLACEHOLDER.sub(lambda name: escape(values[name[1]]), phrase.replace("\u00a0", "&nbsp;")))

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
        "way_link": way_link,
        "language": words.language,
        "from_the_right": words.from_the_right,
        "is_english": words.is_english,
        "say": say,
        "page_token": PAGE_TOKEN.format,
    }
    environment.filters |= {
        "breakable": breakable,
        "unbroken": lambda text: unbroken(text, words),
        "day": lambda day: unbroken(words.day(day), words),
        "first_upper": lambda text: text[:1].upper() + text[1:],
        "sentence": sentence,
    }
    return environment
