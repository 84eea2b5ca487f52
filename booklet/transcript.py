"""Transcript: what a screen reader would say of a tagged PDF, in order.

Works on anybody's tagged PDF. It reads the structure tree, not the page: what is an artifact is not heard, what is
in the tree twice is heard twice. Text comes from pdfminer, which knows all kinds of fonts; the tree and the
annotations come from pikepdf. It does not judge: preflight does.

Nothing here runs without end: a file may have `MAX_BYTES`, its tree `MAX_ELEMENTS` elements and be `MAX_DEPTH` deep,
an element that stands above itself is refused, a page whose content cannot be read is silent, and the whole may take
the time and memory of `booklet.bounds`.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pikepdf
from pdfminer.pdfdevice import PDFTextDevice
from pdfminer.pdfexceptions import PDFException
from pdfminer.pdfinterp import PDFPageInterpreter, PDFResourceManager
from pdfminer.pdfpage import PDFPage
from pdfminer.psexceptions import PSException
from pikepdf import Array, Dictionary, Name, Pdf

from booklet.bounds import TooMuchError, within_bounds
from booklet.findings import BookletError

MAX_ELEMENTS = 200_000
MAX_DEPTH = 200
MAX_BYTES = 200_000_000


class UnheardError(BookletError):
    """A file that has nothing to be read aloud, with the reason."""

    exit_status = 1


@dataclass(frozen=True)
class Element:
    """One structure element: its standard role, what is said of it, and its kids in order, elements or text.

    `target` is what its link annotation says of itself; `scope`, `numbering` and so on are in `attributes`.
    """

    role: str
    kids: tuple[Element | str, ...]
    alt: str = ""
    actual: str = ""
    expansion: str = ""
    language: str = ""
    target: str = ""
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
        return re.sub(r"[ \t\r\n]+", " ", self._text()).strip(" ")

    def _text(self) -> str:
        if self.actual or self.expansion:
            return self.actual or self.expansion
        return "".join(kid if isinstance(kid, str) else kid.spoken() for kid in self.kids)

    def spoken(self) -> str:
        """Its text as a part of what surrounds it: apart when it is a block."""
        words = self.alt if self.role == "Figure" and self.alt else self._text()
        if self.language:
            words = f"language {self.language}, {words}, end of language"
        return words if self.role in INLINE else f" {words} "


INLINE = frozenset({"Span", "Link", "Reference", "Lbl", "Em", "Strong", "Quote", "Code", "NonStruct", "Sub"})

MEANINGFUL = frozenset({"Aside", "Strong", "Em", "FENote"})


def load(path: Path) -> Element:
    """The structure of a file with its text. Raises UnheardError, with the reason, for a file that has none to give."""
    content = _content(path)
    try:
        with within_bounds(), Pdf.open(io.BytesIO(content)) as pdf:
            root = pdf.Root.get("/StructTreeRoot")
            if not isinstance(root, Dictionary):
                raise UnheardError(f"{path.name} is not tagged: a screen reader can only guess.")
            return _Loader(pdf, root, _texts(content)).tree()
    except TooMuchError as reason:
        raise UnheardError(f"Reading {path.name} takes {reason}.") from reason
    except pikepdf.PasswordError as reason:
        raise UnheardError(f"{path.name} is encrypted: open it and save it without a password.") from reason
    except (pikepdf.PdfError, ValueError, TypeError, AttributeError, KeyError) as reason:
        raise UnheardError(f"{path.name} cannot be read as a PDF ({type(reason).__name__}).") from reason


def _content(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise UnheardError(f"{path.name} is larger than {MAX_BYTES // 1_000_000} MB.")
        return path.read_bytes()
    except OSError as reason:
        raise UnheardError(f"{path.name} cannot be opened ({reason.strerror}).") from reason


class _Texts(PDFTextDevice):
    """Collects the text of each marked content of one page."""

    def __init__(self, manager: PDFResourceManager) -> None:
        super().__init__(manager)
        self.texts: dict[int, str] = {}
        self._open: list[int | None] = []

    def begin_tag(self, tag: Any, props: Any = None) -> None:
        """Marked content opens."""
        number = props.get("MCID") if isinstance(props, dict) else None
        self._open.append(number if isinstance(number, int) else None)

    def end_tag(self) -> None:
        """Marked content closes."""
        if self._open:
            self._open.pop()

    def render_string(self, textstate: Any, seq: Any, ncs: Any, graphicstate: Any) -> None:
        """Text is shown."""
        number = next((number for number in reversed(self._open) if number is not None), None)
        font = textstate.font
        if number is None or font is None:
            return
        codes = (code for piece in seq if isinstance(piece, bytes) for code in font.decode(piece))
        self.texts[number] = self.texts.get(number, "") + "".join(_character(font, code) for code in codes)


def _character(font: Any, code: int) -> str:
    try:
        return str(font.to_unichr(code))
    except KeyError:
        return ""


def _texts(content: bytes) -> list[dict[int, str]]:
    """For each page, the text of each marked content by its number."""
    manager = PDFResourceManager()
    pages: list[dict[int, str]] = []
    for page in PDFPage.get_pages(io.BytesIO(content), check_extractable=False):
        device = _Texts(manager)
        try:
            PDFPageInterpreter(manager, device).process_page(page)
        except (PDFException, PSException, ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError):
            device.texts = {}
        pages.append(device.texts)
    return pages


class _Loader:
    """Turns the structure tree into elements, within bounds."""

    def __init__(self, pdf: Pdf, root: Any, texts: list[dict[int, str]]) -> None:
        self.root = root
        self.roles = {str(key)[1:]: str(value)[1:] for key, value in root.get("/RoleMap", Dictionary()).items()}
        self.texts = {page.obj.objgen: text for page, text in zip(pdf.pages, texts, strict=False)}
        self.count = 0
        self.above: set[tuple[int, int]] = set()

    def tree(self) -> Element:
        """The whole tree; several roots are put under one Document."""
        tops = [self.element(kid, None, 1) for kid in _kids(self.root) if isinstance(kid, Dictionary)]
        return tops[0] if len(tops) == 1 else Element("Document", tuple(tops))

    def element(self, source: Any, page: Any, depth: int) -> Element:
        """One element and all under it."""
        self.count += 1
        if self.count > MAX_ELEMENTS:
            raise UnheardError(f"The structure has more than {MAX_ELEMENTS} elements.")
        if depth > MAX_DEPTH:
            raise UnheardError(f"The structure is more than {MAX_DEPTH} elements deep.")
        if source.objgen != (0, 0) and source.objgen in self.above:
            raise UnheardError("The structure turns back on itself.")
        self.above.add(source.objgen)
        page = source.get("/Pg", page)
        kids: list[Element | str] = []
        target = ""
        for kid in _kids(source):
            if isinstance(kid, int):
                kids.append(self.text(page, kid))
            elif not isinstance(kid, Dictionary):
                continue
            elif kid.get("/Type") == Name.MCR:
                kids.append(self.text(kid.get("/Pg", page), int(kid.get("/MCID", -1))))
            elif kid.get("/Type") == Name.OBJR:
                annotation = kid.get("/Obj", Dictionary())
                target = target or str(annotation.get("/Contents", "")) or _destination(annotation)
            else:
                kids.append(self.element(kid, page, depth + 1))
        self.above.discard(source.objgen)
        return Element(
            role=self.role(source),
            kids=tuple(kids),
            alt=str(source.get("/Alt", "")),
            actual=str(source.get("/ActualText", "")),
            expansion=str(source.get("/E", "")),
            language=str(source.get("/Lang", "")),
            target=target,
            attributes=_attributes(source),
        )

    def text(self, page: Any, number: int) -> str:
        """The text of one marked content."""
        return self.texts.get(page.objgen, {}).get(number, "") if isinstance(page, Dictionary) else ""

    def role(self, source: Any) -> str:
        """The standard role; roles of PDF 2.0 are kept as they are, whatever PDF 1.7 has in their place."""
        role = str(source.get("/S", "/NonStruct"))[1:]
        for _ in range(8):
            if role not in self.roles or role in MEANINGFUL:
                return role
            role = self.roles[role]
        return role


def _kids(source: Any) -> list[Any]:
    kids = source.get("/K", Array())
    return list(kids) if isinstance(kids, Array) else [kids]


def _destination(annotation: Any) -> str:
    action = annotation.get("/A", Dictionary())
    return str(action.get("/URI", "")) if isinstance(action, Dictionary) else ""


def _attributes(source: Any) -> tuple[tuple[str, str], ...]:
    entries = source.get("/A", Array())
    entries = entries if isinstance(entries, Array) else [entries]
    return tuple(
        (str(key)[1:], str(value).removeprefix("/"))
        for entry in entries
        if isinstance(entry, Dictionary)
        for key, value in entry.items()
        if not isinstance(value, Array | Dictionary)
    )


def transcript(top: Element) -> Iterator[str]:
    """What is said, a line an utterance."""
    yield from _Speaker().say(top)


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
    rows = _rows(table)
    columns = max((len(row.elements) for row in rows), default=0)
    return f"table, {columns} columns, {len(rows)} rows"


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
        if element.actual or element.expansion:
            self.words += element.actual or element.expansion
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
        heads: list[str] = []
        for number, row in enumerate(_rows(table), 1):
            cells = row.elements
            if all(cell.role == "TH" for cell in cells):
                heads = [cell.text() for cell in cells]
            named = [
                f"{heads[place]}: {cell.text()}" if cell.role == "TD" and place < len(heads) else cell.text()
                for place, cell in enumerate(cells)
            ]
            yield f"row {number}, {'; '.join(named)}"
        yield "end of table"

    def _alone(self, line: str) -> Iterator[str]:
        yield from self.pause()
        yield line

    def pause(self) -> Iterator[str]:
        """Say the words gathered so far."""
        words = re.sub(r"[ \t\r\n]+", " ", self.words).strip(" ")
        self.words = ""
        if words:
            yield words
