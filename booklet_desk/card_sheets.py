"""An order card as A4 sheets: cover, title, codes in large letters, how they are said; then how to tell an old copy."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import pypdfium2
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from booklet_desk.envelopes import SHEET_MM
from booklet_desk.lettering import BOLD, Line, draw, fitted, line
from booklet_desk.postcodes import STATES
from booklet_desk.records import Card, PagePair, Printing

_MARGIN_MM = 12.0
_TOP_MM = 33.0
"""Where the rows of a sheet begin."""
_ROW_MM = 24.8
_ON_A_SHEET = 10
_COLUMNS_MM = (_MARGIN_MM, 30.0, 82.0, 141.0)
"""Cover, title, standard print, large print."""
_COVER_MM = (14.8, 21.0)
_COVER_PX = 240
_OLD_STEP_MM = 6.0
_OLD_ON_A_SHEET = 38
_FACTS_STEP_MM = 5.6
_HEAD_MM, _LAST_MM = 28.0, 285.0
"""Where the first line of facts stands on a sheet, and the last one at most."""
_HEADS = ("Hours", "What changed since issue", "Where chapters begin in large print")
_SIZES = {"standard": "Standard", "large-print": "Large print"}


def card_sheets(card: Card, covers: Mapping[str, Path]) -> bytes:
    """The sheets of a card as a PDF. A cover is the first page of a title's file."""
    target = io.BytesIO()
    canvas = Canvas(target, (SHEET_MM[0] * mm, SHEET_MM[1] * mm), invariant=True, pageCompression=1, lang="en-AU")
    canvas.setTitle(f"Order card, {STATES[card.edition]}")
    canvas.setAuthor("")
    titles = list(dict.fromkeys(printing.title for printing in card.printings))
    for start in range(0, len(titles), _ON_A_SHEET):
        _head(
            canvas,
            f"Order card: {STATES[card.edition]}",
            f"Issue {', '.join(card.issues)}{f' of {card.issued}' if card.issued else ''}. Say the words below a code.",
        )
        for column, size in zip(_COLUMNS_MM[2:], _SIZES.values(), strict=True):
            _write(canvas, size, BOLD, 12, column, _TOP_MM - 2)
        for index, title in enumerate(titles[start : start + _ON_A_SHEET]):
            printings = [printing for printing in card.printings if printing.title == title]
            _title(canvas, printings, covers.get(title), _TOP_MM + index * _ROW_MM)
        canvas.showPage()
    _hours_and_pages(canvas, card, _old_copies(canvas, card))
    canvas.save()
    return target.getvalue()


def _head(canvas: Canvas, title: str, words: str) -> None:
    _write(canvas, title, BOLD, 20, _MARGIN_MM, 17)
    _write(canvas, words, "", 12, _MARGIN_MM, 23)


def _title(canvas: Canvas, printings: list[Printing], cover: Path | None, top_mm: float) -> None:
    canvas.setLineWidth(0.5)
    canvas.line(
        _MARGIN_MM * mm, (SHEET_MM[1] - top_mm) * mm, (SHEET_MM[0] - _MARGIN_MM) * mm, (SHEET_MM[1] - top_mm) * mm
    )
    if cover:
        place = (_COLUMNS_MM[0] * mm, (SHEET_MM[1] - top_mm - 1.5 - _COVER_MM[1]) * mm)
        canvas.drawImage(_picture(cover), *place, _COVER_MM[0] * mm, _COVER_MM[1] * mm)
    for index, words in enumerate(_broken(printings[0].name, 14)):
        _write(canvas, words, BOLD, 14, _COLUMNS_MM[1], top_mm + 7 + index * 6)
    for printing in printings:
        left = _COLUMNS_MM[2 + list(_SIZES).index(printing.size)]
        _write(canvas, printing.code, BOLD, 22, left, top_mm + 8.5)
        for index, group in enumerate(printing.spelling.split("; ")):
            _write(canvas, group, "", 11, left, top_mm + 13.5 + index * 4.4)
        _write(canvas, _facts(printing), "", 10, left, top_mm + 22.8)


def _facts(printing: Printing) -> str:
    """Pages, and the pack with one copy as it is posted."""
    if printing.pages is None or printing.grams is None:
        return "not built here: weight unknown"
    return f"{printing.pages} pages, {printing.grams} g, {printing.post}"


def _old_copies(canvas: Canvas, card: Card) -> float:
    """What to say of a copy whose code is not on the card; gives where it ends on its last sheet, in mm from above."""
    rows = [
        (f"{code}, issue {issue}", printing.name, _SIZES[printing.size], printing.code)
        for printing in card.printings
        for code, issue in printing.earlier
    ]
    known = {printing.name for printing in card.printings if printing.earlier}
    fresh = dict.fromkeys(printing.name for printing in card.printings if printing.name not in known)
    if rows and fresh:
        rows += [("", "", "", "")] + [("New since then", name, "", "") for name in fresh]
    end_mm = 0.0
    for start in range(0, max(1, len(rows)), _OLD_ON_A_SHEET):
        if start:
            canvas.showPage()
        _head(canvas, f"Is my copy current? {STATES[card.edition]}", "")
        told = (
            "A copy is old when its code is not on this card, or when the issue",
            f"inside its cover is not {', '.join(card.issues)}. Old codes and what takes their place:"
            if rows
            else f"inside its cover is not {', '.join(card.issues)}. No other codes were printed before.",
        )
        for index, words in enumerate(told):
            _write(canvas, words, "", 12, _MARGIN_MM, 25 + index * 6)
        for index, cells in enumerate(rows[start : start + _OLD_ON_A_SHEET]):
            for cell, left in zip(cells, (_MARGIN_MM, 66.0, 138.0, 172.0), strict=True):
                _write(canvas, cell, BOLD if left in (_MARGIN_MM, 172.0) else "", 12, left, 42 + index * _OLD_STEP_MM)
        end_mm = 42 + len(rows[start : start + _OLD_ON_A_SHEET]) * _OLD_STEP_MM
    return end_mm


def _hours_and_pages(canvas: Canvas, card: Card, top_mm: float) -> None:
    """Hours, what changed, and the same page in large print, whatever is known: below what is on the sheet, or on
    sheets of their own.
    """
    rows = [row for part in _facts_of(card) for row in (("", "", ""), *part)]
    if top_mm + len(rows) * _FACTS_STEP_MM > _LAST_MM:
        canvas.showPage()
        top_mm = _HEAD_MM
        _head(canvas, f"Hours and pages: {STATES[card.edition]}", "")
    for cells in rows:
        if top_mm > _LAST_MM:
            canvas.showPage()
            top_mm = _HEAD_MM
            _head(canvas, f"Hours and pages: {STATES[card.edition]}", "")
        for cell, left in zip(cells, (_MARGIN_MM, 140.0, 168.0), strict=True):
            face = BOLD if cells[0].startswith(_HEADS) else ""
            _write(canvas, cell, face, 12, left, top_mm)
        top_mm += _FACTS_STEP_MM
    canvas.showPage()


def _facts_of(card: Card) -> Iterator[list[tuple[str, str, str]]]:
    """The parts of what is known beside the codes, each under its heading."""
    if card.lines:
        clock = f", by the clock of {card.time_zone.rpartition('/')[2].replace('_', ' ')}" if card.time_zone else ""
        yield [(f"{_HEADS[0]}{clock}", "", ""), *((words, "", "") for words in _wrapped(card.lines))]
    if card.since:
        told = card.changed or ("No entry of the directory changed.",)
        yield [(f"{_HEADS[1]} {card.since}", "", ""), *((words, "", "") for words in _wrapped(told))]
    if card.pages:
        moved = [(pair.heading, pair.standard, pair.large_print) for pair in card.pages if pair.is_moved]
        other = "All other chapters begin on the same page." if moved else "Every chapter begins on the same page."
        yield [(_HEADS[2], "Standard", "Large print"), *moved, (other, "", "")]


def concordance(standard: Path | None, large: Path | None) -> tuple[PagePair, ...]:
    """Where each chapter begins in both prints, read off the outlines of two files; nothing without both."""
    if standard is None or large is None or not standard.is_file() or not large.is_file():
        return ()
    there = dict(_outline(large))
    return tuple(PagePair(title, page, there[title]) for title, page in _outline(standard) if title in there)


def _outline(path: Path) -> list[tuple[str, str]]:
    """The chapters of a file, and the number that is printed on the page of each."""
    with pypdfium2.PdfDocument(path) as document:
        rows = [(mark.get_title(), mark.get_dest()) for mark in document.get_toc() if mark.level == 0]
        return [(title, document.get_page_label(place.get_index())) for title, place in rows if place]


def _wrapped(paragraphs: Iterable[str]) -> Iterator[str]:
    """Paragraphs on lines as long as the sheet is wide."""
    for words in paragraphs:
        fit = fitted((line(words)[0],), (SHEET_MM[0] - 2 * _MARGIN_MM) * mm, 10_000, (12,))
        yield from (each.words for each in fit[0]) if fit else (words,)


def _broken(words: str, size_pt: float) -> list[str]:
    """Words on as many lines as the column of titles needs."""
    width = (_COLUMNS_MM[2] - _COLUMNS_MM[1] - 3) * mm
    lines: list[str] = []
    for word in words.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and Line(line(longer)[0].words, BOLD).width_pt(size_pt) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _picture(path: Path) -> ImageReader:
    """The first page of a file, small."""
    with pypdfium2.PdfDocument(path) as document:
        page = document[0]
        picture = page.render(scale=_COVER_PX / page.get_width()).to_pil()
    content = io.BytesIO()
    picture.convert("RGB").save(content, "PNG")
    content.seek(0)
    return ImageReader(content)


def _write(canvas: Canvas, words: str, face: str, size_pt: float, left_mm: float, baseline_mm: float) -> None:
    drawn = line(words)[0]
    draw(canvas, Line(drawn.words, face or drawn.face), size_pt, left_mm * mm, (SHEET_MM[1] - baseline_mm) * mm)
