"""Parts in the shapes that files are linked from, each made once and kept in the store."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from booklet.bindery import (
    Fragment,
    PlacedPart,
    Placing,
    PressSetup,
    Programs,
    copier_inks,
    grey_fragment,
    lettering,
    place,
    press_fragment,
    press_inks,
    tagged_fragment,
)
from booklet.store import Store, key_of
from booklet.typesetting import Segment


def tagged_part(store: Store, segment: Segment, pdf_ua: int) -> Fragment:
    """A segment for a screen, in a file that claims this part of PDF/UA."""
    return _kept(store, segment, ("tagged", pdf_ua), lambda content: tagged_fragment(content, pdf_ua))


def press_part(
    store: Store,
    segment: Segment,
    setup: PressSetup,
    profile: bytes,
    ink_limit_percent: float,
    pages: tuple[int, ...],
) -> Fragment:
    """Some pages of a segment for a press, with stand-ins for its accents."""
    parity = segment.first_folio % 2
    kind = ("press", setup, key_of("profile", profile), ink_limit_percent, pages, parity)
    inks = press_inks(profile, ink_limit_percent)
    return _kept(store, segment, kind, lambda content: press_fragment(content, inks, setup, parity, pages))


def grey_part(store: Store, segment: Segment, as_forms: bool) -> Fragment:
    """A segment for an office copier: pages to be placed on sheets, or sheets themselves."""
    return _kept(store, segment, ("grey", as_forms), lambda content: grey_fragment(content, copier_inks(), as_forms))


def _kept(
    store: Store,
    segment: Segment,
    kind: tuple[object, ...],
    make: Callable[[bytes], tuple[Fragment, dict[str, bytes]]],
) -> Fragment:
    key = key_of("fragment", segment.key, kind)
    fragment = store.load(key, Fragment)
    own = lettering().face("").program
    if fragment is None or not all(face.program == own or store.has(face.program) for face in fragment.faces):
        pdf = store.get(segment.key)
        assert pdf is not None, "a segment is kept as long as a build goes on"
        fragment, programs = make(pdf)
        fragment = replace(fragment, key=key)
        for digest, program in programs.items():
            store.put(digest, program)
        store.save(key, fragment)
    return fragment


def placing(store: Store) -> Placing:
    """`bindery.place`, whose results are kept."""

    def kept(fragment: Fragment, base: int, faces: tuple[str, ...], colours: Mapping[bytes, bytes]) -> PlacedPart:
        key = key_of("placed", fragment.key, base, faces, sorted(colours.items()))
        placed = store.load(key, PlacedPart)
        if placed is None:
            placed = place(fragment, base, faces, colours)
            store.save(key, placed)
        return placed

    return kept


def programs(store: Store) -> Programs:
    """Font programs by their hash."""

    def program(digest: str) -> bytes:
        content = store.get(digest)
        assert content is not None, "a font program is kept as long as a build goes on"
        return content

    return program
