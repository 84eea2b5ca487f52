"""Checks of language: whether it is known in which one each text is to be read out (ISO 14289-1, 7.2)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from booklet.pdf import DUBLIN_CORE, Element, Item
from booklet.preflight.check import ERROR, WARNING, Check, tagged
from booklet.preflight.dossier import Dossier
from booklet.preflight.records import Defect

_LANGUAGE = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")
_LANGUAGES = re.compile(r"xml:lang\s*=\s*[\"']([^\"']*)[\"']")


def _unsaid(dossier: Dossier) -> Iterator[Defect]:
    """Texts whose language neither the file nor a part of it tells."""
    if dossier.language:
        return
    if dossier.is_second_edition or dossier.tree is None:
        yield Defect("The file has no language.")
        return
    if dossier.outline:
        yield Defect("The outline has no language.")
    if any(set(_LANGUAGES.findall(value)) <= {"x-default"} for value in dossier.said(DUBLIN_CORE, "title")):
        yield Defect("The title in the metadata has no language.")
    for item in dossier.texts:
        if not item.mark.artifact and item.text and item.text.words.strip() and not _language_of(dossier, item):
            yield dossier.at("Text has no language.", item)
    for element in dossier.tree.elements:
        said = next((key for key, text in _aloud(element) if text), None)
        if said and not dossier.tree.language(element.index, ""):
            yield dossier.at_element(f"The {said} of a {element.role} has no language.", element.index)
    for note in dossier.annotations:
        owner = dossier.owner_of(note)
        if not (owner and dossier.tree.language(owner.index, "")):
            if note.contents:
                yield Defect(f"The Contents of a {note.subtype} has no language.", note.page_index, note.box)
            if note.subtype == "Widget" and dossier.description_of(note):
                yield Defect("The description of a field has no language.", note.page_index, note.box)


def _aloud(element: Element) -> tuple[tuple[str, str | None], ...]:
    return ("Alt", element.alt), ("ActualText", element.actual), ("E", element.expansion)


def _language_of(dossier: Dossier, item: Item) -> str:
    """The language of a text: of its marked content, or of the element that holds it."""
    assert dossier.tree
    if item.mark.lang or item.mark.mcid is None:
        return item.mark.lang or ""
    owner = dossier.tree.owners.get((item.page_index, item.mark.form, item.mark.mcid))
    return dossier.tree.language(owner, "") if owner is not None else ""


def _no_language(dossier: Dossier) -> Iterator[Defect]:
    """A tag that is none (RFC 5646)."""
    if dossier.language and not _LANGUAGE.fullmatch(dossier.language):
        yield Defect(f"The language of the file is '{dossier.language}'.")
    for element in dossier.tree.elements if dossier.tree else ():
        if element.lang and not _LANGUAGE.fullmatch(element.lang):
            yield dossier.at_element(f"The language '{element.lang}' of a {element.role} is none.", element.index)
    for item in dossier.items:
        if item.mark.lang and not _LANGUAGE.fullmatch(item.mark.lang):
            yield dossier.at(f"The language '{item.mark.lang}' of some content is none.", item)


def _by_parts(dossier: Dossier) -> Iterator[Defect]:
    """Allowed where all parts tell theirs; a reader that looks at the file alone speaks its own."""
    if not dossier.language and dossier.tree and not dossier.is_second_edition:
        yield Defect("The file has no language of its own.")


ROWS = (
    Check("ACC-103", ERROR, "Matterhorn 11-001 to 11-006", "A language such as en or vi", tagged, _unsaid),
    Check("ACC-103", ERROR, "ISO 14289-1, 7.2; RFC 5646", "A tag such as en or vi", tagged, _no_language),
    Check("ACC-103", WARNING, "stricter than ISO 14289-1, 7.2", "Lang of the file", tagged, _by_parts),
)
