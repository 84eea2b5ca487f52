"""Corrections to copies that are printed: what changed since, addressed as the old copy has it, for each order code.

A slip to lay in, a notice to clinics, and stickers that cover a printed line from the first word that changed to its
end: on a plain sheet to cut, and on labels where the words have room. The old line was measured where it is
printed; the new words are set in its size.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from booklet.bindery import DocumentInfo, hue_of
from booklet.composing import Faces, faces_of, publication, sheet_beside
from booklet.differences import (
    Change,
    Copy,
    DifferenceError,
    SourceCopies,
    Sources,
    State,
    address,
    changed_numbers,
    compare_titles,
    copy_changes,
    state,
    volumes_copy,
)
from booklet.dispatch import Entry
from booklet.findings import Finding, has_errors
from booklet.finishing import FinishedFile, Tools, finish_sheet
from booklet.formats import CORRECTIONS, LARGE_SLIP, SLIP, PageSetup, PrintOptions
from booklet.manuscript import shipped
from booklet.pdf import PT_PER_MM, PrintedLine
from booklet.preflight import examine
from booklet.typesetting import Typesetter
from booklet.words import Words

FORMATS_OF_SIZES = {False: "screen", True: "large-print"}
CONTEXT = 4
"""Words that are given before and behind what changed."""
BOLD_IS_WIDER = 1 / 0.94
LINE_EM = 1.25
"""The height of a strip over a line that stands alone, in its own size."""
ROOM_PT = 6.0
"""What a strip has beside its words."""
INSIDE_MM = 3.0
"""Between a label's edge and its words."""
WIDEST_PT = 170 * PT_PER_MM
_DIGITS = re.compile(r"\(?\d+\)?")


@dataclass(frozen=True)
class Labels:
    """An A4 sheet of labels, in millimetres: how many across and down, their size, where the first begins, and from one
    to the next.
    """

    across: int
    down: int
    size_mm: tuple[float, float]
    first_mm: tuple[float, float]
    step_mm: tuple[float, float]

    def corner_mm(self, position: int) -> tuple[float, float]:
        """The upper left corner of a label, counted from 0, row by row."""
        row, column = divmod(position % (self.across * self.down), self.across)
        return self.first_mm[0] + column * self.step_mm[0], self.first_mm[1] + row * self.step_mm[1]


L7160 = Labels(3, 7, (63.5, 38.1), (7.25, 15.15), (66.0, 38.1))
"""Avery L7160, as the order desk prints on it."""


@dataclass(frozen=True)
class ChangedCopy:
    """A copy as it was printed and as it would be printed now, what changed, and order code and issue of the old."""

    old: Copy
    new: Copy
    changes: tuple[Change, ...]
    code: str
    issue: str


@dataclass(frozen=True)
class Erratum:
    """A correction: where it is in the old copy, what is printed there, and what is to be read (empty: nothing).
    `before` and `after` say what each is.
    """

    where: str
    before: str
    old: str
    after: str
    new: str
    has_number: bool = False


@dataclass(frozen=True)
class Sticker:
    """A strip: where it goes, its words, whether they are bold, and its measures in points."""

    where: str
    words: str
    bold: bool
    size_pt: float
    width_pt: float
    height_pt: float


@dataclass(frozen=True)
class Kit:
    """The corrections of the copies with one order code, and in `copies` which these are, in words."""

    code: str
    title: str
    edition: str
    issue: str
    large_print: bool
    copies: str
    errata: tuple[Erratum, ...]
    stickers: tuple[Sticker, ...]


def errata(
    since: str,
    project: Path,
    day: date,
    titles: Iterable[str] = (),
    editions: Iterable[str] = (),
    large_print: Iterable[bool] = (False, True),
) -> tuple[tuple[Kit, ...], tuple[tuple[str, bytes], ...], tuple[str, ...]]:
    """What changed in print since an issue (a git revision, a folder with chapters/, or a build): the corrections by
    order code, the files for each by their names, and what is to be said. Raises BookletError.
    """
    titles, editions = tuple(titles), tuple(code.upper() for code in editions)
    with ExitStack() as stack:
        old, new = state(since, project, day, stack), state(str(project), project, day, stack)
        if isinstance(old, Path) or not isinstance(new, Sources):
            raise DifferenceError("Corrections are told since a revision, a folder with chapters/, or a build.")
        kits = tuple(kit for large in large_print for kit in _kits(old, new, titles, editions, large))
        files = tuple(file for kit in kits for file in _files(kit, new, day))
        return kits, files, (*(old.notes if isinstance(old, Sources) else ()), *new.notes)


def _kits(
    old: State, new: Sources, titles: tuple[str, ...], editions: tuple[str, ...], large_print: bool
) -> Iterator[Kit]:
    """The corrections of all copies in one size of print."""
    words = new.manuscript.words
    faces = faces_of(new.folder, new.manuscript.style.faces).of_language(words.said)
    for row in changed_copies(old, new, titles, editions, large_print):
        record = next(each for each in new.manuscript.editions if each.code == row.new.edition)
        copies = words(
            "errata.large_print" if large_print else "errata.standard",
            title=row.new.name,
            edition=record.name,
            issue=row.issue,
            code=row.code,
        )
        strips = (each for change in row.changes for each in stickers(change, row.old, row.new, faces, words))
        yield Kit(
            code=row.code,
            title=row.new.name,
            edition=row.new.edition,
            issue=row.issue,
            large_print=large_print,
            copies=copies,
            errata=tuple(found for change in row.changes if (found := erratum(change, words))),
            stickers=tuple(strips),
        )


def changed_copies(
    old: State, new: Sources, titles: tuple[str, ...], editions: tuple[str, ...], large_print: bool
) -> Iterator[ChangedCopy]:
    """The copies in one size of print, of these titles and editions (none named: all), that would be printed otherwise
    now.
    """
    if isinstance(old, Sources):
        for before, after, changes in compare_titles(old, new, titles, editions, large_print):
            record = next(each for each in old.manuscript.editions if each.code == before.edition)
            codes = publication(old.manuscript, record, before.title).codes
            code = codes.by_size.get("large-print" if large_print else "standard", "") if codes else ""
            named = code or f"{before.edition} {before.title}"
            yield ChangedCopy(before, after, changes, named, old.manuscript.book.issue)
        return
    assert not isinstance(old, Path)
    folder, entries = old
    copies = SourceCopies(new, large_print)
    volumes: dict[tuple[str, str], list[Entry]] = {}
    for entry in sorted(entries, key=lambda entry: entry.volume):
        if entry.format == FORMATS_OF_SIZES[large_print] and _is_wanted(entry, titles, editions):
            volumes.setdefault((entry.publication, entry.edition), []).append(entry)
    for (title, edition), files in volumes.items():
        if title in new.titles and edition in new.editions:
            paths = [folder / entry.file for entry in files]
            before = volumes_copy(paths, title, edition, new.manuscript.words)
            after = copies.copy(title, edition)
            if changes := copy_changes(before, after):
                yield ChangedCopy(before, after, changes, files[0].order_code, files[0].issue)


def _is_wanted(entry: Entry, titles: tuple[str, ...], editions: tuple[str, ...]) -> bool:
    return entry.publication in (titles or [entry.publication]) and entry.edition in (editions or [entry.edition])


def erratum(change: Change, words: Words) -> Erratum | None:
    """A change as a correction; None for what only stands elsewhere now, or is drawn otherwise."""
    has_number = any(changed_numbers(change))
    if change.what == "added" and change.new:
        behind = change.beside
        where = words("errata.after", place=address(behind, words)) if behind else words("errata.front")
        return Erratum(where, "", "", words("errata.add"), change.new.words, has_number)
    if change.what == "removed" and change.old:
        where = _first_upper(address(change.old, words))
        return Erratum(where, words("errata.strike"), change.old.words, "", "", has_number)
    if change.what == "changed" and change.old and any(kind != "same" for kind, _ in change.runs):
        old, new = (_excerpt(change, side) for side in ("removed", "added"))
        where = _first_upper(address(change.old, words))
        return Erratum(where, words("errata.printed"), old, words("errata.read"), new, has_number)
    return None


def _excerpt(change: Change, side: str) -> str:
    """The words of one side from the first to the last that changed, with some around."""
    first = next(index for index, (kind, _) in enumerate(change.runs) if kind != "same")
    last = max(index for index, (kind, _) in enumerate(change.runs) if kind != "same")
    before = " ".join(words for _, words in change.runs[:first]).split()
    behind = " ".join(words for _, words in change.runs[last + 1 :]).split()
    inside = [words for kind, words in change.runs[first : last + 1] if kind in ("same", side)]
    shown = [*before[-CONTEXT:], *inside, *behind[:CONTEXT]]
    opening, ending = "... " * (len(before) > CONTEXT), " ..." * (len(behind) > CONTEXT)
    return f"{opening}{' '.join(shown)}{ending}".replace(" #", " …").strip()


def stickers(change: Change, before: Copy, after: Copy, faces: Faces, words: Words) -> Iterator[Sticker]:
    """A strip for each line that is to be covered: from its first word that changed to its end. None where the new
    words take more lines than there are, or where numbers of pages stand in them, nor in pages that are read from the
    right, whose lines are told in the order in which they are drawn.
    """
    if words.from_the_right or change.what != "changed" or not change.old or not change.new or "#" in change.new.words:
        return
    old, new = before.lines(change.old), after.lines(change.new)
    if not old or not new or len(new) > len(old) or len({line.page for line in old}) > 1:
        return
    place = address(change.old, words)
    for number, line in enumerate(old, 1):
        shown = new[number - 1].words if number <= len(new) else ""
        if shown == line.words:
            continue
        where = words("address.line", place=place, number=number) if len(old) > 1 else place
        yield _sticker(_first_upper(where), line, shown, _pitch_pt(old, number - 1), faces)


def _sticker(where: str, line: PrintedLine, words: str, pitch_pt: float, faces: Faces) -> Sticker:
    old, new = line.words.split(), words.split()
    same = next((i for i, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))
    while same and any(_DIGITS.fullmatch(row[same - 1]) and _DIGITS.match("".join(row[same:])) for row in (old, new)):
        same -= 1  # a number is covered as a whole
    shown, covered = " ".join(new[same:]), " ".join(old[same:])
    wider = BOLD_IS_WIDER if line.bold else 1.0
    width_pt = max(faces.width_em(text) * line.size_pt * wider for text in (shown, covered)) + ROOM_PT
    return Sticker(where, shown or "\u00a0", line.bold, line.size_pt, round(width_pt, 1), round(pitch_pt, 1))


def _pitch_pt(lines: Sequence[PrintedLine], index: int) -> float:
    """From one line to the next."""
    pairs = [(index, index + 1), (index - 1, index)]
    size_pt = lines[index].size_pt
    for one, other in pairs:
        if one >= 0 and other < len(lines):
            pitch_pt = abs(lines[one].box[1] - lines[other].box[1])
            if size_pt < pitch_pt < 2 * size_pt:
                return pitch_pt
    return LINE_EM * size_pt


def _files(kit: Kit, new: Sources, day: date) -> Iterator[tuple[str, bytes]]:
    """The PDFs of a kit, set, tagged and looked into as a booklet's own are. Raises DifferenceError for one with a
    fault.
    """
    faces, say = faces_of(new.folder, new.manuscript.style.faces), new.manuscript.words
    book = new.manuscript.book
    stem = kit.code.replace(" ", "-")
    record = next(each for each in new.manuscript.editions if each.code == kit.edition)
    hue = new.manuscript.hue_of(record)
    line = book.order_line
    asked = ""
    if line and line.phone and not line.confirm_before_print:
        asked = say("errata.ask", name=line.name, number=line.phone.text)
    rows = sorted(kit.errata, key=lambda row: not row.has_number)
    since = say("errata.since", count=len(rows), day=say.day(day))
    names: dict[str, object] = {"copies": kit.copies, "since": since, "rows": rows, "code": kit.code}
    order_page = new.manuscript.pages.get("order-line")
    more = {"order_page": order_page and order_page.head.title, "then": asked, "publisher": book.publisher}
    plain = [row for row in kit.stickers if row.width_pt <= WIDEST_PT]
    sheets = list(_on_labels(kit.stickers, L7160))
    wanted: list[tuple[str, str, str, PageSetup, Mapping[str, object]]] = []
    if rows:
        slip = LARGE_SLIP if kit.large_print else SLIP
        wanted.append(("slip", "slip", say("errata.slip"), slip, names))
        wanted.append(("notice", "notice", say("errata.notice"), CORRECTIONS, {**names, **more, "day": day}))
    strips: dict[str, object] = {"copies": kit.copies, "stickers": plain, "sheet": None, "sheets": ()}
    if plain:
        wanted.append(("stickers-plain", "stickers", say("errata.stickers_plain"), CORRECTIONS, strips))
    if sheets:
        labels = {**strips, "sheet": L7160, "sheets": sheets}
        kind = say("errata.stickers_labels", labels="L7160")
        wanted.append(("stickers-L7160", "stickers", kind, CORRECTIONS, labels))
    setter = cache(lambda setup: Typesetter(new.folder, shipped("."), setup.turned(say.from_the_right), new.store))
    tools = Tools(new.store, setter, PrintOptions())
    for name, template, kind, setup, told in wanted:
        title = say("errata.file", kind=kind, title=kit.title, edition=record.code, code=kit.code)
        info = DocumentInfo(
            title=title,
            subject=kit.copies,
            author=book.publisher,
            words=say,
            issued=day,
            anchors={},
            hue=hue_of(hue.deep, hue.tint),
            edition=record.name,
            issue=kit.issue,
        )
        part = sheet_beside(template, title, say, faces, told)
        file, findings = finish_sheet(part, setup, info, f"{stem}-{name}.pdf", tools)
        faults = [*findings, *(_faults(file) if file else ())]
        if file is None or has_errors(faults):
            raise DifferenceError(f"{stem}-{name}.pdf cannot be made: {next(iter(faults))}")
        yield file.name, file.content


def _faults(file: FinishedFile) -> tuple[Finding, ...]:
    assert file.profile
    return tuple(examine(file.content, file.name, file.profile, file.promise).findings)


def _on_labels(rows: Iterable[Sticker], sheet: Labels) -> Iterator[list[tuple[Sticker, float, float]]]:
    """Sheets of the stickers that have room on a label, each with the corner where it goes."""
    room_pt = (sheet.size_mm[0] - 2 * INSIDE_MM) * PT_PER_MM
    fitting = [row for row in rows if row.width_pt <= room_pt]
    count = sheet.across * sheet.down
    for start in range(0, len(fitting), count):
        own = enumerate(fitting[start : start + count])
        yield [(row, *sheet.corner_mm(position)) for position, row in own]


def _first_upper(words: str) -> str:
    return words[:1].upper() + words[1:]
