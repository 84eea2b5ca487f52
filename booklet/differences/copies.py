"""Copies: one title of one edition, as somebody may hold it, from the sources or from a finished file."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path

from booklet.bounds import FILE, MAX_PDF_BYTES, MAX_PICTURE_BYTES, TooMuchError, apart
from booklet.composing import (
    PAGE_NUMBER,
    PAGE_TOKENS,
    Block,
    Composition,
    Kind,
    Part,
    Wanted,
    blocks_of,
    compose,
    faces_of,
    numbered,
    short_hash,
    titles_of,
    with_anchors,
)
from booklet.differences.addressing import BACK_COVER, FRONT_COVER
from booklet.differences.records import DifferenceError
from booklet.files import read as read_file
from booklet.findings import Finding, has_errors
from booklet.jobs import most_pages
from booklet.manuscript import Manuscript, read, shipped
from booklet.pdf import BlocksOfFile, NoBlocksError, PrintedBlock, PrintedLine, read_blocks
from booklet.store import Store
from booklet.today import Today
from booklet.typesetting import LaidOutPart, Typesetter, folios, laid_out, page_counts, share_out
from booklet.words import PLACEHOLDER, Words

_ID = re.compile(r'\sid="([^"]+)"')
COVERS = {"cover": FRONT_COVER, "back-cover": BACK_COVER}
"""Pages without a number, by the kind of their part."""
_KINDS: dict[str, Kind] = {
    "LI": "item", "TOCI": "item", "TR": "row", "dt": "word", "dd": "meaning", "Caption": "caption", "Figure": "picture",
}  # fmt: skip
_DAY_PASSED = ("SRC-016", "SRC-041")
"""Faults that an earlier state has because days have gone by since."""


@dataclass(frozen=True)
class Copy:
    """A copy: the id and name of its title, its edition, and its blocks by part, in reading order. `lines` gives the
    lines that a block is printed in, and `content` a PDF in which it stands on the page with its index `page`.
    """

    title: str
    name: str
    edition: str
    blocks: Mapping[str, tuple[Block, ...]]
    lines: Callable[[Block], tuple[PrintedLine, ...]]
    content: Callable[[Block], bytes]
    is_file: bool = False
    planned: frozenset[str] = frozenset()
    """Ids of parts that fill it up to whole sheets, as far as they are known: there may be more of them or fewer."""


@dataclass(frozen=True)
class Sources:
    """A state as a project: what it is called, its folder, what was read there, and the one edition that is meant."""

    label: str
    folder: Path
    manuscript: Manuscript
    findings: tuple[Finding, ...]
    day: date
    store: Store
    edition: str = ""

    @property
    def notes(self) -> tuple[str, ...]:
        """What is to be said of a state that has faults."""
        faults = [row for row in self.findings if has_errors([row]) and row.code not in _DAY_PASSED]
        more = f", and {len(faults) - 1} more" if len(faults) > 1 else ""
        lost = "What is faulty may be missing from the comparison."
        return (f"{self.label} has faults: {faults[0].place} {faults[0].code}{more}. {lost}",) if faults else ()

    @property
    def titles(self) -> tuple[str, ...]:
        """The ids of its titles."""
        return titles_of(self.manuscript)

    @property
    def editions(self) -> tuple[str, ...]:
        """The codes of its editions, or the one that is meant."""
        return (self.edition,) if self.edition else tuple(edition.code for edition in self.manuscript.editions)


def sources(folder: Path, label: str, day: date, store: Store, edition: str = "") -> Sources:
    """The state that a project's folder holds. Raises DifferenceError for one that cannot be read at all."""
    manuscript, findings = read(folder, Today(day))
    if manuscript is None:
        raise DifferenceError(f"{label} holds no booklet that can be read ({findings[0]}).")
    return Sources(label, folder, manuscript, tuple(findings), day, store, edition)


class SourceCopies:
    """The copies in one size of print that a state's sources give, each composed once. A class only because typesetters
    stay warm.
    """

    def __init__(self, state: Sources, large_print: bool = False) -> None:
        self.state = state
        self.large_print = large_print
        self.composed = cache(self._compose)
        self.digest = cache(self._digest)
        self._formats = state.manuscript.style.formats
        turned = state.manuscript.words.from_the_right
        self._setters = {
            name: Typesetter(state.folder, shipped("."), self._formats[name].pages.turned(turned), state.store)
            for name in ("screen", "large-print")
        }
        self._faces = faces_of(state.folder, state.manuscript.style.faces)

    def parts(self, title: str, edition: str) -> dict[str, Part]:
        """Every part that may print, by its name."""
        composed = self.composed(title, edition)
        names = _names([[part.id for part in each.parts] for each in composed])
        return {own[part.id]: part for each, own in zip(composed, names, strict=True) for part in each.parts}

    def copy(self, title: str, edition: str, only: Collection[str] | None = None) -> Copy:
        """A copy with the blocks of some parts alone (default: all) that are printed in it. Raises DifferenceError."""
        known = self._standard(title, edition)
        whole = self.composed(title, edition)
        names = _names([[part.id for part in each.parts] for each in whole])
        wanted = [{id for id, name in own.items() if only is None or name in only} for own in names]
        anchors = {anchor for each in whole for part in each.body for anchor in _ids(part)} | known.keys()
        composed = tuple(_anchored(each, ids, anchors) for each, ids in zip(whole, wanted, strict=True))
        setter = self._setters["large-print" if self.large_print else "screen"]
        volumes, folios = laid_out(composed, setter, known)
        if not volumes:
            raise DifferenceError(f"{self.state.label}: {title} ({edition}) cannot be set. Try booklet build.")
        printed = {
            own[row.part.id]: (each, row)
            for each, rows, own in zip(
                whole, volumes, _names([[row.part.id for row in rows] for rows in volumes]), strict=True
            )
            for row in rows
        }
        blocks = {
            name: _placed(name, each.volume, blocks_of(original, self.digest), row)
            for name, (each, row) in printed.items()
            for original in each.parts
            if original.id == row.part.id and row.part.id in wanted[max(each.volume - 1, 0)]
        }
        content = cache(lambda name: self._content(printed[name][1], folios, setter))
        lines = cache(lambda name: _by_id(read_blocks(content(name), only_ours=False)))
        if len(whole) > 1:
            blocks = {name: _without_volumes(rows, self.state.manuscript.words) for name, rows in blocks.items()}
        return Copy(
            title=title,
            name=composed[0].publication.title,
            edition=edition,
            blocks=blocks,
            lines=lambda block: lines(block.part).get(block.key, ()),
            content=lambda block: content(block.part),
            planned=frozenset(part.id for each in whole for part in each.planned),
        )

    def _compose(self, title: str, edition: str) -> tuple[Composition, ...]:
        """The title, in as many volumes as its weight asks for."""
        large = self.large_print
        whole = self._composition(title, edition, Wanted(title, large_print=large))
        if not large or not whole or not whole[0].publication.is_main:
            return whole
        known = self._standard(title, edition)
        counts = page_counts(whole[0], self._setters["large-print"], known)
        most = most_pages(self.state.manuscript, self._formats["large-print"])
        shares = share_out({part.id: counts.get(part.id, 0) for part in whole[0].body}, most)
        return self._composition(title, edition, Wanted(title, True, shares)) if len(shares) > 1 else whole

    def _composition(self, title: str, edition: str, wanted: Wanted) -> tuple[Composition, ...]:
        state = self.state
        record = next((each for each in state.manuscript.editions if each.code == edition), None)
        if record is None or title not in state.titles:
            return ()
        today = Today(state.day)
        return compose(state.manuscript, record, state.folder, today, self._faces, wanted)[0]

    def _standard(self, title: str, edition: str) -> dict[str, str]:
        """What large print says of the folios of the standard edition."""
        if not self.large_print:
            return {}
        pages = folios(self._composition(title, edition, Wanted(title)), self._setters["screen"])
        return {f"standard/{anchor}": folio for anchor, folio in pages.items()}

    def _digest(self, asset: str) -> str:
        try:
            return short_hash(read_file(self.state.folder / "chapters" / asset, MAX_PICTURE_BYTES))
        except OSError:
            return ""

    def _content(self, row: LaidOutPart, folios: Mapping[str, str], setter: Typesetter) -> bytes:
        """The part alone, as a tagged PDF."""
        segment = setter.write(row, folios)
        content = self.state.store.get(segment.key)
        assert content is not None, "what was written is kept"
        return content


def _names(volumes: Iterable[Collection[str]]) -> list[dict[str, str]]:
    """By what the parts of each volume are known, by their ids: the id alone, which they keep in whichever volume they
    come to stand, or with the volume's number where an earlier volume has one of the same id.
    """
    known: set[str] = set()
    rows = []
    for number, ids in enumerate(volumes, 1):
        rows.append({id: f"{id}/{number}" if id in known else id for id in ids})
        known.update(ids)
    return rows


def _ids(part: Part) -> list[str]:
    return _ID.findall(part.html)


def _anchored(composition: Composition, wanted: Collection[str], anchors: Collection[str]) -> Composition:
    """The composition with an anchor on every block of the wanted parts, and without references to what is nowhere."""

    def change(part: Part) -> Part:
        part = with_anchors(part) if part.id in wanted else part
        if all(anchor in anchors for anchor in PAGE_TOKENS.findall(part.html)):
            return part
        html = PAGE_TOKENS.sub(lambda token: token[0] if token[1] in anchors else "?", part.html)
        return replace(part, html=html)

    return replace(
        composition,
        front=tuple(map(change, composition.front)),
        body=tuple(map(change, composition.body)),
        planned=tuple(map(change, composition.planned)),
        back_cover=change(composition.back_cover) if composition.back_cover else None,
    )


def _placed(name: str, volume: int, blocks: tuple[Block, ...], row: LaidOutPart) -> tuple[Block, ...]:
    """The blocks of a part, each told in which volume and on which page it begins."""

    def page(block: Block) -> int:
        return row.layout.anchors.get(block.key, (0, 0.0))[0]

    cover = COVERS.get(row.part.kind)
    return numbered(
        replace(block, part=name, page=page(block), folio=cover or row.folio(page(block)), volume=volume)
        for block in blocks
    )


def _by_id(told: BlocksOfFile) -> dict[str, tuple[PrintedLine, ...]]:
    found: dict[str, tuple[PrintedLine, ...]] = {}
    for block in told.blocks:
        if block.id:
            found[block.id] = (*found.get(block.id, ()), *block.lines)
    return found


def file_copy(path: Path, title: str = "", edition: str = "") -> Copy:
    """The copy that a finished file is: looked into by a process of its own. Raises DifferenceError."""
    try:
        content = read_file(path, MAX_PDF_BYTES)
        told: BlocksOfFile = apart(FILE, read_blocks, content)
    except OSError as reason:
        raise DifferenceError(f"{path.name} cannot be opened ({reason.strerror}).") from reason
    except NoBlocksError as reason:
        raise DifferenceError(f"{path.name} {reason}.") from reason
    except TooMuchError as reason:
        raise DifferenceError(f"Reading {path.name} takes {reason}.") from reason
    blocks: dict[str, list[Block]] = {}
    part, heading = "front", told.title
    entry = 0
    for index, block in enumerate(told.blocks):
        if block.role == "H1":
            part, heading, entry = block.id or f"part-{len(blocks)}", block.words, 0
        if block.role[:1] == "H":
            entry = entry + 1 if block.id.startswith("service-") else 0
        blocks.setdefault(part, []).append(_of_file(block, index, (part, heading), entry, told.folios))
    return Copy(
        title=title,
        name=told.title,
        edition=edition,
        blocks={id: numbered(rows) for id, rows in blocks.items()},
        lines=lambda block: told.blocks[int(block.key)].lines,
        content=lambda _: content,
        is_file=True,
    )


def volumes_copy(paths: Sequence[Path], title: str, edition: str, words: Words) -> Copy:
    """The copy whose volumes these files are, in their order, and which speaks of volumes in these words. Raises
    DifferenceError.
    """
    copies = [file_copy(path, title, edition) for path in paths]
    if len(copies) == 1:
        return copies[0]
    names = _names([copy.blocks for copy in copies])
    blocks = {
        own[id]: _without_volumes((replace(block, part=own[id], volume=volume) for block in rows), words)
        for volume, (copy, own) in enumerate(zip(copies, names, strict=True), 1)
        for id, rows in copy.blocks.items()
    }
    return replace(
        copies[0],
        blocks=blocks,
        lines=lambda block: copies[block.volume - 1].lines(block),
        content=lambda block: copies[block.volume - 1].content(block),
    )


def _without_volumes(blocks: Iterable[Block], words: Words) -> tuple[Block, ...]:
    """The blocks without what they say of the volume in which something stands, and of how many there are: like numbers
    of pages, both follow from the rest, and an old copy is right about itself.
    """
    reference, count, *headings = (
        _any_number(words.phrase(key))
        for key in ("page.reference_in_volume", "cover.volume", "contents.volume", "contents.this_volume")
    )
    here = words("page.reference", page=PAGE_NUMBER).replace("\u00a0", " ")
    told = (
        replace(block, words=re.sub(rf"(?:\. )?{count}", "", re.sub(reference, lambda _: here, block.words)))
        for block in blocks
        if not any(re.fullmatch(heading, block.words) for heading in headings)
    )
    return tuple(told)


def _any_number(phrase: str) -> str:
    """A pattern for a phrase of the house with any numbers in it."""
    pieces = PLACEHOLDER.split(phrase.replace("\u00a0", " "))[::2]
    return rf"(?:\w+|{PAGE_NUMBER})".join(map(re.escape, pieces))


def _of_file(block: PrintedBlock, index: int, part: tuple[str, str], entry: int, folios: tuple[str, ...]) -> Block:
    kind = "heading" if block.role[:1] == "H" else _KINDS.get(block.role, "paragraph")
    folio = COVERS.get(part[0]) or (folios[block.page] if block.page < len(folios) else "")
    return Block(*part, block.id, str(index), kind, block.words, entry, folio=folio, page=block.page)
