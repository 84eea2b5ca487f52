"""A file read into elements: its structure tree with the text of its pages, within bounds."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Pdf, String

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
    painted_otherwise,
    read_page,
    read_tree,
    words_of,
)
from booklet.pdf import Element as Source
from booklet.transcript.elements import Element
from booklet.transcript.fields import contents, field

MAX_BYTES = 200_000_000
MOST_NAMED = 10
"""So many pages are named in one sentence."""
MEANINGFUL = frozenset({"Aside", "Strong", "Em", "FENote"})
"""Roles of PDF 2.0 that files of PDF 1.7 map to others that mean less."""
_SECTIONS = frozenset({"Document", "Part", "Art", "Sect", "Div"})


class UnheardError(BookletError):
    """A file that has nothing to be read aloud, with the reason."""

    exit_status = 1


@dataclass(frozen=True)
class Reading:
    """What is heard of a file: its structure from the top. `notes` say what others may hear otherwise."""

    top: Element
    notes: tuple[str, ...]


def load(path: Path) -> Reading:
    """The structure of a file with its text. Raises UnheardError, with the reason, for a file that has none to give."""
    return hear(_content(path), path.name)


def hear(content: bytes, name: str) -> Reading:
    """The same of the bytes of a file, which messages call by its name."""
    try:
        with within_bounds(), Pdf.open(io.BytesIO(content)) as pdf:
            tree = read_tree(pdf)
            if tree is None:
                raise UnheardError(f"{name} is not tagged: a screen reader can only guess.")
            for problem in tree.problems:
                if problem.kind in (TreeFault.DEEP, TreeFault.LARGE):
                    raise UnheardError(problem.words)
            pages = list(_pages(pdf))
            return Reading(_top(pdf, tree, words_of(pages, tree)), tuple(_notes(tree, painted_otherwise(pages, tree))))
    except TooMuchError as reason:
        raise UnheardError(f"Reading {name} takes {reason}.") from reason
    except pikepdf.PasswordError as reason:
        raise UnheardError(f"{name} is encrypted: open it and save it without a password.") from reason
    except (pikepdf.PdfError, ValueError, TypeError, AttributeError, LookupError, ArithmeticError, RuntimeError) as bad:
        raise UnheardError(f"{name} cannot be read as a PDF ({type(bad).__name__}).") from bad


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


def _notes(tree: Tree, painted: tuple[int, ...]) -> Iterator[str]:
    yield from (problem.words for problem in tree.problems if problem.kind is TreeFault.CYCLE)
    if painted:
        shown = [*(str(index + 1) for index in painted[:MOST_NAMED]), *(["more"] if len(painted) > MOST_NAMED else [])]
        pages = f"Pages {', '.join(shown[:-1])} and {shown[-1]} are" if len(shown) > 1 else f"Page {shown[0]} is"
        yield f"{pages} painted in another order than the tags: who reads, copies or reflows without tags meets it so."


def _top(pdf: Pdf, tree: Tree, words: dict[Address, str]) -> Element:
    """The whole tree, from its leaves up; several roots are put under one Document. Artifacts are silent."""
    language = pdf.Root.get("/Lang")
    of_file = str(language) if isinstance(language, String) else ""
    elements: dict[int, Element] = {}
    for source in reversed(tree.elements):
        kids = [elements.pop(kid, None) if isinstance(kid, int) else words.get(kid, "") for kid in source.kids]
        if source.role == "Artifact":
            continue
        objects = [pdf.get_object(known_by) for known_by in source.objects if known_by != (0, 0)]
        elements[source.index] = Element(
            role=source.written if source.written in MEANINGFUL else source.role,
            kids=tuple(kid for kid in kids if kid is not None),
            page=next((page for page in map(_page_of, source.kids, kids) if page >= 0), -1),
            alt=source.alt or "",
            actual=source.actual,
            expansion=source.expansion or "",
            language=_language(tree, source, of_file),
            level=_level(tree, source),
            target=next(filter(None, map(contents, objects)), ""),
            fields=tuple(filter(None, map(field, objects))),
            id=source.id or "",
            headers=_headers(source.attributes.get("Headers")),
            attributes=_plain(source.attributes),
        )
    tops = tuple(elements[index] for index in sorted(elements))
    return tops[0] if len(tops) == 1 else Element("Document", tops)


def _page_of(source: int | Address, kid: Element | str | None) -> int:
    """The page (from 0) on which a kid begins; -1 where it is nowhere."""
    return kid.page if isinstance(kid, Element) else -1 if isinstance(source, int) else source[0]


def _language(tree: Tree, source: Source, of_file: str) -> str:
    """The language of an element where a listener hears that it changes. What the one root of a tree says is that of
    the file.
    """
    if not source.lang or source.parent < 0:
        return ""
    around = tree.language(source.parent, of_file)
    one, other = (name.casefold().replace("_", "-").split("-") for name in (source.lang, around))
    is_same = one[0] == other[0] and (one == other or len(one) == 1 or len(other) == 1)
    return "" if is_same else source.lang


def _level(tree: Tree, source: Source) -> int:
    """The level of a heading. One without a level is as deep as the sections that have a heading of their own stand
    around it (ISO 32000-1, 14.8.4.3.2).
    """
    if source.role != "H":
        return int(source.role[1:]) if source.role[:1] == "H" and source.role[1:].isdecimal() else 0
    sections = [element for element in tree.above(source.index) if element.role in _SECTIONS]
    return 1 + sum(any(kid.role == "H" for kid in tree.kids(section.index)) for section in sections[1:])


def _headers(value: Any) -> tuple[str, ...]:
    return tuple(str(name) for name in value if isinstance(name, String)) if isinstance(value, Array) else ()


def _plain(attributes: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple(
        (key, str(value).removeprefix("/"))
        for key, value in attributes.items()
        if not isinstance(value, Array | Dictionary)
    )
