"""Transcript: what a screen reader would say of a tagged PDF, in order.

Works on anybody's tagged PDF. It reads the structure tree, not the page: what is an artifact is not heard. Tree and
text come from the room `pdf`, so that preflight and this page mean the same by both. It does not judge: preflight does.

Text once came from pdfminer, which preflight does not need: it has to look every glyph up itself. Measured against
pdftotext, `pdf` loses fewer characters, and it puts the spaces that pdfminer's device leaves out. What pdfminer knows
and `pdf` does not are the writing systems of Asia in fonts without ToUnicode.

Nothing here runs without end: a file may have `MAX_BYTES`, its tree and pages what the room `pdf` allows, an element
that stands above itself is refused, a page whose content cannot be read is silent, and the whole may take the time and
memory of `booklet.bounds`.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Pdf

from booklet.bounds import TooMuchError, within_bounds
from booklet.files import read
from booklet.findings import BookletError
from booklet.pdf import (
    Address,
    Content,
    ContentFault,
    FontTable,
    Tree,
    TreeFault,
    as_number,
    inherited,
    read_page,
    read_tree,
    words_of,
)

MAX_BYTES = 200_000_000
MAX_COLUMNS = 1_000
FIELDS = {
    "/Tx": ((0, "edit"),),
    "/Btn": ((1 << 16, "button"), (1 << 15, "radio button"), (0, "check box")),
    "/Ch": ((1 << 17, "combo box"), (0, "list box")),
    "/Sig": ((0, "signature"),),
}
"""Form fields by type and flags (ISO 32000-1, 12.7.4), as screen readers call them."""


class UnheardError(BookletError):
    """A file that has nothing to be read aloud, with the reason."""

    exit_status = 1


@dataclass(frozen=True)
class Element:
    """One structure element: its standard role, what is said of it, and its kids in order, elements or text.

    `actual` stands for all that is in it, also when it is empty; `target` is what its link annotation says of itself,
    `field` what its form field is; `scope`, `numbering` and so on are in `attributes`.
    """

    role: str
    kids: tuple[Element | str, ...]
    alt: str = ""
    actual: str | None = None
    expansion: str = ""
    language: str = ""
    target: str = ""
    field: str = ""
    attributes: tuple[tuple[str, str], ...] = ()

    @property
    def elements(self) -> tuple[Element, ...]:
        """The kids that are elements."""
        return tuple(kid for kid in self.kids if isinstance(kid, Element))

    def walk(self) -> Iterator[Element]:
        """This element and all under it, in order."""
        yield self
        for kid in self.elements:
            yield from kid.walk()

    def text(self) -> str:
        """All that is heard in it, white space made single; no-break spaces stay."""
        return _squeezed(self._text())

    @property
    def replacement(self) -> str | None:
        """What is said in place of its kids; None where they are said themselves (ISO 32000-1, 14.9)."""
        if self.actual is not None:
            return self.actual
        return self.expansion or (self.alt if self.role in SAID_BY_ALT else "") or None

    def attribute(self, name: str) -> str:
        """The value of an attribute; empty where it has none."""
        return next((value for key, value in self.attributes if key == name), "")

    def _text(self) -> str:
        if self.replacement is not None:
            return self.replacement
        return "".join(kid if isinstance(kid, str) else kid.spoken() for kid in self.kids)

    def spoken(self) -> str:
        """Its text as a part of what surrounds it: apart when it is a block."""
        words = self.alt if self.role == "Figure" and self.alt else self._text()
        if self.language:
            words = f"language {self.language}, {words}, end of language"
        return words if self.role in INLINE else f" {words} "


INLINE = frozenset({"Span", "Link", "Reference", "Lbl", "Em", "Strong", "Quote", "Code", "NonStruct", "Sub"})

SAID_BY_ALT = frozenset({"Span", "Formula"})
"""What is drawn rather than written, so that its words for people are said. A figure is announced as well."""

MEANINGFUL = frozenset({"Aside", "Strong", "Em", "FENote"})


def _squeezed(words: str) -> str:
    """White space made single; no-break spaces stay, soft hyphens are not heard."""
    return re.sub(r"[ \t\r\n]+", " ", words.replace("\u00ad", "")).strip(" ")


def load(path: Path) -> Element:
    """The structure of a file with its text. Raises UnheardError, with the reason, for a file that has none to give."""
    content = _content(path)
    try:
        with within_bounds(), Pdf.open(io.BytesIO(content)) as pdf:
            tree = read_tree(pdf)
            if tree is None:
                raise UnheardError(f"{path.name} is not tagged: a screen reader can only guess.")
            for problem in tree.problems:
                if problem.kind in (TreeFault.CYCLE, TreeFault.DEEP, TreeFault.LARGE):
                    raise UnheardError(problem.words)
            return _top(pdf, tree, words_of(_pages(pdf), tree))
    except TooMuchError as reason:
        raise UnheardError(f"Reading {path.name} takes {reason}.") from reason
    except pikepdf.PasswordError as reason:
        raise UnheardError(f"{path.name} is encrypted: open it and save it without a password.") from reason
    except (pikepdf.PdfError, ValueError, TypeError, AttributeError, KeyError) as reason:
        raise UnheardError(f"{path.name} cannot be read as a PDF ({type(reason).__name__}).") from reason


def _content(path: Path) -> bytes:
    try:
        return read(path, MAX_BYTES)
    except OSError as reason:
        raise UnheardError(f"{path.name} cannot be opened ({reason.strerror}).") from reason


def _pages(pdf: Pdf) -> Iterator[Content]:
    """What the pages draw. A page that cannot be read is silent; one that never ends is refused."""
    fonts = FontTable()
    for index, page in enumerate(pdf.pages):
        content = read_page(page, index, fonts)
        for note in content.notes:
            if note.kind is ContentFault.LARGE:
                raise UnheardError(f"Page {index + 1} cannot be read: {note.words}")
        yield content


def _top(pdf: Pdf, tree: Tree, words: dict[Address, str]) -> Element:
    """The whole tree, from its leaves up; several roots are put under one Document."""
    elements: dict[int, Element] = {}
    for source in reversed(tree.elements):
        kids = (elements.pop(kid) if isinstance(kid, int) else words.get(kid, "") for kid in source.kids)
        objects = [pdf.get_object(known_by) for known_by in source.objects if known_by != (0, 0)]
        elements[source.index] = Element(
            role=source.written if source.written in MEANINGFUL else source.role,
            kids=tuple(kids),
            alt=source.alt or "",
            actual=source.actual,
            expansion=source.expansion or "",
            language=source.lang or "",
            target=next(filter(None, map(_destination, objects)), ""),
            field=next(filter(None, map(_field, objects)), ""),
            attributes=_plain(source.attributes),
        )
    tops = tuple(elements[index] for index in sorted(elements))
    return tops[0] if len(tops) == 1 else Element("Document", tops)


def _destination(annotation: Any) -> str:
    """What an annotation says of itself, or the address that it leads to."""
    if not isinstance(annotation, Dictionary):
        return ""
    action = annotation.get("/A", Dictionary())
    return str(annotation.get("/Contents", "")) or (
        str(action.get("/URI", "")) if isinstance(action, Dictionary) else ""
    )


def _field(annotation: Any) -> str:
    """A form field as a screen reader names it: what it is, and its name for people (ISO 32000-1, 12.7.3)."""
    kind = str(inherited(annotation, "/FT"))
    if not isinstance(annotation, Dictionary) or kind not in FIELDS:
        return ""
    flags = int(as_number(inherited(annotation, "/Ff"), 0))
    what = next((words for flag, words in FIELDS[kind] if flags & flag == flag), "")
    name = inherited(annotation, "/TU") or inherited(annotation, "/T")
    return f"{what}, {name}" if name is not None else what


def _plain(attributes: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple(
        (key, str(value).removeprefix("/"))
        for key, value in attributes.items()
        if not isinstance(value, Array | Dictionary)
    )


def transcript(top: Element) -> Iterator[str]:
    """What is said, a line an utterance."""
    speaker = _Speaker()
    yield from speaker.say(top)
    yield from speaker.pause()


def outline(top: Element) -> Iterator[str]:
    """The headings alone, as a reader jumps from one to the next."""
    for element in top.walk():
        if level := _level(element):
            yield f"{'  ' * (level - 1)}heading level {level}, {element.text()}"


def links(top: Element) -> Iterator[str]:
    """The links alone."""
    yield from (_link(element) for element in top.walk() if element.role == "Link")


def figures(top: Element) -> Iterator[str]:
    """The figures alone."""
    yield from (_figure(element) for element in top.walk() if element.role == "Figure")


def tables(top: Element) -> Iterator[str]:
    """The tables alone, with their captions."""
    for element in top.walk():
        if element.role == "Table":
            caption = next((kid.text() for kid in element.elements if kid.role == "Caption"), "")
            yield _table(element) + (f", {caption}" if caption else "")


def _level(element: Element) -> int:
    return int(element.role[1]) if re.fullmatch(r"H[1-6]", element.role) else 0


def _link(element: Element) -> str:
    words = element.text()
    return f"link, {words}" + (f" ({element.target})" if element.target and element.target != words else "")


def _figure(element: Element) -> str:
    return f"figure, {element.alt}" if element.alt else "figure without words"


def _rows(table: Element) -> list[Element]:
    groups = [kid for kid in table.elements if kid.role in ("THead", "TBody", "TFoot")]
    return [row for group in (groups or [table]) for row in group.elements if row.role == "TR"]


def _table(table: Element) -> str:
    rows = _grid(table)
    columns = max((column + _span(cell, "ColSpan") for row in rows for column, cell in row), default=0)
    return f"table, {columns} columns, {len(rows)} rows"


def _grid(table: Element) -> list[list[tuple[int, Element]]]:
    """The cells of each row with the column, from 0, in which each starts: cells above may reach down (14.8.5.7)."""
    grid = []
    taken: dict[int, int] = {}
    for row in _rows(table):
        column, cells = 0, []
        below = {place: rows - 1 for place, rows in taken.items() if rows > 1}
        for cell in row.elements:
            while column in taken:
                column += 1
            if column >= MAX_COLUMNS:
                break
            cells.append((column, cell))
            for place in range(column, column + _span(cell, "ColSpan")):
                below[place] = _span(cell, "RowSpan") - 1
            column += _span(cell, "ColSpan")
        taken = {place: rows for place, rows in below.items() if rows > 0}
        grid.append(cells)
    return grid


def _cell(cell: Element, heads: list[str]) -> str:
    """A cell with the heads of its column, unless it is a head itself."""
    named = cell.role == "TD" and heads
    return f"{', '.join(heads)}: {cell.text()}" if named else cell.text()


def _span(cell: Element, name: str) -> int:
    value = cell.attribute(name)
    return min(int(value), MAX_COLUMNS) if value.isdecimal() and int(value) > 0 else 1


def _count(number: int, what: str) -> str:
    return f"{number} {what}" + ("" if number == 1 else "s")


class _Speaker:
    """Says elements one after the other, gathering the words between them into sentences."""

    def __init__(self) -> None:
        self.words = ""

    def say(self, element: Element) -> Iterator[str]:
        """Everything heard of one element."""
        if element.language:
            yield from self.pause()
            yield f"language {element.language}"
        yield from self._said(element)
        if element.language:
            yield from self.pause()
            yield "end of language"

    def _said(self, element: Element) -> Iterator[str]:
        role = element.role
        if level := _level(element):
            yield from self._alone(f"heading level {level}, {element.text()}")
        elif role == "Link":
            yield from self._alone(_link(element))
        elif element.field:
            yield from self._alone(element.field)
            yield from self._kids(element)
        elif role == "Figure":
            yield from self._alone(_figure(element))
            for kid in element.elements:
                yield from self.say(kid)
        elif role == "L":
            items = sum(kid.role == "LI" for kid in element.elements)
            yield from self._group(f"list with {_count(items, 'item')}", element, "end of list")
        elif role == "TOC":
            entries = sum(kid.role == "TOCI" for kid in element.elements)
            yield from self._group(f"contents with {entries} entries", element, "end of contents")
        elif role == "Table":
            yield from self._whole_table(element)
        elif role == "BlockQuote":
            yield from self._group("quotation", element, "end of quotation")
        elif role == "Caption":
            yield from self._alone(f"caption, {element.text()}")
        elif role == "Index":
            yield from self._group("index", element, "end of index")
        elif role in ("Note", "FENote"):
            yield from self._group("note", element, "end of note")
        elif role == "Lbl":
            yield from self.pause()
            self.words = f"{element.text()} "
        elif role in INLINE:
            yield from self._kids(element)
        else:
            if role != "LBody":
                yield from self.pause()
            yield from self._kids(element)
            yield from self.pause()

    def _kids(self, element: Element) -> Iterator[str]:
        if element.replacement is not None:
            self.words += element.replacement
            return
        for kid in element.kids:
            if isinstance(kid, str):
                self.words += kid
            else:
                yield from self.say(kid)

    def _group(self, opening: str, element: Element, closing: str) -> Iterator[str]:
        yield from self.pause()
        yield opening
        yield from self._kids(element)
        yield from self.pause()
        if closing:
            yield closing

    def _whole_table(self, table: Element) -> Iterator[str]:
        yield from self.pause()
        yield _table(table)
        for kid in table.elements:
            if kid.role == "Caption":
                yield f"caption, {kid.text()}"
        heads: dict[int, list[str]] = {}
        after_heads = False
        for place, row in enumerate(_grid(table), 1):
            if all(cell.role == "TH" for _, cell in row):
                heads = {} if after_heads else heads
                for column, cell in row:
                    for below in range(column, column + _span(cell, "ColSpan")):
                        heads.setdefault(below, []).append(cell.text())
                said = [cell.text() for _, cell in row]
            else:
                said = [_cell(cell, heads.get(column, [])) for column, cell in row]
            after_heads = any(cell.role != "TH" for _, cell in row)
            yield f"row {place}, {'; '.join(said)}"
        yield "end of table"

    def _alone(self, line: str) -> Iterator[str]:
        yield from self.pause()
        yield line

    def pause(self) -> Iterator[str]:
        """Say the words gathered so far."""
        words = _squeezed(self.words)
        self.words = ""
        if words:
            yield words
