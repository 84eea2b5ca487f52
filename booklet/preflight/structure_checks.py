"""Checks of the structure for people who listen (ISO 14289-1; Matterhorn Protocol 1.1; docs/preflight.md lists all)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from pikepdf import Array, Dictionary, Name, Stream

from booklet.pdf import ContentFault, Element, ObjectId, Tree, TreeFault
from booklet.preflight.check import ERROR, Check, tagged
from booklet.preflight.dossier import Annotation, Dossier
from booklet.preflight.records import Defect

_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
_HEADING = re.compile(r"H([1-9]\d?)")
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


def _language(dossier: Dossier) -> Iterator[Defect]:
    if not _LANGUAGE.fullmatch(dossier.language):
        yield Defect(
            f"The language of the file is '{dossier.language}'." if dossier.language else "The file has no language."
        )
    for element in dossier.tree.elements if dossier.tree else ():
        if element.lang is not None and element.lang and not _LANGUAGE.fullmatch(element.lang):
            yield dossier.at_element(f"The language '{element.lang}' of a {element.role} is none.", element.index)


def _title(dossier: Dossier) -> Iterator[Defect]:
    preferences = dossier.catalog.get("/ViewerPreferences")
    if not (isinstance(preferences, Dictionary) and _set(preferences, "/DisplayDocTitle")):
        yield Defect("The window shows the name of the file, not its title.")
    title = re.search(r"<dc:title>(.*?)</dc:title>", dossier.xmp, re.DOTALL)
    if dossier.xmp and not (title and re.sub(r"<[^>]*>|\s", "", title[1])):
        yield Defect("The metadata has no title.")


def _metadata(dossier: Dossier) -> Iterator[Defect]:
    if not dossier.xmp:
        yield Defect("The file has no metadata stream.")
    elif not re.search(r"pdfuaid:part\s*(=\s*[\"']|>)\s*[12]\b", dossier.xmp):
        yield Defect("The metadata does not claim PDF/UA.")


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
    for page in dossier.pages:
        yield from (Defect(n.words, page.index) for n in page.content.notes if n.kind is ContentFault.MCID_TWICE)
        owners = _listed(tree, page.source.get("/StructParents"))
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
        if element.role in ("Figure", "Formula") and not (element.alt or element.actual or "").strip():
            yield dossier.at_element(f"A {element.role} has no text alternative.", element.index)


def _nesting(family: str) -> Callable[[Dossier], Iterator[Defect]]:
    def test(dossier: Dossier) -> Iterator[Defect]:
        tree = dossier.tree
        for element in tree.elements if tree else ():
            if element.role not in FAMILIES[family]:
                continue
            assert tree
            parent = tree.elements[element.parent].role if element.parent >= 0 else "the root"
            if element.role in PARENTS and parent not in PARENTS[element.role]:
                yield dossier.at_element(f"A {element.role} stands under {parent}.", element.index)
            for kid in tree.kids(element.index):
                if element.role in KIDS and kid.role not in KIDS[element.role] and kid.role not in PARENTS:
                    yield dossier.at_element(f"A {kid.role} stands right under a {element.role}.", kid.index)

    return test


def _rows_of(tree: Tree, table: int) -> list[Element]:
    rows: list[Element] = []
    for kid in tree.kids(table):
        if kid.role == "TR":
            rows.append(kid)
        elif kid.role in ("THead", "TBody", "TFoot"):
            rows += [row for row in tree.kids(kid.index) if row.role == "TR"]
    return rows


def _span(cell: Element, key: str) -> int:
    value = cell.attributes.get(key, 1)
    return min(max(int(value), 1), 1000) if isinstance(value, int) else 1


def _irregular(dossier: Dossier) -> Iterator[Defect]:
    """Every row covers as many columns, cells that span rows counted in each."""
    tree = dossier.tree
    for element in tree.elements if tree else ():
        if element.role != "Table":
            continue
        assert tree
        rows = _rows_of(tree, element.index)
        widths = [0] * len(rows)
        for place, row in enumerate(rows):
            for cell in tree.kids(row.index):
                for below in range(place, min(place + _span(cell, "RowSpan"), len(rows))):
                    widths[below] += _span(cell, "ColSpan")
        if len(set(widths)) > 1:
            found = f"Rows of a table have {' or '.join(map(str, sorted(set(widths))))} columns."
            yield dossier.at_element(found, element.index)


def _headless(dossier: Dossier) -> Iterator[Defect]:
    tree = dossier.tree
    for element in tree.elements if tree else ():
        if element.role == "Table":
            assert tree
            cells = [cell for cell in tree.under(element.index) if cell.role in ("TH", "TD")]
            if cells and all(cell.role == "TD" for cell in cells):
                yield dossier.at_element("A table has no header cells.", element.index)
            elif not any("Headers" in cell.attributes for cell in cells):
                for cell in cells:
                    if cell.role == "TH" and "Scope" not in cell.attributes:
                        yield dossier.at_element("A header cell does not say what it heads.", cell.index)


def _in_structure(dossier: Dossier, note: Annotation) -> Element | None:
    """The element that refers to an annotation and that the parent tree names for it; None when they differ."""
    tree = dossier.tree
    if tree is None:
        return None
    index = tree.object_owners.get(note.object_id)
    listed = tree.parents.get(note.struct_parent) if note.struct_parent is not None else None
    if index is None or _id_of(listed) != tree.elements[index].object_id:
        return None
    return tree.elements[index]


def _loose(dossier: Dossier) -> Iterator[Defect]:
    if dossier.tree is None:
        return
    for note in dossier.annotations:
        if note.hidden or note.subtype in ("Popup", "PrinterMark"):
            continue
        wanted = {"Link": {"Link", "Reference"}, "Widget": {"Form"}}.get(note.subtype, {"Annot"})
        owner = _in_structure(dossier, note)
        if owner is None:
            yield Defect(f"A {note.subtype} annotation is outside the structure.", note.page_index, note.box)
        elif owner.role not in wanted:
            found = f"A {note.subtype} annotation stands in a {owner.role}, not in {' or '.join(sorted(wanted))}."
            yield Defect(found, note.page_index, note.box)


def _wordless(dossier: Dossier) -> Iterator[Defect]:
    for note in dossier.annotations:
        if note.hidden or note.subtype in ("Widget", "Popup", "PrinterMark") or note.contents:
            continue
        owner = _in_structure(dossier, note)
        if note.subtype == "Link" or not (owner and owner.alt):
            yield Defect(f"A {note.subtype} annotation does not say what it is for.", note.page_index, note.box)


def _fields(dossier: Dossier) -> Iterator[Defect]:
    for note in dossier.annotations:
        if note.subtype == "Widget" and not note.hidden and not str(note.source.get("/TU", "")).strip():
            parent = note.source.get("/Parent")
            if not (isinstance(parent, Dictionary) and str(parent.get("/TU", "")).strip()):
                yield Defect("A form field does not say what belongs in it.", note.page_index, note.box)


def _tabs(dossier: Dossier) -> Iterator[Defect]:
    pages = {note.page_index for note in dossier.annotations}
    for page in dossier.pages:
        if page.index in pages and page.source.get("/Tabs") != Name.S:
            yield Defect("The Tab key does not follow the structure.", page.index)


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


def _file_names(dossier: Dossier) -> Iterator[Defect]:
    for thing in dossier.pdf.objects:
        if isinstance(thing, Dictionary) and "/EF" in thing and not ("/F" in thing and "/UF" in thing):
            yield Defect("An embedded file has no name (F and UF).")


def _xfa(dossier: Dossier) -> Iterator[Defect]:
    form = dossier.catalog.get("/AcroForm")
    packets = form.get("/XFA") if isinstance(form, Dictionary) else None
    for packet in packets if isinstance(packets, Array) else [packets]:
        if isinstance(packet, Stream) and re.search(rb"dynamicRender[^<]*>\s*required", packet.read_bytes()):
            yield Defect("The form is built anew whenever it is opened.")


def _barred(dossier: Dossier) -> Iterator[Defect]:
    if dossier.pdf.is_encrypted and not dossier.pdf.encryption.P & ACCESSIBLE:
        yield Defect("The file forbids screen readers to read it.")


def _printers_notes(dossier: Dossier) -> Iterator[Defect]:
    for note in dossier.annotations:
        if note.subtype == "TrapNet":
            yield Defect("The file has a trap network.", note.page_index, note.box)
        if note.subtype == "PrinterMark" and dossier.tree and note.object_id in dossier.tree.object_owners:
            yield Defect("A printer's mark is in the structure.", note.page_index, note.box)


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
    Check("ACC-103", ERROR, "Matterhorn 11-001 to 11-006", "A language such as en-AU", tagged, _language),
    Check("ACC-104", ERROR, "Matterhorn 06-003, 07-001, 07-002", "A title, and DisplayDocTitle true", tagged, _title),
    Check("ACC-105", ERROR, "Matterhorn 06-001, 06-002", "XMP metadata with pdfuaid:part", tagged, _metadata),
    Check("ACC-106", ERROR, "Matterhorn 02-001, 02-003, 02-004", "Standard roles, or mapped to one", tagged, _roles),
    Check("ACC-107", ERROR, "Matterhorn 01-005", "Everything tagged, or an artifact", tagged, _unmarked),
    Check("ACC-108", ERROR, "Matterhorn 01-003, 01-004", "Artifacts and tagged content side by side", tagged, _mixed),
    Check("ACC-109", ERROR, "ISO 32000-1, 14.7.4.4", "One owner for each marked content", tagged, _parent_tree),
    Check("ACC-110", ERROR, "ISO 32000-1, 14.7.2", "A tree that ends", tagged, _shape),
    Check("ACC-111", ERROR, "Matterhorn 14-002, 14-003", "Levels without gaps, from H1", tagged, _levels),
    Check("ACC-112", ERROR, "Matterhorn 14-006, 14-007", "H1 to H6, or one H a section", tagged, _plain_headings),
    Check("ACC-131", ERROR, "ISO 14289-1, 7.4", "Words in every heading", tagged, _silent_headings),
    Check("ACC-113", ERROR, "Matterhorn 13-004, 17-002", "Alt that says what it shows", tagged, _silent_figures),
    Check("ACC-114", ERROR, "Matterhorn 09-004", "Table, TR, then TH or TD", tagged, _nesting("table")),
    Check("ACC-115", ERROR, "ISO 14289-1, 7.5", "As many columns in every row", tagged, _irregular),
    Check("ACC-116", ERROR, "Matterhorn 15-003", "TH with Scope, or Headers", tagged, _headless),
    Check("ACC-117", ERROR, "Matterhorn 09-005", "L, LI, then Lbl and LBody", tagged, _nesting("list")),
    Check("ACC-118", ERROR, "Matterhorn 09-006", "TOC, then TOCI", tagged, _nesting("contents")),
    Check("ACC-132", ERROR, "Matterhorn 09-007, 09-008", "Ruby with its parts", tagged, _nesting("Ruby text")),
    Check("ACC-119", ERROR, "Matterhorn 28-002, 28-010, 28-011", "Links in Link, fields in Form", tagged, _loose),
    Check("ACC-120", ERROR, "Matterhorn 28-004, 28-012", "Contents that says where to", tagged, _wordless),
    Check("ACC-121", ERROR, "Matterhorn 28-008, 28-009", "Tabs S", tagged, _tabs),
    Check("ACC-122", ERROR, "Matterhorn 19-003, 19-004", "An ID for each note", tagged, _notes),
    Check("ACC-124", ERROR, "Matterhorn 20-001 to 20-003", "Layers with names, that stay", tagged, _layers),
    Check("ACC-125", ERROR, "Matterhorn 21-001", "F and UF", tagged, _file_names),
    Check("ACC-126", ERROR, "Matterhorn 25-001", "A form without dynamic XFA", tagged, _xfa),
    Check("ACC-127", ERROR, "Matterhorn 26-001, 26-002", "A file that lets itself be read", tagged, _barred),
    Check("ACC-128", ERROR, "Matterhorn 28-007, 28-017", "Printers' notes, outside the tree", tagged, _printers_notes),
    Check("ACC-129", ERROR, "Matterhorn 30-001, 30-002", "Content that is drawn once", tagged, _references),
    Check("ACC-130", ERROR, "Matterhorn 28-005", "TU for each field", tagged, _fields),
)  # fmt: skip
