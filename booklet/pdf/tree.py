"""The structure tree, read flat and within bounds (ISO 32000-1, 14.7 and 14.8).

Elements stand in reading order in one list, each with the index of its parent, so that no check has to recurse. A tree
that turns back on itself, is deeper than `MAX_DEPTH` or has more than `MAX_ELEMENTS` elements is read as far as it is
sane, and what is wrong with it is noted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, String

from booklet.pdf.objects import ObjectId, Problem, TreeFault

MAX_ELEMENTS = 200_000
MAX_DEPTH = 200

STANDARD = frozenset(
    (
        "Document", "Part", "Art", "Sect", "Div", "BlockQuote", "Caption", "TOC", "TOCI", "Index",
        "NonStruct", "Private", "P", "H", "H1", "H2", "H3", "H4", "H5", "H6", "L", "LI", "Lbl", "LBody",
        "Table", "TR", "TH", "TD", "THead", "TBody", "TFoot", "Span", "Quote", "Note", "Reference",
        "BibEntry", "Code", "Link", "Annot", "Ruby", "RB", "RT", "RP", "Warichu", "WT", "WP", "Figure",
        "Formula", "Form",
    )
)  # fmt: skip
"""ISO 32000-1, 14.8.4."""
STANDARD_2 = STANDARD | {"DocumentFragment", "Aside", "Title", "FENote", "Sub", "Em", "Strong", "Artifact"}
"""ISO 32000-2, 14.8.4, adds these, and headings of any level."""
INLINE = frozenset(
    ("Span", "Quote", "Reference", "Code", "Link", "Annot", "Em", "Strong", "Sub", "Note", "FENote", "NonStruct")
)
PDF1 = "http://iso.org/pdf/ssn"
PDF2 = "http://iso.org/pdf2/ssn"
MATHML = "http://www.w3.org/1998/Math/MathML"
_HEADING = re.compile(r"H[1-9]\d*")

Address = tuple[int, ObjectId | None, int]
"""A marked content: page index, the form that numbers it (None: the page), and MCID."""


@dataclass(eq=False, slots=True)
class Element:
    """One structure element. `kids` are indices of elements or addresses of marked content, in order; `role` is
    standard where the file leads to one, in the namespace `space`; `attributes` are its own and those of its classes;
    `refers` is True where it names others (Ref).
    """

    index: int
    parent: int
    depth: int
    role: str
    space: str
    written: str
    object_id: ObjectId
    page: int
    kids: list[int | Address] = field(default_factory=list)
    objects: list[ObjectId] = field(default_factory=list)
    alt: str | None = None
    actual: str | None = None
    expansion: str | None = None
    lang: str | None = None
    id: str | None = None
    attributes: dict[str, Any] = field(default_factory=dict)
    refers: bool = False


@dataclass(eq=False)
class Tree:
    """All elements in reading order, who owns each marked content and each annotation, and what is wrong."""

    elements: list[Element] = field(default_factory=list)
    owners: dict[Address, int] = field(default_factory=dict)
    object_owners: dict[ObjectId, int] = field(default_factory=dict)
    parents: dict[int, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    roles: dict[str, str] = field(default_factory=dict)
    classes: dict[str, Any] = field(default_factory=dict)

    def above(self, index: int) -> Iterator[Element]:
        """The elements above one, nearest first."""
        index = self.elements[index].parent
        while index >= 0:
            yield self.elements[index]
            index = self.elements[index].parent

    def under(self, index: int) -> Iterator[Element]:
        """An element and all under it, in order: they stand together in the list."""
        depth = self.elements[index].depth
        yield self.elements[index]
        for place in range(index + 1, len(self.elements)):
            if self.elements[place].depth <= depth:
                return
            yield self.elements[place]

    def kids(self, index: int) -> list[Element]:
        """The elements right under one."""
        return [self.elements[kid] for kid in self.elements[index].kids if isinstance(kid, int)]

    def addresses(self) -> Iterator[tuple[Address, int]]:
        """Every marked content in reading order, with the element that holds it."""
        waiting: list[tuple[int, Iterator[int | Address]]] = [
            (element.index, iter(element.kids)) for element in reversed(self.elements) if element.parent < 0
        ]
        while waiting:
            index, kids = waiting[-1]
            kid = next(kids, None)
            if kid is None:
                waiting.pop()
            elif isinstance(kid, int):
                waiting.append((kid, iter(self.elements[kid].kids)))
            else:
                yield kid, index

    def block(self, index: int) -> int:
        """The nearest element at or above one that is a block of its own, not a part of a line."""
        element = self.elements[index]
        while element.role in INLINE and element.parent >= 0:
            element = self.elements[element.parent]
        return element.index

    def language(self, index: int, of_file: str) -> str:
        """The language that holds in an element."""
        element = self.elements[index]
        while element.lang is None and element.parent >= 0:
            element = self.elements[element.parent]
        return element.lang or of_file


def read_tree(pdf: Pdf) -> Tree | None:
    """The structure tree of a file; None when it has none."""
    root = pdf.Root.get("/StructTreeRoot")
    if not isinstance(root, Dictionary):
        return None
    tree = Tree()
    role_map = root.get("/RoleMap")
    if isinstance(role_map, Dictionary):
        tree.roles = {str(key)[1:]: str(value)[1:] for key, value in role_map.items()}
    class_map = root.get("/ClassMap")
    if isinstance(class_map, Dictionary):
        tree.classes = dict(class_map.items())
    _check_roles(tree)
    _Walker(tree, {page.obj.objgen: index for index, page in enumerate(pdf.pages)}).walk(root)
    tree.parents = _parent_tree(root, tree)
    return tree


def _check_roles(tree: Tree) -> None:
    for role in tree.roles:
        seen, current = {role}, role
        while (current := tree.roles.get(current, "")) and current not in seen:
            seen.add(current)
        if current:
            tree.problems.append(Problem(TreeFault.ROLE_CYCLE, f"The role map leads from {role} back to itself."))
        elif role in STANDARD:
            tree.problems.append(
                Problem(TreeFault.ROLE_STANDARD, f"The role map gives the standard role {role} another meaning.")
            )


def _uri(space: Any) -> str:
    """The name of a namespace; that of PDF 1.7 where none is given (ISO 32000-2, 14.8.6)."""
    return str(space.get("/NS", "")) if isinstance(space, Dictionary) else PDF1


def _is_standard(role: str, uri: str) -> bool:
    if uri == PDF2:
        return role in STANDARD_2 or bool(_HEADING.fullmatch(role))
    return role in STANDARD if uri == PDF1 else uri == MATHML


class _Walker:
    """Walks without recursion: a stack of iterators, one a level."""

    def __init__(self, tree: Tree, pages: dict[ObjectId, int]) -> None:
        self.tree = tree
        self.pages = pages
        self.seen: set[ObjectId] = set()
        self.known_problems = set(tree.problems)

    def walk(self, root: Any) -> None:
        stack: list[tuple[int, int, Iterator[Any]]] = [(-1, -1, iter(_kids(root)))]
        while stack:
            parent, page, kids = stack[-1]
            kid = next(kids, None)
            if kid is None:
                stack.pop()
            elif (element := self._take(kid, parent, page, len(stack))) is not None:
                if len(stack) >= MAX_DEPTH:
                    self._problem(TreeFault.DEEP, f"The structure is more than {MAX_DEPTH} elements deep.")
                elif len(self.tree.elements) > MAX_ELEMENTS:
                    self._problem(TreeFault.LARGE, f"The structure has more than {MAX_ELEMENTS:,} elements.")
                    return
                else:
                    stack.append((element.index, element.page, iter(_kids(kid))))

    def _problem(self, kind: TreeFault, words: str) -> None:
        problem = Problem(kind, words)
        if problem not in self.known_problems:
            self.known_problems.add(problem)
            self.tree.problems.append(problem)

    def _take(self, kid: Any, parent: int, page: int, depth: int) -> Element | None:
        """Write one kid down; give it back when it is an element, whose own kids come next."""
        if isinstance(kid, int):
            self._own((page, None, kid), parent)
        elif not isinstance(kid, Dictionary):
            self._problem(TreeFault.KID, "A kid of the structure is neither an element nor content.")
        else:
            # Asked of pikepdf, a key that is missing costs an exception; a dictionary of Python's does not.
            entries = dict(kid.items())
            if (kind := entries.get("/Type")) == Name.MCR:
                form = entries.get("/Stm")
                object_id = form.objgen if isinstance(form, pikepdf.Stream) else None
                self._own((self._page(entries, page), object_id, _whole(entries.get("/MCID"))), parent)
            elif kind == Name.OBJR:
                self._own_object(entries.get("/Obj"), parent)
            else:
                return self._element(kid.objgen, entries, parent, page, depth)
        return None

    def _page(self, entries: dict[str, Any], page: int) -> int:
        own = entries.get("/Pg")
        return self.pages.get(own.objgen, -1) if isinstance(own, Dictionary) else page

    def _own(self, address: Address, parent: int) -> None:
        if parent < 0:
            self._problem(TreeFault.KID, "Marked content stands at the root of the structure.")
            return
        if address in self.tree.owners:
            self._problem(
                TreeFault.TWICE,
                f"The marked content {address[2]} of page {address[0] + 1} stands in the structure twice.",
            )
            return
        self.tree.owners[address] = parent
        self.tree.elements[parent].kids.append(address)

    def _own_object(self, thing: Any, parent: int) -> None:
        if parent >= 0 and isinstance(thing, Dictionary | pikepdf.Stream):
            self.tree.object_owners[thing.objgen] = parent
            self.tree.elements[parent].objects.append(thing.objgen)
        else:
            self._problem(TreeFault.KID, "An object reference of the structure refers to nothing.")

    def _element(
        self, object_id: ObjectId, entries: dict[str, Any], parent: int, page: int, depth: int
    ) -> Element | None:
        if object_id != (0, 0):
            if object_id in self.seen:
                if any(above.object_id == object_id for above in self._line(parent)):
                    self._problem(TreeFault.CYCLE, "The structure turns back on itself.")
                else:
                    self._problem(TreeFault.TWICE, "An element stands in the structure twice.")
                return None
            self.seen.add(object_id)
        tree = self.tree
        written = str(entries.get("/S", "/?"))[1:]
        role, space = self._role(entries.get("/NS"), written)
        element = Element(
            index=len(tree.elements),
            parent=parent,
            depth=depth,
            role=role,
            space=space,
            written=written,
            object_id=object_id,
            page=self._page(entries, page),
            alt=_text(entries.get("/Alt")),
            actual=_text(entries.get("/ActualText")),
            expansion=_text(entries.get("/E")),
            lang=_text(entries.get("/Lang")),
            id=_text(entries.get("/ID")),
            attributes=self._class_attributes(entries.get("/C")) | _attributes(entries.get("/A")),
            refers="/Ref" in entries,
        )
        tree.elements.append(element)
        if parent >= 0:
            tree.elements[parent].kids.append(element.index)
        return element

    def _line(self, index: int) -> Iterator[Element]:
        """An element and those above it."""
        if index >= 0:
            yield self.tree.elements[index]
            yield from self.tree.above(index)

    def _class_attributes(self, names: Any) -> dict[str, Any]:
        """What the classes of an element say, later ones before earlier ones (ISO 32000-1, 14.7.5.2)."""
        found: dict[str, Any] = {}
        for name in names if isinstance(names, Array) else [names]:
            if isinstance(name, Name):
                found.update(_attributes(self.tree.classes.get(str(name))))
        return found

    def _role(self, space: Any, written: str) -> tuple[str, str]:
        """The standard role that a role leads to, through RoleMap and RoleMapNS, and its namespace; the last that was
        met where none is standard (ISO 32000-2, 14.8.6).
        """
        role, seen = written, set[tuple[str, str]]()
        while not _is_standard(role, uri := _uri(space)):
            if (role, uri) in seen:
                self._problem(TreeFault.ROLE_CYCLE, f"The role map leads from {written} back to itself.")
                return role, uri
            seen.add((role, uri))
            mapped = space.get("/RoleMapNS") if isinstance(space, Dictionary) else None
            target: Any = mapped.get(f"/{role}") if isinstance(mapped, Dictionary) else None
            if isinstance(target, Array) and len(target) > 1:
                role, space = str(target[0])[1:], target[1]
                if any(uri == _uri(space) for _, uri in seen):  # ISO 14289-2, 8.2.4
                    words = f"The namespace {_uri(space)} gives its own role {written} another meaning."
                    self._problem(TreeFault.ROLE_STANDARD, words)
            elif isinstance(target, Name):
                role, space = str(target)[1:], None
            elif uri == PDF1 and role in self.tree.roles:
                role = self.tree.roles[role]
            else:
                words = f"The role {written} is not standard, and the role map does not lead to one that is."
                self._problem(TreeFault.ROLE, words)
                return role, uri
        return role, uri


def _parent_tree(root: Any, tree: Tree) -> dict[int, Any]:
    """The parent tree (14.7.4.4) as a dictionary; empty when it cannot be read."""
    source = root.get("/ParentTree")
    if not isinstance(source, Dictionary):
        tree.problems.append(Problem(TreeFault.PARENT_TREE, "There is no parent tree."))
        return {}
    try:
        return {int(key): value for key, value in pikepdf.NumberTree(source).items()}
    except (pikepdf.PikepdfError, RuntimeError, ValueError, TypeError) as reason:
        tree.problems.append(
            Problem(TreeFault.PARENT_TREE, f"The parent tree cannot be read ({type(reason).__name__}).")
        )
        return {}


def _kids(source: Any) -> list[Any]:
    if "/K" not in source:
        return []
    kids = source.K
    return list(kids) if isinstance(kids, Array) else [kids]


def _whole(value: Any) -> int:
    try:
        return int(value)
    except (TypeError, ValueError):
        return -1


def _text(value: Any) -> str | None:
    return str(value) if value is not None and isinstance(value, String) else None


def _attributes(entries: Any) -> dict[str, Any]:
    if entries is None:
        return {}
    found: dict[str, Any] = {}
    for entry in entries if isinstance(entries, Array) else [entries]:
        if isinstance(entry, Dictionary | pikepdf.Stream):
            found.update({str(key)[1:]: value for key, value in entry.items() if key != "/O"})
    return found
