"""Typesetting: the parts of a composition to tagged PDF segments, each one typeset once and kept.

A segment is a pure function of its HTML, styles, images, format, first folio and engine; the hash of those is its
name in a cache on disk. Two editions whose chapter comes to the same HTML share the segment without saying so.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import re
import time
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from booklet.bounds import TooMuchError
from booklet.composing import PAGE_TOKENS, Composition, Part
from booklet.findings import Finding, Place, error
from booklet.typesetting.records import CACHE, FORMATS, KIT, TICKET, Format, Layout, Misfit, Segment, Written, folio

if TYPE_CHECKING:
    from booklet.typesetting.engine import Engine

__all__ = [
    "CACHE",
    "FORMATS",
    "KIT",
    "TICKET",
    "Format",
    "Layout",
    "Segment",
    "Typesetter",
    "folios",
    "page_counts",
    "share_out",
    "srgb_profile",
    "typeset",
    "typeset_part",
]

ROUNDS = 3
USUAL_DIGITS = 2
KEPT_DOCUMENTS = 48
KEPT_DAYS = 30


@dataclass(frozen=True)
class _Laid:
    """A part laid out: the key of its layout, and what is on its pages. Its page numbers are still to be written."""

    part: Part
    key: str
    html: str
    layout: Layout
    first_folio: int
    roman: bool

    def folio(self, page_index: int) -> str:
        return folio(self.first_folio + page_index, self.roman)


class Typesetter:
    """Typesets parts for one format, keeping layouts and segments. Without a cache folder it keeps them in memory
    alone.
    """

    def __init__(self, project: Path, styles: Path, form: Format, cache: Path | None) -> None:
        self.form = form
        self._chapters = project / "chapters"
        self._styles = styles
        self._cache = cache
        self._documents: OrderedDict[str, tuple[Any, Layout]] = OrderedDict()
        self._layouts: dict[str, Layout] = {}
        self._segments: dict[str, Written] = {}
        self.at_work: Part | None = None
        self.typeset = 0
        self.reused = 0

    @cached_property
    def _engine(self) -> Engine:
        from booklet.typesetting.engine import Engine

        across, down = (self.form.bleed_mm / side for side in self.form.trim_mm)
        return Engine(self._chapters, self._styles, self.form.sheets, (across, down))

    @cached_property
    def _common_hash(self) -> bytes:
        """What every segment of this format depends on: styles, fonts, this room and the engine's versions."""
        from booklet.typesetting.engine import VERSIONS

        digest = hashlib.sha256(f"{self.form.sheets} {VERSIONS}".encode())
        for folder in (self._styles, Path(__file__).parent):
            for path in sorted(folder.rglob("*")):
                if path.is_file() and path.suffix != ".pyc":
                    digest.update(path.relative_to(folder).as_posix().encode() + path.read_bytes())
        return digest.digest()

    def lay_out(self, part: Part, lengths: Mapping[str, int], first_folio: int, roman: bool) -> _Laid:
        """One part on its pages, with room for page numbers of so many digits."""
        self.at_work = part
        html = _placed(_with_room(part.html, lengths), first_folio, roman)
        digest = hashlib.sha256(self._common_hash + html.encode())
        for asset in part.assets:
            digest.update((self._chapters / asset).read_bytes())
        key = digest.hexdigest()
        layout = self._layouts.get(key) or self._layout_from_disk(key)
        if layout is None:
            layout = self._document(key, html)[1]
            self._to_disk(f"{key}.json", json.dumps(asdict(layout)).encode())
        self._layouts[key] = layout
        return _Laid(part, key, html, layout, first_folio, roman)

    def write(self, laid: _Laid, folios: dict[str, str]) -> Segment:
        """The segment, with its page numbers filled in."""
        self.at_work = laid.part
        wanted = {anchor: folios[anchor] for anchor in PAGE_TOKENS.findall(laid.part.html)}
        key = hashlib.sha256(f"{laid.key} {sorted(wanted.items())}".encode()).hexdigest()
        found = self._segments.get(key) or self._segment_from_disk(key)
        if found:
            self.reused += 1
        else:
            found = self._engine.write(self._document(laid.key, laid.html)[0], wanted)
            self.typeset += 1
            self._to_disk(f"{key}.segment", _as_bytes(found))
        self._segments[key] = found
        complaints = laid.layout.complaints + found.complaints
        return Segment(laid.part, found.pdf, laid.layout, laid.first_folio, laid.roman, complaints, found.sources)

    def _document(self, key: str, html: str) -> tuple[Any, Layout]:
        """The laid-out document itself, of which the latest are kept."""
        if key not in self._documents:
            self._documents[key] = self._engine.lay_out(html)
        self._documents.move_to_end(key)
        if len(self._documents) > KEPT_DOCUMENTS:
            self._documents.popitem(last=False)
        return self._documents[key]

    def _layout_from_disk(self, key: str) -> Layout | None:
        try:
            facts = json.loads(self._from_disk(f"{key}.json") or b"null")
            anchors = {name: (page, top) for name, (page, top) in facts["anchors"].items()}
            bookmarks = tuple((level, title, page, top, name) for level, title, page, top, name in facts["bookmarks"])
            misfits = tuple(Misfit(**each) for each in facts["misfits"])
            return Layout(facts["pages"], anchors, bookmarks, tuple(facts["complaints"]), misfits)
        except (ValueError, KeyError, TypeError):
            return None

    def _segment_from_disk(self, key: str) -> Written | None:
        return _from_bytes(self._from_disk(f"{key}.segment") or b"")

    def _from_disk(self, name: str) -> bytes | None:
        if self._cache is None:
            return None
        try:
            content = (self._cache / name).read_bytes()
            os.utime(self._cache / name)
            return content
        except OSError:
            return None

    def _to_disk(self, name: str, content: bytes) -> None:
        """Keep a file. A cache that cannot be written costs time and nothing else, so it is not an error."""
        if self._cache is None:
            return
        try:
            self._cache.mkdir(parents=True, exist_ok=True)
            aside = self._cache / f"{name}.{os.getpid()}"
            aside.write_bytes(content)
            aside.replace(self._cache / name)
        except OSError:
            self._cache = None

    def forget_old(self) -> None:
        """Remove what no build has used for a month."""
        if self._cache is None or not self._cache.is_dir():
            return
        oldest = time.time() - KEPT_DAYS * 86400
        for path in self._cache.rglob("*"):
            if path.is_file() and path.stat().st_mtime < oldest:
                path.unlink(missing_ok=True)


def _as_bytes(written: Written) -> bytes:
    """A segment as it is kept: a line of facts, then the PDF. Each place is named once."""
    places = sorted({place for page in written.sources for place in page})
    numbers = {place: number for number, place in enumerate(places)}
    head = {
        "sha256": hashlib.sha256(written.pdf).hexdigest(),
        "complaints": written.complaints,
        "places": places,
        "sources": [[numbers[place] for place in page] for page in written.sources],
    }
    return json.dumps(head).encode() + b"\n" + written.pdf


def _from_bytes(content: bytes) -> Written | None:
    """A segment that was kept, or None when it is not whole."""
    head, _, pdf = content.partition(b"\n")
    try:
        facts = json.loads(head)
        places = facts["places"]
        sources = tuple(tuple(places[number] for number in page) for page in facts["sources"])
        whole = facts["sha256"] == hashlib.sha256(pdf).hexdigest()
        return Written(pdf, tuple(facts["complaints"]), sources) if whole else None
    except (ValueError, KeyError, TypeError, IndexError):
        return None


def srgb_profile() -> bytes:
    """The ICC profile of sRGB, as the engine ships it."""
    specification = importlib.util.find_spec("weasyprint")
    assert specification and specification.submodule_search_locations
    return (Path(specification.submodule_search_locations[0]) / "pdf/sRGB2014.icc").read_bytes()


@dataclass(frozen=True)
class _Volume:
    """A composition laid out: front matter in roman numerals, and all that is numbered after it."""

    composition: Composition
    front: tuple[_Laid, ...]
    body: tuple[_Laid, ...]
    back: tuple[_Laid, ...]

    @property
    def laid(self) -> tuple[_Laid, ...]:
        return (*self.front, *self.body, *self.back)


def typeset(
    compositions: tuple[Composition, ...], setter: Typesetter, known: Mapping[str, str] = {}
) -> tuple[tuple[tuple[Segment, ...], ...], list[Finding]]:
    """The segments of each volume in reading order, or what is wrong with them.

    `known` gives the folios of anchors that lie in another book, as `page_finder` wants them.
    """
    try:
        return _typeset(compositions, setter, known)
    except TooMuchError as reason:
        place = Place(setter.at_work.file if setter.at_work else "chapters")
        return (), [error("SYS-003", place, f"The part takes {reason}.", "Less text, or simpler drawings.")]


def typeset_part(part: Part, setter: Typesetter, pages: int) -> tuple[Segment | None, list[Finding]]:
    """A part by itself, without references to others, on so many pages; or what is wrong with it."""
    try:
        segment = setter.write(setter.lay_out(part, {}, 1, False), {})
    except TooMuchError as reason:
        return None, [error("SYS-003", Place(part.file), f"The part takes {reason}.", "Less text.")]
    findings = _complaints((segment,))
    if segment.layout.pages != pages:
        found = f"'{part.title}' takes {segment.layout.pages} pages."
        findings.append(error("BOX-002", Place(part.file), found, f"{pages}, with shorter words."))
    return segment, findings


def folios(compositions: tuple[Composition, ...], setter: Typesetter) -> dict[str, str]:
    """The folio of each anchor of the body, without writing anything; nothing when a part takes too much."""
    try:
        return _folios(_volumes(compositions, setter, {}))
    except TooMuchError:
        return {}


def page_counts(composition: Composition, setter: Typesetter, known: Mapping[str, str]) -> dict[str, int]:
    """How many pages each part takes, by its id; nothing when a part takes too much."""
    try:
        (volume,) = _volumes((composition,), setter, {anchor: len(folio) for anchor, folio in known.items()})
    except TooMuchError:
        return {}
    return {laid.part.id: laid.layout.pages for laid in volume.laid}


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
    counting. Parts are laid out with room for two-digit references; where a number turns out shorter or longer they
    are laid out again, at most three rounds.
    """
    lengths = {anchor: len(folio) for anchor, folio in known.items()}
    for _ in range(ROUNDS):
        volumes = _volumes(compositions, setter, lengths)
        found = {**_folios(volumes), **known}
        moved = sorted(_referred(compositions, found, lengths))
        if not moved:
            break
        lengths |= {anchor: len(found[anchor]) for anchor in moved}
    else:
        what = f"The page of {', '.join(f'#{name}' for name in moved[:3])} moves each time it is written."
        place = Place(compositions[0].body[0].file)
        return (), [error("LNK-005", place, what, "A text in which the page comes to rest.")]
    segments = tuple(tuple(setter.write(laid, found) for laid in volume.laid) for volume in volumes)
    findings = [finding for volume in volumes for finding in _too_few_planned(volume)]
    for volume_segments in segments:
        findings += _complaints(volume_segments) + _too_large(volume_segments, setter.form)
    return segments, findings


def _volumes(
    compositions: tuple[Composition, ...], setter: Typesetter, lengths: Mapping[str, int]
) -> tuple[_Volume, ...]:
    volumes: list[_Volume] = []
    first = 1
    for composition in compositions:
        body = _in_sequence(composition.body, setter, lengths, roman=False, first=first)
        front = _in_sequence(composition.front, setter, lengths, roman=True)
        foremost, planned = composition.planned[:1], composition.planned[1:]
        if sum(laid.layout.pages for laid in front) % 2 and foremost:
            front += _in_sequence(foremost, setter, lengths, roman=True, first=_after(front))
        else:
            planned += foremost
        back: list[_Laid] = []
        if composition.back_cover:
            wanted = -(sum(laid.layout.pages for laid in front + body) + 1) % 4
            parts = (*planned[:wanted], composition.back_cover)
            back = _in_sequence(parts, setter, lengths, roman=False, first=_after(body))
        volumes.append(_Volume(composition, tuple(front), tuple(body), tuple(back)))
        first = _after([*body, *back])
    return tuple(volumes)


def _folios(volumes: tuple[_Volume, ...]) -> dict[str, str]:
    return {
        anchor: laid.folio(page)
        for volume in volumes
        for laid in volume.body
        for anchor, (page, _) in laid.layout.anchors.items()
    }


def _too_few_planned(volume: _Volume) -> list[Finding]:
    pages = sum(laid.layout.pages for laid in volume.laid)
    if not volume.composition.back_cover or pages % 4 == 0:
        return []
    expected = f"{-pages % 4} more under chapters/pages/planned/."
    return [error("BOX-001", Place("chapters/pages/planned"), "Too few planned pages.", expected)]


def _in_sequence(
    parts: Iterable[Part], setter: Typesetter, lengths: Mapping[str, int], roman: bool, first: int = 1
) -> list[_Laid]:
    rows: list[_Laid] = []
    for part in parts:
        rows.append(setter.lay_out(part, lengths, first, roman))
        first = _after(rows)
    return rows


def _after(rows: list[_Laid]) -> int:
    return rows[-1].first_folio + rows[-1].layout.pages


def _referred(compositions: tuple[Composition, ...], folios: Mapping[str, str], lengths: Mapping[str, int]) -> set[str]:
    """The anchors that are referred to and whose page number has not the length for which room was left."""
    parts = [part for composition in compositions for part in composition.parts]
    anchors = {anchor for part in parts for anchor in PAGE_TOKENS.findall(part.html)}
    return {anchor for anchor in anchors if len(folios[anchor]) != lengths.get(anchor, USUAL_DIGITS)}


def _with_room(html: str, lengths: Mapping[str, int]) -> str:
    def room(token: re.Match[str]) -> str:
        return f'<span class="folio" data-page="{token[1]}">{"0" * lengths.get(token[1], USUAL_DIGITS)}</span>'

    return PAGE_TOKENS.sub(room, html)


def _placed(html: str, first_folio: int, roman: bool) -> str:
    """The document told on which page it starts: its number, its kind of numerals, and whether it lies right or
    left.
    """
    side = "right" if first_folio % 2 else "left"
    style = f"<style>html{{break-before:{side}}}@page:first{{counter-reset:page {first_folio}}}</style></head>"
    return html.replace("</head>", style, 1).replace("<html ", '<html class="roman" ' if roman else "<html ", 1)


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


MISFITS = {
    "word": ("'{}' is too long for its line", "A shorter word, or an address cut short."),
    "table": ("The table '{}' is wider than the page", "Fewer columns, or shorter words in them."),
    "picture": ("The picture '{}' is larger than the page", "A picture that is wider than high, or a smaller one."),
    "box": ("The box '{}' is taller than a page", "Less text in it, or two boxes."),
}
"""What is said of each kind of thing that does not fit, and what belongs there."""


def _too_large(segments: Iterable[Segment], form: Format) -> list[Finding]:
    """What does not fit its page, at the line of the chapter where it stands."""
    found = []
    for segment in segments:
        for misfit in segment.layout.misfits:
            file, _, line = misfit.place.rpartition(":")
            place = Place(file, int(line)) if line.isdigit() else Place(segment.part.file)
            told, expected = MISFITS[misfit.kind]
            found.append(error("BOX-002", place, f"{told.format(misfit.words)} (format {form.name}).", expected))
    return found
