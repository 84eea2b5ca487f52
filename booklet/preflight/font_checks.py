"""Checks of fonts (Matterhorn 10-001 and 31; ISO 32000-1, 9)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from pikepdf import Array, Dictionary, Name, Stream

from booklet.pdf import APPEARANCE, PROGRAMS, Font, FontFault, Item, cmap_faults
from booklet.preflight.check import ERROR, Check, every, tagged
from booklet.preflight.dossier import Dossier
from booklet.preflight.records import Defect


def _per_font(dossier: Dossier, wrong: Callable[[Font], str]) -> Iterator[Defect]:
    """A defect for the first text in each font and page that a question about its font finds wrong."""
    seen: set[tuple[Font, int]] = set()
    for item in dossier.all_texts:
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


def _wrong_list(dossier: Dossier) -> Iterator[Defect]:
    return _per_font(dossier, lambda font: _problem(font, FontFault.SUBSET))


def _encoding(dossier: Dossier) -> Iterator[Defect]:
    return _per_font(dossier, lambda font: _problem(font, FontFault.ENCODING))


def _problem(font: Font, kind: FontFault) -> str:
    return next((f"{font.name}: {problem.words}" for problem in font.problems if problem.kind is kind), "")


def _faulty(dossier: Dossier, fault: str, words: str) -> Iterator[Defect]:
    for item in dossier.all_texts:
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
        if item.text and item.text.unmapped and item.layer in ("page", APPEARANCE) and not _excused(item):
            yield dossier.at(
                f"Text in {item.text.font.name} has characters without Unicode: nobody can read it aloud.", item
            )


def _excused(item: Item) -> bool:
    return item.mark.artifact or item.mark.actual is not None


def _composite(dossier: Dossier) -> Iterator[Defect]:
    """Dictionaries of composite fonts (Matterhorn 31-001 to 31-008)."""
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
    descriptor = inner.get("/FontDescriptor")
    embedded = isinstance(descriptor, Dictionary) and any(key in descriptor for key in PROGRAMS)
    if inner.get("/Subtype") == Name.CIDFontType2 and embedded:
        gids = inner.get("/CIDToGIDMap")
        if not isinstance(gids, Stream) and gids != Name.Identity:
            yield "has no CIDToGIDMap that is a stream or Identity"
    yield from cmap_faults(encoding, inner)


ROWS = (
    Check("FNT-101", ERROR, "Matterhorn 31-009; ISO 15930-7", "All fonts embedded", every, _not_embedded),
    Check("FNT-102", ERROR, "ISO 15930-7", "Fonts with outlines", every, _type3),
    Check("FNT-103", ERROR, "Matterhorn 31-011, 31-030", "Only characters that the font has", every, _notdef),
    Check("FNT-104", ERROR, "Matterhorn 31-011", "Embed the font with all letters used", every, _blank),
    Check("FNT-105", ERROR, "Matterhorn 10-001, 31-027", "A ToUnicode table for every font", tagged, _unmapped),
    Check("FNT-106", ERROR, "Matterhorn 31-028, 31-029", "ToUnicode that names real characters", tagged, _bad_unicode),
    Check("FNT-107", ERROR, "ISO 32000-1, 9.9", "Embed the font anew", every, _damaged),
    Check("FNT-108", ERROR, "Matterhorn 31-001 to 31-008", "A composite font that fits its CMap", every, _composite),
    Check("FNT-109", ERROR, "Matterhorn 31-016", "Widths as the font program has them", every, _wrong_width),
    Check("FNT-110", ERROR, "Matterhorn 31-017, 31-019 to 31-026", "An encoding that all know", tagged, _encoding),
    Check("FNT-111", ERROR, "Matterhorn 31-012 to 31-015", "Right lists of glyphs, or none", tagged, _wrong_list),
)  # fmt: skip
