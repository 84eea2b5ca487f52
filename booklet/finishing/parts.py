"""Parts in the shapes that files are linked from, each made once and kept in the store."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from booklet.bindery import (
    LETTERING,
    PRESS_STAND_INS,
    STAND_INS,
    Face,
    FontFile,
    Fonts,
    Fragment,
    PlacedPart,
    Placing,
    PressSetup,
    copier_inks,
    font_file,
    grey_fragment,
    lettering,
    marks_file,
    place,
    press_colours,
    press_fragment,
    press_inks,
    proof_file,
    screen_colours,
    tagged_fragment,
)
from booklet.findings import Place
from booklet.pdf import IDENTITY, Matrix
from booklet.preflight import PROFILES, Drawings, PlacedPage, Sources, examine_part, places_of, sources_by_box
from booklet.store import Store, key_of
from booklet.typesetting import Segment, WrittenFacts, facts_key

SCREEN_PPI = PROFILES["screen"].images_target_ppi


def tagged_part(store: Store, segment: Segment, pdf_ua: int, ppi: float = SCREEN_PPI) -> Fragment:
    """A segment for a screen, in a file that claims this part of PDF/UA, its photographs as fine as is asked."""
    return _kept(store, segment.key, ("tagged", pdf_ua, ppi), lambda content: tagged_fragment(content, pdf_ua, ppi))


def _tagged(store: Store, segment: str) -> Fragment | None:
    """The same by the key of the segment, where the store has it."""
    if not store.has(segment):
        return None
    return _kept(store, segment, ("tagged", 1, SCREEN_PPI), lambda content: tagged_fragment(content, 1, SCREEN_PPI))


def press_part(
    store: Store,
    segment: Segment,
    setup: PressSetup,
    profile: bytes,
    ink_limit_percent: float,
    pages: tuple[int, ...],
    from_the_right: bool,
    as_forms: bool = False,
) -> Fragment:
    """Some pages of a segment for a press, bound where reading begins, with stand-ins for its accents."""
    parity = (segment.first_folio + from_the_right) % 2
    kind = ("press", setup, key_of("profile", profile), ink_limit_percent, pages, parity, as_forms)
    inks = press_inks(profile, ink_limit_percent)
    return _kept(
        store, segment.key, kind, lambda content: press_fragment(content, inks, setup, parity, pages, as_forms)
    )


def grey_part(store: Store, segment: Segment, as_forms: bool) -> Fragment:
    """A segment for an office copier: pages to be placed on sheets, or sheets themselves."""
    return _kept(
        store, segment.key, ("grey", as_forms), lambda content: grey_fragment(content, copier_inks(), as_forms)
    )


def _kept(
    store: Store,
    segment: str,
    kind: tuple[object, ...],
    make: Callable[[bytes], tuple[Fragment, dict[str, bytes]]],
) -> Fragment:
    key = key_of("fragment", segment, kind)
    fragment = store.load(key, Fragment)
    if fragment is None or not all(face.name == LETTERING or store.has(face.program) for face in fragment.faces):
        pdf = store.get(segment)
        assert pdf is not None, "a segment is kept as long as a build goes on"
        fragment, programs = make(pdf)
        fragment = replace(fragment, key=key)
        for digest, program in programs.items():
            store.put(digest, program)
        store.save(key, fragment)
    return fragment


def known_part(store: Store, fragment: Fragment, accents: Iterable[bytes]) -> Drawings:
    """What preflight knows of a fragment's pages, in which these operands stand for an edition's colours."""
    accents = tuple(accents)
    key = key_of("drawings", fragment.key, accents)
    known = store.load(key, Drawings)
    if known is None:
        known = examine_part(
            proof_file(fragment, lambda face, number: font_file(face, number, _program(store, face), whole=True)),
            accents,
        )
        store.save(key, known)
    return known


def known_marks(store: Store, setup: PressSetup) -> Drawings:
    """What preflight knows of the marks beside the pages of a press file."""
    key = key_of("marks", setup)
    known = store.load(key, Drawings)
    if known is None:
        known = examine_part(marks_file(setup))
        store.save(key, known)
    return known


def placing(store: Store) -> Placing:
    """`bindery.place`, whose results are kept, but for those of fragments without a key."""

    def kept(fragment: Fragment, base: int, faces: tuple[str, ...], colours: Mapping[bytes, bytes]) -> PlacedPart:
        if not fragment.key:
            return place(fragment, base, faces, colours)
        key = key_of("placed", fragment.key, base, faces, sorted(colours.items()))
        placed = store.load(key, PlacedPart)
        if placed is None:
            placed = place(fragment, base, faces, colours)
            store.save(key, placed)
        return placed

    return kept


def fonts(store: Store) -> Fonts:
    """`bindery.font_file`, whose results are kept."""

    def kept(face: Face, number: int) -> FontFile:
        key = key_of("font", face, number)
        made = store.load(key, FontFile)
        if made is None:
            made = font_file(face, number, _program(store, face))
            store.save(key, made)
        return made

    return kept


def _program(store: Store, face: Face) -> bytes:
    content = lettering().program if face.name == LETTERING else store.get(face.program)
    assert content is not None, "a font program is kept as long as a build goes on"
    return content


SCREEN_ACCENTS = tuple(screen_colours(dict.fromkeys(STAND_INS, "#000001")))
PRESS_ACCENTS = tuple(press_colours(PRESS_STAND_INS))
"""The operands by which parts name the accents that stand in for an edition's."""


@dataclass(frozen=True)
class PlacedIn:
    """Where a page of a part (from 0) stands in a file: on which page (from 0), and by which matrix."""

    page: int
    page_index: int
    matrix: Matrix


@dataclass(frozen=True)
class Origin:
    """A part as a finished file holds it, to find the lines of its pieces again: where the store has what the engine
    wrote of it, its own file, and where its pages stand. `tagged` says that its marked content is there too.
    """

    segment: str
    file: str
    places: tuple[PlacedIn, ...]
    tagged: bool


def placed_in_order(segments: Iterable[Segment]) -> dict[tuple[int, int], tuple[int, Matrix]]:
    """Every page of every segment (both from 0) on a page of its own."""
    pages = [(number, page) for number, segment in enumerate(segments) for page in range(segment.layout.pages)]
    return {row: (index, IDENTITY) for index, row in enumerate(pages)}


def origins(
    segments: Sequence[Segment], placed: Mapping[tuple[int, int], tuple[int, Matrix]], tagged: bool = True
) -> tuple[Origin, ...]:
    """Where the pages of some segments stand in a file: page index and matrix by segment and page, all from 0."""
    rows: dict[int, list[PlacedIn]] = {}
    for (number, page), (index, matrix) in placed.items():
        rows.setdefault(number, []).append(PlacedIn(page, index, matrix))
    return tuple(
        Origin(segments[number].key, segments[number].part.file, tuple(places), tagged)
        for number, places in rows.items()
    )


def sources(store: Store, parts: Iterable[Origin]) -> Sources:
    """Which line of the sources each piece of a file comes from, as far as the store still knows."""
    by_mark: dict[tuple[int, int], Place] = {}
    placed: list[PlacedPage] = []
    for origin in parts:
        facts = store.load(facts_key(origin.segment), WrittenFacts)
        if facts is None:
            continue
        lines = [[Place.parse(words) or Place(origin.file) for words in page] for page in facts.sources]
        if origin.tagged:
            for row in origin.places:
                by_mark |= {(row.page_index, number): place for number, place in enumerate(lines[row.page])}
            continue
        fragment = _tagged(store, origin.segment)
        boxes = places_of(known_part(store, fragment, SCREEN_ACCENTS), lines) if fragment else ()
        placed += [PlacedPage(row.page_index, boxes[row.page], row.matrix) for row in origin.places if boxes]
    return Sources(by_mark, sources_by_box(placed).by_box)
