"""Checks of the structure for people who listen (ISO 14289-1; Matterhorn Protocol 1.1; docs/preflight.md lists all)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from pikepdf import Array, Dictionary, Stream

from booklet.pdf import (
    DUBLIN_CORE,
    MATHML,
    PDF2,
    PDF_UA,
    ContentFault,
    Element,
    ObjectId,
    Tree,
    TreeFault,
    plain,
    xmp_values,
)
from booklet.preflight.check import ERROR, WARNING, Check, tagged
from booklet.preflight.dossier import Dossier
from booklet.preflight.records import Defect

_HEADING = re.compile(r"H([1-9]\d?)")
_PRIVATE = re.compile("[\ue000-\uf8ff\U000f0000-\U0010ffff]")
MAX_CELLS = 500_000
"""Places of a table, spans counted."""
KIDS = {
    "Table": {"TR", "THead", "TBody", "TFoot", "Caption"},
    "THead": {"TR"},
    "TBody": {"TR"},
    "TFoot": {"TR"},
    "TR": {"TH", "TD"},
    "L": {"LI", "L", "Caption"},
    "LI": {"Lbl", "LBody"},
    "TOC": {"TOC", "TOCI", "Caption"},
    "TOCI": {"Lbl", "Reference", "NonStruct", "P", "TOC", "Link"},
    "Ruby": {"RB", "RT", "RP"},
    "Warichu": {"WT", "WP"},
}
"""What may stand right under what (ISO 32000-1, tables 333 and 336 to 338)."""
PARENTS = {
    "TR": {"Table", "THead", "TBody", "TFoot"},
    "TH": {"TR"},
    "TD": {"TR"},
    "THead": {"Table"},
    "TBody": {"Table"},
    "TFoot": {"Table"},
    "LI": {"L"},
    "LBody": {"LI"},
    "TOCI": {"TOC"},
    "RB": {"Ruby"},
    "RT": {"Ruby"},
    "RP": {"Ruby"},
    "WT": {"Warichu"},
    "WP": {"Warichu"},
}
ACCESSIBLE = 1 << 9
"""The tenth bit of an encryption dictionary's permissions (ISO 32000-1, table 22)."""
AT_MOST_ONE = {"Table": ("THead", "TFoot", "Caption"), "L": ("Caption",), "TOC": ("Caption",)}
FAMILIES = {
    "table": {"Table", "THead", "TBody", "TFoot", "TR", "TH", "TD"},
    "list": {"L", "LI", "LBody"},
    "contents": {"TOC", "TOCI"},
    "Ruby text": {"Ruby", "RB", "RT", "RP", "Warichu", "WT", "WP"},
}


def _set(entries: Any, key: str) -> bool:
    value: Any = entries.get(key)
    return value is True


def _untagged(dossier: Dossier) -> Iterator[Defect]:
    marks = dossier.catalog.get("/MarkInfo")
    if dossier.tree is None:
        yield Defect("The file has no structure: a screen reader can only guess.")
    elif not (isinstance(marks, Dictionary) and _set(marks, "/Marked")):
        yield Defect("The file does not say that it is tagged.")


def _suspects(dossier: Dossier) -> Iterator[Defect]:
    marks = dossier.catalog.get("/MarkInfo")
    if isinstance(marks, Dictionary) and _set(marks, "/Suspects"):
        yield Defect("The file says that its tags are guesses.")


def _title(dossier: Dossier) -> Iterator[Defect]:
    preferences = dossier.catalog.get("/ViewerPreferences")
    if not (isinstance(preferences, Dictionary) and _set(preferences, "/DisplayDocTitle")):
        yield Defect("The window shows the name of the file, not its title.")
    if dossier.xmp and not any(map(plain, dossier.said(DUBLIN_CORE, "title"))):
        yield Defect("The metadata has no title.")


def _metadata(dossier: Dossier) -> Iterator[Defect]:
    """The claim of PDF/UA, in the prefix that it must have (ISO 14289-1, 5; ISO 14289-2, 5)."""
    if not dossier.xmp:
        yield Defect("The file has no metadata stream.")
        return
    if not any(plain(value) in ("1", "2") for value in dossier.said(PDF_UA, "part")):
        yield Defect("The metadata does not claim PDF/UA.")
    for name in ("part", "amd", "corr", "rev"):
        for prefix, _ in xmp_values(dossier.xmp, PDF_UA, name):
            if prefix != "pdfuaid":
                yield Defect(f"The metadata claims PDF/UA by {prefix}:{name}, where pdfuaid:{name} is asked for.")
    years = dossier.said(PDF_UA, "rev")
    if dossier.is_second_edition and not any(re.fullmatch(r"\d{4}", plain(year)) for year in years):
        yield Defect("The metadata claims PDF/UA-2 without a year (pdfuaid:rev).")


def _problems(dossier: Dossier, *kinds: TreeFault) -> Iterator[Defect]:
    yield from (Defect(each.words) for each in (dossier.tree.problems if dossier.tree else ()) if each.kind in kinds)


def _roles(dossier: Dossier) -> Iterator[Defect]:
    return _problems(dossier, TreeFault.ROLE, TreeFault.ROLE_CYCLE, TreeFault.ROLE_STANDARD)


def _shape(dossier: Dossier) -> Iterator[Defect]:
    return _problems(dossier, TreeFault.DEEP, TreeFault.LARGE, TreeFault.CYCLE, TreeFault.KID, TreeFault.TWICE)


def _unmarked(dossier: Dossier) -> Iterator[Defect]:
    if dossier.tree is None:
        return
    for item in dossier.items:
        if item.mark.mcid is None and not item.mark.artifact and item.layer == "page" and item.kind != "unseen":
            what = {"text": "Text", "image": "An image"}.get(item.kind, "A drawing")
            yield dossier.at(f"{what} is neither tagged nor an artifact.", item)


def _mixed(dossier: Dossier) -> Iterator[Defect]:
    for page in dossier.pages:
        for note in page.content.notes:
            if note.kind in (ContentFault.ARTIFACT_IN_TAG, ContentFault.TAG_IN_ARTIFACT):
                yield Defect(note.words, page.index)


def _parent_tree(dossier: Dossier) -> Iterator[Defect]:
    """Marked content, elements and parent tree must say the same (ISO 32000-1, 14.7.4.4)."""
    tree = dossier.tree
    if tree is None:
        return
    yield from _problems(dossier, TreeFault.PARENT_TREE)
    lists: dict[Any, list[Any]] = {}
    for page in dossier.pages:
        yield from (Defect(n.words, page.index) for n in page.content.notes if n.kind is ContentFault.MCID_TWICE)
        key = page.source.get("/StructParents")
        if not isinstance(key, int) or key not in lists:
            lists[key if isinstance(key, int) else None] = _listed(tree, key)
        owners = lists[key if isinstance(key, int) else None]
        for form, number in sorted(page.content.marks, key=str):
            index = tree.owners.get((page.index, form, number))
            if index is None:
                found = "Tagged content belongs to no structure element."
                yield dossier.at_address(found, (page.index, form, number))
            elif form is None and (number >= len(owners) or _id_of(owners[number]) != tree.elements[index].object_id):
                found = f"The parent tree gives marked content of a {tree.elements[index].role} to another element."
                yield dossier.at_address(found, (page.index, form, number))
    drawn = {(page.index, form, number) for page in dossier.pages for form, number in page.content.marks}
    for address, index in tree.owners.items():
        if address not in drawn and 0 <= address[0] < len(dossier.pages) and not _unread(dossier, address[0]):
            yield Defect(f"A {tree.elements[index].role} holds marked content that the page does not have.", address[0])


def _unread(dossier: Dossier, page: int) -> bool:
    return dossier.pages[page].content.has(ContentFault.BROKEN, ContentFault.LARGE, ContentFault.DEEP)


def _listed(tree: Tree, key: Any) -> list[Any]:
    value = tree.parents.get(int(key)) if isinstance(key, int) else None
    return list(value) if isinstance(value, Array) else []


def _id_of(thing: Any) -> ObjectId | None:
    return thing.objgen if isinstance(thing, Dictionary) else None


def _levels(dossier: Dossier) -> Iterator[Defect]:
    last = 0
    for element in dossier.tree.elements if dossier.tree else ():
        if not (match := _HEADING.fullmatch(element.role)):
            continue
        level = int(match[1])
        if not last and level != 1:
            yield dossier.at_element(f"The first heading is of level {level}.", element.index)
        elif last and level > last + 1:
            yield dossier.at_element(f"A heading of level {level} follows one of level {last}.", element.index)
        last = level


def _plain_headings(dossier: Dossier) -> Iterator[Defect]:
    tree = dossier.tree
    if tree is None:
        return
    plain = [element for element in tree.elements if element.role == "H"]
    if plain and any(_HEADING.fullmatch(element.role) for element in tree.elements):
        yield dossier.at_element("Headings with and without levels are mixed.", plain[0].index)
    for parent, count in Counter(element.parent for element in plain).items():
        if count > 1:
            yield dossier.at_element(f"{count} headings without level stand in one element.", max(parent, 0))


def _silent_headings(dossier: Dossier) -> Iterator[Defect]:
    for element in dossier.tree.elements if dossier.tree else ():
        is_heading = element.role == "H" or _HEADING.fullmatch(element.role)
        if is_heading and element.alt is None and not dossier.text_of(element.index).strip():
            yield dossier.at_element("A heading has no words.", element.index)


def _silent_figures(dossier: Dossier) -> Iterator[Defect]:
    for element in dossier.tree.elements if dossier.tree else ():
        silent = element.actual is None and not (element.alt or "").strip()
        if element.role in ("Figure", "Formula") and silent and not _holds_mathml(dossier, element):
            yield dossier.at_element(f"A {element.role} has no text alternative.", element.index)


def _holds_mathml(dossier: Dossier, element: Element) -> bool:
    """True for a formula in MathML, which speaks for itself (ISO 14289-2, 8.2.5.29)."""
    return dossier.tree is not None and any(kid.space == MATHML for kid in dossier.tree.kids(element.index))


def _second_edition(dossier: Dossier) -> Iterator[Defect]:
    """What PDF/UA-2 asks of the tree as such (ISO 14289-2, 8.2.5)."""
    tree = dossier.tree
    if tree is None or not dossier.is_second_edition:
        return
    tops = [element for element in tree.elements if element.parent < 0]
    if [(top.role, top.space) for top in tops] != [("Document", PDF2)]:
        yield Defect("The root of the structure is not one Document in the namespace of PDF 2.0.")
    for element in tree.elements:
        above = tree.elements[element.parent] if element.parent >= 0 else None
        if element.role == "H" and element.space != MATHML:
            yield dossier.at_element("A heading without level (H) is not allowed in PDF/UA-2.", element.index)
        elif element.space == MATHML and not (above and (above.role == "Formula" or above.space == MATHML)):
            yield dossier.at_element("MathML stands outside a Formula.", element.index)
        elif element.role == "Note" and element.space != MATHML:
            yield dossier.at_element("A Note is not allowed in PDF/UA-2, where FENote takes its place.", element.index)
        elif element.role == "TOCI" and not any(part.refers for part in tree.under(element.index)):
            yield dossier.at_element("An entry of the contents does not say where to (Ref).", element.index)
        elif element.role == "L" and _labelled(tree, element) and _numbering(element) in ("", "/None"):
            yield dossier.at_element("A list with labels does not say how it is numbered.", element.index)


def _labelled(tree: Tree, element: Element) -> bool:
    return any(part.role == "Lbl" for kid in tree.kids(element.index) for part in tree.kids(kid.index))


def _numbering(element: Element) -> str:
    return str(element.attributes.get("ListNumbering", ""))


def _private_characters(dossier: Dossier) -> Iterator[Defect]:
    """Text that is read out may not hold characters that mean nothing (ISO 14289-2, 8.4.3, 8.6)."""
    if not dossier.is_second_edition:
        return
    said: list[tuple[str, int | None]] = [(dossier.language, None)]
    for element in dossier.tree.elements if dossier.tree else ():
        said += [
            (text, element.index) for text in (element.alt, element.actual, element.lang, element.expansion) if text
        ]
    for text, index in said:
        if _PRIVATE.search(text):
            words = "A text that is read out holds characters that only its maker knows."
            yield Defect(words) if index is None else dossier.at_element(words, index)
    for note in dossier.annotations:
        if _PRIVATE.search(note.contents):
            yield Defect("An annotation holds characters that only its maker knows.", note.page_index, note.box)


def _parts(tree: Tree, index: int) -> list[Element]:
    """The elements right under one. NonStruct is passed over: it means nothing (ISO 32000-1, table 333)."""
    waiting, found = tree.kids(index)[::-1], list[Element]()
    while waiting:
        kid = waiting.pop()
        if kid.role == "NonStruct":
            waiting += tree.kids(kid.index)[::-1]
        else:
            found.append(kid)
    return found


def _role_above(tree: Tree, element: Element) -> str:
    return next((above.role for above in tree.above(element.index) if above.role != "NonStruct"), "the root")


def _nesting(family: str) -> Callable[[Dossier], Iterator[Defect]]:
    def test(dossier: Dossier) -> Iterator[Defect]:
        tree = dossier.tree
        for element in tree.elements if tree else ():
            if element.role not in FAMILIES[family]:
                continue
            assert tree
            parent = _role_above(tree, element)
            if element.role in PARENTS and parent not in PARENTS[element.role]:
                yield dossier.at_element(f"A {element.role} stands under {parent}.", element.index)
            kids = _parts(tree, element.index)
            for kid in kids:
                told = kid.role in PARENTS and kid.role in FAMILIES[family]
                if element.role in KIDS and kid.role not in KIDS[element.role] and not told and kid.role != "Artifact":
                    yield dossier.at_element(f"A {kid.role} stands right under a {element.role}.", kid.index)
            yield from (dossier.at_element(words, element.index) for words in _misplaced(element.role, kids))

    return test


def _misplaced(role: str, kids: list[Element]) -> Iterator[str]:
    """Kids that are there too often, in the wrong place, or without what they need (ISO 32000-1, tables 333, 336, 337;
    ISO 14289-1, 7.2).
    """
    roles = [kid.role for kid in kids]
    for once in AT_MOST_ONE.get(role, ()):
        if roles.count(once) > 1:
            yield f"A {role} has {roles.count(once)} {once} elements."
    if role == "Table" and {"THead", "TFoot"} & set(roles) and "TBody" not in roles:
        yield "A Table has a head or a foot, and no TBody."
    ends = {roles[0], roles[-1]} if role == "Table" and roles else set(roles[:1])
    if role in AT_MOST_ONE and "Caption" in roles and "Caption" not in ends:
        yield (
            f"The Caption of a {role} is neither its first nor its last element."
            if role == "Table"
            else (f"The Caption of a {role} is not its first element.")
        )


def _rows_of(tree: Tree, table: int) -> list[Element]:
    rows: list[Element] = []
    for kid in _parts(tree, table):
        if kid.role == "TR":
            rows.append(kid)
        elif kid.role in ("THead", "TBody", "TFoot"):
            rows += [row for row in _parts(tree, kid.index) if row.role == "TR"]
    return rows


def _span(cell: Element, key: str) -> int:
    value = cell.attributes.get(key, 1)
    return min(max(int(value), 1), 1000) if isinstance(value, int) else 1


@dataclass(frozen=True)
class _Grid:
    """The cells of a table as they lie: each with the rows and columns that it covers. `crossed` is True where two lie
    over each other, `whole` False where the table has more places than may be.
    """

    cells: tuple[tuple[Element, range, range], ...]
    rows: int
    crossed: bool
    whole: bool

    @property
    def widths(self) -> set[int]:
        """How many columns the rows cover."""
        return set(_covered((rows for _, rows, _ in self.cells), (columns for _, _, columns in self.cells), self.rows))

    @property
    def heights(self) -> set[int]:
        """How many rows the columns cover."""
        most = max((columns.stop for _, _, columns in self.cells), default=0)
        return set(_covered((columns for _, _, columns in self.cells), (rows for _, rows, _ in self.cells), most))

    @property
    def is_regular(self) -> bool:
        """True where the cells fill a rectangle."""
        return self.whole and not self.crossed and len(self.widths) <= 1 and len(self.heights) <= 1


def _covered(along: Iterable[range], across: Iterable[range], count: int) -> list[int]:
    sums = [0] * count
    for places, others in zip(along, across, strict=True):
        for place in places:
            if place < count:
                sums[place] += len(others)
    return sums


def _grid(tree: Tree, table: int) -> _Grid:
    """Cells fill the first free places of their row, as in HTML."""
    rows = _rows_of(tree, table)
    taken: set[tuple[int, int]] = set()
    cells: list[tuple[Element, range, range]] = []
    crossed = False
    for place, row in enumerate(rows):
        column = 0
        for cell in _parts(tree, row.index):
            while (place, column) in taken:
                column += 1
            down = range(place, place + min(_span(cell, "RowSpan"), len(rows) - place + 1))
            across = range(column, column + _span(cell, "ColSpan"))
            if len(taken) + len(down) * len(across) > MAX_CELLS:
                return _Grid(tuple(cells), len(rows), crossed, whole=False)
            own = {(y, x) for y in down for x in across}
            crossed = crossed or not own.isdisjoint(taken)
            taken |= own
            cells.append((cell, down, across))
            column = across.stop
    return _Grid(tuple(cells), len(rows), crossed, whole=True)


def _irregular(dossier: Dossier) -> Iterator[Defect]:
    """Every row covers as many columns, every column as many rows, and no cell lies over another."""
    tree = dossier.tree
    for element in tree.elements if tree else ():
        if element.role != "Table":
            continue
        assert tree
        grid = _grid(tree, element.index)
        if not grid.whole:
            yield dossier.at_element(f"A table has more than {MAX_CELLS:,} cells.", element.index)
        elif grid.crossed:
            yield dossier.at_element("Cells of a table lie over each other.", element.index)
        elif len(grid.widths) > 1:
            found = f"Rows of a table have {' or '.join(map(str, sorted(grid.widths)))} columns."
            yield dossier.at_element(found, element.index)
        elif len(grid.heights) > 1:
            found = f"Columns of a table have {' or '.join(map(str, sorted(grid.heights)))} rows."
            yield dossier.at_element(found, element.index)


def _tables(tree: Tree | None) -> Iterator[tuple[Element, list[Element]]]:
    """Each table with its cells, those of tables in it left out."""
    for element in tree.elements if tree else ():
        if element.role == "Table":
            assert tree
            rows = _rows_of(tree, element.index)
            yield element, [cell for row in rows for cell in _parts(tree, row.index) if cell.role in ("TH", "TD")]


def _headless(dossier: Dossier) -> Iterator[Defect]:
    tree = dossier.tree
    for table, cells in _tables(tree):
        assert tree
        if cells and not any(part.role == "TH" for part in tree.under(table.index)):
            yield dossier.at_element("A table has no header cells.", table.index)


def _unheaded(dossier: Dossier) -> Iterator[Defect]:
    """Header cells say what they head, or cells what heads them (ISO 14289-1, 7.5; ISO 14289-2, 8.2.5.26)."""
    tree = dossier.tree
    for table, cells in _tables(tree):
        assert tree
        heads = [cell for cell in cells if cell.role == "TH"]
        bare = [cell for cell in heads if "Scope" not in cell.attributes]
        if bare and not any("Headers" in cell.attributes for cell in cells):
            yield from (dossier.at_element("A header cell does not say what it heads.", cell.index) for cell in bare)
        elif heads:
            loose = _without_header(_grid(tree, table.index), {cell.id for cell in cells if cell.id}, ("Row", "Column"))
            yield from (dossier.at_element(_words_of(cell), cell.index) for cell in loose if _is_heard(dossier, cell))


def _loosely_headed(dossier: Dossier) -> Iterator[Defect]:
    """Cells that no header cell heads in its own direction, though one stands in their row or column."""
    tree = dossier.tree
    for table, cells in _tables(tree):
        assert tree
        heads = [cell for cell in cells if cell.role == "TH"]
        if not heads or not all("Scope" in cell.attributes for cell in heads):
            continue
        grid, known = _grid(tree, table.index), {cell.id for cell in cells if cell.id}
        told = {cell.index for cell in _without_header(grid, known, ("Row", "Column"))}
        for cell in _without_header(grid, known):
            if cell.index not in told and _is_heard(dossier, cell):
                yield dossier.at_element(_words_of(cell), cell.index)


def _is_heard(dossier: Dossier, cell: Element) -> bool:
    return bool(_headers(cell)) or bool(dossier.text_of(cell.index).strip())


def _words_of(cell: Element) -> str:
    names = _headers(cell)
    return (
        f"A cell names a header that its table does not have: '{names[0]}'." if names else "A cell has no header cell."
    )


def _headers(cell: Element) -> list[str]:
    names = cell.attributes.get("Headers")
    return [str(name) for name in names] if isinstance(names, Array) else []


def _without_header(grid: _Grid, known: set[str], both: tuple[str, ...] = ()) -> Iterator[Element]:
    """The data cells of a regular table that no header cell heads. A scope of `both` counts for its row and its
    column.
    """
    rows, columns = set[int](), set[int]()
    for cell, down, across in grid.cells if grid.is_regular else ():
        scope = str(cell.attributes.get("Scope", ""))[1:] if cell.role == "TH" else ""
        rows |= set(down) if scope in ("Row", "Both", *both) else set()
        columns |= set(across) if scope in ("Column", "Both", *both) else set()
    for cell, down, across in grid.cells if grid.is_regular else ():
        headed = known & set(_headers(cell)) or not rows.isdisjoint(down) or not columns.isdisjoint(across)
        if cell.role == "TD" and not headed:
            yield cell


def _notes(dossier: Dossier) -> Iterator[Defect]:
    seen: set[str] = set()
    for element in dossier.tree.elements if dossier.tree else ():
        if element.role == "Note":
            if not element.id:
                yield dossier.at_element("A note has no ID.", element.index)
            elif element.id in seen:
                yield dossier.at_element(f"Two notes have the ID '{element.id}'.", element.index)
            seen.add(element.id or "")


def _layers(dossier: Dossier) -> Iterator[Defect]:
    layers = dossier.catalog.get("/OCProperties")
    if not isinstance(layers, Dictionary):
        return
    extra = layers.get("/Configs")
    for place in [layers.get("/D"), *(extra if isinstance(extra, Array) else ())]:
        if isinstance(place, Dictionary):
            if not str(place.get("/Name", "")):
                yield Defect("A set of layers has no name.")
            if "/AS" in place:
                yield Defect("Layers switch by themselves.")


def _xfa(dossier: Dossier) -> Iterator[Defect]:
    form = dossier.catalog.get("/AcroForm")
    packets = form.get("/XFA") if isinstance(form, Dictionary) else None
    for packet in packets if isinstance(packets, Array) else [packets]:
        if isinstance(packet, Stream) and re.search(rb"dynamicRender[^<]*>\s*required", packet.read_bytes()):
            yield Defect("The form is built anew whenever it is opened.")


def _barred(dossier: Dossier) -> Iterator[Defect]:
    if dossier.pdf.is_encrypted and not dossier.pdf.encryption.P & ACCESSIBLE:
        yield Defect("The file forbids screen readers to read it.")


def _references(dossier: Dossier) -> Iterator[Defect]:
    for page in dossier.pages:
        yield from (Defect(n.words, page.index) for n in page.content.notes if n.kind is ContentFault.REFERENCE)
    drawn: Counter[ObjectId] = Counter()
    tagged_forms: set[ObjectId] = set()
    for page in dossier.pages:
        drawn.update(page.content.forms)
        tagged_forms |= {form for form, _ in page.content.marks if form is not None}
    for form in tagged_forms:
        if drawn[form] > 1:
            yield Defect("A form that holds tagged content is drawn more than once.")


ROWS = (
    Check("ACC-101", ERROR, "ISO 14289-1, 7.1", "A tagged file", tagged, _untagged),
    Check("ACC-102", ERROR, "Matterhorn 01-007", "Tags that somebody answers for", tagged, _suspects),
    Check("ACC-104", ERROR, "Matterhorn 06-003, 07-001, 07-002", "A title, and DisplayDocTitle true", tagged, _title),
    Check("ACC-105", ERROR, "Matterhorn 06-001, 06-002", "XMP metadata with pdfuaid:part", tagged, _metadata),
    Check("ACC-106", ERROR, "Matterhorn 02-001, 02-003, 02-004", "Standard roles, or mapped to one", tagged, _roles),
    Check("ACC-107", ERROR, "Matterhorn 01-005", "Everything tagged, or an artifact", tagged, _unmarked),
    Check("ACC-108", ERROR, "Matterhorn 01-003, 01-004", "Artifacts and tagged content side by side", tagged, _mixed),
    Check("ACC-109", ERROR, "ISO 32000-1, 14.7.4.4", "One owner for each marked content", tagged, _parent_tree),
    Check("ACC-110", ERROR, "ISO 32000-1, 14.7.2", "A tree that ends", tagged, _shape),
    Check("ACC-111", ERROR, "Matterhorn 14-002, 14-003", "Levels without gaps, from H1", tagged, _levels),
    Check("ACC-112", ERROR, "Matterhorn 14-006, 14-007", "H1 to H6, or one H a section", tagged, _plain_headings),
    Check("ACC-131", WARNING, "stricter than ISO 14289-1", "Words in every heading", tagged, _silent_headings),
    Check("ACC-113", ERROR, "Matterhorn 13-004, 17-002", "Alt that says what it shows", tagged, _silent_figures),
    Check("ACC-114", ERROR, "Matterhorn 09-004", "Table, TR, then TH or TD", tagged, _nesting("table")),
    Check("ACC-115", ERROR, "ISO 14289-1, 7.5", "As many columns in every row", tagged, _irregular),
    Check("ACC-116", ERROR, "Matterhorn 15-003", "TH with Scope, or Headers", tagged, _unheaded),
    Check("ACC-116", WARNING, "stricter than Matterhorn 15-003", "TH, with Scope or Headers", tagged, _headless),
    Check("ACC-116", WARNING, "stricter than Matterhorn 15-003", "Scope as it heads", tagged, _loosely_headed),
    Check("ACC-117", ERROR, "Matterhorn 09-005", "L, LI, then Lbl and LBody", tagged, _nesting("list")),
    Check("ACC-118", ERROR, "Matterhorn 09-006", "TOC, then TOCI", tagged, _nesting("contents")),
    Check("ACC-132", ERROR, "Matterhorn 09-007, 09-008", "Ruby with its parts", tagged, _nesting("Ruby text")),
    Check("ACC-122", ERROR, "Matterhorn 19-003, 19-004", "An ID for each note", tagged, _notes),
    Check("ACC-124", ERROR, "Matterhorn 20-001 to 20-003", "Layers with names, that stay", tagged, _layers),
    Check("ACC-126", ERROR, "Matterhorn 25-001", "A form without dynamic XFA", tagged, _xfa),
    Check("ACC-127", ERROR, "Matterhorn 26-001, 26-002", "A file that lets itself be read", tagged, _barred),
    Check("ACC-134", ERROR, "ISO 14289-2, 8.2.5", "What PDF/UA-2 has a place for", tagged, _second_edition),
    Check("ACC-135", ERROR, "ISO 14289-2, 8.4.3, 8.6", "Characters that Unicode names", tagged, _private_characters),
    Check("ACC-129", ERROR, "Matterhorn 30-001, 30-002", "Content that is drawn once", tagged, _references),
)  # fmt: skip
