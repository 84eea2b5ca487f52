"""The blocks of a tagged file: the words of each heading, paragraph, item and row, the lines it is set in, and pictures
of the pages that they stand on.

A block is the nearest element around some text that is no part of a line; a row of a table is one block. Numbers of
pages in links inside the file are `#`, because they say where something stands and not what it is.
"""

from __future__ import annotations

import io
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from statistics import median
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Pdf, String
from pypdfium2 import PdfiumError

from booklet.pdf.content import FontTable, read_page
from booklet.pdf.geometry import Box, geometry_of
from booklet.pdf.items import WORD_GAP_EM, Content, Item
from booklet.pdf.pictures import Camera
from booklet.pdf.tree import INLINE, Address, Element, Tree, read_tree
from booklet.pdf.words import words_of

CREATOR = "booklet"
MAX_PAGES = 2000
_CELLS = frozenset(("TH", "TD"))
_SEPARATOR = " | "
_LED_TO = re.compile(r", page (\w+)\Z")
_SPACE = re.compile(r"\s+")
_NEW_LINE_EM = 0.6


class NoBlocksError(Exception):
    """A file of which no blocks can be told; carries the reason, to follow the file's name."""


@dataclass(frozen=True)
class PrintedLine:
    """A line of a block: its page index, its box and size in points, and whether all of it is bold."""

    page: int
    box: Box
    words: str
    size_pt: float
    bold: bool


@dataclass(frozen=True)
class PrintedBlock:
    """A block in reading order: its role, the id of its element or else the anchor that leads to it, its words, and its
    lines. A figure has its box in place of lines, as far as the file tells.
    """

    role: str
    id: str
    words: str
    page: int
    lines: tuple[PrintedLine, ...]


@dataclass(frozen=True)
class BlocksOfFile:
    """What a file says of itself, the folio of each page, and all blocks."""

    title: str
    folios: tuple[str, ...]
    blocks: tuple[PrintedBlock, ...]


def read_blocks(content: bytes, only_ours: bool = True) -> BlocksOfFile:
    """The blocks of a tagged file, by default of one that `booklet` made. Raises NoBlocksError."""
    try:
        with Pdf.open(io.BytesIO(content)) as pdf:
            info = pdf.trailer.get("/Info", Dictionary())
            if only_ours and str(info.get("/Creator", "")) != CREATOR:
                raise NoBlocksError("was not made by booklet, so nobody knows what belongs together in it")
            tree = read_tree(pdf)
            if tree is None:
                raise NoBlocksError("is not tagged; take the file for a screen or in large print")
            if len(pdf.pages) > MAX_PAGES:
                raise NoBlocksError(f"has more than {MAX_PAGES} pages")
            fonts = FontTable()
            pages = [read_page(page, index, fonts) for index, page in enumerate(pdf.pages)]
            rows = tuple(_blocks(pdf, tree, pages))
            folios = tuple(str(page.label) for page in pdf.pages)
            return BlocksOfFile(str(info.get("/Title", "")), folios, _with_ids(rows, _destinations(pdf)))
    except pikepdf.PasswordError as reason:
        raise NoBlocksError("is encrypted: open it and save it without a password") from reason
    except (pikepdf.PdfError, ValueError, TypeError, AttributeError, LookupError, ArithmeticError, RuntimeError) as bad:
        raise NoBlocksError(f"cannot be read as a PDF ({type(bad).__name__})") from bad


def page_pictures(content: bytes, indexes: Iterable[int], dpi: float) -> dict[int, tuple[bytes, Box]]:
    """Pictures (PNG) of some pages as they are trimmed, and the box that each shows, in points. A page that cannot be
    drawn is left out.
    """
    pictures: dict[int, tuple[bytes, Box]] = {}
    try:
        with Pdf.open(io.BytesIO(content)) as pdf:
            camera = Camera(content)
            for index in indexes:
                geometry, _ = geometry_of(pdf.pages[index].obj)
                shown = replace(geometry, media=geometry.finished)
                target = io.BytesIO()
                camera.picture(index, shown, dpi).quantize(64).save(target, "PNG", optimize=True)
                pictures[index] = target.getvalue(), shown.media
            camera.close()
    except (pikepdf.PikepdfError, PdfiumError, ValueError, OSError, LookupError):
        return pictures
    return pictures


def _blocks(pdf: Pdf, tree: Tree, pages: list[Content]) -> Iterator[PrintedBlock]:
    words = words_of(pages, tree)
    items = _items(pages)
    texts: dict[int, list[str]] = defaultdict(list)
    drawn: dict[int, list[Item]] = defaultdict(list)
    cells: dict[int, int] = {}
    folios = {element.index: _led_to(pdf, element) for element in tree.elements if element.role == "Link"}
    for address, owner in tree.addresses():
        block, cell, link = _around(tree, owner)
        if cell >= 0 and texts[block] and cells.get(block) != cell:
            texts[block].append(_SEPARATOR)
        cells[block] = cell
        told = words.get(address, "")
        if folio := folios.get(link, ""):
            told = re.sub(rf"\b{re.escape(folio)}\b(?!.*\b{re.escape(folio)}\b)", "#", told)
        texts[block].append(told)
        drawn[block] += items.get(address, [])
    for element in tree.elements:
        if element.role == "Figure" and element.alt:
            page = max(element.page, 0)
            yield PrintedBlock("Figure", element.id or "", _SPACE.sub(" ", element.alt), page, ())
        text = _SPACE.sub(" ", "".join(texts[element.index])).strip(" |") if element.index in texts else ""
        if text and element.role != "Figure" and not _is_marker(tree, element):
            lines = tuple(_lines(drawn[element.index]))
            page = lines[0].page if lines else max(element.page, 0)
            yield PrintedBlock(_role(tree, element), _id(tree, element), text, page, lines)


def _items(pages: Iterable[Content]) -> dict[Address, list[Item]]:
    found: dict[Address, list[Item]] = defaultdict(list)
    for page in pages:
        for item in page.items:
            if item.text and item.mark.mcid is not None and not item.mark.artifact:
                found[page.page_index, item.mark.form, item.mark.mcid].append(item)
    return found


def _around(tree: Tree, index: int) -> tuple[int, int, int]:
    """The block around some content, and the cell and the link that it stands in (-1: none)."""
    element, cell, link = tree.elements[index], -1, -1
    while (element.role in INLINE and element.role not in ("Note", "FENote")) or element.role in _CELLS:
        cell = element.index if element.role in _CELLS else cell
        link = element.index if element.role == "Link" else link
        if element.parent < 0:
            break
        element = tree.elements[element.parent]
    return element.index, cell, link


def _is_marker(tree: Tree, element: Element) -> bool:
    """True for the bullet or number of an item; the words of a list of descriptions are none."""
    if element.role != "Lbl":
        return False
    around = next((each for each in tree.above(element.index) if each.role == "L"), None)
    return around is not None and str(around.attributes.get("ListNumbering", "/None")) not in ("/None", "/Description")


def _role(tree: Tree, element: Element) -> str:
    """The role of a block; `dt` and `dd` for words and their descriptions."""
    if element.role == "Lbl":
        return "dt"
    if element.role == "LBody" and element.parent >= 0:
        return (
            "dd" if any(kid.role == "Lbl" and not _is_marker(tree, kid) for kid in tree.kids(element.parent)) else "LI"
        )
    return element.role


def _id(tree: Tree, element: Element) -> str:
    above = tree.elements[element.parent] if element.role == "LBody" and element.parent >= 0 else element
    return element.id or above.id or ""


def _led_to(pdf: Pdf, link: Element) -> str:
    """The folio that a link inside the file leads to; empty for others."""
    for known_by in link.objects:
        said = pdf.get_object(known_by).get("/Contents") if known_by != (0, 0) else None
        if isinstance(said, String) and (found := _LED_TO.search(str(said))):
            return found[1]
    return ""


def _lines(items: list[Item]) -> Iterator[PrintedLine]:
    """The lines of some items in the order in which they are read."""
    row: list[Item] = []
    for item in items:
        if row and not _same_line(row[-1], item):
            yield _line(row)
            row = []
        row.append(item)
    if row:
        yield _line(row)


def _same_line(one: Item, other: Item) -> bool:
    assert one.text and other.text
    size = max(one.text.size_pt, other.text.size_pt)
    return one.page_index == other.page_index and abs(one.text.y - other.text.y) < _NEW_LINE_EM * size


def _line(items: list[Item]) -> PrintedLine:
    words = ""
    for before, item in zip([None, *items], items, strict=False):
        assert item.text
        if before and before.text and item.box[0] - before.box[2] > WORD_GAP_EM * item.text.size_pt:
            words += " "
        words += item.text.words
    box = (
        min(item.shape[0] for item in items),
        min(item.shape[1] for item in items),
        max(item.shape[2] for item in items),
        max(item.shape[3] for item in items),
    )
    texts = [item.text for item in items if item.text]
    size = median(text.size_pt for text in texts)
    bold = all("Bold" in text.font.name for text in texts)
    return PrintedLine(items[0].page_index, box, _SPACE.sub(" ", words).strip(), round(size, 2), bold)


def _destinations(pdf: Pdf) -> dict[str, tuple[int, float]]:
    """Page index and height of each anchor, but for those inside a line."""
    pages = {page.obj.objgen: index for index, page in enumerate(pdf.pages)}
    names = pdf.Root.get("/Names", Dictionary()).get("/Dests")
    found: dict[str, tuple[int, float]] = {}
    for name, value in pikepdf.NameTree(names).items() if isinstance(names, Dictionary) else ():
        place: Any = value.get("/D") if isinstance(value, Dictionary) else value
        if (
            isinstance(place, Array)
            and len(place) > 3
            and place[0].objgen in pages
            and not str(name).startswith("use-")
        ):
            found[str(name)] = pages[place[0].objgen], float(place[3])
    return found


def _with_ids(blocks: tuple[PrintedBlock, ...], anchors: dict[str, tuple[int, float]]) -> tuple[PrintedBlock, ...]:
    """Headings and explained words that have no id, with the anchor next above the middle of their first line."""
    nameless = [block.role[:1] == "H" or block.role == "dt" for block in blocks]
    ids: dict[int, str] = {index: block.id for index, block in enumerate(blocks) if block.id}
    for name, (page, height) in sorted(anchors.items(), key=lambda row: (row[1][0], -row[1][1])):
        rows = [
            (height - middle, index)
            for index, block in enumerate(blocks)
            if block.lines and block.page == page and index not in ids and nameless[index]
            if (middle := (block.lines[0].box[1] + block.lines[0].box[3]) / 2) < height
        ]
        if rows:
            ids[min(rows)[1]] = name
    return tuple(replace(block, id=ids.get(index, block.id)) for index, block in enumerate(blocks))
