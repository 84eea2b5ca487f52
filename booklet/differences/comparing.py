"""Two states compared: which titles and editions they share, what changed in each, and pictures of the pages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import islice
from typing import Literal

from booklet.bounds import FILE, TooMuchError, apart
from booklet.composing import PAGE_NUMBER, Block
from booklet.differences.alignment import changes
from booklet.differences.copies import Copy, SourceCopies, Sources
from booklet.differences.records import (
    Box,
    Change,
    Comparison,
    DifferenceError,
    PagePair,
    PagePicture,
    TitleChanges,
)
from booklet.pdf import PrintedLine, page_pictures

PICTURE_DPI = 72
MOST_PAGES = 150
"""Pairs of pages in one report."""
_MARGIN_PT = 2.0
_WHOLE_PAGE = (0.01, 0.01, 0.99, 0.99)
"""Stands for a drawing, whose place on its page is not told."""
_ONLY_SOURCES = ("foot", "picture")
"""Kinds of blocks whose words or bytes finished files do not tell."""
Page = tuple[str, int]
"""A page: its part, and its index in the PDF that the part is drawn from."""
Found = tuple[Copy, Copy, tuple[Change, ...]]


def compare_sources(
    old: Sources, new: Sources, titles: Iterable[str] = (), editions: Iterable[str] = (), pictures: bool = False
) -> Comparison:
    """What changed from one state of the sources to another. Raises DifferenceError."""
    wanted = tuple(titles) or tuple(dict.fromkeys((*new.titles, *old.titles)))
    notes = [*old.notes, *new.notes]
    for title in wanted:
        if (title in old.titles) != (title in new.titles):
            notes.append(f"The title '{title}' is only in {old.label if title in old.titles else new.label}.")
    found = compare_titles(old, new, wanted, tuple(editions))
    return compared((old.label, new.label), found, notes, pictures)


def compare_titles(
    old: Sources, new: Sources, titles: tuple[str, ...], editions: tuple[str, ...], large_print: bool = False
) -> Iterator[Found]:
    """The copies of titles and editions (none named: all) that both states have and that differ, and how they do."""
    pairs = _edition_pairs(old, new, editions)
    if unknown := [title for title in titles if title not in (*old.titles, *new.titles)]:
        raise DifferenceError(f"No title '{unknown[0]}'. There are: {', '.join(new.titles)}.")
    before, after = SourceCopies(old, large_print), SourceCopies(new, large_print)
    for title in titles or new.titles:
        if title in old.titles and title in new.titles:
            for pair in pairs:
                if row := _found(before, after, title, *pair):
                    yield row


def compare_copies(
    labels: tuple[str, str], pairs: Iterable[tuple[Copy, Copy]], notes: Iterable[str], pictures: bool
) -> Comparison:
    """What changed from some copies to others."""
    found = [(old, new, rows) for old, new in pairs if (rows := copy_changes(old, new))]
    return compared(labels, found, notes, pictures)


def copy_changes(old: Copy, new: Copy) -> tuple[Change, ...]:
    """What changed from one copy to another, part by part in the order of the new one."""
    mixed = old.is_file or new.is_file
    before, after = _told(old, new, mixed), _told(new, old, mixed)
    order = dict.fromkeys((*_in_sequence(before, after),))
    filling = {
        part
        for part in before.keys() ^ after.keys()
        if "/" in part or part in old.planned | new.planned  # of one volume more or less, or pages to fill it up
    }
    return tuple(
        change for part in order if part not in filling for change in changes(before.get(part, ()), after.get(part, ()))
    )


def _in_sequence(before: Mapping[str, object], after: Mapping[str, object]) -> Iterator[str]:
    """The parts of the new copy, each behind those that only the old one has."""
    gone = [part for part in before if part not in after]
    position = {part: index for index, part in enumerate(before)}
    for part in after:
        yield from (each for each in gone if part in position and position[each] < position[part])
        yield part
    yield from gone


def _told(copy: Copy, other: Copy, mixed: bool) -> Mapping[str, Sequence[Block]]:
    """The blocks of a copy, where one of both is a file without what files do not tell."""
    if not mixed:
        return copy.blocks
    return {
        part: [
            replace(
                row,
                digest="",
                words=_without_pages(row.words, other.blocks.get(part, ())) if copy.is_file else row.words,
            )
            for row in rows
            if row.kind not in _ONLY_SOURCES or (row.kind == "picture" and row.words)
        ]
        for part, rows in copy.blocks.items()
    }


def _without_pages(words: str, others: Sequence[Block]) -> str:
    """The words of a file as sources have them, where they differ only in numbers of pages: a file tells those of links
    inside it, and not those of another volume.
    """
    alike = (row.words for row in others if PAGE_NUMBER in row.words)
    return next((each for each in alike if _with_pages(each).fullmatch(words)), words)


@lru_cache(maxsize=4096)
def _with_pages(words: str) -> re.Pattern[str]:
    return re.compile(rf"(?:\w+|{PAGE_NUMBER})".join(map(re.escape, words.split(PAGE_NUMBER))))


def _edition_pairs(old: Sources, new: Sources, editions: tuple[str, ...]) -> list[tuple[str, str]]:
    if old.edition or new.edition:
        return [(old.edition or new.edition, new.edition or old.edition)]
    shared = [code for code in new.editions if code in old.editions]
    wanted = [code.upper() for code in editions] or shared
    if unknown := [code for code in wanted if code not in shared]:
        raise DifferenceError(f"No edition '{unknown[0]}' in both. There are: {', '.join(shared)}.")
    return [(code, code) for code in wanted]


def _found(before: SourceCopies, after: SourceCopies, title: str, one: str, other: str) -> Found | None:
    """What changed in a title of an edition. Only parts that differ are looked into, and set."""
    old, new = before.parts(title, one), after.parts(title, other)

    def differs(id: str) -> bool:
        a, b = old.get(id), new.get(id)
        if a is None or b is None:
            return True
        shown = [[digest(asset) for asset in part.assets] for part, digest in ((a, before.digest), (b, after.digest))]
        return a.html != b.html or shown[0] != shown[1]

    parts = [id for id in dict.fromkeys((*new, *old)) if differs(id)]
    if not parts:
        return None
    copies = before.copy(title, one, parts), after.copy(title, other, parts)
    rows = copy_changes(*copies)
    return (*copies, rows) if rows else None


def compared(labels: tuple[str, str], found: Iterable[Found], notes: Iterable[str], pictures: bool) -> Comparison:
    """A comparison of copies, in which editions that share a change share its row."""
    found = list(found)
    names: dict[str, str] = {}
    rows: dict[tuple[object, ...], tuple[Change, list[str]]] = {}
    for old, new, changed in found:
        names[new.title] = new.name
        for change in changed:
            code = new.edition if old.edition == new.edition else f"{old.edition} to {new.edition}"
            rows.setdefault((new.title, *_signature(change)), (change, []))[1].append(code)
    grouped: dict[tuple[str, tuple[str, ...]], list[Change]] = {}
    for (title, *_), (change, codes) in rows.items():
        grouped.setdefault((str(title), tuple(codes)), []).append(change)
    titles = tuple(
        TitleChanges(title, names[title], codes, tuple(changed))
        for title in names
        for (own, codes), changed in sorted(grouped.items(), key=lambda row: -len(row[0][1]))
        if own == title
    )
    pages = tuple(islice(_pages(found), MOST_PAGES + 1)) if pictures else ()
    more = [f"Only the first {MOST_PAGES} pages are shown."] if len(pages) > MOST_PAGES else []
    return Comparison(*labels, titles, (*notes, *more), pages[:MOST_PAGES])


def _signature(change: Change) -> tuple[object, ...]:
    return change.what, *(
        (block.part, block.kind, block.words, block.digest, block.folio, block.ordinal) if block else None
        for block in (change.old, change.new)
    )


def _pages(found: Iterable[Found]) -> Iterator[PagePair]:
    """The pages on which something changed, each pair shown once for all editions."""
    shown: set[object] = set()
    for old, new, rows in found:
        pairs: dict[tuple[Page | None, Page | None], list[Change]] = {}
        for change in rows:
            key = change.what, change.old and change.old.words, change.new and change.new.words, change.block.folio
            if key in shown:
                continue
            shown.add(key)
            sides = [block or change.beside for block in (change.old, change.new)]
            one, other = ((block.part, block.page) if block else None for block in sides)
            pairs.setdefault((one, other), []).append(change)
        yield from _pictured(old, new, pairs)


def _pictured(
    old: Copy, new: Copy, pairs: Mapping[tuple[Page | None, Page | None], list[Change]]
) -> Iterator[PagePair]:
    for (one, other), rows in pairs.items():
        editions = new.edition if old.edition == new.edition else f"{old.edition}, {new.edition}"
        yield PagePair(
            f"{new.name} ({editions})" if editions else new.name,
            _picture(old, one, rows, "removed"),
            _picture(new, other, rows, "added"),
        )


def _picture(
    copy: Copy, where: Page | None, rows: Sequence[Change], side: Literal["removed", "added"]
) -> PagePicture | None:
    """A page with the lines marked whose words only this side has; all of it where a drawing is another."""
    own = [(row, row.old if side == "removed" else row.new) for row in rows]
    named = next(filter(None, (*(block for _, block in own), *(row.beside for row in rows))), None)
    if where is None or named is None:
        return None
    drawn = _drawn(copy, copy.content(named), where[1])
    if drawn is None:
        return None
    png, area = drawn
    marks = [
        _share(line.box, area)
        for row, block in own
        if block and block.kind != "picture"
        for line in changed_lines(copy.lines(block), row, side)
        if line.page == where[1]
    ]
    whole = [_WHOLE_PAGE] if any(block and block.kind == "picture" for _, block in own) else []
    return PagePicture(named.folio, png, (*whole, *marks))


def _drawn(copy: Copy, content: bytes, page: int) -> tuple[bytes, Box] | None:
    """A page as a picture, and the box that it shows, in points. A stranger's file is drawn by a process of its own."""
    try:
        task = (content, [page], PICTURE_DPI)
        drawn: dict[int, tuple[bytes, Box]] = (
            apart(FILE, page_pictures, *task) if copy.is_file else page_pictures(*task)
        )
    except TooMuchError:
        return None
    return drawn.get(page)


def changed_lines(lines: Sequence[PrintedLine], change: Change, side: str) -> tuple[PrintedLine, ...]:
    """The lines of a block in which words stand that only this side has; all of them where words alone do not tell."""
    changed: list[bool] = []
    for kind, words in change.runs:
        if kind in ("same", side):
            changed += [kind == side] * len(words.split())
        elif changed and words:
            changed[-1] = True  # what the other side has stands behind this word
    position, rows = 0, []
    for line in lines:
        count = len(line.words.split())
        if any(changed[position : position + count]):
            rows.append(line)
        position += count
    return tuple(rows) or tuple(lines)


def _share(box: Box, area: Box) -> Box:
    """A box in points as shares of the page, from its upper left corner, a little larger."""
    width, height = area[2] - area[0], area[3] - area[1]
    left, bottom, right, top = box
    return (
        (left - _MARGIN_PT - area[0]) / width,
        (area[3] - top - _MARGIN_PT) / height,
        (right + _MARGIN_PT - area[0]) / width,
        (area[3] - bottom + _MARGIN_PT) / height,
    )
