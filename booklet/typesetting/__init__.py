"""Typesetting: the parts of a composition to tagged PDF segments, each one typeset once and kept.

A segment is a pure function of its HTML, styles, images, format, first folio and engine; the hash of those is its name in
a cache on disk. Two editions whose chapter comes to the same HTML share the segment without saying so.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from dataclasses import asdict
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from booklet.composing import PAGE_TOKENS, Composition, Part
from booklet.findings import Finding, Place, error
from booklet.typesetting.records import FORMATS, Format, Layout, Segment

if TYPE_CHECKING:
    from booklet.typesetting.engine import Engine

__all__ = ["FORMATS", "Format", "Layout", "Segment", "Typesetter", "typeset"]

ROUNDS = 3
UNKNOWN_PAGE = "00"
KEPT_DAYS = 30


class Typesetter:
    """Typesets parts for one format, keeping every segment. Without a cache folder it keeps them in memory alone."""

    def __init__(self, project: Path, styles: Path, form: Format, cache: Path | None) -> None:
        self.form = form
        self._chapters = project / "chapters"
        self._styles = styles
        self._cache = cache
        self._memory: dict[str, tuple[bytes, Layout]] = {}
        self.typeset = 0
        self.reused = 0

    @cached_property
    def _engine(self) -> Engine:
        from booklet.typesetting.engine import Engine

        return Engine(self._chapters, self._styles, self.form.sheets)

    @cached_property
    def _common_hash(self) -> bytes:
        """What every segment of this format depends on: styles, fonts and the engine's versions."""
        from booklet.typesetting.engine import VERSIONS

        digest = hashlib.sha256(f"1 {self.form} {VERSIONS}".encode())
        for path in sorted(self._styles.rglob("*")):
            if path.is_file():
                digest.update(path.relative_to(self._styles).as_posix().encode() + path.read_bytes())
        return digest.digest()

    def set(self, part: Part, folios: dict[str, str], first_folio: int, roman: bool, write: bool = True) -> Segment:
        """One part with its page numbers filled in. Without `write` only its layout is wanted."""
        html = _placed(_filled(part.html, folios), first_folio)
        digest = hashlib.sha256(self._common_hash + html.encode())
        for asset in part.assets:
            digest.update((self._chapters / asset).read_bytes())
        key = digest.hexdigest()
        found = self._memory.get(key) or self._from_disk(key)
        if found and (found[0] or not write):
            self.reused += write
        else:
            found = self._engine.set(html, write)
            self.typeset += write
            self._to_disk(key, *found)
        self._memory[key] = found
        return Segment(part, *found, first_folio, roman)

    def _from_disk(self, key: str) -> tuple[bytes, Layout] | None:
        if self._cache is None:
            return None
        try:
            facts = json.loads((self._cache / f"{key}.json").read_text("utf-8"))
            pdf = (self._cache / f"{key}.pdf").read_bytes() if facts["sha256"] else b""
            if facts["sha256"] != (hashlib.sha256(pdf).hexdigest() if pdf else ""):
                return None
            os.utime(self._cache / f"{key}.json")
            layout = facts["layout"]
            anchors = {name: (page, top) for name, (page, top) in layout["anchors"].items()}
            bookmarks = tuple((level, title, page, top) for level, title, page, top in layout["bookmarks"])
            return pdf, Layout(layout["pages"], anchors, bookmarks, tuple(layout["complaints"]))
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def _to_disk(self, key: str, pdf: bytes, layout: Layout) -> None:
        """Keep a segment. A cache that cannot be written costs time and nothing else, so it is not an error."""
        if self._cache is None:
            return
        facts = {"sha256": hashlib.sha256(pdf).hexdigest() if pdf else "", "layout": asdict(layout)}
        try:
            self._cache.mkdir(parents=True, exist_ok=True)
            for name, content in ((f"{key}.pdf", pdf), (f"{key}.json", json.dumps(facts).encode())):
                aside = self._cache / f"{name}.{os.getpid()}"
                aside.write_bytes(content)
                aside.replace(self._cache / name)
        except OSError:
            self._cache = None

    def forget_old(self) -> None:
        """Remove segments that no build has used for a month."""
        if self._cache is None or not self._cache.is_dir():
            return
        oldest = time.time() - KEPT_DAYS * 86400
        for path in self._cache.glob("*.json"):
            if path.stat().st_mtime < oldest:
                path.with_suffix(".pdf").unlink(missing_ok=True)
                path.unlink(missing_ok=True)


def typeset(composition: Composition, setter: Typesetter) -> tuple[tuple[Segment, ...], list[Finding]]:
    """All segments of one edition in reading order, its page references filled, its count a multiple of four.

    The body starts at folio 1, so its page numbers do not depend on how long the contents are. References are filled from
    the layout before, and what they change is set again until nothing moves, at most three rounds.
    """
    folios: dict[str, str] = {}
    body: list[Segment] = []
    for number in range(ROUNDS):
        body = _in_sequence(composition.body, setter, folios, roman=False, write=number > 0)
        found = _folios(body)
        if found == folios and number > 0:
            break
        moved = sorted(name for name in found if folios.get(name) != found[name])
        folios = found
    else:
        what = f"The page of {', '.join(f'#{name}' for name in moved[:3])} moves each time it is written."
        return (), [error("LNK-005", Place(composition.body[0].file), what, "A text in which the page comes to rest.")]
    front = _in_sequence(composition.front, setter, folios, roman=True)
    planned = list(composition.planned)
    if sum(segment.layout.pages for segment in front) % 2 and planned:
        front += _in_sequence([planned.pop(0)], setter, folios, roman=True, first=_after(front))
    pages = sum(segment.layout.pages for segment in front + body) + 1
    wanted = -pages % 4
    findings: list[Finding] = []
    if wanted > len(planned):
        expected = f"{wanted - len(planned)} more under chapters/pages/planned/."
        findings.append(error("BOX-001", Place("chapters/pages/planned"), "Too few planned pages.", expected))
    back = _in_sequence((*planned[:wanted], composition.back_cover), setter, folios, roman=False, first=_after(body))
    segments = (*front, *body, *back)
    return segments, findings + _complaints(segments)


def _in_sequence(
    parts: tuple[Part, ...] | list[Part],
    setter: Typesetter,
    folios: dict[str, str],
    roman: bool,
    write: bool = True,
    first: int = 1,
) -> list[Segment]:
    segments: list[Segment] = []
    for part in parts:
        settled = write or not PAGE_TOKENS.search(part.html)
        segments.append(setter.set(part, folios, first, roman, settled))
        first = _after(segments)
    return segments


def _after(segments: list[Segment]) -> int:
    return segments[-1].first_folio + segments[-1].layout.pages


def _folios(segments: list[Segment]) -> dict[str, str]:
    return {
        anchor: segment.folio(page) for segment in segments for anchor, (page, _) in segment.layout.anchors.items()
    }


def _filled(html: str, folios: dict[str, str]) -> str:
    return PAGE_TOKENS.sub(lambda token: folios.get(token[1], UNKNOWN_PAGE), html)


def _placed(html: str, first_folio: int) -> str:
    """The document told on which page it starts: its number, and whether it lies on the right or the left."""
    side = "right" if first_folio % 2 else "left"
    style = f"<style>html{{break-before:{side}}}@page:first{{counter-reset:page {first_folio}}}</style></head>"
    return html.replace("</head>", style, 1)


def _complaints(segments: tuple[Segment, ...]) -> list[Finding]:
    """What the engine said, and pages that came out longer than they may."""
    found = []
    for segment in segments:
        place = Place(segment.part.file)
        found += [
            error("SYS-001", place, f"The engine says: {message}.", "A page set without complaint.")
            for message in segment.layout.complaints
        ]
        if segment.part.kind in ("planned", "cover", "back-cover") and segment.layout.pages != 1:
            pages = segment.layout.pages
            found.append(error("BOX-002", place, f"'{segment.part.title}' takes {pages} pages.", "One page."))
    return found

