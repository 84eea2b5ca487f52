"""Checks of fonts (Matterhorn 10-001 and 31; ISO 32000-1, 9)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from pikepdf import Array, Dictionary, Name, Stream

from booklet.pdf import Font, FontFault, Item
from booklet.preflight.check import ERROR, Check, every, tagged
from booklet.preflight.dossier import Dossier
from booklet.preflight.records import Defect

_IDENTITY = (Name("/Identity-H"), Name("/Identity-V"))


def _per_font(dossier: Dossier, wrong: Callable[[Font], str]) -> Iterator[Defect]:
    """A defect for the first text in each font and page that a question about its font finds wrong."""
    seen: set[tuple[Font, int]] = set()
    for item in dossier.texts:
        assert item.text
        font = item.text.font
        if (font, item.page_index) not in seen:
            seen.add((font, item.page_index))
            if words := wrong(font):
                yield dossier.at(words, item)


def _not_embedded(dossier: Dossier) -> Iterator[Defect]:
    return _per_font(dossier, lambda font: "" if font.embedded else f"The font {font.name} is not embedded.")


def _type3(dossier: Dossier) -> Iterator[Defect]:
    return _per_font(dossier, lambda font: "A font is drawn by hand (Type 3)." if font.subtype == "Type3" else "")


def _damaged(dossier: Dossier) -> Iterator[Defect]:
    return _per_font(dossier, lambda font: _problem(font, FontFault.DAMAGED))


def _bad_unicode(dossier: Dossier) -> Iterator[Defect]:
    return _per_font(dossier, lambda font: _problem(font, FontFault.UNICODE))


def _problem(font: Font, kind: FontFault) -> str:
    return next((f"{font.name}: {problem.words}" for problem in font.problems if problem.kind is kind), "")


def _faulty(dossier: Dossier, fault: str, words: str) -> Iterator[Defect]:
    for item in dossier.texts:
        if item.text and fault in item.text.faults and item.text.font.embedded:
            yield dossier.at(words.format(font=item.text.font.name), item)


def _notdef(dossier: Dossier) -> Iterator[Defect]:
    return _faulty(dossier, "notdef", "A character is not in the font {font}.")


def _blank(dossier: Dossier) -> Iterator[Defect]:
    return _faulty(dossier, "blank", "A letter has no shape in the font {font}.")


def _wrong_width(dossier: Dossier) -> Iterator[Defect]:
    return _faulty(dossier, "width", "A letter of {font} has another width in the font than in the file.")


def _unmapped(dossier: Dossier) -> Iterator[Defect]:
    for item in dossier.items:
        if item.text and item.text.unmapped and item.layer == "page" and not _excused(item):
            yield dossier.at(
                f"Text in {item.text.font.name} has characters without Unicode: nobody can read it aloud.", item
            )


def _excused(item: Item) -> bool:
    return item.mark.artifact or item.mark.actual is not None


def _composite(dossier: Dossier) -> Iterator[Defect]:
    """Dictionaries of composite fonts (Matterhorn 31-001 to 31-006)."""
    seen: set[tuple[str, str]] = set()
    for source in dossier.font_sources:
        if source.get("/Subtype") != Name.Type0:
            continue
        name = str(source.get("/BaseFont", "/?"))[1:].split("+")[-1]
        for words in _composite_faults(source):
            if (name, words) not in seen:
                seen.add((name, words))
                yield Defect(f"The font {name} {words}.")


def _composite_faults(source: Dictionary) -> Iterator[str]:
    encoding = source.get("/Encoding")
    kids = source.get("/DescendantFonts")
    inner = kids[0] if isinstance(kids, Array) and len(kids) else None
    if not isinstance(inner, Dictionary):
        yield "has no descendant"
        return
    if inner.get("/Subtype") == Name.CIDFontType2:
        gids = inner.get("/CIDToGIDMap")
        if not isinstance(gids, Stream) and gids != Name.Identity:
            yield "has no CIDToGIDMap that is a stream or Identity"
    if isinstance(encoding, Stream):
        outer, own = encoding.get("/CIDSystemInfo"), inner.get("/CIDSystemInfo")
        if isinstance(outer, Dictionary) and isinstance(own, Dictionary):
            if any(str(outer.get(key)) != str(own.get(key)) for key in ("/Registry", "/Ordering")):
                yield "and its CMap belong to different character collections"
            elif int(own.get("/Supplement", 0)) < int(outer.get("/Supplement", 0)):
                yield "has an older supplement of its collection than its CMap"
    elif encoding not in _IDENTITY and not str(encoding).endswith(("-H", "-V")):
        yield f"uses the CMap {encoding}, which is neither embedded nor standard"


ROWS = (
    Check("FNT-101", ERROR, "Matterhorn 31-009; ISO 15930-7", "All fonts embedded", every, _not_embedded),
    Check("FNT-102", ERROR, "ISO 15930-7", "Fonts with outlines", every, _type3),
    Check("FNT-103", ERROR, "Matterhorn 31-011, 31-030", "Only characters that the font has", every, _notdef),
    Check("FNT-104", ERROR, "Matterhorn 31-011", "Embed the font with all letters used", every, _blank),
    Check("FNT-105", ERROR, "Matterhorn 10-001, 31-027", "A ToUnicode table for every font", tagged, _unmapped),
    Check("FNT-106", ERROR, "Matterhorn 31-028, 31-029", "ToUnicode that names real characters", tagged, _bad_unicode),
    Check("FNT-107", ERROR, "ISO 32000-1, 9.9", "Embed the font anew", every, _damaged),
    Check("FNT-108", ERROR, "Matterhorn 31-001 to 31-006", "A composite font that fits its CMap", every, _composite),
    Check("FNT-109", ERROR, "Matterhorn 31-016", "Widths as the font program has them", every, _wrong_width),
)  # fmt: skip
