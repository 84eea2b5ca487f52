"""The structure tree of a segment: one source element, one structure element, however many pages it covers.

WeasyPrint's own writer makes one element a page and a span a line, tags folios and running heads, and breaks links
that hold more than words (docs/architecture.md names the threads). This one walks the laid-out boxes in order,
finds the HTML element of each piece of marked content, and hangs the content under that element's one structure
element.

What is written (ISO 32000-1, 14.7 and 14.8): Sect, H1 to H6, P, L with ListNumbering, LI, Lbl, LBody, Table with
Caption, THead, TBody, TR, TH with Scope, TD, Figure with Alt, BBox and its Caption inside, BlockQuote, TOC, TOCI,
Reference and Link with its annotations. A box beside the text is an `Aside`, mapped to Div. `div`, `span` and
`strong` mean nothing by themselves and give none. Everything in margin boxes, repeated table headers, and images
with empty `alt` are artifacts.

`add_tags` stands in the one private seam: `weasyprint.pdf.add_tags`, called when all pages are drawn. A test holds
the shape of that seam, so that an upgrade that moves it fails loudly.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pydyf
from weasyprint.formatting_structure import boxes
from weasyprint.layout.absolute import AbsolutePlaceholder

PT_PER_PX = 0.75
ROLES = {
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
    **{f"h{level}": f"H{level}" for level in range(1, 7)},
}
TABLE_PARTS = frozenset({"thead", "tbody", "tr", "th", "td"})
ROLE_MAP = {"Aside": "/Div"}


@dataclass(eq=False)
class Node:
    """One structure element while it is built. A kid is a node, (page index, mcid), or (page index, annotation)."""

    role: str
    attributes: dict[str, Any] = field(default_factory=dict)
    kids: list[Any] = field(default_factory=list)
    alt: str = ""
    id: str = ""


def add_tags(pdf: Any, document: Any, pdf_version: Any, page_streams: list[Any]) -> None:
    """Write the structure tree of a laid-out document. Takes the place of `weasyprint.pdf.tags.add_tags`."""
    tree = _Tree(document._html.etree_element)
    for index, (page, stream) in enumerate(zip(document.pages, page_streams, strict=True)):
        tree.page_height = page.height
        kept = tree.add_page(index, page._page_box, stream._tags)
        _renumber(stream, kept)
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
                    box.text = box.pango_layout.text = f"{box.text} "
            heard[line.element] = (source, position)


class _Tree:
    """Structure nodes by source element, filled page by page."""

    def __init__(self, html: Any) -> None:
        self.parents = {child: parent for parent in html.iter() for child in parent}
        self.root = Node("Document")
        self.nodes: dict[Any, Node] = {}
        self.bodies: dict[Any, Node] = {}
        self.first_page: dict[Any, int] = {}
        self.page_height = 0.0

    def add_page(self, index: int, page_box: Any, tags: dict[Any, dict[str, Any]]) -> dict[int, int]:
        """Hang one page's content under its elements. Returns the new number of each marked content that is kept."""
        kept: dict[int, int] = {}
        links_seen: set[int] = set()
        for box in _boxes(page_box):
            link = getattr(box, "link_annotation", None)
            if link is not None and box.element is not None and id(link) not in links_seen:
                links_seen.add(id(link))
                self._node(box.element).kids.append((index, link))
            tag = tags.pop(box, None) if isinstance(box, boxes.TextBox | boxes.ReplacedBox) else None
            if tag is None or not self._is_content(box, index):
                continue
            kept[tag["mcid"]] = len(kept)
            owner = self._owner(box)
            owner.kids.append((index, kept[tag["mcid"]]))
            if isinstance(box, boxes.ReplacedBox):
                self._describe(owner, box)
        tags.clear()
        return kept

    def _is_content(self, box: Any, page: int) -> bool:
        """False for images without words and for the header rows that a table repeats on its later pages."""
        if box.element is None or (box.element.tag == "img" and not box.element.get("alt")):
            return False
        head = next((element for element in self._ancestors(box.element) if element.tag == "thead"), None)
        return head is None or self.first_page.setdefault(head, page) == page

    def _owner(self, box: Any) -> Node:
        if box.element_tag.endswith("::marker"):
            return self._marker(box.element)
        return self._node(box.element)

    def _ancestors(self, element: Any) -> Iterator[Any]:
        while element is not None:
            yield element
            element = self.parents.get(element)

    def _node(self, element: Any) -> Node:
        """Where the content of this element goes: its own node, or its nearest ancestor's that has one."""
        if element in self.bodies:
            return self.bodies[element]
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
        if role == "Link" and parent.role == "TOCI":
            parent = _child(parent, "Reference")
        node = self.nodes[element] = _child(parent, role)
        node.attributes = _attributes(element, role)
        node.id = element.get("id", "")
        if role == "Table":
            for part in element.iter():
                if part.tag in TABLE_PARTS:
                    self._node(part)
        if role in ("LI", "TOCI"):
            self.bodies[element] = _child(node, "LBody") if element.tag == "li" and role == "LI" else node
        return node

    def _role(self, element: Any, parent: Any) -> str | None:
        if element.tag == "ol" and "contents" in element.get("class", "").split():
            return "TOC"
        if element.tag == "li":
            return "TOCI" if self._role(parent, self.parents.get(parent)) == "TOC" else "LI"
        if element.tag == "div" and parent.tag == "dl":
            return "LI"
        if element.tag == "img" and parent.tag == "figure":
            return None
        return ROLES.get(element.tag)

    def _marker(self, element: Any) -> Node:
        """The label of a list item, made once, before its body."""
        self._node(element)
        item = self.nodes[element]
        if item.kids and isinstance(item.kids[0], Node) and item.kids[0].role == "Lbl":
            return item.kids[0]
        label = Node("Lbl")
        item.kids.insert(0, label)
        return label

    def _describe(self, figure: Node, box: Any) -> None:
        figure.alt = box.element.get("alt", "")
        left, top = box.content_box_x(), self.page_height - box.content_box_y()
        corners = (left, top - box.height, left + box.width, top)
        figure.attributes = {"O": "/Layout", "BBox": pydyf.Array([value * PT_PER_PX for value in corners])}


def _child(parent: Node, role: str) -> Node:
    node = Node(role)
    parent.kids.append(node)
    return node


def _attributes(element: Any, role: str) -> dict[str, Any]:
    match role:
        case "L":
            unmarked = "plain" in element.get("class", "").split()
            numbering = {"ol": "/Decimal", "ul": "/Disc"}.get("" if unmarked else element.tag, "/None")
            return {"O": "/List", "ListNumbering": numbering}
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


def _boxes(page_box: Any) -> Iterator[Any]:
    """All boxes of a page's content in the order in which they are read, margin boxes left out."""
    for child in page_box.children:
        box = child._box if isinstance(child, AbsolutePlaceholder) else child
        if isinstance(box, boxes.MarginBox):
            continue
        yield box
        if isinstance(box, boxes.ParentBox):
            yield from _boxes(box)


def _renumber(stream: Any, kept: dict[int, int]) -> None:
    """Give kept marked content its new number, and make artifacts of the rest, in the stream as it was drawn."""
    content = stream.stream
    for position, item in enumerate(content):
        if isinstance(item, pydyf.Dictionary) and "MCID" in item and content[position + 1] == b"BDC":
            if item["MCID"] in kept:
                item["MCID"] = kept[item["MCID"]]
            else:
                content[position - 1] = "/Artifact"
                content[position] = pydyf.Dictionary({"Type": "/Pagination"})


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
    element = pydyf.Dictionary({"S": f"/{node.role}", "P": parent.reference})
    pdf.add_object(element)
    if node.attributes:
        element["A"] = pydyf.Dictionary(node.attributes)
    if node.id:
        element["ID"] = pydyf.String(node.id)
    if node.alt:
        element["Alt"] = pydyf.String(node.alt)
    first = next((kid[0] for kid in node.kids if isinstance(kid, tuple)), None)
    if first is not None:
        element["Pg"] = pdf.page_references[first]
    kids = pydyf.Array()
    for kid in node.kids:
        if isinstance(kid, Node):
            kids.append(_write_node(pdf, kid, element, owners, links))
        elif isinstance(kid[1], int):
            owners[kid[0]][kid[1]] = element.reference
            kids.append(kid[1] if kid[0] == first else _content_of(pdf, *kid))
        else:
            links.append((kid[1], element.reference))
            page = pdf.page_references[kid[0]]
            kids.append(pydyf.Dictionary({"Type": "/OBJR", "Obj": kid[1].reference, "Pg": page}))
    if kids:
        element["K"] = kids if len(kids) > 1 else kids[0]
    return element.reference


def _content_of(pdf: Any, page: int, mcid: int) -> Any:
    return pydyf.Dictionary({"Type": "/MCR", "Pg": pdf.page_references[page], "MCID": mcid})
