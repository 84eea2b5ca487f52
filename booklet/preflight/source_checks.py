"""Checks that need to know what was promised: pages, labels, and what the source says (Matterhorn's human
conditions).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Any

from booklet.pdf import PT_PER_MM
from booklet.preflight.check import ERROR, Check, every, tagged
from booklet.preflight.dossier import Dossier
from booklet.preflight.page_checks import TOLERANCE_PT
from booklet.preflight.records import Defect

FONTS = ("Atkinson-Hyperlegible-Next", "AtkinsonHyperlegibleNext", "Noto-Sans", "NotoSans")


def squeezed(text: str) -> str:
    """Letters, digits and signs alone, compatible forms made one: how texts are compared."""
    return re.sub(r"[\s\u00ad\u200b-\u200f\u2060\ufeff]", "", unicodedata.normalize("NFKC", text))


def _page_count(dossier: Dossier) -> Iterator[Defect]:
    if dossier.promise and len(dossier.pdf.pages) != len(dossier.promise.folios):
        yield Defect(f"{len(dossier.pdf.pages)} pages where {len(dossier.promise.folios)} were set.")
    elif dossier.promise and dossier.promise.stitched and tagged(dossier.profile) and len(dossier.pdf.pages) % 4:
        yield Defect(f"{len(dossier.pdf.pages)} pages, which is no multiple of four.")


def _page_size(dossier: Dossier) -> Iterator[Defect]:
    if dossier.promise is None:
        return
    for page in dossier.pages:
        own, wanted = page.geometry.size_mm, dossier.promise.trim_mm
        if any(abs(a - b) > TOLERANCE_PT / PT_PER_MM for a, b in zip(own, wanted, strict=True)):
            yield Defect(
                f"The page measures {own[0]:.1f} by {own[1]:.1f} mm, not {wanted[0]:g} by {wanted[1]:g}.", page.index
            )


def _labels(dossier: Dossier) -> Iterator[Defect]:
    if dossier.promise is None:
        return
    for index, folio in enumerate(dossier.promise.folios[: len(dossier.pdf.pages)]):
        label = str(dossier.pdf.pages[index].label)
        if label != folio:
            yield Defect(f"The page is labelled '{label}' and bears the folio '{folio}'.", index)
            return


def _catalog(dossier: Dossier) -> Iterator[Defect]:
    promise = dossier.promise
    if promise is None:
        return
    told = {
        "language": dossier.language == promise.language or not _claims(dossier),
        "title": str(dossier.info.get("/Title", "")) == promise.title,
        "PDF/UA part": f"<pdfuaid:part>{promise.pdf_ua}</pdfuaid:part>" in dossier.xmp or not _claims(dossier),
    }
    yield from (Defect(f"The {name} of the file is not the one promised.") for name, right in told.items() if not right)


def _claims(dossier: Dossier) -> bool:
    """Files for print claim no PDF/UA, and need not."""
    return tagged(dossier.profile)


def _outline(dossier: Dossier) -> Iterator[Defect]:
    if dossier.promise is None or not tagged(dossier.profile):
        return

    def count(items: Iterable[Any]) -> int:
        return sum(1 + count(item.children) for item in items)

    with dossier.pdf.open_outline() as outline:
        entries = count(outline.root)
    if entries != dossier.promise.headings:
        yield Defect(f"The outline has {entries} entries for {dossier.promise.headings} headings.")


def _fonts(dossier: Dossier) -> Iterator[Defect]:
    seen: set[tuple[str, int]] = set()
    own = dossier.promise.families if dossier.promise else ()
    known = (*FONTS, *(family.replace(" ", "-") for family in own))
    for item in dossier.texts if dossier.promise else ():
        assert item.text
        name = item.text.font.name
        if not name.startswith(known) and (name, item.page_index) not in seen:
            seen.add((name, item.page_index))
            yield dossier.at(f"Text is set in {name}, because no shipped font has its characters.", item)


def _phones(dossier: Dossier) -> Iterator[Defect]:
    for note in dossier.annotations if dossier.promise else ():
        assert dossier.promise
        if note.uri.startswith(("tel:", "sms:")) and note.uri not in dossier.promise.phones:
            yield Defect(f"A link dials {note.uri}, which is no number of this edition.", note.page_index, note.box)


def _order(dossier: Dossier) -> Iterator[Defect]:
    """Every text of the source is heard, and in the source's order."""
    if dossier.tree is None or dossier.promise is None or dossier.promise.source_text is None:
        return
    heard = squeezed("".join(dossier.text_of(e.index) for e in dossier.tree.elements if e.parent < 0))
    position = 0
    for pieces in dossier.promise.source_text.texts:
        end = _end_of(pieces, heard, position)
        if end >= 0:
            position = end
        elif _end_of(pieces, heard, 0) >= 0:
            yield Defect(f"'{_short(pieces)}' is heard in another place than the source has it.")
        else:
            yield Defect(f"'{_short(pieces)}' is in the source and is not heard.")


def _end_of(pieces: tuple[str, ...], heard: str, start: int) -> int:
    """Where a text ends in what is heard, page numbers between its pieces passed over; -1 where it is not heard."""
    wanted = [squeezed(piece) for piece in pieces]
    if len(wanted) == 1:
        found = heard.find(wanted[0], start)
        return found if found < 0 else found + len(wanted[0])
    match = re.compile(r".{0,12}?".join(map(re.escape, wanted))).search(heard, start)
    return match.end() if match else -1


def _short(pieces: tuple[str, ...]) -> str:
    words = " ".join(" ".join(pieces).split())
    return words if len(words) <= 60 else words[:57] + "..."


def _headings(dossier: Dossier) -> Iterator[Defect]:
    """The headings of the structure are those of the source, with their levels."""
    tree = dossier.tree
    if tree is None or dossier.promise is None or dossier.promise.source_text is None:
        return
    found = [
        (int(element.role[1:]), squeezed(dossier.text_of(element.index)), element.index)
        for element in tree.elements
        if re.fullmatch(r"H[1-6]", element.role)
    ]
    wanted = [(level, squeezed(words), words) for level, words in dossier.promise.source_text.headings]
    for (level, heard, index), (asked, text, words) in zip(found, wanted, strict=False):
        if level != asked or text not in heard:
            yield dossier.at_element(f"The heading '{words}' (level {asked}) is not where the source has it.", index)
            return
    if len(found) != len(wanted):
        yield Defect(f"The structure has {len(found)} headings, the source {len(wanted)}.")


def _alternatives(dossier: Dossier) -> Iterator[Defect]:
    tree = dossier.tree
    if tree is None or dossier.promise is None or dossier.promise.source_text is None:
        return
    figures = [element for element in tree.elements if element.role == "Figure"]
    wanted = dossier.promise.source_text.alternatives
    for figure, alternative in zip(figures, wanted, strict=False):
        if squeezed(figure.alt or "") != squeezed(alternative):
            yield dossier.at_element(
                f"A figure says '{_short((figure.alt or '',))}', the source '{_short((alternative,))}'.", figure.index
            )
    if len(figures) != len(wanted):
        yield Defect(f"The structure has {len(figures)} figures, the source {len(wanted)} with a text alternative.")


def _link_texts(dossier: Dossier) -> Iterator[Defect]:
    tree = dossier.tree
    if tree is None or dossier.promise is None or dossier.promise.source_text is None:
        return
    links = [element for element in tree.elements if element.role == "Link"]
    wanted = dossier.promise.source_text.links
    for link, pieces in zip(links, wanted, strict=False):
        heard = squeezed(dossier.text_of(link.index) + (link.alt or ""))
        if _end_of(pieces, heard, 0) < 0:
            yield dossier.at_element(f"A link reads '{heard[:60]}', in the source '{_short(pieces)}'.", link.index)
            return
    if len(links) != len(wanted):
        yield Defect(f"The structure has {len(links)} links, the source {len(wanted)}.")


def _page_numbers(dossier: Dossier) -> Iterator[Defect]:
    """The page number that a link prints is the folio of the page to which it leads."""
    if dossier.promise is None or dossier.tree is None:
        return
    for note in dossier.annotations:
        owner = dossier.tree.object_owners.get(note.object_id)
        led_to = dossier.page_led_to(note)
        if owner is None or led_to is None or led_to >= len(dossier.promise.folios):
            continue
        folio = dossier.promise.folios[led_to]
        in_contents = any(element.role == "TOCI" for element in dossier.tree.above(owner))
        for printed in _printed_numbers(dossier.text_of(owner), in_contents):
            if printed != folio:
                found = f"A link prints page {printed} and leads to page {folio}."
                yield Defect(found, note.page_index, note.box)


def _printed_numbers(words: str, in_contents: bool) -> list[str]:
    """The page numbers in the words of a link: behind "page", the only word, or the last one of a row of contents."""
    numbers = re.findall(r"\bpage\s+(\d+|[ivxlc]+)\b", words)
    last = re.search(r"(?:\A|\s)(\d+|[ivxlc]+)\s*\Z" if in_contents else r"\A\s*(\d+)\s*\Z", words)
    return [*numbers, *([last[1]] if last and not numbers else [])]


ROWS = (
    Check("BOX-001", ERROR, "saddle stitch", "As many pages as were set, a multiple of four", every, _page_count),
    Check("BOX-001", ERROR, "ISO 32000-1, 14.11.2", "Every page at trim size", every, _page_size),
    Check("BOX-001", ERROR, "ISO 32000-1, 12.4.2", "Page labels equal to folios", tagged, _labels),
    Check("ACC-004", ERROR, "ISO 14289-1, 7.1", "The title, language and label that were promised", every, _catalog),
    Check("ACC-004", ERROR, "ISO 14289-1, 7.4", "One outline entry a heading", tagged, _outline),
    Check("FNT-001", ERROR, "docs/writing.md", "Shipped fonts", every, _fonts),
    Check("LNK-011", ERROR, "docs/architecture.md, law 5", "Only this edition's numbers", every, _phones),
    Check("LNK-103", ERROR, "docs/architecture.md, folios", "The folio of the page it leads to", tagged, _page_numbers),
    Check("ACC-301", ERROR, "Matterhorn 09-001", "The order of the source", tagged, _order),
    Check("ACC-302", ERROR, "Matterhorn 14-001", "The headings of the source", tagged, _headings),
    Check("ACC-303", ERROR, "ISO 14289-1, 7.3", "The text alternatives of the source", tagged, _alternatives),
    Check("ACC-304", ERROR, "WCAG 2.2, 2.4.4", "The link texts of the source", tagged, _link_texts),
)  # fmt: skip
