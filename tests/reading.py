"""Reads a finished PDF back for the tests: its structure with the text under each element, outline and links."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf

Tree = tuple[str, tuple[Any, ...]]
"""An element: its role, and its kids in order, each an element or a piece of text."""


def structure(pdf: Pdf) -> Tree:
    """The structure tree, with text in place of marked content."""
    texts = {page.obj.objgen: page_texts(page) for page in pdf.pages}
    root = pdf.Root.StructTreeRoot.K
    return _element(root[0] if isinstance(root, Array) else root, None, texts)


def _element(element: Any, page: Any, texts: dict[Any, dict[int, str]]) -> Tree:
    page = element.get("/Pg", page)
    kids: list[Any] = []
    for kid in _kids(element):
        if isinstance(kid, int):
            kids.append(texts[page.objgen].get(kid, ""))
        elif kid.get("/Type") == Name.MCR:
            kids.append(texts[kid.Pg.objgen].get(int(kid.MCID), ""))
        elif kid.get("/Type") != Name.OBJR:
            kids.append(_element(kid, page, texts))
    return str(element.S)[1:], tuple(kids)


def _kids(element: Any) -> list[Any]:
    kids = element.get("/K", Array())
    return list(kids) if isinstance(kids, Array) else [kids]


def page_texts(page: Any) -> dict[int, str]:
    """The text of each marked content of a page, by its number."""
    maps = {name: _unicode(font) for name, font in page.Resources.get("/Font", Dictionary()).items()}
    texts: dict[int, str] = {}
    font: dict[str, str] = {}
    stack: list[int | None] = []
    for operands, operator in pikepdf.parse_content_stream(page):
        match str(operator):
            case "BDC":
                properties = operands[1]
                number = properties.get("/MCID") if isinstance(properties, Dictionary) else None
                stack.append(None if number is None else int(number))
                if number is not None:
                    texts.setdefault(int(number), "")
            case "BMC":
                stack.append(None)
            case "EMC":
                stack.pop()
            case "Tf":
                font = maps.get(str(operands[0]), {})
            case "TJ" | "Tj":
                mcid = next((number for number in reversed(stack) if number is not None), None)
                if mcid is not None:
                    texts[mcid] += _shown(operands[0], font)
    return texts


def _shown(operand: Any, font: dict[str, str]) -> str:
    pieces = operand if isinstance(operand, Array) else [operand]
    glyphs = b"".join(bytes(piece) for piece in pieces if isinstance(piece, pikepdf.String)).hex()
    return "".join(font.get(glyphs[i : i + 4], "?") for i in range(0, len(glyphs), 4))


def _unicode(font: Any) -> dict[str, str]:
    cmap = font.ToUnicode.read_bytes().decode("latin-1") if "/ToUnicode" in font else ""
    pairs = re.findall(r"<([0-9a-f]{4})> <([0-9a-f]+)>", cmap)
    return {glyph: bytes.fromhex(text).decode("utf-16-be") for glyph, text in pairs}


def roles(tree: Tree) -> Iterator[str]:
    """Every role of a tree, in order."""
    yield tree[0]
    for kid in tree[1]:
        if isinstance(kid, tuple):
            yield from roles(kid)


def text(tree: Tree) -> str:
    """All text under an element, white space made single."""
    return re.sub(r"[ \t\n]+", " ", _text(tree)).strip(" ")


def _text(tree: Tree) -> str:
    inline = tree[0] in ("Link", "Reference", "Lbl", "Strong", "Span")
    words = "".join(_text(kid) if isinstance(kid, tuple) else kid for kid in tree[1])
    return words if inline else f" {words} "


def outline(pdf: Pdf) -> list[tuple[int, str, int]]:
    """Depth, title and page index of each outline entry."""
    pages = {page.obj.objgen: index for index, page in enumerate(pdf.pages)}

    def walk(items: Any, depth: int) -> Iterator[tuple[int, str, int]]:
        for item in items:
            yield depth, item.title, pages[item.destination[0].objgen]
            yield from walk(item.children, depth + 1)

    with pdf.open_outline() as tree:
        return list(walk(tree.root, 0))


def links(pdf: Pdf) -> list[tuple[int, str, str]]:
    """Page index, target (a URI, or `page N` by index) and what it says of itself, for each link."""
    pages = {page.obj.objgen: index for index, page in enumerate(pdf.pages)}
    names = {str(name): dest for name, dest in pikepdf.NameTree(pdf.Root.Names.Dests).items()}
    rows = []
    for index, page in enumerate(pdf.pages):
        for annotation in page.get("/Annots", Array()):
            target = (
                str(annotation.A.URI) if "/A" in annotation else f"page {pages[names[str(annotation.Dest)][0].objgen]}"
            )
            rows.append((index, target, str(annotation.Contents)))
    return rows


def references(pdf: Pdf) -> list[tuple[str, str]]:
    """For each link inside the booklet its text, and the label of the page to which it leads."""
    labels = {page.obj.objgen: str(page.label) for page in pdf.pages}
    names = {str(name): dest for name, dest in pikepdf.NameTree(pdf.Root.Names.Dests).items()}
    texts = {page.obj.objgen: page_texts(page) for page in pdf.pages}
    rows = []
    for element in pdf.objects:
        if isinstance(element, Dictionary) and element.get("/S") == Name.Link and "/P" in element:
            annotations = [kid.Obj for kid in _kids(element) if isinstance(kid, Dictionary) and "/Obj" in kid]
            if annotations and "/Dest" in annotations[0]:
                words = text(_element(element, element.get("/Pg"), texts))
                rows.append((words, labels[names[str(annotations[0].Dest)][0].objgen]))
    return rows
