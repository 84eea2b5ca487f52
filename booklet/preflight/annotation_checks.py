"""Checks of annotations for people who listen: links, form fields, attached files, media, and where links lead
(ISO 14289-1, 7.18; ISO 14289-2, 8.8 to 8.10).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from pikepdf import Array, Dictionary, Name, NameTree, Stream

from booklet.pdf import Box, ObjectId, common, size
from booklet.preflight.check import ERROR, WARNING, Check, tagged
from booklet.preflight.dossier import NO_VIEW, Annotation, Dossier
from booklet.preflight.records import Defect

_SILENT = frozenset({"Popup", "PrinterMark"})
"""What has no place of its own in the structure, nor words."""
_INVISIBLE, _TOGGLE = 1, 256
"""Flags of an annotation (ISO 32000-1, table 165)."""


def _is_seen(dossier: Dossier, note: Annotation) -> bool:
    """True for what is neither hidden nor outside of what is shown of its page (ISO 14289-1, 7.18.1)."""
    geometry = dossier.pages[note.page_index].geometry
    return not note.hidden and common(note.box, geometry.crop or geometry.media) is not None


def _loose(dossier: Dossier) -> Iterator[Defect]:
    if dossier.tree is None:
        return
    links = {"Link", "Reference"} if dossier.is_second_edition else {"Link"}
    for note in dossier.annotations:
        if not _is_seen(dossier, note) or note.subtype in _SILENT:
            continue
        wanted = {"Link": links, "Widget": {"Form"}}.get(note.subtype, {"Annot"})
        owner = dossier.owner_of(note)
        if owner is None:
            if note.subtype != "Widget" or not dossier.is_second_edition:
                yield Defect(f"A {note.subtype} annotation is outside the structure.", note.page_index, note.box)
        elif owner.role not in wanted and not (dossier.is_second_edition and owner.role == "Artifact"):
            found = f"A {note.subtype} annotation stands in a {owner.role}, not in {' or '.join(sorted(wanted))}."
            yield Defect(found, note.page_index, note.box)


def _crowded(dossier: Dossier) -> Iterator[Defect]:
    """Links that lead to different places stand apart, and so do fields (ISO 14289-2, 8.2.5.20, 8.9.2.2, 8.10.1)."""
    if dossier.tree is None or not dossier.is_second_edition:
        return
    targets: dict[int, str] = {}
    fields: Counter[int] = Counter()
    for note in dossier.annotations:
        owner = dossier.owner_of(note)
        if owner is None or owner.role == "Artifact":
            continue
        if note.subtype == "Link" and targets.setdefault(owner.index, _target(note)) != _target(note):
            yield Defect("Links that lead to different places stand in one element.", note.page_index, note.box)
        fields[owner.index] += note.subtype == "Widget"
        if note.subtype == "Widget" and fields[owner.index] > 1:
            yield Defect("A Form holds more than one field.", note.page_index, note.box)
        if note.flags & _INVISIBLE or (note.flags & NO_VIEW and not note.flags & _TOGGLE):
            yield Defect("An annotation that nobody sees is in the structure.", note.page_index, note.box)


def _target(note: Annotation) -> str:
    """Where a link leads, as text that is the same for the same place."""
    action = note.source.get("/A")
    places = [note.source.get("/Dest")]
    if isinstance(action, Dictionary):
        places += [action.get(key) for key in ("/SD", "/D", "/URI", "/F")]
    return repr([_spelled(place) for place in places])


def _spelled(place: Any) -> Any:
    if isinstance(place, Array):
        return [_spelled(part) for part in place]
    return place.objgen if isinstance(place, Dictionary) else str(place)


def _wordless(dossier: Dossier) -> Iterator[Defect]:
    for note, words in _without_words(dossier):
        if note.subtype != "Link" or not dossier.is_second_edition:
            yield Defect(words, note.page_index, note.box)


def _wordless_links(dossier: Dossier) -> Iterator[Defect]:
    """PDF/UA-2 asks for no Contents of links; people are glad of it."""
    for note, words in _without_words(dossier):
        if note.subtype == "Link" and dossier.is_second_edition:
            yield Defect(words, note.page_index, note.box)


def _without_words(dossier: Dossier) -> Iterator[tuple[Annotation, str]]:
    for note in dossier.annotations:
        if not _is_seen(dossier, note) or note.subtype in {"Widget", *_SILENT} or note.contents:
            continue
        owner = dossier.owner_of(note)
        if note.subtype == "Link" or not (owner and owner.alt):
            yield note, f"A {note.subtype} annotation does not say what it is for."


def _fields(dossier: Dossier) -> Iterator[Defect]:
    """A field says what belongs in it: TU of the field itself, or Alt of its Form; in PDF/UA-2 a Lbl, or Contents."""
    for note in dossier.annotations:
        if note.subtype != "Widget" or not _is_seen(dossier, note) or min(size(note.box)) <= 0:
            continue
        owner = dossier.owner_of(note)
        if dossier.is_second_edition:
            labelled = (
                owner is not None and dossier.tree and any(k.role == "Lbl" for k in dossier.tree.kids(owner.index))
            )
            described = bool(note.contents) or (labelled and "/AA" not in note.source)
        else:
            described = bool(dossier.description_of(note)) or bool(owner and owner.alt)
        if not described:
            yield Defect("A form field does not say what belongs in it.", note.page_index, note.box)


def _tabs(dossier: Dossier) -> Iterator[Defect]:
    allowed = [Name.S, Name.A, Name.W] if dossier.is_second_edition else [Name.S]
    pages = {note.page_index for note in dossier.annotations}
    for page in dossier.pages:
        if page.index in pages and page.source.get("/Tabs") not in allowed:
            yield Defect("The Tab key does not follow the structure.", page.index)


def _files(dossier: Dossier) -> Iterator[Defect]:
    """Embedded and attached files are named; in PDF/UA-2 described too (ISO 14289-2, 8.14.1, 8.9.2.4.10)."""
    for thing in dossier.dictionaries:
        if "/EF" in thing and not all(str(thing.get(key, "")) for key in ("/F", "/UF")):
            yield Defect("An embedded file has no name (F and UF).")
    if not dossier.is_second_edition:
        return
    for held in _embedded(dossier):
        if "/Desc" not in held:
            yield Defect("An embedded file has no description (Desc).")
    for note in dossier.annotations:
        held = note.source.get("/FS")
        if note.subtype == "FileAttachment" and isinstance(held, Dictionary) and "/AFRelationship" not in held:
            yield Defect("An attached file does not say what it is (AFRelationship).", note.page_index, note.box)


def _embedded(dossier: Dossier) -> list[Any]:
    names = dossier.catalog.get("/Names")
    tree = names.get("/EmbeddedFiles") if isinstance(names, Dictionary) else None
    return [value for value in NameTree(tree).values() if isinstance(value, Dictionary)] if tree is not None else []


def _media(dossier: Dossier) -> Iterator[Defect]:
    """A media clip says what it is and has words for it (ISO 14289-1, 7.18.6.2)."""
    for page, clip in _clips(dossier):
        if "/CT" not in clip:
            yield Defect("A media clip does not say what it is (CT).", page)
        words = clip.get("/Alt")
        pairs = list(words) if isinstance(words, Array) else []
        if len(pairs) < 2 or len(pairs) % 2 or not all(str(text).strip() for text in pairs[1::2]):
            yield Defect("A media clip has no words for what it plays (Alt).", page)


def _clips(dossier: Dossier) -> Iterator[tuple[int | None, Any]]:
    """The media clip data that renditions play (ISO 32000-1, 13.2.3 and 13.2.4)."""
    for page, action in dossier.actions.found:
        rendition = action.get("/R") if action.get("/S") == Name.Rendition else None
        choices = rendition.get("/R") if isinstance(rendition, Dictionary) else None
        for each in [rendition, *(choices if isinstance(choices, Array) else ())]:
            clip = each.get("/C") if isinstance(each, Dictionary) else None
            if isinstance(clip, Dictionary) and clip.get("/S") == Name.MCD:
                yield page, clip


def _printers_notes(dossier: Dossier) -> Iterator[Defect]:
    for note in dossier.annotations:
        if note.subtype == "TrapNet":
            yield Defect("The file has a trap network.", note.page_index, note.box)
        if note.subtype == "PrinterMark" and dossier.tree and note.object_id in dossier.tree.object_owners:
            yield Defect("A printer's mark is in the structure.", note.page_index, note.box)


def _leads_to_page(dossier: Dossier, place: Any, named: dict[str, Any]) -> bool:
    """True for a destination in this file that is not an element of the structure."""
    if isinstance(place, Name):
        place = named.get(str(place)[1:])
    elif not isinstance(place, Array | Dictionary | Stream) and place is not None:
        place = named.get(str(place))
    if isinstance(place, Dictionary):
        place = place.get("/SD", place.get("/D"))
    return isinstance(place, Array) and len(place) > 0 and _id_of(place[0]) in dossier.page_ids


def _id_of(thing: Any) -> ObjectId | None:
    return thing.objgen if isinstance(thing, Dictionary) else None


def _page_targets(dossier: Dossier) -> Iterator[Defect]:
    """In PDF/UA-2 what leads to a place leads to an element there (8.8)."""
    if not dossier.is_second_edition:
        return
    starts: list[tuple[int | None, Box | None, Any]] = [(None, None, dossier.catalog.get("/OpenAction"))]
    starts += [(None, None, entry.get(key)) for entry in dossier.outline for key in ("/Dest", "/A")]
    starts += [(n.page_index, n.box, n.source.get(key)) for n in dossier.annotations for key in ("/Dest", "/A")]
    for page, box, start in starts:
        place = start
        if isinstance(start, Dictionary) and "/S" in start:
            place = start.get("/SD", start.get("/D")) if start.get("/S") == Name.GoTo else None
        if _leads_to_page(dossier, place, dossier.named_destinations):
            yield Defect("What leads to a place in the file leads to a page, not to an element.", page, box)


ROWS = (
    Check("ACC-119", ERROR, "Matterhorn 28-002, 28-010, 28-011", "Links in Link, fields in Form", tagged, _loose),
    Check("ACC-119", ERROR, "ISO 14289-2, 8.2.5.20, 8.10.1", "One link, one field an element", tagged, _crowded),
    Check("ACC-120", ERROR, "Matterhorn 28-004, 28-012", "Contents that says where to", tagged, _wordless),
    Check("ACC-120", WARNING, "stricter than ISO 14289-2", "Contents that says where to", tagged, _wordless_links),
    Check("ACC-121", ERROR, "Matterhorn 28-008, 28-009", "Tabs S", tagged, _tabs),
    Check("ACC-125", ERROR, "Matterhorn 21-001, 28-016", "F and UF; for PDF/UA-2 words too", tagged, _files),
    Check("ACC-128", ERROR, "Matterhorn 28-007, 28-017", "Printers' notes, outside the tree", tagged, _printers_notes),
    Check("ACC-130", ERROR, "Matterhorn 28-005", "TU for each field; for PDF/UA-2 a label", tagged, _fields),
    Check("ACC-133", ERROR, "Matterhorn 28-014, 28-015", "CT and Alt for each clip", tagged, _media),
    Check("ACC-136", ERROR, "ISO 14289-2, 8.8", "Destinations in the structure", tagged, _page_targets),
)  # fmt: skip
