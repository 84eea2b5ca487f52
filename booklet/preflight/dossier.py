"""Everything about one file that the checks ask for, read once: pages, structure, annotations, lines, pictures."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Pdf, Stream, String
from PIL import Image

from booklet.pdf import (
    APPEARANCE,
    PDF_UA,
    PLAIN,
    Address,
    Box,
    Camera,
    Content,
    ContentFault,
    Element,
    FontTable,
    Geometry,
    Inks,
    Item,
    Known,
    Mark,
    ObjectId,
    Problem,
    Proof,
    Tree,
    box_of,
    draw_printed_annotations,
    geometry_of,
    is_read_from_the_right,
    plain,
    read_appearance,
    read_page,
    read_tree,
    words_of,
    xmp_text,
    xmp_values,
)
from booklet.preflight.actions import Actions, Start, actions_of
from booklet.preflight.legibility import Legibility, readable
from booklet.preflight.records import Defect, Output, Profile, Promise

MAX_PAGES = 2_000
MAX_OUTLINE = 100_000
PRINTED, NO_VIEW = 4, 32
"""Flags of an annotation (ISO 32000-1, table 165)."""
MAX_FIELD_DEPTH = 32
BACKGROUND_DPI = 60
BASELINE_SLACK_PT = 0.6
"""Text on one line may be raised this much by rounding; a superscript is more."""


@dataclass(frozen=True)
class Annotation:
    """One annotation: what kind, where, what it says, where it leads, and the element that holds it (-1: none)."""

    page_index: int
    object_id: ObjectId
    subtype: str
    box: Box
    contents: str
    uri: str
    struct_parent: int | None
    flags: int
    source: Any

    @property
    def hidden(self) -> bool:
        """True for what is neither shown nor printed."""
        return bool(self.flags & 2)


@dataclass(frozen=True)
class Line:
    """One line of text: the block it belongs to (an element's index, -1 without structure), its words and place."""

    page_index: int
    block: int
    box: Box
    baseline: float
    size_pt: float
    words: str
    mark: Mark


@dataclass(eq=False)
class Page:
    """One page: its boxes, what is wrong with them, and what it draws."""

    index: int
    geometry: Geometry
    problems: tuple[Problem, ...]
    content: Content
    source: Any

    @property
    def is_known(self) -> bool:
        """True when all that it draws was known before, but for what was put around it."""
        return bool(self.content.replayed)

    @property
    def drawable(self) -> bool:
        """False for a page that a renderer might never finish."""
        return not self.content.has(ContentFault.LARGE, ContentFault.DEEP)


@dataclass(eq=False)
class Dossier:
    """One opened file, and what is known of it from elsewhere."""

    pdf: Pdf
    content: bytes
    profile: Profile
    promise: Promise | None = None
    known: Known | None = None

    @cached_property
    def pages(self) -> list[Page]:
        """The pages, at most `MAX_PAGES`."""
        pages = []
        for index, page in enumerate(self.pdf.pages):
            if index == MAX_PAGES:
                break
            geometry, problems = geometry_of(page.obj)
            pages.append(Page(index, geometry, problems, read_page(page, index, self.font_table), page.obj))
        return pages

    @cached_property
    def font_table(self) -> FontTable:
        """The fonts of all pages."""
        return self.known.fonts if self.known else FontTable()

    @cached_property
    def items(self) -> list[Item]:
        """What all pages draw, in order, and then what annotations on them look like."""
        contents = [*(page.content for page in self.pages), *self.appearances]
        return [item for content in contents for item in content.items]

    @cached_property
    def appearances(self) -> list[Content]:
        """What the annotations look like that are shown, or for paper printed (ISO 32000-1, 12.5.5)."""
        form = self.catalog.get("/AcroForm")
        shared = form.get("/DR") if isinstance(form, Dictionary) else None
        resources = shared if isinstance(shared, Dictionary) else Dictionary()
        on_paper = self.profile.output is not Output.SCREEN
        return [
            read_appearance(stream, resources, note.box, note.page_index, self.font_table)
            for note in self.annotations
            if not note.hidden
            and (note.flags & PRINTED if on_paper else not note.flags & NO_VIEW)
            and (stream := _appearance(note.source)) is not None
        ]

    @cached_property
    def texts(self) -> list[Item]:
        """What is written on the pages and seen."""
        return [item for item in self.items if item.kind == "text" and item.layer == "page"]

    @cached_property
    def all_texts(self) -> list[Item]:
        """What is written on the pages and in their annotations, and seen."""
        return [item for item in self.items if item.kind == "text" and item.layer in ("page", APPEARANCE)]

    @cached_property
    def tree(self) -> Tree | None:
        """The structure tree."""
        return read_tree(self.pdf)

    @cached_property
    def annotations(self) -> list[Annotation]:
        """All annotations, in the order of pages."""
        return [note for page in self.pages for note in _annotations(page)]

    def owner_of(self, note: Annotation) -> Element | None:
        """The element that refers to an annotation and that the parent tree names for it; None where they differ."""
        if self.tree is None:
            return None
        index = self.tree.object_owners.get(note.object_id)
        listed = self.tree.parents.get(note.struct_parent) if note.struct_parent is not None else None
        if index is None or not isinstance(listed, Dictionary) or listed.objgen != self.tree.elements[index].object_id:
            return None
        return self.tree.elements[index]

    def description_of(self, note: Annotation) -> str:
        """TU of the field that a widget shows, which the nodes above it share (ISO 32000-1, 12.7.3.1)."""
        node = note.source
        for _ in range(MAX_FIELD_DEPTH):
            # A widget without a name is only one of those that show its field.
            if "/TU" in node and ("/T" in node or not isinstance(node.get("/Parent"), Dictionary)):
                return str(node.get("/TU", "")).strip()
            node = node.get("/Parent")
            if not isinstance(node, Dictionary):
                break
        return ""

    @cached_property
    def dictionaries(self) -> list[Any]:
        """Every dictionary of the file that is an object of its own."""
        return [thing for thing in self.pdf.objects if isinstance(thing, Dictionary) and not isinstance(thing, Stream)]

    @cached_property
    def actions(self) -> Actions:
        """Every action of the file."""
        starts = [Start(page.index, Dictionary(AA=page.source.get("/AA", Dictionary()))) for page in self.pages]
        starts += [Start(note.page_index, note.source) for note in self.annotations]
        return actions_of(self.catalog, [*starts, *(Start(None, entry) for entry in self.outline)])

    @cached_property
    def outline(self) -> list[Any]:
        """The entries of the outline, however they hang together."""
        root = self.catalog.get("/Outlines")
        waiting = [root.get("/First")] if isinstance(root, Dictionary) else []
        found: list[Any] = []
        seen: set[ObjectId] = set()
        while waiting and len(found) < MAX_OUTLINE:
            entry = waiting.pop()
            if isinstance(entry, Dictionary) and entry.objgen not in seen:
                seen.add(entry.objgen)
                found.append(entry)
                waiting += [entry.get("/Next"), entry.get("/First")]
        return found

    @cached_property
    def page_ids(self) -> frozenset[ObjectId]:
        """What the pages are known by."""
        return frozenset(page.source.objgen for page in self.pages)

    @cached_property
    def font_sources(self) -> list[Any]:
        """The font dictionaries that the pages use."""
        self.items  # noqa: B018 (walking the pages fills the table)
        return [font.dictionary for font in self.font_table.fonts.values()]

    @cached_property
    def is_read_from_the_right(self) -> bool:
        """True for a file whose spine is on the right."""
        return is_read_from_the_right(self.pdf)

    @cached_property
    def catalog(self) -> Any:
        """The catalog dictionary."""
        return self.pdf.Root

    @cached_property
    def language(self) -> str:
        """The language of the file as a whole."""
        value = self.catalog.get("/Lang")
        return str(value) if isinstance(value, String) else ""

    @cached_property
    def xmp(self) -> str:
        """The XMP metadata as text; empty when there is none."""
        stream = self.catalog.get("/Metadata")
        return xmp_text(stream.read_bytes()) if isinstance(stream, Stream) else ""

    def said(self, namespace: str, name: str) -> list[str]:
        """The values of a property of the metadata, as they are written."""
        return [value for _, value in xmp_values(self.xmp, namespace, name)]

    @cached_property
    def is_second_edition(self) -> bool:
        """True for a file that claims PDF/UA-2, whose rules differ."""
        return any(plain(value) == "2" for value in self.said(PDF_UA, "part"))

    @cached_property
    def info(self) -> Any:
        """The document information dictionary."""
        info = self.pdf.trailer.get("/Info")
        return info if isinstance(info, Dictionary) else Dictionary()

    @cached_property
    def output_intents(self) -> list[Any]:
        """The output intents that are dictionaries."""
        intents = self.catalog.get("/OutputIntents")
        return [intent for intent in intents if isinstance(intent, Dictionary)] if isinstance(intents, Array) else []

    @cached_property
    def proof(self) -> Proof:
        """How CMYK looks under the printing condition of the file."""
        for intent in self.output_intents:
            profile = intent.get("/DestOutputProfile")
            if isinstance(profile, Stream) and profile.get("/N") == 4:
                return _proof(profile.read_bytes())
        return Proof()

    @cached_property
    def named_destinations(self) -> dict[str, Any]:
        """The places that a link may lead to by name (ISO 32000-1, 12.3.2.3)."""
        names = self.catalog.get("/Names")
        dests = names.get("/Dests") if isinstance(names, Dictionary) else None
        old = self.catalog.get("/Dests")
        found = {str(key)[1:]: place for key, place in old.items()} if isinstance(old, Dictionary) else {}
        try:
            return found | ({str(name): place for name, place in pikepdf.NameTree(dests).items()} if dests else {})
        except (pikepdf.PikepdfError, RuntimeError, ValueError, TypeError):
            return found

    @cached_property
    def _named_pages(self) -> dict[str, Any]:
        """Where each named destination leads: its array, or the dictionary that holds it."""
        names = self.catalog.get("/Names")
        dests = names.get("/Dests") if isinstance(names, Dictionary) else None
        try:
            return {str(name): place for name, place in pikepdf.NameTree(dests).items()} if dests is not None else {}
        except (pikepdf.PikepdfError, RuntimeError, ValueError, TypeError):
            return {}

    @cached_property
    def _page_numbers(self) -> dict[ObjectId, int]:
        return {page.source.objgen: page.index for page in self.pages}

    def page_led_to(self, note: Annotation) -> int | None:
        """The index of the page that a link leads to; None for one that leads to no page of this file."""
        action = note.source.get("/A")
        target = note.source.get("/Dest") or (action.get("/D") if isinstance(action, Dictionary) else None)
        if isinstance(target, String):
            target = self._named_pages.get(str(target))
        if isinstance(target, Dictionary):
            target = target.get("/D")
        if not isinstance(target, Array) or not len(target) or not isinstance(target[0], Dictionary):
            return None
        return self._page_numbers.get(target[0].objgen)

    @cached_property
    def lines(self) -> list[Line]:
        """Lines of real text, artifacts left out, in the order in which they are drawn."""
        return list(_lines(self.texts, self.tree))

    @cached_property
    def block_lines(self) -> dict[int, list[Line]]:
        """The lines of each block of the structure; without structure, of each page (as -1 - page index)."""
        blocks: dict[int, list[Line]] = {}
        for line in self.lines:
            blocks.setdefault(line.block if line.block >= 0 else -1 - line.page_index, []).append(line)
        return blocks

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """Every word that stands whole in a line, in small letters."""
        return frozenset(word for line in self.lines for word in re.findall(r"[^\W\d_]+", line.words.lower()))

    @cached_property
    def words(self) -> dict[Address, str]:
        """The text of each marked content."""
        return words_of([page.content for page in self.pages], self.tree) if self.tree else {}

    def text_of(self, index: int) -> str:
        """What is heard in an element: its text in order, or what stands for it."""
        assert self.tree
        element = self.tree.elements[index]
        if element.actual is not None:
            return element.actual
        return "".join(self.text_of(kid) if isinstance(kid, int) else self.words.get(kid, "") for kid in element.kids)

    def at(self, found: str, item: Item | Line) -> Defect:
        """A defect of something drawn."""
        return Defect(found, item.page_index, item.box, item.mark)

    def at_address(self, found: str, address: Address) -> Defect:
        """A defect of one marked content."""
        return Defect(found, address[0], self._boxes.get(address), Mark(address[2], address[1]))

    def at_element(self, found: str, index: int) -> Defect:
        """A defect of a structure element, shown where its first content stands."""
        assert self.tree
        for element in self.tree.under(index):
            for kid in element.kids:
                if not isinstance(kid, int) and kid[0] >= 0:
                    return self.at_address(found, kid)
        page = self.tree.elements[index].page
        return Defect(found, page if page >= 0 else None)

    @cached_property
    def camera(self) -> Camera:
        """Draws the pages."""
        return Camera(self.content)

    @cached_property
    def inks(self) -> Inks:
        """Draws the inks of the pages."""
        return Inks(self.content, self.proof)

    @cached_property
    def printed_pages(self) -> tuple[list[Page], Inks]:
        """The pages with what is printed of their annotations drawn over them, and what draws the inks of these."""
        if not self.appearances:
            return self.pages, self.inks
        inked = {content.page_index for content in self.appearances}
        pdf, fonts, written = Pdf.open(io.BytesIO(self.content)), FontTable(), io.BytesIO()
        draw_printed_annotations(pdf)
        pdf.save(written)
        pages = [
            replace(page, content=read_page(pdf.pages[page.index], page.index, fonts), source=pdf.pages[page.index].obj)
            if page.index in inked
            else page
            for page in self.pages
        ]
        return pages, Inks(written.getvalue(), self.proof)

    @cached_property
    def contrasts(self) -> list[tuple[Item, float, float]]:
        """Each text that may be hard to read with its contrast to what lies under it, as seen and as copied in grey."""
        legibility = Legibility(self.profile, self.proof if self.profile.output is Output.PRESS else PLAIN)
        found: list[tuple[Item, float, float]] = []
        for page in self.pages:
            texts = [item for item in page.content.items if readable(item, page.geometry)] if page.drawable else []
            if texts := legibility.doubtful(texts, page.content):
                found += legibility.measured(texts, page.geometry, self.background(page.index))
        return found

    def background(self, index: int) -> Image.Image:
        """A page without its text, as it looks: on screen, or for the press under the printing condition."""
        geometry = self.pages[index].geometry
        if self.profile.output is not Output.PRESS:
            return self.camera.picture(index, geometry, BACKGROUND_DPI, with_text=False)
        return self.inks.background(self.pages[index].content, geometry, BACKGROUND_DPI)

    @cached_property
    def _boxes(self) -> dict[Address, Box]:
        boxes: dict[Address, Box] = {}
        for item in self.items:
            if item.mark.mcid is not None:
                address = (item.page_index, item.mark.form, item.mark.mcid)
                known = boxes.get(address, item.box)
                boxes[address] = (
                    min(known[0], item.box[0]),
                    min(known[1], item.box[1]),
                    max(known[2], item.box[2]),
                    max(known[3], item.box[3]),
                )
        return boxes


@lru_cache(maxsize=4)
def _proof(icc: bytes) -> Proof:
    """The proof of a printing condition, which many files share."""
    return Proof(icc)


def _annotations(page: Page) -> Iterator[Annotation]:
    entries = page.source.get("/Annots")
    for entry in entries if isinstance(entries, Array) else ():
        if not isinstance(entry, Dictionary):
            continue
        action = entry.get("/A")
        action = action if isinstance(action, Dictionary) else Dictionary()
        flags, owner = entry.get("/F", 0), entry.get("/StructParent")
        yield Annotation(
            page_index=page.index,
            object_id=entry.objgen,
            subtype=str(entry.get("/Subtype", "/?"))[1:],
            box=box_of(entry.get("/Rect")) or (0.0, 0.0, 0.0, 0.0),
            contents=str(entry.get("/Contents", "")).strip(),
            uri=str(action.get("/URI", "")),
            struct_parent=int(owner) if isinstance(owner, int) else None,
            flags=int(flags) if isinstance(flags, int) else 0,
            source=entry,
        )


def _appearance(source: Any) -> Any:
    """The stream of an annotation's normal appearance, in the state that it has; None where there is none."""
    looks = source.get("/AP")
    normal = looks.get("/N") if isinstance(looks, Dictionary) else None
    if isinstance(normal, Dictionary) and not isinstance(normal, Stream):
        normal = normal.get(str(source.get("/AS", "/Off")))
    return normal if isinstance(normal, Stream) else None


def _lines(texts: list[Item], tree: Tree | None) -> Iterator[Line]:
    line: Line | None = None
    for item in texts:
        text = item.text
        assert text
        if item.mark.artifact or not text.words.strip() or not text.upright:
            continue
        block = -1
        if tree and item.mark.mcid is not None:
            owner = tree.owners.get((item.page_index, item.mark.form, item.mark.mcid))
            block = tree.block(owner) if owner is not None else -1
        if (
            line
            and (line.page_index, line.block) == (item.page_index, block)
            and abs(line.baseline - text.y) <= BASELINE_SLACK_PT
            and item.box[0] >= line.box[2] - 2 * text.size_pt
        ):
            gap = item.box[0] - line.box[2] > 0.15 * text.size_pt and not line.words.endswith((" ", "\u00a0"))
            line = Line(
                line.page_index,
                block,
                (line.box[0], min(line.box[1], item.box[1]), item.box[2], max(line.box[3], item.box[3])),
                line.baseline,
                max(line.size_pt, text.size_pt),
                line.words + (" " if gap else "") + text.words,
                line.mark,
            )
            continue
        if line:
            yield line
        line = Line(item.page_index, block, item.box, text.y, text.size_pt, text.words, item.mark)
    if line:
        yield line
