"""What is said of elements, a line an utterance."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from booklet.findings import counted
from booklet.transcript.elements import INLINE, Element, squeezed
from booklet.transcript.loading import load
from booklet.transcript.tables import parts, rows, size


def heard(path: Path, part: str | None = None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What is said of a file or of a part of it (`outline`, `links`, `figures`, `tables`), a line an utterance, and
    what others may hear otherwise. Raises UnheardError. Plain lines, so that a process of its own can hand them over.
    """
    reading = load(path)
    say = {"outline": outline, "links": links, "figures": figures, "tables": tables}.get(part or "", transcript)
    return tuple(say(reading.top)), reading.notes


def transcript(top: Element) -> Iterator[str]:
    """What is said, a line an utterance."""
    speaker = _Speaker()
    yield from speaker.say(top)
    yield from speaker.pause()


def outline(top: Element) -> Iterator[str]:
    """The headings alone, as a reader jumps from one to the next."""
    for element in top.walk():
        if element.level:
            yield f"{'  ' * (element.level - 1)}{_heading(element)}"


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


def _heading(element: Element) -> str:
    return f"heading level {element.level}, {element.text()}"


def _link(element: Element) -> str:
    words = element.text()
    if not words:
        return f"link, {element.target or 'without words'}"
    return f"link, {words}" + (f" ({element.target})" if element.target and element.target != words else "")


def _figure(element: Element) -> str:
    words = element.alt or element.actual
    return f"figure, {words}" if words else "figure without words"


def _table(table: Element) -> str:
    columns, lines = size(table)
    return f"table, {columns} columns, {lines} rows"


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
        if element.level:
            yield from self._alone(_heading(element))
        elif role == "Link":
            yield from self._alone(_link(element))
        elif element.fields:
            for field in element.fields:
                yield from self._alone(field)
            yield from self._kids(element)
        elif role == "Figure":
            yield from self._alone(_figure(element))
            for kid in element.kids:
                yield from self._kid(kid) if isinstance(kid, Element) or not (element.alt or element.actual) else ()
        elif role == "Annot":
            yield from self._alone(f"annotation, {element.target or element.alt or 'without words'}")
            yield from self._kids(element)
        elif role == "Table":
            yield from self._whole_table(element)
        elif role == "Caption":
            yield from self._alone(f"caption, {element.text()}")
        elif opening := _opening(element):
            yield from self._group(opening, element)
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
            yield from self._kid(kid)

    def _kid(self, kid: Element | str) -> Iterator[str]:
        if isinstance(kid, str):
            self.words += kid
        else:
            yield from self.say(kid)

    def _group(self, names: tuple[str, str], element: Element) -> Iterator[str]:
        yield from self._alone(names[0])
        yield from self._kids(element)
        yield from self._alone(names[1])

    def _whole_table(self, table: Element) -> Iterator[str]:
        yield from self._alone(_table(table))
        lines = enumerate(rows(table), 1)
        for part in parts(table):
            if isinstance(part, Element) and part.role == "TR":
                number, cells = next(lines)
                yield from self._alone(f"row {number}, {'; '.join(cells)}")
            else:
                yield from self._kid(part)
        yield from self._alone("end of table")

    def _alone(self, line: str) -> Iterator[str]:
        yield from self.pause()
        yield line

    def pause(self) -> Iterator[str]:
        """Say the words gathered so far."""
        words = squeezed(self.words)
        self.words = ""
        if words:
            yield words


def _opening(element: Element) -> tuple[str, str] | None:
    """What is said before and after a group."""
    match element.role:
        case "L":
            items = sum(kid.role == "LI" for kid in element.elements)
            return f"list with {counted(items, 'item')}", "end of list"
        case "TOC":
            entries = sum(kid.role == "TOCI" for kid in element.elements)
            return f"contents with {entries} entries", "end of contents"
        case "BlockQuote":
            return "quotation", "end of quotation"
        case "Index":
            return "index", "end of index"
        case "Note" | "FENote":
            return "note", "end of note"
        case _:
            return None
