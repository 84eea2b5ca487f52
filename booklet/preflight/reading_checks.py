"""Checks of what the eye meets: size, leading, line length, breaks, margins and contrast (clear print; WCAG 2.2)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from statistics import mean

from booklet.pdf import Box, Item, common, size
from booklet.preflight.check import ERROR, WARNING, Check, copier, every, tagged, upright
from booklet.preflight.dossier import Dossier, Line
from booklet.preflight.legibility import good_contrast, least_contrast
from booklet.preflight.records import Defect
from booklet.words import english

SIZE_SLACK_PT = 0.05
ROUNDING = 0.05
FULL_LINE = 0.5
MAX_COMPARED = 2_000_000
"""Pairs of a picture and of what lies over it, on one page."""
UNITS = "mm|cm|mg|g|kg|ml|mL|am|pm|pt|Gy|per cent|%|°C"
_ADDRESS = re.compile(r"[/@]|\w\.\w")
_NUMBER_THEN_UNIT = re.compile(rf"(?:{UNITS}|{'|'.join(english().months)})\b")
_CAPITALS = re.compile(r"\b[A-Z]{2,}(?:[ \u00a0]+[A-Z]{2,}){2,}\b")


_SET_TIGHT = frozenset({"Figure", "H", "Title", *(f"H{level}" for level in range(1, 7))})
"""Headings and labels in drawings: short, and closer by custom."""


def _small_body(dossier: Dossier) -> Iterator[Defect]:
    sizes: Counter[float] = Counter()
    for item in dossier.texts:
        if item.text and not item.mark.artifact:
            sizes[round(item.text.size_pt, 1)] += len(item.text.words)
    if sizes and (most := sizes.most_common(1)[0][0]) < dossier.profile.body_pt - SIZE_SLACK_PT:
        yield Defect(f"Most of the text is set in {most:g} pt, where {dossier.profile.body_pt:g} belong.")


def _small_text(dossier: Dossier) -> Iterator[Defect]:
    for item in dossier.texts:
        small = (
            item.text and item.text.words.strip() and item.text.size_pt < dossier.profile.smallest_pt - SIZE_SLACK_PT
        )
        if item.text and small and not _slug(dossier, item) and not _for_folding(dossier, item):
            yield dossier.at(f"Text of {item.text.size_pt:.1f} pt, under {dossier.profile.smallest_pt:g}.", item)


def _for_folding(dossier: Dossier, item: Item) -> bool:
    """True for the notes that run up a sheet of paper for those who fold it."""
    return copier(dossier.profile) and item.text is not None and not item.text.upright


def _slug(dossier: Dossier, item: Item) -> bool:
    return common(item.box, dossier.pages[item.page_index].geometry.finished) is None


def _tight(dossier: Dossier) -> Iterator[Defect]:
    for block, lines in dossier.block_lines.items():
        if dossier.tree and block >= 0 and dossier.tree.elements[block].role in _SET_TIGHT:
            continue
        for line, following in pairwise(lines):
            gap = line.baseline - following.baseline
            alike = abs(line.size_pt - following.size_pt) < 0.1 and line.page_index == following.page_index
            under = following.box[0] < line.box[2] and following.box[2] > line.box[0]
            if alike and under and 0.5 * line.size_pt < gap < dossier.profile.leading * line.size_pt - SIZE_SLACK_PT:
                least = dossier.profile.leading
                yield dossier.at(
                    f"Lines of {line.size_pt:.1f} pt stand {gap:.1f} pt apart, under {least:g} times.", line
                )


def _long_lines(dossier: Dossier) -> Iterator[Defect]:
    """The mean of all lines that are broken because they are full: all but the last of each block, lists of numbers
    apart.
    """
    full = [line for lines in dossier.block_lines.values() for line in _full(lines)]
    if len(full) < 5:
        return
    length = mean(len(line.words.strip()) for line in full)
    if round(length) > dossier.profile.line_chars:
        yield Defect(f"Lines have {length:.0f} characters on average, more than {dossier.profile.line_chars}.")


def _full(lines: list[Line]) -> list[Line]:
    if len(lines) < 3:
        return []
    widest = max(size(line.box)[0] for line in lines)
    return [line for line in lines[:-1] if size(line.box)[0] >= FULL_LINE * widest]


def _broken_lines(dossier: Dossier) -> Iterator[tuple[Line, Line]]:
    """A line that was broken because it was full, and the next of its block. Labels in drawings are left out."""
    for block, lines in dossier.block_lines.items():
        if dossier.tree and block >= 0 and dossier.tree.elements[block].role == "Figure":
            continue
        widest = max(size(line.box)[0] for line in lines)
        for line, following in pairwise(lines):
            if size(line.box)[0] >= FULL_LINE * widest and not _is_beside(line, following):
                yield line, following


def _is_beside(line: Line, other: Line) -> bool:
    """True for two cells of a row, such as a title and its folio in the contents."""
    near = min(line.size_pt, other.size_pt) / 2
    return line.page_index == other.page_index and abs(line.baseline - other.baseline) < near


def _split_words(dossier: Dossier) -> Iterator[tuple[Line, str, str]]:
    """Lines that end in a hyphen with the word before and after it, web addresses and known compounds left out."""
    compounds = _compounds(dossier)
    for line, following in _broken_lines(dossier):
        before, after = line.words.rstrip(" \u200b"), following.words.lstrip()
        if not before or before[-1] not in "-\u2010\u00ad" or not after[:1].islower():
            continue
        if _ADDRESS.search(before.split()[-1]) or _ADDRESS.search(after.split()[0]):
            continue
        first, last = _last(before), _first(after)
        if first[-1:] != "-" or f"{first}{last}".lower() not in compounds:
            yield line, first, last


def _hyphens(dossier: Dossier) -> Iterator[Defect]:
    """Sure cases: a hyphen that only line ends have, or a word that stands elsewhere without it."""
    words = dossier.vocabulary
    for line, first, last in _split_words(dossier):
        if first[-1:] != "-" or f"{first[:-1]}{last}".lower() in words:
            yield dossier.at(f"A word is broken at the end of a line: '{first} {last}'.", line)


def _perhaps_hyphens(dossier: Dossier) -> Iterator[Defect]:
    words = dossier.vocabulary
    for line, first, last in _split_words(dossier):
        if first[-1:] == "-" and f"{first[:-1]}{last}".lower() not in words:
            yield dossier.at(f"A line ends in a hyphen: '{first} {last}'.", line)


def _compounds(dossier: Dossier) -> frozenset[str]:
    """Words that have their hyphen anyway: written so in the source, or elsewhere in the file in one line."""
    texts = [line.words for line in dossier.lines]
    if dossier.promise and dossier.promise.source_text:
        texts += [piece for pieces in dossier.promise.source_text.texts for piece in pieces]
    return frozenset(word.lower() for text in texts for word in re.findall(r"[\w’'-]+-[\w’'-]+", text))


def _last(words: str) -> str:
    found = re.findall(r"[\w’'\u2010\u00ad-]+$", words)
    return found[0] if found else ""


def _first(words: str) -> str:
    found = re.match(r"[\w’'-]+", words)
    return found[0] if found else ""


def _numbers(dossier: Dossier) -> Iterator[Defect]:
    for line, following in _broken_lines(dossier):
        before, after = line.words.rstrip(), following.words.lstrip()
        if not re.search(r"\d$", before):
            continue
        if re.match(r"\d", after) or _NUMBER_THEN_UNIT.match(after):
            yield dossier.at(f"A number is broken over two lines: '{before[-12:]}' / '{after[:12]}'.", line)


def _italics(dossier: Dossier) -> Iterator[Defect]:
    for item in dossier.texts:
        if item.text and (item.text.font.italic or item.text.slanted) and item.text.words.strip():
            yield dossier.at("Text is in italics.", item)


def _capitals(dossier: Dossier) -> Iterator[Defect]:
    for line in dossier.lines:
        if run := _CAPITALS.search(line.words):
            yield dossier.at(f"Several words are in capitals: '{run[0][:40]}'.", line)


def _margins(dossier: Dossier) -> Iterator[Defect]:
    profile = dossier.profile
    for line in dossier.lines:
        geometry = dossier.pages[line.page_index].geometry
        if len(dossier.pages) > 1 and line.page_index in (0, len(dossier.pages) - 1):
            continue  # covers are laid out as pictures are
        left, top, width, height = geometry.place_mm(line.box)
        across, up = geometry.size_mm
        right, bottom = across - left - width, up - top - height
        inner = left if (line.page_index % 2 == 0) != dossier.is_read_from_the_right else right
        if min(left, right, top, bottom) < profile.margin_mm - 0.2:
            yield dossier.at(f"Text stands less than {profile.margin_mm:g} mm from the edge of the page.", line)
        elif inner < profile.gutter_mm - 0.2:
            yield dossier.at(f"Text stands less than {profile.gutter_mm:g} mm from the spine.", line)


def _on_pictures(dossier: Dossier) -> Iterator[Defect]:
    for page in dossier.pages:
        photos: list[Item] = []
        panels: list[Item] = []
        compared = 0
        for item in page.content.items:
            if item.kind == "image" and item.picture and item.layer == "page" and max(size(item.box)) > 20:
                photos.append(item)
                panels = []  # those before it lie under it
                continue
            hides = item.kind == "fill" and item.alpha == 1 and item.layer == "page"
            is_text = item.kind == "text" and item.text and item.text.words.strip() and item.layer == "page"
            if not photos or not (hides or is_text):
                continue
            compared += len(photos) + len(panels)
            if compared > MAX_COMPARED:
                yield Defect("A page has more pictures, fills and texts than are compared.", page.index)
                break
            if hides:
                photos = [photo for photo in photos if not _covers(item.box, photo.box)]
                panels += [item] if item.plain_rectangle else []
            elif item.text and _stands_on(item, photos) and not any(_covers(each.box, item.box) for each in panels):
                yield dossier.at(f"Text runs over a picture: '{item.text.words.strip()[:30]}'.", item)


def _stands_on(text: Item, photos: list[Item]) -> bool:
    return any(_overlaps(text.box, photo.box) for photo in photos)


def _covers(upper: Box, lower: Box) -> bool:
    seen = common(upper, lower)
    return seen is not None and size(seen)[0] * size(seen)[1] > 0.9 * size(lower)[0] * size(lower)[1]


def _overlaps(text: Box, picture: Box) -> bool:
    seen = common(text, picture)
    return seen is not None and size(seen)[0] > 1 and size(seen)[1] > 0.4 * size(text)[1]


def _illegible(dossier: Dossier) -> Iterator[Defect]:
    for item, ratio, _ in dossier.contrasts:
        if ratio < least_contrast(item, dossier.profile) - ROUNDING:
            yield _too_pale(dossier, item, ratio, least_contrast(item, dossier.profile))


def _pale(dossier: Dossier) -> Iterator[Defect]:
    for item, ratio, _ in dossier.contrasts:
        if least_contrast(item, dossier.profile) - ROUNDING <= ratio < good_contrast(item, dossier.profile) - ROUNDING:
            yield _too_pale(dossier, item, ratio, good_contrast(item, dossier.profile))


def _too_pale(dossier: Dossier, item: Item, ratio: float, wanted: float) -> Defect:
    found = f"Text in {item.colour} has a contrast of {ratio:.1f} to what lies under it, less than {wanted:g}."
    return dossier.at(found, item)


def _pale_in_grey(dossier: Dossier) -> Iterator[Defect]:
    for item, in_colour, ratio in dossier.contrasts:
        least = least_contrast(item, dossier.profile)
        if ratio < least - ROUNDING <= in_colour:
            found = f"Copied in grey, text in {item.colour} keeps a contrast of {ratio:.1f}, less than {least:g}."
            yield dossier.at(found, item)


ROWS = (
    Check("ACC-201", ERROR, "clear print: size", "Larger text for people to read", tagged, _small_body),
    Check("ACC-202", ERROR, "clear print: size", "Folios, labels, captions as large as the rest", every, _small_text),
    Check("ACC-203", ERROR, "clear print: leading", "Lines further apart", tagged, _tight),
    Check("ACC-204", WARNING, "clear print: lines", "A narrower column or larger text", tagged, _long_lines),
    Check("ACC-205", ERROR, "clear print: hyphens", "Words that stay whole", tagged, _hyphens),
    Check("ACC-214", WARNING, "clear print: hyphens", "A no-break hyphen, or other words", tagged, _perhaps_hyphens),
    Check("ACC-206", ERROR, "clear print: emphasis", "Bold for emphasis", upright, _italics),
    Check("ACC-207", WARNING, "clear print: emphasis", "Capitals for short names alone", tagged, _capitals),
    Check("ACC-208", ERROR, "clear print: numbers", "No-break spaces inside numbers", tagged, _numbers),
    Check("ACC-209", ERROR, "clear print: margins", "Wider margins", tagged, _margins),
    Check("ACC-210", ERROR, "WCAG 2.2, 1.4.3", "Darker or larger text, or a lighter ground", every, _illegible),
    Check("ACC-213", WARNING, "WCAG 2.2, 1.4.6", "Darker or larger text, or a lighter ground", every, _pale),
    Check("ACC-211", ERROR, "WCAG 2.2, 1.4.3", "Colours that differ in lightness too", every, _pale_in_grey),
    Check("ACC-212", WARNING, "clear print: grounds", "Text beside the picture", every, _on_pictures),
)  # fmt: skip
