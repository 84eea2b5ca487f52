"""Typesetting: the parts of a composition to tagged PDF segments, each one typeset once and kept.

A segment is a pure function of its HTML, styles, images, format, first folio and engine; the hash of those is its
name in a cache on disk. Two editions whose chapter comes to the same HTML share the segment without saying so.
"""

from __future__ import annotations

import importlib.util
import re
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from booklet.bounds import MAX_PICTURE_BYTES, TooMuchError, within_bounds
from booklet.composing import PAGE_TOKENS, Composition, Part, decompressed
from booklet.files import UnfitFileError, inside, read
from booklet.findings import Finding, Place, error, warning
from booklet.formats import PageSetup
from booklet.manuscript import shipped
from booklet.pdf import PICTURES, printable
from booklet.store import Store, key_of
from booklet.typesetting.records import EngineError, Layout, MisfitKind, Segment, Slot, WrittenFacts, folio

if TYPE_CHECKING:
    from booklet.typesetting.engine import Engine

__all__ = [
    "Assets",
    "LaidOutPart",
    "Layout",
    "Segment",
    "Slot",
    "Typesetter",
    "WrittenFacts",
    "engine_versions",
    "facts_key",
    "folios",
    "laid_out",
    "page_counts",
    "share_out",
    "srgb_profile",
    "typeset",
    "typeset_part",
]

ROUNDS = 3
USUAL_DIGITS = 2
KEPT_DOCUMENTS = 48
FROM_THE_RIGHT = ' dir="rtl">\n<head>'
"""How a document begins that is read from right to left."""
LEAST_LEVEL = 0.85
"""So many lines of a chapter stand level in ours, figures counted."""
FINDER_ROW = re.compile(r'<tr data-finds="([^"]+)">.*?</tr>\n?', re.DOTALL)
"""A row of the block `page-finder`, and the anchor that it finds."""


@dataclass(frozen=True)
class LaidOutPart:
    """A part laid out: the key of its layout, and what is on its pages. Its page numbers are still to be written; room
    was left for so many digits of each.
    """

    part: Part
    key: str
    html: str
    layout: Layout
    first_folio: int
    roman: bool
    digits: Mapping[str, int]

    def folio(self, page_index: int) -> str:
        """The number that will be printed on one of its pages."""
        return folio(self.first_folio + page_index, self.roman)


class Assets:
    """The images of the chapters by name: what the engine draws is what keys were made from. Photographs are handed out
    as `prepare` makes them, for a figure or to cover a page, and forgotten as they were taken.
    """

    def __init__(self, chapters: Path, prepare: Callable[[bytes, bool], bytes] = lambda content, _: content) -> None:
        self._chapters = chapters
        self._prepare = prepare
        self._digests: dict[str, str] = {}
        self._made: dict[tuple[str, bool], bytes] = {}

    def __call__(self, name: str, covers_page: bool = False) -> bytes:
        """The bytes of an image. Raises OSError, also for one outside the project, and for one that has changed since
        its digest was asked for.
        """
        if (name, covers_page) not in self._made:
            content = self._read(name)
            self._made[name, covers_page] = self._prepare(content, covers_page)
        return self._made[name, covers_page]

    def digest(self, name: str) -> str:
        """A hash of an image as it lies in the project. Raises OSError."""
        if name not in self._digests:
            self._read(name)
        return self._digests[name]

    def _read(self, name: str) -> bytes:
        path = self._chapters / name
        if not inside(self._chapters.parent, path):
            raise UnfitFileError(path, "it lies outside the project")
        content = read(path, MAX_PICTURE_BYTES)
        digest = sha256(content).hexdigest()
        if self._digests.setdefault(name, digest) != digest:
            raise UnfitFileError(path, "it was saved meanwhile")
        return content

    def forget(self) -> None:
        """Read all of them anew from now on."""
        self._digests.clear()
        self._made.clear()


class Typesetter:
    """Typesets parts on one page setup. Layouts and segments are kept in the store, documents between the two steps in
    memory.
    """

    def __init__(self, project: Path, styles: Path, pages: PageSetup, store: Store) -> None:
        self.pages = pages
        self.store = store
        self._styles = styles
        self._documents: OrderedDict[str, tuple[Any, Layout]] = OrderedDict()
        self._layouts: dict[str, Layout] = {}
        self._segments: dict[str, Segment] = {}
        self._assets = Assets(project / "chapters", self._printable)
        self.at_work: Part | None = None
        self.typeset = 0
        self.reused = 0

    @cached_property
    def _engine(self) -> Engine:
        from booklet.typesetting.engine import Engine

        return Engine(self._assets, self._styles, self.pages, self._open_face)

    def _open_face(self, woff2: bytes) -> bytes:
        """A face decompressed, once for all processes."""
        key = key_of("face", woff2)
        program = self.store.get(key)
        if program is None:
            program = decompressed(woff2)
            self.store.put(key, program)
        return program

    def _printable(self, content: bytes, covers_page: bool) -> bytes:
        """A photograph as these pages print it, made once for all processes; a drawing as it is."""
        if not content.startswith(PICTURES):
            return content
        key = key_of("picture", content, self.pages, covers_page)
        made = self.store.get(key)
        if made is None:
            with within_bounds():
                made = printable(content, self.pages.most_pixels(covers_page), covers_page, cmyk_profile())
            self.store.put(key, made)
        return made

    def lay_out(self, part: Part, digits: Mapping[str, int], first_folio: int, roman: bool) -> LaidOutPart:
        """One part on its pages, with room for page numbers of so many digits."""
        self.at_work = part
        room = {anchor: digits.get(anchor, USUAL_DIGITS) for anchor in PAGE_TOKENS.findall(part.html)}
        html = _starting_at(_with_room(part.html, room), first_folio, roman)
        assets = [self._assets.digest(asset) for asset in part.assets]
        key = key_of("layout", self.pages, html, *assets)
        layout = self._layouts.get(key) or self.store.load(key, Layout)
        if layout is None:
            layout = self._document(key, html)[1]
            self.store.save(key, layout)
        self._layouts[key] = layout
        return LaidOutPart(part, key, html, layout, first_folio, roman, room)

    def write(self, laid_out: LaidOutPart, folios: Mapping[str, str]) -> Segment:
        """The segment, with its page numbers filled in."""
        self.at_work = laid_out.part
        wanted = {anchor: folios[anchor] for anchor in PAGE_TOKENS.findall(laid_out.part.html)}
        key = key_of("segment", laid_out.key, sorted(wanted.items()))
        segment = self._segments.get(key)
        if segment is None:
            facts = self.store.load(facts_key(key), WrittenFacts) if self.store.has(key) else None
            if facts is None:
                pdf, facts = self._engine.write(self._document(laid_out.key, laid_out.html)[0], wanted)
                self.typeset += 1
                self.store.put(key, pdf)
                self.store.save(facts_key(key), facts)
            else:
                self.reused += 1
            segment = Segment(laid_out.part, key, laid_out.layout, laid_out.first_folio, laid_out.roman, facts)
            self._segments[key] = segment
        return segment

    def set_once(self, html: str, assets: Iterable[str]) -> tuple[bytes, Layout, WrittenFacts]:
        """What nobody will ask for again, as a tagged PDF, and what is on its pages; nothing of it is kept. Raises
        TooMuchError and EngineError.
        """
        for asset in assets:
            self._assets.digest(asset)
        document, layout = self._engine.lay_out(html)
        pdf, facts = self._engine.write(document, {})
        self._assets.forget()
        self._engine.forget_images()
        return pdf, layout, facts

    def write_early(self, laid_out: LaidOutPart, folios: Mapping[str, str]) -> None:
        """Write a part whose page references are all known by now, as the rooms for them stand, and let its document
        go: a long booklet has hundreds of parts, and each document takes a megabyte a page.
        """
        if all(len(folios.get(anchor, "")) == room for anchor, room in laid_out.digits.items()):
            self.write(laid_out, folios)
            self._documents.pop(laid_out.key, None)

    def forget(self) -> None:
        """Forget what was read of files that may have changed since; style sheets and fonts stay."""
        self._documents.clear()
        self._layouts.clear()
        self._segments.clear()
        self._assets.forget()
        if "_engine" in self.__dict__:
            self._engine.forget_images()

    def _document(self, key: str, html: str) -> tuple[Any, Layout]:
        """The laid-out document itself, of which the latest are kept."""
        if key not in self._documents:
            self._documents[key] = self._engine.lay_out(html)
        self._documents.move_to_end(key)
        if len(self._documents) > KEPT_DOCUMENTS:
            self._documents.popitem(last=False)
        return self._documents[key]


def facts_key(segment: str) -> str:
    """The key under which the store has the `WrittenFacts` of a segment."""
    return key_of("facts", segment)


def engine_versions() -> dict[str, str]:
    """The versions of the engine and of the libraries of the system that pages depend on, by name."""
    from booklet.typesetting.engine import versions

    return versions()


def cmyk_profile() -> bytes:
    """The ICC profile by which ink is read that says nothing of itself, as we ship it."""
    return (shipped("icc") / "FOGRA39L_coated.icc").read_bytes()


def srgb_profile() -> bytes:
    """The ICC profile of sRGB, as the engine ships it."""
    specification = importlib.util.find_spec("weasyprint")
    assert specification and specification.submodule_search_locations
    return (Path(specification.submodule_search_locations[0]) / "pdf/sRGB2014.icc").read_bytes()


@dataclass(frozen=True)
class _Volume:
    """A composition laid out: front matter in roman numerals, and all that is numbered after it."""

    composition: Composition
    front: tuple[LaidOutPart, ...]
    body: tuple[LaidOutPart, ...]
    back: tuple[LaidOutPart, ...]

    @property
    def parts(self) -> tuple[LaidOutPart, ...]:
        return (*self.front, *self.body, *self.back)


def typeset(
    compositions: tuple[Composition, ...], setter: Typesetter, known: Mapping[str, str] = {}
) -> tuple[tuple[tuple[Segment, ...], ...], list[Finding]]:
    """The segments of each volume in reading order, or what is wrong with them.

    `known` gives the folios of anchors that lie in another book, as `page_finder` wants them.
    """
    try:
        return _typeset(compositions, setter, known)
    except (TooMuchError, EngineError) as reason:
        place = Place(setter.at_work.file if setter.at_work else "chapters")
        return (), [_failure(reason, place)]


def _failure(reason: BaseException, place: Place) -> Finding:
    """What stopped the engine."""
    if isinstance(reason, EngineError):
        found = f"The typesetting engine cannot set the part ({reason})."
        return error("SYS-001", place, found, "Simpler drawings, saved anew as plain SVG.")
    return error("SYS-003", place, f"The part takes {reason}.", "Less text, or simpler drawings.")


def typeset_part(part: Part, setter: Typesetter, pages: int | None) -> tuple[Segment | None, list[Finding]]:
    """A part by itself, without references to others, on so many pages (None: as many as it takes); or what is wrong
    with it.
    """
    try:
        segment = setter.write(setter.lay_out(part, {}, 1, False), {})
    except (TooMuchError, EngineError) as reason:
        return None, [_failure(reason, Place(part.file))]
    findings = _complaints((segment,))
    if pages is not None and segment.layout.pages != pages:
        found = f"'{part.title}' takes {segment.layout.pages} pages."
        findings.append(error("BOX-002", Place(part.file), found, f"{pages}, with shorter words."))
    return segment, findings


def laid_out(
    compositions: tuple[Composition, ...], setter: Typesetter, known: Mapping[str, str] = {}
) -> tuple[tuple[tuple[LaidOutPart, ...], ...], dict[str, str]]:
    """Every part of each volume as `typeset` lays it out, to be written one by one, and the folio of each anchor;
    nothing when a part takes too much.
    """
    try:
        volumes, found, _ = _at_rest(compositions, setter, known)
    except (TooMuchError, EngineError):
        return (), {}
    return tuple(volume.parts for volume in volumes), found


def folios(compositions: tuple[Composition, ...], setter: Typesetter) -> dict[str, str]:
    """The folio of each anchor of the body, without writing anything; nothing when a part takes too much."""
    try:
        return _folios(_volumes(compositions, setter, {}, {}))
    except (TooMuchError, EngineError):
        return {}


def page_counts(composition: Composition, setter: Typesetter, known: Mapping[str, str]) -> dict[str, int]:
    """How many pages each part takes, by its id; nothing when a part takes too much."""
    try:
        (volume,) = _volumes((composition,), setter, {}, known)
    except (TooMuchError, EngineError):
        return {}
    return {row.part.id: row.layout.pages for row in volume.parts}


def share_out(counts: Mapping[str, int], most: int) -> tuple[tuple[str, ...], ...]:
    """Parts over as few volumes as can be, none longer than `most` pages, and these as even as can be.

    A part that is longer by itself has a volume of its own.
    """
    fewest = len(_filled(counts, most))
    for limit in range(max(1, -(-sum(counts.values()) // fewest)), most + 1):
        volumes = _filled(counts, limit)
        if len(volumes) == fewest:
            return volumes
    return _filled(counts, most)


def _filled(counts: Mapping[str, int], limit: int) -> tuple[tuple[str, ...], ...]:
    """Parts in order, a new volume begun where the next part would not fit."""
    volumes: list[list[str]] = [[]]
    pages = 0
    for id, count in counts.items():
        if volumes[-1] and pages + count > limit:
            volumes.append([])
            pages = 0
        volumes[-1].append(id)
        pages += count
    return tuple(tuple(volume) for volume in volumes)


def _typeset(
    compositions: tuple[Composition, ...], setter: Typesetter, known: Mapping[str, str]
) -> tuple[tuple[tuple[Segment, ...], ...], list[Finding]]:
    """All segments, page references filled, each volume a multiple of four pages.

    The body starts at folio 1, so its page numbers do not depend on how long the contents are; a second volume goes on
    counting. A reference to a page that was laid out before has the room that it needs; one to a later page has room
    for two digits. Where such a number turns out shorter or longer, its part is laid out again, at most three rounds.
    """
    volumes, found, moved = _at_rest(compositions, setter, known, setter.write_early)
    if moved:
        what = f"The page of {', '.join(f'#{name}' for name in moved[:3])} moves each time it is written."
        place = Place(compositions[0].body[0].file)
        return (), [error("LNK-005", place, what, "A text in which the page comes to rest.")]
    segments = tuple(tuple(setter.write(row, found) for row in volume.parts) for volume in volumes)
    findings = [finding for volume in volumes for finding in _too_few_planned(volume)]
    for volume_segments in segments:
        findings += _complaints(volume_segments) + _too_large(volume_segments, setter.pages)
        findings += _off_grid(volume_segments, setter.pages)
    return segments, findings


def _at_rest(
    compositions: tuple[Composition, ...],
    setter: Typesetter,
    known: Mapping[str, str],
    done: Callable[[LaidOutPart, Mapping[str, str]], None] = lambda *_: None,
) -> tuple[tuple[_Volume, ...], dict[str, str], list[str]]:
    """Every volume laid out, the folio of each anchor, and the anchors whose folios do not come to rest. `done` is told
    of each part once it is laid out, with the folios that are known by then.
    """
    digits: dict[str, int] = {}
    for _ in range(ROUNDS):
        volumes = _volumes(compositions, setter, digits, known, done)
        found = {**_folios(volumes), **known}
        moved = sorted(_misjudged(volumes, found))
        if not moved:
            break
        digits = {anchor: len(number) for anchor, number in found.items()}
    return volumes, found, moved


def _volumes(
    compositions: tuple[Composition, ...],
    setter: Typesetter,
    digits: Mapping[str, int],
    known: Mapping[str, str],
    done: Callable[[LaidOutPart, Mapping[str, str]], None] = lambda *_: None,
) -> tuple[_Volume, ...]:
    """Every volume laid out, with room for references: as they are known by then, else as `digits` says."""
    volumes: list[_Volume] = []
    so_far = dict(known)
    first = 1

    def in_sequence(parts: Iterable[Part], roman: bool, first: int = 1) -> list[LaidOutPart]:
        rows: list[LaidOutPart] = []
        for part in parts:
            room = {**digits, **{anchor: len(number) for anchor, number in so_far.items()}}
            rows.append(setter.lay_out(part, room, first, roman))
            first = _after(rows)
            if not roman:
                so_far.update(_folios_of(rows[-1]))
            done(rows[-1], so_far)
        return rows

    for composition in compositions:
        body = in_sequence(composition.body, roman=False, first=first)
        here = {anchor: number for row in body for anchor, number in _folios_of(row).items()}
        needed = (_where_pages_differ(part, here, known) for part in composition.front)
        front = in_sequence((part for part in needed if part), roman=True)
        planned = composition.planned
        if composition.publication.stitched:
            foremost, planned = planned[:1], planned[1:]
            if sum(row.layout.pages for row in front) % 2 and foremost:
                front += in_sequence(foremost, roman=True, first=_after(front))
            else:
                planned += foremost
        last = (composition.back_cover,) if composition.back_cover else ()
        lacking = _lacking(composition, sum(row.layout.pages for row in front + body) + len(last))
        back = in_sequence((*planned[: max(0, lacking)], *last), roman=False, first=_after(body))
        volumes.append(_Volume(composition, tuple(front), tuple(body), tuple(back)))
        first = _after([*body, *back])
    return tuple(volumes)


def _lacking(composition: Composition, pages: int) -> int:
    """How many pages more a title needs, to be stitched or folded; less than none where a leaflet has too many."""
    if panels := composition.publication.panels:
        return panels - pages
    return -pages % 4 if composition.publication.stitched else 0


def _where_pages_differ(part: Part, here: Mapping[str, str], known: Mapping[str, str]) -> Part | None:
    """A page finder without the rows of what has the same page number in the standard edition, and None where that is
    so of all; any other part as it is.
    """

    def differs(row: re.Match[str]) -> str:
        return "" if here.get(row[1], "") == known.get(f"standard/{row[1]}") else row[0]

    html = FINDER_ROW.sub(differs, part.html)
    return replace(part, html=html) if html == part.html or FINDER_ROW.search(html) else None


def _folios_of(row: LaidOutPart) -> dict[str, str]:
    return {anchor: row.folio(page) for anchor, (page, _) in row.layout.anchors.items()}


def _folios(volumes: tuple[_Volume, ...]) -> dict[str, str]:
    return {anchor: number for volume in volumes for row in volume.body for anchor, number in _folios_of(row).items()}


def _too_few_planned(volume: _Volume) -> list[Finding]:
    pages = sum(row.layout.pages for row in volume.parts)
    lacking = _lacking(volume.composition, pages)
    if lacking < 0:
        found = f"The leaflet has {pages} pages, which one folded sheet does not hold."
        return [
            error("BOX-001", Place(volume.composition.body[1].file), found, f"{pages + lacking} in all: less text.")
        ]
    if lacking == 0:
        return []
    expected = f"{lacking} more under chapters/pages/planned/."
    return [error("BOX-001", Place("chapters/pages/planned"), "Too few planned pages.", expected)]


def _after(rows: list[LaidOutPart]) -> int:
    return rows[-1].first_folio + rows[-1].layout.pages


def _misjudged(volumes: tuple[_Volume, ...], folios: Mapping[str, str]) -> set[str]:
    """The anchors whose page number has not as many digits as a part that refers to it has room for."""
    rows = [row for volume in volumes for row in volume.parts]
    return {anchor for row in rows for anchor, room in row.digits.items() if len(folios[anchor]) != room}


def _with_room(html: str, digits: Mapping[str, int]) -> str:
    def room(token: re.Match[str]) -> str:
        return f'<span class="folio" data-page="{token[1]}">{"0" * digits[token[1]]}</span>'

    return PAGE_TOKENS.sub(room, html)


def _starting_at(html: str, first_folio: int, roman: bool) -> str:
    """The document told on which page it starts: its number, its kind of numerals, and whether it lies right or
    left. Odd pages lie right, and in a language that is read from the right they lie left.
    """
    side = "right" if first_folio % 2 != (FROM_THE_RIGHT in html) else "left"
    style = f"<style>html{{break-before:{side}}}@page:first{{counter-reset:page {first_folio}}}</style></head>"
    numerals = ' class="roman"' if roman else ""
    return html.replace("</head>", style, 1).replace("<html ", f'<html data-side="{side}"{numerals} ', 1)


def _complaints(segments: tuple[Segment, ...]) -> list[Finding]:
    """What the engine said, and pages that came out longer than they may."""
    found = []
    for segment in segments:
        place = Place(segment.part.file)
        found += [
            error("SYS-001", place, f"The engine says: {message}.", "A page set without complaint.")
            for message in segment.complaints
        ]
        if segment.part.kind in ("planned", "cover", "back-cover") and segment.layout.pages != 1:
            pages = segment.layout.pages
            found.append(error("BOX-002", place, f"'{segment.part.title}' takes {pages} pages.", "One page."))
    return found


def _off_grid(segments: Iterable[Segment], pages: PageSetup) -> list[Finding]:
    """Chapters whose lines a project's own style has taken off the grid. Large print, whose pages are not held against
    each other, has none.
    """
    expected = "Heights, margins, paddings and borders that add up to whole half lines: docs/style.md."
    found = []
    for segment in segments if pages.overlay.css and not pages.design.large else ():
        off, title = 1 - segment.layout.level, segment.part.title
        if segment.part.kind in ("chapter", "flow") and segment.layout.level < LEAST_LEVEL:
            what = f"{off:.0%} of the lines of '{title}' are off the grid ({pages.design.name})."
            found.append(warning("BOX-004", Place(segment.part.file), what, expected))
    return found


MISFITS = {
    MisfitKind.WORD: ("'{}' is too long for its line", "A shorter word, or an address cut short."),
    MisfitKind.TABLE: ("The table '{}' is wider than the page", "Fewer columns, or shorter words in them."),
    MisfitKind.PICTURE: (
        "The picture '{}' is larger than the page",
        "A picture that is wider than high, or a smaller one.",
    ),
    MisfitKind.BOX: ("The box '{}' is taller than a page", "Less text in it, or two boxes."),
}
"""What is said of each kind of thing that does not fit, and what belongs there."""


def _too_large(segments: Iterable[Segment], pages: PageSetup) -> list[Finding]:
    """What does not fit its page, at the line of the chapter where it stands."""
    found = []
    for segment in segments:
        for misfit in segment.layout.misfits:
            what, expected = MISFITS[misfit.kind]
            place = Place.parse(misfit.place) or Place(segment.part.file)
            found.append(error("BOX-002", place, f"{what.format(misfit.words)} ({pages.design.name}).", expected))
    return found
