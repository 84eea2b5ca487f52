"""Checks of a file as a file: what it starts, carries, hides, and whether its pages can be read at all."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from pikepdf import Array, Dictionary, Name, Stream

from booklet.pdf import ContentFault
from booklet.preflight.actions import MAX_ACTIONS
from booklet.preflight.check import ERROR, Check, every, press, printed
from booklet.preflight.dossier import MAX_PAGES, Dossier
from booklet.preflight.records import Defect

_QUIET_ACTIONS = frozenset({"GoTo", "URI", "Named", "GoToR"})
_BAD_CONTENT = frozenset(
    {
        ContentFault.BROKEN, ContentFault.OPERAND, ContentFault.RESOURCE, ContentFault.UNBALANCED, ContentFault.DEEP,
        ContentFault.POSTSCRIPT,
    }
)  # fmt: skip
_ADDRESS = re.compile(r"(stream )?<[^<>]* object at 0x[0-9a-f]+>:?")
"""How a library names a file that it was given as bytes."""
_HARMLESS = ("a common error handled correctly by qpdf and most other applications", "reported number of objects")
"""What qpdf says of files that every reader opens as they are."""


def _too_much(dossier: Dossier) -> Iterator[Defect]:
    if len(dossier.pdf.pages) > MAX_PAGES:
        yield Defect(f"The file has {len(dossier.pdf.pages)} pages; the first {MAX_PAGES} were checked.")
    if not dossier.actions.whole:
        yield Defect(f"The file has more than {MAX_ACTIONS:,} actions.")
    for content in (*(page.content for page in dossier.pages), *dossier.appearances):
        yield from (Defect(n.words, content.page_index) for n in content.notes if n.kind is ContentFault.LARGE)


def _damaged(dossier: Dossier) -> Iterator[Defect]:
    for content in (*(page.content for page in dossier.pages), *dossier.appearances):
        yield from (Defect(n.words, content.page_index) for n in content.notes if n.kind in _BAD_CONTENT)


def _repaired(dossier: Dossier) -> Iterator[Defect]:
    dossier.items  # noqa: B018 (reading the pages is what brings faults to light)
    warnings = [_ADDRESS.sub("", str(each)).strip(", ") for each in dossier.pdf.get_warnings()]
    repaired = [each for each in warnings if not any(harmless in each for harmless in _HARMLESS)]
    if repaired:
        yield Defect(f"The file had to be repaired to be read ({repaired[0]}).")


def _javascript(dossier: Dossier) -> Iterator[Defect]:
    for page, action in dossier.actions.found:
        if action.get("/S") == Name.JavaScript or "/JS" in action:
            yield Defect("A script is in the file.", page)
    form = dossier.catalog.get("/AcroForm")
    packets = form.get("/XFA") if isinstance(form, Dictionary) else None
    for packet in packets if isinstance(packets, Array) else [packets]:
        if isinstance(packet, Stream) and b"<script" in packet.read_bytes():
            yield Defect("A script is in the form of the file.")


def _other_actions(dossier: Dossier) -> Iterator[Defect]:
    for page, action in dossier.actions.found:
        kind = str(action.get("/S"))[1:]
        if kind not in _QUIET_ACTIONS and kind != "JavaScript":
            yield Defect(f"An action of kind {kind} is in the file.", page)


def _press_actions(dossier: Dossier) -> Iterator[Defect]:
    for page, action in dossier.actions.found:
        kind = str(action.get("/S"))[1:]
        if kind in _QUIET_ACTIONS:
            yield Defect(f"An action of kind {kind} is in a file for print.", page)


def _embedded(dossier: Dossier) -> Iterator[Defect]:
    names = dossier.catalog.get("/Names")
    if isinstance(names, Dictionary) and "/EmbeddedFiles" in names:
        yield Defect("Files are embedded in the file.")
    for note in dossier.annotations:
        if note.subtype == "FileAttachment":
            yield Defect("A file is attached to a page.", note.page_index, note.box)


def _dead_links(dossier: Dossier) -> Iterator[Defect]:
    for note in dossier.annotations:
        if note.subtype != "Link":
            continue
        action = note.source.get("/A")
        # What leads into another file (GoToR, GoToE, Launch) names a place that is there.
        inner = isinstance(action, Dictionary) and action.get("/S") == Name.GoTo
        target = note.source.get("/Dest") or (action.get("/D") if inner else None)
        named = target is not None and not isinstance(target, Array | Dictionary | Stream)
        name = str(target)[1:] if isinstance(target, Name) else str(target)
        if target is None and not action:
            yield Defect("A link leads nowhere.", note.page_index, note.box)
        elif named and name not in dossier.named_destinations:
            yield Defect(f"A link leads to '{name}', which is not in the file.", note.page_index, note.box)
        elif isinstance(target, Array) and len(target) and _is_lost_page(target[0], dossier):
            yield Defect("A link leads to a page that is not in the file.", note.page_index, note.box)


def _is_lost_page(thing: Any, dossier: Dossier) -> bool:
    is_page = isinstance(thing, Dictionary) and thing.get("/Type") == Name.Page
    return is_page and thing.objgen not in dossier.page_ids


def _schemes(dossier: Dossier) -> Iterator[Defect]:
    for note in dossier.annotations:
        if note.uri and not note.uri.startswith(("https:", "http:", "mailto:", "tel:", "sms:")):
            yield Defect(f"A link opens '{note.uri[:80]}'.", note.page_index, note.box)


def _encrypted(dossier: Dossier) -> Iterator[Defect]:
    if dossier.pdf.is_encrypted:
        yield Defect("The file is encrypted, though it opens without a password.")


ROWS = (
    Check("SYS-104", ERROR, "docs/preflight.md, bounds", "Split the file, or simplify the page", every, _too_much),
    Check("SYS-105", ERROR, "ISO 32000-1, 7.8", "Write the file again with the program that made it", every, _damaged),
    Check("SYS-110", ERROR, "ISO 32000-1, 7.5", "Save the file again, whole", every, _repaired),
    Check("SYS-112", ERROR, "ISO 15930-7", "A file without protection", printed, _encrypted),
    Check("SYS-106", ERROR, "ISO 15930-7", "A file without scripts", every, _javascript),
    Check("SYS-107", ERROR, "ISO 15930-7", "Only links as actions", every, _other_actions),
    Check("SYS-111", ERROR, "ISO 15930-7", "Pages that only print", press, _press_actions),
    Check("SYS-108", ERROR, "ISO 15930-7", "A file that carries no other", every, _embedded),
    Check("LNK-101", ERROR, "ISO 32000-1, 12.3.2", "Links that lead to a page or an address", every, _dead_links),
    Check("LNK-102", ERROR, "docs/writing.md, links", "Addresses with https, mailto, tel or sms", every, _schemes),
)  # fmt: skip
