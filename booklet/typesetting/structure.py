"""The structure tree of a segment: one source element, one structure element, however many pages it covers.

WeasyPrint's own writer makes one element a page and a span a line, tags folios and running heads, and breaks links
that hold more than words (docs/architecture.md names the threads). This one walks the laid-out boxes in order,
finds the HTML element of each piece of marked content, and hangs the content under that element's one structure
element.

What is written (ISO 32000-1, 14.7 and 14.8): Sect, H1 to H6, P, L with ListNumbering, LI, Lbl, LBody, Table with
Caption, THead, TBody, TR, TH with Scope and ID, TD with Headers, Figure with Alt, BBox and its Caption inside,
BlockQuote, TOC, TOCI, Index, Note with an ID, and Link with its annotations, in a Reference when it leads to another
place of the booklet. A box beside the text is an `Aside`, mapped to Div; bold words are `Strong`, mapped to Span. Span
stands only where it says a language (Lang), the words of an abbreviation (E), or the text of a box that is read from
right to left (ActualText): glyphs stand there in the order of the page. `div` and `span` mean nothing by
themselves and give none. Everything in margin boxes, repeated table headers, and images with empty `alt` are artifacts.

`add_tags` stands in the one private seam: `weasyprint.pdf.add_tags`, called when all pages are drawn. A test holds
the shape of that seam, so that an upgrade that moves it fails loudly.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pydyf
from weasyprint.formatting_structure import boxes
from weasyprint.layout.absolute import AbsolutePlaceholder

from booklet.composing import SCHEME
from booklet.pdf import Box
from booklet.typesetting.marking import FOOTER, HEADER, PAGINATION, Piece, mark

PT_PER_PX = 0.75
ROLES = {
    "main": "Part",
    "section": "Sect",
    "article": "Art",
    "p": "P",
    "blockquote": "BlockQuote",
    "aside": "Aside",
    "figure": "Figure",
    "figcaption": "Caption",
    "img": "Figure",
    "table": "Table",
    "caption": "Caption",
    "thead": "THead",
    "tbody": "TBody",
    "tr": "TR",
    "th": "TH",
    "td": "TD",
    "ul": "L",
    "ol": "L",
    "dl": "L",
    "dt": "Lbl",
    "dd": "LBody",
    "a": "Link",
    "strong": "Strong",
    **{f"h{level}": f"H{level}" for level in range(1, 7)},
}
TABLE_PARTS = frozenset({"caption", "thead", "tbody", "tr", "th", "td"})
ROLE_MAP = {"Aside": "/Div", "Strong": "/Span"}
NUMBERINGS = {
    "disc": "/Disc",
    "circle": "/Circle",
    "square": "/Square",
    "decimal": "/Decimal",
    "lower-alpha": "/LowerAlpha",
    "upper-alpha": "/UpperAlpha",
    "lower-roman": "/LowerRoman",
    "upper-roman": "/UpperRoman",
}
"""How a list counts, by its `list-style-type` (ISO 32000-1, table 347). Any other sign is a bullet."""


@dataclass(eq=False)
class Node:
    """One structure element while it is built. A kid is a node, a piece of content, or (page index, annotation)."""

    role: str
    attributes: dict[str, Any] = field(default_factory=dict)
    kids: list[Any] = field(default_factory=list)
    alt: str = ""
    id: str = ""
    language: str = ""
    expansion: str = ""
    actual: str = ""

    def pieces(self) -> Iterator[Piece]:
        """All content under it, in reading order."""
        for kid in self.kids:
            if isinstance(kid, Node):
                yield from kid.pieces()
            elif isinstance(kid, Piece):
                yield kid


def add_tags(pdf: Any, document: Any, pdf_version: Any, page_streams: list[Any]) -> None:
    """Write the structure tree of a laid-out document. Takes the place of `weasyprint.pdf.tags.add_tags`.

    The document is told where its content comes from: `document.sources` has, for each page, the place of each marked
    content (`data-line` of the nearest element that has one).
    """
    tree = _Tree(document._html.etree_element)
    document.sources = []
    drawn = [
        tree.add_page(index, page, stream._tags)
        for index, (page, stream) in enumerate(zip(document.pages, page_streams, strict=True))
    ]
    reading: list[list[int]] = [[] for _ in drawn]
    for piece in tree.root.pieces():
        if piece.number is not None:
            reading[piece.page].append(piece.number)
    for page, stream, (pieces, artifacts), numbers in zip(document.pages, page_streams, drawn, reading, strict=True):
        mark(stream.stream, pieces, artifacts, numbers, (page.width, page.height))
        numbered = sorted((piece.number, piece.source) for piece in pieces.values() if piece.number is not None)
        document.sources.append([source for _, source in numbered])
    _write(pdf, tree.root, len(page_streams))


def restore_spaces(document: Any) -> None:
    """Draw the spaces that layout takes away, at the end of a line or alone in a box, so that no two words are
    heard as one.

    Whether a space stood there is read from the source: none did after a hyphen or inside a web address.
    """
    heard: dict[Any, tuple[str, int]] = {}
    for page in document.pages:
        for line in page._page_box.descendants():
            if not isinstance(line, boxes.LineBox) or line.element is None:
                continue
            words = [box for box in line.descendants() if isinstance(box, boxes.TextBox)]
            if line.element not in heard:
                heard[line.element] = (re.sub(r"[ \t\n\r\f]+", " ", "".join(line.element.itertext())).lstrip(" "), 0)
            source, position = heard[line.element]
            for box, after in zip(words, [*words[1:], None], strict=False):
                found = source.find(box.text, position) if box.text.strip(" ") else -1
                if found < 0:
                    continue
                position = found + len(box.text)
                gap = after is None or not after.text.strip(" ")
                if gap and source[position : position + 1] == " " and not box.text.endswith(" "):
                    box.text = f"{box.text} "
                    if not _is_from_the_right(box):  # there it would come first, and push the words aside
                        box.pango_layout.text = box.text
            heard[line.element] = (source, position)


class _Tree:
    """Structure nodes by source element, filled page by page."""

    def __init__(self, html: Any) -> None:
        self.parents = {child: parent for parent in html.iter() for child in parent}
        self.root = Node("Document")
        self.nodes: dict[Any, Node] = {}
        self.bodies: dict[Any, Node] = {}
        self.sources: dict[Any, str] = {}
        self.first_page: dict[Any, int] = {}
        self.prefix = next((element.get("id") for element in html.iter() if element.get("id")), "")
        self.heads = 0

    def add_page(
        self, index: int, page: Any, tags: dict[Any, dict[str, Any]]
    ) -> tuple[dict[int, Piece], dict[int, str]]:
        """Hang one page's content under its elements. Returns the pieces by their number as drawn, and the kind of
        artifact of the rest.
        """
        pieces: dict[int, Piece] = {}
        links_seen: set[int] = set()
        for box in _boxes(page._page_box):
            link = getattr(box, "link_annotation", None)
            if link is not None and box.element is not None and id(link) not in links_seen:
                links_seen.add(id(link))
                self._node(box.element).kids.append((index, link))
            if not isinstance(box, boxes.TextBox | boxes.ReplacedBox) or box not in tags:
                continue
            number = tags[box]["mcid"]
            if self._is_content(box, index):
                owner = self._owner(box)
                last = owner.kids[-1] if owner.kids else None
                after = last if isinstance(last, Piece) and last.page == index else None
                if isinstance(box, boxes.TextBox) and _is_from_the_right(box):
                    owner, after = _child(owner, "Span"), None
                    owner.actual = box.text
                pieces[number] = Piece(index, number, self._source(box.element), after, _area(box))
                owner.kids.append(pieces[number])
                if isinstance(box, boxes.ReplacedBox):
                    _describe(owner, box, page.height)
        artifacts = dict(_artifacts(page._page_box, tags))
        repeated = (tag["mcid"] for box, tag in tags.items() if isinstance(box, boxes.TextBox))
        artifacts |= {number: PAGINATION for number in repeated if number not in pieces and number not in artifacts}
        tags.clear()
        return pieces, artifacts

    def _is_content(self, box: Any, page: int) -> bool:
        """False for images without words and for the header rows that a table repeats on its later pages."""
        if box.element is None or (box.element.tag == "img" and not box.element.get("alt")):
            return False
        head = next((element for element in self._ancestors(box.element) if element.tag == "thead"), None)
        return head is None or self.first_page.setdefault(head, page) == page

    def _owner(self, box: Any) -> Node:
        if box.element_tag.endswith("::marker"):
            return self._marker(box)
        return self._node(box.element)

    def _ancestors(self, element: Any) -> Iterator[Any]:
        while element is not None:
            yield element
            element = self.parents.get(element)

    def _source(self, element: Any) -> str:
        if element not in self.sources:
            parent = self.parents.get(element)
            self.sources[element] = element.get("data-line") or ("" if parent is None else self._source(parent))
        return self.sources[element]

    def _node(self, element: Any) -> Node:
        """Where the content of this element goes: its own node, or its nearest ancestor's that has one."""
        if element not in self.nodes:
            self.nodes[element] = self._make(element)
        return self.bodies.get(element, self.nodes[element])

    def _make(self, element: Any) -> Node:
        parent_element = self.parents.get(element)
        if parent_element is None:
            return self.root
        parent = self._node(parent_element)
        if element in self.nodes:
            return self.nodes[element]
        role = self._role(element, parent_element)
        if role is None:
            return parent
        if role == "Link" and element.get("href", "").startswith(SCHEME):
            parent = _child(parent, "Reference")
        if element.tag in ("dt", "dd") and parent_element.tag == "dl":
            parent = self._described(element, parent)
        node = self.nodes[element] = _child(parent, role)
        node.attributes = _attributes(element, role)
        node.id = element.get("id", "")
        node.language = element.get("lang", "")
        node.expansion = element.get("title", "") if element.tag == "abbr" else ""
        match role:
            case "Table":
                self._table(element)
            case "LI":
                self.bodies[element] = _child(node, "LBody") if element.tag == "li" else node
            case "TOCI" if next(element.iter("a"), None) is None:
                self.bodies[element] = _child(node, "Reference")
            case "Index":
                self.bodies[element] = _child(node, "L")
                self.bodies[element].attributes = {"O": "/List", "ListNumbering": "/None"}
        return node

    def _role(self, element: Any, parent: Any) -> str | None:
        kinds = element.get("class", "").split()
        if element.get("role") == "doc-endnote":
            return "Note"
        if "label" in kinds:
            return "Lbl"
        if element.tag == "ol" and "contents" in kinds:
            return "TOC"
        if element.tag == "ul" and "index" in kinds:
            return "Index"
        if element.tag == "li":
            return "TOCI" if self._role(parent, self.parents.get(parent)) == "TOC" else "LI"
        if element.tag == "div" and parent.tag == "dl":
            return "LI"
        if element.tag == "img" and parent.tag == "figure":
            return None
        if element.tag == "thead" and parent.find("tbody") is None:
            return None  # a head is the head of a body (ISO 32000-1, table 337): rows alone are rows of the table
        if element.tag == "abbr" and element.get("title"):
            return "Span"
        if element.tag in ("div", "span") and element.get("lang"):
            return "Div" if element.tag == "div" else "Span"
        return ROLES.get(element.tag)

    def _described(self, element: Any, parent: Node) -> Node:
        """The item of a word or a meaning that stands in its `dl` without a `div`: a word begins a new one."""
        last = parent.kids[-1] if parent.kids else None
        if element.tag == "dd" and isinstance(last, Node):
            return last
        return _child(parent, "LI")

    def _table(self, table: Any) -> None:
        """All rows and cells, the empty ones too, and for each cell the heads that it stands under."""
        for part in table.iter():
            if part.tag in TABLE_PARTS:
                self._node(part)
        columns: dict[int, list[str]] = defaultdict(list)
        rows: dict[int, list[str]] = defaultdict(list)
        places = list(_places(table))
        for cell, row, column in places:
            if cell.tag == "th":
                node = self.nodes[cell]
                self.heads += 1
                node.id = node.id or f"{self.prefix}.{self.heads}"
                span = int(cell.get("rowspan", "1")) if cell.get("scope") == "row" else int(cell.get("colspan", "1"))
                for offset in range(span):
                    (rows[row + offset] if cell.get("scope") == "row" else columns[column + offset]).append(node.id)
        for cell, row, column in places:
            if cell.tag == "td":
                over = [
                    *rows[row],
                    *(head for n in range(int(cell.get("colspan", "1"))) for head in columns[column + n]),
                ]
                if over:
                    node = self.nodes[cell]
                    heads = pydyf.Array(pydyf.String(head) for head in dict.fromkeys(over))
                    node.attributes = {"O": "/Table", **node.attributes, "Headers": heads}

    def _marker(self, box: Any) -> Node:
        """The label of a list item, made once, before its body."""
        self._node(box.element)
        item = self.nodes[box.element]
        if item.kids and isinstance(item.kids[0], Node) and item.kids[0].role == "Lbl":
            return item.kids[0]
        label = Node("Lbl")
        item.kids.insert(0, label)
        style = box.style["list_style_type"]
        numbering = NUMBERINGS.get(style, "/Disc") if isinstance(style, str) else "/Disc"
        self._node(self.parents[box.element]).attributes["ListNumbering"] = numbering
        return label


def _is_from_the_right(box: Any) -> bool:
    return bool(box.style["direction"] == "rtl")


def _area(box: Any) -> tuple[Box, bool]:
    left, top = box.content_box_x(), box.content_box_y()
    return (left, top, left + box.width, top + box.height), isinstance(box, boxes.ReplacedBox)


def _describe(figure: Node, box: Any, page_height_px: float) -> None:
    figure.alt = box.element.get("alt", "")
    left, top = box.content_box_x(), page_height_px - box.content_box_y()
    corners = (left, top - box.height, left + box.width, top)
    figure.attributes = {"O": "/Layout", "BBox": pydyf.Array([value * PT_PER_PX for value in corners])}


def _child(parent: Node, role: str) -> Node:
    node = Node(role)
    parent.kids.append(node)
    return node


def _attributes(element: Any, role: str) -> dict[str, Any]:
    match role:
        case "L":
            return {"O": "/List", "ListNumbering": "/None"}
        case "TH" | "TD":
            scope = {"Scope": "/Row" if element.get("scope") == "row" else "/Column"} if role == "TH" else {}
            spans = {
                key: int(element.get(name))
                for key, name in (("ColSpan", "colspan"), ("RowSpan", "rowspan"))
                if element.get(name, "1") != "1"
            }
            return {"O": "/Table", **scope, **spans} if scope or spans else {}
        case _:
            return {}


def _places(table: Any) -> Iterator[tuple[Any, int, int]]:
    """Each cell of a table with its row and column, counted from 0; cells that span push the others aside."""
    taken: set[tuple[int, int]] = set()
    for row, line in enumerate(line for line in table.iter("tr")):
        column = 0
        for cell in line:
            if cell.tag not in ("th", "td"):
                continue
            while (row, column) in taken:
                column += 1
            yield cell, row, column
            wide, high = int(cell.get("colspan", "1")), int(cell.get("rowspan", "1"))
            taken |= {(row + down, column + right) for down in range(high) for right in range(wide)}
            column += wide


def _boxes(page_box: Any) -> Iterator[Any]:
    """All boxes of a page's content in the order in which they are read, margin boxes left out."""
    for child in page_box.children:
        box = child._box if isinstance(child, AbsolutePlaceholder) else child
        if isinstance(box, boxes.MarginBox):
            continue
        yield box
        if isinstance(box, boxes.ParentBox):
            yield from _boxes(box)


def _artifacts(page_box: Any, tags: dict[Any, dict[str, Any]]) -> Iterator[tuple[int, str]]:
    """The marked content of the margin boxes, by number: what stands above the text, below it, and beside it."""
    for margin in page_box.children:
        if isinstance(margin, boxes.MarginBox):
            kind = {"@top": HEADER, "@bottom": FOOTER}.get(margin.at_keyword.split("-")[0], PAGINATION)
            yield from ((tags[box]["mcid"], kind) for box in margin.descendants() if box in tags)


def _write(pdf: Any, document: Node, page_count: int) -> None:
    root = pydyf.Dictionary({"Type": "/StructTreeRoot"})
    pdf.add_object(root)
    pdf.catalog["StructTreeRoot"] = root.reference
    owners: list[dict[int, Any]] = [{} for _ in range(page_count)]
    links: list[tuple[Any, Any]] = []
    root["K"] = pydyf.Array([_write_node(pdf, document, root, owners, links)])
    root["RoleMap"] = pydyf.Dictionary(ROLE_MAP)
    numbers = pydyf.Array()
    for index, page_owners in enumerate(owners):
        numbers += [index, pydyf.Array(page_owners[mcid] for mcid in sorted(page_owners))]
    for number, (annotation, reference) in enumerate(links, page_count):
        annotation["StructParent"] = number
        numbers += [number, reference]
    parents = pydyf.Dictionary({"Nums": numbers})
    pdf.add_object(parents)
    root["ParentTree"] = parents.reference


def _write_node(pdf: Any, node: Node, parent: Any, owners: list[dict[int, Any]], links: list[tuple[Any, Any]]) -> Any:
    """Write an element and all under it. What the standard lets us leave out is left out (14.7.2): the type of an
    element, and the page of content that lies on the element's own.
    """
    element = pydyf.Dictionary({"S": f"/{node.role}", "P": parent.reference})
    pdf.add_object(element)
    if node.attributes:
        element["A"] = pydyf.Dictionary(node.attributes)
    told = {"ID": node.id, "Alt": node.alt, "Lang": node.language, "E": node.expansion, "ActualText": node.actual}
    element.update({key: pydyf.String(words) for key, words in told.items() if words})
    kids = [kid for kid in node.kids if not isinstance(kid, Piece) or kid.number is not None]
    first = next((kid.page if isinstance(kid, Piece) else kid[0] for kid in kids if not isinstance(kid, Node)), None)
    if first is not None:
        element["Pg"] = pdf.page_references[first]
    written = pydyf.Array()
    for kid in kids:
        if isinstance(kid, Node):
            written.append(_write_node(pdf, kid, element, owners, links))
            continue
        page = kid.page if isinstance(kid, Piece) else kid[0]
        place = {} if page == first else {"Pg": pdf.page_references[page]}
        if not isinstance(kid, Piece):
            links.append((kid[1], element.reference))
            written.append(pydyf.Dictionary({"Type": "/OBJR", "Obj": kid[1].reference, **place}))
        elif kid.number is not None:
            owners[page][kid.number] = element.reference
            written.append(pydyf.Dictionary({"Type": "/MCR", **place, "MCID": kid.number}) if place else kid.number)
    if written:
        element["K"] = written if len(written) > 1 else written[0]
    return element.reference
