"""Reads a finished PDF back for the tests: its structure with the text under each element, outline and links."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf

Tree = tuple[str, tuple[Any, ...]]
"""An element: its role, and its kids in order, each an element or a piece of text."""


def structure(pdf: Pdf) -> Tree:
    """The structure tree, with text in place of marked content."""
    texts = {page.obj.objgen: page_texts(page) for page in pdf.pages}
    return _element(top(pdf), None, texts)


def top(pdf: Pdf) -> Any:
    """The one element at the top of a structure."""
    root = pdf.Root.StructTreeRoot.K
    return root[0] if isinstance(root, Array) else root


def painted_otherwise(pdf: Pdf) -> list[int]:
    """The numbers of the pages whose marked contents are painted in another order than the structure has them."""
    read: dict[Any, list[int]] = {page.obj.objgen: [] for page in pdf.pages}
    for page, number in marked(top(pdf)):
        read[page.objgen].append(number)
    return [number for number, page in enumerate(pdf.pages, 1) if read[page.obj.objgen] != _painted(page)]


def _painted(page: Any) -> list[int]:
    marks = [operands[1] for operands, operator in operations(page) if operator == "BDC"]
    return [int(properties.MCID) for properties in marks if "/MCID" in properties]


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


def operations(stream: Any) -> Iterator[tuple[Any, str]]:
    """The operands and the operator of each instruction of a content stream."""
    for instruction in pikepdf.parse_content_stream(stream):
        yield instruction.operands, str(instruction.operator)


def page_texts(page: Any) -> dict[int, str]:
    """The text of each marked content of a page, by its number."""
    maps = {name: _unicode(font) for name, font in page.Resources.get("/Font", Dictionary()).items()}
    texts: dict[int, str] = {}
    font: dict[str, str] = {}
    stack: list[int | None] = []
    for operands, operator in operations(page):
        match operator:
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


def bare_roles(pdf: Pdf) -> Iterator[str]:
    """Every role of a file's tree, without reading its pages."""

    def walk(element: Any) -> Iterator[str]:
        yield str(element.S)[1:]
        for kid in _kids(element):
            if isinstance(kid, Dictionary) and "/S" in kid:
                yield from walk(kid)

    yield from walk(top(pdf))


def text(tree: Tree) -> str:
    """All text under an element, white space made single."""
    return re.sub(r"[ \t\n]+", " ", _text(tree)).strip(" ")


def _text(tree: Tree) -> str:
    inline = tree[0] in ("Link", "Reference", "Lbl", "Strong", "Span")
    words = "".join(_text(kid) if isinstance(kid, tuple) else kid for kid in tree[1])
    return words if inline else f" {words} "


ROLES_OF_TAGS = {
    "section": "Sect", "p": "P", "blockquote": "BlockQuote", "ul": "L", "ol": "L", "dl": "L", "li": "LI",
    "table": "Table", "tr": "TR", "th": "TH", "td": "TD", "figure": "Figure", "img": "Figure", "a": "Link",
    **{f"h{level}": f"H{level}" for level in range(1, 7)},
}  # fmt: skip
COMPARED = frozenset(ROLES_OF_TAGS.values())
INLINE_TAGS = frozenset({"a", "abbr", "strong", "span", "wbr", "img", "dt", "dd"})


class _Source(HTMLParser):
    """What a composed document should be heard as: the compared roles nested as its elements are, with their text."""

    def __init__(self) -> None:
        super().__init__()
        self.root: list[Any] = []
        self.open: list[tuple[str, list[Any]]] = [("html", self.root)]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        kinds = (given.get("class") or "").split()
        above = [name for name, _ in self.open]
        role = ROLES_OF_TAGS.get(tag, "")
        if tag == "div" and above[-1] == "dl":
            role = "LI"
        if "contents" in kinds or (tag == "li" and above[-1] == "ol.contents"):
            role = ""
        if tag == "img" and (above[-1] == "figure" or not given.get("alt")):
            role = ""
        if tag == "dt" or "label" in kinds:
            role = "Lbl"
        if tag == "figcaption":
            role = "Caption"
        kids = self.open[-1][1]
        if role:
            kids.append((role, []))
            kids = kids[-1][1]
        elif tag not in INLINE_TAGS:
            kids.append(" ")
        if tag not in ("img", "wbr", "br", "meta"):
            self.open.append((f"{tag}.contents" if "contents" in kinds else tag, kids))

    def handle_endtag(self, tag: str) -> None:
        if tag not in INLINE_TAGS:
            self.open[-1][1].append(" ")
        assert self.open.pop()[0].partition(".")[0] == tag

    def handle_data(self, data: str) -> None:
        if not any(tag in ("title", "style") for tag, _ in self.open):
            self.open[-1][1].append(data)


def source(html: str) -> Tree:
    """The tree that a composed document should give, in the roles of `COMPARED` and Lbl, read by another parser."""
    parser = _Source()
    parser.feed(html)
    parser.close()

    def frozen(role: str, kids: list[Any]) -> Tree:
        return role, tuple(kid if isinstance(kid, str) else frozen(*kid) for kid in kids)

    return frozen("Document", parser.root)


def shape(tree: Tree) -> Tree:
    """The compared roles of a tree and how they are nested; other elements are passed through."""

    def kids(element: Tree) -> Iterator[Tree]:
        for kid in element[1]:
            if isinstance(kid, tuple):
                yield from [(kid[0], tuple(kids(kid)))] if kid[0] in COMPARED else kids(kid)

    return tree[0], tuple(kids(tree))


def words(tree: Tree) -> list[str]:
    """All words of a tree in order, without the labels that layout makes, bullets and numbers, and without what is
    written inside drawings: their text alternative is heard in its place.
    """
    return text(_unlabelled(tree)).split(" ")


def _unlabelled(tree: Tree) -> Tree:
    def kept(kid: Any) -> bool:
        if isinstance(kid, str):
            return tree[0] != "Figure"
        return bool(kid[0] != "Lbl" or re.search("[A-Za-z]{2}", text(kid)))

    return tree[0], tuple(_unlabelled(kid) if isinstance(kid, tuple) else kid for kid in tree[1] if kept(kid))


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


def marked(element: Any, page: Any = None) -> Iterator[tuple[Any, int]]:
    """Page and number of each marked content under an element, in order."""
    above = element
    while page is None and above is not None:
        page, above = above.get("/Pg"), above.get("/P")
    for kid in _kids(element):
        if isinstance(kid, int):
            yield page, kid
        elif isinstance(kid, Dictionary) and kid.get("/Type") == Name.MCR:
            yield kid.get("/Pg", page), int(kid.MCID)
        elif isinstance(kid, Dictionary) and "/S" in kid:
            yield from marked(kid, kid.get("/Pg", page))
