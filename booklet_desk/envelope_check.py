"""The envelope check: reads finished carrier sheets back, and says what would be seen that should not be.

It knows nothing of how they were made. A page is right when the window shows an address whole, and nothing else,
however the sheet slides; when what lies in front holds no word that tells of an illness; and when the page has text and
nothing else, because a picture could hold anything.
"""

from __future__ import annotations

import pickle
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import pypdfium2
from pypdfium2 import PdfiumError
from pypdfium2 import raw as pdfium

from booklet_desk.barcode import Bar, read_bars
from booklet_desk.bounded import BoundError, bounded
from booklet_desk.envelopes import PLAY_MM, SHEET_MM, Envelope, Window
from booklet_desk.postcodes import STATES
from booklet_desk.records import DeskError

TELLING_WORDS = ("cancer", "tumour", "tumor", "oncolog", "metasta", "breast", "palliat", "chemo", "terminal", "hospice")
"""Beginnings of words that tell of an illness (STANDARDS PR5)."""
_NUMBER = re.compile(r"\b\d{5,12} [AFHJKMNQRUWXY]\b")
_LAST_LINE = re.compile(rf"[A-Z][A-Z' -]* ({'|'.join(STATES)}) \d{{4}}")
"""STANDARDS, AP7."""
_MM = 72 / 25.4
_TOLERANCE_MM = 0.3


@dataclass(frozen=True)
class Fault:
    """What is wrong with a page: its number from 1, its order as it is printed, and what is wrong, without a name."""

    page: int
    order: str
    what: str

    def __str__(self) -> str:
        return f"page {self.page}{f', order {self.order}' if self.order else ''}: {self.what}"


def check_carriers(
    content: bytes, envelope: Envelope, expected: Mapping[str, tuple[str, ...]] | None = None
) -> list[Fault]:
    """Everything wrong with a PDF of carrier sheets. `expected` has the lines of address by order number, as printed.

    Raises DeskError for what is no PDF.
    """
    try:
        document = pypdfium2.PdfDocument(content)
    except PdfiumError:
        raise DeskError("The file cannot be read as a PDF.") from None
    with document:
        faults = [Fault(0, "", what) for what in _of_the_file(document)]
        seen: list[str] = []
        for index in range(len(document)):
            page = document[index]
            text = page.get_textpage()
            order = next(iter(_NUMBER.findall(text.get_text_range())), "")
            seen.append(order)
            faults += [Fault(index + 1, order, what) for what in _of_a_page(page, text, envelope, order, expected)]
            text.close()
            page.close()
    if expected is not None and sorted(seen) != sorted(expected):
        faults.append(Fault(0, "", "the sheets are not one for each order"))
    return faults


def check_file(content: bytes, envelope: Envelope) -> list[Fault]:
    """Everything wrong with anybody's PDF of carrier sheets. Raises DeskError."""
    try:
        answer: list[Fault] | str = pickle.loads(bounded(__name__, "check_pickled", pickle.dumps((content, envelope))))
    except BoundError as reason:
        raise DeskError(f"The file cannot be read as a PDF. {reason}") from None
    if isinstance(answer, str):
        raise DeskError(answer)
    return answer


def check_pickled(task: bytes) -> bytes:
    """What the other process does: the faults of a file, or why there are none to tell."""
    try:
        return pickle.dumps(check_carriers(*pickle.loads(task)))
    except DeskError as reason:
        return pickle.dumps(str(reason))


def tells(text: str) -> str | None:
    """The first word in a text that tells of an illness."""
    words = re.findall(r"[^\W\d_]+", text.casefold())
    return next((word for word in words if word.startswith(TELLING_WORDS)), None)


def _of_the_file(document: pypdfium2.PdfDocument) -> Iterator[str]:
    facts = document.get_metadata_dict()
    if any(tells(value) for value in facts.values()):
        yield "what the file says of itself tells of an illness"


def _of_a_page(
    page: pypdfium2.PdfPage,
    text: pypdfium2.PdfTextPage,
    envelope: Envelope,
    order: str,
    expected: Mapping[str, tuple[str, ...]] | None,
) -> Iterator[str]:
    width, height = (side / _MM for side in page.get_size())
    if max(abs(width - SHEET_MM[0]), abs(height - SHEET_MM[1])) > 1 or page.get_rotation():
        yield "it is no upright A4 sheet"
        return
    window = envelope.measured
    others = [item for item in page.get_objects(max_depth=1) if item.type != pdfium.FPDF_PAGEOBJ_TEXT]
    if others and not _is_barcode(others, window.grown(_TOLERANCE_MM - PLAY_MM)):
        yield "it holds something that is neither text nor a barcode in the window"
    visible, safe = window.grown(PLAY_MM), window.grown(_TOLERANCE_MM - PLAY_MM)
    boxes = [_box(text.get_rect(index)) for index in range(text.count_rects())]
    in_window = [box for box in boxes if _meet(box, visible)]
    if not in_window:
        yield "the window shows no address"
    if any(not _holds(safe, box) for box in in_window):
        yield "the window shows something that is cut off as the sheet slides, or does not belong there"
    lines = tuple(line.strip() for line in _text_in(text, visible).splitlines() if line.strip())
    if expected is not None and order in expected and " ".join(lines) != " ".join(expected[order]):
        yield "the window does not show the address of the order"
    if not lines or not _LAST_LINE.fullmatch(lines[-1]):
        yield "the last line in the window is no suburb, state and postcode"
    if not order and expected is not None:
        yield "it names no order"
    front = Window(0, 0, SHEET_MM[0], envelope.front_mm) if envelope.folds_mm else visible
    beside = _text_in(text, front).replace(_text_in(text, visible), "")
    if tells(beside):
        yield "what lies in front tells of an illness"


def _is_barcode(items: Iterable[pypdfium2.PdfObject], safe: Window) -> bool:
    """True for the bars of one delivery point, within what the window shows however the sheet slides."""
    rows = list(items)
    if any(item.type != pdfium.FPDF_PAGEOBJ_PATH for item in rows):
        return False
    boxes = [_box(item.get_bounds()) for item in rows]
    bars = (Bar(box.left_mm, box.top_mm, box.width_mm, box.height_mm) for box in boxes)
    return all(_holds(safe, box) for box in boxes) and read_bars(bars) is not None


def _box(rect: tuple[float, float, float, float]) -> Window:
    """A box of the page, in millimetres from its upper left."""
    left, bottom, right, top = (value / _MM for value in rect)
    return Window(left, SHEET_MM[1] - top, right - left, top - bottom)


def _meet(box: Window, other: Window) -> bool:
    across = box.left_mm < other.right_mm and other.left_mm < box.right_mm
    return across and box.top_mm < other.bottom_mm and other.top_mm < box.bottom_mm


def _holds(outer: Window, box: Window) -> bool:
    across = outer.left_mm <= box.left_mm and box.right_mm <= outer.right_mm
    return across and outer.top_mm <= box.top_mm and box.bottom_mm <= outer.bottom_mm


def _text_in(text: pypdfium2.PdfTextPage, area: Window) -> str:
    top, bottom = ((SHEET_MM[1] - edge) * _MM for edge in (area.top_mm, area.bottom_mm))
    found: str = text.get_text_bounded(area.left_mm * _MM, bottom, area.right_mm * _MM, top)
    return found.replace("\r", "")
